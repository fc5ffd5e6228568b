//! <https://html.spec.whatwg.org/multipage/workers.html#the-workernavigator-object>
//!
//! All that it has, it shares with a page's `Navigator`.

use super::navigator::Languages;
use crate::binding::generated::WorkerNavigatorMethods;
use boa_gc::{Finalize, Trace};

/// A worker's `WorkerNavigator`.
#[derive(Debug, Default, Trace, Finalize)]
pub struct WorkerNavigator {
    languages: Languages,
}

impl WorkerNavigator {
    pub(super) fn languages(&self) -> &Languages {
        &self.languages
    }
}

impl WorkerNavigatorMethods for WorkerNavigator {}

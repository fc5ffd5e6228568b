//! The microtask queue.
//!
//! <https://html.spec.whatwg.org/multipage/webappapis.html#microtask-queue>

use crate::Cx;
use boa_engine::JsResult;
use boa_engine::job::PromiseJob;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::mem;

/// Promise jobs of the language and microtasks of the embedder stand in one queue.
pub(crate) enum Microtask {
    Promise(PromiseJob),
    Embedder(Box<dyn FnOnce(&mut Cx)>),
}

impl Microtask {
    pub(crate) fn run(self, cx: &mut Cx) -> JsResult<()> {
        match self {
            Self::Promise(job) => job.call(cx).map(drop),
            Self::Embedder(steps) => {
                steps(cx);
                Ok(())
            }
        }
    }
}

#[derive(Default)]
pub(crate) struct Microtasks {
    queue: RefCell<VecDeque<Microtask>>,
    performing: Cell<bool>,
}

impl Microtasks {
    pub(crate) fn push(&self, microtask: Microtask) {
        self.queue.borrow_mut().push_back(microtask);
    }

    pub(crate) fn pop(&self) -> Option<Microtask> {
        self.queue.borrow_mut().pop_front()
    }

    /// Sets the flag "performing a microtask checkpoint"; false if it is set already.
    pub(crate) fn begin_checkpoint(&self) -> bool {
        !self.performing.replace(true)
    }

    pub(crate) fn end_checkpoint(&self) {
        self.performing.set(false);
    }

    pub(crate) fn clear(&self) {
        // Taken out first: dropping a microtask may come back here.
        let queue = mem::take(&mut *self.queue.borrow_mut());
        drop(queue);
    }
}

//! A thread's one place for an isolate.

use crate::IsolateId;
use std::cell::Cell;
use std::marker::PhantomData;
use std::rc::Rc;

thread_local! {
    static OCCUPANT: Cell<Option<IsolateId>> = const { Cell::new(None) };
}

/// Held for as long as an isolate lives on this thread, whose heap is the engine's only one here.
pub(crate) struct ThreadSlot {
    /// It belongs to its thread: not `Send`.
    _bound: PhantomData<Rc<()>>,
}

impl ThreadSlot {
    /// Takes the place of the calling thread; if it is taken, tells by whom.
    pub(crate) fn take(id: IsolateId) -> Result<Self, IsolateId> {
        match Self::occupant() {
            Some(occupant) => Err(occupant),
            None => {
                OCCUPANT.set(Some(id));
                Ok(Self { _bound: PhantomData })
            }
        }
    }

    /// The isolate that lives on the calling thread.
    pub(crate) fn occupant() -> Option<IsolateId> {
        OCCUPANT.get()
    }
}

impl Drop for ThreadSlot {
    fn drop(&mut self) {
        OCCUPANT.set(None);
    }
}

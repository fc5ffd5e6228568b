//! When the engine's collector runs: watched, and called earlier where it cannot see what there is to gain.
//!
//! The engine counts its own cells and collects when they have grown by so much. What hangs on the cells it does not count: the
//! blocks of buffers, strings, the elements of arrays. A script that drops one large buffer after another would fill the memory
//! long before the collector runs. So a collection is also due when the thread holds so much more than after the last one;
//! the allocator notes that, and at the next *safe point* (between two tasks or microtasks, before a buffer is made, in built-ins
//! that make large things) it is done.

use super::account::{self, LEAST_STEP};
use boa_gc::{Finalize, Gc, Trace, Tracer};

/// By how many bytes a heap may grow before a collection is due.
const STEP: isize = 64 << 20;

/// Sees each collection of its thread begin. The collector comes by all cells.
pub(super) struct Sentinel;

impl Finalize for Sentinel {}

// SAFETY: a sentinel contains no `Gc` pointer, so there is none that tracing could leave out; what the methods do besides
// reads a clock and writes integers of this thread, which touches nothing of the collector's.
unsafe impl Trace for Sentinel {
    unsafe fn trace(&self, _: &mut Tracer) {}

    unsafe fn trace_non_roots(&self) {
        // The first step of each collection, once for each cell.
        account::collection_begins();
    }

    fn run_finalizer(&self) {
        self.finalize();
    }
}

/// Watches the collector of this thread while it lives.
pub(super) struct Watch {
    _sentinel: Gc<Sentinel>,
}

impl Watch {
    pub fn new() -> Self {
        account::set_due_in(step());
        Self {
            _sentinel: Gc::new(Sentinel),
        }
    }
}

/// Collects what is dead, if enough has been allocated since the last time; to be called where the heap may be collected,
/// which is anywhere but inside the collector.
#[inline]
pub(crate) fn relieve() {
    if account::is_due() {
        collect();
    }
}

/// Collects what is dead, now.
#[cold]
pub(crate) fn collect() {
    // The collector keeps lists while it works, which are gone when it is done.
    account::without_limit(boa_gc::force_collect);
    account::collection_has_ended();
    account::set_due_in(step());
}

/// Whether so many bytes more have room, if need be after what is dead was collected; to be called where the heap may be.
pub(crate) fn make_room(bytes: u64) -> bool {
    let fits = || bytes <= account::room();
    // What is larger than all there is would only cost collections, as often as a script asks.
    let may_fit = || account::limit().is_some_and(|limit| bytes <= limit as u64);
    fits()
        || may_fit() && {
            collect();
            fits()
        }
}

fn step() -> isize {
    let live = account::live();
    // A large heap takes long to collect, and so may grow more.
    let step = STEP.max(live / 2);
    match account::limit() {
        // Twice before the limit is reached.
        Some(_) => step
            .min(isize::try_from(account::room() / 2).unwrap_or(step))
            .max(LEAST_STEP),
        None => step,
    }
}

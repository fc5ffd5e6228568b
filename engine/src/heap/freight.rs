//! Memory on its way from one thread to another.

use super::account;
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Stands for memory that was allocated on one thread and will be freed on another, and travels along with it.
///
/// Loading it takes the bytes off the account of the thread that allocated them; dropping it, together with the memory, puts
/// them on the account of the thread that is about to free, or keep, that memory. So no heap drifts, however many messages
/// pass. What is in flight counts for the isolate that loaded it, against the same limit as its heap: a script that
/// floods others fills its own room, and no one else's.
pub struct Freight {
    bytes: usize,
    block: bool,
    /// Where it counts while it is in flight; none if no isolate loaded it.
    sender: Option<Arc<InFlight>>,
}

/// How many bytes an isolate has sent that nobody has received or dropped yet.
#[derive(Default)]
pub(super) struct InFlight(AtomicUsize);

thread_local! {
    /// That of the isolate of this thread.
    static IN_FLIGHT: RefCell<Option<Arc<InFlight>>> = const { RefCell::new(None) };
}

/// Begins to count what this thread's isolate has in flight, from nothing; or ends it.
pub(super) fn count_in_flight(begin: bool) {
    let fresh = begin.then(Arc::<InFlight>::default);
    // Dropped outside of the borrow.
    let _before = IN_FLIGHT.try_with(|in_flight| in_flight.replace(fresh));
}

/// What this thread's isolate has in flight; none if that cannot be told now. Does not allocate.
pub(super) fn in_flight() -> Option<usize> {
    let count = |in_flight: &RefCell<Option<Arc<InFlight>>>| {
        let in_flight = in_flight.try_borrow().ok()?;
        in_flight.as_ref().map(|in_flight| in_flight.0.load(Ordering::Relaxed))
    };
    IN_FLIGHT.try_with(count).ok().flatten()
}

impl Freight {
    /// Takes `bytes` off this thread's account.
    #[must_use = "dropping it puts the bytes back"]
    pub fn load(bytes: usize) -> Self {
        account::move_bytes(-bytes.cast_signed());
        Self::send(bytes, false)
    }

    /// The same, of the block of an `ArrayBuffer`.
    pub(crate) fn load_block(bytes: usize) -> Self {
        account::move_block(-bytes.cast_signed());
        Self::send(bytes, true)
    }

    /// How many bytes more this thread's isolate answers for once it has received this: none if it is its own sender.
    pub(crate) fn new_here(&self) -> usize {
        let own = |sender: &Arc<InFlight>| {
            IN_FLIGHT.try_with(|in_flight| {
                in_flight
                    .borrow()
                    .as_ref()
                    .is_some_and(|here| Arc::ptr_eq(here, sender))
            })
        };
        match self.sender.as_ref().map(own) {
            Some(Ok(true)) => 0,
            _ => self.bytes,
        }
    }

    fn send(bytes: usize, block: bool) -> Self {
        // A thread that is ending, or no isolate's, has no limit.
        let sender = IN_FLIGHT
            .try_with(|in_flight| in_flight.borrow().clone())
            .ok()
            .flatten();
        if let Some(sender) = &sender {
            sender.0.fetch_add(bytes, Ordering::Relaxed);
            account::sent(bytes);
        }
        Self { bytes, block, sender }
    }
}

impl Drop for Freight {
    fn drop(&mut self) {
        if let Some(sender) = &self.sender {
            sender.0.fetch_sub(self.bytes, Ordering::Relaxed);
        }
        let bytes = self.bytes.cast_signed();
        match self.block {
            true => account::move_block(bytes),
            false => account::move_bytes(bytes),
        }
    }
}

impl Default for Freight {
    /// Nothing.
    fn default() -> Self {
        Self {
            bytes: 0,
            block: false,
            sender: None,
        }
    }
}

impl fmt::Debug for Freight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Freight({} bytes)", self.bytes)
    }
}

//! What an isolate's heap holds, and how much it may.
//!
//! Each thread has a heap of its own, and so an account of its own: the [`CountingAllocator`] adds what the thread allocates
//! and takes off what it frees, be it the engine's, the embedder's or Rust's. What crosses threads is carried over as
//! [`Freight`], and counts for its sender while nobody has received it: mailboxes have no bounds of their own, and lose nothing;
//! who fills them runs out of memory, and not who owns them. A record that many receive counts once, until the last is done with it.
//!
//! Not every way to make something large is a safe point: spread elements and array literals are none, and a script that does
//! nothing else is ended although what it made is dead.
//!
//! Four sizes matter to a heap with a limit:
//!
//! | when the heap holds, with what is in flight | then |
//! |---|---|
//! | 64 MiB, or half of what it held, more than after the last collection | a collection is due; the next safe point does it |
//! | its limit, with the next buffer | making that buffer throws a `RangeError` |
//! | more than its limit | its script is stopped as by a termination: [`Ending::OutOfMemory`](crate::Ending::OutOfMemory) |
//! | more than twice its limit and 64 MiB, with the next large block | native code runs away with it: that block is refused, see [`on_refusal`] |

mod account;
mod allocator;
mod builtins;
mod collector;
mod freight;
mod hooks;

pub(crate) use account::{BLOCK_ALIGNMENT, without_limit};
pub use account::{Pauses, Refusal, on_refusal};
pub use allocator::CountingAllocator;
pub(crate) use builtins::install;
pub(crate) use collector::{collect, make_room, relieve};
pub use freight::Freight;
pub(crate) use hooks::HeapHooks;

use collector::Watch;
use std::hint;

/// What an isolate's heap holds and has gone through; sizes in bytes.
///
/// Sizes are of the isolate's whole thread. They say nothing without a [`CountingAllocator`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeapStatistics {
    /// What it holds.
    pub live: usize,
    /// The most that it has held so far.
    pub peak: usize,
    /// What of it are the blocks of `ArrayBuffer`s.
    pub buffers: usize,
    /// What it has sent to others that has not been received or dropped yet; it is not in `live`.
    pub in_flight: usize,
    /// How much it may hold and have in flight.
    pub limit: Option<usize>,
    /// How often it was collected.
    pub collections: u64,
    /// How long that stopped it.
    pub pauses: Pauses,
}

impl HeapStatistics {
    /// Of this thread, now; nothing is being collected.
    pub(crate) fn here() -> Self {
        account::forget_pause();
        let size = |bytes: isize| bytes.max(0).cast_unsigned();
        Self {
            live: size(account::live()),
            peak: size(account::peak()),
            buffers: size(account::buffers()),
            in_flight: size(account::in_flight()),
            limit: account::limit(),
            collections: account::collections(),
            pauses: account::pauses(),
        }
    }
}

/// Whether this program's allocator is a [`CountingAllocator`]: whether there are statistics, and limits that hold.
#[must_use]
pub fn counts_allocations() -> bool {
    let before = account::live();
    let block = hint::black_box(Box::new(0_u64));
    let counted = account::live() != before;
    drop(block);
    counted
}

/// Stands guard over this thread's heap until it is dropped.
pub(crate) struct Guard {
    _watch: Watch,
}

impl Guard {
    /// `tripped` is called from inside an allocation when the thread holds more than `limit` bytes; it says whether anybody has
    /// heard, and must not allocate.
    pub fn new(limit: Option<usize>, tripped: fn() -> bool) -> Self {
        // Before there is a limit, for the sake of which the allocator looks there.
        freight::count_in_flight(true);
        account::set_limit(limit, tripped);
        Self { _watch: Watch::new() }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        account::lift_limit();
        freight::count_in_flight(false);
    }
}

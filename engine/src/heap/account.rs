//! What one thread holds: the numbers behind [`HeapStatistics`](super::HeapStatistics), kept by the allocator.
//!
//! Everything here runs inside the allocator, so nothing here allocates. The way that nearly all allocations take is an
//! addition and one comparison, with a *line*: whatever is to happen when a heap has grown to some size happens because the
//! line is there.

use super::freight;
use std::alloc::Layout;
use std::cell::Cell;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// From how many bytes on a single allocation may be refused, instead of being noted once it is there.
const LARGE: usize = 1 << 20;

/// How far beyond twice its limit a heap may be carried by native code that nothing stops, in bytes.
const SLACK: isize = 64 << 20;

/// The least step, close to the limit; else a heap that is nearly full would do nothing but collect.
pub(super) const LEAST_STEP: isize = 1 << 20;

/// The alignment of an `ArrayBuffer`'s block, by which it is known; hardly anything else has it. The tests of the heap hold it
/// against the engine.
pub(crate) const BLOCK_ALIGNMENT: usize = 64;

/// A thread's own numbers, in bytes.
struct Account {
    live: Cell<isize>,
    peak: Cell<isize>,
    buffers: Cell<isize>,
    /// The allocation that lets the thread hold more than this takes the slow way.
    line: Cell<isize>,
    /// Passing this is reason enough to collect.
    due_at: Cell<isize>,
    due: Cell<bool>,
    /// Passing this, with what is in flight, ends the isolate.
    limit: Cell<isize>,
    /// The most that can be in flight: what was when last looked, and all that was sent since. Others make it less at any time.
    in_flight: Cell<isize>,
    /// Tells of the limit's passing, once somebody hears it.
    tripped: Cell<Option<Tripped>>,
    collections: Cell<u64>,
    collecting_since: Cell<Option<Instant>>,
    pauses: Cell<Pauses>,
    refusing: Cell<bool>,
}

/// What is called, from inside an allocation, when a limit is passed: whether anybody heard it. It must not allocate.
pub(super) type Tripped = fn() -> bool;

/// How long collections stopped a thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pauses {
    /// How many of them were timed.
    pub count: u64,
    /// All of them together.
    pub total: Duration,
    /// The longest of them.
    pub longest: Duration,
}

thread_local! {
    static ACCOUNT: Account = const {
        Account {
            live: Cell::new(0),
            peak: Cell::new(0),
            buffers: Cell::new(0),
            line: Cell::new(isize::MAX),
            due_at: Cell::new(isize::MAX),
            due: Cell::new(false),
            limit: Cell::new(isize::MAX),
            in_flight: Cell::new(0),
            tripped: Cell::new(None),
            collections: Cell::new(0),
            collecting_since: Cell::new(None),
            pauses: Cell::new(Pauses { count: 0, total: Duration::ZERO, longest: Duration::ZERO }),
            refusing: Cell::new(false),
        }
    };
}

/// What a host does about an allocation that is refused.
static REFUSAL: OnceLock<fn(Refusal)> = OnceLock::new();

/// An allocation that a heap's limit does not allow by far, and that native code has no way to do without.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("out of memory: {asked} bytes more at once, where {live} of {limit} are taken")]
pub struct Refusal {
    /// How many bytes were asked for.
    pub asked: usize,
    /// How many bytes the heap held, and had in flight.
    pub live: usize,
    /// How many it may hold.
    pub limit: usize,
}

/// Sets what is called, on the thread it happens to, when an allocation is refused; only the first call of a process counts.
///
/// A heap may be carried beyond its limit by native code, up to twice the limit and a bit; a single allocation that would go
/// further is refused. Most code of the engine and of Rust's library ends the process on that. `hook` is called first: it may
/// leave word of the reason, and end the process, or return; it must not unwind.
pub fn on_refusal(hook: fn(Refusal)) {
    // A second hook would have to know of the first.
    let _ = REFUSAL.set(hook);
}

fn with<T>(default: T, read: impl FnOnce(&Account) -> T) -> T {
    // The account needs no destructor, so that it is there until the thread's last breath; this is only what `std` asks for.
    ACCOUNT.try_with(read).unwrap_or(default)
}

const fn signed(bytes: usize) -> isize {
    // No allocation is larger than `isize::MAX`: that is `Layout`'s own invariant.
    bytes.cast_signed()
}

/// Whether a block may be allocated that makes this thread hold so much more.
#[inline]
pub(super) fn may_grow(bytes: usize) -> bool {
    bytes < LARGE || may_grow_much(bytes)
}

#[cold]
fn may_grow_much(bytes: usize) -> bool {
    with(true, |account| {
        let limit = account.limit.get();
        if limit == isize::MAX {
            return true;
        }
        let ceiling = limit.saturating_mul(2).saturating_add(SLACK);
        if held(account).saturating_add(signed(bytes)) <= ceiling || account.refusing.get() {
            return true;
        }
        if let Some(hook) = REFUSAL.get() {
            account.refusing.set(true);
            hook(Refusal {
                asked: bytes,
                live: held(account).max(0).cast_unsigned(),
                limit: limit.cast_unsigned(),
            });
            account.refusing.set(false);
        }
        false
    })
}

#[inline]
pub(super) fn allocated(layout: Layout) {
    with((), |account| {
        if layout.align() == BLOCK_ALIGNMENT {
            account.buffers.set(account.buffers.get() + signed(layout.size()));
        }
        grown(account, signed(layout.size()));
    });
}

#[inline]
pub(super) fn freed(layout: Layout) {
    with((), |account| {
        if layout.align() == BLOCK_ALIGNMENT {
            account.buffers.set(account.buffers.get() - signed(layout.size()));
        }
        account.live.set(account.live.get() - signed(layout.size()));
    });
}

#[inline]
pub(super) fn resized(layout: Layout, new_size: usize) {
    with((), |account| {
        let by = signed(new_size) - signed(layout.size());
        if layout.align() == BLOCK_ALIGNMENT {
            account.buffers.set(account.buffers.get() + by);
        }
        if by < 0 {
            // The collector makes its lists shorter when it has swept, and at no other time.
            end_of_pause(account);
        }
        grown(account, by);
    });
}

#[inline]
fn grown(account: &Account, by: isize) {
    let live = account.live.get() + by;
    account.live.set(live);
    if live > account.peak.get() {
        account.peak.set(live);
    }
    if live > account.line.get() {
        passed(account, live);
    }
}

/// What counts against the limit: what the thread holds, and what it has in flight, which is looked up.
fn held(account: &Account) -> isize {
    if let Some(in_flight) = freight::in_flight() {
        account.in_flight.set(signed(in_flight));
    }
    account.live.get().saturating_add(account.in_flight.get())
}

/// A line was passed.
#[cold]
fn passed(account: &Account, live: isize) {
    if live > account.due_at.get() {
        account.due_at.set(isize::MAX);
        account.due.set(true);
    }
    if account.limit.get() != isize::MAX
        && held(account) > account.limit.get()
        && let Some(tripped) = account.tripped.take()
        && !tripped()
    {
        account.tripped.set(Some(tripped));
    }
    draw_line(account);
}

fn draw_line(account: &Account) {
    let limit = match account.tripped.get() {
        Some(_) if account.limit.get() != isize::MAX => account.limit.get().saturating_sub(account.in_flight.get()),
        _ => isize::MAX,
    };
    account.line.set(limit.min(account.due_at.get()));
}

/// So much is in flight that was this thread's.
pub(super) fn sent(bytes: usize) {
    with((), |account| {
        account
            .in_flight
            .set(account.in_flight.get().saturating_add(signed(bytes)));
        // The limit has come nearer, and what is dead is to be collected before it is reached.
        if account.limit.get() != isize::MAX && !account.due.get() {
            let (limit, live) = (account.limit.get(), account.live.get());
            let room = limit.saturating_sub(account.in_flight.get()).saturating_sub(live);
            let due_at = live.saturating_add((room / 2).max(LEAST_STEP));
            account.due_at.set(account.due_at.get().min(due_at));
        }
        draw_line(account);
    });
}

/// Moves bytes from one thread's account to another's: the half that happens on this thread.
pub(super) fn move_bytes(by: isize) {
    with((), |account| grown(account, by));
}

/// The same, of the blocks of `ArrayBuffer`s.
pub(super) fn move_block(by: isize) {
    with((), |account| {
        account.buffers.set(account.buffers.get() + by);
        grown(account, by);
    });
}

/// Begins to count for this thread, from nothing: `tripped` is called, until somebody has heard it, when it holds more than
/// `limit` bytes.
pub(super) fn set_limit(limit: Option<usize>, tripped: Tripped) {
    with((), |account| {
        let limit = limit
            .and_then(|limit| isize::try_from(limit).ok())
            .unwrap_or(isize::MAX);
        account.limit.set(limit);
        account.tripped.set(Some(tripped));
        // What the thread holds already belongs to whoever started it.
        account.live.set(0);
        account.peak.set(0);
        account.buffers.set(0);
        account.in_flight.set(0);
        account.collections.set(0);
        account.collecting_since.set(None);
        account.pauses.set(Pauses::default());
        draw_line(account);
    });
}

/// Runs `steps`, in which passing the limit is not noticed; the first allocation after them notices.
pub(crate) fn without_limit<T>(steps: impl FnOnce() -> T) -> T {
    let tripped = with(None, |account| {
        let tripped = account.tripped.take();
        draw_line(account);
        tripped
    });
    let done = steps();
    with((), |account| {
        account.tripped.set(tripped);
        draw_line(account);
    });
    done
}

/// A pause whose end was not recognised is not timed.
pub(super) fn forget_pause() {
    with((), |account| account.collecting_since.set(None));
}

/// Lets the thread hold what it wants from now on.
pub(super) fn lift_limit() {
    with((), |account| {
        account.limit.set(isize::MAX);
        account.tripped.set(None);
        account.due_at.set(isize::MAX);
        account.due.set(false);
        draw_line(account);
    });
}

/// Makes a collection due once the thread holds `step` bytes more than now.
pub(super) fn set_due_in(step: isize) {
    with((), |account| {
        account.due.set(false);
        account.due_at.set(account.live.get().saturating_add(step));
        draw_line(account);
    });
}

#[inline]
pub(super) fn is_due() -> bool {
    with(false, |account| account.due.get())
}

pub(super) fn live() -> isize {
    with(0, |account| account.live.get())
}

pub(super) fn peak() -> isize {
    with(0, |account| account.peak.get())
}

pub(super) fn buffers() -> isize {
    with(0, |account| account.buffers.get())
}

/// What the thread has in flight, in bytes.
pub(super) fn in_flight() -> isize {
    with(0, |account| held(account) - account.live.get())
}

pub(super) fn limit() -> Option<usize> {
    with(None, |account| usize::try_from(account.limit.get()).ok()).filter(|&limit| limit != isize::MAX.cast_unsigned())
}

/// How many bytes more the thread may hold.
pub(super) fn room() -> u64 {
    with(u64::MAX, |account| match account.limit.get() {
        isize::MAX => u64::MAX,
        limit => limit.saturating_sub(held(account)).max(0).cast_unsigned() as u64,
    })
}

pub(super) fn collections() -> u64 {
    with(0, |account| account.collections.get())
}

pub(super) fn pauses() -> Pauses {
    with(Pauses::default(), |account| account.pauses.get())
}

/// A collection has begun.
pub(super) fn collection_begins() {
    with((), |account| {
        account.collections.set(account.collections.get() + 1);
        account.collecting_since.set(Some(Instant::now()));
    });
}

/// A collection that this thread asked for has ended.
pub(super) fn collection_has_ended() {
    with((), end_of_pause);
}

fn end_of_pause(account: &Account) {
    let Some(since) = account.collecting_since.take() else {
        return;
    };
    let pause = since.elapsed();
    let Pauses { count, total, longest } = account.pauses.get();
    account.pauses.set(Pauses {
        count: count + 1,
        total: total.saturating_add(pause),
        longest: longest.max(pause),
    });
}

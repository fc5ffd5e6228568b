//! The allocator that counts, in front of another one that allocates.
//!
//! A global allocator cannot be had without `unsafe`.

use super::account;
use std::alloc::{GlobalAlloc, Layout};

/// Allocates through `A`, and counts for each thread what it holds.
///
/// A host makes it the allocator of its program, over any other; without it there are no [`HeapStatistics`] and no heap limits:
///
/// ```
/// use skep_engine::CountingAllocator;
/// use std::alloc::System;
///
/// #[global_allocator]
/// static ALLOCATOR: CountingAllocator<System> = CountingAllocator::new(System);
/// # assert!(skep_engine::counts_allocations());
/// ```
///
/// [`HeapStatistics`]: super::HeapStatistics
#[derive(Debug)]
pub struct CountingAllocator<A> {
    inner: A,
}

impl<A> CountingAllocator<A> {
    /// Counts in front of `inner`.
    pub const fn new(inner: A) -> Self {
        Self { inner }
    }
}

// SAFETY: each method hands its arguments, unchanged, to the same method of `inner`, whose guarantees are those of its own
// `GlobalAlloc`; what it returns is returned unchanged, or, where `may_grow` refuses, null without a call, which tells that
// nothing was allocated or moved. What `account` does before and after does not unwind and allocates nothing: it adds integers
// in thread-locals that need neither construction nor destruction. When a line is passed it also tries to read the counter of what is
// in flight, in a thread-local with a destructor; that has been set up before any limit, without which nobody looks there, and is a
// borrow and an atomic load. Two calls leave it. When a limit is passed,
// `Terminator::run_out_of_memory` takes a lock, under which nobody allocates, stores two numbers, and clones and drops an `Arc`
// that others hold too; it is taken out of its cell while it runs, so that it cannot come back to itself. And the host's hook
// for refusals, which is documented to return or to end the process, is called before anything has been allocated; that it
// may allocate in turn is no harm, as `account` marks the call and refuses nothing within.
unsafe impl<A: GlobalAlloc> GlobalAlloc for CountingAllocator<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !account::may_grow(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promises are those that `inner` asks for.
        let block = unsafe { self.inner.alloc(layout) };
        if !block.is_null() {
            account::allocated(layout);
        }
        block
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !account::may_grow(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: as in `alloc`.
        let block = unsafe { self.inner.alloc_zeroed(layout) };
        if !block.is_null() {
            account::allocated(layout);
        }
        block
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as in `alloc`; the block came from `inner`.
        unsafe { self.inner.dealloc(block, layout) };
        account::freed(layout);
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if new_size > layout.size() && !account::may_grow(new_size - layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: as in `dealloc`.
        let moved = unsafe { self.inner.realloc(block, layout, new_size) };
        if !moved.is_null() {
            account::resized(layout, new_size);
        }
        moved
    }
}

//! What an isolate's heap holds, and what becomes of one that holds too much.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper that cannot do its part fails the test that called it"
)]

mod in_flight;
mod limits;
mod statistics;
mod support;
mod traffic;

use skep_engine::CountingAllocator;
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: CountingAllocator<System> = CountingAllocator::new(System);

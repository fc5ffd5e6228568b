//! What an isolate's heap holds, and what becomes of one that holds too much.

mod limits;
mod statistics;
mod support;
mod traffic;

use skep_engine::CountingAllocator;
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: CountingAllocator<System> = CountingAllocator::new(System);

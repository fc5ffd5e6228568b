//! Any bytes as the tape of a record: there is a value, or a `DataCloneError`.

#![no_main]

#[path = "../../engine/tests/structured_data/graph.rs"]
mod graph;
#[path = "../../engine/tests/structured_data/untrusted.rs"]
mod untrusted;

use boa_engine::Context;
use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;

thread_local! {
    static CONTEXT: RefCell<Context> = RefCell::new(untrusted::context());
}

fuzz_target!(|bytes: &[u8]| {
    CONTEXT.with_borrow_mut(|cx| {
        untrusted::survives(&untrusted::framed(bytes), cx);
        untrusted::survives(bytes, cx);
    });
});

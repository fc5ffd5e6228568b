//! `Atomics.wait`, `waitAsync` and `notify`, in one isolate and between several.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on may panic"
)]

mod between;
mod endings;
mod one;
mod support;

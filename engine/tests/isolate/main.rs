//! Isolates from the outside: what an embedder may rely on.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on may panic"
)]

mod endings;
mod event_loop;
mod exceptions;
mod exclusive_use;
mod given_up;
mod independence;
mod modules;
mod regexp;
mod support;

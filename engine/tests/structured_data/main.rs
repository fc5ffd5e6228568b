//! Structured data through its public interface, with platform objects of the tests' own.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on may panic")]

mod graph;
mod memory;
mod roundtrip;
mod stored;
mod support;
mod transfer;
mod untrusted;
mod values;

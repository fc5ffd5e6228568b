//! Structured data through its public interface, with platform objects of the tests' own.

mod memory;
mod support;
mod transfer;
mod values;

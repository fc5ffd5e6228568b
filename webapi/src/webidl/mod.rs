//! The interface that Web IDL itself defines.

pub mod dom_exception;

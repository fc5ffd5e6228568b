//! Isolates from the outside: what an embedder may rely on.

mod endings;
mod event_loop;
mod exceptions;
mod support;

//! The primitives with which threads share what is not of any isolate, where all that threads do to it is to be modelled: a model
//! is compiled from the same source with the primitives of its checker in the place of these (`tests/ports_model.rs`).

pub(crate) use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

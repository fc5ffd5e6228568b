//! WebIDL as scripts see it: a test interface for each feature, and scripts that show what the bindings make of it.
//!
//! <https://webidl.spec.whatwg.org/#javascript-binding>

#![cfg(test)]

mod scripts;
mod test;

/// What the build wrote from `idl/`.
#[expect(
    clippy::all,
    dead_code,
    unused_variables,
    reason = "generated code is uniform: not every conversion needs what it is given"
)]
mod generated {
    use skep_binding::prelude::*;

    include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
}

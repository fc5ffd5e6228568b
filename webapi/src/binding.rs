//! The interfaces of the web, as `webapi/idl/` states them, on `skep-binding`.

pub use skep_binding::*;

/// What the build wrote from `webapi/idl/`.
#[expect(
    clippy::all,
    unused_variables,
    reason = "generated code is uniform: not every conversion needs what it is given"
)]
pub mod generated {
    use crate::dom::{event_handler, event_target::EventTarget};
    use skep_binding::prelude::*;

    include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
}

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
    use boa_engine::{JsObject, JsResult, JsString, JsValue, js_string, object::builtins::JsPromise};
    use boa_gc::Gc;
    use skep_binding::{
        BufferSource, Callback, CallbackInterface, Cx, DomObject, Error, Exposure, Fallible, Inherits, Interface, Js,
        Member, MemberKind, Namespace, New, call, convert,
    };
    use std::any::Any;

    include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
}

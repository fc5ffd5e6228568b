//! JavaScript on one side, Rust algorithms on the other: <https://webidl.spec.whatwg.org/#javascript-binding>.
//!
//! `webapi/idl/` states the interfaces; the build turns each into a trait, `FooMethods`, that the interface's Rust type implements,
//! and into the functions and tables (`generated`) that scripts reach it through. By hand is written only what those call.

mod buffer_source;
mod call;
mod callback;
mod convert;
mod error;
mod interface;
mod iterator;
mod object;
mod realm;

/// What the build wrote from `webapi/idl/`.
#[expect(
    clippy::all,
    unused_variables,
    reason = "generated code is uniform: not every conversion needs what it is given"
)]
pub mod generated {
    use super::{
        BufferSource, Callback, CallbackInterface, Cx, DomObject, Error, Exposure, Fallible, Inherits, Interface, Js,
        Namespace, New, call, convert,
        interface::{Member, MemberKind},
    };
    use crate::dom::{event_handler, event_target::EventTarget};
    use boa_engine::{JsObject, JsResult, JsString, JsValue, js_string, object::builtins::JsPromise};
    use boa_gc::Gc;
    use std::any::Any;

    include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
}

pub use buffer_source::BufferSource;
pub use callback::{Callback, CallbackInterface};
pub use error::{Error, Fallible};
pub use interface::{Exposure, Interface, Namespace};
pub use object::{DomObject, Inherits, Js, New};

pub(crate) use callback::run_script;
pub(crate) use convert::frozen_array;
pub(crate) use object::interface_of;
pub(crate) use realm::{global_object, install};

/// A realm's execution context.
pub type Cx = boa_engine::Context;

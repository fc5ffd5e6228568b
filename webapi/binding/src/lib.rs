//! JavaScript on one side, Rust algorithms on the other: <https://webidl.spec.whatwg.org/#javascript-binding>.
//!
//! IDL files state the interfaces; `skep-bindgen` turns each into a trait, `FooMethods`, that the interface's Rust type implements,
//! and into the functions and tables that scripts reach it through. Here is what those call ([`call`], [`convert`]), and what an
//! implementation works with: [`Js`], [`Error`], [`Callback`]. No interface is known here; an embedding hands its [`Interfaces`]
//! to [`install`].

mod buffer_source;
pub mod call;
mod callback;
pub mod convert;
mod crossing;
mod error;
mod interface;
mod interface_object;
mod iteration;
mod lazy;
mod object;
mod originals;
mod realm;
mod realms;
mod reflection;

pub use buffer_source::{BufferRules, BufferSource};
pub use callback::{Callback, CallbackInterface, run_script};
pub use convert::frozen_array;
pub use crossing::{
    Serializable, Serialization, SerializedObject, Transfer, Transferable, TransferredObject, is_detached,
    is_transferable,
};
pub use error::{Error, Fallible};
pub use interface::{Constant, Exposure, Interface, Interfaces, Member, MemberKind, Namespace};
pub use iteration::{AsyncItem, AsyncIterable, AsyncIteration, Iteration, Maplike, Pair, Setlike};
pub use object::{DomObject, Inherits, Js, New, interface_of};
pub use realm::{global_object, install};

/// What generated code names: to be imported whole where it is included.
pub mod prelude {
    pub use crate::{
        AsyncIterable, AsyncIteration, BufferRules, BufferSource, Constant, Cx, DomObject, Error, Exposure, Fallible,
        Inherits, Interface, Iteration, Js, Maplike, Member, MemberKind, Namespace, New, Serialization, Setlike,
        Transfer, call, convert,
    };
    pub use boa_engine::{
        JsBigInt, JsObject, JsResult, JsString, JsSymbol, JsValue, js_string,
        object::builtins::{JsMap, JsPromise, JsSet},
    };
    pub use boa_gc::{Finalize, Gc, Trace};
    pub use std::any::Any;
}

/// A realm's execution context.
pub type Cx = boa_engine::Context;

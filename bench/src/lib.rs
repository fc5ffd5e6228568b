//! Globals to measure: made-up interfaces of the usual shape, as many as a browser's worker has, through `skep-bindgen`.

use boa_engine::{
    Context, JsError, JsNativeError, JsObject, JsResult, Source,
    context::{ContextBuilder, HostHooks, intrinsics::Intrinsics},
    module::IdleModuleLoader,
};
use boa_gc::Gc;
use skep_binding::{Cx, Exposure, Interfaces, Js};
use std::rc::Rc;

/// The states of the interfaces, which do nothing.
#[expect(
    missing_docs,
    unused_imports,
    clippy::new_without_default,
    reason = "generated code is uniform"
)]
pub mod shapes {
    include!(concat!(env!("OUT_DIR"), "/implementations.rs"));
}

/// What `skep-bindgen` wrote.
#[expect(clippy::all, reason = "generated code is uniform")]
mod generated {
    use boa_engine::{JsResult, JsString, JsValue};
    use boa_gc::Gc;
    use skep_binding::*;
    use std::any::Any;

    include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
}

/// A global's own chain of three interfaces, and 97 others.
pub static HUNDRED: Interfaces = Interfaces {
    interfaces: generated::INTERFACES.split_at(100).0,
    namespaces: &generated::NAMESPACES,
    dom_exception,
};

/// The same, and 100 others more.
pub static TWO_HUNDRED: Interfaces = Interfaces {
    interfaces: &generated::INTERFACES,
    namespaces: &generated::NAMESPACES,
    dom_exception,
};

fn dom_exception(name: &str, message: &str, _: &mut Cx) -> JsError {
    JsNativeError::error().with_message(format!("{name}: {message}")).into()
}

struct Hooks;

impl HostHooks for Hooks {
    fn create_global_object(&self, intrinsics: &Intrinsics) -> JsObject {
        skep_binding::global_object(Gc::new(shapes::global::Global::new()), intrinsics)
    }
}

/// A context as an isolate makes it, before its global has any interface. What earlier ones left behind is collected first.
///
/// # Errors
/// If the engine makes none.
pub fn bare() -> JsResult<Context> {
    boa_gc::force_collect();
    bare_without_collection()
}

/// The same, without collecting anything.
///
/// # Errors
/// If the engine makes none.
pub fn bare_without_collection() -> JsResult<Context> {
    let mut context = ContextBuilder::new()
        .host_hooks(Rc::new(Hooks))
        .module_loader(Rc::new(IdleModuleLoader))
        .can_block(true)
        .build()?;
    context.eval(Source::from_bytes("eval('')"))?;
    Ok(context)
}

/// Gives the context's realm its interfaces, as a dedicated worker's.
///
/// # Errors
/// As [`skep_binding::install`].
pub fn install(all: &'static Interfaces, cx: &mut Cx) -> JsResult<Js<shapes::global::Global>> {
    skep_binding::install(all, Exposure::DEDICATED_WORKER, true, cx)
}

//! Starting an agent: an isolate with one realm, its global object and its environment.
//! <https://html.spec.whatwg.org/multipage/webappapis.html#creating-a-new-javascript-realm>

use super::{
    environment::{Environment, Settings},
    module_host, rejections, scripting,
};
use crate::{
    StartError,
    binding::{self, Cx, DomObject, Interfaces, Js},
    test_utils::test_utils::TestUtils,
    webidl::dom_exception,
};
use boa_engine::{
    JsObject,
    builtins::promise::{OperationType, Promise},
    context::{HostHooks, intrinsics::Intrinsics},
    js_string,
};
use boa_gc::Gc;
use skep_engine::{EventLoop, IsolateHandle, IsolateOptions};
use std::{cell::RefCell, rc::Rc};

/// What a realm may expose.
static INTERFACES: Interfaces = Interfaces {
    interfaces: &binding::generated::INTERFACES,
    namespaces: &binding::generated::NAMESPACES,
    dom_exception: dom_exception::error,
};

/// What the engine asks of us.
struct Hooks<T: DomObject> {
    /// The state of the global object, until the realm is made.
    global: RefCell<Option<Gc<T>>>,
}

impl<T: DomObject> HostHooks for Hooks<T> {
    fn create_global_object(&self, intrinsics: &Intrinsics) -> JsObject {
        match self.global.borrow_mut().take() {
            Some(state) => binding::global_object(state, intrinsics),
            // Further realms come with frames.
            None => JsObject::with_object_proto(intrinsics),
        }
    }

    fn promise_rejection_tracker(&self, promise: &JsObject<Promise>, operation: OperationType, cx: &mut Cx) {
        rejections::track(promise, operation, cx);
    }
}

/// Starts an isolate whose global object has the state that `global` makes, on the isolate's own thread. `main` is its first task.
///
/// # Errors
/// If the system gives no thread, or the engine no context.
pub(crate) fn start<T: DomObject>(
    name: String,
    can_block: bool,
    settings: Settings,
    global: impl FnOnce() -> Gc<T> + Send + 'static,
    main: impl FnOnce(&Js<T>, &mut Cx) + Send + 'static,
) -> Result<IsolateHandle, StartError> {
    let options = IsolateOptions {
        name,
        can_block,
        activity: settings.user_agent.activity().clone(),
        heap_limit: settings.user_agent.heap_limit(),
    };
    let hooks = move || {
        Rc::new(Hooks {
            global: RefCell::new(Some(global())),
        })
    };
    IsolateHandle::spawn(options, hooks, move |cx| {
        let (kind, secure_context) = (settings.kind, settings.secure_context);
        let shared_memory = settings.cross_origin_isolated;
        let user_agent = settings.user_agent.clone();
        Environment::install(settings, cx);
        let event_loop = EventLoop::of(cx);
        event_loop.on_checkpoint(rejections::notify);
        event_loop.on_uncaught(scripting::report_exception);
        skep_engine::set_module_host(Rc::new(module_host::Host), cx);
        if !shared_memory {
            // <https://html.spec.whatwg.org/multipage/webappapis.html#creating-a-new-javascript-realm>, step 12.
            let global = cx.global_object();
            if let Err(error) = global.delete_property_or_throw(js_string!("SharedArrayBuffer"), cx) {
                scripting::report_exception(error, cx);
            }
        }
        let installed = binding::install::<T>(&INTERFACES, kind, secure_context, cx).and_then(|global| {
            TestUtils::expose(&user_agent, cx)?;
            Ok(global)
        });
        match installed {
            Ok(global) => main(&global, cx),
            Err(error) => scripting::report_exception(error, cx),
        }
    })
    .map_err(|error| StartError::Isolate(error.to_string()))
}

//! How modules come into an isolate: the engine asks, the embedder answers, at once or when the module has come.
//!
//! What a specifier means, where modules come from and which are kept is for the embedder; nothing here knows.

use crate::Cx;
use boa_engine::module::{ModuleLoader, ModuleRequest, Referrer};
use boa_engine::{JsNativeError, JsObject, JsResult, Module};
use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as PollContext, Poll, Waker};

/// What the language leaves to the host about modules.
pub trait ModuleHost {
    /// The module that `referrer` asks for, or the promise of it. The same request of the same referrer must always get the same
    /// module, once it has got one. Called in a job of its own, after the script that asks has returned to the loop.
    ///
    /// <https://tc39.es/ecma262/#sec-HostLoadImportedModule>
    fn load_imported_module(&self, referrer: &Referrer, request: &ModuleRequest, cx: &mut Cx) -> ModuleLoad;

    /// Gives a module's `import.meta`, an object without properties, what belongs on it. Must run no script.
    ///
    /// <https://tc39.es/ecma262/#sec-hostgetimportmetaproperties>
    fn init_import_meta(&self, import_meta: &JsObject, module: &Module, cx: &mut Cx);
}

/// Sets who answers for modules in this isolate; once, before any script runs. Until then there are no modules.
pub fn set_module_host(host: Rc<dyn ModuleHost>, cx: &Cx) {
    if let Some(loader) = cx.downcast_module_loader::<Loader>() {
        // Later hosts are not heard.
        _ = loader.host.set(host);
    }
}

/// A module on its way; see [`ModuleLoad::pending`].
///
/// Waiting for it is no activity in itself: whatever will settle it is.
pub struct ModuleLoad(Rc<RefCell<State>>);

/// What a [`ModuleLoad`] is settled with; dropping it unsettled leaves the load pending for ever.
pub struct ModuleLoadSettler(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    result: Option<JsResult<Module>>,
    waker: Option<Waker>,
}

impl ModuleLoad {
    /// A load that has come to its end already.
    #[must_use]
    pub fn ready(result: JsResult<Module>) -> Self {
        Self(Rc::new(RefCell::new(State {
            result: Some(result),
            waker: None,
        })))
    }

    /// A load under way, and what will end it.
    #[must_use]
    pub fn pending() -> (Self, ModuleLoadSettler) {
        let state = Rc::new(RefCell::default());
        (Self(Rc::clone(&state)), ModuleLoadSettler(state))
    }
}

impl ModuleLoadSettler {
    /// Ends the load; the job that waits for it goes on in a turn of its own.
    pub fn settle(self, result: JsResult<Module>) {
        let waker = {
            let mut state = self.0.borrow_mut();
            state.result = Some(result);
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Future for ModuleLoad {
    type Output = JsResult<Module>;

    fn poll(self: Pin<&mut Self>, context: &mut PollContext<'_>) -> Poll<Self::Output> {
        let mut state = self.0.borrow_mut();
        match state.result.take() {
            Some(result) => Poll::Ready(result),
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl fmt::Debug for ModuleLoad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModuleLoad").finish_non_exhaustive()
    }
}

impl fmt::Debug for ModuleLoadSettler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModuleLoadSettler").finish_non_exhaustive()
    }
}

/// What the engine calls.
#[derive(Default)]
pub(crate) struct Loader {
    host: OnceCell<Rc<dyn ModuleHost>>,
}

impl ModuleLoader for Loader {
    async fn load_imported_module(
        self: Rc<Self>,
        referrer: Referrer,
        request: ModuleRequest,
        cx: &RefCell<&mut Cx>,
    ) -> JsResult<Module> {
        let Some(host) = self.host.get() else {
            let error = JsNativeError::typ().with_message("there are no modules here");
            return Err(error.into());
        };
        // The context must be free again while this waits.
        let load = host.load_imported_module(&referrer, &request, &mut cx.borrow_mut());
        load.await
    }

    fn init_import_meta(self: Rc<Self>, import_meta: &JsObject, module: &Module, cx: &mut Cx) {
        if let Some(host) = self.host.get() {
            host.init_import_meta(import_meta, module, cx);
        }
    }
}

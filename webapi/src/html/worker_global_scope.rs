//! <https://html.spec.whatwg.org/multipage/workers.html#the-workerglobalscope-common-interface>

use super::{
    environment::Environment, scripting, window_or_worker_global_scope::GlobalScope, worker_location::WorkerLocation,
    worker_navigator::WorkerNavigator,
};
use crate::{
    binding::{
        Cx, Error, Fallible, Js,
        generated::{WorkerGlobalScopeMethods, WorkerType},
    },
    dom::event_target::EventTarget,
    fetch::{self, Mode},
};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use skep_engine::EventLoop;

/// What the globals of all kinds of workers have in common.
#[derive(Debug, Trace, Finalize)]
pub struct WorkerGlobalScope {
    event_target: Gc<EventTarget>,
    location: GcRefCell<Option<Js<WorkerLocation>>>,
    navigator: GcRefCell<Option<Js<WorkerNavigator>>>,
    /// <https://html.spec.whatwg.org/multipage/workers.html#concept-workerglobalscope-type>
    #[unsafe_ignore_trace]
    type_: WorkerType,
}

impl WorkerGlobalScope {
    pub(crate) fn new(type_: WorkerType) -> Self {
        Self {
            event_target: EventTarget::base(),
            location: GcRefCell::default(),
            navigator: GcRefCell::default(),
            type_,
        }
    }
}

impl GlobalScope for WorkerGlobalScope {}

fn not_ready() -> Error {
    Error::Dom("InvalidStateError", "The realm is not ready.".to_owned())
}

impl WorkerGlobalScopeMethods for WorkerGlobalScope {
    fn parent(&self) -> &Gc<EventTarget> {
        &self.event_target
    }

    fn self_(this: &Js<Self>, _: &mut Cx) -> Fallible<Js<Self>> {
        Ok(this.clone())
    }

    /// <https://html.spec.whatwg.org/multipage/workers.html#dom-workerglobalscope-location>
    fn location(this: &Js<Self>, cx: &mut Cx) -> Fallible<Js<WorkerLocation>> {
        if let Some(location) = this.location.borrow().as_ref() {
            return Ok(location.clone());
        }
        let environment = Environment::of(cx).ok_or_else(not_ready)?;
        let location = Js::new(WorkerLocation::new(environment.settings().url.clone()), cx);
        *this.location.borrow_mut() = Some(location.clone());
        Ok(location)
    }

    /// <https://html.spec.whatwg.org/multipage/workers.html#dom-worker-navigator>
    fn navigator(this: &Js<Self>, cx: &mut Cx) -> Fallible<Js<WorkerNavigator>> {
        if let Some(navigator) = this.navigator.borrow().as_ref() {
            return Ok(navigator.clone());
        }
        let navigator = Js::new(WorkerNavigator::default(), cx);
        *this.navigator.borrow_mut() = Some(navigator.clone());
        Ok(navigator)
    }

    /// <https://html.spec.whatwg.org/multipage/workers.html#import-scripts-into-worker-global-scope>
    fn import_scripts(this: &Js<Self>, cx: &mut Cx, urls: Vec<String>) -> Fallible<()> {
        // 1. Modules have their own ways.
        if this.type_ == WorkerType::Module {
            let text = "Module workers import modules, and no scripts.";
            return Err(Error::Type(text.to_owned()));
        }
        // 2. Whose settings.
        let environment = Environment::of(cx).ok_or_else(not_ready)?;
        // 3–4. All URLs are looked at before any is loaded.
        let mut records = Vec::with_capacity(urls.len());
        for url in &urls {
            let record = environment.parse_url(url).ok_or_else(|| {
                let text = format!("The URL '{url}' is invalid.");
                Error::Dom("SyntaxError", text)
            })?;
            records.push(record);
        }
        // 5. One by one: load, then run; the first failure ends it.
        let event_loop = EventLoop::of(cx);
        for url in records {
            let failed = |reason: String| {
                let text = format!("The script at '{url}' failed to load: {reason}.");
                Error::Dom("NetworkError", text)
            };
            let response = fetch::fetch_blocking(environment.user_agent(), url.clone(), Mode::NoCors, &event_loop)
                .map_err(|error| failed(error.to_string()))?;
            if !response.is_ok() {
                return Err(failed(format!("the server answered {}", response.status)));
            }
            if matches!(response.url.scheme(), "http" | "https") && !response.is_javascript() {
                return Err(failed(format!(
                    "its type is '{}', not JavaScript",
                    response.mime_essence()
                )));
            }
            let local = !matches!(response.url.scheme(), "http" | "https");
            let muted = !local && response.url.origin() != *environment.origin();
            scripting::run_classic_script_rethrowing(&response.text(), response.url.as_str(), muted, cx)?;
        }
        Ok(())
    }
}

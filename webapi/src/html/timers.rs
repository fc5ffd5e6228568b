//! <https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#timers>

use super::{environment::Environment, scripting};
use crate::binding::{Cx, generated::Function};
use boa_engine::{JsString, JsValue};
use boa_gc::{Finalize, Gc, Trace};
use skep_engine::{EventLoop, TimerId};
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    time::Duration,
};
use url::Url;

/// <https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#map-of-settimeout-and-setinterval-ids>
#[derive(Debug, Default, Trace, Finalize)]
pub(super) struct Timers {
    #[unsafe_ignore_trace]
    active: RefCell<HashMap<i32, TimerId>>,
    last_id: Cell<i32>,
    /// The nesting level of the timer whose task runs now.
    nesting_level: Cell<u32>,
}

/// What a timer runs.
#[derive(Debug, Clone)]
pub(super) enum Handler {
    Function(Function, Vec<JsValue>),
    /// A script, with the base URL of the one that set the timer, if one did.
    Source(JsString, Option<Url>),
}

/// <https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#timer-initialisation-steps>
pub(super) fn set(environment: &Gc<Environment>, handler: Handler, timeout: i32, repeat: bool, cx: &mut Cx) -> i32 {
    let timers = &environment.timers;
    // 2. A new id.
    let id = timers.last_id.get().wrapping_add(1).max(1);
    timers.last_id.set(id);
    // 3. How deep timers are nested here.
    let nesting_level = timers.nesting_level.get();
    start(environment, id, handler, timeout, nesting_level, repeat, cx);
    // 14. The id.
    id
}

fn start(
    environment: &Gc<Environment>,
    id: i32,
    handler: Handler,
    timeout: i32,
    nesting_level: u32,
    repeat: bool,
    cx: &mut Cx,
) {
    // 4–5. No negative delay, and a deeply nested one is at least 4 ms.
    let milliseconds = timeout.max(if nesting_level > 5 { 4 } else { 0 });
    let scope = environment.clone();
    // 13. When the time has come, its task.
    let task = move |cx: &mut Cx| {
        let timers = &scope.timers;
        // 9.1. Cleared, or given to another one meanwhile.
        if !timers.active.borrow().contains_key(&id) {
            return;
        }
        // 11. One level deeper.
        timers.nesting_level.set(nesting_level.saturating_add(1));
        // 9.3–9.6. Run it.
        run(&handler, cx);
        timers.nesting_level.set(0);
        // 9.8–9.10. Again, or no more; neither if it was cleared.
        if !timers.active.borrow().contains_key(&id) {
            return;
        }
        if repeat {
            start(
                &scope,
                id,
                handler,
                timeout,
                nesting_level.saturating_add(1),
                repeat,
                cx,
            );
        } else {
            timers.active.borrow_mut().remove(&id);
        }
    };
    let delay = Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0));
    let timer = EventLoop::of(cx).set_timer(delay, task);
    environment.timers.active.borrow_mut().insert(id, timer);
}

fn run(handler: &Handler, cx: &mut Cx) {
    match handler {
        // 9.5. A function, with the global as receiver; what it throws is reported.
        Handler::Function(callback, arguments) => {
            let this = JsValue::from(cx.global_object());
            if let Err(error) = callback.call(&this, cx, arguments.clone()) {
                let error = error.into_plain_js(cx);
                scripting::report_exception(error, cx);
            }
        }
        // 9.6. A string, as a script.
        Handler::Source(source, base_url) => {
            let own = || Environment::of(cx).map(|environment| environment.base_url());
            let url = base_url.clone().or_else(own).map_or_else(String::new, Into::into);
            scripting::run_classic_script(&source.to_std_string_lossy(), &url, cx);
        }
    }
}

/// <https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#dom-cleartimeout>
pub(super) fn clear(environment: &Environment, id: i32, cx: &mut Cx) {
    let timer = environment.timers.active.borrow_mut().remove(&id);
    if let Some(timer) = timer {
        EventLoop::of(cx).clear_timer(timer);
    }
}

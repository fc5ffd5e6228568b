//! <https://html.spec.whatwg.org/multipage/webappapis.html#windoworworkerglobalscope-mixin>
//!
//! Written once for every global.

use super::{
    environment::Environment,
    module_host, scripting, structured_data,
    timers::{self, Handler},
    window::Window,
};
use crate::{
    binding::{
        Cx, Error, Fallible, Inherits, Js,
        generated::{StringOrFunction, StructuredSerializeOptions, VoidFunction, WindowOrWorkerGlobalScopeMethods},
    },
    dom::event_target::EventTarget,
    fetch::fetch_method,
    hr_time::performance::Performance,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use boa_engine::{JsString, JsValue, js_string, object::builtins::JsPromise};
use boa_gc::Gc;
use skep_engine::{EventLoop, ExceptionReport};

/// The interfaces that include the mixin.
pub(crate) trait GlobalScope: Inherits<EventTarget> {}

impl GlobalScope for Window {}

/// The realm's environment.
fn environment(cx: &Cx) -> Fallible<Gc<Environment>> {
    Environment::of(cx).ok_or_else(|| Error::Dom("InvalidStateError", "The realm is not ready.".to_owned()))
}

impl<T: GlobalScope> WindowOrWorkerGlobalScopeMethods for T {
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#dom-origin>
    fn origin(_: &Js<Self>, cx: &mut Cx) -> Fallible<String> {
        Ok(environment(cx)?.origin().ascii_serialization())
    }

    /// <https://html.spec.whatwg.org/multipage/webappapis.html#dom-issecurecontext>
    fn is_secure_context(_: &Js<Self>, cx: &mut Cx) -> Fallible<bool> {
        Ok(environment(cx)?.settings().secure_context)
    }

    /// <https://html.spec.whatwg.org/multipage/webappapis.html#dom-crossoriginisolated>
    fn cross_origin_isolated(_: &Js<Self>, cx: &mut Cx) -> Fallible<bool> {
        Ok(environment(cx)?.settings().cross_origin_isolated)
    }

    /// <https://html.spec.whatwg.org/multipage/webappapis.html#dom-reporterror>
    fn report_error(_: &Js<Self>, cx: &mut Cx, e: JsValue) -> Fallible<()> {
        if let Some(report) = ExceptionReport::from_value(e, cx) {
            let report = report.or_at_caller(cx);
            scripting::report_an_exception(&report, cx);
        }
        Ok(())
    }

    /// <https://html.spec.whatwg.org/multipage/webappapis.html#dom-btoa>
    fn btoa(_: &Js<Self>, _: &mut Cx, data: JsString) -> Fallible<JsString> {
        // Only characters that are a byte.
        let bytes: Result<Vec<u8>, _> = data.iter().map(u8::try_from).collect();
        let bytes = bytes.map_err(|_| {
            let text = "The string to be encoded contains characters outside of the Latin1 range.";
            Error::Dom("InvalidCharacterError", text.to_owned())
        })?;
        Ok(js_string!(STANDARD.encode(bytes).as_str()))
    }

    /// <https://html.spec.whatwg.org/multipage/webappapis.html#dom-atob>
    fn atob(_: &Js<Self>, _: &mut Cx, data: JsString) -> Fallible<Vec<u8>> {
        // 1–2. Forgiving-base64 decode.
        data_url::forgiving_base64::decode_to_vec(data.to_std_string_lossy().as_bytes()).map_err(|_| {
            let text = "The string to be decoded is not correctly encoded.";
            Error::Dom("InvalidCharacterError", text.to_owned())
        })
    }

    /// <https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#dom-settimeout>
    fn set_timeout(
        _: &Js<Self>,
        cx: &mut Cx,
        handler: StringOrFunction,
        timeout: i32,
        arguments: Vec<JsValue>,
    ) -> Fallible<i32> {
        let environment = environment(cx)?;
        Ok(timers::set(
            &environment,
            timer_handler(handler, arguments, cx),
            timeout,
            false,
            cx,
        ))
    }

    /// <https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#dom-cleartimeout>
    fn clear_timeout(_: &Js<Self>, cx: &mut Cx, id: i32) -> Fallible<()> {
        timers::clear(&*environment(cx)?, id, cx);
        Ok(())
    }

    /// <https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#dom-setinterval>
    fn set_interval(
        _: &Js<Self>,
        cx: &mut Cx,
        handler: StringOrFunction,
        timeout: i32,
        arguments: Vec<JsValue>,
    ) -> Fallible<i32> {
        let environment = environment(cx)?;
        Ok(timers::set(
            &environment,
            timer_handler(handler, arguments, cx),
            timeout,
            true,
            cx,
        ))
    }

    /// <https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#dom-clearinterval>
    fn clear_interval(this: &Js<Self>, cx: &mut Cx, id: i32) -> Fallible<()> {
        Self::clear_timeout(this, cx, id)
    }

    /// <https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#dom-queuemicrotask>
    fn queue_microtask(_: &Js<Self>, cx: &mut Cx, callback: VoidFunction) -> Fallible<()> {
        EventLoop::of(cx).queue_microtask(move |cx| {
            if let Err(error) = callback.call(&JsValue::undefined(), cx) {
                let error = error.into_plain_js(cx);
                scripting::report_exception(error, cx);
            }
        });
        Ok(())
    }

    /// <https://html.spec.whatwg.org/multipage/structured-data.html#dom-structuredclone>
    fn structured_clone(
        _: &Js<Self>,
        cx: &mut Cx,
        value: JsValue,
        options: StructuredSerializeOptions,
    ) -> Fallible<JsValue> {
        // 1. Out of the realm.
        let record = structured_data::serialize_with_transfer(&value, &options.transfer, cx)?;
        // 2–3. Back into it.
        let (value, _) = structured_data::deserialize_with_transfer(record, cx)?;
        Ok(value)
    }

    /// <https://fetch.spec.whatwg.org/#dom-global-fetch>
    fn fetch(_: &Js<Self>, cx: &mut Cx, input: String, init: Option<JsValue>) -> Fallible<JsPromise> {
        fetch_method::fetch(&input, init.as_ref(), cx)
    }

    /// <https://w3c.github.io/hr-time/#the-performance-attribute>
    fn performance(_: &Js<Self>, cx: &mut Cx) -> Fallible<Js<Performance>> {
        Ok(environment(cx)?.performance(cx))
    }
}

fn timer_handler(handler: StringOrFunction, arguments: Vec<JsValue>, cx: &Cx) -> Handler {
    match handler {
        StringOrFunction::Function(callback) => Handler::Function(callback, arguments),
        StringOrFunction::String(source) => Handler::Source(source, module_host::active_base_url(cx)),
    }
}

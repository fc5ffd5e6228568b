//! Event handlers: <https://html.spec.whatwg.org/multipage/webappapis.html#event-handlers>.
//! (They are HTML's, but part of every target's state, and so live beside it.)

use super::{
    event::Event,
    event_target::{self, EventTarget, Listener},
};
use crate::{
    binding::{Callback, Cx, Fallible, Js},
    html::{error_event::ErrorEvent, handler_attribute},
};
use boa_engine::{JsObject, JsResult, JsString, JsValue};
use boa_gc::{Finalize, Gc, Trace};

/// <https://html.spec.whatwg.org/multipage/webappapis.html#event-handlers>
#[derive(Debug, Trace, Finalize)]
pub(super) struct Handler {
    /// The event's type, which is the handler's name without `on`.
    type_: JsString,
    value: Option<JsObject>,
    /// What an attribute of the element says, until the function is asked for:
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#internal-raw-uncompiled-handler>.
    source: Option<JsString>,
    /// Keeps the place in the order of listeners.
    listener: Option<Gc<Listener>>,
}

/// <https://html.spec.whatwg.org/multipage/webappapis.html#getting-the-current-value-of-the-event-handler>
///
/// # Errors
/// None; the result is that of every getter.
pub(crate) fn get(target: &Js<EventTarget>, type_: &str, cx: &mut Cx) -> Fallible<JsValue> {
    let target = handler_attribute::target_of(target, type_, cx);
    let handler = target.and_then(|target| value(&target, &JsString::from(type_), cx));
    Ok(handler.map_or_else(JsValue::null, JsValue::from))
}

/// Sets the handler: <https://html.spec.whatwg.org/multipage/webappapis.html#event-handler-idl-attributes>.
///
/// # Errors
/// None; the result is that of every setter.
pub(crate) fn set(target: &Js<EventTarget>, type_: &str, value: JsValue, cx: &mut Cx) -> Fallible<()> {
    // NOTE: what is no object counts as null (`LegacyTreatNonObjectAsNull`).
    if let Some(target) = handler_attribute::target_of(target, type_, cx) {
        put(&target, type_, value.as_object(), None);
    }
    Ok(())
}

/// Sets the handler to what an attribute of the element says; none if the attribute was removed.
/// <https://html.spec.whatwg.org/multipage/webappapis.html#event-handler-content-attributes>
pub(crate) fn set_source(target: &Js<EventTarget>, type_: &str, source: Option<JsString>) {
    put(target, type_, None, source);
}

fn put(target: &Js<EventTarget>, type_: &str, value: Option<JsObject>, source: Option<JsString>) {
    let name = JsString::from(type_);
    let mut handlers = target.handlers.borrow_mut();
    let index = match handlers.iter().position(|handler| handler.type_ == name) {
        Some(index) => index,
        None => {
            handlers.push(Handler {
                type_: name,
                value: None,
                source: None,
                listener: None,
            });
            handlers.len() - 1
        }
    };
    let Some(handler) = handlers.get_mut(index) else {
        return;
    };
    // 1–2. Without a value the handler is deactivated, with one activated, where it keeps its place if it has one.
    if value.is_none() && source.is_none() {
        if let Some(listener) = handler.listener.take() {
            event_target::remove(target, &listener);
        }
    } else if handler.listener.is_none() {
        handler.listener = Some(event_target::add_handler_listener(target, type_));
    }
    handler.value = value;
    handler.source = source;
}

/// The handler's function, made now if only its text is known.
fn value(target: &Js<EventTarget>, type_: &JsString, cx: &mut Cx) -> Option<JsObject> {
    let source = {
        let mut handlers = target.handlers.borrow_mut();
        let mut handlers = handlers.iter_mut();
        let handler = handlers.find(|handler| handler.type_ == *type_);
        handler.and_then(|handler| handler.source.take())
    };
    if let Some(source) = source {
        // 3.7. One that does not parse is none from now on, but keeps its place. Who hears of it may set another one, for later.
        let function = handler_attribute::compile(target, type_, &source, cx)?;
        // 3.12. From now on it is this one.
        let mut handlers = target.handlers.borrow_mut();
        if let Some(handler) = handlers.iter_mut().find(|handler| handler.type_ == *type_)
            && handler.value.is_none()
            && handler.source.is_none()
        {
            handler.value = Some(function);
        }
    }
    let handlers = target.handlers.borrow();
    handlers
        .iter()
        .find(|handler| handler.type_ == *type_)
        .and_then(|handler| handler.value.clone())
}

/// <https://html.spec.whatwg.org/multipage/webappapis.html#the-event-handler-processing-algorithm>
pub(super) fn process(event: &Js<Event>, target: &Js<EventTarget>, type_: &JsString, cx: &mut Cx) -> JsResult<()> {
    // 1–2. The callback, if there is one that can be called.
    let Some(handler) = value(target, type_, cx) else {
        return Ok(());
    };
    let Ok(callback) = Callback::from_js(&handler.into(), cx) else {
        return Ok(());
    };
    // 3. Errors on a global come with five arguments.
    let is_global = JsObject::equals(target.object(), &cx.global_object());
    let error_event = match is_global && *type_ == *"error" {
        true => event.downcast::<ErrorEvent>(),
        false => None,
    };
    // 4. Called with the target as receiver; what it throws is for the caller to report.
    let this = JsValue::from(target.object().clone());
    let returned = match &error_event {
        Some(error_event) => callback.call(&this, &error_event.handler_arguments(), cx)?,
        None => callback.call(&this, &[event.object().clone().into()], cx)?,
    };
    // 5. The handler's word on cancelling: true for errors on a global, false for all else.
    // NOTE: `beforeunload` does not occur.
    let cancel = match error_event {
        Some(_) => returned.as_boolean() == Some(true),
        None => returned.as_boolean() == Some(false),
    };
    if cancel {
        event.cancel();
    }
    Ok(())
}

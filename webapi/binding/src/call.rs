//! What stands around every native function: the receiver's check, the realm's exceptions, the message's context.

use crate::{Cx, DomObject, Error, Fallible, Js, New, realm};
use boa_engine::{
    JsError, JsObject, JsResult, JsValue, js_string, object::builtins::JsPromise, property::PropertyDescriptor,
};

/// `this` as an object of `T`'s interface; an undefined or null one stands for the current global.
fn receiver<T: DomObject>(this: &JsValue, cx: &Cx) -> Fallible<Js<T>> {
    let object = if this.is_null_or_undefined() {
        Some(cx.global_object())
    } else {
        this.as_object()
    };
    object
        .and_then(|object| Js::from_object(&object))
        .ok_or_else(|| Error::Type("Illegal invocation".to_owned()))
}

/// Checks the receiver, runs `body`, and gives what fails the words of `context`.
fn guarded<T: DomObject>(
    context: impl FnOnce() -> String,
    this: &JsValue,
    cx: &mut Cx,
    body: impl FnOnce(&Js<T>, &mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    receiver(this, cx)
        .and_then(|this| body(&this, cx))
        .map_err(|error| error.into_js(context, cx))
}

/// <https://webidl.spec.whatwg.org/#dfn-create-operation-function>
pub fn operation<T: DomObject>(
    interface: &str,
    name: &str,
    this: &JsValue,
    cx: &mut Cx,
    body: impl FnOnce(&Js<T>, &mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    guarded(|| execute(interface, name), this, cx, body)
}

/// An operation that returns a promise, and so never throws.
pub fn promise_operation<T: DomObject>(
    interface: &str,
    name: &str,
    this: &JsValue,
    cx: &mut Cx,
    body: impl FnOnce(&Js<T>, &mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    let result = operation(interface, name, this, cx, body);
    reject(result, cx)
}

/// A static operation.
pub fn static_operation(
    interface: &str,
    name: &str,
    cx: &mut Cx,
    body: impl FnOnce(&mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    body(cx).map_err(|error| error.into_js(|| execute(interface, name), cx))
}

/// <https://webidl.spec.whatwg.org/#dfn-attribute-getter>
pub fn get<T: DomObject>(
    interface: &str,
    name: &str,
    this: &JsValue,
    cx: &mut Cx,
    body: impl FnOnce(&Js<T>, &mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    let context = || format!("Failed to read the '{name}' property from '{interface}': ");
    guarded(context, this, cx, body)
}

/// <https://webidl.spec.whatwg.org/#dfn-attribute-setter>
pub fn set<T: DomObject>(
    interface: &str,
    name: &str,
    this: &JsValue,
    cx: &mut Cx,
    body: impl FnOnce(&Js<T>, &mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    let context = || format!("Failed to set the '{name}' property on '{interface}': ");
    guarded(context, this, cx, body)
}

/// A constructor: <https://webidl.spec.whatwg.org/#internally-create-a-new-object-implementing-the-interface>.
pub fn construct<T: DomObject>(
    interface: &str,
    target: &JsValue,
    cx: &mut Cx,
    body: impl FnOnce(New<'_, T>, &mut Cx) -> Fallible<Js<T>>,
) -> JsResult<JsValue> {
    let context = || format!("Failed to construct '{interface}': ");
    let Some(target) = target.as_object() else {
        let text = "Please use the 'new' operator, this DOM object constructor cannot be called as a function.";
        return Err(Error::Type(text.to_owned()).into_js(context, cx));
    };
    // NOTE: a target of another realm without a prototype object gets this realm's, as the engine does not tell a function's realm.
    let prototype = target
        .get(js_string!("prototype"), cx)?
        .as_object()
        .or_else(|| realm::prototype(T::INTERFACE, cx));
    body(New::with_prototype(&prototype), cx)
        .map(|object| JsValue::from(object.object().clone()))
        .map_err(|error| error.into_js(context, cx))
}

/// `[Replaceable]`: the attribute gives way to a plain property.
pub fn replace(object: &JsObject, name: &str, value: JsValue, cx: &mut Cx) -> Fallible<()> {
    let property = PropertyDescriptor::builder()
        .value(value)
        .writable(true)
        .enumerable(true)
        .configurable(true);
    object.define_property_or_throw(js_string!(name), property, cx)?;
    Ok(())
}

fn execute(interface: &str, name: &str) -> String {
    format!("Failed to execute '{name}' on '{interface}': ")
}

/// A thrown error as a rejected promise.
fn reject(result: JsResult<JsValue>, cx: &mut Cx) -> JsResult<JsValue> {
    match result {
        // A termination is no error that a promise may hold.
        Err(error) if error.as_engine().is_some() => Err(error),
        Err(error) => JsPromise::reject::<JsError>(error, cx).map(JsValue::from),
        value => value,
    }
}

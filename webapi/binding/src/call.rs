//! What stands around every native function: the receiver's check, the realm's exceptions, the message's context.

use crate::{Cx, DomObject, Error, Fallible, Js, MemberKind, New, lazy, realm};
use boa_engine::{JsError, JsObject, JsResult, JsValue, js_string, object::builtins::JsPromise};

/// `this` as an object of `T`'s interface; an undefined or null one stands for the current global.
fn receiver<T: DomObject>(this: &JsValue, cx: &Cx) -> Fallible<Js<T>> {
    let object = if this.is_null_or_undefined() {
        Some(cx.global_object())
    } else {
        this.as_object()
    };
    object
        .and_then(|object| Js::from_object(&object))
        .ok_or_else(illegal_invocation)
}

/// `this` is no object of the interface.
pub fn illegal_invocation() -> Error {
    Error::Type("Illegal invocation".to_owned())
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

/// A static operation that returns a promise, and so never throws.
pub fn static_promise_operation(
    interface: &str,
    name: &str,
    cx: &mut Cx,
    body: impl FnOnce(&mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    let result = static_operation(interface, name, cx, body);
    reject(result, cx)
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
    guarded(|| read(interface, name), this, cx, body)
}

/// A getter of a promise, which never throws.
pub fn promise_get<T: DomObject>(
    interface: &str,
    name: &str,
    this: &JsValue,
    cx: &mut Cx,
    body: impl FnOnce(&Js<T>, &mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    let result = get(interface, name, this, cx, body);
    reject(result, cx)
}

/// `[LegacyLenientThis]`: a receiver of another kind gives undefined.
pub fn lenient_get<T: DomObject>(
    interface: &str,
    name: &str,
    this: &JsValue,
    cx: &mut Cx,
    body: impl FnOnce(&Js<T>, &mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    if receiver::<T>(this, cx).is_err() {
        return Ok(JsValue::undefined());
    }
    get(interface, name, this, cx, body)
}

/// The getter of a static attribute.
pub fn static_get(
    interface: &str,
    name: &str,
    cx: &mut Cx,
    body: impl FnOnce(&mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    body(cx).map_err(|error| error.into_js(|| read(interface, name), cx))
}

/// The setter of a static attribute.
pub fn static_set(
    interface: &str,
    name: &str,
    cx: &mut Cx,
    body: impl FnOnce(&mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    body(cx).map_err(|error| error.into_js(|| write(interface, name), cx))
}

/// <https://webidl.spec.whatwg.org/#dfn-attribute-setter>
pub fn set<T: DomObject>(
    interface: &str,
    name: &str,
    this: &JsValue,
    cx: &mut Cx,
    body: impl FnOnce(&Js<T>, &mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    guarded(|| write(interface, name), this, cx, body)
}

/// `[LegacyLenientThis]`: a receiver of another kind is passed by.
pub fn lenient_set<T: DomObject>(
    interface: &str,
    name: &str,
    this: &JsValue,
    cx: &mut Cx,
    body: impl FnOnce(&Js<T>, &mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    if receiver::<T>(this, cx).is_err() {
        return Ok(JsValue::undefined());
    }
    set(interface, name, this, cx, body)
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
    let prototype = prototype_for::<T>(&target, cx)?;
    body(New::with_prototype(&prototype), cx)
        .map(|object| JsValue::from(object.object().clone()))
        .map_err(|error| error.into_js(context, cx))
}

/// The prototype for what a constructor makes: step 3 of
/// <https://webidl.spec.whatwg.org/#internally-create-a-new-object-implementing-the-interface>.
fn prototype_for<T: DomObject>(target: &JsObject, cx: &mut Cx) -> JsResult<Option<JsObject>> {
    // 3.2. The target's own.
    let prototype = target.get(js_string!("prototype"), cx)?;
    if let Some(prototype) = prototype.as_object() {
        return Ok(Some(prototype));
    }
    // 3.3. Without one that of the interface, in the realm that the target is of. The engine does not tell a function's realm,
    // but gives an ordinary object made by it that realm's prototype.
    let object = cx.intrinsics().constructors().object().constructor();
    let ordinary = object.construct(&[], Some(target), cx)?;
    Ok(realm::prototype_beside(T::INTERFACE, ordinary.prototype(), cx))
}

/// `[Replaceable]`: the attribute gives way to a plain property.
pub fn replace(object: &JsObject, name: &str, value: JsValue, cx: &mut Cx) -> Fallible<()> {
    Ok(lazy::replace(object, js_string!(name), value, cx)?)
}

/// `[PutForwards]`: the value goes to an attribute of the object that the attribute gives.
pub fn forward(object: &JsObject, name: &str, target: &str, value: JsValue, cx: &mut Cx) -> Fallible<()> {
    // 1–2. What the attribute gives, which must be an object.
    let given = object.get(js_string!(name), cx)?;
    let given = given
        .as_object()
        .ok_or_else(|| Error::Type(format!("'{name}' is not an object.")))?;
    // 3. A failure to set is passed by.
    given.set(js_string!(target), value, false, cx)?;
    Ok(())
}

/// <https://webidl.spec.whatwg.org/#default-tojson-steps>, of the interface `T`.
pub fn default_to_json<T: DomObject>(this: &Js<T>, cx: &mut Cx) -> Fallible<JsObject> {
    // 2. The interface and what it inherits from, the most general first.
    let mut stack = vec![T::INTERFACE];
    while let Some(parent) = stack.last().and_then(|interface| interface.parent) {
        stack.push(parent);
    }
    let result = JsObject::with_object_proto(cx.intrinsics());
    let object = JsValue::from(this.object().clone());
    // 3, 5. What each attribute gives that JSON can hold.
    for interface in stack.into_iter().rev() {
        for member in interface.members {
            let MemberKind::Attribute(getter, _) = member.kind else {
                continue;
            };
            if interface.json.contains(&member.name) && realm::exposes(member, cx) {
                let value = getter(&object, &[], cx)?;
                result.create_data_property_or_throw(js_string!(member.name), value, cx)?;
            }
        }
    }
    Ok(result)
}

fn execute(interface: &str, name: &str) -> String {
    format!("Failed to execute '{name}' on '{interface}': ")
}

fn read(interface: &str, name: &str) -> String {
    format!("Failed to read the '{name}' property from '{interface}': ")
}

fn write(interface: &str, name: &str) -> String {
    format!("Failed to set the '{name}' property on '{interface}': ")
}

/// What a callback that is to return a promise gave: <https://webidl.spec.whatwg.org/#invoke-a-callback-function>.
///
/// # Errors
/// Only where the engine is being ended.
pub fn promise_of(result: JsResult<JsValue>, cx: &mut Cx) -> Fallible<JsPromise> {
    match result {
        Ok(value) => Ok(JsPromise::resolve(value, cx)?),
        Err(error) if error.as_engine().is_some() => Err(error.into()),
        Err(error) => Ok(JsPromise::reject(error, cx)?),
    }
}

/// A thrown error as a rejected promise.
pub(crate) fn reject(result: JsResult<JsValue>, cx: &mut Cx) -> JsResult<JsValue> {
    match result {
        // A termination is no error that a promise may hold.
        Err(error) if error.as_engine().is_some() => Err(error),
        Err(error) => JsPromise::reject::<JsError>(error, cx).map(JsValue::from),
        value => value,
    }
}

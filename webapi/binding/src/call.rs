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

/// What a script does with a member, for the words of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Calls an operation.
    Execute,
    /// Gets an attribute.
    Read,
    /// Sets an attribute.
    Write,
}

impl Doing {
    fn context(self, interface: &str, name: &str) -> String {
        match self {
            Self::Execute => format!("Failed to execute '{name}' on '{interface}': "),
            Self::Read => format!("Failed to read the '{name}' property from '{interface}': "),
            Self::Write => format!("Failed to set the '{name}' property on '{interface}': "),
        }
    }
}

/// A member of each instance: checks the receiver and runs `body`. <https://webidl.spec.whatwg.org/#dfn-create-operation-function>,
/// <https://webidl.spec.whatwg.org/#dfn-attribute-getter>, <https://webidl.spec.whatwg.org/#dfn-attribute-setter>
pub fn member<T: DomObject>(
    doing: Doing,
    interface: &str,
    name: &str,
    this: &JsValue,
    cx: &mut Cx,
    body: impl FnOnce(&Js<T>, &mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    static_member(doing, interface, name, cx, |cx| body(&receiver(this, cx)?, cx))
}

/// The same with `[LegacyLenientThis]`: with a receiver of another kind nothing is done.
pub fn lenient_member<T: DomObject>(
    doing: Doing,
    interface: &str,
    name: &str,
    this: &JsValue,
    cx: &mut Cx,
    body: impl FnOnce(&Js<T>, &mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    static_member(doing, interface, name, cx, |cx| match receiver(this, cx) {
        Ok(this) => body(&this, cx),
        Err(_) => Ok(JsValue::undefined()),
    })
}

/// A member without a receiver: what fails gets its words.
pub fn static_member(
    doing: Doing,
    interface: &str,
    name: &str,
    cx: &mut Cx,
    body: impl FnOnce(&mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    body(cx).map_err(|error| error.into_js(|| doing.context(interface, name), cx))
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
    let mut stack: Vec<_> = T::INTERFACE.inclusive_ancestors().collect();
    stack.reverse();
    let result = JsObject::with_object_proto(cx.intrinsics());
    let object = JsValue::from(this.object().clone());
    // 3, 5. What each attribute gives that JSON can hold.
    for interface in stack {
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

/// A thrown error as a rejected promise: what returns a promise never throws.
pub fn reject(result: JsResult<JsValue>, cx: &mut Cx) -> JsResult<JsValue> {
    match result {
        // A termination is no error that a promise may hold.
        Err(error) if error.as_engine().is_some() => Err(error),
        Err(error) => JsPromise::reject::<JsError>(error, cx).map(JsValue::from),
        value => value,
    }
}

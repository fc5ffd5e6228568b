//! What the engine's exotic objects would be needed for. It has none for an embedder, so the few built-in functions by which a
//! script can tell the difference have a function of ours standing before them, which looks like them:
//!
//! - Lazy properties of a global object are shown as data properties, and made such before their attributes change: see `lazy`.
//! - A global object and the objects on its prototype chain are immutable prototype exotic objects:
//!   <https://webidl.spec.whatwg.org/#es-platform-objects-setprototypeof>.
//! - A `DOMException` has `[[ErrorData]]`: <https://webidl.spec.whatwg.org/#js-DOMException-specialness>.

use crate::{Cx, convert, interface_object::ImmutablePrototype, lazy, object};
use boa_engine::{
    JsArgs, JsError, JsNativeError, JsObject, JsResult, JsString, JsValue, NativeFunction,
    builtins::proxy::Proxy,
    js_string,
    object::FunctionObjectBuilder,
    property::{PropertyDescriptor, PropertyKey},
};

/// Stands before a built-in function, which is given first.
type Before = fn(&JsObject, &JsValue, &[JsValue], &mut Cx) -> JsResult<JsValue>;

/// Puts ours before the built-in functions of the current realm, which no script has seen yet.
pub(crate) fn install(cx: &mut Cx) {
    let constructors = cx.intrinsics().constructors();
    let (object, error) = (constructors.object(), constructors.error());
    let (object, object_prototype) = (object.constructor(), object.prototype());
    let (error, error_prototype) = (error.constructor(), error.prototype());
    let reflect = cx.intrinsics().objects().reflect();

    put_before(&object, js_string!("getOwnPropertyDescriptor"), descriptor, cx);
    put_before(&object, js_string!("getOwnPropertyDescriptors"), descriptors, cx);
    put_before(&object, js_string!("defineProperty"), own_property_of_argument, cx);
    put_before(&object, js_string!("defineProperties"), all_properties, cx);
    put_before(&object, js_string!("freeze"), all_properties, cx);
    put_before(&object, js_string!("seal"), all_properties, cx);
    put_before(&object, js_string!("setPrototypeOf"), object_set_prototype_of, cx);
    put_before(&reflect, js_string!("getOwnPropertyDescriptor"), descriptor, cx);
    put_before(&reflect, js_string!("defineProperty"), own_property_of_argument, cx);
    put_before(&reflect, js_string!("set"), reflect_set, cx);
    put_before(&reflect, js_string!("setPrototypeOf"), reflect_set_prototype_of, cx);
    put_before(
        &object_prototype,
        js_string!("__defineGetter__"),
        own_property_of_this,
        cx,
    );
    put_before(
        &object_prototype,
        js_string!("__defineSetter__"),
        own_property_of_this,
        cx,
    );
    put_before(
        &object_prototype,
        js_string!("__lookupGetter__"),
        inherited_property_of_this,
        cx,
    );
    put_before(
        &object_prototype,
        js_string!("__lookupSetter__"),
        inherited_property_of_this,
        cx,
    );
    put_before_accessor(&object_prototype, js_string!("__proto__"), None, Some(set_proto), cx);
    put_before(&error, js_string!("isError"), is_error, cx);
    put_before_accessor(&error_prototype, js_string!("stack"), Some(stack), None, cx);
}

fn put_before(holder: &JsObject, key: JsString, before: Before, cx: &Cx) {
    let key = PropertyKey::from(key);
    let Some(property) = own_property(holder, &key) else {
        return;
    };
    let Some(original) = property.value().and_then(JsValue::as_object) else {
        return;
    };
    let property = PropertyDescriptor::builder()
        .value(function_before(original, before, cx))
        .maybe_writable(property.writable())
        .maybe_enumerable(property.enumerable())
        .maybe_configurable(property.configurable());
    holder.insert_property(key, property);
}

fn put_before_accessor(holder: &JsObject, key: JsString, get: Option<Before>, set: Option<Before>, cx: &Cx) {
    let key = PropertyKey::from(key);
    let Some(property) = own_property(holder, &key) else {
        return;
    };
    let choose = |original: Option<&JsValue>, before: Option<Before>| {
        let original = original.cloned().unwrap_or_default();
        match (original.as_object(), before) {
            (Some(original), Some(before)) => function_before(original, before, cx).into(),
            _ => original,
        }
    };
    let property = PropertyDescriptor::builder()
        .get(choose(property.get(), get))
        .set(choose(property.set(), set))
        .maybe_enumerable(property.enumerable())
        .maybe_configurable(property.configurable());
    holder.insert_property(key, property);
}

/// A function with the name and length of another.
fn function_before(original: JsObject, before: Before, cx: &Cx) -> JsObject {
    let value_of = |key: JsString| own_property(&original, &key.into()).and_then(|property| property.value().cloned());
    let name = value_of(js_string!("name")).and_then(|name| name.as_string());
    let length = value_of(js_string!("length")).and_then(|length| length.as_number());
    let native = NativeFunction::from_copy_closure_with_captures(
        move |this, args, original, cx| before(original, this, args, cx),
        original,
    );
    FunctionObjectBuilder::new(cx.realm(), native)
        .name(name.unwrap_or_default())
        .length(length.map_or(0, |length| length as usize))
        .build()
        .into()
}

fn own_property(object: &JsObject, key: &PropertyKey) -> Option<PropertyDescriptor> {
    object.borrow().properties().get(key)
}

/// The global object whose own properties a function is about to see, if it is one; for a proxy, whose target the engine does not
/// tell, the current realm's.
fn global_seen(value: &JsValue, cx: &Cx) -> Option<JsObject> {
    let object = value.as_object()?;
    if object::is_global(&object) {
        Some(object)
    } else if object.is::<Proxy>() {
        // FIXME(frames): the proxy may be one of another realm's global object, once there are frames.
        Some(cx.global_object())
    } else {
        None
    }
}

/// Makes one property real. What a script's own code would make of an object as a key is not known yet, so that stands for any.
fn make_real(object: &JsObject, key: &JsValue, cx: &mut Cx) -> JsResult<()> {
    if let Some(name) = key.as_string() {
        lazy::make_real(object, &name.into(), cx)
    } else if key.is_object() {
        lazy::make_all_real(object, cx)
    } else {
        Ok(())
    }
}

fn make_own_real(object: &JsValue, key: &JsValue, cx: &mut Cx) -> JsResult<()> {
    match global_seen(object, cx) {
        Some(global) => make_real(&global, key, cx),
        None => Ok(()),
    }
}

fn make_inherited_real(object: &JsValue, key: &JsValue, cx: &mut Cx) -> JsResult<()> {
    let mut next = object.as_object();
    while let Some(object) = next {
        next = object.prototype();
        make_own_real(&object.into(), key, cx)?;
    }
    Ok(())
}

/// Shows a lazy property's descriptor.
fn descriptor(original: &JsObject, this: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    if let (Some(object), Some(name)) = (
        args.get_or_undefined(0).as_object(),
        args.get_or_undefined(1).as_string(),
    ) && let Some(property) = lazy::appearance(&object, &name.into(), cx)?
    {
        return Ok(from_property_descriptor(&property, cx));
    }
    own_property_of_argument(original, this, args, cx)
}

/// The same of all properties.
fn descriptors(original: &JsObject, this: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    let Some(object) = args.get_or_undefined(0).as_object().filter(object::is_global) else {
        return all_properties(original, this, args, cx);
    };
    let result = original.call(this, args, cx)?;
    if let Some(result) = result.as_object() {
        for key in lazy::keys(&object) {
            if let Some(property) = lazy::appearance(&object, &key, cx)? {
                let descriptor = from_property_descriptor(&property, cx);
                result.create_data_property(key, descriptor, cx)?;
            }
        }
    }
    Ok(result)
}

/// <https://tc39.es/ecma262/#sec-frompropertydescriptor>, of a data property.
fn from_property_descriptor(property: &PropertyDescriptor, cx: &Cx) -> JsValue {
    let flag = |flag: Option<bool>| JsValue::from(flag.unwrap_or(false));
    let properties = vec![
        (js_string!("value"), property.value().cloned().unwrap_or_default()),
        (js_string!("writable"), flag(property.writable())),
        (js_string!("enumerable"), flag(property.enumerable())),
        (js_string!("configurable"), flag(property.configurable())),
    ];
    convert::from_properties(properties, cx)
}

fn own_property_of_argument(original: &JsObject, this: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    make_own_real(args.get_or_undefined(0), args.get_or_undefined(1), cx)?;
    original.call(this, args, cx)
}

fn own_property_of_this(original: &JsObject, this: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    make_own_real(this, args.get_or_undefined(0), cx)?;
    original.call(this, args, cx)
}

fn inherited_property_of_this(original: &JsObject, this: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    make_inherited_real(this, args.get_or_undefined(0), cx)?;
    original.call(this, args, cx)
}

fn all_properties(original: &JsObject, this: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    if let Some(global) = global_seen(args.get_or_undefined(0), cx) {
        lazy::make_all_real(&global, cx)?;
    }
    original.call(this, args, cx)
}

/// With another receiver than the object, it tells whether the receiver took the value, which a setter cannot.
fn reflect_set(original: &JsObject, this: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    if args.len() > 3 {
        make_inherited_real(args.get_or_undefined(0), args.get_or_undefined(1), cx)?;
    }
    original.call(this, args, cx)
}

/// Sets a prototype by calling the original. None if the prototype is immutable, and is not the one to be set:
/// <https://tc39.es/ecma262/#sec-set-immutable-prototype>.
fn set_prototype(
    target: &JsValue,
    prototype: &JsValue,
    cx: &mut Cx,
    original: impl FnOnce(&mut Cx) -> JsResult<JsValue>,
) -> JsResult<Option<JsValue>> {
    let Some(target) = target.as_object() else {
        return original(cx).map(Some);
    };
    if target.is::<Proxy>() {
        // Whether the proxy's target is immutable shows when it has been changed.
        let before = prototype_chain(cx.global_object());
        let result = original(cx)?;
        let mut kept = true;
        for (object, prototype) in before {
            if object.prototype() != prototype {
                object.set_prototype(prototype);
                kept = false;
            }
        }
        return Ok(kept.then_some(result));
    }
    let immutable = target.is::<ImmutablePrototype>() || object::is_global(&target);
    let settable = prototype.is_null() || prototype.is_object();
    if immutable && settable && prototype.as_object() != target.prototype() {
        return Ok(None);
    }
    original(cx).map(Some)
}

/// Each object of a prototype chain, with its prototype.
fn prototype_chain(object: JsObject) -> Vec<(JsObject, Option<JsObject>)> {
    std::iter::successors(Some(object), JsObject::prototype)
        .map(|object| {
            let prototype = object.prototype();
            (object, prototype)
        })
        .collect()
}

fn immutable_prototype() -> JsError {
    JsNativeError::typ()
        .with_message("The prototype of a global object, and of what is on its prototype chain, cannot be changed.")
        .into()
}

fn object_set_prototype_of(original: &JsObject, this: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    set_prototype(args.get_or_undefined(0), args.get_or_undefined(1), cx, |cx| {
        original.call(this, args, cx)
    })?
    .ok_or_else(immutable_prototype)
}

fn reflect_set_prototype_of(original: &JsObject, this: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    let set = set_prototype(args.get_or_undefined(0), args.get_or_undefined(1), cx, |cx| {
        original.call(this, args, cx)
    })?;
    Ok(set.unwrap_or_else(|| false.into()))
}

fn set_proto(original: &JsObject, this: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    set_prototype(this, args.get_or_undefined(0), cx, |cx| original.call(this, args, cx))?
        .ok_or_else(immutable_prototype)
}

/// <https://tc39.es/ecma262/#sec-error.iserror>
fn is_error(original: &JsObject, this: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    let object = args.get_or_undefined(0).as_object();
    if object
        .and_then(|object| object::interface_of(&object))
        .is_some_and(|interface| interface.error_data)
    {
        return Ok(true.into());
    }
    original.call(this, args, cx)
}

/// The engine's errors do not have `stack` themselves, but inherit an accessor.
fn stack(original: &JsObject, this: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    let Some(data) = this.as_object().and_then(|object| object::error_data(&object)) else {
        return original.call(this, args, cx);
    };
    let stack = original.call(&data.error.clone().into(), args, cx)?;
    if data.constructed
        && let Some(text) = stack.as_string()
    {
        // The constructor itself is no part of it.
        let text = text.to_std_string_lossy();
        let callers = text.split_once('\n').map_or("", |(_, callers)| callers);
        return Ok(js_string!(callers).into());
    }
    Ok(stack)
}

//! Pair iterables: <https://webidl.spec.whatwg.org/#js-iterable>.

use crate::{Callback, Cx, Error, Interface, interface::Pair, object, realm};
use boa_engine::{
    JsArgs, JsData, JsObject, JsResult, JsString, JsSymbol, JsValue, NativeFunction, js_string,
    object::{FunctionObjectBuilder, builtins::JsArray},
    property::PropertyDescriptor,
};
use boa_gc::{Finalize, Trace};
use std::cell::Cell;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Entries,
    Keys,
    Values,
}

/// <https://webidl.spec.whatwg.org/#default-iterator-objects>
#[derive(Trace, Finalize, JsData)]
struct DefaultIterator {
    target: JsObject,
    #[unsafe_ignore_trace]
    interface: &'static Interface,
    #[unsafe_ignore_trace]
    kind: Kind,
    index: Cell<usize>,
}

/// Defines `entries`, `keys`, `values`, `forEach` and the iterator method on an interface's prototype; returns the prototype of
/// its iterators.
pub(super) fn define(prototype: &JsObject, interface: &'static Interface, cx: &mut Cx) -> JsResult<JsObject> {
    let realm = cx.realm().clone();
    let operation = |key: &str, native: NativeFunction, length: usize, cx: &mut Cx| {
        let function = FunctionObjectBuilder::new(&realm, native)
            .name(js_string!(key))
            .length(length)
            .build();
        let property = PropertyDescriptor::builder()
            .value(function.clone())
            .writable(true)
            .enumerable(true)
            .configurable(true);
        prototype.define_property_or_throw(js_string!(key), property, cx)?;
        JsResult::Ok(function)
    };
    for (name, kind) in [("keys", Kind::Keys), ("values", Kind::Values)] {
        let native = NativeFunction::from_copy_closure(move |this, _, cx| iterate(this, interface, kind, cx));
        operation(name, native, 0, cx)?;
    }
    let native = NativeFunction::from_copy_closure(move |this, _, cx| iterate(this, interface, Kind::Entries, cx));
    let entries = operation("entries", native, 0, cx)?;
    let native = NativeFunction::from_copy_closure(move |this, args, cx| for_each(this, args, interface, cx));
    operation("forEach", native, 1, cx)?;
    let property = PropertyDescriptor::builder()
        .value(entries)
        .writable(true)
        .enumerable(false)
        .configurable(true);
    prototype.define_property_or_throw(JsSymbol::iterator(), property, cx)?;

    // The iterator prototype object.
    // %IteratorPrototype% is what every built-in iterator's prototype inherits from.
    let base = cx.intrinsics().objects().iterator_prototypes().array().prototype();
    let iterators = JsObject::from_proto_and_data(base, boa_engine::builtins::object::OrdinaryObject);
    let next = FunctionObjectBuilder::new(&realm, NativeFunction::from_fn_ptr(next))
        .name(js_string!("next"))
        .build();
    let property = PropertyDescriptor::builder()
        .value(next)
        .writable(true)
        .enumerable(true)
        .configurable(true);
    iterators.define_property_or_throw(js_string!("next"), property, cx)?;
    let tag = JsString::from(format!("{} Iterator", interface.name).as_str());
    let property = PropertyDescriptor::builder()
        .value(tag)
        .writable(false)
        .enumerable(false)
        .configurable(true);
    iterators.define_property_or_throw(JsSymbol::to_string_tag(), property, cx)?;
    Ok(iterators)
}

/// The object and its pair function, if it implements the interface.
fn receiver(this: &JsValue, interface: &'static Interface, cx: &mut Cx) -> JsResult<(JsObject, Pair)> {
    this.as_object()
        .filter(|target| object::interface_of(target).is_some_and(|found| std::ptr::eq(found, interface)))
        .zip(interface.iterator)
        .ok_or_else(|| Error::Type("Illegal invocation".to_owned()).into_plain_js(cx))
}

fn iterate(this: &JsValue, interface: &'static Interface, kind: Kind, cx: &mut Cx) -> JsResult<JsValue> {
    let (target, _) = receiver(this, interface, cx)?;
    let data = DefaultIterator {
        target,
        interface,
        kind,
        index: Cell::new(0),
    };
    let prototype = realm::iterator_prototype(interface, cx);
    Ok(JsObject::from_proto_and_data(prototype, data).into())
}

/// <https://webidl.spec.whatwg.org/#js-iterator-prototype-object>
fn next(this: &JsValue, _: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    let found = this.as_object().and_then(|object| {
        let iterator = object.downcast_ref::<DefaultIterator>()?;
        let index = iterator.index.replace(iterator.index.get().saturating_add(1));
        Some((
            iterator.target.clone(),
            iterator.interface.iterator?,
            iterator.kind,
            index,
        ))
    });
    let Some((target, pair, kind, index)) = found else {
        return Err(Error::Type("Illegal invocation".to_owned()).into_plain_js(cx));
    };
    let pair = pair(&target.into(), index, cx).map_err(|error| error.into_plain_js(cx))?;
    let (value, done) = match (pair, kind) {
        (None, _) => (JsValue::undefined(), true),
        (Some((key, _)), Kind::Keys) => (key, false),
        (Some((_, value)), Kind::Values) => (value, false),
        (Some((key, value)), Kind::Entries) => (JsArray::from_iter([key, value], cx).into(), false),
    };
    let result = JsObject::with_object_proto(cx.intrinsics());
    result.create_data_property_or_throw(js_string!("value"), value, cx)?;
    result.create_data_property_or_throw(js_string!("done"), done, cx)?;
    Ok(result.into())
}

/// <https://webidl.spec.whatwg.org/#js-forEach>
fn for_each(this: &JsValue, args: &[JsValue], interface: &'static Interface, cx: &mut Cx) -> JsResult<JsValue> {
    let (target, pair) = receiver(this, interface, cx)?;
    let context = || format!("Failed to execute 'forEach' on '{}': ", interface.name);
    crate::convert::require_arguments(args, 1).map_err(|error| error.into_js(context, cx))?;
    let callback =
        Callback::from_js(args.get_or_undefined(0), cx).map_err(|error| error.argument(1).into_js(context, cx))?;
    let receiver = args.get_or_undefined(1);
    let target = JsValue::from(target);
    let mut index = 0;
    while let Some((key, value)) = pair(&target, index, cx).map_err(|error| error.into_plain_js(cx))? {
        callback.call(receiver, &[value, key, target.clone()], cx)?;
        index += 1;
    }
    Ok(JsValue::undefined())
}

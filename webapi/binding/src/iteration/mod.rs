//! What `iterable`, `async_iterable`, `maplike` and `setlike` give an interface.

mod asynchronous;
mod maplike;
mod pair;
mod setlike;

pub use asynchronous::{AsyncItem, AsyncIterable, AsyncIteration};
pub use maplike::Maplike;
pub use pair::Pair;
pub use setlike::Setlike;

use crate::{Callback, Cx, Fallible, Interface, convert, originals::Originals};
use boa_engine::{
    JsArgs, JsObject, JsResult, JsSymbol, JsValue, NativeFunction, js_string, object::FunctionObjectBuilder,
    object::builtins::JsArray, property::PropertyDescriptor,
};

/// How an interface's instances are iterated over.
#[derive(Debug, Clone, Copy)]
pub enum Iteration {
    /// `iterable<value>`, over indexed properties: <https://webidl.spec.whatwg.org/#js-iterable>.
    Value,
    /// `iterable<key, value>`.
    Pair(Pair),
    /// `async_iterable`.
    Async(AsyncIterable),
    /// `maplike`.
    Map(Maplike),
    /// `setlike`.
    Set(Setlike),
}

/// What an iterator gives of each entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Entries,
    Keys,
    Values,
}

impl Kind {
    /// The iterator's result for an entry.
    fn result(self, key: JsValue, value: JsValue, cx: &mut Cx) -> JsValue {
        match self {
            Self::Keys => key,
            Self::Values => value,
            Self::Entries => JsArray::from_iter([key, value], cx).into(),
        }
    }
}

/// Gives an interface's prototype what its iteration declaration stands for; returns the prototype of its iterators, if it has
/// one of its own.
pub(crate) fn define(prototype: &JsObject, interface: &'static Interface, cx: &mut Cx) -> JsResult<Option<JsObject>> {
    match interface.iteration {
        None => Ok(None),
        Some(Iteration::Value) => {
            value_iterable(prototype, cx)?;
            Ok(None)
        }
        Some(Iteration::Pair(_)) => pair::define(prototype, interface, cx).map(Some),
        Some(Iteration::Async(iterable)) => asynchronous::define(prototype, interface, iterable, cx).map(Some),
        Some(Iteration::Map(map)) => {
            maplike::define(prototype, interface, map, cx)?;
            Ok(None)
        }
        Some(Iteration::Set(set)) => {
            setlike::define(prototype, interface, set, cx)?;
            Ok(None)
        }
    }
}

/// The functions of arrays serve what has indexed properties: <https://webidl.spec.whatwg.org/#js-iterable>.
fn value_iterable(prototype: &JsObject, cx: &mut Cx) -> JsResult<()> {
    let originals = Originals::of(cx)?;
    for (name, function) in [
        ("entries", &originals.array_entries),
        ("keys", &originals.array_keys),
        ("forEach", &originals.array_for_each),
    ] {
        property(prototype, js_string!(name), function.clone().into(), true, cx)?;
    }
    let values = JsValue::from(cx.intrinsics().objects().array_prototype_values());
    property(prototype, js_string!("values"), values.clone(), true, cx)?;
    property(prototype, JsSymbol::iterator(), values, false, cx)
}

/// An operation on the prototype, unless the interface itself declares one of that name.
fn operation(
    prototype: &JsObject,
    interface: &'static Interface,
    name: &'static str,
    length: usize,
    native: NativeFunction,
    cx: &mut Cx,
) -> JsResult<JsValue> {
    let function: JsValue = FunctionObjectBuilder::new(cx.realm(), native)
        .name(js_string!(name))
        .length(length)
        .build()
        .into();
    if !interface.members.iter().any(|member| member.name == name) {
        property(prototype, js_string!(name), function.clone(), true, cx)?;
    }
    Ok(function)
}

/// A getter without a setter.
fn getter(prototype: &JsObject, name: &str, native: NativeFunction, cx: &mut Cx) -> JsResult<()> {
    let function = FunctionObjectBuilder::new(cx.realm(), native)
        .name(js_string!(format!("get {name}")))
        .build();
    let property = PropertyDescriptor::builder()
        .get(function)
        .set(JsValue::undefined())
        .enumerable(true)
        .configurable(true);
    prototype.define_property_or_throw(js_string!(name), property, cx)?;
    Ok(())
}

fn property(
    target: &JsObject,
    key: impl Into<boa_engine::property::PropertyKey>,
    value: JsValue,
    enumerable: bool,
    cx: &mut Cx,
) -> JsResult<()> {
    let property = PropertyDescriptor::builder()
        .value(value)
        .writable(true)
        .enumerable(enumerable)
        .configurable(true);
    target.define_property_or_throw(key, property, cx)?;
    Ok(())
}

/// `[object Foo Iterator]`.
fn tag(prototype: &JsObject, text: &str, cx: &mut Cx) -> JsResult<()> {
    let property = PropertyDescriptor::builder()
        .value(js_string!(text))
        .writable(false)
        .enumerable(false)
        .configurable(true);
    prototype.define_property_or_throw(JsSymbol::to_string_tag(), property, cx)?;
    Ok(())
}

/// <https://tc39.es/ecma262/#sec-createiterresultobject>
fn iterator_result(value: JsValue, done: bool, cx: &Cx) -> JsValue {
    let properties = vec![(js_string!("value"), value), (js_string!("done"), done.into())];
    convert::from_properties(properties, cx)
}

/// Runs `body`; what fails is thrown with the words for `interface`'s operation `name`.
fn guarded(
    interface: &'static Interface,
    name: &str,
    cx: &mut Cx,
    body: impl FnOnce(&mut Cx) -> Fallible<JsValue>,
) -> JsResult<JsValue> {
    body(cx).map_err(|error| {
        let context = || format!("Failed to execute '{name}' on '{}': ", interface.name);
        error.into_js(context, cx)
    })
}

/// The first arguments of `forEach`: the callback, and what is to be `this` in it.
fn for_each_arguments<'a>(args: &'a [JsValue], cx: &mut Cx) -> Fallible<(Callback, &'a JsValue)> {
    convert::require_arguments(args, 1)?;
    let callback = Callback::from_js(args.get_or_undefined(0), cx).map_err(|error| error.argument(1))?;
    Ok((callback, args.get_or_undefined(1)))
}

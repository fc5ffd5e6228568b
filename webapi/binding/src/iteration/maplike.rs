//! `maplike`: <https://webidl.spec.whatwg.org/#js-maplike>.

use super::{for_each_arguments, getter, guarded, operation, property};
use crate::{Cx, Error, Fallible, Interface, convert};
use boa_engine::{JsArgs, JsObject, JsResult, JsSymbol, JsValue, NativeFunction, object::builtins::JsMap};

/// Conversion of a key or value to its IDL type and back.
type Convert = fn(&JsValue, &mut Cx) -> Fallible<JsValue>;

/// What a maplike interface tells of itself.
#[derive(Debug, Clone, Copy)]
pub struct Maplike {
    /// The map entries of an object that implements the interface.
    pub entries: fn(&JsValue, &mut Cx) -> Fallible<JsMap>,
    /// A key as the IDL types it.
    pub key: Convert,
    /// A value as the IDL types it.
    pub value: Convert,
    /// Scripts cannot change the entries.
    pub readonly: bool,
}

/// Defines the members that stand for the declaration.
pub(super) fn define(prototype: &JsObject, interface: &'static Interface, map: Maplike, cx: &mut Cx) -> JsResult<()> {
    let size = NativeFunction::from_copy_closure(move |this, _, cx| {
        guarded(interface, "size", cx, |cx| Ok((map.entries)(this, cx)?.get_size(cx)?))
    });
    getter(prototype, "size", size, cx)?;
    type Body = fn(Maplike, &JsValue, &[JsValue], &mut Cx) -> Fallible<JsValue>;
    let define = |name: &'static str, length: usize, body: Body, cx: &mut Cx| {
        let native = NativeFunction::from_copy_closure(move |this, args, cx| {
            guarded(interface, name, cx, |cx| body(map, this, args, cx))
        });
        operation(prototype, interface, name, length, native, cx)
    };
    let entries = define(
        "entries",
        0,
        |map, this, _, cx| iterator((map.entries)(this, cx)?.entries(cx)?),
        cx,
    )?;
    define(
        "keys",
        0,
        |map, this, _, cx| iterator((map.entries)(this, cx)?.keys(cx)?),
        cx,
    )?;
    define(
        "values",
        0,
        |map, this, _, cx| iterator((map.entries)(this, cx)?.values(cx)?),
        cx,
    )?;
    define("forEach", 1, for_each, cx)?;
    define(
        "get",
        1,
        |map, this, args, cx| {
            let entries = (map.entries)(this, cx)?;
            let key = argument(args, 0, 1, map.key, cx)?;
            Ok(entries.get(key, cx)?)
        },
        cx,
    )?;
    define(
        "has",
        1,
        |map, this, args, cx| {
            let entries = (map.entries)(this, cx)?;
            let key = argument(args, 0, 1, map.key, cx)?;
            Ok(entries.has(key, cx)?)
        },
        cx,
    )?;
    if !map.readonly {
        define(
            "set",
            2,
            |map, this, args, cx| {
                let entries = (map.entries)(this, cx)?;
                let key = argument(args, 0, 2, map.key, cx)?;
                let value = argument(args, 1, 2, map.value, cx)?;
                entries.set(key, value, cx)?;
                Ok(this.clone())
            },
            cx,
        )?;
        define(
            "delete",
            1,
            |map, this, args, cx| {
                let entries = (map.entries)(this, cx)?;
                let key = argument(args, 0, 1, map.key, cx)?;
                Ok(entries.delete(key, cx)?)
            },
            cx,
        )?;
        define(
            "clear",
            0,
            |map, this, _, cx| Ok((map.entries)(this, cx)?.clear(cx)?),
            cx,
        )?;
    }
    property(prototype, JsSymbol::iterator(), entries, false, cx)
}

fn iterator(iterator: impl Into<JsValue>) -> Fallible<JsValue> {
    Ok(iterator.into())
}

/// The argument at `index` of `required` ones, as the IDL types it.
fn argument(args: &[JsValue], index: usize, required: usize, convert: Convert, cx: &mut Cx) -> Fallible<JsValue> {
    convert::require_arguments(args, required)?;
    convert(args.get_or_undefined(index), cx).map_err(|error| error.argument(index + 1))
}

fn for_each(map: Maplike, this: &JsValue, args: &[JsValue], cx: &mut Cx) -> Fallible<JsValue> {
    let entries = (map.entries)(this, cx)?;
    let (callback, receiver) = for_each_arguments(args, cx)?;
    // The iterator sees what the callback changes.
    let iterator = entries.entries(cx)?;
    while let Some(entry) = convert::iterator_value(&iterator.next(cx)?, cx)? {
        let entry = entry.as_object().ok_or_else(broken)?;
        let (key, value) = (entry.get(0, cx)?, entry.get(1, cx)?);
        callback.call(receiver, &[value, key, this.clone()], cx)?;
    }
    Ok(JsValue::undefined())
}

fn broken() -> Error {
    Error::Type("The map's iterator is broken.".to_owned())
}

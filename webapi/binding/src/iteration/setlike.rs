//! `setlike`: <https://webidl.spec.whatwg.org/#js-setlike>.

use super::{for_each_arguments, getter, guarded, operation, property};
use crate::{Cx, Fallible, Interface, convert, originals::Originals};
use boa_engine::{JsArgs, JsObject, JsResult, JsSymbol, JsValue, NativeFunction, js_string, object::builtins::JsSet};

/// What a setlike interface tells of itself.
#[derive(Debug, Clone, Copy)]
pub struct Setlike {
    /// The set entries of an object that implements the interface.
    pub entries: fn(&JsValue, &mut Cx) -> Fallible<JsSet>,
    /// A value as the IDL types it.
    pub value: fn(&JsValue, &mut Cx) -> Fallible<JsValue>,
    /// Scripts cannot change the entries.
    pub readonly: bool,
}

/// Defines the members that stand for the declaration.
pub(super) fn define(prototype: &JsObject, interface: &'static Interface, set: Setlike, cx: &mut Cx) -> JsResult<()> {
    let size = NativeFunction::from_copy_closure(move |this, _, cx| {
        guarded(interface, "size", cx, |cx| {
            Ok(JsValue::from((set.entries)(this, cx)?.size()))
        })
    });
    getter(prototype, "size", size, cx)?;
    type Body = fn(Setlike, &JsValue, &[JsValue], &mut Cx) -> Fallible<JsValue>;
    let define = |name: &'static str, length: usize, body: Body, cx: &mut Cx| {
        let native = NativeFunction::from_copy_closure(move |this, args, cx| {
            guarded(interface, name, cx, |cx| body(set, this, args, cx))
        });
        operation(prototype, interface, name, length, native, cx)
    };
    let values = define(
        "values",
        0,
        |set, this, _, cx| Ok((set.entries)(this, cx)?.values(cx)?.into()),
        cx,
    )?;
    define(
        "entries",
        0,
        |set, this, _, cx| entries(&(set.entries)(this, cx)?, cx),
        cx,
    )?;
    // NOTE: `keys` is the very function that `values` is, as it is of a Set.
    if !interface.members.iter().any(|member| member.name == "keys") {
        property(prototype, js_string!("keys"), values.clone(), true, cx)?;
    }
    define("forEach", 1, for_each, cx)?;
    define(
        "has",
        1,
        |set, this, args, cx| {
            let entries = (set.entries)(this, cx)?;
            Ok(entries.has(argument(set, args, cx)?).into())
        },
        cx,
    )?;
    if !set.readonly {
        define(
            "add",
            1,
            |set, this, args, cx| {
                let entries = (set.entries)(this, cx)?;
                let value = argument(set, args, cx)?;
                entries.add(value, cx)?;
                Ok(this.clone())
            },
            cx,
        )?;
        define(
            "delete",
            1,
            |set, this, args, cx| {
                let entries = (set.entries)(this, cx)?;
                Ok(entries.delete(argument(set, args, cx)?).into())
            },
            cx,
        )?;
        define(
            "clear",
            0,
            |set, this, _, cx| {
                (set.entries)(this, cx)?.clear();
                Ok(JsValue::undefined())
            },
            cx,
        )?;
    }
    property(prototype, JsSymbol::iterator(), values, false, cx)
}

fn argument(set: Setlike, args: &[JsValue], cx: &mut Cx) -> Fallible<JsValue> {
    convert::require_arguments(args, 1)?;
    (set.value)(args.get_or_undefined(0), cx).map_err(|error| error.argument(1))
}

/// The intrinsic `entries` of sets, which the engine's own type does not show.
fn entries(set: &JsSet, cx: &mut Cx) -> Fallible<JsValue> {
    Ok(Originals::of(cx)?
        .set_entries
        .call(&JsValue::from(set.clone()), &[], cx)?)
}

fn for_each(set: Setlike, this: &JsValue, args: &[JsValue], cx: &mut Cx) -> Fallible<JsValue> {
    let entries = (set.entries)(this, cx)?;
    let (callback, receiver) = for_each_arguments(args, cx)?;
    // The iterator sees what the callback changes.
    let iterator = entries.values(cx)?;
    while let Some(value) = convert::iterator_value(&iterator.next(cx)?, cx)? {
        callback.call(receiver, &[value.clone(), value, this.clone()], cx)?;
    }
    Ok(JsValue::undefined())
}

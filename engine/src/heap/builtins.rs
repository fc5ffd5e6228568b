//! Built-ins that make large things in one call: each is a safe point, and none fills the memory by itself.
//!
//! Nothing stops a built-in while it works, so one that is asked for more than the heap has room for says so beforehand, as
//! browsers do for strings that are too long.

use super::collector;
use boa_engine::object::FunctionObjectBuilder;
use boa_engine::property::{PropertyDescriptor, PropertyKey};
use boa_engine::string::JsStr;
use boa_engine::{
    Context, JsArgs, JsError, JsNativeError, JsObject, JsResult, JsString, JsSymbol, JsValue, NativeFunction, js_string,
};
use boa_gc::{Finalize, Trace};

/// What a call is going to take, in bytes, if that can be told without running a script.
type Estimate = fn(this: &JsValue, arguments: &[JsValue]) -> Option<f64>;

/// What takes less may as well be tried, in bytes: if the heap is full then, it is full.
const LARGE: f64 = (1 << 20) as f64;

/// The size of one value in an array.
const VALUE: f64 = size_of::<JsValue>() as f64;

/// What makes a new array of an array.
const ARRAY_MAKERS: &[&str] = &[
    "concat",
    "filter",
    "flat",
    "flatMap",
    "map",
    "slice",
    "splice",
    "toReversed",
    "toSorted",
    "toSpliced",
    "with",
];

/// Replaces functions of the current realm, in which no script may have run yet, by ones that look at the heap first.
///
/// # Errors
/// If the realm is not as the engine makes it.
pub(crate) fn install(cx: &mut Context) -> JsResult<()> {
    let constructors = cx.intrinsics().constructors();
    let array = constructors.array().prototype();
    let string = constructors.string().prototype();
    let array_constructor = constructors.array().constructor();
    let object = constructors.object().constructor();
    guard(&array_constructor, js_string!("from"), array_from, cx)?;
    guard(&array, js_string!("fill"), array_fill, cx)?;
    for name in ARRAY_MAKERS {
        guard(&array, js_string!(*name), unknown, cx)?;
    }
    for name in ["keys", "values", "entries"] {
        guard(&object, js_string!(name), unknown, cx)?;
    }
    guard(&string, js_string!("split"), unknown, cx)?;
    guard(&string, js_string!("repeat"), string_repeat, cx)?;
    guard(&string, js_string!("padStart"), string_pad, cx)?;
    guard(&string, js_string!("padEnd"), string_pad, cx)
}

fn guard(object: &JsObject, name: JsString, estimate: Estimate, cx: &mut Context) -> JsResult<()> {
    let property = object.borrow().properties().get(&PropertyKey::from(name.clone()));
    let original = property
        .as_ref()
        .and_then(PropertyDescriptor::value)
        .and_then(JsValue::as_callable);
    let Some(original) = original else {
        let message = "the built-ins are not as the engine makes them: prepare a realm before any script runs";
        return Err(JsNativeError::typ().with_message(message).into());
    };
    let length = original.get(js_string!("length"), cx)?.to_length(cx)?;
    let captured = Guarded { original, estimate };
    let native = NativeFunction::from_copy_closure_with_captures(call, captured);
    let function = FunctionObjectBuilder::new(cx.realm(), native)
        .name(name.clone())
        .length(usize::try_from(length).unwrap_or_default())
        .build();
    // The attributes stay as they are.
    let value = PropertyDescriptor::builder().value(function);
    object.define_property_or_throw(name, value, cx)?;
    Ok(())
}

#[derive(Trace, Finalize)]
struct Guarded {
    original: JsObject,
    #[unsafe_ignore_trace]
    estimate: Estimate,
}

fn call(this: &JsValue, arguments: &[JsValue], guarded: &Guarded, cx: &mut Context) -> JsResult<JsValue> {
    collector::relieve();
    if let Some(bytes) = (guarded.estimate)(this, arguments)
        && bytes >= LARGE
        && !collector::make_room(bytes as u64)
    {
        return Err(out_of_room());
    }
    guarded.original.call(this, arguments, cx)
}

/// What browsers throw for an array or string that is too long for them.
fn out_of_room() -> JsError {
    JsNativeError::range()
        .with_message("not enough memory: the result would be larger than what the heap has room for")
        .into()
}

fn unknown(_: &JsValue, _: &[JsValue]) -> Option<f64> {
    None
}

/// `Array.from({ length })`, of what cannot be iterated.
fn array_from(_: &JsValue, arguments: &[JsValue]) -> Option<f64> {
    let items = arguments.get_or_undefined(0);
    let length = own_value(items, js_string!("length"))?.as_number()?;
    let mut holder = items.as_object();
    while let Some(object) = holder {
        if object.borrow().properties().get(&JsSymbol::iterator().into()).is_some() {
            return None;
        }
        holder = object.prototype();
    }
    Some(length * VALUE)
}

/// `new Array(length).fill(value)`, of an array that has room but no elements.
fn array_fill(this: &JsValue, arguments: &[JsValue]) -> Option<f64> {
    let length = own_value(this, js_string!("length"))?.as_number()?;
    let is_new = arguments.len() <= 1 && own_value(this, 0).is_none();
    is_new.then_some(length * VALUE)
}

fn string_repeat(this: &JsValue, arguments: &[JsValue]) -> Option<f64> {
    /// What the engine notes for each repetition before it joins them.
    const NOTE: f64 = size_of::<JsStr<'_>>() as f64;
    let text = this.as_string()?;
    let each = match text.len() {
        0 => 0.0,
        length => NOTE + width(&text) * length as f64,
    };
    Some(arguments.get_or_undefined(0).as_number()? * each)
}

fn string_pad(this: &JsValue, arguments: &[JsValue]) -> Option<f64> {
    let text = this.as_string()?;
    let filler = match arguments.get_or_undefined(1) {
        filler if filler.is_undefined() => 1.0,
        filler => filler
            .as_string()
            .filter(|filler| !filler.is_empty())
            .map(|filler| width(&filler))?,
    };
    let width = filler.max(width(&text));
    Some(arguments.get_or_undefined(0).as_number()? * width)
}

/// How many bytes a unit of this string takes.
fn width(text: &JsString) -> f64 {
    match text.as_str().is_latin1() {
        true => 1.0,
        false => 2.0,
    }
}

/// What is in an own data property of the object.
fn own_value(object: &JsValue, name: impl Into<PropertyKey>) -> Option<JsValue> {
    let object = object.as_object()?;
    let property = object.borrow().properties().get(&name.into())?;
    property.value().cloned()
}

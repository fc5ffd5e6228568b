//! JavaScript values to IDL values and back: <https://webidl.spec.whatwg.org/#js-type-mapping>.

use crate::{Cx, Error, Fallible, originals::Originals};
use boa_engine::{
    JsBigInt, JsObject, JsString, JsSymbol, JsValue, js_string,
    object::builtins::{JsArray, JsPromise},
    property::PropertyDescriptor,
};

/// <https://webidl.spec.whatwg.org/#js-object>
pub fn object(value: &JsValue) -> Fallible<JsObject> {
    value
        .as_object()
        .ok_or_else(|| Error::Conversion("is not of type 'object'.".to_owned()))
}

/// An IDL integer type.
pub trait Integer: Copy {
    /// The least value that is told apart.
    const MIN: f64;
    /// The greatest value that is told apart.
    const MAX: f64;
    /// How many values the type has.
    const COUNT: f64;
    /// `value` is an integer within the type's range.
    fn from_integer(value: f64) -> Self;
    /// The same, up to the whole width of the type.
    fn from_wrapped(value: i128) -> Self;
}

macro_rules! integers {
    ($($ty:ty: $min:expr, $max:expr, $count:expr;)*) => {$(
        impl Integer for $ty {
            const MIN: f64 = $min;
            const MAX: f64 = $max;
            const COUNT: f64 = $count;
            fn from_integer(value: f64) -> Self {
                value as Self
            }
            fn from_wrapped(value: i128) -> Self {
                value as Self
            }
        }
    )*};
}

/// The largest integer up to which each has a double of its own.
const SAFE: f64 = 9_007_199_254_740_991.0;
const TWO_64: f64 = 18_446_744_073_709_551_616.0;

integers! {
    i8: -128.0, 127.0, 256.0;
    u8: 0.0, 255.0, 256.0;
    i16: -32_768.0, 32_767.0, 65_536.0;
    u16: 0.0, 65_535.0, 65_536.0;
    i32: -2_147_483_648.0, 2_147_483_647.0, 4_294_967_296.0;
    u32: 0.0, 4_294_967_295.0, 4_294_967_296.0;
    i64: -SAFE, SAFE, TWO_64;
    u64: 0.0, SAFE, TWO_64;
}

/// <https://webidl.spec.whatwg.org/#abstract-opdef-converttoint>
pub fn integer<T: Integer>(value: &JsValue, cx: &mut Cx) -> Fallible<T> {
    // 4. The number.
    let number = value.to_number(cx)?;
    // 8. What is no finite number is zero.
    if !number.is_finite() {
        return Ok(T::from_integer(0.0));
    }
    // 9–10. The integer part, modulo the number of values. The remainder is exact, the sum of two doubles would not be.
    let remainder = (number.trunc() % T::COUNT) as i128;
    let count = T::COUNT as i128;
    let modulo = remainder.rem_euclid(count);
    // 11. The upper half stands for negative values in a signed type.
    if T::MIN < 0.0 && modulo >= count / 2 {
        return Ok(T::from_wrapped(modulo - count));
    }
    Ok(T::from_wrapped(modulo))
}

/// The same with `[Clamp]`.
pub fn clamp<T: Integer>(value: &JsValue, cx: &mut Cx) -> Fallible<T> {
    let number = value.to_number(cx)?;
    // 7. Into the range, to the nearest integer, halves to the even one; NaN is zero.
    if number.is_nan() {
        return Ok(T::from_integer(0.0));
    }
    Ok(T::from_integer(number.clamp(T::MIN, T::MAX).round_ties_even()))
}

/// The same with `[EnforceRange]`.
pub fn enforce_range<T: Integer>(value: &JsValue, cx: &mut Cx) -> Fallible<T> {
    let number = value.to_number(cx)?;
    // 6.1. Only finite numbers.
    if !number.is_finite() {
        return Err(Error::Conversion("is not a finite number.".to_owned()));
    }
    // 6.2–6.3. The integer part must be within the range.
    let number = number.trunc();
    if number < T::MIN || number > T::MAX {
        return Err(Error::Conversion(format!(
            "is outside the range {} to {}.",
            T::MIN,
            T::MAX
        )));
    }
    Ok(T::from_integer(number))
}

/// <https://webidl.spec.whatwg.org/#js-double>
pub fn double(value: &JsValue, cx: &mut Cx) -> Fallible<f64> {
    let number = value.to_number(cx)?;
    if number.is_finite() {
        Ok(number)
    } else {
        Err(Error::Conversion("is not a finite number.".to_owned()))
    }
}

/// <https://webidl.spec.whatwg.org/#js-unrestricted-double>
pub fn unrestricted_double(value: &JsValue, cx: &mut Cx) -> Fallible<f64> {
    Ok(value.to_number(cx)?)
}

/// <https://webidl.spec.whatwg.org/#js-float>
pub fn float(value: &JsValue, cx: &mut Cx) -> Fallible<f32> {
    let number = double(value, cx)? as f32;
    if number.is_finite() {
        Ok(number)
    } else {
        Err(Error::Conversion("is outside the range of floats.".to_owned()))
    }
}

/// <https://webidl.spec.whatwg.org/#js-unrestricted-float>
pub fn unrestricted_float(value: &JsValue, cx: &mut Cx) -> Fallible<f32> {
    Ok(value.to_number(cx)? as f32)
}

/// <https://webidl.spec.whatwg.org/#js-bigint>
pub fn bigint(value: &JsValue, cx: &mut Cx) -> Fallible<JsBigInt> {
    Ok(value.to_bigint(cx)?)
}

/// <https://webidl.spec.whatwg.org/#js-symbol>
pub fn symbol(value: &JsValue) -> Fallible<JsSymbol> {
    value
        .as_symbol()
        .ok_or_else(|| Error::Conversion("is not a symbol.".to_owned()))
}

/// <https://webidl.spec.whatwg.org/#js-DOMString>
pub fn dom_string(value: &JsValue, cx: &mut Cx) -> Fallible<JsString> {
    Ok(value.to_string(cx)?)
}

/// The same with `[LegacyNullToEmptyString]`.
pub fn dom_string_or_null(value: &JsValue, cx: &mut Cx) -> Fallible<JsString> {
    if value.is_null() {
        return Ok(JsString::default());
    }
    dom_string(value, cx)
}

/// <https://webidl.spec.whatwg.org/#js-USVString>
pub fn usv_string(value: &JsValue, cx: &mut Cx) -> Fallible<String> {
    Ok(value.to_string(cx)?.to_std_string_lossy())
}

/// <https://webidl.spec.whatwg.org/#js-ByteString>, one character a byte.
pub fn from_byte_string(bytes: &[u8]) -> JsValue {
    let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
    JsValue::from(JsString::from(text.as_str()))
}

/// <https://webidl.spec.whatwg.org/#js-ByteString>
pub fn byte_string(value: &JsValue, cx: &mut Cx) -> Fallible<Vec<u8>> {
    // 2. Every code unit must fit into a byte.
    value
        .to_string(cx)?
        .iter()
        .map(u8::try_from)
        .collect::<Result<_, _>>()
        .map_err(|_| Error::Conversion("contains a character outside the range of bytes.".to_owned()))
}

/// <https://webidl.spec.whatwg.org/#js-promise>
pub fn promise(value: &JsValue, cx: &mut Cx) -> Fallible<JsPromise> {
    Ok(JsPromise::resolve(value.clone(), cx)?)
}

/// <https://webidl.spec.whatwg.org/#js-nullable-type>
pub fn nullable<T>(
    value: &JsValue,
    cx: &mut Cx,
    convert: impl FnOnce(&JsValue, &mut Cx) -> Fallible<T>,
) -> Fallible<Option<T>> {
    if value.is_null_or_undefined() {
        return Ok(None);
    }
    convert(value, cx).map(Some)
}

/// Whether the value is an object with an iterator method.
pub fn is_iterable(value: &JsValue, cx: &mut Cx) -> Fallible<bool> {
    match value.as_object() {
        Some(object) => Ok(!object.get(JsSymbol::iterator(), cx)?.is_null_or_undefined()),
        None => Ok(false),
    }
}

/// <https://webidl.spec.whatwg.org/#js-sequence>
pub fn sequence<T>(
    value: &JsValue,
    cx: &mut Cx,
    mut convert: impl FnMut(&JsValue, &mut Cx) -> Fallible<T>,
) -> Fallible<Vec<T>> {
    let not_a_sequence = || Error::Conversion("cannot be converted to a sequence.".to_owned());
    // 1–3. An object with an iterator method.
    let object = value.as_object().ok_or_else(not_a_sequence)?;
    let method = object.get(JsSymbol::iterator(), cx)?;
    let method = method.as_callable().ok_or_else(not_a_sequence)?;
    // 4. All that it gives, converted one by one.
    let iterator = method.call(value, &[], cx)?;
    let iterator = iterator.as_object().ok_or_else(not_a_sequence)?;
    let next = iterator.get(js_string!("next"), cx)?;
    let next = next.as_callable().ok_or_else(not_a_sequence)?;
    let mut items = Vec::new();
    loop {
        let step = next.call(&JsValue::from(iterator.clone()), &[], cx)?;
        match iterator_value(&step, cx)? {
            Some(item) => items.push(convert(&item, cx)?),
            None => return Ok(items),
        }
    }
}

/// What an iterator's result gives, if it is not the end: <https://tc39.es/ecma262/#sec-iteratorstepvalue>.
pub(crate) fn iterator_value(step: &JsValue, cx: &mut Cx) -> Fallible<Option<JsValue>> {
    let step = step
        .as_object()
        .ok_or_else(|| Error::Type("The iterator's result is not an object.".to_owned()))?;
    if step.get(js_string!("done"), cx)?.to_boolean() {
        return Ok(None);
    }
    Ok(Some(step.get(js_string!("value"), cx)?))
}

/// <https://webidl.spec.whatwg.org/#js-record>
pub fn record<K: PartialEq, V>(
    value: &JsValue,
    cx: &mut Cx,
    mut key: impl FnMut(&JsValue, &mut Cx) -> Fallible<K>,
    mut item: impl FnMut(&JsValue, &mut Cx) -> Fallible<V>,
) -> Fallible<Vec<(K, V)>> {
    // 1. Only objects.
    let object = object(value)?;
    let mut pairs: Vec<(K, V)> = Vec::new();
    // 3–4. Every own enumerable property, symbols too, which then fail to convert.
    for name in object.own_property_keys(cx)? {
        let name = JsValue::from(name);
        if !is_enumerable(&object, &name, cx)? {
            continue;
        }
        let typed_key = key(&name, cx)?;
        let property = name.to_property_key(cx)?;
        let value = object.get(property, cx)?;
        let typed_value = item(&value, cx)?;
        match pairs.iter_mut().find(|(known, _)| *known == typed_key) {
            Some(pair) => pair.1 = typed_value,
            None => pairs.push((typed_key, typed_value)),
        }
    }
    Ok(pairs)
}

/// Whether the object has an own enumerable property of that name, as its `[[GetOwnProperty]]` tells (a proxy's trap included).
fn is_enumerable(object: &JsObject, name: &JsValue, cx: &mut Cx) -> Fallible<bool> {
    let args = [object.clone().into(), name.clone()];
    let descriptor = Originals::of(cx)?
        .own_property_descriptor
        .call(&JsValue::undefined(), &args, cx)?;
    match descriptor.as_object() {
        Some(descriptor) => Ok(descriptor.get(js_string!("enumerable"), cx)?.to_boolean()),
        None => Ok(false),
    }
}

/// 1. of <https://webidl.spec.whatwg.org/#js-dictionary>: only objects and what stands for none.
pub fn dictionary(value: &JsValue, name: &str) -> Fallible<()> {
    if value.is_null_or_undefined() || value.is_object() {
        Ok(())
    } else {
        Err(Error::Conversion(format!("is not of type '{name}'.")))
    }
}

/// A dictionary's member; undefined where there is none.
pub fn member(value: &JsValue, name: &str, cx: &mut Cx) -> Fallible<JsValue> {
    match value.as_object() {
        Some(object) => Ok(object.get(js_string!(name), cx)?),
        None => Ok(JsValue::undefined()),
    }
}

/// A required member of a dictionary is not there.
pub fn missing_member(dictionary: &str, member: &str) -> Error {
    Error::Type(format!("Required member '{member}' of '{dictionary}' is undefined."))
}

/// A string that an enumeration lacks.
pub fn not_in_enumeration(text: &str, name: &str) -> Error {
    Error::Conversion(format!("('{text}') is not a valid value of the enumeration {name}."))
}

/// A value that fits no member of a union.
pub fn no_union_member(name: &str) -> Error {
    Error::Conversion(format!("is not of type '{}'.", name.replace("Or", " or ")))
}

/// A value by which no overload can be chosen.
pub fn no_overload() -> Error {
    Error::Type("Overload resolution failed.".to_owned())
}

/// <https://webidl.spec.whatwg.org/#dfn-create-operation-function>, the check for too few arguments.
pub fn require_arguments(args: &[JsValue], required: usize) -> Fallible<()> {
    if args.len() >= required {
        return Ok(());
    }
    let plural = if required == 1 { "" } else { "s" };
    Err(Error::Type(format!(
        "{required} argument{plural} required, but only {} present.",
        args.len()
    )))
}

/// The arguments of a callback: what is missing at the end is not passed, one that is missing before one that is there is undefined.
pub fn given(mut args: Vec<Option<JsValue>>) -> Vec<JsValue> {
    while args.last().is_some_and(Option::is_none) {
        args.pop();
    }
    args.into_iter().map(Option::unwrap_or_default).collect()
}

/// The first argument; undefined where there is none.
pub fn first(args: &[JsValue]) -> JsValue {
    args.first().cloned().unwrap_or_default()
}

/// Pairs as a new object: <https://webidl.spec.whatwg.org/#js-record>.
pub fn from_record<K, V>(
    pairs: Vec<(K, V)>,
    cx: &mut Cx,
    mut key: impl FnMut(K, &mut Cx) -> JsValue,
    mut value: impl FnMut(V, &mut Cx) -> JsValue,
) -> JsValue {
    let properties = pairs
        .into_iter()
        .map(|(name, item)| {
            let name = key(name, cx).as_string().unwrap_or_default();
            (name, value(item, cx))
        })
        .collect();
    from_properties(properties, cx)
}

/// A new object with these properties, in this order.
pub fn from_properties(properties: Vec<(JsString, JsValue)>, cx: &Cx) -> JsValue {
    let object = JsObject::with_object_proto(cx.intrinsics());
    for (name, value) in properties {
        let property = PropertyDescriptor::builder()
            .value(value)
            .writable(true)
            .enumerable(true)
            .configurable(true);
        object.insert_property(name, property);
    }
    object.into()
}

/// A list as a new array: <https://webidl.spec.whatwg.org/#js-sequence>.
pub fn from_sequence<T>(items: Vec<T>, cx: &mut Cx, mut convert: impl FnMut(T, &mut Cx) -> JsValue) -> JsValue {
    let items: Vec<JsValue> = items.into_iter().map(|item| convert(item, cx)).collect();
    JsArray::from_iter(items, cx).into()
}

/// A frozen array: <https://webidl.spec.whatwg.org/#dfn-create-frozen-array>.
///
/// # Errors
/// Only where the engine is being ended.
pub fn frozen_array(items: Vec<JsValue>, cx: &mut Cx) -> Fallible<JsObject> {
    let array: JsObject = JsArray::from_iter(items, cx).into();
    array.set_integrity_level(boa_engine::object::IntegrityLevel::Frozen, cx)?;
    Ok(array)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome<T: std::fmt::Debug>(result: Fallible<T>) -> String {
        match result {
            Ok(value) => format!("{value:?}"),
            Err(Error::Conversion(text)) => text,
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn numbers_wrap_clamp_or_are_refused() {
        let cx = &mut Cx::default();
        for (value, wrapped, clamped, enforced) in [
            (1.9, "1", "2", "1"),
            (-1.0, "255", "0", "is outside the range 0 to 255."),
            (-0.5, "0", "0", "0"),
            (256.0, "0", "255", "is outside the range 0 to 255."),
            (2.5, "2", "2", "2"),
            (f64::NAN, "0", "0", "is not a finite number."),
            (f64::INFINITY, "0", "255", "is not a finite number."),
        ] {
            let value = JsValue::from(value);
            assert_eq!(outcome(integer::<u8>(&value, cx)), wrapped);
            assert_eq!(outcome(clamp::<u8>(&value, cx)), clamped);
            assert_eq!(outcome(enforce_range::<u8>(&value, cx)), enforced);
        }
        assert_eq!(outcome(integer::<i32>(&JsValue::from(4_294_967_295.0), cx)), "-1");
        assert_eq!(outcome(integer::<u64>(&JsValue::from(-1.0), cx)), u64::MAX.to_string());
        assert_eq!(outcome(double(&JsValue::from(f64::NAN), cx)), "is not a finite number.");
        assert_eq!(outcome(double(&JsValue::from(0.5), cx)), "0.5");
    }
}

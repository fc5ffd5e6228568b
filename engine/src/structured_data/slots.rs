//! Reading the internal slots that the engine's API does not show.
//!
//! The prototype's getters would tell, but a page may have replaced them, and nothing here may run its code.

use std::mem;

use boa_engine::builtins::typed_array::TypedArray;
use boa_engine::native_function::NativeFunctionObject;
use boa_engine::object::builtins::{JsArrayBuffer, JsDataView, JsRegExp, JsSharedArrayBuffer, JsTypedArray};
use boa_engine::property::{PropertyDescriptor, PropertyKey};
use boa_engine::{Context, JsNativeError, JsObject, JsResult, JsString, JsValue, js_string};

use super::format::View;

/// The own property of an ordinary object or array, without running anything.
pub(super) fn own_property(object: &JsObject, key: &PropertyKey) -> Option<PropertyDescriptor> {
    object.borrow().properties().get(key)
}

/// The own *data* property of an ordinary object or array.
pub(super) fn own_value(object: &JsObject, key: JsString) -> Option<JsValue> {
    own_property(object, &key.into())?.value().cloned()
}

/// A buffer's `[[ArrayBufferMaxByteLength]]`, or `None` if its length is fixed. The buffer must not be detached.
pub(super) fn max_byte_length(buffer: &JsArrayBuffer, cx: &mut Context) -> JsResult<Option<u64>> {
    if !is_resizable(buffer) {
        return Ok(None);
    }
    // The engine reserves exactly the maximum for a resizable block and never moves it. Only a detached block tells
    // its capacity, so detach it and put it back.
    let block = buffer.detach(&JsValue::undefined())?;
    let maximum = block.capacity() as u64;
    let restored = JsArrayBuffer::from_byte_block(block, cx)?.with_max_byte_length(maximum);
    mem::swap(buffer.borrow_mut().data_mut(), restored.borrow_mut().data_mut());
    Ok(Some(maximum))
}

/// Whether a buffer that is not detached has an
/// [`[[ArrayBufferMaxByteLength]]`](https://tc39.es/ecma262/#sec-isfixedlengtharraybuffer).
pub fn is_resizable(buffer: &JsArrayBuffer) -> bool {
    // Resizing to the present length changes nothing, and fails for a fixed length.
    let length = buffer.byte_length() as u64;
    buffer.borrow_mut().data_mut().resize(length).is_ok()
}

/// The buffer and the slots of a typed array or `DataView`, or `None` if
/// [it is out of bounds](https://tc39.es/ecma262/#sec-isarraybufferviewoutofbounds).
pub(super) fn view(object: &JsObject, cx: &mut Context) -> JsResult<Option<(JsObject, View)>> {
    if let Ok(view) = JsDataView::from_object(object.clone()) {
        return data_view(&view, cx);
    }
    let buffer = JsTypedArray::from_object(object.clone())?
        .buffer(cx)?
        .as_object()
        .ok_or_else(unexpected)?;
    let Some(buffer_length) = byte_length(&buffer) else {
        return Ok(None);
    };
    let array = object.downcast_ref::<TypedArray>().ok_or_else(unexpected)?;
    let offset = array.byte_offset();
    // Only a view that tracks its buffer would be longer over a longer buffer; 64 is a multiple of each element size.
    let long = usize::MAX;
    let tracking = array.byte_length(long) != array.byte_length(long - 64);
    let end = if tracking {
        offset
    } else {
        offset + array.byte_length(long)
    };
    if end > buffer_length as u64 {
        return Ok(None);
    }
    let length = (!tracking).then(|| array.array_length(long));
    Ok(Some((
        buffer,
        View {
            kind: Some(array.kind()),
            offset,
            length,
        },
    )))
}

fn data_view(view: &JsDataView, cx: &mut Context) -> JsResult<Option<(JsObject, View)>> {
    let buffer = view.buffer(cx)?.as_object().ok_or_else(unexpected)?;
    // The length is an error exactly if the view is out of bounds.
    let Ok(length) = view.byte_length(cx) else {
        return Ok(None);
    };
    let offset = view.byte_offset(cx)?;
    let at_end = byte_length(&buffer).is_some_and(|end| end as u64 == offset + length);
    let tracking = at_end && tracks_length(view, &buffer, offset, length, cx)?;
    Ok(Some((
        buffer,
        View {
            kind: None,
            offset,
            length: (!tracking).then_some(length),
        },
    )))
}

/// Whether a `DataView` whose end is its buffer's end has no length of its own.
///
/// Looks at the view over a probe, which takes the buffer's place for that moment: the shortest buffer over which the
/// length must change if it is tracked.
fn tracks_length(view: &JsDataView, buffer: &JsObject, offset: u64, length: u64, cx: &mut Context) -> JsResult<bool> {
    let probe_length = usize::try_from(if length > 0 { offset } else { offset + 1 }).map_err(|_| unexpected())?;
    let seen = if let Ok(buffer) = JsArrayBuffer::from_object(buffer.clone()) {
        if !is_resizable(&buffer) {
            return Ok(false);
        }
        let probe = JsArrayBuffer::new(probe_length, cx)?;
        mem::swap(buffer.borrow_mut().data_mut(), probe.borrow_mut().data_mut());
        let seen = view.byte_length(cx);
        mem::swap(buffer.borrow_mut().data_mut(), probe.borrow_mut().data_mut());
        seen
    } else {
        let buffer = JsSharedArrayBuffer::from_object(buffer.clone())?;
        let probe = JsSharedArrayBuffer::new(probe_length, cx)?;
        mem::swap(buffer.borrow_mut().data_mut(), probe.borrow_mut().data_mut());
        let seen = view.byte_length(cx);
        mem::swap(buffer.borrow_mut().data_mut(), probe.borrow_mut().data_mut());
        seen
    };
    Ok(seen.is_ok_and(|seen| seen != length))
}

/// The length of a buffer of either kind, or `None` if it is detached.
fn byte_length(buffer: &JsObject) -> Option<usize> {
    if let Ok(buffer) = JsArrayBuffer::from_object(buffer.clone()) {
        return buffer.data().map(|data| data.len());
    }
    JsSharedArrayBuffer::from_object(buffer.clone())
        .ok()
        .map(|buffer| buffer.byte_length())
}

/// The source and the flags of a regular expression.
pub(super) fn regexp(object: &JsObject, cx: &mut Context) -> JsResult<(JsString, String)> {
    let regexp = JsRegExp::from_object(object.clone())?;
    let source = match regexp.source(cx) {
        Ok(source) => JsString::from(source.as_str()),
        // A source with a lone surrogate is no Rust string, so the prototype's getter must tell, or nobody.
        Err(error) => {
            let prototype = cx.intrinsics().constructors().regexp().prototype();
            native_get(&prototype, js_string!("source"), object, cx)?
                .and_then(|source| source.as_string())
                .ok_or(error)?
        }
    };
    let source = without_added_escapes(&source);
    let mut flags = String::new();
    for (present, flag) in [
        (regexp.has_indices(cx)?, 'd'),
        (regexp.global(cx)?, 'g'),
        (regexp.ignore_case(cx)?, 'i'),
        (regexp.multiline(cx)?, 'm'),
        (regexp.dot_all(cx)?, 's'),
        (regexp.unicode(cx)?, 'u'),
        (regexp_unicode_sets(object, cx)?, 'v'),
        (regexp.sticky(cx)?, 'y'),
    ] {
        if present {
            flags.push(flag);
        }
    }
    Ok((source, flags))
}

/// The `[[OriginalSource]]` behind a source that the engine escaped.
///
/// The engine escapes every slash, whether it is escaped already or not, so what it tells is another expression. Each
/// slash has one backslash too many, then.
pub(crate) fn without_added_escapes(source: &JsString) -> JsString {
    let mut units = Vec::with_capacity(source.len());
    for unit in source.iter() {
        if unit == u16::from(b'/') && units.last() == Some(&u16::from(b'\\')) {
            units.pop();
        }
        units.push(unit);
    }
    units.as_slice().into()
}

/// Whether a regular expression has the flag `v`, for which the engine's wrapper has no method.
fn regexp_unicode_sets(object: &JsObject, cx: &mut Context) -> JsResult<bool> {
    let prototype = cx.intrinsics().constructors().regexp().prototype();
    let value = native_get(&prototype, js_string!("unicodeSets"), object, cx)?;
    Ok(value.is_some_and(|value| value.to_boolean()))
}

/// The stack of an error: a string that is its own property, or what the engine recorded.
///
/// # Errors
/// None but the engine's own limits.
pub fn error_stack(error: &JsObject, cx: &mut Context) -> JsResult<Option<JsString>> {
    let stack = match own_property(error, &js_string!("stack").into()) {
        Some(own) => own.value().cloned(),
        None => {
            let prototype = cx.intrinsics().constructors().error().prototype();
            native_get(&prototype, js_string!("stack"), error, cx)?
        }
    };
    Ok(stack.and_then(|stack| stack.as_string()))
}

/// Calls a getter of an intrinsic prototype on an object, if it is still a function of the engine.
fn native_get(prototype: &JsObject, key: JsString, this: &JsObject, cx: &mut Context) -> JsResult<Option<JsValue>> {
    let getter = own_property(prototype, &key.into())
        .and_then(|property| property.get().and_then(JsValue::as_object))
        .filter(JsObject::is::<NativeFunctionObject>);
    getter
        .map(|getter| getter.call(&this.clone().into(), &[], cx))
        .transpose()
}

/// The error of an engine that is not as this module knows it.
pub(super) fn unexpected() -> JsNativeError {
    JsNativeError::typ().with_message("The value is not as the engine makes it.")
}

//! Buffers and views onto them: <https://webidl.spec.whatwg.org/#js-buffer-source-types>.

use crate::{Cx, Error, Fallible};
use boa_engine::{
    JsObject, JsValue,
    builtins::typed_array::{TypedArray, TypedArrayKind},
    js_string,
    object::builtins::{JsArrayBuffer, JsDataView, JsSharedArrayBuffer, JsTypedArray, JsUint8Array},
};
use boa_gc::{Finalize, Trace};

/// An `ArrayBuffer`, a `SharedArrayBuffer`, or a view onto one.
#[derive(Debug, Clone, Trace, Finalize)]
pub struct BufferSource(JsObject);

/// What a buffer type of IDL takes in, next to values of its own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BufferRules {
    /// `[AllowShared]`.
    pub allow_shared: bool,
    /// `[AllowResizable]`.
    pub allow_resizable: bool,
}

impl BufferSource {
    /// Whether the value is of the type with this name, as a union tells its members apart.
    pub fn is(value: &JsValue, name: &str) -> bool {
        value.as_object().is_some_and(|object| is_of_type(&object, name))
    }

    /// The object.
    pub fn object(&self) -> &JsObject {
        &self.0
    }

    /// The bytes that the source stands for: <https://webidl.spec.whatwg.org/#dfn-get-buffer-source-copy>.
    ///
    /// # Errors
    /// If the buffer is detached, or a view no longer fits into it.
    pub fn copy(&self, cx: &mut Cx) -> Fallible<Vec<u8>> {
        let object = self.0.clone();
        let (buffer, offset, length) = if let Ok(view) = JsTypedArray::from_object(object.clone()) {
            (view.buffer(cx)?, view.byte_offset(cx)?, view.byte_length(cx)?)
        } else if let Ok(view) = JsDataView::from_object(object.clone()) {
            let (offset, length) = (view.byte_offset(cx)?, view.byte_length(cx)?);
            (view.buffer(cx)?, offset as usize, length as usize)
        } else {
            (JsValue::from(object), 0, usize::MAX)
        };
        let bytes = buffer
            .as_object()
            .map(|buffer| bytes_of(buffer, cx))
            .unwrap_or_default();
        let end = offset.saturating_add(length).min(bytes.len());
        Ok(bytes.get(offset..end).unwrap_or_default().to_vec())
    }
}

impl BufferSource {
    /// Converts a script's value; `name` is the type that the IDL asks for.
    ///
    /// # Errors
    /// If the value is of another type, or its buffer may not be shared or resizable.
    pub fn from_js(value: &JsValue, name: &str, rules: BufferRules, cx: &mut Cx) -> Fallible<Self> {
        // 1. Only an object of that type.
        let object = value
            .as_object()
            .filter(|object| is_of_type(object, name))
            .ok_or_else(|| Error::Conversion(format!("is not of type '{name}'.")))?;
        // 2–3. Its buffer: shared, or of a length that may change, only where that is allowed.
        let buffer = buffer_of(&object, cx)?;
        let shared = JsSharedArrayBuffer::from_object(buffer.clone()).is_ok();
        let shared_type = matches!(name, "SharedArrayBuffer" | "AllowSharedBufferSource");
        if shared && !rules.allow_shared && !shared_type {
            return Err(Error::Conversion("must not be shared.".to_owned()));
        }
        if !rules.allow_resizable && has_changing_length(&buffer, shared, cx)? {
            return Err(Error::Conversion("must not be resizable.".to_owned()));
        }
        Ok(Self(object))
    }
}

fn is_of_type(object: &JsObject, name: &str) -> bool {
    let buffer = || JsArrayBuffer::from_object(object.clone()).is_ok();
    let shared = || JsSharedArrayBuffer::from_object(object.clone()).is_ok();
    let data_view = || JsDataView::from_object(object.clone()).is_ok();
    let kind = || object.downcast_ref::<TypedArray>().map(|array| array.kind());
    match name {
        "ArrayBuffer" => buffer(),
        "SharedArrayBuffer" => shared(),
        "DataView" => data_view(),
        "ArrayBufferView" => kind().is_some() || data_view(),
        "BufferSource" => kind().is_some() || data_view() || buffer(),
        "AllowSharedBufferSource" => kind().is_some() || data_view() || buffer() || shared(),
        typed => kind().is_some_and(|kind| type_name(kind) == typed),
    }
}

/// The name of a typed array's constructor.
fn type_name(kind: TypedArrayKind) -> &'static str {
    match kind {
        TypedArrayKind::Int8 => "Int8Array",
        TypedArrayKind::Uint8 => "Uint8Array",
        TypedArrayKind::Uint8Clamped => "Uint8ClampedArray",
        TypedArrayKind::Int16 => "Int16Array",
        TypedArrayKind::Uint16 => "Uint16Array",
        TypedArrayKind::Int32 => "Int32Array",
        TypedArrayKind::Uint32 => "Uint32Array",
        TypedArrayKind::BigInt64 => "BigInt64Array",
        TypedArrayKind::BigUint64 => "BigUint64Array",
        TypedArrayKind::Float16 => "Float16Array",
        TypedArrayKind::Float32 => "Float32Array",
        TypedArrayKind::Float64 => "Float64Array",
    }
}

/// The buffer itself, or that of a view.
fn buffer_of(object: &JsObject, cx: &mut Cx) -> Fallible<JsObject> {
    let buffer = if let Ok(view) = JsTypedArray::from_object(object.clone()) {
        view.buffer(cx)?
    } else if let Ok(view) = JsDataView::from_object(object.clone()) {
        view.buffer(cx)?
    } else {
        return Ok(object.clone());
    };
    buffer
        .as_object()
        .ok_or_else(|| Error::Conversion("has no buffer.".to_owned()))
}

/// Whether the buffer was made with a maximum length.
fn has_changing_length(buffer: &JsObject, shared: bool, cx: &mut Cx) -> Fallible<bool> {
    if !shared {
        return Ok(JsArrayBuffer::from_object(buffer.clone())
            .is_ok_and(|buffer| skep_engine::structured_data::is_resizable(&buffer)));
    }
    // The engine tells this of a shared buffer by its accessor only.
    let constructors = cx.intrinsics().constructors();
    let prototype = constructors.shared_array_buffer().prototype();
    let growable = prototype
        .borrow()
        .properties()
        .get(&js_string!("growable").into())
        .and_then(|property| property.get().cloned());
    match growable.and_then(|getter| getter.as_callable()) {
        Some(getter) => Ok(getter.call(&buffer.clone().into(), &[], cx)?.to_boolean()),
        None => Ok(false),
    }
}

impl From<JsArrayBuffer> for BufferSource {
    fn from(buffer: JsArrayBuffer) -> Self {
        Self(buffer.into())
    }
}

impl From<BufferSource> for JsValue {
    fn from(source: BufferSource) -> Self {
        source.0.clone().into()
    }
}

/// All bytes of a buffer; none of a detached one.
fn bytes_of(buffer: JsObject, cx: &mut Cx) -> Vec<u8> {
    if let Ok(shared) = JsSharedArrayBuffer::from_object(buffer.clone()) {
        return JsUint8Array::from_shared_array_buffer(shared, cx)
            .and_then(|view| view.to_vec(cx))
            .unwrap_or_default();
    }
    JsArrayBuffer::from_object(buffer)
        .ok()
        .and_then(|buffer| buffer.to_vec())
        .unwrap_or_default()
}

//! Buffers and views onto them: <https://webidl.spec.whatwg.org/#js-buffer-source-types>.

use crate::{Cx, Error, Fallible};
use boa_engine::{
    JsObject, JsValue,
    object::builtins::{JsArrayBuffer, JsDataView, JsSharedArrayBuffer, JsTypedArray, JsUint8Array},
};
use boa_gc::{Finalize, Trace};

/// An `ArrayBuffer`, or a view onto one.
#[derive(Debug, Clone, Trace, Finalize)]
pub struct BufferSource(JsObject);

impl BufferSource {
    /// Whether the value is of any buffer source type, as a union tells its members apart: a shared buffer itself is of none.
    pub fn is(value: &JsValue) -> bool {
        value.as_object().is_some_and(|object| {
            JsArrayBuffer::from_object(object.clone()).is_ok()
                || JsTypedArray::from_object(object.clone()).is_ok()
                || JsDataView::from_object(object).is_ok()
        })
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
    pub fn from_js(value: &JsValue, name: &str, allow_shared: bool) -> Fallible<Self> {
        let wrong = || Error::Conversion(format!("is not of type '{name}'."));
        let object = value.as_object().ok_or_else(wrong)?;
        if JsSharedArrayBuffer::from_object(object.clone()).is_ok() {
            if !allow_shared {
                return Err(Error::Conversion("must not be shared.".to_owned()));
            }
        } else if !Self::is(value) {
            return Err(wrong());
        }
        Ok(Self(object))
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

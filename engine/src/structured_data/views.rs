//! Views of buffers, on the tape and in the heap.

use std::collections::HashMap;

use boa_engine::builtins::array_buffer::SharedArrayBuffer;
use boa_engine::builtins::typed_array::TypedArrayKind;
use boa_engine::object::builtins::JsArrayBuffer;
use boa_engine::{Context, JsObject, JsResult, JsValue};
use rustc_hash::FxBuildHasher;

use super::fault::Fault;
use super::format::{Malformed, Tag, VIEWS, View};
use super::slots::is_resizable;
use super::tape::{Reader, Writer};

impl View {
    /// The shortest buffer that it fits.
    fn end(&self) -> Option<u64> {
        let size = match self.kind {
            None | Some(TypedArrayKind::Int8 | TypedArrayKind::Uint8 | TypedArrayKind::Uint8Clamped) => 1,
            Some(TypedArrayKind::Int16 | TypedArrayKind::Uint16 | TypedArrayKind::Float16) => 2,
            Some(TypedArrayKind::Int32 | TypedArrayKind::Uint32 | TypedArrayKind::Float32) => 4,
            Some(TypedArrayKind::BigInt64 | TypedArrayKind::BigUint64 | TypedArrayKind::Float64) => 8,
        };
        self.length.unwrap_or(0).checked_mul(size)?.checked_add(self.offset)
    }
}

/// Writes a view, but for its buffer.
pub(super) fn write(view: &View, tape: &mut Writer) {
    tape.tag(Tag::View);
    let kind = VIEWS.iter().position(|kind| *kind == view.kind);
    tape.count(kind.unwrap_or_default());
    tape.number(view.offset);
    tape.number(view.length.map_or(0, |length| length + 1));
}

/// Reads what [`write`] wrote after the tag.
pub(super) fn read(tape: &mut Reader<'_>) -> Result<View, Malformed> {
    let kind = VIEWS.get(usize::from(tape.byte()?)).ok_or(Malformed::View)?;
    Ok(View {
        kind: *kind,
        offset: tape.number()?,
        length: tape.number()?.checked_sub(1),
    })
}

/// 16.2, 16.3. of [StructuredDeserialize]: a view of a buffer, by its own constructor.
///
/// [StructuredDeserialize]: https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserialize
pub(super) fn make(view: View, buffer: &JsObject, grown: &mut Grown, cx: &mut Context) -> Result<JsObject, Fault> {
    let end = view.end().ok_or(Malformed::View)?;
    let Ok(resizable) = JsArrayBuffer::from_object(buffer.clone()) else {
        return match buffer.is::<SharedArrayBuffer>() {
            true => construct(view, buffer, cx),
            false => Err(Malformed::View.into()),
        };
    };
    let length = resizable.byte_length() as u64;
    if end <= length || !is_resizable(&resizable) {
        return construct(view, buffer, cx);
    }
    grown.to(end, buffer, &resizable)?;
    construct(view, buffer, cx)
}

/// Buffers that are longer than they should be until the whole value is made.
///
/// While the value was being serialized, a getter has made the buffer shorter after a view had its turn, or longer before. So the
/// view is out of bounds now, which the constructor does not make: it gets a buffer that is long enough for the moment. The
/// engine fills with zeros what a buffer grows by, so none grows more than once to each of its lengths, however many the views are.
#[derive(Default)]
pub(super) struct Grown {
    /// Their own lengths.
    lengths: HashMap<JsObject, u64, FxBuildHasher>,
}

impl Grown {
    fn to(&mut self, end: u64, object: &JsObject, buffer: &JsArrayBuffer) -> Result<(), Malformed> {
        let length = buffer.byte_length() as u64;
        buffer
            .borrow_mut()
            .data_mut()
            .resize(end)
            .map_err(|_| Malformed::View)?;
        self.lengths.entry(object.clone()).or_insert(length);
        Ok(())
    }

    /// Gives all of them their own lengths again.
    pub fn shrink(self) -> JsResult<()> {
        for (object, length) in self.lengths {
            let buffer = JsArrayBuffer::from_object(object)?;
            buffer.borrow_mut().data_mut().resize(length)?;
        }
        Ok(())
    }
}

fn construct(view: View, buffer: &JsObject, cx: &mut Context) -> Result<JsObject, Fault> {
    let constructors = cx.intrinsics().constructors();
    let constructor = match view.kind {
        None => constructors.data_view(),
        Some(TypedArrayKind::Int8) => constructors.typed_int8_array(),
        Some(TypedArrayKind::Uint8) => constructors.typed_uint8_array(),
        Some(TypedArrayKind::Uint8Clamped) => constructors.typed_uint8clamped_array(),
        Some(TypedArrayKind::Int16) => constructors.typed_int16_array(),
        Some(TypedArrayKind::Uint16) => constructors.typed_uint16_array(),
        Some(TypedArrayKind::Int32) => constructors.typed_int32_array(),
        Some(TypedArrayKind::Uint32) => constructors.typed_uint32_array(),
        Some(TypedArrayKind::BigInt64) => constructors.typed_bigint64_array(),
        Some(TypedArrayKind::BigUint64) => constructors.typed_biguint64_array(),
        Some(TypedArrayKind::Float16) => constructors.typed_float16_array(),
        Some(TypedArrayKind::Float32) => constructors.typed_float32_array(),
        Some(TypedArrayKind::Float64) => constructors.typed_float64_array(),
    };
    let length = view.length.map_or_else(JsValue::undefined, JsValue::from);
    constructor
        .constructor()
        .construct(&[buffer.clone().into(), view.offset.into(), length], None, cx)
        .map_err(|error| Fault::of(error, Malformed::View))
}

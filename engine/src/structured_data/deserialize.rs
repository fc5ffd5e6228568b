//! <https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserialize>

use std::slice;

use boa_engine::builtins::error::{Error, ErrorKind};
use boa_engine::builtins::typed_array::TypedArrayKind;
use boa_engine::object::builtins::{AlignedVec, JsArray, JsArrayBuffer, JsDate, JsMap, JsRegExp, JsSet};
use boa_engine::property::{PropertyDescriptor, PropertyKey};
use boa_engine::{Context, JsBigInt, JsError, JsObject, JsResult, JsString, JsValue, js_string};

use super::PlatformObjects;
use crate::heap::BLOCK_ALIGNMENT;

use super::record::{self, ErrorName, Op, Record, Tape, View, malformed};

/// [StructuredDeserialize], without its recursion. `transferred` are the new objects of the transfer list.
///
/// [StructuredDeserialize]: https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserialize
pub(super) fn structured_deserialize(
    record: &Record,
    transferred: &[JsObject],
    platform: &dyn PlatformObjects,
    cx: &mut Context,
) -> JsResult<JsValue> {
    let tape = &*record.0;
    let keys = tape.keys.iter().map(PropertyKey::from).collect();
    let mut deserializer = Deserializer {
        platform,
        tape,
        keys,
        transferred,
        memory: Vec::new(),
    };
    let mut ops = tape.ops.iter();
    let mut open: Vec<Container> = Vec::new();
    let mut root = JsValue::undefined();
    while let Some(op) = ops.next() {
        match (op, open.last_mut()) {
            (Op::Key(key), Some(container)) => container.name(deserializer.keys[*key].clone())?,
            (Op::Index(index), Some(container)) => container.name((*index).into())?,
            (Op::End, Some(_)) => {
                open.pop();
            }
            (op, container) => {
                let (value, contents) = deserializer.value(*op, &mut ops, cx)?;
                match container {
                    Some(container) => container.add(value, cx)?,
                    None => root = value,
                }
                open.extend(contents);
            }
        }
    }
    // 25. The value.
    Ok(root)
}

struct Deserializer<'a> {
    platform: &'a dyn PlatformObjects,
    tape: &'a Tape,
    /// [`Tape::keys`], made once.
    keys: Vec<PropertyKey>,
    transferred: &'a [JsObject],
    /// 1. The objects made so far, by number.
    memory: Vec<JsObject>,
}

impl Deserializer<'_> {
    /// The value of one op, and the container to fill if it is one.
    fn value(
        &mut self,
        op: Op,
        ops: &mut slice::Iter<'_, Op>,
        cx: &mut Context,
    ) -> JsResult<(JsValue, Option<Container>)> {
        // 3, 4. Deep, if there is a container.
        let (object, container) = match op {
            // 2. An object that is there already.
            Op::Back(number) => {
                return Ok((self.memory.get(number).ok_or_else(malformed)?.clone().into(), None));
            }
            Op::Transferred(place) => {
                return Ok((self.transferred.get(place).ok_or_else(malformed)?.clone().into(), None));
            }
            // 5. A primitive.
            Op::Undefined => return Ok((JsValue::undefined(), None)),
            Op::Null => return Ok((JsValue::null(), None)),
            Op::Boolean(value) => return Ok((value.into(), None)),
            Op::Integer(value) => return Ok((value.into(), None)),
            Op::Number(value) => return Ok((value.into(), None)),
            Op::BigInt(index) => return Ok((self.bigint(index)?, None)),
            Op::String(index) => return Ok((self.string(index).into(), None)),
            // 6. A Boolean object.
            Op::BooleanObject(value) => (JsValue::from(value).to_object(cx)?, None),
            // 7. A Number object.
            Op::NumberObject(value) => (JsValue::from(value).to_object(cx)?, None),
            // 8. A BigInt object.
            Op::BigIntObject(index) => (self.bigint(index)?.to_object(cx)?, None),
            // 9. A String object.
            Op::StringObject(index) => (JsValue::from(self.string(index)).to_object(cx)?, None),
            // 10. A Date.
            Op::Date(time) => {
                let date = JsDate::new(cx);
                date.set_time(time, cx)?;
                (date.into(), None)
            }
            // 11. A RegExp.
            Op::RegExp(index) => {
                let record::RegExp { source, flags } = &self.tape.regexps[index];
                (
                    JsRegExp::new(self.string(*source), flags.as_str().into(), cx)?.into(),
                    None,
                )
            }
            // 12, 13. A SharedArrayBuffer.
            Op::SharedBuffer(index) => (self.shared_array_buffer(index, cx)?, None),
            // 14, 15. An ArrayBuffer.
            Op::Buffer(index) => (self.array_buffer(index, cx)?, None),
            // 16. A view.
            Op::View(index) => (self.view(index, ops, cx)?, None),
            // 17. A Map.
            Op::Map => {
                let map = JsMap::new(cx);
                (map.clone().into(), Some(Container::Map { map, key: None }))
            }
            // 18. A Set.
            Op::Set => {
                let set = JsSet::new(cx);
                (set.clone().into(), Some(Container::Set(set)))
            }
            // 19. An array.
            Op::Array(length) => {
                let array: JsObject = JsArray::new(cx)?.into();
                if length > 0 {
                    array.set(js_string!("length"), length, true, cx)?;
                }
                (
                    array.clone(),
                    Some(Container::Array {
                        array,
                        index: 0,
                        key: None,
                    }),
                )
            }
            // 20. An object.
            Op::Object => {
                let object = JsObject::with_object_proto(cx.intrinsics());
                (object.clone(), Some(Container::Object { object, key: None }))
            }
            // 21. An error.
            Op::Error(index) => {
                let error = self.error(&self.tape.errors[index], cx);
                (error.clone(), Some(Container::Error { error, key: None }))
            }
            // 22, 24.4. A platform object, by its deserialization steps.
            Op::Platform(index) => (self.platform.deserialize(&self.tape.platform[index], cx)?, None),
            Op::Key(_) | Op::Index(_) | Op::End => return Err(malformed().into()),
        };
        // 23. Remember it before its contents, which may lead back to it.
        self.memory.push(object.clone());
        Ok((object.into(), container))
    }

    fn string(&self, index: usize) -> JsString {
        self.tape.strings.get(index)
    }

    fn bigint(&self, index: usize) -> JsResult<JsValue> {
        let value = JsBigInt::from_string_radix(&self.tape.bigints[index], 16).ok_or_else(malformed)?;
        Ok(value.into())
    }

    fn shared_array_buffer(&self, index: usize, cx: &mut Context) -> JsResult<JsObject> {
        // 12.1, 13.1. Memory is only shared within an isolated agent cluster.
        if !self.platform.shared_memory_allowed(cx) {
            return Err(self
                .platform
                .data_clone_error("#<SharedArrayBuffer> is not allowed to be shared here.", cx));
        }
        // 12.2, 13.2. Another object of the same memory.
        self.tape.shared[index].object(cx)
    }

    fn array_buffer(&self, index: usize, cx: &mut Context) -> JsResult<JsObject> {
        // 14, 15. A copy of the bytes, so that the record remains; too little memory is a DataCloneError.
        let record::Buffer { bytes, max_byte_length } = &self.tape.buffers[index];
        let capacity = max_byte_length.unwrap_or(bytes.len() as u64);
        let mut block = AlignedVec::new(BLOCK_ALIGNMENT);
        let fits = capacity <= cx.host_hooks().max_buffer_size(cx)
            && usize::try_from(capacity).is_ok_and(|capacity| block.try_reserve_exact(capacity).is_ok());
        if !fits {
            return Err(self.out_of_memory(cx));
        }
        block.extend_from_slice(bytes);
        array_buffer_of(block, *max_byte_length, cx)
    }

    fn out_of_memory(&self, cx: &mut Context) -> JsError {
        self.platform
            .data_clone_error("Data cannot be cloned, out of memory.", cx)
    }

    fn view(&mut self, index: usize, ops: &mut slice::Iter<'_, Op>, cx: &mut Context) -> JsResult<JsObject> {
        // 16.1. Its buffer.
        let buffer = match ops.next() {
            Some(op @ (Op::Buffer(_) | Op::SharedBuffer(_) | Op::Back(_) | Op::Transferred(_))) => {
                self.value(*op, ops, cx)?.0
            }
            _ => return Err(malformed().into()),
        };
        let View { kind, offset, length } = self.tape.views[index];
        // 16.2, 16.3. A DataView or a typed array, by its own constructor.
        // FIXME(step 16.3): A getter may have shrunk a resizable buffer after the view was serialized; the view would
        // then be out of bounds, which the constructor does not make, so this throws a RangeError.
        let constructors = cx.intrinsics().constructors();
        let constructor = match kind {
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
        let length = length.map_or_else(JsValue::undefined, JsValue::from);
        constructor
            .constructor()
            .construct(&[buffer, offset.into(), length], None, cx)
    }

    fn error(&self, error: &record::Error, cx: &mut Context) -> JsObject {
        // 21.1-21.7. The prototype by the name.
        let constructors = cx.intrinsics().constructors();
        let (kind, constructor) = match error.name {
            ErrorName::Error => (ErrorKind::Error, constructors.error()),
            ErrorName::Eval => (ErrorKind::Eval, constructors.eval_error()),
            ErrorName::Range => (ErrorKind::Range, constructors.range_error()),
            ErrorName::Reference => (ErrorKind::Reference, constructors.reference_error()),
            ErrorName::Syntax => (ErrorKind::Syntax, constructors.syntax_error()),
            ErrorName::Type => (ErrorKind::Type, constructors.type_error()),
            ErrorName::Uri => (ErrorKind::Uri, constructors.uri_error()),
            ErrorName::Aggregate => (ErrorKind::Aggregate, constructors.aggregate_error()),
        };
        // 21.9. An error object.
        let object = JsObject::from_proto_and_data(constructor.prototype(), Error::new(kind));
        // 21.8, 21.10, 21.11. Its message, if it has one.
        if let Some(message) = error.message {
            define(&object, js_string!("message"), self.string(message).into(), false);
        }
        // 21.12. Its stack.
        // FIXME(step 21.12): The engine's [[Stack]] slot cannot be set, so an own property stands before the getter.
        if let Some(stack) = error.stack {
            define(&object, js_string!("stack"), self.string(stack).into(), false);
        }
        object
    }
}

/// A container whose contents are being deserialized, and where in it the next value goes.
enum Container {
    Object {
        object: JsObject,
        key: Option<PropertyKey>,
    },
    Array {
        array: JsObject,
        index: u32,
        key: Option<PropertyKey>,
    },
    Error {
        error: JsObject,
        key: Option<PropertyKey>,
    },
    Map {
        map: JsMap,
        key: Option<JsValue>,
    },
    Set(JsSet),
}

impl Container {
    /// Names the next value.
    fn name(&mut self, name: PropertyKey) -> JsResult<()> {
        match (self, name) {
            (Self::Array { index, .. }, PropertyKey::Index(at)) => *index = at.get(),
            (Self::Object { key, .. } | Self::Array { key, .. } | Self::Error { key, .. }, name) => *key = Some(name),
            (Self::Map { .. } | Self::Set(_), _) => return Err(malformed().into()),
        }
        Ok(())
    }

    /// Takes the next value.
    fn add(&mut self, value: JsValue, cx: &mut Context) -> JsResult<()> {
        match self {
            // 24.1. A Map's entries.
            Self::Map { map, key } => match key.take() {
                None => *key = Some(value),
                Some(key) => {
                    map.set(key, value, cx)?;
                }
            },
            // 24.2. A Set's entries.
            Self::Set(set) => {
                set.add(value, cx)?;
            }
            // 24.3. The properties of an array or object.
            Self::Array { array, index, key } => match key.take() {
                Some(key) => define(array, key, value, true),
                None => {
                    define(array, *index, value, true);
                    *index = index.wrapping_add(1);
                }
            },
            Self::Object { object, key } => define(object, key.take().ok_or_else(malformed)?, value, true),
            Self::Error { error, key } => define(error, key.take().ok_or_else(malformed)?, value, false),
        }
        Ok(())
    }
}

/// An `ArrayBuffer` in the current realm that owns this block.
pub(super) fn array_buffer_of(
    block: AlignedVec<u8>,
    max_byte_length: Option<u64>,
    cx: &mut Context,
) -> JsResult<JsObject> {
    let buffer = JsArrayBuffer::from_byte_block(block, cx)?;
    Ok(match max_byte_length {
        Some(length) => buffer.with_max_byte_length(length).into(),
        None => buffer.into(),
    })
}

/// [CreateDataProperty](https://tc39.es/ecma262/#sec-createdataproperty) on an object that is known to be new: nothing
/// can intercept it, and an array is long enough already.
pub(crate) fn define(object: &JsObject, key: impl Into<PropertyKey>, value: JsValue, enumerable: bool) {
    let property = PropertyDescriptor::builder()
        .value(value)
        .writable(true)
        .enumerable(enumerable)
        .configurable(true);
    object.insert_property(key, property);
}

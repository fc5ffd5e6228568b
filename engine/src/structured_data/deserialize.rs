//! <https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserialize>
//!
//! Any bytes may stand on the tape: see [`format`](super::format) for what is refused.

use std::rc::Rc;
use std::sync::Arc;
use std::{iter, mem, slice, vec};

use boa_engine::builtins::error::{Error, ErrorKind};
use boa_engine::builtins::object::OrdinaryObject;
use boa_engine::object::builtins::{AlignedVec, JsArray, JsArrayBuffer, JsDate, JsMap, JsRegExp, JsSet};
use boa_engine::property::PropertyKey;
use boa_engine::{Context, JsObject, JsResult, JsString, JsValue, js_string};

use super::containers::{Container, define};
use super::fault::Fault;
use super::format::{ERRORS, ErrorName, FLAGS, HAS_MESSAGE, HAS_STACK, Malformed, SMALL, Tag};
use super::record::{Beside, Block, Contents, Record};
use super::serialize::{has_room, out_of_memory};
use super::tape::Reader;
use super::views::Grown;
use super::{PlatformObjects, PlatformRecord, views};
use crate::atomics::SharedBlock;
use crate::termination::Watch;

/// [StructuredDeserialize], without its recursion. `transferred` are the new objects of the transfer list.
///
/// [StructuredDeserialize]: https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserialize
pub(super) fn structured_deserialize(
    record: Record,
    transferred: &[JsObject],
    platform: &dyn PlatformObjects,
    cx: &mut Context,
) -> JsResult<JsValue> {
    let nothing = Beside::default();
    let value = match Arc::try_unwrap(record.0) {
        // The last one may keep the blocks, and answers for the rest as long as it is needed.
        Ok(Contents { tape, beside, freight }) => {
            let mut beside = beside.map_or(nothing, |beside| *beside);
            let blocks = Blocks::Own(mem::take(&mut beside.blocks).into_iter());
            let value = Deserializer::new(&tape, blocks, &beside, transferred, platform).run(cx);
            // The record counts for its sender until it is gone, or the receiver would need room for the value twice.
            drop((tape, beside));
            drop(freight);
            value
        }
        Err(record) => {
            let beside = record.beside.as_deref().unwrap_or(&nothing);
            let blocks = Blocks::Shared(beside.blocks.iter());
            Deserializer::new(&record.tape, blocks, beside, transferred, platform).run(cx)
        }
    };
    value.map_err(|fault| fault.into_error(platform, cx))
}

/// The blocks of buffers that were copied.
enum Blocks<'a> {
    /// To be handed over.
    Own(vec::IntoIter<Block>),
    /// To be copied again.
    Shared(slice::Iter<'a, Block>),
}

impl Blocks<'_> {
    fn are_done(&self) -> bool {
        match self {
            Self::Own(blocks) => blocks.len() == 0,
            Self::Shared(blocks) => blocks.len() == 0,
        }
    }
}

struct Deserializer<'a> {
    platform: &'a dyn PlatformObjects,
    tape: Reader<'a>,
    blocks: Blocks<'a>,
    shared: slice::Iter<'a, SharedBlock>,
    objects: slice::Iter<'a, PlatformRecord>,
    transferred: &'a [JsObject],
    /// The keys read so far.
    keys: Vec<PropertyKey>,
    shapes: Vec<Rc<[PropertyKey]>>,
    grown: Grown,
    /// 1. The objects made so far, by number.
    memory: Vec<JsObject>,
}

impl<'a> Deserializer<'a> {
    fn new(
        tape: &'a [u8],
        blocks: Blocks<'a>,
        beside: &'a Beside,
        transferred: &'a [JsObject],
        platform: &'a dyn PlatformObjects,
    ) -> Self {
        Self {
            platform,
            tape: Reader::new(tape),
            blocks,
            shared: beside.shared.iter(),
            objects: beside.platform.iter(),
            transferred,
            keys: Vec::new(),
            shapes: Vec::new(),
            grown: Grown::default(),
            memory: Vec::new(),
        }
    }

    fn run(mut self, cx: &mut Context) -> Result<JsValue, Fault> {
        let mut open: Vec<Container> = Vec::new();
        let first = self.tape.byte()?;
        let (root, container) = self.value(first, cx)?;
        open.extend(container.filter(|container| !container.is_full()));
        let mut watch = Watch::default();
        while let Some(container) = open.last_mut() {
            watch.look()?;
            let byte = self.tape.byte()?;
            let mut inner = None;
            match Tag::of(byte) {
                Some(Tag::End) if container.may_end() => {
                    open.pop();
                    continue;
                }
                Some(tag @ (Tag::NewKey | Tag::Key)) => container.name(self.key(tag)?)?,
                Some(Tag::Index) => {
                    let index = self.tape.u32()?;
                    match PropertyKey::from(index) {
                        key @ PropertyKey::Index(_) => container.name(key)?,
                        _ => return Err(Malformed::Number.into()),
                    }
                }
                Some(Tag::Skip) => container.skip()?,
                _ => {
                    let value;
                    (value, inner) = self.value(byte, cx)?;
                    container.add(value, cx)?;
                }
            }
            if container.is_full() {
                open.pop();
            }
            open.extend(inner.filter(|inner| !inner.is_full()));
        }
        if !self.tape.is_empty() {
            return Err(Malformed::Trailing.into());
        }
        if !self.blocks.are_done() || self.shared.len() > 0 || self.objects.len() > 0 {
            return Err(Malformed::Unused.into());
        }
        self.grown.shrink()?;
        // 25. The value.
        Ok(root)
    }

    /// The value that begins with this byte, and the container to fill if it is one.
    fn value(&mut self, byte: u8, cx: &mut Context) -> Result<(JsValue, Option<Container>), Fault> {
        // 5. A primitive.
        if let Some(value) = self.primitive(byte)? {
            return Ok((value, None));
        }
        let tag = Tag::of(byte).ok_or(Malformed::UnknownTag(byte))?;
        // 3, 4. Deep, if there is a container.
        let (object, container) = match tag {
            // 2. An object that is there already.
            Tag::Back => {
                let number = self.tape.index()?;
                let object = self.memory.get(number).ok_or(Malformed::Reference)?;
                return Ok((object.clone().into(), None));
            }
            Tag::Transferred => {
                let place = self.tape.index()?;
                let object = self.transferred.get(place).ok_or(Malformed::Missing)?;
                return Ok((object.clone().into(), None));
            }
            // 6. A Boolean object.
            Tag::FalseObject => (JsValue::from(false).to_object(cx)?, None),
            Tag::TrueObject => (JsValue::from(true).to_object(cx)?, None),
            // 7. A Number object.
            Tag::NumberObject => (JsValue::from(self.tape.double()?).to_object(cx)?, None),
            // 8. A BigInt object.
            Tag::BigIntObject => (JsValue::from(self.tape.bigint()?).to_object(cx)?, None),
            // 9. A String object.
            Tag::StringObject => (JsValue::from(self.tape.string()?).to_object(cx)?, None),
            // 10. A Date.
            Tag::Date => {
                let date = JsDate::new(cx);
                date.set_time(self.tape.double()?, cx)?;
                (date.into(), None)
            }
            // 11. A RegExp.
            Tag::RegExp => (self.regexp(cx)?, None),
            // 12-15. A SharedArrayBuffer or an ArrayBuffer.
            Tag::Buffer | Tag::ResizableBuffer | Tag::Block | Tag::ResizableBlock | Tag::Shared => {
                (self.buffer(tag, cx)?, None)
            }
            // 16. A view.
            Tag::View => (self.view(cx)?, None),
            // 22, 24.4. A platform object, by its deserialization steps.
            Tag::Platform => {
                let record = self.objects.next().ok_or(Malformed::Missing)?;
                (self.platform.deserialize(record, cx)?, None)
            }
            // 17-21. What has contents.
            _ => self.container(tag, cx)?,
        };
        // 23. Remember it before its contents, which may lead back to it.
        self.memory.push(object.clone());
        Ok((object.into(), container))
    }

    /// The primitive that begins with this byte, if it is one.
    fn primitive(&mut self, byte: u8) -> Result<Option<JsValue>, Malformed> {
        if byte >= SMALL {
            return Ok(Some(i32::from(byte & !SMALL).into()));
        }
        Ok(Some(match Tag::of(byte) {
            Some(Tag::Undefined) => JsValue::undefined(),
            Some(Tag::Null) => JsValue::null(),
            Some(Tag::False) => false.into(),
            Some(Tag::True) => true.into(),
            Some(Tag::Integer) => self.tape.integer()?.into(),
            Some(Tag::Double) => self.tape.double()?.into(),
            Some(Tag::BigInt) => self.tape.bigint()?.into(),
            Some(Tag::Latin1) => self.tape.latin1()?.into(),
            Some(Tag::Utf16) => self.tape.utf16()?.into(),
            _ => return Ok(None),
        }))
    }

    fn key(&mut self, tag: Tag) -> Result<PropertyKey, Malformed> {
        match tag {
            Tag::NewKey => {
                let key = PropertyKey::from(self.tape.string()?);
                self.keys.push(key.clone());
                Ok(key)
            }
            Tag::Key => {
                let number = self.tape.index()?;
                self.keys.get(number).cloned().ok_or(Malformed::Reference)
            }
            _ => Err(Malformed::Misplaced(tag)),
        }
    }

    fn container(&mut self, tag: Tag, cx: &mut Context) -> Result<(JsObject, Option<Container>), Fault> {
        let (object, container) = match tag {
            // 17. A Map.
            Tag::Map => {
                let map = JsMap::new(cx);
                (map.clone().into(), Container::Map { map, key: None })
            }
            // 18. A Set.
            Tag::Set => {
                let set = JsSet::new(cx);
                (set.clone().into(), Container::Set(set))
            }
            // 19. An array.
            Tag::Array | Tag::Integers | Tag::Doubles | Tag::Primitives => {
                let length = self.tape.u32()?;
                let (array, index) = match tag {
                    Tag::Array => (array_of_holes(length, cx)?, 0),
                    _ => (self.array(tag, length, cx)?, length),
                };
                let container = Container::Array {
                    array: array.clone(),
                    length,
                    index,
                    key: None,
                };
                (array, container)
            }
            // 20. An object.
            Tag::Object => {
                let object = JsObject::with_object_proto(cx.intrinsics());
                let container = Container::Object {
                    object: object.clone(),
                    enumerable: true,
                    key: None,
                };
                (object, container)
            }
            Tag::NewShape | Tag::Shaped => {
                let keys = self.shape(tag)?;
                // The engine shares the shape, too, among objects that are made for it.
                let prototype = cx.intrinsics().constructors().object().prototype();
                let object = JsObject::new(cx.root_shape(), prototype, OrdinaryObject).upcast();
                let container = Container::Shaped {
                    object: object.clone(),
                    keys,
                    done: 0,
                };
                (object, container)
            }
            // 21. An error.
            Tag::Error => {
                let error = self.error(cx)?;
                let container = Container::Object {
                    object: error.clone(),
                    enumerable: false,
                    key: None,
                };
                (error, container)
            }
            _ => return Err(Malformed::Misplaced(tag).into()),
        };
        Ok((object, Some(container)))
    }

    /// The keys of a shape.
    fn shape(&mut self, tag: Tag) -> Result<Rc<[PropertyKey]>, Malformed> {
        if tag == Tag::Shaped {
            let number = self.tape.index()?;
            return self.shapes.get(number).cloned().ok_or(Malformed::Reference);
        }
        let count = self.tape.count()?;
        let mut keys = Vec::with_capacity(count);
        for _ in 0..count {
            let byte = self.tape.byte()?;
            let tag = Tag::of(byte).ok_or(Malformed::UnknownTag(byte))?;
            keys.push(self.key(tag)?);
        }
        let keys: Rc<[_]> = keys.into();
        self.shapes.push(Rc::clone(&keys));
        Ok(keys)
    }

    /// An array of which no element is an object.
    fn array(&mut self, tag: Tag, length: u32, cx: &mut Context) -> Result<JsObject, Fault> {
        let length = usize::try_from(length).map_err(|_| Malformed::Number)?;
        let array = match tag {
            Tag::Integers => JsArray::from_iter(self.tape.int32s(length)?.map(JsValue::from), cx),
            Tag::Doubles => JsArray::from_iter(self.tape.doubles(length)?.map(JsValue::from), cx),
            _ => {
                // The engine takes an iterator of values, which cannot fail; so one that ends early tells why here.
                let (mut left, mut fault) = (length, None);
                let values = iter::from_fn(|| {
                    left = left.checked_sub(1)?;
                    let byte = self.tape.byte().map_err(|malformed| fault = Some(malformed)).ok()?;
                    match self.primitive(byte) {
                        Ok(None) => fault = Some(Malformed::Misplaced(tag)),
                        Ok(value) => return value,
                        Err(malformed) => fault = Some(malformed),
                    }
                    None
                });
                let array = JsArray::from_iter(values, cx);
                if let Some(malformed) = fault {
                    return Err(malformed.into());
                }
                array
            }
        };
        Ok(array.into())
    }

    fn regexp(&mut self, cx: &mut Context) -> Result<JsObject, Fault> {
        let bits = self.tape.byte()?;
        let source = self.tape.string()?;
        let flags = FLAGS.iter().enumerate().filter(|(bit, _)| bits & (1 << bit) != 0);
        let flags: String = flags.map(|(_, flag)| flag).collect();
        match JsRegExp::new(source, JsString::from(flags), cx) {
            Ok(regexp) => Ok(regexp.into()),
            Err(error) => Err(Fault::of(error, Malformed::RegExp)),
        }
    }

    fn buffer(&mut self, tag: Tag, cx: &mut Context) -> Result<JsObject, Fault> {
        if tag == Tag::Shared {
            let block = self.shared.next().ok_or(Malformed::Missing)?;
            // 12.1, 13.1. Memory is only shared within an isolated agent cluster.
            if !self.platform.shared_memory_allowed(cx) {
                let message = "#<SharedArrayBuffer> is not allowed to be shared here.";
                return Err(self.platform.data_clone_error(message, cx).into());
            }
            // 12.2, 13.2. Another object of the same memory.
            return Ok(block.object(cx)?);
        }
        // 14, 15. Too little memory is a DataCloneError.
        let max_byte_length = match tag {
            Tag::ResizableBuffer | Tag::ResizableBlock => Some(self.tape.number()?),
            _ => None,
        };
        let (bytes, own) = match tag {
            Tag::Buffer | Tag::ResizableBuffer => {
                let length = self.tape.count()?;
                (self.tape.bytes(length)?, None)
            }
            _ => match &mut self.blocks {
                Blocks::Own(blocks) => (&[][..], Some(blocks.next().ok_or(Malformed::Missing)?)),
                Blocks::Shared(blocks) => (&blocks.next().ok_or(Malformed::Missing)?.bytes[..], None),
            },
        };
        let length = own.as_ref().map_or(bytes.len(), |own| own.bytes.len());
        let room = usize::try_from(max_byte_length.unwrap_or(length as u64)).map_err(|_| Malformed::Number)?;
        if room < length {
            return Err(Malformed::Number.into());
        }
        // The very block, unless the engine wants room behind it. One that was sent from here counts here already.
        let more = match &own {
            Some(own) if own.bytes.capacity() == room => own.freight.new_here(),
            _ => room,
        };
        if !has_room(more as u64, cx) {
            return Err(out_of_memory(self.platform, cx).into());
        }
        let block = match own {
            Some(own) if own.bytes.capacity() == room => Some(own.unload()),
            Some(own) => Block::with_room(&own.bytes, room),
            None => Block::with_room(bytes, room),
        };
        let block = block.ok_or_else(|| out_of_memory(self.platform, cx))?;
        Ok(array_buffer_of(block, max_byte_length, cx)?)
    }

    fn view(&mut self, cx: &mut Context) -> Result<JsObject, Fault> {
        let view = views::read(&mut self.tape)?;
        // 16.1. Its buffer.
        let byte = self.tape.byte()?;
        let buffer = match Tag::of(byte) {
            Some(
                Tag::Buffer
                | Tag::ResizableBuffer
                | Tag::Block
                | Tag::ResizableBlock
                | Tag::Shared
                | Tag::Back
                | Tag::Transferred,
            ) => self.value(byte, cx)?.0,
            _ => return Err(Malformed::View.into()),
        };
        // 16.2, 16.3. A DataView or a typed array.
        let buffer = buffer.as_object().ok_or(Malformed::View)?;
        views::make(view, &buffer, &mut self.grown, cx)
    }

    fn error(&mut self, cx: &mut Context) -> Result<JsObject, Fault> {
        // 21.1-21.7. The prototype by the name.
        let (name, _) = ERRORS
            .get(usize::from(self.tape.byte()?))
            .ok_or(Malformed::Misplaced(Tag::Error))?;
        let constructors = cx.intrinsics().constructors();
        let (kind, constructor) = match name {
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
        let has = self.tape.byte()?;
        if has & !(HAS_MESSAGE | HAS_STACK) != 0 {
            return Err(Malformed::Misplaced(Tag::Error).into());
        }
        // 21.8, 21.10, 21.11. Its message, if it has one.
        if has & HAS_MESSAGE != 0 {
            define(&object, js_string!("message"), self.tape.string()?.into(), false);
        }
        // 21.12. Its stack. The engine's slot for it cannot be set, so an own property stands before the getter:
        // see `docs/engine-gaps.md`.
        if has & HAS_STACK != 0 {
            define(&object, js_string!("stack"), self.tape.string()?.into(), false);
        }
        Ok(object)
    }
}

/// An array without elements; that it is long takes no memory.
fn array_of_holes(length: u32, cx: &mut Context) -> JsResult<JsObject> {
    let array: JsObject = JsArray::new(cx)?.into();
    if length > 0 {
        array.set(js_string!("length"), length, true, cx)?;
    }
    Ok(array)
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

//! <https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializeinternal>

use std::collections::HashMap;

use boa_engine::builtins::array_buffer::{ArrayBuffer, SharedArrayBuffer};
use boa_engine::builtins::dataview::DataView;
use boa_engine::builtins::date::Date;
use boa_engine::builtins::error::Error;
use boa_engine::builtins::map::ordered_map::OrderedMap;
use boa_engine::builtins::regexp::RegExp;
use boa_engine::builtins::set::ordered_set::OrderedSet;
use boa_engine::builtins::typed_array::TypedArray;
use boa_engine::object::builtins::{JsArrayBuffer, JsDate, JsSharedArrayBuffer};
use boa_engine::{Context, JsBigInt, JsError, JsObject, JsResult, JsString, JsValue, js_string};
use rustc_hash::FxBuildHasher;

use super::format::{ERRORS, ErrorName, FLAGS, HAS_MESSAGE, HAS_STACK, INLINE, Tag};
use super::properties::{Names, Open, Properties, write_primitive};
use super::record::{Beside, Block, Record};
use super::slots::{self, unexpected};
use super::tape::Writer;
use super::{PlatformObjects, views};
use crate::atomics::SharedBlock;
use crate::heap;
use crate::termination::Watch;

/// What the serialization knows of an object.
#[derive(Clone, Copy)]
pub(super) enum Met {
    /// It is on the tape, with this number.
    Written(usize),
    /// It is at this place of the transfer list.
    Transferred(usize),
}

/// The objects that a serialization has met.
pub(super) type Memory = HashMap<JsObject, Met, FxBuildHasher>;

/// [StructuredSerializeInternal], without its recursion.
///
/// `memory` holds the transfer list, when there is one.
///
/// [StructuredSerializeInternal]: https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializeinternal
pub(super) fn structured_serialize_internal(
    value: &JsValue,
    for_storage: bool,
    memory: Memory,
    platform: &dyn PlatformObjects,
    cx: &mut Context,
) -> JsResult<Record> {
    let mut serializer = Serializer {
        platform,
        for_storage,
        memory,
        objects: 0,
        names: Names::default(),
        open: Vec::new(),
        tape: Writer::new(),
        beside: Beside::default(),
    };
    serializer.value(value, cx)?;
    let mut watch = Watch::default();
    while let Some(container) = serializer.open.last_mut() {
        if serializer.tape.is_full() {
            break;
        }
        watch.look()?;
        match container.next(&mut serializer.names, &mut serializer.tape, cx)? {
            Some(value) => serializer.value(&value, cx)?,
            None => drop(serializer.open.pop()),
        }
    }
    if serializer.tape.is_full() {
        return Err(out_of_memory(platform, cx));
    }
    Ok(Record::new(serializer.tape.finish(), serializer.beside))
}

/// How a message names an object that cannot be cloned: by its class, as `#<Class>`.
pub(super) fn describe(object: &JsObject) -> String {
    let name_of = |function: &JsObject| {
        slots::own_value(function, js_string!("name"))
            .and_then(|name| name.as_string())
            .map(|name| name.to_std_string_lossy())
            .filter(|name| !name.is_empty())
    };
    if object.is_callable() {
        return name_of(object).map_or_else(|| "#<Function>".into(), |name| format!("function {name}"));
    }
    // Only data properties are looked at, so this runs nothing.
    let mut next = Some(object.clone());
    while let Some(holder) = next {
        let constructor = slots::own_value(&holder, js_string!("constructor")).and_then(|value| value.as_object());
        if let Some(name) = constructor.as_ref().and_then(name_of) {
            return format!("#<{name}>");
        }
        next = holder.prototype();
    }
    "#<Object>".into()
}

struct Serializer<'a> {
    platform: &'a dyn PlatformObjects,
    for_storage: bool,
    memory: Memory,
    /// How many objects the tape has made so far.
    objects: usize,
    names: Names,
    /// The containers that are open, innermost last.
    open: Vec<Open>,
    tape: Writer,
    /// What goes beside the tape.
    beside: Beside,
}

impl Serializer<'_> {
    fn value(&mut self, value: &JsValue, cx: &mut Context) -> JsResult<()> {
        // 1. The caller made the memory.
        // 4. A primitive is itself.
        if write_primitive(value, &mut self.tape) {
            return Ok(());
        }
        let Some(object) = value.as_object() else {
            // 5. But a symbol has an identity that cannot leave its agent.
            let symbol = value.as_symbol().map(|symbol| symbol.descriptive_string());
            return Err(self.refusal(&symbol.unwrap_or_default().to_std_string_lossy(), cx));
        };
        match self.memory.get(&object) {
            // 2. An object met before is the same object again.
            Some(Met::Written(number)) => {
                self.tape.tag(Tag::Back);
                self.tape.count(*number);
            }
            Some(Met::Transferred(place)) => {
                self.tape.tag(Tag::Transferred);
                self.tape.count(*place);
            }
            None => return self.object(object, cx),
        }
        Ok(())
    }

    fn object(&mut self, object: JsObject, cx: &mut Context) -> JsResult<()> {
        // 3. Deep, if there is a container to open.
        let mut container = None;
        let is_platform_object = self.platform.is_platform_object(&object);
        // 24. An object without internal slots; most are.
        if object.is_ordinary() && !is_platform_object {
            let properties = Properties::of_object(object.clone(), &mut self.names, &mut self.tape);
            container = Some(Open::Properties(properties));
        // 18. An array, and its length.
        } else if object.is_array() {
            let length = slots::own_value(&object, js_string!("length"))
                .ok_or_else(unexpected)?
                .to_u32(cx)?;
            // 26.4. An array's properties are an object's.
            let properties = Properties::of_array(object.clone(), length, &mut self.tape);
            container = Some(Open::Properties(properties));
        // 7-11. A wrapper, a Date or a RegExp.
        } else if self.leaf(&object, cx)? {
            // 13. An ArrayBuffer or a SharedArrayBuffer.
        } else if object.is::<SharedArrayBuffer>() {
            self.shared_array_buffer(&object, cx)?;
        } else if object.is::<ArrayBuffer>() {
            self.array_buffer(&object, cx)?;
        // 14. A view of one.
        } else if object.is::<TypedArray>() || object.is::<DataView>() {
            self.view(&object, cx)?;
        // 15. A Map.
        } else if let Some(map) = object.downcast_ref::<OrderedMap<JsValue>>() {
            // 26.1. Its entries are copied, as getters may change it.
            let entries: Vec<_> = map
                .iter()
                .flat_map(|(key, value)| [key.clone(), value.clone()])
                .collect();
            self.tape.tag(Tag::Map);
            container = Some(Open::Values(entries.into_iter()));
        // 16. A Set.
        } else if let Some(set) = object.downcast_ref::<OrderedSet>() {
            // 26.2. Likewise.
            let entries: Vec<_> = set.iter().cloned().collect();
            self.tape.tag(Tag::Set);
            container = Some(Open::Values(entries.into_iter()));
        // 17. An error.
        } else if object.is::<Error>() && !is_platform_object {
            container = Some(self.error(&object, cx)?);
        // 19, 20. A platform object.
        } else if is_platform_object {
            self.platform_object(&object, cx)?;
        // 21. Functions have no meaning elsewhere.
        // 22. Nor have objects with internal slots, such as promises and weak maps; arguments objects are of these.
        // 23. Nor have exotic objects, such as proxies.
        } else {
            return Err(self.refusal(&describe(&object), cx));
        }
        // 25. Remember it before its contents, which may lead back to it.
        self.memory.insert(object, Met::Written(self.objects));
        self.objects += 1;
        // 26. The contents come next.
        self.open.extend(container);
        Ok(())
    }

    fn refusal(&self, what: &str, cx: &mut Context) -> JsError {
        self.platform
            .data_clone_error(&format!("{what} could not be cloned."), cx)
    }

    /// An object that holds a primitive or two; false if it is none.
    fn leaf(&mut self, object: &JsObject, cx: &mut Context) -> JsResult<bool> {
        let tape = &mut self.tape;
        // 7. A Boolean object.
        if let Some(value) = data(object) {
            tape.tag(match value {
                true => Tag::TrueObject,
                false => Tag::FalseObject,
            });
        // 8. A Number object.
        } else if let Some(value) = data(object) {
            tape.tag(Tag::NumberObject);
            tape.double(value);
        // 9. A BigInt object.
        } else if let Some(value) = data::<JsBigInt>(object) {
            tape.tag(Tag::BigIntObject);
            tape.bigint(&value);
        // 10. A String object.
        } else if let Some(value) = data::<JsString>(object) {
            tape.tag(Tag::StringObject);
            tape.string(&value);
        // 11. A Date.
        } else if object.is::<Date>() {
            let time = JsDate::from_object(object.clone())?.get_time(cx)?;
            tape.tag(Tag::Date);
            tape.double(time.as_number().ok_or_else(unexpected)?);
        // 12. A RegExp, without its lastIndex.
        } else if object.is::<RegExp>() {
            let (source, flags) = slots::regexp(object, cx)?;
            tape.tag(Tag::RegExp);
            let bits = FLAGS.iter().enumerate().filter(|(_, flag)| flags.contains(**flag));
            tape.byte(bits.map(|(bit, _)| 1 << bit).sum());
            tape.string(&source);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn shared_array_buffer(&mut self, object: &JsObject, cx: &mut Context) -> JsResult<()> {
        // 13.1.1. Memory is only shared within an isolated agent cluster.
        // 13.1.2. A storage outlives the cluster.
        if !self.platform.shared_memory_allowed(cx) || self.for_storage {
            return Err(self.refusal("#<SharedArrayBuffer>", cx));
        }
        // 13.1.3, 13.1.4. The block itself, which knows whether it grows.
        let buffer = JsSharedArrayBuffer::from_object(object.clone())?;
        self.beside.shared.push(SharedBlock::of(&buffer, cx)?);
        self.tape.tag(Tag::Shared);
        Ok(())
    }

    fn array_buffer(&mut self, object: &JsObject, cx: &mut Context) -> JsResult<()> {
        let buffer = JsArrayBuffer::from_object(object.clone())?;
        // 13.2.1. A detached buffer has nothing to copy.
        let Some(length) = buffer.data().map(|data| data.len()) else {
            let message = "An ArrayBuffer is detached and could not be cloned.";
            return Err(self.platform.data_clone_error(message, cx));
        };
        // 13.2.5, 13.2.6. Resizable or not.
        let max_byte_length = slots::max_byte_length(&buffer, cx)?;
        let inline = length <= INLINE;
        self.tape.tag(match (inline, max_byte_length) {
            (true, None) => Tag::Buffer,
            (true, Some(_)) => Tag::ResizableBuffer,
            (false, None) => Tag::Block,
            (false, Some(_)) => Tag::ResizableBlock,
        });
        if let Some(max_byte_length) = max_byte_length {
            self.tape.number(max_byte_length);
        }
        // 13.2.2-13.2.4. A copy of the bytes.
        let data = buffer.data().ok_or_else(unexpected)?;
        if inline {
            self.tape.count(length);
            self.tape.bytes(&data);
            return Ok(());
        }
        // What is on its way counts for its sender, so that there has to be room for it here.
        drop(data);
        let block = match has_room(length as u64, cx) {
            true => buffer.data().and_then(|data| Block::copy(&data)),
            false => None,
        };
        let block = block.ok_or_else(|| out_of_memory(self.platform, cx))?;
        self.beside.blocks.push(Block::load(block));
        Ok(())
    }

    fn view(&mut self, object: &JsObject, cx: &mut Context) -> JsResult<()> {
        // 14.1. A view that is out of its buffer's bounds shows nothing.
        let Some((buffer, view)) = slots::view(object, cx)? else {
            let message = format!(
                "{} is out of bounds or detached and could not be cloned.",
                describe(object)
            );
            return Err(self.platform.data_clone_error(&message, cx));
        };
        // 14.5, 14.6. A DataView or a typed array.
        views::write(&view, &mut self.tape);
        // 14.2-14.4. Its whole buffer; buffers have no contents, so this goes one level deep.
        self.value(&buffer.into(), cx)
    }

    fn error(&mut self, object: &JsObject, cx: &mut Context) -> JsResult<Open> {
        // 17.1. The name, wherever it comes from.
        let name = object.get(js_string!("name"), cx)?;
        // 17.2. One of the language's own names.
        let name = name.as_string().unwrap_or_default();
        let kind = ERRORS.iter().position(|(_, word)| name == *word).unwrap_or_default();
        // 17.3. The own message, if it has one.
        let message = slots::own_value(object, js_string!("message"));
        // 17.4. As a string.
        let message = message.map(|message| message.to_string(cx)).transpose()?;
        // 17.5. The stack.
        let stack = slots::error_stack(object, cx)?;
        // 17.6. All together.
        self.tape.tag(Tag::Error);
        self.tape.byte(u8::try_from(kind).map_err(|_| unexpected())?);
        let has = |what: &Option<JsString>, bit| if what.is_some() { bit } else { 0 };
        self.tape.byte(has(&message, HAS_MESSAGE) | has(&stack, HAS_STACK));
        for text in message.iter().chain(&stack) {
            self.tape.string(text);
        }
        // NOTE(step 17): The cause, and an AggregateError's errors and name, are not specified yet; they are kept as
        // <https://github.com/whatwg/html/pull/5749> would.
        let mut extra = Vec::new();
        let is_aggregate = ERRORS.get(kind).is_some_and(|(name, _)| *name == ErrorName::Aggregate);
        let extras: &[&str] = if is_aggregate { &["cause", "errors"] } else { &["cause"] };
        for key in extras {
            let key = JsString::from(*key);
            if let Some(value) = slots::own_value(object, key.clone()) {
                extra.push((key, value));
            }
        }
        Ok(Open::Named(extra.into_iter()))
    }

    fn platform_object(&mut self, object: &JsObject, cx: &mut Context) -> JsResult<()> {
        // 19.1. A detached object has nothing left to serialize.
        if self.platform.is_detached(object) {
            let message = format!("{} is detached and could not be cloned.", describe(object));
            return Err(self.platform.data_clone_error(&message, cx));
        }
        // 20. Not every platform object is serializable.
        let Some(record) = self.platform.serialize(object, self.for_storage, cx) else {
            return Err(self.refusal(&describe(object), cx));
        };
        // 19.2-19.4, 26.3. Its interface and its data, as its serialization steps made them.
        // FIXME(step 26.3): No sub-serialization: platform objects share no memory with the value around them.
        self.beside.platform.push(record?);
        self.tape.tag(Tag::Platform);
        Ok(())
    }
}

/// Whether a buffer of this size may be made here now, if need be after what is dead was collected.
pub(super) fn has_room(bytes: u64, cx: &mut Context) -> bool {
    let fits = |cx: &mut Context| bytes <= cx.host_hooks().max_buffer_size(cx);
    fits(cx) || heap::make_room(bytes) && fits(cx)
}

pub(super) fn out_of_memory(platform: &dyn PlatformObjects, cx: &mut Context) -> JsError {
    platform.data_clone_error("Data cannot be cloned, out of memory.", cx)
}

/// The value that a wrapper object of this type holds.
fn data<T: boa_engine::object::NativeObject + Clone>(object: &JsObject) -> Option<T> {
    object.downcast_ref::<T>().map(|value| value.clone())
}

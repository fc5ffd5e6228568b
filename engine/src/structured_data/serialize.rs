//! <https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializeinternal>

use std::collections::HashMap;
use std::ops::Range;
use std::vec;

use boa_engine::builtins::array_buffer::{ArrayBuffer, SharedArrayBuffer};
use boa_engine::builtins::dataview::DataView;
use boa_engine::builtins::date::Date;
use boa_engine::builtins::error::Error;
use boa_engine::builtins::map::ordered_map::OrderedMap;
use boa_engine::builtins::regexp::RegExp;
use boa_engine::builtins::set::ordered_set::OrderedSet;
use boa_engine::builtins::typed_array::TypedArray;
use boa_engine::object::IndexPropertyKeys;
use boa_engine::object::builtins::{JsArrayBuffer, JsDate, JsSharedArrayBuffer};
use boa_engine::property::PropertyKey;
use boa_engine::{
    Context, JsBigInt, JsError, JsNativeError, JsObject, JsResult, JsString, JsValue, JsVariant, js_string,
};

use super::PlatformObjects;
use super::record::{self, ErrorName, Op, Record, Tape, malformed};
use super::slots;
use crate::atomics::SharedBlock;

/// [StructuredSerializeInternal], without its recursion.
///
/// `memory` holds the transfer list, as [`Op::Transferred`], when there is one.
///
/// [StructuredSerializeInternal]: https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializeinternal
pub(super) fn structured_serialize_internal(
    value: &JsValue,
    for_storage: bool,
    memory: HashMap<JsObject, Op>,
    platform: &dyn PlatformObjects,
    cx: &mut Context,
) -> JsResult<Record> {
    let mut serializer = Serializer {
        platform,
        for_storage,
        memory,
        objects: 0,
        keys: HashMap::new(),
        pending: Vec::new(),
        tape: Tape::default(),
    };
    serializer.value(value, cx)?;
    while let Some(contents) = serializer.pending.last_mut() {
        match contents.next(&mut serializer.tape, &mut serializer.keys, cx)? {
            Some(value) => serializer.value(&value, cx)?,
            None => {
                serializer.pending.pop();
                serializer.tape.ops.push(Op::End);
            }
        }
    }
    Ok(serializer.tape.finish())
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
    memory: HashMap<JsObject, Op>,
    /// How many objects the tape has made so far.
    objects: usize,
    /// Where a property name is in [`Tape::keys`].
    keys: HashMap<JsString, usize>,
    /// The containers that are open, innermost last.
    pending: Vec<Contents>,
    tape: Tape,
}

impl Serializer<'_> {
    fn value(&mut self, value: &JsValue, cx: &mut Context) -> JsResult<()> {
        // 1. The caller made the memory.
        let op = match value.variant() {
            // 4. A primitive is itself.
            JsVariant::Undefined => Op::Undefined,
            JsVariant::Null => Op::Null,
            JsVariant::Boolean(value) => Op::Boolean(value),
            JsVariant::Integer32(value) => Op::Integer(value),
            JsVariant::Float64(value) => Op::Number(value),
            JsVariant::BigInt(value) => Op::BigInt(self.bigint(&value)),
            JsVariant::String(value) => Op::String(self.tape.strings.push(&value)),
            // 5. But a symbol has an identity that cannot leave its agent.
            JsVariant::Symbol(symbol) => {
                let symbol = symbol.descriptive_string().to_std_string_lossy();
                return Err(self.refusal(&symbol, cx));
            }
            JsVariant::Object(object) => match self.memory.get(&object) {
                // 2. An object met before is the same object again.
                Some(op) => *op,
                None => return self.object(object, cx),
            },
        };
        self.tape.ops.push(op);
        Ok(())
    }

    fn object(&mut self, object: JsObject, cx: &mut Context) -> JsResult<()> {
        // 3. Deep, if contents are pending at the end.
        let contents;
        let op;
        // 7. A Boolean object.
        if let Some(value) = data(&object) {
            (op, contents) = (Op::BooleanObject(value), None);
        // 8. A Number object.
        } else if let Some(value) = data(&object) {
            (op, contents) = (Op::NumberObject(value), None);
        // 9. A BigInt object.
        } else if let Some(value) = data::<JsBigInt>(&object) {
            (op, contents) = (Op::BigIntObject(self.bigint(&value)), None);
        // 10. A String object.
        } else if let Some(value) = data::<JsString>(&object) {
            (op, contents) = (Op::StringObject(self.tape.strings.push(&value)), None);
        // 11. A Date.
        } else if object.is::<Date>() {
            let time = JsDate::from_object(object.clone())?.get_time(cx)?;
            (op, contents) = (Op::Date(time.as_number().ok_or_else(malformed)?), None);
        // 12. A RegExp, without its lastIndex.
        } else if object.is::<RegExp>() {
            let (source, flags) = slots::regexp(&object, cx)?;
            let source = self.tape.strings.push(&source);
            (op, contents) = (
                Op::RegExp(add(&mut self.tape.regexps, record::RegExp { source, flags })),
                None,
            );
        // 13. An ArrayBuffer or a SharedArrayBuffer.
        } else if object.is::<SharedArrayBuffer>() {
            (op, contents) = (self.shared_array_buffer(&object, cx)?, None);
        } else if object.is::<ArrayBuffer>() {
            (op, contents) = (self.array_buffer(&object, cx)?, None);
        // 14. A view of one.
        } else if object.is::<TypedArray>() || object.is::<DataView>() {
            return self.view(object, cx);
        // 15. A Map.
        } else if let Some(map) = object.downcast_ref::<OrderedMap<JsValue>>() {
            // 26.1. Its entries are copied, as getters may change it.
            let entries: Vec<_> = map
                .iter()
                .flat_map(|(key, value)| [key.clone(), value.clone()])
                .collect();
            (op, contents) = (Op::Map, Some(Contents::Values(entries.into_iter())));
        // 16. A Set.
        } else if let Some(set) = object.downcast_ref::<OrderedSet>() {
            // 26.2. Likewise.
            let entries: Vec<_> = set.iter().cloned().collect();
            (op, contents) = (Op::Set, Some(Contents::Values(entries.into_iter())));
        // 17. An error.
        } else if object.is::<Error>() && !self.platform.is_platform_object(&object) {
            (op, contents) = self.error(&object, cx)?;
        // 18. An array, and its length.
        } else if object.is_array() {
            let length = slots::own_value(&object, js_string!("length"))
                .ok_or_else(malformed)?
                .to_u32(cx)?;
            // 26.4. An array's properties are an object's.
            (op, contents) = (Op::Array(length), Some(Contents::of_array(object.clone())));
        // 19, 20. A platform object.
        } else if self.platform.is_platform_object(&object) {
            (op, contents) = (self.platform_object(&object, cx)?, None);
        // 21. Functions have no meaning elsewhere.
        // 22. Nor have objects with internal slots, such as promises and weak maps; arguments objects are of these.
        // 23. Nor have exotic objects, such as proxies.
        } else if object.is_callable() || !object.is_ordinary() {
            return Err(self.refusal(&describe(&object), cx));
        // 24. Any other object.
        } else {
            (op, contents) = (Op::Object, Some(Contents::of_object(object.clone())));
        }
        self.tape.ops.push(op);
        // 25. Remember it before its contents, which may lead back to it.
        self.remember(object);
        // 26. The contents come next.
        self.pending.extend(contents);
        Ok(())
    }

    fn remember(&mut self, object: JsObject) {
        self.memory.insert(object, Op::Back(self.objects));
        self.objects += 1;
    }

    fn refusal(&self, what: &str, cx: &mut Context) -> JsError {
        self.platform
            .data_clone_error(&format!("{what} could not be cloned."), cx)
    }

    fn bigint(&mut self, value: &JsBigInt) -> usize {
        add(&mut self.tape.bigints, value.to_string_radix(16).into())
    }

    fn shared_array_buffer(&mut self, object: &JsObject, cx: &mut Context) -> JsResult<Op> {
        // 13.1.1. Memory is only shared within an isolated agent cluster.
        if !self.platform.shared_memory_allowed(cx) {
            return Err(self.refusal("#<SharedArrayBuffer>", cx));
        }
        // 13.1.2. A storage outlives the cluster.
        if self.for_storage {
            return Err(self.refusal("#<SharedArrayBuffer>", cx));
        }
        // 13.1.3, 13.1.4. The block itself, which knows whether it grows.
        let buffer = JsSharedArrayBuffer::from_object(object.clone())?;
        Ok(Op::SharedBuffer(add(
            &mut self.tape.shared,
            SharedBlock::of(&buffer, cx)?,
        )))
    }

    fn array_buffer(&mut self, object: &JsObject, cx: &mut Context) -> JsResult<Op> {
        let buffer = JsArrayBuffer::from_object(object.clone())?;
        // 13.2.1. A detached buffer has nothing to copy.
        // 13.2.2-13.2.4. A copy of the bytes.
        let bytes = buffer.data().map(|data| copy(&data));
        let Some(bytes) = bytes else {
            return Err(self
                .platform
                .data_clone_error("An ArrayBuffer is detached and could not be cloned.", cx));
        };
        // 13.2.5, 13.2.6. Resizable or not.
        let max_byte_length = slots::max_byte_length(&buffer, cx)?;
        Ok(Op::Buffer(add(
            &mut self.tape.buffers,
            record::Buffer {
                bytes: bytes?,
                max_byte_length,
            },
        )))
    }

    fn view(&mut self, object: JsObject, cx: &mut Context) -> JsResult<()> {
        // 14.1. A view that is out of its buffer's bounds shows nothing.
        let Some((buffer, view)) = slots::view(&object, cx)? else {
            let message = format!(
                "{} is out of bounds or detached and could not be cloned.",
                describe(&object)
            );
            return Err(self.platform.data_clone_error(&message, cx));
        };
        // 14.5, 14.6. A DataView or a typed array.
        let op = Op::View(add(&mut self.tape.views, view));
        self.tape.ops.push(op);
        // 14.2-14.4. Its whole buffer; buffers have no contents, so this goes one level deep.
        self.value(&buffer.into(), cx)?;
        // 25.
        self.remember(object);
        Ok(())
    }

    fn error(&mut self, object: &JsObject, cx: &mut Context) -> JsResult<(Op, Option<Contents>)> {
        // 17.1. The name, wherever it comes from.
        let name = object.get(js_string!("name"), cx)?;
        // 17.2. One of the language's own names.
        let name = name.as_string().map_or(ErrorName::Error, |name| error_name(&name));
        // 17.3. The own message, if it has one.
        let message = slots::own_value(object, js_string!("message"));
        // 17.4. As a string.
        let message = message.map(|message| message.to_string(cx)).transpose()?;
        // 17.5. The stack.
        let stack = slots::error_stack(object, cx)?;
        // 17.6. All together.
        let error = record::Error {
            name,
            message: message.map(|message| self.tape.strings.push(&message)),
            stack: stack.map(|stack| self.tape.strings.push(&stack)),
        };
        // NOTE(step 17): The cause, and an AggregateError's errors and name, are not specified yet; they are kept as
        // <https://github.com/whatwg/html/pull/5749> would.
        let mut extra = Vec::new();
        let extras: &[&str] = if name == ErrorName::Aggregate {
            &["cause", "errors"]
        } else {
            &["cause"]
        };
        for key in extras {
            let key = JsString::from(*key);
            if let Some(value) = slots::own_value(object, key.clone()) {
                extra.push((key, value));
            }
        }
        Ok((
            Op::Error(add(&mut self.tape.errors, error)),
            Some(Contents::Named(extra.into_iter())),
        ))
    }

    fn platform_object(&mut self, object: &JsObject, cx: &mut Context) -> JsResult<Op> {
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
        Ok(Op::Platform(add(&mut self.tape.platform, record?)))
    }
}

/// What is still to be serialized of an open container.
enum Contents {
    /// 26.1, 26.2. Entries of a Map, keys and values by turns, or of a Set.
    Values(vec::IntoIter<JsValue>),
    /// 26.4. Properties of an object or array.
    Properties(Properties),
    /// What an error carries besides strings.
    Named(vec::IntoIter<(JsString, JsValue)>),
}

impl Contents {
    fn of_object(object: JsObject) -> Self {
        Self::Properties(Properties::of(object, None))
    }

    fn of_array(object: JsObject) -> Self {
        Self::Properties(Properties::of(object, Some(0)))
    }

    /// The next value, after writing what is to be said about it.
    fn next(
        &mut self,
        tape: &mut Tape,
        keys: &mut HashMap<JsString, usize>,
        cx: &mut Context,
    ) -> JsResult<Option<JsValue>> {
        match self {
            Self::Values(values) => Ok(values.next()),
            Self::Properties(properties) => properties.next(tape, keys, cx),
            Self::Named(values) => Ok(values.next().map(|(key, value)| {
                push_key(key, tape, keys);
                value
            })),
        }
    }
}

/// The enumerable own properties that an object had when its serialization began, and as they are now.
struct Properties {
    object: JsObject,
    indices: Indices,
    names: vec::IntoIter<JsString>,
    /// The index that needs no mention; `None` if each does.
    implied: Option<u32>,
}

enum Indices {
    Dense(Range<u32>),
    Sparse(vec::IntoIter<u32>),
}

impl Properties {
    fn of(object: JsObject, implied: Option<u32>) -> Self {
        let (indices, names) = {
            let object = object.borrow();
            let properties = object.properties();
            // 26.4.1, 26.4.2. Own, enumerable, and no symbol: indices in ascending order, then names in creation order.
            let indices = match properties.index_property_keys() {
                IndexPropertyKeys::Dense(range) => Indices::Dense(range),
                _ => {
                    let mut indices: Vec<_> = properties
                        .index_properties()
                        .filter(|(_, property)| property.enumerable() == Some(true))
                        .map(|(index, _)| index)
                        .collect();
                    indices.sort_unstable();
                    Indices::Sparse(indices.into_iter())
                }
            };
            let names: Vec<_> = object
                .shape()
                .keys()
                .into_iter()
                .filter(|key| {
                    properties
                        .get(key)
                        .is_some_and(|property| property.enumerable() == Some(true))
                })
                .filter_map(|key| {
                    if let PropertyKey::String(name) = key {
                        Some(name)
                    } else {
                        None
                    }
                })
                .collect();
            (indices, names.into_iter())
        };
        Self {
            object,
            indices,
            names,
            implied,
        }
    }

    fn next(
        &mut self,
        tape: &mut Tape,
        keys: &mut HashMap<JsString, usize>,
        cx: &mut Context,
    ) -> JsResult<Option<JsValue>> {
        // 26.4.3. For each of them:
        loop {
            let index = match &mut self.indices {
                Indices::Dense(indices) => indices.next(),
                Indices::Sparse(indices) => indices.next(),
            };
            let key: PropertyKey = match index {
                Some(index) => index.into(),
                None => match self.names.next() {
                    Some(name) => PropertyKey::String(name),
                    None => return Ok(None),
                },
            };
            // 26.4.3.1. Unless a getter has removed it meanwhile.
            let Some(property) = slots::own_property(&self.object, &key) else {
                continue;
            };
            // 26.4.3.1.1. Its value, which may be a getter's.
            let value = match property.value() {
                Some(value) => value.clone(),
                None => self.object.get(key.clone(), cx)?,
            };
            // 26.4.3.1.2, 26.4.3.1.3. Key and value.
            match (index, key) {
                (Some(index), _) => {
                    if self.implied != Some(index) {
                        tape.ops.push(Op::Index(index));
                    }
                    self.implied = self.implied.and(index.checked_add(1));
                }
                (None, PropertyKey::String(name)) => push_key(name, tape, keys),
                (None, _) => continue,
            }
            return Ok(Some(value));
        }
    }
}

/// Names the next value; a name that the tape has already is not written again.
fn push_key(name: JsString, tape: &mut Tape, keys: &mut HashMap<JsString, usize>) {
    let key = *keys.entry(name).or_insert_with_key(|name| tape.keys.push(name));
    tape.ops.push(Op::Key(key));
}

/// The value that a wrapper object of this type holds.
fn data<T: boa_engine::object::NativeObject + Clone>(object: &JsObject) -> Option<T> {
    object.downcast_ref::<T>().map(|value| value.clone())
}

fn add<T>(list: &mut Vec<T>, item: T) -> usize {
    list.push(item);
    list.len() - 1
}

/// [CreateByteDataBlock](https://tc39.es/ecma262/#sec-createbytedatablock), with these bytes.
fn copy(bytes: &[u8]) -> JsResult<Vec<u8>> {
    let mut block = Vec::new();
    block
        .try_reserve_exact(bytes.len())
        .map_err(|_| JsNativeError::range().with_message("Out of memory: an ArrayBuffer could not be copied."))?;
    block.extend_from_slice(bytes);
    Ok(block)
}

fn error_name(name: &JsString) -> ErrorName {
    match name.to_std_string_lossy().as_str() {
        "EvalError" => ErrorName::Eval,
        "RangeError" => ErrorName::Range,
        "ReferenceError" => ErrorName::Reference,
        "SyntaxError" => ErrorName::Syntax,
        "TypeError" => ErrorName::Type,
        "URIError" => ErrorName::Uri,
        "AggregateError" => ErrorName::Aggregate,
        _ => ErrorName::Error,
    }
}

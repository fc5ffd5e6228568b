//! The containers that are being deserialised: where the next value goes.

use std::rc::Rc;

use boa_engine::object::builtins::{JsMap, JsSet};
use boa_engine::property::{PropertyDescriptor, PropertyKey};
use boa_engine::{Context, JsObject, JsValue, js_string};

use super::fault::Fault;
use super::format::{Malformed, Tag};

/// A container whose contents are being deserialized.
pub(super) enum Container {
    /// An object, or an error, whose properties are not enumerable.
    Object {
        object: JsObject,
        enumerable: bool,
        key: Option<PropertyKey>,
    },
    /// An object whose keys are known.
    Shaped {
        object: JsObject,
        keys: Rc<[PropertyKey]>,
        /// How many of the keys have had their turn.
        done: usize,
    },
    Array {
        array: JsObject,
        length: u32,
        /// Of the next element.
        index: u32,
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
    pub fn name(&mut self, name: PropertyKey) -> Result<(), Malformed> {
        let misplaced = Malformed::Misplaced(Tag::Key);
        match (self, name) {
            (Self::Array { index, key: None, .. }, PropertyKey::Index(at)) => *index = at.get(),
            // The engine relies on what it is.
            (Self::Array { .. }, PropertyKey::String(name)) if name == js_string!("length") => return Err(misplaced),
            (Self::Object { key: key @ None, .. } | Self::Array { key: key @ None, .. }, name) => *key = Some(name),
            _ => return Err(misplaced),
        }
        Ok(())
    }

    /// There is no value for the next key.
    pub fn skip(&mut self) -> Result<(), Malformed> {
        match self {
            Self::Shaped { done, .. } => *done += 1,
            _ => return Err(Malformed::Misplaced(Tag::Skip)),
        }
        Ok(())
    }

    /// Takes the next value.
    pub fn add(&mut self, value: JsValue, cx: &mut Context) -> Result<(), Fault> {
        match self {
            // 24.1. A Map's entries.
            Self::Map { map, key } => match key.take() {
                None => *key = Some(value),
                Some(key) => drop(map.set(key, value, cx)?),
            },
            // 24.2. A Set's entries.
            Self::Set(set) => drop(set.add(value, cx)?),
            // 24.3. The properties of an array or object.
            Self::Array {
                array,
                length,
                index,
                key,
            } => match key.take() {
                Some(key) => define(array, key, value, true),
                None if index < length => {
                    define(array, *index, value, true);
                    *index += 1;
                }
                None => return Err(Malformed::Number.into()),
            },
            Self::Object {
                object,
                enumerable,
                key,
            } => define(object, key.take().ok_or(Malformed::Reference)?, value, *enumerable),
            Self::Shaped { object, keys, done } => {
                let key = keys.get(*done).ok_or(Malformed::Reference)?;
                define(object, key.clone(), value, true);
                *done += 1;
            }
        }
        Ok(())
    }

    /// Whether it has all its values, and no end.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Shaped { keys, done, .. } if *done >= keys.len())
    }

    /// Whether it may end here.
    pub const fn may_end(&self) -> bool {
        match self {
            Self::Object { key, .. } | Self::Array { key, .. } => key.is_none(),
            Self::Map { key, .. } => key.is_none(),
            Self::Set(_) => true,
            Self::Shaped { .. } => false,
        }
    }
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

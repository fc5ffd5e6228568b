//! The contents of the containers that are being serialised: what is next, and how it is written.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::vec;

use boa_engine::object::shape::Shape;
use boa_engine::object::{IndexPropertyKeys, IndexPropertyValues};
use boa_engine::property::PropertyKey;
use boa_engine::{Context, JsObject, JsResult, JsString, JsValue};
use rustc_hash::FxBuildHasher;

use super::format::Tag;
use super::slots;
use super::tape::Writer;

/// What is still to be serialized of an open container.
pub(super) enum Open {
    /// 26.1, 26.2. Entries of a Map, keys and values by turns, or of a Set.
    Values(vec::IntoIter<JsValue>),
    /// 26.4. Properties of an object or array.
    Properties(Properties),
    /// What an error carries besides strings.
    Named(vec::IntoIter<(JsString, JsValue)>),
}

impl Open {
    /// The next value, after writing what is to be said about it; after the last one, the container's end.
    pub fn next(&mut self, names: &mut Names, tape: &mut Writer, cx: &mut Context) -> JsResult<Option<JsValue>> {
        let next = match self {
            Self::Values(values) => values.next(),
            Self::Properties(properties) => match properties.next(names, tape, cx)? {
                // A shape says where it ends.
                None if properties.shaped => return Ok(None),
                next => next,
            },
            Self::Named(values) => values.next().map(|(key, value)| {
                names.write(&key, tape);
                value
            }),
        };
        if next.is_none() {
            tape.tag(Tag::End);
        }
        Ok(next)
    }
}

/// The property names of a tape, each written once.
#[derive(Default)]
pub(super) struct Names {
    keys: HashMap<JsString, usize, FxBuildHasher>,
    /// By the address of the engine's shape, which is kept, so that no other gets that address.
    shapes: HashMap<usize, KnownShape, FxBuildHasher>,
}

struct KnownShape {
    _shape: Shape,
    number: usize,
    /// Its enumerable string keys.
    keys: Rc<[JsString]>,
}

impl Names {
    /// Names the next value; a name that the tape has already is not written again.
    fn write(&mut self, name: &JsString, tape: &mut Writer) {
        if let Some(key) = self.keys.get(name) {
            tape.tag(Tag::Key);
            tape.count(*key);
        } else {
            self.keys.insert(name.clone(), self.keys.len());
            tape.tag(Tag::NewKey);
            tape.string(name);
        }
    }

    /// Begins an object of this shape, if it is one that other objects may have, and no other names are needed: its keys.
    fn begin_shaped(&mut self, object: &JsObject, tape: &mut Writer) -> Option<Rc<[JsString]>> {
        let address = {
            let object = object.borrow();
            // A unique shape changes where it stands.
            let may_have = !object.shape().is_unique() && object.properties().index_property_keys().len() == 0;
            may_have.then(|| object.shape().to_addr_usize())?
        };
        if let Some(known) = self.shapes.get(&address) {
            tape.tag(Tag::Shaped);
            tape.count(known.number);
            return Some(Rc::clone(&known.keys));
        }
        let keys = enumerable_keys(object);
        tape.tag(Tag::NewShape);
        tape.count(keys.len());
        for key in &*keys {
            self.write(key, tape);
        }
        let known = KnownShape {
            _shape: object.borrow().shape().clone(),
            number: self.shapes.len(),
            keys: Rc::clone(&keys),
        };
        self.shapes.insert(address, known);
        Some(keys)
    }
}

/// The enumerable own string keys of an object that are no indices, in the order of their creation.
fn enumerable_keys(object: &JsObject) -> Rc<[JsString]> {
    let object = object.borrow();
    let properties = object.properties();
    let keys = object.shape().keys().into_iter();
    keys.filter(|key| {
        properties
            .get(key)
            .is_some_and(|property| property.enumerable() == Some(true))
    })
    .filter_map(|key| match key {
        PropertyKey::String(name) => Some(name),
        _ => None,
    })
    .collect()
}

/// The enumerable own properties that an object had when its serialization began, and as they are now.
pub(super) struct Properties {
    object: JsObject,
    indices: Indices,
    keys: Rc<[JsString]>,
    /// How many of the keys have had their turn.
    done: usize,
    /// The index that needs no mention; `None` if each does.
    implied: Option<u32>,
    /// The keys are those of a shape, and need no mention.
    shaped: bool,
}

enum Indices {
    Dense(Range<u32>),
    Sparse(vec::IntoIter<u32>),
}

impl Properties {
    /// Begins an object.
    pub fn of_object(object: JsObject, names: &mut Names, tape: &mut Writer) -> Self {
        if let Some(keys) = names.begin_shaped(&object, tape) {
            return Self {
                object,
                indices: Indices::Dense(0..0),
                keys,
                done: 0,
                implied: None,
                shaped: true,
            };
        }
        tape.tag(Tag::Object);
        Self::new(object, None)
    }

    /// Begins an array of this length, and writes its elements if none of them is an object: such cannot run code nor lead back here.
    pub fn of_array(object: JsObject, length: u32, tape: &mut Writer) -> Self {
        if write_elements(&object, length, tape) {
            let keys = enumerable_keys(&object);
            return Self {
                object,
                indices: Indices::Dense(0..0),
                keys,
                done: 0,
                implied: None,
                shaped: false,
            };
        }
        tape.tag(Tag::Array);
        tape.number(length.into());
        Self::new(object, Some(0))
    }

    fn new(object: JsObject, implied: Option<u32>) -> Self {
        // 26.4.1, 26.4.2. Own, enumerable, and no symbol: indices in ascending order, then names in creation order.
        let indices = {
            let object = object.borrow();
            let properties = object.properties();
            match properties.index_property_keys() {
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
            }
        };
        let keys = enumerable_keys(&object);
        Self {
            object,
            indices,
            keys,
            done: 0,
            implied,
            shaped: false,
        }
    }

    fn next(&mut self, names: &mut Names, tape: &mut Writer, cx: &mut Context) -> JsResult<Option<JsValue>> {
        // 26.4.3. For each of them:
        loop {
            let index = match &mut self.indices {
                Indices::Dense(indices) => indices.next(),
                Indices::Sparse(indices) => indices.next(),
            };
            let key: PropertyKey = match index {
                Some(index) => index.into(),
                None => {
                    let Some(key) = self.keys.get(self.done) else {
                        return Ok(None);
                    };
                    self.done += 1;
                    PropertyKey::String(key.clone())
                }
            };
            // 26.4.3.1. Unless a getter has removed it meanwhile.
            let Some(property) = slots::own_property(&self.object, &key) else {
                if self.shaped {
                    tape.tag(Tag::Skip);
                }
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
                        tape.tag(Tag::Index);
                        tape.number(index.into());
                    }
                    self.implied = self.implied.and(index.checked_add(1));
                }
                (None, PropertyKey::String(name)) if !self.shaped => names.write(&name, tape),
                _ => {}
            }
            return Ok(Some(value));
        }
    }
}

/// Begins an array, and writes its elements, if they are all there and none is an object or a symbol.
fn write_elements(array: &JsObject, length: u32, tape: &mut Writer) -> bool {
    let array = array.borrow();
    let values = array.properties().index_property_values();
    if values.len() as u64 != u64::from(length) {
        return false;
    }
    match values {
        IndexPropertyValues::DenseI32(values) => {
            tape.tag(Tag::Integers);
            tape.number(length.into());
            tape.int32s(values.copied());
        }
        IndexPropertyValues::DenseF64(values) => {
            tape.tag(Tag::Doubles);
            tape.number(length.into());
            tape.doubles(values.copied());
        }
        IndexPropertyValues::DenseElement(values) => {
            let values = values.as_slice();
            if values.iter().any(|value| value.is_object() || value.is_symbol()) {
                return false;
            }
            if values.iter().all(|value| value.as_i32().is_some()) {
                tape.tag(Tag::Integers);
                tape.number(length.into());
                tape.int32s(values.iter().map(|value| value.as_i32().unwrap_or_default()));
            } else if values.iter().all(JsValue::is_number) {
                tape.tag(Tag::Doubles);
                tape.number(length.into());
                tape.doubles(values.iter().map(|value| value.as_number().unwrap_or_default()));
            } else {
                tape.tag(Tag::Primitives);
                tape.number(length.into());
                for value in values {
                    // Whoever called looks for it.
                    if tape.is_full() {
                        break;
                    }
                    write_primitive(value, tape);
                }
            }
        }
        _ => return false,
    }
    true
}

/// Writes a value, unless it is an object or a symbol.
pub(super) fn write_primitive(value: &JsValue, tape: &mut Writer) -> bool {
    use boa_engine::JsVariant::{BigInt, Boolean, Float64, Integer32, Null, Object, String, Symbol, Undefined};
    match value.variant() {
        Undefined => tape.tag(Tag::Undefined),
        Null => tape.tag(Tag::Null),
        Boolean(false) => tape.tag(Tag::False),
        Boolean(true) => tape.tag(Tag::True),
        Integer32(value) => tape.integer(value),
        Float64(value) => {
            tape.tag(Tag::Double);
            tape.double(value);
        }
        BigInt(value) => {
            tape.tag(Tag::BigInt);
            tape.bigint(&value);
        }
        String(value) => tape.string(&value),
        Symbol(_) | Object(_) => return false,
    }
    true
}

//! IDL types as Rust types, and the code that converts from and to JavaScript.
//! <https://webidl.spec.whatwg.org/#js-type-mapping>

use super::Generator;
use crate::{
    Error,
    ast::{Place, Range, Type, TypeKind},
    model::BUFFER_TYPES,
};
use std::{path::PathBuf, rc::Rc};

/// What a type's name stands for.
pub enum Named<'m> {
    Interface(&'m crate::model::Shape),
    Dictionary,
    Enumeration,
    Callback,
    CallbackInterface,
    Buffer,
}

/// A union that was met.
pub struct Union {
    pub members: Vec<Type>,
    /// How they are converted.
    conversions: Vec<String>,
    /// Another union would have the same name.
    pub ambiguous: bool,
}

impl<'m> Generator<'m> {
    pub fn named(&self, name: &str, place: &Place) -> Result<Named<'m>, Error> {
        let model = self.model;
        if let Some(interface) = model.interfaces.get(name) {
            Ok(Named::Interface(interface))
        } else if model.dictionaries.contains_key(name) {
            Ok(Named::Dictionary)
        } else if model.enumerations.contains_key(name) {
            Ok(Named::Enumeration)
        } else if model.callbacks.contains_key(name) {
            Ok(Named::Callback)
        } else if model.callback_interfaces.contains_key(name) {
            Ok(Named::CallbackInterface)
        } else if BUFFER_TYPES.contains(&name) {
            Ok(Named::Buffer)
        } else {
            Err(place.error(format!("the type '{name}' is not defined")))
        }
    }

    /// The Rust type that a value of this IDL type has.
    pub fn rust_type(&self, ty: &Type, place: &Place) -> Result<String, Error> {
        let ty = self.model.resolve(ty);
        let plain = match &ty.kind {
            TypeKind::Undefined => "()".to_owned(),
            TypeKind::Any => "JsValue".to_owned(),
            TypeKind::Object => "JsObject".to_owned(),
            TypeKind::Boolean => "bool".to_owned(),
            TypeKind::Integer(rust) => (*rust).to_owned(),
            TypeKind::Float { single, .. } => if *single { "f32" } else { "f64" }.to_owned(),
            TypeKind::BigInt => "JsBigInt".to_owned(),
            TypeKind::Symbol => "JsSymbol".to_owned(),
            TypeKind::DomString => "JsString".to_owned(),
            TypeKind::UsvString => "String".to_owned(),
            TypeKind::ByteString => "Vec<u8>".to_owned(),
            TypeKind::Named(name) => match self.named(name, place)? {
                Named::Interface(shape) => format!("Js<{}>", shape.state()),
                Named::Dictionary | Named::Enumeration | Named::Callback | Named::CallbackInterface => name.clone(),
                Named::Buffer => "BufferSource".to_owned(),
            },
            TypeKind::Sequence(item) => format!("Vec<{}>", self.rust_type(item, place)?),
            TypeKind::FrozenArray(_) => "JsValue".to_owned(),
            TypeKind::Promise(_) => "JsPromise".to_owned(),
            TypeKind::Record(key, value) => {
                format!(
                    "Vec<({}, {})>",
                    self.rust_type(key, place)?,
                    self.rust_type(value, place)?
                )
            }
            TypeKind::Union(members) => {
                // The union itself is written without knowing who names it, so what is wrong with it is found here.
                for member in members {
                    self.rust_type(member, place)?;
                }
                self.union_name(members)
            }
            TypeKind::ObservableArray(_) => return Err(not_understood(&ty.kind, place)),
        };
        Ok(if ty.nullable { format!("Option<{plain}>") } else { plain })
    }

    /// The name of a union's Rust type, which is noted to be written.
    fn union_name(&self, members: &[Type]) -> String {
        let name = members
            .iter()
            .map(|member| self.type_name(member))
            .collect::<Vec<_>>()
            .join("Or");
        let members: Vec<Type> = members.iter().map(|member| self.model.resolve(member)).collect();
        // The name tells the members' kinds, but not how, say, a number is to be converted.
        let place = Place {
            file: Rc::new(PathBuf::from(&name)),
            line: 1,
        };
        let conversions: Vec<_> = members
            .iter()
            .map(|member| self.conversion(member, "value", &place).unwrap_or_default())
            .collect();
        let mut unions = self.unions.borrow_mut();
        let union = unions.entry(name.clone()).or_insert_with(|| Union {
            members,
            conversions: conversions.clone(),
            ambiguous: false,
        });
        union.ambiguous |= union.conversions != conversions;
        name
    }

    /// A type's name within the name of a union, and of that union's variant.
    pub fn type_name(&self, ty: &Type) -> String {
        let ty = self.model.resolve(ty);
        match &ty.kind {
            TypeKind::Undefined => "Undefined".to_owned(),
            TypeKind::Any => "Any".to_owned(),
            TypeKind::Object => "Object".to_owned(),
            TypeKind::Boolean => "Boolean".to_owned(),
            TypeKind::Integer(_) | TypeKind::Float { .. } => "Number".to_owned(),
            TypeKind::BigInt => "BigInt".to_owned(),
            TypeKind::Symbol => "Symbol".to_owned(),
            TypeKind::DomString => "String".to_owned(),
            TypeKind::UsvString => "USVString".to_owned(),
            TypeKind::ByteString => "ByteString".to_owned(),
            TypeKind::Named(name) => name.clone(),
            TypeKind::Sequence(item) | TypeKind::FrozenArray(item) | TypeKind::ObservableArray(item) => {
                format!("{}Sequence", self.type_name(item))
            }
            TypeKind::Promise(_) => "Promise".to_owned(),
            TypeKind::Record(_, value) => format!("{}Record", self.type_name(value)),
            TypeKind::Union(members) => self.union_name(members),
        }
    }

    /// An expression of type `Fallible<T>` that converts `value`, an expression of type `&JsValue`, with `cx` in scope.
    pub fn conversion(&self, ty: &Type, value: &str, place: &Place) -> Result<String, Error> {
        let mut ty = self.model.resolve(ty);
        if ty.nullable {
            ty.nullable = false;
            let inner = self.conversion(&ty, "value", place)?;
            return Ok(format!("convert::nullable({value}, cx, |value, cx| {inner})"));
        }
        Ok(match &ty.kind {
            TypeKind::Undefined => "Ok::<(), Error>(())".to_owned(),
            TypeKind::Any => format!("Ok::<JsValue, Error>({value}.clone())"),
            TypeKind::Object => format!("convert::object({value})"),
            TypeKind::Boolean => format!("Ok::<bool, Error>({value}.to_boolean())"),
            TypeKind::Integer(rust) => {
                let function = match ty.range {
                    Range::Modulo => "integer",
                    Range::Clamp => "clamp",
                    Range::Enforce => "enforce_range",
                };
                format!("convert::{function}::<{rust}>({value}, cx)")
            }
            TypeKind::Float { single, unrestricted } => {
                let prefix = if *unrestricted { "unrestricted_" } else { "" };
                let function = if *single { "float" } else { "double" };
                format!("convert::{prefix}{function}({value}, cx)")
            }
            TypeKind::BigInt => format!("convert::bigint({value}, cx)"),
            TypeKind::Symbol => format!("convert::symbol({value})"),
            TypeKind::DomString if ty.null_to_empty => {
                format!("convert::dom_string_or_null({value}, cx)")
            }
            TypeKind::DomString => format!("convert::dom_string({value}, cx)"),
            TypeKind::UsvString => format!("convert::usv_string({value}, cx)"),
            TypeKind::ByteString => format!("convert::byte_string({value}, cx)"),
            TypeKind::Named(name) => match self.named(name, place)? {
                Named::Interface(shape) => format!("Js::<{}>::from_value({value})", shape.state()),
                Named::Dictionary | Named::Enumeration | Named::Callback | Named::CallbackInterface => {
                    format!("{name}::from_js({value}, cx)")
                }
                Named::Buffer => format!(
                    "BufferSource::from_js({value}, \"{name}\", BufferRules {{ allow_shared: {}, allow_resizable: {} }}, cx)",
                    ty.allow_shared, ty.allow_resizable
                ),
            },
            TypeKind::Sequence(item) => {
                let inner = self.conversion(item, "value", place)?;
                format!("convert::sequence({value}, cx, |value, cx| {inner})")
            }
            TypeKind::FrozenArray(item) => {
                let inner = self.conversion(item, "value", place)?;
                let back = self.to_js(item, "value", place)?;
                format!(
                    "convert::sequence({value}, cx, |value, cx| {inner}).and_then(|items| {{
                        let items = items.into_iter().map(|value| {{ let _ = &cx; {back} }}).collect();
                        convert::frozen_array(items, cx).map(JsValue::from)
                    }})"
                )
            }
            TypeKind::Promise(_) => format!("convert::promise({value}, cx)"),
            TypeKind::Record(key, item) => {
                let key = self.conversion(key, "value", place)?;
                let item = self.conversion(item, "value", place)?;
                format!("convert::record({value}, cx, |value, cx| {key}, |value, cx| {item})")
            }
            TypeKind::Union(members) => {
                format!("{}::from_js({value}, cx)", self.union_name(members))
            }
            TypeKind::ObservableArray(_) => return Err(not_understood(&ty.kind, place)),
        })
    }

    /// An expression of type `JsValue` made from `value`, an expression of this type's Rust type, with `cx` in scope.
    pub fn to_js(&self, ty: &Type, value: &str, place: &Place) -> Result<String, Error> {
        let mut ty = self.model.resolve(ty);
        if ty.nullable {
            ty.nullable = false;
            let inner = self.to_js(&ty, "value", place)?;
            return Ok(format!(
                "match {value} {{ Some(value) => {inner}, None => JsValue::null() }}"
            ));
        }
        Ok(match &ty.kind {
            TypeKind::Undefined => format!("{{ let () = {value}; JsValue::undefined() }}"),
            TypeKind::Any | TypeKind::FrozenArray(_) => value.to_owned(),
            TypeKind::Integer("i64" | "u64") => format!("JsValue::from({value} as f64)"),
            TypeKind::Float { single: true, .. } => format!("JsValue::from(f64::from({value}))"),
            TypeKind::Object
            | TypeKind::Boolean
            | TypeKind::Integer(_)
            | TypeKind::Float { .. }
            | TypeKind::BigInt
            | TypeKind::Symbol
            | TypeKind::DomString
            | TypeKind::Promise(_) => format!("JsValue::from({value})"),
            TypeKind::UsvString => format!("JsValue::from(JsString::from({value}.as_str()))"),
            TypeKind::ByteString => format!("convert::from_byte_string(&{value})"),
            TypeKind::Named(name) => match self.named(name, place)? {
                Named::Interface(_) | Named::Callback | Named::CallbackInterface => {
                    format!("JsValue::from({value}.object().clone())")
                }
                Named::Enumeration => format!("JsValue::from(JsString::from({value}.as_str()))"),
                Named::Buffer => format!("JsValue::from({value})"),
                Named::Dictionary => format!("{value}.into_js(cx)"),
            },
            TypeKind::Sequence(item) => {
                let inner = self.to_js(item, "value", place)?;
                format!("convert::from_sequence({value}, cx, |value, cx| {{ let _ = &cx; {inner} }})")
            }
            TypeKind::Union(_) => format!("{value}.into_js(cx)"),
            TypeKind::Record(key, item) => {
                let key = self.to_js(key, "key", place)?;
                let item = self.to_js(item, "item", place)?;
                format!(
                    "convert::from_record({value}, cx, |key, cx| {{ let _ = &cx; {key} }}, |item, cx| {{ let _ = &cx; {item} }})"
                )
            }
            TypeKind::ObservableArray(_) => return Err(not_understood(&ty.kind, place)),
        })
    }

    /// How a JavaScript value is told to be meant for this type: a rank (lowest tried first) and a condition over `value` and
    /// `cx`. The order is that of <https://webidl.spec.whatwg.org/#js-union> and of overload resolution.
    pub fn conditions(&self, ty: &Type, place: &Place) -> Result<Vec<(u8, String)>, Error> {
        let ty = self.model.resolve(ty);
        let mut conditions = Vec::new();
        if ty.nullable {
            conditions.push((1, "value.is_null_or_undefined()".to_owned()));
        }
        let object = (6, "value.is_object()".to_owned());
        match &ty.kind {
            TypeKind::Undefined => conditions.push((1, "value.is_undefined()".to_owned())),
            TypeKind::Any => conditions.push((14, "true".to_owned())),
            TypeKind::Object | TypeKind::Promise(_) | TypeKind::Record(..) => conditions.push(object),
            TypeKind::Boolean => {
                conditions.push((7, "value.is_boolean()".to_owned()));
                conditions.push((12, "true".to_owned()));
            }
            TypeKind::Integer(_) | TypeKind::Float { .. } => {
                conditions.push((8, "value.is_number()".to_owned()));
                conditions.push((11, "true".to_owned()));
            }
            TypeKind::DomString | TypeKind::UsvString | TypeKind::ByteString => {
                conditions.push((10, "true".to_owned()));
            }
            TypeKind::Named(name) => match self.named(name, place)? {
                Named::Interface(shape) => {
                    conditions.push((2, format!("Js::<{}>::is(value)", shape.state())));
                }
                Named::Dictionary => {
                    conditions.push((1, "value.is_null_or_undefined()".to_owned()));
                    conditions.push(object);
                }
                Named::Enumeration => conditions.push((10, "true".to_owned())),
                Named::Callback => conditions.push((4, "value.is_callable()".to_owned())),
                Named::CallbackInterface => conditions.push(object),
                Named::Buffer => conditions.push((3, format!("BufferSource::is(value, \"{name}\")"))),
            },
            TypeKind::Sequence(_) | TypeKind::FrozenArray(_) => {
                conditions.push((5, "convert::is_iterable(value, cx)?".to_owned()));
            }
            TypeKind::Union(members) => {
                for member in members {
                    conditions.extend(self.conditions(member, place)?);
                }
            }
            TypeKind::BigInt => {
                conditions.push((9, "value.is_bigint()".to_owned()));
                conditions.push((13, "true".to_owned()));
            }
            TypeKind::Symbol => conditions.push((9, "value.is_symbol()".to_owned())),
            TypeKind::ObservableArray(_) => return Err(not_understood(&ty.kind, place)),
        }
        Ok(conditions)
    }
}

fn not_understood(kind: &TypeKind, place: &Place) -> Error {
    place.error(format!("the type `{kind}` is not understood"))
}

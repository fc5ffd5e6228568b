//! Enumerations, dictionaries and unions.

use super::{Generator, camel_case, identifier};
use crate::{
    Error,
    ast::{Default, Dictionary, Place, Type, TypeKind},
    generate::types::Named,
};
use std::{fmt::Write, path::PathBuf, rc::Rc};

/// A constant of a Rust float type.
pub(super) fn not_finite(value: &str, ty: &str) -> String {
    match value {
        "Infinity" => format!("{ty}::INFINITY"),
        "-Infinity" => format!("{ty}::NEG_INFINITY"),
        _ => format!("{ty}::NAN"),
    }
}

impl Generator<'_> {
    /// <https://webidl.spec.whatwg.org/#js-enumeration>
    pub fn enumeration(&self, name: &str) -> String {
        let values = &self.model.enumerations[name];
        let mut out =
            format!("/// An IDL enumeration.\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\npub enum {name} {{\n");
        for value in values {
            _ = writeln!(out, "/// `{value}`.\n{},", camel_case(value));
        }
        out += "}\n";
        let to_str: String = values
            .iter()
            .map(|value| format!("Self::{} => \"{value}\",", camel_case(value)))
            .collect();
        let from_str: String = values
            .iter()
            .map(|value| format!("\"{value}\" => Ok(Self::{}),", camel_case(value)))
            .collect();
        _ = writeln!(
            out,
            "impl {name} {{
                /// The value as a script sees it.
                pub fn as_str(self) -> &'static str {{ match self {{ {to_str} }} }}
                /// Converts a script's value.
                pub fn from_js(value: &JsValue, cx: &mut Cx) -> Fallible<Self> {{
                    let text = convert::dom_string(value, cx)?.to_std_string_lossy();
                    match text.as_str() {{
                        {from_str}
                        _ => Err(convert::not_in_enumeration(&text, \"{name}\")),
                    }}
                }}
            }}"
        );
        out
    }

    /// <https://webidl.spec.whatwg.org/#js-dictionary>
    pub fn dictionary(&self, place: &Place, dictionary: &Dictionary) -> Result<String, Error> {
        let name = &dictionary.name;
        let mut fields = String::new();
        let mut reads = String::new();
        let mut names = Vec::new();
        let mut writes = String::new();
        if let Some(parent) = &dictionary.parent {
            if !self.model.dictionaries.contains_key(parent) {
                return Err(place.error(format!("'{name}' inherits from '{parent}', which is not defined")));
            }
            _ = writeln!(fields, "/// What is inherited.\npub parent: {parent},");
            _ = writeln!(reads, "let parent = {parent}::from_js(value, cx)?;");
            names.push("parent".to_owned());
            _ = writeln!(writes, "let mut properties = self.parent.properties(cx);");
        } else {
            _ = writeln!(writes, "let mut properties: Vec<(JsString, JsValue)> = Vec::new();");
        }
        let mut members: Vec<_> = dictionary.members.iter().collect();
        members.sort_by(|a, b| a.name.cmp(&b.name));
        for member in members {
            let place = &member.place;
            let field = identifier(&member.name);
            let ty = self.rust_type(&member.ty, place)?;
            let convert = self.conversion(&member.ty, "value", place)?;
            let write = self.to_js(&member.ty, "value", place)?;
            let push = format!(
                "properties.push((js_string!(\"{}\"), {{ let _ = &cx; {write} }}));",
                member.name
            );
            _ = if member.required || member.default.is_some() {
                writeln!(writes, "let value = self.{field}; {push}")
            } else {
                writeln!(writes, "if let Some(value) = self.{field} {{ {push} }}")
            };
            let present = format!(
                "({{ let value = &value; let converted: Fallible<{ty}> = {convert}; converted.map_err(|e| e.member(\"{name}\", \"{}\")) }})?",
                member.name
            );
            let (ty, read) = if let Some(default) = &member.default {
                let default = self.default(default, &member.ty, place)?;
                (
                    ty,
                    format!("if value.is_undefined() {{ {default} }} else {{ {present} }}"),
                )
            } else if member.required {
                let missing = format!("return Err(convert::missing_member(\"{name}\", \"{}\"))", member.name);
                (
                    ty,
                    format!("if value.is_undefined() {{ {missing} }} else {{ {present} }}"),
                )
            } else {
                (
                    format!("Option<{ty}>"),
                    format!("if value.is_undefined() {{ None }} else {{ Some({present}) }}"),
                )
            };
            _ = writeln!(fields, "/// `{}`.\npub {field}: {ty},", member.name);
            _ = writeln!(
                reads,
                "let {field} = {{ let value = convert::member(value, \"{}\", cx)?; {read} }};",
                member.name
            );
            names.push(field);
        }
        Ok(format!(
            "/// An IDL dictionary.
            #[derive(Debug, Clone)]
            pub struct {name} {{ {fields} }}
            impl {name} {{
                /// Converts a script's value.
                pub fn from_js(value: &JsValue, cx: &mut Cx) -> Fallible<Self> {{
                    convert::dictionary(value, \"{name}\")?;
                    {reads}
                    Ok(Self {{ {} }})
                }}
                /// The members that are there, those inherited first.
                fn properties(self, cx: &mut Cx) -> Vec<(JsString, JsValue)> {{ {writes} properties }}
                /// The dictionary for a script.
                pub fn into_js(self, cx: &mut Cx) -> JsValue {{ let properties = self.properties(cx); convert::from_properties(properties, cx) }}
            }}\n",
            names.join(", ")
        ))
    }

    /// A default value as a Rust expression of the type's Rust type.
    pub fn default(&self, default: &Default, ty: &Type, place: &Place) -> Result<String, Error> {
        let resolved = self.model.resolve(ty);
        let plain = match (default, &resolved.kind) {
            (Default::Null, TypeKind::Any) => return Ok("JsValue::null()".to_owned()),
            (Default::Undefined, TypeKind::Any) => return Ok("JsValue::undefined()".to_owned()),
            (Default::Null, _) if resolved.nullable => return Ok("None".to_owned()),
            (Default::Boolean(value), TypeKind::Boolean) => value.to_string(),
            (Default::Number(value), TypeKind::Integer(_)) => value.clone(),
            (Default::Number(value), TypeKind::Float { single, .. }) => {
                format!("{value}_{}", if *single { "f32" } else { "f64" })
            }
            (
                Default::NotFinite(value),
                TypeKind::Float {
                    single,
                    unrestricted: true,
                },
            ) => not_finite(value, if *single { "f32" } else { "f64" }),
            (Default::String(value), TypeKind::DomString) => format!("js_string!({value:?})"),
            (Default::String(value), TypeKind::ByteString) => format!("{value:?}.as_bytes().to_vec()"),
            (Default::String(value), TypeKind::UsvString) => format!("String::from({value:?})"),
            (Default::String(value), TypeKind::Named(name)) => match self.named(name, place)? {
                Named::Enumeration if self.model.enumerations[name].contains(value) => {
                    format!("{name}::{}", camel_case(value))
                }
                Named::Enumeration => return Err(place.error(format!("'{name}' has no value \"{value}\""))),
                _ => return Err(place.error("a string as default of a type that is none")),
            },
            (Default::EmptySequence, TypeKind::Sequence(_)) => "Vec::new()".to_owned(),
            (Default::EmptyDictionary, TypeKind::Named(name)) if self.model.dictionaries.contains_key(name) => {
                format!("{name}::from_js(&JsValue::undefined(), cx)?")
            }
            // The member of a union that the default belongs to.
            (_, TypeKind::Union(members)) => {
                let name = self.type_name(&resolved);
                members
                    .iter()
                    .find_map(|member| {
                        let value = self.default(default, member, place).ok()?;
                        Some(format!("{name}::{}({value})", self.type_name(member)))
                    })
                    .ok_or_else(|| place.error("this default fits no member of the union"))?
            }
            _ => return Err(place.error(format!("the default {default} does not fit the type `{ty}`"))),
        };
        Ok(if resolved.nullable {
            format!("Some({plain})")
        } else {
            plain
        })
    }

    /// <https://webidl.spec.whatwg.org/#js-union>
    pub fn union(&self, name: &str, members: &[Type]) -> Result<String, Error> {
        let place = Place {
            file: Rc::new(PathBuf::from(name)),
            line: 1,
        };
        let mut variants = String::new();
        let mut into = String::new();
        let mut attempts = Vec::new();
        for member in members {
            let variant = self.type_name(member);
            let ty = self.rust_type(member, &place)?;
            _ = writeln!(variants, "/// `{variant}`.\n{variant}({ty}),");
            let code = self.to_js(member, "value", &place)?;
            _ = writeln!(into, "Self::{variant}(value) => {code},");
            let code = self.conversion(member, "value", &place)?;
            for (rank, condition) in self.conditions(member, &place)? {
                attempts.push((
                    rank,
                    format!(
                        "if {condition} {{ let converted: Fallible<{ty}> = {code}; return converted.map(Self::{variant}); }}"
                    ),
                ));
            }
        }
        attempts.sort_by_key(|(rank, _)| *rank);
        // What stands after a condition that always holds is never reached.
        let mut chain = String::new();
        let mut ends = false;
        for (_, attempt) in attempts {
            if ends {
                break;
            }
            if let Some(always) = attempt.strip_prefix("if true ") {
                chain += always;
                ends = true;
            } else {
                chain += &attempt;
                chain.push('\n');
            }
        }
        if !ends {
            _ = write!(chain, "Err(convert::no_union_member(\"{name}\"))");
        }
        Ok(format!(
            "/// An IDL union.
            #[derive(Debug, Clone)]
            pub enum {name} {{ {variants} }}
            impl {name} {{
                /// The value for a script.
                pub fn into_js(self, cx: &mut Cx) -> JsValue {{ let _ = &cx; match self {{ {into} }} }}
                /// Converts a script's value.
                pub fn from_js(value: &JsValue, cx: &mut Cx) -> Fallible<Self> {{ let _ = &cx; {chain} }}
            }}\n"
        ))
    }
}

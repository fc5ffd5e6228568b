//! Members of interfaces and namespaces: their native functions, and their rows of the table.

use super::{
    Generator,
    call::Overload,
    data, identifier,
    interface::{Group, Owner, exposure, groups, is_event_handler},
    snake_case,
};
use crate::{
    Error,
    ast::{Argument, Attribute, Attrs, ConstantValue, Member, MemberKind, Type, TypeKind},
    model::Shape,
};
use std::fmt::Write;

/// How a native function calls what implements it.
#[derive(Clone, Copy)]
struct Manner {
    /// The variant of `call::Doing`.
    doing: &'static str,
    receiver: Receiver,
    /// It gives a promise, and so never throws.
    promise: bool,
}

/// What becomes of `this`.
#[derive(Clone, Copy)]
enum Receiver {
    None,
    Checked,
    /// `[LegacyLenientThis]`.
    Lenient,
}

impl Receiver {
    fn of(is_static: bool) -> Self {
        if is_static { Self::None } else { Self::Checked }
    }
}

/// An operation of each instance.
const OPERATION: Manner = Manner {
    doing: "Execute",
    receiver: Receiver::Checked,
    promise: false,
};

impl Generator<'_> {
    /// The native functions of `members`; their rows of the table go to `table`.
    pub(super) fn members(
        &self,
        owner: &Owner<'_>,
        prefix: &str,
        members: &[Member],
        inherited: &Attrs,
        table: &mut String,
    ) -> Result<String, Error> {
        let mut out = String::new();
        let mut row = |member: &Member, name: &str, kind: &str| -> Result<(), Error> {
            let exposed = exposure(&member.attrs)?.unwrap_or_else(|| "Exposure::ALL".to_owned());
            let secure = member.attrs.has("SecureContext") || inherited.has("SecureContext");
            let unforgeable = member.attrs.has("LegacyUnforgeable");
            let unscopable = member.attrs.has("Unscopable");
            _ = writeln!(
                table,
                "Member {{ name: \"{name}\", exposed: {exposed}, secure_context: {secure}, unforgeable: {unforgeable}, unscopable: {unscopable}, kind: MemberKind::{kind} }},"
            );
            Ok(())
        };
        for member in members {
            if let MemberKind::Constant { name, value, .. } = &member.kind {
                let value = match value {
                    ConstantValue::Boolean(value) => format!("Boolean({value})"),
                    ConstantValue::Number(value) => format!("Number({value}_f64)"),
                    ConstantValue::NotFinite(value) => format!("Number({})", data::not_finite(value, "f64")),
                };
                row(member, name, &format!("Constant(Constant::{value})"))?;
            }
        }
        for group in groups(members) {
            // A static operation may have the name of one that is not.
            let prefix = format!("{prefix}_{}", if group.is_static { "static_" } else { "" });
            let native = format!("{prefix}{}", snake_case(group.name));
            let length = self.operation(owner, &native, &group, &mut out)?;
            let kind = if group.is_static {
                "StaticOperation"
            } else {
                "Operation"
            };
            for (member, operation) in &group.overloads {
                if matches!(member.kind, MemberKind::StringifierOperation(_)) && !operation.args.is_empty() {
                    return Err(member.place.error("a stringifier takes no arguments"));
                }
            }
            let (member, _) = group.overloads[0];
            row(member, group.name, &format!("{kind}({native}, {length})"))?;
            if matches!(member.kind, MemberKind::StringifierOperation(_)) {
                row(member, "toString", &format!("{kind}({native}, 0)"))?;
            }
        }
        for member in members {
            match &member.kind {
                MemberKind::Attribute(attribute) => {
                    let (get, set) = self.attribute(owner, prefix, member, attribute, &mut out)?;
                    let kind = if attribute.is_static {
                        "StaticAttribute"
                    } else {
                        "Attribute"
                    };
                    row(member, &attribute.name, &format!("{kind}({get}, {set})"))?;
                    if attribute.stringifier {
                        row(member, "toString", &format!("Operation({get}, 0)"))?;
                    }
                }
                MemberKind::Stringifier => {
                    self.stringifier(owner, prefix, &mut out, &mut |kind| row(member, "toString", kind))?
                }
                MemberKind::StringifierOperation(operation) if operation.name.is_empty() => {
                    self.stringifier(owner, prefix, &mut out, &mut |kind| row(member, "toString", kind))?;
                }
                _ => {}
            }
        }
        Ok(out)
    }

    /// `toString`, for a stringifier that is no member itself.
    fn stringifier(
        &self,
        owner: &Owner<'_>,
        prefix: &str,
        out: &mut String,
        row: &mut dyn FnMut(&str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let native = format!("{prefix}_to_string");
        let body = format!("Ok(JsValue::from({}::stringify(this, cx)?))", owner.implementation);
        *out += &Self::native(owner, &native, OPERATION, "toString", &body);
        row(&format!("Operation({native}, 0)"))
    }

    /// The names of the attributes that `[Default] toJSON` tells of, quoted: <https://webidl.spec.whatwg.org/#default-tojson-steps>.
    pub(super) fn json_attributes(&self, shape: &Shape) -> String {
        if !groups(&shape.members).iter().any(Group::is_default_to_json) {
            return String::new();
        }
        let mixins = shape.mixins.iter().map(|mixin| &self.model.mixins[mixin]);
        std::iter::once(shape)
            .chain(mixins)
            .flat_map(|shape| &shape.members)
            .filter_map(|member| match &member.kind {
                MemberKind::Attribute(attribute) if !attribute.is_static && self.is_json(&attribute.ty) => {
                    Some(format!("\"{}\", ", attribute.name))
                }
                _ => None,
            })
            .collect()
    }

    /// <https://webidl.spec.whatwg.org/#dfn-json-types>
    fn is_json(&self, ty: &Type) -> bool {
        let ty = self.model.resolve(ty);
        match &ty.kind {
            TypeKind::Boolean
            | TypeKind::Integer(_)
            | TypeKind::Float { .. }
            | TypeKind::DomString
            | TypeKind::UsvString
            | TypeKind::ByteString
            | TypeKind::Object => true,
            TypeKind::Undefined
            | TypeKind::Any
            | TypeKind::BigInt
            | TypeKind::Symbol
            | TypeKind::ObservableArray(_)
            | TypeKind::Promise(_) => false,
            TypeKind::Sequence(item) | TypeKind::FrozenArray(item) | TypeKind::Record(_, item) => self.is_json(item),
            TypeKind::Union(members) => members.iter().all(|member| self.is_json(member)),
            TypeKind::Named(name) => {
                let model = self.model;
                if model.enumerations.contains_key(name) {
                    true
                } else if model.dictionaries.contains_key(name) {
                    self.is_json_dictionary(name)
                } else if let Some(interface) = model.interfaces.get(name) {
                    std::iter::once(interface)
                        .chain(model.ancestors(interface))
                        .any(|shape| groups(&shape.members).iter().any(|group| group.name == "toJSON"))
                } else {
                    false
                }
            }
        }
    }

    /// All its members, those inherited too, are of JSON types.
    fn is_json_dictionary(&self, name: &str) -> bool {
        self.model.dictionaries.get(name).is_some_and(|(_, dictionary)| {
            dictionary.members.iter().all(|member| self.is_json(&member.ty))
                && dictionary
                    .parent
                    .as_ref()
                    .is_none_or(|parent| self.is_json_dictionary(parent))
        })
    }

    /// A native function around `body`, a block of type `Fallible<JsValue>` with `this`, `args` and `cx` in scope.
    fn native(owner: &Owner<'_>, native: &str, manner: Manner, name: &str, body: &str) -> String {
        let (interface, state) = (owner.interface, &owner.state);
        let Manner {
            doing,
            receiver,
            promise,
        } = manner;
        let (this, call, passed, closure) = match receiver {
            Receiver::None => ("_", "static_member".to_owned(), "", "cx"),
            Receiver::Checked => ("this", format!("member::<{state}>"), "this, ", "this, cx"),
            Receiver::Lenient => ("this", format!("lenient_member::<{state}>"), "this, ", "this, cx"),
        };
        let called = format!(
            "call::{call}(call::Doing::{doing}, \"{interface}\", \"{name}\", {passed}cx, |{closure}| {{ let _ = args; {body} }})"
        );
        let called = if promise {
            format!("let result = {called}; call::reject(result, cx)")
        } else {
            called
        };
        format!("fn {native}({this}: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {{ {called} }}\n")
    }

    /// Writes the native function of a group of overloads; returns its `length`.
    pub(super) fn operation(
        &self,
        owner: &Owner<'_>,
        native: &str,
        group: &Group<'_>,
        out: &mut String,
    ) -> Result<usize, Error> {
        if group.is_default_to_json() {
            let state = &owner.state;
            let body = format!("Ok(JsValue::from(call::default_to_json::<{state}>(this, cx)?))");
            *out += &Self::native(owner, native, OPERATION, group.name, &body);
            return Ok(0);
        }
        let args: Vec<&[Argument]> = group.overloads.iter().map(|(_, op)| op.args.as_slice()).collect();
        let overloads: Vec<Overload<'_>> = group
            .overloads
            .iter()
            .zip(Self::overload_names(group.name, &args))
            .map(|((member, operation), name)| Overload {
                args: &operation.args,
                place: &member.place,
                function: format!("{}::{name}", owner.implementation),
            })
            .collect();
        let receiver = if group.is_static { "cx" } else { "this, cx" };
        let body = self.dispatch(&overloads, receiver, &|index, result| {
            let (member, operation) = group.overloads[index];
            let returned = self.to_js(&operation.returns, "result", &member.place)?;
            Ok(format!("{{ let result = {result}; {returned} }}"))
        })?;
        let promise = matches!(group.overloads[0].1.returns.kind, TypeKind::Promise(_));
        let manner = Manner {
            receiver: Receiver::of(group.is_static),
            promise,
            ..OPERATION
        };
        *out += &Self::native(owner, native, manner, group.name, &body);
        Ok(overloads.iter().map(Overload::required).min().unwrap_or(0))
    }

    /// Writes an attribute's getter and setter; returns the expressions for the table.
    fn attribute(
        &self,
        owner: &Owner<'_>,
        prefix: &str,
        member: &Member,
        attribute: &Attribute,
        out: &mut String,
    ) -> Result<(String, String), Error> {
        let name = &attribute.name;
        let (get, set) = (
            format!("{prefix}_{}_getter", snake_case(name)),
            format!("{prefix}_{}_setter", snake_case(name)),
        );
        let lenient = member.attrs.has("LegacyLenientThis");
        let receiver = if attribute.is_static { "cx" } else { "this, cx" };
        let function = format!("{}::{}", owner.implementation, identifier(name));
        let handler = is_event_handler(attribute);
        let value = format!("{function}({receiver})?");
        let body = if handler {
            format!("Ok({value})")
        } else {
            let returned = self.to_js(&attribute.ty, "result", &member.place)?;
            format!("let result = {value}; Ok({returned})")
        };
        let manner = |doing, promise| Manner {
            doing,
            receiver: match Receiver::of(attribute.is_static) {
                Receiver::Checked if lenient => Receiver::Lenient,
                receiver => receiver,
            },
            promise,
        };
        let promise = matches!(attribute.ty.kind, TypeKind::Promise(_));
        *out += &Self::native(owner, &get, manner("Read", promise), name, &body);
        let setter = manner("Write", false);
        let assign = format!("{}::set_{}", owner.implementation, snake_case(name));
        if !attribute.readonly {
            let body = if handler {
                format!("{assign}(this, cx, convert::first(args))?; Ok(JsValue::undefined())")
            } else {
                let ty = self.rust_type(&attribute.ty, &member.place)?;
                let code = self.conversion(&attribute.ty, "value", &member.place)?;
                let enumeration =
                    matches!(&attribute.ty.kind, TypeKind::Named(name) if self.model.enumerations.contains_key(name));
                // A string that the enumeration lacks is ignored: <https://webidl.spec.whatwg.org/#dfn-attribute-setter>.
                let failed = if enumeration {
                    "match converted { Ok(value) => value, Err(Error::Conversion(_)) => return Ok(JsValue::undefined()), Err(e) => return Err(e) }"
                } else {
                    "converted.map_err(Error::value)?"
                };
                format!(
                    "let value = &convert::first(args); let converted: Fallible<{ty}> = {code}; let value = {failed}; {assign}({receiver}, value)?; Ok(JsValue::undefined())"
                )
            };
            *out += &Self::native(owner, &set, setter, name, &body);
        } else if member.attrs.has("Replaceable") {
            let body = format!(
                "call::replace(this.object(), \"{name}\", convert::first(args), cx)?; Ok(JsValue::undefined())"
            );
            *out += &Self::native(owner, &set, setter, name, &body);
        } else if let Some(forward) = member.attrs.get("PutForwards") {
            let target = forward.values.join("");
            let body = format!(
                "call::forward(this.object(), \"{name}\", \"{target}\", convert::first(args), cx)?; Ok(JsValue::undefined())"
            );
            *out += &Self::native(owner, &set, setter, name, &body);
        } else if member.attrs.has("LegacyLenientSetter") {
            *out += &Self::native(owner, &set, setter, name, "Ok(JsValue::undefined())");
        } else {
            return Ok((get, "None".to_owned()));
        }
        Ok((get, format!("Some({set})")))
    }
}

//! Interfaces and mixins: the trait to implement, the native functions, the table.

use super::{Generator, call::Overload, constant_case, identifier, snake_case};
use crate::{
    Error,
    ast::{Argument, Attribute, Attrs, ConstantValue, Member, MemberKind, Operation, TypeKind},
    model::{EVENT_HANDLERS, Shape},
};
use std::fmt::Write;

/// Where the members of a shape are implemented, and what they are members of.
pub(super) struct Owner<'s> {
    /// The interface or namespace that scripts see.
    pub interface: &'s str,
    /// `<State as Trait>`.
    pub implementation: String,
    pub state: String,
}

/// Operations of one name, in the order stated.
pub(super) struct Group<'m> {
    pub name: &'m str,
    pub is_static: bool,
    pub overloads: Vec<(&'m Member, &'m Operation)>,
}

pub(super) fn groups(members: &[Member]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for member in members {
        let MemberKind::Operation(operation) = &member.kind else {
            continue;
        };
        let known = groups
            .iter_mut()
            .find(|group| group.name == operation.name && group.is_static == operation.is_static);
        match known {
            Some(group) => group.overloads.push((member, operation)),
            None => groups.push(Group {
                name: &operation.name,
                is_static: operation.is_static,
                overloads: vec![(member, operation)],
            }),
        }
    }
    groups
}

fn constructors(members: &[Member]) -> Vec<(&Member, &[Argument])> {
    members
        .iter()
        .filter_map(|member| match &member.kind {
            MemberKind::Constructor { args } => Some((member, args.as_slice())),
            _ => None,
        })
        .collect()
}

fn is_event_handler(attribute: &Attribute) -> bool {
    matches!(&attribute.ty.kind, TypeKind::Named(name) if EVENT_HANDLERS.contains(&name.as_str()))
}

/// The globals that `[Exposed]` names, as an expression of type `Exposure`.
pub(super) fn exposure(attrs: &Attrs) -> Option<String> {
    let attr = attrs.get("Exposed")?;
    Some(
        attr.values
            .iter()
            .map(|value| match value.as_str() {
                "*" => "Exposure::ALL".to_owned(),
                name => format!("Exposure::{}", constant_case(name)),
            })
            .collect::<Vec<_>>()
            .join(".and(")
            + &")".repeat(attr.values.len() - 1),
    )
}

impl Generator<'_> {
    /// The functions of a trait for `members`.
    fn trait_functions(&self, members: &[Member]) -> Result<String, Error> {
        let mut out = String::new();
        let constructors = constructors(members);
        let args: Vec<&[Argument]> = constructors.iter().map(|(_, args)| *args).collect();
        if !args.is_empty() {
            for ((member, args), name) in constructors.iter().zip(Self::overload_names("constructor", &args)) {
                let parameters = self.parameters(args, &member.place)?;
                _ = writeln!(
                    out,
                    "/// The constructor steps.\nfn {name}(new: New<'_, Self>, cx: &mut Cx{parameters}) -> Fallible<Js<Self>>;"
                );
            }
        }
        for group in groups(members) {
            let args: Vec<&[Argument]> = group.overloads.iter().map(|(_, op)| op.args.as_slice()).collect();
            for ((member, operation), name) in group.overloads.iter().zip(Self::overload_names(group.name, &args)) {
                let parameters = self.parameters(&operation.args, &member.place)?;
                let returns = self.rust_type(&operation.returns, &member.place)?;
                let this = if group.is_static { "" } else { "this: &Js<Self>, " };
                _ = writeln!(
                    out,
                    "/// `{}()`.\nfn {name}({this}cx: &mut Cx{parameters}) -> Fallible<{returns}>;",
                    group.name
                );
            }
        }
        for member in members {
            match &member.kind {
                MemberKind::Attribute(attribute) => out += &self.attribute_functions(member, attribute)?,
                MemberKind::Iterable { key: Some(key), value } => {
                    _ = writeln!(
                        out,
                        "/// The pair to iterate over at `index`, if there is one.
                        fn pair(this: &Js<Self>, index: usize, cx: &mut Cx) -> Fallible<Option<({}, {})>>;",
                        self.rust_type(key, &member.place)?,
                        self.rust_type(value, &member.place)?
                    );
                }
                MemberKind::Stringifier => {
                    out += "/// The stringification behaviour.\nfn stringify(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsString>;\n";
                }
                MemberKind::Constructor { .. } | MemberKind::Operation(_) | MemberKind::Constant { .. } => {}
                MemberKind::Iterable { key: None, .. } => {
                    return Err(member.place.error("an iterable of values is not understood"));
                }
                MemberKind::AsyncIterable { .. } => {
                    return Err(member.place.error("an async_iterable is not understood"));
                }
                MemberKind::Maplike { .. } => return Err(member.place.error("a maplike is not understood")),
                MemberKind::Setlike { .. } => return Err(member.place.error("a setlike is not understood")),
                MemberKind::Special { special, .. } => {
                    return Err(member
                        .place
                        .error(format!("a special operation ({special:?}) is not understood")));
                }
                MemberKind::StringifierOperation(_) => {
                    return Err(member
                        .place
                        .error("a stringifier that is an operation is not understood"));
                }
            }
        }
        Ok(out)
    }

    fn attribute_functions(&self, member: &Member, attribute: &Attribute) -> Result<String, Error> {
        if attribute.inherit {
            return Err(member
                .place
                .error("an attribute that inherits its getter is not understood"));
        }
        let name = &attribute.name;
        let function = identifier(name);
        let setter = snake_case(name);
        if is_event_handler(attribute) {
            let event = name.strip_prefix("on").unwrap_or(name);
            return Ok(format!(
                "/// The event handler `{name}`.
                fn {function}(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsValue> {{ event_handler::get(&this.upcast(), \"{event}\", cx) }}
                /// Sets the event handler `{name}`.
                fn set_{setter}(this: &Js<Self>, cx: &mut Cx, value: JsValue) -> Fallible<()> {{ event_handler::set(&this.upcast(), \"{event}\", value, cx) }}\n"
            ));
        }
        let ty = self.rust_type(&attribute.ty, &member.place)?;
        let this = if attribute.is_static { "" } else { "this: &Js<Self>, " };
        let mut out = format!("/// Gets `{name}`.\nfn {function}({this}cx: &mut Cx) -> Fallible<{ty}>;\n");
        if !attribute.readonly {
            _ = writeln!(
                out,
                "/// Sets `{name}`.\nfn set_{setter}({this}cx: &mut Cx, value: {ty}) -> Fallible<()>;"
            );
        }
        Ok(out)
    }

    pub fn mixin(&self, shape: &Shape) -> Result<String, Error> {
        let name = &shape.name;
        let handlers = shape
            .members
            .iter()
            .any(|member| matches!(&member.kind, MemberKind::Attribute(attribute) if is_event_handler(attribute)));
        let bound = if handlers { " + Inherits<EventTarget>" } else { "" };
        Ok(format!(
            "/// What an interface that includes `{name}` must provide.\npub trait {name}Methods: DomObject{bound} {{\n{}}}\n",
            self.trait_functions(&shape.members)?
        ))
    }

    pub fn interface(&self, index: usize, shape: &Shape) -> Result<String, Error> {
        let name = &shape.name;
        let state = shape.state();
        let constant = constant_case(name);
        let ancestors = self.model.ancestors(shape);
        let mut out = String::new();

        // The trait.
        let inherits: String = ancestors
            .iter()
            .map(|ancestor| format!(" + Inherits<{}>", ancestor.state()))
            .collect();
        let parent_function = ancestors.first().map_or_else(String::new, |parent| {
            format!(
                "/// The state that this one inherits.\nfn parent(&self) -> &Gc<{}>;\n",
                parent.state()
            )
        });
        _ = writeln!(
            out,
            "/// What the implementation of `{name}` must provide.\npub trait {name}Methods: DomObject{inherits} {{\n{parent_function}{}}}",
            self.trait_functions(&shape.members)?
        );
        _ = writeln!(
            out,
            "impl DomObject for {state} {{ const INTERFACE: &'static Interface = &{constant}; }}"
        );
        for (depth, ancestor) in ancestors.iter().enumerate() {
            let ancestor_state = ancestor.state();
            let body = if depth == 0 {
                format!("<Self as {name}Methods>::parent(self)")
            } else {
                let parent = ancestors[0];
                format!(
                    "<{} as Inherits<{ancestor_state}>>::ancestor(<Self as {name}Methods>::parent(self))",
                    parent.state()
                )
            };
            _ = writeln!(
                out,
                "impl Inherits<{ancestor_state}> for {state} {{ fn ancestor(&self) -> &Gc<{ancestor_state}> {{ {body} }} }}"
            );
        }

        // The native functions and the table of members.
        let on_global = shape.attrs.has("Global");
        let prefix = snake_case(name);
        let mut members = String::new();
        let own = Owner {
            interface: name,
            implementation: format!("<{state} as {name}Methods>"),
            state: state.clone(),
        };
        out += &self.members(&own, &prefix, &shape.members, &Attrs::default(), &mut members)?;
        for mixin in &shape.mixins {
            let mixin_shape = &self.model.mixins[mixin];
            let owner = Owner {
                interface: name,
                implementation: format!("<{state} as {mixin}Methods>"),
                state: state.clone(),
            };
            let attrs = Attrs(
                mixin_shape
                    .attrs
                    .0
                    .iter()
                    .filter(|attr| attr.name != "Exposed")
                    .cloned()
                    .collect(),
            );
            out += &self.members(&owner, &prefix, &mixin_shape.members, &attrs, &mut members)?;
        }

        let constructor = self.constructor(&own, &prefix, shape, &mut out)?;
        let iterator = self.iterator(&own, &prefix, shape, &mut out)?;
        let (parent, upcast) = match ancestors.first() {
            Some(parent) => (
                format!("Some(&{})", constant_case(&parent.name)),
                format!(
                    "Some(|state| state.downcast_ref::<Gc<{state}>>().map(|state| <{state} as {name}Methods>::parent(state) as &dyn Any))"
                ),
            ),
            None => ("None".to_owned(), "None".to_owned()),
        };
        let exposed = exposure(&shape.attrs)
            .ok_or_else(|| shape.place.error(format!("'{name}' does not say where it is exposed")))?;
        let alias = shape
            .attrs
            .get("LegacyWindowAlias")
            .map_or_else(String::new, |attr| format!("\"{}\"", attr.values.join("\", \"")));
        _ = writeln!(
            out,
            "/// The interface `{name}`.
            pub static {constant}: Interface = Interface {{
                name: \"{name}\", index: {index}, parent: {parent}, upcast: {upcast},
                exposed: {exposed}, secure_context: {}, hidden: {}, global: {on_global},
                constructor: {constructor}, members: &[{members}], iterator: {iterator}, window_aliases: &[{alias}],
            }};",
            shape.attrs.has("SecureContext"),
            shape.attrs.has("LegacyNoInterfaceObject"),
        );
        Ok(out)
    }

    fn constructor(&self, owner: &Owner<'_>, prefix: &str, shape: &Shape, out: &mut String) -> Result<String, Error> {
        let constructors = constructors(&shape.members);
        if constructors.is_empty() {
            return Ok("None".to_owned());
        }
        let args: Vec<&[Argument]> = constructors.iter().map(|(_, args)| *args).collect();
        let overloads: Vec<Overload<'_>> = constructors
            .iter()
            .zip(Self::overload_names("constructor", &args))
            .map(|((member, args), name)| Overload {
                args,
                place: &member.place,
                function: format!("{}::{name}", owner.implementation),
            })
            .collect();
        let length = overloads.iter().map(Overload::required).min().unwrap_or(0);
        let body = self.dispatch(&overloads, "new, cx", &|_, result| Ok(result.to_owned()))?;
        let (interface, state) = (owner.interface, &owner.state);
        _ = writeln!(
            out,
            "fn {prefix}_constructor(target: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {{
                call::construct::<{state}>(\"{interface}\", target, cx, |new, cx| {{ let _ = args; {body} }})
            }}"
        );
        Ok(format!("Some(({prefix}_constructor, {length}))"))
    }

    fn iterator(&self, owner: &Owner<'_>, prefix: &str, shape: &Shape, out: &mut String) -> Result<String, Error> {
        for member in &shape.members {
            if let MemberKind::Iterable { key: Some(key), value } = &member.kind {
                let key = self.to_js(key, "key", &member.place)?;
                let value = self.to_js(value, "value", &member.place)?;
                let state = &owner.state;
                _ = writeln!(
                    out,
                    "fn {prefix}_pair(this: &JsValue, index: usize, cx: &mut Cx) -> Fallible<Option<(JsValue, JsValue)>> {{
                        let this = Js::<{state}>::from_value(this)?;
                        Ok({}::pair(&this, index, cx)?.map(|(key, value)| ({key}, {value})))
                    }}",
                    owner.implementation
                );
                return Ok(format!("Some({prefix}_pair)"));
            }
        }
        Ok("None".to_owned())
    }

    /// The native functions of `members`; their rows of the table go to `table`.
    fn members(
        &self,
        owner: &Owner<'_>,
        prefix: &str,
        members: &[Member],
        inherited: &Attrs,
        table: &mut String,
    ) -> Result<String, Error> {
        let mut out = String::new();
        let row = |member: &Member, name: &str, kind: &str, table: &mut String| {
            let exposed = exposure(&member.attrs).unwrap_or_else(|| "Exposure::ALL".to_owned());
            let secure = member.attrs.has("SecureContext") || inherited.has("SecureContext");
            let unforgeable = member.attrs.has("LegacyUnforgeable");
            _ = writeln!(
                table,
                "Member {{ name: \"{name}\", exposed: {exposed}, secure_context: {secure}, unforgeable: {unforgeable}, kind: {kind} }},"
            );
        };
        for member in members {
            if let MemberKind::Constant { name, value, .. } = &member.kind {
                let ConstantValue::Number(value) = value else {
                    return Err(member
                        .place
                        .error("a constant that is no finite number is not understood"));
                };
                row(member, name, &format!("MemberKind::Constant({value}_f64)"), table);
            }
        }
        for group in groups(members) {
            // A static operation may have the name of one that is not.
            let kind = if group.is_static { "static_" } else { "" };
            let native = format!("{prefix}_{kind}{}", snake_case(group.name));
            let length = self.operation(owner, &native, &group, &mut out)?;
            let kind = if group.is_static {
                "StaticOperation"
            } else {
                "Operation"
            };
            let (member, _) = group.overloads[0];
            row(
                member,
                group.name,
                &format!("MemberKind::{kind}({native}, {length})"),
                table,
            );
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
                    row(
                        member,
                        &attribute.name,
                        &format!("MemberKind::{kind}({get}, {set})"),
                        table,
                    );
                    if attribute.stringifier {
                        row(member, "toString", &format!("MemberKind::Operation({get}, 0)"), table);
                    }
                }
                MemberKind::Stringifier => {
                    let native = format!("{prefix}_to_string");
                    let body = format!(
                        "let _ = args; Ok(JsValue::from({}::stringify(this, cx)?))",
                        owner.implementation
                    );
                    out += &Self::native(owner, &native, "operation", "toString", false, &body);
                    row(
                        member,
                        "toString",
                        &format!("MemberKind::Operation({native}, 0)"),
                        table,
                    );
                }
                _ => {}
            }
        }
        Ok(out)
    }

    /// A native function around `body`, a block of type `Fallible<JsValue>` with `this`, `args` and `cx` in scope.
    fn native(owner: &Owner<'_>, native: &str, helper: &str, name: &str, is_static: bool, body: &str) -> String {
        let (interface, state) = (owner.interface, &owner.state);
        if is_static {
            return format!(
                "fn {native}(_: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {{
                    call::static_{helper}(\"{interface}\", \"{name}\", cx, |cx| {{ let _ = args; {body} }})
                }}\n"
            );
        }
        format!(
            "fn {native}(this: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {{
                call::{helper}::<{state}>(\"{interface}\", \"{name}\", this, cx, |this, cx| {{ let _ = args; {body} }})
            }}\n"
        )
    }

    /// Writes the native function of a group of overloads; returns its `length`.
    pub(super) fn operation(
        &self,
        owner: &Owner<'_>,
        native: &str,
        group: &Group<'_>,
        out: &mut String,
    ) -> Result<usize, Error> {
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
        let helper = if promise { "promise_operation" } else { "operation" };
        *out += &Self::native(owner, native, helper, group.name, group.is_static, &body);
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
            format!("{prefix}_get_{}", snake_case(name)),
            format!("{prefix}_set_{}", snake_case(name)),
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
        let getter = match (&attribute.ty.kind, lenient) {
            (TypeKind::Promise(_), _) => "promise_operation",
            (_, true) => "lenient_get",
            (_, false) => "get",
        };
        *out += &Self::native(owner, &get, getter, name, attribute.is_static, &body);
        let setter = if lenient { "lenient_set" } else { "set" };
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
            *out += &Self::native(owner, &set, setter, name, attribute.is_static, &body);
        } else if member.attrs.has("Replaceable") {
            let body = format!(
                "call::replace(this.object(), \"{name}\", convert::first(args), cx)?; Ok(JsValue::undefined())"
            );
            *out += &Self::native(owner, &set, setter, name, false, &body);
        } else if let Some(forward) = member.attrs.get("PutForwards") {
            let target = forward.values.join("");
            let body = format!(
                "call::forward(this.object(), \"{name}\", \"{target}\", convert::first(args), cx)?; Ok(JsValue::undefined())"
            );
            *out += &Self::native(owner, &set, setter, name, false, &body);
        } else {
            return Ok((get, "None".to_owned()));
        }
        Ok((get, format!("Some({set})")))
    }
}

//! Interfaces and mixins: the trait to implement, the native functions, the table.

use super::{Generator, call::Overload, constant_case, identifier, snake_case};
use crate::{
    Error,
    ast::{Argument, Attribute, Attrs, Member, MemberKind, Operation, TypeKind},
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

impl Group<'_> {
    /// `[Default] object toJSON();`, whose steps are the same for every interface.
    pub fn is_default_to_json(&self) -> bool {
        self.overloads.iter().any(|(member, _)| member.attrs.has("Default"))
    }
}

pub(super) fn groups(members: &[Member]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for member in members {
        let operation = match &member.kind {
            MemberKind::Operation(operation) => operation,
            MemberKind::StringifierOperation(operation) if !operation.name.is_empty() => operation,
            _ => continue,
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

pub(super) fn is_event_handler(attribute: &Attribute) -> bool {
    matches!(&attribute.ty.kind, TypeKind::Named(name) if EVENT_HANDLERS.contains(&name.as_str()))
}

/// The globals that `[Exposed]` names, as an expression of type `Exposure`.
pub(super) fn exposure(attrs: &Attrs) -> Result<Option<String>, Error> {
    let Some(attr) = attrs.get("Exposed") else {
        return Ok(None);
    };
    let mut sets = Vec::new();
    for value in &attr.values {
        sets.push(match value.as_str() {
            "*" => "Exposure::ALL".to_owned(),
            "Window" | "Worker" | "DedicatedWorker" | "SharedWorker" | "ServiceWorker" => {
                format!("Exposure::{}", constant_case(value))
            }
            _ => {
                return Err(attr
                    .place
                    .error(format!("[Exposed={value}] names a global that is not known")));
            }
        });
    }
    Ok(Some(sets.join(".and(") + &")".repeat(sets.len() - 1)))
}

impl Generator<'_> {
    /// The functions of a trait for `members`.
    pub(super) fn trait_functions(&self, members: &[Member]) -> Result<String, Error> {
        let mut out = String::new();
        let constructors = constructors(members);
        let args: Vec<&[Argument]> = constructors.iter().map(|(_, args)| *args).collect();
        if !args.is_empty() {
            for ((_, args), name) in constructors.iter().zip(Self::overload_names("constructor", &args)) {
                let parameters = self.parameters(args)?;
                _ = writeln!(
                    out,
                    "/// The constructor steps.\nfn {name}(new: New<'_, Self>, cx: &mut Cx{parameters}) -> Fallible<Js<Self>>;"
                );
            }
        }
        for group in groups(members) {
            if group.is_default_to_json() {
                continue;
            }
            let args: Vec<&[Argument]> = group.overloads.iter().map(|(_, op)| op.args.as_slice()).collect();
            for ((member, operation), name) in group.overloads.iter().zip(Self::overload_names(group.name, &args)) {
                let parameters = self.parameters(&operation.args)?;
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
                MemberKind::Iterable { .. }
                | MemberKind::AsyncIterable { .. }
                | MemberKind::Maplike { .. }
                | MemberKind::Setlike { .. } => out += &self.iteration_functions(member)?,
                MemberKind::Stringifier => {
                    out += "/// The stringification behaviour.\nfn stringify(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsString>;\n";
                }
                MemberKind::StringifierOperation(operation) if operation.name.is_empty() => {
                    out += "/// The stringification behaviour.\nfn stringify(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsString>;\n";
                }
                MemberKind::Constructor { .. }
                | MemberKind::Operation(_)
                | MemberKind::StringifierOperation(_)
                | MemberKind::Constant { .. } => {}
                MemberKind::Special { special, .. } => {
                    return Err(member.place.error(format!(
                        "a {} is not understood: it needs an exotic object, which the engine does not offer",
                        format!("{special:?}").to_lowercase()
                    )));
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
        let iteration = self.iteration(&own, &prefix, shape, &mut out)?;
        let json = self.json_attributes(shape);
        let (parent, upcast) = match ancestors.first() {
            Some(parent) => (
                format!("Some(&{})", constant_case(&parent.name)),
                format!(
                    "Some(|state| state.downcast_ref::<Gc<{state}>>().map(|state| <{state} as {name}Methods>::parent(state) as &dyn Any))"
                ),
            ),
            None => ("None".to_owned(), "None".to_owned()),
        };
        // <https://webidl.spec.whatwg.org/#js-DOMException-specialness>
        let error_data = std::iter::once(shape)
            .chain(ancestors.iter().copied())
            .any(|shape| shape.name == "DOMException");
        let exposed = exposure(&shape.attrs)?
            .ok_or_else(|| shape.place.error(format!("'{name}' does not say where it is exposed")))?;
        let crossing = |attr: &str, table: &str| match shape.attrs.has(attr) {
            true => format!("Some({table}::of::<{state}>())"),
            false => "None".to_owned(),
        };
        let serialization = crossing("Serializable", "Serialization");
        let transfer = crossing("Transferable", "Transfer");
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
                constructor: {constructor}, members: &[{members}], iteration: {iteration},
                json: &[{json}], window_aliases: &[{alias}], error_data: {error_data},
                serialization: {serialization}, transfer: {transfer},
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
}

//! All definitions together: partials and mixins merged, names looked up.

use crate::{Error, ast::*};
use std::collections::BTreeMap;

/// An interface, a mixin or a namespace, with everything that partials add.
#[derive(Debug)]
pub struct Shape {
    pub name: String,
    pub place: Place,
    pub attrs: Attrs,
    pub parent: Option<String>,
    /// The Rust module that implements it.
    pub module: String,
    pub members: Vec<Member>,
    pub mixins: Vec<String>,
}

impl Shape {
    /// The Rust type that holds the state.
    pub fn state(&self) -> String {
        format!("{}::{}", self.module, self.name)
    }
}

#[derive(Debug, Default)]
pub struct Model {
    pub interfaces: BTreeMap<String, Shape>,
    pub mixins: BTreeMap<String, Shape>,
    pub namespaces: BTreeMap<String, Shape>,
    pub dictionaries: BTreeMap<String, (Place, Dictionary)>,
    pub enumerations: BTreeMap<String, Vec<String>>,
    pub callbacks: BTreeMap<String, (Place, Callback)>,
    pub callback_interfaces: BTreeMap<String, (Place, Operation)>,
    pub typedefs: BTreeMap<String, Type>,
    partials: Vec<(Place, String, Attrs, Vec<Member>)>,
    partial_dictionaries: Vec<(Place, Dictionary)>,
    includes: Vec<(Place, String, String)>,
}

/// Buffer types that ECMAScript provides.
pub const BUFFER_TYPES: [&str; 18] = [
    "BufferSource",
    "AllowSharedBufferSource",
    "ArrayBuffer",
    "SharedArrayBuffer",
    "ArrayBufferView",
    "DataView",
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
    "BigInt64Array",
    "BigUint64Array",
    "Float16Array",
    "Float32Array",
    "Float64Array",
];

/// The types of event handler IDL attributes.
/// <https://html.spec.whatwg.org/multipage/webappapis.html#event-handler-idl-attributes>
pub const EVENT_HANDLERS: [&str; 2] = ["EventHandler", "OnErrorEventHandler"];

impl Model {
    pub fn add(&mut self, definition: Definition, module: &str) -> Result<(), Error> {
        let Definition {
            place,
            attrs,
            partial,
            kind,
        } = definition;
        let shape = |name: String, parent, members| Shape {
            name,
            place: place.clone(),
            attrs: attrs.clone(),
            parent,
            module: module.to_owned(),
            members,
            mixins: Vec::new(),
        };
        let twice = |name: &str| place.error(format!("'{name}' is defined twice"));
        match kind {
            DefinitionKind::Interface(Interface { name, members, .. })
            | DefinitionKind::Mixin { name, members }
            | DefinitionKind::Namespace { name, members }
                if partial =>
            {
                self.partials.push((place, name, attrs, members));
            }
            DefinitionKind::Interface(interface) => {
                let new = shape(interface.name.clone(), interface.parent, interface.members);
                if self.interfaces.insert(interface.name.clone(), new).is_some() {
                    return Err(twice(&interface.name));
                }
            }
            DefinitionKind::Mixin { name, members } => {
                let new = shape(name.clone(), None, members);
                if self.mixins.insert(name.clone(), new).is_some() {
                    return Err(twice(&name));
                }
            }
            DefinitionKind::Namespace { name, members } => {
                let new = shape(name.clone(), None, members);
                if self.namespaces.insert(name.clone(), new).is_some() {
                    return Err(twice(&name));
                }
            }
            DefinitionKind::CallbackInterface { name, mut members } => {
                let only = if members.len() == 1 { members.pop() } else { None };
                let Some(Member {
                    kind: MemberKind::Operation(operation),
                    ..
                }) = only
                else {
                    return Err(place.error("a callback interface with one operation is all that is understood"));
                };
                if self
                    .callback_interfaces
                    .insert(name.clone(), (place.clone(), operation))
                    .is_some()
                {
                    return Err(twice(&name));
                }
            }
            DefinitionKind::Callback(callback) => {
                if callback.constructor {
                    return Err(place.error("a callback constructor is not understood"));
                }
                let name = callback.name.clone();
                if self.callbacks.insert(name.clone(), (place.clone(), callback)).is_some() {
                    return Err(twice(&name));
                }
            }
            DefinitionKind::Includes { target, mixin } => self.includes.push((place, target, mixin)),
            DefinitionKind::Dictionary(dictionary) if partial => {
                self.partial_dictionaries.push((place, dictionary));
            }
            DefinitionKind::Dictionary(dictionary) => {
                let name = dictionary.name.clone();
                if self
                    .dictionaries
                    .insert(name.clone(), (place.clone(), dictionary))
                    .is_some()
                {
                    return Err(twice(&name));
                }
            }
            DefinitionKind::Enumeration { name, values } => {
                if self.enumerations.insert(name.clone(), values).is_some() {
                    return Err(twice(&name));
                }
            }
            DefinitionKind::Typedef { name, ty } => {
                if self.typedefs.insert(name.clone(), ty).is_some() {
                    return Err(twice(&name));
                }
            }
        }
        Ok(())
    }

    /// Merges what partials and `includes` add, once every file is read.
    pub fn finish(&mut self) -> Result<(), Error> {
        for (place, name, attrs, mut members) in std::mem::take(&mut self.partials) {
            let target = self
                .interfaces
                .get_mut(&name)
                .or_else(|| self.mixins.get_mut(&name))
                .or_else(|| self.namespaces.get_mut(&name))
                .ok_or_else(|| place.error(format!("nothing named '{name}' for this partial to add to")))?;
            for member in &mut members {
                for attr in &attrs.0 {
                    if !member.attrs.has(&attr.name) {
                        member.attrs.0.push(attr.clone());
                    }
                }
            }
            target.members.append(&mut members);
        }
        for (place, mut partial) in std::mem::take(&mut self.partial_dictionaries) {
            self.dictionaries
                .get_mut(&partial.name)
                .ok_or_else(|| place.error(format!("no dictionary '{}' for this partial to add to", partial.name)))?
                .1
                .members
                .append(&mut partial.members);
        }
        for (place, target, mixin) in std::mem::take(&mut self.includes) {
            if !self.mixins.contains_key(&mixin) {
                return Err(place.error(format!("there is no mixin '{mixin}'")));
            }
            self.interfaces
                .get_mut(&target)
                .ok_or_else(|| place.error(format!("there is no interface '{target}'")))?
                .mixins
                .push(mixin);
        }
        for interface in self.interfaces.values() {
            if let Some(parent) = &interface.parent
                && !self.interfaces.contains_key(parent)
            {
                return Err(interface.place.error(format!(
                    "'{}' inherits from '{parent}', which is not defined",
                    interface.name
                )));
            }
        }
        Ok(())
    }

    /// The interface's ancestors, its parent first.
    pub fn ancestors<'m>(&'m self, interface: &'m Shape) -> Vec<&'m Shape> {
        let mut ancestors = Vec::new();
        let mut next = interface.parent.as_ref();
        while let Some(parent) = next.and_then(|name| self.interfaces.get(name)) {
            ancestors.push(parent);
            next = parent.parent.as_ref();
        }
        ancestors
    }

    /// Every interface, parents before their children.
    pub fn in_order(&self) -> Vec<&Shape> {
        let mut all: Vec<&Shape> = self.interfaces.values().collect();
        all.sort_by_key(|shape| self.ancestors(shape).len());
        all
    }

    /// `ty` with typedefs replaced by what they stand for.
    pub fn resolve(&self, ty: &Type) -> Type {
        let TypeKind::Named(name) = &ty.kind else {
            return ty.clone();
        };
        let Some(target) = self.typedefs.get(name) else {
            return ty.clone();
        };
        ty.standing_for(self.resolve(target))
    }
}

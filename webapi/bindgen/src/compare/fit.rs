//! Whether a type, an argument list or a set of extended attributes of ours is what upstream states, or a part of it.

use super::world::World;
use crate::{ast::*, text::Arguments};
use std::collections::BTreeMap;

/// Extended attributes that a definition of ours need not repeat, and why.
pub const IGNORABLE: [(&str, &str); 7] = [
    ("CEReactions", "there are no custom elements whose reactions could run"),
    ("Reflect", "reflection is written as the member's algorithm"),
    ("ReflectDefault", "reflection is written as the member's algorithm"),
    ("ReflectSetter", "reflection is written as the member's algorithm"),
    ("ReflectURL", "reflection is written as the member's algorithm"),
    (
        "LegacyOverrideBuiltIns",
        "it is about a named getter, which is reported by itself",
    ),
    (
        "LegacyUnenumerableNamedProperties",
        "it is about a named getter, which is reported by itself",
    ),
];

/// Globals that [Exposed] of ours need not name: there are none of them.
const NO_SUCH_GLOBALS: [&str; 6] = [
    "AnimationWorklet",
    "AudioWorklet",
    "LayoutWorklet",
    "PaintWorklet",
    "SharedStorageWorklet",
    "Worklet",
];

/// Extended attributes that are part of a type, wherever they are written.
const OF_TYPES: [&str; 5] = [
    "AllowResizable",
    "AllowShared",
    "Clamp",
    "EnforceRange",
    "LegacyNullToEmptyString",
];

/// Both sides, as their typedefs differ.
#[derive(Clone, Copy)]
pub struct Sides<'w> {
    pub ours: &'w World,
    pub theirs: &'w World,
}

impl Sides<'_> {
    /// Whether `ours` is `theirs`, or takes some of the types that the union `theirs` takes; those left out go to `omitted`.
    pub fn types(self, ours: &Type, theirs: &Type, omitted: &mut Vec<String>) -> bool {
        if is_named_alike(ours, theirs) {
            return same_flags(ours, theirs) && ours.nullable == theirs.nullable;
        }
        let (ours, theirs) = (self.resolve_ours(ours), self.theirs.resolve(theirs));
        if let TypeKind::Union(_) = &theirs.kind {
            return self.part_of_union(&ours, &theirs, omitted);
        }
        if !same_flags(&ours, &theirs) || ours.nullable != theirs.nullable {
            return false;
        }
        match (&ours.kind, &theirs.kind) {
            (TypeKind::Sequence(a), TypeKind::Sequence(b))
            | (TypeKind::FrozenArray(a), TypeKind::FrozenArray(b))
            | (TypeKind::ObservableArray(a), TypeKind::ObservableArray(b))
            | (TypeKind::Promise(a), TypeKind::Promise(b)) => self.types(a, b, omitted),
            (TypeKind::Record(a, b), TypeKind::Record(c, d)) => self.types(a, c, omitted) && self.types(b, d, omitted),
            (TypeKind::Union(_), _) => false,
            (ours, theirs) => ours.to_string() == theirs.to_string(),
        }
    }

    /// `ty` without typedefs: ours, and upstream's for what is no typedef to us, such as `BufferSource`.
    fn resolve_ours(self, ty: &Type) -> Type {
        self.theirs.resolve(&self.ours.resolve(ty))
    }

    fn part_of_union(self, ours: &Type, theirs: &Type, omitted: &mut Vec<String>) -> bool {
        let (mut our_members, mut their_members) = (Vec::new(), Vec::new());
        let our_null = flatten(ours, &mut our_members, &|ty| self.resolve_ours(ty));
        let their_null = flatten(theirs, &mut their_members, &|ty| self.theirs.resolve(ty));
        if our_null != their_null {
            return false;
        }
        for member in our_members {
            let found = their_members.iter().position(|other| {
                let mut inner = Vec::new();
                let fits = self.types(&member, other, &mut inner);
                if fits {
                    omitted.append(&mut inner);
                }
                fits
            });
            match found {
                Some(index) => _ = their_members.remove(index),
                None => return false,
            }
        }
        omitted.extend(
            their_members
                .iter()
                .map(|member| format!("the union's member `{member}`")),
        );
        true
    }

    /// What of `theirs` is left out in `ours`.
    ///
    /// # Errors
    /// If `ours` contradicts `theirs`: how.
    pub fn arguments(self, ours: &[Argument], theirs: &[Argument]) -> Result<Vec<String>, String> {
        let mut omitted = Vec::new();
        for (index, our) in ours.iter().enumerate() {
            let Some(their) = theirs.get(index) else {
                return Err(format!("has no argument `{}`", our.name));
            };
            let mut inner = Vec::new();
            let same = our.name == their.name
                && our.optional == their.optional
                && our.variadic == their.variadic
                && our.default == their.default
                && self.types(&our.ty, &their.ty, &mut inner);
            if !same {
                return Err(format!("has the argument `{their}` where ours is `{our}`"));
            }
            if let Some(difference) = attrs(&our.attrs, &their.attrs) {
                return Err(format!("has {difference} on the argument `{}`", our.name));
            }
            let name = &our.name;
            omitted.extend(inner.into_iter().map(|what| format!("argument `{name}`: {what}")));
        }
        for their in &theirs[ours.len().min(theirs.len())..] {
            if !their.optional && !their.variadic {
                return Err(format!("has the argument `{their}` too"));
            }
            omitted.push(format!("argument `{their}`"));
        }
        Ok(omitted)
    }

    /// As [`Self::arguments`], with the returned type.
    pub fn operation(self, ours: &Operation, theirs: &Operation) -> Result<Vec<String>, String> {
        let mut omitted = Vec::new();
        if !self.types(&ours.returns, &theirs.returns, &mut omitted) {
            return Err(format!("returns `{}`, ours `{}`", theirs.returns, ours.returns));
        }
        omitted.extend(self.arguments(&ours.args, &theirs.args)?);
        Ok(omitted)
    }
}

fn same_flags(ours: &Type, theirs: &Type) -> bool {
    (ours.range, ours.allow_shared, ours.allow_resizable, ours.null_to_empty)
        == (
            theirs.range,
            theirs.allow_shared,
            theirs.allow_resizable,
            theirs.null_to_empty,
        )
        && attrs(&ours.attrs, &theirs.attrs).is_none()
}

fn is_named_alike(ours: &Type, theirs: &Type) -> bool {
    matches!((&ours.kind, &theirs.kind), (TypeKind::Named(ours), TypeKind::Named(theirs)) if ours == theirs)
}

/// Adds the types that `ty`, after `resolve`, may be, without unions among them, to `members`; returns whether null is one.
fn flatten(ty: &Type, members: &mut Vec<Type>, resolve: &dyn Fn(&Type) -> Type) -> bool {
    let resolved = resolve(ty);
    let mut null = resolved.nullable;
    if let TypeKind::Union(inner) = &resolved.kind {
        for member in inner {
            null |= flatten(member, members, resolve);
        }
    } else {
        let nullable = false;
        members.push(Type { nullable, ..ty.clone() });
    }
    null
}

/// The extended attributes that count, by name.
fn counting(attrs: &Attrs) -> BTreeMap<&str, String> {
    let ignorable = |name: &str| IGNORABLE.iter().any(|(ignored, _)| *ignored == name) || OF_TYPES.contains(&name);
    let value = |attr: &Attr| {
        let mut values = attr.values.clone();
        values.retain(|value| attr.name != "Exposed" || !NO_SUCH_GLOBALS.contains(&value.as_str()));
        values.sort();
        format!("{}{}", values.join(","), Arguments(&attr.args))
    };
    attrs
        .0
        .iter()
        .filter(|attr| !ignorable(&attr.name))
        .map(|attr| (attr.name.as_str(), value(attr)))
        .collect()
}

/// In what the extended attributes of `theirs` are not those of `ours`.
pub fn attrs(ours: &Attrs, theirs: &Attrs) -> Option<String> {
    let (our, their) = (counting(ours), counting(theirs));
    let mut differences = Vec::new();
    for attr in &theirs.0 {
        let name = attr.name.as_str();
        if their.contains_key(name) && our.get(name) != their.get(name) {
            differences.push(format!("[{attr}]"));
        }
    }
    for attr in &ours.0 {
        if our.contains_key(attr.name.as_str()) && !their.contains_key(attr.name.as_str()) {
            differences.push(format!("no [{attr}]"));
        }
    }
    (!differences.is_empty()).then(|| differences.join(", "))
}

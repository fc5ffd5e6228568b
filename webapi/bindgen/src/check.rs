//! Which extended attributes are understood, and in which form: all others stop the build.

use crate::{Error, ast::*};

/// What an extended attribute may stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    Definition,
    Member,
    /// An argument, a dictionary's member, an attribute or a type.
    Type,
}

/// An extended attribute that the generator acts on, or that needs no code.
struct Known {
    name: &'static str,
    on: &'static [On],
    forms: &'static [AttrForm],
}

const fn known(name: &'static str, on: &'static [On], forms: &'static [AttrForm]) -> Known {
    Known { name, on, forms }
}

const PLAIN: &[AttrForm] = &[AttrForm::Plain];
const NAMES: &[AttrForm] = &[AttrForm::Identifier, AttrForm::List];
const GLOBALS: &[AttrForm] = &[AttrForm::Star, AttrForm::Identifier, AttrForm::List];

const KNOWN: [Known; 21] = [
    known("AllowResizable", &[On::Type], PLAIN),
    known("AllowShared", &[On::Type], PLAIN),
    known("Clamp", &[On::Type], PLAIN),
    known("Default", &[On::Member], PLAIN),
    known("EnforceRange", &[On::Type], PLAIN),
    known("Exposed", &[On::Definition, On::Member], GLOBALS),
    known("Global", &[On::Definition], NAMES),
    known("LegacyLenientSetter", &[On::Member], PLAIN),
    known("LegacyLenientThis", &[On::Member], PLAIN),
    known("LegacyNoInterfaceObject", &[On::Definition], PLAIN),
    known("LegacyNullToEmptyString", &[On::Type], PLAIN),
    known("LegacyUnforgeable", &[On::Member], PLAIN),
    known("LegacyWindowAlias", &[On::Definition], NAMES),
    known("NewObject", &[On::Member], PLAIN),
    known("PutForwards", &[On::Member], &[AttrForm::Identifier]),
    known("Replaceable", &[On::Member], PLAIN),
    known("SameObject", &[On::Member], PLAIN),
    known("SecureContext", &[On::Definition, On::Member], PLAIN),
    known("Serializable", &[On::Definition], PLAIN),
    known("Transferable", &[On::Definition], PLAIN),
    known("Unscopable", &[On::Member], PLAIN),
];

/// Finds the extended attributes of `definition` that are not understood.
///
/// # Errors
/// The first of them, with its file and line.
pub fn check(definition: &Definition) -> Result<(), Error> {
    attrs(&definition.attrs, &[On::Definition])?;
    match &definition.kind {
        DefinitionKind::Interface(Interface { members, .. })
        | DefinitionKind::Mixin { members, .. }
        | DefinitionKind::Namespace { members, .. }
        | DefinitionKind::CallbackInterface { members, .. } => members.iter().try_for_each(member),
        DefinitionKind::Callback(callback) => {
            ty(&callback.returns)?;
            arguments(&callback.args)
        }
        DefinitionKind::Dictionary(dictionary) => dictionary.members.iter().try_for_each(|member| {
            attrs(&member.attrs, &[On::Type])?;
            ty(&member.ty)
        }),
        DefinitionKind::Typedef { ty: aliased, .. } => ty(aliased),
        DefinitionKind::Includes { .. } | DefinitionKind::Enumeration { .. } => Ok(()),
    }
}

fn attrs(attrs: &Attrs, on: &[On]) -> Result<(), Error> {
    for attr in &attrs.0 {
        let name = &attr.name;
        let Some(known) = KNOWN.iter().find(|known| known.name == name) else {
            return Err(attr
                .place
                .error(format!("the extended attribute [{name}] is not understood")));
        };
        if !known.on.iter().any(|allowed| on.contains(allowed)) {
            return Err(attr
                .place
                .error(format!("the extended attribute [{name}] is not understood here")));
        }
        if !known.forms.contains(&attr.form) {
            return Err(attr.place.error(format!(
                "the extended attribute [{name}] is not understood in this form"
            )));
        }
    }
    Ok(())
}

fn member(member: &Member) -> Result<(), Error> {
    let on: &[On] = match &member.kind {
        MemberKind::Attribute(_) => &[On::Member, On::Type],
        _ => &[On::Member],
    };
    attrs(&member.attrs, on)?;
    let to_json = matches!(&member.kind, MemberKind::Operation(op) if op.name == "toJSON" && op.args.is_empty());
    if member.attrs.has("Default") && !to_json {
        return Err(member.place.error("[Default] is understood on toJSON() only"));
    }
    match &member.kind {
        MemberKind::Constructor { args } => arguments(args),
        MemberKind::Operation(operation)
        | MemberKind::StringifierOperation(operation)
        | MemberKind::Special { operation, .. } => {
            ty(&operation.returns)?;
            arguments(&operation.args)
        }
        MemberKind::Attribute(attribute) => ty(&attribute.ty),
        MemberKind::Constant { ty: constant, .. } => ty(constant),
        MemberKind::Iterable { key, value } => key.iter().chain([value]).try_for_each(ty),
        MemberKind::AsyncIterable { key, value, args } => {
            key.iter().chain([value]).try_for_each(ty)?;
            arguments(args)
        }
        MemberKind::Maplike { key, value, .. } => [key, value].into_iter().try_for_each(ty),
        MemberKind::Setlike { value, .. } => ty(value),
        MemberKind::Stringifier => Ok(()),
    }
}

fn arguments(args: &[Argument]) -> Result<(), Error> {
    args.iter().try_for_each(|arg| {
        attrs(&arg.attrs, &[On::Type])?;
        ty(&arg.ty)
    })
}

fn ty(checked: &Type) -> Result<(), Error> {
    attrs(&checked.attrs, &[On::Type])?;
    match &checked.kind {
        TypeKind::Sequence(item)
        | TypeKind::FrozenArray(item)
        | TypeKind::ObservableArray(item)
        | TypeKind::Promise(item) => ty(item),
        TypeKind::Record(key, value) => [key, value].into_iter().try_for_each(|part| ty(part)),
        TypeKind::Union(members) => members.iter().try_for_each(ty),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn checked(text: &str) -> Result<(), String> {
        crate::parser::parse(text, Path::new("test.webidl"))
            .unwrap()
            .iter()
            .try_for_each(check)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn known_extended_attributes_pass() {
        let text = "[Exposed=(Window,Worker), Serializable] interface A {
            [SameObject, Exposed=*] readonly attribute long a;
            [LegacyNullToEmptyString] attribute DOMString b;
            [Default] object toJSON();
            undefined f(optional [Clamp] long c, [AllowShared] BufferSource d);
        };
        typedef sequence<[EnforceRange] long> B;";
        assert_eq!(checked(text), Ok(()));
    }

    #[test]
    fn unknown_extended_attributes_are_found_wherever_they_stand() {
        for text in [
            "[CEReactions] interface A {};",
            "interface A { [CEReactions] attribute long a; };",
            "interface A { attribute [CEReactions] long a; };",
            "interface A { constructor([CEReactions] long a); };",
            "interface A { long f(optional sequence<[CEReactions] long> a); };",
            "interface A { sequence<[CEReactions] long> f(); };",
            "interface A { getter any (record<DOMString, [CEReactions] long> a); };",
            "interface A { iterable<[CEReactions] long>; };",
            "interface A { async_iterable<long>([CEReactions] long a); };",
            "interface A { maplike<long, [CEReactions] long>; };",
            "interface A { setlike<[CEReactions] long>; };",
            "interface mixin A { [CEReactions] undefined f(); };",
            "namespace A { [CEReactions] undefined f(); };",
            "callback interface A { undefined f([CEReactions] long a); };",
            "callback A = undefined ([CEReactions] long a);",
            "callback A = (long or [CEReactions] DOMString) ();",
            "dictionary A { [CEReactions] long a; };",
            "dictionary A { required [CEReactions] long a; };",
            "typedef [CEReactions] long A;",
            "[CEReactions] enum A { \"a\" };",
        ] {
            let wanted = "test.webidl:3: the extended attribute [CEReactions] is not understood";
            assert_eq!(checked(&format!("\n\n{text}")), Err(wanted.to_owned()), "{text}");
        }
    }

    #[test]
    fn known_extended_attributes_fail_in_the_wrong_place_or_form() {
        for (text, wanted) in [
            ("[Clamp] interface A {};", "[Clamp] is not understood here"),
            (
                "interface A { [Global=A] attribute long a; };",
                "[Global] is not understood here",
            ),
            ("interface A { [Clamp] long f(); };", "[Clamp] is not understood here"),
            ("[Exposed] interface A {};", "[Exposed] is not understood in this form"),
            (
                "interface A { [PutForwards=(a,b)] readonly attribute A a; };",
                "[PutForwards] is not understood in this form",
            ),
        ] {
            let wanted = format!("test.webidl:1: the extended attribute {wanted}");
            assert_eq!(checked(text), Err(wanted), "{text}");
        }
        let wanted = "test.webidl:1: [Default] is understood on toJSON() only";
        assert_eq!(
            checked("interface A { [Default] object f(); };"),
            Err(wanted.to_owned())
        );
    }
}

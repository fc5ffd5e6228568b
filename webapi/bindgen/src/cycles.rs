//! Definitions that lead back to themselves, which nothing behind this check would ever come to the end of.

use crate::{Error, ast::*};
use std::collections::{BTreeMap, BTreeSet};

/// What each definition is made of: its parent, or the types that a typedef names.
type Parts<'d> = BTreeMap<&'d str, (&'d Place, Vec<&'d str>)>;

/// Finds interfaces and dictionaries that inherit from themselves, and typedefs that contain themselves.
///
/// # Errors
/// One of them, with its file and line.
pub fn check<'d>(definitions: impl IntoIterator<Item = &'d Definition>) -> Result<(), Error> {
    let mut parts = Parts::new();
    for definition in definitions {
        let (name, needs) = match &definition.kind {
            DefinitionKind::Interface(Interface { name, parent, .. })
            | DefinitionKind::Dictionary(Dictionary { name, parent, .. }) => {
                (name, parent.iter().map(String::as_str).collect())
            }
            DefinitionKind::Typedef { name, ty } => (name, names(ty)),
            _ => continue,
        };
        parts
            .entry(name)
            .or_insert((&definition.place, Vec::new()))
            .1
            .extend(needs);
    }
    // What needs nothing that is left is fine; when no such thing is left, the rest needs itself.
    loop {
        let fine: Vec<&str> = parts
            .iter()
            .filter(|(_, (_, needs))| !needs.iter().any(|need| parts.contains_key(need)))
            .map(|(name, _)| *name)
            .collect();
        if fine.is_empty() {
            break;
        }
        for name in fine {
            parts.remove(name);
        }
    }
    let Some(&first) = parts.keys().next() else {
        return Ok(());
    };
    let mut name = first;
    let mut seen = BTreeSet::new();
    while seen.insert(name) {
        let needs = parts.get(name).into_iter().flat_map(|(_, needs)| needs);
        name = needs.copied().find(|need| parts.contains_key(need)).unwrap_or(first);
    }
    match parts.get(name) {
        Some((place, _)) => Err(place.error(format!("'{name}' is defined by way of itself"))),
        None => Ok(()),
    }
}

/// The names in a type.
fn names(ty: &Type) -> Vec<&str> {
    match &ty.kind {
        TypeKind::Named(name) => vec![name],
        TypeKind::Sequence(item)
        | TypeKind::FrozenArray(item)
        | TypeKind::ObservableArray(item)
        | TypeKind::Promise(item) => names(item),
        TypeKind::Record(key, value) => [key, value].into_iter().flat_map(|part| names(part)).collect(),
        TypeKind::Union(members) => members.iter().flat_map(names).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn checked(text: &str) -> Result<(), String> {
        let definitions = crate::parser::parse(text, Path::new("test.webidl")).unwrap();
        check(&definitions).map_err(|error| error.to_string())
    }

    #[test]
    fn what_leads_back_to_itself_is_found() {
        for (text, wanted) in [
            ("interface A : A {};", "1: 'A' is defined by way of itself"),
            (
                "interface A : B {};\ninterface B : C {};\ninterface C : B {};",
                "2: 'B' is defined by way of itself",
            ),
            (
                "dictionary A : B {};\ndictionary B : A {};",
                "1: 'A' is defined by way of itself",
            ),
            ("typedef A A;", "1: 'A' is defined by way of itself"),
            (
                "\ntypedef sequence<(long or record<DOMString, A>)> A;",
                "2: 'A' is defined by way of itself",
            ),
        ] {
            assert_eq!(checked(text), Err(format!("test.webidl:{wanted}")), "{text}");
        }
    }

    #[test]
    fn what_comes_to_an_end_passes() {
        let text = "interface A : B {}; interface B : C {}; interface C { attribute A a; };
            typedef (A or D or E) T; typedef sequence<Unknown> E; dictionary D { T t; }; partial interface A {};";
        assert_eq!(checked(text), Ok(()));
    }
}

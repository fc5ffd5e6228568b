//! Rust source from the model.

mod call;
mod callback;
mod data;
mod interface;
mod iteration;
mod members;
mod namespace;
mod types;

use crate::{Error, model::Model};
use std::{cell::RefCell, collections::BTreeMap, fmt::Write};

/// What generation needs throughout: the model, and the unions met so far.
pub struct Generator<'m> {
    model: &'m Model,
    /// Unions by the name of their Rust type.
    unions: RefCell<BTreeMap<String, types::Union>>,
}

/// The whole bindings file.
pub fn bindings(model: &Model) -> Result<String, Error> {
    let generator = Generator {
        model,
        unions: RefCell::default(),
    };
    let mut out = String::from("// Generated from webapi/idl by webapi/bindgen.\n");
    for name in model.enumerations.keys() {
        out += &generator.enumeration(name);
    }
    for (place, dictionary) in model.dictionaries.values() {
        out += &generator.dictionary(place, dictionary)?;
    }
    for (place, callback) in model.callbacks.values() {
        out += &generator.callback(place, callback)?;
    }
    for (name, (place, operation)) in &model.callback_interfaces {
        out += &generator.callback_interface(name, place, operation)?;
    }
    for mixin in model.mixins.values() {
        out += &generator.mixin(mixin)?;
    }
    let interfaces = model.in_order();
    for (index, interface) in interfaces.iter().enumerate() {
        out += &generator.interface(index, interface)?;
    }
    for namespace in model.namespaces.values() {
        out += &generator.namespace(namespace)?;
    }
    // Converting a union's members may name further unions.
    let mut written = std::collections::BTreeSet::new();
    loop {
        let next = generator
            .unions
            .borrow()
            .iter()
            .find(|(name, _)| !written.contains(*name))
            .map(|(name, union)| (name.clone(), union.members.clone()));
        let Some((name, members)) = next else { break };
        out += &generator.union(&name, &members)?;
        written.insert(name);
    }
    if let Some((name, _)) = generator.unions.borrow().iter().find(|(_, union)| union.ambiguous) {
        return Err(Error::Ambiguous { name: name.clone() });
    }
    _ = writeln!(
        out,
        "/// Every interface, parents before their children.\npub static INTERFACES: [&Interface; {}] = [{}];",
        interfaces.len(),
        interfaces
            .iter()
            .map(|shape| format!("&{}", constant_case(&shape.name)))
            .collect::<Vec<_>>()
            .join(", ")
    );
    _ = writeln!(
        out,
        "/// Every namespace object.\npub static NAMESPACES: [&Namespace; {}] = [{}];",
        model.namespaces.len(),
        model
            .namespaces
            .keys()
            .map(|name| format!("&{}", constant_case(name)))
            .collect::<Vec<_>>()
            .join(", ")
    );
    Ok(out)
}

/// `postMessage` → `post_message`, `URLSearchParams` → `url_search_params`, `createObjectURL` → `create_object_url`.
pub fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (i, &c) in chars.iter().enumerate() {
        if c == '-' {
            out.push('_');
            continue;
        }
        if c.is_ascii_uppercase() && i > 0 {
            let after_lower = chars[i - 1].is_ascii_lowercase() || chars[i - 1].is_ascii_digit();
            let before_lower = chars.get(i + 1).is_some_and(char::is_ascii_lowercase);
            if after_lower || (before_lower && chars[i - 1].is_ascii_uppercase()) {
                out.push('_');
            }
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// `MessagePort` → `MESSAGE_PORT`.
pub fn constant_case(name: &str) -> String {
    snake_case(name).to_ascii_uppercase()
}

/// `same-origin` → `SameOrigin`.
pub fn camel_case(value: &str) -> String {
    let mut out = String::new();
    for part in value.split(|c: char| !c.is_ascii_alphanumeric()) {
        let mut chars = part.chars();
        if let Some(first) = chars.next() {
            out.push(first.to_ascii_uppercase());
            out.extend(chars);
        }
    }
    if out.is_empty() {
        out.push_str("Empty");
    }
    out
}

/// A name that Rust takes as an identifier.
pub fn identifier(name: &str) -> String {
    let name = snake_case(name);
    match name.as_str() {
        "type" | "self" | "as" | "break" | "const" | "continue" | "else" | "enum" | "fn" | "for" | "if" | "impl"
        | "in" | "let" | "loop" | "match" | "mod" | "move" | "mut" | "pub" | "ref" | "return" | "static" | "struct"
        | "super" | "trait" | "true" | "false" | "unsafe" | "use" | "where" | "while" | "async" | "await" | "dyn"
        | "abstract" | "final" | "override" | "typeof" | "try" | "yield" | "this" | "cx" => {
            format!("{name}_")
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_rust_names() {
        assert_eq!(snake_case("postMessage"), "post_message");
        assert_eq!(snake_case("URLSearchParams"), "url_search_params");
        assert_eq!(snake_case("createObjectURL"), "create_object_url");
        assert_eq!(snake_case("HTMLScriptElement"), "html_script_element");
        assert_eq!(identifier("type"), "type_");
        assert_eq!(camel_case("same-origin"), "SameOrigin");
        assert_eq!(camel_case(""), "Empty");
    }
}

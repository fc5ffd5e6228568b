//! Namespaces: <https://webidl.spec.whatwg.org/#idl-namespaces>.

use super::{
    Generator, camel_case, constant_case,
    interface::{Owner, exposure},
    snake_case,
};
use crate::{
    Error,
    ast::{Attrs, Member, MemberKind},
    model::Shape,
};
use std::fmt::Write;

impl Generator<'_> {
    /// The trait to implement, the native functions and the table. Every member is as static as one of an interface may be.
    pub fn namespace(&self, shape: &Shape) -> Result<String, Error> {
        let name = &shape.name;
        let rust_name = camel_case(name);
        let members = shape
            .members
            .iter()
            .map(as_static)
            .collect::<Result<Vec<Member>, Error>>()?;
        let owner = Owner {
            interface: name,
            implementation: format!("<{}::{rust_name} as {rust_name}Namespace>", shape.module),
            state: String::new(),
        };
        let mut table = String::new();
        let mut out = self.members(&owner, &snake_case(name), &members, &Attrs::default(), &mut table)?;
        let functions = self.trait_functions(&members)?;
        let exposed = exposure(&shape.attrs)?
            .ok_or_else(|| shape.place.error(format!("'{name}' does not say where it is exposed")))?;
        _ = writeln!(
            out,
            "/// What the implementation of the namespace `{name}` must provide.
            pub trait {rust_name}Namespace {{ {functions} }}
            /// The namespace `{name}`.
            pub static {}: Namespace = Namespace {{ name: \"{name}\", exposed: {exposed}, secure_context: {}, members: &[{table}] }};",
            constant_case(name),
            shape.attrs.has("SecureContext"),
        );
        Ok(out)
    }
}

/// A namespace's member as it would be on an interface.
fn as_static(member: &Member) -> Result<Member, Error> {
    let mut member = member.clone();
    match &mut member.kind {
        MemberKind::Operation(operation) => operation.is_static = true,
        MemberKind::Attribute(attribute) if attribute.readonly => attribute.is_static = true,
        MemberKind::Constant { .. } => {}
        _ => {
            return Err(member
                .place
                .error("a namespace has operations, readonly attributes and constants only"));
        }
    }
    Ok(member)
}

//! Namespaces: <https://webidl.spec.whatwg.org/#idl-namespaces>.

use super::{
    Generator, constant_case, identifier,
    interface::{Group, Owner, exposure, groups},
    snake_case,
};
use crate::{
    Error,
    ast::{Member, MemberKind, Operation},
    model::Shape,
};
use std::fmt::Write;

impl Generator<'_> {
    pub fn namespace(&self, shape: &Shape) -> Result<String, Error> {
        let name = &shape.name;
        let owner = Owner {
            interface: name,
            implementation: format!(
                "<{}::{} as {}Namespace>",
                shape.module,
                super::camel_case(name),
                super::camel_case(name)
            ),
            state: String::new(),
        };
        let mut out = String::new();
        let mut functions = String::new();
        let mut table = String::new();
        for member in &shape.members {
            if !matches!(member.kind, MemberKind::Operation(_)) {
                return Err(member
                    .place
                    .error("a namespace's member that is no operation is not understood"));
            }
        }
        for group in groups(&shape.members) {
            let statics: Vec<(&Member, Operation)> = group
                .overloads
                .iter()
                .map(|(member, operation)| {
                    let mut operation = (*operation).clone();
                    operation.is_static = true;
                    (*member, operation)
                })
                .collect();
            for (member, operation) in &statics {
                let parameters = self.parameters(&operation.args, &member.place)?;
                let returns = self.rust_type(&operation.returns, &member.place)?;
                _ = writeln!(
                    functions,
                    "/// `{}()`.\nfn {}(cx: &mut Cx{parameters}) -> Fallible<{returns}>;",
                    group.name,
                    identifier(group.name)
                );
            }
            let native = format!("{}_{}", snake_case(name), snake_case(group.name));
            let as_static = Group {
                name: group.name,
                is_static: true,
                overloads: statics.iter().map(|(member, operation)| (*member, operation)).collect(),
            };
            let length = self.operation(&owner, &native, &as_static, &mut out)?;
            _ = writeln!(table, "(\"{}\", {native}, {length}),", group.name);
        }
        let exposed = exposure(&shape.attrs)
            .ok_or_else(|| shape.place.error(format!("'{name}' does not say where it is exposed")))?;
        _ = writeln!(
            out,
            "/// What the implementation of the namespace `{name}` must provide.
            pub trait {}Namespace {{ {functions} }}
            /// The namespace `{name}`.
            pub static {}: Namespace = Namespace {{ name: \"{name}\", exposed: {exposed}, operations: &[{table}] }};",
            super::camel_case(name),
            constant_case(name)
        );
        Ok(out)
    }
}

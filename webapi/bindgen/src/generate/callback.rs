//! Callback functions and callback interfaces, as Rust types that convert what is passed and what is returned.

use super::{Generator, identifier, snake_case};
use crate::{
    Error,
    ast::{Argument, Callback, Operation, Place, Type, TypeKind},
};
use std::fmt::Write;

impl Generator<'_> {
    /// <https://webidl.spec.whatwg.org/#idl-callback-functions>
    pub fn callback(&self, place: &Place, callback: &Callback) -> Result<String, Error> {
        let name = &callback.name;
        let (parameters, body) =
            self.invocation(place, &callback.args, &callback.returns, "self.0.call(this, &args, cx)")?;
        let returns = self.rust_type(&callback.returns, place)?;
        Ok(wrapper(
            name,
            "Callback",
            &format!(
                "/// <https://webidl.spec.whatwg.org/#invoke-a-callback-function>, the exception not yet reported.
                ///
                /// # Errors
                /// With what the function throws, or if what it returns is of another type.
                pub fn call(&self, this: &JsValue, cx: &mut Cx{parameters}) -> Fallible<{returns}> {{ {body} }}"
            ),
        ))
    }

    /// <https://webidl.spec.whatwg.org/#idl-callback-interface>
    pub fn callback_interface(&self, name: &str, place: &Place, operation: &Operation) -> Result<String, Error> {
        let call = format!("self.0.call(\"{}\", this, &args, cx)", operation.name);
        let (parameters, body) = self.invocation(place, &operation.args, &operation.returns, &call)?;
        let returns = self.rust_type(&operation.returns, place)?;
        Ok(wrapper(
            name,
            "CallbackInterface",
            &format!(
                "/// <https://webidl.spec.whatwg.org/#call-a-user-objects-operation>, the exception not yet reported.
                ///
                /// # Errors
                /// With what the operation throws, or if what it returns is of another type.
                pub fn {}(&self, this: &JsValue, cx: &mut Cx{parameters}) -> Fallible<{returns}> {{ {body} }}",
                identifier(&operation.name)
            ),
        ))
    }

    /// The parameters of the Rust function, and its body around the expression `call`.
    fn invocation(
        &self,
        place: &Place,
        args: &[Argument],
        returns: &Type,
        call: &str,
    ) -> Result<(String, String), Error> {
        let parameters = self.parameters(args)?;
        let mut body = if args.iter().any(|arg| arg.variadic || arg.optional) {
            self.argument_list(args)?
        } else {
            let values = args.iter().map(|arg| {
                let value = self.to_js(&arg.ty, &identifier(&arg.name), &arg.place)?;
                Ok(format!("{{ let _ = &cx; {value} }}, "))
            });
            let values: String = values.collect::<Result<_, Error>>()?;
            format!("let args: [JsValue; {}] = [{values}];", args.len())
        };
        let resolved = self.model.resolve(returns);
        body += &match resolved.kind {
            TypeKind::Undefined => format!("{call}?; Ok(())"),
            TypeKind::Any => format!("Ok({call}?)"),
            // What it throws is a rejection.
            TypeKind::Promise(_) => format!("call::promise_of({call}, cx)"),
            _ => {
                let ty = self.rust_type(returns, place)?;
                let code = self.conversion(returns, "value", place)?;
                format!("let value = &{call}?; let converted: Fallible<{ty}> = {code}; converted.map_err(Error::value)")
            }
        };
        Ok((parameters, body))
    }

    /// Statements that make the vector `args`, whose length depends on what is given.
    fn argument_list(&self, args: &[Argument]) -> Result<String, Error> {
        let mut out = String::from("let mut args: Vec<Option<JsValue>> = Vec::new();\n");
        for arg in args {
            let value = self.to_js(&arg.ty, "value", &arg.place)?;
            let name = identifier(&arg.name);
            let push = format!("args.push(Some({{ let _ = &cx; {value} }}));");
            _ = if arg.variadic {
                writeln!(out, "for value in {name} {{ {push} }}")
            } else if arg.optional && arg.default.is_none() {
                writeln!(
                    out,
                    "match {name} {{ Some(value) => {{ {push} }} None => args.push(None) }}"
                )
            } else {
                writeln!(out, "{{ let value = {name}; {push} }}")
            };
        }
        out += "let args = convert::given(args);\n";
        Ok(out)
    }
}

/// A type around the untyped one of the runtime.
fn wrapper(name: &str, inner: &str, call: &str) -> String {
    let kind = snake_case(inner).replace('_', " ");
    format!(
        "/// The {kind} `{name}`.
        #[derive(Debug, Clone, Trace, Finalize)]
        pub struct {name}(skep_binding::{inner});
        impl {name} {{
            /// Converts a script's value.
            pub fn from_js(value: &JsValue, cx: &mut Cx) -> Fallible<Self> {{ skep_binding::{inner}::from_js(value, cx).map(Self) }}
            /// The script's object.
            pub fn object(&self) -> &JsObject {{ self.0.object() }}
            {call}
        }}\n"
    )
}

//! Calls: arguments converted, overloads told apart.
//! <https://webidl.spec.whatwg.org/#dfn-create-operation-function>

use super::{Generator, identifier};
use crate::{
    Error,
    ast::{Argument, Place},
};
use std::fmt::Write;

/// One of an operation's overloads (or its only form).
pub struct Overload<'m> {
    pub args: &'m [Argument],
    pub place: &'m Place,
    /// The Rust function to call.
    pub function: String,
}

impl Overload<'_> {
    /// How many arguments must be there.
    pub fn required(&self) -> usize {
        self.args
            .iter()
            .take_while(|arg| !arg.optional && !arg.variadic)
            .count()
    }

    /// The argument that takes the value at `index`, if this overload accepts `count` values.
    fn argument(&self, index: usize) -> Option<&Argument> {
        self.args
            .get(index)
            .or_else(|| self.args.last().filter(|arg| arg.variadic))
    }

    fn accepts(&self, count: usize) -> bool {
        count >= self.required() && (count <= self.args.len() || self.args.last().is_some_and(|arg| arg.variadic))
    }
}

impl Generator<'_> {
    /// `name: Type` for each argument, as the trait's function takes them.
    pub fn parameters(&self, args: &[Argument]) -> Result<String, Error> {
        let mut out = String::new();
        for arg in args {
            let ty = self.rust_type(&arg.ty, &arg.place)?;
            let ty = if arg.variadic {
                format!("Vec<{ty}>")
            } else if arg.optional && arg.default.is_none() {
                format!("Option<{ty}>")
            } else {
                ty
            };
            _ = write!(out, ", {}: {ty}", identifier(&arg.name));
        }
        Ok(out)
    }

    /// The names under which a set of overloads is implemented: the first has the operation's own, each further one is named
    /// after its first argument that the first overload does not have and no other is named after.
    pub fn overload_names(name: &str, overloads: &[&[Argument]]) -> Vec<String> {
        let base = identifier(name);
        let first: Vec<&str> = overloads[0].iter().map(|arg| arg.name.as_str()).collect();
        let mut names = vec![base.clone()];
        for args in &overloads[1..] {
            let own = args
                .iter()
                .filter(|arg| !first.contains(&arg.name.as_str()))
                .map(|arg| format!("{base}_with_{}", super::snake_case(&arg.name)))
                .find(|name| !names.contains(name));
            names.push(own.unwrap_or_else(|| format!("{base}_{}", names.len() + 1)));
        }
        names
    }

    /// A block of type `Fallible<T>` that converts `args` and calls the overload that they choose. `receiver` stands before the
    /// arguments of the call; `finish` turns each call's result, an expression, into the block's value.
    pub fn dispatch(
        &self,
        overloads: &[Overload<'_>],
        receiver: &str,
        finish: &dyn Fn(usize, &str) -> Result<String, Error>,
    ) -> Result<String, Error> {
        let required = overloads.iter().map(Overload::required).min().unwrap_or(0);
        let mut out = String::new();
        if required > 0 {
            _ = writeln!(out, "convert::require_arguments(args, {required})?;");
        }
        if overloads.len() == 1 {
            out += &self.call(&overloads[0], receiver, &|result| finish(0, result))?;
            return Ok(out);
        }
        let most = overloads.iter().map(|overload| overload.args.len()).max().unwrap_or(0);
        let mut arms = String::new();
        for count in required..=most {
            let candidates: Vec<usize> = (0..overloads.len()).filter(|&i| overloads[i].accepts(count)).collect();
            let pattern = if count == most {
                "_".to_owned()
            } else {
                count.to_string()
            };
            let choice = match candidates.as_slice() {
                [] => "return Err(convert::no_overload())".to_owned(),
                [only] => only.to_string(),
                several => self.choose(overloads, several, count)?,
            };
            _ = writeln!(arms, "{pattern} => {{ {choice} }}");
        }
        _ = writeln!(
            out,
            "let chosen: usize = match args.len() {{ {arms} }};\nmatch chosen {{"
        );
        for (index, overload) in overloads.iter().enumerate() {
            let pattern = if index + 1 == overloads.len() {
                "_".to_owned()
            } else {
                index.to_string()
            };
            let call = self.call(overload, receiver, &|result| finish(index, result))?;
            _ = writeln!(out, "{pattern} => {{ {call} }}");
        }
        out += "}";
        Ok(out)
    }

    /// <https://webidl.spec.whatwg.org/#es-overloads>, for the candidates that accept `count` values.
    fn choose(&self, overloads: &[Overload<'_>], candidates: &[usize], count: usize) -> Result<String, Error> {
        let place = overloads[candidates[0]].place;
        // The distinguishing argument index: the first at which the types differ.
        let index = (0..count)
            .find(|&index| {
                let mut names: Vec<String> = candidates
                    .iter()
                    .filter_map(|&i| overloads[i].argument(index))
                    .map(|arg| self.type_name(&arg.ty))
                    .collect();
                names.dedup();
                names.len() > 1
            })
            .ok_or_else(|| place.error("these overloads cannot be told apart"))?;
        let mut attempts = Vec::new();
        for &candidate in candidates {
            let Some(arg) = overloads[candidate].argument(index) else {
                continue;
            };
            if arg.optional {
                attempts.push((0, "value.is_undefined()".to_owned(), candidate));
            }
            for (rank, condition) in self.conditions(&arg.ty, place)? {
                attempts.push((rank, condition, candidate));
            }
        }
        attempts.sort_by_key(|(rank, ..)| *rank);
        let mut chain = format!("let value = &args[{index}];");
        for (_, condition, candidate) in attempts {
            if condition == "true" {
                _ = write!(chain, "{{ {candidate} }}");
                return Ok(chain);
            }
            _ = write!(chain, "if {condition} {{ {candidate} }} else ");
        }
        chain += "{ return Err(convert::no_overload()) }";
        Ok(chain)
    }

    /// Converts every argument in order, then calls.
    fn call(
        &self,
        overload: &Overload<'_>,
        receiver: &str,
        finish: &dyn Fn(&str) -> Result<String, Error>,
    ) -> Result<String, Error> {
        let (mut out, passed) = self.arguments(overload.args)?;
        let passed: Vec<String> = std::iter::once(receiver.to_owned()).chain(passed).collect();
        let result = format!("{}({})?", overload.function, passed.join(", "));
        _ = write!(out, "Ok({})", finish(&result)?);
        Ok(out)
    }

    /// Statements that convert every argument in order, and the names of what they give.
    pub fn arguments(&self, args: &[Argument]) -> Result<(String, Vec<String>), Error> {
        let mut out = String::new();
        let mut passed = Vec::new();
        for (index, arg) in args.iter().enumerate() {
            let place = &arg.place;
            let code = self.conversion(&arg.ty, "value", place)?;
            let ty = self.rust_type(&arg.ty, place)?;
            let number = index + 1;
            let one = |value: &str, number: &str| {
                format!(
                    "({{ let value: &JsValue = {value}; let converted: Fallible<{ty}> = {code}; converted.map_err(|e| e.argument({number})) }})?"
                )
            };
            let expression = if arg.variadic {
                format!(
                    "{{ let mut rest = Vec::new(); for (index, value) in args.iter().enumerate().skip({index}) {{ rest.push({}); }} rest }}",
                    one("value", "index + 1")
                )
            } else if arg.optional {
                let (present, missing) = match &arg.default {
                    Some(default) => (
                        one("value", &number.to_string()),
                        self.default(default, &arg.ty, place)?,
                    ),
                    None => (
                        format!("Some({})", one("value", &number.to_string())),
                        "None".to_owned(),
                    ),
                };
                format!(
                    "match args.get({index}).filter(|value| !value.is_undefined()) {{ Some(value) => {present}, None => {missing} }}"
                )
            } else {
                one(&format!("&args[{index}]"), &number.to_string())
            };
            let name = format!("arg_{}", super::snake_case(&arg.name));
            _ = writeln!(out, "let {name} = {expression};");
            passed.push(name);
        }
        Ok((out, passed))
    }
}

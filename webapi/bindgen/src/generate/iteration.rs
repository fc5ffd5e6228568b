//! `iterable`, `async_iterable`, `maplike`, `setlike`.

use super::{Generator, interface::Owner};
use crate::{
    Error,
    ast::{Member, MemberKind, Type},
    model::Shape,
};
use std::fmt::Write;

impl Generator<'_> {
    /// What the implementation must provide.
    pub(super) fn iteration_functions(&self, member: &Member) -> Result<String, Error> {
        let place = &member.place;
        Ok(match &member.kind {
            MemberKind::Iterable { key: Some(key), value } => format!(
                "/// The pair to iterate over at `index`, if there is one.
                fn pair(this: &Js<Self>, index: usize, cx: &mut Cx) -> Fallible<Option<({}, {})>>;\n",
                self.rust_type(key, place)?,
                self.rust_type(value, place)?
            ),
            MemberKind::AsyncIterable { args, .. } => format!(
                "/// Whether there is an asynchronous iterator return algorithm.
                const ASYNC_ITERATOR_RETURNS: bool;
                /// The asynchronous iterator initialization steps.
                fn async_iterator(this: &Js<Self>, cx: &mut Cx{}) -> Fallible<Box<dyn AsyncIteration>>;\n",
                self.parameters(args)?
            ),
            MemberKind::Maplike { .. } => {
                "/// The map entries.\nfn map_entries(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsMap>;\n".to_owned()
            }
            MemberKind::Setlike { .. } => {
                "/// The set entries.\nfn set_entries(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsSet>;\n".to_owned()
            }
            _ => String::new(),
        })
    }

    /// Writes what the runtime calls; returns the expression for the table.
    pub(super) fn iteration(
        &self,
        owner: &Owner<'_>,
        prefix: &str,
        shape: &Shape,
        out: &mut String,
    ) -> Result<String, Error> {
        let mut found = None;
        for member in &shape.members {
            let expression = self.one_iteration(owner, prefix, member, out)?;
            if expression.is_some() && found.is_some() {
                return Err(member.place.error("an interface has one iteration declaration at most"));
            }
            found = found.or(expression);
        }
        Ok(found.map_or_else(|| "None".to_owned(), |found| format!("Some(Iteration::{found})")))
    }

    fn one_iteration(
        &self,
        owner: &Owner<'_>,
        prefix: &str,
        member: &Member,
        out: &mut String,
    ) -> Result<Option<String>, Error> {
        let place = &member.place;
        let Owner {
            implementation, state, ..
        } = owner;
        let receiver = format!("let this = Js::<{state}>::from_value(this).map_err(|_| call::illegal_invocation())?;");
        Ok(Some(match &member.kind {
            MemberKind::Iterable { key: None, .. } => "Value".to_owned(),
            MemberKind::Iterable { key: Some(key), value } => {
                let key = self.to_js(key, "key", place)?;
                let value = self.to_js(value, "value", place)?;
                _ = writeln!(
                    out,
                    "fn {prefix}_pair(this: &JsValue, index: usize, cx: &mut Cx) -> Fallible<Option<(JsValue, JsValue)>> {{
                        {receiver}
                        Ok({implementation}::pair(&this, index, cx)?.map(|(key, value)| ({key}, {value})))
                    }}"
                );
                format!("Pair({prefix}_pair)")
            }
            MemberKind::AsyncIterable { key, args, .. } => {
                let (arguments, passed) = self.arguments(args)?;
                let passed: String = passed.iter().map(|name| format!(", {name}")).collect();
                _ = writeln!(
                    out,
                    "fn {prefix}_start_iteration(this: &JsValue, args: &[JsValue], cx: &mut Cx) -> Fallible<Box<dyn AsyncIteration>> {{
                        {receiver}
                        {arguments}
                        {implementation}::async_iterator(&this, cx{passed})
                    }}"
                );
                format!(
                    "Async(AsyncIterable {{ pair: {}, start: {prefix}_start_iteration, returns: {implementation}::ASYNC_ITERATOR_RETURNS }})",
                    key.is_some()
                )
            }
            MemberKind::Maplike { readonly, key, value } => {
                self.entries(owner, prefix, "map", "JsMap", out);
                self.item(prefix, "key", key, member, out)?;
                self.item(prefix, "value", value, member, out)?;
                format!(
                    "Map(Maplike {{ entries: {prefix}_map_entries, key: {prefix}_key, value: {prefix}_value, readonly: {readonly} }})"
                )
            }
            MemberKind::Setlike { readonly, value } => {
                self.entries(owner, prefix, "set", "JsSet", out);
                self.item(prefix, "value", value, member, out)?;
                format!("Set(Setlike {{ entries: {prefix}_set_entries, value: {prefix}_value, readonly: {readonly} }})")
            }
            _ => return Ok(None),
        }))
    }

    fn entries(&self, owner: &Owner<'_>, prefix: &str, kind: &str, ty: &str, out: &mut String) {
        let Owner {
            implementation, state, ..
        } = owner;
        _ = writeln!(
            out,
            "fn {prefix}_{kind}_entries(this: &JsValue, cx: &mut Cx) -> Fallible<{ty}> {{
                let this = Js::<{state}>::from_value(this).map_err(|_| call::illegal_invocation())?;
                {implementation}::{kind}_entries(&this, cx)
            }}"
        );
    }

    /// A function that converts a key or value to its IDL type and back.
    fn item(&self, prefix: &str, name: &str, ty: &Type, member: &Member, out: &mut String) -> Result<(), Error> {
        let place = &member.place;
        let rust = self.rust_type(ty, place)?;
        let code = self.conversion(ty, "value", place)?;
        let back = self.to_js(ty, "value", place)?;
        _ = writeln!(
            out,
            "fn {prefix}_{name}(value: &JsValue, cx: &mut Cx) -> Fallible<JsValue> {{
                let converted: Fallible<{rust}> = {code};
                let value = converted?;
                Ok({back})
            }}"
        );
        Ok(())
    }
}

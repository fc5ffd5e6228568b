//! Members of interfaces, mixins, namespaces and callback interfaces.
//! <https://webidl.spec.whatwg.org/#idl-members>

use super::{ARGUMENT_KEYWORDS, Parser};
use crate::{Error, ast::*, lexer::Token};

/// What the members belong to, which decides what they may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Interface,
    Mixin,
    Namespace,
    CallbackInterface,
}

impl Container {
    fn name(self) -> &'static str {
        match self {
            Self::Interface => "an interface",
            Self::Mixin => "a mixin",
            Self::Namespace => "a namespace",
            Self::CallbackInterface => "a callback interface",
        }
    }

    fn allows(self, kind: &MemberKind) -> bool {
        let interface = self == Self::Interface;
        match kind {
            MemberKind::Constant { .. } => true,
            // The grammar keeps them out of partial interfaces, but some specifications state them there.
            MemberKind::Constructor { .. } => interface,
            MemberKind::Operation(operation) => interface || !operation.is_static,
            MemberKind::Attribute(attribute) => match self {
                Self::Interface => true,
                Self::Mixin => !attribute.is_static && !attribute.inherit,
                Self::Namespace => attribute.readonly && !attribute.is_static && !attribute.stringifier,
                Self::CallbackInterface => false,
            },
            MemberKind::Stringifier | MemberKind::StringifierOperation(_) => interface || self == Self::Mixin,
            MemberKind::Iterable { .. }
            | MemberKind::AsyncIterable { .. }
            | MemberKind::Maplike { .. }
            | MemberKind::Setlike { .. }
            | MemberKind::Special { .. } => interface,
        }
    }
}

impl Parser<'_> {
    pub(super) fn members(&mut self, container: Container) -> Result<Vec<Member>, Error> {
        self.expect("{")?;
        let mut members = Vec::new();
        while !self.eat("}")? {
            let attrs = self.attrs()?;
            let place = self.place.clone();
            let kind = self.member(&attrs)?;
            if !container.allows(&kind) {
                return Err(place.error(format!("{} cannot have such a member", container.name())));
            }
            self.expect(";")?;
            members.push(Member { place, attrs, kind });
        }
        Ok(members)
    }

    fn member(&mut self, attrs: &Attrs) -> Result<MemberKind, Error> {
        if self.eat_word("constructor")? {
            return Ok(MemberKind::Constructor {
                args: self.arguments()?,
            });
        }
        if self.eat_word("const")? {
            return self.constant();
        }
        if self.eat_word("iterable")? {
            let (key, value) = self.one_or_two_types()?;
            return Ok(MemberKind::Iterable { key, value });
        }
        if self.is_word("async_iterable") || self.is_word("async") {
            return self.async_iterable();
        }
        if self.eat_word("stringifier")? {
            return self.stringifier(attrs);
        }
        for (word, special) in [
            ("getter", Special::Getter),
            ("setter", Special::Setter),
            ("deleter", Special::Deleter),
        ] {
            if self.eat_word(word)? {
                return Ok(MemberKind::Special {
                    special,
                    operation: self.operation(false, true)?,
                });
            }
        }
        if self.eat_word("inherit")? {
            if !self.is_word("attribute") {
                return self.unexpected("'attribute' after 'inherit'");
            }
            return self.attribute(attrs, |attribute| attribute.inherit = true);
        }
        if self.eat_word("static")? {
            if self.is_word("readonly") || self.is_word("attribute") {
                return self.attribute(attrs, |attribute| attribute.is_static = true);
            }
            return Ok(MemberKind::Operation(self.operation(true, false)?));
        }
        if self.is_word("attribute") {
            return self.attribute(attrs, |_| {});
        }
        if self.is_word("readonly") || self.is_word("maplike") || self.is_word("setlike") {
            return self.readonly_or_collection(attrs);
        }
        Ok(MemberKind::Operation(self.operation(false, false)?))
    }

    /// What follows `const`.
    fn constant(&mut self) -> Result<MemberKind, Error> {
        let ty = self.ty()?;
        let name = self.name("the constant's name")?;
        self.expect("=")?;
        let wanted = "a boolean or a number as the constant's value";
        if matches!(self.token, Token::String(_) | Token::Symbol(_))
            || self.is_word("null")
            || self.is_word("undefined")
        {
            return self.unexpected(wanted);
        }
        let value = match self.default_value()? {
            Some(Default::Boolean(value)) => ConstantValue::Boolean(value),
            Some(Default::Number(value)) => ConstantValue::Number(value),
            Some(Default::NotFinite(value)) => ConstantValue::NotFinite(value),
            _ => return self.unexpected(wanted),
        };
        Ok(MemberKind::Constant { name, ty, value })
    }

    fn async_iterable(&mut self) -> Result<MemberKind, Error> {
        // `async iterable` is how it was spelt until 2025.
        if self.eat_word("async")? && !self.is_word("iterable") {
            return self.unexpected("'iterable' after 'async'");
        }
        self.bump()?;
        let (key, value) = self.one_or_two_types()?;
        let args = if self.is("(") { self.arguments()? } else { Vec::new() };
        Ok(MemberKind::AsyncIterable { key, value, args })
    }

    /// `<value>` or `<key, value>`.
    fn one_or_two_types(&mut self) -> Result<(Option<Type>, Type), Error> {
        self.expect("<")?;
        let first = self.type_with_attrs()?;
        let types = if self.eat(",")? {
            (Some(first), self.type_with_attrs()?)
        } else {
            (None, first)
        };
        self.expect(">")?;
        Ok(types)
    }

    /// What follows `stringifier`.
    fn stringifier(&mut self, attrs: &Attrs) -> Result<MemberKind, Error> {
        if self.is(";") {
            return Ok(MemberKind::Stringifier);
        }
        if self.is_word("readonly") || self.is_word("attribute") {
            return self.attribute(attrs, |attribute| attribute.stringifier = true);
        }
        Ok(MemberKind::StringifierOperation(self.operation(false, true)?))
    }

    fn readonly_or_collection(&mut self, attrs: &Attrs) -> Result<MemberKind, Error> {
        let readonly = self.eat_word("readonly")?;
        if self.eat_word("maplike")? {
            self.expect("<")?;
            let key = self.type_with_attrs()?;
            self.expect(",")?;
            let value = self.type_with_attrs()?;
            self.expect(">")?;
            return Ok(MemberKind::Maplike { readonly, key, value });
        }
        if self.eat_word("setlike")? {
            let value = self.parameter()?;
            return Ok(MemberKind::Setlike { readonly, value });
        }
        if !self.is_word("attribute") {
            return self.unexpected("'attribute', 'maplike' or 'setlike' after 'readonly'");
        }
        self.attribute(attrs, |attribute| attribute.readonly = true)
    }

    /// `[readonly] attribute …`, to which `mark` adds what stood before it.
    fn attribute(&mut self, attrs: &Attrs, mark: impl FnOnce(&mut Attribute)) -> Result<MemberKind, Error> {
        let readonly = self.eat_word("readonly")?;
        if !self.eat_word("attribute")? {
            return self.unexpected("'attribute'");
        }
        let ty = self.type_under(attrs)?;
        let mut attribute = Attribute {
            name: self.name_or("the attribute's name", &["async", "required"])?,
            is_static: false,
            readonly,
            stringifier: false,
            inherit: false,
            ty,
        };
        mark(&mut attribute);
        Ok(MemberKind::Attribute(attribute))
    }

    fn operation(&mut self, is_static: bool, may_be_unnamed: bool) -> Result<Operation, Error> {
        let returns = self.ty()?;
        let name = if may_be_unnamed && self.is("(") {
            String::new()
        } else {
            self.name_or("the operation's name", &["includes"])?
        };
        Ok(Operation {
            name,
            is_static,
            returns,
            args: self.arguments()?,
        })
    }

    pub(super) fn arguments(&mut self) -> Result<Vec<Argument>, Error> {
        self.expect("(")?;
        let mut args: Vec<Argument> = Vec::new();
        while !self.eat(")")? {
            if let Some(last) = args.last() {
                if last.variadic {
                    return self.unexpected("')' (nothing follows a variadic argument)");
                }
                self.expect(",")?;
            }
            args.push(self.argument()?);
        }
        Ok(args)
    }

    fn argument(&mut self) -> Result<Argument, Error> {
        let attrs = self.attrs()?;
        let place = self.place.clone();
        let optional = self.eat_word("optional")?;
        let ty = self.type_under(&attrs)?;
        if optional && self.is("...") {
            return self.unexpected("the argument's name (a variadic argument is not 'optional')");
        }
        let variadic = self.eat("...")?;
        let name = self.name_or("the argument's name", &ARGUMENT_KEYWORDS)?;
        if !optional && self.is("=") {
            return self.unexpected("',' or ')' (only an optional argument has a default)");
        }
        Ok(Argument {
            place,
            attrs,
            name,
            ty,
            optional,
            variadic,
            default: self.default()?,
        })
    }

    pub(super) fn default(&mut self) -> Result<Option<Default>, Error> {
        if !self.eat("=")? {
            return Ok(None);
        }
        match self.default_value()? {
            Some(default) => Ok(Some(default)),
            None => self.unexpected("a default value"),
        }
    }

    /// The default or constant value that stands here, if one does.
    fn default_value(&mut self) -> Result<Option<Default>, Error> {
        let value = match &self.token {
            Token::Word(word) => match word.as_str() {
                "null" => Default::Null,
                "undefined" => Default::Undefined,
                "true" => Default::Boolean(true),
                "false" => Default::Boolean(false),
                "Infinity" | "NaN" => Default::NotFinite(word.clone()),
                _ => return Ok(None),
            },
            Token::Number(text) if text == "-Infinity" => Default::NotFinite(text.clone()),
            Token::Number(text) => match super::types::decimal(text) {
                Some(decimal) => Default::Number(decimal),
                None => return Err(self.place.error(format!("{text} is not a number"))),
            },
            Token::String(text) => Default::String(text.clone()),
            Token::Symbol("[") => {
                self.bump()?;
                if !self.is("]") {
                    return self.unexpected("']' (a sequence by default is empty)");
                }
                Default::EmptySequence
            }
            Token::Symbol("{") => {
                self.bump()?;
                if !self.is("}") {
                    return self.unexpected("'}' (a dictionary by default is empty)");
                }
                Default::EmptyDictionary
            }
            _ => return Ok(None),
        };
        self.bump()?;
        Ok(Some(value))
    }
}

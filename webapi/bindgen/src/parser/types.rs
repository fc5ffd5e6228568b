//! Types, <https://webidl.spec.whatwg.org/#idl-types>, extended attributes and numbers.

use super::Parser;
use crate::{Error, ast::*, lexer::Token};

impl Parser<'_> {
    /// `[…]`, if it stands here.
    pub(super) fn attrs(&mut self) -> Result<Attrs, Error> {
        let mut attrs = Attrs::default();
        if !self.eat("[")? {
            return Ok(attrs);
        }
        loop {
            attrs.0.push(self.attr()?);
            if !self.eat(",")? {
                break;
            }
        }
        self.expect("]")?;
        Ok(attrs)
    }

    fn attr(&mut self) -> Result<Attr, Error> {
        let place = self.place.clone();
        let name = self.any_word("the name of an extended attribute")?;
        let mut attr = Attr {
            place,
            name,
            form: AttrForm::Plain,
            values: Vec::new(),
            args: Vec::new(),
        };
        if self.is("(") {
            attr.form = AttrForm::Arguments;
            attr.args = self.arguments()?;
        } else if self.eat("=")? {
            if self.eat("*")? {
                attr.form = AttrForm::Star;
                attr.values.push("*".to_owned());
            } else if self.eat("(")? {
                attr.form = AttrForm::List;
                loop {
                    attr.values.push(self.attr_value()?.1);
                    if !self.eat(",")? {
                        break;
                    }
                }
                self.expect(")")?;
            } else {
                let (form, value) = self.attr_value()?;
                attr.form = form;
                attr.values.push(value);
                if form == AttrForm::Identifier && self.is("(") {
                    attr.form = AttrForm::NamedArguments;
                    attr.args = self.arguments()?;
                }
            }
        }
        Ok(attr)
    }

    fn attr_value(&mut self) -> Result<(AttrForm, String), Error> {
        let value = match &self.token {
            Token::Word(word) | Token::Escaped(word) => (AttrForm::Identifier, word.clone()),
            Token::String(text) => (AttrForm::String, text.clone()),
            Token::Number(number) => (AttrForm::Number, number.clone()),
            _ => return self.unexpected("the extended attribute's value"),
        };
        self.bump()?;
        Ok(value)
    }

    fn any_word(&mut self, what: &str) -> Result<String, Error> {
        let (Token::Word(word) | Token::Escaped(word)) = &self.token else {
            return self.unexpected(what);
        };
        let word = word.clone();
        self.bump()?;
        Ok(word)
    }

    /// A type with extended attributes of its own.
    pub(super) fn type_with_attrs(&mut self) -> Result<Type, Error> {
        self.type_under(&Attrs::default())
    }

    /// A type to which those of `outer` apply too that are about types.
    /// <https://webidl.spec.whatwg.org/#extended-attributes-associated-with>
    pub(super) fn type_under(&mut self, outer: &Attrs) -> Result<Type, Error> {
        let own = self.attrs()?;
        let mut ty = self.ty()?;
        for attrs in [outer, &own] {
            if attrs.has("Clamp") {
                ty.range = Range::Clamp;
            }
            if attrs.has("EnforceRange") {
                ty.range = Range::Enforce;
            }
            ty.allow_shared |= attrs.has("AllowShared");
            ty.allow_resizable |= attrs.has("AllowResizable");
            ty.null_to_empty |= attrs.has("LegacyNullToEmptyString");
        }
        ty.attrs = own;
        Ok(ty)
    }

    pub(super) fn ty(&mut self) -> Result<Type, Error> {
        let kind = if self.eat("(")? {
            let mut members = vec![self.type_with_attrs()?];
            while self.eat_word("or")? {
                members.push(self.type_with_attrs()?);
            }
            if members.len() < 2 {
                return self.unexpected("'or' (a union has two members at least)");
            }
            self.expect(")")?;
            TypeKind::Union(members)
        } else {
            self.plain_type()?
        };
        Ok(Type {
            attrs: Attrs::default(),
            kind,
            nullable: self.eat("?")?,
            range: Range::Modulo,
            allow_shared: false,
            allow_resizable: false,
            null_to_empty: false,
        })
    }

    fn plain_type(&mut self) -> Result<TypeKind, Error> {
        let Token::Word(word) = self.token.clone() else {
            return Ok(TypeKind::Named(self.name("a type")?));
        };
        if let Some(kind) = simple(&word) {
            self.bump()?;
            return Ok(kind);
        }
        Ok(match word.as_str() {
            "long" => {
                self.bump()?;
                TypeKind::Integer(if self.eat_word("long")? { "i64" } else { "i32" })
            }
            "unsigned" => {
                self.bump()?;
                TypeKind::Integer(if self.eat_word("short")? {
                    "u16"
                } else if !self.eat_word("long")? {
                    return self.unexpected("'short' or 'long' after 'unsigned'");
                } else if self.eat_word("long")? {
                    "u64"
                } else {
                    "u32"
                })
            }
            "unrestricted" => {
                self.bump()?;
                let single = self.is_word("float");
                if !single && !self.is_word("double") {
                    return self.unexpected("'float' or 'double' after 'unrestricted'");
                }
                self.bump()?;
                TypeKind::Float {
                    single,
                    unrestricted: true,
                }
            }
            "sequence" => TypeKind::Sequence(self.parameter_of()?),
            "FrozenArray" => TypeKind::FrozenArray(self.parameter_of()?),
            "ObservableArray" => TypeKind::ObservableArray(self.parameter_of()?),
            "Promise" => TypeKind::Promise(self.parameter_of()?),
            "record" => {
                self.bump()?;
                self.expect("<")?;
                let key = self.type_with_attrs()?;
                self.expect(",")?;
                let value = self.type_with_attrs()?;
                self.expect(">")?;
                TypeKind::Record(Box::new(key), Box::new(value))
            }
            _ => TypeKind::Named(self.name("a type")?),
        })
    }

    /// The parameter of the generic type whose name stands here.
    fn parameter_of(&mut self) -> Result<Box<Type>, Error> {
        self.bump()?;
        Ok(Box::new(self.parameter()?))
    }

    /// `<T>`.
    pub(super) fn parameter(&mut self) -> Result<Type, Error> {
        self.expect("<")?;
        let ty = self.type_with_attrs()?;
        self.expect(">")?;
        Ok(ty)
    }
}

/// The type that one word names, if it is part of the language.
fn simple(word: &str) -> Option<TypeKind> {
    Some(match word {
        "undefined" => TypeKind::Undefined,
        "any" => TypeKind::Any,
        "object" => TypeKind::Object,
        "symbol" => TypeKind::Symbol,
        "bigint" => TypeKind::BigInt,
        "boolean" => TypeKind::Boolean,
        "byte" => TypeKind::Integer("i8"),
        "octet" => TypeKind::Integer("u8"),
        "short" => TypeKind::Integer("i16"),
        "float" | "double" => TypeKind::Float {
            single: word == "float",
            unrestricted: false,
        },
        "DOMString" => TypeKind::DomString,
        "USVString" => TypeKind::UsvString,
        "ByteString" => TypeKind::ByteString,
        _ => return None,
    })
}

/// A WebIDL number, which may be hexadecimal or octal, in decimal as Rust writes it. `None` if it is none.
pub(super) fn decimal(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let integer = if let Some(digits) = hexadecimal {
        Some(u64::from_str_radix(digits, 16).ok()?)
    } else if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|digit| digit.is_ascii_digit()) {
        Some(u64::from_str_radix(digits, 8).ok()?)
    } else {
        digits.parse::<u64>().ok()
    };
    if let Some(integer) = integer {
        return Some(format!("{sign}{integer}"));
    }
    let float: f64 = digits.parse().ok()?;
    float.is_finite().then(|| format!("{sign}{float:?}"))
}

//! Types, arguments and members as WebIDL text, for messages.

use crate::ast::*;
use std::fmt::{self, Display, Formatter};

/// `items`, with commas between them.
fn list<T: Display>(f: &mut Formatter<'_>, items: &[T]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

impl Display for Attr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match self.form {
            AttrForm::Plain => return Ok(()),
            AttrForm::Identifier | AttrForm::Number | AttrForm::Star => write!(f, "={}", self.values.join(""))?,
            AttrForm::String => write!(f, "=\"{}\"", self.values.join(""))?,
            AttrForm::List => write!(f, "=({})", self.values.join(","))?,
            AttrForm::Arguments => {}
            AttrForm::NamedArguments => write!(f, "={}", self.values.join(""))?,
        }
        if matches!(self.form, AttrForm::Arguments | AttrForm::NamedArguments) {
            f.write_str("(")?;
            list(f, &self.args)?;
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.attrs.0.is_empty() {
            f.write_str("[")?;
            list(f, &self.attrs.0)?;
            f.write_str("] ")?;
        }
        self.kind.fmt(f)?;
        f.write_str(if self.nullable { "?" } else { "" })
    }
}

impl Display for TypeKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Undefined => "undefined",
            Self::Any => "any",
            Self::Object => "object",
            Self::Boolean => "boolean",
            Self::Integer(rust) => match *rust {
                "i8" => "byte",
                "u8" => "octet",
                "i16" => "short",
                "u16" => "unsigned short",
                "i32" => "long",
                "u32" => "unsigned long",
                "i64" => "long long",
                _ => "unsigned long long",
            },
            Self::Float { single, unrestricted } => match (unrestricted, single) {
                (true, true) => "unrestricted float",
                (true, false) => "unrestricted double",
                (false, true) => "float",
                (false, false) => "double",
            },
            Self::BigInt => "bigint",
            Self::Symbol => "symbol",
            Self::DomString => "DOMString",
            Self::UsvString => "USVString",
            Self::ByteString => "ByteString",
            Self::Named(name) => name,
            Self::Sequence(item) => return write!(f, "sequence<{item}>"),
            Self::FrozenArray(item) => return write!(f, "FrozenArray<{item}>"),
            Self::ObservableArray(item) => return write!(f, "ObservableArray<{item}>"),
            Self::Promise(item) => return write!(f, "Promise<{item}>"),
            Self::Record(key, value) => return write!(f, "record<{key}, {value}>"),
            Self::Union(members) => {
                let members: Vec<String> = members.iter().map(ToString::to_string).collect();
                return write!(f, "({})", members.join(" or "));
            }
        })
    }
}

impl Display for Default {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Undefined => f.write_str("undefined"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Number(value) | Self::NotFinite(value) => f.write_str(value),
            Self::String(value) => write!(f, "\"{value}\""),
            Self::EmptySequence => f.write_str("[]"),
            Self::EmptyDictionary => f.write_str("{}"),
        }
    }
}

impl Display for ConstantValue {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Number(value) | Self::NotFinite(value) => f.write_str(value),
        }
    }
}

impl Display for Argument {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.attrs.0.is_empty() {
            f.write_str("[")?;
            list(f, &self.attrs.0)?;
            f.write_str("] ")?;
        }
        f.write_str(if self.optional { "optional " } else { "" })?;
        write!(f, "{}{} {}", self.ty, if self.variadic { "..." } else { "" }, self.name)?;
        match &self.default {
            Some(default) => write!(f, " = {default}"),
            None => Ok(()),
        }
    }
}

/// `(long a, optional long b)`.
pub struct Arguments<'a>(pub &'a [Argument]);

impl Display for Arguments<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        list(f, self.0)?;
        f.write_str(")")
    }
}

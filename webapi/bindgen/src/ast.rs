//! What a WebIDL file states, with the place of each definition and member.

use std::{path::PathBuf, rc::Rc};

/// Where something is stated.
#[derive(Debug, Clone)]
pub struct Place {
    pub file: Rc<PathBuf>,
    pub line: u32,
}

impl Place {
    pub fn error(&self, message: impl Into<String>) -> crate::Error {
        crate::Error::Idl {
            file: self.file.as_ref().clone(),
            line: self.line,
            message: message.into(),
        }
    }
}

/// `[Name]`, `[Name=value]`, `[Name=(a,b)]`.
#[derive(Debug, Clone)]
pub struct Attr {
    pub name: String,
    pub values: Vec<String>,
}

#[derive(Debug, Clone, Default)]
pub struct Attrs(pub Vec<Attr>);

impl Attrs {
    pub fn get(&self, name: &str) -> Option<&Attr> {
        self.0.iter().find(|attr| attr.name == name)
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

#[derive(Debug)]
pub struct Definition {
    pub place: Place,
    pub attrs: Attrs,
    pub partial: bool,
    pub kind: DefinitionKind,
}

#[derive(Debug)]
pub enum DefinitionKind {
    Interface(Interface),
    Mixin { name: String, members: Vec<Member> },
    CallbackInterface { name: String },
    Callback { name: String },
    Includes { target: String, mixin: String },
    Dictionary(Dictionary),
    Enumeration { name: String, values: Vec<String> },
    Typedef { name: String, ty: Type },
    Namespace { name: String, members: Vec<Member> },
}

#[derive(Debug)]
pub struct Interface {
    pub name: String,
    pub parent: Option<String>,
    pub members: Vec<Member>,
}

#[derive(Debug)]
pub struct Dictionary {
    pub name: String,
    pub parent: Option<String>,
    pub members: Vec<DictionaryMember>,
}

#[derive(Debug, Clone)]
pub struct DictionaryMember {
    pub name: String,
    pub required: bool,
    pub ty: Type,
    pub default: Option<Default>,
}

#[derive(Debug, Clone)]
pub struct Member {
    pub place: Place,
    pub attrs: Attrs,
    pub kind: MemberKind,
}

#[derive(Debug, Clone)]
pub enum MemberKind {
    Constructor {
        args: Vec<Argument>,
    },
    Operation(Operation),
    Attribute(Attribute),
    Constant {
        name: String,
        value: String,
    },
    /// `iterable<key, value>`.
    PairIterable {
        key: Type,
        value: Type,
    },
    /// `stringifier;` alone: the object's own conversion to a string.
    Stringifier,
}

#[derive(Debug, Clone)]
pub struct Operation {
    pub name: String,
    pub is_static: bool,
    pub returns: Type,
    pub args: Vec<Argument>,
}

#[derive(Debug, Clone)]
pub struct Attribute {
    pub name: String,
    pub is_static: bool,
    pub readonly: bool,
    pub stringifier: bool,
    pub ty: Type,
}

#[derive(Debug, Clone)]
pub struct Argument {
    pub name: String,
    pub ty: Type,
    pub optional: bool,
    pub variadic: bool,
    pub default: Option<Default>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Default {
    Null,
    Undefined,
    Boolean(bool),
    Number(String),
    String(String),
    EmptySequence,
    EmptyDictionary,
}

/// A type with the extended attributes that apply to it.
#[derive(Debug, Clone)]
pub struct Type {
    pub kind: TypeKind,
    pub nullable: bool,
    pub range: Range,
    pub allow_shared: bool,
    pub null_to_empty: bool,
}

/// How a number outside an integer type's range converts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    Modulo,
    Clamp,
    Enforce,
}

#[derive(Debug, Clone)]
pub enum TypeKind {
    Undefined,
    Any,
    Object,
    Boolean,
    /// The Rust integer type that holds it: `u32` for `unsigned long`.
    Integer(&'static str),
    Float {
        unrestricted: bool,
    },
    DomString,
    UsvString,
    ByteString,
    Named(String),
    Sequence(Box<Type>),
    FrozenArray(Box<Type>),
    Promise,
    Record(Box<Type>, Box<Type>),
    Union(Vec<Type>),
}

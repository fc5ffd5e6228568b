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

/// An extended attribute: <https://webidl.spec.whatwg.org/#idl-extended-attributes>.
#[derive(Debug, Clone)]
pub struct Attr {
    pub place: Place,
    pub name: String,
    pub form: AttrForm,
    /// What stands after the `=`; strings without their quotes.
    pub values: Vec<String>,
    /// What stands in parentheses, for the forms that have arguments.
    pub args: Vec<Argument>,
}

/// How an extended attribute is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttrForm {
    /// `[Name]`.
    Plain,
    /// `[Name=identifier]`.
    Identifier,
    /// `[Name="text"]`.
    String,
    /// `[Name=1]`.
    Number,
    /// `[Name=*]`.
    Star,
    /// `[Name=(a,b)]`.
    List,
    /// `[Name(long a)]`.
    Arguments,
    /// `[Name=identifier(long a)]`.
    NamedArguments,
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
    CallbackInterface { name: String, members: Vec<Member> },
    Callback(Callback),
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
pub struct Callback {
    pub name: String,
    /// `callback constructor`: it is called with `new`.
    pub constructor: bool,
    pub returns: Type,
    pub args: Vec<Argument>,
}

#[derive(Debug)]
pub struct Dictionary {
    pub name: String,
    pub parent: Option<String>,
    pub members: Vec<DictionaryMember>,
}

#[derive(Debug, Clone)]
pub struct DictionaryMember {
    pub place: Place,
    pub attrs: Attrs,
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
        ty: Type,
        value: ConstantValue,
    },
    /// `iterable<value>` and `iterable<key, value>`.
    Iterable {
        key: Option<Type>,
        value: Type,
    },
    /// `async_iterable<value>(…)` and `async_iterable<key, value>(…)`.
    AsyncIterable {
        key: Option<Type>,
        value: Type,
        args: Vec<Argument>,
    },
    Maplike {
        readonly: bool,
        key: Type,
        value: Type,
    },
    Setlike {
        readonly: bool,
        value: Type,
    },
    /// The name of `operation` is empty if it has none.
    Special {
        special: Special,
        operation: Operation,
    },
    /// `stringifier;` alone: the object's own conversion to a string.
    Stringifier,
    /// `stringifier DOMString name();`, the name may be empty.
    StringifierOperation(Operation),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Special {
    Getter,
    Setter,
    Deleter,
}

/// What a constant is. Numbers are as in [`Default::Number`].
#[derive(Debug, Clone, PartialEq)]
pub enum ConstantValue {
    Boolean(bool),
    Number(String),
    /// `Infinity`, `-Infinity`, `NaN`.
    NotFinite(String),
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
    pub inherit: bool,
    pub ty: Type,
}

#[derive(Debug, Clone)]
pub struct Argument {
    pub place: Place,
    pub attrs: Attrs,
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
    /// A finite number in decimal, however it was written.
    Number(String),
    /// `Infinity`, `-Infinity`, `NaN`.
    NotFinite(String),
    String(String),
    EmptySequence,
    EmptyDictionary,
}

/// A type with the extended attributes that apply to it.
#[derive(Debug, Clone)]
pub struct Type {
    /// Those that are written at the type itself, and not at its member or argument.
    pub attrs: Attrs,
    pub kind: TypeKind,
    pub nullable: bool,
    pub range: Range,
    pub allow_shared: bool,
    pub allow_resizable: bool,
    pub null_to_empty: bool,
}

impl Type {
    /// What this type, the name of a typedef, stands for: `target`, with what is written at the name added.
    pub fn standing_for(&self, mut target: Self) -> Self {
        target.nullable |= self.nullable;
        target.allow_shared |= self.allow_shared;
        target.allow_resizable |= self.allow_resizable;
        target.null_to_empty |= self.null_to_empty;
        if self.range != Range::Modulo {
            target.range = self.range;
        }
        target
    }
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
        /// `float`, not `double`.
        single: bool,
        unrestricted: bool,
    },
    BigInt,
    Symbol,
    DomString,
    UsvString,
    ByteString,
    Named(String),
    Sequence(Box<Type>),
    FrozenArray(Box<Type>),
    ObservableArray(Box<Type>),
    Promise(Box<Type>),
    Record(Box<Type>, Box<Type>),
    Union(Vec<Type>),
}

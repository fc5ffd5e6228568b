//! The tables that generated code consists of.

use crate::{Cx, Iteration, Serialization, Transfer};
use boa_engine::{JsError, JsResult, JsValue};
use std::{any::Any, fmt};

/// A function that scripts can call.
pub type Native = fn(&JsValue, &[JsValue], &mut Cx) -> JsResult<JsValue>;

/// From a state to the part of it that its interface inherits.
pub type Upcast = fn(&dyn Any) -> Option<&dyn Any>;

/// A set of kinds of global: <https://webidl.spec.whatwg.org/#Exposed>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposure(u8);

impl Exposure {
    /// A page's global.
    pub const WINDOW: Self = Self(1);
    /// A dedicated worker's global.
    pub const DEDICATED_WORKER: Self = Self(2);
    /// A shared worker's global.
    pub const SHARED_WORKER: Self = Self(4);
    /// A service worker's global.
    pub const SERVICE_WORKER: Self = Self(8);
    /// The global of any worker.
    pub const WORKER: Self = Self(2 | 4 | 8);
    /// Every global.
    pub const ALL: Self = Self(u8::MAX);

    /// Both sets together.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the sets meet.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Everything that an embedding may expose.
#[derive(Debug)]
pub struct Interfaces {
    /// Each with its place here as `index`, parents before their children.
    pub interfaces: &'static [&'static Interface],
    /// The namespace objects.
    pub namespaces: &'static [&'static Namespace],
    /// Makes a `DOMException` of the current realm from its name and message.
    pub dom_exception: fn(&str, &str, &mut Cx) -> JsError,
}

/// An interface, as its IDL states it.
pub struct Interface {
    /// The identifier.
    pub name: &'static str,
    /// The place in [`Interfaces::interfaces`].
    pub index: usize,
    /// What it inherits from.
    pub parent: Option<&'static Self>,
    /// From the `Gc` of this interface's state to that of its parent's.
    pub upcast: Option<Upcast>,
    /// Where it is exposed.
    pub exposed: Exposure,
    /// `[SecureContext]`.
    pub secure_context: bool,
    /// `[LegacyNoInterfaceObject]`.
    pub hidden: bool,
    /// `[Global]`: members are properties of the global object itself.
    pub global: bool,
    /// The constructor and its `length`.
    pub constructor: Option<(Native, usize)>,
    /// All members, those of mixins too.
    pub members: &'static [Member],
    /// How instances are iterated over.
    pub iteration: Option<Iteration>,
    /// `[Default] toJSON`: the attributes that it tells of.
    pub json: &'static [&'static str],
    /// `[Serializable]`.
    pub serialization: Option<Serialization>,
    /// `[Transferable]`.
    pub transfer: Option<Transfer>,
    /// Instances have `[[ErrorData]]`: <https://webidl.spec.whatwg.org/#js-DOMException-specialness>.
    pub error_data: bool,
    /// `[LegacyWindowAlias]`.
    pub window_aliases: &'static [&'static str],
}

impl Interface {
    /// The interface, its parent, that one's parent and so on: <https://webidl.spec.whatwg.org/#dfn-inherited-interfaces>.
    pub(crate) fn inclusive_ancestors(&'static self) -> impl Iterator<Item = &'static Self> {
        std::iter::successors(Some(self), |interface| interface.parent)
    }
}

impl fmt::Debug for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "interface {}", self.name)
    }
}

/// A member of an interface.
#[derive(Debug)]
pub struct Member {
    /// The identifier.
    pub name: &'static str,
    /// Where it is exposed, as far as its interface is.
    pub exposed: Exposure,
    /// `[SecureContext]`.
    pub secure_context: bool,
    /// `[LegacyUnforgeable]`: an own property of each instance, which cannot be configured.
    pub unforgeable: bool,
    /// `[Unscopable]`: no name within a `with` statement.
    pub unscopable: bool,
    /// What it is.
    pub kind: MemberKind,
}

/// What a member is: functions with their `length`, getters with their setter.
#[derive(Debug, Clone, Copy)]
pub enum MemberKind {
    /// An operation of each instance.
    Operation(Native, usize),
    /// A static operation.
    StaticOperation(Native, usize),
    /// An attribute of each instance.
    Attribute(Native, Option<Native>),
    /// A static attribute.
    StaticAttribute(Native, Option<Native>),
    /// A constant.
    Constant(Constant),
}

/// The value of a constant.
#[derive(Debug, Clone, Copy)]
pub enum Constant {
    /// Of a numeric type.
    Number(f64),
    /// Of type `boolean`.
    Boolean(bool),
}

impl From<Constant> for JsValue {
    fn from(constant: Constant) -> Self {
        match constant {
            Constant::Number(number) => Self::from(number),
            Constant::Boolean(value) => Self::from(value),
        }
    }
}

/// A namespace: <https://webidl.spec.whatwg.org/#idl-namespaces>.
pub struct Namespace {
    /// The identifier.
    pub name: &'static str,
    /// Where it is exposed.
    pub exposed: Exposure,
    /// `[SecureContext]`.
    pub secure_context: bool,
    /// Static operations, static attributes and constants.
    pub members: &'static [Member],
}

impl fmt::Debug for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "namespace {}", self.name)
    }
}

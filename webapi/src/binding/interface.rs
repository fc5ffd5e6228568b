//! The tables that generated code consists of.

use super::{Cx, Fallible};
use boa_engine::{JsResult, JsValue};
use std::{any::Any, fmt};

/// A function that scripts can call.
pub type Native = fn(&JsValue, &[JsValue], &mut Cx) -> JsResult<JsValue>;

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

/// An interface, as its IDL states it.
pub struct Interface {
    pub(crate) name: &'static str,
    /// The place in `INTERFACES`.
    pub(crate) index: usize,
    pub(crate) parent: Option<&'static Interface>,
    /// From the `Gc` of this interface's state to that of its parent's.
    pub(crate) upcast: Option<Upcast>,
    pub(crate) exposed: Exposure,
    pub(crate) secure_context: bool,
    /// `[LegacyNoInterfaceObject]`.
    pub(crate) hidden: bool,
    /// Members are properties of the global object itself.
    pub(crate) global: bool,
    /// The constructor and its `length`.
    pub(crate) constructor: Option<(Native, usize)>,
    pub(crate) members: &'static [Member],
    pub(crate) iterator: Option<Pair>,
    pub(crate) window_aliases: &'static [&'static str],
}

impl fmt::Debug for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "interface {}", self.name)
    }
}

/// From a state to the part of it that its interface inherits.
pub(crate) type Upcast = fn(&dyn Any) -> Option<&dyn Any>;

/// The pair at an index of a pair iterable.
pub(crate) type Pair = fn(&JsValue, usize, &mut Cx) -> Fallible<Option<(JsValue, JsValue)>>;

/// A member of an interface.
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) exposed: Exposure,
    pub(crate) secure_context: bool,
    /// An own property of each instance, which cannot be configured.
    pub(crate) unforgeable: bool,
    pub(crate) kind: MemberKind,
}

/// What a member is: functions with their `length`, getters with their setter.
#[derive(Clone, Copy)]
pub(crate) enum MemberKind {
    Operation(Native, usize),
    StaticOperation(Native, usize),
    Attribute(Native, Option<Native>),
    #[expect(dead_code, reason = "no interface has one yet")]
    StaticAttribute(Native, Option<Native>),
    Constant(f64),
}

/// A namespace: <https://webidl.spec.whatwg.org/#idl-namespaces>.
pub struct Namespace {
    pub(crate) name: &'static str,
    pub(crate) exposed: Exposure,
    /// Name, function, `length`.
    pub(crate) operations: &'static [(&'static str, Native, usize)],
}

impl fmt::Debug for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "namespace {}", self.name)
    }
}

//! What an algorithm may fail with, and how scripts see it.

use crate::{Cx, realm};
use boa_engine::{JsError, JsNativeError};

/// The result of an algorithm that may throw.
pub type Fallible<T> = Result<T, Error>;

/// A failure on its way to a script: <https://webidl.spec.whatwg.org/#idl-exceptions>.
#[derive(Debug, Clone)]
pub enum Error {
    /// An exception that a script, or the engine, threw: passed on as it is.
    Js(JsError),
    /// A `DOMException` of this name: <https://webidl.spec.whatwg.org/#idl-DOMException-error-names>.
    Dom(&'static str, String),
    /// A `TypeError`.
    Type(String),
    /// A `RangeError`.
    Range(String),
    /// A value that is not of the type it should be; becomes a `TypeError` that names where the value stood.
    Conversion(String),
}

impl From<JsError> for Error {
    fn from(error: JsError) -> Self {
        Self::Js(error)
    }
}

impl Error {
    /// A failed conversion of the argument with this number, counted from 1.
    pub fn argument(self, number: usize) -> Self {
        match self {
            Self::Conversion(text) => Self::Type(format!("parameter {number} {text}")),
            other => other,
        }
    }

    /// A failed conversion of a dictionary's member.
    pub fn member(self, dictionary: &str, member: &str) -> Self {
        match self {
            Self::Conversion(text) => Self::Type(format!("member '{member}' of '{dictionary}' {text}")),
            other => other,
        }
    }

    /// A failed conversion of the value that an attribute is set to.
    pub fn value(self) -> Self {
        match self {
            Self::Conversion(text) => Self::Type(format!("The provided value {text}")),
            other => other,
        }
    }

    /// The error as thrown, its message led by `context`: `Failed to execute 'postMessage' on 'Worker': `.
    pub fn into_js(self, context: impl FnOnce() -> String, cx: &mut Cx) -> JsError {
        match self {
            Self::Js(error) => error,
            Self::Dom(name, text) => realm::dom_exception(name, &format!("{}{text}", context()), cx),
            Self::Type(text) => type_error(format!("{}{text}", context()), cx),
            Self::Conversion(text) => type_error(format!("{}the value {text}", context()), cx),
            Self::Range(text) => {
                let error = JsNativeError::range().with_message(format!("{}{text}", context()));
                JsError::from_opaque(error.into_opaque(cx).into())
            }
        }
    }

    /// The error as thrown, with no context to name.
    pub fn into_plain_js(self, cx: &mut Cx) -> JsError {
        self.into_js(String::new, cx)
    }
}

/// Made at once, so that it belongs to the current realm.
fn type_error(text: String, cx: &mut Cx) -> JsError {
    JsError::from_opaque(JsNativeError::typ().with_message(text).into_opaque(cx).into())
}

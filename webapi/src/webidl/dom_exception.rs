//! <https://webidl.spec.whatwg.org/#idl-DOMException>

use crate::binding::{Cx, Fallible, Js, New, generated::DOMExceptionMethods};
use boa_engine::{JsError, JsString, JsValue, js_string};
use boa_gc::{Finalize, Trace};

/// A `DOMException`'s state.
#[derive(Debug, Clone, Trace, Finalize)]
pub struct DOMException {
    name: JsString,
    message: JsString,
}

/// The names with a legacy code, in the order of their codes from 1; the empty ones have no name any more.
const CODES: [&str; 25] = [
    "IndexSizeError",
    "",
    "HierarchyRequestError",
    "WrongDocumentError",
    "InvalidCharacterError",
    "",
    "NoModificationAllowedError",
    "NotFoundError",
    "NotSupportedError",
    "InUseAttributeError",
    "InvalidStateError",
    "SyntaxError",
    "InvalidModificationError",
    "NamespaceError",
    "InvalidAccessError",
    "",
    "TypeMismatchError",
    "SecurityError",
    "NetworkError",
    "AbortError",
    "URLMismatchError",
    "QuotaExceededError",
    "TimeoutError",
    "InvalidNodeTypeError",
    "DataCloneError",
];

impl DOMException {
    /// A new exception's state.
    pub fn new(name: JsString, message: JsString) -> Self {
        Self { name, message }
    }

    /// The name.
    pub(crate) fn name(&self) -> &JsString {
        &self.name
    }

    /// The message.
    pub(crate) fn message(&self) -> &JsString {
        &self.message
    }
}

/// A `DOMException` of the current realm: <https://webidl.spec.whatwg.org/#dfn-create-exception>.
pub(crate) fn create(name: &str, message: &str, cx: &mut Cx) -> JsValue {
    let exception = Js::new(DOMException::new(js_string!(name), js_string!(message)), cx);
    exception.object().clone().into()
}

/// The same, ready to be thrown.
pub(crate) fn error(name: &str, message: &str, cx: &mut Cx) -> JsError {
    JsError::from_opaque(create(name, message, cx))
}

impl DOMExceptionMethods for DOMException {
    fn constructor(new: New<'_, Self>, cx: &mut Cx, message: JsString, name: JsString) -> Fallible<Js<Self>> {
        Ok(new.object(Self::new(name, message), cx))
    }

    fn name(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(this.name.clone())
    }

    fn message(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(this.message.clone())
    }

    /// <https://webidl.spec.whatwg.org/#dom-domexception-code>
    fn code(this: &Js<Self>, _: &mut Cx) -> Fallible<u16> {
        let name = this.name.to_std_string_lossy();
        let index = CODES.iter().position(|known| !known.is_empty() && *known == name);
        Ok(index.map_or(0, |index| index as u16 + 1))
    }
}

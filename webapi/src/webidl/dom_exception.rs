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

#[test]
fn the_stack_tells_where_an_exception_was_made() {
    let stack = |make: &str| {
        crate::testing::eval(&format!(
            "function outer() {{ return inner() }}
             function inner() {{ try {{ {make} }} catch (e) {{ return e.stack }} }}
             outer()"
        ))
    };
    let lines = |stack: String| stack.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    let of_error = lines(stack("throw new Error('m')"));
    assert!(of_error[0].starts_with("at inner (test.js:2:"), "{of_error:?}");
    let of_exception = lines(stack("throw new DOMException('m')"));
    assert_eq!(of_exception[1..], of_error[1..]);
    assert!(of_exception[0].starts_with("at inner (test.js:2:"), "{of_exception:?}");
    let of_native = lines(stack("structuredClone(outer)"));
    assert_eq!(of_native[0], "at structuredClone (native)");
    assert!(of_native[1].starts_with("at inner (test.js:2:"), "{of_native:?}");
}

#[cfg(test)]
mod tests {
    /// Upstream asks for it, but not every browser has it.
    #[test]
    fn it_has_a_stack_as_other_errors_have() {
        let script = "const stackOf = make => { try { throw make() } catch (error) { return error.stack } };
             const exception = new DOMException('words'); exception.stack = 'mine';
             [stackOf(() => new DOMException('words')).includes('stackOf'), typeof stackOf(() => new Error('words')), exception.stack].join()";
        assert_eq!(crate::testing::eval(script), "true,string,mine");
    }
}

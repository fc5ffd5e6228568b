//! <https://webidl.spec.whatwg.org/#idl-DOMException>

use crate::binding::{Cx, Fallible, Js, New, Serializable, generated::DOMExceptionMethods};
use boa_engine::{JsError, JsObject, JsString, JsValue, js_string, property::PropertyDescriptor};
use boa_gc::{Finalize, Trace};
use skep_engine::structured_data;

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

/// An exception in no heap.
#[derive(Debug)]
pub struct SerializedException {
    name: Vec<u16>,
    message: Vec<u16>,
    stack: Option<Vec<u16>>,
}

impl SerializedException {
    /// <https://webidl.spec.whatwg.org/#ref-for-serialization-steps>
    pub(super) fn of(object: &JsObject, exception: &DOMException, cx: &mut Cx) -> Fallible<Self> {
        Ok(Self {
            // 1. The name.
            name: exception.name.to_vec(),
            // 2. The message.
            message: exception.message.to_vec(),
            // 3. What else may be of interest.
            stack: structured_data::error_stack(object, cx)?.map(|stack| stack.to_vec()),
        })
    }

    /// <https://webidl.spec.whatwg.org/#ref-for-deserialization-steps>
    pub(super) fn state(&self) -> DOMException {
        // 1–2. The name and the message.
        DOMException::new(JsString::from(&self.name[..]), JsString::from(&self.message[..]))
    }

    /// 3. of the same. An own property stands before what the engine would tell of the new object.
    pub(super) fn set_stack(&self, object: &JsObject, cx: &mut Cx) -> Fallible<()> {
        if let Some(stack) = &self.stack {
            let property = PropertyDescriptor::builder()
                .value(JsString::from(&stack[..]))
                .writable(true)
                .enumerable(false)
                .configurable(true);
            object.define_property_or_throw(js_string!("stack"), property, cx)?;
        }
        Ok(())
    }
}

impl Serializable for DOMException {
    type Serialized = SerializedException;

    fn serialize(this: &Js<Self>, cx: &mut Cx) -> Fallible<SerializedException> {
        SerializedException::of(this.object(), this, cx)
    }

    fn deserialize(serialized: &SerializedException, cx: &mut Cx) -> Fallible<Js<Self>> {
        let exception = Js::new(serialized.state(), cx);
        serialized.set_stack(exception.object(), cx)?;
        Ok(exception)
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

    /// Upstream asks for it, but not every browser does it.
    #[test]
    fn the_stack_is_cloned_with_it() {
        let script = "function made() { return new DOMException('words', 'NotFoundError') }
             const exception = made();
             const quota = new QuotaExceededError('words', { quota: 1 });
             const clones = structuredClone([exception, quota]);
             [exception, quota].map((original, i) => [
                 clones[i].stack === original.stack, clones[i].name, Object.keys(clones[i]).length, clones[i] instanceof DOMException,
             ].join()).join('|') + exception.stack.includes('made')";
        assert_eq!(
            crate::testing::eval(script),
            "true,NotFoundError,0,true|true,QuotaExceededError,0,truetrue"
        );
    }
}

//! Functions of scripts that algorithms call.

use crate::{Cx, Error, Fallible};
use boa_engine::{JsNativeError, JsObject, JsResult, JsValue, js_string};
use boa_gc::{Finalize, Trace};
use skep_engine::EventLoop;

/// Runs what calls into a script, then cleans up: <https://html.spec.whatwg.org/multipage/webappapis.html#clean-up-after-running-script>.
pub fn run_script<R>(cx: &mut Cx, run: impl FnOnce(&mut Cx) -> R) -> R {
    let result = run(cx);
    let event_loop = EventLoop::of(cx);
    event_loop.clean_up_after_running_script(cx);
    result
}

/// A callback function: <https://webidl.spec.whatwg.org/#idl-callback-functions>.
#[derive(Debug, Clone, Trace, Finalize)]
pub struct Callback(JsObject);

impl Callback {
    /// Converts a script's value.
    ///
    /// # Errors
    /// If it is no function.
    pub fn from_js(value: &JsValue, _: &mut Cx) -> Fallible<Self> {
        value
            .as_callable()
            .map(Self)
            .ok_or_else(|| Error::Conversion("is not of type 'Function'.".to_owned()))
    }

    /// The function.
    pub fn object(&self) -> &JsObject {
        &self.0
    }

    /// <https://webidl.spec.whatwg.org/#invoke-a-callback-function>, the exception not yet reported.
    ///
    /// # Errors
    /// With what the function throws.
    pub fn call(&self, this: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
        run_script(cx, |cx| self.0.call(this, args, cx))
    }
}

/// A callback interface's object: a function, or an object with a method.
/// <https://webidl.spec.whatwg.org/#idl-callback-interface>
#[derive(Debug, Clone, Trace, Finalize)]
pub struct CallbackInterface(JsObject);

impl CallbackInterface {
    /// Converts a script's value.
    ///
    /// # Errors
    /// If it is no object.
    pub fn from_js(value: &JsValue, _: &mut Cx) -> Fallible<Self> {
        value
            .as_object()
            .map(Self)
            .ok_or_else(|| Error::Conversion("is not an object.".to_owned()))
    }

    /// The object.
    pub fn object(&self) -> &JsObject {
        &self.0
    }

    /// <https://webidl.spec.whatwg.org/#call-a-user-objects-operation>
    ///
    /// # Errors
    /// With what the operation throws.
    pub fn call(&self, operation: &str, this: &JsValue, args: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
        run_script(cx, |cx| {
            // 10. A function is called as it is; of another object the method of that name, with the object as receiver.
            if self.0.is_callable() {
                return self.0.call(this, args, cx);
            }
            let method = self.0.get(js_string!(operation), cx)?;
            let Some(function) = method.as_callable() else {
                let text = format!("The object's '{operation}' is not a function.");
                return Err(JsNativeError::typ().with_message(text).into());
            };
            function.call(&JsValue::from(self.0.clone()), args, cx)
        })
    }
}

//! <https://webidl.spec.whatwg.org/#js-promise-manipulation>

use crate::binding::Cx;
use boa_engine::{
    JsArgs, JsObject, JsResult, JsValue, NativeFunction, builtins::promise::ResolvingFunctions, js_string,
    object::builtins::JsPromise,
};
use boa_gc::{Gc, Trace};

/// Settles a promise with what an algorithm gave: <https://webidl.spec.whatwg.org/#resolve>,
/// <https://webidl.spec.whatwg.org/#reject>.
pub(crate) fn settle(resolvers: &ResolvingFunctions, result: JsResult<JsValue>, cx: &mut Cx) {
    let settled = match result {
        Ok(value) => resolvers.resolve.call(&JsValue::undefined(), &[value], cx),
        Err(error) => error
            .into_opaque(cx)
            .and_then(|reason| resolvers.reject.call(&JsValue::undefined(), &[reason], cx)),
    };
    // Only a termination ends here, and it needs no answer.
    drop(settled);
}

/// What comes of a promise, with what is needed then; the arguments are the captured values, and the result or the reason.
type Reaction<C> = fn(&C, JsValue, &mut Cx);

/// Reacts to a promise that no script ever sees: <https://webidl.spec.whatwg.org/#dfn-perform-steps-once-promise-is-settled>.
///
/// # Errors
/// If the isolate is being terminated.
pub(crate) fn react<C: Trace + 'static>(
    promise: &JsPromise,
    captures: C,
    fulfilled: Reaction<C>,
    rejected: Reaction<C>,
    cx: &mut Cx,
) -> JsResult<()> {
    // Without it, reacting would run what a script may have made of `Promise.prototype.constructor`.
    let object = JsObject::from(promise.clone());
    object.create_data_property_or_throw(js_string!("constructor"), JsValue::undefined(), cx)?;
    let captures = Gc::new(captures);
    let reaction = |steps: Reaction<C>| {
        let function = NativeFunction::from_copy_closure_with_captures(
            move |_, arguments, captures: &Gc<C>, cx| {
                steps(captures, arguments.get_or_undefined(0).clone(), cx);
                Ok(JsValue::undefined())
            },
            captures.clone(),
        );
        Some(function.to_js_function(cx.realm()))
    };
    let (fulfilled, rejected) = (reaction(fulfilled), reaction(rejected));
    promise.then(fulfilled, rejected, cx).map(drop)
}

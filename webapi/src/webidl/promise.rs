//! <https://webidl.spec.whatwg.org/#js-promise-manipulation>

use crate::binding::Cx;
use boa_engine::{JsResult, JsValue, builtins::promise::ResolvingFunctions};

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

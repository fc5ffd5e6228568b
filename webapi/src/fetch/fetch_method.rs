//! <https://fetch.spec.whatwg.org/#fetch-method>

use super::{Mode, fetch_then, response::Response};
use crate::{
    binding::{Cx, Error, Fallible},
    html::environment::Environment,
    webidl::promise,
};
use boa_engine::{JsValue, object::builtins::JsPromise};

/// A promise for the response: <https://fetch.spec.whatwg.org/#dom-global-fetch>. `init` may be empty.
///
/// # Errors
/// If there is no such URL, or the request asks for what is not supported.
pub(crate) fn fetch(input: &str, init: Option<&JsValue>, cx: &mut Cx) -> Fallible<JsPromise> {
    let environment =
        Environment::of(cx).ok_or_else(|| Error::Dom("InvalidStateError", "The realm is not ready.".to_owned()))?;
    // 2. The request: <https://fetch.spec.whatwg.org/#dom-request>, steps 5.1–5.4.
    let Some(url) = environment.parse_url(input) else {
        return Err(Error::Type(format!("Failed to parse URL from '{input}'.")));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::Type(format!("'{input}' is a URL that includes credentials.")));
    }
    // FIXME(step 2): requests other than a GET without headers of the script's.
    if let Some(init) = init.filter(|init| !init.is_null_or_undefined()) {
        let empty = match init.as_object() {
            Some(init) => init.own_property_keys(cx)?.is_empty(),
            None => false,
        };
        if !empty {
            return Err(Error::Type("Options are not supported yet.".to_owned()));
        }
    }
    // 1. The promise.
    let (promise, resolvers) = JsPromise::new_pending(cx);
    // FIXME(steps 4–6, 9–11): signals that abort.
    // 12. Load, then settle it.
    let mode = Mode::Cors(environment.origin().clone());
    fetch_then(url, mode, cx, move |result, cx| {
        let result = match result {
            // 12.4–12.5. A response with headers that nobody may change.
            Ok(response) => Ok(Response::loaded(response, cx).object().clone().into()),
            // 12.3. No response.
            Err(error) => Err(Error::Type(format!("Failed to fetch: {error}.")).into_plain_js(cx)),
        };
        promise::settle(&resolvers, result, cx);
    });
    // 13. Meanwhile, here it is.
    Ok(promise)
}

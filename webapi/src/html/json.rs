//! Values as JSON text and back, with the functions that the realm was made with: scripts may replace those on `JSON`.

use super::environment::Environment;
use crate::binding::{Cx, Error, Fallible};
use boa_engine::{JsObject, JsResult, JsString, JsValue, js_string};
use boa_gc::{Finalize, Trace};

/// A realm's own `JSON.parse` and `JSON.stringify`.
#[derive(Trace, Finalize)]
pub(super) struct Json {
    parse: Option<JsObject>,
    stringify: Option<JsObject>,
}

impl Json {
    /// Those of the current realm, in which no script has run yet.
    pub fn of_new_realm(cx: &mut Cx) -> Self {
        let json = cx.intrinsics().objects().json();
        let mut function = |name: &str| json.get(js_string!(name), cx).ok()?.as_callable();
        Self {
            parse: function("parse"),
            stringify: function("stringify"),
        }
    }
}

/// Calls one of the functions.
fn call(choose: impl FnOnce(&Json) -> Option<JsObject>, value: JsValue, cx: &mut Cx) -> JsResult<JsValue> {
    let function = Environment::of(cx).and_then(|environment| choose(&environment.json));
    match function {
        Some(function) => function.call(&JsValue::undefined(), &[value], cx),
        None => Err(Error::Type("The realm has no JSON.".to_owned()).into_plain_js(cx)),
    }
}

/// <https://infra.spec.whatwg.org/#parse-json-bytes-to-a-javascript-value>
///
/// # Errors
/// With a `SyntaxError`, if the bytes are not JSON.
pub(crate) fn parse(bytes: &[u8], cx: &mut Cx) -> JsResult<JsValue> {
    let text = encoding_rs::UTF_8.decode_with_bom_removal(bytes).0;
    call(|json| json.parse.clone(), JsString::from(&*text).into(), cx)
}

/// <https://infra.spec.whatwg.org/#serialize-a-javascript-value-to-json-bytes>
///
/// # Errors
/// With what the value's own functions throw; with a `TypeError`, if JSON has no form for the value.
pub(crate) fn serialize(value: JsValue, cx: &mut Cx) -> Fallible<Vec<u8>> {
    // 1. The text.
    let text = call(|json| json.stringify.clone(), value, cx)?;
    // 2–4. Functions and symbols have none.
    match text.as_string() {
        Some(text) => Ok(text.to_std_string_lossy().into_bytes()),
        None => Err(Error::Type("The data has no form in JSON.".to_owned())),
    }
}

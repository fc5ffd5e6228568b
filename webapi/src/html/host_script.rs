//! Classic scripts that the embedder gives, with a way back to it that no global of the page shows.

use super::scripting;
use crate::binding::Cx;
use boa_engine::{
    JsNativeError, JsResult, JsString, JsValue, NativeFunction, js_string, object::FunctionObjectBuilder,
    value::JsVariant,
};
use boa_gc::{Finalize, Trace};
use std::{char, fmt, sync::Arc};

/// A classic script that the embedder gives instead of loading it.
///
/// Wherever a page asks for a script whose URL's path is `path`, `source`, a function expression of one parameter, is evaluated
/// and called with a native function that hands its arguments to `callback`. Workers load that path as any other.
#[derive(Clone)]
pub struct HostScript {
    /// The path of the URLs that mean this script: `/resources/report.js`.
    pub path: String,
    /// A function expression of one parameter.
    pub source: String,
    /// Takes what the script calls its argument with; called on the page's thread.
    pub callback: Arc<dyn Fn(Vec<HostValue>) + Send + Sync>,
}

/// A script's value, as far as an embedder can have it.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum HostValue {
    Undefined,
    Null,
    Boolean(bool),
    Number(f64),
    /// A lone surrogate is written as `U+D800`.
    String(String),
    /// Anything else.
    Other,
}

#[derive(Trace, Finalize)]
struct Captured(#[unsafe_ignore_trace] Arc<dyn Fn(Vec<HostValue>) + Send + Sync>);

impl HostScript {
    /// Evaluates the script and calls its function; what either throws is reported.
    pub(super) fn run(&self, url: &str, cx: &mut Cx) {
        let result = crate::binding::run_script(cx, |cx| self.call(url, cx));
        if let Err(error) = result {
            scripting::report_exception(error, cx);
        }
    }

    fn call(&self, url: &str, cx: &mut Cx) -> JsResult<JsValue> {
        let source = format!("({}\n)", self.source);
        let value = scripting::run_classic_script_rethrowing(&source, url, false, cx)?;
        let Some(function) = value.as_callable() else {
            return Err(JsNativeError::typ()
                .with_message("the embedder's script is not a function")
                .into());
        };
        let native = NativeFunction::from_copy_closure_with_captures(
            |_, arguments, captured: &Captured, _| {
                (captured.0)(arguments.iter().map(HostValue::from_js).collect());
                Ok(JsValue::undefined())
            },
            Captured(self.callback.clone()),
        );
        let native = FunctionObjectBuilder::new(cx.realm(), native)
            .name(js_string!())
            .build();
        function.call(&JsValue::undefined(), &[native.into()], cx)
    }
}

impl HostValue {
    fn from_js(value: &JsValue) -> Self {
        match value.variant() {
            JsVariant::Undefined => Self::Undefined,
            JsVariant::Null => Self::Null,
            JsVariant::Boolean(value) => Self::Boolean(value),
            JsVariant::Integer32(value) => Self::Number(value.into()),
            JsVariant::Float64(value) => Self::Number(value),
            JsVariant::String(value) => Self::String(text(&value)),
            _ => Self::Other,
        }
    }
}

/// Text for the embedder, surrogates spelled out.
fn text(string: &JsString) -> String {
    let mut out = String::with_capacity(string.len());
    for unit in char::decode_utf16(string.iter()) {
        match unit {
            Ok(character) => out.push(character),
            Err(lone) => out.push_str(&format!("U+{:04X}", lone.unpaired_surrogate())),
        }
    }
    out
}

impl fmt::Debug for HostScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostScript")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

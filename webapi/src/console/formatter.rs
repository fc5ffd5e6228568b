//! <https://console.spec.whatwg.org/#formatter>

use super::inspect;
use crate::binding::{Cx, Fallible};
use boa_engine::{JsValue, js_string};

/// The arguments as one line: the first one's format specifiers filled with those that follow it, then what is left.
///
/// # Errors
/// With what a value's conversion to a string or number throws.
pub(super) fn format(args: &[JsValue], cx: &mut Cx) -> Fallible<String> {
    let mut out = String::new();
    let mut rest = args.iter();
    if let Some(template) = args.first().and_then(JsValue::as_string) {
        rest.next();
        out = fill(&template.to_std_string_lossy(), &mut rest, cx)?;
        if rest.as_slice().is_empty() {
            return Ok(out);
        }
        out.push(' ');
    }
    // Plain strings stand as they are, everything else is inspected.
    let texts: Vec<String> = rest.map(|value| inspect::top_level(value, cx)).collect();
    out += &texts.join(" ");
    Ok(out)
}

/// Steps 2–7, from left to right in one go, so that no value's own text is taken for a specifier.
fn fill(template: &str, values: &mut std::slice::Iter<'_, JsValue>, cx: &mut Cx) -> Fallible<String> {
    let mut out = String::new();
    let mut left = template;
    while let Some((before, after)) = left.split_once('%') {
        out += before;
        let specifier = after.chars().next().filter(|letter| "sdifoOc".contains(*letter));
        // Where values or specifiers end, text goes on as it is.
        let (Some(specifier), false) = (specifier, values.as_slice().is_empty()) else {
            out.push('%');
            left = after;
            continue;
        };
        left = after.get(1..).unwrap_or_default();
        let value = values.next().cloned().unwrap_or_default();
        out += &match specifier {
            's' => string(&value, cx)?,
            'd' | 'i' => number(&value, "parseInt", cx)?,
            'f' => number(&value, "parseFloat", cx)?,
            'o' | 'O' => inspect::inspect(&value, cx),
            // NOTE(%c): there is nothing to style.
            _ => String::new(),
        };
    }
    out += left;
    Ok(out)
}

/// `String(value)`.
fn string(value: &JsValue, cx: &mut Cx) -> Fallible<String> {
    let text = match value.as_symbol() {
        Some(symbol) => symbol.descriptive_string(),
        None => value.to_string(cx)?,
    };
    Ok(text.to_std_string_lossy())
}

/// A number as the global function of that name reads it from the value.
fn number(value: &JsValue, function: &str, cx: &mut Cx) -> Fallible<String> {
    if value.is_symbol() {
        return Ok("NaN".to_owned());
    }
    let objects = cx.intrinsics().objects();
    let function = match function {
        "parseInt" => objects.parse_int(),
        _ => objects.parse_float(),
    };
    let read = function.call(&JsValue::undefined(), &[value.clone(), JsValue::from(10)], cx)?;
    Ok(read.to_string(cx).unwrap_or(js_string!("NaN")).to_std_string_lossy())
}

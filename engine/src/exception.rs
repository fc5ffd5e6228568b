//! What is told about an exception that nothing caught.
//!
//! <https://html.spec.whatwg.org/multipage/webappapis.html#report-an-exception>

use crate::{Cx, EventLoop};
use boa_engine::builtins::error::Error;
use boa_engine::error::{EngineError, RuntimeLimitError};
use boa_engine::object::JsObject;
use boa_engine::{JsError, JsNativeError, JsString, JsValue, Script, Source, js_string};

/// An exception as HTML's "extract error information" gives it.
///
/// <https://html.spec.whatwg.org/multipage/webappapis.html#extract-error>
#[derive(Clone, Debug)]
pub struct ExceptionReport {
    /// What a browser shows, without the word `Uncaught` that some put before it: `TypeError: boom`.
    pub message: String,
    /// The path that the script's source was given, its URL; empty if the place is not known.
    pub filename: String,
    /// Counted from 1; 0 if the place is not known.
    pub line: u32,
    /// Counted from 1 in UTF-16 code units; 0 if the place is not known.
    pub column: u32,
    /// The exception itself.
    pub value: JsValue,
}

/// A script that did not parse: what it takes to say where.
#[derive(Clone, Copy, Debug)]
pub struct ScriptText<'a> {
    /// The path given to the source, its URL.
    pub path: &'a str,
    /// The whole text.
    pub text: &'a str,
}

/// A place in a script.
#[derive(Debug, Default, PartialEq, Eq)]
struct Place {
    filename: String,
    line: u32,
    column: u32,
}

impl ExceptionReport {
    /// Describes an exception. None in a terminated isolate, which has nothing to tell any more.
    #[must_use]
    pub fn from_error(error: JsError, cx: &mut Cx) -> Option<Self> {
        let place = thrown_at(&error).unwrap_or_default();
        Self::at(place, error, cx)
    }

    /// Describes why a script did not parse; the error is the one that parsing it gave. None as for
    /// [`ExceptionReport::from_error`].
    #[must_use]
    pub fn from_parse_error(error: JsError, script: ScriptText<'_>, cx: &mut Cx) -> Option<Self> {
        let (line, column) = parse_position(&error, script.text, cx).unwrap_or_default();
        let filename = script.path.to_owned();
        let place = Place { filename, line, column };
        Self::at(place, error, cx)
    }

    /// Describes a value that is to be reported, such as the reason of a rejected promise. An error tells where it was made, any
    /// other value nothing of the kind. None as for [`ExceptionReport::from_error`].
    #[must_use]
    pub fn from_value(value: JsValue, cx: &mut Cx) -> Option<Self> {
        Self::from_error(JsError::from_opaque(value), cx)
    }

    /// The same report, said to be about the place that the innermost running script is at if it has no place of its own.
    #[must_use]
    pub fn or_at_caller(mut self, cx: &mut Cx) -> Self {
        if self.filename.is_empty() {
            (self.filename, self.line, self.column) = caller_location(cx);
        }
        self
    }

    fn at(place: Place, error: JsError, cx: &mut Cx) -> Option<Self> {
        if EventLoop::of(cx).is_terminated() {
            return None;
        }
        let value = into_value(error, cx);
        let message = message_of(&value, cx);
        // The value's own code has run.
        (!EventLoop::of(cx).is_terminated()).then_some(Self {
            message,
            filename: place.filename,
            line: place.line,
            column: place.column,
            value,
        })
    }
}

/// The place that the innermost running script is at: path, line and column, counted from 1. Empty and zero if no script runs.
#[must_use]
pub fn caller_location(cx: &mut Cx) -> (String, u32, u32) {
    if cx.stack_trace().next().is_none() {
        return (String::new(), 0, 0);
    }
    // The frames themselves only know the instruction after the call, which may be on another line. A fresh error's
    // backtrace is exact. The intrinsic constructor runs no code of the script.
    let constructor = cx.intrinsics().constructors().error().constructor();
    let Place { filename, line, column } = constructor
        .construct(&[], None, cx)
        .ok()
        .and_then(|error| thrown_at(&JsError::from_opaque(error.into())))
        .unwrap_or_default();
    (filename, line, column)
}

/// The thrown value. An engine error has none: it gets what a browser throws in its place.
fn into_value(error: JsError, cx: &mut Cx) -> JsValue {
    error.into_opaque(cx).unwrap_or_else(|error| {
        let stand_in = match error.as_engine() {
            Some(EngineError::RuntimeLimit(RuntimeLimitError::Recursion | RuntimeLimitError::StackSize)) => {
                JsNativeError::range().with_message("Maximum call stack size exceeded")
            }
            _ => JsNativeError::error().with_message(error.to_string()),
        };
        stand_in.into_opaque(cx).into()
    })
}

/// The innermost place in the error's backtrace. The engine shows backtraces only as text behind the error's own.
fn thrown_at(error: &JsError) -> Option<Place> {
    let own = if let Some(native) = error.as_native() {
        native.to_string()
    } else if let Some(value) = error.as_opaque() {
        value.display().to_string()
    } else {
        error.as_engine()?.to_string()
    };
    let text = error.to_string();
    let places = || {
        text.strip_prefix(&own)
            .into_iter()
            .flat_map(str::lines)
            .filter_map(frame_place)
    };
    // A constructor that a class leaves out is a function without a place: whoever calls it has one.
    let known = places().find(|(name, place)| place.line > 0 || *name == "<main>");
    known.or_else(|| places().next()).map(|(_, place)| place)
}

/// Reads `    at name (path:line:column)`; none for other frames, such as native code and `eval`.
fn frame_place(frame: &str) -> Option<(&str, Place)> {
    let (name, place) = frame.strip_prefix("    at ")?.strip_suffix(')')?.split_once(" (")?;
    let (place, column) = place.rsplit_once(':')?;
    let (path, line) = place.rsplit_once(':')?;
    if ["eval at ", "json at ", "unknown at "].contains(&path) {
        return None;
    }
    let place = Place {
        filename: path.to_owned(),
        // The engine writes `?` where it knows the script but not the place in it.
        line: line.parse().unwrap_or(0),
        column: column.parse().unwrap_or(0),
    };
    Some((name, place))
}

/// Where parsing failed. The engine tells it only at the end of the message (`… at line 3, col 7`), and not at all when the text
/// ends too early, or a literal is left open.
fn parse_position(error: &JsError, text: &str, cx: &mut Cx) -> Option<(u32, u32)> {
    let message = error.as_native()?.message();
    if let Some((what, position)) = message.rsplit_once(" at line ") {
        let (line, column) = position.split_once(", col ")?;
        let place = (line.parse().ok()?, column.parse().ok()?);
        // What concerns the script as a whole is said to be at its first character.
        let whole = WHOLE_SCRIPT.iter().any(|known| what.starts_with(known));
        return (place != (1, 1) || !whole).then_some(place);
    }
    if message == "unterminated string literal" {
        return Some((line_of_open_string(message, text, cx)?, 0));
    }
    if ["abrupt end", "unterminated template literal"].contains(&message) {
        let last_line = text.rsplit('\n').next()?;
        let line = text.matches('\n').count() + 1;
        let column = last_line.encode_utf16().count() + 1;
        return Some((line.try_into().ok()?, column.try_into().ok()?));
    }
    None
}

/// How that begins which the engine says of a script once it has parsed all of it.
const WHOLE_SCRIPT: &[&str] = &[
    "lexical name declared multiple times",
    "invalid super usage",
    "invalid new.target usage",
    "invalid private identifier usage",
    "invalid object literal in script statement list",
    "invalid object literal in function statement list",
    "duplicate label: ",
    "undefined break target: ",
    "undefined continue target: ",
    "illegal break statement",
    "illegal continue statement",
];

/// The line on which a string literal is left open: the last one of the shortest text that has the same fault.
fn line_of_open_string(message: &str, text: &str, cx: &mut Cx) -> Option<u32> {
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).chain([text.len()]).collect();
    // The parser goes forward only, and stops there.
    let before = ends.partition_point(|&end| {
        let parsed = text
            .get(..end)
            .map(|start| Script::parse(Source::from_bytes(start), None, cx));
        let fault = parsed.and_then(Result::err);
        fault.is_none_or(|fault| fault.as_native().is_none_or(|fault| fault.message() != message))
    });
    u32::try_from(before + 1).ok()
}

/// What to call a thrown value: an error by its name and message, anything else by what it converts to.
fn message_of(value: &JsValue, cx: &mut Cx) -> String {
    let Some(error) = value.as_object().filter(|object| is_error(object, cx)) else {
        return match value.as_symbol() {
            Some(symbol) => lossy(&symbol.descriptive_string()),
            // A conversion that throws is not told of as well.
            None => value
                .to_string(cx)
                .map_or_else(|_| "exception".to_owned(), |text| lossy(&text)),
        };
    };
    // As `Error.prototype.toString` joins them.
    let name = text_property(&error, js_string!("name"), cx).unwrap_or_else(|| "Error".to_owned());
    let message = text_property(&error, js_string!("message"), cx).unwrap_or_default();
    match (name.is_empty(), message.is_empty()) {
        (true, _) => message,
        (_, true) => name,
        (false, false) => format!("{name}: {message}"),
    }
}

/// Whether it was made as an error, or inherits from one's prototype as a `DOMException` does.
fn is_error(object: &JsObject, cx: &Cx) -> bool {
    let error_prototype = cx.intrinsics().constructors().error().prototype();
    let mut ancestor = object.clone();
    loop {
        if ancestor.is::<Error>() || JsObject::equals(&ancestor, &error_prototype) {
            return true;
        }
        let Some(prototype) = ancestor.prototype() else {
            return false;
        };
        ancestor = prototype;
    }
}

fn text_property(object: &JsObject, name: JsString, cx: &mut Cx) -> Option<String> {
    let value = object.get(name, cx).ok()?;
    if value.is_undefined() || value.is_object() {
        return None;
    }
    value.to_string(cx).ok().map(|text| lossy(&text))
}

fn lossy(text: &JsString) -> String {
    text.to_std_string_lossy()
}

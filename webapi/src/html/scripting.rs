//! Running scripts, and what becomes of their exceptions: <https://html.spec.whatwg.org/multipage/webappapis.html#scripting>.

use super::{
    environment::{Environment, global_target},
    error_event::ErrorEvent,
};
use crate::{
    ConsoleLevel, ConsoleMessage,
    binding::{Cx, Js, run_script},
    dom::event_target,
    webidl::dom_exception,
};
use boa_engine::{JsError, JsResult, JsString, JsValue, Script, Source};
use skep_engine::{EventLoop, ExceptionReport, ScriptText};
use std::path::Path;

/// Runs a classic script and reports what it throws, a syntax error too.
/// <https://html.spec.whatwg.org/multipage/webappapis.html#run-a-classic-script>
pub(crate) fn run_classic_script(text: &str, url: &str, cx: &mut Cx) {
    if let Err(report) = try_classic_script(text, url, cx) {
        report_an_exception(&report, cx);
    }
}

/// The same, but a syntax error is left to the caller.
///
/// # Errors
/// With the syntax error, before anything has run.
pub(crate) fn try_classic_script(text: &str, url: &str, cx: &mut Cx) -> Result<(), ExceptionReport> {
    let script = match parse(text, url, cx) {
        Ok(script) => script,
        Err(error) => {
            let script = ScriptText { path: url, text };
            // An isolate that is being ended has nothing to report.
            return ExceptionReport::from_parse_error(error, script, cx).map_or(Ok(()), Err);
        }
    };
    if let Err(error) = run_script(cx, |cx| script.evaluate(cx)) {
        report_exception(error, cx);
    }
    Ok(())
}

/// Runs a classic script whose exceptions the caller's script gets: with "rethrow errors" set.
/// <https://html.spec.whatwg.org/multipage/webappapis.html#run-a-classic-script>
///
/// # Errors
/// With the script's `SyntaxError`, or what it throws; with a `NetworkError` for either where its errors are muted.
pub(crate) fn run_classic_script_rethrowing(text: &str, url: &str, muted: bool, cx: &mut Cx) -> JsResult<JsValue> {
    if muted && let Some(environment) = Environment::of(cx) {
        environment.mute(url);
    }
    let result = match parse(text, url, cx) {
        Ok(script) => script.evaluate(cx),
        Err(error) => Err(placed_syntax_error(error, text, url, cx)),
    };
    match result {
        // 8.2. What a script of another origin says is not for this one's ears.
        Err(error) if muted && !EventLoop::of(cx).is_termination(&error) => {
            let text = "The script of another origin threw an exception.";
            Err(dom_exception::error("NetworkError", text, cx))
        }
        result => result,
    }
}

/// The error of a script that did not parse, as a value; where it is will be known when it is reported.
fn placed_syntax_error(error: JsError, text: &str, url: &str, cx: &mut Cx) -> JsError {
    let script = ScriptText { path: url, text };
    match (
        ExceptionReport::from_parse_error(error.clone(), script, cx),
        Environment::of(cx),
    ) {
        (Some(report), Some(environment)) => {
            environment.remember_syntax_error(&report);
            JsError::from_opaque(report.value)
        }
        _ => error,
    }
}

fn parse(text: &str, url: &str, cx: &mut Cx) -> JsResult<Script> {
    let source = Source::from_bytes(text).with_path(Path::new(url));
    Script::parse(source, None, cx)
}

/// <https://html.spec.whatwg.org/multipage/webappapis.html#report-an-exception>
pub(crate) fn report_exception(error: JsError, cx: &mut Cx) {
    if let Some(report) = ExceptionReport::from_error(error, cx) {
        report_an_exception(&report, cx);
    }
}

/// The same for an exception that has been looked into.
pub(crate) fn report_an_exception(report: &ExceptionReport, cx: &mut Cx) {
    let Some(environment) = Environment::of(cx) else {
        return;
    };
    // 1. Nobody has handled it yet.
    let mut handled = false;
    // 2–3. The report has the information; of a muted script's error nothing is told.
    let muted = ExceptionReport {
        message: "Script error.".to_owned(),
        filename: String::new(),
        line: 0,
        column: 0,
        value: JsValue::null(),
    };
    let placed = environment.with_place_of_syntax_error(report);
    let report = if environment.is_muted(&placed.filename) {
        &muted
    } else {
        &placed
    };
    // 5. The global may handle it, unless it is what threw.
    if !environment.in_error_reporting_mode.replace(true) {
        if let Some(global) = global_target(cx) {
            handled = !fire_error(report, report.value.clone(), &global, cx);
        }
        environment.in_error_reporting_mode.set(false);
    }
    // 6. Otherwise the owner, or the developer, hears of it.
    if !handled {
        (environment.settings().on_unhandled_error)(report, cx);
    }
}

/// Fires `error` at `target`; returns false if it was handled.
pub(crate) fn fire_error(
    report: &ExceptionReport,
    value: JsValue,
    target: &Js<event_target::EventTarget>,
    cx: &mut Cx,
) -> bool {
    let event = ErrorEvent::of(report, value, cx);
    let event = Js::new(event, cx);
    event_target::fire(&event, target, cx)
}

/// Tells the developer of what went wrong without an exception.
pub(super) fn warn(text: &str, cx: &Cx) {
    if let Some(environment) = Environment::of(cx) {
        environment.user_agent().print(ConsoleMessage {
            level: ConsoleLevel::Warn,
            text: text.to_owned(),
            location: environment.settings().url.to_string(),
        });
    }
}

/// Tells the developer of an error that nobody handled.
pub(crate) fn print_unhandled(report: &ExceptionReport, cx: &mut Cx) {
    if let Some(environment) = Environment::of(cx) {
        environment.user_agent().note_uncaught();
    }
    print(report, cx);
}

/// Tells the developer of an error.
pub(crate) fn print(report: &ExceptionReport, cx: &mut Cx) {
    if let Some(environment) = Environment::of(cx) {
        environment.user_agent().print(ConsoleMessage {
            level: ConsoleLevel::Error,
            text: uncaught(&report.message),
            location: match report.line {
                // The engine knows no place for some errors of a script's top level.
                0 => report.filename.clone(),
                line => format!("{}:{line}:{}", report.filename, report.column),
            },
        });
    }
}

/// An exception's message as an event has it.
pub(crate) fn uncaught(message: &str) -> String {
    // A muted error's message is fixed: <https://html.spec.whatwg.org/multipage/webappapis.html#muted-errors>.
    if message == "Script error." {
        return message.to_owned();
    }
    format!("Uncaught {message}")
}

/// The message for scripts.
pub(crate) fn uncaught_message(report: &ExceptionReport) -> JsString {
    JsString::from(uncaught(&report.message).as_str())
}

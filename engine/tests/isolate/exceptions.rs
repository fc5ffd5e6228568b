//! What reports say: message and place.

use crate::support::{HANG, PATH, answer, end_of, eval, note, spawn};
use boa_engine::object::builtins::JsPromise;
use boa_engine::{NativeFunction, Script, Source, js_string};
use skep_engine::{Activity, Ending, ExceptionReport, ScriptText, caller_location};
use std::path::Path;

/// Message, filename, line and column of what `script` throws.
fn report(script: &'static str) -> (String, String, u32, u32) {
    answer(move |cx| {
        let error = eval(cx, script).expect_err("the script throws");
        parts(&ExceptionReport::from_error(error, cx).expect("there is something to report"))
    })
}

fn parts(report: &ExceptionReport) -> (String, String, u32, u32) {
    (
        report.message.clone(),
        report.filename.clone(),
        report.line,
        report.column,
    )
}

fn at(message: &str, line: u32, column: u32) -> (String, String, u32, u32) {
    (message.to_owned(), PATH.to_owned(), line, column)
}

#[test]
fn thrown_errors_have_message_and_place() {
    assert_eq!(
        report("function f() {\n  throw new TypeError('boom')\n}\nf()"),
        at("TypeError: boom", 2, 9)
    );
    assert_eq!(
        report("\n  throw new Error('multi\\n    at fake (http://x/:1:1)')"),
        at("Error: multi\n    at fake (http://x/:1:1)", 2, 9)
    );
    let (message, filename, line, column) = report("\n\n  missing.x");
    assert_eq!(message, "ReferenceError: missing is not defined");
    assert_eq!((filename.as_str(), line), (PATH, 3));
    assert!(column >= 3);
    let (message, filename, line, _) = report("var n = null;\nn.x");
    assert!(message.starts_with("TypeError: "), "{message}");
    assert_eq!((filename.as_str(), line), (PATH, 2));
    assert_eq!(report("[1].map(() => {\n throw new RangeError('r') })").2, 2);
}

#[test]
fn thrown_non_errors_have_message_and_place() {
    // The engine points at the thrown expression.
    assert_eq!(report("\n\n  throw 42"), at("42", 3, 9));
    assert_eq!(report("throw 'text'"), at("text", 1, 7));
    assert_eq!(report("throw undefined").0, "undefined");
    assert_eq!(report("throw Symbol('s')").0, "Symbol(s)");
    assert_eq!(report("throw 5n").0, "5");
    assert_eq!(report("throw -0").0, "0");
    assert_eq!(report("throw () => 1").0, "() => 1");
    assert_eq!(report("throw [1, 'two']"), at("1,two", 1, 7));
    assert_eq!(report("throw {}").0, "[object Object]");
    assert_eq!(report("throw { toString() { return 'by itself' } }").0, "by itself");
    assert_eq!(report("throw { toString() { throw 1 } }").0, "exception");
    assert_eq!(report("throw Object.create(null)").0, "exception");
    assert_eq!(report("throw new Proxy(new Error('p'), {})").0, "Error: p");
}

#[test]
fn a_constructor_that_a_class_leaves_out_is_no_place() {
    let script = "class Derived extends Error {}\n\n throw new Derived('words')";
    assert_eq!(report(script), at("Error: words", 3, 8));
    // In a script's top level the engine may know only the script.
    let (_, filename, line, _) = report("missing");
    assert_eq!((filename.as_str(), line), (PATH, 0));
}

#[test]
fn code_that_runs_for_the_message_can_be_ended_and_then_there_is_no_report() {
    let activity = Activity::new();
    let (isolate, lines) = spawn(&activity, |cx| {
        let error = eval(cx, "throw { toString() { log('converting'); for (;;) {} } }").unwrap_err();
        let report = ExceptionReport::from_error(error, cx);
        note(cx, if report.is_none() { "none" } else { "some" });
    });
    assert_eq!(lines.recv_timeout(HANG).as_deref(), Ok("converting"));
    isolate.terminate();
    assert_eq!(end_of(&isolate), Ending::Terminated);
    assert_eq!(lines.drain().collect::<Vec<_>>(), ["none"]);
}

#[test]
fn a_value_without_a_place_can_be_said_to_be_at_its_caller() {
    let places = answer(|cx| {
        let native = NativeFunction::from_fn_ptr(|_, arguments, cx| {
            let value = arguments.first().cloned().unwrap_or_default();
            let report = ExceptionReport::from_value(value, cx).unwrap().or_at_caller(cx);
            Ok(js_string!(format!("{}:{}", report.filename, report.line)).into())
        });
        cx.register_global_callable(js_string!("place"), 1, native).unwrap();
        let script = "var made = new Error('before');\n[place('text'),\n place(made)].join(' ')";
        eval(cx, script).unwrap().display().to_string()
    });
    assert_eq!(places, format!("\"{PATH}:2 {PATH}:1\""));
}

#[test]
fn names_of_errors_are_those_of_the_script() {
    assert_eq!(
        report("class Mine extends Error { name = 'Mine' }; throw new Mine('m')").0,
        "Mine: m"
    );
    assert_eq!(report("throw new Error()").0, "Error");
    assert_eq!(report("const e = new Error('m'); e.name = ''; throw e").0, "m");
    assert_eq!(
        report("throw Object.assign(Object.create(Error.prototype), { name: 'DataCloneError', message: 'd' })").0,
        "DataCloneError: d"
    );
    assert_eq!(
        report("const e = new Error(''); Object.defineProperty(e, 'message', { get() { throw 1 } }); throw e").0,
        "Error"
    );
}

#[test]
fn code_without_a_path_is_told_by_the_nearest_caller_that_has_one() {
    assert_eq!(report("\n  eval('\\n\\nthrow new Error(\"e\")')").2, 2);
    assert_eq!(report("\n\n new Function('throw new Error(\"f\")')()").2, 3);
}

#[test]
fn deep_recursion_is_a_range_error_in_reports() {
    let (message, filename, line, _) = report("function f() {\n f() }\nf()");
    assert_eq!(message, "RangeError: Maximum call stack size exceeded");
    assert_eq!((filename.as_str(), line), (PATH, 2));
}

#[test]
fn deep_recursion_through_native_code_fits_the_stack() {
    for script in [
        "function f() { [0].forEach(f) }; f()",
        "const o = { get x() { return this.x } }; o.x",
        "function f() { eval('f()') }; f()",
        "function f() { new Function('f()')() }; f()",
        "function f() { 'x'.replace(/x/, f) }; f()",
        "function f() { [2, 1].sort(f) }; f()",
        "function f() { JSON.parse('[1]', f) }; f()",
        "const o = { toJSON() { return JSON.stringify(o) } }; JSON.stringify(o)",
        "const p = new Proxy(() => {}, { apply() { p() } }); p()",
        "const p = new Proxy({}, { get() { return p.x } }); p.x",
        "class C { constructor() { Reflect.construct(C, []) } }; new C",
        "function f() { Reflect.apply(f, null, [...[1]]) }; f()",
        "function* g() { yield* g() }; g().next()",
        "function* g() { [...g()] }; g().next()",
        "function f() { Array.from([1], f) }; f()",
        "function f() { new Promise(f) }; f()",
        "const o = { [Symbol.toPrimitive]() { return +o } }; +o",
        "class C { static [Symbol.hasInstance]() { return 1 instanceof C } }; 1 instanceof C",
        "let b = () => b2(); let b2 = (() => b()).bind(null); b()",
    ] {
        assert_eq!(
            report(script).0,
            "RangeError: Maximum call stack size exceeded",
            "{script}"
        );
    }
}

#[test]
fn long_argument_lists_fit() {
    let length = answer(|cx| {
        eval(
            cx,
            "(function () { return arguments.length }).apply(null, new Array(60000))",
        )
        .and_then(|value| value.to_u32(cx))
        .map_err(|error| error.to_string())
    });
    assert_eq!(length, Ok(60_000));
}

#[test]
fn scripts_that_do_not_parse_are_told_by_path_and_place() {
    let parse = |text: &'static str| {
        answer(move |cx| {
            let source = Source::from_bytes(text).with_path(Path::new(PATH));
            let error = Script::parse(source, None, cx).expect_err("the text is no script");
            let script = ScriptText { path: PATH, text };
            parts(&ExceptionReport::from_parse_error(error, script, cx).unwrap())
        })
    };
    let (message, filename, line, column) = parse("var x = ;\n");
    assert!(message.starts_with("SyntaxError: "), "{message}");
    assert_eq!((filename.as_str(), line, column), (PATH, 1, 9));
    assert_eq!(parse("\n\n let s = `open").2, 3);
    // Of an open string literal it can be found out on which line it stands.
    assert_eq!(parse("\n\n let s = 'open").2, 3);
    let (_, _, line, column) = parse("let a = 'one \\\ntwo'\nlet b = \"open\n;\n'more'\n");
    assert_eq!((line, column), (3, 0));
    let (_, _, line, column) = parse("\nfunction f() {");
    assert_eq!((line, column), (2, 15));
    // What is wrong with a script as a whole is nowhere.
    for text in [
        "let a;\nlet a",
        "\nbreak",
        "\n{ continue }",
        "\nx: x: 1",
        "\nnew.target",
    ] {
        let (message, filename, line, column) = parse(text);
        assert!(message.starts_with("SyntaxError: "), "{message}");
        assert_eq!((filename.as_str(), line, column), (PATH, 0, 0), "{text}: {message}");
    }
    let (_, _, line, column) = parse("= 1");
    assert_eq!((line, column), (1, 1));
}

#[test]
fn reasons_of_rejected_promises_are_told_too() {
    let (value, reason) = answer(|cx| {
        let promise = eval(cx, "Promise.reject(7)").unwrap().as_object().unwrap();
        let reason = JsPromise::from_object(promise).unwrap().state();
        let reason = reason.as_rejected().unwrap().clone();
        let seven = ExceptionReport::from_value(reason, cx).unwrap();
        let error = eval(cx, "\nnew Error('why')").unwrap();
        let why = ExceptionReport::from_value(error, cx).unwrap();
        (seven.value.as_number(), parts(&why))
    });
    assert_eq!(value, Some(7.0));
    assert_eq!(reason.0, "Error: why");
}

#[test]
fn native_code_can_ask_where_its_caller_is() {
    let places = answer(|cx| {
        let native = NativeFunction::from_fn_ptr(|_, _, cx| {
            let (path, line, column) = caller_location(cx);
            Ok(js_string!(format!("{path}:{line}:{column}")).into())
        });
        cx.register_global_callable(js_string!("where"), 0, native).unwrap();
        let script = "function f() {\n  return where() }\nvar here = f();\n[here, where(), eval('where()')].join()";
        let places = eval(cx, script).unwrap().display().to_string();
        (places, caller_location(cx))
    });
    let lines = places.0.trim_matches('"').split(',').map(|place| {
        let (place, _column) = place.rsplit_once(':').unwrap();
        place.to_owned()
    });
    let expected = [2, 4, 4].map(|line| format!("{PATH}:{line}"));
    assert_eq!(lines.collect::<Vec<_>>(), expected);
    assert_eq!(places.1, (String::new(), 0, 0));
}

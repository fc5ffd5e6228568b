//! What the JavaScript engine does otherwise than the language says, each test one section of `docs/engine-gaps.md`.
//!
//! A test that fails here is good news: the engine has caught up. Strike the section, and the test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use boa_engine::context::DefaultHooks;
use boa_engine::{Script, Source};
use skep_engine::{Activity, Cx, Ending, EventLoop, ExceptionReport, IsolateHandle, IsolateOptions, ScriptText};
use std::path::Path;
use std::process::Command;
use std::rc::Rc;

const PATH: &str = "gaps.js";

/// Runs `steps` in a new isolate; its answer, if it lived to give it, and how it ended.
fn inside<T: Send + 'static>(steps: impl FnOnce(&mut Cx) -> T + Send + 'static) -> (Option<T>, Ending) {
    let isolate = IsolateHandle::spawn(
        IsolateOptions::new("gaps", &Activity::new()),
        || Rc::new(DefaultHooks),
        |_| {},
    )
    .unwrap();
    let answer = isolate.run(move |scope| {
        let answer = steps(scope);
        EventLoop::of(scope).handle().stop();
        answer
    });
    (answer.ok(), isolate.wait())
}

fn evaluate(cx: &mut Cx, script: &str) -> String {
    match cx.eval(Source::from_bytes(script).with_path(Path::new(PATH))) {
        Ok(value) => value.to_string(cx).unwrap().to_std_string_lossy(),
        Err(error) => {
            let report = ExceptionReport::from_error(error, cx).unwrap();
            format!("uncaught {} at {}:{}", report.message, report.line, report.column)
        }
    }
}

/// What a script evaluates to, as text, or the report of what it throws.
fn value(script: &'static str) -> String {
    inside(move |cx| evaluate(cx, script)).0.unwrap()
}

#[test]
fn deep_recursion_cannot_be_caught() {
    let script = "try { (function f() { f() })() } catch { 'caught' } finally { globalThis.finally = true }";
    assert!(value(script).starts_with("uncaught RangeError: Maximum call stack size exceeded"));
    let (after, ending) = inside(move |cx| {
        evaluate(cx, script);
        evaluate(cx, "typeof globalThis.finally")
    });
    assert_eq!((after.as_deref(), ending), (Some("undefined"), Ending::Stopped));
}

#[test]
fn very_long_argument_lists_cannot_be_caught() {
    let script = "try { (function () {}).apply(null, new Array(1100000)) } catch { 'caught' }";
    assert!(value(script).starts_with("uncaught RangeError: Maximum call stack size exceeded"));
    assert_eq!(
        value("(function () { return arguments.length }).apply(null, new Array(900000))"),
        "900000"
    );
}

/// The part of [`scripts_that_end_the_process`] that ends: run on its own, in a process that may go down.
#[test]
#[ignore = "ends the process"]
fn ends_the_process() {
    let script = std::env::var("SKEP_GAP").expect("a script to end with");
    inside(move |cx| evaluate(cx, &script));
}

#[test]
fn scripts_that_end_the_process() {
    let survives = |script: &str| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "ends_the_process", "--ignored"])
            .env("SKEP_GAP", script);
        command.output().unwrap().status.success()
    };
    let nested = "let a = []; for (let i = 0; i < DEPTH; i++) a = [a];";
    for (script, deepest_known_to_work, too_deep) in [
        ("eval('('.repeat(DEPTH) + ')'.repeat(DEPTH)); 1", 1_000, 20_000),
        ("eval('['.repeat(DEPTH) + ']'.repeat(DEPTH)); 1", 1_000, 20_000),
        (&*format!("{nested} JSON.stringify(a); 1"), 10_000, 400_000),
        (&*format!("{nested} String(a); 1"), 10_000, 400_000),
    ] {
        let script = |depth: i32| script.replace("DEPTH", &depth.to_string());
        assert!(
            survives(&script(deepest_known_to_work)),
            "{}",
            script(deepest_known_to_work)
        );
        assert!(!survives(&script(too_deep)), "{}", script(too_deep));
    }
}

#[test]
fn an_accessor_that_becomes_a_value_ends_the_isolate() {
    let (answer, ending) = inside(|cx| {
        evaluate(
            cx,
            "const proto = { get first() { return 1 }, second: 2 };
             const heir = Object.create(proto);
             const read = () => heir.second;
             read(); read();
             Object.defineProperty(proto, 'first', { value: 3 });
             read()",
        )
    });
    assert_eq!(answer, None);
    assert!(matches!(ending, Ending::Panicked(message) if message.contains("index out of bounds")));
}

#[test]
fn an_error_is_told_where_it_was_made() {
    // The line is that of `new Error`, the column that of the thrown expression.
    assert_eq!(
        value("var e = new Error('made');\n\n throw e"),
        "uncaught Error: made at 1:9"
    );
    assert_eq!(value("\n\n throw 'text'"), "uncaught text at 3:8");
}

#[test]
fn a_name_that_nobody_defined_has_no_place() {
    assert_eq!(
        value("\n\n missing"),
        "uncaught ReferenceError: missing is not defined at 0:0"
    );
    let script = "function f() {\n  Math.abs(1);\n\n  return missing;\n}\nf()";
    assert_eq!(value(script), "uncaught ReferenceError: missing is not defined at 1:14");
}

#[test]
fn some_syntax_errors_have_no_place() {
    let (places, _) = inside(|cx| {
        ["\nlet a; let a;", "\nbreak;", "\nvar s = 'open"].map(|text| {
            let source = Source::from_bytes(text).with_path(Path::new(PATH));
            let error = Script::parse(source, None, cx).unwrap_err();
            let script = ScriptText { path: PATH, text };
            let report = ExceptionReport::from_parse_error(error, script, cx).unwrap();
            (report.line, report.column)
        })
    });
    assert_eq!(places, Some([(0, 0), (0, 0), (2, 0)]));
}

#[test]
fn syntax_errors_say_their_place_in_the_message() {
    assert_eq!(
        value("try { eval('x = ;') } catch (e) { e.message }"),
        "unexpected token ';', primary expression at line 1, col 5"
    );
}

#[test]
fn what_a_stack_does_not_have() {
    assert!(
        value("new Error('words').stack").starts_with("    at "),
        "no line with name and message"
    );
    assert_eq!(
        value("typeof Error.captureStackTrace + typeof Error.stackTraceLimit"),
        "undefinedundefined"
    );
    let deep = "function f(n) { return n ? f(n - 1) : new Error('deep') } f(100).stack.trim().split('\\n').length";
    assert_eq!(value(deep), "50");
    let method = "class A { method() { return new Error('x').stack } } new A().method().split('\\n')[0]";
    assert!(value(method).starts_with("    at <main> ("), "{}", value(method));
}

#[test]
fn eval_code_has_no_place_of_its_own() {
    assert_eq!(
        value("\n eval('\\n\\n throw 1\\n//# sourceURL=named.js')"),
        "uncaught 1 at 2:6"
    );
}

#[test]
fn an_arrow_function_in_another_loses_this() {
    let nested = "(function () { return typeof (() => (() => this)())() }).call({})";
    let method = "new (class { v = 1; m() { return (() => (() => this && this.v)())() } })().m()";
    assert_eq!(value(nested), "object", "of the global object, not of the call");
    assert_eq!(
        value("(function () { return (() => (() => this === globalThis)())() }).call({})"),
        "true"
    );
    assert_eq!(value(method), "undefined");
    let healed = "new (class { v = 1; m() { (() => this); return (() => (() => this && this.v)())() } })().m()";
    assert_eq!(value(healed), "1");
}

#[test]
fn json_with_a_reviver_has_limits() {
    let script = r#"
        ['"\\ud800"', '"\ud800"', '['.repeat(128) + ']'.repeat(128), '1e400'].map(text => {
            try { return JSON.parse(text, (key, value) => value) } catch (error) { return error.name }
        }).join()"#;
    assert_eq!(value(script), "SyntaxError,SyntaxError,SyntaxError,SyntaxError");
}

#[test]
fn using_disposes_of_nothing() {
    let script = "let log = ''; { using x = { [Symbol.dispose]() { log += 'disposed' } }; log += 'body' } log";
    assert_eq!(value(script), "body");
    assert_eq!(
        value("[typeof DisposableStack, typeof SuppressedError].join()"),
        "undefined,undefined"
    );
}

#[test]
fn built_ins_that_are_missing() {
    for name in [
        "Uint8Array.fromBase64",
        "Uint8Array.prototype.toHex",
        "RegExp.$1",
        "RegExp.lastMatch",
        "globalThis.WebAssembly",
        "globalThis.ShadowRealm",
        "globalThis.Intl",
        "globalThis.Temporal",
    ] {
        let (found, _) = inside(move |cx| evaluate(cx, &format!("/(a)/.exec('a'); typeof {name}")));
        assert_eq!(found.as_deref(), Some("undefined"), "{name}");
    }
}

#[test]
fn symbols_cannot_be_held_weakly() {
    for hold in [
        "new WeakMap().set(Symbol(), 1)",
        "new WeakSet().add(Symbol())",
        "new WeakRef(Symbol())",
        "new FinalizationRegistry(() => {}).register(Symbol())",
    ] {
        let (outcome, _) = inside(move |cx| evaluate(cx, &format!("try {{ {hold}; 'held' }} catch (e) {{ e.name }}")));
        assert_eq!(outcome.as_deref(), Some("TypeError"), "{hold}");
    }
}

#[test]
fn dates_are_read_in_three_formats() {
    let read = "['2020-01-01', 'Wed, 01 Jan 2020 00:00:00 GMT', new Date(0).toString()].map(Date.parse).some(isNaN)";
    assert_eq!(value(read), "false");
    let unread = "['2020-01-01 00:00', '2020/01/01', 'Jan 1 2020', '1/2/2020'].map(Date.parse).every(isNaN)";
    assert_eq!(value(unread), "true");
}

#[test]
fn nothing_is_locale_sensitive() {
    assert_eq!(value("(1234.5).toLocaleString('en-US')"), "1234.5");
    assert_eq!(value("'a'.localeCompare('B')"), "1");
}

/// Tells, for a type that is known here, whether it may cross threads.
struct Probe<T>(std::marker::PhantomData<T>);

trait MayCross {
    fn may_cross(&self) -> bool {
        true
    }
}

impl<T: Send> MayCross for Probe<T> {}

trait MayNot {
    fn may_cross(&self) -> bool {
        false
    }
}

/// One reference further away: what the compiler takes if there is nothing nearer.
impl<T> MayNot for &Probe<T> {}

#[test]
fn strings_cannot_be_shared_between_threads() {
    use boa_engine::JsString;
    use boa_engine::object::builtins::AlignedVec;
    use std::marker::PhantomData;
    assert!(Probe::<AlignedVec<u8>>(PhantomData).may_cross());
    assert!(!(&Probe::<JsString>(PhantomData)).may_cross());
}

#[test]
fn the_stack_of_a_clone_is_its_own_property() {
    use skep_engine::structured_data::{LanguageOnly, deserialize, serialize};
    let (where_it_is, _) = inside(|cx| {
        let error = cx.eval(Source::from_bytes("new Error('made')")).unwrap();
        let platform = LanguageOnly { shared_memory: false };
        let record = serialize(&error, false, &platform, cx).unwrap();
        let has_own = |error: &boa_engine::JsValue| {
            let stack = boa_engine::js_string!("stack").into();
            error.as_object().unwrap().borrow().properties().contains_key(&stack)
        };
        let copy = deserialize(record, &platform, cx).unwrap();
        (has_own(&error), has_own(&copy))
    });
    assert_eq!(where_it_is, Some((false, true)));
}

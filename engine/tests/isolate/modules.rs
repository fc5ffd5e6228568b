//! Modules: what the host is asked, when its answers count, and what a module's text tells of it.

use crate::support::{HANG, end_of, eval_ok, logged, spawn};
use boa_engine::module::{ModuleRequest, Referrer};
use boa_engine::{JsNativeError, JsObject, JsResult, Module, Source, js_string};
use skep_engine::{Activity, Cx, Ending, EventLoop, ModuleHost, ModuleLoad, TaskSource, outline, set_module_host};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

/// Answers with modules whose specifiers are their texts, at once, later, or never.
struct Host;

fn parse(text: &str, cx: &mut Cx) -> JsResult<Module> {
    Module::parse(Source::from_bytes(text).with_path(Path::new(text)), None, cx)
}

impl ModuleHost for Host {
    fn load_imported_module(&self, referrer: &Referrer, request: &ModuleRequest, cx: &mut Cx) -> ModuleLoad {
        let specifier = request.specifier().to_std_string_lossy();
        assert!(matches!(referrer, Referrer::Script(_)), "only scripts ask here");
        match specifier.split_once(": ") {
            Some(("now", text)) => ModuleLoad::ready(parse(text, cx)),
            Some(("later", text)) => {
                let text = text.to_owned();
                let (load, settler) = ModuleLoad::pending();
                EventLoop::of(cx).set_timer(Duration::from_millis(5), move |cx| settler.settle(parse(&text, cx)));
                load
            }
            Some(("never", _)) => {
                let (load, settler) = ModuleLoad::pending();
                drop(settler);
                load
            }
            _ => ModuleLoad::ready(Err(JsNativeError::typ().with_message("no such module").into())),
        }
    }

    fn init_import_meta(&self, import_meta: &JsObject, module: &Module, cx: &mut Cx) {
        let path = module.path().and_then(Path::to_str).unwrap_or_default().len();
        let _ = import_meta.create_data_property(js_string!("length"), i32::try_from(path).unwrap(), cx);
    }
}

const REPORT: &str =
    "const report = text => import(text).then(m => log(m.default), e => log(e.name + ': ' + e.message));";

#[test]
fn the_host_answers_at_once_or_later_or_with_an_error() {
    let lines = logged(|cx| {
        set_module_host(Rc::new(Host), cx);
        eval_ok(cx, REPORT);
        eval_ok(cx, "report('later: export default 1'); report('now: export default 2')");
        eval_ok(
            cx,
            "report('nothing'); report('now: export default import.meta.length')",
        );
        eval_ok(
            cx,
            "import('now: export default 3').then(() => log('of a later task')); log('script')",
        );
    });
    assert_eq!(lines[0], "script", "no answer comes before the script has ended");
    let mut lines: Vec<_> = lines.iter().map(String::as_str).collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        ["1", "2", "33", "TypeError: no such module", "of a later task", "script"]
    );
}

#[test]
fn without_a_host_there_are_no_modules() {
    let lines = logged(|cx| {
        eval_ok(cx, REPORT);
        eval_ok(cx, "report('now: export default 1')");
    });
    assert_eq!(lines, ["TypeError: there are no modules here"]);
}

/// The first host stays.
#[test]
fn a_host_is_set_once() {
    struct Other;
    impl ModuleHost for Other {
        fn load_imported_module(&self, _: &Referrer, _: &ModuleRequest, _: &mut Cx) -> ModuleLoad {
            ModuleLoad::ready(Err(JsNativeError::range().with_message("the other one").into()))
        }

        fn init_import_meta(&self, _: &JsObject, _: &Module, _: &mut Cx) {}
    }
    let lines = logged(|cx| {
        set_module_host(Rc::new(Host), cx);
        set_module_host(Rc::new(Other), cx);
        eval_ok(cx, REPORT);
        eval_ok(cx, "report('now: export default 1')");
    });
    assert_eq!(lines, ["1"]);
}

#[test]
fn a_load_that_never_ends_is_no_activity_and_delays_no_end() {
    let activity = Activity::new();
    let (isolate, lines) = spawn(&activity, |cx| {
        set_module_host(Rc::new(Host), cx);
        eval_ok(cx, REPORT);
        eval_ok(cx, "report('never: export default 1'); log('asked')");
    });
    assert!(activity.wait_idle(Some(HANG)), "nothing will come of it");
    isolate
        .post(TaskSource::Timer, |cx| eval_ok(cx, "log('alive')"))
        .unwrap();
    assert!(activity.wait_idle(Some(HANG)));
    isolate.terminate();
    assert_eq!(end_of(&isolate), Ending::Terminated);
    assert_eq!(lines.drain().collect::<Vec<_>>(), ["asked", "alive"]);
}

#[test]
fn a_module_in_an_endless_loop_is_terminated() {
    let activity = Activity::new();
    let (isolate, lines) = spawn(&activity, |cx| {
        set_module_host(Rc::new(Host), cx);
        eval_ok(cx, REPORT);
        eval_ok(cx, "report('later: log(\"started\"); for (;;) {}')");
    });
    assert_eq!(lines.recv_timeout(HANG).as_deref(), Ok("started"));
    isolate.terminate();
    assert_eq!(end_of(&isolate), Ending::Terminated);
    assert!(lines.drain().next().is_none());
}

#[test]
fn an_outline_has_requests_names_and_places() {
    let outline = outline(
        "import a, { b as c, 'd e' as f } from './one.js';\n\
         import * as g from \"two\" with { type: 'json', 'x': 'y' };\n\
         // import './comment.js'\n\
         const text = \"import './text.js'\";\n\
         const later = () => import('./dynamic.js');\n\
         \u{a0}import/* here */'./three.js'; export * from './four.js'; export { h as i, default } from './five.js';\n\
         export { c };\n\
         import '\\x2e/six.js';",
    );
    let requests: Vec<_> = outline
        .requests
        .iter()
        .map(|request| (request.specifier.as_str(), request.names.join(","), request.place))
        .collect();
    assert_eq!(
        requests,
        [
            ("./one.js", "default,b,d e".to_owned(), (1, 39)),
            ("two", String::new(), (2, 20)),
            ("./three.js", String::new(), (0, 0)),
            ("./four.js", String::new(), (6, 46)),
            ("./five.js", "h,default".to_owned(), (6, 91)),
            ("./six.js", String::new(), (0, 0)),
        ]
    );
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(outline.requests[1].attributes, [pair("type", "json"), pair("x", "y")]);
    assert!(!outline.has_top_level_await);
}

#[test]
fn an_outline_tells_whether_the_module_waits() {
    for (text, waits) in [
        ("await 1;", true),
        ("if (true) { await 1 }", true),
        ("export default await 1;", true),
        ("async () => await 1;", false),
        ("async function f() { await 1 }", false),
        ("'await 1';", false),
        ("import './x.js'; // await", false),
        ("await 1; let let;", false),
        ("for await (const a of []) {}", true),
        ("if (true) { for (const a of []) { for await (a.b of []); } }", true),
        ("label: try { for await (const a of []) {} } finally {}", true),
        (
            "for (const a of [async () => { for await (const b of []); }]) {} // await",
            false,
        ),
        ("async function f() { for await (const a of []) {} }", false),
        ("class A { static async m() { for await (const a of []) {} } }", false),
        (
            "export default class { static { (async () => { for await (const a of []) {} })() } }",
            false,
        ),
        (
            "export const o = { async m() { for await (const a of []) {} } };",
            false,
        ),
    ] {
        assert_eq!(outline(text).has_top_level_await, waits, "{text}");
    }
}

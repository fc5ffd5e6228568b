//! A realm to try things in, for this crate's own tests.

use crate::{
    ConsoleMessage, UserAgent, UserAgentOptions,
    binding::{Cx, Exposure, Js},
    html::{agent, environment::Settings, scripting, window::Window},
};
use boa_engine::{JsArgs, JsValue, NativeFunction, js_string, property::Attribute};
use boa_gc::{Finalize, Gc, Trace};
use skep_engine::ExceptionReport;
use std::sync::Arc;
use url::Url;

/// What `script` gives, as a string, in a window's realm at `http://localhost/`; of a promise, what it is fulfilled with.
///
/// # Panics
/// If the script throws, its promise is rejected or never settled, or the realm cannot be made.
pub(crate) fn eval(script: &str) -> String {
    run(script).0
}

/// The same, with what was printed meanwhile.
///
/// # Panics
/// As [`eval`].
pub(crate) fn run(script: &str) -> (String, Vec<ConsoleMessage>) {
    let (user_agent, printed) = user_agent();
    let result = run_in(user_agent, script);
    (result, printed.drain().collect())
}

/// The same in a user agent of the caller's.
///
/// # Panics
/// As [`eval`].
pub(crate) fn run_in(user_agent: UserAgent, script: &str) -> String {
    let script = script.to_owned();
    let mut reports = reports_of(
        user_agent,
        |_| (),
        move |cx| {
            let value = crate::binding::run_script(cx, |cx| {
                scripting::run_classic_script_rethrowing(&script, "test.js", false, cx)
            });
            match value {
                Ok(value) => {
                    let name = js_string!("given");
                    cx.register_global_property(name, value, Attribute::all()).unwrap();
                    let source = "Promise.resolve(given).then(v => report(`${v}`), e => report(`rejected: ${e}`))";
                    scripting::run_classic_script(source, "testing.js", cx);
                }
                Err(error) => panic!("the script throws {error}"),
            }
        },
    );
    let result = reports.pop().expect("the promise is settled");
    assert!(!result.starts_with("rejected: "), "{result}");
    result
}

/// What `script` hands to `report()` until nothing is in flight any more; its `collect()` collects garbage.
///
/// # Panics
/// If the realm cannot be made.
pub(crate) fn reports(script: &str) -> Vec<String> {
    reports_in(|_| (), script)
}

/// The same in a realm whose settings were changed.
///
/// # Panics
/// If the realm cannot be made.
pub(crate) fn reports_in(change: impl FnOnce(&mut Settings), script: &str) -> Vec<String> {
    let script = script.to_owned();
    reports_of(user_agent().0, change, move |cx| {
        scripting::run_classic_script(&script, "test.js", cx)
    })
}

/// A user agent that may load nothing, and what it prints.
pub(crate) fn user_agent() -> (UserAgent, flume::Receiver<ConsoleMessage>) {
    let (printer, printed) = flume::unbounded();
    let options = UserAgentOptions {
        console: Arc::new(move |message| printer.send(message).unwrap()),
        test_utils: true,
        ..Default::default()
    };
    (UserAgent::new(options), printed)
}

/// The same in a user agent of the caller's, for `main`.
///
/// # Panics
/// If the realm cannot be made.
pub(crate) fn reports_of(
    user_agent: UserAgent,
    change: impl FnOnce(&mut Settings),
    main: impl FnOnce(&mut Cx) + Send + 'static,
) -> Vec<String> {
    let url = Url::parse("http://localhost/folder/page.html").unwrap();
    let mut settings = Settings {
        user_agent: user_agent.clone(),
        kind: Exposure::WINDOW,
        origin: url.origin(),
        url,
        secure_context: true,
        cross_origin_isolated: true,
        animation_frames: true,
        on_unhandled_error: |report: &ExceptionReport, cx: &mut Cx| scripting::print_unhandled(report, cx),
    };
    change(&mut settings);
    let (sender, reports) = flume::unbounded();
    let main = move |_: &Js<Window>, cx: &mut Cx| {
        let report = NativeFunction::from_copy_closure_with_captures(
            |_, args, Sender(sender), cx| {
                let text = args.get_or_undefined(0).to_string(cx)?.to_std_string_lossy();
                sender.send(text).unwrap();
                Ok(JsValue::undefined())
            },
            Sender(sender),
        );
        cx.register_global_callable(js_string!("report"), 1, report).unwrap();
        let collect = NativeFunction::from_fn_ptr(|_, _, _| {
            boa_gc::force_collect();
            Ok(JsValue::undefined())
        });
        cx.register_global_callable(js_string!("collect"), 0, collect).unwrap();
        main(cx);
    };
    let isolate = agent::start("test".to_owned(), false, settings, || Gc::new(Window::new()), main).unwrap();
    let idle = user_agent.activity().wait_idle(None);
    assert!(idle, "without a timeout, all comes to its end");
    isolate.terminate();
    isolate.wait();
    reports.drain().collect()
}

#[derive(Trace, Finalize)]
struct Sender(#[unsafe_ignore_trace] flume::Sender<String>);

#[test]
fn interfaces_have_the_shape_that_idl_gives() {
    assert_eq!(
        eval(
            "class X extends EventTarget { constructor() { super(); } }
             const d = Object.getOwnPropertyDescriptor(EventTarget.prototype, 'addEventListener');
             const log = [];
             const t = new X();
             t.addEventListener('e', e => log.push(e.type, e.isTrusted, e.target === t, e.eventPhase));
             t.dispatchEvent(new Event('e'));
             try { EventTarget.prototype.dispatchEvent.call({}, 1) } catch (e) { log.push(e.message) }
             try { t.dispatchEvent(1) } catch (e) { log.push(e.message) }
             try { t.dispatchEvent() } catch (e) { log.push(e.message) }
             try { new Window() } catch (e) { log.push(e.message) }
             try { Event('x') } catch (e) { log.push(e.name) }
             addEventListener('error', e => log.push(e.message, e.error));
             reportError(7);
             [d.enumerable, d.value.length, d.value.name, t instanceof X, String(t), window === self, self instanceof EventTarget,
              Object.getOwnPropertyDescriptor(new Event('x'), 'isTrusted').configurable, new DOMException('m', 'DataCloneError').code,
              DOMException.DATA_CLONE_ERR, new DOMException instanceof Error, btoa('hello'), atob('aGVsbG8='), ...log].join('|')"
        ),
        "true|2|addEventListener|true|[object EventTarget]|true|true|false|25|25|true|aGVsbG8=|hello|e|false|true|2|\
         Failed to execute 'dispatchEvent' on 'EventTarget': Illegal invocation|\
         Failed to execute 'dispatchEvent' on 'EventTarget': parameter 1 is not of type 'Event'.|\
         Failed to execute 'dispatchEvent' on 'EventTarget': 1 argument required, but only 0 present.|\
         Illegal constructor|TypeError|Uncaught 7|7"
    );
}

/// A worker whose script is `source`.
fn worker(source: &str) -> String {
    format!("new Worker(\"data:text/javascript,\" + encodeURIComponent({source:?}))")
}

#[test]
fn a_worker_answers() {
    let worker = worker("onmessage = e => { postMessage(e.data.n * 7); }");
    let script = format!("const w = {worker}; w.onmessage = e => report(e.data); w.postMessage({{n: 6}})");
    assert_eq!(reports(&script), ["42"]);
}

#[test]
fn errors_of_a_worker_reach_its_owner() {
    let worker = worker("throw new RangeError('far')");
    let script = format!(
        "const w = {worker}; w.onerror = e => {{ report(e.message); report(e.error); e.preventDefault() }};
         onerror = () => report('not this')"
    );
    assert_eq!(reports(&script), ["Uncaught RangeError: far", "null"]);
}

#[test]
fn an_endless_worker_can_be_terminated() {
    let worker = worker("postMessage(1); for (;;) {}");
    let script = format!("const w = {worker}; w.onmessage = e => {{ w.terminate(); report('ended') }}");
    assert_eq!(reports(&script), ["ended"]);
}

#[test]
fn ports_travel_with_what_is_in_flight() {
    let worker = worker("onmessage = e => { e.ports[0].onmessage = m => e.ports[0].postMessage(m.data + 1) }");
    let script = format!(
        "const w = {worker}; const c = new MessageChannel(); c.port1.onmessage = e => {{ report(e.data); if (e.data == 3) c.port1.close() }};
         c.port1.postMessage(1); c.port1.postMessage(2); w.postMessage(0, [c.port2])"
    );
    assert_eq!(reports(&script), ["2", "3"]);
}

#[test]
fn a_broadcast_reaches_all_others_of_its_origin() {
    let script = "const [a, b, c] = [1, 2, 3].map(() => new BroadcastChannel('x'));
         for (const [n, ch] of Object.entries({a, b, c})) ch.onmessage = e => report(n + e.data + e.origin);
         a.postMessage([1]); c.close()";
    assert_eq!(reports(script), ["b1http://localhost"]);
}

#[test]
fn the_end_of_a_worker_is_the_end_of_its_workers() {
    let inner = worker("postMessage(1); for (;;) {}");
    let outer = worker(&format!("{inner}.onmessage = () => postMessage(1)"));
    // An inner worker that went on would keep the user agent from ever being idle.
    let script = format!("const w = {outer}; w.onmessage = e => {{ w.terminate(); report('ended') }}");
    assert_eq!(reports(&script), ["ended"]);
}

//! A realm to try things in, for this crate's own tests.

use crate::{
    ConsoleMessage, UserAgent, UserAgentOptions,
    binding::{Cx, Exposure},
    html::{agent, environment::Settings, scripting, window::Window},
};
use boa_engine::{JsError, JsResult, JsValue, NativeFunction, object::builtins::JsPromise};
use boa_gc::{Finalize, Gc, Trace};
use skep_engine::{EventLoop, ExceptionReport};
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
    let (printer, printed) = flume::unbounded();
    let user_agent = UserAgent::new(UserAgentOptions {
        hosts: Vec::new(),
        console: Arc::new(move |message| printer.send(message).unwrap()),
    });
    let result = run_in(user_agent, script);
    (result, printed.drain().collect())
}

/// The same in a user agent of the caller's.
///
/// # Panics
/// As [`eval`].
pub(crate) fn run_in(user_agent: UserAgent, script: &str) -> String {
    let user_agent_idle = user_agent.clone();
    let url = Url::parse("http://localhost/folder/page.html").unwrap();
    let settings = Settings {
        user_agent,
        kind: Exposure::WINDOW,
        origin: url.origin(),
        url,
        secure_context: true,
        cross_origin_isolated: true,
        on_unhandled_error: |report: &ExceptionReport, cx: &mut Cx| scripting::print_unhandled(report, cx),
    };
    let (sender, result) = flume::bounded(1);
    let script = script.to_owned();
    let isolate = agent::start(
        "test".to_owned(),
        false,
        settings,
        || Gc::new(Window::new()),
        move |_, cx| {
            let value = scripting::run_script(cx, |cx| {
                scripting::run_classic_script_rethrowing(&script, "test.js", cx)
            });
            let promise = value
                .as_ref()
                .ok()
                .and_then(|value| JsPromise::from_object(value.as_object()?).ok());
            match promise {
                Some(promise) => {
                    let end = |settle: Settle| {
                        NativeFunction::from_copy_closure_with_captures(
                            |_, args, end, cx| {
                                let value = args.first().cloned().unwrap_or_default();
                                (end.settle)(value, &end.sender, cx);
                                Ok(JsValue::undefined())
                            },
                            End {
                                settle,
                                sender: sender.clone(),
                            },
                        )
                        .to_js_function(cx.realm())
                    };
                    let fulfilled = end(|value, sender, cx| settle(Ok(value), sender, cx));
                    let rejected = end(|value, sender, cx| settle(Err(JsError::from_opaque(value)), sender, cx));
                    promise.then(Some(fulfilled), Some(rejected), cx).unwrap();
                }
                None => settle(value, &sender, cx),
            }
        },
    )
    .unwrap();
    _ = user_agent_idle.activity().wait_idle(None);
    isolate.stop();
    isolate.wait();
    result.try_recv().expect("the promise is settled").unwrap()
}

type Answer = flume::Sender<Result<String, String>>;
type Settle = fn(JsValue, &Answer, &mut Cx);

/// Sends a script's result, and ends the isolate.
fn settle(result: JsResult<JsValue>, sender: &Answer, cx: &mut Cx) {
    let text = result
        .and_then(|value| value.to_string(cx))
        .map(|text| text.to_std_string_lossy())
        .map_err(|error| error.to_string());
    sender.send(text).unwrap();
    EventLoop::of(cx).handle().stop();
}

#[derive(Trace, Finalize)]
struct End {
    #[unsafe_ignore_trace]
    settle: Settle,
    #[unsafe_ignore_trace]
    sender: Answer,
}

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

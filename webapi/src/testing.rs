//! A realm to try things in, for this crate's own tests.

use crate::{
    UserAgent, UserAgentOptions,
    binding::{Cx, Exposure},
    html::{agent, environment::Settings, scripting, window::Window},
};
use boa_gc::Gc;
use skep_engine::{EventLoop, ExceptionReport};
use std::sync::Arc;
use url::Url;

/// What `script` gives, as a string, in a window's realm at `http://localhost/`.
///
/// # Panics
/// If the script throws, or the realm cannot be made.
pub(crate) fn eval(script: &str) -> String {
    let user_agent = UserAgent::new(UserAgentOptions {
        hosts: Vec::new(),
        console: Arc::new(|message| println!("{message:?}")),
    });
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
            let value = scripting::run_classic_script_rethrowing(&script, "test.js", cx);
            let text = value
                .and_then(|value| value.to_string(cx))
                .map(|text| text.to_std_string_lossy())
                .map_err(|error| error.to_string());
            sender.send(text).unwrap();
            EventLoop::of(cx).handle().stop();
        },
    )
    .unwrap();
    let result = result.recv().unwrap();
    isolate.wait();
    result.unwrap()
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

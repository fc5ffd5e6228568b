//! The ends of workers, wherever they are, and what is seen after.

use crate::{ConsoleLevel, ConsoleMessage, UserAgent, UserAgentOptions, html::scripting, testing};
use std::{
    net::TcpListener,
    sync::{Arc, Mutex},
};
use url::Url;

/// A worker whose script is `source`, as an expression.
fn worker(source: &str) -> String {
    format!("new Worker(\"data:text/javascript,\" + encodeURIComponent({source:?}))")
}

/// What came of a script in a window whose origin is a server that takes every request and never answers.
struct Outcome {
    reports: Vec<String>,
    printed: Vec<ConsoleMessage>,
    user_agent: UserAgent,
}

fn outcome(script: &str) -> Outcome {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let printed: Arc<Mutex<Vec<_>>> = Arc::default();
    let printer = printed.clone();
    let user_agent = UserAgent::new(UserAgentOptions {
        reach: crate::Reach::local(address.port()),
        console: Arc::new(move |message| printer.lock().unwrap().push(message)),
        ..Default::default()
    });
    let url = Url::parse(&format!("http://localhost:{}/page.html", address.port())).unwrap();
    let script = format!("const silent = '{url}'; {script}");
    let reports = testing::reports_of(
        user_agent.clone(),
        |settings| {
            settings.origin = url.origin();
            settings.url = url;
        },
        move |cx| scripting::run_classic_script(&script, "test.js", cx),
    );
    let printed = printed.lock().unwrap().clone();
    Outcome {
        reports,
        printed,
        user_agent,
    }
}

#[test]
fn errors_that_are_under_way_are_lost_with_their_worker() {
    let noise = worker(
        "onmessage = ({ data }) => {
             postMessage('x');
             for (let n = 0; n < 10; n++) setTimeout(() => { throw n });
             setTimeout(() => { Atomics.store(data, 0, 1) });
             setInterval(() => { postMessage('x'); throw 'again' });
         }",
    );
    // The window does nothing else until all of that has been sent.
    let script = format!(
        "const beats = new Int32Array(new SharedArrayBuffer(4)), w = {noise};
         w.onerror = w.onmessage = w.onmessageerror = onerror = onunhandledrejection = e => report(`seen: ${{e.type || e}}`);
         w.postMessage(beats);
         while (!Atomics.load(beats, 0));
         w.terminate();
         setTimeout(() => report('end'), 20)"
    );
    let outcome = outcome(&script);
    assert_eq!(outcome.reports, ["end"]);
    assert_eq!(outcome.user_agent.uncaught_errors(), 0);
    assert_eq!(outcome.printed, []);
}

#[test]
fn a_load_that_nobody_answers_ends_with_its_worker() {
    let silence = "setTimeout(() => postMessage('late')); Promise.resolve().then(() => postMessage('late'));";
    for load in [
        "try { importScripts(SILENT) } catch { postMessage('late') } finally { postMessage('late') }",
        "[1].forEach(() => importScripts(SILENT)); postMessage('late')",
        "import(SILENT).then(() => postMessage('late'), () => postMessage('late'))",
        "fetch(SILENT).then(() => postMessage('late'), () => postMessage('late'))",
        "for (let n = 0; n < 20; n++) fetch(SILENT).finally(() => postMessage('late')); importScripts(SILENT)",
        "new Worker(`data:text/javascript,importScripts('${SILENT}')`).onerror = () => postMessage('late')",
    ] {
        let noise = worker(&format!(
            "onmessage = ({{ data }}) => {{ postMessage('begins'); {silence} {} }}",
            load.replace("SILENT", "data")
        ));
        let script = format!(
            "const w = {noise};
             w.onmessage = e => {{
                 report(e.data); w.terminate();
                 w.onmessage = w.onerror = e => report(`seen: ${{e.type}}`);
                 setTimeout(() => report('end'), 20);
             }};
             w.postMessage(silent)"
        );
        assert_eq!(outcome(&script).reports, ["begins", "end"], "{load}");
    }
}

#[test]
fn a_worker_can_be_terminated_before_its_script_is_there() {
    let script = "const w = new Worker(silent);
         w.onerror = () => report('seen');
         setTimeout(() => { w.terminate(); setTimeout(() => report('end'), 20) }, 20)";
    assert_eq!(outcome(script).reports, ["end"]);
}

#[test]
fn a_worker_that_closes_ends_its_own_workers() {
    let inner = worker("postMessage(1); for (;;) {}");
    let middle = worker(&format!(
        "{inner}.onmessage = () => {{ postMessage(1); close() }}; for (let n = 0; n < 3; n++) {inner}"
    ));
    let outer = worker(&format!("{middle}.onmessage = () => {{ postMessage(1); close() }}"));
    // One that went on would keep the user agent from ever being idle.
    let script = format!("{outer}.onmessage = () => report('closed')");
    assert_eq!(outcome(&script).reports, ["closed"]);
}

#[test]
fn a_worker_that_cannot_be_stopped_is_given_up_and_named() {
    let stuck = worker(
        "const text = 'a'.repeat(64) + 'b';
         onmessage = () => {
             const child = new Worker('data:text/javascript,for (;;) {}');
             const port = new BroadcastChannel('x'); port.onmessage = () => postMessage('late');
             setInterval(() => postMessage('late'));
             fetch('http://localhost/never').finally(() => postMessage('late'));
             /(a+)+$/.exec({ toString() { postMessage('begins'); return text } });
             postMessage('late');
         }",
    );
    let script = format!(
        "const w = {stuck};
         w.onmessage = e => {{
             report(e.data); w.terminate();
             w.onmessage = w.onerror = e => report(`seen: ${{e.type}}`);
             new BroadcastChannel('x').postMessage('x');
         }};
         w.postMessage(1)"
    );
    let outcome = outcome(&script);
    assert_eq!(outcome.reports, ["begins"]);
    let [warning] = outcome.printed.as_slice() else {
        panic!("{:?}", outcome.printed);
    };
    assert_eq!(warning.level, ConsoleLevel::Warn);
    assert!(
        warning.text.contains("was terminated inside native code"),
        "{warning:?}"
    );
    assert_eq!(outcome.user_agent.activity().given_up(), 1);
    assert_eq!(outcome.user_agent.crash(), None);
}

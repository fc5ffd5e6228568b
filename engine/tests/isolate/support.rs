//! What the tests of isolates share.

use boa_engine::context::DefaultHooks;
use boa_engine::{JsResult, JsValue, NativeFunction, Source, js_string};
use flume::{Receiver, Sender};
use skep_engine::{Activity, Cx, Ending, EventLoop, IsolateHandle, IsolateOptions};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

/// Long enough for any machine: passing it means a hang, never a slow run.
pub const HANG: Duration = Duration::from_secs(60);

/// The path of every script here.
pub const PATH: &str = "http://skep.test/main.js";

struct LogSink(Sender<String>);

/// An isolate whose scripts have `log(text)`, and what they log.
pub fn spawn(activity: &Activity, start: impl FnOnce(&mut Cx) + Send + 'static) -> (IsolateHandle, Receiver<String>) {
    spawn_named("test", activity, start)
}

/// The same with a name for its thread.
pub fn spawn_named(
    name: &str,
    activity: &Activity,
    start: impl FnOnce(&mut Cx) + Send + 'static,
) -> (IsolateHandle, Receiver<String>) {
    let (sender, receiver) = flume::unbounded();
    let begin = move |cx: &mut Cx| {
        cx.insert_data(LogSink(sender));
        cx.register_global_callable(js_string!("log"), 1, NativeFunction::from_fn_ptr(log))
            .unwrap();
        start(cx);
    };
    let options = IsolateOptions::new(name, activity);
    let handle = IsolateHandle::spawn(options, || Rc::new(DefaultHooks), begin).unwrap();
    (handle, receiver)
}

fn log(_: &JsValue, arguments: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    let text = arguments
        .first()
        .cloned()
        .unwrap_or_default()
        .to_string(cx)?
        .to_std_string_lossy();
    note(cx, &text);
    Ok(JsValue::undefined())
}

/// Logs from native code.
pub fn note(cx: &Cx, text: &str) {
    let _ = cx.get_data::<LogSink>().unwrap().0.send(text.to_owned());
}

pub fn eval(cx: &mut Cx, script: &str) -> JsResult<JsValue> {
    cx.eval(Source::from_bytes(script).with_path(Path::new(PATH)))
}

/// Runs `script`; for scripts that must not fail.
pub fn eval_ok(cx: &mut Cx, script: &str) {
    if let Err(error) = eval(cx, script) {
        note(cx, &format!("unexpected: {error}"));
    }
}

/// Runs `start` in a new isolate until nothing is in flight; what was logged, and that it ended as stopped.
pub fn logged(start: impl FnOnce(&mut Cx) + Send + 'static) -> Vec<String> {
    let activity = Activity::new();
    let (isolate, lines) = spawn(&activity, start);
    assert!(activity.wait_idle(Some(HANG)), "the isolate hangs");
    isolate.stop();
    assert_eq!(end_of(&isolate), Ending::Stopped);
    lines.drain().collect()
}

/// Runs `steps` in a new isolate as its only task; its answer.
pub fn answer<T: Send + 'static>(steps: impl FnOnce(&mut Cx) -> T + Send + 'static) -> T {
    let (sender, receiver) = flume::bounded(1);
    let activity = Activity::new();
    let (isolate, _lines) = spawn(&activity, move |cx| {
        let _ = sender.send(steps(cx));
        EventLoop::of(cx).handle().stop();
    });
    let answer = receiver.recv_timeout(HANG).expect("the isolate answers");
    assert_eq!(end_of(&isolate), Ending::Stopped);
    answer
}

/// How the isolate ends; fails instead of hanging.
pub fn end_of(isolate: &IsolateHandle) -> Ending {
    let (sender, receiver) = flume::bounded(1);
    isolate.on_end(move |_| {
        let _ = sender.send(());
    });
    receiver.recv_timeout(HANG).expect("the isolate ends");
    isolate.wait()
}

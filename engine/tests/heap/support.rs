//! What the tests of the heap share.

use boa_engine::context::DefaultHooks;
use boa_engine::{JsResult, JsValue, Source};
use skep_engine::{Activity, Cx, Ending, EventLoop, HeapStatistics, IsolateHandle, IsolateOptions, TaskSource};
use std::rc::Rc;
use std::time::Duration;

/// Long enough for any machine: passing it means a hang, never a slow run.
pub const HANG: Duration = Duration::from_secs(120);

pub const MIB: usize = 1 << 20;

pub fn eval(cx: &mut Cx, script: &str) -> JsResult<JsValue> {
    cx.eval(Source::from_bytes(script))
}

/// An isolate that does nothing yet.
pub fn isolate(heap_limit: Option<usize>) -> IsolateHandle {
    let options = IsolateOptions {
        heap_limit,
        ..IsolateOptions::new("test", &Activity::new())
    };
    IsolateHandle::spawn(options, || Rc::new(DefaultHooks), |_| {}).unwrap()
}

/// Runs a task in the isolate; its answer comes, or its end.
pub fn ask_later<T: Send + 'static>(
    isolate: &IsolateHandle,
    steps: impl FnOnce(&mut Cx) -> T + Send + 'static,
) -> flume::Receiver<T> {
    let (sender, receiver) = flume::bounded(1);
    // An isolate that takes no tasks drops the sender.
    let _ = isolate.post(TaskSource::DomManipulation, move |cx| {
        let _ = sender.send(steps(cx));
    });
    receiver
}

/// Runs a task in the isolate; none if that ended before it.
pub fn ask<T: Send + 'static>(isolate: &IsolateHandle, steps: impl FnOnce(&mut Cx) -> T + Send + 'static) -> Option<T> {
    match ask_later(isolate, steps).recv_timeout(HANG) {
        Err(flume::RecvTimeoutError::Timeout) => panic!("the isolate hangs"),
        answer => answer.ok(),
    }
}

/// Runs a script as a task of the isolate: its value as text, or its error.
pub fn run(isolate: &IsolateHandle, script: &str) -> Option<String> {
    let script = script.to_owned();
    ask(isolate, move |cx| {
        match eval(cx, &script).and_then(|value| value.to_string(cx)) {
            Ok(text) => Ok(text.to_std_string_lossy()),
            Err(error) if EventLoop::of(cx).is_termination(&error) => Err(()),
            Err(error) => Ok(error.to_string()),
        }
    })
    .and_then(Result::ok)
}

/// Runs a script, and says what the heap has gone through since the isolate began.
pub fn after(isolate: &IsolateHandle, script: &str) -> HeapStatistics {
    let script = script.to_owned();
    ask(isolate, move |cx| {
        eval(cx, &script).unwrap();
        EventLoop::of(cx).heap_statistics()
    })
    .expect("the isolate lives")
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

/// Ends the isolate in peace.
pub fn stop(isolate: &IsolateHandle) -> HeapStatistics {
    isolate.stop();
    assert_eq!(end_of(isolate), Ending::Stopped);
    isolate.heap_statistics()
}

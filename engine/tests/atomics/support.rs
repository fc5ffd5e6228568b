//! Isolates that share memory.

use boa_engine::context::DefaultHooks;
use boa_engine::property::Attribute;
use boa_engine::{Context, JsResult, JsValue, NativeFunction, Source, js_string};
use flume::{Receiver, Sender};
use skep_engine::structured_data::{LanguageOnly, Record, deserialize, serialize};
use skep_engine::{Activity, Cx, Ending, EventLoop, IsolateHandle, IsolateOptions, TaskSource};
use std::rc::Rc;
use std::time::Duration;

/// Long enough for any machine: passing it means a hang, never a slow run.
pub const HANG: Duration = Duration::from_secs(60);

/// No objects of a host's own; the agents share memory.
const PLATFORM: LanguageOnly = LanguageOnly { shared_memory: true };

/// What `script` evaluates to, on its way to other heaps.
pub fn record(script: &str, cx: &mut Cx) -> Record {
    let value = cx.eval(Source::from_bytes(script)).unwrap();
    serialize(&value, false, &PLATFORM, cx).unwrap()
}

/// New memory of 64 bytes.
pub fn memory() -> Record {
    record("new SharedArrayBuffer(64)", &mut Context::default())
}

/// An isolate and what it logs.
pub struct Agent {
    pub isolate: IsolateHandle,
    pub lines: Receiver<String>,
}

struct LogSink(Sender<String>);

fn log(_: &JsValue, arguments: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    let text = arguments.first().cloned().unwrap_or_default().to_string(cx)?;
    let _ = cx.get_data::<LogSink>().unwrap().0.send(text.to_std_string_lossy());
    Ok(JsValue::undefined())
}

impl Agent {
    /// An isolate whose scripts have `log(text)`, `fails(function)`, which tells the error's name, and `buffer`, the memory, with
    /// `view`, an array over it.
    pub fn new(activity: &Activity, can_block: bool, memory: &Record) -> Self {
        let (sender, lines) = flume::unbounded();
        let options = IsolateOptions {
            can_block,
            ..IsolateOptions::new("test", activity)
        };
        let memory = memory.clone();
        let start = move |cx: &mut Cx| {
            cx.insert_data(LogSink(sender));
            EventLoop::of(cx).on_uncaught(|error, cx| {
                let _ = cx.get_data::<LogSink>().unwrap().0.send(format!("uncaught: {error}"));
            });
            cx.register_global_callable(js_string!("log"), 1, NativeFunction::from_fn_ptr(log))
                .unwrap();
            let buffer = deserialize(&memory, &PLATFORM, cx).unwrap();
            cx.register_global_property(js_string!("buffer"), buffer, Attribute::all())
                .unwrap();
            let prelude = "var view = new Int32Array(buffer);
                var fails = (steps) => { try { return `no error: ${steps()}` } catch (error) { return error.name } };";
            cx.eval(Source::from_bytes(prelude)).unwrap();
        };
        let isolate = IsolateHandle::spawn(options, || Rc::new(DefaultHooks), start).unwrap();
        Self { isolate, lines }
    }

    /// Runs a script in a task.
    pub fn run(&self, script: &str) {
        let script = script.to_owned();
        let task = move |cx: &mut Cx| {
            if let Err(error) = cx.eval(Source::from_bytes(&script))
                && !EventLoop::of(cx).is_termination(&error)
            {
                let _ = cx.get_data::<LogSink>().unwrap().0.send(format!("unexpected: {error}"));
            }
        };
        self.isolate.post(TaskSource::JavaScriptEngine, task).unwrap();
    }

    pub fn line(&self) -> String {
        self.lines.recv_timeout(HANG).expect("the isolate logs something")
    }

    /// Ends the isolate, which must have nothing to do; what it has logged.
    pub fn stop(self) -> Vec<String> {
        self.isolate.stop();
        assert_eq!(self.isolate.wait(), Ending::Stopped);
        self.lines.drain().collect()
    }
}

/// What `script` logs in an isolate that may block, until nothing is in flight.
pub fn logged(script: &str) -> Vec<String> {
    let activity = Activity::new();
    let agent = Agent::new(&activity, true, &memory());
    agent.run(script);
    assert!(activity.wait_idle(Some(HANG)), "the isolate hangs");
    agent.stop()
}

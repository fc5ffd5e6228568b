//! A host of its own on `skep-engine` alone: two isolates that send each other structured data, a question with an answer,
//! errors with their places, and a script that would never end.
//!
//! ```console
//! $ cargo run --release -p skep-engine --example host
//! ```

use boa_engine::context::DefaultHooks;
use boa_engine::{JsArgs, JsNativeError, JsResult, JsValue, NativeFunction, Source, js_string};
use flume::Sender;
use skep_engine::structured_data::{self, LanguageOnly, Record};
use skep_engine::{
    Activity, Cx, Ending, EventLoop, ExceptionReport, IsolateHandle, IsolateOptions, RunError, SpawnError, TaskSource,
};
use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;

/// What may be in a message: no objects of ours, and no shared memory.
const PLATFORM: LanguageOnly = LanguageOnly { shared_memory: false };

/// Where `print` goes. Any data of the host can stand in a context like this; it stays in its isolate.
struct Output(Sender<String>);

/// Whom `send` reaches.
struct Peer(IsolateHandle);

/// An isolate whose scripts have `print(text)` and `send(value)`.
fn start(name: &str, activity: &Activity, output: &Sender<String>) -> Result<IsolateHandle, SpawnError> {
    let options = IsolateOptions::new(name, activity);
    let output = Output(output.clone());
    // This closure runs on the isolate's own thread, as its first task.
    IsolateHandle::spawn(
        options,
        || Rc::new(DefaultHooks),
        move |cx| {
            cx.insert_data(output);
            EventLoop::of(cx).on_uncaught(|error, cx| say_error(ExceptionReport::from_error(error, cx), cx));
            for (name, function) in [("print", print as _), ("send", send as _)] {
                let function = NativeFunction::from_fn_ptr(function);
                if let Err(error) = cx.register_global_callable(js_string!(name), 1, function) {
                    say(cx, error.to_string());
                }
            }
        },
    )
}

fn say(cx: &Cx, line: String) {
    if let Some(output) = cx.get_data::<Output>() {
        // If nobody listens any more, the program ends.
        let _ = output.0.send(format!("{}: {line}", EventLoop::of(cx).handle().name()));
    }
}

fn say_error(report: Option<ExceptionReport>, cx: &mut Cx) {
    // An isolate that is terminated has nothing to report.
    if let Some(report) = report {
        let ExceptionReport {
            message,
            filename,
            line,
            column,
            ..
        } = report;
        say(cx, format!("uncaught {message} ({filename}:{line}:{column})"));
    }
}

fn print(_: &JsValue, arguments: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    let text = arguments.get_or_undefined(0).to_string(cx)?.to_std_string_lossy();
    say(cx, text);
    Ok(JsValue::undefined())
}

/// Serialises the value here, and lets the other isolate make it anew for its function `receive`.
fn send(_: &JsValue, arguments: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    let record = structured_data::serialize(arguments.get_or_undefined(0), false, &PLATFORM, cx)?;
    let sent = cx
        .get_data::<Peer>()
        .map(|peer| peer.0.post(TaskSource::PostedMessage, move |cx| receive(&record, cx)));
    match sent {
        Some(Ok(())) => Ok(JsValue::undefined()),
        _ => Err(JsNativeError::error().with_message("nobody is there").into()),
    }
}

fn receive(record: &Record, cx: &mut Cx) {
    let result = structured_data::deserialize(record, &PLATFORM, cx).and_then(|value| {
        let receiver = cx.global_object().get(js_string!("receive"), cx)?;
        let receiver = receiver
            .as_callable()
            .ok_or_else(|| JsNativeError::typ().with_message("there is no function `receive`"))?;
        receiver.call(&JsValue::undefined(), &[value], cx)
    });
    if let Err(error) = result {
        say_error(ExceptionReport::from_error(error, cx), cx);
    }
}

/// Runs a script in the isolate while this thread waits: what it evaluates to, in words.
fn execute(isolate: &IsolateHandle, path: &'static str, script: &'static str) -> Result<String, RunError> {
    isolate.run(move |scope| {
        let source = Source::from_bytes(script).with_path(Path::new(path));
        match scope.eval(source) {
            Ok(value) => value.display().to_string(),
            Err(error) => {
                say_error(ExceptionReport::from_error(error, scope), scope);
                "an error".to_owned()
            }
        }
    })
}

/// The program, writing to `out`.
pub fn run(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let activity = Activity::new();
    let (output, lines) = flume::unbounded();
    let (ada, bob) = (start("ada", &activity, &output)?, start("bob", &activity, &output)?);
    let (to_bob, to_ada) = (Peer(bob.clone()), Peer(ada.clone()));
    ada.run(move |scope| scope.insert_data(to_bob).is_none())?;
    bob.run(move |scope| scope.insert_data(to_ada).is_none())?;

    // Structured data, there and back. The value that arrives is another one, in another heap.
    execute(
        &bob,
        "bob.js",
        "function receive(data) { data.seen.add('bob'); send(data) }",
    )?;
    execute(
        &ada,
        "ada.js",
        "var sent = { seen: new Set(['ada']), when: new Date(0) };
         function receive(data) {
           print(`back: ${[...data.seen].join(' and ')}, ${data.when.getUTCFullYear()}; here: ${sent.seen.size}`);
         }
         send(sent)",
    )?;
    // Nothing happens any more in either.
    let idle = activity.wait_idle(None);
    writeln!(out, "idle: {idle}")?;

    // A question with an answer.
    writeln!(out, "6 * 7 is {}", execute(&ada, "question.js", "6 * 7")?)?;

    // What nobody catches.
    execute(
        &ada,
        "wrong.js",
        "function half(n) {\n  throw new RangeError(`no half of ${n}`);\n}\nhalf(1)",
    )?;
    execute(&ada, "clone.js", "send(() => {})")?;

    // A script that never ends, in a callback of a built-in function at that.
    bob.post(TaskSource::DomManipulation, |cx| {
        say(cx, "busy".to_owned());
        // Its error is how the termination shows.
        let _ = cx.eval(Source::from_bytes("[1].forEach(() => { for (;;) {} })"));
    })?;
    let mut busy = String::new();
    while !busy.ends_with("busy") {
        busy = lines.recv()?;
        writeln!(out, "{busy}")?;
    }
    bob.terminate();
    writeln!(out, "bob: {:?}", bob.wait())?;
    match execute(&bob, "late.js", "1") {
        Ok(value) => writeln!(out, "bob still says {value}")?,
        Err(error) => writeln!(out, "bob: {error}")?,
    }

    ada.stop();
    let ending = ada.wait();
    for line in lines.drain() {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "ada ended well: {}", ending == Ending::Stopped)?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout().lock())
}

//! How long it takes to end isolates that are busy, from the call until their threads are joined and their heaps are freed.

#![expect(clippy::expect_used, reason = "a benchmark that cannot run has nothing to tell")]

use boa_engine::Source;
use boa_engine::context::DefaultHooks;
use divan::Bencher;
use skep_engine::{Activity, Cx, Ending, IsolateHandle, IsolateOptions};
use std::rc::Rc;

/// What an isolate may be in the midst of.
fn script(what: &str) -> &'static str {
    match what {
        // Busy, and never done.
        "loop" => "for (let n = 0; ; n++) [n].forEach((x) => ({ x }))",
        // Unwilling.
        "stubborn" => "for (;;) { try { for (;;) [2, 1].sort(() => { for (;;); }) } catch {} finally { continue } }",
        _ => "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
    }
}

fn main() {
    divan::main();
}

/// An isolate in the midst of that.
fn busy(what: &str) -> IsolateHandle {
    let script = script(what);
    let (ready, is_ready) = flume::bounded(1);
    let options = IsolateOptions::new("busy", &Activity::new());
    let main = move |cx: &mut Cx| {
        let _ = ready.send(());
        // It ends with an error: its termination.
        let _ = cx.eval(Source::from_bytes(script));
    };
    let isolate = IsolateHandle::spawn(options, || Rc::new(DefaultHooks), main).expect("starts");
    is_ready.recv().expect("begins");
    isolate
}

fn end(isolates: &[IsolateHandle]) {
    for isolate in isolates {
        isolate.terminate();
    }
    for isolate in isolates {
        assert_eq!(isolate.wait(), Ending::Terminated);
    }
}

#[divan::bench(args = ["loop", "stubborn", "asleep"], sample_count = 200, sample_size = 1)]
fn one(bencher: Bencher<'_, '_>, what: &str) {
    bencher
        .with_inputs(|| [busy(what)])
        .bench_local_refs(|isolate| end(isolate));
}

#[divan::bench(args = ["loop", "stubborn", "asleep"], sample_count = 20, sample_size = 1)]
fn sixty_four_at_once(bencher: Bencher<'_, '_>, what: &str) {
    bencher
        .with_inputs(|| (0..64).map(|_| busy(what)).collect::<Vec<_>>())
        .bench_local_refs(|isolates| end(isolates));
}

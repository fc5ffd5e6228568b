//! How late the timers of a quiet isolate are: alone, and beside one that makes garbage without end.
//!
//! No benchmark of a function: it shows a distribution, and needs a second processor to show more than that threads take turns.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot run has nothing to tell, and one that ran tells it here"
)]

use boa_engine::Source;
use boa_engine::context::DefaultHooks;
use skep_engine::{
    Activity, CountingAllocator, Cx, EventLoop, HeapStatistics, IsolateHandle, IsolateOptions, TaskSource,
};
use std::alloc::System;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Without it, nobody knows how long a collection takes.
#[global_allocator]
static ALLOCATOR: CountingAllocator<System> = CountingAllocator::new(System);

/// How many timers a run waits for.
const TURNS: usize = 3000;
/// When each is due.
const DELAY: Duration = Duration::from_millis(1);

/// What the quiet isolate does in each turn.
const TURN: &str = "Array.from({ length: 100 }, (_, n) => ({ n })).length";
/// A live heap that takes long to trace, and the means to litter it.
const HOARD: &str = "var kept = Array.from({ length: 300000 }, (_, n) => ({ n }))";
const LITTER: &str = "for (let n = 0; n < 1000; n++) Array.from({ length: 100 }, () => ({}))";

fn isolate(name: &str, main: impl FnOnce(&mut Cx) + Send + 'static) -> IsolateHandle {
    let options = IsolateOptions::new(name, &Activity::new());
    IsolateHandle::spawn(options, || Rc::new(DefaultHooks), main).expect("starts")
}

fn eval(script: &str, cx: &mut Cx) {
    // Unless it is terminated, it cannot fail.
    let _ = cx.eval(Source::from_bytes(script));
}

/// Makes garbage, task after task.
fn litter(cx: &mut Cx) {
    eval(LITTER, cx);
    EventLoop::of(cx).queue_task(TaskSource::DomManipulation, litter);
}

/// How late each timer was, sorted.
fn delays() -> Vec<Duration> {
    fn turn(mut delays: Vec<Duration>, done: flume::Sender<Vec<Duration>>, cx: &mut Cx) {
        if delays.len() == TURNS {
            let _ = done.send(delays);
            return;
        }
        let due = Instant::now() + DELAY;
        EventLoop::of(cx).set_timer(DELAY, move |cx| {
            delays.push(due.elapsed());
            eval(TURN, cx);
            turn(delays, done, cx);
        });
    }
    let (done, is_done) = flume::bounded(1);
    let quiet = isolate("quiet", move |cx| turn(Vec::with_capacity(TURNS), done, cx));
    let mut delays = is_done.recv().expect("ends");
    quiet.stop();
    quiet.wait();
    delays.sort();
    delays
}

fn print(what: &str, delays: &[Duration]) {
    let at = |share: f64| delays[((delays.len() - 1) as f64 * share) as usize].as_micros();
    let (median, most, worst) = (at(0.5), at(0.99), at(1.0));
    println!("{what:<26} {median:>8} {most:>8} {worst:>8}");
}

fn main() {
    println!("{TURNS} timers of {DELAY:?}; how late, in microseconds\n");
    println!("{:<26} {:>8} {:>8} {:>8}", "", "median", "99 %", "longest");
    print("alone", &delays());

    let spinning = isolate("spinning", |cx| eval("for (;;) {}", cx));
    print("beside a busy loop", &delays());
    spinning.terminate();
    spinning.wait();

    let (ready, is_ready) = flume::bounded(1);
    let busy = isolate("busy", move |cx| {
        eval(HOARD, cx);
        let _ = ready.send(());
        litter(cx);
    });
    is_ready.recv().expect("begins");
    let before = busy.heap_statistics();
    print("beside a busy collector", &delays());
    let HeapStatistics {
        collections, pauses, ..
    } = busy.heap_statistics();
    busy.terminate();
    busy.wait();
    let (count, longest) = (collections - before.collections, pauses.longest.as_micros());
    println!("\nthat one collected {count} times meanwhile, its longest pause was {longest}");
}

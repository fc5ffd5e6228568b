//! Isolates in numbers leave nothing behind. Alone in its process, which it measures.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use boa_engine::Source;
use boa_engine::context::DefaultHooks;
use skep_engine::{Activity, Cx, Ending, EventLoop, IsolateHandle, IsolateOptions};
use std::fs;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Long enough for any machine: passing it means that something is left.
const HANG: Duration = Duration::from_secs(60);

/// What an isolate has going on when it ends.
const SCRIPT: &str = "
    var kept = new Map([[1, new Array(1000).fill('text')]]);
    var view = new Int32Array(new SharedArrayBuffer(4096));
    Atomics.waitAsync(view, 0, 0);
    Atomics.waitAsync(view, 0, 0, 3600000).value.then(() => kept);
    new Promise(() => {}).then(() => kept);
    /y/y.exec('x'.repeat(2000));
";

/// What the process has open.
#[derive(Debug, PartialEq, Eq)]
struct Open {
    threads: usize,
    descriptors: usize,
}

impl Open {
    fn now() -> Self {
        let entries = |path: &str| fs::read_dir(path).unwrap().count();
        Self {
            threads: entries("/proc/self/task"),
            descriptors: entries("/proc/self/fd"),
        }
    }

    /// Waits for the system to take away threads that have been joined.
    fn becomes(&self) {
        let start = Instant::now();
        while Self::now() != *self {
            assert!(start.elapsed() < HANG, "{:?} is left of {self:?}", Self::now());
            std::thread::yield_now();
        }
    }
}

/// The memory of the process that is in use, in kilobytes.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let size = line.and_then(|line| line.split_ascii_whitespace().next());
    size.and_then(|size| size.parse().ok()).unwrap()
}

/// Counts what the isolate's queues hold.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn start(activity: &Activity, held: &Arc<AtomicUsize>, is_endless: bool) -> (IsolateHandle, flume::Receiver<()>) {
    let (begun, begins) = flume::bounded(1);
    let options = IsolateOptions::new("one of many", activity);
    let (task, timer) = (Counted::new(held), Counted::new(held));
    let main = move |cx: &mut Cx| {
        cx.eval(Source::from_bytes(SCRIPT)).unwrap();
        let event_loop = EventLoop::of(cx);
        event_loop.set_timer(HANG, move |_| drop(timer));
        let _ = begun.send(());
        if is_endless {
            event_loop.queue_task(skep_engine::TaskSource::Networking, move |_| drop(task));
            let _ = cx.eval(Source::from_bytes("for (;;) [0].map(() => ({}))"));
        }
    };
    let isolate = IsolateHandle::spawn(options, || Rc::new(DefaultHooks), main).unwrap();
    (isolate, begins)
}

#[test]
fn ten_thousand_isolates_leave_nothing() {
    let activity = Activity::new();
    let held = Arc::new(AtomicUsize::new(0));
    let mut before = None;
    let mut after_the_first = 0;
    for n in 0..10_000 {
        if n == 100 {
            before = Some(Open::now());
        }
        if n == 1_000 {
            after_the_first = resident();
        }
        let is_endless = n % 2 == 0;
        let (isolate, begins) = start(&activity, &held, is_endless);
        begins.recv_timeout(HANG).expect("the isolate begins");
        let ending = if is_endless {
            isolate.terminate();
            Ending::Terminated
        } else {
            isolate.stop();
            Ending::Stopped
        };
        assert_eq!(isolate.wait(), ending);
    }
    before.unwrap().becomes();
    assert_eq!(held.load(Ordering::SeqCst), 0);
    assert_eq!((activity.count(), activity.given_up()), (0, 0));
    let growth = resident().saturating_sub(after_the_first);
    // 9,000 isolates: one page of each would be 36 MB.
    assert!(growth < 16_000, "{growth} KB more than after the first thousand");
}

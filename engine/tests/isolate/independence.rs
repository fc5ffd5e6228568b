//! What one isolate's collector does is nothing to any other isolate.

use crate::support::{HANG, end_of, eval, eval_ok, note, spawn};
use boa_gc::{Finalize, Gc, Trace, force_collect};
use flume::{Receiver, Sender};
use skep_engine::{Activity, Cx, Ending, EventLoop, TaskSource};

/// Stays inside the collector that finds it dead until it is told to leave.
#[derive(Trace)]
struct Lingering {
    #[unsafe_ignore_trace]
    inside: Sender<()>,
    #[unsafe_ignore_trace]
    leave: Receiver<()>,
}

impl Finalize for Lingering {
    fn finalize(&self) {
        let _ = self.inside.send(());
        let _ = self.leave.recv();
    }
}

#[test]
fn nobody_waits_for_another_isolates_collection() {
    let activity = Activity::new();
    let (inside, is_inside) = flume::bounded(1);
    let (let_go, leave) = flume::bounded::<()>(1);
    let (busy, busy_lines) = spawn(&activity, move |cx| {
        drop(Gc::new(Lingering { inside, leave }));
        force_collect();
        note(cx, "collected");
    });
    is_inside.recv_timeout(HANG).expect("the collection begins");
    // A thousand turns of another loop, each with garbage and a collection of its own, while that one is not over.
    let (quiet, lines) = spawn(&activity, |cx| {
        fn turn(left: usize, cx: &mut Cx) {
            if left == 0 {
                return note(cx, "a thousand turns");
            }
            eval_ok(cx, "var garbage = Array.from({ length: 10 }, () => ({}));");
            force_collect();
            EventLoop::of(cx).queue_task(TaskSource::DomManipulation, move |cx| turn(left - 1, cx));
        }
        turn(1000, cx);
    });
    assert_eq!(lines.recv_timeout(HANG).as_deref(), Ok("a thousand turns"));
    // Isolates can also be made and ended meanwhile.
    let (other, _lines) = spawn(&activity, |cx| {
        let _ = eval(cx, "for (;;) [0].map(() => ({}))");
    });
    other.terminate();
    assert_eq!(end_of(&other), Ending::Terminated);
    assert_eq!(busy_lines.drain().count(), 0, "that collection is not over");
    let_go.send(()).unwrap();
    assert_eq!(busy_lines.recv_timeout(HANG).as_deref(), Ok("collected"));
    for isolate in [busy, quiet] {
        isolate.stop();
        assert_eq!(end_of(&isolate), Ending::Stopped);
    }
}

#[test]
fn garbage_of_one_isolate_is_not_collected_by_another() {
    fn litter(cx: &mut Cx) {
        eval_ok(
            cx,
            "for (let n = 0; n < 1000; n++) Array.from({ length: 100 }, () => ({}));",
        );
        EventLoop::of(cx).queue_task(TaskSource::DomManipulation, litter);
    }
    let activity = Activity::new();
    let (quiet, lines) = spawn(&activity, |_| {});
    let turn = || {
        quiet.post(TaskSource::DomManipulation, |cx| note(cx, "turn")).unwrap();
        assert_eq!(lines.recv_timeout(HANG).as_deref(), Ok("turn"));
        // What a task leaves is told when the next one begins.
        quiet.post(TaskSource::DomManipulation, |cx| note(cx, "told")).unwrap();
        assert_eq!(lines.recv_timeout(HANG).as_deref(), Ok("told"));
        quiet.heap_statistics().collections
    };
    let before = turn();
    let (busy, _lines) = spawn(&activity, litter);
    while busy.heap_statistics().collections < 20 {
        assert_eq!(turn(), before);
    }
    assert_eq!(turn(), before);
    busy.terminate();
    assert_eq!(end_of(&busy), Ending::Terminated);
}

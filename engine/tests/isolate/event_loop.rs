//! The order of tasks, microtasks and timers.

use crate::support::{HANG, end_of, eval, eval_ok, logged, note, spawn};
use boa_engine::js_string;
use boa_engine::object::builtins::JsPromise;
use skep_engine::{Activity, Cx, Ending, EventLoop, Interrupted, TaskSource};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

#[test]
fn tasks_run_in_the_order_of_queueing_whoever_queued_them() {
    let lines = logged(|cx| {
        let event_loop = EventLoop::of(cx);
        let handle = event_loop.handle();
        event_loop.queue_task(TaskSource::DomManipulation, |cx| note(cx, "1 local"));
        handle
            .post(TaskSource::DomManipulation, |cx| note(cx, "2 posted"))
            .unwrap();
        event_loop.queue_task(TaskSource::DomManipulation, |cx| note(cx, "3 local"));
        let other = std::thread::spawn(move || {
            handle
                .post(TaskSource::DomManipulation, |cx| note(cx, "4 other thread"))
                .unwrap();
        });
        other.join().unwrap();
        event_loop.queue_task(TaskSource::DomManipulation, |cx| note(cx, "5 local"));
        note(cx, "0 start");
    });
    let expected = ["0 start", "1 local", "2 posted", "3 local", "4 other thread", "5 local"];
    assert_eq!(lines, expected);
}

#[test]
fn timers_of_one_delay_fire_in_the_order_of_creation() {
    let lines = logged(|cx| {
        let event_loop = EventLoop::of(cx);
        for n in 0..5 {
            event_loop.set_timer(Duration::ZERO, move |cx| note(cx, &format!("now {n}")));
        }
        event_loop.set_timer(Duration::from_millis(1), |cx| note(cx, "soon"));
    });
    assert_eq!(lines, ["now 0", "now 1", "now 2", "now 3", "now 4", "soon"]);
}

#[test]
fn a_timer_can_be_cleared_even_when_it_is_due() {
    let lines = logged(|cx| {
        let event_loop = EventLoop::of(cx);
        let never = event_loop.set_timer(Duration::MAX, |cx| note(cx, "never"));
        let second = Rc::new(Cell::new(None));
        let to_clear = Rc::clone(&second);
        event_loop.set_timer(Duration::ZERO, move |cx| {
            note(cx, "first");
            EventLoop::of(cx).clear_timer(to_clear.take().unwrap());
        });
        second.set(Some(event_loop.set_timer(Duration::ZERO, |cx| note(cx, "second"))));
        event_loop.clear_timer(never);
        event_loop.clear_timer(never);
    });
    assert_eq!(lines, ["first"]);
}

#[test]
fn microtasks_and_promise_jobs_share_one_queue() {
    let lines = logged(|cx| {
        eval_ok(
            cx,
            "Promise.resolve().then(() => { log('1'); Promise.resolve().then(() => log('4')) })",
        );
        EventLoop::of(cx).queue_microtask(|cx| {
            note(cx, "2");
            EventLoop::of(cx).queue_microtask(|cx| note(cx, "5"));
        });
        eval_ok(cx, "Promise.resolve().then(() => log('3'))");
        EventLoop::of(cx).queue_task(TaskSource::DomManipulation, |cx| note(cx, "6 next task"));
        note(cx, "0");
    });
    assert_eq!(lines, ["0", "1", "2", "3", "4", "5", "6 next task"]);
}

#[test]
fn a_checkpoint_inside_a_checkpoint_does_nothing() {
    let lines = logged(|cx| {
        let event_loop = EventLoop::of(cx);
        event_loop.queue_microtask(|cx| {
            EventLoop::of(cx).perform_microtask_checkpoint(cx);
            note(cx, "first");
        });
        event_loop.queue_microtask(|cx| note(cx, "second"));
        event_loop.perform_microtask_checkpoint(cx);
        note(cx, "checkpoint done");
    });
    assert_eq!(lines, ["first", "second", "checkpoint done"]);
}

#[test]
fn cleaning_up_after_a_callback_waits_for_the_outermost_script() {
    fn dispatch(cx: &mut Cx, callback: &str) {
        let callback = cx
            .global_object()
            .get(js_string!(callback), cx)
            .unwrap()
            .as_object()
            .unwrap();
        callback.call(&Default::default(), &[], cx).unwrap();
        EventLoop::of(cx).clean_up_after_running_script(cx);
    }
    let lines = logged(|cx| {
        let native = boa_engine::NativeFunction::from_fn_ptr(|_, _, cx| {
            dispatch(cx, "listener");
            Ok(Default::default())
        });
        cx.register_global_callable(js_string!("dispatch"), 0, native).unwrap();
        eval_ok(
            cx,
            "function listener() { log('listener'); Promise.resolve().then(() => log('microtask')) }
             function nested() { dispatch(); log('script goes on') }",
        );
        dispatch(cx, "listener");
        note(cx, "--");
        dispatch(cx, "nested");
        note(cx, "--");
    });
    let expected = [
        "listener",
        "microtask",
        "--",
        "listener",
        "script goes on",
        "microtask",
        "--",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn checkpoint_hooks_run_when_the_queue_is_empty() {
    let lines = logged(|cx| {
        let event_loop = EventLoop::of(cx);
        event_loop.on_checkpoint(|cx| note(cx, "hook"));
        event_loop.queue_microtask(|cx| note(cx, "microtask"));
        event_loop.queue_task(TaskSource::DomManipulation, |cx| note(cx, "task"));
    });
    assert_eq!(lines, ["microtask", "hook", "task", "hook"]);
}

#[test]
fn a_job_that_fails_is_told_and_stops_no_other() {
    let lines = logged(|cx| {
        EventLoop::of(cx).on_uncaught(|error, cx| {
            note(
                cx,
                if error.as_engine().is_some() {
                    "uncaught"
                } else {
                    "other"
                },
            );
        });
        eval_ok(
            cx,
            "Promise.resolve().then(function deep() { deep() });
             Promise.resolve().then(() => log('next job'));",
        );
    });
    assert_eq!(lines, ["uncaught", "next job"]);
}

#[test]
fn asynchronous_jobs_do_not_hold_the_loop() {
    let lines = logged(|cx| {
        let (sender, receiver) = flume::bounded::<()>(1);
        let promise = JsPromise::from_async_fn(
            async move |cx| {
                note(&cx.borrow(), "job waits");
                let _ = receiver.recv_async().await;
                note(&cx.borrow(), "job goes on");
                Ok(7.into())
            },
            cx,
        );
        cx.register_global_property(js_string!("job"), promise, Default::default())
            .unwrap();
        eval_ok(cx, "job.then(value => log('job gave ' + value))");
        // The first task lets the job start; the timer's task wakes it.
        EventLoop::of(cx).queue_task(TaskSource::DomManipulation, |cx| note(cx, "a task"));
        EventLoop::of(cx).set_timer(Duration::from_millis(1), move |cx| {
            note(cx, "waking");
            sender.send(()).unwrap();
        });
    });
    assert_eq!(lines, ["job waits", "a task", "waking", "job goes on", "job gave 7"]);
}

#[test]
fn a_pending_wait_async_is_woken_and_times_out() {
    let mut lines = logged(|cx| {
        eval_ok(
            cx,
            "const cells = new Int32Array(new SharedArrayBuffer(8));
             Atomics.waitAsync(cells, 0, 0).value.then(log);
             Atomics.waitAsync(cells, 1, 0, 1).value.then(log);",
        );
        EventLoop::of(cx).queue_task(TaskSource::DomManipulation, |cx| {
            eval_ok(cx, "Atomics.notify(cells, 0)");
        });
    });
    lines.sort();
    assert_eq!(lines, ["ok", "timed-out"]);
}

#[test]
fn dynamic_import_without_a_loader_rejects() {
    let lines = logged(|cx| {
        eval_ok(
            cx,
            "import('./Cargo.toml').then(() => log('loaded'), () => log('rejected'))",
        );
    });
    assert_eq!(lines, ["rejected"]);
}

#[test]
fn everything_in_flight_counts_until_it_is_over() {
    let activity = Activity::new();
    let (gate, opened) = flume::bounded::<()>(1);
    let (isolate, lines) = spawn(&activity, move |cx| {
        let event_loop = EventLoop::of(cx);
        event_loop.set_timer(Duration::from_millis(1), |cx| {
            EventLoop::of(cx).queue_task(TaskSource::Networking, |cx| {
                EventLoop::of(cx).queue_microtask(|cx| note(cx, "last"));
            });
        });
        event_loop.block_on(&opened).unwrap();
    });
    assert!(activity.count() > 0);
    assert!(!activity.wait_idle(Some(Duration::ZERO)));
    gate.send(()).unwrap();
    assert!(activity.wait_idle(Some(HANG)));
    assert_eq!(activity.count(), 0);
    assert_eq!(lines.drain().collect::<Vec<_>>(), ["last"]);
    isolate.stop();
    assert_eq!(end_of(&isolate), Ending::Stopped);
}

#[test]
fn tasks_that_are_dropped_and_timers_that_never_fire_stop_counting() {
    let activity = Activity::new();
    let (isolate, _lines) = spawn(&activity, |cx| {
        let event_loop = EventLoop::of(cx);
        event_loop.set_timer(Duration::MAX, |_| {});
        event_loop.queue_task(TaskSource::Timer, |cx| EventLoop::of(cx).handle().stop());
        event_loop.queue_task(TaskSource::Timer, |_| {});
    });
    assert_eq!(end_of(&isolate), Ending::Stopped);
    assert!(activity.wait_idle(Some(HANG)));
    assert!(isolate.post(TaskSource::Timer, |_| {}).is_err());
    assert_eq!(activity.count(), 0);
}

#[test]
fn blocking_gives_the_answer_or_says_that_there_is_none() {
    let lines = logged(|cx| {
        let event_loop = EventLoop::of(cx);
        let (sender, receiver) = flume::bounded(1);
        let other = std::thread::spawn(move || sender.send(5));
        assert_eq!(event_loop.block_on(&receiver), Ok(5));
        other.join().unwrap().unwrap();
        assert_eq!(event_loop.block_on(&receiver), Err(Interrupted::Abandoned));
        note(cx, "done");
    });
    assert_eq!(lines, ["done"]);
}

#[test]
fn a_thrown_error_leaves_the_isolate_usable() {
    let lines = logged(|cx| {
        assert!(eval(cx, "throw 1").is_err());
        eval_ok(cx, "log('still here')");
    });
    assert_eq!(lines, ["still here"]);
}

//! Isolates whose thread is inside native code that does not return when they are terminated.

use crate::support::{HANG, eval, note, spawn, spawn_named};
use boa_engine::{NativeFunction, js_string};
use flume::Receiver;
use skep_engine::{Activity, Ending, EventLoop, IsolateHandle, TaskSource};
use std::time::Duration;

/// Native code that takes longer than anybody lives. Each logs `started` where no call and no loop of the script comes before it any
/// more, so that no termination can come before it either.
const ENDLESS: &[(&str, &str)] = &[
    (
        "search",
        "const text = 'a'.repeat(64) + 'b'; /(a+)+$/.exec({ toString() { log('started'); return text } }); log('after')",
    ),
    (
        "array-like",
        "Array.prototype.indexOf.call({ length: 2 ** 53 - 1, get 0() { log('started') } }, 1); log('after')",
    ),
    (
        "in a callback",
        "const text = 'a'.repeat(64) + 'b';
         [0].forEach(() => { try { /(a+)+$/.exec({ toString() { log('started'); return text } }) } finally { log('after') } })",
    ),
];

/// The nice value of this process's threads of that name.
fn nice_values(name: &str) -> Vec<i64> {
    let mut values = Vec::new();
    for task in std::fs::read_dir("/proc/self/task").unwrap().flatten() {
        // A thread may end meanwhile.
        let Ok(stat) = std::fs::read_to_string(task.path().join("stat")) else {
            continue;
        };
        let (head, fields) = stat.rsplit_once(')').unwrap();
        if head.ends_with(&format!("({name}")) {
            values.push(fields.split_ascii_whitespace().nth(16).unwrap().parse().unwrap());
        }
    }
    values
}

fn terminated_inside(activity: &Activity, name: &str, script: &'static str) -> (IsolateHandle, Receiver<String>) {
    let (isolate, lines) = spawn_named(name, activity, move |cx| {
        let event_loop = EventLoop::of(cx);
        // All of this is in flight, and of no use to anybody any more.
        event_loop.set_timer(Duration::MAX, |_| {});
        event_loop.queue_task(TaskSource::Networking, |_| {});
        event_loop.handle().post(TaskSource::Networking, |_| {}).unwrap();
        let _ = eval(cx, script);
        note(cx, "after");
    });
    assert_eq!(lines.recv_timeout(HANG).as_deref(), Ok("started"));
    isolate.terminate();
    (isolate, lines)
}

#[test]
fn a_thread_that_does_not_come_back_is_given_up() {
    for (n, (what, script)) in ENDLESS.iter().enumerate() {
        let activity = Activity::new();
        let name = format!("stuck {n}");
        let (isolate, lines) = terminated_inside(&activity, &name, script);
        assert_eq!(isolate.wait(), Ending::GivenUp, "{what}");
        assert_eq!(isolate.ending(), Some(Ending::GivenUp), "{what}");
        assert_eq!(activity.given_up(), 1, "{what}");
        assert!(activity.wait_idle(Some(HANG)), "{what}");
        assert!(isolate.post(TaskSource::Networking, |_| {}).is_err(), "{what}");
        assert_eq!(nice_values(&name), [19], "{what}");
        assert_eq!(lines.drain().count(), 0, "{what}");
        let (told, ending) = flume::bounded(1);
        isolate.on_end(move |ending| told.send(ending.clone()).unwrap());
        assert_eq!(ending.try_recv(), Ok(Ending::GivenUp), "{what}");
        isolate.terminate();
        assert_eq!(isolate.wait(), Ending::GivenUp, "{what}");
    }
}

#[test]
fn whoever_waits_for_the_group_gives_the_thread_up() {
    let activity = Activity::new();
    let (isolate, _lines) = terminated_inside(&activity, "stuck group", ENDLESS[0].1);
    let (told, endings) = flume::unbounded();
    let group = activity.clone();
    isolate.on_end(move |ending| told.send((ending.clone(), group.count())).unwrap());
    assert!(!activity.wait_idle(Some(Duration::ZERO)), "its end is in flight");
    assert!(activity.wait_idle(Some(HANG)));
    let (ending, in_flight) = endings.try_recv().unwrap();
    assert_eq!(ending, Ending::GivenUp);
    assert!(in_flight > 0, "an ending is in flight until it was told");
    assert_eq!(nice_values("stuck group"), [19]);
    assert_eq!((activity.given_up(), endings.len()), (1, 0));
}

#[test]
fn a_thread_that_comes_back_late_ends_as_any_other() {
    let activity = Activity::new();
    let (release, released) = flume::bounded::<()>(1);
    let (isolate, lines) = spawn(&activity, move |cx| {
        cx.insert_data(released);
        let native = NativeFunction::from_fn_ptr(|_, _, cx| {
            note(cx, "inside");
            let _ = cx.get_data::<Receiver<()>>().unwrap().recv();
            Ok(Default::default())
        });
        cx.register_global_callable(js_string!("block"), 0, native).unwrap();
        EventLoop::of(cx).queue_task(TaskSource::Networking, |cx| note(cx, "after"));
        let result = eval(
            cx,
            "Promise.resolve().then(() => log('after')); try { block(); log('after') } finally { log('after') }",
        );
        assert!(result.is_err());
        EventLoop::of(cx).queue_task(TaskSource::Networking, |cx| note(cx, "after"));
    });
    assert_eq!(lines.recv_timeout(HANG).as_deref(), Ok("inside"));
    isolate.terminate();
    assert_eq!(isolate.wait(), Ending::GivenUp);
    assert_eq!(activity.given_up(), 1);
    let (told, endings) = flume::unbounded();
    isolate.on_end(move |ending| told.send(ending.clone()).unwrap());
    release.send(()).unwrap();
    // The thread holds the other end until its heap is freed.
    while !release.is_disconnected() {
        std::thread::yield_now();
    }
    while isolate.ending() == Some(Ending::GivenUp) {
        std::thread::yield_now();
    }
    assert_eq!(isolate.wait(), Ending::Terminated);
    assert_eq!((activity.given_up(), activity.count()), (0, 0));
    assert_eq!(endings.drain().collect::<Vec<_>>(), [Ending::GivenUp], "told once");
    assert_eq!(lines.drain().count(), 0);
}

#[test]
fn one_that_is_given_up_holds_up_nobody() {
    let activity = Activity::new();
    let (_isolate, _lines) = terminated_inside(&activity, "stuck other", ENDLESS[0].1);
    let (neighbour, lines) = spawn(&activity, |_| {});
    assert!(activity.wait_idle(Some(HANG)));
    neighbour.post(TaskSource::Networking, |cx| note(cx, "fine")).unwrap();
    assert_eq!(lines.recv_timeout(HANG).as_deref(), Ok("fine"));
    neighbour.terminate();
    assert_eq!(neighbour.wait(), Ending::Terminated);
    assert!(activity.wait_idle(Some(HANG)));
    assert_eq!(activity.given_up(), 1);
}

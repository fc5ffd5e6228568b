//! How isolates end: stopped, terminated, by a panic; one by one and in numbers.

use crate::support::{HANG, end_of, eval, eval_ok, note, spawn};
use boa_engine::realm::Realm;
use boa_engine::{JsData, NativeFunction, js_string};
use boa_gc::{Finalize, Trace};
use skep_engine::{Activity, Ending, EventLoop, Interrupted, TaskSource};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Scripts that would run forever. Each logs `started` when it is on its way, and `after` where it must not come any more.
const ENDLESS: &[(&str, &str)] = &[
    ("loop", "log('started'); for (;;) {}"),
    ("loop with calls", "log('started'); for (;;) { Math.abs(1) }"),
    (
        "forEach",
        "[0].forEach(() => { log('started'); for (;;) {} }); log('after')",
    ),
    (
        "forEach without inner loop",
        "log('started'); const a = [0]; a.forEach(x => a.push(x)); while (true) a.forEach(x => x)",
    ),
    (
        "sort comparator",
        "let n = 0; [3, 2, 1].sort(() => { if (!n++) log('started'); for (;;) {} }); log('after')",
    ),
    (
        "replace callback",
        "'x'.replace(/x/, () => { log('started'); for (;;) {} }); log('after')",
    ),
    (
        "JSON reviver",
        "JSON.parse('[1]', () => { log('started'); for (;;) {} }); log('after')",
    ),
    (
        "JSON toJSON",
        "JSON.stringify({ toJSON() { log('started'); for (;;) {} } }); log('after')",
    ),
    (
        "proxy trap",
        "new Proxy({}, { get() { log('started'); for (;;) {} } }).x; log('after')",
    ),
    (
        "getter",
        "({ get x() { log('started'); for (;;) {} } }).x; log('after')",
    ),
    (
        "conversion",
        "`${{ toString() { log('started'); for (;;) {} } }}`; log('after')",
    ),
    (
        "constructor",
        "new (class { constructor() { log('started'); for (;;) {} } })(); log('after')",
    ),
    ("eval", "eval(\"log('started'); for (;;) {}\"); log('after')"),
    (
        "new Function",
        "new Function(\"log('started'); for (;;) {}\")(); log('after')",
    ),
    (
        "try and finally",
        "try { log('started'); for (;;) {} } catch { log('after') } finally { log('after'); for (;;) {} }",
    ),
    (
        "finally in a function",
        "(() => { try { log('started'); for (;;) {} } finally { log('after'); return 1 } })(); log('after')",
    ),
    (
        "generator",
        "(function* () { try { log('started'); for (;;) yield } finally { log('after') } })().forEach(() => {})",
    ),
    (
        "generator body",
        "[...(function* () { try { log('started'); for (;;) {} } finally { log('after') } })()]",
    ),
    (
        "async function",
        "(async () => { try { log('started'); for (;;) {} } finally { log('after') } })().finally(() => log('after'))",
    ),
    (
        "async generator",
        "(async () => { for await (const x of (async function* () { log('started'); for (;;) {} })()) {} })().finally(() => log('after'))",
    ),
    (
        "promise job",
        "Promise.resolve().then(() => { log('started'); for (;;) {} }).finally(() => log('after'))",
    ),
    ("promise executor", "new Promise(() => { log('started'); for (;;) {} })"),
    (
        "thenable",
        "Promise.resolve({ then() { log('started'); for (;;) {} } })",
    ),
    (
        "microtask storm",
        "let n = 0; (function again() { if (!n++) log('started'); Promise.resolve().then(again) })()",
    ),
    (
        "await storm",
        "(async () => { log('started'); try { for (;;) await 0 } finally { log('after') } })()",
    ),
    (
        "recursion",
        "log('started'); (function f() { for (;;) { try { f() } catch { log('after') } } })()",
    ),
    (
        "array iteration",
        "log('started'); for (const x of { [Symbol.iterator]: () => ({ next: () => ({}) }) }) {}",
    ),
    (
        "tagged template",
        "(() => { log('started'); for (;;) {} })``; log('after')",
    ),
];

#[test]
fn termination_stops_any_script_and_nothing_runs_after() {
    for (name, script) in ENDLESS {
        let activity = Activity::new();
        let (isolate, lines) = spawn(&activity, move |cx| {
            let event_loop = EventLoop::of(cx);
            event_loop.on_uncaught(|_, cx| note(cx, "after"));
            event_loop.on_checkpoint(|cx| {
                if EventLoop::of(cx).is_terminated() {
                    note(cx, "after");
                }
            });
            event_loop.queue_task(TaskSource::Networking, |cx| note(cx, "after"));
            event_loop.set_timer(Duration::ZERO, |cx| note(cx, "after"));
            if let Err(error) = eval(cx, script) {
                assert!(event_loop.is_termination(&error), "{name}: {error}");
                event_loop.queue_microtask(|cx| note(cx, "after"));
            }
        });
        assert_eq!(lines.recv_timeout(HANG).as_deref(), Ok("started"), "{name}");
        isolate.terminate();
        isolate.terminate();
        let ending = end_of(&isolate);
        assert_eq!(ending, Ending::Terminated, "{name}");
        assert_eq!(isolate.ending(), Some(ending));
        assert_eq!(lines.drain().collect::<Vec<_>>(), [""; 0], "{name}");
        assert!(activity.wait_idle(Some(HANG)), "{name}");
        assert!(isolate.post(TaskSource::Networking, |_| {}).is_err());
    }
}

#[test]
fn an_idle_isolate_can_be_terminated_and_so_can_one_just_started() {
    let activity = Activity::new();
    let (idle, _lines) = spawn(&activity, |_| {});
    assert!(activity.wait_idle(Some(HANG)));
    idle.terminate();
    assert_eq!(end_of(&idle), Ending::Terminated);

    let (fresh, _lines) = spawn(&activity, |cx| {
        let _ = eval(cx, "for (;;) {}");
    });
    fresh.terminate();
    assert_eq!(end_of(&fresh), Ending::Terminated);
    fresh.terminate();
    fresh.stop();
    assert_eq!(fresh.ending(), Some(Ending::Terminated));
}

#[test]
fn an_isolate_can_terminate_itself() {
    let activity = Activity::new();
    let (isolate, lines) = spawn(&activity, |cx| {
        let native = NativeFunction::from_fn_ptr(|_, _, cx| {
            EventLoop::of(cx).handle().terminate();
            Ok(Default::default())
        });
        cx.register_global_callable(js_string!("terminate"), 0, native).unwrap();
        assert!(eval(cx, "terminate(); log('after')").is_err());
    });
    assert_eq!(end_of(&isolate), Ending::Terminated);
    assert_eq!(lines.drain().count(), 0);
}

#[test]
fn stopping_lets_the_task_and_its_microtasks_finish_and_drops_the_queue() {
    let activity = Activity::new();
    let (isolate, lines) = spawn(&activity, |cx| {
        let event_loop = EventLoop::of(cx);
        event_loop.queue_task(TaskSource::Networking, |cx| note(cx, "queued before"));
        event_loop.set_timer(Duration::ZERO, |cx| note(cx, "timer before"));
        event_loop.handle().stop();
        assert!(event_loop.is_closing() && !event_loop.is_terminated());
        event_loop.queue_task(TaskSource::Networking, |cx| note(cx, "queued after"));
        event_loop.set_timer(Duration::ZERO, |cx| note(cx, "timer after"));
        eval_ok(
            cx,
            "Promise.resolve().then(() => log('microtask')); log('task goes on')",
        );
    });
    assert_eq!(end_of(&isolate), Ending::Stopped);
    assert_eq!(lines.drain().collect::<Vec<_>>(), ["task goes on", "microtask"]);
    assert!(activity.wait_idle(Some(HANG)));
}

#[test]
fn a_stopped_isolate_that_does_not_finish_can_still_be_terminated() {
    let activity = Activity::new();
    let (isolate, lines) = spawn(&activity, |cx| {
        EventLoop::of(cx).handle().stop();
        let _ = eval(cx, "log('started'); for (;;) {}");
    });
    assert_eq!(lines.recv_timeout(HANG).as_deref(), Ok("started"));
    assert_eq!(isolate.ending(), None);
    isolate.terminate();
    assert_eq!(end_of(&isolate), Ending::Terminated);
}

#[test]
fn a_blocking_wait_ends_with_the_termination() {
    let activity = Activity::new();
    let (verdict, verdicts) = flume::bounded(1);
    let (isolate, lines) = spawn(&activity, move |cx| {
        let (_sender, never) = flume::bounded::<()>(1);
        note(cx, "waiting");
        let _ = verdict.send(EventLoop::of(cx).block_on(&never));
    });
    assert_eq!(lines.recv_timeout(HANG).as_deref(), Ok("waiting"));
    isolate.terminate();
    assert_eq!(verdicts.recv_timeout(HANG), Ok(Err(Interrupted::Terminated)));
    assert_eq!(end_of(&isolate), Ending::Terminated);
}

#[test]
fn a_panic_ends_its_isolate_alone() {
    let activity = Activity::new();
    let (neighbour, lines) = spawn(&activity, |_| {});
    for panicking in 0..2 {
        let (isolate, _lines) = spawn(&activity, move |cx| {
            EventLoop::of(cx).queue_task(TaskSource::Networking, |_| {});
            if panicking == 0 {
                panic!("a bug in task {panicking}");
            }
            EventLoop::of(cx).queue_microtask(move |_| panic!("a bug in microtask {panicking}"));
        });
        let Ending::Panicked(message) = end_of(&isolate) else {
            panic!("the panic is the ending");
        };
        assert!(message.starts_with("a bug in"), "{message}");
    }
    neighbour.post(TaskSource::Networking, |cx| note(cx, "fine")).unwrap();
    assert_eq!(lines.recv_timeout(HANG).as_deref(), Ok("fine"));
    assert!(activity.wait_idle(Some(HANG)));
    neighbour.stop();
    assert_eq!(end_of(&neighbour), Ending::Stopped);
}

#[test]
fn end_callbacks_run_once_and_before_the_group_is_idle() {
    let activity = Activity::new();
    let (isolate, _lines) = spawn(&activity, |_| {});
    let calls = Arc::new(AtomicUsize::new(0));
    let (sender, receiver) = flume::unbounded();
    {
        let calls = Arc::clone(&calls);
        let activity = activity.clone();
        isolate.on_end(move |ending| {
            calls.fetch_add(1, Ordering::SeqCst);
            let _ = sender.send((ending.clone(), activity.count()));
        });
    }
    isolate.stop();
    let (ending, in_flight) = receiver.recv_timeout(HANG).unwrap();
    assert_eq!(ending, Ending::Stopped);
    assert!(in_flight > 0, "an ending is in flight until it was told");
    assert_eq!(isolate.wait(), Ending::Stopped);
    assert!(activity.wait_idle(Some(HANG)));
    isolate.stop();
    isolate.terminate();
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    let (late, told_late) = flume::bounded(1);
    isolate.on_end(move |ending| late.send(ending.clone()).unwrap());
    assert_eq!(told_late.try_recv(), Ok(Ending::Stopped));
}

#[test]
fn values_of_the_heap_that_wait_in_queues_are_freed_at_the_end() {
    struct Noisy(Arc<AtomicUsize>);
    impl Drop for Noisy {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let freed = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&freed);
    let activity = Activity::new();
    let (isolate, _lines) = spawn(&activity, move |cx| {
        let event_loop = EventLoop::of(cx);
        let noisy = || (Noisy(Arc::clone(&counted)), EventLoop::of(cx));
        let (task, timer, hook) = (noisy(), noisy(), noisy());
        event_loop.queue_task(TaskSource::Networking, move |_| drop(task));
        event_loop.set_timer(Duration::MAX, move |_| drop(timer));
        event_loop.on_checkpoint(move |_| {
            let _ = &hook;
        });
        event_loop.handle().stop();
    });
    assert_eq!(end_of(&isolate), Ending::Stopped);
    assert_eq!(freed.load(Ordering::SeqCst), 3);
}

#[test]
fn what_a_realm_keeps_is_freed_before_the_end_is_told() {
    struct Noisy(Arc<AtomicBool>, flume::Sender<bool>);
    impl Drop for Noisy {
        fn drop(&mut self) {
            let _ = self.1.send(self.0.load(Ordering::SeqCst));
        }
    }
    #[expect(dead_code, reason = "what it holds is only held")]
    #[derive(Trace, Finalize, JsData)]
    struct Circle(#[unsafe_ignore_trace] (Realm, Noisy));
    let told = Arc::new(AtomicBool::new(false));
    let (sender, freed) = flume::unbounded();
    let activity = Activity::new();
    let noisy = Noisy(Arc::clone(&told), sender);
    let (isolate, lines) = spawn(&activity, move |cx| {
        let realm = cx.realm().clone();
        realm.host_defined_mut().insert(Circle((realm.clone(), noisy)));
        eval_ok(cx, "log('kept')");
    });
    assert_eq!(lines.recv_timeout(HANG).as_deref(), Ok("kept"));
    isolate.on_end(move |_| told.store(true, Ordering::SeqCst));
    isolate.terminate();
    assert_eq!(end_of(&isolate), Ending::Terminated);
    assert_eq!(freed.recv_timeout(HANG), Ok(false));
}

#[test]
fn two_hundred_isolates_start_and_end() {
    let activity = Activity::new();
    let isolates: Vec<_> = (0..200)
        .map(|n| {
            let (isolate, lines) = spawn(&activity, move |cx| {
                eval_ok(cx, &format!("log({n} * 2)"));
                if n % 2 == 1 {
                    let _ = eval(cx, "for (;;) {}");
                }
            });
            (n, isolate, lines)
        })
        .collect();
    for (n, _, lines) in &isolates {
        assert_eq!(lines.recv_timeout(HANG), Ok((n * 2).to_string()));
    }
    for (n, isolate, _) in &isolates {
        if n % 2 == 1 {
            isolate.terminate();
        } else {
            isolate.stop();
        }
    }
    for (n, isolate, _) in &isolates {
        let expected = if n % 2 == 1 {
            Ending::Terminated
        } else {
            Ending::Stopped
        };
        assert_eq!(end_of(isolate), expected);
    }
    assert!(activity.wait_idle(Some(HANG)));
}

//! One thread at a time: closures that other threads have run inside an isolate, and isolates that enter one another.

use crate::support::{HANG, end_of, eval, eval_ok, logged, note, spawn};
use boa_engine::context::DefaultHooks;
use boa_engine::{JsValue, NativeFunction, js_string};
use flume::Receiver;
use skep_engine::{
    Activity, Cx, Ending, EventLoop, IsolateHandle, IsolateOptions, RunError, Scope, SpawnError, TaskSource,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

fn number(cx: &mut Cx, script: &str) -> Option<f64> {
    eval(cx, script).ok().and_then(|value| value.as_number())
}

fn idle(activity: &Activity) -> IsolateHandle {
    spawn(activity, |_| {}).0
}

/// Does something on a thread that is no isolate's; fails instead of hanging.
fn elsewhere<T: Send + 'static>(steps: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
    let (sender, receiver) = flume::bounded(1);
    thread::spawn(move || {
        let _ = sender.send(steps());
    });
    receiver
}

fn told<T>(receiver: &Receiver<T>) -> T {
    receiver.recv_timeout(HANG).expect("an answer, not a hang")
}

/// Occupies an isolate with a script that never ends, once it runs.
fn occupy(isolate: &IsolateHandle, lines: &Receiver<String>) {
    isolate
        .post(TaskSource::Networking, |cx| {
            let _ = eval(cx, "log('busy'); for (;;) {}");
        })
        .unwrap();
    assert_eq!(told(lines), "busy");
}

/// Waits until the isolate has `count` things in flight, by its own account.
fn in_flight(activity: &Activity, count: usize) {
    let until = std::time::Instant::now() + HANG;
    while activity.count() < count {
        assert!(std::time::Instant::now() < until, "nothing comes");
        thread::yield_now();
    }
}

#[test]
fn other_threads_post_closures_and_get_the_answer_back() {
    let activity = Activity::new();
    let (isolate, lines) = spawn(&activity, |cx| eval_ok(cx, "var n = 40; log('first')"));
    let answers: Vec<_> = (0..4)
        .map(|_| {
            let isolate = isolate.clone();
            elsewhere(move || isolate.run(|scope| number(scope, "n += 1")))
        })
        .collect();
    let mut answers: Vec<_> = answers.iter().map(|it| told(it).unwrap().unwrap()).collect();
    answers.sort_by(f64::total_cmp);
    assert_eq!(answers, [41.0, 42.0, 43.0, 44.0], "one after the other");
    assert_eq!(told(&lines), "first");
    assert!(activity.wait_idle(Some(HANG)));
    isolate.stop();
}

#[test]
fn a_closure_waits_its_turn_and_a_microtask_checkpoint_follows_it() {
    let activity = Activity::new();
    let (isolate, lines) = spawn(&activity, |_| {});
    isolate
        .post(TaskSource::Networking, |cx| {
            eval_ok(
                cx,
                "Promise.resolve().then(() => log('microtask of the task')); log('task')",
            );
        })
        .unwrap();
    isolate
        .run(|scope| eval_ok(scope, "Promise.resolve().then(() => log('microtask')); log('closure')"))
        .unwrap();
    isolate.post(TaskSource::Networking, |cx| note(cx, "after")).unwrap();
    assert!(activity.wait_idle(Some(HANG)));
    let expected = ["task", "microtask of the task", "closure", "microtask", "after"];
    assert_eq!(lines.drain().collect::<Vec<_>>(), expected);
    isolate.stop();
}

#[test]
fn an_isolate_that_is_gone_says_so() {
    let activity = Activity::new();
    let stopped = idle(&activity);
    stopped.stop();
    assert_eq!(stopped.run(|_| ()), Err(RunError::Gone));
    end_of(&stopped);
    assert_eq!(stopped.run(|_| ()), Err(RunError::Gone));
    let terminated = idle(&activity);
    terminated.terminate();
    assert_eq!(terminated.run(|_| ()), Err(RunError::Terminated));
    assert!(activity.wait_idle(Some(HANG)));
}

#[test]
fn closures_in_the_queue_are_turned_away_at_once_when_the_isolate_is_stopped() {
    let activity = Activity::new();
    let (isolate, lines) = spawn(&activity, |_| {});
    occupy(&isolate, &lines);
    let before = activity.count();
    let asking = isolate.clone();
    let answer = elsewhere(move || asking.run(|scope| note(scope, "must not run")));
    in_flight(&activity, before + 1);
    // The script goes on forever; whoever waits is not to wait for it.
    isolate.stop();
    assert_eq!(told(&answer), Err(RunError::Gone));
    isolate.terminate();
    assert_eq!(end_of(&isolate), Ending::Terminated);
    assert_eq!(lines.drain().count(), 0);
}

#[test]
fn termination_answers_whoever_waits() {
    let activity = Activity::new();
    // While the closure runs.
    let (isolate, lines) = spawn(&activity, |_| {});
    let asking = isolate.clone();
    let answer = elsewhere(move || asking.run(|scope| eval(scope, "log('busy'); for (;;) {}").is_ok()));
    assert_eq!(told(&lines), "busy");
    isolate.terminate();
    assert_eq!(told(&answer), Err(RunError::Terminated));
    assert_eq!(end_of(&isolate), Ending::Terminated);
    // While it waits for its turn.
    let (isolate, lines) = spawn(&activity, |_| {});
    occupy(&isolate, &lines);
    let before = activity.count();
    let asking = isolate.clone();
    let answer = elsewhere(move || asking.run(|_| ()));
    in_flight(&activity, before + 1);
    isolate.terminate();
    assert_eq!(told(&answer), Err(RunError::Terminated));
    assert!(activity.wait_idle(Some(HANG)));
}

#[test]
fn whoever_waits_for_native_code_hears_of_the_termination_at_once() {
    let activity = Activity::new();
    let (isolate, lines) = spawn(&activity, |_| {});
    let (release, released) = flume::bounded::<()>(1);
    let asking = isolate.clone();
    let answer = elsewhere(move || {
        asking.run(move |scope| {
            note(scope, "in native code");
            let _ = released.recv();
        })
    });
    assert_eq!(told(&lines), "in native code");
    isolate.terminate();
    assert_eq!(told(&answer), Err(RunError::Terminated));
    release.send(()).unwrap();
    end_of(&isolate);
}

#[test]
fn a_panic_is_told_and_ends_the_isolate() {
    let activity = Activity::new();
    let isolate = idle(&activity);
    let outcome: Result<(), _> = isolate.run(|_| panic!("a bug in a closure"));
    assert_eq!(outcome, Err(RunError::Panicked("a bug in a closure".to_owned())));
    assert_eq!(end_of(&isolate), Ending::Panicked("a bug in a closure".to_owned()));
    assert!(activity.wait_idle(Some(HANG)));
}

#[test]
fn inside_an_isolate_it_is_the_scope_that_asks() {
    let activity = Activity::new();
    let (one, other) = (idle(&activity), idle(&activity));
    let (own, asked) = (one.clone(), other.clone());
    let (itself, foreign) = one.run(move |_| (own.run(|_| ()), asked.run(|_| ()))).unwrap();
    assert_eq!(itself, Err(RunError::InsideIsolate(one.id())));
    assert_eq!(foreign, Err(RunError::InsideIsolate(one.id())));
    let asked = other.clone();
    let answer = one.run(move |scope| {
        number(scope, "var n = 1");
        let theirs = scope.run_on(&asked, |scope| number(scope, "var n = 2; n"));
        (theirs, number(scope, "n"))
    });
    assert_eq!(answer, Ok((Ok(Some(2.0)), Some(1.0))));
    one.stop();
    other.stop();
}

#[test]
fn entering_ones_own_isolate_nests() {
    let lines = logged(|cx| {
        let native = NativeFunction::from_fn_ptr(|_, _, cx| {
            let own = EventLoop::of(cx).handle();
            let mut scope = Scope::enter(cx);
            let answer = scope.run_on(&own, |scope| {
                eval_ok(
                    scope,
                    "Promise.resolve().then(() => log('microtask')); log(`inner ${n}`)",
                );
                number(scope, "n * 2")
            });
            Ok(answer.ok().flatten().map_or(JsValue::undefined(), JsValue::from))
        });
        cx.register_global_callable(js_string!("again"), 0, native).unwrap();
        eval_ok(cx, "var n = 21; log(`outer ${again()}`)");
    });
    assert_eq!(
        lines,
        ["inner 21", "outer 42", "microtask"],
        "a script was running all the time"
    );
}

#[test]
fn isolates_that_ask_each_other_are_entered_while_they_wait() {
    let activity = Activity::new();
    let (one, other) = (idle(&activity), idle(&activity));
    let (first, second) = (one.clone(), other.clone());
    let answer = one.run(move |scope| {
        number(scope, "var trail = 'one'");
        let answer = scope.run_on(&second, move |scope| {
            scope.run_on(&first, |scope| {
                // The outer script's variables are as they were left.
                eval_ok(scope, "trail += ', one again'");
            })
        });
        (answer, eval(scope, "trail").unwrap().display().to_string())
    });
    assert_eq!(answer, Ok((Ok(Ok(())), "\"one, one again\"".to_owned())));
    assert!(activity.wait_idle(Some(HANG)));
    one.stop();
    other.stop();
}

/// Asks the other isolate, which asks back, and so on without an end.
fn ask_back(scope: &mut Scope<'_>, other: &IsolateHandle) -> Option<RunError> {
    let own = scope.event_loop().handle();
    match scope.run_on(other, move |scope| ask_back(scope, &own)) {
        Ok(inner) => inner,
        Err(error) => Some(error),
    }
}

#[test]
fn asking_back_and_forth_without_an_end_is_an_error() {
    let activity = Activity::new();
    let (one, other) = (idle(&activity), idle(&activity));
    let second = other.clone();
    let answer = one.run(move |scope| ask_back(scope, &second));
    assert!(matches!(answer, Ok(Some(RunError::TooDeep(_)))), "{answer:?}");
    assert_eq!(
        one.run(|scope| number(scope, "1")),
        Ok(Some(1.0)),
        "nothing is left behind"
    );
    assert!(activity.wait_idle(Some(HANG)));
    one.stop();
    other.stop();
}

#[test]
fn a_terminated_caller_stops_waiting_and_takes_its_closure_back() {
    let activity = Activity::new();
    let (busy, lines) = spawn(&activity, |_| {});
    occupy(&busy, &lines);
    let caller = idle(&Activity::new());
    let (outcome, outcomes) = flume::bounded(1);
    let asked = busy.clone();
    let before = activity.count();
    caller
        .post(TaskSource::Networking, move |cx| {
            let answer = Scope::enter(cx).run_on(&asked, |scope| note(scope, "must not run"));
            let again = Scope::enter(cx).run_on(&asked, |_| ());
            let _ = outcome.send((answer, again));
        })
        .unwrap();
    in_flight(&activity, before + 1);
    caller.terminate();
    let expected = (Err(RunError::CallerTerminated), Err(RunError::CallerTerminated));
    assert_eq!(told(&outcomes), expected);
    assert_eq!(end_of(&caller), Ending::Terminated);
    busy.terminate();
    end_of(&busy);
    assert_eq!(lines.drain().count(), 0);
    assert!(activity.wait_idle(Some(HANG)));
}

#[test]
fn an_isolate_that_dies_under_its_caller_leaves_the_caller_well() {
    let activity = Activity::new();
    let (caller, dying) = (idle(&activity), idle(&activity));
    let asked = dying.clone();
    let answer = caller.run(move |scope| {
        let answer: Result<(), _> = scope.run_on(&asked, |_| panic!("a bug"));
        (answer, scope.run_on(&asked, |_| ()), number(scope, "6 * 7"))
    });
    let (panicked, gone, well) = answer.unwrap();
    assert_eq!(panicked, Err(RunError::Panicked("a bug".to_owned())));
    assert_eq!((gone, well), (Err(RunError::Gone), Some(42.0)));
    caller.stop();
    assert_eq!(end_of(&caller), Ending::Stopped);
}

#[test]
fn a_wait_with_an_open_door_lets_others_in_and_one_with_a_closed_door_does_not() {
    let activity = Activity::new();
    let (isolate, lines) = spawn(&activity, |_| {});
    let (answer, answers) = flume::bounded(1);
    isolate
        .post(TaskSource::Networking, move |cx| {
            note(cx, "waiting");
            let value = Scope::enter(cx).wait_for(&answers);
            note(cx, &format!("{value:?}"));
        })
        .unwrap();
    assert_eq!(told(&lines), "waiting");
    isolate
        .post(TaskSource::Networking, |cx| note(cx, "a task waits"))
        .unwrap();
    let asking = isolate.clone();
    assert_eq!(
        told(&elsewhere(move || asking.run(|scope| note(scope, "let in")))),
        Ok(())
    );
    answer.send(5).unwrap();
    assert!(activity.wait_idle(Some(HANG)));
    assert_eq!(lines.drain().collect::<Vec<_>>(), ["let in", "Ok(5)", "a task waits"]);

    let (answer, answers) = flume::bounded(1);
    isolate
        .post(TaskSource::Networking, move |cx| {
            note(cx, "waiting");
            let value = EventLoop::of(cx).block_on(&answers);
            note(cx, &format!("{value:?}"));
        })
        .unwrap();
    assert_eq!(told(&lines), "waiting");
    let before = activity.count();
    let asking = isolate.clone();
    let later = elsewhere(move || asking.run(|scope| note(scope, "after it")));
    in_flight(&activity, before + 1);
    answer.send(6).unwrap();
    assert_eq!(told(&later), Ok(()));
    assert_eq!(lines.drain().collect::<Vec<_>>(), ["Ok(6)", "after it"]);
    isolate.stop();
}

#[test]
fn a_realm_that_is_entered_is_left_on_every_way_out() {
    let lines = logged(|cx| {
        let first = cx.realm().clone();
        let second = cx.create_realm().unwrap();
        let mut scope = Scope::enter(cx);
        eval_ok(&mut scope, "var where = 'first'");
        {
            let mut inner = scope.enter_realm(second.clone());
            assert!(inner.realm() == &second);
            assert_eq!(number(&mut inner, "typeof where == 'undefined' ? 1 : 0"), Some(1.0));
            {
                let innermost = inner.enter_realm(first.clone());
                assert!(innermost.realm() == &first);
            }
            assert!(inner.realm() == &second);
        }
        assert!(scope.realm() == &first);
        let left = catch_unwind(AssertUnwindSafe(|| {
            let _inner = scope.enter_realm(second.clone());
            panic!("on the way out");
        }));
        assert!(left.is_err() && scope.realm() == &first);
        eval_ok(&mut scope, "log(where)");
    });
    assert_eq!(lines, ["first"]);
}

#[test]
fn a_thread_holds_one_isolate_at_a_time() {
    let second = |cx: &Cx| {
        let activity = Activity::new();
        let second = IsolateHandle::live_on_this_thread(
            IsolateOptions::new("test", &activity),
            1 << 20,
            &Rc::new(DefaultHooks),
            |_| {},
        );
        (
            EventLoop::of(cx).handle().id(),
            second.map_err(|error| error.to_string()),
        )
    };
    let here = elsewhere(move || {
        let mut outcomes = Vec::new();
        // One after the other is fine.
        for round in 0..2 {
            let (sender, receiver) = flume::bounded(1);
            let activity = Activity::new();
            let shared = Rc::new(round);
            let start = move |cx: &mut Cx| {
                let answer = number(cx, "6 * 7").map(|answer| answer + f64::from(*shared));
                let _ = sender.send((answer, second(cx)));
                EventLoop::of(cx).handle().stop();
            };
            let ending = IsolateHandle::live_on_this_thread(
                IsolateOptions::new("test", &activity),
                1 << 20,
                &Rc::new(DefaultHooks),
                start,
            )
            .unwrap();
            assert!(activity.wait_idle(Some(Duration::ZERO)), "it has ended");
            outcomes.push((ending, receiver.recv().unwrap()));
        }
        outcomes
    });
    for (round, (ending, (answer, (id, second)))) in told(&here).into_iter().enumerate() {
        assert_eq!(ending, Ending::Stopped);
        assert_eq!(answer, Some(42.0 + f64::from(u8::try_from(round).unwrap())));
        assert_eq!(second, Err(SpawnError::SecondIsolate(id).to_string()));
    }
    let activity = Activity::new();
    let spawned = idle(&activity);
    let (id, outcome) = spawned.run(move |scope| second(scope)).unwrap();
    assert_eq!(
        (id, outcome.is_err()),
        (spawned.id(), true),
        "nor on a thread that was made for an isolate"
    );
    spawned.stop();
}

#[test]
fn an_isolate_on_a_thread_of_the_hosts_is_run_on_and_terminated_like_any_other() {
    let activity = Activity::new();
    let (handle, handles) = flume::bounded(1);
    let group = activity.clone();
    let ending = elsewhere(move || {
        let start = move |cx: &mut Cx| handle.send(EventLoop::of(cx).handle()).unwrap();
        IsolateHandle::live_on_this_thread(
            IsolateOptions::new("test", &group),
            1 << 20,
            &Rc::new(DefaultHooks),
            start,
        )
        .unwrap()
    });
    let isolate = told(&handles);
    assert_eq!(isolate.run(|scope| number(scope, "6 * 7")), Ok(Some(42.0)));
    isolate
        .post(TaskSource::Networking, |cx| {
            let _ = eval(cx, "for (;;) {}");
        })
        .unwrap();
    isolate.terminate();
    assert_eq!(told(&ending), Ending::Terminated);
    assert_eq!(isolate.wait(), Ending::Terminated);
}

#[test]
fn calls_nest_as_deep_as_the_hosts_stack_is_said_to_reach() {
    let deepest = |stack: usize| {
        let (answer, answers) = flume::bounded(1);
        let start = move |cx: &mut Cx| {
            // Each level goes through native code. The engine's error cannot be caught, so the script counts.
            let script = "var depth = 0; (function again() { depth++; [0].forEach(again) })()";
            assert!(eval(cx, script).is_err());
            let _ = answer.send(number(cx, "depth"));
            EventLoop::of(cx).handle().stop();
        };
        let ended = thread::Builder::new().stack_size(stack).spawn(move || {
            let activity = Activity::new();
            IsolateHandle::live_on_this_thread(
                IsolateOptions::new("test", &activity),
                stack / 2,
                &Rc::new(DefaultHooks),
                start,
            )
            .unwrap()
        });
        assert_eq!(ended.unwrap().join().unwrap(), Ending::Stopped);
        told(&answers).unwrap()
    };
    let (small, large) = (deepest(2 << 20), deepest(16 << 20));
    assert!(small > 20.0 && large > 4.0 * small, "{small} {large}");
}

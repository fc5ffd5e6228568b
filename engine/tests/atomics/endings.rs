//! Sleepers and terminations.

use crate::support::{Agent, HANG, memory};
use skep_engine::{Activity, Ending};

/// Scripts that sleep for good; `after` must not come.
const SLEEPING: &[(&str, &str)] = &[
    // Without a loop or a call behind it, nothing else would stop the script.
    (
        "in a straight line",
        "Atomics.wait(view, 0, 0); view[1] = 1; view[2] = view[1] + 1",
    ),
    (
        "with a timeout",
        "Atomics.wait(view, 0, 0, 3600000); view[1] = 1; log('after')",
    ),
    (
        "BigInt64Array",
        "Atomics.wait(new BigInt64Array(buffer), 0, 0n); view[2] = 1; log('after')",
    ),
    (
        "try, catch and finally",
        "try { Atomics.wait(view, 0, 0) } catch { view[1] = 1 } finally { view[2] = 1; log('after') }; view[1] = 1",
    ),
    (
        "finally in a function",
        "(() => { try { Atomics.wait(view, 0, 0) } finally { view[1] = 1; return 1 } })(); view[1] = 1",
    ),
    (
        "nested calls",
        "[0].forEach(() => [0].map(() => JSON.stringify({ toJSON() { Atomics.wait(view, 0, 0); view[1] = 1 } }))); view[1] = 1",
    ),
    (
        "sort comparator",
        "[2, 1].sort(() => { Atomics.wait(view, 0, 0); view[1] = 1 }); view[1] = 1",
    ),
    (
        "proxy trap",
        "new Proxy({}, { get() { Atomics.wait(view, 0, 0); view[1] = 1 } }).x; view[1] = 1",
    ),
    (
        "generator",
        "[...(function* () { try { Atomics.wait(view, 0, 0) } finally { view[1] = 1 } })()]; view[1] = 1",
    ),
    (
        "microtask",
        "Promise.resolve().then(() => { Atomics.wait(view, 0, 0); view[1] = 1 }).finally(() => { view[2] = 1 })",
    ),
    (
        "async function",
        "(async () => { await 0; try { Atomics.wait(view, 0, 0) } finally { view[1] = 1 } })().finally(() => { view[2] = 1 })",
    ),
    (
        "loop",
        "for (;;) { try { Atomics.wait(view, 0, 0) } catch { view[1] = 1 } }",
    ),
    (
        "conversion of an argument",
        "Atomics.notify(view, 0, { valueOf() { Atomics.wait(view, 0, 0); view[1] = 1 } }); view[1] = 1",
    ),
    (
        "called by the engine",
        "Reflect.apply(Atomics.wait, undefined, [view, 0, 0]); view[1] = 1",
    ),
];

#[test]
fn a_termination_ends_any_sleep_and_nothing_runs_after() {
    for (name, script) in SLEEPING {
        let (activity, memory) = (Activity::new(), memory());
        let sleeper = Agent::new(&activity, true, &memory);
        let watcher = Agent::new(&activity, false, &memory);
        sleeper.run(&format!(
            "Atomics.waitAsync(view, 0, 0).value.then(() => log('after')); log('sleeps'); {script}"
        ));
        assert_eq!(sleeper.line(), "sleeps", "{name}");
        sleeper.isolate.terminate();
        assert_eq!(sleeper.isolate.wait(), Ending::Terminated, "{name}");
        assert!(activity.wait_idle(Some(HANG)), "{name}");
        watcher.run("log([view[1], view[2], Atomics.notify(view, 0)])");
        assert_eq!(watcher.line(), "0,0,0", "{name}");
        assert_eq!(sleeper.lines.drain().collect::<Vec<_>>(), [""; 0], "{name}");
    }
}

#[test]
fn a_termination_leaves_other_sleepers_alone() {
    let (activity, memory) = (Activity::new(), memory());
    let [dying, staying] = [(), ()].map(|()| Agent::new(&activity, true, &memory));
    let waker = Agent::new(&activity, false, &memory);
    for sleeper in [&dying, &staying] {
        sleeper.run("log('sleeps'); log(Atomics.wait(view, 0, 0))");
        assert_eq!(sleeper.line(), "sleeps");
    }
    dying.isolate.terminate();
    assert_eq!(dying.isolate.wait(), Ending::Terminated);
    waker.run("while (Atomics.notify(view, 0) === 0); log(Atomics.notify(view, 0))");
    assert_eq!((staying.line(), waker.line()), ("ok".to_owned(), "0".to_owned()));
    assert!(activity.wait_idle(Some(HANG)));
}

#[test]
fn terminations_race_with_notifications() {
    let (activity, memory) = (Activity::new(), memory());
    let waker = Agent::new(&activity, false, &memory);
    for _ in 0..100 {
        let sleeper = Agent::new(&activity, true, &memory);
        sleeper.run("log('sleeps'); Atomics.wait(view, 0, 0); Atomics.wait(view, 0, 0)");
        assert_eq!(sleeper.line(), "sleeps");
        waker.run("Atomics.notify(view, 0)");
        sleeper.isolate.terminate();
        assert_eq!(sleeper.isolate.wait(), Ending::Terminated);
    }
    waker.run("log(Atomics.notify(view, 0))");
    assert_eq!(waker.line(), "0");
}

#[test]
fn sixty_four_sleepers_end_at_once() {
    let (activity, memory) = (Activity::new(), memory());
    let sleepers: Vec<_> = (0..64).map(|_| Agent::new(&activity, true, &memory)).collect();
    for sleeper in &sleepers {
        sleeper.run("log('sleeps'); Atomics.wait(view, 0, 0); log('after')");
        assert_eq!(sleeper.line(), "sleeps");
    }
    for sleeper in &sleepers {
        sleeper.isolate.terminate();
    }
    for sleeper in &sleepers {
        assert_eq!(sleeper.isolate.wait(), Ending::Terminated);
        assert_eq!(sleeper.lines.drain().count(), 0);
    }
    assert!(activity.wait_idle(Some(HANG)));
}

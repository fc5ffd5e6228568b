//! Waiting for other isolates.

use crate::support::{Agent, HANG, memory, record};
use boa_engine::Context;
use skep_engine::{Activity, Ending};

/// Wakes one waiter, as soon as there is one.
const WAKE: &str = "const wake = (index) => { while (Atomics.notify(view, index, 1) === 0); };";

#[test]
fn a_sleeper_is_woken_from_another_isolate() {
    let (activity, memory) = (Activity::new(), memory());
    let sleeper = Agent::new(&activity, true, &memory);
    let waker = Agent::new(&activity, false, &memory);
    for timeout in ["undefined", "NaN", "Infinity", "1e300", "3600000"] {
        sleeper.run(&format!("log(Atomics.wait(view, 3, 0, {timeout}))"));
        waker.run(&format!("{{ {WAKE} wake(3); log(Atomics.notify(view, 3)) }}"));
        assert_eq!((sleeper.line(), waker.line()), ("ok".to_owned(), "0".to_owned()));
    }
    sleeper.run("log(Atomics.wait(new BigInt64Array(buffer), 1, 0n))");
    waker.run(&format!("{{ {WAKE} wake(2) }}"));
    assert_eq!(sleeper.line(), "ok");
    assert!(activity.wait_idle(Some(HANG)));
}

#[test]
fn no_wake_up_is_lost_in_a_thousand_rounds() {
    let (activity, memory) = (Activity::new(), memory());
    let ping = Agent::new(&activity, true, &memory);
    let pong = Agent::new(&activity, true, &memory);
    // Each sleeps, without a timeout, until the other has moved the number on.
    let script = |mine: u32| {
        format!(
            "for (let turn = {mine}; turn < 2000; turn += 2) {{
                 for (let now; (now = Atomics.load(view, 0)) !== turn;) Atomics.wait(view, 0, now);
                 Atomics.store(view, 0, turn + 1);
                 Atomics.notify(view, 0);
             }}
             log('done')"
        )
    };
    ping.run(&script(0));
    pong.run(&script(1));
    assert_eq!((ping.line(), pong.line()), ("done".to_owned(), "done".to_owned()));
    assert!(activity.wait_idle(Some(HANG)));
}

#[test]
fn no_wake_up_is_lost_between_sleepers_and_promises() {
    let (activity, memory) = (Activity::new(), memory());
    let sleeper = Agent::new(&activity, true, &memory);
    let promised = Agent::new(&activity, false, &memory);
    sleeper.run(
        "for (let turn = 0; turn < 2000; turn += 2) {
             for (let now; (now = Atomics.load(view, 0)) !== turn;) Atomics.wait(view, 0, now);
             Atomics.store(view, 0, turn + 1);
             Atomics.notify(view, 0);
         }
         log('done')",
    );
    promised.run(
        "(async () => {
             for (let turn = 1; turn < 2000; turn += 2) {
                 for (let now; (now = Atomics.load(view, 0)) !== turn;) await Atomics.waitAsync(view, 0, now).value;
                 Atomics.store(view, 0, turn + 1);
                 Atomics.notify(view, 0);
             }
             log('done')
         })()",
    );
    assert_eq!(
        (sleeper.line(), promised.line()),
        ("done".to_owned(), "done".to_owned())
    );
    assert!(activity.wait_idle(Some(HANG)));
}

#[test]
fn a_mutex_of_futexes_excludes() {
    let (activity, memory) = (Activity::new(), memory());
    let agents: Vec<_> = (0..4).map(|_| Agent::new(&activity, true, &memory)).collect();
    for agent in &agents {
        // The lock is element 0: free, held, or held with somebody waiting. Element 1 is what it guards, with a plain increment.
        agent.run(
            "for (let n = 0; n < 500; n++) {
                 let state = Atomics.compareExchange(view, 0, 0, 1);
                 while (state !== 0) {
                     if (state === 2 || Atomics.compareExchange(view, 0, 1, 2) !== 0) Atomics.wait(view, 0, 2);
                     state = Atomics.compareExchange(view, 0, 0, 2);
                 }
                 view[1] = view[1] + 1;
                 if (Atomics.sub(view, 0, 1) !== 1) {
                     Atomics.store(view, 0, 0);
                     Atomics.notify(view, 0, 1);
                 }
             }
             log('done')",
        );
    }
    for agent in &agents {
        assert_eq!(agent.line(), "done");
    }
    agents[0].run("log(view[1])");
    assert_eq!(agents[0].line(), "2000");
}

#[test]
fn one_notification_wakes_everybody_everywhere() {
    let (activity, memory) = (Activity::new(), memory());
    let sleepers: Vec<_> = (0..8).map(|_| Agent::new(&activity, true, &memory)).collect();
    let waker = Agent::new(&activity, false, &memory);
    for sleeper in &sleepers {
        sleeper.run("Atomics.waitAsync(view, 0, 0).value.then((how) => log(`promise ${how}`)); log(`sleep ${Atomics.wait(view, 0, 0)}`)");
    }
    waker.run("for (let woken = 0; woken < 16; woken += Atomics.notify(view, 0)); log(Atomics.notify(view, 0))");
    assert_eq!(waker.line(), "0");
    assert!(activity.wait_idle(Some(HANG)));
    for sleeper in sleepers {
        assert_eq!(sleeper.stop(), ["sleep ok", "promise ok"]);
    }
}

#[test]
fn promises_of_several_isolates_are_kept_in_the_order_of_waiting() {
    let (activity, memory) = (Activity::new(), memory());
    let agents: Vec<_> = (0..4).map(|_| Agent::new(&activity, false, &memory)).collect();
    for agent in &agents {
        agent.run("Atomics.waitAsync(view, 0, 0).value.then(() => log('kept')); log('waits')");
        assert_eq!(agent.line(), "waits");
    }
    for agent in &agents {
        agents[0].run("log(Atomics.notify(view, 0, 1))");
        assert_eq!(agents[0].line(), "1");
        assert_eq!(agent.line(), "kept");
    }
    assert!(activity.wait_idle(Some(HANG)));
    for agent in agents {
        assert_eq!(agent.stop(), [""; 0]);
    }
}

#[test]
fn memory_keeps_its_lists_on_any_way() {
    let activity = Activity::new();
    // Two objects of one memory and one of another in one record, and the first once more by a view.
    let buffers = "(() => { const one = new SharedArrayBuffer(8), other = new SharedArrayBuffer(8); return [one, other, new Int32Array(one)] })()";
    let record = record(buffers, &mut Context::default());
    let [first, second] = [(), ()].map(|()| Agent::new(&activity, false, &record));
    let script = "var [one, other, over] = buffer;";
    first.run(&format!(
        "{script} Atomics.waitAsync(over, 1, 0).value.then(log); log('waits')"
    ));
    assert_eq!(first.line(), "waits");
    second.run(&format!(
        "{script} log([over.buffer === one, Atomics.notify(new Int32Array(other), 1), Atomics.notify(new Int32Array(one), 1)])"
    ));
    assert_eq!(second.line(), "true,0,1");
    assert_eq!(first.line(), "ok");
}

#[test]
fn waiters_of_an_isolate_that_has_ended_are_gone() {
    let (activity, memory) = (Activity::new(), memory());
    let living = Agent::new(&activity, false, &memory);
    for terminates in [true, false] {
        let dying = Agent::new(&activity, false, &memory);
        dying.run("for (let n = 0; n < 100; n++) Atomics.waitAsync(view, 0, 0); log('waits')");
        assert_eq!(dying.line(), "waits");
        living.run("Atomics.waitAsync(view, 0, 0).value.then(() => log('kept')); log('waits')");
        assert_eq!(living.line(), "waits");
        let ending = if terminates {
            dying.isolate.terminate();
            Ending::Terminated
        } else {
            dying.isolate.stop();
            Ending::Stopped
        };
        assert_eq!(dying.isolate.wait(), ending);
        living.run("log(Atomics.notify(view, 0, 1))");
        assert_eq!((living.line(), living.line()), ("1".to_owned(), "kept".to_owned()));
    }
}

//! What one isolate alone sees.

use crate::support::{Agent, HANG, logged, memory};
use skep_engine::Activity;

#[test]
fn the_functions_look_like_the_engines_own() {
    let lines = logged(
        "for (const name of ['wait', 'waitAsync', 'notify']) {
             const { value, ...attributes } = Object.getOwnPropertyDescriptor(Atomics, name);
             log([value.name, value.length, JSON.stringify(attributes), 'prototype' in value, fails(() => new value)]);
             log(Object.getPrototypeOf(value) === Function.prototype);
         }
         log(Reflect.ownKeys(Atomics).slice(0, 3).map(String));",
    );
    let attributes = "{\"writable\":true,\"enumerable\":false,\"configurable\":true}";
    let of = |name: &str, length: u32| format!("{name},{length},{attributes},false,TypeError");
    let mut expected = Vec::new();
    for (name, length) in [("wait", 4), ("waitAsync", 4), ("notify", 3)] {
        expected.extend([of(name, length), "true".to_owned()]);
    }
    assert_eq!(lines[..6], expected);
}

#[test]
fn only_shared_memory_of_two_kinds_can_be_waited_on() {
    let lines = logged(
        "for (const wait of [Atomics.wait, Atomics.waitAsync, Atomics.notify]) {
             for (const array of [undefined, 1, {}, [], buffer, new Proxy(view, {}), new DataView(buffer), new Int8Array(buffer),
                                  new Uint32Array(buffer), new Float64Array(buffer), new BigUint64Array(buffer)])
                 log(fails(() => wait(array, 0, 0, 0)));
             log(fails(() => wait(new Int32Array(4), 0, 0, 0)));
             log(fails(() => wait(new Int32Array(4), 4, 0, 0)));
         }",
    );
    let wait = |last: [&'static str; 2]| [["TypeError"; 11].as_slice(), &last].concat();
    let expected = [
        wait(["TypeError", "TypeError"]),
        wait(["TypeError", "TypeError"]),
        wait(["no error: 0", "RangeError"]),
    ];
    assert_eq!(lines, expected.concat());
}

#[test]
fn arguments_are_converted_in_order_and_validated() {
    let lines = logged(
        "const told = (name, value) => ({ valueOf() { log(name); return value } });
         Atomics.wait(view, told('index', 0), told('value', 1), told('timeout', 0));
         Atomics.waitAsync(view, told('index', 0), told('value', 1), told('timeout', 0));
         Atomics.notify(view, told('index', 0), told('count', 0));
         for (const index of [16, -1, 2 ** 53, Infinity]) log(fails(() => Atomics.wait(view, index, told('not reached', 0), 0)));
         for (const index of [undefined, null, '0', 0.9, -0.5, NaN, -0]) log(Atomics.wait(view, index, 1, 0));
         log(fails(() => Atomics.notify(view, 16, told('not reached', 0))));
         for (const value of [Symbol(), 1n]) log(fails(() => Atomics.wait(view, 0, value, 0)));
         log(fails(() => Atomics.wait(view, 0, 0, 0n)));
         log(fails(() => Atomics.notify(view, 0, 0n)));
         const big = new BigInt64Array(buffer);
         log(fails(() => Atomics.wait(big, 0, 0, 0)));
         log(fails(() => Atomics.waitAsync(big, 8, 0n, 0)));",
    );
    let order = [
        "index", "value", "timeout", "index", "value", "timeout", "index", "count",
    ];
    let expected = [
        order.as_slice(),
        &["RangeError"; 4],
        &["not-equal"; 7],
        &["RangeError", "TypeError", "TypeError", "TypeError", "TypeError"],
        &["TypeError", "RangeError"],
    ];
    assert_eq!(lines, expected.concat());
}

#[test]
fn a_value_is_compared_as_an_element() {
    let lines = logged(
        "view[0] = -1; view[1] = 2 ** 31;
         log(Atomics.wait(view, 0, 2 ** 32 - 1, 0));
         log(Atomics.wait(view, 1, 2 ** 31, 0));
         log(Atomics.wait(view, 1, 2 ** 31 - 1, 0));
         const big = new BigInt64Array(buffer, 8);
         big[1] = -(2n ** 63n);
         log(Atomics.wait(big, 1, 2n ** 63n, 0));
         log(Atomics.wait(big, 1, 2n ** 62n, 0));
         log(Atomics.wait(big, 0, 2n ** 64n, 0));",
    );
    let expected = [
        "timed-out",
        "timed-out",
        "not-equal",
        "timed-out",
        "not-equal",
        "timed-out",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn timeouts_come_to_their_end() {
    let lines = logged(
        "for (const timeout of [0, -1, -Infinity, '0', null, 1, 1.5]) log(Atomics.wait(view, 0, 0, timeout));
         for (const timeout of [undefined, NaN, Infinity, 1e300]) log(Atomics.wait(view, 0, 1, timeout));",
    );
    assert_eq!(lines, [["timed-out"; 7].as_slice(), &["not-equal"; 4]].concat());
}

#[test]
fn a_thread_that_must_not_block_does_not() {
    let activity = Activity::new();
    let agent = Agent::new(&activity, false, &memory());
    agent.run(
        "log(fails(() => Atomics.wait(view, 0, 1, 0)));
         log(fails(() => Atomics.wait(view, 0, 0, { valueOf() { log('converted first'); return 0 } })));
         log(fails(() => Atomics.wait(view, 99, 0, 0)));
         log(Atomics.waitAsync(view, 0, 1).value);
         log(Atomics.notify(view, 0));",
    );
    assert!(activity.wait_idle(Some(HANG)));
    let expected = [
        "TypeError",
        "converted first",
        "TypeError",
        "RangeError",
        "not-equal",
        "0",
    ];
    assert_eq!(agent.stop(), expected);
}

#[test]
fn an_async_wait_tells_at_once_what_it_knows_at_once() {
    let lines = logged(
        "const tell = ({ async, value, ...more }) => log([async, typeof value === 'string' ? value : value.constructor === Promise, Object.keys(more)]);
         tell(Atomics.waitAsync(view, 0, 1));
         tell(Atomics.waitAsync(view, 0, 0, 0));
         tell(Atomics.waitAsync(view, 0, 0, -Infinity));
         tell(Atomics.waitAsync(view, 0, 0, 1));
         const result = Atomics.waitAsync(view, 0, 1);
         log(Object.getPrototypeOf(result) === Object.prototype);
         log(JSON.stringify(Object.getOwnPropertyDescriptors(result)));",
    );
    let expected = [
        "false,not-equal,",
        "false,timed-out,",
        "false,timed-out,",
        "true,true,",
        "true",
        "{\"async\":{\"value\":false,\"writable\":true,\"enumerable\":true,\"configurable\":true},\
         \"value\":{\"value\":\"not-equal\",\"writable\":true,\"enumerable\":true,\"configurable\":true}}",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn notify_wakes_async_waiters_in_their_order_and_counts_them() {
    let lines = logged(
        "for (let n = 0; n < 5; n++) Atomics.waitAsync(view, 0, 0).value.then((how) => log(`${n} ${how}`));
         Atomics.waitAsync(view, 1, 0).value.then((how) => log(`other place ${how}`));
         log(Atomics.notify(view, 0, 0));
         log(Atomics.notify(view, 0, -3));
         log(Atomics.notify(view, 0, 2.9));
         log(Atomics.notify(view, 0, 1));
         log(Atomics.notify(view, 0));
         log(Atomics.notify(view, 0, Infinity));
         Promise.resolve().then(() => log('a microtask'));
         log(Atomics.notify(view, 1, undefined));",
    );
    let expected = [
        "0",
        "0",
        "2",
        "1",
        "2",
        "0",
        "1",
        "a microtask",
        "0 ok",
        "1 ok",
        "2 ok",
        "3 ok",
        "4 ok",
        "other place ok",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn an_async_wait_times_out_unless_it_was_notified() {
    let lines = logged(
        "Atomics.waitAsync(view, 0, 0, 1).value.then((how) => { log(`late ${how}`); log(Atomics.notify(view, 0)) });
         Atomics.waitAsync(view, 1, 0, 3600000).value.then((how) => log(`in time ${how}`));
         log(Atomics.notify(view, 1));",
    );
    // The timer of an hour went with the notification, or nothing would ever be idle.
    assert_eq!(lines, ["1", "in time ok", "late timed-out", "0"]);
}

#[test]
fn an_async_wait_without_a_timeout_keeps_nobody_busy() {
    let lines = logged(
        "Atomics.waitAsync(view, 0, 0).value.then(log); Atomics.waitAsync(view, 0, 0, 1e300).value.then(log); log('on')",
    );
    assert_eq!(lines, ["on"]);
}

#[test]
fn arrays_over_one_memory_have_one_list_for_each_place() {
    let lines = logged(
        "const shifted = new Int32Array(buffer, 8, 2), big = new BigInt64Array(buffer);
         Atomics.waitAsync(view, 2, 0).value.then((how) => log(`view ${how}`));
         Atomics.waitAsync(shifted, 0, 0).value.then((how) => log(`shifted ${how}`));
         Atomics.waitAsync(big, 1, 0n).value.then((how) => log(`big ${how}`));
         log(Atomics.notify(big, 0));
         log(Atomics.notify(shifted, 1));
         log(Atomics.notify(new Int32Array(new SharedArrayBuffer(64)), 2));
         log(Atomics.notify(big, 1));",
    );
    assert_eq!(lines, ["0", "0", "0", "3", "view ok", "shifted ok", "big ok"]);
}

#[test]
fn memory_that_grows_keeps_its_lists() {
    let lines = logged(
        "const growing = new SharedArrayBuffer(4, { maxByteLength: 4096 }), over = new Int32Array(growing);
         log(fails(() => Atomics.waitAsync(over, 1, 0)));
         Atomics.waitAsync(over, 0, 0).value.then(log);
         log(fails(() => Atomics.notify(over, { valueOf() { growing.grow(4096); return 1 } })));
         Atomics.waitAsync(over, 1023, 0).value.then(log);
         log(Atomics.notify(over, 0) + Atomics.notify(over, 1023));",
    );
    assert_eq!(lines, ["RangeError", "RangeError", "2", "ok", "ok"]);
}

#[test]
fn scripts_cannot_get_between() {
    let lines = logged(
        "Atomics.load = Promise.resolve = Promise.prototype.constructor = () => { throw 'replaced' };
         WeakMap.prototype.get = WeakMap.prototype.set = Atomics.load;
         const { then } = Promise.prototype;
         for (const name of ['async', 'value'])
             Object.defineProperty(Object.prototype, name, { __proto__: null, set() { log('set') }, configurable: true });
         const { value } = Atomics.waitAsync(view, 0, 0);
         log(Atomics.notify(view, 0));
         then.call(value, log);",
    );
    assert_eq!(lines, ["1", "ok"]);
}

#[test]
fn a_promise_is_kept_in_its_own_task() {
    let lines = logged(
        "Promise.resolve().then(() => log('before'));
         Atomics.waitAsync(view, 0, 0).value.then(() => { log('first'); Promise.resolve().then(() => log('its microtask')) });
         Atomics.waitAsync(view, 0, 0).value.then(() => log('second'));
         Atomics.notify(view, 0);
         Promise.resolve().then(() => log('after'));",
    );
    assert_eq!(lines, ["before", "after", "first", "its microtask", "second"]);
}

//! Heaps that hold too much.

use crate::support::{MIB, ask, end_of, eval, isolate, run, stop};
use skep_engine::{Ending, EventLoop, TaskSource};
use std::hint;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

const LIMIT: usize = 32 * MIB;

/// Scripts that take memory for ever. None may get to its `after()`.
const HUNGRY: &[(&str, &str)] = &[
    ("objects", "const kept = []; for (let i = 0;; i++) kept.push({ i })"),
    ("a list", "let kept = null; for (;;) kept = { kept }"),
    ("arrays", "const kept = []; for (;;) kept.push(new Array(1000).fill(1))"),
    ("one array", "const kept = []; for (let i = 0;; i++) kept.push(i)"),
    (
        "strings",
        "const kept = []; for (let i = 0;; i++) kept.push('text'.repeat(1000) + i)",
    ),
    ("one string", "let text = 'x'; for (;;) text += text"),
    ("properties", "const kept = {}; for (let i = 0;; i++) kept['p' + i] = i"),
    ("a map", "const kept = new Map(); for (let i = 0;; i++) kept.set(i, i)"),
    ("closures", "const kept = []; for (let i = 0;; i++) kept.push(() => i)"),
    ("promises", "const kept = []; for (;;) kept.push(new Promise(() => {}))"),
    (
        "small buffers",
        "const kept = []; for (;;) { try { kept.push(new ArrayBuffer(1e5)) } catch { kept.push({}) } }",
    ),
    (
        "a callback",
        "const kept = []; [0].forEach(() => { for (;;) kept.push({}) })",
    ),
    (
        "microtasks",
        "const kept = []; (function again() { for (let i = 0; i < 1000; i++) kept.push({}); Promise.resolve().then(again) })()",
    ),
    (
        "recursion",
        "(function f(a) { try { f([...a, ...a]) } catch { f([...a, ...a]) } finally { f([...a, ...a]) } })([1])",
    ),
    (
        "try and finally",
        "const kept = []; try { for (;;) kept.push({}) } catch { after() } finally { after(); for (;;) kept.push({}) }",
    ),
];

#[test]
fn a_heap_beyond_its_limit_ends_its_isolate_and_no_other() {
    let sibling = isolate(Some(LIMIT));
    for (name, script) in HUNGRY {
        let isolate = isolate(Some(LIMIT));
        let seen = Arc::new(AtomicUsize::new(0));
        let after = Arc::clone(&seen);
        let script = format!("function after() {{ globalThis.seen = true }} {script}");
        ask(&isolate, move |cx| {
            let event_loop = EventLoop::of(cx);
            let (in_task, in_timer) = (Arc::clone(&after), Arc::clone(&after));
            event_loop.queue_task(TaskSource::Networking, move |_| {
                in_task.fetch_add(1, Ordering::SeqCst);
            });
            event_loop.set_timer(Duration::ZERO, move |_| {
                in_timer.fetch_add(1, Ordering::SeqCst);
            });
            if let Err(error) = eval(cx, &script) {
                assert!(event_loop.is_termination(&error), "{error}");
                let seen = cx.global_object().has_own_property(boa_engine::js_string!("seen"), cx);
                assert!(matches!(seen, Ok(false)));
            }
        });
        assert_eq!(end_of(&isolate), Ending::OutOfMemory { limit: LIMIT }, "{name}");
        assert_eq!(seen.load(Ordering::SeqCst), 0, "{name}");
        let statistics = isolate.heap_statistics();
        assert!(
            statistics.peak > LIMIT && statistics.peak < 2 * LIMIT + 64 * MIB,
            "{name}: {statistics:?}"
        );
        assert!(statistics.live < MIB, "{name} left something behind: {statistics:?}");
        assert_eq!(run(&sibling, "6 * 7").as_deref(), Some("42"), "{name}");
    }
    stop(&sibling);
}

/// Each of these goes through more than the limit, most about one and a half times. The bytes behind buffers, arrays and strings are not seen by the
/// engine's own collector, which knows cells.
#[test]
fn garbage_is_no_reason_to_end() {
    for (count, make) in [
        (1_000_000, "({ i })"),
        (30_000, "new Map([[i, i]])"),
        (60, "new ArrayBuffer(1e6)"),
        (60, "({ text: '0123456789'.repeat(1e5) + i })"),
        (60, "({ text: 'x'.padEnd(1e6) + i })"),
        (60, "new Array(1e5).fill(i)"),
        (60, "Array.from({ length: 1e5 })"),
        (60, "[].concat(large, [i])"),
        (60, "large.slice(1)"),
        (60, "[text.split('')]"),
        (60, "JSON.parse(json)"),
        (60, "large.map(x => x)"),
        (60, "large.toReversed()"),
        (60, "Object.values(large)"),
    ] {
        let isolate = isolate(Some(LIMIT));
        let script = format!(
            "let large = new Array(1e5).fill(0), text = large.join(''), json = JSON.stringify(large); for (let i = 0; i < {count}; i++) {make}; 'done'"
        );
        assert_eq!(run(&isolate, &script).as_deref(), Some("done"), "{make}");
        stop(&isolate);
    }
}

#[test]
fn what_is_too_large_at_once_is_a_range_error() {
    let isolate = isolate(Some(LIMIT));
    for make in [
        "new ArrayBuffer(64 << 20)",
        "new ArrayBuffer(1, { maxByteLength: 64 << 20 })",
        "new SharedArrayBuffer(64 << 20)",
        "new Uint8Array(64 << 20)",
        "new Float64Array(8 << 20)",
        "Uint8Array.from({ length: 64 << 20 })",
        "'x'.repeat(64 << 20)",
        "'é'.repeat(64 << 20)",
        "'x'.padStart(64 << 20)",
        "'x'.padEnd(64 << 20, '€')",
        "new Array(64 << 20).fill(0)",
        "Array.from({ length: 64 << 20 })",
    ] {
        let script = format!("try {{ {make}; 'nothing thrown' }} catch (error) {{ error.constructor.name }}");
        assert_eq!(run(&isolate, &script).as_deref(), Some("RangeError"), "{make}");
    }
    // There is room yet, also for built-ins that take nothing.
    for (script, value) in [
        ("new ArrayBuffer(8 << 20).byteLength", "8388608"),
        ("'0123456789'.repeat(1 << 17).length", "1310720"),
        ("[1, 2].fill.call({ length: 2 ** 40 }, 0, 1, 2)[1]", "0"),
        ("''.repeat(2 ** 30)", ""),
        ("'x'.padStart(2 ** 40, '')", "x"),
        ("'x'.padEnd(2, { toString: () => 'y' })", "xy"),
        (
            "Array.from(Object.assign(new Set([1]), { length: 2 ** 30 })).length",
            "1",
        ),
        (
            "const full = Array.from({ length: 4e5 }, (_, i) => i); for (let i = 0; i < 50; i++) full.fill(i); full[7]",
            "49",
        ),
    ] {
        assert_eq!(run(&isolate, script).as_deref(), Some(value), "{script}");
    }
    stop(&isolate);
}

/// The guarded built-ins look as before, and do the same.
#[test]
fn guarded_builtins_are_as_before() {
    let isolate = isolate(None);
    let script = "
        const shape = (object, name) => {
            const { value, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(object, name);
            return [value.name, value.length, writable, enumerable, configurable, 'prototype' in value, String(value)].join();
        };
        const native = name => `function ${name}() { [native code] }`;
        const all = [[Array, 'from', 1], [Array.prototype, 'fill', 1], [Array.prototype, 'concat', 1], [Array.prototype, 'slice', 2],
            [String.prototype, 'split', 2], [String.prototype, 'repeat', 1], [String.prototype, 'padStart', 1], [String.prototype, 'padEnd', 1]];
        for (const [object, name, length] of all) {
            const expected = [name, length, true, false, true, false, native(name)].join();
            if (shape(object, name) !== expected) throw new Error(`${shape(object, name)} is not ${expected}`);
            let constructs = true;
            try { new object[name]() } catch (error) { constructs = !(error instanceof TypeError) }
            if (constructs) throw new Error(name);
        }
        class Mine extends Array {}
        [Mine.from([1]) instanceof Mine, new Mine(1, 2).slice(1) instanceof Mine, [3].concat([4], 5), [1, 2, 3].fill(0, 1),
            'ab'.repeat('2'), 'a'.padStart(3, 'xy'), 'a'.padEnd(3), 'a,b'.split(',', 1)].join('|')";
    assert_eq!(
        run(&isolate, script).as_deref(),
        Some("true|true|3,4,5|1,0,0|abab|xya|a  |a")
    );
    stop(&isolate);
}

/// Termination from outside and hunger may come together: whichever was first is told.
#[test]
fn a_terminated_isolate_is_not_out_of_memory() {
    let isolate = isolate(Some(LIMIT));
    ask(&isolate, |cx| {
        EventLoop::of(cx).handle().terminate();
        drop(hint::black_box(vec![1_u8; 2 * LIMIT]));
    });
    assert_eq!(end_of(&isolate), Ending::Terminated);
    assert!(isolate.heap_statistics().peak > 2 * LIMIT);
}

/// A limit that not even an empty context fits under is passed before there is anything to stop.
#[test]
fn a_limit_may_be_less_than_a_context_takes() {
    let isolate = isolate(Some(64 << 10));
    assert_eq!(end_of(&isolate), Ending::OutOfMemory { limit: 64 << 10 });
}

/// Between two tasks nothing runs that could be stopped; the next one must not run either, and the loop must not sleep.
#[test]
fn what_a_task_brings_along_may_be_too_much() {
    let isolate = isolate(Some(2 * MIB));
    let ran = Arc::new(AtomicUsize::new(0));
    let (outside, inside) = (isolate.clone(), Arc::clone(&ran));
    // The closure goes by way of the stack.
    let poster = thread::Builder::new().stack_size(64 * MIB).spawn(move || {
        let large = hint::black_box([1_u8; 4 * MIB]);
        let posted = outside.post(TaskSource::Networking, move |_| {
            inside.fetch_add(hint::black_box(large).len(), Ordering::SeqCst);
        });
        assert!(posted.is_ok());
    });
    poster.unwrap().join().unwrap();
    assert_eq!(end_of(&isolate), Ending::OutOfMemory { limit: 2 * MIB });
    assert_eq!(ran.load(Ordering::SeqCst), 0);
}

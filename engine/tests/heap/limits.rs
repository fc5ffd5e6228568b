//! Heaps that hold too much.

use crate::support::{MIB, after, ask, end_of, eval, isolate, run, stop};
use skep_engine::{Ending, EventLoop, TaskSource};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
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

/// Each of these goes through about three times the limit. The bytes behind buffers, arrays and strings are not seen by the
/// engine's own collector, which knows cells.
#[test]
fn garbage_is_no_reason_to_end() {
    for (count, make) in [
        (1_000_000, "({ i })"),
        (30_000, "new Map([[i, i]])"),
        (100, "new ArrayBuffer(1e6)"),
        (100, "({ text: '0123456789'.repeat(1e5) + i })"),
        (100, "({ text: 'x'.padEnd(1e6) + i })"),
        (100, "new Array(1e5).fill(i)"),
        (100, "Array.from({ length: 1e5 })"),
        (100, "[].concat(large, [i])"),
        (100, "large.slice(1)"),
        (100, "[text.split('')]"),
    ] {
        let isolate = isolate(Some(LIMIT));
        let script = format!(
            "let large = new Array(1e5).fill(0), text = large.join(''); for (let i = 0; i < {count}; i++) {make}; 'done'"
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
    isolate.terminate();
    assert_eq!(end_of(&isolate), Ending::Terminated);
    let other = crate::support::isolate(None);
    after(&other, "var kept = Array.from({ length: 3e5 }, (_, i) => ({ i }))");
    stop(&other);
}

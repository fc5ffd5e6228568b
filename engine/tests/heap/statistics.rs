//! The numbers.

use crate::support::{MIB, after, ask, isolate, stop};
use skep_engine::{EventLoop, HeapStatistics, counts_allocations};
use std::time::Duration;

#[test]
fn what_a_heap_holds_is_counted_and_freed_with_it() {
    assert!(counts_allocations());
    let isolate = isolate(None);
    let empty = after(&isolate, "");
    assert!(
        empty.live > 100_000 && empty.live < 4 * MIB,
        "a bare context: {empty:?}"
    );
    assert_eq!((empty.limit, empty.buffers), (None, 0));
    let grown = after(&isolate, "var kept = Array.from({ length: 1e5 }, (_, i) => ({ i }))");
    assert!(
        grown.live > empty.live + 10 * MIB && grown.peak >= grown.live,
        "{grown:?}"
    );
    let with_buffer = after(&isolate, "var buffer = new ArrayBuffer(5 << 20)");
    assert_eq!(with_buffer.buffers, 5 * MIB);
    assert!(with_buffer.live >= grown.live + 5 * MIB - 4 * MIB);
    let shrunk = ask(&isolate, |cx| {
        crate::support::eval(cx, "kept = buffer = null").unwrap();
        boa_gc::force_collect();
        EventLoop::of(cx).heap_statistics()
    })
    .unwrap();
    assert_eq!(shrunk.buffers, 0);
    assert!(shrunk.live < grown.live - 10 * MIB, "{shrunk:?}");
    // One more task, so that the one before is certain to have ended.
    after(&isolate, "");
    // The outside sees the state at the end of the last task.
    let seen = isolate.heap_statistics();
    assert!(
        seen.live.abs_diff(shrunk.live) < MIB && seen.peak == shrunk.peak,
        "{seen:?}"
    );
    let left = stop(&isolate);
    assert!(left.live < 64 << 10 && left.buffers == 0, "left behind: {left:?}");
    assert!(left.peak >= grown.peak);
}

/// The engine's own collections are seen, and their end is recognised.
#[test]
fn collections_are_counted_and_timed() {
    let isolate = isolate(None);
    let before = after(&isolate, "");
    let after = after(
        &isolate,
        "var kept = []; for (let i = 0; i < 200_000; i++) kept[i % 20_000] = { i }",
    );
    let collections = after.collections - before.collections;
    assert!(collections >= 3, "{after:?}");
    let HeapStatistics { pauses, .. } = after;
    let timed = pauses.count - before.pauses.count;
    assert!(timed == collections, "{timed} of {collections} timed");
    assert!(pauses.longest > Duration::ZERO && pauses.total >= pauses.longest);
    assert!(pauses.total <= pauses.longest * u32::try_from(pauses.count).unwrap());
    stop(&isolate);
}

#[test]
fn isolates_are_counted_apart() {
    let (one, other) = (isolate(None), isolate(None));
    let before = after(&other, "");
    after(&one, "var kept = new Uint8Array(50 << 20)");
    let untouched = after(&other, "");
    assert!(untouched.live < before.live + MIB && untouched.buffers == 0);
    stop(&one);
    stop(&other);
}

/// The bytes of dead buffers are not seen by the engine's collector, which knows cells.
#[test]
fn dead_buffers_go_before_they_pile_up() {
    for make in [
        "new ArrayBuffer(10e6)",
        "new Uint8Array(10e6)",
        "new Float64Array(10e6 / 8)",
        "new SharedArrayBuffer(10e6)",
        "new ArrayBuffer(1, { maxByteLength: 10e6 })",
        "buffer.slice()",
        "buffer.transfer().slice() && (buffer = new ArrayBuffer(10e6))",
    ] {
        let isolate = isolate(None);
        let statistics = after(
            &isolate,
            &format!("var buffer = new ArrayBuffer(10e6); for (let i = 0; i < 200; i++) {make}"),
        );
        assert!(statistics.peak < 150_000_000, "{make}: {statistics:?}");
        stop(&isolate);
    }
}

/// Nor is what hangs on arrays and objects.
#[test]
fn dead_arrays_and_strings_go_before_they_pile_up() {
    for make in [
        "new Array(5e5).fill(i)",
        "Array.from({ length: 5e5 })",
        "[].concat(large, [i])",
        "large.slice(1)",
        "({ text: '0123456789'.repeat(1e6) + i })",
        "({ text: 'x'.padEnd(1e7) })",
        "[text.split('')]",
    ] {
        let isolate = isolate(None);
        let statistics = after(
            &isolate,
            &format!("var large = new Array(5e5).fill(0), text = large.join(''); for (let i = 0; i < 50; i++) {make}"),
        );
        assert!(statistics.peak < 300_000_000, "{make}: {statistics:?}");
        stop(&isolate);
    }
}

/// Between two tasks, and between two microtasks, what is dead goes too.
#[test]
fn collections_come_between_microtasks() {
    let isolate = isolate(None);
    after(
        &isolate,
        "let turns = 0; (async () => { while (turns++ < 100) { const a = []; for (let i = 0; i < 5e5; i++) a.push(i); await a } })()",
    );
    let statistics = after(&isolate, "");
    assert!(statistics.peak < 200_000_000, "{statistics:?}");
    stop(&isolate);
}

//! The numbers.

use crate::support::{MIB, after, ask, isolate, run, stop};
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
    for (count, make) in [
        (200, "new ArrayBuffer(10e6)"),
        (40, "new Uint8Array(10e6)"),
        (40, "new Float64Array(10e6 / 8)"),
        (40, "new SharedArrayBuffer(10e6)"),
        (40, "new ArrayBuffer(1, { maxByteLength: 10e6 })"),
        (40, "buffer.slice()"),
        (40, "buffer.transfer(), buffer = new ArrayBuffer(10e6)"),
    ] {
        let isolate = isolate(None);
        let statistics = after(
            &isolate,
            &format!("var buffer = new ArrayBuffer(10e6); for (let i = 0; i < {count}; i++) {make}"),
        );
        assert!(statistics.peak < 150_000_000, "{make}: {statistics:?}");
        stop(&isolate);
    }
}

/// Between two microtasks what is dead goes too: this one goes through three times its limit.
#[test]
fn collections_come_between_microtasks() {
    let isolate = isolate(Some(32 * MIB));
    let script = "
        globalThis.turns = 0;
        (async () => { while (turns < 100) { const a = []; for (let i = 0; i < 1e5; i++) a.push(i); turns++; await a } })()";
    assert!(run(&isolate, script).is_some());
    assert_eq!(run(&isolate, "turns").as_deref(), Some("100"));
    stop(&isolate);
}

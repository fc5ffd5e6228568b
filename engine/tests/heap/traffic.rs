//! Memory that crosses threads counts where it is.

use crate::support::{HANG, MIB, after, ask, ask_later, eval, isolate, stop};
use boa_engine::builtins::array_buffer::ArrayBuffer;
use skep_engine::structured_data::{LanguageOnly, TransferRecord, deserialize_with_transfer, serialize_with_transfer};
use skep_engine::{Cx, EventLoop, Freight, HeapStatistics, IsolateHandle};

const PLAIN: LanguageOnly = LanguageOnly { shared_memory: true };

/// Makes a message of what the script gives; a buffer that is the message itself is transferred.
fn message_of(script: &str, cx: &mut Cx) -> TransferRecord {
    let value = eval(cx, script).unwrap();
    let buffer = value.as_object().filter(|object| object.is::<ArrayBuffer>());
    let transfer: Vec<_> = buffer.into_iter().collect();
    serialize_with_transfer(&value, &transfer, &PLAIN, cx).unwrap()
}

fn send(from: &IsolateHandle, script: &'static str) -> TransferRecord {
    ask(from, move |cx| message_of(script, cx)).unwrap()
}

fn collected(isolate: &IsolateHandle) -> HeapStatistics {
    ask(isolate, |cx| {
        boa_gc::force_collect();
        EventLoop::of(cx).heap_statistics()
    })
    .unwrap()
}

const MESSAGES: &[&str] = &[
    "({ text: 'some text', list: [1, 2, 3], when: new Date(0), map: new Map([[1, 'é€']]), pattern: /a/g, big: 123n })",
    "new ArrayBuffer(100_000)",
    "new Uint8Array(1000)",
    "new Error('message')",
];

/// Sends this many of each message, over a channel that takes no memory of its own on the way.
fn pass(from: &IsolateHandle, to: &IsolateHandle, rounds: usize) {
    let (sender, receiver) = std::sync::mpsc::sync_channel::<TransferRecord>(4);
    let receiving = ask_later(to, move |cx| {
        for record in receiver {
            deserialize_with_transfer(record, &PLAIN, cx).unwrap();
        }
    });
    let sending = ask_later(from, move |cx| {
        for message in MESSAGES.iter().cycle().take(rounds * MESSAGES.len()) {
            sender.send(message_of(message, cx)).unwrap();
        }
    });
    sending.recv_timeout(HANG).unwrap();
    receiving.recv_timeout(HANG).unwrap();
}

#[test]
fn no_heap_drifts_however_much_passes() {
    let (one, other) = (isolate(None), isolate(None));
    // The first rounds make what is made once.
    let mut seen = Vec::new();
    for rounds in [50, 50, 1000] {
        pass(&one, &other, rounds);
        pass(&other, &one, rounds);
        collected(&one);
        seen.push((collected(&one), collected(&other)));
    }
    // 200 MB of blocks and 4 MB of records went by.
    let [_, before, after] = &seen[..] else { panic!() };
    for (before, after) in [(before.0, after.0), (before.1, after.1)] {
        assert!(after.live.abs_diff(before.live) < 50_000, "{before:?} {after:?}");
        assert!(after.live > 100_000 && after.buffers == 0, "{after:?}");
    }
    stop(&one);
    stop(&other);
}

#[test]
fn what_is_in_flight_is_apart_and_what_arrived_is_its_owners() {
    let (one, other) = (isolate(None), isolate(None));
    let before = collected(&one);
    let other_before = collected(&other);
    let record = send(&one, "globalThis.buffer = new ArrayBuffer(20 << 20)");
    let sent = collected(&one);
    assert!(sent.live < before.live + MIB && sent.buffers == 0, "{sent:?}");
    assert!(sent.in_flight >= 20 * MIB, "{sent:?}");
    ask(&other, move |cx| {
        let (value, _) = deserialize_with_transfer(record, &PLAIN, cx).unwrap();
        cx.global_object()
            .set(boa_engine::js_string!("kept"), value, false, cx)
            .unwrap();
    })
    .unwrap();
    let received = collected(&other);
    assert_eq!(received.buffers, 20 * MIB);
    assert!(collected(&one).in_flight < 10_000);
    assert!(received.live >= other_before.live + 19 * MIB, "{received:?}");
    assert!(after(&other, "kept = null").live > 0);
    assert_eq!(collected(&other).buffers, 0);
    stop(&one);
    stop(&other);
}

/// A message that nobody receives is taken off again, wherever it is dropped.
#[test]
fn a_lost_message_leaves_no_trace() {
    let (one, other) = (isolate(None), isolate(None));
    let before = (collected(&one), collected(&other));
    for _ in 0..50 {
        let record = send(&one, "new ArrayBuffer(1 << 20)");
        ask(&other, move |_| drop(record)).unwrap();
    }
    let after = (collected(&one), collected(&other));
    assert!(after.0.live.abs_diff(before.0.live) < 100_000, "{before:?} {after:?}");
    assert!(after.1.live.abs_diff(before.1.live) < 100_000, "{before:?} {after:?}");
    stop(&one);
    stop(&other);
}

#[test]
fn freight_moves_an_embedders_memory() {
    let isolate = isolate(None);
    collected(&isolate);
    let before = collected(&isolate);
    let body = vec![1_u8; 10 * MIB];
    let freight = Freight::load(body.capacity());
    ask(&isolate, move |cx| {
        drop(freight);
        cx.insert_data(Body(body));
    })
    .unwrap();
    let holding = collected(&isolate);
    assert!(holding.live >= before.live + 9 * MIB && holding.live < before.live + 11 * MIB);
    ask(&isolate, |cx| drop(cx.remove_data::<Body>())).unwrap();
    assert!(collected(&isolate).live.abs_diff(before.live) < 100_000);
    stop(&isolate);
}

#[derive(boa_engine::Trace, boa_engine::Finalize, boa_engine::JsData)]
struct Body(
    #[unsafe_ignore_trace]
    #[expect(dead_code, reason = "it is there to be held")]
    Vec<u8>,
);

/// Memory that several heaps have counts for none of them, whoever frees it.
#[test]
fn shared_memory_counts_for_nobody() {
    let (one, other) = (isolate(None), isolate(None));
    let pass = || {
        let record = send(&one, "new SharedArrayBuffer(1 << 20)");
        ask(&other, move |cx| {
            deserialize_with_transfer(record, &PLAIN, cx).unwrap();
        })
        .unwrap();
    };
    (0..3).for_each(|_| pass());
    collected(&one);
    let before = (collected(&one), collected(&other));
    (0..50).for_each(|_| pass());
    let after = (collected(&one), collected(&other));
    for (before, after) in [(before.0, after.0), (before.1, after.1)] {
        assert!(after.live.abs_diff(before.live) < 100_000, "{before:?} {after:?}");
        assert!(after.live > 100_000, "{after:?}");
    }
    stop(&one);
    stop(&other);
}

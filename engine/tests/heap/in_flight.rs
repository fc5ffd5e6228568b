//! What is in flight counts for its sender.

use crate::support::{HANG, MIB, ask, ask_later, end_of, eval, isolate, stop};
use boa_engine::JsValue;
use skep_engine::structured_data::{
    LanguageOnly, Record, TransferRecord, deserialize, deserialize_with_transfer, serialize, serialize_with_transfer,
};
use skep_engine::{Cx, Ending, EventLoop, HeapStatistics, IsolateHandle, TaskSource};

const PLAIN: LanguageOnly = LanguageOnly { shared_memory: true };
const LIMIT: usize = 32 * MIB;

/// A text, a list, and a buffer.
const MESSAGE: &str = "({ text: 'some text', list: [1, 2, 3], block: new Uint8Array(10_000) })";

fn record_of(script: &str, cx: &mut Cx) -> Record {
    let value = eval(cx, script).unwrap();
    serialize(&value, false, &PLAIN, cx).unwrap()
}

fn statistics(isolate: &IsolateHandle) -> HeapStatistics {
    ask(isolate, |cx| {
        boa_gc::force_collect();
        EventLoop::of(cx).heap_statistics()
    })
    .unwrap()
}

/// Posts messages to the other isolate until this one ends, or has posted so many; `before` is called with each message's number.
fn flood(
    from: &IsolateHandle,
    to: &IsolateHandle,
    count: usize,
    before: impl Fn(usize) + Send + 'static,
) -> flume::Receiver<()> {
    let to = to.clone();
    ask_later(from, move |cx| {
        let value = eval(cx, MESSAGE).unwrap();
        for number in 0..count {
            before(number);
            // At last there is room for a few small messages, but for no buffer.
            let record = serialize(&value, false, &PLAIN, cx)
                .or_else(|_| serialize(&JsValue::undefined(), false, &PLAIN, cx))
                .unwrap();
            let read = move |cx: &mut Cx| drop(deserialize(record, &PLAIN, cx).unwrap());
            if EventLoop::of(cx).is_terminated() || to.post(TaskSource::PostedMessage, read).is_err() {
                return;
            }
        }
    })
}

#[test]
fn who_floods_another_runs_out_of_memory_and_nobody_else_does() {
    let (sender, receiver, bystander) = (isolate(Some(LIMIT)), isolate(Some(LIMIT)), isolate(Some(LIMIT)));
    let (go, wait) = flume::bounded::<()>(0);
    // The receiver is busy until the sender has ended.
    let busy = ask_later(&receiver, move |_| wait.recv());
    flood(&sender, &receiver, usize::MAX, |_| {});
    assert_eq!(end_of(&sender), Ending::OutOfMemory { limit: LIMIT });
    drop(go);
    busy.recv_timeout(HANG).unwrap().unwrap_err();
    // It reads what was sent, piece by piece, with no more room than the sender had.
    assert!(statistics(&receiver).live < LIMIT);
    stop(&receiver);
    stop(&bystander);
}

#[test]
fn a_receiver_that_keeps_up_lets_its_sender_live() {
    let (sender, receiver) = (isolate(Some(LIMIT)), isolate(Some(LIMIT)));
    // A message is sent once the one a hundred before it has been read: ten times the limit go by.
    let (tick, ticks) = flume::unbounded();
    let reader = receiver.clone();
    let sent = flood(&sender, &receiver, 40_000, move |number| {
        let tick = tick.clone();
        let told = reader.post(TaskSource::DomManipulation, move |_| _ = tick.send(()));
        told.unwrap();
        if number > 100 {
            ticks.recv_timeout(HANG).unwrap();
        }
    });
    sent.recv_timeout(HANG).unwrap();
    assert!(stop(&receiver).in_flight == 0);
    let left = statistics(&sender);
    // What the answers took is on its way back, and nothing else.
    assert!(left.in_flight < 10_000, "{left:?}");
    stop(&sender);
}

/// However a message ends: received, dropped elsewhere, dropped at home, or with the isolate that it waits for.
#[test]
fn nothing_stays_in_flight() {
    let (one, other) = (isolate(Some(LIMIT)), isolate(Some(LIMIT)));
    let before = statistics(&one);
    assert_eq!(before.in_flight, 0);
    let send = || ask(&one, |cx| record_of(MESSAGE, cx)).unwrap();
    let [received, dropped, at_home] = [send(), send(), send()];
    assert!(statistics(&one).in_flight >= 3 * 10_000);
    ask(&other, move |cx| drop(deserialize(received, &PLAIN, cx).unwrap())).unwrap();
    drop(dropped);
    ask(&one, move |_| drop(at_home)).unwrap();
    let after = statistics(&one);
    assert!(after.in_flight < 10_000, "{after:?}");
    // A mailbox that its isolate never reads.
    let (go, wait) = flume::bounded::<()>(0);
    let busy = ask_later(&other, move |_| wait.recv());
    flood(&one, &other, 100, |_| {}).recv_timeout(HANG).unwrap();
    assert!(statistics(&one).in_flight >= 100 * 10_000);
    other.terminate();
    drop(go);
    _ = busy.recv_timeout(HANG);
    assert_eq!(end_of(&other), Ending::Terminated);
    let after = statistics(&one);
    assert!(after.in_flight < 10_000, "{after:?}");
    assert!(after.live.abs_diff(before.live) < 200_000, "{before:?} {after:?}");
    stop(&one);
}

#[test]
fn a_shared_record_counts_once_until_the_last_is_done_with_it() {
    let sender = isolate(Some(LIMIT));
    let record = ask(&sender, |cx| record_of("new ArrayBuffer(1 << 20)", cx)).unwrap();
    let clones: Vec<_> = (0..100).map(|_| record.clone()).collect();
    let in_flight = || statistics(&sender).in_flight;
    let once = in_flight();
    assert!((MIB..MIB + 20_000).contains(&once), "{once}");
    drop(clones);
    assert_eq!(in_flight(), once);
    drop(record);
    assert!(in_flight() < 10_000);
    stop(&sender);
}

/// Long queues are mostly of small messages.
#[test]
fn a_small_message_takes_little_while_it_waits() {
    let sender = isolate(Some(LIMIT));
    let records = ask(&sender, |cx| {
        let value = eval(cx, "({ type: 'tick', count: 5 })").unwrap();
        let record = |_| serialize_with_transfer(&value, &[], &PLAIN, cx).unwrap();
        (0..1000).map(record).collect::<Vec<_>>()
    })
    .unwrap();
    let in_flight = statistics(&sender).in_flight;
    assert!(in_flight < 1000 * 110 + 10_000, "{in_flight}");
    assert_eq!(size_of::<TransferRecord>(), 2 * size_of::<usize>());
    drop(records);
    stop(&sender);
}

/// A port that nobody reads is a list of messages somewhere: whoever sends into it fills their own room.
#[test]
fn transferred_blocks_count_until_they_arrive() {
    let sender = isolate(Some(LIMIT));
    let (port, unread) = flume::unbounded::<TransferRecord>();
    let sent = ask(&sender, move |cx| {
        let mut sent = 0;
        // No buffer is made any more where there is no room for it.
        while let Ok(buffer) = eval(cx, "new ArrayBuffer(1 << 20)") {
            let list = [buffer.as_object().unwrap()];
            port.send(serialize_with_transfer(&buffer, &list, &PLAIN, cx).unwrap())
                .unwrap();
            sent += 1;
        }
        sent
    });
    assert!((LIMIT / MIB / 2..=LIMIT / MIB).contains(&sent.unwrap()), "{sent:?}");
    let full = statistics(&sender);
    assert!(
        full.in_flight > LIMIT / 2 && full.in_flight + full.live <= LIMIT,
        "{full:?}"
    );
    drop(unread);
    let empty = statistics(&sender);
    assert!(empty.in_flight < 10_000, "{empty:?}");
    stop(&sender);
}

/// Makes the buffer of this script, sends it to the isolate it is in, and receives it; how often that went well, of so many times.
fn sent_to_itself(script: &'static str, transfer: bool, times: usize) -> usize {
    let isolate = isolate(Some(LIMIT));
    let arrived = ask(&isolate, move |cx| {
        let arrives = |cx: &mut Cx| {
            let buffer = eval(cx, script)?;
            let list = buffer.as_object().filter(|_| transfer);
            let record = serialize_with_transfer(&buffer, list.as_slice(), &PLAIN, cx)?;
            deserialize_with_transfer(record, &PLAIN, cx)
        };
        (0..times).take_while(|_| arrives(cx).is_ok()).count()
    });
    let arrived = arrived.expect("the isolate lives");
    assert!(statistics(&isolate).in_flight < 10_000);
    stop(&isolate);
    arrived
}

#[test]
fn a_block_that_is_sent_to_its_own_isolate_counts_once() {
    assert_eq!(sent_to_itself("new ArrayBuffer(20 << 20)", true, 50), 50);
    let resizable = "new ArrayBuffer(1 << 20, { maxByteLength: 20 << 20 })";
    assert_eq!(sent_to_itself(resizable, true, 50), 50);
    assert_eq!(sent_to_itself("new ArrayBuffer(12 << 20)", false, 50), 50);
    // A copy still needs room for itself.
    assert_eq!(sent_to_itself("new ArrayBuffer(20 << 20)", false, 1), 0);
}

#[test]
fn a_receiver_needs_no_room_for_the_message_besides_its_value() {
    let (sender, receiver) = (isolate(None), isolate(Some(24 * MIB)));
    for _ in 0..10 {
        let record = ask(&sender, |cx| record_of("'x'.repeat(14 << 20)", cx)).unwrap();
        let length = ask(&receiver, |cx| {
            let text = deserialize(record, &PLAIN, cx).unwrap();
            text.as_string().map(|text| text.len())
        });
        assert_eq!(length, Some(Some(14 * MIB)));
    }
    stop(&sender);
    stop(&receiver);
}

#[test]
fn what_is_in_flight_lets_dead_objects_be_collected_sooner() {
    for garbage in [
        "for (let i = 0; i < 20_000; i++) Array(1000).fill(0.5)",
        "for (let i = 0; i < 2_000; i++) new ArrayBuffer(100_000)",
    ] {
        let sender = isolate(Some(LIMIT));
        let unread = ask(&sender, |cx| {
            let records = (0..24).map(|_| record_of("'x'.repeat(1024).repeat(1024)", cx));
            records.collect::<Vec<_>>()
        });
        let garbage = garbage.to_owned();
        let done = ask(&sender, move |cx| eval(cx, &garbage).is_ok());
        assert_eq!(done, Some(true));
        assert!(statistics(&sender).in_flight >= 24 * MIB);
        drop(unread);
        stop(&sender);
    }
}

#[test]
fn a_message_that_is_too_large_is_an_error() {
    for script in [
        "const s = 'x'.repeat(1024).repeat(4096); Array(1000).fill(s)",
        "const s = 'x'.repeat(1024).repeat(4096); ({ list: [{}].concat(Array(1000).fill(s)) })",
        "const s = 'x'.repeat(1024).repeat(4096); new Set([{ s }, [s, s], { s, t: s }, [s, s, s, s, s, s]])",
        "const s = '\\u{1f41d}'.repeat(1024).repeat(1024); Array(1000).fill(s)",
        "const s = 'x'.repeat(1024).repeat(100); Array(1000).fill(s)",
    ] {
        let sender = isolate(Some(LIMIT));
        let error = ask(&sender, move |cx| {
            let value = eval(cx, script).unwrap();
            let error = serialize(&value, false, &PLAIN, cx).unwrap_err();
            error.to_string()
        });
        let error = error.expect("the isolate lives");
        assert!(error.contains("out of memory"), "{script}: {error}");
        let left = statistics(&sender);
        assert!(left.in_flight == 0 && left.peak <= LIMIT, "{script}: {left:?}");
        stop(&sender);
    }
}

#[test]
fn a_value_that_is_too_large_for_its_receiver_is_an_error() {
    let (sender, receiver) = (isolate(None), isolate(Some(LIMIT)));
    let script = "const s = 'x'.repeat(1024).repeat(4096); [Array(60).fill(s), {}]";
    let record = ask(&sender, move |cx| record_of(script, cx)).unwrap();
    let error = ask(&receiver, |cx| deserialize(record, &PLAIN, cx).unwrap_err().to_string());
    let error = error.expect("the isolate lives");
    assert!(error.contains("out of memory"), "{error}");
    stop(&sender);
    stop(&receiver);
}

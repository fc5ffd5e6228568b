//! What goes in comes out equal, whatever it is; and whatever bytes come in, nothing breaks.

use std::thread;

use boa_engine::Source;
use proptest::collection::vec;
use proptest::prelude::*;
use skep_engine::structured_data::{Record, RecordError, deserialize, serialize};

use crate::graph::{Graph, Node, Text, Value};
use crate::untrusted::{PLAIN, context, describe, framed, survives};

/// Serialises in one thread, deserialises in another, and compares.
fn goes_and_comes(graph: &Graph) -> Result<(), TestCaseError> {
    let script = graph.script();
    let mut cx = context();
    let value = cx
        .eval(Source::from_bytes(&script))
        .map_err(|error| TestCaseError::fail(format!("{script}\n{error}")))?;
    let sent = describe(&value, &mut cx).unwrap();
    let record =
        serialize(&value, false, &PLAIN, &mut cx).map_err(|error| TestCaseError::fail(format!("{script}\n{error}")))?;
    prop_assert_eq!(
        &describe(&value, &mut cx).unwrap(),
        &sent,
        "serialising changed it\n{}",
        script
    );
    // Once as a shared record, once as the last one, and once from its bytes.
    let mut records = vec![record.clone(), record.clone()];
    let stored = record.to_bytes();
    drop(record);
    match stored {
        Ok(bytes) => {
            let stored = Record::from_bytes(&bytes).unwrap();
            prop_assert_eq!(&stored.to_bytes().unwrap(), &bytes);
            records.push(stored);
        }
        Err(error) => prop_assert_eq!(error, RecordError::NotOnlyBytes),
    }
    let received = thread::spawn(move || {
        let mut cx = context();
        let mut receive = |record: Record| match deserialize(record, &PLAIN, &mut cx) {
            Ok(copy) => describe(&copy, &mut cx).unwrap_or_else(|error| error.to_string()),
            Err(error) => error.to_string(),
        };
        records.into_iter().map(&mut receive).collect::<Vec<_>>()
    });
    for received in received.join().unwrap() {
        prop_assert_eq!(&received, &sent, "{}", script);
    }
    Ok(())
}

fn text() -> impl Strategy<Value = Text> {
    prop_oneof![
        6 => any::<u8>().prop_map(Text::Known),
        1 => vec(any::<u8>(), 0..20).prop_map(Text::Latin1),
        1 => vec(any::<u16>(), 0..20).prop_map(Text::Utf16),
    ]
}

fn primitive() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Undefined),
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        prop_oneof![-200..200, any::<i32>()].prop_map(Value::Integer),
        any::<f64>().prop_map(Value::Double),
        prop_oneof![-3..3_i128, any::<i128>()].prop_map(Value::BigInt),
        any::<u16>().prop_map(Value::Huge),
        text().prop_map(Value::Text),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![primitive(), any::<u8>().prop_map(Value::Node)]
}

fn node() -> impl Strategy<Value = Node> {
    let properties = || vec((text(), value()), 0..8);
    prop_oneof![
        1 => primitive().prop_map(Node::Wrapper),
        1 => any::<f64>().prop_map(Node::Date),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(source, flags)| Node::RegExp { source, flags }),
        1 => (vec(any::<u8>(), 1..24), 0..120_u16, any::<Option<u16>>(), prop::bool::weighted(0.2)).prop_map(
            |(bytes, times, room, shared)| Node::Buffer { bytes, times, room, shared }
        ),
        1 => (any::<u8>(), any::<u8>(), any::<u8>(), any::<Option<u8>>()).prop_map(|(kind, buffer, offset, length)| {
            Node::View { kind, buffer, offset, length }
        }),
        4 => properties().prop_map(Node::Object),
        2 => vec(value(), 0..12).prop_map(Node::Array),
        1 => vec(primitive(), 0..12).prop_map(Node::Array),
        1 => vec(any::<i32>(), 0..12).prop_map(Node::Integers),
        1 => vec(any::<f64>(), 0..12).prop_map(Node::Doubles),
        1 => (
            prop_oneof![0..20_u32, any::<u32>()],
            vec((prop_oneof![0..20_u32, any::<u32>()], value()), 0..6),
            properties()
        )
            .prop_map(|(length, elements, extra)| Node::Sparse { length, elements, extra }),
        2 => vec((value(), value()), 0..6).prop_map(Node::Map),
        2 => vec(value(), 0..6).prop_map(Node::Set),
        1 => (any::<u8>(), prop::option::of(text()), prop::option::of(value())).prop_map(|(kind, message, cause)| {
            Node::Error { kind, message, cause }
        }),
    ]
}

fn graph() -> impl Strategy<Value = Graph> {
    let root = prop_oneof![1 => primitive(), 9 => any::<u8>().prop_map(Value::Node)];
    (vec(node(), 1..16), root).prop_map(|(nodes, root)| Graph { nodes, root })
}

/// What is done to the bytes of a record: where, and what.
#[derive(Clone, Debug)]
enum Damage {
    Change(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Repeat(prop::sample::Index, u8),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = any::<prop::sample::Index>;
    prop_oneof![
        4 => (place(), prop_oneof![0..64_u8, any::<u8>()]).prop_map(|(at, byte)| Damage::Change(at, byte)),
        2 => (place(), vec(prop_oneof![0..64_u8, any::<u8>()], 1..6)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        2 => (place(), any::<u8>()).prop_map(|(at, count)| Damage::Remove(at, count % 8)),
        1 => place().prop_map(Damage::Cut),
        2 => (place(), any::<u8>()).prop_map(|(at, count)| Damage::Repeat(at, count)),
    ]
}

impl Damage {
    fn apply(&self, tape: &mut Vec<u8>) {
        let end = |at: usize, count: u8, tape: &[u8]| (at + usize::from(count)).min(tape.len());
        match self {
            Self::Change(at, byte) if !tape.is_empty() => *at.get_mut(tape) = *byte,
            Self::Insert(at, bytes) => {
                let at = at.index(tape.len() + 1);
                tape.splice(at..at, bytes.iter().copied());
            }
            Self::Remove(at, count) => {
                let at = at.index(tape.len() + 1);
                tape.drain(at..end(at, *count, tape));
            }
            Self::Cut(at) => tape.truncate(at.index(tape.len() + 1)),
            Self::Repeat(at, count) => {
                let at = at.index(tape.len() + 1);
                let again = tape[at..end(at, *count, tape)].to_vec();
                tape.splice(at..at, again);
            }
            Self::Change(..) => {}
        }
    }
}

/// The tape of a stored record, without its frame.
fn tape_of(bytes: &[u8]) -> Vec<u8> {
    let (mut length, mut at) = (0, 1);
    for shift in (0..).step_by(7) {
        length |= usize::from(bytes[at] & 0x7f) << shift;
        at += 1;
        if bytes[at - 1] < 0x80 {
            break;
        }
    }
    bytes[at..at + length].to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_goes_in_comes_out_equal(graph in graph()) {
        goes_and_comes(&graph)?;
    }

    #[test]
    fn damaged_records_are_refused_or_hold_another_value(graph in graph(), damages in vec(damage(), 1..4)) {
        let mut cx = context();
        let value = cx.eval(Source::from_bytes(&graph.script())).unwrap();
        let record = serialize(&value, false, &PLAIN, &mut cx).unwrap();
        if let Ok(bytes) = record.to_bytes() {
            let mut tape = tape_of(&bytes);
            damages.iter().for_each(|damage| damage.apply(&mut tape));
            survives(&framed(&tape), &mut cx);
            let mut bytes = bytes;
            damages.iter().for_each(|damage| damage.apply(&mut bytes));
            survives(&bytes, &mut cx);
        }
    }

    #[test]
    fn any_bytes_are_refused_or_hold_a_value(tape in vec(prop_oneof![3 => 0..64_u8, 1 => any::<u8>()], 0..200)) {
        let mut cx = context();
        survives(&framed(&tape), &mut cx);
        survives(&tape, &mut cx);
    }
}

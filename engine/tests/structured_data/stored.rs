//! Records as bytes, and bytes that are none.

use boa_engine::js_string;
use skep_engine::structured_data::{
    Record, RecordError, deserialize, deserialize_with_transfer, serialize, serialize_with_transfer,
};

use crate::support::{ISOLATED, context, eval, holds, list};
use crate::untrusted::{self, framed};

fn record(source: &str) -> Record {
    let mut cx = context();
    let value = eval(source, &mut cx);
    serialize(&value, true, &ISOLATED, &mut cx).unwrap()
}

#[test]
fn a_record_outlives_its_heap_as_bytes() {
    let bytes = record("[new Uint8Array(5000).fill(3), new Map([['€', 1n]])]")
        .to_bytes()
        .unwrap();
    let record = Record::from_bytes(&bytes).unwrap();
    let mut cx = context();
    let copy = deserialize(&record, &ISOLATED, &mut cx).unwrap();
    let check = "v[0].length === 5000 && v[0][4999] === 3 && v[1].get('€') === 1n";
    assert_eq!(holds(copy, check, &mut cx), "true");
    assert_eq!(record.to_bytes().unwrap(), bytes);
}

#[test]
fn what_is_no_bytes_is_not_stored() {
    let mut cx = context();
    for source in ["new SharedArrayBuffer(1)", "[thing(1)]"] {
        let value = eval(source, &mut cx);
        let record = serialize(&value, false, &ISOLATED, &mut cx).unwrap();
        assert_eq!(record.to_bytes(), Err(RecordError::NotOnlyBytes), "{source}");
    }
    // A transferred object is not in the record.
    let value = eval("globalThis.p = port(1); [p]", &mut cx);
    let transfer = serialize_with_transfer(&value, &list("[p]", &mut cx), &ISOLATED, &mut cx).unwrap();
    let stored = Record::from_bytes(&transfer.record().to_bytes().unwrap()).unwrap();
    let error = deserialize(stored, &ISOLATED, &mut cx).unwrap_err().to_string();
    assert!(
        error.contains("DataCloneError") && error.contains("malformed"),
        "{error}"
    );
    deserialize_with_transfer(transfer, &ISOLATED, &mut cx).unwrap();
}

#[test]
fn bytes_that_are_laid_out_otherwise_are_no_record() {
    let bytes = record("new Uint8Array(5000)").to_bytes().unwrap();
    for cut in 0..bytes.len() {
        assert!(Record::from_bytes(&bytes[..cut]).is_err(), "{cut}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(Record::from_bytes(&longer).is_err());
    let mut newer = bytes;
    newer[0] += 1;
    let error = Record::from_bytes(&newer).unwrap_err().to_string();
    assert_eq!(error, "these bytes are no stored record: they are of another version");
}

/// Tapes that no serialisation writes, each for a rule of the format.
#[test]
fn malformed_tapes_are_data_clone_errors() {
    const LONG: [u8; 5] = [0xff, 0xff, 0xff, 0xff, 0x0f];
    let long = |before: &[u8], after: &[u8]| [before, &LONG, after].concat();
    let tapes: Vec<Vec<u8>> = vec![
        vec![],                                   // Nothing.
        vec![9],                                  // No tag.
        vec![40],                                 // An end of nothing.
        vec![0, 0],                               // Two values.
        vec![4],                                  // An integer without its number.
        vec![4, 0xff, 0xff, 0xff, 0xff, 0xff, 0], // One that is too large.
        long(&[7], b"abc"),                       // A text that is longer than the tape.
        long(&[8], b"abc"),
        long(&[6], b"abc"),
        long(&[34], &[0; 8]), // Arrays that are.
        long(&[35], &[0; 8]),
        long(&[36], &[0; 8]),
        long(&[31], &[50, 7, 1, b'a']), // A shape that is.
        vec![36, 1, 30, 40, 40],        // An object among primitives.
        vec![33, 1, 0x80, 0x80, 40],    // More elements than the array is long.
        vec![33, 1, 52, 1, 0x80, 40],   // An index beyond its length.
        vec![33, 1, 50, 7, 6, b'l', b'e', b'n', b'g', b't', b'h', 0x80, 40], // Its length, anew.
        vec![30, 50, 7, 1, b'a', 40],   // A key without a value.
        vec![30, 0x80, 40],             // A value without a key.
        vec![30, 51, 0, 0x80, 40],      // A key that is not there.
        vec![30, 50, 0x80, 40],         // A key that is no text.
        vec![30],                       // An object without an end.
        vec![37, 0x80, 40],             // A map's key without a value.
        vec![38, 53, 40],               // A gap in a set.
        vec![32, 0],                    // A shape that is not there.
        vec![60, 0],                    // Objects that are not there.
        vec![61, 0],
        vec![19],
        vec![21],
        vec![23],
        vec![16, 0, 7, 1, b'('],                  // A regular expression that is none.
        vec![16, 0b0110_0000, 7, 1, b'a'],        // Flags that exclude each other.
        vec![22, 13, 0, 0, 17, 0],                // A view of no kind.
        vec![22, 2, 0, 0, 30],                    // A view of an object.
        vec![38, 30, 40, 22, 2, 0, 0, 60, 1, 40], // A view of an object that is there.
        vec![22, 2, 9, 0, 17, 1, 0],              // Views beyond their buffers.
        vec![22, 2, 0, 3, 17, 1, 0],
        vec![22, 12, 1, 2, 17, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0], // A view at an odd place.
        vec![
            22, 12, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 17, 0,
        ], // One longer than any memory.
        vec![18, 1, 2, 0, 0],                                 // A buffer that is longer than it may be.
        vec![39, 8, 0, 40],                                   // An error of no name.
        vec![39, 0, 4, 40],                                   // An error with something else.
        vec![52, 0],                                          // An index of nothing.
        [&[30, 52][..], &LONG, &[0x80, 40]].concat(),         // What is no array index.
    ];
    let mut cx = untrusted::context();
    for tape in tapes {
        let record = Record::from_bytes(&framed(&tape)).unwrap();
        match deserialize(record, &untrusted::PLAIN, &mut cx) {
            Ok(value) => panic!("{tape:?} is {}", value.display()),
            Err(error) => {
                let error = error.to_string();
                assert!(
                    error.contains("DataCloneError: The structured data is malformed: "),
                    "{tape:?}: {error}"
                );
            }
        }
    }
}

/// That an array is long is only a number; and a buffer that may grow is asked for like a script's.
#[test]
fn little_makes_little() {
    let mut cx = untrusted::context();
    let longest = framed(&[
        33, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x81, 0x82, 52, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0x83, 40,
    ]);
    let array = deserialize(Record::from_bytes(&longest).unwrap(), &untrusted::PLAIN, &mut cx).unwrap();
    let check = "v.length === 4294967295 && Object.keys(v).join() === '0,1,4294967294'";
    assert_eq!(holds(array, check, &mut cx), "true");
    let large = framed(&[18, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]);
    let error = deserialize(Record::from_bytes(&large).unwrap(), &untrusted::PLAIN, &mut cx).unwrap_err();
    let message = error.into_opaque(&mut cx).unwrap();
    let message = message
        .as_object()
        .unwrap()
        .get(js_string!("message"), &mut cx)
        .unwrap();
    assert_eq!(message, js_string!("Data cannot be cloned, out of memory.").into());
}

/// Where the reader keeps what is open, depth is only memory.
#[test]
fn depth_takes_no_stack() {
    let mut cx = untrusted::context();
    let mut tape = vec![38; 300_000];
    untrusted::survives(&framed(&tape), &mut cx);
    tape.extend([40; 300_000]);
    let record = Record::from_bytes(&framed(&tape)).unwrap();
    deserialize(record, &untrusted::PLAIN, &mut cx).unwrap();
}

/// A *number* of the format.
fn number(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
    bytes
}

/// Were the buffer made longer for each view, this would take all day.
#[test]
fn many_views_out_of_bounds_cost_one_long_buffer() {
    const ROOM: usize = 64 << 20;
    const VIEWS: usize = 100_000;
    // An array, and in it views of one byte, at the end of the room of a buffer that is empty.
    let view = [&[22, 2][..], &number(ROOM - 1), &[2]].concat();
    let mut tape = [&[33][..], &number(VIEWS), &view, &[18], &number(ROOM), &[0]].concat();
    for _ in 1..VIEWS {
        tape.extend_from_slice(&view);
        tape.extend([60, 1]);
    }
    tape.push(40);
    let record = Record::from_bytes(&framed(&tape)).unwrap();
    let mut cx = context();
    let copy = deserialize(record, &ISOLATED, &mut cx).unwrap();
    let check = format!(
        "const last = v[{VIEWS} - 1];
        const before = [v.length, v[0].length, last.length, last.buffer === v[0].buffer, last.buffer.byteLength];
        last.buffer.resize({ROOM});
        String([...before, v[0].length, last.length])"
    );
    assert_eq!(holds(copy, &check, &mut cx), format!("\"{VIEWS},0,0,true,0,1,1\""));
}

#[test]
fn blocks_that_nothing_asks_for_are_refused() {
    let mut bytes = framed(&[0x81]);
    *bytes.last_mut().unwrap() = 1;
    bytes.extend([1, 7]);
    let record = Record::from_bytes(&bytes).unwrap();
    let mut cx = context();
    for record in [record.clone(), record] {
        let error = deserialize(record, &ISOLATED, &mut cx).unwrap_err().to_string();
        assert!(error.contains("malformed"), "{error}");
    }
}

//! Buffers and views.

use std::thread;

use boa_engine::object::builtins::JsArrayBuffer;
use boa_engine::{JsValue, js_string};
use skep_engine::structured_data::{
    Record, deserialize, deserialize_with_transfer, serialize, serialize_with_transfer,
};

use crate::support::{ISOLATED, Platform, context, crosses, eval, holds, list, refuses, uncloneable};

#[test]
fn array_buffers() {
    crosses(
        "new Uint8Array([1, 2, 3]).buffer",
        "v instanceof ArrayBuffer && !v.resizable && new Uint8Array(v).join() === '1,2,3'",
    );
    crosses("new ArrayBuffer(0)", "v.byteLength === 0 && !v.resizable");
    crosses(
        "const b = new ArrayBuffer(4, { maxByteLength: 1000 }); new Uint8Array(b)[3] = 7; b.resize(6); b",
        "v.resizable && v.byteLength === 6 && v.maxByteLength === 1000 && new Uint8Array(v)[3] === 7
        && (v.resize(1000), v.byteLength === 1000)",
    );
    crosses(
        "new ArrayBuffer(0, { maxByteLength: 0 })",
        "v.resizable && v.maxByteLength === 0",
    );
    // Serialising leaves the original as it was.
    let mut cx = context();
    let value = eval("globalThis.b = new ArrayBuffer(4, { maxByteLength: 8 }); b", &mut cx);
    serialize(&value, false, &ISOLATED, &mut cx).unwrap();
    assert_eq!(
        eval(
            "b.resize(8); `${b.byteLength} ${b.maxByteLength} ${b.resizable}`",
            &mut cx
        ),
        js_string!("8 8 true").into()
    );
    uncloneable(
        "const b = new ArrayBuffer(1); detach(b); b",
        "An ArrayBuffer is detached and could not be cloned.",
    );
}

#[test]
fn views() {
    for (name, element) in [
        ("Int8Array", "-1"),
        ("Uint8Array", "1"),
        ("Uint8ClampedArray", "1"),
        ("Int16Array", "-1"),
        ("Uint16Array", "1"),
        ("Int32Array", "-1"),
        ("Uint32Array", "1"),
        ("BigInt64Array", "-1n"),
        ("BigUint64Array", "1n"),
        ("Float16Array", "1.5"),
        ("Float32Array", "1.5"),
        ("Float64Array", "1.5"),
    ] {
        crosses(
            &format!("const a = new {name}(new ArrayBuffer(64), 16, 3); a[2] = {element}; a"),
            &format!(
                "v.constructor === {name} && v.byteOffset === 16 && v.length === 3 && v[2] === {element}
                && v.buffer.byteLength === 64"
            ),
        );
        crosses(
            &format!("new {name}(new ArrayBuffer(64, {{ maxByteLength: 128 }}), 16)"),
            &format!(
                "v.byteLength === 48 && (v.buffer.resize(96), v.byteLength === 80 && v.length === 80 / {name}.BYTES_PER_ELEMENT)"
            ),
        );
        crosses(
            &format!("new {name}(new ArrayBuffer(64, {{ maxByteLength: 128 }}), 16, 6)"),
            "v.length === 6 && (v.buffer.resize(96), v.length === 6)",
        );
    }
    // A DataView of its own length, and one that tracks its buffer, at each end of their range.
    for (offset, length) in [(0, 8), (3, 5), (8, 0)] {
        crosses(
            &format!("new DataView(new ArrayBuffer(8), {offset})"),
            &format!("v instanceof DataView && v.byteOffset === {offset} && v.byteLength === {length}"),
        );
        crosses(
            &format!("new DataView(new ArrayBuffer(8, {{ maxByteLength: 16 }}), {offset})"),
            &format!("v.byteLength === {length} && (v.buffer.resize(12), v.byteLength === {length} + 4)"),
        );
        crosses(
            &format!("new DataView(new ArrayBuffer(8, {{ maxByteLength: 16 }}), {offset}, {length})"),
            &format!("v.byteLength === {length} && (v.buffer.resize(12), v.byteLength === {length})"),
        );
        crosses(
            &format!("new DataView(new SharedArrayBuffer(8, {{ maxByteLength: 16 }}), {offset})"),
            &format!("v.byteLength === {length} && (v.buffer.grow(12), v.byteLength === {length} + 4)"),
        );
        crosses(
            &format!("new DataView(new SharedArrayBuffer(8, {{ maxByteLength: 16 }}), {offset}, {length})"),
            &format!("v.byteLength === {length} && (v.buffer.grow(12), v.byteLength === {length})"),
        );
    }
    crosses(
        "const b = new ArrayBuffer(8); [new Uint8Array(b, 1), b, new DataView(b), new Uint8Array(b)]",
        "v[0].buffer === v[1] && v[2].buffer === v[1] && v[3].buffer === v[1]",
    );
    crosses(
        "const a = new Uint8Array(1); [a, a, {}, a.buffer, a]",
        "v[0] === v[1] && v[3] === v[0].buffer && v[4] === v[0]",
    );
    crosses("Object.assign(new Uint8Array(1), { x: 1 })", "!('x' in v)");

    for view in ["Uint8Array", "DataView"] {
        let message = format!("#<{view}> is out of bounds or detached and could not be cloned.");
        uncloneable(
            &format!("const b = new ArrayBuffer(16, {{ maxByteLength: 32 }}), a = new {view}(b, 8); b.resize(0); a"),
            &message,
        );
        uncloneable(
            &format!(
                "const b = new ArrayBuffer(16, {{ maxByteLength: 32 }}), a = new {view}(b, 8, 8); b.resize(15); a"
            ),
            &message,
        );
        uncloneable(
            &format!("const a = new {view}(new ArrayBuffer(16)); detach(a.buffer); a"),
            &message,
        );
    }
}

#[test]
fn shared_memory() {
    let mut cx = context();
    let value = eval(
        "globalThis.s = new SharedArrayBuffer(4, { maxByteLength: 8 }); [s, new Int32Array(s), s]",
        &mut cx,
    );
    let record = serialize(&value, false, &ISOLATED, &mut cx).unwrap();
    thread::spawn(move || {
        let mut cx = context();
        let copy = deserialize(&record, &ISOLATED, &mut cx).unwrap();
        let check = "v[1].buffer === v[0] && v[2] === v[0] && v[0].maxByteLength === 8
            && (Atomics.store(v[1], 0, 42), v[0].grow(8), v[1].length === 2)";
        assert_eq!(holds(copy, check, &mut cx), "true");
        let error = deserialize(&record, &Platform { isolated: false }, &mut cx).unwrap_err();
        assert!(error.to_string().contains("DataCloneError"), "{error}");
    })
    .join()
    .unwrap();
    assert_eq!(eval("new Int32Array(s).join()", &mut cx), js_string!("42,0").into());

    let check = "e.name === 'DataCloneError' && e.message === '#<SharedArrayBuffer> could not be cloned.'";
    refuses("s", "[]", &Platform { isolated: false }, check, &mut cx);
    refuses("new Uint8Array(s)", "[]", &Platform { isolated: false }, check, &mut cx);
    let shared = eval("s", &mut cx);
    assert!(serialize(&shared, true, &ISOLATED, &mut cx).is_err());
    let check = "e.name === 'DataCloneError' && e.message === 'Value at index 0 does not have a transferable type.'";
    refuses("s", "[s]", &ISOLATED, check, &mut cx);
}

/// Where the bytes of a buffer are.
fn address(buffer: &JsValue) -> usize {
    let buffer = JsArrayBuffer::from_object(buffer.as_object().unwrap()).unwrap();
    buffer.data().unwrap().as_ptr() as usize
}

#[test]
fn each_receiver_has_bytes_of_its_own() {
    let mut cx = context();
    let value = eval("globalThis.b = new Uint8Array(1 << 20).fill(7).buffer; b", &mut cx);
    let record = serialize(&value, false, &ISOLATED, &mut cx).unwrap();
    let sent = address(&value);
    let others = record.clone();
    let receive = |record: Record| {
        let mut cx = context();
        let copy = deserialize(record, &ISOLATED, &mut cx).unwrap();
        let at = address(&copy);
        let check = "const a = new Uint8Array(v); a.every((byte) => byte === 7) && (a.fill(8), a.length === 1 << 20)";
        assert_eq!(holds(copy, &format!("{{ {check} }}"), &mut cx), "true");
        (at, cx)
    };
    // The contexts keep what was received.
    let received = [receive(others.clone()), receive(others), receive(record)];
    let mut addresses: Vec<_> = received.iter().map(|(at, _)| *at).chain([sent]).collect();
    addresses.sort_unstable();
    addresses.dedup();
    assert_eq!(addresses.len(), 4);
    assert_eq!(
        eval("new Uint8Array(b).every((byte) => byte === 7)", &mut cx).as_boolean(),
        Some(true)
    );
}

#[test]
fn a_transfer_moves_resizable_blocks_too_however_large() {
    for make in [
        "new ArrayBuffer(64 << 20)",
        "new ArrayBuffer(1, { maxByteLength: 64 << 20 })",
        "new ArrayBuffer(64 << 20, { maxByteLength: 64 << 20 })",
        "new ArrayBuffer(1)",
    ] {
        let mut cx = context();
        let value = eval(&format!("globalThis.b = {make}; new Uint8Array(b)[0] = 7; b"), &mut cx);
        let sent = address(&value);
        let transfer = serialize_with_transfer(&value, &list("[b]", &mut cx), &ISOLATED, &mut cx).unwrap();
        let back = thread::spawn(move || {
            let mut cx = context();
            let (value, objects) = deserialize_with_transfer(transfer, &ISOLATED, &mut cx).unwrap();
            assert_eq!(address(&value), sent, "the block was copied");
            serialize_with_transfer(&value, &objects, &ISOLATED, &mut cx).unwrap()
        });
        let (value, _) = deserialize_with_transfer(back.join().unwrap(), &ISOLATED, &mut cx).unwrap();
        assert_eq!(address(&value), sent, "the block was copied on its way back");
        assert_eq!(holds(value, "new Uint8Array(v)[0] === 7", &mut cx), "true");
    }
}

/// A view was within its buffer when it had its turn, and is not within what arrives.
#[test]
fn a_view_whose_buffer_a_getter_resizes_is_out_of_bounds() {
    for view in [
        "new Uint8Array(b, 8, 4)",
        "new Float64Array(b, 8)",
        "new DataView(b, 8, 8)",
        "new DataView(b, 8)",
    ] {
        let mut cx = context();
        let make = |change: &str| {
            format!(
                "{{ const b = globalThis.b = new ArrayBuffer(16, {{ maxByteLength: 32 }}); new Uint8Array(b).fill(7);
                [{view}, {{ get x() {{ {change}; return b }} }}] }}"
            )
        };
        // Transferred: shorter than it was when the view was looked at.
        let value = eval(&make("b.resize(4)"), &mut cx);
        let transfer = serialize_with_transfer(&value, &list("[b]", &mut cx), &ISOLATED, &mut cx).unwrap();
        let (copy, _) = deserialize_with_transfer(transfer, &ISOLATED, &mut cx).unwrap();
        let check = "{ const [view, { x }] = v; const outside = () => {
                if (view instanceof DataView) { try { view.byteLength; return false } catch { return true } }
                return view.byteLength === 0 && view.length === 0;
            };
            view.buffer === x && x.byteLength === 4 && x.maxByteLength === 32 && outside()
                && (x.resize(16), new Uint8Array(x).join() === '7,7,7,7,0,0,0,0,0,0,0,0,0,0,0,0' && view.byteOffset === 8) }";
        assert_eq!(holds(copy, check, &mut cx), "true", "{view}");
    }
    // Copied: longer than it was when the buffer was.
    crosses(
        "const b = new ArrayBuffer(16, { maxByteLength: 32 });
         ({ b, get x() { b.resize(32); return new Uint8Array(b, 20, 8) } })",
        "v.b.byteLength === 16 && v.x.buffer === v.b && v.x.length === 0 && (v.b.resize(32), v.x.length === 8 && v.x.byteOffset === 20)",
    );
}

//! Platform objects, transfer lists, and records between threads.

use std::thread;

use boa_engine::object::builtins::JsArrayBuffer;
use boa_engine::property::Attribute;
use boa_engine::{JsObject, js_string};
use skep_engine::structured_data::{
    PlatformObjects, Record, TransferRecord, deserialize, deserialize_with_transfer, serialize, serialize_with_transfer,
};

use crate::support::{ISOLATED, context, crosses, eval, holds, list, refuses, uncloneable};

#[test]
fn platform_objects() {
    crosses("const t = thing(5); [t, { t }]", "v[0].held === 5 && v[1].t === v[0]");
    uncloneable("[thing(null)]", "#<Object> could not be cloned.");
    uncloneable("port(1)", "#<Object> could not be cloned.");
    let mut cx = context();
    let port = eval("globalThis.p = port(3); p", &mut cx);
    let transfer = serialize_with_transfer(&port, &list("[p]", &mut cx), &ISOLATED, &mut cx).unwrap();
    let (copy, ports) = receive(transfer);
    assert_eq!((copy, ports), ("3".into(), 1));
    refuses(
        "p",
        "[]",
        &ISOLATED,
        "e.message === '#<Object> is detached and could not be cloned.'",
        &mut cx,
    );
    refuses(
        "null",
        "[p]",
        &ISOLATED,
        "e.message === '#<Object> at index 0 is already detached.'",
        &mut cx,
    );
}

#[test]
fn transfer_moves_the_block() {
    let mut cx = context();
    let value = eval(
        "globalThis.b = new Uint8Array(1 << 20).fill(7).buffer; globalThis.r = new ArrayBuffer(4, { maxByteLength: 64 });
         globalThis.p = port(9); [b, new Uint8Array(b, 5), p, new DataView(r), r]",
        &mut cx,
    );
    let transfers = list("[p, r, b]", &mut cx);
    let address = |object: &JsObject| {
        JsArrayBuffer::from_object(object.clone())
            .unwrap()
            .data()
            .unwrap()
            .as_ptr() as usize
    };
    let before = address(&transfers[2]);
    let transfer = serialize_with_transfer(&value, &transfers, &ISOLATED, &mut cx).unwrap();
    assert_eq!(
        eval(
            "`${b.detached} ${b.byteLength} ${r.detached} ${r.maxByteLength}`",
            &mut cx
        ),
        js_string!("true 0 true 0").into()
    );
    thread::spawn(move || {
        let mut cx = context();
        let (value, objects) = deserialize_with_transfer(transfer, &ISOLATED, &mut cx).unwrap();
        let after = JsArrayBuffer::from_object(objects[2].clone())
            .unwrap()
            .data()
            .unwrap()
            .as_ptr() as usize;
        assert_eq!(before, after, "the block was copied");
        let [port, resizable, buffer]: [JsObject; 3] = objects.try_into().unwrap();
        for (name, object) in [("p", port), ("r", resizable), ("b", buffer)] {
            cx.register_global_property(js_string!(name), object, Attribute::all())
                .unwrap();
        }
        let check =
            "v[0] === b && v[1].buffer === b && v[1].byteOffset === 5 && v[1][0] === 7 && v[2] === p && p.held === 9
            && v[3].buffer === r && v[4] === r && r.maxByteLength === 64 && (r.resize(32), v[3].byteLength === 32)";
        assert_eq!(holds(value, check, &mut cx), "true");
    })
    .join()
    .unwrap();
}

#[test]
fn a_failed_transfer_detaches_nothing() {
    let mut cx = context();
    eval(
        "globalThis.b = new ArrayBuffer(3); globalThis.d = new ArrayBuffer(1); detach(d); globalThis.p = port(1);",
        &mut cx,
    );
    let clone = |name: &str| format!("e.name === 'DataCloneError' && e.message === '{name}'");
    for (value, transfer, check) in [
        ("() => {}", "[b, p]", clone("#<Function> could not be cloned.")),
        ("({ get x() { throw 'mine' } })", "[b, p, d]", "e === 'mine'".into()),
        (
            "null",
            "[b, p, b]",
            clone("#<ArrayBuffer> at index 2 is a duplicate of an earlier value."),
        ),
        (
            "null",
            "[p, p]",
            clone("#<Object> at index 1 is a duplicate of an earlier value."),
        ),
        (
            "null",
            "[b, p, d]",
            clone("#<ArrayBuffer> at index 2 is already detached."),
        ),
        (
            "null",
            "[b, p, {}]",
            clone("Value at index 2 does not have a transferable type."),
        ),
        (
            "null",
            "[b, thing(1)]",
            clone("Value at index 1 does not have a transferable type."),
        ),
        (
            "null",
            "[b, new Uint8Array(b)]",
            clone("Value at index 1 does not have a transferable type."),
        ),
        ("null", "[b, lockedPort()]", clone("locked")),
    ] {
        refuses(&format!("({value})"), transfer, &ISOLATED, &check, &mut cx);
        assert_eq!(
            eval("b.detached", &mut cx).as_boolean(),
            Some(false),
            "{value} {transfer}"
        );
        let port = eval("p", &mut cx).as_object().unwrap();
        assert!(!ISOLATED.is_detached(&port), "{value} {transfer}");
    }
    // Detached while the message was serialised.
    refuses(
        "({ get x() { detach(b) } })",
        "[b]",
        &ISOLATED,
        &clone("#<ArrayBuffer> at index 0 is already detached."),
        &mut cx,
    );
}

#[test]
fn a_record_serves_many_threads() {
    let mut cx = context();
    let value = eval(
        "({ list: [1, 'two', new Uint8Array([3])], map: new Map([['k', new Date(4)]]) })",
        &mut cx,
    );
    let record: Record = serialize(&value, false, &ISOLATED, &mut cx).unwrap();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let record = record.clone();
            thread::spawn(move || {
                let mut cx = context();
                let copy = deserialize(&record, &ISOLATED, &mut cx).unwrap();
                holds(
                    copy,
                    "v.list[2][0]++ === 3 && v.list.length === 3 && v.map.get('k').getTime() === 4",
                    &mut cx,
                )
            })
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), "true");
    }
}

#[test]
fn records_may_cross_threads() {
    fn crosses<T: Send>() {}
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Record>();
    crosses::<TransferRecord>();
}

/// Receives in another thread: what the value holds, and how many objects were transferred.
fn receive(transfer: TransferRecord) -> (String, usize) {
    thread::spawn(move || {
        let mut cx = context();
        let (value, objects) = deserialize_with_transfer(transfer, &ISOLATED, &mut cx).unwrap();
        (holds(value, "v.held", &mut cx), objects.len())
    })
    .join()
    .unwrap()
}

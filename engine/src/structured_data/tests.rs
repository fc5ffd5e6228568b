//! What cannot be seen from outside: which block a buffer gets.

use boa_engine::object::builtins::JsArrayBuffer;
use boa_engine::{Context, JsValue, Source};

use super::{LanguageOnly, Record, deserialize, serialize};

const PLAIN: LanguageOnly = LanguageOnly { shared_memory: false };

fn receive(record: Record, cx: &mut Context) -> *const u8 {
    let copy = deserialize(record, &PLAIN, cx).unwrap();
    let buffer = JsArrayBuffer::from_object(copy.as_object().unwrap()).unwrap();
    let at = buffer.data().unwrap().as_ptr();
    // Kept, so that no other buffer gets its place.
    let kept = Kept(copy, cx.remove_data::<Kept>());
    cx.insert_data(kept);
    at
}

#[derive(boa_engine::Trace, boa_engine::Finalize, boa_engine::JsData)]
struct Kept(JsValue, Option<Box<Kept>>);

#[test]
fn the_last_receiver_gets_the_block_and_others_get_copies() {
    let mut cx = Context::default();
    let value = cx
        .eval(Source::from_bytes("new Uint8Array(1 << 20).fill(7).buffer"))
        .unwrap();
    let record = serialize(&value, false, &PLAIN, &mut cx).unwrap();
    let block = record.0.beside.as_ref().unwrap().blocks[0].bytes.as_ptr();
    let (first, second) = (record.clone(), record.clone());
    assert_ne!(receive(first, &mut cx), block);
    assert_ne!(receive(second, &mut cx), block);
    assert_eq!(receive(record, &mut cx), block, "the block was copied");
}

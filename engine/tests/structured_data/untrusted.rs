//! Bytes from anybody, and values that are compared.
//!
//! The fuzz targets use this file too.

use std::rc::Rc;
use std::slice;

use boa_engine::context::{ContextBuilder, HostHooks};
use boa_engine::{Context, JsResult, JsValue, Source, js_string};
use skep_engine::structured_data::{LanguageOnly, Record, deserialize, serialize};

use crate::graph::{DESCRIBE, HELPERS};

pub const PLAIN: LanguageOnly = LanguageOnly { shared_memory: true };

/// A host that makes no buffer of more than this.
struct Modest;

impl HostHooks for Modest {
    fn max_buffer_size(&self, _: &mut Context) -> u64 {
        1 << 20
    }
}

pub fn context() -> Context {
    let mut cx = ContextBuilder::new().host_hooks(Rc::new(Modest)).build().unwrap();
    let prepare = format!("{HELPERS} globalThis.describe = {DESCRIBE};");
    cx.eval(Source::from_bytes(&prepare)).unwrap();
    cx
}

/// What a value is, as a script sees it.
pub fn describe(value: &JsValue, cx: &mut Context) -> JsResult<String> {
    let describe = cx.global_object().get(js_string!("describe"), cx)?.as_object().unwrap();
    let text = describe.call(&JsValue::undefined(), slice::from_ref(value), cx)?;
    Ok(text.to_string(cx)?.to_std_string_escaped())
}

/// Bytes that may be no record: there is a value, or a `DataCloneError`, and nothing else happens.
pub fn survives(bytes: &[u8], cx: &mut Context) {
    let Ok(record) = Record::from_bytes(bytes) else { return };
    match deserialize(record, &PLAIN, cx) {
        Ok(value) => {
            // It is a value like any other, though perhaps too deep for a script, or with a view that is out of bounds.
            let described = describe(&value, cx);
            let again = serialize(&value, false, &PLAIN, cx);
            if let (Ok(described), Ok(again)) = (described, again) {
                let copy = deserialize(again, &PLAIN, cx).unwrap();
                assert_eq!(describe(&copy, cx).unwrap(), described);
            }
        }
        Err(error) => assert!(error.to_string().contains("DataCloneError"), "{error}"),
    }
}

/// A stored record with this tape and no blocks.
pub fn framed(tape: &[u8]) -> Vec<u8> {
    let mut bytes = vec![1];
    let mut length = tape.len();
    while length >= 0x80 {
        bytes.push(length.to_le_bytes()[0] | 0x80);
        length >>= 7;
    }
    bytes.push(length.to_le_bytes()[0]);
    bytes.extend_from_slice(tape);
    bytes.push(0);
    bytes
}

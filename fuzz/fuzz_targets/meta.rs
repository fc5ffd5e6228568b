//! Any bytes as the head of a script test: the `META` lines that are read say the same when they are read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wpt_runner::discover::Meta;

fuzz_target!(|bytes: &[u8]| {
    survives(bytes);
    // As coverage does not lead to the start of such a line, here each line has it.
    let lines: Vec<Vec<u8>> = bytes
        .split(|byte| *byte == b'\n')
        .map(|line| [b"//META:", line].concat())
        .collect();
    survives(&lines.join(&b'\n'));
});

fn survives(bytes: &[u8]) {
    let meta = Meta::parse(bytes);
    let again: String = meta
        .entries()
        .map(|(key, value)| format!("// META: {key}={value}\r\n"))
        .collect();
    assert_eq!(Meta::parse(again.as_bytes()), meta);
    for (key, _) in meta.entries() {
        assert_eq!(meta.first(key), meta.all(key).next());
    }
}

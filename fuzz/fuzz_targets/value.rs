//! Values of every kind: what goes in comes out equal.

#![no_main]

#[path = "../../engine/tests/structured_data/graph.rs"]
mod graph;
#[path = "../../engine/tests/structured_data/untrusted.rs"]
mod untrusted;

use boa_engine::{Context, Source};
use graph::Graph;
use libfuzzer_sys::{Corpus, fuzz_target};
use skep_engine::structured_data::{Record, deserialize, serialize};
use std::cell::RefCell;
use untrusted::{PLAIN, describe};

thread_local! {
    static HEAPS: RefCell<[Context; 2]> = RefCell::new([untrusted::context(), untrusted::context()]);
}

fuzz_target!(|graph: Graph| -> Corpus {
    HEAPS.with_borrow_mut(|[one, other]| {
        // Too much memory, perhaps, or too deep.
        let Ok(value) = one.eval(Source::from_bytes(&graph.script())) else {
            return Corpus::Reject;
        };
        let Ok(sent) = describe(&value, one) else {
            return Corpus::Reject;
        };
        let record = serialize(&value, false, &PLAIN, one).expect("it can be cloned");
        let stored = record.to_bytes().map(|bytes| {
            let stored = Record::from_bytes(&bytes).expect("it is a record");
            assert_eq!(stored.to_bytes().as_ref(), Ok(&bytes));
            stored
        });
        for record in [record.clone(), record].into_iter().chain(stored) {
            let copy = deserialize(record, &PLAIN, other).expect("it is whole");
            assert_eq!(describe(&copy, other).expect("it is as deep"), sent);
        }
        Corpus::Keep
    })
});

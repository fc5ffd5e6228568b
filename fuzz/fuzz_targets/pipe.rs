//! Any pipes for a response: there is one, or an error, and it ends.

#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use wpt_runner::serve::probe::probe;

fn root() -> &'static PathBuf {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let root = std::env::temp_dir().join(format!("skep-fuzz-pipe-{}", std::process::id()));
        std::fs::create_dir_all(&root).unwrap();
        let text = "0123456789 {{host}} {{GET[x]}} {{header_or_default(a, b)}} {{$id:uuid()}} {{$id}}\n".repeat(100);
        std::fs::write(root.join("text"), text).unwrap();
        root.canonicalize().unwrap()
    })
}

fuzz_target!(|pipes: &str| {
    let query = format!("x=%7B%7Bhost%7D%7D&pipe={pipes}");
    let probed = probe(root(), "/text", Some(&query));
    assert!(probed.pause <= Duration::from_secs(60), "{pipes:?} never ends");
    assert!(probed.pieces <= 10_002, "{pipes:?} comes in too many pieces");
    assert!(matches!(probed.status, 100..=999), "{pipes:?} gives no response");
});

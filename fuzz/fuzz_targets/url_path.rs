//! Any path of a URL: what is answered is of the served folder, never of what lies around it.

#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use wpt_runner::serve::probe::probe;

const SECRET: &str = "what lies outside";

/// A folder to serve, with links inside and out of it, next to a file that must not be served.
fn root() -> &'static PathBuf {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let around = std::env::temp_dir().join(format!("skep-fuzz-{}", std::process::id()));
        let root = around.join("root");
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        for outside in ["secret", "a.headers", "a.any.js", "x.py"] {
            // A wrapper shows of its source only the head.
            let text = match outside.ends_with(".js") {
                true => format!("// META: title={SECRET}\n"),
                false => SECRET.to_owned(),
            };
            std::fs::write(around.join(outside), text).unwrap();
        }
        for inside in ["a/x", "a/b/y.any.js", "a/z.sub.html", "x.asis", "__dir__.headers"] {
            std::fs::write(root.join(inside), "").unwrap();
        }
        std::fs::write(root.join("a/z.sub.html"), "{{file_hash(md5, x.asis)}}").unwrap();
        std::os::unix::fs::symlink("..", root.join("up")).unwrap();
        std::os::unix::fs::symlink("../../secret", root.join("a/s")).unwrap();
        std::os::unix::fs::symlink(around.join("secret"), root.join("s.asis")).unwrap();
        std::os::unix::fs::symlink("../a.any.js", root.join("o.any.js")).unwrap();
        std::os::unix::fs::symlink("a", root.join("link")).unwrap();
        root.canonicalize().unwrap()
    })
}

fuzz_target!(|target: &str| {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let probed = probe(root(), path, query);
    let is_secret = |window: &[u8]| window == SECRET.as_bytes();
    assert!(!probed.body.windows(SECRET.len()).any(is_secret), "{target:?} leads out");
    // Nor is it told that there is something: a folder outside is listed by nobody.
    let is_name = |window: &[u8]| window == b">secret<";
    assert!(!probed.body.windows(8).any(is_name), "{target:?} leads out");
});

//! Handlers of a tree under `skep serve`: with tools that stand in for upstream's, in `handlers/`.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::serve::Serving;
use crate::tool::{CLEAN, Folder};

fn tree() -> Folder {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cli/handlers");
    copied(&here, "", Folder::tree().with("t/a.any.js", CLEAN))
}

/// The tree with the files of a folder, which are all text, below `path`.
fn copied(from: &Path, path: &str, mut tree: Folder) -> Folder {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{path}{}", entry.file_name().to_str().unwrap());
        tree = match entry.file_type().unwrap().is_dir() {
            true => copied(&entry.path(), &format!("{path}/"), tree),
            false => tree.with(&path, fs::read_to_string(entry.path()).unwrap()),
        };
    }
    tree
}

fn about(serving: &Serving) -> Value {
    let (head, body) = serving.get("/about.py?x=1");
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}\n{body}");
    serde_json::from_str(&body).unwrap()
}

/// Waits for something that is going to be.
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..2400 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{what} is not so");
}

/// Waits until none of the handlers' processes is left.
fn await_end(about: &Value) {
    let lives = |pid: &Value| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        status
            .lines()
            .any(|line| line.starts_with("State:") && !line.contains('Z'))
    };
    let pids = about["pids"].as_array().unwrap();
    assert_eq!(pids.len(), 2);
    wait_until(&format!("the end of {pids:?}"), || !pids.iter().any(lives));
}

#[test]
fn they_answer_and_are_gone_with_the_server() {
    let tree = tree();
    let serving = Serving::new(&tree, "t");
    assert_eq!(serving.get("/t/a.any.js").1, CLEAN);
    assert!(!tree.path("starts").exists(), "nothing has asked for a handler");
    let about = about(&serving);
    assert_eq!(about["line"], "GET /about.py?x=1 HTTP/1.1");
    assert_eq!(
        about["head"][0],
        format!("host: {}", serving.origin.strip_prefix("http://").unwrap())
    );
    let (head, body) = serving.get("/odd.py");
    assert_eq!(
        head,
        "HTTP/1.1 299 Un usual\r\nx-LOWER-upper:   v \r\nContent-Length: 1\r\nConnection: odd"
    );
    assert_eq!(body, "\0 and more");
    assert_eq!(tree.read("starts").lines().count(), 1);
    // It is killed, and so has no time to tidy up: what it had started sees to that itself.
    drop(serving);
    await_end(&about);
    let folder = Path::new(about["environment"]["TMPDIR"].as_str().unwrap()).to_owned();
    assert!(!folder.exists(), "{} is left", folder.display());
}

#[test]
fn the_server_is_none_the_worse_for_one_that_dies() {
    let tree = tree();
    let serving = Serving::new(&tree, "t");
    let first = about(&serving);
    let (head, body) = serving.get("/die.py");
    assert!(head.starts_with("HTTP/1.1 502 "), "{head}");
    assert!(body.contains("/die.py: the tree's server gave no answer"), "{body}");
    assert_ne!(about(&serving)["pids"], first["pids"]);
    // The request was sent again to the second, which died of it too.
    assert_eq!(tree.read("starts").lines().count(), 3);
    await_end(&first);
}

#[test]
fn nothing_is_left_of_a_start_that_is_cut_off() {
    let blocks = "import json, os, subprocess, time\nchild = subprocess.Popen(['sleep', '600'])\n\
                  what = {'pids': [os.getpid(), child.pid], 'folder': os.environ['TMPDIR']}\n\
                  open('starting', 'w').write(json.dumps(what))\nos.rename('starting', 'started')\n\
                  time.sleep(600)\n";
    let tree = tree().with("tools/localpaths.py", blocks);
    let serving = Serving::new(&tree, "t");
    let host = serving.origin.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /about.py HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    wait_until("the start", || tree.path("started").exists());
    let started: Value = serde_json::from_str(&tree.read("started")).unwrap();
    let folder = Path::new(started["folder"].as_str().unwrap());
    assert!(folder.is_dir());
    drop(serving);
    await_end(&started);
    assert!(!folder.exists(), "{} is left", folder.display());
}

#[test]
fn what_is_lacking_is_said() {
    let tree = tree();
    fs::create_dir(tree.path("empty")).unwrap();
    let empty = tree.path("empty");
    let serving = Serving::by(tree.command(&["serve", "--port", "0", "t"]).env("PATH", empty));
    for _ in 0..2 {
        let (head, body) = serving.get("/about.py");
        assert!(head.starts_with("HTTP/1.1 501 "), "{head}");
        assert!(head.to_lowercase().contains("\r\nx-skep-lacks: python3\r\n"), "{head}");
        assert!(body.contains("there is no python3 in PATH"), "{body}");
    }
    assert_eq!(serving.get("/t/a.any.js").1, CLEAN);
}

/// Tests that need handlers, or seem to.
fn asking() -> Folder {
    let asks =
        |url: &str| format!("promise_test(async () => assert_true((await fetch('{url}')).status > 0), 'asks');\n");
    tree()
        .with("t/direct.any.js", asks("/about.py"))
        .with(
            "t/redirected.any.js",
            asks("/away?pipe=status(302)|header(Location,/about.py)"),
        )
        .with("away", "")
        .with(
            "t/fails.any.js",
            "promise_test(async () => { await fetch('/about.py'); assert_true(false); }, 'fails');\n",
        )
        .with("t/forged.any.js", asks("/forged.txt"))
        .with("forged.txt", "")
        .with("forged.txt.headers", "X-Skep-Lacks: python3\n")
        .with("t/none.any.js", CLEAN)
}

#[test]
fn tests_that_need_a_handler_are_skipped_where_there_is_no_python() {
    let tree = asking();
    fs::create_dir(tree.path("empty")).unwrap();
    let ran = tree.run_by(|command| command.env("PATH", tree.path("empty")), &["t"]);
    ran.exits(0);
    for scope in ["any.html", "any.worker.html"] {
        for name in ["direct", "redirected", "fails"] {
            let result = &ran.results[&format!("/t/{name}.{scope}")];
            assert_eq!(result["status"], "SKIP", "{result}");
            assert_eq!(result["message"], "the server needs python3 for it");
            assert_eq!(result["subtests"].as_array().unwrap().len(), 0);
        }
        for name in ["forged", "none"] {
            assert_eq!(ran.results[&format!("/t/{name}.{scope}")]["status"], "OK");
        }
    }
}

#[test]
fn tests_that_need_a_handler_run_where_there_is_python() {
    let ran = asking().run(&["t"]);
    ran.exits(1);
    for (name, subtest) in [
        ("direct", "PASS"),
        ("redirected", "PASS"),
        ("fails", "FAIL"),
        ("forged", "PASS"),
    ] {
        let result = &ran.results[&format!("/t/{name}.any.worker.html")];
        assert_eq!(
            (&result["status"], &result["subtests"][0]["status"]),
            (&"OK".into(), &subtest.into())
        );
    }
}

#[test]
fn what_lacked_python_is_still_known_afterwards() {
    let tree = asking();
    fs::create_dir(tree.path("empty")).unwrap();
    let save = [
        "run",
        "t/direct.any.js",
        "t/none.any.js",
        "--save-conformance",
        "known.json",
    ];
    tree.skep(&save).exits(0);
    let known = tree.read("known.json");
    assert!(known.contains("/t/direct.any.worker.html"), "{known}");
    let again = tree.command(&save).env("PATH", tree.path("empty")).status().unwrap();
    assert!(again.success());
    assert_eq!(tree.read("known.json"), known);
}

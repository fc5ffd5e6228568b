//! With a tree whose tools stand in for upstream's: Python is needed, a checkout is not.

use std::fs;
use std::path::Path;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderValue};
use hyper::{Method, StatusCode, header};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use super::Python;
use crate::serve::config::{Config, Hosts, PORTS, Protocol};
use crate::serve::exchange::{Ask, Reply};
use crate::serve::takeover::{Handlers as _, Outcome};

macro_rules! standin {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../../../../../tests/cli/handlers/", $path)))),*]
    };
}

/// The files of the tree.
const FILES: [(&str, &str); 13] = standin![
    "tools/localpaths.py",
    "tools/serve/__init__.py",
    "tools/serve/serve.py",
    "tools/wptserve/wptserve/__init__.py",
    "tools/wptserve/wptserve/handlers.py",
    "tools/wptserve/wptserve/server.py",
    "tools/wptserve/wptserve/stash.py",
    "about.py",
    "odd.py",
    "die.py",
    "frames.py",
    "late.py",
    "nothing.py",
];

pub(super) struct Tree {
    pub folder: TempDir,
    python: Python,
}

impl Tree {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for (path, text) in FILES {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        change(&root);
        Self {
            python: Python::new(root, config()),
            folder,
        }
    }

    /// How often the server was started.
    fn starts(&self) -> usize {
        let starts = fs::read_to_string(self.folder.path().join("starts"));
        starts.unwrap_or_default().lines().count()
    }

    async fn ask(&self, protocol: Protocol, path: &str, body: &'static str) -> Outcome {
        self.ask_by(Method::POST, protocol, path, body).await
    }

    async fn ask_by(&self, method: Method, protocol: Protocol, path: &str, body: &'static str) -> Outcome {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("www.localhost:8001"));
        headers.insert(header::CONTENT_LENGTH, body.len().into());
        let ask = Ask {
            method,
            protocol,
            port: 8001,
            authority: "www.localhost:8001".to_owned(),
            path: path.to_owned(),
            query: Some("q=%20".to_owned()),
            headers,
            body: Bytes::from_static(body.as_bytes()),
        };
        self.python.handle(&ask).await
    }

    async fn refused(&self, path: &str) -> Reply {
        refusal(self.ask(Protocol::Http, path, "").await)
    }

    async fn answer(&self, protocol: Protocol, path: &str, body: &'static str) -> Vec<u8> {
        let (mut client, serve) = taken_over(self.ask(protocol, path, body).await);
        let mut received = Vec::new();
        let (read, ()) = tokio::join!(client.read_to_end(&mut received), serve);
        read.unwrap();
        received
    }

    async fn about(&self, protocol: Protocol) -> Value {
        let answer = self.answer(protocol, "/about.py", "body").await;
        let body = answer.strip_prefix(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        serde_json::from_slice(body).unwrap()
    }
}

/// Where the tree is served.
pub(super) fn config() -> Config {
    let mut ports = [0; PORTS.len()];
    ports[0] = 8000;
    ports[1] = 8001;
    ports[4] = 8443;
    Config {
        hosts: Hosts::LOCAL,
        ports,
    }
}

fn refusal(outcome: Outcome) -> Reply {
    match outcome {
        Outcome::Reply(reply) => reply,
        Outcome::Takeover(_) => panic!("it is answered"),
    }
}

fn taken_over(outcome: Outcome) -> (DuplexStream, impl Future<Output = ()>) {
    match outcome {
        Outcome::Reply(reply) => panic!("{reply:?}"),
        Outcome::Takeover(takeover) => {
            let (client, theirs) = tokio::io::duplex(1024);
            (client, takeover(Box::new(theirs), Bytes::from_static(b"early, ")))
        }
    }
}

fn text(reply: &Reply) -> String {
    String::from_utf8_lossy(&reply.bytes()).into_owned()
}

fn block<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(future)
}

/// Whether there is a process of that number, other than a dead one that waits to be noticed.
fn lives(pid: &Value) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status
        .lines()
        .any(|line| line.starts_with("State:") && !line.contains('Z'))
}

/// Waits until a process that has been killed is gone.
fn await_end(pid: &Value) {
    for _ in 0..2400 {
        if !lives(pid) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{pid} is still there");
}

#[test]
fn it_is_started_when_it_is_needed_and_ends_with_the_server() {
    let tree = Tree::new();
    assert_eq!(tree.starts(), 0);
    let about = block(async {
        let (first, second) = tokio::join!(tree.about(Protocol::Http), tree.about(Protocol::Http));
        assert_eq!(first["pids"], second["pids"]);
        first
    });
    assert_eq!(tree.starts(), 1);
    let pids = about["pids"].as_array().unwrap();
    assert!(pids.len() == 2 && pids.iter().all(lives), "{pids:?}");
    let home = about["environment"]["HOME"].as_str().unwrap();
    assert!(Path::new(home).is_dir());
    drop(tree);
    // The leader has been waited for, and the folder removed after that; the other has been killed with it.
    assert!(!lives(&pids[0]));
    await_end(&pids[1]);
    assert!(!Path::new(home).exists());
}

#[test]
fn handlers_see_the_server_before_theirs_and_nothing_of_the_user() {
    let tree = Tree::new();
    let (http, https, h2) = block(async {
        (
            tree.about(Protocol::Http).await,
            tree.about(Protocol::Https).await,
            tree.about(Protocol::Http2).await,
        )
    });
    assert_eq!(http["line"], "POST /about.py?q=%20 HTTP/1.1");
    assert_eq!(http["head"], json!(["host: www.localhost:8001", "content-length: 4"]));
    assert_eq!(http["body"], "body");
    assert_eq!(
        [&http["scheme"], &https["scheme"], &h2["scheme"]],
        ["http", "https", "http2"]
    );
    assert_eq!(http["address"], json!(["127.0.0.1", 8000]));
    assert_eq!(https["address"], json!(["127.0.0.1", 8443]));
    let root = tree.folder.path().canonicalize().unwrap();
    let config = &http["config"];
    assert_eq!(config["browser_host"], "localhost");
    assert_eq!(config["alternate_hosts"], json!({"alt": "not-localhost"}));
    assert_eq!(config["doc_root"], json!(root.to_str()));
    assert_eq!(config["ports"]["http"], json!([8000, 8001]));
    assert_eq!(config["ports"]["https"], json!([8443, null]));
    assert_eq!(config["ports"]["wss"], json!([null]));
    assert_eq!(http["folder"], json!(root.to_str()));
    assert_eq!((&http["isolated"], &http["bytecode"]), (&json!(1), &json!(false)));
    assert_eq!(http["stdin"], "/dev/null");
    let environment = http["environment"].as_object().unwrap();
    let mut names: Vec<&str> = environment.keys().map(String::as_str).collect();
    names.sort_unstable();
    let known = [
        "HOME",
        "LANG",
        "PATH",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONUNBUFFERED",
        "TMPDIR",
    ];
    assert_eq!(names, known);
    assert_eq!(environment["HOME"], environment["TMPDIR"]);
}

#[test]
fn answers_are_not_touched() {
    let tree = Tree::new();
    let odd =
        b"HTTP/1.1 299 Un usual\r\nx-LOWER-upper:   v \r\nContent-Length: 1\r\nConnection: odd\r\n\r\n\0 and more";
    assert_eq!(block(tree.answer(Protocol::Http, "/odd.py", "")), odd);
}

#[test]
fn a_handler_may_hang_up() {
    let tree = Tree::new();
    block(async {
        assert_eq!(tree.answer(Protocol::Http, "/nothing.py", "").await, b"");
        assert_eq!(tree.about(Protocol::Http).await["body"], "body");
    });
    assert_eq!(tree.starts(), 1);
}

#[test]
fn sockets_are_tunnels() {
    let tree = Tree::new();
    block(async {
        let (mut client, serve) = taken_over(tree.ask(Protocol::Wss, "/anything", "").await);
        let talk = async {
            client.write_all(b"late").await.unwrap();
            client.shutdown().await.unwrap();
            let mut received = String::new();
            client.read_to_string(&mut received).await.unwrap();
            received
        };
        let ((), received) = tokio::join!(serve, talk);
        let head = "HTTP/1.1 101 Shout\r\nX-Request: POST /anything?q=%20 HTTP/1.1\r\n\r\n";
        assert_eq!(received, format!("{head}EARLY, LATE"));
    });
}

#[test]
fn a_server_that_dies_is_started_again() {
    let tree = Tree::new();
    block(async {
        let waiting = tree.ask(Protocol::Http, "/late.py", "");
        tokio::pin!(waiting);
        // It is asked before the other, and is left without an answer.
        let first = tokio::select! {
            biased;
            _ = &mut waiting => panic!("there is an answer"),
            about = tree.about(Protocol::Http) => about,
        };
        let (waiting, died) = tokio::join!(waiting, tree.refused("/die.py"));
        let waiting = refusal(waiting);
        assert_eq!([waiting.status, died.status], [StatusCode::BAD_GATEWAY; 2]);
        assert!(
            text(&died).contains("/die.py: the tree's server gave no answer: "),
            "{}",
            text(&died)
        );
        assert_eq!(tree.starts(), 1);
        let second = tree.about(Protocol::Http).await;
        assert_ne!(first["pids"], second["pids"]);
        assert_eq!(tree.starts(), 2);
        // What the first one had started is gone too.
        await_end(&first["pids"][1]);
    });
}

#[test]
fn nobody_waits_forever() {
    let mut tree = Tree::new();
    block(async {
        // Started before, so that its start is in nobody's time.
        tree.about(Protocol::Http).await;
        tree.python.limits.answer = Duration::from_millis(1);
        let late = tree.refused("/late.py").await;
        assert_eq!(late.status, StatusCode::GATEWAY_TIMEOUT);
        assert!(
            text(&late).contains("/late.py: the handler did not answer within 1ms"),
            "{}",
            text(&late)
        );
        tree.python.limits.turn = Duration::from_millis(1);
        let all = tree.python.requests.available_permits();
        let _taken = tree
            .python
            .requests
            .acquire_many(u32::try_from(all).unwrap())
            .await
            .unwrap();
        assert_eq!(tree.refused("/odd.py").await.status, StatusCode::SERVICE_UNAVAILABLE);
    });
    assert_eq!(tree.starts(), 1);
}

#[test]
fn what_only_asks_is_asked_again() {
    let tree = Tree::with(|root| {
        let die_once = "import os\n\n\ndef main(request, write):\n    try:\n        os.mkdir('dead')\n    \
                        except FileExistsError:\n        write(b'HTTP/1.1 200 OK\\r\\n\\r\\n')\n    \
                        else:\n        os._exit(3)\n";
        fs::write(root.join("once.py"), die_once).unwrap();
    });
    block(async {
        let outcome = tree.ask_by(Method::GET, Protocol::Http, "/once.py", "").await;
        let (mut client, serve) = taken_over(outcome);
        let mut received = Vec::new();
        let (read, ()) = tokio::join!(client.read_to_end(&mut received), serve);
        read.unwrap();
        assert_eq!(received, b"HTTP/1.1 200 OK\r\n\r\n");
        assert_eq!(tree.starts(), 2);
        // But only once.
        let died = refusal(tree.ask_by(Method::GET, Protocol::Http, "/die.py", "").await);
        assert_eq!(died.status, StatusCode::BAD_GATEWAY);
        assert!(
            text(&died).contains("the tree's server gave no answer"),
            "{}",
            text(&died)
        );
    });
    assert_eq!(tree.starts(), 3);
}

#[test]
fn handlers_of_frames_lack_them() {
    let tree = Tree::new();
    block(async {
        let refused = refusal(tree.ask(Protocol::Http2, "/frames.py", "").await);
        assert_eq!(refused.status, StatusCode::NOT_IMPLEMENTED);
        assert_eq!(refused.headers.get("x-skep-lacks").unwrap(), "HTTP/2 frames");
        let answer = tree.answer(Protocol::Http, "/frames.py", "").await;
        assert_eq!(answer, b"HTTP/1.1 200 OK\r\n\r\n");
    });
}

#[test]
fn a_tree_without_tools_lacks_them() {
    let tree = Tree::with(|root| fs::remove_dir_all(root.join("tools")).unwrap());
    block(async {
        for _ in 0..2 {
            let reply = tree.refused("/about.py").await;
            assert_eq!(reply.status, StatusCode::NOT_IMPLEMENTED);
            assert_eq!(reply.headers.get("x-skep-lacks").unwrap(), "wptserve");
            assert!(text(&reply).contains("there is no folder tools"), "{}", text(&reply));
        }
    });
}

#[test]
fn tools_that_are_not_whole_are_a_failure() {
    let tree = Tree::with(|root| fs::remove_file(root.join("tools/serve/serve.py")).unwrap());
    let reply = block(tree.refused("/about.py"));
    assert_eq!(reply.status, StatusCode::BAD_GATEWAY);
    assert!(reply.headers.get("x-skep-lacks").is_none());
    assert!(
        text(&reply).contains("ImportError: cannot import name 'serve'"),
        "{}",
        text(&reply)
    );
}

#[test]
fn tools_that_do_not_start_are_not_tried_again() {
    let tree = Tree::with(|root| {
        let text = FILES[0].1.to_owned() + "raise SystemError('what a mess')\n";
        fs::write(root.join("tools/localpaths.py"), text).unwrap();
    });
    block(async {
        for _ in 0..2 {
            let reply = tree.refused("/about.py").await;
            assert_eq!(reply.status, StatusCode::BAD_GATEWAY);
            assert!(text(&reply).contains("SystemError: what a mess"), "{}", text(&reply));
        }
    });
    assert_eq!(tree.starts(), 1);
}

#[test]
fn tools_that_end_the_process_are_quoted_and_tried_again() {
    let tree = Tree::with(|root| {
        let text = FILES[0].1.to_owned() + "print('so long', flush=True)\nos._exit(0)\n";
        fs::write(root.join("tools/localpaths.py"), text).unwrap();
    });
    block(async {
        for _ in 0..6 {
            let reply = tree.refused("/about.py").await;
            assert!(text(&reply).contains(r"it ended at once\n"), "{}", text(&reply));
            assert!(text(&reply).contains(r"\nso long"), "{}", text(&reply));
        }
    });
    // But not forever.
    assert_eq!(tree.starts(), 4);
}

//! The handlers of a checkout of web-platform-tests, asked through our server and through the checkout's own: the
//! answers are to be the same, byte for byte.
//!
//! It needs Python and a checkout, and says so where they are missing:
//! `WPT_TREE=… cargo test --release -p wpt-runner --test handlers -- --ignored`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper that cannot do its part fails the test that called it"
)]

mod client;
mod requests;
mod upstream;

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use client::Client;
use requests::{REQUESTS, Request, SOCKETS};
use upstream::Upstream;
use wpt_runner::serve::{Options, Protocol, Server};

fn root() -> PathBuf {
    let root = std::env::var_os("WPT_TREE").unwrap_or_else(|| panic!("WPT_TREE names no checkout"));
    PathBuf::from(root).canonicalize().unwrap()
}

/// Where a server listens, by what it speaks there.
#[derive(Clone, Copy, Debug)]
struct Places {
    http: u16,
    https: u16,
    ws: u16,
    wss: u16,
}

impl Places {
    fn of(server: &Server) -> Self {
        let port = |protocol| {
            let origin = server.origin(protocol, false);
            origin.rsplit(':').next().unwrap().parse().unwrap()
        };
        Self {
            http: port(Protocol::Http),
            https: port(Protocol::Https),
            ws: port(Protocol::Ws),
            wss: port(Protocol::Wss),
        }
    }
}

/// The answers to all requests, each with what was asked.
fn answers(places: Places) -> Vec<(String, Vec<u8>)> {
    let mut answers = Vec::new();
    for (scheme, port) in [("http", places.http), ("https", places.https)] {
        let client = Client { scheme, port };
        for request in REQUESTS {
            answers.push((format!("{scheme} {}", request.name()), client.ask(request)));
        }
    }
    for (scheme, port) in [("ws", places.ws), ("wss", places.wss)] {
        let client = Client { scheme, port };
        for socket in SOCKETS {
            answers.push((format!("{scheme} {}", socket.target), client.talk(socket)));
        }
    }
    answers
}

/// What is compared of an answer: all but the time, and that our server closes each connection to a handler and says
/// so.
fn comparable(answer: &[u8]) -> String {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let (head, body) = answer.split_at(end.map_or(answer.len(), |end| end + 2));
    let lines = head.split_inclusive(|byte| *byte == b'\n');
    let is_left_out =
        |line: &&[u8]| line.to_ascii_lowercase().starts_with(b"date:") || *line == b"Connection: close\r\n";
    let lines: Vec<&[u8]> = lines.filter(|line| !is_left_out(line)).collect();
    lines.concat().escape_ascii().to_string() + &body.escape_ascii().to_string()
}

#[test]
#[ignore = "needs a checkout of web-platform-tests, in WPT_TREE"]
fn handlers_answer_as_under_their_own_server() {
    let root = root();
    let server = Server::start(&root, Options::default()).unwrap();
    let places = Places::of(&server);
    let ports = server.ports();
    let ours = answers(places);
    drop(server);
    // On the same ports, which some of the answers contain.
    let upstream = Upstream::start(&root, &ports);
    let theirs = answers(places);
    drop(upstream);
    let mut different = Vec::new();
    for ((name, ours), (_, theirs)) in ours.iter().zip(&theirs) {
        let (ours, theirs) = (comparable(ours), comparable(theirs));
        if ours != theirs {
            different.push(format!("{name}\n  ours:   {ours}\n  theirs: {theirs}"));
        }
    }
    let count = ours.len();
    assert!(
        different.is_empty(),
        "{} of {count} differ:\n{}",
        different.len(),
        different.join("\n")
    );
}

#[test]
#[ignore = "needs a checkout of web-platform-tests, in WPT_TREE"]
fn some_endpoints_need_no_python() {
    let nothing = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_skep"))
        .args(["serve", "--port", "0", "--root"])
        .arg(root())
        .arg(root().join("websockets/Create-valid-url.any.js"))
        .env("PATH", nothing.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let (_, origin) = line.rsplit_once(" at http://localhost:").unwrap();
    let http = origin.split('/').next().unwrap().parse().unwrap();
    let client = |port| Client { scheme: "http", port };
    let constants = client(http).ask(&Request {
        method: "GET",
        target: "/websockets/constants.sub.js",
        headers: &[],
        body: "",
    });
    let constants = String::from_utf8(constants).unwrap();
    let (_, ws) = constants.rsplit_once("__SCHEME = 'ws';\n  __PORT = \"").unwrap();
    let ws = ws.split('"').next().unwrap().parse().unwrap();
    let mut answered = 0;
    for socket in SOCKETS {
        let answer = client(ws).talk(socket);
        if answer.starts_with(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n") {
            answered += 1;
        } else {
            let answer = answer.escape_ascii().to_string();
            assert!(answer.contains("x-skep-lacks: python3"), "{}: {answer}", socket.target);
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(answered, 14, "of {} sockets", SOCKETS.len());
}

/// What handlers cost: printed, not judged.
#[test]
#[ignore = "needs a checkout of web-platform-tests, in WPT_TREE"]
fn what_a_handler_costs() {
    const COUNT: u32 = 300;
    let root = root();
    let trivial = &REQUESTS[0];
    let report = |name: &str, places: Places| {
        let client = Client {
            scheme: "http",
            port: places.http,
        };
        let begin = Instant::now();
        client.ask(trivial);
        let first = begin.elapsed();
        let begin = Instant::now();
        for _ in 0..COUNT {
            client.ask(trivial);
        }
        let rate = f64::from(COUNT) / begin.elapsed().as_secs_f64();
        // As far as a test may say anything.
        let line = format!(
            "{name}: first answer after {} ms, then {rate:.0} requests/s\n",
            first.as_millis()
        );
        std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).unwrap();
    };
    let server = Server::start(&root, Options::default()).unwrap();
    let places = Places::of(&server);
    let ports = server.ports();
    report("ours", places);
    drop(server);
    let _upstream = Upstream::start(&root, &ports);
    report("upstream's", places);
}

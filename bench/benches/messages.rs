//! How much memory a message takes on its way, from `postMessage` to the handler that has seen it, on all threads together. What
//! takes how long is for `messages/page.html` to say, in this host and in others.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot run has nothing to tell, and what it tells is for a terminal"
)]

use skep_webapi::{HostScript, HostValue, PageOptions, PageState, UserAgent, UserAgentOptions};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const PAGE: &str = "<script src=/host.js></script><script type=module>
    import { benches, run } from './suite.mjs';
    const env = { worker: () => new Worker('worker.js'), begin: self.begin, end: self.end, quick: QUICK };
    await run(env, Object.keys(benches), () => {});
    done();
</script>";

const HOST: &str = "tell => {
    self.begin = name => tell('begin', name);
    self.end = (name, messages) => tell('end', name, messages);
    self.done = () => tell('done');
}";

/// Allocations and bytes so far.
type Count = (usize, usize);

fn count() -> Count {
    let stats = ALLOCATOR.stats();
    (stats.allocations + stats.reallocations, stats.bytes_allocated)
}

#[derive(Default)]
struct Counts {
    begun: Count,
    /// For each part, of each of its runs, what one message took.
    parts: BTreeMap<String, Vec<(f64, f64)>>,
    done: bool,
}

impl Counts {
    fn note(&mut self, values: &[HostValue]) {
        match values {
            [HostValue::String(_), HostValue::String(_)] => self.begun = count(),
            [
                HostValue::String(_),
                HostValue::String(name),
                HostValue::Number(messages),
            ] => {
                let (now, before) = (count(), self.begun);
                let each = |now: usize, before: usize| (now - before) as f64 / messages;
                let taken = (each(now.0, before.0), each(now.1, before.1));
                self.parts.entry(name.clone()).or_default().push(taken);
            }
            _ => self.done = true,
        }
    }

    fn print(&mut self) {
        println!("{:<24}{:>14}{:>16}", "for each message", "allocations", "bytes");
        for (name, samples) in &mut self.parts {
            samples.sort_by(|a, b| a.1.total_cmp(&b.1));
            let (allocations, bytes) = samples.get(samples.len() / 2).copied().unwrap_or_default();
            println!("{name:<24}{allocations:>14.1}{bytes:>16.0}");
        }
    }
}

fn serve(page: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let answer = move |path: &str| match path {
        "/suite.mjs" => ("text/javascript", include_str!("../messages/suite.mjs").to_owned()),
        "/worker.js" => ("text/javascript", include_str!("../messages/worker.js").to_owned()),
        _ => ("text/html", page.clone()),
    };
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let request = stream.try_clone().map(BufReader::new).expect("a connection");
            let head: Vec<_> = request
                .lines()
                .map_while(|line| line.ok().filter(|line| !line.is_empty()))
                .collect();
            let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
            let (kind, body) = answer(path);
            let length = body.len();
            let head = format!("connection: close\r\ncontent-type: {kind}\r\ncontent-length: {length}");
            // Whoever asked may have gone.
            let _ = write!(stream, "HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}");
        }
    });
    address
}

fn main() {
    // Under `cargo test` it only shows that all of it works.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let address = serve(PAGE.replace("QUICK", if quick { "true" } else { "false" }));
    let user_agent = UserAgent::new(UserAgentOptions {
        reach: skep_webapi::Reach::local(address.port()),
        console: Arc::new(|message| println!("{}", message.text)),
        ..Default::default()
    });
    let counts = Arc::new(Mutex::new(Counts::default()));
    let host_script = HostScript {
        path: "/host.js".to_owned(),
        source: HOST.to_owned(),
        callback: {
            let counts = counts.clone();
            Arc::new(move |values| counts.lock().expect("no panic").note(&values))
        },
    };
    let url = format!("http://localhost:{}/", address.port());
    let options = PageOptions {
        host_scripts: vec![host_script],
    };
    let url = url::Url::parse(&url).expect("a URL");
    let page = user_agent.open_page(url, options).expect("the page opens");
    assert_eq!(page.wait_idle(None), PageState::Idle);
    let mut counts = counts.lock().expect("no panic");
    assert!(counts.done, "the page has come to its end");
    counts.print();
}

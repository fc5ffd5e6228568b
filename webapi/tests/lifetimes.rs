//! Workers in numbers leave nothing behind. Alone in its process, which it measures.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on may panic")]

mod support;

use skep_webapi::HostValue;
use std::fs;
use std::net::SocketAddr;
use std::thread;
use std::time::Instant;
use support::{HANG, serve};

/// Makes as many workers as its query says, ten at a time, half of which end themselves; tells of each hundred.
const PAGE: &str = "<script src=/host.js></script><script>
    const source = `
        const child = location.hash === '#parent' && new Worker('data:text/javascript,onmessage = () => {}; for (;;);');
        const channel = new BroadcastChannel('all');
        setInterval(() => {}, 1000);
        Promise.reject(1).catch(() => {});
        onmessage = ({ data, ports: [port] }) => {
            port.postMessage(data);
            if (data % 2) close();
            else for (;;);
        };`;
    let made = 0;
    async function lives() {
        while (made < Number(location.search.slice(1))) {
            const number = made++;
            const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
            const worker = new Worker(url + (number % 10 ? '' : '#parent'));
            const { port1, port2 } = new MessageChannel();
            const answer = new Promise((resolve) => { port1.onmessage = resolve; });
            worker.postMessage(number, [port2]);
            await answer;
            port1.close();
            URL.revokeObjectURL(url);
            if (number % 2 === 0) worker.terminate();
            if (made % 100 === 0) report(made);
        }
    }
    for (let n = 0; n < 10; n++) lives();
</script>";

/// Threads and descriptors of the process.
fn open() -> (usize, usize) {
    let entries = |path: &str| fs::read_dir(path).unwrap().count();
    (entries("/proc/self/task"), entries("/proc/self/fd"))
}

/// The memory of the process that is in use, in kilobytes.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let size = line.and_then(|line| line.split_ascii_whitespace().next());
    size.and_then(|size| size.parse().ok()).unwrap()
}

/// Opens the page until nothing is in flight; the process's size after each hundred workers.
fn visit(address: SocketAddr, workers: usize) -> Vec<(usize, usize)> {
    let (sender, reports) = flume::unbounded();
    support::visit(address, &workers.to_string(), move |values| {
        if let [HostValue::Number(made)] = values {
            let _ = sender.send((*made as usize, resident()));
        }
    });
    reports.drain().collect()
}

/// Waits for the system to take away what has ended.
fn wait_for(what: &str, is_there: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_there() {
        assert!(start.elapsed() < HANG, "{what}: {:?} threads and descriptors", open());
        thread::yield_now();
    }
}

#[test]
fn thousands_of_workers_leave_nothing() {
    let address = serve(PAGE.to_owned());
    let (threads, _) = open();
    // The first user agent of a process leaves what the libraries keep for good.
    visit(address, 10);
    wait_for("the first", || open().0 == threads);
    let before = open();
    let sizes = visit(address, 10_000);
    wait_for(&format!("{before:?}"), || open() == before);
    let size_at = |number: usize| sizes.iter().find(|(made, _)| *made == number).expect("it got there").1;
    // 9,000 workers: less than 2 KB of each.
    let growth = size_at(10_000).saturating_sub(size_at(1000));
    assert!(growth < 16_000, "{growth} KB more: {sizes:?}");
}

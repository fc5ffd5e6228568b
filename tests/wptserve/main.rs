//! The server beside the web platform tests' own: the same requests, sent byte for byte to both.
//!
//! ```text
//! WPT_TREE=/path/to/wpt cargo test --release -p wpt-runner --test wptserve -- --ignored --nocapture
//! ```
//!
//! The other server is started from the checkout on 127.0.0.2, with the very host names and port
//! numbers of ours on 127.0.0.1: so nothing that depends on them needs to be made the same afterwards.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper that cannot do its part fails the test that called it"
)]

mod compare;
mod effect;
mod requests;
mod tree;
mod upstream;
mod wire;

use std::collections::BTreeMap;
use std::path::PathBuf;

use wpt_runner::serve::{Hosts, Options, Server};

use compare::{KNOWN, Verdict, compare};
use tree::Tree;
use upstream::Upstream;
use wire::exchange;

#[test]
#[ignore = "needs an upstream checkout: WPT_TREE"]
fn the_same_requests_get_the_same_answers() {
    let root = PathBuf::from(std::env::var_os("WPT_TREE").expect("WPT_TREE names no checkout of web-platform-tests"));
    let root = root.canonicalize().unwrap();
    let tree = Tree::read(&root);
    let options = Options {
        hosts: Hosts::LOCAL,
        ..Options::default()
    };
    let server = Server::start(&root, options).unwrap();
    let ports = server.ports();
    let upstream = Upstream::start(&root, &ports);
    let port = ports[0];

    let requests = requests::all(&tree);
    let mut table: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    // How often each known difference was seen, by category.
    let mut used = vec![BTreeMap::<&str, usize>::new(); KNOWN.len()];
    let mut unexpected = Vec::new();
    for request in &requests {
        let ours = exchange([127, 0, 0, 1], port, request);
        let theirs = exchange([127, 0, 0, 2], port, request);
        let row = table.entry(request.category).or_default();
        row[0] += 1;
        match compare(request, &ours, &theirs) {
            Verdict::Equal => row[1] += 1,
            Verdict::Known(index) => {
                row[2] += 1;
                *used[index].entry(request.category).or_default() += 1;
            }
            Verdict::Different(differences) => {
                row[2] += 1;
                unexpected.push(format!("{request}\n    {}", differences.join("\n    ")));
            }
        }
    }
    drop(upstream);

    println!("{:<12} {:>8} {:>8} {:>9}", "category", "requests", "equal", "different");
    let mut total = [0; 3];
    for (category, row) in &table {
        println!("{category:<12} {:>8} {:>8} {:>9}", row[0], row[1], row[2]);
        total.iter_mut().zip(row).for_each(|(total, count)| *total += count);
    }
    println!("{:<12} {:>8} {:>8} {:>9}", "total", total[0], total[1], total[2]);
    for (known, used) in KNOWN.iter().zip(&used) {
        println!("{:>4} times: {} {used:?}", used.values().sum::<usize>(), known.reason);
    }
    for difference in &unexpected {
        println!("unexpected: {difference}");
    }
    assert!(unexpected.is_empty(), "{} differences are not known", unexpected.len());
    let obsolete = KNOWN.iter().zip(&used).find(|(_, used)| used.is_empty());
    assert!(obsolete.is_none(), "not seen any more: {}", obsolete.unwrap().0.reason);
    assert!(total[0] >= 500, "too few requests to say much: {}", total[0]);
    assert_eq!(tree.changes(), Vec::<String>::new(), "the checkout was written to");
}

//! What `skep list` finds in an upstream tree, against what the tree's own manifest code finds.
//!
//! `docs/discovery.md` tells how to run it, and has the table that it looks into.
#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot do its part fails the test that called it"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use wpt_runner::discover::{Protocol, Readiness, Scope, SkipReason, Test, Timeout, Tree};

/// A test as `upstream.py` tells of it.
#[derive(Debug, Deserialize)]
struct Upstream {
    kind: String,
    source: String,
    url: String,
    #[serde(default)]
    is_long: bool,
    #[serde(default)]
    is_shell: bool,
    #[serde(default)]
    protocol: String,
    #[serde(default)]
    on_www: bool,
    #[serde(default)]
    problem: String,
}

/// What is compared of a test, beside its URL.
#[derive(Debug, PartialEq, Eq)]
struct Item {
    kind: String,
    source: String,
    /// Only of harness tests: of others nobody asks it here.
    is_long: bool,
    is_shell: bool,
    protocol: String,
    on_www: bool,
}

impl From<Upstream> for Item {
    fn from(test: Upstream) -> Self {
        Self {
            is_long: test.is_long && test.kind == "testharness",
            kind: test.kind,
            source: test.source,
            is_shell: test.is_shell,
            protocol: test.protocol,
            on_www: test.on_www,
        }
    }
}

impl From<&Test> for Item {
    fn from(test: &Test) -> Self {
        let kind = match test.readiness {
            Readiness::Skipped(SkipReason::Manual) => "manual",
            Readiness::Skipped(SkipReason::Reftest) => "reftest",
            Readiness::Skipped(SkipReason::PrintReftest) => "print-reftest",
            Readiness::Skipped(SkipReason::Visual) => "visual",
            Readiness::Skipped(SkipReason::CrashTest) => "crashtest",
            Readiness::Skipped(SkipReason::WebDriver) => "wdspec",
            _ => "testharness",
        };
        let place = test.place();
        let protocol = match place.protocol {
            Protocol::Http => "http",
            Protocol::Https => "https",
            Protocol::Http2 => "h2",
        };
        Self {
            kind: kind.to_owned(),
            source: test.source.clone(),
            is_long: test.timeout == Timeout::Long && kind == "testharness",
            is_shell: test.scope == Scope::JsShell,
            protocol: protocol.to_owned(),
            on_www: place.on_www,
        }
    }
}

/// The columns of the table, and the harness tests that they count.
const COLUMNS: [(&str, &[Scope]); 9] = [
    ("urls", &[]),
    ("dw", &[Scope::DedicatedWorker]),
    ("dwm", &[Scope::DedicatedWorkerModule]),
    ("sw", &[Scope::SharedWorker]),
    ("swm", &[Scope::SharedWorkerModule]),
    ("svc", &[Scope::ServiceWorker, Scope::ServiceWorkerModule]),
    (
        "shadow",
        &[
            Scope::ShadowRealmInWindow,
            Scope::ShadowRealmInShadowRealm,
            Scope::ShadowRealmInDedicatedWorker,
            Scope::ShadowRealmInSharedWorker,
            Scope::ShadowRealmInServiceWorker,
            Scope::ShadowRealmInAudioWorklet,
        ],
    ),
    ("shell", &[Scope::JsShell]),
    ("win", &[Scope::Window, Scope::WindowModule]),
];

fn upstream(tree: &Path) -> Vec<Upstream> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/discovery/upstream.py");
    let output = Command::new("python3")
        .arg("-B")
        .arg(script)
        .arg(tree)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The line of a folder in the table.
fn row(folder: &str, tests: &[Test]) -> String {
    let (name, is_all) = (folder.trim_end_matches(" *"), folder.starts_with("all"));
    let start = format!("/{name}/");
    let within: Vec<&Test> = tests
        .iter()
        .filter(|test| match is_all {
            true => !test.url.starts_with("/css/"),
            false => test.url.starts_with(&start),
        })
        .filter(|test| Item::from(*test).kind == "testharness")
        .collect();
    let mut row = format!("| {folder} |");
    for (_, scopes) in COLUMNS {
        let counted = within
            .iter()
            .filter(|test| scopes.is_empty() || scopes.contains(&test.scope));
        _ = write!(row, " {} |", counted.count());
    }
    row
}

#[test]
#[ignore = "needs an upstream tree and python3: WPT_TREE=<folder> cargo test --release -p wpt-runner --test discovery -- --ignored"]
fn the_tests_are_those_of_upstreams_manifest() {
    let root = env::var_os("WPT_TREE").expect("WPT_TREE names a checkout of web-platform-tests");
    let tree = Tree::at(Path::new(&root)).unwrap();
    let ours = tree.select(&[".".to_owned()], tree.root()).unwrap();
    let (refused, theirs): (Vec<_>, Vec<_>) = upstream(tree.root())
        .into_iter()
        .partition(|test| test.kind == "refused");

    let refused: BTreeMap<String, String> = refused.into_iter().map(|test| (test.source, test.problem)).collect();
    let mut theirs: BTreeMap<String, Item> = theirs.into_iter().map(|test| (test.url.clone(), test.into())).collect();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    theirs
        .values()
        .for_each(|item| *kinds.entry(item.kind.clone()).or_default() += 1);
    let mut differences = Vec::new();
    for test in &ours {
        let item = Item::from(test);
        match theirs.remove(&test.url) {
            Some(their) if their == item => {}
            Some(their) => differences.push(format!("{}: {item:?}, upstream {their:?}", test.url)),
            None if refused.contains_key(&test.source) => {}
            None => differences.push(format!("{}: not upstream's: {item:?}", test.url)),
        }
    }
    differences.extend(
        theirs
            .into_iter()
            .map(|(url, item)| format!("{url}: not found: {item:?}")),
    );

    let mut text = format!("\nUpstream's: {kinds:?}\n");
    for (source, problem) in &refused {
        _ = writeln!(text, "Refused by upstream's code: {source}: {problem}");
    }
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for test in &ours {
        let reason = match &test.readiness {
            Readiness::Runnable => "can run".to_owned(),
            Readiness::Skipped(reason) => reason.to_string(),
            Readiness::Broken(_) => "broken".to_owned(),
        };
        *reasons.entry(reason).or_default() += 1;
    }
    _ = writeln!(text, "Ours: {} tests: {reasons:#?}", ours.len());

    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/discovery.md");
    let document = fs::read_to_string(document).unwrap();
    let lines = document
        .lines()
        .skip_while(|line| !line.starts_with("| folder |"))
        .skip(2);
    let mut marked = BTreeSet::new();
    for line in lines.take_while(|line| line.starts_with('|')) {
        let folder = line.split('|').nth(1).unwrap().trim();
        let now = row(folder, &ours);
        if now != line {
            _ = writeln!(text, "Other than in the table: {now}");
        }
        if let Some(name) = folder.strip_suffix(" *") {
            let start = format!("/{name}/");
            let workers = ours.iter().filter(|test| test.scope == Scope::DedicatedWorker);
            marked.extend(workers.map(|test| &test.url).filter(|url| url.starts_with(&start)));
        }
    }
    _ = writeln!(text, "{} dedicated-worker URLs in the marked folders", marked.len());
    // Past the test harness, which keeps what a test that passes has printed to itself.
    std::io::stdout().write_all(text.as_bytes()).unwrap();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

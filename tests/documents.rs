//! What the documents name exists: files, types and tests.

use std::path::{Path, PathBuf};
use std::{fs, io};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> io::Result<String> {
    fs::read_to_string(root().join(path))
}

/// The text between backticks, in order.
fn names(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn is_path(name: &str) -> bool {
    name.contains('/')
}

/// Whether the text has this word, and not just a longer one that holds it.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

/// What is wrong with a cell that says which files, and what in them, stands for something.
fn faults(cell: &str) -> Vec<String> {
    let (paths, words): (Vec<_>, Vec<_>) = names(cell).into_iter().partition(|name| is_path(name));
    let mut faults: Vec<_> = paths
        .iter()
        .filter(|path| !root().join(path).exists())
        .map(|path| format!("no such file: {path}"))
        .collect();
    let texts: Vec<_> = paths.iter().filter_map(|path| read(path).ok()).collect();
    for word in words {
        let last = word.rsplit("::").next().unwrap_or_default();
        if !texts.is_empty() && !texts.iter().any(|text| has_word(text, last)) {
            faults.push(format!("none of the files named beside it has {word}"));
        }
    }
    faults
}

#[test]
fn the_seed_map_names_what_exists() {
    let map = read("docs/seed-map.md").unwrap();
    let mut faulty = Vec::new();
    let mut rows = 0;
    for line in map.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [concept, stands, shown] = cells[..] else {
            faulty.push(format!("not three cells: {line}"));
            continue;
        };
        if concept == "concept" {
            continue;
        }
        rows += 1;
        let mut found = [faults(stands), faults(shown)].concat();
        let says_so = ["not yet", "the compiler", "the engine's own affair"]
            .iter()
            .any(|words| shown.contains(words));
        if !says_so && !names(shown).iter().any(|name| is_path(name)) {
            found.push("no test, and no word of there being none".to_owned());
        }
        // A test is named together with its file, unless the file is the test.
        if names(shown).iter().any(|name| name.ends_with(".rs")) && names(shown).iter().all(|name| is_path(name)) {
            found.push("a file of Rust tests without a test".to_owned());
        }
        faulty.extend(found.into_iter().map(|fault| format!("{concept}: {fault}")));
    }
    assert!(rows > 150, "only {rows} rows were found");
    assert!(faulty.is_empty(), "{}", faulty.join("\n"));
}

#[test]
fn the_page_of_gaps_names_tests_and_the_tests_are_all_on_it() {
    let page = read("docs/engine-gaps.md").unwrap();
    let tests = read("engine/tests/gaps.rs").unwrap();
    let mut named = Vec::new();
    let sections = page.split("\n### ").skip(1);
    for section in sections {
        let title = section.lines().next().unwrap_or_default();
        let Some(held) = section.split("- **Test:** ").nth(1) else {
            panic!("no test holds \"{title}\"");
        };
        let held = held.split("\n\n").next().unwrap_or_default();
        let (paths, words): (Vec<_>, Vec<_>) = names(held).into_iter().partition(|name| is_path(name));
        for path in &paths {
            assert!(root().join(path).exists(), "{title}: no such file: {path}");
        }
        let elsewhere: Vec<_> = paths.iter().filter_map(|path| read(path).ok()).collect();
        for word in words {
            let function = format!("fn {word}()");
            assert!(
                tests.contains(&function) || elsewhere.iter().any(|text| text.contains(&function)),
                "{title}: no test {word}"
            );
            named.push(word);
        }
    }
    for test in tests.split("#[test]\nfn ").skip(1) {
        let name = test.split('(').next().unwrap_or_default();
        assert!(named.contains(&name), "{name} is not on the page");
    }
}

#[test]
fn a_name_that_is_nowhere_is_a_fault() {
    assert_eq!(
        faults("`Isolate` and `no_such_thing` (`engine/src/isolate/mod.rs`)").len(),
        2
    );
    assert_eq!(faults("`engine/src/no_such_file.rs`").len(), 1);
    assert_eq!(
        faults("`IsolateHandle::spawn` (`engine/src/isolate/mod.rs`), in words").len(),
        0
    );
}

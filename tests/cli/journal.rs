//! `--journal`: what a run that did not come to its end leaves.

use std::fs;

use wpt_runner::ExitCode;
use wpt_runner::journal::Run;
use wpt_runner::judge::{Conformance, Judgement};

use crate::tool::{CLEAN, Folder};

#[test]
fn a_journal_cut_short_is_incomplete() {
    let tree = Folder::tree().with("t/a.any.js", CLEAN).with("t/b.any.js", CLEAN);
    tree.skep(&["run", "--journal", "journal", "t"]).exits(0);
    let whole = tree.read("journal");
    let cut_at = |length: usize| {
        let path = tree.path("cut");
        fs::write(&path, &whole.as_bytes()[..length]).unwrap();
        Run::read(&path).map(|run| Judgement::of(&run, &Conformance::default(), |_| true).exit_code())
    };
    // The plan, four results, the end.
    let lines: Vec<usize> = whole.match_indices('\n').map(|(at, _)| at + 1).collect();
    assert_eq!(lines.len(), 6);
    for length in lines[0]..lines[4] {
        assert_eq!(
            cut_at(length).unwrap(),
            ExitCode::Incomplete,
            "the first {length} bytes"
        );
    }
    for length in lines[4]..=lines[5] {
        assert_eq!(cut_at(length).unwrap(), ExitCode::Ok, "the first {length} bytes");
    }
    assert!(cut_at(lines[0] - 1).is_err(), "without its plan it tells nothing");
}

#[test]
fn a_journal_that_cannot_be_written_stops_the_run() {
    let tree = Folder::tree().with("t/a.any.js", CLEAN);
    for journal in ["nowhere/journal", "/dev/full"] {
        let told = tree.skep(&["run", "--journal", journal, "t"]);
        told.exits(2)
            .complains(&format!("could not write the journal {journal}: "));
    }
}

//! `--save-conformance` and `--conformance`: what is known to fail may, what held must hold.

use crate::tool::{CLEAN, Folder};

const FAILING: &str = "test(() => {}, 'one');\ntest(() => assert_true(false), 'two');\n";

fn saved(tree: &Folder, code: i32) {
    tree.skep(&["run", "--save-conformance", "known.json", "t"]).exits(code);
}

fn compared(tree: &Folder) -> crate::tool::Told {
    tree.skep(&["run", "--conformance", "known.json", "t"])
}

#[test]
fn the_data_is_a_test_a_line() {
    let tree = Folder::tree()
        .with("t/clean.window.js", CLEAN)
        .with("t/fails.window.js", FAILING)
        .with("t/skip-manual.html", "");
    saved(&tree, 1);
    let expected = "\
{\"tests\":{
\"/t/clean.window.html\":{\"status\":\"OK\",\"pass\":1,\"total\":1},
\"/t/fails.window.html\":{\"status\":\"OK\",\"pass\":1,\"total\":2}
}}
";
    assert_eq!(tree.read("known.json"), expected);
}

#[test]
fn a_known_failure_is_as_expected_but_not_clean() {
    let tree = Folder::tree()
        .with("t/clean.window.js", CLEAN)
        .with("t/fails.window.js", FAILING);
    saved(&tree, 1);
    let told = compared(&tree);
    told.exits(0).says("\n1 of 2 tests clean, 2 as expected, 0 skipped in ");
    assert!(!told.stdout.contains("FAIL "), "{told}");
}

#[test]
fn a_loss_is_unexpected() {
    let tree = Folder::tree()
        .with("t/clean.window.js", CLEAN)
        .with("t/fails.window.js", FAILING);
    saved(&tree, 1);
    tree.write("t/clean.window.js", "test(() => assert_true(false), 'sum');\n");
    let told = compared(&tree);
    told.exits(1)
        .says("FAIL /t/clean.window.html\n  FAIL sum\n")
        .says("\n0 of 2 tests clean, 1 as expected, ");
    assert!(!told.stdout.contains("FAIL /t/fails.window.html"), "{told}");
}

#[test]
fn a_known_failure_that_gets_worse_is_unexpected() {
    let tree = Folder::tree().with("t/fails.window.js", FAILING);
    saved(&tree, 1);
    tree.write(
        "t/fails.window.js",
        "test(() => assert_true(false), 'one');\ntest(() => assert_true(false), 'two');\n",
    );
    compared(&tree).exits(1).says("FAIL /t/fails.window.html\n");
    tree.write(
        "t/fails.window.js",
        "test(() => {}, 'one');\ntest(() => {}, 'two');\nthrow new Error('x');\n",
    );
    compared(&tree).exits(1).says("ERROR /t/fails.window.html\n");
}

#[test]
fn a_win_and_a_new_clean_test_are_welcome_but_a_new_failure_is_not() {
    let tree = Folder::tree().with("t/fails.window.js", FAILING);
    saved(&tree, 1);
    tree.write("t/fails.window.js", CLEAN);
    tree.write("t/new.window.js", CLEAN);
    compared(&tree).exits(0).says("\n2 of 2 tests clean, 0 skipped in ");
    tree.write("t/new.window.js", FAILING);
    compared(&tree).exits(1).says("FAIL /t/new.window.html\n");
}

#[test]
fn data_that_makes_no_sense_is_wrong_set_up() {
    let tree = Folder::tree()
        .with("t/clean.window.js", CLEAN)
        .with("known.json", "{\"tests\":[]}");
    compared(&tree)
        .exits(2)
        .complains("known.json holds no conformance data: ");
    let told = tree.skep(&["run", "--conformance", "missing.json", "t"]);
    told.exits(2)
        .complains("could not read the conformance data missing.json: ");
}

#[test]
fn a_test_that_is_gone_is_a_loss() {
    let tree = Folder::tree()
        .with("t/clean.window.js", CLEAN)
        .with("t/moves.window.js", CLEAN)
        .with("u/other.window.js", CLEAN);
    tree.skep(&["run", "--save-conformance", "known.json", "t", "u"])
        .exits(0);
    std::fs::remove_file(tree.path("t/moves.window.js")).unwrap();
    compared(&tree).exits(1).says("GONE /t/moves.window.html\n");
    // What was not selected is not missed.
    tree.skep(&["run", "--conformance", "known.json", "u"]).exits(0);
    tree.skep(&["run", "--conformance", "known.json", "t", "--filter", "clean"])
        .exits(0);
}

#[test]
fn what_is_no_data_is_not_written_over() {
    let tree = Folder::tree().with("t/a.window.js", CLEAN).with("notes.json", "mine");
    let told = tree.skep(&["run", "--save-conformance", "notes.json", "t"]);
    told.exits(2).complains("notes.json");
    assert_eq!(told.stdout, "", "nothing has run");
    assert_eq!(tree.read("notes.json"), "mine");
}

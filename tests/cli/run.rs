//! `skep run` on what is right and what merely fails.

use crate::tool::{CLEAN, Folder};

const FAILING: &str = "\
test(() => assert_equals(1 + 1, 2), 'good');
test(() => {
  assert_equals(1 + 1, 3, 'sum');
}, 'bad');
";

#[test]
fn a_clean_tree_is_as_expected() {
    let tree = Folder::tree()
        .with("a/x.any.js", CLEAN)
        .with(
            "a/y.worker.js",
            format!("importScripts('/resources/testharness.js');\n{CLEAN}done();\n"),
        )
        .with("b/z.window.js", CLEAN)
        .with_page("b/page.html", CLEAN);
    let ran = tree.run(&["."]);
    ran.exits(0).gives(&[
        "/a/x.any.html OK PASS:sum",
        "/a/x.any.worker.html OK PASS:sum",
        "/a/y.worker.html OK PASS:sum",
        "/b/page.html OK PASS:sum",
        "/b/z.window.html OK PASS:sum",
    ]);
    let table = "\
folder  tests  clean  failed  timeout  crash  skip  subtests
/a          3      3       0        0      0     0       3/3
/b          2      2       0        0      0     0       2/2
all         5      5       0        0      0     0       5/5

5 of 5 tests clean, 0 skipped in ";
    assert!(ran.told.stdout.starts_with(table), "{}", ran.told);
}

#[test]
fn a_failure_is_told_with_its_place() {
    let tree = Folder::tree()
        .with("t/fail.any.js", FAILING)
        .with("t/clean.any.js", CLEAN);
    let ran = tree.run(&["t"]);
    ran.exits(1).gives(&[
        "/t/clean.any.html OK PASS:sum",
        "/t/clean.any.worker.html OK PASS:sum",
        "/t/fail.any.html OK PASS:good FAIL:bad",
        "/t/fail.any.worker.html OK PASS:good FAIL:bad",
    ]);
    for url in ["/t/fail.any.html", "/t/fail.any.worker.html"] {
        let expected = format!(
            "FAIL {url}\n  FAIL bad\n    assert_equals: sum expected 3 but got 2\n    at t/fail.any.js:3:16\n  \
             again: {} run --root . {url}",
            env!("CARGO_BIN_EXE_skep")
        );
        assert_eq!(ran.told.about(url), expected);
    }
    ran.told.says("\n2 of 4 tests clean, 0 skipped in ");
}

#[test]
fn places_inside_pages_and_helpers_are_told() {
    let tree = Folder::tree()
        .with_page("t/page.html", "test(() => {\n  assert_true(false);\n}, 'in the page');")
        .with(
            "t/resources/helper.js",
            "\n\nfunction check() { assert_true(false); }\n",
        )
        .with(
            "t/helped.any.js",
            "// META: script=resources/helper.js\ntest(() => check(), 'by a helper');\n",
        );
    let ran = tree.run(&["t"]);
    ran.exits(1);
    // Line 2 of the script, which is on line 6 of the page.
    assert!(
        ran.told.about("/t/page.html").contains("\n    at t/page.html:6:14\n"),
        "{}",
        ran.told
    );
    for url in ["/t/helped.any.html", "/t/helped.any.worker.html"] {
        assert!(
            ran.told.about(url).contains("\n    at t/resources/helper.js:3:31\n"),
            "{}",
            ran.told
        );
    }
}

#[test]
fn the_command_to_run_a_test_again_runs_that_test() {
    let source = format!("// META: variant=?a=it's&b\n// META: variant=?c\n{FAILING}");
    let tree = Folder::tree().with("my tests/fail.any.js", source);
    let ran = tree.run(&["my tests"]);
    ran.exits(1);
    assert_eq!(ran.results.len(), 4);
    for url in ran.results.keys() {
        let block = ran.told.about(url);
        let (_, command) = block.rsplit_once("  again: ").unwrap();
        let again = std::process::Command::new("/bin/sh")
            .args(["-c", command])
            .current_dir(tree.root())
            .output()
            .unwrap();
        let again = crate::tool::Told::from(again);
        again.exits(1).says("\n0 of 1 tests clean, 0 skipped in ");
        assert_eq!(again.about(url), block);
    }
}

#[test]
fn the_command_works_from_any_folder() {
    let tree = Folder::tree().with("t/fail.any.js", FAILING);
    let elsewhere = Folder::new();
    let path = tree.path("t");
    let told = elsewhere.skep(&["run".as_ref(), path.as_os_str()]);
    let root = tree.root().canonicalize().unwrap();
    told.exits(1)
        .says(&format!(" run --root {} /t/fail.any.html\n", root.display()));
}

#[test]
fn jobs_change_nothing_but_the_time() {
    let mut tree = Folder::tree().with("t/fail.any.js", FAILING);
    for index in 0..6 {
        tree = tree.with(&format!("t/clean-{index}.any.js"), CLEAN);
    }
    let one = tree.run(&["--jobs", "1", "t"]);
    let many = tree.run(&["-j", "8", "t"]);
    one.exits(1);
    many.exits(1);
    assert_eq!(one.verdicts().len(), 14);
    assert_eq!(one.verdicts(), many.verdicts());
}

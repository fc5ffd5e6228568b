//! `skep list`.

use crate::tool::{CLEAN, Folder, HEAD};

fn tree() -> Folder {
    let any = format!(
        "// META: global=window,dedicatedworker,sharedworker\n// META: variant=?a\n// META: variant=?b\n{CLEAN}"
    );
    Folder::tree()
        .with("t/any.any.js", any)
        .with("t/by-hand-manual.html", HEAD)
        .with("t/page.html", HEAD)
        .with("t/plain.any.js", CLEAN)
        .with("t/secure.https.window.js", CLEAN)
        .with("t/window.window.js", CLEAN)
        .with("t/worker.worker.js", CLEAN)
        .with("t/no-test.html", "<p>no harness here")
        .with("t/resources/helper.any.js", CLEAN)
}

#[test]
fn the_urls_of_a_run_are_listed_one_a_line() {
    let tree = tree();
    let expected = "\
/t/any.any.html?a
/t/any.any.html?b
/t/any.any.worker.html?a
/t/any.any.worker.html?b
/t/page.html
/t/plain.any.html
/t/plain.any.worker.html
/t/window.window.html
/t/worker.worker.html
";
    let told = tree.skep(&["list", "t"]);
    told.exits(0);
    assert_eq!(told.stdout, expected);
    assert_eq!(told.stderr, "");
    // They are what a run takes.
    for line in expected.lines() {
        let one = tree.skep(&["list", line]);
        one.exits(0);
        assert_eq!(one.stdout, format!("{line}\n"));
    }
}

#[test]
fn skipped_tests_are_listed_with_their_reasons_when_asked_for() {
    let told = tree().skep(&[
        "list",
        "--skipped",
        "--filter",
        "any.any",
        "--filter",
        "manual",
        "--filter",
        "https",
        "t",
    ]);
    told.exits(0);
    let expected = "\
/t/any.any.html?a
/t/any.any.html?b
/t/any.any.worker.html?a
/t/any.any.worker.html?b
/t/any.any.sharedworker.html?a\tshared workers are not supported yet
/t/any.any.sharedworker.html?b\tshared workers are not supported yet
/t/by-hand-manual.html\tmanual test
/t/secure.https.window.html\thttps is not supported yet
";
    assert_eq!(told.stdout, expected);
}

#[test]
fn nothing_to_list_says_so() {
    let tree = tree();
    let told = tree.skep(&["list", "t/by-hand-manual.html"]);
    told.exits(4).complains("nothing to run");
    tree.skep(&["list", "t/no-test.html"]).exits(4);
}

#[test]
fn a_test_that_cannot_be_read_is_listed() {
    let tree = tree();
    std::os::unix::fs::symlink("nowhere", tree.path("t/lost.worker.js")).unwrap();
    tree.skep(&["list", "t"]).exits(0).says("\n/t/lost.worker.html\n");
}

#[test]
fn modules_are_scopes_of_their_own() {
    let source = format!("// META: global=window-module,dedicatedworker-module,sharedworker-module\n{CLEAN}");
    let tree = Folder::tree().with("t/module.any.js", source);
    let told = tree.skep(&["list", "t"]);
    told.exits(0);
    assert_eq!(
        told.stdout,
        "/t/module.any.window-module.html\n/t/module.any.worker-module.html\n"
    );
}

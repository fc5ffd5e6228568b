//! Each way in which a test can go wrong: its verdict, the line that says why, and all others still run.

use std::os::unix::fs::symlink;

use crate::tool::{CLEAN, Folder, HEAD, Ran};

/// Runs the test at `url` between two clean ones, and checks all that is the same for every kind of trouble.
#[track_caller]
fn run_between_clean_ones(tree: Folder, url: &str, verdict: &str) -> (Ran, String) {
    let tree = tree.with("t/a.window.js", CLEAN).with("t/z.window.js", CLEAN);
    // Only what is to run out of time gets little of it.
    let multiplier = if verdict.starts_with("TIMEOUT") { "0.3" } else { "1" };
    let ran = tree.run(&["--timeout-multiplier", multiplier, "--jobs", "2", "t"]);
    let mut expected = vec![
        "/t/a.window.html OK PASS:sum".to_owned(),
        "/t/z.window.html OK PASS:sum".to_owned(),
        format!("{url} {verdict}"),
    ];
    expected.sort();
    ran.exits(1);
    assert_eq!(ran.verdicts(), expected, "{}", ran.told);
    ran.told.says("\n2 of 3 tests clean, 0 skipped in ");
    let block = ran.told.about(url).to_owned();
    let again = format!("\n  again: {} run --root . {url}", env!("CARGO_BIN_EXE_skep"));
    assert!(block.ends_with(&again), "{block}");
    (ran, block)
}

/// The lines of a block but the last, which is the same for all.
fn story(block: &str) -> Vec<&str> {
    let lines: Vec<&str> = block.lines().collect();
    lines[..lines.len() - 1].to_vec()
}

#[test]
fn no_subtests_are_no_success() {
    let tree = Folder::tree().with_page("t/none.html", "setup({ explicit_done: true });\ndone();");
    let (_, block) = run_between_clean_ones(tree, "/t/none.html", "ERROR");
    assert!(block.starts_with("ERROR /t/none.html\n  "), "{block}");
}

#[test]
fn an_empty_page_times_out() {
    let tree = Folder::tree().with("t/none.html", HEAD);
    let (_, block) = run_between_clean_ones(tree, "/t/none.html", "TIMEOUT");
    assert_eq!(story(&block), ["TIMEOUT /t/none.html", "  Harness timed out"]);
}

#[test]
fn an_error_while_loading_is_an_error() {
    let tree = Folder::tree().with_page(
        "t/throws.html",
        "test(() => {}, 'before');\n\nthrow new Error('no luck');",
    );
    let (_, block) = run_between_clean_ones(tree, "/t/throws.html", "ERROR PASS:before");
    let lines = story(&block);
    assert_eq!(lines[0], "ERROR /t/throws.html");
    assert!(lines[1].contains("Error: no luck"), "{block}");
    assert_eq!(lines[2], "  at t/throws.html:7:7");
}

#[test]
fn an_error_while_loading_in_a_worker_is_an_error() {
    let tree = Folder::tree().with(
        "t/throws.any.js",
        "// META: global=dedicatedworker\n\nthrow new Error('no luck');\n",
    );
    let (_, block) = run_between_clean_ones(tree, "/t/throws.any.worker.html", "ERROR");
    assert!(story(&block)[1].contains("no luck"), "{block}");
    assert!(block.contains("t/throws.any.js:3:7"), "{block}");
}

#[test]
fn a_syntax_error_is_an_error_with_its_place() {
    let tree = Folder::tree().with("t/syntax.window.js", "let a = 1;\nlet b = ;\n");
    let (_, block) = run_between_clean_ones(tree, "/t/syntax.window.html", "ERROR");
    assert!(story(&block)[1].contains("SyntaxError"), "{block}");
    assert!(block.contains("\n  at t/syntax.window.js:2:9\n"), "{block}");
}

#[test]
fn a_test_that_never_ends_times_out() {
    let tree = Folder::tree().with_page("t/never.html", "async_test(() => {}, 'never');");
    let (_, block) = run_between_clean_ones(tree, "/t/never.html", "TIMEOUT TIMEOUT:never");
    let lines = [
        "TIMEOUT /t/never.html",
        "  Harness timed out",
        "  TIMEOUT never",
        "    Test timed out",
    ];
    assert_eq!(story(&block), lines);
}

#[test]
fn a_page_without_its_own_timeout_that_goes_idle_times_out() {
    let script = "setup({ explicit_timeout: true });\nasync_test(() => {}, 'never');";
    let tree = Folder::tree().with_page("t/idle.html", script);
    let (_, block) = run_between_clean_ones(tree, "/t/idle.html", "TIMEOUT");
    assert!(
        story(&block)[1].contains("the page went idle, but its tests had not completed"),
        "{block}"
    );
}

#[test]
fn an_endless_loop_in_the_page_is_killed() {
    let tree = Folder::tree().with_page("t/loop.html", "test(() => {}, 'before');\nfor (;;);");
    let (_, block) = run_between_clean_ones(tree, "/t/loop.html", "TIMEOUT PASS:before");
    // Three tenths of the usual ten seconds, and the grace.
    let lines = [
        "TIMEOUT /t/loop.html",
        "  no final result after 8 s: the test's process was killed",
    ];
    assert_eq!(story(&block), lines);
}

#[test]
fn an_endless_loop_in_the_worker_under_test_times_out() {
    let tree = Folder::tree().with("t/loop.worker.js", "for (;;);\n");
    let (_, block) = run_between_clean_ones(tree, "/t/loop.worker.html", "TIMEOUT");
    assert_eq!(story(&block), ["TIMEOUT /t/loop.worker.html", "  Harness timed out"]);
}

#[test]
fn a_killed_process_is_a_crash_that_keeps_what_was_told() {
    // The parser recurses with the nesting, and the process has no stack left.
    let script = "test(() => {}, 'before');\neval('['.repeat(200000));";
    let tree = Folder::tree().with_page("t/deep.html", script);
    let (_, block) = run_between_clean_ones(tree, "/t/deep.html", "CRASH PASS:before");
    let lines = story(&block);
    assert_eq!(
        lines[..2],
        ["CRASH /t/deep.html", "  the test's process ended by SIGABRT (signal 6)"]
    );
    assert!(block.contains("\n  | thread 'page' "), "{block}");
}

#[test]
fn a_worker_that_kills_the_process_is_a_crash() {
    let tree = Folder::tree().with("t/deep.worker.js", "eval('['.repeat(200000));\n");
    let (_, block) = run_between_clean_ones(tree, "/t/deep.worker.html", "CRASH");
    assert_eq!(story(&block)[1], "  the test's process ended by SIGABRT (signal 6)");
    assert!(block.contains("thread 'worker "), "{block}");
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let tree = Folder::tree().with("t/x", "");
    symlink("nowhere", tree.path("t/lost.window.js")).unwrap();
    let (_, block) = run_between_clean_ones(tree, "/t/lost.window.html", "ERROR");
    let reason = "  could not read t/lost.window.js: No such file or directory (os error 2)";
    assert_eq!(story(&block), ["ERROR /t/lost.window.html", reason]);
}

#[test]
fn a_folder_by_the_name_of_a_test_is_an_error() {
    let tree = Folder::tree().with("t/folder.window.js/x", "");
    let (_, block) = run_between_clean_ones(tree, "/t/folder.window.html", "ERROR");
    assert_eq!(story(&block)[1], "  could not read t/folder.window.js: it is no file");
}

#[test]
fn a_page_that_the_server_refuses_is_an_error() {
    // It can be read, but lies outside the tree.
    let outside = Folder::new().with_page("page.html", CLEAN);
    let tree = Folder::tree().with("t/x", "");
    symlink(outside.path("page.html"), tree.path("t/gone.html")).unwrap();
    let (_, block) = run_between_clean_ones(tree, "/t/gone.html", "ERROR");
    assert!(story(&block)[1].contains("the page could not be loaded: "), "{block}");
    assert!(block.contains("gone.html"), "{block}");
}

#[test]
fn a_helper_that_is_missing_is_seen() {
    let tree = Folder::tree().with(
        "t/helped.window.js",
        "// META: script=resources/missing.js\ntest(() => help(), 'helped');\n",
    );
    let (_, block) = run_between_clean_ones(tree, "/t/helped.window.html", "OK FAIL:helped");
    assert!(
        block.starts_with("FAIL /t/helped.window.html\n  FAIL helped\n"),
        "{block}"
    );
    assert!(block.contains("help is not defined"), "{block}");
    assert!(block.contains("missing.js"), "{block}");
}

#[test]
fn a_worker_script_that_is_missing_is_an_error() {
    let script = "fetch_tests_from_worker(new Worker('resources/missing.js'));";
    let tree = Folder::tree().with_page("t/missing.html", script);
    let (_, block) = run_between_clean_ones(tree, "/t/missing.html", "ERROR");
    assert!(block.contains("resources/missing.js"), "{block}");
}

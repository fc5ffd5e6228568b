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
/t/secure.https.window.html
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
/t/secure.https.window.html
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

#[test]
fn every_scope_is_known() {
    let source = "// META: global=window,window-module,worker,dedicatedworker-module,sharedworker-module,\
                  serviceworker-module,shadowrealm,jsshell,nonsense\n";
    let tree = Folder::tree().with("t/all.https.any.js", source);
    let expected = "\
/t/all.https.any.html
/t/all.https.any.window-module.html
/t/all.https.any.worker.html
/t/all.https.any.worker-module.html
/t/all.https.any.sharedworker.html\tshared workers are not supported yet
/t/all.https.any.sharedworker-module.html\tshared workers are not supported yet
/t/all.https.any.serviceworker.html\tservice workers are not supported yet
/t/all.https.any.serviceworker-module.html\tservice workers are not supported yet
/t/all.https.any.shadowrealm-in-window.html\tShadowRealm is not supported yet
/t/all.https.any.shadowrealm-in-shadowrealm.html\tShadowRealm is not supported yet
/t/all.https.any.shadowrealm-in-dedicatedworker.html\tShadowRealm is not supported yet
/t/all.https.any.shadowrealm-in-sharedworker.html\tShadowRealm is not supported yet
/t/all.https.any.shadowrealm-in-serviceworker.html\tShadowRealm is not supported yet
/t/all.https.any.shadowrealm-in-audioworklet.html\tShadowRealm is not supported yet
/t/all.https.any.js\tJavaScript shell scope is not supported
";
    let told = tree.skep(&["list", "--skipped", "t"]);
    told.exits(0);
    assert_eq!(told.stdout, expected);
}

#[test]
fn what_cannot_run_says_why() {
    let link = "<!doctype html><link rel=match href=a-ref.html>";
    let tree = Folder::tree()
        .with("t/crash-crash.html", "")
        .with("t/extension.extension.js", "")
        .with("t/flags.html", "<!doctype html><meta name=flags content='interact'>")
        .with(
            "t/look.html",
            "<!doctype html><link rel=help href=https://example.org/>",
        )
        .with("t/paper-print.html", link)
        .with("t/picture.html", link)
        .with("t/picture-ref.html", "")
        .with("wasm/a.any.js", "// META: global=window\n")
        .with("webdriver/a.py", "");
    let expected = "\
/t/crash-crash.html\tcrashtest: rendering is not supported
/t/extension.extension.html\tweb extensions are not supported
/t/flags.html\tmanual test
/t/look.html\tvisual test: rendering is not supported
/t/paper-print.html\tprint reftest: rendering is not supported
/t/picture.html\treftest: rendering is not supported
/wasm/a.any.html\tWebAssembly is not supported yet
/webdriver/a.py\tWebDriver test: WebDriver is not supported
";
    let told = tree.skep(&["list", "--skipped", "."]);
    told.exits(4);
    assert_eq!(told.stdout, expected);
}

#[test]
fn what_the_tree_ignores_is_not_listed() {
    let tree = Folder::tree()
        .with(".gitignore", "/built/\n*.orig.html\n")
        .with(".git/a.worker.js", CLEAN)
        .with("built/a.worker.js", CLEAN)
        .with("t/a.orig.html", HEAD)
        .with("t/a.worker.js", CLEAN)
        .with("t/built/a.worker.js", CLEAN);
    let told = tree.skep(&["list", "."]);
    told.exits(0);
    assert_eq!(told.stdout, "/t/a.worker.html\n/t/built/a.worker.html\n");
    // Who names it wants it.
    let told = tree.skep(&["list", "built", "t/a.orig.html"]);
    told.exits(0);
    assert_eq!(told.stdout, "/built/a.worker.html\n/t/a.orig.html\n");
}

#[test]
fn the_order_is_that_of_the_files() {
    let mut tree = Folder::tree();
    let mut expected = String::new();
    for folder in ["a", "b/c", "b/d", "e"] {
        for file in 10..60 {
            tree = tree.with(
                &format!("{folder}/{file}.any.js"),
                "// META: variant=?z\n// META: variant=?a\n",
            );
            for url in ["html?z", "html?a", "worker.html?z", "worker.html?a"] {
                expected += &format!("/{folder}/{file}.any.{url}\n");
            }
        }
    }
    for paths in [&["list", "."][..], &["list", "e", "b", "a", "b/d"]] {
        assert_eq!(tree.skep(paths).stdout, expected);
    }
}

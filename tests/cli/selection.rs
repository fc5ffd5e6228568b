//! What a user names, and what of it is run; and wrong usage.

use crate::tool::{CLEAN, Folder, HEAD, Told};

fn tree() -> Folder {
    Folder::tree()
        .with("a/one.any.js", CLEAN)
        .with("a/deep/two.window.js", CLEAN)
        .with(
            "b/variants.any.js",
            "// META: variant=?x\n// META: variant=?y\ntest(() => {}, location.search);\n",
        )
}

/// Wrong usage is told on standard error alone.
#[track_caller]
fn assert_usage(told: &Told, complaint: &str) {
    told.exits(2).complains(complaint);
    assert_eq!(told.stdout, "", "{told}");
}

#[test]
fn filters_choose_by_url() {
    let ran = tree().run(&["--filter", "worker", "--filter", "two", "."]);
    ran.exits(0).gives(&[
        "/a/deep/two.window.html OK PASS:sum",
        "/a/one.any.worker.html OK PASS:sum",
        "/b/variants.any.worker.html?x OK PASS:?x",
        "/b/variants.any.worker.html?y OK PASS:?y",
    ]);
}

#[test]
fn a_url_selects_one_test() {
    let tree = tree();
    let ran = tree.run(&["/b/variants.any.worker.html?y"]);
    ran.exits(0).gives(&["/b/variants.any.worker.html?y OK PASS:?y"]);
    let ran = tree.run(&["/b/variants.any.worker.html"]);
    ran.exits(0).gives(&[
        "/b/variants.any.worker.html?x OK PASS:?x",
        "/b/variants.any.worker.html?y OK PASS:?y",
    ]);
}

#[test]
fn files_and_folders_are_run_once_each() {
    let ran = tree().run(&["a", "a/one.any.js", "a/deep", "/a/one.any.html"]);
    ran.exits(0).gives(&[
        "/a/deep/two.window.html OK PASS:sum",
        "/a/one.any.html OK PASS:sum",
        "/a/one.any.worker.html OK PASS:sum",
    ]);
}

#[test]
fn an_inner_tree_has_its_own_root() {
    let outer = tree();
    outer.write("inner/resources/testharness.js", outer.read("resources/testharness.js"));
    outer.write("inner/t/three.any.js", CLEAN);
    let nearest = outer.run(&["inner/t"]);
    nearest
        .exits(0)
        .gives(&["/t/three.any.html OK PASS:sum", "/t/three.any.worker.html OK PASS:sum"]);
    let named = outer.run(&["--root", ".", "inner/t"]);
    named.exits(0).gives(&[
        "/inner/t/three.any.html OK PASS:sum",
        "/inner/t/three.any.worker.html OK PASS:sum",
    ]);
}

#[test]
fn a_missing_path_is_wrong_usage() {
    let tree = tree();
    assert_usage(&tree.skep(&["run", "nowhere"]), "no such file or folder: nowhere");
    assert_usage(&tree.skep(&["run", "a", "nowhere"]), "no such file or folder: nowhere");
    assert_usage(
        &tree.skep(&["run", "/a/nowhere.any.html"]),
        "no test has the URL /a/nowhere.any.html",
    );
    assert_usage(&tree.skep(&["list", "nowhere"]), "no such file or folder: nowhere");
}

#[test]
fn a_tree_without_a_harness_is_wrong_usage() {
    let bare = Folder::new().with("t/one.any.js", CLEAN);
    let complaint = "no test tree around t: neither it nor a folder above it holds resources/testharness.js";
    assert_usage(&bare.skep(&["run", "t"]), complaint);
    let complaint = "t is not the root of a test tree: it holds no resources/testharness.js";
    assert_usage(&bare.skep(&["run", "--root", "t", "t"]), complaint);
}

#[test]
fn a_path_outside_the_tree_is_wrong_usage() {
    let (tree, other) = (tree(), tree());
    let path = other.path("a");
    let root = tree.root().to_str().unwrap();
    let told = tree.skep(&["run", "--root", root, path.to_str().unwrap()]);
    assert_usage(&told, "is not inside the test tree");
}

#[test]
fn unknown_options_and_nonsense_are_wrong_usage() {
    let tree = tree();
    assert_usage(&tree.skep(&["run", "--no-such-option", "a"]), "'--no-such-option'");
    assert_usage(&tree.skep(&["no-such-command"]), "'no-such-command'");
    assert_usage(&tree.skep(&["run"]), "<PATH>");
    assert_usage(&tree.skep(&[""; 0]), "Usage: skep");
    assert_usage(&tree.skep(&["run", "--jobs", "0", "a"]), "--jobs");
    assert_usage(&tree.skep(&["run", "--timeout-multiplier", "0", "a"]), "greater than 0");
    assert_usage(&tree.skep(&["exec", "--timeout", "soon", "a.js"]), "number of seconds");
}

#[test]
fn help_tells_every_exit_code() {
    let folder = Folder::new();
    for arguments in [["--help"].as_slice(), &["run", "--help"], &["exec", "--help"]] {
        let told = folder.skep(arguments);
        told.exits(0);
        for code in [
            "  0  all as expected",
            "  1  unexpected",
            "  2  wrong usage",
            "  3  incomplete",
            "  4  nothing to run",
        ] {
            told.says(code);
        }
    }
    folder
        .skep(&["--version"])
        .exits(0)
        .says(concat!("skep ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn an_empty_selection_is_nothing_to_run() {
    let tree = tree()
        .with("empty/readme.txt", "")
        .with("empty/resources/x.any.js", CLEAN);
    tree.skep(&["run", "empty"])
        .exits(4)
        .complains("nothing to run: no test in empty\n");
    let told = tree.skep(&["run", "--filter", "zzz", "a"]);
    told.exits(4)
        .complains("nothing to run: no test in a with zzz in the URL\n");
}

#[test]
fn skips_are_shown_with_their_reasons() {
    let tree = tree()
        .with("c/shared.any.js", format!("// META: global=sharedworker\n{CLEAN}"))
        .with("c/by-hand-manual.html", HEAD)
        .with(
            "c/realm.any.js",
            format!("// META: global=shadowrealm-in-window\n{CLEAN}"),
        );
    let told = tree.skep(&["run", "c"]);
    told.exits(4)
        .says("\nskipped:\n")
        .says("\n0 of 0 tests clean, 3 skipped in ");
    for reason in [
        "     1  shared workers are not supported yet\n",
        "     1  manual test\n",
        "     1  ShadowRealm is not supported yet\n",
    ] {
        told.says(reason);
    }
    let ran = tree.run(&["a", "c"]);
    ran.exits(0);
    assert_eq!(ran.results["/c/by-hand-manual.html"]["status"], "SKIP");
    assert_eq!(ran.results["/c/by-hand-manual.html"]["message"], "manual test");
    ran.told.says("\n3 of 3 tests clean, 3 skipped in ");
}

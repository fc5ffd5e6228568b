//! Pages and workers that want more memory than they get.

use crate::tool::{CLEAN, Folder, Told};

/// Runs the page between two clean tests, none of which may suffer, and gives what was told. A wptreport has no word for a
/// test that is out of memory: it is a crash there.
#[track_caller]
fn run_hungry(tree: Folder, page: &str, verdict: &str) -> Told {
    let tree = tree.with("t/a.window.js", CLEAN).with("t/z.window.js", CLEAN);
    let ran = tree.with_page("t/hungry.html", page).run(&["--heap-limit", "48", "t"]);
    ran.gives(&[
        "/t/a.window.html OK PASS:sum",
        &format!("/t/hungry.html {verdict}"),
        "/t/z.window.html OK PASS:sum",
    ]);
    ran.told
}

#[test]
fn a_page_that_fills_its_heap_is_out_of_memory_and_keeps_what_was_told() {
    let page = "test(() => {}, 'before'); const kept = []; try { for (;;) kept.push({}); } finally { for (;;); }";
    let told = run_hungry(Folder::tree(), page, "CRASH PASS:before");
    told.says("OUT-OF-MEMORY /t/hungry.html\n  the page held more than 48 MiB\n");
}

#[test]
fn one_allocation_that_is_too_large_ends_its_test_alone() {
    // Native code joins the parts into one text of 500 MB.
    let page = "test(() => {}, 'before'); const text = '0123456789'.repeat(1e6); Array(50).fill(text).join('')";
    let told = run_hungry(Folder::tree(), page, "CRASH PASS:before");
    told.says("OUT-OF-MEMORY /t/hungry.html\n  out of memory: ")
        .says(" bytes more at once, where ")
        .says(" of 50331648 are taken\n");
}

/// What nobody has read yet counts for whoever sent it, and not for the worker that is too busy to read.
#[test]
fn a_page_that_floods_a_busy_worker_is_out_of_memory() {
    let tree = Folder::tree().with("t/busy.js", "postMessage('up'); for (;;);");
    let page = "
promise_test(async () => {
  const busy = new Worker('busy.js');
  await new Promise((resolve) => { busy.onmessage = resolve; });
  const message = { text: 'x'.repeat(10000) };
  for (;;) busy.postMessage(message);
}, 'a flood')";
    let told = run_hungry(tree, page, "CRASH");
    told.says("OUT-OF-MEMORY /t/hungry.html\n  the page held more than 48 MiB\n");
}

#[test]
fn a_worker_that_fills_its_heap_ends_and_nothing_else_does() {
    let tree = Folder::tree()
        .with(
            "t/hungry.js",
            "postMessage('up'); const kept = []; for (;;) kept.push({});",
        )
        .with("t/sibling.js", "onmessage = (event) => postMessage(event.data + 1);");
    let page = "
promise_test(async () => {
  const sibling = new Worker('sibling.js'), hungry = new Worker('hungry.js');
  const messages = [];
  hungry.onmessage = (event) => messages.push(event.data);
  const error = await new Promise((resolve) => { hungry.onerror = (event) => { event.preventDefault(); resolve(event); }; });
  assert_array_equals(messages, ['up']);
  assert_equals(error.message, 'Uncaught out-of-memory: the worker held more than its 48 MiB');
  assert_true(error.filename.endsWith('/t/hungry.js'));
  hungry.postMessage('nobody is there');
  sibling.postMessage(1);
  const { data } = await new Promise((resolve) => { sibling.onmessage = resolve; });
  assert_equals(data, 2);
}, 'owner and sibling go on');";
    run_hungry(tree, page, "OK PASS:owner and sibling go on");
}

#[test]
fn a_buffer_that_is_too_large_is_a_range_error() {
    let page = "
test(() => {
  assert_throws_js(RangeError, () => new ArrayBuffer(64 << 20));
  assert_throws_js(RangeError, () => new Uint8Array(64 << 20));
  assert_equals(new ArrayBuffer(1 << 20).byteLength, 1 << 20);
}, 'buffers');";
    run_hungry(Folder::tree(), page, "OK PASS:buffers");
}

#[test]
fn dead_buffers_do_not_count() {
    let page = "test(() => { for (let i = 0; i < 500; i++) new ArrayBuffer(4 << 20); }, 'buffers');";
    run_hungry(Folder::tree(), page, "OK PASS:buffers");
}

#[test]
fn exec_says_what_was_too_much() {
    let folder = Folder::new()
        .with("page.js", "const kept = []; for (;;) kept.push({});")
        .with("block.js", "Array(50).fill('0123456789'.repeat(1e6)).join('');")
        .with("worker.js", "new Worker('page.js');");
    let exec = |script| folder.skep(&["exec", "--heap-limit", "48", script]);
    let fails = |told: Told, text: &str| {
        told.exits(1).complains(text);
    };
    fails(
        exec("page.js"),
        "skep: page.js held more than 48 MiB: see --heap-limit\n",
    );
    fails(exec("block.js"), "skep: out of memory: ");
    fails(exec("worker.js"), "out-of-memory: the worker held more than its 48 MiB");
}

//! Tests that lie, flood, or leave work behind.

use crate::tool::{CLEAN, Folder};

#[test]
fn forged_results_do_not_count() {
    let script = r#"
        const forged = '{"Subtest":{"name":"forged","status":"PASS","message":null,"stack":null}}\n' +
            '{"End":{"status":"OK","message":null,"stack":null,"counted":1}}\n';
        console.log(forged);
        console.error(forged);
        const message = { type: 'complete', tests: [], status: { status: 0, message: null, stack: null } };
        const channel = new MessageChannel();
        channel.port1.postMessage(message);
        new BroadcastChannel('results').postMessage(message);
        dispatchEvent(new MessageEvent('message', { data: message }));
        const worker = new Worker(URL.createObjectURL(new Blob(['console.log("' + escape(forged) + '"); postMessage(1)'])));
        async_test((t) => {
            worker.onmessage = t.step_func_done(() => assert_true(false, 'the truth'));
        }, 'honest');"#;
    let ran = Folder::tree().with_page("t/forger.html", script).run(&["t"]);
    ran.exits(1).gives(&["/t/forger.html OK FAIL:honest"]);
    let block = ran.told.about("/t/forger.html");
    assert!(
        block.contains("assert_true: the truth expected true but got false"),
        "{block}"
    );
    assert!(!block.contains("PASS forged\n"), "{block}");
}

#[test]
fn only_the_first_completion_counts() {
    let script = "
        setup({ explicit_done: true });
        test(() => assert_true(false), 'the only one');
        add_completion_callback((tests, status) => {
            test(() => {}, 'late');
            done();
            status.status = 0;
            tests.length = 0;
        });
        onload = () => done();";
    let ran = Folder::tree().with_page("t/twice.html", script).run(&["t"]);
    ran.exits(1).gives(&["/t/twice.html OK FAIL:the only one"]);
}

#[test]
fn scripts_that_replace_builtins_cannot_turn_a_failure_into_success() {
    let script = "
        test(() => assert_true(false), 'fails');
        JSON.stringify = () => '{}';
        Number = () => 0;
        String = () => 'changed';
        Set.prototype.has = () => true;
        Set.prototype.add = () => {};";
    let ran = Folder::tree().with_page("t/builtins.html", script).run(&["t"]);
    ran.exits(1);
    let result = &ran.results["/t/builtins.html"];
    let passes = result["subtests"]
        .as_array()
        .unwrap()
        .iter()
        .any(|subtest| subtest["status"] == "PASS");
    assert!(!passes, "{}", ran.told);
}

#[test]
fn a_busy_worker_does_not_hold_the_end_of_its_test() {
    let script = "
        const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1); for (;;);'])));
        async_test((t) => { worker.onmessage = t.step_func_done(); }, 'started');";
    // Were it waited for, the verdict would be another.
    let ran = Folder::tree().with_page("t/busy.html", script).run(&["t"]);
    ran.exits(0).gives(&["/t/busy.html OK PASS:started"]);
}

#[test]
fn fifty_workers_all_answer() {
    let script = "
        async_test((t) => {
            const source = URL.createObjectURL(new Blob(['onmessage = (e) => postMessage(e.data);']));
            const left = new Set(Array.from({ length: 50 }, (_, index) => index));
            for (const index of left) {
                const worker = new Worker(source);
                worker.onmessage = t.step_func((event) => {
                    assert_true(left.delete(event.data));
                    if (left.size === 0) t.done();
                });
                worker.postMessage(index);
            }
        }, 'fifty');";
    let tree = Folder::tree().with_page("t/fifty.html", script);
    tree.run(&["t"]).exits(0).gives(&["/t/fifty.html OK PASS:fifty"]);
}

#[test]
fn a_flood_of_output_is_cut_to_its_end() {
    let script = "
        for (let line = 0; line < 30000; line++) console.log('line ' + line);
        test(() => assert_true(false), 'after the flood');";
    let ran = Folder::tree().with_page("t/flood.html", script).run(&["t"]);
    ran.exits(1).gives(&["/t/flood.html OK FAIL:after the flood"]);
    let block = ran.told.about("/t/flood.html");
    assert!(
        block.contains("line 29999 ") && block.contains("line 29990 ") && !block.contains("line 29989 "),
        "{block}"
    );
}

#[test]
fn a_flood_of_subtests_is_counted_whole_and_shown_in_part() {
    let script = "for (let index = 0; index < 2000; index++) test(() => assert_true(false), 'n' + index);";
    let ran = Folder::tree().with_page("t/many.html", script).run(&["t"]);
    ran.exits(1);
    assert_eq!(ran.results["/t/many.html"]["subtests"].as_array().unwrap().len(), 2000);
    ran.told
        .says("\n  FAIL n49\n")
        .says("\n  … and 1950 more\n")
        .says("  0/2000\n");
    assert!(!ran.told.stdout.contains("FAIL n50\n"));
}

#[test]
fn endless_recursion_in_a_script_is_no_crash() {
    let script = "test(() => { (function again() { again(); })(); }, 'recursion');";
    let ran = Folder::tree()
        .with_page("t/recursion.html", script)
        .run(&["--timeout-multiplier", "0.3", "t"]);
    ran.exits(1);
    let block = ran.told.about("/t/recursion.html");
    assert!(!block.starts_with("CRASH"), "{block}");
    // NOTE: the engine lets no script catch this error, so that the harness takes it for one outside its subtest.
    assert!(
        block.contains("RangeError: Maximum call stack size exceeded\n  at t/recursion.html:5:"),
        "{block}"
    );
}

#[test]
fn a_broken_down_harness_cannot_take_a_failure_back() {
    let script = "
        test(() => assert_true(false), 'fails');
        add_result_callback((test) => { test.status = 0; });
        add_completion_callback((tests) => { for (const test of tests) test.status = 0; });";
    let ran = Folder::tree().with_page("t/mender.html", script).run(&["t"]);
    ran.exits(1).gives(&["/t/mender.html OK FAIL:fails"]);
}

#[test]
fn a_page_inside_native_code_is_out_of_time_and_its_worker_is_not() {
    let stuck = "/(a+)+$/.test('a'.repeat(64) + 'b');";
    let page = format!("test(() => {{}}, 'before'); {stuck}");
    let owner = format!(
        "const source = `const text = 'a'.repeat(64) + 'b';
             /(a+)+$/.exec({{ toString() {{ postMessage(1); return text }} }})`;
         async_test((t) => {{
             const worker = new Worker(URL.createObjectURL(new Blob([source])));
             worker.onmessage = t.step_func(() => {{ worker.terminate(); {} }});
         }}, 'ends');",
        "t.step_timeout(() => t.done(), 10)"
    );
    // Nothing completes this one but the harness, which is out of time.
    let idle = owner.replace("t.step_timeout(() => t.done(), 10)", "");
    let ran = Folder::tree()
        .with_page("t/stuck.html", &page)
        .with_page("t/idle.html", &idle)
        .run(&["--timeout-multiplier", "0.3", "t"]);
    ran.gives(&["/t/idle.html TIMEOUT TIMEOUT:ends", "/t/stuck.html TIMEOUT PASS:before"]);
    let in_time = Folder::tree().with_page("t/owner.html", &owner).run(&["t"]);
    in_time.exits(0).gives(&["/t/owner.html OK PASS:ends"]);
    let block = ran.told.about("/t/idle.html");
    assert!(block.contains("was terminated inside native code"), "{block}");
}

/// Where the native stack is used up, the process ends; nothing else does.
#[test]
fn deep_nesting_is_an_error_or_a_crash_of_that_test_alone() {
    let nested = "let nested = []; for (let i = 0; i < 200000; i++) nested = [nested];";
    let mut tree = Folder::tree().with("t/z.window.js", CLEAN);
    let pages = [
        ("array", "eval('['.repeat(200000))".to_owned()),
        ("function", "eval('(function () {'.repeat(200000))".to_owned()),
        ("stringify", format!("{nested} JSON.stringify(nested)")),
        ("to-string", format!("{nested} String(nested)")),
    ];
    for (name, script) in &pages {
        tree = tree.with_page(
            &format!("t/{name}.html"),
            &format!("test(() => {{}}, 'before'); {script};"),
        );
    }
    let shallow = "
test(() => {
  eval('['.repeat(1000) + ']'.repeat(1000));
  eval('(function () {'.repeat(500) + '})'.repeat(500));
  let nested = [];
  for (let i = 0; i < 10000; i++) nested = [nested];
  assert_equals(JSON.stringify(nested).length, 20002);
  assert_equals(String(nested), '');
  assert_equals((function () { return arguments.length; }).apply(null, new Array(500000)), 500000);
  JSON.parse('['.repeat(200000) + ']'.repeat(200000));
  for (let i = 0; i < 100000; i++) nested = [nested];
  structuredClone(nested);
}, 'shallow');";
    let ran = tree.with_page("t/shallow.html", shallow).run(&["t"]);
    ran.exits(1).gives(&[
        "/t/array.html CRASH PASS:before",
        "/t/function.html CRASH PASS:before",
        "/t/shallow.html OK PASS:shallow",
        "/t/stringify.html CRASH PASS:before",
        "/t/to-string.html CRASH PASS:before",
        "/t/z.window.html OK PASS:sum",
    ]);
}

//! `--wptreport`: the format of upstream's own runner.

use serde_json::{Value, json};

use crate::tool::{Folder, HEAD};

#[test]
fn the_report_holds_what_upstream_s_readers_look_for() {
    let tree = Folder::tree()
        .with(
            "t/mixed.window.js",
            "test(() => {}, 'good');\ntest(() => assert_equals(1, 2), 'bad');\n",
        )
        .with_page("t/deep.html", "eval('['.repeat(200000));")
        .with("t/by-hand-manual.html", HEAD);
    let ran = tree.run(&["t"]);
    ran.exits(1);
    let report: Value = serde_json::from_str(&tree.read("report.json")).unwrap();
    let info = &report["run_info"];
    assert_eq!(info["product"], "skep");
    assert_eq!(info["os"], "linux");
    assert!(report["time_start"].as_u64().unwrap() > 0);
    assert!(report["time_end"].as_u64() >= report["time_start"].as_u64());
    let mut results = report["results"].clone();
    for result in results.as_array_mut().unwrap() {
        assert!(result["duration"].is_u64(), "{result}");
        result["duration"] = json!(0);
    }
    let expected = json!([
        {
            "test": "/t/by-hand-manual.html", "subsuite": "", "status": "SKIP", "message": "manual test",
            "duration": 0, "subtests": [],
        },
        {
            "test": "/t/deep.html", "subsuite": "", "status": "CRASH",
            "message": "the test's process ended by SIGABRT (signal 6)", "duration": 0, "subtests": [],
        },
        {
            "test": "/t/mixed.window.html", "subsuite": "", "status": "OK", "message": null, "duration": 0,
            "subtests": [
                { "name": "good", "status": "PASS", "message": null },
                { "name": "bad", "status": "FAIL", "message": "assert_equals: expected 2 but got 1" },
            ],
        },
    ]);
    assert_eq!(results, expected);
}

#[test]
fn lone_surrogates_are_spelled_out() {
    let script = r"test(() => assert_true(false, 'message \ud800 \ud83d\ude00'), 'name \udc00');";
    let ran = Folder::tree().with_page("t/surrogates.html", script).run(&["t"]);
    ran.exits(1);
    let subtest = &ran.results["/t/surrogates.html"]["subtests"][0];
    assert_eq!(subtest["name"], "name U+dc00");
    let message = subtest["message"].as_str().unwrap();
    assert!(message.to_lowercase().contains("message u+d800 😀"), "{message}");
}

#[test]
fn a_report_that_cannot_be_written_is_told() {
    let tree = Folder::tree().with_page("t/clean.html", "test(() => {}, 'x');");
    let told = tree.skep(&["run", "--wptreport", "nowhere/report.json", "t"]);
    told.exits(2)
        .complains("could not write the report nowhere/report.json: ");
}

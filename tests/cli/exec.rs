//! `skep exec`.

use crate::tool::Folder;

#[test]
fn the_console_goes_to_the_terminal() {
    let script = "
console.log('log', 1, { a: [true, null] });
console.info('info');
console.debug('debug');
console.warn('warn');
console.error('error');";
    let told = Folder::new().with("main.js", script).skep(&["exec", "main.js"]);
    told.exits(0);
    let lines: Vec<&str> = told.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{told}");
    assert!(lines[0].starts_with("log 1 "), "{told}");
    assert_eq!(lines[1..], ["info", "debug"]);
    assert_eq!(told.stderr, "warn\nerror\n    at main.js:6:14\n");
}

#[test]
fn workers_and_channels_are_there() {
    let main = "
const worker = new Worker('resources/worker.js', { name: 'helper' });
const channel = new MessageChannel();
channel.port1.onmessage = (event) => {
  console.log('by the port:', event.data);
  channel.port1.close();
};
worker.postMessage('hello', [channel.port2]);";
    let worker = "
importScripts('shared.js');
onmessage = (event) => event.ports[0].postMessage(decorate(event.data) + name);";
    let folder = Folder::new()
        .with("project/main.js", main)
        .with("project/resources/worker.js", worker)
        .with("project/resources/shared.js", "const decorate = (text) => text + ', ';");
    // From another folder: what counts is the script's own.
    let told = folder.skep(&["exec", "project/main.js"]);
    told.exits(0);
    assert_eq!(
        (told.stdout.as_str(), told.stderr.as_str()),
        ("by the port: hello, helper\n", ""),
        "{told}"
    );
}

#[test]
fn scripts_share_what_they_declare() {
    let main = "
importScripts('shared.js');
postMessage([variable, CONSTANT, new Shape().sides(), late()].join());
function late() { return LATE; }";
    let page = "<script>function late() { return LATE; }</script><script src=shared.js></script>\
                <script>console.log([variable, CONSTANT, new Shape().sides(), late()].join())</script>";
    let folder = Folder::new()
        .with("worker.js", main)
        .with(
            "main.js",
            "new Worker('worker.js').onmessage = (event) => console.log(event.data);",
        )
        .with("page.html", page)
        .with(
            "shared.js",
            "var variable = 1; const CONSTANT = 2; class Shape { sides() { return 3; } } let LATE = 4;",
        );
    for file in ["main.js", "page.html"] {
        let told = folder.skep(&["exec", file]);
        told.exits(0);
        assert_eq!(told.stdout, "1,2,3,4\n", "{told}");
    }
}

#[test]
fn rejections_that_nobody_handles_are_told_with_their_place() {
    let main = "
Promise.reject(5);
function refuse() {
  return new Promise((_, no) => no('text'));
}
refuse();
Promise.reject(new Error('words'));
reportError('reported');
(async () => { throw { toString: () => 'by itself' }; })();
Promise.resolve().then(() => { throw null; });";
    let told = Folder::new().with("main.js", main).skep(&["exec", "main.js"]);
    told.exits(1);
    let expected = "\
Uncaught reported
    at main.js:8:12
Uncaught (in promise) 5
    at main.js:2:15
Uncaught (in promise) text
    at main.js:4:35
Uncaught (in promise) Error: words
    at main.js:7:16
Uncaught (in promise) by itself
    at main.js
Uncaught (in promise) null
";
    assert_eq!(told.stderr, expected, "{told}");
}

#[test]
fn an_idle_worker_does_not_hold_the_end() {
    let folder = Folder::new()
        .with(
            "main.js",
            "const w = new Worker('w.js'); w.onmessage = (e) => console.log(e.data); w.postMessage(1);",
        )
        .with(
            "w.js",
            "onmessage = (e) => postMessage(e.data + 1); new BroadcastChannel('b').onmessage = () => {};",
        );
    let told = folder.skep(&["exec", "main.js"]);
    told.exits(0);
    assert_eq!(told.stdout, "2\n", "{told}");
}

#[test]
fn timers_and_promises_are_waited_for() {
    let script = "
setTimeout(() => { console.log('timer'); Promise.resolve().then(() => console.log('microtask')); }, 20);
console.log('script');";
    let told = Folder::new().with("main.js", script).skep(&["exec", "main.js"]);
    told.exits(0);
    assert_eq!(told.stdout, "script\ntimer\nmicrotask\n");
}

#[test]
fn what_never_ends_ends_at_the_timeout() {
    let folder = Folder::new()
        .with("interval.js", "setInterval(() => {}, 10);")
        .with("loop.js", "for (;;);")
        .with("worker-loop.js", "new Worker('loop.js');");
    for script in ["interval.js", "loop.js", "worker-loop.js"] {
        let told = folder.skep(&["exec", "--timeout", "0.3", script]);
        told.exits(3)
            .complains(&format!("skep: {script} was still running at --timeout\n"));
    }
}

#[test]
fn uncaught_errors_are_told_with_their_place() {
    let folder = Folder::new()
        .with(
            "error.js",
            "console.log('before');\n  throw new TypeError('no luck');\n",
        )
        .with(
            "timer.js",
            "setTimeout(() => {\n  throw new TypeError('no luck');\n});\n",
        )
        .with("rejection.js", "\nPromise.reject(new TypeError('no luck'));\n")
        .with("worker.js", "new Worker('error.js');\n")
        .with("type.js", "let a;\n  a.b;\n")
        .with("function.js", "function f() {\n  nowhere();\n}\nf();\n")
        .with("reference.js", "\n  nowhere();\n");
    for (script, place) in [
        ("error.js", "error.js:2:9"),
        ("timer.js", "timer.js:2:9"),
        ("rejection.js", "rejection.js:2:"),
        ("worker.js", "error.js:2:9"),
    ] {
        let told = folder.skep(&["exec", script]);
        told.exits(1)
            .complains("TypeError: no luck\n")
            .complains(&format!("    at {place}"));
        let count = told.stderr.matches("no luck").count();
        assert_eq!(count, 1, "told once: {told}");
    }
    folder
        .skep(&["exec", "type.js"])
        .exits(1)
        .complains("TypeError: ")
        .complains("    at type.js:2:");
    // NOTE: the engine knows no line of its own for a name that is missing; at least none is made up.
    let told = folder.skep(&["exec", "function.js"]);
    told.exits(1)
        .complains("ReferenceError: nowhere is not defined\n    at function.js:");
    let told = folder.skep(&["exec", "reference.js"]);
    told.exits(1)
        .complains("ReferenceError: nowhere is not defined\n    at reference.js\n");
    assert!(!told.stderr.contains(":0"), "{told}");
}

#[test]
fn errors_that_are_handled_are_no_errors() {
    let script = "
onerror = (message) => { console.log('handled', message); return true; };
addEventListener('unhandledrejection', (event) => { console.log('handled', event.reason); event.preventDefault(); });
const worker = new Worker('throws.js');
worker.onerror = (event) => { console.log('handled', event.message); event.preventDefault(); };
Promise.reject('rejection');
throw new Error('script');";
    let folder = Folder::new()
        .with("main.js", script)
        .with("throws.js", "throw new Error('worker');");
    let told = folder.skep(&["exec", "main.js"]);
    told.exits(0);
    assert_eq!(told.stderr, "", "{told}");
    let mut lines: Vec<&str> = told.stdout.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "handled Uncaught Error: script",
            "handled Uncaught Error: worker",
            "handled rejection"
        ]
    );
}

#[test]
fn a_syntax_error_is_told_with_its_line() {
    let folder = Folder::new()
        .with("main.js", "let a = 1;\nlet b = ;\n")
        .with("parent.js", "new Worker('main.js');\n");
    folder
        .skep(&["exec", "main.js"])
        .exits(1)
        .complains("SyntaxError: ")
        .complains("    at main.js:2:9\n");
    folder.skep(&["exec", "parent.js"]).exits(1).complains("main.js");
}

#[test]
fn a_worker_without_a_script_is_told() {
    let folder = Folder::new().with("main.js", "new Worker('missing.js');\n");
    folder
        .skep(&["exec", "main.js"])
        .exits(1)
        .complains("missing.js: the server answered 404");
}

#[test]
fn a_page_runs_likewise() {
    let page = "<!doctype html>\n<p id=p>text</p>\n<script src=lib.js></script>\n<script>\n\
                console.log(document.getElementById('p').textContent, answer);\n\
                onload = () => console.log('loaded', location.pathname);\n</script>\n";
    let folder = Folder::new().with("page.html", page).with("lib.js", "const answer = 42;").with(
        "wrong.html",
        "<!doctype html>\n<script>console.log('one');</script>\n<script>\n  throw new Error('two');\n</script>\n<script>console.log('three');</script>\n",
    );
    let told = folder.skep(&["exec", "page.html"]);
    told.exits(0);
    assert_eq!(
        (told.stdout.as_str(), told.stderr.as_str()),
        ("text 42\nloaded /page.html\n", ""),
        "{told}"
    );
    let told = folder.skep(&["exec", "wrong.html"]);
    told.exits(1).complains("Error: two\n    at wrong.html:4:9\n");
    assert_eq!(told.stdout, "one\nthree\n", "{told}");
}

#[test]
fn what_cannot_be_run_is_wrong_usage() {
    let folder = Folder::new().with("notes.txt", "x").with("folder/x.js", "");
    for (path, complaint) in [
        ("missing.js", "could not read missing.js: No such file or directory"),
        ("missing.html", "could not read missing.html: No such file or directory"),
        ("folder", "could not read folder: Is a directory"),
        ("notes.txt", "cannot run notes.txt: expected a script (.js) or a page"),
    ] {
        let told = folder.skep(&["exec", path]);
        told.exits(2).complains(complaint);
        assert_eq!(told.stdout, "");
    }
}

#[test]
fn a_script_that_kills_the_process_does_not_end_well() {
    let told = Folder::new()
        .with("deep.js", "eval('['.repeat(200000));")
        .skep(&["exec", "deep.js"]);
    assert_ne!(told.code, Some(0), "{told}");
    told.complains("overflowed its stack");
}

#[test]
fn a_worker_that_cannot_be_stopped_is_left_behind() {
    let main = "
const worker = new Worker('resources/worker.js');
worker.onmessage = ({ data }) => {
  console.log(data);
  worker.terminate();
};";
    let worker = "
const text = 'a'.repeat(64) + 'b';
setInterval(() => console.log('late'));
/(a+)+$/.exec({ toString() { postMessage('begins'); return text } });
console.log('late');";
    let folder = Folder::new().with("main.js", main).with("resources/worker.js", worker);
    // Were the worker waited for, this would never come back.
    let told = folder.skep(&["exec", "main.js"]);
    told.exits(0);
    assert_eq!(told.stdout, "begins\n", "{told}");
    assert!(told.stderr.contains("was terminated inside native code"), "{told}");
    assert_eq!(told.stderr.lines().count(), 1, "{told}");
}

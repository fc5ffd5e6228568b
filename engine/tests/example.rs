//! The example program does what it says.

#[path = "../examples/host.rs"]
#[expect(dead_code, reason = "the program's own main function is not called here")]
mod host;

#[test]
fn the_example_host_says_what_happens() {
    let mut out = Vec::new();
    host::run(&mut out).unwrap();
    let expected = "\
idle: true
6 * 7 is 42
ada: back: ada and bob, 1970; here: 1
ada: uncaught RangeError: no half of 1 (wrong.js:2:9)
ada: uncaught DataCloneError: #<Function> could not be cloned. (clone.js:1:5)
bob: busy
bob: Terminated
bob: the isolate was terminated before the closure had ended
ada ended well: true
";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

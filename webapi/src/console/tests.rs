use crate::{ConsoleLevel, testing::run};

/// The text of what `script` prints.
fn texts(script: &str) -> Vec<String> {
    run(script).1.into_iter().map(|message| message.text).collect()
}

#[test]
fn a_line_has_its_level_and_its_place() {
    let printed =
        run("console.warn('a', 1);\nconsole.error('b');\n  console.debug('c'); console.info('d'); console.log()").1;
    let found: Vec<_> = printed
        .iter()
        .map(|message| (message.level, message.text.as_str(), message.location.as_str()))
        .collect();
    assert_eq!(
        found.iter().map(|(level, text, _)| (*level, *text)).collect::<Vec<_>>(),
        [
            (ConsoleLevel::Warn, "a 1"),
            (ConsoleLevel::Error, "b"),
            (ConsoleLevel::Debug, "c"),
            (ConsoleLevel::Info, "d"),
        ]
    );
    assert!(found[1].2.starts_with("test.js:2:"), "{found:?}");
}

#[test]
fn specifiers_are_filled() {
    assert_eq!(
        texts(
            "console.log('%s is %d, %i, %f%% %o', 'x', '12.5px', 7.9, '1.5e3', {a: 'b'}, 'rest', 3);
             console.log('%cstyled', 'color: red');
             console.log('%s %s', '%s', Symbol('y'));
             console.log('%d %s', Symbol());
             console.log('100%', 1); console.log(1, '%s', 2);
             console.log('%s', {toString() { return 'own' }});"
        ),
        [
            "x is 12, 7, 1500% {a: 'b'} rest 3"
                .replace("%", "%%")
                .replace("{a: 'b'}", "{ a: 'b' }")
                .as_str(),
            "styled",
            "%s Symbol(y)",
            "NaN %s",
            "100% 1",
            "1 %s 2",
            "own"
        ]
    );
}

#[test]
fn values_are_readable_and_no_getter_runs() {
    assert_eq!(
        texts(
            "let ran = 0; const o = {get x() { ran++ }, 'a b': [1, , 'two', null, undefined, -0, 3n], f() {}};
             o.self = o; console.log(o); console.log(new Map([['k', {v: 1}]]), new Set([1]));
             console.log(new URL('http://a/'), class A {}, new (class B { y = 1 }), Object.create(null));
             console.log({a: {b: {c: {d: {e: 1}}}}}, [new Uint8Array([1, 2])], new ArrayBuffer(3), Promise.resolve(5));
             console.log(new Proxy({}, {get() { ran++ }, ownKeys() { ran++ }}), new DOMException('m', 'AbortError'));
             console.log(String(ran)); console.log(new Array(1e9).length, new Array(300).fill(0));"
        )
        .join("\n")
        .replace("0, ", ""),
        "{ x: [Getter/Setter], 'a b': [1, <empty>, 'two', null, undefined, -3n], f: [Function: f], self: [Circular] }\n\
         Map(1) { 'k' => { v: 1 } } Set(1) { 1 }\n\
         [object URL] [Function: A] B { y: 1 } [Object: null prototype] {}\n\
         { a: { b: { c: { d: [Object] } } } } [Uint8Array(2) [1, 2]] ArrayBuffer(3) Promise { 5 }\n\
         [object Proxy] AbortError: m\n0\n1000000000 […]"
    );
}

#[test]
fn errors_tell_where_they_come_from() {
    let texts = texts("function boom() { return new TypeError('no') }\nconsole.log(boom()); console.trace('here');");
    assert!(texts[0].starts_with("TypeError: no\n    at "), "{texts:?}");
    assert!(texts[0].contains("(test.js:1:"), "{texts:?}");
    assert!(texts[1].starts_with("Trace: here\n    at "), "{texts:?}");
}

#[test]
fn groups_counts_timers_and_assertions() {
    assert_eq!(
        texts(
            "console.group('G'); console.log('in\\nside'); console.group(); console.log('deep'); console.groupEnd();
             console.groupEnd(); console.groupEnd(); console.count(); console.count('x'); console.count(); console.countReset();
             console.count(); console.countReset('none'); console.assert(true); console.assert(false, 'a %s', 'b');
             console.assert(); console.assert(false, 1); console.timeEnd('t'); console.time('t'); console.time('t');
             console.table([{a: 1, b: 'x'}, {a: 22}]); console.table(5); console.dir('s')"
        ),
        [
            "G",
            "  in\n  side",
            "    deep",
            "default: 1",
            "x: 1",
            "default: 2",
            "default: 1",
            "Count for 'none' does not exist",
            "Assertion failed: a b",
            "Assertion failed",
            "Assertion failed 1",
            "Timer 't' does not exist",
            "Timer 't' already exists",
            "(index) | a  | b\n--------+----+----\n0       | 1  | 'x'\n1       | 22 |",
            "5",
            "'s'",
        ]
    );
}

#[test]
fn the_namespace_has_the_shape_that_idl_gives() {
    let result = run(
        "const d = Object.getOwnPropertyDescriptor(self, 'console');
         [d.writable, d.enumerable, d.configurable, String(console), Object.getPrototypeOf(console) === Object.prototype,
          Object.getOwnPropertyNames(Object.getPrototypeOf(console)).length, console.log.length, console.log.name,
          typeof console.log.prototype].join()",
    );
    assert_eq!(result.0, "true,false,true,[object console],false,0,0,log,undefined");
}

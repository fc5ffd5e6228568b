//! The `RegExp.prototype.exec` of a prepared realm is, for scripts, the engine's own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod support;

use support::{eval, realms, text};

/// Steps that show something rare. Each is run with either function, and must give or throw the same.
const STEPS: &[(&str, &str)] = &[
    ("no object", "return originalOrReplaced().call(1, 'a')"),
    (
        "no regular expression",
        "return originalOrReplaced().call({ lastIndex: 0 }, 'a')",
    ),
    (
        "the prototype itself",
        "return originalOrReplaced().call(RegExp.prototype, 'a')",
    ),
    ("a proxy", "return originalOrReplaced().call(new Proxy(/a/y, {}), 'a')"),
    (
        "nothing to look through",
        "const r = /undefined/y; return [r.exec(), r.lastIndex]",
    ),
    (
        "a number to look through",
        "const r = /\\d+/y; r.lastIndex = 1; return [r.exec(123), r.lastIndex]",
    ),
    ("a symbol to look through", "return /a/y.exec(Symbol())"),
    (
        "an object to look through, whose conversion changes the expression",
        "const r = /a/y; return [r.exec({ toString() { r.compile('b', 'y'); r.lastIndex = 1; return 'ab' } }), r.lastIndex]",
    ),
    (
        "a fraction",
        "const r = /b/y; r.lastIndex = 1.9; return [r.exec('ab'), r.lastIndex]",
    ),
    (
        "negative",
        "const r = /a/y; r.lastIndex = -5; return [r.exec('ab'), r.lastIndex]",
    ),
    (
        "minus zero",
        "const r = /x/y; r.lastIndex = -0; return [r.exec('ab'), r.lastIndex]",
    ),
    (
        "not a number",
        "const r = /a/y; r.lastIndex = NaN; return [r.exec('ab'), r.lastIndex]",
    ),
    (
        "infinity",
        "const r = /a/y; r.lastIndex = Infinity; return [r.exec('ab'), r.lastIndex]",
    ),
    (
        "huge",
        "const r = /a/y; r.lastIndex = 2 ** 60; return [r.exec('ab'), r.lastIndex]",
    ),
    (
        "2 ** 32",
        "const r = /a/y; r.lastIndex = 2 ** 32; return [r.exec('ab'), r.lastIndex]",
    ),
    (
        "a string",
        "const r = /b/y; r.lastIndex = '1'; return [r.exec('ab'), r.lastIndex]",
    ),
    (
        "null",
        "const r = /a/y; r.lastIndex = null; return [r.exec('ab'), r.lastIndex]",
    ),
    (
        "a big integer",
        "const r = /a/y; r.lastIndex = 1n; return [r.exec('ab'), r.lastIndex]",
    ),
    (
        "an object, converted once",
        "let n = 0; const r = /b/y; r.lastIndex = { valueOf() { n += 1; return 1 } }; return [r.exec('ab'), r.lastIndex, n]",
    ),
    (
        "an object, converted once, though nothing starts there",
        "let n = 0; const r = /b/; r.lastIndex = { valueOf() { n += 1; return 1 } }; return [r.exec(long), n]",
    ),
    (
        "an object, converted once, for a pattern that the engine alone can match",
        "let n = 0; const r = /(b)\\2/y; r.lastIndex = { valueOf() { n += 1; return 1 } }; return [r.exec('ab\\x02'), r.lastIndex, n]",
    ),
    (
        "an object whose conversion changes the expression",
        "const r = /a/y; r.lastIndex = { valueOf() { r.compile('b'); return 1 } }; return [r.exec('abb'), r.lastIndex]",
    ),
    (
        "an object that throws",
        "const r = /b/y; r.lastIndex = { valueOf() { throw new RangeError('mine') } }; return r.exec('ab')",
    ),
    ("frozen, a match", "return Object.freeze(/a/y).exec('a')"),
    ("frozen, no match", "return Object.freeze(/a/y).exec('b')"),
    (
        "frozen, beyond the end",
        "const r = /a/y; r.lastIndex = 9; return Object.freeze(r).exec('a')",
    ),
    ("frozen, long", "return Object.freeze(/a/g).exec(long)"),
    (
        "frozen and neither sticky nor global, long",
        "return Object.freeze(/b/).exec(long)",
    ),
    (
        "a subclass",
        "class Sub extends RegExp {} const r = new Sub('b', 'y'); r.lastIndex = 1; return [r.exec('ab'), r.lastIndex]",
    ),
    (
        "a subclass that calls on",
        "class Sub extends RegExp { exec(s) { return super.exec(s)?.index } } return new Sub('a', 'y').exec('a')",
    ),
    (
        "no prototype",
        "const r = /a/dy; const exec = r.exec; Object.setPrototypeOf(r, null); return exec.call(r, 'a')",
    ),
    (
        "getters of its own",
        "const r = /b/y; for (const name of ['flags', 'source', 'sticky', 'global', 'unicodeSets']) {
             Object.defineProperty(r, name, { get() { throw new Error(name) } });
         } r.lastIndex = 1; return [r.exec('ab'), r.lastIndex]",
    ),
    (
        "getters replaced in the prototype",
        "const names = ['flags', 'source', 'sticky', 'global', 'hasIndices', 'unicode', 'unicodeSets'];
         const saved = names.map(name => Object.getOwnPropertyDescriptor(RegExp.prototype, name));
         try {
             for (const name of names) {
                 Object.defineProperty(RegExp.prototype, name, { get() { throw new Error(name) } });
             }
             const r = /b/y; r.lastIndex = 1;
             return [r.exec('ab'), r.lastIndex];
         } finally {
             names.forEach((name, index) => Object.defineProperty(RegExp.prototype, name, saved[index]));
         }",
    ),
    (
        "compiled anew",
        "const r = /a/y; const first = r.exec('ab'); r.compile('b', 'y'); r.lastIndex = 1; return [first, r.exec('ab')]",
    ),
    (
        "compiled anew, no longer sticky",
        "const r = /a/y; const first = r.exec('ab'); r.compile('b'); return [first, r.exec('ab'), r.lastIndex]",
    ),
    (
        "setters of arrays and objects",
        "
         let called = 0;
         const names = ['0', '1', 'index', 'input', 'groups', 'indices', 'n'];
         for (const name of names) {
             Object.defineProperty(Array.prototype, name, { set() { called += 1 }, configurable: true });
             Object.defineProperty(Object.prototype, name, { set() { called += 1 }, configurable: true });
         }
         try {
             const found = /(?<n>a)/dy.exec('a');
             return [found, called];
         } finally {
             for (const name of names) { delete Array.prototype[name]; delete Object.prototype[name] }
         }",
    ),
    ("split", "return 'a1b22c'.split(/\\d/)"),
    ("split with groups", "return 'a1b22c'.split(/(\\d)(x)?/)"),
    ("split long", "return long.split(/b+/).length"),
    ("replace", "return 'aab'.replace(/a/y, '[$&$`]')"),
    (
        "replace all",
        "return 'aabab'.replace(/a/gy, (...all) => JSON.stringify(all))",
    ),
    ("replace long", "return long.replace(/b/g, '<$&>')"),
    ("match", "return 'aab'.match(/a/y)"),
    ("match all at once", "return 'aab'.match(/a/gy)"),
    ("match all of a long text", "return long.match(/a?b/g).length"),
    ("match one by one", "return [...'aab'.matchAll(/(?<x>a)/gy)]"),
    (
        "match one by one in a long text",
        "return [...long.matchAll(/b/g)].map(found => found.index)",
    ),
    (
        "search",
        "return [/b/y[Symbol.search]('ab'), /a/y[Symbol.search]('ab')]",
    ),
    (
        "test",
        "const r = /a/y; return [r.test('aab'), r.test('aab'), r.test('aab'), r.lastIndex]",
    ),
    (
        "an expression of another realm",
        "const r = new OtherRegExp('(b)', 'dy'); r.lastIndex = 1; return originalOrReplaced().call(r, 'ab')",
    ),
    ("the other realm's function", "return otherExec(/(a)/dy, 'ab')"),
    (
        "nested too deeply for one more group",
        "return new RegExp('(?:'.repeat(255) + 'a' + ')'.repeat(255), 'y').exec('ba')",
    ),
    (
        "another text each time",
        "const texts = [long, long + 'x', 'b' + long, long.slice(1), 'b'.repeat(long.length)]; const r = /ba?/y;
         return [...texts, ...texts].map(text => { r.lastIndex = 1025; return r.exec(text)?.[0] + r.lastIndex })",
    ),
    (
        "more patterns than are remembered",
        "let all = ''; for (let n = 0; n < 600; n++) { const r = new RegExp('a{' + n % 300 + '}', 'y'); all += r.exec(long)[0].length } return all",
    ),
    (
        "the same source with different flags",
        "return ['y', 'iy', 'my', 'sy', 'uy', 'vy', 'gy', 'dy', 'g', 'i'].map(flags => new RegExp('A|^.$', flags).exec('\\n' + long))",
    ),
];

#[test]
fn rare_cases_are_the_same() {
    let mut cx = realms();
    let mut failures = Vec::new();
    for (what, steps) in STEPS {
        match text(&mut cx, &format!("String(difference(() => {{ {steps} }}))")).as_deref() {
            Ok("undefined") => {}
            Ok(difference) => failures.push(format!("{what}: {difference}")),
            Err(error) => failures.push(format!("{what}: the steps are no script: {error}")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn matches_are_the_same() {
    let mut cx = realms();
    eval(&mut cx, include_str!("table.js")).unwrap();
    for table in ["sources, flagsList, inputs", "sources, longFlagsList, longInputs"] {
        let differences = text(&mut cx, &format!("compareTable({table})")).unwrap();
        assert_eq!(differences, "");
    }
    let count: u32 = text(&mut cx, "compared").unwrap().parse().unwrap();
    assert!(count > 50_000, "the table has shrunk to {count}");
}

#[test]
fn the_function_looks_the_same() {
    let mut cx = realms();
    let script = "
        const describe = (exec) => show([
            ownKeys(exec).map(key => [key, getOwnPropertyDescriptor(exec, key)]),
            String(exec), getPrototypeOf(exec) === Function.prototype, Object.isExtensible(exec),
        ]) + outcome(exec, () => new exec());
        show([originalExec !== replacedExec, describe(originalExec) === describe(replacedExec), shape() === originalShape])";
    assert_eq!(
        text(&mut cx, script).unwrap(),
        text(&mut cx, "show([true, true, true])").unwrap()
    );
}

//! The language's values, but for those that hold bytes.

use skep_engine::structured_data::{deserialize, serialize};

use crate::support::{ISOLATED, context, crosses, eval, holds, refuses, uncloneable};

#[test]
fn primitives() {
    crosses("undefined", "v === undefined");
    crosses("null", "v === null");
    crosses("true", "v === true");
    crosses("-0", "Object.is(v, -0)");
    crosses("NaN", "Object.is(v, NaN)");
    crosses("1.5", "v === 1.5");
    crosses("2 ** 31", "v === 2147483648");
    crosses("-7", "v === -7");
    crosses("'lat\\u00edn \\u0000'", "v === 'lat\\u00edn \\u0000'");
    crosses("'\\ud800 \\u{1F41D} \\udc00'", "v === '\\ud800 \\u{1F41D} \\udc00'");
    crosses("''", "v === ''");
    crosses("-(2n ** 100n)", "v === -(2n ** 100n)");
    crosses("0n", "v === 0n");
    crosses("-0n", "v === 0n");
    for value in [
        "127n",
        "128n",
        "-128n",
        "-129n",
        "255n",
        "2n ** 63n",
        "-(2n ** 63n)",
        "2n ** 64n - 1n",
        "2n ** 100000n - 1n",
    ] {
        crosses(value, &format!("v === {value}"));
        crosses(&format!("Object({value})"), &format!("v.valueOf() === {value}"));
    }
    for value in [
        "127",
        "128",
        "-1",
        "2 ** 31 - 1",
        "-(2 ** 31)",
        "Infinity",
        "-Infinity",
        "5e-324",
        "2 ** 53",
    ] {
        crosses(value, &format!("v === {value}"));
        crosses(&format!("[{value}, 'x']"), &format!("v[0] === {value}"));
        crosses(&format!("[{value}]"), &format!("v.length === 1 && v[0] === {value}"));
    }
    crosses("'\\u20ac'.repeat(1000) + 'x'", "v === '\\u20ac'.repeat(1000) + 'x'");
    uncloneable("Symbol('bee')", "Symbol(bee) could not be cloned.");
    uncloneable(
        "({ x: [Symbol.iterator] })",
        "Symbol(Symbol.iterator) could not be cloned.",
    );
}

#[test]
fn wrappers_date_and_regexp() {
    crosses(
        "new Boolean(false)",
        "typeof v === 'object' && v.valueOf() === false && v instanceof Boolean",
    );
    crosses("new Number(-0)", "Object.is(v.valueOf(), -0) && v instanceof Number");
    crosses("Object(5n)", "v.valueOf() === 5n && v instanceof BigInt");
    crosses(
        "new String('ab')",
        "v.valueOf() === 'ab' && v instanceof String && v.length === 2 && v[1] === 'b'",
    );
    crosses("Object.assign(new String('ab'), { x: 1 })", "!('x' in v)");
    crosses("new Date(1e12 + 1)", "v.getTime() === 1e12 + 1 && v instanceof Date");
    crosses("new Date(NaN)", "Number.isNaN(v.getTime())");
    crosses(
        "const r = /fo\\/o/gimsuyd; r.lastIndex = 2; r",
        "v.lastIndex === 0 && v.source === /fo\\/o/.source && v.flags === 'dgimsuy' && v.test('fo/o') && v instanceof RegExp",
    );
    crosses("/[a--b]/v", "v.flags === 'v'");
    crosses("new RegExp('/')", "v.source === '\\\\/' && v.test('/')");
    crosses("/[/]\\//", "v.test('//') && v.source === /[/]\\//.source");
    crosses("new RegExp('')", "v.source === '(?:)'");
    crosses("new RegExp('\\n')", "v.source === '\\\\n'");
    crosses("new RegExp('\\ud800')", "v.test('\\ud800') && !v.test('a')");
    // Getters that a page replaced tell nothing.
    crosses(
        "for (const f of ['flags', 'source', 'global']) Object.defineProperty(RegExp.prototype, f, { get() { throw 1 } }); /a/g",
        "v.flags === 'g' && v.source === 'a'",
    );
    uncloneable("Object(Symbol('x'))", "#<Symbol> could not be cloned.");
}

#[test]
fn objects_and_arrays() {
    crosses(
        "({ b: 1, a: 2, 1: 3, 0: 4 })",
        "JSON.stringify(v) === '{\"0\":4,\"1\":3,\"b\":1,\"a\":2}'",
    );
    crosses(
        "Object.defineProperty({ get x() { return [1] }, [Symbol.iterator]: 1 }, 'hidden', { value: 1 })",
        "JSON.stringify(v) === '{\"x\":[1]}' && Reflect.ownKeys(v).length === 1",
    );
    crosses(
        "Object.freeze({ x: 1 })",
        "(v.x = 2, v.x === 2) && delete v.x && Object.isExtensible(v)",
    );
    crosses(
        "new (class Bee { #sting = 1; wings = 4 })",
        "v.constructor === Object && v.wings === 4",
    );
    crosses(
        "Object.create(null, { x: { value: 1, enumerable: true } })",
        "v instanceof Object && v.x === 1",
    );
    crosses("Object.create({ inherited: 1 })", "!('inherited' in v)");
    crosses(
        "({ __proto__: null, ['__proto__']: 5 })",
        "Object.getOwnPropertyDescriptor(v, '__proto__').value === 5",
    );
    crosses(
        "Object.prototype",
        "v !== Object.prototype && Object.setPrototypeOf(v, {}) === v",
    );
    crosses(
        "({ length: 1, 0: 'foo' })",
        "!Array.isArray(v) && v[0] === 'foo' && v.length === 1",
    );
    crosses(
        "({ 4294967294: 1, 4294967295: 2 })",
        "v[4294967294] === 1 && v[4294967295] === 2",
    );

    crosses(
        "[1, 'two', [3]]",
        "Array.isArray(v) && JSON.stringify(v) === '[1,\"two\",[3]]'",
    );
    crosses("[1.5, 2]", "v.length === 2 && v[0] === 1.5");
    crosses(
        "new Array(10)",
        "v.length === 10 && !(0 in v) && Object.keys(v).length === 0",
    );
    crosses(
        "[, 1, , 3, ,]",
        "v.length === 5 && !(0 in v) && v[1] === 1 && !(2 in v) && v[3] === 3",
    );
    crosses(
        "const a = []; a[4294967294] = 1; a",
        "v.length === 4294967295 && v[4294967294] === 1",
    );
    crosses(
        "Object.assign([1], { x: 2, '-1': 3 })",
        "v.length === 1 && v.x === 2 && v[-1] === 3",
    );
    crosses(
        "class Hive extends Array {}; Hive.of(1)",
        "v.constructor === Array && v[0] === 1",
    );
    crosses(
        "Object.defineProperty([1, 2], 0, { enumerable: false })",
        "v.length === 2 && !(0 in v) && v[1] === 2",
    );
    crosses(
        "Object.defineProperty([1, 2], 0, { get() { return 7 }, enumerable: true })",
        "v[0] === 7 && v[1] === 2",
    );
    crosses(
        "[undefined, null]",
        "v.length === 2 && 0 in v && v[0] === undefined && v[1] === null",
    );
}

/// Arrays whose elements are written as a whole are arrays like any other.
#[test]
fn arrays_of_one_kind() {
    for (make, element) in [
        (
            "Array.from({ length: 1000 }, (_, i) => i * 7919 - 3000)",
            "i * 7919 - 3000",
        ),
        ("Array.from({ length: 1000 }, (_, i) => i / 3 - 0.5)", "i / 3 - 0.5"),
        (
            "Array.from({ length: 1000 }, (_, i) => i % 2 ? i : i + 0.5)",
            "i % 2 ? i : i + 0.5",
        ),
        (
            "Array.from({ length: 1000 }, (_, i) => [i, String(i), undefined, null, true, 5n][i % 6])",
            "[i, String(i), undefined, null, true, 5n][i % 6]",
        ),
    ] {
        crosses(
            &format!("const a = {make}; Object.assign(a, {{ extra: a, '-1': 2 }})"),
            &format!(
                "Array.isArray(v) && v.length === 1000 && v.every((x, i) => x === ({element})) && v.extra === v && v[-1] === 2
                && Object.keys(v).slice(-2).join() === 'extra,-1' && v.push(1) === 1001 && (v.length = 2, v.length === 2)"
            ),
        );
    }
    crosses("[-0]", "Object.is(v[0], -0)");
    crosses("[NaN, 1]", "Object.is(v[0], NaN)");
    crosses(
        "const a = [1, 2]; a.length = 5; a",
        "v.length === 5 && Object.keys(v).join() === '0,1'",
    );
    crosses(
        "Object.freeze([1, 2])",
        "v.length === 2 && (v[0] = 5, v.push(3), v.join() === '5,2,3')",
    );
    crosses(
        "const a = [1]; [a, a, {}, a]",
        "v[0] === v[1] && v[1] === v[3] && v[0] !== v[2]",
    );
    uncloneable("[1, Symbol('s')]", "Symbol(s) could not be cloned.");
}

/// Objects that the engine gives one shape name their keys once.
#[test]
fn objects_of_one_shape() {
    crosses(
        "Array.from({ length: 500 }, (_, i) => i % 3 ? { id: i, name: `n${i}`, at: { x: i } } : { id: i, at: {} })",
        "v.every((o, i) => o.id === i && Object.keys(o).join() === (i % 3 ? 'id,name,at' : 'id,at') && o.at.x === (i % 3 ? i : undefined))",
    );
    // One of them loses a property while it has its turn, and another gets an accessor.
    crosses(
        "const o = { a: { get x() { delete o.b; return 1 } }, b: 2, c: 3 }; [{ a: 1, b: 2, c: 3 }, o, { a: 1, b: 2, c: 3 }]",
        "JSON.stringify(v) === '[{\"a\":1,\"b\":2,\"c\":3},{\"a\":{\"x\":1},\"c\":3},{\"a\":1,\"b\":2,\"c\":3}]'",
    );
    crosses(
        "[{ a: 1, b: 2 }, { get a() { return 3 }, b: 4 }, Object.defineProperty({ a: 5, b: 6 }, 'a', { enumerable: false })]",
        "JSON.stringify(v) === '[{\"a\":1,\"b\":2},{\"a\":3,\"b\":4},{\"b\":6}]'",
    );
    // One has a key after it had its turn that was another's before.
    crosses(
        "const o = {}; const p = { o, get x() { o.y = 1; return o } }; p",
        "v.o === v.x && !('y' in v.o)",
    );
    crosses(
        "[{}, {}, { 0: 1 }, { a: 1, 0: 2 }]",
        "v[0] !== v[1] && JSON.stringify(v) === '[{},{},{\"0\":1},{\"0\":2,\"a\":1}]'",
    );
    // More keys than the engine shares.
    crosses(
        "const o = {}; for (let i = 0; i < 3000; i++) o['k' + i] = i; [o, { ...o }]",
        "v.every((o) => Object.keys(o).every((k, i) => k === 'k' + i && o[k] === i) && Object.keys(o).length === 3000)",
    );
}

#[test]
fn getters_run_in_order_and_each_once() {
    crosses(
        "const log = []; const get = (name, value) => ({ get() { log.push(name); return value }, enumerable: true });
         const o = Object.defineProperties({}, { b: get('b', 1), 2: get('2', 2), a: get('a', 3), 1: get('1', 4) });
         [[Object.defineProperty([], 0, get('first', 0)), o], new Map([[Object.defineProperty({}, 'k', get('k')), 1]]), { log: { get log() { return log.join() } } }]",
        "v[2].log.log === 'first,1,2,b,a,k'",
    );
}

#[test]
fn getters_see_and_change_the_rest() {
    // Keys are those at the start, values those when their turn comes.
    crosses(
        "const o = { get a() { delete o.b; o.d = 1; o.c = 9; return 1 }, b: 2, c: 3 }; o",
        "JSON.stringify(v) === '{\"a\":1,\"c\":9}'",
    );
    crosses(
        "const a = [{ get x() { a.pop(); a[1] = 9; return 1 } }, 2, 3]; a",
        "v.length === 3 && v[1] === 9 && !(2 in v)",
    );
    // Maps and sets are copied at the start.
    crosses(
        "const m = new Map([[{ get x() { m.clear(); return 1 } }, 1], ['b', 2]]); m",
        "v.size === 2 && v.get('b') === 2",
    );
    crosses(
        "const s = new Set([{ get x() { s.clear(); s.add(5); return 1 } }, 2]); s",
        "v.size === 2 && v.has(2)",
    );
    refuses(
        "({ get x() { throw 'mine' } })",
        "[]",
        &ISOLATED,
        "e === 'mine'",
        &mut context(),
    );
    refuses(
        "[new Map([[1, [{ get x() { throw RangeError } }]]])]",
        "[]",
        &ISOLATED,
        "e === RangeError",
        &mut context(),
    );
}

#[test]
fn maps_sets_identity_and_cycles() {
    crosses(
        "new Map([[1, 'a'], ['k', { x: 1 }], [NaN, -0], [undefined, null]])",
        "v instanceof Map && [...v.keys()].join() === '1,k,NaN,' && v.get('k').x === 1 && v.get(NaN) === 0",
    );
    crosses(
        "const m = new Map([[1, 1], [2, 2]]); const i = m.keys(); i.next(); m.delete(1); m",
        "v.size === 1 && v.get(2) === 2",
    );
    crosses(
        "new Set([3, 'x', 3, [1]])",
        "v instanceof Set && v.size === 3 && [...v][2][0] === 1",
    );
    crosses("Object.assign(new Map, { x: 1 })", "!('x' in v) && v.size === 0");
    crosses("const o = {}; [o, o, { o }]", "v[0] === v[1] && v[2].o === v[0]");
    crosses("const o = {}; o.o = o; o", "v.o === v");
    crosses("const a = []; a[0] = a; a", "v[0] === v");
    crosses("const m = new Map; m.set(m, m); m", "v.get(v) === v");
    crosses(
        "const s = new Set; s.add(s); ({ s, t: s })",
        "v.s.has(v.s) && v.s === v.t",
    );
    crosses(
        "const d = new Date(0), r = /a/, b = new Boolean(true); [d, r, b, d, r, b]",
        "v[0] === v[3] && v[1] === v[4] && v[2] === v[5]",
    );
}

#[test]
fn errors() {
    for name in [
        "Error",
        "EvalError",
        "RangeError",
        "ReferenceError",
        "SyntaxError",
        "TypeError",
        "URIError",
    ] {
        crosses(
            &format!("const e = new {name}('why', {{ cause: {{ x: 1 }} }}); e.foo = 1; ({{ e, stack: e.stack }})"),
            &format!(
                "v.e.constructor === {name} && v.e.name === '{name}' && v.e.message === 'why' && v.e.cause.x === 1
                && !('foo' in v.e) && Object.keys(v.e).length === 0 && v.e.stack === v.stack && Error.isError(v.e)"
            ),
        );
    }
    crosses(
        "new Error",
        "v.message === '' && !Object.hasOwn(v, 'message') && !('cause' in v)",
    );
    crosses(
        "new Error('', { cause: undefined })",
        "Object.hasOwn(v, 'cause') && Object.hasOwn(v, 'message')",
    );
    crosses("const e = new Error('x'); e.cause = e; e", "v.cause === v");
    crosses(
        "class Sting extends TypeError { constructor() { super('ouch') } }; new Sting",
        "v.constructor === TypeError",
    );
    crosses(
        "const e = new TypeError; e.name = 'RangeError'; e",
        "v instanceof RangeError",
    );
    crosses(
        "const e = new TypeError; e.name = 'Whatever'; e",
        "v.constructor === Error && v.name === 'Error'",
    );
    crosses(
        "const e = new TypeError; e.name = { toString() { throw 1 } }; e",
        "v.constructor === Error",
    );
    crosses(
        "const e = new Error('x'); Object.defineProperty(e, 'message', { get() { throw 1 } }); e",
        "!Object.hasOwn(v, 'message')",
    );
    crosses("const e = new Error; e.message = 42; e", "v.message === '42'");
    crosses("const e = new Error; e.stack = 'mine'; e", "v.stack === 'mine'");
    crosses(
        "new AggregateError([1, new RangeError('in')], 'all')",
        "v instanceof AggregateError && v.message === 'all' && v.errors[0] === 1 && v.errors[1] instanceof RangeError",
    );
    refuses(
        "Object.defineProperty(new Error, 'name', { get() { throw 'mine' } })",
        "[]",
        &ISOLATED,
        "e === 'mine'",
        &mut context(),
    );
    uncloneable(
        "new Error('x', { cause: Symbol('s') })",
        "Symbol(s) could not be cloned.",
    );
}

#[test]
fn what_cannot_be_cloned() {
    uncloneable("(function bee() {})", "function bee could not be cloned.");
    uncloneable("[() => {}]", "#<Function> could not be cloned.");
    uncloneable("({ x: class Bee {} })", "function Bee could not be cloned.");
    uncloneable("new WeakMap", "#<WeakMap> could not be cloned.");
    uncloneable("new WeakSet", "#<WeakSet> could not be cloned.");
    uncloneable("new WeakRef({})", "#<WeakRef> could not be cloned.");
    uncloneable("Promise.resolve()", "#<Promise> could not be cloned.");
    uncloneable("new Proxy({}, {})", "#<Object> could not be cloned.");
    uncloneable("new Proxy([], {})", "#<Object> could not be cloned.");
    uncloneable("(function* () {})()", "#<Object> could not be cloned.");
    uncloneable("[].values()", "#<Object> could not be cloned.");
    uncloneable("(function () { return arguments })()", "#<Object> could not be cloned.");
    // Nothing the page defines runs for the sake of a message.
    uncloneable(
        "class Bee {}; Object.defineProperty(Bee, 'name', { get() { throw 1 } }); ({ x: [Promise.prototype.then, new Bee] })",
        "function then could not be cloned.",
    );
}

#[test]
fn depth_is_bounded_by_memory_alone() {
    let source = "let v = []; for (let i = 0; i < 200000; i++) v = i % 4 ? [v] : i % 8 ? { v } : new Map([[1, new Set([v])]]); v";
    crosses(
        source,
        "let depth = 0; for (; v !== undefined; depth++) v = v instanceof Map ? [...v.get(1)][0] : v instanceof Array ? v[0] : v.v;
         depth === 200001",
    );
    crosses(
        "let e; for (let i = 0; i < 100000; i++) e = new Error(i, { cause: e }); e",
        "v.message === '99999'",
    );
}

#[test]
fn values_are_of_the_current_realm() {
    let mut cx = context();
    let value = eval("[new Error, [], new Map, new Uint8Array(1), /a/, new Date]", &mut cx);
    let record = serialize(&value, false, &ISOLATED, &mut cx).unwrap();
    let realm = cx.create_realm().unwrap();
    let own = cx.enter_realm(realm);
    let copy = deserialize(&record, &ISOLATED, &mut cx).unwrap();
    let check = "v instanceof Array && v[0] instanceof Error && v[1] instanceof Array && v[2] instanceof Map
        && v[3].buffer instanceof ArrayBuffer && v[3] instanceof Uint8Array && v[4] instanceof RegExp && v[5] instanceof Date";
    assert_eq!(holds(copy, check, &mut cx), "true");
    cx.enter_realm(own);
}

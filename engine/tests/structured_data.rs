//! Structured data through its public interface, with platform objects of the tests' own.

use std::any::Any;
use std::cell::Cell;
use std::sync::Arc;
use std::thread;

use boa_engine::object::FunctionObjectBuilder;
use boa_engine::object::builtins::JsArrayBuffer;
use boa_engine::property::Attribute;
use boa_engine::{
    Context, Finalize, JsData, JsError, JsNativeError, JsObject, JsResult, JsValue, NativeFunction, Source, Trace,
    js_string,
};
use skep_engine::structured_data::{
    PlatformObjects, PlatformRecord, PlatformTransfer, Record, TransferRecord, deserialize, deserialize_with_transfer,
    serialize, serialize_with_transfer,
};

/// A platform object: serializable if it has a number, transferable if it has a port.
#[derive(Debug, Trace, Finalize, JsData)]
struct Thing {
    number: Option<i32>,
    port: Option<i32>,
    #[unsafe_ignore_trace]
    detached: Cell<bool>,
    fails: bool,
}

/// The platform of a page that is cross-origin isolated, or not.
struct Platform {
    isolated: bool,
}

const ISOLATED: Platform = Platform { isolated: true };

impl PlatformObjects for Platform {
    fn data_clone_error(&self, message: &str, cx: &mut Context) -> JsError {
        let error = JsNativeError::error().with_message(message.to_owned()).into_opaque(cx);
        error
            .create_data_property_or_throw(js_string!("name"), js_string!("DataCloneError"), cx)
            .unwrap();
        JsError::from_opaque(error.into())
    }

    fn is_platform_object(&self, object: &JsObject) -> bool {
        object.is::<Thing>()
    }

    fn serialize(&self, object: &JsObject, _: bool, _: &mut Context) -> Option<JsResult<PlatformRecord>> {
        let number = object.downcast_ref::<Thing>()?.number?;
        Some(Ok(Arc::new(number)))
    }

    fn deserialize(&self, record: &PlatformRecord, cx: &mut Context) -> JsResult<JsObject> {
        let number = record.downcast_ref::<i32>().copied();
        Ok(thing(
            Thing {
                number,
                port: None,
                detached: Cell::new(false),
                fails: false,
            },
            cx,
        ))
    }

    fn is_transferable(&self, object: &JsObject) -> bool {
        object.downcast_ref::<Thing>().is_some_and(|thing| thing.port.is_some())
    }

    fn is_detached(&self, object: &JsObject) -> bool {
        object.downcast_ref::<Thing>().is_some_and(|thing| thing.detached.get())
    }

    fn transfer(&self, object: &JsObject, cx: &mut Context) -> JsResult<PlatformTransfer> {
        let thing = object.downcast_ref::<Thing>().unwrap();
        if thing.fails {
            return Err(self.data_clone_error("locked", cx));
        }
        thing.detached.set(true);
        Ok(Box::new(thing.port.unwrap()))
    }

    fn receive(&self, transfer: PlatformTransfer, cx: &mut Context) -> JsResult<JsObject> {
        let port = (transfer as Box<dyn Any>).downcast::<i32>().unwrap();
        Ok(thing(
            Thing {
                number: None,
                port: Some(*port),
                detached: Cell::new(false),
                fails: false,
            },
            cx,
        ))
    }

    fn shared_memory_allowed(&self, _: &mut Context) -> bool {
        self.isolated
    }
}

fn thing(thing: Thing, cx: &mut Context) -> JsObject {
    let number = thing.number.or(thing.port);
    let object = JsObject::from_proto_and_data(cx.intrinsics().constructors().object().prototype(), thing);
    object
        .create_data_property_or_throw(js_string!("held"), number.map_or(JsValue::null(), Into::into), cx)
        .unwrap();
    object
}

/// A context with `thing(number)`, `port(number)`, `lockedPort()` and `detach(buffer)`.
fn context() -> Context {
    let mut cx = Context::default();
    define(&mut cx, "thing", |_, args, cx| {
        let number = args[0].as_number().map(|number| number as i32);
        Ok(thing(
            Thing {
                number,
                port: None,
                detached: Cell::new(false),
                fails: false,
            },
            cx,
        )
        .into())
    });
    define(&mut cx, "port", |_, args, cx| {
        let port = args[0].as_number().map(|port| port as i32);
        Ok(thing(
            Thing {
                number: None,
                port,
                detached: Cell::new(false),
                fails: false,
            },
            cx,
        )
        .into())
    });
    define(&mut cx, "lockedPort", |_, _, cx| {
        Ok(thing(
            Thing {
                number: None,
                port: Some(0),
                detached: Cell::new(false),
                fails: true,
            },
            cx,
        )
        .into())
    });
    define(&mut cx, "detach", |_, args, _| {
        JsArrayBuffer::from_object(args[0].as_object().unwrap())?.detach(&JsValue::undefined())?;
        Ok(JsValue::undefined())
    });
    cx
}

fn define(cx: &mut Context, name: &str, function: fn(&JsValue, &[JsValue], &mut Context) -> JsResult<JsValue>) {
    let function = FunctionObjectBuilder::new(cx.realm(), NativeFunction::from_fn_ptr(function)).build();
    cx.register_global_property(js_string!(name), function, Attribute::all())
        .unwrap();
}

fn eval(source: &str, cx: &mut Context) -> JsValue {
    cx.eval(Source::from_bytes(source))
        .unwrap_or_else(|error| panic!("{source}: {error}"))
}

fn list(source: &str, cx: &mut Context) -> Vec<JsObject> {
    let list = eval(source, cx).as_object().unwrap();
    let length = list.get(js_string!("length"), cx).unwrap().to_u32(cx).unwrap();
    (0..length)
        .map(|index| list.get(index, cx).unwrap().as_object().unwrap())
        .collect()
}

/// Serialises in one thread, deserialises in another, and asks there whether `check` is true of the copy, `v`.
#[track_caller]
fn crosses(source: &str, check: &str) {
    let mut cx = context();
    let value = eval(source, &mut cx);
    let record = serialize(&value, false, &ISOLATED, &mut cx).unwrap_or_else(|error| panic!("{source}: {error}"));
    let check_there = check.to_owned();
    let held = thread::spawn(move || {
        let mut cx = context();
        let copy = deserialize(&record, &ISOLATED, &mut cx).unwrap_or_else(|error| panic!("{error}"));
        holds(copy, &check_there, &mut cx)
    });
    assert_eq!(held.join().unwrap(), "true", "{source} => {check}");
}

/// What `check` is for `v`, as text.
fn holds(copy: JsValue, check: &str, cx: &mut Context) -> String {
    cx.register_global_property(js_string!("v"), copy, Attribute::all())
        .unwrap();
    match cx.eval(Source::from_bytes(check)) {
        Ok(value) => value.display().to_string(),
        Err(error) => error.to_string(),
    }
}

/// Serialising throws; `check` is true of the exception, `e`.
#[track_caller]
fn refuses(source: &str, transfer: &str, platform: &Platform, check: &str, cx: &mut Context) {
    let value = eval(source, cx);
    let transfer = list(transfer, cx);
    let error = match serialize_with_transfer(&value, &transfer, platform, cx) {
        Ok(_) => panic!("{source} was cloned"),
        Err(error) => error.into_opaque(cx).unwrap(),
    };
    cx.register_global_property(js_string!("e"), error, Attribute::all())
        .unwrap();
    let held = eval(check, cx);
    assert_eq!(
        held.as_boolean(),
        Some(true),
        "{source}: {}",
        eval("String(e)", cx).display()
    );
}

#[track_caller]
fn uncloneable(source: &str, message: &str) {
    let check = format!("e.name === 'DataCloneError' && e.message === {message:?}");
    refuses(source, "[]", &ISOLATED, &check, &mut context());
}

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
        "v.source === 'fo\\\\/o' && v.flags === 'dgimsuy' && v.lastIndex === 0 && v instanceof RegExp",
    );
    crosses("/[a--b]/v", "v.flags === 'v'");
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
fn array_buffers() {
    crosses(
        "new Uint8Array([1, 2, 3]).buffer",
        "v instanceof ArrayBuffer && !v.resizable && new Uint8Array(v).join() === '1,2,3'",
    );
    crosses("new ArrayBuffer(0)", "v.byteLength === 0 && !v.resizable");
    crosses(
        "const b = new ArrayBuffer(4, { maxByteLength: 1000 }); new Uint8Array(b)[3] = 7; b.resize(6); b",
        "v.resizable && v.byteLength === 6 && v.maxByteLength === 1000 && new Uint8Array(v)[3] === 7
        && (v.resize(1000), v.byteLength === 1000)",
    );
    crosses(
        "new ArrayBuffer(0, { maxByteLength: 0 })",
        "v.resizable && v.maxByteLength === 0",
    );
    // Serialising leaves the original as it was.
    let mut cx = context();
    let value = eval("globalThis.b = new ArrayBuffer(4, { maxByteLength: 8 }); b", &mut cx);
    serialize(&value, false, &ISOLATED, &mut cx).unwrap();
    assert_eq!(
        eval(
            "b.resize(8); `${b.byteLength} ${b.maxByteLength} ${b.resizable}`",
            &mut cx
        ),
        js_string!("8 8 true").into()
    );
    uncloneable(
        "const b = new ArrayBuffer(1); detach(b); b",
        "An ArrayBuffer is detached and could not be cloned.",
    );
}

#[test]
fn views() {
    for (name, element) in [
        ("Int8Array", "-1"),
        ("Uint8Array", "1"),
        ("Uint8ClampedArray", "1"),
        ("Int16Array", "-1"),
        ("Uint16Array", "1"),
        ("Int32Array", "-1"),
        ("Uint32Array", "1"),
        ("BigInt64Array", "-1n"),
        ("BigUint64Array", "1n"),
        ("Float16Array", "1.5"),
        ("Float32Array", "1.5"),
        ("Float64Array", "1.5"),
    ] {
        crosses(
            &format!("const a = new {name}(new ArrayBuffer(64), 16, 3); a[2] = {element}; a"),
            &format!(
                "v.constructor === {name} && v.byteOffset === 16 && v.length === 3 && v[2] === {element}
                && v.buffer.byteLength === 64"
            ),
        );
        crosses(
            &format!("new {name}(new ArrayBuffer(64, {{ maxByteLength: 128 }}), 16)"),
            &format!(
                "v.byteLength === 48 && (v.buffer.resize(96), v.byteLength === 80 && v.length === 80 / {name}.BYTES_PER_ELEMENT)"
            ),
        );
        crosses(
            &format!("new {name}(new ArrayBuffer(64, {{ maxByteLength: 128 }}), 16, 6)"),
            "v.length === 6 && (v.buffer.resize(96), v.length === 6)",
        );
    }
    // A DataView of its own length, and one that tracks its buffer, at each end of their range.
    for (offset, length) in [(0, 8), (3, 5), (8, 0)] {
        crosses(
            &format!("new DataView(new ArrayBuffer(8), {offset})"),
            &format!("v instanceof DataView && v.byteOffset === {offset} && v.byteLength === {length}"),
        );
        crosses(
            &format!("new DataView(new ArrayBuffer(8, {{ maxByteLength: 16 }}), {offset})"),
            &format!("v.byteLength === {length} && (v.buffer.resize(12), v.byteLength === {length} + 4)"),
        );
        crosses(
            &format!("new DataView(new ArrayBuffer(8, {{ maxByteLength: 16 }}), {offset}, {length})"),
            &format!("v.byteLength === {length} && (v.buffer.resize(12), v.byteLength === {length})"),
        );
        crosses(
            &format!("new DataView(new SharedArrayBuffer(8, {{ maxByteLength: 16 }}), {offset})"),
            &format!("v.byteLength === {length} && (v.buffer.grow(12), v.byteLength === {length} + 4)"),
        );
        crosses(
            &format!("new DataView(new SharedArrayBuffer(8, {{ maxByteLength: 16 }}), {offset}, {length})"),
            &format!("v.byteLength === {length} && (v.buffer.grow(12), v.byteLength === {length})"),
        );
    }
    crosses(
        "const b = new ArrayBuffer(8); [new Uint8Array(b, 1), b, new DataView(b), new Uint8Array(b)]",
        "v[0].buffer === v[1] && v[2].buffer === v[1] && v[3].buffer === v[1]",
    );
    crosses(
        "const a = new Uint8Array(1); [a, a, {}, a.buffer, a]",
        "v[0] === v[1] && v[3] === v[0].buffer && v[4] === v[0]",
    );
    crosses("Object.assign(new Uint8Array(1), { x: 1 })", "!('x' in v)");

    for view in ["Uint8Array", "DataView"] {
        let message = format!("#<{view}> is out of bounds or detached and could not be cloned.");
        uncloneable(
            &format!("const b = new ArrayBuffer(16, {{ maxByteLength: 32 }}), a = new {view}(b, 8); b.resize(0); a"),
            &message,
        );
        uncloneable(
            &format!(
                "const b = new ArrayBuffer(16, {{ maxByteLength: 32 }}), a = new {view}(b, 8, 8); b.resize(15); a"
            ),
            &message,
        );
        uncloneable(
            &format!("const a = new {view}(new ArrayBuffer(16)); detach(a.buffer); a"),
            &message,
        );
    }
}

#[test]
fn shared_memory() {
    let mut cx = context();
    let value = eval(
        "globalThis.s = new SharedArrayBuffer(4, { maxByteLength: 8 }); [s, new Int32Array(s), s]",
        &mut cx,
    );
    let record = serialize(&value, false, &ISOLATED, &mut cx).unwrap();
    thread::spawn(move || {
        let mut cx = context();
        let copy = deserialize(&record, &ISOLATED, &mut cx).unwrap();
        let check = "v[1].buffer === v[0] && v[2] === v[0] && v[0].maxByteLength === 8
            && (Atomics.store(v[1], 0, 42), v[0].grow(8), v[1].length === 2)";
        assert_eq!(holds(copy, check, &mut cx), "true");
        let error = deserialize(&record, &Platform { isolated: false }, &mut cx).unwrap_err();
        assert!(error.to_string().contains("DataCloneError"), "{error}");
    })
    .join()
    .unwrap();
    assert_eq!(eval("new Int32Array(s).join()", &mut cx), js_string!("42,0").into());

    let check = "e.name === 'DataCloneError' && e.message === '#<SharedArrayBuffer> could not be cloned.'";
    refuses("s", "[]", &Platform { isolated: false }, check, &mut cx);
    refuses("new Uint8Array(s)", "[]", &Platform { isolated: false }, check, &mut cx);
    let shared = eval("s", &mut cx);
    assert!(serialize(&shared, true, &ISOLATED, &mut cx).is_err());
    let check = "e.name === 'DataCloneError' && e.message === 'Value at index 0 does not have a transferable type.'";
    refuses("s", "[s]", &ISOLATED, check, &mut cx);
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
fn platform_objects() {
    crosses("const t = thing(5); [t, { t }]", "v[0].held === 5 && v[1].t === v[0]");
    uncloneable("[thing(null)]", "#<Object> could not be cloned.");
    uncloneable("port(1)", "#<Object> could not be cloned.");
    let mut cx = context();
    let port = eval("globalThis.p = port(3); p", &mut cx);
    let transfer = serialize_with_transfer(&port, &list("[p]", &mut cx), &ISOLATED, &mut cx).unwrap();
    let (copy, ports) = receive(transfer);
    assert_eq!((copy, ports), ("3".into(), 1));
    refuses(
        "p",
        "[]",
        &ISOLATED,
        "e.message === '#<Object> is detached and could not be cloned.'",
        &mut cx,
    );
    refuses(
        "null",
        "[p]",
        &ISOLATED,
        "e.message === '#<Object> at index 0 is already detached.'",
        &mut cx,
    );
}

/// Receives in another thread: what the value holds, and how many objects were transferred.
fn receive(transfer: TransferRecord) -> (String, usize) {
    thread::spawn(move || {
        let mut cx = context();
        let (value, objects) = deserialize_with_transfer(transfer, &ISOLATED, &mut cx).unwrap();
        (holds(value, "v.held", &mut cx), objects.len())
    })
    .join()
    .unwrap()
}

#[test]
fn transfer_moves_the_block() {
    let mut cx = context();
    let value = eval(
        "globalThis.b = new Uint8Array(1 << 20).fill(7).buffer; globalThis.r = new ArrayBuffer(4, { maxByteLength: 64 });
         globalThis.p = port(9); [b, new Uint8Array(b, 5), p, new DataView(r), r]",
        &mut cx,
    );
    let transfers = list("[p, r, b]", &mut cx);
    let address = |object: &JsObject| {
        JsArrayBuffer::from_object(object.clone())
            .unwrap()
            .data()
            .unwrap()
            .as_ptr() as usize
    };
    let before = address(&transfers[2]);
    let transfer = serialize_with_transfer(&value, &transfers, &ISOLATED, &mut cx).unwrap();
    assert_eq!(
        eval(
            "`${b.detached} ${b.byteLength} ${r.detached} ${r.maxByteLength}`",
            &mut cx
        ),
        js_string!("true 0 true 0").into()
    );
    thread::spawn(move || {
        let mut cx = context();
        let (value, objects) = deserialize_with_transfer(transfer, &ISOLATED, &mut cx).unwrap();
        let after = JsArrayBuffer::from_object(objects[2].clone())
            .unwrap()
            .data()
            .unwrap()
            .as_ptr() as usize;
        assert_eq!(before, after, "the block was copied");
        let [port, resizable, buffer]: [JsObject; 3] = objects.try_into().unwrap();
        for (name, object) in [("p", port), ("r", resizable), ("b", buffer)] {
            cx.register_global_property(js_string!(name), object, Attribute::all())
                .unwrap();
        }
        let check =
            "v[0] === b && v[1].buffer === b && v[1].byteOffset === 5 && v[1][0] === 7 && v[2] === p && p.held === 9
            && v[3].buffer === r && v[4] === r && r.maxByteLength === 64 && (r.resize(32), v[3].byteLength === 32)";
        assert_eq!(holds(value, check, &mut cx), "true");
    })
    .join()
    .unwrap();
}

#[test]
fn a_failed_transfer_detaches_nothing() {
    let mut cx = context();
    eval(
        "globalThis.b = new ArrayBuffer(3); globalThis.d = new ArrayBuffer(1); detach(d); globalThis.p = port(1);",
        &mut cx,
    );
    let clone = |name: &str| format!("e.name === 'DataCloneError' && e.message === '{name}'");
    for (value, transfer, check) in [
        ("() => {}", "[b, p]", clone("#<Function> could not be cloned.")),
        ("({ get x() { throw 'mine' } })", "[b, p, d]", "e === 'mine'".into()),
        (
            "null",
            "[b, p, b]",
            clone("#<ArrayBuffer> at index 2 is a duplicate of an earlier value."),
        ),
        (
            "null",
            "[p, p]",
            clone("#<Object> at index 1 is a duplicate of an earlier value."),
        ),
        (
            "null",
            "[b, p, d]",
            clone("#<ArrayBuffer> at index 2 is already detached."),
        ),
        (
            "null",
            "[b, p, {}]",
            clone("Value at index 2 does not have a transferable type."),
        ),
        (
            "null",
            "[b, thing(1)]",
            clone("Value at index 1 does not have a transferable type."),
        ),
        (
            "null",
            "[b, new Uint8Array(b)]",
            clone("Value at index 1 does not have a transferable type."),
        ),
        ("null", "[b, lockedPort()]", clone("locked")),
    ] {
        refuses(&format!("({value})"), transfer, &ISOLATED, &check, &mut cx);
        assert_eq!(
            eval("b.detached", &mut cx).as_boolean(),
            Some(false),
            "{value} {transfer}"
        );
        let port = eval("p", &mut cx).as_object().unwrap();
        assert!(!ISOLATED.is_detached(&port), "{value} {transfer}");
    }
    // Detached while the message was serialised.
    refuses(
        "({ get x() { detach(b) } })",
        "[b]",
        &ISOLATED,
        &clone("#<ArrayBuffer> at index 0 is already detached."),
        &mut cx,
    );
}

#[test]
fn a_record_serves_many_threads() {
    let mut cx = context();
    let value = eval(
        "({ list: [1, 'two', new Uint8Array([3])], map: new Map([['k', new Date(4)]]) })",
        &mut cx,
    );
    let record: Record = serialize(&value, false, &ISOLATED, &mut cx).unwrap();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let record = record.clone();
            thread::spawn(move || {
                let mut cx = context();
                let copy = deserialize(&record, &ISOLATED, &mut cx).unwrap();
                holds(
                    copy,
                    "v.list[2][0]++ === 3 && v.list.length === 3 && v.map.get('k').getTime() === 4",
                    &mut cx,
                )
            })
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), "true");
    }
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

#[test]
fn records_may_cross_threads() {
    fn crosses<T: Send>() {}
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Record>();
    crosses::<TransferRecord>();
}

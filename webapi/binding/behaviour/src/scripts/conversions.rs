//! JavaScript values to IDL values and back: <https://webidl.spec.whatwg.org/#js-type-mapping>.

use super::run;

/// What `Echo`'s function gives of each value, a failure with its name.
fn echo(function: &str, values: &str) -> String {
    run(&format!(
        "for (const value of [{values}]) {{ try {{ const given = Echo.{function}(value); out(Object.is(given, -0) ? '-0' : String(given)) }}
         catch (e) {{ out(e.message.replace(`Failed to execute '{function}' on 'Echo': `, '')) }} }}"
    ))
}

#[test]
fn integers_wrap_at_their_width() {
    let values = "'7', 300, -1, 2 ** 31, 1e20, NaN, null, true, 1.9, -0";
    for (function, wanted) in [
        ("byte_", "7|44|-1|0|0|0|0|1|1|0"),
        ("octet_", "7|44|255|0|0|0|0|1|1|0"),
        ("short_", "7|300|-1|0|0|0|0|1|1|0"),
        ("ushort", "7|300|65535|0|0|0|0|1|1|0"),
        ("long_", "7|300|-1|-2147483648|1661992960|0|0|1|1|0"),
        ("ulong", "7|300|4294967295|2147483648|1661992960|0|0|1|1|0"),
        ("longlong", "7|300|-1|2147483648|7766279631452242000|0|0|1|1|0"),
        (
            "ulonglong",
            "7|300|18446744073709552000|2147483648|7766279631452242000|0|0|1|1|0",
        ),
        ("clamped", "7|255|0|255|255|0|0|1|2|0"),
        (
            "enforced",
            "7|300|-1|parameter 1 is outside the range -2147483648 to 2147483647.|\
             parameter 1 is outside the range -2147483648 to 2147483647.|parameter 1 is not a finite number.|0|1|1|0",
        ),
    ] {
        assert_eq!(echo(function, values), wanted, "{function}");
    }
    assert_eq!(
        echo("long_", "1n, Symbol()"),
        "argument must not be a bigint|argument must not be a symbol"
    );
}

#[test]
fn floats_are_of_their_width() {
    let values = "0.1, -0, 1e39, NaN, Infinity, '2.5'";
    let refused = "parameter 1 is not a finite number.";
    for (function, wanted) in [
        (
            "float_",
            format!("0.10000000149011612|-0|parameter 1 is outside the range of floats.|{refused}|{refused}|2.5"),
        ),
        ("ufloat", "0.10000000149011612|-0|Infinity|NaN|Infinity|2.5".to_owned()),
        ("double_", format!("0.1|-0|1e+39|{refused}|{refused}|2.5")),
        ("udouble", "0.1|-0|1e+39|NaN|Infinity|2.5".to_owned()),
    ] {
        assert_eq!(echo(function, values), wanted, "{function}");
    }
}

#[test]
fn strings_are_of_their_kind() {
    assert_eq!(
        echo("string", "null, undefined, 1, [1, 2], 'ü'"),
        "null|undefined|1|1,2|ü"
    );
    assert_eq!(echo("nullString", "null, undefined, ''"), "|undefined|");
    assert_eq!(
        run(
            "const lone = '\\uD800x'; out(Echo.string(lone) === lone, Echo.usv(lone) === '\\uFFFDx', Echo.usv('\\u{1F600}') === '\\u{1F600}')"
        ),
        "true|true|true"
    );
    assert_eq!(
        echo("bytes", "'\\xFFa', '\\u0100'"),
        "\u{ff}a|parameter 1 contains a character outside the range of bytes."
    );
    assert_eq!(
        echo("color", "'red', 'dark-green', '', 'blue'"),
        "red|dark-green||parameter 1 ('blue') is not a valid value of the enumeration Color."
    );
}

#[test]
fn other_primitives_and_objects_come_back_as_they_are() {
    assert_eq!(echo("boolean_", "0, '0', null, {}, NaN"), "false|true|false|true|false");
    assert_eq!(echo("bigint_", "1n, '2', true"), "1|2|1");
    assert_eq!(
        run("const s = Symbol('s'), o = {}; const t = new Thing, f = () => 1;
             out(Echo.symbol_(s) === s, Echo.object_(o) === o, Echo.any_(o) === o, Echo.object_(f) === f, Echo.thing(t) === t, Echo.nullable(t) === t);
             out(Echo.nullable(null), Echo.nullable(undefined), thrown(() => Echo.any_()))"),
        "true|true|true|true|true|true|null|null|\
         TypeError: Failed to execute 'any_' on 'Echo': 1 argument required, but only 0 present."
    );
    assert_eq!(
        echo("object_", "1, null"),
        "parameter 1 is not of type 'object'.|parameter 1 is not of type 'object'."
    );
    assert_eq!(
        echo("thing", "{}, Thing"),
        "parameter 1 is not of type 'Thing'.|parameter 1 is not of type 'Thing'."
    );
}

#[test]
fn sequences_are_iterated_over_and_come_back_as_arrays() {
    assert_eq!(
        run("function* numbers() { yield 1; yield '2'; yield 3.7 }
             const given = Echo.sequence_(numbers()); out(given, Array.isArray(given), Echo.sequence_(new Set([4])), Echo.sequence_([]));
             for (const v of ['12', {}, null, {[Symbol.iterator]: 1}, {[Symbol.iterator]: () => 1}, [Symbol()]]) out(thrown(() => Echo.sequence_(v)));
             const f = Echo.frozen(['a', 1]); out(f, Object.isFrozen(f), Array.isArray(f));
             const log = []; thrown(() => Echo.sequence_({[Symbol.iterator]() { log.push('iterator'); return {next() { log.push('next'); throw 1 }}}})); out(log)"),
        "1,2,3|true|4||\
         TypeError: Failed to execute 'sequence_' on 'Echo': parameter 1 cannot be converted to a sequence.|\
         TypeError: Failed to execute 'sequence_' on 'Echo': parameter 1 cannot be converted to a sequence.|\
         TypeError: Failed to execute 'sequence_' on 'Echo': parameter 1 cannot be converted to a sequence.|\
         TypeError: Failed to execute 'sequence_' on 'Echo': parameter 1 cannot be converted to a sequence.|\
         TypeError: Failed to execute 'sequence_' on 'Echo': parameter 1 cannot be converted to a sequence.|\
         TypeError: argument must not be a symbol|a,1|true|true|iterator,next"
    );
}

#[test]
fn records_keep_the_order_of_own_enumerable_properties() {
    assert_eq!(
        run(
            "const o = Object.create({inherited: 1}, {hidden: {value: 2}}); o.b = '5'; o.a = 6.5; o[1] = 7;
             const r = Echo.record_(o); out(JSON.stringify(r), Object.getPrototypeOf(r) === Object.prototype);
             out(thrown(() => Echo.record_({[Symbol.iterator]: 1})), thrown(() => Echo.record_(1)));
             out(thrown(() => Echo.byteRecord({'\\u0100': 1})));
             const log = []; Echo.record_(new Proxy({x: 1, y: 2}, {
                 ownKeys(t) { log.push('keys'); return Reflect.ownKeys(t) },
                 getOwnPropertyDescriptor(t, k) { log.push(`own ${k}`); return Reflect.getOwnPropertyDescriptor(t, k) },
                 get(t, k) { log.push(`get ${k}`); return t[k] } }));
             out(log)"
        ),
        "{\"1\":7,\"b\":5,\"a\":6}|true|TypeError: can't convert symbol to string|\
         TypeError: Failed to execute 'record_' on 'Echo': parameter 1 is not of type 'object'.|\
         TypeError: Failed to execute 'byteRecord' on 'Echo': parameter 1 contains a character outside the range of bytes.|\
         keys,own x,get x,own y,get y"
    );
}

#[test]
fn dictionaries_are_read_in_order_and_filled_with_defaults() {
    assert_eq!(
        run("const log = []; const read = new Proxy({name: 'n', color: 'red', list: ['3']}, {get(t, k) { log.push(k); return t[k] }});
             out(JSON.stringify(Echo.options(read)), log, JSON.stringify(Echo.options({name: 1, base: '4', added: 0, color: undefined})));
             for (const v of [undefined, null, {}, 1, 'text', {name: 1, color: 'blue'}, {name: 1, list: 1}]) out(thrown(() => Echo.options(v)));
             out(JSON.stringify(Echo.options(Object.defineProperty(() => 1, 'name', {value: 'f'})).name))"),
        "{\"base\":1,\"color\":\"red\",\"list\":[3],\"name\":\"n\"}|base,added,color,list,name|\
         {\"base\":4,\"added\":false,\"list\":[],\"name\":\"1\"}|\
         TypeError: Failed to execute 'options' on 'Echo': Required member 'name' of 'Options' is undefined.|\
         TypeError: Failed to execute 'options' on 'Echo': Required member 'name' of 'Options' is undefined.|\
         TypeError: Failed to execute 'options' on 'Echo': Required member 'name' of 'Options' is undefined.|\
         TypeError: Failed to execute 'options' on 'Echo': parameter 1 is not of type 'Options'.|\
         TypeError: Failed to execute 'options' on 'Echo': parameter 1 is not of type 'Options'.|\
         TypeError: Failed to execute 'options' on 'Echo': member 'color' of 'Options' ('blue') is not a valid value of the enumeration Color.|\
         TypeError: Failed to execute 'options' on 'Echo': member 'list' of 'Options' cannot be converted to a sequence.|\"f\""
    );
}

#[test]
fn unions_tell_their_members_apart() {
    assert_eq!(
        run("const kind = v => { const given = Echo.mixed(v); return given === null ? 'null' : given instanceof Thing ? 'Thing'
                 : Array.isArray(given) ? `sequence ${given}` : typeof given === 'object' ? `options ${given.name}` : `${typeof given} ${given}` };
             out(kind(null), kind(undefined), kind(true), kind(new Thing), kind(['a', 1]), kind({name: 'o'}), kind('text'), kind(5));
             out(kind(new Set(['s'])), typeof Echo.numberOrString('1'), typeof Echo.numberOrString(1.5), Echo.numberOrString(1.5), Echo.numberOrString(null));
             out(typeof Echo.numeric(1n), typeof Echo.numeric(1), Echo.numeric('3'), thrown(() => kind({})))"),
        "null|null|boolean true|Thing|sequence a,1|options o|string text|string 5|sequence s|string|number|1|null|bigint|number|3|\
         TypeError: Failed to execute 'mixed' on 'Echo': Required member 'name' of 'Options' is undefined."
    );
}

#[test]
fn buffers_are_shared_or_resizable_only_where_allowed() {
    let script = "const plain = new ArrayBuffer(4), shared = new SharedArrayBuffer(4), resizable = new ArrayBuffer(4, {maxByteLength: 8});
         const growable = new SharedArrayBuffer(4, {maxByteLength: 8});
         const values = {plain, shared, resizable, growable, view: new Uint8Array(plain), data: new DataView(plain), int: new Int16Array(plain),
             sharedView: new Uint8Array(shared), resizableView: new Uint8Array(resizable), object: {}};
         for (const f of ['buffer', 'view', 'sharedView', 'resizable', 'uint8', 'anyBuffer']) {
             out(f + ': ' + Object.entries(values).filter(([n, v]) => { try { return Echo[f](v) === v } catch { return false } }).map(([n]) => n));
         }
         out(thrown(() => Echo.buffer(shared)), thrown(() => Echo.view(values.sharedView)), thrown(() => Echo.view(values.resizableView)))";
    assert_eq!(
        run(script),
        "buffer: plain,view,data,int|view: view,data,int|sharedView: view,data,int,sharedView|resizable: plain,resizable|\
         uint8: view,sharedView,resizableView|anyBuffer: plain,shared,view,data,int,sharedView|\
         TypeError: Failed to execute 'buffer' on 'Echo': parameter 1 is not of type 'BufferSource'.|\
         TypeError: Failed to execute 'view' on 'Echo': parameter 1 must not be shared.|\
         TypeError: Failed to execute 'view' on 'Echo': parameter 1 must not be resizable."
    );
}

#[test]
fn what_is_given_for_a_promise_is_resolved() {
    assert_eq!(
        run(
            "const p = Promise.resolve(1); out(Echo.promise(p) === p, Echo.promise(5) instanceof Promise); Echo.promise({then: f => f(6)}).then(out)"
        ),
        "true|true|6"
    );
}

#[test]
fn what_is_missing_has_its_default() {
    assert_eq!(
        run("out(Echo.defaults(), Echo.defaults(1, undefined, undefined, false, 'red', [1], null, 0, 2), Echo.defaults.length);
             out(Echo.variadic('ab'), Echo.variadic('ab', 1, '2'), thrown(() => Echo.variadic('ab', 1, Symbol())), Echo.variadic.length)"),
        "7 b 0.5 true dark-green [] None false None|1 b 0.5 false red [1] None true Some(2)|0|2|5|\
         TypeError: argument must not be a symbol|1"
    );
}

//! `JSON.parse`, held against the engine's own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use boa_engine::{Context, Source};

/// A context with `original`, the engine's own function, and `same(text)`, which compares the two.
fn context() -> Context {
    let mut cx = Context::default();
    text(
        &mut cx,
        "var original = JSON.parse;
         var shape = () => {
             const { value, ...flags } = Object.getOwnPropertyDescriptor(JSON, 'parse');
             return [value.name, value.length, 'prototype' in value, String(value), Reflect.ownKeys(JSON).map(String),
                 Object.entries(flags)].join();
         };
         var originalShape = shape();",
    );
    skep_engine::prepare_realm(&mut cx).unwrap();
    text(
        &mut cx,
        r#"
        var tell = (parse, text) => {
            try { return say(parse(text)); } catch (error) { return error.constructor.name; }
        };
        var say = value => {
            if (typeof value !== 'object' || value === null) {
                return typeof value + (Object.is(value, -0) ? '-0' : String(value));
            }
            const keys = Reflect.ownKeys(value).map(key => {
                const { value: member, ...flags } = Object.getOwnPropertyDescriptor(value, key);
                return [key, Object.values(flags), say(member)].join();
            });
            const kind = Array.isArray(value) ? 'array' : 'object';
            const plain = Object.getPrototypeOf(value) === (kind === 'array' ? Array.prototype : Object.prototype);
            return `${kind} ${plain} (${keys.join(';')})`;
        };
        var same = text => {
            const [ours, theirs] = [tell(JSON.parse, text), tell(original, text)];
            // The original refuses numbers that are too large.
            if (ours !== theirs && !ours.includes('numberInfinity') && !ours.includes('number-Infinity')) throw new Error(`${text}: ${ours} is not ${theirs}`);
        };"#,
    );
    cx
}

/// The string that a script gives.
fn text(cx: &mut Context, script: &str) -> String {
    match cx
        .eval(Source::from_bytes(script))
        .and_then(|value| value.to_string(cx))
    {
        Ok(text) => text.to_std_string_lossy(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn it_looks_as_before() {
    let mut cx = context();
    let script = "JSON.parse !== original && shape() === originalShape ? 'same' : shape()";
    assert_eq!(text(&mut cx, script), "same");
}

#[test]
fn what_it_gives_and_refuses_is_the_same() {
    let mut cx = context();
    let script = r#"
        const texts = ['', ' ', '1', '-1', '0', '-0', '01', '-', '+1', '.5', '1.', '1.5', '1e5', '1E+5', '1e-5', '1e', '1e+', '123456789012',
            '2147483647', '2147483648', '-2147483648', '5e-324', '0.1', '1.7976931348623157e308', '00', '0x1', '1 2', '1n',
            'true', 'false', 'null', 'tru', 'truE', 'nul', 'undefined', 'NaN', 'Infinity', "'a'", '"', '"a', '"a"', '"a" "b"', '"\t"', '"\n"', '"\u007f"',
            '"\\""', '"\\\\"', '"\\/"', '"\\b\\f\\n\\r\\t"', '"\\x41"', '"\\u0041"', '"\\u004"', '"\\u00e9"', '"\\u20AC"', '"\\ud83d\\ude00"', '"é"', '"€"', '"😀"',
            '"\\', '"\\u', '"\\u12', '"\u2028"', '[]', '[ ]', '[1]', '[1,2]', '[1,]', '[,]', '[', ']', '[1', '[1 2]', '[[],[[]]]', '{}', '{ }', '{"a":1}', '{"a" : 1 , "b":2}',
            '{"a":1,}', '{,}', '{a:1}', '{"a"}', '{"a":}', '{"a":1', '{"a"1}', '{1:1}', '{', '}', '{"a":1}}', '{"a":1,"a":2,"b":3,"a":4}', '{"__proto__":1}', '{"__proto__":[]}',
            '{"1":"b","0":"a","x":0,"-1":1,"01":2}', '{"":0}', '{"é":1,"€":2,"a b":3}', '{"constructor":1,"toString":2,"length":3}', '[null,true,false,"",{}]', '\ufeff1', '\u00a01',
            '\r\n\t 1 \r\n\t ', '\v1', '\f1', '1\0', '[1]a', '//x\n1', '/**/1', '{"a":[{"b":[{"c":{}}]}],"d":[[[1,[2]]]]}'];
        texts.forEach(same);
        // Of any kind, cut and changed at any place.
        let seed = 1;
        const random = below => (seed = (seed * 48271) % 2147483647) % below;
        const make = depth => {
            switch (random(depth > 4 ? 6 : 8)) {
                case 0: return null;
                case 1: return random(2) === 0;
                case 2: return random(1e6) - 5e5;
                case 3: return random(1e9) / (random(1000) + 1) * 10 ** (random(40) - 20);
                case 4: return ['text', 'é', '€', '😀', '"\\/\b\n'].slice(random(5), random(5) + 1).join(' ');
                case 5: return '';
                case 6: return Array.from({ length: random(4) }, () => make(depth + 1));
                default: return Object.fromEntries(Array.from({ length: random(4) }, () => ['k' + random(6), make(depth + 1)]));
            }
        };
        for (let i = 0; i < 400; i++) {
            const text = JSON.stringify(make(0), null, random(3));
            same(text);
            const at = random(text.length + 1);
            const changed = [text.slice(0, at), text.slice(0, at) + '[]{}":,\\0-e.é '[random(13)] + text.slice(at + random(2))];
            // Half of a pair the original cannot read.
            changed.filter(text => text.isWellFormed()).forEach(same);
        }
        'same'"#;
    assert_eq!(text(&mut cx, script), "same");
}

#[test]
fn conversions_and_revivers_are_as_before() {
    let mut cx = context();
    let script = r#"
        const log = [];
        const values = [
            JSON.parse({ toString() { log.push('converted'); return '[1]' } })[0],
            JSON.parse('[1,{"a":2}]', (key, value) => { log.push(key); return typeof value === 'number' ? value * 2 : value })[1].a,
            JSON.parse('1', {}), JSON.parse(null), JSON.parse(1e3),
        ];
        for (const bad of [() => JSON.parse(), () => JSON.parse(Symbol()), () => JSON.parse({ toString() { throw new RangeError() } })]) {
            try { bad() } catch (error) { log.push(error.constructor.name) }
        }
        [...values, ...log].join()"#;
    assert_eq!(
        text(&mut cx, script),
        "1,4,1,,1000,converted,0,a,1,,SyntaxError,TypeError,RangeError"
    );
}

#[test]
fn depth_and_surrogates_have_no_limit() {
    let mut cx = context();
    let script = r#"
        const deep = n => { let value = JSON.parse('[{"a":'.repeat(n) + '1' + '}]'.repeat(n)), depth = 0; while (value !== 1) { value = value[0].a; depth++ } return depth };
        [deep(64), deep(200), deep(100_000), JSON.parse('"\\ud800"').charCodeAt(0), JSON.parse('"\udc00a"').charCodeAt(0),
            JSON.parse('{"\\udfff":1}')['\udfff'], JSON.parse('"\\ud83d\\ude00"') === '😀',
            JSON.parse('-1e400')].join()"#;
    assert_eq!(text(&mut cx, script), "64,200,100000,55296,56320,1,true,-Infinity");
}

#[test]
fn errors_tell_the_place() {
    let mut cx = context();
    for (json, message) in [
        (r#"'[1,\n  x]'"#, r#"unexpected "x" in JSON at line 2 column 3"#),
        (r#"'[1'"#, "unexpected end of JSON at line 1 column 3"),
        (r#"'"a\\q"'"#, r#"unexpected "q" in JSON at line 1 column 4"#),
        (r#"'"a\nb"'"#, r#"unexpected "\n" in JSON at line 1 column 3"#),
    ] {
        let script = format!("try {{ JSON.parse({json}) }} catch (error) {{ error.name + ': ' + error.message }}");
        assert_eq!(text(&mut cx, &script), format!("SyntaxError: {message}"));
    }
}

use crate::testing::{eval, reports};

#[test]
fn parts_become_bytes() {
    assert_eq!(
        eval(
            "(async () => {
                const b = new Blob(['a\\r\\n\\ud800', new Uint8Array([0x41, 0x42]).subarray(1), new Uint8Array([1]).buffer, new Blob(['é'])],
                    {type: 'Text/PLAIN'});
                const native = new Blob(['a\\r\\nb\\rc\\n'], {endings: 'native'});
                const bytes = await b.bytes(), buffer = await b.arrayBuffer();
                return [b.size, b.type, JSON.stringify(await native.text()), bytes instanceof Uint8Array, [...bytes],
                    buffer instanceof ArrayBuffer, buffer.byteLength, new Blob([], {type: 'é'}).type, String(b), new Blob().size,
                    await new Blob(['\\ufeffx']).text()].join('|');
             })()"
        ),
        "10|text/plain|\"a\\nb\\nc\\n\"|true|97,13,10,239,191,189,66,1,195,169|true|10||[object Blob]|0|x"
    );
}

#[test]
fn slices_count_from_either_end() {
    assert_eq!(
        eval(
            "(async () => {
                const b = new Blob(['0123456789'], {type: 'a/b'}), out = [];
                for (const args of [[], [2], [-3], [2, 5], [5, 2], [-100, 3], [8, 100], [NaN, 1.5], [2 ** 60]])
                    out.push(await b.slice(...args).text());
                const inner = b.slice(2, 8, 'X/Y').slice(1, -1);
                out.push(await inner.text(), inner.type, b.slice(0, 1, 'X/Y').type);
                return out.join();
             })()"
        ),
        "0123456789,23456789,789,234,,012,89,01,,3456,,x/y"
    );
}

#[test]
fn wrong_arguments_are_refused() {
    assert_eq!(
        eval(
            "const log = [];
             for (const f of [() => new Blob('x'), () => new Blob({}), () => new Blob([], {endings: 'x'}), () => Blob(), () => new Blob(null),
                              () => URL.createObjectURL({})])
                 try { f(); log.push('fine') } catch (e) { log.push(e.name) }
             log.join()"
        ),
        ["TypeError"; 6].join(",")
    );
}

#[test]
fn a_clone_shares_the_bytes() {
    assert_eq!(
        eval(
            "(async () => {
                const b = structuredClone({b: new Blob(['abc'], {type: 'x/y'}).slice(1, 3, 'p/q')}).b;
                return [b instanceof Blob, b.size, b.type, await b.text()].join();
             })()"
        ),
        "true,2,p/q,bc"
    );
}

#[test]
fn object_urls_are_of_the_origin_that_made_them() {
    assert_eq!(
        eval(
            "const b = new Blob(['x']), one = URL.createObjectURL(b), other = URL.createObjectURL(b);
             URL.revokeObjectURL(one + '#f'); URL.revokeObjectURL(one); URL.revokeObjectURL(one); URL.revokeObjectURL('http://x/');
             [/^blob:http:\\/\\/localhost\\/[0-9a-f-]{36}$/.test(one), one !== other, new URL(one).origin].join()"
        ),
        "true,true,http://localhost"
    );
}

/// A reader whose events are written down, each with the state and the result it sees, and a promise of the next one of a type.
const WATCHED: &str = "
    const reader = new FileReader(), log = [];
    for (const type of ['loadstart', 'progress', 'load', 'abort', 'error', 'loadend'])
        reader.addEventListener(type, () => log.push(`${type} ${reader.readyState} ${reader.result}`));
    const blob = text => new Blob([text]);
    const when = type => new Promise(done => reader.addEventListener(type, done, {once: true}));
";

fn watched(script: &str) -> String {
    eval(&format!("(async () => {{ {WATCHED} {script}; return log.join() }})()"))
}

// Browsers differ from the specification in what follows, so that fixtures cannot hold it.

#[test]
fn a_listener_may_start_another_read() {
    assert_eq!(
        watched(
            "when('load').then(() => reader.readAsText(blob('second')));
             reader.readAsText(blob('first')); await when('loadend')"
        ),
        "loadstart 1 null,progress 1 null,load 2 first,loadstart 1 null,progress 1 null,load 2 second,loadend 2 second"
    );
    assert_eq!(
        watched(
            "reader.onabort = () => reader.readAsText(blob('second'));
             reader.readAsText(blob('first')); reader.abort(); await when('loadend')"
        ),
        "abort 2 null,loadstart 1 null,progress 1 null,load 2 second,loadend 2 second"
    );
}

#[test]
fn abort_takes_what_was_read() {
    assert_eq!(
        watched("reader.onprogress = () => reader.abort(); reader.readAsText(blob('x')); await when('loadend')"),
        "loadstart 1 null,progress 1 null,abort 2 null,loadend 2 null"
    );
    assert_eq!(
        watched(
            "reader.readAsText(blob('x')); await when('loadend'); log.length = 0;
             reader.abort(); log.push(reader.readyState, `${reader.result}`)"
        ),
        "2,null"
    );
}

#[test]
fn text_is_in_the_encoding_that_the_type_names() {
    assert_eq!(
        watched(
            "for (const [type, ...args] of [['a/b;charset=latin1'], ['a/b;charset=latin1', undefined], ['a/b; charset=\"latin1\"'],
                                            ['a/b;charset=latin1', 'nonsense'], ['a/b;charset=latin1', 'utf-8'], ['a/b;charset=nonsense'],
                                            ['nonsense;charset=latin1'], ['', ' latin1\\n']]) {
                 const reader = new FileReader();
                 reader.readAsText(new Blob([new Uint8Array([0xe9])], {type}), ...args);
                 await new Promise(done => reader.onload = done);
                 log.push(reader.result === '\\u00e9');
             }"
        ),
        "true,true,true,true,false,false,false,true"
    );
}

#[test]
fn nothing_is_idle_while_a_file_is_read() {
    assert_eq!(
        reports(
            "const reader = new FileReader();
             let left = 3;
             reader.onloadend = () => { report(reader.result); if (--left) reader.readAsText(new Blob([`${left}`])) };
             reader.readAsText(new Blob(['first']));"
        ),
        ["first", "2", "1"]
    );
}

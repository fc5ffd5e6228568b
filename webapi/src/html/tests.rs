//! What every global scope has.

use crate::testing::{eval, reports, reports_in, run};

#[test]
fn base64_is_forgiving() {
    assert_eq!(
        eval(
            "const log = [];
             for (const text of ['', ' YQ = = ', 'YQ', 'YQ=', 'Y', 'YW\\tJj\\n', 'YR', '====', 'YWI\\u00e9', 'a\\0b', 'ab\\x0b', null, undefined, 12, NaN])
                 try { log.push(escape(atob(text))) } catch (e) { log.push(e.name) }
             for (const text of ['', 'a', 'ab', 'abc', '\\xff', '\\u0100', null, undefined])
                 try { log.push(btoa(text)) } catch (e) { log.push(e.name, e.code) }
             log.join('|')"
        ),
        "|a|a|InvalidCharacterError|InvalidCharacterError|abc|a|InvalidCharacterError|InvalidCharacterError|\
         InvalidCharacterError|InvalidCharacterError|%9E%E9e|InvalidCharacterError|%D7|5%A3|\
         |YQ==|YWI=|YWJj|/w==|InvalidCharacterError|5|bnVsbA==|dW5kZWZpbmVk"
    );
}

#[test]
fn timers_convert_their_arguments() {
    assert_eq!(
        eval(
            "new Promise(done => {
                const log = [];
                globalThis.note = text => log.push(text);
                setTimeout('note(\"source\")'); setTimeout({toString() { return 'note(\"object\")' }});
                setTimeout(note, -5, 'negative'); setTimeout(note, 'x', 'not a number'); setTimeout(note, 2 ** 32, 'wrapped');
                setTimeout(function (a, b) { log.push(this === globalThis && a + b) }, null, 1, 2);
                clearTimeout(setTimeout(note, 0, 'never')); clearTimeout(-1); clearTimeout(undefined); clearTimeout('x');
                let times = 0; const id = setInterval(() => { if (++times == 2) { clearInterval(id); log.push(times); done(log.join()) } }, 1);
                try { setTimeout() } catch (e) { log.push(e.name) }
                log.push(setTimeout.length, typeof id, id > 0);
             })"
        ),
        "TypeError,1,number,true,source,object,negative,not a number,wrapped,3,2"
    );
}

#[test]
fn clones_of_platform_objects() {
    assert_eq!(
        eval(
            "const log = [], e = structuredClone(new DOMException('m\\ud800', 'AbortError'));
             log.push(e instanceof DOMException, e.name, e.code, escape(e.message));
             for (const f of [() => structuredClone(new URL('a:b')), () => structuredClone(() => 1), () => structuredClone(self),
                              () => structuredClone(), () => structuredClone(1, {transfer: 1})])
                 try { f() } catch (e) { log.push(e.name) }
             const buffer = new ArrayBuffer(4), moved = structuredClone(buffer, {transfer: [buffer]});
             log.push(buffer.detached, moved.byteLength, structuredClone(new TypeError('t')) instanceof TypeError, structuredClone(undefined));
             log.join('|')"
        ),
        "true|AbortError|20|m%uD800|DataCloneError|DataCloneError|DataCloneError|TypeError|TypeError|true|4|true|"
    );
}

#[test]
fn the_clock_runs_from_the_time_origin() {
    assert_eq!(
        eval(
            "const a = performance.now(), b = performance.now();
             [a >= 0, b >= a, Math.abs(performance.timeOrigin + a - Date.now()) < 10000, performance === self.performance,
              String(performance), performance instanceof EventTarget].join()"
        ),
        "true,true,true,true,[object Performance],true"
    );
}

#[test]
fn microtasks_come_before_tasks_and_their_errors_are_reported() {
    let (result, printed) = run("new Promise(done => {
            const log = [];
            setTimeout(() => { log.push('task'); done(log.join()) });
            queueMicrotask(() => { log.push('one'); throw new Error('lost') }); queueMicrotask(() => log.push('two'));
            try { queueMicrotask(1) } catch (e) { log.push(e.name) }
         })");
    assert_eq!(result, "TypeError,one,two,task");
    assert!(
        printed.iter().any(|message| message.text == "Uncaught Error: lost"),
        "{printed:?}"
    );
}

#[test]
fn navigators_are_exposed_where_they_belong() {
    assert_eq!(
        eval(
            "const p = Navigator.prototype;
             [typeof WorkerNavigator, typeof WorkerLocation, 'userAgent' in p, 'languages' in p, 'onLine' in p, 'hardwareConcurrency' in p].join()"
        ),
        "undefined,undefined,true,true,true,true"
    );
}

#[test]
fn without_a_document_there_are_no_animation_frames() {
    let script =
        "for (const f of [() => requestAnimationFrame(() => report('called')), () => cancelAnimationFrame(1)]) {
            try { f(); report('allowed') } catch (e) { report(e.name) }
        }";
    let in_page = reports(script);
    assert_eq!(in_page, ["allowed", "allowed"]);
    let elsewhere = reports_in(|settings| settings.animation_frames = false, script);
    assert_eq!(elsewhere, ["NotSupportedError", "NotSupportedError"]);
}

/// The page at the end of the owners has them, so its workers' workers do; not every browser sees it so.
#[test]
fn a_nested_worker_has_animation_frames() {
    let script = "const worker = source => `new Worker('data:text/javascript,' + encodeURIComponent(${JSON.stringify(source)}))`;
         const inner = worker('requestAnimationFrame(time => postMessage(typeof time))');
         const outer = worker(`${inner}.onmessage = e => postMessage(e.data)`);
         const w = eval(outer); w.onmessage = e => { report(e.data); w.terminate() }";
    assert_eq!(reports(script), ["number"]);
}

/// The engine follows imports down on the native stack.
#[test]
fn imports_nest_so_deep_and_no_deeper() {
    assert_eq!(
        eval(
            "(async () => {
                const blob = source => URL.createObjectURL(new Blob([source], {type: 'text/javascript'}));
                const urls = [blob('export default 0')];
                while (urls.length < 30000) urls.push(blob(`import a from \"${urls.at(-1)}\"; export default a + 1`));
                const log = [];
                for (const i of [29999, 15000, 20001, 20000])
                    log.push(await import(urls[i]).then(module => module.default, error => error.name));
                return log.join();
             })()"
        ),
        "RangeError,15000,RangeError,20000"
    );
}

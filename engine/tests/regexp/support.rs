//! A context in which a script can call the engine's own function as well as ours.

use boa_engine::{Context, JsResult, JsValue, Source, js_string};

/// What a script must do before its realm is prepared.
const BEFORE: &str = "
    var originalExec = RegExp.prototype.exec;
    var originalOrReplaced = () => RegExp.prototype.exec;
    var shape = () => {
        const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(RegExp.prototype, 'exec');
        return Reflect.ownKeys(RegExp.prototype).map(String) + [writable, enumerable, configurable];
    };
    var originalShape = shape();
    var long = 'a'.repeat(1024) + 'ba'.repeat(300);
";

/// A context with `originalExec`, what `same.js` declares, and `OtherRegExp` and `otherExec` of another realm.
pub fn realms() -> Context {
    let mut cx = Context::default();
    eval(&mut cx, BEFORE).unwrap();
    skep_engine::prepare_realm(&mut cx).unwrap();
    eval(&mut cx, include_str!("same.js")).unwrap();

    let other = cx.create_realm().unwrap();
    let first = cx.enter_realm(other);
    eval(&mut cx, "var exec = RegExp.prototype.exec").unwrap();
    let original = eval(&mut cx, "exec").unwrap();
    skep_engine::prepare_realm(&mut cx).unwrap();
    let replaced = eval(&mut cx, "RegExp.prototype.exec").unwrap();
    let regexp = eval(&mut cx, "RegExp").unwrap();
    cx.enter_realm(first);

    let global = cx.global_object();
    for (name, value) in [
        ("OtherRegExp", regexp),
        ("otherOriginal", original),
        ("otherReplaced", replaced),
    ] {
        global.set(js_string!(name), value, true, &mut cx).unwrap();
    }
    let other_exec = "var otherExec = (regexp, input) =>
        (RegExp.prototype.exec === originalExec ? otherOriginal : otherReplaced).call(regexp, input)";
    eval(&mut cx, other_exec).unwrap();
    cx
}

pub fn eval(cx: &mut Context, script: &str) -> JsResult<JsValue> {
    cx.eval(Source::from_bytes(script))
}

/// The string that a script gives.
pub fn text(cx: &mut Context, script: &str) -> JsResult<String> {
    Ok(eval(cx, script)?.to_string(cx)?.to_std_string_lossy())
}

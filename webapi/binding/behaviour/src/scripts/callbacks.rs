//! <https://webidl.spec.whatwg.org/#js-invoking-callback-functions>, <https://webidl.spec.whatwg.org/#call-a-user-objects-operation>

use super::run;

#[test]
fn a_callback_gets_and_gives_values_of_its_types() {
    assert_eq!(
        run("const seen = []; const f = function (...args) { seen.push(args.length, ...args, this === globalThis); return '7.9' };
             out(Callbacks.call(f, 1), Callbacks.call(f, -1), seen);
             out(thrown(() => Callbacks.call(() => { throw new RangeError('mine') }, 1)), thrown(() => Callbacks.call(() => Symbol(), 1)));
             out(thrown(() => Callbacks.call({}, 1)))"),
        "7|7|2,1,positive,true,1,-1,true|RangeError: mine|TypeError: argument must not be a symbol|\
         TypeError: Failed to execute 'call' on 'Callbacks': parameter 1 is not of type 'Function'."
    );
}

#[test]
fn a_callback_that_returns_a_promise_never_throws() {
    assert_eq!(
        run("Callbacks.callLater((...all) => all.length).then(out);
             Callbacks.callLater(async () => 'async').then(out);
             Callbacks.callLater(() => { throw 'thrown' }).catch(out);"),
        "2|async|thrown"
    );
}

#[test]
fn a_callback_interface_is_a_function_or_has_a_method() {
    assert_eq!(
        run("out(Callbacks.visit(t => t.name === 'visited'), Callbacks.visit({visit(t) { return t instanceof Thing && this.yes }, yes: 1}));
             out(thrown(() => Callbacks.visit({})), thrown(() => Callbacks.visit(1)), thrown(() => Callbacks.visit({get visit() { throw Error('got') }})));
             const late = {}; late.visit = 1; out(thrown(() => Callbacks.visit(late)))"),
        "true|true|TypeError: The object's 'visit' is not a function.|\
         TypeError: Failed to execute 'visit' on 'Callbacks': parameter 1 is not an object.|Error: got|\
         TypeError: The object's 'visit' is not a function."
    );
}

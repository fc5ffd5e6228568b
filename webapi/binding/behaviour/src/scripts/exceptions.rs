//! <https://webidl.spec.whatwg.org/#js-exceptions>

use super::run;

#[test]
fn messages_say_what_failed_where() {
    assert_eq!(
        run("const t = new Thing;
             out(thrown(() => t.fail('type')), thrown(() => t.fail('range')), thrown(() => t.fail('dom')), thrown(() => t.fail()));
             out(thrown(() => Thing.prototype.fail.call({}, 'type')), thrown(() => new Thing(1, 2, 3)), thrown(() => Thing.named()))"),
        "TypeError: Failed to execute 'fail' on 'Thing': So it goes.|RangeError: Failed to execute 'fail' on 'Thing': So it goes.|\
         DataError: Failed to execute 'fail' on 'Thing': So it goes.|\
         TypeError: Failed to execute 'fail' on 'Thing': 1 argument required, but only 0 present.|\
         TypeError: Failed to execute 'fail' on 'Thing': Illegal invocation|\
         TypeError: Failed to construct 'Thing': parameter 1 is not of type 'Thing'.|\
         TypeError: Failed to execute 'named' on 'Thing': 1 argument required, but only 0 present."
    );
}

#[test]
fn what_a_conversion_throws_passes_through() {
    assert_eq!(
        run("const mine = {}; const bad = {toString() { throw mine }, valueOf() { throw mine }};
             const same = f => { try { f() } catch (e) { return e === mine } };
             out(same(() => Echo.string(bad)), same(() => Echo.long_(bad)), same(() => Echo.options({get name() { throw mine }})));
             out(same(() => Echo.sequence_({get [Symbol.iterator]() { throw mine }})), same(() => Thing.named(bad)), same(() => { new Thing().name = bad }))"),
        "true|true|true|true|true|true"
    );
}

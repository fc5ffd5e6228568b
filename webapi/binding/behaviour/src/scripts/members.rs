//! Attributes, operations, constants: <https://webidl.spec.whatwg.org/#js-attributes>.

use super::run;

#[test]
fn members_have_the_shape_that_the_idl_gives() {
    assert_eq!(
        run("const get = (o, k) => Object.getOwnPropertyDescriptor(o, k).get;
             out(own(Thing.prototype, 'name'), own(Thing.prototype, 'later'), own(Thing.prototype, 'ONE'), own(Thing, 'ONE'));
             out(get(Thing.prototype, 'name').name, get(Thing.prototype, 'name').length, Thing.prototype.later.length);
             out(Thing.ONE, Thing.prototype.MANY, Thing.YES, 'prototype' in Thing.prototype.later, thrown(() => new Thing.prototype.fail));
             out(own(Thing.prototype, 'toString'), new Thing('t').toString())"),
        "accessor rw -ec|value wec|value -e-|value -e-|get name|0|1|1|Infinity|true|false|TypeError: not a constructor|value wec|t"
            .replace("not a constructor", &run("out(thrown(() => new (() => 1)).split(': ')[1])"))
    );
}

#[test]
fn static_members_are_on_the_interface_object() {
    assert_eq!(
        run(
            "out(own(Thing, 'version'), own(Thing, 'counter'), own(Thing, 'named'), 'version' in Thing.prototype);
             Thing.counter = 3.9; out(Thing.version, Thing.counter, Thing.named('n').name);
             const named = Thing.named; out(named('free').name, thrown(() => { Thing.counter = Symbol() }))"
        ),
        "accessor r -ec|accessor rw -ec|value wec|false|1|3|n|free|TypeError: argument must not be a symbol"
    );
}

#[test]
fn a_static_promise_is_never_thrown() {
    assert_eq!(
        run(
            "Thing.counter = 4; Thing.promisedCounter.then(out); Thing.counter = -1; Thing.promisedCounter.catch(e => out(e.message))"
        ),
        "4|Failed to read the 'promisedCounter' property from 'Thing': Below zero."
    );
}

#[test]
fn unforgeable_members_are_fixed_on_each_instance() {
    assert_eq!(
        run("(() => { 'use strict'; const t = new Thing; const s = new Special;
             out(own(t, 'fixed'), own(t, 'nailed'), own(Thing.prototype, 'fixed'), own(s, 'fixed'), t.fixed, s.nailed());
             out(thrown(() => { delete t.fixed }).split(':')[0], thrown(() => Object.defineProperty(t, 'nailed', {value: 1})).split(':')[0]);
             out(t.nailed === s.nailed) })()"),
        "accessor r -e-|value -e-|none|accessor r -e-|fixed|nailed|TypeError|TypeError|true"
    );
}

#[test]
fn a_lenient_receiver_gives_undefined() {
    assert_eq!(
        run("out(Thing.prototype.lenient, Reflect.get(Thing.prototype, 'lenient', {}), Reflect.set(Thing.prototype, 'lenient', 2, {}));
             const t = new Thing; t.lenient = 4; out(t.lenient); out(thrown(() => Thing.prototype.color))"),
        "undefined|undefined|true|4|TypeError: Failed to read the 'color' property from 'Thing': Illegal invocation"
    );
}

#[test]
fn setters_may_replace_forward_or_do_nothing() {
    assert_eq!(
        run("(() => { 'use strict'; const t = new Thing;
             out(own(Thing.prototype, 'inner'), own(Thing.prototype, 'replaceable'), own(Thing.prototype, 'settable'), own(Thing.prototype, 'same'));
             t.inner = 'forwarded'; out(t.inner.name, t.inner === t.same);
             t.replaceable = {}; out(typeof t.replaceable, own(t, 'replaceable'));
             t.settable = 9; out(t.settable); out(thrown(() => { t.same = 1 }).split(':')[0]);
             Object.defineProperty(t, 'inner', {value: 3}); out(thrown(() => Reflect.set(Thing.prototype, 'inner', 1, t))) })()"),
        "accessor rw -ec|accessor rw -ec|accessor rw -ec|accessor r -ec|forwarded|true|object|value wec|1|TypeError|\
         TypeError: Failed to set the 'inner' property on 'Thing': 'inner' is not an object."
    );
}

#[test]
fn an_enumeration_ignores_what_it_lacks_when_set() {
    assert_eq!(
        run(
            "const t = new Thing; t.color = 'dark-green'; t.color = 'blue'; out(t.color); t.color = ''; out(t.color);
             out(thrown(() => { t.color = Symbol() }))"
        ),
        "dark-green||TypeError: can't convert symbol to string"
    );
}

#[test]
fn promises_are_returned_never_thrown() {
    assert_eq!(
        run("const t = new Thing('p'); const later = Thing.prototype.later; const promised = Object.getOwnPropertyDescriptor(Thing.prototype, 'promised').get;
             for (const f of [() => t.later('x'), () => t.later(), () => t.later(''), () => t.later(Symbol()), () => later.call(1, 'x'),
                              () => t.promised, () => promised.call({})]) {
                 let p; out(thrown(() => { p = f() })); p.then(out, e => out(`${e.name}: ${e.message}`));
             }"),
        "nothing|nothing|nothing|nothing|nothing|nothing|nothing|x|\
         TypeError: Failed to execute 'later' on 'Thing': 1 argument required, but only 0 present.|\
         AbortError: Failed to execute 'later' on 'Thing': Nothing to say.|TypeError: can't convert symbol to string|\
         TypeError: Failed to execute 'later' on 'Thing': Illegal invocation|p|\
         TypeError: Failed to read the 'promised' property from 'Thing': Illegal invocation"
    );
}

#[test]
fn the_default_to_json_tells_the_attributes_of_json_types() {
    assert_eq!(
        run("out(JSON.stringify(new Special), JSON.stringify(new MoreSpecial), own(Special.prototype, 'toJSON'), Special.prototype.toJSON.length);
             out('toJSON' in new Thing, thrown(() => Special.prototype.toJSON.call(new Thing)))"),
        "{\"extra\":5,\"size\":1.5}|{\"extra\":5,\"size\":1.5,\"most\":true}|value wec|0|false|\
         TypeError: Failed to execute 'toJSON' on 'Special': Illegal invocation"
    );
}

#[test]
fn unscopable_members_are_no_names_within_with() {
    assert_eq!(
        run("const fail = 'outer', later = 'outer'; const names = Thing.prototype[Symbol.unscopables];
             out(Object.getPrototypeOf(names), JSON.stringify(names), own(Thing.prototype, Symbol.unscopables), Symbol.unscopables in Special.prototype);
             out(own(Special.prototype, Symbol.unscopables), Function('o', 'with (o) return [typeof fail, typeof later].join()')(new Thing))"),
        "null|{\"fail\":true}|value --c|true|none|string,function"
    );
}

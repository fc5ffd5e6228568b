//! Interface objects and their prototypes: <https://webidl.spec.whatwg.org/#js-interfaces>.

use super::{run, run_in};

#[test]
fn an_interface_object_is_a_class_with_a_fixed_prototype() {
    assert_eq!(
        run("out(own(globalThis, 'Thing'), own(Thing, 'prototype'), own(Thing.prototype, 'constructor'), typeof Thing);
             out(Thing.name, Thing.length, Thing.prototype[Symbol.toStringTag], own(Thing.prototype, Symbol.toStringTag));
             out(Object.keys(globalThis).includes('Thing'), Object.getPrototypeOf(Thing) === Function.prototype);
             out(thrown(() => Thing()), thrown(() => new Overloads()))"),
        "value w-c|value ---|value w-c|function|Thing|0|Thing|value --c|false|true|\
         TypeError: Failed to construct 'Thing': Please use the 'new' operator, this DOM object constructor cannot be called as \
         a function.|TypeError: Illegal constructor"
    );
}

#[test]
fn interfaces_inherit_from_interfaces() {
    assert_eq!(
        run("const s = new MoreSpecial;
             out(Object.getPrototypeOf(Special) === Thing, Object.getPrototypeOf(Special.prototype) === Thing.prototype);
             out(s instanceof Thing, s.name, s.extra, s.size, String(s), Object.prototype.toString.call(s), s.most);
             out(thrown(() => Reflect.get(Special.prototype, 'extra', new Thing)), 'extra' in new Thing)"),
        "true|true|true|special|5|1.5|special|[object MoreSpecial]|true|\
         TypeError: Failed to read the 'extra' property from 'Special': Illegal invocation|false"
    );
}

#[test]
fn classes_of_scripts_extend_every_constructible_interface() {
    let script = "const interfaces = {Thing, Special, MoreSpecial, TestMap, FixedMap, TestSet, FixedSet, Pairs, Values, Countdown, AsyncPairs};
         for (const [name, base] of Object.entries(interfaces)) {
             class Own extends base { constructor(...args) { super(...args); this.mine = 1 } more() { return super.toString() } }
             const o = new Own;
             if (!(o instanceof base && o instanceof Own && o.mine === 1 && Object.getPrototypeOf(o) === Own.prototype)) out(name);
         }
         class Far extends MoreSpecial {}
         class Farther extends Far {}
         out(new Farther().extra, new Farther() instanceof Far, new Farther().toJSON().most);
         const reflected = Reflect.construct(Thing, ['r'], Far);
         out(reflected.name, reflected instanceof MoreSpecial, 'extra' in reflected, thrown(() => reflected.extra));
         out(thrown(() => Reflect.construct(Thing, [], () => 1)))";
    assert_eq!(
        run(script),
        "5|true|true|r|true|true|TypeError: Failed to read the 'extra' property from 'Special': Illegal invocation|\
         TypeError: not a constructor"
            .replace(
                "not a constructor",
                &run("out(thrown(() => Reflect.construct(Object, [], () => 1)).split(': ')[1])")
            )
    );
}

#[test]
fn exposure_is_by_global_and_by_secure_context() {
    let script = "out(typeof ElsewhereOnly, typeof elsewhereSpace, typeof SecureOnly, 'elsewhere' in Thing.prototype);
         out('onlySecure' in Thing.prototype, 'elsewhere' in globalThis, 'onlySecure' in globalThis, typeof Nameless)";
    assert_eq!(
        run_in(true, script),
        "undefined|undefined|function|false|true|false|true|undefined"
    );
    assert_eq!(
        run_in(false, script),
        "undefined|undefined|undefined|false|false|false|false|undefined"
    );
}

#[test]
fn a_window_has_aliases() {
    assert_eq!(
        run("out(OldName === Aliased, OlderName === Aliased, own(globalThis, 'OldName'), OldName.name)"),
        "true|true|value w-c|Aliased"
    );
}

#[test]
fn a_global_has_its_members_itself() {
    assert_eq!(
        run("out(own(globalThis, 'number'), own(globalThis, 'method'), own(globalThis, 'who'), own(TestGlobal.prototype, 'method'));
             out(globalThis instanceof TestGlobal, globalThis instanceof Base, String(globalThis), who(), method());
             number = 6; out(number, globalThis.number);
             replaceable = 'mine'; out(replaceable, own(globalThis, 'replaceable'));
             out(thrown(() => new TestGlobal))"),
        "accessor rw -ec|value wec|none|none|true|true|[object TestGlobal]|I am the global|method of the global|6|6|mine|\
         value wec|TypeError: Illegal constructor"
    );
}

#[test]
fn a_namespace_is_an_object() {
    assert_eq!(
        run("out(typeof testSpace, own(globalThis, 'testSpace'), String(testSpace), testSpace.LIMIT, own(testSpace, 'LIMIT'));
             out(testSpace.twice('4'), testSpace.twice.length, own(testSpace, 'twice'), testSpace.place, own(testSpace, 'place'));
             out(thrown(() => testSpace.twice()), thrown(() => testSpace.twice(Symbol())));
             testSpace.later(3).then(out); testSpace.later().catch(e => out(e.message))"),
        "object|value w-c|[object testSpace]|10|value -e-|8|1|value wec|here|accessor r -ec|\
         TypeError: Failed to execute 'twice' on 'testSpace': 1 argument required, but only 0 present.|\
         TypeError: argument must not be a symbol|3|\
         Failed to execute 'later' on 'testSpace': 1 argument required, but only 0 present."
    );
}

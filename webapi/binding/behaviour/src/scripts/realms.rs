//! Which realm an object is of: <https://webidl.spec.whatwg.org/#js-environment>.

use super::run;

#[test]
fn a_missing_receiver_is_the_global_of_the_function() {
    assert_eq!(
        run("(() => { 'use strict'; const f = method, g = other.method, w = who; out(f(), g(), w(), f.call(null), g.call(undefined), method.call(other), g.call(globalThis));
             const get = Object.getOwnPropertyDescriptor(globalThis, 'number').get, set = Object.getOwnPropertyDescriptor(other, 'number').set;
             set(5); set.call(undefined, '8'); out(get(), get.call(undefined), other.number, thrown(() => f.call({}))) })()"),
        "method of the global|method of the other global|I am the global|method of the global|method of the other global|\
         method of the other global|method of the global|0|0|8|\
         TypeError: Failed to execute 'method' on 'TestGlobal': Illegal invocation"
    );
}

#[test]
fn objects_and_exceptions_are_of_the_functions_realm() {
    assert_eq!(
        run("out(Thing !== other.Thing, new other.Thing() instanceof other.Thing, new other.Thing() instanceof Thing);
             const t = new Thing('mine'); const name = Object.getOwnPropertyDescriptor(other.Thing.prototype, 'name').get;
             out(name.call(t), new other.Thing(t, 2).name, other.Thing.named('n') instanceof other.Thing, other.Echo.thing(t) === t);
             const error = f => { try { f() } catch (e) { return [e instanceof TypeError, e instanceof other.TypeError] } };
             out(error(() => other.Thing.prototype.fail.call({})), error(() => other.Thing.prototype.fail.call(t, 'type')), error(() => other.Thing()), error(() => new other.Thing(t, 300)));
             const o = new other.Thing; out(error(() => Thing.prototype.fail.call(o, 'type')), Object.getPrototypeOf(other.Echo.sequence_([1])) === other.Array.prototype);
             out(Object.getPrototypeOf(other.Echo.record_({a: 1})) === other.Object.prototype, t.inner instanceof Thing, name.call(t) === 'mine');
             let p; try { p = other.Thing.prototype.later.call({}) } catch (e) { out('threw') } out(p instanceof other.Promise); p.catch(e => out(e instanceof other.TypeError))"),
        "true|true|false|mine|minemine|true|true|false,true|false,true|false,true|false,true|true,false|true|true|true|true|true|true"
    );
}

#[test]
fn a_target_without_a_prototype_gets_that_of_its_own_realm() {
    assert_eq!(
        run("const f = new other.Function; f.prototype = null; const o = Reflect.construct(Thing, ['o'], f);
             out(o.name, Object.getPrototypeOf(o) === other.Thing.prototype);
             const g = function () {}; g.prototype = 1; out(Object.getPrototypeOf(Reflect.construct(other.Thing, [], g)) === Thing.prototype);
             const b = f.bind(); out(Object.getPrototypeOf(Reflect.construct(Special, [], b)) === other.Special.prototype);
             const proxy = new Proxy(f, {}); out(Object.getPrototypeOf(Reflect.construct(Thing, [], proxy)) === other.Thing.prototype)"),
        "o|true|true|true|true"
    );
}

//! <https://webidl.spec.whatwg.org/#js-iterable>, <https://webidl.spec.whatwg.org/#js-maplike>,
//! <https://webidl.spec.whatwg.org/#js-setlike>, <https://webidl.spec.whatwg.org/#js-asynchronous-iterable>

use super::run;

#[test]
fn a_maplike_has_what_a_map_has() {
    assert_eq!(
        run("const m = new TestMap; out(m.set('a', '1') === m, m.set(2, 2.5).size, m.get('2'), m.has('a'), m.get('b'), m.delete('a'), m.delete('a'));
             m.set('c', 3); out([...m].join(';'), [...m.keys()], [...m.values()], [...m.entries()].length, m[Symbol.iterator] === m.entries);
             const seen = []; m.forEach(function (v, k, o) { seen.push(k, v, o === m, this.x); if (k === '2') m.set('d', 4) }, {x: 'x'}); out(seen);
             m.clear(); out(m.size, own(TestMap.prototype, 'size'), own(TestMap.prototype, 'get'), own(TestMap.prototype, Symbol.iterator));
             out(TestMap.prototype.set.length, TestMap.prototype.entries.length, TestMap.prototype.forEach.length, TestMap.prototype.entries.name);
             out(String(m.entries()), thrown(() => m.set('a')), thrown(() => TestMap.prototype.get.call(new Map, 'a')), thrown(() => m.set('a', Symbol())))"),
        "true|2|2|true|undefined|true|false|2,2;c,3|2,c|2,3|2|true|2,2,true,x,c,3,true,x,d,4,true,x|0|accessor r -ec|value wec|value w-c|\
         2|0|1|entries|[object Map Iterator]|TypeError: Failed to execute 'set' on 'TestMap': 2 arguments required, but only 1 present.|\
         TypeError: Failed to execute 'get' on 'TestMap': Illegal invocation|TypeError: argument must not be a symbol"
    );
    assert_eq!(
        run(
            "const m = new FixedMap; out(m.size, m.get('a'), [...m], m.set, m.delete, m.clear, 'set' in FixedMap.prototype)"
        ),
        "1|1|a,1|undefined|undefined|undefined|false"
    );
}

#[test]
fn a_setlike_has_what_a_set_has() {
    assert_eq!(
        run("const s = new TestSet; out(s.add('a') === s, s.add(1).add('1').size, s.has(1), s.has('b'), s.delete('a'), s.delete('a'));
             out([...s], [...s.keys()], [...s.entries()].join(';'), s.keys === s.values, s[Symbol.iterator] === s.values);
             const seen = []; s.forEach((v, k, o) => { seen.push(v, k, o === s) }); out(seen);
             s.clear(); out([...s], own(TestSet.prototype, 'size'), own(TestSet.prototype, 'add'), TestSet.prototype.values.name);
             out(thrown(() => s.add()), thrown(() => TestSet.prototype.has.call(new Set, 1)))"),
        "true|2|true|false|true|false|1|1|1,1|true|true|1,1,true|cleared|accessor r -ec|value wec|values|\
         TypeError: Failed to execute 'add' on 'TestSet': 1 argument required, but only 0 present.|\
         TypeError: Failed to execute 'has' on 'TestSet': Illegal invocation"
    );
    assert_eq!(
        run("const s = new FixedSet; out(s.size, s.has('a'), [...s], s.add, s.delete, s.clear)"),
        "1|true|a|undefined|undefined|undefined"
    );
}

#[test]
fn pairs_are_iterated_over_as_they_are_then() {
    assert_eq!(
        run("const p = new Pairs; p.append('a', 1); p.append('b', 2);
             out([...p].join(';'), [...p.keys()], [...p.values()], p[Symbol.iterator] === p.entries, String(p.values()));
             const i = p.entries(); i.next(); p.append('c', 3); out([...i].join(';'));
             const seen = []; p.forEach(function (v, k, o) { seen.push(k, v, o === p, this.x); if (k === 'c') p.append('d', 4) }, {x: 'x'}); out(seen);
             const proto = Object.getPrototypeOf(i); out(own(proto, 'next'), proto.next.length, Object.getPrototypeOf(proto) === Object.getPrototypeOf(Object.getPrototypeOf([].values())));
             out(thrown(() => proto.next.call({})), thrown(() => p.forEach()), thrown(() => p.forEach(1)), thrown(() => Pairs.prototype.keys.call({})));
             class More extends Pairs {} const m = new More; m.append('m', 5); out([...m])"),
        "a,1;b,2|a,b|1,2|true|[object Pairs Iterator]|b,2;c,3|a,1,true,x,b,2,true,x,c,3,true,x,d,4,true,x|value wec|0|true|\
         TypeError: Failed to execute 'next' on 'Pairs': Illegal invocation|\
         TypeError: Failed to execute 'forEach' on 'Pairs': 1 argument required, but only 0 present.|\
         TypeError: Failed to execute 'forEach' on 'Pairs': parameter 1 is not of type 'Function'.|\
         TypeError: Failed to execute 'keys' on 'Pairs': Illegal invocation|m,5"
    );
}

#[test]
fn values_are_iterated_over_by_the_functions_of_arrays() {
    assert_eq!(
        run("const v = new Values; out([...v], [...v.entries()].join(';'), [...v.keys()], Values.prototype[Symbol.iterator] === Array.prototype.values);
             out(Values.prototype.forEach === Array.prototype.forEach, own(Values.prototype, 'forEach'), own(Values.prototype, Symbol.iterator))"),
        "x,y|0,x;1,y|0,1|true|true|value wec|value w-c"
    );
}

#[test]
fn an_async_iterable_gives_one_after_the_other() {
    assert_eq!(
        run("const c = new Countdown;
             (async () => {
                 const all = []; for await (const n of c) all.push(n); out(all);
                 for await (const n of c.values(5)) { out(n); break }
                 out(c.log);
                 const i = c.values(2); const steps = [i.next(), i.next(), i.next(), i.next(), i.return('r')];
                 out(JSON.stringify(await Promise.all(steps)));
                 const j = c.values(2); const order = []; j.next().then(() => order.push(1)); j.return('back').then(r => order.push(r.value, r.done)); await j.next(); out(order);
                 try { await c.values(-1).next() } catch (e) { out(`${e.name}: ${e.message}`) }
                 const failed = c.values(-1); await failed.next().catch(() => 1); out(JSON.stringify(await failed.next()));
                 const proto = Object.getPrototypeOf(i); out(own(proto, 'next'), own(proto, 'return'), proto.return.length, String(i), c[Symbol.asyncIterator] === c.values);
                 await proto.next.call({}).catch(e => out(e.message));
                 const pairs = new AsyncPairs; const seen = []; for await (const [k, v] of pairs) seen.push(k, v); for await (const k of pairs.keys()) seen.push(k); out(seen);
                 out('return' in pairs.entries(), pairs[Symbol.asyncIterator] === pairs.entries, own(AsyncPairs.prototype, Symbol.asyncIterator));
             })().catch(e => out(`failed: ${e}`))"),
        "3,2,1|5|next 3;next 2;next 1;next 0;next 5;end undefined;|\
         [{\"value\":2,\"done\":false},{\"value\":1,\"done\":false},{\"done\":true},{\"done\":true},{\"value\":\"r\",\"done\":true}]|\
         1,back,true|RangeError: Below zero.|{\"done\":true}|value wec|value wec|1|[object Countdown AsyncIterator]|true|\
         Failed to execute 'next' on 'Countdown': Illegal invocation|key,1,key|false|true|value w-c"
    );
}

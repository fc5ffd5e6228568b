//! <https://webidl.spec.whatwg.org/#js-overloads>

use super::run;

#[test]
fn overloads_are_chosen_by_type() {
    assert_eq!(
        run("out(...[new Thing, new ArrayBuffer(1), () => 1, [1, 2], true, 5, 'text', {name: 'o'}, null, undefined, 7n, new Set([3])]
                 .map(v => { try { return Overloads.byType(v) } catch (e) { return e.message } }));
             out(thrown(() => Overloads.byType()), Overloads.byType.length, Overloads.byType(new String('s')))"),
        "thing|buffer|callback|list [1, 2]|flag|number 5|text text|options o|\
         Failed to execute 'byType' on 'Overloads': Required member 'name' of 'Options' is undefined.|\
         Failed to execute 'byType' on 'Overloads': Required member 'name' of 'Options' is undefined.|text 7|list [3]|\
         TypeError: Failed to execute 'byType' on 'Overloads': Required member 'name' of 'Options' is undefined.|0|list [0]"
    );
}

#[test]
fn overloads_are_chosen_by_number() {
    assert_eq!(
        run("out(Overloads.byCount(), Overloads.byCount(1), Overloads.byCount(1, 2), Overloads.byCount(1, 2, 3, 4), Overloads.byCount.length);
             out(Overloads.later('a', new Thing), Overloads.later('a', 'b'), thrown(() => Overloads.later('a')));
             out(new Thing(new Thing('ab'), 2).name, thrown(() => new Thing(new Thing, 256)), thrown(() => new Thing('x', 2)))"),
        "0|1|2 and 0|2 and 2|0|thing|other b|TypeError: Failed to execute 'later' on 'Overloads': 2 arguments required, but only 1 present.|\
         abab|TypeError: Failed to construct 'Thing': parameter 2 is outside the range 0 to 255.|\
         TypeError: Failed to construct 'Thing': parameter 1 is not of type 'Thing'."
    );
}

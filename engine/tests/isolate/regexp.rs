//! Regular expressions in an isolate.

use crate::support::{answer, eval};

#[test]
fn a_sticky_expression_is_tried_at_one_place_only() {
    // Tried at the next place already, this would take longer than anybody waits.
    let script = "
        const found = [];
        for (const flags of ['y', 'gy', 'iy', 'uy', 'vy']) {
            const regexp = new RegExp('(?:x+x+)+z', flags);
            for (const text of ['a' + 'x'.repeat(100), '\\u4e00' + 'x'.repeat(100), 'a'.repeat(5000) + 'x'.repeat(100)]) {
                found.push(regexp.exec(text), regexp.test(text), regexp[Symbol.search](text));
            }
        }
        String([...new Set(found)])";
    let text = answer(move |cx| {
        eval(cx, script)
            .and_then(|value| value.to_string(cx))
            .map(|text| text.to_std_string_lossy())
            .map_err(|error| error.to_string())
    });
    assert_eq!(text.as_deref(), Ok(",false,-1"));
}

use crate::testing::reports;

/// What `script` reports, in whose functions `lives()` tells, after a collection of garbage in a task of its own, whether what
/// `make` returned is still there.
fn after_collection(script: &str) -> Vec<String> {
    let lives = "const lives = (make) => {
        const weak = new WeakRef(make());
        return new Promise((resolve) => setTimeout(() => { collect(); resolve(weak.deref() !== undefined); }));
    };
    const controller = new AbortController();";
    reports(&format!("{lives}{script}"))
}

#[test]
fn a_signal_that_follows_others_goes_if_nobody_is_to_be_told() {
    let script = "lives(() => AbortSignal.any([controller.signal])).then(report)";
    assert_eq!(after_collection(script), ["false"]);
}

#[test]
fn a_signal_that_follows_others_stays_for_its_listeners() {
    let script = "lives(() => {
            const signal = AbortSignal.any([controller.signal]);
            signal.addEventListener('abort', () => report('aborted'));
            return signal;
        }).then(lives => { report(lives); controller.abort() })";
    assert_eq!(after_collection(script), ["true", "aborted"]);
}

#[test]
fn a_signal_that_follows_others_stays_for_its_handler() {
    let script = "lives(() => {
            const signal = AbortSignal.any([AbortSignal.any([controller.signal])]);
            signal.onabort = () => report('aborted');
            return signal;
        }).then(lives => { report(lives); controller.abort() })";
    assert_eq!(after_collection(script), ["true", "aborted"]);
}

#[test]
fn a_signal_that_follows_others_stays_for_its_algorithms() {
    // Only the algorithm still knows the target, and the target's listener the signal.
    let script = "lives(() => {
            const signal = AbortSignal.any([controller.signal]);
            new EventTarget().addEventListener('e', () => {}, {signal});
            return signal;
        }).then(report)";
    assert_eq!(after_collection(script), ["true"]);
    let script = "const target = new EventTarget();
        lives(() => {
            const signal = AbortSignal.any([controller.signal]);
            target.addEventListener('e', () => report('called'), {signal});
            return signal;
        }).then(lives => {
            report(lives);
            target.dispatchEvent(new Event('e'));
            controller.abort();
            target.dispatchEvent(new Event('e'));
        })";
    assert_eq!(after_collection(script), ["true", "called"]);
}

#[test]
fn a_signal_goes_once_nobody_is_to_be_told_any_more() {
    let removed = [
        "signal.addEventListener('abort', f); signal.removeEventListener('abort', f)",
        "signal.onabort = f; signal.onabort = null",
        "signal.addEventListener('abort', f, {once: true}); signal.dispatchEvent(new Event('abort'))",
        "signal.addEventListener('other', f)",
        "target.addEventListener('e', f, {signal}); target.removeEventListener('e', f)",
        "target.addEventListener('e', f, {signal, once: true}); target.dispatchEvent(new Event('e'))",
    ];
    for removed in removed {
        let script = format!(
            "const target = new EventTarget(); const f = () => {{}};
             lives(() => {{ const signal = AbortSignal.any([controller.signal]); {removed}; return signal }}).then(report)"
        );
        assert_eq!(after_collection(&script), ["false"], "{removed}");
    }
}

#[test]
fn a_signal_goes_with_the_last_that_it_follows() {
    let script = "lives(() => {
            const signal = AbortSignal.any([new AbortController().signal]);
            signal.onabort = () => report('aborted');
            return signal;
        }).then(report)";
    assert_eq!(after_collection(script), ["false"]);
}

#[test]
fn a_signal_goes_once_it_is_aborted() {
    let script = "lives(() => {
            const other = new AbortController();
            const signal = AbortSignal.any([controller.signal, other.signal]);
            signal.onabort = () => report('aborted');
            other.abort();
            return signal;
        }).then(report)";
    assert_eq!(after_collection(script), ["aborted", "false"]);
}

#[test]
fn a_timeout_keeps_a_signal_for_its_listeners_only() {
    let script = "lives(() => AbortSignal.timeout(50)).then(report)";
    assert_eq!(after_collection(script), ["false"]);
    let script = "lives(() => {
            const signal = AbortSignal.timeout(50);
            signal.onabort = () => report('aborted');
            return signal;
        }).then(report)";
    assert_eq!(after_collection(script), ["true", "aborted"]);
}

#[test]
fn a_timeout_keeps_a_signal_for_those_that_follow_it() {
    let script = "lives(() => {
            const signal = AbortSignal.any([AbortSignal.timeout(50)]);
            signal.onabort = () => report(signal.reason.name);
            return signal;
        }).then(report)";
    assert_eq!(after_collection(script), ["true", "TimeoutError"]);
}

/// The steps of the signal remove that very listener; not every browser tells it from a later one.
#[test]
fn a_listener_that_was_removed_and_added_again_without_the_signal_stays() {
    let script = "const controller = new AbortController(), target = new EventTarget(); let count = 0; const listener = () => { count += 1 };
         target.addEventListener('kind', listener, { signal: controller.signal });
         target.removeEventListener('kind', listener);
         target.addEventListener('kind', listener);
         controller.abort();
         target.dispatchEvent(new Event('kind'));
         count";
    assert_eq!(crate::testing::eval(script), "1");
}

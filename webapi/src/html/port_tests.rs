//! Message ports as no script in a browser can show them: their lives, their ends, and what cannot be read.

use super::message_port::{self, MessagePort};
use crate::{
    binding::{Cx, Js, Transferable},
    html::scripting,
    testing::{self, reports},
};
use boa_engine::{JsValue, js_string, property::Attribute};

/// A worker whose script is `source`, as an expression.
fn worker(source: &str) -> String {
    format!("new Worker(\"data:text/javascript,\" + encodeURIComponent({source:?}))")
}

/// What `body` reports, which is the inside of an asynchronous function; `gone` tells whether what was put into `weak` has been collected.
fn lives(body: &str) -> Vec<String> {
    reports(&format!(
        "const weak = {{}};
         const watch = (name, object) => {{ weak[name] = new WeakRef(object); return object }};
         const gone = name => weak[name].deref() === undefined;
         const turn = () => new Promise(resolve => setTimeout(resolve));
         const gc = async () => {{ await turn(); await TestUtils.gc(); await turn() }};
         (async () => {{ {body} }})().catch(error => report(error))"
    ))
}

#[test]
fn a_pair_that_nothing_reaches_is_collected_though_both_are_started() {
    let body = "(() => {
             const { port1, port2 } = new MessageChannel();
             for (const port of [port1, port2]) { port.onmessage = () => report(port); port.onclose = () => report('closed') }
             watch(1, port1); watch(2, port2);
         })();
         await gc();
         report([gone(1), gone(2)])";
    assert_eq!(lives(body), ["true,true"]);
}

#[test]
fn a_port_lives_as_long_as_its_peer_if_somebody_listens() {
    for start in [
        "port2.onmessage = e => report(e.data)",
        "port2.addEventListener('message', e => report(e.data)); port2.start()",
    ] {
        let body = format!(
            "const port = (() => {{
                 const {{ port1, port2 }} = new MessageChannel();
                 {start};
                 watch(2, port2);
                 return port1;
             }})();
             await gc();
             port.postMessage('heard');
             await gc();
             report(gone(2));
             port.postMessage('again')"
        );
        assert_eq!(lives(&body), ["heard", "false", "again"], "{start}");
    }
}

#[test]
fn a_port_that_is_collected_closes_its_channel() {
    for left in [
        "",
        "const f = () => {}; port2.addEventListener('message', f); port2.removeEventListener('message', f)",
    ] {
        let body = format!(
            "const port = (() => {{
                 const {{ port1, port2 }} = new MessageChannel();
                 {left};
                 watch(2, port2);
                 return port1;
             }})();
             port.onclose = e => report(e.type);
             await gc();
             report(gone(2));
             port.postMessage('into the void')"
        );
        assert_eq!(lives(&body), ["close", "true"], "{left}");
    }
}

#[test]
fn a_port_lives_as_long_as_its_peer_if_somebody_listens_for_its_close() {
    let body = "let port = (() => {
             const { port1, port2 } = new MessageChannel();
             port2.onclose = () => report('closed');
             watch(2, port2);
             return port1;
         })();
         await gc();
         report(gone(2));
         port.close();
         port = null;
         await gc();
         await gc();
         report(gone(2))";
    assert_eq!(lives(body), ["false", "closed", "true"]);
}

#[test]
fn a_port_that_waits_to_be_started_goes_with_its_far_peer() {
    let far = worker("onmessage = e => { e.ports[0].postMessage(1); e.ports[0].close(); postMessage(0); close() }");
    let body = format!(
        "const w = {far};
         const answer = new Promise(resolve => w.onmessage = resolve);
         (() => {{
             const {{ port1, port2 }} = new MessageChannel();
             port1.addEventListener('message', () => report('not this'));
             watch(1, port1);
             w.postMessage(0, [port2]);
         }})();
         await answer;
         await gc();
         await gc();
         report(gone(1))"
    );
    assert_eq!(lives(&body), ["true"]);
}

#[test]
fn a_started_port_is_told_of_the_collection_of_its_peer_though_nothing_else_reaches_it() {
    let script = "(() => {
             const { port1, port2 } = new MessageChannel();
             port1.start();
             report(typeof port2);
             return port1;
         })().onclose = () => report('closed');
         TestUtils.gc()";
    assert_eq!(reports(script), ["object", "closed"]);
}

#[test]
fn a_listener_keeps_a_port_that_was_not_started() {
    let body = "const port = (() => {
             const { port1, port2 } = new MessageChannel();
             port2.addEventListener('messageerror', () => {});
             watch(2, port2);
             return port1;
         })();
         port.onclose = () => report('closed');
         await gc();
         report(gone(2))";
    assert_eq!(lives(body), ["false"]);
}

#[test]
fn what_is_due_is_delivered_to_a_port_that_nothing_reaches() {
    for (last, heard) in [
        ("port1.postMessage('a'); port1.postMessage('b')", vec!["a", "b"]),
        ("port1.close()", vec!["close"]),
        ("port1.postMessage('a'); port1.close()", vec!["a", "close"]),
    ] {
        let script = format!(
            "setTimeout(() => {{
                 const {{ port1, port2 }} = new MessageChannel();
                 // Two that want messages are held by nobody else.
                 port1.onmessage = port2.onmessage = e => report(e.data);
                 port2.onclose = e => report(e.type);
                 {last};
                 queueMicrotask(collect);
             }})"
        );
        assert_eq!(reports(&script), heard, "{last}");
    }
}

#[test]
fn messages_that_waited_keep_a_port_from_the_moment_it_is_started() {
    let script = "(() => {
             const { port1, port2 } = new MessageChannel();
             port1.postMessage('waited');
             port1.close();
             setTimeout(() => port2.onmessage = e => report(e.data));
         })();
         setTimeout(() => setTimeout(collect))";
    assert_eq!(reports(script), ["waited"]);
}

#[test]
fn a_port_is_collected_after_its_last_message() {
    let body = "(() => {
             const { port1, port2 } = new MessageChannel();
             port1.onmessage = port2.onmessage = e => report(e.data);
             watch(2, port2);
             port1.postMessage('last');
         })();
         await gc();
         await gc();
         report(gone(2))";
    assert_eq!(lives(body), ["last", "true"]);
}

#[test]
fn a_port_lives_while_its_peer_lives_in_another_heap() {
    let echo = worker("onmessage = e => { self.port = e.ports[0]; port.onmessage = m => port.postMessage(m.data) }");
    let body = format!(
        "const w = {echo};
         await new Promise(resolve => (() => {{
             const {{ port1, port2 }} = new MessageChannel();
             watch(1, port1);
             port1.onmessage = e => {{ report(e.data); resolve() }};
             w.postMessage(0, [port2]);
             port1.postMessage('there and back');
         }})());
         await gc();
         report(gone(1));
         w.terminate();
         while (!gone(1)) await gc();
         report(gone(1))"
    );
    assert_eq!(lives(&body), ["there and back", "false", "true"]);
}

#[test]
fn a_port_in_a_worker_that_nothing_reaches_there_closes_its_channel() {
    let dropping = worker("onmessage = () => { setTimeout(() => TestUtils.gc()) }");
    let body = format!(
        "const w = {dropping}, {{ port1, port2 }} = new MessageChannel();
         port1.onclose = () => {{ report('closed'); w.terminate() }};
         w.postMessage(0, [port2])"
    );
    assert_eq!(lives(&body), ["closed"]);
}

#[test]
fn a_port_that_comes_back_is_held_by_its_peer_again() {
    let body = "const there = new MessageChannel();
         const back = new Promise(resolve => there.port2.onmessage = e => resolve(e.ports[0]));
         await (async () => {
             const { port1, port2 } = new MessageChannel();
             watch(1, port1);
             port1.onmessage = () => {};
             there.port1.postMessage(0, [port2]);
             const port = await back;
             watch(2, port);
             port.onmessage = () => {};
         })();
         there.port2.onmessage = null;
         await gc();
         report([gone(1), typeof weak[2].deref()])";
    // What a promise was resolved with lives as long as the promise.
    assert_eq!(lives(body), ["false,object"]);
    let body = body
        .replace("const back =", "let back =")
        .replace("there.port2.onmessage = null", "back = null");
    assert_eq!(lives(&body), ["true,undefined"]);
}

#[test]
fn a_port_to_an_ended_worker_is_closed_and_takes_what_is_sent_to_it() {
    for (end, then) in [("close()", ""), ("for (;;) {}", "w.terminate()")] {
        let ending = worker(&format!(
            "onmessage = e => {{ self.port = e.ports[0]; postMessage(0); {end} }}"
        ));
        let script = format!(
            "const w = {ending}, {{ port1, port2 }} = new MessageChannel();
             port1.onclose = () => {{ port1.postMessage('late'); report('closed') }};
             port1.start();
             w.onmessage = () => {{ {then} }};
             w.postMessage(0, [port2])"
        );
        assert_eq!(reports(&script), ["closed"], "{end}");
    }
}

#[test]
fn a_port_on_its_way_to_an_ended_worker_is_closed() {
    let script = format!(
        "const w = {}, {{ port1, port2 }} = new MessageChannel();
         port1.onclose = () => report('closed');
         w.terminate();
         w.postMessage(0, [port2])",
        worker("")
    );
    assert_eq!(reports(&script), ["closed"]);
}

#[test]
fn thousands_of_nested_ports_are_closed_together() {
    let script = "let { port1: first, port2: nested } = new MessageChannel();
         first.onclose = () => report('closed');
         for (let n = 0; n < 20_000; n++) {
             const { port1, port2 } = new MessageChannel();
             port1.postMessage(n, [nested]);
             nested = port2;
         }
         nested = null;
         TestUtils.gc()";
    assert_eq!(reports(script), ["closed"]);
}

#[test]
fn closing_is_heard_after_what_was_sent_before_and_once() {
    let script = "const { port1, port2 } = new MessageChannel(), log = [];
         port2.addEventListener('message', e => report(e.data));
         port2.addEventListener('close', e => report([e.type, e.isTrusted, e.bubbles, e.cancelable]));
         port1.onclose = () => report('not this');
         port1.postMessage(1); port1.postMessage(2); port1.close(); port1.close(); port1.postMessage(3);
         setTimeout(() => { report('waits'); port2.start(); setTimeout(() => { port2.close(); port2.start() }) })";
    assert_eq!(reports(script), ["waits", "1", "2", "close,true,false,false"]);
}

#[test]
fn a_port_whose_peer_is_closed_can_be_transferred_and_is_told_where_it_arrives() {
    let script = "const { port1, port2 } = new MessageChannel();
         port1.postMessage('before');
         port1.close();
         const there = new MessageChannel();
         there.port1.postMessage(0, [port2]);
         there.port2.onmessage = ({ ports: [port] }) => {
             port.onclose = () => {
                 report('closed');
                 there.port2.onmessage = ({ ports: [port] }) => { port.onclose = () => report('again'); port.start(); report('arrived') };
                 there.port1.postMessage(0, [port]);
             };
             port.onmessage = e => report(e.data);
         }";
    assert_eq!(reports(script), ["before", "closed", "arrived"]);
}

#[test]
fn what_has_come_is_delivered_though_the_port_is_closed() {
    // Browsers drop it. The specification's tasks stay in the queue.
    let script = "const { port1, port2 } = new MessageChannel();
         port2.onmessage = e => { report(e.data); port2.close() };
         port2.onclose = () => report('not this');
         port1.onclose = () => report('closed');
         port1.postMessage(1); port1.postMessage(2);
         setTimeout(() => port1.postMessage(3))";
    assert_eq!(reports(script), ["1", "2", "closed"]);
}

#[test]
fn a_closed_port_is_detached() {
    let script = "const { port1, port2 } = new MessageChannel(), other = new MessageChannel();
         port1.close();
         try { other.port1.postMessage(0, [port1]) } catch (e) { report(`${e.name}: ${e.message}`) }
         other.port1.postMessage(0, [port2]);
         for (const port of [port1, port2]) { port.start(); port.postMessage(1); port.close(); port.onmessage = report }";
    let [error] = reports(script).try_into().unwrap();
    assert!(
        error.starts_with("DataCloneError: ") && error.contains("detached"),
        "{error}"
    );
}

#[test]
fn a_port_is_not_sent_through_itself_nor_to_its_peer() {
    let script = "const { port1, port2 } = new MessageChannel(), other = new MessageChannel();
         const message = { get x() { report('read') } };
         for (const transfer of [[port1], [other.port1, port1], { transfer: [other.port1, other.port2, port1] }])
             try { port1.postMessage(message, transfer) } catch (e) { report(`${e.name}: ${e.message}`) }
         port1.onclose = () => report('lost');
         port1.start();
         port1.postMessage(message, [port2]);
         try { other.port1.postMessage(0, [port2]) } catch (e) { report(e.name) }";
    let refused = |index| {
        format!(
            "DataCloneError: Failed to execute 'postMessage' on 'MessagePort': Port at index {index} contains the source port."
        )
    };
    let expected = [&refused(0), &refused(1), &refused(2), "read", "DataCloneError", "lost"];
    assert_eq!(reports(script), expected);
}

/// The inside of a worker's port that gets a message which it cannot read: shared memory, where there is to be none.
fn unreadable(listen: &'static str) -> Vec<String> {
    let (near, far) = message_port::ends();
    let (user_agent, _) = testing::user_agent();
    let sent = testing::reports_of(
        user_agent,
        |_| (),
        move |cx| {
            let port = MessagePort::receive(near, cx).unwrap();
            let global = JsValue::from(port.object().clone());
            cx.register_global_property(js_string!("port"), global, Attribute::all())
                .unwrap();
            scripting::run_classic_script(
                "port.postMessage('first'); port.postMessage(new SharedArrayBuffer(1)); port.postMessage('last')",
                "test.js",
                cx,
            );
        },
    );
    assert_eq!(sent, [""; 0]);
    let (user_agent, _) = testing::user_agent();
    let receive = move |cx: &mut Cx| {
        let port: Js<MessagePort> = MessagePort::receive(far, cx).unwrap();
        let global = JsValue::from(port.object().clone());
        cx.register_global_property(js_string!("port"), global, Attribute::all())
            .unwrap();
        scripting::run_classic_script(listen, "test.js", cx);
    };
    testing::reports_of(user_agent, |settings| settings.cross_origin_isolated = false, receive)
}

#[test]
fn what_cannot_be_read_is_an_event_too() {
    let listen = "port.onmessage = e => report(e.data);
         port.onmessageerror = e => report([e.constructor.name, e.type, e.data, e.origin === '', e.lastEventId === '', e.source, e.ports.length]);
         port.onclose = e => report(e.type)";
    let error = "MessageEvent,messageerror,,true,true,,0";
    assert_eq!(unreadable(listen), ["first", error, "last", "close"]);
    let listen = "port.addEventListener('messageerror', e => report(e.type)); port.start()";
    assert_eq!(unreadable(listen), ["messageerror"]);
}

#[test]
fn the_ports_of_an_event_are_one_frozen_array() {
    let script = "const { port1, port2 } = new MessageChannel(), sent = [new MessageChannel().port1, new MessageChannel().port2];
         port2.onmessage = e => report([
             e.ports === e.ports, Object.isFrozen(e.ports), e.ports.length, e.ports[0] === e.data.b, e.ports[1] === e.data.a,
             e.ports.every(p => p instanceof MessagePort && !sent.includes(p)),
             e.source, e.origin === '', e.lastEventId === '', e.bubbles, e.cancelable, e.isTrusted]);
         port1.postMessage({ a: sent[1], b: sent[0], c: new ArrayBuffer(1) }, [sent[0], sent[1]])";
    assert_eq!(
        reports(script),
        ["true,true,2,true,true,true,,true,true,false,false,true"]
    );
}

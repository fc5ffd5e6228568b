//! Many messages at once: none is lost, none comes twice, none overtakes another of its sender's. No clock decides anything here.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on may panic")]

mod support;

use skep_webapi::HostValue;
use support::{serve, visit};

/// What each page begins with: how it gets workers and what they say.
const PRELUDE: &str = "
    const url = (source) => URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    const next = (target) => new Promise((resolve) => { target.onmessage = resolve; });
    const said = async (target) => (await next(target)).data;
    // A worker that has said that it is ready.
    const started = async (source) => {
        const worker = new Worker(source.startsWith('data:') ? source : url(source));
        await next(worker);
        return worker;
    };
    const many = (count, source) => Promise.all(Array.from({ length: count }, (_, index) => started(`const me = ${index}; ${source}`)));
";

/// What a page with this script, in a module, reports until nothing of it is in flight any more.
fn reports(script: &str) -> Vec<String> {
    let page = format!("<script src=/host.js></script><script>{PRELUDE}(async () => {{ {script} }})();</script>");
    let (sender, reports) = flume::unbounded();
    visit(serve(page), "", move |values| {
        let [HostValue::String(text)] = values else {
            panic!("{values:?} is no text");
        };
        sender.send(text.clone()).unwrap();
    });
    reports.drain().collect()
}

/// <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-broadcastchannel-postmessage>
#[test]
fn a_burst_of_broadcasts_reaches_sixteen_workers_whole_and_in_order() {
    let script = "
        const workers = await many(16, `
            const channel = new BroadcastChannel('burst');
            let heard = 0, misplaced = 0;
            channel.onmessage = ({ data }) => {
                if (data !== heard++) misplaced++;
                if (heard === 100_000) postMessage([heard, misplaced]);
            };
            onmessage = () => { postMessage(heard); close(); };
            postMessage('ready');`);
        const channel = new BroadcastChannel('burst');
        const all = workers.map(said);
        for (let i = 0; i < 100_000; i++) channel.postMessage(i);
        report(String(new Set((await Promise.all(all)).map(String)).size));
        report(String(await all[0]));
        // Whatever else there was has come before this.
        const ends = workers.map(said);
        for (const worker of workers) worker.postMessage('end');
        report(String((await Promise.all(ends)).every((heard) => heard === 100_000)));";
    assert_eq!(reports(script), ["1", "100000,0", "true"]);
}

/// Each sender's messages are queued in order at each receiver; between senders nothing is promised.
#[test]
fn several_senders_at_once_keep_each_its_order() {
    let script = "
        // Each of six workers speaks and listens; it hears all but itself.
        const workers = await many(6, `
            const channel = new BroadcastChannel('crowd');
            const heard = Array(6).fill(0);
            let misplaced = 0, left = 5 * 5000;
            channel.onmessage = ({ data: [sender, number] }) => {
                if (sender === me || heard[sender]++ !== number) misplaced++;
                if (--left === 0) postMessage([misplaced, ...heard]);
            };
            onmessage = () => { for (let i = 0; i < 5000; i++) channel.postMessage([me, i]); };
            postMessage('ready');`);
        const all = workers.map(said);
        for (const worker of workers) worker.postMessage('go');
        for (const heard of await Promise.all(all)) report(String(heard));
        for (const worker of workers) worker.terminate();";
    let expected: Vec<_> = (0..6)
        .map(|me| {
            let heard = (0..6).map(|sender| if sender == me { ",0" } else { ",5000" });
            heard.fold("0".to_owned(), |text, part| text + part)
        })
        .collect();
    assert_eq!(reports(script), expected);
}

/// One sender's messages are queued at one receiver's channels in the order of the channels, message by message.
#[test]
fn channels_of_one_agent_hear_in_one_order() {
    let script = "
        const worker = await started(`
            const log = [];
            for (const name of ['a', 'b', 'c']) {
                new BroadcastChannel('one').onmessage = ({ data }) => {
                    log.push(name + data);
                    if (log.length === 3000) postMessage(log.every((entry, index) => entry === 'abc'[index % 3] + Math.floor(index / 3)));
                };
            }
            postMessage('ready');`);
        const channel = new BroadcastChannel('one');
        const inOrder = said(worker);
        for (let i = 0; i < 1000; i++) channel.postMessage(i);
        report(String(await inOrder));
        worker.terminate();";
    assert_eq!(reports(script), ["true"]);
}

#[test]
fn workers_of_workers_share_the_channel() {
    let script = "
        // Three generations; the youngest answers each message, and everybody hears the answers.
        const youngest = `
            const channel = new BroadcastChannel('kin');
            channel.onmessage = ({ data, origin }) => channel.postMessage([data, origin]);
            postMessage('ready');`;
        const middle = `
            const channel = new BroadcastChannel('kin');
            let asked = 0, answered = 0;
            const child = new Worker(${JSON.stringify(url(youngest))});
            child.onmessage = () => postMessage('ready');
            channel.onmessage = ({ data }) => {
                if (typeof data === 'number' ? data !== asked++ : data[0] !== answered++) postMessage('misplaced');
                if (answered === 2000) postMessage([asked, answered]);
            };`;
        const worker = await started(middle);
        const channel = new BroadcastChannel('kin');
        const heard = said(worker);
        let answered = 0, misplaced = 0;
        const here = new Promise((resolve) => {
            channel.onmessage = ({ data: [number, origin] }) => {
                if (number !== answered++ || origin !== self.origin) misplaced++;
                if (answered === 2000) resolve();
            };
        });
        for (let i = 0; i < 2000; i++) channel.postMessage(i);
        await here;
        report(String([answered, misplaced]));
        report(String(await heard));
        worker.terminate();";
    assert_eq!(reports(script), ["2000,0", "2000,2000"]);
}

/// A channel that is closed hears nothing more, be it queued already; all others go on.
#[test]
fn a_channel_closes_while_messages_come() {
    let script = "
        const workers = await many(4, `
            const [leaving, staying] = [new BroadcastChannel('close'), new BroadcastChannel('close')];
            let before = 0, all = 0;
            leaving.onmessage = () => { if (++before === 100 * (me + 1)) leaving.close(); };
            staying.onmessage = ({ data }) => {
                if (data !== all++) postMessage('misplaced');
                if (all === 20_000) { postMessage([before, all]); close(); }
            };
            postMessage('ready');`);
        const all = workers.map(said);
        // One that closes itself as a worker, amid the burst.
        const closing = await started(`
            const channel = new BroadcastChannel('close');
            channel.onmessage = ({ data }) => { if (data === 500) { postMessage('closing'); close(); } };
            postMessage('ready');`);
        const closed = said(closing);
        const channel = new BroadcastChannel('close');
        for (let i = 0; i < 20_000; i++) channel.postMessage(i);
        report(await closed);
        for (const heard of await Promise.all(all)) report(String(heard));";
    let expected = ["closing", "100,20000", "200,20000", "300,20000", "400,20000"];
    assert_eq!(reports(script), expected);
}

#[test]
fn the_end_of_a_receiver_harms_no_other() {
    let script = "
        const source = `
            const channel = new BroadcastChannel('harm');
            let heard = 0;
            channel.onmessage = ({ data }) => {
                if (data !== heard++) postMessage('misplaced');
                if (data === 100 && me === 0) { postMessage('in the middle'); for (;;); }
                if (heard === 40_000) postMessage(heard);
            };
            postMessage('ready');`;
        const workers = await many(5, source);
        const [victim, ...others] = workers.map(said);
        const channel = new BroadcastChannel('harm');
        for (let i = 0; i < 20_000; i++) channel.postMessage(i);
        // It has heard some, and never will the rest.
        report(await victim);
        for (let i = 20_000; i < 30_000; i++) channel.postMessage(i);
        workers[0].terminate();
        workers[0].onmessage = () => report('a message of the dead');
        for (let i = 30_000; i < 40_000; i++) channel.postMessage(i);
        for (const heard of await Promise.all(others)) report(String(heard));
        for (const worker of workers) worker.terminate();";
    assert_eq!(reports(script), ["in the middle", "40000", "40000", "40000", "40000"]);
}

/// A `data:` URL's worker has an origin that nothing else has, but for what it makes itself.
/// <https://html.spec.whatwg.org/multipage/workers.html#script-settings-for-workers>
#[test]
fn opaque_origins_hear_nobody_else() {
    let script = "
        const source = `
            const [a, b] = [new BroadcastChannel('opaque'), new BroadcastChannel('opaque')];
            const heard = [];
            a.onmessage = ({ data, origin }) => heard.push('a', data, origin);
            b.onmessage = ({ data, origin }) => heard.push('b', data, origin);
            const child = new Worker(URL.createObjectURL(new Blob([\\`
                const channel = new BroadcastChannel('opaque');
                channel.onmessage = ({ data, origin }) => { channel.postMessage('child heard ' + data + ' of ' + origin); };
                postMessage('ready');
            \\`])));
            child.onmessage = () => postMessage('ready');
            onmessage = ({ data }) => {
                if (data === 'speak') a.postMessage(name);
                // All that there was to hear has come when the child has answered.
                b.addEventListener('message', ({ data }) => { if (data.startsWith('child')) setTimeout(() => postMessage(heard), 0); });
            };`;
        const opaque = (name) => new Worker('data:text/javascript,' + encodeURIComponent(source), { name });
        const workers = [opaque('one'), opaque('two')];
        await Promise.all(workers.map(next));
        const page = new BroadcastChannel('opaque');
        const sibling = await started(`
            const channel = new BroadcastChannel('opaque');
            channel.onmessage = ({ data, origin }) => channel.postMessage([data, origin]);
            postMessage('ready');`);
        // The page and its sibling hear each other and nobody else.
        const answer = next(page);
        page.postMessage('of the page');
        const { data, origin } = await answer;
        report(String([data[0], data[1] === self.origin, origin === self.origin]));
        page.onmessage = ({ data }) => report('the page hears ' + data);
        for (const worker of workers) {
            const heard = said(worker);
            worker.postMessage('speak');
            report(String(await heard));
        }
        sibling.terminate();
        for (const worker of workers) worker.terminate();
        page.close();";
    assert_eq!(
        reports(script),
        [
            "of the page,true,true",
            "b,one,null,a,child heard one of null,null,b,child heard one of null,null",
            "b,two,null,a,child heard two of null,null,b,child heard two of null,null",
        ]
    );
}

/// The page relays a port between workers while another worker sends through it. Each holder hands it on after so many messages.
fn moving_port(messages: usize, hops: usize) -> Vec<String> {
    let script = "
        const holder = `
            onmessage = ({ data: heard, ports: [port] }) => {
                const first = heard;
                port.onmessage = ({ data }) => {
                    if (data !== heard++) postMessage(['misplaced', data, heard - 1]);
                    if (heard === first + STEP) postMessage(heard, [port]);
                };
            };
            postMessage('ready');`.replace('STEP', STEP);
        const holders = await many(2, holder);
        const sender = await started(`
            onmessage = ({ ports: [port] }) => {
                for (let i = 0; i < MESSAGES; i++) port.postMessage(i);
                postMessage('sent');
            };
            postMessage('ready');`);
        let { port1, port2: port } = new MessageChannel();
        const sent = said(sender);
        sender.postMessage(0, [port1]);
        let heard = 0;
        for (let hop = 0; hop < HOPS; hop++) {
            const worker = holders[hop % 2];
            const back = next(worker);
            worker.postMessage(heard, [port]);
            const event = await back;
            if (event.ports.length !== 1) { report(String(event.data)); break; }
            heard = event.data;
            [port] = event.ports;
        }
        report(String(heard));
        // The rest is for the page.
        let misplaced = 0;
        await new Promise((resolve) => {
            port.onmessage = ({ data }) => {
                if (data !== heard++) misplaced++;
                if (heard === MESSAGES) resolve();
            };
        });
        report(String([heard, misplaced]));
        await sent;
        port.onmessage = () => report('one more');
        port.close();
        for (const worker of [sender, ...holders]) worker.terminate();";
    let step = messages / (2 * hops);
    let script = script
        .replace("MESSAGES", &messages.to_string())
        .replace("HOPS", &hops.to_string());
    reports(&format!("const STEP = {step}; {script}"))
}

/// <https://html.spec.whatwg.org/multipage/web-messaging.html#message-ports:transfer-steps>
#[test]
fn a_port_that_moves_from_worker_to_worker_to_page_loses_nothing() {
    assert_eq!(moving_port(100_000, 2), ["50000", "100000,0"]);
}

#[test]
fn a_port_that_moves_all_the_time_loses_nothing() {
    assert_eq!(moving_port(20_000, 500), ["10000", "20000,0"]);
}

/// Two ports move at once, each with what was sent through the other: neither end sees a hole.
#[test]
fn both_ends_of_a_channel_move_while_both_speak() {
    let script = "
        const source = `
            let heard = 0, sent = 0;
            onmessage = ({ data, ports: [port] }) => {
                [heard, sent] = data;
                for (const end = sent + 100; sent < end; sent++) port.postMessage(sent);
                const until = heard + 100;
                port.onmessage = ({ data }) => {
                    if (data !== heard++) postMessage('misplaced');
                    if (heard === until) postMessage([heard, sent], [port]);
                };
            };
            postMessage('ready');`;
        const workers = await many(4, source);
        const { port1, port2 } = new MessageChannel();
        // Each end goes round two workers.
        const rounds = async (port, pair) => {
            let state = [0, 0];
            for (let round = 0; round < 100; round++) {
                const back = next(pair[round % 2]);
                pair[round % 2].postMessage(state, [port]);
                const event = await back;
                if (event.data === 'misplaced') return event.data;
                state = event.data;
                [port] = event.ports;
            }
            return state;
        };
        const ends = [rounds(port1, workers.slice(0, 2)), rounds(port2, workers.slice(2))];
        for (const state of await Promise.all(ends)) report(String(state));
        for (const worker of workers) worker.terminate();";
    assert_eq!(reports(script), ["10000,10000", "10000,10000"]);
}

/// <https://html.spec.whatwg.org/multipage/web-messaging.html#window-post-message-steps>
#[test]
fn a_windows_message_is_for_a_target_origin() {
    let script = "
        const buffer = new ArrayBuffer(8);
        // The target origin is looked at before the message.
        for (const message of [0, () => {}]) {
            try { postMessage(message, 'no origin', [buffer]); } catch (error) { report(error.name); }
        }
        report(String(buffer.byteLength));
        // A URL with an opaque origin is nobody's.
        onmessage = ({ data }) => report(data);
        for (const origin of ['data:,x', 'about:blank', 'blob:null/x', 'file:///']) postMessage(origin, origin);
        postMessage('a blob URL has the origin inside', 'blob:' + location.origin + '/x');
        postMessage('end');";
    let expected = [
        "SyntaxError",
        "SyntaxError",
        "8",
        "a blob URL has the origin inside",
        "end",
    ];
    assert_eq!(reports(script), expected);
}

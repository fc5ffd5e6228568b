//! Pages as an embedder sees them, from a server in this process.

use crate::{ConsoleMessage, HostScript, HostValue, PageOptions, PageState, UserAgent, UserAgentOptions};
use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};
use url::Url;

/// A file's headers and body, by path.
type Files = HashMap<String, (String, String)>;

fn answer(stream: &TcpStream, files: &Files) -> Option<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next()?.ok()?;
    while !lines.next()?.ok()?.is_empty() {}
    let path = request.split(' ').nth(1)?;
    let (status, headers, body) = match files.get(path) {
        Some((headers, body)) => ("200 OK", headers.as_str(), body.as_str()),
        None => ("404 Not Found", "", "missing"),
    };
    let length = body.len();
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
    .ok()
}

fn serve(files: Files) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(&stream, &files);
        }
    });
    address
}

struct Run {
    state: PageState,
    /// What the page handed to the embedder, one call a line.
    lines: Vec<String>,
    console: Vec<ConsoleMessage>,
    uncaught: usize,
}

/// Opens `/page.html` of these files. A page reaches the test by a script `/host.js`, which defines `log`.
fn run(files: &[(&str, &str, &str)]) -> Run {
    let files = files
        .iter()
        .map(|(path, headers, body)| {
            let kind = match path.rsplit('.').next() {
                Some("html") => "content-type: text/html; charset=utf-8\r\n",
                Some("js") => "content-type: text/javascript\r\n",
                _ => "",
            };
            ((*path).to_owned(), (format!("{kind}{headers}"), (*body).to_owned()))
        })
        .collect();
    let address = serve(files);
    let console = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::new(Mutex::new(Vec::new()));
    let user_agent = {
        let console = console.clone();
        UserAgent::new(UserAgentOptions {
            reach: crate::Reach::local(address.port()),
            console: Arc::new(move |message| console.lock().unwrap().push(message)),
            ..Default::default()
        })
    };
    let host_script = {
        let lines = lines.clone();
        HostScript {
            path: "/host.js".to_owned(),
            source: "report => { self.log = (...values) => report(...values.map(v => typeof v === 'object' ? v : String(v))); }".to_owned(),
            callback: Arc::new(move |values| {
                let texts: Vec<String> = values
                    .iter()
                    .map(|value| match value {
                        HostValue::String(text) => text.clone(),
                        other => format!("{other:?}"),
                    })
                    .collect();
                lines.lock().unwrap().push(texts.join(" "));
            }),
        }
    };
    let url = Url::parse(&format!("http://localhost:{}/page.html", address.port())).unwrap();
    let options = PageOptions {
        host_scripts: vec![host_script],
    };
    let page = user_agent.open_page(url, options).unwrap();
    let state = page.wait_idle(None);
    let uncaught = page.uncaught_errors();
    drop(page);
    let lines = lines.lock().unwrap().clone();
    let console = console.lock().unwrap().clone();
    Run {
        state,
        lines,
        console,
        uncaught,
    }
}

#[test]
fn scripts_run_in_order_and_events_follow() {
    let run = run(&[
        (
            "/page.html",
            "",
            "<!doctype html><title> A  page </title><script src=/host.js></script>
            <script>
              log('inline', document.readyState, document.title, document.currentScript.textContent.length > 9);
              for (const type of ['DOMContentLoaded', 'readystatechange', 'load'])
                document.addEventListener(type, e => log('document', type, document.readyState, e.bubbles));
              addEventListener('DOMContentLoaded', e => log('window', e.type, e.target === document, e.currentTarget === window));
              addEventListener('load', e => log('window', e.type, e.target === document, document.readyState));
              onload = () => log('onload');
              Promise.resolve().then(() => log('microtask'));
            </script>
            <script defer src=deferred.js></script>
            <script src=external.js></script>
            <p id=p>text</p>
            <script>log('after', window.external_ran, document.getElementById('p').textContent)</script>
            <script type=text/template>log('no')</script>",
        ),
        (
            "/external.js",
            "",
            "var external_ran = true; log('external', document.getElementById('p') === null, document.currentScript.src === location.origin + '/external.js')",
        ),
        ("/deferred.js", "", "log('deferred', document.readyState)"),
    ]);
    assert_eq!(run.state, PageState::Idle, "{:?}", run.console);
    assert_eq!(
        run.lines,
        [
            "inline loading A page true",
            "microtask",
            "external true true",
            "after true text",
            "document readystatechange interactive false",
            "deferred interactive",
            "document DOMContentLoaded interactive true",
            "window DOMContentLoaded true true",
            "document readystatechange complete false",
            "window load true complete",
            "onload",
        ]
    );
    assert_eq!(run.uncaught, 0);
}

/// The lines of a page whose body is `html`, with these further files.
fn lines(html: &str, files: &[(&str, &str, &str)]) -> Vec<String> {
    let page = format!("<!doctype html><script src=/host.js></script>{html}");
    let mut all = vec![("/page.html", "", page.as_str())];
    all.extend(files);
    let run = run(&all);
    assert_eq!(run.state, PageState::Idle);
    let mut lines = run.lines;
    lines.extend(run.console.into_iter().map(|message| message.text));
    lines
}

#[test]
fn a_page_without_document_has_failed_to_load() {
    let missing = run(&[]);
    assert!(
        matches!(&missing.state, PageState::LoadFailed(text) if text.ends_with("/page.html answered with status 404"))
    );
    let user_agent = UserAgent::new(UserAgentOptions {
        console: Arc::new(|_| {}),
        ..Default::default()
    });
    let url = Url::parse("http://example.test/").unwrap();
    let page = user_agent.open_page(url, PageOptions::default()).unwrap();
    assert!(matches!(page.wait_idle(None), PageState::LoadFailed(text) if text.contains("example.test")));
}

#[test]
fn scripts_that_are_inserted_load_and_fail_as_they_should() {
    let mut lines = lines(
        "<script>
              const add = (src, change = s => {}) => {
                const s = document.createElement('script');
                s.onload = () => log(src, 'load'); s.onerror = () => log(src, 'error');
                s.src = src; change(s); document.head.append(s);
              };
              add('a.js', s => s.async = false); add('b.js', s => s.async = false);
              const inline = document.createElement('script');
              inline.textContent = 'log(\"inline\")';
              document.body === null ? document.head.appendChild(inline) : 0;
              log('next', inline.async);
              onload = () => {
                log('window');
                add('missing.js', s => s.onload = s.onerror = e => log(e.type));
                addEventListener('error', e => log('window sees no', e.type));
              };
            </script>",
        &[("/a.js", "", "log('a')"), ("/b.js", "", "log('b')")],
    );
    let told = lines.pop().unwrap();
    assert!(told.starts_with("Failed to load a script") && told.ends_with("the server answered 404."));
    assert_eq!(
        lines,
        [
            "inline",
            "next true",
            "a",
            "a.js load",
            "b",
            "b.js load",
            "window",
            "error"
        ]
    );
}

#[test]
fn what_is_no_classic_script_does_not_run() {
    assert_eq!(
        lines(
            "<script type=text/x>log('x')</script>
             <script nomodule>log('nomodule')</script><script type='TEXT/JavaScript '>log('yes')</script>
             <script src=bad.js onerror=''></script><script src=picture.js></script>",
            &[
                (
                    "/bad.js",
                    "x-content-type-options: nosniff\r\nx: y\r\n",
                    "log('js type, nosniff')"
                ),
                ("/picture.js", "", "log('ok')"),
            ]
        ),
        ["yes", "js type, nosniff", "ok"]
    );
}

#[test]
fn errors_name_their_line_in_the_document() {
    assert_eq!(
        lines(
            "<script>onerror = (m, url, line, column, e) => { log(m, url.endsWith('/page.html'), line, e.name); return true; };</script>
             <p>
             <script>
             null.x;
             </script>
             <script>let = ;</script>",
            &[]
        )
        .iter()
        .map(|line| line.split(' ').rev().take(3).collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>(),
        ["TypeError 4 true", "SyntaxError 6 true"]
    );
}

#[test]
fn a_page_that_throws_is_counted() {
    let run = run(&[("/page.html", "", "<script>throw new Error('boom')</script>")]);
    assert_eq!((run.state, run.uncaught), (PageState::Idle, 1));
    assert_eq!(run.console[0].text, "Uncaught Error: boom");
}

#[test]
fn the_tree_can_be_read_and_changed() {
    assert_eq!(
        lines(
            "<body><div id=a class='x y'><b>bold</b>text<!--comment--></div>
             <script>
               const a = document.getElementById('a');
               log(a === document.getElementsByTagName('div')[0], a instanceof HTMLElement, a.tagName, a.className);
               log(a.childNodes.length, a.children.length, a.firstChild.nodeName, a.lastChild.nodeValue, a.textContent);
               log([...a.childNodes].map(n => n.nodeType).join(), a.parentNode === document.body, a.ownerDocument === document);
               a.marker = 1; log(document.getElementById('a').marker);
               const list = document.getElementsByTagName('P'); log(list.length);
               const p = document.createElement('P'); p.id = 'q'; p.append('one', document.createTextNode('two'));
               a.insertBefore(p, a.firstChild); log(list.length, list[0] === p, p.nextSibling.localName, a.firstElementChild.id);
               p.setAttribute('DATA-x', 1); log(p.getAttribute('data-X'), p.hasAttribute('data-x'), p.getAttributeNames().join());
               p.removeAttribute('data-x'); log(p.getAttribute('data-x'));
               const f = document.createDocumentFragment(); f.append(document.createElement('i'), document.createElement('u'));
               a.replaceChild(f, p); log(f.childNodes.length, [...a.children].map(e => e.localName).join(), p.isConnected);
               const copy = a.cloneNode(true); log(copy !== a, copy.children.length, copy.parentNode);
               a.textContent = ''; log(a.hasChildNodes());
               for (const fail of [() => a.appendChild(document.body), () => a.removeChild(p), () => document.appendChild(p),
                                   () => document.createElement('1'), () => a.appendChild(1)])
                 try { fail(); } catch (e) { log(e.name, e instanceof DOMException); }
               const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg:rect');
               log(svg.tagName, svg.prefix, svg instanceof HTMLElement, svg.namespaceURI);
               p.addEventListener('ping', e => log('capture', e.eventPhase), true);
               document.addEventListener('ping', e => log('document', e.target.id, e.composedPath().length));
               addEventListener('ping', e => log('window', e.eventPhase));
               document.body.append(p); p.dispatchEvent(new Event('ping', { bubbles: true }));
               document.title = 'T'; log(document.title, document.head.lastChild.localName, document.readyState, document.compatMode);
               log(location.pathname, String(location) === document.URL, document.location === location, parent === window, opener);
               log(new Text('t').data, new Comment('c').data, document.doctype.name, document.nodeType, Node.TEXT_NODE);
             </script>",
            &[]
        ),
        [
            "true true DIV x y",
            "3 1 B comment boldtext",
            "1,3,8 true true",
            "1",
            "0",
            "1 true b q",
            "1 true id,data-x",
            "Null",
            "0 i,u,b false",
            "true 3 Null",
            "false",
            "HierarchyRequestError true",
            "NotFoundError true",
            "HierarchyRequestError true",
            "InvalidCharacterError true",
            "TypeError false",
            "svg:rect svg false http://www.w3.org/2000/svg",
            "capture 2",
            "document q 5",
            "window 3",
            "T title loading CSS1Compat",
            "/page.html true true true Null",
            "t c html 9 3",
        ]
    );
}

#[test]
fn messages_to_the_own_window_arrive_in_tasks() {
    assert_eq!(
        lines(
            "<script>
               onmessage = e => log(e.data, e.origin === origin, e.source === window, e.ports.length);
               const { port1 } = new MessageChannel();
               postMessage('star', '*', [port1]); postMessage('options', { targetOrigin: origin }); postMessage('own');
               postMessage('other', 'http://other.test');
               try { postMessage(1, 'nonsense'); } catch (e) { log(e.name); }
               log('first');
             </script>",
            &[]
        ),
        [
            "SyntaxError",
            "first",
            "star true true 1",
            "options true true 0",
            "own true true 0"
        ]
    );
}

#[test]
fn strings_with_lone_surrogates_reach_the_embedder() {
    assert_eq!(lines("<script>log('a\\ud800b😀')</script>", &[]), ["aU+D800b😀"]);
}

#[test]
fn isolation_needs_both_headers() {
    let script = "<script src=/host.js></script><script>log(isSecureContext, crossOriginIsolated)</script>";
    let both = "cross-origin-opener-policy: same-origin\r\ncross-origin-embedder-policy: require-corp\r\n";
    assert_eq!(run(&[("/page.html", both, script)]).lines, ["true true"]);
    assert_eq!(run(&[("/page.html", "", script)]).lines, ["true false"]);
}

#[test]
fn a_long_document_is_read_at_once() {
    let page = format!(
        "<script src=/host.js></script>{}<script>log(document.getElementsByTagName('i').length)</script>{}",
        "<p>some text with <i>markup</i> in it\n".repeat(5000),
        "<div>".repeat(3000)
    );
    assert_eq!(run(&[("/page.html", "", &page)]).lines, ["5000"]);
}

#[test]
fn a_page_takes_all_its_workers_along() {
    let worker = |source: &str| format!("new Worker('data:text/javascript,' + encodeURIComponent({source:?}))");
    let loops = worker("postMessage(1); for (;;) {}");
    let sleeps = worker("postMessage(1); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)");
    let parent = worker(&format!(
        "{loops}.onmessage = () => {{ postMessage(1); for (;;) {{}} }}"
    ));
    let owners = worker(&format!("{sleeps}.onmessage = () => postMessage(1); {loops}"));
    let page = format!(
        "<script src=/host.js></script>
         <script>for (const w of [{loops}, {sleeps}, {parent}, {owners}]) w.onmessage = () => log('runs')</script>"
    );
    let headers = "content-type: text/html\r\ncross-origin-opener-policy: same-origin\r\ncross-origin-embedder-policy: require-corp\r\n";
    let address = serve(HashMap::from([("/page.html".to_owned(), (headers.to_owned(), page))]));
    let user_agent = UserAgent::new(UserAgentOptions {
        reach: crate::Reach::local(address.port()),
        console: Arc::new(|_| {}),
        ..Default::default()
    });
    let (sender, runs) = flume::unbounded();
    let host_script = HostScript {
        path: "/host.js".to_owned(),
        source: "report => { self.log = report }".to_owned(),
        callback: Arc::new(move |_| sender.send(()).unwrap()),
    };
    let url = Url::parse(&format!("http://localhost:{}/page.html", address.port())).unwrap();
    let options = PageOptions {
        host_scripts: vec![host_script],
    };
    let page = user_agent.open_page(url, options).unwrap();
    for _ in 0..4 {
        runs.recv_timeout(HANG).unwrap();
    }
    assert!(user_agent.activity().count() > 4, "all of them are busy");
    drop(page);
    assert!(user_agent.activity().wait_idle(Some(HANG)));
    assert_eq!(user_agent.activity().given_up(), 0);
}

/// Long enough for any machine: passing it means a hang, never a slow run.
const HANG: Duration = Duration::from_secs(60);

#[test]
fn a_page_whose_document_never_comes_can_be_dropped() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let user_agent = UserAgent::new(UserAgentOptions {
        reach: crate::Reach::local(address.port()),
        console: Arc::new(|_| {}),
        ..Default::default()
    });
    let url = Url::parse(&format!("http://localhost:{}/page.html", address.port())).unwrap();
    let page = user_agent.open_page(url, PageOptions::default()).unwrap();
    assert!(user_agent.activity().count() > 0);
    drop(page);
    assert!(user_agent.activity().wait_idle(Some(HANG)));
}

#[test]
fn a_dropped_page_ends() {
    let address = serve(HashMap::from([(
        "/page.html".to_owned(),
        (
            "content-type: text/html\r\n".to_owned(),
            "<script>for (;;) ;</script>".to_owned(),
        ),
    )]));
    let user_agent = UserAgent::new(UserAgentOptions {
        reach: crate::Reach::local(address.port()),
        console: Arc::new(|_| {}),
        ..Default::default()
    });
    let url = Url::parse(&format!("http://localhost:{}/page.html", address.port())).unwrap();
    let page = user_agent.open_page(url, PageOptions::default()).unwrap();
    assert_eq!(
        page.wait_idle(Some(std::time::Duration::from_millis(30))),
        PageState::TimedOut
    );
    drop(page);
    assert!(user_agent.activity().wait_idle(None));
}

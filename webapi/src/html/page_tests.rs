//! Pages as an embedder sees them, from a server in this process.

use crate::{ConsoleMessage, HostScript, HostValue, PageOptions, PageState, UserAgent, UserAgentOptions};
use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
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
            hosts: vec![("localhost".to_owned(), address)],
            console: Arc::new(move |message| console.lock().unwrap().push(message)),
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

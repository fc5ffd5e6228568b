use super::*;
use crate::{UserAgentOptions, testing};
use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, OnceLock},
    thread,
};

/// Servers on loopback, each an origin, that answer by path; they note who asked for what.
struct Servers {
    addresses: Vec<SocketAddr>,
    /// Paths with the `Origin` header that came with them.
    requests: Arc<Mutex<Vec<String>>>,
}

impl Servers {
    /// `count` servers, which answer a path with what `answer` gives: a status line and headers, each with its line end. `{n}` in
    /// it stands for the origin of server `n`.
    fn start(count: usize, answer: fn(&str) -> &'static str) -> Self {
        let listeners: Vec<TcpListener> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let addresses: Vec<SocketAddr> = listeners
            .iter()
            .map(|listener| listener.local_addr().unwrap())
            .collect();
        let requests = Arc::<Mutex<Vec<String>>>::default();
        for listener in listeners {
            let (addresses, requests) = (addresses.clone(), requests.clone());
            // Blocked in `accept` until the process ends: nothing waits for it.
            thread::spawn(move || {
                for stream in listener.incoming() {
                    serve(stream.unwrap(), answer, &addresses, &requests);
                }
            });
        }
        Self { addresses, requests }
    }

    /// What `script` gives in a page of an origin of its own, where `origins` are those of the servers.
    fn eval(&self, script: &str) -> String {
        let reach = Reach {
            ports: self.addresses.iter().map(SocketAddr::port).collect(),
            ..Reach::local(0)
        };
        let user_agent = UserAgent::new(UserAgentOptions {
            reach,
            ..Default::default()
        });
        let origins: Vec<String> = (0..self.addresses.len()).map(|n| origin(n, &self.addresses)).collect();
        testing::run_in(user_agent, &format!("const origins = {origins:?}; {script}"))
    }

    fn requests(&self) -> String {
        self.requests.lock().unwrap().join(" ")
    }
}

fn origin(server: usize, addresses: &[SocketAddr]) -> String {
    format!("http://localhost:{}", addresses[server].port())
}

fn serve(
    mut stream: TcpStream,
    answer: fn(&str) -> &'static str,
    addresses: &[SocketAddr],
    requests: &Mutex<Vec<String>>,
) {
    let head: Vec<String> = BufReader::new(stream.try_clone().unwrap())
        .lines()
        .map(Result::unwrap)
        .take_while(|line| !line.is_empty())
        .collect();
    let path = head[0].split(' ').nth(1).unwrap();
    let asker = head
        .iter()
        .find_map(|line| line.strip_prefix("origin: "))
        .unwrap_or("-");
    requests.lock().unwrap().push(format!("{path}:{asker}"));
    let mut answer = answer(path).to_owned();
    for server in 0..addresses.len() {
        answer = answer.replace(&format!("{{{server}}}"), &origin(server, addresses));
    }
    write!(stream, "{answer}Connection: close\r\nContent-Length: 4\r\n\r\nbody").unwrap();
}

/// A script that gives, for each path of the first server, what came of it.
fn outcomes(paths: &[&str]) -> String {
    format!(
        "(async () => {{
            const out = [];
            for (const path of {paths:?}) {{
                const told = (r) => `${{r.type}} ${{r.redirected}} ${{r.status}} '${{r.statusText}}'`;
                out.push(await fetch(origins[0] + path).then(told, (e) => e.name));
            }}
            return out.join();
         }})()"
    )
}

#[test]
fn the_reason_phrase_is_the_servers() {
    let servers = Servers::start(1, |path| match path {
        "/own" => "HTTP/1.1 200 So be it\r\nAccess-Control-Allow-Origin: *\r\n",
        "/none" => "HTTP/1.1 299 \r\nAccess-Control-Allow-Origin: *\r\n",
        _ => "HTTP/1.1 418 I'm a teapot\r\nAccess-Control-Allow-Origin: *\r\n",
    });
    assert_eq!(
        servers.eval(&outcomes(&["/own", "/none", "/usual"])),
        "cors false 200 'So be it',cors false 299 '',cors false 418 'I'm a teapot'"
    );
}

#[test]
fn each_origin_on_the_way_must_consent_and_a_third_is_not_told_who_asks() {
    let servers = Servers::start(2, |path| match path {
        "/to-other" => "HTTP/1.1 302 Found\r\nLocation: {1}/open\r\nAccess-Control-Allow-Origin: http://localhost\r\n",
        "/to-unwilling" => "HTTP/1.1 302 Found\r\nLocation: {1}/closed\r\nAccess-Control-Allow-Origin: *\r\n",
        "/silently" => "HTTP/1.1 302 Found\r\nLocation: {1}/open\r\n",
        "/to-itself" => "HTTP/1.1 302 Found\r\nLocation: open\r\nAccess-Control-Allow-Origin: *\r\n",
        "/to-data" => "HTTP/1.1 302 Found\r\nLocation: data:,x\r\nAccess-Control-Allow-Origin: *\r\n",
        "/with-credentials" => "HTTP/1.1 302 Found\r\nLocation: //a:b@localhost/\r\nAccess-Control-Allow-Origin: *\r\n",
        "/open" => "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n",
        _ => "HTTP/1.1 200 OK\r\n",
    });
    assert_eq!(
        servers.eval(&outcomes(&[
            "/to-other",
            "/to-unwilling",
            "/silently",
            "/to-itself",
            "/to-data",
            "/with-credentials"
        ])),
        "cors true 200 'OK',TypeError,TypeError,cors true 200 'OK',TypeError,TypeError"
    );
    assert_eq!(
        servers.requests(),
        "/to-other:http://localhost /open:null /to-unwilling:http://localhost /closed:null /silently:http://localhost \
         /to-itself:http://localhost /open:http://localhost /to-data:http://localhost /with-credentials:http://localhost"
    );
}

#[test]
fn a_load_under_way_is_activity() {
    // The page is looked at when nothing is in flight any more, which is after the answer.
    let servers = Servers::start(1, |_| "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n");
    assert_eq!(servers.eval("fetch(origins[0]).then(r => r.text())"), "body");
}

#[test]
fn a_blob_url_loads_until_it_is_revoked_or_its_maker_ends() {
    // Each line printed is a URL to load, at that very time.
    let user_agent = Arc::new(OnceLock::<UserAgent>::new());
    let (sender, results) = flume::unbounded();
    let shared = user_agent.clone();
    let console = move |message: crate::ConsoleMessage| {
        let url = Url::parse(&message.text).unwrap();
        let origin = Url::parse("http://localhost/").unwrap().origin();
        let sender = sender.clone();
        fetch(
            &FetchGroup::default(),
            shared.get().unwrap(),
            url.clone(),
            Mode::SameOrigin(origin),
            move |result| {
                sender.send((url, result)).unwrap();
            },
        );
    };
    let made = user_agent.get_or_init(|| {
        UserAgent::new(UserAgentOptions {
            console: Arc::new(console),
            ..Default::default()
        })
    });
    let script = "const make = () => URL.createObjectURL(new Blob(['body'], {type: 'Text/JavaScript; charset=x'}));
         const kept = make(), revoked = make(); console.log(kept + '#f'); URL.revokeObjectURL(revoked); console.log(revoked)";
    testing::run_in(made.clone(), script);

    let (url, response) = results.recv().unwrap();
    let response = response.unwrap();
    assert_eq!((response.status, response.text().as_str()), (200, "body"));
    assert!(response.is_javascript());
    let (_, response) = results.recv().unwrap();
    assert!(matches!(response, Err(FetchError::Blob(_))), "{response:?}");
    assert!(made.resolve_blob_url(&url).is_none());
}

/// The origin of a worker from a `data:` URL is opaque: no host is its own.
#[test]
fn a_worker_of_an_opaque_origin_needs_consent_everywhere() {
    let servers = Servers::start(1, |path| match path {
        "/all" => "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n",
        "/null" => "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: null\r\n",
        "/named" => "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: {0}\r\n",
        _ => "HTTP/1.1 200 OK\r\n",
    });
    let script = "const ask = url => new Promise(resolve => {
             const source = `fetch('${url}').then(r => postMessage(r.type), e => postMessage(e.name))`;
             const worker = new Worker(`data:text/javascript,${encodeURIComponent(source)}`);
             worker.onmessage = e => { worker.terminate(); resolve(e.data) };
         });
         const urls = ['/none', '/all', '/null', '/named'].map(path => origins[0] + path);
         Promise.all([...urls, URL.createObjectURL(new Blob(['x'])), 'data:,x'].map(ask)).then(all => all.join())";
    assert_eq!(servers.eval(script), "TypeError,cors,cors,TypeError,TypeError,basic");
}

/// The type is what the headers say when the body is read; browsers do not agree on that.
#[test]
fn a_blob_is_of_the_type_that_the_headers_say_then() {
    let script = "const response = new Response('x'); response.headers.set('content-type', 'late/type'); response.blob().then(blob => blob.type)";
    assert_eq!(testing::eval(script), "late/type");
}

//! Pages for tests, from a server of their own.

use skep_webapi::{HostScript, HostValue, PageOptions, PageState, UserAgent, UserAgentOptions};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Long enough for any machine: passing it means that something is left.
pub const HANG: Duration = Duration::from_secs(600);

/// A server that answers everything with this page.
pub fn serve(page: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let length = page.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/html\r\ncontent-length: {length}\r\n\r\n{page}"
            );
        }
    });
    address
}

/// Opens the page until nothing is in flight. Its script `/host.js` makes a function `report`, whose arguments `reported` takes.
pub fn visit(address: SocketAddr, query: &str, reported: impl Fn(&[HostValue]) + Send + Sync + 'static) {
    let user_agent = UserAgent::new(UserAgentOptions {
        reach: skep_webapi::Reach::local(address.port()),
        console: Arc::new(|message| panic!("{}", message.text)),
        ..Default::default()
    });
    let host_script = HostScript {
        path: "/host.js".to_owned(),
        source: "report => { self.report = report }".to_owned(),
        callback: Arc::new(move |values| reported(&values)),
    };
    let url = url::Url::parse(&format!("http://localhost:{}/page.html?{query}", address.port())).unwrap();
    let options = PageOptions {
        host_scripts: vec![host_script],
    };
    let page = user_agent.open_page(url, options).unwrap();
    assert_eq!(page.wait_idle(Some(HANG)), PageState::Idle);
    assert_eq!(page.uncaught_errors(), 0);
}

//! The HTTP server for a tree of tests, on loopback.

mod config;
mod exchange;
mod headers;
mod listing;
mod mime;
mod path;
mod python;
mod site;
mod takeover;
mod template;
mod websocket;
mod wrapper;

pub use config::{Hosts, Protocol};
pub(crate) use path::decode_path;

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, HOST as HOST_HEADER, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use config::{Config, PORTS};
use exchange::{Answer, Ask, Reply};
use site::Site;

/// Where the harness's report script is: it is ours in every tree.
pub const REPORT_PATH: &str = "/resources/testharnessreport.js";

/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// Why a server could not be started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The folder to serve cannot be opened.
    #[error("could not serve {}: {source}", root.display())]
    Root {
        /// The folder.
        root: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The port cannot be listened on.
    #[error("could not listen on port {port} of loopback: {source} (--port 0 takes any free one)")]
    Listen {
        /// The port asked for.
        port: u16,
        /// Why.
        source: io::Error,
    },
    /// The server's thread or event loop could not be made.
    #[error("could not start the server's thread: {0}")]
    Thread(io::Error),
}

/// A running server; dropping it ends it.
#[derive(Debug)]
pub struct Server {
    addresses: [SocketAddr; 2],
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves the folder `root` on `port` of 127.0.0.1 (0: any free one), and before it the
    /// `pages`, HTML by the path they are at. A second port, for tests that need another origin,
    /// gives the same.
    ///
    /// # Errors
    /// If the folder is not there, the port is taken, or the system gives no thread.
    pub fn start(root: &Path, port: u16, pages: Vec<(String, String)>) -> Result<Self, ServeError> {
        let canonical = root.canonicalize();
        let root = canonical.map_err(|source| ServeError::Root {
            root: root.to_owned(),
            source,
        })?;
        let (first, address) = listen(port)?;
        let (second, other_address) = listen(0)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(ServeError::Thread)?;
        let mut ports = [0; PORTS.len()];
        ports[0] = address.port();
        ports[1] = other_address.port();
        let config = Config {
            hosts: Hosts::LOCAL,
            ports,
        };
        let site = Arc::new(Site { root, pages, config });
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("server".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = serve(first, &site) => {}
                        () = serve(second, &site) => {}
                        _ = stopped => {}
                    }
                });
            })
            .map_err(ServeError::Thread)?;
        Ok(Self {
            addresses: [address, other_address],
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The socket it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.addresses[0]
    }

    /// Every host name it answers to, with each socket it listens on.
    #[must_use]
    pub fn hosts(&self) -> Vec<(String, SocketAddr)> {
        Hosts::LOCAL
            .all()
            .flat_map(|name| self.addresses.map(|address| (name.clone(), address)))
            .collect()
    }

    /// Its origin, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}:{}", Hosts::LOCAL.main, self.address().port())
    }

    /// Blocks until the server ends, which it does not by itself.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // A server that fell over has ended too.
            let _ended = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have ended by itself.
            let _sent = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

/// A socket that listens on `port` of loopback, and its address.
fn listen(port: u16) -> Result<(std::net::TcpListener, SocketAddr), ServeError> {
    let failed = |source| ServeError::Listen { port, source };
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Serves the clients of a listener for as long as it is let.
async fn serve(listener: std::net::TcpListener, site: &Arc<Site>) {
    // It listens already: that the event loop cannot take it means that there is none.
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    loop {
        let accepted = listener.accept().await;
        match accepted {
            Ok((stream, _)) => {
                let site = Arc::clone(site);
                tokio::spawn(async move {
                    let service = service_fn(move |request| answer(Arc::clone(&site), request));
                    let connection = hyper::server::conn::http1::Builder::new()
                        .timer(TokioTimer::new())
                        .header_read_timeout(HEAD_TIMEOUT)
                        .serve_connection(TokioIo::new(stream), service);
                    // A client that goes away or speaks nonsense is its own affair.
                    let _ended = connection.await;
                });
            }
            // Out of sockets, mostly: let open connections go on before the next try.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn answer(site: Arc<Site>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let is_head = request.method() == Method::HEAD;
    let (parts, _body) = request.into_parts();
    let authority = parts.headers.get(HOST_HEADER).and_then(|host| host.to_str().ok());
    let ask = Ask {
        authority: authority.unwrap_or(Hosts::LOCAL.main).to_owned(),
        method: parts.method,
        protocol: Protocol::Http,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers,
        body: Bytes::new(),
    };
    // Files are read aside, so that a slow disk holds up no other connection.
    let answer = tokio::task::spawn_blocking(move || site.respond(&ask)).await;
    let reply = match answer {
        Ok(Answer::Reply(reply)) => reply,
        Ok(Answer::Raw(_) | Answer::Handler) | Err(_) => {
            Reply::failure(StatusCode::INTERNAL_SERVER_ERROR, "no answer could be made")
        }
    };
    let body = reply.bytes();
    let length = HeaderValue::from(body.len());
    let mut response = Response::new(match is_head {
        true => Full::default(),
        false => Full::from(body),
    });
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    if is_head {
        response.headers_mut().insert(CONTENT_LENGTH, length);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::Server;
    use std::io::{Read, Write};
    use std::net::TcpStream;

    fn exchange(server: &Server, request: &str) -> String {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn requests_are_answered_over_the_wire() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.js"), "1234").unwrap();
        let server = Server::start(folder.path(), 0, Vec::new()).unwrap();
        let end = "HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let get = exchange(&server, &format!("GET /a.js {end}"));
        assert!(
            get.starts_with("HTTP/1.1 200 OK\r\n") && get.ends_with("\r\n\r\n1234"),
            "{get}"
        );
        let head = exchange(&server, &format!("HEAD /a.js {end}"));
        assert!(
            head.contains("content-length: 4\r\n") && head.ends_with("\r\n\r\n"),
            "{head}"
        );
        assert!(exchange(&server, &format!("GET /%00 {end}")).starts_with("HTTP/1.1 400"));
        assert!(exchange(&server, "nonsense\r\n\r\n").starts_with("HTTP/1.1 400"));
        let taken = Server::start(folder.path(), server.address().port(), Vec::new());
        assert!(taken.unwrap_err().to_string().contains("--port 0"));
    }
}

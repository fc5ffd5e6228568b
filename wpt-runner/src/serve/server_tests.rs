//! The server over real sockets.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::config::{Hosts, Protocol};
use super::wire::{Door, Listening, Patience, tests as socket_tests};
use super::{Options, Ports, Server, attend};

const HOUR: Duration = Duration::from_secs(60 * 60);
const GET: &str = "GET /a.js HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn serve() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.js"), "1234").unwrap();
    let server = Server::start(folder.path(), Options::default()).unwrap();
    (folder, server)
}

fn port(server: &Server, protocol: Protocol) -> u16 {
    let origin = server.origin(protocol, false);
    origin.rsplit(':').next().unwrap().parse().unwrap()
}

fn connect(port: u16) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port)).unwrap()
}

/// Asks, and reads up to the body of `/a.js` or `/file`.
fn get(stream: &mut TcpStream) -> String {
    stream.write_all(GET.as_bytes()).unwrap();
    let mut answer = String::new();
    while !answer.ends_with("\r\n\r\n1234") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        answer.push(char::from(byte[0]));
    }
    answer
}

#[test]
fn who_names_no_port_means_the_one_that_was_asked() {
    let (folder, server) = serve();
    std::fs::create_dir(folder.path().join("a")).unwrap();
    let port = port(&server, Protocol::Http);
    let mut stream = connect(port);
    let request = "GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let location = format!("\r\nlocation: http://localhost:{port}/a/\r\n");
    assert!(answer.contains(&location), "{answer}");
}

#[test]
fn a_broken_client_harms_no_other() {
    let (_folder, server) = serve();
    let ports = [port(&server, Protocol::Http), port(&server, Protocol::Https)];
    let mut broken = Vec::new();
    for port in ports {
        for bytes in ["", "GET /a.js HTTP/1.1\r\nHos", "\u{16}\u{3}\u{1}nonsense", "\0\0\0\0"] {
            let mut stream = connect(port);
            stream.write_all(bytes.as_bytes()).unwrap();
            broken.push(stream);
        }
        // What it has not read when it goes away makes its end an abrupt one.
        let mut gone = connect(port);
        gone.write_all(GET.repeat(100).as_bytes()).unwrap();
        gone.peek(&mut [0]).unwrap();
        drop(gone);
    }
    let answer = get(&mut connect(ports[0]));
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    drop(broken);
}

#[tokio::test]
async fn who_is_idle_leaves_when_others_wait() {
    let patience = Patience {
        head: HOUR,
        end: Duration::from_millis(1),
        ..Patience::default()
    };
    let reception = socket_tests::reception(Door::with_places(3), patience);
    let listening = Listening::start(0, Ports::Plain).unwrap();
    let port = listening.numbers[0];
    let listener = listening.listeners.into_iter().next().unwrap().1;
    tokio::spawn(attend(Arc::clone(&reception), Protocol::Http, listener));
    let asked = tokio::task::spawn_blocking(move || {
        let clients = (0..9).map(|_| {
            let mut client = connect(port);
            get(&mut client);
            client
        });
        // Nobody hangs up.
        clients.collect::<Vec<_>>().len()
    });
    assert_eq!(asked.await.unwrap(), 9);
}

#[test]
fn only_loopback_is_listened_on_and_numbers_are_the_well_known_ones_if_free() {
    let (_folder, server) = serve();
    assert_eq!(server.ports().len(), 11);
    // A number that others want meanwhile is tried again as another.
    let listening = std::iter::repeat_with(|| {
        let free = Listening::start(0, Ports::Plain).unwrap().numbers[0];
        Listening::start(free, Ports::All).map(|listening| (free, listening))
    });
    let (first, listening) = listening.flatten().next().unwrap();
    assert_eq!(listening.numbers[0], first);
    for (_, listener) in &listening.listeners {
        assert!(listener.local_addr().unwrap().ip().is_loopback());
    }
    let wanted = [8001, 8002, 8003, 8443, 8444, 8445, 8446, 9000, 8666, 8667];
    for (number, wanted) in listening.numbers.into_iter().skip(1).zip(wanted) {
        let is_taken = TcpListener::bind(("127.0.0.1", wanted)).is_err();
        assert!(number == wanted || is_taken, "{number} though {wanted} is free");
    }
}

#[test]
fn exec_needs_no_keys() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        ports: Ports::Plain,
        ..Options::default()
    };
    let server = Server::start(folder.path(), options).unwrap();
    assert_eq!(server.ports().len(), 2);
    assert!(server.authority_der().is_none() && server.authority_pem().is_none() && server.key_hash().is_none());
    assert_eq!(server.origin(Protocol::Https, false), "https://localhost:0");
}

#[test]
fn origins_are_by_protocol_and_place() {
    let (_folder, server) = serve();
    let secure = server.origin(Protocol::Https, true);
    assert!(secure.starts_with("https://www.localhost:"), "{secure}");
    assert!(server.origin(Protocol::Wss, false).starts_with("wss://localhost:"));
}

/// A connection to `name` at `port`, by a client that trusts nobody but `authority`.
async fn secure(
    authority: &[u8],
    name: &str,
    port: u16,
    protocol: &str,
) -> std::io::Result<TlsStream<tokio::net::TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(authority.to_vec())).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await?;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

#[tokio::test]
async fn tls_is_trusted_by_who_trusts_the_authority() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.js"), "1234").unwrap();
    let options = || Options {
        hosts: Hosts::TESTS,
        ..Options::default()
    };
    let server = Server::start(folder.path(), options()).unwrap();
    let authority = server.authority_der().unwrap();
    let https = port(&server, Protocol::Https);
    for name in [
        "localhost",
        "127.0.0.1",
        "web-platform.test",
        "www1.xn--lve-6lad.not-web-platform.test",
    ] {
        let mut stream = secure(authority, name, https, "http/1.1").await.unwrap();
        let request = "GET /a.js HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes())
            .await
            .unwrap();
        let mut answer = String::new();
        // That the end is not an error means that it has been announced.
        tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut answer)
            .await
            .unwrap();
        assert!(answer.ends_with("\r\n\r\n1234"), "{answer}");
    }
    secure(authority, "nonexistent.web-platform.test", https, "http/1.1")
        .await
        .unwrap_err();
    let other = Server::start(folder.path(), options()).unwrap();
    let strange = other.authority_der().unwrap();
    secure(strange, "web-platform.test", https, "http/1.1")
        .await
        .unwrap_err();
    assert_ne!(other.key_hash(), server.key_hash());

    // Each port has its own protocol.
    let http2 = port(&server, Protocol::Http2);
    secure(authority, "web-platform.test", https, "h2").await.unwrap_err();
    secure(authority, "web-platform.test", http2, "http/1.1")
        .await
        .unwrap_err();
    let stream = secure(authority, "web-platform.test", http2, "h2").await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let request = Request::get("https://web-platform.test/a.js")
        .body(Empty::<Bytes>::new())
        .unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "1234");
}

//! Connections, without sockets.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http2::{self, SendRequest};
use hyper::header::{CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::task::JoinHandle;

use super::connection::{Patience, Reception};
use super::listen::Door;
use crate::serve::config::{Hosts, Protocol};
use crate::serve::exchange::{Answer, Ask, Piece, Reply, Respond};
use crate::serve::takeover::{Boxed, Handlers, Outcome};

/// Longer than anybody waits for a test.
const HOUR: Duration = Duration::from_secs(60 * 60);
const MOMENT: Duration = Duration::from_millis(20);

/// Answers by the path.
#[derive(Debug)]
struct Stub;

fn plain(body: &'static str) -> Reply {
    Reply::new(StatusCode::OK, "text/plain", body)
}

fn slow(time: Duration) -> Reply {
    let mut reply = plain("");
    reply.body = vec![
        Piece::Bytes(Bytes::from_static(b"soon")),
        Piece::Pause(time),
        Piece::Bytes(Bytes::from_static(b"late")),
    ];
    reply
}

impl Respond for Stub {
    fn respond(&self, ask: &Ask) -> Answer {
        let mut reply = plain("1234");
        match ask.path.as_str() {
            "/raw" => return Answer::Raw(Bytes::from_static(b"HTTP/1.1 299 By Hand\r\nX-A: 1\r\n\r\nraw")),
            "/nonsense" => return Answer::Raw(Bytes::from_static(b"nonsense\r\n\r\n")),
            "/handler" => return Answer::Handler,
            "/slow" => reply = slow(MOMENT),
            "/slower" => reply = slow(HOUR),
            "/slow-unknown" => {
                reply = slow(MOMENT);
                reply.ends_by_closing = true;
            }
            "/slower-unknown" => {
                reply = slow(HOUR);
                reply.ends_by_closing = true;
            }
            "/echo" => reply.body = vec![Piece::Bytes(ask.body.clone())],
            "/authority" => reply.body = vec![Piece::Bytes(ask.authority.clone().into())],
            "/reason" => reply.reason = Some(Bytes::from_static(b"So \xE9")),
            "/unknown" => reply.status = StatusCode::from_u16(799).unwrap(),
            "/none" => reply.status = StatusCode::NO_CONTENT,
            "/interim" => reply.status = StatusCode::EARLY_HINTS,
            "/chunked" => {
                reply
                    .headers
                    .insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
                reply.body = vec![Piece::Bytes(Bytes::from_static(b"4\r\nabcd\r\n0\r\n\r\n"))];
            }
            "/length" => {
                let length = ask.query().parse().unwrap();
                reply.headers.insert(CONTENT_LENGTH, length);
            }
            "/panic" => panic!("on purpose"),
            _ => {}
        }
        Answer::Reply(reply)
    }
}

impl Handlers for Stub {
    /// Sends back what comes, after what came before.
    fn handle<'a>(&'a self, ask: &'a Ask) -> Boxed<'a, Outcome> {
        let head = format!("HTTP/1.1 200 {}\r\nContent-Length: 8\r\n\r\n", ask.path);
        let takeover = move |mut io: Box<dyn crate::serve::takeover::Io>, unread: Bytes| -> Boxed<'static, ()> {
            Box::pin(async move {
                io.write_all(head.as_bytes()).await.unwrap();
                io.write_all(&unread).await.unwrap();
                let mut more = [0; 4];
                while unread.len() < 8 && io.read_exact(&mut more).await.is_ok() {
                    io.write_all(&more).await.unwrap();
                }
                io.write_all(b"12345678").await.unwrap();
            })
        };
        Box::pin(std::future::ready(Outcome::Takeover(Box::new(takeover))))
    }
}

pub(in crate::serve) fn reception(door: Door, patience: Patience) -> Arc<Reception> {
    Arc::new(Reception {
        hosts: Hosts::LOCAL,
        site: Arc::new(Stub),
        handlers: Arc::new(Stub),
        authority: None,
        seal: None,
        door,
        patience,
    })
}

fn connect_with(patience: Patience, protocol: Protocol) -> (DuplexStream, JoinHandle<()>) {
    let (client, io) = tokio::io::duplex(64 << 10);
    let reception = reception(Door::new(), patience);
    let serving = tokio::spawn(async move {
        match protocol {
            Protocol::Http2 => reception.serve_http2(Box::new(io)).await,
            protocol => reception.serve_http1(Box::new(io), protocol).await,
        }
    });
    (client, serving)
}

fn connect(protocol: Protocol) -> DuplexStream {
    connect_with(Patience::default(), protocol).0
}

/// Everything that comes for these bytes until the connection ends.
async fn speak(protocol: Protocol, request: impl AsRef<[u8]>) -> String {
    let mut client = connect(protocol);
    client.write_all(request.as_ref()).await.unwrap();
    rest_of(client).await
}

async fn rest_of(mut client: impl tokio::io::AsyncRead + Unpin) -> String {
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

async fn ask(method: &str, target: &str) -> String {
    let request = format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    speak(Protocol::Http, request).await
}

/// Reads until `end` has come, and returns all up to there.
async fn read_until(client: &mut (impl tokio::io::AsyncRead + Unpin), end: &str) -> String {
    let mut text = String::new();
    while !text.ends_with(end) {
        text.push(char::from(client.read_u8().await.unwrap()));
    }
    text
}

#[tokio::test]
async fn a_piece_is_sent_when_it_is_due() {
    for target in ["/slower", "/slower-unknown"] {
        let (mut client, serving) = connect_with(Patience::default(), Protocol::Http);
        let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        client.write_all(request.as_bytes()).await.unwrap();
        let first = read_until(&mut client, "soon").await;
        assert_eq!(first.contains("content-length: 8\r\n"), target == "/slower", "{first}");
        assert!(!first.contains("chunked"), "{first}");
        // Nobody waits for the rest when the client has left.
        client.shutdown().await.unwrap();
        assert_eq!(rest_of(client).await, "", "{target}");
        serving.await.unwrap();
    }
    for target in ["/slow", "/slow-unknown"] {
        let whole = ask("GET", target).await;
        assert!(whole.ends_with("\r\n\r\nsoonlate"), "{whole}");
    }
}

#[tokio::test]
async fn raw_answers_come_as_they_are_and_last() {
    assert_eq!(ask("GET", "/raw").await, "HTTP/1.1 299 By Hand\r\nX-A: 1\r\n\r\nraw");
    assert_eq!(ask("GET", "/nonsense").await, "nonsense\r\n\r\n");
    let request = "GET /file HTTP/1.1\r\nHost: localhost\r\n\r\nGET /raw HTTP/1.1\r\nHost: localhost\r\n\r\nGET /file HTTP/1.1\r\n\r\n";
    let answers = speak(Protocol::Http, request).await;
    assert!(answers.starts_with("HTTP/1.1 200 OK\r\n"), "{answers}");
    assert!(
        answers.ends_with("\r\n\r\n1234HTTP/1.1 299 By Hand\r\nX-A: 1\r\n\r\nraw"),
        "{answers}"
    );
}

#[tokio::test]
async fn what_was_asked_before_is_sent_before_the_connection_is_handed_over() {
    // More than there is room for on the way, so that it is not sent before the client reads.
    let body = "x".repeat(200 << 10);
    let length = body.len();
    let request = format!(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}\
         GET /handler HTTP/1.1\r\nHost: localhost\r\n\r\n8 bytes."
    );
    let mut client = connect(Protocol::Http);
    // The server has it all before any answer has been read.
    client.write_all(request.as_bytes()).await.unwrap();
    let answers = rest_of(client).await;
    assert!(answers.contains(&body), "{} bytes", answers.len());
    assert!(answers.ends_with("8 bytes.12345678"), "{} bytes", answers.len());
}

#[tokio::test]
async fn the_wrong_length_goes_over_the_wire() {
    for (length, end) in [
        ("10", "1234"),
        ("2", "1234"),
        ("4", "1234"),
        ("x", "1234"),
        ("", "1234"),
    ] {
        let answer = ask("GET", &format!("/length?{length}")).await;
        assert!(answer.contains(&format!("content-length: {length}\r\n")), "{answer}");
        assert!(answer.ends_with(&format!("\r\n\r\n{end}")), "{answer}");
    }
    let answer = ask("HEAD", "/length?10").await;
    assert!(
        answer.contains("content-length: 10\r\n") && answer.ends_with("\r\n\r\n"),
        "{answer}"
    );
    let answer = ask("GET", "/chunked").await;
    assert!(
        answer.contains("transfer-encoding: chunked\r\n") && !answer.contains("content-length"),
        "{answer}"
    );
    assert!(answer.ends_with("\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"), "{answer}");
}

#[tokio::test]
async fn there_is_no_body_where_there_can_be_none() {
    let head = ask("HEAD", "/file").await;
    assert!(
        head.contains("content-length: 4\r\n") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
    let slow = ask("HEAD", "/slow-unknown").await;
    assert!(!slow.contains("content-length") && slow.ends_with("\r\n\r\n"), "{slow}");
    let none = ask("GET", "/none").await;
    assert!(
        none.starts_with("HTTP/1.1 204 No Content\r\n") && none.ends_with("\r\n\r\n"),
        "{none}"
    );
    let interim = ask("GET", "/interim").await;
    assert!(
        interim.starts_with("HTTP/1.1 103 Early Hints\r\n") && interim.ends_with("\r\n\r\n"),
        "{interim}"
    );
}

#[tokio::test]
async fn reasons_are_sent() {
    let reason = ask("GET", "/reason").await;
    assert!(reason.starts_with("HTTP/1.1 200 So \u{FFFD}\r\n"), "{reason}");
    let unknown = ask("GET", "/unknown").await;
    assert!(unknown.starts_with("HTTP/1.1 799 \r\n"), "{unknown}");
}

#[tokio::test]
async fn handlers_take_the_connection_over() {
    let request = "GET /handler HTTP/1.1\r\nHost: localhost\r\n\r\n8 bytes.";
    let answer = speak(Protocol::Http, request).await;
    assert_eq!(
        answer,
        "HTTP/1.1 200 /handler\r\nContent-Length: 8\r\n\r\n8 bytes.12345678"
    );
}

#[tokio::test]
async fn the_websocket_ports_take_upgrades_only() {
    for protocol in [Protocol::Ws, Protocol::Wss] {
        let plain = speak(
            protocol,
            "GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        )
        .await;
        assert!(plain.starts_with("HTTP/1.1 404 "), "{plain}");
        let mut client = connect(protocol);
        let request = "GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n";
        client.write_all(request.as_bytes()).await.unwrap();
        read_until(&mut client, "/echo\r\nContent-Length: 8\r\n\r\n").await;
        // Both directions are open at once.
        client.write_all(b"ping").await.unwrap();
        assert_eq!(read_until(&mut client, "ping").await, "ping");
        client.write_all(b"pong").await.unwrap();
        assert_eq!(read_until(&mut client, "pong").await, "pong");
    }
}

#[tokio::test]
async fn requests_are_bounded() {
    let long = format!(
        "GET /file HTTP/1.1\r\nHost: localhost\r\nX-A: {}\r\n\r\n",
        "x".repeat(2 << 20)
    );
    let mut client = connect(Protocol::Http);
    let (mut reader, mut writer) = tokio::io::split(&mut client);
    // It does not read to the end.
    let (_written, answer) = tokio::join!(writer.write_all(long.as_bytes()), read_until(&mut reader, "\r\n\r\n"));
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");

    let fields = |count: usize| {
        format!(
            "GET /file HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}\r\n",
            "X: y\r\n".repeat(count)
        )
    };
    let answer = speak(Protocol::Http, fields(500)).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let answer = speak(Protocol::Http, fields(600)).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");

    let length = (64 << 20) + 1;
    let request = format!("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n");
    let answer = speak(Protocol::Http, request).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");

    let request = "POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody";
    assert!(speak(Protocol::Http, request).await.ends_with("\r\n\r\nbody"));
}

#[tokio::test]
async fn who_takes_too_long_is_not_waited_for() {
    let hasty = |change: fn(&mut Patience)| {
        let mut patience = Patience {
            head: HOUR,
            body: HOUR,
            write: HOUR,
            end: MOMENT,
        };
        change(&mut patience);
        connect_with(patience, Protocol::Http)
    };
    for (request, end) in [
        ("", None),
        ("GET /file HT", None),
        ("GET /file HTTP/1.1\r\nHost: localhost\r\n\r\n", Some("1234")),
    ] {
        let (mut client, serving) = hasty(|patience| patience.head = MOMENT);
        client.write_all(request.as_bytes()).await.unwrap();
        serving.await.unwrap();
        let answer = rest_of(client).await;
        match end {
            Some(end) => assert!(answer.ends_with(end), "{answer}"),
            None => assert_eq!(answer, ""),
        }
    }

    let (mut client, serving) = hasty(|patience| patience.body = MOMENT);
    let request = "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbod";
    client.write_all(request.as_bytes()).await.unwrap();
    let answer = read_until(&mut client, "\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    drop(client);
    serving.await.unwrap();

    // More than there is room for on the way, and nobody who takes it.
    let (mut client, serving) = hasty(|patience| patience.write = MOMENT);
    let body = "x".repeat(200 << 10);
    let length = body.len();
    let request = format!("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}");
    client.write_all(request.as_bytes()).await.unwrap();
    serving.await.unwrap();
}

#[tokio::test]
async fn a_site_that_panics_answers_all_the_same() {
    let answer = ask("GET", "/panic").await;
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
}

async fn http2() -> SendRequest<Empty<Bytes>> {
    let io = TokioIo::new(connect(Protocol::Http2));
    let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn get(sender: &mut SendRequest<Empty<Bytes>>, method: &str, path: &str) -> Response<hyper::body::Incoming> {
    let request = Request::builder()
        .method(method)
        .uri(format!("https://www.localhost:1{path}"));
    sender.send_request(request.body(Empty::new()).unwrap()).await.unwrap()
}

async fn text(response: Response<hyper::body::Incoming>) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn http2_has_the_same_answers() {
    let mut sender = http2().await;
    let response = get(&mut sender, "GET", "/file").await;
    assert_eq!(response.headers()["content-length"], "4");
    assert_eq!(text(response).await, "1234");
    assert_eq!(
        text(get(&mut sender, "GET", "/authority").await).await,
        "www.localhost:1"
    );

    let response = get(&mut sender, "HEAD", "/file").await;
    assert_eq!(response.headers()["content-length"], "4");
    assert_eq!(text(response).await, "");
    let response = get(&mut sender, "GET", "/none").await;
    assert_eq!((response.status().as_u16(), text(response).await), (204, String::new()));

    let response = get(&mut sender, "GET", "/raw").await;
    assert_eq!(response.status().as_u16(), 299);
    assert_eq!(response.headers()["x-a"], "1");
    assert_eq!(text(response).await, "raw");

    let mut response = get(&mut sender, "GET", "/slower-unknown").await;
    assert!(!response.headers().contains_key(CONTENT_LENGTH));
    let first = response.body_mut().frame().await.unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "soon");
    assert_eq!(text(get(&mut sender, "GET", "/slow").await).await, "soonlate");
}

#[tokio::test]
async fn an_answer_that_is_none_ends_its_stream_only() {
    let mut sender = http2().await;
    let nonsense = Request::get("https://localhost/nonsense").body(Empty::new()).unwrap();
    sender.send_request(nonsense).await.unwrap_err();
    assert_eq!(text(get(&mut sender, "GET", "/file").await).await, "1234");
}

//! One request's way to the tree's server and back.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use hyper::Method;
use hyper::body::Bytes;
use hyper::header::{CONTENT_LENGTH, COOKIE, EXPECT, HOST, HeaderValue, TRANSFER_ENCODING};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::serve::config::Protocol;
use crate::serve::exchange::Ask;
use crate::serve::patient::Patient;
use crate::serve::takeover::Io;

/// How much of an answer is looked at for the end of its head. One that has none there is passed on as it is.
const HEAD_LIMIT: usize = 256 * 1024;
/// How many fields of a head are looked at.
const FIELD_LIMIT: usize = 512;

/// A request that is with the tree's server.
#[derive(Debug)]
pub(super) struct Exchange {
    server: ReadHalf<Patient>,
    /// Sends the request, and gives back what may be sent after it. A handler may answer before it has read all.
    sending: JoinSet<io::Result<WriteHalf<Patient>>>,
    /// What has been read, and not passed on.
    answer: Vec<u8>,
    /// Whether the client's bytes are passed on too.
    is_tunnel: bool,
    is_for_head: bool,
}

impl Exchange {
    /// Connects to the server, and begins to send the request. The server may take `patience` for each write.
    pub async fn start(address: SocketAddr, ask: &Ask, patience: Duration) -> io::Result<Self> {
        let server = TcpStream::connect(address).await?;
        server.set_nodelay(true)?;
        // Nobody wants it back.
        let (server, _back) = Patient::new(Box::new(server), patience);
        let (server, mut to_server) = tokio::io::split(server);
        let is_tunnel = matches!(ask.protocol, Protocol::Ws | Protocol::Wss);
        let request = request(ask);
        let mut sending = JoinSet::new();
        sending.spawn(async move {
            to_server.write_all(&request).await?;
            if !is_tunnel {
                // There is no second request: the server closes after its answer, whatever it says of the connection.
                to_server.shutdown().await?;
            }
            Ok(to_server)
        });
        Ok(Self {
            server,
            sending,
            answer: Vec::new(),
            is_tunnel,
            is_for_head: ask.method == Method::HEAD,
        })
    }

    /// Reads the head of the answer. An error if there is no answer at all.
    pub async fn read_head(&mut self) -> io::Result<()> {
        let mut searched = 0;
        loop {
            let rest = self.answer.get(searched..).unwrap_or_default();
            if let Some(at) = rest.windows(4).position(|window| window == b"\r\n\r\n") {
                self.end_head(searched + at + 2);
                return Ok(());
            }
            if self.answer.len() > HEAD_LIMIT {
                return Ok(());
            }
            searched = self.answer.len().saturating_sub(3);
            if self.server.read_buf(&mut self.answer).await? == 0 {
                return match self.answer.is_empty() {
                    true => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
                    false => Ok(()),
                };
            }
        }
    }

    /// Whether the head of the answer has this field.
    pub fn says(&self, name: &str, value: &str) -> bool {
        let mut fields = [httparse::EMPTY_HEADER; FIELD_LIMIT];
        let mut head = httparse::Response::new(&mut fields);
        let is_it =
            |field: &httparse::Header<'_>| field.name.eq_ignore_ascii_case(name) && field.value == value.as_bytes();
        matches!(head.parse(&self.answer), Ok(httparse::Status::Complete(_))) && head.headers.iter().any(is_it)
    }

    /// Says in the head, whose last field ends at `end`, that the connection will be closed, if the client could not
    /// know: it would send its next request when it is too late.
    fn end_head(&mut self, end: usize) {
        let mut fields = [httparse::EMPTY_HEADER; FIELD_LIMIT];
        let mut head = httparse::Response::new(&mut fields);
        let Ok(httparse::Status::Complete(_)) = head.parse(&self.answer) else {
            return;
        };
        let has = |name: &str| head.headers.iter().any(|field| field.name.eq_ignore_ascii_case(name));
        let code = head.code.unwrap_or_default();
        let has_known_end =
            self.is_for_head || matches!(code, 204 | 304) || has("content-length") || has("transfer-encoding");
        if code >= 200 && head.version == Some(1) && has_known_end && !has("connection") {
            let rest = self.answer.split_off(end);
            self.answer.extend_from_slice(b"Connection: close\r\n");
            self.answer.extend_from_slice(&rest);
        }
    }

    /// Passes on what the server writes until it has ended or the client has gone. `early` is what the client has sent
    /// already beyond the request; after the end of what it sends, the server may take `last_words` to end too.
    pub async fn relay(mut self, client: Box<dyn Io>, early: Bytes, last_words: Duration) {
        let (mut from_client, mut to_client) = tokio::io::split(client);
        let down = async {
            to_client.write_all(&self.answer).await?;
            to_client.flush().await?;
            tokio::io::copy(&mut self.server, &mut to_client).await?;
            to_client.shutdown().await
        };
        let up = async {
            if self.is_tunnel {
                let Some(Ok(Ok(mut to_server))) = self.sending.join_next().await else {
                    return Ok(());
                };
                to_server.write_all(&early).await?;
                tokio::io::copy(&mut from_client, &mut to_server).await?;
                to_server.shutdown().await?;
                // The server may have something to say to that.
                sleep(last_words).await;
                return Ok(());
            }
            // Whatever else a client sends here is for nobody; its end is what matters.
            tokio::io::copy(&mut from_client, &mut tokio::io::sink()).await?;
            io::Result::Ok(())
        };
        // Either side's end is the end of both, and there is nobody to tell of an error.
        tokio::select! {
            _ended = down => {}
            _ended = up => {}
        }
    }
}

/// The request as it is sent to the tree's server.
fn request(ask: &Ask) -> Vec<u8> {
    let mut bytes = format!("{} {}", ask.method, ask.path).into_bytes();
    if let Some(query) = &ask.query {
        bytes.push(b'?');
        bytes.extend_from_slice(query.as_bytes());
    }
    bytes.extend_from_slice(b" HTTP/1.1\r\n");
    let mut field = |name: &str, value: &[u8]| {
        for part in [name.as_bytes(), b": ", value, b"\r\n"] {
            bytes.extend_from_slice(part);
        }
    };
    if !ask.headers.contains_key(HOST) {
        field("host", ask.authority.as_bytes());
    }
    // Over HTTP/2 clients may send one field in parts: https://www.rfc-editor.org/rfc/rfc9113.html#section-8.2.3
    let are_cookies_split = ask.protocol == Protocol::Http2;
    for (name, value) in &ask.headers {
        // The client has been told already to go on.
        if name != EXPECT && !(are_cookies_split && name == COOKIE) {
            field(name.as_str(), value.as_bytes());
        }
    }
    if are_cookies_split && ask.headers.contains_key(COOKIE) {
        let parts: Vec<&[u8]> = ask.headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
        field(COOKIE.as_str(), &parts.join(b"; ".as_slice()));
    }
    // Upstream's server reads nothing of a body whose length it is not told, and takes it for the next request.
    let is_chunked = ask.headers.contains_key(TRANSFER_ENCODING);
    if !is_chunked && !ask.body.is_empty() && !ask.headers.contains_key(CONTENT_LENGTH) {
        field("content-length", ask.body.len().to_string().as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    if !is_chunked {
        bytes.extend_from_slice(&ask.body);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{Exchange, request};
    use crate::serve::config::Protocol;
    use crate::serve::exchange::Ask;
    use hyper::body::Bytes;
    use hyper::header::{HeaderMap, HeaderValue};
    use hyper::{Method, header};
    use std::time::Duration;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    /// More than any test takes.
    const LONG: Duration = Duration::from_secs(3600);

    fn ask(protocol: Protocol, fields: &[(header::HeaderName, &'static str)], body: &'static str) -> Ask {
        let fields = fields
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
        let mut headers = HeaderMap::new();
        fields.for_each(|(name, value)| _ = headers.append(name, value));
        Ask {
            method: Method::POST,
            protocol,
            port: 8000,
            authority: "localhost:8000".to_owned(),
            path: "/a%20b/h.py".to_owned(),
            query: Some("x=?&\u{e9}".to_owned()),
            headers,
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    fn block<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(future)
    }

    /// What a client gets of a server's answer.
    fn relayed(method: Method, answer: &'static [u8]) -> Vec<u8> {
        block(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let server = async {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                // To its end: that there will be no more is how the server knows that it may close.
                stream.read_to_end(&mut request).await.unwrap();
                for byte in answer {
                    stream.write_all(&[*byte]).await.unwrap();
                }
            };
            let (mut client, theirs) = tokio::io::duplex(16);
            let ask = Ask {
                method,
                ..ask(Protocol::Http, &[], "")
            };
            let relay = async {
                let mut exchange = Exchange::start(address, &ask, LONG).await.unwrap();
                exchange.read_head().await.unwrap();
                exchange.relay(Box::new(theirs), Bytes::new(), LONG).await;
            };
            let mut received = Vec::new();
            let read = client.read_to_end(&mut received);
            let (_, (), read) = tokio::join!(server, relay, read);
            read.unwrap();
            received
        })
    }

    #[test]
    fn a_request_goes_as_it_came() {
        let fields = [
            (header::HOST, "www.localhost:8000"),
            (header::COOKIE, "a=1"),
            (header::CONTENT_LENGTH, "2"),
            (header::COOKIE, "b=\t2"),
            (header::EXPECT, "100-continue"),
        ];
        let sent = String::from_utf8(request(&ask(Protocol::Http, &fields, "ab"))).unwrap();
        assert_eq!(
            sent,
            "POST /a%20b/h.py?x=?&\u{e9} HTTP/1.1\r\nhost: www.localhost:8000\r\ncookie: a=1\r\ncookie: b=\t2\r\n\
             content-length: 2\r\n\r\nab"
        );
    }

    #[test]
    fn what_another_protocol_says_otherwise_is_said() {
        let sent = String::from_utf8(request(&ask(Protocol::Http2, &[], "ab"))).unwrap();
        assert!(
            sent.ends_with("HTTP/1.1\r\nhost: localhost:8000\r\ncontent-length: 2\r\n\r\nab"),
            "{sent}"
        );
        let cookies = [
            (header::COOKIE, "a=1"),
            (header::ACCEPT, "*/*"),
            (header::COOKIE, "b=2; c=3"),
        ];
        let sent = String::from_utf8(request(&ask(Protocol::Http2, &cookies, ""))).unwrap();
        assert!(
            sent.ends_with("\r\naccept: */*\r\ncookie: a=1; b=2; c=3\r\n\r\n"),
            "{sent}"
        );
        let chunked = [(header::TRANSFER_ENCODING, "chunked")];
        let sent = String::from_utf8(request(&ask(Protocol::Http, &chunked, "ab"))).unwrap();
        assert!(sent.ends_with("transfer-encoding: chunked\r\n\r\n"), "{sent}");
    }

    #[test]
    fn answers_come_as_they_are_written() {
        for answer in [
            b"HTTP/1.1 200 \r\nX-Odd-CASE:  1\r\nx-odd-case: 2\r\n\r\nto the end".as_slice(),
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: Keep-Alive\r\n\r\nabcd",
            b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab",
            b"HTTP/1.1 999999 No such\r\nContent-Length: 2\r\n\r\nab",
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nno field\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncut off: he",
            b"\0",
        ] {
            assert_eq!(relayed(Method::GET, answer), answer, "{}", answer.escape_ascii());
        }
    }

    #[test]
    fn a_client_that_would_come_back_is_told_not_to() {
        for (method, answer, expected) in [
            (
                Method::GET,
                b"HTTP/1.1 404 Nope\r\nCONTENT-length: 2\r\nX: 1\r\n\r\nab".as_slice(),
                b"HTTP/1.1 404 Nope\r\nCONTENT-length: 2\r\nX: 1\r\nConnection: close\r\n\r\nab".as_slice(),
            ),
            (
                Method::GET,
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
            ),
            (
                Method::HEAD,
                b"HTTP/1.1 200 OK\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
            ),
            (
                Method::GET,
                b"HTTP/1.1 304 Same\r\n\r\n",
                b"HTTP/1.1 304 Same\r\nConnection: close\r\n\r\n",
            ),
        ] {
            assert_eq!(relayed(method, answer), expected, "{}", answer.escape_ascii());
        }
    }

    #[test]
    fn an_answer_may_come_before_the_request_is_whole() {
        block(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            // More than is under way between two sockets.
            let large = Bytes::from(vec![b'x'; 64 << 20]);
            let ask = Ask {
                body: large.clone(),
                ..ask(Protocol::Http, &[], "")
            };
            let mut exchange = Exchange::start(address, &ask, LONG).await.unwrap();
            let (mut server, _) = listener.accept().await.unwrap();
            let server = async {
                server.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                server.write_all(&large).await.unwrap();
                let mut request = Vec::new();
                server.read_to_end(&mut request).await.unwrap();
                drop(server);
                request.len()
            };
            let (mut client, theirs) = tokio::io::duplex(1 << 20);
            let relay = async {
                exchange.read_head().await.unwrap();
                exchange.relay(Box::new(theirs), Bytes::new(), LONG).await;
            };
            let mut received = Vec::new();
            let (sent, (), read) = tokio::join!(server, relay, client.read_to_end(&mut received));
            read.unwrap();
            assert!(sent > large.len() && received.len() > large.len());
        });
    }

    #[test]
    fn an_answer_may_be_all_that_a_server_does() {
        block(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let ask = Ask {
                body: Bytes::from(vec![b'x'; 16 << 20]),
                ..ask(Protocol::Http, &[], "")
            };
            let mut exchange = Exchange::start(address, &ask, LONG).await.unwrap();
            let (mut server, _) = listener.accept().await.unwrap();
            let answer = b"HTTP/1.1 413 Too much\r\nConnection: close\r\n\r\n";
            server.write_all(answer).await.unwrap();
            // With the request unread: what is still sent of it fails.
            server.readable().await.unwrap();
            drop(server);
            exchange.sending.join_next().await.unwrap().unwrap().unwrap_err();
            exchange.read_head().await.unwrap();
            assert_eq!(exchange.answer, answer);
        });
    }

    #[test]
    fn no_answer_is_an_error() {
        block(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let mut exchange = Exchange::start(address, &ask(Protocol::Http, &[], ""), LONG)
                .await
                .unwrap();
            drop(listener.accept().await.unwrap());
            exchange.read_head().await.unwrap_err();
        });
    }

    #[test]
    fn the_server_is_let_go_when_the_client_goes() {
        block(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let mut exchange = Exchange::start(address, &ask(Protocol::Http, &[], ""), LONG)
                .await
                .unwrap();
            let (mut server, _) = listener.accept().await.unwrap();
            server.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            exchange.read_head().await.unwrap();
            let (client, theirs) = tokio::io::duplex(16);
            drop(client);
            // It would wait for the server forever.
            exchange.relay(Box::new(theirs), Bytes::new(), LONG).await;
        });
    }

    #[test]
    fn tunnels_end_some_time_after_the_client() {
        block(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let mut exchange = Exchange::start(address, &ask(Protocol::Ws, &[], ""), LONG)
                .await
                .unwrap();
            let (mut server, _) = listener.accept().await.unwrap();
            server.write_all(b"HTTP/1.1 101 Go\r\n\r\n").await.unwrap();
            exchange.read_head().await.unwrap();
            let (mut client, theirs) = tokio::io::duplex(1024);
            client.shutdown().await.unwrap();
            // The server never ends, and the client is there to hear what it says.
            exchange
                .relay(Box::new(theirs), Bytes::new(), Duration::from_millis(1))
                .await;
        });
    }

    #[test]
    fn tunnels_go_both_ways() {
        block(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let mut exchange = Exchange::start(address, &ask(Protocol::Ws, &[], ""), LONG)
                .await
                .unwrap();
            let (mut server, _) = listener.accept().await.unwrap();
            let (mut client, theirs) = tokio::io::duplex(16);
            let relay = async {
                exchange.read_head().await.unwrap();
                exchange
                    .relay(Box::new(theirs), Bytes::from_static(b"early "), LONG)
                    .await;
            };
            let server = async {
                server.write_all(b"HTTP/1.1 101 Go\r\n\r\n").await.unwrap();
                let mut received = Vec::new();
                server.read_to_end(&mut received).await.unwrap();
                server.write_all(b"bye").await.unwrap();
                drop(server);
                received
            };
            let client = async {
                client.write_all(b"late").await.unwrap();
                client.shutdown().await.unwrap();
                let mut received = Vec::new();
                client.read_to_end(&mut received).await.unwrap();
                received
            };
            let ((), to_server, to_client) = tokio::join!(relay, server, client);
            assert!(
                to_server.ends_with(b"\r\n\r\nearly late"),
                "{}",
                to_server.escape_ascii()
            );
            assert_eq!(to_client, b"HTTP/1.1 101 Go\r\n\r\nbye");
        });
    }
}

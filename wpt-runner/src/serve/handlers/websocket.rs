//! WebSocket endpoints of upstream's that are served without Python.
//!
//! Only those are here of which no client could tell the difference, and only as long as the tree's own handler is the
//! one that is known. All others, and whatever a request asks for beyond the plainest, are for the tree's own server.

use std::path::Path;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use hyper::Method;
use hyper::body::Bytes;
use hyper::header::{
    CONNECTION, COOKIE, HOST, HeaderName, ORIGIN, REFERER, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::serve::exchange::Ask;
use crate::serve::takeover::{Io, Takeover};

/// The longest message that is taken.
const MESSAGE_LIMIT: usize = 64 * 1024 * 1024;
/// How long a client may take to close the connection after the server.
const CLOSE_LIMIT: Duration = Duration::from_secs(30);
/// After this text an echo ends.
const GOODBYE: &str = "Goodbye";

/// What a handler does.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Sends back what it is sent, the close code too.
    Echo,
    /// Sends the query.
    Query,
    /// Sends the cookies.
    Cookie,
    /// Sends the origin.
    Origin,
    /// Sends the referrer.
    Referrer,
    /// Agrees to the subprotocol, and sends its name.
    Subprotocol,
    /// Agrees to the first of the subprotocols, and sends its name.
    FirstSubprotocol,
}

/// The handlers: their path, what they do, and the SHA-256 of the file that does it.
const KNOWN: [(&str, Kind, &str); 7] = [
    (
        "/echo",
        Kind::Echo,
        "93ba5c7c13ac34742800a15b405d916b08e73abbf6150f0aa148113fd594d963",
    ),
    (
        "/echo-query",
        Kind::Query,
        "122b0e98e81c611a1e63699c2b408cf293eb8a3ce6ad6e60ee38b0c92cc43615",
    ),
    (
        "/echo-cookie",
        Kind::Cookie,
        "3445f74bada5fb1ec32f475f482c6362ecf5203477ab738374f25d8bbdd5c430",
    ),
    (
        "/origin",
        Kind::Origin,
        "3f35684090c062a182d3394d330d8c49d863966c20a8bbb9cc161ebcc3af0cd9",
    ),
    (
        "/referrer",
        Kind::Referrer,
        "2b1fe3ad292af36b4872ce598e3184a139fa3f8f5cac3010daa7d6b036016068",
    ),
    (
        "/protocol",
        Kind::Subprotocol,
        "7af7c3e45ae449bad6d03181fe6640d79231f40e17d1d9e49c3a9b3206dd901e",
    ),
    (
        "/protocol_array",
        Kind::FirstSubprotocol,
        "99f83d9965bae72226054523d336cc74ec44650224381a0c3d06d9d74a70cc04",
    ),
];

/// A request that is answered here.
#[derive(Debug, PartialEq)]
pub(super) struct Native {
    /// The whole head of the answer.
    head: String,
    /// What is sent before the connection is closed; an echo if there is nothing.
    message: Option<String>,
    /// Whether the client asked for extensions, which it does not get here.
    pub wants_extensions: bool,
}

impl Native {
    /// The answer to a request, if it is one that needs no Python in the tree at `root`.
    pub async fn of(root: &Path, ask: &Ask) -> Option<Self> {
        let (path, kind, digest) = KNOWN.iter().find(|(path, _, _)| *path == ask.path)?;
        let native = Self::answer(*kind, ask)?;
        let file = root.join(format!("websockets/handlers{path}_wsh.py"));
        let source = tokio::fs::read(file).await.ok()?;
        let hash: String = Sha256::digest(&source)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        (hash == *digest).then_some(native)
    }

    fn answer(kind: Kind, ask: &Ask) -> Option<Self> {
        let accept = derive_accept_key(key(ask)?.as_bytes());
        let subprotocols = match ask.headers.contains_key(SEC_WEBSOCKET_PROTOCOL) {
            true => Some(tokens(field(ask, &SEC_WEBSOCKET_PROTOCOL)?)?),
            false => None,
        };
        let mut subprotocol = None;
        let message = match kind {
            Kind::Echo => {
                if let Some(subprotocols) = subprotocols {
                    // What the handler does not agree to ends in an error.
                    subprotocol = Some(subprotocols.into_iter().find(|name| *name == "echo")?);
                }
                None
            }
            Kind::Subprotocol | Kind::FirstSubprotocol => {
                let names = subprotocols?;
                let is_first = matches!(kind, Kind::FirstSubprotocol) || names.len() == 1;
                subprotocol = names.into_iter().next().filter(|_| is_first);
                Some(subprotocol?)
            }
            // An answer without a subprotocol to a request for one ends in an error.
            _ if subprotocols.is_some() => return None,
            Kind::Query => Some(ask.query.as_deref().filter(|query| query.is_ascii())?),
            Kind::Cookie => Some(optional(ask, &COOKIE, "(none)")?),
            Kind::Origin => Some(field(ask, &ORIGIN)?),
            Kind::Referrer => Some(optional(ask, &REFERER, "MISSING AS PER FETCH")?),
        };
        let subprotocol = match subprotocol {
            Some(name) => format!("Sec-WebSocket-Protocol: {name}\r\n"),
            None => String::new(),
        };
        Some(Self {
            head: format!(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Accept: {accept}\r\n{subprotocol}\r\n"
            ),
            message: message.map(str::to_owned),
            wants_extensions: ask.headers.contains_key(SEC_WEBSOCKET_EXTENSIONS),
        })
    }

    /// Goes on with the connection.
    pub fn takeover(self) -> Takeover {
        Box::new(move |client, early| {
            Box::pin(async move {
                // A client that goes away, or does not keep to the protocol, is its own affair.
                let _ended = self.run(client, early).await;
            })
        })
    }

    async fn run(self, mut client: Box<dyn Io>, early: Bytes) -> Result<(), Error> {
        client.write_all(self.head.as_bytes()).await?;
        client.flush().await?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_LIMIT))
            .max_frame_size(Some(MESSAGE_LIMIT));
        let early = early.to_vec();
        let mut socket = WebSocketStream::from_partially_read(client, early, Role::Server, Some(config)).await;
        match self.message {
            Some(message) => {
                socket.send(Message::Text(message.into())).await?;
                finish(&mut socket, CloseCode::Normal, CLOSE_LIMIT).await
            }
            None => echo(&mut socket).await,
        }
    }
}

type Socket = WebSocketStream<Box<dyn Io>>;

async fn echo(socket: &mut Socket) -> Result<(), Error> {
    loop {
        match socket.next().await {
            Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                let is_last = matches!(&message, Message::Text(text) if text.as_str() == GOODBYE);
                socket.send(message).await?;
                if is_last {
                    return finish(socket, CloseCode::Normal, CLOSE_LIMIT).await;
                }
            }
            // Pings and the client's closing have been answered when they come here.
            Some(Ok(_)) => {}
            None | Some(Err(Error::ConnectionClosed)) => return Ok(()),
            Some(Err(Error::Utf8(_))) => return finish(socket, CloseCode::Invalid, CLOSE_LIMIT).await,
            Some(Err(Error::Capacity(_))) => return finish(socket, CloseCode::Size, CLOSE_LIMIT).await,
            Some(Err(Error::Protocol(
                ProtocolError::InvalidOpcode(_)
                | ProtocolError::UnknownDataFrameType(_)
                | ProtocolError::UnknownControlFrameType(_)
                | ProtocolError::NonZeroReservedBits,
            ))) => return finish(socket, CloseCode::Unsupported, CLOSE_LIMIT).await,
            Some(Err(Error::Protocol(_))) => return close(socket, CloseCode::Protocol).await,
            Some(Err(error)) => return Err(error),
        }
    }
}

/// Closes the connection, and waits for the client to do so too, but no longer than `limit`.
async fn finish(socket: &mut Socket, code: CloseCode, limit: Duration) -> Result<(), Error> {
    close(socket, code).await?;
    // Anything but that is a mistake of the client's, which ends the connection as well.
    let answer =
        async { while let Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) = socket.next().await {} };
    // A client that does not answer is left.
    let _answered = timeout(limit, answer).await;
    Ok(())
}

async fn close(socket: &mut Socket, code: CloseCode) -> Result<(), Error> {
    let reason = Utf8Bytes::default();
    socket.send(Message::Close(Some(CloseFrame { code, reason }))).await
}

/// The key of a request that is an opening handshake as upstream's server wants it.
fn key(ask: &Ask) -> Option<&str> {
    let is_upgrade = field(ask, &UPGRADE)?.eq_ignore_ascii_case("websocket")
        && tokens(field(ask, &CONNECTION)?)?
            .iter()
            .any(|token| token.eq_ignore_ascii_case("upgrade"))
        && field(ask, &SEC_WEBSOCKET_VERSION)? == "13"
        && ask.headers.contains_key(HOST)
        && ask.method == Method::GET;
    let key = field(ask, &SEC_WEBSOCKET_KEY)?;
    // 16 bytes as base64.
    let (digits, last) = key.strip_suffix("==")?.split_at_checked(21)?;
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    (is_upgrade && digits.bytes().all(is_digit) && matches!(last, "A" | "Q" | "g" | "w")).then_some(key)
}

/// The value of a field that is there once, in ASCII.
fn field<'a>(ask: &'a Ask, name: &HeaderName) -> Option<&'a str> {
    let mut values = ask.headers.get_all(name).iter();
    let (only, None) = (values.next()?, values.next()) else {
        return None;
    };
    only.to_str().ok()
}

/// The same, or what stands for its absence.
fn optional<'a>(ask: &'a Ask, name: &HeaderName, absent: &'a str) -> Option<&'a str> {
    match ask.headers.contains_key(name) {
        true => field(ask, name),
        false => Some(absent),
    }
}

/// The tokens of a list, if nothing else is in it.
fn tokens(list: &str) -> Option<Vec<&str>> {
    let is_token = |token: &str| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        !token.is_empty() && token.bytes().all(is_allowed)
    };
    let tokens: Vec<&str> = list.split(',').map(|token| token.trim_matches([' ', '\t'])).collect();
    tokens.iter().all(|token| is_token(token)).then_some(tokens)
}

#[cfg(test)]
mod tests {
    use super::{CloseCode, Io, Kind, Native, finish};
    use crate::serve::config::Protocol;
    use crate::serve::exchange::Ask;
    use futures_util::{SinkExt as _, StreamExt as _};
    use hyper::body::Bytes;
    use hyper::header::{HeaderMap, HeaderName, HeaderValue};
    use hyper::{Method, header};
    use std::time::Duration;
    use tokio::io::AsyncReadExt as _;
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};
    use tokio_tungstenite::tungstenite::{Error, Message};

    /// A request with the fields of a handshake, and these over them.
    fn ask(fields: &[(HeaderName, &'static str)]) -> Ask {
        let usual = [
            (header::HOST, "localhost:8000"),
            (header::UPGRADE, "WebSocket"),
            (header::CONNECTION, "keep-alive, Upgrade"),
            (header::SEC_WEBSOCKET_VERSION, "13"),
            (header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        let mut headers = HeaderMap::new();
        for (name, value) in usual.iter().chain(fields) {
            // Nothing stands for a field that is not there.
            match value {
                &"" => _ = headers.remove(name),
                value => _ = headers.insert(name, HeaderValue::from_static(value)),
            }
        }
        Ask {
            method: Method::GET,
            protocol: Protocol::Ws,
            port: 8000,
            authority: "localhost:8000".to_owned(),
            path: "/echo".to_owned(),
            query: Some("a=b".to_owned()),
            headers,
            body: Bytes::new(),
        }
    }

    fn block<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.unwrap().block_on(future)
    }

    #[test]
    fn handlers_send_what_they_are_for() {
        let protocols = |value| [(header::SEC_WEBSOCKET_PROTOCOL, value)];
        for (kind, fields, message, subprotocol) in [
            (Kind::Query, &[][..], "a=b", None),
            (Kind::Cookie, &[], "(none)", None),
            (Kind::Cookie, &[(header::COOKIE, "a=1; b=2")], "a=1; b=2", None),
            (
                Kind::Origin,
                &[(header::ORIGIN, "http://localhost")],
                "http://localhost",
                None,
            ),
            (Kind::Referrer, &[], "MISSING AS PER FETCH", None),
            (Kind::Referrer, &[(header::REFERER, "http://r/")], "http://r/", None),
            (Kind::Subprotocol, &protocols("foo"), "foo", Some("foo")),
            (Kind::FirstSubprotocol, &protocols("foo, bar"), "foo", Some("foo")),
        ] {
            let native = Native::answer(kind, &ask(fields)).unwrap();
            assert_eq!(native.message.as_deref(), Some(message), "{kind:?} {fields:?}");
            let agreed = native
                .head
                .lines()
                .find_map(|line| line.strip_prefix("Sec-WebSocket-Protocol: "));
            assert_eq!(agreed, subprotocol, "{kind:?}");
        }
        let echo = Native::answer(Kind::Echo, &ask(&protocols("chat, echo"))).unwrap();
        assert_eq!(echo.message, None);
        assert_eq!(
            echo.head,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: echo\r\n\r\n"
        );
        assert!(!echo.wants_extensions);
        let extended = ask(&[(header::SEC_WEBSOCKET_EXTENSIONS, "permessage-deflate")]);
        assert!(Native::answer(Kind::Echo, &extended).unwrap().wants_extensions);
    }

    #[test]
    fn what_is_not_plain_is_for_others() {
        let protocols = |value| (header::SEC_WEBSOCKET_PROTOCOL, value);
        for (kind, field) in [
            (Kind::Echo, (header::HOST, "")),
            (Kind::Echo, (header::UPGRADE, "h2c")),
            (Kind::Echo, (header::CONNECTION, "upgrading")),
            (Kind::Echo, (header::SEC_WEBSOCKET_VERSION, "8")),
            (Kind::Echo, (header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZR==")),
            (Kind::Echo, (header::SEC_WEBSOCKET_KEY, "c2hvcnQ=")),
            (Kind::Echo, protocols("chat")),
            (Kind::Echo, protocols("echo,")),
            (Kind::Query, protocols("a")),
            (Kind::Cookie, (header::COOKIE, "\t")),
            (Kind::Origin, (header::ORIGIN, "")),
            (Kind::Subprotocol, protocols("")),
            (Kind::Subprotocol, protocols("a, b")),
            (Kind::FirstSubprotocol, protocols("a b, c")),
        ] {
            let field = match field {
                (name, "\t") => (name, "\u{e9}"),
                field => field,
            };
            let mut ask = ask(&[]);
            match field.1 {
                "" => _ = ask.headers.remove(&field.0),
                value => _ = ask.headers.insert(&field.0, HeaderValue::from_str(value).unwrap()),
            }
            assert_eq!(Native::answer(kind, &ask), None, "{kind:?} {field:?}");
        }
        let get = ask(&[]);
        assert!(Native::answer(Kind::Echo, &get).is_some());
        let post = Ask {
            method: Method::POST,
            ..get.clone()
        };
        assert_eq!(Native::answer(Kind::Echo, &post), None);
        let bare = Ask { query: None, ..get };
        assert_eq!(Native::answer(Kind::Query, &bare), None);
    }

    #[test]
    fn a_handler_that_is_not_the_known_one_runs_itself() {
        let tree = tempfile::tempdir().unwrap();
        let is_native = |ask: &Ask| block(Native::of(tree.path(), ask)).is_some();
        assert!(!is_native(&ask(&[])));
        std::fs::create_dir_all(tree.path().join("websockets/handlers")).unwrap();
        std::fs::write(tree.path().join("websockets/handlers/echo_wsh.py"), "# ours\n").unwrap();
        assert!(!is_native(&ask(&[])));
    }

    /// What a client is sent by a handler that is sent these messages.
    fn conversation(kind: Kind, messages: &[Message]) -> Vec<Message> {
        let native = Native::answer(kind, &ask(&[])).unwrap();
        let length = native.head.len();
        block(async {
            let (mut client, theirs) = tokio::io::duplex(64);
            let serve = native.takeover()(Box::new(theirs), Bytes::new());
            let talk = async {
                let mut head = vec![0; length];
                client.read_exact(&mut head).await.unwrap();
                assert!(head.ends_with(b"\r\n\r\n"));
                let mut socket = WebSocketStream::from_raw_socket(client, Role::Client, None).await;
                for message in messages {
                    socket.send(message.clone()).await.unwrap();
                }
                let mut received = Vec::new();
                loop {
                    match socket.next().await {
                        Some(Ok(message)) => received.push(message),
                        None | Some(Err(Error::ConnectionClosed)) => return received,
                        Some(Err(error)) => panic!("{error}"),
                    }
                }
            };
            tokio::join!(serve, talk).1
        })
    }

    fn closing(code: u16, reason: &str) -> Message {
        Message::Close(Some(CloseFrame {
            code: code.into(),
            reason: reason.to_owned().into(),
        }))
    }

    #[test]
    fn an_echo_sends_all_back() {
        let large = Message::text("x".repeat(70_000));
        let sent = [
            Message::text("é"),
            Message::binary(vec![0, 255]),
            large,
            closing(3000, "why"),
        ];
        assert_eq!(conversation(Kind::Echo, &sent), sent);
        let pinged = conversation(
            Kind::Echo,
            &[Message::Ping(Bytes::from_static(b"p")), Message::Close(None)],
        );
        assert_eq!(pinged, [Message::Pong(Bytes::from_static(b"p")), Message::Close(None)]);
    }

    #[test]
    fn the_server_closes_when_it_has_said_what_it_had_to() {
        let goodbye = Message::text("Goodbye");
        assert_eq!(
            conversation(Kind::Echo, std::slice::from_ref(&goodbye)),
            [goodbye, closing(1000, "")]
        );
        assert_eq!(
            conversation(Kind::Query, &[]),
            [Message::text("a=b"), closing(1000, "")]
        );
    }

    #[test]
    fn a_client_that_does_not_close_is_left() {
        block(async {
            let (mut client, theirs) = tokio::io::duplex(64);
            let theirs: Box<dyn Io> = Box::new(theirs);
            let mut socket = WebSocketStream::from_raw_socket(theirs, Role::Server, None).await;
            finish(&mut socket, CloseCode::Normal, Duration::from_millis(1))
                .await
                .unwrap();
            drop(socket);
            let mut received = Vec::new();
            client.read_to_end(&mut received).await.unwrap();
            assert_eq!(received, b"\x88\x02\x03\xe8");
        });
    }
}

//! A request as the site sees it, and what it answers: no sockets here.

use std::fmt;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Method, StatusCode};

use super::config::Protocol;

/// A request that has been read whole.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    /// Its method.
    pub method: Method,
    /// How it came.
    pub protocol: Protocol,
    /// The port that it came in by.
    pub port: u16,
    /// The host and port it was sent to, as the client says.
    pub authority: String,
    /// The path, as sent.
    pub path: String,
    /// The query, as sent, without its `?`; `None` if there is no `?`.
    pub query: Option<String>,
    /// The header fields, as sent.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Ask {
    /// The query, empty if there is none.
    pub fn query(&self) -> &str {
        self.query.as_deref().unwrap_or_default()
    }

    /// The host name and the port that it was sent to: if the client names no port, that which it came in by.
    pub fn host_and_port(&self) -> (&str, u16) {
        // The colons in brackets are an address's own.
        let end = self.authority.rfind(']').map_or(0, |at| at + 1);
        let after = self.authority.get(end..).unwrap_or_default();
        let (name, port) = match after.rsplit_once(':') {
            Some((rest, port)) => (end + rest.len(), port.parse().ok()),
            None => (self.authority.len(), None),
        };
        (
            self.authority.get(..name).unwrap_or_default(),
            port.unwrap_or(self.port),
        )
    }
}

/// What becomes of a request.
#[derive(Debug)]
pub(super) enum Answer {
    /// An HTTP response.
    Reply(Reply),
    /// These bytes and nothing else, then the connection ends: a response written by hand.
    Raw(Bytes),
    /// One of the tree's own handlers is to answer, for which Python is needed.
    Handler,
}

/// Answers requests, or says who does.
pub(super) trait Respond: fmt::Debug + Send + Sync {
    /// What becomes of a request. It may read files.
    fn respond(&self, ask: &Ask) -> Answer;
}

/// A response.
#[derive(Debug)]
pub(super) struct Reply {
    /// The status code.
    pub status: StatusCode,
    /// The reason phrase, where it is not the usual one.
    pub reason: Option<Bytes>,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body, piece by piece.
    pub body: Vec<Piece>,
    /// Whether the length of the body is not told: the connection's end is the body's.
    pub ends_by_closing: bool,
}

/// A piece of a body.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    /// Bytes to send.
    Bytes(Bytes),
    /// Time to let pass before the next piece.
    Pause(Duration),
}

impl Reply {
    /// A response with a body of this type.
    pub fn new(status: StatusCode, mime: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(mime));
        Self {
            status,
            reason: None,
            headers,
            body: vec![Piece::Bytes(body.into())],
            ends_by_closing: false,
        }
    }

    /// A response that says what went wrong, in the form of the web platform tests' own server.
    pub fn failure(status: StatusCode, message: impl fmt::Display) -> Self {
        let message = serde_json::Value::from(message.to_string());
        let body = format!(
            "{{\"error\": {{\"code\": {}, \"message\": {message}}}}}",
            status.as_u16()
        );
        Self::new(status, "application/json", body)
    }

    /// The whole body.
    pub fn bytes(&self) -> Bytes {
        let mut pieces = self.body.iter().filter_map(|piece| match piece {
            Piece::Bytes(bytes) => Some(bytes),
            Piece::Pause(_) => None,
        });
        match (pieces.next(), pieces.next()) {
            (None, _) => Bytes::new(),
            (Some(only), None) => only.clone(),
            (Some(first), Some(second)) => {
                let mut whole = [first.as_ref(), second.as_ref()].concat();
                pieces.for_each(|piece| whole.extend_from_slice(piece));
                Bytes::from(whole)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ask, Protocol};

    #[test]
    fn hosts_and_ports() {
        for (authority, name, port) in [
            ("localhost:8001", "localhost", 8001),
            ("localhost", "localhost", 8000),
            ("localhost:", "localhost", 8000),
            ("localhost:x", "localhost", 8000),
            ("localhost:65536", "localhost", 8000),
            ("[::1]:8001", "[::1]", 8001),
            ("[::1]", "[::1]", 8000),
            ("", "", 8000),
        ] {
            let ask = Ask {
                method: hyper::Method::GET,
                protocol: Protocol::Http,
                port: 8000,
                authority: authority.to_owned(),
                path: "/".to_owned(),
                query: None,
                headers: hyper::HeaderMap::new(),
                body: hyper::body::Bytes::new(),
            };
            assert_eq!(ask.host_and_port(), (name, port), "{authority}");
        }
    }
}

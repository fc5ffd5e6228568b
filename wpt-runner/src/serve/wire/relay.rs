//! What is written as an HTTP/1.1 response, sent over HTTP/2.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::body::Bytes;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING, UPGRADE};
use hyper::{Response, StatusCode};
use thiserror::Error;
use tokio::io::{AsyncRead as _, AsyncReadExt as _, DuplexStream, ReadBuf};
use tokio::task::JoinSet;

use crate::serve::takeover::Takeover;

/// How much is under way between who writes and who sends.
const BUFFER: usize = 64 << 10;
/// How long a head may be.
const MAX_HEAD: usize = 1 << 20;
/// How many header fields it may have.
const MAX_HEADERS: usize = 512;

/// Why no response came of what was written.
#[derive(Debug, Error)]
pub(super) enum RelayError {
    /// It is not HTTP/1.1.
    #[error("could not read a response that was written by hand: {0}")]
    Unreadable(#[from] httparse::Error),
    /// It ended too early, or goes on for too long.
    #[error("could not find the end of the head of a response that was written by hand")]
    NoHead,
}

/// The rest of a response that somebody writes.
pub(super) struct Relayed {
    /// What came along with the head.
    first: Bytes,
    rest: DuplexStream,
    /// How much is left, if the head says so.
    left: Option<u64>,
    /// Who writes. It ends with this.
    _writer: JoinSet<()>,
}

impl fmt::Debug for Relayed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Relayed")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

impl Relayed {
    /// The next bytes, `None` at the end.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.is_at_end() {
            return Poll::Ready(None);
        }
        let mut bytes = std::mem::take(&mut self.first);
        if bytes.is_empty() {
            let mut storage = vec![0; BUFFER / 4];
            let mut buffer = ReadBuf::new(&mut storage);
            let read = ready!(Pin::new(&mut self.rest).poll_read(context, &mut buffer));
            let length = buffer.filled().len();
            if read.is_err() || length == 0 {
                self.left = Some(0);
                return Poll::Ready(None);
            }
            storage.truncate(length);
            bytes = storage.into();
        }
        if let Some(left) = &mut self.left {
            bytes.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
            *left = left.saturating_sub(bytes.len() as u64);
        }
        Poll::Ready(Some(bytes))
    }

    /// Whether nothing comes any more.
    pub fn is_at_end(&self) -> bool {
        self.left == Some(0)
    }
}

/// Lets `takeover` write, and makes a response of it.
pub(super) async fn response(takeover: Takeover, is_head: bool) -> Result<Response<Relayed>, RelayError> {
    let (mut rest, theirs) = tokio::io::duplex(BUFFER);
    let mut writer = JoinSet::new();
    writer.spawn(takeover(Box::new(theirs), Bytes::new()));
    let mut read = Vec::new();
    loop {
        if let Some((head, length)) = parse(&read)? {
            read.drain(..length);
            if head.status().is_informational() {
                continue;
            }
            let told = head.headers().get(CONTENT_LENGTH);
            let told = told.and_then(|told| told.to_str().ok()?.parse().ok());
            let left = match is_head || !has_body(head.status()) {
                true => Some(0),
                false => told,
            };
            return Ok(head.map(|()| Relayed {
                first: read.into(),
                rest,
                left,
                _writer: writer,
            }));
        }
        if read.len() > MAX_HEAD || !matches!(rest.read_buf(&mut read).await, Ok(1..)) {
            return Err(RelayError::NoHead);
        }
    }
}

/// Whether a response of this status has a body.
pub(super) fn has_body(status: StatusCode) -> bool {
    !status.is_informational() && status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED
}

/// The head that these bytes start with, and its length; `None` if it is not whole.
fn parse(bytes: &[u8]) -> Result<Option<(Response<()>, usize)>, httparse::Error> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = parsed.parse(bytes)? else {
        return Ok(None);
    };
    let status = parsed.code.and_then(|code| StatusCode::from_u16(code).ok());
    let mut response = Response::new(());
    *response.status_mut() = status.ok_or(httparse::Error::Status)?;
    for header in parsed.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| httparse::Error::HeaderName)?;
        let value = HeaderValue::from_bytes(header.value).map_err(|_| httparse::Error::HeaderValue)?;
        // HTTP/2 says these things in another way.
        if ![CONNECTION, TRANSFER_ENCODING, UPGRADE].contains(&name) {
            response.headers_mut().append(name, value);
        }
    }
    Ok(Some((response, length)))
}

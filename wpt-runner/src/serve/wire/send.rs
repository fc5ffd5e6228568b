//! A reply on its way to the client.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::ext::ReasonPhrase;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderValue, TRANSFER_ENCODING};
use hyper::{Response, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Sleep, sleep};

use super::relay::{Relayed, has_body};
use crate::serve::exchange::{Piece, Reply};
use crate::serve::takeover::{Io, Outcome, Takeover};

/// The body of a response.
#[derive(Debug)]
pub(super) enum Sending {
    /// Pieces that are at hand.
    Pieces(Pieces),
    /// Bytes that somebody else writes.
    Relayed(Relayed),
}

/// A body's pieces, each of which is sent when it is due.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pieces: VecDeque<Piece>,
    /// How many bytes are left, if that may be told beforehand.
    left: Option<u64>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Pieces {
    fn of(reply: &mut Reply) -> Self {
        Self {
            left: (!reply.ends_by_closing).then(|| length(&reply.body)),
            pieces: std::mem::take(&mut reply.body).into(),
            pause: None,
        }
    }
}

impl Body for Sending {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let pieces = match self.get_mut() {
            Self::Pieces(pieces) => pieces,
            Self::Relayed(relayed) => {
                return relayed
                    .poll(context)
                    .map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))));
            }
        };
        loop {
            if let Some(pause) = &mut pieces.pause {
                std::task::ready!(pause.as_mut().poll(context));
                pieces.pause = None;
            }
            match pieces.pieces.pop_front() {
                Some(Piece::Pause(time)) => pieces.pause = Some(Box::pin(sleep(time))),
                Some(Piece::Bytes(bytes)) if bytes.is_empty() => {}
                Some(Piece::Bytes(bytes)) => {
                    if let Some(left) = &mut pieces.left {
                        *left = left.saturating_sub(bytes.len() as u64);
                    }
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                None => return Poll::Ready(None),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Pieces(pieces) => pieces.pause.is_none() && pieces.pieces.is_empty(),
            Self::Relayed(relayed) => relayed.is_at_end(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Pieces(Pieces { left: Some(left), .. }) => SizeHint::with_exact(*left),
            Self::Pieces(_) | Self::Relayed(_) => SizeHint::default(),
        }
    }
}

fn length(pieces: &[Piece]) -> u64 {
    let lengths = pieces.iter().map(|piece| match piece {
        Piece::Bytes(bytes) => bytes.len() as u64,
        Piece::Pause(_) => 0,
    });
    lengths.sum()
}

/// A response without a body.
fn empty(status: StatusCode) -> Response<Sending> {
    let mut response = Response::new(Sending::Pieces(Pieces::default()));
    *response.status_mut() = status;
    response
}

/// The reply as HTTP/2 sends it: lengths and reasons are no matter there.
pub(super) fn over_http2(mut reply: Reply, is_head: bool) -> Response<Sending> {
    // An interim response cannot be the last.
    let status = match reply.status.is_informational() {
        true => StatusCode::INTERNAL_SERVER_ERROR,
        false => reply.status,
    };
    let mut response = empty(status);
    let body = Pieces::of(&mut reply);
    if let (true, Some(length)) = (is_head, body.left) {
        reply.headers.entry(CONTENT_LENGTH).or_insert(length.into());
    }
    if !is_head && has_body(status) {
        *response.body_mut() = Sending::Pieces(body);
    }
    *response.headers_mut() = reply.headers;
    response
}

/// The reply as HTTP/1.1 sends it. What the tests ask for goes over the wire even where it is
/// wrong, or says nothing about the length; such a reply is written by hand.
pub(super) fn over_http1(mut reply: Reply, is_head: bool) -> Result<Response<Sending>, Takeover> {
    if !is_regular(&reply, is_head) {
        return Err(by_hand(reply, is_head));
    }
    let mut response = empty(reply.status);
    let body = Pieces::of(&mut reply);
    match reply.reason {
        Some(reason) => {
            // What cannot be a reason is left to the usual one.
            if let Ok(reason) = ReasonPhrase::try_from(reason) {
                response.extensions_mut().insert(reason);
            }
        }
        None if reply.status.canonical_reason().is_none() => {
            response.extensions_mut().insert(ReasonPhrase::from_static(b""));
        }
        None => {}
    }
    if let (true, true, Some(length)) = (is_head, has_body(reply.status), body.left) {
        reply.headers.entry(CONTENT_LENGTH).or_insert(length.into());
    }
    if !is_head && has_body(reply.status) {
        *response.body_mut() = Sending::Pieces(body);
    }
    *response.headers_mut() = reply.headers;
    Ok(response)
}

/// Whether a server that keeps the rules can send this.
fn is_regular(reply: &Reply, is_head: bool) -> bool {
    let mut told = reply.headers.get_all(CONTENT_LENGTH).iter();
    let is_told_rightly = match (told.next(), told.next()) {
        (None, _) => true,
        (Some(only), None) if has_body(reply.status) => {
            let number = only.to_str().ok().and_then(|only| only.parse::<u64>().ok());
            number.is_some_and(|number| is_head || number == length(&reply.body))
        }
        _ => false,
    };
    // Without a body there is no end to tell.
    let has_known_end = !reply.ends_by_closing || !has_body(reply.status);
    let is_framed_otherwise = reply.status.is_informational() || reply.headers.contains_key(TRANSFER_ENCODING);
    is_told_rightly && has_known_end && !is_framed_otherwise
}

/// Writes the reply, and ends the connection.
fn by_hand(reply: Reply, is_head: bool) -> Takeover {
    Box::new(move |mut io, _unread| {
        Box::pin(async move {
            // A client that goes away is its own affair.
            let _written = write(&mut *io, reply, is_head).await;
        })
    })
}

async fn write(io: &mut dyn Io, mut reply: Reply, is_head: bool) -> io::Result<()> {
    let is_bodiless = reply.status.is_informational();
    if !reply.ends_by_closing && !is_bodiless && !reply.headers.contains_key(TRANSFER_ENCODING) {
        let length = length(&reply.body);
        reply.headers.entry(CONTENT_LENGTH).or_insert(length.into());
    }
    if !is_bodiless {
        let close = HeaderValue::from_static("close");
        reply.headers.entry(CONNECTION).or_insert(close);
    }
    io.write_all(&head(reply.status, reply.reason.as_deref(), &reply.headers))
        .await?;
    if !is_head && has_body(reply.status) {
        for piece in reply.body {
            match piece {
                Piece::Bytes(bytes) => io.write_all(&bytes).await?,
                Piece::Pause(time) => {
                    io.flush().await?;
                    pause(io, time).await?;
                }
            }
        }
    }
    io.flush().await
}

/// The head of an HTTP/1.1 response.
fn head(status: StatusCode, reason: Option<&[u8]>, headers: &HeaderMap) -> Vec<u8> {
    let reason = reason.unwrap_or_else(|| status.canonical_reason().unwrap_or_default().as_bytes());
    let mut head = [b"HTTP/1.1 ", status.as_str().as_bytes(), b" ", reason, b"\r\n"].concat();
    for (name, value) in headers {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            head.extend_from_slice(part);
        }
    }
    head.extend_from_slice(b"\r\n");
    head
}

/// Lets time pass, unless the client goes away before.
async fn pause(io: &mut dyn Io, time: Duration) -> io::Result<()> {
    let gone = async {
        let mut unread = [0; 512];
        // What else the client asks for is not answered: the connection ends with this.
        while io.read(&mut unread).await? > 0 {}
        Err(io::ErrorKind::ConnectionAborted.into())
    };
    tokio::select! {
        () = sleep(time) => Ok(()),
        gone = gone => gone,
    }
}

/// These bytes and nothing else.
pub(super) fn verbatim(bytes: Bytes) -> Outcome {
    Outcome::Takeover(Box::new(move |mut io, _unread| {
        Box::pin(async move {
            // A client that goes away is its own affair.
            let _written = async {
                io.write_all(&bytes).await?;
                io.flush().await
            }
            .await;
        })
    }))
}

//! One client's connection: what it asks is read, given to whoever answers it, and the answer sent.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{HOST, HeaderValue, UPGRADE};
use hyper::http::request::Parts;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use thiserror::Error;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::listen::Door;
use super::relay::{self, RelayError};
use super::send::{self, Sending};
use super::tls::Authority;
use crate::serve::LACKS_HEADER;
use crate::serve::config::{Hosts, Protocol};
use crate::serve::exchange::{Answer, Ask, Reply, Respond};
use crate::serve::patient::Patient;
use crate::serve::takeover::{Handlers, Io, Outcome, Takeover};

/// How many bytes a request's head may have.
const MAX_HEAD: usize = 1 << 20;
/// How many header fields it may have, as upstream.
const MAX_HEADERS: usize = 512;
/// How many bytes a request's body may have.
const MAX_BODY: usize = 64 << 20;

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub(in crate::serve) struct Patience {
    /// To send a request's head, and to say nothing at all.
    pub head: Duration,
    /// To send a request's body.
    pub body: Duration,
    /// To make room for what is sent to it.
    pub write: Duration,
    /// To notice that its connection is being ended.
    pub end: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            body: Duration::from_secs(120),
            write: Duration::from_secs(120),
            end: Duration::from_secs(2),
        }
    }
}

/// Where clients come in.
#[derive(Clone, Copy, Debug)]
pub(in crate::serve) struct Entrance {
    /// What is spoken there.
    pub protocol: Protocol,
    /// Its port.
    pub port: u16,
}

/// What all connections share.
#[derive(Debug)]
pub(in crate::serve) struct Reception {
    /// The names that the server is known by.
    pub hosts: Hosts,
    /// Answers what is not for handlers.
    pub site: Arc<dyn Respond>,
    /// Answer the rest.
    pub handlers: Arc<dyn Handlers>,
    /// Vouches for the server, if any of its ports speaks TLS.
    pub authority: Option<Arc<Authority>>,
    /// Stands before what is told to be lacking, so that a run knows it for the server's own word.
    pub seal: Option<String>,
    /// Where the clients come in.
    pub door: Door,
    /// How long they may take.
    pub patience: Patience,
}

/// Why a request is not answered.
#[derive(Debug, Error)]
enum Failure {
    /// The client has gone away, or does not keep to the protocol.
    #[error("could not read a request's body: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
    /// The answer is none.
    #[error(transparent)]
    Relay(#[from] RelayError),
}

impl Reception {
    /// Serves one client until it goes away.
    pub async fn serve(self: Arc<Self>, stream: TcpStream, protocol: Protocol) {
        // What is sent in pieces is meant so.
        let _set = stream.set_nodelay(true);
        let port = stream
            .local_addr()
            .map_or(protocol.default_port(), |address| address.port());
        let entrance = Entrance { protocol, port };
        let config = match (protocol, &self.authority) {
            (Protocol::Http | Protocol::Ws, _) => None,
            (Protocol::Https | Protocol::Wss, Some(authority)) => Some(&authority.http1),
            (Protocol::Http2, Some(authority)) => Some(&authority.http2),
            (Protocol::Https | Protocol::Wss | Protocol::Http2, None) => return,
        };
        let io: Box<dyn Io> = match config {
            None => Box::new(stream),
            Some(config) => {
                let handshake = TlsAcceptor::from(Arc::clone(config)).accept(stream);
                match timeout(self.patience.head, handshake).await {
                    Ok(Ok(stream)) => Box::new(stream),
                    // A client that speaks nonsense is its own affair.
                    Ok(Err(_)) | Err(_) => return,
                }
            }
        };
        match protocol {
            Protocol::Http2 => self.serve_http2(io, entrance).await,
            _ => self.serve_http1(io, entrance).await,
        }
    }

    /// Serves one client that speaks HTTP/1.1 until it goes away.
    pub(in crate::serve) async fn serve_http1(self: Arc<Self>, io: Box<dyn Io>, entrance: Entrance) {
        let (io, returned) = Patient::new(io, self.patience.write);
        let desk = Arc::new(Desk::default());
        let service = service_fn(|request| {
            let (this, desk) = (Arc::clone(&self), Arc::clone(&desk));
            async move { this.answer_http1(request, entrance, &desk).await }
        });
        let mut connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.patience.head)
            .max_buf_size(MAX_HEAD)
            .max_headers(MAX_HEADERS)
            .serve_connection(TokioIo::new(io), service);
        let mut crowded = pin!(self.door.crowded());
        let (mut is_crowded, mut is_leaving) = (false, false);
        let takeover = poll_fn(|context| {
            is_crowded = is_crowded || crowded.as_mut().poll(context).is_ready();
            // Who has come only now is heard before.
            if is_crowded && !is_leaving && desk.is_used() {
                is_leaving = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
            match Pin::new(&mut connection).poll(context) {
                Poll::Ready(_) => Poll::Ready(None),
                // A request is read only after all earlier answers have gone out.
                Poll::Pending => desk
                    .take()
                    .map_or(Poll::Pending, |takeover| Poll::Ready(Some(takeover))),
            }
        })
        .await;
        match takeover {
            Some(takeover) => {
                let parts = connection.into_parts();
                takeover(Box::new(parts.io.into_inner()), parts.read_buf).await;
            }
            None => drop(connection),
        }
        if let Ok(io) = returned.await {
            // It is over in any case.
            let _ended = timeout(self.patience.end, end(io)).await;
        }
    }

    /// Serves one client that speaks HTTP/2 until it goes away.
    pub(in crate::serve) async fn serve_http2(self: Arc<Self>, io: Box<dyn Io>, entrance: Entrance) {
        let (io, _returned) = Patient::new(io, self.patience.write);
        let this = Arc::clone(&self);
        let service = service_fn(move |request| {
            let this = Arc::clone(&this);
            async move { this.answer_http2(request, entrance).await }
        });
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
            .keep_alive_interval(self.patience.head)
            .keep_alive_timeout(self.patience.head)
            .serve_connection(TokioIo::new(io), service);
        let mut connection = pin!(connection);
        let _ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.door.crowded() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
    }

    async fn answer_http1(
        &self,
        request: Request<Incoming>,
        entrance: Entrance,
        desk: &Desk,
    ) -> Result<Response<Sending>, Failure> {
        desk.is_used.store(true, Ordering::Relaxed);
        let is_head = request.method() == Method::HEAD;
        let takeover = match self.outcome(request, entrance).await? {
            Outcome::Reply(reply) => match send::over_http1(reply, is_head) {
                Ok(response) => return Ok(response),
                Err(takeover) => takeover,
            },
            Outcome::Takeover(takeover) => takeover,
        };
        desk.put(takeover);
        // Whoever drives the connection finds it there, and drops this.
        std::future::pending().await
    }

    async fn answer_http2(&self, request: Request<Incoming>, entrance: Entrance) -> Result<Response<Sending>, Failure> {
        let is_head = request.method() == Method::HEAD;
        match self.outcome(request, entrance).await? {
            Outcome::Reply(reply) => Ok(send::over_http2(reply, is_head)),
            Outcome::Takeover(takeover) => Ok(relay::response(takeover, is_head).await?.map(Sending::Relayed)),
        }
    }

    /// What becomes of a request.
    async fn outcome(&self, request: Request<Incoming>, entrance: Entrance) -> Result<Outcome, Failure> {
        let (parts, body) = request.into_parts();
        let body = match read(body, self.patience.body).await? {
            Ok(body) => body,
            Err(refusal) => return Ok(Outcome::Reply(refusal)),
        };
        let ask = self.ask(parts, body, entrance);
        if !self.hosts.answer_to(ask.host_and_port().0) {
            // A page of another site may have found its way here by a name of its own.
            let message = format!("{} is not a name of this server", ask.authority);
            return Ok(Outcome::Reply(Reply::failure(StatusCode::MISDIRECTED_REQUEST, message)));
        }
        if matches!(entrance.protocol, Protocol::Ws | Protocol::Wss) {
            let is_upgrade = ask.headers.get_all(UPGRADE).iter().any(is_websocket);
            return Ok(match is_upgrade {
                true => self.handled(&ask).await,
                false => Outcome::Reply(Reply::failure(StatusCode::NOT_FOUND, "only WebSocket is spoken here")),
            });
        }
        // Files are read aside, so that a slow disk holds up no other connection.
        let site = Arc::clone(&self.site);
        let answered = tokio::task::spawn_blocking(move || (site.respond(&ask), ask)).await;
        Ok(match answered {
            Ok((Answer::Reply(reply), _)) => Outcome::Reply(reply),
            Ok((Answer::Raw(bytes), _)) => send::verbatim(bytes),
            Ok((Answer::Handler, ask)) => self.handled(&ask).await,
            Err(_) => {
                let message = "no answer could be made";
                Outcome::Reply(Reply::failure(StatusCode::INTERNAL_SERVER_ERROR, message))
            }
        })
    }

    /// What the handlers make of a request.
    async fn handled(&self, ask: &Ask) -> Outcome {
        let mut outcome = self.handlers.handle(ask).await;
        if let (Outcome::Reply(reply), Some(seal)) = (&mut outcome, &self.seal)
            && let Some(lacks) = reply.headers.get_mut(LACKS_HEADER)
            && let Ok(sealed) = HeaderValue::from_bytes(&[seal.as_bytes(), b" ", lacks.as_bytes()].concat())
        {
            *lacks = sealed;
        }
        outcome
    }

    /// <https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2>: a target that names the host counts before the header.
    fn ask(&self, parts: Parts, body: Bytes, entrance: Entrance) -> Ask {
        let told = || parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        let authority = parts.uri.authority().map(|authority| authority.as_str()).or_else(told);
        Ask {
            authority: authority.unwrap_or(self.hosts.main).to_owned(),
            method: parts.method,
            protocol: entrance.protocol,
            port: entrance.port,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers: parts.headers,
            body,
        }
    }
}

fn is_websocket(upgrade: &HeaderValue) -> bool {
    upgrade.as_bytes().eq_ignore_ascii_case(b"websocket")
}

/// Reads a body whole, or says why not.
///
/// # Errors
/// If the client goes away.
async fn read(body: Incoming, time: Duration) -> Result<Result<Bytes, Reply>, Failure> {
    if body.is_end_stream() {
        return Ok(Ok(Bytes::new()));
    }
    let too_large = || {
        Ok(Err(Reply::failure(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is too large",
        )))
    };
    if body.size_hint().lower() > MAX_BODY as u64 {
        return too_large();
    }
    let collected = http_body_util::Limited::new(body, MAX_BODY).collect();
    match timeout(time, collected).await {
        Ok(Ok(body)) => Ok(Ok(body.to_bytes())),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => too_large(),
        Ok(Err(error)) => Err(Failure::Body(error)),
        Err(_) => {
            let message = "the body did not come in time";
            Ok(Err(Reply::failure(StatusCode::REQUEST_TIMEOUT, message)))
        }
    }
}

/// Ends a connection such that the client gets all that was sent before.
async fn end(mut io: Box<dyn Io>) {
    let mut unread = [0; 1024];
    // To close it while there is something to read would take back what has been sent.
    if io.shutdown().await.is_ok() {
        while matches!(io.read(&mut unread).await, Ok(1..)) {}
    }
}

/// Where those who answer a connection's requests meet whoever drives it.
#[derive(Default)]
struct Desk {
    takeover: Mutex<Option<Takeover>>,
    /// Whether there was any request.
    is_used: AtomicBool,
}

impl Desk {
    fn put(&self, takeover: Takeover) {
        *self.takeover.lock().unwrap_or_else(PoisonError::into_inner) = Some(takeover);
    }

    fn take(&self) -> Option<Takeover> {
        self.takeover.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Relaxed)
    }
}

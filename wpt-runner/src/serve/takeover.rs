//! What is answered by others than the site: a tree's own handlers, and WebSocket.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use hyper::body::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};

use super::exchange::{Ask, Reply};

/// A future that may go to another thread.
pub(super) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A connection's bytes, whatever they travel on.
pub(super) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// Goes on with a connection after a request has been read from it, in place of the server. It is
/// given what the client has sent beyond that request, and the connection, which is closed when it
/// lets go of it.
///
/// Over HTTP/2, what it writes is read as one HTTP/1.1 response, and sent as such.
pub(super) type Takeover = Box<dyn FnOnce(Box<dyn Io>, Bytes) -> Boxed<'static, ()> + Send>;

/// What becomes of a request that others answer.
pub(super) enum Outcome {
    /// A response.
    Reply(Reply),
    /// Whatever this writes to the connection.
    Takeover(Takeover),
}

impl fmt::Debug for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply(reply) => formatter.debug_tuple("Reply").field(reply).finish(),
            Self::Takeover(_) => formatter.write_str("Takeover"),
        }
    }
}

/// Answers what the site does not: requests for a tree's own handlers, and all that comes to the
/// WebSocket ports.
pub(super) trait Handlers: fmt::Debug + Send + Sync {
    /// What becomes of this request. The future is dropped when the client goes away first.
    fn handle<'a>(&'a self, ask: &'a Ask) -> Boxed<'a, Outcome>;
}

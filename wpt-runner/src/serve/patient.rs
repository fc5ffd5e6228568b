//! A connection that does not wait forever for its client.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;
use tokio::time::{Sleep, sleep};

use super::takeover::Io;

/// A connection whose writes fail when the client takes nothing for too long.
///
/// Whoever holds it may lend it to others, who take it by value: it comes back when they let go of it.
pub(super) struct Patient {
    io: Option<Box<dyn Io>>,
    time: Duration,
    stall: Option<Pin<Box<Sleep>>>,
    back: Option<oneshot::Sender<Box<dyn Io>>>,
}

impl Patient {
    /// The connection, whose client may take so much time for each write, and where it arrives when
    /// it was let go of.
    pub fn new(io: Box<dyn Io>, time: Duration) -> (Self, oneshot::Receiver<Box<dyn Io>>) {
        let (back, returned) = oneshot::channel();
        let patient = Self {
            io: Some(io),
            time,
            stall: None,
            back: Some(back),
        };
        (patient, returned)
    }

    fn poll_with<T>(
        &mut self,
        context: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut dyn Io>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match &mut self.io {
            Some(io) => poll(Pin::new(&mut **io), context),
            // It has been let go of.
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    /// As `poll`, which writes, but not for longer than a client may take.
    fn poll_patiently<T>(
        &mut self,
        context: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut dyn Io>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let done = self.poll_with(context, poll);
        if done.is_ready() {
            self.stall = None;
            return done;
        }
        let time = self.time;
        let stall = self.stall.get_or_insert_with(|| Box::pin(sleep(time)));
        ready!(stall.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl fmt::Debug for Patient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Patient")
            .field("time", &self.time)
            .finish_non_exhaustive()
    }
}

impl Drop for Patient {
    fn drop(&mut self) {
        if let (Some(io), Some(back)) = (self.io.take(), self.back.take()) {
            // Nobody may want it back.
            let _sent = back.send(io);
        }
    }
}

impl AsyncRead for Patient {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.get_mut()
            .poll_with(context, |io, context| io.poll_read(context, buffer))
    }
}

impl AsyncWrite for Patient {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut()
            .poll_patiently(context, |io, context| io.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut()
            .poll_patiently(context, |io, context| io.poll_write_vectored(context, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.io.as_ref().is_some_and(|io| io.is_write_vectored())
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut()
            .poll_patiently(context, |io, context| io.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut()
            .poll_patiently(context, |io, context| io.poll_shutdown(context))
    }
}

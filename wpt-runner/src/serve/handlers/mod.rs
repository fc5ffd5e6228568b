//! A tree's own handlers, and WebSocket.

mod python;
mod websocket;

pub(super) use python::Python;

use hyper::StatusCode;

use super::exchange::{Ask, Reply};
use super::takeover::{Boxed, Handlers, Outcome};

/// Runs none.
#[derive(Debug)]
pub(super) struct NoHandlers;

impl Handlers for NoHandlers {
    fn handle<'a>(&'a self, ask: &'a Ask) -> Boxed<'a, Outcome> {
        let message = format!("{} is a handler, and none are run here", ask.path);
        let reply = Reply::failure(StatusCode::NOT_IMPLEMENTED, message);
        Box::pin(std::future::ready(Outcome::Reply(reply)))
    }
}

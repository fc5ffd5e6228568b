//! A tree's own handlers, and WebSocket.

mod python;
mod websocket;

pub(super) use python::Python;

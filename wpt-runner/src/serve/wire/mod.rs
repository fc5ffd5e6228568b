//! Sockets, and what is spoken over them: clients are let in, their requests read, answers sent.

mod connection;
mod listen;
mod relay;
mod send;
mod tls;

pub(super) use connection::{Patience, Reception};
pub use listen::Ports;
pub(super) use listen::{Door, Listening};
pub(super) use tls::Authority;
pub use tls::TlsError;

#[cfg(test)]
pub(super) mod tests;

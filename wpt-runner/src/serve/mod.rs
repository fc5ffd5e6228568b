//! The HTTP server for a tree of tests, on loopback.

mod budget;
mod config;
mod connection;
mod exchange;
mod fault;
mod fields;
mod files;
mod headers;
mod listen;
mod listing;
mod mime;
mod numbers;
mod path;
mod patient;
mod pipe;
#[doc(hidden)]
pub mod probe;
mod python;
mod ranges;
mod reason;
mod relay;
mod route;
mod send;
mod site;
mod takeover;
mod template;
mod tls;
mod websocket;
mod wrapper;

pub use config::{Hosts, Protocol};
pub use listen::Ports;
pub(crate) use path::decode_path;
pub use tls::TlsError;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use thiserror::Error;
use tokio::sync::oneshot;

use crate::discover::{self, Test};
use config::{Config, PORTS};
use connection::{Patience, Reception};
use listen::{Door, Listening};
use python::Python;
use site::Site;
use tls::Authority;

/// Where the harness's report script is: it is ours in every tree.
pub const REPORT_PATH: &str = "/resources/testharnessreport.js";

/// The header field by which the server says what it lacks to answer a request.
pub const LACKS_HEADER: &str = "x-skep-lacks";

/// Why a server could not be started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The folder to serve cannot be opened.
    #[error("could not serve {}: {source}", root.display())]
    Root {
        /// The folder.
        root: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The port cannot be listened on.
    #[error("could not listen on port {port} of loopback: {source} (--port 0 takes any free one)")]
    Listen {
        /// The port asked for.
        port: u16,
        /// Why.
        source: io::Error,
    },
    /// The server has no keys or certificates.
    #[error("could not serve over TLS: {0}")]
    Tls(#[from] TlsError),
    /// The server's thread or event loop could not be made.
    #[error("could not start the server's thread: {0}")]
    Thread(io::Error),
}

/// How a folder is served.
#[derive(Clone, Debug)]
pub struct Options {
    /// The names it is served under.
    pub hosts: Hosts,
    /// The first port for HTTP/1.1; 0 for any free one.
    pub port: u16,
    /// How much listens. Keys are made only for what speaks TLS.
    pub ports: Ports,
    /// HTML by the path it is at. It comes before files.
    pub pages: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            hosts: Hosts::LOCAL,
            port: 0,
            ports: Ports::All,
            pages: Vec::new(),
        }
    }
}

/// A running server; dropping it ends it.
#[derive(Debug)]
pub struct Server {
    config: Config,
    authority: Option<Arc<Authority>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves the folder `root` on loopback.
    ///
    /// # Errors
    /// If the folder is not there, the port is taken, or the system gives no thread or no randomness.
    pub fn start(root: &Path, options: Options) -> Result<Self, ServeError> {
        let canonical = root.canonicalize();
        let root = canonical.map_err(|source| ServeError::Root {
            root: root.to_owned(),
            source,
        })?;
        let Listening { listeners, numbers } = Listening::start(options.port, options.ports)?;
        let config = Config {
            hosts: options.hosts,
            ports: numbers,
        };
        let authority = match options.ports {
            Ports::Plain => None,
            Ports::All => Some(Arc::new(Authority::new(&config.hosts)?)),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(ServeError::Thread)?;
        let reception = Arc::new(Reception {
            hosts: config.hosts,
            handlers: Arc::new(Python::new(root.clone(), config.clone())),
            site: Arc::new(Site {
                root,
                pages: options.pages,
                config: config.clone(),
            }),
            authority: authority.clone(),
            door: Door::new(),
            patience: Patience::default(),
        });
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("server".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    for (protocol, listener) in listeners {
                        tokio::spawn(attend(Arc::clone(&reception), protocol, listener));
                    }
                    // That nobody can stop it any more is a reason to stop.
                    let _stopped = stopped.await;
                });
                // A file that cannot be read to its end is no reason to go on.
                runtime.shutdown_background();
            })
            .map_err(ServeError::Thread)?;
        Ok(Self {
            config,
            authority,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Every host name that it answers to.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.config.hosts.all().collect()
    }

    /// Every port that it listens on.
    #[must_use]
    pub fn ports(&self) -> Vec<u16> {
        let ports = self.config.ports.into_iter();
        ports.filter(|&port| port != 0).collect()
    }

    /// Its origin for those who speak `protocol`, without a slash at the end, on the main host or on
    /// that host's `www`. The port is 0 if nothing listens that speaks it.
    #[must_use]
    pub fn origin(&self, protocol: Protocol, on_www: bool) -> String {
        let label = if on_www { "www" } else { "" };
        let host = self.config.hosts.name("", label);
        let mut ports = PORTS.iter().zip(self.config.ports);
        let port = ports.find(|((_, spoken), _)| *spoken == protocol);
        format!("{}://{host}:{}", protocol.scheme(), port.map_or(0, |(_, port)| port))
    }

    /// Where a test is.
    #[must_use]
    pub fn url_of(&self, test: &Test) -> String {
        let place = test.place();
        let protocol = match place.protocol {
            discover::Protocol::Http => Protocol::Http,
            discover::Protocol::Https => Protocol::Https,
            discover::Protocol::Http2 => Protocol::Http2,
        };
        format!("{}{}", self.origin(protocol, place.on_www), test.url)
    }

    /// The certificate of the authority that vouches for it, if it speaks TLS. It is made anew by
    /// each server, and vouches for nothing but this server's names.
    #[must_use]
    pub fn authority_der(&self) -> Option<&[u8]> {
        self.authority.as_ref().map(|authority| authority.der().as_ref())
    }

    /// The same as text.
    #[must_use]
    pub fn authority_pem(&self) -> Option<String> {
        self.authority.as_ref().map(|authority| authority.pem())
    }

    /// The SHA-256 of the public key that it shows to those who speak TLS, in base64, by which
    /// Chromium can be told to trust it.
    #[must_use]
    pub fn key_hash(&self) -> Option<&str> {
        self.authority.as_ref().map(|authority| authority.key_hash())
    }

    /// Blocks until the server ends, which it does not by itself.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // A server that fell over has ended too.
            let _ended = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have ended by itself.
            let _sent = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

/// Serves the clients of a listener for as long as it is let.
async fn attend(reception: Arc<Reception>, protocol: Protocol, listener: std::net::TcpListener) {
    let welcome = |stream, place| {
        let reception = Arc::clone(&reception);
        tokio::spawn(async move {
            reception.serve(stream, protocol).await;
            drop(place);
        });
    };
    reception.door.attend(listener, welcome).await;
}

#[cfg(test)]
mod server_tests;
#[cfg(test)]
mod socket_tests;
#[cfg(test)]
mod tests {
    use super::{Options, Server};
    use std::io::{Read, Write};
    use std::net::TcpStream;

    fn exchange(server: &Server, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", server.ports()[0])).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn requests_are_answered_over_the_wire() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.js"), "1234").unwrap();
        let server = Server::start(folder.path(), Options::default()).unwrap();
        let end = "HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let get = exchange(&server, &format!("GET /a.js {end}"));
        assert!(
            get.starts_with("HTTP/1.1 200 OK\r\n") && get.ends_with("\r\n\r\n1234"),
            "{get}"
        );
        let head = exchange(&server, &format!("HEAD /a.js?pipe=slice(0) {end}"));
        assert!(
            head.contains("content-length: 4\r\n") && head.ends_with("\r\n\r\n"),
            "{head}"
        );
        assert!(exchange(&server, &format!("GET /%00 {end}")).starts_with("HTTP/1.1 400"));
        assert!(exchange(&server, "nonsense\r\n\r\n").starts_with("HTTP/1.1 400"));
        let taken = Server::start(
            folder.path(),
            Options {
                port: server.ports()[0],
                ..Options::default()
            },
        );
        assert!(taken.unwrap_err().to_string().contains("--port 0"));
    }
}

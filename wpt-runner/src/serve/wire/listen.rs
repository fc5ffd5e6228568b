//! The ports that are listened on, and the clients that are let in.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::serve::ServeError;
use crate::serve::config::{PORTS, Protocol};

/// How many clients are served at a time, if the system gives as many sockets.
const MAX_CLIENTS: usize = 1000;

/// How much of a server listens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ports {
    /// Two ports for HTTP/1.1 without TLS, and no more.
    Plain,
    /// All ports that tests know.
    #[default]
    All,
}

/// The number that upstream's server gives a port of [`PORTS`]: what those see who write URLs by hand.
const WELL_KNOWN: [u16; PORTS.len()] = [8000, 8001, 8002, 8003, 8443, 8444, 8445, 8446, 9000, 8666, 8667];

/// Sockets that listen.
#[derive(Debug)]
pub(in crate::serve) struct Listening {
    /// Each with what is spoken there.
    pub listeners: Vec<(Protocol, TcpListener)>,
    /// The number of each port, 0 for those that nothing listens on.
    pub numbers: [u16; PORTS.len()],
}

impl Listening {
    /// Listens on loopback: on `first`, and on other ports by their well-known numbers where these
    /// are free. With 0, all are any free ones.
    ///
    /// # Errors
    /// If `first` is taken, or the system gives no sockets.
    pub fn start(first: u16, ports: Ports) -> Result<Self, ServeError> {
        let count = match ports {
            Ports::Plain => 2,
            Ports::All => PORTS.len(),
        };
        let mut numbers = [0; PORTS.len()];
        let mut listeners = Vec::with_capacity(count);
        let wanted = PORTS.iter().zip(WELL_KNOWN).zip(&mut numbers).take(count);
        for (index, (((_, protocol), well_known), number)) in wanted.enumerate() {
            let (listener, address) = match (index, first) {
                (0, _) | (_, 0) => listen(first)?,
                _ => listen(well_known).or_else(|_| listen(0))?,
            };
            *number = address.port();
            listeners.push((*protocol, listener));
        }
        Ok(Self { listeners, numbers })
    }
}

/// A socket that listens on `port` of loopback, and its address.
fn listen(port: u16) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |source| ServeError::Listen { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Lets so many clients in and no more.
#[derive(Debug)]
pub(in crate::serve) struct Door {
    places: Arc<Semaphore>,
    /// How many ports wait for a place.
    waiting: watch::Sender<usize>,
}

impl Door {
    /// A door to as many places as half of the sockets and files that the process may have.
    pub fn new() -> Self {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        let limit = limit.and_then(|limit| usize::try_from(limit / 2).ok());
        Self::with_places(limit.map_or(MAX_CLIENTS, |limit| limit.clamp(PORTS.len() + 1, MAX_CLIENTS)))
    }

    /// A door to `places`, of which each port holds one for the next client.
    pub fn with_places(places: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            waiting: watch::Sender::new(0),
        }
    }

    /// Waits until clients are to leave who are not in the middle of anything.
    pub async fn crowded(&self) {
        let mut waiting = self.waiting.subscribe();
        // The other end lives as long as this.
        let _is_crowded = waiting.wait_for(|&waiting| waiting > 0).await.is_ok();
    }

    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        let places = Arc::clone(&self.places);
        match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => Some(place),
            Err(_) => {
                self.waiting.send_modify(|waiting| *waiting += 1);
                let place = places.acquire_owned().await.ok();
                self.waiting.send_modify(|waiting| *waiting -= 1);
                place
            }
        }
    }

    /// Calls `welcome` for each client of a listener, for as long as it is let. A client's place is
    /// free again when `welcome` drops it.
    pub async fn attend(&self, listener: TcpListener, mut welcome: impl FnMut(TcpStream, OwnedSemaphorePermit)) {
        // It listens already: that the event loop cannot take it means that there is none.
        let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
            return;
        };
        while let Some(place) = self.place().await {
            match listener.accept().await {
                Ok((stream, _)) => welcome(stream, place),
                // Out of sockets, mostly: let open connections go on before the next try.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

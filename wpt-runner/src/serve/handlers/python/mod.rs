//! The tree's own handlers, for which its own server is started when the first of them is asked for.

mod forward;
mod group;
mod process;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::websocket::Native;
use crate::serve::config::{Config, Protocol};
use crate::serve::exchange::{Ask, Reply};
use crate::serve::takeover::{Boxed, Handlers, Outcome};
use forward::Exchange;
use group::Reaper;
use process::{Process, StartError};

/// How many requests the tree's server works on at a time. More wait their turn.
const REQUEST_LIMIT: usize = 64;
/// How many WebSocket connections it has at a time.
const SOCKET_LIMIT: usize = 256;

/// The header of an answer that says which program is missing.
const LACKS: HeaderName = HeaderName::from_static(crate::serve::LACKS_HEADER);

/// How often a start that failed is tried again, if it may end otherwise.
const START_RETRIES: u8 = 3;

/// How long the tree's server and those who wait for it may take.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Until a request gets its turn.
    turn: Duration,
    /// For a handler to begin with its answer, and to take what is sent to it.
    answer: Duration,
    /// For a WebSocket handler to end after its client.
    last_words: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            turn: Duration::from_secs(30),
            answer: Duration::from_secs(120),
            last_words: Duration::from_secs(30),
        }
    }
}

/// Has requests answered by the Python server that comes with the tree.
#[derive(Debug)]
pub(in crate::serve) struct Python {
    shared: Arc<Shared>,
    requests: Arc<Semaphore>,
    sockets: Arc<Semaphore>,
    limits: Limits,
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    config: Config,
    state: Mutex<State>,
    reaper: Arc<Reaper>,
}

/// The server, from the first request for it on.
#[derive(Debug)]
enum State {
    Idle,
    Runs(Arc<Process>),
    /// It could not be started.
    Failed {
        error: StartError,
        /// How often it was tried.
        starts: u8,
    },
}

/// Why there is no answer of a handler.
#[derive(Debug)]
enum Missing {
    /// The server was gone, and had said nothing yet.
    Server(Reply),
    /// The handler hung up without a word.
    Answer,
    /// It can tell, in place of the handler.
    Reply(Reply),
}

impl Python {
    /// For the tree in `root`, a canonical path. Nothing is started yet.
    pub fn new(root: PathBuf, config: Config) -> Self {
        Self {
            shared: Arc::new(Shared {
                root,
                config,
                state: Mutex::new(State::Idle),
                reaper: Arc::default(),
            }),
            requests: Arc::new(Semaphore::new(REQUEST_LIMIT)),
            sockets: Arc::new(Semaphore::new(SOCKET_LIMIT)),
            limits: Limits::default(),
        }
    }

    async fn outcome(&self, ask: &Ask) -> Result<Outcome, Reply> {
        if !matches!(ask.protocol, Protocol::Ws | Protocol::Wss) {
            return self.forwarded(ask, &self.requests).await;
        }
        match Native::of(&self.shared.root, ask).await {
            Some(native) if !native.wants_extensions => Ok(Outcome::Takeover(native.takeover())),
            Some(native) => {
                // Extensions may go without, where there is no other way.
                match self.forwarded(ask, &self.sockets).await {
                    Err(reply) if reply.headers.contains_key(LACKS) => Ok(Outcome::Takeover(native.takeover())),
                    outcome => outcome,
                }
            }
            None => self.forwarded(ask, &self.sockets).await,
        }
    }

    async fn forwarded(&self, ask: &Ask, slots: &Arc<Semaphore>) -> Result<Outcome, Reply> {
        let slot = self.turn(ask, slots).await?;
        let mut answer = self.answer(ask).await;
        // What only asks for something may be asked twice.
        if matches!(ask.method, Method::GET | Method::HEAD) && matches!(answer, Err(Missing::Server(_))) {
            answer = self.answer(ask).await;
        }
        let last_words = self.limits.last_words;
        match answer {
            Ok((exchange, process)) => Ok(Outcome::Takeover(Box::new(move |client, early| {
                Box::pin(async move {
                    exchange.relay(client, early, last_words).await;
                    drop((slot, process));
                })
            }))),
            // So does whoever stands between.
            Err(Missing::Answer) => Ok(Outcome::Takeover(Box::new(|_client, _early| Box::pin(async {})))),
            Err(Missing::Server(reply) | Missing::Reply(reply)) => Err(reply),
        }
    }

    /// The beginning of the handler's answer, and who runs the handler.
    async fn answer(&self, ask: &Ask) -> Result<(Exchange, Arc<Process>), Missing> {
        let process = self.process().await;
        let process = process.map_err(|error| Missing::Reply(failed_start(ask, &error)))?;
        let limit = self.limits.answer;
        let mut exchange = match Exchange::start(process.address(ask.protocol), ask, limit).await {
            Ok(exchange) => exchange,
            Err(error) => {
                let is_alive = process.lives().await;
                let reply = broken(ask, &process, "could not connect to the tree's server", &error);
                return Err(if is_alive {
                    Missing::Reply(reply)
                } else {
                    Missing::Server(reply)
                });
            }
        };
        match timeout(limit, exchange.read_head()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) if process.lives().await => return Err(Missing::Answer),
            Ok(Err(error)) => {
                let what = "the tree's server gave no answer";
                return Err(Missing::Server(broken(ask, &process, what, &error)));
            }
            Err(_) => {
                let message = format!("{}: the handler did not answer within {limit:?}", ask.path);
                return Err(Missing::Reply(Reply::failure(StatusCode::GATEWAY_TIMEOUT, message)));
            }
        }
        let (name, value) = process.frames_field();
        if exchange.says(name, value) {
            let message = format!("{}: the handler works on HTTP/2 frames", ask.path);
            return Err(Missing::Reply(lacking("HTTP/2 frames", message)));
        }
        Ok((exchange, process))
    }

    /// A place among those that the server works for.
    async fn turn(&self, ask: &Ask, slots: &Arc<Semaphore>) -> Result<Option<OwnedSemaphorePermit>, Reply> {
        let limit = self.limits.turn;
        match timeout(limit, Arc::clone(slots).acquire_owned()).await {
            // Nobody closes a semaphore here.
            Ok(slot) => Ok(slot.ok()),
            Err(_) => {
                let message = format!(
                    "{}: too many handlers are at work, none ended within {limit:?}",
                    ask.path
                );
                Err(Reply::failure(StatusCode::SERVICE_UNAVAILABLE, message))
            }
        }
    }

    /// The running server; it is started if it does not run.
    async fn process(&self) -> Result<Arc<Process>, StartError> {
        // A task of its own: that one client has gone is no reason to begin anew for the next.
        let shared = Arc::clone(&self.shared);
        let started = tokio::spawn(async move { shared.process().await }).await;
        started.unwrap_or_else(|_| Err(StartError::Failed("its start was cancelled".to_owned())))
    }
}

impl Shared {
    async fn process(&self) -> Result<Arc<Process>, StartError> {
        let mut state = self.state.lock().await;
        let failed = match &*state {
            State::Runs(process) if !process.has_ended() => return Ok(Arc::clone(process)),
            State::Failed { error, starts } if error.is_final() || *starts > START_RETRIES => {
                return Err(error.clone());
            }
            State::Failed { starts, .. } => *starts,
            State::Idle | State::Runs(_) => 0,
        };
        let (next, result) = match Process::start(&self.root, &self.config, &self.reaper).await {
            Ok(process) => {
                let process = Arc::new(process);
                (State::Runs(Arc::clone(&process)), Ok(process))
            }
            Err(error) => {
                let state = State::Failed {
                    error: error.clone(),
                    starts: failed + 1,
                };
                (state, Err(error))
            }
        };
        *state = next;
        result
    }
}

impl Handlers for Python {
    fn handle<'a>(&'a self, ask: &'a Ask) -> Boxed<'a, Outcome> {
        Box::pin(async move { self.outcome(ask).await.unwrap_or_else(Outcome::Reply) })
    }
}

/// What is answered where the server cannot be had.
fn failed_start(ask: &Ask, error: &StartError) -> Reply {
    let message = format!("{}: {error}", ask.path);
    match error {
        StartError::Lacks { what, .. } => lacking(what, message),
        StartError::Refused(_) | StartError::Failed(_) => Reply::failure(StatusCode::BAD_GATEWAY, message),
    }
}

/// What is answered where something is not there that no tree brings along.
fn lacking(what: &'static str, message: String) -> Reply {
    let mut reply = Reply::failure(StatusCode::NOT_IMPLEMENTED, message);
    reply.headers.insert(LACKS, HeaderValue::from_static(what));
    reply
}

/// What is answered where the server is there, and an answer is not.
fn broken(ask: &Ask, process: &Process, what: &str, error: &std::io::Error) -> Reply {
    let end = match process.has_ended() {
        true => "; it has ended, and the next request starts it again",
        false => "",
    };
    let message = format!("{}: {what}: {error}{end}\n{}", ask.path, process.output());
    Reply::failure(StatusCode::BAD_GATEWAY, message)
}

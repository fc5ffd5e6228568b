//! What the agents of one browsing instance share.

use crate::{
    fetch::{Reach, ResponseObserver, network::Network},
    file_api::blob_url_store::{BlobUrlEntry, BlobUrlStore},
    html::broadcast_channel::Channels,
};
use skep_engine::Activity;
use std::{
    fmt,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};
use url::Url;

/// Everything that outlives a page or a worker: the network, blob URLs, channels. Clones stand for the same one.
#[derive(Clone)]
pub struct UserAgent(Arc<Shared>);

struct Shared {
    options: UserAgentOptions,
    activity: Activity,
    network: OnceLock<Network>,
    channels: Channels,
    blob_urls: Arc<BlobUrlStore>,
    uncaught: AtomicUsize,
    last_id: AtomicU64,
    crash: Mutex<Option<String>>,
}

/// How a user agent is set up.
pub struct UserAgentOptions {
    /// The only servers that may be connected to.
    pub reach: Reach,
    /// Takes what pages and workers print, and the errors that nobody handled; called on the thread that prints.
    pub console: Arc<dyn Fn(ConsoleMessage) + Send + Sync>,
    /// How many bytes each page and each worker may hold; it ends when it holds more. Takes a program whose allocator counts:
    /// see [`skep_engine::CountingAllocator`].
    pub heap_limit: Option<usize>,
    /// Whether pages and workers have [`TestUtils`](https://testutils.spec.whatwg.org/), by which tests collect garbage.
    pub test_utils: bool,
    /// Is told of each response of a server.
    pub on_response: Option<ResponseObserver>,
}

impl Default for UserAgentOptions {
    /// One that reaches nothing, prints nothing and holds as much as it likes.
    fn default() -> Self {
        Self {
            reach: Reach::default(),
            console: Arc::new(|_| {}),
            heap_limit: None,
            test_utils: false,
            on_response: None,
        }
    }
}

impl fmt::Debug for UserAgentOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserAgentOptions")
            .field("reach", &self.reach)
            .field("heap_limit", &self.heap_limit)
            .field("test_utils", &self.test_utils)
            .finish_non_exhaustive()
    }
}

/// A line for the developer's eyes: <https://console.spec.whatwg.org/#printer>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleMessage {
    /// How loud.
    pub level: ConsoleLevel,
    /// What it says.
    pub text: String,
    /// `url:line:column` of the script that printed it; empty where none did.
    pub location: String,
}

/// <https://console.spec.whatwg.org/#loglevel-severity>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ConsoleLevel {
    Debug,
    Log,
    Info,
    Warn,
    Error,
}

/// Why a page or a worker could not be started.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StartError {
    /// The system, or the engine, gave no isolate.
    #[error("failed to start an isolate: {0}")]
    Isolate(String),
    /// The network thread could not be started.
    #[error("failed to start the network thread: {0}")]
    Network(String),
}

impl UserAgent {
    /// A user agent with nothing open.
    pub fn new(options: UserAgentOptions) -> Self {
        Self(Arc::new(Shared {
            options,
            activity: Activity::new(),
            network: OnceLock::new(),
            channels: Channels::default(),
            blob_urls: Arc::default(),
            uncaught: AtomicUsize::new(0),
            last_id: AtomicU64::new(0),
            crash: Mutex::new(None),
        }))
    }

    /// What is in flight anywhere in this user agent.
    pub(crate) fn activity(&self) -> &Activity {
        &self.0.activity
    }

    /// How many bytes an isolate may hold.
    pub(crate) fn heap_limit(&self) -> Option<usize> {
        self.0.options.heap_limit
    }

    /// Whether tests may have what is not for pages.
    pub(crate) fn is_under_test(&self) -> bool {
        self.0.options.test_utils
    }

    /// The blob URLs that are valid now.
    pub(crate) fn blob_urls(&self) -> &Arc<BlobUrlStore> {
        &self.0.blob_urls
    }

    /// What a blob URL stands for now, its fragment aside; none for other URLs, and for those that are revoked or were never
    /// made. Ask when the URL is parsed, and keep the answer: it outlives a revocation.
    /// <https://w3c.github.io/FileAPI/#blob-url-resolve>
    pub(crate) fn resolve_blob_url(&self, url: &Url) -> Option<BlobUrlEntry> {
        self.0.blob_urls.resolve(url)
    }

    /// Hands a line to the embedder.
    pub(crate) fn print(&self, message: ConsoleMessage) {
        (self.0.options.console)(message);
    }

    /// A number that no other object of this user agent has.
    pub(crate) fn next_id(&self) -> u64 {
        self.0.last_id.fetch_add(1, Ordering::Relaxed)
    }

    /// Who listens to which broadcast channel.
    pub(crate) fn channels(&self) -> &Channels {
        &self.0.channels
    }

    /// Notes that an isolate ended by a fault of ours; the first one is kept.
    pub(crate) fn note_crash(&self, message: &str) {
        let mut crash = self.0.crash.lock().unwrap_or_else(PoisonError::into_inner);
        crash.get_or_insert_with(|| message.to_owned());
    }

    /// The first fault of ours that ended an isolate, of a page or a worker: no result of that page can be trusted then.
    pub fn crash(&self) -> Option<String> {
        self.0.crash.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes an error that nobody handled.
    pub(crate) fn note_uncaught(&self) {
        self.0.uncaught.fetch_add(1, Ordering::Relaxed);
    }

    /// How many errors nobody has handled so far, in pages and workers.
    pub fn uncaught_errors(&self) -> usize {
        self.0.uncaught.load(Ordering::Relaxed)
    }

    /// The network, started on first use.
    pub(crate) fn network(&self) -> Result<&Network, StartError> {
        if let Some(network) = self.0.network.get() {
            return Ok(network);
        }
        let network = Network::start(&self.0.options.reach, self.0.options.on_response.as_ref())?;
        // Where two threads come at once, one of the two threads ends unused.
        Ok(self.0.network.get_or_init(|| network))
    }
}

impl fmt::Debug for UserAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserAgent")
            .field("in_flight", &self.0.activity.count())
            .finish_non_exhaustive()
    }
}

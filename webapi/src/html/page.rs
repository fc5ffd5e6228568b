//! Pages: a document loaded by URL into a window of its own.
//! <https://html.spec.whatwg.org/multipage/document-lifecycle.html#navigate-html>

use super::{
    agent, document_scripts, document_scripts::DocumentScripts, environment::Settings, host_script::HostScript,
    scripting, window::Window,
};
use crate::{
    StartError, UserAgent,
    binding::Exposure,
    dom::document::DocumentData,
    fetch::{self, FetchError, FetchGroup, Mode, Response},
};
use boa_gc::Gc;
use skep_engine::{Ending, IsolateHandle};
use std::{
    fmt,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};
use url::{Host, Url};

/// How a page is opened.
#[derive(Debug, Default)]
pub struct PageOptions {
    /// Scripts that the embedder gives.
    pub host_scripts: Vec<HostScript>,
}

/// What has become of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageState {
    /// Nothing is in flight any more: no task, timer, load or message, here or in a worker.
    Idle,
    /// Something still was when the time had passed.
    TimedOut,
    /// There is no document; says which load failed, and how.
    LoadFailed(String),
    /// The page's heap held more than this many bytes, its limit.
    OutOfMemory(usize),
    /// An isolate, the page's or a worker's, broke down, with this message.
    Crashed(String),
}

/// An open page, with its isolate. Dropping it ends the page, and does not wait for that.
pub struct Page {
    user_agent: UserAgent,
    shared: Arc<Shared>,
    /// The load of the document.
    loads: FetchGroup,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    isolate: Option<IsolateHandle>,
    /// How the page came to an end that nobody asked for.
    failed: Option<PageState>,
    closed: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, state: PageState) {
        self.lock().failed = Some(state);
        self.changed.notify_all();
    }
}

impl UserAgent {
    /// Opens the page at `url`: loads its document, then its scripts, and runs them, all on other threads.
    ///
    /// # Errors
    /// If the network cannot be started. That a document cannot be loaded is told by [`Page::wait_idle`].
    pub fn open_page(&self, url: Url, options: PageOptions) -> Result<Page, StartError> {
        self.network()?;
        let shared = Arc::new(Shared::default());
        let page = Page {
            user_agent: self.clone(),
            shared: shared.clone(),
            loads: FetchGroup::default(),
        };
        let user_agent = self.clone();
        fetch::fetch(&page.loads, self, url.clone(), Mode::NoCors, move |response| {
            if let Err(reason) = start(user_agent, &url, response, options, &shared) {
                shared.fail(PageState::LoadFailed(reason));
            }
        });
        Ok(page)
    }
}

impl Page {
    /// Blocks until the page, and all that it started, has nothing in flight, has failed, or `timeout` has passed.
    pub fn wait_idle(&self, timeout: Option<Duration>) -> PageState {
        let activity = self.user_agent.activity().clone();
        let outcome: Arc<Mutex<Option<bool>>> = Arc::default();
        let waiter = {
            let (shared, outcome, activity) = (self.shared.clone(), outcome.clone(), activity.clone());
            // A thread of its own, as a page may break down while its workers go on.
            thread::Builder::new().name("wait".to_owned()).spawn(move || {
                let idle = activity.wait_idle(timeout);
                *outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(idle);
                // The state's lock orders this after a look at the outcome, or before it.
                drop(shared.lock());
                shared.changed.notify_all();
            })
        };
        if waiter.is_err() {
            let idle = activity.wait_idle(timeout);
            *outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(idle);
        }
        let mut state = self.shared.lock();
        loop {
            if let Some(failed) = &state.failed {
                return failed.clone();
            }
            let idle = *outcome.lock().unwrap_or_else(PoisonError::into_inner);
            match idle {
                // A worker's isolate may have broken down, too.
                Some(true) => return self.user_agent.crash().map_or(PageState::Idle, PageState::Crashed),
                Some(false) => return PageState::TimedOut,
                None => {}
            }
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// How many errors nobody has handled so far, in the page's user agent.
    pub fn uncaught_errors(&self) -> usize {
        self.user_agent.uncaught_errors()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.closed = true;
        if let Some(isolate) = &state.isolate {
            isolate.terminate();
        }
    }
}

/// Starts the page's isolate with the document that was loaded; an error says what is wrong with it.
fn start(
    user_agent: UserAgent,
    url: &Url,
    response: Result<Response, FetchError>,
    options: PageOptions,
    shared: &Arc<Shared>,
) -> Result<(), String> {
    let response = response.map_err(|error| error.to_string())?;
    if response.status >= 400 {
        return Err(format!("{url} answered with status {}", response.status));
    }
    let secure_context = is_trustworthy(&response.url);
    let settings = Settings {
        user_agent,
        kind: Exposure::WINDOW,
        url: response.url.clone(),
        origin: response.url.origin(),
        secure_context,
        cross_origin_isolated: secure_context && asks_for_isolation(&response),
        animation_frames: true,
        on_unhandled_error: scripting::print_unhandled,
    };
    let mut state = shared.lock();
    if state.closed {
        return Ok(());
    }
    let isolate = agent::start(
        "page".to_owned(),
        false,
        settings,
        || Gc::new(Window::new()),
        move |window, cx| {
            let (content_type, text) = content(&response);
            let scripts = DocumentScripts::new(options.host_scripts);
            let data = DocumentData::loading(response.url, content_type, scripts);
            let document = window.open_document(data);
            document_scripts::parse(&document, &text, cx);
        },
    )
    .map_err(|error| error.to_string())?;
    state.isolate = Some(isolate.clone());
    drop(state);
    let shared = shared.clone();
    isolate.on_end(move |ending| match ending {
        Ending::Panicked(message) => shared.fail(PageState::Crashed(message.clone())),
        Ending::OutOfMemory { limit } => shared.fail(PageState::OutOfMemory(*limit)),
        _ => {}
    });
    Ok(())
}

/// The document's type, and its text as HTML: <https://html.spec.whatwg.org/multipage/document-lifecycle.html#loading-a-document>.
fn content(response: &Response) -> (String, String) {
    let essence = response.mime_essence();
    match essence.as_str() {
        // FIXME(read-xml): XML documents are read as HTML.
        "" | "text/html" | "application/xhtml+xml" => {
            // FIXME(prescan): <https://html.spec.whatwg.org/multipage/parsing.html#prescan-a-byte-stream-to-determine-its-encoding>.
            let encoding = response.charset().unwrap_or(encoding_rs::UTF_8);
            let text = encoding.decode(&response.body).0.into_owned();
            ("text/html".to_owned(), text)
        }
        // FIXME(read-text): the text is to be shown.
        _ => (essence, String::new()),
    }
}

/// <https://w3c.github.io/webappsec-secure-contexts/#is-url-trustworthy>
fn is_trustworthy(url: &Url) -> bool {
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || local
}

/// Whether the response's policies give its document a browsing context group of its own with cross-origin isolation:
/// <https://html.spec.whatwg.org/multipage/browsers.html#obtain-coop> and <https://html.spec.whatwg.org/multipage/browsers.html#obtain-an-embedder-policy>.
fn asks_for_isolation(response: &Response) -> bool {
    let item = |name| {
        let value = response.header(name).unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_owned()
    };
    item("cross-origin-opener-policy") == "same-origin"
        && matches!(
            item("cross-origin-embedder-policy").as_str(),
            "require-corp" | "credentialless"
        )
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").finish_non_exhaustive()
    }
}

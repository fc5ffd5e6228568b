//! Loading: <https://fetch.spec.whatwg.org/>, as far as scripts and documents need it, and `fetch()` does without options.

mod body;
mod content_coding;
mod cors;
pub(crate) mod fetch_method;
mod group;
mod header_list;
pub mod headers;
pub(crate) mod network;
mod reach;
pub mod response;
mod task;
#[cfg(test)]
mod tests;

pub(crate) use group::FetchGroup;
pub use network::ResponseObserver;
pub use reach::Reach;
pub(crate) use task::fetch_then;

use self::header_list::HeaderList;
use crate::{StartError, UserAgent, file_api::blob_url_store::BlobUrlEntry};
use data_url::mime::Mime;
use skep_engine::{EventLoop, Freight, Interrupted};
use url::{Origin, Url};

/// <https://fetch.spec.whatwg.org/#concept-request-mode>
#[derive(Debug, Clone)]
pub(crate) enum Mode {
    /// Every URL on the way must be of this origin, or local.
    SameOrigin(Origin),
    /// Any URL, but a response of another origin than this must allow it to be read.
    Cors(Origin),
    /// The same, and the other origin must allow it to be read with credentials: <https://fetch.spec.whatwg.org/#concept-request-credentials-mode>.
    // FIXME(cookies): there are none to send; only the answer is held to it.
    CorsWithCredentials(Origin),
    /// Any URL.
    NoCors,
}

/// <https://fetch.spec.whatwg.org/#concept-response>
#[derive(Debug)]
pub(crate) struct Response {
    /// The URL that answered, after redirects.
    pub url: Url,
    pub redirected: bool,
    /// Whether it is of another origin, which lets the requester read it.
    pub is_cors: bool,
    pub status: u16,
    pub status_text: Vec<u8>,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The body's memory, which was allocated where it was loaded.
    pub freight: Freight,
}

/// Why a load gave no response: <https://fetch.spec.whatwg.org/#concept-network-error>.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("{0} may not be connected to: only the test server's own addresses may")]
    Forbidden(String),
    #[error("{url} is not of the same origin as {origin}")]
    CrossOrigin { url: String, origin: String },
    #[error(
        "{url} is not of the same origin as {origin}, and does not let it read the response: its Access-Control-Allow-Origin {allowed}"
    )]
    NotAllowed {
        url: String,
        origin: String,
        allowed: String,
    },
    #[error("{0} redirects to a URL of another origin that includes credentials")]
    Credentials(String),
    #[error("{0} redirects more than 20 times")]
    TooManyRedirects(String),
    #[error("{url} redirects to '{location}', which is no URL that can be loaded")]
    BadRedirect { url: String, location: String },
    #[error("the scheme of {0} is not supported")]
    Scheme(String),
    #[error("{0} is no valid data: URL")]
    Data(String),
    #[error("{0} stands for no blob: it was revoked, or never made")]
    Blob(String),
    #[error("failed to load {url}: {reason}")]
    Network { url: String, reason: String },
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the load was given up")]
    Interrupted,
}

impl From<Interrupted> for FetchError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

impl Response {
    /// What a URL gives that no server stands behind.
    fn local(url: Url, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        Self {
            url,
            redirected: false,
            is_cors: false,
            status: 200,
            status_text: b"OK".to_vec(),
            headers,
            freight: Freight::load(body.capacity()),
            body,
        }
    }

    /// Whether the server gave what it was asked for.
    ///
    /// # Errors
    /// If its status says that it did not.
    pub fn check_status(&self) -> Result<(), FetchError> {
        self.check(self.is_ok(), || format!("the server answered {}", self.status))
    }

    /// Whether the response is of the type that is expected, which the caller has found out.
    ///
    /// # Errors
    /// If it is not.
    pub fn check_type(&self, is_expected: bool, expected: &str) -> Result<(), FetchError> {
        self.check(is_expected, || {
            format!("its type is '{}', not {expected}", self.mime_essence())
        })
    }

    fn check(&self, holds: bool, reason: impl FnOnce() -> String) -> Result<(), FetchError> {
        if holds {
            return Ok(());
        }
        Err(FetchError::Network {
            url: self.url.to_string(),
            reason: reason(),
        })
    }

    /// A header's first value; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// <https://fetch.spec.whatwg.org/#ok-status>
    pub fn is_ok(&self) -> bool {
        is_ok_status(self.status)
    }

    /// The body's MIME type: <https://fetch.spec.whatwg.org/#concept-header-extract-mime-type>.
    fn mime_type(&self) -> Option<Mime> {
        HeaderList::received(&self.headers).mime_type()
    }

    /// The essence of the body's MIME type, in lower case, empty if it has none:
    /// <https://mimesniff.spec.whatwg.org/#mime-type-essence>.
    pub fn mime_essence(&self) -> String {
        self.mime_type()
            .map_or_else(String::new, |mime| format!("{}/{}", mime.type_, mime.subtype))
    }

    /// Whether the body's type is one of JavaScript's.
    pub fn is_javascript(&self) -> bool {
        is_javascript_mime_type(&self.mime_essence())
    }

    /// Whether the body's type is one of JSON's: <https://mimesniff.spec.whatwg.org/#json-mime-type>.
    pub fn is_json(&self) -> bool {
        let essence = self.mime_essence();
        matches!(essence.as_str(), "application/json" | "text/json")
            || essence
                .split_once('/')
                .is_some_and(|(_, subtype)| subtype.ends_with("+json"))
    }

    /// The encoding that the body's MIME type names: <https://encoding.spec.whatwg.org/#concept-encoding-get>.
    pub fn charset(&self) -> Option<&'static encoding_rs::Encoding> {
        let mime = self.mime_type()?;
        encoding_rs::Encoding::for_label(mime.get_parameter("charset")?.as_bytes())
    }

    /// <https://fetch.spec.whatwg.org/#determine-nosniff>
    pub fn is_nosniff(&self) -> bool {
        let value = self.header("x-content-type-options").unwrap_or_default();
        value
            .split(',')
            .next()
            .unwrap_or_default()
            .trim()
            .eq_ignore_ascii_case("nosniff")
    }

    /// The body as text: <https://encoding.spec.whatwg.org/#utf-8-decode>.
    pub fn text(&self) -> String {
        encoding_rs::UTF_8.decode_with_bom_removal(&self.body).0.into_owned()
    }
}

/// <https://fetch.spec.whatwg.org/#ok-status>
fn is_ok_status(status: u16) -> bool {
    (200..300).contains(&status)
}

/// <https://fetch.spec.whatwg.org/#redirect-status>
fn is_redirect_status(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// <https://mimesniff.spec.whatwg.org/#javascript-mime-type>; the essence is in lower case.
pub(crate) fn is_javascript_mime_type(essence: &str) -> bool {
    const ESSENCES: [&str; 16] = [
        "application/ecmascript",
        "application/javascript",
        "application/x-ecmascript",
        "application/x-javascript",
        "text/ecmascript",
        "text/javascript",
        "text/javascript1.0",
        "text/javascript1.1",
        "text/javascript1.2",
        "text/javascript1.3",
        "text/javascript1.4",
        "text/javascript1.5",
        "text/jscript",
        "text/livescript",
        "text/x-ecmascript",
        "text/x-javascript",
    ];
    ESSENCES.contains(&essence)
}

/// <https://fetch.spec.whatwg.org/#concept-main-fetch>; `done` is called on the thread where the load ends, which is this one for
/// local schemes, or never if the group ends before.
pub(crate) fn fetch(
    group: &FetchGroup,
    user_agent: &UserAgent,
    url: Url,
    mode: Mode,
    done: impl FnOnce(Result<Response, FetchError>) + Send + 'static,
) {
    let token = user_agent.activity().token();
    let done = move |result| {
        done(result);
        drop(token);
    };
    match url.scheme() {
        "http" | "https" => match user_agent.network() {
            Ok(network) => network.load(group.membership(), url, mode, Box::new(done)),
            Err(error) => done(Err(error.into())),
        },
        "data" => done(data(url)),
        "blob" => {
            let entry = user_agent.resolve_blob_url(&url);
            done(blob(url, entry.as_ref(), &mode));
        }
        _ => done(Err(FetchError::Scheme(url.to_string()))),
    }
}

/// The same, for who must wait: a worker's `importScripts()`.
pub(crate) fn fetch_blocking(
    user_agent: &UserAgent,
    url: Url,
    mode: Mode,
    event_loop: &EventLoop,
) -> Result<Response, FetchError> {
    let (sender, answer) = flume::bounded(1);
    // If the isolate is ended meanwhile, so is the load.
    let group = FetchGroup::default();
    fetch(&group, user_agent, url, mode, move |result| {
        // Nobody waits any more where the isolate has been ended.
        _ = sender.send(result);
    });
    event_loop.block_on(&answer)?
}

/// The response for a blob URL, resolved when it was parsed: the "blob" case of
/// <https://fetch.spec.whatwg.org/#concept-scheme-fetch>.
pub(crate) fn blob(url: Url, entry: Option<&BlobUrlEntry>, mode: &Mode) -> Result<Response, FetchError> {
    // 1–3. What the URL stands for, if the requester may have it.
    let Some(entry) = entry else {
        return Err(FetchError::Blob(url.to_string()));
    };
    if let Mode::SameOrigin(origin) | Mode::Cors(origin) | Mode::CorsWithCredentials(origin) = mode
        && entry.origin != *origin
    {
        return Err(FetchError::CrossOrigin {
            url: url.to_string(),
            origin: origin.ascii_serialization(),
        });
    }
    // 6–8. The whole of it. NOTE(step 9): ranges come with requests that have headers.
    let blob = &entry.blob;
    // What is no MIME type is not told as one; the header is there nevertheless.
    let content_type = Some(blob.content_type()).filter(|text| text.parse::<data_url::mime::Mime>().is_ok());
    let headers = vec![
        ("content-length".to_owned(), blob.bytes().len().to_string()),
        ("content-type".to_owned(), content_type.unwrap_or_default().to_owned()),
    ];
    Ok(Response::local(url, headers, blob.bytes().to_vec()))
}

/// <https://fetch.spec.whatwg.org/#data-url-processor>
fn data(url: Url) -> Result<Response, FetchError> {
    let broken = || FetchError::Data(url.to_string());
    let parsed = data_url::DataUrl::process(url.as_str()).map_err(|_| broken())?;
    let (body, _) = parsed.decode_to_vec().map_err(|_| broken())?;
    let headers = vec![("content-type".to_owned(), parsed.mime_type().to_string())];
    Ok(Response::local(url, headers, body))
}

//! The one thread that speaks to sockets: <https://fetch.spec.whatwg.org/#http-fetch>.

use super::{
    FetchError, Mode, Reach, Response,
    content_coding::{self, ACCEPT_ENCODING, CodingError, MOST_BYTES},
    cors::Cors,
    group::Membership,
    is_redirect_status,
};
use crate::StartError;
use hyper::ext::ReasonPhrase;
use skep_engine::Freight;
use std::{rc::Rc, sync::Arc, thread};
use url::Url;

/// <https://fetch.spec.whatwg.org/#concept-http-redirect>, step 5.
const MOST_REDIRECTS: usize = 20;

/// Is told of each response that a server gives, redirects included, before anybody else: its URL, and the header fields with
/// their names in lower case. Called on the network thread.
pub type ResponseObserver = Arc<dyn Fn(&Url, &[(String, String)]) + Send + Sync>;

type Done = Box<dyn FnOnce(Result<Response, FetchError>) + Send>;

struct Job {
    group: Membership,
    url: Url,
    mode: Mode,
    done: Done,
}

/// A handle of the network thread, which ends when the last handle is gone and its loads are done.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    jobs: flume::Sender<Job>,
}

impl Network {
    /// Starts the thread; it will connect to nothing out of reach.
    pub fn start(reach: &Reach, observer: Option<&ResponseObserver>) -> Result<Self, StartError> {
        let failed = |reason: String| StartError::Network(reason);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .tls_backend_preconfigured(reach.tls()?)
            .dns_resolver(Arc::new(reach.clone()))
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let (reach, observer) = (reach.clone(), observer.cloned());
        let (jobs, incoming) = flume::unbounded::<Job>();
        thread::Builder::new()
            .name("network".to_owned())
            .spawn(move || {
                let local = tokio::task::LocalSet::new();
                let wire = Rc::new(Wire {
                    client,
                    reach,
                    observer,
                });
                local.block_on(&runtime, async move {
                    while let Ok(job) = incoming.recv_async().await {
                        let wire = wire.clone();
                        tokio::task::spawn_local(async move {
                            tokio::select! {
                                result = wire.load(job.url, &job.mode) => (job.done)(result),
                                () = job.group.ended() => {}
                            }
                        });
                    }
                });
            })
            .map_err(|error| failed(error.to_string()))?;
        Ok(Self { jobs })
    }

    /// Loads `url`; `done` is called on the network thread, unless the group ends before.
    pub fn load(&self, group: Membership, url: Url, mode: Mode, done: Done) {
        if let Err(flume::SendError(job)) = self.jobs.send(Job { group, url, mode, done }) {
            let reason = "the network thread has ended".to_owned();
            let url = job.url.to_string();
            (job.done)(Err(FetchError::Network { url, reason }));
        }
    }
}

/// What loads go over.
struct Wire {
    client: reqwest::Client,
    reach: Reach,
    observer: Option<ResponseObserver>,
}

impl Wire {
    /// <https://fetch.spec.whatwg.org/#concept-http-fetch>, redirects included.
    async fn load(&self, mut url: Url, mode: &Mode) -> Result<Response, FetchError> {
        let mut cors = Cors::new(mode);
        let mut redirected = false;
        for _ in 0..=MOST_REDIRECTS {
            self.check(&url, mode)?;
            let claim = cors.claim(&url);
            let failed = |error: reqwest::Error| broken(&url, &error.without_url());
            let mut request = self
                .client
                .get(url.clone())
                .header(reqwest::header::ACCEPT_ENCODING, ACCEPT_ENCODING);
            if let Some(origin) = &claim {
                request = request.header(reqwest::header::ORIGIN, origin);
            }
            let answer = request.send().await.map_err(failed)?;
            let status = answer.status();
            let status_text = match answer.extensions().get::<ReasonPhrase>() {
                Some(phrase) => phrase.as_bytes(),
                None if answer.version() == reqwest::Version::HTTP_2 => b"",
                // The usual one is not repeated.
                None => status.canonical_reason().unwrap_or_default().as_bytes(),
            };
            let status_text = status_text.to_vec();
            let headers: Vec<(String, String)> = answer
                .headers()
                .iter()
                .map(|(name, value)| {
                    let value = value.as_bytes().iter().map(|&byte| char::from(byte)).collect();
                    (name.as_str().to_owned(), value)
                })
                .collect();
            if let Some(observer) = &self.observer {
                observer(&url, &headers);
            }
            if let Some(origin) = &claim {
                cors.check(&url, origin, &headers)?;
            }
            let location = headers.iter().find(|(name, _)| name == "location");
            if let (true, Some((_, location))) = (is_redirect_status(status.as_u16()), location) {
                let mut next = url.join(location).map_err(|_| FetchError::BadRedirect {
                    url: url.to_string(),
                    location: location.clone(),
                })?;
                if next.fragment().is_none() {
                    next.set_fragment(url.fragment());
                }
                cors.redirect(&url, &next)?;
                url = next;
                redirected = true;
                continue;
            }
            let body = self.body(answer, &url).await?;
            let body = content_coding::decode(&headers, body).map_err(|error| broken(&url, &error))?;
            return Ok(Response {
                url,
                redirected,
                is_cors: claim.is_some(),
                status: status.as_u16(),
                status_text,
                headers,
                freight: Freight::load(body.capacity()),
                body,
            });
        }
        Err(FetchError::TooManyRedirects(url.to_string()))
    }

    /// The whole body, as it comes over the wire.
    async fn body(&self, mut answer: reqwest::Response, url: &Url) -> Result<Vec<u8>, FetchError> {
        let mut body = Vec::new();
        while let Some(chunk) = answer
            .chunk()
            .await
            .map_err(|error| broken(url, &error.without_url()))?
        {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(broken(url, &CodingError::TooLarge));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// Whether this URL may be connected to.
    fn check(&self, url: &Url, mode: &Mode) -> Result<(), FetchError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::Scheme(url.to_string()));
        }
        if let Mode::SameOrigin(origin) = mode
            && url.origin() != *origin
        {
            return Err(FetchError::CrossOrigin {
                url: url.to_string(),
                origin: origin.ascii_serialization(),
            });
        }
        if self.reach.includes(url) {
            Ok(())
        } else {
            Err(FetchError::Forbidden(url.to_string()))
        }
    }
}

fn broken(url: &Url, reason: &dyn std::fmt::Display) -> FetchError {
    FetchError::Network {
        url: url.to_string(),
        reason: reason.to_string(),
    }
}

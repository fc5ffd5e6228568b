//! Reading what another origin has: <https://fetch.spec.whatwg.org/#http-cors-protocol>.
//!
//! Every request is a GET with headers that need no consent, so none is asked for ahead.

use super::{FetchError, Mode};
use url::{Origin, Url};

/// What is known of a request's origins, from its first URL to its last.
#[derive(Debug)]
pub(super) struct Cors<'m> {
    /// The requester; none if the mode lets it have anything.
    origin: Option<&'m Origin>,
    /// Whether the request is one with credentials.
    credentials: bool,
    /// Whether a URL on the way was of another origin: <https://fetch.spec.whatwg.org/#concept-request-response-tainting>.
    tainted: bool,
    /// Whether one such sent it on to a third: <https://fetch.spec.whatwg.org/#concept-request-tainted-origin>.
    origin_hidden: bool,
}

impl<'m> Cors<'m> {
    /// Before the first URL.
    pub fn new(mode: &'m Mode) -> Self {
        Self {
            origin: match mode {
                Mode::Cors(origin) | Mode::CorsWithCredentials(origin) => Some(origin),
                Mode::SameOrigin(_) | Mode::NoCors => None,
            },
            credentials: matches!(mode, Mode::CorsWithCredentials(_)),
            tainted: false,
            origin_hidden: false,
        }
    }

    /// Who asks, as the request to `url` says it; none where no consent is needed.
    /// <https://fetch.spec.whatwg.org/#append-a-request-origin-header>
    pub fn claim(&mut self, url: &Url) -> Option<String> {
        let origin = self.origin?;
        self.tainted |= url.origin() != *origin;
        self.tainted.then(|| {
            if self.origin_hidden {
                "null".to_owned()
            } else {
                origin.ascii_serialization()
            }
        })
    }

    /// Whether the response at `url` lets `claim`, who asked, read it.
    pub fn check(&self, url: &Url, claim: &str, headers: &[(String, String)]) -> Result<(), FetchError> {
        check(url, claim, self.credentials, headers)
    }

    /// From one URL to the next: <https://fetch.spec.whatwg.org/#concept-http-redirect-fetch>.
    pub fn redirect(&mut self, from: &Url, to: &Url) -> Result<(), FetchError> {
        let Some(origin) = self.origin else {
            return Ok(());
        };
        // 8–9. No credentials for another origin to use.
        let credentials = !to.username().is_empty() || to.password().is_some();
        if credentials && (self.tainted || to.origin() != *origin) {
            return Err(FetchError::Credentials(from.to_string()));
        }
        // A third party is not told who asks.
        self.origin_hidden |= from.origin() != *origin && to.origin() != from.origin();
        Ok(())
    }
}

/// Whether the response at `url` lets `origin` read it: <https://fetch.spec.whatwg.org/#concept-cors-check>.
fn check(url: &Url, origin: &str, credentials: bool, headers: &[(String, String)]) -> Result<(), FetchError> {
    let values_of = |header: &str| -> Vec<&str> {
        let named = headers.iter().filter(|(name, _)| name == header);
        named.map(|(_, value)| value.as_str()).collect()
    };
    // 1. Whom it names; a list names nobody.
    let values = values_of("access-control-allow-origin");
    let refused = |allowed: String| FetchError::NotAllowed {
        url: url.to_string(),
        origin: origin.to_owned(),
        allowed,
    };
    match values.as_slice() {
        // 2. It names nobody.
        [] => Err(refused("is missing".to_owned())),
        // 3. Anybody, where no credentials are asked for.
        ["*"] if !credentials => Ok(()),
        // 4–8. Or this one, with its credentials if it asked for them.
        [value] if *value == origin => {
            if !credentials || values_of("access-control-allow-credentials") == ["true"] {
                Ok(())
            } else {
                Err(refused(format!(
                    "is '{value}', without an Access-Control-Allow-Credentials of 'true'"
                )))
            }
        }
        // 9. Somebody else.
        values => Err(refused(format!("is '{}'", values.join(", ")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn consent_is_for_all_or_for_exactly_one() {
        for (values, allowed) in [
            (&[][..], false),
            (&["*"], true),
            (&["http://a"], true),
            (&["http://a/"], false),
            (&["http://A"], false),
            (&["null"], false),
            (&["http://a, *"], false),
            (&["*", "*"], false),
        ] {
            let headers: Vec<_> = values
                .iter()
                .map(|value: &&str| ("access-control-allow-origin".to_owned(), (*value).to_owned()))
                .collect();
            assert_eq!(
                check(&url("http://b/"), "http://a", false, &headers).is_ok(),
                allowed,
                "{values:?}"
            );
        }
    }

    #[test]
    fn with_credentials_consent_names_the_origin_and_says_so() {
        for (origin, credentials, allowed) in [
            ("http://a", Some("true"), true),
            ("http://a", Some("True"), false),
            ("http://a", None, false),
            ("*", Some("true"), false),
        ] {
            let mut headers = vec![("access-control-allow-origin".to_owned(), origin.to_owned())];
            headers.extend(credentials.map(|value| ("access-control-allow-credentials".to_owned(), value.to_owned())));
            assert_eq!(
                check(&url("http://b/"), "http://a", true, &headers).is_ok(),
                allowed,
                "{origin} {credentials:?}"
            );
        }
    }

    #[test]
    fn a_third_party_is_not_told_who_asks() {
        let mode = Mode::Cors(url("http://a").origin());
        let mut cors = Cors::new(&mode);
        let [a, b, c] = ["http://a/", "http://b/", "http://c/"].map(url);
        assert_eq!(cors.claim(&a), None);
        cors.redirect(&a, &b).unwrap();
        assert_eq!(cors.claim(&b).as_deref(), Some("http://a"));
        cors.redirect(&b, &c).unwrap();
        assert_eq!(cors.claim(&c).as_deref(), Some("null"));
        // Back home it is still a request of no known origin.
        cors.redirect(&c, &a).unwrap();
        assert_eq!(cors.claim(&a).as_deref(), Some("null"));
    }

    #[test]
    fn credentials_do_not_cross_origins() {
        let mode = Mode::Cors(url("http://a").origin());
        let mut cors = Cors::new(&mode);
        let (a, own, other) = (url("http://a/"), url("http://u:p@a/"), url("http://u@b/"));
        cors.claim(&a);
        assert!(cors.redirect(&a, &own).is_ok());
        assert!(matches!(cors.redirect(&a, &other), Err(FetchError::Credentials(_))));
        cors.claim(&other);
        assert!(matches!(cors.redirect(&other, &own), Err(FetchError::Credentials(_))));
    }
}

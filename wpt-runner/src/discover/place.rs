//! Where a test's server offers it.

use url::form_urlencoded;

/// The protocol that a test is to be loaded by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// HTTP/1.1 without TLS.
    #[default]
    Http,
    /// HTTP/1.1 over TLS.
    Https,
    /// HTTP/2, over TLS.
    Http2,
}

/// Where a test is served: which of the server's origins is its own.
///
/// <https://web-platform-tests.org/writing-tests/file-names.html#test-features>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// By which protocol.
    pub protocol: Protocol,
    /// On the host `www` below the one under test, and not on that itself.
    pub on_www: bool,
}

impl Place {
    /// The place that a test's URL (path, query and fragment) asks for: by what stands between the
    /// dots of its file's name, and by `wpt_flags` in its query.
    #[must_use]
    pub fn of_url(url: &str) -> Self {
        let url = url.split('#').next().unwrap_or_default();
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let file = path.rsplit('/').next().unwrap_or_default();
        let parts: Vec<&str> = file.split('.').collect();
        let in_name = match parts.as_slice() {
            [_, flags @ .., _] => flags,
            _ => &[],
        };
        let in_query: Vec<_> = form_urlencoded::parse(query.as_bytes())
            .filter_map(|(key, value)| (key == "wpt_flags").then_some(value))
            .collect();
        let has = |flag: &str| in_name.contains(&flag) || in_query.iter().any(|value| value == flag);
        let protocol = if has("h2") {
            Protocol::Http2
        } else if has("https") || has("serviceworker") || has("serviceworker-module") {
            Protocol::Https
        } else {
            Protocol::Http
        };
        Self {
            protocol,
            on_www: has("www"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Protocol};

    #[test]
    fn flags_of_the_url_decide() {
        for (url, protocol, on_www) in [
            ("/a/https.html", Protocol::Http, false),
            ("/https.h2.www/a.html", Protocol::Http, false),
            ("/a/x.https", Protocol::Http, false),
            ("/a/x.https.any.html?a#b", Protocol::Https, false),
            ("/a/x.any.serviceworker.html", Protocol::Https, false),
            ("/a/x.any.serviceworker-module.html", Protocol::Https, false),
            ("/a/x.any.sharedworker.html", Protocol::Http, false),
            ("/a/x.h2.https.any.worker.html", Protocol::Http2, false),
            ("/a/x.www.sub.html", Protocol::Http, true),
            ("/a/x.https.www.html", Protocol::Https, true),
            ("/a/x.html?a&wpt_flags=h2", Protocol::Http2, false),
            ("/a/x.html?wpt_flags=www&wpt_flags=htt%70s", Protocol::Https, true),
            ("/a/x.html?wpt_flag=h2", Protocol::Http, false),
            ("/a/x.html#?wpt_flags=h2", Protocol::Http, false),
        ] {
            assert_eq!(Place::of_url(url), Place { protocol, on_www }, "{url}");
        }
    }
}

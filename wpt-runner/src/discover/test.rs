//! A test as discovery lists it.

use std::fmt;

use super::Scope;

/// One test URL and what is known of it before it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// Path, query and fragment, from the root of the tree's server: `/workers/a.any.worker.html?1`.
    pub url: String,
    /// The source file, relative to the tree's root, with `/` between its parts.
    pub source: String,
    /// Where the assertions run.
    pub scope: Scope,
    /// How much time it asks for.
    pub timeout: Timeout,
    /// Whether and how it can run.
    pub readiness: Readiness,
}

impl Test {
    /// Whether a run gives it a result of its own, rather than skipping it.
    #[must_use]
    pub fn is_run(&self) -> bool {
        !matches!(self.readiness, Readiness::Skipped(_))
    }
}

/// Whether a test can run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It can.
    Runnable,
    /// It is known, but what it needs is not there yet.
    Skipped(SkipReason),
    /// It cannot: its source could not be read or makes no sense. The text says why.
    Broken(String),
}

/// How much time a test asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeout {
    /// The usual 10 seconds.
    Normal,
    /// `timeout=long`: 60 seconds.
    Long,
}

impl Timeout {
    /// The time in seconds.
    #[must_use]
    pub fn seconds(self) -> u32 {
        match self {
            Self::Normal => 10,
            Self::Long => 60,
        }
    }
}

/// Why a known test is not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// It needs a human.
    Manual,
    /// It compares renderings.
    Reftest,
    /// It compares printed renderings.
    PrintReftest,
    /// It is to be looked at.
    Visual,
    /// It only must not crash a renderer.
    CrashTest,
    /// It drives a browser from outside.
    WebDriver,
    /// It needs a web extension.
    Extension,
    /// It runs in a bare JavaScript shell.
    JsShell,
    /// It needs shared workers.
    SharedWorker,
    /// It needs service workers.
    ServiceWorker,
    /// It needs `ShadowRealm`.
    ShadowRealm,
    /// It needs HTTPS.
    Https,
    /// It needs HTTP/2.
    Http2,
    /// It needs a host name other than the server's.
    OtherHost,
    /// It asks the server to change the response by `?pipe=`.
    Pipe,
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Manual => "manual test",
            Self::Reftest => "reftest: rendering is not supported",
            Self::PrintReftest => "print reftest: rendering is not supported",
            Self::Visual => "visual test: rendering is not supported",
            Self::CrashTest => "crashtest: rendering is not supported",
            Self::WebDriver => "WebDriver test: WebDriver is not supported",
            Self::Extension => "web extensions are not supported",
            Self::JsShell => "JavaScript shell scope is not supported",
            Self::SharedWorker => "shared workers are not supported yet",
            Self::ServiceWorker => "service workers are not supported yet",
            Self::ShadowRealm => "ShadowRealm is not supported yet",
            Self::Https => "https is not supported yet",
            Self::Http2 => "HTTP/2 is not supported yet",
            Self::OtherHost => "host names other than the server's are not supported yet",
            Self::Pipe => "server pipes (?pipe=) are not supported yet",
        })
    }
}

/// Why a harness test at `url` in `scope` cannot run yet, if so.
pub(super) fn skip_reason(url: &str, scope: Scope) -> Option<SkipReason> {
    let by_scope = match scope {
        Scope::Window | Scope::WindowModule | Scope::DedicatedWorker | Scope::DedicatedWorkerModule => None,
        Scope::SharedWorker | Scope::SharedWorkerModule => Some(SkipReason::SharedWorker),
        Scope::ServiceWorker | Scope::ServiceWorkerModule => Some(SkipReason::ServiceWorker),
        Scope::ShadowRealmInWindow
        | Scope::ShadowRealmInShadowRealm
        | Scope::ShadowRealmInDedicatedWorker
        | Scope::ShadowRealmInSharedWorker
        | Scope::ShadowRealmInServiceWorker
        | Scope::ShadowRealmInAudioWorklet => Some(SkipReason::ShadowRealm),
        Scope::Extension => Some(SkipReason::Extension),
        Scope::JsShell => Some(SkipReason::JsShell),
    };
    by_scope.or_else(|| by_flags(url))
}

/// The parts between the dots of a URL's file name, and `wpt_flags` in its query, say what
/// the server must offer.
fn by_flags(url: &str) -> Option<SkipReason> {
    let url = url.split('#').next().unwrap_or_default();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let file = path.rsplit('/').next().unwrap_or_default();
    let parts: Vec<&str> = file.split('.').collect();
    let in_name = match parts.as_slice() {
        [_, flags @ .., _] => flags,
        _ => &[],
    };
    let in_query = query.split('&').filter_map(|pair| pair.strip_prefix("wpt_flags="));
    let reason = in_name.iter().copied().chain(in_query).find_map(|flag| match flag {
        "https" | "serviceworker" | "serviceworker-module" => Some(SkipReason::Https),
        "h2" => Some(SkipReason::Http2),
        "www" => Some(SkipReason::OtherHost),
        _ => None,
    });
    let has_pipe = query.split('&').any(|pair| pair.starts_with("pipe="));
    reason.or(has_pipe.then_some(SkipReason::Pipe))
}

#[cfg(test)]
mod tests {
    use super::{SkipReason, skip_reason};
    use crate::discover::Scope;

    #[test]
    fn flags_between_the_dots_decide() {
        let reason = |url| skip_reason(url, Scope::Window);
        assert_eq!(reason("/a/https.html"), None);
        assert_eq!(reason("/https.h2/a.html"), None);
        assert_eq!(reason("/a/x.https.any.html?a#b"), Some(SkipReason::Https));
        assert_eq!(reason("/a/x.h2.html"), Some(SkipReason::Http2));
        assert_eq!(reason("/a/x.www.html"), Some(SkipReason::OtherHost));
        assert_eq!(reason("/a/x.html?wpt_flags=h2"), Some(SkipReason::Http2));
        assert_eq!(reason("/a/x.html?pipe=sub"), Some(SkipReason::Pipe));
        assert_eq!(
            skip_reason("/a/x.any.sharedworker.html", Scope::SharedWorker),
            Some(SkipReason::SharedWorker)
        );
    }
}

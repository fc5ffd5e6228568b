//! A test as discovery lists it.

use std::fmt;

use super::{Place, Scope};

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

    /// Where it is served.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::of_url(&self.url)
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
    /// It needs `WebAssembly`, which the engine does not have.
    WebAssembly,
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
            Self::WebAssembly => "WebAssembly is not supported yet",
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
    let by_folder = url.starts_with("/wasm/").then_some(SkipReason::WebAssembly);
    by_scope.or(by_folder)
}

#[cfg(test)]
mod tests {
    use super::{SkipReason, skip_reason};
    use crate::discover::Scope;

    #[test]
    fn scopes_come_first_then_folders() {
        let reason = |url| skip_reason(url, Scope::Window);
        assert_eq!(reason("/a/https.html"), None);
        assert_eq!(reason("/a/x.https.any.html?a#b"), None);
        assert_eq!(reason("/wasm/x.https.html"), Some(SkipReason::WebAssembly));
        assert_eq!(reason("/a/wasm/x.html"), None);
        assert_eq!(
            skip_reason("/wasm/x.any.sharedworker.html", Scope::SharedWorker),
            Some(SkipReason::SharedWorker)
        );
    }
}

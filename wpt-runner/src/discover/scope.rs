//! The global scopes that a script test can run in.
//!
//! <https://web-platform-tests.org/writing-tests/testharness.html#multi-global-tests>

/// The global scope in which a test's assertions run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// A page.
    Window,
    /// A page, the test being a module script.
    WindowModule,
    /// A dedicated worker.
    DedicatedWorker,
    /// A dedicated worker, the test being a module script.
    DedicatedWorkerModule,
    /// A shared worker.
    SharedWorker,
    /// A shared worker, the test being a module script.
    SharedWorkerModule,
    /// A service worker.
    ServiceWorker,
    /// A service worker, the test being a module script.
    ServiceWorkerModule,
    /// A `ShadowRealm` made in a page.
    ShadowRealmInWindow,
    /// A `ShadowRealm` made in another one.
    ShadowRealmInShadowRealm,
    /// A `ShadowRealm` made in a dedicated worker.
    ShadowRealmInDedicatedWorker,
    /// A `ShadowRealm` made in a shared worker.
    ShadowRealmInSharedWorker,
    /// A `ShadowRealm` made in a service worker.
    ShadowRealmInServiceWorker,
    /// A `ShadowRealm` made in an audio worklet.
    ShadowRealmInAudioWorklet,
    /// A web extension.
    Extension,
    /// A bare JavaScript shell.
    JsShell,
}

impl Scope {
    /// What replaces `.any.js` in the URL of a multi-global test in this scope; `None` if such
    /// a test cannot ask for it.
    ///
    /// The second value says that `.https.` in the name moves into the suffix.
    #[must_use]
    pub fn any_suffix(self) -> Option<(&'static str, bool)> {
        Some(match self {
            Self::Window => (".any.html", false),
            Self::WindowModule => (".any.window-module.html", false),
            Self::DedicatedWorker => (".any.worker.html", false),
            Self::DedicatedWorkerModule => (".any.worker-module.html", false),
            Self::SharedWorker => (".any.sharedworker.html", false),
            Self::SharedWorkerModule => (".any.sharedworker-module.html", false),
            Self::ServiceWorker => (".any.serviceworker.html", false),
            Self::ServiceWorkerModule => (".any.serviceworker-module.html", false),
            Self::ShadowRealmInWindow => (".any.shadowrealm-in-window.html", false),
            Self::ShadowRealmInShadowRealm => (".any.shadowrealm-in-shadowrealm.html", false),
            Self::ShadowRealmInDedicatedWorker => (".any.shadowrealm-in-dedicatedworker.html", false),
            Self::ShadowRealmInSharedWorker => (".any.shadowrealm-in-sharedworker.html", false),
            Self::ShadowRealmInServiceWorker => (".https.any.shadowrealm-in-serviceworker.html", true),
            Self::ShadowRealmInAudioWorklet => (".https.any.shadowrealm-in-audioworklet.html", true),
            Self::JsShell => (".any.js", false),
            Self::Extension => return None,
        })
    }

    /// The scopes that a multi-global test asks for, given the value of its `META: global=`
    /// (empty or absent: page and dedicated worker). Unknown names are ignored, as upstream does.
    #[must_use]
    pub fn parse_globals(value: Option<&str>) -> Vec<Self> {
        let value = value.unwrap_or_default();
        if value.is_empty() {
            return vec![Self::Window, Self::DedicatedWorker];
        }
        let mut scopes: Vec<Self> = value
            .split(',')
            .flat_map(|name| Self::named(name.trim()).iter().copied())
            .collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    fn named(name: &str) -> &'static [Self] {
        match name {
            "window" => &[Self::Window],
            "window-module" => &[Self::WindowModule],
            "dedicatedworker" => &[Self::DedicatedWorker],
            "dedicatedworker-module" | "worker-module" => &[Self::DedicatedWorkerModule],
            "sharedworker" => &[Self::SharedWorker],
            "sharedworker-module" => &[Self::SharedWorkerModule],
            "serviceworker" => &[Self::ServiceWorker],
            "serviceworker-module" => &[Self::ServiceWorkerModule],
            "worker" => &[Self::DedicatedWorker, Self::SharedWorker, Self::ServiceWorker],
            "shadowrealm-in-window" => &[Self::ShadowRealmInWindow],
            "shadowrealm-in-shadowrealm" => &[Self::ShadowRealmInShadowRealm],
            "shadowrealm-in-dedicatedworker" => &[Self::ShadowRealmInDedicatedWorker],
            "shadowrealm-in-sharedworker" => &[Self::ShadowRealmInSharedWorker],
            "shadowrealm-in-serviceworker" => &[Self::ShadowRealmInServiceWorker],
            "shadowrealm-in-audioworklet" => &[Self::ShadowRealmInAudioWorklet],
            "shadowrealm" => &[
                Self::ShadowRealmInWindow,
                Self::ShadowRealmInShadowRealm,
                Self::ShadowRealmInDedicatedWorker,
                Self::ShadowRealmInSharedWorker,
                Self::ShadowRealmInServiceWorker,
                Self::ShadowRealmInAudioWorklet,
            ],
            "jsshell" => &[Self::JsShell],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Scope;

    #[test]
    fn globals_have_a_default_and_longhands() {
        let default = vec![Scope::Window, Scope::DedicatedWorker];
        assert_eq!(Scope::parse_globals(None), default);
        assert_eq!(Scope::parse_globals(Some("")), default);
        assert_eq!(
            Scope::parse_globals(Some("worker, window ,dedicatedworker,nonsense")),
            vec![
                Scope::Window,
                Scope::DedicatedWorker,
                Scope::SharedWorker,
                Scope::ServiceWorker
            ]
        );
        assert_eq!(Scope::parse_globals(Some("shadowrealm")).len(), 6);
        assert!(Scope::parse_globals(Some("nonsense")).is_empty());
    }
}

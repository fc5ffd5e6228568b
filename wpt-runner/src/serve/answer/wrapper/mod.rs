//! The pages and worker scripts that the server makes around script tests.
//!
//! <https://web-platform-tests.org/writing-tests/testharness.html#auto-generated-test-boilerplate>

mod page;
mod realm;
mod script;

use crate::discover::{Meta, Scope};

/// A resource that is made, not read: from which source file, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wrapper {
    /// What the URL ends in.
    end: &'static str,
    /// What the source file ends in.
    source_end: &'static str,
    /// What the resource that a page loads ends in: the source, or a script made around it.
    loads_end: &'static str,
    /// The scope that the test must ask for.
    scope: Option<Scope>,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A page that runs the test itself.
    Page(page::Kind),
    /// A page that starts a worker, by the expression around the script's URL, and fetches its tests.
    WorkerPage(&'static str, &'static str),
    /// A page that registers a service worker with these options.
    ServiceWorkerPage(&'static str),
    /// A page that runs the test in a `ShadowRealm`, or in one made in another one.
    RealmPage { is_nested: bool },
    /// A page that runs the test in an audio worklet.
    WorkletPage,
    /// A classic worker script.
    WorkerScript,
    /// A module worker script.
    ModuleWorkerScript,
    /// A script that runs the test in a `ShadowRealm` of the scope that it runs in.
    RealmScript(realm::Host),
}

const WORKER: Form = Form::WorkerPage("new Worker(", ")");
const MODULE_WORKER: Form = Form::WorkerPage("new Worker(", ", { type: \"module\" })");
const SHARED: Form = Form::WorkerPage("new SharedWorker(", ")");
const MODULE_SHARED: Form = Form::WorkerPage("new SharedWorker(", ", { type: \"module\" })");
const SERVICE: Form = Form::ServiceWorkerPage("{ scope }");
const MODULE_SERVICE: Form = Form::ServiceWorkerPage("{ scope, type: \"module\" }");

/// The longest end first, where one is the end of another.
const WRAPPERS: [Wrapper; 22] = [
    any(".any.html", ".any.js", Scope::Window, Form::Page(page::Kind::Any)),
    any(
        ".any.window-module.html",
        ".any.js",
        Scope::WindowModule,
        Form::Page(page::Kind::Module),
    ),
    any(".any.worker.html", ".any.worker.js", Scope::DedicatedWorker, WORKER),
    any(
        ".any.worker-module.html",
        ".any.worker-module.js",
        Scope::DedicatedWorkerModule,
        MODULE_WORKER,
    ),
    any(".any.sharedworker.html", ".any.worker.js", Scope::SharedWorker, SHARED),
    any(
        ".any.sharedworker-module.html",
        ".any.worker-module.js",
        Scope::SharedWorkerModule,
        MODULE_SHARED,
    ),
    any(
        ".any.serviceworker.html",
        ".any.worker.js",
        Scope::ServiceWorker,
        SERVICE,
    ),
    any(
        ".any.serviceworker-module.html",
        ".any.worker-module.js",
        Scope::ServiceWorkerModule,
        MODULE_SERVICE,
    ),
    any(
        ".any.shadowrealm-in-window.html",
        ".any.js",
        Scope::ShadowRealmInWindow,
        Form::RealmPage { is_nested: false },
    ),
    any(
        ".any.shadowrealm-in-shadowrealm.html",
        ".any.js",
        Scope::ShadowRealmInShadowRealm,
        Form::RealmPage { is_nested: true },
    ),
    any(
        ".any.shadowrealm-in-dedicatedworker.html",
        ".any.worker-shadowrealm.js",
        Scope::ShadowRealmInDedicatedWorker,
        WORKER,
    ),
    any(
        ".any.shadowrealm-in-sharedworker.html",
        ".any.worker-shadowrealm.js",
        Scope::ShadowRealmInSharedWorker,
        SHARED,
    ),
    any(
        ".https.any.shadowrealm-in-serviceworker.html",
        ".any.serviceworker-shadowrealm.js",
        Scope::ShadowRealmInServiceWorker,
        SERVICE,
    ),
    any(
        ".https.any.shadowrealm-in-audioworklet.html",
        ".any.audioworklet-shadowrealm.js",
        Scope::ShadowRealmInAudioWorklet,
        Form::WorkletPage,
    ),
    script(".any.worker.js", Form::WorkerScript),
    script(".any.worker-module.js", Form::ModuleWorkerScript),
    script(".any.worker-shadowrealm.js", Form::RealmScript(realm::Host::Worker)),
    script(
        ".any.serviceworker-shadowrealm.js",
        Form::RealmScript(realm::Host::ServiceWorker),
    ),
    script(
        ".any.audioworklet-shadowrealm.js",
        Form::RealmScript(realm::Host::AudioWorklet),
    ),
    page(".worker.html", ".worker.js", Some(Scope::DedicatedWorker), WORKER),
    page(".window.html", ".window.js", None, Form::Page(page::Kind::Window)),
    page(
        ".extension.html",
        ".extension.js",
        None,
        Form::Page(page::Kind::Extension),
    ),
];

const fn any(end: &'static str, loads_end: &'static str, scope: Scope, form: Form) -> Wrapper {
    Wrapper {
        end,
        source_end: ".any.js",
        loads_end,
        scope: Some(scope),
        form,
    }
}

const fn script(end: &'static str, form: Form) -> Wrapper {
    Wrapper {
        end,
        source_end: ".any.js",
        loads_end: ".any.js",
        scope: None,
        form,
    }
}

const fn page(end: &'static str, source_end: &'static str, scope: Option<Scope>, form: Form) -> Wrapper {
    Wrapper {
        end,
        source_end,
        loads_end: source_end,
        scope,
        form,
    }
}

impl Wrapper {
    /// The wrapper that a URL's path names.
    pub fn of(path: &str) -> Option<Self> {
        WRAPPERS.into_iter().find(|wrapper| path.ends_with(wrapper.end))
    }

    /// The path of the source file, for the same path.
    pub fn source_path(self, path: &str) -> String {
        replace_end(path, self.end, self.source_end)
    }

    /// The path of what is loaded from it, for the same path.
    pub fn loaded_path(self, path: &str) -> String {
        replace_end(path, self.end, self.loads_end)
    }

    /// Whether a test with this head may be wrapped so.
    pub fn is_asked_for(self, meta: &Meta) -> bool {
        let asked = |scope| Scope::parse_globals(meta.first("global")).contains(&scope);
        self.scope.is_none_or(asked)
    }

    /// The MIME type of what is made.
    pub fn mime(self) -> &'static str {
        match self.form {
            Form::WorkerScript | Form::ModuleWorkerScript | Form::RealmScript(_) => "text/javascript",
            _ => "text/html",
        }
    }

    /// What is made: for the path and query of the request (both as sent) and the source's head.
    pub fn render(self, path: &str, query: &str, meta: &Meta) -> String {
        let loads = in_string(&self.loaded_path(path));
        let query = match query {
            "" => String::new(),
            query => in_string(&format!("?{query}")),
        };
        let url = format!("{loads}{query}");
        match self.form {
            Form::Page(kind) => page::of_test(kind, meta, &loads),
            Form::WorkerPage(before, after) => page::of_worker(meta, before, &url, after),
            Form::ServiceWorkerPage(options) => page::of_service_worker(meta, &url, options),
            Form::RealmPage { is_nested } => page::of_realm(meta, &realm::in_page(meta, &loads, is_nested)),
            Form::WorkletPage => page::of_realm(meta, &realm::in_worklet(&url)),
            Form::WorkerScript => script::worker(meta, &loads, "importScripts(", ");\n"),
            Form::ModuleWorkerScript => script::worker(meta, &loads, "import ", ";\n"),
            Form::RealmScript(host) => realm::script(host, meta, &loads, &query),
        }
    }
}

fn replace_end(path: &str, from: &str, to: &str) -> String {
    format!("{}{to}", path.strip_suffix(from).unwrap_or(path))
}

/// Escapes what a URL as sent may hold raw and a string in a script of a page may not.
fn in_string(url: &str) -> String {
    url.chars().fold(String::with_capacity(url.len()), |mut out, c| {
        match c {
            '"' => out.push_str("%22"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '\\' => out.push_str("%5C"),
            c => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::{WRAPPERS, Wrapper};
    use crate::discover::{Meta, Scope};

    pub(super) fn render(path: &str, query: &str, source: &str) -> String {
        Wrapper::of(path)
            .unwrap()
            .render(path, query, &Meta::parse(source.as_bytes()))
    }

    #[test]
    fn each_wrapper_knows_its_source_and_what_it_loads() {
        for (path, source, loaded) in [
            ("/x.any.html", "/x.any.js", "/x.any.js"),
            ("/x.any.window-module.html", "/x.any.js", "/x.any.js"),
            ("/x.any.worker.html", "/x.any.js", "/x.any.worker.js"),
            ("/x.any.worker-module.html", "/x.any.js", "/x.any.worker-module.js"),
            (
                "/x.https.any.serviceworker.html",
                "/x.https.any.js",
                "/x.https.any.worker.js",
            ),
            ("/x.any.shadowrealm-in-window.html", "/x.any.js", "/x.any.js"),
            (
                "/x.any.shadowrealm-in-sharedworker.html",
                "/x.any.js",
                "/x.any.worker-shadowrealm.js",
            ),
            (
                "/x.https.any.shadowrealm-in-serviceworker.html",
                "/x.any.js",
                "/x.any.serviceworker-shadowrealm.js",
            ),
            (
                "/x.https.any.shadowrealm-in-audioworklet.html",
                "/x.any.js",
                "/x.any.audioworklet-shadowrealm.js",
            ),
            ("/x.any.worker-shadowrealm.js", "/x.any.js", "/x.any.js"),
            ("/x.any.worker.js", "/x.any.js", "/x.any.js"),
            ("/x.worker.html", "/x.worker.js", "/x.worker.js"),
            ("/x.window.html", "/x.window.js", "/x.window.js"),
            ("/x.extension.html", "/x.extension.js", "/x.extension.js"),
        ] {
            let wrapper = Wrapper::of(path).unwrap();
            assert_eq!(wrapper.source_path(path), source);
            assert_eq!(wrapper.loaded_path(path), loaded);
        }
        assert_eq!(Wrapper::of("/a/x.worker.js"), None);
        assert_eq!(Wrapper::of("/a/x.html"), None);
        for (at, wrapper) in WRAPPERS.iter().enumerate() {
            let path = format!("/x{}", wrapper.end);
            assert_eq!(Wrapper::of(&path), Some(WRAPPERS[at]), "{path} is not taken by another");
        }
    }

    #[test]
    fn each_scope_of_a_test_has_a_wrapper() {
        for name in ["window", "window-module", "worker", "shadowrealm", "jsshell"]
            .into_iter()
            .chain(["dedicatedworker-module", "sharedworker-module", "serviceworker-module"])
        {
            for scope in Scope::parse_globals(Some(name)) {
                let (end, takes_https) = scope.any_suffix().unwrap();
                let wrapper = Wrapper::of(&format!("/x{end}"));
                // A shell runs the file itself.
                let expected = (scope != Scope::JsShell).then_some(scope);
                assert_eq!(wrapper.and_then(|wrapper| wrapper.scope), expected, "{end}");
                assert_eq!(takes_https, end.starts_with(".https."), "{end}");
            }
        }
        // Nothing that a URL of a test names is left out.
        let of_tests = WRAPPERS.iter().filter(|wrapper| wrapper.source_end == ".any.js");
        let pages = of_tests.filter_map(|wrapper| Some((wrapper.scope?, wrapper.end)));
        for (scope, end) in pages {
            assert_eq!(scope.any_suffix().map(|(suffix, _)| suffix), Some(end));
        }
    }

    #[test]
    fn only_the_scopes_asked_for() {
        let meta = Meta::parse(b"// META: global=window\n");
        for (path, is_asked_for) in [
            ("/x.any.html", true),
            ("/x.any.worker.html", false),
            ("/x.any.window-module.html", false),
            ("/x.any.shadowrealm-in-window.html", false),
            ("/x.any.worker.js", true),
            ("/x.any.worker-shadowrealm.js", true),
            ("/x.worker.html", false),
            ("/x.window.html", true),
        ] {
            assert_eq!(Wrapper::of(path).unwrap().is_asked_for(&meta), is_asked_for, "{path}");
        }
        assert!(Wrapper::of("/x.worker.html").unwrap().is_asked_for(&Meta::default()));
    }

    #[test]
    fn no_query_breaks_out() {
        let page = render("/a/x.any.worker.html", "\"</script><script>", "");
        assert!(
            page.contains("x.any.worker.js?%22%3C/script%3E%3Cscript%3E\""),
            "{page}"
        );
    }
}

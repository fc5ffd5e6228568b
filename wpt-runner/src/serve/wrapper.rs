//! The pages and worker scripts that the server makes around script tests.
//!
//! <https://web-platform-tests.org/writing-tests/testharness.html#auto-generated-test-boilerplate>

use crate::discover::{Meta, Scope};

use super::template::escape;

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
    Page { has_global: bool, is_module: bool },
    /// A page that starts a worker, by the expression around the script's URL, and fetches its tests.
    WorkerPage(&'static str, &'static str),
    /// A page that registers a service worker with these options.
    ServiceWorkerPage(&'static str),
    /// A classic worker script.
    WorkerScript,
    /// A module worker script.
    ModuleWorkerScript,
}

const PAGE: Form = Form::Page {
    has_global: false,
    is_module: false,
};
const ANY_PAGE: Form = Form::Page {
    has_global: true,
    is_module: false,
};
const MODULE_PAGE: Form = Form::Page {
    has_global: false,
    is_module: true,
};
const WORKER: Form = Form::WorkerPage("new Worker(", ")");
const MODULE_WORKER: Form = Form::WorkerPage("new Worker(", ", { type: \"module\" })");
const SHARED: Form = Form::WorkerPage("new SharedWorker(", ")");
const MODULE_SHARED: Form = Form::WorkerPage("new SharedWorker(", ", { type: \"module\" })");

/// The longest end first, where one is the end of another.
const WRAPPERS: [Wrapper; 12] = [
    any(".any.html", ".any.js", Scope::Window, ANY_PAGE),
    any(".any.window-module.html", ".any.js", Scope::WindowModule, MODULE_PAGE),
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
        Form::ServiceWorkerPage("{ scope }"),
    ),
    any(
        ".any.serviceworker-module.html",
        ".any.worker-module.js",
        Scope::ServiceWorkerModule,
        Form::ServiceWorkerPage("{ scope, type: \"module\" }"),
    ),
    of_any(".any.worker.js", Form::WorkerScript),
    of_any(".any.worker-module.js", Form::ModuleWorkerScript),
    Wrapper {
        end: ".worker.html",
        source_end: ".worker.js",
        loads_end: ".worker.js",
        scope: None,
        form: WORKER,
    },
    Wrapper {
        end: ".window.html",
        source_end: ".window.js",
        loads_end: ".window.js",
        scope: None,
        form: PAGE,
    },
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

const fn of_any(end: &'static str, form: Form) -> Wrapper {
    Wrapper {
        end,
        source_end: ".any.js",
        loads_end: ".any.js",
        scope: None,
        form,
    }
}

impl Wrapper {
    /// The wrapper that a URL's decoded path names.
    pub fn of(path: &str) -> Option<Self> {
        WRAPPERS.into_iter().find(|wrapper| path.ends_with(wrapper.end))
    }

    /// The path of the source file, for the same path.
    pub fn source_path(self, path: &str) -> String {
        replace_end(path, self.end, self.source_end)
    }

    /// Whether a test with this head may be wrapped so.
    pub fn is_asked_for(self, meta: &Meta) -> bool {
        let asked = |scope| Scope::parse_globals(meta.first("global")).contains(&scope);
        self.scope.is_none_or(asked)
    }

    /// The MIME type of what is made.
    pub fn mime(self) -> &'static str {
        match self.form {
            Form::WorkerScript | Form::ModuleWorkerScript => "text/javascript",
            _ => "text/html",
        }
    }

    /// What is made: for the path and query of the request (both as sent) and the source's head.
    pub fn render(self, path: &str, query: &str, meta: &Meta) -> String {
        let loads = in_string(&replace_end(path, self.end, self.loads_end));
        let query = match query {
            "" => String::new(),
            query => in_string(&format!("?{query}")),
        };
        match self.form {
            Form::Page { has_global, is_module } => {
                let global = match has_global {
                    true => format!("<script>\n{}</script>\n", global_object(true)),
                    false => String::new(),
                };
                let kind = if is_module { " type=module" } else { "" };
                let scripts = page_scripts(meta);
                page(
                    meta,
                    &global,
                    &format!("{scripts}<div id=log></div>\n<script{kind} src=\"{loads}\"></script>\n"),
                )
            }
            Form::WorkerPage(before, after) => {
                let start = format!("fetch_tests_from_worker({before}\"{loads}{query}\"{after});\n");
                page(meta, "", &format!("<div id=log></div>\n<script>\n{start}</script>\n"))
            }
            Form::ServiceWorkerPage(options) => page(
                meta,
                "",
                &format!(
                    "<div id=log></div>\n<script>\n(async () => {{\n  const scope = \"does/not/exist\";\n  \
                     const old = await navigator.serviceWorker.getRegistration(scope);\n  \
                     if (old) await old.unregister();\n  \
                     const registration = await navigator.serviceWorker.register(\"{loads}{query}\", {options});\n  \
                     fetch_tests_from_worker(registration.installing);\n}})();\n</script>\n"
                ),
            ),
            Form::WorkerScript => worker(meta, &loads, "importScripts(", ");\n"),
            Form::ModuleWorkerScript => worker(meta, &loads, "import ", ";\n"),
        }
    }
}

fn replace_end(path: &str, from: &str, to: &str) -> String {
    format!("{}{to}", path.strip_suffix(from).unwrap_or(path))
}

fn page(meta: &Meta, before_harness: &str, after_harness: &str) -> String {
    let mut head = String::new();
    for (key, value) in meta.entries() {
        match (key, value) {
            ("timeout", "long") => head.push_str("<meta name=\"timeout\" content=\"long\">\n"),
            ("title", title) => head.push_str(&format!("<title>{}</title>\n", escape(title))),
            _ => {}
        }
    }
    format!(
        "<!doctype html>\n<meta charset=utf-8>\n{head}{before_harness}\
         <script src=\"/resources/testharness.js\"></script>\n\
         <script src=\"/resources/testharnessreport.js\"></script>\n{after_harness}"
    )
}

fn page_scripts(meta: &Meta) -> String {
    meta.all("script")
        .map(|url| format!("<script src=\"{}\"></script>\n", escape(url)))
        .collect()
}

fn worker(meta: &Meta, loads: &str, before: &str, after: &str) -> String {
    let quote = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\r', "\\r");
    let title: String = meta
        .all("title")
        .map(|title| format!("self.META_TITLE = \"{}\";\n", quote(title)))
        .collect();
    let scripts: String = meta
        .all("script")
        .map(|url| format!("{before}\"{}\"{after}", quote(url)))
        .collect();
    let global = global_object(false);
    format!("{global}{before}\"/resources/testharness.js\"{after}{title}{scripts}{before}\"{loads}\"{after}done();\n")
}

/// `GLOBAL`, by which a multi-global test learns where it runs.
fn global_object(is_window: bool) -> String {
    let is_worker = !is_window;
    format!(
        "self.GLOBAL = {{ isWindow: () => {is_window}, isWorker: () => {is_worker}, isShadowRealm: () => false }};\n"
    )
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
    use super::Wrapper;
    use crate::discover::Meta;

    fn render(path: &str, query: &str, source: &str) -> String {
        Wrapper::of(path)
            .unwrap()
            .render(path, query, &Meta::parse(source.as_bytes()))
    }

    const HARNESS: &str = "<script src=\"/resources/testharness.js\"></script>\n\
        <script src=\"/resources/testharnessreport.js\"></script>\n";

    #[test]
    fn a_window_page_of_a_multi_global_test() {
        let page = render(
            "/a/x.any.html",
            "v",
            "// META: title=<T>\n// META: timeout=long\n// META: script=/s.js?a&b\n",
        );
        assert!(page.starts_with("<!doctype html>\n<meta charset=utf-8>\n<title>&lt;T&gt;</title>\n"));
        assert!(page.contains("<meta name=\"timeout\" content=\"long\">"));
        assert!(page.contains("isWindow: () => true"));
        let end =
            "<script src=\"/s.js?a&amp;b\"></script>\n<div id=log></div>\n<script src=\"/a/x.any.js\"></script>\n";
        assert!(page.ends_with(&format!("{HARNESS}{end}")), "{page}");
    }

    #[test]
    fn a_worker_page_and_its_script() {
        let page = render("/a/x.any.worker.html", "v", "// META: script=s.js\n");
        let end = "<script>\nfetch_tests_from_worker(new Worker(\"/a/x.any.worker.js?v\"));\n</script>\n";
        assert!(page.ends_with(&format!("{HARNESS}<div id=log></div>\n{end}")), "{page}");
        assert!(!page.contains("\"s.js\""), "{page}");

        let script = render("/a/x.any.worker.js", "v", "// META: title=a\"b\n// META: script=s.js\n");
        assert!(script.contains("isWorker: () => true"));
        assert!(script.ends_with(
            "importScripts(\"/resources/testharness.js\");\nself.META_TITLE = \"a\\\"b\";\n\
             importScripts(\"s.js\");\nimportScripts(\"/a/x.any.js\");\ndone();\n"
        ));
    }

    #[test]
    fn other_wrappers_load_what_they_wrap() {
        let page = render("/a/x.worker.html", "", "");
        assert!(page.contains("new Worker(\"/a/x.worker.js\")"), "{page}");
        let page = render("/a/x.window.html", "q", "");
        assert!(page.ends_with("<div id=log></div>\n<script src=\"/a/x.window.js\"></script>\n"));
        assert!(!page.contains("GLOBAL"));
        let page = render("/a/x.any.sharedworker-module.html", "", "");
        assert!(page.contains("new SharedWorker(\"/a/x.any.worker-module.js\", { type: \"module\" })"));
        assert_eq!(Wrapper::of("/a/x.worker.js"), None);
        assert_eq!(Wrapper::of("/a/x.html"), None);
    }

    #[test]
    fn only_the_scopes_asked_for() {
        let meta = Meta::parse(b"// META: global=window\n");
        assert!(Wrapper::of("/x.any.html").unwrap().is_asked_for(&meta));
        assert!(!Wrapper::of("/x.any.worker.html").unwrap().is_asked_for(&meta));
        assert!(Wrapper::of("/x.any.worker.js").unwrap().is_asked_for(&meta));
        assert_eq!(
            Wrapper::of("/x.any.worker.html")
                .unwrap()
                .source_path("/x.any.worker.html"),
            "/x.any.js"
        );
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

//! Pages around script tests.

use crate::discover::Meta;
use crate::serve::answer::template::escape;

use super::script::global_object;

/// A page that runs the test itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// For a test of pages.
    Window,
    /// For a test of several scopes, which learns by `GLOBAL` where it is.
    Any,
    /// The same, the test being a module script.
    Module,
    /// For a test of web extensions.
    Extension,
}

const LOG: &str = "<div id=log></div>\n";

/// What a test of web extensions needs besides the harness.
const EXTENSION_SCRIPTS: [&str; 3] = [
    "/resources/testdriver.js?feature=extensions",
    "/resources/testdriver-vendor.js",
    "/resources/web-extensions-helper.js",
];

/// A page that runs the test at `loads`.
pub(super) fn of_test(kind: Kind, meta: &Meta, loads: &str) -> String {
    let global = match kind {
        Kind::Any => format!("<script>\n{}</script>\n", global_object(true)),
        _ => String::new(),
    };
    let helpers: &[&str] = match kind {
        Kind::Extension => &EXTENSION_SCRIPTS,
        _ => &[],
    };
    let scripts: String = helpers
        .iter()
        .copied()
        .chain(meta.all("script"))
        .map(|url| format!("<script src=\"{}\"></script>\n", escape(url)))
        .collect();
    let attribute = if kind == Kind::Module { " type=module" } else { "" };
    page(
        meta,
        &global,
        &format!("{scripts}{LOG}<script{attribute} src=\"{loads}\"></script>\n"),
    )
}

/// A page that starts a worker, by the expression around the script's URL, and fetches its tests.
pub(super) fn of_worker(meta: &Meta, before: &str, url: &str, after: &str) -> String {
    let start = format!("fetch_tests_from_worker({before}\"{url}\"{after});\n");
    page(meta, "", &format!("{LOG}<script>\n{start}</script>\n"))
}

/// Where a service worker is registered, below the page's own folder. Tests of service workers count on it: they
/// name paths of that scope.
const SERVICE_WORKER_SCOPE: &str = "does/not/exist";

/// A page that registers a service worker anew, with these options, and fetches its tests.
pub(super) fn of_service_worker(meta: &Meta, url: &str, options: &str) -> String {
    let script = format!(
        "{{\nconst container = navigator.serviceWorker;\nconst scope = \"{SERVICE_WORKER_SCOPE}\";\n\
         container.getRegistration(scope)\n  .then(earlier => earlier && earlier.unregister())\n  \
         .then(() => container.register(\"{url}\", {options}))\n  \
         .then(made => fetch_tests_from_worker(made.installing));\n}}\n"
    );
    page(meta, "", &format!("{LOG}<script>\n{script}</script>\n"))
}

/// A page with the helpers for a `ShadowRealm`, and this script.
pub(super) fn of_realm(meta: &Meta, script: &str) -> String {
    let outer = super::realm::OUTER;
    let scripts = format!("<script src=\"{outer}\"></script>\n<script>\n{script}</script>\n");
    page(meta, "", &scripts)
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

#[cfg(test)]
mod tests {
    use super::super::tests::render;

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
        let page = render("/a/x.any.window-module.html", "v", "// META: script=s.js\n");
        let end =
            "<script src=\"s.js\"></script>\n<div id=log></div>\n<script type=module src=\"/a/x.any.js\"></script>\n";
        assert!(page.ends_with(&format!("{HARNESS}{end}")), "{page}");
    }

    #[test]
    fn a_worker_page() {
        let page = render("/a/x.any.worker.html", "v", "// META: script=s.js\n");
        let end = "<script>\nfetch_tests_from_worker(new Worker(\"/a/x.any.worker.js?v\"));\n</script>\n";
        assert!(page.ends_with(&format!("{HARNESS}<div id=log></div>\n{end}")), "{page}");
        assert!(!page.contains("\"s.js\""), "{page}");
    }

    #[test]
    fn other_pages_load_what_they_wrap() {
        let page = render("/a/x.worker.html", "", "");
        assert!(page.contains("new Worker(\"/a/x.worker.js\")"), "{page}");
        let page = render("/a/x.window.html", "q", "");
        assert!(page.ends_with("<div id=log></div>\n<script src=\"/a/x.window.js\"></script>\n"));
        assert!(!page.contains("GLOBAL"));
        let page = render("/a/x.any.sharedworker-module.html", "", "");
        assert!(page.contains("new SharedWorker(\"/a/x.any.worker-module.js\", { type: \"module\" })"));
        let page = render("/a/x.any.serviceworker-module.html", "q", "");
        assert!(page.contains("register(\"/a/x.any.worker-module.js?q\", { scope, type: \"module\" })"));
        let page = render("/a/x.extension.html", "", "// META: script=s.js\n");
        assert!(page.contains(&format!(
            "{HARNESS}<script src=\"/resources/testdriver.js?feature=extensions\">"
        )));
        assert!(
            page.contains("web-extensions-helper.js\"></script>\n<script src=\"s.js\">"),
            "{page}"
        );
    }
}

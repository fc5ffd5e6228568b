//! Finding the tests of a tree, by the rules of the web platform tests.
//!
//! <https://web-platform-tests.org/writing-tests/file-names.html>

mod markup;
mod meta;
mod place;
mod scope;
mod source;
mod test;
mod tree;
mod walk;

pub use meta::Meta;
pub use place::{Place, Protocol};
pub use scope::Scope;
pub use test::{Readiness, SkipReason, Test, Timeout};
pub use tree::{DiscoverError, Tree};

use std::io;

use markup::{Markup, Syntax};
use source::{ScriptKind, SourceKind};
use test::skip_reason;

/// The tests that one source file makes.
///
/// `path` is relative to the root; `read` gives the file's bytes, and is called only if the
/// path alone does not decide.
fn tests_of_file(path: &str, read: impl FnOnce() -> io::Result<Vec<u8>>) -> Vec<Test> {
    match source::classify(path) {
        SourceKind::Support => Vec::new(),
        SourceKind::Unsupported(reason) => vec![Test {
            url: url_of_path(path),
            source: path.to_owned(),
            scope: Scope::Window,
            timeout: Timeout::Normal,
            readiness: Readiness::Skipped(reason),
        }],
        SourceKind::Script(kind) => script_tests(path, kind, read()),
        SourceKind::Markup { syntax, is_reference } => markup_tests(path, syntax, is_reference, read()),
    }
}

fn script_tests(path: &str, kind: ScriptKind, source: io::Result<Vec<u8>>) -> Vec<Test> {
    let url = url_of_path(path);
    let (meta, mut problem) = match source {
        Ok(source) => (Meta::parse(&source), None),
        Err(error) => (Meta::default(), Some(unreadable(path, &error))),
    };
    let timeout = match meta.all("timeout").any(|value| value == "long") {
        true => Timeout::Long,
        false => Timeout::Normal,
    };
    let variants: Vec<&str> = meta.all("variant").collect();
    problem = problem.or_else(|| variants.iter().find_map(|variant| bad_variant(path, variant)));
    let variants = match (&problem, variants.is_empty()) {
        (None, false) => variants,
        _ => vec![""],
    };
    let single = |scope, from: &str, to: &str| {
        let base = url.strip_suffix(from).map(|stem| format!("{stem}{to}"));
        base.into_iter().map(|url| (scope, url)).collect::<Vec<_>>()
    };
    let urls = match kind {
        ScriptKind::Any => Scope::parse_globals(meta.first("global"))
            .into_iter()
            .filter_map(|scope| Some((scope, any_url(&url, scope)?)))
            .collect(),
        ScriptKind::Worker => single(Scope::DedicatedWorker, ".worker.js", ".worker.html"),
        ScriptKind::Window => single(Scope::Window, ".window.js", ".window.html"),
        ScriptKind::Extension => single(Scope::Extension, ".extension.js", ".extension.html"),
    };
    let mut tests = Vec::with_capacity(urls.len() * variants.len());
    for (scope, url) in urls {
        for variant in &variants {
            tests.push(harness_test(
                format!("{url}{variant}"),
                path,
                scope,
                timeout,
                problem.clone(),
            ));
        }
    }
    tests
}

/// The URL of a multi-global test in `scope`.
fn any_url(url: &str, scope: Scope) -> Option<String> {
    let (suffix, takes_https) = scope.any_suffix()?;
    let mut url = url.replace(".any.", ".");
    if takes_https {
        url = url.replace(".https.", ".");
    }
    Some(format!("{}{suffix}", url.strip_suffix(".js")?))
}

fn markup_tests(path: &str, syntax: Syntax, is_reference: bool, source: io::Result<Vec<u8>>) -> Vec<Test> {
    let url = url_of_path(path);
    let source = match source {
        Ok(source) => source,
        Err(_) if is_reference => return Vec::new(),
        Err(error) => {
            let problem = Some(unreadable(path, &error));
            return vec![harness_test(url, path, Scope::Window, Timeout::Normal, problem)];
        }
    };
    let markup = markup::scan(&source, syntax);
    let timeout = match markup.is_long() {
        true => Timeout::Long,
        false => Timeout::Normal,
    };
    let skipped = |reason, url| Test {
        url,
        source: path.to_owned(),
        scope: Scope::Window,
        timeout,
        readiness: Readiness::Skipped(reason),
    };
    if markup.needs_human && !is_reference {
        return vec![skipped(SkipReason::Manual, url)];
    }
    if !markup.has_harness && !markup.has_reference {
        let is_visual = markup.has_spec_link && !is_reference;
        return is_visual
            .then(|| skipped(SkipReason::Visual, url))
            .into_iter()
            .collect();
    }
    if markup.has_harness
        && let Some(problem) = markup.variants.iter().find_map(|variant| bad_variant(path, variant))
    {
        return vec![harness_test(url, path, Scope::Window, timeout, Some(problem))];
    }
    variants_or_one(&markup)
        .map(|variant| match markup.has_harness {
            true => harness_test(format!("{url}{variant}"), path, Scope::Window, timeout, None),
            false => skipped(SkipReason::Reftest, format!("{url}{variant}")),
        })
        .collect()
}

fn variants_or_one(markup: &Markup) -> impl Iterator<Item = &str> {
    let none = markup.variants.is_empty().then_some("");
    none.into_iter().chain(markup.variants.iter().map(String::as_str))
}

fn harness_test(url: String, path: &str, scope: Scope, timeout: Timeout, problem: Option<String>) -> Test {
    let readiness = match (skip_reason(&url, scope), problem) {
        (Some(reason), _) => Readiness::Skipped(reason),
        (None, Some(problem)) => Readiness::Broken(problem),
        (None, None) => Readiness::Runnable,
    };
    Test {
        url,
        source: path.to_owned(),
        scope,
        timeout,
        readiness,
    }
}

fn unreadable(path: &str, error: &io::Error) -> String {
    format!("could not read {path}: {error}")
}

fn bad_variant(path: &str, variant: &str) -> Option<String> {
    let is_good =
        variant.is_empty() || (variant.starts_with(['?', '#']) && variant.len() > 1 && !variant.starts_with("?#"));
    (!is_good).then(|| format!("bad variant {variant:?} in {path}: expected \"?query\" or \"#fragment\""))
}

/// The URL path at which the server gives the file: what has a meaning in a URL is escaped.
fn url_of_path(path: &str) -> String {
    let mut url = String::with_capacity(path.len() + 1);
    url.push('/');
    for c in path.chars() {
        match c {
            '%' => url.push_str("%25"),
            '?' => url.push_str("%3F"),
            '#' => url.push_str("%23"),
            ' ' => url.push_str("%20"),
            c => url.push(c),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::{Readiness, SkipReason, Timeout, tests_of_file};
    use std::io;

    fn urls(path: &str, source: &str) -> Vec<String> {
        let tests = tests_of_file(path, || Ok(source.as_bytes().to_vec()));
        tests.into_iter().map(|test| test.url).collect()
    }

    #[test]
    fn a_multi_global_test_has_a_url_for_each_scope_and_variant() {
        let source = "// META: global=dedicatedworker,window,shadowrealm-in-serviceworker\n\
            // META: variant=?a\n// META: variant=\n";
        assert_eq!(
            urls("a/x.https.any.js", source),
            [
                "/a/x.https.any.html?a",
                "/a/x.https.any.html",
                "/a/x.https.any.worker.html?a",
                "/a/x.https.any.worker.html",
                "/a/x.https.any.shadowrealm-in-serviceworker.html?a",
                "/a/x.https.any.shadowrealm-in-serviceworker.html",
            ]
        );
        assert_eq!(
            urls("a/x.any.sub.js", ""),
            ["/a/x.sub.any.html", "/a/x.sub.any.worker.html"]
        );
        assert_eq!(
            urls("a/x.https.any.sub.js", "// META: global=shadowrealm-in-audioworklet"),
            ["/a/x.sub.https.any.shadowrealm-in-audioworklet.html"]
        );
        assert_eq!(
            urls("a/x.any.js", "// META: global=worker-module,dedicatedworker-module"),
            ["/a/x.any.worker-module.html"]
        );
        assert!(urls("a/x.any.js", "// META: global=nonsense").is_empty());
    }

    #[test]
    fn other_scripts_have_one_url() {
        assert_eq!(urls("a/x.worker.js", ""), ["/a/x.worker.html"]);
        assert_eq!(urls("a/x y#.window.js", ""), ["/a/x%20y%23.window.html"]);
    }

    #[test]
    fn a_timeout_is_read() {
        let tests = tests_of_file("a/x.window.js", || Ok(b"// META: timeout=long\n".to_vec()));
        assert_eq!(tests[0].timeout, Timeout::Long);
        assert_eq!(tests[0].timeout.seconds(), 60);
    }

    #[test]
    fn a_page_is_a_test_by_its_harness() {
        let harness = "<script src=/resources/testharness.js></script>";
        assert_eq!(urls("a/x.html", harness), ["/a/x.html"]);
        assert_eq!(urls("a/x-ref.html", harness), ["/a/x-ref.html"]);
        assert!(urls("a/x.html", "<p>none").is_empty());
        let reftest = tests_of_file("a/x.html", || Ok(b"<link rel=match href=y>".to_vec()));
        assert_eq!(reftest[0].readiness, Readiness::Skipped(SkipReason::Reftest));
    }

    #[test]
    fn what_cannot_be_read_is_a_broken_test() {
        for path in ["a/x.window.js", "a/x.html"] {
            let tests = tests_of_file(path, || Err(io::Error::from(io::ErrorKind::PermissionDenied)));
            let Readiness::Broken(problem) = &tests[0].readiness else {
                panic!("{tests:?}");
            };
            assert!(problem.contains(path), "{problem}");
        }
        let tests = tests_of_file("a/x.window.js", || Ok(b"// META: variant=x\n".to_vec()));
        assert!(matches!(&tests[0].readiness, Readiness::Broken(problem) if problem.contains("\"x\"")));
        assert_eq!(tests[0].url, "/a/x.window.html");
    }
}

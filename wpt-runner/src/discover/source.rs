//! What a file is by its path alone.
//!
//! <https://web-platform-tests.org/writing-tests/file-names.html>

use super::SkipReason;
use super::markup::Syntax;

/// The kind of a file in a tree, as far as its path tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SourceKind {
    /// No test: a helper, a reference, metadata.
    Support,
    /// A test of a kind that is not run here.
    Unsupported(SkipReason),
    /// A script that ends in this, and for which the server makes pages.
    Script(ScriptKind),
    /// Markup, whose content decides.
    Markup {
        /// How to read it.
        syntax: Syntax,
        /// Its name is a reference's, so that only a harness makes it a test.
        is_reference: bool,
    },
}

/// The kinds of script tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScriptKind {
    /// `.any.js`.
    Any,
    /// `.worker.js`.
    Worker,
    /// `.window.js`.
    Window,
    /// `.extension.js`.
    Extension,
}

/// Folders that hold helpers, wherever they are.
const SUPPORT_FOLDERS: [&str; 3] = ["resources", "support", "tools"];
/// Paths from the root that hold helpers.
const SUPPORT_PATHS: [&[&str]; 4] = [
    &["common"],
    &["css21", "archive"],
    &["css", "CSS2", "archive"],
    &["css", "common"],
];

/// Classifies the file at `path`, relative to the root, with `/` between its parts.
pub(super) fn classify(path: &str) -> SourceKind {
    let parts: Vec<&str> = path.split('/').collect();
    let Some((file, folders)) = parts.split_last() else {
        return SourceKind::Support;
    };
    let (stem, extension) = split_extension(file);
    let (flag, metas) = split_flags(stem);

    if is_support(file, stem, &parts, folders) {
        return SourceKind::Support;
    }
    if flag == Some("manual") {
        return SourceKind::Unsupported(SkipReason::Manual);
    }
    if folders.first() == Some(&"conformance-checkers") {
        // The flags of these hold a dash themselves, so upstream's look at them never matches either.
        return SourceKind::Support;
    }
    let is_webdriver = matches!(folders, ["webdriver", ..] | ["infrastructure", "webdriver", ..]);
    if is_webdriver && extension == "py" && !matches!(*file, "__init__.py" | "conftest.py") {
        return SourceKind::Unsupported(SkipReason::WebDriver);
    }
    if flag == Some("visual") {
        return SourceKind::Unsupported(SkipReason::Visual);
    }
    let syntax = Syntax::of_extension(extension);
    if syntax.is_some() && (flag == Some("crash") || folders.contains(&"crashtests")) {
        return SourceKind::Unsupported(SkipReason::CrashTest);
    }
    if syntax.is_some() && (flag == Some("print") || folders.contains(&"print")) {
        return SourceKind::Unsupported(SkipReason::PrintReftest);
    }
    if extension == "js" {
        let kinds = [
            ("any", ScriptKind::Any),
            ("worker", ScriptKind::Worker),
            ("window", ScriptKind::Window),
            ("extension", ScriptKind::Extension),
        ];
        let kind = kinds.into_iter().find(|(name, kind)| {
            // Only the last part makes a URL; elsewhere in the name it is a slip of the pen.
            metas.contains(name) && (*kind == ScriptKind::Any || metas.last() == Some(name))
        });
        return kind.map_or(SourceKind::Support, |(_, kind)| SourceKind::Script(kind));
    }
    syntax.map_or(SourceKind::Support, |syntax| SourceKind::Markup {
        syntax,
        is_reference: folders.contains(&"reference") || is_reference_name(stem),
    })
}

fn is_support(file: &str, stem: &str, parts: &[&str], folders: &[&str]) -> bool {
    folders.is_empty()
        || stem.starts_with("MANIFEST")
        || matches!(file, "META.yml" | "WEB_FEATURES.yml")
        || file.starts_with('.')
        || file.ends_with(".headers")
        || file.ends_with(".ini")
        || parts.iter().any(|part| SUPPORT_FOLDERS.contains(part))
        || SUPPORT_PATHS.iter().any(|path| parts.starts_with(path))
}

fn split_extension(file: &str) -> (&str, &str) {
    match file.rfind('.') {
        Some(at) if at > 0 => (&file[..at], &file[at + 1..]),
        _ => (file, ""),
    }
}

/// `a-manual.https` has the flag `manual`; what follows by dots are the metas.
fn split_flags(stem: &str) -> (Option<&str>, Vec<&str>) {
    let (flagged, tail) = match stem.rsplit_once('-') {
        Some((_, tail)) => (true, tail),
        None => (false, stem),
    };
    let mut parts = tail.split('.');
    let first = parts.next();
    (first.filter(|_| flagged), parts.collect())
}

/// `ref`, `notref`, `ref2` as a word of its own between dashes or underscores.
fn is_reference_name(stem: &str) -> bool {
    stem.split(['-', '_']).any(|word| {
        let word = word.strip_prefix("not").unwrap_or(word);
        word.strip_prefix("ref")
            .is_some_and(|digits| digits.chars().all(|c| c.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::super::SkipReason;
    use super::super::markup::Syntax;
    use super::{ScriptKind, SourceKind, classify};

    #[test]
    fn scripts_by_their_last_part() {
        let script = SourceKind::Script;
        assert_eq!(classify("a/x.any.js"), script(ScriptKind::Any));
        assert_eq!(classify("a/x.https.any.js"), script(ScriptKind::Any));
        assert_eq!(classify("a/x-y.sub.worker.js"), script(ScriptKind::Worker));
        assert_eq!(classify("a/x.window.js"), script(ScriptKind::Window));
        assert_eq!(classify("a/x.extension.js"), script(ScriptKind::Extension));
        assert_eq!(
            classify("a/x.tentative.optional.https.h2.sub.any.js"),
            script(ScriptKind::Any)
        );
        assert_eq!(classify("a/x.any.sub.js"), script(ScriptKind::Any));
        assert_eq!(classify("a/x-manually.any.js"), script(ScriptKind::Any));
        assert_eq!(classify("a/x.any.worker.js"), script(ScriptKind::Any));
        assert_eq!(classify("a/x.worker.sub.js"), SourceKind::Support);
        assert_eq!(classify("a/x-any.js"), SourceKind::Support);
        assert_eq!(classify("a/x.serviceworker.js"), SourceKind::Support);
        assert_eq!(classify("a/any.js"), SourceKind::Support);
        assert_eq!(classify("a/x.any-y.js"), SourceKind::Support);
        assert_eq!(classify("a/x.any.mjs"), SourceKind::Support);
    }

    #[test]
    fn helpers_are_support() {
        for path in [
            "x.any.js",
            "common/x.any.js",
            "a/resources/x.html",
            "a/support/b/x.any.js",
            "tools/x.html",
            "a/.x.html",
            "a/x.html.headers",
            "a/MANIFEST.html",
            "a/META.yml",
            "a/WEB_FEATURES.yml",
            "a/x.html.ini",
            "a/tools",
            "css/common/x.html",
            "css/CSS2/archive/x.html",
            "css21/archive/x.html",
            "webdriver/tests/__init__.py",
            "webdriver/tests/conftest.py",
            "webdriver/tests/support/x.py",
            "a/webdriver/x.py",
            "infrastructure/x.py",
            "a/x-crash.js",
            "a/print/x.js",
            "conformance-checkers/html/x-is-valid.html",
            "a/x.txt",
        ] {
            assert_eq!(classify(path), SourceKind::Support, "{path}");
        }
        assert_ne!(classify("a/common/x.html"), SourceKind::Support);
    }

    #[test]
    fn kinds_that_are_known_but_not_run() {
        for (path, reason) in [
            ("a/x-manual.https.html", SkipReason::Manual),
            ("a/x-manual.any.js", SkipReason::Manual),
            ("a/x-manual.txt", SkipReason::Manual),
            ("conformance-checkers/x-manual.html", SkipReason::Manual),
            ("a/crashtests/x-manual.html", SkipReason::Manual),
            ("a/x-visual.html", SkipReason::Visual),
            ("a/x-visual.js", SkipReason::Visual),
            ("a/x-y-crash.https.svg", SkipReason::CrashTest),
            ("a/crashtests/print/x.xht", SkipReason::CrashTest),
            ("a/print/b/x.xml", SkipReason::PrintReftest),
            ("infrastructure/webdriver/tests/x.py", SkipReason::WebDriver),
            ("webdriver/x-visual.py", SkipReason::WebDriver),
            ("a/x-crash.html", SkipReason::CrashTest),
            ("a/crashtests/x.html", SkipReason::CrashTest),
            ("a/x-print.html", SkipReason::PrintReftest),
            ("webdriver/tests/x.py", SkipReason::WebDriver),
        ] {
            assert_eq!(classify(path), SourceKind::Unsupported(reason), "{path}");
        }
    }

    #[test]
    fn references_by_name() {
        let kind = |path| match classify(path) {
            SourceKind::Markup { syntax, is_reference } => (syntax, is_reference),
            other => panic!("{path}: {other:?}"),
        };
        assert_eq!(kind("a/x-ref.html"), (Syntax::Html, true));
        assert_eq!(kind("a/x_notref2.xht"), (Syntax::Xml, true));
        assert_eq!(kind("a/reference/x.svg"), (Syntax::Xml, true));
        assert_eq!(kind("a/ref.xml"), (Syntax::Xml, true));
        assert_eq!(kind("a/ref2-x.https.html"), (Syntax::Html, true));
        assert_eq!(kind("a/x-reference.htm"), (Syntax::Html, false));
        assert_eq!(kind("a/x-ref.https.html"), (Syntax::Html, false));
        assert_eq!(kind("a/xref.html"), (Syntax::Html, false));
        assert_eq!(kind("a/references/x.html"), (Syntax::Html, false));
    }
}

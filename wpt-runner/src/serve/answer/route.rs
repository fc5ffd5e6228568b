//! Which of the server's ways to answer a request takes.

use hyper::Method;

use super::wrapper::Wrapper;

/// A way to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// Not at all: there is nothing of that path for that method.
    None,
    /// By a resource made around a script test.
    Wrapper(Wrapper),
    /// By the bytes of a file, which are a whole response.
    AsIs,
    /// By a handler in Python: the file of that path, or one in a folder of that path.
    Handler,
    /// By a file, or the listing of a folder.
    File,
}

/// Paths below `/.well-known/` that a handler answers, for any method.
const HANDLERS: [&str; 9] = [
    "attribution-reporting/report-event-attribution",
    "attribution-reporting/debug/report-event-attribution",
    "attribution-reporting/report-aggregate-attribution",
    "attribution-reporting/debug/report-aggregate-attribution",
    "attribution-reporting/debug/report-aggregate-debug",
    "attribution-reporting/debug/verbose",
    "interest-group/real-time-report",
    "web-identity",
    "device-bound-sessions",
];

/// The same, for GET only.
const GET_HANDLERS: [&str; 2] = ["interest-group/permissions/", "shared-storage/trusted-origins"];

/// The path that is meant by one as sent: several slashes at its start are one, and some paths
/// stand for others.
pub(super) fn rewrite<'a>(method: &Method, path: &'a str) -> &'a str {
    let extra = path.bytes().take_while(|byte| *byte == b'/').count().saturating_sub(1);
    let path = path.get(extra..).unwrap_or_default();
    match (method, path) {
        (&Method::GET, "/resources/WebIDLParser.js") => "/resources/webidl2/lib/webidl2.js",
        (_, path) => path,
    }
}

/// The way for a path, as sent. The first that fits is taken.
pub(super) fn route(method: &Method, path: &str) -> Route {
    let is_get = matches!(*method, Method::GET | Method::HEAD);
    if let Some(runner) = path.strip_prefix("/tools/runner/") {
        match *method {
            _ if is_get => return Route::File,
            Method::POST if runner == "update_manifest.py" => return Route::Handler,
            _ => {}
        }
    }
    let within_spec = path.strip_prefix('/').and_then(|path| path.split_once('/'));
    let is_tools = within_spec.is_some_and(|(spec, rest)| !spec.is_empty() && rest.starts_with("tools/"));
    if is_tools || path.starts_with("/_certs/") || path.starts_with("/tools/") || path == "/results/" {
        return Route::None;
    }
    let wrapper = Wrapper::of(path).filter(|_| is_get);
    if let Some(wrapper) = wrapper {
        return Route::Wrapper(wrapper);
    }
    if is_get && path.ends_with(".asis") {
        return Route::AsIs;
    }
    let is_handler = path.strip_prefix("/.well-known/").is_some_and(|known| {
        HANDLERS.contains(&known)
            || (is_get && GET_HANDLERS.contains(&known))
            || known.starts_with("private-aggregation/")
    });
    match (is_handler || path.ends_with(".py"), is_get) {
        (true, _) => Route::Handler,
        (false, true) => Route::File,
        (false, false) => Route::None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Route, rewrite, route};
    use hyper::Method;

    #[test]
    fn the_first_way_that_fits_is_taken() {
        for (method, path, expected) in [
            (Method::GET, "/a.html", Route::File),
            (Method::HEAD, "/a.html", Route::File),
            (Method::POST, "/a.html", Route::None),
            (Method::OPTIONS, "/a.html", Route::None),
            (Method::GET, "/a.py", Route::Handler),
            (Method::PUT, "/a.py", Route::Handler),
            (Method::GET, "/a.py/", Route::File),
            (Method::GET, "/a.asis", Route::AsIs),
            (Method::POST, "/a.asis", Route::None),
            (Method::POST, "/a.any.html", Route::None),
            (Method::GET, "/tools/a.py", Route::None),
            (Method::GET, "/tools", Route::File),
            (Method::GET, "/css/tools/a.js", Route::None),
            (Method::GET, "/a/css/tools/a.js", Route::File),
            (Method::GET, "/css/tools", Route::File),
            (Method::GET, "/_certs/a", Route::None),
            (Method::GET, "/results/", Route::None),
            (Method::GET, "/results/a", Route::File),
            (Method::GET, "/tools/runner/x.py", Route::File),
            (Method::GET, "/tools/runner/x.any.html", Route::File),
            (Method::POST, "/tools/runner/x.html", Route::None),
            (Method::POST, "/tools/runner/update_manifest.py", Route::Handler),
            (Method::POST, "/.well-known/web-identity", Route::Handler),
            (Method::POST, "/.well-known/private-aggregation/x/y", Route::Handler),
            (Method::GET, "/.well-known/interest-group/permissions/", Route::Handler),
            (Method::POST, "/.well-known/interest-group/permissions/", Route::None),
            (Method::GET, "/.well-known/x", Route::File),
        ] {
            assert_eq!(route(&method, path), expected, "{method} {path}");
        }
        let wrapper = |method, path| matches!(route(&method, path), Route::Wrapper(_));
        assert!(wrapper(Method::GET, "/a.any.worker.html") && wrapper(Method::HEAD, "/a.any.worker.js"));
    }

    #[test]
    fn some_paths_stand_for_others() {
        let parser = "/resources/WebIDLParser.js";
        assert_eq!(rewrite(&Method::GET, parser), "/resources/webidl2/lib/webidl2.js");
        assert_eq!(rewrite(&Method::HEAD, parser), parser);
        assert_eq!(
            rewrite(&Method::GET, &format!("//{parser}")),
            "/resources/webidl2/lib/webidl2.js"
        );
        assert_eq!(rewrite(&Method::GET, "///a//b"), "/a//b");
        assert_eq!((rewrite(&Method::GET, "//"), rewrite(&Method::GET, "")), ("/", ""));
        assert_eq!(rewrite(&Method::GET, "/a"), "/a");
    }
}

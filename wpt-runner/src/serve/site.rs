//! What the server answers, as a function of the request and the files: no sockets here.

use std::fs;
use std::path::{Path, PathBuf};

use hyper::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use hyper::{Method, StatusCode};

use super::config::Config;
use super::exchange::{Answer, Ask, Reply};
use super::path::{decode_path, locate};
use super::template::{Fields, substitute};
use super::wrapper::Wrapper;
use super::{REPORT_PATH, listing, mime};
use crate::discover::Meta;

/// What the browser-side report script is when a tree is served: a page shows its own results.
const REPORT_SCRIPT: &str = "// The page shows its results itself; a test runner puts its report script here.\n";

/// What is served.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// The folder, canonical.
    pub root: PathBuf,
    /// Pages that are held in memory: their path and source. They come before files.
    pub pages: Vec<(String, String)>,
    /// Where it is served.
    pub config: Config,
}

impl Site {
    /// The answer to a request.
    pub fn respond(&self, ask: &Ask) -> Answer {
        Answer::Reply(self.reply(ask))
    }

    fn reply(&self, ask: &Ask) -> Reply {
        let (method, path) = (&ask.method, ask.path.as_str());
        if method != Method::GET && method != Method::HEAD {
            let mut reply = Reply::failure(StatusCode::METHOD_NOT_ALLOWED, format!("{method} is not supported"));
            reply.headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return reply;
        }
        let decoded = match decode_path(path) {
            Ok(decoded) => decoded,
            Err(error) => return Reply::failure(StatusCode::BAD_REQUEST, error),
        };
        if let Some((_, source)) = self.pages.iter().find(|(at, _)| *at == decoded) {
            return Reply::new(StatusCode::OK, "text/html", source.clone());
        }
        if decoded == REPORT_PATH {
            return Reply::new(StatusCode::OK, "text/javascript", REPORT_SCRIPT);
        }
        let decoded = rewrite(&decoded);
        let fields = Fields {
            config: &self.config,
            ask,
        };
        // What is made comes before a file by the same name, as long as there is a source to wrap.
        if let Some(reply) = Wrapper::of(decoded).and_then(|wrapper| self.wrapped(wrapper, decoded, &fields)) {
            return reply;
        }
        match locate(&self.root, decoded) {
            Some(found) if found.is_dir() => self.folder(&found, decoded, path),
            Some(found) => file(&found, decoded, &fields),
            None => not_found(path),
        }
    }

    fn wrapped(&self, wrapper: Wrapper, decoded: &str, fields: &Fields<'_>) -> Option<Reply> {
        let file = locate(&self.root, &wrapper.source_path(decoded))?;
        let source = fs::read(&file).ok()?;
        let meta = Meta::parse(&source);
        if !wrapper.is_asked_for(&meta) {
            let message = "the test does not ask for this scope";
            return Some(Reply::failure(StatusCode::NOT_FOUND, message));
        }
        let mut body = wrapper.render(&fields.ask.path, fields.ask.query(), &meta).into_bytes();
        if decoded.contains(".sub.") {
            body = substitute(&body, fields, wrapper.mime() == "text/html");
        }
        let reply = Reply::new(StatusCode::OK, wrapper.mime(), body);
        Some(with_headers(reply, super::headers::load(&file, fields)))
    }

    fn folder(&self, found: &Path, decoded: &str, path: &str) -> Reply {
        if !path.ends_with('/') {
            let mut reply = Reply::new(StatusCode::MOVED_PERMANENTLY, "text/plain", "");
            // Leading slashes are one, lest the rest be read as a host.
            let target = format!("/{}/", path.trim_start_matches('/'));
            if let Ok(target) = HeaderValue::from_str(&target) {
                reply.headers.insert(LOCATION, target);
            }
            return reply;
        }
        match listing::page(found, decoded) {
            Ok(page) => Reply::new(StatusCode::OK, "text/html", page),
            Err(_) => not_found(path),
        }
    }
}

fn not_found(path: &str) -> Reply {
    Reply::failure(StatusCode::NOT_FOUND, format!("not found: {path}"))
}

/// The headers of a file come over the usual ones: the first of a name replaces what was there,
/// more of it are added.
fn with_headers(mut reply: Reply, headers: Vec<(HeaderName, HeaderValue)>) -> Reply {
    let mut seen: Vec<HeaderName> = Vec::new();
    for (name, value) in headers {
        if name == CONTENT_TYPE || !seen.contains(&name) {
            reply.headers.insert(name.clone(), value);
            seen.push(name);
        } else {
            reply.headers.append(name, value);
        }
    }
    reply
}

fn file(found: &Path, decoded: &str, fields: &Fields<'_>) -> Reply {
    let name = decoded.rsplit('/').next().unwrap_or_default();
    if name.ends_with(".py") || name.ends_with(".asis") {
        let message = format!("{} needs a handler that this server does not have", fields.ask.path);
        return Reply::failure(StatusCode::NOT_IMPLEMENTED, message);
    }
    let Ok(mut body) = fs::read(found) else {
        return not_found(&fields.ask.path);
    };
    if decoded.contains(".sub.") {
        let is_markup = [".html", ".htm", ".xht", ".xhtml", ".xml", ".svg"]
            .iter()
            .any(|end| name.ends_with(end));
        body = substitute(&body, fields, is_markup);
    }
    // The `.headers` lie beside the name that was asked for, which may be a link.
    let reply = Reply::new(StatusCode::OK, mime::type_of(name), body);
    with_headers(reply, super::headers::load(found, fields))
}

/// Paths that stand for others, as in the web platform tests' own server.
fn rewrite(path: &str) -> &str {
    match path {
        "/resources/WebIDLParser.js" => "/resources/webidl2/lib/webidl2.js",
        path => path,
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::{Config, Hosts, Protocol};
    use super::super::exchange::{Ask, Reply};
    use super::Site;
    use hyper::{HeaderMap, Method};

    fn site() -> (tempfile::TempDir, Site) {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, source: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, source).unwrap();
        };
        write("a/x.any.js", "// META: global=window\n");
        write("a/x.any.js.headers", "X-A: 1\nX-A: 2\n");
        write("a/y.js", "{{host}}");
        write("a/y.js.headers", "Content-Type: text/plain\n");
        write("a/y.sub.html", "{{host}}:{{ports[http][0]}}");
        write("a/h.py", "");
        write("resources/testharnessreport.js", "theirs");
        let root = folder.path().canonicalize().unwrap();
        let pages = vec![("/page.html".to_owned(), "<p>".to_owned())];
        (
            folder,
            Site {
                root,
                pages,
                config: Config {
                    hosts: Hosts::LOCAL,
                    ports: [8000, 8001, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                },
            },
        )
    }

    fn reply(site: &Site, method: Method, target: &str) -> Reply {
        let (path, query) = target
            .split_once('?')
            .map_or((target, None), |(path, query)| (path, Some(query)));
        site.reply(&Ask {
            method,
            protocol: Protocol::Http,
            authority: "localhost:8000".to_owned(),
            path: path.to_owned(),
            query: query.map(str::to_owned),
            headers: HeaderMap::new(),
            body: Default::default(),
        })
    }

    fn get(path: &str) -> (u16, String, String) {
        let (_folder, site) = site();
        let reply = reply(&site, Method::GET, path);
        let mime = reply.headers.get("content-type").unwrap().to_str().unwrap().to_owned();
        (
            reply.status.as_u16(),
            mime,
            String::from_utf8(reply.bytes().to_vec()).unwrap(),
        )
    }

    #[test]
    fn files_have_a_type_and_headers() {
        let plain = |mime: &str, body: &str| (200, mime.to_owned(), body.to_owned());
        assert_eq!(get("/a/y.js?q"), plain("text/plain", "{{host}}"));
        assert_eq!(get("/a/y.sub.html"), plain("text/html", "localhost:8000"));
        assert_eq!(get("/page.html"), plain("text/html", "<p>"));
        let (status, mime, body) = get("/resources/testharnessreport.js");
        assert!(status == 200 && mime == "text/javascript" && body.starts_with("//"));
    }

    #[test]
    fn wrappers_take_the_headers_of_their_source() {
        let (_folder, site) = site();
        let reply = reply(&site, Method::GET, "/a/x.any.html");
        assert_eq!(reply.headers.get("content-type").unwrap(), "text/html");
        assert_eq!(reply.headers.get_all("x-a").iter().count(), 2);
        assert_eq!(get("/a/x.any.worker.html").0, 404);
        assert_eq!(get("/a/z.any.html").0, 404);
        assert_eq!(get("/a/x.any.worker.js").1, "text/javascript");
    }

    #[test]
    fn bad_requests_are_answered() {
        for (path, status) in [
            ("/nowhere", 404),
            ("/a/../a/y.js", 400),
            ("/%", 400),
            ("", 301),
            ("/a", 301),
            ("/a/", 200),
            ("/a/h.py", 501),
        ] {
            assert_eq!(get(path).0, status, "{path}");
        }
        let (_folder, site) = site();
        assert_eq!(reply(&site, Method::POST, "/a/y.js").status, 405);
        let reply = reply(&site, Method::GET, "//a");
        assert_eq!(reply.headers.get("location").unwrap(), "/a/");
    }
}

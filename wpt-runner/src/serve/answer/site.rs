//! What the server answers, as a function of the request and the files: no sockets here.

use std::borrow::Cow;
use std::path::PathBuf;

use hyper::body::Bytes;
use hyper::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RANGE, SERVER};
use hyper::{Method, StatusCode};
use uuid::Uuid;

use super::fault::Fault;
use super::fields::Fields;
use super::files::{Files, Kind};
use super::route::{Route, rewrite, route};
use super::wrapper::Wrapper;
use super::{headers, listing, mime, pipe, ranges, reason};
use crate::discover::Meta;
use crate::serve::REPORT_PATH;
use crate::serve::config::{Config, Protocol};
use crate::serve::exchange::{Answer, Ask, Piece, Reply, Respond};
use crate::url_path::{PathError, decode_path};

/// What the browser-side report script is when a tree is served: a page shows its own results.
const REPORT_SCRIPT: &str = "// The page shows its results itself; a test runner puts its report script here.\n";

/// The most parts of a file that are sent at a time.
const MAX_PARTS: usize = 1_000;

/// What is served.
#[derive(Clone, Debug)]
pub(in crate::serve) struct Site {
    /// The folder, canonical.
    pub root: PathBuf,
    /// Pages that are held in memory: their path and source. They come before files.
    pub pages: Vec<(String, String)>,
    /// Where it is served.
    pub config: Config,
}

impl Site {
    /// The answer to a request.
    ///
    /// A reply tells the length of its body by a header, or else ends by closing. It has a body
    /// for HEAD too, which is not to be sent.
    pub fn respond(&self, ask: &Ask) -> Answer {
        let path = rewrite(&ask.method, &ask.path);
        let ask = match path == ask.path {
            true => Cow::Borrowed(ask),
            false => Cow::Owned(Ask {
                path: path.to_owned(),
                ..ask.clone()
            }),
        };
        match self.answer(&ask) {
            Ok(Answer::Reply(reply)) => Answer::Reply(finished(reply)),
            Ok(other) => other,
            Err(fault) => Answer::Reply(finished(fault.reply())),
        }
    }

    fn answer(&self, ask: &Ask) -> Result<Answer, Fault> {
        let decoded = decode_path(&ask.path);
        let is_get = matches!(ask.method, Method::GET | Method::HEAD);
        if let Some(held) = self.held(decoded.as_deref().unwrap_or_default()).filter(|_| is_get) {
            return Ok(Answer::Reply(held));
        }
        let route = match route(&ask.method, &ask.path) {
            Route::None => return Err(Fault::NoRoute),
            route => route,
        };
        let decoded = decoded.map_err(|error| match error {
            PathError::Nul => Fault::Path,
            PathError::Malformed | PathError::Forbidden => Fault::NotFound,
        })?;
        // The names of the web platform tests' own server have no two dots in a row.
        let relative = decoded
            .strip_prefix('/')
            .filter(|path| !path.contains("..") && !path.starts_with('/'));
        let relative = relative.ok_or(Fault::NotFound)?;
        let files = &Files::open(&self.root).map_err(|_| Fault::NotFound)?;
        let fields = Fields::new(&self.config, ask, files);
        let reply = match route {
            Route::None => Err(Fault::NoRoute),
            Route::Wrapper(wrapper) => wrapped(wrapper, relative, &fields),
            Route::AsIs => return as_is(relative, &fields).map(Answer::Raw),
            Route::Handler if has_handler(relative, files) => return Ok(Answer::Handler),
            Route::Handler => Err(Fault::NotFound),
            Route::File => match files.kind(relative) {
                Some(Kind::Folder) => folder(relative, &fields),
                Some(Kind::File(length)) => file(relative, length, &fields),
                None => Err(Fault::NotFound),
            },
        };
        reply.map(Answer::Reply)
    }

    /// What is at a path whatever the tree has there.
    fn held(&self, decoded: &str) -> Option<Reply> {
        // A file can be named in several ways, and is the same one.
        let (folders, name) = decoded.rsplit_once('/')?;
        let folders = folders.split('/').filter(|part| !matches!(*part, "" | "."));
        let path: String = folders.chain([name]).flat_map(|part| ["/", part]).collect();
        if let Some((_, source)) = self.pages.iter().find(|(at, _)| *at == path) {
            return Some(Reply::new(StatusCode::OK, "text/html", source.clone()));
        }
        (path == REPORT_PATH).then(|| Reply::new(StatusCode::OK, "text/javascript", REPORT_SCRIPT))
    }
}

/// A reply with what is true of all of them.
fn finished(mut reply: Reply) -> Reply {
    if reply.headers.contains_key(CONTENT_LENGTH) {
        reply.ends_by_closing = false;
    } else if !reply.ends_by_closing {
        let length: usize = reply
            .body
            .iter()
            .map(|piece| match piece {
                Piece::Bytes(bytes) => bytes.len(),
                Piece::Pause(_) => 0,
            })
            .sum();
        reply.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    if !reply.headers.contains_key(SERVER) {
        reply.headers.insert(SERVER, HeaderValue::from_static("skep"));
    }
    reply.reason = reply.reason.or_else(|| reason::unusual(reply.status));
    reply
}

fn wrapped(wrapper: Wrapper, relative: &str, fields: &Fields<'_>) -> Result<Reply, Fault> {
    let source_path = wrapper.source_path(relative);
    let headers = headers::load(&source_path, fields)?;
    let source = fields.files.read(&source_path).map_err(|_| Fault::NotFound)?;
    let meta = Meta::parse(&source);
    if !wrapper.is_asked_for(&meta) {
        return Err(Fault::Scope);
    }
    let body = wrapper.render(&fields.ask.path, fields.ask.query(), &meta);
    let mut reply = Reply::new(StatusCode::OK, wrapper.mime(), body);
    // Of a name, the last header counts.
    for (name, value) in headers {
        reply.headers.insert(name, value);
    }
    pipe::apply(
        &pipe::text_for(&wrapper.loaded_path(&fields.ask.path), fields.ask.query()),
        &mut reply,
        fields,
    )?;
    Ok(reply)
}

/// The bytes of a whole response. No pipe applies to it.
fn as_is(relative: &str, fields: &Fields<'_>) -> Result<Bytes, Fault> {
    match (fields.files.kind(relative), fields.ask.protocol) {
        (Some(Kind::Folder), _) => Err(Fault::Unable("a folder as it is")),
        (Some(Kind::File(_)), Protocol::Http2) => Err(Fault::Unable("a file as it is over HTTP/2")),
        (Some(Kind::File(_)), _) => fields
            .files
            .read(relative)
            .map(Bytes::from)
            .map_err(|_| Fault::NotFound),
        (None, _) => Err(Fault::NotFound),
    }
}

/// Whether a path names a handler: a file, or a folder with one that takes its place.
fn has_handler(relative: &str, files: &Files) -> bool {
    let is_default =
        |(name, is_folder): (String, bool)| !is_folder && name.starts_with("default") && name.ends_with(".py");
    match files.kind(relative) {
        Some(Kind::File(_)) => true,
        Some(Kind::Folder) => files
            .list(relative)
            .is_ok_and(|names| names.into_iter().any(is_default)),
        None => false,
    }
}

fn folder(relative: &str, fields: &Fields<'_>) -> Result<Reply, Fault> {
    let ask = fields.ask;
    if ask.path.ends_with('/') {
        let names = fields.files.list(relative).map_err(|_| Fault::NotFound)?;
        let page = listing::page(names, &format!("/{relative}"));
        return Ok(Reply::new(StatusCode::OK, "text/html", page));
    }
    let (name, port) = ask.host_and_port();
    // The slash comes at the end of the URL, be there a query or not.
    let query = ask.query.as_ref().map_or(String::new(), |query| format!("?{query}"));
    let target = format!("{}://{name}:{port}{}{query}/", ask.protocol.scheme(), ask.path);
    let mut reply = Reply::new(StatusCode::MOVED_PERMANENTLY, "text/html", "");
    reply.headers.clear();
    reply.headers.insert(
        LOCATION,
        HeaderValue::from_bytes(target.as_bytes()).map_err(|_| Fault::Path)?,
    );
    reply.ends_by_closing = true;
    Ok(reply)
}

fn file(relative: &str, length: u64, fields: &Fields<'_>) -> Result<Reply, Fault> {
    let name = relative.rsplit('/').next().unwrap_or_default();
    let headers = headers::load(relative, fields)?;
    let mut reply = Reply::new(StatusCode::OK, mime::type_of(name), "");
    // As there is no length told for a file, so that it may be sent while it is read.
    reply.ends_by_closing = true;
    add_headers(&mut reply, headers);
    match fields.ask.headers.get(RANGE) {
        Some(range) => part(&mut reply, relative, range.as_bytes(), length, fields)?,
        None => {
            let body = fields.files.read(relative).map_err(unreadable)?;
            reply.body = vec![Piece::Bytes(Bytes::from(body))];
        }
    }
    pipe::apply(&pipe::text_for(relative, fields.ask.query()), &mut reply, fields)?;
    Ok(reply)
}

/// Adds the headers of a file to those of the reply. A type replaces the guessed one.
fn add_headers(reply: &mut Reply, headers: Vec<(HeaderName, HeaderValue)>) {
    if headers.iter().any(|(name, _)| name == CONTENT_TYPE) {
        reply.headers.remove(CONTENT_TYPE);
    }
    for (name, value) in headers {
        reply.headers.append(name, value);
    }
}

/// Makes the reply one of a part of a file, or of several.
fn part(reply: &mut Reply, relative: &str, range: &[u8], length: u64, fields: &Fields<'_>) -> Result<(), Fault> {
    let ranges = ranges::parse(range, length)?;
    if ranges.len() > MAX_PARTS {
        return Err(Fault::Unable("so many parts of a file"));
    }
    let read = fields.files.read_parts(relative, &ranges).map_err(unreadable)?;
    let told = ranges.iter().map(|range| ranges::content_range(range, length));
    let mut parts: Vec<(String, Vec<u8>)> = told.zip(read).collect();
    reply.status = StatusCode::PARTIAL_CONTENT;
    let value = |text: &str| HeaderValue::from_str(text).map_err(|_| Fault::Unable("such a range"));
    let body = match parts.as_mut_slice() {
        [(range, bytes)] => {
            reply.headers.insert(CONTENT_RANGE, value(range)?);
            reply.ends_by_closing = false;
            std::mem::take(bytes)
        }
        parts => {
            let boundary = Uuid::new_v4().to_string();
            let mime = reply
                .headers
                .get_all(CONTENT_TYPE)
                .iter()
                .next_back()
                .map(|mime| mime.as_bytes().to_vec());
            let body = ranges::multipart(parts, &mime.unwrap_or_default(), &boundary);
            let mime = format!("multipart/byteranges; boundary={boundary}");
            reply.headers.insert(CONTENT_TYPE, value(&mime)?);
            body
        }
    };
    reply.body = vec![Piece::Bytes(Bytes::from(body))];
    Ok(())
}

fn unreadable(error: std::io::Error) -> Fault {
    match error.kind() {
        std::io::ErrorKind::FileTooLarge => Fault::Unable("so much of a file at a time"),
        _ => Fault::NotFound,
    }
}

impl Respond for Site {
    fn respond(&self, ask: &Ask) -> Answer {
        self.respond(ask)
    }
}

#[cfg(test)]
mod tests {
    use super::Site;
    use crate::serve::config::{Config, Hosts, Protocol};
    use crate::serve::exchange::{Answer, Ask, Reply};
    use hyper::header::{HeaderName, HeaderValue};
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
        write("a/w.sub.any.js", "// META: title={{host}}&<\n");
        write("a/only.any.html", "no source");
        write("a/y.js", "{{host}}");
        write("a/y.js.headers", "Content-Type: text/plain\nX-A: 1\nX-A: 2\n");
        write("a/two.js.headers", "Content-Type: a/b\nContent-Type: c/d\n");
        write("a/two.js", "0123456789");
        write("a/50%.txt", "half");
        write("é/x", "");
        write("a/long.txt", &"0".repeat(3_000));
        write("a/y.sub.html", "{{host}}:{{ports[http][0]}}<{{GET[x]}}");
        write("a/bad.sub.html", "{{nothing}}");
        write("a/h.py", "");
        write("a/folder.py/default.py", "");
        write("a/empty.py/x", "");
        write("a/r.asis", "HTTP/1.1 299 X\r\n\r\n{{host}}");
        write("tools/x.html", "");
        write(".well-known/web-identity", "");
        write("resources/testharnessreport.js", "theirs");
        write("resources/webidl2/lib/webidl2.js", "parser");
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

    fn answer(method: Method, target: &str, headers: &[(&'static str, &'static str)]) -> Answer {
        let (_folder, site) = site();
        site.respond(&ask(method, target, headers))
    }

    fn ask(method: Method, target: &str, headers: &[(&'static str, &'static str)]) -> Ask {
        let (path, query) = target
            .split_once('?')
            .map_or((target, None), |(path, query)| (path, Some(query)));
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        Ask {
            method,
            protocol: Protocol::Http,
            port: 8000,
            authority: "localhost:8000".to_owned(),
            path: path.to_owned(),
            query: query.map(str::to_owned),
            headers: HeaderMap::from_iter(headers),
            body: Default::default(),
        }
    }

    fn reply(method: Method, target: &str, headers: &[(&'static str, &'static str)]) -> Reply {
        match answer(method, target, headers) {
            Answer::Reply(reply) => reply,
            other => panic!("{target} gave {other:?}"),
        }
    }

    fn header(reply: &Reply, name: &str) -> String {
        let values = reply.headers.get_all(name).iter();
        values
            .map(|value| value.to_str().unwrap())
            .collect::<Vec<_>>()
            .join(" | ")
    }

    fn text(reply: &Reply) -> String {
        String::from_utf8(reply.bytes().to_vec()).unwrap()
    }

    fn get(target: &str) -> (u16, String, String) {
        let reply = reply(Method::GET, target, &[]);
        (reply.status.as_u16(), header(&reply, "content-type"), text(&reply))
    }

    #[test]
    fn files_have_a_type_and_headers() {
        let plain = |mime: &str, body: &str| (200, mime.to_owned(), body.to_owned());
        assert_eq!(get("/a/y.js?q"), plain("text/plain", "{{host}}"));
        assert_eq!(get("/a/two.js").1, "a/b | c/d");
        assert_eq!(get("/a/y.sub.html?x=%22"), plain("text/html", "localhost:8000<&quot;"));
        assert_eq!(get("/page.html"), plain("text/html", "<p>"));
        assert_eq!(get("/resources/WebIDLParser.js"), plain("text/javascript", "parser"));
        let (status, mime, body) = get("/resources/testharnessreport.js");
        assert!(status == 200 && mime == "text/javascript" && body.starts_with("//"));
        for same in [
            "/resources/./testharnessreport.js",
            "//.//resources//testharnessreport.js",
            "/resources%2F%2e/testharnessreport%2Ejs",
        ] {
            assert_eq!(get(same).2, body, "{same}");
        }
        assert_eq!(get("/resources/testharnessreport.js/.").0, 404);
        assert_eq!(get("/a/50%.txt"), plain("text/plain", "half"));
        let reply = reply(Method::GET, "/a/y.js", &[]);
        assert_eq!(header(&reply, "x-a"), "1 | 2");
        assert!(reply.ends_by_closing && header(&reply, "content-length").is_empty());
    }

    #[test]
    fn pipes_apply_to_files_and_wrappers() {
        let reply = reply(
            Method::GET,
            "/a/y.js?pipe=sub(none)|status(201)|slice(0,5)|header(X-A,3)",
            &[],
        );
        assert_eq!((reply.status.as_u16(), text(&reply)), (201, "local".to_owned()));
        assert_eq!(
            (header(&reply, "x-a"), header(&reply, "content-length")),
            ("3".to_owned(), "5".to_owned())
        );
        assert!(!reply.ends_by_closing);
        assert_eq!(get("/a/y.sub.html?pipe=slice(4)").2, "lhost:8000<");
        assert!(get("/a/x.any.html?pipe=slice(0,9)").2 == "<!doctype");
        // The name of what is loaded tells whether fields are filled in, and it is a script.
        assert!(get("/a/w.sub.any.html").2.contains("<title>localhost&amp;&lt;</title>"));
        assert!(
            get("/a/w.sub.any.worker.js")
                .2
                .contains("self.META_TITLE = \"localhost&\\x3C\";")
        );
        for wrong in [
            "/a/y.js?pipe=nothing",
            "/a/bad.sub.html",
            "/a/y.js?pipe=status(x)",
            "/a/y.js?pipe=gzip()",
        ] {
            assert_eq!(get(wrong).0, 500, "{wrong}");
        }
        // No pipe applies to a listing.
        assert_eq!(get("/a/?pipe=status(201)").0, 200);
    }

    #[test]
    fn wrappers_take_the_headers_of_their_source() {
        let reply = reply(Method::GET, "/a/x.any.html", &[]);
        assert_eq!(header(&reply, "content-type"), "text/html");
        assert_eq!(header(&reply, "x-a"), "2");
        assert!(!reply.ends_by_closing);
        assert_eq!(get("/a/x.any.worker.html").0, 404);
        assert_eq!(get("/a/z.any.html").0, 404);
        assert_eq!(get("/a/only.any.html").0, 404);
        assert_eq!(get("/a/x.any.worker.js").1, "text/javascript");
    }

    #[test]
    fn parts_of_files() {
        let part = |range| reply(Method::GET, "/a/two.js", &[("range", range)]);
        let one = part("bytes=1-3");
        assert_eq!((one.status.as_u16(), text(&one)), (206, "123".to_owned()));
        assert_eq!(
            (header(&one, "content-range"), header(&one, "content-length")),
            ("bytes 1-3/10".to_owned(), "3".to_owned())
        );
        let two = part("bytes=0-0,-1");
        assert!(header(&two, "content-type").starts_with("multipart/byteranges; boundary="));
        assert!(
            two.ends_by_closing
                && text(&two).contains("Content-Type: c/d\r\nContent-Range: bytes 9-9/10\r\n\r\n9\r\n--")
        );
        let none = part("bytes=10-");
        assert_eq!(
            (none.status.as_u16(), none.reason.as_deref()),
            (416, Some(&b"Requested Range Not Satisfiable"[..]))
        );
        assert_eq!(header(&none, "content-range"), "");
        let parts = |count: usize| {
            let apart: Vec<String> = (0..count).map(|at| format!("{0}-{0}", 2 * at)).collect();
            let range = format!("bytes={}", apart.join(",")).leak();
            reply(Method::GET, "/a/long.txt", &[("range", range)]).status.as_u16()
        };
        assert_eq!((parts(1_000), parts(1_001)), (206, 500));
        let piped = reply(Method::GET, "/a/two.js?pipe=slice(1)", &[("range", "bytes=1-3")]);
        assert_eq!(text(&piped), "23");
    }

    #[test]
    fn bad_requests_are_answered() {
        for (target, status) in [
            ("/nowhere", 404),
            ("/a/../a/y.js", 404),
            ("/a/x..y", 404),
            ("/%2Fetc/passwd", 404),
            ("/%", 404),
            ("/%00", 400),
            ("", 404),
            ("*", 404),
            ("/tools/x.html", 404),
            ("/a", 301),
            ("/a/", 200),
            ("/a/y.js/", 404),
            ("/a/none.py", 404),
            ("/a/empty.py", 404),
            ("/a/none.asis", 404),
        ] {
            assert_eq!(get(target).0, status, "{target}");
        }
        let body = |message| format!("{{\"error\": {{\"code\": 404, \"message\": \"{message}\"}}}}");
        assert_eq!(get("/nowhere"), (404, "application/json".to_owned(), body("404")));
        let post = reply(Method::POST, "/a/y.js", &[]);
        assert_eq!((post.status.as_u16(), text(&post)), (404, body("")));
        let redirect = reply(Method::GET, "//a?b", &[]);
        assert_eq!(header(&redirect, "location"), "http://localhost:8000/a?b/");
        assert_eq!(header(&redirect, "content-type"), "");
        let raw = reply(Method::GET, "/é", &[]);
        let location = raw.headers.get("location").unwrap();
        assert_eq!(location.as_bytes(), "http://localhost:8000/é/".as_bytes());
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_nowhere_outside() {
        use std::os::unix::fs::symlink;
        const SECRET: &str = "X-Secret: what lies outside";
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("file"), SECRET).unwrap();
        std::fs::write(outside.path().join("test"), format!("// META: title={SECRET}\n")).unwrap();
        let (folder, site) = site();
        let link = |name: &str, to: &str| symlink(outside.path().join(to), folder.path().join("a").join(name)).unwrap();
        link("out", "");
        link("out.any.js", "test");
        link("out.window.js", "test");
        link("two.js.sub.headers", "file");
        link("out.asis", "file");
        link("out.py", "file");
        link("out.txt", "file");
        let hash = "{{file_hash(md5, a/out.txt)}}";
        std::fs::write(folder.path().join("a/hash.sub.txt"), hash).unwrap();
        for (target, status) in [
            ("/a/out.any.html", 404),
            ("/a/out.any.worker.js", 404),
            ("/a/out.window.html", 404),
            ("/a/two.js", 200),
            ("/a/out.asis", 404),
            ("/a/out.py", 404),
            ("/a/out.txt", 404),
            ("/a/out", 404),
            ("/a/out/", 404),
            ("/a/out/file", 404),
            ("/a/hash.sub.txt", 500),
        ] {
            let reply = match site.respond(&ask(Method::GET, target, &[])) {
                Answer::Reply(reply) => reply,
                other => panic!("{target} gave {other:?}"),
            };
            assert_eq!(reply.status.as_u16(), status, "{target}");
            assert!(!text(&reply).contains("outside"), "{target}");
            assert!(!reply.headers.contains_key("x-secret"), "{target}");
        }
    }

    #[test]
    fn some_answers_are_no_replies() {
        for target in ["/a/h.py?x", "/a/folder.py", "/.well-known/web-identity"] {
            assert!(matches!(answer(Method::POST, target, &[]), Answer::Handler), "{target}");
        }
        match answer(Method::GET, "/a/r.asis?pipe=sub", &[]) {
            Answer::Raw(bytes) => assert_eq!(bytes, "HTTP/1.1 299 X\r\n\r\n{{host}}"),
            other => panic!("{other:?}"),
        }
    }
}

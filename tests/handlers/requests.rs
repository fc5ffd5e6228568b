//! What is asked.

/// A request.
#[derive(Debug)]
pub struct Request {
    pub method: &'static str,
    pub target: &'static str,
    pub headers: &'static [(&'static str, &'static str)],
    pub body: &'static str,
}

impl Request {
    pub fn name(&self) -> String {
        format!("{} {} {:?} {}", self.method, self.target, self.headers, self.body)
    }

    /// The host that it is for.
    pub fn host(&self) -> &'static str {
        match self.target.contains("cors") {
            true => "www1.not-localhost",
            false => "localhost",
        }
    }
}

const fn get(target: &'static str) -> Request {
    with("GET", target, &[], "")
}

const fn with(
    method: &'static str,
    target: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
) -> Request {
    Request {
        method,
        target,
        headers,
        body,
    }
}

const ORIGIN: (&str, &str) = ("origin", "http://www.localhost:8000");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const PREFLIGHT: &[(&str, &str)] = &[
    ORIGIN,
    ("accept", "*/*"),
    ("access-control-request-method", "PUT"),
    ("access-control-request-headers", "x-test"),
    ("referer", "http://localhost/r"),
];

/// In this order: what one leaves in the stash another takes.
pub const REQUESTS: &[Request] = &[
    get("/fetch/api/resources/echo-content.py"),
    with(
        "POST",
        "/fetch/api/resources/echo-content.py",
        &[("content-type", "a/b")],
        "text \u{e9}",
    ),
    with("PUT", "/fetch/api/resources/echo-content.py?x", &[], "\0"),
    with("HEAD", "/fetch/api/resources/echo-content.py", &[], ""),
    with("CHICKEN", "/fetch/api/resources/method.py?cors", &[], ""),
    with(
        "DELETE",
        "/fetch/api/resources/method.py",
        &[("content-language", "de")],
        "body",
    ),
    with("PATCH", "/xhr/resources/echo-method.py", &[], "body"),
    with("HEAD", "/xhr/resources/echo-method.py", &[], ""),
    with(
        "GET",
        "/xhr/resources/echo-headers.py",
        &[("x-b", "2"), ("x-a", "1, \t 2"), ("cookie", "a=b"), ("accept", "*/*")],
        "",
    ),
    with(
        "GET",
        "/fetch/api/resources/inspect-headers.py?headers=Origin|Cookie|Range|missing&cors",
        &[ORIGIN, ("range", "bytes=0-"), ("cookie", "a=b; c=\"d e\"")],
        "",
    ),
    with(
        "GET",
        "/xhr/resources/inspect-headers.py?filter_name=x-test",
        &[("x-test", "a"), ("x-other", "b"), ("x-test", "c")],
        "",
    ),
    with(
        "GET",
        "/xhr/resources/inspect-headers.py?filter_value=t%20u",
        &[("x-test", "t u")],
        "",
    ),
    get("/xhr/resources/headers.py"),
    get("/xhr/resources/parse-headers.py?my-custom-header=%00%80%0bx"),
    get("/xhr/resources/accept.py"),
    get("/xhr/resources/accept-language.py"),
    get("/fetch/api/resources/redirect.py?location=/x%3Fy&redirect_status=307"),
    with(
        "OPTIONS",
        "/fetch/api/resources/redirect.py?token=6b8c2d5e-0000-4000-8000-000000000001&allow_headers=x-a",
        PREFLIGHT,
        "",
    ),
    get("/fetch/api/resources/redirect.py?token=6b8c2d5e-0000-4000-8000-000000000001&count=2&location=a"),
    get("/fetch/api/resources/redirect-empty-location.py"),
    get("/xhr/resources/redirect.py?code=303&location=status.py%3Fx"),
    get("/xhr/resources/redirect.py?followed"),
    with(
        "GET",
        "/xhr/resources/redirect-cors.py?location=/x&allow_origin=1",
        &[ORIGIN],
        "",
    ),
    get("/xhr/resources/infinite-redirects.py?page=alternate&mix=1"),
    get("/common/redirect.py?location=http://localhost/%C3%A9&status=308"),
    with("GET", "/common/redirect.py?location=x&enable-cors", &[ORIGIN], ""),
    get("/workers/modules/resources/redirect.py?location=a.js"),
    get("/fetch/api/resources/status.py?code=418&text=Tea%20pot&content=short&type=text/x"),
    get("/fetch/api/resources/status.py?code=204"),
    with("HEAD", "/xhr/resources/status.py?code=299&text=", &[], ""),
    get("/xhr/resources/status.py?code=1000"),
    get("/xhr/resources/status.py?code=none"),
    get("/xhr/resources/requri.py?full&a=%20b/../c"),
    get("/xhr/resources/requri.py?cors&full"),
    get("/xhr/resources/%72equri.py?%72"),
    get("/xhr/resources/content.py?content=a%00b&response_charset_label=utf-8"),
    with("POST", "/xhr/resources/form.py", &[FORM], "id=a%20b&value=c"),
    with("POST", "/xhr/resources/form.py", &[FORM], "value=c"),
    with(
        "POST",
        "/xhr/resources/upload.py",
        &[("content-type", "multipart/form-data; boundary=b")],
        "--b\r\nContent-Disposition: form-data; name=k\r\n\r\nv\r\n--b\r\nContent-Disposition: form-data; name=f; \
         filename=n\r\nContent-Type: t/u\r\n\r\nbytes\r\n--b--\r\n",
    ),
    with(
        "GET",
        "/xhr/resources/get-set-cookie.py",
        &[("cookie", "WK-test=1; b=2")],
        "",
    ),
    with(
        "GET",
        "/workers/modules/resources/export-credentials.py",
        &[ORIGIN, ("cookie", "COOKIE_NAME=v")],
        "",
    ),
    get("/workers/modules/resources/postmessage-credentials.py"),
    with(
        "GET",
        "/workers/modules/resources/export-referrer-checker.py",
        &[("referer", "http://r/")],
        "",
    ),
    get("/workers/modules/resources/postmessage-referrer-checker.py"),
    get("/workers/support/imported_script.py?mime=text/plain"),
    get("/fetch/api/resources/script-with-header.py?mime=text/javascript"),
    with(
        "GET",
        "/fetch/api/resources/cache.py",
        &[("if-none-match", "\"123abc\"")],
        "",
    ),
    get("/fetch/api/resources/cache.py"),
    with(
        "GET",
        "/xhr/resources/conditional.py?tag=t",
        &[("if-none-match", "t")],
        "",
    ),
    get("/fetch/api/resources/authentication.py?realm=r"),
    with(
        "GET",
        "/fetch/api/resources/authentication.py",
        &[("authorization", "Basic dXNlcjpwYXNzd29yZA==")],
        "",
    ),
    with(
        "GET",
        "/fetch/api/resources/dump-authorization-header.py",
        &[ORIGIN, ("authorization", "x")],
        "",
    ),
    with(
        "OPTIONS",
        "/fetch/api/resources/preflight.py?token=6b8c2d5e-0000-4000-8000-000000000002",
        PREFLIGHT,
        "",
    ),
    get("/fetch/api/resources/preflight.py?token=6b8c2d5e-0000-4000-8000-000000000002"),
    get("/fetch/api/resources/clean-stash.py?token=6b8c2d5e-0000-4000-8000-000000000002"),
    get("/fetch/api/resources/stash-put.py?key=6b8c2d5e-0000-4000-8000-000000000003&value=v"),
    get("/fetch/api/resources/stash-take.py?key=6b8c2d5e-0000-4000-8000-000000000003"),
    get("/fetch/api/resources/stash-take.py?key=6b8c2d5e-0000-4000-8000-000000000003"),
    get("/fetch/api/resources/stash-take.py?key=none"),
    get("/fetch/api/resources/trickle.py?ms=1&count=3"),
    get("/xhr/resources/trickle.py?ms=1&count=3&specifylength"),
    get("/fetch/api/resources/bad-chunk-encoding.py?ms=1&count=2"),
    get("/xhr/resources/bad-chunk-encoding.py"),
    get("/xhr/resources/chunked.py"),
    get("/xhr/resources/delay.py?ms=10"),
    get("/common/slow.py?delay=10"),
    get("/xhr/resources/shift-jis-html.py"),
    get("/common/echo.py?content=%3Cb%3E"),
    get("/common/echo.py?content=piped&pipe=status(201)|header(X-Piped,yes)"),
    with(
        "POST",
        "/common/dispatcher/dispatcher.py?uuid=6b8c2d5e-0000-4000-8000-000000000004",
        &[],
        "message",
    ),
    get("/common/dispatcher/dispatcher.py?uuid=6b8c2d5e-0000-4000-8000-000000000004"),
    get("/.well-known/web-identity"),
];

/// A WebSocket connection: what its handshake says beyond the usual, and the frames that are sent.
#[derive(Debug)]
pub struct Socket {
    pub target: &'static str,
    pub headers: &'static [(&'static str, &'static str)],
    pub frames: &'static [(u8, &'static [u8])],
}

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
/// 1000, without a reason.
const NORMAL: (u8, &[u8]) = (CLOSE, &[3, 232]);

const fn socket(
    target: &'static str,
    headers: &'static [(&'static str, &'static str)],
    frames: &'static [(u8, &'static [u8])],
) -> Socket {
    Socket {
        target,
        headers,
        frames,
    }
}

const DEFLATE: (&str, &str) = ("sec-websocket-extensions", "permessage-deflate");

pub const SOCKETS: &[Socket] = &[
    socket(
        "/echo",
        &[],
        &[
            (TEXT, b"a"),
            (PING, b"p"),
            (BINARY, b"\0\xff"),
            (TEXT, b""),
            (CLOSE, b"\x0b\xb8why"),
        ],
    ),
    socket(
        "/echo",
        &[("sec-websocket-protocol", "chat, echo")],
        &[(TEXT, b"Goodbye"), NORMAL],
    ),
    socket("/echo", &[("sec-websocket-protocol", "chat")], &[]),
    socket("/echo", &[], &[(TEXT, b"\xff"), NORMAL]),
    socket("/echo", &[], &[(3, b""), NORMAL]),
    socket("/echo", &[], &[(CLOSE, b"")]),
    socket("/echo", &[DEFLATE], &[(TEXT, b"aaaaaaaaaaaaaaaaaaaaaaaaaaaa"), NORMAL]),
    socket("/echo-query?a=b&%20", &[], &[NORMAL]),
    socket("/echo-cookie", &[], &[NORMAL]),
    socket("/echo-cookie", &[("cookie", "a=1; b=2")], &[NORMAL]),
    socket("/origin", &[ORIGIN], &[NORMAL]),
    socket("/referrer", &[("referer", "http://r/")], &[NORMAL]),
    socket("/referrer", &[], &[NORMAL]),
    socket("/protocol", &[("sec-websocket-protocol", "foo")], &[NORMAL]),
    socket("/protocol", &[("sec-websocket-protocol", "foo, bar")], &[NORMAL]),
    socket("/protocol_array", &[("sec-websocket-protocol", "foo, bar")], &[NORMAL]),
    socket("/empty-message", &[], &[(TEXT, b""), NORMAL]),
    socket(
        "/handshake_no_protocol",
        &[("sec-websocket-protocol", "foo")],
        &[NORMAL],
    ),
    socket("/wrong_accept_key", &[], &[]),
    socket("/simple_handshake", &[ORIGIN], &[(CLOSE, b"\x03\xe9PASS")]),
    socket("/remote-close?code=3001&reason=bye", &[], &[(CLOSE, b"\x0b\xb9bye")]),
    socket("/remote-close?abrupt=1", &[], &[]),
    socket("/set-cookie?x", &[], &[NORMAL]),
    socket("/does-not-exist", &[], &[]),
];

//! Which requests are sent: chosen from the checkout by their category, in order, with a stride, so
//! that the same checkout gives the same requests.

use std::collections::BTreeMap;

use crate::tree::Tree;
use crate::wire::Request;

/// How a URL of a wrapper is made from the file that it wraps, and what the test may have to ask for.
const WRAPPERS: [(&str, &str, &str); 22] = [
    (".any.js", ".any.html", "window"),
    (".any.js", ".any.window-module.html", "window-module"),
    (".any.js", ".any.worker.html", "worker"),
    (".any.js", ".any.worker-module.html", "dedicatedworker-module"),
    (".any.js", ".any.sharedworker.html", "worker"),
    (".any.js", ".any.sharedworker-module.html", "sharedworker-module"),
    (".any.js", ".any.serviceworker.html", "serviceworker"),
    (".any.js", ".any.serviceworker-module.html", "serviceworker-module"),
    (".any.js", ".any.shadowrealm-in-window.html", "shadowrealm"),
    (".any.js", ".any.shadowrealm-in-shadowrealm.html", "shadowrealm"),
    (".any.js", ".any.shadowrealm-in-dedicatedworker.html", "shadowrealm"),
    (".any.js", ".any.shadowrealm-in-sharedworker.html", "shadowrealm"),
    (".any.js", ".https.any.shadowrealm-in-serviceworker.html", "shadowrealm"),
    (".any.js", ".https.any.shadowrealm-in-audioworklet.html", "shadowrealm"),
    (".any.js", ".any.worker.js", "META: script="),
    (".any.js", ".any.worker-module.js", "META: title="),
    (".any.js", ".any.worker-shadowrealm.js", "shadowrealm"),
    (".any.js", ".any.serviceworker-shadowrealm.js", "shadowrealm"),
    (".any.js", ".any.audioworklet-shadowrealm.js", "shadowrealm"),
    (".worker.js", ".worker.html", ""),
    (".window.js", ".window.html", ""),
    (".extension.js", ".extension.html", ""),
];

/// All requests.
pub fn all(tree: &Tree) -> Vec<Request> {
    let parts = [
        wrappers(tree),
        headers(tree),
        fields(tree),
        pipes(tree),
        types(tree),
        ranges(tree),
        as_is(tree),
        folders(tree),
        errors(tree),
        heads(tree),
    ];
    parts.concat()
}

fn get(category: &'static str, path: &str, query: &str) -> Request {
    // As a client would write it.
    let path: String = path.bytes().fold(String::from("/"), |mut path, byte| {
        match byte {
            b'!'..=b'~'
                if !matches!(
                    byte,
                    b'"' | b'#' | b'%' | b'<' | b'>' | b'?' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
                ) =>
            {
                path.push(char::from(byte));
            }
            byte => path.push_str(&format!("%{byte:02X}")),
        }
        path
    });
    let query = if query.is_empty() {
        String::new()
    } else {
        format!("?{query}")
    };
    Request {
        category,
        method: "GET",
        target: path + &query,
        headers: Vec::new(),
    }
}

/// So many of these, from all over.
fn spread<'a>(paths: impl Iterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    let paths: Vec<&str> = paths.collect();
    let stride = (paths.len() / count.max(1)).max(1);
    paths.into_iter().step_by(stride).take(count).collect()
}

fn wrappers(tree: &Tree) -> Vec<Request> {
    let mut requests = Vec::new();
    for (from, to, asks) in WRAPPERS {
        let sources: Vec<&str> = tree.served().filter(|path| path.ends_with(from)).collect();
        let asking = sources.iter().copied().filter(|path| {
            let text = tree.text(path);
            // The head is what counts, and comes first.
            text.lines()
                .take_while(|line| line.starts_with("//"))
                .any(|line| line.contains(asks))
        });
        // Some that do not ask for it are asked for too.
        let chosen = [spread(asking, 5), spread(sources.iter().copied(), 2)].concat();
        for (index, path) in chosen.into_iter().enumerate() {
            let path = path.strip_suffix(from).unwrap();
            let query = if index % 3 == 1 { "a=b&c=%22d" } else { "" };
            requests.push(get("wrapper", &format!("{path}{to}"), query));
        }
    }
    requests
}

fn headers(tree: &Tree) -> Vec<Request> {
    let with = |end: &'static str, count| {
        let files = tree.served().filter_map(move |path| path.strip_suffix(end));
        spread(files.filter(|path| is_static(path) && tree.contains(path)), count)
    };
    let below = |end: &str, count| {
        let folders = tree.served().filter_map(|path| path.strip_suffix(end));
        spread(folders, count)
            .into_iter()
            .filter_map(|folder| tree.served().find(|path| path.starts_with(folder) && is_static(path)))
            .collect::<Vec<_>>()
    };
    let mut requests = Vec::new();
    let chosen = [
        with(".headers", 40),
        with(".sub.headers", 25),
        below("__dir__.headers", 8),
        below("__dir__.sub.headers", 4),
    ];
    for path in chosen.concat() {
        let mut request = get("headers", path, "id=7&policy=none&csp=a&key=b&value=c");
        request.headers.push(("Origin", "http://example.test".to_owned()));
        requests.push(request);
    }
    requests
}

/// Whether a path is answered by a file, whose text is its own.
fn is_static(path: &str) -> bool {
    let is_made = [".py", ".asis", ".headers"].iter().any(|end| path.ends_with(end));
    !is_made && !path.starts_with(".well-known/")
}

fn fields(tree: &Tree) -> Vec<Request> {
    let names = tree.served().filter(|path| path.contains(".sub.") && is_static(path));
    // One for each kind of field that is used, and some more.
    let mut by_field: BTreeMap<String, &str> = BTreeMap::new();
    for path in names.clone() {
        let text = tree.text(path);
        for field in text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")) {
            let kind = match field.0.split_once("GET[") {
                Some((before, _)) => format!("{before}GET"),
                None => field.0.to_owned(),
            };
            by_field.entry(kind).or_insert(path);
        }
    }
    let mut chosen: Vec<&str> = by_field.into_values().chain(spread(names, 40)).collect();
    chosen.sort_unstable();
    chosen.dedup();
    let request = |(index, path): (usize, &str)| {
        let text = tree.text(path);
        let parameters = text
            .split("{{GET[")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once(']')?.0));
        let mut query: Vec<String> = parameters
            .map(|name| format!("{}=v%3C+%22%27%26", name.replace(' ', "+")))
            .collect();
        query.sort();
        query.dedup();
        let mut request = get("fields", path, &query.join("&"));
        if index % 2 == 0 {
            request.headers.push(("Referer", "http://localhost/<from>".to_owned()));
            request.headers.push(("Origin", "http://localhost".to_owned()));
        }
        for name in ["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "X-Test"] {
            if text.contains(&format!("{{{{headers[{name}]}}}}")) {
                request.headers.push((name, "first".to_owned()));
                request.headers.push((name, "second".to_owned()));
            }
        }
        request
    };
    chosen.into_iter().enumerate().map(request).collect()
}

fn pipes(tree: &Tree) -> Vec<Request> {
    const PIPES: [&str; 44] = [
        "status(202)",
        "status(299)",
        "status(413)",
        "status(204)",
        "status(404)|header(Content-Type,text/html)",
        "status(x)",
        "status()",
        "header(X-Test,1)|header(X-Test,2,True)",
        "header(X-Test,1)|header(X-Test,2,False)",
        "header(Content-Type,a/b;c=d)",
        "header(Content-Type,)",
        r"header(Link,%3Cx.css%3E;rel=preload)|header(X-List,one\,%20two;%20q=0.5\,three)",
        r"header(X-Nested,a%20(b;%20c(d\)%20e/1.0\))",
        "header(X-Test,%C3%A9)",
        "header(X-Test,%E5%A4%A9)",
        "header(X-Test)",
        "header(X-Test,1,maybe)",
        "header(Cache-Control,no-store)|trickle(d0)",
        "slice(1,10)",
        "slice(1)",
        "slice(null,10)",
        "slice(-10,-2)",
        "slice(-10)",
        "slice(5,2)",
        "slice(a)",
        "slice()",
        "trickle(d0.05)",
        "trickle(1:d0.01:2:d0.01:r2)|slice(0,20)",
        "trickle(5:d0.1:1)",
        "trickle(100:d0.01:r2)",
        "trickle(1:2)",
        "trickle()",
        "trickle(d0.02:5)|gzip",
        "gzip",
        "sub|gzip",
        "gzip()",
        "sub",
        "sub(none)|slice(0,30)",
        "sub(nothing)",
        "slice(2)|sub(html)|header(X-Test,1)|status(203)",
        "nothing",
        "|status(201)||slice(0,5",
        r"header(X-Test,a\",
        "status(201)&pipe=status(202)&pipe=",
    ];
    let files = spread(
        tree.served()
            .filter(|path| {
                is_static(path)
                    && [".html", ".js", ".txt", ".css", ".png"]
                        .iter()
                        .any(|end| path.ends_with(end))
            })
            .filter(|path| (200..20_000).contains(&tree.length(path)) && !is_wrapper(path)),
        PIPES.len(),
    );
    let mut requests: Vec<Request> = PIPES
        .iter()
        .zip(files)
        .map(|(pipe, path)| get("pipes", path, &format!("pipe={pipe}")))
        .collect();
    // They apply to wrappers and, after its own, to what has a pipe by its name.
    let wrapped = spread(tree.served().filter(|path| path.ends_with(".any.js")), 3);
    for (path, pipe) in wrapped
        .into_iter()
        .zip(["status(201)", "slice(0,15)", "header(X-Test,1)"])
    {
        requests.push(get(
            "pipes",
            &path.replace(".any.js", ".any.worker.js"),
            &format!("pipe={pipe}"),
        ));
    }
    let with_fields = spread(
        tree.served().filter(|path| path.contains(".sub.") && is_static(path)),
        3,
    );
    for (path, pipe) in with_fields
        .into_iter()
        .zip(["slice(0,100)", "status(400)", "trickle(d0.01)"])
    {
        requests.push(get("pipes", path, &format!("pipe={pipe}")));
    }
    requests
}

/// Whether a path is that of a page or script that is made.
pub fn is_wrapper(path: &str) -> bool {
    WRAPPERS.iter().any(|(_, end, _)| path.ends_with(end))
}

fn types(tree: &Tree) -> Vec<Request> {
    let mut by_extension: BTreeMap<&str, &str> = BTreeMap::new();
    for path in tree.served().filter(|path| is_static(path)) {
        let name = path.rsplit('/').next().unwrap_or_default();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        by_extension.entry(extension).or_insert(path);
    }
    let hidden = tree
        .served()
        .filter(|path| path.starts_with('.') || path.contains("/."));
    let known = by_extension.values().copied();
    spread(known, 80)
        .into_iter()
        .chain(spread(hidden, 3))
        .map(|path| get("types", path, ""))
        .collect()
}

fn ranges(tree: &Tree) -> Vec<Request> {
    const RANGES: [&str; 28] = [
        "bytes=0-9",
        "bytes=5-",
        "bytes=-7",
        "bytes=0-0",
        "bytes=-",
        "bytes=0-99999999",
        "bytes=-99999999",
        "bytes=99999999-",
        "bytes=9-5",
        "bytes=-0",
        "bytes=0-4,10-14",
        "bytes=10-14,0-4",
        "bytes=0-9,5-14",
        "bytes=0-4,5-9",
        "bytes=0-100,5-10,50-60",
        "bytes=0-60,10-20,15-30,50-70",
        "bytes=0-4, 20-",
        "bytes=0-1,4-5,8-9",
        "bytes=",
        "bytes=a-b",
        "bytes=1",
        "bytes=1-2-3",
        "items=0-1",
        "Bytes=0-1",
        "bytes= 1 - 3 ",
        "bytes=+1-3",
        "bytes=0-4,99999999-",
        "bytes=1-3;q=1",
    ];
    let is_meant = |path: &&str| is_static(path) && (100..100_000).contains(&tree.length(path)) && !is_wrapper(path);
    let files = spread(tree.served().filter(is_meant), RANGES.len());
    let mut requests: Vec<Request> = Vec::new();
    for (range, path) in RANGES.iter().zip(files) {
        let mut request = get("ranges", path, "");
        request.headers.push(("Range", (*range).to_owned()));
        requests.push(request);
    }
    for (query, range) in [
        ("pipe=slice(1,3)", "bytes=10-19"),
        ("pipe=sub", "bytes=0-3,6-7"),
        ("pipe=status(200)", "bytes=0-3"),
    ] {
        let mut request = get("ranges", "resources/testharness.js", query);
        request.headers.push(("Range", range.to_owned()));
        requests.push(request);
    }
    requests
}

fn as_is(tree: &Tree) -> Vec<Request> {
    let files: Vec<&str> = spread(tree.served().filter(|path| path.ends_with(".asis")), 30);
    let piped = files
        .first()
        .map(|path| get("as is", path, "pipe=status(201)|slice(0,2)"));
    let head = files.last().map(|path| Request {
        method: "HEAD",
        ..get("as is", path, "")
    });
    files
        .iter()
        .map(|path| get("as is", path, ""))
        .chain(piped)
        .chain(head)
        .collect()
}

fn folders(tree: &Tree) -> Vec<Request> {
    let mut folders: Vec<&str> = tree
        .served()
        .filter_map(|path| Some(path.rsplit_once('/')?.0))
        .collect();
    folders.dedup();
    let folders = spread(folders.into_iter().filter(|path| !path.ends_with(".py")), 20);
    let mut requests = vec![get("folders", "", "")];
    for (index, path) in folders.into_iter().enumerate() {
        let query = if index % 4 == 0 { "a=b" } else { "" };
        requests.push(get("folders", &format!("{path}/"), query));
        if index % 2 == 0 {
            requests.push(get("folders", path, query));
        }
    }
    requests.push(get("folders", "common/", "pipe=status(201)"));
    // The redirect tells where it was asked.
    for host in ["localhost", "LOCALHOST:1", "[::1]:8000"] {
        let mut request = get("folders", "common", "");
        request.headers.push(("Host", host.to_owned()));
        requests.push(request);
    }
    requests
}

fn errors(tree: &Tree) -> Vec<Request> {
    let mut requests: Vec<Request> = [
        "/nowhere",
        "/nowhere/",
        "/common/nowhere.js",
        "/common/blank.html/",
        "/nowhere.py",
        "/nowhere.asis",
        "/nowhere.any.html",
        "/nowhere.any.worker.js",
        "/nowhere.window.html",
        "/_certs/",
        "/_certs/x",
        "/tools/",
        "/tools/serve/serve.py",
        "/css/tools/x",
        "/css/tools/",
        "/results/",
        "/results/x",
        "/tools/runner/",
        "/tools/runner/index.html",
        "/tools",
        "/.well-known/web-identity/x",
        "/common/../resources/testharness.js",
        "/..",
        "/a..b",
        "/%2e%2e/x",
        "/common%2Fblank.html",
        "/%2Fetc/passwd",
        "/%",
        "/%zz",
        "/%ff",
        "/css/support/ruler-h-50%.png",
        "/css/support/ruler-h-50%25.png",
        "/css/support/%",
        "/css/support/%4",
        "/common/%E5%A4%A9",
        "//common/blank.html",
        "///common/",
        "/common//blank.html",
        "/./common/blank.html",
        "/common/./blank.html",
        "/resources/WebIDLParser.js",
        "/resources/testharnessreport.js",
        "/common/blank.html?",
        "/common/blank.html?pipe",
        "/common/blank.html?%",
        "/favicon.ico",
    ]
    .into_iter()
    .map(|target| Request {
        category: "errors",
        method: "GET",
        target: target.to_owned(),
        headers: Vec::new(),
    })
    .collect();
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "FOO"] {
        for path in ["common/blank.html", "nowhere"] {
            let mut request = get("errors", path, "");
            request.method = method;
            request.headers.push(("Content-Length", "0".to_owned()));
            requests.push(request);
        }
    }
    let wrapped = spread(tree.served().filter(|path| path.ends_with(".any.js")), 1);
    for path in wrapped {
        let mut request = get("errors", &path.replace(".any.js", ".any.html"), "");
        request.method = "POST";
        request.headers.push(("Content-Length", "0".to_owned()));
        requests.push(request);
    }
    requests
}

fn heads(tree: &Tree) -> Vec<Request> {
    let files = spread(tree.served().filter(|path| is_static(path)), 12);
    let wrapped = spread(tree.served().filter(|path| path.ends_with(".window.js")), 3);
    let wrapped: Vec<String> = wrapped
        .iter()
        .map(|path| path.replace(".window.js", ".window.html"))
        .collect();
    let others = ["common/", "common", "nowhere", "resources/WebIDLParser.js"];
    let targets = files
        .into_iter()
        .chain(wrapped.iter().map(String::as_str))
        .chain(others);
    let mut requests: Vec<Request> = targets.map(|path| get("head", path, "")).collect();
    requests.push(get("head", "common/blank.html", "pipe=trickle(d1)"));
    requests.push(get("head", "resources/testharness.js", "pipe=slice(0,7)"));
    for request in &mut requests {
        request.method = "HEAD";
    }
    requests
}

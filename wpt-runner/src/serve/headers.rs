//! The `.headers` files that lie beside served files.
//!
//! <https://web-platform-tests.org/writing-tests/server-features.html#file-based-headers>

use std::fs;
use std::path::Path;

use hyper::header::{HeaderName, HeaderValue};

use super::template::{Fields, substitute};

/// The headers for `file`, those of its folder's `__dir__` first.
///
/// Of each, the `.sub.headers` file is preferred, and its fields are filled in. A line that is no
/// header is left out: a test's mistake is no reason to refuse its file.
pub(super) fn load(file: &Path, fields: &Fields<'_>) -> Vec<(HeaderName, HeaderValue)> {
    let folder = file.with_file_name("__dir__");
    [folder.as_path(), file]
        .into_iter()
        .flat_map(|path| parse(&read(path, fields).unwrap_or_default()))
        .collect()
}

fn read(path: &Path, fields: &Fields<'_>) -> Option<Vec<u8>> {
    let beside = |end: &str| {
        let mut name = path.file_name()?.to_owned();
        name.push(end);
        fs::read(path.with_file_name(name)).ok()
    };
    match beside(".sub.headers") {
        Some(source) => Some(substitute(&source, fields, false)),
        None => beside(".headers"),
    }
}

fn parse(source: &[u8]) -> Vec<(HeaderName, HeaderValue)> {
    source
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = HeaderName::from_bytes(line[..colon].trim_ascii()).ok()?;
            let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
            Some((name, value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::config::{Config, Hosts, Protocol};
    use super::super::exchange::Ask;
    use super::super::template::Fields;
    use super::load;

    #[test]
    fn folder_then_file() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name, source| std::fs::write(folder.path().join(name), source).unwrap();
        write("__dir__.headers", "X-A: 1\r\nnonsense\nbad name: 2\n");
        write("a.js.headers", "Content-Type:text/plain\nX-A: {{host}}");
        write("b.js.sub.headers", "X-B: {{host}}");
        write("b.js.headers", "X-B: not this");
        let shown = |name| {
            let config = Config {
                hosts: Hosts::LOCAL,
                ports: Default::default(),
            };
            let ask = Ask {
                method: hyper::Method::GET,
                protocol: Protocol::Http,
                authority: "localhost".to_owned(),
                path: "/".to_owned(),
                query: None,
                headers: hyper::HeaderMap::new(),
                body: hyper::body::Bytes::new(),
            };
            let fields = Fields {
                config: &config,
                ask: &ask,
            };
            let headers = load(&folder.path().join(name), &fields);
            let shown: Vec<String> = headers
                .iter()
                .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
                .collect();
            shown.join(", ")
        };
        assert_eq!(shown("a.js"), "x-a: 1, content-type: text/plain, x-a: {{host}}");
        assert_eq!(shown("b.js"), "x-a: 1, x-b: localhost");
        assert_eq!(shown("c.js"), "x-a: 1");
    }
}

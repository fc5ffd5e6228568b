//! The `.headers` files that lie beside served files.
//!
//! <https://web-platform-tests.org/writing-tests/server-features.html#file-based-headers>

use std::io;

use hyper::header::{HeaderName, HeaderValue};
use thiserror::Error;

use super::fields::{FieldError, Fields};
use super::template::{Escape, substitute};

/// Why the headers of a file cannot be taken.
#[derive(Debug, Error)]
pub(super) enum HeadersError {
    /// A line is no header.
    #[error("{path} has the line {line:?}, which is no header")]
    Line {
        /// The file.
        path: String,
        /// The line.
        line: String,
    },
    /// A field in it cannot be filled in.
    #[error("could not fill in a field of {path}: {source}")]
    Field {
        /// The file.
        path: String,
        /// Why.
        source: FieldError,
    },
}

/// The headers for the file at `path`, those of its folder's `__dir__` first.
///
/// Of each, the `.sub.headers` file is preferred, and its fields are filled in.
///
/// # Errors
/// If a line is no header, or a field cannot be filled in: a test would fail on less than what it asks for.
pub(super) fn load(path: &str, fields: &Fields<'_>) -> Result<Vec<(HeaderName, HeaderValue)>, HeadersError> {
    let folder = path
        .rsplit_once('/')
        .map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let mut headers = parse_beside(&format!("{folder}__dir__"), fields)?;
    headers.extend(parse_beside(path, fields)?);
    Ok(headers)
}

fn parse_beside(path: &str, fields: &Fields<'_>) -> Result<Vec<(HeaderName, HeaderValue)>, HeadersError> {
    let with_fields = format!("{path}.sub.headers");
    match fields.files.kind(&with_fields) {
        Some(_) => {
            let filled = substitute(&read(&with_fields, fields).unwrap_or_default(), fields, Escape::None);
            let filled = filled.map_err(|source| HeadersError::Field {
                path: with_fields.clone(),
                source,
            })?;
            parse(&with_fields, &filled)
        }
        None => {
            let path = format!("{path}.headers");
            parse(&path, &read(&path, fields).unwrap_or_default())
        }
    }
}

fn read(path: &str, fields: &Fields<'_>) -> io::Result<Vec<u8>> {
    fields.files.read(path)
}

fn parse(path: &str, source: &[u8]) -> Result<Vec<(HeaderName, HeaderValue)>, HeadersError> {
    let lines = source.split(|byte| matches!(byte, b'\n' | b'\r'));
    lines
        .filter(|line| !line.is_empty())
        .map(|line| {
            header(line).ok_or_else(|| HeadersError::Line {
                path: path.to_owned(),
                line: String::from_utf8_lossy(line).into_owned(),
            })
        })
        .collect()
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (line.get(..colon)?, line.get(colon + 1..)?);
    let name = HeaderName::from_bytes(name.trim_ascii()).ok()?;
    Some((name, HeaderValue::from_bytes(value.trim_ascii()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::fields::Fields;
    use super::super::files::Files;
    use super::load;
    use crate::serve::config::{Config, Hosts, Protocol};
    use crate::serve::exchange::Ask;

    #[test]
    fn folder_then_file() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name, source: &[u8]| std::fs::write(folder.path().join(name), source).unwrap();
        write("__dir__.headers", b"X-A: 1\r\n\r\n");
        write("a.js.headers", b"Content-Type:text/plain\nX-A: {{host}}\nX-C:\xff:d ");
        write("b.js.sub.headers", b"X-B: {{host}}");
        write("b.js.headers", b"X-B: not this");
        write("d.js.headers", b"no header");
        write("e.js.headers", b" \n");
        write("f.js.headers", b"a b: c");
        write("g.js.sub.headers", b"X-B: {{nothing}}");
        let shown = |name| {
            let config = Config {
                hosts: Hosts::LOCAL,
                ports: Default::default(),
            };
            let ask = Ask {
                method: hyper::Method::GET,
                protocol: Protocol::Http,
                port: 8000,
                authority: "localhost".to_owned(),
                path: "/".to_owned(),
                query: None,
                headers: hyper::HeaderMap::new(),
                body: hyper::body::Bytes::new(),
            };
            let files = Files::open(folder.path()).unwrap();
            let fields = Fields::new(&config, &ask, &files);
            let headers = load(name, &fields).map_err(|error| error.to_string())?;
            let shown: Vec<String> = headers
                .iter()
                .map(|(name, value)| format!("{name}: {value:?}").replace('"', ""))
                .collect();
            Ok::<_, String>(shown.join(", "))
        };
        assert_eq!(
            shown("a.js").unwrap(),
            "x-a: 1, content-type: text/plain, x-a: {{host}}, x-c: \\xff:d"
        );
        assert_eq!(shown("b.js").unwrap(), "x-a: 1, x-b: localhost");
        assert_eq!(shown("c.js").unwrap(), "x-a: 1");
        for wrong in ["d.js", "e.js", "f.js", "g.js"] {
            let error = shown(wrong).unwrap_err();
            assert!(error.contains(wrong), "{error}");
        }
        std::fs::remove_file(folder.path().join("__dir__.headers")).unwrap();
        std::fs::create_dir(folder.path().join("c")).unwrap();
        write("c/__dir__.sub.headers", b"X-D: {{host}}");
        assert_eq!(shown("c/a.js").unwrap(), "x-d: localhost");
        assert_eq!(shown("c.js").unwrap(), "");
    }
}

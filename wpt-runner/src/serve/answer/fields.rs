//! What the `{{fields}}` of a text can speak of: the server, the request, the files.
//!
//! <https://web-platform-tests.org/writing-tests/server-pipes.html#sub>

use std::cell::OnceCell;
use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest;
use thiserror::Error;
use uuid::Uuid;

use super::budget::{Budget, Spent};
use super::files::Files;
use super::numbers::integer;
use crate::serve::config::Config;
use crate::serve::exchange::Ask;
use crate::url_path::parse_query;

/// Why a field cannot be filled in.
#[derive(Debug, Error, PartialEq, Eq)]
pub(super) enum FieldError {
    /// It is not written as a field is.
    #[error("{{{{{0}}}}} is no field")]
    Form(String),
    /// There is nothing of that name.
    #[error("there is no {0}")]
    Unknown(String),
    /// It has no parts.
    #[error("{0} has no part [{1}]")]
    Index(&'static str, String),
    /// It is no function, or takes other arguments.
    #[error("{0} cannot be called with {1} arguments")]
    Call(&'static str, usize),
    /// A path that names nothing that can be used.
    #[error("the path {0:?} names nothing inside the served folder")]
    Path(String),
    /// It is no text, as it stands.
    #[error("{{{{{0}}}}} is no text")]
    NoText(String),
    /// No text can be escaped so.
    #[error("there is no such way to escape")]
    Escape,
    /// The text grows beyond what is held.
    #[error("the text is too long")]
    TooLong,
}

impl From<Spent> for FieldError {
    fn from(Spent: Spent) -> Self {
        Self::TooLong
    }
}

/// What the fields of one response can speak of.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    /// Where the server is.
    pub config: &'a Config,
    /// The request.
    pub ask: &'a Ask,
    /// The files.
    pub files: &'a Files,
    /// How much work they may make.
    pub budget: Budget,
    /// The first value of each parameter, once one has been asked for.
    parameters: OnceCell<HashMap<Vec<u8>, Vec<u8>>>,
}

/// The value of a field, or of a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Text.
    Text(String),
    /// Bytes of the request; a field's value if they are UTF-8.
    Bytes(Vec<u8>),
    /// A number.
    Number(i64),
    /// All names, by the host.
    Hosts,
    /// The names of this host, by the label before it.
    Domains(String),
    /// The other hosts.
    OtherHosts,
    /// All ports, by the name of what they speak.
    Ports,
    /// The ports of this name.
    PortsOf(String),
    /// The request's URL.
    Location,
    /// The request's headers.
    Headers,
    /// The parameters of the request's query.
    Parameters,
    /// A function.
    Function(Function),
}

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Uuid,
    FileHash,
    FsPath,
    HeaderOrDefault,
}

impl Value {
    /// The text that takes the field's place.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Bytes(bytes) => String::from_utf8(bytes.clone()).ok(),
            Self::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// How many bytes it has, as far as it has any of its own.
    pub fn length(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            _ => 0,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Bytes(_) => "text",
            Self::Number(_) => "a number",
            Self::Hosts => "hosts",
            Self::Domains(_) => "domains",
            Self::OtherHosts => "alternate_hosts",
            Self::Ports | Self::PortsOf(_) => "ports",
            Self::Location => "location",
            Self::Headers => "headers",
            Self::Parameters => "GET",
            Self::Function(_) => "a function",
        }
    }
}

/// What may stand before a host, one or two of them.
const LABELS: [&str; 5] = ["www", "www1", "www2", "天気の良い日", "élève"];

impl<'a> Fields<'a> {
    /// What the fields of a response to this request can speak of.
    pub fn new(config: &'a Config, ask: &'a Ask, files: &'a Files) -> Self {
        Self {
            config,
            ask,
            files,
            budget: Budget::default(),
            parameters: OnceCell::new(),
        }
    }

    /// The value of a field's first part.
    pub fn named(&self, name: &str) -> Result<Value, FieldError> {
        let main = self.config.hosts.main;
        Ok(match name {
            "uuid" => Value::Function(Function::Uuid),
            "file_hash" => Value::Function(Function::FileHash),
            "fs_path" => Value::Function(Function::FsPath),
            "header_or_default" => Value::Function(Function::HeaderOrDefault),
            "headers" => Value::Headers,
            "GET" => Value::Parameters,
            "hosts" | "all_domains" => Value::Hosts,
            "domains" => Value::Domains(String::new()),
            "host" | "browser_host" => Value::Text(main.to_owned()),
            "server_host" => Value::Text("127.0.0.1".to_owned()),
            "alternate_hosts" => Value::OtherHosts,
            "ports" => Value::Ports,
            "doc_root" => Value::Text(self.files.root().to_string_lossy().into_owned()),
            "location" => Value::Location,
            "url_base" => Value::Text("/".to_owned()),
            name => return Err(FieldError::Unknown(name.to_owned())),
        })
    }

    /// The part of a value that `[index]` names.
    pub fn index(&self, value: &Value, index: &str) -> Result<Value, FieldError> {
        let place = |length: usize| {
            let at = integer(index)?;
            let from_end = at.checked_add(i64::try_from(length).ok()?)?;
            usize::try_from(if at < 0 { from_end } else { at }).ok()
        };
        let part = match value {
            Value::Text(text) => {
                let at = place(text.chars().count());
                at.and_then(|at| text.chars().nth(at))
                    .map(|char| Value::Text(char.into()))
            }
            Value::Bytes(bytes) => place(bytes.len())
                .and_then(|at| bytes.get(at))
                .map(|byte| Value::Number(i64::from(*byte))),
            Value::Hosts => matches!(index, "" | "alt").then(|| Value::Domains(index.to_owned())),
            Value::OtherHosts => (index == "alt").then(|| Value::Text(self.config.hosts.other.to_owned())),
            Value::Domains(host) => is_known(index).then(|| Value::Text(self.config.hosts.name(host, index))),
            Value::Ports => self.ports(index).next().map(|_| Value::PortsOf(index.to_owned())),
            Value::PortsOf(name) => {
                let at = place(self.ports(name).count());
                at.and_then(|at| self.ports(name).nth(at))
                    .map(|port| Value::Number(port.into()))
            }
            Value::Location => self.location(index),
            // A number is the name of nothing, not even of what has digits for a name.
            Value::Headers if integer(index).is_some() => None,
            Value::Headers => self.header(index).map(Value::Bytes),
            Value::Parameters if integer(index).is_some() => Some(Value::Bytes(Vec::new())),
            Value::Parameters => Some(Value::Bytes(self.parameter(index)?)),
            Value::Number(_) | Value::Function(_) => None,
        };
        part.ok_or_else(|| FieldError::Index(value.kind(), index.to_owned()))
    }

    /// What a function gives for arguments.
    pub fn call(&self, value: &Value, arguments: &[String]) -> Result<Value, FieldError> {
        match (value, arguments) {
            (Value::Function(Function::Uuid), []) => Ok(Value::Text(Uuid::new_v4().to_string())),
            (Value::Function(Function::FileHash), [algorithm, path]) => {
                self.file_hash(algorithm, path).map(Value::Text)
            }
            (Value::Function(Function::FsPath), [path]) => self.fs_path(path).map(Value::Text),
            (Value::Function(Function::HeaderOrDefault), [name, default]) => Ok(self
                .header(name)
                .map_or_else(|| Value::Text(default.clone()), Value::Bytes)),
            (value, arguments) => Err(FieldError::Call(value.kind(), arguments.len())),
        }
    }

    /// The ports of a name; 0 for one that nothing listens on.
    fn ports(&self, name: &str) -> impl Iterator<Item = u16> {
        let listening = (0..).map_while(|index| self.config.port(name, index));
        // Upstream has a port for it, whether or not it serves it: nothing answers at ours.
        listening.chain((name == "webtransport-h3").then_some(0))
    }

    fn location(&self, part: &str) -> Option<Value> {
        let (name, port) = self.ask.host_and_port();
        let name = name.to_ascii_lowercase();
        let scheme = self.ask.protocol.scheme();
        Some(Value::Text(match part {
            "server" => format!("{scheme}://{name}:{port}"),
            "scheme" => scheme.to_owned(),
            "host" => format!("{name}:{port}"),
            "hostname" => name,
            "port" => return Some(Value::Number(port.into())),
            "path" | "pathname" => self.ask.path.clone(),
            "query" => format!("?{}", self.ask.query()),
            _ => return None,
        }))
    }

    /// The first header of that name.
    fn header(&self, name: &str) -> Option<Vec<u8>> {
        let value = self.ask.headers.get(name)?;
        Some(value.as_bytes().trim_ascii().to_vec())
    }

    /// The first value of a parameter, empty if there is none.
    fn parameter(&self, name: &str) -> Result<Vec<u8>, FieldError> {
        let key = isomorphic(name).ok_or_else(|| FieldError::Index("GET", name.to_owned()))?;
        let parameters = self.parameters.get_or_init(|| {
            let mut parameters = HashMap::new();
            for (name, value) in parse_query(self.ask.query()) {
                parameters.entry(name).or_insert(value.unwrap_or_default());
            }
            parameters
        });
        Ok(parameters.get(&key).cloned().unwrap_or_default())
    }

    fn file_hash(&self, algorithm: &str, path: &str) -> Result<String, FieldError> {
        let bytes = self.files.read(path).map_err(|_| FieldError::Path(path.to_owned()))?;
        self.budget.bytes(bytes.len())?;
        Ok(STANDARD.encode(match algorithm {
            "md5" => md5::Md5::digest(&bytes).to_vec(),
            "sha1" => sha1::Sha1::digest(&bytes).to_vec(),
            "sha224" => sha2::Sha224::digest(&bytes).to_vec(),
            "sha256" => sha2::Sha256::digest(&bytes).to_vec(),
            "sha384" => sha2::Sha384::digest(&bytes).to_vec(),
            "sha512" => sha2::Sha512::digest(&bytes).to_vec(),
            algorithm => return Err(FieldError::Unknown(format!("algorithm {algorithm:?}"))),
        }))
    }

    /// Where a file is on this machine, which need not be there. A path that does not begin with
    /// `/` is relative to the folder of the request's.
    fn fs_path(&self, path: &str) -> Result<String, FieldError> {
        let base = self.ask.path.trim_start_matches('/');
        let folder = base.rsplit_once('/').map_or(base, |(folder, _)| folder);
        let folder = if path.starts_with('/') { "" } else { folder };
        let mut names: Vec<&str> = Vec::new();
        for name in folder.split('/').chain(path.split('/')) {
            match name {
                "" | "." => {}
                ".." => drop(names.pop().ok_or_else(|| FieldError::Path(path.to_owned()))?),
                name => names.push(name),
            }
        }
        if names
            .iter()
            .any(|name| name.contains("..") || name.contains(['\0', '\\']))
        {
            return Err(FieldError::Path(path.to_owned()));
        }
        let mut whole = self.files.root().to_owned();
        whole.extend(names);
        Ok(whole.to_string_lossy().into_owned())
    }
}

fn is_known(label: &str) -> bool {
    let labels: Vec<&str> = label.split('.').collect();
    let is = |known: &[&str]| labels.len() <= 2 && labels.iter().all(|label| known.contains(label));
    label.is_empty() || is(&LABELS) || is(&["nonexistent"])
}

/// The bytes of a text of which each character is one.
///
/// <https://infra.spec.whatwg.org/#isomorphic-encode>
pub(super) fn isomorphic(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|char| u8::try_from(u32::from(char)).ok()).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Fields, Value};
    use crate::serve::answer::files::Files;
    use crate::serve::answer::template::{Escape, substitute};
    use crate::serve::config::{Config, Hosts, Protocol};
    use crate::serve::exchange::Ask;
    use hyper::header::HeaderValue;

    /// Fields of a GET request with some headers, of a tree with one file, `a/hashed`.
    pub(crate) fn with_fields<T>(path: &str, query: &str, look: impl FnOnce(&Fields<'_>) -> T) -> T {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("a")).unwrap();
        std::fs::write(root.path().join("a/hashed"), "abc").unwrap();
        let config = Config {
            hosts: Hosts::LOCAL,
            ports: [8000, 8001, 0, 0, 8443, 0, 0, 0, 0, 0, 0],
        };
        let mut headers = hyper::HeaderMap::new();
        headers.append("x-test", HeaderValue::from_static("first "));
        headers.append("x-test", HeaderValue::from_static("second"));
        headers.append("5", HeaderValue::from_static("number"));
        headers.append("x-bytes", HeaderValue::from_bytes(b"\xff").unwrap());
        let ask = Ask {
            method: hyper::Method::GET,
            protocol: Protocol::Http,
            port: 8000,
            authority: "WWW.localhost:8001".to_owned(),
            path: path.to_owned(),
            query: Some(query.to_owned()),
            headers,
            body: hyper::body::Bytes::new(),
        };
        let files = Files::open(root.path()).unwrap();
        look(&Fields::new(&config, &ask, &files))
    }

    fn filled(source: &str) -> Option<String> {
        with_fields("/a/b%20.sub.html", "x=%3C1&x=2&y&z=%C3%BC&w=%FC&%FC=v&5=6", |fields| {
            let filled = substitute(source.as_bytes(), fields, Escape::None).ok()?;
            Some(String::from_utf8(filled).unwrap())
        })
    }

    #[test]
    fn the_server() {
        for (source, expected) in [
            (
                "{{host}} {{browser_host}} {{server_host}}",
                "localhost localhost 127.0.0.1",
            ),
            ("{{domains[]}} {{domains[www]}}", "localhost www.localhost"),
            ("{{domains[élève]}}", "xn--lve-6lad.localhost"),
            (
                "{{hosts[alt][www.天気の良い日]}}",
                "www.xn--n8j6ds53lwwkrqhv28a.not-localhost",
            ),
            ("{{hosts[][nonexistent]}}", "nonexistent.localhost"),
            ("{{alternate_hosts[alt]}} {{url_base}}", "not-localhost /"),
            (
                "{{ports[http][0]}} {{ports[http][1]}} {{ports[http][-1]}}",
                "8000 8001 8001",
            ),
            (
                "{{ports[https][0]}} {{ports[ws][0]}} {{ports[webtransport-h3][0]}}",
                "8443 0 0",
            ),
            ("{{host[0]}}{{host[-1]}}", "lt"),
        ] {
            assert_eq!(filled(source).as_deref(), Some(expected), "{source}");
        }
        for source in [
            "{{domains[x]}}",
            "{{domains[www.www.www]}}",
            "{{domains[www.nonexistent]}}",
            "{{hosts[other][]}}",
            "{{ports[x][0]}}",
            "{{ports[http][2]}}",
            "{{ports[http][x]}}",
            "{{ports[http]}}",
            "{{host[99]}}",
            "{{alternate_hosts[x]}}",
            "{{host[www]}}",
        ] {
            assert_eq!(filled(source), None, "{source}");
        }
    }

    #[test]
    fn the_request() {
        for (source, expected) in [
            (
                "{{location[server]}} {{location[host]}}",
                "http://www.localhost:8001 www.localhost:8001",
            ),
            (
                "{{location[scheme]}} {{location[hostname]}} {{location[port]}}",
                "http www.localhost 8001",
            ),
            (
                "{{location[path]}} {{location[pathname]}}",
                "/a/b%20.sub.html /a/b%20.sub.html",
            ),
            ("{{location[query]}}", "?x=%3C1&x=2&y&z=%C3%BC&w=%FC&%FC=v&5=6"),
            (
                "{{GET[x]}}{{GET[y]}}{{GET[none]}}{{GET[z]}}{{GET[ü]}}{{GET[x][0]}}{{GET[5]}}",
                "<1üv60",
            ),
            ("{{headers[X-Test]}} {{header_or_default(x-test, a)}}", "first first"),
            ("{{header_or_default(x-none, a )}}{{header_or_default(x-none, )}}", "a "),
        ] {
            assert_eq!(filled(source).as_deref(), Some(expected), "{source}");
        }
        for source in [
            "{{location[hash]}}",
            "{{headers[x-none]}}",
            "{{headers[x-bytes]}}",
            "{{GET[w]}}",
            "{{GET[天]}}",
            "{{header_or_default(x-test)}}",
            "{{headers[a b]}}",
            "{{headers[5]}}",
            "{{headers}}",
            "{{GET}}",
        ] {
            assert_eq!(filled(source), None, "{source}");
        }
    }

    #[test]
    fn where_a_request_was_sent() {
        for (protocol, authority, expected) in [
            (Protocol::Http, "www.localhost", "http://www.localhost:8000 http"),
            (
                Protocol::Https,
                "WWW.not-localhost:8443",
                "https://www.not-localhost:8443 https",
            ),
            (Protocol::Http2, "localhost:9000", "https://localhost:9000 https"),
            (Protocol::Http2, "[::1]", "https://[::1]:8000 https"),
        ] {
            with_fields("/a", "", |fields| {
                let ask = Ask {
                    protocol,
                    authority: authority.to_owned(),
                    ..fields.ask.clone()
                };
                let fields = Fields::new(fields.config, &ask, fields.files);
                let source = b"{{location[server]}} {{location[scheme]}}";
                let filled = substitute(source, &fields, Escape::None).unwrap();
                assert_eq!(String::from_utf8(filled).unwrap(), expected);
            });
        }
    }

    #[test]
    fn the_files() {
        for (source, expected) in [
            ("{{file_hash(md5, a/hashed)}}", "kAFQmDzST7DWlj99KOF/cg=="),
            ("{{file_hash(sha1, a/hashed)}}", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="),
            (
                "{{file_hash(sha224, a/hashed)}}",
                "Iwl9IjQF2CKGQqR3vaJVsyqtvOS9oLP342ydpw==",
            ),
            (
                "{{file_hash(sha256, a/hashed)}}",
                "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
            ),
        ] {
            assert_eq!(filled(source).as_deref(), Some(expected), "{source}");
        }
        let long = |name| filled(&format!("{{{{file_hash({name}, a/hashed)}}}}")).unwrap().len();
        assert_eq!((long("sha384"), long("sha512")), (64, 88));
        for source in [
            "{{file_hash(sha3, a/hashed)}}",
            "{{file_hash(md5, nowhere)}}",
            "{{file_hash(md5, ../a/hashed)}}",
            "{{file_hash(md5, a)}}",
            "{{file_hash(md5)}}",
            "{{fs_path(../../x)}}",
            "{{fs_path(/..)}}",
        ] {
            assert_eq!(filled(source), None, "{source}");
        }
        with_fields("/a/b.html", "p=/x/", |fields| {
            let root = fields.files.root().to_str().unwrap();
            let path = |path| fields.fs_path(path).unwrap().replace(root, "");
            assert_eq!(path("c.txt"), "/a/c.txt");
            assert_eq!(path("../c.txt"), "/c.txt");
            assert_eq!(path("/c/./d//e"), "/c/d/e");
            assert_eq!(fields.named("doc_root").unwrap(), Value::Text(root.to_owned()));
        });
    }

    #[test]
    fn functions_are_called_and_nothing_else() {
        let id = filled("{{uuid()}}").unwrap();
        assert!(id.len() == 36 && id != filled("{{uuid()}}").unwrap());
        for source in [
            "{{uuid}}",
            "{{uuid(1)}}",
            "{{uuid()()}}",
            "{{uuid[0]}}",
            "{{host()}}",
            "{{ports[http][0][0]}}",
        ] {
            assert_eq!(filled(source), None, "{source}");
        }
    }
}

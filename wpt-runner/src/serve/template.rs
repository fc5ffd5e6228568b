//! Filling in the `{{fields}}` of files with `.sub.` in their name.
//!
//! <https://web-platform-tests.org/writing-tests/server-pipes.html#sub>

use super::config::Config;
use super::exchange::Ask;

/// What the fields can speak of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    /// Where the server is.
    pub config: &'a Config,
    /// The request.
    pub ask: &'a Ask,
}

/// Fills in each field of `source`. With `is_markup`, values are escaped for it. A field that is
/// not known stays as it is, for the test to fail on.
pub(super) fn substitute(source: &[u8], fields: &Fields<'_>, is_markup: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(source.len());
    let mut rest = source;
    while let Some(start) = find(rest, b"{{") {
        let (before, from_start) = rest.split_at(start);
        out.extend_from_slice(before);
        let Some(length) = find(from_start, b"}}") else {
            rest = from_start;
            break;
        };
        let (field, after) = from_start.split_at(length + 2);
        let name = std::str::from_utf8(&field[2..length]).unwrap_or_default();
        match (fields.value(name.trim()), is_markup) {
            (Some(value), true) => out.extend(escape(&value).bytes()),
            (Some(value), false) => out.extend(value.bytes()),
            (None, _) => out.extend_from_slice(field),
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out
}

/// Escapes text for markup, attribute values included.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            c => out.push(c),
        }
    }
    out
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

impl Fields<'_> {
    fn value(&self, field: &str) -> Option<String> {
        let (name, indexes) = match field.find('[') {
            Some(at) => (&field[..at], field[at..].strip_suffix(']')?.strip_prefix('[')?),
            None => (field, ""),
        };
        let indexes: Vec<&str> = indexes.split("][").collect();
        match (name, indexes.as_slice()) {
            ("host", [""]) => Some(self.config.hosts.main.to_owned()),
            ("domains", [label]) => Some(self.config.hosts.name("", label)),
            ("hosts", [host, label]) => Some(self.config.hosts.name(host, label)),
            ("ports", [name, index]) => {
                let port = self.config.port(name, index.parse().ok()?);
                Some(port.unwrap_or_default().to_string())
            }
            ("location", [part]) => self.location(part),
            ("GET", [name]) => Some(self.parameter(name)),
            _ => None,
        }
    }

    fn location(&self, part: &str) -> Option<String> {
        let (name, port) = self.ask.host_and_port();
        let scheme = self.ask.protocol.scheme();
        Some(match part {
            "server" => format!("{scheme}://{name}:{port}"),
            "scheme" => scheme.to_owned(),
            "host" => format!("{name}:{port}"),
            "hostname" => name.to_owned(),
            "port" => port.to_string(),
            "path" | "pathname" => self.ask.path.clone(),
            "query" => format!("?{}", self.ask.query()),
            _ => return None,
        })
    }

    fn parameter(&self, name: &str) -> String {
        url::form_urlencoded::parse(self.ask.query().as_bytes())
            .find(|(key, _)| key == name)
            .map_or_else(String::new, |(_, value)| value.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::{Config, Hosts, Protocol};
    use super::super::exchange::Ask;
    use super::{Fields, substitute};

    #[test]
    fn known_fields_are_filled_in() {
        let config = Config {
            hosts: Hosts::LOCAL,
            ports: [8000, 8001, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        };
        let ask = Ask {
            method: hyper::Method::GET,
            protocol: Protocol::Http,
            authority: "www.localhost:8001".to_owned(),
            path: "/a".to_owned(),
            query: Some("x=%3C1".to_owned()),
            headers: hyper::HeaderMap::new(),
            body: hyper::body::Bytes::new(),
        };
        let fields = Fields {
            config: &config,
            ask: &ask,
        };
        let filled =
            |source: &str, is_markup| String::from_utf8(substitute(source.as_bytes(), &fields, is_markup)).unwrap();
        for (source, expected) in [
            ("{{host}}:{{ports[http][0]}}/", "localhost:8000/"),
            (
                "{{domains[www]}} {{hosts[alt][]}} {{hosts[][]}}",
                "www.localhost not-localhost localhost",
            ),
            (
                "{{location[server]}}{{location[path]}}{{location[query]}}",
                "http://www.localhost:8001/a?x=%3C1",
            ),
            ("{{GET[x]}}{{GET[y]}}", "<1"),
            ("{{ports[https][0]}} {{ports[http][1]}}", "0 8001"),
            ("{{unknown}} {{host} {{", "{{unknown}} {{host} {{"),
        ] {
            assert_eq!(filled(source, false), expected);
        }
        assert_eq!(filled("{{GET[x]}}", true), "&lt;1");
    }
}

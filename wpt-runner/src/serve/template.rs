//! Filling in the `{{fields}}` of files with `.sub.` in their name.
//!
//! <https://web-platform-tests.org/writing-tests/server-pipes.html#sub>

use super::hosts::{HOST, host_name};

/// What the fields can speak of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    /// The server's ports for HTTP.
    pub ports: [u16; 2],
    /// The host and port that the request was sent to.
    pub authority: &'a str,
    /// The request's path, as sent.
    pub path: &'a str,
    /// The request's query, as sent, without the `?`.
    pub query: &'a str,
}

/// The port written for protocols that the server does not speak: nothing can listen there.
const NO_PORT: &str = "0";

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
            ("host", [""]) => Some(HOST.to_owned()),
            ("domains", [label]) => Some(host_name("", label)),
            ("hosts", [host, label]) => Some(host_name(host, label)),
            ("ports", ["http", "0"]) => Some(self.ports[0].to_string()),
            ("ports", ["http", "1"]) => Some(self.ports[1].to_string()),
            ("ports", [_, _]) => Some(NO_PORT.to_owned()),
            ("location", [part]) => self.location(part),
            ("GET", [name]) => Some(self.parameter(name)),
            _ => None,
        }
    }

    fn location(&self, part: &str) -> Option<String> {
        let (name, port) = self.authority.rsplit_once(':').unwrap_or((self.authority, "80"));
        Some(match part {
            "server" => format!("http://{name}:{port}"),
            "scheme" => "http".to_owned(),
            "host" => format!("{name}:{port}"),
            "hostname" => name.to_owned(),
            "port" => port.to_owned(),
            "path" | "pathname" => self.path.to_owned(),
            "query" => format!("?{}", self.query),
            _ => return None,
        })
    }

    fn parameter(&self, name: &str) -> String {
        url::form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map_or_else(String::new, |(_, value)| value.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{Fields, substitute};

    #[test]
    fn known_fields_are_filled_in() {
        let fields = Fields {
            ports: [8000, 8001],
            authority: "www.localhost:8001",
            path: "/a",
            query: "x=%3C1",
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

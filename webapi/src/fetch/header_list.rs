//! <https://fetch.spec.whatwg.org/#concept-header-list>

use data_url::mime::Mime;

/// A header list. Names are in lower case, as nothing shows them otherwise.
#[derive(Debug, Clone, Default)]
pub(crate) struct HeaderList(Vec<(String, Vec<u8>)>);

/// Bytes that stand for one character each: <https://infra.spec.whatwg.org/#isomorphic-decode>.
fn isomorphic_decode(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

/// <https://fetch.spec.whatwg.org/#http-whitespace-byte>
fn is_whitespace(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' ')
}

/// <https://fetch.spec.whatwg.org/#concept-header-value-normalize>
pub(super) fn normalize(mut value: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = value
        && is_whitespace(*first)
    {
        value = rest;
    }
    while let [rest @ .., last] = value
        && is_whitespace(*last)
    {
        value = rest;
    }
    value
}

/// The name in lower case, if it is one: <https://fetch.spec.whatwg.org/#header-name>.
pub(super) fn header_name(name: &[u8]) -> Option<String> {
    // <https://httpwg.org/specs/rfc9110.html#rule.token.separators>
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    let valid = !name.is_empty() && name.iter().all(is_token);
    valid.then(|| isomorphic_decode(name).to_ascii_lowercase())
}

/// <https://fetch.spec.whatwg.org/#header-value>, of a value that is normalized.
pub(super) fn is_header_value(value: &[u8]) -> bool {
    !value.iter().any(|byte| matches!(byte, 0 | b'\n' | b'\r'))
}

/// <https://fetch.spec.whatwg.org/#forbidden-response-header-name>
pub(super) fn is_forbidden_response_header(name: &str) -> bool {
    matches!(name, "set-cookie" | "set-cookie2")
}

/// <https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name>, but for those that are exposed.
fn is_cors_safelisted(name: &str) -> bool {
    matches!(
        name,
        "cache-control"
            | "content-language"
            | "content-length"
            | "content-type"
            | "expires"
            | "last-modified"
            | "pragma"
    )
}

/// A value's parts at its commas, those within quotes aside: <https://fetch.spec.whatwg.org/#header-value-get-decode-and-split>.
fn split(value: &str) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut quoted, mut escaped) = (false, false);
    for (place, character) in value.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(value.get(start..place).unwrap_or_default());
                start = place + 1;
            }
            _ => {}
        }
    }
    parts.push(value.get(start..).unwrap_or_default());
    parts.into_iter().map(|part| part.trim_matches(['\t', ' '])).collect()
}

impl HeaderList {
    /// The headers of a response as they came, each character of a value a byte.
    pub fn received(headers: &[(String, String)]) -> Self {
        let bytes = |value: &str| value.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
        Self(
            headers
                .iter()
                .map(|(name, value)| (name.clone(), bytes(value)))
                .collect(),
        )
    }

    /// <https://fetch.spec.whatwg.org/#header-list-contains>
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// All values of a name: <https://fetch.spec.whatwg.org/#concept-header-list-get>.
    pub fn get(&self, name: &str) -> Option<Vec<u8>> {
        let values: Vec<&[u8]> = self.values(name).collect();
        (!values.is_empty()).then(|| values.join(&b", "[..]))
    }

    /// The values of a name, one by one.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_slice())
    }

    /// <https://fetch.spec.whatwg.org/#concept-header-list-append>
    pub fn append(&mut self, name: String, value: Vec<u8>) {
        self.0.push((name, value));
    }

    /// <https://fetch.spec.whatwg.org/#concept-header-list-delete>
    pub fn delete(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    /// <https://fetch.spec.whatwg.org/#concept-header-list-set>
    pub fn set(&mut self, name: String, value: Vec<u8>) {
        // 1. The first of the name gets the value, the others go.
        match self.0.iter().position(|(known, _)| *known == name) {
            Some(first) => {
                let mut index = 0;
                self.0.retain(|(known, _)| {
                    index += 1;
                    index <= first + 1 || *known != name
                });
                if let Some(header) = self.0.get_mut(first) {
                    header.1 = value;
                }
            }
            // 2. Or it is a new one.
            None => self.append(name, value),
        }
    }

    /// <https://fetch.spec.whatwg.org/#concept-header-list-sort-and-combine>
    pub fn sort_and_combine(&self) -> Vec<(String, Vec<u8>)> {
        let mut headers: Vec<(String, Vec<u8>)> = Vec::with_capacity(self.0.len());
        let mut sorted: Vec<&(String, Vec<u8>)> = self.0.iter().collect();
        // Those of one name keep their order.
        sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (name, value) in sorted {
            match headers.last_mut() {
                // 3.1. Cookies cannot be combined.
                Some((last, combined)) if last == name && name != "set-cookie" => {
                    combined.extend_from_slice(b", ");
                    combined.extend_from_slice(value);
                }
                _ => headers.push((name.clone(), value.clone())),
            }
        }
        headers
    }

    /// <https://fetch.spec.whatwg.org/#concept-header-extract-mime-type>
    pub fn mime_type(&self) -> Option<Mime> {
        // 4–5. Every value; none without the header.
        let values = isomorphic_decode(&self.get("content-type")?);
        let mut found: Option<Mime> = None;
        let mut charset: Option<String> = None;
        // 6. The last one that is a type, with the charset of the last that named one for the same essence.
        for value in split(&values) {
            let Ok(mut mime) = value.parse::<Mime>() else {
                continue;
            };
            if mime.matches("*", "*") {
                continue;
            }
            let own = mime.get_parameter("charset").map(str::to_owned);
            let same = found
                .as_ref()
                .is_some_and(|last| last.matches(&mime.type_, &mime.subtype));
            match (own, &charset) {
                (None, Some(last)) if same => mime.parameters.push(("charset".to_owned(), last.clone())),
                (own, _) => charset = own,
            }
            found = Some(mime);
        }
        found
    }

    /// What a script may see of a response of its own origin: <https://fetch.spec.whatwg.org/#concept-filtered-response-basic>.
    pub fn basic(mut self) -> Self {
        self.0.retain(|(name, _)| !is_forbidden_response_header(name));
        self
    }

    /// The same of one of another origin: <https://fetch.spec.whatwg.org/#concept-filtered-response-cors>.
    pub fn cors(mut self) -> Self {
        // The headers that the response exposes; all, if it says so, as no credentials are sent.
        let exposed = self.get("access-control-expose-headers").unwrap_or_default();
        let exposed = isomorphic_decode(&exposed).to_ascii_lowercase();
        let exposed: Vec<&str> = exposed.split(',').map(|name| name.trim_matches(['\t', ' '])).collect();
        let all = exposed.contains(&"*");
        self.0
            .retain(|(name, _)| all || is_cors_safelisted(name) || exposed.contains(&name.as_str()));
        self.basic()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(headers: &[(&str, &str)]) -> HeaderList {
        let owned: Vec<(String, String)> = headers
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        HeaderList::received(&owned)
    }

    #[test]
    fn the_last_content_type_counts_and_inherits_the_charset() {
        for (values, expected) in [
            (&["text/html;charset=a, text/html"][..], Some("text/html;charset=a")),
            (
                &["text/html;charset=a", "text/html;x=\",\""],
                Some("text/html;x=\",\";charset=a"),
            ),
            (&["text/html;charset=a", "x/x", "text/html"], Some("text/html")),
            (&["text/plain", "*/*", "nonsense"], Some("text/plain")),
            (&["nonsense"], None),
        ] {
            let headers: Vec<_> = values.iter().map(|&value| ("content-type", value)).collect();
            let mime = list(&headers).mime_type().map(|mime| mime.to_string());
            assert_eq!(mime.as_deref(), expected, "{values:?}");
        }
    }

    #[test]
    fn another_origin_sees_what_is_safe_or_exposed() {
        let names = |list: HeaderList| {
            let names: Vec<String> = list.sort_and_combine().into_iter().map(|(name, _)| name).collect();
            names.join(",")
        };
        let headers = [
            ("content-type", "a/b"),
            ("x-a", "1"),
            ("x-b", "1"),
            ("set-cookie", "c=1"),
        ];
        assert_eq!(names(list(&headers).basic()), "content-type,x-a,x-b");
        assert_eq!(names(list(&headers).cors()), "content-type");
        let with = |value: &'static str| list(&[&headers[..], &[("access-control-expose-headers", value)]].concat());
        assert_eq!(names(with("X-B , set-cookie").cors()), "content-type,x-b");
        assert_eq!(
            names(with("*").cors()),
            "access-control-expose-headers,content-type,x-a,x-b"
        );
    }
}

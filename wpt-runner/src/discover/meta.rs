//! The `// META: key=value` lines at the head of a script test.
//!
//! <https://web-platform-tests.org/writing-tests/testharness.html#specifying-a-test-title-in-auto-generated-boilerplate-tests>

/// The META lines of a script, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    entries: Vec<(String, String)>,
}

impl Meta {
    /// Reads the lines at the head of `source`; the first line of another form ends them.
    /// Bytes that are no UTF-8 become U+FFFD.
    #[must_use]
    pub fn parse(source: &[u8]) -> Self {
        let entries = source.split(|byte| *byte == b'\n').map_while(parse_line).collect();
        Self { entries }
    }

    /// The entries, in order.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Each value of `key`, in order.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.entries()
            .filter(move |(name, _)| *name == key)
            .map(|(_, value)| value)
    }

    /// The first value of `key`.
    #[must_use]
    pub fn first(&self, key: &str) -> Option<&str> {
        self.entries().find(|(name, _)| *name == key).map(|(_, value)| value)
    }
}

fn parse_line(line: &[u8]) -> Option<(String, String)> {
    let rest = trim_start(line.strip_prefix(b"//")?);
    let rest = trim_start(rest.strip_prefix(b"META:")?);
    let end = rest.iter().position(|byte| *byte == b'=')?;
    let (key, value) = (rest.get(..end)?, rest.get(end + 1..)?);
    let is_word = key.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    // A file with CRLF line ends means the same.
    let value = value.strip_suffix(b"\r").unwrap_or(value);
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    is_word.then(|| (text(key), text(value)))
}

/// Without the white space at its start, as regular expressions of bytes understand it.
fn trim_start(bytes: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0B;
    let start = bytes.iter().position(|byte| !is_space(byte)).unwrap_or(bytes.len());
    bytes.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Meta;

    #[test]
    fn the_head_is_read_up_to_the_first_other_line() {
        let meta = Meta::parse(
            b"// META: title=A = B\n//META:script=/a.js\r\n// META: script=b.js\n\n// META: timeout=long\n",
        );
        assert_eq!(meta.first("title"), Some("A = B"));
        assert_eq!(meta.all("script").collect::<Vec<_>>(), ["/a.js", "b.js"]);
        assert_eq!(meta.first("timeout"), None);
    }

    #[test]
    fn what_is_no_meta_line_is_none() {
        for source in [
            &b""[..],
            b"'use strict';\n// META: timeout=long",
            b" // META: timeout=long",
            b"// META: time-out=long",
            b"// META: timeout",
            b"// META: timeout =long",
            b"// meta: timeout=long",
            b"/* META: timeout=long */",
            b"//\xc2\xa0META: timeout=long",
        ] {
            assert_eq!(Meta::parse(source), Meta::default(), "{source:?}");
        }
        assert_eq!(Meta::parse(b"// META: title=\xff").first("title"), Some("\u{fffd}"));
        assert_eq!(Meta::parse(b"//\x0b\tMETA:\x0c=x").first(""), Some("x"));
    }
}

//! From the path of a URL to a name inside the served root.

use thiserror::Error;

/// Why a URL's path names no file that may be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum PathError {
    /// Bytes that are no UTF-8.
    #[error("the path is not valid percent-encoded UTF-8")]
    Malformed,
    /// A NUL, which no name contains.
    #[error("the path contains a NUL")]
    Nul,
    /// A `..`, or a separator that only some systems know.
    #[error("the path leads out of the served folder")]
    Forbidden,
}

/// Decodes the path of a URL, once, and refuses what could lead anywhere but downwards. A `%` that begins no
/// escape stays as it is.
pub(crate) fn decode_path(path: &str) -> Result<String, PathError> {
    let decoded = String::from_utf8(percent_decode(path)).map_err(|_| PathError::Malformed)?;
    if decoded.contains('\0') {
        return Err(PathError::Nul);
    }
    let leads_out = decoded.split('/').any(|part| part == "..") || decoded.contains('\\');
    match leads_out {
        true => Err(PathError::Forbidden),
        false => Ok(decoded),
    }
}

/// Parses `application/x-www-form-urlencoded` bytes: of each pair, the name and, if there is a
/// `=`, the value. What is no valid escape stays as it is.
pub(crate) fn parse_query(query: &str) -> impl Iterator<Item = (Vec<u8>, Option<Vec<u8>>)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair
            .split_once('=')
            .map_or((pair, None), |(name, value)| (name, Some(value)));
        (form_decode(name), value.map(form_decode))
    })
}

fn form_decode(text: &str) -> Vec<u8> {
    percent_decode(&text.replace('+', " "))
}

/// <https://url.spec.whatwg.org/#percent-decode>
fn percent_decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped = digit(at + 1).zip(digit(at + 2));
        match (byte, escaped.and_then(|(high, low)| u8::try_from(high * 16 + low).ok())) {
            (b'%', Some(value)) => {
                out.push(value);
                at += 2;
            }
            (byte, _) => out.push(*byte),
        }
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{PathError, decode_path, parse_query};

    #[test]
    fn decoding_happens_once() {
        assert_eq!(decode_path("/a%20b/%C3%BC").unwrap(), "/a b/ü");
        assert_eq!(decode_path("/%252e%252e/x").unwrap(), "/%2e%2e/x");
        assert_eq!(decode_path("/a..b/...").unwrap(), "/a..b/...");
        for path in ["/%", "/%1", "/%zz", "/%+1", "/%%", "/50%.png"] {
            assert_eq!(decode_path(path).as_deref(), Ok(path));
        }
        assert_eq!(decode_path("/%%41+").unwrap(), "/%A+");
    }

    #[test]
    fn ways_out_are_refused() {
        for path in ["/..", "/a/../b", "/%2e%2E/x", "/a%2F..%2Fb", "/a%5C..%5Cb"] {
            assert_eq!(decode_path(path), Err(PathError::Forbidden), "{path}");
        }
        assert_eq!(decode_path("/%ff"), Err(PathError::Malformed));
        assert_eq!(decode_path("/%00"), Err(PathError::Nul));
    }

    #[test]
    fn queries_are_pairs_of_bytes() {
        let parsed: Vec<_> = parse_query("a=b%3D+c&&d&%zz=%4&e=%ff").collect();
        let expected: [(&[u8], Option<&[u8]>); 4] = [
            (b"a", Some(b"b= c")),
            (b"d", None),
            (b"%zz", Some(b"%4")),
            (b"e", Some(b"\xff")),
        ];
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(name, value)| (name.to_vec(), value.map(<[u8]>::to_vec)))
            .collect();
        assert_eq!(parsed, expected);
    }
}

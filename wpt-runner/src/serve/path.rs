//! From the path of a URL to a file inside the served root.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a URL's path names no file that may be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum PathError {
    /// A `%` without two hex digits, or bytes that are no UTF-8.
    #[error("the path is not valid percent-encoded UTF-8")]
    Malformed,
    /// A `..`, a NUL, or a separator that only some systems know.
    #[error("the path leads out of the served folder")]
    Forbidden,
}

/// Decodes the path of a URL, once, and refuses what could lead anywhere but downwards.
pub(crate) fn decode_path(path: &str) -> Result<String, PathError> {
    let mut bytes = path.bytes();
    let mut decoded = Vec::with_capacity(path.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let mut digit = || bytes.next().and_then(|byte| char::from(byte).to_digit(16));
                let (high, low) = digit().zip(digit()).ok_or(PathError::Malformed)?;
                u8::try_from(high * 16 + low).map_err(|_| PathError::Malformed)?
            }
            byte => byte,
        });
    }
    let decoded = String::from_utf8(decoded).map_err(|_| PathError::Malformed)?;
    let leads_out = decoded.split('/').any(|part| part == "..") || decoded.contains(['\0', '\\']);
    match leads_out {
        true => Err(PathError::Forbidden),
        false => Ok(decoded),
    }
}

/// Where the file for a decoded path is, links followed; `None` if there is none, or if it lies
/// outside `root`, which must be canonical.
pub(super) fn locate(root: &Path, decoded: &str) -> Option<PathBuf> {
    let relative = decoded.trim_start_matches('/');
    let found = root.join(relative).canonicalize().ok()?;
    found.starts_with(root).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::{PathError, decode_path, locate};

    #[test]
    fn decoding_happens_once() {
        assert_eq!(decode_path("/a%20b/%C3%BC").unwrap(), "/a b/ü");
        assert_eq!(decode_path("/%252e%252e/x").unwrap(), "/%2e%2e/x");
        assert_eq!(decode_path("/a..b/...").unwrap(), "/a..b/...");
    }

    #[test]
    fn ways_out_are_refused() {
        for path in ["/..", "/a/../b", "/%2e%2E/x", "/a%2F..%2Fb", "/%00", "/a%5C..%5Cb"] {
            assert_eq!(decode_path(path), Err(PathError::Forbidden), "{path}");
        }
        for path in ["/%", "/%1", "/%zz", "/%ff", "/%+1"] {
            assert_eq!(decode_path(path), Err(PathError::Malformed), "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_out_are_not_followed() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret"), "").unwrap();
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        std::fs::write(root.join("in"), "").unwrap();
        std::os::unix::fs::symlink(outside.path(), root.join("out")).unwrap();
        std::os::unix::fs::symlink("in", root.join("link")).unwrap();
        assert_eq!(locate(&root, "/out/secret"), None);
        assert_eq!(locate(&root, "/nowhere"), None);
        assert_eq!(locate(&root, "//link"), Some(root.join("in")));
        assert_eq!(locate(&root, "/"), Some(root));
    }
}

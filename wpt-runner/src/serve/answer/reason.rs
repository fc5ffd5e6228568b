//! The reason phrases of status codes, which scripts see as `statusText`.

use hyper::StatusCode;
use hyper::body::Bytes;

/// The phrase for a status as the web platform tests' own server gives it, where that is not the
/// usual one: it has older names for some, and none for what it does not know.
pub(super) fn unusual(status: StatusCode) -> Option<Bytes> {
    let phrase = match status.as_u16() {
        203 => "Non-Authoritative Information",
        413 => "Request Entity Too Large",
        414 => "Request-URI Too Long",
        416 => "Requested Range Not Satisfiable",
        100..=101 | 200..=202 | 204..=206 | 300..=305 | 307 | 400..=412 | 415 | 417 | 500..=505 => return None,
        _ => "",
    };
    Some(Bytes::from_static(phrase.as_bytes()))
}

#[cfg(test)]
mod tests {
    use hyper::StatusCode;

    #[test]
    fn only_the_unusual_ones() {
        let unusual = |code| super::unusual(StatusCode::from_u16(code).unwrap());
        assert_eq!(unusual(200), None);
        assert_eq!(unusual(416).unwrap(), "Requested Range Not Satisfiable");
        assert_eq!(unusual(418).unwrap(), "");
        assert_eq!(unusual(299).unwrap(), "");
    }
}

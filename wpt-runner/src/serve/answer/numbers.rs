//! Numbers as the handlers of web platform tests read them from text.

/// A whole number: a sign, digits, `_` between digits, white space around it. One that is too
/// large is the largest.
pub(super) fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let well_formed = digits
        .split('_')
        .all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    if !well_formed {
        return None;
    }
    let value = digits.bytes().filter(u8::is_ascii_digit).fold(0_i64, |value, byte| {
        value.saturating_mul(10).saturating_add(i64::from(byte - b'0'))
    });
    Some(if is_negative { -value } else { value })
}

/// A number that may have a fraction and an exponent.
pub(super) fn float(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{float, integer};

    #[test]
    fn integers() {
        for (text, value) in [
            ("0", Some(0)),
            (" -12\n", Some(-12)),
            ("+1_000", Some(1000)),
            ("99999999999999999999", Some(i64::MAX)),
            ("", None),
            ("_1", None),
            ("1__0", None),
            ("- 1", None),
            ("1.0", None),
            ("0x1", None),
        ] {
            assert_eq!(integer(text), value, "{text}");
        }
    }

    #[test]
    fn floats() {
        assert_eq!(float(" .5 "), Some(0.5));
        assert_eq!(float("1e2"), Some(100.0));
        assert_eq!(float(""), None);
    }
}

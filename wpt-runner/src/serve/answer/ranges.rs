//! Requests for parts of a file.
//!
//! <https://httpwg.org/specs/rfc9110.html#field.range>

use std::ops::Range;

use super::fault::Fault;
use super::numbers::integer;

/// The parts of a file of `length` bytes that the value of a `Range` header asks for: in order of
/// where they begin. There is at least one, and none is empty.
///
/// Neighbours that touch or overlap are one, from the last to the first, as with upstream: a part that reaches
/// over its next neighbour into a third stays apart from that.
///
/// # Errors
/// If the value is of another form, or any of its parts lies outside of the file.
pub(super) fn parse(value: &[u8], length: u64) -> Result<Vec<Range<u64>>, Fault> {
    if !value.is_ascii() {
        return Err(Fault::Unable("a range that is no ASCII"));
    }
    let value = String::from_utf8_lossy(value);
    let parts = value.strip_prefix("bytes=").ok_or(Fault::RangeUnit)?;
    let mut ranges = parts
        .split(',')
        .map(|part| range(part, length).ok_or_else(|| Fault::Range(part.to_owned())))
        .collect::<Result<Vec<_>, _>>()?;
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<u64>> = Vec::with_capacity(ranges.len());
    for range in ranges.into_iter().rev() {
        match merged.last_mut() {
            Some(next) if range.end >= next.start => *next = range.start..range.end.max(next.end),
            _ => merged.push(range),
        }
    }
    merged.reverse();
    Ok(merged)
}

fn range(part: &str, length: u64) -> Option<Range<u64>> {
    let (first, last) = part.split_once('-').filter(|(_, last)| !last.contains('-'))?;
    let number = |text: &str| match text {
        "" => Some(None),
        text => integer(text).and_then(|number| u64::try_from(number).ok()).map(Some),
    };
    let range = match (number(first)?, number(last)?) {
        (None, None) => 0..length,
        (None, Some(count)) => length.saturating_sub(count)..length,
        (Some(first), None) => first..length,
        (Some(first), Some(last)) => first..last.saturating_add(1).min(length),
    };
    (range.start < range.end).then_some(range)
}

/// The value of `Content-Range` for a part.
pub(super) fn content_range(range: &Range<u64>, length: u64) -> String {
    format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1))
}

/// The body of a response with several parts: of each its `Content-Range` and its bytes.
pub(super) fn multipart(parts: &[(String, Vec<u8>)], mime: &[u8], boundary: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for (range, bytes) in parts {
        body.extend_from_slice(format!("\r\n--{boundary}\r\nContent-Type: ").as_bytes());
        body.extend_from_slice(mime);
        body.extend_from_slice(format!("\r\nContent-Range: {range}\r\n\r\n").as_bytes());
        body.extend_from_slice(bytes);
    }
    body.extend_from_slice(format!("\r\n--{boundary}--").as_bytes());
    body
}

#[cfg(test)]
mod tests {
    use super::{Fault, content_range, multipart, parse};

    #[test]
    fn parts_are_in_order_and_apart() {
        for (value, expected) in [
            ("bytes=0-3", "0..4"),
            ("bytes=3-", "3..10"),
            ("bytes=-3", "7..10"),
            ("bytes=-30", "0..10"),
            ("bytes=-", "0..10"),
            ("bytes=3-99", "3..10"),
            ("bytes=6-7,0-1", "0..2 6..8"),
            ("bytes=0-1, 2-3,3-5", "0..6"),
            ("bytes=0-7,2-3", "0..8"),
            ("bytes=0-6,1-2,5-5", "0..7 5..6"),
            ("bytes=0-99999999999999999999", "0..10"),
        ] {
            let ranges = parse(value.as_bytes(), 10).unwrap();
            let shown: Vec<String> = ranges.iter().map(|range| format!("{range:?}")).collect();
            assert_eq!(shown.join(" "), expected, "{value}");
        }
        assert_eq!(content_range(&(2..5), 10), "bytes 2-4/10");
    }

    #[test]
    fn what_cannot_be_had() {
        for value in [
            "bytes=10-",
            "bytes=3-2",
            "bytes=-0",
            "bytes=",
            "bytes=a-",
            "bytes=1-2-3",
            "bytes=0-1,10-",
            "bytes=1",
        ] {
            assert!(matches!(parse(value.as_bytes(), 10), Err(Fault::Range(_))), "{value}");
        }
        assert!(matches!(parse(b"bytes=-", 0), Err(Fault::Range(_))));
        assert!(matches!(parse(b"Bytes=0-", 10), Err(Fault::RangeUnit)));
        assert!(matches!(parse(b"bytes=\xff", 10), Err(Fault::Unable(_))));
    }

    #[test]
    fn several_parts() {
        let parts = [
            ("bytes 0-0/3".to_owned(), b"a".to_vec()),
            ("bytes 2-2/3".to_owned(), b"c".to_vec()),
        ];
        let body = String::from_utf8(multipart(&parts, b"text/x", "B")).unwrap();
        let part = |range, byte| format!("\r\n--B\r\nContent-Type: text/x\r\nContent-Range: {range}\r\n\r\n{byte}");
        assert_eq!(body, part("bytes 0-0/3", 'a') + &part("bytes 2-2/3", 'c') + "\r\n--B--");
    }
}

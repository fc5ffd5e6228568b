//! Filling in the `{{fields}}` of a text.
//!
//! <https://web-platform-tests.org/writing-tests/server-pipes.html#sub>

use std::collections::HashMap;

use super::fields::{FieldError, Fields, Value};
use super::files::MAX_BODY;

/// How the value of a field is escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// Not at all.
    None,
    /// For markup, attribute values included.
    Markup,
    /// In a way that is not known: only a text without fields gets through.
    Unknown,
}

/// A part of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// `$name:`, the variable that takes the value; with its `$`.
    Variable(String),
    /// A name; that of a variable with its `$`.
    Name(String),
    /// `[index]`
    Index(String),
    /// `(argument, argument)`
    Arguments(Vec<String>),
}

/// Fills in each field of `source`: what is between `{{` and `}}` and has no `}` in it.
///
/// # Errors
/// If a field is not known, its value is no text, or they are too many or too long.
pub(super) fn substitute(source: &[u8], fields: &Fields<'_>, escape: Escape) -> Result<Vec<u8>, FieldError> {
    let mut out = Vec::with_capacity(source.len());
    let mut variables = HashMap::new();
    let mut rest = source;
    while let Some((before, field, after)) = next_field(rest) {
        out.extend_from_slice(before);
        let value = evaluate(field, fields, &mut variables)?;
        match escape {
            Escape::None => out.extend(value.bytes()),
            Escape::Markup => out.extend(self::escape(&value).bytes()),
            Escape::Unknown => return Err(FieldError::Escape),
        }
        // A long value may stand in many places.
        if out.len() > MAX_BODY {
            return Err(FieldError::TooLong);
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    Ok(out)
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

/// The first field, what stands before it, and what follows it.
fn next_field(source: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut from = 0;
    loop {
        let rest = source.get(from..)?;
        let start = from + rest.windows(2).position(|pair| pair == b"{{")?;
        let inside = source.get(start + 2..)?;
        let length = inside.iter().position(|byte| *byte == b'}')?;
        if inside.get(length + 1) == Some(&b'}') {
            return Some((source.get(..start)?, inside.get(..length)?, inside.get(length + 2..)?));
        }
        // None of the places before the single brace starts a field.
        from = start + 2 + length;
    }
}

fn evaluate(field: &[u8], fields: &Fields<'_>, variables: &mut HashMap<String, Value>) -> Result<String, FieldError> {
    fields.budget.field()?;
    let mut tokens = tokens(field)?.into_iter().peekable();
    let shown = || String::from_utf8_lossy(field).into_owned();
    let target = match tokens.peek() {
        Some(Token::Variable(name)) => Some(name.clone()),
        _ => None,
    };
    if target.is_some() {
        tokens.next();
    }
    let Some(Token::Name(name)) = tokens.next() else {
        return Err(FieldError::Form(shown()));
    };
    let mut value = match variables.get(&name) {
        Some(value) => value.clone(),
        None => fields.named(&name)?,
    };
    for token in tokens {
        fields.budget.bytes(value.length())?;
        value = match token {
            Token::Index(index) => fields.index(&value, &index)?,
            Token::Arguments(arguments) => fields.call(&value, &arguments)?,
            Token::Variable(_) | Token::Name(_) => return Err(FieldError::Form(shown())),
        };
    }
    fields.budget.bytes(value.length())?;
    let text = value.text().ok_or_else(|| FieldError::NoText(shown()))?;
    variables.extend(target.map(|target| (target, value)));
    Ok(text)
}

/// The parts of a field, up to the first that is none: what follows it does not count.
fn tokens(field: &[u8]) -> Result<Vec<Token>, FieldError> {
    let text = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(FieldError::Form(String::from_utf8_lossy(field).into_owned())),
    };
    let within = |rest: &[u8], end| rest.iter().position(|byte| *byte == end);
    let mut tokens = Vec::new();
    let mut rest = field;
    while let Some(first) = rest.first() {
        let (token, length) = match first {
            b'[' => {
                let Some(end) = within(rest, b']') else { break };
                (Token::Index(text(rest.get(1..end).unwrap_or_default())?), end + 1)
            }
            b'(' => {
                let Some(end) = within(rest, b')') else { break };
                (
                    Token::Arguments(arguments(&text(rest.get(1..end).unwrap_or_default())?)),
                    end + 1,
                )
            }
            first => {
                let sigil = usize::from(*first == b'$');
                let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
                let word = rest.iter().skip(sigil).take_while(|byte| is_word(byte)).count();
                let end = sigil + word;
                match (word, rest.get(end)) {
                    (0, _) => break,
                    (_, Some(b':')) if sigil == 1 => {
                        (Token::Variable(text(rest.get(..end).unwrap_or_default())?), end + 1)
                    }
                    _ => (Token::Name(text(rest.get(..end).unwrap_or_default())?), end),
                }
            }
        };
        tokens.push(token);
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(tokens)
}

/// Arguments are separated by commas, and white space after those.
fn arguments(text: &str) -> Vec<String> {
    let mut parts = text.split(',');
    let first = parts.next().filter(|_| !text.is_empty());
    first
        .into_iter()
        .chain(parts.map(str::trim_start))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Escape, Token, next_field, substitute, tokens};
    use crate::serve::answer::fields::tests::with_fields;

    #[test]
    fn fields_make_only_so_much_work() {
        let with_query = |query: &str, sources: &[&str]| {
            with_fields("/a/b.sub.html", query, |fields| {
                sources
                    .iter()
                    .all(|source| substitute(source.as_bytes(), fields, Escape::None).is_ok())
            })
        };
        let many = "{{GET[x]}}".repeat(60_000);
        assert!(with_query("", &[&many]));
        assert!(!with_query("", &[&many, &many]), "what is filled in before counts");
        // A part of a long value is short, and is looked for in all of it.
        let long = format!("x={}", "1".repeat(1 << 20));
        let parts = |count| format!("{{{{$a:host}}}}{}", "{{GET[x][0]}}".repeat(count));
        assert!(with_query(&long, &[&parts(900)]));
        assert!(!with_query(&long, &[&parts(1100)]));
    }

    fn filled(source: &str, escape: Escape) -> Result<String, String> {
        with_fields("/a/b.sub.html", "x=%3C1&y=2", |fields| {
            let filled = substitute(source.as_bytes(), fields, escape);
            filled
                .map(|filled| String::from_utf8(filled).unwrap())
                .map_err(|error| error.to_string())
        })
    }

    #[test]
    fn fields_are_filled_in() {
        for (source, expected) in [
            ("", ""),
            ("a{{host}}b{{GET[x]}}c", "alocalhostb<1c"),
            ("{{host} {{host", "{{host} {{host"),
            ("{{host} {{host}}", "{{host} localhost"),
            ("{{host:8000 or what else}}", "localhost"),
            ("{{host}}}", "localhost}"),
            (
                "{{$a:host}} {{$b:$a}} {{$b}} {{$a:GET[y]}} {{$a}}",
                "localhost localhost localhost 2 2",
            ),
            ("{{$host:GET[y]}}{{host}}", "2localhost"),
        ] {
            assert_eq!(filled(source, Escape::None).unwrap(), expected, "{source}");
        }
        assert_eq!(filled("<{{GET[x]}}>", Escape::Markup).unwrap(), "<&lt;1>");
        let with_id = filled("{{$id:uuid()}} {{$id}}", Escape::None).unwrap();
        let (first, second) = with_id.split_once(' ').unwrap();
        assert!(first == second && first.len() == 36);
    }

    #[test]
    fn what_cannot_be_filled_in_is_an_error() {
        for source in [
            "{{}}",
            "{{ host }}",
            "{{{host}}",
            "{{unknown}}",
            "{{$a}}",
            "{{$a:}}",
            "{{[host]}}",
            "{{(host)}}",
            "{{location}}",
            "{{uuid}}",
            "{{host host2[x}} {{$a:$b:host}}",
            "{{host()}}",
            "{{domains}}",
        ] {
            assert!(filled(source, Escape::None).is_err(), "{source}");
        }
        assert!(filled("{{host}}", Escape::Unknown).is_err());
        assert_eq!(filled("{{host}", Escape::Unknown).unwrap(), "{{host}");
    }

    #[test]
    fn the_parts_of_a_field() {
        let name = |name: &str| Token::Name(name.to_owned());
        let index = |index: &str| Token::Index(index.to_owned());
        let arguments = |texts: &[&str]| Token::Arguments(texts.iter().map(|text| (*text).to_owned()).collect());
        for (field, expected) in [
            ("a[b][]", vec![name("a"), index("b"), index("")]),
            (
                "$a:b_1()",
                vec![Token::Variable("$a".to_owned()), name("b_1"), arguments(&[])],
            ),
            ("f( a,  b ,c, )", vec![name("f"), arguments(&[" a", "b ", "c", ""])]),
            ("$a", vec![name("$a")]),
            ("a[b", vec![name("a")]),
            ("a$ ", vec![name("a")]),
            ("GET[p q=é]", vec![name("GET"), index("p q=é")]),
        ] {
            assert_eq!(tokens(field.as_bytes()).unwrap(), expected, "{field}");
        }
        assert!(tokens(b"a[\xff]").is_err());
    }

    #[test]
    fn where_fields_are() {
        assert_eq!(next_field(b"a{{b}}c"), Some((&b"a"[..], &b"b"[..], &b"c"[..])));
        assert_eq!(next_field(b"{{a}b}{{c}}"), Some((&b"{{a}b}"[..], &b"c"[..], &b""[..])));
        assert_eq!(next_field(b"{{a{{b}}"), Some((&b""[..], &b"a{{b"[..], &b""[..])));
        for none in [&b""[..], b"{{", b"{{}", b"{{a}", b"{a}}", b"}}"] {
            assert_eq!(next_field(none), None);
        }
    }
}

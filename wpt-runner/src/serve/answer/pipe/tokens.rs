//! The text of pipes: `name(argument,argument)|name`.

use super::PipeError;

/// The most pipes that one response goes through.
const MAX_PIPES: usize = 100;

/// A pipe as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Call {
    /// Its name, of anything but `(` and `|`.
    pub name: String,
    /// Its arguments; none if there is no `(`, otherwise at least one, which may be empty.
    pub arguments: Vec<String>,
}

/// Takes the text apart. A `\` takes what follows for itself, or for a line end or tab if it is
/// `n`, `r` or `t`. The last `)` may be missing, and `|` after a `)` too.
///
/// # Errors
/// If the text ends in a `\`, or has too many pipes.
pub(super) fn parse(text: &str) -> Result<Vec<Call>, PipeError> {
    let mut calls = Vec::new();
    let mut chars = text.chars();
    loop {
        let (name, has_arguments) = name(&mut chars);
        if name.is_empty() && !has_arguments {
            return Ok(calls);
        }
        if calls.len() == MAX_PIPES {
            return Err(PipeError::TooMany);
        }
        let mut arguments = Vec::new();
        let mut has_more = has_arguments;
        while has_more {
            let (argument, end) = argument(&mut chars)?;
            arguments.push(argument);
            has_more = end == Some(',');
        }
        calls.push(Call { name, arguments });
    }
}

/// A name, and whether arguments follow.
fn name(chars: &mut impl Iterator<Item = char>) -> (String, bool) {
    let mut name = String::new();
    for char in chars {
        match char {
            '(' => return (name, true),
            '|' if name.is_empty() => {}
            '|' => break,
            char => name.push(char),
        }
    }
    (name, false)
}

/// An argument, and what ended it.
fn argument(chars: &mut impl Iterator<Item = char>) -> Result<(String, Option<char>), PipeError> {
    let mut argument = String::new();
    while let Some(char) = chars.next() {
        match char {
            '\\' => argument.push(match chars.next().ok_or(PipeError::OpenEscape)? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                char => char,
            }),
            ',' | ')' => return Ok((argument, Some(char))),
            char => argument.push(char),
        }
    }
    Ok((argument, None))
}

#[cfg(test)]
mod tests {
    use super::{Call, PipeError, parse};

    fn shown(text: &str) -> String {
        let show = |Call { name, arguments }: Call| format!("{name}{arguments:?}");
        parse(text).unwrap().into_iter().map(show).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn pipes_and_their_arguments() {
        for (text, expected) in [
            ("", ""),
            ("||", ""),
            ("gzip", "gzip[]"),
            ("gzip()", r#"gzip[""]"#),
            ("a(b,c)|d", r#"a["b", "c"] d[]"#),
            ("a(b,,)||d(e", r#"a["b", "", ""] d["e"]"#),
            ("a(b)d", r#"a["b"] d[]"#),
            ("(x)", r#"["x"]"#),
            ("a(b ", r#"a["b "]"#),
            (r"a(\,\)\\\n\q|(", r#"a[",)\\\nq|("]"#),
            ("a(b|c,é)", r#"a["b|c", "é"]"#),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_refused() {
        assert_eq!(parse("a(b\\"), Err(PipeError::OpenEscape));
        assert_eq!(parse(&"a|".repeat(101)), Err(PipeError::TooMany));
        assert_eq!(parse(&"a|".repeat(100)).unwrap().len(), 100);
    }
}

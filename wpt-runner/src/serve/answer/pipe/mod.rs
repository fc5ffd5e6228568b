//! Pipes: what a request's query, or a file's name, does to a response.
//!
//! <https://web-platform-tests.org/writing-tests/server-pipes.html>

mod tokens;
mod trickle;

use std::io::Write;
use std::time::Duration;

use flate2::write::GzEncoder;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, EXPIRES, HeaderName, HeaderValue, PRAGMA};
use thiserror::Error;

use super::budget::Spent;
use super::fields::{FieldError, Fields, isomorphic};
use super::numbers::integer;
use super::template::{Escape, substitute};
use crate::serve::exchange::{Piece, Reply};
use crate::url_path::parse_query;
use tokens::Call;
use trickle::Step;

/// Why a pipe cannot be applied.
#[derive(Debug, Error, PartialEq, Eq)]
pub(super) enum PipeError {
    /// The text ends within an escape.
    #[error("nothing follows the last \\")]
    OpenEscape,
    /// There are too many of them.
    #[error("there are too many pipes")]
    TooMany,
    /// They work on too many bytes, all together.
    #[error("the pipes have too much to do")]
    TooMuch,
    /// There is no pipe of that name.
    #[error("there is no pipe {0:?}")]
    Unknown(String),
    /// It takes another number of arguments.
    #[error("{0} does not take {1} arguments")]
    Count(&'static str, usize),
    /// An argument is not what is needed there.
    #[error("{0:?} is no argument for it")]
    Argument(String),
    /// A header that cannot be sent.
    #[error("the header {0:?} cannot be sent")]
    Header(String),
    /// The body cannot be packed.
    #[error("could not pack the body")]
    Gzip,
    /// A field could not be filled in.
    #[error("could not fill in a field: {0}")]
    Field(#[from] FieldError),
}

impl From<Spent> for PipeError {
    fn from(Spent: Spent) -> Self {
        Self::TooMuch
    }
}

/// The text of the pipes for a response: first that of the name of its `resource`, then that of the query.
pub(super) fn text_for(resource: &str, query: &str) -> String {
    let mut text = String::new();
    if resource.contains(".sub.") {
        let is_markup = [".html", ".htm", ".xht", ".xhtml", ".xml", ".svg"]
            .iter()
            .any(|end| resource.ends_with(end));
        text.push_str(if is_markup { "sub(html)" } else { "sub(none)" });
    }
    // Only pairs with a value count, and of them the last.
    let asked = parse_query(query)
        .filter_map(|(name, value)| (name == b"pipe").then_some(value?))
        .filter(|value| !value.is_empty())
        .last();
    if let Some(asked) = asked {
        if !text.is_empty() {
            text.push('|');
        }
        text.push_str(&String::from_utf8_lossy(&asked));
    }
    text
}

/// Applies pipes to a response, in their order.
///
/// # Errors
/// If one is not known, or cannot be applied.
pub(super) fn apply(text: &str, reply: &mut Reply, fields: &Fields<'_>) -> Result<(), PipeError> {
    let calls = tokens::parse(text)?;
    let pipes: Vec<Pipe> = calls.iter().map(Pipe::of).collect::<Result<_, _>>()?;
    pipes.iter().try_for_each(|pipe| pipe.apply(reply, fields))
}

/// A pipe whose arguments have been read as far as they do not depend on the response.
#[derive(Clone, Debug, PartialEq)]
enum Pipe<'a> {
    Status(StatusCode),
    Header {
        name: HeaderName,
        value: HeaderValue,
        is_added: bool,
    },
    Trickle(&'a str),
    Slice(Option<i64>, Option<i64>),
    Sub(Escape),
    Gzip,
}

impl<'a> Pipe<'a> {
    fn of(call: &'a Call) -> Result<Self, PipeError> {
        let arguments: Vec<&str> = call.arguments.iter().map(String::as_str).collect();
        let bad = |argument: &str| PipeError::Argument(argument.to_owned());
        let whole = |argument: &str| integer(argument).ok_or_else(|| bad(argument));
        let nullable = |argument: &str| match argument.eq_ignore_ascii_case("null") {
            true => Ok(None),
            false => whole(argument).map(Some),
        };
        match (call.name.as_str(), arguments.as_slice()) {
            ("status", [code]) => {
                let status = u16::try_from(whole(code)?)
                    .ok()
                    .and_then(|code| StatusCode::from_u16(code).ok());
                Ok(Self::Status(status.ok_or_else(|| bad(code))?))
            }
            ("header", [name, value]) => header(name, value, false),
            ("header", [name, value, added]) => {
                let is_added = match added.to_ascii_lowercase().as_str() {
                    "true" | "1" => true,
                    "false" | "0" => false,
                    _ => return Err(bad(added)),
                };
                header(name, value, is_added)
            }
            ("trickle", [instructions]) => Ok(Self::Trickle(instructions)),
            ("slice", [start]) => Ok(Self::Slice(nullable(start)?, None)),
            ("slice", [start, end]) => Ok(Self::Slice(nullable(start)?, nullable(end)?)),
            ("sub", []) => Ok(Self::Sub(Escape::Markup)),
            ("sub", [escape]) => Ok(Self::Sub(match *escape {
                "html" => Escape::Markup,
                "none" => Escape::None,
                _ => Escape::Unknown,
            })),
            ("gzip", []) => Ok(Self::Gzip),
            (name, arguments) => {
                let known = ["status", "header", "trickle", "slice", "sub", "gzip"];
                match known.into_iter().find(|known| *known == name) {
                    Some(name) => Err(PipeError::Count(name, arguments.len())),
                    None => Err(PipeError::Unknown(name.to_owned())),
                }
            }
        }
    }

    fn apply(&self, reply: &mut Reply, fields: &Fields<'_>) -> Result<(), PipeError> {
        match self {
            Self::Status(status) => reply.status = *status,
            Self::Header { name, value, is_added } => match is_added {
                true => drop(reply.headers.append(name.clone(), value.clone())),
                false => drop(reply.headers.insert(name.clone(), value.clone())),
            },
            Self::Trickle(instructions) => trickled(reply, instructions, fields)?,
            Self::Slice(start, end) => {
                let body = settle(reply, fields)?;
                let place = |at: i64| {
                    let from_end = at.checked_add(i64::try_from(body.len()).unwrap_or(i64::MAX));
                    let at = if at < 0 { from_end.unwrap_or(0) } else { at };
                    usize::try_from(at.max(0)).map_or(body.len(), |at| at.min(body.len()))
                };
                let (start, end) = (start.map_or(0, place), end.map_or(body.len(), place));
                let part = body.slice(start..end.max(start));
                reply.headers.insert(CONTENT_LENGTH, HeaderValue::from(part.len()));
                replace(reply, part);
            }
            Self::Sub(escape) => {
                let body = substitute(&settle(reply, fields)?, fields, *escape)?;
                replace(reply, Bytes::from(body));
            }
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::best());
                let written = encoder.write_all(&settle(reply, fields)?);
                let packed = written.and_then(|()| encoder.finish()).map_err(|_| PipeError::Gzip)?;
                reply.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                reply.headers.insert(CONTENT_LENGTH, HeaderValue::from(packed.len()));
                replace(reply, Bytes::from(packed));
            }
        }
        Ok(())
    }
}

fn header<'a>(name: &str, value: &str, is_added: bool) -> Result<Pipe<'a>, PipeError> {
    let bad = || PipeError::Header(name.to_owned());
    Ok(Pipe::Header {
        name: HeaderName::from_bytes(&isomorphic(name).ok_or_else(bad)?).map_err(|_| bad())?,
        value: HeaderValue::from_bytes(&isomorphic(value).ok_or_else(bad)?).map_err(|_| bad())?,
        is_added,
    })
}

/// Makes one piece of the body. The time that it would have taken to send it passes before.
///
/// # Errors
/// If the pipes have had too much to do.
fn settle(reply: &mut Reply, fields: &Fields<'_>) -> Result<Bytes, PipeError> {
    let body = reply.bytes();
    fields.budget.bytes(body.len())?;
    let pause = pause(reply);
    reply.body.clear();
    if !pause.is_zero() {
        reply.body.push(Piece::Pause(pause));
    }
    reply.body.push(Piece::Bytes(body.clone()));
    Ok(body)
}

/// How much time passes while the reply is sent.
fn pause(reply: &Reply) -> Duration {
    let pauses = reply.body.iter().filter_map(|piece| match piece {
        Piece::Pause(time) => Some(*time),
        Piece::Bytes(_) => None,
    });
    pauses.sum()
}

/// Puts another body in the place of a settled one.
fn replace(reply: &mut Reply, body: Bytes) {
    reply.body.pop();
    reply.body.push(Piece::Bytes(body));
    reply.ends_by_closing = false;
}

fn trickled(reply: &mut Reply, instructions: &str, fields: &Fields<'_>) -> Result<(), PipeError> {
    let body = settle(reply, fields)?;
    let steps = trickle::plan(instructions, body.len(), pause(reply))?;
    if ![CACHE_CONTROL, PRAGMA, EXPIRES]
        .iter()
        .any(|name| reply.headers.contains_key(name))
    {
        let value = "no-cache, no-store, must-revalidate";
        reply.headers.insert(CACHE_CONTROL, HeaderValue::from_static(value));
        reply.headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
        reply.headers.insert(EXPIRES, HeaderValue::from_static("0"));
    }
    reply.body.pop();
    reply.body.extend(steps.into_iter().map(|step| match step {
        Step::Send(range) => Piece::Bytes(body.slice(range)),
        Step::Pause(time) => Piece::Pause(time),
    }));
    reply.ends_by_closing = true;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use hyper::StatusCode;

    use super::{PipeError, apply, text_for};
    use crate::serve::answer::fields::tests::with_fields;
    use crate::serve::exchange::{Piece, Reply};

    /// What becomes of `abc{{host}}`: status, headers but for its type, and body, pauses in milliseconds.
    fn piped(text: &str) -> Result<(u16, String, String), String> {
        let mut reply = Reply::new(StatusCode::OK, "text/plain", "abc{{host}}");
        reply.ends_by_closing = true;
        with_fields("/a", "", |fields| apply(text, &mut reply, fields)).map_err(|error| error.to_string())?;
        let headers = reply.headers.iter().skip(1);
        let headers: Vec<String> = headers
            .map(|(name, value)| format!("{name}={value:?}").replace('"', ""))
            .collect();
        let pieces: Vec<String> = reply
            .body
            .iter()
            .map(|piece| match piece {
                Piece::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                Piece::Pause(time) => format!("~{}", time.as_millis()),
            })
            .collect();
        Ok((reply.status.as_u16(), headers.join(" "), pieces.join("+")))
    }

    fn body(text: &str) -> String {
        piped(text).unwrap().2
    }

    #[test]
    fn statuses_and_headers() {
        assert_eq!(piped("status(404)|status( 299 )").unwrap().0, 299);
        for (text, headers) in [
            ("header(X-A,1)|header(x-a,2)", "x-a=2"),
            ("header(X-A,1)|header(x-a,2,TRUE)|header(x-b,,0)", "x-a=1 x-a=2 x-b="),
            (r"header(X-A,a\,b\))", "x-a=a,b)"),
            ("header(X-A,é)", r"x-a=\xe9"),
        ] {
            assert_eq!(piped(text).unwrap().1, headers, "{text}");
        }
        for text in [
            "status(99)",
            "status(1000)",
            "status()",
            "status",
            "status(2,3)",
            "header(a)",
            "header(a,b,c)",
            "header(a b,c)",
            "header(,c)",
            r"header(a,b\nc: d)",
            "header(a,天)",
            "header(a,b,true,c)",
            "Status(200)",
        ] {
            assert!(piped(text).is_err(), "{text}");
        }
    }

    #[test]
    fn parts_and_fields() {
        for (text, expected) in [
            ("slice(1,3)", "bc"),
            ("slice(null,2)", "ab"),
            ("slice(-2)", "}}"),
            ("slice(-4,-2)", "st"),
            ("slice(2,1)", ""),
            ("slice(99)", ""),
            ("slice(-99,NULL)", "abc{{host}}"),
            ("sub", "abclocalhost"),
            ("slice(3)|sub(none)|slice(0,5)", "local"),
            ("slice(0,3)|sub(other)", "abc"),
        ] {
            assert_eq!(body(text), expected, "{text}");
        }
        assert_eq!(piped("slice(1,3)").unwrap().1, "content-length=2");
        assert_eq!(piped("sub").unwrap().1, "");
        for text in [
            "slice",
            "slice()",
            "slice(a)",
            "slice(1,2,3)",
            "sub()",
            "sub(null)",
            "sub(html,none)",
            "gzip()",
        ] {
            assert!(piped(text).is_err(), "{text}");
        }
    }

    #[test]
    fn pieces_pass_through_later_pipes() {
        assert_eq!(body("trickle(1:d1:1)"), "a+~1000+b+c{{host}}");
        assert_eq!(body("trickle(1:d1)|status(201)"), "a+~1000+bc{{host}}");
        // A pipe that needs the whole body waits for it.
        assert_eq!(body("trickle(1:d1:1:d2)|slice(0,3)"), "~3000+abc");
        assert_eq!(body("trickle(d1)|trickle(2:d1)"), "~1000+ab+~1000+c{{host}}");
        assert_eq!(body("trickle(d40)|trickle(2:d40)"), "~40000+ab+~20000+c{{host}}");
        let headers = "cache-control=no-cache, no-store, must-revalidate pragma=no-cache expires=0";
        assert_eq!(piped("trickle(d1)").unwrap().1, headers);
        assert_eq!(piped("header(Expires,9)|trickle(d1)").unwrap().1, "expires=9");
    }

    #[test]
    fn pipes_work_on_only_so_many_bytes() {
        let piped = |count| {
            let mut reply = Reply::new(StatusCode::OK, "text/plain", vec![b'a'; 64 << 20]);
            let text = vec!["slice(0)"; count].join("|");
            with_fields("/a", "", |fields| apply(&text, &mut reply, fields))
        };
        assert_eq!(piped(16), Ok(()));
        assert_eq!(piped(17), Err(PipeError::TooMuch));
    }

    #[test]
    fn packed_bodies() {
        let mut reply = Reply::new(StatusCode::OK, "text/plain", "abc{{host}}");
        with_fields("/a", "", |fields| apply("sub|gzip", &mut reply, fields)).unwrap();
        let packed = reply.bytes();
        assert_eq!(reply.headers.get("content-encoding").unwrap(), "gzip");
        assert_eq!(reply.headers.get("content-length").unwrap(), &packed.len().to_string());
        let mut text = String::new();
        flate2::read::GzDecoder::new(&packed[..])
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "abclocalhost");
    }

    #[test]
    fn names_and_queries_ask_for_pipes() {
        for (resource, query, text) in [
            ("a.js", "", ""),
            ("a.js", "pipe", ""),
            ("a.js", "pipe=", ""),
            ("a.js", "x=1&pipe=a&pipe=b%7Cc+d&pipe=", "b|c d"),
            ("a.sub.js", "pipe=%ff", "sub(none)|\u{fffd}"),
            ("a.sub.html", "", "sub(html)"),
            ("a.sub.b/c.svg", "", "sub(html)"),
            ("sub.js", "", ""),
        ] {
            assert_eq!(text_for(resource, query), text, "{resource}?{query}");
        }
    }
}

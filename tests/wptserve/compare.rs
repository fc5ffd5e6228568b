//! Whether two responses are the same, and what is known to differ.

use std::collections::BTreeSet;
use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::effect::effect;
use crate::requests::is_wrapper;
use crate::wire::{Request, Response};

/// What we serve as the harness's report script, in every tree.
const REPORT_SCRIPT: &[u8] = b"// The page shows its results itself; a test runner puts its report script here.\n";

/// What comparing two responses gives.
#[derive(Debug)]
pub enum Verdict {
    Equal,
    /// Different in the way of this place in [`KNOWN`].
    Known(usize),
    /// Different in these ways.
    Different(Vec<String>),
}

/// A difference that is known, and meant.
#[derive(Debug)]
pub struct Known {
    pub reason: &'static str,
    /// Whether it is all that differs.
    explains: fn(&Request, &Response, &Response) -> bool,
}

/// The differences that are known. One that is not seen any more does not belong here.
pub const KNOWN: [Known; 6] = [
    Known {
        reason: "a wrapper has the same effect, in a text of its own",
        explains: |request, ours, theirs| {
            // Nothing else may differ by a byte, if only in its white space.
            let is_made = is_wrapper(request.path()) && theirs.status.starts_with("20");
            is_made && has_same_headers(ours, theirs) && effect(&ours.text()) == effect(&theirs.text())
        },
    },
    Known {
        reason: "an error has the same status, with a message of its own (upstream's tells a traceback)",
        explains: |_, ours, theirs| {
            let code = |response: &Response| {
                let error: Value = serde_json::from_slice(&response.body).ok()?;
                Some((
                    error["error"]["code"].as_u64()?,
                    error["error"]["message"].as_str()?.len(),
                ))
            };
            let (ours_is, theirs_is) = (code(ours), code(theirs));
            // Where there is a message, there is one.
            let is_same = |(a, b): ((u64, usize), (u64, usize))| a.0 == b.0 && (a.1 == 0) == (b.1 == 0);
            ours_is.zip(theirs_is).is_some_and(is_same) && has_same_headers(ours, theirs)
        },
    },
    Known {
        reason: "a folder's listing has the same links, in a text of its own",
        explains: |request, ours, theirs| {
            let is_folder = request.path().ends_with('/');
            let is_listed = theirs.status.starts_with("200") && has_same_headers(ours, theirs);
            let is_bodiless = request.method == "HEAD";
            is_folder && is_listed && (is_bodiless || links(ours) == links(theirs))
        },
    },
    Known {
        reason: "a status that has no body has none, whatever the file (upstream's sends it)",
        explains: |_, ours, theirs| {
            theirs.status.starts_with("204") && ours.body.is_empty() && headers(ours) == headers(theirs)
        },
    },
    Known {
        reason: "what is packed is the same, by another packer, and without the time",
        explains: |_, ours, theirs| {
            let unpack = |response: &Response| {
                let mut unpacked = Vec::new();
                GzDecoder::new(&response.body[..]).read_to_end(&mut unpacked).ok()?;
                Some(unpacked)
            };
            let is_packed = theirs.all("content-encoding").eq(["gzip"]);
            is_packed && has_same_headers(ours, theirs) && unpack(ours).is_some_and(|body| Some(body) == unpack(theirs))
        },
    },
    Known {
        reason: "the harness's report script is our own in every tree",
        explains: |request, ours, theirs| {
            let is_typed = ours.all("content-type").eq(["text/javascript"])
                && theirs
                    .all("content-type")
                    .all(|theirs| theirs.starts_with("text/javascript"));
            let told = headers(ours).into_iter().map(|(name, _)| name);
            request.path() == "/resources/testharnessreport.js"
                && ours.body == REPORT_SCRIPT
                && told.eq(["content-length", "content-type"])
                && is_typed
        },
    },
];

/// Compares our response with theirs.
pub fn compare(request: &Request, ours: &Response, theirs: &Response) -> Verdict {
    // What the tree itself has put there is the same in both.
    let is_told_by_tree = ours.all("content-length").eq(theirs.all("content-length")) && ours.body == theirs.body;
    if let Some(wrong) = ours.wrong_length(request).filter(|_| !is_told_by_tree) {
        return Verdict::Different(vec![wrong]);
    }
    let differences = differences(ours, theirs);
    if differences.is_empty() {
        return Verdict::Equal;
    }
    let is_same_status = ours.status == theirs.status;
    let known = KNOWN
        .iter()
        .position(|known| is_same_status && (known.explains)(request, ours, theirs));
    known.map_or(Verdict::Different(differences), Verdict::Known)
}

fn differences(ours: &Response, theirs: &Response) -> Vec<String> {
    let mut differences = Vec::new();
    if ours.status != theirs.status {
        differences.push(format!("status: {:?}, theirs {:?}", ours.status, theirs.status));
    }
    let (mut our_ids, mut their_ids) = (Ids::default(), Ids::default());
    let (our_headers, their_headers) = (our_ids.headers(ours), their_ids.headers(theirs));
    for (name, values) in our_headers.symmetric_difference(&their_headers) {
        let whose = if our_headers.contains(&(name.clone(), values.clone())) {
            "ours"
        } else {
            "theirs"
        };
        differences.push(format!("{whose}: {name}: {}", values.join(" | ")));
    }
    if our_ids.numbered(&ours.body) != their_ids.numbered(&theirs.body) {
        let shown = |response: &Response| response.text().chars().take(4000).collect::<String>();
        differences.push(format!("ours:\n{}\n    theirs:\n{}", shown(ours), shown(theirs)));
    }
    differences
}

fn headers(response: &Response) -> BTreeSet<(String, Vec<String>)> {
    Ids::default().headers(response)
}

/// Whether all but the length of the body is the same. Where one tells it, so does the other.
fn has_same_headers(ours: &Response, theirs: &Response) -> bool {
    let without_length = |response: &Response| {
        headers(response)
            .into_iter()
            .map(|(name, values)| match name.as_str() {
                "content-length" => (name, vec![String::new(); values.len()]),
                _ => (name, values),
            })
            .collect::<BTreeSet<_>>()
    };
    without_length(ours) == without_length(theirs)
}

/// The links of a page, in order.
fn links(response: &Response) -> Vec<String> {
    let base = url::Url::parse("http://localhost/a/b/").unwrap();
    let text = response.text();
    let links = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    // Upstream links to the folder above by its whole path.
    let links = links.filter(|link| !link.starts_with('/') && *link != "./../" && !link.is_empty());
    let links = links.map(|link| {
        link.replace("&#x27;", "'")
            .replace("&quot;", "\"")
            .replace("&amp;", "&")
    });
    links
        .map(|link| base.join(&link).unwrap().to_string().replace('\'', "%27"))
        .collect()
}

/// The identifiers of a response that are made up anew each time, in the order in which they are seen.
#[derive(Debug, Default)]
struct Ids {
    seen: Vec<Vec<u8>>,
}

impl Ids {
    /// The headers that matter, with all of their values: not those that are of the connection, or tell
    /// who answers and when.
    fn headers(&mut self, response: &Response) -> BTreeSet<(String, Vec<String>)> {
        let names: BTreeSet<&str> = response.headers.iter().map(|(name, _)| name.as_str()).collect();
        let matter = names
            .into_iter()
            .filter(|name| !matches!(*name, "date" | "server" | "connection"));
        matter
            .map(|name| {
                let values = response.all(name).map(|value| self.numbered(value.as_bytes()));
                let values = values.map(|value| String::from_utf8_lossy(&value).into_owned());
                (name.to_owned(), values.collect())
            })
            .collect()
    }

    /// The same bytes, with the number of each identifier in its place.
    fn numbered(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some((first, after)) = rest.split_first() {
            match id_length(rest) {
                Some(length) => {
                    let (id, after) = rest.split_at(length);
                    let known = self.seen.iter().position(|seen| seen == id);
                    let number = known.unwrap_or_else(|| {
                        self.seen.push(id.to_vec());
                        self.seen.len() - 1
                    });
                    out.extend_from_slice(format!("(id {number})").as_bytes());
                    rest = after;
                }
                None => {
                    out.push(*first);
                    rest = after;
                }
            }
        }
        out
    }
}

/// How long the identifier is that stands at the start, if one does.
fn id_length(bytes: &[u8]) -> Option<usize> {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    let mut at = 0;
    for (index, length) in LENGTHS.into_iter().enumerate() {
        if index > 0 {
            (bytes.get(at) == Some(&b'-')).then_some(())?;
            at += 1;
        }
        let group = bytes.get(at..at + length)?;
        group.iter().all(u8::is_ascii_hexdigit).then_some(())?;
        at += length;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::{Verdict, compare};
    use crate::wire::{Request, Response};

    fn verdict(target: &str, ours: &[u8], theirs: &[u8]) -> Verdict {
        let request = Request {
            category: "test",
            method: "GET",
            target: target.to_owned(),
            headers: Vec::new(),
        };
        let response = |body: &[u8]| Response {
            status: "200 OK".to_owned(),
            headers: vec![("content-length".to_owned(), body.len().to_string())],
            body: body.to_vec(),
        };
        compare(&request, &response(ours), &response(theirs))
    }

    #[test]
    fn only_wrappers_have_words_of_their_own() {
        let (ours, theirs) = (b"<p>\n<a>", b"<p> <a>");
        assert!(matches!(verdict("/a.any.html?b", ours, theirs), Verdict::Known(0)));
        assert!(matches!(
            verdict("/a.html?b.any.html", ours, theirs),
            Verdict::Different(_)
        ));
        assert!(matches!(verdict("/a.any.html", ours, b"<p><b>"), Verdict::Different(_)));
    }

    #[test]
    fn which_identifier_stands_where_matters() {
        let text = |first: u8, second: u8| {
            let id = |digit: u8| format!("{digit:08}-0000-0000-0000-{digit:012}");
            format!("{} {}", id(first), id(second)).into_bytes()
        };
        assert!(matches!(verdict("/a", &text(1, 2), &text(3, 4)), Verdict::Equal));
        assert!(matches!(verdict("/a", &text(1, 1), &text(3, 4)), Verdict::Different(_)));
    }

    #[test]
    fn lengths_are_true() {
        let request = Request {
            category: "test",
            method: "GET",
            target: "/a.any.html".to_owned(),
            headers: Vec::new(),
        };
        let told = |length: &str, body: &str| Response {
            status: "200 OK".to_owned(),
            headers: vec![("content-length".to_owned(), length.to_owned())],
            body: body.as_bytes().to_vec(),
        };
        let verdict = |ours, theirs| compare(&request, &ours, &theirs);
        assert!(matches!(
            verdict(told("4", "<p>"), told("3", "<p>")),
            Verdict::Different(_)
        ));
        assert!(matches!(verdict(told("4", "<p>"), told("4", "<p>")), Verdict::Equal));
    }
}

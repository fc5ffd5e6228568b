//! Whether two responses are the same, and what is known to differ.

use std::collections::BTreeSet;
use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::effect::effect;
use crate::wire::{Request, Response};

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
        explains: |_, ours, theirs| {
            let is_success = theirs.status.starts_with("20");
            is_success && has_same_headers(ours, theirs) && effect(&ours.text()) == effect(&theirs.text())
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
            let is_folder = request.target.split('?').next().is_some_and(|path| path.ends_with('/'));
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
        explains: |request, _, _| request.target == "/resources/testharnessreport.js",
    },
];

/// Compares our response with theirs.
pub fn compare(request: &Request, ours: &Response, theirs: &Response) -> Verdict {
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
    let (our_headers, their_headers) = (headers(ours), headers(theirs));
    for (name, values) in our_headers.symmetric_difference(&their_headers) {
        let whose = if our_headers.contains(&(name.clone(), values.clone())) {
            "ours"
        } else {
            "theirs"
        };
        differences.push(format!("{whose}: {name}: {}", values.join(" | ")));
    }
    if without_ids(&ours.body) != without_ids(&theirs.body) {
        let shown = |response: &Response| response.text().chars().take(4000).collect::<String>();
        differences.push(format!("ours:\n{}\n    theirs:\n{}", shown(ours), shown(theirs)));
    }
    differences
}

/// The headers that matter, with all of their values: not those that are of the connection, or tell
/// who answers and when.
fn headers(response: &Response) -> BTreeSet<(String, Vec<String>)> {
    let names: BTreeSet<&str> = response.headers.iter().map(|(name, _)| name.as_str()).collect();
    let matter = names
        .into_iter()
        .filter(|name| !matches!(*name, "date" | "server" | "connection"));
    matter
        .map(|name| {
            let values = response.all(name).map(|value| without_ids(value.as_bytes()));
            let values = values.map(|value| String::from_utf8_lossy(&value).into_owned());
            (name.to_owned(), values.collect())
        })
        .collect()
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

/// The links of a page.
fn links(response: &Response) -> BTreeSet<String> {
    let base = url::Url::parse("http://localhost/a/b/").unwrap();
    let text = response.text();
    let links = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    // Upstream links to the folder above by its whole path.
    let links = links.filter(|link| !link.starts_with('/') && *link != "./../" && !link.is_empty());
    let links = links.map(|link| {
        link.replace("&amp;", "&")
            .replace("&#x27;", "'")
            .replace("&quot;", "\"")
    });
    links
        .map(|link| base.join(&link).unwrap().to_string().replace('\'', "%27"))
        .collect()
}

/// The same bytes, with each identifier that is made up anew each time as the same one.
fn without_ids(bytes: &[u8]) -> Vec<u8> {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    let id_length = |bytes: &[u8]| {
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
    };
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        match id_length(rest) {
            Some(length) => {
                out.extend_from_slice(b"(id)");
                rest = &rest[length..];
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    out
}

//! What a markup file says about itself: whether it is a harness test, and its `<meta>`s.
//!
//! An element counts wherever it stands in the document, if it is one of HTML's.

mod html;
mod xml;

use std::borrow::Cow;

use memchr::memmem;

/// What was found in a markup file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Markup {
    /// It loads `/resources/testharness.js`.
    pub has_harness: bool,
    /// It links to a reference rendering.
    pub has_reference: bool,
    /// It carries a flag that asks for a human.
    pub needs_human: bool,
    /// It links to a spec, which makes it a test to look at if it is nothing else.
    pub has_spec_link: bool,
    /// What the first `<meta name=timeout>` asks for; `None` if there is none.
    timeout: Option<String>,
    /// The variants that it lists.
    pub variants: Vec<String>,
}

/// Which syntax a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// `text/html`.
    Html,
    /// XHTML, SVG, and other XML.
    Xml,
}

impl Syntax {
    /// The syntax that goes with a file name's extension (without the dot), if it is markup.
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension {
            "html" | "htm" => Some(Self::Html),
            "xhtml" | "xht" | "xml" | "svg" => Some(Self::Xml),
            _ => None,
        }
    }
}

/// Flags of the CSS working group that only a human can follow.
const HUMAN_FLAGS: [&str; 7] = [
    "animated",
    "font",
    "history",
    "interact",
    "paged",
    "speech",
    "userstyle",
];

/// A file in which none of these is the whole value of an attribute is no test of any kind.
const DECISIVE: [&[u8]; 5] = [b"/resources/testharness.js", b"match", b"mismatch", b"help", b"flags"];
/// Values that matter in a file that is one.
const ADDITIONAL: [&[u8]; 2] = [b"variant", b"timeout"];
/// How a value may be there without being seen: by number, or as an entity of the document's own.
const DISGUISES: [&[u8]; 2] = [b"&#", b"<!ENTITY"];

/// Reads `source`.
pub(super) fn scan(source: &[u8], syntax: Syntax) -> Markup {
    let text = decode(source);
    let bytes = text.as_bytes();
    let last_of = |values: &[&[u8]]| values.iter().filter_map(|value| last_value(bytes, value)).max();
    let is_disguised = DISGUISES.iter().any(|mark| memmem::find(bytes, mark).is_some());
    let last = match (is_disguised, last_of(&DECISIVE)) {
        (true, _) => bytes.len(),
        (false, Some(last)) => last_of(&ADDITIONAL).map_or(last, |other| other.max(last)),
        (false, None) => return Markup::default(),
    };
    match syntax {
        Syntax::Html => html::scan(&text, last),
        Syntax::Xml => xml::scan(&text).unwrap_or_default(),
    }
}

/// Where `value` stands for the last time in such a way that it can be the whole value of an attribute.
fn last_value(source: &[u8], value: &[u8]) -> Option<usize> {
    let ends = |byte: Option<&u8>, others: &[u8]| {
        byte.is_none_or(|byte| byte.is_ascii_whitespace() || b"'\"".contains(byte) || others.contains(byte))
    };
    // Searching forwards is much the faster way.
    let found = memmem::find_iter(source, value).filter(|at| {
        let before = at.checked_sub(1).and_then(|at| source.get(at));
        ends(before, b"=") && ends(source.get(at + value.len()), b">")
    });
    found.last()
}

/// Test files in UTF-16 exist, and name their encoding by a byte order mark. In all other encodings
/// what matters looks as in UTF-8.
fn decode(source: &[u8]) -> Cow<'_, str> {
    let units = |bytes: &[u8], from_bytes: fn([u8; 2]) -> u16| {
        let (pairs, _odd) = bytes.as_chunks::<2>();
        char::decode_utf16(pairs.iter().map(|pair| from_bytes(*pair)))
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    };
    match source {
        [0xFE, 0xFF, bytes @ ..] => Cow::Owned(units(bytes, u16::from_be_bytes)),
        [0xFF, 0xFE, bytes @ ..] => Cow::Owned(units(bytes, u16::from_le_bytes)),
        _ => String::from_utf8_lossy(source),
    }
}

impl Markup {
    /// It asks for the long timeout.
    pub fn is_long(&self) -> bool {
        self.timeout
            .as_ref()
            .is_some_and(|value| value.eq_ignore_ascii_case("long"))
    }

    /// Takes note of an element of HTML, given its local name and what its attributes say.
    fn note<'a>(&mut self, name: &str, attribute: impl Fn(&str) -> Option<Cow<'a, str>>) {
        match name {
            "script" => self.has_harness |= attribute("src").as_deref() == Some("/resources/testharness.js"),
            "link" if attribute("href").is_some() => match attribute("rel").as_deref() {
                Some("match" | "mismatch") => self.has_reference = true,
                Some("help") => self.has_spec_link = true,
                _ => {}
            },
            "meta" => {
                let content = attribute("content");
                match (attribute("name").as_deref(), content) {
                    (Some("timeout"), content) if self.timeout.is_none() => {
                        self.timeout = Some(content.unwrap_or_default().into_owned());
                    }
                    (Some("variant"), Some(value)) => self.variants.push(value.into_owned()),
                    (Some("flags"), Some(value)) => {
                        self.needs_human |= value.split_whitespace().any(|flag| HUMAN_FLAGS.contains(&flag));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Markup, Syntax, scan};

    #[test]
    fn a_harness_test_with_variants() {
        let page = b"<!doctype html><meta name=timeout content=LONG>\
            <meta name=variant content='?a'><meta name=variant content=''>\
            <script src=\"/resources/testharness.js\"></script>";
        let found = scan(page, Syntax::Html);
        assert!(found.has_harness && found.is_long());
        assert_eq!(found.variants, ["?a", ""]);
    }

    #[test]
    fn the_first_timeout_counts() {
        let is_long = |page: &str| scan(page.as_bytes(), Syntax::Html).is_long();
        assert!(is_long(
            "<meta name=flags><meta name=timeout content=long><meta name=timeout content=normal>"
        ));
        assert!(!is_long(
            "<meta name=flags><meta name=timeout content=normal><meta name=timeout content=long>"
        ));
        assert!(!is_long(
            "<meta name=flags><meta name=timeout><meta name=timeout content=long>"
        ));
    }

    #[test]
    fn words_decide_what_is_read_and_how_far() {
        let found = |page: &str| scan(page.as_bytes(), Syntax::Html);
        // Everything up to the end of the last tag that has one of them.
        let page = format!(
            "<link rel=match href=y><meta content='{}>' name=variant data-x='{}' content=z>",
            "?",
            "x>".repeat(2000)
        );
        assert_eq!(found(&page).variants, ["?>"]);
        // In the text of a script they end nothing.
        let page = "<script>/* match */</script><p><script>'</p>'</script>\
            <script src=/resources/testharness.js></script><script>help";
        assert!(found(page).has_harness);
        assert_eq!(
            found("<p>nothing of interest<meta name=variant content='?a'>"),
            Markup::default()
        );
        // Characters can be written as numbers.
        assert!(found("<link rel=m&#97;tch href=y>").has_reference);
        assert!(found("<link rel=help href=y><link rel=m&#97;tch href=y>").has_reference);
        // A tag that never ends is none.
        assert!(!found("<script src=/resources/testharness.js").has_harness);
    }

    #[test]
    fn what_only_looks_like_the_harness_is_none() {
        for page in [
            "<script>'<script src=/resources/testharness.js>'</script>",
            "<!-- <script src=/resources/testharness.js></script> -->",
            "<textarea><script src=/resources/testharness.js></script></textarea>",
            "<svg><script src=/resources/testharness.js></script></svg>",
            "<script src=testharness.js></script>",
            "<script src='/resources/testharness.js?x'></script>",
        ] {
            assert!(!scan(page.as_bytes(), Syntax::Html).has_harness, "{page}");
        }
    }

    #[test]
    fn the_harness_counts_wherever_it_is() {
        for page in [
            "<noscript><script src=/resources/testharness.js></script></noscript>",
            "<template><script src=/resources/testharness.js></script></template>",
            "<svg><foreignObject><script src=/resources/testharness.js></script></svg>",
            "<svg><desc><p></svg><script src=/resources/testharness.js></script>",
            "<table><script src=/resources/testharness.js></script>",
            "\u{feff}<SCRIPT SRC=/resources/testharness.js>",
        ] {
            assert!(scan(page.as_bytes(), Syntax::Html).has_harness, "{page}");
        }
    }

    #[test]
    fn depth_has_a_bound() {
        let in_svg = "<svg><script src=/resources/testharness.js></script></svg>";
        let has_harness = |page: &str| scan(page.as_bytes(), Syntax::Html).has_harness;
        assert!(!has_harness(&("<div>".repeat(400) + in_svg)));
        assert!(!has_harness(&("<b><p></p></b>".repeat(2000) + in_svg)));
        // Nothing can be opened any more, so this is in no SVG either.
        assert!(has_harness(&("<div>".repeat(600) + in_svg)));
    }

    #[test]
    fn flags_that_ask_for_a_human() {
        let needs_human = |page: &str| scan(page.as_bytes(), Syntax::Html).needs_human;
        assert!(needs_human("<meta name=flags content='dom\tinteract'>"));
        assert!(!needs_human("<meta name=flags content='dom interaction'>"));
        assert!(!needs_human("<meta name=Flags content='interact'>"));
    }

    #[test]
    fn utf_16_is_read_by_its_mark() {
        let mut page = vec![0xFF, 0xFE];
        for unit in "<script src=/resources/testharness.js></script>".encode_utf16() {
            page.extend(unit.to_le_bytes());
        }
        assert!(scan(&page, Syntax::Html).has_harness);
        assert!(!scan(b"\xFE\xFF\x00", Syntax::Html).has_harness);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_can_be_read(bytes: Vec<u8>, parts in proptest::collection::vec(0_usize..9, 0..20)) {
            const PARTS: [&[u8]; 9] = [
                b"<script src='/resources/testharness.js'>", b"</script>", b"<svg>", b"<link rel=match href='",
                b"&#x6d;", b"\xFF", b"-->", b"<!DOCTYPE x [<!ENTITY y '", b"<html xmlns='http://www.w3.org/1999/xhtml'>",
            ];
            for syntax in [Syntax::Html, Syntax::Xml] {
                scan(&bytes, syntax);
                let parts = parts.iter().map(|at| PARTS[*at]).chain([&bytes[..]]);
                scan(&parts.collect::<Vec<_>>().concat(), syntax);
            }
        }
    }
}

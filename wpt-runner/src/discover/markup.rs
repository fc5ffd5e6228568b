//! What a markup file says about itself: whether it is a harness test, and its `<meta>`s.
//!
//! Only the tokens are read, no tree is built: a file is a test by the elements it holds,
//! wherever they stand.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

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
    /// It asks for the long timeout.
    pub is_long: bool,
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

/// Reads `source`.
pub(super) fn scan(source: &[u8], syntax: Syntax) -> Markup {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(&*decode(source)));
    let sink = Sink {
        syntax,
        found: RefCell::default(),
    };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    // A script's end gives control back; there is nothing to run, so go on.
    while let html5ever::TokenizerResult::Script(()) = tokenizer.feed(&input) {}
    tokenizer.end();
    tokenizer.sink.found.into_inner()
}

/// Test files in UTF-16 exist, and name their encoding by a byte order mark.
fn decode(source: &[u8]) -> String {
    let units = |from_bytes: fn([u8; 2]) -> u16| {
        let units = source[2..].chunks_exact(2).map(|pair| from_bytes([pair[0], pair[1]]));
        char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    };
    match source {
        [0xFE, 0xFF, ..] => units(u16::from_be_bytes),
        [0xFF, 0xFE, ..] => units(u16::from_le_bytes),
        _ => String::from_utf8_lossy(source).into_owned(),
    }
}

struct Sink {
    syntax: Syntax,
    found: RefCell<Markup>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else {
            return TokenSinkResult::Continue;
        };
        if tag.kind != TagKind::StartTag {
            return TokenSinkResult::Continue;
        }
        // In XML a prefix may stand before the name.
        let name = tag.name.rsplit(':').next().unwrap_or_default();
        self.note(name, &tag);
        match (self.syntax, name) {
            (Syntax::Xml, _) => TokenSinkResult::Continue,
            (_, "script") => TokenSinkResult::RawData(RawKind::ScriptData),
            (_, "style" | "xmp" | "iframe" | "noembed" | "noframes") => TokenSinkResult::RawData(RawKind::Rawtext),
            (_, "title" | "textarea") => TokenSinkResult::RawData(RawKind::Rcdata),
            (_, "plaintext") => TokenSinkResult::Plaintext,
            _ => TokenSinkResult::Continue,
        }
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.syntax == Syntax::Xml
    }
}

impl Sink {
    fn note(&self, name: &str, tag: &Tag) {
        let attribute = |wanted: &str| {
            let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == wanted);
            found.map(|attribute| &*attribute.value)
        };
        let mut found = self.found.borrow_mut();
        match name {
            "script" if attribute("src") == Some("/resources/testharness.js") => found.has_harness = true,
            "link" if attribute("href").is_some() => match attribute("rel") {
                Some("match" | "mismatch") => found.has_reference = true,
                Some("help") => found.has_spec_link = true,
                _ => {}
            },
            "meta" => {
                let content = attribute("content");
                match (attribute("name"), content) {
                    (Some("timeout"), Some(value)) if value.eq_ignore_ascii_case("long") => found.is_long = true,
                    (Some("variant"), Some(value)) => found.variants.push(value.to_owned()),
                    (Some("flags"), Some(value)) => {
                        found.needs_human |= value.split_ascii_whitespace().any(|flag| HUMAN_FLAGS.contains(&flag));
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
        let expected = Markup {
            has_harness: true,
            is_long: true,
            variants: vec!["?a".to_owned(), String::new()],
            ..Markup::default()
        };
        assert_eq!(scan(page, Syntax::Html), expected);
    }

    #[test]
    fn what_only_looks_like_the_harness_is_none() {
        for page in [
            "<script>'<script src=/resources/testharness.js>'</script>",
            "<!-- <script src=/resources/testharness.js></script> -->",
            "<textarea><script src=/resources/testharness.js></script></textarea>",
            "<script src=testharness.js></script>",
        ] {
            assert!(!scan(page.as_bytes(), Syntax::Html).has_harness, "{page}");
        }
    }

    #[test]
    fn xml_has_prefixes_and_empty_elements() {
        let page = b"<svg xmlns:h='http://www.w3.org/1999/xhtml'><h:script/>\
            <h:script src='/resources/testharness.js'/><link rel='match' href='a'/></svg>";
        let found = scan(page, Syntax::Xml);
        assert!(found.has_harness && found.has_reference);
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
}

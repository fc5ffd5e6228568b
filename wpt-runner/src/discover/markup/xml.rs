//! Files in the XML syntax: XHTML, SVG.

use std::borrow::Cow;

use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

use super::Markup;

const HTML: Namespace<'static> = Namespace("http://www.w3.org/1999/xhtml");

/// Reads `source`; `None` if it is not well-formed, so that no page comes of it.
pub(super) fn scan(source: &str) -> Option<Markup> {
    let mut found = Markup::default();
    let mut reader = NsReader::from_str(source);
    reader.config_mut().check_comments = true;
    let mut depth = 0_usize;
    loop {
        let (namespace, event) = reader.read_resolved_event().ok()?;
        let is_html = namespace == ResolveResult::Bound(HTML);
        match event {
            Event::Start(element) => {
                depth += 1;
                note(&mut found, &element, is_html)?;
            }
            Event::Empty(element) => note(&mut found, &element, is_html)?,
            Event::End(_) => depth = depth.checked_sub(1)?,
            Event::Eof => return (depth == 0).then_some(found),
            _ => {}
        }
    }
}

/// Takes note of an element; `None` if its attributes are not well-formed.
fn note(found: &mut Markup, element: &BytesStart<'_>, is_html: bool) -> Option<()> {
    let attributes: Vec<Attribute<'_>> = element.attributes().collect::<Result<_, _>>().ok()?;
    if is_html {
        found.note(element.local_name().as_ref(), |wanted| {
            // One with a prefix is another attribute.
            let attribute = attributes.iter().find(|attribute| attribute.key.as_ref() == wanted)?;
            // An entity of the document's own stays as it is.
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            Some(value.unwrap_or_else(|_| Cow::Borrowed(&attribute.value)))
        });
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::scan;
    use crate::discover::markup::Markup;

    const HTML: &str = "xmlns:h='http://www.w3.org/1999/xhtml'";

    #[test]
    fn namespaces_decide() {
        let page = format!(
            "<svg {HTML}><h:script/><h:script src='/resources/testharness.js'/>\
             <h:link rel='match' href='a'/><h:meta name='variant' content='?&#97;&lt;'/></svg>"
        );
        let found = scan(&page).unwrap();
        assert!(found.has_harness && found.has_reference);
        assert_eq!(found.variants, ["?a<"]);

        let page = "<html xmlns='http://www.w3.org/1999/xhtml'><link rel='match' href='a'></link></html>";
        assert!(scan(page).unwrap().has_reference);
        for page in [
            "<svg><script src='/resources/testharness.js'/></svg>",
            "<svg xmlns='http://www.w3.org/2000/svg'><script src='/resources/testharness.js'/></svg>",
            "<svg xmlns:h='http:/www.w3.org/1999/xhtml'><h:script src='/resources/testharness.js'/></svg>",
            "<svg xmlns:h='http://www.w3.org/1999/xhtml'><h:script h:src='/resources/testharness.js'/></svg>",
            "<svg xmlns:h='http://www.w3.org/1999/xhtml'><![CDATA[<h:script src='/resources/testharness.js'/>]]></svg>",
            "<svg xmlns:h='http://www.w3.org/1999/xhtml'><h:SCRIPT src='/resources/testharness.js'/></svg>",
        ] {
            assert_eq!(scan(page), Some(Markup::default()), "{page}");
        }
    }

    #[test]
    fn what_is_not_well_formed_is_no_test() {
        let test = "<h:script src='/resources/testharness.js'/>";
        for (before, after) in [
            ("", ""),
            ("", "</svg></svg>"),
            ("<p>", "</svg>"),
            ("<p a='1' a='2'/>", "</svg>"),
            ("<p a=1/>", "</svg>"),
            ("a & b", "</svg>"),
            ("<!-- a -- b -->", "</svg>"),
        ] {
            let page = format!("<svg {HTML}>{before}{test}{after}");
            assert_eq!(scan(&page), None, "{page}");
        }
    }

    #[test]
    fn entities_are_left_alone() {
        let page = format!(
            "<!DOCTYPE html [<!ENTITY own '&#60;x>'>]><html {HTML} a='&own;'>&nbsp;&own;\
             <h:link rel='help' href='&own;'/></html>"
        );
        assert!(scan(&page).unwrap().has_spec_link);
    }
}

//! Files in the XML syntax: XHTML, SVG.

use std::borrow::Cow;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

use super::Markup;

const HTML: Namespace<'static> = Namespace("http://www.w3.org/1999/xhtml");

/// Reads `source`; `None` if it is not well-formed, so that no page comes of it.
pub(super) fn scan(source: &str) -> Option<Markup> {
    let source = source.strip_prefix('\u{FEFF}').unwrap_or(source);
    let mut found = Markup::default();
    let mut reader = NsReader::from_str(source);
    reader.config_mut().check_comments = true;
    let mut depth = 0_usize;
    let mut has_root = false;
    let mut definition = String::new();
    loop {
        let start = usize::try_from(reader.buffer_position()).ok()?;
        let (namespace, event) = reader.read_resolved_event().ok()?;
        let is_html = namespace == ResolveResult::Bound(HTML);
        let is_outside = depth == 0;
        match event {
            Event::Start(_) | Event::Empty(_) if is_outside && std::mem::replace(&mut has_root, true) => return None,
            Event::CData(_) | Event::GeneralRef(_) if is_outside => return None,
            Event::Text(text) if is_outside && !text.trim_ascii().is_empty() => return None,
            Event::Start(element) => {
                depth += 1;
                note(&mut found, &element, is_html)?;
            }
            Event::Empty(element) => note(&mut found, &element, is_html)?,
            Event::End(_) => depth = depth.checked_sub(1)?,
            Event::DocType(text) => {
                source.get(start..)?.strip_prefix("<!DOCTYPE")?;
                definition = text.into_inner().into_owned();
            }
            Event::GeneralRef(entity) if !is_defined(&entity, &definition) => return None,
            Event::Eof => return (is_outside && has_root).then_some(found),
            _ => {}
        }
    }
}

/// Whether an entity can be known in a document of this type: a character's number, one of XML's own five, one that the
/// document declares itself, or any in the document types of XHTML, which declare those of HTML.
fn is_defined(entity: &BytesRef<'_>, definition: &str) -> bool {
    let is_declared = || {
        let mut declared = definition.split("<!ENTITY").skip(1).map(str::trim_start);
        declared.any(|declared| declared.split_ascii_whitespace().next() == Some(entity))
    };
    entity.is_char_ref()
        || resolve_predefined_entity(entity).is_some()
        || [" XHTML ", " MathML 2.0//"]
            .iter()
            .any(|name| definition.contains(&format!("//DTD{name}")))
        || is_declared()
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
            ("", "</svg>text"),
            ("", "</svg>&amp;"),
            ("", "</svg><![CDATA[]]>"),
            ("", "</svg><p/>"),
            ("</svg>", "<p></p>"),
        ] {
            let page = format!("<svg {HTML}>{before}{test}{after}");
            assert_eq!(scan(&page), None, "{page}");
        }
        assert_eq!(scan("<!-- no element -->"), None);
        assert!(
            scan(&format!(
                "<?xml version='1.0'?>\n<!-- a --><svg {HTML}>{test}</svg>\n<?b c?>\n"
            ))
            .is_some()
        );
    }

    #[test]
    fn entities_must_be_known() {
        let scan = |definition: &str, text: &str| {
            let page = format!("{definition}<html {HTML} a='&own;'>{text}<h:link rel='help' href='&own;'/></html>");
            scan(&page).is_some_and(|found| found.has_spec_link)
        };
        assert!(scan("", "&amp;&#32;"));
        assert!(!scan("", "&nbsp;"));
        assert!(!scan("<!DOCTYPE html>", "&nbsp;"));
        assert!(scan("<!DOCTYPE html [<!ENTITY own '&#60;x>'>]>", "&own;"));
        assert!(!scan("<!DOCTYPE html [<!ENTITY own '&#60;x>'>]>", "&owner;"));
        let xhtml = "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'x.dtd'>";
        assert!(scan(xhtml, "&nbsp;"));
        assert!(scan(&format!("\u{FEFF}{xhtml}"), "&nbsp;"));
        assert!(!scan(&xhtml.to_lowercase(), ""));
    }
}

//! Files in the HTML syntax: the parser of the standard runs, but no tree is kept.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{Attribute, ExpandedName, QualName, TokenizerResult, local_name, ns};

use super::Markup;

/// How much is parsed at a time beyond what matters, to get to the end of the tag there.
const STEP: usize = 256;

/// How many elements may be open at a time: each tag is looked for among all of them. It is what browsers hold to.
const MAX_OPEN: usize = 512;
/// Elements that open none inside, or within which other rules hold for the text.
const NOT_NESTING: [&str; 10] = [
    "script", "link", "meta", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes",
];

/// Reads `source`, of which nothing matters that begins behind the byte `last`.
pub(super) fn scan(source: &str, last: usize) -> Markup {
    let options = TreeBuilderOpts {
        // What stands in `<noscript>` counts.
        scripting_enabled: false,
        ..TreeBuilderOpts::default()
    };
    let watch = Watch {
        builder: TreeBuilder::new(Sink::default(), options),
        tags: Cell::new(0),
    };
    let tokenizer = Tokenizer::new(watch, TokenizerOpts::default());
    let tags = || tokenizer.sink.tags.get();

    let (before, mut rest) = source.split_at(source.floor_char_boundary(last));
    feed(&tokenizer, before);
    let tags_before = tags();
    while !rest.is_empty() && tags() == tags_before {
        let (next, others) = rest.split_at(rest.floor_char_boundary(STEP));
        feed(&tokenizer, next);
        rest = others;
    }
    if rest.is_empty() {
        tokenizer.end();
    }
    tokenizer.sink.builder.sink.found.into_inner()
}

fn feed(tokenizer: &Tokenizer<Watch>, source: &str) {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(source));
    // The end of a script and the name of an encoding give control back: there is nothing to do, so it goes on.
    while tokenizer.feed(&input) != TokenizerResult::Done {}
}

/// Counts the tags on their way into the tree, and leaves out those that would open too many elements.
struct Watch {
    builder: TreeBuilder<Handle, Sink>,
    tags: Cell<usize>,
}

impl TokenSink for Watch {
    type Handle = Handle;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Handle> {
        if let Token::TagToken(tag) = &token {
            self.tags.set(self.tags.get() + 1);
            let is_nesting = tag.kind == TagKind::StartTag && !NOT_NESTING.contains(&&*tag.name);
            if is_nesting && self.builder.sink.living_nodes() > MAX_OPEN {
                return TokenSinkResult::Continue;
            }
        }
        self.builder.process_token(token, line)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// All that is kept of a node. Nodes other than elements have no name.
#[derive(Debug)]
struct Node {
    name: QualName,
    is_integration_point: bool,
    /// Held by each node that lives, so that they can be counted.
    _living: Rc<()>,
}

/// A node, which is itself and no other of the same name. As there is no tree, it lives as long as the parser holds it:
/// while it is open, or remembered for being opened again.
#[derive(Clone, Debug)]
struct Handle(Rc<Node>);

impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Default)]
struct Sink {
    living: Rc<()>,
    found: RefCell<Markup>,
}

impl Sink {
    fn node(&self, name: QualName, is_integration_point: bool) -> Handle {
        Handle(Rc::new(Node {
            name,
            is_integration_point,
            _living: self.living.clone(),
        }))
    }

    fn nameless(&self) -> Handle {
        self.node(QualName::new(None, ns!(), local_name!("")), false)
    }

    fn living_nodes(&self) -> usize {
        Rc::strong_count(&self.living) - 1
    }
}

impl TreeSink for Sink {
    type Handle = Handle;
    type Output = ();
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) {}

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        self.nameless()
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        target.0.name.expanded()
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> Handle {
        if name.ns == ns!(html) {
            self.found.borrow_mut().note(&name.local, |wanted| {
                let found = attributes.iter().find(|attribute| &*attribute.name.local == wanted);
                found.map(|attribute| Cow::Borrowed(&*attribute.value))
            });
        }
        self.node(name, flags.mathml_annotation_xml_integration_point)
    }

    fn create_comment(&self, _: StrTendril) -> Handle {
        self.nameless()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Handle {
        self.nameless()
    }

    fn append(&self, _: &Handle, _: NodeOrText<Handle>) {}

    fn append_based_on_parent_node(&self, _: &Handle, _: &Handle, _: NodeOrText<Handle>) {}

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.clone()
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, _: &Handle, _: NodeOrText<Handle>) {}

    fn add_attrs_if_missing(&self, _: &Handle, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, _: &Handle) {}

    fn reparent_children(&self, _: &Handle, _: &Handle) {}

    fn is_mathml_annotation_xml_integration_point(&self, node: &Handle) -> bool {
        node.0.is_integration_point
    }
}

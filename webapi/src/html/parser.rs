//! The tree that the HTML parser builds: <https://html.spec.whatwg.org/multipage/parsing.html#tree-construction>.

use crate::dom::{
    element::{Attribute, ElementData},
    node::Node,
    tree::{self, CharacterData, DocumentTypeData, NodeKind},
};
use boa_engine::JsString;
use boa_gc::Gc;
use html5ever::{
    ExpandedName, QualName,
    buffer_queue::BufferQueue,
    interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink},
    ns,
    tendril::StrTendril,
    tokenizer::{Tokenizer, TokenizerOpts},
    tree_builder::{TreeBuilder, TreeBuilderOpts},
};
use html5ever::{LocalName, TokenizerResult};
use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    rc::Rc,
};

/// A parser with what is left of its text. It stops at each script's end.
pub(super) struct Parser {
    tokenizer: Tokenizer<TreeBuilder<Gc<Node>, Sink>>,
    input: BufferQueue,
    new_attributes: NewAttributes,
}

/// What [`Parser::take_new_attributes`] takes.
type NewAttributes = Rc<RefCell<Vec<(Gc<Node>, LocalName)>>>;

/// Why a parser has stopped.
pub(super) enum Step {
    /// The end tag of a script was read.
    Script(Gc<Node>),
    /// All is read.
    End,
}

impl Parser {
    pub fn new(document: Gc<Node>, text: &str) -> Self {
        let new_attributes = Rc::default();
        let sink = Sink {
            document,
            new_attributes: Rc::clone(&new_attributes),
            line: Cell::new(1),
            no_name: QualName::new(None, ns!(), LocalName::from("")),
        };
        let options = TreeBuilderOpts {
            scripting_enabled: true,
            ..TreeBuilderOpts::default()
        };
        let input = BufferQueue::default();
        input.push_back(StrTendril::from(text));
        Self {
            tokenizer: Tokenizer::new(TreeBuilder::new(sink, options), TokenizerOpts::default()),
            input,
            new_attributes,
        }
    }

    /// The attributes of `body` elements, which mean something to their window, since the last time.
    pub fn take_new_attributes(&self) -> Vec<(Gc<Node>, LocalName)> {
        self.new_attributes.take()
    }

    /// Reads on to the next script's end.
    pub fn advance(&self) -> Step {
        loop {
            match self.tokenizer.feed(&self.input) {
                TokenizerResult::Script(script) => return Step::Script(script),
                TokenizerResult::EncodingIndicator(_) => {}
                TokenizerResult::Done => break,
            }
        }
        self.tokenizer.end();
        Step::End
    }
}

/// Takes what the tree builder makes.
struct Sink {
    document: Gc<Node>,
    new_attributes: NewAttributes,
    /// The line that is being read, counted from 1.
    line: Cell<u32>,
    /// The name of what is no element.
    no_name: QualName,
}

impl Sink {
    fn create(&self, kind: NodeKind) -> Gc<Node> {
        Node::new(kind, Some(self.document.clone()))
    }

    /// Inserts at `index` of the parent's children, text into text that stands before it.
    fn insert(&self, parent: &Gc<Node>, index: usize, child: NodeOrText<Gc<Node>>) {
        match child {
            NodeOrText::AppendNode(node) => {
                tree::unlink(&node);
                // Scripts may have moved elements that the parser still has open: what would make a circle stays out.
                let circle = tree::child_count(&node) > 0 && tree::is_inclusive_ancestor(&node, parent);
                if !circle {
                    tree::link(&node, parent, index);
                }
            }
            NodeOrText::AppendText(text) => {
                let before = index.checked_sub(1).and_then(|index| tree::child(parent, index));
                if let Some(NodeKind::Text(data)) = before.as_deref().map(Node::kind) {
                    data.push(&text);
                    return;
                }
                if parent.as_document().is_none() {
                    tree::link(
                        &self.create(NodeKind::Text(CharacterData::from_text(&text))),
                        parent,
                        index,
                    );
                }
            }
        }
    }
}

fn attribute(attribute: html5ever::Attribute) -> Attribute {
    Attribute {
        value: JsString::from(&*attribute.value),
        name: attribute.name,
    }
}

impl TreeSink for Sink {
    type Handle = Gc<Node>;
    type Output = ();
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) {}

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Gc<Node> {
        self.document.clone()
    }

    fn elem_name<'a>(&'a self, target: &'a Gc<Node>) -> ExpandedName<'a> {
        target
            .as_element()
            .map_or_else(|| self.no_name.expanded(), |element| element.name().expanded())
    }

    fn create_element(&self, name: QualName, attributes: Vec<html5ever::Attribute>, flags: ElementFlags) -> Gc<Node> {
        let element = ElementData::new(name);
        if let Some(script) = &element.script {
            script.set_parser_inserted(self.line.get());
        }
        if flags.template {
            element.set_template_contents(self.create(NodeKind::DocumentFragment));
        }
        let node = self.create(NodeKind::Element(Box::new(element)));
        self.add_attrs_if_missing(&node, attributes);
        node
    }

    fn create_comment(&self, text: StrTendril) -> Gc<Node> {
        self.create(NodeKind::Comment(CharacterData::from_text(&text)))
    }

    fn create_pi(&self, _: StrTendril, data: StrTendril) -> Gc<Node> {
        // HTML reads processing instructions as comments.
        self.create_comment(data)
    }

    fn append(&self, parent: &Gc<Node>, child: NodeOrText<Gc<Node>>) {
        self.insert(parent, tree::child_count(parent), child);
    }

    fn append_based_on_parent_node(&self, element: &Gc<Node>, previous: &Gc<Node>, child: NodeOrText<Gc<Node>>) {
        if tree::parent(element).is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, name: StrTendril, public_id: StrTendril, system_id: StrTendril) {
        let doctype = self.create(NodeKind::DocumentType(DocumentTypeData {
            name: name.to_string(),
            public_id: public_id.to_string(),
            system_id: system_id.to_string(),
        }));
        self.append(&self.document, NodeOrText::AppendNode(doctype));
    }

    fn mark_script_already_started(&self, node: &Gc<Node>) {
        if let Some(script) = node.as_element().and_then(|element| element.script.as_ref()) {
            script.set_already_started();
        }
    }

    fn get_template_contents(&self, target: &Gc<Node>) -> Gc<Node> {
        target
            .as_element()
            .and_then(ElementData::template_contents)
            .unwrap_or_else(|| target.clone())
    }

    fn same_node(&self, x: &Gc<Node>, y: &Gc<Node>) -> bool {
        Gc::ptr_eq(x, y)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        if let Some(data) = self.document.as_document() {
            data.set_quirks(mode == QuirksMode::Quirks);
        }
    }

    fn append_before_sibling(&self, sibling: &Gc<Node>, child: NodeOrText<Gc<Node>>) {
        if let NodeOrText::AppendNode(node) = &child {
            tree::unlink(node);
        }
        if let (Some(parent), Some(index)) = (tree::parent(sibling), tree::index(sibling)) {
            self.insert(&parent, index, child);
        }
    }

    fn add_attrs_if_missing(&self, target: &Gc<Node>, attributes: Vec<html5ever::Attribute>) {
        if let Some(element) = target.as_element() {
            for attribute in attributes.into_iter().map(attribute) {
                let name = attribute.name.local.clone();
                if element.add_missing(attribute) && (element.is("body") || element.is("frameset")) {
                    self.new_attributes.borrow_mut().push((target.clone(), name));
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &Gc<Node>) {
        tree::unlink(target);
    }

    fn reparent_children(&self, node: &Gc<Node>, new_parent: &Gc<Node>) {
        for child in tree::children(node) {
            self.append(new_parent, NodeOrText::AppendNode(child));
        }
    }

    fn is_mathml_annotation_xml_integration_point(&self, node: &Gc<Node>) -> bool {
        node.as_element()
            .and_then(|element| element.value("encoding"))
            .map(|encoding| encoding.to_std_string_lossy().to_ascii_lowercase())
            .is_some_and(|encoding| matches!(encoding.as_str(), "text/html" | "application/xhtml+xml"))
    }

    fn set_current_line(&self, line: u64) {
        self.line.set(u32::try_from(line).unwrap_or(u32::MAX));
    }
}

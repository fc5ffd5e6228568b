//! The node tree: <https://dom.spec.whatwg.org/#node-trees>.
//!
//! Nodes are plain Rust, so that a parser can build them without a realm; a node's JavaScript object is made when a script first
//! asks for it, and stays the same one.

use super::{
    comment::Comment, document::Document, document::DocumentData, document_fragment::DocumentFragment,
    document_type::DocumentType, element::Element, element::ElementData, event_target::EventTarget, text::Text,
};
use crate::{
    binding::{Cx, Js},
    html::{handler_attribute, html_element, window::Window},
};
use boa_engine::{JsObject, JsString};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use std::{cell::RefCell, fmt};

/// A node: <https://dom.spec.whatwg.org/#concept-node>.
#[derive(Trace, Finalize)]
pub struct Node {
    pub(super) event_target: Gc<EventTarget>,
    kind: NodeKind,
    /// None for a document, which is its own node document.
    document: GcRefCell<Option<Gc<Node>>>,
    parent: GcRefCell<Option<Gc<Node>>>,
    children: GcRefCell<Vec<Gc<Node>>>,
    wrapper: GcRefCell<Option<JsObject>>,
}

/// What a node is.
#[derive(Trace, Finalize)]
pub(crate) enum NodeKind {
    Document(Box<DocumentData>),
    DocumentType(DocumentTypeData),
    DocumentFragment,
    Element(Box<ElementData>),
    Text(CharacterData),
    Comment(CharacterData),
}

/// A doctype's strings.
#[derive(Debug, Clone, Trace, Finalize)]
pub(crate) struct DocumentTypeData {
    pub name: String,
    pub public_id: String,
    pub system_id: String,
}

/// UTF-16 text: <https://dom.spec.whatwg.org/#concept-cd-data>.
#[derive(Debug, Default, Trace, Finalize)]
pub(crate) struct CharacterData(#[unsafe_ignore_trace] RefCell<Vec<u16>>);

impl CharacterData {
    pub fn new(text: &JsString) -> Self {
        Self(RefCell::new(text.iter().collect()))
    }

    pub fn from_text(text: &str) -> Self {
        Self(RefCell::new(text.encode_utf16().collect()))
    }

    pub fn get(&self) -> JsString {
        JsString::from(self.0.borrow().as_slice())
    }

    pub fn set(&self, text: &JsString) {
        *self.0.borrow_mut() = text.iter().collect();
    }

    pub fn push(&self, text: &str) {
        self.0.borrow_mut().extend(text.encode_utf16());
    }

    pub fn append(&self, text: &JsString) {
        self.0.borrow_mut().extend(text.iter());
    }

    pub fn copy(&self) -> Self {
        Self(RefCell::new(self.0.borrow().clone()))
    }

    /// How many code units.
    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }

    fn append_to(&self, out: &mut Vec<u16>) {
        out.extend_from_slice(&self.0.borrow());
    }
}

impl Node {
    /// A new node without parent in the tree of `document` (none for a document itself).
    pub(crate) fn new(kind: NodeKind, document: Option<Gc<Self>>) -> Gc<Self> {
        Gc::new(Self {
            event_target: EventTarget::base(),
            kind,
            document: GcRefCell::new(document),
            parent: GcRefCell::default(),
            children: GcRefCell::default(),
            wrapper: GcRefCell::default(),
        })
    }

    pub(crate) fn new_text(text: &JsString, document: Gc<Self>) -> Gc<Self> {
        Self::new(NodeKind::Text(CharacterData::new(text)), Some(document))
    }

    pub(crate) fn kind(&self) -> &NodeKind {
        &self.kind
    }

    pub(crate) fn as_element(&self) -> Option<&ElementData> {
        match &self.kind {
            NodeKind::Element(element) => Some(element),
            _ => None,
        }
    }

    pub(crate) fn as_document(&self) -> Option<&DocumentData> {
        match &self.kind {
            NodeKind::Document(document) => Some(document),
            _ => None,
        }
    }

    pub(crate) fn as_character_data(&self) -> Option<&CharacterData> {
        match &self.kind {
            NodeKind::Text(data) | NodeKind::Comment(data) => Some(data),
            _ => None,
        }
    }

    pub(crate) fn is_element(&self) -> bool {
        matches!(self.kind, NodeKind::Element(_))
    }

    pub(crate) fn is_text(&self) -> bool {
        matches!(self.kind, NodeKind::Text(_))
    }
}

/// The node document; a document is its own. <https://dom.spec.whatwg.org/#concept-node-document>
pub(crate) fn node_document(node: &Gc<Node>) -> Gc<Node> {
    node.document.borrow().clone().unwrap_or_else(|| node.clone())
}

pub(crate) fn parent(node: &Node) -> Option<Gc<Node>> {
    node.parent.borrow().clone()
}

/// A snapshot of the children.
pub(crate) fn children(node: &Node) -> Vec<Gc<Node>> {
    node.children.borrow().clone()
}

pub(crate) fn child(node: &Node, index: usize) -> Option<Gc<Node>> {
    node.children.borrow().get(index).cloned()
}

pub(crate) fn child_count(node: &Node) -> usize {
    node.children.borrow().len()
}

pub(crate) fn last_child(node: &Node) -> Option<Gc<Node>> {
    node.children.borrow().last().cloned()
}

/// <https://dom.spec.whatwg.org/#concept-tree-index>
pub(crate) fn index(node: &Gc<Node>) -> Option<usize> {
    let parent = parent(node)?;
    let children = parent.children.borrow();
    // Mostly it is one of the last.
    children.iter().rposition(|child| Gc::ptr_eq(child, node))
}

/// The sibling that stands `offset` places after the node.
pub(crate) fn sibling(node: &Gc<Node>, offset: isize) -> Option<Gc<Node>> {
    let index = index(node)?.checked_add_signed(offset)?;
    child(&*parent(node)?, index)
}

/// <https://dom.spec.whatwg.org/#concept-tree-root>
pub(crate) fn root(node: &Gc<Node>) -> Gc<Node> {
    let mut root = node.clone();
    while let Some(parent) = parent(&root) {
        root = parent;
    }
    root
}

/// <https://dom.spec.whatwg.org/#connected>
pub(crate) fn is_connected(node: &Gc<Node>) -> bool {
    root(node).as_document().is_some()
}

/// <https://dom.spec.whatwg.org/#concept-tree-inclusive-ancestor>
pub(crate) fn is_inclusive_ancestor(ancestor: &Gc<Node>, node: &Gc<Node>) -> bool {
    let mut next = Some(node.clone());
    while let Some(node) = next {
        if Gc::ptr_eq(&node, ancestor) {
            return true;
        }
        next = parent(&node);
    }
    false
}

/// The descendants in tree order, the node itself not among them.
pub(crate) fn descendants(node: &Node) -> Descendants {
    let mut stack = children(node);
    stack.reverse();
    Descendants { stack }
}

/// See [`descendants`].
pub(crate) struct Descendants {
    stack: Vec<Gc<Node>>,
}

impl Iterator for Descendants {
    type Item = Gc<Node>;

    fn next(&mut self) -> Option<Gc<Node>> {
        let node = self.stack.pop()?;
        self.stack.extend(node.children.borrow().iter().rev().cloned());
        Some(node)
    }
}

/// Puts a node without parent at `index` of the parent's children; runs no script.
pub(crate) fn link(child: &Gc<Node>, parent: &Gc<Node>, index: usize) {
    adopt(child, &node_document(parent));
    let mut children = parent.children.borrow_mut();
    let index = index.min(children.len());
    children.insert(index, child.clone());
    drop(children);
    let parent = parent.clone();
    *child.parent.borrow_mut() = Some(parent);
}

/// Takes the node out of its parent: <https://dom.spec.whatwg.org/#concept-node-remove>.
pub(crate) fn unlink(node: &Gc<Node>) {
    let Some(index) = index(node) else {
        return;
    };
    let parent = node.parent.borrow_mut().take();
    if let Some(parent) = parent {
        parent.children.borrow_mut().remove(index);
    }
}

/// Makes `document` the node document of the node and all below.
pub(crate) fn adopt(node: &Gc<Node>, document: &Gc<Node>) {
    if node.as_document().is_some() || Gc::ptr_eq(&node_document(node), document) {
        return;
    }
    for node in std::iter::once(node.clone()).chain(descendants(node)) {
        *node.document.borrow_mut() = Some(document.clone());
    }
}

/// <https://dom.spec.whatwg.org/#concept-descendant-text-content>
pub(crate) fn descendant_text(node: &Node) -> JsString {
    text_of(descendants(node))
}

/// <https://dom.spec.whatwg.org/#concept-child-text-content>
pub(crate) fn child_text(node: &Node) -> JsString {
    text_of(children(node).into_iter())
}

fn text_of(nodes: impl Iterator<Item = Gc<Node>>) -> JsString {
    let mut units = Vec::new();
    for node in nodes {
        if let NodeKind::Text(data) = &node.kind {
            data.append_to(&mut units);
        }
    }
    JsString::from(units.as_slice())
}

/// The node's JavaScript object, made on first use.
pub(crate) fn wrap(node: &Gc<Node>, cx: &mut Cx) -> Js<Node> {
    let known = node.wrapper.borrow().clone();
    if let Some(wrapper) = known.and_then(|object| Js::from_object(&object)) {
        return wrapper;
    }
    let state = node.clone();
    let wrapper: Js<Node> = match &node.kind {
        NodeKind::Document(_) => Js::new(Document::new(state), cx).upcast(),
        NodeKind::DocumentType(_) => Js::new(DocumentType::new(state), cx).upcast(),
        NodeKind::DocumentFragment => Js::new(DocumentFragment::of(state), cx).upcast(),
        NodeKind::Text(_) => Js::new(Text::of(state), cx).upcast(),
        NodeKind::Comment(_) => Js::new(Comment::of(state), cx).upcast(),
        NodeKind::Element(element) if element.is_html() => {
            let wrapper = html_element::wrap(state, element, cx);
            handler_attribute::adopt(element, &wrapper.clone().upcast());
            wrapper
        }
        NodeKind::Element(_) => Js::new(Element::new(state), cx).upcast(),
    };
    remember_wrapper(node, wrapper.object());
    wrapper
}

/// Makes `object`, whose state holds the node, the node's JavaScript object.
pub(crate) fn remember_wrapper(node: &Node, object: &JsObject) {
    *node.wrapper.borrow_mut() = Some(object.clone());
}

/// The node's JavaScript object, if it has one.
pub(crate) fn known_wrapper(node: &Node) -> Option<Js<EventTarget>> {
    Js::from_object(&node.wrapper.borrow().clone()?)
}

/// The same for what may be missing.
pub(crate) fn wrap_option(node: Option<Gc<Node>>, cx: &mut Cx) -> Option<Js<Node>> {
    node.map(|node| wrap(&node, cx))
}

/// An element's JavaScript object.
pub(crate) fn wrap_element(node: Option<Gc<Node>>, cx: &mut Cx) -> Option<Js<Element>> {
    node.and_then(|node| wrap(&node, cx).downcast())
}

/// Where an event at a node goes next: <https://dom.spec.whatwg.org/#get-the-parent>.
pub(super) fn event_parent(node: &Gc<Node>, type_: &JsString, cx: &mut Cx) -> Option<Js<EventTarget>> {
    if let Some(parent) = parent(node) {
        return Some(wrap(&parent, cx).upcast());
    }
    // A page's document passes all but `load` on to its window.
    node.as_document()
        .filter(|document| document.has_browsing_context() && *type_ != *"load")
        .and_then(|_| Js::<Window>::from_object(&cx.global_object()))
        .map(|window| window.upcast())
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            NodeKind::Document(_) => f.write_str("#document"),
            NodeKind::DocumentType(data) => write!(f, "<!DOCTYPE {}>", data.name),
            NodeKind::DocumentFragment => f.write_str("#document-fragment"),
            NodeKind::Element(element) => write!(f, "<{}>", element.name().local),
            NodeKind::Text(_) => f.write_str("#text"),
            NodeKind::Comment(_) => f.write_str("#comment"),
        }
    }
}

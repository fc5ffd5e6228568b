//! Changing the tree on behalf of a script: <https://dom.spec.whatwg.org/#mutation-algorithms>.

use super::tree::{self, Node, NodeKind};
use crate::{
    binding::{Cx, Error, Fallible, generated::NodeOrString},
    html::html_script_element,
};
use boa_engine::JsString;
use boa_gc::Gc;

/// The tree would not be one, or not one that is allowed.
pub(crate) fn hierarchy_error(text: &str) -> Error {
    Error::Dom("HierarchyRequestError", text.to_owned())
}

fn not_a_child() -> Error {
    Error::Dom("NotFoundError", "The node is not a child of this node.".to_owned())
}

fn is_child_of(node: &Node, parent: &Gc<Node>) -> bool {
    tree::parent(node).is_some_and(|actual| Gc::ptr_eq(&actual, parent))
}

/// <https://dom.spec.whatwg.org/#concept-node-ensure-pre-insertion-validity>, and, where `child` is the one that makes way, the
/// checks of <https://dom.spec.whatwg.org/#concept-node-replace>.
fn ensure_validity(node: &Gc<Node>, parent: &Gc<Node>, child: Option<&Gc<Node>>, replaces: bool) -> Fallible<()> {
    // 1. Only some nodes have children.
    let is_document = match parent.kind() {
        NodeKind::Document(_) => true,
        NodeKind::DocumentFragment | NodeKind::Element(_) => false,
        _ => return Err(hierarchy_error("This node type does not support this method.")),
    };
    // 2. No circles.
    if tree::is_inclusive_ancestor(node, parent) {
        return Err(hierarchy_error("The new child contains the parent."));
    }
    // 3. A place among the children.
    if child.is_some_and(|child| !is_child_of(child, parent)) {
        return Err(not_a_child());
    }
    // 4–5. Only some nodes can be children, of documents even fewer.
    match node.kind() {
        NodeKind::Document(_) => return Err(hierarchy_error("A document cannot be a child.")),
        NodeKind::Text(_) if is_document => return Err(hierarchy_error("A document has no text of its own.")),
        NodeKind::DocumentType(_) if !is_document => {
            return Err(hierarchy_error("A doctype belongs into a document."));
        }
        _ => {}
    }
    if is_document {
        ensure_document_validity(node, parent, child, replaces)?;
    }
    Ok(())
}

/// 6.: a document holds one element at most, and one doctype at most, in front of it.
fn ensure_document_validity(
    node: &Gc<Node>,
    parent: &Gc<Node>,
    child: Option<&Gc<Node>>,
    replaces: bool,
) -> Fallible<()> {
    let siblings = tree::children(parent);
    let place = child.and_then(tree::index).unwrap_or(siblings.len());
    let stays = |index: usize| !(replaces && index == place);
    let element = siblings.iter().position(|sibling| sibling.is_element());
    let doctype = siblings
        .iter()
        .position(|sibling| matches!(sibling.kind(), NodeKind::DocumentType(_)));
    let check_element = || {
        if element.is_some_and(stays) {
            return Err(hierarchy_error("The document has an element already."));
        }
        if doctype.is_some_and(|index| index >= place && stays(index)) {
            return Err(hierarchy_error("The doctype stands before the element."));
        }
        Ok(())
    };
    match node.kind() {
        NodeKind::DocumentFragment => {
            let children = tree::children(node);
            let elements = children.iter().filter(|child| child.is_element()).count();
            if elements > 1 || children.iter().any(|child| child.is_text()) {
                return Err(hierarchy_error("The document can hold one element only, and no text."));
            }
            if elements == 1 { check_element() } else { Ok(()) }
        }
        NodeKind::Element(_) => check_element(),
        NodeKind::DocumentType(_) => {
            if doctype.is_some_and(stays) {
                return Err(hierarchy_error("The document has a doctype already."));
            }
            if element.is_some_and(|index| index < place) {
                return Err(hierarchy_error("The doctype stands before the element."));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// <https://dom.spec.whatwg.org/#concept-node-ensure-pre-insertion-validity>
pub(crate) fn ensure_pre_insertion_validity(
    node: &Gc<Node>,
    parent: &Gc<Node>,
    child: Option<&Gc<Node>>,
) -> Fallible<()> {
    ensure_validity(node, parent, child, false)
}

/// <https://dom.spec.whatwg.org/#concept-node-pre-insert>
pub(crate) fn pre_insert(node: &Gc<Node>, parent: &Gc<Node>, child: Option<&Gc<Node>>, cx: &mut Cx) -> Fallible<()> {
    // 1. It must be possible.
    ensure_pre_insertion_validity(node, parent, child)?;
    // 2–3. Before itself means before what follows.
    let next = match child {
        Some(child) if Gc::ptr_eq(child, node) => tree::sibling(node, 1),
        child => child.cloned(),
    };
    // 4. In it goes.
    insert(node, parent, next.as_ref(), cx);
    Ok(())
}

/// <https://dom.spec.whatwg.org/#concept-node-append>
pub(crate) fn append(node: &Gc<Node>, parent: &Gc<Node>, cx: &mut Cx) -> Fallible<()> {
    pre_insert(node, parent, None, cx)
}

/// <https://dom.spec.whatwg.org/#concept-node-insert>, after the checks.
fn insert(node: &Gc<Node>, parent: &Gc<Node>, child: Option<&Gc<Node>>, cx: &mut Cx) {
    // 1–4. A fragment's children go in its stead.
    let nodes = match node.kind() {
        NodeKind::DocumentFragment => tree::children(node),
        _ => vec![node.clone()],
    };
    if nodes.is_empty() {
        return;
    }
    // 7. One by one.
    for node in &nodes {
        tree::unlink(node);
        let index = child.and_then(tree::index).unwrap_or(usize::MAX);
        tree::link(node, parent, index);
    }
    // 9. The parent may be a script that waits for its text.
    html_script_element::children_changed(parent, cx);
    // 10–12. Scripts that are connected now, listed before the first of them runs.
    if tree::is_connected(parent) {
        let scripts: Vec<Gc<Node>> = nodes
            .iter()
            .flat_map(|node| std::iter::once(node.clone()).chain(tree::descendants(node)))
            .filter(|node| html_script_element::is_script(node))
            .collect();
        for script in scripts {
            html_script_element::became_connected(&script, cx);
        }
    }
}

/// <https://dom.spec.whatwg.org/#concept-node-replace>
pub(crate) fn replace(node: &Gc<Node>, parent: &Gc<Node>, child: &Gc<Node>, cx: &mut Cx) -> Fallible<()> {
    // 1–6. It must be possible.
    ensure_validity(node, parent, Some(child), true)?;
    // 7–8. What follows, which may be the new node itself.
    let next = match tree::sibling(child, 1) {
        Some(next) if Gc::ptr_eq(&next, node) => tree::sibling(node, 1),
        next => next,
    };
    // 11–13. One for the other.
    tree::unlink(child);
    insert(node, parent, next.as_ref(), cx);
    Ok(())
}

/// <https://dom.spec.whatwg.org/#concept-node-pre-remove>
pub(crate) fn pre_remove(child: &Gc<Node>, parent: &Gc<Node>) -> Fallible<()> {
    // 1. It must be there.
    if !is_child_of(child, parent) {
        return Err(not_a_child());
    }
    // 2. Out it goes.
    tree::unlink(child);
    Ok(())
}

/// <https://dom.spec.whatwg.org/#concept-node-replace-all>
pub(crate) fn replace_all(node: Option<&Gc<Node>>, parent: &Gc<Node>, cx: &mut Cx) {
    for child in tree::children(parent) {
        tree::unlink(&child);
    }
    if let Some(node) = node {
        insert(node, parent, None, cx);
    }
}

/// <https://dom.spec.whatwg.org/#string-replace-all>
pub(crate) fn string_replace_all(text: &JsString, parent: &Gc<Node>, cx: &mut Cx) {
    // 1–2. A text node, unless there is no text.
    let node = (!text.is_empty()).then(|| Node::new_text(text, tree::node_document(parent)));
    // 3. All that is there.
    replace_all(node.as_ref(), parent, cx);
}

/// <https://dom.spec.whatwg.org/#converting-nodes-into-a-node>
pub(crate) fn convert_nodes(nodes: Vec<NodeOrString>, document: &Gc<Node>, cx: &mut Cx) -> Fallible<Gc<Node>> {
    // 1–2. Strings are text nodes.
    let mut nodes: Vec<Gc<Node>> = nodes
        .into_iter()
        .map(|node| match node {
            NodeOrString::Node(node) => node.state().clone(),
            NodeOrString::String(text) => Node::new_text(&text, document.clone()),
        })
        .collect();
    // 3. One stands for itself.
    if nodes.len() == 1
        && let Some(node) = nodes.pop()
    {
        return Ok(node);
    }
    // 4. Several come in a fragment.
    let fragment = Node::new(NodeKind::DocumentFragment, Some(document.clone()));
    for node in &nodes {
        append(node, &fragment, cx)?;
    }
    Ok(fragment)
}

/// <https://dom.spec.whatwg.org/#concept-node-clone>
pub(crate) fn clone(node: &Gc<Node>, document: &Gc<Node>, subtree: bool) -> Gc<Node> {
    let copy = clone_single(node, document);
    if subtree {
        // Pairs of an original and its copy whose children are to be cloned: a deep tree needs no deep stack.
        let mut open = vec![(node.clone(), copy.clone())];
        while let Some((original, copy)) = open.pop() {
            for child in tree::children(&original) {
                let child_copy = clone_single(&child, document);
                tree::link(&child_copy, &copy, usize::MAX);
                open.push((child, child_copy));
            }
        }
    }
    copy
}

/// <https://dom.spec.whatwg.org/#clone-a-single-node>
fn clone_single(node: &Node, document: &Gc<Node>) -> Gc<Node> {
    let (kind, document) = match node.kind() {
        NodeKind::Document(data) => (NodeKind::Document(Box::new(data.clone_detached())), None),
        NodeKind::DocumentType(data) => (NodeKind::DocumentType(data.clone()), Some(document)),
        NodeKind::DocumentFragment => (NodeKind::DocumentFragment, Some(document)),
        NodeKind::Element(data) => (NodeKind::Element(Box::new(data.copy())), Some(document)),
        NodeKind::Text(data) => (NodeKind::Text(data.copy()), Some(document)),
        NodeKind::Comment(data) => (NodeKind::Comment(data.copy()), Some(document)),
    };
    Node::new(kind, document.cloned())
}

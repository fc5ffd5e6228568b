//! What several kinds of node share: <https://dom.spec.whatwg.org/#mixin-parentnode> and the mixins around it.

use super::{
    character_data::CharacterData, collection::Filter, document::Document, document_fragment::DocumentFragment,
    document_type::DocumentType, element::Element, html_collection::HTMLCollection, mutation, node::Node, tree,
};
use crate::binding::{
    Cx, Fallible, Inherits, Js,
    generated::{
        ChildNodeMethods, NodeOrString, NonDocumentTypeChildNodeMethods, NonElementParentNodeMethods, ParentNodeMethods,
    },
};
use boa_engine::JsString;
use boa_gc::Gc;

/// The interfaces that include `ParentNode`.
trait ParentNode: Inherits<Node> {}
impl ParentNode for Document {}
impl ParentNode for DocumentFragment {}
impl ParentNode for Element {}

/// The interfaces that include `NonElementParentNode`.
trait NonElementParentNode: Inherits<Node> {}
impl NonElementParentNode for Document {}
impl NonElementParentNode for DocumentFragment {}

/// The interfaces that include `ChildNode`.
trait ChildNode: Inherits<Node> {}
impl ChildNode for DocumentType {}
impl ChildNode for Element {}
impl ChildNode for CharacterData {}

/// The interfaces that include `NonDocumentTypeChildNode`.
trait NonDocumentTypeChildNode: Inherits<Node> {}
impl NonDocumentTypeChildNode for Element {}
impl NonDocumentTypeChildNode for CharacterData {}

impl<T: NonElementParentNode> NonElementParentNodeMethods for T {
    /// <https://dom.spec.whatwg.org/#dom-nonelementparentnode-getelementbyid>
    fn get_element_by_id(this: &Js<Self>, cx: &mut Cx, element_id: JsString) -> Fallible<Option<Js<Element>>> {
        let found = tree::descendants(this.ancestor()).find(|node| {
            !element_id.is_empty()
                && node
                    .as_element()
                    .and_then(|element| element.value("id"))
                    .is_some_and(|id| id == element_id)
        });
        Ok(tree::wrap_element(found, cx))
    }
}

impl<T: ParentNode> ParentNodeMethods for T {
    fn children(this: &Js<Self>, cx: &mut Cx) -> Fallible<Js<HTMLCollection>> {
        HTMLCollection::new(this.ancestor(), Filter::ChildElements, cx)
    }

    fn first_element_child(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<Element>>> {
        let children = tree::children(this.ancestor());
        Ok(tree::wrap_element(
            children.into_iter().find(|child| child.is_element()),
            cx,
        ))
    }

    fn last_element_child(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<Element>>> {
        let children = tree::children(this.ancestor());
        Ok(tree::wrap_element(
            children.into_iter().rfind(|child| child.is_element()),
            cx,
        ))
    }

    fn child_element_count(this: &Js<Self>, _: &mut Cx) -> Fallible<u32> {
        let children = tree::children(this.ancestor());
        let count = children.iter().filter(|child| child.is_element()).count();
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// <https://dom.spec.whatwg.org/#dom-parentnode-prepend>
    fn prepend(this: &Js<Self>, cx: &mut Cx, nodes: Vec<NodeOrString>) -> Fallible<()> {
        let parent: &Gc<Node> = this.ancestor();
        let node = mutation::convert_nodes(nodes, &tree::node_document(parent), cx)?;
        mutation::pre_insert(&node, parent, tree::child(parent, 0).as_ref(), cx)
    }

    /// <https://dom.spec.whatwg.org/#dom-parentnode-append>
    fn append(this: &Js<Self>, cx: &mut Cx, nodes: Vec<NodeOrString>) -> Fallible<()> {
        let parent: &Gc<Node> = this.ancestor();
        let node = mutation::convert_nodes(nodes, &tree::node_document(parent), cx)?;
        mutation::append(&node, parent, cx)
    }

    /// <https://dom.spec.whatwg.org/#dom-parentnode-replacechildren>
    fn replace_children(this: &Js<Self>, cx: &mut Cx, nodes: Vec<NodeOrString>) -> Fallible<()> {
        let parent: &Gc<Node> = this.ancestor();
        // 1. One node of all.
        let node = mutation::convert_nodes(nodes, &tree::node_document(parent), cx)?;
        // 2. It must be possible.
        mutation::ensure_pre_insertion_validity(&node, parent, None)?;
        // 3. In place of what is there.
        mutation::replace_all(Some(&node), parent, cx);
        Ok(())
    }
}

/// Whether the node is among those passed.
fn is_among(node: &Gc<Node>, nodes: &[NodeOrString]) -> bool {
    nodes
        .iter()
        .any(|other| matches!(other, NodeOrString::Node(other) if Gc::ptr_eq(other.state(), node)))
}

/// The first sibling after (`step` 1) or before (`step` -1) the node that is not among those passed.
fn viable_sibling(node: &Gc<Node>, nodes: &[NodeOrString], step: isize) -> Option<Gc<Node>> {
    let mut next = tree::sibling(node, step);
    while let Some(sibling) = &next {
        if !is_among(sibling, nodes) {
            break;
        }
        next = tree::sibling(sibling, step);
    }
    next
}

impl<T: ChildNode> ChildNodeMethods for T {
    /// <https://dom.spec.whatwg.org/#dom-childnode-before>
    fn before(this: &Js<Self>, cx: &mut Cx, nodes: Vec<NodeOrString>) -> Fallible<()> {
        let own: &Gc<Node> = this.ancestor();
        // 1–2. Where there is a parent.
        let Some(parent) = tree::parent(own) else {
            return Ok(());
        };
        // 3. After the nearest sibling that stays.
        let previous = viable_sibling(own, &nodes, -1);
        // 4. One node of all.
        let node = mutation::convert_nodes(nodes, &tree::node_document(own), cx)?;
        // 5–6. In front of what then follows.
        let place = match previous {
            Some(previous) => tree::sibling(&previous, 1),
            None => tree::child(&parent, 0),
        };
        mutation::pre_insert(&node, &parent, place.as_ref(), cx)
    }

    /// <https://dom.spec.whatwg.org/#dom-childnode-after>
    fn after(this: &Js<Self>, cx: &mut Cx, nodes: Vec<NodeOrString>) -> Fallible<()> {
        let own: &Gc<Node> = this.ancestor();
        // 1–2. Where there is a parent.
        let Some(parent) = tree::parent(own) else {
            return Ok(());
        };
        // 3. Before the nearest sibling that stays.
        let next = viable_sibling(own, &nodes, 1);
        // 4–5. One node of all, there.
        let node = mutation::convert_nodes(nodes, &tree::node_document(own), cx)?;
        mutation::pre_insert(&node, &parent, next.as_ref(), cx)
    }

    /// <https://dom.spec.whatwg.org/#dom-childnode-replacewith>
    fn replace_with(this: &Js<Self>, cx: &mut Cx, nodes: Vec<NodeOrString>) -> Fallible<()> {
        let own: &Gc<Node> = this.ancestor();
        // 1–2. Where there is a parent.
        let Some(parent) = tree::parent(own) else {
            return Ok(());
        };
        // 3. Before the nearest sibling that stays.
        let next = viable_sibling(own, &nodes, 1);
        // 4. One node of all.
        let node = mutation::convert_nodes(nodes, &tree::node_document(own), cx)?;
        // 5–6. Instead of this one, if the conversion has not moved it away.
        let is_there = tree::parent(own).is_some_and(|actual| Gc::ptr_eq(&actual, &parent));
        if is_there {
            mutation::replace(&node, &parent, own, cx)
        } else {
            mutation::pre_insert(&node, &parent, next.as_ref(), cx)
        }
    }

    /// <https://dom.spec.whatwg.org/#dom-childnode-remove>
    fn remove(this: &Js<Self>, _: &mut Cx) -> Fallible<()> {
        tree::unlink(this.ancestor());
        Ok(())
    }
}

fn element_sibling(node: &Gc<Node>, step: isize) -> Option<Gc<Node>> {
    let mut next = tree::sibling(node, step);
    while let Some(sibling) = &next {
        if sibling.is_element() {
            break;
        }
        next = tree::sibling(sibling, step);
    }
    next
}

impl<T: NonDocumentTypeChildNode> NonDocumentTypeChildNodeMethods for T {
    fn previous_element_sibling(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<Element>>> {
        Ok(tree::wrap_element(element_sibling(this.ancestor(), -1), cx))
    }

    fn next_element_sibling(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<Element>>> {
        Ok(tree::wrap_element(element_sibling(this.ancestor(), 1), cx))
    }
}

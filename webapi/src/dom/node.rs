//! <https://dom.spec.whatwg.org/#interface-node>

use super::{
    document::Document,
    element::Element,
    event_target::EventTarget,
    mutation,
    node_list::NodeList,
    tree::{self, NodeKind},
};
use crate::{
    binding::{Cx, Error, Fallible, Js, generated::NodeMethods},
    html::environment::Environment,
};
use boa_engine::{JsString, js_string};
use boa_gc::Gc;

pub use super::tree::Node;

impl NodeMethods for Node {
    fn parent(&self) -> &Gc<EventTarget> {
        &self.event_target
    }

    /// <https://dom.spec.whatwg.org/#dom-node-nodetype>
    fn node_type(this: &Js<Self>, _: &mut Cx) -> Fallible<u16> {
        Ok(match this.kind() {
            NodeKind::Element(_) => 1,
            NodeKind::Text(_) => 3,
            NodeKind::Comment(_) => 8,
            NodeKind::Document(_) => 9,
            NodeKind::DocumentType(_) => 10,
            NodeKind::DocumentFragment => 11,
        })
    }

    /// <https://dom.spec.whatwg.org/#dom-node-nodename>
    fn node_name(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(match this.kind() {
            NodeKind::Element(element) => element.tag_name(),
            NodeKind::Text(_) => js_string!("#text"),
            NodeKind::Comment(_) => js_string!("#comment"),
            NodeKind::Document(_) => js_string!("#document"),
            NodeKind::DocumentType(data) => JsString::from(data.name.as_str()),
            NodeKind::DocumentFragment => js_string!("#document-fragment"),
        })
    }

    /// <https://dom.spec.whatwg.org/#dom-node-baseuri>
    fn base_uri(_: &Js<Self>, cx: &mut Cx) -> Fallible<String> {
        Environment::of(cx)
            .map(|environment| environment.base_url().to_string())
            .ok_or_else(|| Error::Type("The realm is not ready.".to_owned()))
    }

    fn is_connected(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(tree::is_connected(this.state()))
    }

    fn owner_document(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<Document>>> {
        if this.as_document().is_some() {
            return Ok(None);
        }
        Ok(tree::wrap(&tree::node_document(this.state()), cx).downcast())
    }

    fn get_root_node(this: &Js<Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        Ok(tree::wrap(&tree::root(this.state()), cx))
    }

    fn parent_node(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<Self>>> {
        Ok(tree::wrap_option(tree::parent(this), cx))
    }

    fn parent_element(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<Element>>> {
        Ok(tree::wrap_element(tree::parent(this), cx))
    }

    fn has_child_nodes(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(tree::child_count(this) > 0)
    }

    fn child_nodes(this: &Js<Self>, cx: &mut Cx) -> Fallible<Js<NodeList>> {
        NodeList::of_children(this.state(), cx)
    }

    fn first_child(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<Self>>> {
        Ok(tree::wrap_option(tree::child(this, 0), cx))
    }

    fn last_child(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<Self>>> {
        Ok(tree::wrap_option(tree::last_child(this), cx))
    }

    fn previous_sibling(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<Self>>> {
        Ok(tree::wrap_option(tree::sibling(this.state(), -1), cx))
    }

    fn next_sibling(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<Self>>> {
        Ok(tree::wrap_option(tree::sibling(this.state(), 1), cx))
    }

    /// <https://dom.spec.whatwg.org/#dom-node-nodevalue>
    fn node_value(this: &Js<Self>, _: &mut Cx) -> Fallible<Option<JsString>> {
        Ok(this.as_character_data().map(|data| data.get()))
    }

    fn set_node_value(this: &Js<Self>, _: &mut Cx, value: Option<JsString>) -> Fallible<()> {
        if let Some(data) = this.as_character_data() {
            data.set(&value.unwrap_or_default());
        }
        Ok(())
    }

    /// <https://dom.spec.whatwg.org/#dom-node-textcontent>
    fn text_content(this: &Js<Self>, _: &mut Cx) -> Fallible<Option<JsString>> {
        Ok(match this.kind() {
            NodeKind::DocumentFragment | NodeKind::Element(_) => Some(tree::descendant_text(this)),
            NodeKind::Text(data) | NodeKind::Comment(data) => Some(data.get()),
            NodeKind::Document(_) | NodeKind::DocumentType(_) => None,
        })
    }

    fn set_text_content(this: &Js<Self>, cx: &mut Cx, value: Option<JsString>) -> Fallible<()> {
        let value = value.unwrap_or_default();
        match this.kind() {
            NodeKind::DocumentFragment | NodeKind::Element(_) => {
                mutation::string_replace_all(&value, this.state(), cx);
            }
            NodeKind::Text(data) | NodeKind::Comment(data) => data.set(&value),
            NodeKind::Document(_) | NodeKind::DocumentType(_) => {}
        }
        Ok(())
    }

    /// <https://dom.spec.whatwg.org/#dom-node-clonenode>
    fn clone_node(this: &Js<Self>, cx: &mut Cx, subtree: bool) -> Fallible<Js<Self>> {
        let document = tree::node_document(this.state());
        Ok(tree::wrap(&mutation::clone(this.state(), &document, subtree), cx))
    }

    fn is_same_node(this: &Js<Self>, _: &mut Cx, other_node: Option<Js<Self>>) -> Fallible<bool> {
        Ok(other_node.is_some_and(|other| Gc::ptr_eq(other.state(), this.state())))
    }

    fn contains(this: &Js<Self>, _: &mut Cx, other: Option<Js<Self>>) -> Fallible<bool> {
        Ok(other.is_some_and(|other| tree::is_inclusive_ancestor(this.state(), other.state())))
    }

    fn insert_before(this: &Js<Self>, cx: &mut Cx, node: Js<Self>, child: Option<Js<Self>>) -> Fallible<Js<Self>> {
        mutation::pre_insert(node.state(), this.state(), child.as_ref().map(Js::state), cx)?;
        Ok(node)
    }

    fn append_child(this: &Js<Self>, cx: &mut Cx, node: Js<Self>) -> Fallible<Js<Self>> {
        mutation::append(node.state(), this.state(), cx)?;
        Ok(node)
    }

    fn replace_child(this: &Js<Self>, cx: &mut Cx, node: Js<Self>, child: Js<Self>) -> Fallible<Js<Self>> {
        mutation::replace(node.state(), this.state(), child.state(), cx)?;
        Ok(child)
    }

    fn remove_child(this: &Js<Self>, _: &mut Cx, child: Js<Self>) -> Fallible<Js<Self>> {
        mutation::pre_remove(child.state(), this.state())?;
        Ok(child)
    }
}

//! <https://dom.spec.whatwg.org/#interface-documentfragment>

use super::{
    node::Node,
    tree::{self, NodeKind},
};
use crate::{
    binding::{Cx, Fallible, Js, New, generated::DocumentFragmentMethods},
    html::window,
};
use boa_gc::{Finalize, Gc, Trace};

/// A root for nodes on their way somewhere.
#[derive(Debug, Trace, Finalize)]
pub struct DocumentFragment {
    node: Gc<Node>,
}

impl DocumentFragment {
    pub(super) fn of(node: Gc<Node>) -> Self {
        Self { node }
    }
}

impl DocumentFragmentMethods for DocumentFragment {
    fn parent(&self) -> &Gc<Node> {
        &self.node
    }

    /// <https://dom.spec.whatwg.org/#dom-documentfragment-documentfragment>
    fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        let document = window::associated_document(cx)?;
        let node = Node::new(NodeKind::DocumentFragment, Some(document));
        let object = new.object(Self::of(node.clone()), cx);
        tree::remember_wrapper(&node, object.object());
        Ok(object)
    }
}

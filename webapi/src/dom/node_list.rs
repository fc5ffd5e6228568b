//! <https://dom.spec.whatwg.org/#interface-nodelist>

use super::{
    collection::{self, Collection, Filter},
    node::Node,
    tree,
};
use crate::binding::{Cx, Fallible, Js, generated::NodeListMethods};
use boa_gc::{Finalize, Gc, Trace};

/// A list of nodes.
#[derive(Debug, Trace, Finalize)]
pub struct NodeList {
    collection: Collection,
}

impl NodeList {
    /// The children of a node. FIXME(SameObject): each call gives a new list, where `[SameObject]` asks for one.
    pub(super) fn of_children(root: &Gc<Node>, cx: &mut Cx) -> Fallible<Js<Self>> {
        Self::new(root, Filter::Children, cx)
    }

    pub(super) fn new(root: &Gc<Node>, filter: Filter, cx: &mut Cx) -> Fallible<Js<Self>> {
        let state = Self {
            collection: Collection::new(root.clone(), filter),
        };
        let list = Js::new(state, cx);
        // FIXME(iterable): these belong on the prototype (`iterable<Node>`).
        collection::finish(&list, &["forEach", "entries", "keys", "values"], cx)?;
        list.collection.refresh(&list, cx)?;
        Ok(list)
    }
}

impl NodeListMethods for NodeList {
    fn item(this: &Js<Self>, cx: &mut Cx, index: u32) -> Fallible<Option<Js<Node>>> {
        let nodes = this.collection.refresh(this, cx)?;
        Ok(tree::wrap_option(nodes.into_iter().nth(index as usize), cx))
    }

    fn length(this: &Js<Self>, cx: &mut Cx) -> Fallible<u32> {
        let nodes = this.collection.refresh(this, cx)?;
        Ok(u32::try_from(nodes.len()).unwrap_or(u32::MAX))
    }
}

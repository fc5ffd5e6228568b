//! <https://dom.spec.whatwg.org/#interface-htmlcollection>

use super::{
    collection::{self, Collection, Filter},
    element::Element,
    node::Node,
    tree,
};
use crate::binding::{Cx, Fallible, Js, generated::HTMLCollectionMethods};
use boa_engine::JsString;
use boa_gc::{Finalize, Gc, Trace};

/// A list of elements.
#[derive(Debug, Trace, Finalize)]
pub struct HTMLCollection {
    collection: Collection,
}

impl HTMLCollection {
    pub(super) fn new(root: &Gc<Node>, filter: Filter, cx: &mut Cx) -> Fallible<Js<Self>> {
        let state = Self {
            collection: Collection::new(root.clone(), filter),
        };
        let list = Js::new(state, cx);
        // FIXME(iterable): this belongs on the prototype.
        collection::finish(&list, &[], cx)?;
        list.collection.refresh(&list, cx)?;
        Ok(list)
    }
}

impl HTMLCollectionMethods for HTMLCollection {
    fn length(this: &Js<Self>, cx: &mut Cx) -> Fallible<u32> {
        let nodes = this.collection.refresh(this, cx)?;
        Ok(u32::try_from(nodes.len()).unwrap_or(u32::MAX))
    }

    fn item(this: &Js<Self>, cx: &mut Cx, index: u32) -> Fallible<Option<Js<Element>>> {
        let nodes = this.collection.refresh(this, cx)?;
        Ok(tree::wrap_element(nodes.into_iter().nth(index as usize), cx))
    }

    /// <https://dom.spec.whatwg.org/#dom-htmlcollection-nameditem-key>
    fn named_item(this: &Js<Self>, cx: &mut Cx, name: JsString) -> Fallible<Option<Js<Element>>> {
        // 1. No element has the empty name.
        if name.is_empty() {
            return Ok(None);
        }
        // 2. The first with that id, or, in HTML, that name.
        let found = this.collection.refresh(this, cx)?.into_iter().find(|node| {
            node.as_element().is_some_and(|element| {
                let is = |attribute| element.value(attribute).is_some_and(|value| value == name);
                is("id") || (element.is_html() && is("name"))
            })
        });
        Ok(tree::wrap_element(found, cx))
    }
}

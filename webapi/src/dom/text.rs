//! <https://dom.spec.whatwg.org/#interface-text>

use super::{
    character_data::CharacterData,
    node::Node,
    tree::{self, NodeKind},
};
use crate::{
    binding::{Cx, Fallible, Js, New, generated::TextMethods},
    html::window,
};
use boa_engine::JsString;
use boa_gc::{Finalize, Gc, Trace};

/// A `Text` node.
#[derive(Debug, Trace, Finalize)]
pub struct Text {
    character_data: Gc<CharacterData>,
}

impl Text {
    pub(super) fn of(node: Gc<Node>) -> Self {
        Self {
            character_data: CharacterData::of(node),
        }
    }
}

impl TextMethods for Text {
    fn parent(&self) -> &Gc<CharacterData> {
        &self.character_data
    }

    /// <https://dom.spec.whatwg.org/#dom-text-text>
    fn constructor(new: New<'_, Self>, cx: &mut Cx, data: JsString) -> Fallible<Js<Self>> {
        let document = window::associated_document(cx)?;
        let node = Node::new(NodeKind::Text(tree::CharacterData::new(&data)), Some(document));
        let object = new.object(Self::of(node.clone()), cx);
        tree::remember_wrapper(&node, object.object());
        Ok(object)
    }
}

//! <https://dom.spec.whatwg.org/#interface-comment>

use super::{
    character_data::CharacterData,
    node::Node,
    tree::{self, NodeKind},
};
use crate::{
    binding::{Cx, Fallible, Js, New, generated::CommentMethods},
    html::window,
};
use boa_engine::JsString;
use boa_gc::{Finalize, Gc, Trace};

/// A `Comment` node.
#[derive(Debug, Trace, Finalize)]
pub struct Comment {
    character_data: Gc<CharacterData>,
}

impl Comment {
    pub(super) fn of(node: Gc<Node>) -> Self {
        Self {
            character_data: CharacterData::of(node),
        }
    }
}

impl CommentMethods for Comment {
    fn parent(&self) -> &Gc<CharacterData> {
        &self.character_data
    }

    /// <https://dom.spec.whatwg.org/#dom-comment-comment>
    fn constructor(new: New<'_, Self>, cx: &mut Cx, data: JsString) -> Fallible<Js<Self>> {
        let document = window::associated_document(cx)?;
        let node = Node::new(NodeKind::Comment(tree::CharacterData::new(&data)), Some(document));
        let object = new.object(Self::of(node.clone()), cx);
        tree::remember_wrapper(&node, object.object());
        Ok(object)
    }
}

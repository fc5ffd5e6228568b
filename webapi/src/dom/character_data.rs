//! <https://dom.spec.whatwg.org/#interface-characterdata>

use super::node::Node;
use crate::binding::{Cx, Fallible, Js, generated::CharacterDataMethods};
use boa_engine::JsString;
use boa_gc::{Finalize, Gc, Trace};

/// A node that holds text.
#[derive(Debug, Trace, Finalize)]
pub struct CharacterData {
    node: Gc<Node>,
}

impl CharacterData {
    pub(super) fn of(node: Gc<Node>) -> Gc<Self> {
        Gc::new(Self { node })
    }
}

impl CharacterDataMethods for CharacterData {
    fn parent(&self) -> &Gc<Node> {
        &self.node
    }

    fn data(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(this.node.as_character_data().map(|data| data.get()).unwrap_or_default())
    }

    fn set_data(this: &Js<Self>, _: &mut Cx, value: JsString) -> Fallible<()> {
        if let Some(data) = this.node.as_character_data() {
            data.set(&value);
        }
        Ok(())
    }

    fn length(this: &Js<Self>, _: &mut Cx) -> Fallible<u32> {
        let length = this.node.as_character_data().map_or(0, |data| data.len());
        Ok(u32::try_from(length).unwrap_or(u32::MAX))
    }

    fn append_data(this: &Js<Self>, _: &mut Cx, data: JsString) -> Fallible<()> {
        if let Some(own) = this.node.as_character_data() {
            own.append(&data);
        }
        Ok(())
    }
}

//! <https://dom.spec.whatwg.org/#interface-documenttype>

use super::{
    node::Node,
    tree::{DocumentTypeData, NodeKind},
};
use crate::binding::{Cx, Fallible, Js, generated::DocumentTypeMethods};
use boa_engine::JsString;
use boa_gc::{Finalize, Gc, Trace};

/// A doctype.
#[derive(Debug, Trace, Finalize)]
pub struct DocumentType {
    node: Gc<Node>,
}

impl DocumentType {
    pub(super) fn new(node: Gc<Node>) -> Self {
        Self { node }
    }

    fn string(&self, part: fn(&DocumentTypeData) -> &str) -> JsString {
        match self.node.kind() {
            NodeKind::DocumentType(data) => JsString::from(part(data)),
            _ => JsString::default(),
        }
    }
}

impl DocumentTypeMethods for DocumentType {
    fn parent(&self) -> &Gc<Node> {
        &self.node
    }

    fn name(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(this.string(|data| &data.name))
    }

    fn public_id(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(this.string(|data| &data.public_id))
    }

    fn system_id(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(this.string(|data| &data.system_id))
    }
}

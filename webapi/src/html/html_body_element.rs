//! <https://html.spec.whatwg.org/multipage/sections.html#the-body-element>

use super::html_element::HTMLElement;
use crate::{
    binding::generated::{HTMLBodyElementMethods, WindowEventHandlersMethods},
    dom::node::Node,
};
use boa_gc::{Finalize, Gc, Trace};

/// A `body` element, which has its window's event handlers.
#[derive(Debug, Trace, Finalize)]
pub struct HTMLBodyElement {
    html_element: Gc<HTMLElement>,
}

impl HTMLBodyElement {
    pub(super) fn new(node: Gc<Node>) -> Self {
        Self {
            html_element: Gc::new(HTMLElement::new(node)),
        }
    }
}

impl WindowEventHandlersMethods for HTMLBodyElement {}

impl HTMLBodyElementMethods for HTMLBodyElement {
    fn parent(&self) -> &Gc<HTMLElement> {
        &self.html_element
    }
}

//! <https://html.spec.whatwg.org/multipage/dom.html#htmlelement>

use super::{
    html_body_element::HTMLBodyElement, html_input_element::HTMLInputElement, html_script_element::HTMLScriptElement,
};
use crate::{
    binding::{
        Cx, Fallible, Js,
        generated::{BooleanOrNumberOrString as Hidden, GlobalEventHandlersMethods, HTMLElementMethods},
    },
    dom::{
        element::{self, Element, ElementData},
        node::Node,
    },
};
use boa_engine::JsString;
use boa_gc::{Finalize, Gc, Trace};

/// An element of HTML.
#[derive(Debug, Trace, Finalize)]
pub struct HTMLElement {
    element: Gc<Element>,
}

impl HTMLElement {
    pub(super) fn new(node: Gc<Node>) -> Self {
        Self {
            element: Gc::new(Element::new(node)),
        }
    }

    /// The element's data.
    pub(super) fn element(&self) -> &Gc<Element> {
        &self.element
    }
}

/// A new JavaScript object for an HTML element, of the interface that its name asks for.
/// <https://html.spec.whatwg.org/multipage/dom.html#htmlelement>
/// FIXME(element interface): most elements have interfaces of their own, and unknown ones `HTMLUnknownElement`.
pub(crate) fn wrap(node: Gc<Node>, data: &ElementData, cx: &mut Cx) -> Js<Node> {
    if data.is("script") {
        Js::new(HTMLScriptElement::new(node), cx).upcast()
    } else if data.is("input") {
        Js::new(HTMLInputElement::new(node), cx).upcast()
    } else if data.is("body") {
        Js::new(HTMLBodyElement::new(node), cx).upcast()
    } else {
        Js::new(HTMLElement::new(node), cx).upcast()
    }
}

const UNTIL_FOUND: &str = "until-found";

fn is_until_found(value: &JsString) -> bool {
    value.to_std_string_lossy().eq_ignore_ascii_case(UNTIL_FOUND)
}

impl GlobalEventHandlersMethods for HTMLElement {}

impl HTMLElementMethods for HTMLElement {
    fn parent(&self) -> &Gc<Element> {
        &self.element
    }

    fn title(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        element::reflect(&this.element, "title")
    }

    fn set_title(this: &Js<Self>, cx: &mut Cx, value: JsString) -> Fallible<()> {
        element::set(&this.element, "title", value, cx)
    }

    fn lang(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        element::reflect(&this.element, "lang")
    }

    fn set_lang(this: &Js<Self>, cx: &mut Cx, value: JsString) -> Fallible<()> {
        element::set(&this.element, "lang", value, cx)
    }

    /// <https://html.spec.whatwg.org/multipage/interaction.html#dom-hidden>
    fn hidden(this: &Js<Self>, _: &mut Cx) -> Fallible<Option<Hidden>> {
        Ok(Some(match this.element.data()?.value("hidden") {
            // 1. Hidden until found.
            Some(value) if is_until_found(&value) => Hidden::String(JsString::from(UNTIL_FOUND)),
            // 2–3. Hidden, or not.
            value => Hidden::Boolean(value.is_some()),
        }))
    }

    fn set_hidden(this: &Js<Self>, cx: &mut Cx, value: Option<Hidden>) -> Fallible<()> {
        let hidden = match value {
            // 1. Hidden until found.
            Some(Hidden::String(value)) if is_until_found(&value) => {
                return element::set(&this.element, "hidden", JsString::from(UNTIL_FOUND), cx);
            }
            // 2–6. What counts as false.
            None => false,
            Some(Hidden::Boolean(value)) => value,
            Some(Hidden::String(value)) => !value.is_empty(),
            Some(Hidden::Number(value)) => value != 0.0 && !value.is_nan(),
        };
        // 7. All else hides it.
        element::set_boolean(&this.element, "hidden", hidden, cx)
    }
}

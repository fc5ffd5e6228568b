//! <https://html.spec.whatwg.org/multipage/input.html#the-input-element>

use super::html_element::HTMLElement;
use crate::{
    binding::{Cx, Fallible, Js, generated::HTMLInputElementMethods},
    dom::{
        element::{self, Element},
        node::Node,
    },
    file_api::file_list::FileList,
};
use boa_engine::{JsString, js_string};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};

/// An `input` element, which nobody can fill in.
#[derive(Debug, Trace, Finalize)]
pub struct HTMLInputElement {
    html_element: Gc<HTMLElement>,
    /// <https://html.spec.whatwg.org/multipage/input.html#concept-input-type-file-selected>, once a script has asked.
    files: GcRefCell<Option<Js<FileList>>>,
}

/// The states of <https://html.spec.whatwg.org/multipage/input.html#attr-input-type>.
const TYPES: [&str; 22] = [
    "hidden",
    "text",
    "search",
    "tel",
    "url",
    "email",
    "password",
    "date",
    "month",
    "week",
    "time",
    "datetime-local",
    "number",
    "range",
    "color",
    "checkbox",
    "radio",
    "file",
    "submit",
    "image",
    "reset",
    "button",
];

impl HTMLInputElement {
    pub(super) fn new(node: Gc<Node>) -> Self {
        Self {
            html_element: Gc::new(HTMLElement::new(node)),
            files: GcRefCell::default(),
        }
    }

    fn element(&self) -> &Gc<Element> {
        self.html_element.element()
    }

    /// The state that the `type` attribute asks for.
    fn input_type(&self) -> Fallible<&'static str> {
        let value = self.element().data()?.value("type").unwrap_or_default();
        let value = value.to_std_string_lossy();
        let known = TYPES.iter().find(|known| known.eq_ignore_ascii_case(&value));
        Ok(known.unwrap_or(&"text"))
    }
}

impl HTMLInputElementMethods for HTMLInputElement {
    fn parent(&self) -> &Gc<HTMLElement> {
        &self.html_element
    }

    /// <https://html.spec.whatwg.org/multipage/input.html#dom-input-files>
    fn files(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<FileList>>> {
        // 1. Only where files are chosen.
        if this.input_type()? != "file" {
            return Ok(None);
        }
        // 2. Those chosen.
        let known = this.files.borrow().clone();
        if known.is_some() {
            return Ok(known);
        }
        let none = FileList::create(Vec::new(), cx)?;
        *this.files.borrow_mut() = Some(none.clone());
        Ok(Some(none))
    }

    fn set_files(this: &Js<Self>, _: &mut Cx, files: Option<Js<FileList>>) -> Fallible<()> {
        // 1–2. Only where files are chosen, and never to nothing; else these are chosen from now on.
        if this.input_type()? == "file" && files.is_some() {
            *this.files.borrow_mut() = files;
        }
        Ok(())
    }

    /// Reflects, limited to known values: <https://html.spec.whatwg.org/multipage/input.html#dom-input-type>.
    fn type_(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!(this.input_type()?))
    }

    fn set_type(this: &Js<Self>, cx: &mut Cx, value: JsString) -> Fallible<()> {
        element::set(this.element(), "type", value, cx)
    }
}

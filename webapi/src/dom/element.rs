//! <https://dom.spec.whatwg.org/#interface-element>

use super::{collection, html_collection::HTMLCollection, node::Node};
use crate::{
    binding::{Cx, Error, Fallible, Js, generated::ElementMethods},
    html::{
        handler_attribute,
        html_script_element::{self, ScriptData},
    },
};
use boa_engine::{JsString, js_string};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use html5ever::{LocalName, Namespace, Prefix, QualName, local_name, ns};
use std::{cell::RefCell, fmt};

/// An element: <https://dom.spec.whatwg.org/#concept-element>.
#[derive(Debug, Trace, Finalize)]
pub struct Element {
    node: Gc<Node>,
}

/// What makes a node an element.
#[derive(Trace, Finalize)]
pub(crate) struct ElementData {
    #[unsafe_ignore_trace]
    name: QualName,
    #[unsafe_ignore_trace]
    attributes: RefCell<Vec<Attribute>>,
    /// Of a `script` element.
    pub(crate) script: Option<Box<ScriptData>>,
    /// Of a `template` element: <https://html.spec.whatwg.org/multipage/scripting.html#template-contents>.
    template_contents: GcRefCell<Option<Gc<Node>>>,
}

/// <https://dom.spec.whatwg.org/#concept-attribute>
#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    pub name: QualName,
    pub value: JsString,
}

/// `prefix:local`, or `local`: <https://dom.spec.whatwg.org/#concept-element-qualified-name>.
fn qualified(name: &QualName) -> String {
    match &name.prefix {
        Some(prefix) => format!("{prefix}:{}", name.local),
        None => name.local.to_string(),
    }
}

impl ElementData {
    pub fn new(name: QualName) -> Self {
        let is_script = name.ns == ns!(html) && name.local == local_name!("script");
        Self {
            name,
            attributes: RefCell::default(),
            script: is_script.then(Box::default),
            template_contents: GcRefCell::default(),
        }
    }

    /// An HTML element of this local name.
    pub fn html(local_name: &str) -> Self {
        Self::new(QualName::new(None, ns!(html), LocalName::from(local_name)))
    }

    /// The same element again, attributes included: <https://dom.spec.whatwg.org/#clone-a-single-node>.
    pub fn copy(&self) -> Self {
        Self {
            name: self.name.clone(),
            attributes: RefCell::new(self.attributes.borrow().clone()),
            script: self.script.as_ref().map(|script| Box::new(script.copy())),
            // FIXME(cloning steps): a template's contents are to be cloned too.
            template_contents: GcRefCell::default(),
        }
    }

    pub fn name(&self) -> &QualName {
        &self.name
    }

    pub fn is_html(&self) -> bool {
        self.name.ns == ns!(html)
    }

    /// Whether it is the HTML element of this name.
    pub fn is(&self, local_name: &str) -> bool {
        self.is_html() && *self.name.local == *local_name
    }

    pub fn qualified_name(&self) -> String {
        qualified(&self.name)
    }

    /// <https://dom.spec.whatwg.org/#element-html-uppercased-qualified-name>
    pub fn tag_name(&self) -> JsString {
        let name = self.qualified_name();
        JsString::from(
            if self.is_html() {
                name.to_ascii_uppercase()
            } else {
                name
            }
            .as_str(),
        )
    }

    /// The value of the attribute of this name, which is in no namespace.
    pub fn value(&self, local_name: &str) -> Option<JsString> {
        self.value_ns("", local_name)
    }

    /// <https://dom.spec.whatwg.org/#concept-element-attributes-get-by-namespace>
    pub fn value_ns(&self, namespace: &str, local_name: &str) -> Option<JsString> {
        let attributes = self.attributes.borrow();
        let found = attributes
            .iter()
            .find(|attribute| *attribute.name.local == *local_name && *attribute.name.ns == *namespace);
        found.map(|attribute| attribute.value.clone())
    }

    pub fn has(&self, local_name: &str) -> bool {
        self.value(local_name).is_some()
    }

    /// <https://dom.spec.whatwg.org/#concept-element-attributes-get-by-name>
    fn value_by_name(&self, qualified_name: &str) -> Option<JsString> {
        let attributes = self.attributes.borrow();
        let found = attributes
            .iter()
            .find(|attribute| qualified(&attribute.name) == qualified_name);
        found.map(|attribute| attribute.value.clone())
    }

    /// Adds an attribute that a parser read, unless there is one of its name; returns whether it did.
    pub fn add_missing(&self, attribute: Attribute) -> bool {
        let mut attributes = self.attributes.borrow_mut();
        let is_missing = !attributes.iter().any(|known| known.name == attribute.name);
        if is_missing {
            attributes.push(attribute);
        }
        is_missing
    }

    pub fn template_contents(&self) -> Option<Gc<Node>> {
        self.template_contents.borrow().clone()
    }

    pub fn set_template_contents(&self, contents: Gc<Node>) {
        *self.template_contents.borrow_mut() = Some(contents);
    }
}

impl fmt::Debug for ElementData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.qualified_name())
    }
}

/// <https://dom.spec.whatwg.org/#valid-attribute-local-name>
fn is_valid_attribute_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_ascii_whitespace() || matches!(c, '\0' | '/' | '=' | '>'))
}

/// <https://dom.spec.whatwg.org/#valid-element-local-name>
pub(super) fn is_valid_element_name(name: &str) -> bool {
    let Some(first) = name.chars().next() else {
        return false;
    };
    if first.is_ascii_alphabetic() {
        return !name.contains(|c: char| c.is_ascii_whitespace() || matches!(c, '\0' | '/' | '>'));
    }
    matches!(first, ':' | '_' | '\u{80}'..)
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':' | '_' | '\u{80}'..))
}

fn invalid_name(name: &str) -> Error {
    Error::Dom("InvalidCharacterError", format!("'{name}' is not a valid name."))
}

/// <https://dom.spec.whatwg.org/#validate-and-extract>
pub(super) fn validate_and_extract(
    namespace: Option<&JsString>,
    qualified_name: &JsString,
    is_valid: fn(&str) -> bool,
) -> Fallible<QualName> {
    // 1. An empty namespace is none.
    let namespace = namespace.map(JsString::to_std_string_lossy).unwrap_or_default();
    // 2–4. The parts of the name.
    let name = qualified_name.to_std_string_lossy();
    let (prefix, local) = match name.split_once(':') {
        Some((prefix, local)) => (Some(prefix), local),
        None => (None, name.as_str()),
    };
    // 5–6. Well-formed ones.
    if !is_valid(local) || prefix.is_some_and(|prefix| !is_valid_attribute_name(prefix)) {
        return Err(invalid_name(&name));
    }
    // 7–10. Reserved prefixes and namespaces belong together.
    const XML: &str = "http://www.w3.org/XML/1998/namespace";
    const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
    let is_xmlns = name == "xmlns" || prefix == Some("xmlns");
    if (prefix.is_some() && namespace.is_empty())
        || (prefix == Some("xml") && namespace != XML)
        || (is_xmlns != (namespace == XMLNS))
    {
        return Err(Error::Dom(
            "NamespaceError",
            format!("'{name}' does not go with the namespace '{namespace}'."),
        ));
    }
    // 11. All of it.
    Ok(QualName::new(
        prefix.map(Prefix::from),
        Namespace::from(namespace),
        LocalName::from(local),
    ))
}

impl Element {
    pub(crate) fn new(node: Gc<Node>) -> Self {
        Self { node }
    }

    /// The node.
    pub(crate) fn node(&self) -> &Gc<Node> {
        &self.node
    }

    pub(crate) fn data(&self) -> Fallible<&ElementData> {
        self.node
            .as_element()
            .ok_or_else(|| Error::Type("The node is no element.".to_owned()))
    }

    /// A name as attributes of this element have it: 1. of <https://dom.spec.whatwg.org/#dom-element-getattribute>.
    fn attribute_name(&self, name: &JsString) -> Fallible<String> {
        let name = name.to_std_string_lossy();
        // NOTE: every document here is an HTML document.
        Ok(if self.data()?.is_html() {
            name.to_ascii_lowercase()
        } else {
            name
        })
    }
}

/// Sets the attribute, which is in no namespace, and runs what waits for it.
/// <https://dom.spec.whatwg.org/#concept-element-attributes-set-value>
pub(crate) fn set(this: &Element, local_name: &str, value: JsString, cx: &mut Cx) -> Fallible<()> {
    let name = QualName::new(None, ns!(), LocalName::from(local_name));
    set_attribute(this, &|known| *known == name, name.clone(), value, cx)
}

fn set_attribute(
    this: &Element,
    is_it: &dyn Fn(&QualName) -> bool,
    name: QualName,
    value: JsString,
    cx: &mut Cx,
) -> Fallible<()> {
    let name = {
        let mut attributes = this.data()?.attributes.borrow_mut();
        if let Some(attribute) = attributes.iter_mut().find(|attribute| is_it(&attribute.name)) {
            attribute.value = value;
            attribute.name.clone()
        } else {
            let new = name.clone();
            attributes.push(Attribute { name, value });
            new
        }
    };
    // Those of other namespaces mean nothing to anybody.
    if name.ns == ns!() {
        handler_attribute::changed(&this.node, &name.local, cx);
        html_script_element::attribute_set(&this.node, &name.local, cx);
    }
    Ok(())
}

/// Removes the first attribute of this name, if there is one: <https://dom.spec.whatwg.org/#concept-element-attributes-remove-by-name>.
pub(crate) fn remove(this: &Element, qualified_name: &str, cx: &Cx) -> Fallible<()> {
    let removed = {
        let mut attributes = this.data()?.attributes.borrow_mut();
        let at = attributes
            .iter()
            .position(|attribute| qualified(&attribute.name) == qualified_name);
        at.map(|at| attributes.remove(at).name)
    };
    if let Some(name) = removed.filter(|name| name.ns == ns!()) {
        handler_attribute::changed(&this.node, &name.local, cx);
    }
    Ok(())
}

/// Sets or removes a boolean attribute: <https://html.spec.whatwg.org/multipage/common-dom-interfaces.html#reflect>.
pub(crate) fn set_boolean(this: &Element, local_name: &str, value: bool, cx: &mut Cx) -> Fallible<()> {
    if value {
        set(this, local_name, JsString::default(), cx)
    } else {
        remove(this, local_name, cx)
    }
}

/// A reflected string: the attribute's value, or the empty string.
pub(crate) fn reflect(this: &Element, local_name: &str) -> Fallible<JsString> {
    Ok(this.data()?.value(local_name).unwrap_or_default())
}

impl ElementMethods for Element {
    fn parent(&self) -> &Gc<Node> {
        &self.node
    }

    fn namespace_uri(this: &Js<Self>, _: &mut Cx) -> Fallible<Option<JsString>> {
        let namespace = &this.data()?.name.ns;
        Ok((!namespace.is_empty()).then(|| JsString::from(&**namespace)))
    }

    fn prefix(this: &Js<Self>, _: &mut Cx) -> Fallible<Option<JsString>> {
        Ok(this
            .data()?
            .name
            .prefix
            .as_ref()
            .map(|prefix| JsString::from(&**prefix)))
    }

    fn local_name(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(JsString::from(&*this.data()?.name.local))
    }

    fn tag_name(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(this.data()?.tag_name())
    }

    fn id(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        reflect(this, "id")
    }

    fn set_id(this: &Js<Self>, cx: &mut Cx, value: JsString) -> Fallible<()> {
        set(this, "id", value, cx)
    }

    fn class_name(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        reflect(this, "class")
    }

    fn set_class_name(this: &Js<Self>, cx: &mut Cx, value: JsString) -> Fallible<()> {
        set(this, "class", value, cx)
    }

    fn has_attributes(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(!this.data()?.attributes.borrow().is_empty())
    }

    fn get_attribute_names(this: &Js<Self>, _: &mut Cx) -> Fallible<Vec<JsString>> {
        let attributes = this.data()?.attributes.borrow();
        let names = attributes
            .iter()
            .map(|attribute| JsString::from(qualified(&attribute.name).as_str()));
        Ok(names.collect())
    }

    fn get_attribute(this: &Js<Self>, _: &mut Cx, qualified_name: JsString) -> Fallible<Option<JsString>> {
        Ok(this.data()?.value_by_name(&this.attribute_name(&qualified_name)?))
    }

    fn get_attribute_ns(
        this: &Js<Self>,
        _: &mut Cx,
        namespace: Option<JsString>,
        local_name: JsString,
    ) -> Fallible<Option<JsString>> {
        let namespace = namespace.unwrap_or_default().to_std_string_lossy();
        Ok(this.data()?.value_ns(&namespace, &local_name.to_std_string_lossy()))
    }

    /// <https://dom.spec.whatwg.org/#dom-element-setattribute>
    fn set_attribute(this: &Js<Self>, cx: &mut Cx, qualified_name: JsString, value: JsString) -> Fallible<()> {
        // 1–2. A valid name, in lower case.
        let name = this.attribute_name(&qualified_name)?;
        if !is_valid_attribute_name(&name) {
            return Err(invalid_name(&name));
        }
        // 3–5. Changed, or added in no namespace.
        let new = QualName::new(None, ns!(), LocalName::from(name.as_str()));
        set_attribute(this, &|known| qualified(known) == name, new, value, cx)
    }

    /// <https://dom.spec.whatwg.org/#dom-element-setattributens>
    fn set_attribute_ns(
        this: &Js<Self>,
        cx: &mut Cx,
        namespace: Option<JsString>,
        qualified_name: JsString,
        value: JsString,
    ) -> Fallible<()> {
        // 1. The parts of the name.
        let name = validate_and_extract(namespace.as_ref(), &qualified_name, is_valid_attribute_name)?;
        // 2. Changed, or added.
        let is_it = |known: &QualName| known.ns == name.ns && known.local == name.local;
        set_attribute(this, &is_it, name.clone(), value, cx)
    }

    fn remove_attribute(this: &Js<Self>, cx: &mut Cx, qualified_name: JsString) -> Fallible<()> {
        let name = this.attribute_name(&qualified_name)?;
        remove(this, &name, cx)
    }

    /// <https://dom.spec.whatwg.org/#dom-element-toggleattribute>
    fn toggle_attribute(this: &Js<Self>, cx: &mut Cx, qualified_name: JsString, force: Option<bool>) -> Fallible<bool> {
        // 1–3. Is it there?
        let name = this.attribute_name(&qualified_name)?;
        if !is_valid_attribute_name(&name) {
            return Err(invalid_name(&name));
        }
        let is_there = this.data()?.value_by_name(&name).is_some();
        match (is_there, force) {
            // 4. Not there, and not to be taken away.
            (false, None | Some(true)) => {
                set(this, &name, js_string!(), cx)?;
                Ok(true)
            }
            // 5. There, and not to be kept.
            (true, None | Some(false)) => {
                remove(this, &name, cx)?;
                Ok(false)
            }
            // 4, 6. As it should be.
            (is_there, _) => Ok(is_there),
        }
    }

    fn has_attribute(this: &Js<Self>, _: &mut Cx, qualified_name: JsString) -> Fallible<bool> {
        let name = this.attribute_name(&qualified_name)?;
        Ok(this.data()?.value_by_name(&name).is_some())
    }

    fn get_elements_by_tag_name(
        this: &Js<Self>,
        cx: &mut Cx,
        qualified_name: JsString,
    ) -> Fallible<Js<HTMLCollection>> {
        HTMLCollection::new(&this.node, collection::by_tag_name(&qualified_name), cx)
    }

    fn get_elements_by_class_name(this: &Js<Self>, cx: &mut Cx, class_names: JsString) -> Fallible<Js<HTMLCollection>> {
        HTMLCollection::new(&this.node, collection::by_classes(&class_names), cx)
    }
}

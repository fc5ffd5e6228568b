//! <https://dom.spec.whatwg.org/#interface-document> and <https://html.spec.whatwg.org/multipage/dom.html#the-document-object>.

use super::{
    collection,
    comment::Comment,
    document_fragment::DocumentFragment,
    document_type::DocumentType,
    element,
    element::Element,
    element::ElementData,
    html_collection::HTMLCollection,
    mutation,
    node::Node,
    text::Text,
    tree::{self, NodeKind},
};
use crate::{
    binding::{
        Cx, Error, Fallible, Js,
        generated::{DocumentMethods, DocumentReadyState, GlobalEventHandlersMethods},
    },
    html::{
        document_scripts::DocumentScripts, html_element::HTMLElement, html_script_element::HTMLScriptElement,
        location::Location, window, window::Window,
    },
};
use boa_engine::JsString;
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use html5ever::QualName;
use std::cell::Cell;
use url::Url;

/// A document: <https://dom.spec.whatwg.org/#concept-document>.
#[derive(Debug, Trace, Finalize)]
pub struct Document {
    node: Gc<Node>,
}

/// What makes a node a document.
#[derive(Trace, Finalize)]
pub(crate) struct DocumentData {
    #[unsafe_ignore_trace]
    url: Url,
    #[unsafe_ignore_trace]
    content_type: String,
    #[unsafe_ignore_trace]
    ready_state: Cell<DocumentReadyState>,
    quirks: Cell<bool>,
    /// Whether it is shown in a window.
    has_browsing_context: bool,
    current_script: GcRefCell<Option<Gc<Node>>>,
    pub(crate) scripts: DocumentScripts,
}

impl DocumentData {
    /// The document of a page, still loading.
    pub fn loading(url: Url, content_type: String, scripts: DocumentScripts) -> Self {
        Self {
            url,
            content_type,
            ready_state: Cell::new(DocumentReadyState::Loading),
            quirks: Cell::default(),
            has_browsing_context: true,
            current_script: GcRefCell::default(),
            scripts,
        }
    }

    /// A copy that no window shows: <https://dom.spec.whatwg.org/#clone-a-single-node>.
    pub fn clone_detached(&self) -> Self {
        Self {
            url: self.url.clone(),
            content_type: self.content_type.clone(),
            ready_state: Cell::new(DocumentReadyState::Complete),
            quirks: self.quirks.clone(),
            has_browsing_context: false,
            current_script: GcRefCell::default(),
            scripts: DocumentScripts::new(Vec::new()),
        }
    }

    pub fn url(&self) -> &Url {
        &self.url
    }

    pub fn has_browsing_context(&self) -> bool {
        self.has_browsing_context
    }

    pub fn set_quirks(&self, quirks: bool) {
        self.quirks.set(quirks);
    }

    pub fn set_ready_state(&self, state: DocumentReadyState) {
        self.ready_state.set(state);
    }

    /// Sets the script that runs now; returns the one that ran before.
    pub fn set_current_script(&self, script: Option<Gc<Node>>) -> Option<Gc<Node>> {
        std::mem::replace(&mut *self.current_script.borrow_mut(), script)
    }
}

/// <https://dom.spec.whatwg.org/#document-element>
pub(crate) fn document_element(document: &Node) -> Option<Gc<Node>> {
    tree::children(document).into_iter().find(|child| child.is_element())
}

/// The `html` element: <https://html.spec.whatwg.org/multipage/dom.html#the-html-element-2>.
fn html_element(document: &Node) -> Option<Gc<Node>> {
    document_element(document).filter(|element| is_html(element, "html"))
}

fn is_html(node: &Node, local_name: &str) -> bool {
    node.as_element().is_some_and(|element| element.is(local_name))
}

/// <https://html.spec.whatwg.org/multipage/dom.html#the-head-element-2>
fn head(document: &Node) -> Option<Gc<Node>> {
    let html = html_element(document)?;
    tree::children(&html).into_iter().find(|child| is_html(child, "head"))
}

/// <https://html.spec.whatwg.org/multipage/dom.html#the-body-element-2>
fn body(document: &Node) -> Option<Gc<Node>> {
    let html = html_element(document)?;
    tree::children(&html)
        .into_iter()
        .find(|child| is_html(child, "body") || is_html(child, "frameset"))
}

fn title_element(document: &Node) -> Option<Gc<Node>> {
    tree::descendants(document).find(|node| is_html(node, "title"))
}

impl Document {
    pub(crate) fn new(node: Gc<Node>) -> Self {
        Self { node }
    }

    fn data(&self) -> Fallible<&DocumentData> {
        self.node
            .as_document()
            .ok_or_else(|| Error::Type("The node is no document.".to_owned()))
    }

    fn create(&self, kind: NodeKind, cx: &mut Cx) -> Js<Node> {
        tree::wrap(&Node::new(kind, Some(self.node.clone())), cx)
    }
}

/// The object as one of the interface that its node has for certain.
fn of_kind<T: crate::binding::DomObject>(node: &Js<Node>) -> Fallible<Js<T>> {
    node.downcast()
        .ok_or_else(|| Error::Type("The node is of another kind.".to_owned()))
}

impl GlobalEventHandlersMethods for Document {}

impl DocumentMethods for Document {
    fn parent(&self) -> &Gc<Node> {
        &self.node
    }

    fn url(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(this.data()?.url.to_string())
    }

    fn document_uri(this: &Js<Self>, cx: &mut Cx) -> Fallible<String> {
        Self::url(this, cx)
    }

    fn compat_mode(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        let quirks = this.data()?.quirks.get();
        Ok(JsString::from(if quirks { "BackCompat" } else { "CSS1Compat" }))
    }

    fn character_set(_: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        // FIXME(encoding): documents are read as UTF-8, whatever they declare.
        Ok(JsString::from("UTF-8"))
    }

    fn charset(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsString> {
        Self::character_set(this, cx)
    }

    fn input_encoding(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsString> {
        Self::character_set(this, cx)
    }

    fn content_type(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(JsString::from(this.data()?.content_type.as_str()))
    }

    fn doctype(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<DocumentType>>> {
        let doctype = tree::children(&this.node)
            .into_iter()
            .find(|child| matches!(child.kind(), NodeKind::DocumentType(_)));
        Ok(tree::wrap_option(doctype, cx).and_then(|doctype| doctype.downcast()))
    }

    fn document_element(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<Element>>> {
        Ok(tree::wrap_element(document_element(&this.node), cx))
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

    /// <https://dom.spec.whatwg.org/#dom-document-createelement>
    fn create_element(this: &Js<Self>, cx: &mut Cx, local_name: JsString) -> Fallible<Js<Element>> {
        // 1. A valid name.
        let name = local_name.to_std_string_lossy();
        if !element::is_valid_element_name(&name) {
            return Err(Error::Dom(
                "InvalidCharacterError",
                format!("'{name}' is not a valid name."),
            ));
        }
        // 2. In lower case, as this is an HTML document.
        let data = ElementData::html(&name.to_ascii_lowercase());
        // NOTE(step 3–4): custom elements are not provided.
        // 5–6. An HTML element.
        of_kind(&this.create(NodeKind::Element(Box::new(data)), cx))
    }

    /// <https://dom.spec.whatwg.org/#internal-createelementns-steps>
    fn create_element_ns(
        this: &Js<Self>,
        cx: &mut Cx,
        namespace: Option<JsString>,
        qualified_name: JsString,
    ) -> Fallible<Js<Element>> {
        // 1. The parts of the name.
        let valid = element::is_valid_element_name;
        let name: QualName = element::validate_and_extract(namespace.as_ref(), &qualified_name, valid)?;
        // 4. An element.
        of_kind(&this.create(NodeKind::Element(Box::new(ElementData::new(name))), cx))
    }

    fn create_document_fragment(this: &Js<Self>, cx: &mut Cx) -> Fallible<Js<DocumentFragment>> {
        of_kind(&this.create(NodeKind::DocumentFragment, cx))
    }

    fn create_text_node(this: &Js<Self>, cx: &mut Cx, data: JsString) -> Fallible<Js<Text>> {
        of_kind(&this.create(NodeKind::Text(tree::CharacterData::new(&data)), cx))
    }

    fn create_comment(this: &Js<Self>, cx: &mut Cx, data: JsString) -> Fallible<Js<Comment>> {
        of_kind(&this.create(NodeKind::Comment(tree::CharacterData::new(&data)), cx))
    }

    /// <https://dom.spec.whatwg.org/#dom-document-adoptnode>
    fn adopt_node(this: &Js<Self>, _: &mut Cx, node: Js<Node>) -> Fallible<Js<Node>> {
        // 1. Documents stay their own.
        if node.as_document().is_some() {
            return Err(Error::Dom(
                "NotSupportedError",
                "A document cannot be adopted.".to_owned(),
            ));
        }
        // 3. Out of its tree, into this document.
        tree::unlink(node.state());
        tree::adopt(node.state(), &this.node);
        Ok(node)
    }

    fn location(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<Location>>> {
        if !this.data()?.has_browsing_context {
            return Ok(None);
        }
        window::location(cx).map(Some)
    }

    fn ready_state(this: &Js<Self>, _: &mut Cx) -> Fallible<DocumentReadyState> {
        Ok(this.data()?.ready_state.get())
    }

    /// <https://html.spec.whatwg.org/multipage/dom.html#document.title>
    fn title(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        let text = title_element(&this.node).map(|title| tree::child_text(&title).to_std_string_lossy());
        let text = text.unwrap_or_default();
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        Ok(JsString::from(words.join(" ").as_str()))
    }

    fn set_title(this: &Js<Self>, cx: &mut Cx, value: JsString) -> Fallible<()> {
        let title = match (title_element(&this.node), head(&this.node)) {
            (Some(title), _) => title,
            (None, Some(head)) => {
                let data = ElementData::html("title");
                let title = Node::new(NodeKind::Element(Box::new(data)), Some(this.node.clone()));
                mutation::append(&title, &head, cx)?;
                title
            }
            (None, None) => return Ok(()),
        };
        mutation::string_replace_all(&value, &title, cx);
        Ok(())
    }

    fn body(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<HTMLElement>>> {
        Ok(tree::wrap_option(body(&this.node), cx).and_then(|body| body.downcast()))
    }

    /// <https://html.spec.whatwg.org/multipage/dom.html#dom-document-body>
    fn set_body(this: &Js<Self>, cx: &mut Cx, value: Option<Js<HTMLElement>>) -> Fallible<()> {
        // 1. Only what can be a body.
        let new = value
            .map(|value| value.upcast::<Node>().state().clone())
            .filter(|new| is_html(new, "body") || is_html(new, "frameset"))
            .ok_or_else(|| mutation::hierarchy_error("The new body is no body and no frameset element."))?;
        match (body(&this.node), document_element(&this.node)) {
            // 2. It is the body already.
            (Some(old), _) if Gc::ptr_eq(&old, &new) => Ok(()),
            // 3. In the old one's place.
            (Some(old), Some(parent)) => mutation::replace(&new, &parent, &old, cx),
            // 4. No place for it.
            (_, None) => Err(mutation::hierarchy_error(
                "The document has no element that a body could be in.",
            )),
            // 5. The first body.
            (None, Some(parent)) => mutation::append(&new, &parent, cx),
        }
    }

    fn head(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<HTMLElement>>> {
        Ok(tree::wrap_option(head(&this.node), cx).and_then(|head| head.downcast()))
    }

    fn scripts(this: &Js<Self>, cx: &mut Cx) -> Fallible<Js<HTMLCollection>> {
        HTMLCollection::new(&this.node, collection::by_tag_name(&JsString::from("script")), cx)
    }

    fn current_script(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<HTMLScriptElement>>> {
        let script = this.data()?.current_script.borrow().clone();
        Ok(tree::wrap_option(script, cx).and_then(|script| script.downcast()))
    }

    fn default_view(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<Window>>> {
        let shown = this.data()?.has_browsing_context;
        Ok(Js::from_object(&cx.global_object()).filter(|_| shown))
    }
}

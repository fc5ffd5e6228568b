//! <https://html.spec.whatwg.org/multipage/webappapis.html#event-handler-content-attributes>

use super::{
    environment::{Environment, global_target},
    scripting, window,
};
use crate::{
    binding::{Cx, Js},
    dom::{
        document::DocumentData,
        element::{Element, ElementData},
        event_handler,
        event_target::EventTarget,
        node::Node,
        tree,
    },
};
use boa_engine::{JsObject, JsResult, JsString, JsValue, Script, Source};
use boa_gc::Gc;
use std::path::Path;

/// The events that elements have handlers for, as `GlobalEventHandlers` has them.
const TYPES: [&str; 3] = ["click", "error", "load"];

/// Those of which a `body` element has its window's, as `WindowEventHandlers` and the window-reflecting body element event handler set
/// have them: <https://html.spec.whatwg.org/multipage/webappapis.html#window-reflecting-body-element-event-handler-set>.
const WINDOW_TYPES: [&str; 6] = [
    "error",
    "load",
    "message",
    "messageerror",
    "rejectionhandled",
    "unhandledrejection",
];

/// The event whose handler an attribute is.
fn event_type(local_name: &str, types: &[&'static str]) -> Option<&'static str> {
    let name = local_name.strip_prefix("on")?;
    types.iter().find(|known| **known == name).copied()
}

fn is_body(element: &ElementData) -> bool {
    element.is("body") || element.is("frameset")
}

/// Whose handler it is that an object has by this name; none if nobody's.
/// <https://html.spec.whatwg.org/multipage/webappapis.html#determining-the-target-of-an-event-handler>
pub(crate) fn target_of(object: &Js<EventTarget>, type_: &str, cx: &Cx) -> Option<Js<EventTarget>> {
    let element: Option<Js<Element>> = object.downcast();
    match element.as_ref().map(|element| element.node()) {
        // 1. All but the window's are the object's own.
        Some(node) if WINDOW_TYPES.contains(&type_) && node.as_element().is_some_and(is_body) => window_of(node, cx),
        _ => Some(object.clone()),
    }
}

/// 2–3. of <https://html.spec.whatwg.org/multipage/webappapis.html#determining-the-target-of-an-event-handler>
fn window_of(body: &Gc<Node>, cx: &Cx) -> Option<Js<EventTarget>> {
    let document = tree::node_document(body);
    let is_active = document.as_document().is_some_and(DocumentData::has_browsing_context);
    global_target(cx).filter(|_| is_active)
}

/// Gives an HTML element, which has its object now, the handlers that its attributes are.
/// FIXME(cloning steps): the window does not get those of a `body` element that is a clone.
pub(crate) fn adopt(element: &ElementData, target: &Js<EventTarget>) {
    let types = TYPES.into_iter();
    for type_ in types.filter(|type_| !is_body(element) || !WINDOW_TYPES.contains(type_)) {
        if let Some(source) = element.value(&format!("on{type_}")) {
            event_handler::set_source(target, type_, Some(source));
        }
    }
}

/// One of the element's attributes, which is in no namespace, has been set or removed.
pub(crate) fn changed(node: &Gc<Node>, local_name: &str, cx: &Cx) {
    let Some(element) = node.as_element() else { return };
    if is_body(element)
        && let Some(type_) = event_type(local_name, &WINDOW_TYPES)
    {
        if let Some(window) = window_of(node, cx) {
            event_handler::set_source(&window, type_, element.value(local_name));
        }
        return;
    }
    let Some(type_) = event_type(local_name, &TYPES) else {
        return;
    };
    // One that has no object yet finds its handlers when it gets one.
    if let Some(target) = tree::known_wrapper(node).filter(|_| element.is_html()) {
        event_handler::set_source(&target, type_, element.value(local_name));
    }
}

/// A handler's function; none if its text is no function body, which is reported.
/// 3. of <https://html.spec.whatwg.org/multipage/webappapis.html#getting-the-current-value-of-the-event-handler>
pub(crate) fn compile(target: &Js<EventTarget>, type_: &JsString, source: &JsString, cx: &mut Cx) -> Option<JsObject> {
    match try_compile(target, &type_.to_std_string_lossy(), source, cx) {
        Ok(function) => function,
        // 3.7. What is wrong with it.
        Err(error) => {
            scripting::report_exception(error, cx);
            None
        }
    }
}

fn try_compile(target: &Js<EventTarget>, type_: &str, body: &JsString, cx: &mut Cx) -> JsResult<Option<JsObject>> {
    // 3.7. It must be a body by itself, and none that ends the function and goes on.
    let constructor = cx.intrinsics().constructors().function().constructor();
    constructor.construct(&[body.clone().into()], None, cx)?;
    // 3.8–3.10. In the scope of the document and the element; a window's in neither. NOTE: there are no forms.
    // FIXME(step 3.9): errors name the handler's own lines, not those of the document.
    let is_window = JsObject::equals(target.object(), &cx.global_object());
    let parameters = if is_window && type_ == "error" {
        "event, source, lineno, colno, error"
    } else {
        "event"
    };
    let function = format!(
        "function on{type_}({parameters}) {{\n{}\n}}",
        body.to_std_string_lossy()
    );
    let text = if is_window {
        format!("(function () {{ return {function}; }})")
    } else {
        format!("(function () {{ with (arguments[0]) {{ with (arguments[1]) {{ return {function}; }} }} }})")
    };
    let url = Environment::of(cx).map_or_else(String::new, |environment| environment.settings().url.to_string());
    let script = Script::parse(Source::from_bytes(&text).with_path(Path::new(&url)), None, cx)?;
    let scope = script.evaluate(cx)?;
    let Some(scope) = scope.as_callable() else {
        return Ok(None);
    };
    let document = match window::associated_document(cx) {
        Ok(document) => tree::wrap(&document, cx).object().clone(),
        Err(_) => return Ok(None),
    };
    let arguments = [document.into(), target.object().clone().into()];
    let function = scope.call(&JsValue::undefined(), &arguments, cx)?;
    Ok(function.as_object())
}

//! <https://html.spec.whatwg.org/multipage/webappapis.html#event-handler-content-attributes>

use super::{environment::Environment, scripting, window};
use crate::{
    binding::{Cx, Js},
    dom::{element::ElementData, event_handler, event_target::EventTarget, node::Node, tree},
};
use boa_engine::{JsObject, JsResult, JsString, JsValue, Script, Source};
use std::path::Path;

/// The events that elements have handlers for, as `GlobalEventHandlers` has them.
const TYPES: [&str; 3] = ["click", "error", "load"];

/// The event whose handler an attribute is.
fn event_type(local_name: &str) -> Option<&'static str> {
    let name = local_name.strip_prefix("on")?;
    TYPES.into_iter().find(|known| *known == name)
}

/// Gives an HTML element, which has its object now, the handlers that its attributes are.
pub(crate) fn adopt(element: &ElementData, target: &Js<EventTarget>) {
    for type_ in TYPES {
        if let Some(source) = element.value(&format!("on{type_}")) {
            event_handler::set_source(target, type_, Some(source));
        }
    }
}

/// One of the element's attributes has been set or removed.
pub(crate) fn changed(node: &Node, local_name: &str) {
    let (Some(type_), Some(element)) = (event_type(local_name), node.as_element()) else {
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
    // 3.8–3.10. In the scope of the document and the element. NOTE: there are no forms, and no handlers of the window in attributes.
    // FIXME(step 3.9): errors name the handler's own lines, not those of the document.
    let text = format!(
        "(function () {{ with (arguments[0]) {{ with (arguments[1]) {{ return function on{type_}(event) {{\n{}\n}}; }} }} }})",
        body.to_std_string_lossy()
    );
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

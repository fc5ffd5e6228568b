//! <https://html.spec.whatwg.org/multipage/scripting.html#the-script-element>

use super::{
    document_scripts::{self, Order},
    environment::Environment,
    host_script::HostScript,
    html_element::HTMLElement,
    module_graph::{self, Continuation, Graph},
    module_script::{self, Fault, FetchOptions, ModuleScript},
    scripting,
};
use crate::{
    binding::{
        Cx, Error, Fallible, Js,
        generated::{HTMLScriptElementMethods, RequestCredentials},
    },
    dom::{
        element::{self, Element, ElementData},
        event_target, mutation,
        node::Node,
        tree,
    },
    fetch::{self, FetchError, Mode, Response},
};
use boa_engine::JsString;
use boa_gc::{Finalize, Gc, Trace};
use skep_engine::{EventLoop, TaskSource};
use std::cell::{Cell, RefCell};
use url::Url;

/// A `script` element.
#[derive(Debug, Trace, Finalize)]
pub struct HTMLScriptElement {
    html_element: Gc<HTMLElement>,
}

/// What a `script` element's node holds: <https://html.spec.whatwg.org/multipage/scripting.html#script-processing-model>.
#[derive(Debug, Trace, Finalize)]
pub(crate) struct ScriptData {
    already_started: Cell<bool>,
    /// Whether the parser document is set.
    parser_inserted: Cell<bool>,
    force_async: Cell<bool>,
    from_external_file: Cell<bool>,
    /// The line of the document that the element's text starts in, counted from 1.
    line: Cell<u32>,
    /// None until it is ready.
    #[unsafe_ignore_trace]
    result: RefCell<Option<ScriptResult>>,
}

/// <https://html.spec.whatwg.org/multipage/scripting.html#concept-script-result>
#[derive(Debug)]
enum ScriptResult {
    Classic {
        text: String,
        url: Url,
    },
    Host(HostScript, Url),
    /// With the error that running it comes down to.
    Module(Gc<ModuleScript>, Option<Fault>),
    /// It could not be loaded.
    Failed,
}

impl Default for ScriptData {
    fn default() -> Self {
        Self {
            already_started: Cell::default(),
            parser_inserted: Cell::default(),
            force_async: Cell::new(true),
            from_external_file: Cell::default(),
            line: Cell::new(1),
            result: RefCell::default(),
        }
    }
}

impl ScriptData {
    /// <https://html.spec.whatwg.org/multipage/scripting.html#script-processing-model>, the cloning steps.
    pub fn copy(&self) -> Self {
        let copy = Self::default();
        copy.already_started.set(self.already_started.get());
        copy
    }

    /// A parser made the element, whose text starts in this line.
    pub fn set_parser_inserted(&self, line: u32) {
        self.parser_inserted.set(true);
        self.force_async.set(false);
        self.line.set(line.max(1));
    }

    /// The element never runs.
    pub fn set_already_started(&self) {
        self.already_started.set(true);
    }

    /// Whether the result is there.
    pub fn is_ready(&self) -> bool {
        self.result.borrow().is_some()
    }
}

fn script_data(node: &Node) -> Option<&ScriptData> {
    node.as_element()?.script.as_deref()
}

pub(crate) fn is_script(node: &Node) -> bool {
    script_data(node).is_some()
}

/// A script's insertion put the node into a document.
pub(crate) fn became_connected(node: &Gc<Node>, cx: &mut Cx) {
    prepare_unless_parsed(node, cx);
}

/// The node's children are others now.
pub(crate) fn children_changed(node: &Gc<Node>, cx: &mut Cx) {
    if is_script(node) && tree::is_connected(node) {
        prepare_unless_parsed(node, cx);
    }
}

/// One of the element's attributes has been set.
pub(crate) fn attribute_set(node: &Gc<Node>, local_name: &str, cx: &mut Cx) {
    let Some(script) = script_data(node) else {
        return;
    };
    match local_name {
        "async" => script.force_async.set(false),
        "src" if tree::is_connected(node) => prepare_unless_parsed(node, cx),
        _ => {}
    }
}

fn prepare_unless_parsed(node: &Gc<Node>, cx: &mut Cx) {
    if script_data(node).is_some_and(|script| !script.parser_inserted.get()) {
        prepare(node, cx);
    }
}

/// <https://html.spec.whatwg.org/multipage/scripting.html#prepare-the-script-element>
pub(crate) fn prepare(node: &Gc<Node>, cx: &mut Cx) {
    let (Some(element), Some(script)) = (node.as_element(), script_data(node)) else {
        return;
    };
    // 1. Once.
    if script.already_started.get() {
        return;
    }
    // 2–3. Nobody's while it is looked at.
    let parser_inserted = script.parser_inserted.replace(false);
    // 4. The parser sees `async` as it is; else an element is asynchronous until somebody says otherwise.
    if parser_inserted && !element.has("async") {
        script.force_async.set(true);
    }
    // 5–7. There is something to run, in a document.
    let source = tree::child_text(node);
    if (!element.has("src") && source.is_empty()) || !tree::is_connected(node) {
        return;
    }
    // 8–12. What kind it is.
    let kind = element.value("type").map(|kind| kind.to_std_string_lossy());
    let language = element.value("language").map(|language| language.to_std_string_lossy());
    let kind = match (kind, language) {
        (Some(kind), _) if kind.is_empty() => "text/javascript".to_owned(),
        (Some(kind), _) => kind.trim().to_ascii_lowercase(),
        (None, Some(language)) if !language.is_empty() => format!("text/{}", language.to_ascii_lowercase()),
        (None, _) => "text/javascript".to_owned(),
    };
    // FIXME(steps 11–12): import maps and speculation rules.
    let is_module = kind == "module";
    if !is_module && !fetch::is_javascript_mime_type(&kind) {
        return;
    }
    // 13. The parser's again.
    if parser_inserted {
        script.parser_inserted.set(true);
        script.force_async.set(false);
    }
    // 14. From here on it counts as started.
    script.already_started.set(true);
    // 15–18. Only in a document that runs scripts.
    let document = tree::node_document(node);
    let runs = document.as_document().is_some_and(|data| data.has_browsing_context());
    // 19. Not one for those who know no modules.
    if !runs || (element.has("nomodule") && !is_module) {
        return;
    }
    // NOTE(steps 20–30): no content security policy, and no `event` and `for` attributes, is known here.
    if let Some(src) = element.value("src") {
        // 31.1–31.7. A URL to load from.
        script.from_external_file.set(true);
        let src = src.to_std_string_lossy();
        let url = Environment::of(cx).and_then(|environment| environment.parse_url(src.trim()));
        let Some(url) = url.filter(|_| !src.is_empty()) else {
            return fire_later("error", node, cx);
        };
        // 31.8–31.11, 33. Load it, and run it in its turn.
        let order = order(element, script, parser_inserted, is_module);
        document_scripts::enlist(&document, node, order);
        if is_module {
            let marks = MarkAsReady(document, node.clone(), order);
            module_graph::fetch(url, fetch_options(element), marks, cx);
        } else {
            load(document, node.clone(), url, order, cx);
        }
    } else {
        // 32, 34. Its own text, at once.
        // The text is moved down to its line in the document, so that errors name that line.
        let lines = script.line.get().saturating_sub(1) as usize;
        let text = "\n".repeat(lines) + &source.to_std_string_lossy();
        let url = document.as_document().map(|data| data.url().clone());
        if let (Some(url), true) = (&url, is_module) {
            // 32.2, 33. A module waits for what it imports, and runs in its turn.
            // <https://html.spec.whatwg.org/multipage/webappapis.html#fetch-an-inline-module-script-graph>
            let order = order(element, script, parser_inserted, is_module);
            document_scripts::enlist(&document, node, order);
            let script = ModuleScript::javascript(&text, url.clone(), fetch_options(element), cx);
            let marks = MarkAsReady(document.clone(), node.clone(), order);
            return module_graph::fetch_descendants_and_link(script, marks, cx);
        }
        if let Some(url) = url {
            *script.result.borrow_mut() = Some(ScriptResult::Classic { text, url });
        }
        execute(node, cx);
    }
}

/// 33. of <https://html.spec.whatwg.org/multipage/scripting.html#prepare-the-script-element>: when a script that loads runs.
fn order(element: &ElementData, script: &ScriptData, parser_inserted: bool, is_module: bool) -> Order {
    // 33.2. Whenever it is there.
    if element.has("async") || script.force_async.get() {
        Order::AsSoonAsPossible
    // 33.3. After those of its kind that came before it.
    } else if !parser_inserted {
        Order::OneByOne
    // 33.4. After the document, as modules always do.
    } else if element.has("defer") || is_module {
        Order::Deferred
    // 33.5. Before the document goes on.
    } else {
        Order::ParserBlocking
    }
}

/// 20–30. of <https://html.spec.whatwg.org/multipage/scripting.html#prepare-the-script-element>, as far as modules need it.
fn fetch_options(element: &ElementData) -> FetchOptions {
    // <https://html.spec.whatwg.org/multipage/urls-and-fetching.html#cors-settings-attribute-credentials-mode>
    let with_credentials = element
        .value("crossorigin")
        .is_some_and(|value| value.to_std_string_lossy().eq_ignore_ascii_case("use-credentials"));
    FetchOptions {
        credentials: match with_credentials {
            true => RequestCredentials::Include,
            false => RequestCredentials::SameOrigin,
        },
    }
}

/// <https://html.spec.whatwg.org/multipage/scripting.html#mark-as-ready>, with the result, in a task of its own.
#[derive(Trace, Finalize)]
struct MarkAsReady(Gc<Node>, Gc<Node>, #[unsafe_ignore_trace] Order);

impl Continuation for MarkAsReady {
    fn proceed(&self, graph: Graph, cx: &mut Cx) {
        let Self(document, node, order) = self;
        let (document, node, order) = (document.clone(), node.clone(), *order);
        EventLoop::of(cx).queue_task(TaskSource::Networking, move |cx| {
            let result = match graph {
                Graph::Linked(script) => ScriptResult::Module(script, None),
                Graph::Erroneous(script, fault) => ScriptResult::Module(script, Some(fault)),
                Graph::Failed => ScriptResult::Failed,
            };
            set_result(&node, result);
            document_scripts::ready(&document, &node, order, cx);
        });
    }
}

/// <https://html.spec.whatwg.org/multipage/webappapis.html#fetch-a-classic-script>
fn load(document: Gc<Node>, node: Gc<Node>, url: Url, order: Order, cx: &mut Cx) {
    // The embedder's own scripts are there already.
    let host = document
        .as_document()
        .and_then(|data| data.scripts.host_script(url.path()));
    if let Some(host) = host {
        let task = move |cx: &mut Cx| {
            set_result(&node, ScriptResult::Host(host, url));
            document_scripts::ready(&document, &node, order, cx);
        };
        return EventLoop::of(cx).queue_task(TaskSource::Networking, task);
    }
    fetch::fetch_then(url, Mode::NoCors, cx, move |response, cx| {
        let result = match response {
            Ok(response) => classic_script(&response, &node, cx),
            Err(error) => {
                tell_of_failure(&error, cx);
                ScriptResult::Failed
            }
        };
        set_result(&node, result);
        document_scripts::ready(&document, &node, order, cx);
    });
}

fn tell_of_failure(error: &FetchError, cx: &Cx) {
    scripting::warn(&format!("Failed to load a script: {error}."), cx);
}

fn set_result(node: &Node, result: ScriptResult) {
    if let Some(script) = script_data(node) {
        *script.result.borrow_mut() = Some(result);
    }
}

/// 5. of <https://html.spec.whatwg.org/multipage/webappapis.html#fetch-a-classic-script>: what the response is as a script.
fn classic_script(response: &Response, node: &Node, cx: &Cx) -> ScriptResult {
    // 5.2. Only a successful one, of a type that may be a script.
    // <https://fetch.spec.whatwg.org/#should-response-to-request-be-blocked-due-to-mime-type?>
    let essence = response.mime_essence();
    let blocked = ["image/", "audio/", "video/"]
        .iter()
        .any(|kind| essence.starts_with(kind))
        || essence == "text/csv";
    // <https://fetch.spec.whatwg.org/#should-response-to-request-be-blocked-due-to-nosniff?>
    let may_run = !blocked && (!response.is_nosniff() || response.is_javascript());
    let checked = response
        .check_status()
        .and_then(|()| response.check_type(may_run, "JavaScript"));
    if let Err(error) = checked {
        tell_of_failure(&error, cx);
        return ScriptResult::Failed;
    }
    // 5.3–5.5. As text, in the encoding that the response names, or else the element, or else UTF-8.
    let label = node.as_element().and_then(|element| element.value("charset"));
    let of_element = label.and_then(|label| encoding_rs::Encoding::for_label(label.to_std_string_lossy().as_bytes()));
    let encoding = response.charset().or(of_element).unwrap_or(encoding_rs::UTF_8);
    // 5.6. What a script of another origin says of its errors is not for this page's ears.
    if let Some(environment) = Environment::of(cx)
        && matches!(response.url.scheme(), "http" | "https")
        && response.url.origin() != *environment.origin()
    {
        environment.mute(response.url.as_str());
    }
    ScriptResult::Classic {
        text: encoding.decode(&response.body).0.into_owned(),
        url: response.url.clone(),
    }
}

/// <https://html.spec.whatwg.org/multipage/scripting.html#execute-the-script-element>
pub(crate) fn execute(node: &Gc<Node>, cx: &mut Cx) {
    let Some(script) = script_data(node) else {
        return;
    };
    let document = tree::node_document(node);
    let Some(data) = document.as_document() else {
        return;
    };
    // NOTE(steps 1–3): a script that moved to another document finds no browsing context there.
    if !data.has_browsing_context() {
        return;
    }
    let result = script.result.borrow_mut().take();
    match result {
        // 4. Nothing came.
        None | Some(ScriptResult::Failed) => return fire("error", node, cx),
        // 5–6. Run, as the document's current script.
        Some(ScriptResult::Classic { text, url }) => {
            let before = data.set_current_script(Some(node.clone()));
            scripting::run_classic_script(&text, url.as_str(), cx);
            data.set_current_script(before);
        }
        // A module is nobody's current script.
        Some(ScriptResult::Module(script, fault)) => {
            let before = data.set_current_script(None);
            module_script::run(&script, fault.as_ref(), cx);
            data.set_current_script(before);
        }
        Some(ScriptResult::Host(host, url)) => {
            let before = data.set_current_script(Some(node.clone()));
            host.run(url.as_str(), cx);
            data.set_current_script(before);
        }
    }
    // 8. It came from elsewhere.
    if script.from_external_file.get() {
        fire("load", node, cx);
    }
}

fn fire(type_: &str, node: &Gc<Node>, cx: &mut Cx) {
    let target = tree::wrap(node, cx).upcast();
    event_target::fire_plain(type_, &target, cx);
}

fn fire_later(type_: &'static str, node: &Gc<Node>, cx: &Cx) {
    let node = node.clone();
    EventLoop::of(cx).queue_task(TaskSource::DomManipulation, move |cx| fire(type_, &node, cx));
}

impl HTMLScriptElement {
    pub(super) fn new(node: Gc<Node>) -> Self {
        Self {
            html_element: Gc::new(HTMLElement::new(node)),
        }
    }

    fn element(&self) -> &Gc<Element> {
        self.html_element.element()
    }

    fn script(&self) -> Fallible<&ScriptData> {
        script_data(self.element().node()).ok_or_else(|| Error::Type("The node is no script.".to_owned()))
    }
}

impl HTMLScriptElementMethods for HTMLScriptElement {
    fn parent(&self) -> &Gc<HTMLElement> {
        &self.html_element
    }

    fn type_(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        element::reflect(this.element(), "type")
    }

    fn set_type(this: &Js<Self>, cx: &mut Cx, value: JsString) -> Fallible<()> {
        element::set(this.element(), "type", value, cx)
    }

    /// Reflects a URL: <https://html.spec.whatwg.org/multipage/common-dom-interfaces.html#reflect>.
    fn src(this: &Js<Self>, cx: &mut Cx) -> Fallible<String> {
        let Some(value) = this.element().data()?.value("src") else {
            return Ok(String::new());
        };
        let value = value.to_std_string_lossy();
        let url = Environment::of(cx).and_then(|environment| environment.parse_url(&value));
        Ok(url.map_or(value, |url| url.to_string()))
    }

    fn set_src(this: &Js<Self>, cx: &mut Cx, value: String) -> Fallible<()> {
        element::set(this.element(), "src", JsString::from(value.as_str()), cx)
    }

    fn no_module(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(this.element().data()?.has("nomodule"))
    }

    fn set_no_module(this: &Js<Self>, cx: &mut Cx, value: bool) -> Fallible<()> {
        element::set_boolean(this.element(), "nomodule", value, cx)
    }

    /// <https://html.spec.whatwg.org/multipage/scripting.html#dom-script-async>
    fn async_(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(this.script()?.force_async.get() || this.element().data()?.has("async"))
    }

    fn set_async(this: &Js<Self>, cx: &mut Cx, value: bool) -> Fallible<()> {
        this.script()?.force_async.set(false);
        element::set_boolean(this.element(), "async", value, cx)
    }

    fn defer(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(this.element().data()?.has("defer"))
    }

    fn set_defer(this: &Js<Self>, cx: &mut Cx, value: bool) -> Fallible<()> {
        element::set_boolean(this.element(), "defer", value, cx)
    }

    fn charset(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        element::reflect(this.element(), "charset")
    }

    fn set_charset(this: &Js<Self>, cx: &mut Cx, value: JsString) -> Fallible<()> {
        element::set(this.element(), "charset", value, cx)
    }

    fn text(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(tree::child_text(this.element().node()))
    }

    fn set_text(this: &Js<Self>, cx: &mut Cx, value: JsString) -> Fallible<()> {
        mutation::string_replace_all(&value, this.element().node(), cx);
        Ok(())
    }

    /// <https://html.spec.whatwg.org/multipage/scripting.html#dom-script-supports>
    fn supports(_: &mut Cx, type_: JsString) -> Fallible<bool> {
        // 1–2. Scripts and modules. FIXME(steps 3–4): import maps and speculation rules.
        Ok(type_ == *"classic" || type_ == *"module")
    }
}

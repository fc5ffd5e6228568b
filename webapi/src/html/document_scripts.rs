//! The order in which a document's scripts run, and how its loading ends.
//! <https://html.spec.whatwg.org/multipage/parsing.html#the-end>

use super::{
    environment, handler_attribute,
    host_script::HostScript,
    html_script_element,
    parser::{Parser, Step},
};
use crate::{
    binding::{Cx, Js, generated::DocumentReadyState},
    dom::{
        document::DocumentData,
        event_target::{self, EventTarget},
        node::Node,
        tree,
    },
};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use skep_engine::{EventLoop, TaskSource};
use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::Rc,
};

/// A document's scripts on their way.
#[derive(Trace, Finalize)]
pub(crate) struct DocumentScripts {
    /// While the document is parsed.
    #[unsafe_ignore_trace]
    parser: RefCell<Option<Rc<Parser>>>,
    /// <https://html.spec.whatwg.org/multipage/scripting.html#pending-parsing-blocking-script>
    parser_blocking: GcRefCell<Option<Gc<Node>>>,
    /// <https://html.spec.whatwg.org/multipage/scripting.html#list-of-scripts-that-will-execute-when-the-document-has-finished-parsing>
    deferred: GcRefCell<Vec<Gc<Node>>>,
    /// <https://html.spec.whatwg.org/multipage/scripting.html#list-of-scripts-that-will-execute-in-order-as-soon-as-possible>
    in_order: GcRefCell<Vec<Gc<Node>>>,
    /// <https://html.spec.whatwg.org/multipage/scripting.html#set-of-scripts-that-will-execute-as-soon-as-possible>
    as_soon_as_possible: Cell<u32>,
    #[unsafe_ignore_trace]
    stage: Cell<Stage>,
    #[unsafe_ignore_trace]
    host_scripts: Vec<HostScript>,
}

/// How far the document is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Parsing,
    /// Parsed: the deferred scripts have their turn.
    Deferred,
    /// Only what delays the load event is missing.
    DelayingLoad,
    /// The load event has been queued.
    Complete,
}

/// When a script runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    AsSoonAsPossible,
    OneByOne,
    Deferred,
    ParserBlocking,
}

impl DocumentScripts {
    pub fn new(host_scripts: Vec<HostScript>) -> Self {
        Self {
            parser: RefCell::default(),
            parser_blocking: GcRefCell::default(),
            deferred: GcRefCell::default(),
            in_order: GcRefCell::default(),
            as_soon_as_possible: Cell::default(),
            stage: Cell::default(),
            host_scripts,
        }
    }

    /// The embedder's script for a URL's path.
    pub fn host_script(&self, path: &str) -> Option<HostScript> {
        self.host_scripts.iter().find(|script| script.path == path).cloned()
    }

    /// Takes the first script of a list, if it is ready.
    fn take_ready(list: &GcRefCell<Vec<Gc<Node>>>) -> Option<Gc<Node>> {
        let mut list = list.borrow_mut();
        if list.first().is_some_and(is_ready) {
            return Some(list.remove(0));
        }
        None
    }
}

fn is_ready(node: &Gc<Node>) -> bool {
    node.as_element()
        .and_then(|element| element.script.as_ref())
        .is_some_and(|script| script.is_ready())
}

/// Gives a script that loads its place.
pub(super) fn enlist(document: &Node, node: &Gc<Node>, order: Order) {
    let Some(data) = document.as_document() else {
        return;
    };
    let scripts = &data.scripts;
    match order {
        Order::AsSoonAsPossible => scripts.as_soon_as_possible.set(scripts.as_soon_as_possible.get() + 1),
        Order::OneByOne => scripts.in_order.borrow_mut().push(node.clone()),
        Order::Deferred => scripts.deferred.borrow_mut().push(node.clone()),
        Order::ParserBlocking => *scripts.parser_blocking.borrow_mut() = Some(node.clone()),
    }
}

/// A script's result is there. <https://html.spec.whatwg.org/multipage/scripting.html#steps-to-run-when-the-result-is-ready>
pub(super) fn ready(document: &Gc<Node>, node: &Gc<Node>, order: Order, cx: &mut Cx) {
    let Some(data) = document.as_document() else {
        return;
    };
    if order == Order::AsSoonAsPossible {
        html_script_element::execute(node, cx);
        let left = data.scripts.as_soon_as_possible.get().saturating_sub(1);
        data.scripts.as_soon_as_possible.set(left);
    }
    while let Some(script) = DocumentScripts::take_ready(&data.scripts.in_order) {
        html_script_element::execute(&script, cx);
    }
    proceed(document, data, cx);
}

/// Starts to parse the document's text.
pub(super) fn parse(document: &Gc<Node>, text: &str, cx: &mut Cx) {
    let Some(data) = document.as_document() else {
        return;
    };
    let parser = Rc::new(Parser::new(document.clone(), text));
    *data.scripts.parser.borrow_mut() = Some(parser);
    proceed(document, data, cx);
}

/// Goes on with the document as far as is possible now.
fn proceed(document: &Gc<Node>, data: &DocumentData, cx: &mut Cx) {
    let scripts = &data.scripts;
    if EventLoop::of(cx).is_terminated() {
        return;
    }
    if scripts.stage.get() == Stage::Parsing {
        if !parse_on(data, cx) {
            return;
        }
        // 3. Interactive.
        set_ready_state(document, data, DocumentReadyState::Interactive, cx);
        scripts.stage.set(Stage::Deferred);
    }
    if scripts.stage.get() == Stage::Deferred {
        // 5. The deferred scripts, in order.
        while let Some(script) = DocumentScripts::take_ready(&scripts.deferred) {
            html_script_element::execute(&script, cx);
        }
        if !scripts.deferred.borrow().is_empty() {
            return;
        }
        scripts.stage.set(Stage::DelayingLoad);
        // 6. The content is there.
        let document = document.clone();
        EventLoop::of(cx).queue_task(TaskSource::DomManipulation, move |cx| content_loaded(&document, cx));
        return;
    }
    // 7–8. All scripts that were asked for, and all else that delays the load event.
    let pending = scripts.as_soon_as_possible.get() > 0 || !scripts.in_order.borrow().is_empty();
    if scripts.stage.get() == Stage::DelayingLoad && !pending {
        scripts.stage.set(Stage::Complete);
        // 9. All of it is there.
        let document = document.clone();
        EventLoop::of(cx).queue_task(TaskSource::DomManipulation, move |cx| completely_loaded(&document, cx));
    }
}

/// Parses on; returns whether the end is reached.
fn parse_on(data: &DocumentData, cx: &mut Cx) -> bool {
    let scripts = &data.scripts;
    let Some(parser) = scripts.parser.borrow().clone() else {
        return true;
    };
    loop {
        // <https://html.spec.whatwg.org/multipage/parsing.html#parsing-main-incdata>, the pending parsing-blocking script.
        let blocking = scripts.parser_blocking.borrow().clone();
        if let Some(script) = blocking {
            if !is_ready(&script) {
                return false;
            }
            *scripts.parser_blocking.borrow_mut() = None;
            html_script_element::execute(&script, cx);
        }
        if EventLoop::of(cx).is_terminated() {
            return false;
        }
        let step = parser.advance();
        for (body, attribute) in parser.take_new_attributes() {
            handler_attribute::changed(&body, &attribute, cx);
        }
        match step {
            Step::Script(script) => {
                // An end tag named "script": microtasks first, then the script.
                EventLoop::of(cx).clean_up_after_running_script(cx);
                html_script_element::prepare(&script, cx);
            }
            Step::End => {
                *scripts.parser.borrow_mut() = None;
                return true;
            }
        }
    }
}

/// <https://html.spec.whatwg.org/multipage/dom.html#update-the-current-document-readiness>
fn set_ready_state(document: &Gc<Node>, data: &DocumentData, state: DocumentReadyState, cx: &mut Cx) {
    data.set_ready_state(state);
    event_target::fire_plain("readystatechange", &target(document, cx), cx);
}

fn target(document: &Gc<Node>, cx: &mut Cx) -> Js<EventTarget> {
    tree::wrap(document, cx).upcast()
}

/// 6.1. of <https://html.spec.whatwg.org/multipage/parsing.html#the-end>
fn content_loaded(document: &Gc<Node>, cx: &mut Cx) {
    event_target::fire_bubbling("DOMContentLoaded", &target(document, cx), cx);
    if let Some(data) = document.as_document() {
        proceed(document, data, cx);
    }
}

/// 9.1.–9.11. of <https://html.spec.whatwg.org/multipage/parsing.html#the-end>
fn completely_loaded(document: &Gc<Node>, cx: &mut Cx) {
    let Some(data) = document.as_document() else {
        return;
    };
    // 9.1. Complete.
    set_ready_state(document, data, DocumentReadyState::Complete, cx);
    // 9.2–9.5. The window's load event.
    let document = target(document, cx);
    if let Some(window) = environment::global_target(cx) {
        event_target::fire_load(&window, &document, cx);
    }
    // FIXME(step 9.8): `pageshow`.
}

impl fmt::Debug for DocumentScripts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentScripts")
            .field("stage", &self.stage.get())
            .finish_non_exhaustive()
    }
}

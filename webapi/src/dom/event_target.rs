//! <https://dom.spec.whatwg.org/#interface-eventtarget>

use super::{
    abort_signal::{self, AbortAlgorithm, AbortSignal, AlgorithmId},
    event::{AT_TARGET, BUBBLING_PHASE, CAPTURING_PHASE, Event, NONE},
    event_handler::{self, Handler},
    node::Node,
    tree,
};
use crate::{
    binding::{
        Cx, Error, Fallible, Inherits, Js, New,
        generated::{
            AddEventListenerOptions, AddEventListenerOptionsOrBoolean, EventListener, EventListenerOptions,
            EventListenerOptionsOrBoolean, EventTargetMethods,
        },
    },
    html::{message_port::MessagePort, scripting},
};
use boa_engine::{JsString, JsValue};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use std::{cell::Cell, ops::Range};

/// An event target's state.
#[derive(Debug, Default, Trace, Finalize)]
pub struct EventTarget {
    listeners: GcRefCell<Vec<Gc<Listener>>>,
    pub(super) handlers: GcRefCell<Vec<Handler>>,
}

/// <https://dom.spec.whatwg.org/#concept-event-listener>
#[derive(Debug, Trace, Finalize)]
pub(super) struct Listener {
    type_: JsString,
    callback: ListenerCallback,
    capture: bool,
    once: bool,
    passive: bool,
    signal: Option<Js<AbortSignal>>,
    /// What the signal does when it is aborted: remove the listener.
    algorithm: Cell<Option<AlgorithmId>>,
    removed: Cell<bool>,
}

/// Step 6 of <https://dom.spec.whatwg.org/#add-an-event-listener>.
#[derive(Debug, Trace, Finalize)]
struct RemoveListener {
    target: Js<EventTarget>,
    listener: Gc<Listener>,
}

impl AbortAlgorithm for RemoveListener {
    fn run(&self, _: &mut Cx) {
        remove(&self.target, &self.listener);
    }
}

#[derive(Debug, Clone, Trace, Finalize)]
enum ListenerCallback {
    Script(EventListener),
    /// What runs is the event handler of the listener's type.
    Handler,
}

impl EventTarget {
    /// A target without listeners, for the state of an interface that inherits from this one.
    pub fn base() -> Gc<Self> {
        Gc::new(Self::default())
    }

    /// Whether anyone listens for events of this type.
    pub fn has_listener(&self, type_: &str) -> bool {
        self.listeners.borrow().iter().any(|listener| listener.type_ == *type_)
    }
}

impl Listener {
    fn matches(&self, other: &Self) -> bool {
        let same_callback = match (&self.callback, &other.callback) {
            (ListenerCallback::Script(a), ListenerCallback::Script(b)) => {
                boa_engine::JsObject::equals(a.object(), b.object())
            }
            _ => false,
        };
        same_callback && self.type_ == other.type_ && self.capture == other.capture
    }
}

/// <https://dom.spec.whatwg.org/#add-an-event-listener>
fn add(target: &Js<EventTarget>, listener: Listener) {
    // NOTE(step 1): only service workers warn about late listeners.
    // 2. Its time is over already.
    if listener.signal.as_ref().is_some_and(|signal| signal.is_aborted()) {
        return;
    }
    // 3. A null callback was turned away before.
    // 4. Passive by default are only touch and wheel events of a window.
    // 5. Once for each type, callback and capture.
    if target.listeners.borrow().iter().any(|known| known.matches(&listener)) {
        return;
    }
    let listener = push(target, listener);
    // 6. Until the signal is aborted. (For one that was there already there would be nothing to remove.)
    if let Some(signal) = &listener.signal {
        let algorithm = RemoveListener {
            target: target.clone(),
            listener: listener.clone(),
        };
        listener.algorithm.set(signal.add_algorithm(Box::new(algorithm)));
    }
}

/// Adds the listener that runs the event handler of this type; returns it for removal.
pub(super) fn add_handler_listener(target: &Js<EventTarget>, type_: &str) -> Gc<Listener> {
    let listener = Listener {
        type_: JsString::from(type_),
        callback: ListenerCallback::Handler,
        capture: false,
        once: false,
        passive: false,
        signal: None,
        algorithm: Cell::default(),
        removed: Cell::default(),
    };
    push(target, listener)
}

fn push(target: &Js<EventTarget>, listener: Listener) -> Gc<Listener> {
    let listener = Gc::new(listener);
    target.listeners.borrow_mut().push(listener.clone());
    listeners_changed(target, &listener);
    listener
}

/// <https://dom.spec.whatwg.org/#remove-an-event-listener>
pub(super) fn remove(target: &Js<EventTarget>, listener: &Gc<Listener>) {
    // 2. Whoever is iterating sees it is gone.
    listener.removed.set(true);
    target
        .listeners
        .borrow_mut()
        .retain(|known| !Gc::ptr_eq(known, listener));
    // Nothing is left for the signal to remove: it needs to keep neither listener nor target.
    if let (Some(signal), Some(algorithm)) = (&listener.signal, listener.algorithm.take()) {
        signal.remove_algorithm(algorithm);
    }
    listeners_changed(target, listener);
}

/// Whether anybody listens matters to how long a signal or a port lives.
fn listeners_changed(target: &Js<EventTarget>, listener: &Listener) {
    if listener.type_ == *abort_signal::ABORT
        && let Some(signal) = target.downcast::<AbortSignal>()
    {
        signal.update_reference();
    }
    if let Some(port) = target.downcast::<MessagePort>() {
        MessagePort::listeners_changed(&port, &listener.type_);
    }
}

/// <https://dom.spec.whatwg.org/#concept-event-dispatch>, without shadow trees and activation behaviour.
/// Returns false if the event was cancelled.
pub fn dispatch(event: &Js<Event>, target: &Js<EventTarget>, cx: &mut Cx) -> bool {
    dispatch_as(event, target, target, cx)
}

/// The same, where scripts see `shown_target` in the event.
fn dispatch_as(event: &Js<Event>, target: &Js<EventTarget>, shown_target: &Js<EventTarget>, cx: &mut Cx) -> bool {
    // 1. On its way.
    event.dispatching.set(true);
    // 5.1–5.9. The path, from the target out.
    let mut path = vec![target.clone()];
    event.set_target(Some(shown_target.clone()));
    while let Some(parent) = path.last().and_then(|last| get_the_parent(last, event, cx)) {
        path.push(parent);
    }
    let length = path.len();
    event.set_path(path);
    let steps = |indices| steps(event, indices);
    // 5.13. Capturing, from the outermost in.
    for (index, step) in steps(0..length).rev() {
        let phase = if index == 0 { AT_TARGET } else { CAPTURING_PHASE };
        event.set_position(Some(step.clone()), phase);
        invoke(event, &step, true, cx);
    }
    // 5.14. Bubbling, from the target out.
    for (index, step) in steps(0..if event.does_bubble() { length } else { 1 }) {
        let phase = if index == 0 { AT_TARGET } else { BUBBLING_PHASE };
        event.set_position(Some(step.clone()), phase);
        invoke(event, &step, false, cx);
    }
    // 6–7. Nowhere any more.
    event.set_position(None, NONE);
    // 8. No path.
    event.set_path(Vec::new());
    // 9. Arrived.
    event.dispatching.set(false);
    event.stop_propagation.set(false);
    event.stop_immediate_propagation.set(false);
    // 13. Whether it was let through.
    !event.is_canceled()
}

/// These steps of the event's path, which stays as it is while the event is on its way.
fn steps(event: &Js<Event>, indices: Range<usize>) -> impl DoubleEndedIterator<Item = (usize, Js<EventTarget>)> {
    indices.filter_map(|index| Some((index, event.path_step(index)?)))
}

/// <https://dom.spec.whatwg.org/#get-the-parent>
fn get_the_parent(target: &Js<EventTarget>, event: &Js<Event>, cx: &mut Cx) -> Option<Js<EventTarget>> {
    let node = target.downcast::<Node>()?;
    tree::event_parent(node.state(), &event.event_type(), cx)
}

/// <https://dom.spec.whatwg.org/#concept-event-fire>: dispatches an event that an algorithm made.
pub fn fire<E: Inherits<Event>>(event: &Js<E>, target: &Js<EventTarget>, cx: &mut Cx) -> bool {
    let event = event.upcast::<Event>();
    event.trusted.set(true);
    dispatch(&event, target, cx)
}

/// Fires a plain event: <https://dom.spec.whatwg.org/#concept-event-fire>.
pub fn fire_plain(type_: &str, target: &Js<EventTarget>, cx: &mut Cx) -> bool {
    let event = Js::new(Event::plain(type_, cx), cx);
    event.trusted.set(true);
    dispatch(&event, target, cx)
}

/// The same for an event that bubbles.
pub(crate) fn fire_bubbling(type_: &str, target: &Js<EventTarget>, cx: &mut Cx) -> bool {
    let event = Js::new(Event::with_flags(type_, true, false, cx), cx);
    event.trusted.set(true);
    dispatch(&event, target, cx)
}

/// Fires `load` at a window, with the document as the target that scripts see: the legacy target override flag of
/// <https://dom.spec.whatwg.org/#concept-event-dispatch>.
pub(crate) fn fire_load(window: &Js<EventTarget>, document: &Js<EventTarget>, cx: &mut Cx) {
    let event = Js::new(Event::plain("load", cx), cx);
    event.trusted.set(true);
    dispatch_as(&event, window, document, cx);
}

/// <https://dom.spec.whatwg.org/#concept-event-listener-invoke>
fn invoke(event: &Js<Event>, target: &Js<EventTarget>, capturing: bool, cx: &mut Cx) {
    // 3. Stopped on an earlier target.
    if event.stop_propagation.get() {
        return;
    }
    // 6. The listeners there are now: later ones are not called, removed ones are not either. (Those of another type or phase,
    // which 8. would pass over, are left out already.)
    let type_ = event.event_type();
    let concerns = |listener: &&Gc<Listener>| listener.capture == capturing && listener.type_ == type_;
    let listeners: Vec<_> = target.listeners.borrow().iter().filter(concerns).cloned().collect();
    // 8. The inner part; 9. legacy names exist for animations only.
    inner_invoke(event, target, &type_, &listeners, cx);
}

/// <https://dom.spec.whatwg.org/#concept-event-listener-inner-invoke>
fn inner_invoke(
    event: &Js<Event>,
    target: &Js<EventTarget>,
    type_: &JsString,
    listeners: &[Gc<Listener>],
    cx: &mut Cx,
) {
    for listener in listeners {
        // 2.1–2.4. Of this type and phase they all are; still there.
        if listener.removed.get() {
            continue;
        }
        // 2.5. Only once.
        if listener.once {
            remove(target, listener);
        }
        // NOTE(step 2.6–2.8): `window.event` is not provided.
        // 2.9. A passive listener cannot cancel.
        event.in_passive_listener.set(listener.passive);
        // 2.11. The callback; what it throws is reported and stops nothing.
        let result = match &listener.callback {
            ListenerCallback::Handler => event_handler::process(event, target, type_, cx),
            ListenerCallback::Script(callback) => {
                let this = JsValue::from(target.object().clone());
                callback
                    .handle_event(&this, cx, event.clone())
                    .map_err(|error| error.into_plain_js(cx))
            }
        };
        if let Err(error) = result {
            scripting::report_exception(error, cx);
        }
        // 2.12. Back to normal.
        event.in_passive_listener.set(false);
        // 2.14. No further listener.
        if event.stop_immediate_propagation.get() {
            return;
        }
    }
}

impl EventTargetMethods for EventTarget {
    fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        Ok(new.object(Self::default(), cx))
    }

    /// <https://dom.spec.whatwg.org/#dom-eventtarget-addeventlistener>
    fn add_event_listener(
        this: &Js<Self>,
        _: &mut Cx,
        type_: JsString,
        callback: Option<EventListener>,
        options: AddEventListenerOptionsOrBoolean,
    ) -> Fallible<()> {
        // 1. Flatten the options.
        let options = match options {
            AddEventListenerOptionsOrBoolean::AddEventListenerOptions(options) => options,
            AddEventListenerOptionsOrBoolean::Boolean(capture) => AddEventListenerOptions {
                parent: EventListenerOptions { capture },
                once: false,
                passive: None,
                signal: None,
            },
        };
        // 2. Add the listener.
        if let Some(callback) = callback {
            let listener = Listener {
                type_,
                callback: ListenerCallback::Script(callback),
                capture: options.parent.capture,
                once: options.once,
                passive: options.passive.unwrap_or(false),
                signal: options.signal,
                algorithm: Cell::default(),
                removed: Cell::default(),
            };
            add(this, listener);
        }
        Ok(())
    }

    /// <https://dom.spec.whatwg.org/#dom-eventtarget-removeeventlistener>
    fn remove_event_listener(
        this: &Js<Self>,
        _: &mut Cx,
        type_: JsString,
        callback: Option<EventListener>,
        options: EventListenerOptionsOrBoolean,
    ) -> Fallible<()> {
        // 1. Flatten the options.
        let capture = match options {
            EventListenerOptionsOrBoolean::Boolean(capture) => capture,
            EventListenerOptionsOrBoolean::EventListenerOptions(options) => options.capture,
        };
        // 2. Remove the listener, if it is there.
        let Some(callback) = callback else {
            return Ok(());
        };
        let wanted = Listener {
            type_,
            callback: ListenerCallback::Script(callback),
            capture,
            once: false,
            passive: false,
            signal: None,
            algorithm: Cell::default(),
            removed: Cell::default(),
        };
        let found = this
            .listeners
            .borrow()
            .iter()
            .find(|known| known.matches(&wanted))
            .cloned();
        if let Some(listener) = found {
            remove(this, &listener);
        }
        Ok(())
    }

    /// <https://dom.spec.whatwg.org/#dom-eventtarget-dispatchevent>
    fn dispatch_event(this: &Js<Self>, cx: &mut Cx, event: Js<Event>) -> Fallible<bool> {
        // 1. Not twice at a time, and not before it is initialized.
        if event.dispatching.get() || !event.is_initialized() {
            let text = "The event is already being dispatched.".to_owned();
            return Err(Error::Dom("InvalidStateError", text));
        }
        // 2. By a script.
        event.trusted.set(false);
        // 3. Off it goes.
        Ok(dispatch(&event, this, cx))
    }
}

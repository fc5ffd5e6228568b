//! <https://dom.spec.whatwg.org/#interface-event>

use super::event_target::EventTarget;
use crate::{
    binding::{
        Cx, Fallible, Js, New,
        generated::{EventInit, EventMethods},
    },
    html::environment::Environment,
};
use boa_engine::JsString;
use boa_gc::{Finalize, GcRefCell, Trace};
use std::cell::Cell;

/// An event's state. The flags are those of <https://dom.spec.whatwg.org/#stop-propagation-flag> and what follows there.
#[derive(Debug, Trace, Finalize)]
pub struct Event {
    type_: GcRefCell<JsString>,
    target: GcRefCell<Option<Js<EventTarget>>>,
    current_target: GcRefCell<Option<Js<EventTarget>>>,
    /// While dispatching, the targets from the innermost out.
    path: GcRefCell<Vec<Js<EventTarget>>>,
    phase: Cell<u16>,
    pub(super) stop_propagation: Cell<bool>,
    pub(super) stop_immediate_propagation: Cell<bool>,
    canceled: Cell<bool>,
    pub(super) in_passive_listener: Cell<bool>,
    composed: Cell<bool>,
    initialized: Cell<bool>,
    pub(super) dispatching: Cell<bool>,
    bubbles: Cell<bool>,
    cancelable: Cell<bool>,
    pub(super) trusted: Cell<bool>,
    /// Milliseconds since the time origin.
    time_stamp: f64,
}

pub(super) const NONE: u16 = 0;
pub(super) const CAPTURING_PHASE: u16 = 1;
pub(super) const AT_TARGET: u16 = 2;
pub(super) const BUBBLING_PHASE: u16 = 3;

impl Event {
    /// 1.–5. of <https://dom.spec.whatwg.org/#inner-event-creation-steps>, as far as they concern every event.
    pub fn new(type_: JsString, init: &EventInit, cx: &Cx) -> Self {
        Self {
            type_: GcRefCell::new(type_),
            target: GcRefCell::default(),
            current_target: GcRefCell::default(),
            path: GcRefCell::default(),
            phase: Cell::new(NONE),
            stop_propagation: Cell::default(),
            stop_immediate_propagation: Cell::default(),
            canceled: Cell::default(),
            in_passive_listener: Cell::default(),
            composed: Cell::new(init.composed),
            initialized: Cell::new(true),
            dispatching: Cell::default(),
            bubbles: Cell::new(init.bubbles),
            cancelable: Cell::new(init.cancelable),
            trusted: Cell::default(),
            time_stamp: Environment::of(cx).map_or(0.0, |environment| environment.now()),
        }
    }

    /// An event that neither bubbles nor can be cancelled, as algorithms create most of theirs.
    pub fn plain(type_: impl Into<JsString>, cx: &Cx) -> Self {
        Self::with_flags(type_, false, false, cx)
    }

    /// An event that an algorithm creates.
    pub fn with_flags(type_: impl Into<JsString>, bubbles: bool, cancelable: bool, cx: &Cx) -> Self {
        let init = EventInit {
            bubbles,
            cancelable,
            composed: false,
        };
        Self::new(type_.into(), &init, cx)
    }

    /// The type.
    pub fn event_type(&self) -> JsString {
        self.type_.borrow().clone()
    }

    /// Whether it was created initialized; a dispatch of another one fails.
    pub(super) fn is_initialized(&self) -> bool {
        self.initialized.get()
    }

    /// <https://dom.spec.whatwg.org/#dispatch-flag>
    pub fn is_dispatching(&self) -> bool {
        self.dispatching.get()
    }

    /// <https://dom.spec.whatwg.org/#canceled-flag>
    pub fn is_canceled(&self) -> bool {
        self.canceled.get()
    }

    pub(super) fn does_bubble(&self) -> bool {
        self.bubbles.get()
    }

    /// <https://dom.spec.whatwg.org/#set-the-canceled-flag>
    pub fn cancel(&self) {
        if self.cancelable.get() && !self.in_passive_listener.get() {
            self.canceled.set(true);
        }
    }

    pub(super) fn set_target(&self, target: Option<Js<EventTarget>>) {
        *self.target.borrow_mut() = target;
    }

    pub(super) fn set_path(&self, path: Vec<Js<EventTarget>>) {
        *self.path.borrow_mut() = path;
    }

    /// The target at this place of the path.
    pub(super) fn path_step(&self, index: usize) -> Option<Js<EventTarget>> {
        self.path.borrow().get(index).cloned()
    }

    /// Where the event is now, and in which phase.
    pub(super) fn set_position(&self, target: Option<Js<EventTarget>>, phase: u16) {
        *self.current_target.borrow_mut() = target;
        self.phase.set(phase);
    }

    /// Where the event is now.
    pub(super) fn position(&self) -> Option<Js<EventTarget>> {
        self.current_target.borrow().clone()
    }

    /// <https://dom.spec.whatwg.org/#concept-event-initialize>
    pub fn initialize(&self, type_: JsString, bubbles: bool, cancelable: bool) {
        // 1. Ready for a dispatch.
        self.initialized.set(true);
        // 2. No flag is left.
        self.stop_propagation.set(false);
        self.stop_immediate_propagation.set(false);
        self.canceled.set(false);
        // 3. Made by a script.
        self.trusted.set(false);
        // 4. No target.
        self.set_target(None);
        // 5–7. What the caller says.
        *self.type_.borrow_mut() = type_;
        self.bubbles.set(bubbles);
        self.cancelable.set(cancelable);
    }
}

impl EventMethods for Event {
    /// <https://dom.spec.whatwg.org/#dom-event-event>
    fn constructor(new: New<'_, Self>, cx: &mut Cx, type_: JsString, init: EventInit) -> Fallible<Js<Self>> {
        let event = Self::new(type_, &init, cx);
        Ok(new.object(event, cx))
    }

    fn type_(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(this.event_type())
    }

    fn target(this: &Js<Self>, _: &mut Cx) -> Fallible<Option<Js<EventTarget>>> {
        Ok(this.target.borrow().clone())
    }

    fn src_element(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<Js<EventTarget>>> {
        Self::target(this, cx)
    }

    fn current_target(this: &Js<Self>, _: &mut Cx) -> Fallible<Option<Js<EventTarget>>> {
        Ok(this.position())
    }

    /// <https://dom.spec.whatwg.org/#dom-event-composedpath>, without shadow trees.
    fn composed_path(this: &Js<Self>, _: &mut Cx) -> Fallible<Vec<Js<EventTarget>>> {
        Ok(this.path.borrow().clone())
    }

    fn event_phase(this: &Js<Self>, _: &mut Cx) -> Fallible<u16> {
        Ok(this.phase.get())
    }

    fn stop_propagation(this: &Js<Self>, _: &mut Cx) -> Fallible<()> {
        this.stop_propagation.set(true);
        Ok(())
    }

    fn cancel_bubble(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(this.stop_propagation.get())
    }

    fn set_cancel_bubble(this: &Js<Self>, _: &mut Cx, value: bool) -> Fallible<()> {
        if value {
            this.stop_propagation.set(true);
        }
        Ok(())
    }

    fn stop_immediate_propagation(this: &Js<Self>, _: &mut Cx) -> Fallible<()> {
        this.stop_propagation.set(true);
        this.stop_immediate_propagation.set(true);
        Ok(())
    }

    fn bubbles(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(this.bubbles.get())
    }

    fn cancelable(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(this.cancelable.get())
    }

    fn return_value(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(!this.canceled.get())
    }

    fn set_return_value(this: &Js<Self>, _: &mut Cx, value: bool) -> Fallible<()> {
        if !value {
            this.cancel();
        }
        Ok(())
    }

    fn prevent_default(this: &Js<Self>, _: &mut Cx) -> Fallible<()> {
        this.cancel();
        Ok(())
    }

    fn default_prevented(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(this.canceled.get())
    }

    fn composed(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(this.composed.get())
    }

    fn is_trusted(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(this.trusted.get())
    }

    fn time_stamp(this: &Js<Self>, _: &mut Cx) -> Fallible<f64> {
        Ok(this.time_stamp)
    }

    /// <https://dom.spec.whatwg.org/#dom-event-initevent>
    fn init_event(this: &Js<Self>, _: &mut Cx, type_: JsString, bubbles: bool, cancelable: bool) -> Fallible<()> {
        // 1. Not while it is on its way.
        if !this.dispatching.get() {
            // 2. Anew.
            this.initialize(type_, bubbles, cancelable);
        }
        Ok(())
    }
}

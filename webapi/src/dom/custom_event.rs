//! <https://dom.spec.whatwg.org/#interface-customevent>

use super::event::Event;
use crate::binding::{
    Cx, Fallible, Js, New,
    generated::{CustomEventInit, CustomEventMethods},
};
use boa_engine::{JsString, JsValue};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};

/// A `CustomEvent`'s state.
#[derive(Debug, Trace, Finalize)]
pub struct CustomEvent {
    event: Gc<Event>,
    detail: GcRefCell<JsValue>,
}

impl CustomEventMethods for CustomEvent {
    fn parent(&self) -> &Gc<Event> {
        &self.event
    }

    fn constructor(new: New<'_, Self>, cx: &mut Cx, type_: JsString, init: CustomEventInit) -> Fallible<Js<Self>> {
        let state = Self {
            event: Gc::new(Event::new(type_, &init.parent, cx)),
            detail: GcRefCell::new(init.detail),
        };
        Ok(new.object(state, cx))
    }

    fn detail(this: &Js<Self>, _: &mut Cx) -> Fallible<JsValue> {
        Ok(this.detail.borrow().clone())
    }

    /// <https://dom.spec.whatwg.org/#dom-customevent-initcustomevent>
    fn init_custom_event(
        this: &Js<Self>,
        _: &mut Cx,
        type_: JsString,
        bubbles: bool,
        cancelable: bool,
        detail: JsValue,
    ) -> Fallible<()> {
        // 1. Not while it is on its way.
        if this.event.is_dispatching() {
            return Ok(());
        }
        // 2. Anew.
        this.event.initialize(type_, bubbles, cancelable);
        // 3. With this detail.
        *this.detail.borrow_mut() = detail;
        Ok(())
    }
}

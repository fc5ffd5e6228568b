//! <https://xhr.spec.whatwg.org/#interface-progressevent>

use crate::{
    binding::{
        Cx, Fallible, Js, New,
        generated::{ProgressEventInit, ProgressEventMethods},
    },
    dom::{
        event::Event,
        event_target::{self, EventTarget},
    },
};
use boa_engine::JsString;
use boa_gc::{Finalize, Gc, Trace};

/// A `ProgressEvent`'s state.
#[derive(Debug, Trace, Finalize)]
pub struct ProgressEvent {
    event: Gc<Event>,
    length_computable: bool,
    loaded: f64,
    total: f64,
}

/// <https://xhr.spec.whatwg.org/#concept-event-fire-progress>
pub(crate) fn fire(type_: &str, target: &Js<EventTarget>, transmitted: usize, length: usize, cx: &mut Cx) {
    let state = ProgressEvent {
        event: Gc::new(Event::plain(type_, cx)),
        length_computable: length != 0,
        loaded: transmitted as f64,
        total: length as f64,
    };
    event_target::fire(&Js::new(state, cx), target, cx);
}

impl ProgressEventMethods for ProgressEvent {
    fn parent(&self) -> &Gc<Event> {
        &self.event
    }

    fn constructor(new: New<'_, Self>, cx: &mut Cx, type_: JsString, init: ProgressEventInit) -> Fallible<Js<Self>> {
        let state = Self {
            event: Gc::new(Event::new(type_, &init.parent, cx)),
            length_computable: init.length_computable,
            loaded: init.loaded,
            total: init.total,
        };
        Ok(new.object(state, cx))
    }

    /// <https://xhr.spec.whatwg.org/#dom-progressevent-lengthcomputable>
    fn length_computable(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(this.length_computable)
    }

    /// <https://xhr.spec.whatwg.org/#dom-progressevent-loaded>
    fn loaded(this: &Js<Self>, _: &mut Cx) -> Fallible<f64> {
        Ok(this.loaded)
    }

    /// <https://xhr.spec.whatwg.org/#dom-progressevent-total>
    fn total(this: &Js<Self>, _: &mut Cx) -> Fallible<f64> {
        Ok(this.total)
    }
}

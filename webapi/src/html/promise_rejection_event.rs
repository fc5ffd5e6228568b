//! <https://html.spec.whatwg.org/multipage/webappapis.html#promiserejectionevent>

use crate::{
    binding::{
        Cx, Fallible, Js, New,
        generated::{PromiseRejectionEventInit, PromiseRejectionEventMethods},
    },
    dom::event::Event,
};
use boa_engine::{JsObject, JsString, JsValue};
use boa_gc::{Finalize, Gc, Trace};

/// A `PromiseRejectionEvent`'s state.
#[derive(Debug, Trace, Finalize)]
pub struct PromiseRejectionEvent {
    event: Gc<Event>,
    promise: JsObject,
    reason: JsValue,
}

impl PromiseRejectionEvent {
    /// The event that tells of a rejection.
    pub(crate) fn of(event: Event, promise: JsObject, reason: JsValue) -> Self {
        Self {
            event: Gc::new(event),
            promise,
            reason,
        }
    }
}

impl PromiseRejectionEventMethods for PromiseRejectionEvent {
    fn parent(&self) -> &Gc<Event> {
        &self.event
    }

    fn constructor(
        new: New<'_, Self>,
        cx: &mut Cx,
        type_: JsString,
        init: PromiseRejectionEventInit,
    ) -> Fallible<Js<Self>> {
        let event = Event::new(type_, &init.parent, cx);
        let state = Self::of(event, init.promise, init.reason.unwrap_or_default());
        Ok(new.object(state, cx))
    }

    fn promise(this: &Js<Self>, _: &mut Cx) -> Fallible<JsObject> {
        Ok(this.promise.clone())
    }

    fn reason(this: &Js<Self>, _: &mut Cx) -> Fallible<JsValue> {
        Ok(this.reason.clone())
    }
}

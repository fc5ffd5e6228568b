//! <https://html.spec.whatwg.org/multipage/nav-history-apis.html#the-window-object>

use crate::{
    binding::{
        Cx, Fallible, Js,
        generated::{WindowEventHandlersMethods, WindowMethods},
    },
    dom::event_target::EventTarget,
};
use boa_gc::{Finalize, Gc, Trace};

/// A page's global object.
#[derive(Debug, Trace, Finalize)]
pub struct Window {
    event_target: Gc<EventTarget>,
}

impl Window {
    /// A new window's state.
    pub(crate) fn new() -> Self {
        Self {
            event_target: EventTarget::base(),
        }
    }
}

impl WindowEventHandlersMethods for Window {}

impl WindowMethods for Window {
    fn parent(&self) -> &Gc<EventTarget> {
        &self.event_target
    }

    fn window(this: &Js<Self>, _: &mut Cx) -> Fallible<Js<Self>> {
        Ok(this.clone())
    }

    fn self_(this: &Js<Self>, _: &mut Cx) -> Fallible<Js<Self>> {
        Ok(this.clone())
    }
}

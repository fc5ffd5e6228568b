//! <https://w3c.github.io/hr-time/#sec-performance>

use crate::{
    binding::{Cx, Fallible, Js, generated::PerformanceMethods},
    dom::event_target::EventTarget,
    html::environment::Environment,
};
use boa_gc::{Finalize, Gc, Trace};

/// A `Performance`'s state: the clock itself is the environment's.
#[derive(Debug, Trace, Finalize)]
pub struct Performance {
    event_target: Gc<EventTarget>,
}

impl Performance {
    pub(crate) fn new() -> Self {
        Self {
            event_target: EventTarget::base(),
        }
    }
}

impl PerformanceMethods for Performance {
    fn parent(&self) -> &Gc<EventTarget> {
        &self.event_target
    }

    fn now(_: &Js<Self>, cx: &mut Cx) -> Fallible<f64> {
        Ok(Environment::of(cx).map_or(0.0, |environment| environment.now()))
    }

    fn time_origin(_: &Js<Self>, cx: &mut Cx) -> Fallible<f64> {
        Ok(Environment::of(cx).map_or(0.0, |environment| environment.time_origin()))
    }
}

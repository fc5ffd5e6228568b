//! <https://dom.spec.whatwg.org/#interface-abortcontroller>

use super::abort_signal::AbortSignal;
use crate::binding::{Cx, Fallible, Js, New, generated::AbortControllerMethods};
use boa_engine::JsValue;
use boa_gc::{Finalize, Trace};

/// An `AbortController`'s state.
#[derive(Debug, Trace, Finalize)]
pub struct AbortController {
    signal: Js<AbortSignal>,
}

impl AbortControllerMethods for AbortController {
    /// <https://dom.spec.whatwg.org/#dom-abortcontroller-abortcontroller>
    fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        // 1–2. With a signal of its own.
        let signal = AbortSignal::create(cx);
        Ok(new.object(Self { signal }, cx))
    }

    fn signal(this: &Js<Self>, _: &mut Cx) -> Fallible<Js<AbortSignal>> {
        Ok(this.signal.clone())
    }

    /// <https://dom.spec.whatwg.org/#dom-abortcontroller-abort>
    fn abort(this: &Js<Self>, cx: &mut Cx, reason: Option<JsValue>) -> Fallible<()> {
        // <https://dom.spec.whatwg.org/#abortcontroller-signal-abort>
        AbortSignal::signal_abort(&this.signal, reason, cx);
        Ok(())
    }
}

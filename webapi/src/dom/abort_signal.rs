//! <https://dom.spec.whatwg.org/#interface-AbortSignal>

use super::event_target::{self, EventTarget};
use crate::{
    binding::{Cx, Error, Fallible, Js, generated::AbortSignalMethods},
    webidl::dom_exception,
};
use boa_engine::{JsError, JsValue};
use boa_gc::{Finalize, Gc, GcRefCell, Trace, WeakGc};
use skep_engine::EventLoop;
use std::{
    cell::Cell,
    collections::{BTreeMap, HashSet},
    fmt, mem, ptr,
    time::Duration,
};

/// The type of the one event that a signal fires.
pub(super) const ABORT: &str = "abort";

/// An `AbortSignal`'s state.
#[derive(Debug, Default, Trace, Finalize)]
pub struct AbortSignal {
    event_target: Gc<EventTarget>,
    /// The signal's own object, so that who knows the state weakly can fire events at it.
    this: GcRefCell<Option<Js<Self>>>,
    /// <https://dom.spec.whatwg.org/#abortsignal-abort-reason>; undefined until the signal is aborted.
    reason: GcRefCell<JsValue>,
    /// <https://dom.spec.whatwg.org/#abortsignal-abort-algorithms>, in the order in which they were added.
    algorithms: GcRefCell<BTreeMap<AlgorithmId, Box<dyn AbortAlgorithm>>>,
    last_algorithm: Cell<AlgorithmId>,
    /// <https://dom.spec.whatwg.org/#abortsignal-dependent>
    dependent: Cell<bool>,
    /// <https://dom.spec.whatwg.org/#abortsignal-source-signals>
    sources: GcRefCell<Vec<WeakGc<Self>>>,
    /// <https://dom.spec.whatwg.org/#abortsignal-dependent-signals>
    dependents: GcRefCell<Vec<Gc<Reference>>>,
    /// How its sources, or its timeout, know this signal.
    reference: GcRefCell<Option<Gc<Reference>>>,
}

/// What is to be done when a signal is aborted: <https://dom.spec.whatwg.org/#abortsignal-abort-algorithms>.
pub(crate) trait AbortAlgorithm: Trace + fmt::Debug {
    /// Does it; called once.
    fn run(&self, cx: &mut Cx);
}

/// Names an algorithm that was added to a signal, so that it can be removed.
pub(crate) type AlgorithmId = u64;

/// A signal as those know it who will abort it: weakly, but strongly as long as there is something to be told of that.
/// <https://dom.spec.whatwg.org/#abort-signal-garbage-collection>
#[derive(Debug, Trace, Finalize)]
struct Reference {
    weak: WeakGc<AbortSignal>,
    strong: GcRefCell<Option<Js<AbortSignal>>>,
}

impl Reference {
    /// The signal, unless nothing can be told of it any more.
    fn signal(&self) -> Option<Js<AbortSignal>> {
        self.weak.upgrade()?.object()
    }
}

impl AbortSignal {
    /// A new signal of the current realm.
    pub(crate) fn create(cx: &mut Cx) -> Js<Self> {
        let signal = Js::new(Self::default(), cx);
        *signal.this.borrow_mut() = Some(signal.clone());
        signal
    }

    /// <https://dom.spec.whatwg.org/#abortsignal-aborted>
    pub(crate) fn is_aborted(&self) -> bool {
        !self.reason.borrow().is_undefined()
    }

    /// Adds an algorithm, unless the signal is aborted: <https://dom.spec.whatwg.org/#abortsignal-add>.
    pub(crate) fn add_algorithm(&self, algorithm: Box<dyn AbortAlgorithm>) -> Option<AlgorithmId> {
        // 1. Too late.
        if self.is_aborted() {
            return None;
        }
        // 2. Behind the others.
        let id = self.last_algorithm.get().wrapping_add(1);
        self.last_algorithm.set(id);
        self.algorithms.borrow_mut().insert(id, algorithm);
        self.update_reference();
        Some(id)
    }

    /// <https://dom.spec.whatwg.org/#abortsignal-remove>
    pub(crate) fn remove_algorithm(&self, id: AlgorithmId) {
        let removed = self.algorithms.borrow_mut().remove(&id);
        drop(removed);
        self.update_reference();
    }

    /// <https://dom.spec.whatwg.org/#abortsignal-signal-abort>
    pub(crate) fn signal_abort(this: &Js<Self>, reason: Option<JsValue>, cx: &mut Cx) {
        // 1. Only once.
        if this.is_aborted() {
            return;
        }
        // 2. For this reason.
        let reason = reason_or_abort_error(reason, cx);
        this.set_reason(reason.clone());
        // 3–4. All that follow it are aborted before anybody hears of any. Nothing can follow it any more.
        let dependents = mem::take(&mut *this.dependents.borrow_mut());
        let dependents_to_abort: Vec<_> = dependents
            .iter()
            .filter_map(|dependent| dependent.signal())
            .filter(|dependent| !dependent.is_aborted())
            .collect();
        for dependent in &dependents_to_abort {
            dependent.set_reason(reason.clone());
        }
        // 5. Its own steps.
        Self::run_abort_steps(this, cx);
        // 6. Then those of the others.
        for dependent in &dependents_to_abort {
            Self::run_abort_steps(dependent, cx);
        }
    }

    /// <https://dom.spec.whatwg.org/#run-the-abort-steps>
    fn run_abort_steps(this: &Js<Self>, cx: &mut Cx) {
        // 1–2. Each algorithm once.
        while let Some(algorithm) = this.next_algorithm() {
            algorithm.run(cx);
        }
        // 3. The event.
        event_target::fire_plain(ABORT, &this.upcast(), cx);
    }

    fn next_algorithm(&self) -> Option<Box<dyn AbortAlgorithm>> {
        let first = self.algorithms.borrow_mut().pop_first();
        first.map(|(_, algorithm)| algorithm)
    }

    /// <https://dom.spec.whatwg.org/#create-a-dependent-abort-signal>
    fn create_dependent(signals: &[Js<Self>], cx: &mut Cx) -> Js<Self> {
        // 1. A new one.
        let result = Self::create(cx);
        // 2. Aborted at once, for the first reason there is.
        if let Some(aborted) = signals.iter().find(|signal| signal.is_aborted()) {
            let reason = aborted.reason.borrow().clone();
            result.set_reason(reason);
            return result;
        }
        // 3. It follows others.
        result.dependent.set(true);
        // 4. These, each once: no signal that itself follows others, but those that it follows.
        let mut sources = Vec::new();
        for signal in signals {
            if signal.dependent.get() {
                sources.extend(signal.sources.borrow().iter().filter_map(WeakGc::upgrade));
            } else {
                sources.push(signal.state().clone());
            }
        }
        let mut known = HashSet::new();
        sources.retain(|source| known.insert(ptr::from_ref::<Self>(source)));
        for source in &sources {
            result.follow(source);
        }
        // 5. Done.
        result
    }

    /// Steps 4.1 and 4.2.2 of <https://dom.spec.whatwg.org/#create-a-dependent-abort-signal>.
    fn follow(&self, source: &Gc<Self>) {
        let Some(reference) = self.reference() else {
            return;
        };
        let weak = WeakGc::new(source);
        self.sources.borrow_mut().push(weak);
        let mut dependents = source.dependents.borrow_mut();
        // Those that are gone are taken out before the list grows, and so at a cost in proportion to what was added.
        if dependents.len() == dependents.capacity() {
            dependents.retain(|dependent| dependent.weak.is_upgradable());
        }
        dependents.push(reference);
        drop(dependents);
        source.update_reference();
    }

    /// The signal's object.
    fn object(&self) -> Option<Js<Self>> {
        self.this.borrow().clone()
    }

    /// The one reference to this signal.
    fn reference(&self) -> Option<Gc<Reference>> {
        if let Some(reference) = self.reference.borrow().as_ref() {
            return Some(reference.clone());
        }
        let reference = Gc::new(Reference {
            weak: WeakGc::new(self.object()?.state()),
            strong: GcRefCell::default(),
        });
        *self.reference.borrow_mut() = Some(reference.clone());
        self.update_reference();
        Some(reference)
    }

    fn set_reason(&self, reason: JsValue) {
        *self.reason.borrow_mut() = reason;
        self.update_reference();
    }

    /// Makes the reference strong or weak: <https://dom.spec.whatwg.org/#abort-signal-garbage-collection>. To be called whenever
    /// something that it depends on has changed.
    pub(super) fn update_reference(&self) {
        let Some(reference) = self.reference.borrow().clone() else {
            return;
        };
        // NOTE: a signal with a timeout stays also for the sake of those that follow it, until the time has passed.
        let is_awaited = self.event_target.has_listener(ABORT)
            || !self.algorithms.borrow().is_empty()
            || !self.dependents.borrow().is_empty();
        let strong = if is_awaited && !self.is_aborted() {
            self.object()
        } else {
            None
        };
        *reference.strong.borrow_mut() = strong;
    }
}

/// The reason as given, or an `AbortError`.
fn reason_or_abort_error(reason: Option<JsValue>, cx: &mut Cx) -> JsValue {
    // The bindings take an undefined reason for none, and so must every caller.
    reason.unwrap_or_else(|| dom_exception::create("AbortError", "The operation was aborted.", cx))
}

impl AbortSignalMethods for AbortSignal {
    fn parent(&self) -> &Gc<EventTarget> {
        &self.event_target
    }

    /// <https://dom.spec.whatwg.org/#dom-abortsignal-abort>
    fn abort(cx: &mut Cx, reason: Option<JsValue>) -> Fallible<Js<Self>> {
        // 1. A new one.
        let signal = Self::create(cx);
        // 2. Aborted, without anybody to hear of it.
        let reason = reason_or_abort_error(reason, cx);
        signal.set_reason(reason);
        // 3. That one.
        Ok(signal)
    }

    /// <https://dom.spec.whatwg.org/#dom-abortsignal-timeout>
    fn timeout(cx: &mut Cx, milliseconds: u64) -> Fallible<Js<Self>> {
        // 1–2. A new one, of this global.
        let signal = Self::create(cx);
        // 3. Aborted when the time has come, if there is still anybody to hear of it.
        if let Some(reference) = signal.reference() {
            EventLoop::of(cx).set_timer(Duration::from_millis(milliseconds), move |cx| {
                if let Some(signal) = reference.signal() {
                    let reason = dom_exception::create("TimeoutError", "The operation timed out.", cx);
                    Self::signal_abort(&signal, Some(reason), cx);
                }
            });
        }
        // 4. That one.
        Ok(signal)
    }

    /// <https://dom.spec.whatwg.org/#dom-abortsignal-any>
    fn any(cx: &mut Cx, signals: Vec<Js<Self>>) -> Fallible<Js<Self>> {
        Ok(Self::create_dependent(&signals, cx))
    }

    fn aborted(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(this.is_aborted())
    }

    fn reason(this: &Js<Self>, _: &mut Cx) -> Fallible<JsValue> {
        Ok(this.reason.borrow().clone())
    }

    /// <https://dom.spec.whatwg.org/#dom-abortsignal-throwifaborted>
    fn throw_if_aborted(this: &Js<Self>, _: &mut Cx) -> Fallible<()> {
        if this.is_aborted() {
            let reason = this.reason.borrow().clone();
            return Err(Error::Js(JsError::from_opaque(reason)));
        }
        Ok(())
    }
}

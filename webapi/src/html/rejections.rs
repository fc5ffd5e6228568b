//! Promises that nobody caught: <https://html.spec.whatwg.org/multipage/webappapis.html#unhandled-promise-rejections>.

use super::{
    environment::{Environment, global_target},
    promise_rejection_event::PromiseRejectionEvent,
    scripting,
};
use crate::{
    binding::{Cx, Js},
    dom::{event::Event, event_target},
};
use boa_engine::{
    JsObject, JsValue,
    builtins::{
        error::Error,
        promise::{OperationType, Promise, PromiseState},
    },
    object::builtins::JsPromise,
};
use boa_gc::{Finalize, GcRefCell, Trace};
use skep_engine::{EventLoop, ExceptionReport, TaskSource, caller_location};

/// A realm's lists of rejected promises.
#[derive(Debug, Default, Trace, Finalize)]
pub(super) struct Rejections {
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#about-to-be-notified-rejected-promises-list>
    about_to_be_notified: GcRefCell<Vec<Rejected>>,
    /// Of the list that is being notified, those not handled yet, the current one first.
    being_notified: GcRefCell<Vec<Rejected>>,
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#outstanding-rejected-promises-weak-set>
    /// NOTE: held strongly, as the engine's weak pointers cannot be listed; it holds what scripts left unhandled, no more.
    outstanding: GcRefCell<Vec<Rejected>>,
}

/// A rejected promise, and the place that rejected it: path, line and column. An error as reason knows its place better.
#[derive(Clone, Debug, Trace, Finalize)]
struct Rejected {
    promise: JsObject,
    #[unsafe_ignore_trace]
    place: Option<(String, u32, u32)>,
}

/// <https://html.spec.whatwg.org/multipage/webappapis.html#the-hostpromiserejectiontracker-implementation>
pub(crate) fn track(promise: &JsObject<Promise>, operation: OperationType, cx: &mut Cx) {
    let Some(environment) = Environment::of(cx) else {
        return;
    };
    let promise = promise.clone().upcast();
    let rejections = &environment.rejections;
    // 1–2. What a script of another origin does is not for this one's ears; but what it handles is handled.
    let is_muted = environment.mutes_scripts() && environment.is_muted(&caller_location(cx).0);
    match operation {
        OperationType::Reject if is_muted => {}
        // 4. Rejected, with nobody listening: tell after the next checkpoint.
        OperationType::Reject => {
            let tells_its_place = reason(&promise).as_object().is_some_and(|reason| reason.is::<Error>());
            let place = (!tells_its_place).then(|| caller_location(cx));
            let rejected = Rejected { promise, place };
            rejections.about_to_be_notified.borrow_mut().push(rejected);
        }
        // 5. Handled after all.
        OperationType::Handle => {
            // 5.1. Nobody was told yet: nothing to take back.
            if take(&rejections.about_to_be_notified, &promise).is_some()
                || take(&rejections.being_notified, &promise).is_some()
            {
                return;
            }
            // 5.2–5.4. Somebody was: take it back in a task.
            if take(&rejections.outstanding, &promise).is_some() && !is_muted {
                EventLoop::of(cx).queue_task(TaskSource::DomManipulation, move |cx| {
                    fire("rejectionhandled", promise, cx);
                });
            }
        }
    }
}

/// Takes the promise off the list; none if it is not there.
fn take(list: &GcRefCell<Vec<Rejected>>, promise: &JsObject) -> Option<Rejected> {
    let mut list = list.borrow_mut();
    let at = list
        .iter()
        .position(|known| JsObject::equals(&known.promise, promise))?;
    Some(list.remove(at))
}

/// <https://html.spec.whatwg.org/multipage/webappapis.html#notify-about-rejected-promises>
pub(crate) fn notify(cx: &mut Cx) {
    let Some(environment) = Environment::of(cx) else {
        return;
    };
    // 1–2. What came together since the last time.
    let list = std::mem::take(&mut *environment.rejections.about_to_be_notified.borrow_mut());
    if list.is_empty() {
        return;
    }
    // 4. Told in a task of its own.
    EventLoop::of(cx).queue_task(TaskSource::DomManipulation, move |cx| {
        let rejections = &environment.rejections;
        rejections.being_notified.borrow_mut().extend(list);
        loop {
            // 4.1.1. What was handled meanwhile is off the list.
            let Some(rejected) = rejections.being_notified.borrow().first().cloned() else {
                break;
            };
            let promise = &rejected.promise;
            // 4.1.2–4.1.3. The event; uncancelled, it is reported to the developer.
            if fire("unhandledrejection", promise.clone(), cx) {
                report(&rejected, cx);
            }
            // 4.1.4. It may be handled yet.
            if let Some(rejected) = take(&rejections.being_notified, promise) {
                rejections.outstanding.borrow_mut().push(rejected);
            }
        }
    });
}

fn reason(promise: &JsObject) -> JsValue {
    match JsPromise::from_object(promise.clone()).map(|promise| promise.state()) {
        Ok(PromiseState::Rejected(reason)) => reason,
        _ => JsValue::undefined(),
    }
}

fn fire(type_: &str, promise: JsObject, cx: &mut Cx) -> bool {
    let Some(global) = global_target(cx) else {
        return true;
    };
    let cancelable = type_ == "unhandledrejection";
    let event = Event::with_flags(type_, false, cancelable, cx);
    let reason = reason(&promise);
    let event = Js::new(PromiseRejectionEvent::of(event, promise, reason), cx);
    event_target::fire(&event, &global, cx)
}

/// A rejection that nobody handles is an error that nobody handled.
fn report(rejected: &Rejected, cx: &mut Cx) {
    if let Some(mut report) = ExceptionReport::from_value(reason(&rejected.promise), cx) {
        report.message.insert_str(0, "(in promise) ");
        if let Some(place) = &rejected.place {
            (report.filename, report.line, report.column) = place.clone();
        }
        scripting::print_unhandled(&report, cx);
    }
}

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
    builtins::promise::{OperationType, Promise, PromiseState},
    object::builtins::JsPromise,
};
use boa_gc::{Finalize, GcRefCell, Trace};
use skep_engine::{EventLoop, ExceptionReport, TaskSource};

/// A realm's lists of rejected promises.
#[derive(Debug, Default, Trace, Finalize)]
pub(super) struct Rejections {
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#about-to-be-notified-rejected-promises-list>
    about_to_be_notified: GcRefCell<Vec<JsObject>>,
    /// Of the list that is being notified, those not handled yet, the current one first.
    being_notified: GcRefCell<Vec<JsObject>>,
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#outstanding-rejected-promises-weak-set>
    /// NOTE: held strongly, as the engine's weak pointers cannot be listed; it holds what scripts left unhandled, no more.
    outstanding: GcRefCell<Vec<JsObject>>,
}

/// <https://html.spec.whatwg.org/multipage/webappapis.html#the-hostpromiserejectiontracker-implementation>
pub(crate) fn track(promise: &JsObject<Promise>, operation: OperationType, cx: &mut Cx) {
    let Some(environment) = Environment::of(cx) else {
        return;
    };
    let promise = promise.clone().upcast();
    let rejections = &environment.rejections;
    match operation {
        // 4. Rejected, with nobody listening: tell after the next checkpoint.
        OperationType::Reject => rejections.about_to_be_notified.borrow_mut().push(promise),
        // 5. Handled after all.
        OperationType::Handle => {
            // 5.1. Nobody was told yet: nothing to take back.
            if take(&rejections.about_to_be_notified, &promise) || take(&rejections.being_notified, &promise) {
                return;
            }
            // 5.2–5.4. Somebody was: take it back in a task.
            if take(&rejections.outstanding, &promise) {
                EventLoop::of(cx).queue_task(TaskSource::DomManipulation, move |cx| {
                    fire("rejectionhandled", promise, cx);
                });
            }
        }
    }
}

/// Takes the promise off the list; false if it is not there.
fn take(list: &GcRefCell<Vec<JsObject>>, promise: &JsObject) -> bool {
    let mut list = list.borrow_mut();
    let before = list.len();
    list.retain(|known| !JsObject::equals(known, promise));
    list.len() < before
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
            let Some(promise) = rejections.being_notified.borrow().first().cloned() else {
                break;
            };
            // 4.1.2–4.1.3. The event; uncancelled, it is reported to the developer.
            if fire("unhandledrejection", promise.clone(), cx) {
                report(&promise, cx);
            }
            // 4.1.4. It may be handled yet.
            if take(&rejections.being_notified, &promise) {
                rejections.outstanding.borrow_mut().push(promise);
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
fn report(promise: &JsObject, cx: &mut Cx) {
    if let Some(report) = ExceptionReport::from_value(reason(promise), cx) {
        let report = ExceptionReport {
            message: format!("(in promise) {}", report.message),
            ..report
        };
        scripting::print_unhandled(&report, cx);
    }
}

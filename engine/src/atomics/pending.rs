//! The promises of `Atomics.waitAsync` that an isolate has not kept yet.

use super::waiters::Place;
use crate::{Cx, EventLoop, TimerId};
use boa_engine::object::builtins::JsFunction;
use boa_engine::{JsString, JsValue, js_string};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::Duration;

/// Stands in the context's data. When the context goes, its waiters leave their lists.
#[derive(Default)]
struct Pending {
    next_number: Cell<u64>,
    waits: RefCell<HashMap<u64, AsyncWait>>,
}

struct AsyncWait {
    resolve: JsFunction,
    place: Place,
    timer: Option<TimerId>,
}

/// Gives a new context its store.
pub(super) fn install(cx: &mut Cx) {
    if !cx.has_data::<Pending>() {
        cx.insert_data(Pending::default());
    }
}

/// A name for the next promise of this isolate.
pub(super) fn next_number(cx: &Cx) -> u64 {
    cx.get_data::<Pending>().map_or(0, |pending| {
        let number = pending.next_number.get();
        pending.next_number.set(number + 1);
        number
    })
}

/// Keeps a promise until its waiter is notified or the time is over.
///
/// Without a timeout it is no activity: whoever notifies will be. A page does not stay busy for something that nobody does.
pub(super) fn keep(number: u64, resolve: JsFunction, place: Place, timeout: Option<Duration>, cx: &Cx) {
    let Some(pending) = cx.get_data::<Pending>() else {
        return;
    };
    // <https://tc39.es/ecma262/#sec-enqueueatomicswaitasynctimeoutjob>
    let timer = timeout.map(|timeout| {
        EventLoop::of(cx).set_timer(timeout, move |cx| {
            let waits = cx.get_data::<Pending>().is_some_and(|pending| {
                let waits = pending.waits.borrow();
                waits.get(&number).is_some_and(|wait| wait.place.leave())
            });
            // If it was notified meanwhile, the task that says so is under way.
            if waits {
                resolve_with(number, js_string!("timed-out"), cx);
            }
        })
    });
    let wait = AsyncWait { resolve, place, timer };
    pending.waits.borrow_mut().insert(number, wait);
}

/// Keeps the promise of a waiter that was notified.
pub(super) fn resolve_notified(number: u64, cx: &mut Cx) {
    resolve_with(number, js_string!("ok"), cx);
}

/// The job of <https://tc39.es/ecma262/#sec-enqueueresolveinagentjob>
fn resolve_with(number: u64, resolution: JsString, cx: &mut Cx) {
    let wait = cx
        .get_data::<Pending>()
        .and_then(|pending| pending.waits.borrow_mut().remove(&number));
    let Some(wait) = wait else { return };
    let event_loop = EventLoop::of(cx);
    if let Some(timer) = wait.timer {
        event_loop.clear_timer(timer);
    }
    let result = wait.resolve.call(&JsValue::undefined(), &[resolution.into()], cx);
    event_loop.uncaught(result.map(drop), cx);
}

//! `async_iterable`: <https://webidl.spec.whatwg.org/#js-asynchronous-iterable>.

use super::{Kind, iterator_result, operation, property, tag};
use crate::{
    Cx, Error, Fallible, Interface,
    call::{self, illegal_invocation},
    realm,
};
use boa_engine::{
    JsArgs, JsData, JsObject, JsResult, JsSymbol, JsValue, NativeFunction, js_string,
    object::{
        FunctionObjectBuilder,
        builtins::{JsFunction, JsPromise},
    },
};
use boa_gc::{Finalize, GcRefCell, Trace};
use std::cell::Cell;

/// Starts an iteration over the receiver, with the arguments given.
pub type Start = fn(&JsValue, &[JsValue], &mut Cx) -> Fallible<Box<dyn AsyncIteration>>;

/// What an asynchronously iterable interface tells of itself.
#[derive(Debug, Clone, Copy)]
pub struct AsyncIterable {
    /// The entries are pairs.
    pub pair: bool,
    /// Checks the receiver, converts the arguments and starts an iteration.
    pub start: Start,
    /// There is an asynchronous iterator return algorithm.
    pub returns: bool,
}

/// One iteration over an object that is asynchronously iterable.
pub trait AsyncIteration: Trace {
    /// <https://webidl.spec.whatwg.org/#dfn-get-the-next-iteration-result>: a promise of an [`AsyncItem`]'s value.
    ///
    /// # Errors
    /// What fails rejects the iterator's promise.
    fn next(&self, cx: &mut Cx) -> Fallible<JsPromise>;

    /// <https://webidl.spec.whatwg.org/#asynchronous-iterator-return>: a promise that is settled when the iteration is ended early.
    ///
    /// # Errors
    /// What fails rejects the iterator's promise.
    fn end(&self, _reason: JsValue, cx: &mut Cx) -> Fallible<JsPromise> {
        Ok(JsPromise::resolve(JsValue::undefined(), cx)?)
    }
}

/// What an iteration comes to next.
#[derive(Debug, Clone, Trace, Finalize, JsData)]
pub enum AsyncItem {
    /// There is no more.
    End,
    /// A value.
    Value(JsValue),
    /// A key and its value.
    Pair(JsValue, JsValue),
}

impl AsyncItem {
    /// What a promise of [`AsyncIteration::next`] is to be fulfilled with. It inherits nothing, so that no script sees it on its
    /// way by way of a `then`.
    pub fn into_value(self) -> JsValue {
        JsObject::from_proto_and_data(None, self).into()
    }
}

/// <https://webidl.spec.whatwg.org/#js-default-asynchronous-iterator-object>
#[derive(Trace, Finalize, JsData)]
struct DefaultAsyncIterator {
    #[unsafe_ignore_trace]
    interface: &'static Interface,
    #[unsafe_ignore_trace]
    kind: Kind,
    iteration: Box<dyn AsyncIteration>,
    ongoing: GcRefCell<Option<JsPromise>>,
    finished: Cell<bool>,
}

/// Defines the methods that start an iteration; returns the prototype of the iterators.
pub(super) fn define(
    prototype: &JsObject,
    interface: &'static Interface,
    iterable: AsyncIterable,
    cx: &mut Cx,
) -> JsResult<JsObject> {
    let methods: &[(&str, Kind)] = if iterable.pair {
        &[
            ("keys", Kind::Keys),
            ("values", Kind::Values),
            ("entries", Kind::Entries),
        ]
    } else {
        &[("values", Kind::Values)]
    };
    // The last is the one that `for await` calls.
    let mut last = JsValue::undefined();
    for &(name, kind) in methods {
        let native = NativeFunction::from_copy_closure(move |this, args, cx| {
            super::guarded(interface, name, cx, |cx| {
                let data = DefaultAsyncIterator {
                    interface,
                    kind,
                    iteration: (iterable.start)(this, args, cx)?,
                    ongoing: GcRefCell::default(),
                    finished: Cell::new(false),
                };
                let prototype = realm::iterator_prototype(interface, cx);
                Ok(JsObject::from_proto_and_data(prototype, data).into())
            })
        });
        last = operation(prototype, interface, name, 0, native, cx)?;
    }
    property(prototype, JsSymbol::async_iterator(), last, false, cx)?;

    // <https://webidl.spec.whatwg.org/#js-asynchronous-iterator-prototype-object>
    let base = cx.intrinsics().objects().iterator_prototypes().async_iterator();
    let iterators = JsObject::from_proto_and_data(base, boa_engine::builtins::object::OrdinaryObject);
    let next = NativeFunction::from_copy_closure(move |this, _, cx| {
        let promise = guarded(interface, "next", this, cx, |iterator, cx| {
            after_ongoing(
                iterator,
                cx,
                |iterator, _, cx| next_steps(iterator, cx),
                JsValue::undefined(),
            )
        });
        call::reject(promise, cx)
    });
    let next = FunctionObjectBuilder::new(cx.realm(), next)
        .name(js_string!("next"))
        .build();
    property(&iterators, js_string!("next"), next.into(), true, cx)?;
    if iterable.returns {
        let end = NativeFunction::from_copy_closure(move |this, args, cx| {
            let value = args.get_or_undefined(0).clone();
            let promise = guarded(interface, "return", this, cx, |iterator, cx| end(iterator, value, cx));
            call::reject(promise, cx)
        });
        let end = FunctionObjectBuilder::new(cx.realm(), end)
            .name(js_string!("return"))
            .length(1)
            .build();
        property(&iterators, js_string!("return"), end.into(), true, cx)?;
    }
    tag(&iterators, &format!("{} AsyncIterator", interface.name), cx)?;
    Ok(iterators)
}

/// Runs `body` if `this` is an iterator of the interface.
fn guarded(
    interface: &'static Interface,
    name: &str,
    this: &JsValue,
    cx: &mut Cx,
    body: impl FnOnce(&JsObject, &mut Cx) -> Fallible<JsPromise>,
) -> JsResult<JsValue> {
    super::guarded(interface, name, cx, |cx| {
        let iterator = this
            .as_object()
            .filter(|object| {
                object
                    .downcast_ref::<DefaultAsyncIterator>()
                    .is_some_and(|iterator| std::ptr::eq(iterator.interface, interface))
            })
            .ok_or_else(illegal_invocation)?;
        Ok(body(&iterator, cx)?.into())
    })
}

/// What is done when it is this call's turn.
type Steps = fn(&JsObject, JsValue, &mut Cx) -> Fallible<JsPromise>;

/// 8–10 of both algorithms: at once if nothing is under way, else when that is settled. The result is what is under way then.
fn after_ongoing(iterator: &JsObject, cx: &mut Cx, steps: Steps, value: JsValue) -> Fallible<JsPromise> {
    let ongoing = state(iterator, |state| state.ongoing.borrow().clone())?;
    let promise = match ongoing {
        Some(ongoing) => {
            let captures = (iterator.clone(), value);
            let settled = function(cx, captures, move |_, (iterator, value), cx| {
                match steps(iterator, value.clone(), cx) {
                    Ok(promise) => Ok(promise.into()),
                    Err(error) => Err(error.into_plain_js(cx)),
                }
            });
            ongoing.then(Some(settled.clone()), Some(settled), cx)?
        }
        None => steps(iterator, value, cx)?,
    };
    state(iterator, |state| *state.ongoing.borrow_mut() = Some(promise.clone()))?;
    Ok(promise)
}

/// The next steps of <https://webidl.spec.whatwg.org/#js-asynchronous-iterator-prototype-object>.
fn next_steps(iterator: &JsObject, cx: &mut Cx) -> Fallible<JsPromise> {
    // 2. After the end there is only the end.
    if state(iterator, |state| state.finished.get())? {
        let result = iterator_result(JsValue::undefined(), true, cx);
        return Ok(JsPromise::resolve(result, cx)?);
    }
    // 4. The next result.
    let next = with_iteration(iterator, |iteration| iteration.next(cx))?;
    let next = promise(next, cx)?;
    // 5–6. A result: the end, or an entry as the iterator's kind asks.
    let fulfilled = function(cx, iterator.clone(), |item, iterator, cx| {
        let item = item
            .as_object()
            .and_then(|object| object.downcast_ref::<AsyncItem>().map(|item| item.clone()))
            .unwrap_or(AsyncItem::End);
        let kind = settle(iterator, matches!(item, AsyncItem::End))?;
        Ok(match &item {
            AsyncItem::End => iterator_result(JsValue::undefined(), true, cx),
            AsyncItem::Value(value) => iterator_result(value.clone(), false, cx),
            AsyncItem::Pair(key, value) => {
                let result = kind.result(key.clone(), value.clone(), cx);
                iterator_result(result, false, cx)
            }
        })
    });
    // 7–8. A failure is the end too.
    let rejected = function(cx, iterator.clone(), |reason, iterator, _| {
        settle(iterator, true)?;
        Err(boa_engine::JsError::from_opaque(reason.clone()))
    });
    Ok(next.then(Some(fulfilled), Some(rejected), cx)?)
}

/// `return(value)` of <https://webidl.spec.whatwg.org/#js-asynchronous-iterator-prototype-object>.
fn end(iterator: &JsObject, value: JsValue, cx: &mut Cx) -> Fallible<JsPromise> {
    let ended = after_ongoing(iterator, cx, end_steps, value.clone())?;
    // 11–13. The value given is the result.
    let fulfilled = function(cx, value, |_, value, cx| Ok(iterator_result(value.clone(), true, cx)));
    Ok(ended.then(Some(fulfilled), None, cx)?)
}

fn end_steps(iterator: &JsObject, value: JsValue, cx: &mut Cx) -> Fallible<JsPromise> {
    // 2–3. Only once.
    if state(iterator, |state| state.finished.replace(true))? {
        let result = iterator_result(value, true, cx);
        return Ok(JsPromise::resolve(result, cx)?);
    }
    // 4. The interface's own algorithm.
    let ended = with_iteration(iterator, |iteration| iteration.end(value, cx))?;
    Ok(promise(ended, cx)?)
}

/// Nothing is under way any more.
fn settle(iterator: &JsObject, finished: bool) -> JsResult<Kind> {
    state(iterator, |state| {
        *state.ongoing.borrow_mut() = None;
        if finished {
            state.finished.set(true);
        }
        state.kind
    })
    .map_err(|_| boa_engine::JsNativeError::typ().with_message("not an iterator").into())
}

fn state<R>(iterator: &JsObject, read: impl FnOnce(&DefaultAsyncIterator) -> R) -> Fallible<R> {
    iterator
        .downcast_ref::<DefaultAsyncIterator>()
        .map(|state| read(&state))
        .ok_or_else(illegal_invocation)
}

/// The state stays borrowed, for reading, while the interface's algorithm runs.
fn with_iteration<R>(iterator: &JsObject, run: impl FnOnce(&dyn AsyncIteration) -> R) -> Fallible<R> {
    state(iterator, |state| run(&*state.iteration))
}

/// What fails at once, as a rejected promise.
fn promise(result: Fallible<JsPromise>, cx: &mut Cx) -> JsResult<JsPromise> {
    match result {
        Ok(promise) => Ok(promise),
        Err(Error::Js(error)) if error.as_engine().is_some() => Err(error),
        Err(error) => {
            let error = error.into_plain_js(cx);
            JsPromise::reject(error, cx)
        }
    }
}

/// A function for a promise to call with its one argument.
fn function<C: Trace + 'static>(
    cx: &mut Cx,
    captures: C,
    body: impl Fn(&JsValue, &C, &mut Cx) -> JsResult<JsValue> + Copy + 'static,
) -> JsFunction {
    let native = NativeFunction::from_copy_closure_with_captures(
        move |_, args, captures, cx| body(args.get_or_undefined(0), captures, cx),
        captures,
    );
    FunctionObjectBuilder::new(cx.realm(), native).build()
}

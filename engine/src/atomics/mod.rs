//! `Atomics.wait`, `Atomics.waitAsync` and `Atomics.notify`.
//!
//! The engine brings its own, but a thread that sleeps in its `wait` does not see a termination, and its `waitAsync` polls a
//! job of its own. So each realm's three functions are replaced. Waiters of both kinds stand in one list in the order in
//! which they came, whatever isolate they belong to; a termination ends the sleep of its isolate, and the end of an isolate
//! takes its waiters out of all lists.

mod pending;
mod shared_block;
mod waiters;

pub(crate) use shared_block::SharedBlock;

use crate::termination::interruption;
use crate::{Cx, EventLoop};
use boa_engine::builtins::typed_array::TypedArrayKind;
use boa_engine::object::FunctionObjectBuilder;
use boa_engine::object::builtins::{JsPromise, JsSharedArrayBuffer, JsTypedArray};
use boa_engine::property::PropertyDescriptor;
use boa_engine::value::IntegerOrInfinity;
use boa_engine::{JsArgs, JsNativeError, JsObject, JsResult, JsString, JsValue, NativeFunction, js_string};
use boa_gc::{Finalize, Trace};
use std::sync::Arc;
use std::time::{Duration, Instant};
use waiters::{Awakening, Wake};

/// Replaces the three functions of the current realm, in which no script may have run yet.
///
/// # Errors
/// If the realm's `Atomics` is not as the engine makes it.
pub(crate) fn install(cx: &mut Cx) -> JsResult<()> {
    type Body = fn(&JsValue, &[JsValue], &Originals, &mut Cx) -> JsResult<JsValue>;

    let atomics = cx.intrinsics().objects().atomics();
    let mut original = |name: JsString| -> JsResult<JsObject> {
        let function = atomics.get(name, cx)?.as_callable();
        Ok(function.ok_or_else(|| JsNativeError::typ().with_message("Atomics is not as the engine makes it"))?)
    };
    let (load, notify) = (original(js_string!("load"))?, original(js_string!("notify"))?);
    let functions: [(JsString, usize, Body); 3] = [
        (js_string!("wait"), 4, wait),
        (js_string!("waitAsync"), 4, wait_async),
        (js_string!("notify"), 3, self::notify),
    ];
    for (name, length, body) in functions {
        let originals = Originals {
            load: load.clone(),
            notify: notify.clone(),
        };
        let native = NativeFunction::from_copy_closure_with_captures(body, originals);
        let function = FunctionObjectBuilder::new(cx.realm(), native)
            .name(name.clone())
            .length(length)
            .build();
        // The attributes stay as they are.
        let value = PropertyDescriptor::builder().value(function);
        atomics.define_property_or_throw(name, value, cx)?;
    }
    pending::install(cx);
    shared_block::install(cx);
    Ok(())
}

/// The realm's own functions of `Atomics`, whatever scripts put in their place later.
#[derive(Clone, Trace, Finalize)]
struct Originals {
    load: JsObject,
    notify: JsObject,
}

/// A typed array that can be waited on, with its shared memory.
struct Waitable {
    array: JsTypedArray,
    kind: TypedArrayKind,
    buffer: JsSharedArrayBuffer,
}

impl Waitable {
    /// `None` if the array's memory is not shared.
    ///
    /// <https://tc39.es/ecma262/#sec-validateintegertypedarray> with `waitable`, for shared memory only
    fn new(value: &JsValue, cx: &mut Cx) -> JsResult<Option<Self>> {
        // 1. A typed array. Shared memory is never detached and never shrinks.
        let array = value
            .as_object()
            .ok_or_else(|| JsNativeError::typ().with_message("Atomics: the value is not a typed array"))?;
        let array = JsTypedArray::from_object(array)?;
        // 3. Of one of the two kinds that can be waited on.
        let kind = match array.kind() {
            Some(kind @ (TypedArrayKind::Int32 | TypedArrayKind::BigInt64)) => kind,
            _ => {
                let message = "Atomics: only an Int32Array or a BigInt64Array can be waited on";
                return Err(JsNativeError::typ().with_message(message).into());
            }
        };
        let buffer = array.buffer(cx)?.as_object();
        let buffer = buffer.and_then(|buffer| JsSharedArrayBuffer::from_object(buffer).ok());
        // 5. The record.
        Ok(buffer.map(|buffer| Self { array, kind, buffer }))
    }

    /// The number of the element.
    ///
    /// <https://tc39.es/ecma262/#sec-validateatomicaccess>
    fn validate_access(&self, index: &JsValue, cx: &mut Cx) -> JsResult<u64> {
        // 1. The length before the conversion, which may run a script that grows the memory.
        let length = self.array.length(cx)?;
        // 2., 3. An index.
        let index = index.to_index(cx)?;
        // 4. Inside.
        if usize::try_from(index).map_or(true, |index| index >= length) {
            let message = "Atomics: the index is outside of the typed array";
            return Err(JsNativeError::range().with_message(message).into());
        }
        Ok(index)
    }

    /// Where an element is in its block, in bytes.
    fn byte_index(&self, index: u64, cx: &mut Cx) -> JsResult<u64> {
        let size = match self.kind {
            TypedArrayKind::BigInt64 => 8,
            _ => 4,
        };
        Ok(self.array.byte_offset(cx)? as u64 + index * size)
    }

    /// A value as an element of the array.
    fn element(&self, value: &JsValue, cx: &mut Cx) -> JsResult<i64> {
        match self.kind {
            TypedArrayKind::BigInt64 => value.to_big_int64(cx),
            _ => value.to_i32(cx).map(i64::from),
        }
    }

    /// Reads an element atomically. Runs no script.
    fn load(&self, index: u64, originals: &Originals, cx: &mut Cx) -> JsResult<i64> {
        let array = JsObject::clone(&self.array).into();
        let value = originals.load.call(&JsValue::undefined(), &[array, index.into()], cx)?;
        self.element(&value, cx)
    }
}

/// What the steps that both kinds of waiting share come to.
struct Wait {
    target: Waitable,
    index: u64,
    expected: i64,
    /// In milliseconds, perhaps infinite.
    timeout: f64,
}

impl Wait {
    /// Steps 1 to 9 of <https://tc39.es/ecma262/#sec-dowait>
    fn new(arguments: &[JsValue], cx: &mut Cx) -> JsResult<Self> {
        // 1.–3. An array of the right kind over shared memory.
        let target = Waitable::new(arguments.get_or_undefined(0), cx)?
            .ok_or_else(|| JsNativeError::typ().with_message("Atomics: only shared memory can be waited on"))?;
        // 4. Where.
        let index = target.validate_access(arguments.get_or_undefined(1), cx)?;
        // 5.–7. What it must hold.
        let expected = target.element(arguments.get_or_undefined(2), cx)?;
        // 8., 9. How long.
        let timeout = arguments.get_or_undefined(3).to_number(cx)?;
        let timeout = if timeout.is_nan() {
            f64::INFINITY
        } else {
            timeout.max(0.0)
        };
        Ok(Self {
            target,
            index,
            expected,
            timeout,
        })
    }

    /// `None` for one that no clock reaches.
    fn timeout(&self) -> Option<Duration> {
        Duration::try_from_secs_f64(self.timeout / 1000.0).ok()
    }
}

/// `Atomics.wait ( typedArray, index, value, timeout )`
///
/// <https://tc39.es/ecma262/#sec-atomics.wait>, and the steps of <https://tc39.es/ecma262/#sec-dowait> for it
fn wait(_: &JsValue, arguments: &[JsValue], originals: &Originals, cx: &mut Cx) -> JsResult<JsValue> {
    // 1.–9. What both kinds do.
    let wait = Wait::new(arguments, cx)?;
    // 10. Not in an agent that must not sleep.
    if !cx.can_block() {
        let message = "Atomics.wait cannot be called here: this thread must not be blocked";
        return Err(JsNativeError::typ().with_message(message).into());
    }
    // 11.–14. The list of the element.
    let byte_index = wait.target.byte_index(wait.index, cx)?;
    let block = SharedBlock::of(&wait.target.buffer, cx)?;
    // NOTE(step 15): nobody is promised anything.
    // 22.–26. Until when.
    let agent = EventLoop::of(cx).handle();
    let deadline = wait.timeout().and_then(|timeout| Instant::now().checked_add(timeout));
    // 17.–19. Between this look and the waiter's entry nobody may notify.
    let mut section = block.waiters().enter_critical_section();
    // 20. Another value: there is nothing to wait for.
    if wait.target.load(wait.index, originals, cx)? != wait.expected {
        return Ok(js_string!("not-equal").into());
    }
    // 27., 28. Into the list.
    let waiter = section.add(byte_index, agent.clone(), Wake::current_thread());
    // 31. From here on others may notify.
    drop(section);
    // 29., 32. Sleep.
    match block.waiters().suspend(byte_index, waiter, deadline, &agent) {
        Awakening::Notified => Ok(js_string!("ok").into()),
        Awakening::TimedOut => Ok(js_string!("timed-out").into()),
        // A script without a further call or loop would go on otherwise.
        Awakening::Terminated => Err(interruption()),
    }
}

/// `Atomics.waitAsync ( typedArray, index, value, timeout )`
///
/// <https://tc39.es/ecma262/#sec-atomics.waitasync>, and the steps of <https://tc39.es/ecma262/#sec-dowait> for it
fn wait_async(_: &JsValue, arguments: &[JsValue], originals: &Originals, cx: &mut Cx) -> JsResult<JsValue> {
    // 1.–9. What both kinds do.
    let wait = Wait::new(arguments, cx)?;
    // NOTE(step 10): nobody sleeps.
    // 11.–14. The list of the element.
    let byte_index = wait.target.byte_index(wait.index, cx)?;
    let block = SharedBlock::of(&wait.target.buffer, cx)?;
    // 16. The promise, which may turn out not to be needed.
    let (promise, resolvers) = JsPromise::new_pending(cx);
    // 22. This agent.
    let agent = EventLoop::of(cx).handle();
    let number = pending::next_number(cx);
    // 17.–19. Between this look and the waiter's entry nobody may notify.
    let mut section = block.waiters().enter_critical_section();
    // 20. Another value: there is nothing to wait for.
    if wait.target.load(wait.index, originals, cx)? != wait.expected {
        drop(section);
        return result(false, js_string!("not-equal"), cx);
    }
    // 21. No time at all.
    if wait.timeout <= 0.0 {
        drop(section);
        return result(false, js_string!("timed-out"), cx);
    }
    // 27., 28. Into the list.
    let waiter = section.add(byte_index, agent, Wake::job(number));
    // 31. From here on others may notify; what they notify with is a task for this thread, which is busy here.
    drop(section);
    // 23.–26., 30. The promise is kept for whatever comes first.
    let place = waiters::Place::new(Arc::clone(block.waiters()), byte_index, waiter);
    pending::keep(number, resolvers.resolve.clone(), place, wait.timeout(), cx);
    // 33.–35. Here is the promise.
    result(true, promise, cx)
}

/// What `waitAsync` returns.
fn result(is_async: bool, value: impl Into<JsValue>, cx: &mut Cx) -> JsResult<JsValue> {
    let object = JsObject::with_object_proto(cx.intrinsics());
    object.create_data_property_or_throw(js_string!("async"), is_async, cx)?;
    object.create_data_property_or_throw(js_string!("value"), value.into(), cx)?;
    Ok(object.into())
}

/// `Atomics.notify ( typedArray, index, count )`
///
/// <https://tc39.es/ecma262/#sec-atomics.notify>
fn notify(this: &JsValue, arguments: &[JsValue], originals: &Originals, cx: &mut Cx) -> JsResult<JsValue> {
    // 1. Where; nobody waits on memory that is not shared (step 6), which the engine's own function says as well.
    let Some(target) = Waitable::new(arguments.get_or_undefined(0), cx)? else {
        return originals.notify.call(this, arguments, cx);
    };
    let index = target.validate_access(arguments.get_or_undefined(1), cx)?;
    // 2., 3. How many.
    let count = arguments.get_or_undefined(2);
    let count = if count.is_undefined() {
        usize::MAX
    } else {
        match count.to_integer_or_infinity(cx)? {
            IntegerOrInfinity::PositiveInfinity => usize::MAX,
            IntegerOrInfinity::Integer(count) => usize::try_from(count.max(0)).unwrap_or(usize::MAX),
            IntegerOrInfinity::NegativeInfinity => 0,
        }
    };
    // 4., 5., 7. The list of the element.
    let byte_index = target.byte_index(index, cx)?;
    let block = SharedBlock::of(&target.buffer, cx)?;
    // 8.–12. Wake them.
    let woken = block.waiters().enter_critical_section().notify(byte_index, count);
    Ok(JsValue::from(woken as u64))
}

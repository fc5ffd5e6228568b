//! `iterable<key, value>`: <https://webidl.spec.whatwg.org/#js-iterable>.

use super::{Kind, for_each_arguments, guarded, iterator_result, operation, property, tag};
use crate::{Cx, Error, Fallible, Interface, call::illegal_invocation, object, realm};
use boa_engine::{JsData, JsObject, JsResult, JsSymbol, JsValue, NativeFunction, js_string};
use boa_gc::{Finalize, Trace};
use std::cell::Cell;

/// The pair at an index, if the object implements the interface and there is one.
pub type Pair = fn(&JsValue, usize, &mut Cx) -> Fallible<Option<(JsValue, JsValue)>>;

/// <https://webidl.spec.whatwg.org/#default-iterator-objects>
#[derive(Trace, Finalize, JsData)]
struct DefaultIterator {
    target: JsObject,
    #[unsafe_ignore_trace]
    interface: &'static Interface,
    #[unsafe_ignore_trace]
    kind: Kind,
    index: Cell<usize>,
}

/// Defines `entries`, `keys`, `values`, `forEach` and the iterator method on an interface's prototype; returns the prototype of
/// its iterators.
pub(super) fn define(prototype: &JsObject, interface: &'static Interface, cx: &mut Cx) -> JsResult<JsObject> {
    let mut entries = JsValue::undefined();
    for (name, kind) in [
        ("entries", Kind::Entries),
        ("keys", Kind::Keys),
        ("values", Kind::Values),
    ] {
        let native = NativeFunction::from_copy_closure(move |this, _, cx| {
            guarded(interface, name, cx, |cx| iterate(this, interface, kind, cx))
        });
        let function = operation(prototype, interface, name, 0, native, cx)?;
        if kind == Kind::Entries {
            entries = function;
        }
    }
    let native = NativeFunction::from_copy_closure(move |this, args, cx| {
        guarded(interface, "forEach", cx, |cx| for_each(this, args, interface, cx))
    });
    operation(prototype, interface, "forEach", 1, native, cx)?;
    property(prototype, JsSymbol::iterator(), entries, false, cx)?;

    // The iterator prototype object.
    // %IteratorPrototype% is what every built-in iterator's prototype inherits from.
    let base = cx.intrinsics().objects().iterator_prototypes().array().prototype();
    let iterators = JsObject::from_proto_and_data(base, boa_engine::builtins::object::OrdinaryObject);
    let native = NativeFunction::from_copy_closure(move |this, _, cx| {
        guarded(interface, "next", cx, |cx| next(this, interface, cx))
    });
    let next = boa_engine::object::FunctionObjectBuilder::new(cx.realm(), native)
        .name(js_string!("next"))
        .build();
    property(&iterators, js_string!("next"), next.into(), true, cx)?;
    tag(&iterators, &format!("{} Iterator", interface.name), cx)?;
    Ok(iterators)
}

/// The object, if it implements the interface.
fn receiver(this: &JsValue, interface: &'static Interface) -> Fallible<JsObject> {
    this.as_object()
        .filter(|target| object::implements(target, interface))
        .ok_or_else(illegal_invocation)
}

fn iterate(this: &JsValue, interface: &'static Interface, kind: Kind, cx: &mut Cx) -> Fallible<JsValue> {
    let data = DefaultIterator {
        target: receiver(this, interface)?,
        interface,
        kind,
        index: Cell::new(0),
    };
    let prototype = realm::iterator_prototype(interface, cx);
    Ok(JsObject::from_proto_and_data(prototype, data).into())
}

/// <https://webidl.spec.whatwg.org/#js-iterator-prototype-object>
fn next(this: &JsValue, interface: &'static Interface, cx: &mut Cx) -> Fallible<JsValue> {
    // 4. Only an iterator of this very interface.
    let (target, kind, index) = this
        .as_object()
        .and_then(|object| {
            let iterator = object.downcast_ref::<DefaultIterator>()?;
            if !std::ptr::eq(iterator.interface, interface) {
                return None;
            }
            // 7, 11. The index at which to look now, and the next time.
            let index = iterator.index.replace(iterator.index.get().saturating_add(1));
            Some((iterator.target.clone(), iterator.kind, index))
        })
        .ok_or_else(illegal_invocation)?;
    Ok(match pair(interface, &target.into(), index, cx)? {
        // 9. At the end.
        None => iterator_result(JsValue::undefined(), true, cx),
        // 10, 12. The pair as its kind asks.
        Some((key, value)) => {
            let result = kind.result(key, value, cx);
            iterator_result(result, false, cx)
        }
    })
}

fn pair(
    interface: &'static Interface,
    target: &JsValue,
    index: usize,
    cx: &mut Cx,
) -> Fallible<Option<(JsValue, JsValue)>> {
    match interface.iteration {
        Some(super::Iteration::Pair(pair)) => pair(target, index, cx),
        _ => Err(Error::Type(format!("'{}' has no pairs.", interface.name))),
    }
}

/// <https://webidl.spec.whatwg.org/#js-forEach>
fn for_each(this: &JsValue, args: &[JsValue], interface: &'static Interface, cx: &mut Cx) -> Fallible<JsValue> {
    let target = JsValue::from(receiver(this, interface)?);
    let (callback, receiver) = for_each_arguments(args, cx)?;
    let mut index = 0;
    // The pairs are looked at anew each time: the callback may change them.
    while let Some((key, value)) = pair(interface, &target, index, cx)? {
        callback.call(receiver, &[value, key, target.clone()], cx)?;
        index += 1;
    }
    Ok(JsValue::undefined())
}

//! What is iterable.

use crate::generated::{
    AsyncPairsMethods, CountdownMethods, FixedMapMethods, FixedSetMethods, PairsMethods, TestMapMethods,
    TestSetMethods, ValuesMethods,
};
use boa_gc::GcRefCell;
use skep_binding::{AsyncItem, prelude::*};
use std::cell::Cell;

#[derive(Debug, Trace, Finalize)]
pub struct TestMap(JsMap);

impl TestMapMethods for TestMap {
    fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        let map = JsMap::new(cx);
        Ok(new.object(Self(map), cx))
    }

    fn map_entries(this: &Js<Self>, _: &mut Cx) -> Fallible<JsMap> {
        Ok(this.0.clone())
    }
}

#[derive(Debug, Trace, Finalize)]
pub struct FixedMap(JsMap);

impl FixedMapMethods for FixedMap {
    fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        let map = JsMap::new(cx);
        map.set(js_string!("a"), 1, cx)?;
        Ok(new.object(Self(map), cx))
    }

    fn map_entries(this: &Js<Self>, _: &mut Cx) -> Fallible<JsMap> {
        Ok(this.0.clone())
    }
}

#[derive(Debug, Trace, Finalize)]
pub struct TestSet(JsSet);

impl TestSetMethods for TestSet {
    fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        let set = JsSet::new(cx);
        Ok(new.object(Self(set), cx))
    }

    /// The interface's own, which the declaration does not touch.
    fn clear(this: &Js<Self>, cx: &mut Cx) -> Fallible<()> {
        this.0.clear();
        this.0.add(js_string!("cleared"), cx)?;
        Ok(())
    }

    fn set_entries(this: &Js<Self>, _: &mut Cx) -> Fallible<JsSet> {
        Ok(this.0.clone())
    }
}

#[derive(Debug, Trace, Finalize)]
pub struct FixedSet(JsSet);

impl FixedSetMethods for FixedSet {
    fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        let set = JsSet::new(cx);
        set.add(js_string!("a"), cx)?;
        Ok(new.object(Self(set), cx))
    }

    fn set_entries(this: &Js<Self>, _: &mut Cx) -> Fallible<JsSet> {
        Ok(this.0.clone())
    }
}

#[derive(Debug, Trace, Finalize)]
pub struct Pairs(GcRefCell<Vec<(JsString, i32)>>);

impl PairsMethods for Pairs {
    fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        Ok(new.object(Self(GcRefCell::default()), cx))
    }

    fn append(this: &Js<Self>, _: &mut Cx, name: JsString, value: i32) -> Fallible<()> {
        this.0.borrow_mut().push((name, value));
        Ok(())
    }

    fn pair(this: &Js<Self>, index: usize, _: &mut Cx) -> Fallible<Option<(JsString, i32)>> {
        Ok(this.0.borrow().get(index).cloned())
    }
}

#[derive(Debug, Trace, Finalize)]
pub struct Values;

impl ValuesMethods for Values {
    fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        let object = new.object(Self, cx);
        for (index, text) in ["x", "y"].into_iter().enumerate() {
            object
                .object()
                .create_data_property_or_throw(index, js_string!(text), cx)?;
        }
        Ok(object)
    }

    fn length(_: &Js<Self>, _: &mut Cx) -> Fallible<u32> {
        Ok(2)
    }
}

#[derive(Debug, Trace, Finalize)]
pub struct Countdown(Gc<GcRefCell<String>>);

/// Counts down to 1; fails where it is started below zero.
#[derive(Trace, Finalize)]
struct Counting {
    next: Cell<i32>,
    log: Gc<GcRefCell<String>>,
}

impl AsyncIteration for Counting {
    fn next(&self, cx: &mut Cx) -> Fallible<JsPromise> {
        let number = self.next.get();
        *self.log.borrow_mut() += &format!("next {number};");
        let item = match number {
            ..0 => return Err(Error::Range("Below zero.".to_owned())),
            0 => AsyncItem::End,
            _ => {
                self.next.set(number - 1);
                AsyncItem::Value(number.into())
            }
        };
        Ok(JsPromise::resolve(item.into_value(), cx)?)
    }

    fn end(&self, reason: JsValue, cx: &mut Cx) -> Fallible<JsPromise> {
        *self.log.borrow_mut() += &format!("end {};", reason.display());
        Ok(JsPromise::resolve(JsValue::undefined(), cx)?)
    }
}

impl CountdownMethods for Countdown {
    fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        Ok(new.object(Self(Gc::new(GcRefCell::default())), cx))
    }

    fn log(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!(this.0.borrow().as_str()))
    }

    const ASYNC_ITERATOR_RETURNS: bool = true;

    fn async_iterator(this: &Js<Self>, _: &mut Cx, from: i32) -> Fallible<Box<dyn AsyncIteration>> {
        Ok(Box::new(Counting {
            next: Cell::new(from),
            log: this.0.clone(),
        }))
    }
}

#[derive(Debug, Trace, Finalize)]
pub struct AsyncPairs;

/// One pair.
#[derive(Trace, Finalize)]
struct OnePair(Cell<bool>);

impl AsyncIteration for OnePair {
    fn next(&self, cx: &mut Cx) -> Fallible<JsPromise> {
        let item = if self.0.replace(true) {
            AsyncItem::End
        } else {
            AsyncItem::Pair(js_string!("key").into(), 1.into())
        };
        Ok(JsPromise::resolve(item.into_value(), cx)?)
    }
}

impl AsyncPairsMethods for AsyncPairs {
    fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        Ok(new.object(Self, cx))
    }

    const ASYNC_ITERATOR_RETURNS: bool = false;

    fn async_iterator(_: &Js<Self>, _: &mut Cx) -> Fallible<Box<dyn AsyncIteration>> {
        Ok(Box::new(OnePair(Cell::new(false))))
    }
}

//! Members of all kinds, and inheritance.

use crate::generated::{
    AliasedMethods, Color, ElsewhereOnlyMethods, MeasuredMethods, MoreSpecialMethods, NamelessMethods,
    SecureOnlyMethods, SpecialMethods, ThingMethods,
};
use boa_gc::GcRefCell;
use skep_binding::prelude::*;
use std::cell::Cell;

#[derive(Debug, Trace, Finalize)]
pub struct Thing {
    name: GcRefCell<JsString>,
    lenient: Cell<i32>,
    #[unsafe_ignore_trace]
    color: Cell<Color>,
    inner: GcRefCell<Option<Js<Self>>>,
}

impl Thing {
    fn new(name: JsString) -> Self {
        Self {
            name: GcRefCell::new(name),
            lenient: Cell::new(0),
            color: Cell::new(Color::Red),
            inner: GcRefCell::default(),
        }
    }
}

impl ThingMethods for Thing {
    fn constructor(new: New<'_, Self>, cx: &mut Cx, name: JsString) -> Fallible<Js<Self>> {
        Ok(new.object(Self::new(name), cx))
    }

    fn constructor_with_other(new: New<'_, Self>, cx: &mut Cx, other: Js<Self>, copies: u8) -> Fallible<Js<Self>> {
        let name = other.name.borrow().to_std_string_lossy().repeat(usize::from(copies));
        Ok(new.object(Self::new(js_string!(name)), cx))
    }

    fn named(cx: &mut Cx, name: JsString) -> Fallible<Js<Self>> {
        Ok(Js::new(Self::new(name), cx))
    }

    fn nailed(_: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!("nailed"))
    }

    fn later(_: &Js<Self>, cx: &mut Cx, what: JsString) -> Fallible<JsPromise> {
        if what.is_empty() {
            return Err(Error::Dom("AbortError", "Nothing to say.".to_owned()));
        }
        Ok(JsPromise::resolve(what, cx)?)
    }

    fn elsewhere(_: &Js<Self>, _: &mut Cx) -> Fallible<()> {
        Ok(())
    }

    fn only_secure(_: &Js<Self>, _: &mut Cx) -> Fallible<()> {
        Ok(())
    }

    fn fail(_: &Js<Self>, _: &mut Cx, how: JsString) -> Fallible<()> {
        let text = "So it goes.".to_owned();
        Err(match how.to_std_string_lossy().as_str() {
            "type" => Error::Type(text),
            "range" => Error::Range(text),
            _ => Error::Dom("DataError", text),
        })
    }

    fn version(_: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!("1"))
    }

    fn counter(cx: &mut Cx) -> Fallible<i32> {
        Ok(cx.get_data::<Counter>().map_or(0, |counter| counter.0.get()))
    }

    fn set_counter(cx: &mut Cx, value: i32) -> Fallible<()> {
        cx.insert_data(Counter(Cell::new(value)));
        Ok(())
    }

    fn promised_counter(cx: &mut Cx) -> Fallible<JsPromise> {
        let counter = Self::counter(cx)?;
        if counter < 0 {
            return Err(Error::Range("Below zero.".to_owned()));
        }
        Ok(JsPromise::resolve(counter, cx)?)
    }

    fn name(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(this.name.borrow().clone())
    }

    fn set_name(this: &Js<Self>, _: &mut Cx, value: JsString) -> Fallible<()> {
        *this.name.borrow_mut() = value;
        Ok(())
    }

    fn fixed(_: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!("fixed"))
    }

    fn lenient(this: &Js<Self>, _: &mut Cx) -> Fallible<i32> {
        Ok(this.lenient.get())
    }

    fn set_lenient(this: &Js<Self>, _: &mut Cx, value: i32) -> Fallible<()> {
        this.lenient.set(value);
        Ok(())
    }

    fn settable(_: &Js<Self>, _: &mut Cx) -> Fallible<i32> {
        Ok(1)
    }

    fn inner(this: &Js<Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        let known = this.inner.borrow().clone();
        Ok(match known {
            Some(inner) => inner,
            None => {
                let inner = Js::new(Self::new(js_string!("inner")), cx);
                *this.inner.borrow_mut() = Some(inner.clone());
                inner
            }
        })
    }

    fn replaceable(_: &Js<Self>, _: &mut Cx) -> Fallible<i32> {
        Ok(1)
    }

    fn same(this: &Js<Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        Self::inner(this, cx)
    }

    fn color(this: &Js<Self>, _: &mut Cx) -> Fallible<Color> {
        Ok(this.color.get())
    }

    fn set_color(this: &Js<Self>, _: &mut Cx, value: Color) -> Fallible<()> {
        this.color.set(value);
        Ok(())
    }

    fn promised(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsPromise> {
        let name = this.name.borrow().clone();
        Ok(JsPromise::resolve(name, cx)?)
    }
}

/// What the static attribute holds.
struct Counter(Cell<i32>);

#[derive(Debug, Trace, Finalize)]
pub struct Special(Gc<Thing>);

impl Special {
    fn new() -> Self {
        Self(Gc::new(Thing::new(js_string!("special"))))
    }
}

impl SpecialMethods for Special {
    fn parent(&self) -> &Gc<Thing> {
        &self.0
    }

    fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        Ok(new.object(Self::new(), cx))
    }

    fn extra(_: &Js<Self>, _: &mut Cx) -> Fallible<i32> {
        Ok(5)
    }
}

impl MeasuredMethods for Special {
    fn size(_: &Js<Self>, _: &mut Cx) -> Fallible<f64> {
        Ok(1.5)
    }

    fn unsaid(_: &Js<Self>, _: &mut Cx) -> Fallible<JsValue> {
        Ok(JsValue::null())
    }
}

#[derive(Debug, Trace, Finalize)]
pub struct MoreSpecial(Gc<Special>);

impl MoreSpecialMethods for MoreSpecial {
    fn parent(&self) -> &Gc<Special> {
        &self.0
    }

    fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        Ok(new.object(Self(Gc::new(Special::new())), cx))
    }

    fn most(_: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(true)
    }
}

#[derive(Debug, Trace, Finalize)]
pub struct Nameless;

impl NamelessMethods for Nameless {
    fn stringify(_: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!("without a name"))
    }
}

#[derive(Debug, Trace, Finalize)]
pub struct Aliased;

impl AliasedMethods for Aliased {}

#[derive(Debug, Trace, Finalize)]
pub struct ElsewhereOnly;

impl ElsewhereOnlyMethods for ElsewhereOnly {}

#[derive(Debug, Trace, Finalize)]
pub struct SecureOnly;

impl SecureOnlyMethods for SecureOnly {}

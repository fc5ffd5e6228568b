//! Functions of the language, as they are before any script can replace them.

use crate::Cx;
use boa_engine::{JsData, JsNativeError, JsObject, JsResult, JsString, js_string};
use boa_gc::{Finalize, Gc, Trace};

/// A realm's own.
#[derive(Trace, Finalize)]
pub(crate) struct Originals {
    /// `Reflect.set`.
    pub reflect_set: JsObject,
    /// `Reflect.getOwnPropertyDescriptor`.
    pub own_property_descriptor: JsObject,
    /// `Set.prototype.entries`.
    pub set_entries: JsObject,
    /// `Array.prototype.entries`.
    pub array_entries: JsObject,
    /// `Array.prototype.keys`.
    pub array_keys: JsObject,
    /// `Array.prototype.forEach`.
    pub array_for_each: JsObject,
}

/// The realm's slot for them.
#[derive(Trace, Finalize, JsData)]
struct Slot(Gc<Originals>);

impl Originals {
    /// Keeps those of the current realm, in which no script has run.
    pub fn keep(cx: &mut Cx) -> JsResult<()> {
        let reflect = cx.intrinsics().objects().reflect();
        let array = cx.intrinsics().constructors().array().prototype();
        let set = cx.intrinsics().constructors().set().prototype();
        let mut find = |holder: &JsObject, name: JsString| {
            let function = holder.get(name, cx)?.as_object();
            JsResult::Ok(function.ok_or_else(lacking)?)
        };
        let originals = Self {
            reflect_set: find(&reflect, js_string!("set"))?,
            own_property_descriptor: find(&reflect, js_string!("getOwnPropertyDescriptor"))?,
            set_entries: find(&set, js_string!("entries"))?,
            array_entries: find(&array, js_string!("entries"))?,
            array_keys: find(&array, js_string!("keys"))?,
            array_for_each: find(&array, js_string!("forEach"))?,
        };
        cx.realm().host_defined_mut().insert(Slot(Gc::new(originals)));
        Ok(())
    }

    /// The current realm's.
    ///
    /// # Errors
    /// If the realm has no interfaces.
    pub fn of(cx: &Cx) -> JsResult<Gc<Self>> {
        let kept = cx.realm().host_defined().get::<Slot>().map(|slot| slot.0.clone());
        Ok(kept.ok_or_else(lacking)?)
    }
}

fn lacking() -> JsNativeError {
    JsNativeError::typ().with_message("the realm lacks a built-in function")
}

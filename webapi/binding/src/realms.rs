//! The realms of an agent, found by their `%Object.prototype%`: the one thing by which the engine lets a function's realm be told.

use crate::Cx;
use boa_engine::{JsData, JsObject, JsResult, object::builtins::JsWeakMap, realm::Realm};
use boa_gc::{Finalize, Trace};

/// By their `%Object.prototype%`, which does not keep them alive.
struct Realms(JsWeakMap);

#[derive(Trace, Finalize, JsData)]
struct Entry(Realm);

/// Makes the current realm known.
pub(crate) fn register(cx: &mut Cx) -> JsResult<()> {
    let known = cx.get_data::<Realms>().map(|realms| realms.0.clone());
    let known = match known {
        Some(known) => known,
        None => {
            let known = JsWeakMap::new(cx);
            cx.insert_data(Realms(known.clone()));
            known
        }
    };
    let prototype = cx.intrinsics().constructors().object().prototype();
    let entry = JsObject::from_proto_and_data(None, Entry(cx.realm().clone()));
    known.set(&prototype, entry.into(), cx)?;
    Ok(())
}

/// The realm whose `%Object.prototype%` this is.
pub(crate) fn with_object_prototype(prototype: &JsObject, cx: &mut Cx) -> Option<Realm> {
    let known = cx.get_data::<Realms>().map(|realms| realms.0.clone())?;
    let entry = known.get(prototype, cx).ok()?.as_object()?;
    let entry = entry.downcast_ref::<Entry>()?;
    Some(entry.0.clone())
}

//! What the web adds to structured data: its serializable and transferable objects, whose interfaces implement [`Serializable`] and
//! [`Transferable`].
//!
//! [`Serializable`]: crate::binding::Serializable
//! [`Transferable`]: crate::binding::Transferable
//!
//! <https://html.spec.whatwg.org/multipage/structured-data.html>

use super::{
    environment::Environment,
    message_port::{MessagePort, PortEnd},
};
use crate::{
    binding::{self, Cx, SerializedObject, TransferredObject},
    webidl::dom_exception,
};
use boa_engine::{JsError, JsObject, JsResult, JsValue};
use skep_engine::structured_data::{self as engine, PlatformObjects, PlatformRecord, PlatformTransfer};
use std::sync::Arc;

pub(crate) use engine::{Record, TransferRecord};

/// The web's platform objects, each of which knows by its interface how it crosses.
struct Web;

impl PlatformObjects for Web {
    fn data_clone_error(&self, message: &str, cx: &mut Cx) -> JsError {
        dom_exception::error("DataCloneError", message, cx)
    }

    fn is_platform_object(&self, object: &JsObject) -> bool {
        binding::interface_of(object).is_some()
    }

    fn serialize(&self, object: &JsObject, _for_storage: bool, cx: &mut Cx) -> Option<JsResult<PlatformRecord>> {
        let serialized = SerializedObject::of(object, cx)?;
        Some(serialized.map(|serialized| Arc::new(serialized) as PlatformRecord))
    }

    fn deserialize(&self, record: &PlatformRecord, cx: &mut Cx) -> JsResult<JsObject> {
        match record.downcast_ref::<SerializedObject>() {
            Some(serialized) => serialized.object(cx),
            None => Err(self.data_clone_error("The value is of no known kind.", cx)),
        }
    }

    fn is_transferable(&self, object: &JsObject) -> bool {
        binding::is_transferable(object)
    }

    fn is_detached(&self, object: &JsObject) -> bool {
        binding::is_detached(object)
    }

    fn transfer(&self, object: &JsObject, cx: &mut Cx) -> JsResult<PlatformTransfer> {
        Ok(Box::new(TransferredObject::of(object, cx)?))
    }

    fn receive(&self, transfer: PlatformTransfer, cx: &mut Cx) -> JsResult<JsObject> {
        match transfer.downcast::<TransferredObject>() {
            Ok(transferred) => transferred.receive(cx),
            Err(_) => Err(self.data_clone_error("The value is of no known kind.", cx)),
        }
    }

    fn shared_memory_allowed(&self, cx: &mut Cx) -> bool {
        Environment::of(cx).is_some_and(|environment| environment.settings().cross_origin_isolated)
    }
}

/// <https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializewithtransfer>
pub(crate) fn serialize_with_transfer(value: &JsValue, transfer: &[JsObject], cx: &mut Cx) -> JsResult<TransferRecord> {
    engine::serialize_with_transfer(value, transfer, &Web, cx)
}

/// <https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserializewithtransfer>
pub(crate) fn deserialize_with_transfer(record: TransferRecord, cx: &mut Cx) -> JsResult<(JsValue, Vec<JsObject>)> {
    engine::deserialize_with_transfer(record, &Web, cx)
}

/// The ends of the ports that are transferred in a record which nobody will read.
pub(crate) fn ends_of(record: TransferRecord) -> Vec<PortEnd> {
    let transferred = record.into_platform_transfers();
    let transferred = transferred.filter_map(|transfer| transfer.downcast::<TransferredObject>().ok());
    transferred
        .filter_map(|object| object.into_state::<MessagePort>())
        .collect()
}

/// <https://html.spec.whatwg.org/multipage/structured-data.html#structuredserialize>
pub(crate) fn serialize(value: &JsValue, cx: &mut Cx) -> JsResult<Record> {
    engine::serialize(value, false, &Web, cx)
}

/// <https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserialize>
pub(crate) fn deserialize(record: Record, cx: &mut Cx) -> JsResult<JsValue> {
    engine::deserialize(record, &Web, cx)
}

//! What the web adds to structured data: its serializable and transferable objects.
//! <https://html.spec.whatwg.org/multipage/structured-data.html>

use super::{
    environment::Environment,
    message_port::{MessagePort, PortEnd},
};
use crate::{
    binding::{Cx, Js, interface_of},
    file_api::{
        blob::{Blob, BlobData},
        file::{File, FileData},
    },
    webidl::{
        dom_exception::{self, DOMException},
        quota_exceeded_error::QuotaExceededError,
    },
};
use boa_engine::{JsError, JsObject, JsResult, JsString, JsValue};
use skep_engine::structured_data::{self as engine, PlatformObjects, PlatformRecord, PlatformTransfer};
use std::sync::Arc;

pub(crate) use engine::{Record, TransferRecord};

/// Every platform object that can cross.
struct Web;

/// A serialised platform object.
enum Serialized {
    DOMException {
        name: Vec<u16>,
        message: Vec<u16>,
    },
    QuotaExceededError {
        message: Vec<u16>,
        amounts: (Option<f64>, Option<f64>),
    },
    Blob(BlobData),
    File(BlobData, FileData),
}

/// A platform object on its way.
enum Transferred {
    MessagePort(PortEnd),
}

impl PlatformObjects for Web {
    fn data_clone_error(&self, message: &str, cx: &mut Cx) -> JsError {
        dom_exception::error("DataCloneError", message, cx)
    }

    fn is_platform_object(&self, object: &JsObject) -> bool {
        interface_of(object).is_some()
    }

    fn serialize(&self, object: &JsObject, _for_storage: bool, _: &mut Cx) -> Option<JsResult<PlatformRecord>> {
        // A file is a blob, too: <https://w3c.github.io/FileAPI/#ref-for-serialization-steps%E2%91%A0>.
        if let Some(file) = Js::<File>::from_object(object) {
            let (blob, data) = (file.blob().data().clone(), file.data().clone());
            return Some(Ok(Arc::new(Serialized::File(blob, data))));
        }
        // <https://w3c.github.io/FileAPI/#ref-for-serialization-steps>
        if let Some(blob) = Js::<Blob>::from_object(object) {
            return Some(Ok(Arc::new(Serialized::Blob(blob.data().clone()))));
        }
        // <https://webidl.spec.whatwg.org/#ref-for-serialization-steps>
        let exception = Js::<DOMException>::from_object(object)?;
        // <https://webidl.spec.whatwg.org/#quotaexceedederror>
        if let Some(error) = exception.downcast::<QuotaExceededError>() {
            return Some(Ok(Arc::new(Serialized::QuotaExceededError {
                message: exception.message().to_vec(),
                amounts: error.amounts(),
            })));
        }
        Some(Ok(Arc::new(Serialized::DOMException {
            name: exception.name().to_vec(),
            message: exception.message().to_vec(),
        })))
    }

    fn deserialize(&self, record: &PlatformRecord, cx: &mut Cx) -> JsResult<JsObject> {
        match record.downcast_ref::<Serialized>() {
            Some(Serialized::DOMException { name, message }) => {
                let state = DOMException::new(JsString::from(&name[..]), JsString::from(&message[..]));
                Ok(Js::new(state, cx).object().clone())
            }
            Some(Serialized::QuotaExceededError { message, amounts }) => {
                let state = QuotaExceededError::new(JsString::from(&message[..]), amounts.0, amounts.1);
                Ok(Js::new(state, cx).object().clone())
            }
            Some(Serialized::Blob(data)) => Ok(Js::new(Blob::new(data.clone()), cx).object().clone()),
            Some(Serialized::File(blob, data)) => {
                let state = File::new(blob.clone(), data.clone());
                Ok(Js::new(state, cx).object().clone())
            }
            None => Err(self.data_clone_error("The value is of no known kind.", cx)),
        }
    }

    fn is_transferable(&self, object: &JsObject) -> bool {
        Js::<MessagePort>::from_object(object).is_some()
    }

    fn is_detached(&self, object: &JsObject) -> bool {
        Js::<MessagePort>::from_object(object).is_some_and(|port| port.is_detached())
    }

    fn transfer(&self, object: &JsObject, cx: &mut Cx) -> JsResult<PlatformTransfer> {
        match Js::<MessagePort>::from_object(object) {
            Some(port) => MessagePort::transfer(&port)
                .map(|end| Box::new(Transferred::MessagePort(end)) as PlatformTransfer)
                .map_err(|error| error.into_plain_js(cx)),
            None => Err(self.data_clone_error("The value cannot be transferred.", cx)),
        }
    }

    fn receive(&self, transfer: PlatformTransfer, cx: &mut Cx) -> JsResult<JsObject> {
        match transfer.downcast::<Transferred>() {
            Ok(transferred) => match *transferred {
                Transferred::MessagePort(end) => MessagePort::receive(end, cx)
                    .map(|port| port.object().clone())
                    .map_err(|error| error.into_plain_js(cx)),
            },
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
    transferred
        .filter_map(|transfer| transfer.downcast::<Transferred>().ok())
        .map(|transferred| match *transferred {
            Transferred::MessagePort(end) => end,
        })
        .collect()
}

/// <https://html.spec.whatwg.org/multipage/structured-data.html#structuredserialize>
pub(crate) fn serialize(value: &JsValue, cx: &mut Cx) -> JsResult<Record> {
    engine::serialize(value, false, &Web, cx)
}

/// <https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserialize>
pub(crate) fn deserialize(record: &Record, cx: &mut Cx) -> JsResult<JsValue> {
    engine::deserialize(record, &Web, cx)
}

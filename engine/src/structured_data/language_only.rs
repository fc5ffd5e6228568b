//! Structured data for a host without objects of its own.

use super::{PlatformObjects, PlatformRecord, PlatformTransfer};
use boa_engine::{Context, JsError, JsNativeError, JsObject, JsResult, js_string};

/// The [`PlatformObjects`] of a host that has none: messages hold what the language itself makes.
///
/// There is no `DOMException` either. What cannot be cloned throws an `Error` with the name `DataCloneError`.
#[derive(Clone, Copy, Debug)]
pub struct LanguageOnly {
    /// Whether a `SharedArrayBuffer` may go from one isolate to another.
    pub shared_memory: bool,
}

impl PlatformObjects for LanguageOnly {
    fn data_clone_error(&self, message: &str, cx: &mut Context) -> JsError {
        let error = JsNativeError::error().with_message(message.to_owned()).into_opaque(cx);
        match error.create_data_property_or_throw(js_string!("name"), js_string!("DataCloneError"), cx) {
            Ok(_) => JsError::from_opaque(error.into()),
            Err(other) => other,
        }
    }

    fn is_platform_object(&self, _: &JsObject) -> bool {
        false
    }

    fn serialize(&self, _: &JsObject, _: bool, _: &mut Context) -> Option<JsResult<PlatformRecord>> {
        None
    }

    fn deserialize(&self, _: &PlatformRecord, cx: &mut Context) -> JsResult<JsObject> {
        Err(self.data_clone_error("This host has no objects of its own.", cx))
    }

    fn is_transferable(&self, _: &JsObject) -> bool {
        false
    }

    fn is_detached(&self, _: &JsObject) -> bool {
        false
    }

    fn transfer(&self, _: &JsObject, cx: &mut Context) -> JsResult<PlatformTransfer> {
        Err(self.data_clone_error("This host has no objects of its own.", cx))
    }

    fn receive(&self, _: PlatformTransfer, cx: &mut Context) -> JsResult<JsObject> {
        Err(self.data_clone_error("This host has no objects of its own.", cx))
    }

    fn shared_memory_allowed(&self, _: &mut Context) -> bool {
        self.shared_memory
    }
}

//! Structured data: values that leave one heap and are made again in another.
//!
//! <https://html.spec.whatwg.org/multipage/structured-data.html>
//!
//! Serialising walks a value of one [`Context`] and writes a [`Record`], which owns its bytes, knows no heap and may
//! cross threads; deserialising makes an equal value in any other [`Context`]. A record is shared, not copied, when it
//! is cloned, so a broadcast serialises once. [`serialize_with_transfer`] moves the transferred objects' data instead
//! of copying it, and detaches them.
//!
//! A record is a tape of bytes, whose format stands at the head of `format.rs`. The reader trusts nothing that it reads, so a record can
//! also be kept as bytes: see [`Record::from_bytes`]. What is copied, and how often:
//!
//! | | on its way out | on its way in |
//! |---|---|---|
//! | a transferred buffer | nothing | nothing |
//! | a buffer of more than a kibibyte | once, into a block of its own | not at all for the last receiver, once for each other one |
//! | one that is smaller, or text | once | once: the engine's strings cannot be shared between threads |
//! | a resizable buffer | once | once, for the room that the engine wants behind it |
//!
//! This module knows ECMAScript's own types. Whatever else a message may hold is a *platform object*, and the embedder
//! answers for those through [`PlatformObjects`]; a host without any has [`LanguageOnly`].
//!
//! Neither direction recurses on the native stack: both keep what is still to do in a vector, so the depth of a value is
//! bounded by memory alone. Values are made in the context's current realm: enter the target realm first.

mod containers;
mod deserialize;
mod fault;
mod format;
mod language_only;
mod properties;
mod record;
mod serialize;
mod slots;
mod tape;
#[cfg(test)]
mod tests;
mod transfer;
mod views;

use std::any::Any;
use std::sync::Arc;

use boa_engine::{Context, JsError, JsObject, JsResult, JsValue};

pub(crate) use containers::define;
pub use language_only::LanguageOnly;
pub use record::{Record, RecordError, TransferRecord};
pub(crate) use slots::without_added_escapes;
pub use slots::{error_stack, is_resizable};

/// What a serializable platform object left in a [`Record`]: its data, without any heap.
pub type PlatformRecord = Arc<dyn Any + Send + Sync>;

/// What a transferable platform object left in a [`TransferRecord`]: its data, to be received once.
pub type PlatformTransfer = Box<dyn Any + Send>;

/// The embedder's platform objects, as the algorithms of this module need them.
///
/// No method may call back into this module with the same record, and none should run script that the specification
/// does not run.
pub trait PlatformObjects {
    /// A `DataCloneError` `DOMException` with this message, as a throwable error.
    fn data_clone_error(&self, message: &str, cx: &mut Context) -> JsError;

    /// Whether the object is a [platform object](https://webidl.spec.whatwg.org/#dfn-platform-object).
    fn is_platform_object(&self, object: &JsObject) -> bool;

    /// Runs a platform object's
    /// [serialization steps](https://html.spec.whatwg.org/multipage/structured-data.html#serialization-steps).
    ///
    /// Returns `None` if the object is not serializable, which becomes a `DataCloneError`. Only called for objects that
    /// [`is_platform_object`](Self::is_platform_object) claims, and that are not [detached](Self::is_detached).
    ///
    /// # Errors
    ///
    /// Whatever the steps throw; it reaches the caller of [`serialize`] unchanged.
    fn serialize(&self, object: &JsObject, for_storage: bool, cx: &mut Context) -> Option<JsResult<PlatformRecord>>;

    /// Makes a new platform object in the current realm, and runs its
    /// [deserialization steps](https://html.spec.whatwg.org/multipage/structured-data.html#deserialization-steps).
    ///
    /// # Errors
    ///
    /// A `DataCloneError` if the interface is not exposed in the current realm, or whatever the steps throw.
    fn deserialize(&self, record: &PlatformRecord, cx: &mut Context) -> JsResult<JsObject>;

    /// Whether the object is a platform object with a `[[Detached]]` slot.
    fn is_transferable(&self, object: &JsObject) -> bool;

    /// The value of the object's `[[Detached]]` slot; false without one.
    fn is_detached(&self, object: &JsObject) -> bool;

    /// Runs a platform object's
    /// [transfer steps](https://html.spec.whatwg.org/multipage/structured-data.html#transfer-steps), and sets its
    /// `[[Detached]]` slot.
    ///
    /// # Errors
    ///
    /// Whatever the steps throw; the object must then not be detached.
    fn transfer(&self, object: &JsObject, cx: &mut Context) -> JsResult<PlatformTransfer>;

    /// Makes a new platform object in the current realm, and runs its
    /// [transfer-receiving steps](https://html.spec.whatwg.org/multipage/structured-data.html#transfer-receiving-steps).
    ///
    /// # Errors
    ///
    /// A `DataCloneError` if the interface is not exposed in the current realm, or whatever the steps throw.
    fn receive(&self, transfer: PlatformTransfer, cx: &mut Context) -> JsResult<JsObject>;

    /// Whether shared memory may enter or leave this agent: its agent cluster's
    /// [cross-origin isolation](https://html.spec.whatwg.org/multipage/webappapis.html#dom-crossoriginisolated).
    fn shared_memory_allowed(&self, cx: &mut Context) -> bool;
}

/// [StructuredSerialize], and [StructuredSerializeForStorage] if `for_storage`.
///
/// # Errors
///
/// A `DataCloneError` if some part of the value cannot be cloned, or whatever a getter or a platform object throws.
///
/// [StructuredSerialize]: https://html.spec.whatwg.org/multipage/structured-data.html#structuredserialize
/// [StructuredSerializeForStorage]: https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializeforstorage
pub fn serialize(
    value: &JsValue,
    for_storage: bool,
    platform: &dyn PlatformObjects,
    cx: &mut Context,
) -> JsResult<Record> {
    serialize::structured_serialize_internal(value, for_storage, serialize::Memory::default(), platform, cx)
}

/// [StructuredSerializeWithTransfer].
///
/// # Errors
///
/// Those of [`serialize`], and a `DataCloneError` if an object in the list cannot be transferred, is there twice, or is
/// detached. Nothing is detached then, unless it is a platform object's own transfer steps that threw: the platform
/// objects before that one are transferred already.
///
/// [StructuredSerializeWithTransfer]: https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializewithtransfer
pub fn serialize_with_transfer(
    value: &JsValue,
    transfer_list: &[JsObject],
    platform: &dyn PlatformObjects,
    cx: &mut Context,
) -> JsResult<TransferRecord> {
    transfer::structured_serialize_with_transfer(value, transfer_list, platform, cx)
}

/// [StructuredDeserialize], into the current realm.
///
/// Takes a record, or a reference to one. Whoever gives away the last clone of a record gets the blocks of its large buffers; all others
/// get copies.
///
/// # Errors
///
/// A `DataCloneError` if there is not enough memory, shared memory is not allowed here or the record came from
/// [bytes](Record::from_bytes) that hold no value, or whatever a platform object throws.
///
/// [StructuredDeserialize]: https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserialize
pub fn deserialize(record: impl Into<Record>, platform: &dyn PlatformObjects, cx: &mut Context) -> JsResult<JsValue> {
    deserialize::structured_deserialize(record.into(), &[], platform, cx)
}

/// [StructuredDeserializeWithTransfer], into the current realm: the value, and the transferred objects in the order of
/// the transfer list.
///
/// # Errors
///
/// Those of [`deserialize`]; what was transferred is then lost.
///
/// [StructuredDeserializeWithTransfer]: https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserializewithtransfer
pub fn deserialize_with_transfer(
    transfer: TransferRecord,
    platform: &dyn PlatformObjects,
    cx: &mut Context,
) -> JsResult<(JsValue, Vec<JsObject>)> {
    transfer::structured_deserialize_with_transfer(transfer, platform, cx)
}

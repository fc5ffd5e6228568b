//! Serialising and deserialising with a transfer list.

use boa_engine::builtins::array_buffer::{ArrayBuffer, SharedArrayBuffer};
use boa_engine::object::builtins::JsArrayBuffer;
use boa_engine::{Context, JsError, JsObject, JsResult, JsValue};

use super::record::{Block, DataHolder, TransferRecord};
use super::serialize::{Memory, Met};
use super::{PlatformObjects, deserialize, serialize, slots};

/// <https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializewithtransfer>
pub(super) fn structured_serialize_with_transfer(
    value: &JsValue,
    transfer_list: &[JsObject],
    platform: &dyn PlatformObjects,
    cx: &mut Context,
) -> JsResult<TransferRecord> {
    // 1. The objects to transfer, which serializing must leave to us.
    let mut memory = Memory::default();
    // 2. For each of them:
    for (place, object) in transfer_list.iter().enumerate() {
        // 2.1, 2.2. It can be transferred; shared memory cannot.
        if object.is::<SharedArrayBuffer>() || !(object.is::<ArrayBuffer>() || platform.is_transferable(object)) {
            let message = format!("Value at index {place} does not have a transferable type.");
            return Err(platform.data_clone_error(&message, cx));
        }
        // 2.3, 2.4. It is not in the list already.
        if memory.insert(object.clone(), Met::Transferred(place)).is_some() {
            let what = serialize::describe(object);
            let message = format!("{what} at index {place} is a duplicate of an earlier value.");
            return Err(platform.data_clone_error(&message, cx));
        }
    }
    // 3. The value, which may throw, so that nothing is transferred yet.
    let record = serialize::structured_serialize_internal(value, false, memory, platform, cx)?;
    // 5.1, 5.2. None is detached. The specification looks at each just before its transfer; looking at all of them
    // first leaves all of them whole if one is.
    for (place, object) in transfer_list.iter().enumerate() {
        let detached = match JsArrayBuffer::from_object(object.clone()) {
            Ok(buffer) => buffer.data().is_none(),
            Err(_) => platform.is_detached(object),
        };
        if detached {
            return Err(already_detached(object, place, platform, cx));
        }
    }
    // 4, 5.3, 5.5, 5.6. The platform objects first: only their transfer steps may throw, and then no buffer is gone.
    let mut holders: Vec<Option<DataHolder>> = Vec::with_capacity(transfer_list.len());
    for object in transfer_list {
        holders.push(match object.is::<ArrayBuffer>() {
            true => None,
            false => Some(DataHolder::Platform(platform.transfer(object, cx)?)),
        });
    }
    // 5.4. Then the buffers: their blocks move.
    for (place, (object, holder)) in transfer_list.iter().zip(&mut holders).enumerate() {
        if holder.is_none() {
            *holder = Some(transfer_buffer(object, place, platform, cx)?);
        }
    }
    // 6. The value and what was transferred.
    Ok(TransferRecord::new(record, holders.into_iter().flatten().collect()))
}

fn transfer_buffer(
    object: &JsObject,
    place: usize,
    platform: &dyn PlatformObjects,
    cx: &mut Context,
) -> JsResult<DataHolder> {
    let buffer = JsArrayBuffer::from_object(object.clone())?;
    // A platform object's transfer steps could have detached it.
    if buffer.data().is_none() {
        return Err(already_detached(object, place, platform, cx));
    }
    // 5.4.1, 5.4.2. Resizable or not.
    let max_byte_length = slots::max_byte_length(&buffer, cx)?;
    // 5.4.3. Detach it.
    let block = Block::load(buffer.detach(&JsValue::undefined())?);
    Ok(DataHolder::ArrayBuffer { block, max_byte_length })
}

fn already_detached(object: &JsObject, place: usize, platform: &dyn PlatformObjects, cx: &mut Context) -> JsError {
    let what = serialize::describe(object);
    platform.data_clone_error(&format!("{what} at index {place} is already detached."), cx)
}

/// <https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserializewithtransfer>
pub(super) fn structured_deserialize_with_transfer(
    transfer: TransferRecord,
    platform: &dyn PlatformObjects,
    cx: &mut Context,
) -> JsResult<(JsValue, Vec<JsObject>)> {
    // 1, 2. The memory for transferred objects is their list.
    let (record, holders, freight) = transfer.receive();
    let mut transferred = Vec::with_capacity(holders.len());
    // 3. For each of them:
    for holder in holders {
        let object = match holder {
            // 3.2, 3.3. A buffer of the very block; too little memory is a DataCloneError.
            DataHolder::ArrayBuffer { block, max_byte_length } => {
                if !serialize::has_room(block.freight.new_here() as u64, cx) {
                    return Err(serialize::out_of_memory(platform, cx));
                }
                deserialize::array_buffer_of(block.unload(), max_byte_length, cx)?
            }
            // 3.4. A platform object, by its transfer-receiving steps.
            DataHolder::Platform(data) => platform.receive(data, cx)?,
        };
        // 3.5, 3.6. In order.
        transferred.push(object);
    }
    drop(freight);
    // 4. The value.
    let value = deserialize::structured_deserialize(record, &transferred, platform, cx)?;
    // 5. Both.
    Ok((value, transferred))
}

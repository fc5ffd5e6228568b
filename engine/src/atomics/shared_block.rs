//! Blocks of shared memory, told apart: <https://tc39.es/ecma262/#sec-shared-data-block>

use super::waiters::WaiterLists;
use crate::Cx;
use boa_engine::builtins::array_buffer::SharedArrayBuffer;
use boa_engine::object::builtins::{JsSharedArrayBuffer, JsWeakMap};
use boa_engine::{JsData, JsObject, JsResult};
use boa_gc::{Finalize, Trace};
use std::sync::Arc;

/// A block of shared memory, with whoever waits on it. It is how the memory gets from one heap to another.
///
/// The engine tells nobody where the memory of a `SharedArrayBuffer` is, or whether two have the same. So the waiter lists
/// belong to the object, and go along when another object is made of the same memory. They are gone with the last of them. Until
/// somebody shares the memory or waits on it, it counts for the heap that made it.
#[derive(Clone)]
pub(crate) struct SharedBlock {
    buffer: SharedArrayBuffer,
    waiters: Arc<WaiterLists>,
}

/// The blocks of the `SharedArrayBuffer` objects of a heap, which they do not keep alive; in the context's data.
struct Known(JsWeakMap);

#[derive(Trace, Finalize, JsData)]
struct Entry(#[unsafe_ignore_trace] Arc<WaiterLists>);

/// Gives a new context its store.
pub(super) fn install(cx: &mut Cx) {
    if !cx.has_data::<Known>() {
        let known = JsWeakMap::new(cx);
        cx.insert_data(Known(known));
    }
}

impl SharedBlock {
    /// The block of an object.
    ///
    /// # Errors
    /// If the isolate was terminated.
    pub fn of(object: &JsSharedArrayBuffer, cx: &mut Cx) -> JsResult<Self> {
        let buffer = object.inner();
        let key = JsObject::from(object.clone());
        if let Some(known) = known(cx) {
            let entry = known.get(&key, cx)?.as_object();
            if let Some(waiters) = entry.and_then(|it| it.downcast_ref::<Entry>().map(|entry| Arc::clone(&entry.0))) {
                return Ok(Self { buffer, waiters });
            }
        }
        let block = Self {
            buffer,
            waiters: Arc::new(WaiterLists::of_block(object.byte_length())),
        };
        block.remember(&key, cx)?;
        Ok(block)
    }

    /// A further object of this memory.
    ///
    /// # Errors
    /// If the isolate was terminated.
    pub fn object(&self, cx: &mut Cx) -> JsResult<JsObject> {
        let object = JsObject::from(JsSharedArrayBuffer::from_buffer(self.buffer.clone(), cx));
        self.remember(&object, cx)?;
        Ok(object)
    }

    fn remember(&self, object: &JsObject, cx: &mut Cx) -> JsResult<()> {
        if let Some(known) = known(cx) {
            let entry = JsObject::from_proto_and_data(None, Entry(Arc::clone(&self.waiters)));
            known.set(object, entry.into(), cx)?;
        }
        Ok(())
    }

    pub(super) const fn waiters(&self) -> &Arc<WaiterLists> {
        &self.waiters
    }
}

fn known(cx: &Cx) -> Option<JsWeakMap> {
    cx.get_data::<Known>().map(|known| known.0.clone())
}

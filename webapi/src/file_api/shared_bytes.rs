//! Bytes that several heaps may hold at once.

use skep_engine::Freight;
use std::{ops::Deref, sync::Arc};

/// Bytes that never change, of which each clone is the same. However many heaps hold them, they count for the isolate that made
/// them, until the last clone is gone. FIXME(pressure): those that are dead in another heap do not press that one's collector.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedBytes(Arc<Block>);

#[derive(Debug, Default)]
struct Block {
    /// Freed before the freight is put on the account of the thread that frees it.
    bytes: Box<[u8]>,
    _freight: Freight,
}

impl From<Box<[u8]>> for SharedBytes {
    fn from(bytes: Box<[u8]>) -> Self {
        let freight = Freight::load(bytes.len());
        Self(Arc::new(Block {
            bytes,
            _freight: freight,
        }))
    }
}

impl From<Vec<u8>> for SharedBytes {
    fn from(bytes: Vec<u8>) -> Self {
        bytes.into_boxed_slice().into()
    }
}

impl Deref for SharedBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0.bytes
    }
}

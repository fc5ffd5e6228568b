//! What crosses threads: a tape, and beside it what is not bytes.

use std::fmt;
use std::sync::Arc;

use boa_engine::object::builtins::AlignedVec;

use super::format::{Malformed, VERSION};
use super::tape::{Reader, push_number};
use super::{PlatformRecord, PlatformTransfer};
use crate::Freight;
use crate::atomics::SharedBlock;
use crate::heap::BLOCK_ALIGNMENT;

/// A serialised value: owned, immutable, and cheap to clone, for it is shared.
///
/// [`deserialize`](super::deserialize) makes the value again, any number of times, on any thread. Large buffers lie in blocks of
/// their own: whoever gives away the last clone of a record gets them without another copy.
///
/// # Storing one
///
/// [`to_bytes`](Self::to_bytes) and [`from_bytes`](Self::from_bytes) are for hosts that keep values where only bytes can be kept
/// ([StructuredSerializeForStorage](https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializeforstorage)).
#[derive(Clone)]
pub struct Record(pub(super) Arc<Contents>);

/// What is in a [`Record`]. Many records are small, and wait in long queues.
pub(super) struct Contents {
    /// See [`format`](super::format).
    pub tape: Vec<u8>,
    pub beside: Option<Box<Beside>>,
    /// All of the above but the blocks; the last field, so that it is dropped when they are gone.
    pub freight: Freight,
}

/// What is in a record besides its tape.
#[derive(Default)]
pub(super) struct Beside {
    pub blocks: Vec<Block>,
    pub shared: Vec<SharedBlock>,
    pub platform: Vec<PlatformRecord>,
}

/// The bytes of a buffer.
pub(super) struct Block {
    pub bytes: AlignedVec<u8>,
    pub freight: Freight,
}

impl Block {
    /// A copy, or none if there is no memory for it.
    pub fn copy(bytes: &[u8]) -> Option<AlignedVec<u8>> {
        Self::with_room(bytes, bytes.len())
    }

    /// A copy that can grow to `room` bytes where it is.
    pub fn with_room(bytes: &[u8], room: usize) -> Option<AlignedVec<u8>> {
        let mut block = AlignedVec::new(BLOCK_ALIGNMENT);
        block.try_reserve_exact(room.max(bytes.len())).ok()?;
        block.extend_from_slice(bytes);
        Some(block)
    }

    /// Takes a block off this heap's account.
    pub fn load(bytes: AlignedVec<u8>) -> Self {
        let freight = Freight::load_block(bytes.capacity());
        Self { bytes, freight }
    }

    /// The block, which is this thread's from now on.
    pub fn unload(self) -> AlignedVec<u8> {
        drop(self.freight);
        self.bytes
    }
}

/// The counts of an `Arc`, in bytes.
const COUNTS: usize = 2 * size_of::<usize>();

impl Beside {
    /// How many bytes it takes. What platform objects share with what they left is theirs, and shared memory is nobody's.
    fn size(&self) -> usize {
        let own = self.platform.iter().filter(|record| Arc::strong_count(record) == 1);
        size_of::<Self>()
            + own.map(|record| COUNTS + size_of_val(&**record)).sum::<usize>()
            + size_of::<Block>() * self.blocks.capacity()
            + size_of::<SharedBlock>() * self.shared.capacity()
            + size_of::<PlatformRecord>() * self.platform.capacity()
    }
}

/// Why a record cannot be stored, or bytes are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Its shared memory and platform objects are no bytes, and mean nothing elsewhere. Serialise with `for_storage`, and without
    /// platform objects.
    #[error("the record holds shared memory or objects of the platform, which cannot be stored as bytes")]
    NotOnlyBytes,
    /// [`Record::to_bytes`] did not make these bytes, or another version of it.
    #[error("these bytes are no stored record: {0}")]
    NoRecord(&'static str),
    /// There is no memory for the record.
    #[error("there is not enough memory for the stored record")]
    OutOfMemory,
}

impl Record {
    /// A finished record, which counts for no heap from now on.
    pub(super) fn new(tape: Vec<u8>, beside: Beside) -> Self {
        let is_bare = beside.blocks.is_empty() && beside.shared.is_empty() && beside.platform.is_empty();
        let beside = (!is_bare).then(|| Box::new(beside));
        let size = COUNTS + size_of::<Contents>() + tape.capacity() + beside.as_ref().map_or(0, |beside| beside.size());
        Self(Arc::new(Contents {
            tape,
            beside,
            freight: Freight::load(size),
        }))
    }

    /// The record as bytes, which may outlive the process. Their format is this crate's own, and may change between its versions;
    /// it begins with the number of its version.
    ///
    /// # Errors
    ///
    /// If the record holds shared memory or platform objects, which are not bytes. Transferred objects never are in the record,
    /// but only in its [`TransferRecord`]: a value that mentions them does not come back.
    pub fn to_bytes(&self) -> Result<Vec<u8>, RecordError> {
        let Contents { tape, beside, .. } = &*self.0;
        let blocks = beside.as_ref().map_or(&[][..], |beside| &beside.blocks);
        if beside
            .as_ref()
            .is_some_and(|beside| !beside.shared.is_empty() || !beside.platform.is_empty())
        {
            return Err(RecordError::NotOnlyBytes);
        }
        let mut bytes = vec![VERSION];
        push_number(&mut bytes, tape.len() as u64);
        bytes.extend_from_slice(tape);
        push_number(&mut bytes, blocks.len() as u64);
        for block in blocks {
            push_number(&mut bytes, block.bytes.len() as u64);
            bytes.extend_from_slice(&block.bytes);
        }
        Ok(bytes)
    }

    /// The record of which these are the [bytes](Self::to_bytes).
    ///
    /// They need not be trusted: whether they hold a value shows when that is [deserialised](super::deserialize), which is a
    /// `DataCloneError` if they do not, and makes nothing that is out of proportion to them, but for the room that resizable buffers
    /// ask for, as scripts can: [`max_buffer_size`](boa_engine::context::HostHooks::max_buffer_size) bounds each of them, and a heap's limit
    /// all.
    ///
    /// # Errors
    ///
    /// If they are not even laid out like a record, or there is not enough memory.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecordError> {
        let (tape, stored) = read(bytes).map_err(|error| {
            RecordError::NoRecord(match error {
                Malformed::Version => "they are of another version",
                Malformed::Trailing => "something follows their end",
                _ => "they are cut short",
            })
        })?;
        let mut blocks = Vec::with_capacity(stored.len());
        for bytes in stored {
            blocks.push(Block::load(Block::copy(bytes).ok_or(RecordError::OutOfMemory)?));
        }
        let beside = Beside {
            blocks,
            ..Beside::default()
        };
        Ok(Self::new(tape.to_vec(), beside))
    }
}

/// The tape and the blocks of a stored record.
fn read(bytes: &[u8]) -> Result<(&[u8], Vec<&[u8]>), Malformed> {
    let mut reader = Reader::new(bytes);
    if reader.byte()? != VERSION {
        return Err(Malformed::Version);
    }
    let length = reader.count()?;
    let tape = reader.bytes(length)?;
    let mut blocks = Vec::new();
    for _ in 0..reader.count()? {
        let length = reader.count()?;
        blocks.push(reader.bytes(length)?);
    }
    match reader.is_empty() {
        true => Ok((tape, blocks)),
        false => Err(Malformed::Trailing),
    }
}

impl From<&Record> for Record {
    /// Another clone of it.
    fn from(record: &Record) -> Self {
        record.clone()
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("tape", &self.0.tape.len())
            .field(
                "blocks",
                &self.0.beside.as_ref().map_or(0, |beside| beside.blocks.len()),
            )
            .finish_non_exhaustive()
    }
}

/// A serialised value together with the data of the objects transferred with it.
///
/// [`deserialize_with_transfer`](super::deserialize_with_transfer) consumes it.
#[derive(Debug)]
pub struct TransferRecord {
    record: Record,
    transferred: Option<Box<Transferred>>,
}

/// What was transferred, if anything was.
#[derive(Debug)]
struct Transferred {
    /// In the order of the transfer list.
    holders: Vec<DataHolder>,
    /// The list itself.
    freight: Freight,
}

impl TransferRecord {
    pub(super) fn new(record: Record, holders: Vec<DataHolder>) -> Self {
        if holders.is_empty() {
            return Self {
                record,
                transferred: None,
            };
        }
        let boxes = holders.iter().map(|holder| match holder {
            DataHolder::ArrayBuffer { .. } => 0,
            DataHolder::Platform(data) => size_of_val(&**data),
        });
        let size = size_of::<Transferred>() + size_of::<DataHolder>() * holders.capacity() + boxes.sum::<usize>();
        let freight = Freight::load(size);
        let transferred = Box::new(Transferred { holders, freight });
        Self {
            record,
            transferred: Some(transferred),
        }
    }

    /// The parts; the freight is that of the holders, to be dropped when they are gone or kept.
    pub(super) fn receive(self) -> (Record, Vec<DataHolder>, Freight) {
        match self.transferred {
            Some(transferred) => (self.record, transferred.holders, transferred.freight),
            None => (self.record, Vec::new(), Freight::default()),
        }
    }

    /// What the transferred platform objects left, in the order of the transfer list, for a record that nobody will read.
    pub fn into_platform_transfers(self) -> impl Iterator<Item = PlatformTransfer> {
        let (_, holders, _) = self.receive();
        holders.into_iter().filter_map(|holder| match holder {
            DataHolder::ArrayBuffer { .. } => None,
            DataHolder::Platform(transfer) => Some(transfer),
        })
    }

    /// The value without the transferred data.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }
}

/// What a transferred object left behind: a
/// [transfer data holder](https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializewithtransfer).
pub(super) enum DataHolder {
    /// The block itself, moved; a resizable buffer has its maximum byte length besides.
    ArrayBuffer {
        block: Block,
        max_byte_length: Option<u64>,
    },
    Platform(PlatformTransfer),
}

impl fmt::Debug for DataHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ArrayBuffer { block, .. } => write!(f, "ArrayBuffer({} bytes)", block.bytes.len()),
            Self::Platform(_) => f.write_str("Platform"),
        }
    }
}

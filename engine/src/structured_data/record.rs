//! The form a value has between two heaps.
//!
//! A record is a tape: one flat list of [`Op`]s, in the order in which the specification visits the value. An op is
//! either a value or, inside a container, a word about the next value. Each op that makes an object gives it the next
//! number, counted from 0, by which [`Op::Back`] names it later on; so cycles and identity cost one op.
//!
//! | container | what follows, up to its [`Op::End`] |
//! |---|---|
//! | [`Op::Object`] | a [`Op::Key`] or [`Op::Index`] before each value |
//! | [`Op::Array`] | values for successive indices from 0; an [`Op::Index`] skips to another one, an [`Op::Key`] names an extra property |
//! | [`Op::Map`] | keys and values by turns |
//! | [`Op::Set`] | values |
//! | [`Op::Error`] | an [`Op::Key`] before each value, for what an error carries besides strings |
//!
//! An [`Op::View`] is followed by exactly one op, its buffer, whose number comes before the view's own.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use boa_engine::builtins::typed_array::TypedArrayKind;
use boa_engine::object::builtins::AlignedVec;
use boa_engine::string::{JsStr, JsStrVariant};
use boa_engine::{JsString, error::JsNativeError};

use super::{PlatformRecord, PlatformTransfer};
use crate::Freight;
use crate::atomics::SharedBlock;

/// A serialised value: owned, immutable, and cheap to clone, for it is shared.
///
/// [`deserialize`](super::deserialize) makes the value again, any number of times, on any thread.
#[derive(Clone)]
pub struct Record(pub(super) Arc<Tape>);

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("ops", &self.0.ops.len())
            .finish_non_exhaustive()
    }
}

/// A serialised value together with the data of the objects transferred with it.
///
/// [`deserialize_with_transfer`](super::deserialize_with_transfer) consumes it.
#[derive(Debug)]
pub struct TransferRecord {
    pub(super) record: Record,
    /// In the order of the transfer list.
    pub(super) holders: Vec<DataHolder>,
    /// The list itself.
    freight: Freight,
}

impl TransferRecord {
    pub(super) fn new(record: Record, holders: Vec<DataHolder>) -> Self {
        let boxes = holders.iter().map(|holder| match holder {
            DataHolder::ArrayBuffer { .. } => 0,
            DataHolder::Platform(data) => size_of_val(&**data),
        });
        let size = size_of::<DataHolder>() * holders.capacity() + boxes.sum::<usize>();
        Self {
            record,
            holders,
            freight: Freight::load(size),
        }
    }

    /// The parts, which are this thread's from now on.
    pub(super) fn receive(self) -> (Record, Vec<DataHolder>) {
        drop(self.freight);
        (self.record, self.holders)
    }

    /// What the transferred platform objects left, in the order of the transfer list, for a record that nobody will read.
    pub fn into_platform_transfers(self) -> impl Iterator<Item = PlatformTransfer> {
        let (_, holders) = self.receive();
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
    /// The block itself, moved; a resizable buffer's block has its maximum byte length besides.
    ArrayBuffer {
        block: AlignedVec<u8>,
        max_byte_length: Option<u64>,
        freight: Freight,
    },
    Platform(PlatformTransfer),
}

impl fmt::Debug for DataHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ArrayBuffer { block, .. } => write!(f, "ArrayBuffer({} bytes)", block.len()),
            Self::Platform(_) => f.write_str("Platform"),
        }
    }
}

/// One step of a [`Tape`]. A `usize` is an index into the tape's list of that name, except where stated.
#[derive(Clone, Copy, Debug)]
pub(super) enum Op {
    Undefined,
    Null,
    Boolean(bool),
    Integer(i32),
    Number(f64),
    /// An index into [`Tape::strings`].
    String(usize),
    BigInt(usize),

    BooleanObject(bool),
    NumberObject(f64),
    /// An index into [`Tape::strings`].
    StringObject(usize),
    /// An index into [`Tape::bigints`].
    BigIntObject(usize),
    /// The time value, in milliseconds.
    Date(f64),
    RegExp(usize),
    Buffer(usize),
    SharedBuffer(usize),
    View(usize),
    Platform(usize),

    Object,
    /// The array's length.
    Array(u32),
    Map,
    Set,
    Error(usize),
    End,

    Key(usize),
    Index(u32),

    /// An object made before, by its number.
    Back(usize),
    /// An object of the transfer list, by its place there.
    Transferred(usize),
}

/// What is in a [`Record`].
#[derive(Default)]
pub(super) struct Tape {
    pub ops: Vec<Op>,
    /// Property names, each once.
    pub keys: Texts,
    pub strings: Texts,
    /// In radix 16, with a sign.
    pub bigints: Vec<Box<str>>,
    pub regexps: Vec<RegExp>,
    pub buffers: Vec<Buffer>,
    pub shared: Vec<SharedBlock>,
    pub views: Vec<View>,
    pub errors: Vec<Error>,
    pub platform: Vec<PlatformRecord>,
    /// All of the above.
    pub freight: Freight,
}

impl Tape {
    /// The finished record, which counts for no heap from now on.
    pub fn finish(mut self) -> Record {
        self.freight = Freight::load(self.size());
        Record(Arc::new(self))
    }

    /// How many bytes the tape takes. What platform objects left is theirs, and shared memory is nobody's.
    fn size(&self) -> usize {
        /// The counts of an `Arc`.
        const COUNTS: usize = 2 * size_of::<usize>();
        COUNTS
            + size_of::<Self>()
            + size_of::<Op>() * self.ops.capacity()
            + self.keys.size()
            + self.strings.size()
            + size_of::<Box<str>>() * self.bigints.capacity()
            + self.bigints.iter().map(|digits| digits.len()).sum::<usize>()
            + size_of::<RegExp>() * self.regexps.capacity()
            + self.regexps.iter().map(|regexp| regexp.flags.capacity()).sum::<usize>()
            + size_of::<Buffer>() * self.buffers.capacity()
            + self.buffers.iter().map(|buffer| buffer.bytes.capacity()).sum::<usize>()
            + size_of::<SharedBlock>() * self.shared.capacity()
            + size_of::<View>() * self.views.capacity()
            + size_of::<Error>() * self.errors.capacity()
            + size_of::<PlatformRecord>() * self.platform.capacity()
    }
}

pub(super) struct RegExp {
    /// An index into [`Tape::strings`].
    pub source: usize,
    pub flags: String,
}

pub(super) struct Buffer {
    pub bytes: Vec<u8>,
    /// Of a resizable buffer.
    pub max_byte_length: Option<u64>,
}

#[derive(Clone, Copy)]
pub(super) struct View {
    /// `None` for a `DataView`.
    pub kind: Option<TypedArrayKind>,
    /// In bytes.
    pub offset: u64,
    /// In elements, which are bytes for a `DataView`; `None` if the view tracks its buffer's length.
    pub length: Option<u64>,
}

pub(super) struct Error {
    pub name: ErrorName,
    /// Indices into [`Tape::strings`].
    pub message: Option<usize>,
    pub stack: Option<usize>,
}

/// The names of errors that survive a clone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorName {
    Error,
    Eval,
    Range,
    Reference,
    Syntax,
    Type,
    Uri,
    Aggregate,
}

/// Many strings in two blocks, one for each of the engine's two encodings.
#[derive(Default)]
pub(super) struct Texts {
    latin1: Vec<u8>,
    utf16: Vec<u16>,
    spans: Vec<Span>,
}

enum Span {
    Latin1(Range<usize>),
    Utf16(Range<usize>),
}

impl Texts {
    /// How many bytes they take.
    fn size(&self) -> usize {
        self.latin1.capacity() + size_of::<u16>() * self.utf16.capacity() + size_of::<Span>() * self.spans.capacity()
    }

    /// Copies a string in, and returns its index.
    pub fn push(&mut self, text: &JsString) -> usize {
        let span = match text.variant() {
            JsStrVariant::Latin1(units) => {
                let start = self.latin1.len();
                self.latin1.extend_from_slice(units);
                Span::Latin1(start..self.latin1.len())
            }
            JsStrVariant::Utf16(units) => {
                let start = self.utf16.len();
                self.utf16.extend_from_slice(units);
                Span::Utf16(start..self.utf16.len())
            }
        };
        self.spans.push(span);
        self.spans.len() - 1
    }

    /// The string at an index that [`push`](Self::push) returned, anew.
    pub fn get(&self, index: usize) -> JsString {
        Self::text(&self.spans[index], &self.latin1, &self.utf16)
    }

    /// All strings, in the order of their indices.
    pub fn iter(&self) -> impl Iterator<Item = JsString> + '_ {
        self.spans
            .iter()
            .map(|span| Self::text(span, &self.latin1, &self.utf16))
    }

    fn text(span: &Span, latin1: &[u8], utf16: &[u16]) -> JsString {
        match span {
            Span::Latin1(range) => JsStr::latin1(&latin1[range.clone()]).into(),
            Span::Utf16(range) => JsStr::utf16(&utf16[range.clone()]).into(),
        }
    }
}

/// The error of a record that no serialisation can have written.
pub(super) fn malformed() -> JsNativeError {
    JsNativeError::typ().with_message("The structured data is malformed.")
}

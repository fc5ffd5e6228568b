//! The bytes of a record.
//!
//! A record is a *tape*: one value, as a tag and what the tag calls for, in the order in which the specification visits it. What is
//! not bytes lies beside the tape in four lists (blocks, shared memory, platform objects, transferred objects), the first three in
//! the order in which the tape asks for them, so that it needs no indices.
//!
//! # Atoms
//!
//! | written | is |
//! |---|---|
//! | *byte* | one byte |
//! | *int32*, *double* | four or eight bytes, little-endian |
//! | *number* | an unsigned integer: seven bits a byte, low ones first, the eighth bit set on all bytes but the last; ten bytes at most |
//! | *string* | [`Latin1`](Tag::Latin1) or [`Utf16`](Tag::Utf16) with its payload: a *number* of code units, and the units, of one byte or of two (little-endian) |
//! | *key* | [`NewKey`](Tag::NewKey) *string*, which also gives it the next key number, from 0; or [`Key`](Tag::Key) *number*, a key again |
//!
//! # Values
//!
//! A byte from 0x80 up is an integer from 0 to 127, and all of its value. Each tag marked with • makes an object and gives it the next
//! object number, from 0, by which [`Back`](Tag::Back) names it: so identity and cycles cost two bytes. A view's number comes after
//! that of its buffer, an array's after nothing, for its elements in bulk are no objects.
//!
//! | tag | payload |
//! |---|---|
//! | `Undefined`, `Null`, `False`, `True` | |
//! | `Integer` | *number*, the zigzag form of an int32 |
//! | `Double` | *double*; all NaNs are one |
//! | `BigInt` | *number* of bytes, and the bytes: two's complement, little-endian |
//! | `Latin1`, `Utf16` | see *string* |
//! | • `FalseObject`, `TrueObject` | |
//! | • `NumberObject` | *double* |
//! | • `BigIntObject` | as `BigInt` |
//! | • `StringObject` | *string* |
//! | • `Date` | *double*, the time value; NaN is an invalid date |
//! | • `RegExp` | *byte*, the flags as bits in the order of [`FLAGS`]; *string*, the source |
//! | • `Buffer` | *number* of bytes, and the bytes |
//! | • `ResizableBuffer` | *number*, the maximum length; then as `Buffer` |
//! | • `Block` | nothing: the bytes are those of the next block |
//! | • `ResizableBlock` | *number*, the maximum length |
//! | • `Shared` | nothing: the next block of shared memory |
//! | • `View` | *byte*, its kind, an index into [`VIEWS`]; *number*, its offset in bytes; *number*, 0 if it tracks its buffer's length, else its length in elements and one more; and its buffer: one of the five above, or `Back` or `Transferred` that leads to such |
//! | • `Platform` | nothing: the next platform object |
//! | • `Object` | properties, `End` |
//! | • `NewShape` | *number* of keys; that many *keys*, which get the next shape number, from 0; then as `Shaped` after its number |
//! | • `Shaped` | *number*, the shape; for each of its keys a value, or `Skip` if there is no such property |
//! | • `Array` | *number*, the length; elements, properties, `End` |
//! | • `Integers`, `Doubles` | *number*, the length; that many *int32* or *double*; properties, `End`: an array all of whose elements are such |
//! | • `Primitives` | *number*, the length; that many values that are no objects; properties, `End` |
//! | • `Map` | keys and values by turns, `End` |
//! | • `Set` | values, `End` |
//! | • `Error` | *byte*, its name, an index into [`ERRORS`]; *byte*, 1 if it has a message, and 2 more if it has a stack; the message, a *string*; the stack, a *string*; properties, `End` |
//! | `Back` | *number*, of an object made before |
//! | `Transferred` | *number*, the place in the transfer list |
//!
//! *Properties* are a *key* or an index, and a value, as often as need be. An index is [`Index`](Tag::Index) *number*, below 2³² − 1. *Elements* of an array
//! are values for successive indices from 0; an index skips to another one. Indices of an array are below its length, and its length is
//! below 2³²; no key of an array is `length`.
//!
//! # Limits
//!
//! Nothing nests but values in containers, and the reader keeps the open ones in a list: depth costs memory, not stack. What is made is
//! in proportion to what was read: counts are held against the bytes that are left before anything is reserved, and the length of an
//! array of holes is only a number to the engine. The one exception is the maximum length of a resizable buffer, which the engine reserves;
//! it is asked for like a script's, within what the host allows and the heap has room for. It is not touched, but by views that are out
//! of their buffer's bounds, for which that grows until the value is made: each of its bytes once, however many such views there
//! are. Nothing may be left over, neither on the tape nor beside it. A tape that breaks any of these rules is
//! [`Malformed`].
//!
//! # Storage
//!
//! A record without shared memory, platform and transferred objects can be stored as bytes:
//!
//! | *byte* | [`VERSION`] |
//! |---|---|
//! | *number*, bytes | the length of the tape, and the tape |
//! | *number* | how many blocks follow |
//! | *number*, bytes | for each: its length, and the block |

use boa_engine::builtins::typed_array::TypedArrayKind;

/// The version of the format, the first byte of a stored record.
pub(super) const VERSION: u8 = 1;

/// A buffer of more bytes than this gets a block of its own, which can be handed over.
pub(super) const INLINE: usize = 1024;

/// The flags of a regular expression, the lowest bit first.
pub(super) const FLAGS: [char; 8] = ['d', 'g', 'i', 'm', 's', 'u', 'v', 'y'];

/// The kinds of views; `None` is a `DataView`.
pub(super) const VIEWS: [Option<TypedArrayKind>; 13] = [
    None,
    Some(TypedArrayKind::Int8),
    Some(TypedArrayKind::Uint8),
    Some(TypedArrayKind::Uint8Clamped),
    Some(TypedArrayKind::Int16),
    Some(TypedArrayKind::Uint16),
    Some(TypedArrayKind::Int32),
    Some(TypedArrayKind::Uint32),
    Some(TypedArrayKind::BigInt64),
    Some(TypedArrayKind::BigUint64),
    Some(TypedArrayKind::Float16),
    Some(TypedArrayKind::Float32),
    Some(TypedArrayKind::Float64),
];

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

/// All of them, with the words.
pub(super) const ERRORS: [(ErrorName, &str); 8] = [
    (ErrorName::Error, "Error"),
    (ErrorName::Eval, "EvalError"),
    (ErrorName::Range, "RangeError"),
    (ErrorName::Reference, "ReferenceError"),
    (ErrorName::Syntax, "SyntaxError"),
    (ErrorName::Type, "TypeError"),
    (ErrorName::Uri, "URIError"),
    (ErrorName::Aggregate, "AggregateError"),
];

/// The bits of an error's second byte.
pub(super) const HAS_MESSAGE: u8 = 1;
pub(super) const HAS_STACK: u8 = 2;

/// From here up a byte is a small integer.
pub(super) const SMALL: u8 = 0x80;

/// A view of a buffer.
#[derive(Clone, Copy)]
pub(super) struct View {
    /// `None` for a `DataView`.
    pub kind: Option<TypedArrayKind>,
    /// In bytes.
    pub offset: u64,
    /// In elements, which are bytes for a `DataView`; `None` if the view tracks its buffer's length.
    pub length: Option<u64>,
}

/// Declares the tags, and the way back from their bytes.
macro_rules! tags {
    ($($name:ident = $byte:literal),* $(,)?) => {
        /// What a byte of the tape says where a value, or a word about one, may stand.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum Tag {
            $($name = $byte,)*
        }

        impl Tag {
            pub const fn of(byte: u8) -> Option<Self> {
                match byte {
                    $($byte => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

tags! {
    Undefined = 0,
    Null = 1,
    False = 2,
    True = 3,
    Integer = 4,
    Double = 5,
    BigInt = 6,
    Latin1 = 7,
    Utf16 = 8,

    FalseObject = 10,
    TrueObject = 11,
    NumberObject = 12,
    BigIntObject = 13,
    StringObject = 14,
    Date = 15,
    RegExp = 16,
    Buffer = 17,
    ResizableBuffer = 18,
    Block = 19,
    ResizableBlock = 20,
    Shared = 21,
    View = 22,
    Platform = 23,

    Object = 30,
    NewShape = 31,
    Shaped = 32,
    Array = 33,
    Integers = 34,
    Doubles = 35,
    Primitives = 36,
    Map = 37,
    Set = 38,
    Error = 39,
    End = 40,

    NewKey = 50,
    Key = 51,
    Index = 52,
    Skip = 53,

    Back = 60,
    Transferred = 61,
}

/// Why bytes are no record. Whoever reads them gets a `DataCloneError` with these words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("it ends too early")]
    Truncated,
    #[error("something follows its end")]
    Trailing,
    #[error("byte {0} means nothing there")]
    UnknownTag(u8),
    #[error("{0:?} cannot stand there")]
    Misplaced(Tag),
    #[error("a number is too large")]
    Number,
    #[error("it names a key, a shape or an object that is not there")]
    Reference,
    #[error("it asks for more blocks or objects than came with it")]
    Missing,
    #[error("more blocks or objects came with it than it asks for")]
    Unused,
    #[error("a regular expression is none")]
    RegExp,
    #[error("a view does not fit its buffer")]
    View,
    #[error("there is not enough memory for it")]
    TooLarge,
    #[error("it is of another version")]
    Version,
}

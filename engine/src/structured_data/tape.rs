//! Writing and reading the atoms of a [tape](super::format).

use boa_engine::bigint::RawBigInt;
use boa_engine::string::{JsStr, JsStrVariant, Utf16JsStringBuilder};
use boa_engine::{JsBigInt, JsString};

use super::format::{Malformed, SMALL, Tag};
use crate::heap;

/// From how many bytes on a tape, or a text on it, has to be given room.
const LARGE: usize = 1 << 20;

/// A tape that is being written.
pub(super) struct Writer {
    bytes: Vec<u8>,
    /// There was no memory for something, and nothing is written any more.
    is_full: bool,
}

impl Writer {
    pub fn new() -> Self {
        Self {
            // A small message needs no more.
            bytes: Vec::with_capacity(64),
            is_full: false,
        }
    }

    /// Whether there was no memory for all that was to be written.
    pub const fn is_full(&self) -> bool {
        self.is_full
    }

    /// The finished tape. It may have to wait for long, so room that is not needed is given back.
    pub fn finish(mut self) -> Vec<u8> {
        if self.bytes.capacity() > self.bytes.len() + self.bytes.len() / 8 {
            self.bytes.shrink_to_fit();
        }
        self.bytes
    }

    /// Makes room for so many bytes, if there is any. All that is written asks here first.
    #[inline]
    fn reserve(&mut self, bytes: usize) -> bool {
        !self.is_full && (bytes <= self.bytes.capacity() - self.bytes.len() || self.grow(bytes))
    }

    #[cold]
    fn grow(&mut self, bytes: usize) -> bool {
        let capacity = self.bytes.capacity();
        if bytes < LARGE && capacity < LARGE {
            self.bytes.reserve(bytes);
            return true;
        }
        // With something for what comes next, or else only for what commonly ends a tape.
        let bytes = bytes.saturating_add(16);
        let grown = [bytes.max(capacity / 2), bytes]
            .into_iter()
            .any(|more| heap::make_room(more as u64) && self.bytes.try_reserve_exact(more).is_ok());
        self.is_full = !grown;
        grown
    }

    pub fn tag(&mut self, tag: Tag) {
        self.byte(tag as u8);
    }

    pub fn byte(&mut self, byte: u8) {
        if self.reserve(1) {
            self.bytes.push(byte);
        }
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        if self.reserve(bytes.len()) {
            self.bytes.extend_from_slice(bytes);
        }
    }

    pub fn number(&mut self, number: u64) {
        if self.reserve(LONGEST_NUMBER) {
            push_number(&mut self.bytes, number);
        }
    }

    pub fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    pub fn double(&mut self, value: f64) {
        // All NaNs are one, or a script could tell whence one came.
        let value = if value.is_nan() { f64::NAN } else { value };
        self.bytes(&value.to_le_bytes());
    }

    /// An integer, as a value.
    pub fn integer(&mut self, value: i32) {
        match u8::try_from(value) {
            Ok(small) if small < SMALL => self.byte(SMALL | small),
            _ => {
                self.tag(Tag::Integer);
                self.number(u64::from(((value << 1) ^ (value >> 31)).cast_unsigned()));
            }
        }
    }

    pub fn int32s(&mut self, values: impl ExactSizeIterator<Item = i32>) {
        if self.reserve(values.len().saturating_mul(size_of::<i32>())) {
            self.bytes.extend(values.flat_map(i32::to_le_bytes));
        }
    }

    pub fn doubles(&mut self, values: impl ExactSizeIterator<Item = f64>) {
        if self.reserve(values.len().saturating_mul(size_of::<f64>())) {
            values.for_each(|value| self.double(value));
        }
    }

    pub fn bigint(&mut self, value: &JsBigInt) {
        let bytes = value.as_inner().to_signed_bytes_le();
        self.count(bytes.len());
        self.bytes(&bytes);
    }

    /// A string, with its tag.
    pub fn string(&mut self, text: &JsString) {
        match text.variant() {
            JsStrVariant::Latin1(units) => {
                self.tag(Tag::Latin1);
                self.count(units.len());
                self.bytes(units);
            }
            JsStrVariant::Utf16(units) => {
                self.tag(Tag::Utf16);
                self.count(units.len());
                if self.reserve(size_of_val(units)) {
                    self.bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
                }
            }
        }
    }
}

/// How many bytes a *number* takes at most.
const LONGEST_NUMBER: usize = 10;

/// Appends a *number*.
pub(super) fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

/// A copy of a long text is not made where there is no room for it.
fn has_room_for(text: &[u8]) -> Result<(), Malformed> {
    match text.len() < LARGE || heap::make_room(text.len() as u64) {
        true => Ok(()),
        false => Err(Malformed::TooLarge),
    }
}

/// What is left to read of a tape that anybody may have written.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self.0.split_first().ok_or(Malformed::Truncated)?;
        self.0 = rest;
        Ok(*first)
    }

    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (bytes, rest) = self.0.split_at_checked(count).ok_or(Malformed::Truncated)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// So many items of so many bytes each.
    fn items(&mut self, count: usize, size: usize) -> Result<&'a [u8], Malformed> {
        self.bytes(count.checked_mul(size).ok_or(Malformed::Truncated)?)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(Malformed::Truncated)?;
        self.0 = rest;
        Ok(*bytes)
    }

    #[inline]
    pub fn number(&mut self) -> Result<u64, Malformed> {
        // Most are small.
        match self.0.split_first() {
            Some((&byte, rest)) if byte < 0x80 => {
                self.0 = rest;
                Ok(byte.into())
            }
            _ => self.long_number(),
        }
    }

    fn long_number(&mut self) -> Result<u64, Malformed> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if (bits << shift) >> shift != bits {
                return Err(Malformed::Number);
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Malformed::Number)
    }

    /// A number that is an index, or is about to be held against something.
    pub fn index(&mut self) -> Result<usize, Malformed> {
        usize::try_from(self.number()?).map_err(|_| Malformed::Number)
    }

    /// How many things follow, each of which takes a byte at the least.
    pub fn count(&mut self) -> Result<usize, Malformed> {
        let count = self.index()?;
        if count > self.0.len() {
            return Err(Malformed::Truncated);
        }
        Ok(count)
    }

    pub fn u32(&mut self) -> Result<u32, Malformed> {
        u32::try_from(self.number()?).map_err(|_| Malformed::Number)
    }

    /// What [`Writer::integer`] wrote after its tag.
    pub fn integer(&mut self) -> Result<i32, Malformed> {
        let zigzag = self.u32()?;
        Ok((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed())
    }

    pub fn double(&mut self) -> Result<f64, Malformed> {
        self.array().map(f64::from_le_bytes)
    }

    pub fn int32s(&mut self, count: usize) -> Result<impl Iterator<Item = i32> + use<'a>, Malformed> {
        let (chunks, _) = self.items(count, size_of::<i32>())?.as_chunks();
        Ok(chunks.iter().map(|bytes| i32::from_le_bytes(*bytes)))
    }

    pub fn doubles(&mut self, count: usize) -> Result<impl Iterator<Item = f64> + use<'a>, Malformed> {
        let (chunks, _) = self.items(count, size_of::<f64>())?.as_chunks();
        Ok(chunks.iter().map(|bytes| f64::from_le_bytes(*bytes)))
    }

    pub fn bigint(&mut self) -> Result<JsBigInt, Malformed> {
        let count = self.count()?;
        Ok(RawBigInt::from_signed_bytes_le(self.bytes(count)?).into())
    }

    /// A string with its tag.
    pub fn string(&mut self) -> Result<JsString, Malformed> {
        let byte = self.byte()?;
        match Tag::of(byte).ok_or(Malformed::UnknownTag(byte))? {
            Tag::Latin1 => self.latin1(),
            Tag::Utf16 => self.utf16(),
            tag => Err(Malformed::Misplaced(tag)),
        }
    }

    pub fn latin1(&mut self) -> Result<JsString, Malformed> {
        let count = self.count()?;
        let units = self.bytes(count)?;
        has_room_for(units)?;
        Ok(JsStr::latin1(units).into())
    }

    pub fn utf16(&mut self) -> Result<JsString, Malformed> {
        /// Units that are copied at once.
        const RUN: usize = 256;
        let count = self.count()?;
        let units = self.items(count, size_of::<u16>())?;
        has_room_for(units)?;
        let (units, _) = units.as_chunks::<2>();
        let mut text = Utf16JsStringBuilder::with_capacity(units.len());
        let mut run = [0; RUN];
        for units in units.chunks(RUN) {
            for (to, from) in run.iter_mut().zip(units) {
                *to = u16::from_le_bytes(*from);
            }
            text.extend_from_slice(run.get(..units.len()).unwrap_or_default());
        }
        Ok(text.build())
    }
}

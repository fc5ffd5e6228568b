//! Writing and reading the atoms of a [tape](super::format).

use boa_engine::bigint::RawBigInt;
use boa_engine::string::{JsStr, JsStrVariant, Utf16JsStringBuilder};
use boa_engine::{JsBigInt, JsString};

use super::format::{Malformed, SMALL, Tag};

/// A tape that is being written.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub fn new() -> Self {
        // A small message needs no more.
        Self(Vec::with_capacity(64))
    }

    /// The finished tape. It may have to wait for long, so room that is not needed is given back.
    pub fn finish(mut self) -> Vec<u8> {
        if self.0.capacity() > self.0.len() + self.0.len() / 8 {
            self.0.shrink_to_fit();
        }
        self.0
    }

    /// Makes room for so many items at once, and for what commonly ends a tape.
    fn reserve<T>(&mut self, items: usize) {
        self.0.reserve(items.saturating_mul(size_of::<T>()).saturating_add(16));
    }

    pub fn tag(&mut self, tag: Tag) {
        self.0.push(tag as u8);
    }

    pub fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub fn number(&mut self, number: u64) {
        push_number(&mut self.0, number);
    }

    pub fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    pub fn double(&mut self, value: f64) {
        // All NaNs are one, or a script could tell whence one came.
        let value = if value.is_nan() { f64::NAN } else { value };
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// An integer, as a value.
    pub fn integer(&mut self, value: i32) {
        match u8::try_from(value) {
            Ok(small) if small < SMALL => self.0.push(SMALL | small),
            _ => {
                self.tag(Tag::Integer);
                self.number(u64::from(((value << 1) ^ (value >> 31)).cast_unsigned()));
            }
        }
    }

    pub fn int32s(&mut self, values: impl ExactSizeIterator<Item = i32>) {
        self.reserve::<i32>(values.len());
        self.0.extend(values.flat_map(i32::to_le_bytes));
    }

    pub fn doubles(&mut self, values: impl ExactSizeIterator<Item = f64>) {
        self.reserve::<f64>(values.len());
        for value in values {
            self.double(value);
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
                self.reserve::<u8>(units.len());
                self.bytes(units);
            }
            JsStrVariant::Utf16(units) => {
                self.tag(Tag::Utf16);
                self.count(units.len());
                self.reserve::<u16>(units.len());
                self.0.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
            }
        }
    }
}

/// Appends a *number*.
pub(super) fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
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
        Ok(JsStr::latin1(self.bytes(count)?).into())
    }

    pub fn utf16(&mut self) -> Result<JsString, Malformed> {
        /// Units that are copied at once.
        const RUN: usize = 256;
        let count = self.count()?;
        let (units, _) = self.items(count, size_of::<u16>())?.as_chunks::<2>();
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

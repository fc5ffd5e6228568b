//! <https://w3c.github.io/FileAPI/#blob-section>

use super::shared_bytes::SharedBytes;
use crate::binding::{
    Cx, Fallible, Js, New, Serializable,
    generated::{BlobMethods, BlobPropertyBag, BufferSourceOrBlobOrUSVString as BlobPart, EndingType},
};
use crate::webidl::promise;
use boa_engine::{
    JsResult, JsString, JsValue,
    object::builtins::{AlignedVec, JsArrayBuffer, JsPromise, JsUint8Array},
};
use boa_gc::{Finalize, Trace};
use skep_engine::{EventLoop, TaskSource};
use std::ops::Range;

/// A `Blob`'s state.
#[derive(Debug, Trace, Finalize)]
pub struct Blob {
    #[unsafe_ignore_trace]
    data: BlobData,
}

/// What a blob consists of, in no heap: clones, slices and other threads share the bytes.
#[derive(Debug, Clone)]
pub struct BlobData {
    source: SharedBytes,
    range: Range<usize>,
    content_type: String,
}

impl BlobData {
    /// All of `source`, with a type that is normalised already.
    pub(crate) fn new(source: SharedBytes, content_type: String) -> Self {
        Self {
            range: 0..source.len(),
            source,
            content_type,
        }
    }

    /// What a script puts together: 1. to 4. of <https://w3c.github.io/FileAPI/#dom-blob-blob>.
    ///
    /// # Errors
    /// If a buffer among the parts cannot be read.
    pub fn from_parts(parts: Vec<BlobPart>, options: &BlobPropertyBag, cx: &mut Cx) -> Fallible<Self> {
        // 1–2. The bytes; none without parts.
        let bytes = process_parts(parts, options.endings, cx)?;
        // 3–4. The type and the size.
        Ok(Self::new(bytes.into(), normalize_type(&options.type_)))
    }

    /// The bytes, shared where the blob is the whole of what it was made from.
    pub(crate) fn shared_bytes(&self) -> SharedBytes {
        if self.range == (0..self.source.len()) {
            self.source.clone()
        } else {
            self.bytes().to_vec().into()
        }
    }

    /// <https://w3c.github.io/FileAPI/#byte-sequence>
    pub fn bytes(&self) -> &[u8] {
        self.source.get(self.range.clone()).unwrap_or_default()
    }

    /// The type, normalised; empty if there is none.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// <https://w3c.github.io/FileAPI/#slice-blob>
    fn slice(&self, start: Option<i64>, end: Option<i64>, content_type: Option<&JsString>) -> Self {
        // 2–3. Counted from the end where negative.
        let size = self.range.len();
        let place = |offset: i64| {
            let distance = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            if offset < 0 {
                size.saturating_sub(distance)
            } else {
                size.min(distance)
            }
        };
        let start = place(start.unwrap_or(0));
        // 5. Never less than nothing.
        let end = end.map_or(size, place).max(start);
        Self {
            source: self.source.clone(),
            range: self.range.start + start..self.range.start + end,
            // 4. Its own type.
            content_type: content_type.map(normalize_type).unwrap_or_default(),
        }
    }
}

impl Blob {
    pub(crate) fn new(data: BlobData) -> Self {
        Self { data }
    }

    pub(crate) fn data(&self) -> &BlobData {
        &self.data
    }
}

/// <https://w3c.github.io/FileAPI/#ref-for-serialization-steps>
impl Serializable for Blob {
    type Serialized = BlobData;

    fn serialize(this: &Js<Self>, _: &mut Cx) -> Fallible<BlobData> {
        // 1–2. The snapshot, and the bytes, which are shared.
        Ok(this.data.clone())
    }

    fn deserialize(data: &BlobData, cx: &mut Cx) -> Fallible<Js<Self>> {
        // 1–2. Likewise.
        Ok(Js::new(Self::new(data.clone()), cx))
    }
}

/// A type in lower case, or none if it has characters that no type may have.
fn normalize_type(text: &JsString) -> String {
    let printable: Option<String> = text
        .iter()
        .map(|unit| char::from_u32(unit.into()).filter(|character| (' '..='~').contains(character)))
        .collect();
    printable.unwrap_or_default().to_ascii_lowercase()
}

/// <https://w3c.github.io/FileAPI/#process-blob-parts>
fn process_parts(parts: Vec<BlobPart>, endings: EndingType, cx: &mut Cx) -> Fallible<Vec<u8>> {
    let mut bytes = Vec::new();
    for part in parts {
        match part {
            BlobPart::USVString(text) => match endings {
                EndingType::Native => bytes.extend_from_slice(with_native_endings(&text).as_bytes()),
                EndingType::Transparent => bytes.extend_from_slice(text.as_bytes()),
            },
            BlobPart::BufferSource(source) => bytes.append(&mut source.copy(cx)?),
            BlobPart::Blob(blob) => bytes.extend_from_slice(blob.data.bytes()),
        }
    }
    Ok(bytes)
}

/// <https://w3c.github.io/FileAPI/#convert-line-endings-to-native>; the native line ending is a line feed.
fn with_native_endings(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// A promise for what `make` gives, made in a task of its own as reading takes its time.
/// <https://w3c.github.io/FileAPI/#blob-get-stream>
fn read(
    this: &Js<Blob>,
    cx: &mut Cx,
    make: impl FnOnce(&BlobData, &mut Cx) -> JsResult<JsValue> + 'static,
) -> Fallible<JsPromise> {
    let (promise, resolvers) = JsPromise::new_pending(cx);
    let data = this.data.clone();
    EventLoop::of(cx).queue_task(TaskSource::FileReading, move |cx| {
        let result = make(&data, cx);
        promise::settle(&resolvers, result, cx);
    });
    Ok(promise)
}

/// A new buffer with these bytes: <https://webidl.spec.whatwg.org/#arraybuffer-create>.
pub(crate) fn array_buffer(bytes: &[u8], cx: &mut Cx) -> JsResult<JsArrayBuffer> {
    JsArrayBuffer::from_byte_block(AlignedVec::from_slice(64, bytes), cx)
}

/// The same as an array of bytes: <https://webidl.spec.whatwg.org/#arraybufferview-create>.
pub(crate) fn byte_array(bytes: &[u8], cx: &mut Cx) -> JsResult<JsUint8Array> {
    let buffer = array_buffer(bytes, cx)?;
    JsUint8Array::from_array_buffer(buffer, cx)
}

impl BlobMethods for Blob {
    /// <https://w3c.github.io/FileAPI/#dom-blob-blob>
    fn constructor(
        new: New<'_, Self>,
        cx: &mut Cx,
        blob_parts: Option<Vec<BlobPart>>,
        options: BlobPropertyBag,
    ) -> Fallible<Js<Self>> {
        let data = BlobData::from_parts(blob_parts.unwrap_or_default(), &options, cx)?;
        Ok(new.object(Self::new(data), cx))
    }

    /// <https://w3c.github.io/FileAPI/#dfn-size>
    fn size(this: &Js<Self>, _: &mut Cx) -> Fallible<u64> {
        Ok(this.data.range.len() as u64)
    }

    /// <https://w3c.github.io/FileAPI/#dfn-type>
    fn type_(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(JsString::from(this.data.content_type.as_str()))
    }

    /// <https://w3c.github.io/FileAPI/#dfn-slice>
    fn slice(
        this: &Js<Self>,
        cx: &mut Cx,
        start: Option<i64>,
        end: Option<i64>,
        content_type: Option<JsString>,
    ) -> Fallible<Js<Self>> {
        Ok(Js::new(
            Self::new(this.data.slice(start, end, content_type.as_ref())),
            cx,
        ))
    }

    /// <https://w3c.github.io/FileAPI/#dom-blob-text>
    fn text(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsPromise> {
        read(this, cx, |data, _| {
            let text = encoding_rs::UTF_8.decode_with_bom_removal(data.bytes()).0;
            Ok(JsString::from(&*text).into())
        })
    }

    /// <https://w3c.github.io/FileAPI/#dom-blob-arraybuffer>
    fn array_buffer(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsPromise> {
        read(this, cx, |data, cx| Ok(array_buffer(data.bytes(), cx)?.into()))
    }

    /// <https://w3c.github.io/FileAPI/#dom-blob-bytes>
    fn bytes(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsPromise> {
        read(this, cx, |data, cx| Ok(byte_array(data.bytes(), cx)?.into()))
    }
}

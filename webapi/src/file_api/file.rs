//! <https://w3c.github.io/FileAPI/#file-section>

use super::blob::{Blob, BlobData};
use crate::binding::{
    Cx, Fallible, Js, New, Serializable,
    generated::{BufferSourceOrBlobOrUSVString as BlobPart, FileMethods, FilePropertyBag},
};
use boa_engine::JsString;
use boa_gc::{Finalize, Gc, Trace};

/// A `File`'s state.
#[derive(Debug, Trace, Finalize)]
pub struct File {
    blob: Gc<Blob>,
    #[unsafe_ignore_trace]
    data: FileData,
}

/// What a file is more than a blob, in no heap.
#[derive(Debug, Clone)]
pub struct FileData {
    name: String,
    /// Milliseconds since the Unix epoch.
    last_modified: i64,
}

impl File {
    fn new(blob: BlobData, data: FileData) -> Self {
        Self {
            blob: Gc::new(Blob::new(blob)),
            data,
        }
    }
}

/// <https://w3c.github.io/FileAPI/#ref-for-serialization-steps%E2%91%A0>
impl Serializable for File {
    type Serialized = (BlobData, FileData);

    fn serialize(this: &Js<Self>, _: &mut Cx) -> Fallible<Self::Serialized> {
        // 1. The bytes, and what the snapshot says of the file.
        Ok((this.blob.data().clone(), this.data.clone()))
    }

    fn deserialize((blob, data): &Self::Serialized, cx: &mut Cx) -> Fallible<Js<Self>> {
        // 1. Likewise.
        Ok(Js::new(Self::new(blob.clone(), data.clone()), cx))
    }
}

impl FileMethods for File {
    fn parent(&self) -> &Gc<Blob> {
        &self.blob
    }

    /// <https://w3c.github.io/FileAPI/#dom-file-file>
    fn constructor(
        new: New<'_, Self>,
        cx: &mut Cx,
        file_bits: Vec<BlobPart>,
        file_name: String,
        options: FilePropertyBag,
    ) -> Fallible<Js<Self>> {
        // 1, 3.1, 4. The bytes and the type, as those of a blob.
        let blob = BlobData::from_parts(file_bits, &options.parent, cx)?;
        let data = FileData {
            // 2. The name.
            name: file_name,
            // 3.2. When it was modified; now, if the script does not say, which is what `Date.now()` gives.
            last_modified: options.last_modified.unwrap_or_else(|| cx.clock().system_time_millis()),
        };
        Ok(new.object(Self::new(blob, data), cx))
    }

    /// <https://w3c.github.io/FileAPI/#dfn-name>
    fn name(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(JsString::from(this.data.name.as_str()))
    }

    /// <https://w3c.github.io/FileAPI/#dfn-lastModified>
    fn last_modified(this: &Js<Self>, _: &mut Cx) -> Fallible<i64> {
        Ok(this.data.last_modified)
    }
}

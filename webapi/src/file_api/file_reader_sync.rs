//! <https://w3c.github.io/FileAPI/#FileReaderSync>. The bytes of a blob are in memory: there is nothing to wait for.

use super::{
    blob::{self, Blob},
    package_data,
};
use crate::binding::{BufferSource, Cx, Fallible, Js, New, generated::FileReaderSyncMethods};
use boa_engine::JsString;
use boa_gc::{Finalize, Trace};

/// A `FileReaderSync`'s state: none.
#[derive(Debug, Trace, Finalize)]
pub struct FileReaderSync;

impl FileReaderSyncMethods for FileReaderSync {
    /// <https://w3c.github.io/FileAPI/#filereadersyncConstrctr>
    fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        Ok(new.object(Self, cx))
    }

    /// <https://w3c.github.io/FileAPI/#dfn-readAsArrayBufferSync>
    fn read_as_array_buffer(_: &Js<Self>, cx: &mut Cx, blob: Js<Blob>) -> Fallible<BufferSource> {
        Ok(blob::array_buffer(blob.data().bytes(), cx)?.into())
    }

    /// <https://w3c.github.io/FileAPI/#dfn-readAsBinaryStringSync>
    fn read_as_binary_string(_: &Js<Self>, _: &mut Cx, blob: Js<Blob>) -> Fallible<JsString> {
        Ok(package_data::binary_string(blob.data()))
    }

    /// <https://w3c.github.io/FileAPI/#dfn-readAsTextSync>
    fn read_as_text(_: &Js<Self>, _: &mut Cx, blob: Js<Blob>, encoding: Option<JsString>) -> Fallible<JsString> {
        Ok(package_data::text(blob.data(), encoding.as_ref()))
    }

    /// <https://w3c.github.io/FileAPI/#dfn-readAsDataURLSync>
    fn read_as_data_url(_: &Js<Self>, _: &mut Cx, blob: Js<Blob>) -> Fallible<JsString> {
        Ok(package_data::data_url(blob.data()))
    }
}

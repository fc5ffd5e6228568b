//! <https://w3c.github.io/FileAPI/#blob-package-data>: what becomes of a blob's bytes, a function for each type of data.
//! That for an `ArrayBuffer` is [`array_buffer`](super::blob::array_buffer).

use super::blob::BlobData;
use base64::{Engine, engine::general_purpose::STANDARD};
use boa_engine::{JsStr, JsString};
use data_url::mime::Mime;
use encoding_rs::{Encoding, UTF_8};

/// A `data:` URL of the bytes; its type is that of the blob.
pub(super) fn data_url(data: &BlobData) -> JsString {
    // A URL without a type is text to whoever reads it, so that no type becomes that of any bytes, as upstream tests have it.
    let mime_type = match data.content_type() {
        "" => "application/octet-stream",
        known => known,
    };
    JsString::from(format!("data:{mime_type};base64,{}", STANDARD.encode(data.bytes())))
}

/// The bytes decoded, from the encoding of this name.
pub(super) fn text(data: &BlobData, encoding_name: Option<&JsString>) -> JsString {
    // 1–2. The encoding that the caller names.
    let named = encoding_name.and_then(|name| Encoding::for_label(name.to_std_string_lossy().as_bytes()));
    // 3. Or the one that the type names.
    let of_type = || {
        let mime_type: Mime = data.content_type().parse().ok()?;
        Encoding::for_label(mime_type.get_parameter("charset")?.as_bytes())
    };
    // 4. Or UTF-8.
    let encoding = named.or_else(of_type).unwrap_or(UTF_8);
    // 5. <https://encoding.spec.whatwg.org/#decode>: a byte order mark knows better.
    JsString::from(&*encoding.decode(data.bytes()).0)
}

/// A string with a code unit for each byte.
pub(super) fn binary_string(data: &BlobData) -> JsString {
    JsString::from(JsStr::latin1(data.bytes()))
}

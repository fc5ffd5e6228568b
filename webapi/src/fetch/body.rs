//! Bodies: <https://fetch.spec.whatwg.org/#bodies>.

use super::response::Response;
use crate::{
    binding::{
        Cx, Error, Fallible, Js,
        generated::{BlobOrBufferSourceOrURLSearchParamsOrUSVString as BodyInit, BodyMethods},
    },
    file_api::{
        blob::{self, Blob, BlobData},
        shared_bytes::SharedBytes,
    },
    html::json,
    webidl::promise,
};
use boa_engine::{JsResult, JsString, JsValue, object::builtins::JsPromise};
use skep_engine::{EventLoop, TaskSource};
use std::cell::Cell;

/// <https://fetch.spec.whatwg.org/#concept-body>, all of which is here already.
#[derive(Debug, Clone)]
pub(super) struct Body {
    bytes: SharedBytes,
    /// Whether its stream, were there one, would be disturbed.
    used: Cell<bool>,
}

impl Body {
    pub fn new(bytes: SharedBytes) -> Self {
        Self {
            bytes,
            used: Cell::new(false),
        }
    }

    /// <https://fetch.spec.whatwg.org/#body-unusable>
    pub fn is_unusable(&self) -> bool {
        self.used.get()
    }
}

/// A body, and its type where it has one: <https://fetch.spec.whatwg.org/#concept-bodyinit-extract>.
pub(super) fn extract(init: BodyInit, cx: &mut Cx) -> Fallible<(Body, Option<String>)> {
    // NOTE(steps 1–5): streams are not supported yet.
    // 10. By the kind of the object.
    let (bytes, content_type): (SharedBytes, _) = match init {
        BodyInit::Blob(blob) => {
            let data = blob.data();
            let content_type = Some(data.content_type()).filter(|text| !text.is_empty());
            (data.shared_bytes(), content_type.map(str::to_owned))
        }
        BodyInit::BufferSource(source) => (source.copy(cx)?.into(), None),
        BodyInit::URLSearchParams(params) => (
            params.serialize().into_bytes().into(),
            Some("application/x-www-form-urlencoded;charset=UTF-8".to_owned()),
        ),
        BodyInit::USVString(text) => (text.into_bytes().into(), Some("text/plain;charset=UTF-8".to_owned())),
    };
    Ok((Body::new(bytes), content_type))
}

/// A promise for what `make` makes of all bytes: <https://fetch.spec.whatwg.org/#concept-body-consume-body>.
fn consume(
    this: &Js<Response>,
    cx: &mut Cx,
    make: impl FnOnce(&Js<Response>, SharedBytes, &mut Cx) -> JsResult<JsValue> + 'static,
) -> Fallible<JsPromise> {
    // 1. Only once.
    if this.body().is_some_and(Body::is_unusable) {
        return Err(Error::Type("The body has been used already.".to_owned()));
    }
    // 2. The promise.
    let (promise, resolvers) = JsPromise::new_pending(cx);
    match this.body() {
        // 5. Of nothing there is nothing to read.
        None => {
            let result = make(this, SharedBytes::default(), cx);
            promise::settle(&resolvers, result, cx);
        }
        // 6. <https://fetch.spec.whatwg.org/#body-fully-read>
        Some(body) => {
            body.used.set(true);
            let (this, bytes) = (this.clone(), body.bytes.clone());
            EventLoop::of(cx).queue_task(TaskSource::Networking, move |cx| {
                let result = make(&this, bytes, cx);
                promise::settle(&resolvers, result, cx);
            });
        }
    }
    // 7. Here it is.
    Ok(promise)
}

impl BodyMethods for Response {
    /// <https://fetch.spec.whatwg.org/#dom-body-bodyused>
    fn body_used(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(this.body().is_some_and(Body::is_unusable))
    }

    /// <https://fetch.spec.whatwg.org/#dom-body-arraybuffer>
    fn array_buffer(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsPromise> {
        consume(this, cx, |_, bytes, cx| Ok(blob::array_buffer(&bytes, cx)?.into()))
    }

    /// <https://fetch.spec.whatwg.org/#dom-body-blob>
    fn blob(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsPromise> {
        consume(this, cx, |this, bytes, cx| {
            // The type of the response: <https://fetch.spec.whatwg.org/#concept-body-mime-type>.
            let mime_type = this.header_list().mime_type();
            let content_type = mime_type.map(|mime| mime.to_string()).unwrap_or_default();
            let blob = Js::new(Blob::new(BlobData::new(bytes, content_type)), cx);
            Ok(blob.object().clone().into())
        })
    }

    /// <https://fetch.spec.whatwg.org/#dom-body-bytes>
    fn bytes(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsPromise> {
        consume(this, cx, |_, bytes, cx| Ok(blob::byte_array(&bytes, cx)?.into()))
    }

    /// <https://fetch.spec.whatwg.org/#dom-body-json>
    fn json(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsPromise> {
        consume(this, cx, |_, bytes, cx| json::parse(&bytes, cx))
    }

    /// <https://fetch.spec.whatwg.org/#dom-body-text>
    fn text(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsPromise> {
        consume(this, cx, |_, bytes, _| {
            let text = encoding_rs::UTF_8.decode_with_bom_removal(&bytes).0;
            Ok(JsString::from(&*text).into())
        })
    }
}

//! <https://fetch.spec.whatwg.org/#response-class>

use super::{
    body::{self, Body},
    header_list::HeaderList,
    headers::{Guard, Headers},
};
use crate::{
    binding::{
        Cx, Error, Fallible, Js, New,
        generated::{
            BlobOrBufferSourceOrURLSearchParamsOrUSVString as BodyInit, ResponseInit, ResponseMethods, ResponseType,
        },
    },
    html::{environment::Environment, json},
};
use boa_engine::JsValue;
use boa_gc::{Finalize, Trace};
use url::Url;

/// A `Response` object's state.
#[derive(Debug, Trace, Finalize)]
pub struct Response {
    #[unsafe_ignore_trace]
    head: Head,
    headers: Js<Headers>,
    #[unsafe_ignore_trace]
    body: Option<Body>,
}

/// What a response says of itself, its headers aside: <https://fetch.spec.whatwg.org/#concept-response>.
#[derive(Debug, Clone)]
struct Head {
    type_: ResponseType,
    /// The last of its URL list.
    url: Option<Url>,
    redirected: bool,
    status: u16,
    status_text: Vec<u8>,
}

/// <https://fetch.spec.whatwg.org/#null-body-status>
fn is_null_body_status(status: u16) -> bool {
    matches!(status, 101 | 103 | 204 | 205 | 304)
}

/// <https://httpwg.org/specs/rfc9112.html#status.line>: visible characters, blanks, and what is no ASCII.
fn is_reason_phrase(text: &[u8]) -> bool {
    text.iter().all(|&byte| matches!(byte, b'\t' | b' '..=b'~' | 0x80..))
}

impl Response {
    /// The object for what was loaded, as far as its requester may see it.
    pub(super) fn loaded(response: super::Response, cx: &mut Cx) -> Js<Self> {
        let list = HeaderList::received(&response.headers);
        let (type_, list) = if response.is_cors {
            (ResponseType::Cors, list.cors())
        } else {
            (ResponseType::Basic, list.basic())
        };
        drop(response.freight);
        let body = (!is_null_body_status(response.status)).then(|| Body::new(response.body.into()));
        let head = Head {
            type_,
            url: Some(response.url),
            redirected: response.redirected,
            status: response.status,
            status_text: response.status_text,
        };
        Self::create(head, list, Guard::Immutable, body, cx)
    }

    /// <https://fetch.spec.whatwg.org/#response-create>
    fn create(head: Head, list: HeaderList, guard: Guard, body: Option<Body>, cx: &mut Cx) -> Js<Self> {
        let headers = Js::new(Headers::new(list, guard), cx);
        Js::new(Self { head, headers, body }, cx)
    }

    /// A response's state: <https://fetch.spec.whatwg.org/#initialize-a-response>.
    fn initialize(init: ResponseInit, body: Option<(Body, Option<String>)>, cx: &mut Cx) -> Fallible<Self> {
        let ResponseInit {
            headers: init_headers,
            status,
            status_text,
        } = init;
        // 1. A status that a response may have.
        if !(200..=599).contains(&status) {
            let text = format!("The status provided ({status}) is outside the range 200 to 599.");
            return Err(Error::Range(text));
        }
        // 2. A text that could stand in a status line.
        if !is_reason_phrase(&status_text) {
            return Err(Error::Type(
                "The statusText has characters that none may have.".to_owned(),
            ));
        }
        // 3–4. These they are.
        let head = Head {
            type_: ResponseType::Default,
            url: None,
            redirected: false,
            status,
            status_text,
        };
        let headers = Js::new(Headers::new(HeaderList::default(), Guard::Response), cx);
        // 5. The headers.
        if let Some(init_headers) = init_headers {
            headers.fill(init_headers)?;
        }
        // 6. The body, if there is one.
        let body = match body {
            None => None,
            Some(_) if is_null_body_status(status) => {
                let text = format!("A response with status {status} has no body.");
                return Err(Error::Type(text));
            }
            Some((body, content_type)) => {
                if let Some(content_type) = content_type {
                    headers.append_unless_there("content-type", content_type.into_bytes());
                }
                Some(body)
            }
        };
        Ok(Self { head, headers, body })
    }

    pub(super) fn body(&self) -> Option<&Body> {
        self.body.as_ref()
    }

    pub(super) fn header_list(&self) -> HeaderList {
        self.headers.list()
    }
}

impl ResponseMethods for Response {
    /// <https://fetch.spec.whatwg.org/#dom-response>
    fn constructor(new: New<'_, Self>, cx: &mut Cx, body: Option<BodyInit>, init: ResponseInit) -> Fallible<Js<Self>> {
        // 3–4. The body with its type.
        let body = body.map(|body| body::extract(body, cx)).transpose()?;
        // 1–2, 5. The rest.
        let response = Self::initialize(init, body, cx)?;
        Ok(new.object(response, cx))
    }

    /// <https://fetch.spec.whatwg.org/#dom-response-error>
    fn error(cx: &mut Cx) -> Fallible<Js<Self>> {
        let head = Head {
            type_: ResponseType::Error,
            url: None,
            redirected: false,
            status: 0,
            status_text: Vec::new(),
        };
        Ok(Self::create(head, HeaderList::default(), Guard::Immutable, None, cx))
    }

    /// <https://fetch.spec.whatwg.org/#dom-response-redirect>
    fn redirect(cx: &mut Cx, url: String, status: u16) -> Fallible<Js<Self>> {
        // 1–2. Where to.
        let parsed = Environment::of(cx).and_then(|environment| environment.parse_url(&url));
        let parsed = parsed.ok_or_else(|| Error::Type(format!("'{url}' is not a valid URL.")))?;
        // 3. As what.
        if !super::is_redirect_status(status) {
            return Err(Error::Range(format!("{status} is not the status of a redirect.")));
        }
        // 4–7. The response that says so.
        let head = Head {
            type_: ResponseType::Default,
            url: None,
            redirected: false,
            status,
            status_text: Vec::new(),
        };
        let mut list = HeaderList::default();
        list.append("location".to_owned(), String::from(parsed).into_bytes());
        // 8. Here it is.
        Ok(Self::create(head, list, Guard::Immutable, None, cx))
    }

    /// <https://fetch.spec.whatwg.org/#dom-response-json>
    fn json(cx: &mut Cx, data: JsValue, init: ResponseInit) -> Fallible<Js<Self>> {
        // 1–2. The text.
        let bytes = json::serialize(data, cx)?;
        // 3–4. A response with it.
        let body = (Body::new(bytes.into()), Some("application/json".to_owned()));
        let response = Self::initialize(init, Some(body), cx)?;
        Ok(Js::new(response, cx))
    }

    /// <https://fetch.spec.whatwg.org/#dom-response-type>
    fn type_(this: &Js<Self>, _: &mut Cx) -> Fallible<ResponseType> {
        Ok(this.head.type_)
    }

    /// <https://fetch.spec.whatwg.org/#dom-response-url>
    fn url(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        let mut url = this.head.url.clone();
        if let Some(url) = &mut url {
            url.set_fragment(None);
        }
        Ok(url.map(String::from).unwrap_or_default())
    }

    /// <https://fetch.spec.whatwg.org/#dom-response-redirected>
    fn redirected(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(this.head.redirected)
    }

    /// <https://fetch.spec.whatwg.org/#dom-response-status>
    fn status(this: &Js<Self>, _: &mut Cx) -> Fallible<u16> {
        Ok(this.head.status)
    }

    /// <https://fetch.spec.whatwg.org/#dom-response-ok>
    fn ok(this: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(super::is_ok_status(this.head.status))
    }

    /// <https://fetch.spec.whatwg.org/#dom-response-statustext>
    fn status_text(this: &Js<Self>, _: &mut Cx) -> Fallible<Vec<u8>> {
        Ok(this.head.status_text.clone())
    }

    /// <https://fetch.spec.whatwg.org/#dom-response-headers>
    fn headers(this: &Js<Self>, _: &mut Cx) -> Fallible<Js<Headers>> {
        Ok(this.headers.clone())
    }

    /// <https://fetch.spec.whatwg.org/#dom-response-clone>
    fn clone(this: &Js<Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        // 1. Only while there is something to share.
        if this.body().is_some_and(Body::is_unusable) {
            return Err(Error::Type("The body has been used already.".to_owned()));
        }
        // 2–3. The same once more.
        let (list, guard) = (this.header_list(), this.headers.guard());
        Ok(Self::create(this.head.clone(), list, guard, this.body.clone(), cx))
    }
}

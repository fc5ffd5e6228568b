//! <https://url.spec.whatwg.org/#url-class>

use super::url_search_params::{self, URLSearchParams};
use crate::{
    binding::{Cx, Error, Fallible, Js, New, generated::URLMethods},
    file_api::{blob::Blob, blob_url_store},
};
use ::url::{Position, Url, quirks};
use boa_engine::JsString;
use boa_gc::{Finalize, GcRefCell, Trace};
use std::cell::RefCell;

/// A `URL`'s state.
#[derive(Debug, Trace, Finalize)]
pub struct URL {
    #[unsafe_ignore_trace]
    url: RefCell<Url>,
    /// <https://url.spec.whatwg.org/#concept-url-query-object>, made when a script first asks for it.
    query_object: GcRefCell<Option<Js<URLSearchParams>>>,
}

/// <https://url.spec.whatwg.org/#api-url-parser>
fn api_url_parser(url: &str, base: Option<&str>) -> Option<Url> {
    let parsed = match base {
        None => Url::parse(url).ok(),
        // 2. With a base, which must be valid even where the URL needs none.
        Some(base) => Url::parse(base).ok()?.join(url).ok(),
    };
    parsed.map(encode_trailing_space)
}

/// Step 4 of <https://url.spec.whatwg.org/#cannot-be-a-base-url-path-state>, which the crate does not know yet: the space before a
/// query or a fragment is encoded, so that it outlives them.
fn encode_trailing_space(url: Url) -> Url {
    if !url.cannot_be_a_base() || !url.path().ends_with(' ') {
        return url;
    }
    let (before, after) = (&url[..Position::AfterPath], &url[Position::AfterPath..]);
    let encoded = format!("{}%20{after}", before.strip_suffix(' ').unwrap_or(before));
    Url::parse(&encoded).unwrap_or(url)
}

/// The URL's origin as scripts see it: <https://url.spec.whatwg.org/#concept-url-origin>, serialised.
pub(crate) fn origin_text(url: &Url) -> String {
    // Only these three schemes lend a blob URL their origin, and a file's origin is opaque.
    if url.scheme() == "blob" && !["http:", "https:"].iter().any(|scheme| url.path().starts_with(scheme)) {
        return "null".to_owned();
    }
    quirks::origin(url)
}

impl URL {
    pub(crate) fn new(url: Url) -> Self {
        Self {
            url: RefCell::new(url),
            query_object: GcRefCell::default(),
        }
    }

    /// Takes over the query that the query object was changed to.
    /// <https://url.spec.whatwg.org/#concept-urlsearchparams-update>, steps 2–5.
    pub(super) fn set_serialized_query(&self, query: &str) {
        let query = if query.is_empty() { None } else { Some(query) };
        self.url.borrow_mut().set_query(query);
    }

    /// Makes the query object's list that of `query`.
    fn update_query_object(&self, query: &str) {
        if let Some(params) = self.query_object.borrow().as_ref() {
            params.set_list(url_search_params::parse(query));
        }
    }

    fn read<R>(&self, part: impl FnOnce(&Url) -> &R) -> R::Owned
    where
        R: ToOwned + ?Sized,
    {
        part(&self.url.borrow()).to_owned()
    }
}

impl URLMethods for URL {
    /// <https://url.spec.whatwg.org/#dom-url-url>
    fn constructor(new: New<'_, Self>, cx: &mut Cx, url: String, base: Option<String>) -> Fallible<Js<Self>> {
        // 1–2. Only what parses.
        let parsed =
            api_url_parser(&url, base.as_deref()).ok_or_else(|| Error::Type(format!("'{url}' is not a valid URL.")))?;
        // 3. With it, the object.
        Ok(new.object(Self::new(parsed), cx))
    }

    /// <https://url.spec.whatwg.org/#dom-url-parse>
    fn parse(cx: &mut Cx, url: String, base: Option<String>) -> Fallible<Option<Js<Self>>> {
        Ok(api_url_parser(&url, base.as_deref()).map(|url| Js::new(Self::new(url), cx)))
    }

    /// <https://url.spec.whatwg.org/#dom-url-canparse>
    fn can_parse(_: &mut Cx, url: String, base: Option<String>) -> Fallible<bool> {
        Ok(api_url_parser(&url, base.as_deref()).is_some())
    }

    /// <https://url.spec.whatwg.org/#dom-url-href>
    fn href(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(this.read(Url::as_str))
    }

    fn set_href(this: &Js<Self>, _: &mut Cx, value: String) -> Fallible<()> {
        // 1–2. Only what parses.
        let parsed =
            api_url_parser(&value, None).ok_or_else(|| Error::Type(format!("'{value}' is not a valid URL.")))?;
        // 3–5. The query object follows.
        this.update_query_object(parsed.query().unwrap_or_default());
        *this.url.borrow_mut() = parsed;
        Ok(())
    }

    fn origin(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(origin_text(&this.url.borrow()))
    }

    fn protocol(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(this.read(quirks::protocol))
    }

    fn set_protocol(this: &Js<Self>, _: &mut Cx, value: String) -> Fallible<()> {
        // What is no scheme that this URL can have changes nothing, here and below.
        _ = quirks::set_protocol(&mut this.url.borrow_mut(), &value);
        Ok(())
    }

    fn username(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(this.read(quirks::username))
    }

    fn set_username(this: &Js<Self>, _: &mut Cx, value: String) -> Fallible<()> {
        _ = quirks::set_username(&mut this.url.borrow_mut(), &value);
        Ok(())
    }

    fn password(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(this.read(quirks::password))
    }

    fn set_password(this: &Js<Self>, _: &mut Cx, value: String) -> Fallible<()> {
        _ = quirks::set_password(&mut this.url.borrow_mut(), &value);
        Ok(())
    }

    fn host(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(this.read(quirks::host))
    }

    fn set_host(this: &Js<Self>, _: &mut Cx, value: String) -> Fallible<()> {
        _ = quirks::set_host(&mut this.url.borrow_mut(), &value);
        Ok(())
    }

    fn hostname(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(this.read(quirks::hostname))
    }

    fn set_hostname(this: &Js<Self>, _: &mut Cx, value: String) -> Fallible<()> {
        _ = quirks::set_hostname(&mut this.url.borrow_mut(), &value);
        Ok(())
    }

    fn port(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(this.read(quirks::port))
    }

    fn set_port(this: &Js<Self>, _: &mut Cx, value: String) -> Fallible<()> {
        _ = quirks::set_port(&mut this.url.borrow_mut(), &value);
        Ok(())
    }

    fn pathname(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(this.read(quirks::pathname))
    }

    fn set_pathname(this: &Js<Self>, _: &mut Cx, value: String) -> Fallible<()> {
        quirks::set_pathname(&mut this.url.borrow_mut(), &value);
        Ok(())
    }

    fn search(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(this.read(quirks::search))
    }

    /// <https://url.spec.whatwg.org/#dom-url-search>
    fn set_search(this: &Js<Self>, _: &mut Cx, value: String) -> Fallible<()> {
        // 2–5. The URL itself.
        quirks::set_search(&mut this.url.borrow_mut(), &value);
        // 6. The query object follows the input, not what the URL made of it.
        this.update_query_object(value.strip_prefix('?').unwrap_or(&value));
        Ok(())
    }

    /// <https://url.spec.whatwg.org/#dom-url-searchparams>
    fn search_params(this: &Js<Self>, cx: &mut Cx) -> Fallible<Js<URLSearchParams>> {
        if let Some(params) = this.query_object.borrow().as_ref() {
            return Ok(params.clone());
        }
        let list = url_search_params::parse(this.url.borrow().query().unwrap_or_default());
        let params = Js::new(URLSearchParams::of(list, this.clone()), cx);
        *this.query_object.borrow_mut() = Some(params.clone());
        Ok(params)
    }

    fn hash(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(this.read(quirks::hash))
    }

    fn set_hash(this: &Js<Self>, _: &mut Cx, value: String) -> Fallible<()> {
        quirks::set_hash(&mut this.url.borrow_mut(), &value);
        Ok(())
    }

    /// <https://w3c.github.io/FileAPI/#dfn-createObjectURL>
    fn create_object_url(cx: &mut Cx, obj: Js<Blob>) -> Fallible<JsString> {
        Ok(JsString::from(blob_url_store::create(&obj, cx)?.as_str()))
    }

    /// <https://w3c.github.io/FileAPI/#dfn-revokeObjectURL>
    fn revoke_object_url(cx: &mut Cx, url: JsString) -> Fallible<()> {
        blob_url_store::revoke(&url.to_std_string_lossy(), cx);
        Ok(())
    }

    /// <https://url.spec.whatwg.org/#dom-url-tojson>
    fn to_json(this: &Js<Self>, cx: &mut Cx) -> Fallible<String> {
        Self::href(this, cx)
    }
}

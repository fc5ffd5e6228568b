//! <https://html.spec.whatwg.org/multipage/workers.html#worker-locations>

use crate::{
    binding::{Cx, Fallible, Js, generated::WorkerLocationMethods},
    url::url::origin_text,
};
use ::url::{Url, quirks};
use boa_gc::{Finalize, Trace};

/// A `WorkerLocation`'s state: the URL of its worker's script, after redirects.
#[derive(Debug, Trace, Finalize)]
pub struct WorkerLocation {
    #[unsafe_ignore_trace]
    url: Url,
}

impl WorkerLocation {
    /// A location that stands for `url`.
    pub(crate) fn new(url: Url) -> Self {
        Self { url }
    }
}

impl WorkerLocationMethods for WorkerLocation {
    fn href(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(this.url.to_string())
    }

    fn origin(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(origin_text(&this.url))
    }

    fn protocol(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(quirks::protocol(&this.url).to_owned())
    }

    fn host(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(quirks::host(&this.url).to_owned())
    }

    fn hostname(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(quirks::hostname(&this.url).to_owned())
    }

    fn port(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(quirks::port(&this.url).to_owned())
    }

    fn pathname(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(quirks::pathname(&this.url).to_owned())
    }

    fn search(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(quirks::search(&this.url).to_owned())
    }

    fn hash(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(quirks::hash(&this.url).to_owned())
    }
}

//! <https://html.spec.whatwg.org/multipage/nav-history-apis.html#the-location-interface>, for reading: pages do not navigate.

use super::environment::Environment;
use crate::{
    binding::{Cx, Error, Fallible, Js, generated::LocationMethods},
    url::url::origin_text,
};
use boa_gc::{Finalize, Trace};
use url::{Url, quirks};

/// Where a window's document came from.
#[derive(Debug, Trace, Finalize)]
pub struct Location {
    #[unsafe_ignore_trace]
    url: Url,
}

impl Location {
    /// The location of the realm's document.
    pub(super) fn new(cx: &Cx) -> Fallible<Self> {
        let environment = Environment::of(cx).ok_or_else(|| Error::Type("The realm is not ready.".to_owned()))?;
        Ok(Self {
            url: environment.settings().url.clone(),
        })
    }
}

impl LocationMethods for Location {
    fn href(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(quirks::href(&this.url).to_owned())
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

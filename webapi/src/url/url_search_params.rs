//! <https://url.spec.whatwg.org/#interface-urlsearchparams>

use super::url::URL;
use crate::binding::{
    Cx, Error, Fallible, Js, New,
    generated::{URLSearchParamsMethods, USVStringSequenceSequenceOrUSVStringRecordOrUSVString as Init},
};
use ::url::form_urlencoded;
use boa_engine::JsString;
use boa_gc::{Finalize, Trace};
use std::cell::RefCell;

type List = Vec<(String, String)>;

/// A `URLSearchParams`' state.
#[derive(Debug, Trace, Finalize)]
pub struct URLSearchParams {
    /// <https://url.spec.whatwg.org/#concept-urlsearchparams-list>
    #[unsafe_ignore_trace]
    list: RefCell<List>,
    /// <https://url.spec.whatwg.org/#concept-urlsearchparams-url-object>
    url_object: Option<Js<URL>>,
}

/// <https://url.spec.whatwg.org/#concept-urlencoded-string-parser>
pub(super) fn parse(query: &str) -> List {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

impl URLSearchParams {
    /// The query object of a `URL`.
    pub(super) fn of(list: List, url: Js<URL>) -> Self {
        Self {
            list: RefCell::new(list),
            url_object: Some(url),
        }
    }

    pub(super) fn set_list(&self, list: List) {
        *self.list.borrow_mut() = list;
    }

    /// <https://url.spec.whatwg.org/#concept-urlencoded-serializer>
    pub(crate) fn serialize(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.list.borrow().iter())
            .finish()
    }

    /// Changes the list, then what belongs to it.
    fn change(&self, change: impl FnOnce(&mut List)) {
        change(&mut self.list.borrow_mut());
        // <https://url.spec.whatwg.org/#concept-urlsearchparams-update>
        if let Some(url) = &self.url_object {
            url.set_serialized_query(&self.serialize());
        }
    }
}

impl URLSearchParamsMethods for URLSearchParams {
    /// <https://url.spec.whatwg.org/#dom-urlsearchparams-urlsearchparams>
    fn constructor(new: New<'_, Self>, cx: &mut Cx, init: Init) -> Fallible<Js<Self>> {
        let list = match init {
            // 1. A string may begin with a question mark.
            Init::USVString(text) => parse(text.strip_prefix('?').unwrap_or(&text)),
            Init::USVStringSequenceSequence(pairs) => pairs
                .into_iter()
                .map(|pair| match <[String; 2]>::try_from(pair) {
                    Ok([name, value]) => Ok((name, value)),
                    Err(_) => Err(Error::Type("Each pair must have two items.".to_owned())),
                })
                .collect::<Fallible<List>>()?,
            Init::USVStringRecord(pairs) => pairs,
        };
        let state = Self {
            list: RefCell::new(list),
            url_object: None,
        };
        Ok(new.object(state, cx))
    }

    fn size(this: &Js<Self>, _: &mut Cx) -> Fallible<u32> {
        Ok(u32::try_from(this.list.borrow().len()).unwrap_or(u32::MAX))
    }

    /// <https://url.spec.whatwg.org/#dom-urlsearchparams-append>
    fn append(this: &Js<Self>, _: &mut Cx, name: String, value: String) -> Fallible<()> {
        this.change(|list| list.push((name, value)));
        Ok(())
    }

    /// <https://url.spec.whatwg.org/#dom-urlsearchparams-delete>
    fn delete(this: &Js<Self>, _: &mut Cx, name: String, value: Option<String>) -> Fallible<()> {
        this.change(|list| list.retain(|pair| !matches(pair, &name, value.as_deref())));
        Ok(())
    }

    /// <https://url.spec.whatwg.org/#dom-urlsearchparams-get>
    fn get(this: &Js<Self>, _: &mut Cx, name: String) -> Fallible<Option<String>> {
        let list = this.list.borrow();
        Ok(list
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.clone()))
    }

    /// <https://url.spec.whatwg.org/#dom-urlsearchparams-getall>
    fn get_all(this: &Js<Self>, _: &mut Cx, name: String) -> Fallible<Vec<String>> {
        let list = this.list.borrow();
        Ok(list
            .iter()
            .filter(|(known, _)| *known == name)
            .map(|(_, value)| value.clone())
            .collect())
    }

    /// <https://url.spec.whatwg.org/#dom-urlsearchparams-has>
    fn has(this: &Js<Self>, _: &mut Cx, name: String, value: Option<String>) -> Fallible<bool> {
        let list = this.list.borrow();
        Ok(list.iter().any(|pair| matches(pair, &name, value.as_deref())))
    }

    /// <https://url.spec.whatwg.org/#dom-urlsearchparams-set>
    fn set(this: &Js<Self>, _: &mut Cx, name: String, value: String) -> Fallible<()> {
        this.change(|list| match list.iter().position(|(known, _)| *known == name) {
            // 1. The first of the name gets the value, the others go.
            Some(first) => {
                let mut index = 0;
                list.retain(|(known, _)| {
                    index += 1;
                    index <= first + 1 || *known != name
                });
                if let Some(pair) = list.get_mut(first) {
                    pair.1 = value;
                }
            }
            // 2. Or a new one.
            None => list.push((name, value)),
        });
        Ok(())
    }

    /// <https://url.spec.whatwg.org/#dom-urlsearchparams-sort>
    fn sort(this: &Js<Self>, _: &mut Cx) -> Fallible<()> {
        // 1. By code units; pairs of one name keep their order.
        this.change(|list| list.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16())));
        Ok(())
    }

    fn pair(this: &Js<Self>, index: usize, _: &mut Cx) -> Fallible<Option<(String, String)>> {
        Ok(this.list.borrow().get(index).cloned())
    }

    /// <https://url.spec.whatwg.org/#urlsearchparams-stringification-behavior>
    fn stringify(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(JsString::from(this.serialize().as_str()))
    }
}

fn matches(pair: &(String, String), name: &str, value: Option<&str>) -> bool {
    pair.0 == name && value.is_none_or(|value| pair.1 == value)
}

//! <https://fetch.spec.whatwg.org/#headers-class>

use super::header_list::{self, HeaderList};
use crate::binding::{
    Cx, Error, Fallible, Js, New,
    generated::{ByteStringSequenceSequenceOrByteStringRecord as HeadersInit, HeadersMethods},
};
use boa_gc::{Finalize, Trace};
use std::cell::RefCell;

/// <https://fetch.spec.whatwg.org/#concept-headers-guard>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    None,
    Response,
    Immutable,
}

/// A `Headers` object's state.
#[derive(Debug, Trace, Finalize)]
pub struct Headers {
    #[unsafe_ignore_trace]
    list: RefCell<HeaderList>,
    #[unsafe_ignore_trace]
    guard: Guard,
}

impl Headers {
    pub(super) fn new(list: HeaderList, guard: Guard) -> Self {
        Self {
            list: RefCell::new(list),
            guard,
        }
    }

    pub(super) fn guard(&self) -> Guard {
        self.guard
    }

    /// What the list is now.
    pub(super) fn list(&self) -> HeaderList {
        self.list.borrow().clone()
    }

    /// Gives the list a header, unless it has one of that name.
    pub(super) fn append_unless_there(&self, name: &str, value: Vec<u8>) {
        let mut list = self.list.borrow_mut();
        if !list.contains(name) {
            list.append(name.to_owned(), value);
        }
    }

    /// The name, if it is one, in lower case.
    fn name(name: &[u8]) -> Fallible<String> {
        header_list::header_name(name).ok_or_else(|| {
            let name = String::from_utf8_lossy(name);
            Error::Type(format!("'{name}' is not a valid header name."))
        })
    }

    /// The name, if a header of it may be changed; none if that is to do nothing.
    /// <https://fetch.spec.whatwg.org/#headers-validate>
    fn validate(&self, name: &[u8], value: &[u8]) -> Fallible<Option<String>> {
        // 1. What is no header.
        let name = Self::name(name)?;
        if !header_list::is_header_value(value) {
            let text = format!("The value of '{name}' has a character that no header value may have.");
            return Err(Error::Type(text));
        }
        match self.guard {
            // 2. What nobody may change.
            Guard::Immutable => Err(Error::Type("These headers are immutable.".to_owned())),
            // NOTE(step 3): no request has headers yet.
            // 4. What no script may set.
            Guard::Response if header_list::is_forbidden_response_header(&name) => Ok(None),
            // 5. The rest.
            Guard::Response | Guard::None => Ok(Some(name)),
        }
    }

    /// <https://fetch.spec.whatwg.org/#concept-headers-append>
    fn append_header(&self, name: &[u8], value: &[u8]) -> Fallible<()> {
        // 1. Without the whitespace around it.
        let value = header_list::normalize(value);
        // 2. If it may be.
        if let Some(name) = self.validate(name, value)? {
            // NOTE(step 3): no request has headers yet.
            // 4. One more.
            self.list.borrow_mut().append(name, value.to_vec());
        }
        Ok(())
    }

    /// <https://fetch.spec.whatwg.org/#concept-headers-fill>
    pub(super) fn fill(&self, init: HeadersInit) -> Fallible<()> {
        match init {
            // 1. Pairs, each of which must be one.
            HeadersInit::ByteStringSequenceSequence(pairs) => {
                for pair in pairs {
                    let [name, value] = pair.as_slice() else {
                        return Err(Error::Type("Each header must have a name and a value.".to_owned()));
                    };
                    self.append_header(name, value)?;
                }
            }
            // 2. Or an object's properties.
            HeadersInit::ByteStringRecord(pairs) => {
                for (name, value) in pairs {
                    self.append_header(&name, &value)?;
                }
            }
        }
        Ok(())
    }
}

impl HeadersMethods for Headers {
    /// <https://fetch.spec.whatwg.org/#dom-headers>
    fn constructor(new: New<'_, Self>, cx: &mut Cx, init: Option<HeadersInit>) -> Fallible<Js<Self>> {
        // 1. Headers of nothing.
        let headers = Self::new(HeaderList::default(), Guard::None);
        // 2. What they are to be.
        if let Some(init) = init {
            headers.fill(init)?;
        }
        Ok(new.object(headers, cx))
    }

    /// <https://fetch.spec.whatwg.org/#dom-headers-append>
    fn append(this: &Js<Self>, _: &mut Cx, name: Vec<u8>, value: Vec<u8>) -> Fallible<()> {
        this.append_header(&name, &value)
    }

    /// <https://fetch.spec.whatwg.org/#dom-headers-delete>
    fn delete(this: &Js<Self>, _: &mut Cx, name: Vec<u8>) -> Fallible<()> {
        // 1. If it may be.
        if let Some(name) = this.validate(&name, b"")? {
            // NOTE(step 2): no request has headers yet.
            // 3–4. All of the name.
            this.list.borrow_mut().delete(&name);
        }
        Ok(())
    }

    /// <https://fetch.spec.whatwg.org/#dom-headers-get>
    fn get(this: &Js<Self>, _: &mut Cx, name: Vec<u8>) -> Fallible<Option<Vec<u8>>> {
        let name = Self::name(&name)?;
        Ok(this.list.borrow().get(&name))
    }

    /// <https://fetch.spec.whatwg.org/#dom-headers-getsetcookie>
    fn get_set_cookie(this: &Js<Self>, _: &mut Cx) -> Fallible<Vec<Vec<u8>>> {
        Ok(this.list.borrow().values("set-cookie").map(<[u8]>::to_vec).collect())
    }

    /// <https://fetch.spec.whatwg.org/#dom-headers-has>
    fn has(this: &Js<Self>, _: &mut Cx, name: Vec<u8>) -> Fallible<bool> {
        let name = Self::name(&name)?;
        Ok(this.list.borrow().contains(&name))
    }

    /// <https://fetch.spec.whatwg.org/#dom-headers-set>
    fn set(this: &Js<Self>, _: &mut Cx, name: Vec<u8>, value: Vec<u8>) -> Fallible<()> {
        // 1. Without the whitespace around it.
        let value = header_list::normalize(&value);
        // 2. If it may be.
        if let Some(name) = this.validate(&name, value)? {
            // NOTE(step 3): no request has headers yet.
            // 4. Instead of what there was.
            this.list.borrow_mut().set(name, value.to_vec());
        }
        Ok(())
    }

    fn pair(this: &Js<Self>, index: usize, _: &mut Cx) -> Fallible<Option<(Vec<u8>, Vec<u8>)>> {
        // The list may have changed since the last pair.
        let pair = this.list.borrow().sort_and_combine().into_iter().nth(index);
        Ok(pair.map(|(name, value)| (name.into_bytes(), value)))
    }
}

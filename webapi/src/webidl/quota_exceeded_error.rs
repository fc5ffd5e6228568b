//! <https://webidl.spec.whatwg.org/#quotaexceedederror>

use super::dom_exception::{DOMException, SerializedException};
use crate::binding::{
    Cx, Error, Fallible, Js, New, Serializable,
    generated::{QuotaExceededErrorMethods, QuotaExceededErrorOptions},
};
use boa_engine::{JsString, js_string};
use boa_gc::{Finalize, Gc, Trace};

/// A `QuotaExceededError`'s state.
#[derive(Debug, Trace, Finalize)]
pub struct QuotaExceededError {
    dom_exception: Gc<DOMException>,
    quota: Option<f64>,
    requested: Option<f64>,
}

/// The steps of <https://webidl.spec.whatwg.org/#quotaexceedederror>.
impl Serializable for QuotaExceededError {
    type Serialized = (SerializedException, Option<f64>, Option<f64>);

    fn serialize(this: &Js<Self>, cx: &mut Cx) -> Fallible<Self::Serialized> {
        // 1. What every exception has.
        let exception = SerializedException::of(this.object(), &this.dom_exception, cx)?;
        // 2–3. What is allowed, and what was asked for.
        Ok((exception, this.quota, this.requested))
    }

    fn deserialize((exception, quota, requested): &Self::Serialized, cx: &mut Cx) -> Fallible<Js<Self>> {
        let state = Self {
            // 1. What every exception has.
            dom_exception: Gc::new(exception.state()),
            // 2–3. What is allowed, and what was asked for.
            quota: *quota,
            requested: *requested,
        };
        let error = Js::new(state, cx);
        exception.set_stack(error.object(), cx)?;
        Ok(error)
    }
}

impl QuotaExceededErrorMethods for QuotaExceededError {
    fn parent(&self) -> &Gc<DOMException> {
        &self.dom_exception
    }

    /// <https://webidl.spec.whatwg.org/#dom-quotaexceedederror-quotaexceedederror>
    fn constructor(
        new: New<'_, Self>,
        cx: &mut Cx,
        message: JsString,
        options: QuotaExceededErrorOptions,
    ) -> Fallible<Js<Self>> {
        let QuotaExceededErrorOptions { quota, requested } = options;
        // 3–4. Neither amount may be negative.
        for (name, amount) in [("quota", quota), ("requested", requested)] {
            if amount.is_some_and(|amount| amount < 0.0) {
                return Err(Error::Range(format!("'{name}' must not be negative.")));
            }
        }
        // 5. What is within the quota does not exceed it.
        if let (Some(quota), Some(requested)) = (quota, requested)
            && requested < quota
        {
            return Err(Error::Range("'requested' must not be less than 'quota'.".to_owned()));
        }
        // 1–2, 6. The name is fixed.
        let state = Self {
            dom_exception: Gc::new(DOMException::new(js_string!("QuotaExceededError"), message)),
            quota,
            requested,
        };
        Ok(new.object(state, cx))
    }

    fn quota(this: &Js<Self>, _: &mut Cx) -> Fallible<Option<f64>> {
        Ok(this.quota)
    }

    fn requested(this: &Js<Self>, _: &mut Cx) -> Fallible<Option<f64>> {
        Ok(this.requested)
    }
}

#[cfg(test)]
mod tests {
    /// Not every browser checks this.
    #[test]
    fn amounts_that_cannot_be_are_refused() {
        let script = "[{ quota: -1 }, { requested: -0.5 }, { quota: 2, requested: 1 }, { quota: 1, requested: 1 }].map(options => {
                 try { return new QuotaExceededError('', options).quota } catch (e) { return `${e.name}: ${e.message}` }
             }).join('|')";
        assert_eq!(
            crate::testing::eval(script),
            "RangeError: Failed to construct 'QuotaExceededError': 'quota' must not be negative.|\
             RangeError: Failed to construct 'QuotaExceededError': 'requested' must not be negative.|\
             RangeError: Failed to construct 'QuotaExceededError': 'requested' must not be less than 'quota'.|1"
        );
    }
}

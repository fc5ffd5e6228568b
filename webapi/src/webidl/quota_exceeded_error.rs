//! <https://webidl.spec.whatwg.org/#quotaexceedederror>

use super::dom_exception::DOMException;
use crate::binding::{
    Cx, Error, Fallible, Js, New,
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

impl QuotaExceededError {
    /// The state for a message, what is allowed and what was asked for.
    pub(crate) fn new(message: JsString, quota: Option<f64>, requested: Option<f64>) -> Self {
        Self {
            dom_exception: Gc::new(DOMException::new(js_string!("QuotaExceededError"), message)),
            quota,
            requested,
        }
    }

    /// What is allowed, and what was asked for.
    pub(crate) fn amounts(&self) -> (Option<f64>, Option<f64>) {
        (self.quota, self.requested)
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
        Ok(new.object(Self::new(message, quota, requested), cx))
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

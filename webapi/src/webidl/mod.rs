//! What Web IDL itself defines: an interface, and how promises are settled.

pub mod dom_exception;
pub(crate) mod promise;
pub mod quota_exceeded_error;

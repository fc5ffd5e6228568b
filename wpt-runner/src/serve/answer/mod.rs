//! What a request is answered with: a function of the request, the files, and where the server is. No sockets here.

mod budget;
mod fault;
mod fields;
mod files;
mod headers;
mod listing;
mod mime;
mod numbers;
mod pipe;
#[doc(hidden)]
pub mod probe;
mod ranges;
mod reason;
mod route;
mod site;
mod template;
mod wrapper;

pub(super) use site::Site;

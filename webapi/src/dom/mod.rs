//! Events and the node tree: <https://dom.spec.whatwg.org/>.

pub mod event;
pub mod event_handler;
pub mod event_target;

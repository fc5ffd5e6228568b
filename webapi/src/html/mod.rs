//! Globals, scripting, workers, messaging: <https://html.spec.whatwg.org/multipage/>.

pub(crate) mod agent;
pub(crate) mod environment;
pub mod error_event;
pub mod navigator;
pub mod promise_rejection_event;
mod rejections;
pub(crate) mod scripting;
pub(crate) mod structured_data;
#[cfg(test)]
mod tests;
mod timers;
pub mod window;
mod window_or_worker_global_scope;
pub mod worker_location;
pub mod worker_navigator;

//! Globals, scripting, workers, messaging: <https://html.spec.whatwg.org/multipage/>.

pub(crate) mod agent;
pub(crate) mod environment;
pub mod error_event;
pub mod promise_rejection_event;
mod rejections;
pub(crate) mod scripting;
pub(crate) mod structured_data;
mod timers;
pub mod window;
mod window_or_worker_global_scope;
pub mod broadcast_channel;
mod channel;
pub mod dedicated_worker_global_scope;
pub mod message_channel;
pub mod message_event;
pub mod message_port;
mod run_worker;
pub mod worker;
pub mod worker_global_scope;

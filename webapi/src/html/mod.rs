//! Globals, scripting, workers, messaging: <https://html.spec.whatwg.org/multipage/>.

pub(crate) mod agent;
pub(crate) mod document_scripts;
pub(crate) mod environment;
pub mod error_event;
pub(crate) mod host_script;
pub mod html_element;
pub mod html_script_element;
pub mod location;
pub(crate) mod page;
#[cfg(test)]
mod page_tests;
mod parser;
pub mod promise_rejection_event;
mod rejections;
pub(crate) mod scripting;
pub(crate) mod structured_data;
mod timers;
pub mod window;
mod window_or_worker_global_scope;

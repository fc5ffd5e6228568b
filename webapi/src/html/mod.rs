//! Globals, scripting, workers, messaging: <https://html.spec.whatwg.org/multipage/>.

pub(crate) mod agent;
mod animation_frame_provider;
pub mod broadcast_channel;
mod channel;
pub mod dedicated_worker_global_scope;
pub(crate) mod document_scripts;
pub(crate) mod environment;
pub mod error_event;
pub(crate) mod handler_attribute;
pub(crate) mod host_script;
pub mod html_body_element;
pub mod html_element;
pub mod html_input_element;
pub mod html_script_element;
pub(crate) mod json;
#[cfg(test)]
mod lifetime_tests;
pub mod location;
pub mod message_channel;
pub mod message_event;
pub mod message_port;
mod module_evaluation;
mod module_graph;
mod module_host;
pub(crate) mod module_map;
mod module_script;
pub mod navigator;
pub(crate) mod page;
#[cfg(test)]
mod page_tests;
mod parser;
#[cfg(test)]
mod port_tests;
mod ports;
pub mod promise_rejection_event;
mod rejections;
mod run_worker;
pub(crate) mod scripting;
pub(crate) mod structured_data;
#[cfg(test)]
mod tests;
mod timers;
pub mod window;
mod window_or_worker_global_scope;
pub mod worker;
pub mod worker_global_scope;
pub mod worker_location;
pub mod worker_navigator;

//! Events and the node tree: <https://dom.spec.whatwg.org/>.

pub mod abort_controller;
pub mod abort_signal;
pub mod character_data;
pub(crate) mod collection;
pub mod comment;
pub mod custom_event;
pub mod document;
pub mod document_fragment;
pub mod document_type;
pub mod element;
pub mod event;
pub mod event_handler;
pub mod event_target;
pub mod html_collection;
mod mixins;
pub(crate) mod mutation;
pub mod node;
pub mod node_list;
#[cfg(test)]
mod tests;
pub mod text;
pub(crate) mod tree;

//! Of <https://xhr.spec.whatwg.org/> what other specifications use: its events.

pub mod progress_event;

//! The web around workers: interfaces, pages, loading, messaging, on isolates of `skep-engine`.
//!
//! The way in is [`UserAgent`]: it opens pages, which start workers. Everything that outlives a thread hangs on it; everything
//! else hangs on an agent or a realm. No test and no runner is known here.

pub mod binding;
pub mod console;
pub mod dom;
pub mod fetch;
pub mod file_api;
pub mod hr_time;
pub mod html;
mod sync;
pub mod test_utils;
#[cfg(test)]
mod testing;
pub mod url;
mod user_agent;
pub mod webidl;
pub mod xhr;

pub use fetch::{Reach, ResponseObserver};
pub use html::{
    host_script::{HostScript, HostValue},
    page::{Page, PageOptions, PageState},
};
pub use skep_engine::{CountingAllocator, Refusal, on_refusal};
pub use user_agent::{ConsoleLevel, ConsoleMessage, StartError, UserAgent, UserAgentOptions};

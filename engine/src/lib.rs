//! The JavaScript side of Skep: isolates, their event loops, and what ends them.
//!
//! An *isolate* is one OS thread with one JavaScript heap. Nothing of its heap is ever reachable from
//! another thread: the outside holds an [`IsolateHandle`], which is `Send`, and posts closures to it;
//! the inside holds an [`EventLoop`], which is not. What crosses is plain `Send` data.
//!
//! This crate knows ECMAScript and threads. It knows no URL, no event and no interface.
//!
//! ```
//! use boa_engine::{Source, context::DefaultHooks};
//! use skep_engine::{Activity, Ending, EventLoop, IsolateHandle, IsolateOptions};
//! use std::rc::Rc;
//!
//! let (answer, answers) = flume::bounded(1);
//! let options = IsolateOptions { name: "demo".into(), can_block: true, activity: Activity::new() };
//! let isolate = IsolateHandle::spawn(options, || Rc::new(DefaultHooks), move |cx| {
//!     let value = cx.eval(Source::from_bytes("6 * 7")).and_then(|value| value.to_i32(cx));
//!     let _ = answer.send(value.ok());
//!     EventLoop::of(cx).handle().stop();
//! })?;
//! assert_eq!(answers.recv(), Ok(Some(42)));
//! assert_eq!(isolate.wait(), Ending::Stopped);
//! # Ok::<(), skep_engine::SpawnError>(())
//! ```

mod activity;
mod event_loop;
mod exception;
mod isolate;
mod jobs;
mod mailbox;
mod microtasks;
mod module_outline;
mod modules;
mod regexp;
pub mod structured_data;
mod task;
mod termination;
mod timers;

pub use activity::{Activity, ActivityToken};
pub use event_loop::{EventLoop, Interrupted};
pub use exception::{ExceptionReport, ScriptText, caller_location};
pub use isolate::{Ending, IsolateGone, IsolateHandle, IsolateId, IsolateOptions, SpawnError, prepare_realm};
pub use module_outline::{ModuleOutline, RequestedModule, outline};
pub use modules::{ModuleHost, ModuleLoad, ModuleLoadSettler, set_module_host};
pub use task::TaskSource;
pub use termination::TerminationError;
pub use timers::TimerId;

/// The JavaScript context that every function running inside an isolate is given.
pub type Cx = boa_engine::Context;

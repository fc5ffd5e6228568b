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
//! let options = IsolateOptions::new("demo", &Activity::new());
//! let isolate = IsolateHandle::spawn(options, || Rc::new(DefaultHooks), move |cx| {
//!     let value = cx.eval(Source::from_bytes("6 * 7")).and_then(|value| value.to_i32(cx));
//!     let _ = answer.send(value.ok());
//!     EventLoop::of(cx).handle().stop();
//! })?;
//! assert_eq!(answers.recv(), Ok(Some(42)));
//! assert_eq!(isolate.wait(), Ending::Stopped);
//! # Ok::<(), skep_engine::SpawnError>(())
//! ```
//!
//! # Embedding it
//!
//! A host brings four things: [`HostHooks`] for what the language asks of it, a first task that gives the new context its global
//! functions, somebody who keeps the [`IsolateHandle`], and [`PlatformObjects`] for messages. `examples/host.rs` in this crate is
//! a whole host in a file.
//!
//! - **Start and end.** [`IsolateHandle::spawn`] gives an isolate a thread of its own; [`IsolateHandle::live_on_this_thread`] takes
//!   the caller's, which can have one at a time. It lives until it is told to end: [`stop`] lets the running task finish,
//!   [`terminate`] does not even let the running line finish, and whatever it does next ends it. [`wait`] and [`on_end`] tell the
//!   [`Ending`]; a panic is one, and takes nobody else along.
//! - **Run code.** [`post`] queues a task and goes on; [`run`] waits for the answer. Both run on the isolate's thread, where the
//!   closure is given the context. What is in a heap stays there: what the closure captures and returns is `Send`. Inside,
//!   [`Scope`] enters a realm, or another isolate, and restores what was before.
//! - **The loop.** Native functions reach it by [`EventLoop::of`]: tasks, microtasks, timers, and [`block_on`] for what must be
//!   waited for. Promise jobs are microtasks, and a checkpoint follows each task. A host whose callbacks run script itself calls
//!   [`clean_up_after_running_script`] after each. After a termination no script may run any more: a native function that calls
//!   script passes the error on, and asks [`is_terminated`] if it had swallowed it.
//! - **Errors.** What a script throws comes as a [`JsError`]. [`ExceptionReport`] makes of it what a person wants to know: message,
//!   file, line and column. Give sources a path ([`Source::with_path`]): it is the file that reports and stacks name. Jobs of the
//!   language have no caller: [`on_uncaught`] hears of theirs, [`HostHooks::promise_rejection_tracker`] of rejected promises.
//! - **Messages.** [`structured_data`] makes of a value a record that may cross threads, and of the record a value in another heap.
//! - **Is anything going on?** All isolates of an [`Activity`] count what they have in flight there; hosts count what they do for
//!   them (a load, say) by holding a token.
//!
//! What the JavaScript engine itself does otherwise than the language says is listed in `docs/engine-gaps.md` of the repository.
//! Its version is pinned: [`SpawnError::Termination`] tells of a build with another one.
//!
//! [`HostHooks`]: boa_engine::context::HostHooks
//! [`HostHooks::promise_rejection_tracker`]: boa_engine::context::HostHooks::promise_rejection_tracker
//! [`JsError`]: boa_engine::JsError
//! [`PlatformObjects`]: structured_data::PlatformObjects
//! [`Source::with_path`]: boa_engine::Source::with_path
//! [`block_on`]: EventLoop::block_on
//! [`clean_up_after_running_script`]: EventLoop::clean_up_after_running_script
//! [`is_terminated`]: EventLoop::is_terminated
//! [`on_end`]: IsolateHandle::on_end
//! [`on_uncaught`]: EventLoop::on_uncaught
//! [`post`]: IsolateHandle::post
//! [`run`]: IsolateHandle::run
//! [`stop`]: IsolateHandle::stop
//! [`terminate`]: IsolateHandle::terminate
//! [`wait`]: IsolateHandle::wait

mod activity;
mod atomics;
mod event_loop;
mod exception;
mod heap;
mod isolate;
mod jobs;
mod json;
mod mailbox;
mod microtasks;
mod module_outline;
mod modules;
mod overdue;
mod regexp;
mod scope;
pub mod structured_data;
mod system_thread;
mod task;
mod termination;
mod thread_slot;
mod timers;
mod visits;

pub use activity::{Activity, ActivityToken};
pub use event_loop::{EventLoop, Interrupted};
pub use exception::{ExceptionReport, ScriptText, caller_location};
pub use heap::{CountingAllocator, Freight, HeapStatistics, Pauses, Refusal, counts_allocations, on_refusal};
pub use isolate::{Ending, IsolateGone, IsolateHandle, IsolateId, IsolateOptions, SpawnError, prepare_realm};
pub use module_outline::{ModuleOutline, RequestedModule, outline};
pub use modules::{ModuleHost, ModuleLoad, ModuleLoadSettler, set_module_host};
pub use overdue::GRACE;
pub use scope::Scope;
pub use task::TaskSource;
pub use termination::TerminationError;
pub use timers::TimerId;
pub use visits::RunError;

/// The JavaScript context that every function running inside an isolate is given.
pub type Cx = boa_engine::Context;

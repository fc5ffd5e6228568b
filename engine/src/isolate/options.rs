//! What an isolate is made of, and what may become of it.

use crate::{Activity, TerminationError};
use std::{fmt, io};

/// Names an isolate; never used twice in a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IsolateId(pub(super) u64);

impl fmt::Display for IsolateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What an isolate is made of.
#[derive(Clone, Debug)]
pub struct IsolateOptions {
    /// For the thread and the log.
    pub name: String,
    /// Whether scripts may block the thread (`Atomics.wait`): `[[CanBlock]]` of the agent.
    ///
    /// <https://tc39.es/ecma262/#sec-agentcansuspend>
    pub can_block: bool,
    /// The group that the isolate counts in.
    pub activity: Activity,
    /// How many bytes the isolate may hold; it ends when it holds more. Takes a [`CountingAllocator`](crate::CountingAllocator).
    pub heap_limit: Option<usize>,
}

impl IsolateOptions {
    /// An isolate of this name in this group, which may block and has no heap limit.
    #[must_use]
    pub fn new(name: impl Into<String>, activity: &Activity) -> Self {
        Self {
            name: name.into(),
            can_block: true,
            activity: activity.clone(),
            heap_limit: None,
        }
    }
}

/// An isolate could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpawnError {
    /// Scripts could not be stopped again.
    #[error("cannot start an isolate: {0}")]
    Termination(#[from] TerminationError),
    /// Nothing would notice when the limit is passed.
    #[error("cannot limit the heap of the isolate `{name}`: the program's allocator is not a `CountingAllocator`")]
    Uncounted {
        /// The isolate's name.
        name: String,
    },
    /// The operating system gave no thread; end other isolates first.
    #[error("cannot start a thread for the isolate `{name}`: {source}")]
    Thread {
        /// The isolate's name.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The calling thread is an isolate's already; [`IsolateHandle::spawn`](crate::IsolateHandle::spawn) gives the second one a thread of its own.
    #[error("isolate {0} lives on this thread, and a thread holds no second one: spawn it instead")]
    SecondIsolate(IsolateId),
}

/// The isolate takes no more tasks: it was stopped, or has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the isolate takes no more tasks, because it was stopped or has ended")]
pub struct IsolateGone;

/// How an isolate ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// After [`IsolateHandle::stop`](crate::IsolateHandle::stop): the last task ran to its end.
    Stopped,
    /// After [`IsolateHandle::terminate`](crate::IsolateHandle::terminate): wherever its script was.
    Terminated,
    /// It has not, after [`IsolateHandle::terminate`](crate::IsolateHandle::terminate): its thread has been inside native code that does not return, such as the
    /// search of a catastrophic regular expression, for [`GRACE`](crate::GRACE) since. No script of it runs any more, and nothing
    /// of it counts as activity; its thread goes on at the lowest scheduling priority until the native code returns, which makes
    /// this [`Terminated`](Self::Terminated), or the process ends.
    GivenUp,
    /// Because its heap held more than its limit allows. A native call that runs away with the memory is not stopped by it: see
    /// [`on_refusal`](crate::on_refusal).
    OutOfMemory {
        /// The limit, in bytes.
        limit: usize,
    },
    /// By a panic in native code, with its message; or its context could not be made, with the reason.
    Panicked(String),
}

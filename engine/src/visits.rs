//! Closures of other threads that wait for their turn in an isolate, while whoever sent them waits for the answer.

use crate::activity::ActivityToken;
use crate::heap::Freight;
use crate::isolate::{Shared, panic_message};
use crate::mailbox::Message;
use crate::task::PostedTask;
use crate::{IsolateHandle, IsolateId, Scope};
use flume::{Receiver, RecvError, Sender};
use std::collections::BTreeMap;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Why a closure gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The isolate was stopped, or had ended, before the closure's turn came; the closure was dropped.
    #[error("the isolate was stopped or has ended, and the closure was not run")]
    Gone,
    /// The isolate was terminated before the closure had ended: it did not run, or its scripts are cut short. This is told
    /// at once, whether or not what the closure does has come to its end.
    #[error("the isolate was terminated before the closure had ended")]
    Terminated,
    /// The closure panicked, and its isolate ended with it.
    #[error("the closure panicked, and ended the isolate with it: {0}")]
    Panicked(String),
    /// The calling thread is an isolate's own, and would keep everybody out of it while it waits.
    #[error("this thread is that of isolate {0}: call `Scope::run_on` there, so that it can be entered while it waits")]
    InsideIsolate(IsolateId),
    /// The isolate that asked was terminated while it waited. The closure was dropped, or its answer is.
    #[error("the isolate that asked was terminated while it waited for the answer")]
    CallerTerminated,
    /// Isolates ask one another in a circle, this many times over.
    #[error("isolates entered one another {0} times without an answer")]
    TooDeep(usize),
}

/// A closure that waits for its turn.
pub(crate) struct Visit {
    pub(crate) steps: PostedTask,
    pub(crate) token: ActivityToken,
    /// The closure's memory.
    pub(crate) freight: Freight,
}

/// The closures that wait for their turn in one isolate. Each has a message in the mailbox, which keeps its place in the order
/// of tasks; an isolate that waits with its door open takes it from here earlier.
#[derive(Default)]
pub(crate) struct Visits {
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    next_id: u64,
    visits: BTreeMap<u64, Visit>,
    /// Of these, and of those that run.
    lines: BTreeMap<u64, Arc<dyn HangUp>>,
}

/// The line to whoever waits for an answer. When it is hung up, they hear that there is none.
struct Line<T>(Mutex<Option<Sender<Result<T, RunError>>>>);

impl<T> Line<T> {
    fn take(&self) -> Option<Sender<Result<T, RunError>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

trait HangUp: Send + Sync {
    fn hang_up(&self);
}

impl<T: Send> HangUp for Line<T> {
    fn hang_up(&self) {
        drop(self.take());
    }
}

/// The closure's end of the line, hung up with the closure.
struct Answer<T>(Arc<Line<T>>);

impl<T> Answer<T> {
    fn give(&self, answer: Result<T, RunError>) {
        // Whoever asked may have given up waiting.
        let _ = self.0.take().map(|line| line.send(answer));
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        drop(self.0.take());
    }
}

impl Visits {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, visit: Visit, line: Arc<dyn HangUp>) -> u64 {
        let mut waiting = self.lock();
        let id = waiting.next_id;
        waiting.next_id += 1;
        waiting.visits.insert(id, visit);
        waiting.lines.insert(id, line);
        id
    }

    /// Tells all who wait that there is no answer for them, also those whose closure is running.
    pub(crate) fn hang_up(&self) {
        let lines: Vec<_> = self.lock().lines.values().cloned().collect();
        for line in lines {
            line.hang_up();
        }
    }

    /// Nobody waits for this closure's answer any more.
    fn forget(&self, id: u64) {
        let (visit, line) = {
            let mut waiting = self.lock();
            (waiting.visits.remove(&id), waiting.lines.remove(&id))
        };
        drop((visit, line));
    }

    /// Takes this closure out, if its turn has not come yet.
    pub(crate) fn take(&self, id: u64) -> Option<Visit> {
        self.lock().visits.remove(&id)
    }

    /// Takes the oldest one out.
    pub(crate) fn take_first(&self) -> Option<Visit> {
        self.lock().visits.pop_first().map(|(_, visit)| visit)
    }

    /// Turns everybody away.
    pub(crate) fn clear(&self) {
        // Taken out first: dropping a closure may come back here.
        let visits = mem::take(&mut self.lock().visits);
        drop(visits);
    }
}

/// A question on its way. Dropping it takes the closure back, if its turn has not come yet.
pub(crate) struct Question<T> {
    shared: Arc<Shared>,
    id: u64,
    answers: Receiver<Result<T, RunError>>,
}

impl<T: Send + 'static> Question<T> {
    /// Puts the closure into the isolate's queue.
    pub(crate) fn ask(
        isolate: &IsolateHandle,
        closure: impl FnOnce(&mut Scope<'_>) -> T + Send + 'static,
    ) -> Result<Self, RunError> {
        let shared = Arc::clone(isolate.shared());
        let terminator = Arc::clone(&shared.terminator);
        let (sender, answers) = flume::bounded(1);
        let line = Arc::new(Line(Mutex::new(Some(sender))));
        let answer = Answer(Arc::clone(&line));
        let steps = move |cx: &mut crate::Cx| {
            let outcome = catch_unwind(AssertUnwindSafe(|| closure(&mut Scope::enter(cx))));
            let (told, panic) = match outcome {
                // The engine may trip over its own assertions when a termination cuts it short.
                _ if terminator.is_terminated() => (Err(RunError::Terminated), None),
                Ok(value) => (Ok(value), None),
                Err(panic) => (Err(RunError::Panicked(panic_message(&*panic))), Some(panic)),
            };
            answer.give(told);
            if let Some(panic) = panic {
                // What it has left half done stays that way, so that nothing more may run in the isolate.
                resume_unwind(panic);
            }
        };
        let token = shared.activity.token();
        let freight = Freight::load(size_of_val(&steps));
        let visit = Visit {
            steps: Box::new(steps),
            token,
            freight,
        };
        let id = shared.visits.add(visit, line);
        let sent = shared.mailbox.send(Message::Visit(id)).is_ok();
        let question = Self { shared, id, answers };
        if !sent {
            return Err(question.unanswered());
        }
        question.shared.wake();
        Ok(question)
    }

    pub(crate) const fn answers(&self) -> &Receiver<Result<T, RunError>> {
        &self.answers
    }

    /// Blocks the thread until the answer is there.
    pub(crate) fn wait(&self) -> Result<T, RunError> {
        match self.answers.recv() {
            Ok(answer) => answer,
            Err(RecvError::Disconnected) => Err(self.unanswered()),
        }
    }

    /// Why there is no answer.
    pub(crate) fn unanswered(&self) -> RunError {
        if self.shared.terminator.is_terminated() {
            RunError::Terminated
        } else {
            RunError::Gone
        }
    }
}

impl<T> Drop for Question<T> {
    fn drop(&mut self) {
        self.shared.visits.forget(self.id);
    }
}

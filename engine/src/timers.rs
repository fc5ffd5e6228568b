//! Pending timers, by deadline.

use crate::activity::ActivityToken;
use crate::task::LocalTask;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::mem;
use std::time::{Duration, Instant};

/// A delay beyond this never matters, and the sum with any instant stays representable.
const LONGEST_DELAY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Names a timer of one event loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TimerId(u64);

struct Timer {
    deadline: Instant,
    task: LocalTask,
    token: ActivityToken,
}

/// Timers wait here until their deadline, then until the task queued for them runs; clearing one works in both phases.
#[derive(Default)]
pub(crate) struct Timers {
    next_id: Cell<u64>,
    timers: RefCell<HashMap<TimerId, Timer>>,
    /// Ids grow, so that equal deadlines keep the order of creation.
    deadlines: RefCell<BTreeSet<(Instant, TimerId)>>,
}

impl Timers {
    pub(crate) fn add(&self, delay: Duration, task: LocalTask, token: ActivityToken) -> TimerId {
        let id = TimerId(self.next_id.get());
        self.next_id.set(id.0 + 1);
        let deadline = Instant::now() + delay.min(LONGEST_DELAY);
        self.deadlines.borrow_mut().insert((deadline, id));
        let timer = Timer { deadline, task, token };
        self.timers.borrow_mut().insert(id, timer);
        id
    }

    /// Takes a timer out, whether its deadline has passed or not.
    pub(crate) fn take(&self, id: TimerId) -> Option<(LocalTask, ActivityToken)> {
        let timer = self.timers.borrow_mut().remove(&id)?;
        self.deadlines.borrow_mut().remove(&(timer.deadline, id));
        Some((timer.task, timer.token))
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.borrow().first().map(|(deadline, _)| *deadline)
    }

    /// The next timer whose deadline is not after `now`; each is given once.
    pub(crate) fn pop_due(&self, now: Instant) -> Option<TimerId> {
        let mut deadlines = self.deadlines.borrow_mut();
        if deadlines.first()?.0 > now {
            return None;
        }
        deadlines.pop_first().map(|(_, id)| id)
    }

    pub(crate) fn clear(&self) {
        // Taken out first: dropping a task may come back here.
        self.deadlines.borrow_mut().clear();
        let timers = mem::take(&mut *self.timers.borrow_mut());
        drop(timers);
    }
}

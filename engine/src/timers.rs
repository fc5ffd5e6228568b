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
    pub(crate) fn add(&self, now: Instant, delay: Duration, task: LocalTask, token: ActivityToken) -> TimerId {
        let id = TimerId(self.next_id.get());
        self.next_id.set(id.0 + 1);
        let deadline = now + delay.min(LONGEST_DELAY);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Activity;

    #[test]
    fn due_timers_come_by_deadline_then_by_creation() {
        let (timers, activity, now) = (Timers::default(), Activity::new(), Instant::now());
        let add = |milliseconds| {
            let delay = Duration::from_millis(milliseconds);
            timers.add(now, delay, Box::new(|_| {}), activity.token())
        };
        let (late, first, second, soon) = (add(30), add(10), add(10), add(5));
        assert_eq!(timers.next_deadline(), Some(now + Duration::from_millis(5)));
        let due = |milliseconds| {
            let now = now + Duration::from_millis(milliseconds);
            std::iter::from_fn(|| timers.pop_due(now)).collect::<Vec<_>>()
        };
        assert_eq!(due(4), []);
        assert_eq!(due(10), [soon, first, second]);
        assert_eq!(due(29), []);
        assert_eq!(due(30), [late]);
        assert_eq!(timers.next_deadline(), None);
        assert_eq!(activity.count(), 4);
        timers.clear();
        assert_eq!(activity.count(), 0);
    }
}

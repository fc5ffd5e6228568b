//! What is still in flight in a group of isolates.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Counts everything in flight in a group of isolates: queued tasks, running tasks, timers, loads.
///
/// Each thing in flight holds an [`ActivityToken`]. A cause takes the token of its effect before it gives up its own, so the
/// count reaches zero only when nothing can happen any more without a push from outside.
///
/// Whatever an isolate has in flight is written off when its thread is given up: see [`Ending::GivenUp`](crate::Ending::GivenUp).
#[derive(Clone, Debug, Default)]
pub struct Activity {
    counter: Arc<Counter>,
    /// Whose tokens these are, if they may be written off together.
    account: Option<Arc<Account>>,
}

#[derive(Debug, Default)]
struct Counter {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    in_flight: usize,
    given_up: usize,
    /// What whoever waits is to do when the time has come, by that time and a number.
    duties: BTreeMap<Duty, Box<dyn FnOnce() + Send>>,
    next_duty: u64,
}

/// Names something that is to be done at its time.
pub(crate) type Duty = (Instant, u64);

/// What one isolate has in flight. The fields change under the counter's lock only.
#[derive(Debug, Default)]
struct Account {
    in_flight: AtomicUsize,
    written_off: AtomicBool,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("in_flight", &self.in_flight)
            .field("given_up", &self.given_up)
            .finish_non_exhaustive()
    }
}

impl Counter {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Activity {
    /// A group with nothing in flight.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same group for one isolate: what it counts can be written off.
    pub(crate) fn of_isolate(&self) -> Self {
        Self {
            counter: Arc::clone(&self.counter),
            account: Some(Arc::default()),
        }
    }

    /// Counts one more thing in flight, until the token is dropped.
    #[must_use = "dropping the token at once counts nothing"]
    pub fn token(&self) -> ActivityToken {
        let mut state = self.counter.lock();
        if self.counts() {
            state.in_flight += 1;
            if let Some(account) = &self.account {
                account.in_flight.fetch_add(1, Ordering::Relaxed);
            }
        }
        ActivityToken { activity: self.clone() }
    }

    /// Whether tokens count; to be asked under the lock.
    fn counts(&self) -> bool {
        !self
            .account
            .as_ref()
            .is_some_and(|account| account.written_off.load(Ordering::Relaxed))
    }

    /// How many things are in flight now.
    #[must_use]
    pub fn count(&self) -> usize {
        self.counter.lock().in_flight
    }

    /// How many isolates of the group are given up now: their threads are still there.
    #[must_use]
    pub fn given_up(&self) -> usize {
        self.counter.lock().given_up
    }

    /// Blocks until nothing is in flight, or `timeout` has passed. Returns whether the group is idle.
    ///
    /// Meanwhile it is this thread that gives up isolates which do not end after their termination, and calls what stands at
    /// their [`on_end`](crate::IsolateHandle::on_end).
    #[must_use = "the wait may have timed out"]
    pub fn wait_idle(&self, timeout: Option<Duration>) -> bool {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut state = self.counter.lock();
        while state.in_flight > 0 {
            let now = Instant::now();
            if let Some(duty) = state.duties.first_entry().filter(|duty| duty.key().0 <= now) {
                let duty = duty.remove();
                drop(state);
                duty();
                state = self.counter.lock();
                continue;
            }
            let duty = state.duties.first_key_value().map(|(duty, _)| duty.0);
            let Some(until) = [deadline, duty].into_iter().flatten().min() else {
                state = self.counter.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let remaining = until.saturating_duration_since(now);
            if remaining.is_zero() {
                return false;
            }
            (state, _) = self
                .counter
                .changed
                .wait_timeout(state, remaining)
                .unwrap_or_else(PoisonError::into_inner);
        }
        true
    }

    /// Has whoever waits for the group do something at a time, if somebody waits then.
    pub(crate) fn add_duty(&self, at: Instant, steps: impl FnOnce() + Send + 'static) -> Duty {
        let mut state = self.counter.lock();
        let duty = (at, state.next_duty);
        state.next_duty += 1;
        state.duties.insert(duty, Box::new(steps));
        drop(state);
        self.counter.changed.notify_all();
        duty
    }

    /// There is nothing to be done any more.
    pub(crate) fn remove_duty(&self, duty: Duty) {
        let steps = self.counter.lock().duties.remove(&duty);
        drop(steps);
    }

    /// The isolate is given up: from now on nothing that it has in flight, or ever will have, counts.
    pub(crate) fn write_off(&self) {
        let Some(account) = &self.account else { return };
        let mut state = self.counter.lock();
        if account.written_off.swap(true, Ordering::Relaxed) {
            return;
        }
        state.given_up += 1;
        state.in_flight -= account.in_flight.swap(0, Ordering::Relaxed);
        drop(state);
        self.counter.changed.notify_all();
    }

    /// The thread of an isolate that was given up has ended after all.
    pub(crate) fn note_late_end(&self) {
        self.counter.lock().given_up -= 1;
    }
}

/// One thing in flight; dropping it ends it.
#[derive(Debug)]
pub struct ActivityToken {
    activity: Activity,
}

impl Drop for ActivityToken {
    fn drop(&mut self) {
        let mut state = self.activity.counter.lock();
        if !self.activity.counts() {
            return;
        }
        if let Some(account) = &self.activity.account {
            account.in_flight.fetch_sub(1, Ordering::Relaxed);
        }
        state.in_flight -= 1;
        if state.in_flight == 0 {
            self.activity.counter.changed.notify_all();
        }
    }
}

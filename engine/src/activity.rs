//! What is still in flight in a group of isolates.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Counts everything in flight in a group of isolates: queued tasks, running tasks, timers, loads.
///
/// Each thing in flight holds an [`ActivityToken`]. A cause takes the token of its effect before it gives up its own, so the
/// count reaches zero only when nothing can happen any more without a push from outside.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    counter: Arc<Counter>,
}

#[derive(Debug, Default)]
struct Counter {
    in_flight: Mutex<usize>,
    became_idle: Condvar,
}

impl Counter {
    fn lock(&self) -> MutexGuard<'_, usize> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Activity {
    /// A group with nothing in flight.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts one more thing in flight, until the token is dropped.
    #[must_use = "dropping the token at once counts nothing"]
    pub fn token(&self) -> ActivityToken {
        *self.counter.lock() += 1;
        ActivityToken {
            counter: Arc::clone(&self.counter),
        }
    }

    /// How many things are in flight now.
    #[must_use]
    pub fn count(&self) -> usize {
        *self.counter.lock()
    }

    /// Blocks until nothing is in flight, or `timeout` has passed. Returns whether the group is idle.
    #[must_use = "the wait may have timed out"]
    pub fn wait_idle(&self, timeout: Option<Duration>) -> bool {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut in_flight = self.counter.lock();
        while *in_flight > 0 {
            let Some(deadline) = deadline else {
                in_flight = self
                    .counter
                    .became_idle
                    .wait(in_flight)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let remaining = deadline.saturating_duration_since(Instant::now());
            if remaining.is_zero() {
                return false;
            }
            (in_flight, _) = self
                .counter
                .became_idle
                .wait_timeout(in_flight, remaining)
                .unwrap_or_else(PoisonError::into_inner);
        }
        true
    }
}

/// One thing in flight; dropping it ends it.
#[derive(Debug)]
pub struct ActivityToken {
    counter: Arc<Counter>,
}

impl Drop for ActivityToken {
    fn drop(&mut self) {
        let mut in_flight = self.counter.lock();
        *in_flight -= 1;
        if *in_flight == 0 {
            self.counter.became_idle.notify_all();
        }
    }
}

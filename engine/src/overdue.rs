//! Terminated isolates that do not end: what becomes of their threads.

use crate::activity::Duty;
use crate::system_thread::Usage;
use crate::{Ending, IsolateHandle};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a terminated isolate may take to leave its script, before its thread is given up. Scripts leave within a
/// millisecond; what is left after this is native code that does not look, or a machine that has no time for the thread.
pub const GRACE: Duration = Duration::from_millis(500);

/// What is done about the end of an isolate that does not come.
#[derive(Default)]
pub(crate) struct Overdue {
    /// When somebody is to look, once it was terminated.
    duty: Option<Duty>,
    /// When the first look was, and what the thread did then.
    seen: Option<(Instant, Option<Usage>)>,
}

impl Overdue {
    /// When the end is to be looked for.
    pub fn next_look(&self) -> Option<Instant> {
        self.duty.map(|(at, _)| at)
    }

    /// The end has come; what nobody has to do any more.
    pub fn forget(&mut self) -> Option<Duty> {
        self.duty.take()
    }
}

impl IsolateHandle {
    /// From now on it is somebody's duty to look whether the thread ends in time.
    pub(crate) fn expect_end(&self) {
        let mut end = self.shared.lock_end();
        if end.ending.is_some() || end.is_leaving || end.overdue.duty.is_some() {
            return;
        }
        let shared = Arc::downgrade(&self.shared);
        let look = move || {
            if let Some(shared) = shared.upgrade() {
                Self { shared }.look_for_end();
            }
        };
        end.overdue.duty = Some(self.shared.group.add_duty(Instant::now() + GRACE / 2, look));
        drop(end);
        self.shared.ended.notify_all();
    }

    /// Half of the grace is over: gives the thread up if it is the second half, and the thread could have run in it.
    pub(crate) fn look_for_end(&self) {
        let mut end = self.shared.lock_end();
        if let Some(duty) = end.overdue.duty.take() {
            // It is done here, where that is not the group's own waiter.
            self.shared.group.remove_duty(duty);
        }
        if end.ending.is_some() || end.is_leaving {
            return;
        }
        // Under the lock, without which the thread cannot end.
        let thread = self.shared.system_thread.get();
        let usage = thread.and_then(|thread| thread.usage());
        let too_early = match (end.overdue.seen, usage) {
            // Not even started, or this is the first look.
            _ if thread.is_none() => true,
            (None, _) => {
                end.overdue.seen = Some((Instant::now(), usage));
                true
            }
            // Two who wait look at the same time.
            (Some((at, _)), _) if at.elapsed() < GRACE / 2 => true,
            (Some((_, Some(before))), Some(now)) => now.has_starved(before),
            _ => false,
        };
        if too_early {
            drop(end);
            return self.expect_end();
        }
        end.ending = Some(Ending::GivenUp);
        // Before the thread can come back after all, which takes the lock.
        self.shared.activity.write_off();
        // A thread that the host lent gets it back as it was.
        let own_thread = thread.filter(|_| end.thread.is_some());
        if let Some(Err(error)) = own_thread.map(|thread| thread.lower_priority()) {
            tracing::warn!(isolate = %self.shared.name, %error, "cannot lower the priority of a thread");
        }
        drop(end);
        tracing::warn!(
            isolate = %self.shared.name,
            id = %self.shared.id,
            "gave up the thread of a terminated isolate: it is inside native code that does not return"
        );
        self.tell(&Ending::GivenUp);
    }
}

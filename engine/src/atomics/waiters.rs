//! Who waits on a block of shared memory: <https://tc39.es/ecma262/#sec-waiterlist-records>

use super::pending;
use crate::{Cx, Freight, IsolateHandle, TaskSource};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::Instant;

/// The waiter lists of one block, by the place in it.
///
/// They hang on the block, as no waiter of one block can ever be notified through another. Their lock is the critical section
/// of all of them.
#[derive(Debug)]
pub(crate) struct WaiterLists {
    lists: Mutex<Lists>,
    /// The block itself, which counts for no heap: whichever has it last frees it.
    _freight: Freight,
}

impl WaiterLists {
    /// Of a block of this size, in bytes, that this thread's heap has made.
    pub fn of_block(size: usize) -> Self {
        Self {
            lists: Mutex::default(),
            _freight: Freight::load(size),
        }
    }
}

#[derive(Debug, Default)]
struct Lists {
    next_waiter: u64,
    /// A place where nobody waits has no entry.
    by_index: BTreeMap<u64, VecDeque<Waiter>>,
}

/// Names a waiter of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WaiterId(u64);

/// <https://tc39.es/ecma262/#waiter-record>
#[derive(Debug)]
struct Waiter {
    id: WaiterId,
    agent: IsolateHandle,
    wake: Wake,
}

/// How a waiter is woken.
#[derive(Debug)]
pub(super) enum Wake {
    /// It sleeps until it is no longer in its list.
    Thread(Thread),
    /// Its isolate keeps a promise under this number.
    Job(u64),
}

impl Wake {
    pub fn current_thread() -> Self {
        Self::Thread(thread::current())
    }

    pub fn job(number: u64) -> Self {
        Self::Job(number)
    }
}

/// Why a sleep ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awakening {
    Notified,
    TimedOut,
    Terminated,
}

impl WaiterLists {
    /// <https://tc39.es/ecma262/#sec-entercriticalsection>; it is left by dropping what this returns.
    pub(super) fn enter_critical_section(&self) -> CriticalSection<'_> {
        CriticalSection(self.lists.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sleeps until this waiter, which belongs to the current thread, is notified; it is in no list any more then.
    ///
    /// <https://tc39.es/ecma262/#sec-suspendthisagent>
    pub(super) fn suspend(
        &self,
        index: u64,
        waiter: WaiterId,
        deadline: Option<Instant>,
        agent: &IsolateHandle,
    ) -> Awakening {
        loop {
            let now = Instant::now();
            let terminated = agent.shared().terminator.is_terminated();
            let timed_out = deadline.is_some_and(|deadline| deadline <= now);
            {
                let mut section = self.enter_critical_section();
                let waits = if terminated || timed_out {
                    section.remove(index, waiter)
                } else {
                    section.contains(index, waiter)
                };
                match (terminated, waits) {
                    (true, _) => return Awakening::Terminated,
                    (false, false) => return Awakening::Notified,
                    (false, true) if timed_out => return Awakening::TimedOut,
                    (false, true) => {}
                }
            }
            // Whoever notifies takes the waiter out of the list before it unparks, and `terminate` sets its flag before, so
            // that neither is missed between the look and the park.
            match deadline {
                Some(deadline) => thread::park_timeout(deadline.saturating_duration_since(now)),
                None => thread::park(),
            }
        }
    }
}

/// The lists, to nobody else's eyes.
pub(super) struct CriticalSection<'lists>(MutexGuard<'lists, Lists>);

impl CriticalSection<'_> {
    /// <https://tc39.es/ecma262/#sec-addwaiter>
    pub fn add(&mut self, index: u64, agent: IsolateHandle, wake: Wake) -> WaiterId {
        let id = WaiterId(self.0.next_waiter);
        self.0.next_waiter += 1;
        let waiter = Waiter { id, agent, wake };
        self.0.by_index.entry(index).or_default().push_back(waiter);
        id
    }

    fn contains(&self, index: u64, waiter: WaiterId) -> bool {
        let list = self.0.by_index.get(&index);
        list.is_some_and(|list| list.iter().any(|it| it.id == waiter))
    }

    /// Whether it was there.
    ///
    /// <https://tc39.es/ecma262/#sec-removewaiter>
    pub fn remove(&mut self, index: u64, waiter: WaiterId) -> bool {
        let Some(list) = self.0.by_index.get_mut(&index) else {
            return false;
        };
        let Some(place) = list.iter().position(|it| it.id == waiter) else {
            return false;
        };
        list.remove(place);
        if list.is_empty() {
            self.0.by_index.remove(&index);
        }
        true
    }

    /// Wakes up to `count` waiters, those who came first; how many.
    ///
    /// Steps 9 to 12 of <https://tc39.es/ecma262/#sec-atomics.notify>
    pub fn notify(mut self, index: u64, count: usize) -> usize {
        // 9., <https://tc39.es/ecma262/#sec-removewaiters>. From the front.
        let Some(mut list) = self.0.by_index.remove(&index) else {
            return 0;
        };
        let mut woken = 0;
        while woken < count {
            let Some(waiter) = list.pop_front() else { break };
            // 10., 12. One whose isolate runs nothing more is gone already.
            if waiter.notify() {
                woken += 1;
            }
        }
        if !list.is_empty() {
            self.0.by_index.insert(index, list);
        }
        // NOTE(step 11): the section ends here.
        woken
    }
}

impl Waiter {
    /// Whether there was somebody to wake.
    ///
    /// <https://tc39.es/ecma262/#sec-notifywaiter>
    fn notify(&self) -> bool {
        if self.agent.shared().terminator.is_terminated() {
            return false;
        }
        match &self.wake {
            Wake::Thread(thread) => {
                thread.unpark();
                true
            }
            // <https://tc39.es/ecma262/#sec-enqueueresolveinagentjob>
            Wake::Job(number) => {
                let number = *number;
                let task = move |cx: &mut Cx| pending::resolve_notified(number, cx);
                self.agent.post(TaskSource::JavaScriptEngine, task).is_ok()
            }
        }
    }
}

/// The place of a waiter in its list, which it leaves when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    lists: Arc<WaiterLists>,
    index: u64,
    waiter: WaiterId,
}

impl Place {
    pub fn new(lists: Arc<WaiterLists>, index: u64, waiter: WaiterId) -> Self {
        Self { lists, index, waiter }
    }

    /// Takes the waiter out of its list; whether it was still there.
    pub fn leave(&self) -> bool {
        self.lists.enter_critical_section().remove(self.index, self.waiter)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::{Awakening, CriticalSection, WaiterLists, Wake};
    use crate::{Activity, IsolateHandle, IsolateOptions};
    use boa_engine::context::DefaultHooks;
    use std::rc::Rc;
    use std::thread;

    fn isolate() -> IsolateHandle {
        let options = IsolateOptions::new("test", &Activity::new());
        IsolateHandle::spawn(options, || Rc::new(DefaultHooks), |_| {}).expect("starts")
    }

    impl CriticalSection<'_> {
        fn len(&self, index: u64) -> usize {
            self.0.by_index.get(&index).map_or(0, |list| list.len())
        }
    }

    #[test]
    fn sleepers_and_promises_stand_in_one_line() {
        let (lists, isolate) = (WaiterLists::of_block(0), isolate());
        let (awake, awakenings) = flume::unbounded();
        thread::scope(|scope| {
            let promise = |number| {
                lists
                    .enter_critical_section()
                    .add(8, isolate.clone(), Wake::job(number))
            };
            let sleeper = |number: u32| {
                let (lists, isolate, awake) = (&lists, &isolate, awake.clone());
                let before = lists.enter_critical_section().len(8);
                scope.spawn(move || {
                    let wake = Wake::current_thread();
                    let waiter = lists.enter_critical_section().add(8, isolate.clone(), wake);
                    let awakening = lists.suspend(8, waiter, None, isolate);
                    let _ = awake.send((number, awakening));
                });
                // The next in line must come after it.
                while lists.enter_critical_section().len(8) == before {
                    thread::yield_now();
                }
            };
            let first = promise(1);
            sleeper(2);
            let third = promise(3);
            sleeper(4);
            assert_eq!(
                lists.enter_critical_section().notify(0, 9),
                0,
                "nobody is at another place"
            );
            assert_eq!(lists.enter_critical_section().notify(8, 1), 1);
            assert!(!lists.enter_critical_section().contains(8, first));
            assert_eq!(lists.enter_critical_section().len(8), 3);
            assert_eq!(lists.enter_critical_section().notify(8, 1), 1);
            assert_eq!(awakenings.recv(), Ok((2, Awakening::Notified)));
            assert!(lists.enter_critical_section().contains(8, third));
            assert_eq!(lists.enter_critical_section().notify(8, 9), 2);
            assert_eq!(awakenings.recv(), Ok((4, Awakening::Notified)));
        });
        assert!(lists.lists.lock().is_ok_and(|lists| lists.by_index.is_empty()));
    }

    #[test]
    fn whoever_is_terminated_is_not_counted() {
        let (lists, [dying, living]) = (WaiterLists::of_block(0), [isolate(), isolate()]);
        for (agent, wake) in [
            (&dying, Wake::job(0)),
            (&dying, Wake::current_thread()),
            (&living, Wake::job(0)),
        ] {
            lists.enter_critical_section().add(0, agent.clone(), wake);
        }
        dying.terminate();
        assert_eq!(lists.enter_critical_section().notify(0, 1), 1);
        assert_eq!(lists.enter_critical_section().len(0), 0);
    }
}

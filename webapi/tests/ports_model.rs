//! The state of message channels under a checker that runs it through many interleavings of threads.
//!
//! `channel` is the source that the library is built from; its locks are the checker's here. What a failing model prints can be run
//! again: `shuttle::replay(model, schedule)`.

#![expect(clippy::expect_used, reason = "a model that cannot go on may panic")]

#[path = "../src/html/channel.rs"]
mod channel;

/// What the library takes from the standard library.
mod sync {
    pub use shuttle::sync::{Arc, Mutex, MutexGuard, PoisonError};
}

use channel::{Arrival, Message, Prospects, Reader, entangled};
use shuttle::{
    Config, Runner,
    rand::Rng,
    scheduler::{PctScheduler, RandomScheduler},
    sync::mpsc,
    thread,
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

type End = channel::End<Parcel, Mailbox>;

/// Looks at `model` in this many interleavings, each time the same ones: a half at random, a half with few switches, at the worst places.
const SCHEDULES: usize = 20_000;

fn check(model: impl Fn() + Send + Sync + Clone + 'static) {
    let seed = 0x5eed;
    let random = RandomScheduler::new_from_seed(seed, SCHEDULES / 2);
    Runner::new(random, Config::new()).run(model.clone());
    let few_switches = PctScheduler::new_from_seed(seed, 3, SCHEDULES / 2);
    Runner::new(few_switches, Config::new()).run(model);
}

/// An isolate as a channel knows it: something with a mailbox. A lost wake leaves the isolate waiting, which the checker calls a deadlock.
#[derive(Clone)]
struct Mailbox(mpsc::Sender<()>);

impl Reader for Mailbox {
    fn wake(&self) {
        // One that has ended hears nothing.
        _ = self.0.send(());
    }
}

fn isolate() -> (Mailbox, mpsc::Receiver<()>) {
    let (sender, tasks) = mpsc::channel();
    (Mailbox(sender), tasks)
}

/// A message, and those that there are.
struct Parcel {
    number: usize,
    ends: Vec<End>,
    there_are: Arc<AtomicUsize>,
}

impl Parcel {
    fn new(number: usize, ends: Vec<End>, there_are: &Arc<AtomicUsize>) -> Self {
        there_are.fetch_add(1, Ordering::Relaxed);
        Self {
            number,
            ends,
            there_are: there_are.clone(),
        }
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        self.there_are.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Message<Mailbox> for Parcel {
    fn into_ends(mut self) -> Vec<End> {
        std::mem::take(&mut self.ends)
    }
}

/// What a reader got: the numbers of messages, and how often it was told of the close.
#[derive(Default)]
struct Heard {
    numbers: Vec<usize>,
    closes: usize,
}

impl Heard {
    fn note(&mut self, arrival: Arrival<Parcel>) {
        match arrival {
            Arrival::Message { message, .. } => {
                assert_eq!(self.closes, 0, "a message comes after the close");
                self.numbers.push(message.number);
            }
            Arrival::Closed => self.closes += 1,
        }
    }

    /// Does what an isolate does: for each wake, takes one arrival.
    fn listen(&mut self, end: &End, tasks: &mpsc::Receiver<()>, until: impl Fn(&Self) -> bool) {
        while !until(self) {
            tasks.recv().expect("a mailbox stays open");
            if let Some(arrival) = end.take() {
                // What is due stays due until it is taken, which nobody else does.
                assert!(!matches!(arrival, Arrival::Message { more: true, .. }) || end.prospects().is_due);
                self.note(arrival);
            }
        }
    }

    fn has_all(&self, count: usize) {
        assert_eq!(
            self.numbers,
            Vec::from_iter(0..count),
            "nothing lost, doubled or out of order"
        );
        assert_eq!(self.closes, 1);
    }
}

/// Sends so many messages from a thread of its own, then drops the end.
fn sender(end: End, count: usize, there_are: &Arc<AtomicUsize>) -> thread::JoinHandle<()> {
    let there_are = there_are.clone();
    thread::spawn(move || (0..count).for_each(|number| end.send(Parcel::new(number, Vec::new(), &there_are))))
}

#[test]
fn whoever_enables_a_port_while_messages_come_gets_all_of_them_and_then_the_close() {
    check(|| {
        let there_are = Arc::default();
        let (sent_from, read_at) = entangled();
        let sending = sender(sent_from, 3, &there_are);
        let (mailbox, tasks) = isolate();
        assert!(read_at.attach(mailbox).is_none());
        read_at.enable();
        let mut heard = Heard::default();
        heard.listen(&read_at, &tasks, |heard| heard.closes > 0);
        heard.has_all(3);
        assert!(read_at.take().is_none());
        sending.join().unwrap();
    });
}

#[test]
fn what_is_sent_while_a_port_is_transferred_arrives_in_order() {
    check(|| {
        let there_are = Arc::default();
        let (sent_from, read_at) = entangled();
        let (mailbox, tasks) = isolate();
        read_at.attach(mailbox);
        read_at.enable();
        let sending = sender(sent_from, 4, &there_are);
        // The first reader takes some, or all, then sends the end to a second one, which it is on its way to for a while.
        let mut heard = Heard::default();
        let count = shuttle::rand::thread_rng().gen_range(0..=4);
        heard.listen(&read_at, &tasks, |heard| heard.numbers.len() == count);
        let (carrier, arrived) = mpsc::channel();
        let second = thread::spawn(move || {
            let (mut heard, read_at): (Heard, End) = arrived.recv().unwrap();
            let (mailbox, tasks) = isolate();
            read_at.attach(mailbox);
            read_at.enable();
            heard.listen(&read_at, &tasks, |heard| heard.closes > 0);
            heard.has_all(4);
        });
        read_at.detach();
        assert!(carrier.send((heard, read_at)).is_ok());
        second.join().unwrap();
        sending.join().unwrap();
        assert_eq!(there_are.load(Ordering::Relaxed), 0);
    });
}

#[test]
fn a_port_that_is_enabled_late_hears_of_the_close_only_after_its_messages() {
    check(|| {
        let there_are = Arc::default();
        let (sent_from, read_at) = entangled();
        let sending = sender(sent_from, 2, &there_are);
        let (mailbox, tasks) = isolate();
        read_at.attach(mailbox);
        let mut heard = Heard::default();
        // What comes before the queue is enabled may be a close without messages, and is none here.
        while let Ok(()) = tasks.try_recv() {
            assert!(read_at.take().is_none());
        }
        sending.join().unwrap();
        let Prospects { is_due, is_entangled } = read_at.prospects();
        assert!(!is_due && !is_entangled);
        read_at.enable();
        heard.listen(&read_at, &tasks, |heard| heard.closes > 0);
        heard.has_all(2);
    });
}

/// Who holds a port by this must not let it go too early.
#[test]
fn an_end_expects_something_until_it_has_given_all() {
    check(|| {
        let there_are = Arc::default();
        let (sent_from, read_at) = entangled();
        let (mailbox, tasks) = isolate();
        read_at.attach(mailbox);
        read_at.enable();
        // It closes behind its messages.
        let sending = sender(sent_from, 2, &there_are);
        let mut heard = Heard::default();
        heard.listen(&read_at, &tasks, |heard| {
            let Prospects { is_due, is_entangled } = read_at.prospects();
            assert!(is_due || is_entangled || heard.closes > 0);
            heard.closes > 0
        });
        heard.has_all(2);
        sending.join().unwrap();
    });
}

#[test]
fn who_closes_gets_what_was_sent_before_and_no_word_of_the_close() {
    check(|| {
        let there_are: Arc<AtomicUsize> = Arc::default();
        let (left, right) = entangled();
        for end in [&left, &right] {
            end.send(Parcel::new(0, Vec::new(), &there_are));
        }
        let both = [left, right].map(|end| {
            let there_are = there_are.clone();
            let (mailbox, tasks) = isolate();
            end.attach(mailbox);
            end.enable();
            thread::spawn(move || {
                for number in 1..3 {
                    end.send(Parcel::new(number, Vec::new(), &there_are));
                }
                end.close();
                end.send(Parcel::new(7, Vec::new(), &there_are));
                let mut heard = Heard::default();
                // What came in time, of which there is one message at least.
                while let Some(arrival) = end.take() {
                    heard.note(arrival);
                }
                while let Ok(()) = tasks.try_recv() {
                    assert!(end.take().is_none());
                }
                assert_eq!(heard.closes, 0);
                let count = heard.numbers.len();
                assert!((1..=3).contains(&count) && heard.numbers.into_iter().eq(0..count));
            })
        });
        both.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(there_are.load(Ordering::Relaxed), 0);
    });
}

#[test]
fn an_isolate_may_end_at_any_moment_and_its_peers_are_told_once() {
    check(|| {
        let there_are = Arc::default();
        let (left, right) = entangled();
        let (mailbox, tasks) = isolate();
        left.attach(mailbox);
        // Ends at once, after some messages, or with all of them.
        let ending = {
            let count = shuttle::rand::thread_rng().gen_range(0..3);
            thread::spawn(move || {
                let (mailbox, tasks) = isolate();
                right.attach(mailbox);
                right.enable();
                Heard::default().listen(&right, &tasks, |heard| heard.numbers.len() == count);
                // The isolate's mailbox goes before its heap.
                drop(tasks);
            })
        };
        for number in 0..2 {
            left.send(Parcel::new(number, Vec::new(), &there_are));
        }
        let mut heard = Heard::default();
        heard.listen(&left, &tasks, |heard| heard.closes > 0);
        left.send(Parcel::new(2, Vec::new(), &there_are));
        assert!(left.take().is_none() && tasks.try_recv().is_err());
        ending.join().unwrap();
        assert_eq!(there_are.load(Ordering::Relaxed), 0);
    });
}

#[test]
fn a_port_on_its_way_to_an_isolate_that_ends_is_closed() {
    check(|| {
        let there_are = Arc::default();
        let (stays, travels) = entangled();
        let (mailbox, tasks) = isolate();
        stays.attach(mailbox);
        stays.enable();
        stays.send(Parcel::new(0, Vec::new(), &there_are));
        let (carrier, far) = entangled::<Parcel, Mailbox>();
        let ending = thread::spawn(move || {
            let (mailbox, tasks) = isolate();
            far.attach(mailbox.clone());
            far.enable();
            // It may have come, or not.
            let arrival = tasks.try_recv().ok().and_then(|()| far.take());
            if let Some(Arrival::Message { mut message, .. }) = arrival {
                let travelled = message.ends.pop().unwrap();
                travelled.attach(mailbox);
                travelled.enable();
                assert!(matches!(travelled.take(), Some(Arrival::Message { .. })));
                travelled.send(Parcel::new(0, Vec::new(), &there_are));
            }
        });
        carrier.send(Parcel::new(0, vec![travels], &Arc::default()));
        let mut heard = Heard::default();
        heard.listen(&stays, &tasks, |heard| heard.closes > 0);
        assert!(heard.numbers.len() < 2);
        ending.join().unwrap();
    });
}

#[test]
fn ends_that_cross_in_two_channels_lock_nobody_up() {
    check(|| {
        let there_are: Arc<AtomicUsize> = Arc::default();
        let (a, b) = entangled();
        let (c, d) = entangled();
        let (watched, first) = entangled();
        let (second, unread) = entangled();
        let (mailbox, tasks) = isolate();
        watched.attach(mailbox);
        let threads = [(a, first, d), (c, second, b)].map(|(carrier, cargo, other)| {
            let there_are = there_are.clone();
            thread::spawn(move || {
                carrier.send(Parcel::new(0, vec![cargo], &there_are));
                drop(other);
                carrier.send(Parcel::new(1, Vec::new(), &there_are));
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        Heard::default().listen(&watched, &tasks, |heard| heard.closes > 0);
        assert!(!unread.prospects().is_entangled);
        assert_eq!(there_are.load(Ordering::Relaxed), 0);
    });
}

#[test]
fn closed_channels_drop_each_others_ends_and_lock_nobody_up() {
    check(|| {
        let there_are: Arc<AtomicUsize> = Arc::default();
        let (a, b) = entangled();
        let (c, d) = entangled();
        b.close();
        d.close();
        let threads = [(a, d), (c, b)].map(|(carrier, cargo)| {
            let parcel = Parcel::new(0, vec![cargo], &there_are);
            thread::spawn(move || carrier.send(parcel))
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(there_are.load(Ordering::Relaxed), 0);
    });
}

#[test]
fn thousands_of_ports_in_ports_are_closed_one_after_the_other() {
    // The checker's threads have small stacks: recursion would not get far.
    let depth = 10_000;
    let model = move || {
        let there_are: Arc<AtomicUsize> = Arc::default();
        let (mailbox, tasks) = isolate();
        let (innermost, mut nested) = entangled();
        innermost.attach(mailbox);
        for number in 0..depth {
            let (carrier, far) = entangled();
            assert!(carrier.is_peer(&far) && !carrier.is_peer(&nested));
            carrier.send(Parcel::new(number, vec![nested], &there_are));
            nested = far;
        }
        thread::spawn(move || drop(nested)).join().unwrap();
        assert_eq!(tasks.try_recv(), Ok(()));
        assert!(matches!(innermost.take(), Some(Arrival::Closed)));
        assert_eq!(there_are.load(Ordering::Relaxed), 0);
    };
    Runner::new(RandomScheduler::new_from_seed(1, 1), Config::new()).run(model);
}

//! The state of a message channel, apart from any JavaScript and any isolate: what is moved when a port is transferred.
//! <https://html.spec.whatwg.org/multipage/web-messaging.html#message-ports>
//!
//! Both ends of a channel share one state behind one lock, so that there is no order of locks to keep. Under the lock nobody is
//! called and nothing is dropped that could take a lock itself: readers are woken after it, messages dropped after it.
//!
//! A *wake* tells a reader that there may be something to [take](End::take), and one take gives one arrival. Wakes carry nothing, so
//! it does not matter which of two comes first, nor that one comes to nothing: what counts is that a reader who is attached gets,
//! after whatever became due, at least as many wakes as arrivals are due. What is due is read under the lock, in order: messages first,
//! then the close.
//!
//! The models in `tests/ports_model.rs` are this very file with other locks.

use crate::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{collections::VecDeque, fmt, mem};

/// Who reads an end.
pub trait Reader: Clone {
    /// There may be something to take. Called on any thread, never under a lock of the channel.
    fn wake(&self);
}

/// What is sent through a channel.
pub trait Message<R: Reader>: Sized {
    /// The ends of other channels that the message takes along; the rest of it is dropped.
    fn into_ends(self) -> Vec<End<Self, R>>;
}

/// What an end gives its reader.
#[derive(Debug)]
pub enum Arrival<M> {
    Message {
        message: M,
        /// Whether something else is due.
        more: bool,
    },
    /// The other end is gone; nothing comes after this.
    Closed,
}

/// What an end can expect.
#[derive(Debug, Clone, Copy, Default)]
pub struct Prospects {
    /// There is something to take.
    pub is_due: bool,
    /// Something can still come from the other end.
    pub is_entangled: bool,
}

/// One end of a channel. Dropping it closes the channel, and drops the messages that wait at it.
pub struct End<M: Message<R>, R: Reader> {
    channel: Arc<Mutex<Channel<M, R>>>,
    place: Place,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Left,
    Right,
}

struct Channel<M, R> {
    left: Side<M, R>,
    right: Side<M, R>,
}

/// What the channel knows of one of its ends.
struct Side<M, R> {
    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#port-message-queue>
    queue: VecDeque<M>,
    enabled: bool,
    /// None while the end is on its way to another reader.
    reader: Option<R>,
    /// The end was closed, or dropped: the two are not entangled any more.
    closed: bool,
    /// The reader knows that the other end is gone, or need not know.
    told: bool,
}

impl<M, R> Default for Side<M, R> {
    fn default() -> Self {
        Self {
            queue: VecDeque::new(),
            enabled: false,
            reader: None,
            closed: false,
            told: false,
        }
    }
}

impl<M, R> Channel<M, R> {
    /// The side of an end, and the other one.
    fn sides(&mut self, place: Place) -> (&mut Side<M, R>, &mut Side<M, R>) {
        match place {
            Place::Left => (&mut self.left, &mut self.right),
            Place::Right => (&mut self.right, &mut self.left),
        }
    }
}

impl<M, R> Side<M, R> {
    fn is_message_due(&self) -> bool {
        self.enabled && !self.queue.is_empty()
    }

    /// The close comes after all messages, also after those that wait for the queue to be enabled. NOTE: the specification does not
    /// say what becomes of those; a close that came before them would tell of an end that is none.
    fn is_close_due(&self, peer: &Self) -> bool {
        peer.closed && !self.told && self.queue.is_empty()
    }
}

/// Two ends, each the other's peer: <https://html.spec.whatwg.org/multipage/web-messaging.html#entangle>.
pub(crate) fn entangled<M: Message<R>, R: Reader>() -> (End<M, R>, End<M, R>) {
    let channel = Arc::new(Mutex::new(Channel {
        left: Side::default(),
        right: Side::default(),
    }));
    let left = End {
        channel: channel.clone(),
        place: Place::Left,
    };
    let right = End {
        channel,
        place: Place::Right,
    };
    (left, right)
}

impl<M: Message<R>, R: Reader> End<M, R> {
    /// Nothing between lock and unlock can panic, so a poisoned lock holds sound data.
    fn lock(&self) -> MutexGuard<'_, Channel<M, R>> {
        self.channel.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a message for the other end. A closed channel takes messages and loses them.
    pub fn send(&self, message: M) {
        let mut channel = self.lock();
        let (own, peer) = channel.sides(self.place);
        if own.closed || peer.closed {
            drop(channel);
            // It may hold ends of its own, which take their locks.
            drop(message);
            return;
        }
        peer.queue.push_back(message);
        let reader = if peer.enabled { peer.reader.clone() } else { None };
        drop(channel);
        // Detached meanwhile, the reader finds nothing; who enables the queue after it is told of this message, too.
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// What is due now, if anything. Until the queue is enabled messages wait, and the close behind them.
    pub fn take(&self) -> Option<Arrival<M>> {
        let mut channel = self.lock();
        let (own, peer) = channel.sides(self.place);
        if own.is_message_due() {
            let message = own.queue.pop_front()?;
            let more = own.is_message_due() || own.is_close_due(peer);
            return Some(Arrival::Message { message, more });
        }
        if own.is_close_due(peer) {
            own.told = true;
            return Some(Arrival::Closed);
        }
        None
    }

    /// From now on `reader` has this end. Returns who reads the other one at this moment.
    pub fn attach(&self, reader: R) -> Option<R> {
        let mut channel = self.lock();
        let (own, peer) = channel.sides(self.place);
        let wake = own.is_close_due(peer).then(|| reader.clone());
        let before = own.reader.replace(reader);
        let peer = peer.reader.clone();
        drop(channel);
        drop(before);
        if let Some(reader) = wake {
            reader.wake();
        }
        peer
    }

    /// The reader wants messages: those that wait, and all that come.
    pub fn enable(&self) {
        let mut channel = self.lock();
        let (own, peer) = channel.sides(self.place);
        if mem::replace(&mut own.enabled, true) {
            return;
        }
        // Of a close that has no message before it the reader was told before.
        let close = peer.closed && !own.told && !own.queue.is_empty();
        let wakes = own.queue.len() + usize::from(close);
        let reader = own.reader.clone();
        drop(channel);
        if let Some(reader) = reader {
            (0..wakes).for_each(|_| reader.wake());
        }
    }

    /// Nobody reads this end, until it is attached again elsewhere. What waits and what comes meanwhile is kept.
    pub fn detach(&self) {
        let mut channel = self.lock();
        let (own, _) = channel.sides(self.place);
        own.enabled = false;
        let reader = own.reader.take();
        drop(channel);
        drop(reader);
    }

    /// The ends are no longer each other's: nothing more comes or goes, but what has come can be taken.
    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#disentangle>
    pub fn close(&self) {
        let mut channel = self.lock();
        let (own, peer) = channel.sides(self.place);
        let peer = own.close(peer);
        drop(channel);
        if let Some(reader) = peer {
            reader.wake();
        }
    }

    /// Closes the end for good. What waits at it is the caller's to drop.
    fn give_up(&self) -> VecDeque<M> {
        let mut channel = self.lock();
        let (own, peer) = channel.sides(self.place);
        let peer = own.close(peer);
        let reader = own.reader.take();
        let queue = mem::take(&mut own.queue);
        drop(channel);
        drop(reader);
        if let Some(reader) = peer {
            reader.wake();
        }
        queue
    }

    /// What the end can expect. With neither of the two it never gives anything any more, unless its queue is enabled later.
    pub fn prospects(&self) -> Prospects {
        // Both of one moment: between two looks the other end could send its last message, and close.
        let mut channel = self.lock();
        let (own, peer) = channel.sides(self.place);
        Prospects {
            is_due: own.is_message_due() || own.is_close_due(peer),
            is_entangled: !own.closed && !peer.closed,
        }
    }

    /// Whether `other` is the other end of this channel.
    pub fn is_peer(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.channel, &other.channel)
            && matches!(
                (self.place, other.place),
                (Place::Left, Place::Right) | (Place::Right, Place::Left)
            )
    }
}

impl<M, R: Clone> Side<M, R> {
    /// Closes the end. Returns the reader of the other one, if it is to be woken.
    fn close(&mut self, peer: &mut Self) -> Option<R> {
        // Who closes an end need not be told that the other one is closed.
        self.told = true;
        if mem::replace(&mut self.closed, true) || peer.told {
            return None;
        }
        peer.reader.clone()
    }
}

impl<M: Message<R>, R: Reader> Drop for End<M, R> {
    fn drop(&mut self) {
        // Ends may nest without limit, each in a message that waits at the next: one after the other, and not each inside
        // the drop of another.
        let mut messages = self.give_up();
        while let Some(message) = messages.pop_front() {
            for end in message.into_ends() {
                messages.append(&mut end.give_up());
            }
        }
    }
}

impl<M: Message<R>, R: Reader> fmt::Debug for End<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("End")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

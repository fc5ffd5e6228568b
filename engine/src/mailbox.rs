//! The one way into an isolate: a channel that can be shut.

use crate::activity::ActivityToken;
use crate::heap::Freight;
use crate::task::{PostedTask, TaskSource};
use flume::{Receiver, Sender};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

/// What an isolate's loop takes from its channel. The channel's order is the order of the event loop.
pub(crate) enum Message {
    /// A task from any thread.
    Task {
        source: TaskSource,
        task: PostedTask,
        token: ActivityToken,
        /// The closure's memory.
        freight: Freight,
    },
    /// The place in the order of the oldest task that the isolate queued itself.
    Local,
    /// The place in the order of a closure that waits for its turn.
    Visit(u64),
    /// An asynchronous job can go on.
    Poll { job: u64, token: ActivityToken },
}

/// The sending side. Shutting it drops the only sender, which also wakes the receiver.
pub(crate) struct Mailbox {
    sender: RwLock<Option<Sender<Message>>>,
    /// Once it is true there is no sender any more.
    shut: AtomicBool,
}

impl Mailbox {
    pub(crate) fn new() -> (Self, Receiver<Message>) {
        let (sender, receiver) = flume::unbounded();
        let mailbox = Self {
            sender: RwLock::new(Some(sender)),
            shut: AtomicBool::new(false),
        };
        (mailbox, receiver)
    }

    /// Sends, or gives the message back when the mailbox is shut.
    pub(crate) fn send(&self, message: Message) -> Result<(), Message> {
        // The lock is held while sending: nothing can slip in after the shutting side has drained the channel. Those who send do
        // not exclude each other, and taking a message out does not need it: a receiver may wake up before the sender is done. Its own
        // thread sends too, but never while it holds the lock.
        match &*self.sender.read().unwrap_or_else(PoisonError::into_inner) {
            Some(sender) => sender.send(message).map_err(|error| error.0),
            None => Err(message),
        }
    }

    /// Lets nothing more in. Idempotent.
    pub(crate) fn shut(&self) {
        let sender = self.sender.write().unwrap_or_else(PoisonError::into_inner).take();
        // Whoever is woken by the sender's end must see why.
        self.shut.store(true, Ordering::SeqCst);
        drop(sender);
    }

    pub(crate) fn is_shut(&self) -> bool {
        self.shut.load(Ordering::SeqCst)
    }
}

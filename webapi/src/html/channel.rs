//! The two ends of a message channel, apart from any JavaScript: what is moved when a port is transferred.
//! <https://html.spec.whatwg.org/multipage/web-messaging.html#message-ports>
//!
//! Each end owns the receiver of its messages, so that a transfer takes along what is in flight, in order. Whoever reads an end
//! is told of each message by a task of its own; while nobody does, messages wait.

use super::structured_data::TransferRecord;
use crate::binding::Cx;
use skep_engine::{IsolateHandle, TaskSource};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One end of a channel. Dropping it closes the channel.
#[derive(Debug)]
pub struct End {
    outgoing: flume::Sender<TransferRecord>,
    incoming: flume::Receiver<TransferRecord>,
    /// Who reads this end.
    own: Arc<Mutex<Reading>>,
    /// Who reads the other one.
    peer: Arc<Mutex<Reading>>,
}

#[derive(Debug, Default)]
struct Reading {
    reader: Option<Reader>,
    /// The port message queue is enabled.
    enabled: bool,
    /// The other end is gone.
    closed: bool,
}

/// A port of some isolate that reads an end.
#[derive(Debug, Clone)]
pub struct Reader {
    pub isolate: IsolateHandle,
    /// The port's number in its realm.
    pub port: u64,
    /// Called there for each message that has come.
    pub on_message: fn(u64, &mut Cx),
    /// Called there once the other end is closed.
    pub on_close: fn(u64, &mut Cx),
}

impl Reader {
    fn tell(&self, what: fn(u64, &mut Cx)) {
        let port = self.port;
        // An isolate that has ended reads nothing more: its end is about to be dropped.
        _ = self.isolate.post(TaskSource::PostedMessage, move |cx| what(port, cx));
    }
}

/// Nothing between lock and unlock can panic, so a poisoned lock holds sound data.
fn lock(reading: &Mutex<Reading>) -> MutexGuard<'_, Reading> {
    reading.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Two ends, each the other's peer: <https://html.spec.whatwg.org/multipage/web-messaging.html#entangle>.
pub(crate) fn entangled() -> (End, End) {
    let (a_out, b_in) = flume::unbounded();
    let (b_out, a_in) = flume::unbounded();
    let (a_own, b_own) = (Arc::<Mutex<Reading>>::default(), Arc::<Mutex<Reading>>::default());
    let a = End {
        outgoing: a_out,
        incoming: a_in,
        own: a_own.clone(),
        peer: b_own.clone(),
    };
    let b = End {
        outgoing: b_out,
        incoming: b_in,
        own: b_own,
        peer: a_own,
    };
    (a, b)
}

impl End {
    /// Queues a message for the other end.
    pub fn send(&self, message: TransferRecord) {
        // A closed channel takes messages and loses them.
        if self.outgoing.send(message).is_err() {
            return;
        }
        let peer = lock(&self.peer);
        if let (true, Some(reader)) = (peer.enabled, &peer.reader) {
            reader.tell(reader.on_message);
        }
    }

    /// The next message, if one has come.
    pub fn receive(&self) -> Option<TransferRecord> {
        self.incoming.try_recv().ok()
    }

    /// From now on `reader` has this end; it is told of messages once it enables them.
    pub fn attach(&self, reader: Reader) {
        let mut own = lock(&self.own);
        if own.closed {
            reader.tell(reader.on_close);
        }
        own.reader = Some(reader);
    }

    /// The reader wants messages: those that wait, and all that come.
    pub fn enable(&self) {
        let mut own = lock(&self.own);
        if !own.enabled {
            own.enabled = true;
            if let Some(reader) = &own.reader {
                // One that comes right now may be told of twice; the second task finds nothing.
                for _ in 0..self.incoming.len() {
                    reader.tell(reader.on_message);
                }
            }
        }
    }

    /// Nobody reads this end, until it is attached again elsewhere.
    pub fn detach(&self) {
        let mut own = lock(&self.own);
        own.reader = None;
        own.enabled = false;
    }

    /// Whether `other` is the other end of this channel.
    pub fn is_peer(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.peer, &other.own)
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let mut peer = lock(&self.peer);
        peer.closed = true;
        if let Some(reader) = &peer.reader {
            reader.tell(reader.on_close);
        }
    }
}

//! The ports of a realm, and which of them live though no script reaches them.
//! <https://html.spec.whatwg.org/multipage/web-messaging.html#ports-and-garbage-collection>
//!
//! A port *wants messages* if its queue is enabled or somebody listens for them.
//!
//! - While its peer lives in the same heap, that holds a port that wants messages or is listened to for its close. Two ports that
//!   nothing else reaches go together, as the collector sees both.
//! - While its peer lives elsewhere, or is on its way, the realm holds a port that wants messages: no collector sees both.
//! - A started port that is listened to for the close of one that wants no messages is held by the realm, too, as only that one's
//!   collection may be what it waits for. (Should the listener itself reach the other one, both stay.)
//! - Whatever is due at a port keeps it until it has been delivered.
//!
//! A port that goes drops its end, of which its peer is told.

use super::{channel::Prospects, message_port::MessagePort};
use crate::binding::Js;
use boa_gc::{Finalize, Gc, GcRefCell, Trace, WeakGc};
use std::{
    cell::Cell,
    collections::{HashMap, hash_map},
};

/// The ports of a realm, by number.
#[derive(Default, Trace, Finalize)]
pub(super) struct Ports(GcRefCell<HashMap<u64, Entry>>);

#[derive(Trace, Finalize)]
struct Entry {
    port: WeakGc<MessagePort>,
    /// The same, if the realm holds it.
    kept: Option<Gc<MessagePort>>,
}

/// What a port and its peer in the same realm mean to each other's lives.
#[derive(Default, Trace, Finalize)]
pub(super) struct Ties {
    /// The number of the peer, if it lives in the same realm.
    peer: Cell<Option<u64>>,
    /// The peer, while it lives in the same realm, and wants messages or is listened to for its close.
    held: GcRefCell<Option<Js<MessagePort>>>,
    /// The realm holds the port for what is due.
    is_due: Cell<bool>,
}

impl Ports {
    pub fn find(&self, id: u64) -> Option<Js<MessagePort>> {
        let state = {
            let entries = self.0.borrow();
            let entry = entries.get(&id)?;
            entry.kept.clone().or_else(|| entry.port.upgrade())?
        };
        state.js()
    }

    /// A new port.
    pub fn add(&self, port: &Js<MessagePort>) {
        let mut entries = self.0.borrow_mut();
        // Numbers whose ports were collected go when the map would grow.
        if entries.len() == entries.capacity() {
            entries.retain(|_, entry| entry.kept.is_some() || entry.port.is_upgradable());
        }
        let entry = Entry {
            port: WeakGc::new(port.state()),
            kept: None,
        };
        entries.insert(port.id(), entry);
    }

    /// A port of this number is gone, or will get nothing any more.
    pub fn remove(&self, id: u64) {
        let removed = self.0.borrow_mut().remove(&id);
        drop(removed);
    }

    fn keep(&self, port: &Js<MessagePort>, keep: bool) {
        if let hash_map::Entry::Occupied(mut entry) = self.0.borrow_mut().entry(port.id()) {
            entry.get_mut().kept = keep.then(|| port.state().clone());
        }
    }

    /// Two ports of this realm are each other's peers now.
    pub fn tie(&self, port: &Js<MessagePort>, peer: &Js<MessagePort>) {
        port.ties().peer.set(Some(peer.id()));
        peer.ties().peer.set(Some(port.id()));
        self.update(port);
        self.update(peer);
    }

    /// A port is no longer another's peer, at least not in this realm. Returns the other one.
    pub fn untie(&self, port: &Js<MessagePort>) -> Option<Js<MessagePort>> {
        drop(port.ties().held.borrow_mut().take());
        let peer = self.find(port.ties().peer.take()?)?;
        peer.ties().peer.set(None);
        drop(peer.ties().held.borrow_mut().take());
        Some(peer)
    }

    /// Holds a port and its peer, or lets them go; to be called when anything has changed that matters for it.
    pub fn update(&self, port: &Js<MessagePort>) {
        let peer = port.ties().peer.get().and_then(|id| self.find(id));
        self.update_one(port, peer.as_ref());
        if let Some(peer) = peer {
            self.update_one(&peer, Some(port));
        }
    }

    fn update_one(&self, port: &Js<MessagePort>, peer: Option<&Js<MessagePort>>) {
        let wants = port.wants_messages();
        let Prospects { is_due, is_entangled } = port.prospects();
        port.ties().is_due.set(is_due);
        let by_realm = match peer {
            None => wants,
            Some(peer) => port.waits_for_close() && !peer.wants_messages(),
        };
        self.keep(port, is_due || (is_entangled && by_realm));
        if let Some(peer) = peer {
            let held = (wants || port.is_listened_to_for_close()).then(|| port.clone());
            let before = std::mem::replace(&mut *peer.ties().held.borrow_mut(), held);
            drop(before);
        }
    }

    /// A message was sent from a port to its peer.
    pub fn note_sent(&self, port: &Js<MessagePort>) {
        if let Some(peer) = &*port.ties().held.borrow()
            && peer.is_enabled()
            && !peer.ties().is_due.replace(true)
        {
            self.keep(peer, true);
        }
    }

    /// All that was due at a port has been taken.
    pub fn note_drained(&self, port: &Js<MessagePort>) {
        if port.ties().is_due.get() {
            self.update(port);
        }
    }
}

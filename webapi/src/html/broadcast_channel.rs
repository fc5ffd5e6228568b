//! <https://html.spec.whatwg.org/multipage/web-messaging.html#broadcasting-to-other-browsing-contexts>

use super::{
    environment::Environment,
    message_event::MessageEvent,
    structured_data::{self, Record},
};
use crate::{
    binding::{Cx, Error, Fallible, Js, New, generated::BroadcastChannelMethods},
    dom::event_target::{self, EventTarget},
};
use boa_engine::{JsString, JsValue};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use skep_engine::{EventLoop, IsolateHandle, IsolateId, TaskSource};
use std::{
    cell::Cell,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use url::Origin;

/// A `BroadcastChannel`'s state.
#[derive(Debug, Trace, Finalize)]
pub struct BroadcastChannel {
    event_target: Gc<EventTarget>,
    name: JsString,
    id: u64,
    closed: Cell<bool>,
}

/// All channels of a user agent, in the order of their creation.
#[derive(Debug, Default, Clone)]
pub(crate) struct Channels(Arc<Mutex<HashMap<Key, Vec<Subscriber>>>>);

/// NOTE: storage is not partitioned, so that the origin stands for the storage key.
type Key = (Origin, Vec<u16>);

#[derive(Debug, Clone)]
struct Subscriber {
    id: u64,
    isolate: IsolateHandle,
}

impl Channels {
    /// Nothing between lock and unlock can panic, so a poisoned lock holds sound data.
    fn with<R>(&self, act: impl FnOnce(&mut HashMap<Key, Vec<Subscriber>>) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn subscribe(&self, key: Key, subscriber: Subscriber) {
        self.with(|channels| channels.entry(key).or_default().push(subscriber));
    }

    fn unsubscribe(&self, key: &Key, id: u64) {
        self.with(|channels| {
            if let Some(subscribers) = channels.get_mut(key) {
                subscribers.retain(|subscriber| subscriber.id != id);
                if subscribers.is_empty() {
                    channels.remove(key);
                }
            }
        });
    }

    /// The isolate has ended, and hears nothing any more.
    fn forget(&self, isolate: IsolateId) {
        self.with(|channels| {
            channels.retain(|_, subscribers| {
                subscribers.retain(|subscriber| subscriber.isolate.id() != isolate);
                !subscribers.is_empty()
            });
        });
    }

    fn subscribers(&self, key: &Key) -> Vec<Subscriber> {
        self.with(|channels| channels.get(key).cloned().unwrap_or_default())
    }
}

/// The open channels of a realm, by number.
#[derive(Default, Trace, Finalize)]
pub(super) struct OpenChannels {
    /// FIXME(garbage): only one that is listened to needs to be held; any other stays, too, until it is closed.
    by_number: GcRefCell<HashMap<u64, Js<BroadcastChannel>>>,
    /// The isolate's end will be the end of all of them.
    end_is_watched: Cell<bool>,
}

impl BroadcastChannel {
    fn key(&self, environment: &Environment) -> Key {
        (environment.origin().clone(), self.name.iter().collect())
    }
}

/// 9. of <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-broadcastchannel-postmessage>: a message arrives.
fn deliver(id: u64, record: Record, origin: Arc<str>, cx: &mut Cx) {
    let Some(environment) = Environment::of(cx) else {
        return;
    };
    // 9.1. Closed meanwhile.
    let Some(channel) = environment.channels.by_number.borrow().get(&id).cloned() else {
        return;
    };
    // 9.2–9.4. Into this realm; what cannot be read is an event too.
    let event = match structured_data::deserialize(record, cx) {
        Ok(data) => MessageEvent::received(data, Some(origin), &[], cx),
        Err(error) if EventLoop::of(cx).is_termination(&error) => return,
        Err(_) => MessageEvent::unreadable(Some(origin), cx),
    };
    event_target::fire(&Js::new(event, cx), &channel.upcast(), cx);
}

impl BroadcastChannelMethods for BroadcastChannel {
    fn parent(&self) -> &Gc<EventTarget> {
        &self.event_target
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-broadcastchannel>
    fn constructor(new: New<'_, Self>, cx: &mut Cx, name: JsString) -> Fallible<Js<Self>> {
        let environment =
            Environment::of(cx).ok_or_else(|| Error::Dom("InvalidStateError", "The realm is not ready.".to_owned()))?;
        let id = environment.user_agent().next_id();
        let state = Self {
            event_target: EventTarget::base(),
            name,
            id,
            closed: Cell::default(),
        };
        let key = state.key(&environment);
        let channel = new.object(state, cx);
        environment.channels.by_number.borrow_mut().insert(id, channel.clone());
        let isolate = EventLoop::of(cx).handle();
        let channels = environment.user_agent().channels().clone();
        if !environment.channels.end_is_watched.replace(true) {
            let (channels, ended) = (channels.clone(), isolate.id());
            isolate.on_end(move |_| channels.forget(ended));
        }
        channels.subscribe(key, Subscriber { id, isolate });
        Ok(channel)
    }

    fn name(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(this.name.clone())
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-broadcastchannel-postmessage>
    fn post_message(this: &Js<Self>, cx: &mut Cx, message: JsValue) -> Fallible<()> {
        // 1. A worker that closes is heard no more, though its task goes on.
        // <https://html.spec.whatwg.org/multipage/web-messaging.html#eligible-for-messaging>
        if EventLoop::of(cx).is_closing() {
            return Ok(());
        }
        // 2. Not once closed.
        if this.closed.get() {
            let text = "Channel is closed.".to_owned();
            return Err(Error::Dom("InvalidStateError", text));
        }
        // 3. Out of this realm, once for all who listen.
        let record = structured_data::serialize(&message, cx)?;
        let Some(environment) = Environment::of(cx) else {
            return Ok(());
        };
        // 4–5. From where.
        let origin: Arc<str> = environment.origin().ascii_serialization().into();
        // 6–8. To every other channel of this name, the oldest first.
        for subscriber in environment.user_agent().channels().subscribers(&this.key(&environment)) {
            if subscriber.id == this.id {
                continue;
            }
            let (record, origin, id) = (record.clone(), origin.clone(), subscriber.id);
            // An isolate that has ended hears nothing.
            _ = subscriber
                .isolate
                .post(TaskSource::DomManipulation, move |cx| deliver(id, record, origin, cx));
        }
        Ok(())
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-broadcastchannel-close>
    fn close(this: &Js<Self>, cx: &mut Cx) -> Fallible<()> {
        this.closed.set(true);
        if let Some(environment) = Environment::of(cx) {
            environment.channels.by_number.borrow_mut().remove(&this.id);
            let key = this.key(&environment);
            environment.user_agent().channels().unsubscribe(&key, this.id);
        }
        Ok(())
    }
}

//! <https://html.spec.whatwg.org/multipage/web-messaging.html#message-ports>

use super::{
    channel::{Arrival, End, Message, Prospects, Reader, entangled},
    environment::Environment,
    message_event::MessageEvent,
    ports::{Ports, Ties},
    structured_data::{self, TransferRecord},
};
use crate::{
    binding::{
        Cx, Error, Fallible, Js, Transferable,
        generated::{MessageEventTargetMethods, MessagePortMethods, StructuredSerializeOptions},
    },
    dom::{
        event_handler,
        event_target::{self, EventTarget},
    },
};
use boa_engine::{JsObject, JsString, JsValue};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use skep_engine::{EventLoop, IsolateHandle, TaskSource};
use std::cell::{Cell, RefCell};

/// What a port is outside of every heap.
pub type PortEnd = End<TransferRecord, PortReader>;

/// The ends of a new channel, for ports that are not made here.
pub(super) fn ends() -> (PortEnd, PortEnd) {
    entangled()
}

/// A port of some isolate, which reads an end.
#[derive(Debug, Clone)]
pub struct PortReader {
    isolate: IsolateHandle,
    /// The port's number in its realm.
    port: u64,
}

impl Reader for PortReader {
    /// Each arrival is a task of its own.
    fn wake(&self) {
        let port = self.port;
        // An isolate that has ended reads nothing more: its end is about to be dropped.
        _ = self.isolate.post(TaskSource::PostedMessage, move |cx| arrive(port, cx));
    }
}

impl Message<PortReader> for TransferRecord {
    fn into_ends(self) -> Vec<PortEnd> {
        structured_data::ends_of(self)
    }
}

/// A port: one of two that are entangled, each of which gets what is posted to the other.
#[derive(Trace, Finalize)]
pub struct MessagePort {
    event_target: Gc<EventTarget>,
    /// The number under which tasks find the port.
    id: u64,
    /// None once the port is transferred.
    #[unsafe_ignore_trace]
    end: RefCell<Option<PortEnd>>,
    enabled: Cell<bool>,
    /// `[[Detached]]`: the port was transferred, or closed.
    detached: Cell<bool>,
    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#message-event-target>; none for the port itself.
    message_event_target: GcRefCell<Option<Js<EventTarget>>>,
    object: GcRefCell<Option<JsObject>>,
    /// The ports of the realm, among them this one.
    ports: Gc<Ports>,
    ties: Ties,
}

impl std::fmt::Debug for MessagePort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessagePort")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What matters for how long a port lives.
impl MessagePort {
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn ties(&self) -> &Ties {
        &self.ties
    }

    /// The port with its object.
    pub(super) fn js(&self) -> Option<Js<Self>> {
        Js::from_object(self.object.borrow().as_ref()?)
    }

    pub(super) fn is_enabled(&self) -> bool {
        self.enabled.get()
    }

    /// Whether anybody can see what comes.
    pub(super) fn wants_messages(&self) -> bool {
        self.enabled.get() || MESSAGES.iter().any(|type_| self.event_target.has_listener(type_))
    }

    /// Whether somebody listens for its end.
    pub(super) fn is_listened_to_for_close(&self) -> bool {
        self.event_target.has_listener(CLOSE)
    }

    /// Whether somebody has it started to be told of its end.
    pub(super) fn waits_for_close(&self) -> bool {
        self.enabled.get() && self.event_target.has_listener(CLOSE)
    }

    /// What may come to it; nothing once it is transferred.
    pub(super) fn prospects(&self) -> Prospects {
        self.end.borrow().as_ref().map(End::prospects).unwrap_or_default()
    }

    /// Somebody listens for these events, or no longer.
    pub(crate) fn listeners_changed(port: &Js<Self>, type_: &JsString) {
        if MESSAGES.iter().chain([&CLOSE]).any(|known| *type_ == **known) {
            port.ports.update(port);
        }
    }
}

/// The events that a message can be.
const MESSAGES: [&str; 2] = ["message", "messageerror"];

/// The event of a channel's end.
const CLOSE: &str = "close";

impl MessagePort {
    /// A port of the current realm that reads `end`.
    ///
    /// # Errors
    /// Only while the realm is being made.
    pub(crate) fn create(end: PortEnd, cx: &mut Cx) -> Fallible<Js<Self>> {
        let environment = Environment::of(cx).ok_or_else(no_environment)?;
        let id = environment.user_agent().next_id();
        let isolate = EventLoop::of(cx).handle();
        let here = isolate.id();
        let peer = end.attach(PortReader { isolate, port: id });
        let state = Self {
            event_target: EventTarget::base(),
            id,
            end: RefCell::new(Some(end)),
            enabled: Cell::default(),
            detached: Cell::default(),
            message_event_target: GcRefCell::default(),
            object: GcRefCell::default(),
            ports: environment.ports.clone(),
            ties: Ties::default(),
        };
        let port = Js::new(state, cx);
        *port.object.borrow_mut() = Some(port.object().clone());
        port.ports.add(&port);
        // Who reads an end in this isolate stays the same while this code runs.
        let peer = peer.filter(|peer| peer.isolate.id() == here);
        match peer.and_then(|peer| port.ports.find(peer.port)) {
            Some(peer) => port.ports.tie(&port, &peer),
            // The other end may be closed.
            None => port.ports.update(&port),
        }
        Ok(port)
    }

    /// Messages are events of `target` instead of the port.
    pub(crate) fn set_message_event_target(&self, target: Js<EventTarget>) {
        *self.message_event_target.borrow_mut() = Some(target);
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-messageport-start>
    pub(crate) fn enable(port: &Js<Self>) {
        if let Some(end) = port.end.borrow().as_ref()
            && !port.enabled.replace(true)
        {
            end.enable();
        } else {
            return;
        }
        port.ports.update(port);
    }

    /// The port's implicit owner has no use for it any more: what has come and is not delivered is lost.
    pub(crate) fn discard(port: &Js<Self>) {
        port.detached.set(true);
        let peer = port.ports.untie(port);
        port.ports.remove(port.id);
        let end = port.end.borrow_mut().take();
        drop(end);
        if let Some(peer) = peer {
            port.ports.update(&peer);
        }
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#disentangle>
    fn disentangle(port: &Js<Self>) {
        // 1–3. Neither is the other's peer any more. What has come stays to be delivered.
        let peer = port.ports.untie(port);
        // 4. The other one is told, wherever it is.
        if let Some(end) = port.end.borrow().as_ref() {
            end.close();
        }
        port.ports.update(port);
        if let Some(peer) = peer {
            port.ports.update(&peer);
        }
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#message-port-post-message-steps>
    ///
    /// # Errors
    /// If the message cannot be serialised, or a transferred object not be transferred.
    pub(crate) fn post(port: &Js<Self>, message: &JsValue, transfer: &[JsObject], cx: &mut Cx) -> Fallible<()> {
        // 1–2. A port cannot be sent through itself.
        let is_source = |object: &JsObject| JsObject::equals(object, port.object());
        if let Some(index) = transfer.iter().position(is_source) {
            let text = format!("Port at index {index} contains the source port.");
            return Err(Error::Dom("DataCloneError", text));
        }
        // 3–4. Sent to its own other end, it is lost together with the message.
        let is_target = |other: Js<Self>| match (port.end.borrow().as_ref(), other.end.borrow().as_ref()) {
            (Some(own), Some(other)) => own.is_peer(other),
            _ => false,
        };
        let doomed = transfer.iter().filter_map(Js::<Self>::from_object).any(is_target);
        // 5. Out of this realm.
        let record = structured_data::serialize_with_transfer(message, transfer, cx)?;
        // 6. Nobody to send it to.
        if doomed {
            return Ok(());
        }
        // 7. Queued at the other end. FIXME(step 1): which is lost if a getter of the message has transferred this port meanwhile.
        if let Some(end) = port.end.borrow().as_ref() {
            end.send(record);
        }
        port.ports.note_sent(port);
        Ok(())
    }
}

impl Transferable for MessagePort {
    type Transferred = PortEnd;

    fn is_detached(this: &Js<Self>) -> bool {
        this.detached.get()
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#message-ports:transfer-steps>
    fn transfer(this: &Js<Self>, _: &mut Cx) -> Fallible<PortEnd> {
        // NOTE(steps 1 and 3.1): a shipped port differs from others in nothing that a script sees.
        let Some(end) = this.end.borrow_mut().take() else {
            let text = "The port is already detached.".to_owned();
            return Err(Error::Dom("DataCloneError", text));
        };
        this.detached.set(true);
        this.ports.remove(this.id);
        // 2–4. Its queue and its peer are what the end is.
        end.detach();
        // No collector sees from now on what the peer is to the new port.
        if let Some(peer) = this.ports.untie(this) {
            this.ports.update(&peer);
        }
        Ok(end)
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#message-ports:transfer-receiving-steps>
    fn receive(end: PortEnd, cx: &mut Cx) -> Fallible<Js<Self>> {
        // NOTE(step 1): a shipped port differs from others in nothing that a script sees.
        // 2–3. The queue, which is disabled, and the peer came along.
        Self::create(end, cx)
    }
}

fn no_environment() -> Error {
    Error::Dom("InvalidStateError", "The realm is not ready.".to_owned())
}

/// Something is due at the port of this number, or was when this task was queued.
fn arrive(id: u64, cx: &mut Cx) {
    let Some(port) = Environment::of(cx).and_then(|environment| environment.ports.find(id)) else {
        return;
    };
    let arrival = port.end.borrow().as_ref().and_then(End::take);
    match arrival {
        Some(Arrival::Message { message, more }) => {
            if !more {
                port.ports.note_drained(&port);
            }
            deliver(&port, message, cx);
        }
        Some(Arrival::Closed) => {
            // Nothing more comes for which somebody else would hold the port.
            port.ports.update(&port);
            // 4. of <https://html.spec.whatwg.org/multipage/web-messaging.html#disentangle>. The implicit ports of workers are no
            // objects that a script could listen to.
            if port.message_event_target.borrow().is_none() {
                event_target::fire_plain(CLOSE, &port.upcast(), cx);
            }
        }
        // It was transferred or closed, or is not started and will hear of its peer's close only then.
        None => port.ports.update(&port),
    }
}

/// 7. of <https://html.spec.whatwg.org/multipage/web-messaging.html#message-port-post-message-steps>: one message arrives.
fn deliver(port: &Js<MessagePort>, message: TransferRecord, cx: &mut Cx) {
    // 7.1–7.2. The port is where the message has been queued at last; whose event it is.
    let own = port.upcast();
    let target = port.message_event_target.borrow().clone().unwrap_or(own);
    // 7.3–7.6. Into this realm; what cannot be read is an event too.
    let event = match structured_data::deserialize_with_transfer(message, cx) {
        Ok((data, transferred)) => MessageEvent::received(data, None, &transferred, cx),
        Err(error) if EventLoop::of(cx).is_termination(&error) => return,
        Err(_) => MessageEvent::unreadable(None, cx),
    };
    // 7.7. There it is.
    event_target::fire(&Js::new(event, cx), &target, cx);
}

impl MessageEventTargetMethods for MessagePort {
    /// Setting it enables the port: <https://html.spec.whatwg.org/multipage/web-messaging.html#handler-messageeventtarget-onmessage>.
    fn set_onmessage(this: &Js<Self>, cx: &mut Cx, value: JsValue) -> Fallible<()> {
        event_handler::set(&this.upcast(), "message", value, cx)?;
        Self::enable(this);
        Ok(())
    }
}

impl MessagePortMethods for MessagePort {
    fn parent(&self) -> &Gc<EventTarget> {
        &self.event_target
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-messageport-postmessage>
    fn post_message(this: &Js<Self>, cx: &mut Cx, message: JsValue, transfer: Vec<JsObject>) -> Fallible<()> {
        Self::post(this, &message, &transfer, cx)
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-messageport-postmessage-options>
    fn post_message_with_options(
        this: &Js<Self>,
        cx: &mut Cx,
        message: JsValue,
        options: StructuredSerializeOptions,
    ) -> Fallible<()> {
        Self::post(this, &message, &options.transfer, cx)
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-messageport-start>
    fn start(this: &Js<Self>, _: &mut Cx) -> Fallible<()> {
        Self::enable(this);
        Ok(())
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-messageport-close>
    fn close(this: &Js<Self>, _: &mut Cx) -> Fallible<()> {
        // 1. It cannot be transferred any more.
        if !this.detached.replace(true) {
            // 2. Nor is it anybody's peer.
            Self::disentangle(this);
        }
        Ok(())
    }
}

/// A new pair of ports of the current realm: <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-messagechannel>.
///
/// # Errors
/// Only while the realm is being made.
pub(super) fn pair(cx: &mut Cx) -> Fallible<(Js<MessagePort>, Js<MessagePort>)> {
    let (a, b) = ends();
    Ok((MessagePort::create(a, cx)?, MessagePort::create(b, cx)?))
}

//! <https://html.spec.whatwg.org/multipage/web-messaging.html#message-ports>

use super::{
    channel::{End, Reader},
    environment::Environment,
    message_event::MessageEvent,
    structured_data,
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
use boa_engine::{JsObject, JsValue};
use boa_gc::{Finalize, Gc, GcRefCell, Trace, WeakGc};
use skep_engine::EventLoop;
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

/// A port's state.
#[derive(Trace, Finalize)]
pub struct MessagePort {
    event_target: Gc<EventTarget>,
    /// The number under which tasks find the port.
    id: u64,
    /// None once the port is closed or transferred.
    #[unsafe_ignore_trace]
    end: RefCell<Option<End>>,
    enabled: Cell<bool>,
    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#message-event-target>; none for the port itself.
    message_event_target: GcRefCell<Option<Js<EventTarget>>>,
    object: GcRefCell<Option<JsObject>>,
    transferred: Cell<bool>,
}

impl std::fmt::Debug for MessagePort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessagePort")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The ports of a realm, by number. A port that waits for messages is kept; any other only while a script can reach it.
#[derive(Default, Trace, Finalize)]
pub(super) struct Ports(GcRefCell<HashMap<u64, Entry>>);

#[derive(Trace, Finalize)]
enum Entry {
    Kept(Gc<MessagePort>),
    Reachable(WeakGc<MessagePort>),
}

impl Ports {
    fn find(&self, id: u64) -> Option<Js<MessagePort>> {
        let port = match self.0.borrow().get(&id)? {
            Entry::Kept(port) => port.clone(),
            Entry::Reachable(port) => port.upgrade()?,
        };
        let object = port.object.borrow().clone()?;
        Js::from_object(&object)
    }

    fn keep(&self, port: &Js<MessagePort>) {
        self.0.borrow_mut().insert(port.id, Entry::Kept(port.state().clone()));
    }

    fn forget(&self, id: u64) {
        self.0.borrow_mut().remove(&id);
    }
}

impl MessagePort {
    /// A port of the current realm that reads `end`.
    ///
    /// # Errors
    /// Only while the realm is being made.
    pub(crate) fn create(end: End, cx: &mut Cx) -> Fallible<Js<Self>> {
        let environment = Environment::of(cx).ok_or_else(no_environment)?;
        let id = environment.user_agent().next_id();
        end.attach(Reader {
            isolate: EventLoop::of(cx).handle(),
            port: id,
            on_message: deliver,
            on_close: closed,
        });
        let state = Self {
            event_target: EventTarget::base(),
            id,
            end: RefCell::new(Some(end)),
            enabled: Cell::default(),
            message_event_target: GcRefCell::default(),
            object: GcRefCell::default(),
            transferred: Cell::default(),
        };
        let port = Js::new(state, cx);
        *port.object.borrow_mut() = Some(port.object().clone());
        let mut ports = environment.ports.0.borrow_mut();
        // Numbers whose ports were collected go when the map would grow.
        if ports.len() == ports.capacity() {
            ports.retain(|_, entry| match entry {
                Entry::Kept(_) => true,
                Entry::Reachable(port) => port.upgrade().is_some(),
            });
        }
        ports.insert(id, Entry::Reachable(WeakGc::new(port.state())));
        drop(ports);
        Ok(port)
    }

    /// Messages are events of `target` instead of the port.
    pub(crate) fn set_message_event_target(&self, target: Js<EventTarget>) {
        *self.message_event_target.borrow_mut() = Some(target);
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-messageport-start>
    pub(crate) fn enable(port: &Js<Self>, cx: &mut Cx) {
        if let Some(end) = port.end.borrow().as_ref()
            && !port.enabled.replace(true)
        {
            if let Some(environment) = Environment::of(cx) {
                environment.ports.keep(port);
            }
            end.enable();
        }
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#disentangle>
    pub(crate) fn disentangle(port: &Js<Self>, cx: &mut Cx) {
        if let Some(environment) = Environment::of(cx) {
            environment.ports.forget(port.id);
        }
        // The other end is told when this one is dropped.
        let end = port.end.borrow_mut().take();
        drop(end);
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#message-port-post-message-steps>
    ///
    /// # Errors
    /// If the message cannot be serialised, or a transferred object not be transferred.
    pub(crate) fn post(port: &Js<Self>, message: &JsValue, transfer: &[JsObject], cx: &mut Cx) -> Fallible<()> {
        // 2. A port cannot be sent through itself.
        if transfer.iter().any(|object| JsObject::equals(object, port.object())) {
            let text = "Port at index 0 contains the source port.".to_owned();
            return Err(Error::Dom("DataCloneError", text));
        }
        // 3–4. Sent to its own other end, it is lost together with the message.
        let doomed = transfer.iter().filter_map(Js::<Self>::from_object).any(|other| {
            match (port.end.borrow().as_ref(), other.end.borrow().as_ref()) {
                (Some(own), Some(other)) => own.is_peer(other),
                _ => false,
            }
        });
        // 5. Out of this realm.
        let record = structured_data::serialize_with_transfer(message, transfer, cx)?;
        // 6. Nobody to send it to.
        if doomed {
            return Ok(());
        }
        // 7. Queued at the other end.
        if let Some(end) = port.end.borrow().as_ref() {
            end.send(record);
        }
        Ok(())
    }
}

impl Transferable for MessagePort {
    /// None of a closed port, which is closed where it arrives, too.
    type Transferred = Option<End>;

    fn is_detached(this: &Js<Self>) -> bool {
        this.transferred.get()
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#message-ports:transfer-steps>
    fn transfer(this: &Js<Self>, cx: &mut Cx) -> Fallible<Option<End>> {
        if let Some(environment) = Environment::of(cx) {
            environment.ports.forget(this.id);
        }
        this.transferred.set(true);
        let end = this.end.borrow_mut().take();
        if let Some(end) = &end {
            end.detach();
        }
        Ok(end)
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#message-ports:transfer-receiving-steps>
    fn receive(end: Option<End>, cx: &mut Cx) -> Fallible<Js<Self>> {
        match end {
            Some(end) => Self::create(end, cx),
            None => {
                let (end, _) = super::channel::entangled();
                let port = Self::create(end, cx)?;
                Self::disentangle(&port, cx);
                Ok(port)
            }
        }
    }
}

fn no_environment() -> Error {
    Error::Dom("InvalidStateError", "The realm is not ready.".to_owned())
}

fn find(id: u64, cx: &Cx) -> Option<Js<MessagePort>> {
    Environment::of(cx)?.ports.find(id)
}

/// 7. of <https://html.spec.whatwg.org/multipage/web-messaging.html#message-port-post-message-steps>: one message arrives.
fn deliver(id: u64, cx: &mut Cx) {
    // 7.1–7.2. The port, and whose event it is.
    let Some(port) = find(id, cx) else { return };
    let Some(record) = port.end.borrow().as_ref().and_then(End::receive) else {
        return;
    };
    let own = port.upcast();
    let target = port.message_event_target.borrow().clone().unwrap_or(own);
    // 7.3–7.7. Into this realm; what cannot be read is an event too.
    let event = match structured_data::deserialize_with_transfer(record, cx) {
        Ok((data, transferred)) => MessageEvent::received(data, None, &transferred, cx),
        Err(error) if EventLoop::of(cx).is_termination(&error) => return,
        Err(_) => MessageEvent::unreadable(None, cx),
    };
    event_target::fire(&Js::new(event, cx), &target, cx);
}

/// The other end is closed: <https://html.spec.whatwg.org/multipage/web-messaging.html#disentangle>, step 4.
fn closed(id: u64, cx: &mut Cx) {
    let Some(port) = find(id, cx) else { return };
    if let Some(environment) = Environment::of(cx) {
        environment.ports.forget(id);
    }
    // The implicit ports of workers are no objects that a script could listen to.
    if port.message_event_target.borrow().is_none() {
        event_target::fire_plain("close", &port.upcast(), cx);
    }
}

impl MessageEventTargetMethods for MessagePort {
    /// Setting it enables the port: <https://html.spec.whatwg.org/multipage/web-messaging.html#handler-messageeventtarget-onmessage>.
    fn set_onmessage(this: &Js<Self>, cx: &mut Cx, value: JsValue) -> Fallible<()> {
        event_handler::set(&this.upcast(), "message", value, cx)?;
        Self::enable(this, cx);
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
    fn start(this: &Js<Self>, cx: &mut Cx) -> Fallible<()> {
        Self::enable(this, cx);
        Ok(())
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-messageport-close>
    fn close(this: &Js<Self>, cx: &mut Cx) -> Fallible<()> {
        Self::disentangle(this, cx);
        Ok(())
    }
}

/// A new pair of ports of the current realm: <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-messagechannel>.
///
/// # Errors
/// Only while the realm is being made.
pub(super) fn pair(cx: &mut Cx) -> Fallible<(Js<MessagePort>, Js<MessagePort>)> {
    let (a, b) = super::channel::entangled();
    Ok((MessagePort::create(a, cx)?, MessagePort::create(b, cx)?))
}

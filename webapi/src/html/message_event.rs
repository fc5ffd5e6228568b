//! <https://html.spec.whatwg.org/multipage/comms.html#messageevent>

use super::message_port::MessagePort;
use crate::{
    binding::{
        Cx, Fallible, Js, New, frozen_array,
        generated::{MessageEventInit, MessageEventMethods, WindowOrMessagePort},
    },
    dom::event::Event,
};
use boa_engine::{JsObject, JsString, JsValue, js_string};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use std::{cell::RefCell, sync::Arc};

/// A `MessageEvent`'s state.
#[derive(Debug, Trace, Finalize)]
pub struct MessageEvent {
    event: Gc<Event>,
    data: GcRefCell<JsValue>,
    /// None if it is empty. Shared by all who receive the message.
    #[unsafe_ignore_trace]
    origin: RefCell<Option<Arc<str>>>,
    last_event_id: GcRefCell<JsString>,
    /// A window or a port.
    source: GcRefCell<Option<JsObject>>,
    ports: GcRefCell<EventPorts>,
}

/// What `ports` gives: a frozen array, the same at each look, which costs more than the rest of the event and is seldom asked for.
#[derive(Debug, Trace, Finalize)]
enum EventPorts {
    Unasked(Vec<JsObject>),
    Array(JsObject),
}

impl MessageEvent {
    fn new(event: Event, data: JsValue, origin: Option<Arc<str>>, ports: Vec<JsObject>) -> Self {
        Self {
            event: Gc::new(event),
            data: GcRefCell::new(data),
            origin: RefCell::new(origin),
            last_event_id: GcRefCell::default(),
            source: GcRefCell::default(),
            ports: GcRefCell::new(EventPorts::Unasked(ports)),
        }
    }

    /// The `message` event of what has arrived with these transferred objects, of which the ports are told apart.
    pub(crate) fn received(data: JsValue, origin: Option<Arc<str>>, transferred: &[JsObject], cx: &Cx) -> Self {
        let ports = transferred
            .iter()
            .filter(|object| Js::<MessagePort>::from_object(object).is_some())
            .cloned()
            .collect();
        Self::new(Event::plain(js_string!("message"), cx), data, origin, ports)
    }

    /// The same event, sent by this window or port.
    pub(crate) fn with_source(self, source: &JsObject) -> Self {
        *self.source.borrow_mut() = Some(source.clone());
        self
    }

    /// The `messageerror` event of what cannot be read here.
    pub(crate) fn unreadable(origin: Option<Arc<str>>, cx: &Cx) -> Self {
        Self::new(
            Event::plain(js_string!("messageerror"), cx),
            JsValue::null(),
            origin,
            Vec::new(),
        )
    }
}

fn source_object(source: &WindowOrMessagePort) -> JsObject {
    match source {
        WindowOrMessagePort::Window(window) => window.object().clone(),
        WindowOrMessagePort::MessagePort(port) => port.object().clone(),
    }
}

fn objects(ports: &[Js<MessagePort>]) -> Vec<JsObject> {
    ports.iter().map(|port| port.object().clone()).collect()
}

fn shared(origin: &str) -> Option<Arc<str>> {
    (!origin.is_empty()).then(|| origin.into())
}

impl MessageEventMethods for MessageEvent {
    fn parent(&self) -> &Gc<Event> {
        &self.event
    }

    fn constructor(new: New<'_, Self>, cx: &mut Cx, type_: JsString, init: MessageEventInit) -> Fallible<Js<Self>> {
        let event = Event::new(type_, &init.parent, cx);
        let state = Self::new(event, init.data.clone(), shared(&init.origin), objects(&init.ports));
        *state.last_event_id.borrow_mut() = init.last_event_id.clone();
        *state.source.borrow_mut() = init.source.as_ref().map(source_object);
        Ok(new.object(state, cx))
    }

    fn data(this: &Js<Self>, _: &mut Cx) -> Fallible<JsValue> {
        Ok(this.data.borrow().clone())
    }

    fn origin(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(this.origin.borrow().as_deref().unwrap_or_default().to_owned())
    }

    fn last_event_id(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(this.last_event_id.borrow().clone())
    }

    fn source(this: &Js<Self>, _: &mut Cx) -> Fallible<Option<WindowOrMessagePort>> {
        let source = this.source.borrow().clone();
        Ok(source.and_then(|object| {
            let window = Js::from_object(&object).map(WindowOrMessagePort::Window);
            window.or_else(|| Js::from_object(&object).map(WindowOrMessagePort::MessagePort))
        }))
    }

    fn ports(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsValue> {
        let ports = match &*this.ports.borrow() {
            EventPorts::Array(array) => return Ok(array.clone().into()),
            EventPorts::Unasked(ports) => ports.iter().cloned().map(JsValue::from).collect(),
        };
        let array = frozen_array(ports, cx)?;
        *this.ports.borrow_mut() = EventPorts::Array(array.clone());
        Ok(array.into())
    }

    /// <https://html.spec.whatwg.org/multipage/comms.html#dom-messageevent-initmessageevent>
    fn init_message_event(
        this: &Js<Self>,
        _: &mut Cx,
        type_: JsString,
        bubbles: bool,
        cancelable: bool,
        data: JsValue,
        origin: String,
        last_event_id: JsString,
        source: Option<WindowOrMessagePort>,
        ports: Vec<Js<MessagePort>>,
    ) -> Fallible<()> {
        // Not while it is on its way, as `initEvent()` has it.
        if this.event.is_dispatching() {
            return Ok(());
        }
        this.event.initialize(type_, bubbles, cancelable);
        *this.data.borrow_mut() = data;
        *this.origin.borrow_mut() = shared(&origin);
        *this.last_event_id.borrow_mut() = last_event_id;
        *this.source.borrow_mut() = source.as_ref().map(source_object);
        *this.ports.borrow_mut() = EventPorts::Unasked(objects(&ports));
        Ok(())
    }
}

//! <https://html.spec.whatwg.org/multipage/comms.html#messageevent>

use super::message_port::MessagePort;
use crate::{
    binding::{
        Cx, Fallible, Js, New, frozen_array,
        generated::{MessageEventInit, MessageEventMethods, WindowOrMessagePort},
    },
    dom::event::Event,
};
use boa_engine::{JsObject, JsString, JsValue};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use std::cell::RefCell;

/// A `MessageEvent`'s state.
#[derive(Debug, Trace, Finalize)]
pub struct MessageEvent {
    event: Gc<Event>,
    data: GcRefCell<JsValue>,
    #[unsafe_ignore_trace]
    origin: RefCell<String>,
    last_event_id: GcRefCell<JsString>,
    /// A window or a port.
    source: GcRefCell<Option<JsObject>>,
    /// A frozen array, the same at each look.
    ports: GcRefCell<JsObject>,
}

impl MessageEvent {
    fn new(event: Event, data: JsValue, origin: &str, ports: Vec<JsValue>, cx: &mut Cx) -> Fallible<Self> {
        Ok(Self {
            event: Gc::new(event),
            data: GcRefCell::new(data),
            origin: RefCell::new(origin.to_owned()),
            last_event_id: GcRefCell::default(),
            source: GcRefCell::default(),
            ports: GcRefCell::new(frozen_array(ports, cx)?),
        })
    }

    /// The `message` event of what has arrived with these transferred objects, of which the ports are told apart.
    ///
    /// # Errors
    /// Only while the isolate is being ended.
    pub(crate) fn received(data: JsValue, origin: &str, transferred: &[JsObject], cx: &mut Cx) -> Fallible<Self> {
        let ports = transferred
            .iter()
            .filter(|object| Js::<MessagePort>::from_object(object).is_some())
            .map(|object| JsValue::from(object.clone()))
            .collect();
        let event = Event::plain("message", cx);
        Self::new(event, data, origin, ports, cx)
    }

    /// The same event, sent by this window or port.
    pub(crate) fn with_source(self, source: &JsObject) -> Self {
        *self.source.borrow_mut() = Some(source.clone());
        self
    }

    /// The `messageerror` event of what cannot be read here.
    ///
    /// # Errors
    /// Only while the isolate is being ended.
    pub(crate) fn unreadable(origin: &str, cx: &mut Cx) -> Fallible<Self> {
        let event = Event::plain("messageerror", cx);
        Self::new(event, JsValue::null(), origin, Vec::new(), cx)
    }
}

fn source_object(source: &WindowOrMessagePort) -> JsObject {
    match source {
        WindowOrMessagePort::Window(window) => window.object().clone(),
        WindowOrMessagePort::MessagePort(port) => port.object().clone(),
    }
}

fn values(ports: &[Js<MessagePort>]) -> Vec<JsValue> {
    ports.iter().map(|port| JsValue::from(port.object().clone())).collect()
}

impl MessageEventMethods for MessageEvent {
    fn parent(&self) -> &Gc<Event> {
        &self.event
    }

    fn constructor(new: New<'_, Self>, cx: &mut Cx, type_: JsString, init: MessageEventInit) -> Fallible<Js<Self>> {
        let event = Event::new(type_, &init.parent, cx);
        let state = Self::new(event, init.data.clone(), &init.origin, values(&init.ports), cx)?;
        *state.last_event_id.borrow_mut() = init.last_event_id.clone();
        *state.source.borrow_mut() = init.source.as_ref().map(source_object);
        Ok(new.object(state, cx))
    }

    fn data(this: &Js<Self>, _: &mut Cx) -> Fallible<JsValue> {
        Ok(this.data.borrow().clone())
    }

    fn origin(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(this.origin.borrow().clone())
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

    fn ports(this: &Js<Self>, _: &mut Cx) -> Fallible<JsValue> {
        Ok(this.ports.borrow().clone().into())
    }

    /// <https://html.spec.whatwg.org/multipage/comms.html#dom-messageevent-initmessageevent>
    fn init_message_event(
        this: &Js<Self>,
        cx: &mut Cx,
        type_: JsString,
        bubbles: bool,
        cancelable: bool,
        data: JsValue,
        origin: String,
        last_event_id: JsString,
        source: Option<WindowOrMessagePort>,
        ports: Vec<Js<MessagePort>>,
    ) -> Fallible<()> {
        let ports = frozen_array(values(&ports), cx)?;
        // Not while it is on its way, as `initEvent()` has it.
        if this.event.is_dispatching() {
            return Ok(());
        }
        this.event.initialize(type_, bubbles, cancelable);
        *this.data.borrow_mut() = data;
        *this.origin.borrow_mut() = origin;
        *this.last_event_id.borrow_mut() = last_event_id;
        *this.source.borrow_mut() = source.as_ref().map(source_object);
        *this.ports.borrow_mut() = ports;
        Ok(())
    }
}

//! <https://html.spec.whatwg.org/multipage/nav-history-apis.html#the-window-object>

use super::{
    environment::Environment, location::Location, message_event::MessageEvent, navigator::Navigator, structured_data,
};
use crate::{
    binding::{
        Cx, Error, Fallible, Js,
        generated::{
            GlobalEventHandlersMethods, WindowEventHandlersMethods, WindowMethods, WindowPostMessageOptions,
            WindowRelativesMethods,
        },
    },
    dom::{
        document::{Document, DocumentData},
        event_target::{self, EventTarget},
        node::Node,
        tree::{self, NodeKind},
    },
};
use boa_engine::{JsObject, JsString, JsValue};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use skep_engine::{EventLoop, TaskSource};
use url::Url;

/// A page's global object.
#[derive(Debug, Trace, Finalize)]
pub struct Window {
    event_target: Gc<EventTarget>,
    /// <https://html.spec.whatwg.org/multipage/nav-history-apis.html#concept-document-window>
    document: GcRefCell<Option<Gc<Node>>>,
    location: GcRefCell<Option<Js<Location>>>,
    navigator: GcRefCell<Option<Js<Navigator>>>,
    name: GcRefCell<JsString>,
    opener: GcRefCell<JsValue>,
}

impl Window {
    /// A new window's state, without a document.
    pub(crate) fn new() -> Self {
        Self {
            event_target: EventTarget::base(),
            document: GcRefCell::default(),
            location: GcRefCell::default(),
            navigator: GcRefCell::default(),
            name: GcRefCell::default(),
            opener: GcRefCell::new(JsValue::null()),
        }
    }

    /// Gives the window a new document, which it returns.
    pub(crate) fn open_document(&self, data: DocumentData) -> Gc<Node> {
        let document = Node::new(NodeKind::Document(Box::new(data)), None);
        *self.document.borrow_mut() = Some(document.clone());
        document
    }
}

fn current(cx: &Cx) -> Fallible<Js<Window>> {
    Js::from_object(&cx.global_object()).ok_or_else(|| Error::Type("The global object is no window.".to_owned()))
}

/// The document of the current window.
pub(crate) fn associated_document(cx: &Cx) -> Fallible<Gc<Node>> {
    let document = current(cx)?.document.borrow().clone();
    document.ok_or_else(|| Error::Dom("InvalidStateError", "The window has no document.".to_owned()))
}

/// The current window's one `Location`.
pub(crate) fn location(cx: &mut Cx) -> Fallible<Js<Location>> {
    let window = current(cx)?;
    if let Some(location) = window.location.borrow().as_ref() {
        return Ok(location.clone());
    }
    let location = Js::new(Location::new(cx)?, cx);
    *window.location.borrow_mut() = Some(location.clone());
    Ok(location)
}

/// <https://html.spec.whatwg.org/multipage/web-messaging.html#window-post-message-steps>
fn post_message(
    window: &Js<Window>,
    message: &JsValue,
    target_origin: &str,
    transfer: &[JsObject],
    cx: &mut Cx,
) -> Fallible<()> {
    // 1–2. NOTE: the only window in reach is this one, so that the sender's settings are those of the target.
    let environment = Environment::of(cx).ok_or_else(no_environment)?;
    // 3–5. Whom the message is for.
    let origin = environment.origin().clone();
    let is_meant = match target_origin {
        "*" | "/" => true,
        other => {
            let url = Url::parse(other).map_err(|_| {
                let text = format!("Invalid target origin '{other}'.");
                Error::Dom("SyntaxError", text)
            })?;
            url.origin() == origin
        }
    };
    // 6–7. Out of this realm.
    let record = structured_data::serialize_with_transfer(message, transfer, cx)?;
    // 8. In a task of the target.
    let window = window.clone();
    EventLoop::of(cx).queue_task(TaskSource::PostedMessage, move |cx| {
        // 8.1. Not for this origin.
        if !is_meant {
            return;
        }
        // 8.2–8.7. Into the realm; what cannot be read is an event too.
        let origin = Some(origin.ascii_serialization().into());
        let event = match structured_data::deserialize_with_transfer(record, cx) {
            Ok((data, transferred)) => MessageEvent::received(data, origin, &transferred, cx),
            Err(error) if EventLoop::of(cx).is_termination(&error) => return,
            Err(_) => MessageEvent::unreadable(origin, cx),
        };
        let event = Js::new(event.with_source(window.object()), cx);
        event_target::fire(&event, &window.upcast(), cx);
    });
    Ok(())
}

fn no_environment() -> Error {
    Error::Dom("InvalidStateError", "The realm is not ready.".to_owned())
}

impl GlobalEventHandlersMethods for Window {}

impl WindowEventHandlersMethods for Window {}

impl WindowMethods for Window {
    fn parent(&self) -> &Gc<EventTarget> {
        &self.event_target
    }

    /// <https://html.spec.whatwg.org/multipage/system-state.html#dom-navigator>
    fn navigator(this: &Js<Self>, cx: &mut Cx) -> Fallible<Js<Navigator>> {
        if let Some(navigator) = this.navigator.borrow().as_ref() {
            return Ok(navigator.clone());
        }
        let navigator = Js::new(Navigator::default(), cx);
        *this.navigator.borrow_mut() = Some(navigator.clone());
        Ok(navigator)
    }

    fn window(this: &Js<Self>, _: &mut Cx) -> Fallible<Js<Self>> {
        Ok(this.clone())
    }

    fn self_(this: &Js<Self>, _: &mut Cx) -> Fallible<Js<Self>> {
        Ok(this.clone())
    }

    fn document(_: &Js<Self>, cx: &mut Cx) -> Fallible<Js<Document>> {
        let document = associated_document(cx)?;
        tree::wrap(&document, cx)
            .downcast()
            .ok_or_else(|| Error::Type("The window has no document.".to_owned()))
    }

    fn name(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(this.name.borrow().clone())
    }

    fn set_name(this: &Js<Self>, _: &mut Cx, value: JsString) -> Fallible<()> {
        *this.name.borrow_mut() = value;
        Ok(())
    }

    fn location(_: &Js<Self>, cx: &mut Cx) -> Fallible<Js<Location>> {
        location(cx)
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-window-postmessage>
    fn post_message(
        this: &Js<Self>,
        cx: &mut Cx,
        message: JsValue,
        target_origin: String,
        transfer: Vec<JsObject>,
    ) -> Fallible<()> {
        post_message(this, &message, &target_origin, &transfer, cx)
    }

    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-window-postmessage-options>
    fn post_message_with_options(
        this: &Js<Self>,
        cx: &mut Cx,
        message: JsValue,
        options: WindowPostMessageOptions,
    ) -> Fallible<()> {
        post_message(this, &message, &options.target_origin, &options.parent.transfer, cx)
    }
}

/// A window here is always alone: at the top, without frames and without opener.
impl WindowRelativesMethods for Window {
    fn frames(this: &Js<Self>, _: &mut Cx) -> Fallible<Js<Self>> {
        Ok(this.clone())
    }

    fn length(_: &Js<Self>, _: &mut Cx) -> Fallible<u32> {
        Ok(0)
    }

    fn top(this: &Js<Self>, _: &mut Cx) -> Fallible<Option<Js<Self>>> {
        Ok(Some(this.clone()))
    }

    fn opener(this: &Js<Self>, _: &mut Cx) -> Fallible<JsValue> {
        Ok(this.opener.borrow().clone())
    }

    fn set_opener(this: &Js<Self>, _: &mut Cx, value: JsValue) -> Fallible<()> {
        *this.opener.borrow_mut() = value;
        Ok(())
    }

    fn parent(this: &Js<Self>, _: &mut Cx) -> Fallible<Option<Js<Self>>> {
        Ok(Some(this.clone()))
    }
}

//! <https://html.spec.whatwg.org/multipage/web-messaging.html#message-channels>

use super::message_port::{self, MessagePort};
use crate::binding::{Cx, Fallible, Js, New, generated::MessageChannelMethods};
use boa_gc::{Finalize, Trace};

/// A `MessageChannel`'s state: the two ports it has made, each the other's peer. It keeps them and is no part of their channel.
#[derive(Debug, Trace, Finalize)]
pub struct MessageChannel {
    port1: Js<MessagePort>,
    port2: Js<MessagePort>,
}

impl MessageChannelMethods for MessageChannel {
    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#dom-messagechannel>
    fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        // 1–3. Two ports, each the other's peer.
        let (port1, port2) = message_port::pair(cx)?;
        Ok(new.object(Self { port1, port2 }, cx))
    }

    fn port1(this: &Js<Self>, _: &mut Cx) -> Fallible<Js<MessagePort>> {
        Ok(this.port1.clone())
    }

    fn port2(this: &Js<Self>, _: &mut Cx) -> Fallible<Js<MessagePort>> {
        Ok(this.port2.clone())
    }
}

//! <https://html.spec.whatwg.org/multipage/workers.html#dedicated-workers-and-the-worker-interface>

use super::{
    environment::Environment,
    message_port::{self, MessagePort},
    run_worker::{self, Children, WorkerAgent},
};
use crate::{
    binding::{
        Cx, Error, Fallible, Js, New,
        generated::{
            AbstractWorkerMethods, MessageEventTargetMethods, StructuredSerializeOptions, WorkerMethods, WorkerOptions,
        },
    },
    dom::event_target::EventTarget,
};
use boa_engine::{JsObject, JsValue};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use std::{collections::HashMap, sync::Arc};

/// A `Worker`'s state: the outside of a dedicated worker.
#[derive(Debug, Trace, Finalize)]
pub struct Worker {
    event_target: Gc<EventTarget>,
    outside_port: Js<MessagePort>,
    #[unsafe_ignore_trace]
    agent: Arc<WorkerAgent>,
}

/// The workers of a realm whose agents have not ended, by number.
#[derive(Default, Trace, Finalize)]
pub(super) struct Workers {
    objects: GcRefCell<HashMap<u64, Js<Worker>>>,
    #[unsafe_ignore_trace]
    agents: Arc<Children>,
}

impl Workers {
    /// Their agents, which end with the realm's own.
    pub fn agents(&self) -> &Arc<Children> {
        &self.agents
    }
}

/// The realm's worker of this number, unless it has ended.
pub(super) fn find(id: u64, cx: &Cx) -> Option<Js<Worker>> {
    Environment::of(cx)?.workers.objects.borrow().get(&id).cloned()
}

/// The worker's agent has ended: nothing more will come of it.
pub(super) fn forget(id: u64, cx: &mut Cx) {
    if let Some(environment) = Environment::of(cx) {
        environment.workers.objects.borrow_mut().remove(&id);
        environment.workers.agents.forget(id);
    }
}

impl AbstractWorkerMethods for Worker {}

impl MessageEventTargetMethods for Worker {}

impl WorkerMethods for Worker {
    fn parent(&self) -> &Gc<EventTarget> {
        &self.event_target
    }

    /// <https://html.spec.whatwg.org/multipage/workers.html#dom-worker>
    fn constructor(new: New<'_, Self>, cx: &mut Cx, script_url: String, options: WorkerOptions) -> Fallible<Js<Self>> {
        // NOTE(step 1): trusted types are not enforced.
        // 2. Whose worker it will be.
        let environment =
            Environment::of(cx).ok_or_else(|| Error::Dom("InvalidStateError", "The realm is not ready.".to_owned()))?;
        // 3–4. Where its script is.
        let Some(url) = environment.parse_url(&script_url) else {
            let text = format!("'{script_url}' is not a valid URL.");
            return Err(Error::Dom("SyntaxError", text));
        };
        // 5–8. The worker, and the channel to it.
        let (outside, inside) = message_port::ends();
        let outside_port = MessagePort::create(outside, cx)?;
        let id = environment.user_agent().next_id();
        let state = Self {
            event_target: EventTarget::base(),
            outside_port: outside_port.clone(),
            agent: Arc::new(WorkerAgent::new(id)),
        };
        let agent = state.agent.clone();
        let worker = new.object(state, cx);
        outside_port.set_message_event_target(worker.upcast());
        MessagePort::enable(&outside_port);
        environment.workers.objects.borrow_mut().insert(id, worker.clone());
        // 9. In parallel, run it.
        run_worker::run(agent, &environment, url, &options, inside, cx);
        // 10. Meanwhile, here it is.
        Ok(worker)
    }

    /// <https://html.spec.whatwg.org/multipage/workers.html#dom-worker-terminate>
    fn terminate(this: &Js<Self>, cx: &mut Cx) -> Fallible<()> {
        this.agent.terminate();
        // What it has sent and we have not seen is lost.
        MessagePort::discard(&this.outside_port);
        forget(this.agent.id(), cx);
        Ok(())
    }

    /// <https://html.spec.whatwg.org/multipage/workers.html#dom-worker-postmessage>
    fn post_message(this: &Js<Self>, cx: &mut Cx, message: JsValue, transfer: Vec<JsObject>) -> Fallible<()> {
        MessagePort::post(&this.outside_port, &message, &transfer, cx)
    }

    /// <https://html.spec.whatwg.org/multipage/workers.html#dom-worker-postmessage-options>
    fn post_message_with_options(
        this: &Js<Self>,
        cx: &mut Cx,
        message: JsValue,
        options: StructuredSerializeOptions,
    ) -> Fallible<()> {
        MessagePort::post(&this.outside_port, &message, &options.transfer, cx)
    }
}

//! <https://html.spec.whatwg.org/multipage/workers.html#dedicated-workers-and-the-dedicatedworkerglobalscope-interface>

use super::{
    message_port::{MessagePort, PortEnd},
    run_worker::{self, WorkerError},
    scripting,
    worker_global_scope::WorkerGlobalScope,
};
use crate::binding::{
    Cx, Fallible, Js,
    generated::{DedicatedWorkerGlobalScopeMethods, MessageEventTargetMethods, StructuredSerializeOptions, WorkerType},
};
use boa_engine::{JsObject, JsString, JsValue, js_string};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use skep_engine::{EventLoop, ExceptionReport, IsolateHandle};

/// A dedicated worker's global object.
#[derive(Debug, Trace, Finalize)]
pub struct DedicatedWorkerGlobalScope {
    worker_global_scope: Gc<WorkerGlobalScope>,
    #[unsafe_ignore_trace]
    name: String,
    #[unsafe_ignore_trace]
    owner: Owner,
    inside_port: GcRefCell<Option<Js<MessagePort>>>,
}

/// Who started the worker.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    pub isolate: IsolateHandle,
    /// The worker's number there.
    pub worker: u64,
}

impl DedicatedWorkerGlobalScope {
    pub(super) fn new(name: String, type_: WorkerType, owner: Owner) -> Self {
        Self {
            worker_global_scope: Gc::new(WorkerGlobalScope::new(type_)),
            name,
            owner,
            inside_port: GcRefCell::default(),
        }
    }
}

impl DedicatedWorkerGlobalScope {
    /// The worker's end of the channel to its owner.
    pub(super) fn set_inside_port(this: &Js<Self>, end: PortEnd, cx: &mut Cx) {
        match MessagePort::create(end, cx) {
            Ok(port) => {
                port.set_message_event_target(this.upcast());
                *this.inside_port.borrow_mut() = Some(port);
            }
            Err(error) => {
                let error = error.into_plain_js(cx);
                scripting::report_exception(error, cx);
            }
        }
    }

    /// From now on the owner's messages are events of the global.
    pub(super) fn enable_inside_port(&self) {
        let port = self.inside_port.borrow().clone();
        if let Some(port) = port {
            MessagePort::enable(&port);
        }
    }

    /// 12.13 of <https://html.spec.whatwg.org/multipage/workers.html#run-a-worker>: there is no script to run, for this reason
    /// unless the developer has been told.
    pub(super) fn fail(this: &Js<Self>, report: Option<&ExceptionReport>, cx: &mut Cx) {
        if let Some(report) = report {
            scripting::print(report, cx);
        }
        run_worker::tell_of_failure(&this.owner.isolate, this.owner.worker, || ());
        EventLoop::of(cx).handle().stop();
    }

    fn post(&self, message: &JsValue, transfer: &[JsObject], cx: &mut Cx) -> Fallible<()> {
        let port = self.inside_port.borrow().clone();
        match port {
            Some(port) => MessagePort::post(&port, message, transfer, cx),
            None => Ok(()),
        }
    }
}

/// An error that the worker did not handle is its owner's to know.
pub(super) fn tell_owner(report: &ExceptionReport, cx: &mut Cx) {
    let Some(global) = Js::<DedicatedWorkerGlobalScope>::from_object(&cx.global_object()) else {
        return;
    };
    let error = WorkerError {
        message: report.message.clone(),
        filename: report.filename.clone(),
        line: report.line,
        column: report.column,
    };
    run_worker::tell_of_error(&global.owner.isolate, global.owner.worker, error);
}

impl MessageEventTargetMethods for DedicatedWorkerGlobalScope {}

impl DedicatedWorkerGlobalScopeMethods for DedicatedWorkerGlobalScope {
    fn parent(&self) -> &Gc<WorkerGlobalScope> {
        &self.worker_global_scope
    }

    fn name(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!(this.name.as_str()))
    }

    /// <https://html.spec.whatwg.org/multipage/workers.html#dom-dedicatedworkerglobalscope-postmessage>
    fn post_message(this: &Js<Self>, cx: &mut Cx, message: JsValue, transfer: Vec<JsObject>) -> Fallible<()> {
        this.post(&message, &transfer, cx)
    }

    /// <https://html.spec.whatwg.org/multipage/workers.html#dom-dedicatedworkerglobalscope-postmessage-options>
    fn post_message_with_options(
        this: &Js<Self>,
        cx: &mut Cx,
        message: JsValue,
        options: StructuredSerializeOptions,
    ) -> Fallible<()> {
        this.post(&message, &options.transfer, cx)
    }

    /// <https://html.spec.whatwg.org/multipage/workers.html#close-a-worker>
    fn close(_: &Js<Self>, cx: &mut Cx) -> Fallible<()> {
        // 1–2. No further task; the current one goes on to its end.
        EventLoop::of(cx).handle().stop();
        Ok(())
    }
}

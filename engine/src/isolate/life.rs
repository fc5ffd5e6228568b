//! What an isolate's thread does from its first step to its last.

use super::{Ending, IsolateHandle};
use crate::event_loop::EventLoop;
use crate::heap;
use crate::mailbox::Message;
use crate::system_thread::SystemThread;
use crate::termination::{TerminableContext, Terminator};
use crate::thread_slot::ThreadSlot;
use boa_engine::{Context, JsResult};
use flume::Receiver;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::{mem, thread};

impl IsolateHandle {
    /// The life of the isolate.
    pub(super) fn live(
        self,
        slot: ThreadSlot,
        build: impl FnOnce(Rc<EventLoop>) -> JsResult<Context>,
        messages: &Receiver<Message>,
    ) -> Ending {
        // Set once, before anybody can want to wake it.
        let _ = self.shared.thread.set(thread::current());
        let _ = self.shared.system_thread.set(SystemThread::current());
        let guard = heap::Guard::new(self.shared.heap_limit, Terminator::run_out_of_memory);
        let event_loop = Rc::new(EventLoop::new(self.clone()));
        // The context stands outside of the unwinding part, so that dropping it is a step of its own.
        let mut context = None;
        let outcome = contain(|| {
            let built =
                build(Rc::clone(&event_loop)).map_err(|error| format!("the context could not be made: {error}"))?;
            let terminator = Arc::clone(&self.shared.terminator);
            let cx = context.insert(TerminableContext::new(built, terminator));
            event_loop.run(cx, messages);
            Ok(())
        });
        // A panic leaves the mailbox open.
        self.shared.close();
        self.shared.lock_end().is_leaving = true;
        let ending = match outcome {
            _ if self.shared.terminator.is_out_of_memory() => Ending::OutOfMemory {
                limit: self.shared.heap_limit.unwrap_or_default(),
            },
            // The engine may trip over its own assertions when a termination cuts it short.
            _ if self.shared.terminator.is_terminated() => Ending::Terminated,
            Ok(()) => Ending::Stopped,
            Err(message) => Ending::Panicked(message),
        };
        self.free(&event_loop, context, messages);
        drop(event_loop);
        drop(slot);
        self.shared.publish_heap();
        drop(guard);
        // What watched the collector, for an isolate that comes after this one.
        self.free_part("watch", boa_gc::force_collect);
        self.announce(&ending);
        ending
    }

    /// Frees everything of the isolate, each step whether or not another panics.
    fn free(&self, event_loop: &EventLoop, context: Option<TerminableContext>, messages: &Receiver<Message>) {
        self.free_part("posted tasks", || messages.drain().for_each(drop));
        self.free_part("queued tasks", || event_loop.clear());
        // What an embedder keeps with the realm may hold objects of this heap where the collector does not see it, and so keep
        // itself alive for ever. It would be dropped after the thread's own variables then, of which its steps may need one.
        self.free_part("host data", || {
            let kept = context
                .as_ref()
                .map(|cx| mem::take(&mut *cx.realm().host_defined_mut()));
            drop(kept);
        });
        self.free_part("context", || drop(context));
        self.free_part("heap", boa_gc::force_collect);
        // The running task's token, if a panic cut the task short.
        event_loop.finish_running();
    }

    fn free_part(&self, what: &str, step: impl FnOnce()) {
        let freed = contain(|| {
            step();
            Ok(())
        });
        if let Err(message) = freed {
            tracing::error!(isolate = %self.shared.name, what, message, "a panic while freeing an isolate");
        }
    }

    fn announce(&self, ending: &Ending) {
        let (before, overdue) = {
            let mut end = self.shared.lock_end();
            (end.ending.replace(ending.clone()), end.overdue.forget())
        };
        if let Some(duty) = overdue {
            self.shared.group.remove_duty(duty);
        }
        if before == Some(Ending::GivenUp) {
            self.shared.activity.note_late_end();
        }
        self.tell(ending);
    }

    /// Tells of the end whoever has not been told yet.
    pub(crate) fn tell(&self, ending: &Ending) {
        let (callbacks, token) = {
            let mut end = self.shared.lock_end();
            (mem::take(&mut end.callbacks), end.token.take())
        };
        for callback in callbacks {
            let called = contain(|| {
                callback(ending);
                Ok(())
            });
            if let Err(message) = called {
                tracing::error!(isolate = %self.shared.name, message, "a panic in an end callback");
            }
        }
        drop(token);
        self.shared.ended.notify_all();
        let mut end = self.shared.lock_end();
        if end.waiting == 0 && end.ending != Some(Ending::GivenUp) {
            // Nobody will join the thread, perhaps; its stack would stay until somebody does, or all handles are gone.
            drop(end.thread.take());
        }
    }
}

/// Turns a panic into its message.
fn contain(steps: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(steps)).unwrap_or_else(|payload| Err(panic_message(&*payload)))
}

pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|message| (*message).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

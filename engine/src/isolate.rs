//! Isolates: one OS thread, one context, one heap each.

use crate::event_loop::EventLoop;
use crate::mailbox::{Mailbox, Message};
use crate::modules::Loader;
use crate::termination::{TerminableContext, TerminationError, Terminator};
use crate::{Activity, ActivityToken, Cx, TaskSource, regexp};
use boa_engine::context::{ContextBuilder, HostHooks};
use boa_engine::{Context, JsResult, Source};
use flume::Receiver;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle, Thread};
use std::{fmt, io, mem};

/// Virtual size of an isolate's native stack, in bytes. Untouched pages cost nothing.
const STACK_SIZE: usize = 64 << 20;

/// How deep calls may nest. A call through native code uses the native stack; this many fit into [`STACK_SIZE`] with room to spare.
const RECURSION_LIMIT: usize = 10_000;

/// How many values the engine's own stack may hold: room for `f.apply(null, list)` with long lists.
const VALUE_STACK_LIMIT: usize = 1 << 20;

/// Names an isolate; never used twice in a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IsolateId(u64);

impl fmt::Display for IsolateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What an isolate is made of.
#[derive(Clone, Debug)]
pub struct IsolateOptions {
    /// For the thread and the log.
    pub name: String,
    /// Whether scripts may block the thread (`Atomics.wait`): `[[CanBlock]]` of the agent.
    ///
    /// <https://tc39.es/ecma262/#sec-agentcansuspend>
    pub can_block: bool,
    /// The group that the isolate counts in.
    pub activity: Activity,
}

/// An isolate could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpawnError {
    /// Scripts could not be stopped again.
    #[error("cannot start an isolate: {0}")]
    Termination(#[from] TerminationError),
    /// The operating system gave no thread; end other isolates first.
    #[error("cannot start a thread for the isolate `{name}`: {source}")]
    Thread {
        /// The isolate's name.
        name: String,
        /// What the system said.
        source: io::Error,
    },
}

/// The isolate takes no more tasks: it was stopped, or has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the isolate takes no more tasks, because it was stopped or has ended")]
pub struct IsolateGone;

/// How an isolate ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// After [`IsolateHandle::stop`]: the last task ran to its end.
    Stopped,
    /// After [`IsolateHandle::terminate`]: wherever its script was.
    Terminated,
    /// By a panic in native code, with its message; or its context could not be made, with the reason.
    Panicked(String),
}

type EndCallback = Box<dyn FnOnce(&Ending) + Send>;

#[derive(Default)]
struct End {
    ending: Option<Ending>,
    callbacks: Vec<EndCallback>,
    thread: Option<JoinHandle<()>>,
    /// Held from the moment the end is asked for until the callbacks have run: the end is in flight.
    token: Option<ActivityToken>,
}

/// The half of an isolate that any thread may touch.
pub(crate) struct Shared {
    id: IsolateId,
    pub(crate) name: String,
    pub(crate) activity: Activity,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) terminator: Arc<Terminator>,
    thread: OnceLock<Thread>,
    end: Mutex<End>,
    ended: Condvar,
}

impl Shared {
    fn lock_end(&self) -> MutexGuard<'_, End> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets nothing more in, and wakes the loop if it waits for a task.
    fn close(&self) {
        {
            let mut end = self.lock_end();
            if end.ending.is_none() && end.token.is_none() {
                end.token = Some(self.activity.token());
            }
        }
        self.mailbox.shut();
    }
}

/// The outside's end of an isolate: `Send`, and cheap to clone. The isolate lives on when all handles are dropped.
#[derive(Clone)]
pub struct IsolateHandle {
    shared: Arc<Shared>,
}

impl fmt::Debug for IsolateHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IsolateHandle")
            .field("id", &self.shared.id)
            .field("name", &self.shared.name)
            .finish_non_exhaustive()
    }
}

impl IsolateHandle {
    /// Starts an isolate on a thread of its own. `hooks` runs there and gives the embedder's host hooks; `start` is the first task.
    ///
    /// # Errors
    /// If the system gives no thread, or the linked engine does not let scripts be stopped.
    pub fn spawn<K, H, S>(options: IsolateOptions, hooks: H, start: S) -> Result<Self, SpawnError>
    where
        K: HostHooks + 'static,
        H: FnOnce() -> Rc<K> + Send + 'static,
        S: FnOnce(&mut Cx) + Send + 'static,
    {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);

        let terminator = Arc::new(Terminator::new()?);
        let (mailbox, messages) = Mailbox::new();
        let first = Message::Task {
            source: TaskSource::DomManipulation,
            task: Box::new(start),
            token: options.activity.token(),
        };
        // The mailbox is open: it was made just now.
        let _ = mailbox.send(first);
        let IsolateOptions {
            name,
            can_block,
            activity,
        } = options;
        let handle = Self {
            shared: Arc::new(Shared {
                id: IsolateId(NEXT_ID.fetch_add(1, Ordering::Relaxed)),
                name,
                activity,
                mailbox: Arc::new(mailbox),
                terminator,
                thread: OnceLock::new(),
                end: Mutex::default(),
                ended: Condvar::new(),
            }),
        };
        let inside = handle.clone();
        // The lock keeps the new thread from ending before its join handle is in place.
        let mut end = handle.shared.lock_end();
        let thread = thread::Builder::new()
            // A thread's name must not hold a null character; an isolate's may.
            .name(handle.shared.name.replace('\0', " "))
            .stack_size(STACK_SIZE)
            .spawn(move || {
                let build = |event_loop| build_context(&hooks(), event_loop, can_block);
                inside.run(build, messages);
            })
            .map_err(|source| SpawnError::Thread {
                name: handle.shared.name.clone(),
                source,
            })?;
        // Set once: nothing else sets it.
        let _ = handle.shared.thread.set(thread.thread().clone());
        end.thread = Some(thread);
        drop(end);
        Ok(handle)
    }

    /// Queues a task behind everything posted before. Its activity token is released when the task and its microtask
    /// checkpoint are done, or the task is dropped.
    ///
    /// # Errors
    /// [`IsolateGone`] if the isolate takes no more tasks; the task is dropped. A task taken here is still dropped when the
    /// isolate ends before its turn.
    pub fn post(&self, source: TaskSource, task: impl FnOnce(&mut Cx) + Send + 'static) -> Result<(), IsolateGone> {
        let message = Message::Task {
            source,
            task: Box::new(task),
            token: self.shared.activity.token(),
        };
        self.shared.mailbox.send(message).map_err(|_| IsolateGone)
    }

    /// Sets the closing flag: the current task finishes with its microtasks, queued tasks are discarded, then the thread ends.
    /// Idempotent.
    ///
    /// <https://html.spec.whatwg.org/multipage/workers.html#close-a-worker>
    pub fn stop(&self) {
        self.shared.close();
    }

    /// Interrupts the running script, which cannot catch it; nothing of this isolate runs after. Idempotent.
    ///
    /// A thread inside native code ends when that returns: a blocking `Atomics.wait` of the engine, for one, goes on until it is
    /// notified or times out.
    ///
    /// <https://html.spec.whatwg.org/multipage/workers.html#terminate-a-worker>
    pub fn terminate(&self) {
        // The flag goes first: when the loop finds its mailbox shut, it must already see why.
        self.shared.terminator.terminate();
        self.shared.close();
        if let Some(thread) = self.shared.thread.get() {
            thread.unpark();
        }
    }

    /// How the isolate ended, if it has.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        self.shared.lock_end().ending.clone()
    }

    /// Blocks until the isolate has ended and its heap is freed. Not from its own thread, which would wait for itself.
    pub fn wait(&self) -> Ending {
        let mut end = self.shared.lock_end();
        loop {
            if let Some(ending) = end.ending.clone() {
                let thread = end.thread.take();
                drop(end);
                if let Some(thread) = thread.filter(|it| it.thread().id() != thread::current().id()) {
                    // A panic of the thread was caught before its ending was told.
                    let _ = thread.join();
                }
                return ending;
            }
            end = self.shared.ended.wait(end).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Calls `callback` once, on the ending thread after its heap is freed, or at once if the isolate has ended.
    pub fn on_end(&self, callback: impl FnOnce(&Ending) + Send + 'static) {
        let mut end = self.shared.lock_end();
        match end.ending.clone() {
            Some(ending) => {
                drop(end);
                callback(&ending);
            }
            None => end.callbacks.push(Box::new(callback)),
        }
    }

    /// The isolate's name in this process.
    #[must_use]
    pub fn id(&self) -> IsolateId {
        self.shared.id
    }

    pub(crate) const fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// The life of the isolate's thread.
    fn run(self, build: impl FnOnce(Rc<EventLoop>) -> JsResult<Context>, messages: Receiver<Message>) {
        let event_loop = Rc::new(EventLoop::new(self.clone()));
        // The context stands outside of the unwinding part, so that dropping it is a step of its own.
        let mut context = None;
        let outcome = contain(|| {
            let built =
                build(Rc::clone(&event_loop)).map_err(|error| format!("the context could not be made: {error}"))?;
            let terminator = Arc::clone(&self.shared.terminator);
            let cx = context.insert(TerminableContext::new(built, terminator));
            event_loop.run(cx, &messages);
            Ok(())
        });
        // A panic leaves the mailbox open.
        self.shared.close();
        let ending = match outcome {
            // The engine may trip over its own assertions when a termination cuts it short.
            _ if self.shared.terminator.is_terminated() => Ending::Terminated,
            Ok(()) => Ending::Stopped,
            Err(message) => Ending::Panicked(message),
        };
        self.free(&event_loop, context, &messages);
        drop(event_loop);
        self.announce(ending);
    }

    /// Frees everything of the isolate, each step whether or not another panics.
    fn free(&self, event_loop: &EventLoop, context: Option<TerminableContext>, messages: &Receiver<Message>) {
        self.free_part("posted tasks", || messages.drain().for_each(drop));
        self.free_part("queued tasks", || event_loop.clear());
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

    fn announce(&self, ending: Ending) {
        let (callbacks, token) = {
            let mut end = self.shared.lock_end();
            end.ending = Some(ending.clone());
            (mem::take(&mut end.callbacks), end.token.take())
        };
        for callback in callbacks {
            let called = contain(|| {
                callback(&ending);
                Ok(())
            });
            if let Err(message) = called {
                tracing::error!(isolate = %self.shared.name, message, "a panic in an end callback");
            }
        }
        drop(token);
        self.shared.ended.notify_all();
    }
}

/// Makes a context with this loop and these limits.
fn build_context<K: HostHooks + 'static>(
    hooks: &Rc<K>,
    event_loop: Rc<EventLoop>,
    can_block: bool,
) -> JsResult<Context> {
    let mut context = ContextBuilder::new()
        .host_hooks(Rc::clone(hooks))
        .job_executor(event_loop)
        // The engine's default would read modules from the working directory.
        .module_loader(Rc::new(Loader::default()))
        .can_block(can_block)
        .build()?;
    prepare_realm(&mut context)?;
    let limits = context.runtime_limits_mut();
    limits.set_recursion_limit(RECURSION_LIMIT);
    limits.set_stack_size_limit(VALUE_STACK_LIMIT);
    Ok(context)
}

/// Makes the current realm, which is new, fit for scripts. An isolate's first realm is prepared already.
///
/// # Errors
/// If scripts have run in the realm, and changed its intrinsics.
pub fn prepare_realm(cx: &mut Cx) -> JsResult<()> {
    // The compiler takes a name that no script has declared yet for a property of the global object, and so would never
    // find a later script's `let`, `const` or `class`. Once a global scope has seen a direct eval, names are looked up anew.
    cx.eval(Source::from_bytes("eval('')"))?;
    regexp::install(cx)
}

/// Turns a panic into its message.
fn contain(steps: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(steps)).unwrap_or_else(|payload| Err(panic_message(&*payload)))
}

fn panic_message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|message| (*message).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

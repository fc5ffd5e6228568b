//! Isolates: one OS thread, one context, one heap each.

mod life;
mod options;
mod realm;

pub(crate) use life::panic_message;
pub use options::{Ending, IsolateGone, IsolateId, IsolateOptions, SpawnError};
use realm::build_context;
pub use realm::prepare_realm;

use crate::event_loop::EventLoop;
use crate::heap::{self, Freight, HeapStatistics};
use crate::mailbox::{Mailbox, Message};
use crate::overdue::Overdue;
use crate::system_thread::SystemThread;
use crate::termination::Terminator;
use crate::thread_slot::ThreadSlot;
use crate::visits::{Question, RunError, Visits};
use crate::{Activity, ActivityToken, Cx, Scope, TaskSource};
use boa_engine::context::HostHooks;
use flume::Receiver;
use std::fmt;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle, Thread};
use std::time::Instant;

/// Virtual size of an isolate's native stack, in bytes. Untouched pages cost nothing.
const STACK_SIZE: usize = 64 << 20;

/// How deep calls may nest. A call through native code uses the native stack; this many fit into [`STACK_SIZE`] with room to spare.
const RECURSION_LIMIT: usize = 10_000;

/// What a call may take of the native stack, in bytes.
const STACK_PER_CALL: usize = STACK_SIZE / RECURSION_LIMIT;

type EndCallback = Box<dyn FnOnce(&Ending) + Send>;

#[derive(Default)]
pub(crate) struct End {
    pub(crate) ending: Option<Ending>,
    callbacks: Vec<EndCallback>,
    /// Of an isolate with a thread of its own.
    pub(crate) thread: Option<JoinHandle<()>>,
    /// How many threads are in [`IsolateHandle::wait`].
    waiting: usize,
    /// Held from the moment the end is asked for until the callbacks have run: the end is in flight.
    token: Option<ActivityToken>,
    /// The last script has been left: the rest takes as long as it takes.
    pub(crate) is_leaving: bool,
    /// What is done about it when it does not come.
    pub(crate) overdue: Overdue,
}

/// The half of an isolate that any thread may touch.
pub(crate) struct Shared {
    pub(crate) id: IsolateId,
    pub(crate) name: String,
    /// The group, for this isolate's own tokens.
    pub(crate) activity: Activity,
    /// The same group, for what outlives the isolate.
    pub(crate) group: Activity,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) terminator: Arc<Terminator>,
    pub(crate) visits: Visits,
    heap_limit: Option<usize>,
    heap: Mutex<HeapStatistics>,
    thread: OnceLock<Thread>,
    pub(crate) system_thread: OnceLock<SystemThread>,
    end: Mutex<End>,
    pub(crate) ended: Condvar,
}

impl Shared {
    /// Tells the outside what the heap of this thread holds.
    pub(crate) fn publish_heap(&self) {
        *self.heap.lock().unwrap_or_else(PoisonError::into_inner) = HeapStatistics::here();
    }

    pub(crate) fn lock_end(&self) -> MutexGuard<'_, End> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets nothing more in, and wakes the loop if it waits for a task.
    fn close(&self) {
        {
            let mut end = self.lock_end();
            if end.ending.is_none() && end.token.is_none() {
                end.token = Some(self.group.token());
            }
        }
        self.mailbox.shut();
        // Whoever waits for an answer must not wait for the task that runs now: it may be waiting for them.
        self.visits.clear();
    }

    /// Lets the isolate's thread look up, if it is blocked.
    pub(crate) fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}

/// The outside's end of an isolate: `Send`, and cheap to clone. The isolate lives on when all handles are dropped.
#[derive(Clone)]
pub struct IsolateHandle {
    pub(crate) shared: Arc<Shared>,
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
        let can_block = options.can_block;
        let (handle, messages) = Self::prepare(options)?;
        let freight = Freight::load(size_of_val(&start));
        let first = Message::Task {
            source: TaskSource::DomManipulation,
            task: Box::new(start),
            token: handle.shared.activity.token(),
            freight,
        };
        // The mailbox is open: it was made just now.
        let _ = handle.shared.mailbox.send(first);
        let inside = handle.clone();
        // The lock keeps the new thread from ending before its join handle is in place.
        let mut end = handle.shared.lock_end();
        let thread = thread::Builder::new()
            // A thread's name must not hold a null character; an isolate's may.
            .name(handle.shared.name.replace('\0', " "))
            .stack_size(STACK_SIZE)
            .spawn(move || {
                let build = |event_loop| build_context(&hooks(), event_loop, can_block, RECURSION_LIMIT);
                // A thread that was just made has room for its isolate.
                if let Ok(slot) = ThreadSlot::take(inside.id()) {
                    inside.live(slot, build, &messages);
                }
            })
            .map_err(|source| SpawnError::Thread {
                name: handle.shared.name.clone(),
                source,
            })?;
        end.thread = Some(thread);
        drop(end);
        Ok(handle)
    }

    /// Lives the whole life of an isolate on the calling thread, and returns how it ended, its heap freed. `start` is the first
    /// task; it gives [`EventLoop::handle`] away to whoever is to stop the isolate.
    ///
    /// `stack` is how many bytes of the thread's native stack are free for scripts: a thread that Rust starts has 2 MiB unless
    /// it asks for more. Calls nest so deep as fits. Where that is more than 64 MiB, it is no deeper than in a spawned isolate.
    ///
    /// # Errors
    /// [`SpawnError::SecondIsolate`] if the thread has an isolate already; or if the linked engine does not let scripts be stopped.
    pub fn live_on_this_thread<K, S>(
        options: IsolateOptions,
        stack: usize,
        hooks: &Rc<K>,
        start: S,
    ) -> Result<Ending, SpawnError>
    where
        K: HostHooks + 'static,
        S: FnOnce(&mut Cx) + 'static,
    {
        let can_block = options.can_block;
        let (handle, messages) = Self::prepare(options)?;
        let slot = ThreadSlot::take(handle.id()).map_err(SpawnError::SecondIsolate)?;
        let limit = (stack / STACK_PER_CALL).min(RECURSION_LIMIT);
        let build = |event_loop: Rc<EventLoop>| {
            event_loop.queue_task(TaskSource::DomManipulation, start);
            build_context(hooks, event_loop, can_block, limit)
        };
        Ok(handle.live(slot, build, &messages))
    }

    /// An isolate without a thread, and the receiving end of its mailbox.
    fn prepare(options: IsolateOptions) -> Result<(Self, Receiver<Message>), SpawnError> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);

        if options.heap_limit.is_some() && !heap::counts_allocations() {
            return Err(SpawnError::Uncounted { name: options.name });
        }
        let terminator = Arc::new(Terminator::new()?);
        let (mailbox, messages) = Mailbox::new();
        let handle = Self {
            shared: Arc::new(Shared {
                id: IsolateId(NEXT_ID.fetch_add(1, Ordering::Relaxed)),
                name: options.name,
                activity: options.activity.of_isolate(),
                group: options.activity,
                mailbox: Arc::new(mailbox),
                terminator,
                visits: Visits::default(),
                heap_limit: options.heap_limit,
                heap: Mutex::default(),
                thread: OnceLock::new(),
                system_thread: OnceLock::new(),
                end: Mutex::default(),
                ended: Condvar::new(),
            }),
        };
        Ok((handle, messages))
    }

    /// Runs `closure` inside the isolate, on its own thread, and blocks the calling thread until it has answered. It waits its
    /// turn behind everything posted before; a microtask checkpoint follows it. It counts as activity of the isolate's group. A
    /// large answer brings a [`Freight`], or it stays on the account of the isolate.
    ///
    /// This is how another thread uses an isolate: not by locking it, but by sending its code there, where it has the isolate
    /// alone. What goes in and what comes out is `Send`, so that no value of the heap gets away:
    ///
    /// ```compile_fail,E0277
    /// # use boa_engine::Source;
    /// fn value_of(isolate: &skep_engine::IsolateHandle) {
    ///     let value = isolate.run(|scope| scope.eval(Source::from_bytes("({})")).unwrap_or_default());
    /// }
    /// ```
    ///
    /// ```compile_fail,E0277
    /// # use boa_engine::JsValue;
    /// fn give(isolate: &skep_engine::IsolateHandle, value: JsValue) {
    ///     let _ = isolate.run(move |_| drop(value));
    /// }
    /// ```
    ///
    /// Code that is inside an isolate calls [`Scope::run_on`] in its place.
    ///
    /// # Errors
    /// Those of [`RunError`]: the isolate has gone, was terminated, or the closure panicked; or the calling thread is an
    /// isolate's own.
    pub fn run<T, F>(&self, closure: F) -> Result<T, RunError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Scope<'_>) -> T + Send + 'static,
    {
        match ThreadSlot::occupant() {
            Some(occupant) => Err(RunError::InsideIsolate(occupant)),
            None => Question::ask(self, closure)?.wait(),
        }
    }

    /// Queues a task behind everything posted before. Its activity token is released when the task and its microtask
    /// checkpoint are done, or the task is dropped. The memory of the closure itself changes hands; what it owns beyond that
    /// does if a [`Freight`] comes along.
    ///
    /// # Errors
    /// [`IsolateGone`] if the isolate takes no more tasks; the task is dropped. A task taken here is still dropped when the
    /// isolate ends before its turn.
    pub fn post(&self, source: TaskSource, task: impl FnOnce(&mut Cx) + Send + 'static) -> Result<(), IsolateGone> {
        let size = size_of_val(&task);
        let message = Message::Task {
            source,
            task: Box::new(task),
            token: self.shared.activity.token(),
            freight: Freight::load(size),
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
    /// A thread inside native code that does not return is given up after [`GRACE`](crate::GRACE), by whoever waits then for this isolate or for its
    /// group to be idle: see [`Ending::GivenUp`].
    ///
    /// <https://html.spec.whatwg.org/multipage/workers.html#terminate-a-worker>
    pub fn terminate(&self) {
        // The flag goes first: when the loop finds its mailbox shut, it must already see why.
        self.shared.terminator.terminate();
        self.shared.close();
        self.shared.visits.hang_up();
        self.expect_end();
        self.shared.wake();
    }

    /// How the isolate ended, if it has.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        self.shared.lock_end().ending.clone()
    }

    /// Blocks until the isolate has ended and its heap is freed, or it is given up. Not from its own thread, which would wait
    /// for itself.
    pub fn wait(&self) -> Ending {
        let mut end = self.shared.lock_end();
        end.waiting += 1;
        loop {
            if let Some(ending) = end.ending.clone() {
                end.waiting -= 1;
                if ending == Ending::GivenUp {
                    return ending;
                }
                let thread = end.thread.take();
                drop(end);
                if let Some(thread) = thread.filter(|it| it.thread().id() != thread::current().id()) {
                    // A panic of the thread was caught before its ending was told.
                    let _ = thread.join();
                }
                return ending;
            }
            let Some(until) = end.overdue.next_look() else {
                end = self.shared.ended.wait(end).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let remaining = until.saturating_duration_since(Instant::now());
            if remaining.is_zero() {
                drop(end);
                self.look_for_end();
                end = self.shared.lock_end();
            } else {
                let waited = self.shared.ended.wait_timeout(end, remaining);
                (end, _) = waited.unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// Calls `callback` once: on the ending thread after its heap is freed, on the thread that gives the isolate up, or at once if
    /// that is over.
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

    /// What the isolate's heap held at the end of its last task; once it has ended, what is left.
    #[must_use]
    pub fn heap_statistics(&self) -> HeapStatistics {
        *self.shared.heap.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The isolate's name in this process.
    #[must_use]
    pub fn id(&self) -> IsolateId {
        self.shared.id
    }

    /// What [`IsolateOptions::name`] said; not unique.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    pub(crate) const fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

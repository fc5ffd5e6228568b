//! The event loop of one isolate, as the code inside it sees it.

use std::fmt;

use crate::activity::ActivityToken;
use crate::heap::{self, HeapStatistics};
use crate::isolate::Shared;
use crate::jobs::{AsyncJobs, NewAsyncJobs};
use crate::mailbox::Message;
use crate::microtasks::{Microtask, Microtasks};
use crate::task::LocalTask;
use crate::termination::is_limit_error;
use crate::timers::{TimerId, Timers};
use crate::{Cx, IsolateHandle, TaskSource};
use boa_engine::job::NativeAsyncJob;
use boa_engine::{JsError, JsResult};
use flume::Receiver;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::mem;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context as PollContext, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// How often an isolate may be entered anew while it waits for others: each time takes its share of the native stack.
pub(crate) const DEEPEST_NESTING: usize = 128;

type CheckpointHook = Rc<dyn Fn(&mut Cx)>;
type UncaughtHook = Rc<dyn Fn(JsError, &mut Cx)>;

/// What code running inside an isolate may ask of its loop; reached from any native function by [`EventLoop::of`].
///
/// Tasks run one after the other in the order in which they were queued, whatever their source, posted ones and the
/// isolate's own together. After each task comes a microtask checkpoint. With nothing to do the thread sleeps until a task
/// arrives or the next timer is due.
///
/// It is the isolate as seen from inside, and never leaves its thread:
///
/// ```compile_fail,E0277
/// fn crosses_threads<T: Send>() {}
/// crosses_threads::<skep_engine::EventLoop>();
/// ```
///
/// <https://html.spec.whatwg.org/multipage/webappapis.html#event-loops>
pub struct EventLoop {
    handle: IsolateHandle,
    /// Each stands for one `Message::Local` on its way through the channel, or is dropped.
    local_tasks: RefCell<VecDeque<(TaskSource, LocalTask, ActivityToken)>>,
    microtasks: Microtasks,
    timers: Timers,
    new_jobs: NewAsyncJobs,
    checkpoint_hooks: RefCell<Rc<[CheckpointHook]>>,
    uncaught_hook: RefCell<Option<UncaughtHook>>,
    /// Held until the task's microtask checkpoint is done, also when the task panics.
    running: Cell<Option<ActivityToken>>,
    /// How many closures of others run inside one another.
    nesting: Cell<usize>,
}

/// Why a blocking wait ended without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Interrupted {
    /// This isolate was terminated while it waited: return to the loop at once.
    #[error("the isolate was terminated while it waited for an answer")]
    Terminated,
    /// The other side is gone and will not answer.
    #[error("the side that was to answer is gone")]
    Abandoned,
}

impl fmt::Debug for EventLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventLoop")
            .field("handle", &self.handle)
            .finish_non_exhaustive()
    }
}

impl EventLoop {
    pub(crate) fn new(handle: IsolateHandle) -> Self {
        Self {
            handle,
            local_tasks: RefCell::default(),
            microtasks: Microtasks::default(),
            timers: Timers::default(),
            new_jobs: NewAsyncJobs::default(),
            checkpoint_hooks: RefCell::default(),
            uncaught_hook: RefCell::default(),
            running: Cell::default(),
            nesting: Cell::default(),
        }
    }

    /// The loop of the isolate that this context belongs to.
    ///
    /// # Panics
    /// If the context was not made by [`IsolateHandle::spawn`], which is a mistake in the embedder.
    #[must_use]
    pub fn of(cx: &Cx) -> Rc<Self> {
        #[expect(
            clippy::expect_used,
            reason = "every context of an isolate has this executor; no script can change it"
        )]
        cx.downcast_job_executor::<Self>()
            .expect("the context belongs to an isolate")
    }

    /// The handle of this isolate.
    #[must_use]
    pub fn handle(&self) -> IsolateHandle {
        self.handle.clone()
    }

    fn shared(&self) -> &Arc<Shared> {
        self.handle.shared()
    }

    /// Queues a task behind everything queued or posted before. In an isolate that is ending the task is dropped.
    ///
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#queue-a-task>
    pub fn queue_task(&self, source: TaskSource, task: impl FnOnce(&mut Cx) + 'static) {
        self.queue_local(source, Box::new(task), self.shared().activity.token());
    }

    fn queue_local(&self, source: TaskSource, task: LocalTask, token: ActivityToken) {
        self.local_tasks.borrow_mut().push_back((source, task, token));
        if self.shared().mailbox.send(Message::Local).is_err() {
            let dropped = self.local_tasks.borrow_mut().pop_back();
            drop(dropped);
        }
    }

    /// Queues a microtask, in one order with the promise jobs. In a terminated isolate it is dropped.
    ///
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#queue-a-microtask>
    pub fn queue_microtask(&self, steps: impl FnOnce(&mut Cx) + 'static) {
        self.push_microtask(Microtask::Embedder(Box::new(steps)));
    }

    pub(crate) fn push_microtask(&self, microtask: Microtask) {
        if !self.is_terminated() {
            self.microtasks.push(microtask);
        }
    }

    /// Queues `task` on the timer task source once `delay` has passed. Equal deadlines keep the order of creation; a pending
    /// timer counts as activity. In an isolate that is ending the timer never fires.
    ///
    /// <https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#run-steps-after-a-timeout>
    pub fn set_timer(&self, delay: Duration, task: impl FnOnce(&mut Cx) + 'static) -> TimerId {
        let token = self.shared().activity.token();
        let id = self.timers.add(Instant::now(), delay, Box::new(task), token);
        if self.is_closing() {
            // An isolate that takes no more tasks must not count the timer; the id stays valid and does nothing.
            self.clear_timer(id);
        }
        id
    }

    /// Forgets a timer, even one whose deadline has passed as long as its task has not started. No-op for others.
    pub fn clear_timer(&self, timer: TimerId) {
        let dropped = self.timers.take(timer);
        drop(dropped);
    }

    /// Runs microtasks until there are none; does nothing inside itself. The loop does this after each task; embedders do it
    /// after each callback that leaves no script running: see [`EventLoop::clean_up_after_running_script`].
    ///
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#perform-a-microtask-checkpoint>
    pub fn perform_microtask_checkpoint(&self, cx: &mut Cx) {
        // 1.–2. Not while one is being performed.
        if !self.microtasks.begin_checkpoint() {
            return;
        }
        // 3. Oldest first; each may add more.
        while let Some(microtask) = self.next_microtask() {
            let result = microtask.run(cx);
            self.uncaught(result, cx);
            heap::relieve();
        }
        if !self.is_terminated() {
            // 4. Settings objects are the embedder's, and so is telling them of rejected promises.
            // NOTE(step 5): there are no Indexed Database transactions.
            let hooks = self.checkpoint_hooks.borrow().clone();
            for hook in &*hooks {
                hook(cx);
            }
            // 6. Targets of weak references may go.
            cx.clear_kept_objects();
        }
        // 7. Done.
        self.microtasks.end_checkpoint();
    }

    fn next_microtask(&self) -> Option<Microtask> {
        if self.is_terminated() {
            self.microtasks.clear();
            return None;
        }
        self.microtasks.pop()
    }

    /// Performs a microtask checkpoint if no script is running any more in this isolate; call it after every callback.
    ///
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#clean-up-after-running-script>
    pub fn clean_up_after_running_script(&self, cx: &mut Cx) {
        if cx.stack_trace().next().is_none() {
            self.perform_microtask_checkpoint(cx);
        }
    }

    /// Calls `hook` in each microtask checkpoint once the queue is empty. For HTML's "notify about rejected promises".
    pub fn on_checkpoint(&self, hook: impl Fn(&mut Cx) + 'static) {
        let mut hooks = self.checkpoint_hooks.borrow_mut();
        let hook: CheckpointHook = Rc::new(hook);
        *hooks = hooks.iter().cloned().chain([hook]).collect();
    }

    /// Calls `hook` with each exception that a job of the language itself ends with, to be reported. Without one they are logged.
    pub fn on_uncaught(&self, hook: impl Fn(JsError, &mut Cx) + 'static) {
        *self.uncaught_hook.borrow_mut() = Some(Rc::new(hook));
    }

    pub(crate) fn uncaught(&self, result: JsResult<()>, cx: &mut Cx) {
        let Err(error) = result else { return };
        if self.is_terminated() {
            return;
        }
        let hook = self.uncaught_hook.borrow().clone();
        match hook {
            Some(hook) => hook(error, cx),
            None => tracing::error!(isolate = %self.shared().name, %error, "uncaught exception"),
        }
    }

    /// Whether the isolate was terminated: run no script of it, and return to the loop.
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.shared().terminator.is_terminated()
    }

    /// Whether the isolate takes no more tasks, because it was stopped or terminated.
    ///
    /// <https://html.spec.whatwg.org/multipage/workers.html#dom-workerglobalscope-closing>
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.shared().mailbox.is_shut()
    }

    /// Whether `error` is how this isolate's termination shows itself, rather than an exception of the script.
    #[must_use]
    pub fn is_termination(&self, error: &JsError) -> bool {
        self.is_terminated() && is_limit_error(error)
    }

    /// What the isolate's heap holds now.
    #[must_use]
    pub fn heap_statistics(&self) -> HeapStatistics {
        HeapStatistics::here()
    }

    /// Collects what nothing in the isolate's heap reaches any more, now. What stands on the native stack is reached: so call it in
    /// a task of its own.
    pub fn collect_garbage(&self) {
        heap::collect();
    }

    /// Blocks this thread until the other side answers, or this isolate is terminated. For synchronous loads; nothing else of
    /// the isolate runs meanwhile. [`Scope::wait_for`](crate::Scope::wait_for) lets others in.
    ///
    /// # Errors
    /// [`Interrupted::Terminated`] on termination, [`Interrupted::Abandoned`] if every sender is gone.
    pub fn block_on<T: Send>(&self, answer: &Receiver<T>) -> Result<T, Interrupted> {
        self.block_on_or(answer, || false)
    }

    /// Blocks likewise, but does something else meanwhile, as long as `meanwhile` returns true.
    pub(crate) fn block_on_or<T: Send>(
        &self,
        answer: &Receiver<T>,
        mut meanwhile: impl FnMut() -> bool,
    ) -> Result<T, Interrupted> {
        let waker = Waker::from(Arc::new(Unparker(thread::current())));
        let mut poll_context = PollContext::from_waker(&waker);
        let mut answered = pin!(answer.recv_async());
        loop {
            // `terminate` sets the flag before it unparks, so that a termination between these steps ends the park.
            if self.is_terminated() {
                return Err(Interrupted::Terminated);
            }
            match answered.as_mut().poll(&mut poll_context) {
                Poll::Ready(Ok(answer)) => return Ok(answer),
                Poll::Ready(Err(flume::RecvError::Disconnected)) => {
                    return Err(Interrupted::Abandoned);
                }
                Poll::Pending if meanwhile() => {}
                Poll::Pending => thread::park(),
            }
        }
    }

    /// How many closures of others run inside one another now.
    pub(crate) fn nesting(&self) -> usize {
        self.nesting.get()
    }

    /// Runs the oldest closure that waits for its turn, in the middle of the task that runs; false if there is none.
    pub(crate) fn let_one_in(&self, cx: &mut Cx) -> bool {
        if self.nesting.get() >= DEEPEST_NESTING {
            return false;
        }
        let Some(visit) = self.shared().visits.take_first() else {
            return false;
        };
        self.nesting.set(self.nesting.get() + 1);
        drop(visit.freight);
        (visit.steps)(cx);
        self.clean_up_after_running_script(cx);
        self.nesting.set(self.nesting.get() - 1);
        drop(visit.token);
        true
    }

    pub(crate) fn start_async_job(&self, job: NativeAsyncJob) {
        let job = self.new_jobs.push(job);
        let token = self.shared().activity.token();
        if self.shared().mailbox.send(Message::Poll { job, token }).is_err() {
            let dropped = self.new_jobs.take();
            drop(dropped);
        }
    }

    /// Runs tasks until the isolate is to end.
    ///
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#event-loop-processing-model>
    pub(crate) fn run(&self, cx: &mut Cx, messages: &Receiver<Message>) {
        let cell = RefCell::new(cx);
        let shared = self.shared();
        let mut jobs = AsyncJobs::new(Arc::clone(&shared.mailbox), shared.activity.clone());
        while !self.is_over() {
            // A limit that is passed on the way into a sleep is noticed after it: nothing would end the sleep.
            let message = heap::without_limit(|| {
                self.queue_due_timers();
                self.next_message(messages)
            });
            let Some(message) = message else {
                continue;
            };
            match message {
                Message::Task {
                    source,
                    task,
                    token,
                    freight,
                } => {
                    drop(freight);
                    self.running.set(Some(token));
                    self.run_task(source, task, &mut cell.borrow_mut());
                }
                Message::Local => {
                    let local = self.local_tasks.borrow_mut().pop_front();
                    if let Some((source, task, token)) = local {
                        self.running.set(Some(token));
                        self.run_task(source, task, &mut cell.borrow_mut());
                    }
                }
                Message::Visit(id) => {
                    // It may have been let in earlier, or be wanted no more.
                    if let Some(visit) = shared.visits.take(id) {
                        self.running.set(Some(visit.token));
                        drop(visit.freight);
                        if !self.is_terminated() {
                            (visit.steps)(&mut cell.borrow_mut());
                            self.perform_microtask_checkpoint(&mut cell.borrow_mut());
                        }
                    }
                }
                Message::Poll { job, token } => {
                    self.running.set(Some(token));
                    for (id, job) in self.new_jobs.take() {
                        jobs.start(id, job, &cell);
                    }
                    // A future borrows the context through the cell, so it is not borrowed here.
                    let result = jobs.poll(job);
                    let cx = &mut cell.borrow_mut();
                    self.uncaught(result, cx);
                    self.perform_microtask_checkpoint(cx);
                }
            }
            heap::relieve();
            shared.publish_heap();
            // The end is in flight before the task is no more.
            self.is_over();
            self.finish_running();
        }
    }

    /// Whether the isolate is to end. Running out of memory shuts nothing by itself, as it may happen anywhere.
    fn is_over(&self) -> bool {
        if self.is_terminated() {
            self.handle.stop();
        }
        self.is_closing()
    }

    /// Drops the token of the task that ran.
    pub(crate) fn finish_running(&self) {
        drop(self.running.take());
    }

    fn run_task(&self, source: TaskSource, task: impl FnOnce(&mut Cx), cx: &mut Cx) {
        tracing::trace!(isolate = %self.shared().name, ?source, "task");
        if self.is_terminated() {
            return;
        }
        task(cx);
        self.perform_microtask_checkpoint(cx);
    }

    /// Waits for a message; none if a timer is due or the mailbox was shut.
    fn next_message(&self, messages: &Receiver<Message>) -> Option<Message> {
        let Some(deadline) = self.timers.next_deadline() else {
            return messages.recv().ok();
        };
        messages.recv_deadline(deadline).ok()
    }

    /// A timer whose time has come queues up behind the tasks that are there already.
    fn queue_due_timers(&self) {
        if self.timers.next_deadline().is_none() {
            return;
        }
        let now = Instant::now();
        while let Some(id) = self.timers.pop_due(now) {
            let task = move |cx: &mut Cx| {
                let event_loop = Self::of(cx);
                // Cleared meanwhile, or not.
                if let Some((task, token)) = event_loop.timers.take(id) {
                    task(cx);
                    drop(token);
                }
            };
            self.queue_task(TaskSource::Timer, task);
        }
    }

    /// Drops everything that holds values of the heap or keeps this loop alive.
    pub(crate) fn clear(&self) {
        // Taken out first: dropping a task may come back here.
        let tasks = mem::take(&mut *self.local_tasks.borrow_mut());
        drop(tasks);
        self.microtasks.clear();
        self.timers.clear();
        drop(self.new_jobs.take());
        let hooks = mem::take(&mut *self.checkpoint_hooks.borrow_mut());
        drop(hooks);
        let hook = self.uncaught_hook.take();
        drop(hook);
    }
}

/// Ends a park of the thread it was made for.
struct Unparker(Thread);

impl Wake for Unparker {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

//! Where the language's own jobs go.
//!
//! Promise jobs join the microtask queue. Everything else becomes a task of the loop, or, if it waits for something, is driven by
//! the loop between its tasks.

use crate::mailbox::{Mailbox, Message};
use crate::microtasks::Microtask;
use crate::{Activity, Cx, EventLoop, TaskSource};
use boa_engine::job::{BoxedFuture, GenericJob, IntervalJob, Job, JobExecutor, NativeAsyncJob, TimeoutJob};
use boa_engine::{JsError, JsResult};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::mem;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context as PollContext, Poll, Wake, Waker};
use std::time::Duration;

impl JobExecutor for EventLoop {
    fn enqueue_job(self: Rc<Self>, job: Job, _: &mut Cx) {
        match job {
            Job::PromiseJob(job) => self.push_microtask(Microtask::Promise(job)),
            Job::GenericJob(job) => enqueue_generic(&self, job),
            Job::TimeoutJob(job) => enqueue_timeout(&self, job),
            Job::IntervalJob(job) => enqueue_interval(&self, job),
            Job::AsyncJob(job) | Job::FinalizationRegistryCleanupJob(job) => {
                self.start_async_job(job);
            }
            job => tracing::error!(?job, "dropped a job of a kind this event loop does not know"),
        }
    }

    /// Only a microtask checkpoint: the other jobs are the loop's.
    fn run_jobs(self: Rc<Self>, cx: &mut Cx) -> JsResult<()> {
        self.perform_microtask_checkpoint(cx);
        Ok(())
    }
}

/// <https://html.spec.whatwg.org/multipage/webappapis.html#hostenqueuegenericjob>
fn enqueue_generic(event_loop: &EventLoop, job: GenericJob) {
    event_loop.queue_task(TaskSource::JavaScriptEngine, move |cx| {
        let result = job.call(cx);
        EventLoop::of(cx).uncaught(result.map(drop), cx);
    });
}

/// <https://html.spec.whatwg.org/multipage/webappapis.html#hostenqueuetimeoutjob>
fn enqueue_timeout(event_loop: &EventLoop, job: TimeoutJob) {
    let token = job.cancellation_token().clone();
    let delay = Duration::from_millis(job.timeout().as_millis());
    let timer = event_loop.set_timer(delay, move |cx| {
        if !job.cancelled() {
            let result = job.call(cx);
            EventLoop::of(cx).uncaught(result.map(drop), cx);
        }
    });
    // A cancelled job's timer must not count as activity any longer.
    token.push_callback(move |cx| EventLoop::of(cx).clear_timer(timer));
}

fn enqueue_interval(event_loop: &EventLoop, job: IntervalJob) {
    let delay = Duration::from_millis(job.interval().as_millis());
    event_loop.set_timer(delay, move |cx| {
        if !job.cancelled() {
            let result = job.call(cx);
            let event_loop = EventLoop::of(cx);
            event_loop.uncaught(result.map(drop), cx);
            enqueue_interval(&event_loop, job);
        }
    });
}

/// Asynchronous jobs that have not been taken up by [`AsyncJobs`] yet.
#[derive(Default)]
pub(crate) struct NewAsyncJobs {
    next_id: Cell<u64>,
    jobs: RefCell<Vec<(u64, NativeAsyncJob)>>,
}

impl NewAsyncJobs {
    /// Returns the name by which the job is polled.
    pub(crate) fn push(&self, job: NativeAsyncJob) -> u64 {
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        self.jobs.borrow_mut().push((id, job));
        id
    }

    pub(crate) fn take(&self) -> Vec<(u64, NativeAsyncJob)> {
        mem::take(&mut *self.jobs.borrow_mut())
    }
}

/// Asynchronous jobs under way (a module load, a pending `Atomics.waitAsync`).
///
/// Their futures borrow the context's cell, so they live beside the loop that owns it, and are polled between tasks. A pending
/// job is no activity in itself: whatever will wake it is.
pub(crate) struct AsyncJobs<'cell> {
    mailbox: Arc<Mailbox>,
    activity: Activity,
    running: BTreeMap<u64, (BoxedFuture<'cell>, Waker)>,
}

impl<'cell> AsyncJobs<'cell> {
    pub(crate) fn new(mailbox: Arc<Mailbox>, activity: Activity) -> Self {
        Self {
            mailbox,
            activity,
            running: BTreeMap::new(),
        }
    }

    /// Takes a job up without running any of it: its first poll is already in the loop's queue.
    pub(crate) fn start(&mut self, id: u64, job: NativeAsyncJob, cell: &'cell RefCell<&mut Cx>) {
        let waker = Waker::from(Arc::new(JobWaker {
            job: id,
            mailbox: Arc::clone(&self.mailbox),
            activity: self.activity.clone(),
        }));
        let future: BoxedFuture<'cell> = Box::pin(job.call(cell));
        self.running.insert(id, (future, waker));
    }

    /// Runs a job until it waits again; its error, if it ended with one.
    pub(crate) fn poll(&mut self, id: u64) -> Result<(), JsError> {
        let Some((future, waker)) = self.running.get_mut(&id) else {
            return Ok(());
        };
        match future.as_mut().poll(&mut PollContext::from_waker(waker)) {
            Poll::Pending => Ok(()),
            Poll::Ready(result) => {
                self.running.remove(&id);
                result.map(drop)
            }
        }
    }
}

/// Queues a poll of one job.
struct JobWaker {
    job: u64,
    mailbox: Arc<Mailbox>,
    activity: Activity,
}

impl Wake for JobWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let message = Message::Poll {
            job: self.job,
            token: self.activity.token(),
        };
        // A mailbox that is shut belongs to an isolate that runs nothing more.
        let _ = self.mailbox.send(message);
    }
}

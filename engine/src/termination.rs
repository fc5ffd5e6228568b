//! Stopping a running script from another thread.
//!
//! The engine offers no hook for this. But its virtual machine reads the context's [`RuntimeLimits`] anew at every loop head
//! and at every call, and the error it raises at a limit passes `catch` and `finally` by. So an isolate's context stands in a
//! box that never moves, and whoever terminates it stores zero into the loop and the recursion limit of that context.
//!
//! The fields are private and plain. Their places are found by writing marks through the public setters and looking where they
//! appear. The virtual machine's read of a plain field beside a store from another thread is, formally, a data race; in practice it
//! is an aligned word load that the compiler cannot hoist over the opaque calls between two instructions. Two things keep
//! that argument honest: the engine's version is pinned exactly, and a canary proves the mechanism on the engine that was
//! really linked, before the first isolate starts.
//!
//! Not reached this way: native code that does not return to the virtual machine (a catastrophic regular expression, a search
//! through a huge array-like). Its thread is given up: see [`crate::IsolateHandle::terminate`].

use crate::Cx;
use boa_engine::error::{EngineError, RuntimeLimitError};
use boa_engine::vm::RuntimeLimits;
use boa_engine::{Context, JsError, JsNativeError, JsResult, JsValue, NativeFunction, Source, js_string};
use std::cell::RefCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use std::{io, ptr, thread};

/// Why scripts cannot be stopped in this build; no isolate starts then.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TerminationError {
    /// The limits are no longer stored as two distinct aligned words.
    #[error(
        "cannot find the engine's runtime limits in memory: the linked boa_engine differs from the supported 0.22.0"
    )]
    Layout,
    /// The thread of the trial run could not be started.
    #[error("cannot start the thread of the termination self-test: {0}")]
    Thread(Arc<io::Error>),
    /// The trial run did not end as it must.
    #[error("the termination self-test failed ({0}): the linked boa_engine differs from the supported 0.22.0")]
    Canary(&'static str),
}

/// Byte offsets of the two limits inside [`RuntimeLimits`].
#[derive(Clone, Copy, Debug)]
struct Layout {
    loop_iteration: usize,
    recursion: usize,
}

impl Layout {
    fn find() -> Option<Self> {
        const LOOP_MARK: u64 = 0x51A5_0000_C0DE_0001;
        const RECURSION_MARK: usize = 0x51A5_0000_C0DE_0002;
        let mut limits = RuntimeLimits::default();
        limits.set_loop_iteration_limit(LOOP_MARK);
        limits.set_recursion_limit(RECURSION_MARK);
        // The other two fields are set as well, so that every byte of the scan is initialised and none looks like a mark.
        limits.set_stack_size_limit(1);
        limits.set_backtrace_limit(2);
        Some(Self {
            loop_iteration: find_once(&limits, &LOOP_MARK.to_ne_bytes())?,
            recursion: find_once(&limits, &RECURSION_MARK.to_ne_bytes())?,
        })
    }
}

/// Where `mark` stands in `limits`, if it does exactly once, aligned.
fn find_once(limits: &RuntimeLimits, mark: &[u8]) -> Option<usize> {
    const FIELDS: usize = size_of::<usize>() * 3 + size_of::<u64>();
    if size_of::<RuntimeLimits>() != FIELDS {
        // There would be padding or an unknown field: neither may be read as bytes.
        return None;
    }
    // SAFETY: the pointer comes from a live reference and the length is the value's size. The value is four integers without
    // padding (their sizes add up to it), so that all of its bytes are initialised.
    let bytes = unsafe { std::slice::from_raw_parts(ptr::from_ref(limits).cast::<u8>(), size_of::<RuntimeLimits>()) };
    let mut places = bytes
        .windows(mark.len())
        .enumerate()
        .filter(|(_, window)| *window == mark)
        .map(|(place, _)| place);
    match (places.next(), places.next()) {
        (Some(place), None) if place % mark.len() == 0 => Some(place),
        _ => None,
    }
}

/// Finds the layout and proves the mechanism, once in the life of the process.
fn proven_layout() -> Result<Layout, TerminationError> {
    static LAYOUT: OnceLock<Result<Layout, TerminationError>> = OnceLock::new();
    LAYOUT
        .get_or_init(|| {
            let layout = Layout::find().ok_or(TerminationError::Layout)?;
            canary(layout)?;
            Ok(layout)
        })
        .clone()
}

/// Terminates one isolate's scripts; shared between its thread and its handles.
pub(crate) struct Terminator {
    layout: Layout,
    terminated: AtomicBool,
    out_of_memory: AtomicBool,
    /// The limits of the context while there is one; null before and after. The lock keeps the context alive during a store.
    limits: Mutex<AtomicPtr<RuntimeLimits>>,
}

impl Terminator {
    /// Errors if the linked engine does not honour the mechanism.
    pub(crate) fn new() -> Result<Self, TerminationError> {
        Ok(Self::with_layout(proven_layout()?))
    }

    const fn with_layout(layout: Layout) -> Self {
        Self {
            layout,
            terminated: AtomicBool::new(false),
            out_of_memory: AtomicBool::new(false),
            limits: Mutex::new(AtomicPtr::new(ptr::null_mut())),
        }
    }

    pub(crate) fn is_terminated(&self) -> bool {
        self.terminated.load(Ordering::SeqCst)
    }

    /// Whether it was its own hunger that ended the isolate, and nobody before.
    pub(crate) fn is_out_of_memory(&self) -> bool {
        self.out_of_memory.load(Ordering::SeqCst)
    }

    /// From any thread, at any time; returns whether this call was the first.
    pub(crate) fn terminate(&self) -> bool {
        let first = !self.terminated.swap(true, Ordering::SeqCst);
        self.interrupt(&self.lock());
        first
    }

    /// Ends the isolate of this thread because its heap is full, if there is one to end. Called from inside an allocation: nothing
    /// here allocates, nor does anything that holds one of the locks.
    pub(crate) fn run_out_of_memory() -> bool {
        let terminator = CURRENT.try_with(|current| current.try_borrow().ok().and_then(|current| current.clone()));
        let Ok(Some(terminator)) = terminator else {
            // The context is still being made.
            return false;
        };
        if terminator.terminate() {
            terminator.out_of_memory.store(true, Ordering::SeqCst);
        }
        true
    }

    fn interrupt(&self, limits: &AtomicPtr<RuntimeLimits>) {
        let base = limits.load(Ordering::SeqCst).cast::<u8>();
        if base.is_null() {
            return;
        }
        // SAFETY: `base` points to the limits of the context in `TerminableContext`: it is set while that context stands in
        // its box, and reset under the lock held here before the box is freed. The offsets are those of an aligned `u64` and an
        // aligned `usize` field of that type, and any value is valid for them. The owning thread may read the fields at the same
        // time without an atomic operation: see the head of this file.
        unsafe {
            AtomicU64::from_ptr(base.add(self.layout.loop_iteration).cast()).store(0, Ordering::SeqCst);
            AtomicUsize::from_ptr(base.add(self.layout.recursion).cast()).store(0, Ordering::SeqCst);
        }
    }

    fn lock(&self) -> MutexGuard<'_, AtomicPtr<RuntimeLimits>> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

thread_local! {
    /// The terminator of the context that stands on this thread.
    static CURRENT: RefCell<Option<Arc<Terminator>>> = const { RefCell::new(None) };
}

/// A context that its [`Terminator`] can reach.
pub(crate) struct TerminableContext {
    terminator: Arc<Terminator>,
    context: Box<Context>,
}

impl TerminableContext {
    /// From here on the limits of the context belong to the terminator: set them before.
    pub(crate) fn new(context: Context, terminator: Arc<Terminator>) -> Self {
        let mut context = Box::new(context);
        let limits = terminator.lock();
        limits.store(ptr::from_mut(context.runtime_limits_mut()), Ordering::SeqCst);
        if terminator.is_terminated() {
            terminator.interrupt(&limits);
        }
        drop(limits);
        CURRENT.set(Some(Arc::clone(&terminator)));
        Self { terminator, context }
    }
}

impl Deref for TerminableContext {
    type Target = Cx;

    fn deref(&self) -> &Cx {
        &self.context
    }
}

impl DerefMut for TerminableContext {
    fn deref_mut(&mut self) -> &mut Cx {
        &mut self.context
    }
}

impl Drop for TerminableContext {
    fn drop(&mut self) {
        CURRENT.set(None);
        self.terminator.lock().store(ptr::null_mut(), Ordering::SeqCst);
    }
}

/// Whether this error came from a limit, which is also how a termination shows.
pub(crate) const fn is_limit_error(error: &JsError) -> bool {
    matches!(error.as_engine(), Some(EngineError::RuntimeLimit(_)))
}

/// How a native function that notices a termination ends the script: no `catch` or `finally` sees this error either.
pub(crate) fn interruption() -> JsError {
    RuntimeLimitError::LoopIteration.into()
}

/// Lets native code that may take long notice that its isolate is being terminated.
#[derive(Default)]
pub(crate) struct Watch {
    steps: u32,
}

impl Watch {
    /// Looks now and then.
    ///
    /// # Errors
    /// The [`interruption`], if this thread's isolate is terminated.
    #[inline]
    pub fn look(&mut self) -> Result<(), JsError> {
        self.steps = self.steps.wrapping_add(1);
        match self.steps.is_multiple_of(256) && Self::is_terminated() {
            true => Err(interruption()),
            false => Ok(()),
        }
    }

    #[cold]
    fn is_terminated() -> bool {
        CURRENT.with_borrow(|current| current.as_ref().is_some_and(|current| current.is_terminated()))
    }
}

/// Stops a script that nothing else would stop, and looks that it was stopped.
fn canary(layout: Layout) -> Result<(), TerminationError> {
    /// Only a broken build waits this long.
    const PATIENCE: Duration = Duration::from_secs(20);

    let terminator = Arc::new(Terminator::with_layout(layout));
    let (ready, is_ready) = flume::bounded(1);
    let (verdict, verdicts) = flume::bounded(1);
    let inside = Arc::clone(&terminator);
    let trial = move || {
        let _ = verdict.send(run_canary(inside, ready));
    };
    let thread = thread::Builder::new()
        .name("skep-canary".to_owned())
        .spawn(trial)
        .map_err(|error| TerminationError::Thread(Arc::new(error)))?;
    if is_ready.recv_timeout(PATIENCE).is_err() {
        return Err(TerminationError::Canary("the script did not start"));
    }
    terminator.terminate();
    let verdict = verdicts
        .recv_timeout(PATIENCE)
        .map_err(|_| TerminationError::Canary("the script did not stop"))?;
    // The thread has given its last sign of life; a panic after it changes nothing.
    let _ = thread.join();
    verdict
}

/// Tells the starting thread that the script runs; stored in the trial's context.
struct Ready(flume::Sender<()>);

fn signal(_: &JsValue, _: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    match cx.get_data::<Ready>().map(|ready| ready.0.send(())) {
        Some(Ok(())) => Ok(JsValue::undefined()),
        _ => Err(JsNativeError::error().with_message("nobody waits").into()),
    }
}

fn run_canary(terminator: Arc<Terminator>, ready: flume::Sender<()>) -> Result<(), TerminationError> {
    const BUSY: &str =
        "try { [0].forEach(() => { ready(); for (;;) {} }) } catch { for (;;) {} } finally { for (;;) {} }";
    const CALL: &str = "[0].forEach(() => {})";

    let mut cx = TerminableContext::new(Context::default(), terminator);
    cx.insert_data(Ready(ready));
    cx.register_global_callable(js_string!("ready"), 0, NativeFunction::from_fn_ptr(signal))
        .map_err(|_| TerminationError::Canary("the script could not be set up"))?;
    match cx.eval(Source::from_bytes(BUSY)) {
        Err(error) if is_limit_error(&error) => {}
        _ => return Err(TerminationError::Canary("the script ended another way")),
    }
    match cx.eval(Source::from_bytes(CALL)) {
        Err(error) if is_limit_error(&error) => Ok(()),
        _ => Err(TerminationError::Canary("a later script could still call")),
    }
}

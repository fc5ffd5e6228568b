//! Being inside an isolate: entering nests, and leaving restores.

use crate::event_loop::{DEEPEST_NESTING, Interrupted};
use crate::visits::{Question, RunError};
use crate::{Cx, EventLoop, IsolateHandle};
use boa_engine::realm::Realm;
use flume::Receiver;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// An isolate that is entered, for as long as this stands; what it holds is usable through it and through nothing else.
///
/// There is no lock to take, as the context is only ever lent: whoever has the `&mut Cx` of an isolate has it alone. Scopes
/// nest. While an inner one stands, the outer one cannot be used; when it is dropped, by a panic too, the realm is the one that
/// was current before:
///
/// ```compile_fail,E0499
/// # use skep_engine::Scope;
/// fn inside(scope: &mut Scope<'_>) {
///     let realm = scope.realm().clone();
///     let inner = scope.enter_realm(realm);
///     scope.clear_kept_objects();
///     drop(inner);
/// }
/// ```
///
/// It belongs to its thread, as does every value of the heap:
///
/// ```compile_fail,E0277
/// fn crosses_threads<T: Send>() {}
/// crosses_threads::<skep_engine::Scope<'static>>();
/// ```
pub struct Scope<'cx> {
    cx: &'cx mut Cx,
    /// The realm to go back to.
    before: Realm,
}

impl fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}

impl<'cx> Scope<'cx> {
    /// Enters the isolate whose context this is, anew if it is entered already.
    pub fn enter(cx: &'cx mut Cx) -> Self {
        let before = cx.realm().clone();
        Self { cx, before }
    }

    /// Makes `realm` the current one while the returned scope stands. The realm is to be of this isolate.
    pub fn enter_realm(&mut self, realm: Realm) -> Scope<'_> {
        let before = self.cx.enter_realm(realm);
        Scope { cx: self.cx, before }
    }

    /// The isolate's event loop.
    ///
    /// # Panics
    /// As [`EventLoop::of`].
    #[must_use]
    pub fn event_loop(&self) -> std::rc::Rc<EventLoop> {
        EventLoop::of(self.cx)
    }

    /// Runs `closure` in another isolate, on that one's thread, and blocks until it has answered: [`IsolateHandle::run`] for a
    /// caller that is inside an isolate itself. While it waits this isolate can be entered by others, so that two isolates
    /// which ask each other do not wait forever. In this very isolate the closure runs at once.
    ///
    /// # Errors
    /// Those of [`RunError`], but for [`RunError::InsideIsolate`].
    ///
    /// # Panics
    /// As [`EventLoop::of`]. A panic of the closure in this very isolate goes on through the caller.
    pub fn run_on<T, F>(&mut self, isolate: &IsolateHandle, closure: F) -> Result<T, RunError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Scope<'_>) -> T + Send + 'static,
    {
        let event_loop = self.event_loop();
        if event_loop.is_terminated() {
            return Err(RunError::CallerTerminated);
        }
        if event_loop.handle().id() == isolate.id() {
            let answer = closure(&mut Scope::enter(self.cx));
            event_loop.clean_up_after_running_script(self.cx);
            return if event_loop.is_terminated() {
                Err(RunError::Terminated)
            } else {
                Ok(answer)
            };
        }
        if event_loop.nesting() >= DEEPEST_NESTING {
            return Err(RunError::TooDeep(DEEPEST_NESTING));
        }
        let question = Question::ask(isolate, closure)?;
        match self.wait_for(question.answers()) {
            Ok(answer) => answer,
            Err(Interrupted::Terminated) => Err(RunError::CallerTerminated),
            Err(Interrupted::Abandoned) => Err(question.unanswered()),
        }
    }

    /// Blocks this thread until `answer` holds something, or this isolate is terminated, and lets others in meanwhile: what
    /// [`IsolateHandle::run`] and [`Scope::run_on`] want done here is done while this waits. Tasks, timers and microtasks wait.
    /// [`EventLoop::block_on`] waits with the door closed.
    ///
    /// # Errors
    /// As [`EventLoop::block_on`].
    ///
    /// # Panics
    /// As [`EventLoop::of`].
    pub fn wait_for<T: Send>(&mut self, answer: &Receiver<T>) -> Result<T, Interrupted> {
        let event_loop = self.event_loop();
        event_loop.block_on_or(answer, || event_loop.let_one_in(self.cx))
    }
}

impl Deref for Scope<'_> {
    type Target = Cx;

    fn deref(&self) -> &Cx {
        self.cx
    }
}

impl DerefMut for Scope<'_> {
    fn deref_mut(&mut self) -> &mut Cx {
        self.cx
    }
}

impl Drop for Scope<'_> {
    fn drop(&mut self) {
        self.cx.enter_realm(self.before.clone());
    }
}

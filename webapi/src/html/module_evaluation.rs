//! Running modules, those with `await` outside of functions too: <https://tc39.es/ecma262/#sec-moduleevaluation>.
//!
//! The engine runs modules in order, but where one waits it forgets the errors of those that depend on it, and never answers who
//! imports it meanwhile. So it is asked for one circle of modules at a time, which has nothing left to wait for but itself.

use super::{
    environment::Environment,
    module_map::ModuleMap,
    module_script::{ModuleScript, ModuleType},
};
use crate::{binding::Cx, webidl::promise};
use boa_engine::{JsError, JsValue, Module, builtins::promise::PromiseState, object::builtins::JsPromise};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use skep_engine::{EventLoop, ExceptionReport};
use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
};

/// What goes on when a module has run.
pub(super) trait Evaluated: Trace {
    /// Called once, with what the module, or one that it imports, threw.
    fn settled(&self, result: Result<(), JsValue>, cx: &mut Cx);
}

/// A realm's circles of modules that may have to wait.
#[derive(Default, Trace, Finalize)]
pub(crate) struct Evaluations {
    circles: GcRefCell<HashMap<Module, Gc<Circle>>>,
    /// Modules that failed by what no script can catch. The engine tells of it once, and has a promise for later that stays pending.
    failed: GcRefCell<HashMap<Module, JsValue>>,
    last: Cell<u64>,
}

/// Modules that depend on one another, mostly a single one: a strongly connected component of the graph.
#[derive(Trace, Finalize)]
struct Circle {
    /// The one of them that was reached first: `[[CycleRoot]]`.
    root: Module,
    /// Those that it depends on, in order, until it is started.
    dependencies: GcRefCell<Vec<Gc<Circle>>>,
    state: GcRefCell<State>,
    /// `[[AsyncEvaluationOrder]]`; also of those that need not wait.
    order: Cell<u64>,
    /// `[[PendingAsyncDependencies]]`
    pending: Cell<usize>,
    /// `[[AsyncParentModules]]`
    parents: GcRefCell<Vec<Gc<Circle>>>,
    /// Who wants to know.
    waiting: GcRefCell<Vec<Box<dyn Evaluated>>>,
}

#[derive(Clone, Trace, Finalize)]
enum State {
    New,
    /// Of others, or of itself.
    Waiting,
    Done,
    Failed(JsValue),
}

/// Runs a linked module, and those that it imports before it.
/// <https://tc39.es/ecma262/#sec-moduleevaluation>
pub(super) fn evaluate(script: &Gc<ModuleScript>, then: impl Evaluated + 'static, cx: &mut Cx) {
    let Some(environment) = Environment::of(cx) else {
        return;
    };
    let Some(record) = script.record() else {
        return then.settled(Ok(()), cx);
    };
    let modules = &environment.modules;
    // Without one that waits there is nothing that the engine does not know to do.
    if !may_wait(script, modules) {
        let Some(run) = run(record, &modules.evaluations, cx) else {
            return;
        };
        let state = state_of(&run);
        if let (Ok(promise), State::Waiting) = (&run, &state) {
            return react(promise, then, |then, state, cx| tell(then, &state, cx), cx);
        }
        return tell(&then, &state, cx);
    }
    let mut walk = Walk::default();
    walk.visit(script, modules);
    let Some(circle) = modules.evaluations.circle_of(record) else {
        return;
    };
    start(&circle, &modules.evaluations, cx);
    let state = circle.state.borrow().clone();
    match state {
        State::Done | State::Failed(_) => tell(&then, &state, cx),
        State::New | State::Waiting => circle.waiting.borrow_mut().push(Box::new(then)),
    }
}

/// Whether a module of the graph has a top-level `await`.
fn may_wait(root: &Gc<ModuleScript>, modules: &ModuleMap) -> bool {
    let mut seen = HashSet::new();
    let mut stack = vec![root.clone()];
    while let Some(script) = stack.pop() {
        if script.has_top_level_await() {
            return true;
        }
        if script.record().is_some_and(|record| seen.insert(record.clone())) {
            stack.extend(imported(&script, modules));
        }
    }
    false
}

/// The JavaScript modules that a module imports.
fn imported(script: &ModuleScript, modules: &ModuleMap) -> Vec<Gc<ModuleScript>> {
    let requests = script.requests().iter();
    requests
        .filter(|(_, _, module_type)| *module_type == ModuleType::JavaScript)
        .filter_map(|(_, url, module_type)| modules.get(url, *module_type))
        .collect()
}

/// Runs what the engine can run now; none if the isolate is being terminated.
fn run(record: &Module, evaluations: &Evaluations, cx: &mut Cx) -> Option<Result<JsPromise, JsValue>> {
    if let Some(reason) = evaluations.failed.borrow().get(record) {
        return Some(Err(reason.clone()));
    }
    match record.evaluate(cx) {
        Ok(promise) => {
            // Whoever is to be told of a rejection is told by us.
            let handled = promise::react(&promise, (), |(), _, _| (), |(), _, _| (), cx);
            handled.ok().map(|()| Ok(promise))
        }
        // What no script could catch, such as too deep a recursion, is an error of this module all the same.
        Err(error) => thrown(error, cx).map(|reason| {
            let mut failed = evaluations.failed.borrow_mut();
            failed.insert(record.clone(), reason.clone());
            Err(reason)
        }),
    }
}

/// Calls `then` with what comes of a promise that is pending.
fn react<C: Trace + 'static>(promise: &JsPromise, captures: C, then: fn(&C, State, &mut Cx), cx: &mut Cx) {
    let reacted = promise::react(
        promise,
        (captures, Then(then)),
        |(captures, then), _, cx| (then.0)(captures, State::Done, cx),
        |(captures, then), reason, cx| (then.0)(captures, State::Failed(reason), cx),
        cx,
    );
    // Only a termination keeps it from reacting.
    drop(reacted);
}

/// A function, which holds nothing of the heap.
#[derive(Trace, Finalize)]
struct Then<C: 'static>(#[unsafe_ignore_trace] fn(&C, State, &mut Cx));

fn state_of(run: &Result<JsPromise, JsValue>) -> State {
    match run {
        Err(reason) => State::Failed(reason.clone()),
        Ok(promise) => match promise.state() {
            PromiseState::Fulfilled(_) => State::Done,
            PromiseState::Rejected(reason) => State::Failed(reason),
            PromiseState::Pending => State::Waiting,
        },
    }
}

/// An error as a value; none in an isolate that is being terminated.
fn thrown(error: JsError, cx: &mut Cx) -> Option<JsValue> {
    ExceptionReport::from_error(error, cx).map(|report| report.value)
}

/// Finds circles, as Tarjan does, and so the language.
#[derive(Default)]
struct Walk {
    indices: HashMap<Module, usize>,
    /// Those whose circle is not closed yet.
    open: Vec<Gc<ModuleScript>>,
}

impl Walk {
    /// Gives the module's circle, and all that it depends on, a place; returns the lowest open index in reach. A graph that is linked
    /// is no deeper than the native stack allows.
    fn visit(&mut self, script: &Gc<ModuleScript>, modules: &ModuleMap) -> usize {
        let Some(record) = script.record() else {
            return usize::MAX;
        };
        if let Some(index) = self.indices.get(record) {
            let is_open = self.open.iter().any(|open| open.record() == Some(record));
            return if is_open { *index } else { usize::MAX };
        }
        if modules.evaluations.circle_of(record).is_some() {
            return usize::MAX;
        }
        let index = self.indices.len();
        self.indices.insert(record.clone(), index);
        let place = self.open.len();
        self.open.push(script.clone());
        let mut lowest = index;
        for requested in imported(script, modules) {
            lowest = lowest.min(self.visit(&requested, modules));
        }
        if lowest == index {
            let members = self.open.split_off(place);
            modules.evaluations.close(record, &members, modules);
        }
        lowest
    }
}

impl Evaluations {
    fn circle_of(&self, record: &Module) -> Option<Gc<Circle>> {
        self.circles.borrow().get(record).cloned()
    }

    /// Makes a circle of these; all that they depend on have theirs.
    fn close(&self, root: &Module, members: &[Gc<ModuleScript>], modules: &ModuleMap) {
        let mut dependencies: Vec<Gc<Circle>> = Vec::new();
        for requested in members.iter().flat_map(|member| imported(member, modules)) {
            let circle = requested.record().and_then(|record| self.circle_of(record));
            dependencies.extend(circle.filter(|circle| !dependencies.iter().any(|known| Gc::ptr_eq(known, circle))));
        }
        let circle = Gc::new(Circle {
            root: root.clone(),
            dependencies: GcRefCell::new(dependencies),
            state: GcRefCell::new(State::New),
            order: Cell::default(),
            pending: Cell::default(),
            parents: GcRefCell::default(),
            waiting: GcRefCell::default(),
        });
        let records = members.iter().filter_map(|member| member.record());
        let mut circles = self.circles.borrow_mut();
        circles.extend(records.map(|record| (record.clone(), circle.clone())));
    }
}

/// <https://tc39.es/ecma262/#sec-innermoduleevaluation>
fn start(circle: &Gc<Circle>, evaluations: &Evaluations, cx: &mut Cx) {
    // 2–4. Once.
    if !matches!(*circle.state.borrow(), State::New) {
        return;
    }
    // 11. First what it depends on.
    let dependencies = std::mem::take(&mut *circle.dependencies.borrow_mut());
    for dependency in &dependencies {
        start(dependency, evaluations, cx);
        let state = dependency.state.borrow().clone();
        match state {
            // 11.c.iv. With one error all is over; the others are not run for this one.
            State::Failed(_) => {
                *circle.state.borrow_mut() = state;
                return;
            }
            // 11.c.v. It has to wait.
            State::New | State::Waiting => {
                circle.pending.set(circle.pending.get() + 1);
                dependency.parents.borrow_mut().push(circle.clone());
            }
            State::Done => {}
        }
    }
    // 12. Its turn among those that wait.
    evaluations.last.set(evaluations.last.get() + 1);
    circle.order.set(evaluations.last.get());
    *circle.state.borrow_mut() = State::Waiting;
    // 12–13. Run it, if there is nothing to wait for.
    if circle.pending.get() == 0 {
        execute(circle, evaluations, cx);
    }
}

/// Runs a circle whose dependencies have run.
fn execute(circle: &Gc<Circle>, evaluations: &Evaluations, cx: &mut Cx) {
    let Some(run) = run(&circle.root, evaluations, cx) else {
        return;
    };
    let state = state_of(&run);
    if let (Ok(promise), State::Waiting) = (&run, &state) {
        react(promise, circle.clone(), settle, cx);
    }
    *circle.state.borrow_mut() = state;
}

/// A circle that had to wait has come to its end.
/// <https://tc39.es/ecma262/#sec-async-module-execution-fulfilled>, <https://tc39.es/ecma262/#sec-async-module-execution-rejected>
fn settle(circle: &Gc<Circle>, state: State, cx: &mut Cx) {
    *circle.state.borrow_mut() = state;
    let Some(environment) = Environment::of(cx) else {
        return;
    };
    // Those that have run meanwhile, with what comes of each for those above it, in their order.
    let mut settled = BTreeMap::from([(circle.order.get(), circle.clone())]);
    let mut ready = BTreeMap::new();
    loop {
        while let Some((_, circle)) = settled.pop_first() {
            let state = circle.state.borrow().clone();
            let waiting = std::mem::take(&mut *circle.waiting.borrow_mut());
            for then in waiting {
                tell(&*then, &state, cx);
            }
            let parents = std::mem::take(&mut *circle.parents.borrow_mut());
            for parent in parents {
                // It may have failed by another one.
                if !matches!(*parent.state.borrow(), State::Waiting) {
                    continue;
                }
                if let State::Failed(reason) = &state {
                    *parent.state.borrow_mut() = State::Failed(reason.clone());
                    settled.insert(parent.order.get(), parent);
                    continue;
                }
                parent.pending.set(parent.pending.get().saturating_sub(1));
                if parent.pending.get() == 0 {
                    ready.insert(parent.order.get(), parent);
                }
            }
        }
        let Some((order, circle)) = ready.pop_first() else {
            return;
        };
        if EventLoop::of(cx).is_terminated() {
            return;
        }
        execute(&circle, &environment.modules.evaluations, cx);
        if !matches!(*circle.state.borrow(), State::Waiting) {
            settled.insert(order, circle);
        }
    }
}

fn tell<T: Evaluated + ?Sized>(then: &T, state: &State, cx: &mut Cx) {
    let result = match state {
        State::Failed(reason) => Err(reason.clone()),
        _ => Ok(()),
    };
    then.settled(result, cx);
}

impl fmt::Debug for Evaluations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evaluations").finish_non_exhaustive()
    }
}

//! <https://html.spec.whatwg.org/multipage/workers.html#run-a-worker>

use super::{
    agent,
    dedicated_worker_global_scope::{DedicatedWorkerGlobalScope, Owner},
    environment::{Environment, Settings},
    message_port::PortEnd,
    module_graph::{self, Continuation, Graph},
    module_map,
    module_script::{self, FetchOptions, ModuleScript, ModuleType},
    scripting, worker,
};
use crate::{
    ConsoleLevel, ConsoleMessage, UserAgent,
    binding::{
        Cx, Exposure, Js,
        generated::{WorkerOptions, WorkerType},
    },
    dom::event_target,
    fetch::{self, FetchError, FetchGroup, Mode, Response},
};
use boa_engine::JsValue;
use boa_gc::{Finalize, Gc, Trace};
use skep_engine::{Ending, EventLoop, ExceptionReport, IsolateHandle, TaskSource};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use url::{Origin, Url};

/// A worker's agent as its owner knows it: perhaps not started yet, perhaps ended.
#[derive(Debug)]
pub(super) struct WorkerAgent {
    id: u64,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    /// Its script is being loaded.
    Loading(Arc<FetchGroup>),
    Running(IsolateHandle),
    Ended,
}

impl WorkerAgent {
    pub fn new(id: u64) -> Self {
        Self {
            id,
            state: Mutex::new(State::Loading(Arc::default())),
        }
    }

    /// The worker's number in its owner's realm.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Nothing between lock and unlock can panic, so a poisoned lock holds sound data.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What its script is loaded in, until it is there.
    fn loads(&self) -> Option<Arc<FetchGroup>> {
        match &*self.state() {
            State::Loading(group) => Some(group.clone()),
            _ => None,
        }
    }

    /// <https://html.spec.whatwg.org/multipage/workers.html#terminate-a-worker>
    pub fn terminate(&self) {
        let state = std::mem::replace(&mut *self.state(), State::Ended);
        if let State::Running(isolate) = state {
            isolate.terminate();
        }
    }
}

/// The agents of an owner's workers that have not ended. They end with the owner, whose heap, its `Worker` objects included, is
/// gone by then.
#[derive(Debug, Default)]
pub(super) struct Children(Mutex<Family>);

#[derive(Debug, Default)]
struct Family {
    agents: HashMap<u64, Arc<WorkerAgent>>,
    /// Whether the owner's end will be told.
    is_watched: bool,
}

impl Children {
    fn family(&self) -> MutexGuard<'_, Family> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on the owner's end is the agent's.
    fn adopt(self: &Arc<Self>, agent: &Arc<WorkerAgent>, owner: &IsolateHandle) {
        let is_watched = {
            let mut family = self.family();
            family.agents.insert(agent.id(), agent.clone());
            std::mem::replace(&mut family.is_watched, true)
        };
        if !is_watched {
            let children = self.clone();
            owner.on_end(move |_| {
                let agents = std::mem::take(&mut children.family().agents);
                agents.values().for_each(|agent| agent.terminate());
            });
        }
    }

    /// The agent has ended.
    pub fn forget(&self, id: u64) {
        self.family().agents.remove(&id);
    }
}

/// All that a worker takes along from its owner.
struct Plan {
    agent: Arc<WorkerAgent>,
    owner: IsolateHandle,
    user_agent: UserAgent,
    name: String,
    url: Url,
    type_: WorkerType,
    options: FetchOptions,
    owner_origin: Origin,
    secure_context: bool,
    cross_origin_isolated: bool,
    animation_frames: bool,
    inside: PortEnd,
}

/// Loads the worker's script, then starts its agent; nothing of it happens on this thread but for local URLs.
pub(super) fn run(
    agent: Arc<WorkerAgent>,
    environment: &Environment,
    url: Url,
    options: &WorkerOptions,
    inside: PortEnd,
    cx: &mut Cx,
) {
    let owner = EventLoop::of(cx).handle();
    // The end of its owner is the end of it: <https://html.spec.whatwg.org/multipage/workers.html#the-worker's-lifetime>.
    environment.workers.agents().adopt(&agent, &owner);
    let user_agent = environment.user_agent().clone();
    let settings = environment.settings();
    let plan = Plan {
        agent,
        owner,
        user_agent: user_agent.clone(),
        name: options.name.to_std_string_lossy(),
        url: url.clone(),
        type_: options.type_,
        options: FetchOptions {
            credentials: options.credentials,
        },
        owner_origin: environment.origin().clone(),
        secure_context: settings.secure_context,
        cross_origin_isolated: settings.cross_origin_isolated,
        animation_frames: settings.animation_frames,
        inside,
    };
    // 12. The script, from the owner's origin only. FIXME(cookies): a module's credentials mode tells which are sent.
    let mode = Mode::SameOrigin(environment.origin().clone());
    let Some(loads) = plan.agent.loads() else { return };
    fetch::fetch(&loads, &user_agent, url, mode, move |response| {
        let checked = response.and_then(|response| match plan.type_ {
            WorkerType::Classic => check(response),
            WorkerType::Module => module_map::check(response, ModuleType::JavaScript),
        });
        match checked {
            Ok(response) => start(plan, response),
            Err(reason) => fail(&plan, &reason.to_string()),
        }
    });
}

/// <https://html.spec.whatwg.org/multipage/webappapis.html#fetch-a-classic-worker-script>, step 4.
fn check(response: Response) -> Result<Response, FetchError> {
    // 4.1.2. An answer that is no answer.
    response.check_status()?;
    // 4.1.3. Over HTTP, only what says it is a script.
    let is_script = !matches!(response.url.scheme(), "http" | "https") || response.is_javascript();
    response.check_type(is_script, "JavaScript")?;
    Ok(response)
}

/// The worker does not come to life: an `error` event tells its owner.
fn fail(plan: &Plan, reason: &str) {
    plan.user_agent.print(ConsoleMessage {
        level: ConsoleLevel::Error,
        text: format!("failed to start the worker {}: {reason}", plan.url),
        location: String::new(),
    });
    let agent = plan.agent.clone();
    tell_of_failure(&plan.owner, agent.id(), move || agent.terminate());
}

/// The embedder is to know of a thread that is left behind.
fn given_up(url: &Url) -> ConsoleMessage {
    let text = format!(
        "the worker {url} was terminated inside native code that does not return: its thread goes on, at the lowest priority, until \
         that returns or the process ends"
    );
    ConsoleMessage {
        level: ConsoleLevel::Warn,
        text,
        location: String::new(),
    }
}

/// What an owner learns of an error in its worker; the value itself stays in its own heap.
#[derive(Default)]
pub(super) struct WorkerError {
    pub message: String,
    pub filename: String,
    pub line: u32,
    pub column: u32,
}

/// 6.2.1 of <https://html.spec.whatwg.org/multipage/webappapis.html#report-an-exception>: an error that the worker did not handle is
/// an event at its `Worker`, and if that does not handle it either, an error of the owner.
pub(super) fn tell_of_error(owner: &IsolateHandle, id: u64, error: WorkerError) {
    // An owner that has ended needs no telling.
    _ = owner.post(TaskSource::DomManipulation, move |cx| {
        // Of a worker that was terminated nothing is seen any more.
        let Some(worker) = worker::find(id, cx) else {
            return;
        };
        let report = ExceptionReport {
            message: error.message,
            filename: error.filename,
            line: error.line,
            column: error.column,
            value: JsValue::null(),
        };
        if scripting::fire_error(&report, JsValue::null(), &worker.upcast(), cx) {
            scripting::report_an_exception(&report, cx);
        }
    });
}

/// Fires `error` at the worker's object, unless it was terminated; then runs `after`.
pub(super) fn tell_of_failure(owner: &IsolateHandle, id: u64, after: impl FnOnce() + Send + 'static) {
    // An owner that has ended needs no telling.
    _ = owner.post(TaskSource::DomManipulation, move |cx| {
        // A terminated worker is forgotten already.
        if let Some(worker) = worker::find(id, cx) {
            let target = worker.upcast();
            // A failure that nobody listens for is an error that nobody handled.
            if !target.has_listener("error")
                && let Some(environment) = Environment::of(cx)
            {
                environment.user_agent().note_uncaught();
            }
            event_target::fire_plain("error", &target, cx);
        }
        after();
        worker::forget(id, cx);
    });
}

/// Starts the agent with the script that has come.
fn start(plan: Plan, response: Response) {
    let agent = plan.agent.clone();
    // Held throughout, so that a termination comes before the start or after it.
    let mut state = agent.state();
    if !matches!(*state, State::Loading(_)) {
        return;
    }
    // 6. Who the worker is: <https://html.spec.whatwg.org/multipage/workers.html#script-settings-for-workers>.
    let origin = if plan.url.scheme() == "data" {
        Origin::new_opaque()
    } else {
        plan.owner_origin.clone()
    };
    // 12.8–12.9. Isolated only where the owner is, and the script agrees.
    let embedder_policy = response.header("cross-origin-embedder-policy").unwrap_or_default();
    let local = !matches!(response.url.scheme(), "http" | "https");
    let isolated =
        plan.cross_origin_isolated && (local || matches!(embedder_policy.trim(), "require-corp" | "credentialless"));
    if plan.cross_origin_isolated && !isolated {
        drop(state);
        return fail(&plan, "its embedder policy is weaker than its owner's");
    }
    let settings = Settings {
        user_agent: plan.user_agent.clone(),
        kind: Exposure::DEDICATED_WORKER,
        url: response.url.clone(),
        origin,
        secure_context: plan.secure_context,
        cross_origin_isolated: isolated,
        animation_frames: plan.animation_frames,
        on_unhandled_error: super::dedicated_worker_global_scope::tell_owner,
    };
    let owner = Owner {
        isolate: plan.owner.clone(),
        worker: plan.agent.id(),
    };
    let (name, inside) = (plan.name, plan.inside);
    let (url, type_, options, outside) = (plan.url.clone(), plan.type_, plan.options, plan.owner_origin);
    let global = move || Gc::new(DedicatedWorkerGlobalScope::new(name, type_, owner));
    let thread_name = format!("worker {}", response.url.path());
    let started = agent::start(thread_name, true, settings, global, move |global, cx| {
        // 12.12. The port inside, whose messages are the global's.
        DedicatedWorkerGlobalScope::set_inside_port(global, inside, cx);
        // 12.13–12.14. The script; one that does not parse is as good as none.
        let text = response.text();
        if type_ == WorkerType::Module {
            return run_module(global, &url, &text, response.url, options, outside, cx);
        }
        if let Err(report) = scripting::try_classic_script(&text, response.url.as_str(), cx) {
            DedicatedWorkerGlobalScope::fail(global, Some(&report), cx);
            return;
        }
        // 12.16. From now on messages are taken.
        global.enable_inside_port();
    });
    match started {
        Ok(isolate) => {
            *state = State::Running(isolate.clone());
            drop(state);
            let (owner, id) = (plan.owner, plan.agent.id());
            isolate.on_end(move |ending| {
                // A `Worker` that is kept keeps nothing of it.
                *plan.agent.state() = State::Ended;
                match ending {
                    Ending::Panicked(message) => plan.user_agent.note_crash(message),
                    Ending::GivenUp => plan.user_agent.print(given_up(&plan.url)),
                    Ending::OutOfMemory { limit } => tell_of_error(
                        &owner,
                        id,
                        WorkerError {
                            message: format!("out-of-memory: the worker held more than its {} MiB", limit >> 20),
                            filename: plan.url.to_string(),
                            ..WorkerError::default()
                        },
                    ),
                    _ => {}
                }
                // An owner that has ended has forgotten it already.
                _ = owner.post(TaskSource::DomManipulation, move |cx| worker::forget(id, cx));
            });
        }
        Err(error) => {
            *state = State::Ended;
            drop(state);
            plan.user_agent.note_crash(&error.to_string());
            tell_of_failure(&plan.owner, plan.agent.id(), || ());
        }
    }
}

/// Runs a worker's module once all that it imports is there, which is loaded in the owner's name.
/// <https://html.spec.whatwg.org/multipage/webappapis.html#fetch-a-module-worker-script-tree>
fn run_module(
    global: &Js<DedicatedWorkerGlobalScope>,
    url: &Url,
    text: &str,
    base_url: Url,
    options: FetchOptions,
    outside: Origin,
    cx: &mut Cx,
) {
    let Some(environment) = Environment::of(cx) else {
        return;
    };
    environment.modules.set_outside(Some(outside));
    let script = ModuleScript::javascript(text, base_url, options, cx);
    // Its imports may lead back to it.
    environment.modules.insert(url, &script);
    module_graph::fetch_descendants_and_link(script, Start(global.clone()), cx);
}

/// 12.13–12.16 of <https://html.spec.whatwg.org/multipage/workers.html#run-a-worker>, for a module.
#[derive(Trace, Finalize)]
struct Start(Js<DedicatedWorkerGlobalScope>);

impl Continuation for Start {
    fn proceed(&self, graph: Graph, cx: &mut Cx) {
        let global = &self.0;
        // What the module's code imports later is loaded in the worker's own name.
        if let Some(environment) = Environment::of(cx) {
            environment.modules.set_outside(None);
        }
        let script = match graph {
            Graph::Linked(script) => script,
            // 12.13. Something is missing, or is no module.
            Graph::Failed => return DedicatedWorkerGlobalScope::fail(global, None, cx),
            Graph::Erroneous(_, fault) => {
                let report = module_script::report_of(&fault, cx);
                return DedicatedWorkerGlobalScope::fail(global, report.as_ref(), cx);
            }
        };
        // 12.15. As far as its first `await`.
        module_script::run(&script, None, cx);
        // 12.16. From now on messages are taken.
        global.enable_inside_port();
    }
}

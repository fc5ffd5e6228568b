//! <https://html.spec.whatwg.org/multipage/webappapis.html#environment-settings-object>

use super::{
    animation_frame_provider::AnimationFrames, broadcast_channel::OpenChannels, json::Json, module_map::ModuleMap,
    ports::Ports, rejections::Rejections, timers::Timers, worker::Workers,
};
use crate::{
    UserAgent,
    binding::{Cx, Exposure, Js},
    dom::event_target::EventTarget,
    hr_time::performance::Performance,
};
use boa_engine::{JsData, JsObject};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use skep_engine::ExceptionReport;
use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
    fmt,
    time::{Duration, Instant, SystemTime},
};
use url::{Origin, Url};

/// What is fixed about a realm when it is made.
pub(crate) struct Settings {
    pub user_agent: UserAgent,
    /// The kind of its global object.
    pub kind: Exposure,
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#concept-environment-creation-url>
    pub url: Url,
    pub origin: Origin,
    pub secure_context: bool,
    pub cross_origin_isolated: bool,
    /// Whether the global is a window, or a worker that in the end belongs to one:
    /// <https://html.spec.whatwg.org/multipage/imagebitmap-and-animations.html#concept-animationframeprovider-supported>
    pub animation_frames: bool,
    /// Takes the errors that the realm's own handlers did not: 6.2 of
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#report-an-exception>.
    pub on_unhandled_error: fn(&ExceptionReport, &mut Cx),
}

/// A realm's environment, reached from any function that runs in it.
#[derive(Trace, Finalize)]
pub(crate) struct Environment {
    #[unsafe_ignore_trace]
    settings: Settings,
    #[unsafe_ignore_trace]
    base_url: RefCell<Url>,
    #[unsafe_ignore_trace]
    time_origin: (Instant, SystemTime),
    performance: GcRefCell<Option<Js<Performance>>>,
    /// The URLs of scripts whose errors are muted.
    #[unsafe_ignore_trace]
    muted_scripts: RefCell<HashSet<String>>,
    syntax_error: GcRefCell<Option<SyntaxError>>,
    pub(super) timers: Timers,
    pub(super) animation_frames: AnimationFrames,
    pub(super) ports: Gc<Ports>,
    pub(super) channels: OpenChannels,
    pub(super) workers: Workers,
    pub(super) rejections: Rejections,
    pub(super) json: Json,
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#concept-settings-object-module-map>
    pub(super) modules: ModuleMap,
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#in-error-reporting-mode>
    pub(super) in_error_reporting_mode: Cell<bool>,
}

/// A syntax error that was thrown into a script, and the place it is about, which the error itself does not tell.
#[derive(Trace, Finalize)]
struct SyntaxError {
    error: JsObject,
    filename: String,
    line: u32,
    column: u32,
}

/// The realm's own slot for its environment.
#[derive(Trace, Finalize, JsData)]
struct Slot(Gc<Environment>);

impl Environment {
    /// Gives the current realm its environment.
    pub fn install(settings: Settings, cx: &mut Cx) -> Gc<Self> {
        let environment = Gc::new(Self {
            base_url: RefCell::new(settings.url.clone()),
            settings,
            time_origin: (Instant::now(), SystemTime::now()),
            performance: GcRefCell::default(),
            muted_scripts: RefCell::default(),
            syntax_error: GcRefCell::default(),
            timers: Timers::default(),
            animation_frames: AnimationFrames::default(),
            ports: Gc::new(Ports::default()),
            channels: OpenChannels::default(),
            workers: Workers::default(),
            rejections: Rejections::default(),
            json: Json::of_new_realm(cx),
            modules: ModuleMap::default(),
            in_error_reporting_mode: Cell::default(),
        });
        cx.realm().host_defined_mut().insert(Slot(environment.clone()));
        environment
    }

    /// The current realm's environment; none only while the realm is being made.
    pub fn of(cx: &Cx) -> Option<Gc<Self>> {
        cx.realm().host_defined().get::<Slot>().map(|slot| slot.0.clone())
    }

    pub fn user_agent(&self) -> &UserAgent {
        &self.settings.user_agent
    }

    /// <https://html.spec.whatwg.org/multipage/webappapis.html#concept-settings-object-origin>
    pub fn origin(&self) -> &Origin {
        &self.settings.origin
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// <https://html.spec.whatwg.org/multipage/webappapis.html#api-base-url>
    pub fn base_url(&self) -> Url {
        self.base_url.borrow().clone()
    }

    /// A document's base URL changes with its `base` elements.
    #[expect(dead_code, reason = "base elements come with the document")]
    pub fn set_base_url(&self, url: Url) {
        *self.base_url.borrow_mut() = url;
    }

    /// A URL string relative to the base URL: <https://html.spec.whatwg.org/multipage/urls-and-fetching.html#encoding-parsing-a-url>.
    pub fn parse_url(&self, text: &str) -> Option<Url> {
        self.base_url.borrow().join(text).ok()
    }

    /// Errors of the script at this URL are muted: <https://html.spec.whatwg.org/multipage/webappapis.html#muted-errors>.
    pub fn mute(&self, url: &str) {
        self.muted_scripts.borrow_mut().insert(url.to_owned());
    }

    /// Whether errors of the script at this URL are muted.
    pub fn is_muted(&self, url: &str) -> bool {
        self.muted_scripts.borrow().contains(url)
    }

    /// Whether errors of any script are muted.
    pub fn mutes_scripts(&self) -> bool {
        !self.muted_scripts.borrow().is_empty()
    }

    /// Keeps where a syntax error is that is about to be thrown into a script; the last one is enough, as it is thrown at once.
    pub fn remember_syntax_error(&self, report: &ExceptionReport) {
        *self.syntax_error.borrow_mut() = report.value.as_object().map(|error| SyntaxError {
            error,
            filename: report.filename.clone(),
            line: report.line,
            column: report.column,
        });
    }

    /// The report with the place of the syntax error, if it is about the one that was remembered.
    pub fn with_place_of_syntax_error(&self, report: &ExceptionReport) -> ExceptionReport {
        let mut report = report.clone();
        if let (Some(known), Some(error)) = (self.syntax_error.borrow().as_ref(), report.value.as_object())
            && JsObject::equals(&known.error, &error)
        {
            report.filename.clone_from(&known.filename);
            (report.line, report.column) = (known.line, known.column);
        } else if let Some(fault) = self.modules.fault(&report.value) {
            fault.place(&mut report);
        }
        report
    }

    /// What has passed since the time origin, exactly.
    pub fn since_time_origin(&self) -> Duration {
        self.time_origin.0.elapsed()
    }

    /// Milliseconds since the time origin: <https://w3c.github.io/hr-time/#dfn-current-high-resolution-time>.
    pub fn now(&self) -> f64 {
        let elapsed = self.since_time_origin();
        // Coarse to 5 µs, as <https://w3c.github.io/hr-time/#dfn-coarsen-time> asks of an isolated context.
        (elapsed.as_secs_f64() * 200_000.0).floor() / 200.0
    }

    /// Milliseconds since the epoch at which the time origin was: <https://w3c.github.io/hr-time/#dfn-get-time-origin-timestamp>.
    pub fn time_origin(&self) -> f64 {
        let since = self.time_origin.1.duration_since(SystemTime::UNIX_EPOCH);
        since.unwrap_or(Duration::ZERO).as_secs_f64() * 1000.0
    }

    /// The realm's one `Performance`.
    pub fn performance(&self, cx: &mut Cx) -> Js<Performance> {
        if let Some(performance) = self.performance.borrow().as_ref() {
            return performance.clone();
        }
        let performance = Js::new(Performance::new(), cx);
        *self.performance.borrow_mut() = Some(performance.clone());
        performance
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Environment({})", self.settings.url)
    }
}

/// The current global object as an event target.
pub(crate) fn global_target(cx: &Cx) -> Option<Js<EventTarget>> {
    Js::from_object(&cx.global_object())
}

//! <https://html.spec.whatwg.org/multipage/webappapis.html#module-map>

use super::{
    environment::Environment,
    module_evaluation::Evaluations,
    module_script::{Fault, FetchOptions, ModuleScript, ModuleType},
    scripting,
};
use crate::{
    binding::{Cx, generated::RequestCredentials},
    fetch::{self, FetchError, Mode, Response},
    file_api::blob_url_store::BlobUrlEntry,
};
use boa_engine::{JsValue, Module};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use skep_engine::{EventLoop, TaskSource};
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    fmt, mem,
};
use url::{Origin, Url};

/// A realm's modules.
#[derive(Default, Trace, Finalize)]
pub(crate) struct ModuleMap {
    entries: GcRefCell<HashMap<Key, Entry>>,
    /// The scripts of JavaScript records, inline ones too.
    /// FIXME(release): an inline module that nothing can import any more stays as long as the realm, as do its circle and its failure.
    by_record: GcRefCell<HashMap<Module, Gc<ModuleScript>>>,
    pub(super) evaluations: Evaluations,
    /// How many graphs are being walked now, to load what is missing.
    pub(super) walks: Cell<usize>,
    /// Who loads, while it is not the realm itself: <https://html.spec.whatwg.org/multipage/webappapis.html#fetch-a-module-worker-script-tree>.
    #[unsafe_ignore_trace]
    outside: RefCell<Option<Origin>>,
    /// Blob URLs that were revoked a moment ago, with what they stood for: see [`keep_revoked`].
    #[unsafe_ignore_trace]
    revoked: RefCell<HashMap<Url, BlobUrlEntry>>,
}

/// A request's URL, with its fragment, and what is to be there.
#[derive(Clone, PartialEq, Eq, Hash, Trace, Finalize)]
struct Key(String, #[unsafe_ignore_trace] ModuleType);

/// What goes on when an entry is no longer being fetched.
type Waiting = Box<dyn FnOnce(Option<Gc<ModuleScript>>, &mut Cx)>;

#[derive(Trace, Finalize)]
enum Entry {
    /// Who waits, in the order of coming. They go when the answer has come, which it does unless the isolate ends.
    Fetching(#[unsafe_ignore_trace] Vec<Waiting>),
    /// It could not be loaded, and is not tried again.
    Failed,
    Script(Gc<ModuleScript>),
}

impl ModuleMap {
    /// From now on modules are loaded in the name of this origin, or, without one, in the realm's own.
    pub(super) fn set_outside(&self, origin: Option<Origin>) {
        *self.outside.borrow_mut() = origin;
    }

    /// Puts a script in that was loaded by other means.
    pub(super) fn insert(&self, url: &Url, script: &Gc<ModuleScript>) {
        let key = Key(url.to_string(), ModuleType::JavaScript);
        self.entries.borrow_mut().insert(key, Entry::Script(script.clone()));
    }

    /// Lets the script be found by its record.
    pub(super) fn add_record(&self, script: &Gc<ModuleScript>) {
        if let Some(record) = script.record() {
            self.by_record.borrow_mut().insert(record.clone(), script.clone());
        }
    }

    /// The script of a JavaScript record.
    pub(super) fn script_of(&self, record: &Module) -> Option<Gc<ModuleScript>> {
        self.by_record.borrow().get(record).cloned()
    }

    /// The script at a URL, if it is there already.
    pub(super) fn get(&self, url: &Url, module_type: ModuleType) -> Option<Gc<ModuleScript>> {
        match self.entries.borrow().get(&Key(url.to_string(), module_type)) {
            Some(Entry::Script(script)) => Some(script.clone()),
            _ => None,
        }
    }

    /// The parse error that this value is, if a module of the map has it.
    pub(super) fn fault(&self, value: &JsValue) -> Option<Fault> {
        self.entries.borrow().values().find_map(|entry| match entry {
            Entry::Script(script) => script
                .parse_error()
                .filter(|fault| JsValue::same_value(fault.value(), value))
                .cloned(),
            _ => None,
        })
    }

    /// Joins those who wait, if the entry is being fetched; else what it is.
    fn look_up(&self, key: &Key, done: Waiting) -> LookUp {
        let mut entries = self.entries.borrow_mut();
        match entries.get_mut(key) {
            Some(Entry::Fetching(waiting)) => {
                waiting.push(done);
                LookUp::Waits
            }
            Some(Entry::Failed) => LookUp::There(None, done),
            Some(Entry::Script(script)) => LookUp::There(Some(script.clone()), done),
            None => {
                entries.insert(key.clone(), Entry::Fetching(vec![done]));
                LookUp::Missing
            }
        }
    }

    /// The fetch has ended; returns who waited for it.
    fn settle(&self, key: Key, script: Option<&Gc<ModuleScript>>) -> Vec<Waiting> {
        let entry = script.map_or(Entry::Failed, |script| Entry::Script(script.clone()));
        match &mut self.entries.borrow_mut().insert(key, entry) {
            Some(Entry::Fetching(waiting)) => mem::take(waiting),
            _ => Vec::new(),
        }
    }

    /// <https://html.spec.whatwg.org/multipage/webappapis.html#set-up-the-module-script-request>
    fn mode(&self, environment: &Environment, options: FetchOptions) -> Mode {
        let outside = self.outside.borrow().clone();
        let origin = outside.unwrap_or_else(|| environment.origin().clone());
        match options.credentials {
            RequestCredentials::Include => Mode::CorsWithCredentials(origin),
            RequestCredentials::Omit | RequestCredentials::SameOrigin => Mode::Cors(origin),
        }
    }
}

/// A script has revoked a blob URL. It may have imported it just before, when the URL stood for something; but the engine asks for
/// what is imported in a job of its own, which is queued already.
pub(crate) fn keep_revoked(url: Url, entry: BlobUrlEntry, cx: &Cx) {
    let Some(environment) = Environment::of(cx) else {
        return;
    };
    environment.modules.revoked.borrow_mut().insert(url.clone(), entry);
    EventLoop::of(cx).queue_task(TaskSource::Networking, move |_| {
        environment.modules.revoked.borrow_mut().remove(&url);
    });
}

enum LookUp {
    Waits,
    There(Option<Gc<ModuleScript>>, Waiting),
    Missing,
}

/// A module that somebody wants.
pub(super) struct Wanted {
    pub url: Url,
    pub module_type: ModuleType,
    pub options: FetchOptions,
    /// Whether an `import` wants it, which may have been a moment ago.
    pub by_import: bool,
}

/// Calls `done` with the module script of a URL, or with none if it cannot be loaded; at once, if that is known.
/// <https://html.spec.whatwg.org/multipage/webappapis.html#fetch-a-single-module-script>
pub(super) fn fetch_single(
    Wanted {
        url,
        module_type,
        options,
        by_import,
    }: Wanted,
    cx: &mut Cx,
    done: impl FnOnce(Option<Gc<ModuleScript>>, &mut Cx) + 'static,
) {
    let Some(environment) = Environment::of(cx) else {
        return;
    };
    let key = Key(url.to_string(), module_type);
    // 4–6. It is on its way, or there, or is fetched now.
    match environment.modules.look_up(&key, Box::new(done)) {
        LookUp::Waits => return,
        LookUp::There(script, done) => return done(script, cx),
        LookUp::Missing => {}
    }
    // 7–12. The request.
    let mode = environment.modules.mode(&environment, options);
    // 13. What comes of it.
    let mut without_fragment = url.clone();
    without_fragment.set_fragment(None);
    let revoked = environment.modules.revoked.borrow().get(&without_fragment).cloned();
    let finish = move |response: Result<Response, FetchError>, cx: &mut Cx| {
        if EventLoop::of(cx).is_terminated() {
            return;
        }
        let script = match response.and_then(|response| check(response, module_type)) {
            Ok(response) => Some(create(response, module_type, options, cx)),
            // 13.1, 13.8. Nothing, from now on.
            Err(error) => {
                scripting::warn(&format!("Failed to load a module: {error}."), cx);
                None
            }
        };
        // 13.9. For everybody who waits.
        for waiting in environment.modules.settle(key, script.as_ref()) {
            waiting(script.clone(), cx);
        }
    };
    match revoked.filter(|_| by_import) {
        None => fetch::fetch_then(url, mode, cx, finish),
        entry => {
            let response = fetch::blob(url, entry.as_ref(), &mode);
            EventLoop::of(cx).queue_task(TaskSource::Networking, move |cx| finish(response, cx));
        }
    }
}

/// 13.1–13.7. of <https://html.spec.whatwg.org/multipage/webappapis.html#fetch-a-single-module-script>: whether the response is
/// one that a module can be made of.
///
/// # Errors
/// If it is not.
pub(super) fn check(response: Response, module_type: ModuleType) -> Result<Response, FetchError> {
    response.check_status()?;
    match module_type {
        ModuleType::JavaScript => response.check_type(response.is_javascript(), "JavaScript")?,
        ModuleType::Json => response.check_type(response.is_json(), "JSON")?,
    }
    Ok(response)
}

fn create(response: Response, module_type: ModuleType, options: FetchOptions, cx: &mut Cx) -> Gc<ModuleScript> {
    match module_type {
        ModuleType::JavaScript => {
            let text = response.text();
            ModuleScript::javascript(&text, response.url, options, cx)
        }
        ModuleType::Json => ModuleScript::json(&response.body, response.url, cx),
    }
}

impl fmt::Debug for ModuleMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModuleMap").finish_non_exhaustive()
    }
}

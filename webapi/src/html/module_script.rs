//! <https://html.spec.whatwg.org/multipage/webappapis.html#module-script>

use super::{
    environment::Environment,
    json,
    module_evaluation::{self, Evaluated},
    scripting,
};
use crate::binding::{Cx, generated::RequestCredentials, run_script};
use boa_engine::{JsError, JsNativeError, JsString, JsValue, Module, Source, module::SyntheticModuleInitializer};
use boa_gc::{Finalize, Gc, Trace};
use skep_engine::{EventLoop, ExceptionReport, ModuleOutline, RequestedModule, ScriptText};
use std::{
    cell::Cell,
    fmt,
    path::{Path, PathBuf},
};
use url::Url;

/// What a module is read as: <https://html.spec.whatwg.org/multipage/webappapis.html#module-type-from-module-request>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ModuleType {
    JavaScript,
    Json,
    // FIXME(css): CSS modules come with style sheets.
}

/// <https://html.spec.whatwg.org/multipage/webappapis.html#script-fetch-options>
#[derive(Debug, Clone, Copy)]
pub(crate) struct FetchOptions {
    pub credentials: RequestCredentials,
}

impl Default for FetchOptions {
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#default-script-fetch-options>
    fn default() -> Self {
        Self {
            credentials: RequestCredentials::SameOrigin,
        }
    }
}

/// A module script, of JavaScript or of JSON.
#[derive(Trace, Finalize)]
pub(crate) struct ModuleScript {
    /// None if it did not parse.
    record: Option<Module>,
    #[unsafe_ignore_trace]
    base_url: Url,
    #[unsafe_ignore_trace]
    options: FetchOptions,
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#concept-script-parse-error>
    parse_error: Option<Fault>,
    /// What it asks of others, each with the URL and the type that this means.
    #[unsafe_ignore_trace]
    requests: Vec<(RequestedModule, Url, ModuleType)>,
    /// Whether its code waits outside of functions.
    has_top_level_await: bool,
    /// Whether all that it, and those it imports, ask of others is known to be there.
    linkable: Cell<bool>,
    /// How many modules deep its imports nest, as far as is known; in a circle, counted from where it was entered.
    depth: Cell<usize>,
}

/// An exception before it is thrown, and the place that it is about.
#[derive(Debug, Clone, Trace, Finalize)]
pub(crate) struct Fault {
    value: JsValue,
    filename: String,
    line: u32,
    column: u32,
}

impl Fault {
    pub fn new(value: JsValue, filename: &Url, place: (u32, u32)) -> Self {
        Self {
            value,
            filename: filename.to_string(),
            line: place.0,
            column: place.1,
        }
    }

    /// An error that nothing tells the place of.
    pub fn unplaced(value: JsValue) -> Self {
        Self {
            value,
            filename: String::new(),
            line: 0,
            column: 0,
        }
    }

    pub fn value(&self) -> &JsValue {
        &self.value
    }

    /// The report, with the place where the fault knows one.
    pub fn place(&self, report: &mut ExceptionReport) {
        if !self.filename.is_empty() {
            report.filename.clone_from(&self.filename);
            (report.line, report.column) = (self.line, self.column);
        }
    }

    fn of(report: ExceptionReport) -> Self {
        Self {
            value: report.value,
            filename: report.filename,
            line: report.line,
            column: report.column,
        }
    }
}

impl ModuleScript {
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#creating-a-javascript-module-script>
    pub fn javascript(text: &str, base_url: Url, options: FetchOptions, cx: &mut Cx) -> Gc<Self> {
        let ModuleOutline {
            requests,
            has_top_level_await,
        } = skep_engine::outline(text);
        // The engine sees a module wait by its `await` expressions only, not by `for await`; so it gets one, which is never reached.
        let waiting = has_top_level_await.then(|| format!("{text}\n;if (false) await 0;"));
        let source = Source::from_bytes(waiting.as_deref().unwrap_or(text)).with_path(Path::new(base_url.as_str()));
        // 7. The record. 8. It may be none.
        let parsed = Module::parse(source, None, cx).map_err(|error| {
            let path = base_url.as_str();
            ExceptionReport::from_parse_error(error, ScriptText { path, text }, cx)
                // An isolate that is being ended reports nothing.
                .map_or_else(|| Fault::unplaced(JsValue::undefined()), Fault::of)
        });
        // 9. Each of its requests must be one that can be.
        let checked = parsed.and_then(|record| Ok((record, check_requests(requests, &base_url, cx)?)));
        let (record, requests, parse_error) = match checked {
            Ok((record, requests)) => (Some(record), requests, None),
            Err(fault) => (None, Vec::new(), Some(fault)),
        };
        // 1–6, 10–11. The script.
        let script = Gc::new(Self {
            record,
            base_url,
            options,
            parse_error,
            requests,
            has_top_level_await,
            linkable: Cell::new(false),
            depth: Cell::default(),
        });
        if let Some(environment) = Environment::of(cx) {
            environment.modules.add_record(&script);
        }
        script
    }

    /// <https://html.spec.whatwg.org/multipage/webappapis.html#creating-a-json-module-script>
    pub fn json(bytes: &[u8], base_url: Url, cx: &mut Cx) -> Gc<Self> {
        let (record, parse_error) = match json::parse(bytes, cx) {
            Ok(value) => (Some(default_export(value, &base_url, cx)), None),
            Err(error) => {
                let value = error.into_opaque(cx).unwrap_or_default();
                // FIXME(json-place): where in the text the error is, only its message says.
                (None, Some(Fault::new(value, &base_url, (1, 1))))
            }
        };
        Gc::new(Self {
            record,
            base_url,
            options: FetchOptions::default(),
            parse_error,
            requests: Vec::new(),
            has_top_level_await: false,
            linkable: Cell::new(false),
            depth: Cell::default(),
        })
    }

    pub fn record(&self) -> Option<&Module> {
        self.record.as_ref()
    }

    /// <https://html.spec.whatwg.org/multipage/webappapis.html#concept-script-base-url>
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    pub fn options(&self) -> FetchOptions {
        self.options
    }

    pub fn parse_error(&self) -> Option<&Fault> {
        self.parse_error.as_ref()
    }

    pub fn requests(&self) -> &[(RequestedModule, Url, ModuleType)] {
        &self.requests
    }

    /// <https://tc39.es/ecma262/#table-cyclic-module-fields>
    pub fn has_top_level_await(&self) -> bool {
        self.has_top_level_await
    }

    /// Whether its text, rather than its code, asks for this.
    pub fn requests_statically(&self, specifier: &str, module_type: ModuleType) -> bool {
        let mut requests = self.requests.iter();
        requests.any(|(request, _, of_type)| request.specifier == specifier && *of_type == module_type)
    }

    pub(super) fn depth(&self) -> &Cell<usize> {
        &self.depth
    }

    /// Notes that it imports the other one.
    pub(super) fn lies_above(&self, other: &Self) {
        self.depth
            .set(self.depth.get().max(other.depth.get().saturating_add(1)));
    }

    pub(super) fn linkable(&self) -> &Cell<bool> {
        &self.linkable
    }
}

/// 9. of <https://html.spec.whatwg.org/multipage/webappapis.html#creating-a-javascript-module-script>
fn check_requests(
    requests: Vec<RequestedModule>,
    base_url: &Url,
    cx: &mut Cx,
) -> Result<Vec<(RequestedModule, Url, ModuleType)>, Fault> {
    let fault = |error: JsNativeError, request: &RequestedModule, cx: &mut Cx| {
        Fault::new(error.into_opaque(cx).into(), base_url, request.place)
    };
    // 9.1. A key that means nothing here is an error of the syntax, before all others.
    for request in &requests {
        if let Some(message) = unknown_attribute(&request.attributes) {
            let error = JsNativeError::syntax().with_message(message);
            return Err(fault(error, request, cx));
        }
    }
    let mut checked = Vec::with_capacity(requests.len());
    for request in requests {
        // 9.2–9.3. What the specifier means.
        let url = resolve(&request.specifier, base_url).map_err(|error| fault(error, &request, cx))?;
        // 9.4–9.5. What it is to be read as.
        let module_type = module_type(&request.attributes).map_err(|error| fault(error, &request, cx))?;
        checked.push((request, url, module_type));
    }
    Ok(checked)
}

/// What is wrong with import attributes of which one means nothing here.
/// <https://tc39.es/ecma262/#sec-AllImportAttributesSupported>
pub(super) fn unknown_attribute(attributes: &[(String, String)]) -> Option<String> {
    let (key, _) = attributes.iter().find(|(key, _)| key != "type")?;
    Some(format!("'{key}' is no import attribute that is known"))
}

/// What import attributes ask for, none of which has a key other than `type`.
///
/// <https://html.spec.whatwg.org/multipage/webappapis.html#module-type-from-module-request>,
/// <https://html.spec.whatwg.org/multipage/webappapis.html#module-type-allowed>
///
/// # Errors
/// With a `TypeError` for a type that there is not.
pub(super) fn module_type(attributes: &[(String, String)]) -> Result<ModuleType, JsNativeError> {
    let type_ = attributes.iter().find(|(key, _)| key == "type");
    match type_.map(|(_, value)| value.as_str()) {
        None => Ok(ModuleType::JavaScript),
        Some("json") => Ok(ModuleType::Json),
        Some(other) => Err(JsNativeError::typ().with_message(format!("'{other}' is no type of modules"))),
    }
}

/// <https://html.spec.whatwg.org/multipage/webappapis.html#resolve-a-module-specifier>
///
/// # Errors
/// With a `TypeError`.
pub(super) fn resolve(specifier: &str, base_url: &Url) -> Result<Url, JsNativeError> {
    // 8. As a URL: <https://html.spec.whatwg.org/multipage/webappapis.html#resolving-a-url-like-module-specifier>.
    let relative = ["/", "./", "../"].iter().any(|start| specifier.starts_with(start));
    let url = if relative {
        base_url.join(specifier)
    } else {
        Url::parse(specifier)
    };
    // FIXME(steps 9–11): import maps, which could say what a bare specifier means.
    // 12–13. Without a meaning.
    url.map_err(|_| {
        let hint = if relative {
            "it is not a valid URL"
        } else {
            "it is no URL, and does not start with '/', './' or '../'"
        };
        JsNativeError::typ().with_message(format!(
            "Failed to resolve the module specifier '{specifier}' from {base_url}: {hint}"
        ))
    })
}

/// <https://tc39.es/ecma262/#sec-create-default-export-synthetic-module>
fn default_export(value: JsValue, url: &Url, cx: &mut Cx) -> Module {
    let steps = SyntheticModuleInitializer::from_copy_closure_with_captures(
        |module, value, _| module.set_export(&JsString::from("default"), value.clone()),
        value,
    );
    let path = Some(PathBuf::from(url.as_str()));
    Module::synthetic(&[JsString::from("default")], steps, path, None, cx)
}

/// Runs a module script whose graph is linked, and reports what comes of it, whenever that is.
/// <https://html.spec.whatwg.org/multipage/webappapis.html#run-a-module-script>
pub(super) fn run(script: &Gc<ModuleScript>, error_to_rethrow: Option<&Fault>, cx: &mut Cx) {
    // 5. What is to be rethrown is all that it does.
    if let Some(fault) = error_to_rethrow {
        return run_script(cx, |cx| report(fault, cx));
    }
    // 6–9. Evaluate it, and clean up.
    run_script(cx, |cx| module_evaluation::evaluate(script, Report, cx));
}

/// 8. of <https://html.spec.whatwg.org/multipage/webappapis.html#run-a-module-script>
#[derive(Trace, Finalize)]
struct Report;

impl Evaluated for Report {
    fn settled(&self, result: Result<(), JsValue>, cx: &mut Cx) {
        if let Err(reason) = result {
            // As a reaction to a rejection would, after those of the module itself.
            EventLoop::of(cx).queue_microtask(move |cx| report(&Fault::unplaced(reason), cx));
        }
    }
}

/// <https://html.spec.whatwg.org/multipage/webappapis.html#report-an-exception>
fn report(fault: &Fault, cx: &mut Cx) {
    if let Some(report) = report_of(fault, cx) {
        scripting::report_an_exception(&report, cx);
    }
}

/// The report on a fault that nobody's script is told of.
pub(super) fn report_of(fault: &Fault, cx: &mut Cx) -> Option<ExceptionReport> {
    let mut report = ExceptionReport::from_value(fault.value.clone(), cx)?;
    fault.place(&mut report);
    Some(report)
}

/// The error that a promise is rejected with.
pub(super) fn rethrow(fault: &Fault) -> JsError {
    JsError::from_opaque(fault.value.clone())
}

/// A `TypeError` that says which module could not be loaded.
pub(super) fn fetch_failure(url: &Url) -> JsError {
    JsNativeError::typ()
        .with_message(format!("Failed to load the module {url}, or one that it imports"))
        .into()
}

impl fmt::Debug for ModuleScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ModuleScript({})", self.base_url)
    }
}

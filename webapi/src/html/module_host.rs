//! What HTML makes of the language's questions about modules:
//! <https://html.spec.whatwg.org/multipage/webappapis.html#integration-with-the-javascript-module-system>.

use super::{
    environment::Environment,
    module_evaluation::{self, Evaluated},
    module_graph::{self, Continuation, Graph},
    module_map::{self, Wanted},
    module_script::{self, FetchOptions, ModuleScript},
};
use crate::binding::Cx;
use boa_engine::{
    JsArgs, JsError, JsNativeError, JsObject, JsResult, JsString, JsValue, Module, NativeFunction, js_string,
    module::{ModuleRequest, Referrer},
    object::FunctionObjectBuilder,
};
use boa_gc::{Finalize, Gc, Trace};
use skep_engine::{ModuleHost, ModuleLoad, ModuleLoadSettler};
use std::cell::Cell;
use url::Url;

/// Answers for all realms of an agent.
#[derive(Debug)]
pub(super) struct Host;

impl ModuleHost for Host {
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#hostloadimportedmodule>
    fn load_imported_module(&self, referrer: &Referrer, request: &ModuleRequest, cx: &mut Cx) -> ModuleLoad {
        match load(referrer, request, cx) {
            Ok(load) => load,
            Err(error) => ModuleLoad::ready(Err(error.into())),
        }
    }

    /// <https://html.spec.whatwg.org/multipage/webappapis.html#hostgetimportmetaproperties>
    fn init_import_meta(&self, import_meta: &JsObject, module: &Module, cx: &mut Cx) {
        // 1–3. Where the module is.
        let script = Environment::of(cx).and_then(|environment| environment.modules.script_of(module));
        let Some(base_url) = script.map(|script| script.base_url().clone()) else {
            return;
        };
        let url = js_string!(base_url.as_str());
        // 4–5. What a specifier would mean there.
        let resolve = NativeFunction::from_copy_closure_with_captures(
            |_, arguments, base: &BaseUrl, cx| {
                let specifier = arguments.get_or_undefined(0).to_string(cx)?;
                let url = module_script::resolve(&specifier.to_std_string_lossy(), &base.0)?;
                Ok(js_string!(url.as_str()).into())
            },
            BaseUrl(base_url),
        );
        let resolve = FunctionObjectBuilder::new(cx.realm(), resolve)
            .name(js_string!("resolve"))
            .length(1)
            .build();
        // 6. Both; nothing on a new object without a prototype keeps them from being made.
        let set: [(JsString, JsValue); 2] = [(js_string!("url"), url.into()), (js_string!("resolve"), resolve.into())];
        for (name, value) in set {
            _ = import_meta.create_data_property(name, value, cx);
        }
    }
}

#[derive(Trace, Finalize)]
struct BaseUrl(#[unsafe_ignore_trace] Url);

fn load(referrer: &Referrer, request: &ModuleRequest, cx: &mut Cx) -> Result<ModuleLoad, JsNativeError> {
    // 1–2. Whose modules.
    let environment =
        Environment::of(cx).ok_or_else(|| JsNativeError::typ().with_message("the realm has no modules yet"))?;
    // 3–7. Who asks, and where relative URLs count from.
    let script = match referrer {
        Referrer::Module(record) => environment.modules.script_of(record),
        Referrer::Script(_) | Referrer::Realm(_) => None,
    };
    let (base_url, options) = match &script {
        Some(script) => (script.base_url().clone(), script.options()),
        // FIXME(step 6.4): a classic script has fetch options of its own, of which its `crossorigin` tells the credentials mode.
        None => (base_url_of_script(referrer, &environment), FetchOptions::default()),
    };
    // 8–13. What is asked for. A module's own requests have been looked at before.
    let attributes: Vec<(String, String)> = request
        .attributes()
        .iter()
        .map(|attribute| {
            let (key, value) = (attribute.key(), attribute.value());
            (key.to_std_string_lossy(), value.to_std_string_lossy())
        })
        .collect();
    if let Some(message) = module_script::unknown_attribute(&attributes) {
        return Err(JsNativeError::typ().with_message(message));
    }
    let module_type = module_script::module_type(&attributes)?;
    let specifier = request.specifier().to_std_string_lossy();
    let url = module_script::resolve(&specifier, &base_url)?;
    // 14–15. The module; by itself where the graph is being walked that it belongs to, else with all that it imports. Once the
    // graph is known to be complete, only `import()` asks, or another walk that began before.
    let is_static = script.is_some_and(|script| {
        let may_be_walked = !script.linkable().get() || environment.modules.walks.get() > 0;
        may_be_walked && script.requests_statically(&specifier, module_type)
    });
    let (load, settler) = ModuleLoad::pending();
    let asked = url.clone();
    let wanted = Wanted {
        url,
        module_type,
        options,
        by_import: true,
    };
    module_map::fetch_single(wanted, cx, move |script, cx| match script {
        None => settler.settle(Err(module_script::fetch_failure(&asked))),
        Some(script) if is_static => settler.settle(alone(&script, &asked)),
        Some(script) => {
            let then = Settle(Cell::new(Some(settler)), asked);
            module_graph::fetch_descendants_and_link(script, then, cx);
        }
    });
    Ok(load)
}

/// A module that parsed: 14.4 of <https://html.spec.whatwg.org/multipage/webappapis.html#hostloadimportedmodule>.
fn alone(script: &ModuleScript, url: &Url) -> JsResult<Module> {
    match (script.record(), script.parse_error()) {
        (Some(record), _) => Ok(record.clone()),
        (None, Some(fault)) => Err(module_script::rethrow(fault)),
        (None, None) => Err(module_script::fetch_failure(url)),
    }
}

/// Settles a dynamic import's load when the graph is there and has run. The engine would link and run it by itself, but breaks
/// down at some that cannot be linked, and loses sight of some that wait.
#[derive(Trace, Finalize)]
struct Settle(
    #[unsafe_ignore_trace] Cell<Option<ModuleLoadSettler>>,
    #[unsafe_ignore_trace] Url,
);

impl Continuation for Settle {
    fn proceed(&self, graph: Graph, cx: &mut Cx) {
        let Some(settler) = self.0.take() else { return };
        match graph {
            Graph::Linked(script) => {
                let then = Finish(Cell::new(Some(settler)), script.clone(), self.1.clone());
                module_evaluation::evaluate(&script, then, cx);
            }
            Graph::Erroneous(_, fault) => settler.settle(Err(module_script::rethrow(&fault))),
            Graph::Failed => settler.settle(Err(module_script::fetch_failure(&self.1))),
        }
    }
}

/// The same when the module has run. What is left to the engine then is to make its namespace.
#[derive(Trace, Finalize)]
struct Finish(
    #[unsafe_ignore_trace] Cell<Option<ModuleLoadSettler>>,
    Gc<ModuleScript>,
    #[unsafe_ignore_trace] Url,
);

impl Evaluated for Finish {
    fn settled(&self, result: Result<(), JsValue>, _: &mut Cx) {
        let result = result.map_err(JsError::from_opaque);
        if let Some(settler) = self.0.take() {
            settler.settle(result.and_then(|()| alone(&self.1, &self.2)));
        }
    }
}

/// The base URL of what is no module: a classic script's, or that of the realm where no script asks.
fn base_url_of_script(referrer: &Referrer, environment: &Environment) -> Url {
    let path = referrer.path().and_then(|path| path.to_str());
    match path.and_then(|path| Url::parse(path).ok()) {
        // A script of the document's own counts from where the document does.
        Some(url) if url != environment.settings().url => url,
        _ => environment.base_url(),
    }
}

/// The base URL of the script or module that runs: <https://html.spec.whatwg.org/multipage/webappapis.html#active-script>.
pub(super) fn active_base_url(cx: &Cx) -> Option<Url> {
    let active = Referrer::from(cx.get_active_script_or_module()?);
    Url::parse(active.path()?.to_str()?).ok()
}

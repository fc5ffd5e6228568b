//! Modules with all that they import: <https://html.spec.whatwg.org/multipage/webappapis.html#fetch-the-descendants-of-and-link-a-module-script>.

use super::{
    environment::Environment,
    module_map::{self, ModuleMap, Wanted},
    module_script::{Fault, FetchOptions, ModuleScript, ModuleType},
};
use crate::{binding::Cx, webidl::promise};
use boa_engine::{JsNativeError, JsResult, Module, property::PropertyKey};
use boa_gc::{Finalize, Gc, Trace};
use std::collections::HashSet;
use url::Url;

/// What has become of a module and all that it imports.
#[derive(Debug)]
pub(super) enum Graph {
    /// All is there, and fits together.
    Linked(Gc<ModuleScript>),
    /// All that was needed to know that it cannot run is there: <https://html.spec.whatwg.org/multipage/webappapis.html#concept-script-error-to-rethrow>.
    Erroneous(Gc<ModuleScript>, Fault),
    /// Something could not be loaded.
    Failed,
}

/// What goes on with a graph; the captured values are those of the heap that it needs.
pub(super) trait Continuation: Trace + Finalize + 'static {
    /// Called once, in a task or microtask.
    fn proceed(&self, graph: Graph, cx: &mut Cx);
}

/// Loads the module at `url` and all that it imports.
/// <https://html.spec.whatwg.org/multipage/webappapis.html#fetch-a-module-script-tree>
pub(super) fn fetch(url: Url, options: FetchOptions, then: impl Continuation, cx: &mut Cx) {
    // 1. The module itself.
    let wanted = Wanted {
        url,
        module_type: ModuleType::JavaScript,
        options,
        by_import: false,
    };
    module_map::fetch_single(wanted, cx, move |script, cx| match script {
        // 1.2. With the others.
        Some(script) => fetch_descendants_and_link(script, then, cx),
        // 1.1. Nothing.
        None => then.proceed(Graph::Failed, cx),
    });
}

/// Loads all that a module imports, and links them.
/// <https://html.spec.whatwg.org/multipage/webappapis.html#fetch-the-descendants-of-and-link-a-module-script>
pub(super) fn fetch_descendants_and_link(script: Gc<ModuleScript>, then: impl Continuation, cx: &mut Cx) {
    // 1–2. One that did not parse has no descendants.
    let record = match (script.record(), script.parse_error()) {
        (Some(record), _) => record.clone(),
        (None, Some(fault)) => {
            let graph = Graph::Erroneous(script.clone(), fault.clone());
            return then.proceed(graph, cx);
        }
        (None, None) => return then.proceed(Graph::Failed, cx),
    };
    // 3–5. Load them.
    count_walk(1, cx);
    let loading = record.load(cx);
    let reacted = promise::react(
        &loading,
        (script, then),
        // 6. All there: link them.
        |(script, then), _, cx| {
            count_walk(-1, cx);
            let graph = match link(script, cx) {
                Ok(()) => Graph::Linked(script.clone()),
                Err(fault) => Graph::Erroneous(script.clone(), fault),
            };
            then.proceed(graph, cx);
        },
        // 7. One did not parse, or was not there at all.
        |(script, then), reason, cx| {
            count_walk(-1, cx);
            let fault = Environment::of(cx).and_then(|environment| environment.modules.fault(&reason));
            let graph = fault.map_or(Graph::Failed, |fault| Graph::Erroneous(script.clone(), fault));
            then.proceed(graph, cx);
        },
        cx,
    );
    // Only a termination keeps it from reacting.
    drop(reacted);
}

/// One walk through a graph more, or one less.
fn count_walk(by: isize, cx: &Cx) {
    if let Some(environment) = Environment::of(cx) {
        let walks = &environment.modules.walks;
        walks.set(walks.get().saturating_add_signed(by));
    }
}

/// <https://tc39.es/ecma262/#sec-moduledeclarationlinking>
fn link(script: &Gc<ModuleScript>, cx: &mut Cx) -> Result<(), Fault> {
    let (Some(record), Some(environment)) = (script.record(), Environment::of(cx)) else {
        return Ok(());
    };
    // The engine breaks down where a module of a circle cannot be linked, so that this is found out before.
    check_imports(script, &environment.modules, cx)?;
    record.link(cx).map_err(|error| {
        let value = error.into_opaque(cx).unwrap_or_default();
        Fault::new(value, script.base_url(), (1, 1))
    })
}

/// How deep imports may nest. The engine follows them down on the native stack, where four times as many have room.
const DEPTH_LIMIT: usize = 20_000;

/// The modules of a graph that are not known to fit together, each after those that it imports, as the language goes about it;
/// notes how deep the graph is below each.
fn not_linked(root: &Gc<ModuleScript>, modules: &ModuleMap) -> Vec<Gc<ModuleScript>> {
    let requested = |script: &ModuleScript| {
        let requests = script.requests().iter();
        let scripts = requests.filter_map(|(_, url, module_type)| modules.get(url, *module_type));
        scripts.collect::<Vec<_>>().into_iter()
    };
    let is_new = |script: &ModuleScript, seen: &mut HashSet<Module>| {
        let record = script.record().filter(|_| !script.linkable().get());
        record.is_some_and(|record| seen.insert(record.clone()))
    };
    let (mut seen, mut path, mut graph) = (HashSet::new(), Vec::new(), Vec::new());
    if is_new(root, &mut seen) {
        path.push((root.clone(), requested(root)));
    }
    while let Some((script, rest)) = path.last_mut() {
        match rest.next() {
            Some(next) if is_new(&next, &mut seen) => {
                let rest = requested(&next);
                path.push((next, rest));
            }
            Some(next) => script.lies_above(&next),
            None => {
                graph.extend(path.pop().map(|(script, _)| script));
                if let (Some((above, _)), Some(script)) = (path.last(), graph.last()) {
                    above.lies_above(script);
                }
            }
        }
    }
    graph
}

/// Whether every name that a module of the graph asks of another one is exported there, unambiguously.
/// 7.c. and 1. of <https://tc39.es/ecma262/#sec-source-text-module-record-initialize-environment>
fn check_imports(root: &Gc<ModuleScript>, modules: &ModuleMap, cx: &mut Cx) -> Result<(), Fault> {
    let graph = not_linked(root, modules);
    if root.depth().get() > DEPTH_LIMIT {
        let error =
            JsNativeError::range().with_message(format!("Imports are nested more than {DEPTH_LIMIT} modules deep"));
        return Err(Fault::new(error.into_opaque(cx).into(), root.base_url(), (1, 1)));
    }
    for script in &graph {
        for (request, url, module_type) in script.requests() {
            let Some(requested) = modules.get(url, *module_type) else {
                continue;
            };
            let Some(record) = requested.record() else { continue };
            if request.names.is_empty() {
                continue;
            }
            let exported = exported_names(record, cx).unwrap_or_default();
            if let Some(missing) = request.names.iter().find(|name| !exported.contains(name.as_str())) {
                let error = JsNativeError::syntax().with_message(format!(
                    "The module '{}' does not provide an export named '{missing}', or provides several",
                    request.specifier
                ));
                return Err(Fault::new(
                    error.into_opaque(cx).into(),
                    script.base_url(),
                    request.place,
                ));
            }
        }
    }
    for script in graph {
        script.linkable().set(true);
    }
    Ok(())
}

/// The names that a module whose graph is loaded exports; ambiguous ones are not among them.
fn exported_names(record: &Module, cx: &mut Cx) -> JsResult<HashSet<String>> {
    let keys = record.namespace(cx).own_property_keys(cx)?;
    Ok(keys
        .iter()
        .filter_map(|key| match key {
            PropertyKey::String(name) => Some(name.to_std_string_lossy()),
            PropertyKey::Index(index) => Some(index.get().to_string()),
            PropertyKey::Symbol(_) => None,
        })
        .collect())
}

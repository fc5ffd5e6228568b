//! Scripts that run a test in a `ShadowRealm`, by the helpers that upstream's harness has for that.
//!
//! <https://web-platform-tests.org/writing-tests/testharness.html#multi-global-tests>

use crate::discover::Meta;

use super::script::{literal, requests};

/// The helpers outside of the realm.
pub(super) const OUTER: &str = "/resources/testharness-shadowrealm-outer.js";

/// The helpers inside of it.
const INNER: &str = "/resources/testharness-shadowrealm-inner.js";

const HARNESS: &str = "/resources/testharness.js";

/// Where a realm's script is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// In a dedicated or shared worker.
    Worker,
    /// In a service worker, where nothing can be imported later on.
    ServiceWorker,
    /// In an audio worklet, which has no messages of its own.
    AudioWorklet,
}

/// Statements that import from inside of a realm.
struct Imports {
    /// The function that imports.
    function: &'static str,
}

impl Imports {
    fn one(&self, url: &str) -> String {
        format!("await {}({});\n", self.function, literal(url))
    }

    fn harness(&self) -> String {
        self.one(INNER) + &self.one(HARNESS)
    }

    fn test(&self, scripts: &str, loads: &str) -> String {
        format!("{scripts}{}", self.one(loads))
    }
}

/// The script of a page that runs the test at `loads` in a realm, or in one inside of another.
pub(super) fn in_page(meta: &Meta, loads: &str, is_nested: bool) -> String {
    let imports = Imports { function: "import" };
    let scripts: String = meta.all("script").map(|url| imports.one(url)).collect();
    let (harness, test) = (imports.harness(), imports.test(&scripts, loads));
    let steps = match is_nested {
        false => vec![
            evaluation("realm", &harness),
            "realm.evaluate(\"setShadowRealmGlobalProperties\")(location.search, fetchAdaptor)".to_owned(),
            evaluation("realm", &test),
        ],
        true => vec![
            "realm.evaluate(\"var inner = new ShadowRealm();\")".to_owned(),
            evaluation("realm", &(imports.one(OUTER) + &evaluate("inner", &harness))),
            format!(
                "realm.evaluate({})(location.search, fetchAdaptor)",
                literal("inner.evaluate(\"setShadowRealmGlobalProperties\")")
            ),
            evaluation("realm", &evaluate("inner", &test)),
            format!(
                "realm.evaluate({})",
                literal(
                    "function begin_shadow_realm_tests(report) { inner.evaluate(\"begin_shadow_realm_tests\")(report); }"
                )
            ),
        ],
    };
    let fetch = "fetch_tests_from_shadow_realm(realm)".to_owned();
    // Within the chain, so that its end is told of a browser that has none.
    let first = "{ realm = new ShadowRealm(); }".to_owned();
    let chain = in_turn([first].into_iter().chain(steps).chain([fetch, "done()".to_owned()]));
    format!("{{\nlet realm;\n{chain}  .catch(problem => setup(() => {{ throw problem; }}));\n}}\n")
}

/// The script of a page that runs the worklet script at `url`, and fetches its tests.
pub(super) fn in_worklet(url: &str) -> String {
    let modules = [
        OUTER,
        "/resources/testharness-shadowrealm-audioworkletprocessor.js",
        url,
    ];
    let loads = modules.map(|url| format!("context.audioWorklet.addModule({})", literal(url)));
    let chain = in_turn(loads);
    format!(
        "{{\nconst context = new AudioContext();\n{chain}  .then(() => {{\n    \
         const {{ port }} = new AudioWorkletNode(context, \"test-runner\");\n    \
         setupFakeFetchOverMessagePort(port);\n    fetch_tests_from_worker(port);\n  }});\n}}\n"
    )
}

/// An expression that evaluates one expression after the other, each when what the one before promises has come.
fn in_turn(steps: impl IntoIterator<Item = String>) -> String {
    let steps: String = steps
        .into_iter()
        .map(|step| format!("  .then(() => {step})\n"))
        .collect();
    format!("Promise.resolve()\n{steps}")
}

/// The script that a worker or worklet runs to have the test at `loads` run in a realm.
pub(super) fn script(host: Host, meta: &Meta, loads: &str, query: &str) -> String {
    let imports = Imports {
        function: match host {
            Host::Worker => "import",
            Host::ServiceWorker | Host::AudioWorklet => "fakeDynamicImport",
        },
    };
    let scripts = requests(meta, |url| imports.one(url));
    let fetch = match host {
        Host::Worker | Host::ServiceWorker => "fetchAdaptor",
        Host::AudioWorklet => "this.fetchOverPortExecutor.bind(this)",
    };
    // A worklet's own URL tells the query, as nobody else does there.
    let search = match host {
        Host::Worker | Host::ServiceWorker => literal(query),
        Host::AudioWorklet => "(query => query ? \"?\" + query : \"\")(import.meta.url.split(\"?\")[1])".to_owned(),
    };
    let imitation = match host {
        Host::Worker => "",
        Host::ServiceWorker | Host::AudioWorklet => "setupFakeDynamicImportInShadowRealm(realm, fetcher);\n",
    };
    let steps = format!(
        "const realm = new ShadowRealm();\nconst fetcher = {fetch};\n{imitation}{}\
         realm.evaluate(\"setShadowRealmGlobalProperties\")({search}, fetcher);\n{}\
         realm.evaluate(\"begin_shadow_realm_tests\")(message => post(JSON.parse(message)));\n",
        evaluate("realm", &imports.harness()),
        evaluate("realm", &imports.test(&scripts, loads)),
    );
    let guarded = format!("try {{\n{steps}}} catch (error) {{\npost(createSetupErrorResult(error));\n}}\n");
    match host {
        Host::Worker | Host::ServiceWorker => format!(
            "importScripts({});\n(async () => {{\nconst post = await getPostMessageFunc();\n{guarded}}})();\n",
            literal(OUTER),
        ),
        Host::AudioWorklet => format!(
            "TestRunner.prototype.createShadowRealmAndStartTests = async function() {{\n\
             const post = message => this.port.postMessage(message);\n{guarded}}};\n"
        ),
    }
}

/// A statement that runs statements in a realm, and waits for them.
fn evaluate(realm: &str, statements: &str) -> String {
    format!("await {};\n", evaluation(realm, statements))
}

/// An expression that runs statements in a realm, and promises their end.
fn evaluation(realm: &str, statements: &str) -> String {
    format!("shadowRealmEvalAsync({realm}, {})", literal(statements))
}

#[cfg(test)]
mod tests {
    use super::super::tests::render;

    #[test]
    fn a_page_runs_the_test_in_a_realm() {
        let page = render("/a/x.any.shadowrealm-in-window.html", "q", "// META: script=s.js\n");
        let test = r#"shadowRealmEvalAsync(realm, "await import(\"s.js\");\nawait import(\"/a/x.any.js\");\n"))"#;
        assert!(page.contains(test), "{page}");
        assert!(
            page.contains("testharness-shadowrealm-outer.js\"></script>\n<script>\n{"),
            "{page}"
        );
        let page = render("/a/x.any.shadowrealm-in-shadowrealm.html", "q", "");
        let test = r#"shadowRealmEvalAsync(realm, "await shadowRealmEvalAsync(inner, \"await import("#;
        assert_eq!(page.matches(test).count(), 1, "{page}");
    }

    #[test]
    fn workers_and_worklets_run_the_test_in_a_realm() {
        let script = render("/a/x.any.worker-shadowrealm.js", "q", "// META: script=s.js\n");
        assert!(script.contains("Properties\")(\"?q\", fetcher);"), "{script}");
        assert!(
            script.contains(r#"await import(\"s.js\");\nawait import(\"/a/x.any.js\")"#),
            "{script}"
        );
        assert!(!script.contains("fakeDynamicImport"), "{script}");
        let script = render("/a/x.any.serviceworker-shadowrealm.js", "q", "");
        assert!(
            script.contains(r#"await fakeDynamicImport(\"/a/x.any.js\")"#),
            "{script}"
        );
        let script = render("/a/x.any.audioworklet-shadowrealm.js", "q", "");
        assert!(
            script.starts_with("TestRunner.prototype.") && !script.contains("importScripts"),
            "{script}"
        );
        let page = render("/a/x.https.any.shadowrealm-in-audioworklet.html", "q", "");
        assert!(
            page.contains("addModule(\"/a/x.any.audioworklet-shadowrealm.js?q\")"),
            "{page}"
        );
    }
}

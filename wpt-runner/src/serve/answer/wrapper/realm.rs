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
        false => [
            evaluate("realm", &harness),
            "realm.evaluate(\"setShadowRealmGlobalProperties\")(location.search, fetchAdaptor);\n".to_owned(),
            evaluate("realm", &test),
        ],
        true => [
            "realm.evaluate(\"var inner = new ShadowRealm();\");\n".to_owned()
                + &evaluate("realm", &(imports.one(OUTER) + &evaluate("inner", &harness))),
            format!(
                "realm.evaluate({})(location.search, fetchAdaptor);\n",
                literal("inner.evaluate(\"setShadowRealmGlobalProperties\")")
            ),
            evaluate("realm", &evaluate("inner", &test))
                + &format!(
                    "realm.evaluate({});\n",
                    literal(
                        "function begin_shadow_realm_tests(report) { \
                         inner.evaluate(\"begin_shadow_realm_tests\")(report); }"
                    )
                ),
        ],
    };
    format!(
        "(async () => {{\nconst realm = new ShadowRealm();\n{}\
         await fetch_tests_from_shadow_realm(realm);\ndone();\n}})().catch(error => setup(() => {{ throw error; }}));\n",
        steps.concat()
    )
}

/// The script of a page that runs the worklet script at `url`, and fetches its tests.
pub(super) fn in_worklet(url: &str) -> String {
    let modules = [
        OUTER,
        "/resources/testharness-shadowrealm-audioworkletprocessor.js",
        url,
    ];
    let loads: String = modules
        .iter()
        .map(|url| format!("await context.audioWorklet.addModule({});\n", literal(url)))
        .collect();
    format!(
        "(async () => {{\nconst context = new AudioContext();\n{loads}\
         const node = new AudioWorkletNode(context, \"test-runner\");\n\
         setupFakeFetchOverMessagePort(node.port);\nfetch_tests_from_worker(node.port);\n}})();\n"
    )
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

/// A statement that runs statements in a realm.
fn evaluate(realm: &str, statements: &str) -> String {
    format!("await shadowRealmEvalAsync({realm}, {});\n", literal(statements))
}

#[cfg(test)]
mod tests {
    use super::super::tests::render;

    #[test]
    fn a_page_runs_the_test_in_a_realm() {
        let page = render("/a/x.any.shadowrealm-in-window.html", "q", "// META: script=s.js\n");
        let test = r#"shadowRealmEvalAsync(realm, "await import(\"s.js\");\nawait import(\"/a/x.any.js\");\n");"#;
        assert!(page.contains(test), "{page}");
        assert!(
            page.contains("testharness-shadowrealm-outer.js\"></script>\n<script>\n(async"),
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

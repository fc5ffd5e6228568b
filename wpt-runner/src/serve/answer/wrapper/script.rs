//! Worker scripts around script tests.

use crate::discover::Meta;

/// A script that loads the harness, what the test asks for, and the test, by the statement around a URL.
pub(super) fn worker(meta: &Meta, loads: &str, before: &str, after: &str) -> String {
    let load = |url: &str| format!("{before}{}{after}", literal(url));
    format!(
        "{}{}{}{}done();\n",
        global_object(false),
        load("/resources/testharness.js"),
        requests(meta, load),
        load(loads)
    )
}

/// What the head of a test asks for, in its order: a title, and scripts, each by its statement.
pub(super) fn requests(meta: &Meta, load: impl Fn(&str) -> String) -> String {
    let statement = |(key, value)| match key {
        "title" => Some(format!("self.META_TITLE = {};\n", literal(value))),
        "script" => Some(load(value)),
        _ => None,
    };
    meta.entries().filter_map(statement).collect()
}

/// `GLOBAL`, by which a multi-global test learns where it runs.
pub(super) fn global_object(is_window: bool) -> String {
    let is_worker = !is_window;
    format!(
        "self.GLOBAL = {{ isWindow: () => {is_window}, isWorker: () => {is_worker}, isShadowRealm: () => false }};\n"
    )
}

/// A string literal, which may also stand in a page.
pub(super) fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => literal.extend(['\\', char]),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '<' => literal.push_str("\\x3C"),
            char => literal.push(char),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::super::tests::render;

    #[test]
    fn classic_and_module_scripts() {
        let meta = "// META: script=s.js\n// META: title=a\"b\n// META: timeout=long\n// META: script=t.js\n";
        let script = render("/a/x.any.worker.js", "v", meta);
        assert!(script.contains("isWorker: () => true"));
        assert!(
            script.ends_with(
                "importScripts(\"/resources/testharness.js\");\nimportScripts(\"s.js\");\n\
                 self.META_TITLE = \"a\\\"b\";\nimportScripts(\"t.js\");\nimportScripts(\"/a/x.any.js\");\ndone();\n"
            ),
            "{script}"
        );
        let script = render("/a/x.any.worker-module.js", "v", "// META: script=s.js\n");
        let end = "import \"/resources/testharness.js\";\nimport \"s.js\";\nimport \"/a/x.any.js\";\ndone();\n";
        assert!(script.ends_with(end), "{script}");
    }

    #[test]
    fn literals_end_where_they_should() {
        assert_eq!(super::literal("a\"b\\c\n</script>"), r#""a\"b\\c\n\x3C/script>""#);
    }
}

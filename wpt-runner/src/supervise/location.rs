//! From a JavaScript stack to the line of a file that a user can open.

/// `file:line:column` of the first line of `stack` that is not the harness's own. URLs of the
/// server at these `ports` become paths relative to the tree's root.
pub(super) fn of_stack(stack: &str, ports: &[u16]) -> Option<String> {
    stack.lines().find_map(|line| {
        let (url, position) = of_line(line)?;
        let shown = match path_on_server(url, ports) {
            Some(path) => path.split(['?', '#']).next()?,
            None => url,
        };
        let is_harness = matches!(shown, "resources/testharness.js" | "resources/testharnessreport.js");
        (!is_harness && !shown.is_empty()).then(|| format!("{shown}:{position}"))
    })
}

/// The path of a URL on one of the server's ports, whichever name it has there, without the first slash.
fn path_on_server<'a>(url: &'a str, ports: &[u16]) -> Option<&'a str> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    let (host, path) = rest.split_once('/')?;
    let (_, port) = host.rsplit_once(':')?;
    ports.contains(&port.parse().ok()?).then_some(path)
}

/// The URL and `line:column` of `at name (url:1:2)`, `name@url:1:2`, or `url:1:2`.
fn of_line(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_end();
    let line = line.strip_suffix(')').unwrap_or(line);
    let (before_column, column) = line.rsplit_once(':')?;
    let (before_line, row) = before_column.rsplit_once(':')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(column) || !is_number(row) {
        return None;
    }
    let start = before_line.rfind(['(', '@', ' ', '\t']).map_or(0, |at| at + 1);
    let position = &line[before_line.len() + 1..];
    let url = &before_line[start..];
    // A time of day in a message looks much the same.
    url.contains(['/', '.', ':']).then_some((url, position))
}

#[cfg(test)]
mod tests {
    use super::of_stack;

    #[test]
    fn the_first_line_outside_the_harness() {
        for (stack, expected) in [
            (
                "Error: no\n    at assert (http://localhost:8000/resources/testharness.js:1:2)\n    \
                 at f (http://localhost:8000/a/x.any.js?v:12:5)\n    at g (http://localhost:8000/b.js:1:1)",
                Some("a/x.any.js:12:5"),
            ),
            ("f@http://localhost:8000/a.js:3:4", Some("a.js:3:4")),
            ("    at https://www.web-platform.test:8443/a.js:3:4\n", Some("a.js:3:4")),
            (
                "at f (http://localhost:9000/a.js:3:4)",
                Some("http://localhost:9000/a.js:3:4"),
            ),
            (
                "at blob:http://localhost:8000/1-2:3:4",
                Some("blob:http://localhost:8000/1-2:3:4"),
            ),
            ("at 12:30:15", None),
            ("at native", None),
            ("at f (http://localhost:8000/a.js:3)", None),
            ("::", None),
            ("é:1:2 é)", None),
            ("", None),
        ] {
            assert_eq!(of_stack(stack, &[8000, 8443]).as_deref(), expected, "{stack}");
        }
    }
}

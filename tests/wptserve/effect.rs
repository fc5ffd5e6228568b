//! What a wrapper does, whatever its words are.

use std::collections::BTreeSet;

/// What a page or script does, as far as it can be read from it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Its tags with their attributes, in order.
    tags: Vec<String>,
    /// The text outside of tags and scripts.
    text: String,
    /// The strings in its scripts, in order, and what is `true` or `false` there. A string that is a
    /// script counts as what is in it.
    strings: Vec<String>,
    /// The names in its scripts that are not its own.
    names: BTreeSet<String>,
}

/// What a wrapper may call as it likes, and the words of the language.
const OWN: [&str; 35] = [
    "adaptor",
    "async",
    "await",
    "callback",
    "catch",
    "const",
    "e",
    "error",
    "fetcher",
    "forwardMessage",
    "function",
    "if",
    "let",
    "locationSearch",
    "message",
    "msgJSON",
    "new",
    "old",
    "outer",
    "post",
    "postMessageFunc",
    "query",
    "queryPart",
    "r",
    "realm",
    "reg",
    "registration",
    "report",
    "return",
    "search",
    "this",
    "throw",
    "try",
    "var",
    "windowCallback",
];

/// Reads a page, or a script if there is no tag at its start.
pub fn effect(source: &str) -> Effect {
    let mut effect = Effect::default();
    match source.trim_start().starts_with('<') {
        true => effect.page(source),
        false => effect.script(source),
    }
    effect
}

impl Effect {
    fn page(&mut self, source: &str) {
        let mut rest = source;
        while let Some((text, from_tag)) = rest.split_once('<') {
            self.text.push_str(unescape(text).trim());
            let Some((tag, after)) = from_tag.split_once('>') else {
                return;
            };
            self.tags.push(attributes(tag));
            rest = after;
            if tag.starts_with("script") {
                let (script, after) = after.split_once("</script").unwrap_or((after, ""));
                self.script(script);
                rest = after.split_once('>').map_or("", |(_, after)| after);
            }
        }
        self.text.push_str(unescape(rest).trim());
    }

    fn script(&mut self, source: &str) {
        let mut chars = source.chars().peekable();
        while let Some(char) = chars.next() {
            match char {
                '"' | '\'' | '`' => {
                    let mut string = String::new();
                    while let Some(next) = chars.next().filter(|next| *next != char) {
                        match next {
                            '\\' => match chars.next() {
                                Some('n') => string.push('\n'),
                                Some('r') => string.push('\r'),
                                Some('x') => {
                                    let digits: String = chars.by_ref().take(2).collect();
                                    string.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
                                }
                                other => string.extend(other),
                            },
                            next => string.push(next),
                        }
                    }
                    self.string(string);
                }
                '/' if chars.peek() == Some(&'/') => {
                    chars.by_ref().take_while(|next| *next != '\n').for_each(drop);
                }
                char if char.is_alphabetic() || char == '_' => {
                    let mut name = String::from(char);
                    while let Some(next) = chars.next_if(|next| next.is_alphanumeric() || *next == '_') {
                        name.push(next);
                    }
                    match name.as_str() {
                        "true" | "false" => self.strings.push(name),
                        name if OWN.contains(&name) => {}
                        _ => drop(self.names.insert(name)),
                    }
                }
                _ => {}
            }
        }
    }

    fn string(&mut self, string: String) {
        let is_script =
            string.contains("await ") || string.contains("evaluate(") || string.contains("new ShadowRealm()");
        match string.as_str() {
            script if is_script => self.script(script),
            // What a query is cut at, and put together again.
            "" | "?" => {}
            _ => self.strings.push(string),
        }
    }
}

/// A tag with the values of its attributes in quotes.
fn attributes(tag: &str) -> String {
    unescape(tag).replace(['"', '\''], "")
}

fn unescape(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&#x27;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::effect;

    #[test]
    fn words_do_not_matter_and_effects_do() {
        let page = "<!doctype html>\n<script src=\"a\"></script><script>\nf(new W(\"u\"), function() { return true; });</script>";
        let same = "<!doctype html> <script src=a></script>\n<script>// so\nf(new W('u'), () => true)</script>\n";
        assert_eq!(effect(page), effect(same));
        for (from, to) in [
            ("\"a\"", "b"),
            ("\"u\"", "'v'"),
            ("true", "false"),
            ("W(", "V("),
            ("html", "xml"),
        ] {
            assert_ne!(effect(page), effect(&page.replace(from, to)), "{from}");
        }
        assert_eq!(effect("g(`await h(\"x\")`)"), effect(r#"g("await h(\"x\")")"#));
        assert_ne!(effect("g(`await h(\"x\")`)"), effect(r#"g("await h(\"y\")")"#));
        assert_ne!(effect("i('a'); i('b');"), effect("i('b'); i('a');"));
    }
}

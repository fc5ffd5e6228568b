//! What a wrapper does, whatever its words are.

use std::collections::BTreeSet;

/// What a page or script does, as far as it can be read from it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Its tags, in order.
    tags: Vec<Tag>,
    /// The text outside of tags and scripts.
    text: String,
    /// The strings in its scripts, in order, and what is `true` or `false` there. A string that is a
    /// script counts as what is in it.
    strings: Vec<String>,
    /// The names in its scripts that are not its own.
    names: BTreeSet<String>,
}

/// A tag's name, and the names and values of its attributes.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

/// What a wrapper may call as it likes, and the words of the language.
const OWN: [&str; 43] = [
    "Promise",
    "adaptor",
    "async",
    "await",
    "callback",
    "catch",
    "const",
    "container",
    "e",
    "earlier",
    "error",
    "fetcher",
    "forwardMessage",
    "function",
    "if",
    "let",
    "locationSearch",
    "made",
    "message",
    "msgJSON",
    "new",
    "node",
    "old",
    "outer",
    "post",
    "postMessageFunc",
    "problem",
    "query",
    "queryPart",
    "r",
    "realm",
    "reg",
    "registration",
    "report",
    "resolve",
    "return",
    "search",
    "then",
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
            let Some((tag, after)) = tag(from_tag) else {
                return;
            };
            let is_script = tag.name == "script";
            self.tags.push(tag);
            rest = after;
            if is_script {
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

/// The tag whose `<` stands before, and what follows its `>`.
fn tag(source: &str) -> Option<(Tag, &str)> {
    let until = |text: &str, is_end: &dyn Fn(char) -> bool| text.find(|char: char| char == '>' || is_end(char));
    let (name, mut rest) = source.split_at(until(source, &char::is_whitespace)?);
    let mut tag = Tag {
        name: name.to_owned(),
        ..Tag::default()
    };
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            return Some((tag, after));
        }
        // A `=` that begins a name is part of it.
        let first = rest.chars().next()?.len_utf8();
        let is_end = |char: char| char == '=' || char.is_whitespace();
        let (name, after) = rest.split_at(first + until(&rest[first..], &is_end)?);
        let (value, after) = match after.trim_start().strip_prefix('=').map(str::trim_start) {
            None => ("", after),
            Some(value) => match value.chars().next()? {
                quote @ ('"' | '\'') => value[1..].split_once(quote)?,
                _ => value.split_at(until(value, &char::is_whitespace)?),
            },
        };
        // Only now, as a quote that is escaped ends no value.
        tag.attributes.push((name.to_owned(), unescape(value)));
        rest = after;
    }
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
        let one = "<p a=\"x\" b='y'>";
        assert_eq!(effect(one), effect("<p\na=x b = \"y\" >"));
        for other in [
            "<p a=\"x&quot; b='y'>",
            "<p a=\"x b='y'\">",
            "<p a=\"x&quot; b=&quot;y\">",
            "<p a=x b=y c>",
            "<p a=x b=\"y>\">",
        ] {
            assert_ne!(effect(one), effect(other), "{other}");
        }
        assert_eq!(effect("g(`await h(\"x\")`)"), effect(r#"g("await h(\"x\")")"#));
        assert_ne!(effect("g(`await h(\"x\")`)"), effect(r#"g("await h(\"y\")")"#));
        assert_ne!(effect("i('a'); i('b');"), effect("i('b'); i('a');"));
    }
}

//! The page that lists a folder.

use super::template::escape;

/// The listing of what a folder contains (names, and whether each is a folder), which is served at
/// `path` (decoded, with a `/` at its end).
pub(super) fn page(mut entries: Vec<(String, bool)>, path: &str) -> String {
    // A file's headers come right after it.
    entries.sort_by_cached_key(|(name, _)| {
        let stem = name.strip_suffix(".headers").unwrap_or(name);
        (stem.to_owned(), name.len())
    });
    let up = (path != "/").then(|| ("..".to_owned(), true));
    let items: String = up
        .into_iter()
        .chain(entries)
        .map(|(mut name, is_folder)| {
            if is_folder {
                name.push('/');
            }
            format!("<li><a href=\"{}\">{}</a></li>\n", escape(&link(&name)), escape(&name))
        })
        .collect();
    let title = escape(path);
    format!("<!doctype html>\n<meta charset=utf-8>\n<title>{title}</title>\n<h1>{title}</h1>\n<ul>\n{items}</ul>\n")
}

/// A relative link to a name: `./` keeps a colon in it from being read as a scheme's.
fn link(name: &str) -> String {
    let mut link = String::from("./");
    for c in name.chars() {
        match c {
            '%' => link.push_str("%25"),
            '?' => link.push_str("%3F"),
            '#' => link.push_str("%23"),
            c => link.push(c),
        }
    }
    link
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_escaped_and_sorted() {
        let names = [
            ("x.headers", false),
            ("x-y", false),
            ("b", true),
            ("a<?>.js", false),
            ("x", false),
        ];
        let names: Vec<_> = names.into_iter().map(|(name, is)| (name.to_owned(), is)).collect();
        let page = super::page(names.clone(), "/x/");
        let at = |part: &str| page.find(part).unwrap_or_else(|| panic!("{part} in {page}"));
        assert!(at("<a href=\"./../\">") < at("<a href=\"./a&lt;%3F&gt;.js\">a&lt;?&gt;.js</a>"));
        assert!(at("a&lt;") < at("<a href=\"./b/\">b/</a>"));
        assert!(at("./b/") < at("./x\"") && at("./x\"") < at("./x.headers") && at("./x.headers") < at("./x-y"));
        assert!(!super::page(names, "/").contains("../"));
    }
}

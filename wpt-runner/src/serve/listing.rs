//! The page that lists a folder.

use std::fs;
use std::io;
use std::path::Path;

use super::template::escape;

/// The listing of `folder`, which is served at `path` (decoded, with a `/` at its end).
pub(super) fn page(folder: &Path, path: &str) -> io::Result<String> {
    let mut names: Vec<String> = fs::read_dir(folder)?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            let is_folder = entry.path().is_dir();
            Some(if is_folder { name + "/" } else { name })
        })
        .collect();
    names.sort();
    if path != "/" {
        names.insert(0, "../".to_owned());
    }
    let items: String = names
        .iter()
        .map(|name| format!("<li><a href=\"{}\">{}</a></li>\n", escape(&link(name)), escape(name)))
        .collect();
    let title = escape(path);
    Ok(format!(
        "<!doctype html>\n<meta charset=utf-8>\n<title>{title}</title>\n<h1>{title}</h1>\n<ul>\n{items}</ul>\n"
    ))
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
    fn names_are_escaped() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a<?>.js"), "").unwrap();
        std::fs::create_dir(folder.path().join("b")).unwrap();
        let page = super::page(folder.path(), "/x/").unwrap();
        assert!(
            page.contains("<a href=\"./a&lt;%3F&gt;.js\">a&lt;?&gt;.js</a>"),
            "{page}"
        );
        assert!(page.contains("<a href=\"./b/\">b/</a>"));
        assert!(page.contains("<a href=\"./../\">"));
        assert!(!super::page(folder.path(), "/").unwrap().contains("../"));
    }
}

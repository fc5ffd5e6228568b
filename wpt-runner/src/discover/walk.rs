//! Reading a folder of a tree, on all processors at once.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{DirEntry, WalkBuilder, WalkState};

use super::source::{SourceKind, classify};
use super::{Test, tests_of_file};

/// How long a file may be that is looked at for tests: longer than any that a person has written.
const MAX_SOURCE: u64 = 64 << 20;

/// How far below a folder to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// At its own files.
    Files,
    /// At everything below it.
    All,
}

/// A folder or file that could not be read, and why.
#[derive(Debug)]
pub(super) struct Unreadable {
    pub path: PathBuf,
    pub source: io::Error,
}

/// The tests of the files in `folder`, in no order but that those of a file stand together. What
/// the tree at `root` excludes is left out: git's own folder, and what the root's `.gitignore`
/// names, as the manifest of the web platform tests does. Links to folders are not followed.
pub(super) fn tests_in(root: &Path, folder: &Path, depth: Depth) -> Result<Vec<Test>, Unreadable> {
    let ignored = ignored(root);
    let is_wanted = move |entry: &DirEntry| {
        let is_folder = is_folder(entry);
        let is_excluded = is_folder && entry.file_name() == ".git";
        // A folder that was asked for by name is looked into.
        entry.depth() == 0 || !(is_excluded || ignored.matched(entry.path(), is_folder).is_ignore())
    };
    let mut walk = WalkBuilder::new(folder);
    walk.standard_filters(false).filter_entry(is_wanted);
    if depth == Depth::Files {
        walk.max_depth(Some(1)).threads(1);
    }
    let (sender, found) = mpsc::channel();
    walk.build_parallel().run(|| {
        let sender = sender.clone();
        Box::new(move |entry| visit(entry, root, &sender))
    });
    drop(sender);
    let found: Vec<Vec<Test>> = found.into_iter().collect::<Result<_, _>>()?;
    Ok(found.into_iter().flatten().collect())
}

fn visit(
    entry: Result<DirEntry, ignore::Error>,
    root: &Path,
    sender: &Sender<Result<Vec<Test>, Unreadable>>,
) -> WalkState {
    let (found, state) = match entry {
        Ok(entry) if is_folder(&entry) && !has_script_test_name(root, entry.path()) => return WalkState::Continue,
        Ok(entry) => {
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            (Ok(tests_at(root, entry.path(), is_file)), WalkState::Skip)
        }
        Err(error) => (Err(Unreadable::from(error)), WalkState::Quit),
    };
    match found {
        Ok(found) if found.is_empty() => state,
        // Nobody listens any more if the walk has failed elsewhere.
        found => sender.send(found).map_or(WalkState::Quit, |()| state),
    }
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

/// The tests of what is at `path`, below `root`. Should it be no file, they are broken; that it is one may be known.
pub(super) fn tests_at(root: &Path, path: &Path, is_file: bool) -> Vec<Test> {
    // What is no UTF-8 is nothing that a URL of ours could name.
    let Some(relative) = path.strip_prefix(root).ok().and_then(Path::to_str) else {
        return Vec::new();
    };
    tests_of_file(relative, || match is_file || fs::metadata(path)?.is_file() {
        true => read(path),
        // Opening a pipe would wait for who writes to it.
        false => Err(io::Error::other("it is no file")),
    })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut source = Vec::new();
    fs::File::open(path)?.take(MAX_SOURCE + 1).read_to_end(&mut source)?;
    match source.len() as u64 > MAX_SOURCE {
        true => Err(io::Error::other(format!("it is longer than {} MiB", MAX_SOURCE >> 20))),
        false => Ok(source),
    }
}

/// Whether a folder below `root` has the path of a script test: it is no folder to look into, but a broken test.
pub(super) fn has_script_test_name(root: &Path, path: &Path) -> bool {
    let relative = path.strip_prefix(root).ok().and_then(Path::to_str);
    relative.is_some_and(|path| matches!(classify(path), SourceKind::Script(_)))
}

/// What the root's `.gitignore` names. A line that makes no sense, and a file that cannot be read, exclude nothing.
fn ignored(root: &Path) -> Gitignore {
    let mut builder = GitignoreBuilder::new(root);
    let _problem = builder.add(root.join(".gitignore"));
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

impl From<ignore::Error> for Unreadable {
    fn from(error: ignore::Error) -> Self {
        let path = path_of(&error).map_or_else(PathBuf::new, Path::to_owned);
        let text = error.to_string();
        Self {
            path,
            source: error.into_io_error().unwrap_or_else(|| io::Error::other(text)),
        }
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithLineNumber { err, .. } | ignore::Error::WithDepth { err, .. } => path_of(err),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Depth, tests_in};
    use std::fs;

    #[test]
    fn what_the_root_ignores_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in [
            "a/x.any.js",
            "a/build/x.any.js",
            "a/deep/build/x.any.js",
            "a/draft.window.js",
            "a/kept.window.js",
            "b/only-here/x.worker.js",
            "a/only-here/x.worker.js",
            ".git/x.worker.js",
            "a/.git/x.worker.js",
            ".hidden/x.worker.js",
            "a/nested/x.worker.js",
        ] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        fs::write(
            root.join(".gitignore"),
            "# comment\nbuild/\n*.window.js\n!kept.window.js\n/b/only-here\n[bad\n",
        )
        .unwrap();
        // Only the root's counts.
        fs::write(root.join("a/nested/.gitignore"), "*.js\n").unwrap();
        let urls = |folder: &str, depth| {
            let tests = tests_in(root, &root.join(folder), depth).unwrap();
            let mut urls: Vec<String> = tests.into_iter().map(|test| test.url).collect();
            urls.sort_unstable();
            urls
        };
        let expected = [
            "/.hidden/x.worker.html",
            "/a/kept.window.html",
            "/a/nested/x.worker.html",
            "/a/only-here/x.worker.html",
            "/a/x.any.html",
            "/a/x.any.worker.html",
        ];
        assert_eq!(urls("", Depth::All), expected);
        assert_eq!(
            urls("a", Depth::Files),
            ["/a/kept.window.html", "/a/x.any.html", "/a/x.any.worker.html"]
        );
        // What is asked for by name is looked into.
        assert_eq!(urls("b/only-here", Depth::All), ["/b/only-here/x.worker.html"]);
    }

    #[test]
    fn folders_with_the_name_of_a_test_are_broken_ones() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            "a/x.extension.js/y.any.js",
            "a/x.window.js/y.any.js",
            "a/resources/x.window.js/y.any.js",
            "x.window.js/y.any.js",
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "// META: global=window").unwrap();
        }
        let tests = tests_in(folder.path(), folder.path(), Depth::All).unwrap();
        let mut urls: Vec<&str> = tests.iter().map(|test| test.url.as_str()).collect();
        urls.sort_unstable();
        // Helpers have no tests, whatever they are called, and nothing right below the root is a test.
        let expected = ["/a/x.extension.html", "/a/x.window.html", "/x.window.js/y.any.html"];
        assert_eq!(urls, expected);
    }

    #[test]
    fn long_files_are_broken_tests() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, length| {
            let path = folder.path().join("a").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::File::create(path).unwrap().set_len(length).unwrap();
        };
        file("long.window.js", super::MAX_SOURCE + 1);
        file("longest.window.js", super::MAX_SOURCE);
        let tests = tests_in(folder.path(), folder.path(), Depth::All).unwrap();
        let broken: Vec<String> = tests
            .iter()
            .filter_map(|test| match &test.readiness {
                crate::discover::Readiness::Broken(reason) => Some(reason.clone()),
                _ => None,
            })
            .collect();
        assert_eq!(broken, ["could not read a/long.window.js: it is longer than 64 MiB"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::create_dir(&path).unwrap();
        rustix::fs::mkfifoat(
            rustix::fs::CWD,
            path.join("x.window.js"),
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        )
        .unwrap();
        let tests = tests_in(folder.path(), folder.path(), Depth::All).unwrap();
        assert_eq!(tests.len(), 1);
        assert!(matches!(tests[0].readiness, crate::discover::Readiness::Broken(_)));
    }
}

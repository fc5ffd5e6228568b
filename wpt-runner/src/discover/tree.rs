//! A tree of tests on disk, and what a user selects from it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::Test;
use super::walk::{self, Depth};

/// The file that marks the root of a tree.
const HARNESS: &str = "resources/testharness.js";

/// Why no selection of tests could be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DiscoverError {
    /// The path does not exist.
    #[error("no such file or folder: {0}")]
    Missing(String),
    /// A test URL names no test.
    #[error("no test has the URL {url} in the tree {root}")]
    NoSuchUrl {
        /// What was asked for.
        url: String,
        /// Where it was looked for.
        root: String,
    },
    /// No folder above the path holds a harness.
    #[error(
        "no test tree around {0}: neither it nor a folder above it holds {HARNESS} (name the tree's root with --root)"
    )]
    NoTree(String),
    /// The named root holds no harness.
    #[error("{0} is not the root of a test tree: it holds no {HARNESS}")]
    NotARoot(String),
    /// A path lies outside the tree.
    #[error("{path} is not inside the test tree {root}")]
    Outside {
        /// The path.
        path: String,
        /// The tree's root.
        root: String,
    },
    /// A folder or file could not be read.
    #[error("could not read {path}: {source}")]
    Unreadable {
        /// What.
        path: String,
        /// Why.
        source: io::Error,
    },
}

/// A tree of tests: a folder that holds `resources/testharness.js`.
#[derive(Clone, Debug)]
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    /// The tree at `root`.
    ///
    /// # Errors
    /// If there is no such folder, or it holds no harness.
    pub fn at(root: &Path) -> Result<Self, DiscoverError> {
        let canonical = canonical(root)?;
        match is_root(&canonical) {
            true => Ok(Self { root: canonical }),
            false => Err(DiscoverError::NotARoot(shown(root))),
        }
    }

    /// The tree around `path`: the nearest folder, from it upwards, that holds a harness. For a
    /// test URL, which is no path on disk, the search begins at `start`.
    ///
    /// # Errors
    /// If the path does not exist, or no folder around it is a root.
    pub fn around(path: &str, start: &Path) -> Result<Self, DiscoverError> {
        let on_disk = start.join(path);
        let is_absent = fs::symlink_metadata(&on_disk).is_err();
        let is_url = is_url(path) && is_absent;
        if is_absent && !is_url {
            return Err(DiscoverError::Missing(path.to_owned()));
        }
        let from = match is_url {
            true => canonical(start)?,
            false => parent_canonical(&on_disk)?,
        };
        let root = from.ancestors().find(|folder| is_root(folder));
        match root {
            Some(root) => Ok(Self { root: root.to_owned() }),
            None if is_url => Err(DiscoverError::Missing(path.to_owned())),
            None => Err(DiscoverError::NoTree(path.to_owned())),
        }
    }

    /// The root's canonical path.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The tests that the `paths` select: files and folders (relative ones against `start`), or
    /// test URLs of this tree. Sorted by source file; each test once.
    ///
    /// # Errors
    /// If a path does not exist or lies outside the tree, a URL names no test, or a folder
    /// cannot be read. (A test file that cannot be read is a test, a broken one.)
    pub fn select(&self, paths: &[String], start: &Path) -> Result<Vec<Test>, DiscoverError> {
        let mut tests = Vec::new();
        for path in paths {
            let on_disk = start.join(path);
            if fs::symlink_metadata(&on_disk).is_ok() {
                let canonical = parent_canonical(&on_disk)?;
                self.collect(&canonical, Depth::All, &mut tests)?;
            } else if is_url(path) {
                self.select_url(path, &mut tests)?;
            } else {
                return Err(DiscoverError::Missing(path.clone()));
            }
        }
        tests.sort_by(|a, b| (&a.source, a.scope).cmp(&(&b.source, b.scope)));
        let mut seen = std::collections::HashSet::new();
        tests.retain(|test| seen.insert(test.url.clone()));
        Ok(tests)
    }

    /// The folders among `paths`, as the start of every URL below them: `/workers/`.
    ///
    /// # Errors
    /// As [`Tree::select`].
    pub fn folders(&self, paths: &[String], start: &Path) -> Result<Vec<String>, DiscoverError> {
        let mut folders = Vec::new();
        for path in paths {
            let on_disk = start.join(path);
            if on_disk.is_dir()
                && let Some(relative) = self.relative(&canonical(&on_disk)?)?
            {
                let end = if relative.is_empty() { "" } else { "/" };
                folders.push(format!("/{relative}{end}"));
            }
        }
        Ok(folders)
    }

    /// Adds the tests at `path`, and those below it.
    fn collect(&self, path: &Path, depth: Depth, tests: &mut Vec<Test>) -> Result<(), DiscoverError> {
        self.relative(path)?;
        let is_folder = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
        let found = match is_folder && !walk::has_script_test_name(&self.root, path) {
            true => walk::tests_in(&self.root, path, depth).map_err(|unreadable| DiscoverError::Unreadable {
                path: shown(&unreadable.path),
                source: unreadable.source,
            })?,
            false => walk::tests_at(&self.root, path, false),
        };
        tests.extend(found);
        Ok(())
    }

    /// Adds the tests with the URL, or, should it have no variant, with any variant of it.
    fn select_url(&self, url: &str, tests: &mut Vec<Test>) -> Result<(), DiscoverError> {
        let no_such_url = || DiscoverError::NoSuchUrl {
            url: url.to_owned(),
            root: shown(&self.root),
        };
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let folder = crate::url_path::decode_path(folder).map_err(|_| no_such_url())?;
        let folder = canonical(&self.root.join(folder.trim_start_matches('/'))).map_err(|_| no_such_url())?;
        let mut candidates = Vec::new();
        self.collect(&folder, Depth::Files, &mut candidates)?;
        let bare = |test: &Test| test.url.split(['?', '#']).next() == Some(path);
        let mut matching: Vec<Test> = candidates.into_iter().filter(bare).collect();
        if matching.iter().any(|test| test.url == url) {
            matching.retain(|test| test.url == url);
        } else if path != url {
            // A variant that the source does not list may be run all the same, as in a browser.
            matching.truncate(1);
            matching.iter_mut().for_each(|test| url.clone_into(&mut test.url));
        }
        if matching.is_empty() {
            return Err(no_such_url());
        }
        tests.append(&mut matching);
        Ok(())
    }

    /// `path` relative to the root with `/` between its parts; `None` if it is no UTF-8, and
    /// hence nothing that a URL of ours could name.
    fn relative(&self, path: &Path) -> Result<Option<String>, DiscoverError> {
        let relative = path.strip_prefix(&self.root).map_err(|_| DiscoverError::Outside {
            path: shown(path),
            root: shown(&self.root),
        })?;
        let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
        Ok(parts.map(|parts| parts.join("/")))
    }
}

fn is_root(folder: &Path) -> bool {
    folder.join(HARNESS).is_file()
}

fn is_url(path: &str) -> bool {
    path.starts_with('/')
}

fn canonical(path: &Path) -> Result<PathBuf, DiscoverError> {
    path.canonicalize().map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => DiscoverError::Missing(shown(path)),
        _ => DiscoverError::Unreadable {
            path: shown(path),
            source,
        },
    })
}

/// The canonical path of what is at `path`, but not of what a link there leads to: a link to
/// nowhere is still a file that a user can name.
fn parent_canonical(path: &Path) -> Result<PathBuf, DiscoverError> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) && !path.is_dir();
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) if is_link => Ok(canonical(parent)?.join(name)),
        _ => canonical(path),
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::{DiscoverError, Tree};
    use crate::discover::Readiness;
    use std::fs;
    use std::path::Path;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, source) in files.iter().chain(&[("resources/testharness.js", "")]) {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, source).unwrap();
        }
        folder
    }

    fn select(folder: &Path, paths: &[&str]) -> Result<Vec<String>, DiscoverError> {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        let tree = Tree::around(&paths[0], folder)?;
        let tests = tree.select(&paths, folder)?;
        Ok(tests.into_iter().map(|test| test.url).collect())
    }

    #[test]
    fn folders_files_and_urls_select() {
        let folder = tree(&[
            ("a/x.any.js", "// META: variant=?1\n// META: variant=?2\n"),
            ("a/b/y.worker.js", ""),
            ("a/resources/z.any.js", ""),
            (".git/x.any.js", ""),
        ]);
        let all = [
            "/a/b/y.worker.html",
            "/a/x.any.html?1",
            "/a/x.any.html?2",
            "/a/x.any.worker.html?1",
            "/a/x.any.worker.html?2",
        ];
        let folder = folder.path();
        assert_eq!(select(folder, &["."]).unwrap(), all);
        assert_eq!(select(folder, &["a", "a/b/y.worker.js"]).unwrap(), all);
        assert_eq!(select(&folder.join("a"), &["x.any.js"]).unwrap(), all[1..]);
        assert_eq!(select(folder, &["/a/x.any.worker.html?2"]).unwrap(), all[4..]);
        assert_eq!(select(&folder.join("a"), &["/a/x.any.worker.html"]).unwrap(), all[3..]);
        assert_eq!(select(folder, &["/a/x.any.html?3"]).unwrap(), ["/a/x.any.html?3"]);
    }

    #[test]
    fn what_selects_nothing_says_so() {
        let folder = tree(&[("a/x.any.js", "")]);
        let bare = tempfile::tempdir().unwrap();
        let error = |folder: &Path, path| select(folder, &[path]).unwrap_err().to_string();
        assert_eq!(
            error(folder.path(), "nowhere"),
            DiscoverError::Missing("nowhere".into()).to_string()
        );
        assert!(error(folder.path(), "/a/y.html").contains("/a/y.html"));
        assert!(error(folder.path(), "/../x.any.html").contains("no test has the URL"));
        assert!(error(bare.path(), ".").contains("no test tree"));
        assert!(Tree::at(bare.path()).unwrap_err().to_string().contains("not the root"));
        let outside = Tree::at(folder.path()).unwrap().select(&[".".to_owned()], bare.path());
        assert!(matches!(outside, Err(DiscoverError::Outside { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn unreadable_tests_are_tests() {
        let folder = tree(&[("a/x.any.js", "")]);
        std::os::unix::fs::symlink("nowhere", folder.path().join("a/y.worker.js")).unwrap();
        fs::create_dir(folder.path().join("a/z.window.js")).unwrap();
        let tree = Tree::at(folder.path()).unwrap();
        let tests = tree.select(&["a".to_owned()], folder.path()).unwrap();
        let broken: Vec<&str> = tests
            .iter()
            .filter(|test| matches!(test.readiness, Readiness::Broken(_)))
            .map(|test| test.url.as_str())
            .collect();
        assert_eq!(broken, ["/a/y.worker.html", "/a/z.window.html"]);
        assert_eq!(
            tree.select(&["a/y.worker.js".to_owned()], folder.path()).unwrap().len(),
            1
        );
    }
}

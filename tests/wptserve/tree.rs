//! The files of the checkout.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The files below a root.
#[derive(Debug)]
pub struct Tree {
    root: PathBuf,
    files: Vec<File>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct File {
    path: String,
    length: u64,
    changed: SystemTime,
}

impl Tree {
    /// Lists the files, in order.
    pub fn read(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            files: list(root),
        }
    }

    /// The paths of all files that are served, relative to the root.
    pub fn served(&self) -> impl Iterator<Item = &str> + Clone {
        let is_served = |path: &&str| !path.starts_with("tools/") && path.split('/').nth(1) != Some("tools");
        self.files.iter().map(|file| file.path.as_str()).filter(is_served)
    }

    /// Whether there is such a file.
    pub fn contains(&self, path: &str) -> bool {
        self.files.binary_search_by(|file| file.path.as_str().cmp(path)).is_ok()
    }

    /// The length of a file.
    pub fn length(&self, path: &str) -> u64 {
        let found = self.files.binary_search_by(|file| file.path.as_str().cmp(path));
        found.map_or(0, |at| self.files[at].length)
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> String {
        String::from_utf8_lossy(&std::fs::read(self.root.join(path)).unwrap()).into_owned()
    }

    /// What has come, gone or changed since.
    pub fn changes(&self) -> Vec<String> {
        let now = list(&self.root);
        let only = |some: &[File], others: &[File]| {
            let differs = |file: &&File| others.binary_search(file).is_err();
            some.iter()
                .filter(differs)
                .map(|file| file.path.clone())
                .collect::<Vec<_>>()
        };
        [only(&now, &self.files), only(&self.files, &now)].concat()
    }
}

fn list(root: &Path) -> Vec<File> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let found = std::fs::symlink_metadata(&path).unwrap();
            if found.is_dir() {
                if path.file_name().is_some_and(|name| name != ".git") {
                    folders.push(path);
                }
            } else if let Some(path) = path.strip_prefix(root).unwrap().to_str() {
                files.push(File {
                    path: path.to_owned(),
                    length: found.len(),
                    changed: found.modified().unwrap(),
                });
            }
        }
    }
    files.sort();
    files
}

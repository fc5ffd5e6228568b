//! The files of the served root: nothing outside of it can be named.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;

/// The most bytes that are held for one response.
///
/// A body is made whole before it is sent, as pipes need it, and several are made at a time. No
/// file of the web platform tests has a tenth of it; a range of a longer file can still be asked for.
pub(super) const MAX_BODY: usize = 256 << 20;

/// The served root.
///
/// A path is relative to it, decoded, and has `/` between its names. The folder is held open, and
/// the system is asked to resolve each path beneath it: no `..` and no link gets out.
#[derive(Debug)]
pub(super) struct Files {
    folder: Dir,
    root: PathBuf,
}

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A folder.
    Folder,
    /// A file, and its length.
    File(u64),
}

impl Files {
    /// The files below `root`.
    ///
    /// # Errors
    /// If it is no folder that can be opened.
    pub fn open(root: &Path) -> io::Result<Self> {
        Ok(Self {
            folder: Dir::open_ambient_dir(root, ambient_authority())?,
            root: root.to_owned(),
        })
    }

    /// The root, as the system names it.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What is there; `None` if nothing is, or nothing that can be served.
    pub fn kind(&self, path: &str) -> Option<Kind> {
        let found = self.folder.metadata(or_root(path)).ok()?;
        // What is neither may block who opens it.
        match (found.is_dir(), found.is_file()) {
            (true, _) => Some(Kind::Folder),
            (_, true) => Some(Kind::File(found.len())),
            _ => None,
        }
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// If there is no such file, it cannot be read, or it is longer than [`MAX_BODY`].
    pub fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        match self.kind(path) {
            Some(Kind::File(length)) => {
                let mut whole = self.read_parts(path, std::slice::from_ref(&(0..length)))?;
                Ok(whole.pop().unwrap_or_default())
            }
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// The bytes of some parts of a file, as far as it goes.
    ///
    /// # Errors
    /// As [`read`](Self::read), but the bound is for the parts together.
    pub fn read_parts(&self, path: &str, parts: &[Range<u64>]) -> io::Result<Vec<Vec<u8>>> {
        let length = |part: &Range<u64>| part.end.saturating_sub(part.start);
        let total = parts.iter().map(length).fold(0, u64::saturating_add);
        if usize::try_from(total).map_or(true, |total| total > MAX_BODY) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut file = self.folder.open(or_root(path))?;
        let mut read = |part: &Range<u64>| {
            file.seek(SeekFrom::Start(part.start))?;
            let mut bytes = Vec::with_capacity(usize::try_from(length(part)).unwrap_or_default());
            file.by_ref().take(length(part)).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        parts.iter().map(&mut read).collect()
    }

    /// The names in a folder, unordered, and whether each is a folder. A name that is no UTF-8 has no URL.
    ///
    /// # Errors
    /// If there is no such folder, or it cannot be read.
    pub fn list(&self, path: &str) -> io::Result<Vec<(String, bool)>> {
        let folder = self.folder.open_dir(or_root(path))?;
        let entries = folder.entries()?.filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            let is_folder = folder.metadata(&name).is_ok_and(|found| found.is_dir());
            Some((name, is_folder))
        });
        Ok(entries.collect())
    }
}

fn or_root(path: &str) -> &str {
    match path {
        "" => ".",
        path => path,
    }
}

#[cfg(test)]
mod tests {
    use super::{Files, Kind, MAX_BODY};

    #[test]
    fn files_and_folders_are_told_apart() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("a")).unwrap();
        std::fs::write(root.path().join("a/b"), "12345").unwrap();
        let files = Files::open(root.path()).unwrap();
        assert_eq!(files.kind(""), Some(Kind::Folder));
        assert_eq!(files.kind("a/"), Some(Kind::Folder));
        assert_eq!(files.kind("a/b"), Some(Kind::File(5)));
        assert_eq!((files.kind("a/b/"), files.kind("c")), (None, None));
        assert_eq!(files.read("a/b").unwrap(), b"12345");
        assert_eq!(
            files.read_parts("a/b", &[1..4, 0..1, 4..9]).unwrap(),
            [&b"234"[..], b"1", b"5"]
        );
        assert!(files.read("a").is_err() && files.read("c").is_err());
        assert_eq!(files.list("").unwrap(), [("a".to_owned(), true)]);
        assert_eq!(files.list("a/").unwrap(), [("b".to_owned(), false)]);
        assert!(files.list("a/b").is_err());
    }

    #[test]
    fn long_files_are_read_in_parts_only() {
        let root = tempfile::tempdir().unwrap();
        let long = std::fs::File::create(root.path().join("long")).unwrap();
        long.set_len(MAX_BODY as u64 + 1).unwrap();
        let files = Files::open(root.path()).unwrap();
        assert!(files.read("long").is_err());
        let length = MAX_BODY as u64 + 1;
        assert_eq!(
            files
                .read_parts("long", std::slice::from_ref(&(length - 1..length + 8)))
                .unwrap(),
            [[0]]
        );
        let halves = [0..length / 2, length / 2..length];
        assert!(files.read_parts("long", &halves).is_err(), "together they are too long");
    }

    #[cfg(unix)]
    #[test]
    fn links_out_are_not_followed() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret"), "").unwrap();
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("in"), "").unwrap();
        std::fs::create_dir(root.path().join("a")).unwrap();
        symlink(outside.path(), root.path().join("out")).unwrap();
        symlink("../../../../../../etc/passwd", root.path().join("passwd")).unwrap();
        symlink("../in", root.path().join("a/link")).unwrap();
        symlink("loop", root.path().join("loop")).unwrap();
        let files = Files::open(root.path()).unwrap();
        for path in [
            "out/secret",
            "out",
            "passwd",
            "../in",
            "a/../../x",
            "/etc/passwd",
            "loop",
            "a/\0",
        ] {
            assert_eq!(files.kind(path), None, "{path}");
            assert!(files.read_parts(path, std::slice::from_ref(&(0..9))).is_err(), "{path}");
        }
        assert_eq!(files.kind("a/link"), Some(Kind::File(0)));
    }
}

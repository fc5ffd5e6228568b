use std::path::PathBuf;

/// Why the bindings could not be generated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read.
    #[error("failed to read {}: {source}", file.display())]
    Read {
        /// The file or folder.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The bindings could not be written.
    #[error("failed to write {}: {source}", file.display())]
    Write {
        /// Where they were to go.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A construct that the generator does not know, or that contradicts another one.
    #[error("{}:{line}: {message}", file.display())]
    Idl {
        /// The file that states it.
        file: PathBuf,
        /// The line, counted from 1.
        line: u32,
        /// What is not understood.
        message: String,
    },
    /// Two unions whose members are converted in different ways would be one Rust type.
    #[error("two different unions would both be called '{name}' in Rust")]
    Ambiguous {
        /// The Rust type.
        name: String,
    },
    /// The generator wrote what is no Rust: a fault of its own.
    #[error("the bindings that were generated are no Rust: {source}")]
    Syntax {
        /// Where Rust's grammar is left.
        source: syn::Error,
    },
}

//! WebIDL in, Rust out: run by `skep-webapi`'s build script over `webapi/idl/`.
//!
//! For each interface it writes a trait with one function for each member, which the interface's Rust type must implement (a
//! member without an implementation stops the build), the native functions that convert and check what a script passes, and a
//! static table from which the interface objects of a realm are made. Dictionaries, enumerations and unions become Rust types.
//! What is not understood stops the build with file, line and the construct: nothing is skipped.
//!
//! The language: <https://webidl.spec.whatwg.org/>.

mod ast;
mod check;
pub mod compare;
mod cycles;
mod error;
mod generate;
mod lexer;
mod model;
mod parser;
mod text;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

pub use error::Error;

/// The whole of a build script: the bindings of what `folder` states go to `bindings.rs` in the folder for a build's output.
#[expect(clippy::print_stdout, reason = "a build script speaks to cargo that way")]
pub fn build(folder: &Path) -> ExitCode {
    println!("cargo::rerun-if-changed={}", folder.display());
    let written = generate(folder).and_then(|source| {
        let file = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("bindings.rs");
        fs::write(&file, source).map_err(|source| Error::Write { file, source })
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads every `*.webidl` below `folder` and returns the Rust source of all bindings.
///
/// The state of interface `Foo`, stated in `folder/<room>/foo.webidl`, is expected at `crate::<room>::foo::Foo`.
///
/// # Errors
/// If a file cannot be read, or states something that is not understood; the error names the file and the line.
pub fn generate(folder: &Path) -> Result<String, Error> {
    let mut definitions = Vec::new();
    for file in files_below(folder, "webidl")? {
        let text = fs::read_to_string(&file).map_err(|source| Error::Read {
            file: file.clone(),
            source,
        })?;
        let module = module_path(folder, &file);
        for definition in parser::parse(&text, &file)? {
            check::check(&definition)?;
            definitions.push((definition, module.clone()));
        }
    }
    cycles::check(definitions.iter().map(|(definition, _)| definition))?;
    let mut model = model::Model::default();
    for (definition, module) in definitions {
        model.add(definition, &module)?;
    }
    model.finish()?;
    readable(&generate::bindings(&model)?)
}

/// The source laid out over lines, as a newcomer steps through it in a debugger.
fn readable(source: &str) -> Result<String, Error> {
    let file = syn::parse_file(source).map_err(|source| Error::Syntax { source })?;
    Ok(prettyplease::unparse(&file))
}

/// All files below `folder` with this extension, in a fixed order.
fn files_below(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Error> {
    let read = |source| Error::Read {
        file: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if path.is_dir() {
            files.extend(files_below(&path, extension)?);
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// `idl/html/message_port.webidl` is implemented in `crate::html::message_port`.
fn module_path(folder: &Path, file: &Path) -> String {
    let relative = file.strip_prefix(folder).unwrap_or(file).with_extension("");
    let mut path = String::from("crate");
    for part in relative.iter() {
        path.push_str("::");
        path.push_str(&part.to_string_lossy());
    }
    path
}

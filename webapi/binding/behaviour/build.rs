//! Writes the bindings of the test interfaces stated in `idl/`.

use std::{env, fs, path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=idl");
    let written = skep_bindgen::generate(&PathBuf::from("idl"))
        .map_err(|error| error.to_string())
        .and_then(|source| {
            let folder = env::var("OUT_DIR").map_err(|error| error.to_string())?;
            fs::write(PathBuf::from(folder).join("bindings.rs"), source).map_err(|error| error.to_string())
        });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={error}");
            ExitCode::FAILURE
        }
    }
}

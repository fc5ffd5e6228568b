//! Writes the bindings of the test interfaces stated in `idl/`.

use std::{path::Path, process::ExitCode};

fn main() -> ExitCode {
    skep_bindgen::build(Path::new("idl"))
}

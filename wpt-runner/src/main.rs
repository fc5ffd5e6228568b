//! The command `skep`.

use mimalloc::MiMalloc;
use skep_webapi::CountingAllocator;
use std::process::ExitCode;

/// Counts what each page and worker holds, for `--heap-limit`.
#[global_allocator]
static ALLOCATOR: CountingAllocator<MiMalloc> = CountingAllocator::new(MiMalloc);

fn main() -> ExitCode {
    wpt_runner::cli::main().into()
}

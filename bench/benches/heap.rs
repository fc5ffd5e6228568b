//! How much memory a global takes. Apart from `time`, as counting takes time too.

#![expect(clippy::expect_used, reason = "a benchmark that cannot run has nothing to tell")]

use divan::{AllocProfiler, Bencher};
use skep_bench::{HUNDRED, TWO_HUNDRED, bare, bare_without_collection, install};
use skep_binding::Interfaces;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn bare_context(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(boa_gc::force_collect)
        .bench_local_values(|()| bare_without_collection());
}

fn installed(bencher: Bencher<'_, '_>, all: &'static Interfaces) {
    bencher
        .with_inputs(|| bare().expect("a context"))
        .bench_local_refs(|cx| install(all, cx));
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn install_100_interfaces(bencher: Bencher<'_, '_>) {
    installed(bencher, &HUNDRED);
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn install_200_interfaces(bencher: Bencher<'_, '_>) {
    installed(bencher, &TWO_HUNDRED);
}

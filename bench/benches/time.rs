//! How long it takes to make a global, and to touch what is on it.

#![expect(clippy::expect_used, reason = "a benchmark that cannot run has nothing to tell")]

use boa_engine::{Context, Script, Source};
use divan::Bencher;
use skep_bench::{HUNDRED, TWO_HUNDRED, bare, bare_without_collection, install};
use skep_binding::Interfaces;

fn main() {
    divan::main();
}

fn context() -> Context {
    bare().expect("a context")
}

fn installed(all: &'static Interfaces) -> Context {
    let mut cx = context();
    install(all, &mut cx).expect("a global");
    cx
}

#[divan::bench(sample_count = 500, sample_size = 1)]
fn bare_context(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(boa_gc::force_collect)
        .bench_local_values(|()| bare_without_collection());
}

#[divan::bench(sample_count = 500, sample_size = 1)]
fn install_100_interfaces(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(context)
        .bench_local_refs(|cx| install(&HUNDRED, cx));
}

#[divan::bench(sample_count = 500, sample_size = 1)]
fn install_200_interfaces(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(context)
        .bench_local_refs(|cx| install(&TWO_HUNDRED, cx));
}

/// Runs a script, compiled before, in a new global with a hundred interfaces; `before` has run there already.
fn script(bencher: Bencher<'_, '_>, before: &str, source: &str) {
    bencher
        .with_inputs(|| {
            let mut cx = installed(&HUNDRED);
            cx.eval(Source::from_bytes(before)).expect("runs");
            let script = Script::parse(Source::from_bytes(source), None, &mut cx).expect("parses");
            script.codeblock(&mut cx).expect("compiles");
            (cx, script)
        })
        .bench_local_refs(|(cx, script)| script.evaluate(cx));
}

#[divan::bench(sample_count = 500, sample_size = 1)]
fn empty_script(bencher: Bencher<'_, '_>) {
    script(bencher, "", "1");
}

#[divan::bench(sample_count = 500, sample_size = 1)]
fn first_touch(bencher: Bencher<'_, '_>) {
    script(bencher, "", "Bench050");
}

#[divan::bench(sample_count = 500, sample_size = 1)]
fn second_touch(bencher: Bencher<'_, '_>) {
    script(bencher, "Bench050", "Bench050");
}

/// The base was touched before, a hundred thousand reads follow.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn read_interface_100_000_times(bencher: Bencher<'_, '_>) {
    script(bencher, "Bench050", "for (let i = 0; i < 100000; i++) Bench050");
}

/// The same with a property that the engine itself defines.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn read_built_in_100_000_times(bencher: Bencher<'_, '_>) {
    script(bencher, "Array", "for (let i = 0; i < 100000; i++) Array");
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn own_property_descriptor_10_000_times(bencher: Bencher<'_, '_>) {
    script(
        bencher,
        "var object = { key: 1 }",
        "for (let i = 0; i < 10000; i++) Object.getOwnPropertyDescriptor(object, 'key')",
    );
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn define_property_10_000_times(bencher: Bencher<'_, '_>) {
    script(
        bencher,
        "var object = { key: 1 }, descriptor = { value: 2 }",
        "for (let i = 0; i < 10000; i++) Object.defineProperty(object, 'key', descriptor)",
    );
}

//! What a run leaves behind: no process, and no file.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::tool::{CLEAN, Folder, Told};

/// The variable by which a test knows the processes that it caused, however they came to be.
const MARK: &str = "SKEP_TEST_MARK";

/// The processes, zombies aside, that have the mark of `tree`.
fn marked(tree: &Folder) -> Vec<u32> {
    let mark = format!("{MARK}={}", tree.root().display());
    let has_mark = |folder: &Path| {
        let environment = fs::read(folder.join("environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == mark.as_bytes())
    };
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let path = entry.ok()?.path();
        let id = path.file_name()?.to_str()?.parse().ok()?;
        has_mark(&path).then_some(id)
    });
    processes.collect()
}

fn with_mark<'a>(tree: &Folder, command: &'a mut Command) -> &'a mut Command {
    command.env(MARK, tree.root())
}

/// Waits until as many processes have the mark of `tree`.
fn await_marked(tree: &Folder, count: usize) -> Vec<u32> {
    for _ in 0..2400 {
        let found = marked(tree);
        if found.len() == count {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("never {count} processes, now {:?}", marked(tree));
}

#[test]
fn a_run_leaves_nothing_behind() {
    let busy = "
        const source = URL.createObjectURL(new Blob(['postMessage(1); for (;;);']));
        async_test((t) => { new Worker(source).onmessage = t.step_func_done(); }, 'started');";
    let tree = Folder::tree()
        .with("t/clean.any.js", CLEAN)
        .with_page("t/busy.html", busy)
        .with_page("t/deep.html", "eval('['.repeat(200000));")
        .with_page("t/loop.html", "for (;;);")
        .with("t/loop.worker.js", "for (;;);");
    fs::create_dir(tree.path("tmp")).unwrap();
    let mut command = tree.command(&["run", "--timeout-multiplier", "0.3", "t"]);
    let told = Told::by(with_mark(&tree, &mut command).env("TMPDIR", tree.path("tmp")));
    told.exits(1).says("\n3 of 6 tests clean, 0 skipped in ");
    assert_eq!(marked(&tree), [0; 0], "{told}");
    let left: Vec<_> = fs::read_dir(tree.path("tmp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Ends the supervisor of an endless test by `signal`.
fn end_by(signal: Signal) {
    let tree = Folder::tree().with_page("t/loop.html", "for (;;);");
    let mut command = tree.command(&["run", "--timeout-multiplier", "1000", "t"]);
    let command = with_mark(&tree, &mut command)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut supervisor = command.spawn().unwrap();
    // The supervisor and the test.
    await_marked(&tree, 2);
    kill_process(Pid::from_child(&supervisor), signal).unwrap();
    let status = supervisor.wait().unwrap();
    assert_eq!(status.signal(), Some(signal.as_raw()), "{status}");
    await_marked(&tree, 0);
}

#[test]
fn an_interrupted_run_takes_its_tests_with_it() {
    end_by(Signal::INT);
}

#[test]
fn a_killed_run_takes_its_tests_with_it() {
    end_by(Signal::KILL);
}

#[test]
fn a_test_killed_from_outside_is_a_crash() {
    let tree = Folder::tree()
        .with_page("t/loop.html", "for (;;);")
        .with("t/z.window.js", CLEAN);
    let mut command = tree.command(&["run", "--jobs", "1", "--timeout-multiplier", "1000", "t"]);
    with_mark(&tree, &mut command);
    std::thread::scope(|scope| {
        let running = scope.spawn(|| Told::by(&mut command));
        let is_test = |id: &u32| fs::read(format!("/proc/{id}/cmdline")).unwrap().ends_with(b"\0child\0");
        let found = await_marked(&tree, 2);
        let test = found.into_iter().find(is_test).unwrap();
        kill_process(Pid::from_raw(i32::try_from(test).unwrap()).unwrap(), Signal::KILL).unwrap();
        let told = running.join().unwrap();
        told.exits(1)
            .says("CRASH /t/loop.html\n  the test's process ended by SIGKILL (signal 9)\n");
        told.says("\n1 of 2 tests clean, 0 skipped in ");
    });
}

#[test]
fn the_child_s_command_alone_is_wrong_usage() {
    let folder = Folder::new();
    let told = folder.skep(&[OsStr::new("child")]);
    told.exits(2).complains("could not run a test as a child: ");
}

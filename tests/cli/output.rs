//! What reaches the terminal: nothing that steers it.

use crate::tool::Folder;

fn hostile_texts() -> Folder {
    let script = r"
        console.log('log \u001b[2J\u0007');
        test(() => { throw new Error('message \u001b[31m\u202e\r\nsecond line'); }, 'name \u001b]0;title\u0007\n');";
    Folder::tree().with_page("t/texts.html", script)
}

#[test]
fn control_characters_of_a_page_are_escaped() {
    let told = hostile_texts().skep(&["run", "t"]);
    told.exits(1)
        .says("  FAIL name \\u{1b}]0;title\\u{7}\\n\n")
        .says("message \\u{1b}[31m\\u{202e}")
        .says("\n    second line\n")
        .says("  | Log: log \\u{1b}[2J\\u{7}");
    let is_harmless = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
    assert!(told.stdout.chars().all(is_harmless), "{told:?}");
}

#[test]
fn a_pipe_gets_no_colours_and_no_progress() {
    let tree = hostile_texts();
    let told = crate::tool::Told::by(
        tree.command(&["run", "t"])
            .env_remove("NO_COLOR")
            .env("CLICOLOR_FORCE", "1"),
    );
    told.exits(1);
    assert!(!told.stdout.contains('\u{1b}'), "{told:?}");
    assert!(!told.stderr.contains(['\u{1b}', '\r']), "{told:?}");
    for arguments in [["run", "nowhere"], ["run", "--nonsense"], ["exec", "nowhere.js"]] {
        let told = crate::tool::Told::by(tree.command(&arguments).env_remove("NO_COLOR"));
        told.exits(2);
        assert!(!told.stderr.contains('\u{1b}'), "{told:?}");
    }
}

#[test]
fn names_of_files_are_escaped() {
    let tree = Folder::tree().with("t/a\u{1b}[31m.window.js", "test(() => assert_true(false), 'x');\n");
    for arguments in [["run", "t"], ["list", "t"]] {
        let told = tree.skep(&arguments);
        assert!(!told.stdout.contains('\u{1b}'), "{told:?}");
    }
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let mut tree = Folder::tree();
    for index in 0..2000 {
        tree = tree.with(&format!("t/{index}-{}.any.js", "long".repeat(20)), "");
    }
    let program = env!("CARGO_BIN_EXE_skep");
    let output = std::process::Command::new("/bin/bash")
        .args([
            "-c",
            &format!("'{program}' list t | head -n 1; exit ${{PIPESTATUS[0]}}"),
        ])
        .current_dir(tree.root())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

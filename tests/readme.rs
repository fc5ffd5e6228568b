//! The README's `console` blocks, run as they stand.

use std::path::Path;
use std::process::Command;

/// Commands with the output that the README shows for them.
fn examples(readme: &str) -> Vec<(String, String)> {
    let mut examples: Vec<(String, String)> = Vec::new();
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        for line in block.lines() {
            match (line.strip_prefix("$ skep "), examples.last_mut()) {
                (Some(command), _) => examples.push((command.to_owned(), String::new())),
                (None, Some((_, output))) => *output += &format!("{line}\n"),
                (None, None) => unreachable!("a block starts with output: {line}"),
            }
        }
    }
    examples
}

/// How long a run took is never the same twice.
fn without_time(output: &str) -> String {
    let lines = output.lines().map(|line| match line.rsplit_once(" in ") {
        Some((before, time)) if time.ends_with(" s") => before.to_owned(),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_readme_shows_what_happens() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let examples = examples(&readme);
    assert_eq!(examples.len(), 3, "every example is found");
    for (command, shown) in examples {
        let output = Command::new(env!("CARGO_BIN_EXE_skep"))
            .args(command.split(' '))
            .current_dir(&root)
            .output()
            .unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "skep {command}: {stdout}");
        assert_eq!(without_time(&stdout), without_time(&shown), "skep {command}");
    }
}

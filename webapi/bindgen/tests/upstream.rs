//! Our interfaces against those of an upstream tree.

use skep_bindgen::compare::{IGNORABLE, compare};
use std::{env, fmt::Write as _, fs, io::Write as _, path::Path};

#[test]
#[ignore = "needs an upstream tree: WPT_TREE=<folder> cargo test --release -p skep-bindgen --test upstream -- --ignored"]
fn our_interfaces_are_those_of_upstream() {
    let tree = env::var_os("WPT_TREE").expect("WPT_TREE names a checkout of web-platform-tests");
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../idl")
        .canonicalize()
        .unwrap();
    let comparison = compare(&ours, &Path::new(&tree).join("interfaces")).unwrap();

    let mut text = String::from("\nNot implemented, by definition:\n");
    for (of, omissions) in &comparison.omissions {
        _ = writeln!(text, "  {of}: {}", omissions.join("; "));
    }
    text += "Not as upstream, and meant:\n";
    for difference in &comparison.deliberate {
        _ = writeln!(text, "  {difference}");
    }
    text += "Extended attributes that need not be repeated:\n";
    for (name, reason) in IGNORABLE {
        _ = writeln!(text, "  [{name}]: {reason}");
    }
    // Past the test harness, which keeps what a test that passes has printed to itself.
    std::io::stdout().write_all(text.as_bytes()).unwrap();

    let contradictions: Vec<String> = comparison.contradictions.iter().map(ToString::to_string).collect();
    assert!(
        contradictions.is_empty(),
        "mend these, or say why in a comment `// Not as upstream: …` in front:\n{}",
        contradictions.join("\n")
    );
}

#[test]
fn every_file_starts_with_the_link_of_its_specification() {
    let mut files = 0;
    for room in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../idl")).unwrap() {
        for file in fs::read_dir(room.unwrap().path()).unwrap() {
            let file = file.unwrap().path();
            let text = fs::read_to_string(&file).unwrap();
            assert!(text.starts_with("// https://"), "{}", file.display());
            files += 1;
        }
    }
    assert!(files > 0);
}

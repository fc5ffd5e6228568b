//! `skep serve`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::tool::{CLEAN, Folder};

/// A running server. It ends with the test.
pub struct Serving {
    child: Child,
    stdout: BufReader<ChildStdout>,
    pub origin: String,
    first_line: String,
}

impl Serving {
    pub fn new(tree: &Folder, path: &str) -> Self {
        Self::with(tree, &[path])
    }

    fn with(tree: &Folder, arguments: &[&str]) -> Self {
        let mut command = tree.command(&["serve", "--port", "0"]);
        Self::by(command.args(arguments).stderr(Stdio::null()))
    }

    pub fn by(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut first_line = String::new();
        stdout.read_line(&mut first_line).unwrap();
        let (_, rest) = first_line.split_once(" at ").unwrap();
        let origin = rest.split("/ ").next().unwrap().to_owned();
        Self {
            child,
            stdout,
            origin,
            first_line,
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    /// The head and the body of the answer for `target`, which is sent as it stands.
    pub fn get(&self, target: &str) -> (String, String) {
        let host = self.origin.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(
            stream,
            "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn tree() -> Folder {
    Folder::tree()
        .with("t/a.any.js", CLEAN)
        .with("t/resources/data.txt", "plain")
        .with("t/resources/special.js", "1;\n")
        .with(
            "t/resources/special.js.headers",
            "Content-Type: text/special\nX-Own: yes\n",
        )
}

#[test]
fn the_urls_are_printed_and_answer() {
    let tree = tree();
    let mut serving = Serving::new(&tree, "t");
    let root = tree.root().canonicalize().unwrap();
    assert!(
        serving
            .first_line
            .starts_with(&format!("serving {} at http://", root.display())),
        "{}",
        serving.first_line
    );
    for url in ["/t/a.any.html", "/t/a.any.worker.html"] {
        assert_eq!(serving.line(), format!("{}{url}\n", serving.origin));
        let (head, body) = serving.get(url);
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        assert!(body.contains("<script src=\"/resources/testharness.js\">"), "{body}");
    }
    assert_eq!(serving.get("/t/a.any.js").1, CLEAN);
    let worker = serving.get("/t/a.any.worker.js").1;
    assert!(
        worker.contains("importScripts") && worker.contains("a.any.js"),
        "{worker}"
    );
    assert_eq!(serving.get("/t/resources/data.txt?query").1, "plain");
}

#[test]
fn headers_beside_a_file_are_sent_with_it() {
    let tree = tree();
    let (head, body) = Serving::new(&tree, "t").get("/t/resources/special.js");
    let head = head.to_lowercase();
    assert!(
        head.contains("\r\ncontent-type: text/special\r\n") && head.contains("\r\nx-own: yes\r\n"),
        "{head}"
    );
    assert_eq!(body, "1;\n");
}

#[test]
fn nothing_outside_the_tree_is_served() {
    let outer = Folder::new().with("secret.txt", "secret");
    let harness = tree().read("resources/testharness.js");
    outer.write("tree/resources/testharness.js", harness);
    outer.write("tree/t/a.any.js", CLEAN);
    std::os::unix::fs::symlink("../secret.txt", outer.path("tree/link.txt")).unwrap();
    let serving = Serving::new(&outer, "tree/t");
    let targets = [
        "/../secret.txt",
        "/t/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/t/%2E%2E/%2E%2E/secret.txt",
        "/link.txt",
        "/t%00/a.any.js",
        "//../secret.txt",
        "/\\..\\secret.txt",
    ];
    for target in targets {
        let (head, body) = serving.get(target);
        assert!(head.starts_with("HTTP/1.1 4"), "{target}: {head}");
        assert!(!body.contains("secret\n") && body != "secret", "{target}: {body}");
    }
    let (head, _) = serving.get("/nowhere.txt");
    assert!(head.starts_with("HTTP/1.1 404 "), "{head}");
}

#[test]
fn a_port_that_is_taken_is_wrong_set_up() {
    let tree = tree();
    let serving = Serving::new(&tree, "t");
    let port = serving.origin.rsplit(':').next().unwrap();
    tree.skep(&["serve", "--port", port, "t"]).exits(2).complains(port);
}

#[test]
fn each_test_has_its_own_origin() {
    let tree = Folder::tree()
        .with("t/a.html", "")
        .with_page("t/b.https.html", CLEAN)
        .with_page("t/c.html", CLEAN)
        .with_page("t/d.www.html", CLEAN);
    let arguments = ["--host", "web-platform.test", "--ca", "ca.pem", "t"];
    let mut serving = Serving::with(&tree, &arguments);
    assert!(tree.read("ca.pem").starts_with("-----BEGIN CERTIFICATE-----"));
    let port = serving.origin.strip_prefix("http://web-platform.test:").unwrap();
    let port = port.to_owned();
    let secure = serving.line();
    assert!(
        secure.starts_with("https://web-platform.test:") && secure.ends_with("/t/b.https.html\n"),
        "{secure}"
    );
    assert!(!secure.contains(&format!(":{port}/")), "{secure}");
    assert_eq!(serving.line(), format!("{}/t/c.html\n", serving.origin));
    assert_eq!(
        serving.line(),
        format!("http://www.web-platform.test:{port}/t/d.www.html\n")
    );
    tree.skep(&["serve", "--host", "example.org", "t"])
        .exits(2)
        .complains("localhost or web-platform.test");
    tree.skep(&["serve", "--port", "0", "--ca", "no/such/ca.pem", "t"])
        .exits(2)
        .complains("no/such/ca.pem");
}

//! The fixtures in a real browser: headless Chromium is to give what Skep gives.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a helper that cannot do its part fails the test that called it"
)]

mod chromium;
mod differences;
mod skep;
mod verdicts;
mod webdriver;

use std::path::Path;

use chromium::{Driver, Visit};
use differences::DIFFERENCES;
use skep::Server;
use verdicts::Account;

#[test]
#[ignore = "needs chromium and chromedriver"]
fn the_fixtures_give_in_chromium_what_they_give_in_skep() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let ours = skep::verdicts(&fixtures);
    let server = Server::start(&fixtures);
    let visits = Driver::start(&server.advice).visits(&server.urls);
    let mut faults: Vec<String> = visits.iter().filter_map(unshown).collect();
    let theirs: Account = visits
        .into_iter()
        .map(|(url, visit)| (skep::path_of(&url).to_owned(), visit.report))
        .collect();
    faults.extend(verdicts::faults(&ours, &theirs, DIFFERENCES));
    assert!(
        faults.is_empty(),
        "{} faults in {} tests:\n{}",
        faults.len(),
        ours.len(),
        faults.join("\n")
    );
}

/// The first subtest of which a page shows nothing to whoever opens it in a browser.
fn unshown((url, visit): &(String, Visit)) -> Option<String> {
    let mut names = visit.report.subtests.keys();
    let name = names.find(|name| !visit.shown.contains(name.as_str()))?;
    Some(format!("{url}: the page shows no result of {name}"))
}

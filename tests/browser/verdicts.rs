//! What tests gave, and how two such accounts differ.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A status where there is none: the test, or the subtest, is not there.
const MISSING: &str = "missing";

/// The status of a test of which nothing is known.
const LOST: &str = "LOST";

/// What one side gave, by test URL (without the origin).
pub type Account = BTreeMap<String, Report>;

/// What one test gave. The words for statuses are those of `wptreport.json`.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub status: String,
    pub message: String,
    /// By name; the harness itself refuses names that are used twice.
    pub subtests: BTreeMap<String, Subtest>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Subtest {
    pub status: String,
    pub message: String,
}

impl Report {
    /// A test of which the browser could not be made to tell anything.
    pub fn lost(message: String) -> Self {
        Self {
            status: LOST.to_owned(),
            message,
            subtests: BTreeMap::new(),
        }
    }

    /// What a harness told: statuses are numbers there.
    pub fn of_harness(told: &Value) -> Self {
        let statuses = ["OK", "ERROR", "TIMEOUT", "PRECONDITION_FAILED"];
        let subtest_statuses = ["PASS", "FAIL", "TIMEOUT", "NOTRUN", "PRECONDITION_FAILED"];
        Self::read(
            told,
            |status| named(&statuses, status),
            |status| named(&subtest_statuses, status),
        )
    }

    /// What an entry of a `wptreport.json` says.
    pub fn of_entry(entry: &Value) -> Self {
        let name = |status: &Value| text(status);
        Self::read(entry, name, name)
    }

    fn read(value: &Value, status: impl Fn(&Value) -> String, subtest_status: impl Fn(&Value) -> String) -> Self {
        let subtests = value["subtests"].as_array().map(Vec::as_slice).unwrap_or_default();
        let subtests = subtests.iter().map(|subtest| {
            let outcome = Subtest {
                status: subtest_status(&subtest["status"]),
                message: text(&subtest["message"]),
            };
            (text(&subtest["name"]), outcome)
        });
        Self {
            status: status(&value["status"]),
            message: text(&value["message"]),
            subtests: subtests.collect(),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn named(names: &[&str], status: &Value) -> String {
    let index = status.as_u64().and_then(|index| usize::try_from(index).ok());
    let name = index.and_then(|index| names.get(index));
    name.map_or_else(|| format!("unknown status {status}"), |&name| name.to_owned())
}

/// Where Chromium does not give what Skep gives, and is not to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    pub url: &'static str,
    /// The subtest's name; empty for the test itself, with all its subtests.
    pub subtest: &'static str,
    /// What Chromium gives.
    pub chromium: &'static str,
    /// Who is right, by which words of which specification.
    pub because: &'static str,
}

/// Everything in which the accounts differ without being known to, and every known difference that is none.
pub fn faults(skep: &Account, chromium: &Account, known: &[Difference]) -> Vec<String> {
    let mut faults = Vec::new();
    // Whether it is known that Chromium gives this.
    let is_known = |url: &str, subtest: &str, status: &str| {
        let mut known = known.iter();
        known.any(|known| (known.url, known.subtest, known.chromium) == (url, subtest, status))
    };
    let urls: BTreeSet<&String> = skep.keys().chain(chromium.keys()).collect();
    for url in urls {
        let (ours, theirs) = match (skep.get(url), chromium.get(url)) {
            (Some(ours), Some(theirs)) => (ours, theirs),
            (ours, _) => {
                let side = if ours.is_some() { "Chromium" } else { "Skep" };
                faults.push(format!("{url}: {side} has not run it"));
                continue;
            }
        };
        if ours.status != theirs.status {
            if is_known(url, "", &theirs.status) {
                continue;
            }
            faults.push(format!(
                "{url}: Skep {}, Chromium {}{}{}",
                ours.status,
                theirs.status,
                said("Skep", &ours.message),
                said("Chromium", &theirs.message),
            ));
        }
        if theirs.status == LOST {
            continue;
        }
        let names: BTreeSet<&String> = ours.subtests.keys().chain(theirs.subtests.keys()).collect();
        for name in names {
            let outcome = |report: &Report| report.subtests.get(name).cloned().unwrap_or_else(Subtest::missing);
            let (ours, theirs) = (outcome(ours), outcome(theirs));
            if ours.status != theirs.status && !is_known(url, name, &theirs.status) {
                faults.push(format!(
                    "{url}: {name}: Skep {}, Chromium {}{}{}",
                    ours.status,
                    theirs.status,
                    said("Skep", &ours.message),
                    said("Chromium", &theirs.message),
                ));
            }
        }
    }
    // That both agree is no fault: a browser learns, and which one is here is not ours to say.
    for Difference { url, subtest, .. } in known {
        let report = skep.get(*url);
        if !report.is_some_and(|report| subtest.is_empty() || report.subtests.contains_key(*subtest)) {
            faults.push(format!(
                "{url}: {subtest}: the table of differences has it, but there is no such test"
            ));
        }
    }
    faults
}

impl Subtest {
    fn missing() -> Self {
        Self {
            status: MISSING.to_owned(),
            message: String::new(),
        }
    }
}

fn said(who: &str, message: &str) -> String {
    match message {
        "" => String::new(),
        message => format!("\n    {who}: {message}"),
    }
}

#[test]
fn what_differs_is_a_fault_unless_it_is_known() {
    use serde_json::json;

    let known = Difference {
        url: "/a",
        subtest: "one",
        chromium: "FAIL",
        because: "it is so",
    };
    let account = |status: u32, one: &str| {
        let told =
            json!({ "status": status, "subtests": [{ "name": "one", "status": 0 }, { "name": one, "status": 1 }] });
        Account::from([("/a".to_owned(), Report::of_harness(&told))])
    };
    let same = account(0, "two");
    assert_eq!(faults(&same, &same, &[]), [] as [&str; 0]);
    assert_eq!(faults(&same, &same, &[known]), [] as [&str; 0]);
    let gone = Difference {
        subtest: "three",
        ..known
    };
    assert_eq!(
        faults(&same, &same, &[gone]),
        ["/a: three: the table of differences has it, but there is no such test"]
    );
    // The later of the same name is what counts.
    let other = account(0, "one");
    assert_eq!(
        faults(&same, &other, &[]),
        [
            "/a: one: Skep PASS, Chromium FAIL",
            "/a: two: Skep FAIL, Chromium missing"
        ]
    );
    assert_eq!(
        faults(&same, &other, &[known]),
        ["/a: two: Skep FAIL, Chromium missing"]
    );
    assert_eq!(
        faults(&same, &account(2, "two"), &[]),
        ["/a: Skep OK, Chromium TIMEOUT"]
    );
    let whole = Difference {
        subtest: "",
        chromium: "TIMEOUT",
        ..known
    };
    assert_eq!(faults(&same, &account(2, "one"), &[whole]), [] as [&str; 0]);
    assert_eq!(faults(&same, &Account::new(), &[]), ["/a: Chromium has not run it"]);
    let lost = Account::from([("/a".to_owned(), Report::lost("hung".to_owned()))]);
    assert_eq!(
        faults(&same, &lost, &[]),
        ["/a: Skep OK, Chromium LOST\n    Chromium: hung"]
    );
    assert_eq!(faults(&Account::new(), &same, &[]), ["/a: Skep has not run it"]);
}

#[test]
fn a_report_of_a_file_says_what_the_harness_told() {
    use serde_json::json;

    let told = json!({ "status": 1, "message": "m", "subtests": [{ "name": "n", "status": 3, "message": null }] });
    let entry = json!({ "status": "ERROR", "message": "m", "subtests": [{ "name": "n", "status": "NOTRUN" }] });
    assert_eq!(Report::of_harness(&told), Report::of_entry(&entry));
    assert_eq!(Report::of_harness(&json!({ "status": 7 })).status, "unknown status 7");
}

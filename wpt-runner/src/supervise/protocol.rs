//! What supervisor and child say to each other: one JSON value a line, over the socket that is
//! the child's standard input.

use serde::{Deserialize, Serialize};

use crate::outcome::{SubtestStatus, TestStatus};

/// The version of this protocol. Both ends are the same program, so any other is a mix-up.
pub(crate) const VERSION: u32 = 2;

/// What a child is to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Job {
    /// [`VERSION`] of the sender.
    pub version: u32,
    /// The URL of the page to open.
    pub url: String,
    /// The host names it may reach, all of them on this machine.
    pub names: Vec<String>,
    /// The ports it may reach.
    pub ports: Vec<u16>,
    /// The certificate, in DER, of who vouches for the names over TLS.
    pub authority: Option<Vec<u8>>,
    /// By how much the harness is to stretch its own timeouts.
    pub timeout_multiplier: f64,
    /// How many bytes the page and each worker may hold.
    pub heap_limit: Option<usize>,
    /// What stands before whatever the server says that it lacks.
    pub seal: String,
}

/// What a child tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Event {
    /// A subtest ended.
    Subtest(Subtest),
    /// The server said that it lacks something, such as `python3`, to answer a request of the test.
    Lacks(String),
    /// The test ended. What follows is ignored.
    End(End),
}

/// A subtest that ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subtest {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub status: SubtestStatus,
    /// Why, unless it passed.
    pub message: Option<String>,
    /// The stack of the failure.
    pub stack: Option<String>,
}

/// The end of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct End {
    /// How it ended.
    pub status: TestStatus,
    /// Why, unless all is well.
    pub message: Option<String>,
    /// The stack of the error that ended it.
    pub stack: Option<String>,
    /// How many subtests the harness counted, if it completed.
    pub counted: Option<usize>,
}

#[cfg(test)]
mod tests {
    use super::{End, Event};
    use crate::outcome::TestStatus;

    #[test]
    fn the_form_on_the_wire_is_fixed() {
        let end = Event::End(End {
            status: TestStatus::Ok,
            message: None,
            stack: None,
            counted: Some(1),
        });
        let line = serde_json::to_string(&end).unwrap();
        assert_eq!(
            line,
            r#"{"End":{"status":"OK","message":null,"stack":null,"counted":1}}"#
        );
        assert_eq!(serde_json::from_str::<Event>(&line).unwrap(), end);
    }
}

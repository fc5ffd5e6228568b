//! A test page: opened, listened to, and ended.

use std::io::Write as _;
use std::sync::Arc;

use super::outbox::Outbox;
use crate::outcome::{SubtestStatus, TestStatus};
use crate::serve::{LACKS_HEADER, REPORT_PATH};
use crate::supervise::protocol::{End, Event, Job, Subtest};
use skep_webapi::{
    ConsoleMessage, HostScript, HostValue, Page, PageOptions, PageState, Reach, ResponseObserver, UserAgent,
    UserAgentOptions,
};

/// The most of a message or stack that is handed on, in bytes.
const TEXT_LIMIT: usize = 64 * 1024;

/// Opens the job's page and waits for its end, which may also come while it is waited for: the
/// completion of the harness ends the process on the spot.
pub(super) fn run(job: &Job, outbox: &Arc<Outbox>) -> End {
    let page = open(job, outbox);
    match page {
        Ok((_user_agent, page)) => end_of(page.wait_idle(None)),
        Err(problem) => end(TestStatus::Error, problem),
    }
}

fn open(job: &Job, outbox: &Arc<Outbox>) -> Result<(UserAgent, Page), String> {
    let url = url::Url::parse(&job.url).map_err(|error| format!("{} is no URL: {error}", job.url))?;
    let user_agent = UserAgent::new(UserAgentOptions {
        reach: Reach {
            names: job.names.clone(),
            ports: job.ports.clone(),
            authorities: job.authority.iter().cloned().collect(),
        },
        console: Arc::new(print),
        heap_limit: job.heap_limit,
        test_utils: true,
        on_response: Some(lack_reporter(&job.seal, outbox)),
    });
    let outbox = Arc::clone(outbox);
    let witness = user_agent.clone();
    let report = HostScript {
        path: REPORT_PATH.to_owned(),
        source: report_script(job.timeout_multiplier),
        callback: Arc::new(move |arguments| match event_of(&arguments) {
            // Whatever the harness says: with a worker broken down, it did not see all.
            Some(Event::End(completed)) => outbox.finish(match witness.crash() {
                Some(reason) => end(TestStatus::Crash, format!("an isolate crashed: {reason}")),
                None => completed,
            }),
            Some(event) => outbox.send(&event),
            // Nothing that our script says.
            None => {}
        }),
    };
    let page = user_agent
        .open_page(
            url,
            PageOptions {
                host_scripts: vec![report],
            },
        )
        .map_err(|error| format!("could not open the page: {error}"))?;
    Ok((user_agent, page))
}

/// Passes on what the server says that it lacks.
fn lack_reporter(seal: &str, outbox: &Arc<Outbox>) -> ResponseObserver {
    let (seal, outbox) = (format!("{seal} "), Arc::clone(outbox));
    Arc::new(move |_, headers| {
        let lacks = headers.iter().find(|(name, _)| name == LACKS_HEADER);
        // What a file or a handler says of itself is not the server's word.
        if let Some(what) = lacks.and_then(|(_, value)| value.strip_prefix(&seal)) {
            outbox.send(&Event::Lacks(cut(what)));
        }
    })
}

/// The report script as a function of one parameter, the multiplier bound to the second.
fn report_script(timeout_multiplier: f64) -> String {
    let script = include_str!("report.js");
    format!("(function (send) {{ return (\n{script}\n)(send, {timeout_multiplier}); }})")
}

/// A page that came to its end without the harness completing.
fn end_of(state: PageState) -> End {
    match state {
        PageState::Idle | PageState::TimedOut => end(
            TestStatus::Timeout,
            "the page went idle, but its tests had not completed: nothing was left that could complete them".to_owned(),
        ),
        PageState::LoadFailed(reason) => end(TestStatus::Error, format!("the page could not be loaded: {reason}")),
        PageState::OutOfMemory(limit) => end(
            TestStatus::OutOfMemory,
            format!("the page held more than {} MiB", limit >> 20),
        ),
        PageState::Crashed(reason) => end(TestStatus::Crash, format!("the page crashed: {reason}")),
    }
}

pub(super) fn end(status: TestStatus, message: String) -> End {
    End {
        status,
        message: Some(message),
        stack: None,
        counted: None,
    }
}

/// What the report script said, if it makes sense.
fn event_of(arguments: &[HostValue]) -> Option<Event> {
    match arguments {
        [
            HostValue::String(kind),
            HostValue::String(name),
            HostValue::Number(status),
            message,
            stack,
        ] if kind == "result" => Some(Event::Subtest(Subtest {
            name: cut(name),
            status: subtest_status(*status)?,
            message: text_of(message),
            stack: text_of(stack),
        })),
        [
            HostValue::String(kind),
            HostValue::Number(status),
            message,
            stack,
            HostValue::Number(count),
        ] if kind == "complete" => Some(Event::End(End {
            status: test_status(*status)?,
            message: text_of(message),
            stack: text_of(stack),
            counted: Some(*count as usize),
        })),
        _ => None,
    }
}

/// <https://web-platform-tests.org/writing-tests/testharness-api.html#Test>
fn subtest_status(number: f64) -> Option<SubtestStatus> {
    let statuses = [
        SubtestStatus::Pass,
        SubtestStatus::Fail,
        SubtestStatus::Timeout,
        SubtestStatus::Notrun,
        SubtestStatus::PreconditionFailed,
    ];
    (0u8..)
        .zip(statuses)
        .find(|(code, _)| f64::from(*code) == number)
        .map(|(_, status)| status)
}

/// <https://web-platform-tests.org/writing-tests/testharness-api.html#TestsStatus>
fn test_status(number: f64) -> Option<TestStatus> {
    let statuses = [
        TestStatus::Ok,
        TestStatus::Error,
        TestStatus::Timeout,
        TestStatus::PreconditionFailed,
    ];
    (0u8..)
        .zip(statuses)
        .find(|(code, _)| f64::from(*code) == number)
        .map(|(_, status)| status)
}

fn text_of(value: &HostValue) -> Option<String> {
    match value {
        HostValue::String(text) => Some(cut(text)),
        _ => None,
    }
}

fn cut(text: &str) -> String {
    match text.len() > TEXT_LIMIT {
        true => format!("{}…", &text[..text.floor_char_boundary(TEXT_LIMIT)]),
        false => text.to_owned(),
    }
}

/// The page's console goes where the supervisor keeps the end of it.
fn print(message: ConsoleMessage) {
    let place = match message.location.as_str() {
        "" => String::new(),
        location => format!(" ({location})"),
    };
    // There is nobody to tell that nobody listens.
    let _written = writeln!(std::io::stderr(), "{:?}: {}{place}", message.level, message.text);
}

#[cfg(test)]
mod tests {
    use super::{HostValue, TEXT_LIMIT, cut, event_of, report_script};
    use crate::outcome::{SubtestStatus, TestStatus};
    use crate::supervise::protocol::Event;

    fn string(text: &str) -> HostValue {
        HostValue::String(text.to_owned())
    }

    #[test]
    fn the_report_becomes_events() {
        let result = [
            string("result"),
            string("n"),
            HostValue::Number(3.0),
            HostValue::Null,
            string("s"),
        ];
        let Some(Event::Subtest(subtest)) = event_of(&result) else {
            panic!()
        };
        assert_eq!((subtest.status, subtest.message), (SubtestStatus::Notrun, None));
        let complete = [
            string("complete"),
            HostValue::Number(2.0),
            string("m"),
            HostValue::Null,
            HostValue::Number(7.0),
        ];
        let Some(Event::End(end)) = event_of(&complete) else {
            panic!()
        };
        assert_eq!((end.status, end.counted), (TestStatus::Timeout, Some(7)));
        assert_eq!(
            event_of(&[
                string("result"),
                string("n"),
                HostValue::Number(0.5),
                HostValue::Null,
                HostValue::Null
            ]),
            None
        );
        assert_eq!(event_of(&[]), None);
    }

    #[test]
    fn the_script_takes_one_parameter() {
        let script = report_script(1.5);
        assert!(script.starts_with("(function (send) {") && script.contains(")(send, 1.5)"));
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(cut(&"é".repeat(TEXT_LIMIT)).len(), TEXT_LIMIT + '…'.len_utf8());
        assert_eq!(cut("é"), "é");
    }
}

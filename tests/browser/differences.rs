//! Where Chromium gives something else than Skep, each with its reason.

use crate::verdicts::Difference;

/// An entry for a test that is not there fails the test. One that is not needed does not: browsers differ among themselves.
pub const DIFFERENCES: &[Difference] = &[
    Difference {
        url: "/workers/data-url.any.html",
        subtest: "it runs, and its origin is null",
        chromium: "FAIL",
        because: DATA_URL_ORIGIN,
    },
    Difference {
        url: "/workers/data-url.any.worker.html",
        subtest: "it runs, and its origin is null",
        chromium: "FAIL",
        because: DATA_URL_ORIGIN,
    },
];

const DATA_URL_ORIGIN: &str = "\
    The origin of a worker whose script is a `data:` URL is opaque: \
    https://html.spec.whatwg.org/multipage/workers.html#set-up-a-worker-environment-settings-object. \
    Chromium 148 gives it its owner's unless the feature DataUrlWorkerOpaqueOrigin is on.";

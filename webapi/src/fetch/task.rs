//! Loads whose result is a task of the agent that asked: <https://fetch.spec.whatwg.org/#queue-a-fetch-task>.

use super::{FetchError, FetchGroup, Mode, Response};
use crate::{binding::Cx, html::environment::Environment};
use boa_engine::JsData;
use boa_gc::{Finalize, Trace};
use skep_engine::{EventLoop, TaskSource};
use std::{collections::HashMap, sync::Arc};
use url::Url;

/// What runs with the result.
type Done = Box<dyn FnOnce(Result<Response, FetchError>, &mut Cx)>;

/// A realm's loads under way. What is to run with a result holds objects of this heap, and so waits here for its number.
#[derive(Default, Trace, Finalize, JsData)]
struct Waiting {
    #[unsafe_ignore_trace]
    done: HashMap<u64, Done>,
    /// Gone with the realm.
    #[unsafe_ignore_trace]
    group: Arc<FetchGroup>,
    last: u64,
}

/// Loads `url`; `done` is called in a task of the networking task source, never before this returns.
pub(crate) fn fetch_then(
    url: Url,
    mode: Mode,
    cx: &mut Cx,
    done: impl FnOnce(Result<Response, FetchError>, &mut Cx) + 'static,
) {
    let Some(environment) = Environment::of(cx) else {
        return;
    };
    let Some((number, group)) = enlist(Box::new(done), cx) else {
        return;
    };
    let handle = EventLoop::of(cx).handle();
    super::fetch(&group, environment.user_agent(), url, mode, move |result| {
        let task = move |cx: &mut Cx| {
            let done = cx
                .realm()
                .host_defined_mut()
                .get_mut::<Waiting>()
                .and_then(|waiting| waiting.done.remove(&number));
            if let Some(done) = done {
                done(result, cx);
            }
        };
        // An isolate that has ended waits for nothing.
        _ = handle.post(TaskSource::Networking, task);
    });
}

fn enlist(done: Done, cx: &Cx) -> Option<(u64, Arc<FetchGroup>)> {
    let mut host_defined = cx.realm().host_defined_mut();
    if !host_defined.has::<Waiting>() {
        host_defined.insert(Waiting::default());
    }
    let waiting = host_defined.get_mut::<Waiting>()?;
    waiting.last += 1;
    waiting.done.insert(waiting.last, done);
    Some((waiting.last, waiting.group.clone()))
}

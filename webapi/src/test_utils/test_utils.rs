//! <https://testutils.spec.whatwg.org/#the-testutils-namespace>

use crate::{
    UserAgent,
    binding::{Cx, Fallible, generated::TestUtilsNamespace},
    webidl::promise,
};
use boa_engine::{JsResult, JsValue, js_string, object::builtins::JsPromise};
use skep_engine::{EventLoop, TaskSource};

/// The namespace, which keeps nothing.
#[derive(Debug)]
pub struct TestUtils;

impl TestUtils {
    /// Takes the namespace away from the current realm, unless its user agent is one for tests.
    ///
    /// # Errors
    /// If the isolate is being ended.
    pub(crate) fn expose(user_agent: &UserAgent, cx: &mut Cx) -> JsResult<()> {
        if !user_agent.is_under_test() {
            cx.global_object()
                .delete_property_or_throw(js_string!("TestUtils"), cx)?;
        }
        Ok(())
    }
}

impl TestUtilsNamespace for TestUtils {
    /// <https://testutils.spec.whatwg.org/#dom-testutils-gc>
    fn gc(cx: &mut Cx) -> Fallible<JsPromise> {
        // 1. The promise.
        let (promise, resolvers) = JsPromise::new_pending(cx);
        // 2. Collect, once no script that runs now holds anything on the stack, then settle it.
        let event_loop = EventLoop::of(cx);
        event_loop.queue_task(TaskSource::JavaScriptEngine, move |cx| {
            EventLoop::of(cx).collect_garbage();
            promise::settle(&resolvers, Ok(JsValue::undefined()), cx);
        });
        // 3. Meanwhile, here it is.
        Ok(promise)
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        UserAgent, UserAgentOptions,
        testing::{reports, run_in},
    };

    #[test]
    fn a_collection_is_a_task_of_its_own() {
        let script = "let object = {}; const weak = new WeakRef(object); object = null;
             TestUtils.gc().then(value => report(`${value} ${weak.deref()}`));
             report(typeof weak.deref())";
        assert_eq!(reports(script), ["object", "undefined undefined"]);
    }

    #[test]
    fn only_a_user_agent_for_tests_shows_it() {
        let script = "[Object.hasOwn(globalThis, 'TestUtils'), typeof TestUtils].join()";
        for (test_utils, result) in [(false, "false,undefined"), (true, "true,object")] {
            let user_agent = UserAgent::new(UserAgentOptions {
                test_utils,
                ..UserAgentOptions::default()
            });
            assert_eq!(run_in(user_agent, script), result);
        }
    }
}

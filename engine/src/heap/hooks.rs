//! The host's hooks, with a word about the size of buffers.

use super::{account, collector};
use boa_engine::builtins::promise::{OperationType, Promise};
use boa_engine::context::HostHooks;
use boa_engine::context::intrinsics::Intrinsics;
use boa_engine::job::JobCallback;
use boa_engine::object::builtins::JsFunction;
use boa_engine::realm::Realm;
use boa_engine::{Context, JsObject, JsResult, JsString, JsValue};
use std::rc::Rc;

/// An embedder's hooks; every buffer of the language is announced to them first.
pub(crate) struct HeapHooks<K>(pub Rc<K>);

impl<K: HostHooks> HostHooks for HeapHooks<K> {
    fn max_buffer_size(&self, cx: &mut Context) -> u64 {
        collector::relieve();
        self.0.max_buffer_size(cx).min(account::room())
    }

    fn make_job_callback(&self, callback: JsFunction, cx: &mut Context) -> JobCallback {
        self.0.make_job_callback(callback, cx)
    }

    fn call_job_callback(
        &self,
        job: &JobCallback,
        this: &JsValue,
        arguments: &[JsValue],
        cx: &mut Context,
    ) -> JsResult<JsValue> {
        self.0.call_job_callback(job, this, arguments, cx)
    }

    fn promise_rejection_tracker(&self, promise: &JsObject<Promise>, operation: OperationType, cx: &mut Context) {
        self.0.promise_rejection_tracker(promise, operation, cx);
    }

    fn ensure_can_compile_strings(
        &self,
        realm: Realm,
        parameters: &[JsString],
        body: &JsString,
        direct: bool,
        cx: &mut Context,
    ) -> JsResult<()> {
        self.0.ensure_can_compile_strings(realm, parameters, body, direct, cx)
    }

    fn has_source_text_available(&self, function: &JsFunction, cx: &mut Context) -> bool {
        self.0.has_source_text_available(function, cx)
    }

    fn ensure_can_add_private_element(&self, object: &JsObject, cx: &mut Context) -> JsResult<()> {
        self.0.ensure_can_add_private_element(object, cx)
    }

    fn create_global_object(&self, intrinsics: &Intrinsics) -> JsObject {
        self.0.create_global_object(intrinsics)
    }

    fn create_global_this(&self, intrinsics: &Intrinsics) -> Option<JsObject> {
        self.0.create_global_this(intrinsics)
    }

    fn local_timezone_offset_seconds(&self, unix_time_seconds: i64) -> i32 {
        self.0.local_timezone_offset_seconds(unix_time_seconds)
    }
}

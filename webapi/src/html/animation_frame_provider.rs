//! <https://html.spec.whatwg.org/multipage/imagebitmap-and-animations.html#animation-frames>
//!
//! Nothing is drawn, so that a frame is a task that comes 60 times a second, as long as there are callbacks.

use super::{
    dedicated_worker_global_scope::DedicatedWorkerGlobalScope, environment::Environment, scripting, window::Window,
};
use crate::binding::{
    Cx, DomObject, Error, Fallible, Js,
    generated::{AnimationFrameProviderMethods, FrameRequestCallback},
};
use boa_engine::JsValue;
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use skep_engine::EventLoop;
use std::{cell::Cell, collections::BTreeMap, time::Duration};

/// From one frame to the next.
const FRAME: Duration = Duration::from_nanos(1_000_000_000 / 60);

/// A target object's callbacks.
#[derive(Debug, Default, Trace, Finalize)]
pub(super) struct AnimationFrames {
    /// <https://html.spec.whatwg.org/multipage/imagebitmap-and-animations.html#list-of-animation-frame-callbacks>
    callbacks: GcRefCell<BTreeMap<u32, FrameRequestCallback>>,
    /// <https://html.spec.whatwg.org/multipage/imagebitmap-and-animations.html#animation-frame-callback-identifier>
    last_handle: Cell<u32>,
    /// Whether the next frame will come.
    scheduled: Cell<bool>,
    /// When the last frame began, since the time origin.
    #[unsafe_ignore_trace]
    last_frame: Cell<Duration>,
}

/// The interfaces that include the mixin.
trait Provider: DomObject {}

impl Provider for Window {}

impl Provider for DedicatedWorkerGlobalScope {}

/// The environment of the target object, if the provider is supported:
/// <https://html.spec.whatwg.org/multipage/imagebitmap-and-animations.html#concept-animationframeprovider-supported>.
fn supported(cx: &Cx) -> Fallible<Gc<Environment>> {
    Environment::of(cx)
        .filter(|environment| environment.settings().animation_frames)
        .ok_or_else(|| {
            let text = "A worker that no document owns has no animation frames.";
            Error::Dom("NotSupportedError", text.to_owned())
        })
}

/// Lets the next frame come.
fn schedule(environment: &Gc<Environment>, cx: &mut Cx) {
    let frames = &environment.animation_frames;
    if frames.scheduled.replace(true) {
        return;
    }
    // A whole number of frames after the last one, whoever asks when; never less than one, however late that one was.
    let since_last_frame = environment.since_time_origin().saturating_sub(frames.last_frame.get());
    let into_frame = since_last_frame.as_nanos() % FRAME.as_nanos();
    let delay = FRAME.saturating_sub(Duration::from_nanos(u64::try_from(into_frame).unwrap_or(0)));
    let scope = environment.clone();
    EventLoop::of(cx).set_timer(delay, move |cx| {
        scope.animation_frames.scheduled.set(false);
        scope.animation_frames.last_frame.set(scope.since_time_origin());
        let now = scope.now();
        run_callbacks(&scope, now, cx);
    });
}

/// <https://html.spec.whatwg.org/multipage/imagebitmap-and-animations.html#run-the-animation-frame-callbacks>
fn run_callbacks(environment: &Environment, now: f64, cx: &mut Cx) {
    let callbacks = &environment.animation_frames.callbacks;
    // 1–2. Those there are now: what is asked for meanwhile is for the next frame.
    let handles: Vec<u32> = callbacks.borrow().keys().copied().collect();
    // 3. Each that is still there, once; what it throws is reported.
    for handle in handles {
        let callback = callbacks.borrow_mut().remove(&handle);
        if let Some(callback) = callback
            && let Err(error) = callback.call(&JsValue::undefined(), cx, now)
        {
            let error = error.into_plain_js(cx);
            scripting::report_exception(error, cx);
        }
    }
}

impl<T: Provider> AnimationFrameProviderMethods for T {
    /// <https://html.spec.whatwg.org/multipage/imagebitmap-and-animations.html#dom-animationframeprovider-requestanimationframe>
    fn request_animation_frame(_: &Js<Self>, cx: &mut Cx, callback: FrameRequestCallback) -> Fallible<u32> {
        // 1–2. The target object.
        let environment = supported(cx)?;
        let frames = &environment.animation_frames;
        // 3. A new handle.
        let handle = frames.last_handle.get().wrapping_add(1);
        frames.last_handle.set(handle);
        // 4–5. For the next frame.
        frames.callbacks.borrow_mut().insert(handle, callback);
        schedule(&environment, cx);
        // 6. The handle.
        Ok(handle)
    }

    /// <https://html.spec.whatwg.org/multipage/imagebitmap-and-animations.html#animationframeprovider-cancelanimationframe>
    fn cancel_animation_frame(_: &Js<Self>, cx: &mut Cx, handle: u32) -> Fallible<()> {
        // 1. The target object.
        let environment = supported(cx)?;
        // 2–3. Forgotten, if it was known.
        let forgotten = environment.animation_frames.callbacks.borrow_mut().remove(&handle);
        drop(forgotten);
        Ok(())
    }
}

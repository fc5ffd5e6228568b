//! Contexts and realms, as isolates want them.

use crate::event_loop::EventLoop;
use crate::heap::{self, HeapHooks};
use crate::modules::Loader;
use crate::{Cx, atomics, json, regexp};
use boa_engine::context::{ContextBuilder, HostHooks};
use boa_engine::{Context, JsResult, Source};
use std::rc::Rc;

/// How many values the engine's own stack may hold: room for `f.apply(null, list)` with long lists.
const VALUE_STACK_LIMIT: usize = 1 << 20;

/// Makes a context with this loop and these limits.
pub(super) fn build_context<K: HostHooks + 'static>(
    hooks: &Rc<K>,
    event_loop: Rc<EventLoop>,
    can_block: bool,
    recursion_limit: usize,
) -> JsResult<Context> {
    let mut context = ContextBuilder::new()
        .host_hooks(Rc::new(HeapHooks(Rc::clone(hooks))))
        .job_executor(event_loop)
        // The engine's default would read modules from the working directory.
        .module_loader(Rc::new(Loader::default()))
        .can_block(can_block)
        .build()?;
    prepare_realm(&mut context)?;
    let limits = context.runtime_limits_mut();
    limits.set_recursion_limit(recursion_limit);
    limits.set_stack_size_limit(VALUE_STACK_LIMIT);
    Ok(context)
}

/// Makes the current realm, which is new, fit for scripts. An isolate's first realm is prepared already.
///
/// # Errors
/// If scripts have run in the realm, and changed its intrinsics.
pub fn prepare_realm(cx: &mut Cx) -> JsResult<()> {
    // The compiler takes a name that no script has declared yet for a property of the global object, and so would never
    // find a later script's `let`, `const` or `class`. Once a global scope has seen a direct eval, names are looked up anew.
    cx.eval(Source::from_bytes("eval('')"))?;
    regexp::install(cx)?;
    atomics::install(cx)?;
    json::install(cx)?;
    heap::install(cx)
}

//! What scripts see.

use crate::{
    generated::{INTERFACES, NAMESPACES},
    test::global::TestGlobal,
};
use boa_engine::{
    JsError, JsNativeError, JsObject, Source,
    context::{HostHooks, intrinsics::Intrinsics},
    js_string,
    property::Attribute,
};
use boa_gc::Gc;
use skep_binding::{Cx, Exposure, Interfaces, install, run_script};
use skep_engine::{Activity, EventLoop, IsolateHandle, IsolateOptions};
use std::{cell::Cell, rc::Rc};

mod callbacks;
mod collections;
mod conversions;
mod exceptions;
mod interfaces;
mod members;
mod overloads;
mod realms;

static ALL: Interfaces = Interfaces {
    interfaces: &INTERFACES,
    namespaces: &NAMESPACES,
    dom_exception,
};

/// Something to be told by: the tests know of no interface `DOMException`.
fn dom_exception(name: &str, message: &str, cx: &mut Cx) -> JsError {
    let error = JsNativeError::error().with_message(message.to_owned()).into_opaque(cx);
    let property = boa_engine::property::PropertyDescriptor::builder()
        .value(js_string!(name))
        .writable(true)
        .enumerable(false)
        .configurable(true);
    error.insert_property(js_string!("name"), property);
    JsError::from_opaque(error.into())
}

/// Makes the global objects: that of the first realm, then that of the other.
struct Hooks(Cell<usize>);

impl HostHooks for Hooks {
    fn create_global_object(&self, intrinsics: &Intrinsics) -> JsObject {
        let kind = ["global", "other global"].get(self.0.replace(self.0.get() + 1));
        skep_binding::global_object(Gc::new(TestGlobal::new(kind.unwrap_or(&"further global"))), intrinsics)
    }
}

/// What `script` gives to `out()`, one after the other, with `|` between; promise jobs run too. `other` is the global object of
/// another realm, `thrown(f)` tells what `f` throws.
fn run(script: &str) -> String {
    run_in(false, script)
}

/// The same where `secure` tells whether the contexts are secure.
fn run_in(secure: bool, script: &str) -> String {
    let source = format!(
        "const written = [];
         const out = (...values) => {{ for (const value of values) written.push(String(value)) }};
         const thrown = f => {{ try {{ f(); return 'nothing' }} catch (e) {{ return `${{e.name}}: ${{e.message}}` }} }};
         const own = (o, k) => {{
             const d = Object.getOwnPropertyDescriptor(o, k);
             if (!d) return 'none';
             const flag = (name, letter) => d[name] ? letter : '-';
             return (d.get || d.set ? `accessor ${{d.set ? 'rw' : 'r'}} ` : 'value ')
                 + flag('writable', 'w') + flag('enumerable', 'e') + flag('configurable', 'c');
         }};
         {script}"
    );
    let (sender, results) = flume::bounded(1);
    let options = IsolateOptions {
        can_block: false,
        ..IsolateOptions::new("test", &Activity::new())
    };
    let isolate = IsolateHandle::spawn(
        options,
        || Rc::new(Hooks(Cell::new(0))),
        move |cx| {
            let result = evaluate(secure, &source, cx).map_err(|error| error.to_string());
            sender.send(result).unwrap();
            EventLoop::of(cx).handle().stop();
        },
    )
    .unwrap();
    let result = results.recv().unwrap();
    isolate.wait();
    match result {
        Ok(written) => written,
        Err(error) => panic!("the script throws {error}"),
    }
}

fn evaluate(secure: bool, source: &str, cx: &mut Cx) -> Result<String, JsError> {
    install::<TestGlobal>(&ALL, Exposure::WINDOW, secure, cx)?;
    let other = cx.create_realm()?;
    let first = cx.enter_realm(other);
    install::<TestGlobal>(&ALL, Exposure::WINDOW, secure, cx)?;
    let global = cx.global_object();
    cx.enter_realm(first);
    cx.register_global_property(js_string!("other"), global, Attribute::all())?;
    run_script(cx, |cx| cx.eval(Source::from_bytes(source)))?;
    let written = cx.eval(Source::from_bytes("written.join('|')"))?;
    Ok(written.to_string(cx)?.to_std_string_lossy())
}

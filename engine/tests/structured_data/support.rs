//! A platform of the tests' own, and ways to say what a clone should be.

use std::any::Any;
use std::cell::Cell;
use std::sync::Arc;
use std::thread;

use boa_engine::object::FunctionObjectBuilder;
use boa_engine::object::builtins::JsArrayBuffer;
use boa_engine::property::Attribute;
use boa_engine::{
    Context, Finalize, JsData, JsError, JsNativeError, JsObject, JsResult, JsValue, NativeFunction, Source, Trace,
    js_string,
};
use skep_engine::structured_data::{
    PlatformObjects, PlatformRecord, PlatformTransfer, deserialize, serialize, serialize_with_transfer,
};

/// A platform object: serializable if it has a number, transferable if it has a port.
#[derive(Debug, Trace, Finalize, JsData)]
struct Thing {
    number: Option<i32>,
    port: Option<i32>,
    #[unsafe_ignore_trace]
    detached: Cell<bool>,
    fails: bool,
}

/// The platform of a page that is cross-origin isolated, or not.
pub struct Platform {
    pub isolated: bool,
}

pub const ISOLATED: Platform = Platform { isolated: true };

impl PlatformObjects for Platform {
    fn data_clone_error(&self, message: &str, cx: &mut Context) -> JsError {
        let error = JsNativeError::error().with_message(message.to_owned()).into_opaque(cx);
        error
            .create_data_property_or_throw(js_string!("name"), js_string!("DataCloneError"), cx)
            .unwrap();
        JsError::from_opaque(error.into())
    }

    fn is_platform_object(&self, object: &JsObject) -> bool {
        object.is::<Thing>()
    }

    fn serialize(&self, object: &JsObject, _: bool, _: &mut Context) -> Option<JsResult<PlatformRecord>> {
        let number = object.downcast_ref::<Thing>()?.number?;
        Some(Ok(Arc::new(number)))
    }

    fn deserialize(&self, record: &PlatformRecord, cx: &mut Context) -> JsResult<JsObject> {
        let number = record.downcast_ref::<i32>().copied();
        Ok(thing(
            Thing {
                number,
                port: None,
                detached: Cell::new(false),
                fails: false,
            },
            cx,
        ))
    }

    fn is_transferable(&self, object: &JsObject) -> bool {
        object.downcast_ref::<Thing>().is_some_and(|thing| thing.port.is_some())
    }

    fn is_detached(&self, object: &JsObject) -> bool {
        object.downcast_ref::<Thing>().is_some_and(|thing| thing.detached.get())
    }

    fn transfer(&self, object: &JsObject, cx: &mut Context) -> JsResult<PlatformTransfer> {
        let thing = object.downcast_ref::<Thing>().unwrap();
        if thing.fails {
            return Err(self.data_clone_error("locked", cx));
        }
        thing.detached.set(true);
        Ok(Box::new(thing.port.unwrap()))
    }

    fn receive(&self, transfer: PlatformTransfer, cx: &mut Context) -> JsResult<JsObject> {
        let port = (transfer as Box<dyn Any>).downcast::<i32>().unwrap();
        Ok(thing(
            Thing {
                number: None,
                port: Some(*port),
                detached: Cell::new(false),
                fails: false,
            },
            cx,
        ))
    }

    fn shared_memory_allowed(&self, _: &mut Context) -> bool {
        self.isolated
    }
}

fn thing(thing: Thing, cx: &mut Context) -> JsObject {
    let number = thing.number.or(thing.port);
    let object = JsObject::from_proto_and_data(cx.intrinsics().constructors().object().prototype(), thing);
    object
        .create_data_property_or_throw(js_string!("held"), number.map_or(JsValue::null(), Into::into), cx)
        .unwrap();
    object
}

/// A context with `thing(number)`, `port(number)`, `lockedPort()` and `detach(buffer)`.
pub fn context() -> Context {
    let mut cx = Context::default();
    define(&mut cx, "thing", |_, args, cx| {
        let number = args[0].as_number().map(|number| number as i32);
        Ok(thing(
            Thing {
                number,
                port: None,
                detached: Cell::new(false),
                fails: false,
            },
            cx,
        )
        .into())
    });
    define(&mut cx, "port", |_, args, cx| {
        let port = args[0].as_number().map(|port| port as i32);
        Ok(thing(
            Thing {
                number: None,
                port,
                detached: Cell::new(false),
                fails: false,
            },
            cx,
        )
        .into())
    });
    define(&mut cx, "lockedPort", |_, _, cx| {
        Ok(thing(
            Thing {
                number: None,
                port: Some(0),
                detached: Cell::new(false),
                fails: true,
            },
            cx,
        )
        .into())
    });
    define(&mut cx, "detach", |_, args, _| {
        JsArrayBuffer::from_object(args[0].as_object().unwrap())?.detach(&JsValue::undefined())?;
        Ok(JsValue::undefined())
    });
    cx
}

fn define(cx: &mut Context, name: &str, function: fn(&JsValue, &[JsValue], &mut Context) -> JsResult<JsValue>) {
    let function = FunctionObjectBuilder::new(cx.realm(), NativeFunction::from_fn_ptr(function)).build();
    cx.register_global_property(js_string!(name), function, Attribute::all())
        .unwrap();
}

pub fn eval(source: &str, cx: &mut Context) -> JsValue {
    cx.eval(Source::from_bytes(source))
        .unwrap_or_else(|error| panic!("{source}: {error}"))
}

pub fn list(source: &str, cx: &mut Context) -> Vec<JsObject> {
    let list = eval(source, cx).as_object().unwrap();
    let length = list.get(js_string!("length"), cx).unwrap().to_u32(cx).unwrap();
    (0..length)
        .map(|index| list.get(index, cx).unwrap().as_object().unwrap())
        .collect()
}

/// Serialises in one thread, deserialises in another, and asks there whether `check` is true of the copy, `v`.
#[track_caller]
pub fn crosses(source: &str, check: &str) {
    let mut cx = context();
    let value = eval(source, &mut cx);
    let record = serialize(&value, false, &ISOLATED, &mut cx).unwrap_or_else(|error| panic!("{source}: {error}"));
    let check_there = check.to_owned();
    let held = thread::spawn(move || {
        let mut cx = context();
        let copy = deserialize(&record, &ISOLATED, &mut cx).unwrap_or_else(|error| panic!("{error}"));
        holds(copy, &check_there, &mut cx)
    });
    assert_eq!(held.join().unwrap(), "true", "{source} => {check}");
}

/// What `check` is for `v`, as text.
pub fn holds(copy: JsValue, check: &str, cx: &mut Context) -> String {
    cx.register_global_property(js_string!("v"), copy, Attribute::all())
        .unwrap();
    match cx.eval(Source::from_bytes(check)) {
        Ok(value) => value.display().to_string(),
        Err(error) => error.to_string(),
    }
}

/// Serialising throws; `check` is true of the exception, `e`.
#[track_caller]
pub fn refuses(source: &str, transfer: &str, platform: &Platform, check: &str, cx: &mut Context) {
    let value = eval(source, cx);
    let transfer = list(transfer, cx);
    let error = match serialize_with_transfer(&value, &transfer, platform, cx) {
        Ok(_) => panic!("{source} was cloned"),
        Err(error) => error.into_opaque(cx).unwrap(),
    };
    cx.register_global_property(js_string!("e"), error, Attribute::all())
        .unwrap();
    let held = eval(check, cx);
    assert_eq!(
        held.as_boolean(),
        Some(true),
        "{source}: {}",
        eval("String(e)", cx).display()
    );
}

#[track_caller]
pub fn uncloneable(source: &str, message: &str) {
    let check = format!("e.name === 'DataCloneError' && e.message === {message:?}");
    refuses(source, "[]", &ISOLATED, &check, &mut context());
}

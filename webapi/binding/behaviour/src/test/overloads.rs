//! Overloads and callbacks.

use crate::{
    generated::{Callback, CallbacksMethods, Later, Options, OverloadsMethods, Visitor},
    test::thing::Thing,
};
use boa_engine::js_str;
use skep_binding::prelude::{BufferSource, Cx, Fallible, Finalize, Js, JsPromise, JsString, JsValue, Trace, js_string};

#[derive(Debug, Trace, Finalize)]
pub struct Overloads;

impl OverloadsMethods for Overloads {
    fn by_type(_: &mut Cx, _: Js<Thing>) -> Fallible<JsString> {
        Ok(js_string!("thing"))
    }

    fn by_type_with_buffer(_: &mut Cx, _: BufferSource) -> Fallible<JsString> {
        Ok(js_string!("buffer"))
    }

    fn by_type_with_callback(_: &mut Cx, _: Callback) -> Fallible<JsString> {
        Ok(js_string!("callback"))
    }

    fn by_type_with_list(_: &mut Cx, list: Vec<i32>) -> Fallible<JsString> {
        Ok(js_string!(format!("list {list:?}")))
    }

    fn by_type_with_flag(_: &mut Cx, _: bool) -> Fallible<JsString> {
        Ok(js_string!("flag"))
    }

    fn by_type_with_number(_: &mut Cx, number: i32) -> Fallible<JsString> {
        Ok(js_string!(format!("number {number}")))
    }

    fn by_type_with_text(_: &mut Cx, text: JsString) -> Fallible<JsString> {
        Ok(js_string!(js_str!("text "), &text))
    }

    fn by_type_with_options(_: &mut Cx, options: Options) -> Fallible<JsString> {
        Ok(js_string!(js_str!("options "), &options.name))
    }

    fn by_count(_: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!("0"))
    }

    fn by_count_with_one(_: &mut Cx, _: JsString) -> Fallible<JsString> {
        Ok(js_string!("1"))
    }

    fn by_count_with_two(_: &mut Cx, _: JsString, _: JsString, more: Vec<JsString>) -> Fallible<JsString> {
        Ok(js_string!(format!("2 and {}", more.len())))
    }

    fn later(_: &mut Cx, _: JsString, _: Js<Thing>) -> Fallible<JsString> {
        Ok(js_string!("thing"))
    }

    fn later_with_other(_: &mut Cx, _: JsString, other: JsString) -> Fallible<JsString> {
        Ok(js_string!(js_str!("other "), &other))
    }
}

#[derive(Debug, Trace, Finalize)]
pub struct Callbacks;

impl CallbacksMethods for Callbacks {
    fn call(cx: &mut Cx, callback: Callback, a: i32) -> Fallible<i32> {
        let text = (a > 0).then_some(js_string!("positive"));
        callback.call(&JsValue::undefined(), cx, a, text)
    }

    fn call_later(cx: &mut Cx, callback: Later) -> Fallible<JsPromise> {
        callback.call(&JsValue::undefined(), cx, vec![JsValue::from(1), JsValue::from(2)])
    }

    fn visit(cx: &mut Cx, visitor: Visitor) -> Fallible<bool> {
        let thing = <Thing as crate::generated::ThingMethods>::named(cx, js_string!("visited"))?;
        visitor.visit(&JsValue::undefined(), cx, thing)
    }
}

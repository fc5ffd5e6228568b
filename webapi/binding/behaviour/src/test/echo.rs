//! Every type, in and out again.

use crate::{
    generated::{
        BigIntOrNumber, BooleanOrThingOrStringSequenceOrOptionsOrString, Color, EchoMethods, NumberOrString, Options,
    },
    test::thing::Thing,
};
use skep_binding::prelude::*;

#[derive(Debug, Trace, Finalize)]
pub struct Echo;

/// Functions that give what they are given.
macro_rules! echo {
    ($($name:ident: $ty:ty;)*) => {$(
        fn $name(_: &mut Cx, v: $ty) -> Fallible<$ty> {
            Ok(v)
        }
    )*};
}

impl EchoMethods for Echo {
    echo! {
        any_: JsValue;
        object_: JsObject;
        boolean_: bool;
        byte_: i8;
        octet_: u8;
        short_: i16;
        ushort: u16;
        long_: i32;
        ulong: u32;
        longlong: i64;
        ulonglong: u64;
        clamped: u8;
        enforced: i32;
        float_: f32;
        ufloat: f32;
        double_: f64;
        udouble: f64;
        bigint_: JsBigInt;
        symbol_: JsSymbol;
        string: JsString;
        null_string: JsString;
        usv: String;
        bytes: Vec<u8>;
        color: Color;
        thing: Js<Thing>;
        nullable: Option<Js<Thing>>;
        sequence_: Vec<i32>;
        frozen: JsValue;
        record_: Vec<(JsString, i32)>;
        byte_record: Vec<(Vec<u8>, JsValue)>;
        number_or_string: NumberOrString;
        mixed: Option<BooleanOrThingOrStringSequenceOrOptionsOrString>;
        numeric: BigIntOrNumber;
        options: Options;
        buffer: BufferSource;
        view: BufferSource;
        shared_view: BufferSource;
        resizable: BufferSource;
        uint8: BufferSource;
        any_buffer: BufferSource;
        promise: JsPromise;
    }

    fn defaults(
        _: &mut Cx,
        a: i32,
        b: JsString,
        c: f64,
        d: bool,
        e: Color,
        f: Vec<i32>,
        g: Option<Js<Thing>>,
        h: Option<JsValue>,
        i: Option<i32>,
    ) -> Fallible<JsString> {
        let text = format!(
            "{a} {} {c} {d} {} {f:?} {g:?} {} {i:?}",
            b.to_std_string_lossy(),
            e.as_str(),
            h.is_some()
        );
        Ok(js_string!(text))
    }

    fn variadic(_: &mut Cx, first: JsString, rest: Vec<i32>) -> Fallible<i32> {
        Ok(first.len() as i32 + rest.iter().sum::<i32>())
    }
}

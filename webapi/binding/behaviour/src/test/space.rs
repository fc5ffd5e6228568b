//! A namespace.

use crate::generated::{ElsewhereSpaceNamespace, TestSpaceNamespace};
use skep_binding::prelude::*;

#[derive(Debug)]
pub struct TestSpace;

impl TestSpaceNamespace for TestSpace {
    fn twice(_: &mut Cx, number: i32) -> Fallible<i32> {
        Ok(number * 2)
    }

    fn later(cx: &mut Cx, number: i32) -> Fallible<JsPromise> {
        Ok(JsPromise::resolve(number, cx)?)
    }

    fn place(_: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!("here"))
    }
}

#[derive(Debug)]
pub struct ElsewhereSpace;

impl ElsewhereSpaceNamespace for ElsewhereSpace {}

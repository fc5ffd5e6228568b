//! A global object.

use crate::generated::{BaseMethods, TestGlobalMethods};
use skep_binding::prelude::*;
use std::cell::Cell;

#[derive(Debug, Trace, Finalize)]
pub struct Base {
    #[unsafe_ignore_trace]
    kind: &'static str,
}

impl BaseMethods for Base {
    fn who(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!(format!("I am the {}", this.kind)))
    }

    fn kind(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!(this.kind))
    }
}

#[derive(Debug, Trace, Finalize)]
pub struct TestGlobal {
    base: Gc<Base>,
    number: Cell<i32>,
}

impl TestGlobal {
    pub fn new(kind: &'static str) -> Self {
        Self {
            base: Gc::new(Base { kind }),
            number: Cell::new(0),
        }
    }
}

impl TestGlobalMethods for TestGlobal {
    fn parent(&self) -> &Gc<Base> {
        &self.base
    }

    fn method(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!(format!("method of the {}", this.base.kind)))
    }

    fn elsewhere(_: &Js<Self>, _: &mut Cx) -> Fallible<()> {
        Ok(())
    }

    fn only_secure(_: &Js<Self>, _: &mut Cx) -> Fallible<()> {
        Ok(())
    }

    fn number(this: &Js<Self>, _: &mut Cx) -> Fallible<i32> {
        Ok(this.number.get())
    }

    fn set_number(this: &Js<Self>, _: &mut Cx, value: i32) -> Fallible<()> {
        this.number.set(value);
        Ok(())
    }

    fn replaceable(_: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!("as it was"))
    }
}

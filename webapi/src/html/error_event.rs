//! <https://html.spec.whatwg.org/multipage/webappapis.html#errorevent>

use super::scripting;
use crate::{
    binding::{
        Cx, Fallible, Js, New,
        generated::{ErrorEventInit, ErrorEventMethods},
    },
    dom::event::Event,
};
use boa_engine::{JsString, JsValue};
use boa_gc::{Finalize, Gc, Trace};
use skep_engine::ExceptionReport;

/// An `ErrorEvent`'s state.
#[derive(Debug, Trace, Finalize)]
pub struct ErrorEvent {
    event: Gc<Event>,
    message: JsString,
    filename: String,
    line: u32,
    column: u32,
    error: JsValue,
}

impl ErrorEvent {
    /// The cancelable `error` event of an exception.
    pub(crate) fn of(report: &ExceptionReport, error: JsValue, cx: &Cx) -> Self {
        Self {
            event: Gc::new(Event::with_flags("error", false, true, cx)),
            message: scripting::uncaught_message(report),
            filename: report.filename.clone(),
            line: report.line,
            column: report.column,
            error,
        }
    }

    /// What `onerror` of a global is called with.
    pub(crate) fn handler_arguments(&self) -> [JsValue; 5] {
        [
            self.message.clone().into(),
            JsString::from(self.filename.as_str()).into(),
            self.line.into(),
            self.column.into(),
            self.error.clone(),
        ]
    }
}

impl ErrorEventMethods for ErrorEvent {
    fn parent(&self) -> &Gc<Event> {
        &self.event
    }

    fn constructor(new: New<'_, Self>, cx: &mut Cx, type_: JsString, init: ErrorEventInit) -> Fallible<Js<Self>> {
        let state = Self {
            event: Gc::new(Event::new(type_, &init.parent, cx)),
            message: init.message,
            filename: init.filename,
            line: init.lineno,
            column: init.colno,
            error: init.error.unwrap_or_default(),
        };
        Ok(new.object(state, cx))
    }

    fn message(this: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(this.message.clone())
    }

    fn filename(this: &Js<Self>, _: &mut Cx) -> Fallible<String> {
        Ok(this.filename.clone())
    }

    fn lineno(this: &Js<Self>, _: &mut Cx) -> Fallible<u32> {
        Ok(this.line)
    }

    fn colno(this: &Js<Self>, _: &mut Cx) -> Fallible<u32> {
        Ok(this.column)
    }

    fn error(this: &Js<Self>, _: &mut Cx) -> Fallible<JsValue> {
        Ok(this.error.clone())
    }
}

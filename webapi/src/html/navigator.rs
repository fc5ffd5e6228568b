//! <https://html.spec.whatwg.org/multipage/system-state.html#the-navigator-object>, and what it shares with a worker's.

use super::worker_navigator::WorkerNavigator;
use crate::binding::{
    Cx, DomObject, Fallible, Js, frozen_array,
    generated::{
        NavigatorConcurrentHardwareMethods, NavigatorIDMethods, NavigatorLanguageMethods, NavigatorMethods,
        NavigatorOnLineMethods,
    },
};
use boa_engine::{JsString, JsValue, js_string};
use boa_gc::{Finalize, GcRefCell, Trace};
use std::thread;

/// A page's `Navigator`.
#[derive(Debug, Default, Trace, Finalize)]
pub struct Navigator {
    languages: Languages,
}

/// The array that `languages` gives, made when a script first asks for it and the same from then on.
#[derive(Debug, Default, Trace, Finalize)]
pub(super) struct Languages(GcRefCell<Option<JsValue>>);

/// The interfaces that include the navigator's mixins.
pub(super) trait AnyNavigator: DomObject {
    fn languages_slot(&self) -> &Languages;
}

impl AnyNavigator for Navigator {
    fn languages_slot(&self) -> &Languages {
        &self.languages
    }
}

impl AnyNavigator for WorkerNavigator {
    fn languages_slot(&self) -> &Languages {
        self.languages()
    }
}

impl NavigatorMethods for Navigator {}

/// What a page takes us for: <https://html.spec.whatwg.org/multipage/system-state.html#dom-navigator-useragent>.
const APP_VERSION: &str = concat!("5.0 (X11; Linux x86_64) Skep/", env!("CARGO_PKG_VERSION"));
const LANGUAGE: &str = "en-US";

impl<T: AnyNavigator> NavigatorIDMethods for T {
    fn app_code_name(_: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!("Mozilla"))
    }

    fn app_name(_: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!("Netscape"))
    }

    fn app_version(_: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!(APP_VERSION))
    }

    fn platform(_: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!("Linux x86_64"))
    }

    fn product(_: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!("Gecko"))
    }

    fn user_agent(_: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!(format!("Mozilla/{APP_VERSION}").as_str()))
    }
}

impl<T: AnyNavigator> NavigatorLanguageMethods for T {
    fn language(_: &Js<Self>, _: &mut Cx) -> Fallible<JsString> {
        Ok(js_string!(LANGUAGE))
    }

    /// <https://html.spec.whatwg.org/multipage/system-state.html#dom-navigator-languages>
    fn languages(this: &Js<Self>, cx: &mut Cx) -> Fallible<JsValue> {
        let slot = this.languages_slot();
        if let Some(languages) = slot.0.borrow().as_ref() {
            return Ok(languages.clone());
        }
        let languages = JsValue::from(frozen_array(vec![js_string!(LANGUAGE).into()], cx)?);
        *slot.0.borrow_mut() = Some(languages.clone());
        Ok(languages)
    }
}

impl<T: AnyNavigator> NavigatorOnLineMethods for T {
    fn on_line(_: &Js<Self>, _: &mut Cx) -> Fallible<bool> {
        Ok(true)
    }
}

impl<T: AnyNavigator> NavigatorConcurrentHardwareMethods for T {
    /// <https://html.spec.whatwg.org/multipage/workers.html#dom-navigator-hardwareconcurrency>
    fn hardware_concurrency(_: &Js<Self>, _: &mut Cx) -> Fallible<u64> {
        Ok(thread::available_parallelism().map_or(1, |count| count.get() as u64))
    }
}

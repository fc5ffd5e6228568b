//! <https://console.spec.whatwg.org/#console-namespace>

use super::{formatter, inspect, table};
use crate::{
    ConsoleLevel, ConsoleMessage,
    binding::{Cx, Fallible, generated::ConsoleNamespace},
    html::environment::Environment,
};
use boa_engine::{JsData, JsObject, JsString, JsValue, js_string};
use boa_gc::{Finalize, Gc, Trace};
use skep_engine::caller_location;
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    time::Instant,
};

/// What a realm's console remembers.
#[derive(Debug, Default, Trace, Finalize)]
pub struct Console {
    /// <https://console.spec.whatwg.org/#console-group-stack>, of which only the height matters.
    groups: Cell<usize>,
    /// <https://console.spec.whatwg.org/#count-map>
    #[unsafe_ignore_trace]
    counts: RefCell<HashMap<JsString, u64>>,
    /// <https://console.spec.whatwg.org/#timer-table>
    #[unsafe_ignore_trace]
    timers: RefCell<HashMap<JsString, Instant>>,
}

#[derive(Trace, Finalize, JsData)]
struct Slot(Gc<Console>);

impl Console {
    /// The current realm's.
    fn of(cx: &Cx) -> Gc<Self> {
        if let Some(slot) = cx.realm().host_defined().get::<Slot>() {
            return slot.0.clone();
        }
        let console = Gc::new(Self::default());
        cx.realm().host_defined_mut().insert(Slot(console.clone()));
        console
    }

    /// A running timer's text.
    fn elapsed(&self, label: &JsString) -> Option<String> {
        let started = *self.timers.borrow().get(label)?;
        let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
        Some(format!("{}: {milliseconds:.3} ms", label.to_std_string_lossy()))
    }
}

/// <https://console.spec.whatwg.org/#logger>
fn logger(level: ConsoleLevel, args: &[JsValue], cx: &mut Cx) -> Fallible<()> {
    // 1. Nothing to say.
    if args.is_empty() {
        return Ok(());
    }
    // 2–6. One line of all.
    let text = formatter::format(args, cx)?;
    print(level, &text, cx);
    Ok(())
}

/// <https://console.spec.whatwg.org/#printer>
fn print(level: ConsoleLevel, text: &str, cx: &mut Cx) {
    let Some(environment) = Environment::of(cx) else {
        return;
    };
    let indentation = "  ".repeat(Console::of(cx).groups.get());
    let lines: Vec<String> = text.split('\n').map(|line| format!("{indentation}{line}")).collect();
    let (path, line, column) = caller_location(cx);
    let location = if path.is_empty() {
        path
    } else {
        format!("{path}:{line}:{column}")
    };
    environment.user_agent().print(ConsoleMessage {
        level,
        text: lines.join("\n"),
        location,
    });
}

fn warn_of_timer(label: &JsString, what: &str, cx: &mut Cx) {
    let text = format!("Timer '{}' {what}", label.to_std_string_lossy());
    print(ConsoleLevel::Warn, &text, cx);
}

impl ConsoleNamespace for Console {
    /// <https://console.spec.whatwg.org/#assert>
    fn assert(cx: &mut Cx, condition: bool, mut data: Vec<JsValue>) -> Fallible<()> {
        // 1. All is well.
        if condition {
            return Ok(());
        }
        // 2–4. The message goes before the rest, or into the format string.
        let message = js_string!("Assertion failed");
        match data.first_mut() {
            Some(first) => match first.as_string() {
                Some(text) => *first = js_string!(&message, &js_string!(": "), &text).into(),
                None => data.insert(0, message.into()),
            },
            None => data.push(message.into()),
        }
        // 5. As an error.
        logger(ConsoleLevel::Error, &data, cx)
    }

    /// <https://console.spec.whatwg.org/#clear>
    fn clear(cx: &mut Cx) -> Fallible<()> {
        // 1. No groups are open any more. NOTE(step 2): what is printed stays.
        Self::of(cx).groups.set(0);
        Ok(())
    }

    fn debug(cx: &mut Cx, data: Vec<JsValue>) -> Fallible<()> {
        logger(ConsoleLevel::Debug, &data, cx)
    }

    fn error(cx: &mut Cx, data: Vec<JsValue>) -> Fallible<()> {
        logger(ConsoleLevel::Error, &data, cx)
    }

    fn info(cx: &mut Cx, data: Vec<JsValue>) -> Fallible<()> {
        logger(ConsoleLevel::Info, &data, cx)
    }

    fn log(cx: &mut Cx, data: Vec<JsValue>) -> Fallible<()> {
        logger(ConsoleLevel::Log, &data, cx)
    }

    /// <https://console.spec.whatwg.org/#table>
    fn table(cx: &mut Cx, tabular_data: Option<JsValue>, properties: Option<Vec<JsString>>) -> Fallible<()> {
        let Some(data) = tabular_data else {
            return Ok(());
        };
        match data.as_object() {
            Some(object) => {
                let text = table::table(&object, properties.as_deref(), cx);
                print(ConsoleLevel::Log, &text, cx);
                Ok(())
            }
            None => logger(ConsoleLevel::Log, &[data], cx),
        }
    }

    /// <https://console.spec.whatwg.org/#trace>
    fn trace(cx: &mut Cx, data: Vec<JsValue>) -> Fallible<()> {
        let mut text = String::from("Trace");
        if !data.is_empty() {
            text += ": ";
            text += &formatter::format(&data, cx)?;
        }
        text += &inspect::stack(cx);
        print(ConsoleLevel::Log, &text, cx);
        Ok(())
    }

    fn warn(cx: &mut Cx, data: Vec<JsValue>) -> Fallible<()> {
        logger(ConsoleLevel::Warn, &data, cx)
    }

    /// <https://console.spec.whatwg.org/#dir>
    fn dir(cx: &mut Cx, item: Option<JsValue>, _options: Option<Option<JsObject>>) -> Fallible<()> {
        let text = inspect::inspect(&item.unwrap_or_default(), cx);
        print(ConsoleLevel::Log, &text, cx);
        Ok(())
    }

    fn dirxml(cx: &mut Cx, data: Vec<JsValue>) -> Fallible<()> {
        logger(ConsoleLevel::Log, &data, cx)
    }

    /// <https://console.spec.whatwg.org/#count>
    fn count(cx: &mut Cx, label: JsString) -> Fallible<()> {
        let text = {
            let console = Self::of(cx);
            let mut counts = console.counts.borrow_mut();
            let count = counts.entry(label.clone()).or_insert(0);
            *count = count.saturating_add(1);
            format!("{}: {count}", label.to_std_string_lossy())
        };
        print(ConsoleLevel::Info, &text, cx);
        Ok(())
    }

    /// <https://console.spec.whatwg.org/#countreset>
    fn count_reset(cx: &mut Cx, label: JsString) -> Fallible<()> {
        let known = match Self::of(cx).counts.borrow_mut().get_mut(&label) {
            Some(count) => {
                *count = 0;
                true
            }
            None => false,
        };
        if !known {
            let text = format!("Count for '{}' does not exist", label.to_std_string_lossy());
            print(ConsoleLevel::Warn, &text, cx);
        }
        Ok(())
    }

    /// <https://console.spec.whatwg.org/#group>
    fn group(cx: &mut Cx, data: Vec<JsValue>) -> Fallible<()> {
        // 1–4. The label, outside of what it leads.
        logger(ConsoleLevel::Log, &data, cx)?;
        // 5. What follows stands further in.
        let groups = &Self::of(cx).groups;
        groups.set(groups.get().saturating_add(1).min(MOST_GROUPS));
        Ok(())
    }

    fn group_collapsed(cx: &mut Cx, data: Vec<JsValue>) -> Fallible<()> {
        Self::group(cx, data)
    }

    fn group_end(cx: &mut Cx) -> Fallible<()> {
        let groups = &Self::of(cx).groups;
        groups.set(groups.get().saturating_sub(1));
        Ok(())
    }

    /// <https://console.spec.whatwg.org/#time>
    fn time(cx: &mut Cx, label: JsString) -> Fallible<()> {
        let console = Self::of(cx);
        if console.timers.borrow().contains_key(&label) {
            warn_of_timer(&label, "already exists", cx);
        } else {
            console.timers.borrow_mut().insert(label, Instant::now());
        }
        Ok(())
    }

    /// <https://console.spec.whatwg.org/#timelog>
    fn time_log(cx: &mut Cx, label: JsString, data: Vec<JsValue>) -> Fallible<()> {
        match Self::of(cx).elapsed(&label) {
            Some(mut text) => {
                for value in &data {
                    text.push(' ');
                    text += &inspect::inspect(value, cx);
                }
                print(ConsoleLevel::Log, &text, cx);
            }
            None => warn_of_timer(&label, "does not exist", cx),
        }
        Ok(())
    }

    /// <https://console.spec.whatwg.org/#timeend>
    fn time_end(cx: &mut Cx, label: JsString) -> Fallible<()> {
        let console = Self::of(cx);
        match console.elapsed(&label) {
            Some(text) => {
                console.timers.borrow_mut().remove(&label);
                print(ConsoleLevel::Info, &text, cx);
            }
            None => warn_of_timer(&label, "does not exist", cx),
        }
        Ok(())
    }
}

/// How far groups are told apart, so that indentation stays short.
const MOST_GROUPS: usize = 100;

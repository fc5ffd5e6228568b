//! Values as text for the developer, told without running any of the page's code:
//! <https://console.spec.whatwg.org/#generic-javascript-object-formatting>.

use crate::{
    binding::{Cx, Js, interface_of},
    webidl::dom_exception::DOMException,
};
use boa_engine::{
    JsObject, JsValue,
    builtins::{
        date::Date,
        error::Error,
        promise::{Promise, PromiseState},
        proxy::Proxy,
        regexp::RegExp,
    },
    js_string,
    native_function::NativeFunctionObject,
    object::builtins::{JsArrayBuffer, JsMap, JsPromise, JsSet, JsTypedArray},
    property::{PropertyDescriptor, PropertyKey},
    vm::SourcePath,
};
use std::fmt::Write;

/// How deep objects within objects are shown, how many items of each, and how much text in all (in bytes).
const DEPTH: usize = 4;
const ITEMS: usize = 100;
const LENGTH: usize = 16_384;

/// A value that stands for itself: strings are not quoted.
pub(super) fn top_level(value: &JsValue, cx: &mut Cx) -> String {
    match value.as_string() {
        Some(text) => text.to_std_string_lossy(),
        None => inspect(value, cx),
    }
}

/// A value, strings in quotes.
pub(super) fn inspect(value: &JsValue, cx: &mut Cx) -> String {
    let mut inspector = Inspector {
        cx,
        out: String::new(),
        within: Vec::new(),
    };
    inspector.value(value);
    inspector.out
}

/// The scripts' functions that run now, innermost first, each on a line of its own.
pub(super) fn stack(cx: &Cx) -> String {
    let mut out = String::new();
    for frame in cx.stack_trace() {
        let location = frame.position();
        let (SourcePath::Path(path), Some(position)) = (&location.path, location.position) else {
            continue;
        };
        let name = location.function_name.to_std_string_lossy();
        let (path, line, column) = (path.display(), position.line_number(), position.column_number());
        _ = write!(out, "\n    at {name} ({path}:{line}:{column})");
    }
    out
}

/// An own property as it is stored: no getter and no proxy's trap is asked.
pub(super) fn own_property(object: &JsObject, key: &PropertyKey) -> Option<PropertyDescriptor> {
    object.borrow().properties().get(key)
}

/// The keys of the own enumerable properties, indices first.
pub(super) fn own_keys(object: &JsObject, cx: &mut Cx) -> Vec<PropertyKey> {
    if object.is::<Proxy>() {
        return Vec::new();
    }
    let mut keys = object.own_property_keys(cx).unwrap_or_default();
    keys.retain(|key| own_property(object, key).is_some_and(|property| property.enumerable().unwrap_or(false)));
    keys
}

/// A key as it stands before a colon.
pub(super) fn key_text(key: &PropertyKey) -> String {
    match key {
        PropertyKey::String(text) => {
            let text = text.to_std_string_lossy();
            let plain = !text.is_empty()
                && text
                    .chars()
                    .all(|letter| letter.is_alphanumeric() || "_$".contains(letter))
                && !text.starts_with(|first: char| first.is_ascii_digit());
            if plain { text } else { quote(&text) }
        }
        PropertyKey::Symbol(symbol) => format!("[{}]", symbol.descriptive_string().to_std_string_lossy()),
        PropertyKey::Index(index) => index.get().to_string(),
    }
}

fn quote(text: &str) -> String {
    let mut out = String::from("'");
    for letter in text.chars() {
        match letter {
            '\'' => out += "\\'",
            '\\' => out += "\\\\",
            '\n' => out += "\\n",
            '\r' => out += "\\r",
            '\t' => out += "\\t",
            other => out.push(other),
        }
    }
    out.push('\'');
    out
}

/// A property's text on the object itself or its prototypes, if it is plain data.
fn text_of(object: &JsObject, name: &str) -> Option<String> {
    let key = PropertyKey::from(js_string!(name));
    let mut next = Some(object.clone());
    for _ in 0..ITEMS {
        let current = next?;
        if let Some(property) = own_property(&current, &key) {
            return Some(property.value()?.as_string()?.to_std_string_lossy());
        }
        next = current.prototype();
    }
    None
}

/// The name of what made an object.
fn class_name(object: &JsObject) -> Option<String> {
    let prototype = object.prototype()?;
    let key = PropertyKey::from(js_string!("constructor"));
    let constructor = own_property(&prototype, &key)?.value()?.as_object()?;
    text_of(&constructor, "name").filter(|name| !name.is_empty())
}

struct Inspector<'c> {
    cx: &'c mut Cx,
    out: String,
    /// The objects that the current place is within.
    within: Vec<JsObject>,
}

impl Inspector<'_> {
    fn value(&mut self, value: &JsValue) {
        match (value.as_object(), value.as_string()) {
            (Some(object), _) => self.object(&object),
            (None, Some(text)) => self.out += &quote(&text.to_std_string_lossy()),
            (None, None) => _ = write!(self.out, "{}", value.display()),
        }
    }

    fn object(&mut self, object: &JsObject) {
        // What can be told in a word.
        if object.is::<Proxy>() {
            self.out += "[object Proxy]";
        } else if let Some(exception) = Js::<DOMException>::from_object(object) {
            let (name, message) = (exception.name(), exception.message());
            _ = write!(
                self.out,
                "{}: {}",
                name.to_std_string_lossy(),
                message.to_std_string_lossy()
            );
        } else if let Some(interface) = interface_of(object) {
            _ = write!(self.out, "[object {}]", interface.name);
        } else if object.is::<Error>() {
            self.error(object);
        } else if object.is_callable() {
            let name = text_of(object, "name").filter(|name| !name.is_empty());
            _ = write!(self.out, "[Function: {}]", name.as_deref().unwrap_or("(anonymous)"));
        } else if object.is::<Date>() || object.is::<RegExp>() {
            // The engine shows what they stand for without the page's help.
            _ = write!(self.out, "{}", JsValue::from(object.clone()).display());
        } else if self.within.iter().any(|outer| JsObject::equals(outer, object)) {
            self.out += "[Circular]";
        } else if self.within.len() >= DEPTH || self.out.len() >= LENGTH {
            let name = class_name(object).unwrap_or_else(|| "Object".to_owned());
            _ = write!(self.out, "[{name}]");
        } else {
            self.within.push(object.clone());
            self.contents(object);
            self.within.pop();
        }
    }

    /// The stack if there is one: name, message, places.
    fn error(&mut self, object: &JsObject) {
        let name = text_of(object, "name").unwrap_or_else(|| "Error".to_owned());
        let message = text_of(object, "message").unwrap_or_default();
        self.out += &name;
        if !message.is_empty() {
            _ = write!(self.out, ": {message}");
        }
        for line in self.places(object).lines().filter(|line| !line.is_empty()) {
            _ = write!(self.out, "\n    {}", line.trim_start());
        }
    }

    /// Where an error was made, as the engine's own getter tells; a getter of the page's is not asked.
    fn places(&mut self, object: &JsObject) -> String {
        let prototype = self.cx.intrinsics().constructors().error().prototype();
        let property = own_property(&prototype, &PropertyKey::from(js_string!("stack")));
        let getter = property.and_then(|property| property.get()?.as_object());
        getter
            .filter(|getter| getter.is::<NativeFunctionObject>())
            .and_then(|getter| getter.call(&object.clone().into(), &[], self.cx).ok()?.as_string())
            .map(|places| places.to_std_string_lossy())
            .unwrap_or_default()
    }

    fn contents(&mut self, object: &JsObject) {
        if object.is_array() {
            self.array(object);
            return;
        }
        let name = class_name(object);
        if let Ok(map) = JsMap::from_object(object.clone()) {
            let mut pairs = Vec::new();
            let read = map.for_each_native(|key, value| {
                pairs.push((key, value));
                Ok(())
            });
            drop(read);
            self.group(&format!("Map({}) ", pairs.len()), '{', &pairs, |this, (key, value)| {
                this.value(key);
                this.out += " => ";
                this.value(value);
            });
        } else if let Ok(set) = JsSet::from_object(object.clone()) {
            let mut items = Vec::new();
            let read = set.for_each_native(|value| {
                items.push(value);
                Ok(())
            });
            drop(read);
            self.group(&format!("Set({}) ", items.len()), '{', &items, |this, item| {
                this.value(item)
            });
        } else if let Ok(buffer) = JsArrayBuffer::from_object(object.clone()) {
            _ = write!(self.out, "ArrayBuffer({})", buffer.byte_length());
        } else if let Ok(view) = JsTypedArray::from_object(object.clone()) {
            let length = view.length(self.cx).unwrap_or(0);
            let shown: Vec<JsValue> = (0..length.min(ITEMS + 1))
                .map(|index| view.at(index as i64, self.cx).unwrap_or_default())
                .collect();
            let name = name.as_deref().unwrap_or("TypedArray");
            self.group(&format!("{name}({length}) "), '[', &shown, |this, item| {
                this.value(item)
            });
        } else if object.is::<Promise>() {
            self.promise(object);
        } else {
            let before = match name.as_deref() {
                Some("Object") => String::new(),
                Some(name) => format!("{name} "),
                None => "[Object: null prototype] ".to_owned(),
            };
            self.properties(object, &before);
        }
    }

    fn promise(&mut self, object: &JsObject) {
        let Ok(promise) = JsPromise::from_object(object.clone()) else {
            return;
        };
        self.out += "Promise { ";
        match promise.state() {
            PromiseState::Pending => self.out += "<pending>",
            PromiseState::Fulfilled(value) => self.value(&value),
            PromiseState::Rejected(reason) => {
                self.out += "<rejected> ";
                self.value(&reason);
            }
        }
        self.out += " }";
    }

    fn array(&mut self, object: &JsObject) {
        let length = own_property(object, &PropertyKey::from(js_string!("length")))
            .and_then(|length| length.value()?.as_number())
            .unwrap_or(0.0);
        // A long sparse array must not cost more than is shown of it.
        let shown: Vec<Option<PropertyDescriptor>> = (0..length.min(ITEMS as f64 + 1.0) as u32)
            .map(|index| own_property(object, &PropertyKey::from(index)))
            .collect();
        self.group("", '[', &shown, |this, item| match item {
            Some(property) => this.property(property),
            None => this.out += "<empty>",
        });
    }

    fn properties(&mut self, object: &JsObject, before: &str) {
        let keys = own_keys(object, self.cx);
        self.group(before, '{', &keys, |this, key| {
            this.out += &key_text(key);
            this.out += ": ";
            if let Some(property) = own_property(object, key) {
                this.property(&property);
            }
        });
    }

    fn property(&mut self, property: &PropertyDescriptor) {
        match property.value() {
            Some(value) => self.value(value),
            None => self.out += "[Getter/Setter]",
        }
    }

    /// Items between brackets; those beyond the limits are only counted.
    fn group<T>(&mut self, before: &str, open: char, items: &[T], mut show: impl FnMut(&mut Self, &T)) {
        let (inner, close) = if open == '[' { ("", ']') } else { (" ", '}') };
        self.out += before;
        self.out.push(open);
        for (index, item) in items.iter().enumerate() {
            self.out += if index == 0 { inner } else { ", " };
            if index >= ITEMS || self.out.len() >= LENGTH {
                self.out += "…";
                break;
            }
            show(self, item);
        }
        if !items.is_empty() {
            self.out += inner;
        }
        self.out.push(close);
    }
}

//! `JSON.parse` without a reviver, for texts of any depth and with any surrogates.
//!
//! The engine reads a text three times, through UTF-8 and as a script, and gives up where it nests 128 deep or holds half of a
//! surrogate pair. So each realm's `JSON.parse` is replaced by one that reads the text once, and leaves to the engine's only
//! calls with a reviver. What is still to do stands in a vector, not on the native stack.

use boa_engine::object::FunctionObjectBuilder;
use boa_engine::object::builtins::JsArray;
use boa_engine::property::{PropertyDescriptor, PropertyKey};
use boa_engine::string::{JsStr, JsStrVariant};
use boa_engine::{
    Context, JsArgs, JsError, JsNativeError, JsObject, JsResult, JsString, JsValue, NativeFunction, js_string,
};
use boa_gc::{Finalize, Trace};

use crate::heap;
use crate::structured_data::define;

/// Replaces the `JSON.parse` of the current realm, in which no script may have run yet.
///
/// # Errors
/// If the realm's `JSON` is not as the engine makes it.
pub(crate) fn install(cx: &mut Context) -> JsResult<()> {
    let json = cx.intrinsics().objects().json();
    let name = js_string!("parse");
    let original = json.get(name.clone(), cx)?.as_callable();
    let original = original.ok_or_else(|| JsNativeError::typ().with_message("JSON is not as the engine makes it"))?;
    let native = NativeFunction::from_copy_closure_with_captures(parse, Original(original));
    let function = FunctionObjectBuilder::new(cx.realm(), native)
        .name(name.clone())
        .length(2)
        .build();
    // The attributes stay as they are.
    json.define_property_or_throw(name, PropertyDescriptor::builder().value(function), cx)?;
    Ok(())
}

#[derive(Trace, Finalize)]
struct Original(JsObject);

/// `JSON.parse ( text [ , reviver ] )`
///
/// <https://tc39.es/ecma262/#sec-json.parse>
fn parse(this: &JsValue, arguments: &[JsValue], original: &Original, cx: &mut Context) -> JsResult<JsValue> {
    if arguments.get_or_undefined(1).is_callable() {
        return original.0.call(this, arguments, cx);
    }
    heap::relieve();
    // 1. The text.
    let text = arguments.get_or_undefined(0).to_string(cx)?;
    // 2.–11. Its value.
    match text.as_str().variant() {
        JsStrVariant::Latin1(units) => Parser { units, at: 0 }.text(cx),
        JsStrVariant::Utf16(units) => Parser { units, at: 0 }.text(cx),
    }
}

/// A container that has not ended yet.
enum Open {
    Array(Vec<JsValue>),
    /// With the name of the member whose value comes next.
    Object(JsObject, PropertyKey),
}

/// Reads a text in one of the engine's two encodings.
struct Parser<'text, Unit> {
    units: &'text [Unit],
    at: usize,
}

impl<Unit: Copy + Into<u16>> Parser<'_, Unit> {
    /// The whole text: <https://tc39.es/ecma262/#sec-ParseJSON>
    fn text(&mut self, cx: &mut Context) -> JsResult<JsValue> {
        let mut open = Vec::new();
        'value: loop {
            let mut value = match self.token()? {
                b'[' if self.takes(b']') => JsArray::from_iter([], cx).into(),
                b'[' => {
                    open.push(Open::Array(Vec::new()));
                    continue;
                }
                b'{' => {
                    let object = JsObject::with_object_proto(cx.intrinsics());
                    if self.takes(b'}') {
                        object.into()
                    } else {
                        let name = self.name()?;
                        open.push(Open::Object(object, name));
                        continue;
                    }
                }
                b'"' => self.string()?.into(),
                b't' => self.word("true", true.into())?,
                b'f' => self.word("false", false.into())?,
                b'n' => self.word("null", JsValue::null())?,
                b'-' | b'0'..=b'9' => self.number()?,
                _ => return Err(self.unexpected(1)),
            };
            // A value may be the last one of any number of containers.
            loop {
                value = match open.pop() {
                    None => {
                        self.skip_space();
                        return match self.at == self.units.len() {
                            true => Ok(value),
                            false => Err(self.unexpected(0)),
                        };
                    }
                    Some(Open::Array(mut list)) => {
                        list.push(value);
                        match self.token()? {
                            b',' => {
                                open.push(Open::Array(list));
                                continue 'value;
                            }
                            b']' => JsArray::from_iter(list, cx).into(),
                            _ => return Err(self.unexpected(1)),
                        }
                    }
                    Some(Open::Object(object, name)) => {
                        define(&object, name, value, true);
                        match self.token()? {
                            b',' => {
                                let name = self.name()?;
                                open.push(Open::Object(object, name));
                                continue 'value;
                            }
                            b'}' => object.into(),
                            _ => return Err(self.unexpected(1)),
                        }
                    }
                };
            }
        }
    }

    fn peek(&self) -> Option<u16> {
        self.units.get(self.at).map(|&unit| unit.into())
    }

    fn skip_space(&mut self) {
        while let Some(0x09 | 0x0A | 0x0D | 0x20) = self.peek() {
            self.at += 1;
        }
    }

    /// The next unit that is no space, taken; 0 for one that is not in ASCII, which begins nothing.
    fn token(&mut self) -> JsResult<u8> {
        self.skip_space();
        let unit = self.peek().ok_or_else(|| self.unexpected(0))?;
        self.at += 1;
        Ok(u8::try_from(unit).unwrap_or(0))
    }

    /// Takes the next unit that is no space, if it is this one.
    fn takes(&mut self, wanted: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(wanted.into());
        self.at += usize::from(found);
        found
    }

    /// A member's name, and the colon.
    fn name(&mut self) -> JsResult<PropertyKey> {
        if self.token()? != b'"' {
            return Err(self.unexpected(1));
        }
        let name = self.string()?;
        match self.token()? {
            b':' => Ok(name.into()),
            _ => Err(self.unexpected(1)),
        }
    }

    /// The rest of a word whose first letter was taken.
    fn word(&mut self, word: &str, value: JsValue) -> JsResult<JsValue> {
        for letter in word.bytes().skip(1) {
            if self.peek() != Some(letter.into()) {
                return Err(self.unexpected(0));
            }
            self.at += 1;
        }
        Ok(value)
    }

    /// A number whose first unit was taken.
    fn number(&mut self) -> JsResult<JsValue> {
        let start = self.at - 1;
        self.at = start;
        if self.peek() == Some(b'-'.into()) {
            self.at += 1;
        }
        if self.peek() == Some(b'0'.into()) {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.'.into()) {
            self.at += 1;
            self.digits()?;
        }
        if [Some(b'e'.into()), Some(b'E'.into())].contains(&self.peek()) {
            self.at += 1;
            if [Some(b'+'.into()), Some(b'-'.into())].contains(&self.peek()) {
                self.at += 1;
            }
            self.digits()?;
        }
        let text: String = self.units[start..self.at]
            .iter()
            .map(|&unit| char::from(u8::try_from(unit.into()).unwrap_or(0)))
            .collect();
        // Whole numbers have a form of their own in the engine; zero may have a sign.
        if let Ok(integer) = text.parse::<i32>()
            && (integer != 0 || text == "0")
        {
            return Ok(integer.into());
        }
        // The grammar of both languages is the same for what has come so far.
        text.parse::<f64>().map(JsValue::from).map_err(|_| self.unexpected(0))
    }

    /// One digit or more.
    fn digits(&mut self) -> JsResult<()> {
        let start = self.at;
        while self.peek().is_some_and(|unit| (0x30..=0x39).contains(&unit)) {
            self.at += 1;
        }
        match self.at > start {
            true => Ok(()),
            false => Err(self.unexpected(0)),
        }
    }

    /// A string whose first quotation mark was taken.
    fn string(&mut self) -> JsResult<JsString> {
        let start = self.at;
        loop {
            match self.peek() {
                Some(0x22) => {
                    let text = text_of(self.units[start..self.at].iter().map(|&unit| unit.into()));
                    self.at += 1;
                    return Ok(text);
                }
                Some(0x5C) => break,
                Some(0x20..) => self.at += 1,
                _ => return Err(self.unexpected(0)),
            }
        }
        // There are escapes.
        let mut text: Vec<u16> = self.units[start..self.at].iter().map(|&unit| unit.into()).collect();
        loop {
            let unit = self.peek().ok_or_else(|| self.unexpected(0))?;
            self.at += 1;
            match unit {
                0x22 => return Ok(text_of(text.iter().copied())),
                0x5C => text.push(self.escape()?),
                0x20.. => text.push(unit),
                _ => return Err(self.unexpected(1)),
            }
        }
    }

    /// An escape whose backslash was taken.
    fn escape(&mut self) -> JsResult<u16> {
        let unit = self.peek().ok_or_else(|| self.unexpected(0))?;
        self.at += 1;
        Ok(match u8::try_from(unit).unwrap_or(0) {
            b'"' | b'\\' | b'/' => unit,
            b'b' => 0x08,
            b'f' => 0x0C,
            b'n' => 0x0A,
            b'r' => 0x0D,
            b't' => 0x09,
            b'u' => {
                let mut code = 0;
                for _ in 0..4 {
                    let digit = self.peek().and_then(|unit| char::from_u32(unit.into())?.to_digit(16));
                    let digit = digit.ok_or_else(|| self.unexpected(0))?;
                    self.at += 1;
                    code = code << 4 | digit;
                }
                u16::try_from(code).unwrap_or_default()
            }
            _ => return Err(self.unexpected(1)),
        })
    }

    /// The error about the unit that was taken last, or comes next.
    #[cold]
    fn unexpected(&self, taken: usize) -> JsError {
        let at = self.at - taken;
        let before = self.units.get(..at).unwrap_or(self.units);
        let line = before.iter().filter(|&&unit| unit.into() == 0x0A).count() + 1;
        let column = before.iter().rev().take_while(|&&unit| unit.into() != 0x0A).count() + 1;
        let message = match self.units.get(at) {
            Some(&unit) => {
                let unit = String::from_utf16_lossy(&[unit.into()]);
                format!("unexpected {unit:?} in JSON at line {line} column {column}")
            }
            None => format!("unexpected end of JSON at line {line} column {column}"),
        };
        JsNativeError::syntax().with_message(message).into()
    }
}

/// A string in the smallest encoding that it fits.
fn text_of(units: impl Iterator<Item = u16> + Clone) -> JsString {
    match units.clone().map(u8::try_from).collect::<Result<Vec<u8>, _>>() {
        Ok(units) => JsStr::latin1(&units).into(),
        Err(_) => JsStr::utf16(&units.collect::<Vec<u16>>()).into(),
    }
}

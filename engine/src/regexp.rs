//! Regular expressions that must match at one place, without a look at the rest of the text; and any in a long text,
//! without a copy of it for each match.
//!
//! The engine's matcher knows no sticky flag: the engine looks for the next match anywhere and then drops it if it starts
//! elsewhere. It also makes a copy of a Latin-1 text for each match. A tokeniser that tries sticky expressions all along a
//! text takes time that grows with the square of its length, then. So each realm's `RegExp.prototype.exec` is replaced by
//! one that does these two cases itself, with the engine's own matcher, and leaves every other to the engine.
//!
//! A sticky expression is matched as `(?:…)|()`. That always matches where the matcher starts, so nothing is searched; the
//! group at the end takes part exactly if the expression itself does not match there.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use boa_engine::object::FunctionObjectBuilder;
use boa_engine::object::builtins::{JsArray, JsRegExp};
use boa_engine::property::{PropertyDescriptor, PropertyKey};
use boa_engine::string::JsStrVariant;
use boa_engine::{
    Context, JsArgs, JsError, JsNativeError, JsObject, JsResult, JsString, JsValue, NativeFunction, js_string,
};
use boa_gc::{Finalize, Trace};
use regress::{Match, Range, Regex};

use crate::structured_data::without_added_escapes;

/// How many compiled patterns a context keeps. Beyond it all are forgotten: whatever is in use comes back at once.
const PATTERN_LIMIT: usize = 256;

/// From how many code units on a text is long: a copy for each match would be dearer than the match.
const LONG_TEXT: usize = 1024;

/// Replaces the `RegExp.prototype.exec` of the current realm, in which no script may have run yet.
///
/// # Errors
/// If the realm's `RegExp.prototype` is not as the engine makes it.
pub(crate) fn install(cx: &mut Context) -> JsResult<()> {
    let prototype = cx.intrinsics().constructors().regexp().prototype();
    let originals = Originals {
        exec: function(own_property(&prototype, js_string!("exec"))?.value())?,
        source: function(own_property(&prototype, js_string!("source"))?.get())?,
        unicode_sets: function(own_property(&prototype, js_string!("unicodeSets"))?.get())?,
    };
    let native = NativeFunction::from_copy_closure_with_captures(exec, originals);
    let exec = FunctionObjectBuilder::new(cx.realm(), native)
        .name(js_string!("exec"))
        .length(1)
        .build();
    // The attributes stay as they are.
    let value = PropertyDescriptor::builder().value(exec);
    prototype.define_property_or_throw(js_string!("exec"), value, cx)?;
    if cx.get_data::<Memory>().is_none() {
        cx.insert_data(Memory::default());
    }
    Ok(())
}

fn own_property(object: &JsObject, name: JsString) -> JsResult<PropertyDescriptor> {
    let property = object.borrow().properties().get(&PropertyKey::from(name));
    property.ok_or_else(unexpected)
}

fn function(value: Option<&JsValue>) -> JsResult<JsObject> {
    value.and_then(JsValue::as_callable).ok_or_else(unexpected)
}

fn unexpected() -> JsError {
    JsNativeError::typ()
        .with_message("RegExp.prototype is not as the engine makes it: install exec before any script runs")
        .into()
}

/// The realm's own functions of `RegExp.prototype`, whatever scripts put in their place later.
#[derive(Trace, Finalize)]
struct Originals {
    exec: JsObject,
    /// The getter of `source`.
    source: JsObject,
    /// The getter of `unicodeSets`, for which the engine's wrapper has no method.
    unicode_sets: JsObject,
}

/// `RegExp.prototype.exec(string)`
///
/// <https://tc39.es/ecma262/#sec-regexp.prototype.exec>
fn exec(this: &JsValue, arguments: &[JsValue], originals: &Originals, cx: &mut Context) -> JsResult<JsValue> {
    // 1., 2. Only the engine's own function knows its error.
    let Some(regexp) = this.as_object().and_then(|this| JsRegExp::from_object(this).ok()) else {
        return originals.exec.call(this, arguments, cx);
    };
    // 3., 4. The conversion of anything else may run scripts, and so comes before all that is read here.
    let argument = arguments.get_or_undefined(0);
    if let Some(input) = argument.as_string()
        && let Some(result) = builtin_exec(&regexp, &input, originals, cx)?
    {
        return Ok(result);
    }
    let result = regexp.exec(argument.clone(), cx)?;
    Ok(result.map_or_else(JsValue::null, JsValue::from))
}

/// [`RegExpBuiltinExec ( R, S )`](https://tc39.es/ecma262/#sec-regexpbuiltinexec), or `None`, with nothing done, if that is
/// better left to the engine. No script runs here.
fn builtin_exec(
    regexp: &JsRegExp,
    input: &JsString,
    originals: &Originals,
    cx: &mut Context,
) -> JsResult<Option<JsValue>> {
    // 5. Sticky, or else a text that the engine would copy.
    let sticky = regexp.sticky(cx)?;
    let copied = input.len() >= LONG_TEXT && matches!(input.as_str().variant(), JsStrVariant::Latin1(_));
    if !sticky && !copied {
        return Ok(None);
    }
    // 2. The property is the object's own and no accessor, always; but its value may be an object to convert.
    let last_index = regexp.get(js_string!("lastIndex"), cx)?;
    if !last_index.is_number() {
        return Ok(None);
    }
    let mut last_index = last_index.to_length(cx)?;
    // 3., 8., 9. The slots, in the form of a matcher.
    let Some(key) = Key::of(regexp, sticky, originals, cx)? else {
        return Ok(None);
    };
    // 4., 6. The other flags.
    let moving = sticky || regexp.global(cx)?;
    let has_indices = regexp.has_indices(cx)?;
    // 7. Without a place to start at, from the beginning.
    if !moving {
        last_index = 0;
    }
    // 1., 13. The match, or none.
    let found = match usize::try_from(last_index) {
        Ok(start) if start <= input.len() => {
            let Some(memory) = cx.get_data::<Memory>() else {
                return Ok(None);
            };
            match memory.find(&key, input, start) {
                Search::Done(found) => found,
                Search::Unsuitable => return Ok(None),
            }
        }
        _ => None,
    };
    // 13.a.i., 13.d.i., 14.–16. Where the next match starts.
    if moving {
        let end = found.as_ref().map_or(0, Match::end);
        regexp.set(js_string!("lastIndex"), end, true, cx)?;
    }
    let result = match found {
        Some(found) => match_array(&found, input, has_indices, cx)?.into(),
        None => JsValue::null(),
    };
    Ok(Some(result))
}

/// The array that tells of a match.
///
/// Steps 17 to 35 of <https://tc39.es/ecma262/#sec-regexpbuiltinexec>
fn match_array(found: &Match, input: &JsString, has_indices: bool, cx: &mut Context) -> JsResult<JsObject> {
    // 17.–21., 28., 29., 33. An array with the text of the match and of each group.
    let substring = |range: Option<Range>| {
        range.map_or_else(JsValue::undefined, |range| input.get(range).unwrap_or_default().into())
    };
    let array = JsObject::from(JsArray::from_iter(found.groups().map(substring), cx));
    // 22., 23. Where, and in what.
    array.create_data_property_or_throw(js_string!("index"), found.start(), cx)?;
    array.create_data_property_or_throw(js_string!("input"), input.clone(), cx)?;
    // 30.–33. The groups that have names.
    let groups = named_groups(found, |range, _| substring(range), cx)?;
    array.create_data_property_or_throw(js_string!("groups"), groups, cx)?;
    // 24.–27., 34. The same again, with places.
    if has_indices {
        let pairs: Vec<_> = found.groups().map(|range| index_pair(range, cx)).collect();
        let indices = JsObject::from(JsArray::from_iter(pairs, cx));
        let groups = named_groups(found, index_pair, cx)?;
        indices.create_data_property_or_throw(js_string!("groups"), groups, cx)?;
        array.create_data_property_or_throw(js_string!("indices"), indices, cx)?;
    }
    // 35. That is all.
    Ok(array)
}

/// An object with something for each named group, or undefined if the expression names none.
fn named_groups(
    found: &Match,
    mut value: impl FnMut(Option<Range>, &mut Context) -> JsValue,
    cx: &mut Context,
) -> JsResult<JsValue> {
    let mut named = found.named_groups().peekable();
    if named.peek().is_none() {
        return Ok(JsValue::undefined());
    }
    let groups = JsObject::with_null_proto();
    for (name, range) in named {
        let value = value(range, cx);
        groups.create_data_property_or_throw(js_string!(name), value, cx)?;
    }
    Ok(groups.into())
}

/// [`GetMatchIndexPair`](https://tc39.es/ecma262/#sec-getmatchindexpair)
fn index_pair(range: Option<Range>, cx: &mut Context) -> JsValue {
    range.map_or_else(JsValue::undefined, |range| {
        JsArray::from_iter([range.start.into(), range.end.into()], cx).into()
    })
}

/// What decides how an expression matches.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    /// As the getter tells it.
    source: JsString,
    sticky: bool,
    ignore_case: bool,
    multiline: bool,
    dot_all: bool,
    unicode: bool,
    unicode_sets: bool,
}

impl Key {
    /// Reads the slots, without running any script.
    fn of(regexp: &JsRegExp, sticky: bool, originals: &Originals, cx: &mut Context) -> JsResult<Option<Self>> {
        let this = JsValue::from(JsObject::clone(regexp));
        let Some(source) = originals.source.call(&this, &[], cx)?.as_string() else {
            return Ok(None);
        };
        Ok(Some(Self {
            source,
            sticky,
            ignore_case: regexp.ignore_case(cx)?,
            multiline: regexp.multiline(cx)?,
            dot_all: regexp.dot_all(cx)?,
            unicode: regexp.unicode(cx)?,
            unicode_sets: originals.unicode_sets.call(&this, &[], cx)?.to_boolean(),
        }))
    }

    /// Whether the matcher reads surrogate pairs as one character.
    const fn full_unicode(&self) -> bool {
        self.unicode || self.unicode_sets
    }

    /// The expression as the matcher takes it; `None` if the engine alone knows what it is.
    fn compile(&self) -> Option<Pattern> {
        if hides_line_terminator(&self.source) {
            return None;
        }
        let source = without_added_escapes(&self.source).to_vec();
        let characters: Vec<u32> = if self.full_unicode() {
            char::decode_utf16(source.iter().copied())
                .map(|unit| unit.map_or_else(|lone| lone.unpaired_surrogate().into(), u32::from))
                .collect()
        } else {
            source.iter().copied().map(u32::from).collect()
        };
        let (before, after) = if self.sticky { ("(?:", ")|()") } else { ("", "") };
        let characters = before.chars().map(u32::from).chain(characters.iter().copied());
        let flags = regress::Flags {
            icase: self.ignore_case,
            multiline: self.multiline,
            dot_all: self.dot_all,
            unicode: self.unicode,
            unicode_sets: self.unicode_sets,
            ..regress::Flags::default()
        };
        let matcher = Regex::from_unicode(characters.chain(after.chars().map(u32::from)), flags).ok()?;
        Some(Pattern {
            matcher,
            decimal_escapes: decimal_escapes(&source),
        })
    }
}

/// Whether a source as the getter tells it may have had a line terminator behind a backslash: the getter writes that as it
/// writes an escaped backslash before a letter.
fn hides_line_terminator(source: &JsString) -> bool {
    let source = source.to_vec();
    [r"\\n", r"\\r", r"\\u2028", r"\\u2029"].into_iter().any(|hidden| {
        let hidden: Vec<u16> = hidden.encode_utf16().collect();
        source.windows(hidden.len()).any(|window| window == hidden)
    })
}

/// The numbers that stand behind a backslash, each of which is a reference to a group or, without so many groups,
/// something else.
fn decimal_escapes(source: &[u16]) -> Vec<usize> {
    let mut numbers = Vec::new();
    let mut units = source.iter().copied().peekable();
    while let Some(unit) = units.next() {
        if unit != u16::from(b'\\') {
            continue;
        }
        let mut number = None;
        while let Some(digit) = units
            .peek()
            .and_then(|unit| char::from_u32((*unit).into())?.to_digit(10))
        {
            number = Some(
                number
                    .unwrap_or(0_usize)
                    .saturating_mul(10)
                    .saturating_add(digit as usize),
            );
            units.next();
        }
        match number {
            Some(number) => numbers.push(number),
            // Whatever is escaped is no backslash that escapes.
            None => drop(units.next()),
        }
    }
    numbers
}

/// An expression that the matcher takes.
struct Pattern {
    matcher: Regex,
    decimal_escapes: Vec<usize>,
}

/// A text in the units of the matcher.
struct Text {
    string: JsString,
    units: Vec<u16>,
}

/// What came of a search.
enum Search {
    Done(Option<Match>),
    /// The pattern means something else here than for the engine.
    Unsuitable,
}

/// What a context remembers, to do it only once.
#[derive(Default)]
struct Memory {
    patterns: RefCell<HashMap<Key, Option<Rc<Pattern>>>>,
    /// The last long text.
    text: RefCell<Option<Rc<Text>>>,
}

impl Memory {
    fn pattern(&self, key: &Key) -> Option<Rc<Pattern>> {
        let mut patterns = self.patterns.borrow_mut();
        if let Some(pattern) = patterns.get(key) {
            return pattern.clone();
        }
        let pattern = key.compile().map(Rc::new);
        if patterns.len() >= PATTERN_LIMIT {
            patterns.clear();
        }
        patterns.insert(key.clone(), pattern.clone());
        pattern
    }

    /// The units of a long Latin-1 text.
    fn text(&self, string: &JsString, bytes: &[u8]) -> Rc<Text> {
        let mut last = self.text.borrow_mut();
        // The string that is kept keeps its bytes where they are: the same place is the same text.
        if let Some(text) = last.as_ref()
            && matches!(text.string.as_str().variant(), JsStrVariant::Latin1(kept) if std::ptr::eq(kept, bytes))
        {
            return Rc::clone(text);
        }
        let text = Rc::new(Text {
            string: string.clone(),
            units: string.to_vec(),
        });
        *last = Some(Rc::clone(&text));
        text
    }

    /// Steps 10 to 13 of <https://tc39.es/ecma262/#sec-regexpbuiltinexec>
    fn find(&self, key: &Key, input: &JsString, start: usize) -> Search {
        let Some(pattern) = self.pattern(key) else {
            return Search::Unsuitable;
        };
        let matcher = &pattern.matcher;
        let found = match input.as_str().variant() {
            JsStrVariant::Latin1(bytes) if bytes.len() >= LONG_TEXT => {
                let text = self.text(input, bytes);
                matcher.find_from_ucs2(&text.units, start).next()
            }
            JsStrVariant::Latin1(_) => matcher.find_from_ucs2(&input.to_vec(), start).next(),
            JsStrVariant::Utf16(units) if key.full_unicode() => matcher.find_from_utf16(units, start).next(),
            JsStrVariant::Utf16(units) => matcher.find_from_ucs2(units, start).next(),
        };
        if key.sticky {
            pattern.without_added_group(found, start)
        } else {
            Search::Done(found)
        }
    }
}

impl Pattern {
    /// What the match of a sticky expression, as it is compiled, says of the expression itself.
    fn without_added_group(&self, found: Option<Match>, start: usize) -> Search {
        let Some(mut found) = found else {
            return Search::Unsuitable;
        };
        if self.decimal_escapes.contains(&found.captures.len()) {
            // A reference to the group that was added.
            return Search::Unsuitable;
        }
        match found.captures.pop() {
            Some(None) if found.start() == start => Search::Done(Some(found)),
            Some(_) => Search::Done(None),
            None => Search::Unsuitable,
        }
    }
}

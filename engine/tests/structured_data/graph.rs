//! Values of every kind, with shared parts and cycles: as data, as a script that makes them, and as a text that says what they are.
//!
//! The fuzz target uses this file too.

#[cfg(fuzzing)]
use arbitrary::Arbitrary;

/// A value: its parts, and the one to send.
#[derive(Clone, Debug)]
#[cfg_attr(fuzzing, derive(Arbitrary))]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub root: Value,
}

#[derive(Clone, Debug)]
#[cfg_attr(fuzzing, derive(Arbitrary))]
pub enum Value {
    Undefined,
    Null,
    Boolean(bool),
    Integer(i32),
    Double(f64),
    BigInt(i128),
    /// A power of two, and one less.
    Huge(u16),
    Text(Text),
    /// One of the nodes, counted round.
    Node(u8),
}

#[derive(Clone, Debug)]
#[cfg_attr(fuzzing, derive(Arbitrary))]
pub enum Text {
    /// One that occurs again and again.
    Known(u8),
    Latin1(Vec<u8>),
    Utf16(Vec<u16>),
}

#[derive(Clone, Debug)]
#[cfg_attr(fuzzing, derive(Arbitrary))]
pub enum Node {
    Wrapper(Value),
    Date(f64),
    RegExp {
        source: u8,
        flags: u8,
    },
    Buffer {
        bytes: Vec<u8>,
        times: u16,
        room: Option<u16>,
        shared: bool,
    },
    View {
        kind: u8,
        buffer: u8,
        offset: u8,
        length: Option<u8>,
    },
    Object(Vec<(Text, Value)>),
    Array(Vec<Value>),
    Integers(Vec<i32>),
    Doubles(Vec<f64>),
    Sparse {
        length: u32,
        elements: Vec<(u32, Value)>,
        extra: Vec<(Text, Value)>,
    },
    Map(Vec<(Value, Value)>),
    Set(Vec<Value>),
    Error {
        kind: u8,
        message: Option<Text>,
        cause: Option<Value>,
    },
}

const TEXTS: &[&str] = &[
    "",
    "a",
    "id",
    "name",
    "x",
    "y",
    "0",
    "7",
    "-1",
    "4294967294",
    "4294967295",
    "01",
    "__proto__",
    "constructor",
    "é",
    "€",
    "toString",
    "stack",
    "cause",
];

const SOURCES: &[&str] = &[
    "a",
    "",
    "[a\\\\/]\\\\/",
    "(?<n>b)c*",
    "\\ud800",
    "^\\\\d+$",
    "\\n",
    "€|ü",
];

const VIEWS: &[&str] = &[
    "DataView",
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
    "BigInt64Array",
    "BigUint64Array",
    "Float16Array",
    "Float32Array",
    "Float64Array",
];

const ERRORS: &[&str] = &[
    "Error",
    "EvalError",
    "RangeError",
    "ReferenceError",
    "SyntaxError",
    "TypeError",
    "URIError",
    "AggregateError",
];

/// What the scripts of [`Graph::script`] call, a script to be run before them.
pub const HELPERS: &str = "
    const put = (object, key, value, enumerable = true) =>
        Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true });
    const buffer = (bytes, times, room, shared) => {
        const length = bytes.length * times;
        const Buffer = shared ? SharedArrayBuffer : ArrayBuffer;
        const made = room === undefined ? new Buffer(length) : new Buffer(length, { maxByteLength: length + room });
        const all = new Uint8Array(made);
        for (let at = 0; at < length; at += bytes.length) all.set(bytes, at);
        return made;
    };
    const view = (View, over, offset, length) => {
        if (!(over instanceof ArrayBuffer || over instanceof SharedArrayBuffer)) over = new ArrayBuffer(64);
        const size = View.BYTES_PER_ELEMENT ?? 1, all = Math.floor(over.byteLength / size);
        offset %= all + 1;
        const tracks = length === undefined && (over.resizable ?? over.growable);
        return tracks ? new View(over, offset * size) : new View(over, offset * size, (length ?? 0) % (all - offset + 1));
    };";

/// A function that says what a value is, down to its last property, by what the language shows of it.
pub const DESCRIBE: &str = "(value) => {
    const seen = new Map();
    const bytes = (buffer) => new Uint8Array(buffer).join();
    const tracks = (view) => {
        const { buffer } = view, { byteLength, maxByteLength } = buffer, before = view.byteLength;
        if (!buffer.resizable || maxByteLength < byteLength + 8) return 'unknown';
        buffer.resize(byteLength + 8);
        const after = view.byteLength;
        buffer.resize(byteLength);
        return before !== after;
    };
    const inner = (object, kind) => {
        switch (kind) {
            case 'Boolean': case 'Number': case 'BigInt': case 'String': return describe(object.valueOf());
            case 'Date': return describe(object.getTime());
            case 'RegExp': return `${object.source} ${object.flags} ${object.lastIndex}`;
            case 'ArrayBuffer': return `${object.resizable} ${object.maxByteLength} ${bytes(object)}`;
            case 'SharedArrayBuffer': return `${object.growable} ${object.maxByteLength} ${bytes(object)}`;
            case 'Map': return [...object].map(([key, value]) => `${describe(key)} => ${describe(value)}`).join();
            case 'Set': return [...object].map(describe).join();
        }
        if (ArrayBuffer.isView(object))
            return `${describe(object.buffer)} ${object.byteOffset} ${object.byteLength} ${tracks(object)}`;
        if (Error.isError(object)) {
            const own = ['message', 'cause', 'errors'].filter((key) => Object.hasOwn(object, key));
            return `${own.map((key) => `${key}: ${describe(object[key])}`)} ${object.stack}`;
        }
        return Reflect.ownKeys(object).map((key) => {
            const { value, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(object, key);
            return `${JSON.stringify(key)} ${writable} ${enumerable} ${configurable}: ${describe(value)}`;
        }).join();
    };
    const describe = (value) => {
        if (typeof value === 'string') return JSON.stringify(value);
        if (typeof value !== 'object' || value === null) return `${typeof value} ${Object.is(value, -0) ? '-0' : value}`;
        if (seen.has(value)) return `#${seen.get(value)}`;
        seen.set(value, seen.size);
        const kind = Object.getPrototypeOf(value).constructor.name;
        return `${kind}${Array.isArray(value) ? ' array' : ''} (${inner(value, kind)})`;
    };
    return describe(value);
}";

fn pick(list: &[&'static str], index: u8) -> &'static str {
    list[usize::from(index) % list.len()]
}

fn double(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    format!("{value:?}")
}

fn list<T>(items: &[T], item: impl Fn(&T) -> String) -> String {
    let items: Vec<_> = items.iter().map(item).collect();
    format!("[{}]", items.join(", "))
}

impl Text {
    fn script(&self) -> String {
        let escaped =
            |units: &mut dyn Iterator<Item = u16>| units.map(|unit| format!("\\u{unit:04x}")).collect::<String>();
        let inner = match self {
            Self::Known(index) => pick(TEXTS, *index).to_owned(),
            Self::Latin1(units) => escaped(&mut units.iter().copied().map(u16::from)),
            Self::Utf16(units) => escaped(&mut units.iter().copied()),
        };
        format!("'{inner}'")
    }
}

impl Value {
    fn script(&self, nodes: usize) -> String {
        match self {
            Self::Undefined => "undefined".to_owned(),
            Self::Null => "null".to_owned(),
            Self::Boolean(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Double(value) => double(*value),
            Self::BigInt(value) => format!("{value}n"),
            Self::Huge(power) => format!("(1n << {}n) - 1n", power % 5000),
            Self::Text(text) => text.script(),
            Self::Node(_) if nodes == 0 => "null".to_owned(),
            Self::Node(index) => format!("n{}", usize::from(*index) % nodes),
        }
    }
}

impl Node {
    /// What makes it, without what it leads to.
    fn script(&self, nodes: usize) -> String {
        match self {
            Self::Wrapper(Value::Node(_)) => "{}".to_owned(),
            Self::Wrapper(value) => format!("Object({})", value.script(nodes)),
            Self::Date(time) => format!("new Date({})", double(*time)),
            Self::RegExp { source, flags } => {
                let flags = "dgimsyuv"
                    .chars()
                    .enumerate()
                    .filter(|(bit, _)| flags & (1 << bit) != 0);
                let mut flags: String = flags.map(|(_, flag)| flag).collect();
                if flags.contains('u') {
                    flags = flags.replace('v', "");
                }
                format!("new RegExp('{}', '{flags}')", pick(SOURCES, *source))
            }
            Self::Buffer {
                bytes,
                times,
                room,
                shared,
            } => {
                let room = room.map_or_else(|| "undefined".to_owned(), |room| room.to_string());
                format!("buffer({bytes:?}, {}, {room}, {shared})", times % 300)
            }
            Self::View {
                kind,
                buffer,
                offset,
                length,
            } => {
                let over = usize::from(*buffer) % nodes;
                let length = length.map_or_else(|| "undefined".to_owned(), |length| length.to_string());
                format!("view({}, n{over}, {offset}, {length})", pick(VIEWS, *kind))
            }
            Self::Object(_) => "{}".to_owned(),
            Self::Array(_) | Self::Sparse { .. } => "[]".to_owned(),
            Self::Integers(items) => list(items, i32::to_string),
            Self::Doubles(items) => list(items, |item| double(*item)),
            Self::Map(_) => "new Map()".to_owned(),
            Self::Set(_) => "new Set()".to_owned(),
            Self::Error { kind, message, .. } => {
                let kind = pick(ERRORS, *kind);
                let message = message.as_ref().map_or_else(|| "undefined".to_owned(), Text::script);
                match kind {
                    "AggregateError" => format!("new AggregateError([1], {message})"),
                    _ => format!("new {kind}({message})"),
                }
            }
        }
    }

    /// What makes it lead to others.
    fn fill(&self, name: &str, nodes: usize) -> Vec<String> {
        let value = |value: &Value| value.script(nodes);
        let put = |(key, it): &(Text, Value)| format!("put({name}, {}, {});", key.script(), value(it));
        match self {
            Self::Object(properties) => properties.iter().map(put).collect(),
            Self::Array(items) => items
                .iter()
                .map(|item| format!("{name}.push({});", value(item)))
                .collect(),
            Self::Sparse {
                length,
                elements,
                extra,
            } => {
                let length = (*length > 0).then(|| format!("{name}.length = {length};"));
                let elements = elements
                    .iter()
                    .map(|(index, it)| format!("put({name}, {}, {});", index % u32::MAX, value(it)));
                length
                    .into_iter()
                    .chain(elements)
                    .chain(extra.iter().map(put))
                    .collect()
            }
            Self::Map(entries) => {
                let entry = |(key, it): &(Value, Value)| format!("{name}.set({}, {});", value(key), value(it));
                entries.iter().map(entry).collect()
            }
            Self::Set(items) => items
                .iter()
                .map(|item| format!("{name}.add({});", value(item)))
                .collect(),
            Self::Error { cause: Some(cause), .. } => vec![format!("put({name}, 'cause', {}, false);", value(cause))],
            _ => Vec::new(),
        }
    }
}

impl Graph {
    /// A script whose value it is.
    pub fn script(&self) -> String {
        let count = self.nodes.len();
        let mut lines = Vec::new();
        let is_view = |node: &Node| matches!(node, Node::View { .. });
        for (index, node) in self.nodes.iter().enumerate().filter(|(_, node)| !is_view(node)) {
            lines.push(format!("var n{index} = {};", node.script(count)));
        }
        for (index, node) in self.nodes.iter().enumerate().filter(|(_, node)| is_view(node)) {
            lines.push(format!("var n{index} = {};", node.script(count)));
        }
        for (index, node) in self.nodes.iter().enumerate() {
            lines.extend(node.fill(&format!("n{index}"), count));
        }
        lines.push(self.root.script(count));
        format!(
            "(() => {{ {}\nreturn {}; }})()",
            lines[..lines.len() - 1].join("\n"),
            lines[lines.len() - 1]
        )
    }
}

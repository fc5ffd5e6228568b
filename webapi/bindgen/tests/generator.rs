//! What is generated, by feature. The snapshots, in `snapshots/`, show the WebIDL and the Rust; after a change that is meant:
//! `INSTA_UPDATE=always cargo test --release -p skep-bindgen`, then look at the difference.

#![cfg(test)]

use std::{fmt::Write as _, fs};

/// The bindings of one file, `idl/room/a.webidl`.
fn generated(idl: &str) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let room = folder.path().join("room");
    fs::create_dir(&room).unwrap();
    fs::write(room.join("a.webidl"), idl).unwrap();
    skep_bindgen::generate(folder.path()).map_err(|error| {
        let folder = format!("{}/", folder.path().display());
        error.to_string().replace(&folder, "")
    })
}

fn snapshot(name: &str, idl: &str) {
    let rust = generated(idl).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, format!("{}\n\n---- becomes ----\n\n{rust}", idl.trim())));
}

macro_rules! features {
    ($($name:ident: $idl:literal;)*) => {
        $(
            #[test]
            fn $name() {
                snapshot(stringify!($name), $idl);
            }
        )*
    };
}

features! {
    interface: "[Exposed=*] interface A {};";

    inheritance: "[Exposed=*] interface A {};
[Exposed=*] interface B : A {};
[Exposed=*] interface C : B {};";

    crossing: "[Exposed=*, Serializable, Transferable] interface A {};";
    exposure: "[Exposed=(Window,DedicatedWorker), SecureContext, LegacyWindowAlias=(OldA,OlderA)] interface A {
  [Exposed=Window] undefined inWindow();
  [SecureContext] readonly attribute long secure;
};
[Exposed=Window, LegacyNoInterfaceObject] interface Hidden {};
[Exposed=Worker, Global=(Worker,DedicatedWorker)] interface Scope {};";

    constructor: "[Exposed=*] interface A {
  constructor(DOMString name, optional long size = 1);
};";

    constructor_overloads: "[Exposed=*] interface A {
  constructor(DOMString name);
  constructor(long width, long height);
};";

    attributes: "[Exposed=*] interface A {
  readonly attribute long count;
  attribute DOMString title;
  static attribute boolean shared;
  attribute A? next;
};";

    attributes_that_are_special: "[Exposed=*] interface A {
  [Replaceable] readonly attribute long replaced;
  [PutForwards=title] readonly attribute A forwarded;
  [LegacyLenientThis] attribute any lenient;
  [LegacyLenientSetter] readonly attribute any silent;
  [LegacyUnforgeable] readonly attribute long own;
  attribute E choice;
  readonly attribute Promise<undefined> ready;
};
enum E { \"one\", \"two\" };";

    event_handlers: "[Exposed=*] interface EventTarget {};
[Exposed=*] interface A : EventTarget { attribute EventHandler onmessage; };
interface mixin M { attribute OnErrorEventHandler onerror; };
A includes M;";

    operations: "[Exposed=*] interface A {
  undefined nothing();
  long number(long value);
  static DOMString text();
  Promise<any> later(any value);
};";

    arguments: "[Exposed=*] interface A {
  undefined f(long required, optional long given, optional long size = 7, any... rest);
};";

    overloads: "[Exposed=*] interface A {
  undefined post(any message, sequence<object> transfer);
  undefined post(any message, optional D options = {});
  undefined post(any message, DOMString target, long number);
};
dictionary D {};";

    constants: "[Exposed=*] interface A {
  const unsigned short ONE = 1;
  const long HEXADECIMAL = -0x10;
  const boolean YES = true;
  const unrestricted double NEVER = Infinity;
};";

    stringifier: "[Exposed=*] interface A { stringifier; };";

    stringifier_attribute: "[Exposed=*] interface A { stringifier readonly attribute USVString href; };";

    stringifier_operations: "[Exposed=*] interface A { stringifier DOMString (); };
[Exposed=*] interface B { stringifier DOMString text(); };";

    to_json: "[Exposed=*] interface A {
  readonly attribute long number;
  readonly attribute any notJson;
  [Default] object toJSON();
};";

    value_iterable: "[Exposed=*] interface A { readonly attribute unsigned long length; iterable<long>; };";

    async_iterable: "[Exposed=*] interface A { async_iterable<any>(optional D options = {}); };
[Exposed=*] interface B { async_iterable<DOMString, any>; };
dictionary D { boolean flag = false; };";

    maplike: "[Exposed=*] interface A { maplike<DOMString, [Clamp] octet>; };
[Exposed=*] interface B { readonly maplike<long, A>; };";

    setlike: "[Exposed=*] interface A { setlike<USVString>; };
[Exposed=*] interface B { readonly setlike<A>; };";

    pair_iterable: "[Exposed=*] interface A { iterable<DOMString, unsigned long>; };";

    mixin: "interface mixin M { long f(); };
[Exposed=*] interface A { long g(); };
A includes M;";

    partial: "[Exposed=*] interface A { undefined f(); };
[Exposed=Window, SecureContext] partial interface A { undefined g(); };";

    namespace: "[Exposed=*, SecureContext] namespace console {
  undefined log(any... data);
  readonly attribute long depth;
  const long MOST = 10;
};";

    numbers: "[Exposed=*] interface A {
  undefined modulo(byte a, octet b, short c, unsigned short d, long e, unsigned long f, long long g, unsigned long long h);
  undefined ranges([Clamp] octet a, [EnforceRange] unsigned long long b);
  undefined floats(double a, unrestricted double b, float c, unrestricted float d);
  bigint big(bigint a);
  unsigned long long returned();
};";

    strings: "[Exposed=*] interface A {
  DOMString dom(DOMString a, [LegacyNullToEmptyString] DOMString b);
  USVString usv(USVString a);
  ByteString bytes(ByteString a);
};";

    objects: "[Exposed=*] interface A {
  object anObject(object a);
  any anything(any a);
  boolean truth(boolean a);
  symbol aSymbol(symbol a);
  A platform(A a);
  A? nullable(A? a);
};";

    buffers: "[Exposed=*] interface A {
  undefined f(BufferSource a, [AllowShared] ArrayBufferView b, [AllowResizable] Uint8Array c);
};";

    generic_types: "[Exposed=*] interface A {
  sequence<long> f(sequence<sequence<long>> a);
  record<DOMString, long> g(record<DOMString, long> a);
  undefined h(Promise<long> a);
  attribute FrozenArray<long> array;
};";

    callbacks: "callback Done = boolean (long code, any... details);
callback interface Listener { undefined handle(DOMString message); };
[Exposed=*] interface A {
  undefined f(Done done, Listener? listener);
};";

    dictionary: "dictionary A {
  required long needed;
  DOMString name = \"none\";
  sequence<long> list = [];
  A? inner = null;
  boolean flag;
};
dictionary B : A { any value; };
partial dictionary B { long more; };
[Exposed=*] interface C { B f(B b); };";

    defaults: "[Exposed=*] interface A {
  undefined f(optional boolean a = true, optional unsigned long b = 0x10, optional double c = 1, optional DOMString d = \"x\",
    optional USVString e = \"\", optional any f = null, optional E g = \"two\", optional long? h = null);
};
enum E { \"one\", \"two\" };";

    enumeration: "enum E { \"\", \"same-origin\", \"one\" };";

    union: "[Exposed=*] interface A {
  (A or DOMString) f((A or sequence<long> or D or boolean or DOMString) a, optional (long or DOMString)? b = null);
};
dictionary D {};";

    typedef: "typedef [EnforceRange] unsigned long long Size;
typedef (Size or DOMString) Length;
[Exposed=*] interface A { attribute Size size; attribute Length? length; };";
}

/// Each text states something that the generator does not do, or that makes no sense.
const NOT_UNDERSTOOD: &[&str] = &[
    "interface A {};",
    "[Exposed=*, Odd] interface A {};",
    "[Exposed=*] interface A {\n  [Odd] undefined f();\n};",
    "[Exposed] interface A {};",
    "[Exposed=*] interface A {};\n[Exposed=*] interface A {};",
    "[Exposed=*] interface A : B {};",
    "[Exposed=*] interface A : B {};\n[Exposed=*] interface B : A {};",
    "typedef (long or A) A;",
    "A includes B;",
    "[Exposed=*] interface A {};\nA includes B;",
    "interface mixin B {};\nA includes B;",
    "partial interface A {};",
    "[Exposed=*] interface A {\n  getter any (DOMString name);\n};",
    "[Exposed=*] interface A {\n  setter undefined (DOMString name, any value);\n};",
    "[Exposed=*] interface A {\n  deleter undefined (DOMString name);\n};",
    "[Exposed=*] interface A {\n  inherit attribute long a;\n};",
    "[Exposed=*] interface A {\n  ObservableArray<long> f();\n};",
    "[Exposed=*] interface A {\n  attribute (long or ObservableArray<long>) a;\n};",
    "[Exposed=*] interface A {\n  undefined f(\n    sequence<(long or Unknown)> a);\n};",
    "[Exposed=AudioWorklet] interface A {};",
    "[Exposed=*] interface A {\n  iterable<long>;\n  setlike<long>;\n};",
    "[Exposed=*] interface A {\n  stringifier DOMString text(long a);\n};",
    "[Exposed=*] interface A {\n  [Default] undefined f();\n};",
    "[Exposed=*] namespace a {\n  attribute long b;\n};",
    "enum A { \"a\" };\nenum A { \"b\" };",
    "typedef long A;\ntypedef long A;",
    "partial dictionary D {};",
    "[Exposed=*] interface A {\n  undefined f(Unknown a);\n};",
    "[Exposed=*] interface A {\n  Unknown f();\n};",
    "[Exposed=*] interface A {\n  undefined f(optional long a = \"text\");\n};",
    "[Exposed=*] interface A {\n  undefined f(optional DOMString a = 1);\n};",
    "enum E { \"a\" };\n[Exposed=*] interface A {\n  undefined f(optional E a = \"b\");\n};",
    "enum E { \"a\" };\n[Exposed=*] interface A {\n  undefined f(optional E a = {});\n};",
    "[Exposed=*] interface A {\n  undefined f(optional (long or boolean) a = \"text\");\n};",
    "[Exposed=*] interface A {\n  undefined f(long a);\n  undefined f(long b);\n};",
    "dictionary D : E {};",
    "dictionary D {\n  Unknown a;\n};",
    "namespace n {\n  undefined f();\n};",
    "callback constructor C = object ();",
    "callback interface C {\n  const long A = 1;\n  undefined f();\n};",
    "callback interface C {\n  undefined f();\n  undefined g();\n};",
    "interface",
    "[Exposed=*] interface A {\n  undefined f(\n};",
];

#[test]
fn what_is_not_understood_stops_with_file_and_line() {
    let mut text = String::new();
    for idl in NOT_UNDERSTOOD {
        let error = match generated(idl) {
            Ok(rust) => panic!("{idl} is understood:\n{rust}"),
            Err(error) => error,
        };
        _ = writeln!(text, "{idl}\n    => {error}\n");
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("not_understood", text));
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let error = skep_bindgen::generate(std::path::Path::new("/no/such/folder")).unwrap_err();
    assert!(
        error.to_string().starts_with("failed to read /no/such/folder: "),
        "{error}"
    );
}

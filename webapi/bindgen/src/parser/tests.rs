use super::*;
use std::fmt::Write as _;

fn parsed(text: &str) -> Vec<Definition> {
    parse(text, Path::new("test.webidl")).unwrap()
}

fn failure(text: &str) -> String {
    parse(text, Path::new("test.webidl")).unwrap_err().to_string()
}

/// The members of the one interface that `members` make up.
fn members(members: &str) -> Vec<Member> {
    let mut definitions = parsed(&format!("interface A {{ {members} }};"));
    match definitions.remove(0).kind {
        DefinitionKind::Interface(interface) => interface.members,
        other => panic!("{other:?}"),
    }
}

fn member(text: &str) -> MemberKind {
    members(text).remove(0).kind
}

fn ty(text: &str) -> Type {
    match parsed(&format!("typedef {text} T;")).remove(0).kind {
        DefinitionKind::Typedef { ty, .. } => ty,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_definition_is_read() {
    let definitions = parsed(
        "interface A : B {}; partial interface A {}; interface mixin M {}; partial interface mixin M {}; A includes M;
         namespace N {}; partial namespace N {}; dictionary D : E {}; partial dictionary D {}; enum F { \"a\", \"b\", };
         callback G = undefined (long a); callback constructor H = any (); callback interface I {}; typedef long J;",
    );
    let mut facts = String::new();
    for definition in &definitions {
        let kind = format!("{:?}", definition.kind);
        _ = write!(
            facts,
            "{}{} ",
            kind.split([' ', '(']).next().unwrap(),
            if definition.partial { "*" } else { "" }
        );
    }
    assert_eq!(
        facts,
        "Interface Interface* Mixin Mixin* Includes Namespace Namespace* Dictionary Dictionary* Enumeration Callback Callback \
         CallbackInterface Typedef "
    );
    assert!(matches!(&definitions[0].kind, DefinitionKind::Interface(a) if a.parent.as_deref() == Some("B")));
    assert!(matches!(&definitions[7].kind, DefinitionKind::Dictionary(d) if d.parent.as_deref() == Some("E")));
    assert!(matches!(&definitions[9].kind, DefinitionKind::Enumeration { values, .. } if values == &["a", "b"]));
    assert!(
        matches!(&definitions[10].kind, DefinitionKind::Callback(g) if !g.constructor && g.args.len() == 1 && matches!(g.returns.kind, TypeKind::Undefined))
    );
    assert!(matches!(&definitions[11].kind, DefinitionKind::Callback(h) if h.constructor));
}

#[test]
fn places_are_lines() {
    let definitions = parsed(
        "// one\n[Exposed=*]\ninterface A {\n  [X,\n  Y]\n  undefined f(long a,\n    long b);\n};\n/* a\n b */ dictionary D {\n  long c;\n};",
    );
    assert_eq!(definitions[0].place.line, 3);
    assert_eq!(definitions[0].attrs.0[0].place.line, 2);
    let DefinitionKind::Interface(interface) = &definitions[0].kind else {
        panic!("{definitions:?}")
    };
    let member = &interface.members[0];
    assert_eq!((member.place.line, member.attrs.0[1].place.line), (6, 5));
    let MemberKind::Operation(operation) = &member.kind else {
        panic!("{member:?}")
    };
    assert_eq!((operation.args[0].place.line, operation.args[1].place.line), (6, 7));
    let DefinitionKind::Dictionary(dictionary) = &definitions[1].kind else {
        panic!("{definitions:?}")
    };
    assert_eq!((definitions[1].place.line, dictionary.members[0].place.line), (10, 11));
}

#[test]
fn attributes_say_how_they_are() {
    for (text, is_static, readonly, stringifier, inherit) in [
        ("attribute long a;", false, false, false, false),
        ("readonly attribute long a;", false, true, false, false),
        ("static attribute long a;", true, false, false, false),
        ("static readonly attribute long a;", true, true, false, false),
        ("stringifier attribute long a;", false, false, true, false),
        ("stringifier readonly attribute long a;", false, true, true, false),
        ("inherit attribute long a;", false, false, false, true),
    ] {
        let MemberKind::Attribute(attribute) = member(text) else {
            panic!("{text}")
        };
        let found = (
            attribute.is_static,
            attribute.readonly,
            attribute.stringifier,
            attribute.inherit,
        );
        assert_eq!(found, (is_static, readonly, stringifier, inherit), "{text}");
    }
}

#[test]
fn operations_may_be_special_or_unnamed() {
    for (text, wanted, name) in [
        ("getter any (DOMString name);", Special::Getter, ""),
        ("getter any item(unsigned long index);", Special::Getter, "item"),
        ("setter undefined (DOMString name, any value);", Special::Setter, ""),
        ("deleter undefined remove(DOMString name);", Special::Deleter, "remove"),
    ] {
        let MemberKind::Special { special, operation } = member(text) else {
            panic!("{text}")
        };
        assert_eq!((special, operation.name.as_str()), (wanted, name));
    }
    assert!(matches!(member("stringifier;"), MemberKind::Stringifier));
    assert!(matches!(member("stringifier DOMString ();"), MemberKind::StringifierOperation(op) if op.name.is_empty()));
    assert!(
        matches!(member("stringifier DOMString text();"), MemberKind::StringifierOperation(op) if op.name == "text")
    );
    assert!(matches!(member("static long f();"), MemberKind::Operation(op) if op.is_static));
    assert!(matches!(member("undefined includes();"), MemberKind::Operation(op) if op.name == "includes"));
    assert!(matches!(member("constructor(long a);"), MemberKind::Constructor { args } if args.len() == 1));
}

#[test]
fn collections_have_their_types() {
    assert!(matches!(
        member("iterable<Node>;"),
        MemberKind::Iterable { key: None, .. }
    ));
    assert!(matches!(
        member("iterable<long, Node>;"),
        MemberKind::Iterable { key: Some(_), .. }
    ));
    for spelling in ["async_iterable", "async iterable"] {
        assert!(
            matches!(member(&format!("{spelling}<any>;")), MemberKind::AsyncIterable { key: None, args, .. } if args.is_empty())
        );
        assert!(
            matches!(member(&format!("{spelling}<long, any>(optional long a = 1);")), MemberKind::AsyncIterable { key: Some(_), args, .. } if args.len() == 1)
        );
    }
    assert!(matches!(
        member("maplike<long, any>;"),
        MemberKind::Maplike { readonly: false, .. }
    ));
    assert!(matches!(
        member("readonly maplike<long, any>;"),
        MemberKind::Maplike { readonly: true, .. }
    ));
    assert!(matches!(
        member("setlike<long>;"),
        MemberKind::Setlike { readonly: false, .. }
    ));
    assert!(matches!(
        member("readonly setlike<long>;"),
        MemberKind::Setlike { readonly: true, .. }
    ));
}

#[test]
fn constants_are_read_as_decimal() {
    for (text, wanted) in [
        ("boolean A = true", ConstantValue::Boolean(true)),
        ("long A = -7", ConstantValue::Number("-7".to_owned())),
        ("long A = 0xFF", ConstantValue::Number("255".to_owned())),
        ("long A = -0x10", ConstantValue::Number("-16".to_owned())),
        ("long A = 017", ConstantValue::Number("15".to_owned())),
        (
            "unsigned long long A = 0xFFFFFFFFFFFFFFFF",
            ConstantValue::Number(u64::MAX.to_string()),
        ),
        ("double A = 1.5e+1", ConstantValue::Number("15.0".to_owned())),
        ("double A = -.5", ConstantValue::Number("-0.5".to_owned())),
        ("double A = Infinity", ConstantValue::NotFinite("Infinity".to_owned())),
        ("double A = -Infinity", ConstantValue::NotFinite("-Infinity".to_owned())),
        ("double A = NaN", ConstantValue::NotFinite("NaN".to_owned())),
    ] {
        let MemberKind::Constant { name, value, .. } = member(&format!("const {text};")) else {
            panic!("{text}")
        };
        assert_eq!((name.as_str(), value), ("A", wanted), "{text}");
    }
}

#[test]
fn defaults_have_all_forms() {
    for (text, wanted) in [
        ("null", Default::Null),
        ("undefined", Default::Undefined),
        ("false", Default::Boolean(false)),
        ("0x10", Default::Number("16".to_owned())),
        ("-Infinity", Default::NotFinite("-Infinity".to_owned())),
        ("\"a b\"", Default::String("a b".to_owned())),
        ("[]", Default::EmptySequence),
        ("{}", Default::EmptyDictionary),
    ] {
        let MemberKind::Operation(operation) = member(&format!("undefined f(optional any a = {text});")) else {
            panic!("{text}")
        };
        assert_eq!(operation.args[0].default, Some(wanted));
    }
}

#[test]
fn every_type_is_read() {
    for (text, wanted) in [
        ("undefined", "Undefined"),
        ("any", "Any"),
        ("object", "Object"),
        ("symbol", "Symbol"),
        ("bigint", "BigInt"),
        ("boolean", "Boolean"),
        ("byte", "Integer(\"i8\")"),
        ("octet", "Integer(\"u8\")"),
        ("short", "Integer(\"i16\")"),
        ("unsigned short", "Integer(\"u16\")"),
        ("long", "Integer(\"i32\")"),
        ("unsigned long", "Integer(\"u32\")"),
        ("long long", "Integer(\"i64\")"),
        ("unsigned long long", "Integer(\"u64\")"),
        ("float", "Float { single: true, unrestricted: false }"),
        ("unrestricted float", "Float { single: true, unrestricted: true }"),
        ("double", "Float { single: false, unrestricted: false }"),
        ("unrestricted double", "Float { single: false, unrestricted: true }"),
        ("DOMString", "DomString"),
        ("USVString", "UsvString"),
        ("ByteString", "ByteString"),
        ("Foo", "Named(\"Foo\")"),
        ("_long", "Named(\"long\")"),
    ] {
        assert_eq!(format!("{:?}", ty(text).kind), wanted, "{text}");
        assert!(ty(&format!("{text}?")).nullable, "{text}");
    }
    for (text, wanted) in [
        ("sequence<long>", "Sequence"),
        ("FrozenArray<long?>", "FrozenArray"),
        ("ObservableArray<long>", "ObservableArray"),
        ("Promise<sequence<long>>", "Promise"),
        ("record<DOMString, (long or Foo)>", "Record"),
        ("(long or (Foo or DOMString?))", "Union"),
    ] {
        assert!(format!("{:?}", ty(text).kind).starts_with(wanted), "{text}");
    }
}

#[test]
fn attributes_of_types_apply() {
    let clamped = ty("sequence<[Clamp] long>");
    assert!(matches!(clamped.kind, TypeKind::Sequence(item) if item.range == Range::Clamp && item.attrs.has("Clamp")));
    let shared = ty("([AllowShared, AllowResizable] Uint8Array or long)");
    assert!(
        matches!(shared.kind, TypeKind::Union(members) if members[0].allow_shared && members[0].allow_resizable && !members[1].allow_shared)
    );
    let enforced =
        members("[EnforceRange] attribute long a; undefined f([Clamp] long a, optional [EnforceRange] long b);");
    assert!(
        matches!(&enforced[0].kind, MemberKind::Attribute(a) if a.ty.range == Range::Enforce && a.ty.attrs.0.is_empty())
    );
    let MemberKind::Operation(operation) = &enforced[1].kind else {
        panic!("{enforced:?}")
    };
    assert_eq!(
        (operation.args[0].ty.range, operation.args[1].ty.range),
        (Range::Clamp, Range::Enforce)
    );
    assert!(operation.args[0].attrs.has("Clamp") && operation.args[1].ty.attrs.has("EnforceRange"));
}

#[test]
fn extended_attributes_have_all_forms() {
    let definitions =
        parsed("[A, B=c, D=\"e f\", G=1.5, H=*, I=(j,k), L(long m), N=O(long p, any q), R=(\"s\",2)] interface T {};");
    let found: Vec<(&str, AttrForm, String, usize)> = definitions[0]
        .attrs
        .0
        .iter()
        .map(|attr| (attr.name.as_str(), attr.form, attr.values.join("|"), attr.args.len()))
        .collect();
    let wanted = [
        ("A", AttrForm::Plain, "", 0),
        ("B", AttrForm::Identifier, "c", 0),
        ("D", AttrForm::String, "e f", 0),
        ("G", AttrForm::Number, "1.5", 0),
        ("H", AttrForm::Star, "*", 0),
        ("I", AttrForm::List, "j|k", 0),
        ("L", AttrForm::Arguments, "", 1),
        ("N", AttrForm::NamedArguments, "O", 2),
        ("R", AttrForm::List, "s|2", 0),
    ];
    assert_eq!(
        found,
        wanted.map(|(name, form, values, args)| (name, form, values.to_owned(), args))
    );
}

#[test]
fn names_may_be_escaped_or_keywords() {
    let definitions = parsed(
        "interface _interface { attribute long async; attribute long _readonly; undefined f(any callback, any _any); };",
    );
    let DefinitionKind::Interface(interface) = &definitions[0].kind else {
        panic!("{definitions:?}")
    };
    assert_eq!(interface.name, "interface");
    assert!(matches!(&interface.members[0].kind, MemberKind::Attribute(a) if a.name == "async"));
    assert!(matches!(&interface.members[1].kind, MemberKind::Attribute(a) if a.name == "readonly" && !a.readonly));
    let MemberKind::Operation(operation) = &interface.members[2].kind else {
        panic!("{interface:?}")
    };
    assert_eq!(
        (operation.args[0].name.as_str(), operation.args[1].name.as_str()),
        ("callback", "any")
    );
}

#[test]
fn dictionary_members_are_required_or_have_defaults() {
    let definitions = parsed("dictionary D { required long a; [X] long b = 1; long c; };");
    let DefinitionKind::Dictionary(dictionary) = &definitions[0].kind else {
        panic!("{definitions:?}")
    };
    let facts: Vec<(bool, bool, bool)> = dictionary
        .members
        .iter()
        .map(|member| (member.required, member.default.is_some(), member.attrs.has("X")))
        .collect();
    assert_eq!(
        facts,
        [(true, false, false), (false, true, true), (false, false, false)]
    );
}

#[test]
fn mistakes_are_named_with_their_line() {
    for (text, wanted) in [
        (
            "\ninterfac A {};",
            "2: expected 'includes' after 'interfac', which starts no definition, found 'A'",
        ),
        ("interface A {}\ninterface B {};", "2: expected ';', found 'interface'"),
        ("interface A {", "1: expected a type, found the end of the file"),
        (
            "interface A { \n long; };",
            "2: expected the operation's name, found ';'",
        ),
        (
            "interface any {};",
            "1: expected the interface's name (a keyword is a name only as _any), found 'any'",
        ),
        (
            "partial enum A {};",
            "1: expected 'interface', 'namespace' or 'dictionary' after 'partial', found 'enum'",
        ),
        ("partial interface A : B {};", "1: expected '{', found ':'"),
        (
            "interface mixin A {\n constructor(); };",
            "2: a mixin cannot have such a member",
        ),
        (
            "interface mixin A {\n iterable<long>; };",
            "2: a mixin cannot have such a member",
        ),
        (
            "namespace A {\n attribute long a; };",
            "2: a namespace cannot have such a member",
        ),
        (
            "callback interface A {\n attribute long a; };",
            "2: a callback interface cannot have such a member",
        ),
        ("enum A { };", "1: expected a string, found '}'"),
        ("enum A { \"a\"\n \"b\" };", "2: expected ',' or '}', found \"b\""),
        (
            "dictionary A { required long a = 1; };",
            "1: expected ';' (a required member has no default), found '='",
        ),
        (
            "typedef unsigned A;",
            "1: expected 'short' or 'long' after 'unsigned', found 'A'",
        ),
        (
            "typedef unrestricted A;",
            "1: expected 'float' or 'double' after 'unrestricted', found 'A'",
        ),
        (
            "typedef (long) A;",
            "1: expected 'or' (a union has two members at least), found ')'",
        ),
        ("typedef sequence<long A;", "1: expected '>', found 'A'"),
        ("typedef sequence A;", "1: expected '<', found 'A'"),
        (
            "interface A { undefined f(any... a, any b); };",
            "1: expected ')' (nothing follows a variadic argument), found ','",
        ),
        (
            "interface A { undefined f(optional any... a); };",
            "1: expected the argument's name (a variadic argument is not 'optional'), found '...'",
        ),
        (
            "interface A { undefined f(any a = 1); };",
            "1: expected ',' or ')' (only an optional argument has a default), found '='",
        ),
        (
            "interface A { undefined f(optional any a = b); };",
            "1: expected a default value, found 'b'",
        ),
        (
            "interface A { undefined f(optional any a = [1]); };",
            "1: expected ']' (a sequence by default is empty), found 1",
        ),
        ("interface A { const long A = 08; };", "1: 08 is not a number"),
        (
            "interface A { const long A = \"a\"; };",
            "1: expected a boolean or a number as the constant's value, found \"a\"",
        ),
        (
            "interface A { readonly long a; };",
            "1: expected 'attribute', 'maplike' or 'setlike' after 'readonly', found 'long'",
        ),
        (
            "interface A { inherit readonly attribute long a; };",
            "1: expected 'attribute' after 'inherit', found 'readonly'",
        ),
        (
            "interface A { async attribute long a; };",
            "1: expected 'iterable' after 'async', found 'attribute'",
        ),
        (
            "interface A { getter (any); };",
            "1: expected 'or' (a union has two members at least), found ')'",
        ),
        (
            "[A=] interface B {};",
            "1: expected the extended attribute's value, found ']'",
        ),
        (
            "[] interface B {};",
            "1: expected the name of an extended attribute, found ']'",
        ),
        ("\n\n/* no end", "3: this comment has no end"),
        ("enum A { \"no end", "1: this string has no end"),
        ("interface A { # };", "1: '#' means nothing here"),
    ] {
        assert_eq!(failure(text), format!("test.webidl:{wanted}"), "{text}");
    }
}

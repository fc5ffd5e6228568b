use super::*;
use std::fs;

/// Compares two texts: the contradictions and the omissions, each as one line.
fn compared(ours: &str, theirs: &str) -> (Vec<String>, Vec<String>) {
    let comparison = run(ours, theirs);
    assert!(comparison.deliberate.is_empty(), "{:?}", comparison.deliberate);
    let contradictions = comparison.contradictions.iter();
    let omissions = comparison.omissions.iter();
    (
        contradictions
            .map(|found| format!("{}: {}", found.line, found.message))
            .collect(),
        omissions
            .map(|(of, what)| format!("{of}: {}", what.join("; ")))
            .collect(),
    )
}

fn run(ours: &str, theirs: &str) -> Comparison {
    let folder = tempfile::tempdir().unwrap();
    for (side, name, text) in [("ours", "a.webidl", ours), ("theirs", "a.idl", theirs)] {
        fs::create_dir(folder.path().join(side)).unwrap();
        fs::write(folder.path().join(side).join(name), text).unwrap();
    }
    compare(&folder.path().join("ours"), &folder.path().join("theirs")).unwrap()
}

/// Asserts that `ours` contradicts `theirs` in this one thing.
fn contradicts(ours: &str, theirs: &str, wanted: &str) {
    let (contradictions, _) = compared(ours, theirs);
    assert_eq!(contradictions, [wanted], "{ours} | {theirs}");
}

/// Asserts that `ours` leaves out this, and contradicts nothing.
fn omits(ours: &str, theirs: &str, wanted: &[&str]) {
    let (contradictions, omissions) = compared(ours, theirs);
    assert_eq!(contradictions, [""; 0], "{ours} | {theirs}");
    assert_eq!(omissions, wanted, "{ours} | {theirs}");
}

/// The same for members of one interface.
fn member_contradicts(ours: &str, theirs: &str, wanted: &str) {
    let wanted = format!("1: interface A, {wanted}");
    contradicts(
        &format!("interface A {{ {ours} }};"),
        &format!("interface A {{ {theirs} }};"),
        &wanted,
    );
}

fn member_omits(ours: &str, theirs: &str, wanted: &str) {
    let wanted = format!("interface A: {wanted}");
    let wanted: &[&str] = if wanted == "interface A: " { &[] } else { &[&wanted] };
    omits(
        &format!("interface A {{ {ours} }};"),
        &format!("interface A {{ {theirs} }};"),
        wanted,
    );
}

#[test]
fn what_is_the_same_gives_nothing() {
    let text = "[Exposed=(Window,Worker), Serializable] interface A : B {
        constructor(optional long a = 1);
        [SameObject] readonly attribute D? d;
        const unsigned short C = 0x10;
        Promise<sequence<DOMString>> f(record<DOMString, any> r, (long or D)... rest);
        static undefined g();
        getter any item(unsigned long index);
        iterable<long, any>;
        stringifier;
    };
    interface B { async_iterable<any>(optional long a); readonly maplike<long, any>; };
    interface mixin M { attribute EventHandler onfoo; };
    B includes M;
    dictionary D : E { required long a; [Clamp] long b = 2; };
    enum F { \"a\", \"b\" };
    callback G = undefined (long a);
    callback interface H { undefined handle(); };
    typedef [EnforceRange] unsigned long long I;
    namespace N { undefined f(); };
    dictionary E {};";
    omits(text, text, &[]);
}

#[test]
fn definitions_must_exist_and_be_of_the_kind() {
    for (kind, name) in [
        ("interface A {};", "interface A"),
        ("interface mixin A {};", "mixin A"),
        ("namespace A {};", "namespace A"),
        ("callback interface A { undefined f(); };", "callback interface A"),
        ("dictionary A {};", "dictionary A"),
        ("enum A { \"a\" };", "enumeration A"),
        ("callback A = undefined ();", "callback A"),
        ("typedef long A;", "typedef A"),
    ] {
        contradicts(
            &format!("\n{kind}"),
            "interface B {};",
            &format!("2: {name}: upstream has none"),
        );
    }
    contradicts(
        "interface A {};",
        "namespace A {};",
        "1: interface A: upstream has none",
    );
    contradicts(
        "dictionary A {};",
        "typedef long A;",
        "1: dictionary A: upstream is a typedef",
    );
}

#[test]
fn what_only_upstream_defines_is_no_omission() {
    omits(
        "interface A {};",
        "interface A {}; interface B {}; enum C { \"a\" };",
        &[],
    );
}

#[test]
fn parents_must_be_the_same() {
    contradicts(
        "interface A : B {}; interface B {};",
        "interface A : C {}; interface B {};",
        "1: interface A: upstream inherits from C",
    );
    contradicts(
        "dictionary A : B {}; dictionary B {};",
        "dictionary A {}; dictionary B {};",
        "1: dictionary A: upstream inherits from nothing",
    );
}

#[test]
fn extended_attributes_must_be_the_same() {
    for (ours, theirs, wanted) in [
        ("[Exposed=Window]", "[Exposed=*]", "[Exposed=*]"),
        ("[Exposed=*, SecureContext]", "[Exposed=*]", "no [SecureContext]"),
        ("[Exposed=*]", "[Exposed=*, Transferable]", "[Transferable]"),
    ] {
        contradicts(
            &format!("{ours} interface A {{}};"),
            &format!("{theirs} interface A {{}};"),
            &format!("1: interface A: upstream has {wanted}"),
        );
    }
    for attr in [
        "LegacyUnforgeable",
        "Replaceable",
        "PutForwards=b",
        "SameObject",
        "NewObject",
        "SecureContext",
    ] {
        member_contradicts(
            "readonly attribute any a;",
            &format!("[{attr}] readonly attribute any a;"),
            &format!("a: upstream has [{attr}]"),
        );
    }
    // Order does not matter, nor do globals that there are none of, nor what means nothing here.
    omits(
        "[Exposed=(Worker,Window)] interface A {};",
        "[Exposed=(Window,Worker,AudioWorklet)] interface A {};",
        &[],
    );
    member_omits("attribute long a;", "[CEReactions, Reflect] attribute long a;", "");
}

#[test]
fn extended_attributes_of_partials_are_those_of_their_members() {
    let theirs = "interface A {}; [SecureContext] partial interface A { undefined f(); };";
    contradicts(
        "interface A { undefined f(); };",
        theirs,
        "1: interface A, f(): upstream has [SecureContext]",
    );
    omits("interface A { [SecureContext] undefined f(); };", theirs, &[]);
}

#[test]
fn attributes_must_have_the_type_and_be_readonly_or_not() {
    member_contradicts(
        "attribute long a;",
        "readonly attribute long a;",
        "a: upstream is readonly",
    );
    member_contradicts(
        "readonly attribute long a;",
        "attribute long a;",
        "a: upstream is not readonly",
    );
    member_contradicts(
        "attribute long a;",
        "inherit attribute long a;",
        "a: upstream is 'inherit'",
    );
    member_contradicts(
        "attribute long? a;",
        "attribute long a;",
        "a: upstream has the type `long`, ours is `long?`",
    );
    member_contradicts("attribute long a;", "static attribute long a;", "a: upstream has none");
    member_contradicts("attribute long a;", "undefined a();", "a: upstream has none");
    member_contradicts(
        "[Clamp] attribute long a;",
        "attribute [EnforceRange] long a;",
        "a: upstream has the type `[EnforceRange] long`, ours is `long`",
    );
    member_omits("attribute [Clamp] long a;", "[Clamp] attribute long a;", "");
    member_omits(
        "attribute DOMString a;",
        "stringifier attribute DOMString a;",
        "stringifier",
    );
    member_contradicts(
        "stringifier attribute DOMString a;",
        "attribute DOMString a;",
        "stringifier: upstream has none",
    );
}

#[test]
fn arguments_must_be_the_same_or_left_out_at_the_end() {
    for (ours, theirs, wanted) in [
        ("long a", "", "has no argument `a`"),
        ("", "long a", "has the argument `long a` too"),
        ("long a", "long b", "has the argument `long b` where ours is `long a`"),
        ("long a", "short a", "has the argument `short a` where ours is `long a`"),
        (
            "long a",
            "optional long a",
            "has the argument `optional long a` where ours is `long a`",
        ),
        ("any a", "any... a", "has the argument `any... a` where ours is `any a`"),
        (
            "optional long a = 1",
            "optional long a = 2",
            "has the argument `optional long a = 2` where ours is `optional long a = 1`",
        ),
        (
            "BufferSource a",
            "[AllowShared] BufferSource a",
            "has the argument `[AllowShared] BufferSource a` where ours is `BufferSource a`",
        ),
    ] {
        member_contradicts(
            &format!("undefined f({ours});"),
            &format!("undefined f({theirs});"),
            &format!("f(): upstream {wanted}"),
        );
        member_contradicts(
            &format!("constructor({ours});"),
            &format!("constructor({theirs});"),
            &format!("constructor(): upstream {wanted}"),
        );
    }
    member_contradicts("long f();", "short f();", "f(): upstream returns `short`, ours `long`");
    member_omits(
        "undefined f(long a);",
        "undefined f(long a, optional long b, any... c);",
        "f(): argument `optional long b`; f(): argument `any... c`",
    );
}

#[test]
fn unions_may_be_implemented_in_part() {
    member_omits(
        "attribute long a;",
        "attribute (long or B) a;",
        "a: the union's member `B`",
    );
    member_omits(
        "undefined f(sequence<(B or long)> a);",
        "undefined f(sequence<(long or (B or DOMString))> a);",
        "f(): argument `a`: the union's member `DOMString`",
    );
    member_contradicts(
        "attribute (long or B) a;",
        "attribute (long or C) a;",
        "a: upstream has the type `(long or C)`, ours is `(long or B)`",
    );
    member_contradicts(
        "attribute (long or B) a;",
        "attribute long a;",
        "a: upstream has the type `long`, ours is `(long or B)`",
    );
    member_contradicts(
        "attribute long a;",
        "attribute (long or B?) a;",
        "a: upstream has the type `(long or B?)`, ours is `long`",
    );
}

#[test]
fn typedefs_are_looked_through() {
    let theirs = "typedef (long or B) T; interface A { attribute T a; attribute (T or DOMString) b; };";
    omits(
        "interface A { attribute (long or B) a; attribute (DOMString or long or B) b; };",
        theirs,
        &[],
    );
    omits(
        "typedef long T; interface A { attribute T a; };",
        theirs,
        &["interface A: b", "typedef T: the union's member `B`"],
    );
    contradicts(
        "interface A { attribute DOMString a; };",
        theirs,
        "1: interface A, a: upstream has the type `T`, ours is `DOMString`",
    );
}

#[test]
fn overloads_are_matched_one_to_one() {
    let theirs = "undefined f(any a, sequence<object> b); undefined f(any a, optional long c);";
    member_omits(theirs, theirs, "");
    member_omits(
        "undefined f(any a, optional long c);",
        theirs,
        "overload `undefined f(any a, sequence<object> b)`",
    );
    member_contradicts(
        "undefined f(any a); undefined f(any a);",
        "undefined f(any a);",
        "f(): upstream has fewer overloads",
    );
    member_contradicts(
        "undefined f(DOMString a);",
        theirs,
        "f(): upstream has the argument `any a` where ours is `DOMString a`, or has the argument `any a` where ours is `DOMString a`",
    );
}

#[test]
fn constants_must_have_the_value() {
    member_omits("const long A = 16;", "const long A = 0x10;", "");
    member_contradicts("const long A = 1;", "const long A = 2;", "A: upstream has the value 2");
    member_contradicts(
        "const long A = 1;",
        "const short A = 1;",
        "A: upstream has the type `short`, ours is `long`",
    );
}

#[test]
fn collections_must_be_of_the_types() {
    member_contradicts(
        "iterable<long>;",
        "iterable<short>;",
        "iterable: upstream has the type `short`, ours is `long`",
    );
    member_contradicts(
        "iterable<long>;",
        "iterable<long, long>;",
        "iterable: upstream has keys too",
    );
    member_contradicts(
        "iterable<long>;",
        "async_iterable<long>;",
        "iterable: upstream has none",
    );
    member_contradicts(
        "setlike<long>;",
        "readonly setlike<long>;",
        "setlike: upstream differs in being readonly",
    );
    member_contradicts(
        "maplike<long, long>;",
        "maplike<long, any>;",
        "maplike: upstream has the type `any`, ours is `long`",
    );
    member_omits("", "iterable<long>;", "iterable");
}

#[test]
fn a_special_operation_with_a_name_is_an_operation_too() {
    let theirs = "getter any item(unsigned long index); getter any (DOMString name);";
    member_omits(
        "any item(unsigned long index);",
        theirs,
        "getter (unsigned long); getter (DOMString)",
    );
    member_omits(theirs, theirs, "");
    member_contradicts(
        "setter undefined (DOMString name, any v);",
        theirs,
        "setter (DOMString): upstream has none",
    );
}

#[test]
fn dictionaries_must_have_the_members() {
    for (ours, theirs, wanted) in [
        ("long a;", "", "has none"),
        ("long a;", "required long a;", "requires it"),
        ("required long a;", "long a;", "does not require it"),
        ("long a;", "long a = 1;", "has the default 1"),
        ("long a = 1;", "long a;", "has no default"),
        ("long a;", "any a;", "has the type `any`, ours is `long`"),
    ] {
        contradicts(
            &format!("dictionary A {{ {ours} }};"),
            &format!("dictionary A {{ {theirs} }};"),
            &format!("1: dictionary A, a: upstream {wanted}"),
        );
    }
    omits(
        "dictionary A { long a; };",
        "dictionary A { (long or B) a; }; partial dictionary A { long c; };",
        &["dictionary A: a: the union's member `B`; c"],
    );
}

#[test]
fn enumerations_callbacks_and_typedefs_may_be_a_part() {
    contradicts(
        "enum A { \"a\", \"b\" };",
        "enum A { \"a\", \"c\" };",
        "1: enumeration A: upstream has no \"b\"",
    );
    omits(
        "enum A { \"a\" };",
        "enum A { \"a\", \"c\" };",
        &["enumeration A: \"c\""],
    );
    contradicts(
        "callback A = any (long a);",
        "callback A = any (DOMString a);",
        "1: callback A: upstream has the argument `DOMString a` where ours is `long a`",
    );
    contradicts(
        "callback A = any ();",
        "callback A = undefined ();",
        "1: callback A: upstream returns `undefined`, ours `any`",
    );
    contradicts(
        "typedef long A;",
        "typedef [Clamp] long A;",
        "1: typedef A: upstream is `[Clamp] long`, ours `long`",
    );
}

#[test]
fn mixins_and_partials_are_merged() {
    let theirs = "interface A {}; interface mixin M { undefined f(); undefined g(); }; A includes M;
        interface mixin N { attribute long n; }; A includes N; partial interface mixin M { undefined h(); };";
    omits(
        "interface A { undefined f(); };",
        theirs,
        &["interface A: g(); h(); all of N"],
    );
    omits(
        "interface A {}; interface mixin M { undefined h(); }; A includes M;",
        theirs,
        &["interface A: all of N", "mixin M: f(); g()"],
    );
    contradicts(
        "interface B {};\ninterface mixin M {};\nB includes M;",
        "interface B {}; interface mixin M {};",
        "3: interface B: upstream does not include M",
    );
}

#[test]
fn a_remark_says_that_something_is_meant_to_differ() {
    let theirs = "interface A { attribute long a; attribute long b; }; typedef long T;";
    for ours in [
        "interface A {\n // Not as upstream: for\n // a test.\n readonly attribute long a;\n attribute long b; };",
        "interface A {\n\n\n readonly attribute long a; // Not as upstream: for a test.\n attribute long b; };",
    ] {
        let comparison = run(ours, theirs);
        assert!(comparison.contradictions.is_empty(), "{:?}", comparison.contradictions);
        let [meant] = comparison.deliberate.as_slice() else {
            panic!("{comparison:?}")
        };
        assert_eq!(
            (meant.line, meant.message.as_str(), meant.reason.as_deref()),
            (4, "interface A, a: upstream is not readonly", Some("for a test."))
        );
    }
    let comparison = run("// Not as upstream: shorter.\n[Exposed=*]\ninterface A {};", theirs);
    assert_eq!((comparison.contradictions.len(), comparison.deliberate.len()), (0, 1));
}

#[test]
fn a_remark_is_about_one_thing_and_must_be_true() {
    let theirs = "interface A { attribute long a; attribute long b; };";
    let comparison = run(
        "interface A {\n // Not as upstream: so.\n readonly attribute long a;\n readonly attribute long b; };",
        theirs,
    );
    let found: Vec<String> = comparison
        .contradictions
        .iter()
        .map(|found| found.message.clone())
        .collect();
    assert_eq!(found, ["interface A, b: upstream is not readonly"]);
    contradicts(
        "interface A {\n // Not as upstream: so.\n attribute long a; };",
        theirs,
        "2: this is as upstream has it: the remark that it is not is out of date",
    );
}

#[test]
fn the_members_of_a_mixin_that_only_we_have_are_compared_all_the_same() {
    let ours = "interface A {}; A includes Own;\n// Not as upstream: apart.\ninterface mixin Own {\n attribute long a;\n attribute long b; };";
    let comparison = run(ours, "interface A { attribute long a; attribute short b; };");
    let found: Vec<String> = comparison
        .contradictions
        .iter()
        .map(|found| format!("{}: {}", found.line, found.message))
        .collect();
    assert_eq!(
        found,
        ["5: interface A, b: upstream has the type `short`, ours is `long`"]
    );
    assert!(comparison.omissions.is_empty(), "{:?}", comparison.omissions);
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let missing = compare(Path::new("/no/such/folder"), Path::new("/no/such/folder")).unwrap_err();
    assert!(
        missing.to_string().starts_with("failed to read /no/such/folder"),
        "{missing}"
    );
}

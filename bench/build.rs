//! Writes two hundred interfaces of the usual shape: their IDL, what `skep-bindgen` makes of it, and implementations that do
//! nothing. The first hundred in the order of the tables are a global's own chain and what stands beside it.

use std::{env, error::Error, fmt::Write, fs, path::PathBuf, process::ExitCode};

/// How many interfaces there are, with the three of the global.
const INTERFACES: usize = 200;

/// How many of them belong to the smaller global.
const FIRST: usize = 100;

/// One interface: IDL and Rust.
struct Shape {
    name: String,
    module: String,
    parent: Option<(String, String)>,
    /// What stands before the interface, such as `[Global=X, Exposed=*]`.
    attributes: &'static str,
    constructor: bool,
    /// Beyond the eight that each has.
    more: usize,
}

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    match write() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={error}");
            ExitCode::FAILURE
        }
    }
}

fn write() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let idl = out.join("idl");
    let folder = idl.join("shapes");
    fs::create_dir_all(&folder)?;
    let mut implementations = String::new();
    for shape in shapes() {
        fs::write(folder.join(format!("{}.webidl", shape.module)), shape.idl()?)?;
        implementations += &shape.implementation()?;
    }
    fs::write(out.join("implementations.rs"), implementations)?;
    fs::write(out.join("bindings.rs"), skep_bindgen::generate(&idl)?)?;
    Ok(())
}

/// Tables are sorted by depth, then by name: what is beyond the first hundred is as deep as the global, and later in the alphabet.
fn shapes() -> Vec<Shape> {
    let class = |name: &str, module: &str| (name.to_owned(), module.to_owned());
    let target = class("Target", "target");
    let scope = class("Scope", "scope");
    let shape = |(name, module), parent, attributes, constructor, more| Shape {
        name,
        module,
        parent,
        attributes,
        constructor,
        more,
    };
    let mut shapes = vec![
        shape(target.clone(), None, "[Exposed=*]", true, 0),
        shape(scope.clone(), Some(target.clone()), "[Exposed=Worker]", false, 16),
        shape(
            class("Global", "global"),
            Some(scope),
            "[Global=(Worker,DedicatedWorker), Exposed=DedicatedWorker]",
            false,
            8,
        ),
    ];
    let mut deep = None;
    for index in shapes.len()..INTERFACES {
        let prefix = if index < FIRST { "Bench" } else { "More" };
        let own = (
            format!("{prefix}{index:03}"),
            format!("{}{index:03}", prefix.to_lowercase()),
        );
        let parent = match index % 3 {
            _ if index >= FIRST => deep.clone(),
            0 => {
                deep = Some(own.clone());
                Some(target.clone())
            }
            _ => None,
        };
        shapes.push(shape(own, parent, "[Exposed=(Window,Worker)]", true, index % 5));
    }
    shapes
}

impl Shape {
    fn idl(&self) -> Result<String, std::fmt::Error> {
        let mut out = format!("{}\ninterface {}", self.attributes, self.name);
        if let Some((parent, _)) = &self.parent {
            write!(out, " : {parent}")?;
        }
        out += " {\n";
        if self.constructor {
            out += "  constructor();\n";
        }
        out += "  const unsigned short READY = 1;
  const unsigned short DONE = 2;
  readonly attribute DOMString label;
  readonly attribute boolean active;
  attribute double size;
  undefined open(DOMString name, optional boolean flag = false);
  undefined close();
  double measure(double width, double height);\n";
        for number in 0..self.more {
            match number % 2 {
                0 => writeln!(out, "  readonly attribute double extra{number};")?,
                _ => writeln!(out, "  undefined extra{number}(any value);")?,
            }
        }
        out += "};\n";
        Ok(out)
    }

    fn implementation(&self) -> Result<String, std::fmt::Error> {
        let Self { name, module, .. } = self;
        let mut out = format!(
            "pub mod {module} {{
                use super::super::generated::{name}Methods;
                use boa_engine::{{JsString, JsValue, js_string}};
                use boa_gc::{{Finalize, Gc, Trace}};
                use skep_binding::{{Cx, Fallible, Js, New}};
                #[derive(Debug, Trace, Finalize)]
                pub struct {name} {{ "
        );
        let parent = self
            .parent
            .as_ref()
            .map(|(parent, module)| format!("super::{module}::{parent}"));
        if let Some(parent) = &parent {
            write!(out, "parent: Gc<{parent}>")?;
        }
        let new = parent
            .as_ref()
            .map_or_else(String::new, |parent| format!("parent: Gc::new({parent}::new())"));
        write!(
            out,
            "}}
             impl {name} {{ pub fn new() -> Self {{ Self {{ {new} }} }} }}
             impl {name}Methods for {name} {{\n"
        )?;
        if let Some(parent) = &parent {
            writeln!(out, "fn parent(&self) -> &Gc<{parent}> {{ &self.parent }}")?;
        }
        if self.constructor {
            out += "fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> { Ok(new.object(Self::new(), cx)) }\n";
        }
        out += "fn label(_: &Js<Self>, _: &mut Cx) -> Fallible<JsString> { Ok(js_string!(\"label\")) }
            fn active(_: &Js<Self>, _: &mut Cx) -> Fallible<bool> { Ok(true) }
            fn size(_: &Js<Self>, _: &mut Cx) -> Fallible<f64> { Ok(1.0) }
            fn set_size(_: &Js<Self>, _: &mut Cx, _: f64) -> Fallible<()> { Ok(()) }
            fn open(_: &Js<Self>, _: &mut Cx, _: JsString, _: bool) -> Fallible<()> { Ok(()) }
            fn close(_: &Js<Self>, _: &mut Cx) -> Fallible<()> { Ok(()) }
            fn measure(_: &Js<Self>, _: &mut Cx, width: f64, height: f64) -> Fallible<f64> { Ok(width * height) }\n";
        for number in 0..self.more {
            match number % 2 {
                0 => writeln!(
                    out,
                    "fn extra{number}(_: &Js<Self>, _: &mut Cx) -> Fallible<f64> {{ Ok(0.0) }}"
                )?,
                _ => writeln!(
                    out,
                    "fn extra{number}(_: &Js<Self>, _: &mut Cx, _: JsValue) -> Fallible<()> {{ Ok(()) }}"
                )?,
            }
        }
        out += "} }\n";
        Ok(out)
    }
}

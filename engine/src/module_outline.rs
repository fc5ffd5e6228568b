//! What a module's text tells of it before it runs: what it asks of other modules, and whether it waits.
//!
//! The engine's module records keep this to themselves, but the host must look at it before anything else is loaded.

use boa_engine::ast::declaration::{ExportDeclaration, ImportAttribute, ImportKind, LexicalDeclaration, ReExportKind};
use boa_engine::ast::function::FunctionBody;
use boa_engine::ast::operations::{ContainsSymbol, contains};
use boa_engine::ast::statement::iteration::ForOfLoop;
use boa_engine::ast::visitor::{VisitWith, Visitor};
use boa_engine::ast::{Declaration, Expression, ModuleItem, scope::Scope};
use boa_engine::interner::{Interner, Sym};
use boa_engine::parser::{Parser, Source};
use std::ops::ControlFlow;

/// A static `import`, or an `export` from another module.
///
/// <https://tc39.es/ecma262/#modulerequest-record>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedModule {
    /// The specifier; a lone surrogate reads as U+FFFD.
    pub specifier: String,
    /// Keys and values of the import attributes, in the order of the text.
    pub attributes: Vec<(String, String)>,
    /// The names that the other module must export.
    pub names: Vec<String>,
    /// Where the specifier stands: line and column, counted from 1, the column in UTF-16 code units. Zero if that is not known.
    pub place: (u32, u32),
}

/// What a module's text tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleOutline {
    /// What it asks of other modules, one entry for each declaration, in order.
    ///
    /// <https://tc39.es/ecma262/#sec-static-semantics-modulerequests>
    pub requests: Vec<RequestedModule>,
    /// Whether there is an `await` outside of functions: `[[HasTLA]]`.
    ///
    /// <https://tc39.es/ecma262/#table-cyclic-module-fields>
    pub has_top_level_await: bool,
}

/// Reads a module's outline; one that does not parse has none. Texts that can neither ask nor wait are not parsed for this.
#[must_use]
pub fn outline(text: &str) -> ModuleOutline {
    if !may_request(text) && !text.contains("await") {
        return ModuleOutline::default();
    }
    let mut interner = Interner::default();
    let Ok(module) = Parser::new(Source::from_bytes(text)).parse_module(&Scope::new_global(), &mut interner) else {
        return ModuleOutline::default();
    };
    let items = module.items().items().iter();
    let mut from = 0;
    let requests = items
        .filter_map(|item| requested_by(item, &interner))
        .map(|request| {
            let at = find(text, from, &request.specifier);
            if let Some(at) = at {
                from = at + 1;
            }
            RequestedModule {
                place: at.and_then(|at| place(text, at)).unwrap_or_default(),
                ..request
            }
        })
        .collect();
    ModuleOutline {
        requests,
        has_top_level_await: contains(&module, ContainsSymbol::AwaitExpression)
            || module.visit_with(&mut WaitingStatement).is_break(),
    }
}

/// Looks for statements that wait without an `await` expression, outside of functions and classes.
struct WaitingStatement;

impl<'ast> Visitor<'ast> for WaitingStatement {
    type BreakTy = ();

    fn visit_for_of_loop(&mut self, node: &'ast ForOfLoop) -> ControlFlow<()> {
        if node.r#await() {
            return ControlFlow::Break(());
        }
        node.visit_with(self)
    }

    /// Those of functions and classes are declarations, too, and so not looked into.
    fn visit_declaration(&mut self, node: &'ast Declaration) -> ControlFlow<()> {
        match node {
            Declaration::Lexical(LexicalDeclaration::AwaitUsing(_)) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }

    /// Only functions and classes, or declarations, are in one.
    fn visit_export_declaration(&mut self, _: &'ast ExportDeclaration) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// In an expression, statements stand in functions and classes only.
    fn visit_expression(&mut self, _: &'ast Expression) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn visit_function_body(&mut self, _: &'ast FunctionBody) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Whether a string, or a comment that one may stand behind, follows `from` or `import` anywhere: so every request begins.
fn may_request(text: &str) -> bool {
    after_keywords(text).any(|rest| rest.starts_with(['"', '\'', '/']))
}

/// What follows each `from` and `import` in the text, white space aside.
fn after_keywords(text: &str) -> impl Iterator<Item = &str> {
    ["from", "import"].into_iter().flat_map(move |keyword| {
        text.match_indices(keyword).map(move |(at, _)| {
            text.get(at + keyword.len()..)
                .unwrap_or_default()
                .trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
        })
    })
}

/// Where the specifier stands in quotes behind a keyword, not before `from`.
fn find(text: &str, from: usize, specifier: &str) -> Option<usize> {
    after_keywords(text)
        .filter(|rest| {
            rest.strip_prefix(['"', '\''])
                .is_some_and(|rest| rest.starts_with(specifier))
        })
        .map(|rest| text.len() - rest.len())
        .filter(|at| *at >= from)
        .min()
}

fn place(text: &str, at: usize) -> Option<(u32, u32)> {
    let before = text.get(..at)?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next()?.encode_utf16().count() + 1;
    Some((line.try_into().ok()?, column.try_into().ok()?))
}

fn requested_by(item: &ModuleItem, interner: &Interner) -> Option<RequestedModule> {
    let text = |symbol: Sym| -> String {
        let text = interner.resolve(symbol);
        text.map_or_else(String::new, |text| {
            text.join(str::to_owned, String::from_utf16_lossy, true)
        })
    };
    let (specifier, attributes, names) = match item {
        ModuleItem::ImportDeclaration(import) => {
            let mut names: Vec<String> = Vec::new();
            if import.default().is_some() {
                names.push("default".to_owned());
            }
            if let ImportKind::Named { names: named } = import.kind() {
                names.extend(named.iter().map(|name| text(name.export_name())));
            }
            (import.specifier(), import.attributes(), names)
        }
        ModuleItem::ExportDeclaration(export) => match &**export {
            ExportDeclaration::ReExport {
                kind,
                specifier,
                attributes,
            } => {
                let names = match kind {
                    ReExportKind::Named { names } => names.iter().map(|name| text(name.private_name())).collect(),
                    ReExportKind::Namespaced { .. } => Vec::new(),
                };
                (*specifier, &**attributes, names)
            }
            _ => return None,
        },
        ModuleItem::StatementListItem(_) => return None,
    };
    let pair = |attribute: &ImportAttribute| (text(attribute.key()), text(attribute.value()));
    Some(RequestedModule {
        specifier: text(specifier.sym()),
        attributes: attributes.iter().map(pair).collect(),
        names,
        place: (0, 0),
    })
}

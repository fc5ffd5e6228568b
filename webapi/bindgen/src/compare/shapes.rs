//! Each definition of ours, and each of its members, against upstream's.

use super::{
    Report,
    fit::{Sides, attrs},
    world::{Plain, PlainKind, Shape, ShapeKind, lines},
};
use crate::{ast::*, text::Arguments};

/// A member as upstream's counterpart is looked for.
fn name(member: &Member) -> String {
    let operation = |operation: &Operation| match (operation.is_static, operation.name.as_str()) {
        (true, name) => format!("static {name}()"),
        (false, name) => format!("{name}()"),
    };
    match &member.kind {
        MemberKind::Constructor { .. } => "constructor()".to_owned(),
        MemberKind::Operation(op) => operation(op),
        MemberKind::Attribute(attribute) if attribute.is_static => format!("static {}", attribute.name),
        MemberKind::Attribute(attribute) => attribute.name.clone(),
        MemberKind::Constant { name, .. } => name.clone(),
        MemberKind::Iterable { .. } => "iterable".to_owned(),
        MemberKind::AsyncIterable { .. } => "async_iterable".to_owned(),
        MemberKind::Maplike { .. } => "maplike".to_owned(),
        MemberKind::Setlike { .. } => "setlike".to_owned(),
        MemberKind::Special { special, operation } => {
            let word = match special {
                Special::Getter => "getter",
                Special::Setter => "setter",
                Special::Deleter => "deleter",
            };
            // An interface may have one for names and one for indices.
            let key = operation.args.first().map_or(String::new(), |arg| arg.ty.to_string());
            format!("{word} ({key})")
        }
        MemberKind::Stringifier | MemberKind::StringifierOperation(_) => "stringifier".to_owned(),
    }
}

/// `members`, with those that are two things in one as two: a special operation that has a name, an attribute that is the
/// stringifier.
fn separate(members: &[&Member]) -> Vec<Member> {
    let mut separated = Vec::new();
    for &member in members {
        separated.push(member.clone());
        let with = |kind| Member { kind, ..member.clone() };
        match &member.kind {
            MemberKind::Special { operation, .. } | MemberKind::StringifierOperation(operation)
                if !operation.name.is_empty() =>
            {
                separated.push(with(MemberKind::Operation(operation.clone())));
            }
            MemberKind::Attribute(attribute) if attribute.stringifier => separated.push(with(MemberKind::Stringifier)),
            _ => {}
        }
    }
    separated
}

impl Sides<'_> {
    pub(super) fn compare(self, report: &mut Report) {
        for (name, ours) in &self.ours.shapes {
            self.shape(name, ours, report);
        }
        for (name, ours) in &self.ours.plain {
            let what = format!("{} {name}", ours.kind.name());
            match self.theirs.plain.get(name) {
                Some(theirs) => self.plain(&what, ours, theirs, report),
                None => {
                    let message = format!("{what}: upstream has none");
                    report.contradiction(&ours.place, &lines(&ours.place, &ours.attrs), message);
                }
            }
        }
    }

    fn shape(self, name: &str, ours: &Shape, report: &mut Report) {
        let what = format!("{} {name}", ours.kind.name());
        let range = lines(&ours.place, &ours.attrs);
        let mut differs = |message: &str| report.contradiction(&ours.place, &range, format!("{what}: {message}"));
        let Some(theirs) = self.theirs.shapes.get(name).filter(|theirs| theirs.kind == ours.kind) else {
            let meant = differs("upstream has none");
            if meant && ours.kind == ShapeKind::Mixin {
                self.members_of_own_mixin(name, ours, report);
            }
            return;
        };
        if ours.parent != theirs.parent {
            let none = "nothing".to_owned();
            differs(&format!(
                "upstream inherits from {}",
                theirs.parent.as_ref().unwrap_or(&none)
            ));
        }
        if let Some(difference) = attrs(&ours.attrs, &theirs.attrs) {
            differs(&format!("upstream has {difference}"));
        }
        for (place, mixin) in &ours.mixins {
            let upstream_has_it = self.theirs.shapes.contains_key(mixin);
            if upstream_has_it && !theirs.mixins.iter().any(|(_, other)| other == mixin) {
                let message = format!("{what}: upstream does not include {mixin}");
                report.contradiction(place, &(place.line..=place.line), message);
            }
        }
        let known = separate(&self.theirs.all_members(theirs));
        self.members(
            &what,
            &separate(&ours.members.iter().collect::<Vec<_>>()),
            &known,
            report,
        );

        // What is left out.
        let have = separate(&self.ours.all_members(ours));
        let have: Vec<String> = have.iter().map(self::name).collect();
        let own = separate(&theirs.members.iter().collect::<Vec<_>>());
        missing(&what, &own, &have, report);
        for (_, mixin) in &theirs.mixins {
            if ours.mixins.iter().any(|(_, other)| other == mixin) {
                continue;
            }
            let Some(shape) = self.theirs.shapes.get(mixin) else {
                continue;
            };
            let members = separate(&shape.members.iter().collect::<Vec<_>>());
            if members.iter().any(|member| have.contains(&self::name(member))) {
                missing(&what, &members, &have, report);
            } else {
                report.omission(&what, format!("all of {mixin}"));
            }
        }
    }

    /// A mixin that only we have: its members must be those of every interface that includes it.
    fn members_of_own_mixin(self, mixin: &str, ours: &Shape, report: &mut Report) {
        for (name, includer) in &self.ours.shapes {
            if !includer.mixins.iter().any(|(_, included)| included == mixin) {
                continue;
            }
            if let Some(theirs) = self.theirs.shapes.get(name) {
                let known = separate(&self.theirs.all_members(theirs));
                let members = separate(&ours.members.iter().collect::<Vec<_>>());
                self.members(&format!("{} {name}", includer.kind.name()), &members, &known, report);
            }
        }
    }

    fn members(self, what: &str, ours: &[Member], theirs: &[Member], report: &mut Report) {
        // The members of upstream that one of ours was found to be.
        let mut taken = vec![false; theirs.len()];
        for member in ours {
            let name = name(member);
            let candidates = || theirs.iter().enumerate().filter(|(_, other)| self::name(other) == name);
            let mut failures = Vec::new();
            let mut best: Option<(usize, Vec<String>)> = None;
            for (index, candidate) in candidates().filter(|(index, _)| !taken[*index]) {
                match self.member(member, candidate) {
                    Ok(omitted) => {
                        if best.as_ref().is_none_or(|(_, least)| omitted.len() < least.len()) {
                            best = Some((index, omitted));
                        }
                    }
                    Err(failure) => failures.push(failure),
                }
            }
            match best {
                Some((index, omitted)) => {
                    taken[index] = true;
                    for what_else in omitted {
                        report.omission(what, format!("{name}: {what_else}"));
                    }
                }
                None => {
                    let failure = if candidates().next().is_none() {
                        "has none".to_owned()
                    } else if failures.is_empty() {
                        "has fewer overloads".to_owned()
                    } else {
                        failures.join(", or ")
                    };
                    let range = lines(&member.place, &member.attrs);
                    report.contradiction(&member.place, &range, format!("{what}, {name}: upstream {failure}"));
                }
            }
        }
        // Overloads of what we have.
        for (index, other) in theirs.iter().enumerate() {
            let name = name(other);
            let differs_anyway = ours.iter().filter(|member| self::name(member) == name).count()
                > (0..theirs.len())
                    .filter(|&i| taken[i] && self::name(&theirs[i]) == name)
                    .count();
            if !taken[index] && !differs_anyway && ours.iter().any(|member| self::name(member) == name) {
                report.omission(what, format!("overload {}", signature(other)));
            }
        }
    }

    /// What `ours` leaves out of `theirs`, or how it contradicts it.
    fn member(self, ours: &Member, theirs: &Member) -> Result<Vec<String>, String> {
        if let Some(difference) = attrs(&ours.attrs, &theirs.attrs) {
            return Err(format!("has {difference}"));
        }
        let mut omitted = Vec::new();
        match (&ours.kind, &theirs.kind) {
            (MemberKind::Constructor { args: ours }, MemberKind::Constructor { args: theirs }) => {
                omitted = self.arguments(ours, theirs)?;
            }
            (MemberKind::Operation(ours), MemberKind::Operation(theirs))
            | (MemberKind::StringifierOperation(ours), MemberKind::StringifierOperation(theirs))
            | (MemberKind::Special { operation: ours, .. }, MemberKind::Special { operation: theirs, .. }) => {
                omitted = self.operation(ours, theirs)?;
            }
            (MemberKind::Attribute(ours), MemberKind::Attribute(theirs)) => {
                if ours.readonly != theirs.readonly {
                    return Err(if theirs.readonly {
                        "is readonly"
                    } else {
                        "is not readonly"
                    }
                    .to_owned());
                }
                if ours.inherit != theirs.inherit {
                    return Err(if theirs.inherit {
                        "is 'inherit'"
                    } else {
                        "is not 'inherit'"
                    }
                    .to_owned());
                }
                self.same_type(&ours.ty, &theirs.ty, &mut omitted)?;
            }
            (
                MemberKind::Constant { ty, value, .. },
                MemberKind::Constant {
                    ty: their_type,
                    value: their_value,
                    ..
                },
            ) => {
                self.same_type(ty, their_type, &mut omitted)?;
                if value != their_value {
                    return Err(format!("has the value {their_value}"));
                }
            }
            (
                MemberKind::Iterable { key, value },
                MemberKind::Iterable {
                    key: their_key,
                    value: their_value,
                },
            ) => self.collection((key, value), (their_key, their_value), &mut omitted)?,
            (
                MemberKind::AsyncIterable { key, value, args },
                MemberKind::AsyncIterable {
                    key: their_key,
                    value: their_value,
                    args: their_args,
                },
            ) => {
                self.collection((key, value), (their_key, their_value), &mut omitted)?;
                omitted.extend(self.arguments(args, their_args)?);
            }
            (
                MemberKind::Maplike { readonly, key, value },
                MemberKind::Maplike {
                    readonly: their_readonly,
                    key: their_key,
                    value: their_value,
                },
            ) => {
                if readonly != their_readonly {
                    return Err("differs in being readonly".to_owned());
                }
                self.same_type(key, their_key, &mut omitted)?;
                self.same_type(value, their_value, &mut omitted)?;
            }
            (
                MemberKind::Setlike { readonly, value },
                MemberKind::Setlike {
                    readonly: their_readonly,
                    value: their_value,
                },
            ) => {
                if readonly != their_readonly {
                    return Err("differs in being readonly".to_owned());
                }
                self.same_type(value, their_value, &mut omitted)?;
            }
            // However it is written, it returns a string.
            (MemberKind::Stringifier | MemberKind::StringifierOperation(_), MemberKind::Stringifier)
            | (MemberKind::Stringifier, MemberKind::StringifierOperation(_)) => {}
            _ => return Err(format!("has {}", signature(theirs))),
        }
        Ok(omitted)
    }

    fn same_type(self, ours: &Type, theirs: &Type, omitted: &mut Vec<String>) -> Result<(), String> {
        if self.types(ours, theirs, omitted) {
            Ok(())
        } else {
            Err(format!("has the type `{theirs}`, ours is `{ours}`"))
        }
    }

    fn collection(
        self,
        ours: (&Option<Type>, &Type),
        theirs: (&Option<Type>, &Type),
        omitted: &mut Vec<String>,
    ) -> Result<(), String> {
        match (ours.0, theirs.0) {
            (Some(key), Some(their_key)) => self.same_type(key, their_key, omitted)?,
            (None, None) => {}
            (Some(_), None) => return Err("has values without keys".to_owned()),
            (None, Some(_)) => return Err("has keys too".to_owned()),
        }
        self.same_type(ours.1, theirs.1, omitted)
    }

    fn plain(self, what: &str, ours: &Plain, theirs: &Plain, report: &mut Report) {
        let range = lines(&ours.place, &ours.attrs);
        let mut differs = |message: &str| {
            report.contradiction(&ours.place, &range, format!("{what}: upstream {message}"));
        };
        if let Some(difference) = attrs(&ours.attrs, &theirs.attrs) {
            differs(&format!("has {difference}"));
        }
        match (&ours.kind, &theirs.kind) {
            (PlainKind::Dictionary(ours), PlainKind::Dictionary(theirs)) => {
                if ours.parent != theirs.parent {
                    let none = "nothing".to_owned();
                    differs(&format!("inherits from {}", theirs.parent.as_ref().unwrap_or(&none)));
                }
                self.dictionary(what, ours, theirs, report);
            }
            (PlainKind::Enumeration(ours), PlainKind::Enumeration(theirs)) => {
                for value in ours.iter().filter(|value| !theirs.contains(value)) {
                    differs(&format!("has no \"{value}\""));
                }
                for value in theirs.iter().filter(|value| !ours.contains(value)) {
                    report.omission(what, format!("\"{value}\""));
                }
            }
            (PlainKind::Callback(ours), PlainKind::Callback(theirs)) => {
                let mut omitted = Vec::new();
                if ours.constructor != theirs.constructor {
                    differs("differs in being a constructor");
                } else if !self.types(&ours.returns, &theirs.returns, &mut omitted) {
                    differs(&format!("returns `{}`, ours `{}`", theirs.returns, ours.returns));
                } else {
                    match self.arguments(&ours.args, &theirs.args) {
                        Ok(more) => omitted.extend(more),
                        Err(failure) => differs(&failure),
                    }
                }
                for left_out in omitted {
                    report.omission(what, left_out);
                }
            }
            (PlainKind::Typedef(ours), PlainKind::Typedef(theirs)) => {
                let mut omitted = Vec::new();
                if !self.types(ours, theirs, &mut omitted) {
                    differs(&format!("is `{theirs}`, ours `{ours}`"));
                }
                for left_out in omitted {
                    report.omission(what, left_out);
                }
            }
            (_, theirs) => differs(&format!("is a {}", theirs.name())),
        }
    }

    fn dictionary(self, what: &str, ours: &Dictionary, theirs: &Dictionary, report: &mut Report) {
        for member in &ours.members {
            let name = &member.name;
            let mut omitted = Vec::new();
            let failure = match theirs.members.iter().find(|other| other.name == *name) {
                None => Some("has none".to_owned()),
                Some(other) if other.required != member.required => Some(
                    if other.required {
                        "requires it"
                    } else {
                        "does not require it"
                    }
                    .to_owned(),
                ),
                Some(other) if other.default != member.default => Some(match &other.default {
                    Some(default) => format!("has the default {default}"),
                    None => "has no default".to_owned(),
                }),
                Some(other) => self
                    .same_type(&member.ty, &other.ty, &mut omitted)
                    .err()
                    .or_else(|| attrs(&member.attrs, &other.attrs).map(|difference| format!("has {difference}"))),
            };
            if let Some(failure) = failure {
                let range = lines(&member.place, &member.attrs);
                report.contradiction(&member.place, &range, format!("{what}, {name}: upstream {failure}"));
            }
            for left_out in omitted {
                report.omission(what, format!("{name}: {left_out}"));
            }
        }
        for other in &theirs.members {
            if !ours.members.iter().any(|member| member.name == other.name) {
                report.omission(what, other.name.clone());
            }
        }
    }
}

/// Notes the members of `theirs` whose name is not in `have`, each once.
fn missing(what: &str, theirs: &[Member], have: &[String], report: &mut Report) {
    let mut noted = Vec::new();
    for member in theirs {
        let name = name(member);
        if !have.contains(&name) && !noted.contains(&name) {
            report.omission(what, name.clone());
            noted.push(name);
        }
    }
}

/// A member as upstream writes it, or about so.
fn signature(member: &Member) -> String {
    match &member.kind {
        MemberKind::Constructor { args } => format!("`constructor{}`", Arguments(args)),
        MemberKind::Operation(operation)
        | MemberKind::StringifierOperation(operation)
        | MemberKind::Special { operation, .. } => {
            format!(
                "`{} {}{}`",
                operation.returns,
                operation.name,
                Arguments(&operation.args)
            )
        }
        MemberKind::Attribute(attribute) => format!("`attribute {} {}`", attribute.ty, attribute.name),
        MemberKind::Constant { ty, name, value } => format!("`const {ty} {name} = {value}`"),
        _ => name(member),
    }
}

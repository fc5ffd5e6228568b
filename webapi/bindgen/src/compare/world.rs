//! The definitions of a folder, with partials, repetitions and mixins joined.

use crate::{Error, ast::*, cycles, files_below, parser};
use std::{
    collections::BTreeMap,
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

/// What has members: an interface, a mixin, a namespace or a callback interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShapeKind {
    Interface,
    Mixin,
    Namespace,
    CallbackInterface,
}

impl ShapeKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Interface => "interface",
            Self::Mixin => "mixin",
            Self::Namespace => "namespace",
            Self::CallbackInterface => "callback interface",
        }
    }
}

#[derive(Debug)]
pub struct Shape {
    pub kind: ShapeKind,
    pub place: Place,
    pub attrs: Attrs,
    pub parent: Option<String>,
    /// Its own members and those of partials, on which the partial's extended attributes are noted too.
    pub members: Vec<Member>,
    /// The mixins that are included, and where.
    pub mixins: Vec<(Place, String)>,
}

/// A definition without members that may be overloaded.
#[derive(Debug)]
pub struct Plain {
    pub place: Place,
    pub attrs: Attrs,
    pub kind: PlainKind,
}

#[derive(Debug)]
pub enum PlainKind {
    Dictionary(Dictionary),
    Enumeration(Vec<String>),
    Callback(Callback),
    Typedef(Type),
}

impl PlainKind {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Dictionary(_) => "dictionary",
            Self::Enumeration(_) => "enumeration",
            Self::Callback(_) => "callback",
            Self::Typedef(_) => "typedef",
        }
    }
}

#[derive(Debug, Default)]
pub struct World {
    pub shapes: BTreeMap<String, Shape>,
    pub plain: BTreeMap<String, Plain>,
    /// Partials and `includes` that may stand before what they add to.
    additions: Vec<Definition>,
}

/// The lines from the first extended attribute to the name.
pub fn lines(place: &Place, attrs: &Attrs) -> RangeInclusive<u32> {
    let first = attrs.0.first().map_or(place.line, |attr| attr.place.line);
    first..=place.line
}

impl World {
    /// Every definition in the files below `folder` whose extension is `extension`; also the text of each file.
    pub fn read(folder: &Path, extension: &str) -> Result<(Self, BTreeMap<PathBuf, String>), Error> {
        let mut world = Self::default();
        let mut texts = BTreeMap::new();
        let mut definitions = Vec::new();
        for file in files_below(folder, extension)? {
            let text = fs::read_to_string(&file).map_err(|source| Error::Read {
                file: file.clone(),
                source,
            })?;
            definitions.extend(parser::parse(&text, &file)?);
            texts.insert(file, text);
        }
        cycles::check(&definitions)?;
        for definition in definitions {
            world.add(definition);
        }
        world.finish();
        Ok((world, texts))
    }

    fn add(&mut self, definition: Definition) {
        if definition.partial || matches!(definition.kind, DefinitionKind::Includes { .. }) {
            self.additions.push(definition);
            return;
        }
        let Definition { place, attrs, kind, .. } = definition;
        let (name, kind) = match kind {
            DefinitionKind::Interface(interface) => {
                return self.shape(
                    ShapeKind::Interface,
                    (place, attrs),
                    interface.name,
                    interface.parent,
                    interface.members,
                );
            }
            DefinitionKind::Mixin { name, members } => {
                return self.shape(ShapeKind::Mixin, (place, attrs), name, None, members);
            }
            DefinitionKind::Namespace { name, members } => {
                return self.shape(ShapeKind::Namespace, (place, attrs), name, None, members);
            }
            DefinitionKind::CallbackInterface { name, members } => {
                return self.shape(ShapeKind::CallbackInterface, (place, attrs), name, None, members);
            }
            DefinitionKind::Dictionary(dictionary) => (dictionary.name.clone(), PlainKind::Dictionary(dictionary)),
            DefinitionKind::Enumeration { name, values } => (name, PlainKind::Enumeration(values)),
            DefinitionKind::Callback(callback) => (callback.name.clone(), PlainKind::Callback(callback)),
            DefinitionKind::Typedef { name, ty } => (name, PlainKind::Typedef(ty)),
            DefinitionKind::Includes { .. } => return,
        };
        match (self.plain.get_mut(&name).map(|known| &mut known.kind), kind) {
            // What two files define is the sum of both.
            (Some(PlainKind::Dictionary(known)), PlainKind::Dictionary(more)) => known.members.extend(more.members),
            (Some(PlainKind::Enumeration(known)), PlainKind::Enumeration(more)) => known.extend(more),
            (Some(_), _) => {}
            (None, kind) => {
                self.plain.insert(name, Plain { place, attrs, kind });
            }
        }
    }

    fn shape(
        &mut self,
        kind: ShapeKind,
        (place, attrs): (Place, Attrs),
        name: String,
        parent: Option<String>,
        members: Vec<Member>,
    ) {
        if let Some(known) = self.shapes.get_mut(&name) {
            known.members.extend(members);
            return;
        }
        let shape = Shape {
            kind,
            place,
            attrs,
            parent,
            members,
            mixins: Vec::new(),
        };
        self.shapes.insert(name, shape);
    }

    fn finish(&mut self) {
        for addition in std::mem::take(&mut self.additions) {
            let Definition { place, attrs, kind, .. } = addition;
            match kind {
                DefinitionKind::Interface(Interface { name, members, .. })
                | DefinitionKind::Mixin { name, members }
                | DefinitionKind::Namespace { name, members } => {
                    let Some(shape) = self.shapes.get_mut(&name) else {
                        continue;
                    };
                    for mut member in members {
                        for attr in &attrs.0 {
                            if !member.attrs.has(&attr.name) {
                                let place = member.place.clone();
                                member.attrs.0.push(Attr { place, ..attr.clone() });
                            }
                        }
                        shape.members.push(member);
                    }
                }
                DefinitionKind::Dictionary(more) => {
                    if let Some(PlainKind::Dictionary(known)) =
                        self.plain.get_mut(&more.name).map(|known| &mut known.kind)
                    {
                        known.members.extend(more.members);
                    }
                }
                DefinitionKind::Includes { target, mixin } => {
                    if let Some(shape) = self.shapes.get_mut(&target) {
                        shape.mixins.push((place, mixin));
                    }
                }
                _ => {}
            }
        }
    }

    /// The members of `shape` and of the mixins that it includes.
    pub fn all_members<'w>(&'w self, shape: &'w Shape) -> Vec<&'w Member> {
        let mixins = shape.mixins.iter().filter_map(|(_, mixin)| self.shapes.get(mixin));
        shape
            .members
            .iter()
            .chain(mixins.flat_map(|mixin| &mixin.members))
            .collect()
    }

    /// `ty` with a typedef replaced by what it stands for.
    pub fn resolve(&self, ty: &Type) -> Type {
        let TypeKind::Named(name) = &ty.kind else {
            return ty.clone();
        };
        let Some(Plain {
            kind: PlainKind::Typedef(target),
            ..
        }) = self.plain.get(name)
        else {
            return ty.clone();
        };
        ty.standing_for(self.resolve(target))
    }
}

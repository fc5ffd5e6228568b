//! A recursive-descent parser for the part of WebIDL that the implemented interfaces use.
//! <https://webidl.spec.whatwg.org/#idl-grammar>

use crate::{
    Error,
    ast::*,
    lexer::{Lexer, Token},
};
use std::path::Path;

/// Extended attributes that the generator acts on, or knows to need no code.
const KNOWN_ATTRIBUTES: [&str; 18] = [
    "AllowShared",
    "Clamp",
    "EnforceRange",
    "Exposed",
    "Global",
    "LegacyLenientThis",
    "LegacyNoInterfaceObject",
    "LegacyNullToEmptyString",
    "LegacyTreatNonObjectAsNull",
    "LegacyUnforgeable",
    "LegacyWindowAlias",
    "NewObject",
    "PutForwards",
    "Replaceable",
    "SameObject",
    "SecureContext",
    "Serializable",
    "Transferable",
];

/// The definitions that `text` states, in order.
pub fn parse(text: &str, file: &Path) -> Result<Vec<Definition>, Error> {
    let mut lexer = Lexer::new(text, file.to_owned());
    let (token, place) = lexer.next()?;
    let mut parser = Parser { lexer, token, place };
    let mut definitions = Vec::new();
    while parser.token != Token::End {
        definitions.push(parser.definition()?);
    }
    Ok(definitions)
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    /// The token to read next, and where it stands.
    token: Token,
    place: Place,
}

impl Parser<'_> {
    fn bump(&mut self) -> Result<Token, Error> {
        let (token, place) = self.lexer.next()?;
        self.place = place;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn unexpected<T>(&self, wanted: &str) -> Result<T, Error> {
        let found = match &self.token {
            Token::Word(word) => format!("'{word}'"),
            Token::Number(number) => number.clone(),
            Token::String(text) => format!("\"{text}\""),
            Token::Symbol(symbol) => format!("'{symbol}'"),
            Token::End => "the end of the file".to_owned(),
        };
        Err(self.place.error(format!("expected {wanted}, found {found}")))
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(&self.token, Token::Word(found) if found == word)
    }

    fn eat_word(&mut self, word: &str) -> Result<bool, Error> {
        let found = self.is_word(word);
        if found {
            self.bump()?;
        }
        Ok(found)
    }

    fn eat(&mut self, symbol: &'static str) -> Result<bool, Error> {
        let found = self.token == Token::Symbol(symbol);
        if found {
            self.bump()?;
        }
        Ok(found)
    }

    fn expect(&mut self, symbol: &'static str) -> Result<(), Error> {
        if self.eat(symbol)? {
            Ok(())
        } else {
            self.unexpected(&format!("'{symbol}'"))
        }
    }

    fn word(&mut self, what: &str) -> Result<String, Error> {
        if let Token::Word(word) = &self.token {
            let word = word.clone();
            self.bump()?;
            Ok(word)
        } else {
            self.unexpected(what)
        }
    }

    fn definition(&mut self) -> Result<Definition, Error> {
        let attrs = self.attrs()?;
        let place = self.place.clone();
        let partial = self.eat_word("partial")?;
        let keyword = self.word("a definition")?;
        let kind = match keyword.as_str() {
            "interface" if self.eat_word("mixin")? => DefinitionKind::Mixin {
                name: self.word("the mixin's name")?,
                members: self.members()?,
            },
            "interface" => DefinitionKind::Interface(Interface {
                name: self.word("the interface's name")?,
                parent: self.inheritance()?,
                members: self.members()?,
            }),
            "namespace" => DefinitionKind::Namespace {
                name: self.word("the namespace's name")?,
                members: self.members()?,
            },
            "callback" if self.eat_word("interface")? => {
                let name = self.word("the callback interface's name")?;
                let members = self.members()?;
                if members.len() != 1 {
                    return Err(place.error("a callback interface with one operation is all that is understood"));
                }
                DefinitionKind::CallbackInterface { name }
            }
            "callback" => {
                let name = self.word("the callback's name")?;
                self.expect("=")?;
                self.ty()?;
                self.arguments()?;
                DefinitionKind::Callback { name }
            }
            "dictionary" => DefinitionKind::Dictionary(Dictionary {
                name: self.word("the dictionary's name")?,
                parent: self.inheritance()?,
                members: self.dictionary_members()?,
            }),
            "enum" => DefinitionKind::Enumeration {
                name: self.word("the enumeration's name")?,
                values: self.enumeration_values()?,
            },
            "typedef" => {
                let attrs = self.attrs()?;
                let ty = self.ty_with(&attrs)?;
                DefinitionKind::Typedef {
                    name: self.word("the typedef's name")?,
                    ty,
                }
            }
            target => {
                if !self.eat_word("includes")? {
                    return Err(place.error(format!("'{target}' starts no definition that is understood")));
                }
                DefinitionKind::Includes {
                    target: target.to_owned(),
                    mixin: self.word("the mixin's name")?,
                }
            }
        };
        self.expect(";")?;
        Ok(Definition {
            place,
            attrs,
            partial,
            kind,
        })
    }

    fn inheritance(&mut self) -> Result<Option<String>, Error> {
        Ok(if self.eat(":")? {
            Some(self.word("the name of what is inherited from")?)
        } else {
            None
        })
    }

    fn attrs(&mut self) -> Result<Attrs, Error> {
        let mut attrs = Attrs::default();
        if !self.eat("[")? {
            return Ok(attrs);
        }
        loop {
            let place = self.place.clone();
            let name = self.word("an extended attribute")?;
            if !KNOWN_ATTRIBUTES.contains(&name.as_str()) {
                return Err(place.error(format!("the extended attribute [{name}] is not understood")));
            }
            let mut values = Vec::new();
            if self.eat("=")? {
                if self.eat("*")? {
                    values.push("*".to_owned());
                } else if self.eat("(")? {
                    loop {
                        values.push(self.word("a value")?);
                        if !self.eat(",")? {
                            break;
                        }
                    }
                    self.expect(")")?;
                } else {
                    values.push(self.word("a value")?);
                }
            }
            attrs.0.push(Attr { name, values });
            if !self.eat(",")? {
                break;
            }
        }
        self.expect("]")?;
        Ok(attrs)
    }

    fn members(&mut self) -> Result<Vec<Member>, Error> {
        self.expect("{")?;
        let mut members = Vec::new();
        while !self.eat("}")? {
            let attrs = self.attrs()?;
            let place = self.place.clone();
            let kind = self.member(&attrs)?;
            self.expect(";")?;
            members.push(Member { place, attrs, kind });
        }
        Ok(members)
    }

    fn member(&mut self, attrs: &Attrs) -> Result<MemberKind, Error> {
        if self.eat_word("constructor")? {
            return Ok(MemberKind::Constructor {
                args: self.arguments()?,
            });
        }
        if self.eat_word("const")? {
            self.ty()?;
            let name = self.word("the constant's name")?;
            self.expect("=")?;
            let Token::Number(value) = self.token.clone() else {
                return self.unexpected("a number");
            };
            self.bump()?;
            return Ok(MemberKind::Constant { name, value });
        }
        if self.eat_word("iterable")? {
            self.expect("<")?;
            let key = self.ty()?;
            if !self.eat(",")? {
                return self.unexpected("a second type (value iterables are not understood)");
            }
            let value = self.ty()?;
            self.expect(">")?;
            return Ok(MemberKind::PairIterable { key, value });
        }
        let stringifier = self.eat_word("stringifier")?;
        if stringifier && self.token == Token::Symbol(";") {
            return Ok(MemberKind::Stringifier);
        }
        let is_static = self.eat_word("static")?;
        let readonly = self.eat_word("readonly")?;
        if self.eat_word("attribute")? {
            let own = self.attrs()?;
            let mut all = attrs.clone();
            all.0.extend(own.0);
            let ty = self.ty_with(&all)?;
            return Ok(MemberKind::Attribute(Attribute {
                name: self.word("the attribute's name")?,
                is_static,
                readonly,
                stringifier,
                ty,
            }));
        }
        if readonly || stringifier {
            return self.unexpected("'attribute'");
        }
        let returns = self.ty()?;
        Ok(MemberKind::Operation(Operation {
            name: self.word("the operation's name")?,
            is_static,
            returns,
            args: self.arguments()?,
        }))
    }

    fn arguments(&mut self) -> Result<Vec<Argument>, Error> {
        self.expect("(")?;
        let mut args: Vec<Argument> = Vec::new();
        while !self.eat(")")? {
            if !args.is_empty() {
                self.expect(",")?;
            }
            let mut attrs = self.attrs()?;
            let optional = self.eat_word("optional")?;
            attrs.0.extend(self.attrs()?.0);
            let ty = self.ty_with(&attrs)?;
            let variadic = self.eat("...")?;
            let name = self.word("the argument's name")?;
            let default = self.default()?;
            args.push(Argument {
                name,
                ty,
                optional,
                variadic,
                default,
            });
        }
        Ok(args)
    }

    fn default(&mut self) -> Result<Option<Default>, Error> {
        if !self.eat("=")? {
            return Ok(None);
        }
        Ok(Some(match self.bump()? {
            Token::Word(word) if word == "null" => Default::Null,
            Token::Word(word) if word == "undefined" => Default::Undefined,
            Token::Word(word) if word == "true" => Default::Boolean(true),
            Token::Word(word) if word == "false" => Default::Boolean(false),
            Token::Number(number) => Default::Number(number),
            Token::String(text) => Default::String(text),
            Token::Symbol("[") => {
                self.expect("]")?;
                Default::EmptySequence
            }
            Token::Symbol("{") => {
                self.expect("}")?;
                Default::EmptyDictionary
            }
            _ => return self.unexpected("a default value that is understood before this"),
        }))
    }

    fn dictionary_members(&mut self) -> Result<Vec<DictionaryMember>, Error> {
        self.expect("{")?;
        let mut members = Vec::new();
        while !self.eat("}")? {
            let mut attrs = self.attrs()?;
            let required = self.eat_word("required")?;
            attrs.0.extend(self.attrs()?.0);
            let ty = self.ty_with(&attrs)?;
            members.push(DictionaryMember {
                name: self.word("the member's name")?,
                required,
                ty,
                default: self.default()?,
            });
            self.expect(";")?;
        }
        Ok(members)
    }

    fn enumeration_values(&mut self) -> Result<Vec<String>, Error> {
        self.expect("{")?;
        let mut values = Vec::new();
        while !self.eat("}")? {
            let Token::String(value) = self.token.clone() else {
                return self.unexpected("a string");
            };
            self.bump()?;
            values.push(value);
            if !self.eat(",")? {
                self.expect("}")?;
                break;
            }
        }
        Ok(values)
    }

    fn ty_with(&mut self, attrs: &Attrs) -> Result<Type, Error> {
        let mut ty = self.ty()?;
        if attrs.has("Clamp") {
            ty.range = Range::Clamp;
        }
        if attrs.has("EnforceRange") {
            ty.range = Range::Enforce;
        }
        ty.allow_shared |= attrs.has("AllowShared");
        ty.null_to_empty |= attrs.has("LegacyNullToEmptyString");
        Ok(ty)
    }

    fn ty(&mut self) -> Result<Type, Error> {
        let kind = if self.eat("(")? {
            let mut members = Vec::new();
            loop {
                let attrs = self.attrs()?;
                members.push(self.ty_with(&attrs)?);
                if !self.eat_word("or")? {
                    break;
                }
            }
            self.expect(")")?;
            TypeKind::Union(members)
        } else {
            self.plain_type()?
        };
        Ok(Type {
            kind,
            nullable: self.eat("?")?,
            range: Range::Modulo,
            allow_shared: false,
            null_to_empty: false,
        })
    }

    fn plain_type(&mut self) -> Result<TypeKind, Error> {
        let word = self.word("a type")?;
        Ok(match word.as_str() {
            "undefined" => TypeKind::Undefined,
            "any" => TypeKind::Any,
            "object" => TypeKind::Object,
            "boolean" => TypeKind::Boolean,
            "byte" => TypeKind::Integer("i8"),
            "octet" => TypeKind::Integer("u8"),
            "short" => TypeKind::Integer("i16"),
            "long" if self.eat_word("long")? => TypeKind::Integer("i64"),
            "long" => TypeKind::Integer("i32"),
            "unsigned" if self.eat_word("short")? => TypeKind::Integer("u16"),
            "unsigned" => {
                if !self.eat_word("long")? {
                    return self.unexpected("'short' or 'long'");
                }
                if self.eat_word("long")? {
                    TypeKind::Integer("u64")
                } else {
                    TypeKind::Integer("u32")
                }
            }
            "double" | "float" => TypeKind::Float { unrestricted: false },
            "unrestricted" => {
                self.word("'double' or 'float'")?;
                TypeKind::Float { unrestricted: true }
            }
            "DOMString" => TypeKind::DomString,
            "USVString" => TypeKind::UsvString,
            "ByteString" => TypeKind::ByteString,
            "sequence" => TypeKind::Sequence(Box::new(self.parameter()?)),
            "FrozenArray" => TypeKind::FrozenArray(Box::new(self.parameter()?)),
            "Promise" => {
                self.parameter()?;
                TypeKind::Promise
            }
            "record" => {
                self.expect("<")?;
                let key = self.ty()?;
                self.expect(",")?;
                let value = self.ty()?;
                self.expect(">")?;
                TypeKind::Record(Box::new(key), Box::new(value))
            }
            _ => TypeKind::Named(word),
        })
    }

    fn parameter(&mut self) -> Result<Type, Error> {
        self.expect("<")?;
        let attrs = self.attrs()?;
        let ty = self.ty_with(&attrs)?;
        self.expect(">")?;
        Ok(ty)
    }
}

//! A recursive-descent parser for WebIDL: <https://webidl.spec.whatwg.org/#idl-grammar>.
//!
//! It reads all of the language; what of it can be generated is judged later.

mod member;
#[cfg(test)]
mod tests;
mod types;

use crate::{
    Error,
    ast::*,
    lexer::{Lexer, Token},
};
use member::Container;
use std::path::Path;

/// The words of the grammar that an argument may have as its name: <https://webidl.spec.whatwg.org/#prod-ArgumentNameKeyword>.
const ARGUMENT_KEYWORDS: [&str; 24] = [
    "async",
    "attribute",
    "callback",
    "const",
    "constructor",
    "deleter",
    "dictionary",
    "enum",
    "getter",
    "includes",
    "inherit",
    "interface",
    "iterable",
    "maplike",
    "mixin",
    "namespace",
    "partial",
    "readonly",
    "required",
    "setlike",
    "setter",
    "static",
    "stringifier",
    "typedef",
];

/// The other words of the grammar, which stand for a name only with a leading underscore.
const KEYWORDS: [&str; 30] = [
    "ByteString",
    "DOMString",
    "FrozenArray",
    "Infinity",
    "NaN",
    "ObservableArray",
    "Promise",
    "USVString",
    "any",
    "async_iterable",
    "bigint",
    "boolean",
    "byte",
    "double",
    "false",
    "float",
    "long",
    "null",
    "object",
    "octet",
    "optional",
    "or",
    "record",
    "sequence",
    "short",
    "symbol",
    "true",
    "undefined",
    "unrestricted",
    "unsigned",
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
            Token::Escaped(word) => format!("'_{word}'"),
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

    fn is(&self, symbol: &'static str) -> bool {
        self.token == Token::Symbol(symbol)
    }

    fn eat(&mut self, symbol: &'static str) -> Result<bool, Error> {
        let found = self.is(symbol);
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

    /// An identifier that is no word of the grammar, but for those in `allowed`.
    fn name_or(&mut self, what: &str, allowed: &[&str]) -> Result<String, Error> {
        let name = match &self.token {
            Token::Escaped(word) => word.clone(),
            Token::Word(word) => {
                let word_of_grammar = ARGUMENT_KEYWORDS.contains(&word.as_str()) || KEYWORDS.contains(&word.as_str());
                if word_of_grammar && !allowed.contains(&word.as_str()) {
                    return self.unexpected(&format!("{what} (a keyword is a name only as _{word})"));
                }
                word.clone()
            }
            _ => return self.unexpected(what),
        };
        self.bump()?;
        Ok(name)
    }

    fn name(&mut self, what: &str) -> Result<String, Error> {
        self.name_or(what, &[])
    }

    fn definition(&mut self) -> Result<Definition, Error> {
        let attrs = self.attrs()?;
        let place = self.place.clone();
        let partial = self.eat_word("partial")?;
        let kind = if partial {
            self.partial()?
        } else {
            self.whole_definition()?
        };
        self.expect(";")?;
        Ok(Definition {
            place,
            attrs,
            partial,
            kind,
        })
    }

    fn partial(&mut self) -> Result<DefinitionKind, Error> {
        if self.eat_word("interface")? {
            self.interface(true)
        } else if self.eat_word("namespace")? {
            self.namespace()
        } else if self.eat_word("dictionary")? {
            self.dictionary(true)
        } else {
            self.unexpected("'interface', 'namespace' or 'dictionary' after 'partial'")
        }
    }

    fn whole_definition(&mut self) -> Result<DefinitionKind, Error> {
        Ok(if self.eat_word("interface")? {
            self.interface(false)?
        } else if self.eat_word("namespace")? {
            self.namespace()?
        } else if self.eat_word("dictionary")? {
            self.dictionary(false)?
        } else if self.eat_word("callback")? {
            self.callback()?
        } else if self.eat_word("enum")? {
            DefinitionKind::Enumeration {
                name: self.name("the enumeration's name")?,
                values: self.enumeration_values()?,
            }
        } else if self.eat_word("typedef")? {
            DefinitionKind::Typedef {
                ty: self.type_with_attrs()?,
                name: self.name("the typedef's name")?,
            }
        } else {
            let target = self.name("a definition")?;
            if !self.eat_word("includes")? {
                return self.unexpected(&format!("'includes' after '{target}', which starts no definition"));
            }
            DefinitionKind::Includes {
                target,
                mixin: self.name("the mixin's name")?,
            }
        })
    }

    /// What follows `interface`.
    fn interface(&mut self, partial: bool) -> Result<DefinitionKind, Error> {
        if self.eat_word("mixin")? {
            return Ok(DefinitionKind::Mixin {
                name: self.name("the mixin's name")?,
                members: self.members(Container::Mixin)?,
            });
        }
        Ok(DefinitionKind::Interface(Interface {
            name: self.name("the interface's name")?,
            parent: if partial { None } else { self.inheritance()? },
            members: self.members(Container::Interface)?,
        }))
    }

    fn namespace(&mut self) -> Result<DefinitionKind, Error> {
        Ok(DefinitionKind::Namespace {
            name: self.name("the namespace's name")?,
            members: self.members(Container::Namespace)?,
        })
    }

    fn dictionary(&mut self, partial: bool) -> Result<DefinitionKind, Error> {
        Ok(DefinitionKind::Dictionary(Dictionary {
            name: self.name("the dictionary's name")?,
            parent: if partial { None } else { self.inheritance()? },
            members: self.dictionary_members()?,
        }))
    }

    /// What follows `callback`.
    fn callback(&mut self) -> Result<DefinitionKind, Error> {
        if self.eat_word("interface")? {
            return Ok(DefinitionKind::CallbackInterface {
                name: self.name("the callback interface's name")?,
                members: self.members(Container::CallbackInterface)?,
            });
        }
        let constructor = self.eat_word("constructor")?;
        let name = self.name("the callback's name")?;
        self.expect("=")?;
        Ok(DefinitionKind::Callback(Callback {
            name,
            constructor,
            returns: self.ty()?,
            args: self.arguments()?,
        }))
    }

    fn inheritance(&mut self) -> Result<Option<String>, Error> {
        Ok(if self.eat(":")? {
            Some(self.name("the name of what is inherited from")?)
        } else {
            None
        })
    }

    fn dictionary_members(&mut self) -> Result<Vec<DictionaryMember>, Error> {
        self.expect("{")?;
        let mut members = Vec::new();
        while !self.eat("}")? {
            let attrs = self.attrs()?;
            let place = self.place.clone();
            let required = self.eat_word("required")?;
            let ty = self.type_under(&attrs)?;
            let name = self.name("the member's name")?;
            if required && self.is("=") {
                return self.unexpected("';' (a required member has no default)");
            }
            let default = self.default()?;
            members.push(DictionaryMember {
                place,
                attrs,
                name,
                required,
                ty,
                default,
            });
            self.expect(";")?;
        }
        Ok(members)
    }

    fn enumeration_values(&mut self) -> Result<Vec<String>, Error> {
        self.expect("{")?;
        let mut values = Vec::new();
        loop {
            let Token::String(value) = self.token.clone() else {
                return self.unexpected("a string");
            };
            self.bump()?;
            values.push(value);
            let more = self.eat(",")?;
            if self.eat("}")? {
                return Ok(values);
            }
            if !more {
                return self.unexpected("',' or '}'");
            }
        }
    }
}

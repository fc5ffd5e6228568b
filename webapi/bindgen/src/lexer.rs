//! Tokens: <https://webidl.spec.whatwg.org/#idl-grammar>.

use crate::ast::Place;
use std::{path::PathBuf, rc::Rc};

#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    Word(String),
    /// `_word`, here without the underscore: never a keyword.
    Escaped(String),
    /// As written, or `-Infinity`.
    Number(String),
    String(String),
    Symbol(&'static str),
    End,
}

/// Longest first, so that `...` is one token.
const SYMBOLS: [&str; 17] = [
    "...", "(", ")", "[", "]", "{", "}", "<", ">", ",", ";", ":", "=", "?", "*", "-", ".",
];

pub struct Lexer<'t> {
    rest: &'t str,
    line: u32,
    file: Rc<PathBuf>,
}

impl<'t> Lexer<'t> {
    pub fn new(text: &'t str, file: PathBuf) -> Self {
        Self {
            rest: text,
            line: 1,
            file: Rc::new(file),
        }
    }

    pub fn place(&self) -> Place {
        Place {
            file: self.file.clone(),
            line: self.line,
        }
    }

    fn advance(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.matches('\n').count() as u32;
        self.rest = rest;
        taken
    }

    fn skip_blank(&mut self) -> Result<(), crate::Error> {
        loop {
            let blank = self.rest.len() - self.rest.trim_start().len();
            self.advance(blank);
            if self.rest.starts_with("//") {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.advance(end);
            } else if self.rest.starts_with("/*") {
                let end = self
                    .rest
                    .find("*/")
                    .ok_or_else(|| self.place().error("this comment has no end"))?;
                self.advance(end + 2);
            } else {
                return Ok(());
            }
        }
    }

    /// The next token, and where it stands.
    pub fn next(&mut self) -> Result<(Token, Place), crate::Error> {
        self.skip_blank()?;
        let place = self.place();
        let Some(first) = self.rest.chars().next() else {
            return Ok((Token::End, place));
        };
        let word = self.rest.strip_prefix('_').unwrap_or(self.rest);
        if word.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let escaped = self.rest.len() - word.len();
            let end = word
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
                .unwrap_or(word.len());
            self.advance(escaped);
            let word = self.advance(end).to_owned();
            let token = if escaped > 0 {
                Token::Escaped(word)
            } else {
                Token::Word(word)
            };
            return Ok((token, place));
        }
        if let Some(length) = number_length(self.rest) {
            return Ok((Token::Number(self.advance(length).to_owned()), place));
        }
        if first == '"' {
            let end = self.rest[1..]
                .find('"')
                .ok_or_else(|| place.error("this string has no end"))?;
            let text = self.advance(end + 2);
            return Ok((Token::String(text[1..=end].to_owned()), place));
        }
        for symbol in SYMBOLS {
            if self.rest.starts_with(symbol) {
                self.advance(symbol.len());
                return Ok((Token::Symbol(symbol), place));
            }
        }
        Err(place.error(format!("'{first}' means nothing here")))
    }
}

/// The length of the number that `text` starts with, as far as it may be one: the parser judges it.
fn number_length(text: &str) -> Option<usize> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let sign = text.len() - unsigned.len();
    if sign > 0 && unsigned.starts_with("Infinity") {
        return Some(sign + "Infinity".len());
    }
    let digits = unsigned.strip_prefix('.').unwrap_or(unsigned);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let hexadecimal = unsigned.starts_with("0x") || unsigned.starts_with("0X");
    let mut before = ' ';
    let length = unsigned
        .find(|c: char| {
            let exponent_sign = matches!(c, '+' | '-') && matches!(before, 'e' | 'E') && !hexadecimal;
            before = c;
            !(c.is_ascii_alphanumeric() || c == '.' || exponent_sign)
        })
        .unwrap_or(unsigned.len());
    Some(sign + length)
}

//! Text for a terminal: escaped, coloured, quoted.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

/// Makes a text of a page harmless: control characters, and those that change the direction of
/// writing, are shown as escapes. Line feeds too, unless the text is a block of its own.
#[must_use]
pub fn escape(text: &str, is_block: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let is_hidden = c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
        match c {
            '\n' if is_block => out.push('\n'),
            '\t' if is_block => out.push('\t'),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if is_hidden => {
                // Writing to a string cannot fail.
                let _written = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// Quotes an argument for a shell, if it needs it.
pub(super) fn shell_quote(argument: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    match !argument.is_empty() && argument.chars().all(is_plain) {
        true => argument.to_owned(),
        false => format!("'{}'", argument.replace('\'', "'\\''")),
    }
}

/// The colours of a report, or none of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Palette {
    is_coloured: bool,
}

impl Palette {
    pub fn new(is_coloured: bool) -> Self {
        Self { is_coloured }
    }

    pub fn good(self, text: &str) -> String {
        self.paint(AnsiColor::Green.on_default(), text)
    }

    pub fn bad(self, text: &str) -> String {
        self.paint(AnsiColor::Red.on_default().bold(), text)
    }

    pub fn faint(self, text: &str) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    pub fn strong(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    fn paint(self, style: Style, text: &str) -> String {
        match self.is_coloured {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{escape, shell_quote};

    #[test]
    fn nothing_of_a_page_steers_the_terminal() {
        assert_eq!(
            escape("a\u{1b}[31m\r\n\t\u{202e}é", false),
            "a\\u{1b}[31m\\u{d}\\n\\t\\u{202e}é"
        );
        assert_eq!(escape("a\n\tb\u{7}", true), "a\n\tb\\u{7}");
    }

    #[test]
    fn shells_get_one_word() {
        assert_eq!(shell_quote("/a/b.any.html"), "/a/b.any.html");
        assert_eq!(shell_quote("/a.html?x&y'z"), "'/a.html?x&y'\\''z'");
        assert_eq!(shell_quote(""), "''");
    }
}

//! What a terminal is handed. Cells and file names are other people's text: nothing in them may move the cursor, change
//! colours or turn the direction of reading.

use crate::lang::Lang;

/// How a table may look.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Columns of the terminal.
    pub width: usize,
    /// True if statuses may be coloured.
    pub color: bool,
}

/// A character as a terminal may have it: white space of any kind as a space, what steers a terminal as U+FFFD.
pub fn visible(c: char) -> char {
    match c {
        _ if c.is_whitespace() => ' ',
        _ if c.is_control() || is_direction(c) => char::REPLACEMENT_CHARACTER,
        _ => c,
    }
}

/// Marks, embeddings, overrides and isolates of the direction of reading.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One line of text without what steers a terminal.
pub fn line(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// Text of several lines without what steers a terminal.
pub fn lines(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { visible(c) }).collect()
}

/// The name of an input file for a person.
pub fn file_name(path: &str, lang: Lang) -> &str {
    match (path, lang) {
        ("-", Lang::Zh) => "标准输入",
        ("-", Lang::En) => "standard input",
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        for (text, shown) in [
            ("甲\u{1b}[2J乙", "甲\u{fffd}[2J乙"),
            ("\u{9b}31m\u{202e}\u{7f}", "\u{fffd}31m\u{fffd}\u{fffd}"),
            ("a\r\n\t\u{2028}b", "a    b"),
        ] {
            assert_eq!(line(text), shown);
        }
        assert_eq!(lines("a\u{7}\nb"), "a\u{fffd}\nb");
    }
}

//! What a terminal is handed: lines that fit, broken where text may break. Cells and file names are other people's text:
//! nothing in them may move the cursor, change colours or turn the direction of reading.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

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

/// Writes a text in lines of at most `width` columns, later ones indented. Chinese may break between any two
/// characters, but not before closing or after opening punctuation; other words break at spaces.
pub fn paragraph(text: &str, indent: usize, width: usize, out: &mut dyn Write) -> io::Result<()> {
    broken(pieces(text), indent, width).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// The text of a cell in lines that are never wider than `width`: what has no place to break is cut.
pub fn cell(text: &str, width: usize) -> String {
    let mut fitting = Vec::new();
    for piece in pieces(text) {
        let mut part = String::new();
        for c in piece.chars() {
            if (part.width() + c.width().unwrap_or(0)) > width && c != ' ' && !part.is_empty() {
                fitting.push(std::mem::take(&mut part));
            }
            part.push(c);
        }
        fitting.push(part);
    }
    broken(fitting, 0, width).join("\n")
}

/// The width of the widest part of a text that should not be broken.
pub fn widest_piece(text: &str) -> usize {
    pieces(text).iter().map(|piece| piece.trim_end().width()).max().unwrap_or(0)
}

fn broken(pieces: Vec<String>, indent: usize, width: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for piece in pieces {
        if line.width() + piece.trim_end().width() > width && !line.trim().is_empty() {
            lines.push(line.trim_end().to_owned());
            line = " ".repeat(indent);
            line.push_str(piece.trim_start());
        } else {
            line.push_str(&piece);
        }
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// What a line is not broken within: words with the space behind them, wide characters with their punctuation.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut open = true;
    // A period is not broken between its days.
    let is_narrow = |c: char| c.is_ascii() || c == '–';
    for c in text.chars().map(visible) {
        let closing = matches!(c, '，' | '。' | '；' | '：' | '、' | '）' | '”' | '》' | '】' | ')' | ' ');
        let joins = open
            || closing
            || (is_narrow(c)
                && pieces
                    .last()
                    .and_then(|piece| piece.chars().last())
                    .is_some_and(|last| is_narrow(last) && last != ' '));
        match pieces.last_mut().filter(|_| joins) {
            Some(piece) => piece.push(c),
            None => pieces.push(c.to_string()),
        }
        open = matches!(c, '（' | '“' | '《' | '【' | '(') || (open && c == ' ');
    }
    pieces
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

    fn wrapped(text: &str, width: usize) -> String {
        let mut out = Vec::new();
        paragraph(text, 2, width, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn cells_are_never_wider_than_their_column() {
        assert_eq!(cell("有效期2018-12-01–2023-11-30止", 22), "有效期\n2018-12-01–2023-11-30\n止");
        assert_eq!(cell("2018-12-01–2023-11-30", 8), "2018-12-\n01–2023-\n11-30");
        assert_eq!(cell("TJ2-05；TJ2-06", 10), "TJ2-05；\nTJ2-06");
        for line in cell(&"标准化补贴（第二十五条（五））；wordwordword ".repeat(9), 7).lines() {
            assert!(line.width() <= 7, "{line}");
        }
        assert_eq!(cell("", 5), "");
    }

    #[test]
    fn lines_keep_their_width_and_punctuation() {
        assert_eq!(
            wrapped("不超过实际费用，减为18.6万元（第九条）", 20),
            "不超过实际费用，减为\n  18.6万元（第九条）\n"
        );
        assert_eq!(wrapped("one two three", 7), "one two\n  three\n");
        assert_eq!(wrapped("a\nb", 20), "a b\n");
        assert_eq!(wrapped("a year (第十一条); more", 9), "a year\n  (第十一\n  条);\n  more\n");
        for line in wrapped(&"标准化补贴（第二十五条（五））；".repeat(9), 31).lines() {
            assert!(line.width() <= 31 && !line.trim().starts_with(['）', '；']), "{line}");
        }
    }
}

//! CSV text → records, numbered as a spreadsheet numbers its rows.

use std::borrow::Cow;

use csv::StringRecord;

use crate::lang::Words;
use crate::{text, words};

/// What makes a whole table unreadable, with the line of the text where it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BrokenTable {
    pub line: Option<u64>,
    pub message: Words,
}

/// One CSV text: its delimiter and its header.
#[derive(Debug)]
pub(super) struct Table<'a> {
    text: Cow<'a, str>,
    delimiter: u8,
    /// The header's cells as written.
    pub header: Vec<String>,
}

impl<'a> Table<'a> {
    /// Detects the delimiter, checks the quotes and reads the header.
    pub fn open(text: Cow<'a, str>) -> Result<Self, BrokenTable> {
        let delimiter = delimiter_of(&text);
        if let Some(offset) = unterminated_quote(text.as_bytes(), delimiter) {
            let line = line_of(text.as_bytes(), offset);
            return Err(BrokenTable {
                line: Some(line),
                message: words!(
                    zh: "第 {line} 行的双引号没有结束；请补上结束的双引号，单元格里的双引号要写成两个",
                    en: "the double quote that opens on line {line} is never closed; close it, and double every quote \
                         inside a quoted cell"
                ),
            });
        }
        let mut table = Table { text, delimiter, header: Vec::new() };
        let mut records = table.all_records();
        let found = records.next()?;
        let header = records.cells.iter().map(str::to_owned).collect();
        if found.is_none() {
            return Err(BrokenTable {
                line: None,
                message: words!(
                    zh: "文件是空的；第一行应为表头，例如 编号,申报单位,类别,…",
                    en: "the file is empty; its first row should be a header, such as id,applicant,kind,…"
                ),
            });
        }
        table.header = header;
        Ok(table)
    }

    /// The records below the header that are not blank.
    pub fn records(&self) -> Result<Records<'_>, BrokenTable> {
        let mut records = self.all_records();
        records.next()?;
        Ok(records)
    }

    fn all_records(&self) -> Records<'_> {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .from_reader(self.text.as_bytes());
        Records { text: self.text.as_bytes(), reader, row: 0, cells: StringRecord::new() }
    }
}

/// Walks over the records of a [`Table`].
pub(super) struct Records<'t> {
    text: &'t [u8],
    reader: csv::Reader<&'t [u8]>,
    row: u64,
    /// The cells of the record that [`Records::next`] found.
    pub cells: StringRecord,
}

impl Records<'_> {
    /// The row number of the next record that is not blank. Blank ones are counted and skipped.
    pub fn next(&mut self) -> Result<Option<u64>, BrokenTable> {
        while self.reader.read_record(&mut self.cells).map_err(|error| broken(&error))? {
            let start = self.cells.position().map_or(0, |position| position.byte());
            self.row += 1 + empty_lines(self.text, usize::try_from(start).unwrap_or(usize::MAX));
            if !self.cells.iter().all(is_blank) {
                return Ok(Some(self.row));
            }
        }
        Ok(None)
    }
}

/// True for a cell in which nobody sees anything.
pub(super) fn is_blank(cell: &str) -> bool {
    !cell.chars().any(char::is_alphanumeric) && text::fold(cell).is_empty()
}

fn broken(error: &csv::Error) -> BrokenTable {
    BrokenTable {
        line: error.position().map(csv::Position::line),
        message: words!(zh: "不是合法的 CSV：{error}", en: "not valid CSV: {error}"),
    }
}

/// The empty lines from `start`, which the `csv` crate skips without a word before the record it places there.
fn empty_lines(text: &[u8], start: usize) -> u64 {
    let mut at = start;
    if at > 0 && text.get(at - 1) == Some(&b'\r') && text.get(at) == Some(&b'\n') {
        // The second half of the line end before.
        at += 1;
    }
    let mut lines = 0;
    while let Some(length) = line_end(text, at) {
        lines += 1;
        at += length;
    }
    lines
}

/// The length of the line end at `at`, if there is one: `\r\n`, `\n` or a lone `\r`.
fn line_end(text: &[u8], at: usize) -> Option<usize> {
    match (text.get(at)?, text.get(at + 1)) {
        (b'\r', Some(b'\n')) => Some(2),
        (b'\r' | b'\n', _) => Some(1),
        _ => None,
    }
}

/// The line of `offset`, counted from 1.
fn line_of(text: &[u8], offset: usize) -> u64 {
    let (mut line, mut at) = (1, 0);
    while at < offset {
        match line_end(text, at) {
            Some(length) => {
                line += 1;
                at += length;
            }
            None => at += 1,
        }
    }
    line
}

/// The most frequent of comma, tab and semicolon outside the quotes of the header.
fn delimiter_of(text: &str) -> u8 {
    const CANDIDATES: [u8; 3] = *b",\t;";
    let mut counts = [0u32; 3];
    let (mut quoted, mut content) = (false, false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            // A line of nothing but delimiters is a blank row above the header.
            '\r' | '\n' if !quoted && !content => {}
            '\r' | '\n' if !quoted => break,
            ',' | '\t' | ';' if !quoted => {
                for (count, candidate) in counts.iter_mut().zip(CANDIDATES) {
                    *count += u32::from(char::from(candidate) == c);
                }
            }
            _ => content |= !c.is_whitespace(),
        }
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    CANDIDATES.into_iter().zip(counts).find(|(_, count)| *count == most).map_or(b',', |(candidate, _)| candidate)
}

/// Where the quote opens that the end of the text finds open. The `csv` crate swallows the rest of the file into one
/// cell and says nothing (BurntSushi/rust-csv#252), so its rules are walked through beforehand: a quote opens only at
/// the start of a cell, two quotes inside are one, and what follows a closing quote is taken as it stands.
fn unterminated_quote(text: &[u8], delimiter: u8) -> Option<usize> {
    let (mut at, mut cell_starts) = (0, true);
    while let Some(&byte) = text.get(at) {
        if cell_starts && byte == b'"' {
            let opened = at;
            match after_closing_quote(text, at + 1) {
                Some(after) => at = after,
                None => return Some(opened),
            }
            cell_starts = false;
        } else {
            cell_starts = byte == delimiter || byte == b'\r' || byte == b'\n';
            at += 1;
        }
    }
    None
}

fn after_closing_quote(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += text.get(at..)?.iter().position(|byte| *byte == b'"')?;
        if text.get(at + 1) != Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Header cells joined by `|`, then `row:cells` of every record.
    fn table(text: &str) -> String {
        let table = Table::open(Cow::Borrowed(text)).unwrap();
        let mut found = table.header.join("|");
        let mut records = table.records().unwrap();
        while let Some(row) = records.next().unwrap() {
            found += &format!(" {row}:{}", records.cells.iter().collect::<Vec<_>>().join("|"));
        }
        found
    }

    #[test]
    fn rows_are_counted_as_a_spreadsheet_counts() {
        for (text, expected) in [
            ("a,b\n1,2\n3,4", "a|b 2:1|2 3:3|4"),
            ("a,b\r\n1,2\r\n3,4\r\n", "a|b 2:1|2 3:3|4"),
            ("a,b\r1,2\r3,4\r", "a|b 2:1|2 3:3|4"),
            ("a,b\n\n1,2\n\n\n3,4\n\n", "a|b 3:1|2 6:3|4"),
            ("a,b\r\n\r\n1,2\r\n\r\n\r\n3,4", "a|b 3:1|2 6:3|4"),
            ("a,b\r\r1,2\r\r\r3,4", "a|b 3:1|2 6:3|4"),
            ("a,b\r\n\n\r1,2", "a|b 4:1|2"),
            ("a,b\n,\n \n\u{3000},\u{200b}\n1,2", "a|b 5:1|2"),
            ("a,b\n\"x\ny\r\nz\",2\n3,4", "a|b 2:x\ny\r\nz|2 3:3|4"),
            ("a,b\n\"\"\n1,2", "a|b 3:1|2"),
            ("\n\na,b\n1,2", "a|b 4:1|2"),
            (";;\n\"\";\na;b\n1;2", "a|b 4:1|2"),
            ("a,b", "a|b"),
            ("a,b\n1\n1,2,3", "a|b 2:1 3:1|2|3"),
        ] {
            assert_eq!(table(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_header_shows_the_delimiter() {
        for (text, expected) in [
            ("a\tb\n1,1\t2", "a|b 2:1,1|2"),
            ("a;b\n1,1;2", "a|b 2:1,1|2"),
            ("\"a;1;2;3\",b\nx,y", "a;1;2;3|b 2:x|y"),
            ("kind\n1;2", "kind 2:1;2"),
            ("\"a\n,\";b\n1;2", "a\n,|b 2:1|2"),
        ] {
            assert_eq!(table(text), expected, "{text:?}");
        }
    }

    #[test]
    fn an_open_quote_is_named_by_its_line() {
        for (text, line) in [
            ("a,b\n1,\"2\n3,4\n", Some(2)),
            ("a,b\r\n\r\n\"x\r\ny\",2\r\n3,\"4\"\"\r\n", Some(5)),
            ("\"a", Some(1)),
            ("a\r\"b", Some(2)),
            ("a,b\n5\",2\n", None),
            ("a,b\n\"x\"y\",2\n", None),
            ("a,b\n\"x\"\"\",\"\"\n", None),
        ] {
            assert_eq!(Table::open(Cow::Borrowed(text)).err().and_then(|broken| broken.line), line, "{text:?}");
        }
        for empty in ["", "\n\r\n", " ,,\n"] {
            assert!(Table::open(Cow::Borrowed(empty)).unwrap_err().message.en.contains("empty"), "{empty:?}");
        }
    }

    proptest! {
        /// The walk over the quotes agrees with the crate: closing the text changes nothing unless a quote is open,
        /// in which case what follows the end is swallowed.
        #[test]
        fn quotes_are_walked_as_the_crate_walks_them(text in "[a\",\r\n]{0,24}") {
            let open = unterminated_quote(text.as_bytes(), b',').is_some();
            let longer = format!("{text}\nsentinel");
            let records = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(longer.as_bytes())
                .into_records().collect::<Result<Vec<_>, _>>().unwrap();
            let swallowed = records.last().is_none_or(|last| last.get(0) != Some("sentinel") || last.len() != 1);
            prop_assert_eq!(open, swallowed);
        }

        /// Rows are those that a plain walk over the text counts.
        #[test]
        fn rows_agree_with_a_plain_count(cells in prop::collection::vec("(|a|b,c|,|\"x\ny\")", 1..12), end in "(\n|\r\n|\r)") {
            let text = format!("kind{end}{}", cells.join(&end));
            let expected: Vec<u64> =
                (2u64..).zip(&cells).filter(|(_, cell)| cell.contains(['a', 'b', 'x'])).map(|(row, _)| row).collect();
            let table = Table::open(Cow::Borrowed(&text)).unwrap();
            let mut records = table.records().unwrap();
            let mut rows = Vec::new();
            while let Some(row) = records.next().unwrap() {
                rows.push(row);
            }
            prop_assert_eq!(rows, expected);
        }
    }
}

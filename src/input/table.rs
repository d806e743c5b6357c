//! CSV text → records, numbered as a spreadsheet numbers its rows. The rules are those of the `csv` crate.

use std::ops::Range;

use wide::u8x16;

use super::blocks::after_closing_quote;
use crate::text;

/// Walks over the records of a text of whole records; no quote is open at its end.
pub(super) struct Records<'t> {
    text: &'t str,
    marks: Marks<'t>,
    delimiter: u8,
    /// Where the next record starts.
    at: usize,
    /// Records and empty lines so far.
    row: u64,
    /// Where the cells of this record end.
    ends: Vec<usize>,
    start: usize,
    /// The cells one after the other without quotes, where the record has any.
    unquoted: Option<String>,
    reader: csv_core::Reader,
}

impl<'t> Records<'t> {
    pub fn new(text: &'t str, delimiter: u8) -> Self {
        Records {
            text,
            marks: Marks::new(text.as_bytes(), delimiter),
            delimiter,
            at: 0,
            row: 0,
            ends: Vec::new(),
            start: 0,
            unquoted: None,
            reader: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
        }
    }

    /// The number of the next record that is not empty, counted from 1; none at the end. Empty lines are counted and
    /// skipped, as records of blank cells should be.
    pub fn next(&mut self) -> Option<u64> {
        let bytes = self.text.as_bytes();
        while let Some(length) = line_end(bytes, self.at) {
            self.row += 1;
            self.at += length;
        }
        if self.at >= bytes.len() {
            return None;
        }
        self.row += 1;
        self.start = self.at;
        self.ends.clear();
        self.unquoted = None;
        self.marks.seek(self.at);
        let (mut cell, mut quoted) = (self.at, false);
        loop {
            if bytes.get(cell) == Some(&b'"') {
                quoted = true;
                self.marks.seek(after_closing_quote(bytes, cell + 1).unwrap_or(bytes.len()));
            }
            let end = self.marks.next().unwrap_or(bytes.len());
            self.ends.push(end);
            match bytes.get(end) {
                Some(byte) if *byte == self.delimiter => cell = end + 1,
                _ => {
                    self.at = end + line_end(bytes, end).unwrap_or(0);
                    break;
                }
            }
        }
        if quoted {
            self.unquote();
        }
        Some(self.row)
    }

    /// Reads the record again by the `csv` crate's own reader.
    fn unquote(&mut self) {
        let raw = &self.text.as_bytes()[self.start..self.at];
        self.reader.reset();
        let mut bytes = vec![0; raw.len()];
        self.ends.resize(self.ends.len() + 1, 0);
        let (result, read, written, mut cells) = self.reader.read_record(raw, &mut bytes, &mut self.ends);
        if result != csv_core::ReadRecordResult::Record {
            // The end of the text ends the record.
            let (_, _, _, last) = self.reader.read_record(&raw[read..], &mut bytes[written..], &mut self.ends[cells..]);
            cells += last;
        }
        self.ends.truncate(cells);
        bytes.truncate(self.ends.last().copied().unwrap_or(0));
        // What stands between quotes in valid text is valid text.
        self.unquoted = Some(String::from_utf8_lossy(&bytes).into_owned());
    }

    /// Records and empty lines so far.
    pub fn row(&self) -> u64 {
        self.row
    }

    /// How many cells the record has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True if the record has a quoted cell.
    pub fn is_quoted(&self) -> bool {
        self.unquoted.is_some()
    }

    /// A cell of the record; blank beyond the last.
    pub fn cell(&self, index: usize) -> &str {
        match &self.unquoted {
            None => self.span(index, index),
            Some(unquoted) => {
                let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
                self.ends.get(index).and_then(|end| unquoted.get(start..*end)).unwrap_or_default()
            }
        }
    }

    /// The text from the cell `first` to the cell `last`, as it stands in the file, of a record without quotes.
    pub fn span(&self, first: usize, last: usize) -> &str {
        self.text.get(self.place(first, last)).unwrap_or_default()
    }

    fn place(&self, first: usize, last: usize) -> Range<usize> {
        let start = match first {
            0 => self.start,
            _ => self.ends.get(first - 1).map_or(self.text.len(), |end| end + 1),
        };
        start..self.ends.get(last).copied().unwrap_or(start)
    }

    /// All cells of the record.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.cell(index))
    }
}

/// Finds delimiters and line ends, sixteen bytes at a time.
struct Marks<'t> {
    bytes: &'t [u8],
    delimiter: u8,
    /// Where the bits of `found` begin.
    base: usize,
    /// Marks at `base` and up to 63 bytes behind it that were not handed out yet.
    found: u64,
}

impl<'t> Marks<'t> {
    const STEP: usize = 64;

    fn new(bytes: &'t [u8], delimiter: u8) -> Self {
        let mut marks = Marks { bytes, delimiter, base: 0, found: 0 };
        marks.found = marks.look(0);
        marks
    }

    /// Goes on at `at`, which is never before the last mark that was handed out.
    fn seek(&mut self, at: usize) {
        let ahead = at - self.base;
        if ahead >= Self::STEP {
            self.base = at;
            self.found = self.look(at);
        } else {
            self.found &= u64::MAX << ahead;
        }
    }

    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            self.base += Self::STEP;
            if self.base >= self.bytes.len() {
                return None;
            }
            self.found = self.look(self.base);
        }
        let first = self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        Some(self.base + first)
    }

    /// The marks among the next bytes, one bit each.
    fn look(&self, at: usize) -> u64 {
        let bytes = self.bytes.get(at..).unwrap_or_default();
        if let Some(whole) = bytes.first_chunk::<64>() {
            return self.look_at(whole);
        }
        let mut padded = [0; Self::STEP];
        padded[..bytes.len()].copy_from_slice(bytes);
        self.look_at(&padded)
    }

    fn look_at(&self, bytes: &[u8; 64]) -> u64 {
        let (delimiter, feed, carriage) = (u8x16::splat(self.delimiter), u8x16::splat(b'\n'), u8x16::splat(b'\r'));
        let (parts, _) = bytes.as_chunks::<16>();
        let mut found = 0;
        for (index, part) in parts.iter().enumerate() {
            let part = u8x16::new(*part);
            let marks = part.simd_eq(delimiter) | part.simd_eq(feed) | part.simd_eq(carriage);
            found |= u64::from(marks.to_bitmask()) << (16 * index);
        }
        found
    }
}

/// True for a cell in which nobody sees anything.
pub(super) fn is_blank(cell: &str) -> bool {
    // Digits, Latin letters and the first bytes of common Chinese characters are no blanks.
    match cell.as_bytes().first() {
        None => return true,
        Some(b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | 0xE4..=0xE9) => return false,
        Some(_) => {}
    }
    !cell.chars().any(char::is_alphanumeric) && text::fold(cell).is_empty()
}

/// The length of the line end at `at`, if there is one: `\r\n`, `\n` or a lone `\r`.
fn line_end(text: &[u8], at: usize) -> Option<usize> {
    match (text.get(at)?, text.get(at + 1)) {
        (b'\r', Some(b'\n')) => Some(2),
        (b'\r' | b'\n', _) => Some(1),
        _ => None,
    }
}

/// The most frequent of comma, tab and semicolon outside the quotes of the header.
pub(super) fn delimiter_of(text: &str) -> u8 {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Header cells joined by `|`, then `row:cells` of every record that is not blank.
    fn table(text: &str) -> String {
        let mut records = Records::new(text, delimiter_of(text));
        let mut found = Vec::new();
        while let Some(row) = records.next() {
            let cells: Vec<&str> = records.cells().collect();
            if !cells.iter().all(|cell| is_blank(cell)) {
                let number = if found.is_empty() { String::new() } else { format!("{row}:") };
                found.push(number + &cells.join("|"));
            }
        }
        found.join(" ")
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Cell by cell the same as the `csv` crate, at any place among the sixteen bytes.
        #[test]
        fn records_are_those_of_the_crate(before in "[x,]{0,70}", text in "([a是\",\r\n]|\"[a,\r\n]{0,9}\"){0,40}") {
            let text = format!("{before}\n{text}");
            let whole = format!("{text}\nsentinel");
            let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(whole.as_bytes());
            let mut expected: Vec<Vec<String>> =
                reader.into_records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
            if expected.pop() != Some(vec!["sentinel".to_owned()]) {
                // A quote is open, which is found before.
                return Ok(());
            }
            let mut records = Records::new(&text, b',');
            let mut found = Vec::new();
            while records.next().is_some() {
                found.push(records.cells().map(str::to_owned).collect::<Vec<_>>());
            }
            prop_assert_eq!(found, expected);
        }

        /// Rows are those that a plain walk over the text counts.
        #[test]
        fn rows_agree_with_a_plain_count(cells in prop::collection::vec("(|a|b,c|,|\"x\ny\")", 1..12), end in "(\n|\r\n|\r)") {
            let text = format!("kind{end}{}", cells.join(&end));
            let expected: Vec<u64> =
                (2u64..).zip(&cells).filter(|(_, cell)| cell.contains(['a', 'b', 'x'])).map(|(row, _)| row).collect();
            let mut records = Records::new(&text, b',');
            let mut rows = Vec::new();
            while let Some(row) = records.next() {
                if row > 1 && !records.cells().all(is_blank) {
                    rows.push(row);
                }
            }
            prop_assert_eq!(rows, expected);
        }
    }
}

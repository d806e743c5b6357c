//! CSV text → records, numbered as a spreadsheet numbers its rows. The rules are those of the `csv` crate.

use std::ops::Range;

use wide::u8x16;

use super::blocks::after_closing_quote;
use crate::text;

/// Walks over the records of a text of whole records; no quote is open at its end.
pub(super) struct Records<'t> {
    text: &'t str,
    marks: Marks<'t>,
    /// Where the next record starts.
    at: usize,
    /// Records and empty lines so far.
    row: u64,
    /// Where the cells of this record end; each begins behind the end of the one before.
    ends: Vec<usize>,
    start: usize,
    /// The cells without quotes, with one byte between them, where the record has quotes.
    unquoted: Option<String>,
    /// Made for the first record with quotes.
    reader: Option<Box<csv_core::Reader>>,
}

impl<'t> Records<'t> {
    pub fn new(text: &'t str, delimiter: u8) -> Self {
        Records {
            text,
            marks: Marks::new(text.as_bytes(), delimiter),
            at: 0,
            row: 0,
            ends: Vec::new(),
            start: 0,
            unquoted: None,
            reader: None,
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
        let mut quoted = false;
        loop {
            let stop = self.marks.take_delimiters(&mut self.ends);
            let mark = match stop {
                Some(mark) => mark,
                None if self.marks.look_on() => continue,
                None => bytes.len(),
            };
            if bytes.get(mark) != Some(&b'"') {
                self.ends.push(mark);
                self.at = mark + line_end(bytes, mark).unwrap_or(0);
                break;
            }
            // Elsewhere than at the start of a cell, a quote is a character like others.
            if mark == self.ends.last().map_or(self.start, |end| end + 1) {
                quoted = true;
                self.marks.seek(after_closing_quote(bytes, mark + 1).unwrap_or(bytes.len()));
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
        let delimiter = self.marks.delimiter;
        let new = || Box::new(csv_core::ReaderBuilder::new().delimiter(delimiter).build());
        let reader = self.reader.get_or_insert_with(new);
        reader.reset();
        let mut bytes = vec![0; raw.len()];
        self.ends.resize(self.ends.len() + 1, 0);
        let (result, read, written, mut cells) = reader.read_record(raw, &mut bytes, &mut self.ends);
        if result != csv_core::ReadRecordResult::Record {
            // The end of the text ends the record.
            let (_, _, _, last) = reader.read_record(&raw[read..], &mut bytes[written..], &mut self.ends[cells..]);
            cells += last;
        }
        self.ends.truncate(cells);
        let mut unquoted = String::with_capacity(raw.len());
        let mut from = 0;
        for end in &mut self.ends {
            // What stands between quotes in valid text is valid text.
            unquoted.push_str(&String::from_utf8_lossy(bytes.get(from..*end).unwrap_or_default()));
            from = std::mem::replace(end, unquoted.len());
            unquoted.push(' ');
        }
        self.start = 0;
        self.unquoted = Some(unquoted);
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
        self.cells_text().get(self.place(index, index)).unwrap_or_default()
    }

    /// The bytes of the cell.
    pub fn bytes(&self, index: usize) -> &[u8] {
        self.span(index, index)
    }

    /// The bytes from the cell `first` to the cell `last`; what stands between cells is of no meaning in a record with
    /// quotes.
    pub fn span(&self, first: usize, last: usize) -> &[u8] {
        self.cells_text().as_bytes().get(self.place(first, last)).unwrap_or_default()
    }

    fn cells_text(&self) -> &str {
        self.unquoted.as_deref().unwrap_or(self.text)
    }

    fn place(&self, first: usize, last: usize) -> Range<usize> {
        let start = match first {
            0 => self.start,
            _ => self.ends.get(first - 1).map_or(usize::MAX, |end| end + 1),
        };
        start..self.ends.get(last).copied().unwrap_or(0)
    }

    /// All cells of the record.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.cell(index))
    }
}

/// Finds delimiters, quotes and line ends, sixteen bytes at a time.
struct Marks<'t> {
    bytes: &'t [u8],
    delimiter: u8,
    /// Where the bits of the two below begin: they are of this byte and up to 63 behind it.
    base: usize,
    /// Delimiters that were not handed out yet.
    delimiters: u64,
    /// Quotes and line ends that were not handed out yet.
    stops: u64,
}

impl<'t> Marks<'t> {
    const STEP: usize = 64;

    fn new(bytes: &'t [u8], delimiter: u8) -> Self {
        let mut marks = Marks { bytes, delimiter, base: 0, delimiters: 0, stops: 0 };
        marks.look(0);
        marks
    }

    /// Goes on at `at`, which is never before the last mark that was handed out.
    fn seek(&mut self, at: usize) {
        let ahead = at - self.base;
        if ahead >= Self::STEP {
            self.look(at);
        } else {
            self.delimiters &= u64::MAX << ahead;
            self.stops &= u64::MAX << ahead;
        }
    }

    /// Appends the delimiters before the next quote or line end, and hands that out; none if it is not among the bytes
    /// that were looked at.
    fn take_delimiters(&mut self, ends: &mut Vec<usize>) -> Option<usize> {
        let stop = self.stops.trailing_zeros();
        let before = self.delimiters & 1u64.checked_shl(stop).map_or(u64::MAX, |bit| bit - 1);
        self.delimiters ^= before;
        let (mut rest, base) = (before, self.base);
        ends.extend((0..before.count_ones()).map(|_| {
            let first = rest.trailing_zeros() as usize;
            rest &= rest.wrapping_sub(1);
            base + first
        }));
        (self.stops != 0).then(|| {
            self.stops &= self.stops - 1;
            base + stop as usize
        })
    }

    /// Looks at the next bytes; false at the end.
    fn look_on(&mut self) -> bool {
        let next = self.base + Self::STEP;
        let more = next < self.bytes.len();
        if more {
            self.look(next);
        }
        more
    }

    /// Looks at the bytes from `at` on.
    fn look(&mut self, at: usize) {
        self.base = at;
        let bytes = self.bytes.get(at..).unwrap_or_default();
        if let Some(whole) = bytes.first_chunk::<64>() {
            return self.look_at(whole);
        }
        let mut padded = [0; Self::STEP];
        padded[..bytes.len()].copy_from_slice(bytes);
        self.look_at(&padded);
    }

    fn look_at(&mut self, bytes: &[u8; 64]) {
        let (delimiter, quote) = (u8x16::splat(self.delimiter), u8x16::splat(b'"'));
        let (feed, carriage) = (u8x16::splat(b'\n'), u8x16::splat(b'\r'));
        let (parts, _) = bytes.as_chunks::<16>();
        (self.delimiters, self.stops) = (0, 0);
        for (index, part) in parts.iter().enumerate() {
            let part = u8x16::new(*part);
            let stops = part.simd_eq(quote) | part.simd_eq(feed) | part.simd_eq(carriage);
            self.delimiters |= u64::from(part.simd_eq(delimiter).to_bitmask()) << (16 * index);
            self.stops |= u64::from(stops.to_bitmask()) << (16 * index);
        }
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

//! Bytes → blocks of whole records, so that a file of any length is read in little memory and on several threads.
//! Line ends and quotes are bytes of their own in UTF-8 and in GB18030, so that blocks are cut before they are decoded.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memmem, memrchr};
use sha2::{Digest, Sha256};

/// Cuts a stream into blocks that end with a record.
pub(super) struct Blocks<'a> {
    reader: Box<dyn Read + Send + 'a>,
    /// Read, and not yet handed out.
    rest: Vec<u8>,
    ended: bool,
    size: usize,
    /// Lines handed out so far.
    lines: u64,
    digest: Option<Sha256>,
}

/// Why a stream cannot be cut.
#[derive(Debug)]
pub(super) enum Uncut {
    Io(io::Error),
    /// The line, counted from 1, of a quote that is not closed before the end of the stream.
    OpenQuote(u64),
    /// The line of a record longer than [`Blocks::LONGEST`].
    Endless(u64),
}

impl<'a> Blocks<'a> {
    /// Bytes of a block, where records are shorter.
    const SIZE: usize = 1 << 20;
    /// Bytes of a short block.
    const SHORT: usize = 1 << 17;
    /// No record is longer: a quote was opened and not closed.
    const LONGEST: usize = 64 << 20;

    /// `digest`: also compute the SHA-256 of all bytes.
    pub fn new(reader: Box<dyn Read + Send + 'a>, digest: bool) -> Self {
        let digest = digest.then(Sha256::new);
        Blocks { reader, rest: Vec::new(), ended: false, size: Self::SIZE, lines: 0, digest }
    }

    /// The first bytes, which stay to be handed out: at least one block, or all there are.
    pub fn head(&mut self) -> io::Result<&[u8]> {
        self.fill(self.size)?;
        Ok(&self.rest)
    }

    /// All bytes from here on.
    pub fn all(mut self) -> io::Result<(Vec<u8>, Option<Sha256>)> {
        while !self.ended {
            self.fill(self.rest.len() + (64 << 20))?;
        }
        Ok((self.rest, self.digest))
    }

    /// The SHA-256 of what was read, if it was asked for: of the whole stream once its end is reached.
    pub fn into_digest(self) -> Option<Sha256> {
        self.digest
    }

    /// From now on blocks are short, so that little is in memory at a time.
    pub fn short(&mut self) {
        if self.size == Self::SIZE {
            self.size = Self::SHORT;
        }
    }

    /// From now on the whole stream is one block.
    pub fn undivided(&mut self) {
        self.size = usize::MAX;
    }

    fn fill(&mut self, size: usize) -> io::Result<()> {
        while !self.ended && self.rest.len() < size {
            let wanted = (size - self.rest.len()).min(64 << 20);
            self.rest.reserve(wanted);
            let before = self.rest.len();
            let read = self.reader.by_ref().take(wanted as u64).read_to_end(&mut self.rest)?;
            if let Some(digest) = &mut self.digest {
                digest.update(&self.rest[before..]);
            }
            self.ended = read < wanted;
        }
        Ok(())
    }

    /// The next block; none at the end.
    pub fn next(&mut self, delimiter: u8) -> Result<Option<Vec<u8>>, Uncut> {
        let mut size = self.size;
        loop {
            self.fill(size).map_err(Uncut::Io)?;
            if self.rest.is_empty() {
                return Ok(None);
            }
            let found = cut(&self.rest, delimiter, self.ended);
            let end = match found {
                Cut { open: Some(open), .. } if self.ended => return Err(Uncut::OpenQuote(self.line_of(open))),
                _ if self.ended => self.rest.len(),
                Cut { end: 0, open } if self.rest.len() >= Self::LONGEST && self.size != usize::MAX => {
                    return Err(Uncut::Endless(self.line_of(open.unwrap_or(0))));
                }
                Cut { end, .. } => end,
            };
            if end > 0 {
                let rest = self.rest.split_off(end);
                let block = std::mem::replace(&mut self.rest, rest);
                self.lines += lines_in(&block);
                return Ok(Some(block));
            }
            size = self.rest.len() * 2;
        }
    }

    fn line_of(&self, offset: usize) -> u64 {
        1 + self.lines + lines_in(&self.rest[..offset])
    }
}

/// Line ends: `\n`, `\r\n` and a lone `\r`.
fn lines_in(bytes: &[u8]) -> u64 {
    let feeds = memchr_iter(b'\n', bytes).count();
    let lone = match memchr(b'\r', bytes) {
        Some(_) => memchr_iter(b'\r', bytes).count() - memmem::find_iter(bytes, b"\r\n").count(),
        None => 0,
    };
    (feeds + lone) as u64
}

/// Where bytes can be cut.
struct Cut {
    /// After the last record that is surely whole; 0 for none.
    end: usize,
    /// Where a quote opens that these bytes do not close.
    open: Option<usize>,
}

/// The `csv` crate's rules: a quote opens only at the start of a cell, two quotes inside are one, and what follows a
/// closing quote is taken as it stands.
fn cut(bytes: &[u8], delimiter: u8, ended: bool) -> Cut {
    // Stretches outside of quotes, of which the last that has a line end counts.
    let mut outside = Vec::new();
    let (mut from, mut at) = (0, 0);
    let mut open = None;
    while let Some(quote) = memchr(b'"', &bytes[at..]).map(|found| at + found) {
        let starts_cell = quote == 0 || (quote > from || from == 0) && is_border(bytes[quote - 1], delimiter);
        if !starts_cell {
            at = quote + 1;
            continue;
        }
        outside.push(from..quote);
        match after_closing_quote(bytes, quote + 1) {
            // The closing quote may be the first of two, the second of which was not read yet.
            Some(after) if after < bytes.len() || ended => (from, at) = (after, after),
            _ => {
                open = Some(quote);
                break;
            }
        }
    }
    if open.is_none() {
        outside.push(from..bytes.len());
    }
    let end = outside.into_iter().rev().find_map(|range| last_line_end(bytes, range.start, range.end));
    Cut { end: end.unwrap_or(0), open }
}

fn is_border(byte: u8, delimiter: u8) -> bool {
    byte == delimiter || byte == b'\n' || byte == b'\r'
}

/// The end of the last line end between `from` and `to`.
fn last_line_end(bytes: &[u8], from: usize, to: usize) -> Option<usize> {
    if let Some(feed) = memrchr(b'\n', &bytes[from..to]) {
        return Some(from + feed + 1);
    }
    // Whether a lone return ends its line shows only in the byte behind it.
    let mut to = to;
    while let Some(found) = memrchr(b'\r', &bytes[from..to]) {
        let end = from + found + 1;
        if bytes.get(end).is_some_and(|byte| *byte != b'\n') {
            return Some(end);
        }
        to = from + found;
    }
    None
}

/// The byte after the quote that closes what a quote before `from` opened.
pub(super) fn after_closing_quote(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr(b'"', text.get(at..)?)?;
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

    /// The blocks of `text`, at least `size` bytes each, or the line of an open quote.
    fn blocks(text: &[u8], size: usize) -> Result<Vec<Vec<u8>>, u64> {
        let mut blocks = Blocks::new(Box::new(text), false);
        blocks.size = size;
        let mut found = Vec::new();
        loop {
            match blocks.next(b',') {
                Ok(Some(block)) => found.push(block),
                Ok(None) => return Ok(found),
                Err(Uncut::OpenQuote(line)) => return Err(line),
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    fn records(text: &[u8]) -> Vec<csv::ByteRecord> {
        let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        reader.into_byte_records().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn an_open_quote_is_named_by_its_line() {
        for (text, line) in
            [("a,b\n1,\"2\n3,4\n", 2), ("a,b\r\n\r\n\"x\r\ny\",2\r\n3,\"4\"\"\r\n", 5), ("\"a", 1), ("a\r\"b", 2)]
        {
            for size in [1, 4, 100] {
                assert_eq!(blocks(text.as_bytes(), size), Err(line), "{text:?} {size}");
            }
        }
        for text in ["a,b\n5\",2\n", "a,b\n\"x\"y\",2\n", "a,b\n\"x\"\"\",\"\"\n"] {
            assert_eq!(blocks(text.as_bytes(), 1).unwrap().concat(), text.as_bytes(), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Blocks are the text, and read one by one they hold the records of the whole.
        #[test]
        fn blocks_hold_whole_records(text in "[a\",\r\n]{0,40}", size in 1usize..12) {
            let bytes = text.as_bytes();
            let longer = format!("{text}\nsentinel");
            let last = records(longer.as_bytes()).pop();
            let open = last.is_none_or(|last| last.get(0) != Some(b"sentinel") || last.len() != 1);
            match blocks(bytes, size) {
                Err(_) => prop_assert!(open, "{text:?}"),
                Ok(found) => {
                    prop_assert!(!open, "{text:?}");
                    prop_assert_eq!(found.concat(), bytes);
                    let apart: Vec<csv::ByteRecord> = found.iter().flat_map(|block| records(block)).collect();
                    prop_assert_eq!(apart, records(bytes));
                    let lines: u64 = found.iter().map(|block| lines_in(block)).sum();
                    prop_assert_eq!(lines, lines_in(bytes));
                }
            }
        }
    }
}

//! A block of an achievements file → its rows in the form in which they are kept. Blocks are read on several threads.

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use encoding_rs::GB18030;
use hashbrown::{DefaultHashBuilder, HashMap};

use super::File;
use super::alike::NumberKey;
use super::cells::read_cell;
use super::columns::{Column, Columns, Dictionary};
use super::decode::{Encoding, without_marks};
use super::layout::{self, Layout, Own, Writing};
use super::ledger::Common;
use super::plain::{Inferred, plain_amount, plain_day, trimmed};
use super::row::RowReader;
use super::table::{Records, is_blank};
use super::units::{UnitId, Units};
use crate::facts::{Facts, Value};
use crate::text;
use crate::vocabulary::{FactId, Vocabulary};

/// One row as it is kept. The rest of it stands in the bytes of its [`Chunk`].
#[derive(Clone, Copy, Debug)]
pub(super) struct KeptRow {
    /// Number of the shape, or one of the two below.
    pub shape: u32,
    /// Where its bytes begin.
    pub at: u32,
    /// Its number in the block, counted from 0.
    pub row: u32,
    /// A hash of its id as ids are compared; [`NO_ID`] where the id is blank.
    pub id: u32,
}

/// In place of the hash of an id: the row is called after its number.
pub(super) const NO_ID: u32 = 0;

/// In place of a shape: the row is kept as its cells, and read again where it is needed.
pub(super) const AS_CELLS: u32 = u32::MAX - 1;
/// The same for a row that is unreadable.
pub(super) const UNREADABLE: u32 = u32::MAX;

/// The rows of one block.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// Which of the input files.
    pub input: usize,
    /// The number of the block's row 0 in its file.
    pub first_row: u64,
    pub bytes: Vec<u8>,
}

/// What reading a block gave.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub chunk: Chunk,
    pub rows: Vec<KeptRow>,
    /// The names of applicants as written, trimmed, one after the other.
    pub names: String,
    /// Rows that stand together under one name: index of the first, the name and its hash. A blank name is empty.
    pub runs: Vec<(u32, Range<usize>, u64)>,
    /// The units of the runs, as far as they were met before; none at all where nobody looked.
    pub met: Vec<Option<UnitId>>,
    /// Standards' numbers of readable rows, by index of the row.
    pub numbers: Vec<(u32, NumberKey)>,
    /// Row numbers that the block takes up.
    pub rows_taken: u64,
    pub unnamed_column: bool,
    pub decoded: Decoded,
}

/// As what a block was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Decoded {
    /// Alike in UTF-8 and GB18030.
    #[default]
    Ascii,
    Utf8,
    Gb18030,
    /// Neither, or not what it has to be.
    Not,
    /// It contains a NUL.
    Binary,
}

/// Reads a block as text: strictly as `encoding`, or, where that is not known, as UTF-8 or else GB18030.
pub(super) fn decode(block: &[u8], encoding: Option<Encoding>) -> (Cow<'_, str>, Decoded) {
    let nothing = |decoded| (Cow::Borrowed(""), decoded);
    let (text, decoded) = match encoding {
        Some(Encoding::Gb18030) => (gb18030(block), Decoded::Gb18030),
        Some(_) => (simdutf8::basic::from_utf8(block).ok().map(Cow::Borrowed), Decoded::Utf8),
        None => match simdutf8::basic::from_utf8(block) {
            Ok(text) if text.is_ascii() => (Some(Cow::Borrowed(text)), Decoded::Ascii),
            Ok(text) => (Some(Cow::Borrowed(text)), Decoded::Utf8),
            Err(_) => (gb18030(block), Decoded::Gb18030),
        },
    };
    match text {
        None => nothing(Decoded::Not),
        Some(text) if memchr::memchr(0, text.as_bytes()).is_some() => nothing(Decoded::Binary),
        Some(text) => (text, decoded),
    }
}

fn gb18030(block: &[u8]) -> Option<Cow<'_, str>> {
    GB18030.decode_without_bom_handling_and_without_replacement(block)
}

/// Which columns of a file a row's parts stand in.
#[derive(Debug, Default)]
pub(super) struct Plan {
    columns: usize,
    applicant: Option<usize>,
    id: Option<usize>,
    /// Facts that are a row's own, in the order in which they are written, with their columns.
    own: Vec<(FactId, Own, usize)>,
    extra: Vec<usize>,
    unnamed: Vec<usize>,
    /// Columns of the shape, as runs of neighbours: first and last.
    shape: Vec<(usize, usize)>,
    /// The column that each inference of the vocabulary reads.
    inferred_from: Vec<Option<usize>>,
    number: Option<usize>,
}

impl Plan {
    /// `keep`: the only texts that are wanted, the id apart; none for all, with what is extra.
    pub fn new(vocabulary: &Vocabulary, layout: &Layout, columns: &Columns, keep: Option<&[FactId]>) -> Self {
        let known = vocabulary.known();
        let kept = |fact: &FactId| keep.is_none_or(|keep| keep.contains(fact) || *fact == known.id);
        let wanted = |(fact, own): &(FactId, Own)| !matches!(own, Own::Text(_)) || kept(fact);
        let own = layout.facts().filter(wanted);
        let own = own.filter_map(|(fact, own)| Some((fact, own, columns.position(fact)?))).collect();
        let (mut extra, mut unnamed) = (Vec::new(), Vec::new());
        let mut shape: Vec<(usize, usize)> = Vec::new();
        for index in 0..columns.len() {
            match columns.get(index) {
                Some(Column::Extra(_)) if keep.is_none() => extra.push(index),
                Some(Column::Unnamed(_)) => unnamed.push(index),
                Some(Column::Fact(fact)) if *fact != known.applicant && layout.own(*fact).is_none() => {
                    match shape.last_mut() {
                        Some((_, last)) if *last + 1 == index => *last = index,
                        _ => shape.push((index, index)),
                    }
                }
                _ => {}
            }
        }
        Plan {
            columns: columns.len(),
            applicant: columns.position(known.applicant),
            id: columns.position(known.id),
            own,
            extra,
            unnamed,
            shape,
            inferred_from: vocabulary.inferences().iter().map(|inference| columns.position(inference.from)).collect(),
            number: columns.position(known.number),
        }
    }

    /// True if rows have cells under headers that nobody knows, and these are kept.
    pub fn has_extra(&self) -> bool {
        !self.extra.is_empty()
    }
}

/// Every shape met so far, shared by all threads.
#[derive(Debug)]
pub(super) struct Shapes {
    met: Mutex<Met>,
    /// Shapes beyond this are not remembered: their rows are kept as cells.
    most: usize,
}

#[derive(Debug, Default)]
struct Met {
    numbers: HashMap<Arc<[u8]>, Option<(u32, bool)>>,
    facts: ShapeFacts,
}

/// The facts of shapes by number. Copies share all but the latest.
#[derive(Clone, Debug, Default)]
pub(super) struct ShapeFacts {
    full: Vec<Arc<Vec<Facts>>>,
    latest: Vec<Facts>,
}

impl ShapeFacts {
    const PART: usize = 256;

    fn push(&mut self, facts: Facts) -> u32 {
        self.latest.push(facts);
        let number = self.full.len() * Self::PART + self.latest.len() - 1;
        if self.latest.len() == Self::PART {
            self.full.push(Arc::new(std::mem::take(&mut self.latest)));
        }
        number as u32
    }

    pub fn get(&self, number: u32) -> &Facts {
        let (part, place) = (number as usize / Self::PART, number as usize % Self::PART);
        &self.full.get(part).map_or(&self.latest, |part| &**part)[place]
    }
}

impl Shapes {
    pub fn new(most: usize) -> Self {
        Shapes { met: Mutex::default(), most }
    }

    /// The facts of the shapes met so far.
    pub fn facts(&self) -> ShapeFacts {
        self.met.lock().unwrap_or_else(PoisonError::into_inner).facts.clone()
    }
}

/// Reads blocks on one thread.
pub(super) struct BlockReader<'a> {
    units: Option<&'a RwLock<Units>>,
    dictionary: &'a Dictionary<'a>,
    layout: &'a Layout,
    shapes: &'a Shapes,
    hasher: DefaultHashBuilder,
    numbers: bool,
    rows: RowReader<'a>,
    /// The shapes that this thread has met: number, and whether the row's number is a standard's. None for what is no
    /// shape, since something in it is odd.
    known: HashMap<Arc<[u8]>, Option<(u32, bool)>>,
    key: Vec<u8>,
    inferred: Vec<Inferred<'a>>,
    /// How many bytes and rows the block before came to.
    before: (usize, usize),
}

impl<'a> BlockReader<'a> {
    /// `units`: where names are looked up, if they all end up there; `numbers`: note the numbers of standards.
    pub fn new(
        common: &'a Common<'a>,
        shapes: &'a Shapes,
        hasher: DefaultHashBuilder,
        units: Option<&'a RwLock<Units>>,
        numbers: bool,
    ) -> Self {
        BlockReader {
            units,
            numbers,
            dictionary: &common.dictionary,
            layout: &common.layout,
            shapes,
            hasher,
            rows: RowReader::new(&common.dictionary),
            known: HashMap::new(),
            key: Vec::new(),
            inferred: common.dictionary.vocabulary.inferences().iter().map(Inferred::new).collect(),
            before: (0, 0),
        }
    }

    /// Reads one block. The first one of a file begins with the header.
    pub fn read(&mut self, file: &File, block: &[u8], first: bool) -> Parsed {
        let (text, decoded) = decode(block, file.encoding_of_blocks());
        let text = if first { without_marks(&text) } else { &text };
        let mut parsed = Parsed { decoded, ..Parsed::default() };
        parsed.chunk.input = file.input;
        // Blocks of a file are much alike.
        let room = |before: usize| before + before / 16;
        parsed.chunk.bytes.reserve(room(self.before.0).min(text.len()));
        parsed.rows.reserve(room(self.before.1));
        let mut header = first;
        let mut records = Records::new(text, file.delimiter);
        while let Some(row) = records.next() {
            parsed.rows_taken = row;
            if records.cells().all(is_blank) || std::mem::take(&mut header) {
                continue;
            }
            let at = u32::try_from(parsed.chunk.bytes.len()).unwrap_or(u32::MAX);
            let name = file.plan.applicant.map_or("", |column| records.cell(column));
            let name = if is_blank(name) { "" } else { trimmed(name) };
            self.run(&mut parsed, name);
            let index = parsed.rows.len() as u32;
            // Only a file of one block has faults, so that its rows are numbered already.
            let trusted = !file.faults.contains_key(&row);
            let regular = trusted.then(|| self.regular(file, &records, &mut parsed.chunk.bytes)).flatten();
            let shape = match regular {
                Some((shape, numbered)) => {
                    if numbered && let Some(column) = file.plan.number {
                        self.number(&mut parsed, index, records.cell(column));
                    }
                    shape
                }
                None => self.as_cells(file, &records, trusted, index, &mut parsed),
            };
            let id = self.id(file.plan.id.map_or("", |column| records.cell(column)));
            parsed.rows.push(KeptRow { shape, at, row: (row - 1) as u32, id });
        }
        if let Some(units) = self.units {
            let names = parsed.runs.iter().map(|(_, name, hash)| (&parsed.names[name.clone()], *hash));
            parsed.met = units.read().unwrap_or_else(PoisonError::into_inner).met(names);
        }
        // Empty lines at the end count as well.
        parsed.rows_taken = records.row();
        self.before = (parsed.chunk.bytes.len(), parsed.rows.len());
        parsed.chunk.bytes.shrink_to_fit();
        parsed
    }

    fn run(&self, parsed: &mut Parsed, name: &str) {
        if let Some((_, last, _)) = parsed.runs.last()
            && parsed.names[last.clone()] == *name
        {
            return;
        }
        let from = parsed.names.len();
        parsed.names.push_str(name);
        let hash = self.hasher.hash_one(name);
        parsed.runs.push((parsed.rows.len() as u32, from..parsed.names.len(), hash));
    }

    fn id(&self, cell: &str) -> u32 {
        if is_blank(cell) {
            return NO_ID;
        }
        let plain = cell.bytes().all(|byte| byte.is_ascii_graphic());
        let hash = if plain { self.hasher.hash_one(cell) } else { self.hasher.hash_one(&*text::folded(cell.trim())) };
        (hash as u32).max(NO_ID + 1)
    }

    fn number(&self, parsed: &mut Parsed, row: u32, cell: &str) {
        if self.numbers && !is_blank(cell) {
            parsed.numbers.push((row, NumberKey::new(cell)));
        }
    }

    /// Keeps a row of which nothing is odd: its shape, and whether its number is a standard's. None, with nothing
    /// written, for any other row.
    fn regular(&mut self, file: &File, records: &Records<'_>, bytes: &mut Vec<u8>) -> Option<(u32, bool)> {
        let plan = &file.plan;
        if records.len() != plan.columns || plan.unnamed.iter().any(|column| !is_blank(records.cell(*column))) {
            return None;
        }
        let shape = self.shape(file, records)?;
        let mut writing = self.layout.begin(bytes);
        for (fact, own, column) in &plan.own {
            let cell = records.bytes(*column);
            if cell.is_empty() {
                continue;
            }
            let written = match own {
                Own::Text(bit) => {
                    let cell = records.cell(*column);
                    if !is_blank(cell) {
                        writing.text(*bit, trimmed(cell).as_bytes(), bytes);
                    }
                    true
                }
                Own::Day(bit) => match plain_day(cell) {
                    Some(day) => {
                        writing.day(*bit, day, bytes);
                        true
                    }
                    None => self.unusual(*fact, *own, records.cell(*column), &mut writing, bytes),
                },
                Own::Money(bit) => match plain_amount(cell) {
                    Some(amount) => {
                        writing.money(*bit, amount, bytes);
                        true
                    }
                    None => self.unusual(*fact, *own, records.cell(*column), &mut writing, bytes),
                },
            };
            if !written {
                writing.undo(bytes);
                return None;
            }
        }
        plan.extra.iter().for_each(|column| layout::write_bytes(bytes, records.bytes(*column)));
        self.layout.end(writing, bytes);
        Some(shape)
    }

    /// Writes a day or an amount as the ordinary reader reads it; false if anything about it is odd.
    fn unusual(&self, fact: FactId, own: Own, cell: &str, writing: &mut Writing, bytes: &mut Vec<u8>) -> bool {
        match (read_cell(self.dictionary.vocabulary, fact, cell), own) {
            (Ok(None), _) => true,
            (Ok(Some((Value::Date(day), warnings))), Own::Day(bit)) if warnings.is_empty() => {
                writing.day(bit, day, bytes);
                true
            }
            (Ok(Some((Value::Money(money), warnings))), Own::Money(bit)) if warnings.is_empty() => {
                writing.money(bit, money, bytes);
                true
            }
            _ => false,
        }
    }

    /// The shape of a row, if it has one.
    fn shape(&mut self, file: &File, records: &Records<'_>) -> Option<(u32, bool)> {
        /// Between cells, so that those of one row are never those of another; no byte of UTF-8.
        const BETWEEN: u8 = 0xFF;
        self.key.clear();
        self.key.push(file.input as u8);
        for (first, last) in &file.plan.shape {
            if records.is_quoted() {
                for column in *first..=*last {
                    self.key.extend_from_slice(records.bytes(column));
                    self.key.push(BETWEEN);
                }
            } else {
                self.key.extend_from_slice(records.span(*first, *last));
                self.key.push(BETWEEN);
            }
        }
        for (inferred, column) in self.inferred.iter_mut().zip(&file.plan.inferred_from) {
            let cell = column.map_or("", |column| records.cell(column));
            self.key.extend_from_slice(&inferred.infer(cell).to_le_bytes());
        }
        if let Some(known) = self.known.get(self.key.as_slice()) {
            return *known;
        }
        self.new_shape(file, records)
    }

    fn new_shape(&mut self, file: &File, records: &Records<'_>) -> Option<(u32, bool)> {
        let key: Arc<[u8]> = self.key.as_slice().into();
        let mut met = self.shapes.met.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = met.numbers.get(&key) {
            self.known.insert(key, *known);
            return *known;
        }
        if met.numbers.len() >= self.shapes.most || file.input > usize::from(u8::MAX) {
            return None;
        }
        let vocabulary = self.dictionary.vocabulary;
        let mut cells = Vec::new();
        for (index, column) in file.columns.iter().enumerate() {
            let Column::Fact(fact) = column else { continue };
            let decides = vocabulary.inferences().iter().any(|inference| inference.from == *fact);
            if decides || self.layout.own(*fact).is_none() && *fact != vocabulary.known().applicant {
                cells.push((*fact, records.cell(index)));
            }
        }
        let row = self.rows.achievement(&cells);
        let shape = (row.mistakes.is_empty() && row.warnings.is_empty()).then(|| {
            let mut facts = Facts::none();
            for (fact, value) in row.facts.iter().filter(|(fact, _)| self.layout.own(*fact).is_none()) {
                facts.set(fact, value.clone());
            }
            facts.shrink();
            let kind = facts.code(vocabulary.known().kind);
            let number = vocabulary.known().number;
            let mut inferences = vocabulary.inferences().iter();
            let numbered = inferences.any(|inference| inference.from == number && Some(inference.kind) == kind);
            (met.facts.push(facts), numbered)
        });
        met.numbers.insert(Arc::clone(&key), shape);
        self.known.insert(key, shape);
        shape
    }

    /// Keeps a row as its cells.
    fn as_cells(&mut self, file: &File, records: &Records<'_>, trusted: bool, index: u32, parsed: &mut Parsed) -> u32 {
        let bytes = &mut parsed.chunk.bytes;
        bytes.extend((records.len() as u32).to_le_bytes());
        records.cells().for_each(|cell| layout::write_bytes(bytes, cell.as_bytes()));
        let cells: Vec<&str> = records.cells().collect();
        let split = file.split(&cells);
        parsed.unnamed_column |= split.unnamed;
        let read = self.rows.achievement(&split.facts);
        let readable = read.mistakes.is_empty() && split.surplus.is_none() && trusted;
        if !readable {
            return UNREADABLE;
        }
        let known = self.dictionary.vocabulary.known();
        let kind = read.facts.code(known.kind);
        let mut inferences = self.dictionary.vocabulary.inferences().iter();
        if inferences.any(|inference| inference.from == known.number && Some(inference.kind) == kind) {
            self.number(parsed, index, read.facts.text(known.number).unwrap_or_default());
        }
        AS_CELLS
    }
}

/// The cells of a row that is kept as such.
pub(super) fn cells_of(mut bytes: &[u8]) -> Vec<&str> {
    let Some((count, rest)) = bytes.split_first_chunk::<4>() else { return Vec::new() };
    bytes = rest;
    let cell = |_| std::str::from_utf8(layout::read_bytes(&mut bytes)).unwrap_or_default();
    (0..u32::from_le_bytes(*count)).map(cell).collect()
}

//! The ledger 台账: everything that was read, kept so that ten million rows fit into memory. Units and rows come out of
//! it one by one, in full ([`Ledger::applicant`]) or as the engine asks for them ([`Page`]).

use std::ops::Range;
use std::sync::Arc;

use hashbrown::HashSet;

use super::achievements::not_grouped;
use super::alike::{Claimants, NumberId};
use super::cells::shown;
use super::chunk::{AS_CELLS, Chunk, KeptRow, ShapeFacts, UNREADABLE, cells_of};
use super::columns::{Column, Dictionary};
use super::layout::Layout;
use super::page::{Kept, Page};
use super::row::{Row, RowReader};
use super::segments::Segments;
use super::units::{UnitId, Units};
use super::{File, InputError, InputFile, Invalid, Mistake, Notice, Portfolio};
use crate::facts::{Applicant, Facts};
use crate::text;
use crate::vocabulary::Vocabulary;
use crate::words;

/// A row of the ledger: whose it is, and where the rest stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct LedgerRow {
    pub unit: UnitId,
    pub chunk: u32,
    pub kept: KeptRow,
}

/// In place of a unit: the applicant is blank while other rows name theirs.
pub(super) const NOBODY: UnitId = UnitId::MAX;

/// What all ledgers of some files have in common.
#[derive(Debug)]
pub(super) struct Common<'v> {
    pub dictionary: Dictionary<'v>,
    pub layout: Layout,
    pub files: Vec<File>,
}

/// Everything that was read (contract section 1).
pub struct Ledger<'v> {
    /// Achievements files in the order given, then the applicants file.
    pub inputs: Vec<InputFile>,
    /// What looks odd about files, not rows of achievements.
    pub notices: Vec<Notice>,
    pub(super) common: Arc<Common<'v>>,
    pub(super) shapes: ShapeFacts,
    pub(super) chunks: Vec<Arc<Chunk>>,
    pub(super) rows: Segments<LedgerRow>,
    pub(super) units: Units,
    /// Where the rows of each unit begin in `order`.
    pub(super) starts: Vec<u32>,
    /// Indices of rows, unit by unit, those of a unit in order of input and row.
    pub(super) order: Vec<u32>,
    /// Who claims which standard; empty where nobody asked.
    pub(super) claimants: Claimants,
    /// Where the last row ends, if its block goes on with rows of another ledger.
    pub(super) last_end: Option<u32>,
    /// The number of the standard that each row claims; empty where nobody asked.
    pub(super) numbers: Segments<NumberId>,
    /// Unreadable rows of the applicants file.
    pub(super) invalid_units: Vec<Invalid>,
}

impl std::fmt::Debug for Ledger<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").field("inputs", &self.inputs).field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}

impl<'v> Ledger<'v> {
    pub(super) fn new(common: Arc<Common<'v>>, units: Units) -> Self {
        Ledger {
            inputs: Vec::new(),
            notices: Vec::new(),
            common,
            shapes: ShapeFacts::default(),
            chunks: Vec::new(),
            rows: Segments::new(),
            units,
            starts: Vec::new(),
            order: Vec::new(),
            claimants: Claimants::default(),
            last_end: None,
            numbers: Segments::new(),
            invalid_units: Vec::new(),
        }
    }

    /// Puts the rows in order of their units, once all are there. A unit that is not complete yet is left out: it is
    /// the last one.
    pub(super) fn sort(&mut self, incomplete: Option<UnitId>) {
        let units = incomplete.map_or(self.units.len(), |unit| unit as usize);
        let mut starts = vec![0u32; units + 1];
        let of_units = || (0u32..).zip(self.rows.iter()).filter(|(_, row)| row.unit != NOBODY);
        for (_, row) in of_units() {
            starts[row.unit as usize + 1] += 1;
        }
        for unit in 1..starts.len() {
            starts[unit] += starts[unit - 1];
        }
        let mut next = starts.clone();
        let mut order = vec![0u32; starts.last().copied().unwrap_or(0) as usize];
        for (index, row) in of_units() {
            let slot = &mut next[row.unit as usize];
            order[*slot as usize] = index;
            *slot += 1;
        }
        (self.starts, self.order) = (starts, order);
    }

    /// How many units rows of achievements name, readable or not.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// True if there is no unit.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All units in stretches of a few thousand rows, fit for a [`Page`] each.
    pub fn stretches(&self) -> impl Iterator<Item = Range<usize>> {
        const ROWS: u32 = 4096;
        let mut from = 0;
        std::iter::from_fn(move || {
            let begin = from;
            while from < self.len() && self.starts[from] - self.starts[begin] < ROWS {
                from += 1;
            }
            (from > begin).then_some(begin..from)
        })
    }

    pub(super) fn vocabulary(&self) -> &'v Vocabulary {
        self.common.dictionary.vocabulary
    }

    /// The name of the unit at `place`, as results show it.
    pub fn name(&self, place: usize) -> &str {
        self.units.name(place as UnitId)
    }

    /// What is known of the unit at `place`.
    pub fn facts(&self, place: usize) -> &Facts {
        self.units.facts(place as UnitId).0
    }

    /// True if the unit at `place` has a readable row.
    pub fn is_readable(&self, place: usize) -> bool {
        let own = &self.order[self.starts[place] as usize..self.starts[place + 1] as usize];
        own.iter().any(|row| self.rows[*row as usize].kept.shape != UNREADABLE)
    }

    /// The error for the unit at `place` if a ledger before this one had it already.
    pub fn not_grouped(&self, place: usize) -> InputError {
        let first = self.order.get(self.starts[place] as usize).map(|row| &self.rows[*row as usize]);
        let number = |row: &LedgerRow| self.chunk(row).first_row + u64::from(row.kept.row);
        let (path, row) = first.map_or(("", 0), |row| (self.file(row).path.as_str(), number(row)));
        not_grouped(path, self.name(place), row)
    }

    /// A number that tells units apart across ledgers: 128 bits of a hash of the name.
    pub fn name_hash(&self, place: usize) -> u128 {
        xxhash_rust::xxh3::xxh3_128(text::key(self.units.name(place as UnitId)).as_bytes())
    }

    /// Some units, by first appearance, with their rows side by side in memory.
    pub fn page(&self, places: Range<usize>) -> Page<'_> {
        Page::new(self, places)
    }

    /// The unit at `place` with its rows in full.
    pub fn applicant(&self, place: usize) -> Applicant {
        self.page(place..place + 1).unit(place).applicant()
    }

    /// Everything at once, in full: for portfolios that fit into memory that way.
    pub fn into_portfolio(self) -> Portfolio {
        let mut unreadable = Vec::new();
        let mut applicants = Vec::new();
        for place in 0..self.len() {
            let page = self.page(place..place + 1);
            let unit = page.unit(place);
            let applicant = unit.applicant();
            unreadable.extend(unit.unreadable);
            if !applicant.achievements.is_empty() {
                applicants.push(applicant);
            }
        }
        unreadable.extend(self.nobodys());
        self.in_order(&mut unreadable);
        let mut invalid: Vec<Invalid> = unreadable.iter().map(|row| self.invalid(row)).collect();
        invalid.extend(self.invalid_units);
        Portfolio { applicants, invalid, inputs: self.inputs, notices: self.notices }
    }

    /// Rows that name nobody while others do.
    pub fn nobodys(&self) -> impl Iterator<Item = Unreadable> {
        let rows = (0u32..).zip(self.rows.iter()).filter(|(_, row)| row.unit == NOBODY);
        rows.map(|(row, _)| Unreadable { row, used_before: None })
    }

    /// Unreadable rows of the applicants file.
    pub fn invalid_units(&self) -> &[Invalid] {
        &self.invalid_units
    }

    /// Sorts by input and row.
    pub fn in_order(&self, unreadable: &mut [Unreadable]) {
        // Rows were added file by file and block by block.
        unreadable.sort_unstable_by_key(|row| row.row);
    }

    /// An unreadable row with all its mistakes.
    pub fn invalid(&self, unreadable: &Unreadable) -> Invalid {
        let row = self.kept(unreadable.row);
        let (file, number) = (row.file(), row.number());
        let unit = row.row.unit;
        let known = self.vocabulary().known();
        let text = |fact| row.text_cell(fact).map(str::to_owned);
        let (title, standard) = (text(known.title), text(known.number));
        let path = file.path.clone();
        let mut invalid = Invalid { path, row: number, title, number: standard, ..Invalid::default() };
        if unit != NOBODY {
            invalid.applicant = Some(self.units.name(unit).to_owned()).filter(|name| !name.is_empty());
        }
        let (read, extra, surplus) = if row.is_as_cells() {
            let cells = cells_of(row.bytes);
            let split = file.split(&cells);
            (RowReader::new(&self.common.dictionary).achievement(&split.facts), split.extra, split.surplus)
        } else {
            let read = Row { id: row.id_cell().map(str::to_owned), ..Row::default() };
            (read, row.extra(), None)
        };
        (invalid.id, invalid.mistakes, invalid.extra) = (read.id, read.mistakes, extra);
        if unit == NOBODY {
            invalid.mistakes.push(self.nobody());
        }
        if let Some(before) = unreadable.used_before {
            let id = invalid.id.clone().unwrap_or_else(|| format!("row{number}"));
            invalid.mistakes.push(self.used_before(before, &id, invalid.id.as_deref()));
        }
        file.complete(self.vocabulary(), number, &mut invalid.mistakes);
        invalid.mistakes.extend(surplus);
        invalid
    }

    fn used_before(&self, before: u64, id: &str, written: Option<&str>) -> Mistake {
        let column = self.vocabulary().known().id;
        let found = shown(id);
        let message = match written {
            Some(_) => words!(
                zh: "编号“{found}”在第 {before} 行已经用过；同一单位的编号不能重复，请改一个",
                en: "the id \"{found}\" was used on row {before} before; ids of one applicant must differ; change it"
            ),
            None => words!(
                zh: "编号空白的行记作“{found}”，而第 {before} 行已经用了这个编号；请填上编号",
                en: "a row without an id is called \"{found}\", which row {before} uses already; fill in an id"
            ),
        };
        let column = Some(self.vocabulary().fact(column).id.clone());
        Mistake { column, cell: None, value: written.unwrap_or_default().to_owned(), message }
    }

    /// A blank applicant where other rows have names.
    fn nobody(&self) -> Mistake {
        let fact = self.vocabulary().fact(self.vocabulary().known().applicant);
        let (id, zh) = (&fact.id, &fact.zh);
        Mistake {
            column: Some(id.clone()),
            cell: None,
            value: String::new(),
            message: words!(
                zh: "“{zh}”是空白的，而其他行写了单位；请填上",
                en: "column `{id}` is blank, while other rows name their applicant; fill it in"
            ),
        }
    }

    pub(super) fn chunk(&self, row: &LedgerRow) -> &Chunk {
        &self.chunks[row.chunk as usize]
    }

    pub(super) fn file(&self, row: &LedgerRow) -> &File {
        &self.common.files[self.chunk(row).input]
    }

    /// A row's bytes end where those of the next row of its block begin.
    pub(super) fn end(&self, index: usize) -> u32 {
        let row = &self.rows[index];
        let next = (index + 1 < self.rows.len()).then(|| &self.rows[index + 1]);
        let next = next.filter(|next| next.chunk == row.chunk).map(|next| next.kept.at);
        let last = self.last_end.filter(|_| index + 1 == self.rows.len());
        next.or(last).unwrap_or_else(|| u32::try_from(self.chunk(row).bytes.len()).unwrap_or(u32::MAX))
    }

    pub(super) fn kept(&self, index: u32) -> Kept<'_> {
        let row = &self.rows[index as usize];
        let bytes = row.kept.at as usize..self.end(index as usize) as usize;
        Kept { ledger: self, row: *row, bytes: self.chunk(row).bytes.get(bytes).unwrap_or_default() }
    }

    /// The headers that nobody knows, of all files, each once, in the order of the columns. Columns without a header
    /// stand only where some row has content in them.
    pub fn extra_headers(&self) -> Vec<String> {
        let mut filled = HashSet::new();
        let unnamed = |column: &Column| matches!(column, Column::Unnamed(_));
        if self.common.files.iter().any(|file| file.columns.iter().any(unnamed)) {
            for (index, row) in (0u32..).zip(self.rows.iter()).filter(|(_, row)| is_as_cells(row)) {
                let cells = cells_of(self.kept(index).bytes);
                filled.extend(self.file(row).split(&cells).extra.into_iter().map(|(name, _)| name));
            }
        }
        self.common.extra_headers(|name| filled.contains(name))
    }

    /// The same before all rows are read: with every column that has no header.
    pub fn possible_extra_headers(&self) -> Vec<String> {
        self.common.extra_headers(|_| true)
    }
}

impl Common<'_> {
    fn extra_headers(&self, filled: impl Fn(&String) -> bool) -> Vec<String> {
        let mut headers: Vec<String> = Vec::new();
        for column in self.files.iter().flat_map(|file| file.columns.iter()) {
            let name = match column {
                Column::Extra(name) => name,
                Column::Unnamed(name) if filled(name) => name,
                _ => continue,
            };
            if !headers.contains(name) {
                headers.push(name.clone());
            }
        }
        headers
    }
}

pub(super) fn is_as_cells(row: &LedgerRow) -> bool {
    row.kept.shape >= AS_CELLS
}

/// A row that is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Index among all rows.
    pub(super) row: u32,
    /// The row that used its id before.
    pub(super) used_before: Option<u64>,
}

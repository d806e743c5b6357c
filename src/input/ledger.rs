//! The ledger 台账: everything that was read, kept so that ten million rows fit into memory. Units and rows come out of
//! it one by one, in full ([`Ledger::applicant`]) or as the engine asks for them ([`LedgerUnit`]).

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use jiff::civil::Date;

use super::achievements::not_grouped;
use super::alike::{self, Claimants, NumberKey};
use super::cells::shown;
use super::chunk::{AS_CELLS, Chunk, KeptRow, ShapeFacts, UNREADABLE, cells_of, own_value};
use super::columns::{Column, Dictionary};
use super::layout::{Layout, Own, OwnFacts};
use super::row::{Row, RowReader};
use super::segments::Segments;
use super::table::is_blank;
use super::units::{UnitId, Units};
use super::{File, InputError, InputFile, Invalid, Mistake, Notice, Portfolio};
use crate::facts::{Achievement, Applicant, Facts, Value};
use crate::lang::{Lang, Words};
use crate::text;
use crate::unit::Unit;
use crate::vocabulary::{FactId, ValueId, Vocabulary};
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

    fn vocabulary(&self) -> &'v Vocabulary {
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
        let rows = self.starts[places.start] as usize..self.starts[places.end] as usize;
        let order = &self.order[rows.clone()];
        // Each of these loops waits for memory once for many rows, not row by row.
        let mut kept: Vec<LedgerRow> = order.iter().map(|index| self.rows[*index as usize]).collect();
        let mut bytes = Vec::with_capacity(kept.iter().map(|row| row.kept.length as usize).sum());
        for row in &mut kept {
            let at = bytes.len();
            bytes.extend_from_slice(self.bytes(row));
            row.kept.at = at as u32;
        }
        Page { ledger: self, first: places.start, order, rows: kept, bytes }
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
        let mut invalid = Invalid { path: file.path.clone(), row: number, ..Invalid::default() };
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

    fn chunk(&self, row: &LedgerRow) -> &Chunk {
        &self.chunks[row.chunk as usize]
    }

    fn file(&self, row: &LedgerRow) -> &File {
        &self.common.files[self.chunk(row).input]
    }

    fn bytes(&self, row: &LedgerRow) -> &[u8] {
        let from = row.kept.at as usize;
        self.chunk(row).bytes.get(from..from + row.kept.length as usize).unwrap_or_default()
    }

    fn kept(&self, index: u32) -> Kept<'_> {
        let row = &self.rows[index as usize];
        Kept { ledger: self, row: *row, bytes: self.bytes(row) }
    }

    /// The headers that nobody knows, of all files, each once, in the order of the columns. Columns without a header
    /// stand only where some row has content in them.
    pub fn extra_headers(&self) -> Vec<String> {
        let mut filled = HashSet::new();
        let unnamed = |column: &Column| matches!(column, Column::Unnamed(_));
        if self.common.files.iter().any(|file| file.columns.iter().any(unnamed)) {
            for row in self.rows.iter().filter(|row| is_as_cells(row)) {
                filled.extend(self.file(row).split(&cells_of(self.bytes(row))).extra.into_iter().map(|(name, _)| name));
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

fn is_as_cells(row: &LedgerRow) -> bool {
    row.kept.shape >= AS_CELLS
}

/// A row with its bytes.
#[derive(Clone, Copy)]
struct Kept<'l> {
    ledger: &'l Ledger<'l>,
    row: LedgerRow,
    bytes: &'l [u8],
}

impl<'l> Kept<'l> {
    fn is_as_cells(self) -> bool {
        is_as_cells(&self.row)
    }

    fn file(self) -> &'l File {
        self.ledger.file(&self.row)
    }

    fn input(self) -> usize {
        self.ledger.chunk(&self.row).input
    }

    /// Row number as a spreadsheet counts.
    fn number(self) -> u64 {
        self.ledger.chunk(&self.row).first_row + u64::from(self.row.kept.row)
    }

    fn own(self) -> OwnFacts<'l> {
        OwnFacts { layout: &self.ledger.common.layout, bytes: self.bytes }
    }

    fn shape(self) -> &'l Facts {
        self.ledger.shapes.get(self.row.kept.shape)
    }

    /// The cell of the column `id`, trimmed, unless blank.
    fn id_cell(self) -> Option<&'l str> {
        let id = self.ledger.vocabulary().known().id;
        if self.is_as_cells() {
            let column = self.file().columns.position(id)?;
            let cell = cells_of(self.bytes).get(column).copied()?;
            return (!is_blank(cell)).then(|| cell.trim());
        }
        match self.ledger.common.layout.own(id) {
            Some(Own::Text(index)) => self.own().text(index),
            _ => None,
        }
    }

    /// A row kept as cells, read again.
    fn read_cells(self) -> (Row, Vec<(String, String)>) {
        let cells = cells_of(self.bytes);
        let split = self.file().split(&cells);
        let mut read = RowReader::new(&self.ledger.common.dictionary).achievement(&split.facts);
        read.warnings.extend(split.short);
        (read, split.extra)
    }

    /// The cells of columns that nobody knows: header and cell.
    fn extra(self) -> Vec<(String, String)> {
        if self.is_as_cells() {
            return self.read_cells().1;
        }
        let names: Vec<&String> = self.file().columns.iter().filter_map(Column::extra_name).collect();
        let cells = self.own().extra(names.len());
        names.into_iter().zip(cells).map(|(name, cell)| (name.clone(), cell.to_owned())).collect()
    }
}

/// A row that is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Index among all rows.
    row: u32,
    /// The row that used its id before.
    used_before: Option<u64>,
}

/// Some units of a [`Ledger`], their rows side by side.
pub struct Page<'l> {
    ledger: &'l Ledger<'l>,
    /// The place of its first unit.
    first: usize,
    /// Where its rows stand in the ledger.
    order: &'l [u32],
    rows: Vec<LedgerRow>,
    bytes: Vec<u8>,
}

impl<'l> Page<'l> {
    /// The unit at `place`, which must be one of the page's. One without a readable row has no rows.
    pub fn unit<'p>(&'p self, place: usize) -> LedgerUnit<'p> {
        let start = |place: usize| (self.ledger.starts[place] - self.ledger.starts[self.first]) as usize;
        let own = start(place)..start(place + 1);
        let mut unit = LedgerUnit { page: self, unit: place as UnitId, rows: Vec::new(), unreadable: Vec::new() };
        unit.tell_apart(own);
        unit
    }

    fn kept(&self, index: usize) -> Kept<'_> {
        let row = self.rows[index];
        let from = row.kept.at as usize;
        let bytes = self.bytes.get(from..from + row.kept.length as usize).unwrap_or_default();
        Kept { ledger: self.ledger, row, bytes }
    }
}

/// One unit of a [`Ledger`] with its readable rows.
pub struct LedgerUnit<'p> {
    page: &'p Page<'p>,
    unit: UnitId,
    /// Its readable rows, as places in the page.
    rows: Vec<u32>,
    /// Its other rows.
    pub unreadable: Vec<Unreadable>,
}

impl<'p> LedgerUnit<'p> {
    /// Sorts out the unreadable rows: those with mistakes, and those whose id a readable row of the same file used
    /// before. That row stands. An unreadable row uses up no id, so that its corrected copy below it counts.
    fn tell_apart(&mut self, own: Range<usize>) {
        /// Up to here, comparing every id with every other is faster.
        const FEW: usize = 12;
        self.rows.reserve_exact(own.len());
        let (page, few) = (self.page, own.len() <= FEW);
        let mut ids: Vec<(Cow<'p, str>, usize, u64)> = Vec::new();
        let mut many: HashMap<(Cow<'p, str>, usize), u64> = HashMap::new();
        for index in own.clone() {
            let row = page.kept(index);
            let unreadable = row.row.kept.shape == UNREADABLE;
            if own.len() == 1 && !unreadable {
                self.rows.push(index as u32);
                return;
            }
            let (input, number) = (row.input(), row.number());
            let id = match row.id_cell() {
                Some(id) => text::folded(id),
                None => Cow::Owned(format!("row{number}")),
            };
            let before = if few {
                ids.iter().find(|(known, file, _)| *file == input && *known == id).map(|(.., before)| *before)
            } else {
                many.get(&(id.clone(), input)).copied()
            };
            if unreadable || before.is_some() {
                self.unreadable.push(Unreadable { row: page.order[index], used_before: before });
                continue;
            }
            self.rows.push(index as u32);
            if few {
                ids.push((id, input, number));
            } else {
                many.insert((id, input), number);
            }
        }
    }

    fn ledger(&self) -> &'p Ledger<'p> {
        self.page.ledger
    }

    fn at(&self, item: usize) -> Kept<'p> {
        self.page.kept(self.rows[item] as usize)
    }

    /// The name shown in results; empty for the one unnamed applicant.
    pub fn name(&self) -> &'p str {
        self.ledger().units.name(self.unit)
    }

    /// The id of a row: its cell, or `row<N>`.
    pub fn id(&self, item: usize) -> Cow<'p, str> {
        let row = self.at(item);
        match row.id_cell() {
            Some(id) => Cow::Borrowed(id),
            None => Cow::Owned(format!("row{}", row.number())),
        }
    }

    /// The number of a row as a spreadsheet counts.
    pub fn number(&self, item: usize) -> u64 {
        self.at(item).number()
    }

    /// The file of a row.
    pub fn input(&self, item: usize) -> usize {
        self.at(item).input()
    }

    /// The name of the file of a row.
    pub fn path(&self, item: usize) -> &'p str {
        &self.at(item).file().path
    }

    /// A text of a row, unless blank.
    pub fn text(&self, item: usize, fact: FactId) -> Option<Cow<'p, str>> {
        let row = self.at(item);
        match self.ledger().common.layout.own(fact) {
            Some(Own::Text(index)) if !row.is_as_cells() => row.own().text(index).map(Cow::Borrowed),
            _ => match self.value(item, fact)? {
                Value::Text(text) => Some(Cow::Owned(text.into())),
                _ => None,
            },
        }
    }

    /// The cells of columns that nobody knows: header and cell.
    pub fn extra(&self, item: usize) -> Vec<(String, String)> {
        self.at(item).extra()
    }

    /// What reading found odd about each row.
    pub fn warnings(&self) -> Vec<Vec<Words>> {
        let mut warnings = self.warnings_of_rows();
        for (warnings, shared) in warnings.iter_mut().zip(self.claimed_elsewhere()) {
            let in_words = |(number, other): (Cow<'_, str>, &str)| {
                Words::new(alike::shared(&number, other, Lang::Zh), alike::shared(&number, other, Lang::En))
            };
            warnings.extend(shared.map(in_words));
        }
        warnings
    }

    /// The same in one language.
    pub fn warnings_in(&self, lang: Lang) -> Vec<Vec<String>> {
        let of_rows = self.warnings_of_rows().into_iter().zip(self.claimed_elsewhere());
        let in_words = |(warnings, shared): (Vec<Words>, Option<(Cow<'_, str>, &str)>)| {
            let shared = shared.map(|(number, other)| alike::shared(&number, other, lang));
            warnings.iter().map(|words| words.get(lang).to_owned()).chain(shared).collect()
        };
        of_rows.map(in_words).collect()
    }

    fn warnings_of_rows(&self) -> Vec<Vec<Words>> {
        let of_row = |item: usize| {
            let row = self.at(item);
            if row.is_as_cells() { row.read_cells().0.warnings } else { Vec::new() }
        };
        let mut warnings: Vec<Vec<Words>> = (0..self.rows.len()).map(of_row).collect();
        self.add_twins(&mut warnings);
        warnings
    }

    fn add_twins(&self, warnings: &mut [Vec<Words>]) {
        if warnings.len() < 2 {
            return;
        }
        let vocabulary = self.ledger().vocabulary();
        let known = vocabulary.known();
        // Only rows of the same kind and day can be alike.
        let keys: Vec<_> = (0..self.rows.len()).map(|item| (self.kind(item), self.day(item, known.date))).collect();
        let mut seen = HashSet::new();
        let again: HashSet<_> = keys.iter().filter(|key| !seen.insert(**key)).collect();
        if again.is_empty() {
            return;
        }
        let items: Vec<usize> = (0..keys.len()).filter(|item| again.contains(&keys[*item])).collect();
        let place = |item: usize| (self.input(item), self.number(item));
        let rows: Vec<_> = items.iter().map(|item| (place(*item), self.row(*item).into_owned())).collect();
        for (item, twin) in items.iter().zip(alike::twins(vocabulary, &rows)) {
            if let Some((input, number)) = twin {
                let path = self.ledger().common.files.get(input).filter(|_| input != self.input(*item));
                warnings[*item].push(alike::twin(number, path.map(|file| file.path.as_str())));
            }
        }
    }

    /// For each row, the number of a standard that another unit claims as well, and the first such unit.
    fn claimed_elsewhere(&self) -> impl Iterator<Item = Option<(Cow<'p, str>, &'p str)>> {
        let (claimants, units) = (&self.ledger().claimants, &self.ledger().units);
        (0..self.rows.len()).map(move |item| {
            let number = if claimants.is_empty() { None } else { self.standard_number(item) }?;
            let other = claimants.other(&number, self.unit)?;
            Some((number, units.name(other)))
        })
    }

    /// The number of a row whose number is a standard's: of kinds for which the vocabulary reads something off it.
    fn standard_number(&self, item: usize) -> Option<Cow<'p, str>> {
        let vocabulary = self.ledger().vocabulary();
        let number = vocabulary.known().number;
        let kind = self.kind(item);
        let mut inferences = vocabulary.inferences().iter();
        let has = inferences.any(|inference| inference.from == number && Some(inference.kind) == kind);
        if has { self.text(item, number) } else { None }
    }

    fn kind(&self, item: usize) -> Option<ValueId> {
        let kind = self.ledger().vocabulary().known().kind;
        match self.shape(item) {
            Some((_, facts)) => facts.code(kind),
            None => self.row(item).code(kind),
        }
    }

    /// True if a row is not counted although it could be read.
    pub(super) fn has_repeated_id(&self) -> bool {
        self.unreadable.iter().any(|row| self.ledger().rows[row.row as usize].kept.shape != UNREADABLE)
    }

    /// Notes the standards that the unit claims.
    pub(super) fn note_claims(&self, claimants: &mut Claimants) {
        for number in (0..self.rows.len()).filter_map(|item| self.standard_number(item)) {
            claimants.note(NumberKey::new(&number), self.unit);
        }
    }

    /// The unit with its rows in full.
    pub fn applicant(&self) -> Applicant {
        let rows = self.warnings().into_iter().enumerate().map(|(item, warnings)| self.achievement(item, warnings));
        Applicant { achievements: rows.collect(), name: self.name().to_owned(), facts: self.facts().clone() }
    }

    /// A row in full, with these warnings.
    fn achievement(&self, item: usize, warnings: Vec<Words>) -> Achievement {
        Achievement {
            id: self.id(item).into_owned(),
            row: self.number(item),
            input: self.input(item),
            facts: self.row(item).into_owned(),
            extra: self.extra(item),
            warnings,
        }
    }
}

impl Unit for LedgerUnit<'_> {
    fn facts(&self) -> &Facts {
        self.ledger().units.facts(self.unit).0
    }

    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn row(&self, item: usize) -> Cow<'_, Facts> {
        let row = self.at(item);
        if row.is_as_cells() {
            return Cow::Owned(row.read_cells().0.facts);
        }
        let mut facts = row.shape().clone();
        row.own().add_to(&mut facts, self.ledger().vocabulary().known().id);
        Cow::Owned(facts)
    }

    fn value(&self, item: usize, fact: FactId) -> Option<Value> {
        let row = self.at(item);
        if row.is_as_cells() {
            return self.row(item).get(fact).cloned();
        }
        match self.ledger().common.layout.own(fact) {
            Some(place) => own_value(row.own(), place),
            None => row.shape().get(fact).cloned(),
        }
    }

    fn day(&self, item: usize, fact: FactId) -> Option<Date> {
        let row = self.at(item);
        match self.ledger().common.layout.own(fact) {
            Some(Own::Day(index)) if !row.is_as_cells() => row.own().day(index),
            _ => match self.value(item, fact)? {
                Value::Date(day) => Some(day),
                _ => None,
            },
        }
    }

    fn has_money(&self, item: usize, fact: FactId) -> bool {
        let row = self.at(item);
        (row.is_as_cells() || row.own().has_money()) && self.value(item, fact).is_some()
    }

    fn profile(&self) -> Option<u32> {
        Some(self.ledger().units.facts(self.unit).1)
    }

    fn shape(&self, item: usize) -> Option<(u32, &Facts)> {
        let row = self.at(item);
        (!row.is_as_cells()).then(|| (row.row.kept.shape, row.shape()))
    }
}

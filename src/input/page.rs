//! Pages: some units of a ledger with their rows side by side in memory, and each unit as the engine asks for it.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use hashbrown::{HashMap, HashSet};
use jiff::civil::Date;

use super::File;
use super::alike::{self, Claimants, NO_NUMBER, NumberId};
use super::chunk::{NO_ID, UNREADABLE, cells_of};
use super::columns::Column;
use super::layout::{self, Own, OwnFacts};
use super::ledger::{Ledger, LedgerRow, Unreadable, is_as_cells};
use super::row::{Row, RowReader};
use super::table::is_blank;
use super::units::UnitId;
use crate::facts::{Achievement, Applicant, Facts, Value};
use crate::lang::{Lang, Words};
use crate::text;
use crate::unit::Unit;
use crate::vocabulary::{FactId, ValueId};

/// A row with its bytes.
#[derive(Clone, Copy)]
pub(super) struct Kept<'l> {
    pub ledger: &'l Ledger<'l>,
    pub row: LedgerRow,
    pub bytes: &'l [u8],
}

impl<'l> Kept<'l> {
    pub fn is_as_cells(self) -> bool {
        is_as_cells(&self.row)
    }

    pub fn file(self) -> &'l File {
        self.ledger.file(&self.row)
    }

    pub fn input(self) -> usize {
        self.ledger.chunk(&self.row).input
    }

    /// Row number as a spreadsheet counts.
    pub fn number(self) -> u64 {
        self.ledger.chunk(&self.row).first_row + u64::from(self.row.kept.row)
    }

    pub fn own(self) -> OwnFacts<'l> {
        OwnFacts { layout: &self.ledger.common.layout, bytes: self.bytes }
    }

    pub fn shape(self) -> &'l Facts {
        self.ledger.shapes.get(self.row.kept.shape)
    }

    /// The cell of the column `id`, trimmed, unless blank.
    pub fn id_cell(self) -> Option<&'l str> {
        self.text_cell(self.ledger.vocabulary().known().id)
    }

    /// The id as ids are compared, with the number of the file, within which they must differ.
    fn id(self) -> (Cow<'l, str>, usize) {
        let id = match self.id_cell() {
            Some(id) => text::folded(id),
            None => Cow::Owned(format!("row{}", self.number())),
        };
        (id, self.input())
    }

    /// The cell of a column of text, trimmed, unless blank.
    pub fn text_cell(self, fact: FactId) -> Option<&'l str> {
        if self.is_as_cells() {
            let column = self.file().columns.position(fact)?;
            let cell = cells_of(self.bytes).get(column).copied()?;
            return (!is_blank(cell)).then(|| cell.trim());
        }
        match self.ledger.common.layout.own(fact) {
            Some(Own::Text(bit)) => self.own().text(bit),
            _ => None,
        }
    }

    /// A row kept as cells, read again.
    pub fn read_cells(self) -> (Row, Vec<(String, String)>) {
        let cells = cells_of(self.bytes);
        let split = self.file().split(&cells);
        let mut read = RowReader::new(&self.ledger.common.dictionary).achievement(&split.facts);
        read.warnings.extend(split.short);
        (read, split.extra)
    }

    /// The cells of columns that nobody knows: header and cell.
    pub fn extra(self) -> Vec<(String, String)> {
        if self.is_as_cells() {
            return self.read_cells().1;
        }
        let file = self.file();
        if !file.plan.has_extra() {
            return Vec::new();
        }
        let names: Vec<&String> = file.columns.iter().filter_map(Column::extra_name).collect();
        let cells = self.own().extra(names.len());
        names.into_iter().zip(cells).map(|(name, cell)| (name.clone(), cell.to_owned())).collect()
    }
}

/// Some units of a [`Ledger`], their rows side by side.
pub struct Page<'l> {
    ledger: &'l Ledger<'l>,
    /// The place of its first unit.
    first: usize,
    /// Where its rows stand in the ledger.
    order: &'l [u32],
    rows: Vec<LedgerRow>,
    /// Where the bytes of each begin.
    begins: Vec<usize>,
    /// Of all rows, one after the other.
    bytes: Vec<u8>,
    /// The numbers of their standards; empty where nobody asked.
    numbers: Vec<NumberId>,
}

impl<'l> Page<'l> {
    pub(super) fn new(ledger: &'l Ledger<'l>, places: Range<usize>) -> Self {
        let rows = ledger.starts[places.start] as usize..ledger.starts[places.end] as usize;
        let order = &ledger.order[rows];
        // Each of these loops waits for memory once for many rows, not row by row.
        let found = order.iter().map(|index| (ledger.rows[*index as usize], ledger.end(*index as usize)));
        let (rows, ends): (Vec<LedgerRow>, Vec<u32>) = found.unzip();
        let own = |(row, end): (&LedgerRow, &u32)| row.kept.at as usize..*end as usize;
        let mut bytes = Vec::with_capacity(rows.iter().zip(&ends).map(own).map(|own| own.len()).sum());
        let mut begins = Vec::with_capacity(rows.len());
        for (row, end) in rows.iter().zip(&ends) {
            begins.push(bytes.len());
            bytes.extend_from_slice(ledger.chunk(row).bytes.get(own((row, end))).unwrap_or_default());
        }
        let numbers = match ledger.numbers.len() {
            0 => Vec::new(),
            _ => order.iter().map(|index| ledger.numbers[*index as usize]).collect(),
        };
        Page { ledger, first: places.start, order, rows, begins, bytes, numbers }
    }

    /// The unit at `place`, which must be one of the page's. One without a readable row has no rows.
    pub fn unit<'p>(&'p self, place: usize) -> LedgerUnit<'p> {
        let start = |place: usize| (self.ledger.starts[place] - self.ledger.starts[self.first]) as usize;
        let own = start(place)..start(place + 1);
        let (rows, unreadable) = (Vec::new(), Vec::new());
        let mut unit = LedgerUnit { page: self, unit: place as UnitId, rows, unreadable, read: OnceCell::new() };
        unit.tell_apart(own);
        unit
    }

    fn kept(&self, index: usize) -> Kept<'_> {
        let row = self.rows[index];
        let end = self.begins.get(index + 1).copied().unwrap_or(self.bytes.len());
        let bytes = self.bytes.get(self.begins[index]..end).unwrap_or_default();
        Kept { ledger: self.ledger, row, bytes }
    }
}

/// Those of a list that are there more than once, with their places in it.
fn repeated<T: Ord + Copy>(list: &[T]) -> Vec<(usize, T)> {
    let mut sorted = list.to_vec();
    sorted.sort_unstable();
    let again: Vec<T> = sorted.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    if again.is_empty() {
        return Vec::new();
    }
    list.iter().copied().enumerate().filter(|(_, one)| again.binary_search(one).is_ok()).collect()
}

/// What reading found odd about the rows of a unit, in one language.
#[derive(Debug, Default)]
pub struct Warnings {
    /// One after the other.
    text: String,
    /// Where each of them ends.
    ends: Vec<usize>,
    /// How many there are up to each row, itself included.
    rows: Vec<usize>,
}

impl Warnings {
    /// Those of a row.
    pub fn of(&self, item: usize) -> impl Iterator<Item = &str> {
        let up_to = |list: &[usize], index: usize| index.checked_sub(1).map_or(0, |before| list[before]);
        let own = up_to(&self.rows, item)..self.rows[item];
        own.map(move |index| &self.text[up_to(&self.ends, index)..self.ends[index]])
    }

    /// Of how many rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True if there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// True if no two of these rows of a unit have the same id, as far as hashes of ids tell.
fn are_apart(rows: &[LedgerRow]) -> bool {
    let ids = || rows.iter().map(|row| row.kept.id);
    // Rows without an id are called after their numbers, which differ; but another row may be called so by its id.
    ids().all(|id| id == NO_ID) || !ids().any(|id| id == NO_ID) && differ(rows.len(), ids())
}

/// True if no two of `count` numbers are the same.
fn differ(count: usize, numbers: impl Iterator<Item = u32>) -> bool {
    /// Up to here, comparing every number with every other is faster.
    const FEW: usize = 16;
    let mut few = [0; FEW];
    if count <= FEW {
        few.iter_mut().zip(numbers).for_each(|(slot, number)| *slot = number);
        return (1..count).all(|index| !few[..index].contains(&few[index]));
    }
    let mut numbers: Vec<u32> = numbers.collect();
    numbers.sort_unstable();
    numbers.windows(2).all(|pair| pair[0] != pair[1])
}

impl Ledger<'_> {
    /// True if a row of one of these units is not counted although it could be read.
    pub(super) fn has_repeated_id(&self, places: Range<usize>) -> bool {
        let first = self.starts[places.start];
        let order = &self.order[first as usize..self.starts[places.end] as usize];
        // Waits for memory once for many rows.
        let rows: Vec<LedgerRow> = order.iter().map(|row| self.rows[*row as usize]).collect();
        let repeats = |place: usize| {
            let own = (self.starts[place] - first) as usize..(self.starts[place + 1] - first) as usize;
            !are_apart(&rows[own.clone()]) && {
                let mut ids = HashSet::new();
                let mut readable = own.filter(|index| rows[*index].kept.shape != UNREADABLE);
                readable.any(|index| !ids.insert(self.kept(order[index]).id()))
            }
        };
        places.into_iter().any(repeats)
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
    /// Those of its rows that are kept as cells, each read when somebody asks.
    read: OnceCell<Vec<OnceCell<ReadRow>>>,
}

/// A row that was kept as cells: what was read, and the cells of columns that nobody knows.
type ReadRow = (Row, Vec<(String, String)>);

impl<'p> LedgerUnit<'p> {
    /// Sorts out the unreadable rows: those with mistakes, and those whose id a readable row of the same file used
    /// before. That row stands. An unreadable row uses up no id, so that its corrected copy below it counts.
    fn tell_apart(&mut self, own: Range<usize>) {
        let page = self.page;
        let mut ids = (!are_apart(&page.rows[own.clone()])).then(HashMap::new);
        self.rows.reserve_exact(own.len());
        for index in own {
            let row = page.kept(index);
            let id = ids.is_some().then(|| row.id());
            let before = ids.as_ref().zip(id.as_ref()).and_then(|(ids, id)| ids.get(id).copied());
            if row.row.kept.shape == UNREADABLE || before.is_some() {
                self.unreadable.push(Unreadable { row: page.order[index], used_before: before });
                continue;
            }
            self.rows.push(index as u32);
            if let (Some(ids), Some(id)) = (&mut ids, id) {
                ids.insert(id, row.number());
            }
        }
    }

    fn ledger(&self) -> &'p Ledger<'p> {
        self.page.ledger
    }

    /// A row that is kept as cells.
    fn read(&self, item: usize) -> &ReadRow {
        let all = self.read.get_or_init(|| self.rows.iter().map(|_| OnceCell::new()).collect());
        all[item].get_or_init(|| self.at(item).read_cells())
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

    /// The name of a file by its number.
    pub fn path_of(&self, input: usize) -> Option<&'p str> {
        self.ledger().common.files.get(input).map(|file| file.path.as_str())
    }

    /// A text of a row, unless blank.
    pub fn text(&self, item: usize, fact: FactId) -> Option<Cow<'p, str>> {
        let row = self.at(item);
        match self.ledger().common.layout.own(fact) {
            Some(Own::Text(bit)) if !row.is_as_cells() => row.own().text(bit).map(Cow::Borrowed),
            _ => match self.value(item, fact)? {
                Value::Text(text) => Some(Cow::Owned(text.into())),
                _ => None,
            },
        }
    }

    /// The cells of columns that nobody knows: header and cell.
    pub fn extra(&self, item: usize) -> Vec<(String, String)> {
        let row = self.at(item);
        if row.is_as_cells() { self.read(item).1.clone() } else { row.extra() }
    }

    /// What reading found odd about each row.
    pub fn warnings(&self) -> Vec<Vec<Words>> {
        let mut warnings = self.warnings_of_rows();
        for (warnings, shared) in warnings.iter_mut().zip(self.claimed_elsewhere()) {
            if let Some((number, other)) = shared {
                let mut words = Words::default();
                alike::shared(&number, other, Lang::Zh, &mut words.zh);
                alike::shared(&number, other, Lang::En, &mut words.en);
                warnings.push(words);
            }
        }
        warnings
    }

    /// The same in one language.
    pub fn warnings_in(&self, lang: Lang) -> Warnings {
        let mut said = Warnings::default();
        for (warnings, shared) in self.warnings_of_rows().into_iter().zip(self.claimed_elsewhere()) {
            for words in &warnings {
                said.text.push_str(words.get(lang));
                said.ends.push(said.text.len());
            }
            if let Some((number, other)) = shared {
                alike::shared(&number, other, lang, &mut said.text);
                said.ends.push(said.text.len());
            }
            said.rows.push(said.ends.len());
        }
        said
    }

    fn warnings_of_rows(&self) -> Vec<Vec<Words>> {
        let of_row = |item: usize| {
            let row = self.at(item);
            if row.is_as_cells() { self.read(item).0.warnings.clone() } else { Vec::new() }
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
        // Only rows of the same day and kind can be alike; most days differ.
        let days: Vec<u32> =
            (0..self.rows.len()).map(|item| self.day(item, known.date).map_or(0, layout::pack)).collect();
        if differ(days.len(), days.iter().copied()) {
            return;
        }
        let days = repeated(&days);
        let kinds: Vec<_> = days.iter().map(|(item, day)| (*day, self.kind(*item))).collect();
        let items: Vec<usize> = repeated(&kinds).into_iter().map(|(index, _)| days[index].0).collect();
        if items.is_empty() {
            return;
        }
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
    fn claimed_elsewhere(&self) -> Vec<Option<(Cow<'p, str>, &'p str)>> {
        let (claimants, units) = (&self.ledger().claimants, &self.ledger().units);
        let fact = self.ledger().vocabulary().known().number;
        // Each of these steps waits for memory once for all rows.
        let items = 0..self.rows.len();
        let others: Vec<Option<UnitId>> =
            items.clone().map(|item| claimants.other(self.standard(item), self.unit)).collect();
        let names: Vec<Option<&str>> = others.into_iter().map(|other| other.map(|other| units.name(other))).collect();
        let told = |(item, name): (usize, Option<&'p str>)| name.and_then(|name| Some((self.text(item, fact)?, name)));
        items.zip(names).map(told).collect()
    }

    /// The number of the standard that a row claims.
    fn standard(&self, item: usize) -> NumberId {
        self.page.numbers.get(self.rows[item] as usize).copied().unwrap_or(NO_NUMBER)
    }

    fn kind(&self, item: usize) -> Option<ValueId> {
        let kind = self.ledger().vocabulary().known().kind;
        let row = self.at(item);
        if row.is_as_cells() { self.read(item).0.facts.code(kind) } else { row.shape().code(kind) }
    }

    /// Notes the standards that the unit claims.
    pub(super) fn note_claims(&self, claimants: &mut Claimants) {
        (0..self.rows.len()).for_each(|item| claimants.note_again(self.standard(item), self.unit));
    }

    /// The unit with its rows in full.
    pub fn applicant(&self) -> Applicant {
        let rows = self.warnings().into_iter().enumerate();
        let rows = rows.map(|(item, warnings)| Achievement { warnings, ..self.achievement(item) });
        Applicant { achievements: rows.collect(), name: self.name().to_owned(), facts: self.facts().clone() }
    }

    /// The unit; of its rows only the ids and their files.
    pub fn by_ids(&self) -> Applicant {
        let row =
            |item| Achievement { id: self.id(item).into_owned(), input: self.input(item), ..Achievement::default() };
        let achievements = (0..self.rows.len()).map(row).collect();
        Applicant { achievements, name: self.name().to_owned(), facts: self.facts().clone() }
    }

    /// A row in full, without what reading found odd.
    pub fn achievement(&self, item: usize) -> Achievement {
        Achievement {
            id: self.id(item).into_owned(),
            row: self.number(item),
            input: self.input(item),
            facts: self.row(item).into_owned(),
            extra: self.extra(item),
            warnings: Vec::new(),
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
            return Cow::Borrowed(&self.read(item).0.facts);
        }
        let mut facts = row.shape().clone();
        row.own().add_to(&mut facts, self.ledger().vocabulary().known().id);
        Cow::Owned(facts)
    }

    fn value(&self, item: usize, fact: FactId) -> Option<Value> {
        let row = self.at(item);
        if row.is_as_cells() {
            return self.read(item).0.facts.get(fact).cloned();
        }
        match self.ledger().common.layout.own(fact) {
            Some(place) => row.own().value(place),
            None => row.shape().get(fact).cloned(),
        }
    }

    fn day(&self, item: usize, fact: FactId) -> Option<Date> {
        let row = self.at(item);
        match self.ledger().common.layout.own(fact) {
            Some(Own::Day(bit)) if !row.is_as_cells() => row.own().day(bit),
            _ => match self.value(item, fact)? {
                Value::Date(day) => Some(day),
                _ => None,
            },
        }
    }

    fn has_money(&self, item: usize, fact: FactId) -> bool {
        let row = self.at(item);
        match self.ledger().common.layout.own(fact) {
            Some(Own::Money(bit)) if !row.is_as_cells() => row.own().has(bit),
            _ => self.value(item, fact).is_some(),
        }
    }

    fn profile(&self) -> Option<u32> {
        Some(self.ledger().units.facts(self.unit).1)
    }

    fn shape(&self, item: usize) -> Option<u32> {
        let row = self.at(item);
        (!row.is_as_cells()).then_some(row.row.kept.shape)
    }
}

//! Achievements files 成果表: rows joined to units, all at once or unit by unit.

use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use hashbrown::{DefaultHashBuilder, HashMap};

use super::alike::NO_NUMBER;
use super::chunk::{BlockReader, Decoded, Parsed, Shapes};
use super::columns::Dictionary;
use super::decode::{Encoding, decode};
use super::layout::Layout;
use super::ledger::{Common, Ledger, LedgerRow, NOBODY};
use super::table::is_blank;
use super::units::{KnownUnits, MOST_NAMED, UnitId, Units};
use super::{
    InputError, InputFile, Invalid, Notice, Opened, Options, Stream, applicants, error, hex, sheet_not_read, strictly,
    uncut,
};
use crate::parallel::InOrder;
use crate::vocabulary::{Of, Vocabulary};
use crate::words;

/// Reads achievements files and, if there is one, the applicants file.
///
/// # Errors
/// The mistakes of all files that cannot be read as a whole; with [`Options::strict`], those of the first invalid row.
pub fn read_ledger<'v>(
    vocabulary: &'v Vocabulary,
    achievements: &[Stream<'_>],
    applicants: Option<&Stream<'_>>,
    options: &Options,
) -> Result<Ledger<'v>, Vec<InputError>> {
    let mut whole = None;
    let take = |ledger: Ledger<'v>| -> Result<(), InputError> {
        whole = Some(ledger);
        Ok(())
    };
    let rest = read(vocabulary, achievements, applicants, options, false, take)?;
    let Some(mut ledger) = whole else { return Err(Vec::new()) };
    (ledger.inputs, ledger.notices, ledger.invalid_units) = (rest.inputs, rest.notices, rest.invalid_units);
    match first_invalid(&ledger, options) {
        Some(first) => Err(strict_errors(&first)),
        None => Ok(ledger),
    }
}

/// Reads achievements files in which the rows of each applicant stand together, and hands over one ledger after the
/// other, each with whole units. Whether a unit has come before is for the caller to see.
///
/// # Errors
/// The mistakes of all files that cannot be read as a whole, before anything is handed over or at the place where it
/// shows; the first one of `take`; with [`Options::strict`], the mistakes of the first invalid row.
pub fn read_grouped<'v, Problem: From<Vec<InputError>>>(
    vocabulary: &'v Vocabulary,
    achievements: &[Stream<'_>],
    applicants: Option<&Stream<'_>>,
    options: &Options,
    mut take: impl FnMut(Ledger<'v>) -> Result<(), Problem>,
) -> Result<Rest, Problem> {
    let mut stopped = None;
    let rest = read(vocabulary, achievements, applicants, options, true, |ledger: Ledger<'v>| {
        if let Some(first) = first_invalid(&ledger, options) {
            stopped = Some(Problem::from(strict_errors(&first)));
            return Err(InputError::default());
        }
        take(ledger).map_err(|problem| {
            stopped = Some(problem);
            InputError::default()
        })
    });
    match (stopped, rest) {
        (Some(problem), _) => Err(problem),
        (None, rest) => {
            let rest = rest?;
            match rest.invalid_units.first().filter(|_| options.strict) {
                Some(first) => Err(strict_errors(first).into()),
                None => Ok(rest),
            }
        }
    }
}

/// What is known of the files once all rows are read.
#[derive(Debug, Default)]
pub struct Rest {
    /// Achievements files in the order given, then the applicants file.
    pub inputs: Vec<InputFile>,
    /// What looks odd about files, not rows of achievements.
    pub notices: Vec<Notice>,
    /// Unreadable rows of the applicants file.
    pub invalid_units: Vec<Invalid>,
}

/// An unreadable row as errors.
fn strict_errors(row: &Invalid) -> Vec<InputError> {
    row.mistakes.iter().map(|mistake| strictly(row, mistake)).collect()
}

/// The first unreadable row, if it is an error.
fn first_invalid(ledger: &Ledger<'_>, options: &Options) -> Option<Invalid> {
    if !options.strict {
        return None;
    }
    let mut unreadable = Vec::new();
    for units in ledger.stretches() {
        let page = ledger.page(units.clone());
        unreadable.extend(units.flat_map(|place| page.unit(place).unreadable));
    }
    unreadable.extend(ledger.nobodys());
    ledger.in_order(&mut unreadable);
    unreadable.first().map(|row| ledger.invalid(row)).or_else(|| ledger.invalid_units.first().cloned())
}

/// The rows of a unit do not stand together, which they must in grouped reading: it begins once more on row `row`.
pub(super) fn not_grouped(path: &str, name: &str, row: u64) -> InputError {
    let message = words!(
        zh: "“{name}”的行没有放在一起：第 {row} 行又出现；请先按单位排序，或去掉 --grouped",
        en: "the rows of \"{name}\" do not stand together: it comes again on row {row}; sort the file by applicant, or \
             drop --grouped"
    );
    InputError { path: path.to_owned(), line: None, row: Some(row), message }
}

/// Why reading stopped.
enum Stopped {
    /// This file is GB18030 after all.
    Gb18030(usize),
    Error(InputError),
}

impl From<InputError> for Stopped {
    fn from(error: InputError) -> Self {
        Stopped::Error(error)
    }
}

fn read<'v>(
    vocabulary: &'v Vocabulary,
    achievements: &[Stream<'_>],
    applicants: Option<&Stream<'_>>,
    options: &Options,
    grouped: bool,
    mut take: impl FnMut(Ledger<'v>) -> Result<(), InputError>,
) -> Result<Rest, Vec<InputError>> {
    // A file that turns out to be GB18030 after the first blocks is read again from the beginning.
    let mut encodings = vec![options.encoding; achievements.len()];
    loop {
        let files = Files::open(vocabulary, achievements, applicants, options, &encodings)?;
        match files.read(grouped, &mut take) {
            Ok(rest) => return Ok(rest),
            Err(Stopped::Error(error)) => return Err(vec![error]),
            Err(Stopped::Gb18030(input)) if achievements[input].again && !grouped => {
                encodings[input] = Some(Encoding::Gb18030);
            }
            Err(Stopped::Gb18030(input)) => {
                let message = words!(
                    zh: "开头像 UTF-8，后面又不是；请用 --encoding 指明编码",
                    en: "it begins like UTF-8 and goes on otherwise; name the encoding with --encoding"
                );
                return Err(vec![error(&achievements[input].name, None, message)]);
            }
        }
    }
}

/// Everything opened, and the applicants file read.
struct Files<'v, 'a, 'o> {
    common: Common<'v>,
    opened: Vec<Opened<'a>>,
    known: Arc<KnownUnits>,
    of_units: Option<(String, super::Read)>,
    /// Workbooks whose own sheet of applicants is not read.
    unread: Vec<Notice>,
    options: &'o Options,
}

impl<'v, 'a, 'o> Files<'v, 'a, 'o> {
    fn open(
        vocabulary: &'v Vocabulary,
        achievements: &[Stream<'a>],
        applicants: Option<&Stream<'_>>,
        options: &'o Options,
        encodings: &[Option<Encoding>],
    ) -> Result<Self, Vec<InputError>> {
        let (dictionary, layout) = (Dictionary::new(vocabulary), Layout::new(vocabulary));
        let (mut errors, mut opened) = (Vec::new(), Vec::new());
        for ((input, stream), encoding) in achievements.iter().enumerate().zip(encodings) {
            match Opened::new(&dictionary, &layout, stream, (Of::Achievement, input), (options, *encoding)) {
                Ok(file) => opened.push(file),
                Err(found) => errors.extend(found),
            }
        }
        // A workbook may bring its own sheet of applicants.
        let own: Vec<(String, Vec<u8>)> =
            opened.iter_mut().filter_map(|o| Some((o.file.path.clone(), o.own_units.take()?))).collect();
        let first_own = own.first().map(|(name, bytes)| Stream::file(name.clone(), || Ok(Box::new(bytes.as_slice()))));
        let (mut known, mut of_units, mut unread) = (KnownUnits::default(), None, Vec::new());
        let read = match (applicants, &first_own) {
            (Some(given), _) => Some((&given.name, read_units(&dictionary, &layout, given, options, &mut known))),
            (None, Some(own)) => Some((&own.name, read_units(&dictionary, &layout, own, options, &mut known))),
            (None, None) => None,
        };
        if let Some((taken, read)) = read {
            match read {
                Ok(read) => of_units = Some((taken.clone(), read)),
                Err(found) => errors.extend(found),
            }
            let others = own.iter().filter(|(name, _)| name != taken);
            unread.extend(others.map(|(name, _)| sheet_not_read(name, taken)));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let common = Common { dictionary, layout, files: Vec::new() };
        Ok(Files { common, opened, known: Arc::new(known), of_units, unread, options })
    }

    fn read(
        mut self,
        grouped: bool,
        take: &mut impl FnMut(Ledger<'v>) -> Result<(), InputError>,
    ) -> Result<Rest, Stopped> {
        let mut sources = Vec::new();
        for Opened { file, blocks, first, rows_before, sha256, .. } in self.opened.drain(..) {
            sources.push((blocks, first, rows_before, sha256));
            self.common.files.push(file);
        }
        let common = Arc::new(self.common);
        // In a stream memory is for what is in hand: rare shapes are read again and again.
        let shapes = Arc::new(Shapes::new(if grouped { 40_000 } else { 200_000 }));
        let hasher = DefaultHashBuilder::default();
        let units = (!grouped).then(|| Arc::new(RwLock::new(Units::new(Arc::clone(&self.known), hasher.clone()))));
        let mut joining = Joining {
            ledger: Ledger::new(Arc::clone(&common), Units::new(Arc::clone(&self.known), hasher.clone())),
            common: Arc::clone(&common),
            shapes: Arc::clone(&shapes),
            known: Arc::clone(&self.known),
            units: units.clone(),
            hasher: hasher.clone(),
            grouped,
            claimants: !grouped && !self.options.skip_claimants,
            latest: None,
            unnamed: self.options.applicant.clone().filter(|name| !is_blank(name)),
            named: None,
            appeared: self.known.nobody_yet(),
            strangers: (Vec::new(), 0),
        };
        let mut rest = Rest::default();
        for (input, (mut blocks, first, rows_before, sha256)) in sources.into_iter().enumerate() {
            let file = &common.files[input];
            if grouped {
                blocks.short();
            }
            let mut of_file = OfFile { next_row: 1 + rows_before, ..OfFile::default() };
            let mut problem = None;
            let numbers = joining.claimants;
            let stopped = std::thread::scope(|scope| {
                let start = || BlockReader::new(&common, &shapes, hasher.clone(), units.as_deref(), numbers);
                let work =
                    |reader: &mut BlockReader<'_>, (block, first): (Vec<u8>, bool)| reader.read(file, &block, first);
                let mut pool = InOrder::new(scope, self.options.threads, start, work);
                let mut join = |parsed: Parsed| joining.join(parsed, &mut of_file, take);
                let mut next = Some((first, true));
                while let Some(job) = next {
                    pool.put(job, &mut join)?;
                    next = match blocks.next(file.delimiter) {
                        Ok(block) => block.map(|block| (block, false)),
                        Err(found) => {
                            problem = Some(uncut(&file.path, found));
                            None
                        }
                    };
                }
                pool.finish(&mut join)
            });
            stopped?;
            if let Some(problem) = problem {
                return Err(Stopped::Error(problem));
            }
            let digest = sha256.or_else(|| blocks.into_digest().map(hex));
            let encoding = if of_file.seen == Some(Decoded::Gb18030) { Encoding::Gb18030 } else { file.encoding };
            let mut read = file.finish(encoding, of_file.rows, of_file.unnamed_column, file.start());
            read.file.sha256 = digest.unwrap_or_default();
            rest.inputs.push(read.file);
            rest.notices.extend(read.notices);
        }
        let mut last = joining.last()?;
        if joining.claimants {
            last.drop_claims_of_repeated_ids(self.options.threads);
        }
        take(last)?;
        if let Some((path, read)) = self.of_units {
            rest.inputs.push(read.file);
            rest.notices.extend(read.notices);
            let (strangers, count) = &joining.strangers;
            rest.notices.extend(self.known.strangers(&path, strangers, *count));
            rest.notices.extend(self.known.unused(&path, &joining.appeared, joining.named.is_none()));
            rest.invalid_units = read.invalid;
        }
        rest.notices.extend(self.unread);
        Ok(rest)
    }
}

/// Reads the applicants file, which is never long.
fn read_units(
    dictionary: &Dictionary<'_>,
    layout: &Layout,
    stream: &Stream<'_>,
    options: &Options,
    known: &mut KnownUnits,
) -> Result<super::Read, Vec<InputError>> {
    let opened = Opened::new(dictionary, layout, stream, (Of::Applicant, 0), (options, options.encoding))?;
    let Opened { mut file, mut blocks, first, rows_before, sha256, .. } = opened;
    let mut bytes = vec![b'\n'; rows_before as usize];
    bytes.extend(first);
    loop {
        match blocks.next(file.delimiter) {
            Ok(Some(block)) => bytes.extend(block),
            Ok(None) => break,
            Err(found) => return Err(vec![uncut(&file.path, found)]),
        }
    }
    let forced = file.encoding_of_blocks();
    let (text, taken) = decode(&bytes, forced).map_err(|words| vec![error(&file.path, None, words)])?;
    if forced.is_none() {
        file.encoding = taken;
    }
    let sha256 = sha256.or_else(|| blocks.into_digest().map(hex)).unwrap_or_default();
    let mut read = applicants::read(dictionary, file, &text, known);
    read.file.sha256 = sha256;
    Ok(read)
}

/// What was seen of one file so far.
#[derive(Default)]
struct OfFile {
    next_row: u64,
    rows: u64,
    unnamed_column: bool,
    /// UTF-8 or GB18030, once one of them is sure.
    seen: Option<Decoded>,
}

/// Joins rows to units.
struct Joining<'v> {
    ledger: Ledger<'v>,
    common: Arc<Common<'v>>,
    shapes: Arc<Shapes>,
    known: Arc<KnownUnits>,
    /// The units of a ledger of everything, where readers look names up; none where ledgers come one after the other.
    units: Option<Arc<RwLock<Units>>>,
    hasher: DefaultHashBuilder,
    /// The rows of a unit stand together, so that a unit is complete once another one begins.
    grouped: bool,
    claimants: bool,
    /// The unit of the row before.
    latest: Option<UnitId>,
    /// `--applicant`
    unnamed: Option<String>,
    /// The first row that names its applicant: path and row.
    named: Option<(String, u64)>,
    appeared: Vec<bool>,
    /// The first names that the applicants file does not know, and how many there are.
    strangers: (Vec<String>, usize),
}

impl<'v> Joining<'v> {
    /// Adds the rows of one block, which come in order.
    fn join(
        &mut self,
        parsed: Parsed,
        of_file: &mut OfFile,
        take: &mut impl FnMut(Ledger<'v>) -> Result<(), InputError>,
    ) -> Result<(), Stopped> {
        let common = Arc::clone(&self.common);
        let file = &common.files[parsed.chunk.input];
        file.is_text(parsed.decoded).map_err(|words| error(&file.path, None, words))?;
        if file.may_be_gb18030 && parsed.decoded != Decoded::Ascii {
            let seen = *of_file.seen.get_or_insert(parsed.decoded);
            if seen != parsed.decoded {
                return Err(Stopped::Gb18030(parsed.chunk.input));
            }
        }
        let mut chunk = parsed.chunk;
        chunk.first_row = of_file.next_row;
        of_file.next_row += parsed.rows_taken;
        of_file.rows += parsed.rows.len() as u64;
        of_file.unnamed_column |= parsed.unnamed_column;

        let ledger = &mut self.ledger;
        let number = ledger.chunks.len() as u32;
        let before = ledger.rows.len();
        let met = parsed.met.iter().copied().chain(std::iter::repeat(None));
        let mut units = self.units.as_ref().map(|units| units.write().unwrap_or_else(PoisonError::into_inner));
        let ends = parsed.runs.iter().skip(1).map(|run| run.0 as usize).chain([parsed.rows.len()]);
        for (((from, name, hash), met), end) in parsed.runs.iter().zip(met).zip(ends) {
            let from = *from as usize;
            let name = &parsed.names[name.clone()];
            let unit = if name.is_empty() {
                NOBODY
            } else {
                let row = chunk.first_row + u64::from(parsed.rows[from].row);
                if self.named.is_none() {
                    self.named = Some((file.path.clone(), row));
                }
                let units = units.as_deref_mut().unwrap_or(&mut ledger.units);
                let known = units.len();
                let unit = met.unwrap_or_else(|| units.resolve(name, *hash));
                if self.grouped && (unit as usize) < known && self.latest != Some(unit) {
                    return Err(not_grouped(&file.path, units.name(unit), row).into());
                }
                self.latest = Some(unit);
                unit
            };
            for kept in &parsed.rows[from..end] {
                ledger.rows.push(LedgerRow { unit, chunk: number, kept: *kept });
            }
        }
        if self.claimants {
            let mut numbers = parsed.numbers.into_iter().peekable();
            for index in 0..parsed.rows.len() {
                let number = numbers.next_if(|(row, _)| *row as usize == index);
                let unit = ledger.rows[before + index].unit;
                let number = number.filter(|_| unit != NOBODY);
                ledger.numbers.push(number.map_or(NO_NUMBER, |(_, number)| ledger.claimants.note(number, unit)));
            }
        }
        ledger.chunks.push(Arc::new(chunk));
        drop(units);
        if self.grouped {
            self.close_units(take)?;
        }
        Ok(())
    }

    /// Hands over the units before the last one.
    fn close_units(&mut self, take: &mut impl FnMut(Ledger<'v>) -> Result<(), InputError>) -> Result<(), Stopped> {
        let Some(last) = self.ledger.rows.iter().rev().map(|row| row.unit).find(|unit| *unit != NOBODY) else {
            return Ok(());
        };
        let of_last = |row: &&LedgerRow| row.unit == last || row.unit == NOBODY;
        let carried = self.ledger.rows.iter().rev().take_while(of_last).count();
        let closed = self.ledger.rows.len() - carried;
        if closed == 0 {
            return Ok(());
        }
        let carried: Vec<LedgerRow> = self.ledger.rows.behind(closed).collect();
        self.ledger.last_end = Some(self.ledger.end(closed - 1));
        self.ledger.rows.truncate(closed);
        let mut next = Ledger::new(Arc::clone(&self.common), Units::new(Arc::clone(&self.known), self.hasher.clone()));
        let name = self.ledger.units.name(last).to_owned();
        let unit = next.units.named(&name);
        self.latest = Some(unit);
        let mut chunks = HashMap::new();
        for mut row in carried {
            let old = row.chunk;
            row.chunk = *chunks.entry(old).or_insert_with(|| {
                next.chunks.push(Arc::clone(&self.ledger.chunks[old as usize]));
                next.chunks.len() as u32 - 1
            });
            row.unit = if row.unit == NOBODY { NOBODY } else { unit };
            next.rows.push(row);
        }
        let closed = std::mem::replace(&mut self.ledger, next);
        let closed = self.close(closed, Some(last));
        Ok(take(closed)?)
    }

    /// A ledger of which all rows are there; `carried` is a unit whose rows are not.
    fn close(&mut self, mut ledger: Ledger<'v>, carried: Option<UnitId>) -> Ledger<'v> {
        ledger.shapes = self.shapes.facts();
        ledger.sort(carried);
        ledger.units.mark_known(&mut self.appeared);
        let (names, count) = &mut self.strangers;
        let strangers: Vec<&str> = ledger.units.strangers().collect();
        // The unit that is carried over comes again.
        let again = carried
            .is_some_and(|unit| ledger.units.facts(unit).1 == 0 && strangers.last() == Some(&ledger.units.name(unit)));
        let strangers = &strangers[..strangers.len() - usize::from(again)];
        names.extend(strangers.iter().take(MOST_NAMED.saturating_sub(names.len())).map(|name| (*name).to_owned()));
        *count += strangers.len();
        ledger
    }

    /// The ledger of the rows that are left.
    fn last(&mut self) -> Result<Ledger<'v>, InputError> {
        let empty = Ledger::new(Arc::clone(&self.common), Units::new(Arc::clone(&self.known), self.hasher.clone()));
        let mut ledger = std::mem::replace(&mut self.ledger, empty);
        if let Some(units) = &self.units {
            std::mem::swap(&mut ledger.units, &mut units.write().unwrap_or_else(PoisonError::into_inner));
        }
        match (&self.named, &self.unnamed) {
            (Some((path, row)), Some(given)) => {
                let message = words!(
                    zh: "第 {row} 行写有申报单位，不能再用 --applicant {given}；请去掉这个选项，或清空申报单位一列",
                    en: "row {row} names its applicant, so --applicant {given} cannot be used; drop the option, or clear \
                         the column applicant"
                );
                return Err(InputError { path: path.clone(), line: None, row: Some(*row), message });
            }
            (Some(_), None) => {}
            (None, given) => {
                let unit = match given {
                    Some(name) => ledger.units.named(name.trim()),
                    None => ledger.units.nameless(),
                };
                ledger.rows.iter_mut().for_each(|row| row.unit = unit);
            }
        }
        Ok(self.close(ledger, None))
    }
}

impl Ledger<'_> {
    /// A row whose id was used before is not counted, and claims nothing. That shows only now that all rows are there.
    fn drop_claims_of_repeated_ids(&mut self, threads: usize) {
        let ledger = &*self;
        let mut repeated = false;
        std::thread::scope(|scope| {
            let work = |(): &mut (), units: Range<usize>| ledger.has_repeated_id(units);
            let mut pool = InOrder::new(scope, threads, || (), work);
            let mut take = |found: bool| -> Result<(), ()> {
                repeated |= found;
                // One is enough.
                if found { Err(()) } else { Ok(()) }
            };
            ledger.stretches().try_for_each(|units| pool.put(units, &mut take))?;
            pool.finish(&mut take)
        })
        .unwrap_or_default();
        if !repeated {
            return;
        }
        let mut claimants = std::mem::take(&mut self.claimants);
        claimants.forget();
        for units in self.stretches() {
            let page = self.page(units.clone());
            units.for_each(|place| page.unit(place).note_claims(&mut claimants));
        }
        self.claimants = claimants;
    }
}

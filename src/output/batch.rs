//! Portfolios of any length: results are computed unit by unit on several threads, and written in order as they come.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::thread;

use hashbrown::HashMap;

use crate::engine::settled::Settled;
use crate::engine::{Application, Evaluator};
use crate::facts::Applicant;
use crate::input::ledger::Unreadable;
use crate::input::page::Warnings;
use crate::input::{InputError, Invalid, Ledger, LedgerUnit, Options, Rest, Stream, read_grouped};
use crate::lang::Lang;
use crate::parallel::InOrder;
use crate::policy::Policy;
use crate::unit::Unit as _;
use crate::vocabulary::Vocabulary;

/// From the region of a unit to its policies, as indices.
pub type Choose<'a> = Box<dyn Fn(Option<&str>) -> Vec<usize> + Sync + 'a>;

/// What to compute for every unit, and in which words to tell it.
pub struct Batch<'a> {
    /// Names of facts and values.
    pub vocabulary: &'a Vocabulary,
    /// All policies that units may be evaluated under.
    pub policies: Vec<&'a Policy>,
    /// Which of them are for a unit that is registered there, as indices in the order of the results.
    pub choose: Choose<'a>,
    /// True if every unit must have a region, to choose by.
    pub needs_region: bool,
    /// Application years, ascending.
    pub applications: Vec<Application>,
    /// Language of everything a person reads.
    pub lang: Lang,
    /// Threads that compute; it changes nothing but the time.
    pub threads: usize,
}

/// One unit as a format is handed it.
pub struct Written<'l> {
    /// The unit and its rows.
    pub unit: &'l LedgerUnit<'l>,
    applicant: OnceCell<Applicant>,
    lang: Lang,
    warnings: OnceCell<Warnings>,
}

impl Written<'_> {
    /// The unit; of its rows only the ids and their files, which is all that is told of other rows.
    pub fn applicant(&self) -> &Applicant {
        self.applicant.get_or_init(|| self.unit.by_ids())
    }

    /// What reading found odd about each row.
    pub fn warnings(&self) -> &Warnings {
        self.warnings.get_or_init(|| self.unit.warnings_in(self.lang))
    }
}

/// A format in which results are written line by line. Each thread has its own.
pub trait Lines {
    /// Appends what stands before the first unit.
    fn begin(&self, out: &mut Vec<u8>);

    /// Appends one unit's year under one policy.
    fn unit(&mut self, unit: &Written<'_>, policy: &Policy, settled: &Settled, out: &mut Vec<u8>);

    /// What stands before each unit but the first; every unit begins with it.
    fn between(&self) -> &'static [u8] {
        b""
    }

    /// True if only sums are looked at.
    fn sums_only(&self) -> bool {
        false
    }

    /// Appends an unreadable row.
    fn invalid(&mut self, row: &Invalid, out: &mut Vec<u8>);

    /// Appends what stands behind the last unreadable row.
    fn end(&self, out: &mut Vec<u8>) {
        let _ = out;
    }
}

/// Makes a format for one thread. It is told the headers that the vocabulary does not know.
pub type MakeLines<'a> = &'a (dyn Fn(Arc<[String]>) -> Box<dyn Lines + 'a> + Sync);

/// What has to be told besides the results.
#[derive(Debug, Default)]
pub struct Told {
    /// Unreadable rows.
    pub invalid: u64,
    /// By column: how many mistakes, and the first rows with one.
    pub by_column: BTreeMap<String, (u64, Vec<Invalid>)>,
    /// The first unreadable rows.
    pub first: Vec<Invalid>,
    /// Units that no policy covers: how many, and the first of them with region and number of rows.
    pub uncovered: (u64, Vec<(String, String, usize)>),
}

/// So many of each kind are told of one by one on a screen.
pub const TOLD: usize = 10;
/// So many unreadable rows are listed where the result is a list to read.
pub const TOLD_IN_FULL: usize = 100;
/// So many rows are told of each column with many mistakes.
pub const TOLD_OF_COLUMN: usize = 3;

impl Told {
    /// What has to be told of these unreadable rows.
    pub fn of<'i>(rows: impl IntoIterator<Item = &'i Invalid>) -> Self {
        let mut told = Told::default();
        rows.into_iter().for_each(|row| told.add_invalid(row));
        told
    }

    fn add_invalid(&mut self, row: &Invalid) {
        self.invalid += 1;
        if self.first.len() < TOLD_IN_FULL {
            self.first.push(row.clone());
        }
        for mistake in &row.mistakes {
            let column = mistake.column.clone().unwrap_or_default();
            let (count, first) = self.by_column.entry(column).or_default();
            *count += 1;
            if first.len() < TOLD_OF_COLUMN && first.last().is_none_or(|last| last.row != row.row) {
                first.push(row.clone());
            }
        }
    }

    /// An unreadable row goes into the count, the file of errors and the result.
    fn unreadable(
        &mut self,
        row: &Invalid,
        errors: &mut dyn FnMut(&Invalid) -> io::Result<()>,
        format: &mut dyn Lines,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.add_invalid(row);
        errors(row)?;
        let mut bytes = Vec::new();
        format.invalid(row, &mut bytes);
        out.write_all(&bytes)
    }

    fn add_uncovered(&mut self, (count, first): (u64, Vec<(String, String, usize)>)) {
        self.uncovered.0 += count;
        self.uncovered.1.extend(first);
        self.uncovered.1.truncate(TOLD);
    }
}

#[derive(Default)]
struct Done {
    bytes: Vec<u8>,
    unreadable: Vec<Unreadable>,
    uncovered: (u64, Vec<(String, String, usize)>),
}

/// What one thread keeps.
struct Worker<'a> {
    batch: &'a Batch<'a>,
    evaluator: Evaluator<'a>,
    lines: Box<dyn Lines + 'a>,
    /// The policies of units, by what is known of them.
    chosen: HashMap<u32, Arc<[usize]>>,
    /// How many bytes the units before came to.
    before: usize,
}

impl<'a> Worker<'a> {
    fn new(batch: &'a Batch<'a>, lines: Box<dyn Lines + 'a>) -> Self {
        let mut evaluator = Evaluator::new(batch.vocabulary, &batch.policies, &batch.applications);
        if lines.sums_only() {
            evaluator.sums_only();
        }
        Worker { batch, evaluator, lines, chosen: HashMap::new(), before: 0 }
    }

    fn units(&mut self, ledger: &Ledger<'_>, units: Range<usize>) -> Done {
        let mut done = Done { bytes: Vec::with_capacity(self.before + self.before / 8), ..Done::default() };
        let page = ledger.page(units.clone());
        for place in units {
            let unit = page.unit(place);
            if unit.rows() > 0 {
                self.unit(&unit, &mut done);
            }
            done.unreadable.extend(unit.unreadable);
        }
        self.before = done.bytes.len();
        done
    }

    fn unit(&mut self, unit: &LedgerUnit<'_>, done: &mut Done) {
        let region = unit.facts().text(self.batch.vocabulary.known().region);
        let policies = match unit.profile() {
            Some(profile) => {
                let chosen = self.chosen.entry(profile).or_insert_with(|| (self.batch.choose)(region).into());
                Arc::clone(chosen)
            }
            None => (self.batch.choose)(region).into(),
        };
        if policies.is_empty() {
            done.uncovered.0 += 1;
            if done.uncovered.1.len() < TOLD {
                let region = region.unwrap_or_default().to_owned();
                done.uncovered.1.push((unit.name().to_owned(), region, unit.rows()));
            }
        }
        let results = self.evaluator.evaluate(unit, &policies);
        let written = Written { unit, applicant: OnceCell::new(), lang: self.batch.lang, warnings: OnceCell::new() };
        for (policy, years) in policies.iter().zip(&results) {
            for settled in years {
                self.lines.unit(&written, self.batch.policies[*policy], settled, &mut done.bytes);
            }
        }
    }
}

/// Where a batch goes, besides the results.
pub struct Aside<'a> {
    /// Is handed every unreadable row.
    pub errors: &'a mut dyn FnMut(&Invalid) -> io::Result<()>,
    /// Is told how many units are done.
    pub done: &'a mut dyn FnMut(usize),
}

impl Batch<'_> {
    /// Writes the results of a whole ledger, then its unreadable rows.
    ///
    /// # Errors
    /// What the writers report.
    pub fn write(
        &self,
        ledger: &Ledger<'_>,
        lines: MakeLines<'_>,
        out: &mut dyn Write,
        aside: Aside<'_>,
    ) -> io::Result<Told> {
        let extra: Arc<[String]> = ledger.extra_headers().into();
        let mut told = Told::default();
        let mut bytes = Vec::new();
        let mut format = lines(Arc::clone(&extra));
        format.begin(&mut bytes);
        out.write_all(&bytes)?;
        let mut before_first = format.between();
        let mut unreadable: Vec<Unreadable> = ledger.nobodys().collect();
        thread::scope(|scope| {
            let start = || Worker::new(self, lines(Arc::clone(&extra)));
            let work = |worker: &mut Worker<'_>, units: Range<usize>| (units.len(), worker.units(ledger, units));
            let mut take = |(units, done): (usize, Done)| {
                let text = done.bytes.strip_prefix(before_first).unwrap_or(&done.bytes);
                if !text.is_empty() {
                    before_first = b"";
                }
                out.write_all(text)?;
                unreadable.extend(done.unreadable);
                told.add_uncovered(done.uncovered);
                (aside.done)(units);
                Ok::<(), io::Error>(())
            };
            let mut pool = InOrder::new(scope, self.threads, start, work);
            ledger.stretches().try_for_each(|units| pool.put(units, &mut take))?;
            pool.finish(&mut take)
        })?;
        ledger.in_order(&mut unreadable);
        let rows = unreadable.iter().map(|row| ledger.invalid(row));
        for row in rows.chain(ledger.invalid_units().iter().cloned()) {
            told.unreadable(&row, aside.errors, &mut *format, out)?;
        }
        bytes.clear();
        format.end(&mut bytes);
        out.write_all(&bytes)?;
        Ok(told)
    }

    /// Reads files in which the rows of each applicant stand together, and writes results as they come: in memory are
    /// a few blocks and the longest unit. `later` is handed what has to be written behind all results; `seen` says
    /// whether a unit, by a hash of its name, was seen before, and remembers it.
    ///
    /// # Errors
    /// What the readers and writers report; that a unit came a second time.
    pub fn write_grouped(
        &self,
        (achievements, applicants): (&[Stream<'_>], Option<&Stream<'_>>),
        options: &Options,
        lines: MakeLines<'_>,
        (out, later): (&mut (dyn Write + '_), &mut dyn Write),
        seen: &mut dyn FnMut(u128) -> io::Result<bool>,
        aside: Aside<'_>,
    ) -> Result<(Told, Rest), Stopped> {
        let extra: OnceLock<Arc<[String]>> = OnceLock::new();
        let mut told = Told::default();
        let region = self.vocabulary.known().region;
        let out = RefCell::new(out);
        let mut rest = thread::scope(|scope| {
            let work = |worker: &mut Option<_>, ledger: Ledger<'_>| {
                // Which columns there are is known by the time of the first job, not before.
                let new = || Worker::new(self, lines(extra.get().cloned().unwrap_or_default()));
                let worker: &mut Worker<'_> = worker.get_or_insert_with(new);
                let mut done = worker.units(&ledger, 0..ledger.len());
                done.unreadable.extend(ledger.nobodys());
                ledger.in_order(&mut done.unreadable);
                let invalid: Vec<Invalid> = done.unreadable.iter().map(|row| ledger.invalid(row)).collect();
                (ledger.len(), done, invalid)
            };
            let mut format = None;
            let mut take = |(units, done, invalid): (usize, Done, Vec<Invalid>)| -> Result<(), Stopped> {
                out.borrow_mut().write_all(&done.bytes)?;
                told.add_uncovered(done.uncovered);
                let format = format.get_or_insert_with(|| lines(extra.get().cloned().unwrap_or_default()));
                for row in &invalid {
                    told.unreadable(row, aside.errors, &mut **format, later)?;
                }
                (aside.done)(units);
                Ok(())
            };
            let mut pool = InOrder::new(scope, self.threads, || None, work);
            let rest = read_grouped(self.vocabulary, achievements, applicants, options, |ledger| {
                if extra.get().is_none() {
                    let headers: Arc<[String]> = ledger.possible_extra_headers().into();
                    let mut bytes = Vec::new();
                    lines(Arc::clone(&headers)).begin(&mut bytes);
                    out.borrow_mut().write_all(&bytes)?;
                    let _ = extra.set(headers);
                }
                for place in 0..ledger.len() {
                    if seen(ledger.name_hash(place))? {
                        return Err(Stopped::Input(vec![ledger.not_grouped(place)]));
                    }
                    let homeless = self.needs_region && ledger.facts(place).text(region).is_none();
                    if homeless && ledger.is_readable(place) {
                        return Err(Stopped::Homeless(ledger.name(place).to_owned()));
                    }
                }
                pool.put(ledger, &mut take)
            })?;
            pool.finish(&mut take)?;
            Ok::<Rest, Stopped>(rest)
        })?;
        let mut format = lines(extra.get().cloned().unwrap_or_default());
        for row in std::mem::take(&mut rest.invalid_units) {
            told.unreadable(&row, aside.errors, &mut *format, later)?;
        }
        let mut bytes = Vec::new();
        format.end(&mut bytes);
        later.write_all(&bytes)?;
        Ok((told, rest))
    }
}

/// Why writing results stopped.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The input cannot be read.
    #[error("the input cannot be read")]
    Input(Vec<InputError>),
    /// A reader or writer failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// An applicant without a region, which is needed to choose policies.
    #[error("{0} has no region")]
    Homeless(String),
}

impl From<Vec<InputError>> for Stopped {
    fn from(errors: Vec<InputError>) -> Self {
        Stopped::Input(errors)
    }
}

//! `biaobu estimate`: the main job.

use std::io::{self, IsTerminal as _, Seek as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail};
use biaobu::facts::Applicant;
use biaobu::input::Invalid;
use biaobu::lang::{Lang, Words};
use biaobu::output::batch::{Aside, Lines, Stopped, TOLD, Told};
use biaobu::output::summary::{Form, Summary};
use biaobu::output::terminal::Look;
use biaobu::output::{csv, html, json, markdown, table, xlsx};
use biaobu::vocabulary::Vocabulary;
use biaobu::words;
use indicatif::{ProgressBar, ProgressStyle};

use super::args::{Color, Estimate, Format};
use super::files::Output;
use super::request::{self, Prepared, say};
use super::seen::Seen;
use super::{Done, files, shown, tell, terminal_width};

pub fn run(args: &Estimate, rules: &[PathBuf], lang: Lang) -> Result<Done> {
    refuse(args, lang)?;
    let outputs = [args.output.as_deref(), args.errors.as_deref()];
    let prepared = request::prepare(&args.inputs, &outputs, rules, lang)?;
    let mut errors = args.errors.as_deref().map(|path| Errors::open(path, args.excel, lang)).transpose()?;
    let told = match args.format() {
        Format::Csv | Format::Ndjson if args.grouped => grouped(args, &prepared, &mut errors, lang)?,
        Format::Csv | Format::Ndjson => lines(args, &prepared, &mut errors, lang)?,
        Format::Json if args.summary => lines(args, &prepared, &mut errors, lang)?,
        _ => document(args, &prepared, &mut errors, lang)?,
    };
    if let Some(errors) = errors {
        errors.out.commit()?;
    }
    // The table itself lists them.
    let most = if args.format() == Format::Table { 1 } else { usize::MAX };
    table::told(&told, TOLD, args.errors.as_deref(), lang).iter().take(most).for_each(|line| tell(line));
    tell_uncovered(&told, lang);
    Ok(if told.invalid == 0 && told.uncovered.0 == 0 { Done::Clean } else { Done::LookAtIt })
}

/// Options that do not go together.
fn refuse(args: &Estimate, lang: Lang) -> Result<()> {
    let refused = |message: Words| -> Result<()> { bail!(say(lang, &message)) };
    if args.excel && args.format() != Format::Csv {
        return refused(shown::excel_is_for_csv());
    }
    if args.grouped && !matches!(args.format(), Format::Csv | Format::Ndjson) {
        return refused(words!(
            zh: "--grouped 边读边写，只能与 --format csv 或 --format ndjson 同用",
            en: "--grouped writes while it reads, and goes with --format csv or --format ndjson only"
        ));
    }
    if args.summary && !matches!(args.format(), Format::Csv | Format::Ndjson | Format::Json) {
        return refused(words!(
            zh: "--summary 只与 --format csv、ndjson 或 json 同用",
            en: "--summary goes with --format csv, ndjson or json only"
        ));
    }
    if args.errors.is_some() && args.errors == args.output {
        return refused(words!(
            zh: "--errors 和 -o 是同一个文件；请分开",
            en: "--errors and -o name the same file; name two"
        ));
    }
    if args.format() == Format::Xlsx {
        files::refuse_terminal(args.output.as_deref(), lang)?;
    }
    Ok(())
}

/// Formats that show everything at once.
fn document(args: &Estimate, prepared: &Prepared, errors: &mut Option<Errors>, lang: Lang) -> Result<Told> {
    let portfolio = prepared.portfolio(lang)?;
    let (mut report, uncovered) = prepared.report(&portfolio, lang)?;
    if let Some(message) = xlsx::refused(&report).filter(|_| args.format() == Format::Xlsx) {
        bail!(say(lang, &message));
    }
    // A page with an overview evaluates everything twice.
    let passes = if args.format() == Format::Html { 2 } else { 1 };
    let bar = progress(passes * report.jobs.len(), args.output.is_some());
    let ticker = bar.clone();
    report.done = Some(Box::new(move || ticker.inc(1)));
    files::write(args.output.as_deref(), lang, |out| match args.format() {
        Format::Table => table::write(&report, look(args), args.errors.as_deref(), out),
        Format::Markdown => markdown::write(&report, out),
        Format::Html => html::write(&report, out),
        Format::Xlsx => xlsx::write(&report, out),
        Format::Json | Format::Ndjson | Format::Csv => json::write_with_request(&report, &prepared.request(lang), out),
    })?;
    bar.finish_and_clear();
    for row in &portfolio.invalid {
        write_error(errors, row)?;
    }
    let mut told = Told::of(&portfolio.invalid);
    told.uncovered = self::uncovered(report.vocabulary, &uncovered);
    Ok(told)
}

/// Units that no policy at hand covers: how many, and the first with their regions and rows.
pub(super) fn uncovered(vocabulary: &Vocabulary, units: &[&Applicant]) -> (u64, Vec<(String, String, usize)>) {
    let region = vocabulary.known().region;
    let place = |unit: &&Applicant| {
        let region = unit.facts.text(region).unwrap_or_default().to_owned();
        (unit.name.clone(), region, unit.achievements.len())
    };
    (units.len() as u64, units.iter().take(TOLD).map(place).collect())
}

/// Formats that are written unit by unit.
fn lines(args: &Estimate, prepared: &Prepared, errors: &mut Option<Errors>, lang: Lang) -> Result<Told> {
    let ledger = prepared.ledger(lang, args.summary, args.format() == Format::Json)?;
    let batch = prepared.batch(lang);
    if batch.needs_region {
        let region = batch.vocabulary.known().region;
        let unknown = (0..ledger.len()).filter(|place| ledger.facts(*place).text(region).is_none());
        let homeless: Vec<usize> = unknown.filter(|place| ledger.is_readable(*place)).collect();
        if let Some(first) = homeless.first() {
            return Err(request::no_region(ledger.name(*first), homeless.len(), lang));
        }
    }
    let vocabulary = batch.vocabulary;
    let several_inputs = ledger.inputs.len() > 1;
    let make = |extra: Arc<[String]>| format(args, vocabulary, &ledger.inputs, several_inputs, extra, lang);
    let bar = progress(ledger.len(), args.output.is_some());
    let mut out = Output::open(args.output.as_deref(), lang)?;
    let mut note = |row: &Invalid| write_error(errors, row);
    let aside = Aside { errors: &mut note, done: &mut |units| bar.inc(units as u64) };
    let told = batch.write(&ledger, &make, &mut out, aside)?;
    out.commit()?;
    bar.finish_and_clear();
    // The process ends soon: giving back the memory of millions of rows bit by bit takes time for nothing.
    std::mem::forget(ledger);
    Ok(told)
}

/// Files in which the rows of each applicant stand together.
fn grouped(args: &Estimate, prepared: &Prepared, errors: &mut Option<Errors>, lang: Lang) -> Result<Told> {
    /// What comes behind all results waits in memory up to here, then in a temporary file.
    const SPOOL: usize = 8 << 20;
    let batch = prepared.batch(lang);
    let (files, options) = prepared.grouped(args.summary);
    let vocabulary = batch.vocabulary;
    let several_inputs = files.achievements.len() + usize::from(files.applicants.is_some()) > 1;
    let make = |extra: Arc<[String]>| format(args, vocabulary, &[], several_inputs, extra, lang);
    let mut out = Output::open(args.output.as_deref(), lang)?;
    let mut later = tempfile::SpooledTempFile::new(SPOOL);
    let mut seen = Seen::default();
    let mut note = |row: &Invalid| write_error(errors, row);
    let aside = Aside { errors: &mut note, done: &mut |_| {} };
    let sources = (files.achievements.as_slice(), files.applicants.as_ref());
    let written =
        batch.write_grouped(sources, &options, &make, (&mut out, &mut later), &mut |hash| seen.again(hash), aside);
    let (told, rest) = written.map_err(|stopped| stopped_words(stopped, lang))?;
    if seen.again_in_files()? {
        bail!(say(lang, &not_grouped()));
    }
    later.rewind()?;
    io::copy(&mut later, &mut out)?;
    out.commit()?;
    request::tell_notices(&rest.notices, lang);
    if !args.summary {
        tell(&say(
            lang,
            &words!(
                zh: "--grouped 不看别的单位，所以没有核对同一标准是否由几个单位申报",
                en: "--grouped looks at one applicant at a time: standards claimed by several were not looked for"
            ),
        ));
    }
    Ok(told)
}

fn stopped_words(stopped: Stopped, lang: Lang) -> anyhow::Error {
    match stopped {
        Stopped::Input(errors) => request::input_errors(&errors, lang),
        Stopped::Io(error) => anyhow::Error::new(error),
        Stopped::Homeless(name) => request::no_region(&name, 1, lang),
    }
}

/// A file that breaks the promise of `--grouped`, too far apart to be found at once.
fn not_grouped() -> Words {
    words!(
        zh: "有单位的行没有放在一起；请先按单位排序，或去掉 --grouped。已写出的结果不可用",
        en: "the rows of some applicant do not stand together; sort the file by applicant, or drop --grouped; what was \
             written is of no use"
    )
}

fn format<'a>(
    args: &Estimate,
    vocabulary: &'a Vocabulary,
    inputs: &'a [biaobu::input::InputFile],
    several_inputs: bool,
    extra: Arc<[String]>,
    lang: Lang,
) -> Box<dyn Lines + 'a> {
    match args.format() {
        Format::Ndjson if args.summary => Box::new(Summary::new(Form::Ndjson, lang, inputs)),
        Format::Json => Box::new(Summary::new(Form::Json, lang, inputs)),
        Format::Ndjson => Box::new(json::Entries::new(vocabulary, lang, several_inputs)),
        _ if args.summary => Box::new(Summary::new(Form::Csv(args.excel), lang, inputs)),
        _ => Box::new(csv::Items::new(vocabulary, lang, extra, args.excel)),
    }
}

/// `--errors`: every mistake of every unreadable row.
struct Errors {
    out: Output,
    lang: Lang,
}

impl Errors {
    fn open(path: &std::path::Path, excel: bool, lang: Lang) -> Result<Errors> {
        let mut out = Output::open(Some(path), lang)?;
        let mut bytes = if excel { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        csv::write_line(["path", "row", "applicant", "id", "column", "cell", "value", "message"], &mut bytes);
        out.write_all(&bytes)?;
        Ok(Errors { out, lang })
    }
}

fn write_error(errors: &mut Option<Errors>, row: &Invalid) -> io::Result<()> {
    let Some(errors) = errors else { return Ok(()) };
    let mut bytes = Vec::new();
    for mistake in &row.mistakes {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let cells = [
            row.path.clone(),
            row.row.to_string(),
            text(&row.applicant),
            text(&row.id),
            text(&mistake.column),
            text(&mistake.cell),
            mistake.value.clone(),
            mistake.message.get(errors.lang).to_owned(),
        ];
        csv::write_line(cells, &mut bytes);
    }
    errors.out.write_all(&bytes)
}

/// A bar on standard error, if that is a terminal and the result does not go to one; short work shows none.
fn progress(jobs: usize, to_file: bool) -> ProgressBar {
    const SHORT: usize = 2_000;
    if jobs < SHORT || !io::stderr().is_terminal() || (io::stdout().is_terminal() && !to_file) {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} {eta}");
    let bar = ProgressBar::new(jobs as u64);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// Colours only where a person looks at them: `--color`, `NO_COLOR`, and whether the output is a terminal.
fn look(args: &Estimate) -> Look {
    let to_terminal = args.output.is_none() && io::stdout().is_terminal();
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let color = match args.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => to_terminal && wanted,
    };
    Look { width: terminal_width(), color }
}

pub(super) fn tell_uncovered(told: &Told, lang: Lang) {
    let (count, first) = &told.uncovered;
    for (name, region, rows) in first {
        let message = words!(
            zh: "{name}（{region}，{rows} 行）：没有覆盖该地区的政策，没有测算",
            en: "{name} ({region}, {rows} rows): no policy at hand covers this region; not computed"
        );
        tell(message.get(lang));
    }
    if *count > first.len() as u64 {
        let more = count - first.len() as u64;
        let message = words!(
            zh: "  ……另有 {more} 个单位，没有覆盖其地区的政策，没有测算",
            en: "  ... and {more} more units in regions that no policy at hand covers; not computed"
        );
        tell(message.get(lang));
    }
}

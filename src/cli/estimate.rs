//! `biaobu estimate`: the main job.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use anyhow::{Result, bail};
use biaobu::input::Portfolio;
use biaobu::lang::Lang;
use biaobu::output::terminal::Look;
use biaobu::output::{csv, html, json, markdown, table, xlsx};
use biaobu::words;
use indicatif::{ProgressBar, ProgressStyle};

use super::args::{Color, Estimate, Format};
use super::request;
use super::{Done, files, tell, terminal_width};

/// So many unreadable rows are told on standard error; the result itself holds them all.
const TOLD: usize = 10;

pub fn run(args: &Estimate, rules: &[PathBuf], lang: Lang) -> Result<Done> {
    if args.excel && args.format != Format::Csv {
        let message = words!(zh: "--excel 只与 --format csv 同用", en: "--excel goes with --format csv only");
        bail!(request::say(lang, &message));
    }
    if args.format == Format::Xlsx {
        files::refuse_terminal(args.output.as_deref(), lang)?;
    }
    let prepared = request::prepare(&args.inputs, args.output.as_deref(), rules, lang)?;
    let (mut report, uncovered) = prepared.report(lang)?;
    if let Some(message) = xlsx::refused(&report).filter(|_| args.format == Format::Xlsx) {
        bail!(request::say(lang, &message));
    }
    // A page with an overview evaluates everything twice.
    let passes = if args.format == Format::Html { 2 } else { 1 };
    let bar = progress(passes * report.jobs.len(), args.output.is_some());
    let ticker = bar.clone();
    report.done = Some(Box::new(move || ticker.inc(1)));
    files::write(args.output.as_deref(), lang, |out| match args.format {
        Format::Table => table::write(&report, look(args), out),
        Format::Json => json::write(&report, out),
        Format::Ndjson => json::write_lines(&report, out),
        Format::Csv if args.excel => csv::write_for_excel(&report, out),
        Format::Csv => csv::write(&report, out),
        Format::Markdown => markdown::write(&report, out),
        Format::Html => html::write(&report, out),
        Format::Xlsx => xlsx::write(&report, out),
    })?;
    bar.finish_and_clear();
    tell_invalid(&prepared.portfolio, args.format, lang);
    for applicant in &uncovered {
        let (name, rows) = (&applicant.name, applicant.achievements.len());
        let region = applicant.facts.text(report.vocabulary.known().region).unwrap_or_default();
        let message = words!(
            zh: "{name}（{region}，{rows} 行）：没有覆盖该地区的政策，没有测算",
            en: "{name} ({region}, {rows} rows): no policy at hand covers this region; not computed"
        );
        tell(message.get(lang));
    }
    Ok(if prepared.portfolio.invalid.is_empty() && uncovered.is_empty() { Done::Clean } else { Done::LookAtIt })
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

fn tell_invalid(portfolio: &Portfolio, format: Format, lang: Lang) {
    if portfolio.invalid.is_empty() {
        return;
    }
    let count = portfolio.invalid.len();
    let message = words!(
        zh: "{count} 行读不出，没有计入；改正后重新运行",
        en: "rows that could not be read and are not counted: {count}; correct them and run again"
    );
    tell(message.get(lang));
    // The table itself lists them in full.
    if format == Format::Table {
        return;
    }
    for row in portfolio.invalid.iter().take(TOLD) {
        for line in table::invalid_lines(row, lang) {
            tell(&line);
        }
    }
    if count > TOLD {
        let more = count - TOLD;
        let message = words!(zh: "  ……另有 {more} 行，见结果中的 invalid", en: "  ... and {more} more: see `invalid` in the result");
        tell(message.get(lang));
    }
}

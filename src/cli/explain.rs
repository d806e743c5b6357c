//! `biaobu explain`: one item, every step and condition, in sentences.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Result, bail};
use biaobu::lang::Lang;
use biaobu::output::{explain, table, terminal};
use biaobu::text;
use biaobu::words;

use super::args::Explain;
use super::request::{self, say};
use super::{Done, files, terminal_width};

pub fn run(args: &Explain, rules: &[PathBuf], lang: Lang) -> Result<Done> {
    let prepared = request::prepare(&args.inputs, &[], rules, lang)?;
    let portfolio = prepared.portfolio(lang)?;
    let (report, _) = prepared.report(&portfolio, lang)?;
    let wanted = text::fold(&args.item);
    let mut page = Vec::new();
    for job in &report.jobs {
        let rows = job.applicant.achievements.iter().enumerate();
        let places: Vec<usize> =
            rows.filter(|(_, row)| text::fold(&row.id) == wanted).map(|(index, _)| index).collect();
        if places.is_empty() {
            continue;
        }
        for (evaluation, place) in report.evaluate(job).iter().flat_map(|e| places.iter().map(move |place| (e, *place)))
        {
            if !page.is_empty() {
                page.write_all(b"\n\n")?;
            }
            explain::write(&report, evaluation, place, terminal_width(), &mut page)?;
        }
    }
    let unreadable =
        portfolio.invalid.iter().filter(|row| row.id.as_deref().is_some_and(|id| text::fold(id) == wanted));
    let mut done = Done::Clean;
    for row in unreadable {
        done = Done::LookAtIt;
        for line in table::invalid_lines(row, lang) {
            terminal::paragraph(line.trim_start(), 2, terminal_width(), &mut page)?;
        }
    }
    if page.is_empty() {
        let ids: Vec<&str> =
            portfolio.applicants.iter().flat_map(|unit| &unit.achievements).map(|row| row.id.as_str()).collect();
        let item = &args.item;
        let near = text::nearest(item, ids.iter().copied(), 2).or(ids.first().copied()).unwrap_or("-");
        bail!(say(
            lang,
            &words!(zh: "没有编号为“{item}”的成果；例如有 {near}", en: "there is no item \"{item}\"; there is, for example, {near}")
        ));
    }
    files::write(None, lang, |out| out.write_all(&page))?;
    Ok(done)
}

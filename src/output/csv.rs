//! CSV: one line per item, unreadable rows last. Cells that a spreadsheet would run as formulas are neutralized.

use std::io::{self, Write};

use super::words::Sentences;
use super::{Evaluation, Report};
use crate::engine::result::Item;
use crate::facts::Achievement;
use crate::lang::Lang;

/// The columns, before the extra ones. Scripts read them: names are never changed.
const COLUMNS: [&str; 21] = [
    "applicant",
    "policy",
    "year",
    "on",
    "id",
    "row",
    "title",
    "status",
    "clause",
    "rule",
    "category",
    "nature",
    "base",
    "amount",
    "possible",
    "missing",
    "same_as",
    "reasons",
    "assumptions",
    "warnings",
    "path",
];

/// Writes the items as CSV. Headers are English keys, as in JSON, in either language; texts follow the language.
///
/// # Errors
/// What the writer reports.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_records(report, out).map_err(|error| match error.into_kind() {
        // As the writer reported it: a closed pipe must be known as one.
        ::csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    })
}

/// Writes the same with a byte order mark: without one, Excel in China takes the file for GBK.
///
/// # Errors
/// What the writer reports.
pub fn write_for_excel(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    write(report, out)
}

fn write_records(report: &Report<'_>, out: &mut dyn Write) -> ::csv::Result<()> {
    let extra = extra_headers(report);
    let mut writer = ::csv::Writer::from_writer(out);
    let headers = COLUMNS.iter().map(|name| (*name).to_owned()).chain(extra.iter().map(|name| format!("extra.{name}")));
    writer.write_record(headers.map(|header| harmless(&header)))?;
    for evaluation in report.evaluations() {
        for (item, row) in evaluation.result.items.iter().zip(&evaluation.applicant.achievements) {
            writer.write_record(record(report, &evaluation, item, row, &extra).iter().map(|cell| harmless(cell)))?;
        }
    }
    for row in &report.portfolio.invalid {
        let separator = if report.lang == Lang::Zh { "；" } else { "; " };
        let messages: Vec<String> = row
            .mistakes
            .iter()
            .map(|mistake| {
                let column = mistake.column.as_deref().unwrap_or("-");
                format!("{column}: {}", mistake.message.get(report.lang))
            })
            .collect();
        let mut cells = vec![String::new(); COLUMNS.len() + extra.len()];
        let mut put = |name: &str, value: String| {
            if let Some(place) = COLUMNS.iter().position(|column| *column == name) {
                cells[place] = value;
            }
        };
        put("applicant", row.applicant.clone().unwrap_or_default());
        put("id", row.id.clone().unwrap_or_default());
        put("row", row.row.to_string());
        put("status", "invalid".to_owned());
        put("reasons", messages.join(separator));
        put("path", row.path.clone());
        fill_extra(&mut cells[COLUMNS.len()..], &extra, &row.extra);
        writer.write_record(cells.iter().map(|cell| harmless(cell)))?;
    }
    Ok(writer.flush()?)
}

/// Every column that the vocabulary does not know, by first appearance.
pub(super) fn extra_headers(report: &Report<'_>) -> Vec<String> {
    let mut headers: Vec<String> = Vec::new();
    let rows = report.portfolio.applicants.iter().flat_map(|applicant| &applicant.achievements).map(|row| &row.extra);
    for (header, _) in rows.chain(report.portfolio.invalid.iter().map(|row| &row.extra)).flatten() {
        if !headers.contains(header) {
            headers.push(header.clone());
        }
    }
    headers
}

/// Puts a row's extra cells under their headers.
pub(super) fn fill_extra(cells: &mut [String], headers: &[String], extra: &[(String, String)]) {
    for (cell, header) in cells.iter_mut().zip(headers) {
        if let Some((_, value)) = extra.iter().find(|(name, _)| name == header) {
            value.clone_into(cell);
        }
    }
}

fn record(
    report: &Report<'_>,
    evaluation: &Evaluation<'_>,
    item: &Item,
    row: &Achievement,
    extra: &[String],
) -> Vec<String> {
    let (policy, applicant, result) = (evaluation.policy, evaluation.applicant, &evaluation.result);
    let speaker = report.speaker(policy);
    let separator = if report.lang == Lang::Zh { "；" } else { "; " };
    let clause = item.clause.map(|index| &policy.clauses[index]);
    let missing: Vec<String> = item.missing.iter().map(|missing| speaker.missing_id(*missing)).collect();
    let same_as = item.same_as.and_then(|index| applicant.achievements.get(index));
    let said = Sentences::new(&speaker, result, applicant, item, row);
    let mut cells = vec![
        applicant.name.clone(),
        policy.id.clone(),
        result.year.to_string(),
        result.on.map(|day| day.to_string()).unwrap_or_default(),
        row.id.clone(),
        row.row.to_string(),
        row.facts.text(report.vocabulary.known().title).unwrap_or_default().to_owned(),
        item.status.id().to_owned(),
        item.cite.clone().or(clause.map(|clause| clause.cite.clone())).unwrap_or_default(),
        clause.map(|clause| clause.id.clone()).unwrap_or_default(),
        clause.map(|clause| policy.categories[clause.category].id.clone()).unwrap_or_default(),
        clause.map(|clause| clause.nature.id().to_owned()).unwrap_or_default(),
        item.base.to_string(),
        item.amount.to_string(),
        item.possible.map(|(_, amount)| amount.to_string()).unwrap_or_default(),
        missing.join(";"),
        same_as.map(|row| row.id.clone()).unwrap_or_default(),
        said.reasons.join(separator),
        said.assumptions.join(separator),
        said.warnings.join(separator),
        report.portfolio.inputs.get(row.input).map(|input| input.path.clone()).unwrap_or_default(),
    ];
    debug_assert_eq!(cells.len(), COLUMNS.len());
    cells.resize(COLUMNS.len() + extra.len(), String::new());
    fill_extra(&mut cells[COLUMNS.len()..], extra, &row.extra);
    cells
}

/// A cell that a spreadsheet shows and does not run: one that begins like a formula is preceded by an apostrophe.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_neutralized() {
        assert_eq!(harmless("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        for cell in ["-5", "+5", "@SUM(A1)", "\t=1", "\r=1", "=1"] {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        assert_eq!(harmless("GB/T 1"), "GB/T 1");
    }
}

//! CSV: one line per item, unreadable rows last. Cells that a spreadsheet would run as formulas are neutralized.

use std::sync::Arc;

use jiff::civil::Date;
use memchr::memchr3;

use super::Report;
use super::batch::{Lines, Written};
use super::holes::{Shared, Template};
use super::words::{Sentences, Speaker};
use crate::engine::settled::Settled;
use crate::input::{Invalid, Mistake};
use crate::lang::Lang;
use crate::money::Money;
use crate::policy::Policy;
use crate::unit::Unit as _;
use crate::vocabulary::Vocabulary;

/// The columns, before the extra ones. Scripts read them: names are never changed.
const COLUMNS: [&str; 25] = [
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
    "answer",
    "from",
    "to",
    "settled_by",
];

/// Where the columns begin that rows of the same ruling share, and the first behind them.
const SHARED: std::ops::Range<usize> = 7..19;

/// Items as CSV lines. Headers are English keys, as in JSON, in either language; texts follow the language.
pub struct Items<'a> {
    vocabulary: &'a Vocabulary,
    lang: Lang,
    /// Columns that the vocabulary does not know.
    extra: Arc<[String]>,
    /// Begin with a byte order mark: without one, Excel in China takes the file for GBK.
    excel: bool,
    known: Shared<OfLine>,
}

/// What lines of the same ruling share: the columns [`SHARED`], the item's own warnings, and the answer behind them.
struct OfLine {
    columns: Template,
    warnings: Vec<String>,
    answer: Vec<u8>,
}

impl<'a> Items<'a> {
    /// `extra` are the headers that the vocabulary does not know.
    pub fn new(vocabulary: &'a Vocabulary, lang: Lang, extra: Arc<[String]>, excel: bool) -> Self {
        Items { vocabulary, lang, extra, excel, known: Shared::default() }
    }

    fn separator(&self) -> &'static str {
        self.lang.pick("；", "; ")
    }

    fn shared(&self, written: &Written<'_>, policy: &Policy, settled: &Settled, item: usize, holes: bool) -> OfLine {
        let applicant = written.applicant();
        let speaker = Speaker { lang: self.lang, vocabulary: self.vocabulary, policy, holes };
        let row = written.unit.achievement(item);
        let item = settled.item(item);
        let said = Sentences::new(&speaker, &settled.head, applicant, &item, &row);
        let clause = item.clause.map(|index| &policy.clauses[index]);
        let missing: Vec<String> = item.missing.iter().map(|missing| speaker.missing_id(*missing)).collect();
        let same_as = item.same_as.and_then(|index| applicant.achievements.get(index));
        let cells: [String; SHARED.end - SHARED.start] = [
            item.status.id().to_owned(),
            item.cite.as_deref().or(clause.map(|clause| &*clause.cite)).unwrap_or_default().to_owned(),
            clause.map(|clause| clause.id.clone()).unwrap_or_default(),
            clause.map(|clause| policy.categories[clause.category].id.clone()).unwrap_or_default(),
            clause.map(|clause| clause.nature.id().to_owned()).unwrap_or_default(),
            item.base.to_string(),
            item.amount.to_string(),
            item.possible.map(|(_, amount)| amount.to_string()).unwrap_or_default(),
            missing.join(";"),
            same_as.map(|row| row.id.clone()).unwrap_or_default(),
            said.reasons.join(self.separator()),
            said.assumptions.join(self.separator()),
        ];
        let mut line = Vec::new();
        for cell in &cells {
            line.push(b',');
            write_cell(cell, &mut line);
        }
        let line = String::from_utf8_lossy(&line);
        let columns = if holes { Template::new(&line) } else { Template::plain(&line) };
        let others = item.exposed.then_some("others");
        let settled_by: Vec<&str> = speaker.fact_ids(&item.settled_by).into_iter().chain(others).collect();
        let says = item.answer.says.id().to_owned();
        let answer = [says, item.answer.from.to_string(), item.answer.to.to_string()];
        OfLine { columns, warnings: said.warnings, answer: behind(answer, settled_by.join(";")) }
    }
}

/// The last columns of an item, each behind its comma.
fn behind(answer: [String; 3], settled_by: String) -> Vec<u8> {
    let mut line = Vec::new();
    for cell in answer.iter().chain([&settled_by]) {
        line.push(b',');
        write_cell(cell, &mut line);
    }
    line
}

impl Lines for Items<'_> {
    fn begin(&self, out: &mut Vec<u8>) {
        if self.excel {
            out.extend("\u{feff}".as_bytes());
        }
        let headers = COLUMNS.iter().map(|name| (*name).to_owned());
        write_line(headers.chain(self.extra.iter().map(|name| format!("extra.{name}"))), out);
    }

    fn unit(&mut self, written: &Written<'_>, policy: &Policy, settled: &Settled, out: &mut Vec<u8>) {
        let unit = written.unit;
        let mut begin = Vec::new();
        write_cell(unit.name(), &mut begin);
        let on = settled.head.on.map(|day| day.to_string()).unwrap_or_default();
        begin.extend(format!(",{},{},{on},", policy.id, settled.head.year).as_bytes());
        let title = self.vocabulary.known().title;
        let warnings = written.warnings();
        let mut known = std::mem::take(&mut self.known);
        known.begin_unit();
        for item in 0..warnings.len() {
            let shared = known.get(settled.alike(item), |holes| self.shared(written, policy, settled, item, holes));
            out.extend(&begin);
            write_cell(&unit.id(item), out);
            out.push(b',');
            out.extend(itoa::Buffer::new().format(unit.number(item)).as_bytes());
            out.push(b',');
            write_cell(unit.text(item, title).as_deref().unwrap_or_default(), out);
            shared.columns.write(out, |fact, out| write_day(unit.day(item, fact), out));
            out.push(b',');
            let mut said = warnings.of(item).chain(shared.warnings.iter().map(String::as_str));
            match (said.next(), said.next()) {
                (None, _) => {}
                (Some(only), None) => write_cell(only, out),
                (Some(first), Some(second)) => {
                    let all: Vec<&str> = [first, second].into_iter().chain(said).collect();
                    write_cell(&all.join(self.separator()), out);
                }
            }
            out.push(b',');
            write_cell(unit.path(item), out);
            out.extend(&shared.answer);
            if !self.extra.is_empty() {
                let mut cells = vec![String::new(); self.extra.len()];
                fill_extra(&mut cells, &self.extra, &unit.extra(item));
                for cell in &cells {
                    out.push(b',');
                    write_cell(cell, out);
                }
            }
            out.push(b'\n');
        }
        self.known = known;
    }

    fn invalid(&mut self, row: &Invalid, out: &mut Vec<u8>) {
        let mut cells = vec![String::new(); COLUMNS.len() + self.extra.len()];
        let mut put = |column: &str, cell: String| {
            if let Some(index) = COLUMNS.iter().position(|name| *name == column) {
                cells[index] = cell;
            }
        };
        let message = |mistake: &Mistake| {
            let column = mistake.column.as_deref().unwrap_or("-");
            format!("{column}: {}", mistake.message.get(self.lang))
        };
        put("applicant", row.applicant.clone().unwrap_or_default());
        put("id", row.id.clone().unwrap_or_default());
        put("row", row.row.to_string());
        put("status", "invalid".to_owned());
        put("reasons", row.mistakes.iter().map(message).collect::<Vec<_>>().join(self.separator()));
        put("path", row.path.clone());
        fill_extra(&mut cells[COLUMNS.len()..], &self.extra, &row.extra);
        write_line(cells, out);
    }
}

/// Appends a day as `2021-06-30`.
pub(super) fn write_day(day: Option<Date>, out: &mut Vec<u8>) {
    let Some(day) = day else { return };
    let digits = |number: u32, count: u32, out: &mut Vec<u8>| {
        for place in (0..count).rev() {
            out.push(b'0' + (number / 10u32.pow(place) % 10) as u8);
        }
    };
    digits(u32::from(day.year().unsigned_abs()), 4, out);
    out.push(b'-');
    digits(u32::from(day.month().unsigned_abs()), 2, out);
    out.push(b'-');
    digits(u32::from(day.day().unsigned_abs()), 2, out);
}

/// Appends an amount as it is shown: `280000.00`.
pub(super) fn write_money(money: Money, out: &mut Vec<u8>) {
    match u64::try_from(money.fen()) {
        Ok(0) => out.extend_from_slice(b"0.00"),
        Ok(fen) => {
            out.extend_from_slice(itoa::Buffer::new().format(fen / 100).as_bytes());
            out.extend_from_slice(&[b'.', b'0' + (fen % 100 / 10) as u8, b'0' + (fen % 10) as u8]);
        }
        Err(_) => out.extend_from_slice(money.to_string().as_bytes()),
    }
}

/// Appends a line of cells.
pub fn write_line(cells: impl IntoIterator<Item = impl AsRef<str>>, out: &mut Vec<u8>) {
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_cell(cell.as_ref(), out);
    }
    out.push(b'\n');
}

/// Appends a cell, in quotes where it needs them. One that begins like a formula is preceded by an apostrophe: a
/// spreadsheet then shows it and does not run it.
pub(super) fn write_cell(cell: &str, out: &mut Vec<u8>) {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let bytes = cell.as_bytes();
    if memchr3(b',', b'"', b'\n', bytes).is_none() && memchr::memchr(b'\r', bytes).is_none() {
        if formula {
            out.push(b'\'');
        }
        out.extend(bytes);
        return;
    }
    out.push(b'"');
    if formula {
        out.push(b'\'');
    }
    for byte in bytes {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
    out.push(b'"');
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

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cell: &str) -> String {
        let mut out = Vec::new();
        write_cell(cell, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formulas_are_neutralized() {
        assert_eq!(written("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        for cell in ["-5", "+5", "@SUM(A1)", "\t=1", "=1"] {
            assert_eq!(written(cell), format!("'{cell}"));
        }
        assert_eq!(written("\r=1"), "\"'\r=1\"");
        assert_eq!(written("GB/T 1"), "GB/T 1");
    }

    #[test]
    fn cells_are_quoted_as_the_crate_does() {
        for cell in ["", "a", "a,b", "a\"b", "\"", "a\nb", "a\rb", " a ", "中，文", "a;b", "#", "'"] {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record([cell, "x"]).unwrap();
            let expected = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            assert_eq!(format!("{},x\n", written(cell)), expected, "{cell:?}");
        }
    }

    #[test]
    fn days_are_written_as_they_are_shown() {
        for (year, month, day) in [(2021, 6, 30), (1900, 1, 1), (2199, 12, 31)] {
            let day = Date::new(year, month, day).unwrap();
            let mut out = Vec::new();
            write_day(Some(day), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), day.to_string());
        }
    }

    #[test]
    fn money_is_written_as_it_is_shown() {
        for fen in [0, 5, 10, 99, 100, 28_000_000, i128::from(u64::MAX), i128::from(u64::MAX) + 1, -1] {
            let mut out = Vec::new();
            write_money(Money::from_fen(fen), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), Money::from_fen(fen).to_string());
        }
    }
}

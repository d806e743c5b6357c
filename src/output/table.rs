//! The table for a terminal: 80 columns and more, with Chinese text; one block per applicant and policy.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use unicode_width::UnicodeWidthStr;

use super::words::Speaker;
use super::{Evaluation, Report, when};
use crate::engine::result::{Assumption, Item, Reason, Status};
use crate::facts::Achievement;
use crate::input::Invalid;
use crate::lang::Lang;
use crate::money::Money;

/// From this width on titles have a column of their own.
const WIDE: usize = 120;

/// Writes all results, unreadable rows, and the sum over all results.
///
/// # Errors
/// What the writer reports.
pub fn write(report: &Report<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let width = width.clamp(60, 240);
    let mut sum = Sum::default();
    for evaluation in report.evaluations() {
        block(report, &evaluation, width, out)?;
        sum.add(&evaluation);
    }
    invalid(report, width, out)?;
    if sum.results > 1 {
        sum.write(report.lang, out)?;
    }
    Ok(())
}

#[derive(Default)]
struct Sum {
    results: usize,
    items: usize,
    total: Money,
    fixed: Money,
    ceiling: Money,
    potential: Money,
}

impl Sum {
    fn add(&mut self, evaluation: &Evaluation<'_>) {
        self.results += 1;
        self.items += evaluation.result.items.len();
        self.total += evaluation.result.total;
        self.fixed += evaluation.result.fixed_total;
        self.ceiling += evaluation.result.ceiling_total;
        self.potential += evaluation.result.potential_total;
    }

    fn write(&self, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
        let (results, items) = (self.results, self.items);
        let totals = totals(lang, self.total, self.fixed, self.ceiling, self.potential);
        match lang {
            Lang::Zh => writeln!(out, "共{results}份结果、{items}项：{totals}"),
            Lang::En => writeln!(out, "{results} results, {items} items: {totals}"),
        }
    }
}

/// `总额 156.5万元（定额 0万元，上限 156.5万元），可能 176.5万元`.
fn totals(lang: Lang, total: Money, fixed: Money, ceiling: Money, potential: Money) -> String {
    let money = |money: Money| match lang {
        Lang::Zh => money.in_wan(),
        Lang::En => format!("{} yuan", money.grouped()),
    };
    let more = if potential > total {
        match lang {
            Lang::Zh => format!("；资料补齐后可能 {}", money(potential)),
            Lang::En => format!("; potentially {}", money(potential)),
        }
    } else {
        String::new()
    };
    match lang {
        Lang::Zh => format!("总额 {}（定额 {}，上限 {}）{more}", money(total), money(fixed), money(ceiling)),
        Lang::En => format!("total {} (fixed {}, ceiling {}){more}", money(total), money(fixed), money(ceiling)),
    }
}

fn block(report: &Report<'_>, evaluation: &Evaluation<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let (policy, result) = (evaluation.policy, &evaluation.result);
    let speaker = report.speaker(policy);
    let zh = report.lang == Lang::Zh;
    let name = match evaluation.applicant.name.as_str() {
        "" if zh => "（未具名单位）",
        "" => "(unnamed applicant)",
        name => name,
    };
    writeln!(out, "{}", "═".repeat(width.min(100)))?;
    let on = result.on.map_or_else(|| "-".to_owned(), |day| day.to_string());
    let application = if zh {
        format!("{}年度，申请日 {on}", result.year)
    } else {
        format!("year {}, applied on {on}", result.year)
    };
    paragraph(name, 0, width, out)?;
    paragraph(&format!("{} · {} · {application}", policy.id, policy.title.get(report.lang)), 0, width, out)?;
    if !result.in_force {
        let note = speaker.reason(&Reason::NotInForce, result, evaluation.applicant, &Achievement::default());
        let ignored = match (result.validity_ignored, zh) {
            (true, true) => "；按 --ignore-validity 仍予计算",
            (true, false) => "; computed all the same (--ignore-validity)",
            (false, _) => "",
        };
        paragraph(&format!("! {note}{ignored}"), 2, width, out)?;
    }
    for barred in &result.barred_by {
        paragraph(&format!("! {}", speaker.barred(barred)), 2, width, out)?;
    }
    writeln!(out, "{}", items(report, evaluation, &speaker, width))?;
    for used in &result.caps {
        let label = if zh { "封顶" } else { "cap" };
        paragraph(&format!("{label}  {}", speaker.cap(used)), 6, width, out)?;
    }
    paragraph(
        &totals(report.lang, result.total, result.fixed_total, result.ceiling_total, result.potential_total),
        0,
        width,
        out,
    )?;
    if !result.assumptions.is_empty() {
        let sentences = result.assumptions.iter().map(|assumption| speaker.assumption(assumption, when(result)));
        let list = sentences.collect::<Vec<_>>().join(if zh { "；" } else { "; " });
        let label = if zh { "视为满足" } else { "assumed" };
        paragraph(&format!("{label}：{list}").replace("assumed：", "assumed: "), 2, width, out)?;
    }
    writeln!(out)
}

fn items(report: &Report<'_>, evaluation: &Evaluation<'_>, speaker: &Speaker<'_>, width: usize) -> Table {
    let zh = report.lang == Lang::Zh;
    let wide = width >= WIDE;
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_width(u16::try_from(width).unwrap_or(80));
    table.set_content_arrangement(ContentArrangement::Dynamic);
    let mut header = if zh {
        vec!["编号", "结果", "条款", "基数（万元）", "金额（万元）", "说明"]
    } else {
        vec!["id", "status", "clause", "base", "amount", "note"]
    };
    if wide {
        header.insert(1, if zh { "名称" } else { "title" });
    }
    table.set_header(header.iter().map(|title| Cell::new(break_header(title))));
    for (item, row) in evaluation.result.items.iter().zip(&evaluation.applicant.achievements) {
        table.add_row(line(report, evaluation, speaker, item, row, wide));
    }
    let offset = usize::from(wide);
    for place in [3 + offset, 4 + offset] {
        if let Some(column) = table.column_mut(place) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for (place, least) in [(1 + offset, 6), (2 + offset, 8), (3 + offset, 6), (4 + offset, 6), (5 + offset, 20)] {
        if let Some(column) = table.column_mut(place) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        }
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    table
}

fn break_header(title: &str) -> String {
    title.replace('（', "\n（")
}

fn line(
    report: &Report<'_>,
    evaluation: &Evaluation<'_>,
    speaker: &Speaker<'_>,
    item: &Item,
    row: &Achievement,
    wide: bool,
) -> Vec<Cell> {
    let policy = evaluation.policy;
    let cite = item.cite.clone().or(item.clause.map(|clause| policy.clauses[clause].cite.clone()));
    let title = row.facts.text(report.vocabulary.known().title).unwrap_or_default();
    let mut notes = Vec::new();
    if !wide && !title.is_empty() {
        notes.push(title.to_owned());
    }
    notes.extend(note(evaluation, speaker, item, row));
    let amount = |money: Money| match report.lang {
        Lang::Zh => money.in_wan().trim_end_matches("万元").to_owned(),
        Lang::En => money.grouped().trim_end_matches(".00").to_owned(),
    };
    let mut cells = vec![
        Cell::new(&row.id),
        Cell::new(speaker.status(item.status)),
        Cell::new(cite.unwrap_or_else(|| "-".to_owned())),
        Cell::new(amount(item.base)),
        Cell::new(amount(item.amount)),
        Cell::new(notes.join("\n")),
    ];
    if wide {
        cells.insert(1, Cell::new(title));
    }
    cells
}

/// Why the amount is what it is, in as few words as are honest.
fn note(evaluation: &Evaluation<'_>, speaker: &Speaker<'_>, item: &Item, row: &Achievement) -> Vec<String> {
    let (result, applicant) = (&evaluation.result, evaluation.applicant);
    let shut_out = matches!(item.reasons.as_slice(), [Reason::NotInForce | Reason::Barred(_)]);
    let mut notes: Vec<String> = Vec::new();
    if !shut_out {
        notes.extend(item.reasons.iter().map(|reason| speaker.reason(reason, result, applicant, row)));
    }
    if item.status == Status::Awarded && item.steps.len() > 1 {
        let steps = item.steps.iter().map(|step| speaker.step(step, &result.items, applicant));
        notes.push(steps.collect::<Vec<_>>().join(if speaker.lang == Lang::Zh { "；" } else { "; " }));
    }
    let assumed = |assumption: &Assumption| speaker.assumption(assumption, when(result));
    notes.extend(item.assumptions.iter().map(assumed));
    let sign = |warning: String| format!("! {warning}");
    notes.extend(row.warnings.iter().map(|words| sign(words.get(speaker.lang).to_owned())));
    notes.extend(item.warnings.iter().map(|warning| sign(speaker.warning(warning))));
    notes
}

fn invalid(report: &Report<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let rows = &report.portfolio.invalid;
    if rows.is_empty() {
        return Ok(());
    }
    let count = rows.len();
    match report.lang {
        Lang::Zh => writeln!(out, "读不出的行：{count}")?,
        Lang::En => writeln!(out, "unreadable rows: {count}")?,
    }
    for row in rows {
        for text in invalid_lines(row, report.lang) {
            paragraph(&text, 4, width, out)?;
        }
    }
    writeln!(out)
}

/// One line per mistake of an unreadable row: where, what was found, what to do.
pub fn invalid_lines(row: &Invalid, lang: Lang) -> Vec<String> {
    let place = |column: &str| match lang {
        Lang::Zh => format!("{} 第{}行 {column}", row.path, row.row),
        Lang::En => format!("{} row {} {column}", row.path, row.row),
    };
    row.mistakes
        .iter()
        .map(|mistake| {
            let column = mistake.column.as_deref().unwrap_or("-");
            format!("  {} “{}”：{}", place(column), mistake.value, mistake.message.get(lang))
        })
        .collect()
}

/// Writes a text in lines of at most `width` columns, later ones indented. Chinese may break anywhere, words at spaces.
pub fn paragraph(text: &str, indent: usize, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut line = String::new();
    for piece in pieces(text) {
        let piece_width = piece.trim_end().width();
        if line.width() + piece_width > width && !line.trim().is_empty() && !forbidden_at_start(&piece) {
            writeln!(out, "{}", line.trim_end())?;
            line = " ".repeat(indent);
            line.push_str(piece.trim_start());
        } else {
            line.push_str(&piece);
        }
    }
    writeln!(out, "{}", line.trim_end())
}

/// Punctuation that never begins a line.
fn forbidden_at_start(piece: &str) -> bool {
    piece.starts_with(['，', '。', '；', '：', '、', '）', '”', '》'])
}

/// Runs of half-width text with the space behind them, and single wide characters.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut begun = String::new();
    for c in text.chars() {
        if c.is_whitespace() {
            begun.push(' ');
            pieces.push(std::mem::take(&mut begun));
        } else if c.is_ascii() {
            begun.push(c);
        } else {
            if !begun.is_empty() {
                pieces.push(std::mem::take(&mut begun));
            }
            pieces.push(c.to_string());
        }
    }
    if !begun.is_empty() {
        pieces.push(begun);
    }
    pieces
}

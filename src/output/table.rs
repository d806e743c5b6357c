//! The table for a terminal: 80 columns and more, with Chinese text; one block per applicant and policy.

use std::io::{self, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::batch::{TOLD_IN_FULL, Told};
use super::terminal::{self, Look, paragraph};
use super::words::{self as wording, Speaker};
use super::{Evaluation, Report, Totals, when};
use crate::engine::result::{Assumption, Item, Reason, Status};
use crate::facts::Achievement;
use crate::input::{Invalid, Mistake};
use crate::lang::Lang;
use crate::money::Money;
use crate::words;

/// Writes all results, unreadable rows, and the sum over all results.
///
/// # Errors
/// What the writer reports.
pub fn write(report: &Report<'_>, look: Look, errors: Option<&Path>, out: &mut dyn Write) -> io::Result<()> {
    let width = look.width.clamp(60, 240);
    let look = Look { width, ..look };
    let mut sum = Totals::default();
    for job in &report.jobs {
        for years in report.evaluate(job).chunk_by(|one, next| one.policy.id == next.policy.id) {
            for evaluation in years {
                block(report, evaluation, look, out)?;
                sum.add(&evaluation.result);
            }
            timeline(report, years, width, out)?;
        }
    }
    invalid(report, width, errors, out)?;
    if sum.results > 1 {
        write_sum(&sum, report.lang, width, out)?;
    }
    Ok(())
}

/// The years of a run side by side: what each pays, and the bar of it.
fn timeline(report: &Report<'_>, years: &[Evaluation<'_>], width: usize, out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = years.first().filter(|_| years.len() > 1) else { return Ok(()) };
    let zh = report.lang == Lang::Zh;
    let heading = if zh { "逐年" } else { "year by year" };
    let name = &first.applicant.name;
    paragraph(&format!("{heading}  {name} · {}", first.policy.id), 2, width, out)?;
    let money = |money: Money| if zh { money.in_wan() } else { money.grouped() };
    let most = years.iter().map(|year| year.result.total).max().unwrap_or_default();
    for evaluation in years {
        let result = &evaluation.result;
        let length = if most.is_zero() { 0 } else { 30 * result.total.fen() / most.fen() };
        let bar = "#".repeat(usize::try_from(length).unwrap_or_default());
        let state = match (result.in_force, zh) {
            (true, _) => "",
            (false, true) => "（不在有效期内）",
            (false, false) => " (not in force)",
        };
        writeln!(out, "  {}  {bar:<30}  {}{state}", result.year, money(result.total))?;
    }
    let sum: Money = years.iter().map(|year| year.result.total).sum();
    writeln!(out, "  {}  {}\n", if zh { "合计" } else { "sum " }, money(sum))
}

/// `共3份结果、12项：总额 …`.
fn write_sum(sum: &Totals, lang: Lang, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let (results, items, totals) = (sum.results, sum.items, totals(lang, sum));
    let line = match lang {
        Lang::Zh => format!("共{results}份结果、{items}项：{totals}"),
        Lang::En => format!("{results} results, {items} items: {totals}"),
    };
    paragraph(&line, 0, width, out)
}

/// `总额 156.5万元（定额 0万元，上限 156.5万元），可能 176.5万元`.
pub(super) fn totals(lang: Lang, totals: &Totals) -> String {
    let money = |money: Money| match lang {
        Lang::Zh => money.in_wan(),
        Lang::En => format!("{} yuan", money.grouped()),
    };
    let (total, fixed, ceiling) = (money(totals.total), money(totals.fixed), money(totals.ceiling));
    let potential = money(totals.potential);
    let more = match lang {
        _ if totals.potential <= totals.total => String::new(),
        Lang::Zh => format!("；资料补齐后可能 {potential}"),
        Lang::En => format!("; potentially {potential}"),
    };
    match lang {
        Lang::Zh => format!("总额 {total}（定额 {fixed}，上限 {ceiling}）{more}"),
        Lang::En => format!("total {total} (fixed {fixed}, ceiling {ceiling}){more}"),
    }
}

fn block(report: &Report<'_>, evaluation: &Evaluation<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let width = look.width;
    let (policy, result) = (evaluation.policy, &evaluation.result);
    let speaker = report.speaker(policy);
    let zh = report.lang == Lang::Zh;
    let name = wording::applicant_name(evaluation.applicant, report.lang);
    writeln!(out, "{}", "═".repeat(width.min(100)))?;
    paragraph(name, 0, width, out)?;
    paragraph(&speaker.application(result), 0, width, out)?;
    for notice in speaker.notices(result, evaluation.applicant) {
        paragraph(&notice, 2, width, out)?;
    }
    items(report, evaluation, &speaker, look, out)?;
    for used in &result.caps {
        let label = if zh { "封顶" } else { "cap" };
        paragraph(&format!("{label}  {}", speaker.cap(used)), 6, width, out)?;
    }
    let mut sum = Totals::default();
    sum.add(result);
    paragraph(&totals(report.lang, &sum), 0, width, out)?;
    if !shut_out(&result.items) {
        let (label, answer) =
            (if zh { "结论" } else { "answer" }, speaker.answer_of_total(result, evaluation.applicant));
        paragraph(&format!("{label}  {answer}"), 2, width, out)?;
    }
    if !result.assumptions.is_empty() {
        let sentences = result.assumptions.iter().map(|assumption| speaker.assumption(assumption, when(result)));
        let list = sentences.collect::<Vec<_>>().join(if zh { "；" } else { "; " });
        let label = if zh { "视为满足" } else { "assumed" };
        paragraph(&format!("{label}：{list}").replace("assumed：", "assumed: "), 2, width, out)?;
    }
    writeln!(out)
}

/// The widths of the columns of one block; notes stand below each line, over the full width.
struct Widths {
    id: usize,
    status: usize,
    clause: usize,
    money: usize,
}

/// Ids wider than this stand on a line of their own.
const WIDEST_ID: usize = 16;

fn items(
    report: &Report<'_>,
    evaluation: &Evaluation<'_>,
    speaker: &Speaker<'_>,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let width = look.width;
    let zh = report.lang == Lang::Zh;
    let cite = |item| speaker.cite(item).unwrap_or("-");
    let pairs: Vec<(&Item, &Achievement)> =
        evaluation.result.items.iter().zip(&evaluation.applicant.achievements).collect();
    let widest = |least: usize, texts: &mut dyn Iterator<Item = usize>| texts.fold(least, usize::max);
    let widths = Widths {
        id: widest(
            4,
            &mut pairs.iter().map(|(_, row)| terminal::line(&row.id).width()).filter(|width| *width <= WIDEST_ID),
        ),
        status: widest(6, &mut pairs.iter().map(|(item, _)| speaker.status(item.status).width())),
        clause: widest(6, &mut pairs.iter().map(|(item, _)| cite(item).width())),
        money: if zh { 12 } else { 14 },
    };
    let heads = if zh {
        ["编号", "结果", "条款", "基数（万元）", "金额（万元）", "名称"]
    } else {
        ["id", "status", "clause", "base (yuan)", "amount (yuan)", "title"]
    };
    writeln!(out, "{}  {}", columns(&widths, &heads[..5], Style::new()), heads[5])?;
    for (item, row) in pairs {
        let amount = |money: Money| match report.lang {
            Lang::Zh => money.in_wan_number(),
            Lang::En => money.grouped(),
        };
        let cite = cite(item);
        let (base, paid) = (amount(item.base), amount(item.amount));
        let id = terminal::line(&row.id);
        let mut cells = [id.as_str(), speaker.status(item.status), cite, base.as_str(), paid.as_str()];
        if id.width() > widths.id {
            paragraph(&id, 2, width, out)?;
            cells[0] = "";
        }
        let plain = columns(&widths, &cells, Style::new());
        let line = if look.color { columns(&widths, &cells, status_style(item.status)) } else { plain.clone() };
        let title = short_title(row.facts.text(report.vocabulary.known().title).unwrap_or_default());
        if plain.width() + 2 + title.width() <= width {
            writeln!(out, "{}", format!("{line}  {title}").trim_end())?;
        } else {
            writeln!(out, "{line}")?;
            paragraph(&format!("  {title}"), 2, width, out)?;
        }
        for note in note(evaluation, speaker, item, row) {
            paragraph(&format!("  - {note}"), 4, width, out)?;
        }
    }
    Ok(())
}

/// A title as the table shows it; the other formats have it in full.
fn short_title(title: &str) -> String {
    const LONGEST: usize = 200;
    let short: String = title.chars().take(LONGEST).map(terminal::visible).collect();
    if title.chars().nth(LONGEST).is_some() { format!("{short}…") } else { short }
}

/// What is paid in green, what is cut or open in yellow, what is not paid in red, the rest dim.
fn status_style(status: Status) -> Style {
    match status {
        Status::Awarded => AnsiColor::Green.on_default(),
        Status::Reduced | Status::Undetermined | Status::NotSelected => AnsiColor::Yellow.on_default(),
        Status::Ineligible => AnsiColor::Red.on_default(),
        Status::Duplicate | Status::Unmatched => Style::new().dimmed(),
    }
}

/// One line of columns: three to the left, two amounts to the right; the second one, the status, in its style.
fn columns(widths: &Widths, cells: &[&str], style: Style) -> String {
    let left = |text: &str, width: usize| format!("{text}{}", " ".repeat(width.saturating_sub(text.width())));
    let right = |text: &str, width: usize| format!("{}{text}", " ".repeat(width.saturating_sub(text.width())));
    [
        left(cells[0], widths.id),
        format!("{style}{}{style:#}", left(cells[1], widths.status)),
        left(cells[2], widths.clause),
        right(cells[3], widths.money),
        right(cells[4], widths.money),
    ]
    .join(" ")
}

/// Why the amount is what it is, in as few words as are honest.
pub(super) fn note(evaluation: &Evaluation<'_>, speaker: &Speaker<'_>, item: &Item, row: &Achievement) -> Vec<String> {
    let (result, applicant) = (&evaluation.result, evaluation.applicant);
    let shut_out = shut_out(std::slice::from_ref(item));
    let mut notes: Vec<String> = Vec::new();
    if !shut_out {
        let told = |reason: &&Reason| match reason {
            Reason::Unknown(missing) => !Speaker::answer_names(item, missing),
            _ => true,
        };
        notes.extend(item.reasons.iter().filter(told).map(|reason| speaker.reason(reason, result, applicant, row)));
        notes.extend(Speaker::answer_matters(item).then(|| speaker.answer(item)));
    }
    if item.status == Status::Awarded && item.steps.len() > 1 {
        let steps = item.steps.iter().map(|step| speaker.step(step, applicant));
        notes.push(steps.collect::<Vec<_>>().join(if speaker.lang == Lang::Zh { "；" } else { "; " }));
    }
    let assumed = |assumption: &Assumption| speaker.assumption(assumption, when(result));
    notes.extend(item.assumptions.iter().map(assumed));
    let sign = |warning: String| format!("! {warning}");
    notes.extend(row.warnings.iter().map(|words| sign(words.get(speaker.lang).to_owned())));
    notes.extend(item.warnings.iter().map(|warning| sign(speaker.warning(warning))));
    notes
}

/// True where nothing can be said of the items but that the policy is not in force or the unit is barred.
pub(super) fn shut_out(items: &[Item]) -> bool {
    items.iter().all(|item| matches!(item.reasons.as_slice(), [Reason::NotInForce | Reason::Barred(_)]))
}

fn invalid(report: &Report<'_>, width: usize, errors: Option<&Path>, out: &mut dyn Write) -> io::Result<()> {
    let rows = &report.portfolio.invalid;
    if rows.is_empty() {
        return Ok(());
    }
    let count = rows.len();
    match report.lang {
        Lang::Zh => writeln!(out, "读不出的行：{count}")?,
        Lang::En => writeln!(out, "unreadable rows: {count}")?,
    }
    // The first line says how many there are.
    for line in told(&Told::of(rows), TOLD_IN_FULL, errors, report.lang).iter().skip(1) {
        paragraph(line, 4, width, out)?;
    }
    writeln!(out)
}

/// What is told of unreadable rows: of up to `few` rows all mistakes; of more, the first of each column and how many
/// there are. `errors` is the file that has them all, if there is one.
pub fn told(told: &Told, few: usize, errors: Option<&Path>, lang: Lang) -> Vec<String> {
    let count = told.invalid;
    if count == 0 {
        return Vec::new();
    }
    let head = words!(
        zh: "{count} 行读不出，没有计入；改正后重新运行",
        en: "rows that could not be read and are not counted: {count}; correct them and run again"
    );
    let mut lines = vec![head.get(lang).to_owned()];
    if count <= few.min(TOLD_IN_FULL) as u64 {
        lines.extend(told.first.iter().flat_map(|row| invalid_lines(row, lang)));
        return lines;
    }
    for (key, (count, first)) in &told.by_column {
        let column = if key.is_empty() { lang.pick("多出的单元格", "cells beyond the header") } else { key };
        let head = words!(zh: "{column}：{count} 处，例如", en: "{column}: {count} mistakes, such as");
        lines.push(head.get(lang).to_owned());
        for row in first {
            let of_column = |mistake: &&Mistake| mistake.column.as_deref().unwrap_or_default() == key;
            let mistakes: Vec<Mistake> = row.mistakes.iter().filter(of_column).cloned().collect();
            lines.extend(invalid_lines(&Invalid { mistakes, ..row.clone() }, lang));
        }
    }
    lines.push(match errors {
        Some(path) => {
            let path = path.display();
            words!(zh: "全部写在 {path}", en: "all of them are in {path}").get(lang).to_owned()
        }
        None => lang.pick("加 --errors 文件名.csv 可得到全部", "--errors FILE.csv writes all of them").to_owned(),
    });
    lines
}

/// One line per mistake of an unreadable row: where, what was found (the message quotes it), what to do.
pub fn invalid_lines(row: &Invalid, lang: Lang) -> Vec<String> {
    let (path, number) = (terminal::file_name(&row.path, lang), row.row);
    let line = |mistake: &Mistake| {
        let place = mistake.place();
        let column = if place.is_empty() { place } else { format!(" {place}") };
        let message = mistake.message.get(lang);
        match lang {
            Lang::Zh => format!("  {path} 第{number}行{column}：{message}"),
            Lang::En => format!("  {path} row {number}{column}: {message}"),
        }
    };
    row.mistakes.iter().map(line).collect()
}

//! Markdown, to be pasted into a chat or a document: per company a heading, and per policy and year the totals, a table
//! of the items, what was taken for granted; unreadable rows last.

use std::io::{self, Write};

use super::words::applicant_name;
use super::{Evaluation, Report, Totals, table, terminal, when};
use crate::lang::Lang;

/// Writes all results, one job at a time.
///
/// # Errors
/// What the writer reports.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let lang = report.lang;
    writeln!(out, "# {}", lang.pick("标准化补贴测算", "Standardization subsidies"))?;
    let mut sum = Totals::default();
    for job in &report.jobs {
        writeln!(out, "\n## {}", escaped(applicant_name(job.applicant, lang)))?;
        for evaluation in report.evaluate(job) {
            sum.add(&evaluation.result);
            section(report, &evaluation, out)?;
        }
    }
    if sum.results > 1 {
        let heading = lang.pick("合计", "All results");
        writeln!(out, "\n## {heading}\n\n**{}**", table::totals(lang, &sum))?;
    }
    invalid(report, out)
}

fn section(report: &Report<'_>, evaluation: &Evaluation<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (policy, result, lang) = (evaluation.policy, &evaluation.result, report.lang);
    let speaker = report.speaker(policy);
    writeln!(out, "\n### {}", escaped(&speaker.application(result)))?;
    let mut totals = Totals::default();
    totals.add(result);
    writeln!(out, "\n**{}**", table::totals(lang, &totals))?;
    for notice in speaker.notices(result, evaluation.applicant) {
        writeln!(out, "\n> {}", escaped(&notice))?;
    }
    let heads = match lang {
        Lang::Zh => "| 编号 | 名称 | 结果 | 条款 | 性质 | 基数 | 金额 | 说明 |",
        Lang::En => "| Id | Title | Status | Clause | Nature | Base | Amount | Notes |",
    };
    writeln!(out, "\n{heads}\n|---|---|---|---|---|--:|--:|---|")?;
    for (item, row) in result.items.iter().zip(&evaluation.applicant.achievements) {
        let clause = item.clause.map(|index| &policy.clauses[index]);
        let cells = [
            row.id.clone(),
            row.facts.text(report.vocabulary.known().title).unwrap_or_default().to_owned(),
            speaker.status(item.status).to_owned(),
            speaker.cite(item).unwrap_or_default().to_owned(),
            clause.map(|clause| speaker.nature(clause.nature)).unwrap_or_default().to_owned(),
            speaker.money(item.base),
            speaker.money(item.amount),
            table::note(evaluation, &speaker, item, row).join(lang.pick("；", "; ")),
        ];
        writeln!(out, "| {} |", cells.map(|cell| escaped(&cell)).join(" | "))?;
    }
    if !table::shut_out(&result.items) {
        let answer = escaped(&speaker.answer_of_total(result, evaluation.applicant));
        writeln!(out, "\n**{}** {answer}", lang.pick("结论", "Answer"))?;
    }
    list(lang.pick("封顶", "Caps"), result.caps.iter().map(|used| speaker.cap(used)), out)?;
    let assumed = result.assumptions.iter().map(|assumption| speaker.assumption(assumption, when(result)));
    list(lang.pick("视为满足", "Taken for granted"), assumed, out)
}

fn list(heading: &str, lines: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        writeln!(out, "\n**{heading}**\n")?;
    }
    lines.try_for_each(|line| writeln!(out, "- {}", escaped(&line)))
}

fn invalid(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (rows, lang) = (&report.portfolio.invalid, report.lang);
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## {}\n", lang.pick("读不出的行", "Unreadable rows"))?;
    let heads = match lang {
        Lang::Zh => "| 文件 | 行 | 列 | 单元格 | 问题 |",
        Lang::En => "| File | Row | Column | Cell | Problem |",
    };
    writeln!(out, "{heads}\n|---|--:|---|---|---|")?;
    for row in rows {
        for mistake in &row.mistakes {
            let cells = [
                terminal::file_name(&row.path, lang),
                &row.row.to_string(),
                &mistake.place(),
                &mistake.value,
                mistake.message.get(lang),
            ];
            writeln!(out, "| {} |", cells.map(escaped).join(" | "))?;
        }
    }
    Ok(())
}

/// Other people's text as one line that Markdown and HTML take as text: nothing in it ends a cell or begins a tag, a
/// link or code.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars().map(terminal::visible) {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_cell_or_begins_markup() {
        for (text, written) in [
            ("甲|乙\n丙", "甲\\|乙 丙"),
            ("`x` *y*", "\\`x\\` \\*y\\*"),
            ("<script>&", "&lt;script&gt;&amp;"),
            ("a\\|b", "a\\\\\\|b"),
            ("![x](y)", "!\\[x\\](y)"),
        ] {
            assert_eq!(escaped(text), written);
        }
    }
}

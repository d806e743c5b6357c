//! A document as one HTML file, in the dress of the report: no network, no script, readable on paper and on a telephone.

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, html};

use super::{Document, Section, Table};
use crate::lang::Lang;
use crate::output::html::{head, plain};

pub(super) fn write(document: &Document, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    let page = html! {
        (DOCTYPE)
        html lang=(lang.pick("zh-CN", "en")) {
            (head(&document.title))
            body {
                header {
                    h1 { (plain(&document.title)) }
                    @for line in &document.lead { p class="lead" { (plain(line)) } }
                }
                main { @for part in &document.sections { (section(part)) } }
                footer { p class="hint" {
                    (lang.pick("由 biaobu ", "Computed by biaobu ")) (env!("CARGO_PKG_VERSION"))
                    (lang.pick(
                        " 按规则文件测算，不是主管部门的决定。",
                        " under its rule files; not a decision of any authority.",
                    ))
                } }
            }
        }
    };
    writeln!(out, "{}", page.0)
}

fn section(section: &Section) -> Markup {
    html! {
        section {
            h2 { (plain(&section.heading)) }
            @for note in &section.notes { p { (plain(note)) } }
            @for part in section.tables.iter().filter(|table| !table.rows.is_empty()) { (table(part)) }
        }
    }
}

fn table(table: &Table) -> Markup {
    let cells = |row: &[String]| {
        let pairs: Vec<(usize, String)> = row.iter().map(|cell| plain(cell)).enumerate().collect();
        html! {
            @for (place, cell) in pairs {
                @let column = table.columns.get(place);
                @let numeric = column.is_some_and(|column| column.numeric).then_some("number");
                @if place == 0 { th scope="row" class=[numeric] { (cell) } }
                @else { td class=[numeric] data-label=[column.map(|column| &column.head)] { (cell) } }
            }
        }
    };
    html! {
        table class="rows" {
            @if !table.caption.is_empty() { caption { (plain(&table.caption)) } }
            thead { tr {
                @for column in &table.columns {
                    th scope="col" class=[column.numeric.then_some("number")] { (plain(&column.head)) }
                }
            } }
            tbody { @for row in &table.rows { tr { (cells(row)) } } }
            @if let Some(sum) = &table.sum { tbody class="sum" { tr { (cells(sum)) } } }
        }
    }
}

//! A document for a terminal of 80 columns and more.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, presets};

use unicode_width::UnicodeWidthStr;

use super::{Document, Table};
use crate::output::terminal::{self, Look, cell, paragraph, widest_piece};

pub(super) fn write(document: &Document, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let width = look.width.clamp(60, 240);
    paragraph(&document.title, 2, width, out)?;
    for line in &document.lead {
        paragraph(line, 2, width, out)?;
    }
    for section in &document.sections {
        writeln!(out, "\n{}", "═".repeat(width.min(100)))?;
        paragraph(&section.heading, 2, width, out)?;
        for note in &section.notes {
            paragraph(note, 2, width, out)?;
        }
        for table in section.tables.iter().filter(|table| !table.rows.is_empty()) {
            writeln!(out)?;
            if !table.caption.is_empty() {
                paragraph(&table.caption, 2, width, out)?;
            }
            rows(table, width, out)?;
        }
    }
    Ok(())
}

/// Between two columns.
const GAP: usize = 2;

/// Draws a table within `width` columns.
pub(in crate::output) fn rows(table: &Table, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let widths = widths(table, width);
    let mut drawn = comfy_table::Table::new();
    drawn.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    let fit = |cells: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        cells.zip(&widths).map(|(text, width)| cell(text, *width)).collect()
    };
    drawn.set_header(fit(&mut table.columns.iter().map(|column| column.head.as_str())));
    for row in table.rows.iter().chain(&table.sum) {
        debug_assert_eq!(row.len(), table.columns.len());
        drawn.add_row(fit(&mut row.iter().map(String::as_str)));
    }
    for (column, of) in drawn.column_iter_mut().zip(&table.columns) {
        column.set_padding((0, GAP as u16));
        if of.numeric {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for line in drawn.to_string().lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// How wide columns are drawn: numbers as they are; of what is left, words get what they need, the widest alike, and none
/// less than its longest word where all of them fit.
fn widths(table: &Table, width: usize) -> Vec<usize> {
    /// Words that are longer than this are broken for the sake of other columns.
    const LONG: usize = 24;
    let cells = |index: usize| {
        let rows = table.rows.iter().chain(&table.sum).filter_map(move |row| row.get(index));
        rows.chain([&table.columns[index].head])
    };
    let needed = |index: usize| cells(index).map(|text| terminal::line(text).width()).max().unwrap_or(0);
    let longest = |index: usize| cells(index).map(|text| widest_piece(text)).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..table.columns.len()).map(needed).collect();
    let is_number = |index: &usize| table.columns[*index].numeric;
    let (numbers, mut words): (Vec<usize>, Vec<usize>) = (0..widths.len()).partition(is_number);
    words.sort_by_key(|index| widths[*index]);
    let taken = GAP * widths.len().saturating_sub(1) + numbers.iter().map(|index| widths[*index]).sum::<usize>();
    let mut free = width.saturating_sub(taken);
    let longest: Vec<usize> = words.iter().map(|index| longest(*index)).collect();
    let within = |most: usize| longest.iter().map(|word| (*word).min(most)).sum::<usize>();
    let most = (1..=LONG).rev().find(|most| within(*most) <= free).unwrap_or(1);
    for (place, index) in words.iter().enumerate() {
        let others: usize = longest[place + 1..].iter().map(|word| (*word).min(most)).sum();
        let share = (free / (words.len() - place)).max(longest[place].min(most));
        widths[*index] = widths[*index].min(share).min(free.saturating_sub(others)).max(1);
        free = free.saturating_sub(widths[*index]);
    }
    widths
}

//! A document for a terminal of 80 columns and more.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, presets};

use super::{Document, Table};
use crate::output::table::paragraph;
use crate::output::terminal::{self, Look};

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

fn rows(table: &Table, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut drawn = comfy_table::Table::new();
    drawn.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    drawn.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    drawn.set_header(table.columns.iter().map(|column| column.head.as_str()));
    for row in table.rows.iter().chain(&table.sum) {
        debug_assert_eq!(row.len(), table.columns.len());
        drawn.add_row(row.iter().map(|cell| terminal::line(cell)));
    }
    for (column, of) in drawn.column_iter_mut().zip(&table.columns) {
        column.set_padding((0, 2));
        if of.numeric {
            column.set_cell_alignment(CellAlignment::Right);
            column.set_constraint(comfy_table::ColumnConstraint::ContentWidth);
        }
    }
    for line in drawn.to_string().lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

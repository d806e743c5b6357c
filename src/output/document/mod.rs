//! What the commands beside `estimate` show: a document of sections with tables, for a terminal and as HTML; the same
//! as flat records for CSV; and a JSON value. One file per form; what stands in them is the command's own.

mod csv;
mod html;
pub(super) mod terminal;

use std::io::{self, Write};

use serde_json::Value as Json;

use super::terminal::Look;
use crate::lang::Lang;

/// A finding that can be shown in every form.
pub trait Present {
    /// For a person: in a terminal and as HTML.
    fn document(&self) -> Document;

    /// For a spreadsheet: headers are English keys in either language, amounts have two decimals.
    fn records(&self) -> Records;

    /// For scripts: keys and enum values never change with the language.
    fn json(&self) -> Json;
}

/// Headings, sentences and tables.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The heading of all.
    pub title: String,
    /// Sentences below it.
    pub lead: Vec<String>,
    /// In order.
    pub sections: Vec<Section>,
}

/// A part of a document.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// Sentences above the tables.
    pub notes: Vec<String>,
    /// In order; one without rows is left out, so say in `notes` that there is nothing.
    pub tables: Vec<Table>,
}

/// A table of worded cells.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What it shows; empty for nothing to add to the heading.
    pub caption: String,
    /// From left to right.
    pub columns: Vec<Column>,
    /// One cell per column; the first names the row.
    pub rows: Vec<Vec<String>>,
    /// A last row of sums, if any.
    pub sum: Option<Vec<String>>,
}

/// The head of a column.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// Its name.
    pub head: String,
    /// True for amounts and counts, which stand to the right.
    pub numeric: bool,
}

impl Column {
    /// A column of words.
    pub fn words(head: impl Into<String>) -> Column {
        Column { head: head.into(), numeric: false }
    }

    /// A column of amounts or counts.
    pub fn number(head: impl Into<String>) -> Column {
        Column { head: head.into(), numeric: true }
    }
}

/// One flat table.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// English keys.
    pub header: Vec<String>,
    /// One cell per header.
    pub rows: Vec<Vec<String>>,
}

/// In which form to write.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// For a terminal.
    Terminal(Look),
    /// One self-contained page.
    Html,
    /// The records; true: with a byte order mark, for Excel.
    Csv(bool),
    /// One JSON document.
    Json,
}

/// Writes a finding.
///
/// # Errors
/// What the writer reports.
pub fn write(finding: &dyn Present, form: Form, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    match form {
        Form::Terminal(look) => terminal::write(&finding.document(), look, out),
        Form::Html => html::write(&finding.document(), lang, out),
        Form::Csv(excel) => csv::write(&finding.records(), excel, out),
        Form::Json => {
            serde_json::to_writer_pretty(&mut *out, &finding.json())?;
            writeln!(out)
        }
    }
}

#[cfg(test)]
mod tests;

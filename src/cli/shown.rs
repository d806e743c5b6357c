//! Showing what a command found, as `--format` asks.

use anyhow::{Result, bail};
use biaobu::lang::{Lang, Words};
use biaobu::output::document::{self, Form, Present};
use biaobu::output::terminal::Look;
use biaobu::words;

use super::args::{Shown, ShownFormat};
use super::request::say;
use super::{files, terminal_width};

/// Refuses options that do not go together; to be asked before any work.
pub fn refuse(shown: &Shown, lang: Lang) -> Result<()> {
    if shown.excel && shown.format != ShownFormat::Csv {
        bail!(say(lang, &excel_is_for_csv()));
    }
    Ok(())
}

/// The message where `--excel` stands beside another format.
pub fn excel_is_for_csv() -> Words {
    words!(zh: "--excel 只与 --format csv 同用", en: "--excel goes with --format csv only")
}

/// Writes a finding where and how it was asked for.
pub fn write(finding: &dyn Present, shown: &Shown, lang: Lang) -> Result<()> {
    let form = match shown.format {
        ShownFormat::Table => Form::Terminal(Look { width: terminal_width(), color: false }),
        ShownFormat::Html => Form::Html,
        ShownFormat::Csv => Form::Csv(shown.excel),
        ShownFormat::Json => Form::Json,
    };
    files::write(shown.output.as_deref(), lang, |out| document::write(finding, form, lang, out))
}

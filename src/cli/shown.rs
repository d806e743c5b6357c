//! Showing what a command found, as `--format` asks.

use anyhow::{Result, anyhow, bail};
use biaobu::lang::{Lang, Words};
use biaobu::output::document::{self, Form, Present};
use biaobu::output::terminal::Look;
use biaobu::words;
use clap::ValueEnum as _;

use super::args::{Shown, ShownFormat};
use super::request::say;
use super::{files, terminal_width};

/// Refuses options that do not go together; to be asked before any work.
pub fn refuse(shown: &Shown, lang: Lang) -> Result<()> {
    let format = format(shown, lang)?;
    if shown.excel && format != ShownFormat::Csv {
        bail!(say(lang, &excel_is_for_csv()));
    }
    Ok(())
}

fn format(shown: &Shown, lang: Lang) -> Result<ShownFormat> {
    shown.format().map_err(|other| {
        let name = other.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
        let message = words!(
            zh: "这个命令没有 {name} 格式，而 -o 的文件名要的是它；请换扩展名，或用 --format 说明格式",
            en: "this command has no format {name}, which the name of the -o file asks for; name another file, or give \
                 --format"
        );
        anyhow!(say(lang, &message))
    })
}

/// The message where `--excel` stands beside another format.
pub fn excel_is_for_csv() -> Words {
    words!(zh: "--excel 只与 --format csv 同用", en: "--excel goes with --format csv only")
}

/// Writes a finding where and how it was asked for.
pub fn write(finding: &dyn Present, shown: &Shown, lang: Lang) -> Result<()> {
    let form = match format(shown, lang)? {
        ShownFormat::Table => Form::Terminal(Look { width: terminal_width(), color: false }),
        ShownFormat::Html => Form::Html,
        ShownFormat::Csv => Form::Csv(shown.excel),
        ShownFormat::Json => Form::Json,
    };
    files::write(shown.output.as_deref(), lang, |out| document::write(finding, form, lang, out))
}

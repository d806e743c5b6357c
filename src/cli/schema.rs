//! `biaobu schema`: what a document looks like, as JSON Schema.

use anyhow::Result;
use biaobu::lang::Lang;
use biaobu::output::json;

use super::args::{Schema, SchemaOf};
use super::{Done, files};

pub fn run(args: &Schema, lang: Lang) -> Result<Done> {
    let text = match args.of {
        SchemaOf::Result => json::JSON_SCHEMA,
    };
    files::write(None, lang, |out| out.write_all(text.as_bytes()))?;
    Ok(Done::Clean)
}

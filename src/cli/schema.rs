//! `biaobu schema`: what a document looks like, as JSON Schema.

use std::path::PathBuf;

use anyhow::Result;
use biaobu::lang::Lang;
use biaobu::output::json;
use biaobu::policy::schema;

use super::args::{Schema, SchemaOf};
use super::{Done, files, request};

pub fn run(args: &Schema, rules: &[PathBuf], lang: Lang) -> Result<Done> {
    let text = match args.of {
        SchemaOf::Result => json::JSON_SCHEMA.to_owned(),
        SchemaOf::Vocabulary => schema::VOCABULARY.to_owned(),
        SchemaOf::Policy => {
            // A policy that is being written is broken most of the time.
            let mut given = files::rule_files(rules, lang)?;
            given.retain(|file| !file.is_policy());
            let rules = request::rules_with(&given, lang)?;
            serde_json::to_string_pretty(&schema::of_policy(&rules.vocabulary)?)? + "\n"
        }
    };
    files::write(None, lang, |out| out.write_all(text.as_bytes()))?;
    Ok(Done::Clean)
}

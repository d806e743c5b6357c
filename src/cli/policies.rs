//! `biaobu policies` and `biaobu show`.

use std::path::PathBuf;

use anyhow::Result;
use biaobu::lang::Lang;
use biaobu::output::show;

use super::args::{Policies, Show};
use super::{Done, files, request, terminal_width};

pub fn list(args: &Policies, rules: &[PathBuf], lang: Lang) -> Result<Done> {
    let rules = request::rules(rules, lang)?;
    let day = args.on.unwrap_or_else(|| jiff::Zoned::now().date());
    files::write(None, lang, |out| show::list(&rules.vocabulary, &rules.policies, day, lang, terminal_width(), out))?;
    Ok(Done::Clean)
}

pub fn show(args: &Show, rules: &[PathBuf], lang: Lang) -> Result<Done> {
    let rules = request::rules(rules, lang)?;
    let policy = rules
        .policies
        .iter()
        .find(|policy| policy.id == args.policy)
        .ok_or_else(|| request::unknown_policy(&args.policy, &rules, lang))?;
    files::write(None, lang, |out| show::one(&rules.vocabulary, policy, lang, terminal_width(), out))?;
    Ok(Done::Clean)
}

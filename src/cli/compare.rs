//! `biaobu compare`: the same achievements under every policy, side by side, as if registered there.

use std::path::PathBuf;

use anyhow::{Result, bail};
use biaobu::analysis::compare;
use biaobu::lang::Lang;
use biaobu::output::compare::Told;
use biaobu::words;

use super::args::Compare;
use super::request::{self, say};
use super::{Done, shown};

pub fn run(args: &Compare, rules: &[PathBuf], lang: Lang) -> Result<Done> {
    shown::refuse(&args.shown, lang)?;
    if args.inputs.policy.iter().any(|name| name == "auto") {
        bail!(say(
            lang,
            &words!(
                zh: "compare 不看注册地，没有 --policy auto；不写 --policy 就是全部政策",
                en: "compare ignores the region, so that there is no --policy auto; without --policy it takes every policy"
            )
        ));
    }
    let prepared = request::prepare(&args.inputs, &[args.shown.output.as_deref()], rules, lang)?;
    let portfolio = prepared.portfolio(lang)?;
    let (policies, applications) = (prepared.policies(), prepared.applications());
    let vocabulary = &prepared.rules.vocabulary;
    let comparison = compare::compare(vocabulary, &policies, &portfolio.applicants, &applications);
    let years: Vec<i16> = applications.iter().map(|application| application.year).collect();
    let told = Told { comparison: &comparison, portfolio: &portfolio, vocabulary, years: &years, lang };
    shown::write(&told, &args.shown, lang)?;
    if portfolio.invalid.is_empty() {
        return Ok(Done::Clean);
    }
    request::unreadable(portfolio.invalid.len(), lang);
    Ok(Done::LookAtIt)
}

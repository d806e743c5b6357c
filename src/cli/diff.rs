//! `biaobu diff`: what two rule files differ in, in clauses and, for given achievements, in money.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use biaobu::analysis::diff::{amounts, diff, money, versions};
use biaobu::lang::{Lang, Words};
use biaobu::output::diff::{Money, Told};
use biaobu::policy::{self, Policy, examples};
use biaobu::rulefile;
use biaobu::rules::Rules;
use biaobu::words;

use super::args::{Diff, Inputs};
use super::request::{self, say};
use super::{Done, files, shown, tell};

pub fn run(args: &Diff, folders: &[PathBuf], lang: Lang) -> Result<Done> {
    shown::refuse(&args.shown, lang)?;
    refuse(&args.inputs, lang)?;
    let given = files::rule_files(folders, lang)?;
    let read = given.iter().map(|file| &file.name).chain([&args.before, &args.after]);
    files::spare(args.shown.output.as_deref(), read, lang)?;
    let rules = request::rules_with(&given, lang)?;
    let before = policy(&args.before, &rules, lang)?;
    let after = policy(&args.after, &rules, lang)?;
    let both = Rules { vocabulary: rules.vocabulary, policies: vec![before, after] };
    match args.inputs.achievements.is_empty() {
        true => show(args, &both, None, lang)?,
        false => {
            let prepared = request::prepare_under(both, &args.inputs, &[args.shown.output.as_deref()], lang)?;
            let portfolio = prepared.portfolio(lang)?;
            let applications = prepared.applications();
            let Rules { vocabulary, policies } = &prepared.rules;
            let comparison = money::money(vocabulary, &policies[0], &policies[1], &portfolio.applicants, &applications);
            let years: Vec<i16> = applications.iter().map(|application| application.year).collect();
            let found = Money { comparison: &comparison, portfolio: &portfolio, years: &years };
            show(args, &prepared.rules, Some(found), lang)?;
            if !portfolio.invalid.is_empty() {
                request::unreadable(portfolio.invalid.len(), lang);
                return Ok(Done::LookAtIt);
            }
        }
    }
    Ok(Done::Clean)
}

fn show(args: &Diff, rules: &Rules, money: Option<Money<'_>>, lang: Lang) -> Result<()> {
    let [before, after] = [&rules.policies[0], &rules.policies[1]];
    let changes = diff(&rules.vocabulary, before, after);
    let amounts = (!versions(before, after)).then(|| amounts::amounts(before, after));
    let told = Told {
        names: [&args.before, &args.after],
        policies: [before, after],
        changes: &changes,
        amounts: amounts.as_deref(),
        money,
        vocabulary: &rules.vocabulary,
        lang,
    };
    shown::write(&told, &args.shown, lang)
}

/// Options that mean nothing here.
fn refuse(inputs: &Inputs, lang: Lang) -> Result<()> {
    let refused = |message: Words| -> Result<()> { bail!(say(lang, &message)) };
    if !inputs.policy.is_empty() {
        return refused(words!(
            zh: "diff 比较前面写的两份政策，没有 --policy",
            en: "diff compares the two policies named first; there is no --policy"
        ));
    }
    let asked = inputs.applicants.is_some()
        || inputs.applicant.is_some()
        || inputs.year.is_some()
        || inputs.on.is_some()
        || !inputs.parameters.is_empty()
        || inputs.ignore_validity
        || inputs.calls
        || inputs.strict
        || inputs.sheet.is_some()
        || inputs.encoding.is_some();
    if inputs.achievements.is_empty() && asked {
        return refused(words!(
            zh: "没有成果文件，年度、单位等选项没有用处；请在两份政策后面写上成果文件",
            en: "without achievements there is nothing to compute, and options such as --year mean nothing; name an achievements file behind the two policies"
        ));
    }
    Ok(())
}

/// The policy with this id, else the one of this file. It may have the id of another one: each is loaded by itself.
fn policy(name: &str, rules: &Rules, lang: Lang) -> Result<Policy> {
    if let Some(known) = rules.policies.iter().find(|policy| policy.id == name) {
        return Ok(known.clone());
    }
    let path = Path::new(name);
    if !path.exists() && !name.contains(['.', '/', '\\']) {
        return Err(request::unknown_policy(name, rules, lang));
    }
    if path.is_dir() {
        bail!(say(
            lang,
            &words!(zh: "{name}: 这是目录，应为一份规则文件", en: "{name}: this is a folder, expected one rule file")
        ));
    }
    let file = files::rule_files(&[path.to_owned()], lang)?.remove(0);
    if !file.is_policy() {
        let syntax = file.syntax();
        if !syntax.is_empty() {
            tell(rulefile::render(&file, &syntax, lang).trim_end_matches('\n'));
        }
        bail!(say(
            lang,
            &words!(
                zh: "{name}: 没有 [policy]，不是一份政策的规则文件；成果文件写在两份政策后面",
                en: "{name}: there is no [policy], so that this is no policy's rule file; achievements stand behind the two policies"
            )
        ));
    }
    match policy::load(&rules.vocabulary, &file) {
        Ok(loaded) => {
            if !loaded.warnings.is_empty() {
                tell(rulefile::render(&file, &loaded.warnings, lang).trim_end_matches('\n'));
            }
            let failed = examples::run(&rules.vocabulary, &loaded.policy).failures.len();
            if failed > 0 {
                let message = words!(
                    zh: "{name}: 规则文件自带的算例有 {failed} 处不符；见 biaobu check {name}",
                    en: "{name}: {failed} of its worked examples come out otherwise; see biaobu check {name}"
                );
                tell(message.get(lang));
            }
            Ok(loaded.policy)
        }
        Err(found) => {
            tell(rulefile::render(&file, &found, lang).trim_end_matches('\n'));
            bail!(say(
                lang,
                &words!(zh: "{name}: 规则文件有错，没有比较", en: "{name}: the rule file is broken; nothing was compared")
            ))
        }
    }
}

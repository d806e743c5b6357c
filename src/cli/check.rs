//! `biaobu check`: lints rule files and runs their worked examples.

use std::path::PathBuf;

use anyhow::Result;
use biaobu::lang::Lang;
use biaobu::lang::Words;
use biaobu::policy::{self, Policy, examples, source};
use biaobu::rulefile;
use biaobu::rules;
use biaobu::words;

use super::args::Check;
use super::{Done, files};

pub fn run(args: &Check, folders: &[PathBuf], lang: Lang) -> Result<Done> {
    let mut all = rules::shipped();
    all.extend(files::rule_files(folders, lang)?);
    all.extend(files::rule_files(&args.files, lang)?);
    let (rules, mut findings) = rules::load(&all);
    let mut lines = Vec::new();
    for policy in rules.iter().flat_map(|rules| &rules.policies) {
        let Some(rules) = &rules else { continue };
        let outcome = examples::run(&rules.vocabulary, policy);
        let (id, run, failed) = (&policy.id, outcome.run, outcome.failures.len());
        let clauses = policy.clauses.len();
        let line = words!(
            zh: "{id}：{clauses} 个条款，{run} 个算例，{failed} 处不符",
            en: "{id}: {clauses} clauses, {run} worked examples, {failed} mismatches"
        );
        lines.push(line.get(lang).to_owned());
        if !outcome.failures.is_empty()
            && let Some(file) = all.iter().rev().find(|file| file.is_policy() && holds(file, policy))
        {
            findings.0.push((file.clone(), outcome.failures));
        }
    }
    let mut unfounded = false;
    if let (Some(folder), Some(rules)) = (&args.sources, &rules) {
        for policy in &rules.policies {
            let text = files::official_text(folder, &policy.source, lang)?;
            let (mut found, bad) = against_source(policy, &text, lang);
            unfounded |= bad;
            lines.append(&mut found);
        }
    }
    files::write(None, lang, |out| {
        for (file, found) in &findings.0 {
            out.write_all(rulefile::render(file, found, lang).as_bytes())?;
        }
        for line in &lines {
            writeln!(out, "{line}")?;
        }
        Ok(())
    })?;
    let clean = findings.0.iter().all(|(_, found)| found.is_empty());
    Ok(if clean && !unfounded && rules.is_some() { Done::Clean } else { Done::LookAtIt })
}

/// One line of coverage for a policy, and one per figure that does not stand where it is cited or is not used.
fn against_source(policy: &Policy, text: &str, lang: Lang) -> (Vec<String>, bool) {
    let coverage = source::compare(policy, text);
    let id = &policy.id;
    let (clauses, modelled, explained) = (coverage.clauses, coverage.modelled, coverage.explained);
    let (open, unfounded) = (coverage.open.len(), coverage.unfounded.len());
    let mut said = vec![words!(
        zh: "{id}：正文 {clauses} 处条款有金额，已列 {modelled}，已说明 {explained}，未列 {open}；无据的数字 {unfounded}",
        en: "{id}: {clauses} clauses of the text name amounts: {modelled} modelled, {explained} explained, {open} open; {unfounded} unfounded figures"
    )];
    let digest = policy::digest_of(text.as_bytes());
    let same_text = policy.source_sha256.as_ref().is_none_or(|known| *known == digest);
    if !same_text {
        said.push(words!(
            zh: "  {id}：正文与写规则时读的不同（SHA-256 不符），请重新核对",
            en: "  {id}: not the text that the rules were written from (SHA-256 differs); compare anew"
        ));
    }
    let details = coverage.unfounded.into_iter().map(|(_, words)| words).chain(coverage.open);
    said.extend(details.map(|words| Words::new(format!("  {}", words.zh), format!("  {}", words.en))));
    (said.iter().map(|words| words.get(lang).to_owned()).collect(), open + unfounded > 0 || !same_text)
}

/// True if the policy was read from this file.
fn holds(file: &rulefile::RuleFile, policy: &Policy) -> bool {
    policy::digest(file) == policy.sha256
}

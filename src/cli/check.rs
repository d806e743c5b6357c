//! `biaobu check`: lints rule files and runs their worked examples.

use std::path::PathBuf;

use anyhow::Result;
use biaobu::lang::Lang;
use biaobu::policy::examples;
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
    Ok(if clean && rules.is_some() { Done::Clean } else { Done::LookAtIt })
}

/// True if the policy was read from this file.
fn holds(file: &rulefile::RuleFile, policy: &biaobu::policy::Policy) -> bool {
    biaobu::policy::digest(file) == policy.sha256
}

//! `biaobu audit`: what is claimed and granted against what the policies come to.

use std::path::PathBuf;

use anyhow::{Result, bail};
use biaobu::analysis::audit::{self, By, Question};
use biaobu::input::{Invalid, claims};
use biaobu::lang::Lang;
use biaobu::output::audit::AuditReport;
use biaobu::output::batch::TOLD;
use biaobu::output::words::applicant_name;
use biaobu::output::{Report, table};
use biaobu::policy::Policy;
use biaobu::words;

use super::args::{Audit, ByArg};
use super::request::{self, say};
use super::{Done, shown, tell};

pub fn run(args: &Audit, rules: &[PathBuf], lang: Lang) -> Result<Done> {
    shown::refuse(&args.shown, lang)?;
    let prepared = request::prepare(&args.inputs, &[args.shown.output.as_deref()], rules, lang)?;
    let portfolio = prepared.portfolio(lang)?;
    let claims = claims::read_claims(&portfolio).map_err(|errors| request::input_errors(&errors, lang))?;
    request::tell_notices(&claims.notices, lang);
    if let Some(first) = claims.mistakes.first().filter(|_| args.inputs.strict) {
        bail!(table::invalid_lines(first, lang).join("\nbiaobu: ").trim().to_owned());
    }
    let (report, uncovered) = prepared.report(&portfolio, lang)?;
    let policies = policies(&report, lang)?;
    let application = match report.applications().as_slice() {
        [one] => one.clone(),
        _ => bail!(say(
            lang,
            &words!(
                zh: "核对要对着一个年度：请用 --year 指定一年",
                en: "claims are audited for one year: name it with --year"
            )
        )),
    };
    let by = match args.by {
        ByArg::Row => By::Row,
        ByArg::Applicant => By::Applicant,
    };
    let question = Question {
        vocabulary: report.vocabulary,
        portfolio: &portfolio,
        claims: &claims,
        policies: &policies,
        application: &application,
        by,
    };
    let audit = audit::audit(&question);
    shown::write(&AuditReport::new(&report, &claims, &audit, by), &args.shown, lang)?;
    tell_unreadable(&portfolio.invalid, &claims.mistakes, lang);
    let clean = audit.is_clean() && portfolio.invalid.is_empty() && claims.mistakes.is_empty() && uncovered.is_empty();
    Ok(if clean { Done::Clean } else { Done::LookAtIt })
}

/// The one policy of each applicant: a claim is made under one.
fn policies<'a>(report: &Report<'a>, lang: Lang) -> Result<Vec<Option<&'a Policy>>> {
    let mut jobs = report.jobs.iter().peekable();
    let mut policies = Vec::with_capacity(report.portfolio.applicants.len());
    for applicant in &report.portfolio.applicants {
        let Some(job) = jobs.next_if(|job| std::ptr::eq(job.applicant, applicant)) else {
            policies.push(None);
            continue;
        };
        let [policy] = job.policies.as_slice() else {
            let name = applicant_name(applicant, lang);
            let ids = job.policies.iter().map(|policy| policy.id.as_str()).collect::<Vec<_>>().join(", ");
            bail!(say(
                lang,
                &words!(
                    zh: "{name} 有几份政策可选（{ids}）；申报只对着一份政策，请用 --policy 指定一份",
                    en: "several policies come into question for {name} ({ids}); a claim is made under one: name it with --policy"
                )
            ))
        };
        policies.push(Some(*policy));
    }
    Ok(policies)
}

/// Rows and amounts that could not be read; every format lists them all.
fn tell_unreadable(invalid: &[Invalid], mistakes: &[Invalid], lang: Lang) {
    let heads = [
        words!(
            zh: "{count} 行读不出；改正后重新运行", en: "rows that could not be read: {count}; correct them and run again",
            count = invalid.len()
        ),
        words!(
            zh: "{count} 行的金额读不出；改正后重新运行",
            en: "rows with an amount that could not be read: {count}; correct them and run again",
            count = mistakes.len()
        ),
    ];
    for (head, rows) in heads.iter().zip([invalid, mistakes]) {
        if rows.is_empty() {
            continue;
        }
        tell(head.get(lang));
        rows.iter().take(TOLD).flat_map(|row| table::invalid_lines(row, lang)).for_each(|line| tell(&line));
        if rows.len() > TOLD {
            let more = rows.len() - TOLD;
            tell(
                words!(zh: "  ……另有 {more} 行，结果里都有", en: "  ... and {more} more; the result lists them all")
                    .get(lang),
            );
        }
    }
}

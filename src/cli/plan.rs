//! `biaobu plan`: what unknown facts and further achievements are worth, what is left of caps, and what closes when.

use std::path::PathBuf;

use anyhow::{Result, bail};
use biaobu::analysis::plan::{self, Question};
use biaobu::lang::Lang;
use biaobu::output::batch::{TOLD, Told};
use biaobu::output::plan::Plans;
use biaobu::output::table;
use biaobu::words;

use super::args::Plan;
use super::request::{self, say};
use super::{Done, estimate, shown, tell};

pub fn run(args: &Plan, rules: &[PathBuf], lang: Lang) -> Result<Done> {
    shown::refuse(&args.shown, lang)?;
    let prepared = request::prepare(&args.inputs, &[args.shown.output.as_deref()], rules, lang)?;
    if prepared.several_years() {
        bail!(say(
            lang,
            &words!(
                zh: "plan 只规划一个申请年度；请用 --year 2022 这样的一个年度",
                en: "plan looks at one application year; give one, such as --year 2022"
            )
        ));
    }
    let portfolio = prepared.portfolio(lang)?;
    let (report, uncovered) = prepared.report(&portfolio, lang)?;
    let applications = report.applications();
    let Some(application) = applications.first() else { bail!(say(lang, &words!(zh: "没有年度", en: "no year"))) };
    let plans = report.jobs.iter().map(|job| {
        plan::plan(&Question {
            vocabulary: report.vocabulary,
            policies: &job.policies,
            applicant: job.applicant,
            application,
            at_hand: &prepared.rules.policies,
        })
    });
    let plans = plans.collect();
    let finding = Plans { vocabulary: report.vocabulary, portfolio: &portfolio, application, plans, uncovered, lang };
    shown::write(&finding, &args.shown, lang)?;
    let mut told = Told::of(&portfolio.invalid);
    told.uncovered = estimate::uncovered(report.vocabulary, &finding.uncovered);
    table::told(&told, TOLD, None, lang).iter().for_each(|line| tell(line));
    estimate::tell_uncovered(&told, lang);
    Ok(if told.invalid == 0 && told.uncovered.0 == 0 { Done::Clean } else { Done::LookAtIt })
}

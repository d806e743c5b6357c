//! Results to bytes: one file per format. An exporter is handed values and a writer; it opens no file.

mod answers;
pub mod audit;
pub mod batch;
pub mod compare;
pub mod csv;
pub mod diff;
pub mod document;
pub mod explain;
pub mod holes;
pub mod html;
pub mod json;
pub mod markdown;
pub mod plan;
mod rules;
pub mod show;
mod steps;
pub mod summary;
pub mod svg;
pub mod table;
pub mod template;
pub mod terminal;
pub mod verification;
pub mod waterfall;
pub mod words;
pub mod xlsx;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::engine::result::PolicyResult;
use crate::engine::{self, Application};
use crate::facts::Applicant;
use crate::input::Portfolio;
use crate::lang::Lang;
use crate::money::Money;
use crate::policy::Policy;
use crate::vocabulary::Vocabulary;
use words::{Speaker, When};

/// One applicant and the policies to evaluate it under, in the order of the output.
pub struct Job<'a> {
    /// The unit.
    pub applicant: &'a Applicant,
    /// The policies; where two of them apply to the unit, they see each other's money.
    pub policies: Vec<&'a Policy>,
}

/// Everything that an exporter is handed. Jobs are evaluated one by one while they are written.
pub struct Report<'a> {
    /// Names of facts and values.
    pub vocabulary: &'a Vocabulary,
    /// What was read.
    pub portfolio: &'a Portfolio,
    /// What to evaluate, in the order of the output.
    pub jobs: Vec<Job<'a>>,
    /// Application years Y, ascending; several are a run, in which each year knows what the earlier ones have paid.
    pub years: Vec<i16>,
    /// Application date D, where given; for one year only.
    pub on: Option<Date>,
    /// Parameters such as the year's fund.
    pub parameters: BTreeMap<String, Money>,
    /// Compute although a policy is not in force.
    pub ignore_validity: bool,
    /// Apply the yearly calls.
    pub calls: bool,
    /// Language of everything a person reads.
    pub lang: Lang,
    /// Told after each job, for a progress bar.
    pub done: Option<Box<dyn Fn() + 'a>>,
}

/// One evaluated job.
pub struct Evaluation<'a> {
    /// The unit.
    pub applicant: &'a Applicant,
    /// The policy.
    pub policy: &'a Policy,
    /// What it comes to.
    pub result: PolicyResult,
}

/// Sums over results.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    /// How many results.
    pub results: usize,
    /// How many items they have.
    pub items: usize,
    /// What is paid.
    pub total: Money,
    /// The fixed part of it.
    pub fixed: Money,
    /// The part that is a ceiling.
    pub ceiling: Money,
    /// What it could be.
    pub potential: Money,
}

impl Totals {
    /// Adds one result.
    pub fn add(&mut self, result: &PolicyResult) {
        self.results += 1;
        self.items += result.items.len();
        self.total += result.total;
        self.fixed += result.fixed_total;
        self.ceiling += result.ceiling_total;
        self.potential += result.potential_total;
    }

    /// Adds the sums of others.
    pub fn join(&mut self, other: &Totals) {
        self.results += other.results;
        self.items += other.items;
        self.total += other.total;
        self.fixed += other.fixed;
        self.ceiling += other.ceiling;
        self.potential += other.potential;
    }
}

impl<'a> Report<'a> {
    /// Evaluates one job: one evaluation per policy and year.
    pub fn evaluate(&self, job: &Job<'a>) -> Vec<Evaluation<'a>> {
        let results = engine::run_together(self.vocabulary, &job.policies, job.applicant, &self.applications());
        if let Some(done) = &self.done {
            done();
        }
        let of_policies = job.policies.iter().zip(results);
        of_policies
            .flat_map(|(policy, results)| {
                results.into_iter().map(|result| Evaluation { applicant: job.applicant, policy, result })
            })
            .collect()
    }

    /// One application per year.
    pub fn applications(&self) -> Vec<Application> {
        let (on, parameters) = (self.on, self.parameters.clone());
        let (ignore_validity, calls) = (self.ignore_validity, self.calls);
        Application { year: 0, on, parameters, ignore_validity, calls }.in_years(self.years.iter().copied())
    }

    /// All evaluations, in order: applicants, policies, years. One job at a time.
    pub fn evaluations(&self) -> impl Iterator<Item = Evaluation<'a>> + '_ {
        self.jobs.iter().flat_map(|job| self.evaluate(job))
    }

    /// Words for one policy.
    pub fn speaker<'s>(&'s self, policy: &'s Policy) -> Speaker<'s> {
        Speaker { lang: self.lang, vocabulary: self.vocabulary, policy, holes: false }
    }
}

/// The application that a result's sentences speak of.
pub fn when(result: &PolicyResult) -> Option<When> {
    result.on.map(|day| When { year: result.year, day })
}

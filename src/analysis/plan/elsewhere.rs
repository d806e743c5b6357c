//! What rows would be paid in another year, or in another place.

use super::Question;
use super::bench::{Bench, Run};
use crate::engine::Application;
use crate::facts::Applicant;
use crate::money::Money;
use crate::policy::Policy;
use crate::policy::model::ClauseIndex;

/// A row that another year would pay more for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherYears {
    /// Index of the row.
    pub row: usize,
    /// What this year pays for it.
    pub now: Money,
    /// Application years that pay more, in order: each computed by itself, with all rows.
    pub years: Vec<InYear>,
}

/// What a year pays for a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InYear {
    /// Application year.
    pub year: i16,
    /// What it pays.
    pub amount: Money,
    /// By which clause.
    pub clause: Option<ClauseIndex>,
}

/// A row that another place would pay more for.
#[derive(Clone, Debug)]
pub struct OtherPlaces<'a> {
    /// Index of the row.
    pub row: usize,
    /// What all policies of the plan pay for it.
    pub now: Money,
    /// Policies that would pay more if the unit were registered there, the most first.
    pub places: Vec<InPlace<'a>>,
}

/// What another place pays for a row.
#[derive(Clone, Debug)]
pub struct InPlace<'a> {
    /// Its policy.
    pub policy: &'a Policy,
    /// What it pays, with all rows of the unit.
    pub amount: Money,
    /// By which clause.
    pub clause: Option<ClauseIndex>,
}

/// How many years beyond this one are looked at where a policy has no end.
const YEARS_AHEAD: i16 = 3;

/// The rows for which another year of the policy would pay more, in order of row.
pub(super) fn years(question: &Question<'_>, now: &Run, index: usize) -> Vec<OtherYears> {
    let (policy, asked) = (question.policies[index], question.application);
    let last =
        policy.until.map_or(asked.year.max(policy.from.year()).saturating_add(YEARS_AHEAD), |until| until.year());
    let rows = 0..question.applicant.achievements.len();
    let mut found: Vec<OtherYears> =
        rows.map(|row| OtherYears { row, now: now.0[index].amount(row), years: Vec::new() }).collect();
    for year in (policy.from.year()..=last).filter(|year| *year != asked.year) {
        let application = [Application { year, on: None, ignore_validity: false, ..asked.clone() }];
        let mut bench = Bench::under(question.vocabulary, &[policy], &application, question.applicant);
        let then = bench.as_it_is();
        for entry in &mut found {
            let amount = then.0[0].amount(entry.row);
            if amount > entry.now {
                let clause = then.0[0].item(entry.row).clause;
                entry.years.push(InYear { year, amount, clause });
            }
        }
    }
    found.retain(|entry| !entry.years.is_empty());
    found
}

/// The rows for which another place would pay more this year, in order of row.
pub(super) fn places<'a>(question: &Question<'a>, now: &Run) -> Vec<OtherPlaces<'a>> {
    let unit = question.applicant;
    let region = question.vocabulary.known().region;
    let facts = unit.facts.without(region);
    let anywhere = Applicant { name: unit.name.clone(), facts, achievements: unit.achievements.clone() };
    let rows = 0..unit.achievements.len();
    let mut found: Vec<OtherPlaces<'a>> =
        rows.map(|row| OtherPlaces { row, now: now.paid(row), places: Vec::new() }).collect();
    let own = |policy: &Policy| question.policies.iter().any(|own| own.id == policy.id);
    for policy in question.at_hand.iter().filter(|policy| !own(policy)) {
        let application = [question.application.clone()];
        let there = Bench::under(question.vocabulary, &[policy], &application, &anywhere).as_it_is();
        for entry in &mut found {
            let amount = there.0[0].amount(entry.row);
            if amount > entry.now {
                let clause = there.0[0].item(entry.row).clause;
                entry.places.push(InPlace { policy, amount, clause });
            }
        }
    }
    for entry in &mut found {
        entry.places.sort_by_key(|place| std::cmp::Reverse(place.amount));
    }
    found.retain(|entry| !entry.places.is_empty());
    found
}

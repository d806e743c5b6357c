//! What earlier years of a run have paid (contract section 3, "Runs over several years"). A run for one year has none.

use super::Context;
use super::duplicates;
use super::row::Selectors;
use super::select::{self, Candidate};
use crate::money::Money;
use crate::policy::model::{ClauseIndex, Later, Over};
use crate::vocabulary::{FactId, ValueId};

/// One amount above 0 that was paid in an earlier year of the run.
pub(super) struct Payment {
    /// Index of the achievement.
    pub item: usize,
    pub year: i16,
    pub clause: ClauseIndex,
    pub selectors: Selectors,
    pub amount: Money,
    /// What the clause paid for before later steps: an upgrade is compared with it.
    pub base: Money,
    /// Units of quantity that were paid, for clauses that pay year by year.
    pub units: i64,
    /// The classes that the item took a place in.
    pub classes: Vec<(usize, Vec<Option<ValueId>>)>,
}

/// A row that an earlier year counted under another one, which it paid: that is final.
pub(super) struct Settled {
    /// Index of the achievement.
    pub item: usize,
    /// The one that was paid.
    pub kept: usize,
}

/// What earlier years did, in order of year and row.
#[derive(Default)]
pub(super) struct History {
    pub payments: Vec<Payment>,
    pub settled: Vec<Settled>,
}

/// What an earlier payment does to a candidate of this year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Earlier {
    /// It was paid already: by this item, in this year, by this clause.
    Paid { item: usize, year: i16, clause: ClauseIndex },
    /// A higher title of the same kind was paid: a lower one no longer counts. Item, year, merging rule.
    Outranked { item: usize, year: i16, merge: usize },
    /// Only the difference to what was paid is due: the earlier amount, and the merging rule.
    Difference { before: Money, merge: usize },
}

impl History {
    /// Adds a further year.
    pub fn extend(&mut self, year: History) {
        self.payments.extend(year.payments);
        self.settled.extend(year.settled);
    }

    /// What was paid for the same row, the same one-off project, or a lower title of the same project.
    pub fn earlier(&self, context: &Context<'_>, item: usize, candidate: &Candidate) -> Option<Earlier> {
        let clause = &context.policy.clauses[candidate.clause];
        let paid = |payment: &Payment| Earlier::Paid { item: payment.item, year: payment.year, clause: payment.clause };
        if let Some(payment) = self.payments.iter().find(|payment| payment.item == item) {
            let units: i64 = self.payments.iter().filter(|p| p.item == item).map(|p| p.units).sum();
            let goes_on = clause.every_year && clause.quantity_at_most.is_none_or(|most| units < most);
            if !goes_on {
                return Some(paid(payment));
            }
        }
        if let Some(settled) = self.settled.iter().find(|settled| settled.item == item) {
            return self.payments.iter().find(|payment| payment.item == settled.kept).map(paid);
        }
        if let Some(found) = self.merged(context, item, candidate) {
            return Some(found);
        }
        let key = one_off_key(context, item)?;
        let same = |payment: &&Payment| {
            payment.item != item
                && clause.one_off
                && payment.clause == candidate.clause
                && payment.selectors == candidate.selectors
                && one_off_key(context, payment.item).as_ref() == Some(&key)
        };
        self.payments.iter().find(same).map(paid)
    }

    /// Rows that count as one also across years, where the rule says so.
    fn merged(&self, context: &Context<'_>, item: usize, candidate: &Candidate) -> Option<Earlier> {
        let rules = context.policy.merges.iter().enumerate();
        for (merge, rule) in rules.filter(|(_, rule)| rule.later != Later::Apart) {
            if !rule.on.contains(&candidate.clause) || !candidate.selectors.meet(&rule.selects) {
                continue;
            }
            let Some(key) = duplicates::likeness(context, rule, item, &candidate.selectors) else { continue };
            let before = self
                .payments
                .iter()
                .filter(|payment| payment.item != item && rule.on.contains(&payment.clause))
                .filter(|payment| payment.selectors.meet(&rule.selects))
                .filter(|payment| {
                    duplicates::likeness(context, rule, payment.item, &payment.selectors).as_ref() == Some(&key)
                })
                .max_by_key(|payment| payment.base);
            let Some(before) = before else { continue };
            let (item, year) = (before.item, before.year);
            return match rule.later {
                Later::HigherInFull if candidate.limited > before.base => None,
                Later::HigherInFull if candidate.limited < before.base => {
                    Some(Earlier::Outranked { item, year, merge })
                }
                Later::Difference if candidate.limited > before.base => {
                    Some(Earlier::Difference { before: before.base, merge })
                }
                _ => Some(Earlier::Paid { item, year, clause: before.clause }),
            };
        }
        None
    }

    /// How many places of a class earlier years have taken.
    pub fn taken(&self, year: i16, over: Over, limit: usize, key: &[Option<ValueId>]) -> usize {
        let counted = self.payments.iter().filter(|payment| counts(payment, year, over));
        counted.filter(|payment| payment.classes.iter().any(|(index, class)| *index == limit && class == key)).count()
    }

    /// How much of a cap over `clauses` earlier years have used up.
    pub fn used(&self, year: i16, over: Over, clauses: &[ClauseIndex]) -> Money {
        let counted = self.payments.iter().filter(|payment| counts(payment, year, over));
        counted.filter(|payment| clauses.contains(&payment.clause)).map(|payment| payment.amount).sum()
    }
}

/// What this year pays for an item, to be remembered; none for 0.00.
pub(super) fn payment(context: &Context<'_>, item: usize, candidate: &Candidate, amount: Money) -> Option<Payment> {
    (!amount.is_zero()).then(|| Payment {
        item,
        year: context.application.year,
        clause: candidate.clause,
        selectors: candidate.selectors.clone(),
        amount,
        base: candidate.limited,
        units: candidate.units,
        classes: select::classes(context, candidate),
    })
}

/// True if a payment of an earlier year still counts towards a limit or cap in `year`.
fn counts(payment: &Payment, year: i16, over: Over) -> bool {
    match over {
        Over::Year => payment.year == year,
        Over::Years(years) => payment.year > year - years,
        Over::Life => true,
    }
}

/// One-off money is for one project, or where that is blank one title; both blank: none.
fn one_off_key(context: &Context<'_>, item: usize) -> Option<String> {
    let known = context.vocabulary.known();
    let facts = &context.applicant.achievements[item].facts;
    let text = |fact: FactId| facts.text(fact).map(crate::text::key);
    text(known.project).or_else(|| text(known.title))
}

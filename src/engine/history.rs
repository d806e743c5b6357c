//! What earlier years of a run have paid (contract section 3, "Runs over several years"). A run for one year has none.

use std::cmp::Ordering;

use super::Context;
use super::duplicates;
use super::row::Selectors;
use super::select::{self, Candidate};
use crate::facts::Value;
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
    /// True if an earlier year left something open: what it has paid may turn out otherwise.
    pub open: bool,
}

/// What an earlier payment does to a candidate of this year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Earlier {
    /// It was paid already: by this item, in this year.
    Paid { item: usize, year: i16 },
    /// A higher title of the same kind was paid: a lower one no longer counts. Item, year, merging rule.
    Outranked { item: usize, year: i16, merge: usize },
    /// Only the difference to what was paid is due: the earlier amounts in all, and the merging rule.
    Difference { before: Money, merge: usize },
}

impl History {
    /// True if no earlier year has paid anything.
    pub fn is_empty(&self) -> bool {
        self.payments.is_empty() && self.settled.is_empty()
    }

    /// Adds a further year.
    pub fn extend(&mut self, year: History) {
        self.payments.extend(year.payments);
        self.settled.extend(year.settled);
        self.open |= year.open;
    }

    /// The payment of the row itself after which it is not paid again.
    pub fn settling(&self, context: &Context<'_>, item: usize) -> Option<&Payment> {
        let mut own = self.payments.iter().filter(|payment| payment.item == item);
        let first = own.next()?;
        let clause = &context.policy.clauses[first.clause];
        let units = first.units + own.map(|payment| payment.units).sum::<i64>();
        // More than one is the number of years claimed; one is what a blank cell counts as.
        let claimed = match context.unit.value(item, context.vocabulary.known().quantity) {
            Some(Value::Integer(years)) => Some(years),
            _ => None,
        };
        let most = clause.quantity_at_most.or(claimed.filter(|years| *years > 1));
        let goes_on = clause.every_year && most.is_none_or(|most| units < most);
        (!goes_on).then_some(first)
    }

    /// What was paid for the row that this one counts under, the same one-off project, or a lower title of the same
    /// project.
    pub fn earlier(&self, context: &Context<'_>, item: usize, candidate: &Candidate) -> Option<Earlier> {
        let clause = &context.policy.clauses[candidate.clause];
        let paid = |payment: &Payment| Earlier::Paid { item: payment.item, year: payment.year };
        if let Some(settled) = self.settled.iter().find(|settled| settled.item == item) {
            return self.payments.iter().find(|payment| payment.item == settled.kept).map(paid);
        }
        if let Some(found) = self.merged(context, item, candidate) {
            return Some(found);
        }
        let key = one_off_key(context, item)?;
        // The values that a clause lists for its rows are alike to it; those that tell its amounts apart are not.
        let same = |payment: &&Payment| {
            let other = &context.policy.clauses[payment.clause];
            payment.item != item
                && clause.one_off
                && other.one_off
                && other.selects == clause.selects
                && other.by == clause.by
                && clause.by.iter().all(|fact| payment.selectors.get(*fact) == candidate.selectors.get(*fact))
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
            let before: Vec<&Payment> = self
                .payments
                .iter()
                .filter(|payment| payment.item != item && rule.on.contains(&payment.clause))
                .filter(|payment| payment.selectors.meet(&rule.selects))
                .filter(|payment| {
                    duplicates::likeness(context, rule, payment.item, &payment.selectors).as_ref() == Some(&key)
                })
                .collect();
            // The text's own order goes before the amounts; among equals the earliest counts.
            let rank = |selectors: &Selectors, amount: Money| match &rule.prefer {
                Some(_) => (duplicates::standing(rule, selectors), Money::ZERO),
                None => (std::cmp::Reverse(0), amount),
            };
            let highest = before.iter().rev().max_by_key(|payment| rank(&payment.selectors, payment.base));
            let Some(highest) = highest else { continue };
            let (item, year) = (highest.item, highest.year);
            let order = rank(&candidate.selectors, candidate.limited).cmp(&rank(&highest.selectors, highest.base));
            return match (rule.later, order) {
                (Later::HigherInFull, Ordering::Greater) => None,
                (Later::HigherInFull, Ordering::Less) => Some(Earlier::Outranked { item, year, merge }),
                (Later::Difference, Ordering::Greater) => {
                    let before = before.iter().map(|payment| payment.amount).sum();
                    Some(Earlier::Difference { before, merge })
                }
                _ => Some(Earlier::Paid { item, year }),
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

/// One-off money is for one project, or where that is blank one title; both blank: none. A title is no project.
fn one_off_key(context: &Context<'_>, item: usize) -> Option<(FactId, String)> {
    let known = context.vocabulary.known();
    let text = |fact: FactId| match context.unit.value(item, fact)? {
        Value::Text(text) => Some((fact, crate::text::key(&text))),
        _ => None,
    };
    text(known.project).or_else(|| text(known.title))
}

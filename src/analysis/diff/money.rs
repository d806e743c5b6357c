//! What two policies differ in for given achievements: every unit under both, each alone, as if registered there.

use std::cmp::Ordering;

use crate::analysis::compare::{Compared, Comparison, compare};
use crate::engine::Application;
use crate::facts::Applicant;
use crate::money::Money;
use crate::policy::Policy;
use crate::vocabulary::Vocabulary;

/// The first policy, and the second.
pub const BEFORE: usize = 0;
/// See [`BEFORE`].
pub const AFTER: usize = 1;

/// How many units get more, less, the same, and the sums of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Units with a greater total.
    pub winners: usize,
    /// Units with a smaller total.
    pub losers: usize,
    /// Units with the same total.
    pub unchanged: usize,
    /// What the winners get more.
    pub gain: Money,
    /// What the losers get less.
    pub loss: Money,
}

/// Evaluates every unit under both.
pub fn money<'a>(
    vocabulary: &Vocabulary,
    before: &'a Policy,
    after: &'a Policy,
    units: impl IntoIterator<Item = &'a Applicant>,
    applications: &[Application],
) -> Comparison<'a> {
    compare(vocabulary, &[before, after], units, applications)
}

/// The totals of a unit before and after.
pub fn totals(unit: &Compared<'_>) -> (Money, Money) {
    let total = |side: usize| unit.places.get(side).map(|place| place.sums.total).unwrap_or_default();
    (total(BEFORE), total(AFTER))
}

/// What is paid for an achievement before and after, all years together.
pub fn amounts(unit: &Compared<'_>, item: usize) -> (Money, Money) {
    let amount = |side: usize| unit.places.get(side).map(|place| place.amount(item)).unwrap_or_default();
    (amount(BEFORE), amount(AFTER))
}

/// True if an achievement fares otherwise in some year: in amount, status, clause number, nature, base, or what is
/// possible.
pub fn fares_otherwise(unit: &Compared<'_>, comparison: &Comparison<'_>, item: usize) -> bool {
    let (Some(before), Some(after)) = (unit.places.get(BEFORE), unit.places.get(AFTER)) else { return false };
    before.years.iter().zip(&after.years).any(|(old, new)| {
        let (Some(one), Some(other)) = (old.items.get(item), new.items.get(item)) else { return false };
        let clause = |side: usize, index: Option<usize>| {
            let clause = comparison.policies.get(side)?.clauses.get(index?)?;
            Some((clause.cite.clone(), clause.nature))
        };
        let possible = |of: Option<(usize, Money)>| of.map(|(_, amount)| amount);
        (one.amount, one.status, one.base, possible(one.possible))
            != (other.amount, other.status, other.base, possible(other.possible))
            || clause(BEFORE, one.clause) != clause(AFTER, other.clause)
            || one.cite != other.cite
    })
}

/// Winners, losers, and what they gain and lose.
pub fn balance(comparison: &Comparison<'_>) -> Balance {
    let mut balance = Balance::default();
    for unit in &comparison.units {
        let (before, after) = totals(unit);
        match after.cmp(&before) {
            Ordering::Greater => {
                balance.winners += 1;
                balance.gain += after - before;
            }
            Ordering::Less => {
                balance.losers += 1;
                balance.loss += before - after;
            }
            Ordering::Equal => balance.unchanged += 1,
        }
    }
    balance
}

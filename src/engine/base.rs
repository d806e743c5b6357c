//! Step 5: what a clause pays for a row, and the limits by real cost (contract section 3.5).

use super::Context;
use super::conditions;
use super::result::{Assumed, Assumption, Missing, Op, Reason, Step, Warning};
use super::row::Row;
use crate::facts::Value;
use crate::money::{Money, Share};
use crate::policy::model::{Amount, Cite, Clause, ClauseIndex, ShareRule};
use crate::range::Range;

/// What a clause pays for a row before prior money, or would pay if its conditions held.
#[derive(Clone, Default)]
pub(super) struct Price {
    /// After percentage, share, quantity, maximum and bonuses.
    pub base: Money,
    /// After the limits that stand elsewhere.
    pub limited: Money,
    pub steps: Vec<Step>,
    /// Units of quantity that are counted.
    pub units: i64,
    pub assumptions: Vec<Assumption>,
    /// Unknown facts without which the amount is not certain.
    pub undecided: Vec<Missing>,
    /// Unknown facts that might lower the amount, though it is paid.
    pub also_missing: Vec<Missing>,
    /// Why the amount is refused.
    pub refused: Vec<Reason>,
    pub warnings: Vec<Warning>,
    pub notes: Vec<Reason>,
    /// Unknown facts that decide over bonuses left out of this price.
    pub open_bonus: Vec<Missing>,
}

impl Price {
    fn step(&mut self, op: Op, cite: &Cite, amount: Money) {
        self.base = amount;
        self.steps.push(Step { op, cite: Cite::clone(cite), amount });
    }
}

/// Prices a row under a clause. `bonuses` says whether bonuses that depend on unknown facts are counted in.
pub(super) fn price(
    context: &Context<'_>,
    row: &Row<'_>,
    index: ClauseIndex,
    amount: &Amount,
    bonuses: OpenBonuses,
) -> Price {
    let clause = &context.policy.clauses[index];
    let mut price = Price::default();
    basic(row, clause, amount, &mut price);
    quantity(context, row, clause, &mut price);
    if let Some(rule) = &clause.share {
        share(context, row, rule, &mut price);
    }
    add_bonuses(context, row, index, bonuses, &mut price);
    price.limited = price.base;
    limit_by_cost(context, row, index, &mut price);
    price
}

/// What to do with a bonus whose condition is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OpenBonuses {
    CountedIn,
    LeftOut,
}

fn basic(row: &Row<'_>, clause: &Clause, amount: &Amount, price: &mut Price) {
    match amount {
        Amount::Money { of, share, tiers, .. } => {
            let op = Op::Base { of: *of, share: *share, highest_of_tiers: !tiers.is_empty() };
            price.step(op, &clause.cite, share.of(*of));
        }
        Amount::OfFact { fact, share, at_most, unknown_is_maximum } => {
            let known = match row.known(*fact) {
                Some(Value::Money(money)) => Some(money),
                _ => None,
            };
            if known.is_none() {
                let missing = Missing::Fact(*fact);
                if *unknown_is_maximum { price.also_missing.push(missing) } else { price.undecided.push(missing) }
            }
            // Unknown: the maximum is what is possible; without one, nothing can be said.
            let computed = known.map_or(at_most.unwrap_or(Money::ZERO), |money| share.of(money));
            price.step(Op::BaseOfFact { fact: *fact, known, share: *share }, &clause.cite, computed);
            if let Some(most) = at_most.filter(|most| *most < computed) {
                price.step(Op::Maximum(most), &clause.cite, most);
            }
        }
        Amount::CaseByCase { taken_as } => {
            price.undecided.push(Missing::Clause);
            price.notes.push(Reason::CaseByCase);
            price.step(Op::Base { of: *taken_as, share: Share::ONE, highest_of_tiers: false }, &clause.cite, *taken_as);
        }
    }
}

fn quantity(context: &Context<'_>, row: &Row<'_>, clause: &Clause, price: &mut Price) {
    let quantity = row.facts.integer(context.vocabulary.known().quantity).unwrap_or(1);
    price.units = 1;
    if quantity <= 1 {
        return;
    }
    if clause.per_quantity {
        let counted = clause.quantity_at_most.map_or(quantity, |most| most.min(quantity));
        if counted < quantity {
            price.warnings.push(Warning::QuantityCut(quantity, counted));
        }
        let quantity = counted;
        price.units = counted;
        let amount = Money::from_fen(price.base.fen() * i128::from(quantity));
        price.step(Op::Quantity(quantity), &clause.cite, amount);
    } else {
        price.warnings.push(Warning::QuantityIgnored(quantity));
    }
}

/// The applicant's share among the units of the area. A rank that is not known leaves the share undecided; what is
/// possible then is the best of the ranks that role and local ranks leave open.
fn share(context: &Context<'_>, row: &Row<'_>, rule: &ShareRule, price: &mut Price) {
    let known = context.vocabulary.known();
    let local = match row.facts.get(known.local_ranks) {
        Some(Value::Integers(local)) => Some(local.as_ref()),
        _ => None,
    };
    let whole = price.base;
    let ranks = row.ranks(context);
    if let (from, Some(to)) = (ranks.from, ranks.to)
        && from == to
    {
        match local {
            None => price.assumptions.push(Assumption { what: Assumed::OnlyLocalUnit, cite: rule.cite.clone() }),
            Some(local) if !local.contains(&from) => price.warnings.push(Warning::OwnRankAdded(from)),
            Some(_) => {}
        }
        match portion(rule, from, local.unwrap_or_default()) {
            Some((share, among)) => price.step(Op::Share { share, rank: from, among }, &rule.cite, share.of(whole)),
            None => {
                price.refused.push(Reason::NoShare(from));
                price.base = Money::ZERO;
                price.steps.clear();
            }
        }
        return;
    }
    price.undecided.push(Missing::Fact(known.rank));
    let best = open_ranks(rule, ranks, local)
        .into_iter()
        .filter_map(|rank| portion(rule, rank, local.unwrap_or_default()).map(|(share, among)| (rank, share, among)))
        .fold(None, |best: Option<(i64, Share, Option<usize>)>, (rank, share, among)| match best {
            Some((_, top, _)) if top.of(whole) >= share.of(whole) => best,
            _ => Some((rank, share, among)),
        });
    match best {
        Some((rank, share, among)) => price.step(Op::Share { share, rank, among }, &rule.cite, share.of(whole)),
        None => {
            price.base = Money::ZERO;
            price.steps.clear();
        }
    }
}

/// The ranks that a unit of unknown rank can have: one of the local ranks, since its own is among them; where none of
/// them fits its role, or none are given, any place that the rule speaks of.
fn open_ranks(rule: &ShareRule, ranks: Range, local: Option<&[i64]>) -> Vec<i64> {
    let listed: Vec<i64> = local.unwrap_or_default().iter().copied().filter(|rank| ranks.contains(*rank)).collect();
    if !listed.is_empty() {
        return listed;
    }
    let last = rule.parts.iter().filter_map(|part| part.place.to.or(Some(part.place.from))).max().unwrap_or(1);
    (1..=last).filter(|rank| ranks.contains(*rank)).collect()
}

/// The share of the unit at `rank`, its own rank being one of the local ones.
fn portion(rule: &ShareRule, rank: i64, local: &[i64]) -> Option<(Share, Option<usize>)> {
    let count_in = |range: Range| {
        let others = local.iter().filter(|other| **other != rank && range.contains(**other)).count();
        others + usize::from(range.contains(rank))
    };
    let part = rule
        .parts
        .iter()
        .find(|part| part.place.contains(rank) && part.none_in.is_none_or(|range| count_in(range) == 0))?;
    let among = part.divided_among.map(count_in);
    let divisor = among.map_or(1, |count| u32::try_from(count.max(1)).unwrap_or(u32::MAX));
    Some((part.pays.times(Share::new(1, divisor)), among))
}

fn add_bonuses(context: &Context<'_>, row: &Row<'_>, index: ClauseIndex, open: OpenBonuses, price: &mut Price) {
    for (bonus_index, bonus) in context.policy.bonuses.iter().enumerate() {
        if !bonus.on.contains(&index) || !row.effective.meet(&bonus.selects) {
            continue;
        }
        let verdict = conditions::judge(context, row, &bonus.conditions);
        if !verdict.failed.is_empty() {
            continue;
        }
        if !verdict.missing.is_empty() {
            price.open_bonus.extend(&verdict.missing);
            if open == OpenBonuses::LeftOut {
                continue;
            }
        }
        price.assumptions.extend(verdict.assumptions);
        price.step(Op::Bonus(bonus_index, bonus.amount), &bonus.cite, price.base + bonus.amount);
    }
}

fn limit_by_cost(context: &Context<'_>, row: &Row<'_>, index: ClauseIndex, price: &mut Price) {
    for limit in context.policy.cost_limits.iter().filter(|limit| limit.on.contains(&index)) {
        match row.known(limit.fact) {
            Some(Value::Money(cost)) if cost < price.limited => {
                price.limited = cost;
                let step = Step { op: Op::CostLimit(limit.fact, cost), cite: limit.cite.clone(), amount: cost };
                price.steps.push(step);
            }
            Some(_) => {}
            None => {
                price.also_missing.push(Missing::Fact(limit.fact));
                price.notes.push(Reason::CostUnknown(limit.fact, limit.cite.clone()));
            }
        }
    }
}

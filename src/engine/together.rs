//! Several policies of one unit at once: the money of one is money received before for another whose no-repeat rule
//! looks at its level of government, and two versions of one measure pay a row once.
//!
//! Stated order. Row by row, on the amounts after step 5 and prior money, the dearest policy is kept (ties to the
//! earlier policy of the list) and every other that may not be paid beside it is cut; that is final, as everything of
//! step 6 is. Policies that top up are computed last, with what the others really pay.

use super::history::History;
use super::settled::Settled;
use super::{Evaluator, Year};
use crate::money::Money;
use crate::policy::Policy;
use crate::policy::model::{Cite, ClauseIndex, PriorEffect, PriorRule};
use crate::unit::Unit;
use crate::vocabulary::ValueId;

/// What other policies mean for one row under the policy at hand.
#[derive(Clone, Default)]
pub(super) struct Beside {
    /// Money that others pay or have paid in earlier years of the run.
    pub received: Vec<Received>,
    /// The row is left to this policy, in this year.
    pub left_to: Option<LeftTo>,
}

#[derive(Clone)]
pub(super) struct Received {
    pub policy: String,
    pub level: ValueId,
    pub amount: Money,
}

#[derive(Clone)]
pub(super) struct LeftTo {
    pub policy: String,
    pub year: i16,
    /// The clause of that policy which allows no other money; none between versions of one measure.
    pub cite: Option<Cite>,
}

/// An amount that a policy would pay for a row if it were the only one, after step 5 and prior money.
pub(super) struct Claim {
    pub item: usize,
    pub clause: ClauseIndex,
    pub amount: Money,
}

/// One list of years per policy, in order.
pub(super) fn run(evaluator: &mut Evaluator<'_>, unit: &dyn Unit, policies: &[usize]) -> Vec<Vec<Settled>> {
    let region = unit.facts().text(evaluator.vocabulary.known().region);
    let all = &evaluator.policies;
    let at_home = |policy: &usize| region.is_some_and(|region| all[*policy].covers(region));
    let home: Vec<usize> =
        if policies.len() > 1 { policies.iter().copied().filter(at_home).collect() } else { Vec::new() };
    let related = home.iter().any(|one| home.iter().any(|other| one != other && related(all[*one], all[*other])));
    if !related {
        return policies.iter().map(|policy| evaluator.run_alone(unit, *policy)).collect();
    }
    let of_home = Neighbours { policies: home.iter().map(|policy| all[*policy]).collect(), indices: &home, unit };
    let mut of_home = home.iter().zip(of_home.run(evaluator)).collect::<Vec<_>>();
    let mut results = Vec::new();
    for policy in policies {
        match of_home.iter().position(|(home, _)| *home == policy) {
            Some(index) => results.push(of_home.swap_remove(index).1),
            None => results.push(evaluator.run_alone(unit, *policy)),
        }
    }
    results
}

/// True if one of the two looks at the other's money, or replaces it.
fn related(one: &Policy, other: &Policy) -> bool {
    let looks = |looker: &Policy, at: &Policy| looker.prior.iter().any(|rule| sees(rule, at));
    looks(one, other) || looks(other, one) || versions(one, other)
}

fn sees(rule: &PriorRule, payer: &Policy) -> bool {
    rule.sources.as_ref().is_none_or(|sources| sources.contains(&payer.level))
}

/// True if one replaces the other: one measure, which pays a row once.
fn versions(one: &Policy, other: &Policy) -> bool {
    one.replaces.contains(&other.id) || other.replaces.contains(&one.id)
}

/// The rule of `policy` on money that `payer` pays for what `clause` pays.
fn rule_on<'a>(policy: &'a Policy, clause: ClauseIndex, payer: &Policy) -> Option<&'a PriorRule> {
    policy.prior.iter().find(|rule| rule.on.contains(&clause)).filter(|rule| sees(rule, payer))
}

struct Neighbours<'a> {
    policies: Vec<&'a Policy>,
    /// What the evaluator calls them.
    indices: &'a [usize],
    unit: &'a dyn Unit,
}

impl Neighbours<'_> {
    fn run(&self, evaluator: &mut Evaluator<'_>) -> Vec<Vec<Settled>> {
        let mut histories: Vec<History> = self.policies.iter().map(|_| History::default()).collect();
        let mut results: Vec<Vec<Settled>> = self.policies.iter().map(|_| Vec::new()).collect();
        let years = self.indices.first().map_or(0, |policy| evaluator.years[*policy].len());
        for year in 0..years {
            let mut besides: Vec<Vec<Beside>> =
                (0..self.policies.len()).map(|policy| self.earlier(policy, &histories)).collect();
            let mut compute = |policy: usize, besides: &[Vec<Beside>]| {
                let of = (self.indices[policy], year);
                evaluator.one_year(self.unit, of, &histories[policy], &besides[policy])
            };
            let alone: Vec<Year> = (0..self.policies.len()).map(|policy| compute(policy, &besides)).collect();
            let application_year = alone.first().map_or(0, |year| year.settled.head.year);
            self.cut(&alone, application_year, &mut besides);
            let mut paid = Vec::new();
            for policy in self.order() {
                let computed = compute(policy, &besides);
                for payment in &computed.paid.payments {
                    let received = self.received(policy, payment.amount);
                    // An exclusion was settled by `cut`; what is left to tell the others is what they top up.
                    for (_, beside) in besides
                        .iter_mut()
                        .enumerate()
                        .filter(|(other, _)| *other != policy && self.tops_up(*other, policy))
                    {
                        beside[payment.item].received.push(received.clone());
                    }
                }
                paid.push((policy, computed));
            }
            paid.sort_by_key(|(policy, _)| *policy);
            for (policy, computed) in paid {
                histories[policy].extend(computed.paid);
                results[policy].push(computed.settled);
            }
        }
        results
    }

    fn received(&self, payer: usize, amount: Money) -> Received {
        let payer = self.policies[payer];
        Received { policy: payer.id.clone(), level: payer.level, amount }
    }

    /// What earlier years of the run have paid under the other policies.
    fn earlier(&self, policy: usize, histories: &[History]) -> Vec<Beside> {
        let mut besides = vec![Beside::default(); self.unit.rows()];
        for (other, history) in histories.iter().enumerate().filter(|(other, _)| *other != policy) {
            for payment in &history.payments {
                let beside = &mut besides[payment.item];
                if versions(self.policies[policy], self.policies[other]) {
                    beside.left_to =
                        Some(LeftTo { policy: self.policies[other].id.clone(), year: payment.year, cite: None });
                } else {
                    beside.received.push(self.received(other, payment.amount));
                }
            }
        }
        besides
    }

    /// Row by row, keeps the dearest policy and cuts those that may not be paid beside one that is kept.
    fn cut(&self, alone: &[Year], year: i16, besides: &mut [Vec<Beside>]) {
        let mut of_rows: Vec<Vec<(usize, &Claim)>> = vec![Vec::new(); self.unit.rows()];
        for (policy, year) in alone.iter().enumerate() {
            for claim in &year.claims {
                of_rows[claim.item].push((policy, claim));
            }
        }
        for (item, mut claims) in of_rows.into_iter().enumerate() {
            claims.sort_by_key(|(policy, claim)| (std::cmp::Reverse(claim.amount), *policy));
            let mut kept: Vec<(usize, &Claim)> = Vec::new();
            for (policy, claim) in claims {
                let own = self.policies[policy];
                let beside = &mut besides[policy][item];
                let excludes = |rule: Option<&PriorRule>| rule.is_some_and(|rule| rule.effect == PriorEffect::Excludes);
                if let Some((other, before)) =
                    kept.iter().find(|(other, _)| excludes(rule_on(own, claim.clause, self.policies[*other])))
                {
                    let received = self.received(*other, before.amount);
                    beside.received.push(received);
                } else if let Some((other, cite)) = kept.iter().find_map(|(other, before)| {
                    let other = self.policies[*other];
                    let rule = rule_on(other, before.clause, own).filter(|rule| rule.effect == PriorEffect::Excludes);
                    match rule {
                        Some(rule) => Some((other, Some(rule.cite.clone()))),
                        None => versions(own, other).then_some((other, None)),
                    }
                }) {
                    beside.left_to = Some(LeftTo { policy: other.id.clone(), year, cite });
                } else {
                    kept.push((policy, claim));
                }
            }
        }
    }

    fn tops_up(&self, policy: usize, payer: usize) -> bool {
        let rules = self.policies[policy].prior.iter();
        rules.filter(|rule| rule.effect == PriorEffect::TopsUp).any(|rule| sees(rule, self.policies[payer]))
    }

    /// Those that top up after those whose money they look at; where two look at each other, in order of the list.
    fn order(&self) -> Vec<usize> {
        let mut waiting: Vec<usize> = (0..self.policies.len()).collect();
        let mut order = Vec::new();
        while !waiting.is_empty() {
            let free = waiting
                .iter()
                .position(|policy| waiting.iter().all(|other| other == policy || !self.tops_up(*policy, *other)));
            order.push(waiting.remove(free.unwrap_or(0)));
        }
        order
    }
}

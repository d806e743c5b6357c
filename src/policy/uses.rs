//! Which facts a policy looks at: the columns that somebody who applies under it has to fill in.

use std::collections::BTreeSet;

use super::Policy;
use super::model::{Amount, LimitOf, Selector};
use crate::vocabulary::{FactId, WellKnown};

impl Policy {
    /// Every fact that decides whether or how much the policy pays, of achievements and of applicants.
    pub fn facts(&self, known: WellKnown) -> BTreeSet<FactId> {
        let mut facts = BTreeSet::from([known.region]);
        let of = |selector: &Selector| selector.0.iter().map(|(fact, _)| *fact).collect::<Vec<_>>();
        for rule in &self.roles {
            facts.extend(of(&rule.selects));
            facts.insert(known.role);
            facts.extend(rule.by_rank.iter().map(|_| known.rank));
        }
        for default in &self.defaults {
            facts.extend(of(&default.selects));
            facts.insert(default.fact);
        }
        facts.extend(self.bars.iter().flat_map(|bar| bar.when.facts(known)));
        for clause in &self.clauses {
            facts.extend(of(&clause.selects));
            facts.extend(&clause.by);
            facts.extend(clause.amounts.iter().filter_map(|line| match line.amount {
                Amount::OfFact { fact, .. } => Some(fact),
                Amount::Money { .. } | Amount::CaseByCase { .. } => None,
            }));
            facts.extend(clause.conditions.iter().flat_map(|condition| condition.test.facts(known)));
            if clause.per_quantity || clause.every_year {
                facts.insert(known.quantity);
            }
            if clause.share.is_some() {
                facts.extend([known.rank, known.local_ranks]);
            }
            if clause.one_off {
                facts.insert(known.project);
            }
        }
        for bonus in &self.bonuses {
            facts.extend(of(&bonus.selects));
            facts.extend(bonus.conditions.iter().flat_map(|condition| condition.test.facts(known)));
        }
        facts.extend(self.cost_limits.iter().map(|limit| limit.fact));
        if !self.prior.is_empty() {
            facts.extend([known.prior_amount, known.prior_source]);
        }
        for merge in &self.merges {
            facts.extend(of(&merge.selects));
            facts.extend(merge.same.iter().chain(&merge.otherwise));
            facts.extend(merge.prefer.iter().map(|(fact, _)| *fact));
        }
        for limit in &self.limits {
            if let LimitOf::Items { per, .. } = &limit.of {
                facts.extend(per);
            }
        }
        for (_, condition) in self.calls.iter().flat_map(|call| &call.conditions) {
            facts.extend(condition.test.facts(known));
        }
        // Where the rank is blank, the role stands in for it.
        if facts.contains(&known.rank) {
            facts.insert(known.role);
        }
        facts
    }
}

//! Two cities side by side: what each pays for the same thing. Their clauses have nothing in common but what they
//! select, so that amounts are matched by kind, subject, level, action, role and the other facts that select.

use crate::policy::Policy;
use crate::policy::model::{Amount, ClauseIndex, Nature};
use crate::vocabulary::{FactId, ValueId};

/// What a policy pays for rows with some facts, before conditions, limits and caps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pays {
    /// By which clause.
    pub clause: ClauseIndex,
    /// How much.
    pub amount: Amount,
    /// Fixed amount or ceiling.
    pub nature: Nature,
    /// True if it is per unit of quantity.
    pub per_quantity: bool,
}

/// The same thing under both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// Which rows: facts that select, in the order of the vocabulary.
    pub facts: Vec<(FactId, ValueId)>,
    /// What the first policy pays; none where no clause selects such rows.
    pub before: Option<Pays>,
    /// What the second one pays.
    pub after: Option<Pays>,
}

/// One amount with the facts that lead to it.
struct Line {
    facts: Vec<(FactId, ValueId)>,
    pays: Pays,
}

/// Every amount of both policies, in the order of the first one's clauses; then what only the second pays for. Where one
/// of them tells rows apart that the other pays alike, they are told apart.
pub fn amounts(before: &Policy, after: &Policy) -> Vec<Beside> {
    let (old, new) = (lines(before), lines(after));
    let mut told: Vec<Beside> = Vec::new();
    let mut met = vec![false; new.len()];
    for line in &old {
        let mut alone = true;
        for (other, met) in new.iter().zip(&mut met) {
            let Some(facts) = both(&line.facts, &other.facts) else { continue };
            (alone, *met) = (false, true);
            told.push(Beside { facts, before: Some(line.pays.clone()), after: Some(other.pays.clone()) });
        }
        if alone {
            told.push(Beside { facts: line.facts.clone(), before: Some(line.pays.clone()), after: None });
        }
    }
    let only = new.iter().zip(met).filter(|(_, met)| !met);
    told.extend(only.map(|(line, _)| Beside {
        facts: line.facts.clone(),
        before: None,
        after: Some(line.pays.clone()),
    }));
    // A clause that lists several values pays them alike; one line is enough where both sides do.
    told.dedup();
    told
}

/// The facts of rows that both lines select; none where they contradict each other.
fn both(one: &[(FactId, ValueId)], other: &[(FactId, ValueId)]) -> Option<Vec<(FactId, ValueId)>> {
    let mut facts = one.to_vec();
    for (fact, value) in other {
        match one.iter().find(|(named, _)| named == fact) {
            Some((_, own)) if own != value => return None,
            Some(_) => {}
            None => facts.push((*fact, *value)),
        }
    }
    facts.sort_unstable_by_key(|(fact, _)| *fact);
    Some(facts)
}

/// Every amount of a policy, one per combination of single values.
fn lines(policy: &Policy) -> Vec<Line> {
    let mut lines = Vec::new();
    for (index, clause) in policy.clauses.iter().enumerate() {
        for line in &clause.amounts {
            let keyed: Vec<(FactId, ValueId)> = clause.by.iter().copied().zip(line.key.iter().copied()).collect();
            let mut combinations: Vec<Vec<(FactId, ValueId)>> = vec![keyed.clone()];
            let free = clause.selects.0.iter().filter(|(fact, _)| !keyed.iter().any(|(named, _)| named == fact));
            for (fact, values) in free {
                combinations = combinations
                    .into_iter()
                    .flat_map(|facts| {
                        values.iter().map(move |value| {
                            let mut facts = facts.clone();
                            facts.push((*fact, *value));
                            facts
                        })
                    })
                    .collect();
            }
            for mut facts in combinations {
                facts.sort_unstable_by_key(|(fact, _)| *fact);
                let pays = Pays {
                    clause: index,
                    amount: line.amount.clone(),
                    nature: clause.nature,
                    per_quantity: clause.per_quantity,
                };
                lines.push(Line { facts, pays });
            }
        }
    }
    lines
}

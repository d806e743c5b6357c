//! What an unknown fact is worth is the best over all its values, many more than the plan itself tries.

use biaobu::analysis::plan::{About, KnownAs, Worth};
use biaobu::engine::result::Missing;
use biaobu::facts::{Facts, Value};
use biaobu::money::Money;
use biaobu::vocabulary::{FactId, FactType, Of};
use jiff::ToSpan;
use proptest::prelude::*;

use crate::rows::Case;
use crate::support::{cases, vocabulary};
use crate::{case, planned, total};

/// Every value that the fact could have by what else the row says: all ranks, all values of an enum, every day of
/// several years, money of several sizes.
fn values(case: &Case, row: &Facts, fact: FactId, every: usize) -> Vec<Value> {
    let known = vocabulary().known();
    if let Some(Value::OneOf(open)) = row.get(fact) {
        return open.iter().map(|value| Value::Code(*value)).collect();
    }
    let role_ranks = vocabulary().ranks_of(row.code(known.role));
    match vocabulary().fact(fact).kind {
        FactType::Enum => {
            let rank = row.integer(known.rank).filter(|_| fact == known.role);
            let values = vocabulary().values_for(fact, row.code(known.kind));
            let fits = |value: &_| rank.is_none_or(|rank| vocabulary().ranks_of(Some(*value)).contains(rank));
            values.filter(fits).map(Value::Code).collect()
        }
        FactType::Boolean => vec![Value::Bool(true), Value::Bool(false)],
        FactType::Integer if fact == known.rank => {
            let listed: Vec<i64> = match row.get(known.local_ranks) {
                Some(Value::Integers(local)) => {
                    local.iter().copied().filter(|rank| role_ranks.contains(*rank)).collect()
                }
                _ => Vec::new(),
            };
            // The own rank is one of the local ones, for a policy that reads them.
            let reads = case.policy.clauses.iter().any(|clause| clause.share.is_some());
            match listed.is_empty() || !reads {
                true => (1..=12).filter(|rank| role_ranks.contains(*rank)).map(Value::Integer).collect(),
                false => listed.into_iter().map(Value::Integer).collect(),
            }
        }
        FactType::Integer => (vocabulary().fact(fact).min..=25).map(Value::Integer).collect(),
        FactType::Integers => {
            let own = row.integer(known.rank);
            let sets = (1..64u32).map(|bits| (1..=6).filter(|rank| bits >> (rank - 1) & 1 == 1).collect::<Vec<i64>>());
            sets.filter(|set| own.is_none_or(|own| set.contains(&own))).map(|set| Value::Integers(set.into())).collect()
        }
        FactType::Date => {
            let first = jiff::civil::date(case.application.year - 6, 1, 1);
            (0..2600i64).step_by(every).map(|days| Value::Date(first.saturating_add(days.days()))).collect()
        }
        FactType::Money => [0, 1, 99, 30_000, 1_000_000, 33_333_333, 400_000_000, 100_000_000_000_000]
            .map(|fen| Value::Money(Money::from_fen(fen)))
            .to_vec(),
        FactType::Text | FactType::Flags => Vec::new(),
    }
}

/// Best and worst totals over all values of the facts, now included.
fn extremes(case: &Case, now: Money, entry: &Worth) -> (Money, Money) {
    let (mut best, mut worst) = (now, now);
    let mut try_it = |unit: &biaobu::facts::Applicant| {
        let total = total(&[case.policy], unit, &case.application);
        (best, worst) = (best.max(total), worst.min(total));
    };
    match (entry.of, entry.facts.as_slice()) {
        (About::Row(row), [fact]) => {
            for value in values(case, &case.applicant.achievements[row].facts, *fact, 1) {
                let mut unit = case.applicant.clone();
                unit.achievements[row].facts.set(*fact, value);
                try_it(&unit);
            }
        }
        (About::Row(row), [first, second]) => {
            for value in values(case, &case.applicant.achievements[row].facts, *first, 13) {
                let mut unit = case.applicant.clone();
                unit.achievements[row].facts.set(*first, value);
                for value in values(case, &unit.achievements[row].facts, *second, 13) {
                    unit.achievements[row].facts.set(*second, value);
                    try_it(&unit);
                    restore(&mut unit.achievements[row].facts, &case.applicant.achievements[row].facts, *second);
                }
            }
        }
        (About::Unit, [fact]) if *fact != vocabulary().known().region => {
            for value in values(case, &Facts::none(), *fact, 1) {
                let mut unit = case.applicant.clone();
                unit.facts.set(*fact, value);
                try_it(&unit);
            }
        }
        _ => return (entry.best, entry.worst),
    }
    (best, worst)
}

/// Makes a fact what it was before.
fn restore(facts: &mut Facts, before: &Facts, fact: FactId) {
    let mut kept = Facts::none();
    for (id, value) in facts.iter().filter(|(id, _)| *id != fact) {
        kept.set(id, value.clone());
    }
    if let Some(value) = before.get(fact) {
        kept.set(fact, value.clone());
    }
    *facts = kept;
}

/// Formulating pays at most 30, revising 15, both at most the cost: with the action unknown, only a cost below 15
/// settles the row, and the best is a fen below it.
#[test]
fn an_amount_between_the_extremes_may_settle_a_row() {
    use crate::support::{fact, policy, value};
    let mut row = Facts::none();
    for (name, of) in [("kind", "standard"), ("level", "national")] {
        row.set(fact(name), Value::Code(value(fact(name), of)));
    }
    row.set(fact("rank"), Value::Integer(1));
    row.set(fact("date"), Value::Date(jiff::civil::date(2021, 5, 1)));
    let achievements = vec![biaobu::facts::Achievement { facts: row, ..Default::default() }];
    let unit = biaobu::facts::Applicant { achievements, ..Default::default() };
    let application = biaobu::engine::Application { year: 2022, ..Default::default() };
    let policies = [policy("beijing-2020")];
    let plan = planned(&policies, &unit, &application);
    let cost = plan.facts.iter().find(|entry| entry.facts == [fact("cost")]).unwrap();
    assert_eq!((plan.total, cost.best), (Money::ZERO, Money::from_fen(14_999_999)));
    assert_eq!(cost.best_values, [Value::Money(Money::from_fen(14_999_999))]);
}

proptest! {
    #![proptest_config(cases(120))]

    /// Worth and risk of a fact are the best and the worst over its values.
    #[test]
    fn a_fact_is_worth_its_best_value(case in case(1..5)) {
        let policies = [case.policy];
        let plan = planned(&policies, &case.applicant, &case.application);
        for entry in &plan.facts {
            let (best, worst) = extremes(&case, plan.total, entry);
            let names: Vec<&str> = entry.facts.iter().map(|fact| vocabulary().fact(*fact).id.as_str()).collect();
            let is_money = |fact: &FactId| vocabulary().fact(*fact).kind == FactType::Money;
            if entry.facts.len() == 1 && !entry.facts.iter().any(is_money) {
                prop_assert!(entry.open_end || entry.best == best, "{names:?} {} {best} {entry:?}\n{case:?}", entry.best);
                prop_assert!(entry.worst == worst, "{names:?} {} {worst} {entry:?}\n{case:?}", entry.worst);
            } else {
                // Of amounts, and of days here, not every single one is tried.
                prop_assert!(entry.open_end || entry.best >= best, "{names:?} {} {best}\n{case:?}", entry.best);
                prop_assert!(entry.worst <= worst, "{names:?} {} {worst}\n{case:?}", entry.worst);
            }
        }
    }

    /// The values named come to what they are said to come to.
    #[test]
    fn the_values_named_come_to_it(case in case(1..6)) {
        let policies = [case.policy];
        let plan = planned(&policies, &case.applicant, &case.application);
        for entry in &plan.facts {
            let About::Row(row) = entry.of else { continue };
            let of_row = |fact: &FactId| vocabulary().fact(*fact).of == Of::Achievement;
            if !entry.facts.iter().all(of_row) {
                continue;
            }
            for (values, expected) in [(&entry.best_values, entry.best), (&entry.worst_values, entry.worst)] {
                let mut unit = case.applicant.clone();
                for (fact, value) in entry.facts.iter().zip(values) {
                    unit.achievements[row].facts.set(*fact, value.clone());
                }
                prop_assert_eq!(total(&policies, &unit, &case.application), expected, "{:?}\n{:?}", entry, &case);
            }
        }
    }

    /// Every fact that a result waits for is there, and what the text leaves open as well.
    #[test]
    fn no_missing_fact_is_passed_over(case in case(1..6)) {
        let policies = [case.policy];
        let plan = planned(&policies, &case.applicant, &case.application);
        for (row, item) in plan.policies[0].result.items.iter().enumerate() {
            for missing in &item.missing {
                let there = plan.facts.iter().any(|entry| match missing {
                    Missing::Clause => entry.of == About::Row(row) && entry.possible.is_some(),
                    Missing::Fact(fact) => {
                        let of = match vocabulary().fact(*fact).of {
                            Of::Achievement => About::Row(row),
                            Of::Applicant => About::Unit,
                        };
                        entry.of == of && entry.facts == [*fact] && entry.known_as == KnownAs::Missing
                    }
                });
                prop_assert!(there, "{missing:?} of {row}\n{case:?}");
            }
        }
    }
}

//! What an unknown fact may turn out to be: values such that under a policy any other comes to the same as one of
//! them. Of amounts of money only the ends are given, none and plenty: where other facts are blank too, an amount
//! between them may settle what neither end does.

use jiff::ToSpan;
use jiff::civil::Date;

use super::Application;
use super::compiled::{Compiled, turns};
use crate::facts::{Facts, Value};
use crate::money::Money;
use crate::policy::Policy;
use crate::policy::model::{Amount, Test};
use crate::range::Range;
use crate::vocabulary::{FactId, FactType, Of, ValueId, Vocabulary};

/// Sets of local ranks are tried of so many places at most: each further one doubles them.
const MOST_PLACES: i64 = 10;

/// A policy for one application, asked for the values that blanks may turn out to have.
pub struct Alternatives<'a> {
    vocabulary: &'a Vocabulary,
    compiled: Compiled<'a>,
}

impl<'a> Alternatives<'a> {
    /// For one policy and application; the year's call counts where it is applied.
    pub fn new(vocabulary: &'a Vocabulary, policy: &'a Policy, application: &'a Application) -> Self {
        Alternatives { vocabulary, compiled: Compiled::new(vocabulary, policy, application) }
    }

    /// The values that `fact`, unknown of the row (or of its unit), may turn out to have, in order. None for texts,
    /// which no condition looks at, for a fact that is known, and where the policy is not in force.
    pub fn of(&self, row: &Facts, unit: &Facts, fact: FactId) -> Vec<Value> {
        let Compiled { policy, application, validity, .. } = &self.compiled;
        let facts = if self.vocabulary.fact(fact).of == Of::Applicant { unit } else { row };
        match (validity.compute_on, facts.get(fact)) {
            (_, Some(Value::OneOf(open))) => open.iter().map(|value| Value::Code(*value)).collect(),
            (None, _) | (_, Some(_)) => Vec::new(),
            (Some(day), None) => of(self.vocabulary, policy, (application.year, day), row, fact),
        }
    }

    /// Application date D; none where nothing is computed.
    pub fn day(&self) -> Option<Date> {
        self.compiled.validity.compute_on
    }
}

/// The same for a policy under its call, in application year Y on day D.
pub(super) fn of(
    vocabulary: &Vocabulary,
    policy: &Policy,
    (year, day): (i16, Date),
    row: &Facts,
    fact: FactId,
) -> Vec<Value> {
    let known = vocabulary.known();
    if let Some(Value::OneOf(open)) = row.get(fact) {
        return open.iter().map(|value| Value::Code(*value)).collect();
    }
    match vocabulary.fact(fact).kind {
        FactType::Enum => {
            let fits = |value: &ValueId| fact != known.role || role_fits(vocabulary, *value, row);
            let values = vocabulary.values_for(fact, row.code(known.kind));
            values.filter(fits).map(Value::Code).collect()
        }
        FactType::Boolean => vec![Value::Bool(true), Value::Bool(false)],
        FactType::Integer if fact == known.rank => {
            ranks(vocabulary, policy, row).into_iter().map(Value::Integer).collect()
        }
        FactType::Integer => {
            let ranges = ranges(policy, fact);
            numbers(vocabulary.fact(fact).min, &ranges).into_iter().map(Value::Integer).collect()
        }
        FactType::Integers => local_ranks(last_place(policy), row.integer(known.rank)),
        FactType::Date => days(policy, (year, day), fact).into_iter().map(Value::Date).collect(),
        FactType::Money => [Some(Money::ZERO), plenty(policy, fact)].into_iter().flatten().map(Value::Money).collect(),
        FactType::Text if fact == known.region => {
            let inside = policy.region.first().map(|name| Value::Text(name.as_str().into()));
            inside.into_iter().chain([Value::Text("—".into())]).collect()
        }
        FactType::Text | FactType::Flags => Vec::new(),
    }
}

/// True if a unit in this role can have the rank given.
fn role_fits(vocabulary: &Vocabulary, role: ValueId, row: &Facts) -> bool {
    let rank = row.integer(vocabulary.known().rank);
    rank.is_none_or(|rank| vocabulary.ranks_of(Some(role)).contains(rank))
}

/// Every test of the policy, those inside others included.
fn tests(policy: &Policy) -> Vec<&Test> {
    let of_clauses = policy.clauses.iter().flat_map(|clause| &clause.conditions);
    let of_bonuses = policy.bonuses.iter().flat_map(|bonus| &bonus.conditions);
    let mut found: Vec<&Test> = of_clauses.chain(of_bonuses).map(|condition| &condition.test).collect();
    found.extend(policy.bars.iter().map(|bar| &bar.when));
    let mut next = 0;
    while let Some(test) = found.get(next).copied() {
        if let Test::Any(inside) = test {
            found.extend(inside);
        }
        next += 1;
    }
    found
}

fn ranges(policy: &Policy, fact: FactId) -> Vec<Range> {
    let asked = |test: &Test| match test {
        Test::InRange(asked, range) if *asked == fact => Some(*range),
        _ => None,
    };
    tests(policy).into_iter().filter_map(asked).collect()
}

/// The numbers from `least` on at which a range begins, and those before; each stretch between has one of them.
fn numbers(least: i64, ranges: &[Range]) -> Vec<i64> {
    let edges = ranges.iter().flat_map(|range| [Some(range.from), range.to.map(|to| to.saturating_add(1))]);
    let mut numbers: Vec<i64> = edges.flatten().flat_map(|edge| [edge.saturating_sub(1), edge]).collect();
    numbers.push(least);
    numbers.retain(|number| *number >= least);
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Ranks that the role leaves open, and the local ranks where the policy divides by them.
fn ranks(vocabulary: &Vocabulary, policy: &Policy, row: &Facts) -> Vec<i64> {
    let known = vocabulary.known();
    let mut ranges = ranges(policy, known.rank);
    ranges.extend(policy.roles.iter().filter_map(|rule| rule.by_rank.as_ref()).flatten().map(|(_, range)| *range));
    let parts = policy.clauses.iter().filter_map(|clause| clause.share.as_ref()).flat_map(|share| &share.parts);
    ranges.extend(parts.flat_map(|part| [Some(part.place), part.none_in, part.divided_among]).flatten());
    let tests = tests(policy);
    let above = tests.iter().filter_map(|test| match test {
        Test::FirstAbove(above) => Some(Range { from: i64::MIN, to: Some(*above) }),
        _ => None,
    });
    ranges.extend(above);
    let of_role = vocabulary.ranks_of(row.code(known.role));
    ranges.push(of_role);
    let reads_local = policy.clauses.iter().any(|clause| clause.share.is_some())
        || tests.iter().any(|test| matches!(test, Test::FirstAbove(_)));
    let local: &[i64] = match row.get(known.local_ranks) {
        Some(Value::Integers(local)) if reads_local => local,
        _ => &[],
    };
    let listed: Vec<i64> = local.iter().copied().filter(|rank| of_role.contains(*rank)).collect();
    if !listed.is_empty() {
        return listed;
    }
    let mut ranks = numbers(vocabulary.fact(known.rank).min, &ranges);
    ranks.retain(|rank| of_role.contains(*rank));
    ranks
}

/// The first place after all that shares of the policy tell apart, and after all that a condition passes over.
pub fn last_place(policy: &Policy) -> i64 {
    let parts = policy.clauses.iter().filter_map(|clause| clause.share.as_ref()).flat_map(|share| &share.parts);
    let ranges = parts.flat_map(|part| [Some(part.place), part.none_in, part.divided_among]).flatten();
    let above = tests(policy).into_iter().filter_map(|test| match test {
        Test::FirstAbove(above) => Some(*above),
        _ => None,
    });
    let edges = ranges.map(|range| range.to.unwrap_or(range.from)).chain(above);
    edges.max().unwrap_or(1).max(1).saturating_add(1)
}

/// Every set of places up to `last` that the own rank is among.
fn local_ranks(last: i64, own: Option<i64>) -> Vec<Value> {
    let last = last.min(MOST_PLACES);
    let sets = (0..1_u32 << last).map(|bits| {
        let mut set: Vec<i64> = (1..=last).filter(|rank| bits >> (rank - 1) & 1 == 1).collect();
        set.extend(own.filter(|own| !set.contains(own)));
        set.sort_unstable();
        set
    });
    let mut sets: Vec<Vec<i64>> = sets.filter(|set| !set.is_empty()).collect();
    sets.sort_unstable();
    sets.dedup();
    sets.into_iter().map(|set| Value::Integers(set.into())).collect()
}

/// The edges of every window on `fact`, the last day that counts, and the days beside them.
fn days(policy: &Policy, (year, day): (i16, Date), fact: FactId) -> Vec<Date> {
    let mut first_days = vec![day.saturating_add(1.day())];
    for test in tests(policy) {
        turns(policy, test, fact, (year, day), &mut first_days);
    }
    let mut days: Vec<Date> = first_days.into_iter().flat_map(|first| [first.saturating_sub(1.day()), first]).collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// An amount of `fact` that reaches every maximum; where a share of it is paid without one, nothing says how much.
fn plenty(policy: &Policy, fact: FactId) -> Option<Money> {
    let lines = policy.clauses.iter().flat_map(|clause| &clause.amounts);
    let unbounded = lines
        .map(|line| &line.amount)
        .any(|amount| matches!(amount, Amount::OfFact { fact: of, at_most: None, .. } if *of == fact));
    // More than any cell may say: what it does not exceed is no limit.
    (!unbounded).then_some(Money::LARGEST_INPUT)
}

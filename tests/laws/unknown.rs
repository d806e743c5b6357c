//! Unknown facts: learning one never leads above what was called possible, and never takes away what depended on
//! nothing unknown (contract sections 3.3, 3.4 and 3.9).
//!
//! These are laws of single rows: with several, `potential_total` takes each item's own dearest outcome, which is not
//! the optimum over joint outcomes. They are laws of the shipped policies, whose readings assume what is favourable,
//! and hold for facts that do not contradict each other: a rank that the role can have and that is among the local
//! ranks, a day of publication before that of taking effect. Blanks that are taken in the unfavourable sense may lift
//! the potential when filled in: `quantity`, which is then 1, facts of which a policy says that unknown means refused,
//! and a cost of which a share is paid without a maximum.

use std::collections::BTreeSet;

use biaobu::engine::alternatives::Alternatives;
use biaobu::engine::result::{Assumed, Missing, PolicyResult, Says, Status};
use biaobu::engine::{self, Application};
use biaobu::facts::{Facts, Value};
use biaobu::money::Money;
use biaobu::policy::model::{Amount, AmountLine, Test, Unknown};
use biaobu::vocabulary::{FactId, FactType, Of, ValueId};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::rows::{self, Case};
use crate::support::{cases, evaluate, fact, vocabulary};

/// What a case comes to.
fn run(case: &Case) -> PolicyResult {
    evaluate(case.policy, &case.applicant, &case.application)
}

fn row(case: &Case) -> &Facts {
    &case.applicant.achievements[0].facts
}

/// The case with one more fact of its row or of its unit.
fn filled(case: &Case, id: FactId, value: Value) -> Case {
    let mut case = case.clone();
    match vocabulary().fact(id).of {
        Of::Achievement => case.applicant.achievements[0].facts.set(id, value),
        Of::Applicant => case.applicant.facts.set(id, value),
    }
    case
}

/// Facts of the row and of the unit that are blank, or leave several values open.
fn blanks(case: &Case) -> Vec<FactId> {
    let known = vocabulary().known();
    let name_only = [known.id, known.applicant, known.code, known.flags];
    let open = |id: FactId, of: Of| {
        let facts = if of == Of::Achievement { row(case) } else { &case.applicant.facts };
        facts.get(id).is_none_or(|value| matches!(value, Value::OneOf(_)))
    };
    let facts = vocabulary().facts().filter(|(id, fact)| !name_only.contains(id) && open(*id, fact.of));
    facts.map(|(id, _)| id).collect()
}

/// Values that a blank fact may turn out to have, given the others.
fn values(case: &Case, id: FactId) -> Vec<Value> {
    all_values(case, id).into_iter().filter(|value| agrees(case, id, value)).collect()
}

fn all_values(case: &Case, id: FactId) -> Vec<Value> {
    let fact = vocabulary().fact(id);
    let kind = row(case).code(vocabulary().known().kind);
    match fact.kind {
        FactType::Enum => match row(case).get(id) {
            Some(Value::OneOf(open)) => open.iter().map(|value| Value::Code(*value)).collect(),
            _ => vocabulary().values_for(id, kind).map(Value::Code).collect(),
        },
        FactType::Integer => (fact.min.max(1)..=7).map(Value::Integer).collect(),
        FactType::Integers => [&[1][..], &[2], &[1, 2], &[2, 3], &[1, 3, 5], &[2, 3, 4, 5], &[6], &[1, 6, 7]]
            .into_iter()
            .map(|ranks| Value::Integers(ranks.into()))
            .collect(),
        FactType::Date => days(case).into_iter().map(Value::Date).collect(),
        FactType::Money => {
            [0, 1, 9_999_999, 35_000_000, 1_000_000_000].map(|fen| Value::Money(Money::from_fen(fen))).into()
        }
        FactType::Boolean => [true, false].map(Value::Bool).into(),
        FactType::Text if id == vocabulary().known().region => {
            vec![Value::Text(case.policy.region[0].as_str().into()), Value::Text("昆明市".into())]
        }
        FactType::Text => vec![Value::Text("甲".into())],
        FactType::Flags => Vec::new(),
    }
}

/// The edges of windows, and a day amid each of the last years.
fn days(case: &Case) -> Vec<Date> {
    let year = case.application.year;
    let on = case.application.on.or_else(|| case.policy.application_date(year)).unwrap_or(date(year, 12, 31));
    let mut days = vec![on, on.saturating_add(1.days()), case.policy.from, case.policy.from.saturating_sub(1.days())];
    for back in 0..=6i16 {
        days.extend([date(year - back, 1, 1), date(year - back, 6, 15), date(year - back, 12, 31)]);
        days.push(on.saturating_sub(i64::from(back).years()));
    }
    days
}

/// True if role, rank and local ranks can all be so, and the standard was published before it took effect.
fn agrees(case: &Case, id: FactId, value: &Value) -> bool {
    let known = vocabulary().known();
    let mut facts = row(case).clone();
    facts.set(id, value.clone());
    let role = vocabulary().ranks_of(facts.code(known.role));
    let (published, implemented) = (facts.date(known.date), facts.date(fact("implemented")));
    if let (Value::Date(_), Some(published), Some(implemented)) = (value, published, implemented)
        && published > implemented
    {
        return false;
    }
    let local = match facts.get(known.local_ranks) {
        Some(Value::Integers(local)) => Some(local),
        _ => None,
    };
    match (facts.integer(known.rank), local) {
        (Some(rank), local) => role.contains(rank) && local.is_none_or(|local| local.contains(&rank)),
        (None, Some(local)) => local.iter().any(|rank| role.contains(*rank)),
        (None, None) => true,
    }
}

/// True for a fact that may lift the potential when it is filled in.
fn may_lift(case: &Case, id: FactId) -> bool {
    let clauses = &case.policy.clauses;
    let mut refused = BTreeSet::new();
    let conditions = clauses.iter().flat_map(|clause| &clause.conditions);
    for condition in conditions.filter(|condition| condition.unknown == Unknown::Refused) {
        facts_of(&condition.test, &mut refused);
    }
    id == vocabulary().known().quantity || refused.contains(&id) || unbounded(case, id)
}

/// Everything that a result names as unknown or taken for granted; lead and participate go by either of two facts.
fn named(case: &Case, result: &PolicyResult) -> BTreeSet<FactId> {
    let known = vocabulary().known();
    let mut named = BTreeSet::new();
    let item = &result.items[0];
    for missing in &item.missing {
        if let Missing::Fact(id) = missing {
            named.insert(*id);
        }
    }
    for assumption in item.assumptions.iter().chain(&result.assumptions) {
        match &assumption.what {
            Assumed::Condition(test) => facts_of(test, &mut named),
            Assumed::Default(id, _) => named.extend([*id]),
            Assumed::Region | Assumed::AsIfRegistered => named.extend([known.region]),
            Assumed::Clean(bar) => facts_of(&case.policy.bars[*bar].when, &mut named),
            Assumed::OnlyLocalUnit => named.extend([known.local_ranks]),
            Assumed::NoPriorMoney => named.extend([known.prior_amount, known.prior_source]),
            Assumed::Stated(_) | Assumed::NotApplied { .. } => {}
        }
    }
    if named.contains(&known.rank) || named.contains(&known.role) {
        named.extend([known.rank, known.role]);
    }
    named
}

fn facts_of(test: &Test, named: &mut BTreeSet<FactId>) {
    match test {
        Test::OneOf(id, _) | Test::NoneOf(id, _) | Test::Is(id, _) | Test::InRange(id, _) | Test::Within(id, _) => {
            named.insert(*id);
        }
        Test::FirstAbove(_) => named.extend([vocabulary().known().rank, vocabulary().known().local_ranks]),
        Test::Any(tests) => tests.iter().for_each(|test| facts_of(test, named)),
    }
}

proptest! {
    #![proptest_config(cases(350))]

    /// Whatever any one blank turns out to be, the row is paid no more than was possible, and no more becomes possible.
    #[test]
    fn no_fact_leads_above_the_potential(case in rows::portfolio(5)) {
        for case in one_by_one(&case) {
            let before = run(&case).potential_total;
            for id in blanks(&case).into_iter().filter(|id| !may_lift(&case, *id)) {
                for value in values(&case, id) {
                    let after = run(&filled(&case, id, value.clone())).potential_total;
                    let name = &vocabulary().fact(id).id;
                    prop_assert!(after <= before, "{name} = {value:?}: {before} possible, then {after}\n{case:?}");
                }
            }
        }
    }

    /// The same while one blank after another is filled in, down to the last.
    #[test]
    fn the_potential_only_falls_as_facts_come_in(case in rows::portfolio(1), turns in vec(any::<(Index, Index)>(), 60)) {
        let mut case = case;
        let mut possible = run(&case).potential_total;
        for (which, what) in turns {
            let open: Vec<FactId> = blanks(&case)
                .into_iter()
                .filter(|id| !may_lift(&case, *id) && !values(&case, *id).is_empty())
                .collect();
            if open.is_empty() {
                break;
            }
            let id = *which.get(&open);
            case = filled(&case, id, what.get(&values(&case, id)).clone());
            let result = run(&case);
            let now = result.potential_total;
            let name = &vocabulary().fact(id).id;
            prop_assert!(now <= possible, "{name}: {possible} possible, then {now}\n{case:?}");
            possible = now;
        }
    }

    /// A blank that selects a clause is worth the best of its values: what is possible is the greatest of what is
    /// possible with each. A blank that means one value is worth that value.
    #[test]
    fn a_blank_selecting_fact_is_worth_its_best_value(case in rows::portfolio(1)) {
        let before = run(&case);
        let known = vocabulary().known();
        let kind = row(&case).code(known.kind);
        for id in blanks(&case).into_iter().filter(|id| vocabulary().fact(*id).selects) {
            // Foshan goes by the role whatever the rank, so that all roles are open.
            let values = all_values(&case, id);
            // Local ranks rule out roles, but only a policy that splits by them reads them.
            let ruled_out = id == known.role && row(&case).get(known.local_ranks).is_some();
            if values.is_empty() || ruled_out {
                continue;
            }
            let name = &vocabulary().fact(id).id;
            let potential = |value: &Value| run(&filled(&case, id, value.clone())).potential_total;
            match default_of(&case, kind, id) {
                Some(value) => prop_assert_eq!(potential(&Value::Code(value)), before.potential_total, "{}", name),
                None => {
                    let best = values.iter().map(potential).max();
                    prop_assert_eq!(best, Some(before.potential_total), "{}", name);
                }
            }
        }
    }

    /// What is paid without naming a fact, as missing or as assumed, does not depend on it.
    #[test]
    fn what_is_paid_stands_on_what_is_named(case in rows::portfolio(6)) {
        let quantity = vocabulary().known().quantity;
        for case in one_by_one(&case) {
            let before = run(&case);
            if !matches!(before.items[0].status, Status::Awarded | Status::Reduced) {
                continue;
            }
            let named = named(&case, &before);
            for id in blanks(&case).into_iter().filter(|id| !named.contains(id) && *id != quantity) {
                for value in values(&case, id) {
                    let after = run(&filled(&case, id, value.clone()));
                    let name = &vocabulary().fact(id).id;
                    prop_assert_eq!(after.total, before.total, "{} = {:?}\n{:?}", name, value, &case);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(120))]

    /// The values that the engine tries for a blank go as far as any value does, up and down.
    #[test]
    fn the_alternatives_of_a_blank_are_all_there_is_to_it(case in rows::portfolio(4)) {
        for case in one_by_one(&case) {
            let alternatives = Alternatives::new(vocabulary(), case.policy, &case.application);
            for id in blanks(&case) {
                let tried = alternatives.of(row(&case), &case.applicant.facts, id);
                let total = |value: &Value| run(&filled(&case, id, value.clone())).total;
                let least = tried.iter().map(total).min();
                let most = tried.iter().map(total).max();
                let name = &vocabulary().fact(id).id;
                let text = vocabulary().fact(id).kind == FactType::Text;
                let open_end = unbounded(&case, id) || id == vocabulary().known().quantity;
                for value in values(&case, id).into_iter().filter(|_| !text && !open_end) {
                    let got = Some(total(&value));
                    prop_assert!(alternatives.day().is_none() || (least <= got && got <= most),
                        "{name} = {value:?}: {got:?} is not within {least:?} to {most:?} of {tried:?}\n{case:?}");
                }
            }
        }
    }

    /// What is said to settle a row does, whatever it says; and no single fact does where two are named.
    #[test]
    fn what_settles_a_row_settles_it(case in rows::portfolio(4), turns in vec(any::<Index>(), 24)) {
        for case in one_by_one(&case) {
            let set = run(&case).items.remove(0).settled_by;
            if set.is_empty() {
                prop_assert!(open_facts(&case).is_empty(), "{:?} settle nothing\n{case:?}", open_facts(&case));
                continue;
            }
            for turn in turns.chunks(set.len()) {
                let mut settled = case.clone();
                let mut known = 0;
                for (id, which) in set.iter().zip(turn) {
                    let values = values(&settled, *id);
                    // Facts that contradict each other leave no value.
                    if !values.is_empty() {
                        settled = filled(&settled, *id, which.get(&values).clone());
                        known += 1;
                    }
                }
                if known == set.len() {
                    prop_assert!(open_facts(&settled).is_empty(), "{set:?} leave {:?}\n{settled:?}", open_facts(&settled));
                }
            }
            for id in blanks(&case).into_iter().filter(|_| set.len() > 1) {
                let values = all_values(&case, id);
                let settles = !values.is_empty()
                    && values.iter().all(|value| open_facts(&filled(&case, id, value.clone())).is_empty());
                prop_assert!(!settles, "{id:?} alone settles it, not {set:?}\n{case:?}");
            }
        }
    }

    /// Whatever missing facts turn out to be, of whichever rows: every item stays within its interval, and the total
    /// does not fall below what is certain. In a run over years too.
    #[test]
    fn intervals_hold_whatever_comes_in(case in rows::portfolio(6), years in 1..=3i16, turns in vec(any::<[Index; 3]>(), 6)) {
        let run = |case: &Case| {
            let years = (0..years).map(|year| case.application.year + year);
            let applications = Application { on: None, ..case.application.clone() }.in_years(years);
            engine::run(vocabulary(), case.policy, &case.applicant, &applications)
        };
        let before = run(&case);
        let mut case = case;
        for [which, fact, value] in turns {
            let open: Vec<(usize, Vec<FactId>)> = run(&case).iter().flat_map(|result| &result.items).enumerate()
                .map(|(place, item)| (place % case.applicant.achievements.len().max(1), open(&item.missing)))
                .filter(|(_, open)| !open.is_empty()).collect();
            if open.is_empty() {
                break;
            }
            let (row, facts) = which.get(&open);
            let id = *fact.get(facts);
            let mut alone = case.clone();
            alone.applicant.achievements = vec![case.applicant.achievements[*row].clone()];
            let values = values(&alone, id);
            if values.is_empty() || unbounded(&case, id) {
                continue;
            }
            match vocabulary().fact(id).of {
                Of::Achievement => case.applicant.achievements[*row].facts.set(id, value.get(&values).clone()),
                Of::Applicant => case.applicant.facts.set(id, value.get(&values).clone()),
            }
            for (before, after) in before.iter().zip(&run(&case)) {
                prop_assert!(before.answer.from <= after.total, "{} {:?} {}\n{case:?}", before.year, before.answer, after.total);
                for (index, (before, after)) in before.items.iter().zip(&after.items).enumerate() {
                    let within = before.answer.from <= after.amount && after.amount <= before.answer.to;
                    prop_assert!(within, "row {index}: {:?} {:?} {}\n{case:?}", before.answer, before.exposed, after.amount);
                }
            }
        }
    }

    /// The interval holds the total, from what is certain to what is possible.
    #[test]
    fn intervals_hold_what_is_paid(case in rows::portfolio(6)) {
        let result = run(&case);
        prop_assert!(result.answer.from <= result.total && result.answer.to == result.potential_total);
        prop_assert!(result.items.iter().map(|item| item.answer.from).sum::<Money>() <= result.answer.from);
        prop_assert!(result.answer.from <= result.fixed_total);
        for item in &result.items {
            prop_assert!(item.answer.from <= item.amount && item.amount <= item.answer.to, "{item:?}");
            prop_assert_eq!(item.settled_by.is_empty(), open(&item.missing).is_empty(), "{:?}", item);
            prop_assert!(item.answer.says != Says::Certain || item.missing.is_empty(), "{:?}", item);
        }
    }
}

/// True if a share of the fact is paid without a maximum.
fn unbounded(case: &Case, id: FactId) -> bool {
    let unbounded = |line: &AmountLine| matches!(line.amount, Amount::OfFact { fact, at_most: None, .. } if fact == id);
    case.policy.clauses.iter().flat_map(|clause| &clause.amounts).any(unbounded)
}

/// The unknown facts that a row's item names.
fn open_facts(case: &Case) -> Vec<FactId> {
    open(&run(case).items[0].missing)
}

fn open(missing: &[Missing]) -> Vec<FactId> {
    let facts = missing.iter().filter_map(|missing| match missing {
        Missing::Fact(id) => Some(*id),
        Missing::Clause => None,
    });
    facts.collect()
}

/// Each row as if the unit had no other.
fn one_by_one(case: &Case) -> impl Iterator<Item = Case> + '_ {
    case.applicant.achievements.iter().map(|achievement| {
        let mut alone = case.clone();
        alone.applicant.achievements = vec![achievement.clone()];
        alone
    })
}

/// What the policy, or the vocabulary, takes a blank as; none where that hangs on a fact that is blank as well.
fn default_of(case: &Case, kind: Option<ValueId>, id: FactId) -> Option<ValueId> {
    let facts = row(case);
    if facts.get(id).is_some() {
        return None;
    }
    let holds =
        |(asked, values): &(FactId, Vec<ValueId>)| facts.code(*asked).is_some_and(|code| values.contains(&code));
    let by_policy = case.policy.defaults.iter().find(|rule| rule.fact == id && rule.selects.0.iter().all(holds));
    by_policy.map(|rule| rule.value).or_else(|| vocabulary().default_of(kind?, id))
}

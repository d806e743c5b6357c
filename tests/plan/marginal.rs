//! What one more achievement brings: the auditor's way, by two files and two estimates.

use std::collections::BTreeSet;

use biaobu::analysis::plan::{Obstacle, cells};
use biaobu::engine::Application;
use biaobu::facts::{Achievement, Applicant, Facts, Value};
use biaobu::input::{self, Options, Source};
use biaobu::money::Money;
use biaobu::policy::Policy;
use biaobu::policy::model::{Amount, Test};
use biaobu::vocabulary::{FactId, FactType, Of, ValueId};
use jiff::ToSpan;
use jiff::civil::Date;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::rows::Case;
use crate::support::{cases, fact, shipped, vocabulary};
use crate::{case, planned, total};

/// Rows as an achievements file, read by the ordinary reader.
fn read(unit: &Applicant, rows: &[Vec<(String, String)>]) -> Applicant {
    let headers: BTreeSet<&str> = rows.iter().flatten().map(|(header, _)| header.as_str()).collect();
    let mut file = headers.iter().copied().collect::<Vec<_>>().join(",");
    file.push('\n');
    for row in rows {
        let cell = |header: &&str| row.iter().find(|(name, _)| name == header).map_or("", |(_, cell)| cell.as_str());
        file.push_str(&headers.iter().map(|header| format!("\"{}\"", cell(header))).collect::<Vec<_>>().join(","));
        file.push('\n');
    }
    let source = Source { name: "rows.csv".to_owned(), bytes: file.into_bytes() };
    let options = Options { applicant: Some("某单位".to_owned()), ..Options::default() };
    let portfolio = input::read_portfolio(vocabulary(), &[source], None, &options).expect("readable");
    assert_eq!(portfolio.invalid.len(), 0, "{:?}", portfolio.invalid);
    let achievements = portfolio.applicants.into_iter().flat_map(|unit| unit.achievements).collect();
    Applicant { name: unit.name.clone(), facts: unit.facts.clone(), achievements }
}

fn rows_of(case: &Case) -> Vec<Vec<(String, String)>> {
    case.applicant.achievements.iter().map(|row| cells(vocabulary(), &row.facts)).collect()
}

fn with(unit: &Applicant, row: Facts) -> Applicant {
    let mut unit = unit.clone();
    unit.achievements.push(Achievement { id: "more".to_owned(), facts: row, ..Achievement::default() });
    unit
}

proptest! {
    #![proptest_config(cases(30))]

    /// For every kind and level and clause, and whatever else the company has: the marginal value of a line is the
    /// total of the file with its row less the total of the file without it.
    #[test]
    fn a_marginal_value_is_the_difference_of_two_estimates(case in case(0..9)) {
        let policies = [case.policy];
        let rows = rows_of(&case);
        let without = match rows.is_empty() {
            true => case.applicant.clone(),
            false => read(&case.applicant, &rows),
        };
        let plan = planned(&policies, &without, &case.application);
        let now = total(&policies, &without, &case.application);
        prop_assert_eq!(plan.total, now);
        for line in &plan.policies[0].lines {
            let mut more = rows.clone();
            more.push(cells(vocabulary(), &line.specimen.facts));
            let then = total(&policies, &read(&case.applicant, &more), &case.application);
            prop_assert_eq!(line.marginal, then - now, "{:?}\n{:?}", more.last(), &case);
        }
    }

    /// The same where two policies look at each other's money.
    #[test]
    fn a_marginal_value_counts_all_policies(case in case(0..5), others in prop::collection::vec(any::<Index>(), 1..3)) {
        let mut policies = vec![case.policy];
        for other in others {
            let other = other.get(shipped());
            if policies.iter().all(|known| known.id != other.id) {
                policies.push(other);
            }
        }
        let plan = planned(&policies, &case.applicant, &case.application);
        for (index, of) in plan.policies.iter().enumerate() {
            prop_assert_eq!(of.policy.id.as_str(), policies[index].id.as_str());
            for line in &of.lines {
                let then = total(&policies, &with(&case.applicant, line.specimen.facts.clone()), &case.application);
                prop_assert_eq!(line.marginal, then - plan.total, "{:?}", line.specimen);
            }
        }
    }
}

/// Every clause of the ten policies has a specimen that it pays; only where the text names no figure there is none.
#[test]
fn every_clause_that_names_a_figure_has_a_row_that_it_pays() {
    let unit = Applicant::default();
    for policy in shipped() {
        let application = Application { year: 2022, ..Application::default() };
        let policies = [policy];
        let plan = planned(&policies, &unit, &application);
        for (index, clause) in policy.clauses.iter().enumerate() {
            for line in &clause.amounts {
                let of_line = plan.policies[0].lines.iter().filter(|found| {
                    let facts = &found.specimen.facts;
                    found.specimen.clause == index
                        && clause.by.iter().zip(&line.key).all(|(fact, value)| facts.code(*fact) == Some(*value))
                });
                let wanted = matches!(line.amount, Amount::CaseByCase { .. }).then_some(Obstacle::NoFigure);
                let obstacles: Vec<Option<Obstacle>> = of_line.map(|found| found.obstacle).collect();
                assert!(!obstacles.is_empty(), "{} {}", policy.id, clause.id);
                assert!(obstacles.iter().all(|found| *found == wanted), "{} {}: {obstacles:?}", policy.id, clause.id);
            }
        }
    }
}

// ---------------------------------------------------------------------- nothing better was overlooked

/// Rows of one kind and level in every combination of what clauses for the kind look at: one of a quantity, without
/// money received before, project or series, and without the flags that only add to a clause's amount.
struct Rows<'a> {
    policy: &'a Policy,
    choices: Vec<(FactId, Vec<Option<Value>>)>,
}

impl Rows<'_> {
    fn new(policy: &Policy, kind: ValueId, day: Date, year: i16) -> Rows<'_> {
        let known = vocabulary().known();
        let of_kind = |values: Option<&[ValueId]>| values.is_none_or(|values| values.contains(&kind));
        let clauses: Vec<_> = policy.clauses.iter().filter(|c| of_kind(c.selects.values(known.kind))).collect();
        let mut facts: BTreeSet<FactId> = BTreeSet::new();
        for clause in &clauses {
            facts.extend(clause.selects.0.iter().map(|(fact, _)| *fact));
            facts.extend(&clause.by);
            facts.extend(clause.conditions.iter().flat_map(|condition| condition.test.facts(known)));
            facts.extend(clause.share.iter().flat_map(|_| [known.rank, known.local_ranks]));
            facts.extend(clause.amounts.iter().filter_map(|line| match line.amount {
                Amount::OfFact { fact, .. } => Some(fact),
                _ => None,
            }));
        }
        facts.extend([known.date, known.rank]);
        facts.retain(|id| vocabulary().fact(*id).of == Of::Achievement && *id != known.kind && *id != fact("level"));
        let date = |year: i16, month: i8, day: i8| Date::new(year, month, day).expect("a day");
        let mut days = vec![day, date(year - 1, 12, 31), date(year - 1, 9, 30), policy.from];
        days.extend((1..=5i64).map(|years| day.saturating_sub(years.years())));
        let choices = facts.into_iter().map(|id| {
            let values: Vec<Value> = match vocabulary().fact(id).kind {
                FactType::Enum => vocabulary().values_for(id, Some(kind)).map(Value::Code).collect(),
                FactType::Boolean => vec![Value::Bool(true), Value::Bool(false)],
                FactType::Integer => (1..=12).map(Value::Integer).collect(),
                FactType::Integers => {
                    [&[1i64][..], &[1, 2], &[2], &[2, 3], &[1, 6]].map(|r| Value::Integers(r.into())).to_vec()
                }
                FactType::Date => days.iter().copied().map(Value::Date).collect(),
                FactType::Money => [0, 1, 1_000_000, 50_000_000, 100_000_000_000]
                    .map(|fen| Value::Money(Money::from_fen(fen)))
                    .to_vec(),
                FactType::Text | FactType::Flags => Vec::new(),
            };
            (id, values.into_iter().map(Some).chain([None]).collect::<Vec<_>>())
        });
        Rows { policy, choices: choices.collect() }
    }

    /// One of them: `turns` says which.
    fn draw(&self, kind: ValueId, level: ValueId, mut turn: impl FnMut(usize) -> usize) -> Facts {
        let known = vocabulary().known();
        let mut facts = Facts::none();
        facts.set(known.kind, Value::Code(kind));
        facts.set(fact("level"), Value::Code(level));
        // Most draws aim at a clause: what it asks for is filled in, the rest by lot.
        let clauses: Vec<_> = self.policy.clauses.iter().collect();
        let aim = clauses[turn(clauses.len())];
        let aimed = turn(4) > 0;
        for (id, values) in &self.choices {
            let selected = aim.selects.values(*id).map(<[ValueId]>::to_vec).or_else(|| {
                let place = aim.by.iter().position(|by| by == id)?;
                Some(aim.amounts.iter().map(|line| line.key[place]).collect())
            });
            let asked = aim.conditions.iter().find_map(|condition| match &condition.test {
                Test::Is(of, wanted) if of == id => Some(Value::Bool(*wanted)),
                Test::OneOf(of, values) if of == id => Some(Value::Code(values[0])),
                _ => None,
            });
            let value = match (selected, asked) {
                (Some(selected), _) if aimed => {
                    let fits = |value: &ValueId| vocabulary().values_for(*id, Some(kind)).any(|known| known == *value);
                    let selected: Vec<ValueId> = selected.into_iter().filter(fits).collect();
                    if selected.is_empty() { None } else { Some(Value::Code(selected[turn(selected.len())])) }
                }
                (None, Some(asked)) if aimed => Some(asked),
                _ => values[turn(values.len())].clone(),
            };
            if let Some(value) = value {
                facts.set(*id, value);
            }
        }
        facts
    }
}

proptest! {
    #![proptest_config(cases(25))]

    /// The best of a kind and level is attained by a row of that kind and level, and no other row brings more.
    #[test]
    fn the_best_of_a_kind_and_level_is_the_best_there_is(
        case in case(0..6),
        turns in prop::collection::vec(any::<Index>(), 1024),
    ) {
        let policies = [case.policy];
        let plan = planned(&policies, &case.applicant, &case.application);
        let of = &plan.policies[0];
        let Some(day) = of.result.on.filter(|_| !of.best.is_empty()) else { return Ok(()) };
        let known = vocabulary().known();
        let mut turns = turns.iter().cycle();
        let mut turn = |size: usize| turns.next().expect("endless").index(size);
        for best in &of.best {
            let of_level = of.lines.iter().filter(|line| {
                let facts = &line.specimen.facts;
                facts.code(known.kind) == Some(best.kind) && facts.code(fact("level")).is_none_or(|own| own == best.level)
            });
            let attained = of_level.map(|line| {
                let mut row = line.specimen.facts.clone();
                row.set(fact("level"), Value::Code(best.level));
                total(&policies, &with(&case.applicant, row), &case.application) - plan.total
            });
            prop_assert_eq!(attained.max(), best.marginal, "{:?}\n{:?}", best, &case);
            let rows = Rows::new(case.policy, best.kind, day, case.application.year);
            for _ in 0..25 {
                let row = rows.draw(best.kind, best.level, &mut turn);
                let text = cells(vocabulary(), &row);
                let brings = total(&policies, &with(&case.applicant, row), &case.application) - plan.total;
                prop_assert!(brings <= best.marginal.unwrap_or(Money::ZERO), "{text:?} brings {brings}, best {best:?}\n{case:?}");
            }
        }
    }
}

//! What order changes nothing: of columns, of applicants, of runs; and what the order of rows may change (contract
//! section 3, "Results never depend on").

use std::collections::BTreeMap;

use biaobu::engine::Application;
use biaobu::engine::result::{Op, PolicyResult, Status};
use biaobu::facts::{Achievement, Applicant, Facts, Value};
use biaobu::input::{self, Options, Source};
use biaobu::money::Money;
use biaobu::policy::Policy;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::rows::{self, Asked, Case, Seed, Unit, cells};
use crate::support::{cases, evaluate, fact, policy, shipped, value, vocabulary};

// ---------------------------------------------------------------------- rows of one unit

/// The case with its rows in another order.
fn reordered(case: &Case, order: &[u32]) -> Case {
    let mut numbered: Vec<(u32, Achievement)> =
        order.iter().copied().zip(case.applicant.achievements.iter().cloned()).collect();
    numbered.sort_by_key(|(place, _)| *place);
    let mut case = case.clone();
    case.applicant.achievements = numbered.into_iter().map(|(_, achievement)| achievement).collect();
    case
}

fn without(facts: &Facts, names: &[&str]) -> Facts {
    let mut kept = Facts::none();
    for (id, value) in facts.iter().filter(|(id, _)| !names.iter().any(|name| fact(name) == *id)) {
        kept.set(id, value.clone());
    }
    kept
}

/// What an item is worth to step 6: after the clause's own limits and prior money.
fn before_merging(result: &PolicyResult, index: usize) -> Money {
    let later = |op: &Op| matches!(op, Op::Duplicate(_) | Op::NotSelected(_) | Op::Cap(..));
    let item = &result.items[index];
    item.steps.iter().rfind(|step| !later(&step.op)).map_or(Money::ZERO, |step| step.amount)
}

proptest! {
    #![proptest_config(cases(300))]

    /// Where no rows count as one, neither total depends on the order of rows: the set is the optimum, and a cap
    /// leaves the same sum whichever item it cuts.
    #[test]
    fn rows_that_do_not_merge_may_stand_in_any_order(case in rows::portfolio(2..9), order in vec(any::<u32>(), 9)) {
        let mut case = case;
        for achievement in &mut case.applicant.achievements {
            achievement.facts = without(&achievement.facts, &["series", "project"]);
        }
        let before = evaluate(case.policy, &case.applicant, &case.application);
        let other = reordered(&case, &order);
        let after = evaluate(other.policy, &other.applicant, &other.application);
        prop_assert_eq!(before.total, after.total);
        prop_assert_eq!(before.potential_total, after.potential_total);
    }

    /// Where rows count as one, a tie goes to the earlier row (contract section 3.6). Rows that tie and are alike in
    /// clause and selecting facts are interchangeable; otherwise the row kept may stand in another class or raise a
    /// cap, and the total may change: see the next test.
    #[test]
    fn only_ties_between_unlike_duplicates_depend_on_the_order(
        case in rows::portfolio(2..9),
        order in vec(any::<u32>(), 9),
    ) {
        let before = evaluate(case.policy, &case.applicant, &case.application);
        let alike = |one: usize, other: usize| {
            let facts = |index: usize| &case.applicant.achievements[index].facts;
            before.items[one].clause == before.items[other].clause
                && vocabulary().selecting().all(|id| facts(one).get(id) == facts(other).get(id))
        };
        let mut unlike_ties = before.items.iter().enumerate().filter(|(index, item)| {
            item.same_as.is_some_and(|kept| {
                !alike(kept, *index) && before_merging(&before, kept) == before_merging(&before, *index)
            })
        });
        if unlike_ties.next().is_none() {
            let other = reordered(&case, &order);
            let after = evaluate(other.policy, &other.applicant, &other.application);
            prop_assert_eq!(before.total, after.total);
        }
    }
}

/// The one way in which the order of rows moves a total: two parts of a series, of equal amount after the real cost,
/// one an international standard, which raises the annual cap, one a national standard, which does not. The earlier
/// one counts.
#[test]
fn a_tie_between_duplicates_may_move_the_total() {
    let beijing = policy("beijing-2020");
    let row = |level: &str, cost: i128, series: Option<&str>| {
        let mut facts = Facts::none();
        for (name, code) in [("kind", "standard"), ("level", level), ("action", "formulate")] {
            facts.set(fact(name), Value::Code(value(fact(name), code)));
        }
        facts.set(fact("rank"), Value::Integer(1));
        facts.set(fact("date"), Value::Date(jiff::civil::date(2021, 6, 30)));
        facts.set(fact("cost"), Value::Money(Money::from_fen(cost * 1_000_000)));
        if let Some(series) = series {
            facts.set(fact("series"), Value::Text(series.into()));
        }
        Achievement { facts, ..Achievement::default() }
    };
    let total = |first: &str, second: &str| {
        let series = [row(first, 20, Some("S")), row(second, 20, Some("S"))];
        let others = [row("national", 90, None), row("national", 90, None)];
        let achievements = series.into_iter().chain(others).collect();
        let unit = Applicant { achievements, ..Applicant::default() };
        let application = Application { year: 2022, ..Application::default() };
        let result = evaluate(beijing, &unit, &application);
        assert_eq!(result.items[1].status, Status::Duplicate);
        result.total.in_wan()
    };
    assert_eq!(total("international", "national"), "80万元");
    assert_eq!(total("national", "international"), "50万元");
}

// ---------------------------------------------------------------------- files

/// Some units and their rows, as they would stand in one file.
#[derive(Clone, Debug)]
struct Files {
    policy: Index,
    asked: Asked,
    units: Vec<(Unit, Vec<Seed>)>,
    /// Where each row goes when applicants are mixed, and where each column goes.
    mixing: Vec<Index>,
    columns: Vec<u32>,
    chinese: bool,
}

fn files() -> impl Strategy<Value = Files> {
    (
        any::<Index>(),
        rows::asked(),
        vec((rows::unit(), rows::seeds(1..5)), 1..4),
        vec(any::<Index>(), 16),
        vec(any::<u32>(), 64),
        any::<bool>(),
    )
        .prop_map(|(policy, asked, units, mixing, columns, chinese)| Files {
            policy,
            asked,
            units,
            mixing,
            columns,
            chinese,
        })
}

type Cells = Vec<(String, String)>;

/// One CSV text of rows that need not have the same cells; columns in the order of `place`.
fn csv(rows: &[Cells], place: impl Fn(&str) -> u32, chinese: bool) -> Vec<u8> {
    let mut headers: Vec<&str> = Vec::new();
    for (header, _) in rows.iter().flatten() {
        if !headers.contains(&header.as_str()) {
            headers.push(header);
        }
    }
    headers.sort_by_key(|header| place(header));
    let mut writer = csv::Writer::from_writer(Vec::new());
    let shown = |header: &str| match vocabulary().find(header) {
        Some(id) if chinese => vocabulary().fact(id).zh.clone(),
        _ => header.to_owned(),
    };
    writer.write_record(headers.iter().map(|header| shown(header))).expect("memory takes every record");
    for row in rows {
        let cell = |header: &&str| row.iter().find(|(named, _)| named == header).map_or("", |(_, cell)| cell);
        writer.write_record(headers.iter().map(cell)).expect("memory takes every record");
    }
    writer.into_inner().expect("memory takes every record")
}

/// Reads the files and says for every applicant what it gets.
fn outcomes(
    policy: &Policy,
    application: &Application,
    achievements: Vec<u8>,
    units: Vec<u8>,
) -> BTreeMap<String, String> {
    let source = |name: &str, bytes| Source { name: name.to_owned(), bytes };
    let portfolio = input::read_portfolio(
        vocabulary(),
        &[source("achievements.csv", achievements)],
        Some(&source("applicants.csv", units)),
        &Options::default(),
    )
    .expect("the files can be read");
    assert_eq!(portfolio.invalid, []);
    let mut outcomes = BTreeMap::new();
    for applicant in &portfolio.applicants {
        let result = evaluate(policy, applicant, application);
        let ids: Vec<&str> = applicant.achievements.iter().map(|achievement| achievement.id.as_str()).collect();
        outcomes.insert(applicant.name.clone(), format!("{ids:?} {result:#?}"));
    }
    outcomes
}

proptest! {
    #![proptest_config(cases(80))]

    /// The order of columns, their language, the order of applicants and rows among each other, and one run per
    /// applicant instead of one for all: nothing changes for anyone.
    #[test]
    fn files_may_be_arranged_in_any_way(files in files()) {
        let policy = files.policy.get(shipped());
        let (application, _) = files.asked.build(policy);
        let mut units: Vec<Cells> = Vec::new();
        let mut rows: Vec<Vec<Cells>> = Vec::new();
        for (number, (unit, seeds)) in files.units.iter().enumerate() {
            let case = rows::build(policy, seeds, unit, &files.asked);
            let name = ("applicant".to_owned(), format!("单位{number}"));
            units.push([vec![name.clone()], cells(&case.applicant.facts)].concat());
            let of_unit = case.applicant.achievements.iter().map(|achievement| {
                let id = ("id".to_owned(), achievement.id.clone());
                [vec![name.clone(), id], cells(&achievement.facts)].concat()
            });
            rows.push(of_unit.collect());
        }
        let as_given = |_: &str| 0;
        let usual = outcomes(policy, &application, csv(&rows.concat(), as_given, false), csv(&units, as_given, false));
        prop_assert_eq!(usual.len(), files.units.len());

        // Columns, by a number drawn for the letters of their names.
        let place = |header: &str| files.columns[header.bytes().map(usize::from).sum::<usize>() % files.columns.len()];
        let columns = outcomes(
            policy,
            &application,
            csv(&rows.concat(), place, files.chinese),
            csv(&units, place, files.chinese),
        );
        prop_assert_eq!(&usual, &columns, "the columns");

        // Rows of all applicants mixed, each applicant's own in their order.
        let mut left: Vec<std::vec::IntoIter<Cells>> = rows.iter().map(|rows| rows.clone().into_iter()).collect();
        let mut mixed = Vec::new();
        let mut turns = files.mixing.iter().cycle();
        while left.iter().any(|rows| rows.len() > 0) {
            let turn = turns.next().map_or(0, |turn| turn.index(left.len()));
            let next = (0..left.len()).map(|step| (turn + step) % left.len()).find(|unit| left[*unit].len() > 0);
            mixed.extend(next.and_then(|unit| left[unit].next()));
        }
        let backwards: Vec<Cells> = units.iter().rev().cloned().collect();
        let applicants = outcomes(policy, &application, csv(&mixed, as_given, false), csv(&backwards, as_given, false));
        prop_assert_eq!(&usual, &applicants, "the applicants");

        let mut split = BTreeMap::new();
        for rows in &rows {
            split.extend(outcomes(policy, &application, csv(rows, as_given, false), csv(&units, as_given, false)));
        }
        prop_assert_eq!(&usual, &split, "the runs");
    }
}

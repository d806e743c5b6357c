//! Large units and large choices stay fast, in a debug build as well. The bounds are generous, so that a busy machine
//! does not break them; what they catch is work that explodes with the rows, the blanks or the choices.

use std::time::{Duration, Instant};

use biaobu::facts::Facts;

use crate::invented::{self, Cap, Invented, Limit, Per, Raise, Row};
use crate::rows::{self, Asked, Case, Unit};
use crate::support::{evaluate, fact, samples, shipped};

const LONGEST: Duration = Duration::from_secs(20);

fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let outcome = run();
    let taken = begun.elapsed();
    println!("{what}: {taken:.1?}");
    assert!(taken < LONGEST, "{what} took {taken:.1?}");
    outcome
}

/// One unit of 5,000 rows under each policy, units without bars, in a year in which all policies are in force.
fn large_units(change: impl Fn(&mut Facts)) -> Vec<Case> {
    let seeds = samples(&rows::seeds(5000), 1).concat();
    let (unit, asked) = (Unit::unknown(), Asked::usual());
    let mut cases: Vec<Case> = shipped().iter().map(|policy| rows::build(policy, &seeds, &unit, &asked)).collect();
    for achievement in cases.iter_mut().flat_map(|case| &mut case.applicant.achievements) {
        change(&mut achievement.facts);
    }
    cases
}

#[test]
fn a_unit_of_5000_rows_is_evaluated_in_seconds() {
    for case in large_units(|_| {}) {
        let result = timed(&case.policy.id, || evaluate(case.policy, &case.applicant, &case.application));
        assert_eq!(result.items.len(), 5000);
        assert!(!result.total.is_zero());
    }
}

/// The most open rows there are: nothing known but the kind and the date.
#[test]
fn a_unit_of_300_blank_rows_is_evaluated_in_seconds() {
    let kept = [fact("kind"), fact("date")];
    let only_kind = |facts: &mut Facts| {
        let mut blank = Facts::none();
        for (id, value) in facts.iter().filter(|(id, _)| kept.contains(id)) {
            blank.set(id, value.clone());
        }
        *facts = blank;
    };
    for mut case in large_units(only_kind) {
        case.applicant.achievements.truncate(300);
        let result = timed(&case.policy.id, || evaluate(case.policy, &case.applicant, &case.application));
        assert!(result.potential_total > result.total);
    }
}

/// Times the choice among 60 eligible rows, spread over clauses and levels.
fn choose_among_60(what: &str, invented: &Invented, levels: usize) {
    let clauses = invented.clauses.len();
    let row = |n: usize| Row {
        clause: n % clauses,
        fen: 100 + (n as i128 * 37) % 500,
        level: n / clauses % levels,
        action: 0,
        project: None,
    };
    let rows: Vec<Row> = (0..60).map(row).collect();
    let (policy, unit) = (invented.load(), invented::applicant(&rows));
    let result = timed(what, || evaluate(&policy, &unit, &invented::application()));
    assert!(!result.total.is_zero());
}

/// Limits by class, a limit of categories, and three nested caps, two of them raised.
#[test]
fn dozens_of_rows_under_limits_and_caps_are_chosen_in_seconds() {
    let invented = Invented {
        clauses: vec![0, 1, 2, 3, 0, 1],
        category_limit: Some(2),
        limits: vec![
            Limit { on: vec![0, 1, 2], at_most: 5, per: Per::Level },
            Limit { on: vec![3, 4, 5], at_most: 3, per: Per::Unit },
        ],
        caps: vec![
            Cap { on: vec![0], at_most: 900, raised: None },
            Cap { on: vec![0, 1, 2], at_most: 3000, raised: Some(Raise { to: Some(4000), by: vec![1] }) },
            Cap { on: (0..6).collect(), at_most: 5000, raised: Some(Raise { to: None, by: vec![5] }) },
        ],
        merge: None,
    };
    choose_among_60("limits and nested caps", &invented, 3);
}

/// One limit of five per level, and a cap for each of three clauses. A level splits over the caps in 21 ways: to try
/// all combinations of levels would take about 20 times as long for each further level.
#[test]
fn many_classes_that_mix_caps_are_chosen_in_seconds() {
    let invented = Invented {
        clauses: vec![0, 1, 2],
        category_limit: None,
        limits: vec![Limit { on: vec![0, 1, 2], at_most: 5, per: Per::Level }],
        caps: (0..3).map(|clause| Cap { on: vec![clause], at_most: 900, raised: None }).collect(),
        merge: None,
    };
    choose_among_60("five levels over three caps", &invented, 5);
}

//! Runs over several years: what one year pays, later years know (contract section 3).

use biaobu::engine::result::{PolicyResult, Status};
use biaobu::engine::{self, Application};
use biaobu::money::Money;
use biaobu::policy::model::{CapAmount, Over};
use proptest::prelude::*;

use crate::rows::{self, Case};
use crate::support::{cases, evaluate, vocabulary};

/// The case's year and the next ones; the calls are left out, since each is of one year.
fn years(case: &Case, count: i16) -> Vec<Application> {
    let first = case.application.year - 1;
    (first..first + count)
        .map(|year| Application { year, on: None, calls: false, ..case.application.clone() })
        .collect()
}

fn run(case: &Case, applications: &[Application]) -> Vec<PolicyResult> {
    engine::run(vocabulary(), case.policy, &case.applicant, applications)
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_run_of_one_year_is_that_year(case in rows::portfolio(0..8)) {
        let alone = evaluate(case.policy, &case.applicant, &case.application);
        let results = run(&case, std::slice::from_ref(&case.application));
        prop_assert_eq!(format!("{:?}", [alone]), format!("{results:?}"));
    }

    /// No row is lost in any year, the first year knows no earlier one, and later years change nothing before them.
    #[test]
    fn years_only_look_back(case in rows::portfolio(1..8)) {
        let applications = years(&case, 3);
        let results = run(&case, &applications);
        prop_assert_eq!(results.len(), 3);
        for (result, application) in results.iter().zip(&applications) {
            prop_assert_eq!(result.year, application.year);
            prop_assert_eq!(result.items.len(), case.applicant.achievements.len());
            prop_assert_eq!(result.items.iter().map(|item| item.amount).sum::<Money>(), result.total);
            prop_assert!(result.potential_total >= result.total);
            for item in &result.items {
                let last = item.steps.last().map_or(Money::ZERO, |step| step.amount);
                prop_assert_eq!(last, item.amount, "the steps end in the amount");
            }
        }
        for count in 1..3 {
            let shorter = run(&case, &applications[..count]);
            prop_assert_eq!(format!("{shorter:?}"), format!("{:?}", &results[..count]));
        }
    }

    /// A row is paid once in a run, but for clauses that pay year by year; what was paid is a duplicate afterwards,
    /// of the row and the year that were paid.
    #[test]
    fn a_row_is_paid_once(case in rows::portfolio(1..8)) {
        let results = run(&case, &years(&case, 4));
        for (index, achievement) in case.applicant.achievements.iter().enumerate() {
            let paid: Vec<&PolicyResult> =
                results.iter().filter(|result| !result.items[index].amount.is_zero()).collect();
            if let Some(clause) = paid.get(1).and_then(|second| second.items[index].clause) {
                prop_assert!(case.policy.clauses[clause].every_year, "{} is paid twice", achievement.id);
            }
            let first = paid.first().map(|result| result.year);
            for result in results.iter().filter(|result| first.is_some_and(|first| result.year > first)) {
                let shut_out = !result.in_force && !result.validity_ignored || !result.barred_by.is_empty();
                let item = &result.items[index];
                prop_assert!(shut_out || item.status == Status::Duplicate || !item.amount.is_zero());
            }
            for result in &results {
                let item = &result.items[index];
                let Some(year) = item.same_as_year else { continue };
                prop_assert_eq!(item.status, Status::Duplicate);
                let kept = item.same_as.expect("a row");
                let before = results.iter().find(|earlier| earlier.year == year).expect("a year of the run");
                prop_assert!(year < result.year && !before.items[kept].amount.is_zero());
            }
        }
    }

    /// Caps over life or several years hold over all years that they span.
    #[test]
    fn caps_over_time_hold(case in rows::portfolio(3..12)) {
        let results = run(&case, &years(&case, 5));
        for cap in &case.policy.caps {
            let (CapAmount::Money(limit), None) = (&cap.at_most, &cap.raised) else { continue };
            for last in &results {
                let spanned = |year: i16| match cap.over {
                    Over::Year => year == last.year,
                    Over::Years(years) => year > last.year - years && year <= last.year,
                    Over::Life => year <= last.year,
                };
                let items = results.iter().filter(|result| spanned(result.year)).flat_map(|result| &result.items);
                let paid: Money = items
                    .filter(|item| item.clause.is_some_and(|clause| cap.on.contains(&clause)))
                    .map(|item| item.amount)
                    .sum();
                prop_assert!(paid <= *limit, "{} of {} pays {paid}", cap.id, case.policy.id);
            }
        }
    }

    /// What is paid in all the years of a run is at most what the years would pay one by one.
    #[test]
    fn looking_back_never_pays_more(case in rows::portfolio(1..8)) {
        let applications = years(&case, 4);
        let together: Money = run(&case, &applications).iter().map(|result| result.total).sum();
        let apart: Money = applications
            .iter()
            .map(|application| evaluate(case.policy, &case.applicant, application).total)
            .sum();
        prop_assert!(together <= apart);
    }
}

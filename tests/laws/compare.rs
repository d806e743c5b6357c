//! The same rows under every policy: each amount is that of the policy alone, for a unit registered in its place.

use std::slice;

use biaobu::analysis::compare::{self, Sums};
use biaobu::engine::{self, Application};
use biaobu::facts::{Applicant, Value};
use biaobu::money::Money;
use biaobu::policy::Policy;
use proptest::prelude::*;

use crate::rows::portfolio;
use crate::support::{cases, fact, shipped, vocabulary};

/// The unit as if it were registered in the place of the policy, and known to be.
fn at_home(applicant: &Applicant, policy: &Policy) -> Applicant {
    let mut there = applicant.clone();
    there.facts.set(fact("region"), Value::Text(policy.region[0].as_str().into()));
    there
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn amounts_are_those_of_each_policy_alone(case in portfolio(0..10), at in any::<prop::sample::Index>(), run in any::<bool>()) {
        let policies: Vec<&Policy> = shipped().iter().collect();
        // Wherever the unit is really registered.
        let applicant = at_home(&case.applicant, at.get(shipped()));
        let years = if run { case.application.year - 1..=case.application.year } else { case.application.year..=case.application.year };
        let asked = Application { on: case.application.on.filter(|_| !run), ..case.application.clone() };
        let applications = asked.in_years(years);
        let found = compare::compare(vocabulary(), &policies, [&applicant], &applications);
        let unit = &found.units[0];
        prop_assert_eq!(unit.rows.len(), applicant.achievements.len());
        let mut amounts = vec![Vec::new(); applicant.achievements.len()];
        for (policy, place) in policies.iter().zip(&unit.places) {
            let alone = engine::run(vocabulary(), policy, &at_home(&applicant, policy), &applications);
            prop_assert_eq!(place.years.len(), alone.len());
            prop_assert_eq!(place.sums, Sums::of(&alone));
            prop_assert_eq!(place.registered, Some(policy.covers(applicant.facts.text(fact("region")).expect("set"))));
            for (found, alone) in place.years.iter().zip(&alone) {
                let told = |result: &engine::result::PolicyResult| {
                    result.items.iter().map(|item| (item.status, item.base, item.amount, item.possible)).collect::<Vec<_>>()
                };
                prop_assert_eq!(told(found), told(alone));
                prop_assert_eq!((found.year, found.on, found.in_force), (alone.year, alone.on, alone.in_force));
                prop_assert_eq!(found.total, alone.total);
            }
            for (item, amounts) in amounts.iter_mut().enumerate() {
                amounts.push(alone.iter().map(|year| year.items[item].amount).sum::<Money>());
            }
        }
        for (row, amounts) in unit.rows.iter().zip(amounts) {
            let most = amounts.iter().copied().fold(Money::ZERO, Money::max);
            prop_assert_eq!(row.most, most);
            for (policy, amount) in amounts.iter().enumerate() {
                prop_assert_eq!(row.best.contains(&policy), *amount == most && most > Money::ZERO);
                let others = amounts.iter().enumerate().filter(|(other, _)| *other != policy).all(|(_, other)| other.is_zero());
                prop_assert_eq!(row.only == Some(policy), !amount.is_zero() && others);
            }
        }
    }

    #[test]
    fn the_order_of_the_policies_changes_only_the_order(case in portfolio(1..8)) {
        let policies: Vec<&Policy> = shipped().iter().collect();
        let back: Vec<&Policy> = shipped().iter().rev().collect();
        let applications = slice::from_ref(&case.application);
        let one = compare::compare(vocabulary(), &policies, [&case.applicant], applications);
        let other = compare::compare(vocabulary(), &back, [&case.applicant], applications);
        let last = policies.len() - 1;
        for (row, turned) in one.units[0].rows.iter().zip(&other.units[0].rows) {
            let best: Vec<usize> = turned.best.iter().rev().map(|policy| last - policy).collect();
            prop_assert_eq!((&row.best, row.only, row.most), (&best, turned.only.map(|policy| last - policy), turned.most));
        }
    }
}

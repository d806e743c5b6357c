//! The days on which a row can be claimed, against a look at every single day.

use biaobu::engine::{self, Application};
use biaobu::facts::Applicant;
use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;

use crate::support::{cases, vocabulary};
use crate::{case, planned};

proptest! {
    #![proptest_config(cases(40))]

    /// For rows and units at random under all policies: a day lies in a stretch if, and only if, the row alone is paid
    /// on it.
    #[test]
    fn the_stretches_are_the_days_that_pay(case in case(1..4)) {
        let policies = [case.policy];
        let plan = planned(&policies, &case.applicant, &case.application);
        let of = &plan.policies[0];
        for row in 0..case.applicant.achievements.len() {
            let entry = of.claimable.iter().find(|entry| entry.row == row);
            let stretches = entry.map_or(&[][..], |entry| &entry.stretches);
            let achievements = vec![case.applicant.achievements[row].clone()];
            let alone = Applicant { achievements, ..case.applicant.clone() };
            let end = date(case.application.year + 6, 12, 31);
            let mut day = of.begin;
            while day <= end {
                let application = Application {
                    year: day.year(),
                    on: Some(day),
                    ignore_validity: false,
                    ..case.application.clone()
                };
                let paid = engine::evaluate(vocabulary(), case.policy, &alone, &application).total;
                let within = stretches.iter().find(|stretch| stretch.from <= day && stretch.to.is_none_or(|to| day <= to));
                prop_assert_eq!(within.is_some(), !paid.is_zero(), "{} {:?} {:?}\n{:?}", day, stretches, paid, &case);
                if let Some(stretch) = within.filter(|stretch| stretch.to == Some(day)) {
                    prop_assert_eq!(stretch.amount, paid, "{}", day);
                }
                day = day.saturating_add(1.days());
            }
        }
    }

    /// In order of the day, then of the row; what is at stake is what the total loses without the row.
    #[test]
    fn deadlines_stand_in_order_and_say_what_is_at_stake(case in case(1..7)) {
        let policies = [case.policy];
        let plan = planned(&policies, &case.applicant, &case.application);
        let of = &plan.policies[0];
        let order = |entry: &biaobu::analysis::plan::Claimable| (entry.last_day().is_none(), entry.last_day(), entry.row);
        prop_assert!(of.claimable.is_sorted_by_key(order));
        for entry in &of.claimable {
            let mut without = case.applicant.clone();
            without.achievements.remove(entry.row);
            let stake = plan.total - crate::total(&policies, &without, &case.application);
            prop_assert_eq!(entry.now, of.result.items[entry.row].amount);
            prop_assert_eq!(entry.stake, if entry.now.is_zero() { entry.now } else { stake });
        }
        // Whatever is paid now can be claimed on the application date, if that counts at all.
        if let Some(on) = of.result.on.filter(|_| of.result.in_force) {
            for (row, item) in of.result.items.iter().enumerate().filter(|(_, item)| !item.amount.is_zero()) {
                let entry = of.claimable.iter().find(|entry| entry.row == row);
                let open = entry.is_some_and(|entry| {
                    entry.stretches.iter().any(|s| s.from <= on && s.to.is_none_or(|to| on <= to))
                });
                prop_assert!(open, "{row} {item:?}\n{case:?}");
            }
        }
    }

    /// Other years and places pay what an estimate of that year or place pays, and none that pays more is passed over.
    #[test]
    fn other_years_and_places_pay_what_they_say(case in case(1..5)) {
        let policies = [case.policy];
        let plan = planned(&policies, &case.applicant, &case.application);
        let of = &plan.policies[0];
        let last = case.policy.until.map_or(case.application.year.max(case.policy.from.year()) + 3, |day| day.year());
        for year in (case.policy.from.year()..=last).filter(|year| *year != case.application.year) {
            let application = Application { year, on: None, ignore_validity: false, ..case.application.clone() };
            let then = engine::evaluate(vocabulary(), case.policy, &case.applicant, &application);
            for (row, item) in then.items.iter().enumerate() {
                let entry = of.years.iter().find(|entry| entry.row == row);
                let told = entry.and_then(|entry| entry.years.iter().find(|told| told.year == year));
                let more = item.amount > of.result.items[row].amount;
                prop_assert_eq!(told.map(|told| told.amount), more.then_some(item.amount), "{} {}\n{:?}", year, row, &case);
            }
        }
        let mut anywhere = case.applicant.clone();
        anywhere.facts = biaobu::facts::Facts::none();
        let region = vocabulary().known().region;
        for (fact, value) in case.applicant.facts.iter().filter(|(fact, _)| *fact != region) {
            anywhere.facts.set(fact, value.clone());
        }
        for other in crate::support::shipped().iter().filter(|other| other.id != case.policy.id) {
            let there = engine::evaluate(vocabulary(), other, &anywhere, &case.application);
            for (row, item) in there.items.iter().enumerate() {
                let entry = plan.places.iter().find(|entry| entry.row == row);
                let told = entry.and_then(|entry| entry.places.iter().find(|place| place.policy.id == other.id));
                let more = item.amount > of.result.items[row].amount;
                prop_assert_eq!(told.map(|told| told.amount), more.then_some(item.amount));
            }
        }
    }
}

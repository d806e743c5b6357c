//! Money to the fen: two decimals everywhere, rounded down once per step, and never more than the limit together with
//! what was received before (contract sections 3.5, 3.6 and 4).

use biaobu::engine::Application;
use biaobu::engine::result::{Op, PolicyResult, Status, Step};
use biaobu::facts::{Achievement, Applicant, Facts, Value};
use biaobu::money::Money;
use proptest::prelude::*;

use crate::invented;
use crate::rows::{self, Case};
use crate::support::{POLICY, cases, evaluate, fact, policy, value};

/// Every amount of a result.
fn amounts(result: &PolicyResult) -> Vec<Money> {
    let mut amounts = vec![result.total, result.fixed_total, result.ceiling_total, result.potential_total];
    for item in &result.items {
        amounts.extend([item.base, item.amount]);
        amounts.extend(item.steps.iter().map(|step| step.amount));
        amounts.extend(item.possible.map(|(_, amount)| amount));
    }
    amounts.extend(result.caps.iter().flat_map(|used| [used.before, used.after]));
    amounts
}

fn has_two_decimals(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(yuan, fen)| digits(yuan) && fen.len() == 2 && digits(fen))
}

/// What the steps before prior money come to.
fn before(steps: &[Step], prior: usize) -> Money {
    prior.checked_sub(1).map_or(Money::ZERO, |last| steps[last].amount)
}

fn topped_up(case: &Case, result: &PolicyResult) -> Result<usize, TestCaseError> {
    let mut seen = 0;
    for (item, achievement) in result.items.iter().zip(&case.applicant.achievements) {
        for (place, step) in item.steps.iter().enumerate() {
            let Op::PriorMoney(received) = step.op else { continue };
            seen += 1;
            let limit = before(&item.steps, place);
            prop_assert_eq!(Some(received), achievement.facts.money(fact("prior_amount")));
            prop_assert!(received + step.amount == limit.max(received), "{} and {}", received, step.amount);
            prop_assert!(item.amount.is_zero() || received + item.amount <= limit);
            prop_assert!(!matches!(item.status, Status::Awarded));
        }
    }
    Ok(seen)
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn every_amount_has_two_decimals(case in rows::portfolio(0..8)) {
        let result = evaluate(case.policy, &case.applicant, &case.application);
        for amount in amounts(&result) {
            prop_assert!(has_two_decimals(&amount.to_string()), "{}", amount);
        }
    }

    /// A top-up and what was received before never exceed the limit together (Foshan 第二十二条).
    #[test]
    fn a_top_up_stops_at_the_limit(
        seeds in rows::seeds(1..6),
        prior in proptest::collection::vec(rows::amount(), 6),
        asked in rows::asked(),
        unit in rows::unit(),
    ) {
        let mut case = rows::build(policy("foshan-2018"), &seeds, &unit, &asked);
        for (achievement, prior) in case.applicant.achievements.iter_mut().zip(&prior) {
            achievement.facts.set(fact("prior_amount"), Value::Money(*prior));
        }
        let result = evaluate(case.policy, &case.applicant, &case.application);
        topped_up(&case, &result)?;
        // A paid standard with money received before says so.
        for (item, prior) in result.items.iter().zip(&prior) {
            let standard = item.clause.is_some_and(|c| case.policy.clauses[c].id.starts_with("standard"));
            let paid = matches!(item.status, Status::Awarded | Status::Reduced);
            let told = item.steps.iter().any(|step| matches!(step.op, Op::PriorMoney(_)));
            prop_assert!(!paid || told == (standard && !prior.is_zero()));
        }
    }

    /// A percentage of odd money is the whole fen below it, whatever maximum and top-up come after.
    #[test]
    fn a_percentage_is_rounded_down_to_the_fen(
        cost in 0..=10_000_000i128,
        hundredths in 1..=10_000i128,
        most in 1..=5_000_000i128,
        received in 0..=5_000_000i128,
    ) {
        let share = format!("{}.{:02}%", hundredths / 100, hundredths % 100);
        let invented = invented::load(format!("{POLICY}{RULES}amount = \"{share} of cost, at most {}元\"\n{TAIL}", Money::from_fen(most)));
        let mut facts = Facts::none();
        facts.set(fact("kind"), Value::Code(value(fact("kind"), "award")));
        facts.set(fact("date"), Value::Date(jiff::civil::date(2021, 5, 1)));
        facts.set(fact("cost"), Value::Money(Money::from_fen(cost)));
        facts.set(fact("prior_amount"), Value::Money(Money::from_fen(received)));
        let unit = Applicant { achievements: vec![Achievement { facts, ..Default::default() }], ..Default::default() };
        let result = evaluate(&invented, &unit, &Application { year: 2022, ..Application::default() });
        let base = (cost * hundredths / 10_000).min(most);
        prop_assert_eq!(result.items[0].base.fen(), base);
        prop_assert_eq!(result.total.fen(), (base - received).max(0));
        prop_assert!(received > base || result.total.fen() + received == base);
    }
}

const RULES: &str = r#"
[[category]]
id    = "awards"
title = "奖"
en    = "Awards"
[[prior]]
cite    = "第五条"
sources = "any"
effect  = "tops up"
[[clause]]
id       = "award"
cite     = "第三条"
title    = "奖"
en       = "Award"
for      = { kind = "award" }
category = "awards"
nature   = "ceiling"
needs    = [{ cite = "第三条", fact = "date", within = "up to application" }]
"#;

const TAIL: &str = r#"
[[clause.example]]
name = "例"
year = 2022
row  = { date = "2021-01-01", cost = "1元" }
pays = "1元"
"#;

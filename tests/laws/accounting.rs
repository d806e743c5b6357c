//! Every row comes back, and the sums are the sums (contract sections 3.9 and 4).

use biaobu::engine::result::{PolicyResult, Status};
use biaobu::money::Money;
use biaobu::policy::model::Nature;
use proptest::prelude::*;

use crate::rows::{self, Case};
use crate::support::{cases, evaluate};

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn no_row_is_lost_and_all_sums_agree(case in rows::portfolio(0..10)) {
        let result = evaluate(case.policy, &case.applicant, &case.application);
        prop_assert_eq!(result.items.len(), case.applicant.achievements.len());
        sums(&case, &result)?;
        for index in 0..result.items.len() {
            item(&case, &result, index)?;
        }
        caps(&case, &result)?;
        shut_out(&result)?;
    }

    /// One item per row, in the same order: alone, each row is decided as it is among others, so that a row that
    /// came back in another's place would show.
    #[test]
    fn items_stand_in_the_order_of_their_rows(case in rows::portfolio(1..8)) {
        let together = evaluate(case.policy, &case.applicant, &case.application);
        for (index, achievement) in case.applicant.achievements.iter().enumerate() {
            let mut alone = case.clone();
            alone.applicant.achievements = vec![achievement.clone()];
            let alone = evaluate(alone.policy, &alone.applicant, &alone.application);
            let (here, there) = (&together.items[index], &alone.items[0]);
            prop_assert_eq!(here.clause, there.clause);
            prop_assert_eq!(here.base, there.base);
            prop_assert_eq!(&here.missing, &there.missing);
            prop_assert_eq!(&here.considered, &there.considered);
            prop_assert_eq!(&here.warnings, &there.warnings);
        }
    }
}

fn sums(case: &Case, result: &PolicyResult) -> Result<(), TestCaseError> {
    let of = |nature: Nature| -> Money {
        let items = result.items.iter();
        items.filter(|i| i.clause.is_some_and(|c| case.policy.clauses[c].nature == nature)).map(|i| i.amount).sum()
    };
    let all: Money = result.items.iter().map(|item| item.amount).sum();
    prop_assert_eq!(all, result.total);
    prop_assert_eq!(of(Nature::Fixed), result.fixed_total);
    prop_assert_eq!(of(Nature::Ceiling), result.ceiling_total);
    prop_assert_eq!(result.fixed_total + result.ceiling_total, result.total);
    prop_assert!(result.potential_total >= result.total);
    Ok(())
}

fn item(case: &Case, result: &PolicyResult, index: usize) -> Result<(), TestCaseError> {
    let item = &result.items[index];
    prop_assert!(item.amount >= Money::ZERO && item.amount <= item.base);
    let replayed = item.steps.last().map_or(Money::ZERO, |step| step.amount);
    prop_assert_eq!(replayed, item.amount, "the steps end in the amount");
    prop_assert!(item.steps.iter().all(|step| !step.cite.is_empty()), "every step names its clause");

    let (paid, whole) = (item.amount, item.base);
    let fits = match item.status {
        Status::Awarded => paid == whole,
        Status::Reduced => paid < whole,
        _ => paid.is_zero(),
    };
    prop_assert!(fits, "the status says what is paid");
    let decides = matches!(item.status, Status::Unmatched) || !result.in_force && !case.application.ignore_validity;
    prop_assert_eq!(item.clause.is_none(), decides || !result.barred_by.is_empty());
    prop_assert!(item.clause.is_some() || whole.is_zero(), "without a clause the base is 0.00");
    prop_assert!(item.status != Status::Undetermined || !item.missing.is_empty(), "undetermined names what is missing");
    prop_assert!(item.status != Status::Ineligible || !item.reasons.is_empty(), "ineligible names a reason");

    prop_assert_eq!(item.same_as.is_some(), item.status == Status::Duplicate);
    if let Some(kept) = item.same_as {
        prop_assert!(kept != index && result.items[kept].clause.is_some());
        prop_assert!(
            matches!(result.items[kept].status, Status::Awarded | Status::Reduced | Status::NotSelected),
            "the row that counts is no duplicate itself"
        );
    }
    Ok(())
}

/// What the caps report is what the items add up to.
fn caps(case: &Case, result: &PolicyResult) -> Result<(), TestCaseError> {
    for used in &result.caps {
        let on = &case.policy.caps[used.cap].on;
        let outer = case.policy.caps[used.cap + 1..].iter().any(|cap| on.iter().any(|clause| cap.on.contains(clause)));
        let items = result.items.iter().filter(|item| item.clause.is_some_and(|clause| on.contains(&clause)));
        let sum: Money = items.map(|item| item.amount).sum();
        prop_assert!(used.limit.is_none_or(|limit| used.after == used.before.min(limit)));
        prop_assert!(used.limit.is_some() || used.after == used.before);
        prop_assert!(sum == used.after || (outer && sum < used.after));
    }
    Ok(())
}

fn shut_out(result: &PolicyResult) -> Result<(), TestCaseError> {
    let not_in_force = !result.in_force && !result.validity_ignored;
    if not_in_force || !result.barred_by.is_empty() {
        let totals = [result.total, result.fixed_total, result.ceiling_total, result.potential_total];
        prop_assert_eq!(totals, [Money::ZERO; 4]);
        for item in &result.items {
            prop_assert_eq!(item.status, Status::Ineligible);
            prop_assert_eq!((item.base, item.amount), (Money::ZERO, Money::ZERO));
            prop_assert!(item.cite.is_some(), "the bar's or the validity clause");
        }
    }
    Ok(())
}

//! A more generous text never pays less: a higher cap, a higher number, a larger fund.

use biaobu::money::Money;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::invented::{self, Cap, Raise};
use crate::rows;
use crate::support::{cases, evaluate, policy};

proptest! {
    #![proptest_config(cases(400))]

    /// A cap whose raise keeps pace; the raise alone as well.
    #[test]
    fn a_higher_cap_never_lowers_a_total(
        (invented, rows) in invented::policy_and_rows(1..=14),
        which in any::<Index>(),
        more in 1..=1000i128,
        raise_only in any::<bool>(),
    ) {
        let mut invented = invented;
        if invented.caps.is_empty() {
            invented.caps.push(Cap { on: vec![0], at_most: 300, raised: None });
        }
        let mut generous = invented.clone();
        let place = which.index(invented.caps.len());
        let Cap { at_most, raised, .. } = &mut generous.caps[place];
        if !raise_only {
            *at_most += more;
        }
        if let Some(Raise { to, .. }) = raised {
            *to = to.map(|to| to + more);
        }
        let (unit, application) = (invented::applicant(&rows), invented::application());
        let before = evaluate(&invented.load(), &unit, &application);
        let after = evaluate(&generous.load(), &unit, &application);
        prop_assert!(after.total >= before.total, "{} became {}", before.total, after.total);
        prop_assert!(after.potential_total >= before.potential_total);
        let gain = after.total - before.total;
        prop_assert!(gain <= Money::from_fen(more), "a cap gives no more than it grew by, but {gain}");
    }

    #[test]
    fn a_higher_number_never_lowers_a_total(
        (invented, rows) in invented::policy_and_rows(1..=14),
        which in any::<Index>(),
        more in 1..=2usize,
    ) {
        let mut invented = invented;
        invented.category_limit = invented.category_limit.or(invented.limits.is_empty().then_some(1));
        let mut generous = invented.clone();
        let choices = generous.limits.len() + usize::from(generous.category_limit.is_some());
        match generous.limits.get_mut(which.index(choices)) {
            Some(limit) => limit.at_most += more,
            None => generous.category_limit = generous.category_limit.map(|most| most + more),
        }
        let (unit, application) = (invented::applicant(&rows), invented::application());
        let before = evaluate(&invented.load(), &unit, &application);
        let after = evaluate(&generous.load(), &unit, &application);
        prop_assert!(after.total >= before.total, "{} became {}", before.total, after.total);
        prop_assert!(after.potential_total >= before.potential_total);
    }

    /// Foshan's 20% of the fund: a larger fund pays no less, and none at all means no cap.
    #[test]
    fn a_larger_fund_never_lowers_a_total(
        case in (rows::seeds(1..8), rows::unit(), rows::asked()),
        one in rows::amount(),
        other in rows::amount(),
    ) {
        let (seeds, unit, asked) = case;
        let case = rows::build(policy("foshan-2018"), &seeds, &unit, &asked);
        let total = |fund: Option<Money>| {
            let mut application = case.application.clone();
            application.parameters = fund.map(|fund| ("fund_total".to_owned(), fund)).into_iter().collect();
            let result = evaluate(case.policy, &case.applicant, &application);
            (result.total, result.potential_total)
        };
        let (small, large, none) = (total(Some(one.min(other))), total(Some(one.max(other))), total(None));
        prop_assert!(small.0 <= large.0 && small.1 <= large.1);
        prop_assert!(large.0 <= none.0 && large.1 <= none.1);
    }
}

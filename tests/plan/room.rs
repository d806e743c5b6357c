//! Caps and limits: what is used and what is left is what the result says, for every cap and limit of the policy.

use biaobu::engine::result::{Op, Status};
use biaobu::money::Money;
use biaobu::policy::model::{CapAmount, LimitOf};
use proptest::prelude::*;

use crate::support::cases;
use crate::{case, planned};

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn every_cap_and_limit_is_told_and_adds_up(case in case(0..14)) {
        let policies = [case.policy];
        let plan = planned(&policies, &case.applicant, &case.application);
        let of = &plan.policies[0];
        if of.best.is_empty() {
            prop_assert!(of.caps.is_empty() && of.limits.is_empty() && of.lines.is_empty());
            return Ok(());
        }
        prop_assert_eq!(of.caps.iter().map(|room| room.cap).collect::<Vec<_>>(), (0..case.policy.caps.len()).collect::<Vec<_>>());
        for room in &of.caps {
            let rule = &case.policy.caps[room.cap];
            let under = of.result.items.iter().filter(|item| item.clause.is_some_and(|clause| rule.on.contains(&clause)));
            let after_all: Money = under.map(|item| item.amount).sum();
            prop_assert!(room.after >= after_all, "outer caps may take more: {room:?}");
            let given = matches!(rule.at_most, CapAmount::Money(_))
                || !case.application.parameters.is_empty();
            prop_assert_eq!(room.not_applied.is_none(), given, "{:?}", room);
            if let Some(limit) = room.limit {
                prop_assert_eq!(room.after + room.left().unwrap(), limit);
            }
        }
        for (limit, rule) in case.policy.limits.iter().enumerate() {
            let rooms: Vec<_> = of.limits.iter().filter(|room| room.limit == limit).collect();
            prop_assert!(!rooms.is_empty());
            let out: usize = rooms.iter().map(|room| room.left_out.len()).sum();
            let steps = of.result.items.iter().filter(|item| item.steps.iter().any(|s| s.op == Op::NotSelected(limit)));
            prop_assert_eq!(out, steps.count());
            for room in rooms {
                let taken = match rule.of {
                    LimitOf::Categories => room.categories.len(),
                    LimitOf::Items { .. } => room.rows.len(),
                };
                prop_assert_eq!(taken + room.left, rule.at_most, "{:?}", room);
                for row in &room.rows {
                    prop_assert!(matches!(of.result.items[*row].status, Status::Awarded | Status::Reduced));
                }
            }
        }
    }
}

//! One standard, divided among the local units (contract section 3: "shares never add up to more than the whole").

use std::collections::BTreeSet;

use biaobu::engine::Application;
use biaobu::engine::result::Status;
use biaobu::facts::{Achievement, Applicant, Facts, Value};
use biaobu::money::Money;
use biaobu::policy::Policy;
use proptest::collection::btree_set;
use proptest::prelude::*;
use proptest::sample::select;

use crate::invented;
use crate::support::{POLICY, cases, evaluate, fact, policy, value};

/// What each local unit gets for the standard. `own`: whether a unit names its own rank among the local ones.
fn split(policy: &Policy, level: &str, action: &str, ranks: &BTreeSet<i64>, own: bool) -> Vec<(i64, Money)> {
    let paid = ranks.iter().map(|rank| {
        let mut facts = Facts::none();
        for (name, code) in [("kind", "standard"), ("level", level), ("action", action)] {
            facts.set(fact(name), Value::Code(value(fact(name), code)));
        }
        facts.set(fact("rank"), Value::Integer(*rank));
        let local = ranks.iter().copied().filter(|other| own || other != rank).collect();
        facts.set(fact("local_ranks"), Value::Integers(local));
        facts.set(fact("date"), Value::Date(jiff::civil::date(2021, 5, 1)));
        let achievements = vec![Achievement { facts, ..Achievement::default() }];
        let unit = Applicant { achievements, ..Applicant::default() };
        let result = evaluate(policy, &unit, &Application { year: 2022, ..Application::default() });
        assert_eq!(result.items[0].status == Status::Ineligible, *rank > 5, "up to rank 5 there is a share");
        (*rank, result.total)
    });
    paid.collect()
}

/// The shares add up to the whole less the parts of a fen that rounding down drops, to the 70% or the 30% of those
/// whose counterpart has no local unit, and never to more.
fn adds_up(whole: Money, paid: &[(i64, Money)]) -> Result<(), TestCaseError> {
    let sum: Money = paid.iter().map(|(_, money)| *money).sum();
    let first = paid.iter().any(|(rank, _)| *rank == 1);
    let followers = paid.iter().filter(|(rank, _)| (2..=5).contains(rank)).count();
    let percent = match (first, followers) {
        (true, _) => 100,
        (false, 0) => 0,
        (false, _) => 30,
    };
    let due = whole.fen() * percent / 100;
    prop_assert!(sum <= whole, "{} of {}", sum, whole);
    prop_assert!(sum.fen() <= due);
    prop_assert!(due - sum.fen() <= i128::try_from(followers + 1).unwrap_or(0), "{} of {}", sum, whole);
    let equal: BTreeSet<Money> = paid.iter().filter(|(rank, _)| (2..=5).contains(rank)).map(|(_, m)| *m).collect();
    prop_assert!(equal.len() <= 1, "ranks 2 to 5 get the same");
    Ok(())
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn xiamen_pays_no_more_than_one_standard(
        (level, whole) in select(&[("international", 100), ("national", 50), ("industry", 40)][..]),
        action in select(&["formulate", "revise"][..]),
        ranks in btree_set(1..=8i64, 1..=8),
        own in any::<bool>(),
    ) {
        let whole = Money::from_fen(whole * 1_000_000 / if action == "revise" { 2 } else { 1 });
        adds_up(whole, &split(policy("xiamen-2020"), level, action, &ranks, own))?;
    }

    /// The same split of odd amounts, where rounding bites.
    #[test]
    fn odd_amounts_are_split_without_a_fen_too_many(
        fen in 1..=100_000i128,
        ranks in btree_set(1..=8i64, 1..=8),
        own in any::<bool>(),
    ) {
        let whole = Money::from_fen(fen);
        let policy = invented::load(format!("{POLICY}{RULES}amount = \"{whole}元\"\n{SPLIT}"));
        adds_up(whole, &split(&policy, "national", "formulate", &ranks, own))?;
    }
}

const RULES: &str = r#"
[[category]]
id    = "standards"
title = "标准"
en    = "Standards"
[[clause]]
id       = "standard"
cite     = "第三条"
title    = "标准"
en       = "Standard"
for      = { kind = "standard" }
category = "standards"
nature   = "fixed"
needs    = [{ cite = "第三条", fact = "date", within = "up to application" }]
"#;

const SPLIT: &str = r#"
[clause.share]
cite  = "第四条"
parts = [
  { place = "1",    pays = "100%", none_in = "2..5" },
  { place = "1",    pays = "70%" },
  { place = "2..5", pays = "30%", divided_among = "2..5" },
]
[[clause.example]]
name = "例"
year = 2022
row  = { date = "2021-01-01" }
pays = "1元"
"#;

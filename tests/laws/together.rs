//! Several policies of one unit at once: where one looks at another's money, the higher is kept.

use biaobu::engine::result::{Op, PolicyResult, Status};
use biaobu::engine::{self, Application};
use biaobu::facts::{Achievement, Applicant, Facts, Value};
use biaobu::money::Money;
use biaobu::policy::Policy;
use jiff::civil::date;
use proptest::prelude::*;

use crate::invented;
use crate::support::{cases, fact, value, vocabulary};

/// What the no-repeat rule of an invented measure looks at, and what it does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rule {
    None,
    Excludes(&'static str),
    TopsUp(&'static str),
}

/// A measure of 某市 or of its district, which pays this share of the cost for a prize.
struct Measure {
    id: &'static str,
    level: &'static str,
    share: i128,
    rule: Rule,
    /// Further keys of the head, and further tables.
    head: &'static str,
    tables: &'static str,
}

fn city(share: i128, rule: Rule) -> Measure {
    Measure { id: "city-2020", level: "municipal", share, rule, head: "", tables: "" }
}

fn district(share: i128, rule: Rule) -> Measure {
    Measure { id: "district-2020", level: "district", share, rule, head: "", tables: "" }
}

impl Measure {
    fn load(&self) -> Policy {
        let Measure { id, level, share, head, tables, .. } = self;
        let region = if *level == "district" { "某市东区" } else { "某市" };
        let prior = |sources: &str, effect: &str| {
            format!("[[prior]]\ncite = \"第五条\"\nsources = \"{sources}\"\neffect = \"{effect}\"\n")
        };
        let prior = match self.rule {
            Rule::None => String::new(),
            Rule::Excludes(sources) => prior(sources, "excludes"),
            Rule::TopsUp(sources) => prior(sources, "tops up"),
        };
        invented::load(format!(
            r#"
[policy]
id = "{id}"
title = "试验办法"
en = "Invented"
issuer = "某局"
level = "{level}"
region = ["{region}"]
region_cite = "第一条"
in_force = {{ from = 2020-01-01, cite = "第二条" }}
source = "invented.txt"
{head}
[[category]]
id = "awards"
title = "奖"
en = "Awards"
{prior}
{tables}
[[clause]]
id = "award"
cite = "第三条"
title = "奖"
en = "Award"
for = {{ kind = "award" }}
category = "awards"
nature = "fixed"
needs = [{{ cite = "第三条", fact = "date", within = "up to application" }}]
amount = "{share}% of cost"
[[clause.example]]
name = "例"
year = 2022
row = {{ date = "2021-01-01", cost = "100元" }}
pays = "{share}元"
"#
        ))
    }
}

/// A unit of the district with prizes that cost so much, in yuan.
fn unit(costs: &[i64]) -> Applicant {
    let achievements = costs.iter().zip(2u64..).map(|(cost, row)| {
        let mut facts = Facts::none();
        facts.set(fact("kind"), Value::Code(value(fact("kind"), "award")));
        facts.set(fact("date"), Value::Date(date(2021, 5, 1)));
        facts.set(fact("cost"), Value::Money(Money::from_fen(i128::from(*cost) * 100)));
        Achievement { id: format!("row{row}"), row, facts, ..Achievement::default() }
    });
    let mut facts = Facts::none();
    facts.set(fact("region"), Value::Text("某市东区".into()));
    Applicant { achievements: achievements.collect(), facts, ..Applicant::default() }
}

fn years(years: impl IntoIterator<Item = i16>) -> Vec<Application> {
    years.into_iter().map(|year| Application { year, ..Application::default() }).collect()
}

/// The results of 2022, one per measure.
fn together(measures: &[Measure], unit: &Applicant) -> Vec<PolicyResult> {
    let policies: Vec<Policy> = measures.iter().map(Measure::load).collect();
    let policies: Vec<&Policy> = policies.iter().collect();
    let results = engine::run_together(vocabulary(), &policies, unit, &years([2022]));
    results.into_iter().flatten().collect()
}

/// Status and amount in yuan of each row, per measure.
fn paid(results: &[PolicyResult]) -> Vec<Vec<(Status, i128)>> {
    let of = |result: &PolicyResult| result.items.iter().map(|item| (item.status, item.amount.fen() / 100)).collect();
    results.iter().map(of).collect()
}

use Status::{Awarded, Duplicate, Ineligible, Reduced};

#[test]
fn a_district_that_tops_up_pays_the_difference_to_the_city() {
    let results = together(&[city(20, Rule::None), district(50, Rule::TopsUp("municipal"))], &unit(&[100]));
    assert_eq!(paid(&results), [[(Awarded, 20)], [(Reduced, 30)]]);
    let step = results[1].items[0].steps.last().expect("a step");
    assert_eq!((&step.op, &*step.cite), (&Op::OtherMoney("city-2020".to_owned(), Money::from_fen(2000)), "第五条"));
    // Whatever the order of the list: the one that tops up is computed after the other.
    let results = together(&[district(50, Rule::TopsUp("municipal")), city(20, Rule::None)], &unit(&[100]));
    assert_eq!(paid(&results), [[(Reduced, 30)], [(Awarded, 20)]]);
}

#[test]
fn a_top_up_counts_what_the_other_really_pays() {
    let cap = "[[cap]]\nid = \"cap\"\ncite = \"第六条\"\ntitle = \"顶\"\nen = \"cap\"\nat_most = \"30元\"\n";
    let capped = Measure { tables: cap, ..city(20, Rule::None) };
    let results = together(&[capped, district(50, Rule::TopsUp("municipal"))], &unit(&[100, 100]));
    assert_eq!(paid(&results), [[(Awarded, 20), (Reduced, 10)], [(Reduced, 30), (Reduced, 40)]]);
}

#[test]
fn a_dearer_measure_that_excludes_is_kept_and_the_other_left() {
    let results = together(&[city(20, Rule::None), district(50, Rule::Excludes("municipal"))], &unit(&[100]));
    assert_eq!(paid(&results), [[(Duplicate, 0)], [(Awarded, 50)]]);
    let left = &results[0].items[0];
    assert_eq!(
        (left.same_as, left.same_as_policy.as_deref(), left.same_as_year),
        (Some(0), Some("district-2020"), None)
    );
    assert_eq!(left.steps.last().map(|step| &*step.cite), Some("第五条"));
}

#[test]
fn a_cheaper_measure_that_excludes_pays_nothing() {
    let results = together(&[city(20, Rule::None), district(10, Rule::Excludes("municipal"))], &unit(&[100]));
    assert_eq!(paid(&results), [[(Awarded, 20)], [(Ineligible, 0)]]);
}

#[test]
fn of_two_that_exclude_each_other_the_dearer_is_kept_and_at_equal_amounts_the_first() {
    let both = |one, other| [city(one, Rule::Excludes("any")), district(other, Rule::Excludes("any"))];
    assert_eq!(paid(&together(&both(20, 50), &unit(&[100]))), [[(Ineligible, 0)], [(Awarded, 50)]]);
    assert_eq!(paid(&together(&both(50, 20), &unit(&[100]))), [[(Awarded, 50)], [(Ineligible, 0)]]);
    assert_eq!(paid(&together(&both(20, 20), &unit(&[100]))), [[(Awarded, 20)], [(Ineligible, 0)]]);
}

#[test]
fn a_rule_that_looks_at_other_sources_changes_nothing() {
    let results = together(&[city(20, Rule::None), district(50, Rule::Excludes("provincial"))], &unit(&[100]));
    assert_eq!(paid(&results), [[(Awarded, 20)], [(Awarded, 50)]]);
}

/// Without a region nobody knows that both apply: each is computed as if the unit were registered there.
#[test]
fn a_unit_without_region_is_computed_under_each_alone() {
    let mut nowhere = unit(&[100]);
    nowhere.facts = Facts::none();
    let results = together(&[city(20, Rule::None), district(50, Rule::Excludes("municipal"))], &nowhere);
    assert_eq!(paid(&results), [[(Awarded, 20)], [(Awarded, 50)]]);
}

/// A measure and its successor pay a row once, in a run as in the year in which one ends and the other begins.
#[test]
fn a_new_version_does_not_pay_again() {
    let old = city(20, Rule::None).load();
    let new = Measure { id: "city-2022", head: "replaces = [\"city-2020\"]", ..city(30, Rule::None) }.load();
    let run = |policies: &[&Policy]| engine::run_together(vocabulary(), policies, &unit(&[100]), &years([2021, 2022]));
    let mut ends = old.clone();
    ends.until = Some(date(2021, 12, 31));
    let mut begins = new.clone();
    begins.from = date(2022, 1, 1);
    let results = run(&[&ends, &begins]);
    assert_eq!(paid(&results[0]), [[(Awarded, 20)], [(Ineligible, 0)]]);
    assert_eq!(paid(&results[1]), [[(Ineligible, 0)], [(Duplicate, 0)]]);
    let again = &results[1][1].items[0];
    assert_eq!((again.same_as_policy.as_deref(), again.same_as_year), (Some("city-2020"), Some(2021)));
    // Both in force in one year: the higher counts.
    assert_eq!(paid(&run(&[&old, &new])[1]), [[(Awarded, 30)], [(Duplicate, 0)]]);
}

/// Money of an earlier year is money received before.
#[test]
fn the_money_of_another_policy_is_remembered_over_the_years() {
    let mut city = city(20, Rule::None).load();
    city.until = Some(date(2021, 12, 31));
    let mut district = district(50, Rule::TopsUp("municipal")).load();
    district.from = date(2022, 1, 1);
    let results = engine::run_together(vocabulary(), &[&city, &district], &unit(&[100]), &years([2021, 2022]));
    assert_eq!(paid(&results[0])[0], [(Awarded, 20)]);
    assert_eq!(paid(&results[1])[1], [(Reduced, 30)]);
}

fn rule() -> impl Strategy<Value = Rule> {
    let sources = prop_oneof![Just("any"), Just("municipal"), Just("district")];
    prop_oneof![Just(Rule::None), sources.clone().prop_map(Rule::Excludes), sources.prop_map(Rule::TopsUp),]
}

proptest! {
    #![proptest_config(cases(300))]

    /// No row is lost, what is paid in all lies between the higher amount and the sum, and is the higher amount as
    /// soon as one of the two looks at the other's money.
    #[test]
    fn the_higher_amount_is_kept(
        costs in prop::collection::vec(1..1000i64, 1..5),
        shares in (1..=100i128, 1..=100i128),
        rules in (rule(), rule()),
        swapped in any::<bool>(),
    ) {
        let mut measures = [city(shares.0, rules.0), district(shares.1, rules.1)];
        if swapped {
            measures.reverse();
        }
        let results = together(&measures, &unit(&costs));
        let looks = |rule: Rule, level: &str| match rule {
            Rule::None => false,
            Rule::Excludes(sources) | Rule::TopsUp(sources) => sources == "any" || sources == level,
        };
        let one_of_both = looks(rules.0, "district") || looks(rules.1, "municipal");
        for (row, cost) in costs.iter().enumerate() {
            let (one, other) = (i128::from(*cost) * shares.0, i128::from(*cost) * shares.1);
            let sum: i128 = results.iter().map(|result| result.items[row].amount.fen()).sum();
            prop_assert_eq!(sum, if one_of_both { one.max(other) } else { one + other });
        }
        for result in &results {
            prop_assert_eq!(result.items.len(), costs.len());
            prop_assert_eq!(result.items.iter().map(|item| item.amount).sum::<Money>(), result.total);
            for item in &result.items {
                let last = item.steps.last().map_or(Money::ZERO, |step| step.amount);
                prop_assert_eq!(last, item.amount);
            }
        }
    }
}

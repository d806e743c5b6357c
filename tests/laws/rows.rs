//! Random portfolios as a company might have them: most rows aim at a clause of the policy, near the edges of its
//! windows; every fact is blank at times, and every value of every enum occurs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use biaobu::engine::Application;
use biaobu::engine::result::Status;
use biaobu::facts::{Achievement, Applicant, Facts, Value};
use biaobu::money::Money;
use biaobu::policy::Policy;
use biaobu::vocabulary::{FactId, FactType, Of, ValueId};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::collection::{SizeRange, btree_set, vec};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::support::{evaluate, fact, policy, samples, shipped, vocabulary};

/// One applicant under one shipped policy in one year.
#[derive(Clone)]
pub struct Case {
    pub policy: &'static Policy,
    pub applicant: Applicant,
    pub application: Application,
}

/// As cells, so that a failing case can be read and put into a file.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {:?}", self.policy.id, self.application)?;
        writeln!(f, "  unit {}", line(&self.applicant.facts))?;
        for achievement in &self.applicant.achievements {
            writeln!(f, "  {} {}", achievement.id, line(&achievement.facts))?;
        }
        Ok(())
    }
}

fn line(facts: &Facts) -> String {
    cells(facts).into_iter().map(|(header, cell)| format!("{header}={cell}")).collect::<Vec<_>>().join(" | ")
}

/// Facts as header and cell, as a file has them.
pub fn cells(facts: &Facts) -> Vec<(String, String)> {
    let vocabulary = vocabulary();
    let mut cells = Vec::new();
    let mut flags = Vec::new();
    for (id, value) in facts.iter() {
        let fact = vocabulary.fact(id);
        let cell = match value {
            Value::Code(code) => vocabulary.value_name(id, *code).to_owned(),
            Value::OneOf(open) => {
                let word = fact.ambiguous.iter().find(|word| *word.means == **open).expect("a word of the vocabulary");
                word.labels[0].clone()
            }
            Value::Integer(number) => number.to_string(),
            Value::Integers(numbers) => numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(";"),
            Value::Date(date) => date.to_string(),
            Value::Money(money) => money.to_string(),
            Value::Text(text) => text.to_string(),
            Value::Bool(holds) if fact.flag => {
                flags.push(format!("{}{}", if *holds { "" } else { "!" }, fact.id));
                continue;
            }
            Value::Bool(holds) => if *holds { "是" } else { "否" }.to_owned(),
        };
        cells.push((fact.id.clone(), cell));
    }
    if !flags.is_empty() {
        cells.push(("flags".to_owned(), flags.join(";")));
    }
    cells
}

// ---------------------------------------------------------------------- dates

/// A day that only the case's policy and year make a date.
#[derive(Clone, Debug)]
pub enum Day {
    /// A day of the year Y plus this.
    InYear(i16, i16),
    /// An edge of the year Y plus this: its first day, or the day before.
    Edge(i16, bool),
    /// Years before the application date, and days from there.
    BeforeApplication(i16, i32),
    /// Days from the policy's first day.
    AroundFirst(i32),
}

fn day() -> impl Strategy<Value = Day> {
    prop_oneof![
        8 => (0..365i16).prop_map(|day| Day::InYear(-1, day)),
        3 => (-3..=1i16, 0..365i16).prop_map(|(year, day)| Day::InYear(year, day)),
        2 => (-1..=1i16, any::<bool>()).prop_map(|(year, first)| Day::Edge(year, first)),
        2 => (0..=5i16, -1..=1).prop_map(|(years, days)| Day::BeforeApplication(years, days)),
        1 => (-1..=1).prop_map(Day::AroundFirst),
    ]
}

fn resolve(day: &Day, policy: &Policy, year: i16, on: Date) -> Date {
    match day {
        Day::InYear(offset, day) => date(year + offset, 1, 1).saturating_add(i64::from(*day).days()),
        Day::Edge(offset, true) => date(year + offset, 1, 1),
        Day::Edge(offset, false) => date(year + offset - 1, 12, 31),
        Day::BeforeApplication(years, days) => {
            on.saturating_sub(i64::from(*years).years()).saturating_add(i64::from(*days).days())
        }
        Day::AroundFirst(days) => policy.from.saturating_add(i64::from(*days).days()),
    }
}

// ---------------------------------------------------------------------- rows

/// The random part of one row; [`Seed::build`] makes facts of it for a policy and a year.
#[derive(Clone, Debug)]
pub struct Seed {
    aim: Aim,
    numbers: Numbers,
    words: Words,
    flags: Vec<Option<bool>>,
}

/// Selecting facts: those of a line of the policy's amounts, some of them changed, some blank.
#[derive(Clone, Debug)]
struct Aim {
    line: Index,
    kind: Option<Index>,
    changed: Vec<Option<Index>>,
    blank: Vec<bool>,
    ambiguous: bool,
    subject: Index,
    other_enums: Vec<Option<Index>>,
    stage: Index,
}

#[derive(Clone, Debug)]
struct Numbers {
    rank: Option<i64>,
    local_ranks: Option<BTreeSet<i64>>,
    date: Option<Day>,
    implemented: Option<Day>,
    cost: Option<Money>,
    prior_amount: Option<Money>,
    quantity: Option<i64>,
    adopters: Option<i64>,
}

#[derive(Clone, Debug)]
struct Words {
    title: Option<&'static str>,
    number: Option<&'static str>,
    series: Option<&'static str>,
    project: Option<&'static str>,
}

/// Amounts as they occur: whole 万, small, and with odd fen.
pub fn amount() -> impl Strategy<Value = Money> {
    prop_oneof![
        6 => (0..=120i128).prop_map(|wan| Money::from_fen(wan * 1_000_000)),
        1 => (0..=5i128).prop_map(Money::from_fen),
        2 => (0..=120_000_000i128).prop_map(Money::from_fen),
    ]
}

pub fn seed() -> impl Strategy<Value = Seed> {
    let selecting = vocabulary().selecting().count();
    let flags = vocabulary().facts().filter(|(_, fact)| fact.flag).count();
    let aim = (
        any::<Index>(),
        weighted(0.1, any::<Index>()),
        vec(weighted(0.05, any::<Index>()), selecting),
        vec(prop::bool::weighted(0.07), selecting),
        prop::bool::weighted(0.2),
        any::<Index>(),
        vec(weighted(0.15, any::<Index>()), 2),
        any::<Index>(),
    )
        .prop_map(|(line, kind, changed, blank, ambiguous, subject, other_enums, stage)| Aim {
            line,
            kind,
            changed,
            blank,
            ambiguous,
            subject,
            other_enums,
            stage,
        });
    let rank = prop_oneof![6 => Just(1i64), 4 => 2..=5i64, 1 => 6..=40i64];
    let numbers =
        (
            weighted(0.7, rank),
            weighted(0.3, btree_set(1..=7i64, 1..=4)),
            weighted(0.94, day()),
            weighted(0.5, day()),
            weighted(0.6, amount()),
            weighted(0.12, amount()),
            weighted(0.3, 1..=9i64),
            weighted(0.2, 0..=20i64),
        )
            .prop_map(|(rank, local_ranks, date, implemented, cost, prior_amount, quantity, adopters)| {
                Numbers { rank, local_ranks, date, implemented, cost, prior_amount, quantity, adopters }
            });
    let words = (
        weighted(0.4, select(&["甲", "乙", "丙"][..])),
        weighted(0.3, select(&["GB/T 1-2021", "DB11/T 2-2021", "T/CAS 3-2021", "ISO 4:2021", "无号"][..])),
        weighted(0.35, select(&["S1", "Ｓ1", "S2"][..])),
        weighted(0.35, select(&["P1", "p1", "P2"][..])),
    )
        .prop_map(|(title, number, series, project)| Words { title, number, series, project });
    let flags = vec(weighted(0.12, prop::bool::weighted(0.7)), flags);
    (aim, numbers, words, flags).prop_map(|(aim, numbers, words, flags)| Seed { aim, numbers, words, flags })
}

/// The rows of one unit. A unit often has several achievements of one sort.
pub fn seeds(rows: impl Into<SizeRange>) -> impl Strategy<Value = Vec<Seed>> {
    vec((seed(), prop::bool::weighted(0.3)), rows).prop_map(|drawn| {
        let mut seeds: Vec<Seed> = Vec::new();
        for (mut seed, like_the_last) in drawn {
            if let Some(last) = seeds.last().filter(|_| like_the_last) {
                seed.aim = last.aim.clone();
            }
            seeds.push(seed);
        }
        seeds
    })
}

/// What each line of a policy's amounts asks of the selecting facts.
fn lines(policy: &Policy) -> Vec<Vec<(FactId, ValueId)>> {
    let mut lines = Vec::new();
    for clause in &policy.clauses {
        for line in &clause.amounts {
            let mut partial: Vec<Vec<(FactId, ValueId)>> =
                vec![clause.by.iter().copied().zip(line.key.iter().copied()).collect()];
            for (fact, values) in clause.selects.0.iter().filter(|(fact, _)| !clause.by.contains(fact)) {
                let with = |begun: &Vec<(FactId, ValueId)>| {
                    values.iter().map(|value| [&begun[..], &[(*fact, *value)]].concat()).collect::<Vec<_>>()
                };
                partial = partial.iter().flat_map(with).collect();
            }
            lines.extend(partial);
        }
    }
    lines
}

impl Seed {
    pub fn build(&self, policy: &Policy, year: i16, on: Date) -> Facts {
        let mut facts = Facts::none();
        self.select(policy, &mut facts);
        let days = [("date", &self.numbers.date), ("implemented", &self.numbers.implemented)];
        for (name, day) in days {
            if let Some(day) = day {
                facts.set(fact(name), Value::Date(resolve(day, policy, year, on)));
            }
        }
        let numbers = &self.numbers;
        for (name, number) in [("rank", numbers.rank), ("quantity", numbers.quantity), ("adopters", numbers.adopters)] {
            if let Some(number) = number {
                facts.set(fact(name), Value::Integer(number));
            }
        }
        if let Some(ranks) = &numbers.local_ranks {
            facts.set(fact("local_ranks"), Value::Integers(ranks.iter().copied().collect()));
        }
        for (name, money) in [("cost", numbers.cost), ("prior_amount", numbers.prior_amount)] {
            if let Some(money) = money {
                facts.set(fact(name), Value::Money(money));
            }
        }
        let words = &self.words;
        let texts =
            [("title", words.title), ("number", words.number), ("series", words.series), ("project", words.project)];
        for (name, text) in texts {
            if let Some(text) = text {
                facts.set(fact(name), Value::Text(text.into()));
            }
        }
        for ((id, _), flag) in vocabulary().facts().filter(|(_, fact)| fact.flag).zip(&self.flags) {
            if let Some(holds) = flag {
                facts.set(id, Value::Bool(*holds));
            }
        }
        facts
    }

    fn select(&self, policy: &Policy, facts: &mut Facts) {
        let vocabulary = vocabulary();
        let known = vocabulary.known();
        let mut wanted: BTreeMap<FactId, ValueId> = self.aim.line.get(&lines(policy)).iter().copied().collect();
        if let Some(kind) = &self.aim.kind {
            let kinds: Vec<ValueId> = vocabulary.values_for(known.kind, None).collect();
            wanted.insert(known.kind, *kind.get(&kinds));
        }
        let kind = wanted.get(&known.kind).copied();
        for (place, id) in vocabulary.selecting().enumerate() {
            let values: Vec<ValueId> = vocabulary.values_for(id, kind).collect();
            let changed = self.aim.changed[place].as_ref().filter(|_| id != known.kind && !values.is_empty());
            let value = changed.map(|index| *index.get(&values)).or_else(|| wanted.get(&id).copied());
            // A line asks for a subject of its own kind; a row of another kind has one of that kind's.
            let value = match value {
                Some(value) if id == known.subject && !values.contains(&value) => {
                    (!values.is_empty()).then(|| *self.aim.subject.get(&values))
                }
                other => other,
            };
            let Some(value) = value.filter(|_| id == known.kind || !self.aim.blank[place]) else { continue };
            let words = &vocabulary.fact(id).ambiguous;
            match words.iter().find(|word| self.aim.ambiguous && word.means.contains(&value)) {
                Some(word) => facts.set(id, Value::OneOf(word.means.clone().into())),
                None => facts.set(id, Value::Code(value)),
            }
        }
        // Enums that do not select: rare, but for the stage of a pilot, mostly its acceptance.
        let others = vocabulary
            .facts()
            .filter(|(_, fact)| fact.of == Of::Achievement && fact.kind == FactType::Enum && !fact.selects);
        for ((id, _), index) in others.zip(&self.aim.other_enums) {
            let values: Vec<ValueId> = vocabulary.values_for(id, kind).collect();
            let is_pilot = id == fact("stage") && kind == vocabulary.fact(known.kind).value_id("pilot");
            let usual = vocabulary.fact(id).value_id("accepted").filter(|_| is_pilot);
            let of_pilot = usual.map(|usual| values.get(self.aim.stage.index(6)).copied().unwrap_or(usual));
            if let Some(value) = index.as_ref().map(|index| *index.get(&values)).or(of_pilot) {
                facts.set(id, Value::Code(value));
            }
        }
    }
}

// ---------------------------------------------------------------------- units and applications

/// The random part of a unit.
#[derive(Clone, Debug)]
pub struct Unit {
    kind: Option<Index>,
    region: Option<bool>,
    dates: Vec<Option<Day>>,
    investigating: Option<bool>,
}

pub fn unit() -> impl Strategy<Value = Unit> {
    (
        weighted(0.5, any::<Index>()),
        weighted(0.5, prop::bool::weighted(0.9)),
        vec(weighted(0.06, day()), 4),
        weighted(0.2, prop::bool::weighted(0.1)),
    )
        .prop_map(|(kind, region, dates, investigating)| Unit { kind, region, dates, investigating })
}

impl Unit {
    /// A unit of which nothing is known.
    pub fn unknown() -> Unit {
        Unit { kind: None, region: None, dates: Vec::new(), investigating: None }
    }

    pub fn build(&self, policy: &Policy, year: i16, on: Date) -> Facts {
        let mut facts = Facts::none();
        let kind = fact("type");
        if let Some(index) = &self.kind {
            let values: Vec<ValueId> = vocabulary().values_for(kind, None).collect();
            // Enterprises are three quarters of all units.
            let place = index.index(16);
            facts.set(kind, Value::Code(values.get(place).copied().unwrap_or(values[0])));
        }
        if let Some(local) = self.region {
            let region = if local { format!("{}市", policy.region[0]) } else { "昆明市".to_owned() };
            facts.set(fact("region"), Value::Text(region.into()));
        }
        let dates = vocabulary().facts().filter(|(_, f)| f.of == Of::Applicant && f.kind == FactType::Date);
        for ((id, _), day) in dates.zip(&self.dates) {
            if let Some(day) = day {
                facts.set(id, Value::Date(resolve(day, policy, year, on)));
            }
        }
        if let Some(holds) = self.investigating {
            facts.set(fact("investigating"), Value::Bool(holds));
        }
        facts
    }
}

/// The random part of an application.
#[derive(Clone, Debug)]
pub struct Asked {
    year: i16,
    on: Option<i16>,
    ignore_validity: bool,
    fund_total: Option<Money>,
}

pub fn asked() -> impl Strategy<Value = Asked> {
    (
        prop_oneof![4 => 2021..=2023i16, 1 => 2017..=2027i16],
        weighted(0.15, 0..365i16),
        prop::bool::weighted(0.3),
        weighted(0.5, amount()),
    )
        .prop_map(|(year, on, ignore_validity, fund_total)| Asked { year, on, ignore_validity, fund_total })
}

impl Asked {
    /// The end of a year in which every shipped policy is in force, without a fund.
    pub fn usual() -> Asked {
        Asked { year: 2022, on: None, ignore_validity: false, fund_total: None }
    }

    /// The application, and a day near D for dates to lie around.
    pub fn build(&self, policy: &Policy) -> (Application, Date) {
        let on = self.on.map(|day| date(self.year, 1, 1).saturating_add(i64::from(day).days()));
        let parameters = self.fund_total.map(|fund| ("fund_total".to_owned(), fund)).into_iter().collect();
        let application =
            Application { year: self.year, on, parameters, ignore_validity: self.ignore_validity, calls: false };
        let day = on.or_else(|| policy.application_date(self.year)).unwrap_or_else(|| date(self.year, 12, 31));
        (application, day)
    }
}

pub fn build(policy: &'static Policy, seeds: &[Seed], unit: &Unit, asked: &Asked) -> Case {
    let (application, on) = asked.build(policy);
    let achievements = seeds
        .iter()
        .zip(2u64..)
        .map(|(seed, row)| Achievement {
            id: format!("row{row}"),
            row,
            facts: seed.build(policy, asked.year, on),
            ..Achievement::default()
        })
        .collect();
    let facts = unit.build(policy, asked.year, on);
    Case { policy, applicant: Applicant { name: "某单位".to_owned(), facts, achievements }, application }
}

/// The policies of which the rows reach every clause; the others have too many for a sample to meet each of them.
const CORE: [&str; 4] = ["beijing-2020", "foshan-2018", "tianjin-2021", "xiamen-2020"];

/// Portfolios with as many rows as given, half of them under the core policies.
pub fn portfolio(rows: impl Into<SizeRange>) -> impl Strategy<Value = Case> {
    let any_policy = any::<Index>().prop_map(|index| index.get(shipped()));
    let policies = prop_oneof![select(&CORE[..]).prop_map(policy), any_policy];
    (policies, seeds(rows), unit(), asked())
        .prop_map(|(policy, seeds, unit, asked)| build(policy, &seeds, &unit, &asked))
}

// ---------------------------------------------------------------------- the rows themselves

/// Laws over rows that are all refused would say nothing: every status occurs, and in the core policies every
/// clause comes to pay, every cap to cut and every bar to hold.
#[test]
fn the_rows_reach_every_status_and_every_clause() {
    let mut statuses = BTreeSet::new();
    let mut paying: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut cut_by: BTreeSet<(&str, usize)> = BTreeSet::new();
    let mut barred: BTreeSet<(&str, Option<usize>)> = BTreeSet::new();
    for case in samples(&portfolio(2..9), 4000) {
        let result = evaluate(case.policy, &case.applicant, &case.application);
        barred.extend(result.barred_by.iter().map(|barred| (case.policy.id.as_str(), barred.bar)));
        let cut = result.caps.iter().filter(|used| used.after < used.before);
        cut_by.extend(cut.map(|used| (case.policy.id.as_str(), used.cap)));
        for item in &result.items {
            statuses.insert(item.status);
            if let Some(clause) = item.clause.filter(|_| !item.amount.is_zero()) {
                paying.insert((&case.policy.id, &case.policy.clauses[clause].id));
            }
        }
    }
    assert_eq!(statuses.into_iter().collect::<Vec<_>>(), Status::ALL);
    let mut unreached = Vec::new();
    for policy in CORE.map(policy) {
        let id = policy.id.as_str();
        let clauses = policy.clauses.iter().filter(|clause| !paying.contains(&(id, &clause.id)));
        unreached.extend(clauses.map(|clause| format!("{id} pays {}", clause.id)));
        let caps = policy.caps.iter().enumerate().filter(|(cap, _)| !cut_by.contains(&(id, *cap)));
        unreached.extend(caps.map(|(_, cap)| format!("{id} cuts by {}", cap.id)));
        let bars = policy.bars.iter().enumerate().filter(|(bar, _)| !barred.contains(&(id, Some(*bar))));
        unreached.extend(bars.map(|(_, bar)| format!("{id} bars by {}", bar.cite)));
    }
    assert_eq!(unreached, [""; 0]);
    assert!(barred.iter().any(|(_, bar)| bar.is_none()), "some unit is from elsewhere");
}

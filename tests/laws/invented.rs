//! Invented policies: TOML text with random categories, limits and caps, loaded as any rule file is. Every clause
//! pays the row's `cost`, so that a row is worth what its case says.

use std::fmt::Write as _;

use biaobu::engine::Application;
use biaobu::facts::{Achievement, Applicant, Facts, Value};
use biaobu::money::Money;
use biaobu::policy::{self, Policy};
use biaobu::rulefile::RuleFile;
use proptest::collection::{SizeRange, btree_set, vec};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::{fact, value, vocabulary};

/// Each clause pays for one kind.
pub const KINDS: [&str; 6] = ["standard", "committee", "award", "pilot", "leader", "benchmarking"];
/// Facts by which limits tell classes apart; no clause is selected by them.
pub const LEVELS: [&str; 9] =
    ["international", "national", "industry", "regional", "provincial", "municipal", "district", "group", "enterprise"];
pub const ACTIONS: [&str; 2] = ["formulate", "revise"];

#[derive(Clone, Debug)]
pub struct Invented {
    /// Of each clause, its category.
    pub clauses: Vec<usize>,
    pub category_limit: Option<usize>,
    pub limits: Vec<Limit>,
    /// Nested or apart.
    pub caps: Vec<Cap>,
    /// Clauses of which rows with the same project count as one.
    pub merge: Option<Vec<usize>>,
}

#[derive(Clone, Debug)]
pub struct Limit {
    pub on: Vec<usize>,
    pub at_most: usize,
    pub per: Per,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    Unit,
    Level,
    LevelAndAction,
}

#[derive(Clone, Debug)]
pub struct Cap {
    pub on: Vec<usize>,
    pub at_most: i128,
    pub raised: Option<Raise>,
}

#[derive(Clone, Debug)]
pub struct Raise {
    /// None: no limit.
    pub to: Option<i128>,
    pub by: Vec<usize>,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub clause: usize,
    pub fen: i128,
    pub level: usize,
    pub action: usize,
    pub project: Option<usize>,
}

// ---------------------------------------------------------------------- strategies

/// Small round amounts, so that ties are many, and some odd ones.
pub fn fen() -> impl Strategy<Value = i128> {
    prop_oneof![1 => Just(0i128), 8 => (1..=6i128).prop_map(|yuan| yuan * 100), 1 => 1..=600i128]
}

fn cap_amount() -> impl Strategy<Value = i128> {
    prop_oneof![6 => (1..=14i128).prop_map(|yuan| yuan * 100), 1 => 1..=1400i128]
}

/// Stretches of the clauses that are nested or apart.
fn stretches(clauses: usize) -> impl Strategy<Value = Vec<Vec<usize>>> {
    vec((0..clauses, 1..=clauses), 0..=4).prop_map(move |drawn| {
        let mut stretches: Vec<(usize, usize)> = Vec::new();
        for (from, length) in drawn {
            let to = (from + length).min(clauses);
            let fits = |(f, t): &(usize, usize)| {
                to <= *f || *t <= from || (*f <= from && to <= *t) || (from <= *f && *t <= to)
            };
            if stretches.iter().all(fits) {
                stretches.push((from, to));
            }
        }
        stretches.into_iter().map(|(from, to)| (from..to).collect()).collect()
    })
}

fn caps(clauses: usize) -> impl Strategy<Value = Vec<Cap>> {
    let raise = (weighted(0.8, 0..=10i128), btree_set(0..clauses, 1..=clauses));
    (stretches(clauses), vec((cap_amount(), weighted(0.4, raise)), 4)).prop_map(|(stretches, amounts)| {
        let caps = stretches.into_iter().zip(amounts);
        caps.map(|(on, (at_most, raised))| {
            let raised = raised
                .map(|(more, by)| Raise { to: more.map(|yuan| at_most + yuan * 100), by: by.into_iter().collect() });
            Cap { on, at_most, raised }
        })
        .collect()
    })
}

fn limits(clauses: usize) -> impl Strategy<Value = Vec<Limit>> {
    let per = prop_oneof![Just(Per::Unit), Just(Per::Level), Just(Per::LevelAndAction)];
    (vec(0..4usize, clauses), vec((1..=3usize, per), 2)).prop_map(|(groups, drawn)| {
        let limits = drawn.into_iter().enumerate().map(|(group, (at_most, per))| {
            // Two draws in four put a clause under the first limit, one under the second.
            let on = groups.iter().enumerate().filter(|(_, drawn)| drawn.saturating_sub(1) == group);
            Limit { on: on.map(|(clause, _)| clause).collect(), at_most, per }
        });
        limits.filter(|limit| !limit.on.is_empty()).collect()
    })
}

pub fn policies() -> impl Strategy<Value = Invented> {
    (2..=4usize, 0..=2usize).prop_flat_map(|(categories, more)| {
        let clauses = categories + more;
        (
            // Every category has a clause; the further ones go to any, and all of them in any order.
            vec(0..categories, more),
            weighted(0.6, 1..=3usize),
            limits(clauses),
            caps(clauses),
            weighted(0.3, btree_set(0..clauses, 1..=clauses)),
        )
            .prop_map(move |(further, category_limit, limits, caps, merge)| {
                let clauses = (0..categories).chain(further).collect();
                let merge = merge.map(|on| on.into_iter().collect());
                Invented { clauses, category_limit, limits, caps, merge }
            })
    })
}

pub fn rows(count: impl Into<SizeRange>) -> impl Strategy<Value = Vec<(Index, Row)>> {
    let row = (any::<Index>(), fen(), 0..3usize, 0..ACTIONS.len(), weighted(0.4, 0..2usize));
    vec(
        row.prop_map(|(clause, fen, level, action, project)| (clause, Row { clause: 0, fen, level, action, project })),
        count,
    )
}

/// A policy and rows for it.
pub fn policy_and_rows(count: impl Into<SizeRange>) -> impl Strategy<Value = (Invented, Vec<Row>)> {
    (policies(), rows(count)).prop_map(|(invented, drawn)| {
        let clauses = invented.clauses.len();
        let rows = drawn.into_iter().map(|(clause, row)| Row { clause: clause.index(clauses), ..row }).collect();
        (invented, rows)
    })
}

// ---------------------------------------------------------------------- as a rule file, as facts

fn yuan(fen: i128) -> String {
    format!("\"{}元\"", Money::from_fen(fen))
}

fn list(clauses: &[usize]) -> String {
    let names: Vec<String> = clauses.iter().map(|clause| format!("\"c{clause}\"")).collect();
    format!("[{}]", names.join(", "))
}

impl Invented {
    pub fn toml(&self) -> String {
        let window = "[[condition]]\ncite = \"第三条\"\nfact = \"date\"\nwithin = \"up to application\"\n";
        let mut toml = format!("{}{window}", crate::support::POLICY);
        self.write(&mut toml).expect("a string takes every line");
        toml
    }

    fn write(&self, toml: &mut String) -> std::fmt::Result {
        let categories = self.clauses.iter().max().map_or(0, |last| last + 1);
        for category in 0..categories {
            writeln!(toml, "[[category]]\nid = \"k{category}\"\ntitle = \"类\"\nen = \"category\"")?;
        }
        for (clause, category) in self.clauses.iter().enumerate() {
            let kind = KINDS[clause];
            let nature = if clause % 2 == 0 { "fixed" } else { "ceiling" };
            writeln!(
                toml,
                r#"
[[clause]]
id       = "c{clause}"
cite     = "第{clause}条"
title    = "款"
en       = "clause"
for      = {{ kind = "{kind}" }}
category = "k{category}"
nature   = "{nature}"
amount   = "cost, at most 1000万元"
[[clause.example]]
name = "例"
year = 2022
row  = {{ date = "2021-01-01", cost = "1元" }}
pays = "1元""#
            )?;
        }
        if let Some(on) = &self.merge {
            let on = list(on);
            writeln!(toml, "[[merge]]\ncite = \"并\"\ntitle = \"并\"\nen = \"one\"\nin = {on}\nsame = [\"project\"]")?;
        }
        if let Some(at_most) = self.category_limit {
            writeln!(
                toml,
                "[[limit]]\ncite = \"限\"\ntitle = \"限\"\nen = \"limit\"\nat_most = {at_most}\nof = \"categories\""
            )?;
        }
        for limit in &self.limits {
            let (at_most, on) = (limit.at_most, list(&limit.on));
            writeln!(
                toml,
                "[[limit]]\ncite = \"限\"\ntitle = \"限\"\nen = \"limit\"\nat_most = {at_most}\nof = \"items\""
            )?;
            writeln!(toml, "in = {on}")?;
            match limit.per {
                Per::Unit => {}
                Per::Level => writeln!(toml, "per = [\"level\"]")?,
                Per::LevelAndAction => writeln!(toml, "per = [\"level\", \"action\"]")?,
            }
        }
        for (index, cap) in self.caps.iter().enumerate() {
            let (on, at_most) = (list(&cap.on), yuan(cap.at_most));
            writeln!(toml, "[[cap]]\nid = \"cap{index}\"\ncite = \"顶\"\ntitle = \"顶\"\nen = \"cap\"\nin = {on}")?;
            writeln!(toml, "at_most = {at_most}")?;
            if let Some(raise) = &cap.raised {
                let to = raise.to.map_or("\"no limit\"".to_owned(), yuan);
                writeln!(toml, "raised = {{ to = {to}, by = {} }}", list(&raise.by))?;
            }
        }
        Ok(())
    }

    pub fn load(&self) -> Policy {
        load(self.toml())
    }
}

/// Loads a policy that must load.
pub fn load(text: String) -> Policy {
    let file = RuleFile { name: "invented-2020.toml".to_owned(), text };
    match policy::load(vocabulary(), &file) {
        Ok(loaded) => loaded.policy,
        Err(found) => panic!("{found:#?}\n{}", file.text),
    }
}

pub fn applicant(rows: &[Row]) -> Applicant {
    let achievements = rows.iter().zip(2u64..).map(|(row, number)| {
        let mut facts = Facts::none();
        let codes = [("kind", KINDS[row.clause]), ("level", LEVELS[row.level]), ("action", ACTIONS[row.action])];
        for (name, code) in codes {
            facts.set(fact(name), Value::Code(value(fact(name), code)));
        }
        facts.set(fact("date"), Value::Date(jiff::civil::date(2021, 1, 1)));
        facts.set(fact("cost"), Value::Money(Money::from_fen(row.fen)));
        if let Some(project) = row.project {
            facts.set(fact("project"), Value::Text(format!("P{project}").into()));
        }
        Achievement { id: format!("row{number}"), row: number, facts, ..Achievement::default() }
    });
    Applicant { achievements: achievements.collect(), ..Applicant::default() }
}

pub fn application() -> Application {
    Application { year: 2022, ..Application::default() }
}

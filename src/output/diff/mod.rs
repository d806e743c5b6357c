//! `diff`: what two rule files differ in, in clauses and in money, in words.

mod items;
pub mod words;

use serde_json::{Value as Json, json};

use super::compare::{invalid_record, unreadable};
use super::document::{Column, Document, Present, Records, Section, Table};
use super::json::{input, invalid};
use super::words::Speaker;
use crate::analysis::compare::Comparison;
use crate::analysis::diff::amounts::{Beside, Pays};
use crate::analysis::diff::statements::{Part, Statement};
use crate::analysis::diff::{Change, What, Where};
use crate::input::Portfolio;
use crate::lang::Lang;
use crate::policy::Policy;
use crate::vocabulary::Vocabulary;
use words::Teller;

/// The name and version of the JSON form.
pub const SCHEMA: &str = "biaobu.diff/1";

/// A difference and what it takes to tell it.
pub struct Told<'a> {
    /// What people call the two: as they were typed.
    pub names: [&'a str; 2],
    /// The first policy and the second.
    pub policies: [&'a Policy; 2],
    /// What changes in the rules.
    pub changes: &'a [Change],
    /// Amount by amount, where the two are measures of different places.
    pub amounts: Option<&'a [Beside]>,
    /// What it means for achievements, where some are given.
    pub money: Option<Money<'a>>,
    /// Names of facts and values.
    pub vocabulary: &'a Vocabulary,
    /// The language of words.
    pub lang: Lang,
}

/// The difference for achievements.
pub struct Money<'a> {
    /// Every unit under both.
    pub comparison: &'a Comparison<'a>,
    /// What was read.
    pub portfolio: &'a Portfolio,
    /// Application years, ascending.
    pub years: &'a [i16],
}

impl<'a> Told<'a> {
    fn pick(&self, zh: &'static str, en: &'static str) -> &'static str {
        self.lang.pick(zh, en)
    }

    fn speaker(&self, side: usize) -> Speaker<'a> {
        Speaker { lang: self.lang, vocabulary: self.vocabulary, policy: self.policies[side], holes: false }
    }

    fn teller(&self) -> Teller<'a> {
        Teller { before: self.speaker(0), after: self.speaker(1) }
    }

    /// Parts that are told as changes: of two places the clauses are told amount by amount, and what the measures are
    /// stands above.
    fn told_as_changes(&self) -> impl Iterator<Item = &'a Change> {
        let versions = self.amounts.is_none();
        self.changes
            .iter()
            .filter(move |change| versions || !matches!(change.part, Part::Head | Part::Clause | Part::Category))
    }

    /// True if nothing differs in substance.
    fn same(&self) -> bool {
        self.changes.is_empty()
    }

    fn lead(&self) -> Vec<String> {
        let mut lead: Vec<String> = (0..2)
            .map(|side| {
                let (name, policy) = (self.names[side], self.policies[side]);
                let label = if side == 0 { self.pick("前", "before") } else { self.pick("后", "after") };
                let id = if name == policy.id { String::new() } else { format!(" ({})", policy.id) };
                let (title, validity) = (policy.title.get(self.lang), self.speaker(side).validity());
                let colon = self.pick("：", ": ");
                format!("{label}{colon}{name}{id} · {title} · {validity}")
            })
            .collect();
        let same_file = self.policies[0].sha256 == self.policies[1].sha256;
        lead.extend(
            match (self.same(), same_file) {
                (true, true) => Some(self.pick("两份规则文件完全相同。", "The two rule files are the same.")),
                (true, false) => Some(self.pick(
                    "规则没有实质差别：只有注释、算例或写法不同。",
                    "No difference in substance: only comments, worked examples or the way of writing differ.",
                )),
                (false, _) => None,
            }
            .map(str::to_owned),
        );
        let count = self.told_as_changes().count();
        if !self.same() && self.amounts.is_none() {
            lead.push(match self.lang {
                Lang::Zh => format!("规则有 {count} 处变化。"),
                Lang::En => format!("changes in the rules: {count}"),
            });
        }
        lead
    }

    /// `20万元 定额 第七条`.
    fn pays(&self, pays: Option<&Pays>, side: usize) -> String {
        let Some(pays) = pays else { return "-".to_owned() };
        let speaker = self.speaker(side);
        let Some(clause) = self.policies[side].clauses.get(pays.clause) else { return String::new() };
        let per = if pays.per_quantity { self.pick("×数量", " x quantity") } else { "" };
        format!("{}{per} {} {}", self.teller().amount(&pays.amount, &speaker), speaker.nature(pays.nature), clause.cite)
    }

    fn amounts(&self, amounts: &[Beside]) -> Section {
        let row = |beside: &Beside| {
            let facts = self.teller().values(&beside.facts);
            vec![facts, self.pays(beside.before.as_ref(), 0), self.pays(beside.after.as_ref(), 1)]
        };
        let mut columns = vec![Column::words(self.pick("成果", "achievement"))];
        columns.extend(self.names.map(Column::words));
        let table = Table { caption: String::new(), columns, rows: amounts.iter().map(row).collect(), sum: None };
        Section {
            heading: self.pick("金额对照", "amounts side by side").to_owned(),
            notes: vec![
                self.pick(
                    "两地的条款按所付的事项对照，是条件、限项、封顶之前的金额；- 表示没有对应的条款。条件见 biaobu show。",
                    "Clauses of two places, matched by what they pay for: amounts before conditions, limits and caps; - where no clause pays. For the conditions see biaobu show.",
                )
                .to_owned(),
            ],
            tables: vec![table],
        }
    }

    /// One section per part of the rules.
    fn changes(&self) -> Vec<Section> {
        let teller = self.teller();
        let of_part = |part: Part| {
            let told = self.told_as_changes().filter(|change| change.part == part);
            let notes: Vec<String> = told.map(|change| format!("- {}", teller.sentence(change))).collect();
            let heading = teller.part(part).to_owned();
            (!notes.is_empty()).then_some(Section { heading, notes, tables: Vec::new() })
        };
        Part::ALL.into_iter().filter_map(of_part).collect()
    }

    /// Before and after of a change, as texts.
    fn sides(&self, what: &What) -> [String; 2] {
        let teller = self.teller();
        let all = |says: &[Statement], side: usize| {
            let said = says
                .iter()
                .map(|said| format!("{}: {}", teller.about(&said.aspect), teller.said(said, &self.speaker(side))));
            said.collect::<Vec<_>>().join("; ")
        };
        match what {
            What::Added(says) => [String::new(), all(says, 1)],
            What::Removed(says) => [all(says, 0), String::new()],
            What::Order { before, after } => [before.join(", "), after.join(", ")],
            What::Says { before: Some(before), after: Some(after), .. } => teller.both(before, after),
            What::Says { before, after, .. } => {
                let one = |said: &Option<Statement>, side: usize| {
                    said.as_ref().map(|said| teller.said(said, &self.speaker(side))).unwrap_or_default()
                };
                [one(before, 0), one(after, 1)]
            }
        }
    }

    /// What a change is about: the id of the aspect, and its values or facts.
    fn aspect(&self, what: &What) -> (&'static str, String) {
        match what {
            What::Says { aspect, .. } => {
                let vocabulary = self.vocabulary;
                let key = aspect.key.iter().map(|(fact, value)| vocabulary.value_name(*fact, *value).to_owned());
                let facts = aspect.facts.iter().map(|fact| vocabulary.fact(*fact).id.clone());
                (aspect.name.id(), key.chain(facts).collect::<Vec<_>>().join(";"))
            }
            What::Order { .. } => ("order", String::new()),
            What::Added(_) | What::Removed(_) => ("", String::new()),
        }
    }

    fn change_records(&self) -> Records {
        let header =
            ["part", "rule", "clause_before", "clause_after", "change", "aspect", "about", "before", "after", "text"];
        let teller = self.teller();
        let mut rows: Vec<Vec<String>> = Vec::new();
        for beside in self.amounts.unwrap_or_default() {
            let clause = |pays: Option<&Pays>, side: usize| {
                pays.and_then(|pays| self.policies[side].clauses.get(pays.clause)).map(|clause| clause.cite.clone())
            };
            let (old, new) = (beside.before.as_ref(), beside.after.as_ref());
            let change = match (old, new) {
                (None, _) => "added",
                (_, None) => "removed",
                (Some(old), Some(new)) if (&old.amount, old.nature) == (&new.amount, new.nature) => "same",
                _ => "changed",
            };
            let about: Vec<&str> =
                beside.facts.iter().map(|(fact, value)| self.vocabulary.value_name(*fact, *value)).collect();
            rows.push(vec![
                "amount".to_owned(),
                String::new(),
                clause(old, 0).unwrap_or_default().to_string(),
                clause(new, 1).unwrap_or_default().to_string(),
                change.to_owned(),
                "amount".to_owned(),
                about.join(";"),
                self.pays(old, 0),
                self.pays(new, 1),
                teller.values(&beside.facts),
            ]);
        }
        for change in self.told_as_changes() {
            let [before, after] = self.sides(&change.what);
            let list = |of: &dyn Fn(&Where) -> String| {
                let mut all: Vec<String> = change.on.iter().map(of).filter(|text| !text.is_empty()).collect();
                all.dedup();
                all.join(";")
            };
            let (aspect, about) = self.aspect(&change.what);
            rows.push(vec![
                change.part.id().to_owned(),
                list(&|on| on.key.clone()),
                list(&|on| on.before.as_deref().unwrap_or_default().to_owned()),
                list(&|on| on.after.as_deref().unwrap_or_default().to_owned()),
                change.what.id().to_owned(),
                aspect.to_owned(),
                about,
                before,
                after,
                teller.sentence(change),
            ]);
        }
        Records { header: header.map(str::to_owned).to_vec(), rows }
    }

    fn change_json(&self, change: &Change) -> Json {
        let on = change.on.iter().map(|on| {
            json!({ "rule": on.key, "title": on.title.get(self.lang), "clause_before": on.before, "clause_after": on.after })
        });
        let [before, after] = self.sides(&change.what);
        let (aspect, about) = self.aspect(&change.what);
        json!({
            "part": change.part.id(), "change": change.what.id(), "on": on.collect::<Vec<Json>>(),
            "aspect": aspect, "about": about, "before": before, "after": after,
            "text": self.teller().sentence(change),
        })
    }

    fn amount_json(&self, beside: &Beside) -> Json {
        let facts: serde_json::Map<String, Json> = beside
            .facts
            .iter()
            .map(|(fact, value)| {
                (self.vocabulary.fact(*fact).id.clone(), json!(self.vocabulary.value_name(*fact, *value)))
            })
            .collect();
        let pays = |pays: &Option<Pays>, side: usize| {
            let pays = pays.as_ref()?;
            let clause = self.policies[side].clauses.get(pays.clause)?;
            let amount = self.teller().amount(&pays.amount, &self.speaker(side));
            Some(json!({
                "clause": clause.cite, "rule": clause.id, "nature": pays.nature.id(), "per_quantity": pays.per_quantity,
                "amount": amount,
            }))
        };
        json!({ "facts": facts, "before": pays(&beside.before, 0), "after": pays(&beside.after, 1) })
    }

    fn policy_json(&self, side: usize) -> Json {
        let policy = self.policies[side];
        json!({
            "name": self.names[side], "policy": policy.id, "policy_sha256": policy.sha256,
            "title": policy.title.get(self.lang), "region": policy.region.first(),
            "in_force": { "from": policy.from.to_string(), "until": policy.until.map(|day| day.to_string()) },
        })
    }
}

impl Present for Told<'_> {
    fn document(&self) -> Document {
        let mut lead = self.lead();
        let mut sections = Vec::new();
        // Who asks about money looks for it first.
        if let Some(money) = &self.money {
            lead.extend(self.money_lead(money));
            sections.extend(self.money_sections(money));
        }
        sections.extend(self.amounts.map(|amounts| self.amounts(amounts)));
        sections.extend(self.changes());
        if let Some(money) = &self.money {
            sections.extend(unreadable(&money.portfolio.invalid, self.lang));
        }
        let [before, after] = self.names;
        let arrow = self.pick(" → ", " -> ");
        Document { title: format!("{before}{arrow}{after}"), lead, sections }
    }

    fn records(&self) -> Records {
        let Some(money) = &self.money else { return self.change_records() };
        let mut records = self.item_records(money);
        let rows = money.portfolio.invalid.iter();
        records.rows.extend(rows.map(|row| invalid_record(&records.header, row, self.lang)));
        records
    }

    fn json(&self) -> Json {
        let mut document = json!({
            "schema": SCHEMA,
            "engine": { "name": "biaobu", "version": env!("CARGO_PKG_VERSION") },
            "before": self.policy_json(0),
            "after": self.policy_json(1),
            "same": self.same(),
            "changes": self.changes.iter().map(|change| self.change_json(change)).collect::<Vec<_>>(),
            "amounts": self.amounts.map(|amounts| amounts.iter().map(|one| self.amount_json(one)).collect::<Vec<_>>()),
        });
        if let (Some(money), Json::Object(document)) = (&self.money, &mut document) {
            let rows = money.portfolio.invalid.iter();
            document.insert("inputs".to_owned(), money.portfolio.inputs.iter().map(input).collect());
            document.insert("years".to_owned(), json!(money.years));
            document.insert("money".to_owned(), self.money_json(money));
            document.insert("invalid".to_owned(), rows.flat_map(|row| invalid(row, self.lang)).collect());
        }
        document
    }
}

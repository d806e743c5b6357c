//! The audit of a claims file: for a person, as a sheet to work with, and for scripts.

mod words;

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value as Json, json};

use super::document::{Column, Document, Present, Records, Section, Table};
use super::words::applicant_name;
use super::{Report, json as results};
use crate::analysis::audit::{Audit, By, Case, Class, Finding, Sums, Weight};
use crate::facts::Achievement;
use crate::input::Invalid;
use crate::input::claims::{Cell, Claims};
use crate::lang::Lang;
use crate::money::Money;
use words::Words;

/// The name and version of the JSON form.
pub const SCHEMA: &str = "biaobu.audit/1";

/// What an audit found, and what it was asked about.
pub struct AuditReport<'a> {
    report: &'a Report<'a>,
    claims: &'a Claims,
    audit: &'a Audit<'a>,
    by: By,
    /// Rows with amounts that cannot be read, by file and row.
    mistakes_at: HashMap<(&'a str, u64), &'a Invalid>,
    /// The same by applicant.
    mistakes_of: HashMap<&'a str, Vec<&'a Invalid>>,
}

impl<'a> AuditReport<'a> {
    /// What `audit` found of these `claims`, in the language of the report.
    pub fn new(report: &'a Report<'a>, claims: &'a Claims, audit: &'a Audit<'a>, by: By) -> Self {
        let mistakes_at = claims.mistakes.iter().map(|row| ((row.path.as_str(), row.row), row)).collect();
        let mut mistakes_of: HashMap<&str, Vec<&Invalid>> = HashMap::new();
        for row in &claims.mistakes {
            mistakes_of.entry(row.applicant.as_deref().unwrap_or_default()).or_default().push(row);
        }
        AuditReport { report, claims, audit, by, mistakes_at, mistakes_of }
    }
}

/// One finding with all that is known of its row.
#[derive(Clone, Copy)]
struct Line<'l> {
    finding: &'l Finding,
    /// None for a row that cannot be read.
    case: Option<&'l Case<'l>>,
    row: Option<&'l Achievement>,
    invalid: Option<&'l Invalid>,
}

impl Line<'_> {
    /// The class under which it is listed: that of the claim, unless only the granted amount is wrong.
    fn listed(&self) -> (Class, bool) {
        let of_claim = self.finding.class;
        match self.finding.granted_class {
            Some(granted) if of_claim.weight() == Weight::Information && granted.weight() != Weight::Information => {
                (granted, true)
            }
            _ => (of_claim, false),
        }
    }
}

impl AuditReport<'_> {
    fn lang(&self) -> Lang {
        self.report.lang
    }

    fn words(&self) -> Words<'_> {
        Words { of: self }
    }

    /// Every finding, the unreadable rows last.
    fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let of_cases = self.audit.cases.iter().flat_map(|case| {
            case.findings.iter().map(move |finding| {
                let row = finding.row.and_then(|row| case.applicant.achievements.get(row));
                Line { finding, case: Some(case), row, invalid: None }
            })
        });
        of_cases.chain(self.audit.unreadable.iter().map(|finding| {
            let invalid = finding.row.and_then(|row| self.report.portfolio.invalid.get(row));
            Line { finding, case: None, row: None, invalid }
        }))
    }

    fn amount(&self, money: Money) -> String {
        match self.lang() {
            Lang::Zh => money.in_wan_number(),
            Lang::En => money.grouped().trim_end_matches(".00").to_owned(),
        }
    }

    fn cell(&self, cell: Cell) -> String {
        match cell {
            Cell::Blank => String::new(),
            Cell::Amount(amount) => self.amount(amount),
            Cell::Unreadable => self.lang().pick("读不出", "unreadable").to_owned(),
        }
    }

    /// Count, amount asked for or granted, what is computed, and the difference.
    fn sums(&self, sums: &Sums, granted: bool) -> Vec<String> {
        let asked = if granted { sums.granted } else { sums.claimed };
        let amounts = [asked, sums.computed, asked - sums.computed].map(|money| self.amount(money));
        std::iter::once(sums.count.to_string()).chain(amounts).collect()
    }

    fn classes(&self, granted: bool) -> Table {
        let lang = self.lang();
        let asked = if granted { lang.pick("核定", "granted") } else { lang.pick("申报", "claimed") };
        let by_class = if granted { self.audit.by_granted_class() } else { self.audit.by_class() };
        let mut sum = Sums::default();
        let mut rows = Vec::new();
        for (class, sums) in &by_class {
            let name = words::class(lang, *class).to_owned();
            let weight = words::weight(lang, class.weight()).to_owned();
            rows.push([name, weight].into_iter().chain(self.sums(sums, granted)).collect());
            sum.count += sums.count;
            sum.claimed += sums.claimed;
            sum.granted += sums.granted;
            sum.computed += sums.computed;
        }
        let total = [lang.pick("合计", "sum").to_owned(), String::new()];
        Table {
            caption: if granted {
                lang.pick("核定金额", "Granted amounts").to_owned()
            } else {
                lang.pick("申报金额", "Claimed amounts").to_owned()
            },
            columns: vec![
                Column::words(lang.pick("类别", "class")),
                Column::words(lang.pick("性质", "weight")),
                Column::number(lang.pick("项数", "count")),
                Column::number(asked),
                Column::number(lang.pick("应得", "computed")),
                Column::number(lang.pick("差额", "difference")),
            ],
            rows,
            sum: Some(total.into_iter().chain(self.sums(&sum, granted)).collect()),
        }
    }

    fn applicants(&self) -> Table {
        let lang = self.lang();
        let granted = self.claims.has_granted;
        let line = |name: String, sums: &Sums, wrong: usize| {
            let mut cells = vec![name];
            cells.extend([sums.claimed, sums.computed, sums.claimed - sums.computed].map(|money| self.amount(money)));
            if granted {
                cells.push(self.amount(sums.granted));
            }
            cells.push(wrong.to_string());
            cells
        };
        let wrong = |findings: &[Finding]| {
            let fine = |class: Class| class.weight() == Weight::Information;
            findings.iter().filter(|f| !(fine(f.class) && f.granted_class.is_none_or(fine))).count()
        };
        let mut rows = Vec::new();
        for case in &self.audit.cases {
            let policy = case.policy.map_or("-", |policy| &policy.id);
            let name = format!("{} · {policy}", applicant_name(case.applicant, lang));
            rows.push(line(name, &Sums::of(&case.findings), wrong(&case.findings)));
        }
        if !self.audit.unreadable.is_empty() {
            let name = lang.pick("（读不出的行）", "(unreadable rows)").to_owned();
            let unreadable = &self.audit.unreadable;
            rows.push(line(name, &Sums::of(unreadable), wrong(unreadable)));
        }
        let all: Vec<Finding> = self.audit.findings().cloned().collect();
        let sum = line(lang.pick("合计", "sum").to_owned(), &Sums::of(&all), wrong(&all));
        let mut columns = vec![
            Column::words(lang.pick("单位 · 政策", "applicant · policy")),
            Column::number(lang.pick("申报", "claimed")),
            Column::number(lang.pick("应得", "computed")),
            Column::number(lang.pick("差额", "difference")),
        ];
        if granted {
            columns.push(Column::number(lang.pick("核定", "granted")));
        }
        columns.push(Column::number(lang.pick("待查", "to check")));
        Table { caption: String::new(), columns, rows, sum: Some(sum) }
    }

    /// One table per class of these weights.
    fn differences(&self, weights: &[Weight], skip: &[Class]) -> Vec<Table> {
        let lang = self.lang();
        let words = self.words();
        let mut tables = Vec::new();
        for of_granted in [false, true] {
            for class in Class::ALL.into_iter().filter(|c| weights.contains(&c.weight()) && !skip.contains(c)) {
                let lines: Vec<Line<'_>> = self.lines().filter(|line| line.listed() == (class, of_granted)).collect();
                let name = words::class(lang, class);
                let granted = self.claims.has_granted;
                let caption = match (of_granted, lang) {
                    (false, Lang::Zh) => format!("{name}：{}", words::meaning(lang, class)),
                    (false, Lang::En) => format!("{name}: {}", words::meaning(lang, class)),
                    (true, Lang::Zh) => format!("核定金额 · {name}"),
                    (true, Lang::En) => format!("granted amount: {name}"),
                };
                let mut columns = vec![
                    Column::words(lang.pick("哪一项", "which")),
                    Column::number(lang.pick("申报", "claimed")),
                    Column::number(lang.pick("应得", "computed")),
                ];
                if granted {
                    columns.push(Column::number(lang.pick("核定", "granted")));
                }
                columns.push(Column::words(lang.pick("为什么", "why")));
                let rows = lines.iter().map(|line| {
                    let finding = line.finding;
                    let mut cells = vec![words.which(*line), self.cell(finding.claimed), self.amount(finding.computed)];
                    if granted {
                        cells.push(self.cell(finding.granted));
                    }
                    let mut why = words.why(*line);
                    match words.of_granted(*line) {
                        Some(granted) if of_granted => why.insert(0, granted),
                        Some(granted) => why.push(granted),
                        None => {}
                    }
                    cells.push(why.join(lang.pick("；", "; ")));
                    cells
                });
                let rows = rows.collect();
                tables.push(Table { caption, columns, rows, sum: None });
            }
        }
        tables
    }

    fn standards(&self) -> Table {
        let lang = self.lang();
        let words = self.words();
        let by_row = self.by == By::Row;
        let mut columns = vec![
            Column::words(lang.pick("标准号", "number")),
            Column::words(lang.pick("由谁申报", "claimed by")),
            Column::number(lang.pick("一项共付", "whole")),
        ];
        if by_row {
            columns.push(Column::number(lang.pick("合计申报", "claimed")));
        }
        columns.push(Column::number(lang.pick("合计应得", "computed")));
        let rows = self.audit.standards.iter().map(|standard| {
            let mut cells = vec![
                standard.number.clone(),
                standard.drafts.iter().map(|draft| words.draft(draft)).collect::<Vec<_>>().join(lang.pick("；", "; ")),
                standard.whole.map_or_else(|| "-".to_owned(), |whole| self.amount(whole)),
            ];
            if by_row {
                cells.push(self.amount(standard.claimed));
            }
            cells.push(self.amount(standard.computed));
            cells
        });
        Table { caption: String::new(), columns, rows: rows.collect(), sum: None }
    }
}

impl Present for AuditReport<'_> {
    fn document(&self) -> Document {
        let lang = self.lang();
        let section = |heading: &str, notes: Vec<String>, tables: Vec<Table>| Section {
            heading: heading.to_owned(),
            notes,
            tables,
        };
        let mut classes = vec![self.classes(false)];
        if self.claims.has_granted {
            classes.push(self.classes(true));
        }
        let unit = lang.pick(
            "金额单位：万元。差额＝申报（或核定）－应得。",
            "Amounts in yuan; the difference is what is claimed (or granted) less what is computed.",
        );
        let mut sections = vec![
            section(lang.pick("按类别", "By class"), vec![unit.to_owned()], classes),
            section(lang.pick("按单位", "By applicant"), self.words().more_possible(), vec![self.applicants()]),
        ];
        let wrong = self.differences(&[Weight::Error, Weight::Open], &[]);
        let none = wrong.iter().all(|table| table.rows.is_empty());
        let note = none.then(|| lang.pick("没有需要查的差异。", "There is nothing to check.").to_owned());
        sections.push(section(lang.pick("需要查的", "To be checked"), note.into_iter().collect(), wrong));
        if !self.audit.standards.is_empty() {
            let note = lang.pick(
                "按标准号找出由几个单位申报的同一标准；政策对一项标准只付一份的，各家名次和本地单位排名放在一起核对。",
                "Standards that several applicants claim, found by number; where the policy pays one standard once, \
                 places and local ranks are checked together.",
            );
            let heading = lang.pick("几家申报的同一标准", "Standards claimed by several applicants");
            let notes = std::iter::once(note.to_owned()).chain(self.words().differing()).collect();
            sections.push(section(heading, notes, vec![self.standards()]));
        }
        let other = self.differences(&[Weight::Information], &[Class::Agrees, Class::Nothing]);
        if other.iter().any(|table| !table.rows.is_empty()) {
            sections.push(section(lang.pick("供参考", "For information"), Vec::new(), other));
        }
        Document { title: self.words().title(), lead: self.words().lead(), sections }
    }

    fn records(&self) -> Records {
        let extra = extra_headers(self);
        let mut header: Vec<String> = COLUMNS.iter().map(|name| (*name).to_owned()).collect();
        header.extend(extra.iter().map(|name| format!("extra.{name}")));
        let rows = self.lines().map(|line| {
            let flat = Flat::new(self, line);
            let given = line.row.map(|row| &row.extra).or(line.invalid.map(|row| &row.extra));
            let find = |name: &String| {
                let cell = given.into_iter().flatten().find(|(header, _)| header == name);
                cell.map(|(_, cell)| cell.clone()).unwrap_or_default()
            };
            let mut cells = flat.cells();
            cells.extend(extra.iter().map(find));
            cells
        });
        Records { rows: rows.collect(), header }
    }

    fn json(&self) -> Json {
        let sums = |sums: &Sums| {
            json!({
                "count": sums.count, "claimed": sums.claimed, "granted": sums.granted, "computed": sums.computed,
                "claimed_difference": sums.claimed - sums.computed,
            })
        };
        let by_class = |classes: Vec<(Class, Sums)>, granted: bool| -> Vec<Json> {
            let entry = |(class, of): &(Class, Sums)| {
                let mut entry = Map::new();
                entry.insert("class".into(), json!(class.id()));
                entry.insert("weight".into(), json!(class.weight().id()));
                if let Json::Object(sums) = sums(of) {
                    entry.extend(sums);
                }
                // Among the rows of a claimed class some may have no granted amount.
                if granted {
                    entry.shift_remove("claimed_difference");
                    entry.insert("granted_difference".into(), json!(of.granted - of.computed));
                }
                Json::Object(entry)
            };
            classes.iter().map(entry).collect()
        };
        let applicants = self.audit.cases.iter().map(|case| {
            let lines = case.findings.iter().map(|finding| {
                let row = finding.row.and_then(|row| case.applicant.achievements.get(row));
                Flat::new(self, Line { finding, case: Some(case), row, invalid: None }).json()
            });
            json!({
                "applicant": case.applicant.name,
                "policy": case.policy.map(|policy| &policy.id),
                "policy_sha256": case.policy.map(|policy| &policy.sha256),
                "year": case.result.as_ref().map(|result| result.year),
                "on": case.result.as_ref().and_then(|result| result.on).map(|day| day.to_string()),
                "in_force": case.result.as_ref().map(|result| result.in_force),
                "sums": sums(&Sums::of(&case.findings)),
                "by_class": by_class(case.by_class(), false),
                "total": case.result.as_ref().map(|result| result.total),
                "potential_total": case.result.as_ref().map(|result| result.potential_total),
                "total_if_all_were_claimed": case.with_everything(),
                "assumptions": self.words().assumptions(case),
                "findings": lines.collect::<Vec<_>>(),
            })
        });
        let standards = self.audit.standards.iter().map(|standard| {
            let drafts = standard.drafts.iter().filter_map(|draft| {
                let case = self.audit.cases.get(draft.at.case)?;
                let row = case.applicant.achievements.get(draft.at.row)?;
                let name = &case.applicant.name;
                Some(json!({ "applicant": name, "id": row.id, "row": row.row, "rank": draft.rank }))
            });
            json!({
                "number": standard.number, "whole": standard.whole, "claimed": standard.claimed,
                "granted": standard.granted, "computed": standard.computed, "rows": drafts.collect::<Vec<_>>(),
            })
        });
        let unreadable = self.lines().filter(|line| line.case.is_none()).map(|line| Flat::new(self, line).json());
        json!({
            "schema": SCHEMA,
            "engine": { "name": "biaobu", "version": env!("CARGO_PKG_VERSION") },
            "inputs": self.report.portfolio.inputs.iter().map(results::input).collect::<Vec<_>>(),
            "by": match self.by { By::Row => "row", By::Applicant => "applicant" },
            "clean": self.audit.is_clean(),
            "sums": sums(&Sums::of(self.audit.findings())),
            "by_class": by_class(self.audit.by_class(), false),
            "by_granted_class": by_class(self.audit.by_granted_class(), true),
            "applicants": applicants.collect::<Vec<_>>(),
            "standards": standards.collect::<Vec<_>>(),
            "unreadable": unreadable.collect::<Vec<_>>(),
        })
    }
}

/// Headers that the vocabulary does not know, each once, in order of appearance.
fn extra_headers(of: &AuditReport<'_>) -> Vec<String> {
    let mut seen = HashSet::new();
    let portfolio = of.report.portfolio;
    let rows = portfolio.applicants.iter().flat_map(|applicant| &applicant.achievements).map(|row| &row.extra);
    let all = rows.chain(portfolio.invalid.iter().filter(|row| !row.is_unit).map(|row| &row.extra));
    all.flatten().filter(|(header, _)| seen.insert(header.as_str())).map(|(header, _)| header.clone()).collect()
}

/// The columns of the sheet, before the extra ones. Scripts read them: names are never changed.
const COLUMNS: [&str; 27] = [
    "applicant",
    "policy",
    "year",
    "on",
    "id",
    "row",
    "title",
    "number",
    "class",
    "weight",
    "claimed",
    "computed",
    "claimed_difference",
    "granted",
    "granted_class",
    "granted_weight",
    "granted_difference",
    "status",
    "clause",
    "rule",
    "nature",
    "base",
    "possible",
    "why",
    "granted_why",
    "assumptions",
    "path",
];

/// A finding as words and numbers.
struct Flat<'f> {
    of: &'f AuditReport<'f>,
    line: Line<'f>,
}

impl<'f> Flat<'f> {
    fn new(of: &'f AuditReport<'f>, line: Line<'f>) -> Self {
        Flat { of, line }
    }

    /// What stands under each of [`COLUMNS`]; none for nothing.
    fn values(&self) -> [Option<String>; COLUMNS.len()] {
        let Line { finding, case, row, invalid } = self.line;
        let known = self.of.report.vocabulary.known();
        let text = |fact| row.and_then(|row| row.facts.text(fact)).map(str::to_owned);
        let policy = case.and_then(|case| case.policy);
        let result = case.and_then(|case| case.result_of(finding));
        let item = case.and_then(|case| case.item(finding));
        let clause = item.and_then(|item| item.clause).zip(policy).map(|(clause, policy)| &policy.clauses[clause]);
        let path = row.and_then(|row| self.of.report.portfolio.inputs.get(row.input)).map(|file| file.path.clone());
        let written = |cell: Cell| match cell {
            Cell::Blank => None,
            Cell::Amount(amount) => Some(amount.to_string()),
            Cell::Unreadable => None,
        };
        let less = |cell: Cell| cell.amount().map(|amount| (amount - finding.computed).to_string());
        let lang = self.of.lang();
        [
            case.map(|case| case.applicant.name.clone()).or(invalid.and_then(|row| row.applicant.clone())),
            policy.map(|policy| policy.id.clone()),
            result.map(|result| result.year.to_string()),
            result.and_then(|result| result.on).map(|on| on.to_string()),
            row.map(|row| row.id.clone()).or(invalid.and_then(|row| row.id.clone())),
            row.map(|row| row.row).or(invalid.map(|row| row.row)).map(|row| row.to_string()),
            text(known.title).or(invalid.and_then(|row| row.title.clone())),
            text(known.number).or(invalid.and_then(|row| row.number.clone())),
            Some(finding.class.id().to_owned()),
            Some(finding.class.weight().id().to_owned()),
            written(finding.claimed),
            Some(finding.computed.to_string()),
            less(finding.claimed),
            written(finding.granted),
            finding.granted_class.map(|class| class.id().to_owned()),
            finding.granted_class.map(|class| class.weight().id().to_owned()),
            less(finding.granted),
            item.map(|item| item.status.id().to_owned()),
            item.and_then(|item| item.cite.as_deref()).or(clause.map(|clause| &*clause.cite)).map(str::to_owned),
            clause.map(|clause| clause.id.clone()),
            clause.map(|clause| clause.nature.id().to_owned()),
            item.map(|item| item.base.to_string()),
            item.and_then(|item| item.possible).map(|(_, amount)| amount.to_string()),
            Some(self.of.words().why(self.line).join(lang.pick("；", "; "))),
            self.of.words().of_granted(self.line),
            Some(self.of.words().assumed(self.line).join(lang.pick("；", "; "))),
            path.or(invalid.map(|row| row.path.clone())),
        ]
    }

    fn cells(&self) -> Vec<String> {
        self.values().into_iter().map(Option::unwrap_or_default).collect()
    }

    fn json(&self) -> Json {
        let mut entry = Map::new();
        let several = self.of.report.portfolio.inputs.len() > 1;
        for (name, value) in COLUMNS.iter().zip(self.values()) {
            let value = match *name {
                // These stand with the applicant.
                "applicant" | "policy" | "year" | "on" if self.line.case.is_some() => continue,
                "path" if !several => continue,
                "why" => json!(self.of.words().why(self.line)),
                "assumptions" => json!(self.of.words().assumed(self.line)),
                "row" => json!(value.and_then(|row| row.parse::<u64>().ok())),
                _ => json!(value),
            };
            entry.insert((*name).into(), value);
        }
        let given = self.line.row.map(|row| &row.extra).or(self.line.invalid.map(|row| &row.extra));
        let extra: Map<String, Json> =
            given.into_iter().flatten().map(|(name, cell)| (name.clone(), json!(cell))).collect();
        entry.insert("extra".into(), Json::Object(extra));
        Json::Object(entry)
    }
}

//! `compare`: the same achievements under every policy, side by side, in words.

use serde_json::{Map, Value as Json, json};

use super::document::{Column, Document, Present, Records, Section, Table};
use super::json::{Telling, input, invalid};
use super::table::invalid_lines;
use super::words::{Sentences, Speaker, applicant_name};
use crate::analysis::compare::{Compared, Comparison, Place, Sums, ranking};
use crate::engine::result::PolicyResult;
use crate::facts::Achievement;
use crate::input::{Invalid, Portfolio};
use crate::lang::Lang;
use crate::money::Money;
use crate::policy::Policy;
use crate::vocabulary::Vocabulary;

/// The name and version of the JSON form.
pub const SCHEMA: &str = "biaobu.compare/1";

/// Of so many units everything is shown to a person; of more, the overview.
pub const SHOWN: usize = 20;

/// A comparison and what it takes to tell it.
pub struct Told<'a> {
    /// What was found.
    pub comparison: &'a Comparison<'a>,
    /// What was read.
    pub portfolio: &'a Portfolio,
    /// Names of facts and values.
    pub vocabulary: &'a Vocabulary,
    /// Application years, ascending.
    pub years: &'a [i16],
    /// The language of words.
    pub lang: Lang,
}

/// An amount in a column that names no unit: in 万元, or in yuan.
pub(super) fn amount(lang: Lang, money: Money) -> String {
    match lang {
        Lang::Zh => money.in_wan_number(),
        Lang::En => money.grouped().trim_end_matches(".00").to_owned(),
    }
}

/// The unit of [`amount`].
pub(super) fn unit_of_amounts(lang: Lang) -> &'static str {
    lang.pick("金额单位：万元", "amounts in yuan")
}

/// The years as a heading has them: `2022年度`.
pub(super) fn years(lang: Lang, years: &[i16]) -> String {
    let span = match years {
        [first, .., last] => format!("{first}–{last}"),
        [only] => only.to_string(),
        [] => String::new(),
    };
    match lang {
        Lang::Zh => format!("{span}年度"),
        Lang::En => format!("year {span}"),
    }
}

/// The table of unreadable rows, as a section.
pub(super) fn unreadable(rows: &[Invalid], lang: Lang) -> Option<Section> {
    let count = rows.len();
    let heading = match lang {
        Lang::Zh => format!("读不出的行：{count}，没有计入；改正后重新运行"),
        Lang::En => format!("rows that could not be read and are not counted: {count}; correct them and run again"),
    };
    let notes = rows.iter().flat_map(|row| invalid_lines(row, lang)).collect();
    (count > 0).then_some(Section { heading, notes, tables: Vec::new() })
}

impl Told<'_> {
    fn pick(&self, zh: &'static str, en: &'static str) -> &'static str {
        self.lang.pick(zh, en)
    }

    fn money(&self, money: Money) -> String {
        amount(self.lang, money)
    }

    fn policies(&self) -> &[&Policy] {
        &self.comparison.policies
    }

    fn speaker<'s>(&'s self, policy: &'s Policy) -> Speaker<'s> {
        Speaker { lang: self.lang, vocabulary: self.vocabulary, policy, holes: false }
    }

    /// `佛山`, where no other policy compared is of the same place; else its id, as always in English.
    fn name(&self, policy: usize) -> String {
        let own = self.policies()[policy];
        let place = |policy: &Policy| policy.region.first().cloned().unwrap_or_default();
        let alone = self.policies().iter().filter(|other| place(other) == place(own)).count() == 1;
        match self.lang {
            Lang::Zh if alone => place(own),
            _ => own.id.clone(),
        }
    }

    fn names(&self, policies: &[usize]) -> String {
        let names: Vec<String> = policies.iter().map(|policy| self.name(*policy)).collect();
        names.join(self.pick("、", ", "))
    }

    /// What stands between amounts of several places.
    fn between(&self) -> &'static str {
        match self.lang {
            Lang::Zh => " ",
            Lang::En => ", ",
        }
    }

    /// `佛山50`: a line breaks at spaces only, and so stands one between such amounts.
    fn named(&self, policy: usize, money: Money) -> String {
        format!("{}{}{}", self.name(policy), self.pick("", " "), self.money(money))
    }

    /// `佛山50 临沂30`: what other policies than the best pay, the greatest amount first.
    fn others(&self, amounts: &[Money], best: &[usize]) -> String {
        let others = ranking(amounts).into_iter().filter(|policy| !best.contains(policy));
        let paying = others.filter(|policy| !amounts[*policy].is_zero());
        let said: Vec<String> = paying.map(|policy| self.named(policy, amounts[policy])).collect();
        said.join(self.between())
    }

    fn lead(&self) -> Vec<String> {
        let mut lead = vec![
            format!("{} · {}", years(self.lang, self.years), unit_of_amounts(self.lang)),
            self.pick(
                "各地分别测算，如同单位就在当地注册：不看注册地，各地互不扣减；其他资料、条件和不予受理的情形照常。已获资助按其来源原样计入各地。",
                "Each policy is computed alone, as if the unit were registered there: the region is ignored and no policy sees the money of another; all other facts, conditions and bars hold. Money received before counts everywhere by its source as given.",
            )
            .to_owned(),
            self.pick(
                "金额是限项、封顶之后的：一项在某地少付，可能因为别的项用掉了封顶额。每项的条款、理由、可能的金额见 --format csv 或 json。",
                "Amounts are those after limits and caps: an item may get less in a place because others have used up a cap. Clause, reasons and possible amounts of every item: --format csv or json.",
            )
            .to_owned(),
        ];
        if self.years.len() > 1 {
            lead.push(
                self.pick(
                    "金额为各年度之和；资料不全的项在每个可能的年度都计入“可能”。",
                    "Amounts are sums over the years; an item with unknown facts counts as possible in every year in which it may be paid.",
                )
                .to_owned(),
            );
        }
        lead.extend(self.standing());
        lead
    }

    /// What holds of a policy for every unit: that it is not in force, and the year's call.
    fn standing(&self) -> Vec<String> {
        let Some(first) = self.comparison.units.first() else { return Vec::new() };
        let mut said = Vec::new();
        let mut silent = false;
        for (policy, place) in self.policies().iter().zip(&first.places) {
            let speaker = self.speaker(policy);
            for result in &place.years {
                silent |= !result.in_force && !result.validity_ignored;
                let notes = speaker.not_in_force(result, first.applicant).map(|note| format!("! {note}"));
                said.extend(notes.into_iter().chain(speaker.call(result)).map(|note| format!("{}: {note}", policy.id)));
            }
        }
        if silent {
            said.push(
                self.pick(
                    "不在有效期内的（标 *）没有测算，按0计；加 --ignore-validity 仍予计算。",
                    "What is not in force (marked *) was not computed and counts as 0; --ignore-validity computes them all the same.",
                )
                .to_owned(),
            );
        }
        said
    }

    /// `xiamen-2020`, with a mark where it was not computed in some year or the unit is barred.
    fn marked(&self, policy: usize, place: &Place) -> String {
        let shut = |year: &PolicyResult| (!year.in_force && !year.validity_ignored) || !year.barred_by.is_empty();
        let mark = if place.years.iter().any(shut) { " *" } else { "" };
        format!("{}{mark}", self.policies()[policy].id)
    }

    fn columns(&self, last: (&str, &str)) -> Vec<Column> {
        let mut columns = vec![Column::words(self.pick("政策", "policy"))];
        if self.lang == Lang::Zh {
            columns.push(Column::words("地区"));
        }
        for (zh, en) in [("合计", "total"), ("定额", "fixed"), ("上限", "ceiling"), ("可能", "potential")] {
            columns.push(Column::number(self.lang.pick(zh, en)));
        }
        columns.extend([self.pick("付款项", "paid"), self.lang.pick(last.0, last.1)].map(Column::number));
        columns
    }

    fn line(&self, policy: usize, name: String, sums: Sums, counts: [usize; 2]) -> Vec<String> {
        let mut cells = vec![name];
        if self.lang == Lang::Zh {
            cells.push(self.policies()[policy].region.first().cloned().unwrap_or_default());
        }
        cells.extend([sums.total, sums.fixed, sums.ceiling, sums.potential].map(|money| self.money(money)));
        cells.extend(counts.map(|count| count.to_string()));
        cells
    }

    fn overview(&self) -> Section {
        let units = &self.comparison.units;
        let sums = self.comparison.sums();
        let totals: Vec<Money> = sums.iter().map(|sums| sums.total).collect();
        let of_place = |policy: usize| {
            let paid = units.iter().map(|unit| unit.places[policy].paid()).sum();
            let best = units.iter().filter(|unit| unit.best().contains(&policy)).count();
            let shut =
                |unit: &Compared<'_>| unit.places[policy].years.iter().any(|y| !y.in_force && !y.validity_ignored);
            let mark = if units.first().is_some_and(shut) { " *" } else { "" };
            self.line(policy, format!("{}{mark}", self.policies()[policy].id), sums[policy], [paid, best])
        };
        let places = Table {
            caption: self.pick("各地合计", "all units, by policy").to_owned(),
            columns: self.columns(("最优单位", "best for")),
            rows: ranking(&totals).into_iter().map(of_place).collect(),
            sum: None,
        };
        let of_unit = |unit: &Compared<'_>| {
            let totals: Vec<Money> = unit.places.iter().map(|place| place.sums.total).collect();
            let best = unit.best();
            let most = totals.iter().copied().max().unwrap_or_default();
            let name = applicant_name(unit.applicant, self.lang).to_owned();
            vec![name, self.money(most), self.names(&best), self.others(&totals, &best)]
        };
        let applicants = Table {
            caption: self
                .pick("各单位合计（没有列出的地区为0）", "totals by applicant (0 where not listed)")
                .to_owned(),
            columns: vec![
                Column::words(self.pick("单位", "applicant")),
                Column::number(self.pick("最高", "most")),
                Column::words(self.pick("最优", "best")),
                Column::words(self.pick("其他", "others")),
            ],
            rows: units.iter().map(of_unit).collect(),
            sum: None,
        };
        let count = units.len();
        let heading = match self.lang {
            Lang::Zh => format!("总览：{count} 个单位"),
            Lang::En => format!("overview: {count} applicants"),
        };
        let mut notes = Vec::new();
        if count > SHOWN {
            notes.push(match self.lang {
                Lang::Zh => format!("单位超过 {SHOWN} 个，只列总览；每个单位、每一项见 --format csv 或 json。"),
                Lang::En => format!(
                    "More than {SHOWN} applicants: only the overview is listed; every applicant and item: --format csv or json."
                ),
            });
        }
        Section { heading, notes, tables: vec![places, applicants] }
    }

    fn unit(&self, unit: &Compared<'_>) -> Section {
        let achievements = &unit.applicant.achievements;
        let ids = |items: &[usize]| {
            let ids: Vec<&str> =
                items.iter().filter_map(|item| achievements.get(*item)).map(|row| row.id.as_str()).collect();
            ids.join(self.pick("、", ", "))
        };
        let of_place = |policy: usize| {
            let place = &unit.places[policy];
            let here = if place.registered == Some(true) { self.pick("（注册地）", " (here)") } else { "" };
            let name = format!("{}{here}", self.marked(policy, place));
            self.line(policy, name, place.sums, [place.paid(), unit.only_under(policy).len()])
        };
        let matrix = Table {
            caption: self.pick("各地合计", "by policy").to_owned(),
            columns: self.columns(("独有", "only")),
            rows: unit.ranking().into_iter().map(of_place).collect(),
            sum: None,
        };
        let of_row = |(item, row): (usize, &Achievement)| {
            let across = &unit.rows[item];
            let amounts: Vec<Money> = unit.places.iter().map(|place| place.amount(item)).collect();
            let possible = unit.places.iter().enumerate().filter_map(|(p, place)| Some((p, place.possible(item)?)));
            let possible: Vec<String> = possible.map(|(policy, money)| self.named(policy, money)).collect();
            let mut others = vec![self.others(&amounts, &across.best)];
            if !possible.is_empty() {
                let label = self.pick("可能：", "possibly: ");
                others.push(format!("{label}{}", possible.join(self.between())));
            }
            others.retain(|said| !said.is_empty());
            let title = self.title(row);
            let name = if title.is_empty() { row.id.clone() } else { format!("{} {title}", row.id) };
            let best = if across.best.is_empty() { "-".to_owned() } else { self.names(&across.best) };
            vec![name, self.money(across.most), best, others.join(self.pick("； ", "; "))]
        };
        let items = Table {
            caption: self.pick("逐项（没有列出的地区为0）", "by achievement (0 where not listed)").to_owned(),
            columns: vec![
                Column::words(self.pick("成果", "achievement")),
                Column::number(self.pick("最高", "most")),
                Column::words(self.pick("最优", "best")),
                Column::words(self.pick("其他", "others")),
            ],
            rows: achievements.iter().enumerate().map(of_row).collect(),
            sum: None,
        };
        let only = |policy: usize| {
            let items = unit.only_under(policy);
            let sum: Money = items.iter().map(|item| unit.places[policy].amount(*item)).sum();
            (!items.is_empty()).then(|| vec![self.name(policy), self.money(sum), ids(&items)])
        };
        let only = Table {
            caption: self.pick("只有一地支付的成果", "what only one policy pays for").to_owned(),
            columns: vec![
                Column::words(self.pick("地区", "policy")),
                Column::number(self.pick("金额", "amount")),
                Column::words(self.pick("成果", "achievements")),
            ],
            rows: unit.ranking().into_iter().filter_map(only).collect(),
            sum: None,
        };
        let mut notes = self.barred(unit);
        if only.rows.is_empty() {
            notes.push(
                self.pick("没有只由一地支付的成果。", "There is nothing that only one policy pays for.").to_owned(),
            );
        }
        let heading = applicant_name(unit.applicant, self.lang).to_owned();
        Section { heading, notes, tables: vec![matrix, items, only] }
    }

    /// The bars that hold, place by place.
    fn barred(&self, unit: &Compared<'_>) -> Vec<String> {
        let mut said = Vec::new();
        for (policy, place) in self.policies().iter().zip(&unit.places) {
            let speaker = self.speaker(policy);
            for year in &place.years {
                let bars = year.barred_by.iter().map(|barred| speaker.barred(barred));
                said.extend(bars.map(|bar| format!("! {} {}: {bar}", policy.id, year.year)));
            }
        }
        said
    }

    fn title<'r>(&self, row: &'r Achievement) -> &'r str {
        row.facts.text(self.vocabulary.known().title).unwrap_or_default()
    }

    fn path(&self, row: &Achievement) -> Option<&str> {
        self.portfolio.inputs.get(row.input).map(|input| input.path.as_str())
    }

    fn records_of(&self, unit: &Compared<'_>, item: usize, rows: &mut Vec<Vec<String>>) {
        let (row, across) = (&unit.applicant.achievements[item], &unit.rows[item]);
        let separator = self.pick("；", "; ");
        for (index, (policy, place)) in self.policies().iter().zip(&unit.places).enumerate() {
            let speaker = self.speaker(policy);
            for result in &place.years {
                let Some(item) = result.items.get(item) else { continue };
                let said = Sentences::new(&speaker, result, unit.applicant, item, row);
                let clause = item.clause.map(|index| &policy.clauses[index]);
                let missing: Vec<String> = item.missing.iter().map(|missing| speaker.missing_id(*missing)).collect();
                let same_as = item.same_as.and_then(|index| unit.applicant.achievements.get(index));
                rows.push(vec![
                    unit.applicant.name.clone(),
                    row.id.clone(),
                    row.row.to_string(),
                    self.title(row).to_owned(),
                    policy.id.clone(),
                    result.year.to_string(),
                    result.on.map(|day| day.to_string()).unwrap_or_default(),
                    item.status.id().to_owned(),
                    speaker.cite(item).unwrap_or_default().to_owned(),
                    clause.map(|clause| clause.id.clone()).unwrap_or_default(),
                    clause.map(|clause| clause.nature.id().to_owned()).unwrap_or_default(),
                    item.base.to_string(),
                    item.amount.to_string(),
                    item.possible.map(|(_, amount)| amount.to_string()).unwrap_or_default(),
                    missing.join(";"),
                    same_as.map(|row| row.id.clone()).unwrap_or_default(),
                    yes(across.best.contains(&index)),
                    yes(across.only == Some(index)),
                    said.reasons.join(separator),
                    said.assumptions.join(separator),
                    said.warnings.join(separator),
                    self.path(row).unwrap_or_default().to_owned(),
                ]);
            }
        }
    }

    fn json_of(&self, unit: &Compared<'_>) -> Json {
        let several_inputs = self.portfolio.inputs.len() > 1;
        let id = |policy: usize| self.policies()[policy].id.as_str();
        let telling = |policy| Telling { speaker: self.speaker(policy), several_inputs };
        let rows = &unit.applicant.achievements;
        let places: Vec<Json> = self
            .policies()
            .iter()
            .zip(&unit.places)
            .enumerate()
            .map(|(index, (policy, place))| {
                let told = telling(policy);
                let years = place.years.iter().map(|result| {
                    let year = told.without_items(&unit.applicant.name, result);
                    without(year, &["applicant", "policy", "policy_sha256"])
                });
                let only: Vec<&str> = unit.only_under(index).into_iter().map(|item| rows[item].id.as_str()).collect();
                let years: Vec<Json> = years.collect();
                let Sums { total, fixed, ceiling, potential } = place.sums;
                json!({
                    "policy": policy.id, "registered": place.registered, "total": total, "fixed_total": fixed,
                    "ceiling_total": ceiling, "potential_total": potential, "paid": place.paid(),
                    "only_here": only, "years": years,
                })
            })
            .collect();
        let achievements = rows.iter().zip(&unit.rows).enumerate().map(|(item, (row, across))| {
            let under = self.policies().iter().zip(&unit.places).flat_map(|(policy, place)| {
                let told = telling(policy);
                place.years.iter().filter_map(move |result| {
                    let outcome =
                        told.item(result, unit.applicant, result.items.get(item)?, (row, &|row| self.path(row)));
                    let mut entry = Map::new();
                    entry.insert("policy".into(), json!(policy.id));
                    entry.insert("year".into(), json!(result.year));
                    entry.extend(outcome);
                    Some(without(entry, &["id", "row", "path", "extra"]))
                })
            });
            let best: Vec<&str> = across.best.iter().map(|policy| id(*policy)).collect();
            let extra: Map<String, Json> = row.extra.iter().map(|(head, cell)| (head.clone(), json!(cell))).collect();
            json!({
                "id": row.id, "row": row.row, "path": self.path(row), "title": self.title(row), "extra": extra,
                "most": across.most, "best": best, "only_here": across.only.map(id),
                "under": under.collect::<Vec<Json>>(),
            })
        });
        let achievements: Vec<Json> = achievements.collect();
        let region = unit.applicant.facts.text(self.vocabulary.known().region);
        let best: Vec<&str> = unit.best().into_iter().map(id).collect();
        json!({
            "applicant": unit.applicant.name, "region": region, "best": best, "places": places,
            "achievements": achievements,
        })
    }
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

/// A JSON object without some keys that stand elsewhere already.
pub(super) fn without(mut object: Map<String, Json>, keys: &[&str]) -> Json {
    object.retain(|key, _| !keys.contains(&key.as_str()));
    Json::Object(object)
}

/// The columns of the CSV form.
const HEADER: [&str; 22] = [
    "applicant",
    "id",
    "row",
    "title",
    "policy",
    "year",
    "on",
    "status",
    "clause",
    "rule",
    "nature",
    "base",
    "amount",
    "possible",
    "missing",
    "same_as",
    "best",
    "only_here",
    "reasons",
    "assumptions",
    "warnings",
    "path",
];

/// An unreadable row as a record of these columns.
pub(super) fn invalid_record(header: &[String], row: &Invalid, lang: Lang) -> Vec<String> {
    let messages: Vec<String> = row
        .mistakes
        .iter()
        .map(|mistake| format!("{}: {}", mistake.column.as_deref().unwrap_or("-"), mistake.message.get(lang)))
        .collect();
    let cell = |column: &String| match column.as_str() {
        "applicant" => row.applicant.clone().unwrap_or_default(),
        "id" => row.id.clone().unwrap_or_default(),
        "row" => row.row.to_string(),
        "status" => "invalid".to_owned(),
        "reasons" => messages.join(lang.pick("；", "; ")),
        "path" => row.path.clone(),
        _ => String::new(),
    };
    header.iter().map(cell).collect()
}

impl Present for Told<'_> {
    fn document(&self) -> Document {
        let units = &self.comparison.units;
        let mut sections = Vec::new();
        if units.len() > 1 {
            sections.push(self.overview());
        }
        if units.len() <= SHOWN {
            sections.extend(units.iter().map(|unit| self.unit(unit)));
        }
        sections.extend(unreadable(&self.portfolio.invalid, self.lang));
        let count = self.policies().len();
        let title = match self.lang {
            Lang::Zh => format!("同样的成果，{count} 份政策"),
            Lang::En => format!("the same achievements under {count} policies"),
        };
        Document { title, lead: self.lead(), sections }
    }

    fn records(&self) -> Records {
        let header: Vec<String> = HEADER.map(str::to_owned).to_vec();
        let mut rows = Vec::new();
        for unit in &self.comparison.units {
            (0..unit.rows.len()).for_each(|item| self.records_of(unit, item, &mut rows));
        }
        rows.extend(self.portfolio.invalid.iter().map(|row| invalid_record(&header, row, self.lang)));
        Records { header, rows }
    }

    fn json(&self) -> Json {
        let policies: Vec<Json> = self
            .policies()
            .iter()
            .zip(self.comparison.sums())
            .map(|(policy, Sums { total, fixed, ceiling, potential })| {
                json!({
                    "policy": policy.id, "policy_sha256": policy.sha256, "region": policy.region.first(),
                    "total": total, "fixed_total": fixed, "ceiling_total": ceiling, "potential_total": potential,
                })
            })
            .collect();
        let units: Vec<Json> = self.comparison.units.iter().map(|unit| self.json_of(unit)).collect();
        json!({
            "schema": SCHEMA,
            "engine": { "name": "biaobu", "version": env!("CARGO_PKG_VERSION") },
            "inputs": self.portfolio.inputs.iter().map(input).collect::<Vec<_>>(),
            "years": self.years,
            "policies": policies,
            "applicants": units,
            "invalid": self.portfolio.invalid.iter().flat_map(|row| invalid(row, self.lang)).collect::<Vec<_>>(),
        })
    }
}

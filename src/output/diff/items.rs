//! What two policies differ in for achievements, company by company and item by item.

use serde_json::{Map, Value as Json, json};

use super::{Money, Told};
use crate::analysis::compare::{Compared, Sums};
use crate::analysis::diff::money::{AFTER, BEFORE, amounts, balance, fares_otherwise, totals};
use crate::engine::result::{Item, PolicyResult};
use crate::facts::Achievement;
use crate::lang::Lang;
use crate::money::Money as Yuan;
use crate::output::compare::{SHOWN, amount, unit_of_amounts, without, years};
use crate::output::document::{Column, Records, Section, Table};
use crate::output::json::Telling;
use crate::output::words::{Sentences, applicant_name, status};

/// The columns of the CSV form.
const HEADER: [&str; 24] = [
    "applicant",
    "id",
    "row",
    "title",
    "year",
    "status",
    "status_before",
    "status_after",
    "clause_before",
    "clause_after",
    "nature_before",
    "nature_after",
    "base_before",
    "base_after",
    "before",
    "after",
    "gain",
    "loss",
    "possible_before",
    "possible_after",
    "reasons_before",
    "reasons_after",
    "reasons",
    "path",
];

impl Told<'_> {
    fn yuan(&self, money: Yuan) -> String {
        amount(self.lang, money)
    }

    /// `+5`, `-3`, `0`.
    fn difference(&self, before: Yuan, after: Yuan) -> String {
        let sign = if after > before { "+" } else { "" };
        format!("{sign}{}", self.yuan(after - before))
    }

    pub(super) fn money_lead(&self, money: &Money<'_>) -> Vec<String> {
        let mut lead = vec![
            format!("{} · {}", years(self.lang, money.years), unit_of_amounts(self.lang)),
            self.pick(
                "两份政策分别测算，如同单位在当地注册，互不扣减；金额是限项、封顶之后的。",
                "Each policy is computed alone, as if the unit were registered there; amounts are those after limits and caps.",
            )
            .to_owned(),
        ];
        let Some(first) = money.comparison.units.first() else { return lead };
        let mut silent = false;
        for (side, place) in first.places.iter().enumerate() {
            let speaker = self.speaker(side);
            for result in &place.years {
                silent |= !result.in_force && !result.validity_ignored;
                let note = speaker.not_in_force(result, first.applicant).map(|note| format!("! {note}"));
                lead.extend(
                    note.into_iter().chain(speaker.call(result)).map(|note| format!("{}: {note}", self.names[side])),
                );
            }
        }
        if silent {
            lead.push(
                self.pick(
                    "不在有效期内的没有测算，按0计；加 --ignore-validity 仍予计算。",
                    "A policy that is not in force was not computed and counts as 0; --ignore-validity computes it all the same.",
                )
                .to_owned(),
            );
        }
        lead
    }

    pub(super) fn money_sections(&self, money: &Money<'_>) -> Vec<Section> {
        let units = &money.comparison.units;
        let changed: Vec<&Compared<'_>> =
            units.iter().filter(|unit| self.changed(money, unit).next().is_some()).collect();
        let mut sections = vec![self.summary(money, changed.len())];
        if changed.len() <= SHOWN {
            sections.extend(changed.into_iter().map(|unit| self.unit(money, unit)));
        }
        sections
    }

    /// The achievements that fare otherwise.
    fn changed<'u>(&self, money: &'u Money<'_>, unit: &'u Compared<'_>) -> impl Iterator<Item = usize> + 'u {
        (0..unit.rows.len()).filter(|item| fares_otherwise(unit, money.comparison, *item))
    }

    fn summary(&self, money: &Money<'_>, changed: usize) -> Section {
        let units = &money.comparison.units;
        let balance = balance(money.comparison);
        let (winners, losers, unchanged) = (balance.winners, balance.losers, balance.unchanged);
        let (gain, loss) = (self.yuan(balance.gain), self.yuan(balance.loss));
        let mut notes = vec![match self.lang {
            Lang::Zh => format!(
                "{} 个单位：{winners} 个增加，共 {gain}；{losers} 个减少，共 {loss}；{unchanged} 个合计不变。",
                units.len()
            ),
            Lang::En => format!(
                "applicants: {}; more for {winners}: {gain} in all; less for {losers}: {loss} in all; the same total for {unchanged}",
                units.len()
            ),
        }];
        if changed > SHOWN {
            notes.push(match self.lang {
                Lang::Zh => format!("有变化的单位超过 {SHOWN} 个，这里只列合计；每一项见 --format csv 或 json。"),
                Lang::En => format!(
                    "More than {SHOWN} applicants change: only totals are listed; every item: --format csv or json."
                ),
            });
        }
        let sum = |side: usize| -> Sums { money.comparison.sums().get(side).copied().unwrap_or_default() };
        let (before, after) = (sum(BEFORE), sum(AFTER));
        let row = |unit: &Compared<'_>| {
            let (before, after) = totals(unit);
            let name = applicant_name(unit.applicant, self.lang).to_owned();
            let possible = |side: usize| unit.places.get(side).map(|place| place.sums.potential).unwrap_or_default();
            vec![
                name,
                self.yuan(before),
                self.yuan(after),
                self.difference(before, after),
                self.yuan(possible(BEFORE)),
                self.yuan(possible(AFTER)),
            ]
        };
        let heads = [
            ("前", "before"),
            ("后", "after"),
            ("差额", "difference"),
            ("可能前", "pot. before"),
            ("可能后", "pot. after"),
        ];
        let mut columns = vec![Column::words(self.pick("单位", "applicant"))];
        columns.extend(heads.map(|(zh, en)| Column::number(self.pick(zh, en))));
        let table = Table {
            caption: String::new(),
            columns,
            rows: units.iter().map(row).collect(),
            sum: Some(vec![
                self.pick("合计", "sum").to_owned(),
                self.yuan(before.total),
                self.yuan(after.total),
                self.difference(before.total, after.total),
                self.yuan(before.potential),
                self.yuan(after.potential),
            ]),
        };
        Section { heading: self.pick("钱的变化", "money").to_owned(), notes, tables: vec![table] }
    }

    fn unit(&self, money: &Money<'_>, unit: &Compared<'_>) -> Section {
        let rows = &unit.applicant.achievements;
        let changed: Vec<usize> = self.changed(money, unit).collect();
        let line = |item: &usize| {
            let (before, after) = amounts(unit, *item);
            let row = &rows[*item];
            let title = row.facts.text(self.vocabulary.known().title).unwrap_or_default();
            let name = if title.is_empty() { row.id.clone() } else { format!("{} {title}", row.id) };
            let difference = self.difference(before, after);
            vec![name, self.yuan(before), self.yuan(after), difference, self.why(unit, *item)]
        };
        let rest = rows.len() - changed.len();
        let mut notes = Vec::new();
        for (side, place) in unit.places.iter().enumerate() {
            let speaker = self.speaker(side);
            for year in &place.years {
                let bars = year.barred_by.iter().map(|barred| speaker.barred(barred));
                notes.extend(bars.map(|bar| format!("! {} {}: {bar}", self.names[side], year.year)));
            }
        }
        if rest > 0 {
            notes.push(match self.lang {
                Lang::Zh => format!("另有 {rest} 项不变。"),
                Lang::En => format!("unchanged: {rest} more"),
            });
        }
        let columns = vec![
            Column::words(self.pick("成果", "achievement")),
            Column::number(self.pick("前", "before")),
            Column::number(self.pick("后", "after")),
            Column::number(self.pick("差额", "difference")),
            Column::words(self.pick("说明", "why")),
        ];
        let table = Table { caption: String::new(), columns, rows: changed.iter().map(line).collect(), sum: None };
        Section { heading: applicant_name(unit.applicant, self.lang).to_owned(), notes, tables: vec![table] }
    }

    /// How an item fares on each side: `全额 第七条 → 减额 第八条：理由`, year by year where there are several.
    fn why(&self, unit: &Compared<'_>, item: usize) -> String {
        let (Some(before), Some(after)) = (unit.places.get(BEFORE), unit.places.get(AFTER)) else {
            return String::new();
        };
        let row = &unit.applicant.achievements[item];
        let several = before.years.len() > 1;
        let mut said = Vec::new();
        for (old, new) in before.years.iter().zip(&after.years) {
            let (Some(one), Some(other)) = (old.items.get(item), new.items.get(item)) else { continue };
            let (was, is) = (self.fared(BEFORE, one), self.fared(AFTER, other));
            let year = if several { format!("{} ", old.year) } else { String::new() };
            let mut line = if was == is {
                format!("{year}{is}")
            } else {
                format!("{year}{was}{}{is}", self.pick(" → ", " -> "))
            };
            // Where the amount does not show what changed.
            if one.amount == other.amount {
                let possible = |item: &Item| item.possible.map_or(Yuan::ZERO, |(_, amount)| amount);
                line += &self.moved(("基数", "base"), one.base, other.base);
                line += &self.moved(("可能", "possible"), possible(one), possible(other));
            }
            let reasons = |side: usize, result: &PolicyResult, item: &Item| {
                Sentences::new(&self.speaker(side), result, unit.applicant, item, row).reasons
            };
            let (old, new) = (reasons(BEFORE, old, one), reasons(AFTER, new, other));
            let (colon, semicolon) = (self.pick("：", ": "), self.pick("；", "; "));
            if !new.is_empty() {
                line += &format!("{colon}{}", new.join(semicolon));
            }
            if !old.is_empty() && old != new {
                line += &format!("{semicolon}{}{colon}{}", self.pick("原为", "was"), old.join(semicolon));
            }
            said.push(line);
        }
        said.join(self.pick("；", "; "))
    }

    /// `（基数10 → 12.5）`; nothing where both are the same.
    fn moved(&self, (zh, en): (&str, &str), before: Yuan, after: Yuan) -> String {
        let (one, other) = (self.yuan(before), self.yuan(after));
        match self.lang {
            _ if before == after => String::new(),
            Lang::Zh => format!("（{zh}{one} → {other}）"),
            Lang::En => format!(" ({en} {one} -> {other})"),
        }
    }

    /// `全额 第七条`.
    fn fared(&self, side: usize, item: &Item) -> String {
        let cite = self.speaker(side).cite(item).unwrap_or_default().to_owned();
        format!("{} {cite}", status(self.lang, item.status)).trim_end().to_owned()
    }

    pub(super) fn item_records(&self, money: &Money<'_>) -> Records {
        let mut rows = Vec::new();
        for unit in &money.comparison.units {
            for (item, row) in unit.applicant.achievements.iter().enumerate() {
                self.records_of(money, unit, (item, row), &mut rows);
            }
        }
        Records { header: HEADER.map(str::to_owned).to_vec(), rows }
    }

    fn records_of(
        &self,
        money: &Money<'_>,
        unit: &Compared<'_>,
        (item, row): (usize, &Achievement),
        rows: &mut Vec<Vec<String>>,
    ) {
        let (Some(before), Some(after)) = (unit.places.get(BEFORE), unit.places.get(AFTER)) else { return };
        let title = row.facts.text(self.vocabulary.known().title).unwrap_or_default();
        let path = money.portfolio.inputs.get(row.input).map(|input| input.path.clone()).unwrap_or_default();
        let changed = fares_otherwise(unit, money.comparison, item);
        for (old, new) in before.years.iter().zip(&after.years) {
            let (Some(one), Some(other)) = (old.items.get(item), new.items.get(item)) else { continue };
            let nature = |side: usize, item: &Item| {
                let clause = item.clause.and_then(|clause| self.policies[side].clauses.get(clause));
                clause.map(|clause| clause.nature.id().to_owned()).unwrap_or_default()
            };
            let cite = |side: usize, item: &Item| self.speaker(side).cite(item).unwrap_or_default().to_owned();
            let possible = |item: &Item| item.possible.map(|(_, amount)| amount.to_string()).unwrap_or_default();
            let reasons = |side: usize, result: &PolicyResult, item: &Item| {
                let said = Sentences::new(&self.speaker(side), result, unit.applicant, item, row).reasons;
                said.join(self.pick("；", "; "))
            };
            rows.push(vec![
                unit.applicant.name.clone(),
                row.id.clone(),
                row.row.to_string(),
                title.to_owned(),
                old.year.to_string(),
                if changed { "changed" } else { "unchanged" }.to_owned(),
                one.status.id().to_owned(),
                other.status.id().to_owned(),
                cite(BEFORE, one),
                cite(AFTER, other),
                nature(BEFORE, one),
                nature(AFTER, other),
                one.base.to_string(),
                other.base.to_string(),
                one.amount.to_string(),
                other.amount.to_string(),
                other.amount.saturating_sub(one.amount).to_string(),
                one.amount.saturating_sub(other.amount).to_string(),
                possible(one),
                possible(other),
                reasons(BEFORE, old, one),
                reasons(AFTER, new, other),
                String::new(),
                path.clone(),
            ]);
        }
    }

    pub(super) fn money_json(&self, money: &Money<'_>) -> Json {
        let balance = balance(money.comparison);
        let sums = money.comparison.sums();
        let side = |side: usize| sums.get(side).copied().map(sums_json).unwrap_or_default();
        let units: Vec<Json> = money.comparison.units.iter().map(|unit| self.unit_json(money, unit)).collect();
        json!({
            "before": side(BEFORE), "after": side(AFTER),
            "winners": balance.winners, "losers": balance.losers, "unchanged": balance.unchanged,
            "gain": balance.gain, "loss": balance.loss,
            "applicants": units,
        })
    }

    fn unit_json(&self, money: &Money<'_>, unit: &Compared<'_>) -> Json {
        let several_inputs = money.portfolio.inputs.len() > 1;
        let telling = |side: usize| Telling { speaker: self.speaker(side), several_inputs };
        let side = |side: usize| {
            let place = &unit.places[side];
            let years = place.years.iter().map(|result| {
                let year = telling(side).without_items(&unit.applicant.name, result);
                without(year, &["applicant", "policy", "policy_sha256"])
            });
            let mut entry = sums_json(place.sums);
            if let Json::Object(entry) = &mut entry {
                entry.insert("years".to_owned(), years.collect());
            }
            entry
        };
        let path = |row: &Achievement| money.portfolio.inputs.get(row.input).map(|input| input.path.as_str());
        let rows = unit.applicant.achievements.iter().enumerate().map(|(item, row)| {
            let (before, after) = amounts(unit, item);
            let fared = |side: usize| -> Json {
                let years = unit.places[side].years.iter().filter_map(|result| {
                    let told = telling(side).item(result, unit.applicant, result.items.get(item)?, (row, &path));
                    let mut entry = Map::new();
                    entry.insert("year".into(), json!(result.year));
                    entry.extend(told);
                    Some(without(entry, &["id", "row", "path", "extra"]))
                });
                years.collect()
            };
            json!({
                "id": row.id, "row": row.row,
                "path": path(row),
                "title": row.facts.text(self.vocabulary.known().title),
                "changed": fares_otherwise(unit, money.comparison, item),
                "difference": after - before, "before": fared(BEFORE), "after": fared(AFTER),
            })
        });
        let rows: Vec<Json> = rows.collect();
        let (before, after) = totals(unit);
        json!({
            "applicant": unit.applicant.name, "difference": after - before,
            "before": side(BEFORE), "after": side(AFTER), "achievements": rows,
        })
    }
}

fn sums_json(Sums { total, fixed, ceiling, potential }: Sums) -> Json {
    json!({ "total": total, "fixed_total": fixed, "ceiling_total": ceiling, "potential_total": potential })
}

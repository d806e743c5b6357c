//! JSON and NDJSON results (contract section 4). Keys may be added, never renamed or removed; language changes only
//! the texts, never keys or enum values.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};
use serde_json::{Map, Value as Json, json};

use super::{Evaluation, Report, when};
use crate::engine::result::{Assumption, Item};
use crate::facts::{Achievement, Value};
use crate::input::{InputFile, Invalid};
use crate::lang::Lang;
use crate::vocabulary::{FactId, Vocabulary};

/// The name and version of the result's form.
pub const SCHEMA: &str = "biaobu.result/1";

/// Writes one JSON document. Results are evaluated and written one by one.
///
/// # Errors
/// What the writer reports.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document(report))?;
    writeln!(out)
}

/// Writes one line per entry of `results`, then one per unreadable row.
///
/// # Errors
/// What the writer reports.
pub fn write_lines(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for evaluation in report.evaluations() {
        serde_json::to_writer(&mut *out, &ResultEntry { report, evaluation })?;
        writeln!(out)?;
    }
    for row in &report.portfolio.invalid {
        if let Some(entry) = invalid(row, report.lang) {
            serde_json::to_writer(&mut *out, &json!({ "invalid": entry }))?;
            writeln!(out)?;
        }
    }
    Ok(())
}

struct Document<'a>(&'a Report<'a>);

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.0;
        let mut document = serializer.serialize_struct("result", 5)?;
        document.serialize_field("schema", SCHEMA)?;
        document.serialize_field("engine", &json!({ "name": "biaobu", "version": env!("CARGO_PKG_VERSION") }))?;
        let inputs: Vec<Json> = report.portfolio.inputs.iter().map(input).collect();
        document.serialize_field("inputs", &inputs)?;
        document.serialize_field("results", &Results(report))?;
        let rows = report.portfolio.invalid.iter();
        let invalid: Vec<Json> = rows.flat_map(|row| invalid(row, report.lang)).collect();
        document.serialize_field("invalid", &invalid)?;
        document.end()
    }
}

struct Results<'a>(&'a Report<'a>);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.evaluations().map(|evaluation| ResultEntry { report: self.0, evaluation }))
    }
}

fn input(file: &InputFile) -> Json {
    json!({ "path": file.path, "sha256": file.sha256, "rows": file.rows, "encoding": file.encoding.name(), "sheet": file.sheet })
}

/// One entry per mistake: a row with two mistakes comes back once, with the further mistakes under `also`.
fn invalid(row: &Invalid, lang: Lang) -> Option<Json> {
    let describe = |mistake: &crate::input::Mistake| json!({ "column": mistake.column, "cell": mistake.cell, "value": mistake.value, "message": mistake.message.get(lang) });
    let (first, others) = row.mistakes.split_first()?;
    let mut entry = Map::new();
    entry.insert("path".into(), json!(row.path));
    entry.insert("row".into(), json!(row.row));
    if let Json::Object(described) = describe(first) {
        entry.extend(described);
    }
    entry.insert("applicant".into(), json!(row.applicant));
    entry.insert("id".into(), json!(row.id));
    entry.insert("also".into(), others.iter().map(describe).collect());
    Some(Json::Object(entry))
}

/// One entry of `results`.
struct ResultEntry<'a> {
    report: &'a Report<'a>,
    evaluation: Evaluation<'a>,
}

impl Serialize for ResultEntry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (policy, result) = (self.evaluation.policy, &self.evaluation.result);
        let speaker = self.report.speaker(policy);
        let mut entry = serializer.serialize_map(None)?;
        entry.serialize_entry("applicant", &self.evaluation.applicant.name)?;
        entry.serialize_entry("policy", &policy.id)?;
        entry.serialize_entry("policy_sha256", &policy.sha256)?;
        entry.serialize_entry("year", &result.year)?;
        entry.serialize_entry("on", &result.on.map(|day| day.to_string()))?;
        entry.serialize_entry("in_force", &result.in_force)?;
        entry.serialize_entry("validity_ignored", &result.validity_ignored)?;
        let call = policy.call_of(result.year).map(|call| {
            let open_until = call.open_until.map(|day| day.to_string());
            json!({ "year": call.year, "open_until": open_until, "note": speaker.call(result) })
        });
        entry.serialize_entry("call", &call)?;
        entry.serialize_entry("call_applied", &result.call_applied)?;
        let barred: Vec<Json> = result
            .barred_by
            .iter()
            .map(|barred| {
                let fact = self.report.vocabulary.fact(barred.fact);
                let value = fact_value(self.report.vocabulary, barred.fact, &barred.value);
                json!({ "clause": barred.cite, "fact": fact.id, "value": value, "note": speaker.barred(barred) })
            })
            .collect();
        entry.serialize_entry("barred_by", &barred)?;
        entry.serialize_entry("total", &result.total)?;
        entry.serialize_entry("fixed_total", &result.fixed_total)?;
        entry.serialize_entry("ceiling_total", &result.ceiling_total)?;
        entry.serialize_entry("potential_total", &result.potential_total)?;
        let pairs = result.items.iter().zip(&self.evaluation.applicant.achievements);
        let items: Vec<Json> = pairs.map(|(item, row)| self.item(item, row)).collect();
        entry.serialize_entry("items", &items)?;
        let caps: Vec<Json> = result
            .caps
            .iter()
            .map(|used| {
                let cap = &policy.caps[used.cap];
                json!({
                    "clause": cap.cite, "scope": cap.id, "title": cap.title.get(self.report.lang),
                    "limit": used.limit, "raised": used.raised, "used": used.used, "before": used.before, "after": used.after,
                })
            })
            .collect();
        entry.serialize_entry("caps", &caps)?;
        entry.serialize_entry("assumptions", &self.assumptions(&result.assumptions))?;
        entry.end()
    }
}

impl ResultEntry<'_> {
    fn assumptions(&self, assumptions: &[Assumption]) -> Vec<Json> {
        let when = when(&self.evaluation.result);
        let speaker = self.report.speaker(self.evaluation.policy);
        assumptions
            .iter()
            .map(|assumption| {
                let (fact, value) = speaker.assumption_parts(assumption);
                let note = speaker.assumption(assumption, when);
                json!({ "fact": fact, "as": value, "clause": assumption.cite, "note": note })
            })
            .collect()
    }

    fn item(&self, item: &Item, row: &Achievement) -> Json {
        let (policy, applicant, result) = (self.evaluation.policy, self.evaluation.applicant, &self.evaluation.result);
        let clause = item.clause.map(|index| &policy.clauses[index]);
        let speaker = self.report.speaker(policy);
        let lang = self.report.lang;
        let warnings: Vec<String> = row
            .warnings
            .iter()
            .map(|words| words.get(lang).to_owned())
            .chain(item.warnings.iter().map(|warning| speaker.warning(warning)))
            .collect();
        let steps: Vec<Json> = item
            .steps
            .iter()
            .map(|step| {
                let note = speaker.step(step, &result.items, applicant);
                json!({ "op": step.op.id(), "clause": step.cite, "amount": step.amount, "note": note })
            })
            .collect();
        let reasons: Vec<String> =
            item.reasons.iter().map(|reason| speaker.reason(reason, result, applicant, row)).collect();
        let missing: Vec<String> = item.missing.iter().map(|missing| speaker.missing_id(*missing)).collect();
        let mut entry = Map::new();
        entry.insert("id".into(), json!(row.id));
        entry.insert("row".into(), json!(row.row));
        if self.report.portfolio.inputs.len() > 1 {
            entry.insert("path".into(), json!(self.report.portfolio.inputs.get(row.input).map(|input| &input.path)));
        }
        entry.insert("status".into(), json!(item.status.id()));
        entry.insert("clause".into(), json!(item.cite.as_ref().or(clause.map(|clause| &clause.cite))));
        entry.insert("rule".into(), json!(clause.map(|clause| &clause.id)));
        entry.insert("category".into(), json!(clause.map(|clause| &policy.categories[clause.category].id)));
        entry.insert("nature".into(), json!(clause.map(|clause| clause.nature.id())));
        entry.insert("base".into(), json!(item.base));
        entry.insert("amount".into(), json!(item.amount));
        entry.insert("assumptions".into(), json!(self.assumptions(&item.assumptions)));
        entry.insert("missing".into(), json!(missing));
        let same_as = item.same_as.and_then(|index| applicant.achievements.get(index)).map(|row| &row.id);
        entry.insert("same_as".into(), json!(same_as));
        if let Some(year) = item.same_as_year {
            entry.insert("same_as_year".into(), json!(year));
        }
        if let Some(policy) = &item.same_as_policy {
            entry.insert("same_as_policy".into(), json!(policy));
        }
        entry.insert("warnings".into(), json!(warnings));
        entry.insert("steps".into(), json!(steps));
        entry.insert("reasons".into(), json!(reasons));
        let possible = item.possible.map(|(index, amount)| {
            json!({ "clause": policy.clauses[index].cite, "rule": policy.clauses[index].id, "amount": amount })
        });
        entry.insert("possible".into(), json!(possible));
        let extra: Map<String, Json> = row.extra.iter().map(|(header, cell)| (header.clone(), json!(cell))).collect();
        entry.insert("extra".into(), Json::Object(extra));
        Json::Object(entry)
    }
}

/// A fact's value in the words of the contract: English ids, ISO dates, two-decimal money.
fn fact_value(vocabulary: &Vocabulary, fact: FactId, value: &Value) -> String {
    let name = |code| vocabulary.value_name(fact, code);
    match value {
        Value::Code(code) => name(*code).to_owned(),
        Value::OneOf(codes) => codes.iter().map(|code| name(*code)).collect::<Vec<_>>().join("|"),
        Value::Integer(number) => number.to_string(),
        Value::Integers(numbers) => numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(";"),
        Value::Date(date) => date.to_string(),
        Value::Money(money) => money.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Bool(value) => value.to_string(),
    }
}

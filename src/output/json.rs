//! JSON and NDJSON results (contract section 4). Keys may be added, never renamed or removed; language changes only
//! the texts, never keys or enum values.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};
use serde_json::{Map, Value as Json, json};

use super::batch::{Lines, Written};
use super::csv::{write_day, write_money};
use super::holes::{Shared, Template};
use super::steps;
use super::words::Speaker;
use super::{Evaluation, Report, when};
use crate::engine::result::{Answer, Assumption, Barred, Item, PolicyResult};
use crate::engine::settled::Settled;
use crate::facts::{Achievement, Applicant, Value};
use crate::input::{InputFile, Invalid};
use crate::lang::Lang;
use crate::money::Money;
use crate::policy::Policy;
use crate::request::Request;
use crate::unit::Unit as _;
use crate::vocabulary::{FactId, Of, Vocabulary};

/// The name and version of the result's form.
pub const SCHEMA: &str = "biaobu.result/1";

/// The JSON Schema of a result, and of a line of NDJSON.
pub const JSON_SCHEMA: &str = include_str!("../../schemas/result.schema.json");

/// Writes one JSON document. Results are evaluated and written one by one.
///
/// # Errors
/// What the writer reports.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_document(report, None, out)
}

/// The same, with everything that was asked for, so that it can be computed again.
///
/// # Errors
/// What the writer reports.
pub fn write_with_request(report: &Report<'_>, request: &Request, out: &mut dyn Write) -> io::Result<()> {
    write_document(report, Some(request), out)
}

fn write_document(report: &Report<'_>, request: Option<&Request>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document { report, request })?;
    writeln!(out)
}

struct Document<'a> {
    report: &'a Report<'a>,
    request: Option<&'a Request>,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.report;
        let mut document = serializer.serialize_struct("result", 6)?;
        document.serialize_field("schema", SCHEMA)?;
        document.serialize_field("engine", &json!({ "name": "biaobu", "version": env!("CARGO_PKG_VERSION") }))?;
        let inputs: Vec<Json> = report.portfolio.inputs.iter().map(input).collect();
        document.serialize_field("inputs", &inputs)?;
        if let Some(request) = self.request {
            document.serialize_field("request", &request.to_json())?;
        }
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

pub(super) fn input(file: &InputFile) -> Json {
    let role = match file.role {
        Of::Achievement => "achievements",
        Of::Applicant => "applicants",
    };
    json!({
        "path": file.path, "sha256": file.sha256, "rows": file.rows, "encoding": file.encoding.name(),
        "sheet": file.sheet, "role": role,
    })
}

/// One entry per mistake: a row with two mistakes comes back once, with the further mistakes under `also`.
pub(super) fn invalid(row: &Invalid, lang: Lang) -> Option<Json> {
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

/// What can be said of an amount, as an interval.
pub(super) fn answer(answer: Answer) -> Json {
    json!({ "says": answer.says.id(), "from": answer.from, "to": answer.to })
}

/// One entry of `results`.
struct ResultEntry<'a> {
    report: &'a Report<'a>,
    evaluation: Evaluation<'a>,
}

impl Serialize for ResultEntry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Evaluation { applicant, policy, result } = &self.evaluation;
        let told =
            Telling { speaker: self.report.speaker(policy), several_inputs: self.report.portfolio.inputs.len() > 1 };
        let mut entry = serializer.serialize_map(None)?;
        entry.serialize_entry("applicant", &applicant.name)?;
        for (key, value) in told.head(result) {
            entry.serialize_entry(&key, &value)?;
        }
        for (key, money) in totals(result) {
            entry.serialize_entry(key, &money)?;
        }
        let path = |row: &Achievement| self.report.portfolio.inputs.get(row.input).map(|input| input.path.as_str());
        let pairs = result.items.iter().zip(&applicant.achievements);
        let items: Vec<Json> =
            pairs.map(|(item, row)| Json::Object(told.item(result, applicant, item, (row, &path)))).collect();
        entry.serialize_entry("items", &items)?;
        let pairs = result.items.iter().zip(&applicant.achievements);
        let open = pairs.filter(|(item, _)| !item.settled_by.is_empty());
        let open = open.map(|(item, row)| (Cow::from(row.id.as_str()), item.settled_by.as_slice()));
        entry.serialize_entry("answer", &told.answer(result, open))?;
        entry.serialize_entry("caps", &told.caps(result))?;
        entry.serialize_entry("assumptions", &told.assumptions(result, &result.assumptions))?;
        entry.end()
    }
}

/// The name of the file that a row is from.
type PathOf<'a> = &'a dyn Fn(&Achievement) -> Option<&'a str>;

/// Puts results of one policy into JSON.
pub(super) struct Telling<'a> {
    /// Its words.
    pub speaker: Speaker<'a>,
    /// True if items say from which file they are.
    pub several_inputs: bool,
}

impl Telling<'_> {
    /// What stands before the items, but for the unit and the totals.
    fn head(&self, result: &PolicyResult) -> Map<String, Json> {
        let (speaker, policy) = (&self.speaker, self.speaker.policy);
        let call = policy.call_of(result.year).map(|call| {
            let open_until = call.open_until.map(|day| day.to_string());
            json!({ "year": call.year, "open_until": open_until, "note": speaker.call(result) })
        });
        let barred: Vec<Json> = result
            .barred_by
            .iter()
            .map(|barred| {
                let fact = speaker.vocabulary.fact(barred.fact);
                let value = fact_value(speaker.vocabulary, barred.fact, &barred.value);
                json!({ "clause": barred.cite, "fact": fact.id, "value": value, "note": speaker.barred(barred) })
            })
            .collect();
        let entries = [
            ("policy", json!(policy.id)),
            ("policy_sha256", json!(policy.sha256)),
            ("year", json!(result.year)),
            ("on", json!(result.on.map(|day| day.to_string()))),
            ("in_force", json!(result.in_force)),
            ("validity_ignored", json!(result.validity_ignored)),
            ("call", json!(call)),
            ("call_applied", json!(result.call_applied)),
            ("barred_by", json!(barred)),
        ];
        entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    /// What can be said of the total. `open` are the rows that hang on unknown facts: their ids and what would settle them.
    fn answer<'o>(&self, result: &PolicyResult, open: impl Iterator<Item = (Cow<'o, str>, &'o [FactId])>) -> Json {
        let mut answer = answer(result.answer);
        let settled_by =
            |(id, facts): (Cow<'_, str>, &[FactId])| json!({ "id": id, "facts": self.speaker.fact_ids(facts) });
        answer["settled_by"] = open.map(settled_by).collect();
        answer
    }

    /// A result without its items and without what can be said of the total.
    pub fn without_items(&self, applicant: &str, result: &PolicyResult) -> Map<String, Json> {
        let mut entry = Map::from_iter([("applicant".to_owned(), json!(applicant))]);
        entry.extend(self.head(result));
        entry.extend(totals(result).map(|(key, money)| (key.to_owned(), json!(money))));
        entry.insert("caps".to_owned(), json!(self.caps(result)));
        entry.insert("assumptions".to_owned(), json!(self.assumptions(result, &result.assumptions)));
        entry
    }

    /// The caps that something was counted against.
    fn caps(&self, result: &PolicyResult) -> Vec<Json> {
        let policy = self.speaker.policy;
        let caps = result.caps.iter().map(|used| {
            let cap = &policy.caps[used.cap];
            let rules: Vec<&str> = cap.on.iter().map(|index| policy.clauses[*index].id.as_str()).collect();
            json!({
                "clause": cap.cite, "scope": cap.id, "title": cap.title.get(self.speaker.lang),
                "limit": used.limit, "raised": used.raised, "used": used.used, "before": used.before, "after": used.after,
                "rules": rules,
            })
        });
        caps.collect()
    }

    fn assumptions(&self, result: &PolicyResult, assumptions: &[Assumption]) -> Vec<Json> {
        let (when, speaker) = (when(result), &self.speaker);
        assumptions
            .iter()
            .map(|assumption| {
                let (fact, value) = speaker.assumption_parts(assumption);
                let note = speaker.assumption(assumption, when);
                json!({ "fact": fact, "as": value, "clause": assumption.cite, "note": note })
            })
            .collect()
    }

    /// One item of a result; with the row goes what names the files of rows.
    pub fn item(
        &self,
        result: &PolicyResult,
        applicant: &Applicant,
        item: &Item,
        row: (&Achievement, PathOf<'_>),
    ) -> Map<String, Json> {
        let mut entry = Map::new();
        self.tell_item(result, applicant, item, row, &mut |key, value| _ = entry.insert(key.to_owned(), value));
        entry
    }

    /// The same, key by key.
    fn tell_item(
        &self,
        result: &PolicyResult,
        applicant: &Applicant,
        item: &Item,
        (row, path_of): (&Achievement, PathOf<'_>),
        tell: &mut dyn FnMut(&'static str, Json),
    ) {
        let (speaker, policy) = (&self.speaker, self.speaker.policy);
        let clause = item.clause.map(|index| &policy.clauses[index]);
        let lang = speaker.lang;
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
                let note = speaker.step(step, applicant);
                let mut told = Map::new();
                told.insert("op".into(), json!(step.op.id()));
                told.insert("clause".into(), json!(step.cite));
                told.insert("amount".into(), json!(step.amount));
                told.extend(steps::parts(step, speaker.vocabulary, policy, applicant));
                told.insert("note".into(), json!(note));
                Json::Object(told)
            })
            .collect();
        let reasons: Vec<String> =
            item.reasons.iter().map(|reason| speaker.reason(reason, result, applicant, row)).collect();
        let missing: Vec<String> = item.missing.iter().map(|missing| speaker.missing_id(*missing)).collect();
        tell("id", json!(row.id));
        tell("row", json!(row.row));
        if self.several_inputs {
            tell("path", json!(path_of(row)));
        }
        tell("status", json!(item.status.id()));
        tell("clause", json!(item.cite.as_ref().or(clause.map(|clause| &clause.cite))));
        tell("rule", json!(clause.map(|clause| &clause.id)));
        tell("category", json!(clause.map(|clause| &policy.categories[clause.category].id)));
        tell("nature", json!(clause.map(|clause| clause.nature.id())));
        tell("base", json!(item.base));
        tell("amount", json!(item.amount));
        tell("assumptions", json!(self.assumptions(result, &item.assumptions)));
        tell("missing", json!(missing));
        let same_as = item.same_as.and_then(|index| applicant.achievements.get(index));
        tell("same_as", json!(same_as.map(|row| &row.id)));
        // Ids differ within a file; the same one may stand in another.
        if let Some(kept) = same_as.filter(|kept| kept.input != row.input) {
            tell("same_as_path", json!(path_of(kept)));
        }
        if let Some(year) = item.same_as_year {
            tell("same_as_year", json!(year));
        }
        if let Some(policy) = &item.same_as_policy {
            tell("same_as_policy", json!(policy));
        }
        tell("warnings", json!(warnings));
        tell("steps", json!(steps));
        tell("reasons", json!(reasons));
        let possible = item.possible.map(|(index, amount)| {
            json!({ "clause": policy.clauses[index].cite, "rule": policy.clauses[index].id, "amount": amount })
        });
        tell("possible", json!(possible));
        let mut answer = answer(item.answer);
        answer["settled_by"] = json!(speaker.fact_ids(&item.settled_by));
        answer["others"] = json!(item.exposed);
        tell("answer", answer);
        let extra: Map<String, Json> = row.extra.iter().map(|(header, cell)| (header.clone(), json!(cell))).collect();
        tell("extra", Json::Object(extra));
    }
}

/// NDJSON: one line per entry of `results`, then one per unreadable row.
pub struct Entries<'a> {
    vocabulary: &'a Vocabulary,
    lang: Lang,
    several_inputs: bool,
    known: Shared<OfItem>,
    /// What most results of a policy and year share.
    of_result: Option<OfResult>,
}

/// What results share that have all of this in common but for the texts.
struct OfResult {
    policy: String,
    year: i16,
    barred_by: Vec<Barred>,
    /// From the policy to what bars the unit.
    head: String,
    assumptions: Vec<Assumption>,
    told: String,
}

/// The totals of a result, in the order in which they stand.
fn totals(result: &PolicyResult) -> [(&'static str, Money); 4] {
    [
        ("total", result.total),
        ("fixed_total", result.fixed_total),
        ("ceiling_total", result.ceiling_total),
        ("potential_total", result.potential_total),
    ]
}

/// What items of the same ruling share.
struct OfItem {
    /// From the status to the warnings.
    before: String,
    /// The item's own warnings.
    warnings: Vec<String>,
    /// From the steps to the end, but for `extra`.
    behind: Template,
}

impl<'a> Entries<'a> {
    /// `several_inputs`: items say from which file they are.
    pub fn new(vocabulary: &'a Vocabulary, lang: Lang, several_inputs: bool) -> Self {
        Entries { vocabulary, lang, several_inputs, known: Shared::default(), of_result: None }
    }

    fn telling<'p>(&self, policy: &'p Policy, holes: bool) -> Telling<'p>
    where
        'a: 'p,
    {
        let speaker = Speaker { lang: self.lang, vocabulary: self.vocabulary, policy, holes };
        Telling { speaker, several_inputs: self.several_inputs }
    }

    fn shared(&self, written: &Written<'_>, policy: &Policy, settled: &Settled, item: usize, holes: bool) -> OfItem {
        let (applicant, told) = (written.applicant(), self.telling(policy, holes));
        let row = written.unit.achievement(item);
        let (mut before, mut warnings, mut behind) = (Vec::new(), Vec::new(), None);
        let mut tell = |key: &str, value: Json| match key {
            "id" | "row" | "path" | "extra" => {}
            "warnings" => {
                warnings = value.as_array().into_iter().flatten().map(Json::to_string).collect();
                behind = Some(Vec::new());
            }
            _ => {
                let part = behind.as_mut().unwrap_or(&mut before);
                part.extend_from_slice(b",\"");
                part.extend_from_slice(key.as_bytes());
                part.extend_from_slice(b"\":");
                // Writing to a list of bytes cannot fail.
                let _ = serde_json::to_writer(part, &value);
            }
        };
        let path_of = |row: &Achievement| written.unit.path_of(row.input);
        told.tell_item(&settled.head, applicant, &settled.item(item), (&row, &path_of), &mut tell);
        let behind = behind.unwrap_or_default();
        let behind = String::from_utf8_lossy(&behind);
        let behind = if holes { Template::new(&behind) } else { Template::plain(&behind) };
        OfItem { before: String::from_utf8_lossy(&before).into_owned(), warnings, behind }
    }

    fn write_item<'w>(
        &self,
        (written, item): (&Written<'_>, usize),
        warnings: impl Iterator<Item = &'w str>,
        shared: &OfItem,
        out: &mut Vec<u8>,
    ) {
        let unit = written.unit;
        out.extend_from_slice(b"{\"id\":");
        write_text(&unit.id(item), out);
        out.extend_from_slice(b",\"row\":");
        out.extend_from_slice(itoa::Buffer::new().format(unit.number(item)).as_bytes());
        if self.several_inputs {
            out.extend_from_slice(b",\"path\":");
            write_text(unit.path(item), out);
        }
        out.extend_from_slice(shared.before.as_bytes());
        out.extend_from_slice(b",\"warnings\":[");
        let mut first = true;
        for warning in warnings {
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            write_text(warning, out);
        }
        for warning in &shared.warnings {
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            out.extend_from_slice(warning.as_bytes());
        }
        out.push(b']');
        shared.behind.write(out, |fact, out| write_day(unit.day(item, fact), out));
        out.extend(b",\"extra\":{");
        for (index, (header, cell)) in unit.extra(item).iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write_text(header, out);
            out.push(b':');
            write_text(cell, out);
        }
        out.extend(b"}}");
    }

    /// What stands before the items.
    fn write_head(&mut self, written: &Written<'_>, policy: &Policy, result: &PolicyResult, out: &mut Vec<u8>) {
        let same = self.of_result.as_ref().is_some_and(|shared| {
            shared.policy == policy.id
                && shared.year == result.year
                && shared.barred_by == result.barred_by
                && shared.assumptions == result.assumptions
        });
        if !same {
            let told = self.telling(policy, false);
            let head = Json::Object(told.head(result)).to_string();
            self.of_result = Some(OfResult {
                policy: policy.id.clone(),
                year: result.year,
                barred_by: result.barred_by.clone(),
                head: head.trim_start_matches('{').trim_end_matches('}').to_owned(),
                assumptions: result.assumptions.clone(),
                told: json!(told.assumptions(result, &result.assumptions)).to_string(),
            });
        }
        out.extend_from_slice(b"{\"applicant\":");
        write_text(written.unit.name(), out);
        out.push(b',');
        out.extend_from_slice(self.of_result.as_ref().map_or("", |shared| shared.head.as_str()).as_bytes());
        for (key, money) in totals(result) {
            out.extend_from_slice(b",\"");
            out.extend_from_slice(key.as_bytes());
            out.extend_from_slice(b"\":\"");
            write_money(money, out);
            out.push(b'"');
        }
    }

    /// What stands behind the items.
    fn write_tail(&self, written: &Written<'_>, policy: &Policy, settled: &Settled, out: &mut Vec<u8>) {
        let result = &settled.head;
        let told = self.telling(policy, false);
        out.extend_from_slice(b",\"answer\":{");
        write_answer(result.answer, out);
        out.extend_from_slice(b",\"settled_by\":[");
        let open = (0..settled.len()).filter(|item| !settled.settled_by(*item).is_empty());
        for (index, item) in open.enumerate() {
            out.extend_from_slice(if index > 0 { b",{\"id\":".as_slice() } else { b"{\"id\":" });
            write_text(&written.unit.id(item), out);
            out.extend_from_slice(b",\"facts\":[");
            for (index, fact) in told.speaker.fact_ids(settled.settled_by(item)).iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_text(fact, out);
            }
            out.extend_from_slice(b"]}");
        }
        out.extend_from_slice(b"]},\"caps\":");
        match result.caps.is_empty() {
            true => out.extend_from_slice(b"[]"),
            false => out.extend_from_slice(Json::from(told.caps(result)).to_string().as_bytes()),
        }
        out.extend_from_slice(b",\"assumptions\":");
        out.extend_from_slice(self.of_result.as_ref().map_or("", |shared| shared.told.as_str()).as_bytes());
        out.push(b'}');
    }
}

/// The members of [`answer`].
pub(super) fn write_answer(answer: Answer, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\"says\":\"");
    out.extend_from_slice(answer.says.id().as_bytes());
    out.extend_from_slice(b"\",\"from\":\"");
    write_money(answer.from, out);
    out.extend_from_slice(b"\",\"to\":\"");
    write_money(answer.to, out);
    out.push(b'"');
}

impl Lines for Entries<'_> {
    fn begin(&self, _: &mut Vec<u8>) {}

    fn unit(&mut self, written: &Written<'_>, policy: &Policy, settled: &Settled, out: &mut Vec<u8>) {
        self.write_head(written, policy, &settled.head, out);
        out.extend(b",\"items\":[");
        let mut known = std::mem::take(&mut self.known);
        known.begin_unit();
        let warnings = written.warnings();
        for item in 0..warnings.len() {
            if item > 0 {
                out.push(b',');
            }
            let shared = known.get(settled.alike(item), |holes| self.shared(written, policy, settled, item, holes));
            self.write_item((written, item), warnings.of(item), &shared, out);
        }
        self.known = known;
        out.push(b']');
        self.write_tail(written, policy, settled, out);
        out.push(b'\n');
    }

    fn invalid(&mut self, row: &Invalid, out: &mut Vec<u8>) {
        if let Some(entry) = invalid(row, self.lang) {
            out.extend(json!({ "invalid": entry }).to_string().as_bytes());
            out.push(b'\n');
        }
    }
}

/// Appends a text as a JSON string.
pub(super) fn write_text(text: &str, out: &mut Vec<u8>) {
    // Every byte is looked at: that is faster than to stop at the first.
    let odd = |byte: &u8| *byte < b' ' || *byte == b'"' || *byte == b'\\';
    if !text.as_bytes().iter().fold(false, |any, byte| any | odd(byte)) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        out.extend(Json::from(text).to_string().as_bytes());
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

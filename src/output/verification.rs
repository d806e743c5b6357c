//! What verifying a saved result found: for people, and as JSON.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use super::terminal;
use super::terminal::paragraph;
use crate::lang::{Lang, Words};
use crate::verify::Place;
use crate::verify::compare::{Cause, Circumstances, Difference, Kind, touches_money};
use crate::verify::consistency::{Contradiction, Rule};
use crate::words;

/// The name and version of the JSON report's form.
pub const SCHEMA: &str = "biaobu.verification/1";

/// What was found.
pub struct Verification {
    /// The result file.
    pub path: String,
    /// How many results it has.
    pub results: usize,
    /// The input files, each once.
    pub files: Vec<InputNow>,
    /// False for a result that does not say what it was asked for with.
    pub request_known: bool,
    /// What is not as it was.
    pub changed: Circumstances,
    /// Every difference from the recomputed result.
    pub differences: Vec<Difference>,
    /// What contradicts itself in the saved result.
    pub contradictions: Vec<Contradiction>,
}

/// One input file then and now.
pub struct InputNow {
    /// As the result names it.
    pub path: String,
    /// Where it was found.
    pub found: String,
    /// SHA-256 as saved.
    pub saved_sha256: String,
    /// SHA-256 now.
    pub sha256: String,
}

impl Verification {
    /// True if nothing at all differs and nothing contradicts itself.
    pub fn is_identical(&self) -> bool {
        self.differences.is_empty() && self.contradictions.is_empty()
    }
}

/// The name of a file for a person.
pub fn file_name(path: &str, lang: Lang) -> &str {
    terminal::file_name(path, lang)
}

/// An input file that is another one now, in words.
pub fn input_line(input: &InputNow, lang: Lang) -> Option<String> {
    let (path, found) = (file_name(&input.path, lang), &input.found);
    let (then, now) = (&input.saved_sha256, &input.sha256);
    let place = if *found == input.path { String::new() } else { lang.pick("（{}）", " ({})").replace("{}", found) };
    (then != now).then(|| {
        let words = words!(
            zh: "输入文件已变：{path}{place}，SHA-256 原为 {then}，现为 {now}",
            en: "input changed: {path}{place}, SHA-256 was {then}, is {now}"
        );
        words.get(lang).to_owned()
    })
}

/// The report for people.
///
/// # Errors
/// What the writer reports.
pub fn table(found: &Verification, width: usize, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    let mut line = |indent: usize, text: &str| {
        let text = format!("{}{text}", " ".repeat(indent));
        paragraph(&text, indent + 2, width, out)
    };
    let name = file_name(&found.path, lang);
    let (results, count) = (found.results, found.differences.len());
    if found.is_identical() {
        let words = words!(
            zh: "{name}：一致。{results} 条结果由同样的输入、规则和程序版本重算，逐项逐步相同",
            en: "{name}: identical. {results} results, computed again from the same inputs, rules and version, are the \
                 same in every item and step"
        );
        return line(0, words.get(lang));
    }
    let headline = if count == 0 {
        words!(zh: "{name}：与重算一致，但自身矛盾", en: "{name}: as computed again, but it contradicts itself")
    } else if found.differences.iter().any(touches_money) || !found.contradictions.is_empty() {
        words!(zh: "{name}：与重算有 {count} 处不同", en: "{name}: differences from the recomputed result: {count}")
    } else {
        words!(
            zh: "{name}：与重算有 {count} 处不同，金额没有不同",
            en: "{name}: differences from the recomputed result: {count}; no amount differs"
        )
    };
    line(0, headline.get(lang))?;
    for text in circumstances(found, lang) {
        line(2, &text)?;
    }
    let mut above = None;
    for difference in &found.differences {
        let group = heading(&difference.place, lang);
        if above.as_ref() != Some(&group) {
            line(0, "")?;
            line(0, &group)?;
            above = Some(group);
        }
        line(2, &difference_line(difference, lang))?;
    }
    if !found.contradictions.is_empty() {
        line(0, "")?;
        for text in contradiction_lines(&found.contradictions, lang) {
            line(if text.starts_with(' ') { 2 } else { 0 }, text.trim_start())?;
        }
    }
    Ok(())
}

/// What is not as it was.
fn circumstances(found: &Verification, lang: Lang) -> Vec<String> {
    let changed = &found.changed;
    let mut lines: Vec<Words> = Vec::new();
    let mut texts: Vec<String> = found.files.iter().filter_map(|input| input_line(input, lang)).collect();
    for id in &changed.policies {
        lines.push(words!(zh: "规则已变：{id}（SHA-256 不符）", en: "policy changed: {id} (SHA-256 differs)"));
    }
    for id in &changed.gone {
        lines.push(words!(zh: "规则没有了：{id}；可用 --rules 给出", en: "policy gone: {id}; --rules may bring it"));
    }
    if changed.vocabulary {
        lines.push(words!(zh: "词汇表已变", en: "the vocabulary changed"));
    }
    if let Some((then, now)) = &changed.engine {
        lines.push(words!(zh: "程序版本不同：原为 {then}，现为 {now}", en: "another engine: was {then}, is {now}"));
    }
    if !found.request_known {
        lines.push(words!(
            zh: "结果没有记下当时的参数等选项，按结果推断",
            en: "the result does not say what was asked for (parameters and the like); it was gathered from the result"
        ));
    }
    if found.differences.iter().any(|difference| difference.causes.contains(&Cause::ResultChanged)) {
        lines.push(words!(
            zh: "标“结果被改”的，输入、规则、程序的变化都解释不了：保存的结果被编辑过或损坏了",
            en: "`result_changed`: no change of inputs, rules or engine explains it; the saved result was edited or damaged"
        ));
    }
    texts.extend(lines.iter().map(|words| words.get(lang).to_owned()));
    texts
}

/// Whose result, or which part of the document.
fn heading(place: &Place, lang: Lang) -> String {
    let Some(policy) = &place.policy else {
        let part = place.path.split(['.', '[']).next().unwrap_or_default();
        return match part {
            "inputs" => lang.pick("输入文件（inputs）", "input files (inputs)"),
            "invalid" => lang.pick("读不出的行（invalid）", "unreadable rows (invalid)"),
            "request" => lang.pick("当时的选项（request）", "what was asked for (request)"),
            "engine" => lang.pick("程序（engine）", "the engine"),
            "results" => lang.pick("结果（results）", "results"),
            other => return other.to_owned(),
        }
        .to_owned();
    };
    let unit = match place.applicant.as_deref().unwrap_or_default() {
        "" => lang.pick("（未具名单位）", "(unnamed applicant)"),
        name => name,
    };
    let year = place.year.as_deref().unwrap_or_default();
    format!("{unit} {policy} {year}")
}

/// Inside a result: which item, which step, which key.
fn place_words(place: &Place, lang: Lang) -> String {
    let mut parts = Vec::new();
    if let Some(item) = &place.item {
        let row = place.row.as_deref().unwrap_or_default();
        parts.push(match lang {
            Lang::Zh => format!("{item}（第{row}行）"),
            Lang::En => format!("{item} (row {row})"),
        });
    }
    if let Some((number, op)) = &place.step {
        parts.push(match lang {
            Lang::Zh => format!("第{number}步{}", op_words(op)),
            Lang::En => format!("step {number} {op}"),
        });
    }
    let key = if place.policy.is_none() { &place.path } else { &place.key };
    if !key.is_empty() {
        parts.push(label(key, lang));
    } else if parts.is_empty() {
        parts.push(lang.pick("整条结果", "the whole result").to_owned());
    }
    parts.join(" ")
}

/// What an operation is called in Chinese; its id stays, for scripts.
fn op_words(op: &str) -> String {
    let name = match op {
        "base" => "条款金额",
        "maximum" => "同句最高额",
        "quantity" => "乘以数量",
        "share" => "按比例分得",
        "bonus" => "追加",
        "cost_limit" => "实际费用",
        "prior_money" => "已获资助",
        "other_policy" => "另一政策的资助",
        "upgrade" => "晋级补差",
        "paid_earlier" => "前面年度已付",
        "left_to_policy" => "归另一政策",
        "duplicate" => "并入另一项",
        "selection" => "限项",
        "cap" => "封顶",
        _ => "",
    };
    format!("{name}（{op}）")
}

/// What a person calls a key; the key itself stays, for scripts.
fn label(key: &str, lang: Lang) -> String {
    let zh = match key.rsplit('.').next().unwrap_or(key) {
        "amount" => "金额",
        "base" => "基数",
        "total" => "合计",
        "fixed_total" => "定额合计",
        "ceiling_total" => "上限合计",
        "potential_total" => "最多可达",
        "status" => "状态",
        "clause" => "条款",
        "nature" => "性质",
        "note" => "说明",
        "id" => "编号",
        "row" => "行",
        "rows" => "行数",
        "applicant" => "申报单位",
        "policy" => "政策",
        "year" => "年度",
        "on" => "申请日",
        "policy_sha256" => "规则的 SHA-256",
        "limit" => "限额",
        "before" => "限额前",
        "after" => "限额后",
        "value" => "单元格",
        "message" => "说明",
        "version" => "版本",
        _ => return key.to_owned(),
    };
    match lang {
        Lang::Zh => format!("{zh}（{key}）"),
        Lang::En => key.to_owned(),
    }
}

fn difference_line(difference: &Difference, lang: Lang) -> String {
    let place = place_words(&difference.place, lang);
    let value = |value: &Option<Json>| shortened(value.as_ref());
    let (saved, now) = (value(&difference.saved), value(&difference.recomputed));
    let causes: Vec<&str> = difference.causes.iter().map(|cause| cause_word(*cause, lang)).collect();
    let causes = causes.join(lang.pick("、", ", "));
    let words = match difference.kind {
        Kind::Changed => words!(
            zh: "{place}：保存 {saved}，重算 {now}【{causes}】",
            en: "{place}: saved {saved}, recomputed {now} [{causes}]"
        ),
        Kind::Missing => words!(
            zh: "{place}：保存的结果里没有，重算有 {now}【{causes}】",
            en: "{place}: not in the saved result, recomputed {now} [{causes}]"
        ),
        Kind::Additional => words!(
            zh: "{place}：保存 {saved}，重算没有【{causes}】",
            en: "{place}: saved {saved}, not in the recomputed result [{causes}]"
        ),
        Kind::Order => words!(zh: "{place}：次序不同【{causes}】", en: "{place}: another order [{causes}]"),
    };
    words.get(lang).to_owned()
}

fn cause_word(cause: Cause, lang: Lang) -> &'static str {
    match (lang, cause) {
        (Lang::Zh, Cause::InputChanged) => "输入变了",
        (Lang::Zh, Cause::PolicyChanged) => "规则变了",
        (Lang::Zh, Cause::EngineChanged) => "程序变了",
        (Lang::Zh, Cause::ResultChanged) => "结果被改",
        (Lang::En, cause) => cause.id(),
    }
}

/// A value on one line; the whole of it stands in the JSON report.
fn shortened(value: Option<&Json>) -> String {
    const MOST: usize = 70;
    let text = value.map_or_else(String::new, |value| match value {
        Json::String(text) if text.is_empty() => "\"\"".to_owned(),
        Json::String(text) => text.clone(),
        // Of a whole result or item what it comes to says most.
        Json::Object(entries) => match ["total", "amount"].iter().find_map(|key| Some((key, entries.get(*key)?))) {
            Some((key, amount)) => format!("{{{key}: {}, …}}", shortened(Some(amount))),
            None => value.to_string(),
        },
        other => other.to_string(),
    });
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The contradictions as lines, with a heading; none if there are none.
pub fn contradiction_lines(found: &[Contradiction], lang: Lang) -> Vec<String> {
    if found.is_empty() {
        return Vec::new();
    }
    let count = found.len();
    let head = words!(
        zh: "保存的结果自身有 {count} 处矛盾（不看输入和规则）：",
        en: "the saved result contradicts itself (inputs and rules aside); contradictions: {count}"
    );
    let mut lines = vec![head.get(lang).to_owned()];
    for one in found {
        let (unit, place) = (heading(&one.place, lang), place_words(&one.place, lang));
        let what = rule_words(one);
        lines.push(match lang {
            Lang::Zh => format!("  {unit} {place}：{}", what.zh),
            Lang::En => format!("  {unit} {place}: {}", what.en),
        });
    }
    lines
}

fn rule_words(one: &Contradiction) -> Words {
    let (stated, expected) = (&one.stated, &one.expected);
    match one.rule {
        Rule::Amount => words!(
            zh: "“{stated}”不是两位小数的金额",
            en: "\"{stated}\" is no amount with two decimals"
        ),
        Rule::StepFollows => words!(
            zh: "是 {stated}，而从上一步按所列的数应得 {expected}",
            en: "is {stated}, but from the step before and its own figures it would be {expected}"
        ),
        Rule::StepsEndAtAmount => words!(
            zh: "是 {stated}，而各步算到 {expected}",
            en: "is {stated}, but the steps end at {expected}"
        ),
        Rule::StatusFitsAmount => words!(
            zh: "是 {stated}，与金额 {expected} 和基数不合",
            en: "is {stated}, which does not fit the amount {expected} and the base"
        ),
        Rule::TotalIsSum | Rule::FixedIsSum | Rule::CeilingIsSum => words!(
            zh: "是 {stated}，而各项相加得 {expected}",
            en: "is {stated}, but the items add up to {expected}"
        ),
        Rule::TotalIsFixedAndCeiling => words!(
            zh: "是 {stated}，而定额与上限相加得 {expected}",
            en: "is {stated}, but fixed and ceiling add up to {expected}"
        ),
        Rule::PotentialNotBelowTotal => words!(
            zh: "是 {stated}，低于合计 {expected}",
            en: "is {stated}, below the total {expected}"
        ),
        Rule::AnswerHolds => words!(
            zh: "是 {stated}，与金额或合计 {expected} 不合",
            en: "is {stated}, which does not fit the amount or sum {expected}"
        ),
        Rule::CapHolds => words!(
            zh: "是 {stated}，而至多只能剩 {expected}",
            en: "is {stated}, but at most {expected} can be left"
        ),
        Rule::OneShaPerPolicy => words!(
            zh: "是 {stated}，同一政策在别处是 {expected}",
            en: "is {stated}, but {expected} elsewhere for the same policy"
        ),
    }
}

/// The report for scripts. Keys may be added, never renamed or removed; `message` alone follows the language.
///
/// # Errors
/// What the writer reports.
pub fn json(found: &Verification, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    // Numbers, unless the saved result has something else there.
    let number = |text: &Option<String>| {
        text.as_ref().map(|text| text.parse::<u64>().map_or_else(|_| json!(text), |number| json!(number)))
    };
    let place = |place: &Place| {
        json!({
            "path": place.path, "applicant": place.applicant, "policy": place.policy, "year": number(&place.year),
            "item": place.item, "row": number(&place.row), "step": place.step.as_ref().map(|(number, _)| number),
            "op": place.step.as_ref().map(|(_, op)| op), "key": place.key,
        })
    };
    let join = |one: Json, other: Json| match (one, other) {
        (Json::Object(mut one), Json::Object(other)) => {
            one.extend(other);
            Json::Object(one)
        }
        (one, _) => one,
    };
    let differences: Vec<Json> = found
        .differences
        .iter()
        .map(|one| {
            let causes: Vec<&str> = one.causes.iter().map(|cause| cause.id()).collect();
            let message = format!("{} {}", heading(&one.place, lang), difference_line(one, lang));
            let what = json!({ "kind": one.kind.id(), "saved": one.saved, "recomputed": one.recomputed, "causes": causes,
                               "message": message });
            join(place(&one.place), what)
        })
        .collect();
    let lines = contradiction_lines(&found.contradictions, lang);
    let contradictions: Vec<Json> = found
        .contradictions
        .iter()
        .zip(lines.iter().skip(1))
        .map(|(one, line)| {
            let what = json!({ "rule": one.rule.id(), "stated": one.stated, "expected": one.expected,
                               "message": line.trim_start() });
            join(place(&one.place), what)
        })
        .collect();
    let inputs: Vec<Json> = found
        .files
        .iter()
        .map(|input| {
            json!({ "path": input.path, "found": input.found, "saved_sha256": input.saved_sha256,
                    "sha256": input.sha256, "changed": input.saved_sha256 != input.sha256 })
        })
        .collect();
    let changed = &found.changed;
    let engine = changed.engine.as_ref().map(|(then, now)| json!({ "saved": then, "now": now }));
    let report = json!({
        "schema": SCHEMA,
        "engine": { "name": "biaobu", "version": env!("CARGO_PKG_VERSION") },
        "result": found.path,
        "identical": found.is_identical(),
        "request_known": found.request_known,
        "inputs": inputs,
        "changed": {
            "policies": changed.policies, "policies_gone": changed.gone, "vocabulary": changed.vocabulary,
            "rule_files": changed.rule_files, "engine": engine,
        },
        "differences": differences,
        "contradictions": contradictions,
    });
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

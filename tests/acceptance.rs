//! Cases computed by hand from the official texts, by somebody who had not seen the rule files or the engine. Each
//! names the mechanism or boundary that it is about.

mod support;

use biaobu::input::{self, Options};
use biaobu::money::parse_money;
use biaobu::output::json;
use serde_json::Value;

#[test]
fn beijing() {
    check("beijing-2020");
}

#[test]
fn tianjin() {
    check("tianjin-2021");
}

#[test]
fn xiamen() {
    check("xiamen-2020");
}

#[test]
fn foshan() {
    check("foshan-2018");
}

#[test]
fn linyi() {
    check("linyi-2019");
}

#[test]
fn zaozhuang() {
    check("zaozhuang-2018");
}

#[test]
fn weihai() {
    check("weihai-2019");
}

#[test]
fn liaocheng() {
    check("liaocheng-2021");
}

#[test]
fn zhengzhou() {
    check("zhengzhou-2019");
}

#[test]
fn huangpu() {
    check("huangpu-2019");
}

fn check(policy: &str) {
    let rules = support::shipped();
    let file = support::file(&format!("tests/cases/{policy}.json"));
    let cases: Vec<Value> = serde_json::from_slice(&file.bytes).expect("cases are JSON");
    let mut differences = Vec::new();
    let mut compared = 0;
    for case in &cases {
        let name = text(&case["name"]);
        let found = match evaluate(&rules, policy, case) {
            Some(found) => found,
            None => {
                differences.push(format!("{name}: the input could not be read"));
                continue;
            }
        };
        let mut differ = |what: String| differences.push(format!("{name}: {what}"));
        if let Some(rows) = case.get("invalid_rows") {
            let invalid: Value =
                found["invalid"].as_array().expect("a list").iter().map(|row| row["row"].clone()).collect();
            if invalid != *rows {
                differ(format!("invalid rows {invalid}, expected {rows}"));
            }
        }
        for expected in case["expect"].as_array().expect("a list") {
            let results = found["results"].as_array().expect("a list");
            let is_it = |result: &&Value| {
                result["applicant"] == expected["applicant"]
                    && expected.get("year").is_none_or(|year| result["year"] == *year)
            };
            let Some(result) = results.iter().find(is_it) else {
                differ(format!("no result for {}", expected["applicant"]));
                continue;
            };
            compare(expected, result, &["applicant", "items", "year"], &mut compared, &mut differ);
            for (id, item) in expected["items"].as_object().expect("items by id") {
                match result["items"].as_array().expect("a list").iter().find(|found| found["id"] == id.as_str()) {
                    Some(found) => {
                        compare(item, found, &[], &mut compared, &mut |what| differ(format!("{id}: {what}")));
                    }
                    None => differ(format!("no item {id}")),
                }
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(cases.len() >= 40 && compared > 300, "only {} cases, {compared} comparisons", cases.len());
}

/// Compares every stated value; lists as sets.
fn compare(expected: &Value, found: &Value, but: &[&str], compared: &mut usize, differ: &mut impl FnMut(String)) {
    for (key, value) in expected.as_object().expect("an object") {
        if but.contains(&key.as_str()) {
            continue;
        }
        *compared += 1;
        if let Some(choices) = key.strip_suffix("_in").and_then(|_| value.as_array()) {
            let key = key.trim_end_matches("_in");
            if !choices.contains(&found[key]) {
                differ(format!("{key} is {}, expected one of {value}", found[key]));
            }
        } else if sorted(value) != sorted(&found[key]) {
            differ(format!("{key} is {}, expected {value}", found[key]));
        }
    }
}

fn sorted(value: &Value) -> Value {
    let Some(list) = value.as_array() else { return value.clone() };
    let mut texts: Vec<String> = list.iter().map(ToString::to_string).collect();
    texts.sort();
    texts.into()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// `2022` or `2019..2024`.
fn years(text: &str) -> Option<Vec<i16>> {
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    Some((from.parse().ok()?..=to.parse().ok()?).collect())
}

fn evaluate(rules: &biaobu::rules::Rules, policy: &str, case: &Value) -> Option<Value> {
    let achievements = support::text("achievements.csv", text(&case["achievements"]));
    let applicants = case["applicants"].as_str().map(|applicants| support::text("applicants.csv", applicants));
    let read =
        input::read_portfolio(&rules.vocabulary, &[achievements], applicants.as_ref(), &Options::default()).ok()?;
    let mut report = support::report(rules, &read, 0, None, |chosen, _| chosen.id == policy);
    let mut args = case["args"].as_array().expect("arguments").iter().map(text);
    while let Some(argument) = args.next() {
        match argument {
            "--year" => report.years = years(args.next()?)?,
            "--on" => report.on = args.next()?.parse().ok(),
            "--calls" => report.calls = true,
            "--ignore-validity" => report.ignore_validity = true,
            "--param" => {
                let (name, amount) = args.next()?.split_once('=')?;
                report.parameters.insert(name.to_owned(), parse_money(amount)?.money);
            }
            other => panic!("unknown argument {other}"),
        }
    }
    if let Some(on) = report.on {
        report.years = vec![on.year()];
    }
    let mut bytes = Vec::new();
    json::write(&report, &mut bytes).expect("memory takes it");
    serde_json::from_slice(&bytes).ok()
}

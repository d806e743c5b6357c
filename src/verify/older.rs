//! Results of versions that did not yet say what was asked for: what can be gathered from the result itself. Where that
//! leaves several possibilities, all of them are tried, the likeliest first.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::shown;
use crate::lang::Lang;
use crate::request::{Request, YEARS};

/// What the result may have been asked for with. Parameters, a named encoding and given rule files cannot be known.
pub fn candidates(saved: &Json) -> Vec<Request> {
    let results = saved.get("results").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let all_of = |key: &str| -> Vec<String> {
        let mut values: Vec<String> = Vec::new();
        for value in results.iter().filter_map(|result| shown(result.get(key))) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    };
    let any = |key: &str| results.iter().any(|result| result.get(key) == Some(&Json::Bool(true)));
    let years: BTreeSet<i16> =
        all_of("year").iter().filter_map(|year| year.parse().ok()).filter(|year| YEARS.contains(year)).collect();
    // One day in all results of one year was named, or is what it would have been anyhow.
    let days = all_of("on");
    let on = match (days.as_slice(), years.len()) {
        ([day], 1) => day.parse().ok(),
        _ => None,
    };
    let plain = Request {
        years: years.into_iter().collect(),
        on,
        calls: any("call_applied"),
        ignore_validity: any("validity_ignored"),
        ..Request::default()
    };
    let units = all_of("applicant");
    let only_unit = match units.as_slice() {
        [unit] if !unit.is_empty() => Some(unit.clone()),
        _ => None,
    };
    let mut candidates = Vec::new();
    for (achievements, applicants, sheet) in files(saved) {
        for policies in [all_of("policy"), vec!["auto".to_owned()], vec!["all".to_owned()]] {
            for applicant in [None, only_unit.clone()].into_iter().take(1 + usize::from(only_unit.is_some())) {
                for lang in [Lang::Zh, Lang::En] {
                    candidates.push(Request {
                        achievements: achievements.clone(),
                        applicants: applicants.clone(),
                        sheet: sheet.clone(),
                        policies: policies.clone(),
                        applicant: applicant.clone(),
                        lang,
                        ..plain.clone()
                    });
                }
            }
        }
    }
    candidates.retain(|candidate| !candidate.years.is_empty() && !candidate.achievements.is_empty());
    candidates
}

/// Which files were achievements, which one was the applicants', and the sheet.
fn files(saved: &Json) -> Vec<(Vec<String>, Option<String>, Option<String>)> {
    let inputs = saved.get("inputs").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let paths: Vec<String> = inputs.iter().filter_map(|input| shown(input.get("path"))).collect();
    let sheet = inputs.first().and_then(|input| shown(input.get("sheet")));
    let Some((last, others)) = paths.split_last() else { return Vec::new() };
    // A workbook with a sheet of its own for applicants comes twice.
    if others.contains(last) {
        return vec![(others.to_vec(), None, sheet)];
    }
    let mut ways = vec![(paths.clone(), None, sheet.clone())];
    if !others.is_empty() {
        ways.insert(0, (others.to_vec(), Some(last.clone()), sheet));
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_can_be_gathered() {
        let result = |policy: &str, on: &str| json!({ "applicant": "甲", "policy": policy, "year": 2022, "on": on });
        let saved = json!({
            "inputs": [{ "path": "a.csv" }, { "path": "u.csv" }],
            "results": [result("p", "2022-12-31"), result("q", "2022-12-31"), result("p", "2022-12-31")],
        });
        let first = candidates(&saved).remove(0);
        assert_eq!((first.achievements, first.applicants.as_deref()), (vec!["a.csv".to_owned()], Some("u.csv")));
        assert_eq!((first.policies, first.years), (vec!["p".to_owned(), "q".to_owned()], vec![2022]));
        assert_eq!(first.on, Some(jiff::civil::date(2022, 12, 31)));
        let apart = json!({ "inputs": [{ "path": "a.csv" }], "results": [result("p", "2022-12-31"), result("q", "2022-09-30")] });
        assert_eq!(candidates(&apart)[0].on, None);
        assert_eq!(candidates(&json!({})), []);
        assert_eq!(candidates(&json!({ "inputs": [{ "path": "a.csv" }], "results": [] })), []);
    }
}

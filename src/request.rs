//! What a result was asked for with, as it stands in the result itself: everything but the files that is needed to compute
//! it again.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Value as Json, json};

use crate::input::Encoding;
use crate::lang::{Lang, Words};
use crate::money::{Money, parse_money};
use crate::policy::digest_of;
use crate::words;

/// The years that can be asked for.
pub const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

/// Everything that was asked for, defaults filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Achievements files as given; `-` is standard input.
    pub achievements: Vec<String>,
    /// The applicants file as given; none also where a workbook has its own sheet.
    pub applicants: Option<String>,
    /// Name of the one applicant that the rows do not name.
    pub applicant: Option<String>,
    /// Policy ids, `auto` and `all` as given.
    pub policies: Vec<String>,
    /// Application years, ascending.
    pub years: Vec<i16>,
    /// Application date; none: each policy's own day of the year.
    pub on: Option<Date>,
    /// Parameters such as the year's fund.
    pub parameters: BTreeMap<String, Money>,
    /// True if the yearly calls apply.
    pub calls: bool,
    /// True if it was computed although a policy is not in force.
    pub ignore_validity: bool,
    /// The sheet of achievements, where one was named.
    pub sheet: Option<String>,
    /// The encoding, where one was named.
    pub encoding: Option<Encoding>,
    /// The language of the notes.
    pub lang: Lang,
    /// Rule files that were given besides the shipped ones, in order.
    pub rules: Vec<GivenRules>,
    /// Of the vocabulary as it was put together, shipped and given.
    pub vocabulary_sha256: String,
    /// Of all shipped rule files.
    pub shipped_rules_sha256: String,
}

/// One rule file given by `--rules`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenRules {
    /// Its path.
    pub path: String,
    /// Of its text.
    pub sha256: String,
}

/// A key of `request` that does not say what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("request.{key}: {expected}")]
pub struct BadRequest {
    /// Which one.
    pub key: &'static str,
    /// What should stand there.
    pub expected: Words,
}

impl Request {
    /// The key `request` of the result. In it, `sha256` is a seal over the options: a slip in one that changes no amount,
    /// such as a fund that is large enough either way, would otherwise go unseen. Rules have digests of their own, and
    /// the language is no option of the calculation.
    pub fn to_json(&self) -> Json {
        let mut request = self.options();
        let seal = digest_of(request.to_string().as_bytes());
        let rules: Vec<Json> =
            self.rules.iter().map(|file| json!({ "path": file.path, "sha256": file.sha256 })).collect();
        let lang = match self.lang {
            Lang::Zh => "zh",
            Lang::En => "en",
        };
        request["sha256"] = Json::String(seal);
        request["lang"] = Json::String(lang.to_owned());
        request["rules"] = Json::Array(rules);
        request["vocabulary_sha256"] = Json::String(self.vocabulary_sha256.clone());
        request["shipped_rules_sha256"] = Json::String(self.shipped_rules_sha256.clone());
        request
    }

    fn options(&self) -> Json {
        json!({
            "achievements": self.achievements,
            "applicants": self.applicants,
            "applicant": self.applicant,
            "policies": self.policies,
            "years": self.years,
            "on": self.on.map(|day| day.to_string()),
            "parameters": self.parameters,
            "calls": self.calls,
            "ignore_validity": self.ignore_validity,
            "sheet": self.sheet,
            "encoding": self.encoding.map(Encoding::name),
        })
    }

    /// Reads the key `request` of a result. Keys that it does not know are left alone.
    ///
    /// # Errors
    /// The first key that is missing or does not say what it should.
    pub fn from_json(found: &Json) -> Result<Request, BadRequest> {
        let text = || words!(zh: "应为文字", en: "expected a text");
        let texts = || words!(zh: "应为文字的列表", en: "expected a list of texts");
        let optional = |key| match found.get(key) {
            Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            _ => Err(BadRequest { key, expected: words!(zh: "应为文字或 null", en: "expected a text or null") }),
        };
        let stated = |key| found.get(key).and_then(Json::as_str).ok_or(BadRequest { key, expected: text() });
        let list = |key| {
            let values = found.get(key).and_then(Json::as_array);
            let values: Option<Vec<String>> =
                values.and_then(|values| values.iter().map(|value| value.as_str().map(str::to_owned)).collect());
            values.ok_or(BadRequest { key, expected: texts() })
        };
        let yes_or_no = |key| {
            let expected = || words!(zh: "应为 true 或 false", en: "expected true or false");
            found.get(key).and_then(Json::as_bool).ok_or_else(|| BadRequest { key, expected: expected() })
        };
        let day = |text: String| text.parse().map_err(|_| BadRequest { key: "on", expected: a_day() });
        let encoding = |name: String| {
            name.parse()
                .map_err(|unknown: crate::input::UnknownEncoding| BadRequest { key: "encoding", expected: unknown.0 })
        };
        let lang = match stated("lang")? {
            "zh" => Lang::Zh,
            "en" => Lang::En,
            _ => {
                return Err(BadRequest {
                    key: "lang", expected: words!(zh: "应为 zh 或 en", en: "expected zh or en")
                });
            }
        };
        Ok(Request {
            achievements: list("achievements")?,
            applicants: optional("applicants")?,
            applicant: optional("applicant")?,
            policies: list("policies")?,
            years: years(found)?,
            on: optional("on")?.map(day).transpose()?,
            parameters: parameters(found)?,
            calls: yes_or_no("calls")?,
            ignore_validity: yes_or_no("ignore_validity")?,
            sheet: optional("sheet")?,
            encoding: optional("encoding")?.map(encoding).transpose()?,
            lang,
            rules: rules(found)?,
            vocabulary_sha256: stated("vocabulary_sha256")?.to_owned(),
            shipped_rules_sha256: stated("shipped_rules_sha256")?.to_owned(),
        })
    }
}

fn a_day() -> Words {
    words!(zh: "应为日期，如 2022-12-31", en: "expected a date such as 2022-12-31")
}

/// At least one, ascending: the engine takes the earlier years of a run for granted.
fn years(found: &Json) -> Result<Vec<i16>, BadRequest> {
    let year =
        |value: &Json| value.as_i64().and_then(|year| i16::try_from(year).ok()).filter(|year| YEARS.contains(year));
    let years: Option<Vec<i16>> =
        found.get("years").and_then(Json::as_array).and_then(|years| years.iter().map(year).collect());
    years.filter(|years| !years.is_empty() && years.windows(2).all(|pair| pair[0] < pair[1])).ok_or_else(|| {
        let expected =
            words!(zh: "应为递增的年份列表，如 [2022]", en: "expected years in ascending order, such as [2022]");
        BadRequest { key: "years", expected }
    })
}

fn parameters(found: &Json) -> Result<BTreeMap<String, Money>, BadRequest> {
    let amount = |(name, value): (&String, &Json)| {
        let parsed = parse_money(value.as_str()?).filter(|parsed| parsed.exact)?;
        Some((name.clone(), parsed.money))
    };
    let parameters = found.get("parameters").and_then(Json::as_object);
    parameters.and_then(|parameters| parameters.iter().map(amount).collect()).ok_or_else(|| {
        let expected =
            words!(zh: "应为名称和金额，如 \"40000000.00\"", en: "expected names and amounts such as \"40000000.00\"");
        BadRequest { key: "parameters", expected }
    })
}

fn rules(found: &Json) -> Result<Vec<GivenRules>, BadRequest> {
    let one = |file: &Json| {
        let text = |key| file.get(key).and_then(Json::as_str).map(str::to_owned);
        Some(GivenRules { path: text("path")?, sha256: text("sha256")? })
    };
    let files = found.get("rules").and_then(Json::as_array);
    files.and_then(|files| files.iter().map(one).collect()).ok_or_else(|| {
        let expected =
            words!(zh: "应为列表，每项有 path 和 sha256", en: "expected a list of entries with path and sha256");
        BadRequest { key: "rules", expected }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Request {
        Request {
            achievements: vec!["成果.csv".into(), "-".into()],
            applicants: Some("单位.csv".into()),
            applicant: Some("甲公司".into()),
            policies: vec!["auto".into()],
            years: vec![2021, 2022],
            on: Some(jiff::civil::date(2022, 12, 31)),
            parameters: [("fund_total".to_owned(), Money::from_fen(400_000_001))].into(),
            calls: true,
            ignore_validity: true,
            sheet: Some("表".into()),
            encoding: Some(Encoding::Gb18030),
            lang: Lang::En,
            rules: vec![GivenRules { path: "a.toml".into(), sha256: "00".into() }],
            vocabulary_sha256: "11".into(),
            shipped_rules_sha256: "22".into(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let json = full().to_json();
        assert_eq!(json["parameters"]["fund_total"], "4000000.01");
        let other = Request { calls: false, ..full() }.to_json();
        assert_ne!(json["sha256"], other["sha256"]);
        assert_eq!(Request::from_json(&json), Ok(full()));
        let none = Request { years: vec![2022], ..Request::default() };
        assert_eq!(Request::from_json(&none.to_json()), Ok(none));
    }

    #[test]
    fn every_key_is_needed_and_named() {
        let json = full().to_json();
        for key in json.as_object().unwrap().keys().filter(|key| *key != "sha256") {
            for broken in [None, Some(json!(7)), Some(json!([[]])), Some(json!("x"))] {
                let mut json = json.clone();
                match broken.clone() {
                    Some(value) => json[key] = value,
                    None => drop(json.as_object_mut().unwrap().remove(key)),
                }
                if let Err(bad) = Request::from_json(&json) {
                    assert_eq!(bad.key, key);
                } else {
                    assert_eq!(broken, Some(json!("x")), "{key}");
                }
            }
        }
        for years in [json!([]), json!([2022, 2021]), json!([2022, 2022]), json!([70000]), json!(["2022"])] {
            let mut json = json.clone();
            json["years"] = years;
            assert_eq!(Request::from_json(&json).unwrap_err().key, "years");
        }
    }
}

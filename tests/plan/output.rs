//! `biaobu plan` as its users run it, over the portfolio of README and over what goes wrong.

use std::fs;

use serde_json::Value as Json;
use unicode_width::UnicodeWidthStr;

#[path = "../common/mod.rs"]
mod common;

use common::{Ran, biaobu, folder, piped};

fn fixture(name: &str) -> String {
    fs::read_to_string(format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The portfolio of README with more arguments.
fn plan(args: &str) -> Ran {
    let files = [("p.csv", fixture("portfolio.csv")), ("u.csv", fixture("applicants.csv"))];
    let folder = folder(&files);
    let ran =
        biaobu(folder.path(), &format!("plan p.csv --applicants u.csv --year 2022 --param fund_total=400万 {args}"));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    ran
}

/// One company of the portfolio.
fn of_unit(name: &str, args: &str) -> Ran {
    let all = fixture("portfolio.csv");
    let mut lines = all.lines();
    let head = lines.next().unwrap();
    let rows: Vec<&str> = lines.filter(|line| line.contains(name)).collect();
    let files = [("p.csv", format!("{head}\n{}\n", rows.join("\n"))), ("u.csv", fixture("applicants.csv"))];
    let folder = folder(&files);
    let ran = biaobu(folder.path(), &format!("plan p.csv --applicants u.csv --year 2022 {args}"));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    ran
}

fn json(args: &str) -> Json {
    serde_json::from_str(&plan(&format!("--format json {args}")).out).unwrap()
}

fn unit<'j>(plans: &'j Json, name: &str) -> &'j Json {
    let mut units = plans["plans"].as_array().unwrap().iter();
    units.find(|unit| unit["applicant"].as_str().unwrap().contains(name)).unwrap()
}

#[test]
fn the_portfolio_is_planned_unit_by_unit_in_order() {
    let plans = json("");
    assert_eq!(plans["schema"], "biaobu.plan/1");
    let units = fixture("applicants.csv");
    let expected: Vec<&str> = units.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    let found: Vec<&str> =
        plans["plans"].as_array().unwrap().iter().map(|unit| unit["applicant"].as_str().unwrap()).collect();
    assert_eq!(found, expected);
    // The totals are those of `estimate`, worked out by hand in tests/fixtures.rs.
    assert_eq!(unit(&plans, "澄远")["total"], "1565000.00");
    assert_eq!(unit(&plans, "曜禾")["total"], "1950000.00");
}

#[test]
fn a_missing_fact_is_worth_what_the_text_says() {
    let plans = json("");
    // 第十七条: a national pilot pays 20, built jointly by several regions 40.
    let facts = unit(&plans, "澄远")["facts"].as_array().unwrap();
    let joint = facts.iter().find(|fact| fact["id"] == "BJ1-09" && fact["facts"][0] == "regional_joint").unwrap();
    assert_eq!((&joint["worth"], &joint["best"]["regional_joint"]), (&"200000.00".into(), &"true".into()));
    assert_eq!(joint["state"], "missing");
    // A penalty within two years keeps a company out altogether: everything is at risk.
    let clean = unit(&plans, "衡序")["facts"].as_array().unwrap();
    let penalty = clean.iter().find(|fact| fact["facts"][0] == "penalized_on").unwrap();
    assert_eq!((&penalty["of"], &penalty["at_risk"]), (&"applicant".into(), &"1700000.00".into()));
}

#[test]
fn what_is_full_brings_nothing_and_is_named() {
    let plans = json("");
    let tianjin = &unit(&plans, "蓝汐")["policies"][0];
    let line = |kind: &str, level: &str, more: (&str, &str)| {
        let mut lines = tianjin["marginal"].as_array().unwrap().iter();
        lines
            .find(|line| line["row"]["kind"] == kind && line["row"]["level"] == level && line["row"][more.0] == more.1)
            .unwrap()
            .clone()
    };
    // Five national standards are claimed already (第十五条), one international one of five.
    let national = line("standard", "national", ("action", "formulate"));
    assert_eq!((&national["alone"], &national["marginal"]), (&"80000.00".into(), &"0.00".into()));
    assert_eq!(national["effects"][0]["effect"], "selection");
    assert_eq!(national["effects"][0]["by"]["clause"], "第十五条");
    let international = line("standard", "international", ("action", "formulate"));
    assert_eq!(international["marginal"], "200000.00");
    // A second award of 15 opens the category of awards (30) in the place of the leaders (21).
    let award = line("award", "national", ("grade", "first"));
    assert_eq!((&award["alone"], &award["marginal"]), (&"150000.00".into(), &"90000.00".into()));
    let limits = tianjin["limits"].as_array().unwrap();
    let of_national = limits.iter().find(|limit| limit["class"]["level"] == "national").unwrap();
    assert_eq!((&of_national["left"], of_national["taken_by"].as_array().unwrap().len()), (&0.into(), 5));
    // Beijing: the year's cap of 50 is used up; an international standard raises it to 100 (第十一条).
    let beijing = &unit(&plans, "澄远")["policies"][0];
    let cap = beijing["caps"].as_array().unwrap().iter().find(|cap| cap["clause"] == "第十一条").unwrap();
    assert_eq!((&cap["limit"], &cap["used"], &cap["left"]), (&"500000.00".into(), &"500000.00".into(), &"0.00".into()));
    assert_eq!(cap["raise"]["to"], "1000000.00");
    let first = &beijing["marginal"][0];
    assert_eq!((&first["row"]["level"], &first["marginal"]), (&"international".into(), &"500000.00".into()));
}

/// What an auditor does: append the row of the plan to the file, and run `estimate` twice.
#[test]
fn a_marginal_value_can_be_reproduced_from_the_command_line() {
    let all = fixture("portfolio.csv");
    let head = all.lines().next().unwrap();
    let name = "天津蓝汐海洋装备股份有限公司";
    let own: Vec<&str> = all.lines().filter(|line| line.contains(name)).collect();
    let total = |extra: &str| {
        let rows = format!("{head}\n{}\n{extra}", own.join("\n"));
        let folder = folder(&[("p.csv", rows), ("u.csv", fixture("applicants.csv"))]);
        let ran = biaobu(folder.path(), "estimate p.csv --applicants u.csv --year 2022 --format json");
        let result: Json = serde_json::from_str(&ran.out).unwrap();
        result["results"][0]["total"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap()
    };
    let before = total("");
    let plans = json("");
    let lines = unit(&plans, "蓝汐")["policies"][0]["marginal"].as_array().unwrap();
    assert_eq!(lines.len(), 28);
    for line in lines.iter().step_by(5) {
        let cell = |header: &str| match header {
            "id" => "MORE".to_owned(),
            "applicant" => name.to_owned(),
            header => line["row"][header].as_str().unwrap_or_default().to_owned(),
        };
        let row = head.split(',').map(cell).collect::<Vec<_>>().join(",");
        let marginal: i64 = line["marginal"].as_str().unwrap().replace('.', "").parse().unwrap();
        assert_eq!(total(&format!("{row}\n")) - before, marginal, "{row}");
    }
}

#[test]
fn every_form_in_both_languages() {
    for lang in ["zh", "en"] {
        let table = plan(&format!("--lang {lang}")).out;
        for line in table.lines() {
            assert!(line.width() <= 80, "{line}");
        }
        let html = plan(&format!("--lang {lang} --format html")).out;
        assert!(html.contains("北京澄远智能装备有限公司") && html.trim_end().ends_with("</html>"));
        let csv = plan(&format!("--lang {lang} --format csv --excel")).out;
        let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
        let header = reader.headers().unwrap().clone();
        let parts: std::collections::BTreeSet<String> =
            reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
        assert_eq!(&header[0], "part");
        let expected = ["best", "caps", "deadlines", "elsewhere", "facts", "limits", "marginal", "notice"];
        assert_eq!(parts.into_iter().collect::<Vec<_>>(), expected);
    }
    let (zh, en) = (json("--lang zh"), json("--lang en"));
    assert_eq!(without_words(zh), without_words(en));
}

/// JSON without what is worded.
fn without_words(mut json: Json) -> Json {
    match &mut json {
        Json::Object(map) => {
            ["note", "scope", "limit"].iter().for_each(|key| _ = map.remove(*key));
            map.values_mut().for_each(|value| *value = without_words(value.take()));
        }
        Json::Array(list) => list.iter_mut().for_each(|value| *value = without_words(value.take())),
        _ => {}
    }
    json
}

#[test]
fn a_plan_in_chinese() {
    insta::assert_snapshot!(of_unit("天津沽澜", "").out);
}

#[test]
fn a_plan_in_english() {
    insta::assert_snapshot!(of_unit("佛山市曜禾", "--lang en --on 2022-03-01").out);
}

#[test]
fn what_a_barred_company_is_told() {
    let shown = of_unit("佛山市岳标", "").out;
    assert!(shown.contains("第十六条") && shown.contains("本次不计"), "{shown}");
    // 2021-03-11 and three years: not before the end of the policy.
    assert!(shown.contains("另有 5 行"), "{shown}");
}

#[test]
fn what_cannot_be_planned_is_refused() {
    let files = [("p.csv", "kind,level,action,rank,date\nstandard,national,formulate,1,2021-05-01\n")];
    let folder = folder(&files);
    let run = |args: &str| biaobu(folder.path(), args);
    let years = run("plan p.csv --policy tianjin-2021 --year 2022..2023");
    assert_eq!((years.code, years.out.as_str()), (Some(2), ""));
    assert!(years.err.contains("一个年度"), "{}", years.err);
    assert_eq!(run("plan p.csv --policy tianjin-2021 --year 2022 --excel").code, Some(2));
    assert_eq!(run("plan p.csv --year 2022").code, Some(2), "no region, no policy");
    assert_eq!(run("plan gone.csv --policy tianjin-2021 --year 2022").code, Some(2));
    assert_eq!(run("plan p.csv --policy tianjin-2021 --year 2022 -o p.csv").code, Some(2), "an input stays");
    let outside = run("plan p.csv --policy tianjin-2021 --year 2030");
    assert_eq!(outside.code, Some(0), "{}", outside.err);
    assert!(outside.out.contains("本次不计"), "{}", outside.out);
    let nothing = piped(folder.path(), "plan - --policy tianjin-2021 --year 2022", b"kind,level\n");
    assert!(nothing.code.is_some(), "{}", nothing.err);
}

#[test]
fn rows_that_cannot_be_read_are_told() {
    let folder = folder(&[(
        "p.csv",
        "kind,level,action,rank,date\nstandard,nation,formulate,1,2021-05-01\n标准制修订,国家,制定,1,2021-05-01\n",
    )]);
    let ran = biaobu(folder.path(), "plan p.csv --policy tianjin-2021 --year 2022 --format json");
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("nation"), "{}", ran.err);
    let plans: Json = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(plans["invalid"][0]["value"], "nation");
    assert_eq!(plans["plans"][0]["total"], "80000.00");
    let strict = biaobu(folder.path(), "plan p.csv --policy tianjin-2021 --year 2022 --strict");
    assert_eq!((strict.code, strict.out.as_str()), (Some(2), ""));
}

//! `compare`: the same achievements under every policy, as if registered there. That amounts are those of each policy
//! alone is also a law over random portfolios: `tests/laws/compare.rs`.

mod common;
mod support;

use std::collections::{BTreeMap, BTreeSet};

use biaobu::analysis::compare;
use biaobu::engine::Application;
use biaobu::lang::Lang;
use biaobu::output::compare::Told;
use biaobu::output::document::{self, Form};
use biaobu::output::terminal::Look;
use biaobu::policy::Policy;
use common::{Ran, biaobu, cents, folder, json, list, text};
use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

fn portfolio_folder() -> tempfile::TempDir {
    let file = |path: &str| support::file(path).bytes;
    folder(&[("rows.csv", file("fixtures/portfolio.csv")), ("units.csv", file("fixtures/applicants.csv"))])
}

const ASKED: &str = "compare rows.csv --applicants units.csv --year 2022 --param fund_total=400万";

/// The records of a CSV result, by column.
fn records(ran: &Ran) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(ran.out.as_bytes()).deserialize().map(Result::unwrap).collect()
}

/// Every item under every policy is what `estimate` says of a unit registered there, under that policy alone.
#[test]
fn amounts_are_those_of_estimate() {
    let folder = portfolio_folder();
    let found = records(&biaobu(folder.path(), &format!("{ASKED} --format csv")));
    let policies: BTreeSet<&str> = found.iter().map(|record| record["policy"].as_str()).collect();
    assert_eq!(policies.len(), 10);
    let units = String::from_utf8(support::file("fixtures/applicants.csv").bytes).unwrap();
    let rules = support::shipped();
    for id in policies {
        let place = &support::policy(&rules, id).region[0];
        let moved: Vec<String> = units
            .lines()
            .enumerate()
            .map(|(number, line)| {
                let mut cells: Vec<&str> = line.split(',').collect();
                if number > 0 {
                    cells[3] = place;
                }
                cells.join(",")
            })
            .collect();
        std::fs::write(folder.path().join("moved.csv"), moved.join("\n")).unwrap();
        let asked = format!(
            "estimate rows.csv --applicants moved.csv --year 2022 --param fund_total=400万 --policy {id} --format csv"
        );
        let alone = records(&biaobu(folder.path(), &asked));
        let here: Vec<_> = found.iter().filter(|record| record["policy"] == id).collect();
        assert_eq!(here.len(), 162);
        assert_eq!(here.len(), alone.len());
        for (found, alone) in here.iter().zip(&alone) {
            for column in ["applicant", "id", "status", "clause", "rule", "base", "amount", "possible", "reasons"] {
                assert_eq!(found[column], alone[column], "{id} {column} {}", found["id"]);
            }
        }
    }
}

#[test]
fn best_places_and_what_one_place_pays_for() {
    let folder = portfolio_folder();
    let csv = records(&biaobu(folder.path(), &format!("{ASKED} --format csv")));
    let mut by_row: BTreeMap<(String, String), Vec<&BTreeMap<String, String>>> = BTreeMap::new();
    for record in &csv {
        by_row.entry((record["applicant"].clone(), record["id"].clone())).or_default().push(record);
    }
    assert_eq!(by_row.len(), 162);
    let fen = |record: &BTreeMap<String, String>| record["amount"].replace('.', "").parse::<u64>().unwrap();
    let mut alone = 0;
    for records in by_row.values() {
        let most = records.iter().map(|record| fen(record)).max().unwrap();
        let paying = records.iter().filter(|record| fen(record) > 0).count();
        for record in records {
            assert_eq!(record["best"] == "yes", fen(record) == most && most > 0, "{record:?}");
            assert_eq!(record["only_here"] == "yes", fen(record) > 0 && paying == 1, "{record:?}");
            alone += usize::from(record["only_here"] == "yes");
        }
    }
    assert!(alone > 5, "{alone}");
    let json = json(&biaobu(folder.path(), &format!("{ASKED} --format json")));
    assert_eq!(json["schema"], "biaobu.compare/1");
    let mut only = 0;
    for unit in list(&json, "applicants") {
        for place in list(unit, "places") {
            only += list(place, "only_here").len();
            let id = text(place, "policy");
            let of_place = list(unit, "achievements").iter().flat_map(|row| list(row, "under"));
            let sum: i64 = of_place.filter(|entry| text(entry, "policy") == id).map(|e| cents(e, "amount")).sum();
            assert_eq!(sum, cents(place, "total"));
            assert_eq!(cents(place, "total"), cents(place, "fixed_total") + cents(place, "ceiling_total"));
        }
        let totals: Vec<i64> = list(unit, "places").iter().map(|place| cents(place, "total")).collect();
        let most = totals.iter().copied().max().unwrap();
        for (place, total) in list(unit, "places").iter().zip(&totals) {
            let best = list(unit, "best").contains(&place["policy"]);
            assert_eq!(best, *total == most && most > 0);
        }
    }
    assert_eq!(only, alone);
    // Of each policy, the head says what all units come to.
    for policy in list(&json, "policies") {
        let of_units = list(&json, "applicants").iter().flat_map(|unit| list(unit, "places"));
        let sum: i64 = of_units.filter(|place| place["policy"] == policy["policy"]).map(|p| cents(p, "total")).sum();
        assert_eq!(sum, cents(policy, "total"));
    }
}

/// The region is ignored and said to be assumed; every other bar holds.
#[test]
fn only_the_region_is_ignored() {
    let folder = folder(&[
        ("rows.csv", "编号,申报单位,类别,级别,制修订,起草单位排名,日期\nA1,甲,标准制修订,国家,制定,1,2021-05-01\n"),
        ("units.csv", "申报单位,注册地,骗取资金认定日期\n甲,天津市滨海新区,2021-03-01\n"),
    ]);
    let asked = "compare rows.csv --applicants units.csv --year 2022 --policy xiamen-2020,tianjin-2021,huangpu-2019";
    let found = json(&biaobu(folder.path(), &format!("{asked} --format json")));
    let unit = &list(&found, "applicants")[0];
    let places = list(unit, "places");
    assert_eq!(
        places.iter().map(|place| text(place, "policy")).collect::<Vec<_>>(),
        ["xiamen-2020", "tianjin-2021", "huangpu-2019"]
    );
    assert_eq!(places.iter().map(|place| &place["registered"]).collect::<Vec<_>>(), [false, true, false]);
    let year = &list(&places[0], "years")[0];
    assert_eq!(text(&places[0], "total"), "500000.00");
    assert!(list(year, "barred_by").is_empty());
    assert!(list(year, "assumptions").iter().any(|one| text(one, "fact") == "region"), "{year}");
    let barred = &list(&list(&places[1], "years")[0], "barred_by")[0];
    assert_eq!((text(barred, "fact"), text(&places[1], "total")), ("fraud_on", "0.00"));
    let table = biaobu(folder.path(), asked);
    assert!(
        table.out.contains("tianjin-2021 *（注册地）") && table.out.contains("骗取资金认定日期2021-03-01"),
        "{}",
        table.out
    );
}

/// A policy that is not in force is shown as such, and computed where asked.
#[test]
fn not_in_force_is_said() {
    let folder = portfolio_folder();
    let asked = ASKED.replace("2022", "2024");
    let table = biaobu(folder.path(), &format!("{asked} --policy huangpu-2019 --policy zhengzhou-2019"));
    assert_eq!(table.code, Some(0), "{}", table.err);
    assert!(table.out.contains("huangpu-2019 *") && !table.out.contains("zhengzhou-2019 *"), "{}", table.out);
    assert!(table.out.contains("2024年没有一天在有效期内") && table.out.contains("--ignore-validity"), "{}", table.out);
    let place = |ran: &Ran| list(&list(&json(ran), "applicants")[13], "places")[0].clone();
    let plain = place(&biaobu(folder.path(), &format!("{asked} --policy huangpu-2019 --format json")));
    assert_eq!((text(&plain, "total"), &list(&plain, "years")[0]["in_force"]), ("0.00", &Value::Bool(false)));
    let ignored = biaobu(folder.path(), &format!("{asked} --policy huangpu-2019 --format json --ignore-validity"));
    assert_eq!(list(&place(&ignored), "years")[0]["validity_ignored"], Value::Bool(true));
    assert!(cents(&place(&ignored), "total") > 0);
}

#[test]
fn a_run_over_years_is_one_run_per_policy() {
    let folder = portfolio_folder();
    let asked = "--year 2021..2023 --format csv --applicants units.csv";
    let found = records(&biaobu(folder.path(), &format!("compare rows.csv {asked} --policy liaocheng-2021")));
    assert_eq!(found.len(), 3 * 162);
    let units = String::from_utf8(support::file("fixtures/applicants.csv").bytes).unwrap();
    let moved = units.lines().enumerate().map(|(number, line)| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if number > 0 {
            cells[3] = "聊城市";
        }
        cells.join(",")
    });
    std::fs::write(folder.path().join("units.csv"), moved.collect::<Vec<_>>().join("\n")).unwrap();
    let alone = records(&biaobu(folder.path(), &format!("estimate rows.csv {asked} --policy liaocheng-2021")));
    let key = |record: &BTreeMap<String, String>| {
        (record["applicant"].clone(), record["id"].clone(), record["year"].clone(), record["amount"].clone())
    };
    let sorted = |records: &[BTreeMap<String, String>]| records.iter().map(key).collect::<BTreeSet<_>>();
    assert_eq!(sorted(&found), sorted(&alone));
    assert!(found.iter().any(|record| record["status"] == "duplicate"));
}

#[test]
fn the_order_of_the_rows_of_different_units_changes_only_the_order() {
    let folder = portfolio_folder();
    let sorted = |file: &str| {
        let mut lines: Vec<String> =
            records(&biaobu(folder.path(), &format!("{ASKED} --format csv").replace("rows.csv", file)))
                .into_iter()
                .map(|mut record| {
                    record.remove("row");
                    record.remove("path");
                    format!("{record:?}")
                })
                .collect();
        lines.sort();
        lines
    };
    let bytes = support::file("fixtures/portfolio.csv").bytes;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let header = reader.headers().unwrap().clone();
    let column = header.iter().position(|name| name.trim_start_matches('\u{feff}') == "applicant").unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header).unwrap();
    let blocks: Vec<_> = rows.chunk_by(|one, next| one[column] == next[column]).collect();
    assert!(blocks.len() > 10);
    blocks.into_iter().rev().flatten().for_each(|row| writer.write_record(row).unwrap());
    std::fs::write(folder.path().join("turned.csv"), writer.into_inner().unwrap()).unwrap();
    let (plain, turned) = (sorted("rows.csv"), sorted("turned.csv"));
    assert_eq!(plain.len(), turned.len());
    plain.iter().zip(&turned).for_each(|(plain, turned)| assert_eq!(plain, turned));
}

/// No row is lost: readable ones come back under every policy, unreadable ones once, and the exit code says so.
#[test]
fn unreadable_rows_are_told() {
    let folder = folder(&[("rows.csv", support::file("fixtures/mistakes.csv").bytes)]);
    let ran = biaobu(folder.path(), "compare rows.csv --year 2022 --format csv");
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("17 行读不出"), "{}", ran.err);
    let found = records(&ran);
    let invalid: Vec<_> = found.iter().filter(|record| record["status"] == "invalid").collect();
    assert_eq!(invalid.len(), 17);
    assert!(invalid.iter().all(|record| !record["reasons"].is_empty() && record["policy"].is_empty()));
    assert_eq!(found.len() - 17, 10 * (24 - 1 - 17));
    let table = biaobu(folder.path(), "compare rows.csv --year 2022");
    assert!(table.out.contains("读不出的行：17"), "{}", table.out);
    assert_eq!(list(&json(&biaobu(folder.path(), "compare rows.csv --year 2022 --format json")), "invalid").len(), 17);
}

#[test]
fn what_cannot_be_done_is_refused() {
    let folder = folder(&[("rows.csv", "kind,date\npilot,2021-01-01\n")]);
    for (asked, said) in [
        ("compare rows.csv --policy auto", "不写 --policy 就是全部"),
        ("compare rows.csv --policy tianjin", "没有政策“tianjin”"),
        ("compare rows.csv --excel", "--excel"),
        ("compare none.csv", "没有这个文件"),
        ("compare", "请给出成果文件"),
        ("compare rows.csv -o rows.csv", "覆盖"),
    ] {
        let ran = biaobu(folder.path(), asked);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{asked}");
        assert!(ran.err.contains(said), "{asked}: {}", ran.err);
    }
}

/// Of many units the overview is listed, and the words say that it is not everything.
#[test]
fn many_units_are_an_overview() {
    let rows: Vec<String> = (0..21).map(|n| format!("甲{n},标准制修订,国家,制定,1,2021-05-{:02}", n + 1)).collect();
    let header = "申报单位,类别,级别,制修订,起草单位排名,日期\n";
    let all = format!("{header}{}\n", rows.join("\n"));
    let few = format!("{header}{}\n", rows[..20].join("\n"));
    let folder = folder(&[("all.csv", all), ("few.csv", few)]);
    let all = biaobu(folder.path(), "compare all.csv --year 2022").out;
    assert!(all.contains("总览：21 个单位") && all.contains("只列总览") && !all.contains("逐项"), "{all}");
    assert!((0..21).all(|n| all.contains(&format!("甲{n} "))));
    let few = biaobu(folder.path(), "compare few.csv --year 2022").out;
    assert!(few.contains("总览：20 个单位") && few.matches("逐项").count() == 20, "{few}");
    let page = biaobu(folder.path(), "--lang en compare few.csv --year 2022 --format html").out;
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("</html>"));
}

/// What a person sees, at 80 columns.
#[test]
fn it_fits_80_columns() {
    let rules = support::shipped();
    let (rows, units) = (support::file("fixtures/portfolio.csv"), support::file("fixtures/applicants.csv"));
    let portfolio = support::portfolio(&rules, &[rows], Some(&units));
    let policies: Vec<&Policy> = rules.policies.iter().collect();
    let years = [2022];
    let applications =
        Application { parameters: [("fund_total".to_owned(), support::wan("400"))].into(), ..Application::default() }
            .in_years(years);
    // The overview of all, then two units.
    let shown = |lang: Lang, count: usize| {
        let units = &portfolio.applicants[..count];
        let comparison = compare::compare(&rules.vocabulary, &policies, units, &applications);
        let told =
            Told { comparison: &comparison, portfolio: &portfolio, vocabulary: &rules.vocabulary, years: &years, lang };
        let mut out = Vec::new();
        document::write(&told, Form::Terminal(Look { width: 80, color: false }), lang, &mut out).unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert!(shown.lines().all(|line| line.width() <= 80), "{shown}");
        shown
    };
    for (lang, name) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        shown(lang, 14);
        insta::assert_snapshot!(format!("compare_{name}"), shown(lang, 2));
    }
}

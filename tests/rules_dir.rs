//! Rules that ship with nobody: `--rules` and `check` on rule files of the user's own.

mod common;

use std::fs;
use std::path::Path;

use unicode_width::UnicodeWidthStr;

use common::{Ran, biaobu, folder};

/// A kind of achievement and a flag that the shipped vocabulary does not know.
const KIND: &str = r#"
[[kind]]
id   = "lighthouse"
zh   = "灯塔工厂"
also = ["智能灯塔"]
subjects = [{ id = "lighthouse_global", zh = "全球灯塔" }, { id = "lighthouse_local", zh = "本地灯塔" }]

[[flag]]
id = "night_shift"
zh = "夜间运行"
"#;

/// A policy that pays for it, in a town that does not exist.
const TOWN: &str = r#"
[policy]
id          = "town-2030"
title       = "云上镇灯塔办法"
en          = "Cloud Town: lighthouses"
issuer      = "云上镇"
level       = "municipal"
region      = ["云上镇"]
region_cite = "第一条"
in_force    = { from = 2020-01-01, cite = "第九条" }
source      = "town.txt"
source_sha256 = "0000000000000000000000000000000000000000000000000000000000000000"

[[category]]
id    = "lighthouses"
title = "灯塔"
en    = "Lighthouses"

[[clause]]
id       = "lighthouse"
cite     = "第二条"
title    = "灯塔工厂"
en       = "Lighthouse"
for      = { kind = "lighthouse" }
category = "lighthouses"
nature   = "fixed"
needs    = [
  { cite = "第三条", fact = "date", within = "the previous year" },
  { cite = "第四条", fact = "night_shift", is = true },
]
[clause.amount]
by                = ["subject"]
lighthouse_global = "7万元"
lighthouse_local  = "50% of lighthouse_global"
[[clause.example]]
name = "全球灯塔"
year = 2022
row  = { subject = "全球灯塔", date = "2021-05-01", flags = "夜间运行" }
pays = "7万元"
"#;

/// `id status amount` of every item.
fn items(ran: &Ran) -> Vec<String> {
    let lines = ran.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let items = lines.flat_map(|line| line["items"].as_array().cloned().unwrap_or_default());
    let text = |item: &serde_json::Value, key: &str| item[key].as_str().unwrap_or("-").to_owned();
    items.map(|item| ["id", "status", "amount"].map(|key| text(&item, key)).join(" ")).collect()
}

#[test]
fn a_new_kind_is_two_files_and_no_recompiling() {
    let rows = "编号,类别,事项,日期,标记\n\
                A,灯塔工厂,全球灯塔,2021-05-01,夜间运行\n\
                B,智能灯塔,lighthouse_local,2021-05-01,night_shift\n\
                C,lighthouse,本地灯塔,2021-05-01,!夜间运行\n\
                D,灯塔工厂,,2021-05-01,夜间运行\n\
                E,标准制修订,,2021-05-01,\n";
    let folder = folder(&[("rows.csv", rows), ("town/kind.toml", KIND), ("town/town.toml", TOWN)]);
    let ran = biaobu(folder.path(), "estimate rows.csv --rules town --policy town-2030 --year 2022 --format ndjson");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(
        items(&ran),
        ["A awarded 70000.00", "B awarded 35000.00", "C ineligible 0.00", "D undetermined 0.00", "E unmatched 0.00"]
    );
    // The shipped rules do not know it, and the shipped policies do not pay for it.
    assert_eq!(biaobu(folder.path(), "estimate rows.csv --policy town-2030 --year 2022").code, Some(2));
    let ran = biaobu(folder.path(), "estimate rows.csv --policy tianjin-2021 --year 2022 --format ndjson");
    assert_eq!((ran.code, items(&ran).len()), (Some(1), 1), "{}", ran.out);
    let ran = biaobu(folder.path(), "check town");
    assert_eq!(ran.code, Some(0), "{}", ran.out);
    assert!(ran.out.contains("town-2030：1 个条款，1 个算例，0 处不符"), "{}", ran.out);
}

/// `auto` takes the policies of district and city both; where one looks at the other's money, the dearer is kept.
#[test]
fn district_and_city_are_both_taken_and_see_each_other() {
    let city = TOWN
        .replace("town-2030", "guangzhou-2020")
        .replace("云上镇", "广州")
        .replace("kind = \"lighthouse\"", "kind = \"leader\"")
        .replace("by                = [\"subject\"]", "by = [\"level\"]")
        .replace("lighthouse_global = \"7万元\"", "national = \"40万元\"")
        .replace("lighthouse_local  = \"50% of lighthouse_global\"", "provincial = \"75% of national\"")
        .replace("subject = \"全球灯塔\"", "level = \"国家\"")
        .replace("7万元", "40万元")
        + "\n[[prior]]\ncite = \"第五条\"\nsources = \"any\"\neffect = \"excludes\"\n";
    let rows = "id,applicant,kind,level,date,project,flags\n\
        A,甲,leader,national,2021-03-01,P,night_shift\nB,甲,leader,provincial,2021-04-01,Q,night_shift\n";
    let unit = "applicant,region\n甲,广州市黄埔区\n";
    let folder =
        folder(&[("rows.csv", rows), ("units.csv", unit), ("town/kind.toml", KIND), ("town/city.toml", &city)]);
    let ran =
        biaobu(folder.path(), "estimate rows.csv --applicants units.csv --rules town --year 2022 --format ndjson");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(
        items(&ran),
        ["A ineligible 0.00", "B awarded 300000.00", "A awarded 500000.00", "B duplicate 0.00"],
        "the city first, by id; A is dearer in the district, B in the city"
    );
    assert!(ran.out.contains("\"same_as_policy\":\"guangzhou-2020\""), "{}", ran.out);
}

#[test]
fn a_policy_of_the_same_id_replaces_the_shipped_one() {
    let rows = "id,kind,subject,date,flags\nA,lighthouse,lighthouse_global,2021-05-01,night_shift\n";
    let own = TOWN.replace("town-2030", "tianjin-2021").replace("[policy]", "[ policy ] # 云上镇");
    let folder = folder(&[("rows.csv", rows), ("town/kind.toml", KIND), ("town/town.toml", &own)]);
    let listed = |out: &str| {
        let (table, _) = out.split_once("下次申报").expect("the table comes first");
        table.lines().filter(|line| line.starts_with(' ') && line.contains("-20")).count()
    };
    let shipped = listed(&biaobu(folder.path(), "policies").out);
    let ran = biaobu(folder.path(), "policies --rules town");
    assert!(ran.out.contains("云上镇") && !ran.out.contains("天津市"), "{}", ran.out);
    assert_eq!(listed(&ran.out), shipped, "{}", ran.out);
    let ran = biaobu(folder.path(), "estimate rows.csv --rules town --policy tianjin-2021 --year 2022 --format ndjson");
    assert_eq!((ran.code, items(&ran)), (Some(0), vec!["A awarded 70000.00".to_owned()]), "{}", ran.err);
}

#[test]
fn a_broken_rule_file_is_pictured_and_nothing_is_computed() {
    let broken = TOWN
        .replace("fact = \"night_shift\"", "fact = \"nightshift\"")
        .replace("nature   = \"fixed\"", "nature   = \"fix\"")
        .replace("source      =", "sauce       =");
    let folder = folder(&[("rows.csv", "kind\npilot\n"), ("town/kind.toml", KIND), ("town/town.toml", &broken)]);
    let line_of = |part: &str| broken.lines().position(|line| line.contains(part)).unwrap() + 1;
    for (command, code) in [
        ("estimate rows.csv --rules town --policy tianjin-2021 --year 2022 -o out", Some(2)),
        ("explain rows.csv --rules town --policy tianjin-2021 --item row2", Some(2)),
        ("policies --rules town", Some(2)),
        ("show tianjin-2021 --rules town", Some(2)),
        ("check town", Some(1)),
    ] {
        let ran = biaobu(folder.path(), command);
        assert_eq!(ran.code, code, "{command}: {}", ran.err);
        let page = if code == Some(2) { &ran.err } else { &ran.out };
        assert!(code != Some(2) || ran.out.is_empty(), "{command}: {}", ran.out);
        for (code, part) in [
            ("unknown-key", "sauce"),
            ("missing-key", "source"),
            ("wrong-value", "\"fix\""),
            ("unknown-fact", "nightshift"),
        ] {
            assert!(page.contains(&format!("error[{code}]")) && page.contains(part), "{command}: {code} in\n{page}");
        }
        assert!(page.contains(&format!("town/town.toml:{}:", line_of("sauce"))), "{page}");
        assert!(page.contains("= help: 是不是 `night_shift`？"), "{page}");
    }
    assert!(!folder.path().join("out").exists());
}

/// The caret stands under what is wrong, though Chinese text before it takes two columns a character.
#[test]
fn carets_stand_right_under_chinese_text() {
    let wrong = "\"nightshift\"";
    let broken = TOWN
        .replace("cite = \"第四条\", fact = \"night_shift\"", &format!("cite = \"第四十四条（二）\", fact = {wrong}"));
    let folder = folder(&[("kind.toml", KIND), ("town.toml", &broken)]);
    let page = biaobu(folder.path(), "check kind.toml town.toml").out;
    let lines: Vec<&str> = page.lines().collect();
    let place = lines.iter().position(|line| line.contains(wrong)).unwrap_or_else(|| panic!("{page}"));
    let (source, carets) = (lines[place], lines[place + 1]);
    let column = |line: &str, part: &str| line[..line.find(part).unwrap()].width();
    assert!(source[..source.find(wrong).unwrap()].contains("第四十四条（二）"));
    assert_eq!(column(carets, "^"), column(source, wrong), "\n{source}\n{carets}");
    assert_eq!(carets.matches('^').count(), wrong.width(), "\n{source}\n{carets}");
}

/// One small broken file per diagnostic code; its first line is the first line of what `check` says about it.
#[test]
fn every_diagnostic_has_a_reproducer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rule_errors");
    let source = include_str!("../src/rulefile/diagnostic.rs");
    let codes = source.lines().filter_map(|line| line.trim().strip_prefix("Code::")?.split('"').nth(1));
    let codes: Vec<&str> = codes.collect();
    assert!(codes.len() >= 12, "{codes:?}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), codes.len(), "a file per code: {codes:?}");
    for code in codes {
        let name = format!("{code}.toml");
        let text = fs::read_to_string(folder.join(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected = text.lines().next().unwrap().trim_start_matches("# ");
        // What is unused does no harm.
        let severity = if code == "unused" { "warning" } else { "error" };
        assert!(expected.starts_with(&format!("{severity}[{code}]: ")), "{name}: {expected}");
        let ran = biaobu(&folder, &format!("check {name}"));
        assert_eq!((ran.out.lines().next(), ran.code), (Some(expected), Some(1)), "{name}\n{}{}", ran.out, ran.err);
        assert_eq!(
            ran.out.lines().filter(|line| line.starts_with("error[") || line.starts_with("warning[")).count(),
            1,
            "{name} has one mistake:\n{}",
            ran.out
        );
        assert!(ran.out.contains(&format!("--> {name}:")), "{name}:\n{}", ran.out);
        // In English it is the same mistake at the same place.
        let english = biaobu(&folder, &format!("check {name} --lang en")).out;
        let place = |page: &str| page.lines().find(|line| line.contains("-->")).map(str::to_owned);
        assert!(
            english.starts_with(&format!("{severity}[{code}]: ")) && place(&english) == place(&ran.out),
            "{english}"
        );
    }
}

/// Lines that say where and what: `error[…]` and `warning[…]`, each with the lines of the file behind `-->`.
fn told(page: &str) -> Vec<(&str, &str)> {
    let lines: Vec<&str> = page.lines().collect();
    let is_title = |line: &str| line.starts_with("error[") || line.starts_with("warning[");
    let pairs = lines.windows(2).filter(|pair| is_title(pair[0]));
    pairs.map(|pair| (pair[0], pair[1].split_once(".toml:").map_or("", |(_, place)| place.trim()))).collect()
}

/// Of many mistakes of one kind the first few are shown in full, and every other one by its line.
#[test]
fn many_mistakes_of_one_kind_are_told_by_line() {
    let clauses: Vec<String> = (0..40)
        .map(|number| format!("[[clause]]\nid = \"more-{number}\"\ncite = \"第二条\"\nnatur = \"fixed\"\n"))
        .collect();
    let broken = format!("{TOWN}\n{}", clauses.concat());
    let folder = folder(&[("kind.toml", KIND), ("town.toml", &broken)]);
    let page = biaobu(folder.path(), "check kind.toml town.toml").out;
    let wrong = (1..).zip(broken.lines()).filter(|(_, line)| line.starts_with("natur ")).map(|(number, _)| number);
    let found: Vec<_> = told(&page).into_iter().filter(|(title, _)| title.starts_with("error[unknown-key]")).collect();
    assert_eq!(found.len(), 6, "{page}");
    let numbers = |place: &str| {
        let numbers = place.trim_start_matches("第 ").trim_end_matches(" 行").split('、');
        numbers.map(|number| number.split(':').next().unwrap().parse().unwrap()).collect::<Vec<usize>>()
    };
    let all: Vec<usize> = found.iter().flat_map(|(_, place)| numbers(place)).collect();
    assert_eq!(all, wrong.collect::<Vec<_>>(), "{page}");
    // What is missing in each of them is told as well, and what to do.
    assert_eq!(page.matches("= help: 是不是 `nature`？").count(), 6, "{page}");
    for key in ["title", "en", "for", "category", "nature", "amount"] {
        let title = format!("error[missing-key]: 这里缺少 `{key}`");
        assert!(told(&page).iter().any(|(found, _)| *found == title), "{key}: {page}");
    }
    assert!(page.lines().count() < 120, "{page}");
}

/// A mistake is told once: that other parts of the file refer to what could not be read is none of its own.
#[test]
fn what_refers_to_something_broken_is_no_further_mistake() {
    let cap = "[[cap]]\nid = \"year\"\ncite = \"第六条\"\ntitle = \"每年\"\nen = \"a year\"\nat_most = \"9万元\"\nin = [\"lighthouse\"]\n";
    let whole = format!("{TOWN}\n{cap}");
    for (from, to, line) in [
        ("nature   = \"fixed\"", "nature   = \"fix\"", "nature"),
        ("lighthouse_global = \"7万元\"", "lighthouse_global = \"7万圆\"", "lighthouse_global ="),
        ("lighthouse_global = \"7万元\"", "lighthouse_global = 7.5", "lighthouse_global ="),
        ("lighthouse_global = \"7万元\"", "lighthouse_global = { x = 1 }", "lighthouse_global ="),
        ("category = \"lighthouses\"", "category = \"lamps\"", "category"),
    ] {
        let broken = whole.replace(from, to);
        assert_ne!(broken, whole);
        let folder = folder(&[("kind.toml", KIND), ("town.toml", &broken)]);
        let page = biaobu(folder.path(), "check kind.toml town.toml").out;
        let number = 1 + broken.lines().position(|text| text.starts_with(line)).unwrap();
        let found = told(&page);
        assert_eq!(found.len(), 1, "{from}\n{page}");
        assert!(found[0].1.starts_with(&format!("{number}:")), "{from}\n{page}");
    }
}

/// A draft may empty a category that limits and caps still name.
#[test]
fn a_category_without_a_clause_is_a_warning() {
    let rest = "[[category]]\nid = \"lamps\"\ntitle = \"灯\"\nen = \"Lamps\"\n\
                [[cap]]\nid = \"year\"\ncite = \"第六条\"\ntitle = \"每年\"\nen = \"a year\"\nat_most = \"9万元\"\nin = [\"lamps\"]\n";
    let rows = "kind,subject,date,flags\n灯塔工厂,全球灯塔,2021-03-01,夜间运行\n";
    let folder =
        folder(&[("town/kind.toml", KIND), ("town/town.toml", &format!("{TOWN}\n{rest}")), ("rows.csv", rows)]);
    let checked = biaobu(folder.path(), "check town");
    assert_eq!(told(&checked.out).len(), 1, "{}", checked.out);
    assert!(checked.out.starts_with("warning[unused]: 没有条款属于类别 `lamps`") && checked.code == Some(1));
    let ran = biaobu(folder.path(), "estimate rows.csv --rules town --policy town-2030 --year 2022 --format json");
    let document = common::json(&ran);
    assert_eq!(document["results"][0]["total"], "70000.00", "{}", ran.out);
    assert_eq!(document["results"][0]["caps"], serde_json::json!([]));
    assert!(ran.err.contains("warning[unused]"), "{}", ran.err);
}

/// What says nothing is told, and not taken for what is left out.
#[test]
fn lists_and_tables_that_say_nothing_are_mistakes() {
    let merge = |prefer: &str| {
        format!(
            "{TOWN}\n[[merge]]\ncite = \"第六条\"\ntitle = \"同项\"\nen = \"same\"\nsame = [\"project\"]\nprefer = {prefer}\n"
        )
    };
    let edited = |from: &str, to: &str| {
        assert!(TOWN.contains(from), "{from}");
        TOWN.replace(from, to)
    };
    for (file, expected) in [
        (edited("lighthouse_local  = \"50% of lighthouse_global\"", "lighthouse_local  = []"), "至少一档金额"),
        (edited("region      = [\"云上镇\"]", "region      = []"), "至少一个地名"),
        (edited("[clause.amount]", "[clause.share]\ncite = \"第五条\"\n[clause.amount]"), "这里缺少 `parts`"),
        (merge("{}"), "一个事实及其顺序"),
        (merge("{ level = [\"national\"], action = [\"formulate\"] }"), "一个事实及其顺序"),
    ] {
        let folder = folder(&[("kind.toml", KIND), ("town.toml", &file)]);
        let ran = biaobu(folder.path(), "check kind.toml town.toml");
        assert_eq!((told(&ran.out).len(), ran.code), (1, Some(1)), "{}", ran.out);
        assert!(told(&ran.out)[0].0.contains(expected), "{}", ran.out);
    }
    let fine = folder(&[("kind.toml", KIND), ("town.toml", &merge("{ level = [\"national\"] }"))]);
    assert_eq!(biaobu(fine.path(), "check kind.toml town.toml").code, Some(0));
}

//! `biaobu verify`: a saved result is what its inputs and rules come to, and whatever was changed since is found and named.

mod common;

use std::fs;

use common::{biaobu, collect, folder, identical, piped, repository};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Every mechanism, in one file that fits on a page.
const ROWS: &str = "\
编号,申报单位,类别,事项,名称,标准号,级别,制修订,起草单位排名,等级,阶段,日期,实际费用,备注
A1,甲公司,标准制修订,,海水泵,GB/T 40101-2021,国家,制定,1,,,2021年4月30日,12.5万,联系人：张三
A2,甲公司,标准制修订,,港口照明,DB12/T 1088-2021,,制定,1,,,2021/5/6,,x
A3,甲公司,标准创新贡献奖,,某奖,,国家,,,一等奖,,2021.6.1,,
A4,甲公司,试点示范,,示范区,,国家,,,,,2021-09-01,,
A5,甲公司,标准制修订,,泵,GB/T 40102-2021,省标,制定,1,,,2021-05-30,,
B1,乙公司,标准制修订,,浮标,GB/T 40105-2021,国家,修订,1,,,20210501,,
B2,乙公司,会议活动,国际标准化会议,年会,,,,,,,2021-09-01,35万元,
";
const UNITS: &str = "申报单位,注册地\n甲公司,天津市滨海新区\n乙公司,内蒙古自治区\n";
const ARGS: &str = "--applicants units.csv --policy tianjin-2021 --year 2022 --format json -o result.json";

/// A folder with a small portfolio and its result.
fn saved() -> TempDir {
    let folder = folder(&[("rows.csv", ROWS), ("units.csv", UNITS)]);
    let ran = biaobu(folder.path(), &format!("estimate rows.csv {ARGS}"));
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    folder
}

fn replace(folder: &TempDir, name: &str, from: &str, to: &str) {
    let path = folder.path().join(name);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{name} has no {from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn result_of(folder: &TempDir) -> Value {
    serde_json::from_slice(&fs::read(folder.path().join("result.json")).unwrap()).unwrap()
}

fn save(folder: &TempDir, result: &Value) {
    fs::write(folder.path().join("result.json"), serde_json::to_vec_pretty(result).unwrap()).unwrap();
}

/// The JSON report.
fn report(folder: &TempDir, args: &str) -> Value {
    let ran = biaobu(folder.path(), &format!("verify result.json --format json {args}"));
    assert!(matches!(ran.code, Some(0 | 1)), "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

/// Path and causes of every difference.
fn differences(report: &Value) -> Vec<(String, Vec<&str>)> {
    let of = |one: &'_ Value| one["path"].as_str().unwrap_or_default().to_owned();
    let list = report["differences"].as_array().unwrap();
    list.iter()
        .map(|one| (of(one), one["causes"].as_array().unwrap().iter().filter_map(Value::as_str).collect()))
        .collect()
}

#[test]
fn every_fixture_is_identical() {
    let folder = common::fixtures();
    for (name, _) in common::runs() {
        identical(folder.path(), &name);
    }
}

#[test]
fn a_workbook_with_its_own_applicants() {
    let folder = folder::<&str>(&[]);
    for args in ["template -o t.xlsx", "estimate t.xlsx --policy all --year 2022 --sheet 成果 --format json -o r.json"]
    {
        assert_eq!(biaobu(folder.path(), args).code, Some(0));
    }
    identical(folder.path(), "r.json");
}

#[test]
fn one_byte_of_an_input() {
    let folder = saved();
    // The rank of one row: a step and all sums change with it.
    replace(&folder, "rows.csv", "GB/T 40101-2021,国家,制定,1", "GB/T 40101-2021,国家,制定,2");
    let found = report(&folder, "");
    let found = differences(&found);
    let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    for path in ["inputs[0].sha256", "results[0].total", "results[0].items[0].amount", "results[0].items[0].steps[0]"] {
        assert!(paths.contains(&path), "{path}: {paths:?}");
    }
    assert!(found.iter().all(|(_, causes)| *causes == ["input_changed"]), "{found:?}");
    let ran = biaobu(folder.path(), "verify result.json --lang en");
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("input changed: rows.csv, SHA-256 was"), "{}", ran.out);
    assert!(ran.out.contains("甲公司 tianjin-2021 2022"), "{}", ran.out);
    assert!(ran.out.contains("A1 (row 2) amount: saved"), "{}", ran.out);
    // A cell that no clause looks at changes no amount, and is told all the same.
    let folder = saved();
    replace(&folder, "rows.csv", "张三", "李四");
    let found = report(&folder, "");
    let extra = "results[0].items[0].extra.备注".to_owned();
    assert_eq!(
        differences(&found),
        [("inputs[0].sha256".to_owned(), vec!["input_changed"]), (extra, vec!["input_changed"])]
    );
    assert!(biaobu(folder.path(), "verify result.json").out.contains("金额没有不同"));
}

#[test]
fn an_input_that_cannot_be_read_any_more() {
    let folder = saved();
    replace(&folder, "rows.csv", "类别", "门类");
    let ran = biaobu(folder.path(), "verify result.json --lang en");
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("input changed: rows.csv") && ran.err.contains("no column `kind`"), "{}", ran.err);
}

#[test]
fn one_amount_of_a_rule() {
    let folder = saved();
    let rule = fs::read_to_string(repository("rules/tianjin-2021.toml")).unwrap();
    let edited = rule.replacen("30万元", "31万元", 1);
    assert_ne!(rule, edited);
    fs::create_dir(folder.path().join("my")).unwrap();
    // Its worked examples are not run here.
    fs::write(folder.path().join("my/tianjin-2021.toml"), edited).unwrap();
    let found = report(&folder, "--rules my");
    let of = |path: &str| differences(&found).into_iter().find(|(found, _)| found == path).map(|(_, causes)| causes);
    assert_eq!(of("results[0].policy_sha256"), Some(vec!["policy_changed"]));
    assert_eq!(of("request.rules[0]"), Some(vec!["policy_changed"]));
    assert!(differences(&found).iter().all(|(_, causes)| *causes != ["input_changed"]), "{found}");
    assert_eq!(found["changed"]["policies"], json!(["tianjin-2021"]));
    // Both at once: neither is kept quiet.
    replace(&folder, "rows.csv", "GB/T 40101-2021,国家,制定,1", "GB/T 40101-2021,国家,制定,2");
    let found = report(&folder, "--rules my");
    let total = differences(&found).into_iter().find(|(path, _)| path == "results[0].total").unwrap();
    assert_eq!(total.1, ["input_changed", "policy_changed"]);
}

#[test]
fn every_amount_of_a_rule_that_paid_is_found() {
    let folder = saved();
    let rule = fs::read_to_string(repository("rules/tianjin-2021.toml")).unwrap();
    let result = result_of(&folder);
    let base = result["results"][0]["items"][0]["base"].as_str().unwrap();
    let wan = base.trim_end_matches("0000.00");
    let (from, to) = (format!("\"{wan}万元\""), format!("\"{wan}.5万元\""));
    assert!(rule.contains(&from), "{from}");
    fs::write(folder.path().join("tianjin-2021.toml"), rule.replace(&from, &to)).unwrap();
    let found = report(&folder, "--rules tianjin-2021.toml");
    let step = differences(&found).into_iter().find(|(path, _)| path == "results[0].items[0].steps[0].of");
    assert_eq!(step.map(|(_, causes)| causes), Some(vec!["policy_changed"]), "{found}");
}

#[test]
fn one_amount_of_the_result() {
    let folder = saved();
    let mut result = result_of(&folder);
    let step = &mut result["results"][0]["items"][0]["steps"][0]["amount"];
    assert_ne!(*step, json!("200001.00"));
    *step = json!("200001.00");
    save(&folder, &result);
    let found = report(&folder, "");
    assert_eq!(differences(&found), [("results[0].items[0].steps[0].amount".to_owned(), vec!["result_changed"])]);
    let one = &found["differences"][0];
    assert_eq!(
        (&one["item"], &one["step"], &one["op"], &one["key"]),
        (&json!("A1"), &json!(1), &json!("base"), &json!("amount"))
    );
    assert_eq!((&one["saved"], &one["kind"]), (&json!("200001.00"), &json!("changed")));
    let rules: Vec<&str> =
        found["contradictions"].as_array().unwrap().iter().filter_map(|one| one["rule"].as_str()).collect();
    assert!(rules.contains(&"step_follows") && rules.contains(&"steps_end_at_amount"), "{rules:?}");
    let words = biaobu(folder.path(), "verify result.json").out;
    for part in ["A1（第2行） 第1步条款金额（base） 金额（amount）：保存 200001.00，重算", "结果被改", "自身有"]
    {
        assert!(words.contains(part), "{part}\n{words}");
    }
}

/// A changed input is no excuse for an amount that contradicts the result itself.
#[test]
fn an_edited_amount_beside_a_changed_input() {
    let folder = saved();
    let mut result = result_of(&folder);
    result["results"][0]["items"][0]["amount"] = json!("200001.00");
    save(&folder, &result);
    replace(&folder, "rows.csv", "2021/5/6", "2020/5/6");
    let found = report(&folder, "");
    let of = |path: &str| differences(&found).into_iter().find(|(found, _)| found == path).map(|(_, causes)| causes);
    assert_eq!(of("results[0].items[0].amount"), Some(vec!["input_changed", "result_changed"]));
    assert_eq!(of("inputs[0].sha256"), Some(vec!["input_changed"]));
    assert!(
        differences(&found).iter().filter(|(_, causes)| causes.contains(&"result_changed")).count() == 1,
        "{found}"
    );
}

#[test]
fn what_is_missing_added_or_moved() {
    type Change = fn(&mut Value);
    let cases: [(&str, Change); 5] = [
        ("missing", |result| drop(result["results"][0]["items"].as_array_mut().unwrap().remove(1))),
        ("missing", |result| drop(result["results"].as_array_mut().unwrap().pop())),
        ("missing", |result| drop(result["invalid"].as_array_mut().unwrap().pop())),
        ("additional", |result| result["results"][0]["approved"] = json!("yes")),
        ("order", |result| result["results"].as_array_mut().unwrap().swap(0, 1)),
    ];
    for (kind, change) in cases {
        let folder = saved();
        let mut result = result_of(&folder);
        change(&mut result);
        save(&folder, &result);
        let found = report(&folder, "");
        assert_eq!(found["differences"].as_array().unwrap().len(), 1, "{found}");
        assert_eq!(
            (&found["differences"][0]["kind"], &found["differences"][0]["causes"]),
            (&json!(kind), &json!(["result_changed"]))
        );
    }
}

#[test]
fn another_version_of_the_engine() {
    let folder = saved();
    let mut result = result_of(&folder);
    result["engine"]["version"] = json!("0.0.1");
    save(&folder, &result);
    let found = report(&folder, "");
    assert_eq!(differences(&found), [("engine.version".to_owned(), vec!["engine_changed"])]);
    assert_eq!(found["changed"]["engine"]["saved"], "biaobu 0.0.1");
    // A note is all that another version may well have put in other words; a sum is not.
    result["results"][0]["items"][0]["steps"][0]["note"] = json!("其他说法");
    result["results"][0]["total"] = json!("1.00");
    save(&folder, &result);
    let found = report(&folder, "");
    let of = |path: &str| differences(&found).into_iter().find(|(found, _)| found == path).map(|(_, causes)| causes);
    assert_eq!(of("results[0].items[0].steps[0].note"), Some(vec!["engine_changed"]));
    assert_eq!(of("results[0].total"), Some(vec!["engine_changed", "result_changed"]));
}

#[test]
fn rule_files_are_found_again_or_told_to_be_gone() {
    let folder = folder(&[("in/rows.csv", ROWS), ("in/units.csv", UNITS)]);
    let rule = fs::read_to_string(repository("rules/tianjin-2021.toml")).unwrap();
    let own = rule.replace("tianjin-2021", "tianjin-2031");
    fs::write(folder.path().join("in/own.toml"), own).unwrap();
    let inside = folder.path().join("in");
    let args = "estimate rows.csv --applicants units.csv --policy tianjin-2031 --rules own.toml --year 2022 --format json -o result.json";
    let ran = biaobu(&inside, args);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    identical(&inside, "result.json");
    // From elsewhere: beside the result. With --rules: another path, the same file.
    identical(folder.path(), "in/result.json");
    identical(folder.path(), "in/result.json --rules in/own.toml");
    fs::remove_file(inside.join("own.toml")).unwrap();
    let ran = biaobu(&inside, "verify result.json --lang en");
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(ran.err.contains("own.toml: the rule file of the result is not there"), "{}", ran.err);
    assert!(ran.out.contains("policy gone: tianjin-2031") && ran.out.contains("[policy_changed]"), "{}", ran.out);
    assert!(!ran.out.contains("[result_changed]"), "{}", ran.out);
}

#[test]
fn inputs_elsewhere() {
    let at = saved();
    let path = at.path();
    // The folder of the result, when it is verified from elsewhere.
    let elsewhere = folder::<&str>(&[]);
    let result = path.join("result.json").display().to_string();
    let ran = biaobu(elsewhere.path(), &format!("verify {result}"));
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("取结果旁边的"), "{}", ran.err);
    // A file of the same name here is not what the result names.
    fs::write(elsewhere.path().join("rows.csv"), "编号,类别\nA,试点示范\n").unwrap();
    let ran = biaobu(elsewhere.path(), &format!("verify {result} --lang en"));
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("rows.csv here is another file"), "{}", ran.err);
    // --inputs: by name, then by SHA-256.
    fs::create_dir(path.join("in")).unwrap();
    fs::rename(path.join("rows.csv"), path.join("in/成果2022.csv")).unwrap();
    let ran = biaobu(path, "verify result.json --lang en");
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(
        ran.err.contains("rows.csv: this input file is not there") && ran.err.contains("--inputs DIR"),
        "{}",
        ran.err
    );
    let ran = biaobu(path, "verify result.json --inputs in --lang en");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("units.csv: in in no file has this name"), "{}", ran.err);
    fs::rename(path.join("units.csv"), path.join("in/units.csv")).unwrap();
    let ran = biaobu(path, "verify result.json --inputs in");
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("按 SHA-256 认出"), "{}", ran.err);
    // A contradiction is named even so.
    replace(&at, "result.json", "\"total\": \"", "\"total\": \"9");
    let ran = biaobu(path, "verify result.json --lang en");
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("contradicts itself") && ran.err.contains("items add up to"), "{}", ran.err);
}

#[test]
fn standard_input_is_found_by_its_sha256() {
    let folder = folder(&[("units.csv", UNITS)]);
    let ran = piped(folder.path(), &format!("estimate - {ARGS}"), ROWS.as_bytes());
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    let ran = biaobu(folder.path(), "verify result.json --lang en");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("computed from standard input") && ran.err.contains("--inputs DIR"), "{}", ran.err);
    let ran = biaobu(folder.path(), "verify result.json --inputs . --lang en");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("no file in . has its SHA-256"), "{}", ran.err);
    fs::write(folder.path().join("piped.csv"), ROWS).unwrap();
    identical(folder.path(), "result.json --inputs .");
    // The result itself may come that way.
    let bytes = fs::read(folder.path().join("result.json")).unwrap();
    let ran = piped(folder.path(), "verify - --inputs .", &bytes);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

#[test]
fn results_of_versions_that_did_not_say_what_was_asked_for() {
    for args in [
        "estimate rows.csv --applicants units.csv --policy tianjin-2021 --year 2022",
        "estimate rows.csv --applicants units.csv --policy all --year 2021..2022 --calls",
        "estimate rows.csv --policy beijing-2020 --policy tianjin-2021 --on 2022-10-01 --lang en",
    ] {
        let folder = folder(&[("rows.csv", ROWS), ("units.csv", UNITS)]);
        biaobu(folder.path(), &format!("{args} --format json -o result.json"));
        let mut result = result_of(&folder);
        result.as_object_mut().unwrap().remove("request");
        save(&folder, &result);
        let ran = biaobu(folder.path(), "verify result.json --lang en");
        assert_eq!(ran.code, Some(0), "{args}\n{}{}", ran.out, ran.err);
        assert!(ran.err.contains("no `request`") && ran.err.contains("cannot be known"), "{}", ran.err);
        result["results"][0]["total"] = json!("7.00");
        save(&folder, &result);
        let found = report(&folder, "");
        assert_eq!(differences(&found), [("results[0].total".to_owned(), vec!["result_changed"])]);
        assert_eq!(found["request_known"], false);
    }
}

#[test]
fn what_is_no_result_is_refused_with_what_to_do() {
    let folder = saved();
    for format in ["ndjson", "json --summary", "csv"] {
        let name = format.split(' ').next_back().unwrap().trim_start_matches("--").to_owned();
        let args = format!("estimate rows.csv --policy all --year 2022 --format {format} -o {name}");
        assert_eq!(biaobu(folder.path(), &args).code, Some(1));
    }
    fs::write(folder.path().join("empty"), "").unwrap();
    let cases = [
        ("ndjson", "NDJSON", "NDJSON"),
        ("summary", "--summary", "--summary"),
        ("csv", "不是合法的 JSON", "not valid JSON"),
        ("empty", "空的", "empty"),
        (".", "目录", "a folder"),
        ("none.json", "没有这个文件", "no such file"),
        ("result.json --inputs none", "none", "no such file"),
        ("result.json -o result.json", "覆盖", "write over"),
        ("result.json -o rows.csv", "覆盖", "write over"),
    ];
    for (args, zh, en) in cases {
        for (lang, part) in [("zh", zh), ("en", en)] {
            let ran = biaobu(folder.path(), &format!("verify {args} --lang {lang}"));
            assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{args}");
            assert!(ran.err.contains(part), "{args}: {}", ran.err);
        }
    }
    let mut result = result_of(&folder);
    result["request"]["years"] = json!(["2022"]);
    save(&folder, &result);
    let ran = biaobu(folder.path(), "verify result.json --lang en");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("request.years: expected years"), "{}", ran.err);
}

#[test]
fn files_that_are_no_files_are_not_read() {
    let folder = saved();
    let mut result = result_of(&folder);
    result["request"]["achievements"] = json!(["/dev/zero"]);
    result["inputs"][0]["path"] = json!("/dev/zero");
    save(&folder, &result);
    assert_eq!(biaobu(folder.path(), "verify result.json").code, Some(2));
}

/// Any byte of a result may be another one: that is told, or it is white space or an escape.
#[test]
fn no_byte_can_change_unnoticed() {
    use proptest::prelude::*;
    let folder = saved();
    let bytes = fs::read(folder.path().join("result.json")).unwrap();
    let before: Value = serde_json::from_slice(&bytes).unwrap();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 250, ..ProptestConfig::default() });
    // Digits, brackets and letters break other things than any byte does.
    let byte = prop_oneof![any::<u8>(), proptest::sample::select(b"0123456789aefnx,:\"[]{} -.".to_vec())];
    let strategy = (0..bytes.len(), byte, 0..3u8);
    let outcome = runner.run(&strategy, |(at, byte, how)| {
        let mut mutated = bytes.clone();
        match how {
            0 => mutated[at] = byte,
            1 => mutated.insert(at, byte),
            _ => drop(mutated.remove(at)),
        }
        fs::write(folder.path().join("mutated.json"), &mutated).unwrap();
        let ran = biaobu(folder.path(), "verify mutated.json --lang en");
        match ran.code {
            Some(0) => {
                let after: Option<Value> = serde_json::from_slice(&mutated).ok();
                prop_assert_eq!(after.as_ref(), Some(&before));
            }
            Some(1) => prop_assert!(ran.out.contains("saved") || ran.out.contains("contradicts"), "{}", ran.out),
            Some(2) => prop_assert!(ran.err.contains("biaobu: ") && ran.out.is_empty(), "{}", ran.err),
            code => prop_assert!(false, "{:?} {}", code, ran.err),
        }
        Ok(())
    });
    outcome.unwrap();
}

/// Whatever stands where, nothing panics.
#[test]
fn hostile_values_end_in_words() {
    let folder = saved();
    let result = result_of(&folder);
    let mut pointers = Vec::new();
    collect(&result, String::new(), &mut pointers);
    // One of each form of path is enough.
    let mut seen = std::collections::HashSet::new();
    pointers.retain(|pointer| {
        seen.insert(pointer.split('/').filter(|part| part.parse::<usize>().is_err()).collect::<Vec<_>>().join("/"))
    });
    assert!(pointers.len() > 60, "{}", pointers.len());
    let huge = "9".repeat(60) + ".00";
    for pointer in &pointers {
        for (index, value) in [json!(null), json!([{}]), json!(-1e300), json!(huge)].into_iter().enumerate() {
            // The whole product takes long.
            if index != pointer.len() % 4 && !pointer.starts_with("/request") {
                continue;
            }
            let mut result = result.clone();
            let old = std::mem::replace(result.pointer_mut(pointer).unwrap(), value.clone());
            save(&folder, &result);
            let ran = biaobu(folder.path(), "verify result.json");
            let expected: &[Option<i32>] = if old == value { &[Some(0)] } else { &[Some(1), Some(2)] };
            assert!(expected.contains(&ran.code), "{pointer} {value}: {:?} {}", ran.code, ran.err);
        }
    }
}

/// Rule files that are read are not written over; a byte-identical copy of the shipped ones is no other rule file.
#[test]
fn rule_files_are_spared_and_copies_are_the_same() {
    let folder = saved();
    let shipped = ["vocabulary.toml", "tianjin-2021.toml"];
    fs::create_dir(folder.path().join("rules")).unwrap();
    for name in shipped {
        fs::copy(repository(&format!("rules/{name}")), folder.path().join("rules").join(name)).unwrap();
    }
    let ran = biaobu(folder.path(), "verify result.json --rules rules");
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    for command in [
        "estimate rows.csv --policy tianjin-2021 --year 2022 --format json",
        "compare rows.csv --year 2022",
        "plan rows.csv --policy tianjin-2021 --year 2022",
        "diff tianjin-2021 linyi-2019",
        "verify result.json",
    ] {
        let ran = biaobu(folder.path(), &format!("{command} --rules rules -o rules/tianjin-2021.toml"));
        assert_eq!(ran.code, Some(2), "{command}: {}", ran.err);
        let kept = fs::read(folder.path().join("rules/tianjin-2021.toml")).unwrap();
        assert!(kept == fs::read(repository("rules/tianjin-2021.toml")).unwrap(), "{command}");
    }
}

/// A part that is gone altogether is not told as if no amount differed.
#[test]
fn a_part_that_is_something_else() {
    let folder = saved();
    let mut result = result_of(&folder);
    result["results"][0]["items"] = json!("x");
    fs::write(folder.path().join("z.json"), result.to_string()).unwrap();
    let ran = biaobu(folder.path(), "verify z.json --lang en");
    assert_eq!(ran.code, Some(1));
    assert!(!ran.out.contains("no amount differs"), "{}", ran.out);
}

//! The command line from end to end (contract section 5): exit codes, what goes where, and what messages say.

mod common;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Read as _;
use std::process::Stdio;

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use common::{Ran, biaobu, cents, command, folder, json, list, piped, text};

/// A small portfolio as a standards officer types it: two units, every status that needs no second policy.
const ROWS: &str = "\
编号,申报单位,类别,事项,名称,标准号,级别,制修订,起草单位排名,等级,阶段,日期,实际费用,备注
A1,甲公司,标准制修订,,海水泵,GB/T 40101-2021,国家,制定,1,,,2021年4月30日,12.5万,联系人：张三
A2,甲公司,标准制修订,,港口照明,DB12/T 1088-2021,,制定,1,,,2021/5/6,,x
A3,甲公司,标准创新贡献奖,,某奖,,国家,,,一等奖,,2021.6.1,,
A4,甲公司,试点示范,,示范区,,国家,,,,,2021-09-01,,
B1,乙公司,标准制修订,,浮标,GB/T 40105-2021,国家,修订,1,,,20210501,,
B2,乙公司,会议活动,国际标准化会议,年会,,,,,,,2021-09-01,35万元,
";
const TIANJIN: &str = "--policy tianjin-2021 --year 2022";
const UNITS: &str = "申报单位,注册地\n甲公司,天津市滨海新区\n乙公司,内蒙古自治区\n";

/// Exit code 2: nothing on standard output, `-o` as it was, no temporary file, and words that help in both languages.
#[test]
fn what_cannot_be_done_writes_nothing() {
    let header = "id,applicant,kind,level,date\n";
    let bad_row = format!("{header}A,甲,pilot,省标,2021-02-30\n");
    let files: &[(&str, Vec<u8>)] = &[
        ("rows.csv", ROWS.into()),
        ("empty.csv", b"\r\n ,,\n".to_vec()),
        ("nokind.csv", "编号,类型\nA,试点示范\n".into()),
        ("title.csv", format!("2022年申报汇总表,,\n{ROWS}").into()),
        ("twice.csv", "kind,类别\npilot,pilot\n".into()),
        ("quote.csv", format!("{header}A,\"甲,pilot,national,2021-05-01\n").into()),
        ("nul.csv", b"kind\npilot\0\n".to_vec()),
        ("binary.csv", [b'k', 0xff, 0xff, 0xff].to_vec()),
        ("damaged.csv", b"\xEF\xBB\xBFkind,title\npilot,\xD6\xD0\n".to_vec()),
        ("book.csv", b"PK\x03\x04...".to_vec()),
        ("row.csv", bad_row.into()),
        ("units.csv", "code,region\n1,天津\n".into()),
        ("folder/x", Vec::new()),
        ("out", b"old".to_vec()),
    ];
    let folder = folder(files);
    let t = TIANJIN;
    let cases: &[(&str, &[&str], &[&str])] = &[
        (&format!("estimate none.csv {t}"), &["none.csv", "没有这个文件"], &["no such file"]),
        (&format!("estimate folder {t}"), &["folder", "目录", "CSV"], &["a folder, expected a CSV file"]),
        (&format!("estimate empty.csv {t}"), &["empty.csv", "空的", "表头"], &["is empty", "should be a header"]),
        (&format!("estimate nokind.csv {t}"), &["“类别”（kind）", "“类型”"], &["no column `kind`", "\"类型\""]),
        (&format!("estimate title.csv {t}"), &["第 2 行", "删去"], &["row 2 looks like it", "delete the title"]),
        (&format!("estimate twice.csv {t}"), &["“kind”和“类别”"], &["two columns hold `kind`"]),
        (&format!("estimate quote.csv {t}"), &["第 2 行", "双引号"], &["line 2", "never closed"]),
        (&format!("estimate nul.csv {t}"), &["NUL"], &["NUL", "save it as CSV"]),
        (&format!("estimate binary.csv {t}"), &["GB18030"], &["neither UTF-8 nor GB18030"]),
        (&format!("estimate damaged.csv {t}"), &["UTF-8"], &["not valid UTF-8", "--encoding"]),
        (&format!("estimate book.csv {t}"), &["工作簿", "CSV"], &["no workbook", "CSV"]),
        (
            &format!("estimate row.csv {t} --strict"),
            &["row.csv: 第 2 行", "“级别”", "“省标”", "是不是“省级”", "“日期”", "日历"],
            &["row.csv: row 2", "`level`", "省标", "did you mean", "`date`", "calendar"],
        ),
        (
            &format!("estimate rows.csv rows.csv --applicants units.csv {t}"),
            &["units.csv", "申报单位"],
            &["`applicant`"],
        ),
        (&format!("estimate rows.csv {t} --applicant 丙"), &["第 2 行", "--applicant"], &["row 2", "drop the option"]),
        (&format!("estimate - - {t}"), &["标准输入", "一次"], &["standard input", "once"]),
        (&format!("estimate {t}"), &["成果文件"], &["name an achievements file"]),
        ("estimate rows.csv --policy tianjin-2012", &["tianjin-2012", "是不是 tianjin-2021"], &["did you mean"]),
        ("estimate rows.csv --policy atlantis", &["atlantis", "xiamen-2020"], &["there are: beijing-2020"]),
        (
            "estimate rows.csv --year 2022",
            &["2 个单位没有注册地", "甲公司", "--policy"],
            &["no region", "--applicants"],
        ),
        (&format!("estimate rows.csv {t} --param fund=1万"), &["fund", "fund_total"], &["there are: fund_total"]),
        (&format!("estimate rows.csv {t} --on 2023-01-01"), &["2023-01-01", "2022"], &["lies outside --year 2022"]),
        (&format!("estimate rows.csv {t} --rules none"), &["none", "没有这个文件"], &["none", "no such file"]),
        (&format!("estimate rows.csv {t} --rules folder"), &["folder", ".toml"], &["no .toml rule file"]),
        (&format!("estimate rows.csv {t} -o folder"), &["folder", "文件名"], &["expected a file name"]),
        (&format!("estimate rows.csv {t} -o none/out"), &["none/out", "目录"], &["no such folder"]),
        (&format!("estimate rows.csv {t} -o rows.csv"), &["rows.csv", "覆盖"], &["would write over"]),
        (&format!("explain rows.csv {t} --item A9"), &["A9", "例如有 A1"], &["no item \"A9\"", "for example, A1"]),
        ("show atlantis", &["atlantis"], &["there are: beijing-2020"]),
        ("check none.toml", &["none.toml", "没有这个文件"], &["none.toml", "no such file"]),
    ];
    let before = fs::read_dir(folder.path()).unwrap().count();
    for (args, zh, en) in cases {
        let output = if args.starts_with("estimate") && !args.contains("-o ") { "-o out" } else { "" };
        for (lang, output, parts) in [("zh", "", zh), ("en", output, en)] {
            let args = format!("{args} --lang {lang} {output}");
            let ran = biaobu(folder.path(), &args);
            assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{args}\n{}", ran.err);
            assert!(ran.err.contains("biaobu: "), "{args}\n{}", ran.err);
            for part in *parts {
                assert!(ran.err.contains(part), "{args}: no {part:?} in\n{}", ran.err);
            }
        }
    }
    for args in ["estimate rows.csv --year abc", "estimate rows.csv --on 2021-02-30", "estimate --format pdf", "nix"] {
        let ran = biaobu(folder.path(), args);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.is_empty()), (Some(2), "", false), "{args}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), before, "a file was left behind");
    assert_eq!(fs::read_to_string(folder.path().join("out")).unwrap(), "old");
    assert_eq!(fs::read_to_string(folder.path().join("rows.csv")).unwrap(), ROWS);
}

/// Exit code 1: unreadable rows come back once each with all their mistakes; the others are computed.
#[test]
fn every_mistake_of_every_row_is_told() {
    let folder = folder(&[("mistakes.csv", include_bytes!("data/mistakes.csv"))]);
    let mistakes: &[(u64, &str, &str, &str)] = &[
        (3, "level", "省标", "省级"),
        (4, "subject", "forum", "标准化项目"),
        (6, "flags", "filled", "filed"),
        (7, "flags", "filed;!filed", "既写了是又写了否"),
        (8, "id", "M-01", "第 2 行"),
        (10, "date", "2021-02-30", "日历"),
        (11, "cost", "-5万", "不为负"),
        (12, "rank", "0", "1 到"),
        (15, "level", "nation", "是不是"),
        (15, "date", "2021-13-01", "日历"),
        (16, "applicant", "", "填上"),
        (17, "", "见附录A,3月补交", "27 格"),
        (18, "kind", "标准修编", "标准制修订"),
        (19, "kind", "", "必填"),
        (20, "quantity", "2.5", "整数"),
        (21, "local_ranks", "1;二", "分号"),
        (22, "prior_source", "街道", "市级"),
        (23, "adopters", "十余家", "整数"),
    ];
    let ran = biaobu(folder.path(), &format!("estimate mistakes.csv {TIANJIN} --format json"));
    assert_eq!(ran.code, Some(1));
    let document = json(&ran);
    let mut found = Vec::new();
    for row in list(&document, "invalid") {
        for mistake in std::iter::once(row).chain(list(row, "also")) {
            found.push((row["row"].as_u64().unwrap(), text(mistake, "column"), text(mistake, "value"), mistake));
        }
    }
    assert_eq!(found.len(), mistakes.len());
    let table = biaobu(folder.path(), &format!("estimate mistakes.csv {TIANJIN}"));
    let table: String = table.out.split_whitespace().collect();
    for ((row, column, value, part), (found_row, found_column, found_value, mistake)) in mistakes.iter().zip(found) {
        assert_eq!((*row, *column, *value), (found_row, found_column, found_value));
        assert!(text(mistake, "message").contains(part), "row {row}: {mistake}");
        let line: String =
            format!("mistakes.csv第{row}行{column}：{}", text(mistake, "message")).split_whitespace().collect();
        assert!(table.contains(&line), "{line}\n{table}");
    }
    let paid: Vec<u64> =
        list(&document, "results").iter().flat_map(|r| list(r, "items")).map(|i| i["row"].as_u64().unwrap()).collect();
    let mut rows: Vec<u64> =
        list(&document, "invalid").iter().map(|r| r["row"].as_u64().unwrap()).chain(paid).collect();
    rows.sort_unstable();
    // Row 13 is blank.
    assert_eq!(rows, (2..=25).filter(|row| *row != 13).collect::<Vec<_>>());
    assert!(
        ["rankk", "17 行读不出", "kind：2 处，例如", "27 格", "--errors"].iter().all(|part| ran.err.contains(part)),
        "{}",
        ran.err
    );
    let one = biaobu(folder.path(), &format!("explain mistakes.csv {TIANJIN} --item M-12 --lang en"));
    assert!(one.code == Some(1) && one.out.contains("mistakes.csv row 15 level: column `level`"), "{}", one.out);
}

/// However the file was saved, it says the same.
#[test]
fn encodings_delimiters_and_standard_input() {
    let semicolons = ROWS.replace(',', ";");
    let tabs: Vec<u8> =
        format!("\u{feff}{}", ROWS.replace(',', "\t")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let full_width: String = ROWS
        .chars()
        .map(|c| if matches!(c, '0'..='9' | '/' | '.' | '-') { char::from_u32(c as u32 + 0xfee0).unwrap() } else { c })
        .collect();
    let files: &[(&str, Vec<u8>)] = &[
        ("plain.csv", ROWS.into()),
        ("gbk.csv", encoding_rs::GBK.encode(ROWS).0.into_owned()),
        ("bom.csv", format!("\u{feff}{}", ROWS.replace('\n', "\r\n")).into()),
        ("semicolons.csv", semicolons.into()),
        ("utf16.csv", tabs),
        ("full.csv", full_width.into()),
    ];
    let folder = folder(files);
    let results = |ran: &Ran, name: &str| {
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.err);
        // Texts are shown as they were typed.
        let mut results = json(ran)["results"].to_string();
        if name == "full.csv" {
            results = results
                .chars()
                .map(|c| {
                    if ('！'..='～').contains(&c) && !"（），：；".contains(c) {
                        char::from_u32(c as u32 - 0xfee0).unwrap()
                    } else {
                        c
                    }
                })
                .collect();
        }
        results
    };
    let expected = results(&biaobu(folder.path(), &format!("estimate plain.csv {TIANJIN} --format json")), "plain.csv");
    for (name, bytes) in files {
        let ran = biaobu(folder.path(), &format!("estimate {name} {TIANJIN} --format json"));
        assert_eq!(results(&ran, name), expected, "{name}");
        let ran = piped(folder.path(), &format!("estimate {TIANJIN} - --format json"), bytes);
        assert_eq!(results(&ran, name), expected, "{name} on standard input");
        assert_eq!(text(&json(&ran)["inputs"][0], "path"), "-");
    }
    let ran = piped(folder.path(), &format!("estimate - {TIANJIN} --lang en"), "kind,rank\npilot,x\n".as_bytes());
    assert!(ran.out.contains("standard input row 2 rank: column `rank`"), "{}", ran.out);
}

/// `-o` and standard output say the same; a file is replaced in one step and keeps its rights, a link stays a link, and
/// what is no file is written to and not replaced.
#[test]
fn output_files() {
    let folder = folder(&[("rows.csv", ROWS), ("old", "old")]);
    for format in ["table", "json", "ndjson", "csv"] {
        let args = format!("estimate rows.csv {TIANJIN} --format {format}");
        let printed = biaobu(folder.path(), &args).out;
        assert_eq!(biaobu(folder.path(), &format!("{args} -o -")).out, printed, "{format}");
        let ran = biaobu(folder.path(), &format!("{args} -o new-{format}"));
        assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""), "{}", ran.err);
        assert_eq!(fs::read_to_string(folder.path().join(format!("new-{format}"))).unwrap(), printed);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
        use std::process::Command;
        let path = |name: &str| folder.path().join(name);
        let args = format!("estimate rows.csv {TIANJIN} -o");
        fs::set_permissions(path("old"), fs::Permissions::from_mode(0o640)).unwrap();
        symlink("old", path("link")).unwrap();
        assert_eq!(biaobu(folder.path(), &format!("{args} link")).code, Some(0));
        assert!(fs::symlink_metadata(path("link")).unwrap().is_symlink());
        assert_eq!(fs::metadata(path("old")).unwrap().permissions().mode() & 0o777, 0o640);
        let table = fs::read_to_string(path("new-table")).unwrap();
        assert_eq!(fs::read_to_string(path("old")).unwrap(), table);

        assert!(Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
        let mut reader = Command::new("cat").arg(path("pipe")).stdout(Stdio::piped()).spawn().unwrap();
        let ran = biaobu(folder.path(), &format!("{args} pipe"));
        if !fs::symlink_metadata(path("pipe")).unwrap().file_type().is_fifo() {
            reader.kill().unwrap();
            panic!("the pipe was replaced by a file");
        }
        let read = reader.wait_with_output().unwrap();
        assert_eq!((ran.code, String::from_utf8(read.stdout).unwrap()), (Some(0), table), "{}", ran.err);
    }
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains(".biaobu")), "{left:?}");
}

/// A reader that has seen enough is no error, on either stream.
#[test]
fn closed_pipes() {
    let mut many = "kind,applicant,title,rank\n".to_owned();
    for number in 0..3000 {
        many += &format!("pilot,公司{},示范{number},\n", number / 10);
    }
    let bad = format!("{many}pilot,公司,x,0\n");
    let folder = folder(&[("many.csv", many), ("bad.csv", bad)]);
    for format in ["table", "json", "ndjson", "csv"] {
        let mut command = command(folder.path(), &format!("estimate many.csv {TIANJIN} --format {format}"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut start = [0; 16];
        child.stdout.take().unwrap().read_exact(&mut start).unwrap();
        let output = child.wait_with_output().unwrap();
        let words = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), words.as_str()), (Some(0), ""), "{format}");
    }
    let mut command = command(folder.path(), &format!("estimate bad.csv {TIANJIN} --format csv"));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

/// The order of the columns changes nothing, the order of the units only the order of the results.
#[test]
fn shuffled_columns_and_units() {
    let cells: Vec<Vec<&str>> = ROWS.lines().map(|line| line.split(',').collect()).collect();
    let order = [7, 0, 13, 2, 5, 11, 1, 3, 12, 4, 6, 9, 8, 10];
    let shuffled = |cells: &[Vec<&str>]| {
        let line = |row: &Vec<&str>| order.map(|column| row[column]).join(",") + "\n";
        cells.iter().map(line).collect::<String>()
    };
    let mut lines: Vec<&str> = ROWS.lines().collect();
    // Header, then 乙, then 甲.
    lines[1..].rotate_left(4);
    let folder =
        folder(&[("rows.csv", ROWS.to_owned()), ("columns.csv", shuffled(&cells)), ("units.csv", lines.join("\n"))]);
    let run = |name: &str, format: &str| {
        let ran = biaobu(folder.path(), &format!("estimate {name} --policy all --year 2022 --format {format}"));
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        ran
    };
    for format in ["ndjson", "csv", "table"] {
        let columns = run("columns.csv", format).out.replace("columns.csv", "rows.csv");
        assert_eq!(columns, run("rows.csv", format).out, "{format}");
    }
    let sorted = |name: &str| {
        let mut results = list(&json(&run(name, "json")), "results").to_vec();
        for item in results.iter_mut().flat_map(|result| result["items"].as_array_mut().unwrap()) {
            item.as_object_mut().unwrap().remove("row");
        }
        results.sort_by_key(|result| (text(result, "applicant").to_owned(), text(result, "policy").to_owned()));
        results
    };
    assert_eq!(sorted("rows.csv"), sorted("units.csv"));
    let first = json(&run("units.csv", "json"));
    assert_eq!(text(&first["results"][0], "applicant"), "乙公司");
}

/// What an auditor adds up: sums, natures, steps, and every row once per unit and policy.
#[test]
fn results_add_up() {
    // Enough rows for caps, limits and duplicates: each again under other ids, numbers and costs.
    let mut rows = ROWS.to_owned();
    for round in 1..6 {
        for line in ROWS.lines().skip(1) {
            rows += &line
                .replacen(',', &format!("-{round},"), 1)
                .replace("-2021", &format!("{round}-2021"))
                .replace("12.5万", "");
            rows.push('\n');
        }
    }
    let folder = folder(&[("rows.csv", rows)]);
    let document = json(&biaobu(folder.path(), "estimate rows.csv --policy all --year 2022 --format json"));
    let mut seen = HashMap::new();
    let mut statuses = HashSet::new();
    for result in list(&document, "results") {
        let name = format!("{} {}", text(result, "applicant"), text(result, "policy"));
        let sum = |nature: Option<&str>| -> i64 {
            let items = list(result, "items").iter();
            items.filter(|i| nature.is_none_or(|nature| text(i, "nature") == nature)).map(|i| cents(i, "amount")).sum()
        };
        assert_eq!(cents(result, "total"), sum(None), "{name}");
        assert_eq!(cents(result, "fixed_total"), sum(Some("fixed")), "{name}");
        assert_eq!(cents(result, "ceiling_total"), sum(Some("ceiling")), "{name}");
        assert!(cents(result, "potential_total") >= cents(result, "total"), "{name}");
        for item in list(result, "items") {
            let (base, amount) = (cents(item, "base"), cents(item, "amount"));
            let last = list(item, "steps").last().map_or(0, |step| cents(step, "amount"));
            assert_eq!(last, amount, "{name}: {item}");
            let fits = match text(item, "status") {
                "awarded" => amount == base,
                "reduced" => amount < base,
                "unmatched" => amount == 0 && base == 0 && item["clause"].is_null(),
                "duplicate" => amount == 0 && item["same_as"].is_string(),
                "undetermined" => amount == 0 && !list(item, "missing").is_empty(),
                _ => amount == 0,
            };
            assert!(fits, "{name}: {item}");
            statuses.insert(text(item, "status").to_owned());
            *seen.entry((text(result, "policy").to_owned(), item["row"].as_u64().unwrap())).or_insert(0) += 1;
        }
    }
    assert!(seen.values().all(|times| *times == 1));
    assert_eq!(seen.len(), 36 * list(&document, "results").len() / 2);
    for status in ["awarded", "reduced", "not_selected", "undetermined", "unmatched"] {
        assert!(statuses.contains(status), "{status}: {statuses:?}");
    }
}

/// Policies may be named in any of the usual ways, before or behind the files.
#[test]
fn ways_to_name_policies() {
    let folder = folder(&[("rows.csv", ROWS), ("units.csv", UNITS)]);
    let policies = |args: &str| -> Vec<String> {
        let ran = biaobu(folder.path(), &format!("estimate --year 2022 --format ndjson {args}"));
        assert_eq!(ran.code, Some(0), "{args}: {}", ran.err);
        let results = ran.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        results.filter(|r| text(r, "applicant") == "甲公司").map(|r| text(&r, "policy").to_owned()).collect()
    };
    for args in [
        "--policy tianjin-2021 beijing-2020 rows.csv",
        "--policy tianjin-2021,beijing-2020 rows.csv",
        "--policy tianjin-2021, beijing-2020 rows.csv",
        "rows.csv --policy tianjin-2021,beijing-2020",
        "rows.csv --policy tianjin-2021 beijing-2020 tianjin-2021",
        "rows.csv --policy tianjin-2021 --policy beijing-2020",
        "--policy=tianjin-2021 --policy=beijing-2020 rows.csv",
    ] {
        assert_eq!(policies(args), ["tianjin-2021", "beijing-2020"], "{args}");
    }
    let all = policies("rows.csv --policy all");
    assert!(all.len() >= 4 && all.is_sorted(), "{all:?}");
    assert_eq!(policies("rows.csv --policy all tianjin-2021"), all);
}

/// `auto` takes a unit's own policies; what no policy covers is told and makes the exit code 1.
#[test]
fn auto_goes_by_region() {
    let folder = folder(&[("rows.csv", ROWS), ("units.csv", UNITS)]);
    for args in ["--policy auto", ""] {
        let ran = biaobu(
            folder.path(),
            &format!("estimate rows.csv --applicants units.csv --year 2022 --format json {args}"),
        );
        let document = json(&ran);
        let results = list(&document, "results");
        assert_eq!((ran.code, results.len()), (Some(1), 1));
        assert_eq!((text(&results[0], "applicant"), text(&results[0], "policy")), ("甲公司", "tianjin-2021"));
        assert!(ran.err.contains("乙公司（内蒙古自治区，2 行）：没有覆盖该地区的政策"), "{}", ran.err);
    }
    // Asked for by name, a policy of another place refuses the unit.
    let ran = biaobu(folder.path(), &format!("estimate rows.csv --applicants units.csv {TIANJIN} --format json"));
    let document = json(&ran);
    let (inside, outside) = (&document["results"][0], &document["results"][1]);
    assert_eq!((ran.code, list(inside, "barred_by").len(), text(outside, "total")), (Some(0), 0, "0.00"));
    assert_eq!(text(&outside["barred_by"][0], "fact"), "region");
    assert!(list(outside, "items").iter().all(|item| text(item, "status") == "ineligible"), "{outside}");
}

/// Keys and enum values are those of the contract in either language; only what a person reads changes.
#[test]
fn language_changes_words_only() {
    let bad = format!("{ROWS}A9,甲公司,试点示范,,坏,,省标,,,,,2021-09-01,,\n");
    let folder = folder(&[("rows.csv", bad)]);
    fn without_words(value: Value) -> Value {
        match value {
            Value::Object(map) => Value::Object(
                map.into_iter()
                    .map(|(key, value)| match key.as_str() {
                        "note" | "message" | "title" | "reasons" | "warnings" | "lang" => (key, Value::Null),
                        _ => (key, without_words(value)),
                    })
                    .collect(),
            ),
            Value::Array(items) => items.into_iter().map(without_words).collect(),
            other => other,
        }
    }
    let run = |lang: &str, format: &str| {
        biaobu(folder.path(), &format!("estimate rows.csv --policy all --year 2022 {lang} --format {format}"))
    };
    let (zh, en) = (run("--lang zh", "json"), run("--lang en", "json"));
    assert_eq!(without_words(json(&zh)), without_words(json(&en)));
    assert!(zh.out != en.out && zh.out == run("", "json").out);
    assert_eq!(run("--lang zh", "csv").out.lines().next(), run("--lang en", "csv").out.lines().next());
    for (locale, word) in
        [("en_US.UTF-8", "could not be read"), ("zh_CN.UTF-8", "读不出"), ("C", "读不出"), ("de_DE", "读不出")]
    {
        let mut command = command(folder.path(), &format!("estimate rows.csv {TIANJIN}"));
        let output = command.env("LC_ALL", locale).output().unwrap();
        assert!(String::from_utf8(output.stderr).unwrap().contains(word), "{locale}");
    }
}

/// Several files are one portfolio; where a row stands is told with its file.
#[test]
fn several_files() {
    let more = "id,applicant,kind,level,stage,date\nA1,甲公司,pilot,national,accepted,2021-05-01\nA2,甲公司,pilot,national,accepted,x\n";
    let folder = folder(&[("rows.csv", ROWS), ("more.csv", more)]);
    let ran = biaobu(folder.path(), &format!("estimate rows.csv more.csv {TIANJIN} --format json"));
    let document = json(&ran);
    let items = list(&document["results"][0], "items");
    let places: Vec<String> = items.iter().map(|item| format!("{}:{}", text(item, "path"), item["row"])).collect();
    assert_eq!(places, ["rows.csv:2", "rows.csv:3", "rows.csv:4", "rows.csv:5", "more.csv:2"]);
    assert_eq!(
        (ran.code, text(&document["invalid"][0], "path"), list(&document, "inputs").len()),
        (Some(1), "more.csv", 2)
    );
    let ran = piped(folder.path(), &format!("estimate rows.csv - {TIANJIN} --format csv"), more.as_bytes());
    let mut reader = csv::Reader::from_reader(ran.out.as_bytes());
    let path = reader.headers().unwrap().iter().position(|header| header == "path").unwrap();
    let paths: Vec<String> = reader.records().map(|record| record.unwrap()[path].to_owned()).collect();
    assert_eq!(paths, ["rows.csv", "rows.csv", "rows.csv", "rows.csv", "'-", "rows.csv", "rows.csv", "'-"]);
}

/// What a spreadsheet would run, and what would steer a terminal, does neither.
#[test]
fn cells_are_harmless() {
    let evil = "id,applicant,kind,title,level,date,=cmd|x\n\
                -1,\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",pilot,+1+1,national,2021-05-01,@SUM(A1)\n\
                A\u{1b}[31m,甲\u{1b}[2J\u{9b}31m\u{202e},pilot,x\u{7}\u{1b}]0;pwned\u{7},national,2021-05-01,\t=1\n\
                =2,甲\u{1b}[2J\u{9b}31m\u{202e},\u{1b}[31mpilot,=1,national,2021-02-\u{1b}30,x\n";
    let folder = folder(&[("evil.csv", evil)]);
    let ran = biaobu(folder.path(), &format!("estimate evil.csv {TIANJIN} --format csv"));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(ran.out.as_bytes());
    let cells: Vec<String> =
        reader.records().flat_map(|r| r.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect();
    assert!(!cells.iter().any(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{cells:?}");
    for cell in ["'=HYPERLINK(\"http://x\",\"y\")", "'-1", "'+1+1", "'@SUM(A1)", "'=2", "extra.=cmd|x"] {
        assert!(cells.iter().any(|found| found == cell), "{cell}: {cells:?}");
    }
    let shown = [
        "estimate evil.csv",
        "explain evil.csv --item A\u{1b}[31m",
        "explain evil.csv --item =2",
        "explain evil.csv --item \u{1b}[m",
    ];
    for args in shown
        .map(|args| format!("{args} {TIANJIN}"))
        .into_iter()
        .chain(["estimate \u{1b}[2J.csv --policy \u{1b}c".to_owned()])
    {
        for lang in ["zh", "en"] {
            let ran = biaobu(folder.path(), &format!("{args} --lang {lang}"));
            let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!ran.out.contains(steers) && !ran.err.contains(steers), "{:?} {:?}", ran.out, ran.err);
        }
    }
}

/// Eighty columns, whatever the language and the length of names, ids, titles and cells.
#[test]
fn pages_keep_to_their_width() {
    let long = "某".repeat(300);
    let rows = format!(
        "{ROWS}{long},{long},标准制修订,,{long},GB/T 1-2021,国家,制定,1,,,2021-05-01,,\nC2,{long},标准制修订,,x,{long},{long},制定,0,,,{long},,\n"
    );
    let folder = folder(&[
        ("rows.csv", rows.as_str()),
        ("huge.csv", &format!("kind,title,level\npilot,{0},\npilot,,{0}\n", "长".repeat(1_000_000))),
    ]);
    let mut pages = vec!["policies".to_owned()];
    for policy in ["tianjin-2021", "beijing-2020", "xiamen-2020", "foshan-2018"] {
        pages.push(format!("show {policy}"));
        pages.push(format!("explain rows.csv --policy {policy} --year 2021 --item A1"));
    }
    pages.push("estimate rows.csv --policy all --year 2022".to_owned());
    pages.push(format!("explain rows.csv {TIANJIN} --item C2"));
    pages.push(format!("estimate huge.csv {TIANJIN}"));
    for page in pages {
        for lang in ["zh", "en"] {
            let ran = biaobu(folder.path(), &format!("{page} --lang {lang}"));
            assert!(ran.code != Some(2) && ran.out.len() < 100_000, "{page}: {} bytes {}", ran.out.len(), ran.err);
            for line in ran.out.lines() {
                assert!(line.width() <= 80, "{page} --lang {lang}: {} columns: {line}", line.width());
            }
        }
    }
}

/// A note on one item says the clause, each condition, each step and what was taken for granted.
#[test]
fn explain_says_how_an_amount_came_about() {
    let folder = folder(&[("rows.csv", ROWS)]);
    let page = |args: &str| {
        let ran = biaobu(folder.path(), &format!("explain rows.csv {args}"));
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        ran.out.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let zh = page("--policy beijing-2020 --year 2022 --item Ａ1");
    for part in [
        "甲公司 A1 海水泵",
        "beijing-2020",
        "实际费用：12.5万元",
        "减额",
        "满足",
        "1. ",
        "2. ",
        "125,000.00元",
        "注册地未知",
    ] {
        assert!(zh.contains(part), "no {part:?} in {zh}");
    }
    let en = page("--policy tianjin-2021 --year 2022 --item A4 --lang en");
    for part in ["undetermined", "base 70,000 yuan", "stage", "blank", "needs: stage", "Taken for granted"] {
        assert!(en.contains(part), "no {part:?} in {en}");
    }
}

/// Year, day and validity (contract section 3.1), and the clock that is asked only where nobody says.
#[test]
fn year_day_and_validity() {
    let folder = folder(&[("rows.csv", ROWS)]);
    for (args, year, on, in_force, first) in [
        ("--year 2022", 2022, "2022-12-31", true, "awarded"),
        ("--on 2022-03-01", 2022, "2022-03-01", true, "awarded"),
        ("--year 2022 --on 2022-03-01", 2022, "2022-03-01", true, "awarded"),
        ("--year 2024", 2024, "2024-08-28", true, "ineligible"),
        ("--year 2019", 2019, "", false, "ineligible"),
        ("--on 2025-01-01", 2025, "2025-01-01", false, "ineligible"),
        ("--year 2019 --ignore-validity", 2019, "2019-12-31", false, "ineligible"),
    ] {
        let ran = biaobu(folder.path(), &format!("estimate rows.csv --policy tianjin-2021 {args} --format json"));
        let result = &json(&ran)["results"][0];
        let found = (result["year"].as_i64(), text(result, "on"), result["in_force"].as_bool());
        assert_eq!(found, (Some(year), on, Some(in_force)), "{args}");
        assert_eq!(text(&result["items"][0], "status"), first, "{args}");
        assert_eq!(result["validity_ignored"].as_bool(), Some(args.contains("ignore")), "{args}");
    }
    let today = biaobu(folder.path(), "estimate rows.csv --policy beijing-2020 --format json");
    let day = text(&json(&today)["results"][0], "on").to_owned();
    assert!(day.as_str() >= "2026" && day.len() == 10, "{day}");
}

/// What a person meets first: the guide, help with an example for every command, completions, the manual page.
#[test]
fn the_program_tells_of_itself() {
    let folder = folder::<&str>(&[]);
    let guide = biaobu(folder.path(), "");
    assert_eq!(guide.code, Some(0));
    assert!(guide.out.contains("biaobu estimate 成果.xlsx") && guide.err.is_empty(), "{}", guide.err);
    assert!(guide.out.lines().chain(biaobu(folder.path(), "--lang en").out.lines()).all(|line| line.width() <= 100));
    let help = biaobu(folder.path(), "--help").out;
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ").filter(|name| !name.starts_with(' '))?.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(commands.len() >= 7, "{commands:?}");
    for command in &commands {
        let help = biaobu(folder.path(), &format!("{command} --help")).out;
        assert!(help.contains("例 Example: biaobu"), "{command}: {help}");
    }
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = biaobu(folder.path(), &format!("completions {shell}"));
        assert!(script.code == Some(0) && script.out.contains("estimate"), "{shell}");
    }
    let manual = biaobu(folder.path(), "man").out;
    assert!(commands.iter().all(|command| manual.contains(&command.to_uppercase())), "{commands:?}");
}

/// Colours only where asked for, or on a terminal; `NO_COLOR` and files are plain.
#[test]
fn colours_are_asked_for() {
    let folder = folder(&[("a.csv", "id,kind,level,stage,date\nA,pilot,national,accepted,2021-05-01\n")]);
    let args = "estimate a.csv --policy tianjin-2021 --year 2022";
    let coloured = |more: &str| biaobu(folder.path(), &format!("{args}{more}")).out.contains('\u{1b}');
    assert_eq!(["", " --color never", " --color always"].map(coloured), [false, false, true]);
}

/// Many rows: sums only, rows computed while they are read, mistakes in a file of their own.
#[test]
fn many_rows() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "id,applicant,kind,level,action,rank,date\n\
                1,甲公司,standard,international,formulate,1,2021-03-01\n\
                2,甲公司,standard,national,formulate,first,2021-03-01\n\
                3,乙公司,standard,national,formulate,1,2021-03-01\n\
                4,乙公司,standard,省标,formulate,0,2021-03-01\n";
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    write("rows.csv", rows);
    let run = |arguments: &str| biaobu(folder.path(), &format!("estimate rows.csv {TIANJIN} {arguments}"));

    let summary = run("--summary --format csv");
    let header = "applicant,policy,year,on,in_force,barred_by,total,fixed_total,ceiling_total,potential_total,items,\
                  awarded,reduced,not_selected,duplicate,ineligible,undetermined,unmatched,invalid,answer,from,to\n";
    let lines = "甲公司,tianjin-2021,2022,2022-12-31,true,,200000.00,200000.00,0.00,200000.00,1,1,0,0,0,0,0,0,1,certain,200000.00,200000.00\n\
                 乙公司,tianjin-2021,2022,2022-12-31,true,,80000.00,80000.00,0.00,80000.00,1,1,0,0,0,0,0,0,1,certain,80000.00,80000.00\n";
    assert_eq!((summary.code, summary.out.as_str()), (Some(1), format!("{header}{lines}").as_str()));
    assert!(summary.err.contains("2 行读不出"), "{}", summary.err);
    let document = json(&run("--summary --format json"));
    assert_eq!(list(&document, "results").len(), 2);
    assert_eq!(list(&document, "results")[1]["total"], "80000.00");
    assert_eq!((list(&document, "invalid").len(), list(&document, "inputs").len()), (2, 1));
    assert_eq!(run("--summary --format ndjson").out.lines().count(), 4);
    assert!(run("--summary").err.contains("--summary") && run("--summary").code == Some(2));

    let mistakes = run("--format csv --errors errors.csv -o out.csv --lang en");
    assert_eq!(mistakes.code, Some(1));
    let errors = read("errors.csv");
    let begins: Vec<&str> = errors.lines().map(|line| line.split(",\"column").next().unwrap()).collect();
    assert_eq!(
        begins,
        [
            "path,row,applicant,id,column,cell,value,message",
            "rows.csv,3,甲公司,2,rank,,first",
            "rows.csv,5,乙公司,4,level,,省标",
            "rows.csv,5,乙公司,4,rank,,0"
        ]
    );
    assert_eq!(run("--format csv --errors x.csv -o x.csv").code, Some(2));
    assert_eq!(run("--format csv --errors rows.csv").code, Some(2));
    assert_eq!(read("rows.csv"), rows);

    for form in ["--format csv", "--format ndjson", "--summary --format csv", "--summary --format ndjson"] {
        let (whole, grouped) = (run(form), run(&format!("{form} --grouped")));
        assert_eq!((grouped.code, &grouped.out), (Some(1), &whole.out), "{form}");
        let piped = piped(folder.path(), &format!("estimate - {TIANJIN} --grouped {form}"), rows.as_bytes());
        assert_eq!(piped.out.replace(",'-,", ",rows.csv,").replace("\"-\"", "\"rows.csv\""), whole.out, "{form}");
    }
    assert_eq!(run("--grouped").code, Some(2));
    // --strict holds for the applicants file as well.
    write("good.csv", "id,applicant,kind\n1,甲公司,pilot\n");
    write("units.csv", "applicant,type\n甲公司,外星\n");
    for grouped in ["", "--grouped"] {
        let arguments =
            format!("estimate good.csv --applicants units.csv {TIANJIN} --strict --format csv {grouped} -o s.csv");
        let strict = biaobu(folder.path(), &arguments);
        assert!(strict.code == Some(2) && strict.err.contains("外星"), "{grouped}: {}", strict.err);
        assert!(!folder.path().join("s.csv").exists());
    }
    let nowhere = biaobu(folder.path(), "estimate rows.csv --year 2022 --grouped --format csv");
    assert!(nowhere.code == Some(2) && nowhere.err.contains("没有注册地"), "{}", nowhere.err);
    write("rows.csv", &format!("{rows}5,甲公司,pilot,national,,,2021-03-01\n"));
    let broken = run("--grouped --format csv -o grouped.csv");
    assert!(broken.code == Some(2) && broken.err.contains("第 6 行又出现"), "{}", broken.err);
    assert!(!folder.path().join("grouped.csv").exists());
    assert_eq!(run("--threads 0").code, Some(2));
    assert_eq!(run("--threads 3").out, run("--threads 1").out);
}

/// What could be read of a unit counts: a slip in one cell of its row lifts no bar that stands in another.
#[test]
fn a_slip_in_one_cell_of_a_unit_lifts_no_bar() {
    let rows = "applicant,kind,level,action,rank,date\n甲,standard,national,formulate,1,2021-05-05\n";
    for (units, clause) in [
        ("applicant,region,type,dishonest_on\n甲,天津市,公司,2022-05-05\n", "第二十六条（三）"),
        ("applicant,region,type,dishonest_on\n甲,上海市,公司,\n", "第二条"),
    ] {
        let folder = folder(&[("rows.csv", rows), ("units.csv", units)]);
        let ran = biaobu(
            folder.path(),
            "estimate rows.csv --applicants units.csv --policy tianjin-2021 --year 2022 --format json",
        );
        let document = common::json(&ran);
        let result = &document["results"][0];
        assert_eq!((&result["total"], &result["items"][0]["clause"]), (&"0.00".into(), &clause.into()), "{result}");
        assert_eq!((document["invalid"].as_array().map(Vec::len), ran.code), (Some(1), Some(1)));
        assert!(ran.err.contains("units.csv 第2行: “甲”这一行有读不出的单元格"), "{}", ran.err);
    }
}

/// Nothing else would tell that every row is paid twice.
#[test]
fn a_file_given_twice_is_told() {
    let rows = "kind,level,action,rank,date\nstandard,national,formulate,1,2021-05-05\n";
    let folder = folder(&[("one.csv", rows), ("two.csv", rows)]);
    let estimate = |files: &str| biaobu(folder.path(), &format!("estimate {files} --policy tianjin-2021 --year 2022"));
    assert!(estimate("one.csv ./one.csv").err.contains("./one.csv: 这个文件给了不止一次"));
    assert_eq!(estimate("one.csv two.csv").err, "");
}

/// Ids differ within a file; where the row that counts instead is in another file, that file is named.
#[test]
fn a_row_kept_in_another_file_is_named_with_its_file() {
    let rows = "kind,level,action,rank,date,series,cost\nstandard,national,formulate,1,2021-05-05,S,100000\n";
    let folder = folder(&[("one.csv", rows), ("two.csv", &rows.replace("100000", "200000"))]);
    for format in ["json", "ndjson"] {
        let command = format!("estimate one.csv two.csv --policy beijing-2020 --year 2022 --format {format}");
        let document = common::json(&biaobu(folder.path(), &command));
        let result = if format == "json" { &document["results"][0] } else { &document };
        let [duplicate, kept] = result["items"].as_array().unwrap().as_slice() else { panic!("{result}") };
        let of = |key: &str| [&duplicate[key], &kept[key]].map(|value| value.as_str().unwrap_or("-"));
        assert_eq!(of("path"), ["one.csv", "two.csv"]);
        assert_eq!(of("status"), ["duplicate", "reduced"]);
        assert_eq!((of("same_as"), of("same_as_path")), (["row2", "-"], ["two.csv", "-"]), "{format}");
    }
}

/// Without `--format`, the name of the output file says which one is meant.
#[test]
fn the_name_of_the_output_file_names_the_format() {
    let rows = "id,kind,level,action,rank,date\nA,standard,national,formulate,1,2021-05-05\n";
    let folder = folder(&[("rows.csv", rows)]);
    let estimate = "estimate rows.csv --policy tianjin-2021 --year 2022";
    for (name, format) in [
        ("a.csv", "csv"),
        ("a.JSON", "json"),
        ("a.ndjson", "ndjson"),
        ("a.md", "markdown"),
        ("a.html", "html"),
        ("a.txt", "table"),
        ("a", "table"),
    ] {
        for options in [format!("-o {name}"), format!("--format {format} -o with-{name}")] {
            let ran = biaobu(folder.path(), &format!("{estimate} {options}"));
            assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""), "{name}: {}", ran.err);
        }
        let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        assert_eq!(read(name), read(&format!("with-{name}")), "{name}");
    }
    let ran = biaobu(folder.path(), "compare rows.csv --year 2022 -o a.xlsx");
    assert!(ran.code == Some(2) && ran.err.contains("没有 xlsx 格式"), "{}", ran.err);
    assert!(!folder.path().join("a.xlsx").exists());
    assert_eq!(biaobu(folder.path(), "compare rows.csv --year 2022 --format csv -o a.xlsx").code, Some(0));
}

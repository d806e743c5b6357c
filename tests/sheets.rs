//! Spreadsheets: what is written is read back by other programs, and says what was computed.

mod common;
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::process::Command;

use biaobu::engine;
use biaobu::engine::result::Status;
use biaobu::facts::{Applicant, Facts};
use biaobu::input::{self, Source};
use biaobu::lang::Lang;
use biaobu::money::Money;
use biaobu::output::template::{self, Template};
use biaobu::output::{Report, xlsx};
use biaobu::policy::Policy;
use biaobu::policy::model::Example;
use biaobu::rules::Rules;
use biaobu::vocabulary::FactId;
use calamine::{Data, DataType, Range, Reader, Xlsx};
use common::{biaobu, folder, piped};

type Book = Xlsx<Cursor<Vec<u8>>>;

fn open(bytes: Vec<u8>) -> Book {
    Xlsx::new(Cursor::new(bytes)).expect("a workbook")
}

fn sheet(book: &mut Book, name: &str) -> Range<Data> {
    book.worksheet_range(name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// One part of the package, such as `xl/worksheets/sheet1.xml`.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip file");
    let mut text = String::new();
    archive.by_name(name).expect("the part").read_to_string(&mut text).expect("UTF-8");
    text
}

/// The column under `header`, below it.
fn column<'a>(range: &'a Range<Data>, header: &str) -> Vec<&'a Data> {
    let place = range.headers().expect("a header").iter().position(|name| name == header);
    let place = place.unwrap_or_else(|| panic!("no column {header}"));
    range.rows().skip(1).map(|row| &row[place]).collect()
}

fn fen(cell: &Data) -> Option<i128> {
    match cell {
        Data::Float(yuan) => Some((yuan * 100.0).round() as i128),
        Data::Int(yuan) => Some(i128::from(*yuan) * 100),
        _ => None,
    }
}

fn workbook(report: &Report<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    xlsx::write(report, &mut bytes).expect("memory takes it");
    bytes
}

/// Totals, parts, potential totals and counts of every result as the summary should have them, and their sums.
fn expected_sums(report: &Report<'_>) -> Vec<Vec<i128>> {
    let mut lines: Vec<Vec<i128>> = report
        .evaluations()
        .map(|evaluation| {
            let result = &evaluation.result;
            let count = |status| result.items.iter().filter(|item| item.status == status).count() as i128 * 100;
            let money =
                [result.total, result.fixed_total, result.ceiling_total, result.potential_total].map(Money::fen);
            let items = result.items.len() as i128 * 100;
            money.into_iter().chain([items]).chain(Status::ALL.map(count)).collect()
        })
        .collect();
    lines.push((0..12).map(|column| lines.iter().map(|line| line[column]).sum()).collect());
    lines
}

const SUMS: [&str; 12] = [
    "总额（元）",
    "定额（元）",
    "上限（元）",
    "资料补齐后可能（元）",
    "项数",
    "全额",
    "减额",
    "未入选",
    "重复",
    "不符合",
    "待定",
    "不在列",
];

/// The sums that the summary shows, without the blank line above the last.
fn shown_sums(summary: &Range<Data>) -> Vec<Vec<i128>> {
    let columns: Vec<Vec<&Data>> = SUMS.iter().map(|header| column(summary, header)).collect();
    let lines = (0..columns[0].len()).map(|line| columns.iter().filter_map(|cells| fen(cells[line])).collect());
    lines.filter(|line: &Vec<i128>| !line.is_empty()).collect()
}

#[test]
fn cached_sums_are_the_computed_totals() {
    support::with_portfolio(Lang::Zh, |report| {
        let mut book = open(workbook(report));
        assert_eq!(book.sheet_names(), ["汇总", "明细", "封顶", "假定与缺项", "读不出的行"]);
        let summary = sheet(&mut book, "汇总");
        assert_eq!(shown_sums(&summary), expected_sums(report));
        let in_wan: Vec<f64> = column(&summary, "总额（万元）")
            .iter()
            .filter_map(|cell| fen(cell).map(|fen| fen as f64 / 100.0))
            .collect();
        assert_eq!(in_wan.last(), Some(&2614.0));

        let formulas = book.worksheet_formula("汇总").expect("formulas");
        assert!(formulas.get_value((1, 6)).is_some_and(|formula| formula.starts_with("SUMIFS('明细'!$O$2:$O$163,")));
        assert!(formulas.get_value((1, 12)).is_some_and(|formula| formula.starts_with("COUNTIFS(")));
        assert_eq!(formulas.get_value((16, 6)).map(String::as_str), Some("SUM('汇总'!$G$2:$G$15)"));

        let items = sheet(&mut book, "明细");
        assert_eq!(items.height(), 163);
        assert!(column(&items, "编号").iter().all(|cell| cell.is_string()));
        let amounts: i128 = column(&items, "金额（元）").into_iter().filter_map(fen).sum();
        assert_eq!(amounts, support::wan("2614").fen());
        assert_eq!(column(&items, "负责人")[0], &Data::String("陈思远".to_owned()));
        assert_eq!(
            sheet(&mut book, "封顶").height() - 1,
            report.evaluations().map(|e| e.result.caps.len()).sum::<usize>()
        );
        let said = |e: &biaobu::output::Evaluation<'_>| {
            let of_items = e.result.items.iter().map(|item| item.assumptions.len() + item.missing.len());
            e.result.assumptions.len() + of_items.sum::<usize>()
        };
        assert_eq!(sheet(&mut book, "假定与缺项").height() - 1, report.evaluations().map(|e| said(&e)).sum::<usize>());
    });
}

#[test]
fn in_english_too() {
    support::with_portfolio(Lang::En, |report| {
        let mut book = open(workbook(report));
        let names = ["Summary", "Items", "Caps", "Assumptions, missing facts", "Invalid rows"];
        assert_eq!(book.sheet_names(), names);
        let formulas = book.worksheet_formula("Summary").expect("formulas");
        assert!(formulas.get_value((1, 8)).is_some_and(|formula| formula.ends_with(",\"fixed\")")));
        assert!(formulas.get_value((1, 14)).is_some_and(|formula| formula.ends_with(",\"not selected\")")));
    });
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    support::with_portfolio(Lang::Zh, |report| {
        let bytes = workbook(report);
        assert!(bytes == workbook(report));
        let core = part(&bytes, "docProps/core.xml");
        assert!(core.contains("2000-01-01T00:00:00Z") && core.contains("<dc:creator></dc:creator>"), "{core}");
        let items = part(&bytes, "xl/worksheets/sheet2.xml");
        assert!(items.contains("<autoFilter ref=\"A1:Z163\"/>") && items.contains("state=\"frozen\""));
    });
}

/// Names and cells of other people come back as they were, and run nowhere.
#[test]
fn hostile_texts_stay_text() {
    let long = "标".repeat(300);
    let huge = "长".repeat(40_000);
    let names = ["=HYPERLINK(\"x\")", "<script>", "*", ">0", long.as_str(), "911101080000000001", "_x0041_&\"'"];
    let mut rows = "编号,申报单位,类别,级别,名称,起草单位排名,制修订,日期,=备注\n".to_owned();
    for (number, name) in names.iter().enumerate() {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        rows += &format!("00{number},{quoted},标准制修订,国家,{quoted},1,制定,2021-05-01,{quoted}\n");
    }
    rows += &format!("007,*,标准制修订,国家,{huge},1,制定,2021-05-01,\n");
    let rules = support::shipped();
    let portfolio = support::portfolio(&rules, &[support::text("rows.csv", &rows)], None);
    let report = support::report(&rules, &portfolio, 2022, None, |policy, _| policy.id == "beijing-2020");
    let bytes = workbook(&report);
    let items = part(&bytes, "xl/worksheets/sheet2.xml");
    assert!(!items.contains("HYPERLINK") && !items.contains("<f>=") && !items.contains("<script>"));
    let mut book = open(bytes);
    let items = sheet(&mut book, "明细");
    let texts = |header: &str| -> Vec<String> { column(&items, header).iter().map(|cell| cell.to_string()).collect() };
    for header in ["申报单位", "名称", "=备注"] {
        for name in names {
            assert!(texts(header).iter().any(|text| text == name), "{header}: {name}");
        }
    }
    let cut = texts("名称").into_iter().find(|title| title.starts_with("长长")).expect("the long title");
    assert!(cut.encode_utf16().count() <= 32_767 && cut.contains("已截断"));
    assert!(texts("编号").contains(&"007".to_owned()));
    assert_eq!(shown_sums(&sheet(&mut book, "汇总")), expected_sums(&report));
    if let Some(recalculated) = recalculated(&workbook(&report), "汇总") {
        assert_eq!(recalculated, expected_sums(&report));
    }
}

#[test]
fn unreadable_rows_and_empty_results() {
    let rules = support::shipped();
    let portfolio = support::portfolio(&rules, &[support::file("fixtures/mistakes.csv")], None);
    let report = support::report(&rules, &portfolio, 2022, None, |_, _| false);
    let mut book = open(workbook(&report));
    let rows = sheet(&mut book, "读不出的行");
    assert_eq!(rows.height() - 1, portfolio.invalid.iter().map(|row| row.mistakes.len()).sum::<usize>());
    assert!(column(&rows, "单元格").contains(&&Data::String("省标".to_owned())));
    assert_eq!((sheet(&mut book, "汇总").height(), sheet(&mut book, "明细").height()), (1, 1));
}

#[test]
fn more_columns_than_a_sheet_has_are_refused() {
    let header: Vec<String> = (0..16_400).map(|number| format!("备注{number}")).collect();
    let rows = format!("类别,{}\n标准制修订,{}\n", header.join(","), "x,".repeat(header.len() - 1));
    let folder = folder(&[("rows.csv", rows)]);
    let ran = biaobu(folder.path(), "estimate rows.csv --policy beijing-2020 --year 2022 --format xlsx -o out.xlsx");
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("16384") && ran.err.contains("--format csv"), "{}", ran.err);
    assert!(!folder.path().join("out.xlsx").exists());
}

#[test]
fn from_the_command_line() {
    let rows = "编号,类别,级别,制修订,起草单位排名,日期\n1,标准制修订,国家,制定,1,2021-05-01\n";
    let folder = folder(&[("rows.csv", rows)]);
    let estimate = "estimate rows.csv --policy xiamen-2020 --year 2022";
    let ran = biaobu(folder.path(), &format!("{estimate} --format xlsx -o out.xlsx"));
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "", ""));
    assert!(fs::read(folder.path().join("out.xlsx")).unwrap().starts_with(b"PK"));
    let plain = biaobu(folder.path(), &format!("{estimate} --format csv"));
    let excel = biaobu(folder.path(), &format!("{estimate} --format csv --excel"));
    assert_eq!(excel.out, format!("\u{feff}{}", plain.out));
    for format in ["table", "json", "xlsx"] {
        let ran = biaobu(folder.path(), &format!("{estimate} --format {format} --excel"));
        assert!(ran.code == Some(2) && ran.out.is_empty() && ran.err.contains("--format csv"), "{}", ran.err);
    }
    let ran = biaobu(folder.path(), "template --policy xiamen-2021 --lang en");
    assert!(ran.code == Some(2) && ran.out.is_empty() && ran.err.contains("did you mean xiamen-2020"), "{}", ran.err);
    for (output, begins) in [("t.csv", "\u{feff}编号".as_bytes()), ("t.xlsx", b"PK"), ("t", b"PK")] {
        assert_eq!(biaobu(folder.path(), &format!("template -o {output}")).code, Some(0));
        assert!(fs::read(folder.path().join(output)).unwrap().starts_with(begins), "{output}");
        // It may be filled in by now.
        let again = biaobu(folder.path(), &format!("template --lang en -o {output}"));
        assert!(again.code == Some(2) && again.err.contains("not replaced"), "{}", again.err);
    }
    let written = biaobu(folder.path(), "template --policy xiamen-2020");
    let read = piped(folder.path(), "estimate - --policy xiamen-2020 --year 2021..2022", written.out.as_bytes());
    assert_eq!((read.code, read.err.as_str()), (Some(0), ""), "{}", read.out);
}

fn template_of<'a>(rules: &'a Rules, policies: Vec<&'a Policy>, lang: Lang) -> Template<'a> {
    Template { vocabulary: &rules.vocabulary, policies, examples: &rules.policies, lang }
}

fn csv(template: &Template<'_>) -> Source {
    let mut bytes = Vec::new();
    template::write_csv(template, &mut bytes).expect("memory takes it");
    Source { name: "template.csv".to_owned(), bytes }
}

/// Every column of the template is known, and its example row is paid without a warning.
#[test]
fn the_template_is_read_back() {
    let rules = support::shipped();
    let all = rules.policies.iter().map(|policy| (vec![policy], policy));
    let all = all.chain([(vec![], &rules.policies[0]), (rules.policies.iter().collect(), &rules.policies[0])]);
    for (policies, pays) in all {
        for lang in [Lang::Zh, Lang::En] {
            let portfolio = support::portfolio(&rules, &[csv(&template_of(&rules, policies.clone(), lang))], None);
            assert!(portfolio.invalid.is_empty() && portfolio.notices.is_empty(), "{}: {portfolio:?}", pays.id);
            let row = &portfolio.applicants[0].achievements[0];
            assert_eq!((row.id.as_str(), row.extra.len(), row.warnings.len()), ("示例-1", 0, 0), "{}", pays.id);
            let paid = (2018..=2026).any(|year| {
                let report = support::report(&rules, &portfolio, year, None, |policy, _| policy.id == pays.id);
                report.evaluations().any(|evaluation| {
                    let item = &evaluation.result.items[0];
                    item.status == Status::Awarded && !item.amount.is_zero() && item.warnings.is_empty()
                })
            });
            assert!(paid, "{}", pays.id);
        }
    }
}

/// What the template of a policy leaves out changes nothing: every worked example comes out the same without it.
#[test]
fn the_columns_of_a_policy_are_all_that_it_looks_at() {
    let rules = support::shipped();
    let known = rules.vocabulary.known();
    let always = [known.id, known.applicant, known.kind, known.title, known.number, known.date];
    let mut left_out = 0;
    for policy in &rules.policies {
        let used: BTreeSet<FactId> = policy.facts(known).into_iter().chain(always).collect();
        let only_used = |facts: &Facts| {
            let mut kept = Facts::none();
            facts
                .iter()
                .filter(|(fact, _)| used.contains(fact))
                .for_each(|(fact, value)| kept.set(fact, value.clone()));
            kept
        };
        for example in policy.clauses.iter().flat_map(|clause| &clause.examples).chain(&policy.examples) {
            let applicant = read(&rules, example);
            let mut less = applicant.clone();
            less.facts = only_used(&less.facts);
            for row in &mut less.achievements {
                row.facts = only_used(&row.facts);
            }
            left_out += usize::from(less != applicant);
            let years = biaobu::policy::examples::applications(example);
            let outcome = |applicant: &Applicant| -> Vec<_> {
                let results = engine::run(&rules.vocabulary, policy, applicant, &years);
                let items = results.iter().map(|result| {
                    let items: Vec<_> =
                        result.items.iter().map(|item| (item.status, item.amount, item.clause)).collect();
                    (result.total, result.potential_total, items)
                });
                items.collect()
            };
            assert_eq!(outcome(&less), outcome(&applicant), "{}: {}", policy.id, example.name);
        }
    }
    println!("examples with a fact that their policy does not look at: {left_out}");
}

fn read(rules: &Rules, example: &Example) -> Applicant {
    let mut applicant = match example.applicant.as_slice() {
        [] => Applicant::default(),
        cells => input::read_applicant_row(&rules.vocabulary, cells).expect("a readable example"),
    };
    let rows = example.rows.iter().map(|row| input::read_row(&rules.vocabulary, &row.cells).expect("a readable row"));
    applicant.achievements = rows.collect();
    applicant
}

#[test]
fn the_workbook_to_fill_in() {
    let rules = support::shipped();
    let mut bytes = Vec::new();
    template::write_xlsx(&template_of(&rules, vec![], Lang::Zh), &mut bytes).expect("memory takes it");
    let mut again = Vec::new();
    template::write_xlsx(&template_of(&rules, vec![], Lang::Zh), &mut again).expect("memory takes it");
    assert!(bytes == again);

    let table = part(&bytes, "xl/worksheets/sheet1.xml");
    assert_eq!(table.matches("type=\"list\"").count(), 10);
    // The subjects are too long for a list in the cell.
    assert!(table.contains("<formula1>'定义'!$B$24:$B$141</formula1>"));
    assert!(table.contains("\"制定,修订\"") && table.contains("type=\"whole\"") && table.contains("type=\"date\""));
    let notes = part(&bytes, "xl/comments1.xml");
    assert!(notes.contains("空白表示不知道") && !notes.contains("Author"));

    let mut book = open(bytes);
    assert_eq!(book.sheet_names(), ["成果", "单位", "填写说明", "定义"]);
    let achievements = sheet(&mut book, "成果");
    let headers = achievements.headers().expect("headers");
    let columns = rules.vocabulary.facts().filter(|(_, fact)| !fact.flag);
    let columns: Vec<&str> = columns
        .filter(|(_, fact)| fact.of == biaobu::vocabulary::Of::Achievement)
        .map(|(_, fact)| fact.zh.as_str())
        .collect();
    assert_eq!(headers, columns);
    assert_eq!(notes.matches("<comment ").count(), columns.len());
    assert_eq!(column(&achievements, "编号"), [&Data::String("示例-1".to_owned())]);
    assert!(column(&achievements, "日期")[0].is_datetime());
    let definitions = sheet(&mut book, "定义");
    let offered = definitions.get((23, 1)).map(ToString::to_string);
    assert_eq!(offered.as_deref(), Some("区域型国家技术标准创新基地"));
    let values: Vec<String> = column(&definitions, "填写").iter().map(ToString::to_string).collect();
    for (_, fact) in rules.vocabulary.facts() {
        for value in &fact.values {
            assert!(values.contains(&value.zh), "{}", value.zh);
        }
        assert!(!fact.flag || values.contains(&fact.zh), "{}", fact.zh);
    }
}

/// LibreOffice adds up the formulas anew, whatever was cached. Skipped where it is not installed.
#[test]
fn a_spreadsheet_program_finds_the_same_sums() {
    support::with_portfolio(Lang::Zh, |report| {
        if let Some(recalculated) = recalculated(&workbook(report), "汇总") {
            assert_eq!(recalculated, expected_sums(report));
        }
    });
}

/// The summary's sums as LibreOffice computes them.
fn recalculated(bytes: &[u8], name: &str) -> Option<Vec<Vec<i128>>> {
    if Command::new("soffice").arg("--version").output().is_err() {
        println!("skipped: no soffice (LibreOffice) on this machine");
        return None;
    }
    // Wrong values are cached, so that only computing can put them right.
    let folder = folder(&[("book.xlsx", forget(bytes))]);
    let profile = folder.path().join("profile/user");
    fs::create_dir_all(&profile).unwrap();
    let always = "<item oor:path=\"/org.openoffice.Office.Calc/Formula/Load\"><prop oor:name=\"OOXMLRecalcMode\" \
                  oor:op=\"fuse\"><value>0</value></prop></item>";
    let settings = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><oor:items xmlns:oor=\"http://openoffice.org/2001/registry\">{always}</oor:items>"
    );
    fs::write(profile.join("registrymodifications.xcu"), settings).unwrap();
    let home = format!("-env:UserInstallation=file://{}", folder.path().join("profile").display());
    let filter = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1";
    let mut command = Command::new("soffice");
    command.args([&home, "--headless", "--convert-to", filter, "book.xlsx"]).current_dir(folder.path());
    let output = command.output().expect("soffice runs");
    let path = folder.path().join(format!("book-{name}.csv"));
    assert!(path.exists(), "{output:?}");
    Some(sums_of_csv(&path))
}

fn sums_of_csv(path: &Path) -> Vec<Vec<i128>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let headers = reader.headers().unwrap().clone();
    let places = SUMS.map(|header| headers.iter().position(|name| name == header).expect("the column"));
    let records = reader.records().map(|record| record.expect("a record"));
    let lines = records.map(|record| {
        let amounts = places.iter().filter_map(|place| record[*place].parse::<f64>().ok());
        amounts.map(|amount| (amount * 100.0).round() as i128).collect::<Vec<_>>()
    });
    lines.filter(|line| !line.is_empty()).collect()
}

/// The same workbook with 1 as the cached value of every formula.
fn forget(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().to_string();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        let mut parts = text.split("</f><v>");
        let mut forgetful = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let rest = part.find('<').map_or("", |end| &part[end..]);
            forgetful += &format!("</f><v>1{rest}");
        }
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(forgetful.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

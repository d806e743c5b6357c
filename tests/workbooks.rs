//! Workbooks in: what Excel, LibreOffice and openpyxl save is read like the CSV file of the same rows.

mod common;
mod support;

use biaobu::input::{self, Encoding, Options, Portfolio, Source};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

const DATE: &str = "yyyy-mm-dd";

/// A workbook of one sheet 成果, below a title row, with the header in row 3.
fn achievements(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("成果").expect("a name");
    sheet.write(0, 0, "2022年度标准化成果一览表").expect("a title");
    for (column, header) in
        ["编号", "申报单位", "类别", "级别", "制修订", "起草单位排名", "日期", "备注"].iter().enumerate()
    {
        sheet.write(2, u16::try_from(column).expect("few"), *header).expect("a header");
    }
    fill(sheet);
    book.save_to_buffer().expect("a workbook")
}

/// One row of text cells from column A on.
fn row(sheet: &mut Worksheet, row: u32, cells: &[&str]) {
    for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
        sheet.write_string(row, u16::try_from(column).expect("few"), *cell).expect("a cell");
    }
}

fn read_with(bytes: Vec<u8>, options: &Options) -> Result<Portfolio, Vec<input::InputError>> {
    let rules = support::shipped();
    let source = Source { name: "成果.xlsx".to_owned(), bytes };
    input::read_portfolio(&rules.vocabulary, &[source], None, options)
}

fn read(bytes: Vec<u8>) -> Portfolio {
    read_with(bytes, &Options::default()).expect("readable")
}

/// `row place: message` of every mistake.
fn mistakes(portfolio: &Portfolio) -> Vec<String> {
    let all = portfolio.invalid.iter().flat_map(|row| row.mistakes.iter().map(move |mistake| (row.row, mistake)));
    all.map(|(row, mistake)| format!("{row} {}: {}", mistake.cell.as_deref().unwrap_or("-"), mistake.message.en))
        .collect()
}

fn date(sheet: &mut Worksheet, row: u32, column: u16, year: u16, month: u8, day: u8) {
    let day = ExcelDateTime::from_ymd(year, month, day).expect("a day");
    sheet.write_with_format(row, column, &day, &Format::new().set_num_format(DATE)).expect("a date");
}

#[test]
fn dates_numbers_titles_and_blank_rows_are_read_as_they_are_meant() {
    let portfolio = read(achievements(|sheet| {
        row(sheet, 3, &["A1", "甲公司", "标准制修订", "国家", "制定"]);
        sheet.write(3, 5, 1).expect("a number");
        date(sheet, 3, 6, 2021, 6, 30);
        row(sheet, 5, &["A2", "甲公司", "标准制修订", "行业", "修订", "1", "2021年6月30日", "数字存成文本"]);
        sheet.write_formula(6, 0, Formula::new("=\"A\"&3").set_result("A3")).expect("a formula");
        row(sheet, 6, &["", "甲公司", "标准制修订", "国际", "制定"]);
        sheet.write_formula(6, 5, Formula::new("=1+1").set_result("2")).expect("a formula");
    }));
    assert_eq!(mistakes(&portfolio), [""; 0]);
    assert_eq!(portfolio.inputs[0].encoding, Encoding::Xlsx);
    assert_eq!(portfolio.inputs[0].sheet.as_deref(), Some("成果"));
    let rules = support::shipped();
    let known = rules.vocabulary.known();
    let rows: Vec<_> = portfolio.applicants[0]
        .achievements
        .iter()
        .map(|row| {
            let date = row.facts.date(known.date).map(|date| date.to_string());
            (row.id.as_str(), row.row, row.facts.integer(known.rank), date)
        })
        .collect();
    let day = Some("2021-06-30".to_owned());
    assert_eq!(rows, [("A1", 4, Some(1), day.clone()), ("A2", 6, Some(1), day), ("A3", 7, Some(2), None)]);
    assert_eq!(portfolio.applicants[0].achievements[1].extra, [("备注".to_owned(), "数字存成文本".to_owned())]);
}

#[test]
fn cells_that_cannot_be_trusted_are_named_by_their_place() {
    let portfolio = read(achievements(|sheet| {
        sheet.write(3, 0, 20_210_001).expect("a number");
        row(sheet, 3, &["", "甲公司", "试点示范"]);
        row(sheet, 4, &["A2", "甲公司", "试点示范", "省标准"]);
        row(sheet, 5, &["A3", "甲公司", "试点示范"]);
        sheet.write_formula(5, 5, Formula::new("=1/0").set_result("#DIV/0!")).expect("a formula");
        row(sheet, 6, &["A4", "甲公司", "试点示范"]);
        sheet.write(6, 6, true).expect("a truth");
        row(sheet, 7, &["A5", "", "试点示范"]);
        sheet.write(7, 1, 913_101_150_000_000_000_i64).expect("a number");
    }));
    let told = mistakes(&portfolio);
    assert_eq!(told.len(), 5, "{told:#?}");
    assert!(told[0].starts_with("4 成果!A4: \"编号\" is stored as a number (20210001)"), "{}", told[0]);
    assert!(told[1].starts_with("5 成果!D5: "), "{}", told[1]);
    assert!(told[2].starts_with("6 成果!F6: ") && told[2].contains("#DIV/0!"), "{}", told[2]);
    assert!(told[3].starts_with("7 成果!G7: "), "{}", told[3]);
    assert!(told[4].starts_with("8 成果!B8: \"申报单位\" is stored as a number"), "{}", told[4]);
}

#[test]
fn merged_cells_hold_for_every_row_of_them() {
    let portfolio = read(achievements(|sheet| {
        sheet.merge_range(3, 1, 5, 1, "甲公司", &Format::new()).expect("a region");
        for line in 3..6 {
            row(sheet, line, &["", "", "试点示范", "国家"]);
        }
        row(sheet, 6, &["", "乙公司", "试点示范", "国家"]);
    }));
    assert_eq!(mistakes(&portfolio), [""; 0]);
    let units: Vec<_> = portfolio.applicants.iter().map(|unit| (unit.name.as_str(), unit.achievements.len())).collect();
    assert_eq!(units, [("甲公司", 3), ("乙公司", 1)]);
    assert!(portfolio.notices.iter().any(|notice| notice.message.en.contains("B4:B6")), "{:?}", portfolio.notices);
}

#[test]
fn a_workbook_brings_its_own_applicants_and_no_other_table_vanishes() {
    let mut book = Workbook::new();
    let other = book.add_worksheet().set_name("去年").expect("a name");
    row(other, 0, &["编号", "类别"]);
    let sheet = book.add_worksheet().set_name("成果").expect("a name");
    row(sheet, 0, &["编号", "申报单位", "类别"]);
    row(sheet, 1, &["A1", "甲公司", "试点示范"]);
    let units = book.add_worksheet().set_name("单位").expect("a name");
    row(units, 0, &["申报单位", "注册地"]);
    row(units, 1, &["甲公司", "天津市"]);
    let bytes = book.save_to_buffer().expect("a workbook");
    let portfolio = read(bytes.clone());
    let rules = support::shipped();
    let region = rules.vocabulary.known().region;
    assert_eq!(portfolio.applicants[0].facts.text(region), Some("天津市"));
    assert_eq!(
        portfolio.inputs.iter().map(|input| input.sheet.as_deref()).collect::<Vec<_>>(),
        [Some("成果"), Some("单位")]
    );
    assert!(portfolio.notices.iter().any(|notice| notice.message.zh.contains("“去年”")), "{:?}", portfolio.notices);
    let chosen =
        |sheet: &str| read_with(bytes.clone(), &Options { sheet: Some(sheet.to_owned()), ..Options::default() });
    assert_eq!(chosen("去年").expect("readable").inputs[0].rows, 0);
    let plain = Source { name: "a.csv".to_owned(), bytes: "id,kind\nA,pilot\n".into() };
    let options = Options { sheet: Some("去年".to_owned()), ..Options::default() };
    let read = input::read_portfolio(&rules.vocabulary, &[plain], None, &options).expect("readable");
    assert!(read.notices.iter().any(|notice| notice.message.en.contains("--sheet")), "{:?}", read.notices);
    let errors = chosen("明年").expect_err("no such sheet");
    assert!(errors[0].message.en.contains("去年、成果、单位"), "{}", errors[0]);
}

/// A small file that unpacks to gigabytes, a cell at the far end, and bytes that only begin like a workbook.
#[test]
fn hostile_files_end_in_an_error() {
    let far = achievements(|sheet| {
        sheet.write(1_048_575, 16_383, "x").expect("a cell");
    });
    let errors = read_with(far, &Options::default()).expect_err("too far");
    assert!(errors[0].message.en.contains("XFD1048576"), "{}", errors[0]);
    for bytes in [b"PK\x03\x04rest".to_vec(), b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest".to_vec()] {
        let errors = read_with(bytes, &Options::default()).expect_err("no workbook");
        assert!(errors[0].message.en.contains("workbook"), "{}", errors[0]);
    }
}

/// The template, as written, is read back without a word to say about it, and its example row counts.
#[test]
fn templates_are_read_back() {
    let folder = common::folder::<&str>(&[]);
    for policy in &support::shipped().policies {
        let id = &policy.id;
        let written = common::biaobu(folder.path(), &format!("template -o {id}.xlsx --policy {id}"));
        assert_eq!(written.code, Some(0), "{}", written.err);
        let ran =
            common::biaobu(folder.path(), &format!("estimate {id}.xlsx --policy {id} --year 2022 --format ndjson"));
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{id}");
        let result: serde_json::Value = serde_json::from_str(ran.out.lines().next().expect("a result")).expect("JSON");
        assert_eq!(result["items"].as_array().map(Vec::len), Some(1), "{id}");
        assert_eq!(result["items"][0]["warnings"], serde_json::json!([]), "{id}");
    }
}

/// Wherever a person reads of unreadable rows, the cell of the workbook is named. CSV names row and column: the result
/// of a workbook is that of the CSV file of the same rows.
#[test]
fn the_cell_is_named() {
    let book = achievements(|sheet| row(sheet, 3, &["A1", "甲公司", "试点示范", "省标准"]));
    let folder = common::folder(&[("book.xlsx", book)]);
    for format in ["table", "json", "ndjson", "markdown", "html"] {
        let args = format!("estimate book.xlsx --policy tianjin-2021 --year 2022 --format {format}");
        let ran = common::biaobu(folder.path(), &args);
        assert_eq!(ran.code, Some(1), "{format}");
        assert!(ran.out.contains("成果!D4"), "{format}: {}", ran.out);
    }
}

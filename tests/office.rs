//! Files made by real programs: LibreOffice turns the fixtures into workbooks and openpyxl writes one; each must give
//! the same result as the CSV file. Skipped, with a word, where a program is missing; `.ci/run` installs them.

mod support;

use std::path::Path;
use std::process::Command;

fn fixture(name: &str) -> String {
    format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The result as CSV, without the column that names the file.
fn result(achievements: &Path, applicants: Option<&str>, policy: &str) -> Vec<Vec<String>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_biaobu"));
    command.args(["estimate", "--year", "2022", "--param", "fund_total=400万", "--lang", "zh", "--format", "csv"]);
    command.args(["--policy", policy]).arg(achievements);
    if let Some(applicants) = applicants {
        command.args(["--applicants", applicants]);
    }
    let output = command.output().expect("the program runs");
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&output.stderr));
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    let path = reader.headers().expect("a header").iter().position(|name| name == "path").expect("a path");
    let records = reader.records().map(|record| record.expect("a record"));
    records
        .map(|record| {
            let cells = record.iter().enumerate().filter(|(place, _)| *place != path);
            cells.map(|(_, cell)| cell.to_owned()).collect()
        })
        .collect()
}

#[test]
fn workbooks_of_libreoffice_read_like_the_csv_file() {
    if !support::is_there("soffice", &["--version"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for (name, applicants, policy) in
        [("portfolio", Some(fixture("applicants.csv")), "auto"), ("mistakes", None, "tianjin-2021")]
    {
        let csv = fixture(&format!("{name}.csv"));
        let expected = result(Path::new(&csv), applicants.as_deref(), policy);
        assert!(expected.len() > 20, "{}", expected.len());
        for format in ["xlsx", "xls", "ods"] {
            // Comma, double quotes, UTF-8, every cell as text.
            let converted = Command::new("soffice")
                .arg(format!("-env:UserInstallation=file://{}", folder.path().join("profile").display()))
                .args(["--headless", "--convert-to", format, "--infilter=CSV:44,34,76,1,,0,false,true,false"])
                .arg("--outdir")
                .args([folder.path().as_os_str(), csv.as_ref()])
                .output()
                .expect("LibreOffice runs");
            let book = folder.path().join(format!("{name}.{format}"));
            assert!(book.exists(), "{format}: {}", String::from_utf8_lossy(&converted.stderr));
            assert_eq!(result(&book, applicants.as_deref(), policy), expected, "{name}.{format}");
        }
    }
}

/// Real dates, real numbers, a title, blank rows, formulas with and without results.
#[test]
fn a_workbook_of_openpyxl_reads_like_the_csv_file() {
    if !support::is_there("python3", &["-c", "import openpyxl"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let script = r#"
import csv, datetime, re, sys
import openpyxl
rows = list(csv.reader(open(sys.argv[1], encoding='utf-8')))
book = openpyxl.Workbook()
sheet = book.active
sheet.title = '成果'
sheet['A1'] = '成果一览表'
sheet.merge_cells('A1:F1')
for row in rows:
    cells = []
    for header, cell in zip(rows[0], row):
        day = re.fullmatch(r'(\d{4})-(\d\d)-(\d\d)', cell)
        if day:
            cell = datetime.date(*map(int, day.groups()))
        elif header in ('rank', 'quantity', 'adopters') and cell.isdigit():
            cell = int(cell)
        elif header == 'cost' and cell.isdigit():
            cell = float(cell)
        cells.append(cell if cell != '' else None)
    sheet.append(cells)
book.save(sys.argv[2])
"#;
    let (csv, book) = (fixture("portfolio.csv"), folder.path().join("book.xlsx"));
    let run = Command::new("python3").args(["-c", script, &csv]).arg(&book).output().expect("python runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let applicants = fixture("applicants.csv");
    // The title moves every row down by one.
    let row = |cells: &Vec<String>| cells[5].parse::<u64>().expect("a row number");
    let expected = result(Path::new(&csv), Some(&applicants), "auto");
    let found = result(&book, Some(&applicants), "auto");
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(row(found), row(expected) + 1);
        let but_row = |cells: &Vec<String>| {
            cells.iter().enumerate().filter(|(at, _)| *at != 5).map(|(_, c)| c.clone()).collect::<Vec<_>>()
        };
        assert_eq!(but_row(found), but_row(expected));
    }
}

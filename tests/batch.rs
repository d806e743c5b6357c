//! The fast path comes to the same as the plain one: rulings that serve many rows, rows in compact form, several threads,
//! and files that are computed while they are read change nothing.

mod support;

#[path = "../examples/portfolio/generator/mod.rs"]
#[allow(dead_code, reason = "this test uses its part")]
mod generator;

use std::sync::{Arc, LazyLock};

use biaobu::engine::{self, Application};
use biaobu::input::{Options, Source};
use biaobu::lang::Lang;
use biaobu::output::batch::{Aside, Batch, Lines, Stopped, Told};
use biaobu::output::summary::{Form, Summary};
use biaobu::output::{Job, csv, json};
use biaobu::rules::Rules;
use generator::{Generator, Settings};
use serde_json::Value;

static RULES: LazyLock<Rules> = LazyLock::new(support::shipped);

/// Rows of every kind and place with mistakes and quotes, and their applicants.
fn generated(rows: u64, seed: u64, sorted: bool) -> (Source, Source) {
    let settings = Settings { rows, applicants: rows / 8 + 1, seed, bad: 30_000, quotes: 50_000 };
    let generator = Generator::new(settings).expect("settings");
    let (mut text, mut units) = (generator.header(), generator.applicants_header());
    let mut writer = generator.rows();
    generator.order(sorted).for_each(|row| writer.write(row, &mut text));
    (0..generator.applicants()).for_each(|unit| generator.write_applicant(unit, &mut units));
    (support::text("rows.csv", &text), support::text("units.csv", &units))
}

/// Several years, or the same with calls.
fn applications(years: &[i16], calls: bool) -> Vec<Application> {
    Application { calls, ..Application::default() }.in_years(years.iter().copied())
}

fn batch(applications: Vec<Application>, policies: Vec<usize>, threads: usize) -> Batch<'static> {
    Batch {
        vocabulary: &RULES.vocabulary,
        policies: RULES.policies.iter().collect(),
        choose: Box::new(move |_| policies.clone()),
        needs_region: false,
        applications,
        lang: Lang::Zh,
        threads,
    }
}

/// The kinds of lines that can be written while a file is read: items as CSV, results as NDJSON, summary.
const FORMS: [&str; 3] = ["csv", "ndjson", "summary"];

fn lines(form: &str, several_inputs: bool, extra: Arc<[String]>) -> Box<dyn Lines> {
    match form {
        "csv" => Box::new(csv::Items::new(&RULES.vocabulary, Lang::Zh, extra, false)),
        "ndjson" => Box::new(json::Entries::new(&RULES.vocabulary, Lang::Zh, several_inputs)),
        "document" => Box::new(Summary::new(Form::Json, Lang::Zh, &[])),
        _ => Box::new(Summary::new(Form::Csv(false), Lang::Zh, &[])),
    }
}

fn whole(batch: &Batch<'_>, files: &[Source], units: Option<&Source>, form: &str) -> (String, Told) {
    let ledger = support::ledger(&RULES, files, units);
    let mut out = Vec::new();
    let aside = Aside { errors: &mut |_| Ok(()), done: &mut |_| {} };
    let several = files.len() + usize::from(units.is_some()) > 1;
    let told =
        batch.write(&ledger, &|extra| lines(form, several, extra), &mut out, aside).expect("memory can be written to");
    (String::from_utf8(out).expect("text"), told)
}

/// The same from a stream that hands out a few bytes at a time.
fn grouped(batch: &Batch<'_>, file: &Source, units: Option<&Source>, form: &str) -> Result<String, Stopped> {
    let (mut out, mut later) = (Vec::new(), Vec::new());
    let mut seen = std::collections::HashSet::new();
    let aside = Aside { errors: &mut |_| Ok(()), done: &mut |_| {} };
    let options = Options { threads: batch.threads, ..Options::default() };
    let (files, units) = ([file.stream()], units.map(Source::stream));
    batch.write_grouped(
        (&files, units.as_ref()),
        &options,
        &|extra| lines(form, true, extra),
        (&mut out, &mut later),
        &mut |hash| Ok(!seen.insert(hash)),
        aside,
    )?;
    out.extend(later);
    Ok(String::from_utf8(out).expect("text"))
}

/// The results of the plain path: every row in full, every row ruled on by itself.
fn plain(files: &[Source], units: Option<&Source>, applications: &[Application], policies: &[usize]) -> Value {
    let portfolio = support::portfolio(&RULES, files, units);
    let mut report = support::report(&RULES, &portfolio, 2022, None, |_, _| true);
    report.years = applications.iter().map(|application| application.year).collect();
    report.calls = applications.iter().any(|application| application.calls);
    report.jobs = portfolio
        .applicants
        .iter()
        .map(|applicant| Job { applicant, policies: policies.iter().map(|index| &RULES.policies[*index]).collect() })
        .collect();
    let mut out = Vec::new();
    json::write(&report, &mut out).expect("memory can be written to");
    serde_json::from_slice(&out).expect("JSON")
}

/// Every line as JSON: results, then unreadable rows, in the form of the whole document.
fn document(lines: &str) -> (Vec<Value>, Vec<Value>) {
    let values = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let (invalid, results): (Vec<Value>, Vec<Value>) = values.partition(|value| value.get("invalid").is_some());
    (results, invalid.into_iter().map(|mut value| value["invalid"].take()).collect())
}

#[track_caller]
fn agree(files: &[Source], units: Option<&Source>, years: &[i16], calls: bool, policies: &[usize]) {
    let applications = applications(years, calls);
    let expected = plain(files, units, &applications, policies);
    let batch = batch(applications, policies.to_vec(), 2);
    let (results, invalid) = document(&whole(&batch, files, units, "ndjson").0);
    let expected_results = expected["results"].as_array().expect("a list");
    assert_eq!(results.len(), expected_results.len());
    for (found, expected) in results.iter().zip(expected_results) {
        assert_eq!(found, expected, "{} {}", expected["applicant"], expected["policy"]);
    }
    assert_eq!(&invalid, expected["invalid"].as_array().expect("a list"));
}

#[test]
fn every_policy_and_year() {
    let (rows, units) = generated(3000, 1, false);
    for policy in 0..RULES.policies.len() {
        for year in [2019, 2021, 2022] {
            agree(std::slice::from_ref(&rows), Some(&units), &[year], false, &[policy]);
        }
    }
}

#[test]
fn calls_and_runs_and_all_policies_at_once() {
    let (rows, units) = generated(1500, 2, false);
    let all: Vec<usize> = (0..RULES.policies.len()).collect();
    agree(std::slice::from_ref(&rows), Some(&units), &[2022], true, &all);
    agree(std::slice::from_ref(&rows), Some(&units), &[2020, 2021, 2022], false, &all);
}

#[test]
fn the_fixtures_and_files_with_every_mistake() {
    let all: Vec<usize> = (0..RULES.policies.len()).collect();
    let files =
        ["portfolio.csv", "mistakes.csv", "xiamen-gbk.csv"].map(|name| support::file(&format!("fixtures/{name}")));
    let units = support::file("fixtures/applicants.csv");
    agree(&files, Some(&units), &[2022], false, &all);
    agree(&[support::file("tests/data/mistakes.csv")], None, &[2022], false, &all);
}

#[test]
fn threads_change_nothing() {
    let (rows, units) = generated(30_000, 3, false);
    let files = std::slice::from_ref(&rows);
    for form in FORMS {
        let of =
            |threads| whole(&batch(applications(&[2022], false), vec![0, 5], threads), files, Some(&units), form).0;
        let one = of(1);
        assert!(one.lines().count() > 1000, "{form}");
        assert!(one == of(2) && one == of(5), "{form}");
    }
    let of =
        |threads| whole(&batch(applications(&[2022], false), vec![0, 5], threads), files, Some(&units), "document").0;
    let document: Value = serde_json::from_str(&of(3)).expect("JSON");
    assert_eq!(document, serde_json::from_str::<Value>(&of(1)).expect("JSON"));
    let summary = whole(&batch(applications(&[2022], false), vec![0, 5], 1), files, Some(&units), "summary").0;
    assert_eq!(document["results"].as_array().expect("a list").len(), summary.lines().count() - 1);
}

#[test]
fn a_grouped_file_computed_while_it_is_read() {
    let (rows, units) = generated(40_000, 4, true);
    let rows = with_columns_that_nobody_knows(&rows);
    for (form, threads) in FORMS.into_iter().flat_map(|form| [(form, 1), (form, 3)]) {
        let batch = batch(applications(&[2022], false), vec![0, 5], threads);
        let streamed = grouped(&batch, &rows, Some(&units), form).expect("it is grouped");
        let at_once = whole(&batch, std::slice::from_ref(&rows), Some(&units), form).0;
        assert!(form == "summary" || at_once.contains("有,逗号") && at_once.contains("第8行"), "{form}");
        // Nobody looks at other applicants while the file is read.
        let without = |text: &str| text.lines().map(shared_warning_cut).collect::<Vec<_>>().join("\n");
        assert!(without(&streamed) == without(&at_once), "{form} {threads}");
    }
}

/// The same rows with two more columns, the second of them mostly blank.
fn with_columns_that_nobody_knows(rows: &Source) -> Source {
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(rows.bytes.as_slice());
    let mut writer = ::csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for (number, record) in reader.records().enumerate() {
        let mut record = record.expect("text");
        let (first, second) = match number {
            0 => ("备注一".to_owned(), "备注二"),
            _ => (format!("第{number}行"), if number % 7 == 0 { "有,逗号" } else { "" }),
        };
        record.push_field(&first);
        record.push_field(second);
        writer.write_record(&record).expect("memory can be written to");
    }
    support::text("rows.csv", &String::from_utf8(writer.into_inner().expect("memory")).expect("text"))
}

/// A line without the warnings about standards that others claim as well.
fn shared_warning_cut(line: &str) -> String {
    let mut line = line.to_owned();
    while let Some(at) = line.find("也由“") {
        let begin = line[..at].rfind("标准“").expect("the sentence's beginning");
        let end = at + line[at..].find("请核对排名和本地单位排名").expect("its end") + "请核对排名和本地单位排名".len();
        line.replace_range(begin..end, "");
    }
    line.replace("\"\"", "").replace("；,", ",").replace(",；", ",").replace("[,", "[").replace(",]", "]")
}

#[test]
fn a_file_that_is_not_grouped_is_an_error() {
    let (rows, _) = generated(2000, 5, false);
    let batch = batch(applications(&[2022], false), vec![5], 2);
    let stopped = grouped(&batch, &rows, None, "summary").expect_err("it is not grouped");
    assert!(
        matches!(&stopped, Stopped::Input(errors) if errors[0].message.en.contains("stand together")),
        "{stopped:?}"
    );
    // However far apart: the first unit comes again at the end.
    let (sorted, _) = generated(30_000, 5, true);
    let text = String::from_utf8(sorted.bytes).expect("text");
    let first = text.lines().nth(1).expect("a row").replacen(',', "x,", 1);
    let again = support::text("again.csv", &format!("{text}{first}\n"));
    let stopped = grouped(&batch, &again, None, "summary").expect_err("it is not grouped");
    assert!(matches!(&stopped, Stopped::Input(errors) if errors[0].message.en.contains("row 30002")), "{stopped:?}");
}

#[test]
fn a_million_mistakes_are_counted_by_column() {
    let (rows, _) = generated(20_000, 6, false);
    let batch = batch(applications(&[2022], false), vec![5], 2);
    let told = whole(&batch, std::slice::from_ref(&rows), None, "summary").1;
    assert!(told.invalid > 100 && told.first.len() == 100 && told.by_column.len() > 3, "{}", told.invalid);
    for (column, (count, first)) in &told.by_column {
        assert!(*count >= first.len() as u64 && !first.is_empty() && first.len() <= 3, "{column}");
    }
}

/// The ruling on a row does not depend on which other rows came before it.
#[test]
fn what_an_evaluator_remembers_changes_nothing() {
    let (rows, units) = generated(2000, 7, false);
    let ledger = support::ledger(&RULES, &[rows], Some(&units));
    let applications = applications(&[2022], false);
    for policy in &RULES.policies {
        let mut remembers = engine::Evaluator::new(&RULES.vocabulary, &[policy], &applications);
        for place in (0..ledger.len()).rev() {
            let page = ledger.page(place..place + 1);
            let unit = page.unit(place);
            let found = remembers.evaluate(&unit, &[0]).remove(0).remove(0).itemize();
            let afresh = engine::evaluate(&RULES.vocabulary, policy, &ledger.applicant(place), &applications[0]);
            assert_eq!(format!("{found:?}"), format!("{afresh:?}"), "{} {}", policy.id, ledger.name(place));
        }
    }
}

//! The portfolio of README: its totals were worked out by hand from the official texts, unit by unit.

mod support;

use biaobu::engine::result::{Op, Status};
use support::wan;

#[test]
fn totals_are_those_worked_out_by_hand() {
    let rules = support::shipped();
    let applicants = support::file("fixtures/applicants.csv");
    let portfolio = support::portfolio(&rules, &[support::file("fixtures/portfolio.csv")], Some(&applicants));
    let mut report = support::report(&rules, &portfolio, 2022, None, |policy, place| policy.covers(place));
    report.parameters.insert("fund_total".to_owned(), wan("400"));
    let found: Vec<(String, _, _)> = report
        .evaluations()
        .map(|e| (e.applicant.achievements[0].id[..3].to_owned(), e.result.total, e.result.potential_total))
        .collect();
    let expected = [
        ("BJ1", "156.5", "176.5"),
        ("BJ2", "170", "170"),
        ("TJ1", "75", "75"),
        ("TJ2", "15", "19"),
        ("XM1", "130.5", "130.5"),
        ("XM2", "78", "78"),
        ("FS1", "195", "195"),
        ("FS2", "0", "0"),
        ("LY1", "190", "200"),
        ("ZZ1", "109", "159"),
        ("WH1", "100", "100"),
        ("LC1", "260", "270"),
        ("ZH1", "770", "830"),
        ("HP1", "365", "465"),
    ]
    .map(|(unit, total, potential)| (unit.to_owned(), wan(total), wan(potential)));
    assert_eq!(found, expected);
    assert_eq!(portfolio.invalid.len(), 0);
    assert_eq!(report.evaluations().map(|e| e.result.items.len()).sum::<usize>(), 162);
}

/// Every status and every step that lowers an amount occurs, so that the portfolio shows what the program does.
#[test]
fn every_mechanism_binds_at_least_once() {
    let rules = support::shipped();
    let applicants = support::file("fixtures/applicants.csv");
    let portfolio = support::portfolio(&rules, &[support::file("fixtures/portfolio.csv")], Some(&applicants));
    let mut report = support::report(&rules, &portfolio, 2022, None, |policy, place| policy.covers(place));
    report.parameters.insert("fund_total".to_owned(), wan("400"));
    let items: Vec<_> = report.evaluations().flat_map(|evaluation| evaluation.result.items).collect();
    for status in Status::ALL {
        assert!(items.iter().any(|item| item.status == status), "{}", status.id());
    }
    let ops: Vec<&str> = items.iter().flat_map(|item| &item.steps).map(|step| step.op.id()).collect();
    for op in ["base", "maximum", "quantity", "share", "cost_limit", "prior_money", "duplicate", "selection", "cap"] {
        assert!(ops.contains(&op), "{op}");
    }
    let divided = |op: &Op| matches!(op, Op::Share { among: Some(count), .. } if *count > 1);
    assert!(items.iter().flat_map(|item| &item.steps).any(|step| divided(&step.op)));
}

#[test]
fn a_gbk_file_with_chinese_headers_reads_like_any_other() {
    let rules = support::shipped();
    let portfolio = support::portfolio(&rules, &[support::file("fixtures/xiamen-gbk.csv")], None);
    let report = support::report(&rules, &portfolio, 2022, None, |policy, _| policy.id == "xiamen-2020");
    let result = report.evaluations().next().expect("one unit").result;
    assert_eq!((result.total, result.potential_total), (wan("279.25"), wan("294.25")));
    assert_eq!(portfolio.inputs[0].encoding.name(), "GB18030");
}

#[test]
fn the_mistakes_file_loses_no_row() {
    let rules = support::shipped();
    let portfolio = support::portfolio(&rules, &[support::file("fixtures/mistakes.csv")], None);
    let mut rows: Vec<u64> = portfolio.invalid.iter().map(|row| row.row).collect();
    assert_eq!(rows, [3, 4, 6, 7, 8, 10, 11, 12, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
    rows.extend(portfolio.applicants.iter().flat_map(|applicant| &applicant.achievements).map(|row| row.row));
    rows.sort_unstable();
    // Record 13 is blank.
    assert_eq!(rows, (2..=25).filter(|row| *row != 13).collect::<Vec<_>>());
}

//! The generator of trial files, `examples/portfolio`: the same bytes for ever, and nothing in them that cannot be read.

mod support;

#[path = "../examples/portfolio/generator/mod.rs"]
mod generator;

use std::collections::HashSet;
use std::sync::LazyLock;

use biaobu::input::Portfolio;
use biaobu::rules::Rules;
use biaobu::vocabulary::FactId;
use generator::{Generator, Settings};
use sha2::{Digest, Sha256};
use support::text;

const ROWS: u64 = 5000;
const APPLICANTS: u64 = 500;
const PLAIN: Settings = Settings { rows: ROWS, applicants: APPLICANTS, seed: 7, bad: 0, quotes: 0 };

static RULES: LazyLock<Rules> = LazyLock::new(support::shipped);

fn file(settings: Settings, sorted: bool) -> String {
    let generator = Generator::new(settings).unwrap();
    let mut text = generator.header();
    let mut rows = generator.rows();
    generator.order(sorted).for_each(|row| rows.write(row, &mut text));
    text
}

fn applicants(settings: Settings) -> String {
    let generator = Generator::new(settings).unwrap();
    let mut text = generator.applicants_header();
    (0..generator.applicants()).for_each(|unit| generator.write_applicant(unit, &mut text));
    text
}

fn read(rows: &str, units: Option<&str>) -> Portfolio {
    let units = units.map(|units| text("units.csv", units));
    support::portfolio(&RULES, &[text("rows.csv", rows)], units.as_ref())
}

/// The cells of a column of text.
fn texts(portfolio: &Portfolio, column: FactId) -> impl Iterator<Item = &str> {
    let rows = portfolio.applicants.iter().flat_map(|unit| &unit.achievements);
    rows.filter_map(move |row| row.facts.text(column))
}

/// Figures that others have measured on a file stand for that file: never change the hash without need.
#[test]
fn the_same_seed_gives_the_same_bytes_for_ever() {
    let hash = |text: String| Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(hash(file(PLAIN, false)), "870ae02be3d2d8ff4e4692c11318365d026d0c6c9ae73a3bb2de5721e355004a");
    assert_eq!(hash(applicants(PLAIN)), "9e12127d545a517429606d0d1348c44b2925ab263feddffbfd89e9487ad5fb47");
    assert_ne!(file(PLAIN, false), file(Settings { seed: 8, ..PLAIN }, false));
}

#[test]
fn the_sorted_file_has_the_same_rows_unit_by_unit() {
    let (unsorted, sorted) = (file(PLAIN, false), file(PLAIN, true));
    let unit = |line: &str| line.split(',').nth(1).unwrap_or_default().to_owned();
    let mut seen = Vec::new();
    for line in unsorted.lines().skip(1) {
        if !seen.contains(&unit(line)) {
            seen.push(unit(line));
        }
    }
    let grouped = seen.iter().flat_map(|name| unsorted.lines().filter(move |line| unit(line) == *name));
    assert_eq!(sorted.lines().skip(1).collect::<Vec<_>>(), grouped.collect::<Vec<_>>());
}

#[test]
fn every_row_can_be_read_and_joins_its_unit() {
    let (rows, units) = (file(PLAIN, false), applicants(PLAIN));
    let portfolio = read(&rows, Some(&units));
    assert_eq!(portfolio.invalid, []);
    assert_eq!(portfolio.notices, []);
    assert_eq!(portfolio.inputs[0].rows, ROWS);
    assert_eq!(portfolio.applicants.len() as u64, APPLICANTS);
    let kind = RULES.vocabulary.known().kind;
    let kinds: HashSet<_> =
        portfolio.applicants.iter().flat_map(|unit| &unit.achievements).map(|row| row.facts.code(kind)).collect();
    assert_eq!(kinds.len(), RULES.vocabulary.fact(kind).values.len(), "a kind is missing");
}

#[test]
fn mistakes_are_found_and_leave_the_other_rows_alone() {
    let bad = file(Settings { bad: 20_000, ..PLAIN }, false);
    let invalid = read(&bad, None).invalid.len();
    assert!((60..140).contains(&invalid), "{invalid}");
    let changed = file(PLAIN, false).lines().zip(bad.lines()).filter(|(plain, bad)| plain != bad).count();
    assert!((invalid..invalid + 5).contains(&changed), "{changed} rows changed, {invalid} of them unreadable");
}

#[test]
fn quoted_titles_are_read() {
    let text = file(Settings { quotes: 50_000, ..PLAIN }, false);
    let portfolio = read(&text, None);
    assert_eq!(portfolio.invalid, []);
    assert_eq!(portfolio.inputs[0].rows, ROWS);
    for part in [",", "\"", "\n"] {
        let found = texts(&portfolio, RULES.vocabulary.known().title).filter(|title| title.contains(part)).count();
        assert!((50..300).contains(&found), "{found} titles with {part:?}");
    }
}

#[test]
fn names_differ_and_everyone_has_a_row() {
    for (rows, applicants) in [(1, 1), (3, 3), (40_000, 20_000)] {
        let generator = Generator::new(Settings { rows, applicants, ..PLAIN }).unwrap();
        let mut text = String::new();
        (0..applicants).for_each(|unit| generator.write_applicant(unit, &mut text));
        let names: HashSet<&str> = text.lines().filter_map(|line| line.split(',').next()).collect();
        assert_eq!(names.len() as u64, applicants);
        let rows_of: HashSet<u64> = generator.order(false).collect();
        assert_eq!(rows_of, (0..rows).collect());
        assert_eq!(generator.order(true).collect::<HashSet<u64>>(), rows_of);
    }
    assert!(Generator::new(Settings { rows: 2, applicants: 3, ..PLAIN }).is_err());
    assert!(Generator::new(Settings { rows: 2, applicants: 0, ..PLAIN }).is_err());
}

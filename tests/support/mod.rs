//! What several test files need: the shipped rules, and portfolios evaluated without a process.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod mutants;

use std::collections::BTreeMap;

use biaobu::input::{self, Ledger, Options, Portfolio, Source};
use biaobu::lang::Lang;
use biaobu::money::Money;
use biaobu::output::batch::{Aside, Batch, MakeLines};
use biaobu::output::{Job, Report};
use biaobu::policy::Policy;
use biaobu::rules::{self, Rules};
use jiff::civil::Date;

/// The rules that ship inside the binary.
pub fn shipped() -> Rules {
    let (rules, findings) = rules::load(&rules::shipped());
    assert!(findings.0.is_empty(), "{:?}", findings.0);
    rules.expect("the shipped rules load")
}

/// A file of the repository.
pub fn file(path: &str) -> Source {
    let full = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    Source { name: path.to_owned(), bytes: std::fs::read(&full).unwrap_or_else(|error| panic!("{full}: {error}")) }
}

/// Text as a file.
pub fn text(name: &str, text: &str) -> Source {
    Source { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

/// Reads a portfolio that must be readable.
pub fn portfolio(rules: &Rules, achievements: &[Source], applicants: Option<&Source>) -> Portfolio {
    input::read_portfolio(&rules.vocabulary, achievements, applicants, &Options::default()).expect("readable")
}

/// The policy with this id.
pub fn policy<'a>(rules: &'a Rules, id: &str) -> &'a Policy {
    rules.policies.iter().find(|policy| policy.id == id).unwrap_or_else(|| panic!("no policy {id}"))
}

/// A report over every applicant under the policies that `choose` picks for it.
pub fn report<'a>(
    rules: &'a Rules,
    portfolio: &'a Portfolio,
    year: i16,
    on: Option<Date>,
    choose: impl Fn(&Policy, &str) -> bool,
) -> Report<'a> {
    let region = rules.vocabulary.known().region;
    let jobs = portfolio
        .applicants
        .iter()
        .map(|applicant| {
            let place = applicant.facts.text(region).unwrap_or_default();
            Job { applicant, policies: rules.policies.iter().filter(|policy| choose(policy, place)).collect() }
        })
        .collect();
    Report {
        vocabulary: &rules.vocabulary,
        portfolio,
        jobs,
        years: vec![year],
        on,
        parameters: BTreeMap::new(),
        ignore_validity: false,
        calls: false,
        lang: Lang::Zh,
        done: None,
    }
}

/// An amount in 万元.
pub fn wan(amount: &str) -> Money {
    biaobu::money::parse_money(&format!("{amount}万")).expect("an amount").money
}

/// The portfolio of README, evaluated as README does.
pub fn with_portfolio(lang: Lang, look: impl FnOnce(&Report<'_>)) {
    let rules = shipped();
    let applicants = file("fixtures/applicants.csv");
    let portfolio = portfolio(&rules, &[file("fixtures/portfolio.csv")], Some(&applicants));
    let mut report = report(&rules, &portfolio, 2022, None, |policy, place| policy.covers(place));
    report.parameters.insert("fund_total".to_owned(), wan("400"));
    report.lang = lang;
    look(&report);
}

/// What was read, in the compact form.
pub fn ledger<'r>(rules: &'r Rules, files: &[Source], applicants: Option<&Source>) -> Ledger<'r> {
    let streams: Vec<_> = files.iter().map(Source::stream).collect();
    let units = applicants.map(Source::stream);
    input::read_ledger(&rules.vocabulary, &streams, units.as_ref(), &Options::default()).expect("readable")
}

/// The same applications as the report's, every unit under these policies, two threads.
pub fn batch<'a>(rules: &'a Rules, report: &Report<'_>, policies: Vec<usize>) -> Batch<'a> {
    Batch {
        vocabulary: &rules.vocabulary,
        policies: rules.policies.iter().collect(),
        choose: Box::new(move |_| policies.clone()),
        needs_region: false,
        applications: report.applications(),
        lang: report.lang,
        threads: 2,
    }
}

/// What a batch writes.
pub fn batch_text(batch: &Batch<'_>, ledger: &Ledger<'_>, make: MakeLines<'_>) -> String {
    let mut out = Vec::new();
    let aside = Aside { errors: &mut |_| Ok(()), done: &mut |_| {} };
    batch.write(ledger, make, &mut out, aside).expect("memory can be written to");
    String::from_utf8(out).expect("results are text")
}

/// True if the program runs here.
pub fn is_there(program: &str, args: &[&str]) -> bool {
    let run = std::process::Command::new(program)
        .args(args)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status();
    let there = run.is_ok_and(|status| status.success());
    if !there {
        eprintln!("{program} {} is not at hand: skipped", args.join(" "));
    }
    there
}

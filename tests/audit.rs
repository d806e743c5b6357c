//! `biaobu audit`: forty planted errors are found as what they are, and nothing is found in a clean file.
//!
//! `fixtures/claims.csv` was written by hand from the official texts: its columns `planted`, `planted_granted` and
//! `by_hand` (yuan) say what every row is; for the program they are columns like any other that it does not know.

mod common;
mod support;

use std::collections::BTreeMap;

use biaobu::analysis::audit::{self, Audit, By, Class, Finding, Question, Sums, Weight};
use biaobu::engine::Application;
use biaobu::input::claims::{self, Cell};
use biaobu::input::{Portfolio, Source};
use biaobu::lang::Lang;
use biaobu::money::{Money, parse_money};
use biaobu::output::audit::AuditReport;
use biaobu::output::document::{self, Form};
use biaobu::output::terminal::Look;
use biaobu::policy::Policy;
use biaobu::rules::Rules;
use proptest::prelude::*;

use common::{Ran, biaobu, folder};

/// Audits a portfolio for 2022, each unit under the policy of its region.
fn audited<T>(rules: &Rules, portfolio: &Portfolio, by: By, look: impl FnOnce(&Audit<'_>, &claims::Claims) -> T) -> T {
    let claims = claims::read_claims(portfolio).expect("there are claims");
    let region = rules.vocabulary.known().region;
    let policy = |applicant: &biaobu::facts::Applicant| {
        let place = applicant.facts.text(region).unwrap_or_default();
        rules.policies.iter().find(|policy| policy.covers(place))
    };
    let policies: Vec<Option<&Policy>> = portfolio.applicants.iter().map(policy).collect();
    let parameters = BTreeMap::from([("fund_total".to_owned(), support::wan("400"))]);
    let application = Application { year: 2022, parameters, ..Application::default() };
    let question = Question {
        vocabulary: &rules.vocabulary,
        portfolio,
        claims: &claims,
        policies: &policies,
        application: &application,
        by,
    };
    look(&audit::audit(&question), &claims)
}

fn fixture(rules: &Rules, name: &str) -> Portfolio {
    let units = support::file("fixtures/claims-units.csv");
    support::portfolio(rules, &[support::file(name)], Some(&units))
}

/// A cell that the program does not know, of a row or of an unreadable one.
fn extra<'p>(portfolio: &'p Portfolio, audit: &Audit<'_>, finding: &Finding, header: &str) -> &'p str {
    let cells = if audit.unreadable.contains(finding) {
        &portfolio.invalid[finding.row.unwrap()].extra
    } else {
        let case = audit.cases.iter().position(|case| case.findings.iter().any(|own| std::ptr::eq(own, finding)));
        &portfolio.applicants[case.unwrap()].achievements[finding.row.unwrap()].extra
    };
    cells.iter().find(|(name, _)| name == header).map_or("", |(_, cell)| cell.as_str())
}

/// Every row is what its author planted, and its amount is the one worked out by hand.
fn as_planted(file: &str) -> Vec<Class> {
    let rules = support::shipped();
    let portfolio = fixture(&rules, file);
    audited(&rules, &portfolio, By::Row, |audit, _| {
        let mut wrong = Vec::new();
        for finding in audit.findings() {
            let of = |header| extra(&portfolio, audit, finding, header);
            let by_hand = parse_money(of("by_hand")).expect("an amount").money;
            let granted = finding.granted_class.map_or("", Class::id);
            if (finding.class.id(), granted, finding.computed) != (of("planted"), of("planted_granted"), by_hand) {
                wrong.push(format!("{finding:?}: planted {} {} {by_hand}", of("planted"), of("planted_granted")));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        audit.findings().map(|finding| finding.class).collect()
    })
}

#[test]
fn forty_planted_errors_are_found_as_what_they_are() {
    let classes = as_planted("fixtures/claims.csv");
    let count = |class: Class| classes.iter().filter(|found| **found == class).count();
    let errors: Vec<Class> = Class::ALL.into_iter().filter(|class| class.weight() == Weight::Error).collect();
    assert_eq!(errors.iter().map(|class| count(*class)).sum::<usize>(), 40);
    for class in Class::ALL {
        assert!(count(class) > 0, "{}", class.id());
    }
}

#[test]
fn a_clean_file_has_none() {
    let classes = as_planted("fixtures/claims-clean.csv");
    assert!(classes.iter().all(|class| class.weight() == Weight::Information));
    let rules = support::shipped();
    let portfolio = fixture(&rules, "fixtures/claims-clean.csv");
    assert!(audited(&rules, &portfolio, By::Row, |audit, _| audit.is_clean()));
}

/// The portfolio of README with an amount in every row: what `estimate` pays, or what `amount` makes of it.
fn claiming(rules: &Rules, amount: impl Fn(usize, Money) -> String) -> Portfolio {
    let applicants = support::file("fixtures/applicants.csv");
    let mut portfolio = support::portfolio(rules, &[support::file("fixtures/portfolio.csv")], Some(&applicants));
    let mut report = support::report(rules, &portfolio, 2022, None, |policy, place| policy.covers(place));
    report.parameters.insert("fund_total".to_owned(), support::wan("400"));
    let paid: Vec<Vec<Money>> =
        report.evaluations().map(|e| e.result.items.iter().map(|item| item.amount).collect()).collect();
    drop(report);
    let mut number = 0;
    for (unit, paid) in portfolio.applicants.iter_mut().zip(paid) {
        for (row, paid) in unit.achievements.iter_mut().zip(paid) {
            row.extra.push(("申报金额".to_owned(), amount(number, paid)));
            number += 1;
        }
    }
    portfolio
}

/// Who claims exactly what `estimate` pays claims rightly: what is left out changes nothing of it.
#[test]
fn what_estimate_pays_is_a_clean_claim() {
    let rules = support::shipped();
    let portfolio = claiming(&rules, |_, paid| if paid.is_zero() { String::new() } else { paid.to_string() });
    for by in [By::Row, By::Applicant] {
        audited(&rules, &portfolio, by, |audit, _| {
            let odd: Vec<&Finding> = audit.findings().filter(|f| f.class.weight() != Weight::Information).collect();
            assert!(odd.is_empty(), "{odd:?}");
            let sums = Sums::of(audit.findings());
            let total = Sums::of(audit.findings().filter(|finding| finding.class == Class::Agrees));
            assert_eq!((total.claimed, sums.claimed), (total.computed, total.claimed), "{by:?}");
            // The totals that README shows.
            assert_eq!(sums.claimed, support::wan("2614"));
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is claimed: every row comes back once, the classes add up to the whole, and a row that claims what it
    /// comes to is never of a wrong amount.
    #[test]
    fn every_row_is_in_one_class(
        amounts in prop::collection::vec(prop_oneof![Just(String::new()), Just("x".to_owned()), (0u32..2_000_000).prop_map(|yuan| yuan.to_string()), Just("paid".to_owned())], 162),
        by in prop_oneof![Just(By::Row), Just(By::Applicant)],
    ) {
        let rules = support::shipped();
        let portfolio = claiming(&rules, |row, paid| match amounts[row].as_str() {
            "paid" => paid.to_string(),
            other => other.to_owned(),
        });
        let written: Money = portfolio.applicants.iter().flat_map(|unit| &unit.achievements)
            .filter_map(|row| parse_money(&row.extra.last().unwrap().1)).map(|parsed| parsed.money).sum();
        audited(&rules, &portfolio, by, |audit, claims| {
            let by_class: Vec<Sums> = audit.by_class().into_iter().map(|(_, sums)| sums).collect();
            let rows = match by { By::Row => 162, By::Applicant => 14 };
            prop_assert_eq!(audit.findings().count(), rows);
            prop_assert_eq!(by_class.iter().map(|sums| sums.count).sum::<usize>(), rows);
            prop_assert_eq!(by_class.iter().map(|sums| sums.claimed).sum::<Money>(), written);
            if by == By::Row {
                prop_assert_eq!(claims.mistakes.len(), amounts.iter().filter(|amount| *amount == "x").count());
                for case in &audit.cases {
                    let order: Vec<usize> = case.findings.iter().filter_map(|finding| finding.row).collect();
                    prop_assert_eq!(order, (0..case.applicant.achievements.len()).collect::<Vec<_>>());
                }
            }
            for finding in audit.findings() {
                let right = finding.claimed == Cell::Amount(finding.computed) && !finding.computed.is_zero();
                prop_assert!(!right || matches!(finding.class, Class::Agrees | Class::Shared), "{:?}", finding);
                let unreadable = finding.claimed == Cell::Unreadable;
                prop_assert_eq!(finding.class == Class::Unreadable, unreadable);
            }
            Ok(())
        })?;
    }
}

// ---------------------------------------------------------------------- particular cases

const HEADER: &str = "编号,申报单位,类别,标准号,级别,制修订,起草单位排名,本地单位排名,日期,申报金额,核定金额";

fn classes(policy: &str, rows: &str) -> Vec<String> {
    let rules = support::shipped();
    let source = support::text("claims.csv", &format!("{HEADER},{FURTHER}\n{}", filled(rows)));
    let portfolio = support::portfolio(&rules, std::slice::from_ref(&source), None);
    let claims = claims::read_claims(&portfolio).expect("there are claims");
    let policy = support::policy(&rules, policy);
    let policies = vec![Some(policy); portfolio.applicants.len()];
    let application = Application { year: 2022, ..Application::default() };
    let (vocabulary, by) = (&rules.vocabulary, By::Row);
    let question = Question {
        vocabulary,
        portfolio: &portfolio,
        claims: &claims,
        policies: &policies,
        application: &application,
        by,
    };
    let audit = audit::audit(&question);
    let line = |finding: &Finding| match finding.granted_class {
        Some(granted) => format!("{} {}", finding.class.id(), granted.id()),
        None => finding.class.id().to_owned(),
    };
    audit.findings().map(line).collect()
}

/// A row that nobody claims takes no other row's place, and uses up no cap.
#[test]
fn what_is_not_claimed_competes_with_nothing() {
    let row =
        |id: usize, claimed: &str| format!("{id},甲,标准制修订,GB/T {id}-2021,国家,制定,1,,2021-05-01,{claimed},\n");
    // Tianjin pays five national standards; the first two of seven are not claimed.
    let rows: String = (1..=7).map(|id| row(id, if id <= 2 { "" } else { "80000" })).collect();
    let found = classes("tianjin-2021", &rows);
    assert_eq!(found[..2], ["not_claimed", "not_claimed"], "{found:?}");
    assert!(found[2..].iter().all(|class| class == "agrees"), "{found:?}");
    let all: String = (1..=7).map(|id| row(id, "80000")).collect();
    let found = classes("tianjin-2021", &all);
    assert_eq!(found.iter().filter(|class| *class == "over_cap").count(), 2, "{found:?}");
}

/// One standard in Xiamen, as several units tell it. 国家标准 50万: 第一名 70%, 二至五名 30% 平分.
#[test]
fn shares_of_one_standard_are_checked_together() {
    let draft = |unit: &str, rank: &str, local: &str, claimed: &str| {
        format!("{unit}1,{unit},标准制修订,GB/T 9-2021,国家,制定,{rank},{local},2021-05-01,{claimed},\n")
    };
    for (rows, expected) in [
        // Each says it is the only one: the first asks for 15万 too much.
        ([draft("甲", "1", "", "50万"), draft("乙", "2", "2", "15万")], ["shared", "agrees"]),
        ([draft("甲", "1", "1;2", "35万"), draft("乙", "2", "1;2", "15万")], ["agrees", "agrees"]),
        // The other's list names a third unit: 30% are for two.
        ([draft("甲", "2", "2", "15万"), draft("乙", "3", "2;3", "7.5万")], ["shared", "agrees"]),
        ([draft("甲", "1", "1", "50万"), draft("乙", "1", "1", "50万")], ["shared", "shared"]),
        // A unit in the sixth place has no share and takes none.
        ([draft("甲", "1", "1", "50万"), draft("乙", "6", "1;6", "5万")], ["agrees", "not_eligible"]),
        // It is a fact that the second unit is there, whether it claims or not; but nobody claims beside the first.
        ([draft("甲", "1", "1", "50万"), draft("乙", "2", "1;2", "")], ["wrong_amount", "unclaimed"]),
    ] {
        assert_eq!(classes("xiamen-2020", &rows.concat()), expected, "{rows:?}");
        let turned: Vec<String> = rows.iter().rev().cloned().collect();
        let expected: Vec<&str> = expected.into_iter().rev().collect();
        assert_eq!(classes("xiamen-2020", &turned.concat()), expected, "{turned:?}");
    }
}

/// Where the policy shares nothing, each place is paid for itself; but no place is held by two.
#[test]
fn places_are_held_once() {
    let draft = |unit: &str, rank: &str, claimed: &str| {
        format!("{unit}1,{unit},标准制修订,GB/T 9-2022,国家,制定,{rank},,2022-05-01,{claimed},\n")
    };
    // 枣庄: 主持 50万, 参与 20% 即 10万.
    for (rows, expected) in [
        ([draft("甲", "1", "50万"), draft("乙", "2", "10万")], ["agrees", "agrees"]),
        ([draft("甲", "2", "10万"), draft("乙", "3", "10万")], ["agrees", "agrees"]),
        ([draft("甲", "1", "50万"), draft("乙", "1", "50万")], ["shared", "shared"]),
        ([draft("甲", "1", "50万"), draft("乙", "1", "")], ["agrees", "unclaimed"]),
    ] {
        assert_eq!(classes("zaozhuang-2018", &rows.concat()), expected, "{rows:?}");
    }
}

/// 枣庄, 主持制定国家标准: 50万, 定额. 佛山 likewise 50万, but a ceiling.
#[test]
fn granted_amounts() {
    let row = |claimed: &str, granted: &str| {
        format!("1,甲,标准制修订,GB/T 9-2022,国家,制定,1,,2022-05-01,{claimed},{granted}\n")
    };
    for (claimed, granted, fixed, ceiling) in [
        ("50万", "50万", "agrees agrees", "agrees agrees"),
        ("50万", "40万", "agrees wrong_amount", "agrees within_ceiling"),
        ("50万", "0", "agrees wrong_amount", "agrees within_ceiling"),
        ("60万", "50万", "wrong_amount agrees", "wrong_amount agrees"),
        ("60万", "60万", "wrong_amount wrong_amount", "wrong_amount wrong_amount"),
        ("40万", "50万", "wrong_amount wrong_amount", "within_ceiling wrong_amount"),
        ("40万", "40万", "wrong_amount agrees", "within_ceiling agrees"),
        ("", "50万", "unclaimed wrong_amount", "unclaimed wrong_amount"),
        ("x", "50万", "unreadable agrees", "unreadable agrees"),
        ("50万", "x", "agrees unreadable", "agrees unreadable"),
    ] {
        assert_eq!(classes("zaozhuang-2018", &row(claimed, granted)), [fixed], "{claimed} {granted}");
        assert_eq!(classes("foshan-2018", &row(claimed, granted)), [ceiling], "{claimed} {granted}");
    }
}

#[test]
fn not_in_force_is_outside_the_time() {
    let row = "1,甲,标准制修订,GB/T 9-2021,国家,制定,1,,2021-05-01,8万,\n";
    let rules = support::shipped();
    let source = support::text("claims.csv", &format!("{HEADER}\n{row}"));
    let portfolio = support::portfolio(&rules, std::slice::from_ref(&source), None);
    let claims = claims::read_claims(&portfolio).expect("there are claims");
    let policies = [Some(support::policy(&rules, "tianjin-2021"))];
    let application = Application { year: 2030, ..Application::default() };
    for by in [By::Row, By::Applicant] {
        let question = Question {
            vocabulary: &rules.vocabulary,
            portfolio: &portfolio,
            claims: &claims,
            policies: &policies,
            application: &application,
            by,
        };
        let audit = audit::audit(&question);
        assert_eq!(audit.findings().map(|finding| finding.class).collect::<Vec<_>>(), [Class::Expired], "{by:?}");
    }
}

// ---------------------------------------------------------------------- what users see

fn shown(lang: Lang, by: By, form: Form) -> String {
    let rules = support::shipped();
    let portfolio = fixture(&rules, "fixtures/claims.csv");
    audited(&rules, &portfolio, by, |audit, claims| {
        let mut report = support::report(&rules, &portfolio, 2022, None, |policy, place| policy.covers(place));
        report.lang = lang;
        let mut out = Vec::new();
        let finding = AuditReport::new(&report, claims, audit, by);
        document::write(&finding, form, lang, &mut out).expect("memory takes it");
        String::from_utf8(out).expect("text")
    })
}

#[test]
fn the_table() {
    let plain = Form::Terminal(Look { width: 80, color: false });
    insta::assert_snapshot!("audit_zh", shown(Lang::Zh, By::Row, plain));
    insta::assert_snapshot!("audit_en", shown(Lang::En, By::Row, plain));
    insta::assert_snapshot!("audit_by_applicant", shown(Lang::Zh, By::Applicant, plain));
    for lang in [Lang::Zh, Lang::En] {
        for line in shown(lang, By::Row, plain).lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
        }
    }
}

#[test]
fn the_sheet() {
    insta::assert_snapshot!("audit_csv", shown(Lang::Zh, By::Row, Form::Csv(false)));
}

fn run(args: &str, files: &[(&str, String)]) -> Ran {
    let folder = folder(files);
    biaobu(folder.path(), args)
}

fn text(source: Source) -> String {
    String::from_utf8(source.bytes).expect("UTF-8")
}

/// The portfolio of README, a claim in every row, in every format and both languages.
#[test]
fn the_whole_portfolio_in_every_format() {
    let portfolio = text(support::file("fixtures/portfolio.csv"));
    let mut records = csv::Reader::from_reader(portfolio.as_bytes());
    let mut claims = csv::Writer::from_writer(Vec::new());
    let mut header = records.headers().unwrap().clone();
    header.push_field("claimed");
    claims.write_record(&header).unwrap();
    for (index, record) in records.records().enumerate() {
        let mut record = record.unwrap();
        record.push_field(["", "50000", "20万元", "100000"][index % 4]);
        claims.write_record(&record).unwrap();
    }
    let claims = String::from_utf8(claims.into_inner().unwrap()).unwrap();
    let units = text(support::file("fixtures/applicants.csv"));
    let files = [("claims.csv", claims), ("units.csv", units)];
    for lang in ["zh", "en"] {
        for format in ["table", "json", "csv", "html"] {
            let ran = run(
                &format!("audit claims.csv --applicants units.csv --year 2022 --format {format} --lang {lang}"),
                &files,
            );
            assert_eq!(ran.code, Some(1), "{format} {lang}: {}", ran.err);
            assert!(ran.out.len() > 5_000, "{format} {lang}");
            match format {
                "json" => {
                    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
                    assert_eq!(json["schema"], "biaobu.audit/1");
                    let rows = json["applicants"].as_array().unwrap().iter();
                    assert_eq!(rows.map(|unit| unit["findings"].as_array().unwrap().len()).sum::<usize>(), 162);
                }
                "csv" => assert_eq!(csv::Reader::from_reader(ran.out.as_bytes()).records().count(), 162),
                _ => {}
            }
        }
    }
}

#[test]
fn exit_codes_and_what_cannot_be_done() {
    let units = text(support::file("fixtures/claims-units.csv"));
    let claims = text(support::file("fixtures/claims.csv"));
    let clean = text(support::file("fixtures/claims-clean.csv"));
    let swap = |from: &str, to: &str| clean.replacen(from, to, 1);
    let files = [
        ("units.csv", units),
        ("claims.csv", claims),
        ("clean.csv", clean.clone()),
        ("none.csv", swap("申报金额,核定金额", "金额一,金额二")),
        ("slip.csv", swap("申报金额,", "申报金,")),
        ("slip-of-unit.csv", swap("申报金额,", "申报金/万元,")),
        ("slash.csv", swap("申报金额", "申 报 金 额/万元").replace(",80000,80000,", ",8,80000,")),
        ("twice.csv", swap("申报金额,核定金额", "申报金额,申请金额")),
        ("same.csv", swap("申报金额,核定金额", "申报金额,申报金额")),
        ("wan.csv", swap("申报金额", "申报金额（万元）").replace(",80000,80000,", ",8,80000,")),
        ("granted.csv", swap("核定金额", "核对金额")),
    ];
    for (args, code, parts) in [
        ("claims.csv --year 2022", 1, &["第57行 申报金额", "“十万元”不是金额"][..]),
        ("clean.csv --year 2022", 0, &[]),
        ("claims.csv --year 2022 --strict", 2, &["第 58 行"]),
        ("none.csv --year 2022", 2, &["没有“申报金额”（claimed）列", "请给成果表加上这一列"]),
        ("slip.csv --year 2022", 2, &["最接近的是“申报金”"]),
        ("slip-of-unit.csv --year 2022", 2, &["最接近的是“申报金/万元”"]),
        ("twice.csv --year 2022", 2, &["“申报金额”和“申请金额”"]),
        ("same.csv --year 2022", 2, &["“申报金额”和“申报金额”"]),
        ("granted.csv --year 2022", 0, &["“核对金额”像是“核定金额”"]),
        ("clean.csv none.csv --year 2022", 0, &["none.csv: 没有“申报金额”（claimed）列"]),
        ("clean.csv --year 2021..2022", 2, &["--year 指定一年"]),
        ("clean.csv --year 2022 --policy all", 2, &["几份政策", "--policy"]),
        ("clean.csv --year 2022 --excel", 2, &["--excel"]),
        ("clean.csv --year 2022 -o clean.csv", 2, &["覆盖"]),
        ("nothing.csv --year 2022", 2, &["nothing.csv"]),
    ] {
        let ran = run(&format!("audit {args} --applicants units.csv"), &files);
        assert_eq!(ran.code, Some(code), "{args}: {}{}", ran.out, ran.err);
        assert!(parts.iter().all(|part| ran.err.contains(part)), "{args}: {}", ran.err);
        assert_eq!(ran.out.is_empty(), code == 2, "{args}");
    }
    // Amounts in units of 万元, where the header says so.
    for file in ["wan.csv", "slash.csv"] {
        let ran = run(&format!("audit {file} --applicants units.csv --year 2022 --format csv"), &files);
        let first = ran.out.lines().nth(1).unwrap_or_default();
        assert!(first.contains(",agrees,information,80000.00,80000.00,0.00,80000.00,agrees,"), "{first}\n{}", ran.err);
    }
    // The columns are extra ones for `estimate`, without a warning.
    let ran = run("estimate clean.csv --applicants units.csv --year 2022 --format csv", &files);
    assert!(ran.out.lines().next().unwrap().contains("extra.申报金额,extra.核定金额"), "{}", ran.out);
    assert!(!ran.err.contains("申报金额"), "{}", ran.err);
}

// ---------------------------------------------------------------------- what a second opinion found

fn standard(unit: &str, number: &str, rank: &str, rest: &str) -> String {
    format!("{unit}1,{unit},标准制修订,{number},国家,制定,{rank},{rest}\n")
}

/// 威海第十八条, 北京第十条: of several units that drafted a standard one applies.
#[test]
fn one_of_several_units_applies_for_a_standard() {
    let draft =
        |unit: &str, rank: &str, claimed: &str| standard(unit, "GB/T 9-2021", rank, &format!(",2021-05-01,{claimed},"));
    for (policy, rows, expected) in [
        ("weihai-2019", [draft("甲", "1", "50万"), draft("乙", "2", "15万")], ["shared", "shared"]),
        ("weihai-2019", [draft("甲", "1", "50万"), draft("乙", "2", "")], ["agrees", "unclaimed"]),
        // 北京: 起草单位排名前三; the fourth is refused, and takes nothing from the first.
        ("beijing-2020", [draft("甲", "1", "50万"), draft("乙", "4", "50万")], ["wrong_amount", "not_eligible"]),
        // Where the text does not say so, each is paid for its own part.
        ("linyi-2019", [draft("甲", "1", "50万"), draft("乙", "2", "")], ["agrees", "unclaimed"]),
    ] {
        let found = classes(policy, &rows.concat());
        assert_eq!(found, expected, "{policy} {rows:?}");
    }
    let rows = [draft("甲", "1", "30万"), draft("乙", "3", "30万")].concat();
    assert_eq!(classes("beijing-2020", &rows), ["shared", "shared"]);
    let rows = [draft("甲", "1", "50万"), draft("乙", "2", "15万")].concat();
    assert!(why("weihai-2019", &rows).iter().all(|why| why.contains("只能由其中一家申报（第十八条）")));
}

/// Every policy whose text says so says so in its rule file, and no other does.
#[test]
fn which_policies_let_one_unit_only_apply() {
    let rules = support::shipped();
    let one = rules.policies.iter().filter(|policy| policy.assumed.iter().any(|rule| rule.one_unit));
    let ids: Vec<&str> = one.map(|policy| policy.id.as_str()).collect();
    assert_eq!(ids, ["beijing-2020", "weihai-2019"]);
}

/// 厦门: who drafted a standard is a fact, whatever the other unit's own row lacks.
#[test]
fn a_local_unit_counts_whatever_its_own_row_lacks() {
    let number = "GB/T 9-2021";
    let first = standard("甲", number, "1", ",2021-05-01,50万,");
    let right = standard("甲", number, "1", ",2021-05-01,35万,");
    let other = |level: &str, role: &str, rank: &str, date: &str| {
        format!("乙1,乙,标准制修订,{number},{level},制定,{rank},,{date},15万,,{role}\n")
    };
    for (rows, expected) in [
        // Its date is blank, long past, or not yet there; its level is another one.
        ([&first, &other("国家", "", "2", "")], "shared"),
        ([&right, &other("国家", "", "2", "")], "agrees"),
        ([&first, &other("国家", "", "2", "2015-05-01")], "shared"),
        ([&first, &other("行业", "", "2", "2021-05-01")], "shared"),
        ([&first, &other("团体", "", "2", "2021-05-01")], "shared"),
        // Its place has no share.
        ([&first, &other("国家", "", "6", "")], "agrees"),
        // Its place is not known: nobody's share is.
        ([&first, &other("国家", "参与", "", "2021-05-01")], "undecided"),
        ([&right, &other("国家", "参与", "", "2021-05-01")], "undecided"),
    ] {
        let rows = rows.map(String::as_str).concat();
        assert_eq!(classes("xiamen-2020", &rows)[0], expected, "{rows}");
    }
    let granted = standard("甲", number, "1", ",2021-05-01,50万,50万") + &other("国家", "参与", "", "2021-05-01");
    assert_eq!(classes("xiamen-2020", &granted)[0], "undecided undecided");
    // The first unit names a second one, for which there is room.
    let named = standard("甲", number, "1", "1;2,2021-05-01,35万,");
    assert_eq!(classes("xiamen-2020", &(named + &other("国家", "参与", "", "2021-05-01")))[0], "agrees");
    let rows = first + &other("国家", "参与", "", "2021-05-01");
    assert!(why("xiamen-2020", &rows)[0].contains("需要补充：乙 乙1（第3行）的起草单位排名"));
}

/// 厦门 五（三）1: 行政单位 and those from elsewhere are not among the units that share.
#[test]
fn government_and_units_from_elsewhere_take_no_share() {
    let rules = support::shipped();
    let rows = "1,甲,标准制修订,GB/T 9-2021,国家,制定,1,,2021-05-01,50万,\n\
                2,乙,标准制修订,GB/T 9-2021,国家,制定,2,,2021-05-01,15万,\n";
    for (unit, expected) in [("企业,厦门市", "shared"), ("机关,厦门市", "agrees"), ("企业,福州市", "agrees")]
    {
        let units = support::text("units.csv", &format!("申报单位,单位类型,注册地\n甲,企业,厦门市\n乙,{unit}\n"));
        let source = support::text("claims.csv", &format!("{HEADER}\n{rows}"));
        let portfolio = support::portfolio(&rules, std::slice::from_ref(&source), Some(&units));
        let found = audited(&rules, &portfolio, By::Row, |audit, _| audit.cases[0].findings[0].class.id());
        assert_eq!(found, expected, "{unit}");
    }
}

/// 厦门 五（三）1: where a government body is first, the next local unit is paid, and no other.
#[test]
fn the_first_local_unit_after_a_government_body_is_one() {
    let row = |unit: &str, rank: &str| {
        format!("{unit}1,{unit},标准制修订,DB3502/T 9-2021,市级,制定,{rank},,2021-05-01,5万,,,第一起草单位为行政单位\n")
    };
    assert_eq!(classes("xiamen-2020", &(row("甲", "2") + &row("乙", "3"))), ["agrees", "not_eligible"]);
    assert_eq!(classes("xiamen-2020", &(row("乙", "3") + &row("甲", "2"))), ["not_eligible", "agrees"]);
    assert_eq!(classes("xiamen-2020", &row("乙", "3")), ["agrees"]);
}

/// One award is given to one first unit.
#[test]
fn one_award_has_one_first_unit() {
    let row = |unit: &str, number: &str, rank: &str| {
        format!("{unit}1,{unit},标准创新贡献奖,{number},国家,,{rank},,2021-11-30,20万,,,,二等奖,某标准\n")
    };
    assert_eq!(classes("xiamen-2020", &(row("甲", "2021-2-08", "1") + &row("乙", "2021-2-08", "1"))), ["shared"; 2]);
    assert_eq!(classes("xiamen-2020", &(row("甲", "2021-2-08", "1") + &row("乙", "2021-2-09", "1"))), ["agrees"; 2]);
    // A title is no number.
    assert_eq!(classes("xiamen-2020", &(row("甲", "", "1") + &row("乙", "", "1"))), ["agrees"; 2]);
}

/// 黄埔 第十条（四）: a pilot is paid half when it begins and half when it is accepted.
#[test]
fn stages_are_no_repetition() {
    let row = |id: usize, stage: &str| format!("{id},甲,试点示范,,国家,,,,2021-11-30,1万,,,,,某试点,{stage}\n");
    let found = classes("huangpu-2019", &(row(1, "承担") + &row(2, "验收")));
    assert!(!found.contains(&"duplicate".to_owned()), "{found:?}");
    let found = classes("huangpu-2019", &(row(1, "验收") + &row(2, "验收")));
    assert_eq!(found[1], "duplicate", "{found:?}");
}

/// 威海: the text names no figure for the lead of an international standard; 100万 is taken as possible.
#[test]
fn more_than_is_possible_is_wrong() {
    let row = |claimed: &str| format!("1,甲,标准制修订,ISO 9-2021,国际,制定,1,,2021-05-01,{claimed},\n");
    assert_eq!(classes("weihai-2019", &row("100万")), ["undecided"]);
    assert_eq!(classes("weihai-2019", &row("100.01万")), ["wrong_amount"]);
    assert!(why("weihai-2019", &row("500万"))[0].contains("高于可能的100万元"));
}

/// What is said of the granted amount is no reason of the claim's class.
#[test]
fn granted_amounts_are_told_apart() {
    let row = "1,甲,标准制修订,GB/T 9-2022,国家,制定,1,,2022-05-01,40万,50万\n";
    let told = flat("foshan-2018", row);
    let of = |name: &str| told[0][name].clone();
    assert_eq!((of("class"), of("granted_class")), ("within_ceiling".to_owned(), "wrong_amount".to_owned()));
    assert!(!of("why").contains("比申报的多"), "{}", of("why"));
    assert_eq!(of("granted_why"), "核定：金额不对（比申报的多）");
    // Beside a claim that is wrong itself.
    let row = "1,甲,标准制修订,GB/T 9-2022,国家,制定,1,,2022-05-01,60万,60万\n";
    let told = &flat("zaozhuang-2018", row)[0];
    assert_eq!((&*told["class"], &*told["granted_why"]), ("wrong_amount", "核定：金额不对（多于应得）"));
}

/// Rows that nobody claims are no part of what the claims come to.
#[test]
fn what_is_not_claimed_is_in_no_sum() {
    let ran = run(
        "audit a.csv --policy zaozhuang-2018 --year 2022",
        &[(
            "a.csv",
            format!(
                "{HEADER}\n1,甲,标准制修订,GB/T 1-2022,国家,制定,1,,2022-05-01,50万,\n\
                 2,甲,标准制修订,GB/T 2-2022,国家,制定,2,,2022-05-01,,\n"
            ),
        )],
    );
    assert!(ran.out.contains("申报 50万元，核定 0万元，按政策应得 50万元"), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("没有申报的行也报上，合计应得为60万元"), "{}", ran.out);
}

/// Colon or dash before the year, narrow or wide: one number.
#[test]
fn numbers_with_a_colon_and_with_a_dash_are_one() {
    let row = |unit: &str, number: &str| format!("{unit}1,{unit},标准制修订,{number},国际,制定,2,,2021-05-01,5万,\n");
    for other in ["ISO 9001-2021", "ISO9001：2021", "iso 9001—2021"] {
        let found = classes("xiamen-2020", &(row("甲", "ISO 9001:2021") + &row("乙", other)));
        assert_eq!(found, ["shared"; 2], "{other}");
    }
    let found = classes("xiamen-2020", &(row("甲", "ISO 9001:2021") + &row("乙", "ISO 9001:2020")));
    assert!(!found.contains(&"shared".to_owned()), "{found:?}");
}

/// A finding on an applicant says why.
#[test]
fn findings_by_applicant_have_a_reason() {
    for lang in ["zh", "en"] {
        for claimed in ["15万", "1万"] {
            let rows = format!(
                "{HEADER},角色\n1,甲,标准制修订,GB/T 1-2021,国家,制定,,,2021-05-01,{claimed},,参与\n\
                 2,乙,标准制修订,GB/T 2-2021,国家,制定,7,,2021-05-01,{claimed},,\n"
            );
            let ran = run(
                &format!("audit a.csv --policy xiamen-2020 --year 2022 --by applicant --format csv --lang {lang}"),
                &[("a.csv", rows)],
            );
            for record in csv::Reader::from_reader(ran.out.as_bytes()).deserialize::<BTreeMap<String, String>>() {
                let record = record.unwrap();
                assert!(!record["why"].is_empty(), "{record:?}");
            }
        }
    }
}

/// An assumption that decides the amount stands beside a claim that is not that amount.
#[test]
fn being_alone_is_told_where_the_amount_hangs_on_it() {
    let row = "1,甲,标准制修订,GB/T 9-2021,国家,制定,1,,2021-05-01,35万,\n";
    assert_eq!(classes("xiamen-2020", row), ["wrong_amount"]);
    assert!(why("xiamen-2020", row)[0].contains("视为本地只有本单位"));
}

/// What applicants say differently shows although their amounts agree.
#[test]
fn statements_that_differ_show_beside_agreeing_amounts() {
    let rows = "1,甲,标准制修订,GB/T 9-2021,国家,制定,1,1;2,2021-05-01,35万,\n\
                2,乙,标准制修订,GB/T 9-2021,国家,制定,2,1;2,2021-06-01,15万,\n";
    let ran = run("audit a.csv --policy xiamen-2020 --year 2022", &[("a.csv", format!("{HEADER}\n{rows}"))]);
    assert_eq!(classes("xiamen-2020", rows), ["agrees"; 2]);
    assert!(ran.out.contains("同一标准的日期与"), "{}", ran.out);
}

/// A row that cannot be read still says what it is about; so does one whose id was used before.
#[test]
fn unreadable_rows_say_what_they_are_about() {
    let rows = "1,甲,标准制修订,GB/T 9-2021,国家,制定,第一,,2021-05-01,35万,,,,,某标准\n\
                2,甲,标准制修订,GB/T 8-2021,国家,制定,1,,2021-05-01,35万,\n\
                2,甲,标准制修订,GB/T 7-2021,国家,制定,1,,2021-05-01,35万,,,,,另一标准\n";
    let told = flat("xiamen-2020", rows);
    let of = |index: usize| ["applicant", "id", "number", "title"].map(|name| told[index][name].as_str());
    assert_eq!(of(1), ["甲", "1", "GB/T 9-2021", "某标准"]);
    assert_eq!(of(2), ["甲", "2", "GB/T 7-2021", "另一标准"]);
}

/// What a wrong amount may have been taken from is of the row's own kind, and of its level if there is one.
#[test]
fn the_line_taken_instead_is_of_the_same_kind() {
    let row = |claimed: &str| format!("1,甲,标准制修订,GB/T 9-2021,国家,制定,2,,2021-05-01,{claimed},\n");
    // 临沂: 50万 is what the lead gets for a national standard, and for the revision of an international one.
    let told = &why("linyi-2019", &row("50万"))[0];
    assert!(told.starts_with("这是第六条（一）") && told.contains(" 国家 制定的金额"), "{told}");
    // 郑州: 10万 stands in clauses on committees, which are no standards.
    let told = &why("zhengzhou-2019", &row("10万"))[0];
    assert!(!told.contains("这是"), "{told}");
}

/// One unit's readable amounts stay in the sums although another one cannot be read.
#[test]
fn an_unreadable_amount_takes_no_other_out_of_the_sums() {
    let rows = format!(
        "{HEADER}\n1,甲,标准制修订,GB/T 1-2022,国家,制定,1,,2022-05-01,50万,\n\
         2,甲,标准制修订,GB/T 2-2022,国家,制定,2,,2022-05-01,十万,\n"
    );
    let args = "audit a.csv --policy zaozhuang-2018 --year 2022 --by applicant --format json";
    let ran = run(args, &[("a.csv", rows)]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["sums"]["claimed"], "500000.00", "{}", ran.err);
    assert_eq!(json["by_class"][0]["class"], "unreadable");
    assert_eq!(json["by_class"][0]["claimed"], "500000.00");
}

/// One of several units applies: by applicant as well.
#[test]
fn by_applicant_one_of_several_units_applies() {
    let rows = [("甲", "1", "50万"), ("乙", "2", "15万")]
        .map(|(unit, rank, claimed)| standard(unit, "GB/T 9-2021", rank, &format!(",2021-05-01,{claimed},")))
        .concat();
    let args = "audit a.csv --policy weihai-2019 --year 2022 --by applicant --format json";
    let ran = run(args, &[("a.csv", format!("{HEADER}\n{rows}"))]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let classes = json["applicants"].as_array().unwrap().iter().map(|unit| &unit["findings"][0]["class"]);
    assert_eq!(classes.collect::<Vec<_>>(), ["shared"; 2], "{}", ran.out);
}

const FURTHER: &str = "角色,标记,等级,名称,阶段";

/// The lines of the sheet, by column.
fn flat(policy: &str, rows: &str) -> Vec<BTreeMap<String, String>> {
    let ran = run(
        &format!("audit a.csv --policy {policy} --year 2022 --format csv"),
        &[("a.csv", format!("{HEADER},{FURTHER}\n{}", filled(rows)))],
    );
    let records = csv::Reader::from_reader(ran.out.as_bytes()).into_deserialize().map(Result::unwrap).collect();
    assert!(ran.code.is_some_and(|code| code < 2), "{}", ran.err);
    records
}

fn why(policy: &str, rows: &str) -> Vec<String> {
    flat(policy, rows).into_iter().map(|mut line| line.remove("why").unwrap()).collect()
}

/// Every row with a cell under every header.
fn filled(rows: &str) -> String {
    let width = HEADER.split(',').count() + FURTHER.split(',').count();
    let fill = |row: &str| format!("{row}{}\n", ",".repeat(width - row.split(',').count()));
    rows.lines().map(fill).collect()
}

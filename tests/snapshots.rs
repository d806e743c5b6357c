//! What users see. Every snapshot was read and checked against the official texts by hand; so must every change be.

mod support;

use biaobu::lang::Lang;
use biaobu::output::batch::MakeLines;
use biaobu::output::summary::{Form, Summary};
use biaobu::output::{csv, explain, json, show, table};

fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("memory takes it");
    String::from_utf8(bytes).expect("output is UTF-8")
}

#[test]
fn portfolio_table() {
    support::with_portfolio(Lang::Zh, |report| {
        insta::assert_snapshot!("portfolio_zh", written(|out| table::write(report, plain(80), None, out)));
    });
    support::with_portfolio(Lang::En, |report| {
        insta::assert_snapshot!("portfolio_en", written(|out| table::write(report, plain(100), None, out)));
    });
}

#[test]
fn explanations() {
    for (lang, name) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        support::with_portfolio(lang, |report| {
            let mut page = String::new();
            for id in ["BJ1-09", "BJ2-04", "BJ2-07", "TJ1-01", "TJ1-11", "XM2-06", "XM2-07", "FS1-04", "FS2-01"] {
                for evaluation in report.evaluations() {
                    let rows = &evaluation.applicant.achievements;
                    if let Some(index) = rows.iter().position(|row| row.id == id) {
                        page += &written(|out| explain::write(report, &evaluation, index, 80, out));
                        page += "\n----\n\n";
                    }
                }
            }
            insta::assert_snapshot!(format!("explain_{name}"), page);
        });
    }
}

#[test]
fn policies_and_their_clauses() {
    let rules = support::shipped();
    let day = jiff::civil::date(2022, 12, 31);
    for (lang, name) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        let list = written(|out| show::list(&rules.vocabulary, &rules.policies, day, lang, 100, out));
        insta::assert_snapshot!(format!("policies_{name}"), list);
    }
    for policy in &rules.policies {
        let digest = policy.sha256.clone();
        let page = written(|out| show::one(&rules.vocabulary, policy, Lang::Zh, 80, out)).replace(&digest, "<sha256>");
        insta::assert_snapshot!(format!("show_{}", policy.id), page);
    }
    let page = written(|out| show::one(&rules.vocabulary, &rules.policies[0], Lang::En, 80, out));
    insta::assert_snapshot!("show_en", page.replace(&rules.policies[0].sha256, "<sha256>"));
}

#[test]
fn machine_formats() {
    let rules = support::shipped();
    let source = support::text(
        "small.csv",
        "编号,类别,级别,制修订,起草单位排名,日期,实际费用,备注\n\
         A1,标准制修订,国家,制定,1,2021-05-01,18.6万,=1+1\n\
         A2,标准制修订,国家,制定,,2021-06-01,,\n\
         A3,标准制修订,省标,制定,0,2021-06-01,,甲\n",
    );
    let portfolio = support::portfolio(&rules, std::slice::from_ref(&source), None);
    let report = support::report(&rules, &portfolio, 2022, None, |policy, _| policy.id == "beijing-2020");
    let digest = rules.policies.iter().find(|policy| policy.id == "beijing-2020").expect("shipped").sha256.clone();
    let hide = |text: String| text.replace(&digest, "<sha256>");
    insta::assert_snapshot!("small_json", hide(written(|out| json::write(&report, out))));
    let ledger = support::ledger(&rules, std::slice::from_ref(&source), None);
    let batch = support::batch(&rules, &report, vec![index_of(&rules, "beijing-2020")]);
    let line = |make: MakeLines<'_>| support::batch_text(&batch, &ledger, make);
    let (vocabulary, lang) = (&rules.vocabulary, Lang::Zh);
    insta::assert_snapshot!("small_ndjson", hide(line(&|_| Box::new(json::Entries::new(vocabulary, lang, false)))));
    insta::assert_snapshot!("small_csv", line(&|extra| Box::new(csv::Items::new(vocabulary, lang, extra, false))));
    let summary = |form| hide(line(&|_| Box::new(Summary::new(form, lang, &ledger.inputs))));
    insta::assert_snapshot!("small_summary_csv", summary(Form::Csv(false)));
    insta::assert_snapshot!("small_summary_ndjson", summary(Form::Ndjson));
    insta::assert_snapshot!("small_summary_json", summary(Form::Json));
    insta::assert_snapshot!("small_table", written(|out| table::write(&report, plain(80), None, out)));
}

fn index_of(rules: &biaobu::rules::Rules, id: &str) -> usize {
    rules.policies.iter().position(|policy| policy.id == id).expect("shipped")
}

fn plain(width: usize) -> biaobu::output::terminal::Look {
    biaobu::output::terminal::Look { width, color: false }
}

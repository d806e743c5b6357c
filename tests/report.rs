//! The two reports for people: HTML and Markdown.

mod support;

use biaobu::engine::result::Status;
use biaobu::input::{Portfolio, Source};
use biaobu::lang::Lang;
use biaobu::money::{Money, parse_money};
use biaobu::output::waterfall::Waterfall;
use biaobu::output::{Report, html, json, markdown};
use biaobu::rules::Rules;
use regex::Regex;

/// The portfolio of README.
fn fixtures(rules: &Rules) -> Portfolio {
    let applicants = support::file("fixtures/applicants.csv");
    support::portfolio(rules, &[support::file("fixtures/portfolio.csv")], Some(&applicants))
}

fn report<'a>(rules: &'a Rules, portfolio: &'a Portfolio, lang: Lang) -> Report<'a> {
    let mut report = support::report(rules, portfolio, 2022, None, |policy, place| policy.covers(place));
    report.parameters.insert("fund_total".to_owned(), support::wan("400"));
    report.lang = lang;
    report
}

fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("memory takes it");
    String::from_utf8(bytes).expect("output is UTF-8")
}

fn page(report: &Report<'_>) -> String {
    written(|out| html::write(report, out))
}

fn text(report: &Report<'_>) -> String {
    written(|out| markdown::write(report, out))
}

/// Rows under one policy that covers their unit's region.
fn hostile() -> (Source, Source) {
    let long = "标准化".repeat(100);
    let rows = format!(
        "申报单位,编号,名称,类别,级别,制修订,起草单位排名,日期,实际费用\n\
         <script>alert(1)</script>,\"=HYPERLINK(\"\"x\"\")\",<img src=x onerror=alert(1)>,标准制修订,国家,制定,1,2021-05-01,\n\
         <script>alert(1)</script>,`a|b`,\"{long}\n# 标题\",标准制修订,国家,制定,1,2021-06-01,10万\n\
         \u{202e}甲公司,</style><a href=\"javascript:x\">,]]>--><b>,标准制修订,国家,制定,1,2021-06-01,10万\n\
         \u{202e}甲公司,A2,\"a\"\" onload=\"\"x\",标准制修订,\"<i>|省标\",制定,1,2021-06-01,10万\n"
    );
    let units = "申报单位,region\n<script>alert(1)</script>,北京市\n\u{202e}甲公司,北京市\n";
    (support::text("<b>坏|名.csv", &rows), support::text("单位.csv", units))
}

#[test]
fn the_page_is_one_file_without_scripts() {
    let rules = support::shipped();
    let portfolio = fixtures(&rules);
    let links = Regex::new(r#"href="([^"]*)""#).unwrap();
    for (lang, language) in [(Lang::Zh, "zh-CN"), (Lang::En, "en")] {
        let page = page(&report(&rules, &portfolio, lang));
        assert!(page.starts_with(&format!("<!DOCTYPE html><html lang=\"{language}\">")), "{}", &page[..80]);
        for fetched in
            ["http:", "https:", "//", "<script", "src=", "<link", "<img", "<iframe", "@import", "javascript:"]
        {
            assert!(!page.contains(fetched), "{fetched}");
        }
        for link in links.captures_iter(&page) {
            let target = link[1].strip_prefix('#').unwrap_or_else(|| panic!("{} leads outside", &link[1]));
            assert_eq!(page.matches(&format!("id=\"{target}\"")).count(), 1, "{target}");
        }
    }
}

#[test]
fn every_total_of_the_result_stands_in_the_reports() {
    let rules = support::shipped();
    let portfolio = fixtures(&rules);
    for lang in [Lang::Zh, Lang::En] {
        let report = report(&rules, &portfolio, lang);
        let (page, text) = (page(&report), text(&report));
        let result: serde_json::Value = serde_json::from_str(&written(|out| json::write(&report, out))).unwrap();
        let companies: Vec<&str> = page.split("<section class=\"company\"").skip(1).collect();
        let results = result["results"].as_array().unwrap();
        assert_eq!(companies.len(), results.len());
        for (company, result) in companies.iter().zip(results) {
            assert!(company.contains(result["applicant"].as_str().unwrap()));
            for key in ["total", "fixed_total", "ceiling_total", "potential_total"] {
                let money = parse_money(result[key].as_str().unwrap()).unwrap().money;
                let (shown, grouped) = match lang {
                    Lang::Zh => (money.in_wan(), money.in_wan()),
                    Lang::En => {
                        let grouped = money.grouped();
                        (format!("{} yuan", grouped.trim_end_matches(".00")), format!("{grouped} yuan"))
                    }
                };
                assert!(company.contains(&format!("<dd>{shown}</dd>")), "{key} {shown}");
                assert!(text.contains(&grouped), "{key} {grouped}");
            }
            for item in result["items"].as_array().unwrap() {
                let id = item["id"].as_str().unwrap();
                assert!(company.contains(&format!(">{id}</th>")) && text.contains(&format!("| {id} |")), "{id}");
            }
            assert!(company.contains(result["policy_sha256"].as_str().unwrap()));
        }
        for input in result["inputs"].as_array().unwrap() {
            assert!(page.contains(input["sha256"].as_str().unwrap()));
        }
    }
}

/// Bases less cuts are the total, and the first cut of an item starts from its base.
fn adds_up(report: &Report<'_>) -> (usize, usize) {
    let (mut results, mut cuts) = (0, 0);
    for evaluation in report.evaluations() {
        let waterfall = Waterfall::of(&evaluation.result);
        let taken: Money = waterfall.cuts.iter().map(|cut| cut.amount).sum();
        let name = (&evaluation.applicant.name, &evaluation.policy.id, evaluation.result.year);
        assert_eq!(waterfall.bases - taken, waterfall.total, "{name:?}");
        assert_eq!(waterfall.total, evaluation.result.total, "{name:?}");
        assert!(waterfall.cuts.iter().all(|cut| cut.amount >= Money::ZERO), "{name:?}");
        for cut in &waterfall.cuts {
            assert!(cut.items.iter().all(|item| evaluation.result.items[*item].status != Status::Awarded), "{name:?}");
        }
        results += 1;
        cuts += waterfall.cuts.len();
    }
    (results, cuts)
}

#[test]
fn waterfalls_add_up() {
    let rules = support::shipped();
    let portfolio = fixtures(&rules);
    let (results, cuts) = adds_up(&report(&rules, &portfolio, Lang::Zh));
    assert!(results >= 14 && cuts >= 20, "{results} {cuts}");
    let mut run = report(&rules, &portfolio, Lang::Zh);
    run.years = (2018..=2024).collect();
    assert!(adds_up(&run).1 > cuts);
    // Every policy for every unit: with other policies' money.
    let mut everywhere = support::report(&rules, &portfolio, 2022, None, |_, _| true);
    everywhere.years = (2019..=2022).collect();
    everywhere.ignore_validity = true;
    adds_up(&everywhere);
}

#[test]
fn hostile_texts_do_no_harm() {
    let rules = support::shipped();
    let (rows, units) = hostile();
    let portfolio = support::portfolio(&rules, &[rows], Some(&units));
    assert_eq!(portfolio.invalid.len(), 1);
    let unescaped = Regex::new(r"(?:^|[^\\])\|").unwrap();
    for lang in [Lang::Zh, Lang::En] {
        let report = report(&rules, &portfolio, lang);
        let page = page(&report);
        for raw in ["<script", "<img", "onerror=alert(1)>", "href=\"javascript", "<b>", "<i>", "\" onload=", "\u{202e}"]
        {
            assert!(!page.contains(raw), "{raw}");
        }
        assert_eq!(page.matches("</style>").count(), 1);
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        // In full, in the table, however long.
        assert!(page.contains(&"标准化".repeat(100)));
        let text = text(&report);
        for raw in ["<script", "<img", "<b>", "<i>", "\n# 标题", "\u{202e}"] {
            assert!(!text.contains(raw), "{raw}");
        }
        assert!(text.contains("\\`a\\|b\\`"));
        for table in
            text.lines().collect::<Vec<_>>().chunk_by(|one, next| one.starts_with('|') == next.starts_with('|'))
        {
            if table[0].starts_with('|') {
                let columns = unescaped.find_iter(table[0]).count();
                assert!(table.iter().all(|line| unescaped.find_iter(line).count() == columns), "{table:?}");
            }
        }
    }
}

/// The texts of all elements `tag`, whose attributes contain `with`.
fn texts<'p>(page: &'p str, tag: &str, with: &str) -> Vec<&'p str> {
    let pattern = Regex::new(&format!("(?s)<{tag}(| [^>]*{with}[^>]*)>(.*?)</{tag}>")).unwrap();
    pattern
        .captures_iter(page)
        .filter(|found| with.is_empty() || found[1].contains(with))
        .map(|found| found.get(2).unwrap().as_str())
        .collect()
}

#[test]
fn the_english_page_has_no_chinese_labels() {
    let rules = support::shipped();
    let (rows, units) = hostile();
    let hostile = support::portfolio(&rules, &[rows], Some(&units));
    let portfolio = fixtures(&rules);
    let chinese = Regex::new(r"\p{Han}|[，。；：（）、“”]").unwrap();
    let attributes = Regex::new(r#"(?:data-label|aria-label)="([^"]*)""#).unwrap();
    for portfolio in [&portfolio, &hostile] {
        let mut report = report(&rules, portfolio, Lang::En);
        for years in [vec![2022], vec![2021, 2022]] {
            report.years = years;
            let page = page(&report);
            let mut labels = Vec::new();
            for tag in ["title", "h1", "h3", "h4", "h5", "caption", "figcaption", "dt", "span"] {
                labels.extend(texts(&page, tag, ""));
            }
            labels.extend(texts(&page, "th", "scope=\"col\""));
            labels.extend(texts(&page, "dd", "class=\"hint\""));
            labels.extend(texts(&page, "p", "class=\"lead\""));
            labels.extend(attributes.captures_iter(&page).map(|found| found.get(1).unwrap().as_str()));
            assert!(labels.len() > 100, "{}", labels.len());
            for label in labels {
                assert!(!chinese.is_match(label), "{label}");
            }
            let text = text(&report);
            for line in text.lines().filter(|line| line.starts_with("**") || line.starts_with("# ")) {
                assert!(!chinese.is_match(line), "{line}");
            }
        }
    }
}

#[test]
fn headings_stand_in_order_and_pictures_have_names() {
    let rules = support::shipped();
    let portfolio = fixtures(&rules);
    let levels = Regex::new(r"<h([1-6])[ >]").unwrap();
    for (lang, years) in [(Lang::Zh, vec![2022]), (Lang::En, vec![2020, 2021, 2022])] {
        let mut report = report(&rules, &portfolio, lang);
        report.years = years;
        let page = page(&report);
        let mut before = 0;
        for heading in levels.captures_iter(&page) {
            let level: usize = heading[1].parse().unwrap();
            assert!(level <= before + 1, "h{level} after h{before}");
            before = level;
        }
        assert_eq!(page.matches("<h1").count(), 1);
        assert!(!texts(&page, "svg", "role=\"img\"").is_empty());
        for picture in texts(&page, "svg", "role=\"img\"") {
            assert!(picture.starts_with("<title>") && picture.contains("<desc>"), "{picture}");
        }
        for table in texts(&page, "table", "") {
            assert!(table.starts_with("<caption>") && table.contains("scope=\"col\""), "{table}");
        }
    }
}

#[test]
fn unreadable_rows_and_uncovered_units_are_told() {
    let rules = support::shipped();
    let source = support::text(
        "a.csv",
        "申报单位,编号,类别,级别,制修订,起草单位排名,日期\n甲,A1,标准制修订,国家,制定,1,2021-05-01\n乙,B1,标准制修订,省标,制定,0,2021-05-01\n丙,C1,标准制修订,国家,制定,1,2021-05-01\n",
    );
    let units = support::text("b.csv", "申报单位,region\n甲,北京市\n丙,成都市\n");
    let portfolio = support::portfolio(&rules, &[source], Some(&units));
    let mut report = report(&rules, &portfolio, Lang::Zh);
    report.jobs.retain(|job| !job.policies.is_empty());
    let page = page(&report);
    for told in ["没有测算的单位", "<li>丙</li>", "读不出的行", "省标", "a.csv"] {
        assert!(page.contains(told), "{told}");
    }
    assert!(text(&report).contains("## 读不出的行"));
}

//! `diff`: nothing that changes in a rule file goes untold, and the money is the difference of two estimates.

mod common;
mod support;

use std::collections::{BTreeMap, BTreeSet};

use biaobu::analysis::diff::money::money;
use biaobu::analysis::diff::{Change, What, diff};
use biaobu::engine::Application;
use biaobu::lang::Lang;
use biaobu::output::diff::words::Teller;
use biaobu::output::diff::{Money, Told};
use biaobu::output::document::{self, Form, Present as _};
use biaobu::output::terminal::Look;
use biaobu::output::words::Speaker;
use biaobu::policy::model::{Amount, Cite};
use biaobu::policy::{self, Policy};
use biaobu::rulefile::RuleFile;
use biaobu::rules::{self, Rules};
use common::{biaobu, cents, folder, json, list, text};
use serde_json::Value;
use support::mutants::mutants;
use unicode_width::UnicodeWidthStr as _;

/// What a policy says, without what only its file has: places in it, worked examples, words for checking, and how
/// percentages are written.
fn substance(policy: &Policy) -> String {
    let mut policy = policy.clone();
    policy.sha256.clear();
    policy.examples.clear();
    policy.anchors.clear();
    for clause in &mut policy.clauses {
        clause.examples.clear();
        clause.span = 0..0;
        for line in &mut clause.amounts {
            if let Amount::Money { from_elsewhere, .. } = &mut line.amount {
                *from_elsewhere = false;
            }
        }
    }
    policy.categories.iter_mut().for_each(|one| one.span = 0..0);
    policy.parameters.iter_mut().for_each(|one| one.span = 0..0);
    policy.limits.iter_mut().for_each(|one| one.span = 0..0);
    policy.caps.iter_mut().for_each(|one| one.span = 0..0);
    format!("{policy:?}")
}

fn shipped_files() -> impl Iterator<Item = RuleFile> {
    rules::shipped().into_iter().filter(RuleFile::is_policy)
}

/// Every clause number that a change names.
fn cites(changes: &[Change]) -> BTreeSet<Cite> {
    let mut cites = BTreeSet::new();
    for change in changes {
        cites.extend(change.on.iter().flat_map(|on| on.before.iter().chain(&on.after)).cloned());
        let says: Vec<_> = match &change.what {
            What::Added(says) | What::Removed(says) => says.iter().collect(),
            What::Says { before, after, .. } => before.iter().chain(after).collect(),
            What::Order { .. } => Vec::new(),
        };
        cites.extend(says.into_iter().filter_map(|said| said.cite.clone()));
    }
    cites
}

/// The clause numbers of the table in which a line stands.
fn cited_around(text: &str, number: usize) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let top = |line: &str| line.starts_with('[') && !line.split(']').next().unwrap_or_default().contains('.');
    let from = (0..=number).rev().find(|line| top(lines[*line])).unwrap_or(0);
    let to = (number + 1..lines.len()).find(|line| top(lines[*line])).unwrap_or(lines.len());
    let mut cites = Vec::new();
    // Title, issuer and the like stand in no clause; region and dates have theirs.
    let head = lines[from].starts_with("[policy]");
    let of_line = |line: &&&str| match (head, lines[number].starts_with("region")) {
        (false, _) => true,
        (true, true) => line.starts_with("region_cite"),
        (true, false) => **line == lines[number],
    };
    for line in lines[from..to].iter().filter(of_line) {
        let mut rest = *line;
        while let Some((_, after)) = rest.split_once("cite") {
            let Some((key, value)) = after.split_once('"') else { break };
            let Some((cite, behind)) = value.split_once('"') else { break };
            if key.trim() == "=" {
                cites.push(cite.to_owned());
            }
            rest = behind;
        }
    }
    cites
}

/// The changes from one file to another; every one of them is a sentence in both languages that tells the two sides
/// apart.
fn told(rules: &Rules, before: &Policy, after: &Policy) -> (Vec<Change>, Vec<String>) {
    let changes = diff(&rules.vocabulary, before, after);
    let mut sentences = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        let speaker = |policy| Speaker { lang, vocabulary: &rules.vocabulary, policy, holes: false };
        let teller = Teller { before: speaker(before), after: speaker(after) };
        for change in &changes {
            let sentence = teller.sentence(change);
            if let What::Says { before: Some(before), after: Some(after), .. } = &change.what {
                let [before, after] = teller.both(before, after);
                assert_ne!(before, after, "{sentence}");
                assert!(sentence.contains(&before) && sentence.contains(&after), "{sentence}");
            }
            for cite in change.on.iter().flat_map(|on| on.before.iter().chain(&on.after)) {
                assert!(sentence.contains(&**cite), "{cite}: {sentence}");
            }
            sentences.push(sentence);
        }
    }
    (changes, sentences)
}

/// Compares a rule file with a changed one, if that loads; false if nothing differs in substance.
fn noticed(rules: &Rules, file: &RuleFile, original: &Policy, changed: &str, number: usize) -> Option<bool> {
    let mutant = RuleFile { name: file.name.clone(), text: changed.to_owned() };
    let policy = policy::load(&rules.vocabulary, &mutant).ok()?.policy;
    let (changes, sentences) = told(rules, original, &policy);
    let line = file.text.lines().nth(number).unwrap_or_default();
    if substance(original) == substance(&policy) {
        assert!(changes.is_empty(), "{}: {line}: {sentences:?}", file.name);
        return Some(false);
    }
    assert!(!changes.is_empty(), "{}: {line}", file.name);
    let around = cited_around(&file.text, number);
    let named = cites(&changes);
    assert!(
        around.is_empty() || around.iter().any(|cite| named.contains(cite.as_str())),
        "{}: {line}: {sentences:?}",
        file.name
    );
    // And back again.
    assert!(!diff(&rules.vocabulary, &policy, original).is_empty());
    Some(true)
}

#[test]
fn no_change_of_a_rule_file_goes_untold() {
    let rules = support::shipped();
    let (mut tried, mut quoted, mut blocks) = (0, 0, 0);
    for file in shipped_files() {
        let original = policy::load(&rules.vocabulary, &file).unwrap().policy;
        for mutant in mutants(&file) {
            tried += usize::from(noticed(&rules, &file, &original, &mutant.file.text, mutant.number) == Some(true));
        }
        let lines: Vec<&str> = file.text.lines().collect();
        // Names, clause numbers and other texts.
        for (number, line) in lines.iter().enumerate() {
            let key = line.split(['=', ' ']).next().unwrap_or_default();
            let names =
                ["id", "title", "en", "cite", "issuer", "number", "region_cite", "why", "source_sha256", "level"];
            if let Some(end) = line.rfind('"').filter(|_| names.contains(&key)) {
                let changed = format!("{}2{}", &line[..end], &line[end..]);
                let mut all = lines.clone();
                all[number] = &changed;
                quoted += usize::from(noticed(&rules, &file, &original, &all.join("\n"), number) == Some(true));
            }
        }
        // Whole tables, with what belongs to them.
        let top = |line: &&str| line.starts_with("[[") && !line.contains('.');
        let starts: Vec<usize> = (0..lines.len()).filter(|line| top(&lines[*line])).collect();
        for (index, start) in starts.iter().enumerate() {
            let end = starts.get(index + 1).copied().unwrap_or(lines.len());
            let rest = [&lines[..*start], &lines[end..]].concat().join("\n");
            blocks += usize::from(noticed(&rules, &file, &original, &rest, *start) == Some(true));
        }
    }
    assert!(tried > 900 && quoted > 500 && blocks > 150, "{tried} {quoted} {blocks}");
}

#[test]
fn comments_and_layout_are_no_difference() {
    let rules = support::shipped();
    for file in shipped_files() {
        let original = policy::load(&rules.vocabulary, &file).unwrap().policy;
        let text = format!("# another comment\n\n{}", file.text.replace("   = ", " = "));
        let other = policy::load(&rules.vocabulary, &RuleFile { name: "other.toml".to_owned(), text }).unwrap().policy;
        assert_ne!(original.sha256, other.sha256);
        assert!(diff(&rules.vocabulary, &original, &other).is_empty(), "{}", file.name);
    }
}

fn tianjin() -> String {
    shipped_files().find(|file| file.name.ends_with("tianjin-2021.toml")).unwrap().text
}

fn edited(edits: &[(&str, &str)]) -> String {
    let mut text = tianjin();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    text
}

const EDITS: [(&str, &str); 3] = [
    ("formulate = \"20万元\", revise = \"18万元\"", "formulate = \"25万元\", revise = \"12万元\""),
    ("within = \"the previous year\"", "within = \"the previous year or this year\""),
    ("at_most = 2", "at_most = 3"),
];

/// An edited copy has the id of the shipped one and is told from it.
#[test]
fn a_draft_against_the_shipped_policy() {
    let removed = {
        let text = tianjin();
        let id = text.find("id       = \"leader-evaluation\"").unwrap();
        let start = text[..id].rfind("[[clause]]").unwrap();
        let end = id + text[id..].find("\n[[clause]]").unwrap() + 1;
        format!("{}{}", &text[..start], &text[end..])
    };
    let folder = folder(&[("draft.toml", edited(&EDITS)), ("same.toml", tianjin()), ("less.toml", removed)]);
    let found = json(&biaobu(folder.path(), "diff tianjin-2021 draft.toml --format json"));
    assert_eq!((text(&found, "schema"), &found["same"]), ("biaobu.diff/1", &Value::Bool(false)));
    assert_eq!(text(&found["after"], "name"), "draft.toml");
    assert_ne!(found["before"]["policy_sha256"], found["after"]["policy_sha256"]);
    let sentences: Vec<&str> = list(&found, "changes").iter().map(|change| text(change, "text")).collect();
    let all = sentences.join("\n");
    for said in [
        "金额（主导·制定）：20万元 → 25万元",
        "金额（主导·修订）：18万元 → 12万元",
        "金额（参与·制定）：10万元（20万元的50%） → 12.5万元（25万元的50%）",
        "在上一年度；未知则待定（第十四条） → 日期 在上一年度或本年度",
        "限数 第十五条“每年申请的类别不超过2个”：最多：2 → 3",
    ] {
        assert!(all.contains(said), "{said}: {all}");
    }
    let back = json(&biaobu(folder.path(), "--lang en diff draft.toml tianjin-2021 --format json"));
    assert_eq!(list(&back, "changes").len(), list(&found, "changes").len());
    assert!(list(&back, "changes").iter().any(|change| text(change, "text").contains("250,000 yuan -> 200,000 yuan")));
    let same = biaobu(folder.path(), "diff tianjin-2021 same.toml");
    assert_eq!((same.code, same.out.contains("完全相同")), (Some(0), true), "{}", same.out);
    let less = biaobu(folder.path(), "diff same.toml less.toml");
    assert!(less.out.contains("- 删去 条款 第十一条“"), "{}{}", less.out, less.err);
    let more = json(&biaobu(folder.path(), "--lang en diff less.toml same.toml --format json"));
    let added = list(&more, "changes").iter().find(|change| change["part"] == "clause").unwrap();
    assert_eq!((text(added, "change"), text(&list(added, "on")[0], "clause_after")), ("added", "第十一条"));
    assert!(text(added, "text").contains("amount: 20,000 yuan"), "{added}");
    let csv = biaobu(folder.path(), "diff tianjin-2021 draft.toml --format csv");
    assert_eq!(csv.out.lines().count(), 1 + list(&found, "changes").len());
    assert_eq!(csv.code, Some(0));
}

/// Per company and in all, the money is the difference of what `estimate` says under each file.
#[test]
fn sums_are_the_difference_of_two_estimates() {
    let file = |path: &str| support::file(path).bytes;
    let units = String::from_utf8(file("fixtures/applicants.csv")).unwrap();
    let moved = units.lines().enumerate().map(|(number, line)| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if number > 0 {
            cells[3] = "天津市";
        }
        cells.join(",")
    });
    let moved = moved.collect::<Vec<_>>().join("\n");
    let folder = folder(&[
        ("rows.csv", file("fixtures/portfolio.csv")),
        ("units.csv", units.into_bytes()),
        ("moved.csv", moved.into_bytes()),
        ("draft/tianjin-2021.toml", edited(&EDITS).into_bytes()),
    ]);
    for years in ["2022", "2021..2023"] {
        let asked = format!("rows.csv --applicants units.csv --year {years} --format json");
        let found = json(&biaobu(folder.path(), &format!("diff tianjin-2021 draft/tianjin-2021.toml {asked}")));
        let estimate = |rules: &str| {
            let asked = format!(
                "{rules}estimate rows.csv --applicants moved.csv --policy tianjin-2021 --year {years} --format json"
            );
            let found = json(&biaobu(folder.path(), &asked));
            let mut sums: BTreeMap<String, i64> = BTreeMap::new();
            for result in list(&found, "results") {
                *sums.entry(text(result, "applicant").to_owned()).or_default() += cents(result, "total");
            }
            sums
        };
        let (before, after) = (estimate(""), estimate("--rules draft "));
        let money = &found["money"];
        let (mut gain, mut loss, mut counts) = (0, 0, [0, 0, 0]);
        assert_eq!(list(money, "applicants").len(), 14);
        for unit in list(money, "applicants") {
            let name = text(unit, "applicant");
            let difference = after[name] - before[name];
            assert_eq!(cents(unit, "difference"), difference, "{name}");
            assert_eq!((cents(&unit["before"], "total"), cents(&unit["after"], "total")), (before[name], after[name]));
            let items: i64 = list(unit, "achievements").iter().map(|row| cents(row, "difference")).sum();
            assert_eq!(items, difference);
            gain += difference.max(0);
            loss += (-difference).max(0);
            counts[if difference > 0 { 0 } else { usize::from(difference < 0) + usize::from(difference == 0) * 2 }] +=
                1;
        }
        assert_eq!((cents(money, "gain"), cents(money, "loss")), (gain, loss));
        let told = ["winners", "losers", "unchanged"].map(|key| money[key].as_u64().unwrap());
        assert_eq!(told, counts);
        assert!(gain > 0);
        let csv =
            biaobu(folder.path(), &format!("diff tianjin-2021 draft/tianjin-2021.toml {asked}").replace("json", "csv"));
        let records: Vec<BTreeMap<String, String>> =
            csv::Reader::from_reader(csv.out.as_bytes()).deserialize().map(Result::unwrap).collect();
        assert_eq!(records.len(), 162 * if years == "2022" { 1 } else { 3 });
        let sum = |key: &str| records.iter().map(|r| r[key].replace('.', "").parse::<i64>().unwrap()).sum::<i64>();
        assert_eq!(sum("gain") - sum("loss"), gain - loss);
        assert_eq!(sum("after") - sum("before"), gain - loss);
    }
}

/// Two cities are put side by side by what they pay for.
/// Of a row that is paid the same, what changed stands beside its clause.
#[test]
fn a_base_that_changes_is_told_where_the_amount_stays() {
    let draft = tianjin().replace("\"20万元\"", "\"26万元\"");
    assert_ne!(draft, tianjin());
    let rows = "id,kind,level,action,role,date\nA,standard,international,formulate,lead,2019-05-01\n";
    let folder = folder(&[("draft.toml", draft.as_str()), ("rows.csv", rows)]);
    for (lang, words) in [("zh", "不符合 第七条（基数20 → 26）："), ("en", "(base 200,000 -> 260,000):")] {
        let ran = biaobu(folder.path(), &format!("diff tianjin-2021 draft.toml rows.csv --year 2022 --lang {lang}"));
        let page: String = ran.out.lines().map(|line| line.trim().to_owned() + " ").collect();
        assert!(page.contains(words), "{}{}", ran.out, ran.err);
    }
}

#[test]
fn two_cities() {
    let folder = folder(&[("x", "")]);
    let found = json(&biaobu(folder.path(), "diff tianjin-2021 linyi-2019 --format json"));
    let row = |wanted: &[(&str, &str)]| {
        let mut rows = list(&found, "amounts").iter().filter(|row| {
            let facts = row["facts"].as_object().unwrap();
            facts.len() == wanted.len()
                && wanted.iter().all(|(fact, value)| facts.get(*fact).is_some_and(|v| v == value))
        });
        let row = rows.next().unwrap();
        assert!(rows.next().is_none());
        (text(&row["before"], "amount").to_owned(), text(&row["after"], "amount").to_owned())
    };
    let standard =
        |level, action, role| row(&[("kind", "standard"), ("level", level), ("action", action), ("role", role)]);
    let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    assert_eq!(standard("national", "formulate", "lead"), pair("8万元", "50万元"));
    assert_eq!(standard("regional", "formulate", "lead"), pair("3万元", ""));
    assert_eq!(standard("municipal", "formulate", "lead"), pair("", "10万元"));
    assert_eq!(row(&[("kind", "pilot"), ("level", "national")]), pair("7万元", "20万元"));
    // Versions of one measure are told clause by clause, whatever their ids.
    let next = tianjin().replace("\"tianjin-2021\"\n", "\"tianjin-2025\"\n").replace("[\"天津\"", "[\"天津市\"");
    std::fs::write(folder.path().join("next.toml"), next).unwrap();
    let versions = json(&biaobu(folder.path(), "diff tianjin-2021 next.toml --format json"));
    assert!(versions["amounts"].is_null(), "{versions}");
    let parts: BTreeSet<&str> = list(&versions, "changes").iter().map(|change| text(change, "part")).collect();
    assert_eq!(parts, BTreeSet::from(["policy"]));
    // Zhengzhou pays formulating and revising alike; Tianjin does not.
    let found = json(&biaobu(folder.path(), "diff zhengzhou-2019 tianjin-2021 --format json"));
    let lines = list(&found, "amounts").iter().filter(|row| {
        let facts = &row["facts"];
        facts["kind"] == "standard" && facts["level"] == "national" && facts["role"] == "lead"
    });
    let told: Vec<(&str, &str)> =
        lines.map(|row| (text(&row["before"], "amount"), text(&row["after"], "amount"))).collect();
    assert_eq!(told, [("100万元", "8万元"), ("100万元", "4万元（8万元的50%）")]);
}

/// No amount of either side is lost, whichever two are put side by side.
#[test]
fn side_by_side_loses_no_amount() {
    let rules = support::shipped();
    for before in &rules.policies {
        for after in &rules.policies {
            let rows = biaobu::analysis::diff::amounts::amounts(before, after);
            for (policy, side) in [(before, 0), (after, 1)] {
                for (index, clause) in policy.clauses.iter().enumerate() {
                    for line in &clause.amounts {
                        let pays = rows
                            .iter()
                            .filter_map(|row| if side == 0 { row.before.as_ref() } else { row.after.as_ref() });
                        let mut pays = pays.filter(|pays| pays.clause == index);
                        assert!(pays.any(|pays| pays.amount == line.amount), "{} {}", policy.id, clause.id);
                    }
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_done_is_refused() {
    let broken = tianjin().replace("20万元", "20万円");
    let folder = folder(&[
        ("broken.toml", broken.as_str()),
        ("rows.csv", "kind,date\npilot,2021-01-01\n"),
        ("bad.csv", "kind,date\npilot,2021-13-01\n"),
        ("same.toml", &tianjin()),
    ]);
    for (asked, said) in [
        ("diff tianjin-2021 broken.toml", "20万円"),
        ("diff tianjin-2021 broken.toml", "没有比较"),
        ("diff tianjin-2021 none.toml", "没有这个文件"),
        ("diff tianjin-2021 tianjin-2022", "是不是 tianjin-2021"),
        ("diff tianjin-2021 rows.csv", "没有 [policy]"),
        ("diff tianjin-2021 same.toml none.csv --year 2022", "没有这个文件"),
        ("diff tianjin-2021 same.toml --year 2022", "没有成果文件"),
        ("diff tianjin-2021 same.toml rows.csv --policy xiamen-2020", "没有 --policy"),
        ("diff tianjin-2021 same.toml -o same.toml", "覆盖"),
        ("diff tianjin-2021 same.toml --excel", "--excel"),
        ("diff tianjin-2021 same.toml rows.csv --param fund_total=1万", "没有参数"),
    ] {
        let ran = biaobu(folder.path(), asked);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{asked}");
        assert!(ran.err.contains(said), "{asked}: {}", ran.err);
    }
    let unreadable = biaobu(folder.path(), "diff tianjin-2021 same.toml bad.csv --year 2022");
    assert_eq!(unreadable.code, Some(1), "{}", unreadable.err);
    assert!(unreadable.out.contains("读不出的行：1"), "{}", unreadable.out);
}

/// A policy that is not in force is said to be, not silently zero.
#[test]
fn not_in_force_is_said() {
    let folder = folder(&[("rows.csv", "类别,级别,制修订,起草单位排名,日期\n标准制修订,国家,制定,1,2024-05-01\n")]);
    let asked = "diff tianjin-2021 zhengzhou-2019 rows.csv --year 2025";
    let ran = biaobu(folder.path(), asked);
    assert!(ran.out.contains("tianjin-2021: ! 2025年没有一天在有效期内") && ran.out.contains("+100"), "{}", ran.out);
    let ignored = biaobu(folder.path(), &format!("{asked} --ignore-validity"));
    assert!(ignored.out.contains("按 --ignore-validity 仍予计算") && ignored.out.contains("+92"), "{}", ignored.out);
}

/// What a person sees, at 80 columns.
#[test]
fn it_fits_80_columns() {
    let rules = support::shipped();
    let draft = RuleFile { name: "draft.toml".to_owned(), text: edited(&EDITS) };
    let draft = policy::load(&rules.vocabulary, &draft).unwrap().policy;
    let shipped = support::policy(&rules, "tianjin-2021");
    let (rows, units) = (support::file("fixtures/portfolio.csv"), support::file("fixtures/applicants.csv"));
    let portfolio = support::portfolio(&rules, &[rows], Some(&units));
    let tianjin: Vec<_> = portfolio.applicants.iter().filter(|unit| unit.name.starts_with("天津")).collect();
    assert_eq!(tianjin.len(), 2);
    let years = [2022];
    let applications = Application::default().in_years(years);
    let changes = diff(&rules.vocabulary, shipped, &draft);
    let comparison = money(&rules.vocabulary, shipped, &draft, tianjin, &applications);
    for (lang, name) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        let found = Money { comparison: &comparison, portfolio: &portfolio, years: &years };
        let told = Told {
            names: ["tianjin-2021", "draft.toml"],
            policies: [shipped, &draft],
            changes: &changes,
            amounts: None,
            money: Some(found),
            vocabulary: &rules.vocabulary,
            lang,
        };
        let mut out = Vec::new();
        document::write(&told, Form::Terminal(Look { width: 80, color: false }), lang, &mut out).unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert!(shown.lines().all(|line| line.width() <= 80), "{shown}");
        insta::assert_snapshot!(format!("diff_{name}"), shown);
        assert_eq!(told.records().rows.len(), tianjin_rows(&comparison));
    }
}

fn tianjin_rows(comparison: &biaobu::analysis::compare::Comparison<'_>) -> usize {
    comparison.units.iter().map(|unit| unit.applicant.achievements.len()).sum()
}

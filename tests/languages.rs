//! No text is missing in either language: every pair of texts in the sources, every title in the rule files.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
}

/// Spellings that an English text shows because a cell may be written so, or an amount is.
const AS_TYPED: [&str; 3] = ["2021年6月30日", "万元", "亿元"];

fn without_typed(text: &str) -> String {
    AS_TYPED.iter().fold(text.to_owned(), |text, typed| text.replace(typed, ""))
}

/// `words!(zh: …, en: …)` and the like: the Chinese text is Chinese and the English one is not.
#[test]
fn every_pair_of_texts_is_in_both_languages() {
    let literal = r#""((?:[^"\\]|\\.)*)""#;
    let pair = Regex::new(&format!(
        r"(?:zh:\s*{literal},\s*en:\s*{literal})|(?:(?:pick|section|line)\(\s*{literal},\s*{literal})"
    ))
    .expect("a pattern");
    let (placeholder, letters) =
        (Regex::new(r"\{[^}]*\}").expect("a pattern"), Regex::new("[A-Za-z]{2}").expect("a pattern"));
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let (mut pairs, mut wrong) = (0, Vec::new());
    for file in files {
        let text = fs::read_to_string(&file).expect("a source");
        for found in pair.captures_iter(&text) {
            let named = |one, other| found.get(one).or(found.get(other)).map_or("", |part| part.as_str());
            let (zh, en) = (named(1, 3), named(2, 4));
            let english = without_typed(en);
            pairs += 1;
            // A text that is nothing but a value to type is the same in both.
            let zh_words = placeholder.replace_all(zh, "");
            let zh_fine = is_chinese(zh) || zh == "zh-CN" || !letters.is_match(&zh_words) || zh_words.contains("\\\"");
            if zh.trim().is_empty() != en.trim().is_empty() || is_chinese(&english) || !zh_fine {
                wrong.push(format!("{}: {zh} / {en}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(pairs > 200, "{pairs}");
}

#[test]
fn every_title_of_the_rule_files_is_in_both_languages() {
    let rules = support::shipped();
    let clause = Regex::new("第[^条]*条(（[^）]*）)*").expect("a pattern");
    for policy in &rules.policies {
        let titles = std::iter::once(&policy.title)
            .chain(policy.categories.iter().map(|category| &category.title))
            .chain(policy.clauses.iter().map(|clause| &clause.title))
            .chain(policy.bars.iter().map(|bar| &bar.title))
            .chain(policy.assumed.iter().map(|assumed| &assumed.title))
            .chain(policy.bonuses.iter().map(|bonus| &bonus.title))
            .chain(policy.merges.iter().map(|merge| &merge.title))
            .chain(policy.limits.iter().map(|limit| &limit.title))
            .chain(policy.caps.iter().map(|cap| &cap.title))
            .chain(policy.calls.iter().map(|call| &call.title))
            .chain(policy.not_modelled.iter().map(|gap| &gap.why));
        for title in titles {
            let english = clause.replace_all(&title.en, "").into_owned();
            assert!(
                is_chinese(&title.zh) && !is_chinese(&without_typed(&english)) && !title.en.is_empty(),
                "{}: {title}",
                policy.id
            );
        }
    }
}

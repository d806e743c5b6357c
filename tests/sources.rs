//! The shipped rules against the official texts, where these are at hand beside the repository.

mod support;

use std::path::Path;

use biaobu::policy::{self, digest_of, source};
use biaobu::rulefile::RuleFile;
use biaobu::rules;

/// The official text of a policy; none where the texts are not at hand.
fn official_text(name: &str) -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/sources");
    let text = std::fs::read_to_string(folder.join(name));
    if text.is_err() {
        eprintln!("{name}: the official text is not at hand, not compared");
    }
    text.ok()
}

#[test]
fn every_figure_stands_in_its_clause_and_every_amount_is_used() {
    for policy in &support::shipped().policies {
        let Some(text) = official_text(&policy.source) else { continue };
        let coverage = source::compare(policy, &text);
        assert!(coverage.unfounded.is_empty() && coverage.open.is_empty(), "{}: {coverage:?}", policy.id);
        assert!(coverage.clauses > 0, "{}", policy.id);
        assert_eq!(Some(digest_of(text.as_bytes())), policy.source_sha256, "{}", policy.id);
    }
}

/// Mutation test of the clause numbers: moved to the clause before or after, each is noticed, by a figure that does
/// not stand there, by a word (`says`) that does not, or because there is no such clause.
#[test]
fn no_clause_number_can_move_unnoticed() {
    let rules = support::shipped();
    let mut survivors = Vec::new();
    let mut tried = 0;
    for file in rules::shipped().into_iter().filter(RuleFile::is_policy) {
        let shipped = policy::load(&rules.vocabulary, &file).expect("a shipped file loads").policy;
        let Some(text) = official_text(&shipped.source) else { continue };
        for (place, cite) in cites(&file.text) {
            for neighbour in [1, -1].into_iter().filter_map(|step| neighbour(cite, step)) {
                tried += 1;
                let mut mutant = file.clone();
                mutant.text.replace_range(place..place + cite.len(), &neighbour);
                let noticed = policy::load(&rules.vocabulary, &mutant).map_or(true, |loaded| {
                    let coverage = source::compare(&loaded.policy, &text);
                    !coverage.unfounded.is_empty() || !coverage.open.is_empty()
                });
                if !noticed {
                    let line = file.text[..place].lines().count();
                    survivors.push(format!("{}:{line}: {cite} -> {neighbour}", file.name));
                }
            }
        }
    }
    assert!(survivors.is_empty(), "{} of {tried} survive:\n{}", survivors.len(), survivors.join("\n"));
    assert!(tried == 0 || tried > 900, "{tried}");
}

/// Every clause number that stands behind `cite = ` or `region_cite = `, with its place.
fn cites(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices("cite") {
        let Some(value) = text[start + 4..].trim_start().strip_prefix('=') else { continue };
        let Some(cite) = value.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()) else { continue };
        found.push((cite.as_ptr() as usize - text.as_ptr() as usize, cite));
    }
    found
}

/// The clause number whose last numeral is one more or less; none below one, or without a numeral.
fn neighbour(cite: &str, step: i32) -> Option<String> {
    const NUMERALS: &str = "零一二三四五六七八九十0123456789①②③④⑤⑥⑦⑧⑨";
    let end = cite.rfind(|c| NUMERALS.contains(c)).and_then(|at| Some(at + cite[at..].chars().next()?.len_utf8()))?;
    let start = cite[..end]
        .rfind(|c| !NUMERALS.contains(c))
        .map_or(0, |at| at + cite[at..].chars().next().map_or(0, char::len_utf8));
    let last = cite[start..end].chars().next_back()?;
    // `2①` is point 2, circle 1: the circle moves.
    let start = if ('①'..='⑨').contains(&last) { end - last.len_utf8() } else { start };
    let moved = number(&cite[start..end])? + step;
    let written = match last {
        _ if moved < 1 => return None,
        '①'..='⑨' => char::from_u32('①' as u32 + u32::try_from(moved).ok()? - 1)?.to_string(),
        '0'..='9' => moved.to_string(),
        _ => chinese(moved),
    };
    Some(format!("{}{written}{}", &cite[..start], &cite[end..]))
}

const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

fn number(text: &str) -> Option<i32> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let mut total = 0;
    let mut digit = None;
    for c in text.chars() {
        match c {
            '①'..='⑨' => return i32::try_from(c as u32 - '①' as u32 + 1).ok(),
            '十' => total += digit.take().unwrap_or(1) * 10,
            _ => digit = Some(i32::try_from(DIGITS.iter().position(|d| *d == c)?).ok()?),
        }
    }
    Some(total + digit.unwrap_or(0))
}

fn chinese(number: i32) -> String {
    let digit = |n: i32| DIGITS[usize::try_from(n).unwrap_or_default()].to_string();
    match (number / 10, number % 10) {
        (0, ones) => digit(ones),
        (tens, ones) => {
            let tens = if tens == 1 { String::new() } else { digit(tens) };
            let ones = if ones == 0 { String::new() } else { digit(ones) };
            format!("{tens}十{ones}")
        }
    }
}

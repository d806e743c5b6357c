//! Rule files with one figure, or one word with a meaning, changed.

use biaobu::rulefile::RuleFile;

/// A rule file with one line changed.
pub struct Mutant {
    pub file: RuleFile,
    /// Which line, counted from 0.
    pub number: usize,
    /// As it was.
    pub line: String,
    /// As it is.
    pub change: String,
}

/// Keys whose values are names, texts or references, and so no figures.
const NAMES: &[&str] = &[
    "id",
    "title",
    "en",
    "cite",
    "issuer",
    "number",
    "source",
    "source_sha256",
    "published",
    "region",
    "region_cite",
    "region_says",
    "says",
    "why",
    "name",
    "open_until",
    // What only several policies, or `policies`, look at.
    "level",
    "applications",
];

/// Every mutant of a rule file.
pub fn mutants(file: &RuleFile) -> Vec<Mutant> {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut mutants = Vec::new();
    let mut in_example = false;
    for (number, line) in lines.iter().enumerate() {
        if line.starts_with('[') {
            in_example = line.contains("example");
        }
        let key = line.split(['=', ' ']).next().unwrap_or_default();
        if in_example || line.starts_with(['#', '[']) || NAMES.contains(&key) {
            continue;
        }
        for change in changes(line) {
            let mut changed: Vec<&str> = lines.clone();
            changed[number] = &change;
            let file = RuleFile { name: file.name.clone(), text: changed.join("\n") };
            mutants.push(Mutant { file, number, line: (*line).to_owned(), change: change.trim().to_owned() });
        }
    }
    mutants
}

/// One changed line per figure and per word with a meaning.
fn changes(line: &str) -> Vec<String> {
    let mut changes = Vec::new();
    let quoted = |key: &'static str| {
        line.match_indices(key).map(move |(start, _)| {
            let open = start + key.len();
            start..open + line[open..].find('"').unwrap_or_default()
        })
    };
    let cites: Vec<std::ops::Range<usize>> = quoted("cite = \"").chain(quoted("says = \"")).collect();
    let free = |place: usize| !cites.iter().any(|cite| cite.contains(&place));
    let bytes = line.as_bytes();
    let mut place = 0;
    while place < bytes.len() {
        if bytes[place].is_ascii_digit() && (place == 0 || !bytes[place - 1].is_ascii_alphanumeric()) && free(place) {
            let end = place + bytes[place..].iter().take_while(|b| b.is_ascii_digit()).count();
            let figure: u64 = line[place..end].parse().expect("digits");
            let width = end - place;
            changes.push(format!("{}{:0width$}{}", &line[..place], figure + 1, &line[end..]));
            place = end;
        } else {
            place += 1;
        }
    }
    let words = [
        ("= true", "= false"),
        ("= false", "= true"),
        ("\"assumed\"", "\"undetermined\""),
        ("\"refused\"", "\"assumed\""),
        ("\"excludes\"", "\"tops up\""),
        ("\"tops up\"", "\"excludes\""),
        ("\"fixed\"", "\"ceiling\""),
        ("\"ceiling\"", "\"fixed\""),
        ("\"municipal\"", "\"district\""),
        ("or this year", "or this yearly"),
        ("\"the previous year or this year\"", "\"the previous year\""),
        ("\"the previous year\"", "\"the previous year or this year\""),
        ("\"up to application\"", "\"the days in force\""),
        ("\"quantity\"", "\"amount\""),
        ("\"any\"", "\"district\""),
        ("by    = \"rank\"", "by    = \"role\""),
    ];
    for (from, to) in words {
        if let Some(place) = line.find(from).filter(|place| free(*place)) {
            changes.push(format!("{}{to}{}", &line[..place], &line[place + from.len()..]));
        }
    }
    changes
}

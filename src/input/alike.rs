//! Warnings about rows that look like one achievement written twice, and about standards that several applicants claim
//! (contract section 3: a shared standard number is a warning). Each in two passes over the rows with a hash map, so
//! that a million rows take as long as a million rows should.

use std::collections::HashMap;
use std::hash::Hash;

use jiff::civil::Date;

use super::cells::shown;
use crate::facts::{Achievement, Applicant};
use crate::lang::Words;
use crate::text;
use crate::vocabulary::{FactId, ValueId, Vocabulary};
use crate::words;

/// Adds the warnings to the achievements. `paths` names the input files.
pub(super) fn warn(vocabulary: &Vocabulary, paths: &[&str], applicants: &mut [Applicant]) {
    for applicant in applicants.iter_mut() {
        warn_twins(vocabulary, paths, &mut applicant.achievements);
    }
    if applicants.len() > 1 {
        warn_shared(vocabulary, applicants);
    }
}

/// The first two of each key.
struct Firsts<K, V>(HashMap<K, (V, Option<V>)>);

impl<K: Hash + Eq, V: Copy + PartialEq> Firsts<K, V> {
    fn new() -> Self {
        Firsts(HashMap::new())
    }

    fn note(&mut self, key: K, value: V) {
        let (first, second) = self.0.entry(key).or_insert((value, None));
        if *first != value {
            second.get_or_insert(value);
        }
    }

    /// The first one other than `value`.
    fn other(&self, key: &K, value: V) -> Option<V> {
        let (first, second) = self.0.get(key)?;
        if *first == value { *second } else { Some(*first) }
    }
}

type Likeness = (Option<ValueId>, String, String, Option<Date>);

/// What makes two rows of one applicant alike; nothing where neither number nor title is known.
fn likeness(vocabulary: &Vocabulary, achievement: &Achievement) -> Option<Likeness> {
    let known = vocabulary.known();
    let facts = &achievement.facts;
    let (number, title) = (facts.text(known.number), facts.text(known.title));
    number.or(title)?;
    let number = number.map(number_key).unwrap_or_default();
    Some((facts.code(known.kind), number, title.map(text::key).unwrap_or_default(), facts.date(known.date)))
}

fn warn_twins(vocabulary: &Vocabulary, paths: &[&str], achievements: &mut [Achievement]) {
    if achievements.len() < 2 {
        return;
    }
    let mut firsts = Firsts::new();
    let mut keys = Vec::with_capacity(achievements.len());
    for achievement in achievements.iter() {
        keys.push(likeness(vocabulary, achievement));
        if let Some(key) = keys.last().and_then(Option::as_ref) {
            firsts.note(key.clone(), (achievement.input, achievement.row));
        }
    }
    for (achievement, key) in achievements.iter_mut().zip(keys) {
        let place = (achievement.input, achievement.row);
        if let Some((input, row)) = key.and_then(|key| firsts.other(&key, place)) {
            let path = if input == place.0 { None } else { paths.get(input) };
            achievement.warnings.push(twin(row, path.copied()));
        }
    }
}

fn twin(row: u64, path: Option<&str>) -> Words {
    let (zh, en) = path.map_or_else(Default::default, |path| (format!("{path} "), format!(" of {path}")));
    words!(
        zh: "与{zh}第 {row} 行的类别、标准号、名称和日期都相同，可能是重复填写；请核对",
        en: "kind, number, title and date are those of row {row}{en}; it may have been entered twice; check it"
    )
}

/// Kinds whose number is a standard's: those for which the vocabulary reads something off it.
fn has_standard_number(vocabulary: &Vocabulary, number: FactId, achievement: &Achievement) -> bool {
    let kind = achievement.facts.code(vocabulary.known().kind);
    vocabulary.inferences().iter().any(|inference| inference.from == number && Some(inference.kind) == kind)
}

fn warn_shared(vocabulary: &Vocabulary, applicants: &mut [Applicant]) {
    let number = vocabulary.known().number;
    let key_of = |achievement: &Achievement| {
        let text = achievement.facts.text(number)?;
        has_standard_number(vocabulary, number, achievement).then(|| number_key(text))
    };
    let mut firsts = Firsts::new();
    for (index, applicant) in applicants.iter().enumerate() {
        for key in applicant.achievements.iter().filter_map(key_of) {
            firsts.note(key, index);
        }
    }
    let names: Vec<String> = applicants.iter().map(|applicant| shown(&applicant.name)).collect();
    for (index, applicant) in applicants.iter_mut().enumerate() {
        for achievement in &mut applicant.achievements {
            let Some(other) = key_of(achievement).and_then(|key| firsts.other(&key, index)) else { continue };
            let (number, name) = (shown(achievement.facts.text(number).unwrap_or_default()), &names[other]);
            achievement.warnings.push(words!(
                zh: "标准“{number}”也由“{name}”申报；各单位分别计算，请核对排名和本地单位排名",
                en: "the standard \"{number}\" is claimed by \"{name}\" as well; applicants are computed apart; check \
                     rank and local ranks"
            ));
        }
    }
}

/// A standard's number without what is written now one way, now another: spaces, case, the length of dashes.
fn number_key(number: &str) -> String {
    let key = text::key(number);
    let dashes = |c| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c };
    key.chars().filter(|c| !c.is_whitespace()).map(dashes).collect()
}

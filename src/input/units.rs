//! Units 单位: who is meant by a name or a code, kept so that a million of them fit.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashMap};

use super::Notice;
use super::cells::{near, shown};
use super::segments::Segments;
use crate::facts::{Facts, Value};
use crate::lang::Words;
use crate::text;
use crate::vocabulary::{FactId, Vocabulary};
use crate::words;

/// Number of a unit among those that rows name.
pub(super) type UnitId = u32;

/// The units of the applicants file.
#[derive(Debug, Default)]
pub(super) struct KnownUnits {
    units: Vec<KnownUnit>,
    /// By the [`text::key`] of names and codes. Never walked over.
    keys: HashMap<String, u32>,
    profiles: HashMap<Vec<(FactId, Value)>, u32>,
}

#[derive(Debug)]
struct KnownUnit {
    name: String,
    facts: Facts,
    /// See [`Units::facts`].
    profile: u32,
    /// Its row in the applicants file.
    row: u64,
}

impl KnownUnits {
    /// The row that has this name or code.
    pub fn row_of(&self, name: &str) -> Option<u64> {
        self.keys.get(&text::key(name)).map(|unit| self.units[*unit as usize].row)
    }

    /// Adds a unit.
    pub fn register(&mut self, vocabulary: &Vocabulary, name: &str, code: Option<&str>, facts: Facts, row: u64) {
        let code_fact = vocabulary.known().code;
        let of_profile = facts.iter().filter(|(fact, _)| *fact != code_fact);
        let mut of_profile: Vec<(FactId, Value)> = of_profile.map(|(fact, value)| (fact, value.clone())).collect();
        of_profile.sort_by_key(|(fact, _)| *fact);
        // 0 is the profile of units of which nothing is known.
        let next = if of_profile.is_empty() { 0 } else { self.profiles.len() as u32 + 1 };
        let profile = *self.profiles.entry(of_profile).or_insert(next);
        let unit = self.units.len() as u32;
        self.units.push(KnownUnit { name: name.to_owned(), facts, profile, row });
        for key in [Some(name), code].into_iter().flatten() {
            self.keys.insert(text::key(key), unit);
        }
    }

    /// Which of them have appeared, none yet.
    pub fn nobody_yet(&self) -> Vec<bool> {
        vec![false; self.units.len()]
    }
}

/// A unit that rows of achievements name.
#[derive(Clone, Copy, Debug)]
struct Unit {
    name: Place,
    /// Its place in the applicants file.
    known: Option<u32>,
}

/// A stretch of one part of the text of all names.
#[derive(Clone, Copy, Debug)]
struct Place {
    part: u32,
    from: u32,
    length: u32,
}

/// The text of names, in parts so that it grows without being copied: there may be millions.
#[derive(Debug, Default)]
struct Texts(Vec<String>);

impl Texts {
    const PART: usize = 1 << 20;

    fn write(&mut self, text: &str) -> Place {
        if self.0.last().is_none_or(|last| last.len() + text.len() > Self::PART) {
            // The first one stays small, as most are.
            let capacity = if self.0.is_empty() { text.len() } else { Self::PART.max(text.len()) };
            self.0.push(String::with_capacity(capacity));
        }
        let part = self.0.len() - 1;
        let last = &mut self.0[part];
        let from = last.len();
        last.push_str(text);
        // A cell is never as long as that, and a part never longer than the longest cell.
        let short = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Place { part: short(part), from: short(from), length: short(text.len()) }
    }

    fn read(&self, place: Place) -> &str {
        let from = place.from as usize;
        let part = self.0.get(place.part as usize);
        part.and_then(|part| part.get(from..from + place.length as usize)).unwrap_or_default()
    }
}

/// One spelling of a unit's name or code.
#[derive(Clone, Copy, Debug)]
struct Spelling {
    place: Place,
    unit: UnitId,
}

/// Spellings by their hash. Looking for many at once waits for memory once for all of them: the slots are read first,
/// then the spellings that they point at, then the texts.
#[derive(Debug)]
struct Spellings {
    /// Half of the hash and, counted from 1, the spelling; 0 for none. Open addressing; half of them are free.
    slots: Vec<u64>,
    spellings: Segments<Spelling>,
}

impl Spellings {
    fn new() -> Self {
        Spellings { slots: Vec::new(), spellings: Segments::new() }
    }

    /// Where a spelling stands, if no other is in its place.
    fn slot(&self, half: u64) -> usize {
        half as usize & self.slots.len().wrapping_sub(1)
    }

    /// The half of a hash that is kept: its lowest bits say where a spelling stands, all of it whether it may be the one.
    fn half(hash: u64) -> u64 {
        hash >> 32
    }

    fn find(&self, texts: &Texts, text: &str, hash: u64) -> Option<UnitId> {
        let half = Self::half(hash);
        let mut slot = self.slot(half);
        loop {
            let found = *self.slots.get(slot)?;
            if found == 0 {
                return None;
            }
            if Self::half(found) == half {
                let spelling = self.spellings[(found as u32 - 1) as usize];
                if texts.read(spelling.place) == text {
                    return Some(spelling.unit);
                }
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// For each text and hash, what most likely is its unit: right where something is found.
    fn find_likely<'n>(
        &self,
        texts: &Texts,
        names: impl Iterator<Item = (&'n str, u64)> + Clone,
    ) -> Vec<Option<UnitId>> {
        let likely = |(_, hash): (&str, u64)| {
            let half = Self::half(hash);
            let slot = self.slots.get(self.slot(half)).copied().unwrap_or(0);
            if Self::half(slot) == half { slot as u32 } else { 0 }
        };
        let found: Vec<u32> = names.clone().map(likely).collect();
        let spelling = |found: &u32| found.checked_sub(1).map(|index| self.spellings[index as usize]);
        let spellings: Vec<Option<Spelling>> = found.iter().map(spelling).collect();
        let same = |(spelling, (text, _)): (Option<Spelling>, (&str, u64))| {
            spelling.filter(|spelling| texts.read(spelling.place) == text).map(|spelling| spelling.unit)
        };
        spellings.into_iter().zip(names).map(same).collect()
    }

    fn insert(&mut self, spelling: Spelling, hash: u64) {
        self.spellings.push(spelling);
        let count = self.spellings.len();
        if count * 2 > self.slots.len() {
            let room = (self.slots.len() * 2).max(64);
            let before = std::mem::replace(&mut self.slots, vec![0; room]);
            before.into_iter().filter(|slot| *slot != 0).for_each(|slot| self.place(slot));
        }
        self.place(Self::half(hash) << 32 | count as u64);
    }

    fn place(&mut self, entry: u64) {
        let mut slot = self.slot(Self::half(entry));
        while self.slots[slot] != 0 {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = entry;
    }
}

/// The units that rows of achievements name, by first appearance.
#[derive(Debug)]
pub(super) struct Units {
    known: Arc<KnownUnits>,
    /// By place in the applicants file.
    of_known: HashMap<u32, UnitId>,
    units: Segments<Unit>,
    texts: Texts,
    /// As rows write them.
    spellings: Spellings,
    /// Units that nobody knows, under the [`text::key`] of their names, where no row writes it in that way first.
    keys: HashMap<String, UnitId>,
    hasher: DefaultHashBuilder,
    nothing: Facts,
}

impl Units {
    pub fn new(known: Arc<KnownUnits>, hasher: DefaultHashBuilder) -> Self {
        Units {
            known,
            of_known: HashMap::new(),
            units: Segments::new(),
            texts: Texts::default(),
            spellings: Spellings::new(),
            keys: HashMap::new(),
            hasher,
            nothing: Facts::none(),
        }
    }

    /// How many units there are.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// The unit that `cell` names by name or code; a new one where nobody knows it. `hash` is the cell's.
    pub fn resolve(&mut self, cell: &str, hash: u64) -> UnitId {
        if let Some(met) = self.spellings.find(&self.texts, cell, hash) {
            return met;
        }
        let key = text::key(cell);
        let known = self.known.keys.get(&key).copied();
        let met = match known {
            Some(known) => self.of_known.get(&known).copied(),
            None => self.stranger(cell, &key),
        };
        let spelled = self.texts.write(cell);
        let unit = match (met, known) {
            (Some(unit), _) => unit,
            (None, Some(known)) => {
                let name = &self.known.units[known as usize].name;
                let name = if name == cell { spelled } else { self.texts.write(name) };
                let unit = self.push(Unit { name, known: Some(known) });
                self.of_known.insert(known, unit);
                unit
            }
            (None, None) => {
                let unit = self.push(Unit { name: spelled, known: None });
                if key != cell {
                    self.keys.insert(key, unit);
                }
                unit
            }
        };
        self.spellings.insert(Spelling { place: spelled, unit }, hash);
        unit
    }

    /// A unit that nobody knows and that was met under another spelling than `cell`.
    fn stranger(&self, cell: &str, key: &str) -> Option<UnitId> {
        if let Some(unit) = self.keys.get(key) {
            return Some(*unit);
        }
        // A row that writes the key itself was met under it.
        let writes_itself = key != cell && text::key(key) == key;
        writes_itself.then(|| self.spellings.find(&self.texts, key, self.hasher.hash_one(key))).flatten()
    }

    /// The units of many names that were met before; none for those that [`Units::resolve`] must look at.
    pub fn met<'n>(&self, names: impl Iterator<Item = (&'n str, u64)> + Clone) -> Vec<Option<UnitId>> {
        self.spellings.find_likely(&self.texts, names)
    }

    /// [`Units::resolve`] for a single name.
    pub fn named(&mut self, cell: &str) -> UnitId {
        let hash = self.hasher.hash_one(cell);
        self.resolve(cell, hash)
    }

    /// The one unnamed unit.
    pub fn nameless(&mut self) -> UnitId {
        let name = self.texts.write("");
        self.push(Unit { name, known: None })
    }

    fn push(&mut self, unit: Unit) -> UnitId {
        self.units.push(unit);
        // Names of four billion units do not fit into any memory.
        UnitId::try_from(self.units.len() - 1).unwrap_or(UnitId::MAX)
    }

    fn get(&self, unit: UnitId) -> Option<Unit> {
        ((unit as usize) < self.units.len()).then(|| self.units[unit as usize])
    }

    /// The name of a unit as results show it.
    pub fn name(&self, unit: UnitId) -> &str {
        self.get(unit).map_or("", |unit| self.texts.read(unit.name))
    }

    fn known(&self, unit: UnitId) -> Option<&KnownUnit> {
        self.known.units.get(self.get(unit)?.known? as usize)
    }

    /// What is known of a unit, and a number that units share of which the same is known, codes aside.
    pub fn facts(&self, unit: UnitId) -> (&Facts, u32) {
        self.known(unit).map_or((&self.nothing, 0), |known| (&known.facts, known.profile))
    }

    /// Notes who of the applicants file stands here.
    pub fn mark_known(&self, appeared: &mut [bool]) {
        for known in self.units.iter().filter_map(|unit| unit.known) {
            appeared[known as usize] = true;
        }
    }

    /// Those whom the applicants file does not know, by first appearance.
    pub fn strangers(&self) -> impl Iterator<Item = &str> {
        let unknown = self.units.iter().filter(|unit| unit.known.is_none() && unit.name.length > 0);
        unknown.map(|unit| self.texts.read(unit.name))
    }
}

/// More names than this are no help in a notice.
pub(super) const MOST_NAMED: usize = 10;

impl KnownUnits {
    /// Units that rows name and the applicants file does not, in one notice: a slip in a name would otherwise make a
    /// unit with a bar one without.
    pub fn strangers(&self, path: &str, strangers: &[String], count: usize) -> Option<Notice> {
        /// Looking for the nearest of many names takes long.
        const MOST_COMPARED: usize = 2000;
        let known: Vec<&str> = self.units.iter().map(|unit| unit.name.as_str()).collect();
        if count == 0 {
            return None;
        }
        let mut names = Words::default();
        for (position, name) in strangers.iter().take(MOST_NAMED).enumerate() {
            if position > 0 {
                names.zh.push('、');
                names.en.push_str(", ");
            }
            let near = if known.len() <= MOST_COMPARED { near(name, known.iter().copied()) } else { None };
            let name = shown(name);
            let shown = match near {
                Some(near) => words!(zh: "{name}（是不是“{near}”？）", en: "{name} (did you mean \"{near}\"?)"),
                None => words!(zh: "{name}", en: "{name}"),
            };
            names.zh += &shown.zh;
            names.en += &shown.en;
        }
        if count > MOST_NAMED {
            names.zh.push('等');
            names.en.push_str(", …");
        }
        let (zh, en) = (names.zh, names.en);
        let message = words!(
            zh: "成果表里有 {count} 个单位不在单位表中，其情况按未知处理：{zh}",
            en: "{count} of the achievements' applicants are not in the applicants file, and nothing is known of them: \
                 {en}"
        );
        Some(Notice { path: path.to_owned(), row: None, message })
    }

    /// Units of the applicants file that no row names; many of them in one notice.
    pub fn unused(&self, path: &str, appeared: &[bool], nobody_named: bool) -> Vec<Notice> {
        let unused = self.units.iter().zip(appeared).filter(|(_, appeared)| !**appeared);
        let unused: Vec<(u64, &str)> = unused.map(|(unit, _)| (unit.row, unit.name.as_str())).collect();
        let notice = |row, message| Notice { path: path.to_owned(), row, message };
        if unused.len() > MOST_NAMED {
            let (count, first) = (unused.len(), unused.first().map(|(_, name)| shown(name)).unwrap_or_default());
            let message = words!(
                zh: "单位表里有 {count} 个单位没有成果，例如“{first}”",
                en: "{count} units of the applicants file have no achievement, \"{first}\" for example"
            );
            return vec![notice(None, message)];
        }
        let tell = |(row, name): &(u64, &str)| {
            let name = shown(name);
            let message = if nobody_named {
                words!(
                    zh: "成果表没有写申报单位，“{name}”没有用到；如果成果属于它，请加 --applicant {name}",
                    en: "the achievements name no applicant, so \"{name}\" is not used; if they are its own, add \
                         --applicant {name}"
                )
            } else {
                words!(
                    zh: "成果表里没有“{name}”的成果",
                    en: "there is no achievement of \"{name}\""
                )
            };
            notice(Some(*row), message)
        };
        unused.iter().map(tell).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap as Plain;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Names are one unit if and only if their keys are the same, whatever comes first.
        #[test]
        fn names_of_one_key_are_one_unit(names in prop::collection::vec("[aAbＢ甲 ]{1,3}|İ|i\u{307}|ß", 1..60)) {
            let mut units = Units::new(Arc::default(), DefaultHashBuilder::default());
            let mut by_key: Plain<String, UnitId> = Plain::new();
            for name in &names {
                let next = by_key.len() as UnitId;
                let expected = *by_key.entry(text::key(name)).or_insert(next);
                prop_assert_eq!(units.named(name), expected, "{}", name);
            }
            let pairs = names.iter().map(|name| (name.as_str(), units.hasher.hash_one(name.as_str())));
            for (name, met) in names.iter().zip(units.met(pairs)) {
                prop_assert!(met.is_none_or(|met| met == by_key[&text::key(name)]));
            }
        }
    }

    #[test]
    fn many_names_are_found_again() {
        let mut units = Units::new(Arc::default(), DefaultHashBuilder::default());
        let name = |number: u32| format!("单位{}{number}", "长".repeat(number as usize % 40));
        for number in 0..40_000 {
            assert_eq!(units.named(&name(number)), number);
        }
        assert!((0..40_000).all(|number| units.named(&name(number)) == number && units.name(number) == name(number)));
    }
}

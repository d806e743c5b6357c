//! Units 单位: who is meant by a name or a code, kept so that a million of them fit.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use super::Notice;
use super::cells::{near, shown};
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
#[derive(Debug)]
struct Unit {
    name: Place,
    /// Its place in the applicants file.
    known: Option<u32>,
}

/// A stretch of the text of all names.
#[derive(Clone, Copy, Debug)]
struct Place {
    from: u64,
    length: u32,
}

/// One spelling of a unit's name or code.
#[derive(Clone, Copy, Debug)]
struct Spelling {
    hash: u64,
    place: Place,
    unit: UnitId,
}

/// Spellings by their hash. Looking for many at once waits for memory once for all of them: the slots are read first,
/// then the spellings that they point at, then the texts.
#[derive(Debug, Default)]
struct Spellings {
    /// Upper half of the hash and, counted from 1, the spelling; 0 for none. Open addressing; half of them are free.
    slots: Vec<u64>,
    spellings: Vec<Spelling>,
}

impl Spellings {
    fn slot(&self, hash: u64) -> usize {
        hash as usize & self.slots.len().wrapping_sub(1)
    }

    fn find(&self, texts: &str, text: &str, hash: u64) -> Option<UnitId> {
        let mut slot = self.slot(hash);
        loop {
            let found = *self.slots.get(slot)?;
            if found == 0 {
                return None;
            }
            let spelling = &self.spellings[(found as u32 - 1) as usize];
            if spelling.hash == hash && read(texts, spelling.place) == text {
                return Some(spelling.unit);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// For each text and hash, what most likely is its unit: right where something is found.
    fn find_likely<'n>(&self, texts: &str, names: impl Iterator<Item = (&'n str, u64)> + Clone) -> Vec<Option<UnitId>> {
        let slots = names.clone().map(|(_, hash)| self.slots.get(self.slot(hash)).copied().unwrap_or(0));
        let slots: Vec<u64> = slots.collect();
        let nothing = Spelling { hash: 0, place: Place { from: 0, length: 0 }, unit: 0 };
        let of_slot = |slot: &u64| match (*slot as u32).checked_sub(1) {
            Some(index) => self.spellings[index as usize],
            None => nothing,
        };
        let spellings: Vec<Spelling> = slots.iter().map(of_slot).collect();
        let pairs = slots.iter().zip(&spellings).zip(names);
        let unit = |((slot, spelling), (text, hash)): ((&u64, &Spelling), (&str, u64))| {
            let same = *slot != 0 && spelling.hash == hash && read(texts, spelling.place) == text;
            same.then_some(spelling.unit)
        };
        pairs.map(unit).collect()
    }

    fn insert(&mut self, spelling: Spelling) {
        self.spellings.push(spelling);
        if self.spellings.len() * 2 > self.slots.len() {
            self.slots = vec![0; (self.slots.len() * 2).max(64)];
            for index in 0..self.spellings.len() {
                self.place(index);
            }
        } else {
            self.place(self.spellings.len() - 1);
        }
    }

    fn place(&mut self, index: usize) {
        let hash = self.spellings[index].hash;
        let mut slot = self.slot(hash);
        while self.slots[slot] != 0 {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = hash & (u64::MAX << 32) | (index as u64 + 1);
    }
}

/// The units that rows of achievements name, by first appearance.
#[derive(Debug)]
pub(super) struct Units {
    known: Arc<KnownUnits>,
    /// By place in the applicants file.
    of_known: HashMap<u32, UnitId>,
    units: Vec<Unit>,
    texts: String,
    /// As rows write them.
    spellings: Spellings,
    /// Under their [`text::key`].
    keys: HashTable<Spelling>,
    hasher: DefaultHashBuilder,
    nothing: Facts,
}

impl Units {
    pub fn new(known: Arc<KnownUnits>, hasher: DefaultHashBuilder) -> Self {
        Units {
            known,
            of_known: HashMap::new(),
            units: Vec::new(),
            texts: String::new(),
            spellings: Spellings::default(),
            keys: HashTable::new(),
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
        let key_hash = self.hasher.hash_one(key.as_str());
        let known = self.known.keys.get(&key).copied();
        let met = match known {
            Some(known) => self.of_known.get(&known).copied(),
            None => find(&self.keys, &self.texts, &key, key_hash),
        };
        let spelled = self.write(cell);
        let unit = match (met, known) {
            (Some(unit), _) => unit,
            (None, Some(known)) => {
                let name = self.known.units[known as usize].name.clone();
                let name = if name == cell { spelled } else { self.write(&name) };
                let unit = self.push(Unit { name, known: Some(known) });
                self.of_known.insert(known, unit);
                unit
            }
            (None, None) => {
                let unit = self.push(Unit { name: spelled, known: None });
                let place = if key == cell { spelled } else { self.write(&key) };
                insert(&mut self.keys, Spelling { hash: key_hash, place, unit });
                unit
            }
        };
        self.spellings.insert(Spelling { hash, place: spelled, unit });
        unit
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
        let name = self.write("");
        self.push(Unit { name, known: None })
    }

    fn write(&mut self, text: &str) -> Place {
        let place = Place { from: self.texts.len() as u64, length: u32::try_from(text.len()).unwrap_or(u32::MAX) };
        self.texts.push_str(text);
        place
    }

    fn push(&mut self, unit: Unit) -> UnitId {
        self.units.push(unit);
        // Names of four billion units do not fit into any memory.
        UnitId::try_from(self.units.len() - 1).unwrap_or(UnitId::MAX)
    }

    /// The name of a unit as results show it.
    pub fn name(&self, unit: UnitId) -> &str {
        self.units.get(unit as usize).map_or("", |unit| read(&self.texts, unit.name))
    }

    fn known(&self, unit: UnitId) -> Option<&KnownUnit> {
        self.known.units.get(self.units.get(unit as usize)?.known? as usize)
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
        unknown.map(|unit| read(&self.texts, unit.name))
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

fn read(texts: &str, place: Place) -> &str {
    let from = place.from as usize;
    texts.get(from..from + place.length as usize).unwrap_or_default()
}

fn find(table: &HashTable<Spelling>, texts: &str, text: &str, hash: u64) -> Option<UnitId> {
    table.find(hash, |known| known.hash == hash && read(texts, known.place) == text).map(|known| known.unit)
}

fn insert(table: &mut HashTable<Spelling>, spelling: Spelling) {
    table.insert_unique(spelling.hash, spelling, |spelling| spelling.hash);
}

//! What two rule files differ in: in clauses, amounts and conditions, and in money for given achievements. Comments,
//! worked examples, the order of keys and the words that bind clause numbers to a text are no difference in substance.
//!
//! [`statements`] takes a policy apart into entries (a clause, a cap, ...) that say single things; [`diff`] matches the
//! entries of both sides and compares what they say; [`amounts`] puts two cities side by side by what they pay for;
//! [`money`] is the difference for achievements.

pub mod amounts;
pub mod money;
pub mod names;
pub mod statements;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::lang::Words;
use crate::policy::Policy;
use crate::policy::model::Cite;
use crate::vocabulary::Vocabulary;
use statements::{Aspect, Entry, Name, Part, Statement};

/// One difference.
#[derive(Clone, Debug)]
pub struct Change {
    /// In which part of the rules.
    pub part: Part,
    /// Where: several entries where all of them change alike.
    pub on: Vec<Where>,
    /// What.
    pub what: What,
}

/// The entry that changes, on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Where {
    /// Its name in the rule file, if it has one: the one before, where both sides have it.
    pub key: String,
    /// What it is called: after, where both sides have it.
    pub title: Words,
    /// Its clause number before; none where it is new.
    pub before: Option<Cite>,
    /// Its clause number after; none where it is gone.
    pub after: Option<Cite>,
}

/// What changes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "there are some hundred of them at most")]
pub enum What {
    /// The entry is new, and says this.
    Added(Vec<Statement>),
    /// The entry is gone, and said this.
    Removed(Vec<Statement>),
    /// It says one thing otherwise, in addition (nothing before) or no longer (nothing after).
    Says {
        /// What about.
        aspect: Aspect,
        /// As it was.
        before: Option<Statement>,
        /// As it is.
        after: Option<Statement>,
    },
    /// The entries of this part stand in another order, which decides ties.
    Order {
        /// Names as they stood.
        before: Vec<String>,
        /// Names as they stand.
        after: Vec<String>,
    },
}

impl What {
    /// The JSON value.
    pub fn id(&self) -> &'static str {
        match self {
            What::Added(_) | What::Says { before: None, .. } => "added",
            What::Removed(_) | What::Says { after: None, .. } => "removed",
            What::Says { .. } => "changed",
            What::Order { .. } => "reordered",
        }
    }
}

/// True if the two are versions of one measure: ids of one place, one replaces the other, or each holds where the other
/// does. A city and one of its districts are not.
pub fn versions(before: &Policy, after: &Policy) -> bool {
    let place = |policy: &Policy| policy.id.rsplit_once('-').map(|(place, _)| place.to_owned());
    let holds = |there: &Policy, of: &Policy| of.region.iter().any(|region| there.covers(region));
    before.id == after.id
        || (place(before).is_some() && place(before) == place(after))
        || after.replaces.contains(&before.id)
        || before.replaces.contains(&after.id)
        || (holds(before, after) && holds(after, before))
}

/// Everything that changes from `before` to `after`, in the order of the rule file.
pub fn diff(vocabulary: &Vocabulary, before: &Policy, after: &Policy) -> Vec<Change> {
    let known = vocabulary.known();
    // Clauses are matched first: other entries name them.
    let names: BTreeMap<String, String> = {
        let (old, new) = (statements::clauses(before, &BTreeMap::new()), statements::clauses(after, &BTreeMap::new()));
        matches(&old, &new).into_iter().map(|(o, n)| (new[n].key.clone(), old[o].key.clone())).collect()
    };
    let old = statements::of(before, known, &BTreeMap::new());
    let new = statements::of(after, known, &names);
    let mut changes: Vec<Change> = Vec::new();
    for part in Part::ALL {
        let of = |entries: &[Entry]| entries.iter().filter(|entry| entry.part == part).cloned().collect::<Vec<Entry>>();
        let (old, new) = (of(&old), of(&new));
        let pairs = matches(&old, &new);
        for (place, entry) in old.iter().enumerate() {
            match pairs.iter().find(|(old, _)| *old == place) {
                Some((_, kept)) => compare(entry, &new[*kept], &mut changes),
                None => changes.push(Change { part, on: vec![gone(entry)], what: What::Removed(entry.says.clone()) }),
            }
        }
        for (place, entry) in new.iter().enumerate() {
            if !pairs.iter().any(|(_, new)| *new == place) {
                changes.push(Change { part, on: vec![come(entry)], what: What::Added(entry.says.clone()) });
            }
        }
        changes.extend(order(part, &old, &new, pairs));
    }
    together(changes)
}

fn gone(entry: &Entry) -> Where {
    Where { key: entry.key.clone(), title: entry.title.clone(), before: Some(entry.cite.clone()), after: None }
}

fn come(entry: &Entry) -> Where {
    Where { key: entry.key.clone(), title: entry.title.clone(), before: None, after: Some(entry.cite.clone()) }
}

/// Pairs of entries of one part that are the same thing on both sides: by name; clauses without a partner by what they
/// select; others, and entries without a name, by how much they say alike.
fn matches(old: &[Entry], new: &[Entry]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (place, entry) in old.iter().enumerate().filter(|(_, entry)| entry.named) {
        let same = |(other, candidate): &(usize, &Entry)| {
            candidate.key == entry.key && !pairs.iter().any(|(_, taken)| taken == other)
        };
        if let Some((other, _)) = new.iter().enumerate().find(same) {
            pairs.push((place, other));
        }
    }
    let mut candidates: Vec<(usize, usize, usize)> = Vec::new();
    for (one, entry) in old.iter().enumerate() {
        for (other, candidate) in new.iter().enumerate() {
            let alike = entry.says.iter().filter(|said| candidate.says.contains(said)).count();
            let selects = |entry: &Entry| entry.says.iter().find(|said| said.aspect.name == Name::Selects).cloned();
            let fits = match entry.part {
                Part::Head => true,
                Part::Clause => selects(entry) == selects(candidate),
                _ => 2 * alike >= entry.says.len().min(candidate.says.len()),
            };
            if fits {
                candidates.push((alike + usize::from(entry.cite == candidate.cite), one, other));
            }
        }
    }
    candidates.sort_by_key(|(alike, one, other)| (Reverse(*alike), one.abs_diff(*other), *one, *other));
    for (_, one, other) in candidates {
        if !pairs.iter().any(|(old, new)| *old == one || *new == other) {
            pairs.push((one, other));
        }
    }
    pairs.sort_unstable();
    pairs
}

/// What two entries say otherwise.
fn compare(old: &Entry, new: &Entry, changes: &mut Vec<Change>) {
    let on = Where {
        key: old.key.clone(),
        title: new.title.clone(),
        before: Some(old.cite.clone()),
        after: Some(new.cite.clone()),
    };
    // What both say alike is taken away first; the rest is paired by what it is about.
    let mut rest: Vec<&Statement> = new.says.iter().collect();
    let mut left: Vec<&Statement> = Vec::new();
    for said in &old.says {
        match rest.iter().position(|other| *other == said) {
            Some(place) => _ = rest.remove(place),
            None => left.push(said),
        }
    }
    let mut push = |before: Option<&Statement>, after: Option<&Statement>| {
        let Some(aspect) = before.or(after).map(|said| said.aspect.clone()) else { return };
        let what = What::Says { aspect, before: before.cloned(), after: after.cloned() };
        changes.push(Change { part: old.part, on: vec![on.clone()], what });
    };
    for said in left {
        let place = rest.iter().position(|other| other.aspect == said.aspect);
        let partner = place.map(|place| rest.remove(place));
        push(Some(said), partner);
    }
    for said in rest {
        push(None, Some(said));
    }
}

/// That entries which both sides have stand in another order.
fn order(part: Part, old: &[Entry], new: &[Entry], pairs: Vec<(usize, usize)>) -> Option<Change> {
    if pairs.is_sorted_by_key(|(_, new)| *new) {
        return None;
    }
    let name = |entry: &Entry| if entry.key.is_empty() { entry.cite.to_string() } else { entry.key.clone() };
    let before = pairs.iter().map(|(place, _)| name(&old[*place])).collect();
    let mut moved = pairs;
    moved.sort_by_key(|(_, new)| *new);
    let after = moved.iter().map(|(_, place)| name(&new[*place])).collect();
    Some(Change { part, on: Vec::new(), what: What::Order { before, after } })
}

/// Clauses of which the same condition changes in the same way are told together.
fn together(changes: Vec<Change>) -> Vec<Change> {
    let mut told: Vec<Change> = Vec::new();
    for change in changes {
        let shared = |what: &What| matches!(what, What::Says { aspect, .. } if aspect.name == Name::Condition);
        let same = told
            .iter_mut()
            .find(|other| other.part == change.part && shared(&change.what) && other.what == change.what);
        match same {
            Some(other) => other.on.extend(change.on),
            None => told.push(change),
        }
    }
    told
}

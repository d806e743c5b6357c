//! What would settle a row: the smallest set of unknown facts that, once known, leave nothing open, whatever they say.

use std::borrow::Cow;

use super::result::Missing;
use super::{Context, alternatives, select};
use crate::facts::{Facts, Value};
use crate::unit::Unit;
use crate::vocabulary::{FactId, Of};

/// The smallest set of facts that settles a row of which `missing` is unknown; ties to the earlier facts of the
/// dictionary. Empty where nothing can: the text itself has the gap.
pub(super) fn settled_by(context: &Context<'_>, item: usize, missing: &[Missing]) -> Vec<FactId> {
    let mut sets: Vec<Vec<FactId>> = facts_of(missing).map(|fact| vec![fact]).collect();
    let mut next = 0;
    // A set that leaves something open is tried again with each fact that is open then: smaller sets come first.
    while let Some(set) = sets.get(next).cloned() {
        next += 1;
        let (row, of_unit) = (context.unit.row(item).into_owned(), context.unit.facts().clone());
        let mut blanks = Blanks { context, item, row, of_unit };
        let Some(open) = blanks.left_open(&set) else { return set };
        for fact in open.into_iter().filter(|fact| !set.contains(fact)) {
            let mut larger = set.clone();
            larger.push(fact);
            larger.sort_unstable();
            if !sets.contains(&larger) {
                sets.push(larger);
            }
        }
    }
    Vec::new()
}

fn facts_of(missing: &[Missing]) -> impl Iterator<Item = FactId> + '_ {
    missing.iter().filter_map(|missing| match missing {
        Missing::Fact(fact) => Some(*fact),
        Missing::Clause => None,
    })
}

/// One row whose blanks are being filled in.
struct Blanks<'a> {
    context: &'a Context<'a>,
    item: usize,
    row: Facts,
    of_unit: Facts,
}

impl Blanks<'_> {
    /// The facts that are open under the first values of `set` which settle nothing; none if all values settle the row.
    fn left_open(&mut self, set: &[FactId]) -> Option<Vec<FactId>> {
        let filled = Filled { unit: self.context.unit, item: self.item, row: &self.row, of_unit: &self.of_unit };
        let decision = select::ruling(&Context { unit: &filled, ..*self.context }, self.item);
        let open: Vec<FactId> = facts_of(&decision.missing).collect();
        if open.is_empty() {
            return None;
        }
        // A fact of the set that does not matter yet may be filled in later.
        let Some(fact) = open.iter().find(|fact| set.contains(fact)).copied() else { return Some(open) };
        let rest: Vec<FactId> = set.iter().copied().filter(|other| *other != fact).collect();
        let on = (self.context.application.year, self.context.day);
        for value in alternatives::of(self.context.vocabulary, self.context.policy, on, &self.row, fact) {
            let before = (self.row.clone(), self.of_unit.clone());
            match self.context.vocabulary.fact(fact).of {
                Of::Achievement => self.row.set(fact, value),
                Of::Applicant => self.of_unit.set(fact, value),
            }
            let left = self.left_open(&rest);
            (self.row, self.of_unit) = before;
            if left.is_some() {
                return left;
            }
        }
        None
    }
}

/// A unit of which one row is taken to say something else.
struct Filled<'a> {
    unit: &'a dyn Unit,
    item: usize,
    row: &'a Facts,
    of_unit: &'a Facts,
}

impl Unit for Filled<'_> {
    fn facts(&self) -> &Facts {
        self.of_unit
    }

    fn rows(&self) -> usize {
        self.unit.rows()
    }

    fn row(&self, item: usize) -> Cow<'_, Facts> {
        if item == self.item { Cow::Borrowed(self.row) } else { self.unit.row(item) }
    }

    fn value(&self, item: usize, fact: FactId) -> Option<Value> {
        if item == self.item { self.row.get(fact).cloned() } else { self.unit.value(item, fact) }
    }
}

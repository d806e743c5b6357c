//! A unit 申报单位 and its rows as the engine asks for them. Whoever keeps rows may keep them as it likes.

use std::borrow::Cow;

use jiff::civil::Date;

use crate::facts::{Applicant, Facts, Value};
use crate::vocabulary::FactId;

/// One legal unit with its rows.
pub trait Unit {
    /// What is known of the unit.
    fn facts(&self) -> &Facts;

    /// How many rows it has.
    fn rows(&self) -> usize;

    /// All that is known of a row.
    fn row(&self, item: usize) -> Cow<'_, Facts>;

    /// One fact of a row.
    fn value(&self, item: usize, fact: FactId) -> Option<Value>;

    /// The day known of a fact of a row.
    fn day(&self, item: usize, fact: FactId) -> Option<Date> {
        match self.value(item, fact) {
            Some(Value::Date(day)) => Some(day),
            _ => None,
        }
    }

    /// True if an amount is known of a row.
    fn has_money(&self, item: usize, fact: FactId) -> bool {
        self.value(item, fact).is_some()
    }

    /// A number that only units with the same facts share (names and codes aside); none where nobody has looked.
    fn profile(&self) -> Option<u32> {
        None
    }

    /// A number that only rows share which are alike in all but texts, days and money; none where nobody has looked.
    fn shape(&self, item: usize) -> Option<u32> {
        let _ = item;
        None
    }
}

impl Unit for Applicant {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn rows(&self) -> usize {
        self.achievements.len()
    }

    fn row(&self, item: usize) -> Cow<'_, Facts> {
        Cow::Borrowed(&self.achievements[item].facts)
    }

    fn value(&self, item: usize, fact: FactId) -> Option<Value> {
        self.achievements[item].facts.get(fact).cloned()
    }
}

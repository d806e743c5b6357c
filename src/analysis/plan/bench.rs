//! The work bench: one unit's rows, evaluated again and again with a row added, changed or left out. Rulings on rows
//! that stay as they are were made before, so that one more run costs little.

use std::borrow::Cow;

use super::Question;
use crate::engine::settled::Settled;
use crate::engine::{Application, Evaluator};
use crate::facts::{Applicant, Facts, Value};
use crate::money::Money;
use crate::policy::Policy;
use crate::unit::Unit;
use crate::vocabulary::{FactId, Vocabulary};

/// One unit under some policies for one application.
pub(super) struct Bench<'a> {
    evaluator: Evaluator<'a>,
    policies: Vec<usize>,
    unit: &'a Applicant,
    /// Numbers that no row and no unit had before.
    next: u32,
}

/// A unit as it stands in one run.
struct Trial<'f> {
    facts: &'f Facts,
    profile: u32,
    rows: Vec<(&'f Facts, u32)>,
}

impl Unit for Trial<'_> {
    fn facts(&self) -> &Facts {
        self.facts
    }

    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn row(&self, item: usize) -> Cow<'_, Facts> {
        Cow::Borrowed(self.rows[item].0)
    }

    fn value(&self, item: usize, fact: FactId) -> Option<Value> {
        self.rows[item].0.get(fact).cloned()
    }

    fn profile(&self) -> Option<u32> {
        Some(self.profile)
    }

    fn shape(&self, item: usize) -> Option<u32> {
        Some(self.rows[item].1)
    }
}

/// What the policies come to, one result each, in their order.
pub(super) struct Run(pub Vec<Settled>);

impl Run {
    /// The sum of all totals.
    pub fn total(&self) -> Money {
        self.0.iter().map(|settled| settled.head.total).sum()
    }

    /// What a row is paid in all.
    pub fn paid(&self, row: usize) -> Money {
        self.0.iter().map(|settled| settled.amount(row)).sum()
    }
}

impl<'a> Bench<'a> {
    /// For the policies and the application of the question.
    pub fn new(question: &Question<'a>) -> Self {
        let (vocabulary, unit) = (question.vocabulary, question.applicant);
        Bench::under(vocabulary, question.policies, std::slice::from_ref(question.application), unit)
    }

    /// For other policies or another application: a slice of one.
    pub fn under(
        vocabulary: &'a Vocabulary,
        policies: &[&'a Policy],
        application: &'a [Application],
        unit: &'a Applicant,
    ) -> Self {
        let mut evaluator = Evaluator::new(vocabulary, policies, application);
        evaluator.sums_only();
        let next = u32::try_from(unit.achievements.len()).unwrap_or(u32::MAX).saturating_add(1);
        Bench { evaluator, policies: (0..policies.len()).collect(), unit, next }
    }

    fn number(&mut self) -> u32 {
        self.next = self.next.saturating_add(1);
        self.next
    }

    fn rows(&self) -> Vec<(&'a Facts, u32)> {
        self.unit.achievements.iter().map(|row| &row.facts).zip(0..).collect()
    }

    fn run(&mut self, facts: &Facts, profile: u32, rows: Vec<(&Facts, u32)>) -> Run {
        let results = self.evaluator.evaluate(&Trial { facts, profile, rows }, &self.policies);
        Run(results.into_iter().flatten().collect())
    }

    /// As it is.
    pub fn as_it_is(&mut self) -> Run {
        self.run(&self.unit.facts, 0, self.rows())
    }

    /// With one more row, the last.
    pub fn with(&mut self, row: &Facts) -> Run {
        let number = self.number();
        let mut rows: Vec<(&Facts, u32)> = self.rows();
        rows.push((row, number));
        self.run(&self.unit.facts, 0, rows)
    }

    /// Without one of the rows.
    pub fn without(&mut self, row: usize) -> Run {
        let mut rows = self.rows();
        rows.remove(row);
        self.run(&self.unit.facts, 0, rows)
    }

    /// With one row of other facts.
    pub fn changed(&mut self, row: usize, facts: &Facts) -> Run {
        let number = self.number();
        let mut rows: Vec<(&Facts, u32)> = self.rows();
        rows[row] = (facts, number);
        self.run(&self.unit.facts, 0, rows)
    }

    /// With one row of other facts, and other facts of the unit.
    pub fn changed_in(&mut self, unit: &Facts, row: usize, facts: &Facts) -> Run {
        let (profile, number) = (self.number(), self.number());
        let mut rows: Vec<(&Facts, u32)> = self.rows();
        rows[row] = (facts, number);
        self.run(unit, profile, rows)
    }

    /// With all rows of other facts.
    pub fn all_changed(&mut self, facts: &[Facts]) -> Run {
        let rows = facts.iter().map(|row| (row, self.number())).collect();
        self.run(&self.unit.facts, 0, rows)
    }

    /// With other facts of the unit.
    pub fn as_unit(&mut self, facts: &Facts) -> Run {
        let number = self.number();
        self.run(facts, number, self.rows())
    }

    /// A row as the only one of the unit.
    pub fn alone(&mut self, row: &Facts) -> Run {
        let number = self.number();
        self.run(&self.unit.facts, 0, vec![(row, number)])
    }

    /// A row as the only one of a unit with these facts.
    pub fn alone_in(&mut self, unit: &Facts, row: &Facts) -> Run {
        let (profile, number) = (self.number(), self.number());
        self.run(unit, profile, vec![(row, number)])
    }

    /// One of the unit's rows as the only one.
    pub fn row_alone(&mut self, row: usize) -> Run {
        let rows = vec![self.rows()[row]];
        self.run(&self.unit.facts, 0, rows)
    }
}

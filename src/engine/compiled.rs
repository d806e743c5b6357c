//! One policy for one application, with everything worked out once that is the same for every unit; and which rows
//! must come to the same ruling, because nothing that the policy looks at tells them apart.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;

use super::date::{self, Validity};
use super::{Application, window_days};
use crate::facts::{Facts, Value};
use crate::policy::Policy;
use crate::policy::model::{Amount, Clause, Condition, Test};
use crate::vocabulary::{FactId, FactType, Of, ValueId, Vocabulary};

/// A policy for one application.
pub(super) struct Compiled<'a> {
    /// The policy, under the year's call where that is applied.
    pub policy: Cow<'a, Policy>,
    pub application: &'a Application,
    pub validity: Validity,
    pub call_applied: bool,
    /// By kind: what a ruling on a row of it looks at; none where rows of the kind cannot be told apart by it.
    looks: Vec<Option<Looks>>,
    /// Facts of the unit that clauses look at.
    unit_facts: Vec<FactId>,
}

/// What a ruling on rows of one kind looks at, besides the unit.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// Facts of which every value may matter.
    pub facts: Vec<FactId>,
    /// Days, and the first days on which an answer changes.
    pub days: Vec<(FactId, Vec<Date>)>,
    /// Amounts of money.
    pub money: Vec<FactId>,
}

impl<'a> Compiled<'a> {
    pub fn new(vocabulary: &Vocabulary, policy: &'a Policy, application: &'a Application) -> Self {
        let called = if application.calls { policy.under_call(application.year) } else { None };
        let call_applied = called.is_some();
        let policy = called.map_or(Cow::Borrowed(policy), Cow::Owned);
        let validity = date::resolve(&policy, application);
        Compiled { policy, application, validity, call_applied, looks: Vec::new(), unit_facts: Vec::new() }
            .with_looks(vocabulary)
    }

    fn with_looks(mut self, vocabulary: &Vocabulary) -> Self {
        let Some(day) = self.validity.compute_on else { return self };
        let kinds = vocabulary.values_for(vocabulary.known().kind, None);
        let mut unit_facts = BTreeSet::new();
        self.looks = kinds.map(|kind| self.looks_at(vocabulary, kind, day, &mut unit_facts)).collect();
        self.unit_facts = unit_facts.into_iter().collect();
        self
    }

    /// What decides on rows of `kind`, on the safe side: every fact that selects, and every fact that any step up to
    /// prior money asks for under a clause that rows of the kind can select.
    fn looks_at(
        &self,
        vocabulary: &Vocabulary,
        kind: ValueId,
        day: Date,
        unit_facts: &mut BTreeSet<FactId>,
    ) -> Option<Looks> {
        let (policy, known) = (&*self.policy, vocabulary.known());
        let selectable = |clause: &Clause| clause.selects.values(known.kind).is_none_or(|kinds| kinds.contains(&kind));
        let clauses: Vec<usize> = (0..policy.clauses.len()).filter(|c| selectable(&policy.clauses[*c])).collect();
        if clauses.is_empty() {
            return Some(Looks::default());
        }
        let concerns = |on: &[usize]| on.iter().any(|clause| clauses.contains(clause));
        let mut facts: BTreeSet<FactId> = vocabulary.selecting().collect();
        facts.extend([known.rank, known.quantity, known.date]);
        if !policy.prior.is_empty() {
            facts.extend([known.prior_amount, known.prior_source]);
        }
        let mut conditions: Vec<&Condition> = Vec::new();
        for clause in clauses.iter().map(|clause| &policy.clauses[*clause]) {
            conditions.extend(&clause.conditions);
            facts.extend(clause.share.iter().map(|_| known.local_ranks));
            facts.extend(clause.amounts.iter().filter_map(|line| match line.amount {
                Amount::OfFact { fact, .. } => Some(fact),
                Amount::Money { .. } | Amount::CaseByCase { .. } => None,
            }));
        }
        conditions
            .extend(policy.bonuses.iter().filter(|bonus| concerns(&bonus.on)).flat_map(|bonus| &bonus.conditions));
        facts.extend(policy.cost_limits.iter().filter(|limit| concerns(&limit.on)).map(|limit| limit.fact));
        facts.extend(conditions.iter().flat_map(|condition| condition.test.facts(known)));

        let mut looks = Looks::default();
        for fact in facts {
            match (vocabulary.fact(fact).of, vocabulary.fact(fact).kind) {
                (Of::Applicant, _) => _ = unit_facts.insert(fact),
                (Of::Achievement, FactType::Date) => looks.days.push((fact, Vec::new())),
                (Of::Achievement, FactType::Money) => looks.money.push(fact),
                (Of::Achievement, FactType::Text | FactType::Flags) => return None,
                (Of::Achievement, FactType::Enum | FactType::Integer | FactType::Integers | FactType::Boolean) => {
                    looks.facts.push(fact);
                }
            }
        }
        for (fact, first_days) in &mut looks.days {
            if *fact == known.date {
                first_days.extend(day_after(day));
            }
            let on = (self.application.year, day);
            conditions.iter().for_each(|condition| turns(policy, &condition.test, *fact, on, first_days));
            first_days.sort_unstable();
            first_days.dedup();
        }
        Some(looks)
    }

    /// What a ruling on a row of this kind looks at; none where that is not known.
    pub fn looks(&self, kind: ValueId) -> Option<&Looks> {
        self.looks.get(usize::from(kind.0))?.as_ref()
    }

    /// What of a unit a ruling looks at.
    pub fn of_unit(&self, facts: &Facts) -> Vec<Option<Value>> {
        self.unit_facts.iter().map(|fact| facts.get(*fact).cloned()).collect()
    }
}

impl Looks {
    /// What of a row's facts it looks at, days and money aside.
    pub fn of_row(&self, facts: &Facts) -> Vec<Option<Value>> {
        self.facts.iter().map(|fact| facts.get(*fact).cloned()).collect()
    }
}

/// The first days of the two sides of every window on `fact`, in application year Y on day D.
pub(super) fn turns(policy: &Policy, test: &Test, fact: FactId, on: (i16, Date), first_days: &mut Vec<Date>) {
    match test {
        Test::Within(asked, window) if *asked == fact => {
            let days = window_days(window, on.0, on.1, (policy.from, policy.until));
            first_days.extend(days.from);
            first_days.extend(day_after(days.to));
        }
        Test::Any(tests) => tests.iter().for_each(|test| turns(policy, test, fact, on, first_days)),
        _ => {}
    }
}

/// Between which first days a day lies; 0 for an unknown one.
pub(super) fn stretch(first_days: &[Date], day: Option<Date>) -> u64 {
    // A policy has a few windows, so that walking them is faster than searching.
    day.map_or(0, |day| 1 + first_days.iter().take_while(|first| **first <= day).count() as u64)
}

fn day_after(day: Date) -> Option<Date> {
    day.checked_add(1.day()).ok()
}

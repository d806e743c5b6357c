//! One row as the conditions see it: its facts, the unit's facts, and the values that are being tried.

use super::Context;
use crate::facts::{Facts, Value};
use crate::policy::model::{RoleRule, Selector};
use crate::range::Range;
use crate::vocabulary::{FactId, ValueId};

/// The values of the selecting facts, by [`FactId`]; a fact that is absent has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Selectors(Vec<(FactId, ValueId)>);

impl Selectors {
    pub fn get(&self, fact: FactId) -> Option<ValueId> {
        self.0.iter().find(|(known, _)| *known == fact).map(|(_, value)| *value)
    }

    pub fn set(&mut self, fact: FactId, value: Option<ValueId>) {
        self.0.retain(|(known, _)| *known != fact);
        self.0.extend(value.map(|value| (fact, value)));
    }

    /// True if every fact that the selector names has one of its values.
    pub fn meet(&self, selector: &Selector) -> bool {
        selector.0.iter().all(|(fact, values)| self.get(*fact).is_some_and(|value| values.contains(&value)))
    }
}

/// One row under one choice of values for its blank selecting facts.
pub(super) struct Row<'a> {
    /// Index of the achievement; none for the unit alone.
    pub item: Option<usize>,
    pub facts: &'a Facts,
    pub unit: &'a Facts,
    /// Selecting facts as given or tried; `role` as written, not as derived.
    pub given: Selectors,
    /// The same with `role` as the policy derives it.
    pub effective: Selectors,
}

static NOTHING: Facts = Facts::none();

impl<'a> Row<'a> {
    /// The unit alone, for the bars.
    pub fn of_unit(context: &Context<'a>) -> Row<'a> {
        Row {
            item: None,
            facts: &NOTHING,
            unit: context.unit.facts(),
            given: Selectors::default(),
            effective: Selectors::default(),
        }
    }

    /// What is known of a fact of the row or of its unit; a tried value counts as known.
    pub fn known(&self, fact: FactId) -> Option<Value> {
        if let Some(value) = self.given.get(fact) {
            return Some(Value::Code(value));
        }
        self.facts.get(fact).or_else(|| self.unit.get(fact)).cloned()
    }

    /// The ranks that the unit can have: its rank, else those of its role (contract section 3.4).
    pub fn ranks(&self, context: &Context<'_>) -> Range {
        let known = context.vocabulary.known();
        match self.facts.integer(known.rank) {
            Some(rank) => Range { from: rank, to: Some(rank) },
            None => context.vocabulary.ranks_of(self.given.get(known.role)),
        }
    }

    /// The roles that the unit can have: the one given, else those that its rank allows.
    pub fn roles(&self, context: &Context<'_>) -> Vec<ValueId> {
        let role = context.vocabulary.known().role;
        match self.given.get(role) {
            Some(role) => vec![role],
            None => {
                let ranks = self.ranks(context);
                context
                    .vocabulary
                    .values_for(role, None)
                    .filter(|role| context.vocabulary.ranks_of(Some(*role)).meets(ranks))
                    .collect()
            }
        }
    }
}

/// The rule that says what lead and participate mean for a row.
pub(super) fn role_rule<'a>(context: &Context<'a>, given: &Selectors) -> Option<&'a RoleRule> {
    context.policy.roles.iter().find(|rule| given.meet(&rule.selects))
}

/// The role by which clauses are selected (contract section 1, `role` and `rank`): by rank where the policy defines
/// it so and the rank is known, else as given, with roles that count as another one replaced.
pub(super) fn effective_role(context: &Context<'_>, facts: &Facts, given: &Selectors) -> Option<ValueId> {
    let known = context.vocabulary.known();
    let role = given.get(known.role);
    let Some(rule) = role_rule(context, given) else { return role };
    if let (Some(ranges), Some(rank)) = (&rule.by_rank, facts.integer(known.rank)) {
        return ranges.iter().find(|(_, range)| range.contains(rank)).map(|(role, _)| *role);
    }
    role.map(|role| rule.same.iter().find(|(from, _)| *from == role).map_or(role, |(_, to)| *to))
}

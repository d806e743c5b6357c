//! Step 2: what keeps a unit out altogether (contract section 3.2). The region comes first; the rest in the
//! policy's own order.

use super::Context;
use super::conditions::{self, Answer};
use super::result::{Assumed, Assumption, Barred};
use super::row::Row;
use crate::facts::Value;
use crate::policy::model::Test;
use crate::vocabulary::FactId;

/// What step 2 finds.
pub(super) struct Bars {
    /// Bars that hold.
    pub holding: Vec<Barred>,
    /// What was taken for granted because it is unknown, and the conditions that no row can know.
    pub assumptions: Vec<Assumption>,
    /// The unit is from elsewhere, and the policy opens some clauses to such units.
    pub outsider: bool,
}

pub(super) fn look(context: &Context<'_>) -> Bars {
    let policy = context.policy;
    let mut bars = Bars { holding: Vec::new(), assumptions: Vec::new(), outsider: false };
    let region = context.vocabulary.known().region;
    match context.unit.facts().text(region) {
        None => bars.assumptions.push(Assumption { what: Assumed::Region, cite: policy.region_cite.clone() }),
        Some(text) if policy.covers(text) => {}
        Some(_) if policy.clauses.iter().any(|clause| clause.open_to_outsiders) => bars.outsider = true,
        Some(text) => bars.holding.push(Barred {
            cite: policy.region_cite.clone(),
            fact: region,
            value: Value::Text(text.into()),
            bar: None,
        }),
    }
    let unit = Row::of_unit(context);
    for (index, bar) in policy.bars.iter().enumerate() {
        let mut assumed = Vec::new();
        match conditions::answer(context, &unit, &bar.when, &mut assumed) {
            Answer::True => bars.holding.extend(evidence(&bar.when, &unit).map(|(fact, value)| Barred {
                cite: bar.cite.clone(),
                fact,
                value,
                bar: Some(index),
            })),
            Answer::False => {}
            Answer::Unknown(_) => {
                bars.assumptions.push(Assumption { what: Assumed::Clean(index), cite: bar.cite.clone() });
            }
        }
    }
    let stated = policy.assumed.iter().enumerate().filter(|(_, stated)| stated.on.is_none());
    bars.assumptions
        .extend(stated.map(|(index, stated)| Assumption { what: Assumed::Stated(index), cite: stated.cite.clone() }));
    bars
}

/// The fact that makes a bar hold.
fn evidence(test: &Test, unit: &Row<'_>) -> Option<(FactId, Value)> {
    match test {
        Test::Any(tests) => tests.iter().find_map(|test| evidence(test, unit)),
        Test::OneOf(fact, _)
        | Test::NoneOf(fact, _)
        | Test::Is(fact, _)
        | Test::InRange(fact, _)
        | Test::Within(fact, _) => unit.known(*fact).map(|value| (*fact, value)),
        Test::FirstAbove(_) => None,
    }
}

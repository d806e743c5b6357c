//! `plan` against the engine: every figure is the difference of two estimates, and nothing better was overlooked.

#[path = "../laws/rows.rs"]
#[allow(dead_code)]
mod rows;
#[path = "../laws/support.rs"]
#[allow(dead_code)]
mod support;

mod deadlines;
mod facts;
mod marginal;
mod output;
mod room;

use biaobu::analysis::plan::{self, Plan, Question};
use biaobu::engine;
use biaobu::engine::Application;
use biaobu::facts::Applicant;
use biaobu::money::Money;
use biaobu::policy::Policy;
use proptest::prelude::*;
use rows::Case;
use support::{shipped, vocabulary};

/// One unit under one of the ten policies, drawn so that every policy comes as often.
pub fn case(rows: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = Case> {
    let policy = any::<prop::sample::Index>().prop_map(|index| index.get(shipped()));
    (policy, rows::seeds(rows), rows::unit(), rows::asked())
        .prop_map(|(policy, seeds, unit, asked)| rows::build(policy, &seeds, &unit, &asked))
}

/// The plan of one unit.
pub fn planned<'a>(policies: &'a [&'a Policy], applicant: &'a Applicant, application: &'a Application) -> Plan<'a> {
    plan::plan(&Question { vocabulary: vocabulary(), policies, applicant, application, at_hand: shipped() })
}

/// The sum of all totals, computed in one go.
pub fn total(policies: &[&Policy], applicant: &Applicant, application: &Application) -> Money {
    let results = engine::run_together(vocabulary(), policies, applicant, std::slice::from_ref(application));
    results.into_iter().flatten().map(|result| result.total).sum()
}

//! `plan`: what unknown facts and further achievements are worth, how far it is to caps and limits, what closes when,
//! and what another year or place would pay. Every amount is the engine's: two runs and their difference.

mod bench;
mod deadlines;
mod elsewhere;
mod marginal;
mod room;
mod specimens;
mod worth;

pub use deadlines::{Claimable, Closes, Event, Stretch};
pub use elsewhere::{InPlace, InYear, OtherPlaces, OtherYears};
pub use marginal::{Best, Effect, Line, Obstacle};
pub use room::{CapRoom, LimitRoom};
pub use specimens::{Specimen, cells};
pub use worth::{About, KnownAs, Worth};

use jiff::civil::Date;

use crate::engine::result::PolicyResult;
use crate::engine::{self, Application};
use crate::facts::Applicant;
use crate::money::Money;
use crate::policy::Policy;
use crate::vocabulary::Vocabulary;
use bench::Bench;

/// What a plan is made for.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// Names of facts and values.
    pub vocabulary: &'a Vocabulary,
    /// The unit's policies; where two of them apply to it, they see each other's money.
    pub policies: &'a [&'a Policy],
    /// The unit and its rows.
    pub applicant: &'a Applicant,
    /// One application year.
    pub application: &'a Application,
    /// Every policy at hand, for what other places pay.
    pub at_hand: &'a [Policy],
}

/// The plan of one unit.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// The unit.
    pub applicant: &'a Applicant,
    /// The sum of all totals as things are.
    pub total: Money,
    /// What unknown facts are worth, the most valuable first.
    pub facts: Vec<Worth>,
    /// One per policy.
    pub policies: Vec<PolicyPlan<'a>>,
    /// Rows that another place would pay more for.
    pub places: Vec<OtherPlaces<'a>>,
}

/// The plan under one policy.
#[derive(Clone, Debug)]
pub struct PolicyPlan<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The result as things are.
    pub result: PolicyResult,
    /// What one more achievement would bring, the most first.
    pub lines: Vec<Line>,
    /// The best of every kind and level.
    pub best: Vec<Best>,
    /// What is left of each cap.
    pub caps: Vec<CapRoom>,
    /// What is left of each limit.
    pub limits: Vec<LimitRoom>,
    /// The first day that is looked at for what closes when.
    pub begin: Date,
    /// Days that concern all rows.
    pub events: Vec<Event>,
    /// Until when each row can be claimed, the first to close first.
    pub claimable: Vec<Claimable>,
    /// Rows that another year would pay more for.
    pub years: Vec<OtherYears>,
}

/// Whether the policy counted anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Its rows were looked at.
    Fully,
    /// It is not in force in the year.
    NotInForce,
    /// A bar holds.
    Barred,
}

impl Counted {
    /// Of a result.
    pub fn of(result: &PolicyResult) -> Counted {
        if !result.in_force && !result.validity_ignored {
            Counted::NotInForce
        } else if !result.barred_by.is_empty() {
            Counted::Barred
        } else {
            Counted::Fully
        }
    }
}

/// Makes the plan of one unit for one application year.
pub fn plan<'a>(question: &Question<'a>) -> Plan<'a> {
    let applications = std::slice::from_ref(question.application);
    let results = engine::run_together(question.vocabulary, question.policies, question.applicant, applications);
    let results: Vec<PolicyResult> = results.into_iter().flatten().collect();
    let mut bench = Bench::new(question);
    let now = bench.as_it_is();
    let facts = worth::facts(question, &mut bench, &now, &results);
    let policies = results.into_iter().enumerate().map(|(index, result)| {
        let lines = marginal::lines(question, &mut bench, &now, index, &result);
        let counted = Counted::of(&result) == Counted::Fully;
        PolicyPlan {
            policy: question.policies[index],
            best: if counted { marginal::best(question, &lines) } else { Vec::new() },
            caps: if counted { room::caps(question, index, &result) } else { Vec::new() },
            limits: if counted { room::limits(question, &now, index, &result) } else { Vec::new() },
            begin: deadlines::begin(question),
            events: deadlines::events(question, index, &result),
            claimable: deadlines::rows(question, &mut bench, &now, index),
            years: elsewhere::years(question, &now, index),
            lines,
            result,
        }
    });
    let policies = policies.collect();
    let places = elsewhere::places(question, &now);
    Plan { applicant: question.applicant, total: now.total(), facts, policies, places }
}

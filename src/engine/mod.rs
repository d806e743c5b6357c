//! The engine: facts and a policy to a result (contract section 3). Pure: no I/O, no clock, no printing, and no name
//! of a city, kind, level or prize.
//!
//! One file per step, in the order in which they run: [`date`], [`bars`], [`select`], [`conditions`], [`base`],
//! [`duplicates`] (prior money, series, projects), [`selection`], [`caps`], [`totals`]. [`history`] carries years
//! forward, [`together`] several policies.

mod bars;
mod base;
mod caps;
mod conditions;
mod date;
mod duplicates;
mod history;
pub mod result;
mod row;
mod select;
mod selection;
mod together;
mod totals;

use std::collections::BTreeMap;

pub use conditions::{Days, window_days};
use jiff::civil::Date;
pub use together::run_together;

use crate::facts::Applicant;
use crate::money::Money;
use crate::policy::Policy;
use crate::vocabulary::Vocabulary;
use history::History;
use result::{Assumed, Assumption, Item, PolicyResult, Reason, Status};
use together::{Beside, Claim};

/// One application: the year, the day, and what only the caller knows.
#[derive(Clone, Debug, Default)]
pub struct Application {
    /// Application year Y.
    pub year: i16,
    /// Application date D, where the caller gives one.
    pub on: Option<Date>,
    /// Parameters such as the year's fund.
    pub parameters: BTreeMap<String, Money>,
    /// Compute although the policy is not in force.
    pub ignore_validity: bool,
    /// Let the year's call for applications replace the general windows.
    pub calls: bool,
}

/// Everything that the steps look at.
struct Context<'a> {
    vocabulary: &'a Vocabulary,
    policy: &'a Policy,
    applicant: &'a Applicant,
    application: &'a Application,
    /// Application date D.
    day: Date,
    /// What earlier years of the run have paid.
    history: &'a History,
    /// What other policies mean for each row; empty where there is none.
    beside: &'a [Beside],
    /// True if the unit is known to be from elsewhere and the policy opens some clauses to such units.
    outsider: bool,
}

/// Evaluates one applicant under one policy for one application.
///
/// Every achievement comes back as exactly one item, in the same order.
pub fn evaluate(
    vocabulary: &Vocabulary,
    policy: &Policy,
    applicant: &Applicant,
    application: &Application,
) -> PolicyResult {
    one_year(vocabulary, policy, applicant, application, &History::default(), &[]).result
}

/// Evaluates one applicant under one policy for several applications, years ascending: each year knows what the
/// earlier ones of the run have paid.
pub fn run(
    vocabulary: &Vocabulary,
    policy: &Policy,
    applicant: &Applicant,
    applications: &[Application],
) -> Vec<PolicyResult> {
    let mut history = History::default();
    let mut results = Vec::new();
    for application in applications {
        let year = one_year(vocabulary, policy, applicant, application, &history, &[]);
        history.extend(year.paid);
        results.push(year.result);
    }
    results
}

/// One year of a run: what it comes to, what it pays, and what it would pay before steps 6 to 8.
struct Year {
    result: PolicyResult,
    paid: History,
    claims: Vec<Claim>,
}

fn one_year(
    vocabulary: &Vocabulary,
    policy: &Policy,
    applicant: &Applicant,
    application: &Application,
    history: &History,
    beside: &[Beside],
) -> Year {
    let called = if application.calls { policy.under_call(application.year) } else { None };
    let policy = called.as_ref().unwrap_or(policy);
    let validity = date::resolve(policy, application);
    let mut result = PolicyResult {
        year: application.year,
        on: validity.on,
        in_force: validity.in_force,
        validity_ignored: application.ignore_validity && !validity.in_force,
        call_applied: called.is_some(),
        barred_by: Vec::new(),
        total: Money::ZERO,
        fixed_total: Money::ZERO,
        ceiling_total: Money::ZERO,
        potential_total: Money::ZERO,
        items: Vec::new(),
        caps: Vec::new(),
        assumptions: Vec::new(),
    };
    let Some(day) = validity.compute_on else {
        let count = applicant.achievements.len();
        result.items = vec![shut_out(policy.validity_cite.clone(), Reason::NotInForce); count];
        return Year { result, paid: History::default(), claims: Vec::new() };
    };

    let mut context = Context { vocabulary, policy, applicant, application, day, history, beside, outsider: false };
    let bars = bars::look(&context);
    context.outsider = bars.outsider;
    result.barred_by = bars.holding;
    if let Some(first) = result.barred_by.first() {
        result.items = vec![shut_out(first.cite.clone(), Reason::Barred(0)); applicant.achievements.len()];
        return Year { result, paid: History::default(), claims: Vec::new() };
    }
    result.assumptions = bars.assumptions;

    let decisions: Vec<select::Decision> =
        (0..applicant.achievements.len()).map(|item| select::decide(&context, item)).collect();
    if decisions.iter().any(|decision| decision.prior_assumed) {
        let cite = policy.prior.first().map(|rule| rule.cite.clone()).unwrap_or_default();
        result.assumptions.push(Assumption { what: Assumed::NoPriorMoney, cite });
    }
    let claims = totals::claims(&decisions);
    let paid = totals::total(&context, decisions, &mut result);
    Year { result, paid, claims }
}

/// An item that no clause was even tried for.
fn shut_out(cite: String, reason: Reason) -> Item {
    Item {
        status: Status::Ineligible,
        clause: None,
        cite: Some(cite),
        base: Money::ZERO,
        amount: Money::ZERO,
        assumptions: Vec::new(),
        missing: Vec::new(),
        same_as: None,
        same_as_year: None,
        same_as_policy: None,
        warnings: Vec::new(),
        steps: Vec::new(),
        reasons: vec![reason],
        possible: None,
        considered: Vec::new(),
    }
}

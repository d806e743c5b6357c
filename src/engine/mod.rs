//! The engine: facts and a policy to a result (contract section 3). Pure: no I/O, no clock, no printing, and no name
//! of a city, kind, level or prize.
//!
//! One file per step, in the order in which they run: [`date`], [`bars`], [`select`], [`conditions`], [`base`],
//! [`duplicates`] (prior money, series, projects), [`selection`], [`caps`], [`totals`]. [`history`] carries years
//! forward, [`together`] several policies.
//!
//! [`compiled`] and [`rulings`] make portfolios fast: steps 3 to 5 run once for all rows that nothing tells apart.
//! [`settled`] holds the outcome, of which full items are made where they are read.

pub mod alternatives;
mod bars;
mod base;
mod caps;
mod compiled;
mod conditions;
mod date;
mod duplicates;
mod exposure;
mod history;
pub mod result;
mod row;
mod rulings;
mod select;
mod selection;
pub mod settled;
mod settling;
mod together;
mod totals;

use std::collections::BTreeMap;
use std::rc::Rc;

pub use caps::cap_limit;
pub use conditions::{Days, window_days};
use jiff::civil::Date;

use crate::money::Money;
use crate::policy::Policy;
use crate::policy::model::Cite;
use crate::unit::Unit;
use crate::vocabulary::Vocabulary;
use compiled::Compiled;
use history::History;
use result::{Answer, Assumed, Assumption, PolicyResult, Reason};
use rulings::Rulings;
use settled::{Rows, Settled};
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

impl Application {
    /// The same for each of these years.
    pub fn in_years(&self, years: impl IntoIterator<Item = i16>) -> Vec<Application> {
        years.into_iter().map(|year| Application { year, ..self.clone() }).collect()
    }
}

/// Everything that the steps look at.
struct Context<'a> {
    vocabulary: &'a Vocabulary,
    policy: &'a Policy,
    unit: &'a dyn Unit,
    application: &'a Application,
    /// Application date D.
    day: Date,
    /// What earlier years of the run have paid.
    history: &'a History,
    /// What other policies mean for each row; empty where there is none.
    beside: &'a [Beside],
    /// True if the unit is known to be from elsewhere and the policy opens some clauses to such units.
    outsider: bool,
    /// True if it is also asked what would settle a row.
    settle: bool,
}

/// Evaluates units under some policies for some applications. It remembers rulings, so that many units are best
/// evaluated by the same one; what it remembers never changes a result.
pub struct Evaluator<'a> {
    vocabulary: &'a Vocabulary,
    policies: Vec<&'a Policy>,
    /// By policy, then by application.
    years: Vec<Vec<YearOf<'a>>>,
    sums_only: bool,
}

/// One policy for one application, and the rulings made so far.
struct YearOf<'a> {
    compiled: Compiled<'a>,
    rulings: Rulings,
}

impl<'a> Evaluator<'a> {
    /// Several applications, years ascending, are a run: each year knows what the earlier ones have paid.
    pub fn new(vocabulary: &'a Vocabulary, policies: &[&'a Policy], applications: &'a [Application]) -> Self {
        let mut rulings = (0..).map(Rulings::new);
        let year_of = |policy: &'a Policy, application: &'a Application, rulings: Rulings| YearOf {
            compiled: Compiled::new(vocabulary, policy, application),
            rulings,
        };
        let mut years = Vec::new();
        for policy in policies {
            let of_policy = applications.iter().zip(&mut rulings);
            years.push(of_policy.map(|(application, rulings)| year_of(policy, application, rulings)).collect());
        }
        Evaluator { vocabulary, policies: policies.to_vec(), years, sums_only: false }
    }

    /// From now on assumptions are left out of the heads of results, and it is not asked what would settle a row: for
    /// those who look at sums only.
    pub fn sums_only(&mut self) {
        self.sums_only = true;
    }

    /// Evaluates one unit under the policies of these indices: one list of years per policy, in order. Policies look
    /// at each other only where the unit is known to be registered in the region of both. Every row comes back once.
    pub fn evaluate(&mut self, unit: &dyn Unit, policies: &[usize]) -> Vec<Vec<Settled>> {
        together::run(self, unit, policies)
    }

    /// All years under one policy, which looks at no other.
    fn run_alone(&mut self, unit: &dyn Unit, policy: usize) -> Vec<Settled> {
        let mut history = History::default();
        let mut results = Vec::new();
        for year in 0..self.years[policy].len() {
            let computed = self.one_year(unit, (policy, year), &history, &[]);
            history.extend(computed.paid);
            results.push(computed.settled);
        }
        results
    }

    fn one_year(&mut self, unit: &dyn Unit, of: (usize, usize), history: &History, beside: &[Beside]) -> Year {
        let YearOf { compiled, rulings } = &mut self.years[of.0][of.1];
        let sums_only = self.sums_only;
        one_year(self.vocabulary, (compiled, rulings), unit, (history, beside), sums_only)
    }
}

/// Evaluates one unit under one policy for one application.
pub fn evaluate(vocabulary: &Vocabulary, policy: &Policy, unit: &dyn Unit, application: &Application) -> PolicyResult {
    let mut results = run(vocabulary, policy, unit, std::slice::from_ref(application));
    results.remove(0)
}

/// Evaluates one unit under one policy for several applications, years ascending.
pub fn run(
    vocabulary: &Vocabulary,
    policy: &Policy,
    unit: &dyn Unit,
    applications: &[Application],
) -> Vec<PolicyResult> {
    let mut results = run_together(vocabulary, &[policy], unit, applications);
    results.remove(0)
}

/// Evaluates one unit under several policies for several applications, years ascending: see [`Evaluator`].
pub fn run_together(
    vocabulary: &Vocabulary,
    policies: &[&Policy],
    unit: &dyn Unit,
    applications: &[Application],
) -> Vec<Vec<PolicyResult>> {
    let all: Vec<usize> = (0..policies.len()).collect();
    let results = Evaluator::new(vocabulary, policies, applications).evaluate(unit, &all);
    results.into_iter().map(|years| years.into_iter().map(Settled::itemize).collect()).collect()
}

/// One year of a run: what it comes to, what it pays, and what it would pay before steps 6 to 8.
struct Year {
    settled: Settled,
    paid: History,
    claims: Vec<Claim>,
}

fn one_year(
    vocabulary: &Vocabulary,
    (compiled, rulings): (&Compiled<'_>, &mut Rulings),
    unit: &dyn Unit,
    (history, beside): (&History, &[Beside]),
    sums_only: bool,
) -> Year {
    let Compiled { policy, application, validity, call_applied, .. } = compiled;
    let mut head = PolicyResult {
        year: application.year,
        on: validity.on,
        in_force: validity.in_force,
        validity_ignored: application.ignore_validity && !validity.in_force,
        call_applied: *call_applied,
        barred_by: Vec::new(),
        total: Money::ZERO,
        fixed_total: Money::ZERO,
        ceiling_total: Money::ZERO,
        potential_total: Money::ZERO,
        answer: Answer::default(),
        items: Vec::new(),
        caps: Vec::new(),
        assumptions: Vec::new(),
    };
    let count = unit.rows();
    let shut_out = |head: PolicyResult, cite: &Cite, reason: Reason| Year {
        settled: Settled { head, rows: Rows::ShutOut { count, cite: Cite::clone(cite), reason } },
        paid: History::default(),
        claims: Vec::new(),
    };
    let Some(day) = validity.compute_on else { return shut_out(head, &policy.validity_cite, Reason::NotInForce) };

    let mut context =
        Context { vocabulary, policy, unit, application, day, history, beside, outsider: false, settle: !sums_only };
    let (bars, class) = rulings.bars(&context, compiled);
    context.outsider = bars.outsider;
    if let Some(first) = bars.holding.first() {
        head.barred_by.clone_from(&bars.holding);
        return shut_out(head, &first.cite, Reason::Barred(0));
    }
    if !sums_only {
        head.assumptions.clone_from(&bars.assumptions);
    }

    // Money of earlier years or of other policies makes a row's ruling its own; so does a unit nobody has looked at.
    let alone = !history.is_empty() || !beside.is_empty() || unit.profile().is_none();
    let decisions: Vec<Rc<select::Decision>> = (0..count)
        .map(|item| match alone {
            true => Rc::new(select::decide(&context, item)),
            false => rulings.decide(&context, compiled, class, item),
        })
        .collect();
    if !sums_only && decisions.iter().any(|decision| decision.prior_assumed) {
        let cite = policy.prior.first().map(|rule| rule.cite.clone()).unwrap_or_default();
        head.assumptions.push(Assumption { what: Assumed::NoPriorMoney, cite });
    }
    let claims = totals::claims(&decisions);
    let (rows, paid) = totals::total(&context, decisions, sums_only, &mut head);
    Year { settled: Settled { head, rows: Rows::Ruled(rows) }, paid, claims }
}

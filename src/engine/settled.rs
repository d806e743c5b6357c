//! A unit's year under one policy, settled: what every row comes to. Full items, with each step and reason, are made
//! of it one by one, only where somebody reads them.

use std::rc::Rc;

use super::result::{Answer, Item, PolicyResult, Reason, Status, Step};
use super::row::Selectors;
use super::select::{self, Candidate, Decision, Pays};
use crate::money::Money;
use crate::policy::Policy;
use crate::policy::model::{Cite, ClauseIndex};
use crate::vocabulary::{FactId, ValueId};

/// One year of one unit under one policy.
pub struct Settled {
    /// Totals, caps, bars and assumptions; without items.
    pub head: PolicyResult,
    pub(super) rows: Rows,
}

pub(super) enum Rows {
    /// No clause was even tried: the policy is not in force, or the unit is barred.
    ShutOut { count: usize, cite: Cite, reason: Reason },
    /// In order.
    Ruled(Vec<Row>),
}

/// One row: the ruling of steps 3 to 5, and what became of it.
pub(super) struct Row {
    pub decision: Rc<Decision>,
    pub status: Status,
    pub amount: Money,
    /// What steps 6 to 8 did; none if nothing.
    pub late: Option<Box<Late>>,
    /// What other rows leave open may change what steps 6 to 8 do to this one.
    pub exposed: bool,
}

impl Row {
    /// What can be said of the amount. Whatever is open of this row or of others, it is never above what its dearest
    /// clause pays before steps 6 to 8; below that, they may come to anything.
    pub fn answer(&self) -> Answer {
        let decision = &self.decision;
        let sure = if self.exposed || !decision.is_sure() { Money::ZERO } else { self.amount };
        let open = self.exposed || !decision.missing.is_empty();
        let most = decision.possible().or(decision.taken.as_ref().filter(|_| self.exposed));
        let most = most.map_or(Money::ZERO, |candidate| candidate.limited);
        Answer::new(sure, if open { self.amount.max(most) } else { self.amount }, &decision.missing)
    }
}

/// What steps 6 to 8 did to a row.
#[derive(Clone, Default)]
pub(super) struct Late {
    pub steps: Vec<Step>,
    pub same_as: Option<usize>,
    pub same_as_year: Option<i16>,
    pub same_as_policy: Option<String>,
}

/// All that steps 6 to 8 look at of a row besides its texts: rows of one standing come to the same total in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing(Option<(ClauseIndex, Money, Money, Selectors)>);

/// Which rows read the same, but for their own texts and days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alike {
    /// All rows with this number, in whatever unit.
    Everywhere(u64),
    /// The same, of rows that few others are like.
    Rarely(u64),
    /// All rows of this unit's year.
    InUnit,
    /// No other row.
    Nowhere,
}

impl Settled {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::ShutOut { count, .. } => *count,
            Rows::Ruled(rows) => rows.len(),
        }
    }

    /// True if there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a row comes to.
    pub fn status(&self, index: usize) -> Status {
        match &self.rows {
            Rows::ShutOut { .. } => Status::Ineligible,
            Rows::Ruled(rows) => rows[index].status,
        }
    }

    /// The smallest set of unknown facts that would settle a row; empty where nothing is open, or nobody asked.
    pub fn settled_by(&self, index: usize) -> &[FactId] {
        match &self.rows {
            Rows::ShutOut { .. } => &[],
            Rows::Ruled(rows) => &rows[index].decision.settled_by,
        }
    }

    /// Which other rows read like this one.
    pub fn alike(&self, index: usize) -> Alike {
        match &self.rows {
            Rows::ShutOut { .. } => Alike::InUnit,
            Rows::Ruled(rows) => match &rows[index] {
                Row { late: None, decision, exposed, .. } if decision.number != 0 => {
                    let number = decision.number << 1 | u64::from(*exposed);
                    if decision.of_money { Alike::Rarely(number) } else { Alike::Everywhere(number) }
                }
                _ => Alike::Nowhere,
            },
        }
    }

    /// One row in full.
    pub fn item(&self, index: usize) -> Item {
        match &self.rows {
            Rows::ShutOut { cite, reason, .. } => shut_out(cite.clone(), reason.clone()),
            Rows::Ruled(rows) => item(&rows[index]),
        }
    }

    /// The classes in which a row takes or would take a place, of the limits of its `policy` that count items: the
    /// limit, and the values of the facts that tell its classes apart. Empty where the row is not in question.
    pub fn classes(&self, policy: &Policy, index: usize) -> Vec<(usize, Vec<Option<ValueId>>)> {
        let Rows::Ruled(rows) = &self.rows else { return Vec::new() };
        let row = &rows[index];
        let taken = row.decision.taken.as_ref();
        let claimed = matches!(row.status, Status::Awarded | Status::Reduced | Status::NotSelected);
        taken.filter(|_| claimed).map_or_else(Vec::new, |taken| select::classes_under(policy, taken))
    }

    /// With what a row goes into steps 6 to 8.
    pub fn standing(&self, index: usize) -> Standing {
        let Rows::Ruled(rows) = &self.rows else { return Standing(None) };
        let taken = rows[index].decision.taken.as_ref().filter(|taken| taken.pays == Pays::Yes);
        Standing(taken.map(|taken| (taken.clause, taken.base, taken.paid, taken.selectors.clone())))
    }

    /// What a row is paid.
    pub fn amount(&self, index: usize) -> Money {
        match &self.rows {
            Rows::ShutOut { .. } => Money::ZERO,
            Rows::Ruled(rows) => rows[index].amount,
        }
    }

    /// The result with all its items.
    pub fn itemize(mut self) -> PolicyResult {
        self.head.items = (0..self.len()).map(|index| self.item(index)).collect();
        self.head
    }
}

fn item(row: &Row) -> Item {
    let decision = &row.decision;
    let mut item = Item {
        status: row.status,
        clause: decision.taken.as_ref().map(|taken| taken.clause),
        cite: None,
        base: decision.taken.as_ref().map_or(Money::ZERO, |taken| taken.base),
        amount: row.amount,
        assumptions: Vec::new(),
        missing: decision.missing.clone(),
        same_as: None,
        same_as_year: None,
        same_as_policy: None,
        warnings: decision.warnings.clone(),
        steps: Vec::new(),
        reasons: Vec::new(),
        possible: None,
        answer: row.answer(),
        settled_by: decision.settled_by.clone(),
        exposed: row.exposed,
        considered: decision.considered.clone(),
    };
    if let Some(dearest) = decision.dearest.as_ref() {
        item.possible = Some((dearest.clause, dearest.limited));
    }
    let Some(taken) = &decision.taken else {
        item.reasons.push(Reason::NoClause);
        return item;
    };
    item.reasons.extend(taken.reasons.iter().cloned());
    match decision.status {
        Status::Undetermined => {
            item.possible = Some((taken.clause, taken.limited));
            item.reasons.push(Reason::Unknown(decision.missing.clone()));
            item.assumptions = decision.assumptions.clone();
        }
        Status::Ineligible => {
            let others = decision.considered.iter().filter(|other| other.clause != taken.clause);
            item.reasons.extend(others.flat_map(|other| {
                let failed = other.checks.iter().filter(|check| check.holds == Some(false) && !check.assumed);
                failed.map(|check| Reason::AlsoFails(other.clause, check.clone()))
            }));
        }
        Status::Unmatched => {}
        _ => {
            item.steps = taken.steps.clone();
            item.assumptions = decision.assumptions.clone();
        }
    }
    if taken.pays == Pays::Yes {
        later(&mut item, taken, row.late.as_deref());
    }
    item
}

/// Adds what steps 6 to 8 did to an item that takes part in them.
fn later(item: &mut Item, taken: &Candidate, late: Option<&Late>) {
    debug_assert_eq!(item.clause, Some(taken.clause));
    if let Some(late) = late {
        item.steps.extend(late.steps.iter().cloned());
        (item.same_as, item.same_as_year) = (late.same_as, late.same_as_year);
        item.same_as_policy.clone_from(&late.same_as_policy);
    }
    let lowering = item.steps.iter().filter(|step| step.op.lowers());
    item.reasons.extend(lowering.cloned().map(Reason::Step));
    if let Some((clause, amount)) = item.possible {
        item.reasons.push(Reason::MorePossible(clause, amount));
    }
}

/// An item that no clause was even tried for.
fn shut_out(cite: Cite, reason: Reason) -> Item {
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
        answer: Answer::default(),
        settled_by: Vec::new(),
        exposed: false,
        considered: Vec::new(),
    }
}

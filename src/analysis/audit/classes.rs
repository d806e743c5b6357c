//! Into which class an amount falls, beside what its row comes to.

use super::standards::Shared;
use super::{Computed, Finding, Remark, RowOf, hints, is_some};
use crate::engine::result::{Check, Item, Missing, Op, Reason, Status};
use crate::facts::Facts;
use crate::input::claims::{Asked, Cell};
use crate::money::Money;
use crate::policy::Policy;
use crate::policy::model::{Amount, Nature, Test};
use crate::vocabulary::FactId;

/// What becomes of an amount. Every row is in exactly one of them: the first that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// No clause pays for it, a condition other than a window fails, or the unit is barred.
    NotEligible,
    /// Outside the time: the policy is not in force, or the achievement lies outside its window.
    Expired,
    /// Money received before, or from another policy, is not counted.
    PriorMoney,
    /// Counted under another row, or the same achievement again.
    Duplicate,
    /// More than a cap leaves, or beyond the number that may be claimed.
    OverCap,
    /// Claimed by several applicants beyond what can be paid for one standard.
    Shared,
    /// Another amount than the policy's.
    WrongAmount,
    /// The row or its amount cannot be read.
    Unreadable,
    /// No policy at hand covers the applicant's region.
    NoPolicy,
    /// Facts are missing that decide whether it is right.
    Undecided,
    /// Below a ceiling: at the reviewer's discretion.
    WithinCeiling,
    /// Exactly what the policy comes to.
    Agrees,
    /// Not claimed, though the policy would pay.
    Unclaimed,
    /// Neither claimed nor payable.
    Nothing,
}

/// How grave a class is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Wrong.
    Error,
    /// Cannot be settled with what is known.
    Open,
    /// Nothing to correct.
    Information,
}

impl Weight {
    /// The JSON value.
    pub fn id(self) -> &'static str {
        match self {
            Weight::Error => "error",
            Weight::Open => "open",
            Weight::Information => "information",
        }
    }
}

impl Class {
    /// Every class, gravest first.
    pub const ALL: [Class; 14] = [
        Class::NotEligible,
        Class::Expired,
        Class::PriorMoney,
        Class::Duplicate,
        Class::OverCap,
        Class::Shared,
        Class::WrongAmount,
        Class::Unreadable,
        Class::NoPolicy,
        Class::Undecided,
        Class::WithinCeiling,
        Class::Agrees,
        Class::Unclaimed,
        Class::Nothing,
    ];

    /// The JSON value.
    pub fn id(self) -> &'static str {
        match self {
            Class::NotEligible => "not_eligible",
            Class::Expired => "expired",
            Class::PriorMoney => "prior_money",
            Class::Duplicate => "duplicate",
            Class::OverCap => "over_cap",
            Class::Shared => "shared",
            Class::WrongAmount => "wrong_amount",
            Class::Unreadable => "unreadable",
            Class::NoPolicy => "no_policy",
            Class::Undecided => "undecided",
            Class::WithinCeiling => "within_ceiling",
            Class::Agrees => "agrees",
            Class::Unclaimed => "unclaimed",
            Class::Nothing => "not_claimed",
        }
    }

    /// How grave it is.
    pub fn weight(self) -> Weight {
        match self {
            Class::WithinCeiling | Class::Agrees | Class::Unclaimed | Class::Nothing => Weight::Information,
            Class::NoPolicy | Class::Undecided => Weight::Open,
            _ => Weight::Error,
        }
    }
}

/// Which of the two amounts of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Claimed,
    Granted,
}

impl Which {
    pub const BOTH: [Which; 2] = [Which::Claimed, Which::Granted];

    pub fn of(self, asked: Asked) -> Cell {
        match self {
            Which::Claimed => asked.claimed,
            Which::Granted => asked.granted,
        }
    }
}

impl Computed<'_> {
    /// One finding per row.
    pub(super) fn findings(&self, case: usize, shared: &Shared) -> Vec<Finding> {
        let caps = Which::BOTH.map(|which| self.caps(which));
        (0..self.applicant.achievements.len()).map(|row| self.finding(RowOf { case, row }, shared, &caps)).collect()
    }

    fn finding(&self, at: RowOf, shared: &Shared, caps: &[Vec<CapClaims>; 2]) -> Finding {
        let asked = self.asked.get(at.row).copied().unwrap_or_default();
        let (claimed, granted) = (asked.claimed, asked.granted);
        let granted_class = (granted != Cell::Blank).then_some(Class::NoPolicy);
        let mut finding = Finding::uncomputed(at.row, asked, Class::NoPolicy, granted_class);
        finding.item = self.places[at.row];
        finding.apart = finding.item.is_some_and(|place| place >= self.claiming);
        if let Some(first) = self.repeats[at.row] {
            finding.remarks.push(Remark::Repeats(first));
            let class = |cell: Cell| match cell {
                Cell::Unreadable => Class::Unreadable,
                cell if is_some(cell) => Class::Duplicate,
                _ => Class::Nothing,
            };
            finding.class = class(claimed);
            finding.granted_class = match granted {
                Cell::Blank => None,
                Cell::Amount(Money::ZERO) => Some(Class::Agrees),
                granted => Some(class(granted)),
            };
            return finding;
        }
        let (Some(policy), Some(item)) = (self.policy, self.item(at.row)) else {
            if !is_some(claimed) {
                finding.class = Class::Nothing;
            }
            if claimed == Cell::Unreadable {
                finding.class = Class::Unreadable;
            }
            finding.granted_class = finding.granted_class.map(|class| match granted {
                Cell::Unreadable => Class::Unreadable,
                Cell::Amount(Money::ZERO) => Class::Agrees,
                _ => class,
            });
            return finding;
        };
        finding.computed = item.amount;
        let (kind, facts) = (self.vocabulary.known().kind, &self.applicant.achievements[at.row].facts);
        let row = Row { policy, item, at, shared, kind, facts };
        (finding.class, finding.remarks) = row.claimed(claimed, &caps[0]);
        if let Some((class, remarks)) = row.granted(asked, finding.class, &caps[1]) {
            (finding.granted_class, finding.granted_remarks) = (Some(class), remarks);
        }
        finding.remarks.extend(shared.remarks(at));
        finding
    }

    /// The claims under each cap that concerns an item.
    fn caps(&self, which: Which) -> Vec<CapClaims> {
        let (Some(policy), Some(result)) = (self.policy, &self.result) else { return Vec::new() };
        let rows: Vec<(&Item, Money)> = (0..self.applicant.achievements.len())
            .filter(|row| self.places[*row].is_some_and(|place| place < self.claiming))
            .filter_map(|row| {
                let item = self.item(row).filter(|item| is_paid(item))?;
                let before = before_caps(item);
                let claim = match which.of(self.asked.get(row).copied().unwrap_or_default()) {
                    Cell::Blank => Money::ZERO,
                    Cell::Amount(amount) => amount.min(before),
                    Cell::Unreadable => before,
                };
                Some((item, claim))
            })
            .collect();
        let claims = |used: &crate::engine::result::CapUse| {
            let on = &policy.caps[used.cap].on;
            let under = rows.iter().filter(|(item, _)| item.clause.is_some_and(|clause| on.contains(&clause)));
            let sum: Money = under.map(|(_, claim)| *claim).sum();
            let kept = used.limit.is_none_or(|limit| sum <= limit.saturating_sub(used.used));
            CapClaims { cap: used.cap, sum, kept }
        };
        result.caps.iter().map(claims).collect()
    }
}

/// What is claimed under one cap.
pub(super) struct CapClaims {
    cap: usize,
    /// Each claim counted up to what its row comes to before caps.
    sum: Money,
    /// True if the cap allows that much.
    kept: bool,
}

fn is_paid(item: &Item) -> bool {
    matches!(item.status, Status::Awarded | Status::Reduced)
}

fn before_caps(item: &Item) -> Money {
    let steps = item.steps.iter().take_while(|step| !matches!(step.op, Op::Cap(..)));
    steps.last().map_or(item.amount, |step| step.amount)
}

/// One computed row.
struct Row<'r> {
    policy: &'r Policy,
    item: &'r Item,
    at: RowOf,
    shared: &'r Shared,
    kind: FactId,
    facts: &'r Facts,
}

impl Row<'_> {
    fn claimed(&self, claimed: Cell, caps: &[CapClaims]) -> (Class, Vec<Remark>) {
        match claimed {
            Cell::Unreadable => (Class::Unreadable, Vec::new()),
            Cell::Blank | Cell::Amount(Money::ZERO) => {
                let class = if self.item.amount.is_zero() { Class::Nothing } else { Class::Unclaimed };
                (class, Vec::new())
            }
            Cell::Amount(amount) => self.amount(amount, Which::Claimed, caps),
        }
    }

    /// The class of the granted amount: too much is as wrong as in a claim; less than claimed may be right.
    fn granted(&self, asked: Asked, class: Class, caps: &[CapClaims]) -> Option<(Class, Vec<Remark>)> {
        let granted = match asked.granted {
            Cell::Blank => return None,
            Cell::Unreadable => return Some((Class::Unreadable, Vec::new())),
            Cell::Amount(granted) => granted,
        };
        let computed = self.item.amount;
        if granted > computed {
            return Some(self.amount(granted, Which::Granted, caps));
        }
        let due = match asked.claimed {
            Cell::Unreadable => computed,
            claimed => computed.min(claimed.amount().unwrap_or(Money::ZERO)),
        };
        if granted > due {
            return Some((Class::WrongAmount, vec![Remark::MoreThanClaimed]));
        }
        let conflict = (!granted.is_zero()).then(|| self.conflict(Which::Granted)).flatten();
        if let Some(unknown) = self.shared.unknown_rank(self.at).filter(|_| !granted.is_zero() && conflict.is_none()) {
            return Some((Class::Undecided, vec![unknown]));
        }
        if granted == due || (granted.is_zero() && class == Class::Shared) {
            return Some(conflict.map_or((Class::Agrees, Vec::new()), |remark| (Class::Shared, vec![remark])));
        }
        let class = if self.nature() == Some(Nature::Ceiling) { Class::WithinCeiling } else { Class::WrongAmount };
        Some((class, Vec::new()))
    }

    fn nature(&self) -> Option<Nature> {
        self.item.clause.map(|clause| self.policy.clauses[clause].nature)
    }

    /// The class of an amount above 0.
    fn amount(&self, amount: Money, which: Which, caps: &[CapClaims]) -> (Class, Vec<Remark>) {
        let (mut class, mut remarks) = self.alone(amount, caps);
        if matches!(class, Class::Agrees | Class::WithinCeiling | Class::WrongAmount | Class::Undecided)
            && let Some(conflict) = self.conflict(which)
        {
            class = Class::Shared;
            remarks.insert(0, conflict);
        }
        if class == Class::WrongAmount
            && let Some(standard) = self.beyond_share(amount, which)
        {
            class = Class::Shared;
            remarks.insert(0, Remark::Together(standard));
        }
        if matches!(class, Class::Agrees | Class::WithinCeiling | Class::WrongAmount)
            && amount <= self.item.amount
            && let Some(unknown) = self.shared.unknown_rank(self.at)
        {
            class = Class::Undecided;
            remarks.insert(0, unknown);
        }
        (class, remarks)
    }

    fn conflict(&self, which: Which) -> Option<Remark> {
        self.shared.conflict(self.at, which)
    }

    /// The standard that others claim as well, where the amount is more than this unit's share of it.
    fn beyond_share(&self, amount: Money, which: Which) -> Option<usize> {
        let share = self.item.steps.iter().find(|step| matches!(step.op, Op::Share { .. }))?;
        self.shared.divided(self.at, which).filter(|_| amount > share.amount)
    }

    /// The class without a look at other applicants.
    fn alone(&self, amount: Money, caps: &[CapClaims]) -> (Class, Vec<Remark>) {
        let item = self.item;
        let class = match item.status {
            Status::Unmatched => Class::NotEligible,
            Status::Ineligible => refused(item),
            Status::Duplicate => Class::Duplicate,
            Status::NotSelected => Class::OverCap,
            Status::Undetermined if self.is_possible(amount) => Class::Undecided,
            Status::Undetermined => Class::WrongAmount,
            Status::Awarded | Status::Reduced => return self.of_paid(amount, caps),
        };
        let remarks = if class == Class::WrongAmount { self.hints(amount) } else { Vec::new() };
        (class, remarks)
    }

    fn hints(&self, amount: Money) -> Vec<Remark> {
        let most = self.most();
        let is_open = self.item.possible.is_some() || self.item.status == Status::Undetermined;
        let above = (is_open && !most.is_zero() && amount > most).then_some(Remark::AbovePossible(most));
        let origin = hints::origin(self.policy, self.item, amount, (self.kind, self.facts));
        above.into_iter().chain(origin).collect()
    }

    /// The most that the row can come to, whatever the missing facts say.
    fn most(&self) -> Money {
        self.item.possible.map_or(self.item.base, |(_, possible)| possible.max(self.item.base))
    }

    /// True if missing facts leave the amount open.
    fn is_possible(&self, amount: Money) -> bool {
        let (item, most) = (self.item, self.most());
        // Where the text names no figure, or only a share of something unknown, no amount can be ruled out.
        let open = |line: &Amount| match line {
            Amount::OfFact { fact, at_most: None, .. } => item.missing.contains(&Missing::Fact(*fact)),
            _ => false,
        };
        let clause = item.clause.map(|clause| &self.policy.clauses[clause]);
        amount <= most
            || (item.missing.contains(&Missing::Clause) && most.is_zero())
            || clause.is_some_and(|clause| clause.amounts.iter().any(|line| open(&line.amount)))
    }

    fn of_paid(&self, amount: Money, caps: &[CapClaims]) -> (Class, Vec<Remark>) {
        let item = self.item;
        if amount == item.amount {
            return (Class::Agrees, Vec::new());
        }
        if amount < item.amount {
            return match self.nature() {
                Some(Nature::Ceiling) => (Class::WithinCeiling, Vec::new()),
                _ => (Class::WrongAmount, self.hints(amount)),
            };
        }
        let capped = item.steps.iter().any(|step| matches!(step.op, Op::Cap(..)));
        if !capped && self.is_possible(amount) && item.possible.is_some() {
            return (Class::Undecided, Vec::new());
        }
        if amount > item.base {
            return (Class::WrongAmount, self.hints(amount));
        }
        // The first step that takes something of the amount away.
        let taken = item.steps.iter().filter(|step| step.amount < amount && lowers(&step.op));
        for step in taken {
            match step.op {
                Op::CostLimit(..) => return (Class::WrongAmount, self.hints(amount)),
                Op::PriorMoney(_) | Op::OtherMoney(..) | Op::Upgrade(_) => return (Class::PriorMoney, Vec::new()),
                Op::Cap(cap, _) => match caps.iter().find(|claims| claims.cap == cap) {
                    Some(claims) if claims.kept => {}
                    _ => return (Class::OverCap, Vec::new()),
                },
                _ => {}
            }
        }
        let within = item.steps.iter().find_map(|step| match step.op {
            Op::Cap(cap, _) => caps.iter().find(|claims| claims.cap == cap),
            _ => None,
        });
        match within {
            Some(claims) => (Class::WithinCeiling, vec![Remark::WithinCap(claims.cap, claims.sum)]),
            None => (Class::WrongAmount, self.hints(amount)),
        }
    }
}

/// True for a step that takes something away from the base.
fn lowers(op: &Op) -> bool {
    matches!(op, Op::CostLimit(..) | Op::PriorMoney(_) | Op::OtherMoney(..) | Op::Upgrade(_) | Op::Cap(..))
}

/// Why an ineligible row is refused: outside the time only if nothing else stands in the way.
pub(super) fn refused(item: &Item) -> Class {
    let of = |reason: &Reason| match reason {
        Reason::Barred(_) | Reason::OutsideRegion | Reason::NoShare(_) | Reason::NoClause => Some(Class::NotEligible),
        Reason::NotInForce | Reason::AfterApplication(_) => Some(Class::Expired),
        Reason::PriorMoneyExcludes { .. } | Reason::OtherMoneyExcludes { .. } => Some(Class::PriorMoney),
        Reason::Outranked { .. } => Some(Class::Duplicate),
        _ => None,
    };
    let classes: Vec<Class> = item.reasons.iter().filter_map(of).collect();
    if classes.contains(&Class::NotEligible) {
        return Class::NotEligible;
    }
    let failed = |checks: &[Check]| checks.iter().filter(|check| check.holds == Some(false)).cloned().collect();
    let by_clause = item.considered.iter().map(|considered| failed(&considered.checks));
    let only_time = |checks: &Vec<Check>| !checks.is_empty() && checks.iter().all(|check| is_window(&check.test));
    if by_clause.into_iter().any(|checks: Vec<Check>| only_time(&checks)) || classes.contains(&Class::Expired) {
        return Class::Expired;
    }
    if item.reasons.iter().any(|reason| matches!(reason, Reason::Fails(_))) {
        return Class::NotEligible;
    }
    classes.first().copied().unwrap_or(Class::NotEligible)
}

/// True for a test that asks for a day in a window and nothing else.
fn is_window(test: &Test) -> bool {
    match test {
        Test::Within(..) => true,
        Test::Any(tests) => !tests.is_empty() && tests.iter().all(is_window),
        _ => false,
    }
}

/// The class of what a row loses, and how much.
pub(super) fn lost(item: &Item) -> Option<(Class, Money)> {
    let loss = item.base.saturating_sub(item.amount);
    if loss.is_zero() {
        return None;
    }
    let class = match item.status {
        Status::Ineligible => refused(item),
        Status::Duplicate => Class::Duplicate,
        Status::NotSelected => Class::OverCap,
        Status::Undetermined | Status::Unmatched => return None,
        Status::Awarded | Status::Reduced => {
            let step = item.steps.iter().find(|step| lowers(&step.op))?;
            match step.op {
                Op::CostLimit(..) => Class::WrongAmount,
                Op::Cap(..) => Class::OverCap,
                _ => Class::PriorMoney,
            }
        }
    };
    Some((class, loss))
}

//! What an evaluation comes to: typed, without words. The output puts it into sentences and files.

use jiff::civil::Date;

use crate::facts::Value;
use crate::money::{Money, Share};
use crate::policy::model::{Cite, ClauseIndex, Test};
use crate::vocabulary::{FactId, ValueId};

/// The outcome of one item (contract section 3, "Statuses").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Paid its base in full.
    Awarded,
    /// Paid less than its base, 0.00 included.
    Reduced,
    /// Left out by a limit on how many may be claimed.
    NotSelected,
    /// Counted under another row.
    Duplicate,
    /// Selected by a clause whose conditions it does not meet, or barred.
    Ineligible,
    /// A fact that decides is unknown.
    Undetermined,
    /// The policy does not pay for this.
    Unmatched,
}

impl Status {
    /// Every status, in the order of the contract.
    pub const ALL: [Status; 7] = [
        Status::Awarded,
        Status::Reduced,
        Status::NotSelected,
        Status::Duplicate,
        Status::Ineligible,
        Status::Undetermined,
        Status::Unmatched,
    ];

    /// The JSON value.
    pub fn id(self) -> &'static str {
        match self {
            Status::Awarded => "awarded",
            Status::Reduced => "reduced",
            Status::NotSelected => "not_selected",
            Status::Duplicate => "duplicate",
            Status::Ineligible => "ineligible",
            Status::Undetermined => "undetermined",
            Status::Unmatched => "unmatched",
        }
    }
}

/// One applicant under one policy in one application year.
#[derive(Clone, Debug)]
pub struct PolicyResult {
    /// Application year Y.
    pub year: i16,
    /// Application date D; none where the policy has no day in force in Y.
    pub on: Option<Date>,
    /// True if the policy is in force on D.
    pub in_force: bool,
    /// True if it is not in force and was computed all the same.
    pub validity_ignored: bool,
    /// True if the year's call for applications was applied.
    pub call_applied: bool,
    /// Bars that hold, in the policy's order.
    pub barred_by: Vec<Barred>,
    /// Sum of the items' amounts.
    pub total: Money,
    /// The part of `total` that is fixed.
    pub fixed_total: Money,
    /// The part of `total` that is a ceiling.
    pub ceiling_total: Money,
    /// What it could be if every unknown fact turned out best; never below `total`.
    pub potential_total: Money,
    /// What can be said of the total: fixed money that is paid now and at best, and the potential total.
    pub answer: Answer,
    /// One per achievement, in the same order.
    pub items: Vec<Item>,
    /// Caps that concern an item.
    pub caps: Vec<CapUse>,
    /// What was taken for granted for all items.
    pub assumptions: Vec<Assumption>,
}

/// A bar that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Barred {
    /// The clause.
    pub cite: Cite,
    /// The fact behind it.
    pub fact: FactId,
    /// What the fact says.
    pub value: Value,
    /// Which bar of the policy; none for the region.
    pub bar: Option<usize>,
}

/// One achievement under the policy.
#[derive(Clone, Debug)]
pub struct Item {
    /// The outcome.
    pub status: Status,
    /// The clause that pays, or would have.
    pub clause: Option<ClauseIndex>,
    /// Its number, or that of the bar or of the validity clause.
    pub cite: Option<Cite>,
    /// What the clause pays for this row before limits.
    pub base: Money,
    /// What is paid.
    pub amount: Money,
    /// What was taken for granted for this row.
    pub assumptions: Vec<Assumption>,
    /// Unknown facts that matter.
    pub missing: Vec<Missing>,
    /// The item that counts instead, as index into `items`.
    pub same_as: Option<usize>,
    /// The earlier year of the run in which that item was paid; none for the same year.
    pub same_as_year: Option<i16>,
    /// The policy that the row is left to, where another policy pays for it; `same_as` is then the row itself.
    pub same_as_policy: Option<String>,
    /// What the engine found odd.
    pub warnings: Vec<Warning>,
    /// From 0 to `amount`.
    pub steps: Vec<Step>,
    /// Why it is not (fully) paid, or not yet.
    pub reasons: Vec<Reason>,
    /// The greater amount that is possible after the clause's own limits, and its clause.
    pub possible: Option<(ClauseIndex, Money)>,
    /// What can be said of the amount.
    pub answer: Answer,
    /// The smallest set of unknown facts that would settle it, whatever they say; empty where nothing is open, or where
    /// the text itself has the gap.
    pub settled_by: Vec<FactId>,
    /// True if unknown facts of other rows may change it as well, through a cap, a limit or a row that counts as one
    /// with it, or through an earlier year.
    pub exposed: bool,
    /// Every clause that the row selects, and how it fared: for the explanation.
    pub considered: Vec<Considered>,
}

/// An amount as an interval: what is certain, and what is possible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// In which words.
    pub says: Says,
    /// What is paid for sure, given what is assumed: fixed money that hangs on no unknown fact. Of a ceiling nothing is
    /// sure.
    pub from: Money,
    /// What is paid at most: of a total, the potential total; of an item that hangs on unknown facts, its own or those
    /// of other rows, the dearest that its clauses pay before steps 6 to 8.
    pub to: Money,
}

/// How an interval is put into words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Says {
    /// This much, for sure.
    #[default]
    Certain,
    /// At most this much: a ceiling, or it hangs on unknown facts altogether.
    UpTo,
    /// At least so much and at most so much.
    Between,
    /// The text names no figure.
    Open,
}

impl Says {
    /// The JSON value.
    pub fn id(self) -> &'static str {
        match self {
            Says::Certain => "certain",
            Says::UpTo => "up_to",
            Says::Between => "between",
            Says::Open => "open",
        }
    }
}

impl Answer {
    /// The interval; nothing is certain while a fact is missing.
    pub fn new(from: Money, to: Money, missing: &[Missing]) -> Answer {
        let says = match () {
            () if to.is_zero() && missing.contains(&Missing::Clause) => Says::Open,
            () if from == to && missing.is_empty() => Says::Certain,
            () if from.is_zero() => Says::UpTo,
            () => Says::Between,
        };
        Answer { says, from, to }
    }
}

/// How one clause fared for one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Considered {
    /// Which clause.
    pub clause: ClauseIndex,
    /// True: pays; false: does not; none: depends on unknown facts.
    pub pays: Option<bool>,
    /// What it pays, or would, after its own limits and prior money.
    pub amount: Money,
    /// Each condition of the clause, in order.
    pub checks: Vec<Check>,
}

/// One condition and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was asked.
    pub test: Test,
    /// Where the text asks it.
    pub cite: Cite,
    /// The answer; none for unknown.
    pub holds: Option<bool>,
    /// True if the answer was assumed.
    pub assumed: bool,
}

/// Something taken for granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// What.
    pub what: Assumed,
    /// The clause behind it.
    pub cite: Cite,
}

/// What was taken for granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assumed {
    /// An unknown fact meets a condition.
    Condition(Test),
    /// A blank selecting fact has this value.
    Default(FactId, ValueId),
    /// A condition that no row can know: index into the policy's list.
    Stated(usize),
    /// The unit is registered in the policy's region.
    Region,
    /// The same where the question is what it would be paid if it were; no engine says so, but who asks it.
    AsIfRegistered,
    /// The unit is clean in the sense of this bar.
    Clean(usize),
    /// The unit is the only one of the area on this standard.
    OnlyLocalUnit,
    /// Rows without the two columns received no money before.
    NoPriorMoney,
    /// A cap that depends on this parameter was not applied.
    NotApplied {
        /// Index into the policy's parameters.
        parameter: usize,
        /// Index into the policy's caps.
        cap: usize,
    },
}

/// A fact that is unknown and matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Missing {
    /// A column or flag.
    Fact(FactId),
    /// The text itself has a gap.
    Clause,
}

/// What the engine found odd about a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// `role` and `rank` contradict each other; `rank` wins.
    RoleContradictsRank,
    /// `quantity` is above 1 and this clause does not multiply by it.
    QuantityIgnored(i64),
    /// `quantity` is above what the clause counts: as given, and as counted.
    QuantityCut(i64, i64),
    /// The applicant's own rank was not among the local ranks and was added.
    OwnRankAdded(i64),
}

/// One step of the calculation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub op: Op,
    /// By which clause.
    pub cite: Cite,
    /// The value after the step.
    pub amount: Money,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// The clause's amount.
    Base {
        /// The sum it is a share of.
        of: Money,
        /// The share.
        share: Share,
        /// Several tiers, of which this is the highest.
        highest_of_tiers: bool,
    },
    /// A share of a money fact.
    BaseOfFact {
        /// The fact.
        fact: FactId,
        /// What it says; none if unknown and the maximum stands.
        known: Option<Money>,
        /// The share.
        share: Share,
    },
    /// A maximum in the same sentence.
    Maximum(Money),
    /// Times `quantity`.
    Quantity(i64),
    /// The applicant's share among the local units.
    Share {
        /// Its share of the whole.
        share: Share,
        /// Its place.
        rank: i64,
        /// How many local units divide this part, where it is divided.
        among: Option<usize>,
    },
    /// An additional amount: index into the policy's bonuses, and how much.
    Bonus(usize, Money),
    /// Not more than was really spent.
    CostLimit(FactId, Money),
    /// Not again what was already received.
    PriorMoney(Money),
    /// Not again what another policy pays: its id, and how much.
    OtherMoney(String, Money),
    /// Only the difference to what an earlier year of the run paid for a lower title.
    Upgrade(Money),
    /// Paid in an earlier year of the run: index into `items`, and the year.
    PaidEarlier(usize, i16),
    /// Left to another policy, which pays it in this year: its id, and the year.
    LeftTo(String, i16),
    /// Counted under another item: index into `items`.
    Duplicate(usize),
    /// Left out by a limit: index into the policy's limits.
    NotSelected(usize),
    /// Cut by a cap: index into the policy's caps, and what was left of it.
    Cap(usize, Money),
}

impl Op {
    /// True for a step that takes something away from what the clause pays.
    pub fn lowers(&self) -> bool {
        matches!(
            self,
            Op::CostLimit(..)
                | Op::PriorMoney(_)
                | Op::Upgrade(_)
                | Op::OtherMoney(..)
                | Op::PaidEarlier(..)
                | Op::LeftTo(..)
                | Op::Duplicate(_)
                | Op::NotSelected(_)
                | Op::Cap(..)
        )
    }

    /// The JSON value.
    pub fn id(&self) -> &'static str {
        match self {
            Op::Base { .. } | Op::BaseOfFact { .. } => "base",
            Op::Maximum(_) => "maximum",
            Op::Quantity(_) => "quantity",
            Op::Share { .. } => "share",
            Op::Bonus(..) => "bonus",
            Op::CostLimit(..) => "cost_limit",
            Op::PriorMoney(_) => "prior_money",
            Op::OtherMoney(..) => "other_policy",
            Op::Upgrade(_) => "upgrade",
            Op::PaidEarlier(..) => "paid_earlier",
            Op::LeftTo(..) => "left_to_policy",
            Op::Duplicate(_) => "duplicate",
            Op::NotSelected(_) => "selection",
            Op::Cap(..) => "cap",
        }
    }
}

/// Why an item is not paid, or less than its base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The policy is not in force on the application date.
    NotInForce,
    /// The unit is barred: index into `barred_by`.
    Barred(usize),
    /// The unit is from outside the region, and this clause is not open to it.
    OutsideRegion,
    /// No clause selects the row.
    NoClause,
    /// A condition does not hold.
    Fails(Check),
    /// Nor does one of another clause that the row selects.
    AlsoFails(ClauseIndex, Check),
    /// A known date lies after the application date.
    AfterApplication(FactId),
    /// The unit's place has no share.
    NoShare(i64),
    /// Money received before excludes payment.
    PriorMoneyExcludes {
        /// What was received.
        received: Money,
        /// From whom, if known.
        source: Option<ValueId>,
        /// The clause.
        cite: Cite,
    },
    /// Another policy pays for the row, which excludes payment here.
    OtherMoneyExcludes {
        /// Id of the other policy.
        policy: String,
        /// How much it pays after step 5.
        amount: Money,
        /// The clause of this policy.
        cite: Cite,
    },
    /// A higher title of the same project was paid in an earlier year of the run.
    Outranked {
        /// Index into `items`.
        item: usize,
        /// The year.
        year: i16,
        /// The clause.
        cite: Cite,
    },
    /// Unknown facts decide.
    Unknown(Vec<Missing>),
    /// The text gives no figure.
    CaseByCase,
    /// A greater amount is possible, by this clause.
    MorePossible(ClauseIndex, Money),
    /// A step took something away.
    Step(Step),
    /// The real cost is unknown, so that its limit could not be applied.
    CostUnknown(FactId, Cite),
}

/// One cap and what it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapUse {
    /// Index into the policy's caps.
    pub cap: usize,
    /// What it allows; none where a raise lifts it altogether.
    pub limit: Option<Money>,
    /// True if it stands raised.
    pub raised: bool,
    /// What earlier years of the run have used up of it.
    pub used: Money,
    /// Sum of the items under it before.
    pub before: Money,
    /// And after.
    pub after: Money,
}

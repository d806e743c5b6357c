//! The checked, compiled form of one policy 政策 (contract section 2). No text of a rule file is looked at after this.

use std::sync::Arc;

use jiff::civil::Date;

use crate::lang::Words;
use crate::money::{Money, Share};
use crate::range::Range;
use crate::rulefile::Span;
use crate::vocabulary::{FactId, ValueId, WellKnown};

/// A clause number as the official text writes it: `第七条`, `五（三）1`.
pub type Cite = Arc<str>;

/// Index into [`Policy::clauses`].
pub type ClauseIndex = usize;

/// One measure: one rule file.
#[derive(Clone, Debug)]
pub struct Policy {
    /// `<place>-<year>`.
    pub id: String,
    /// Name of the measure in both languages.
    pub title: Words,
    /// The bodies that issued it.
    pub issuer: String,
    /// The level of government whose money it is: what `prior_source` it is to other policies.
    pub level: ValueId,
    /// Ids of the policies that it replaces.
    pub replaces: Vec<String>,
    /// Document number, if the text has one.
    pub number: Option<String>,
    /// Day of publication.
    pub published: Option<Date>,
    /// Names that a unit's `region` must contain, any of them; the first is shown.
    pub region: Vec<String>,
    /// The clause that limits the measure to its region.
    pub region_cite: Cite,
    /// First day in force.
    pub from: Date,
    /// Last day in force, none for open end.
    pub until: Option<Date>,
    /// The clause on validity.
    pub validity_cite: Cite,
    /// Name of the official text's file.
    pub source: String,
    /// SHA-256 of the official text that the rule file was written from, in hex; the shipped files have it.
    pub source_sha256: Option<String>,
    /// Month and day of D where `--on` is absent and the day is in force; none: the last day of the year.
    pub application_day: Option<(i8, i8)>,
    /// When applications are taken every year, where the text says so.
    pub intake: Option<Intake>,
    /// SHA-256 of the rule file, in hex.
    pub sha256: String,
    /// Kinds of money, in the order of the text; selection counts and orders by them.
    pub categories: Vec<Category>,
    /// Numbers that only the year knows, such as its fund.
    pub parameters: Vec<Parameter>,
    /// What lead and participate mean, the first rule that fits counting.
    pub roles: Vec<RoleRule>,
    /// What a blank selecting fact means.
    pub defaults: Vec<Default>,
    /// What keeps a unit out altogether, in order.
    pub bars: Vec<Bar>,
    /// Conditions that no row can know.
    pub assumed: Vec<Assumed>,
    /// What pays.
    pub clauses: Vec<Clause>,
    /// What comes on top.
    pub bonuses: Vec<Bonus>,
    /// Limits by what was really spent.
    pub cost_limits: Vec<CostLimit>,
    /// What money received before does.
    pub prior: Vec<PriorRule>,
    /// Rows that count as one.
    pub merges: Vec<Merge>,
    /// At most N.
    pub limits: Vec<Limit>,
    /// Caps, innermost first.
    pub caps: Vec<Cap>,
    /// Yearly application calls.
    pub calls: Vec<Call>,
    /// Money in the text that is deliberately not modelled, and why.
    pub not_modelled: Vec<NotModelled>,
    /// Which levels of government pay which share; for information.
    pub bill: Vec<BillShare>,
    /// Words by which clause numbers are bound to the official text.
    pub anchors: Vec<Anchor>,
    /// Worked examples over several rows.
    pub examples: Vec<Example>,
}

/// A kind of money within a policy.
#[derive(Clone, Debug)]
pub struct Category {
    /// Id used in rule files and results.
    pub id: String,
    /// Its name.
    pub title: Words,
    /// Where it stands in the rule file.
    pub span: Span,
}

/// A number that the caller gives by `--param`.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The NAME of `--param NAME=VALUE`.
    pub id: String,
    /// What it is.
    pub title: Words,
    /// Where it stands in the rule file.
    pub span: Span,
}

/// What lead and participate mean for some rows.
#[derive(Clone, Debug)]
pub struct RoleRule {
    /// The clause that says so.
    pub cite: Cite,
    /// For which rows.
    pub selects: Selector,
    /// None: the `role` column decides, whatever the rank. Otherwise the role of each range of ranks.
    pub by_rank: Option<Vec<(ValueId, Range)>>,
    /// Roles that count as another one.
    pub same: Vec<(ValueId, ValueId)>,
}

/// The value of a blank selecting fact for some rows, listed as an assumption.
#[derive(Clone, Debug)]
pub struct Default {
    /// The clause behind it, if any.
    pub cite: Cite,
    /// For which rows.
    pub selects: Selector,
    /// The blank fact.
    pub fact: FactId,
    /// What it is taken as.
    pub value: ValueId,
}

/// Which rows: each selecting fact named must have one of the values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector(pub Vec<(FactId, Vec<ValueId>)>);

impl Selector {
    /// The values asked of `fact`, if the selector names it.
    pub fn values(&self, fact: FactId) -> Option<&[ValueId]> {
        self.0.iter().find(|(named, _)| *named == fact).map(|(_, values)| values.as_slice())
    }
}

/// What keeps a unit out 不予受理.
#[derive(Clone, Debug)]
pub struct Bar {
    /// The clause.
    pub cite: Cite,
    /// In a few words.
    pub title: Words,
    /// It holds when this is true; unknown is taken as clean.
    pub when: Test,
}

/// A condition that no row can know (材料齐全, 专家评审): taken as met and listed.
#[derive(Clone, Debug)]
pub struct Assumed {
    /// The clauses whose items it stands on; none: it stands once, with the result.
    pub on: Option<Vec<ClauseIndex>>,
    /// It stands once, but only where an item by one of these clauses is paid or may be; none: always.
    pub about: Option<Vec<ClauseIndex>>,
    /// Name in the result.
    pub id: String,
    /// The clause.
    pub cite: Cite,
    /// In a few words.
    pub title: Words,
    /// True if it says that of several units with a part in one achievement only one may apply.
    pub one_unit: bool,
}

impl Assumed {
    /// True if it speaks of items by `clause`.
    pub fn concerns(&self, clause: ClauseIndex) -> bool {
        [&self.on, &self.about].into_iter().all(|named| named.as_ref().is_none_or(|named| named.contains(&clause)))
    }
}

/// One thing that a policy pays for.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Unique id within the policy.
    pub id: String,
    /// The clause of the text.
    pub cite: Cite,
    /// What is paid for, in a few words.
    pub title: Words,
    /// Which rows.
    pub selects: Selector,
    /// Index into [`Policy::categories`].
    pub category: usize,
    /// Fixed amount or ceiling.
    pub nature: Nature,
    /// The facts that the amounts are told apart by; all of them select.
    pub by: Vec<FactId>,
    /// One line per combination of values of `by`.
    pub amounts: Vec<AmountLine>,
    /// True if the amount is per unit of `quantity`.
    pub per_quantity: bool,
    /// The largest quantity that counts.
    pub quantity_at_most: Option<i64>,
    /// The share of several units of one achievement.
    pub share: Option<ShareRule>,
    /// What must hold, including the policy's conditions for groups of clauses.
    pub conditions: Vec<Condition>,
    /// 一次性: in a run over years paid once per project or title.
    pub one_off: bool,
    /// 每年: in a run over years paid again each year, up to `quantity_at_most` years, or to the years that a quantity
    /// above 1 names.
    pub every_year: bool,
    /// True if a unit from outside the region may claim it.
    pub open_to_outsiders: bool,
    /// Worked examples.
    pub examples: Vec<Example>,
    /// Where it stands in the rule file.
    pub span: Span,
}

/// The nature of an amount 金额性质.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nature {
    /// 定额: this much.
    Fixed,
    /// 不超过: at most this much; a reviewer may pay less.
    Ceiling,
}

impl Nature {
    /// The JSON value.
    pub fn id(self) -> &'static str {
        match self {
            Nature::Fixed => "fixed",
            Nature::Ceiling => "ceiling",
        }
    }
}

/// The amount for one combination of facts.
#[derive(Clone, Debug)]
pub struct AmountLine {
    /// Values of [`Clause::by`], in its order.
    pub key: Vec<ValueId>,
    /// How much.
    pub amount: Amount,
}

/// How much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amount {
    /// A sum, or a percentage of a sum that stands elsewhere.
    Money {
        /// The sum.
        of: Money,
        /// The percentage; the whole where the sum is the amount.
        share: Share,
        /// True where the sum stands in another clause, to which the percentage refers.
        from_elsewhere: bool,
        /// The sums among which a reviewer chooses (从高到低分档), of which `of` is the highest; usually none.
        tiers: Vec<Money>,
    },
    /// A percentage of a money fact.
    OfFact {
        /// The fact, usually `cost`.
        fact: FactId,
        /// The percentage.
        share: Share,
        /// A maximum in the same sentence.
        at_most: Option<Money>,
        /// True if a reading says that an unknown fact means the maximum, not an undetermined amount.
        unknown_is_maximum: bool,
    },
    /// 一事一议, or a gap in the text: no figure. An inferred amount may stand for it in what is possible.
    CaseByCase {
        /// The inferred amount, 0.00 for none.
        taken_as: Money,
    },
}

/// How one amount is split among units by their place.
#[derive(Clone, Debug)]
pub struct ShareRule {
    /// The clause.
    pub cite: Cite,
    /// In the order in which they are tried; the first that fits counts. No fit: not paid.
    pub parts: Vec<SharePart>,
}

/// One line of a split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharePart {
    /// The applicant's place.
    pub place: Range,
    /// Only if no local unit has a place in this range.
    pub none_in: Option<Range>,
    /// The share of the amount.
    pub pays: Share,
    /// Divided by the number of local units with a place in this range.
    pub divided_among: Option<Range>,
}

/// What must hold for a clause to pay.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The clause of the text that asks for it.
    pub cite: Cite,
    /// What is asked.
    pub test: Test,
    /// What an unknown fact means here.
    pub unknown: Unknown,
}

/// What an unknown fact means for a condition (contract section 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Taken as met and listed in `assumptions`.
    Assumed,
    /// The clause is undetermined and the fact listed in `missing`.
    Undetermined,
    /// Taken as not met.
    Refused,
}

/// A question about facts, answered true, false or unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// The enum fact has one of the values.
    OneOf(FactId, Vec<ValueId>),
    /// The enum fact has none of the values.
    NoneOf(FactId, Vec<ValueId>),
    /// The flag or yes-or-no column is so.
    Is(FactId, bool),
    /// The number lies in the range.
    InRange(FactId, Range),
    /// The day lies in the window.
    Within(FactId, Window),
    /// The rank is the smallest of the local ranks above a number.
    FirstAbove(i64),
    /// One of several holds.
    Any(Vec<Test>),
}

impl Test {
    /// The facts that the test looks at.
    pub fn facts(&self, known: WellKnown) -> Vec<FactId> {
        match self {
            Test::OneOf(fact, _)
            | Test::NoneOf(fact, _)
            | Test::Is(fact, _)
            | Test::InRange(fact, _)
            | Test::Within(fact, _) => vec![*fact],
            Test::FirstAbove(_) => vec![known.rank, known.local_ranks],
            Test::Any(tests) => tests.iter().flat_map(|test| test.facts(known)).collect(),
        }
    }
}

/// A span of days relative to the application (year Y, day D). Nothing after D lies in any window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Window {
    /// Calendar years relative to Y: `(-1, -1)` is the previous year.
    Years(i16, i16),
    /// From D minus N years, the same month and day, to D.
    LastYears(i16),
    /// From a day on.
    Since(Date),
    /// The days on which the policy is in force.
    InForce,
    /// From one day to another.
    Between(Date, Date),
    /// Any day up to D.
    UpToApplication,
    /// At least N years before D.
    AtLeastYearsBefore(i16),
    /// From a month and day of the previous year to one of this year, with the first year's own beginning.
    Season {
        /// Month and day in Y-1.
        from: (i8, i8),
        /// Month and day in Y.
        to: (i8, i8),
        /// For this year Y the window begins on this day.
        first: Option<(i16, Date)>,
    },
}

/// An amount that comes on top of a paid clause.
#[derive(Clone, Debug)]
pub struct Bonus {
    /// The clause.
    pub cite: Cite,
    /// Unique id.
    pub id: String,
    /// In a few words.
    pub title: Words,
    /// The clauses that it comes on top of.
    pub on: Vec<ClauseIndex>,
    /// Which rows of them.
    pub selects: Selector,
    /// How much.
    pub amount: Money,
    /// What must hold.
    pub conditions: Vec<Condition>,
}

/// Not more than what was really spent.
#[derive(Clone, Debug)]
pub struct CostLimit {
    /// The clause.
    pub cite: Cite,
    /// The clauses that it limits.
    pub on: Vec<ClauseIndex>,
    /// The money fact.
    pub fact: FactId,
}

/// What public money already received does.
#[derive(Clone, Debug)]
pub struct PriorRule {
    /// The clause.
    pub cite: Cite,
    /// The clauses that it touches.
    pub on: Vec<ClauseIndex>,
    /// Sources that count; none for any.
    pub sources: Option<Vec<ValueId>>,
    /// What happens.
    pub effect: PriorEffect,
}

/// What prior money does to an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriorEffect {
    /// 不再重复: nothing is paid.
    Excludes,
    /// 补齐差额: only the difference is paid.
    TopsUp,
}

/// Rows that count as one.
#[derive(Clone, Debug)]
pub struct Merge {
    /// The clause.
    pub cite: Cite,
    /// In a few words.
    pub title: Words,
    /// The clauses whose rows are looked at.
    pub on: Vec<ClauseIndex>,
    /// Which rows of them.
    pub selects: Selector,
    /// Rows are alike if these facts are; the first must be known. Empty: all of them are alike.
    pub same: Vec<FactId>,
    /// Looked at where the first of `same` is blank.
    pub otherwise: Option<FactId>,
    /// The text's own order of what is kept: a fact and its values, best first; none: the greatest amount.
    pub prefer: Option<(FactId, Vec<ValueId>)>,
    /// What an earlier year of a run does to a like row.
    pub later: Later,
}

/// What an earlier payment in a run does to a like row of a later year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Later {
    /// Nothing: the rule looks at one year only.
    Apart,
    /// Paid once: a later one is paid nothing.
    Once,
    /// A higher one later is paid the difference, any other nothing.
    Difference,
    /// A higher one later is paid in full, a lower one is refused, an equal one was paid already.
    HigherInFull,
}

/// At most N, of categories or of items in a class.
#[derive(Clone, Debug)]
pub struct Limit {
    /// The clause.
    pub cite: Cite,
    /// In a few words.
    pub title: Words,
    /// N.
    pub at_most: usize,
    /// Of what.
    pub of: LimitOf,
    /// Over what time.
    pub over: Over,
    /// Where it stands in the rule file.
    pub span: Span,
}

/// What a limit counts.
#[derive(Clone, Debug)]
pub enum LimitOf {
    /// Categories.
    Categories,
    /// Items of these clauses, in each class of equal `per` facts.
    Items {
        /// The clauses.
        on: Vec<ClauseIndex>,
        /// Selecting facts that tell classes apart.
        per: Vec<FactId>,
    },
}

/// A cap 封顶.
#[derive(Clone, Debug)]
pub struct Cap {
    /// Unique id.
    pub id: String,
    /// The clause.
    pub cite: Cite,
    /// In a few words.
    pub title: Words,
    /// The clauses whose amounts use it up.
    pub on: Vec<ClauseIndex>,
    /// How much.
    pub at_most: CapAmount,
    /// Raised while a selected item of these clauses has an amount above 0 before the caps.
    pub raised: Option<Raise>,
    /// Over what time.
    pub over: Over,
    /// Where it stands in the rule file.
    pub span: Span,
}

/// How much a cap allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CapAmount {
    /// A sum.
    Money(Money),
    /// A share of a parameter; not applied while the parameter is not given.
    OfParameter(usize, Share),
}

/// What raises a cap.
#[derive(Clone, Debug)]
pub struct Raise {
    /// The higher amount; none for no cap.
    pub to: Option<Money>,
    /// The clauses that raise it.
    pub by: Vec<ClauseIndex>,
}

/// The time over which a cap or limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// One application year.
    Year,
    /// Several application years.
    Years(i16),
    /// The whole life of the policy.
    Life,
}

/// When applications are taken every year 申报受理时间, month and day; for information.
#[derive(Clone, Debug)]
pub struct Intake {
    /// The clause.
    pub cite: Cite,
    /// First day, if the text names one.
    pub from: Option<(i8, i8)>,
    /// Last day; none where only the year's notice names the days.
    pub to: Option<(i8, i8)>,
}

/// A yearly call for applications 年度申报通知.
#[derive(Clone, Debug)]
pub struct Call {
    /// Application year.
    pub year: i16,
    /// In a few words.
    pub title: Words,
    /// Last day for applying, if known.
    pub open_until: Option<Date>,
    /// What the call asks of groups of clauses; a window replaces the clause's own on the same fact.
    pub conditions: Vec<(Vec<ClauseIndex>, Condition)>,
}

/// A word of the official text that stands in the clause cited, and so tells it from its neighbours.
#[derive(Clone, Debug)]
pub struct Anchor {
    /// The clause.
    pub cite: Cite,
    /// The word.
    pub says: String,
    /// Where it stands in the rule file.
    pub span: Span,
}

/// Money in the text that no clause models.
#[derive(Clone, Debug)]
pub struct NotModelled {
    /// The clause.
    pub cite: Cite,
    /// Why.
    pub why: Words,
}

/// Who pays which share.
#[derive(Clone, Debug)]
pub struct BillShare {
    /// The clause.
    pub cite: Cite,
    /// The level of government.
    pub by: String,
    /// Its share.
    pub share: Share,
}

/// A worked example: rows in the words of an input file, and what they come to.
#[derive(Clone, Debug)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// Application year; of a run, the first.
    pub year: i16,
    /// Last year of a run; expectations of rows are then those of this year.
    pub to_year: i16,
    /// Expected totals of the years of a run, where stated.
    pub totals: Vec<Money>,
    /// Application day, if not the usual one.
    pub on: Option<Date>,
    /// True if the year's call applies.
    pub calls: bool,
    /// Parameters.
    pub parameters: Vec<(String, Money)>,
    /// The applicants file's row, as header and cell.
    pub applicant: Vec<(String, String)>,
    /// The rows.
    pub rows: Vec<ExampleRow>,
    /// Expected totals, where stated.
    pub total: Option<Money>,
    /// Expected potential total, where stated.
    pub potential: Option<Money>,
    /// Where it stands.
    pub span: Span,
}

/// One row of an example and what is expected of it.
#[derive(Clone, Debug)]
pub struct ExampleRow {
    /// Header and cell.
    pub cells: Vec<(String, String)>,
    /// Expected amount.
    pub pays: Option<Money>,
    /// Expected nature of it: `pays` is fixed, `pays_up_to` a ceiling; none for 0.00.
    pub nature: Option<Nature>,
    /// Expected base, if stated.
    pub base: Option<Money>,
    /// Expected status, if stated.
    pub status: Option<String>,
    /// Expected deciding clause, for examples beside a clause.
    pub clause: Option<String>,
    /// True if the example names the deciding clause itself.
    pub rule_stated: bool,
    /// Expected missing facts, if stated.
    pub missing: Option<Vec<String>>,
    /// Where it stands.
    pub span: Span,
}

//! What the parts of a policy, and what they say things about, are called.

/// A part of the rules, in the order in which changes are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What the measure is, where and when it holds.
    Head,
    /// A clause that pays.
    Clause,
    /// An amount on top.
    Bonus,
    /// A limit by real cost.
    CostLimit,
    /// What money received before does.
    Prior,
    /// Rows that count as one.
    Merge,
    /// At most N.
    Limit,
    /// A cap.
    Cap,
    /// What keeps a unit out.
    Bar,
    /// What lead and participate mean.
    Role,
    /// What a blank means.
    Default,
    /// A condition that no row can know.
    Assumed,
    /// A kind of money.
    Category,
    /// A number that only the year knows.
    Parameter,
    /// A yearly call.
    Call,
    /// Who bears the bill.
    Bill,
    /// Money in the text that is left out on purpose.
    NotModelled,
}

impl Part {
    /// Every part.
    pub const ALL: [Part; 17] = [
        Part::Head,
        Part::Clause,
        Part::Bonus,
        Part::CostLimit,
        Part::Prior,
        Part::Merge,
        Part::Limit,
        Part::Cap,
        Part::Bar,
        Part::Role,
        Part::Default,
        Part::Assumed,
        Part::Category,
        Part::Parameter,
        Part::Call,
        Part::Bill,
        Part::NotModelled,
    ];

    /// The JSON value: the name of the table in a rule file.
    pub fn id(self) -> &'static str {
        match self {
            Part::Head => "policy",
            Part::Clause => "clause",
            Part::Bonus => "bonus",
            Part::CostLimit => "cost_limit",
            Part::Prior => "prior",
            Part::Merge => "merge",
            Part::Limit => "limit",
            Part::Cap => "cap",
            Part::Bar => "bar",
            Part::Role => "roles",
            Part::Default => "default",
            Part::Assumed => "assume",
            Part::Category => "category",
            Part::Parameter => "parameter",
            Part::Call => "call",
            Part::Bill => "bill",
            Part::NotModelled => "not_modelled",
        }
    }
}

/// What a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is worded in output/diff")]
pub enum Name {
    Id,
    Title,
    Issuer,
    Level,
    Replaces,
    Number,
    Published,
    Region,
    RegionCite,
    From,
    Until,
    ValidityCite,
    Source,
    SourceDigest,
    ApplicationDay,
    Intake,
    Cite,
    Selects,
    Category,
    Nature,
    By,
    Amount,
    PerQuantity,
    QuantityAtMost,
    Share,
    Condition,
    OneOff,
    EveryYear,
    OpenToOutsiders,
    On,
    About,
    OneUnit,
    Fact,
    Value,
    Rank,
    ByRole,
    Same,
    When,
    Sources,
    Effect,
    Alike,
    Otherwise,
    Prefer,
    Later,
    AtMost,
    Of,
    Per,
    Raised,
    Over,
    OpenUntil,
    Bearer,
    Why,
}

impl Name {
    /// The JSON value.
    pub fn id(self) -> &'static str {
        match self {
            Name::Id => "id",
            Name::Title => "title",
            Name::Issuer => "issuer",
            Name::Level => "level",
            Name::Replaces => "replaces",
            Name::Number => "number",
            Name::Published => "published",
            Name::Region => "region",
            Name::RegionCite => "region_cite",
            Name::From => "in_force_from",
            Name::Until => "in_force_until",
            Name::ValidityCite => "validity_cite",
            Name::Source => "source",
            Name::SourceDigest => "source_sha256",
            Name::ApplicationDay => "application_day",
            Name::Intake => "applications",
            Name::Cite => "cite",
            Name::Selects => "for",
            Name::Category => "category",
            Name::Nature => "nature",
            Name::By => "by",
            Name::Amount => "amount",
            Name::PerQuantity => "per_quantity",
            Name::QuantityAtMost => "quantity_at_most",
            Name::Share => "share",
            Name::Condition => "condition",
            Name::OneOff => "one_off",
            Name::EveryYear => "every_year",
            Name::OpenToOutsiders => "open_to_outsiders",
            Name::On => "in",
            Name::About => "about",
            Name::OneUnit => "one_unit",
            Name::Fact => "fact",
            Name::Value => "as",
            Name::Rank => "rank",
            Name::ByRole => "by_role",
            Name::Same => "same",
            Name::When => "when",
            Name::Sources => "sources",
            Name::Effect => "effect",
            Name::Alike => "alike",
            Name::Otherwise => "otherwise",
            Name::Prefer => "prefer",
            Name::Later => "later",
            Name::AtMost => "at_most",
            Name::Of => "of",
            Name::Per => "per",
            Name::Raised => "raised",
            Name::Over => "over",
            Name::OpenUntil => "open_until",
            Name::Bearer => "by_whom",
            Name::Why => "why",
        }
    }
}

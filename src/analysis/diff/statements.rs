//! A policy taken apart into entries that say single things. Every struct of the model is taken apart field by field,
//! so that a new field cannot be forgotten here.

use std::collections::BTreeMap;

use jiff::civil::Date;

pub use super::names::{Name, Part};
use crate::lang::Words;
use crate::money::{Money, Share};
use crate::policy::Policy;
use crate::policy::model::{
    Amount, AmountLine, Assumed, Bar, BillShare, Bonus, Call, Cap, CapAmount, Category, Cite, Clause, ClauseIndex,
    Condition, CostLimit, Default, Intake, Later, Limit, LimitOf, Merge, Nature, NotModelled, Over, Parameter,
    PriorEffect, PriorRule, Raise, RoleRule, Selector, SharePart, ShareRule, Test, Unknown,
};
use crate::range::Range;
use crate::vocabulary::{FactId, ValueId, WellKnown};

/// What a statement is about, closely enough to tell which statements of two sides belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aspect {
    /// What.
    pub name: Name,
    /// For an amount: the values that it is told apart by.
    pub key: Vec<(FactId, ValueId)>,
    /// For a condition: the facts that it looks at first.
    pub facts: Vec<FactId>,
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is worded in output/diff")]
pub enum Said {
    /// True; where it is false nothing is said.
    Yes,
    Text(String),
    Texts(Vec<String>),
    Words(Words),
    Date(Date),
    MonthDay(i8, i8),
    Season(Option<(i8, i8)>, Option<(i8, i8)>),
    Money(Money),
    Share(Share),
    Count(i64),
    Nature(Nature),
    Fact(FactId),
    Facts(Vec<FactId>),
    Value(FactId, ValueId),
    Values(FactId, Vec<ValueId>),
    /// One value counts as another.
    SameAs(FactId, ValueId, ValueId),
    /// A value stands for a range of ranks.
    Ranks(FactId, ValueId, Range),
    Selector(Selector),
    Amount(Amount),
    SharePart(usize, SharePart),
    Asked(Test, Unknown),
    When(Test),
    /// A call's condition and its clauses.
    Called(Vec<String>, Test, Unknown),
    /// Clauses by name; none for all of them.
    Clauses(Option<Vec<String>>),
    Effect(PriorEffect),
    Later(Later),
    Over(Over),
    /// Items of these clauses, or categories where there is none.
    Counted(Option<Vec<String>>),
    OfParameter(String, Share),
    Raise(Option<Money>, Vec<String>),
}

/// One thing that an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What about.
    pub aspect: Aspect,
    /// What.
    pub said: Said,
    /// The clause that says it, where that is not the entry's own.
    pub cite: Option<Cite>,
}

/// A clause, a cap, a bar...: what can be added and removed as a whole.
#[derive(Clone, Debug)]
pub struct Entry {
    /// In which part.
    pub part: Part,
    /// Its name in the rule file; empty for entries that have none.
    pub key: String,
    /// True if the name tells it from all others of its part.
    pub named: bool,
    /// Its clause number; empty for entries that have none.
    pub cite: Cite,
    /// What it is called; empty for entries that are not.
    pub title: Words,
    /// What it says.
    pub says: Vec<Statement>,
}

impl Entry {
    fn new(part: Part, key: &str, cite: &str, title: &Words) -> Entry {
        let named = !key.is_empty();
        let mut entry =
            Entry { part, key: key.to_owned(), named, cite: cite.into(), title: title.clone(), says: Vec::new() };
        if !cite.is_empty() {
            entry.say(Name::Cite, Said::Text(cite.to_owned()));
        }
        if *title != Words::default() {
            entry.say(Name::Title, Said::Words(title.clone()));
        }
        if named {
            entry.say(Name::Id, Said::Text(key.to_owned()));
        }
        entry
    }

    fn say(&mut self, name: Name, said: Said) {
        let aspect = Aspect { name, key: Vec::new(), facts: Vec::new() };
        self.says.push(Statement { aspect, said, cite: None });
    }

    fn maybe(&mut self, name: Name, said: Option<Said>) {
        if let Some(said) = said {
            self.say(name, said);
        }
    }

    fn flag(&mut self, name: Name, holds: bool) {
        self.maybe(name, holds.then_some(Said::Yes));
    }

    fn ask(&mut self, condition: &Condition) {
        let Condition { cite, test, unknown } = condition;
        let aspect = Aspect { name: Name::Condition, key: Vec::new(), facts: looked_at(test) };
        self.says.push(Statement { aspect, said: Said::Asked(test.clone(), *unknown), cite: Some(cite.clone()) });
    }
}

/// The facts that a test names, each once.
fn looked_at(test: &Test) -> Vec<FactId> {
    match test {
        Test::OneOf(fact, _)
        | Test::NoneOf(fact, _)
        | Test::Is(fact, _)
        | Test::InRange(fact, _)
        | Test::Within(fact, _) => {
            vec![*fact]
        }
        Test::FirstAbove(_) => Vec::new(),
        Test::Any(tests) => {
            let mut facts: Vec<FactId> = tests.iter().flat_map(looked_at).collect();
            facts.dedup();
            facts
        }
    }
}

/// How the entries of one policy name its clauses.
struct Names<'a> {
    policy: &'a Policy,
    known: WellKnown,
    /// Other names for clauses that the other side calls otherwise.
    known_as: &'a BTreeMap<String, String>,
}

impl Names<'_> {
    fn one(&self, clause: ClauseIndex) -> String {
        let id = self.policy.clauses.get(clause).map(|clause| clause.id.clone()).unwrap_or_default();
        self.known_as.get(&id).cloned().unwrap_or(id)
    }

    fn several(&self, clauses: &[ClauseIndex]) -> Vec<String> {
        clauses.iter().map(|clause| self.one(*clause)).collect()
    }

    /// None for all of the policy.
    fn list(&self, clauses: &[ClauseIndex]) -> Option<Vec<String>> {
        let all = (0..self.policy.clauses.len()).all(|clause| clauses.contains(&clause));
        (!all).then(|| self.several(clauses))
    }

    fn clauses(&self, clauses: &[ClauseIndex]) -> Said {
        Said::Clauses(self.list(clauses))
    }
}

/// Everything that a policy says; `known_as` renames its clauses where entries name them.
pub fn of(policy: &Policy, known: WellKnown, known_as: &BTreeMap<String, String>) -> Vec<Entry> {
    let names = Names { policy, known, known_as };
    let Policy {
        // Who it is; the digest is of the file, not of what it says.
        id: _,
        title: _,
        issuer: _,
        level: _,
        replaces: _,
        number: _,
        published: _,
        region: _,
        region_cite: _,
        from: _,
        until: _,
        validity_cite: _,
        source: _,
        source_sha256: _,
        application_day: _,
        intake: _,
        sha256: _,
        categories,
        parameters,
        roles,
        defaults,
        bars,
        assumed,
        clauses: _,
        bonuses,
        cost_limits,
        prior,
        merges,
        limits,
        caps,
        calls,
        not_modelled,
        bill,
        // They prove the rules and change nothing.
        anchors: _,
        examples: _,
    } = policy;
    let mut entries = vec![head(policy, known)];
    entries.extend(clauses(policy, known_as));
    entries.extend(bonuses.iter().map(|one| bonus(one, &names)));
    entries.extend(cost_limits.iter().map(|one| cost_limit(one, &names)));
    entries.extend(prior.iter().map(|one| prior_rule(one, &names)));
    entries.extend(merges.iter().map(|one| merge(one, &names)));
    entries.extend(limits.iter().map(|one| limit(one, &names)));
    entries.extend(caps.iter().map(|one| cap(one, &names)));
    entries.extend(bars.iter().map(bar));
    entries.extend(roles.iter().map(|one| role(one, known)));
    entries.extend(defaults.iter().map(default));
    entries.extend(assumed.iter().map(|one| stated(one, &names)));
    entries.extend(categories.iter().map(|Category { id, title, span: _ }| Entry::new(Part::Category, id, "", title)));
    entries
        .extend(parameters.iter().map(|Parameter { id, title, span: _ }| Entry::new(Part::Parameter, id, "", title)));
    entries.extend(calls.iter().map(|one| call(one, &names)));
    entries.extend(bill.iter().map(bearer));
    entries.extend(not_modelled.iter().map(gap));
    entries
}

fn head(policy: &Policy, known: WellKnown) -> Entry {
    let mut entry = Entry::new(Part::Head, "", "", &policy.title);
    entry.say(Name::Id, Said::Text(policy.id.clone()));
    entry.say(Name::Issuer, Said::Text(policy.issuer.clone()));
    entry.say(Name::Level, Said::Value(known.prior_source, policy.level));
    if !policy.replaces.is_empty() {
        entry.say(Name::Replaces, Said::Texts(policy.replaces.clone()));
    }
    entry.maybe(Name::Number, policy.number.clone().map(Said::Text));
    entry.maybe(Name::Published, policy.published.map(Said::Date));
    let from = entry.says.len();
    entry.say(Name::Region, Said::Texts(policy.region.clone()));
    entry.say(Name::RegionCite, Said::Text(policy.region_cite.to_string()));
    entry.says[from..].iter_mut().for_each(|said| said.cite = Some(policy.region_cite.clone()));
    let from = entry.says.len();
    entry.say(Name::From, Said::Date(policy.from));
    entry.maybe(Name::Until, policy.until.map(Said::Date));
    entry.say(Name::ValidityCite, Said::Text(policy.validity_cite.to_string()));
    entry.says[from..].iter_mut().for_each(|said| said.cite = Some(policy.validity_cite.clone()));
    entry.say(Name::Source, Said::Text(policy.source.clone()));
    entry.maybe(Name::SourceDigest, policy.source_sha256.clone().map(Said::Text));
    entry.maybe(Name::ApplicationDay, policy.application_day.map(|(month, day)| Said::MonthDay(month, day)));
    if let Some(Intake { cite, from, to }) = &policy.intake {
        entry.say(Name::Intake, Said::Season(*from, *to));
        if let Some(last) = entry.says.last_mut() {
            last.cite = Some(cite.clone());
        }
    }
    // Title, issuer and the like stand in no clause.
    entry
}

/// The clauses alone.
pub(super) fn clauses(policy: &Policy, known_as: &BTreeMap<String, String>) -> Vec<Entry> {
    let category = |index: usize| policy.categories.get(index).map(|category| category.id.clone()).unwrap_or_default();
    let one = |clause: &Clause| {
        let Clause {
            id,
            cite,
            title,
            selects,
            category: of,
            nature,
            by,
            amounts,
            per_quantity,
            quantity_at_most,
            share,
            conditions,
            one_off,
            every_year,
            open_to_outsiders,
            examples: _,
            span: _,
        } = clause;
        let mut entry = Entry::new(Part::Clause, id, cite, title);
        entry.say(Name::Selects, Said::Selector(selects.clone()));
        entry.say(Name::Category, Said::Text(category(*of)));
        entry.say(Name::Nature, Said::Nature(*nature));
        if !by.is_empty() {
            entry.say(Name::By, Said::Facts(by.clone()));
        }
        for AmountLine { key, amount } in amounts {
            let key = by.iter().copied().zip(key.iter().copied()).collect();
            let aspect = Aspect { name: Name::Amount, key, facts: Vec::new() };
            let mut amount = amount.clone();
            // How the file writes a percentage; nothing that is paid depends on it.
            if let Amount::Money { from_elsewhere, .. } = &mut amount {
                *from_elsewhere = false;
            }
            entry.says.push(Statement { aspect, said: Said::Amount(amount), cite: None });
        }
        entry.flag(Name::PerQuantity, *per_quantity);
        entry.maybe(Name::QuantityAtMost, quantity_at_most.map(Said::Count));
        if let Some(ShareRule { cite, parts }) = share {
            for (place, part) in parts.iter().enumerate() {
                entry.say(Name::Share, Said::SharePart(place + 1, part.clone()));
                if let Some(last) = entry.says.last_mut() {
                    last.cite = Some(cite.clone());
                }
            }
        }
        conditions.iter().for_each(|condition| entry.ask(condition));
        entry.flag(Name::OneOff, *one_off);
        entry.flag(Name::EveryYear, *every_year);
        entry.flag(Name::OpenToOutsiders, *open_to_outsiders);
        entry
    };
    let mut entries: Vec<Entry> = policy.clauses.iter().map(one).collect();
    // A renamed clause goes by its old name where others name it; it says its own.
    entries.iter_mut().for_each(|entry| {
        if let Some(known) = known_as.get(&entry.key) {
            entry.key.clone_from(known);
        }
    });
    entries
}

fn selected(entry: &mut Entry, selects: &Selector) {
    if !selects.0.is_empty() {
        entry.say(Name::Selects, Said::Selector(selects.clone()));
    }
}

fn bonus(bonus: &Bonus, names: &Names<'_>) -> Entry {
    let Bonus { cite, id, title, on, selects, amount, conditions } = bonus;
    let mut entry = Entry::new(Part::Bonus, id, cite, title);
    entry.say(Name::On, names.clauses(on));
    selected(&mut entry, selects);
    entry.say(Name::Amount, Said::Money(*amount));
    conditions.iter().for_each(|condition| entry.ask(condition));
    entry
}

fn cost_limit(limit: &CostLimit, names: &Names<'_>) -> Entry {
    let CostLimit { cite, on, fact } = limit;
    let mut entry = Entry::new(Part::CostLimit, "", cite, &Words::default());
    entry.say(Name::On, names.clauses(on));
    entry.say(Name::Fact, Said::Fact(*fact));
    entry
}

fn prior_rule(rule: &PriorRule, names: &Names<'_>) -> Entry {
    let PriorRule { cite, on, sources, effect } = rule;
    let mut entry = Entry::new(Part::Prior, "", cite, &Words::default());
    entry.say(Name::On, names.clauses(on));
    entry.maybe(Name::Sources, sources.clone().map(|sources| Said::Values(names.known.prior_source, sources)));
    entry.say(Name::Effect, Said::Effect(*effect));
    entry
}

fn merge(merge: &Merge, names: &Names<'_>) -> Entry {
    let Merge { cite, title, on, selects, same, otherwise, prefer, later } = merge;
    let mut entry = Entry::new(Part::Merge, "", cite, title);
    entry.say(Name::On, names.clauses(on));
    selected(&mut entry, selects);
    entry.say(Name::Alike, Said::Facts(same.clone()));
    entry.maybe(Name::Otherwise, otherwise.map(Said::Fact));
    entry.maybe(Name::Prefer, prefer.clone().map(|(fact, values)| Said::Values(fact, values)));
    entry.say(Name::Later, Said::Later(*later));
    entry
}

fn limit(limit: &Limit, names: &Names<'_>) -> Entry {
    let Limit { cite, title, at_most, of, over, span: _ } = limit;
    let mut entry = Entry::new(Part::Limit, "", cite, title);
    entry.say(Name::AtMost, Said::Count(i64::try_from(*at_most).unwrap_or(i64::MAX)));
    match of {
        LimitOf::Categories => entry.say(Name::Of, Said::Counted(None)),
        LimitOf::Items { on, per } => {
            entry.say(Name::Of, Said::Counted(Some(names.several(on))));
            if !per.is_empty() {
                entry.say(Name::Per, Said::Facts(per.clone()));
            }
        }
    }
    entry.say(Name::Over, Said::Over(*over));
    entry
}

fn cap(cap: &Cap, names: &Names<'_>) -> Entry {
    let Cap { id, cite, title, on, at_most, raised, over, span: _ } = cap;
    let mut entry = Entry::new(Part::Cap, id, cite, title);
    entry.say(Name::On, names.clauses(on));
    let parameter = |index: usize| names.policy.parameters.get(index).map(|known| known.id.clone()).unwrap_or_default();
    entry.say(
        Name::AtMost,
        match at_most {
            CapAmount::Money(money) => Said::Money(*money),
            CapAmount::OfParameter(index, share) => Said::OfParameter(parameter(*index), *share),
        },
    );
    if let Some(Raise { to, by }) = raised {
        entry.say(Name::Raised, Said::Raise(*to, names.several(by)));
    }
    entry.say(Name::Over, Said::Over(*over));
    entry
}

fn bar(bar: &Bar) -> Entry {
    let Bar { cite, title, when } = bar;
    let mut entry = Entry::new(Part::Bar, "", cite, title);
    entry.say(Name::When, Said::When(when.clone()));
    entry
}

fn role(rule: &RoleRule, known: WellKnown) -> Entry {
    let RoleRule { cite, selects, by_rank, same } = rule;
    let mut entry = Entry::new(Part::Role, "", cite, &Words::default());
    selected(&mut entry, selects);
    match by_rank {
        None => entry.say(Name::ByRole, Said::Yes),
        Some(ranks) => {
            for (role, range) in ranks {
                entry.say(Name::Rank, Said::Ranks(known.role, *role, *range));
            }
        }
    }
    for (one, other) in same {
        entry.say(Name::Same, Said::SameAs(known.role, *one, *other));
    }
    entry
}

fn default(default: &Default) -> Entry {
    let Default { cite, selects, fact, value } = default;
    let mut entry = Entry::new(Part::Default, "", cite, &Words::default());
    selected(&mut entry, selects);
    entry.say(Name::Fact, Said::Fact(*fact));
    entry.say(Name::Value, Said::Value(*fact, *value));
    entry
}

fn stated(stated: &Assumed, names: &Names<'_>) -> Entry {
    let Assumed { on, about, id, cite, title, one_unit } = stated;
    let mut entry = Entry::new(Part::Assumed, id, cite, title);
    entry.maybe(Name::On, on.as_ref().map(|on| names.clauses(on)));
    entry.maybe(Name::About, about.as_ref().map(|about| names.clauses(about)));
    entry.flag(Name::OneUnit, *one_unit);
    entry
}

fn call(call: &Call, names: &Names<'_>) -> Entry {
    let Call { year, title, open_until, conditions } = call;
    let mut entry = Entry::new(Part::Call, &year.to_string(), "", title);
    // A notice has no clause number of its own; its conditions have.
    entry.cite = conditions.first().map(|(_, condition)| condition.cite.clone()).unwrap_or_default();
    entry.maybe(Name::OpenUntil, open_until.map(Said::Date));
    for (on, Condition { cite, test, unknown }) in conditions {
        let aspect = Aspect { name: Name::Condition, key: Vec::new(), facts: looked_at(test) };
        let said = Said::Called(names.several(on), test.clone(), *unknown);
        entry.says.push(Statement { aspect, said, cite: Some(cite.clone()) });
    }
    entry
}

fn bearer(share: &BillShare) -> Entry {
    let BillShare { cite, by, share } = share;
    let mut entry = Entry::new(Part::Bill, "", cite, &Words::default());
    entry.say(Name::Bearer, Said::Text(by.clone()));
    entry.say(Name::Share, Said::Share(*share));
    entry
}

fn gap(gap: &NotModelled) -> Entry {
    let NotModelled { cite, why } = gap;
    let mut entry = Entry::new(Part::NotModelled, "", cite, &Words::default());
    entry.say(Name::Why, Said::Words(why.clone()));
    entry
}

//! Step 3: which clause decides a row (contract sections 3.3 and 3.4). Blank selecting facts are tried with each of
//! their values; among several clauses a payable one goes before an undetermined one, that before an ineligible one.

use super::Context;
use super::base::{self, OpenBonuses, Price};
use super::conditions;
use super::duplicates::{self, Other, Prior};
use super::history::{Earlier, Payment};
use super::result::{Assumed, Assumption, Check, Considered, Missing, Op, Reason, Status, Step, Warning};
use super::row::{self, Row, Selectors};
use super::settling;
use crate::facts::{Facts, Value};
use crate::money::Money;
use crate::policy::Policy;
use crate::policy::model::{Amount, Cite, Clause, ClauseIndex, LimitOf, Nature};
use crate::vocabulary::{FactId, Of, ValueId};

/// One clause applied to one row: what steps 6 to 8 work with.
#[derive(Clone)]
pub(super) struct Candidate {
    pub clause: ClauseIndex,
    pub pays: Pays,
    pub base: Money,
    /// After step 5.
    pub limited: Money,
    /// After prior money as well.
    pub paid: Money,
    pub steps: Vec<Step>,
    pub assumptions: Vec<Assumption>,
    pub missing: Vec<Missing>,
    pub reasons: Vec<Reason>,
    pub warnings: Vec<Warning>,
    pub checks: Vec<Check>,
    /// The selecting facts under which the clause was chosen.
    pub selectors: Selectors,
    pub prior_assumed: bool,
    /// What an earlier year of the run has paid for it.
    pub earlier: Option<Earlier>,
    /// Units of quantity that are paid.
    pub units: i64,
    /// The nature of the amount.
    pub nature: Nature,
}

/// Whether a candidate pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pays {
    No,
    Perhaps,
    Yes,
}

impl Candidate {
    fn status(&self) -> Status {
        match self.pays {
            Pays::No => Status::Ineligible,
            Pays::Perhaps => Status::Undetermined,
            Pays::Yes if self.paid < self.base => Status::Reduced,
            Pays::Yes => Status::Awarded,
        }
    }
}

/// What steps 3 to 5 say of one row.
pub(super) struct Decision {
    /// Of decisions that serve several rows, which one it is; 0 for one that serves a single row.
    pub number: u64,
    /// It looks at amounts of money of the row, so that few rows share it.
    pub of_money: bool,
    pub status: Status,
    /// The clause that pays or would have; none for `unmatched`.
    pub taken: Option<Candidate>,
    /// The row's own dearest outcome, where it differs from `taken`.
    pub dearest: Option<Candidate>,
    pub missing: Vec<Missing>,
    /// The smallest set of facts that settles it; empty where nobody asked.
    pub settled_by: Vec<FactId>,
    /// What was assumed of the row.
    pub assumptions: Vec<Assumption>,
    /// What was assumed of the unit, and holds for all its rows.
    pub of_unit: Vec<Assumption>,
    pub warnings: Vec<Warning>,
    pub considered: Vec<Considered>,
    pub prior_assumed: bool,
}

impl Decision {
    /// What steps 6 to 8 work with if every unknown fact turns out best; none for what cannot be paid.
    pub fn possible(&self) -> Option<&Candidate> {
        self.dearest.as_ref().or(self.taken.as_ref()).filter(|candidate| candidate.pays != Pays::No)
    }

    /// True if fixed money is paid that no unknown fact of the row can take away: such as the real cost, or another
    /// clause that may turn out dearer and then falls under other limits and caps.
    pub fn is_sure(&self) -> bool {
        let same_clause = |taken: &Candidate| self.dearest.as_ref().is_none_or(|other| other.clause == taken.clause);
        self.taken.as_ref().is_some_and(|taken| {
            taken.pays == Pays::Yes && taken.nature == Nature::Fixed && taken.missing.is_empty() && same_clause(taken)
        })
    }
}

/// The outcome for one choice of values of the blank selecting facts.
struct Outcome {
    given: Selectors,
    best: Option<Candidate>,
    /// A greater amount that unknown facts leave open.
    possible: Option<Candidate>,
    missing: Vec<Missing>,
    considered: Vec<Considered>,
}

/// Steps 3 to 5 for one row, and what would settle it if they leave something open.
pub(super) fn decide(context: &Context<'_>, item: usize) -> Decision {
    let mut decision = ruling(context, item);
    if context.settle && !decision.missing.is_empty() {
        decision.settled_by = settling::settled_by(context, item, &decision.missing);
    }
    decision
}

/// Steps 3 to 5 for one row.
pub(super) fn ruling(context: &Context<'_>, item: usize) -> Decision {
    if let Some(decision) = context.history.settling(context, item).and_then(|paid| paid_before(context, item, paid)) {
        return decision;
    }
    let facts: &Facts = &context.unit.row(item);
    let Openings { fixed, open, assumptions, possible } = openings(context, facts);
    let mut outcomes = Vec::new();
    for_each_choice(&open, &mut |tried| {
        let mut given = fixed.clone();
        for ((fact, _), value) in open.iter().zip(tried) {
            given.set(*fact, Some(*value));
        }
        // A default may hang on another fact that is being tried: it then goes before the value tried.
        let mut assumed = Vec::new();
        for (fact, _) in open.iter().filter(|(fact, _)| facts.get(*fact).is_none()) {
            if let Some((value, cite)) = default_of(context, *fact, &given) {
                given.set(*fact, Some(value));
                assumed.push(Assumption { what: Assumed::Default(*fact, value), cite });
            }
        }
        outcomes.push(outcome(context, (item, facts), given, &possible, assumed));
    });
    let mut decision = if outcomes.len() == 1 {
        let outcome = outcomes.remove(0);
        certain(outcome.best, outcome.possible, outcome.missing, outcome.considered)
    } else {
        weigh(context, &open, outcomes)
    };
    if let Some(taken) = &decision.taken {
        decision.assumptions.extend(assumptions);
        decision.assumptions.extend(taken.assumptions.iter().cloned());
        decision.warnings.extend(taken.warnings.iter().cloned());
        // What a blank means under every policy has no clause of its own: it serves the clause that decides.
        for assumption in decision.assumptions.iter_mut().filter(|assumption| assumption.cite.is_empty()) {
            assumption.cite.clone_from(&context.policy.clauses[taken.clause].cite);
        }
        decision.prior_assumed = taken.prior_assumed && taken.pays != Pays::No;
        if contradicts(context, facts) {
            decision.warnings.push(Warning::RoleContradictsRank);
        }
    }
    decision.of_unit = decision.assumptions.extract_if(.., |assumption| is_of_unit(context, assumption)).collect();
    decision.missing.sort_unstable();
    decision.missing.dedup();
    decision
}

/// True for a condition that asks of the unit only.
fn is_of_unit(context: &Context<'_>, assumption: &Assumption) -> bool {
    match &assumption.what {
        Assumed::Condition(test) => {
            let facts = test.facts(context.vocabulary.known());
            facts.iter().all(|fact| context.vocabulary.fact(*fact).of == Of::Applicant)
        }
        _ => false,
    }
}

/// A row that an earlier year of the run has paid: a duplicate of itself, whatever this year's conditions say.
fn paid_before(context: &Context<'_>, item: usize, payment: &Payment) -> Option<Decision> {
    let facts: &Facts = &context.unit.row(item);
    let row = Row {
        item: None,
        facts,
        unit: context.unit.facts(),
        given: payment.selectors.clone(),
        effective: payment.selectors.clone(),
    };
    let amount = selected_amount(context, &row, payment.clause)?;
    let mut candidate = apply(context, &row, payment.clause, amount, OpenBonuses::LeftOut);
    candidate.pays = Pays::Yes;
    candidate.missing.clear();
    candidate.reasons.clear();
    candidate.earlier = Some(Earlier::Paid { item, year: payment.year });
    Some(certain(Some(candidate), None, Vec::new(), Vec::new()))
}

// ---------------------------------------------------------------------- blank selecting facts

struct Openings {
    fixed: Selectors,
    open: Vec<(FactId, Vec<ValueId>)>,
    assumptions: Vec<Assumption>,
    /// The clauses that the given facts leave possible.
    possible: Vec<ClauseIndex>,
}

/// The selecting facts that are given (or mean something when blank), those to try, and what was assumed.
fn openings(context: &Context<'_>, facts: &Facts) -> Openings {
    let vocabulary = context.vocabulary;
    let kind = facts.code(vocabulary.known().kind);
    let mut fixed = Selectors::default();
    for fact in vocabulary.selecting() {
        fixed.set(fact, facts.code(fact));
    }
    let mut assumptions = Vec::new();
    let mut open = Vec::new();
    let possible = possible_clauses(context, &fixed);
    // Only a fact by which one of them is selected matters.
    let matters = |fact: &FactId| {
        let mut clauses = possible.iter().map(|index| &context.policy.clauses[*index]);
        clauses.any(|clause| clause.by.contains(fact) || clause.selects.values(*fact).is_some())
    };
    for fact in vocabulary.selecting().filter(matters) {
        match facts.get(fact) {
            Some(Value::Code(_)) => {}
            Some(Value::OneOf(values)) => open.push((fact, values.to_vec())),
            _ => {
                let everywhere =
                    || kind.and_then(|kind| vocabulary.default_of(kind, fact)).map(|v| (v, Cite::from("")));
                if let Some((value, cite)) = default_of(context, fact, &fixed).or_else(everywhere) {
                    fixed.set(fact, Some(value));
                    assumptions.push(Assumption { what: Assumed::Default(fact, value), cite });
                } else {
                    let values: Vec<ValueId> = vocabulary.values_for(fact, kind).collect();
                    if !values.is_empty() {
                        open.push((fact, values));
                    }
                }
            }
        }
    }
    // A role needs no trying where the rank settles it: every value would come to the same.
    let role = vocabulary.known().role;
    if facts.integer(vocabulary.known().rank).is_some()
        && context.policy.roles.iter().all(|rule| rule.by_rank.is_some())
        && !context.policy.roles.is_empty()
    {
        open.retain(|(fact, _)| *fact != role);
    }
    Openings { fixed, open, assumptions, possible }
}

/// What the policy takes a blank fact as, given the other selecting facts.
fn default_of(context: &Context<'_>, fact: FactId, given: &Selectors) -> Option<(ValueId, Cite)> {
    let rule = context.policy.defaults.iter().find(|rule| rule.fact == fact && given.meet(&rule.selects))?;
    Some((rule.value, rule.cite.clone()))
}

/// The clauses that the given facts leave possible.
fn possible_clauses(context: &Context<'_>, given: &Selectors) -> Vec<ClauseIndex> {
    // The role may be derived from the rank, so that the one given excludes nothing.
    let role = context.vocabulary.known().role;
    let possible = |clause: &Clause| {
        let mut asked = clause.selects.0.iter().filter(|(asked, _)| *asked != role);
        asked.all(|(asked, values)| given.get(*asked).is_none_or(|value| values.contains(&value)))
    };
    let clauses = context.policy.clauses.iter().enumerate();
    clauses.filter(|(_, clause)| possible(clause)).map(|(index, _)| index).collect()
}

/// Calls `visit` with every combination of values, in the order of the dictionary.
fn for_each_choice(open: &[(FactId, Vec<ValueId>)], visit: &mut impl FnMut(&[ValueId])) {
    let mut digits = vec![0; open.len()];
    loop {
        let choice: Vec<ValueId> = open.iter().zip(&digits).map(|((_, values), digit)| values[*digit]).collect();
        visit(&choice);
        let Some(place) = (0..open.len()).rev().find(|place| digits[*place] + 1 < open[*place].1.len()) else { return };
        digits[place] += 1;
        digits[place + 1..].fill(0);
    }
}

// ---------------------------------------------------------------------- one choice of values

fn outcome(
    context: &Context<'_>,
    (item, facts): (usize, &Facts),
    given: Selectors,
    possible: &[ClauseIndex],
    assumed: Vec<Assumption>,
) -> Outcome {
    let mut effective = given.clone();
    let role = context.vocabulary.known().role;
    effective.set(role, row::effective_role(context, facts, &given));
    let row = Row { item: Some(item), facts, unit: context.unit.facts(), given, effective };

    let mut candidates = Vec::new();
    let mut considered = Vec::new();
    for index in possible.iter().copied() {
        let Some(amount) = selected_amount(context, &row, index) else { continue };
        let candidate = apply(context, &row, index, amount, OpenBonuses::LeftOut);
        considered.push(Considered {
            clause: index,
            pays: match candidate.pays {
                Pays::Yes => Some(true),
                Pays::Perhaps => None,
                Pays::No => Some(false),
            },
            amount: candidate.paid,
            checks: candidate.checks.clone(),
        });
        if has_open_bonus(context, &row, index) && candidate.pays != Pays::No {
            let mut with_bonus = apply(context, &row, index, amount, OpenBonuses::CountedIn);
            with_bonus.pays = Pays::Perhaps;
            candidates.push(with_bonus);
        }
        candidates.push(candidate);
    }
    let greatest = |pays: Pays, amount: fn(&Candidate) -> Money| {
        candidates.iter().filter(|c| c.pays == pays).fold(None, |best: Option<&Candidate>, next| match best {
            Some(best)
                if amount(best) > amount(next) || (amount(best) == amount(next) && best.clause <= next.clause) =>
            {
                Some(best)
            }
            _ => Some(next),
        })
    };
    let payable = greatest(Pays::Yes, |c| c.paid);
    let perhaps = greatest(Pays::Perhaps, |c| c.limited);
    let mut missing = Vec::new();
    let (best, possible) = match (payable, perhaps) {
        (Some(payable), perhaps) => {
            missing.extend(&payable.missing);
            let more: Vec<&Candidate> =
                candidates.iter().filter(|c| c.pays == Pays::Perhaps && c.limited > payable.limited).collect();
            missing.extend(more.iter().flat_map(|candidate| &candidate.missing));
            (Some(payable), perhaps.filter(|perhaps| perhaps.limited > payable.limited))
        }
        (None, Some(perhaps)) => {
            missing.extend(open_facts(&candidates));
            (Some(perhaps), None)
        }
        (None, None) => (greatest(Pays::No, |c| c.limited), None),
    };
    let under_defaults = |candidate: &Candidate| {
        let mut candidate = candidate.clone();
        candidate.assumptions.splice(0..0, assumed.iter().cloned());
        candidate
    };
    let (best, possible) = (best.map(under_defaults), possible.map(under_defaults));
    Outcome { best, possible, given: row.given, missing, considered }
}

/// The unknown facts of all clauses that may pay, but for those that pay nothing which another would not: it pays at
/// least as much, and needs no fact that they do not need.
fn open_facts(candidates: &[Candidate]) -> Vec<Missing> {
    let perhaps: Vec<&Candidate> = candidates.iter().filter(|candidate| candidate.pays == Pays::Perhaps).collect();
    let matters = |candidate: &&&Candidate| {
        !perhaps.iter().any(|other| {
            let dearer = (other.limited, std::cmp::Reverse(other.clause))
                > (candidate.limited, std::cmp::Reverse(candidate.clause));
            dearer && other.missing.iter().all(|fact| candidate.missing.contains(fact))
        })
    };
    perhaps.iter().filter(matters).flat_map(|candidate| candidate.missing.iter().copied()).collect()
}

/// The amount of a clause for a row, if the clause is selected at all.
fn selected_amount<'a>(context: &Context<'a>, row: &Row<'_>, index: ClauseIndex) -> Option<&'a Amount> {
    let clause = &context.policy.clauses[index];
    if !row.effective.meet(&clause.selects) {
        return None;
    }
    let fits =
        |key: &[ValueId]| clause.by.iter().zip(key).all(|(fact, value)| row.effective.get(*fact) == Some(*value));
    clause.amounts.iter().find(|line| fits(&line.key)).map(|line| &line.amount)
}

fn has_open_bonus(context: &Context<'_>, row: &Row<'_>, index: ClauseIndex) -> bool {
    context.policy.bonuses.iter().any(|bonus| {
        bonus.on.contains(&index) && row.effective.meet(&bonus.selects) && {
            let verdict = conditions::judge(context, row, &bonus.conditions);
            verdict.failed.is_empty() && !verdict.missing.is_empty()
        }
    })
}

/// Applies one clause to one row: conditions, amount, limits by cost, prior money.
fn apply(context: &Context<'_>, row: &Row<'_>, index: ClauseIndex, amount: &Amount, bonuses: OpenBonuses) -> Candidate {
    let clause = &context.policy.clauses[index];
    let verdict = conditions::judge(context, row, &clause.conditions);
    let price: Price = base::price(context, row, index, amount, bonuses);
    let prior = duplicates::prior_money(context, row, index, price.limited);

    let mut reasons = verdict.failed;
    reasons.extend(price.refused);
    let date = context.vocabulary.known().date;
    if row.facts.date(date).is_some_and(|day| day > context.day) {
        reasons.push(Reason::AfterApplication(date));
    }
    if context.outsider && !clause.open_to_outsiders {
        reasons.push(Reason::OutsideRegion);
    }
    let mut undecided: Vec<Missing> = verdict.missing;
    undecided.extend(&price.undecided);
    if bonuses == OpenBonuses::CountedIn {
        undecided.extend(&price.open_bonus);
    }

    let mut candidate = Candidate {
        clause: index,
        pays: Pays::Yes,
        base: price.base,
        limited: price.limited,
        paid: price.limited,
        steps: price.steps,
        assumptions: verdict.assumptions,
        missing: Vec::new(),
        reasons: Vec::new(),
        warnings: price.warnings,
        checks: verdict.checks,
        selectors: row.effective.clone(),
        prior_assumed: false,
        earlier: None,
        units: price.units,
        nature: clause.nature,
    };
    candidate.assumptions.extend(price.assumptions);
    let stated = context.policy.assumed.iter().enumerate();
    let on_this = stated.filter(|(_, stated)| stated.on.as_ref().is_some_and(|on| on.contains(&index)));
    candidate
        .assumptions
        .extend(on_this.map(|(index, stated)| Assumption { what: Assumed::Stated(index), cite: stated.cite.clone() }));
    match prior {
        Prior::None { assumed } => candidate.prior_assumed = assumed,
        Prior::Excludes(reason) => reasons.push(reason),
        Prior::ToppedUp(step) => {
            candidate.paid = step.amount;
            candidate.steps.push(step);
        }
        Prior::Unknown(fact) => undecided.push(Missing::Fact(fact)),
    }
    for effect in duplicates::other_money(context, row, index, candidate.paid) {
        match effect {
            Other::Excludes(reason) => reasons.push(reason),
            Other::ToppedUp(step) => {
                candidate.paid = step.amount;
                candidate.steps.push(step);
            }
        }
    }
    candidate.earlier = row.item.and_then(|item| context.history.earlier(context, item, &candidate));
    match candidate.earlier {
        Some(Earlier::Outranked { item, year, merge }) => {
            let cite = context.policy.merges[merge].cite.clone();
            reasons.push(Reason::Outranked { item, year, cite });
        }
        Some(Earlier::Difference { before, merge }) => {
            // What the row itself declares as received is that same money.
            candidate.paid = candidate.paid.min(candidate.limited.saturating_sub(before));
            let cite = context.policy.merges[merge].cite.clone();
            candidate.steps.push(Step { op: Op::Upgrade(before), cite, amount: candidate.paid });
        }
        Some(Earlier::Paid { .. }) | None => {}
    }
    if !reasons.is_empty() {
        candidate.pays = Pays::No;
        candidate.reasons = reasons;
    } else {
        candidate.reasons = price.notes;
        candidate.missing = undecided;
        if !candidate.missing.is_empty() {
            candidate.pays = Pays::Perhaps;
        }
        candidate.missing.extend(price.also_missing);
    }
    candidate
}

// ---------------------------------------------------------------------- several choices of values

/// A row whose selecting facts leave one outcome.
fn certain(
    best: Option<Candidate>,
    possible: Option<Candidate>,
    missing: Vec<Missing>,
    considered: Vec<Considered>,
) -> Decision {
    let status = best.as_ref().map_or(Status::Unmatched, Candidate::status);
    Decision {
        number: 0,
        of_money: false,
        status,
        taken: best,
        dearest: possible,
        missing,
        settled_by: Vec::new(),
        assumptions: Vec::new(),
        of_unit: Vec::new(),
        warnings: Vec::new(),
        considered,
        prior_assumed: false,
    }
}

/// Everything in which outcomes must be alike for the row to be decided (contract section 3.3).
#[derive(PartialEq)]
struct Likeness {
    status: Status,
    amount: Money,
    nature: Option<Nature>,
    category: Option<usize>,
    classes: Vec<(usize, Vec<Option<ValueId>>)>,
    caps: Vec<usize>,
    raises: Vec<usize>,
}

fn likeness(context: &Context<'_>, outcome: &Outcome) -> Likeness {
    // What does not pay is alike whatever it would have paid.
    let Some(best) = outcome.best.as_ref().filter(|best| best.pays != Pays::No) else {
        return Likeness {
            status: outcome.best.as_ref().map_or(Status::Unmatched, Candidate::status),
            amount: Money::ZERO,
            nature: None,
            category: None,
            classes: Vec::new(),
            caps: Vec::new(),
            raises: Vec::new(),
        };
    };
    let clause = &context.policy.clauses[best.clause];
    let caps = context.policy.caps.iter().enumerate();
    Likeness {
        status: best.status(),
        amount: best.paid,
        nature: Some(best.nature),
        category: Some(clause.category),
        classes: classes(context, best),
        caps: caps.clone().filter(|(_, cap)| cap.on.contains(&best.clause)).map(|(index, _)| index).collect(),
        raises: caps
            .filter(|(_, cap)| cap.raised.as_ref().is_some_and(|raise| raise.by.contains(&best.clause)))
            .map(|(index, _)| index)
            .collect(),
    }
}

/// The classes that a candidate belongs to, under each limit that counts items.
pub(super) fn classes(context: &Context<'_>, candidate: &Candidate) -> Vec<(usize, Vec<Option<ValueId>>)> {
    classes_under(context.policy, candidate)
}

/// The same where the policy is all that is at hand.
pub(super) fn classes_under(policy: &Policy, candidate: &Candidate) -> Vec<(usize, Vec<Option<ValueId>>)> {
    let limits = policy.limits.iter().enumerate();
    limits
        .filter_map(|(index, limit)| match &limit.of {
            LimitOf::Items { on, per } if on.contains(&candidate.clause) => {
                Some((index, per.iter().map(|fact| candidate.selectors.get(*fact)).collect()))
            }
            _ => None,
        })
        .collect()
}

fn weigh(context: &Context<'_>, open: &[(FactId, Vec<ValueId>)], outcomes: Vec<Outcome>) -> Decision {
    let pays = |outcome: &Outcome| outcome.best.as_ref().is_some_and(|best| best.pays != Pays::No);
    let considered = merged(&outcomes);
    if !outcomes.iter().any(pays) {
        let dearest = dearest(outcomes.into_iter().filter_map(|outcome| outcome.best));
        return certain(dearest, None, Vec::new(), considered);
    }
    let like: Vec<Likeness> = outcomes.iter().map(|outcome| likeness(context, outcome)).collect();
    if like.iter().all(|other| *other == like[0]) {
        let possible = dearest(outcomes.iter().filter_map(|outcome| outcome.possible.clone()));
        let missing =
            outcomes.iter().find(|outcome| outcome.possible.is_some()).unwrap_or(&outcomes[0]).missing.clone();
        let first = outcomes.into_iter().next().and_then(|outcome| outcome.best);
        return certain(first, possible, missing, considered);
    }

    let mut missing = deciding_facts(context, open, &outcomes, &like);
    let all = outcomes.iter().flat_map(|outcome| outcome.best.iter().chain(&outcome.possible));
    let dearest = dearest(all.filter(|candidate| candidate.pays != Pays::No).cloned());
    missing.extend(dearest.iter().flat_map(|candidate| &candidate.missing));
    let taken = dearest.map(|mut candidate| {
        candidate.pays = Pays::Perhaps;
        candidate
    });
    let mut decision = certain(taken, None, missing, considered);
    decision.status = Status::Undetermined;
    decision
}

/// The greatest amount after step 5, ties to the earlier clause.
fn dearest(candidates: impl Iterator<Item = Candidate>) -> Option<Candidate> {
    candidates.fold(None, |best: Option<Candidate>, next| match best {
        Some(best)
            if (best.limited, std::cmp::Reverse(best.clause)) >= (next.limited, std::cmp::Reverse(next.clause)) =>
        {
            Some(best)
        }
        _ => Some(next),
    })
}

/// The blank facts that make a difference: two choices that differ in this fact alone come to different outcomes.
fn deciding_facts(
    context: &Context<'_>,
    open: &[(FactId, Vec<ValueId>)],
    outcomes: &[Outcome],
    like: &[Likeness],
) -> Vec<Missing> {
    let known = context.vocabulary.known();
    let mut missing = Vec::new();
    // Outcomes stand in the order of `for_each_choice`: along one fact they are `stride` apart.
    let mut stride = outcomes.len();
    for (fact, values) in open {
        let span = stride;
        stride /= values.len();
        for (index, outcome) in outcomes.iter().enumerate() {
            let end = index - index % span + span;
            let differs = (index + stride..end).step_by(stride).any(|other| like[other] != like[index]);
            if !differs {
                continue;
            }
            // Where lead and participate go by rank, it is the rank that one has to look up.
            let by_rank = row::role_rule(context, &outcome.given).is_some_and(|rule| rule.by_rank.is_some());
            let named = Missing::Fact(if *fact == known.role && by_rank { known.rank } else { *fact });
            if !missing.contains(&named) {
                missing.push(named);
            }
        }
    }
    missing
}

/// Every clause considered under any choice, once, as it fared best.
fn merged(outcomes: &[Outcome]) -> Vec<Considered> {
    let mut merged: Vec<Considered> = Vec::new();
    for considered in outcomes.iter().flat_map(|outcome| &outcome.considered) {
        match merged.iter_mut().find(|known| known.clause == considered.clause) {
            Some(known) if known.amount < considered.amount => *known = considered.clone(),
            Some(_) => {}
            None => merged.push(considered.clone()),
        }
    }
    merged.sort_by_key(|considered| considered.clause);
    merged
}

/// True if `role` and `rank` are both given and the policy derives another role from the rank.
fn contradicts(context: &Context<'_>, facts: &Facts) -> bool {
    let known = context.vocabulary.known();
    let (Some(role), Some(rank)) = (facts.code(known.role), facts.integer(known.rank)) else {
        return false;
    };
    let mut given = Selectors::default();
    for fact in context.vocabulary.selecting() {
        given.set(fact, facts.code(fact));
    }
    let Some(rule) = row::role_rule(context, &given) else { return false };
    let Some(ranges) = &rule.by_rank else { return false };
    let meant = rule.same.iter().find(|(from, _)| *from == role).map_or(role, |(_, to)| *to);
    ranges.iter().find(|(_, range)| range.contains(rank)).is_some_and(|(derived, _)| *derived != meant)
}

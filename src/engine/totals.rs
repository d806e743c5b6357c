//! Steps 6 to 9 put together (contract section 3.9): once over what is certain, once over what is possible.

use std::rc::Rc;

use super::duplicates;
use super::history::{self, Earlier, History, Settled};
use super::result::{Answer, Assumed, Assumption, CapUse, Missing, Op, PolicyResult, Status, Step};
use super::select::{Candidate, Decision, Pays};
use super::settled::{Late, Row};
use super::together::{Claim, LeftTo};
use super::{Context, caps, exposure, selection};
use crate::money::Money;
use crate::policy::model::{Cite, ClauseIndex, Nature};

/// One item that takes part in steps 6 to 8.
pub(super) struct Entry<'a> {
    /// Index of the achievement and so the order of rows.
    pub item: usize,
    pub candidate: &'a Candidate,
}

/// What steps 6 to 8 do to one entry.
enum Fate {
    Selected,
    /// Index of the entry that counts instead, and the merging rule.
    Duplicate(usize, usize),
    /// Paid in an earlier year of the run: the item and the year.
    PaidEarlier(usize, i16),
    /// Left to another policy.
    LeftTo,
    /// Index of the limit.
    NotSelected(usize),
}

#[derive(Default)]
struct Settlement {
    fates: Vec<Fate>,
    amounts: Vec<Money>,
    cuts: Vec<Vec<Step>>,
    uses: Vec<CapUse>,
}

/// Runs steps 6 to 8 over entries in order of row.
fn settle(context: &Context<'_>, entries: &[Entry<'_>]) -> Settlement {
    if entries.is_empty() {
        return Settlement::default();
    }
    let paid_earlier: Vec<Option<(usize, i16)>> = entries
        .iter()
        .map(|entry| match entry.candidate.earlier {
            Some(Earlier::Paid { item, year, .. }) => Some((item, year)),
            _ => None,
        })
        .collect();
    let left = |index: usize| left_to(context, entries[index].item).is_some();
    let open: Vec<bool> = (0..entries.len()).map(|index| paid_earlier[index].is_none() && !left(index)).collect();
    let counted_under = duplicates::merge(context, entries, &open);
    let eligible: Vec<bool> = open.iter().zip(&counted_under).map(|(open, under)| *open && under.is_none()).collect();
    let left_out = selection::choose(context, entries, &eligible);
    let selected: Vec<bool> =
        eligible.iter().zip(&left_out).map(|(eligible, out)| *eligible && out.is_none()).collect();
    let capped = caps::apply(context, entries, &selected);
    let fates = (0..entries.len())
        .map(|index| match (paid_earlier[index], counted_under[index], left_out[index]) {
            (Some((item, year)), _, _) => Fate::PaidEarlier(item, year),
            (None, ..) if left(index) => Fate::LeftTo,
            (None, Some((kept, rule)), _) => Fate::Duplicate(kept, rule),
            (None, None, Some(limit)) => Fate::NotSelected(limit),
            (None, None, None) => Fate::Selected,
        })
        .collect();
    Settlement { fates, amounts: capped.amounts, cuts: capped.steps, uses: capped.uses }
}

/// The other policy that the row is left to.
fn left_to<'a>(context: &Context<'a>, item: usize) -> Option<&'a LeftTo> {
    context.beside.get(item)?.left_to.as_ref()
}

/// What each row would be paid if steps 6 to 8 did nothing, and no earlier year had paid it.
pub(super) fn claims(decisions: &[Rc<Decision>]) -> Vec<Claim> {
    let certain = entries(decisions, |decision| decision.taken.as_ref().filter(|taken| taken.pays == Pays::Yes));
    let open = certain.iter().filter(|entry| !matches!(entry.candidate.earlier, Some(Earlier::Paid { .. })));
    let claims =
        open.map(|entry| Claim { item: entry.item, clause: entry.candidate.clause, amount: entry.candidate.paid });
    claims.filter(|claim| !claim.amount.is_zero()).collect()
}

/// Fills in rows, caps and totals; returns what later years have to know.
pub(super) fn total(
    context: &Context<'_>,
    decisions: Vec<Rc<Decision>>,
    sums_only: bool,
    result: &mut PolicyResult,
) -> (Vec<Row>, History) {
    let certain: Vec<Entry<'_>> =
        entries(&decisions, |decision| decision.taken.as_ref().filter(|taken| taken.pays == Pays::Yes));
    let settled = settle(context, &certain);

    let possible: Vec<Entry<'_>> = entries(&decisions, Decision::possible);
    let same_set = decisions.iter().all(|d| d.dearest.is_none() && d.status != Status::Undetermined);
    let at_best = (!same_set).then(|| settle(context, &possible).amounts);
    let potential: Money = at_best.iter().flatten().copied().sum();

    let mut fates: Vec<(Status, Money, Option<Box<Late>>)> =
        decisions.iter().map(|decision| (decision.status, Money::ZERO, None)).collect();
    for (index, entry) in certain.iter().enumerate() {
        fates[entry.item] = fate(context, &certain, &settled, index);
        let paid = fates[entry.item].1;
        match context.policy.clauses[entry.candidate.clause].nature {
            Nature::Fixed => result.fixed_total += paid,
            Nature::Ceiling => result.ceiling_total += paid,
        }
    }
    // What stands in both settlements is certain, unless an earlier year of the run left something open.
    let mut sure = Money::ZERO;
    for (index, entry) in possible.iter().enumerate() {
        let amount = fates[entry.item].1;
        let best = at_best.as_ref().map_or(amount, |amounts| amounts[index]);
        if decisions[entry.item].is_sure() && !context.history.open {
            sure += amount.min(best);
        }
    }
    let exposed = if sums_only { vec![false; decisions.len()] } else { exposure::exposed(context, &decisions) };
    if !sums_only {
        hoist(&decisions, &fates, result);
        drop_unconcerned(context, &decisions, &fates, result);
        for (cap, parameter) in caps::not_applied(context) {
            let on = &context.policy.caps[cap].on;
            if possible.iter().any(|entry| on.contains(&entry.candidate.clause)) {
                let cite = context.policy.caps[cap].cite.clone();
                result.assumptions.push(Assumption { what: Assumed::NotApplied { parameter, cap }, cite });
            }
        }
    }
    result.total = result.fixed_total + result.ceiling_total;
    result.potential_total = potential.max(result.total);
    result.caps = settled.uses;
    let amount = |entry: &Entry<'_>| fates[entry.item].1;
    let counted_under = certain.iter().zip(&settled.fates).filter_map(|(entry, fate)| match fate {
        Fate::Duplicate(kept, _) if !amount(&certain[*kept]).is_zero() => {
            Some(Settled { item: entry.item, kept: certain[*kept].item })
        }
        _ => None,
    });
    let open = context.history.open || decisions.iter().any(|decision| !decision.missing.is_empty());
    let paid = History {
        open,
        settled: counted_under.collect(),
        payments: certain
            .iter()
            .filter_map(|entry| history::payment(context, entry.item, entry.candidate, amount(entry)))
            .collect(),
    };
    let rows: Vec<Row> = decisions
        .into_iter()
        .zip(fates)
        .zip(exposed)
        .map(|((decision, (status, amount, late)), exposed)| Row { decision, status, amount, late, exposed })
        .collect();
    let missing: Vec<Missing> = rows.iter().flat_map(|row| row.decision.missing.iter().copied()).collect();
    result.answer = Answer::new(sure, result.potential_total, &missing);
    (rows, paid)
}

/// What is taken for granted of some clauses only is told only where one of them pays or may.
fn drop_unconcerned(
    context: &Context<'_>,
    decisions: &[Rc<Decision>],
    fates: &[(Status, Money, Option<Box<Late>>)],
    result: &mut PolicyResult,
) {
    let concerned = |about: &[ClauseIndex]| {
        let mut rows = decisions.iter().zip(fates).filter(|(_, (status, ..))| *status != Status::Ineligible);
        rows.any(|(decision, _)| decision.taken.as_ref().is_some_and(|taken| about.contains(&taken.clause)))
    };
    result.assumptions.retain(|assumption| match assumption.what {
        Assumed::Stated(index) => context.policy.assumed[index].about.as_ref().is_none_or(|about| concerned(about)),
        _ => true,
    });
}

/// What was assumed of the unit holds for all its items: it stands once, with the result.
fn hoist(decisions: &[Rc<Decision>], fates: &[(Status, Money, Option<Box<Late>>)], result: &mut PolicyResult) {
    for (decision, (status, ..)) in decisions.iter().zip(fates) {
        if matches!(status, Status::Ineligible | Status::Unmatched) {
            continue;
        }
        for assumption in &decision.of_unit {
            if !result.assumptions.contains(assumption) {
                result.assumptions.push(assumption.clone());
            }
        }
    }
}

fn entries<'a>(decisions: &'a [Rc<Decision>], pick: impl Fn(&'a Decision) -> Option<&'a Candidate>) -> Vec<Entry<'a>> {
    let numbered = decisions.iter().enumerate();
    numbered.filter_map(|(item, decision)| Some(Entry { item, candidate: pick(decision)? })).collect()
}

/// What steps 6 to 8 come to for one entry: status, amount, and what has to be told of it.
fn fate(
    context: &Context<'_>,
    entries: &[Entry<'_>],
    settled: &Settlement,
    index: usize,
) -> (Status, Money, Option<Box<Late>>) {
    let candidate = entries[index].candidate;
    let nothing = |op: Op, cite: &Cite| vec![Step { op, cite: Cite::clone(cite), amount: Money::ZERO }];
    let unpaid = |status: Status, late: Late| (status, Money::ZERO, Some(Box::new(late)));
    match settled.fates[index] {
        Fate::Duplicate(kept, rule) => {
            let kept = entries[kept].item;
            let steps = nothing(Op::Duplicate(kept), &context.policy.merges[rule].cite);
            unpaid(Status::Duplicate, Late { steps, same_as: Some(kept), ..Late::default() })
        }
        Fate::PaidEarlier(kept, year) => {
            let steps = nothing(Op::PaidEarlier(kept, year), &context.policy.clauses[candidate.clause].cite);
            let (same_as, same_as_year) = (Some(kept), Some(year));
            unpaid(Status::Duplicate, Late { steps, same_as, same_as_year, ..Late::default() })
        }
        Fate::LeftTo => {
            let item = entries[index].item;
            let mut late = Late { same_as: Some(item), ..Late::default() };
            if let Some(left) = left_to(context, item) {
                late.same_as_policy = Some(left.policy.clone());
                late.same_as_year = (left.year != context.application.year).then_some(left.year);
                let cite = left.cite.as_ref().unwrap_or(&context.policy.validity_cite);
                late.steps = nothing(Op::LeftTo(left.policy.clone(), left.year), cite);
            }
            unpaid(Status::Duplicate, late)
        }
        Fate::NotSelected(limit) => {
            let steps = nothing(Op::NotSelected(limit), &context.policy.limits[limit].cite);
            unpaid(Status::NotSelected, Late { steps, ..Late::default() })
        }
        Fate::Selected => {
            let (amount, steps) = (settled.amounts[index], &settled.cuts[index]);
            let status = if amount < candidate.base { Status::Reduced } else { Status::Awarded };
            let late = (!steps.is_empty()).then(|| Box::new(Late { steps: steps.clone(), ..Late::default() }));
            (status, amount, late)
        }
    }
}

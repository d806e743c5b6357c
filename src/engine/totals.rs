//! Steps 6 to 9 put together (contract section 3.9): once over what is certain, once over what is possible.

use super::duplicates;
use super::history::{self, Earlier, History, Settled};
use super::result::{Assumed, Assumption, CapUse, Item, Op, PolicyResult, Reason, Status, Step};
use super::select::{Candidate, Decision, Pays};
use super::together::{Claim, LeftTo};
use super::{Context, caps, selection};
use crate::money::Money;
use crate::policy::model::{ClauseIndex, Nature};
use crate::vocabulary::Of;

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

struct Settlement {
    fates: Vec<Fate>,
    amounts: Vec<Money>,
    cuts: Vec<Vec<Step>>,
    uses: Vec<CapUse>,
}

/// Runs steps 6 to 8 over entries in order of row.
fn settle(context: &Context<'_>, entries: &[Entry<'_>]) -> Settlement {
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
pub(super) fn claims(decisions: &[Decision]) -> Vec<Claim> {
    let certain = entries(decisions, |decision| decision.taken.as_ref().filter(|taken| taken.pays == Pays::Yes));
    let open = certain.iter().filter(|entry| !matches!(entry.candidate.earlier, Some(Earlier::Paid { .. })));
    let claims =
        open.map(|entry| Claim { item: entry.item, clause: entry.candidate.clause, amount: entry.candidate.paid });
    claims.filter(|claim| !claim.amount.is_zero()).collect()
}

/// Fills in items, caps and totals; returns what later years have to know.
pub(super) fn total(context: &Context<'_>, decisions: Vec<Decision>, result: &mut PolicyResult) -> History {
    let certain: Vec<Entry<'_>> =
        entries(&decisions, |decision| decision.taken.as_ref().filter(|taken| taken.pays == Pays::Yes));
    let settled = settle(context, &certain);

    let possible: Vec<Entry<'_>> = entries(&decisions, |decision| {
        let dearest = decision.dearest.as_ref().or(decision.taken.as_ref());
        dearest.filter(|candidate| candidate.pays != Pays::No)
    });
    let same_set = decisions.iter().all(|d| d.dearest.is_none() && d.status != Status::Undetermined);
    let potential: Money = if same_set { Money::ZERO } else { settle(context, &possible).amounts.into_iter().sum() };

    result.items = decisions.iter().map(item).collect();
    for (index, entry) in certain.iter().enumerate() {
        write_fate(context, &certain, &settled, index, &mut result.items[entry.item]);
    }
    for entry in &certain {
        let paid = result.items[entry.item].amount;
        match context.policy.clauses[entry.candidate.clause].nature {
            Nature::Fixed => result.fixed_total += paid,
            Nature::Ceiling => result.ceiling_total += paid,
        }
    }
    hoist(context, result);
    drop_unconcerned(context, result);
    for (cap, parameter) in caps::not_applied(context) {
        let on = &context.policy.caps[cap].on;
        if possible.iter().any(|entry| on.contains(&entry.candidate.clause)) {
            let cite = context.policy.caps[cap].cite.clone();
            result.assumptions.push(Assumption { what: Assumed::NotApplied { parameter, cap }, cite });
        }
    }
    result.total = result.fixed_total + result.ceiling_total;
    result.potential_total = potential.max(result.total);
    result.caps = settled.uses;
    let amount = |entry: &Entry<'_>| result.items[entry.item].amount;
    let settled = certain.iter().zip(&settled.fates).filter_map(|(entry, fate)| match fate {
        Fate::Duplicate(kept, _) if !amount(&certain[*kept]).is_zero() => {
            Some(Settled { item: entry.item, kept: certain[*kept].item })
        }
        _ => None,
    });
    History {
        settled: settled.collect(),
        payments: certain
            .iter()
            .filter_map(|entry| history::payment(context, entry.item, entry.candidate, amount(entry)))
            .collect(),
    }
}

/// What is taken for granted of some clauses only is told only where one of them pays or may.
fn drop_unconcerned(context: &Context<'_>, result: &mut PolicyResult) {
    let items = &result.items;
    let concerned: Vec<ClauseIndex> =
        items.iter().filter(|item| item.status != Status::Ineligible).filter_map(|item| item.clause).collect();
    result.assumptions.retain(|assumption| match assumption.what {
        Assumed::Stated(index) => {
            let about = context.policy.assumed[index].about.as_ref();
            about.is_none_or(|about| concerned.iter().any(|clause| about.contains(clause)))
        }
        _ => true,
    });
}

/// What was assumed of the unit holds for all its items: it stands once, with the result.
fn hoist(context: &Context<'_>, result: &mut PolicyResult) {
    let of_unit = |assumption: &mut Assumption| match &assumption.what {
        Assumed::Condition(test) => {
            let facts = test.facts(context.vocabulary.known());
            facts.iter().all(|fact| context.vocabulary.fact(*fact).of == Of::Applicant)
        }
        _ => false,
    };
    for item in &mut result.items {
        for assumption in item.assumptions.extract_if(.., of_unit) {
            if !result.assumptions.contains(&assumption) {
                result.assumptions.push(assumption);
            }
        }
    }
}

fn entries<'a>(decisions: &'a [Decision], pick: impl Fn(&'a Decision) -> Option<&'a Candidate>) -> Vec<Entry<'a>> {
    let numbered = decisions.iter().enumerate();
    numbered.filter_map(|(item, decision)| Some(Entry { item, candidate: pick(decision)? })).collect()
}

/// The item as steps 3 to 5 leave it.
fn item(decision: &Decision) -> Item {
    let mut item = Item {
        status: decision.status,
        clause: decision.taken.as_ref().map(|taken| taken.clause),
        cite: None,
        base: decision.taken.as_ref().map_or(Money::ZERO, |taken| taken.base),
        amount: Money::ZERO,
        assumptions: Vec::new(),
        missing: decision.missing.clone(),
        same_as: None,
        same_as_year: None,
        same_as_policy: None,
        warnings: decision.warnings.clone(),
        steps: Vec::new(),
        reasons: Vec::new(),
        possible: None,
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
    item
}

/// Adds what steps 6 to 8 did.
fn write_fate(context: &Context<'_>, entries: &[Entry<'_>], settled: &Settlement, index: usize, item: &mut Item) {
    let candidate = entries[index].candidate;
    let nothing = |op: Op, cite: &str| Step { op, cite: cite.to_owned(), amount: Money::ZERO };
    match settled.fates[index] {
        Fate::Duplicate(kept, rule) => {
            item.status = Status::Duplicate;
            item.same_as = Some(entries[kept].item);
            item.steps.push(nothing(Op::Duplicate(entries[kept].item), &context.policy.merges[rule].cite));
        }
        Fate::PaidEarlier(kept, year) => {
            item.status = Status::Duplicate;
            (item.same_as, item.same_as_year) = (Some(kept), Some(year));
            let cite = &context.policy.clauses[candidate.clause].cite;
            item.steps.push(nothing(Op::PaidEarlier(kept, year), cite));
        }
        Fate::LeftTo => {
            let Some(left) = left_to(context, entries[index].item) else { return };
            item.status = Status::Duplicate;
            (item.same_as, item.same_as_policy) = (Some(entries[index].item), Some(left.policy.clone()));
            item.same_as_year = (left.year != context.application.year).then_some(left.year);
            let cite = left.cite.as_ref().unwrap_or(&context.policy.validity_cite);
            item.steps.push(nothing(Op::LeftTo(left.policy.clone(), left.year), cite));
        }
        Fate::NotSelected(limit) => {
            item.status = Status::NotSelected;
            item.steps.push(nothing(Op::NotSelected(limit), &context.policy.limits[limit].cite));
        }
        Fate::Selected => {
            item.steps.extend(settled.cuts[index].iter().cloned());
            item.amount = settled.amounts[index];
            item.status = if item.amount < candidate.base { Status::Reduced } else { Status::Awarded };
        }
    }
    let lowering = item.steps.iter().filter(|step| {
        matches!(
            step.op,
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
    });
    item.reasons.extend(lowering.cloned().map(Reason::Step));
    if let Some((clause, amount)) = item.possible {
        item.reasons.push(Reason::MorePossible(clause, amount));
    }
}

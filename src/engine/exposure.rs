//! Which rows hang on what is open of other rows: caps, limits and rows that count as one tie them together.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Context;
use super::result::Reason;
use super::select::{Decision, Pays};
use crate::facts::Value;
use crate::money::Money;
use crate::policy::Policy;
use crate::policy::model::{CapAmount, ClauseIndex, LimitOf, Merge};
use crate::text;
use crate::vocabulary::{FactId, FactType};

/// For each row, whether unknown facts of others may change what steps 6 to 8 do to it; on the safe side.
pub(super) fn exposed(context: &Context<'_>, decisions: &[Rc<Decision>]) -> Vec<bool> {
    let is_open = |decision: &Decision| !decision.missing.is_empty();
    if context.history.open {
        let outranked = |reason: &Reason| matches!(reason, Reason::Outranked { .. });
        let refused = |decision: &Decision| decision.taken.iter().any(|taken| taken.reasons.iter().any(outranked));
        return decisions.iter().map(|decision| decision.possible().is_some() || refused(decision)).collect();
    }
    if !decisions.iter().any(|decision| is_open(decision)) {
        return vec![false; decisions.len()];
    }
    let mut ties = ties(context.policy);
    if context.history.is_empty() {
        ties.retain(|tie| !has_room(context, tie, decisions));
    }
    // Of each tie, how many open rows it holds.
    let held: Vec<usize> = ties
        .iter()
        .map(|tie| decisions.iter().filter(|decision| is_open(decision) && may_be_in(decision, tie)).count())
        .collect();
    let exposed = |decision: &Rc<Decision>| {
        let can_be_paid = decision.possible().is_some();
        let own = usize::from(is_open(decision));
        can_be_paid && ties.iter().zip(&held).any(|(tie, held)| may_be_in(decision, tie) && *held > own)
    };
    decisions.iter().map(exposed).collect()
}

/// What a cap, a limit or a merging rule ties together.
struct Tie<'p> {
    /// The clauses; none for all of them.
    on: Option<Vec<&'p [ClauseIndex]>>,
    room: Room<'p>,
}

/// How much a tie lets pass without doing anything.
enum Room<'p> {
    /// That nobody knows.
    Unknown,
    /// Rows that are not alike.
    Unlike(&'p Merge),
    Money(Money),
    Items(usize),
}

fn ties(policy: &Policy) -> Vec<Tie<'_>> {
    let caps = policy.caps.iter().map(|cap| {
        let raised_by = cap.raised.iter().map(|raise| raise.by.as_slice());
        let room = match cap.at_most {
            CapAmount::Money(most) => Room::Money(most),
            CapAmount::OfParameter(..) => Room::Unknown,
        };
        Tie { on: Some(std::iter::once(cap.on.as_slice()).chain(raised_by).collect()), room }
    });
    let merges =
        policy.merges.iter().map(|merge| Tie { on: Some(vec![merge.on.as_slice()]), room: Room::Unlike(merge) });
    let limits = policy.limits.iter().map(|limit| Tie {
        on: match &limit.of {
            LimitOf::Categories => None,
            LimitOf::Items { on, .. } => Some(vec![on.as_slice()]),
        },
        // As many items have at most as many categories.
        room: Room::Items(limit.at_most),
    });
    caps.chain(merges).chain(limits).collect()
}

/// True if a tie does nothing even if every row in it comes to the most that it may.
fn has_room(context: &Context<'_>, tie: &Tie<'_>, decisions: &[Rc<Decision>]) -> bool {
    let rows = decisions.iter().enumerate().filter(|(_, decision)| may_be_in(decision, tie));
    let possible = rows.clone().filter_map(|(_, decision)| decision.possible());
    match tie.room {
        Room::Unknown => false,
        Room::Unlike(rule) => {
            // Whatever else is open: rows are alike only where this text is, and texts are never open.
            let texts = rule.same.first().into_iter().chain(&rule.otherwise);
            let is_text = |fact: &FactId| context.vocabulary.fact(*fact).kind == FactType::Text;
            if rule.same.is_empty() || !texts.clone().all(is_text) {
                return false;
            }
            let word = |item| {
                texts.clone().find_map(|fact| match context.unit.value(item, *fact)? {
                    Value::Text(text) => Some((*fact, text::key(&text))),
                    _ => None,
                })
            };
            let mut seen = BTreeSet::new();
            rows.filter_map(|(item, _)| word(item)).all(|word| seen.insert(word))
        }
        Room::Money(most) => possible.map(|candidate| candidate.limited).sum::<Money>() <= most,
        Room::Items(most) => possible.count() <= most,
    }
}

/// True if a clause that pays the row, or may, is among those.
fn may_be_in(decision: &Decision, tie: &Tie<'_>) -> bool {
    let Some(sets) = &tie.on else { return true };
    let within = |clause: &ClauseIndex| sets.iter().any(|set| set.contains(clause));
    let considered = decision.considered.iter().filter(|considered| considered.pays != Some(false));
    let taken = decision.taken.iter().filter(|taken| taken.pays != Pays::No).map(|taken| taken.clause);
    considered.map(|considered| considered.clause).chain(taken).any(|clause| within(&clause))
}

//! Which rows hang on what is open of other rows: caps, limits and rows that count as one tie them together.

use std::rc::Rc;

use super::Context;
use super::result::Reason;
use super::select::{Decision, Pays};
use crate::policy::Policy;
use crate::policy::model::{ClauseIndex, LimitOf};

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
    let ties = ties(context.policy);
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

/// The clauses that a cap, a limit or a merging rule ties together; none for all of them.
type Tie<'p> = Option<Vec<&'p [ClauseIndex]>>;

fn ties(policy: &Policy) -> Vec<Tie<'_>> {
    let caps = policy.caps.iter().map(|cap| {
        let raised_by = cap.raised.iter().map(|raise| raise.by.as_slice());
        Some(std::iter::once(cap.on.as_slice()).chain(raised_by).collect())
    });
    let merges = policy.merges.iter().map(|merge| Some(vec![merge.on.as_slice()]));
    let limits = policy.limits.iter().map(|limit| match &limit.of {
        LimitOf::Categories => None,
        LimitOf::Items { on, .. } => Some(vec![on.as_slice()]),
    });
    caps.chain(merges).chain(limits).collect()
}

/// True if a clause that pays the row, or may, is among those.
fn may_be_in(decision: &Decision, tie: &Tie<'_>) -> bool {
    let Some(sets) = tie else { return true };
    let within = |clause: &ClauseIndex| sets.iter().any(|set| set.contains(clause));
    let considered = decision.considered.iter().filter(|considered| considered.pays != Some(false));
    let taken = decision.taken.iter().filter(|taken| taken.pays != Pays::No).map(|taken| taken.clause);
    considered.map(|considered| considered.clause).chain(taken).any(|clause| within(&clause))
}

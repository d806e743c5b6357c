//! Step 8: caps, innermost group first (contract section 3.8). A cap is used up by the selected items in order of row.

use super::result::{CapUse, Op, Step};
use super::totals::Entry;
use super::{Application, Context};
use crate::money::Money;
use crate::policy::Policy;
use crate::policy::model::{Cap, CapAmount};

/// What the caps leave of the selected entries.
pub(super) struct Capped {
    /// Per entry, the amount that is left; 0.00 for entries that are not selected.
    pub amounts: Vec<Money>,
    /// Per entry, the cuts.
    pub steps: Vec<Vec<Step>>,
    /// The caps that concern a selected entry.
    pub uses: Vec<CapUse>,
}

/// Applies the caps to the selected entries, which stand in order of row.
pub(super) fn apply(context: &Context<'_>, entries: &[Entry<'_>], selected: &[bool]) -> Capped {
    let mut amounts: Vec<Money> = entries
        .iter()
        .zip(selected)
        .map(|(entry, in_set)| if *in_set { entry.candidate.paid } else { Money::ZERO })
        .collect();
    let mut steps = vec![Vec::new(); entries.len()];
    let mut uses = Vec::new();
    for (index, cap) in context.policy.caps.iter().enumerate() {
        let under: Vec<usize> =
            (0..entries.len()).filter(|i| selected[*i] && cap.on.contains(&entries[*i].candidate.clause)).collect();
        let Some((limit, raised)) = limit_of(context, cap, entries, selected).filter(|_| !under.is_empty()) else {
            continue;
        };
        let before: Money = under.iter().map(|i| amounts[*i]).sum();
        let used = context.history.used(context.application.year, cap.over, &cap.on);
        if let Some(limit) = limit {
            let mut left = limit.saturating_sub(used);
            for i in &under {
                let paid = amounts[*i].min(left);
                if paid < amounts[*i] {
                    steps[*i].push(Step { op: Op::Cap(index, left), cite: cap.cite.clone(), amount: paid });
                    amounts[*i] = paid;
                }
                left = left - paid;
            }
        }
        let after = under.iter().map(|i| amounts[*i]).sum();
        uses.push(CapUse { cap: index, limit, raised, used, before, after });
    }
    Capped { amounts, steps, uses }
}

/// What a cap allows for a set, and whether it stands raised. None: it is not applied, its parameter being unknown.
/// A limit of none: no limit.
fn limit_of(
    context: &Context<'_>,
    cap: &Cap,
    entries: &[Entry<'_>],
    selected: &[bool],
) -> Option<(Option<Money>, bool)> {
    if let Some(raise) = &cap.raised {
        let raised = entries.iter().zip(selected).any(|(entry, in_set)| {
            *in_set && raise.by.contains(&entry.candidate.clause) && !entry.candidate.paid.is_zero()
        });
        if raised {
            return Some((raise.to, true));
        }
    }
    cap_limit(context.policy, cap, context.application).map(|limit| (Some(limit), false))
}

/// What a cap allows while nothing raises it; none while its parameter is not given.
pub fn cap_limit(policy: &Policy, cap: &Cap, application: &Application) -> Option<Money> {
    match &cap.at_most {
        CapAmount::Money(money) => Some(*money),
        CapAmount::OfParameter(parameter, share) => {
            let value = application.parameters.get(&policy.parameters[*parameter].id)?;
            Some(share.of(*value))
        }
    }
}

/// The caps that are not applied because their parameter is unknown: cap and parameter.
pub(super) fn not_applied(context: &Context<'_>) -> Vec<(usize, usize)> {
    let caps = context.policy.caps.iter().enumerate();
    caps.filter_map(|(index, cap)| match &cap.at_most {
        CapAmount::OfParameter(parameter, _)
            if !context.application.parameters.contains_key(&context.policy.parameters[*parameter].id) =>
        {
            Some((index, *parameter))
        }
        _ => None,
    })
    .collect()
}
